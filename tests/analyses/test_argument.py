"""The argument: what may be relied upon, and sentences that follow their fields or go."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from chinese_facts import odd_counts
from made_up import made

from loyalty.analyses.argument import beside, figures, headlines, read, tables, words
from loyalty.analyses.argument import findings as argument
from loyalty.analyses.argument.page import PAGE
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct.findings import Conduct as Both
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.published.findings import Published
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.synthesis.estimates import Everything
from loyalty.analyses.synthesis.findings import HeldRow
from loyalty.analyses.voice.findings import Voice as Written
from loyalty.cases import claims as ledger
from loyalty.cases.study import ALL, Study
from loyalty.ground.findings import Record, Refused, cited
from loyalty.ground.reading import validated
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table
from loyalty.stats.pooling import random_effects

FAULT = Reason(code="not_identified", of="estimator")
SOUND = {"converged": True, "admissible": True, "problems": (), "n": 100}


# --- made-up cases -------------------------------------------------------------------------------
def described(title: str, *, simulated: bool = False, single: bool = False) -> Study:
    """Image and satisfaction lead to loyalty; image to satisfaction is set aside."""
    constructs = [
        {
            "id": name,
            "label": {"en": name.title(), "zh": f"构念{name}"},
            "role": "outcome" if name == "loyalty" else "antecedent",
            "items": [
                {"id": f"{name}_{k}", "en": "x"}
                for k in range(1 if single and name == "satisfaction" else 2)
            ],
        }
        for name in ("image", "satisfaction", "loyalty")
    ]
    content = {
        "title": {"en": title, "zh": f"案例{title}"},
        "summary": "S",
        "provenance": {
            "kind": "simulated" if simulated else "real",
            "source": "x",
            "licence": "x",
            "sampling": "x",
        },
        "rows": {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}}
        if simulated
        else {"file": {"path": "a.csv", "sha256": "0" * 64}},
        "scale": {"min": 1, "max": 7},
        "constructs": constructs,
        "groups": [
            {"id": "kind", "label": "Kind", "levels": {"1": "Old", "2": "New"}, "column": "kind"}
        ],
        "hypotheses": [
            {"id": "H1", "from": "image", "to": "loyalty", "sign": "+"},
            {"id": "H2", "from": "satisfaction", "to": "loyalty", "sign": "+"},
            {
                "id": "H3",
                "from": "image",
                "to": "satisfaction",
                "sign": "+",
                "set_aside": {"en": "too close", "zh": "过近"},
            },
        ],
    }
    return validated(Study, content, "study.yml")


CASES = {
    "one": described("One"),
    "two": described("Two", single=True),
    "three": described("Three"),
    "drawn": described("Drawn", simulated=True),
}
CASE = Case(ALL, described=CASES)


def row(name: str, start: str, estimate: float, half: float, verdict: str) -> dict[str, Any]:
    ends = {"ci_lower": estimate - half, "ci_upper": estimate + half}
    return {"id": name, "from_": start, "to": "loyalty", "estimate": estimate, **ends} | {
        "se": half / 1.96,
        "verdict": verdict,
    }


def everything(**cases: Mapping[str, Any]) -> Everything:
    """What of each case is given: ``one={"structural": …}``."""
    found = {
        (case, analysis): SimpleNamespace(
            findings=value, provenance=SimpleNamespace(data=[], recorded=None)
        )
        for case, given in cases.items()
        for analysis, value in given.items()
    }
    return Everything({c: CASES[c] for c in CASES if c in cases}, found)  # type: ignore[arg-type]


def surveyed(
    estimate: float = 0.6,
    half: float = 0.1,
    *,
    verdict: str = "supported",
    fit: Mapping[str, Any] | None = None,
    planned: Mapping[str, Any] | None = None,
    htmt: str = "met",
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    pairs = [{"construct_a": "image", "construct_b": "satisfaction", "verdict": htmt, "htmt": 0.9}]
    counts = {v: int(v == htmt) for v in ("met", "open")} | {"not_met": int(htmt == "not met")}
    measured: dict[str, Any] = {
        "fit": SOUND | {"cfi": 0.99, "tli": 0.99, "rmsea": 0.01, "srmr": 0.01} | (planned or {}),
        "htmt": {"rows": pairs, "pairs": 1, **counts},
        "convergent": {"rows": [{"cr_verdict": "met", "ave_verdict": "open"}], "constructs": 1},
    }
    return {
        "structural": made(
            Structural,
            fit=SOUND | (fit or {}),
            paths={
                "rows": [
                    row("H1", "image", 0.1, 0.2, "open"),
                    row("H2", "satisfaction", estimate, half, verdict),
                ]
            },
        ),
        "measurement": made(Measurement, **(measured | dict(more or {}))),
        "reliability": made(Reliability, scales={"rows": [{"alpha": 0.8}]}),
    }


def said(function: Any, found: Record) -> Text:
    """The sentences of a finding without references; nothing is an empty text's dash."""
    shown = function(cited(found, "all/argument/finding"), CASE)
    if shown is None:
        return Text(en="-", zh="-")
    whole = shared.join(shown) if isinstance(shown, list) else shown
    return Text(**{one: shared.without_references(whole.in_(one)) for one in LANGUAGES})


# --- what may be relied upon ---------------------------------------------------------------------
def focal(**given: Any) -> read.PathRow:
    data = everything(one=surveyed(**given))
    return next(r for r in read.rows_of(data, "one") if r.id == "H2")


def test_a_path_is_relied_upon_by_solution_interval_and_distinct_causes() -> None:
    assert focal().relied and focal().doubts == ()
    assert focal(fit={"admissible": False}).doubts == ("solution",)
    assert focal(fit={"problems": (FAULT,)}).doubts == ("solution",)
    assert focal(planned={"admissible": False}).doubts == ("measurement",)
    assert focal(half=0.51).doubts == ("interval",)
    assert focal(half=0.499).relied
    assert focal(htmt="not met").doubts == ("apart",)
    assert focal(htmt="open").relied  # open holds both answers
    assert focal(planned={"cfi": 0.90, "srmr": 0.2}).missed == 2


