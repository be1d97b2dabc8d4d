"""The brief of a case: sentences that follow the fields of its findings, or go."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from made_up import made

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct.findings import Conduct
from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.analyses.failure.findings import Failure
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.voice.findings import Voice
from loyalty.book.brief import answers, page, survey, tables
from loyalty.book.brief.material import Headline, Material
from loyalty.book.project import copy_shown
from loyalty.cases import study
from loyalty.cases.study import Study
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reading import validated
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Language
from loyalty.shown.words import join, plain

SOUND = {"converged": True, "admissible": True, "problems": (), "n": 200}
FITS = {"cfi": 0.97, "tli": 0.96, "rmsea": 0.03, "srmr": 0.02}
FAULT = Reason(code="implied_covariances", of="estimator")


def described(**changed: Any) -> Study:
    """Image and quality lead to loyalty."""
    content: dict[str, Any] = {
        "title": "T",
        "summary": "S",
        "provenance": {"kind": "real", "source": "x", "licence": "x", "sampling": "not stated"},
        "rows": {"file": {"path": "a.csv", "sha256": "0" * 64}},
        "scale": {"min": 1, "max": 7},
        "constructs": [
            {
                "id": name,
                "label": {"en": name.title(), "zh": f"构念{name}"},
                "role": "outcome" if name == "loyalty" else "antecedent",
                "items": [{"id": f"{name}_{k}", "en": "x"} for k in (1, 2)],
            }
            for name in ("image", "quality", "loyalty")
        ],
        "groups": [{"id": "plan", "label": "Plan", "levels": {"1": "A", "2": "B"}}],
        "hypotheses": [
            {"id": "H1", "from": "image", "to": "loyalty", "sign": "+"},
            {"id": "H2", "from": "quality", "to": "loyalty", "sign": "+"},
        ],
        **changed,
    }
    return validated(Study, {k: v for k, v in content.items() if v is not None}, "study.yml")


def material(study: Study | None = None, **found: Any) -> Material:
    """What of each analysis is given, its numbers cited."""
    study = study or described()
    study._case = "mine"
    return Material(
        study,
        {
            ("mine", name): SimpleNamespace(findings=cited(findings, f"mine/{name}"))  # type: ignore[misc]
            for name, findings in found.items()
        },
    )


def path(name: str, start: str, estimate: float, half: float, verdict: str) -> dict[str, Any]:
    ends = {"ci_lower": estimate - half, "ci_upper": estimate + half}
    return {"id": name, "from_": start, "to": "loyalty", "estimate": estimate, "sign": "+"} | {
        **ends,
        "verdict": verdict,
    }


def structural(
    first: tuple[float, float, str] = (0.6, 0.1, "supported"),
    second: tuple[float, float, str] = (0.2, 0.1, "supported"),
    **fit: Any,
) -> Structural:
    rows = [path("H1", "image", *first), path("H2", "quality", *second)]
    return Structural(
        **made(
            Structural,
            fit={**SOUND, **FITS, **fit},
            paths={"rows": rows},
        ).__dict__
    )


def measurement(*verdicts: str, **fit: Any) -> Measurement:
    """HTMT of as many pairs as there are verdicts."""
    ends = {"met": (0.4, 0.7), "open": (0.7, 0.9), "not met": (0.9, 0.99)}
    pairs = [("image", "quality"), ("image", "loyalty"), ("quality", "loyalty")]
    rows = [
        {
            "construct_a": a,
            "construct_b": b,
            "htmt": sum(ends[verdict]) / 2,
            "ci_lower": ends[verdict][0],
            "ci_upper": ends[verdict][1],
            "verdict": verdict,
        }
        for (a, b), verdict in zip(pairs, verdicts, strict=False)
    ]
    of = {v.replace(" ", "_"): verdicts.count(v) for v in ("met", "open", "not met")}
    found: Measurement = made(
        Measurement,
        htmt={"rows": rows, "pairs": len(verdicts), **of},
        fit={**SOUND, **FITS, **fit},
    )
    return found


def said(headline: Headline | None) -> str:
    assert headline is not None
    return plain(join(list(headline.said)).en)


def test_the_answer_follows_its_path() -> None:
    def told(*first: Any, **fit: Any) -> str:
        found = survey.answer(material(structural=structural(first, **fit)))  # type: ignore[arg-type]
        assert found is not None
        return plain(found.en)

    yes = told(0.6, 0.1, "supported")
    assert yes.startswith("People who score higher on Image also score higher on Loyalty, as ex")
    assert "0.60 [0.50, 0.70]" in yes.replace("\u00a0", " ") and "held constant" in yes
    assert "score lower on Loyalty, against what was expected" in told(-0.6, 0.1, "contradicted")
    assert "stays open" in told(0.05, 0.1, "open")
    wide = told(0.6, 0.7, "supported")
    assert "these answers cannot say: the interval is wider" in wide and "0.6" not in wide
    odd = told(0.6, 0.1, "supported", admissible=False)
    assert "cannot say: the structural model has no acceptable" in odd and "0.6" not in odd


def test_without_another_path_nothing_is_held_constant() -> None:
    alone = described(hypotheses=[{"id": "H1", "from": "image", "to": "loyalty", "sign": "+"}])
    found = survey.answer(material(alone, structural=structural()))
    assert found is not None and "held constant" not in found.en and "其他" not in found.zh


def test_paths_are_told_by_what_became_of_them() -> None:
    both = survey.paths(material(structural=structural()))
    assert said(both).startswith(
        "**All paths that were expected are borne out**: Image → Loyalty 0.60"
    )
    assert both is not None and both.grade == "low"
    some = said(survey.paths(material(structural=structural(second=(0.0, 0.1, "open")))))
    assert "**Some of what" in some and "open, for the interval holds zero: Quality" in some
    against = structural((-0.3, 0.1, "contradicted"), (0.0, 0.1, "open"))
    none = survey.paths(material(structural=against))
    assert "**None of what" in said(none) and "Against what was expected: Image" in said(none)
    doubted = survey.paths(material(structural=structural(converged=False)))
    assert "cannot be judged" in said(doubted) and "0.60" not in said(doubted)
    assert doubted is not None and doubted.grade == "none"
    merged = survey.paths(
        material(structural=structural(), measurement=measurement("not met", "met", "met"))
    )
    assert "cannot be told apart" in said(merged)
    assert survey.paths(material()) is None


def test_moderations_and_bends_are_told() -> None:
    """Of every hypothesis: borne out, judged otherwise by scores, open, or not estimated."""
    more = [
        {"id": "H3", "from": "image", "to": "loyalty", "sign": "+", "moderator": "quality"},
        {"id": "H4", "from": "image", "to": "loyalty", "sign": "-", "quadratic": True},
    ]
    plain_ones = [
        {"id": "H1", "from": "image", "to": "loyalty", "sign": "+"},
        {"id": "H2", "from": "quality", "to": "loyalty", "sign": "+"},
    ]
    study = described(hypotheses=[*plain_ones, *more])

    def told(*rows: dict[str, Any]) -> Headline:
        found = {"moderation": {"rows": list(rows), "count": len(rows)}}
        headline = survey.bends(material(study, structural=made(Structural, **found)))
        assert headline is not None
        return headline

    def term(name: str, scores: str, latent: str | None) -> dict[str, Any]:
        size = {"estimate": 0.1, "ci_lower": 0.02, "ci_upper": 0.18}
        given = {f"latent_{k}": 2 * v for k, v in size.items()} if latent else {}
        given |= {"latent_verdict": latent, "verdict": scores, "id": name}
        return {"from_": "image", "moderator": "quality", "to": "loyalty", **size, **given}

    both = told(term("H3", "supported", "supported"), term("H4", "supported", None))
    text = said(both).replace("\u00a0", " ")
    assert "**The moderations and bends that were expected are borne out**" in text
    assert "Image × Quality → Loyalty 0.20 [0.04, 0.36]" in text and both.grade == "low"
    assert "Image² → Loyalty 0.10 [0.02, 0.18]" in text  # by scores, where there is no other
    mixed = told(term("H3", "supported", "open"))
    text = said(mixed).replace("\u00a0", " ")
    assert "udged otherwise between latent constructs than by scores" in text
    assert "[0.04, 0.36] (open), by scores 0.10 [0.02, 0.18] (supported)" in text
    assert mixed.grade == "none"
    turned = said(told(term("H3", "open", "contradicted"))).replace("\u00a0", " ")
    assert "(against what was expected), by scores 0.10 [0.02, 0.18] (open)" in turned
    assert "not estimated: Image² → Loyalty" in said(mixed)
    assert said(mixed).startswith("**None of the moderations and bends")
    against = told(term("H3", "contradicted", "contradicted"), term("H4", "open", None))
    assert "gainst what was expected: Image × Quality" in said(against) and against.grade == "low"
    assert "open, for the interval holds zero: Image²" in said(against)
    assert survey.bends(material()) is None


def test_a_simulated_case_is_graded_as_such() -> None:
    drawn = described(
        provenance={"kind": "simulated", "source": "x", "licence": "x", "sampling": "x"},
        rows={"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}},
    )
    data = material(drawn, structural=structural())
    found = survey.paths(data)
    assert found is not None and found.grade == "drawn"
    assert "evidence about nobody" in page.cause(data).en
    assert not any("not in the data" in row.question.en for row in page.known(data))


def test_constructs_apart_open_or_one() -> None:
    def told(*verdicts: str) -> str:
        return said(survey.apart(material(measurement=measurement(*verdicts))))

    assert told("met", "met", "met").startswith("**People tell apart what was asked about**: all 3")
    assert "stays open" in told("met", "open", "met")
    one = told("not met", "open", "met")
    assert "do not tell apart" in one and "Image and Quality 0.9" in one and "1 is open" in one
    assert one.index("Image and Quality") < one.index("1 is open")  # named are those that fail
    assert told("open").startswith("**Whether people tell the two constructs apart stays open**")
    assert "the two constructs are distinct" in told("met")
    assert survey.apart(material()) is None


def test_fit_says_what_is_missed() -> None:
    def told(**fit: Any) -> str:
        return said(survey.fit(material(measurement=measurement("met", **fit))))

    assert told().startswith("**The planned measurement model fits the answers**")
    some = told(rmsea=0.09)
    assert "in every respect**: missed is RMSEA" in some and "CFI" not in some
    # not rounded to the cut-off that it misses
    assert "missed is RMSEA .063 (cut-off 0.06)" in told(rmsea=0.063)
    assert "every cut-off is missed" in told(cfi=0.8, tli=0.8, rmsea=0.2, srmr=0.2)
    assert "no acceptable solution" in told(problems=(FAULT,))


def test_groups_only_where_they_can_be_compared() -> None:
    def told(held: str, different: int) -> Headline | None:
        differences = [
            {"id": "H1", "from_": "image", "to": "loyalty", "p_holm": 0.01 if different else 0.5}
        ]
        found = made(
            Groups,
            invariance={"group": "plan", "held": held},
            paths={"count": 2, "different": different, "differences": differences},
        )
        return survey.groups(material(structural=structural(), groups=found))

    assert "cannot be compared" in said(told("configural", 1))
    assert "this path differs: Image → Loyalty" in said(told("metric", 1))
    assert "No path is shown to differ by plan" in said(told("metric", 0))
    assert survey.groups(material(structural=structural())) is None


def test_groups_of_firms_differ_only_where_firms_say_so() -> None:
    def told(firms: float, different: int = 1) -> Headline:
        row = {"id": "H1", "from_": "image", "to": "loyalty", "p_holm_firms": firms}
        row |= {"p_holm": 0.01 if different else 0.5}
        paths = {"count": 2, "different": different, "df_firms": 4, "differences": [row]}
        found = made(Groups, invariance={"group": "plan", "held": "metric"}, paths=paths)
        headline = survey.groups(material(structural=structural(), groups=found))
        assert headline is not None
        return headline

    alone = told(0.3)
    assert "No path is shown to differ by plan" in said(alone) and alone.grade == "none"
    assert "The firms are the independent units; if respondents were, 1 of 2" in said(alone)
    assert "this path differs: Image → Loyalty" in said(told(0.01))
    assert "if respondents were" not in said(told(0.01))
    assert "if respondents were" not in said(told(0.3, 0))


@pytest.mark.parametrize(
    ("agree", "first"),
    [
        (5, "holds in every other analysis that was tried"),
        (2, "depends on the method"),
        (0, "by no choice of method"),
    ],
)
def test_other_choices_of_method(agree: int, first: str) -> None:
    curve = {"hypothesis": "H1", "sound": 5, "agree": agree}
    curve |= {"sound_smallest": 0.3, "sound_largest": 0.7}
    found = made(Robustness, curve=curve)
    assert first in said(survey.otherwise(material(structural=structural(), robustness=found)))
    doubted = material(structural=structural(admissible=False), robustness=found)
    assert survey.otherwise(doubted) is None


@pytest.mark.parametrize(
    ("found", "ends", "told"),
    [
        ("found", (0.1, 0.4), None),
        ("found", (-0.1, 0.3), "an interval that holds zero"),
        ("found", (-0.4, -0.1), "against the expectation"),
        ("open", (-0.1, 0.3), None),  # no factor is shown to be there
        ("excluded", (-0.1, 0.3), None),
        ("found", None, None),
    ],
)
def test_a_method_factor_that_says_otherwise_is_heard(
    found: str, ends: tuple[float, float] | None, told: str | None
) -> None:
    curve = {"hypothesis": "H1", "sound": 5, "agree": 5}
    curve |= {"sound_smallest": 0.3, "sound_largest": 0.7}
    focal = ends and {"estimate": sum(ends) / 2, "ci_lower": ends[0], "ci_upper": ends[1]}
    models = [{"model": "planned"}, {"model": "turned", "found": found, "focal": focal}]
    headline = survey.otherwise(
        material(
            structural=structural(),
            robustness=made(Robustness, curve=curve),
            audit=made(Audit, method={"models": models}),
        )
    )
    assert headline is not None
    text = said(headline)
    assert ("holds in every other analysis" in text) == (told is None)
    assert ("depends on the method" in text) == (told is not None)
    assert told is None or (told in text and "method factor" in text)
    assert headline.grade == ("low" if told is None else "none")


def index(*ends: tuple[float, float]) -> Descriptives:
    rows = [
        {"construct": name, "estimate": (low + high) / 2, "ci_lower": low, "ci_upper": high}
        for name, (low, high) in zip(("image", "quality", "loyalty"), ends, strict=False)
    ]
    found: Descriptives = made(Descriptives, index={"rows": rows})
    return found


def test_a_survey_without_hypotheses() -> None:
    plain_case = described(hypotheses=[])
    data = material(plain_case, descriptives=index((60, 64), (70, 74), (50, 54)))
    answer = page.answer(data)
    assert answer[0].en.startswith("No expectation of what goes with what was written down")
    assert "Quality is rated higher than Loyalty" in said(answers.levels(data))
    assert "What is rated highest?" in [row.question.en for row in page.known(data)]
    made_ = page.exhibit(data)
    assert made_ is not None and made_[0] == "descriptives"
    assert plain(made_[1].caption.en).startswith("Quality is rated higher than Loyalty. Means")
    close = material(plain_case, descriptives=index((60, 64), (61, 65)))
    level = answers.levels(close)
    assert "No construct is surely rated higher" in said(level)
    assert level is not None and level.grade == "none"


def test_the_exhibit_has_paths_where_one_can_be_read() -> None:
    means = index((60, 64), (70, 74), (50, 54))
    sound = page.exhibit(material(structural=structural(), descriptives=means))
    assert sound is not None and sound[0] == "structural"
    assert plain(sound[1].caption.en).startswith(
        "All paths that were expected are borne out. All hypo"
    )
    assert plain(sound[1].caption.zh).startswith("所假设的路径均得到支持。全部")
    doubted = material(structural=structural(admissible=False), descriptives=means)
    instead = page.exhibit(doubted)
    assert instead is not None and instead[0] == "descriptives"
    assert "relied" not in instead[1].caption.en
    assert "## All constructs {#sec-exhibit}" in page.brief(doubted, "x", "en")
    assert page.exhibit(material(structural=structural(admissible=False))) is None


def test_paths_that_could_not_be_estimated_say_why() -> None:
    refused = Refused(refused=Reason(code="few_complete", of="reasons", parameters={}))
    refused = Refused(refused=Reason(code="no_hypothesis", of="reasons"))
    found = made(Structural, fit=refused, paths=refused)
    answer = survey.answer(material(structural=found))
    assert answer is not None and answer.en.startswith("Whether what was expected holds cannot be")


def transactions() -> Study:
    return described(
        rows=None,
        scale=None,
        constructs=[],
        groups=[],
        hypotheses=[],
        resources=[
            {
                "id": "bought",
                "kind": "transactions",
                "label": "Purchases",
                "rows": {"file": {"path": "b.csv", "sha256": "0" * 64}},
            }
        ],
    )


def bought(low: float, high: float) -> Behaviour:
    again = [{"weeks": 52, "estimate": (low + high) / 2, "ci_lower": low, "ci_upper": high}]
    found: Behaviour = made(Behaviour, survival={"customers": 900, "bought_again": again})
    return found


def test_tables_alone() -> None:
    data = material(transactions(), behaviour=bought(0.3, 0.4))
    first, second = page.answer(data)
    assert first.en.startswith("Most of those who buy once do not buy again within")
    assert "**" not in first.en and "they record what happened" in second.en
    assert page.exhibit(data) is None
    whole = "\n".join(plain(part) for one in LANGUAGES for part in page.brief(data, None, one))
    for word in ("construct", "path", "survey", "these answers", "loyal", "构念", "调查"):
        assert word not in whole, word
    assert "What did customers do?" in [row.question.en for row in page.known(data)]
    assert "buy again within" in said(tables.returning(material(behaviour=bought(0.6, 0.7))))
    assert "About half" in said(tables.returning(material(behaviour=bought(0.4, 0.6))))


@pytest.mark.parametrize("left", [0, 3])
def test_rows_that_were_read_are_said_to_be_used_or_not(left: int) -> None:
    rows = {"tables": [{"read": 90, "excluded": left}, {"read": 50, "excluded": 0}]}
    headline = tables.used(material(transactions(), behaviour=made(Behaviour, rows=rows)))
    assert headline is not None
    (text,) = headline.said
    assert ("all could be used" in text.en) is ("全部可用" in text.zh) is (left == 0)
    assert ("which could not be used" in text.en) is ("不可用的行" in text.zh) is (left > 0)


def test_themes_are_told_where_their_interval_is_clear() -> None:
    def told(low: float, high: float) -> Headline | None:
        theme = {"theme": "returns", "difference": (low + high) / 2}
        theme |= {"difference_ci_lower": low, "difference_ci_upper": high}
        return tables.themes(
            material(transactions(), voice=made(Voice, themes={"themes": [theme]}))
        )

    assert "more often in praise than in complaint: returns" in said(told(0.01, 0.05))
    assert "more often in complaint than in praise: returns" in said(told(-0.05, -0.01))
    assert told(-0.01, 0.01) is None


def test_what_is_said_and_done_day_by_day_has_the_grade_of_what_goes_beyond_the_past() -> None:
    ends = {"times": 0.8, "ci_lower": 0.7, "ci_upper": 0.9, "verdict": "-"}
    held = {"held": 0.95, "held_ci_lower": 0.8, "held_ci_upper": 1.1, "held_verdict": "open"}

    def told(**changed: Any) -> Headline | None:
        row = {"firm": None, "outcome": "stopped"} | ends | held | changed
        after = {"said": "enjoyment", "table": "sessions", "waves": "players", "rows": [row]}
        return tables.afterwards(
            material(study.load("games-telemetry").model_copy(), conduct=made(Conduct, after=after))
        )

    one, clear = told(), told(held_verdict="-", held_ci_upper=0.97)
    assert one is not None and one.grade == "none"
    assert "enjoyment goes with odds of none at all" in said(one)
    assert clear is not None and clear.grade == "low"
    assert told(firm="eve") is None


def test_nothing_computed_is_said_to_be_so() -> None:
    first, _ = page.answer(material(transactions()))
    assert first.en.startswith("Nothing could be computed")


def test_a_brief_of_a_survey_names_no_firms_and_no_other_cases() -> None:
    data = material(
        structural=structural(),
        measurement=measurement("met", "open", "not met"),
        descriptives=index((60, 64), (70, 74), (50, 54)),
    )
    assert 3 <= len(page.headlines(data)) <= page.MOST
    strange: dict[Language, str] = {"en": r"\b(firms?|surveys|cases)\b", "zh": "企业|各案例"}
    for language, words in strange.items():
        whole = "\n".join(plain(part) for part in page.brief(data, "x", language))
        assert re.findall(words, whole) == []
        assert "{{< embed x >}}" in whole


def test_people_and_scales_are_told_by_their_intervals() -> None:
    def scale(verdict: str) -> str:
        rows = [{"id": "image", "alpha": 0.7, "alpha_verdict": verdict}]
        return said(answers.scales(material(reliability=made(Reliability, scales={"rows": rows}))))

    assert scale("met").startswith("**The questions of each construct belong together**")
    assert scale("open").startswith("**Whether all questions belong together as planned stays")
    assert scale("not met").startswith("**Not all questions belong together as planned**")

    def asked(low: float, high: float) -> Headline | None:
        nps = {"estimate": (low + high) / 2, "ci_lower": low, "ci_upper": high}
        return answers.promoters(material(descriptives=made(Descriptives, nps=nps)))

    assert "**More would recommend than advise against**" in said(asked(5, 20))
    assert "**More would advise against than recommend**" in said(asked(-20, -5))
    assert "stays open" in said(asked(-5, 5))
    # of few people the score is no measurement of much
    grades = [h.grade if (h := asked(*ends)) else None for ends in ((5, 20), (5, 60), (-5, 5))]
    assert grades == ["high", "low", "none"]

    def steps(n: int) -> dict[str, Any]:
        step = {"reason": "empty", "n_excluded": 240 - n, "n_left": n}
        return {"n": 240, "steps": [step]}

    flow = steps(240)
    all_there = said(answers.answers(material(audit=made(Audit, flow=flow))))
    assert all_there == "**240 people answered.**"
    few = said(answers.answers(material(audit=made(Audit, flow=steps(12)))))
    assert few.startswith("**12 people answered.** The data have 240 rows")
    signs = {"flow": flow, "careless": {"flagged": {"share": 0.1}}}
    careless = said(answers.answers(material(audit=made(Audit, **signs))))
    assert "10.0 % of the people show several signs" in careless.replace("\u00a0", " ")


def test_a_recovery_is_told_with_what_it_does_not_say() -> None:
    def told(low: float, high: float) -> Headline | None:
        one = {"comparison": "between", "estimate": (low + high) / 2, "verdict": "paradox"}
        one |= {"ci_lower": low, "ci_upper": high}
        found = made(Failure, paradox={"comparisons": [one]})
        return tables.failures(material(transactions(), failure=found))

    clear = told(0.2, 0.6)
    assert clear is not None and clear.grade == "low"
    assert said(clear).startswith("**After a failure.** ") and "no random selection" in said(clear)
    unclear = told(-0.2, 0.2)
    assert unclear is not None and unclear.grade == "none"


def test_a_language_that_was_not_shown_is_one_line(project: Any, refusal: Any) -> None:
    (project.root / "notebooks" / "01-audit.ipynb").write_text("{}", encoding="utf-8")
    message = refusal(copy_shown, "small", "audit", "zh", project.root / "book")
    assert "not shown in this language yet (loyalty report small --language zh)" in message