def test_a_path_set_aside_keeps_its_row() -> None:
    rows = list(read.rows_of(everything(one=surveyed()), "one"))
    assert [(r.id, r.set_aside, r.relied) for r in rows] == [
        ("H1", False, True),
        ("H2", False, True),
        ("H3", True, False),
    ]
    counted = argument.paths(everything(one=surveyed()))
    assert (counted.hypothesized, counted.set_aside, counted.supported, counted.open) == (
        3,
        1,
        1,
        1,
    )
    assert "1 is not estimated" in said(words.paths, counted).en


def test_what_is_doubted_has_no_number_in_the_exhibit() -> None:
    data = everything(one=surveyed(), two=surveyed(0.7712, htmt="not met"), drawn=surveyed())
    found = argument.exhibit(data)
    assert (found.surveys, found.count, found.relied, found.clear) == (2, 4, 2, 1)
    assert {r.case for r in found.rows} == {"one", "two"}  # nothing simulated
    drawing = figures.exhibit(cited(found, "all/argument/exhibit"), CASE).draw("en")
    (axes,) = drawing.axes
    texts = [t.get_text() for t in axes.texts]
    assert "causes not told apart" in texts and "One" in texts
    drawn = [x for c in axes.collections for x, _ in getattr(c, "get_offsets", list)()]
    assert any(math.isclose(x, 0.6) for x in drawn)
    assert not any(math.isclose(x, 0.7712) for x in drawn)


def test_paths_clear_of_zero_on_the_wrong_side_are_named() -> None:
    found = argument.exhibit(everything(one=surveyed(), two=surveyed(-0.5, verdict="contradicted")))
    text = said(words.exhibit, found)
    assert "clear of zero, on the other side than expected for " in text.en
    assert "in “Two”." in text.en and "构念loyalty”与预期符号相反" in text.zh
    alone = said(words.exhibit, argument.exhibit(everything(one=surveyed()))).en
    assert "clear of zero." in alone and "other side" not in alone


def test_a_forecast_names_no_share_of_the_time() -> None:
    made_ = beside.Forecast(
        case="one", weeks=5, forecast=20, pi_lower=10, pi_upper=30, actual=25, inside=True
    )
    found = came().model_copy(update={"forecasts": (made_,)})
    assert "half" not in said(words.forecasts, found).en  # cases are divided at different times


def test_pooled_are_those_alone_that_may_be_relied_upon() -> None:
    data = everything(
        one=surveyed(0.6), two=surveyed(0.4), three=surveyed(0.9, fit={"admissible": False})
    )
    found = argument.paths(data)
    one = found.satisfaction
    by_hand = random_effects([0.6, 0.4], [0.1 / 1.959964] * 2)
    assert one.estimate == pytest.approx(by_hand.estimate, abs=1e-6)
    assert (one.k, one.left_out, one.single, one.n) == (2, 1, 1, 200)
    assert one.pi_lower is None  # of two surveys a third cannot be foretold
    alone = argument.paths(everything(one=surveyed(0.6))).satisfaction
    assert (alone.k, alone.estimate, alone.ci_lower, alone.tau) == (1, 0.6, 0.5, None)
    assert alone.grade == "low"


def test_grades_follow_what_agrees() -> None:
    assert [read.graded(n) for n in (0, 1, 2, 7)] == ["none", "low", "moderate", "moderate"]
    apart = everything(one=surveyed(0.5, 0.01), two=surveyed(-0.5, 0.01, verdict="contradicted"))
    assert argument.paths(apart).satisfaction.grade == "none"  # the pooled interval holds zero


# --- the headlines -------------------------------------------------------------------------------
def pooled(**changed: Any) -> argument.PooledRow:
    fields = {
        "from_": "satisfaction", "to": "loyalty", "k": 4, "n": 900, "left_out": 1, "single": 2,
        "not_apart": 0, "same_sign": 4, "estimate": 0.6, "ci_lower": 0.3, "ci_upper": 0.9,
        "pi_lower": -0.1, "pi_upper": 1.3, "i2": 0.9, "tau": 0.2, "q_p": 0.001, "grade": "moderate",
    }  # fmt: skip
    return argument.PooledRow(**(fields | changed))


def tension(**changed: Any) -> argument.Tension:
    path = made(
        read.PathRow, case="one", id="H2", from_="satisfaction", to="loyalty", n=100, printed=0.49,
        pls_estimate=0.49, pls_ci_lower=0.33, pls_ci_upper=0.64, estimate=3.23, ci_lower=-2.5,
        ci_upper=8.96, doubts=("apart",), relied=False, source="x",
    )  # fmt: skip
    merged = {
        "case": "one", "groups": (("image", "satisfaction"),), "from_": ("image", "satisfaction"),
        "to": "loyalty", "estimate": 0.7, "ci_lower": 0.5, "ci_upper": 0.9, "verdict": "supported",
        "admissible": True, "missed": 1,
    }  # fmt: skip
    return argument.Tension(path=path, merged=argument.MergedRow(**(merged | changed)))


def theme(side: str, name: str = "returns") -> beside.ThemeRow:
    return made(
        beside.ThemeRow, case="one", theme=name, praise=194, complaint=31, odds_ratio=6.8,
        ci_lower=4.1, ci_upper=11.5, side=side,
    )  # fmt: skip


def written(**changed: Any) -> beside.VoiceSummary:
    fields = {
        "cases": ("one",), "read": 35000, "lines": 17000, "left_out": 18000, "duplicate": 17600,
        "praise": 8236, "complaint": 8919, "named": 700,
        "share": 0.04, "praised": theme("praise", "personal_care"),
        "complained": (theme("complaint"),), "complained_count": 1, "grade": "low",
    }  # fmt: skip
    return beside.VoiceSummary(**(fields | changed))


def came(**changed: Any) -> beside.Conduct:
    fields = {
        "case": "one", "customers": 23570, "days": 545, "single_share": 0.51, "early_weeks": 4,
        "early": 0.168, "early_ci_lower": 0.163, "early_ci_upper": 0.173, "late_weeks": 52,
        "late": 0.458, "late_ci_lower": 0.452, "late_ci_upper": 0.464, "part": 0.37,
    }  # fmt: skip
    back = beside.Returning(**(fields | changed))
    return made(beside.Conduct, returning=(back,), missed=0, categories=0, clear=0, grade="low")


def answer(**changed: Any) -> argument.Answer:
    fields: dict[str, Any] = {
        "surveys": 9, "experiments": 0, "satisfaction": pooled(), "unfit": 1, "beside": (),
        "pairs": 82, "not_apart": 8, "open": 25, "judged": 12, "failing": 4,
        "apart_grade": "moderate", "tension": tension(), "conduct": came(), "voice": written(),
        "claims": made(beside.ClaimsSummary, sources=5, failed=4, checks=9, grade="high"),
    }  # fmt: skip
    return argument.Answer(**(fields | changed))


def test_the_answer_follows_the_grade() -> None:
    whole = said(headlines.answer, answer())
    assert (
        whole.en.startswith("Over the 4 real surveys that may be relied upon for it")
        and "nowhere was anything changed" in whole.en
    )
    assert "likeability" not in whole.en and whole.en.count(". ") == 1  # two sentences
    for row_ in (None, pooled(grade="none"), pooled(estimate=-0.6)):
        text = said(headlines.answer, answer(satisfaction=row_))
        assert text.en.startswith("No real survey here shows reliably")
        assert text.zh.startswith("此处没有一项真实调查")
    one = said(headlines.answer, answer(satisfaction=pooled(k=1, grade="low")))
    assert one.en.startswith("In one real survey")
    other = pooled(from_="image", k=2)
    assert (
        "beside satisfaction, image goes with loyalty, too, where that was asked"
        in said(headlines.answer, answer(beside=(other,))).en
    )
    weak = pooled(from_="image", grade="low")
    assert "image" not in said(headlines.answer, answer(beside=(weak,))).en
    tried = said(headlines.answer, answer(experiments=1)).en
    assert "changed at random in 1 of the real cases" in tried and "nowhere" not in tried


def test_the_first_headline_says_what_speaks_against_it_and_goes_without_evidence() -> None:
    text = said(headlines.headline_satisfaction, answer()).en
    for part in (
        "not equally closely everywhere", "anything in \\[−0\\.10,\xa01\\.30\\]",
        "In 2 of these surveys", "misses every cut-off", "1 more survey has", "moderate",
    ):  # fmt: skip
        assert part in text, part
    alike = pooled(q_p=0.4, pi_lower=0.2, single=0, left_out=0)
    text = said(headlines.headline_satisfaction, answer(satisfaction=alike, unfit=0)).en
    for part in ("not equally", "anything in", "single question", "cut-off", "more survey"):
        assert part not in text, part
    assert headlines.headline_satisfaction(answer(satisfaction=None), CASE) is None
    assert headlines.headline_satisfaction(answer(satisfaction=pooled(grade="none")), CASE) is None


def test_the_tension_is_told_with_the_merged_model() -> None:
    text = said(headlines.headline_apart, answer()).en
    assert "0\\.49\xa0\\[0\\.33,\xa00\\.64\\]" in text
    assert "gives none that may be relied upon (causes not told apart)" in text
    assert "3\\.23" not in text  # what may not be relied upon has no number in a sentence
    assert "8 are not distinct" in text and "25 are open" in text
    assert "With Image \\+ Satisfaction taken as one" in text and "together they go" in text
    unsure = said(headlines.headline_apart, answer(tension=tension(verdict="open"))).en
    assert "stays open, too" in unsure and "together they go" not in unsure
    assert "0\\.49" not in said(headlines.headline_apart, answer(tension=None)).en
    assert headlines.headline_apart(answer(failing=0), CASE) is None


def test_who_comes_back_is_told_by_the_intervals() -> None:
    text = said(headlines.headline_conduct, answer()).en
    assert text.startswith("**Most of those who buy once do not buy again within 52 weeks**")
    assert "come back do so later rather than early" in text
    early = said(headlines.headline_conduct, answer(conduct=came(early_ci_upper=0.24))).en
    assert "later rather than early" not in early
    many = came(late_ci_lower=0.6, late_ci_upper=0.7)
    assert said(headlines.headline_conduct, answer(conduct=many)).en.startswith(
        "**Most of those who buy once buy again within 52 weeks**"
    )
    half = came(late_ci_lower=0.45, late_ci_upper=0.55)
    assert said(headlines.headline_conduct, answer(conduct=half)).en.startswith("**About half")
    assert headlines.headline_conduct(answer(conduct=None), CASE) is None


def test_reviews_are_told_in_odds() -> None:
    text = said(headlines.headline_voice, answer()).en
    assert "194 lines of praise mention it and 31 of complaint, odds 6\\.80" in text
    assert "by design, so that only odds compare them" in text and "mostly" not in text.lower()
    assert "their intervals hold for all themes together" in text
    neither = words.told_sides(cited(written(praised=None, complained=()), "all/argument/voice"))
    assert len(neither) == 1 and "intervals" not in neither[0].en and "区间" not in neither[0].zh
    none = answer(voice=written(praised=None, complained=()))
    assert headlines.headline_voice(none, CASE) is None
    only = said(headlines.headline_voice, answer(voice=written(praised=None))).en
    assert only.startswith("**With complaint**") and "goes with praise" not in only


def test_the_reports_figures_are_faulted_only_where_checks_fail() -> None:
    assert "4 of 9 checks" in said(headlines.headline_claims, answer()).en
    sound = made(beside.ClaimsSummary, sources=5, failed=0, checks=9, grade="high")
    assert headlines.headline_claims(answer(claims=sound), CASE) is None


def test_what_is_known_follows_the_grades() -> None:
    groups = made(argument.Differences, differing=1, paths=7, different=2, compared=3)
    others = made(argument.Otherwise, stable=4, count=9)
    found = argument.known(answer(), groups, others)
    state = {r.question: (r.known, r.grade) for r in found.rows}
    assert state["together"] == ("yes", "moderate") and state["first"] == ("no", "none")
    assert state["groups"] == ("partly", "low") and state["beside"] == ("no", "none")
    table = tables.known(cited(found, "all/argument/known"), CASE).markdown("en")
    assert "Not known: nowhere was anything changed at random" in table
    less = argument.known(answer(satisfaction=pooled(grade="none"), experiments=2), groups, others)
    state = {r.question: r.known for r in less.rows}
    assert state["together"] == "no" and state["first"] == "partly"
    nothing = Refused(refused=Reason(code="no_real_survey"))
    assert isinstance(argument.known(nothing, groups, others), Refused)


def test_nothing_is_advised_without_evidence() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")
    data = everything(one=surveyed())
    ids = [a.id for a in argument.actions(data, answer(), apart).rows]
    assert ids == ["undivided", "satisfaction", "second_purchase", "read"]
    nothing = answer(satisfaction=None, conduct=None, voice=None)
    none = made(argument.Constructs, rows=[], scales=1, ave_met=1, failing=0, grade="none")
    found = argument.actions(data, nothing, none)
    assert found.rows == () and tables.actions(found, CASE) is None
    assert "Nothing found here is sure enough" in said(headlines.actions, found).en
    assert headlines.actions(argument.actions(data, answer(), apart), CASE) is None

    back = answer(conduct=came(late_ci_lower=0.6, late_ci_upper=0.7))
    ids = [a.id for a in argument.actions(data, back, apart).rows]
    assert "second_purchase" not in ids, "most come back: nothing to look after"


def recommended(**changed: Any) -> dict[str, Any]:
    row = {
        "construct": "satisfaction", "action": "raise", "change": 0.4, "ci_lower": 0.2,
        "ci_upper": 0.6, "performance": 60.0, "levels": ("1",),
    }  # fmt: skip
    rows = [row | changed, row | {"construct": "image", "action": "open"}]
    found = {"outcome": "loyalty", "group": "kind", "rows": rows}
    return {"drivers": made(Drivers, recommendations=found)}


def test_advice_is_that_of_surveys_that_may_be_relied_upon() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")

    def advised(**cases: Any) -> Any:
        return argument.actions(everything(**cases), answer(), apart)

    found = advised(one=surveyed() | recommended(), two=surveyed())
    (one,) = found.advice
    assert (one.case, one.construct_id, one.action, one.estimate) == (
        "one",
        "satisfaction",
        "raise",
        0.4,
    )
    assert (found.advised, found.silent, one.grade, one.levels) == (1, 1, "low", ("1",))
    text, table = said(headlines.advice, found), tables.advice(cited(found, "all/argument/x"), CASE)
    assert "1 real surveys recommend" in text.en or "1 real survey recommends" in text.en
    assert "1 more is silent: Two (no path to the outcome is expected there)" in text.en
    assert "另有 1 项" in text.zh and "未假设任何通向结果变量的路径" in text.zh
    assert table is not None
    shown = table.markdown("en").replace("\\", "")
    assert "Satisfaction: raise" in shown and "above all Old" in shown and "satisfaction_0" in shown
    for why, because, doubted in (
        ("doubted", "may be relied upon", surveyed(htmt="not met") | recommended()),
        ("open", "is clear of zero", surveyed() | recommended(action="open")),
    ):
        none = advised(one=doubted)
        assert none.advice == () and tables.advice(none, CASE) is None
        assert [s.why for s in none.silences] == [why]
        text = said(headlines.advice, none).en
        assert "No survey recommends anything" in text and because in text


def test_what_a_point_may_cost_beside_the_first_advice() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")

    def advised(join: Any = None, **cost: Any) -> Any:
        given = surveyed() | recommended()
        (row, _) = given["drivers"].recommendations.rows
        first = row.model_copy(update={"change": 0.8, "construct": "image"})
        costs = [{"construct": "satisfaction", "than": "image", "estimate": 0.5} | cost]
        told = {"outcome": "loyalty", "group": None, "rows": [first, row], "costs": costs}
        data = everything(one=given | {"drivers": made(Drivers, recommendations=told)})
        data.cases["one"] = data.cases["one"].model_copy(update={"join": join})
        return argument.actions(data, answer(), apart)

    def shown(found: Any) -> str:
        table = tables.advice(cited(found, "all/argument/x"), CASE)
        return table.markdown("en").replace("\\", "").split("*Note.*")[0]

    found = advised(ci_lower=0.3, ci_upper=0.7)
    first, second = found.advice
    assert (first.than, first.cost) == (None, None)
    assert (second.than, second.cost, second.cost_ci_upper) == ("image", 0.5, 0.7)
    table, text = shown(found), said(headlines.advice, found).en
    assert "the measure" in table and "not told apart" not in table and "no bound" not in table
    assert found.joined == 0 and "no amount of money a customer follows" in text
    assert "no bound" in shown(advised(ci_lower=None, ci_upper=None))
    one = second.model_copy(update={"alike": ("image",)})
    assert "| not told apart |" in shown(found.model_copy(update={"advice": (first, one)}))
    old = second.model_copy(update={"than": None, "cost": None})
    assert "not computed" in shown(found.model_copy(update={"advice": (first, old)}))
    assert "not computed" not in table
    assert "none beside it" in shown(found.model_copy(update={"advice": (first,)}))
    found = advised(SimpleNamespace(key="client"), ci_lower=0.3, ci_upper=0.7)
    assert found.joined == 1
    assert "1 real case joins answers to purchases" in said(headlines.advice, found).en


def test_what_is_pooled_may_be_one_thing_asked_twice() -> None:
    """Of the surveys behind a path those whose answers do not tell its two ends apart."""
    asked = "do not tell satisfaction and loyalty apart"
    assert asked not in said(headlines.headline_satisfaction, answer()).en
    one = answer(satisfaction=pooled(not_apart=1))
    assert f"In 1 the answers {asked}" in said(headlines.headline_satisfaction, one).en
    for verdict, n in (("met", 0), ("not met", 1)):
        pair = {"construct_a": "satisfaction", "construct_b": "loyalty", "htmt": 0.95}
        rows = {"rows": [pair | {"verdict": verdict}], "pairs": 1}
        given = surveyed()
        measured = given["measurement"].model_copy(
            update={"htmt": made(Measurement, htmt=rows).htmt}
        )
        found = argument.paths(everything(one=given | {"measurement": measured}))
        assert found.satisfaction.not_apart == n


def test_panels_have_lines_of_their_own_where_their_intervals_are_clear() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")
    effect = {"said": "joy", "of": "said", "on": "done", "verdict": "+", "estimate": 0.2}
    fewer = {"past": True, "odds_ratio": 0.7, "verdict": "-"}

    def advised(
        effect: dict[str, Any] = effect, odds: dict[str, Any] = fewer, **more: Any
    ) -> argument.Actions:
        both = made(
            Both,
            panel={"done": "hours", "effects": [effect, effect | {"of": "done", "on": "said"}]},
            lapse={"said": "joy", "rows": [odds, odds | {"past": False}]},
            **more,
        )
        data = everything(one={"conduct": both}, drawn={"conduct": both})
        found = argument.actions(data, answer(), apart, argument.foretold(data))
        assert isinstance(found, argument.Actions)
        return found

    def shown(found: argument.Actions) -> str:
        table = tables.advice(cited(found, "all/argument/x"), CASE)
        return "" if table is None else table.markdown("en").replace("\\", "").split("*Note.*")[0]

    found = advised()
    assert [(r.case, r.design, r.estimate) for r in found.followed] == [
        ("one", "within", 0.2),
        ("one", "between", 0.7),
    ]
    table, text = shown(found), said(headlines.advice, found)
    assert "joy: raise or keep up" in table and "low: panel, within a person" in table
    assert "odds × " in table and "who stops (hours)" in table
    assert "2 lines come from people who were asked several times" in text.en
    assert "有 2 条建议依据的是同一批人多次作答" in text.zh
    for within, between, given in (
        ([], ["between"], advised(effect | {"verdict": "open"})),
        ([], ["between"], advised(effect | {"verdict": "-"})),
        (["within"], [], advised(odds=fewer | {"verdict": "open"})),
        (["within"], [], advised(odds=fewer | {"verdict": "+"})),
        ([], ["between"], advised(growth={"not_by_itself": ("joy",)})),
        (["within"], ["between"], advised(growth={"not_by_itself": ("other",)})),
    ):
        assert [r.design for r in given.followed] == within + between
        assert ("within a person" in shown(given)) is bool(within)
        assert ("odds × " in shown(given)) is bool(between)
    assert "by the day" not in text.en
    for verdict, en, zh in (
        ("open", "whether fewer stop is open", "尚无定论"),
        ("-", "fewer stop, there too", "同样较少中断"),
        ("+", "more stop (odds", "反而较多中断"),
    ):
        outcome = {"firm": None, "outcome": "stopped", "n": 60, "verdict": "-"}
        row = outcome | {"held_verdict": verdict, "held": 0.9}
        row |= {"held_ci_lower": 0.8, "held_ci_upper": 1.1}
        daily = advised(
            after={"said": "joy", "horizon": 14, "rows": [row]},
            after_foretold={
                "areas": [{"model": "past", "auc": 0.8}],
                "differences": [{"model": "past+joy", "reference": "past", "verdict": "open"}],
            },
        )
        told = said(headlines.advice, daily)
        assert (
            f"known by the day: of those with more joy, with the days before the answer held, {en}"
            in told.en
        )
        assert "0\\.90" in told.en and zh in told.zh
    none = advised(effect | {"verdict": "open"}, fewer | {"verdict": "open"})
    assert none.followed == () and shown(none) == ""
    assert "asked several times" not in said(headlines.advice, none).en


def test_advice_says_whether_anything_was_tried() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")
    data = everything(one=surveyed() | recommended())
    for n in (0, 1):
        found = argument.actions(data, answer(experiments=n), apart)
        text = said(headlines.advice, found)
        assert ("No real experiment is among the data" in text.en) is (n == 0)
        assert ("没有真实的实验" in text.zh) is (n == 0)


def test_advice_says_what_is_not_told_apart() -> None:
    """Two lines of advice about what answers do not tell apart are one."""
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")
    for verdict, alike in (("met", ()), ("not met", ("loyalty",))):
        given = surveyed() | recommended()
        pair = {"construct_a": "satisfaction", "construct_b": "loyalty", "htmt": 0.95}
        rows = {"rows": [pair | {"verdict": verdict}], "pairs": 1}
        measured = given["measurement"].model_copy(
            update={"htmt": made(Measurement, htmt=rows).htmt}
        )
        found = argument.actions(everything(one=given | {"measurement": measured}), answer(), apart)
        assert [a.alike for a in found.advice] == [alike]
        shown = tables.advice(cited(found, "all/argument/x"), CASE).markdown("en")
        assert ("not told apart from Loyalty" in shown.replace("\\", "")) is bool(alike)
        assert ("such lines are one" in said(headlines.advice, found).en) is bool(alike)


def test_advice_is_withheld_where_nobody_says_which_way_the_answers_are_scored() -> None:
    apart = made(argument.Constructs, rows=[], scales=10, ave_met=7, failing=4, grade="moderate")
    data = everything(one=surveyed() | recommended())
    told = argument.actions(data, answer(), apart)
    assert len(told.advice) == 1 and told.undirected == ()
    one = data.cases["one"]
    turned = [c.model_copy(update={"direction": "not stated"}) for c in one.constructs]
    data.cases["one"] = one.model_copy(update={"constructs": turned})
    none = argument.actions(data, answer(), apart)
    assert none.advice == () and [s.why for s in none.silences] == ["undirected"]
    assert [u.construct_id for u in none.undirected] == ["satisfaction"]
    text = said(headlines.advice, none)
    assert "What to do about satisfaction" in text.en and "如何计分" in text.zh


# --- the chapters --------------------------------------------------------------------------------
def test_pairs_are_counted_by_interval() -> None:
    data = everything(one=surveyed(), two=surveyed(htmt="open"), three=surveyed(htmt="not met"))
    found = argument.constructs(data)
    assert (found.pairs, found.met, found.open, found.not_met) == (3, 1, 1, 1)
    assert (found.apart, found.open_surveys, found.failing, found.grade) == (1, 1, 1, "low")
    assert (found.scales, found.ave_met) == (3, 0)  # open is not met
    text = said(words.constructs, found).en
    assert "1 is distinct" in text and "1 is open and 1 is not distinct" in text


def test_a_tension_is_a_published_path_that_may_not_be_relied_upon() -> None:
    printed = {"kind": "path", "source": "satisfaction", "target": "loyalty", "printed": 0.49}
    product = printed | {"moderator": "image", "printed": -0.15}  # that of another path
    published = made(Published, pls={"figures": [printed, product]})
    merged = {"groups": (("image", "satisfaction"),), "rows": [], **SOUND}
    doubted = surveyed(htmt="not met", more={"merged": merged}) | {"published": published}
    (one,) = argument.constructs(everything(one=doubted)).tensions
    assert one.path.printed == 0.49 and one.merged is None
    assert argument.constructs(everything(one=surveyed() | {"published": published})).tensions == ()


def specified(*specifications: Mapping[str, Any]) -> Robustness:
    curve = {
        "hypothesis": "H2", "from_": "satisfaction", "to": "loyalty", "n": len(specifications),
        "done": 1, "suspect": sum(bool(s.get("problems")) for s in specifications), "failed": 0,
        "specifications": list(specifications),
    }  # fmt: skip
    found: Robustness = made(Robustness, curve=curve)
    return found


def spec(estimate: float, half: float = 0.1, **more: Any) -> dict[str, Any]:
    ends = {"ci_lower": estimate - half, "ci_upper": estimate + half}
    return {"estimate": estimate, **ends, "problems": (), "names": (), **more}


def test_doubtful_and_endless_choices_enter_no_range() -> None:
    curve = specified(spec(0.6), spec(0.5), spec(-0.69, problems=(FAULT,)), spec(3.2, half=5.0))
    (one,) = argument.otherwise(everything(one=surveyed() | {"robustness": curve})).rows
    assert (one.sound, one.agree, one.smallest, one.largest) == (2, 2, 0.5, 0.6)
    assert (one.doubtful, one.wide) == (1, 1)
    found = argument.otherwise(everything(one=surveyed(htmt="not met") | {"robustness": curve}))
    (doubted,) = found.rows  # its own estimate may not be relied upon: no range
    assert doubted.smallest is None and (found.doubted, found.stable) == (1, 0)
    table = tables.otherwise(cited(found, "all/argument/otherwise"), CASE).markdown("en")
    assert "0\\.69" not in table and "3\\.2" not in table


def grouped(
    held: str = "metric", p_holm: float = 0.01, firms: float | None = None
) -> dict[str, Any]:
    """`firms`: p with these as the independent units."""
    one = {"id": "H2", "from_": "satisfaction", "to": "loyalty", "p_holm": p_holm}
    one |= {"p_holm_firms": firms, "ci_lower_firms": 0.05, "ci_upper_firms": 0.55}
    other = {"id": "H1", "from_": "image", "to": "loyalty", "p_holm": 0.9}
    pair = one | {
        "group_a": "1", "group_b": "2", "estimate": 0.3, "ci_lower": 0.1, "ci_upper": 0.5,
        "differs": True,
    }  # fmt: skip
    found = made(
        Groups,
        invariance={"group": "kind", "held": held, "left_out": []},
        paths={
            "count": 2,
            "different": 1,
            "df_firms": firms and 4,
            "differences": [one, other],
        },
        pairs={"differences": [pair]},
    )
    return surveyed() | {"groups": found}


def test_groups_are_compared_where_the_questions_mean_the_same() -> None:
    found = argument.differences(everything(one=grouped(), two=grouped("configural")))
    assert (found.surveys, found.compared, found.different, found.paths) == (2, 1, 1, 2)
    assert [r.case for r in found.apart] == ["one"]
    text = said(words.differences, found).en
    assert "1 of 2 paths differs" in text and "Old less New" in text
    same = argument.differences(everything(one=grouped(p_holm=0.5)))
    text = said(words.differences, same).en
    assert "None of 2 paths differ" in text and "largest difference" not in text


def test_with_firms_a_path_differs_where_firms_say_so() -> None:
    alike = argument.differences(everything(one=grouped(p_holm=0.01, firms=0.2)))
    assert (alike.different, alike.to_loyalty_different, alike.apart) == (0, 0, ())
    found = argument.differences(everything(one=grouped(p_holm=0.2, firms=0.01)))
    (row,) = found.apart
    assert found.different == 1 and (row.ci_lower, row.ci_upper) == (0.05, 0.55)


def test_what_is_said_and_then_done() -> None:
    effect = {"said": "joy", "of": "said", "on": "done", "verdict": "+", "estimate": 0.2}
    back = effect | {"of": "done", "on": "said"}
    odds = [{"past": False, "odds_ratio": 0.5}, {"past": True, "odds_ratio": 0.7, "verdict": "-"}]
    both = made(
        Both,
        panel={"done": "hours", "effects": [effect, back, effect | {"verdict": "open"}]},
        lapse={"said": "joy", "rows": odds},
        use={"rows": [{"verdict": "+"}, {"verdict": "open"}]},
    )
    found = argument.foretold(everything(one={"conduct": both}, drawn={"conduct": both}))
    assert (found.effects, found.clear, found.cases, found.grade) == (2, 1, 1, "low")
    assert [r.odds_ratio for r in found.lapses] == [0.7]
    assert (found.used[0].count, found.used[0].more, found.used[0].less) == (2, 1, 0)
    text = said(words.foretold, found).en
    assert "1 of 2 effects" in text and "joy do so less often" in text and "used more by" in text
    assert "at one time there" in text and "孰先孰后" in said(words.foretold, found).zh
    unsure = found.lapses[0].model_copy(update={"verdict": "open"})
    less = found.model_copy(update={"said": (), "used": (), "lapses": (unsure,)})
    text = said(words.foretold, less).en
    assert "at one time there" not in text
    assert "effects" not in text and "neither clearly more nor less often" in text
    assert tables.foretold(less, CASE) is None


def test_what_is_said_once_and_then_done_day_by_day() -> None:
    stop = {"outcome": "stopped", "firm": None, "times": 0.8, "verdict": "-"}
    held = {"held": 0.95, "held_ci_lower": 0.8, "held_ci_upper": 1.1, "held_verdict": "open"}
    area = {"model": "past", "auc": 0.84}
    adds = {"model": "past+joy", "reference": "past", "estimate": 0.001, "verdict": "open"}

    def told(held: dict[str, Any] = held, adds: dict[str, Any] = adds, firm: Any = None) -> Any:
        both = made(
            Both,
            after={"said": "joy", "rows": [stop | held | {"firm": firm}]},
            after_foretold={"areas": [area], "differences": [adds]},
        )
        found = argument.foretold(everything(one={"conduct": both}, drawn={"conduct": both}))
        return found if isinstance(found, Refused) else said(words.foretold, found)

    text = told()
    assert "those with more joy stop less often" in text.en
    assert "they stop neither clearly more nor less often" in text.en
    assert "whether what was said adds anything is open" in text.en and "尚无定论" in text.zh
    text = told(held | {"held_verdict": "-"}, adds | {"verdict": "+"})
    assert text.en.count("stop less often") == 2 and "what was said adds" in text.en
    assert "neither" not in text.en and "adds anything is open" not in text.en
    assert isinstance(told(firm="eve"), Refused) and isinstance(
        told(held | {"held": None}), Refused
    )


def crossed(share: float, bend: str) -> Drivers:
    ends = {"not_loyal_ci_lower": share - 0.1, "not_loyal_ci_upper": share + 0.1}
    one = {"to": "loyalty", "level": None, "not_loyal": share, **ends}
    group = one | {"level": "1", "not_loyal": 0.99}
    found: Drivers = made(
        Drivers,
        satisfied={"rows": [one, group]},
        thresholds={"rows": [{"to": "loyalty", "claimed": bend}]},
    )
    return found


def test_the_satisfied_who_are_not_loyal() -> None:
    data = everything(
        one={"drivers": crossed(0.3, "slower")},
        two={"drivers": crossed(0.5, "open")},
        drawn={"drivers": crossed(0.9, "faster")},
    )
    found = argument.satisfied(data)
    assert [(r.case, r.not_loyal, r.bend) for r in found.rows] == [
        ("one", 0.3, "slower"),
        ("two", 0.5, "open"),
    ]
    assert (found.least, found.most, found.tried, found.faster, found.slower) == (0.3, 0.5, 2, 0, 1)
    assert "faster in 0 and slower in 1 of 2" in said(words.satisfied, found).en
    alone = argument.satisfied(everything(one={"drivers": crossed(0.3, "open")}))
    assert "between" not in said(words.satisfied, alone).en


@pytest.mark.parametrize(("upper", "grade"), [(0.46, "moderate"), (0.75, "low")])
def test_shops_bear_each_other_out_where_they_say_the_same(upper: float, grade: str) -> None:
    def shop(late: float) -> dict[str, Any]:
        ends = {"ci_lower": late - 0.01, "ci_upper": late + 0.01}
        again = [{"weeks": w, "estimate": e} | ends for w, e in ((4, 0.2), (52, late))]
        survival = {"bought_again": again, "again": [], "lapse": []}
        return {"behaviour": made(Behaviour, survival=survival)}

    assert beside.conduct(everything(one=shop(0.45), two=shop(upper))).grade == grade


def test_conduct_and_voice_are_of_real_cases() -> None:
    again = [{"weeks": 4, "estimate": 0.2}, {"weeks": 52, "estimate": 0.5}]
    bought = made(
        Behaviour,
        survival={"bought_again": again, "again": [], "lapse": []},
        holdout={"actual": 10, "pi_lower": 1.0, "pi_upper": 5.0, "forecast": 3.0, "counts": []},
    )
    found = beside.conduct(everything(one={"behaviour": bought}, drawn={"behaviour": bought}))
    assert [r.case for r in found.returning] == ["one"] and found.returning[0].part == 0.4
    assert found.grade == "low"
    assert not found.forecasts[0].inside and found.missed == 1
    assert "more than the prediction interval holds" in said(words.forecasts, found).en
    themes = [
        {"theme": "personal_care", "log_odds_ratio": 1.9, "ci_lower": 1.4, "ci_upper": 2.4},
        {"theme": "returns", "log_odds_ratio": -1.0, "ci_lower": -2.0, "ci_upper": -0.1},
        {"theme": "repair", "log_odds_ratio": -1.0, "ci_lower": -2.0, "ci_upper": 0.1},
    ]
    filled = [t | {"n_praise": 194, "n_complaint": 31} for t in themes]
    read_ = {"praise": 60, "duplicate": 30, "lines": {"read": 150}}
    wrote = made(Written, themes={"lines": 100, "named": 5, "themes": filled}, texts=read_)
    voice = beside.voice(everything(one={"voice": wrote}, drawn={"voice": wrote}))
    one = voice.summary
    assert (one.read, one.lines, one.left_out, one.duplicate) == (150, 100, 50, 30)
    text = said(words.voice, voice).en
    assert "Of 150 lines 100 are counted: 50 were left out first, 30 of them because" in text
    assert voice.summary.cases == ("one",) and voice.summary.share == 0.05
    assert [r.side for r in voice.rows] == ["praise", "complaint", "open"]
    assert voice.rows[0].odds_ratio == pytest.approx(math.exp(1.9))
    assert voice.summary.praised == voice.rows[0] and voice.summary.complained_count == 1


def test_it_rests_on_real_cases() -> None:
    """The origins of its numbers name no simulated case."""
    data = everything(one={"behaviour": None}, drawn={"behaviour": None})
    assert list(argument.used(data)) == [("one", "behaviour")]


def test_a_figure_that_was_checked_and_held_is_not_one_of_which_nothing_is_known() -> None:
    by = {r.id: r for r in beside.claims(None).rows}
    assert by["A04"].said == "untested" and "no contradiction" in tables.told(by["A04"]).en
    assert "没有发现矛盾" in tables.told(by["A04"]).zh
    unchecked = by["A04"].model_copy(update={"checks": ()})
    assert tables.told(unchecked).en == "nothing, from these data"
    assert "does not agree" in tables.told(by["Q05"]).en


def test_what_stands_beside_a_single_question_is_said_to_look_stronger() -> None:
    other = pooled(from_="image", single=0)
    for single in (2, 0):
        one = pooled(single=single)
        found = made(argument.Paths, pooled=(one, other), satisfaction=one, unfit=0)
        text = said(words.paths, found)
        assert ("may look stronger than it is" in text.en) == bool(single)
        assert ("显得比实际更强" in text.zh) == bool(single)


def test_every_claim_has_its_verdict() -> None:
    found = beside.claims(None)
    one = found.summary
    assert one.count == len(found.rows) == sum(s.count for s in found.sources)
    assert one.failed == len(found.failures) > 0 and one.inside == 0  # nothing to compare with
    by = {r.id: r for r in found.rows}
    assert by["Q05"].said == "incoherent" and by["A21"].design == "goal"
    assert by["A03"].design == "change" and by["Q02"].n == 300
    for source in found.sources:
        parts = (source.incoherent, source.inside, source.outside, source.divided, source.untested)
        assert sum(parts) == source.count


@pytest.mark.parametrize(
    ("inside", "verdict"),
    [((True, True), "inside"), ((False, False), "outside"), ((True, False), "divided"),
     ((), "untested")],
)  # fmt: skip
def test_a_claim_beside_several_surveys_is_inside_of_all_or_says_so(
    inside: tuple[bool, ...], verdict: str
) -> None:
    claim = ledger.load().named("N39")
    assert len(claim.beside) == 6  # every real survey with this path
    held = [made(HeldRow, claim="N39", inside=one) for one in inside]
    assert beside._claim(claim, {}, {"N39": held}).said == verdict


def test_what_lies_inside_some_and_outside_others_is_said_where_there_is_any() -> None:
    def told(divided: int, inside: int = 1) -> str:
        summary = {"inside": inside, "outside": 2, "divided": divided}
        return said(words.claims, made(beside.Claims, summary=summary)).en

    assert "1 lies inside our interval and 2 outside it; an interval" in told(0)
    assert "2 outside it, 3 inside that of some surveys and outside that of others;" in told(3)
    assert "none lies inside our interval" in told(0, 0) and "3 lie inside" in told(0, 3)


def test_two_surveys_have_no_share_of_real_differences() -> None:
    def cells(k: int) -> list[str]:
        found = made(argument.Paths, pooled=[pooled(k=k).model_dump()])
        table = tables.pooled(cited(found, "all/argument/paths"), CASE)
        assert table is not None
        row = table.markdown("en").splitlines()[2]
        return [shared.plain(cell).replace("\u00a0", " ").strip() for cell in row.split("|")]

    assert "90 %" in cells(3) and "90 %" not in cells(2)


def test_what_stands_beside_a_single_question_is_doubted_in_the_brief() -> None:
    other = pooled(from_="image", single=0)
    caution = "What stands beside a single question may look stronger than it is"
    with_it = said(headlines.headline_satisfaction, answer(beside=(other,))).en
    assert caution in with_it
    for changed in (
        {"beside": ()},
        {"beside": (pooled(from_="image", grade="low"),)},
        {"beside": (other,), "satisfaction": pooled(single=0)},
    ):
        assert caution not in said(headlines.headline_satisfaction, answer(**changed)).en


# --- what is shown -------------------------------------------------------------------------------
def whole() -> argument.Argument:
    """All findings of made-up results, as the notebook has them."""
    printed = {"kind": "path", "source": "satisfaction", "target": "loyalty", "printed": 0.49}
    again = [{"weeks": 4, "estimate": 0.2}, {"weeks": 52, "estimate": 0.5}]
    category = {
        "category": "tea", "repeat": 0.8, "chance": 0.7, "inertia": 0.1, "inertia_ci_lower": 0.05,
        "inertia_ci_upper": 0.2,
    }  # fmt: skip
    bought = made(
        Behaviour,
        survival={"bought_again": again, "again": [], "lapse": []},
        holdout={"counts": []},
        choices={"categories": [category]},
    )
    theme_ = {"theme": "returns", "log_odds_ratio": -1.0, "ci_lower": -2.0, "ci_upper": -0.1}
    wrote = made(Written, themes={"themes": [theme_ | {"n_praise": 1, "n_complaint": 2}]}, texts={})
    path = {
        "from_": ("image", "satisfaction"), "to": "loyalty", "sign": "+", "estimate": 0.7,
        "ci_lower": 0.5, "ci_upper": 0.9, "verdict": "supported",
    }  # fmt: skip
    merged = {"groups": (("image", "satisfaction"),), "rows": [path], **SOUND}
    data = everything(
        one=grouped()
        | {
            "behaviour": bought,
            "voice": wrote,
            "robustness": specified(spec(0.6), spec(0.5)),
            "drivers": crossed(0.3, "slower"),
            "conduct": made(Both, use={"rows": [{"verdict": "+"}]}),
        },
        two=surveyed(0.4),
        three=surveyed(htmt="not met", more={"merged": merged})
        | {"published": made(Published, pls={"figures": [printed]})},
    )
    apart, paths = argument.constructs(data), argument.paths(data)
    differences, otherwise = argument.differences(data), argument.otherwise(data)
    conduct, voice, claims = argument.conduct(data), argument.voice(data), argument.claims(None)
    answered = argument.answer(data, paths, apart, conduct, voice, claims)
    return argument.Argument(
        answer=answered,
        exhibit=argument.exhibit(data),
        known=argument.known(answered, differences, otherwise),
        surveys=argument.surveys(data),
        constructs=apart,
        paths=paths,
        satisfied=argument.satisfied(data),
        differences=differences,
        otherwise=otherwise,
        conduct=conduct,
        foretold=argument.foretold(data),
        voice=voice,
        claims=claims,
        actions=argument.actions(data, answered, apart),
    )


def test_every_finding_has_its_place() -> None:
    assert set(PAGE) == set(argument.Argument.model_fields)


def test_all_that_is_shown_is_made_of_fields() -> None:
    found = whole()
    assert argument.Argument.model_validate_json(found.model_dump_json()) == found
    showers = [shower for each in PAGE.values() for shower in each]
    assert len({(s.__module__, s.__name__) for s in showers}) == len(showers)  # labels are unique
    pairs = [(type(f), n) for n, f in found if not isinstance(f, Refused | None)]
    assert len(pairs) == len(PAGE)
    for name, showers in PAGE.items():
        finding = cited(getattr(found, name), f"all/argument/{name}")
        for shower in showers:
            shown = shower(finding, CASE)
            if shown is None:
                continue
            for language in LANGUAGES:
                if isinstance(shown, Figure | Table):
                    assert odd_counts(shared.plain(shown.caption.zh)) == [], name
                if isinstance(shown, Figure):
                    assert shown.simulated is False and shown.draw(language).axes
                elif isinstance(shown, Table):
                    assert shown.simulated is False
                    text = shown.markdown(language)
                    assert not re.search(r"\b(nan|None)\b", text), (name, text)
                else:
                    _sentences(shown, language, name)


#: Numbers that are no findings: a confidence level, half of a variance, a cited cut-off.
_PLAIN = re.compile(r"95 ?%|[@\[][\w@]*\d{4}\w?|0\\\.85|66\\\.7")


def _sentences(shown: Text | Sequence[Text], language: Any, name: str) -> None:
    parts = [shown] if isinstance(shown, Text) else shown
    text = shared.join(parts).in_(language)
    rest = _PLAIN.sub("", re.sub(r"\[[^\[\]]*\]\{\.num [^{}]*\}", "", text))
    assert not re.search(r"\d", rest), (name, rest)
    assert not re.search(r"\b(nan|None)\b", text)
    if language == "zh":
        assert odd_counts(shared.plain(text)) == [], name


def test_items_numbered_in_a_row_are_told_by_the_first_and_the_last() -> None:
    runs = tables._runs(["q1", "q2", "q3", "fee", "a1", "a3", "9", "10"])
    assert runs == [["q1", "q3"], ["fee"], ["a1"], ["a3"], ["9", "10"]]
