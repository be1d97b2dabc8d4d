"""All results side by side: what counts as the same, what is pooled, what is said of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from made_up import made

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.structural.findings import Bend, Moderation, Structural
from loyalty.analyses.synthesis import estimates, evidence, figures, tables, words
from loyalty.analyses.synthesis import findings as synthesis
from loyalty.analyses.synthesis.estimates import Estimate, Everything
from loyalty.analyses.synthesis.page import PAGE
from loyalty.cases import claims
from loyalty.cases.asked import Group, Hypothesis
from loyalty.cases.study import ALL, Study
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Findings, Record, Refused, cited
from loyalty.ground.reading import validated
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table
from loyalty.stats import masem
from loyalty.stats.pooling import meta_regression, random_effects


# --- made-up results -----------------------------------------------------------------------------
def described(
    *ids: str, simulated: bool = False, same_as: Mapping[str, str] | None = None, title: str = "T"
) -> Study:
    """A case whose constructs are `ids`, the last of them the outcome of all others."""
    constructs = [
        {
            "id": name,
            "label": {"en": name.title(), "zh": f"构念{name}"},
            "role": "outcome" if name == ids[-1] else "antecedent",
            "items": [{"id": f"{name}_{k}", "en": "x"} for k in range(2)],
            **({"same_as": same_as[name]} if same_as and name in same_as else {}),
        }
        for name in ids
    ]
    kind = "simulated" if simulated else "real"
    file = {"file": {"path": "a.csv", "sha256": "0" * 64}}
    drawn = {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}}
    table = {"id": "panel", "kind": "transactions", "label": "Panel", "rows": file}
    content = {
        "title": {"en": title, "zh": f"案例{title}"},
        "summary": "S",
        "provenance": {"kind": kind, "source": "x", "licence": "x", "sampling": "x"},
        "rows": drawn if simulated else file,
        "scale": {"min": 1, "max": 7},
        "constructs": constructs,
        "resources": [table],
    }
    return validated(Study, content, "study.yml")


CASES = {
    "one": described("quality", "loyalty", title="One"),
    "two": described("quality", "loyalty", title="Two"),
    "three": described(
        "service",
        "staying",
        "telling",
        same_as={"staying": "loyalty", "telling": "loyalty", "service": "quality"},
        title="Three",
    ),
    "drawn": described("quality", "loyalty", simulated=True, title="Drawn"),
    "again": described("quality", "loyalty", simulated=True, title="Again"),
}
#: Surveys of the backbone, each with its constructs.
CHAIN = ("quality", "value", "satisfaction", "loyalty")
BACKBONE = {
    name: described(*CHAIN, title=name.title()) for name in ("bank", "phone", "food", "net")
}
BACKBONE["part"] = described("quality", "satisfaction", title="Part")
CASE = Case(ALL, described=CASES | BACKBONE)


def path(start: str, end: str, estimate: float, se: float, name: str = "H1") -> dict[str, Any]:
    low, high = estimate - 1.96 * se, estimate + 1.96 * se
    verdict = "supported" if low > 0 else "contradicted" if high < 0 else "open"
    return {"id": name, "from_": start, "to": end, "estimate": estimate, "se": se} | {
        "ci_lower": low,
        "ci_upper": high,
        "verdict": verdict,
    }


PATHS = {
    "one": [path("quality", "loyalty", 0.40, 0.10)],
    "two": [path("quality", "loyalty", 0.10, 0.10)],
    "three": [
        path("service", "staying", 0.50, 0.05),
        path("service", "telling", 0.30, 0.15, "H2"),
    ],
    "drawn": [path("quality", "loyalty", 0.90, 0.01)],
}


def structural(rows: Sequence[Mapping[str, Any]], *one_point: Mapping[str, Any]) -> Structural:
    paths = {
        "rows": list(rows),
        "count": len(rows),
        "one_point": list(one_point),
    }
    found: Structural = made(Structural, paths=paths)
    return found


def everything(
    found: Mapping[tuple[str, str], Findings], cases: Mapping[str, Study] = CASES
) -> Everything:
    origin = SimpleNamespace(resource="panel", rows=1234)
    return Everything(
        cases,
        {  # type: ignore[arg-type]
            key: SimpleNamespace(findings=value, provenance=SimpleNamespace(data=[origin]))
            for key, value in found.items()
        },
    )


def with_paths(*cases: str, **rows: Sequence[Mapping[str, Any]]) -> Everything:
    given = {case: PATHS[case] for case in cases} | rows
    return everything(
        {(case, "structural"): structural(own) for case, own in given.items()},
        {case: CASES[case] for case in CASES if case in given},
    )


def said(found: Record, function: Any) -> Text:
    shown = function(cited(found, "all/synthesis/finding"), CASE)
    whole = shared.join(shown) if isinstance(shown, list) else shown
    return Text(
        **{language: shared.without_references(whole.in_(language)) for language in LANGUAGES}
    )


#: A solution to be taken at face value.
SOUND = {"converged": True, "admissible": True, "problems": ()}


# --- at a glance ---------------------------------------------------------------------------------
def surveyed(htmt: float, supported: int, count: int) -> dict[str, Findings]:
    rows = [path(f"c{k}", "loyalty", 0.4, 0.1 if k < supported else 0.5) for k in range(count)]
    return {
        "audit": made(Audit, flow={"n": 250}, missing={"share": 0.01}),
        "reliability": made(Reliability, scales={"rows": [{"alpha": 0.8}, {"alpha": 0.7}]}),
        "measurement": made(Measurement, htmt={"largest": htmt}, fit=SOUND | {"cfi": 0.95}),
        "structural": structural(rows),
    }


def glance(**cases: tuple[float, int, int]) -> synthesis.Glance:
    found = {(c, a): f for c, given in cases.items() for a, f in surveyed(*given).items()}
    return synthesis.glance(everything(found))


def test_a_survey_at_a_glance() -> None:
    found = glance(one=(0.96, 3, 11))
    row, without = found.rows[:2]
    assert (row.letter, row.n, row.missing, row.alpha) == ("A", 250, 0.01, 0.7)
    assert (row.htmt, row.cfi, row.supported, row.paths) == (0.96, 0.95, 3, 11)
    assert (without.letter, without.n, without.alpha, without.paths) == ("B", None, None, None)
    assert (found.cases, found.cases_real, found.cases_simulated) == (5, 3, 2)
    assert (found.surveys, found.surveys_real, found.drawn) == (5, 3, 0)
    assert "simulated" not in said(found, words.glance).en


def test_simulated_surveys_are_told_together() -> None:
    many = said(glance(one=(0.96, 3, 11), drawn=(0.61, 5, 6), again=(0.68, 7, 7)), words.glance)
    assert many.en.count("hypothesized paths") == 1 and "3 of 11" in many.en
    assert "In the 2 simulated surveys" in many.en and "12 of 13 paths" in many.en
    assert "between 0\\.61 and 0\\.68" in many.en and "介于 0\\.61 与 0\\.68" in many.zh
    assert "In the simulated survey," in said(glance(drawn=(0.61, 5, 6)), words.glance).en


def test_tables_beside_the_surveys() -> None:
    found = synthesis.tables(everything({("one", "behaviour"): Behaviour()}))
    assert [(r.case, r.table, r.rows) for r in found.rows][:2] == [
        ("one", "panel", 1234),
        ("two", "panel", None),
    ]
    assert (found.count, found.real) == (5, 3)
    assert "3 of 5 tables" in said(found, words.tables).en


# --- the same path in several surveys ------------------------------------------------------------
def test_paths_between_the_same_concepts_count_once_a_case() -> None:
    rows = [
        Estimate(case, r["from_"], r["to"], r["estimate"], r["se"], r["ci_lower"], r["ci_upper"])
        for case, own in PATHS.items()
        for r in own
    ]
    together = estimates.shared_paths(rows, CASES)
    assert list(together) == [("quality", "loyalty")]
    by_case = {e.case: e for e in together["quality", "loyalty"]}
    assert by_case["three"].paths == 2
    assert (by_case["three"].estimate, by_case["three"].se) == pytest.approx((0.40, 0.10))
    assert estimates.shared_paths(rows[:1], CASES) == {}


def test_a_concept_is_named_as_the_construct_of_its_name() -> None:
    label = estimates.concepts({"three": CASES["three"], "one": CASES["one"]})
    assert label["loyalty"].en == "Loyalty" and label["quality"].en == "Quality"
    assert estimates.concepts({"three": CASES["three"]})["loyalty"].en == "Staying"


def test_a_path_without_interval_is_no_path() -> None:
    bare = {**PATHS["one"][0], "se": None, "ci_lower": None, "ci_upper": None}
    assert estimates.all_paths(with_paths(one=[bare])) == ()


def test_the_matrix_marks_an_interval_that_holds_zero() -> None:
    found = synthesis.matrix(with_paths(*PATHS))
    assert isinstance(found, synthesis.Matrix)
    assert (found.count, found.real, len(found.paths)) == (1, 1, 5)
    shown = tables.matrix(cited(found, "all/synthesis/matrix"), CASE)
    row = shared.without_references(shown.markdown("en")).splitlines()[2]
    cells = [c.strip() for c in row.strip("|").split("|")]
    assert cells == ["Quality → Loyalty", "0\\.40", "0\\.10 °", "0\\.40", "0\\.90"]
    assert "1 path stands" in said(found, words.matrix).en
    two = found.model_copy(update={"count": 2})
    assert "2 paths stand" in said(two, words.matrix).en
    alone = synthesis.matrix(with_paths("one"))
    assert isinstance(alone, Refused) and alone.refused.code == "no_shared_path"


def test_only_paths_to_be_relied_upon_are_drawn() -> None:
    wide = path("quality", "loyalty", 0.2, 0.5)
    found = synthesis.real_paths(with_paths("drawn", "one", two=[wide]))
    assert found is not None and (found.relied, found.count) == (1, 2)
    assert [r.case for r in found.rows] == ["one"]
    assert "1 of 2 paths" in said(found, words.paths).en
    none = synthesis.real_paths(with_paths(two=[wide]))
    assert none is not None and figures.paths(none, CASE) is None
    assert synthesis.real_paths(with_paths("drawn")) is None


def test_votes_count_every_verdict_and_no_number_stands_for_none() -> None:
    wide = path("quality", "loyalty", 0.2, 0.5)
    found = synthesis.votes(with_paths("one", "three", "drawn", two=[wide]))
    assert found is not None
    assert (found.real.supported, found.real.open, found.real.contradicted) == (3, 0, 0)
    assert (found.real.doubted, found.real.count) == (1, 4)
    assert {r.case: r.doubted for r in found.rows} == {"one": 0, "two": 1, "three": 0}
    text = said(found, words.votes).en
    assert (
        "3 of 4 hypotheses are supported, none are open, none are contradicted, and 1 may" in text
    )
    against = synthesis.votes(with_paths(one=[path("quality", "loyalty", -0.4, 0.1)]))
    assert against is not None
    assert "none are open, 1 is contradicted, and none may" in said(against, words.votes).en
    assert synthesis.votes(with_paths("drawn")) is None


def test_votes_count_moderations_and_bends_like_paths() -> None:
    """By the latent verdict where there is one: it is the one with the measurement error out."""
    data = with_paths("one")
    bends = [
        made(Bend, id="H8", verdict="open", latent_verdict="contradicted"),
        made(Bend, id="H9", verdict="supported"),
    ]
    findings = data.found["one", "structural"].findings
    bent = findings.model_copy(update={"moderation": Moderation(count=2, rows=tuple(bends))})
    found = synthesis.votes(everything({("one", "structural"): bent}, {"one": CASES["one"]}))
    assert found is not None
    (row,) = found.rows
    assert (row.supported, row.open, row.contradicted) == (2, 0, 1)
    assert "2 of 3 hypotheses are supported, none are open, 1 is" in said(found, words.votes).en


# --- pooling -------------------------------------------------------------------------------------
def test_pooling_by_hand() -> None:
    """Three estimates of equal error: tau² is their variance less that of the error."""
    found = synthesis.pooled(with_paths(*PATHS), simulated=False)
    assert found is not None
    (row,) = found.rows
    assert row.cases == ("one", "two", "three") and row.k == 3
    half, ahead = 4.302652729911275 * 0.1, 4.302652729911275 * 0.03**0.5  # t, two df
    assert row.estimate == pytest.approx(0.3)
    assert (row.ci_lower, row.ci_upper) == pytest.approx((0.3 - half, 0.3 + half))
    assert (row.pi_lower, row.pi_upper) == pytest.approx((0.3 - ahead, 0.3 + ahead))
    assert (row.tau, row.i2) == pytest.approx((0.02**0.5, 2 / 3))
    assert (found.count, found.clear, found.surveys) == (1, 0, 3)


def test_real_and_simulated_are_never_pooled_together() -> None:
    data = with_paths(*PATHS, again=[path("quality", "loyalty", 0.5, 0.02)])
    real, drawn = synthesis.pooled(data, False), synthesis.pooled(data, True)
    assert real is not None and drawn is not None
    assert real.rows[0].cases == ("one", "two", "three")
    assert drawn.rows[0].cases == ("drawn", "again")
    expected = random_effects([0.9, 0.5], [0.01, 0.02])
    assert drawn.rows[0].estimate == pytest.approx(expected.estimate)
    assert drawn.rows[0].q_p == pytest.approx(expected.q_p)
    assert synthesis.pooled(with_paths(*PATHS), True) is None


def pooled_row(**given: Any) -> synthesis.PooledPath:
    row: synthesis.PooledPath = made(
        synthesis.PooledPath, **{"from_": "quality", "to": "loyalty", "k": 3} | given
    )
    return row


def pooled(*rows: synthesis.PooledPath, clear: int = 0, surveys: int = 2) -> synthesis.Pooled:
    return synthesis.Pooled(rows=rows, count=len(rows), clear=clear, surveys=surveys)


def test_the_sentence_on_pooling_follows_the_number_of_surveys() -> None:
    two = said(pooled(pooled_row(k=2)), words.pooled)
    assert "one degree of freedom" in two.en and "一个自由度" in two.zh
    assert "1 path is shared by at least two of the 2 real surveys" in two.en
    assert "clear of zero for none" in two.en
    three = said(pooled(pooled_row(), pooled_row(k=2), clear=1), words.pooled)
    assert "degree of freedom" not in three.en and "2 paths are shared" in three.en
    assert "clear of zero for 1" in three.en and "For Quality → Loyalty" in three.en
    assert "there are 2" in said(pooled(), words.pooled).en
    assert "there is 1): nothing is pooled" in said(pooled(surveys=1), words.pooled).en
    assert "不作合并" in said(pooled(), words.pooled).zh


def test_what_differs_most_between_simulated_surveys() -> None:
    one = said(pooled(pooled_row(tau=0.1)), words.pooled_simulated)
    assert "1 path is pooled" in one.en and "differs between" in one.en
    back = pooled_row(from_="loyalty", to="quality", tau=0.2)
    two = said(pooled(pooled_row(tau=0.1), back), words.pooled_simulated)
    assert "2 paths are pooled" in two.en and "(τ = 0\\.20)" in two.en
    assert "Loyalty → Quality differs most between surveys" in two.en


# --- moderators of surveys -----------------------------------------------------------------------
def ten(**changes: Any) -> Everything:
    """Ten surveys whose paths rise with the points of their scale, five of one industry."""
    cases = {}
    for k in range(10):
        one = described("quality", "loyalty")
        industry = ["banking"] if k < 5 else ["airlines", "hotels"][k % 2 : k % 2 + 1]
        provenance = one.provenance.model_copy(update={"industries": industry})
        scale = one.scale.model_copy(update={"max": 5 + k % 3, **changes})
        cases[f"s{k}"] = one.model_copy(update={"provenance": provenance, "scale_": scale})
    paths = {c: [path("quality", "loyalty", 0.1 * s.scale.max, 0.05)] for c, s in cases.items()}
    return everything({(c, "structural"): structural(p) for c, p in paths.items()}, cases)


def test_properties_of_surveys_are_tried_where_ten_have_a_path() -> None:
    found = evidence.moderators(ten())
    assert isinstance(found, evidence.Moderators)
    assert [(r.moderator, r.k) for r in found.rows] == [("points", 10), ("commonest_industry", 10)]
    points, industry = found.rows
    assert points.estimate == pytest.approx(0.1) and points.clear
    y = [0.1 * (5 + k % 3) for k in range(10)]
    again = meta_regression(y, [0.05] * 10, [1.0] * 5 + [0.0] * 5)
    assert industry.estimate == pytest.approx(again.estimate)
    assert (found.count, found.clear) == (2, 1)
    text = said(found, words.moderators)
    assert "2 properties of surveys were tried" in text.en and "interval of 1 is" in text.en
    assert "2 个调查特征中有 1 个的区间不含零" in text.zh
    assert found.untried == ("single_item", "year", "commonest_country")
    assert "a construct of one item, year and the commonest country" in text.en
    one = found.model_copy(update={"count": 1, "clear": 0, "untried": ()})
    assert "Not tried" not in said(one, words.moderators).en
    assert "1 property of surveys was" in said(one, words.moderators).en
    assert "interval of none is" in said(one, words.moderators).en


def test_countries_are_tried_where_ten_surveys_say_theirs() -> None:
    data = ten()
    countries = ["ES"] * 6 + ["US"] * 4
    cases = {
        case: study.model_copy(
            update={"provenance": study.provenance.model_copy(update={"country": country})}
        )
        for (case, study), country in zip(data.cases.items(), countries, strict=True)
    }
    found = evidence.moderators(dataclasses.replace(data, cases=cases))
    assert isinstance(found, evidence.Moderators)
    row = next(r for r in found.rows if r.moderator == "commonest_country")
    again = meta_regression(
        [0.1 * (5 + k % 3) for k in range(10)], [0.05] * 10, [1.0] * 6 + [0.0] * 4
    )
    assert (row.k, row.estimate) == (10, pytest.approx(again.estimate))


def test_a_stretched_scale_has_no_known_points() -> None:
    found = evidence.moderators(ten(max=100))
    assert isinstance(found, evidence.Moderators)
    assert [r.moderator for r in found.rows] == ["commonest_industry"]


def test_fewer_than_ten_surveys_are_no_ground_for_moderators() -> None:
    found = evidence.moderators(with_paths(*PATHS))
    assert isinstance(found, Refused) and found.refused.code == "few_surveys_for_moderators"
    assert found.refused.parameters == {"n": 3, "least": 10}


# --- the backbone --------------------------------------------------------------------------------
R = {
    ("quality", "value"): 0.5,
    ("quality", "satisfaction"): 0.6,
    ("quality", "loyalty"): 0.42,
    ("value", "satisfaction"): 0.55,
    ("value", "loyalty"): 0.4,
    ("satisfaction", "loyalty"): 0.7,
}


def measured(
    shift: float = 0.0,
    *,
    admissible: bool = True,
    of: Sequence[str] = CHAIN,
    n: int = 300,
    **more: Any,
) -> Measurement:
    rows = [
        {
            "a": a,
            "b": b,
            "correlation": r + shift,
            "correlation_ci_lower": r + shift - 0.1,
            "correlation_ci_upper": r + shift + 0.1,
        }
        for (a, b), r in R.items()
        if {a, b} <= set(of)
    ]
    fit = SOUND | {"n": n, "admissible": admissible, **more}
    found: Measurement = made(Measurement, fit=fit, shared_variance={"rows": rows})
    return found


def backbone(**given: Measurement) -> evidence.Backbone | Refused:
    found = {(case, "measurement"): one for case, one in given.items()}
    result: evidence.Backbone | Refused = evidence.backbone(everything(found, BACKBONE))
    return result


def test_the_backbone_is_pooled_from_latent_correlations_with_their_errors() -> None:
    part = measured(of=("quality", "satisfaction"), n=500)
    found = backbone(bank=measured(0.02), phone=measured(-0.02), part=part)
    assert isinstance(found, evidence.Backbone)
    assert (found.k, found.n, found.complete, found.doubted) == (3, 1100, 2, ())
    assert [(s.case, s.concepts) for s in found.studies][2] == ("part", ("quality", "satisfaction"))
    by_pair = {(r.a, r.b): r for r in found.correlations}
    assert by_pair["quality", "satisfaction"].studies == 3
    assert by_pair["value", "loyalty"].n == 600
    # Two surveys with one error, 0.1 over 1.96: their mean, and the error of a mean.
    row = by_pair["value", "loyalty"]
    assert row.estimate == pytest.approx(0.4, abs=1e-3)
    assert row.ci_upper - row.ci_lower == pytest.approx(0.2 / 2**0.5, rel=0.02)
    assert [(p.from_, p.to) for p in found.direct] == evidence.DIRECT
    assert found.df == 2 and found.with_doubted is None
    rows = [{(a, b): r + d for (a, b), r in R.items()} for d in (0.02, -0.02)]
    frames = [pd.Series(r).unstack().reindex(index=CHAIN, columns=CHAIN) for r in rows]
    frames = [f.fillna(f.T) for f in frames]
    rough = masem.path_model(masem.pool_correlations(frames, [300, 300]), evidence.INDEX)
    assert [p.estimate for p in found.paths] == pytest.approx(rough.paths["estimate"], abs=0.02)


def test_a_construct_of_one_item_enters_as_free_of_error() -> None:
    rows = [
        {"a": "quality", "b": "loyalty", "correlation": 0.3, "ci_lower": 0.2, "ci_upper": 0.4},
        {"a": "quality", "b": "other", "correlation": 0.9, "ci_lower": 0.8, "ci_upper": 1.0},
        {"a": "value", "b": "loyalty", "correlation": 0.3, "ci_lower": None, "ci_upper": None},
    ]
    whole = {"rows": rows, "single": ["loyalty"], "n": 80, "admissible": True}
    fit = SOUND | {"n": 70}
    both = made(Measurement, single_items=whole, fit=fit, shared_variance={"rows": []})
    found = backbone(bank=measured(), phone=measured(), food=both)
    assert isinstance(found, evidence.Backbone)
    assert found.studies[2].concepts == ("quality", "loyalty")
    assert (found.studies[2].single, found.studies[2].n, found.single) == (("loyalty",), 80, 1)
    text = said(found, words.backbone)
    assert "In 1 of them one construct or more has one item" in text.en and "单题项" in text.zh
    without = backbone(bank=measured(), phone=measured())
    assert isinstance(without, evidence.Backbone)
    assert "one item" not in said(without, words.backbone).en


@pytest.mark.parametrize(
    "doubt",
    [{"admissible": False}, {"converged": False}, {"problems": (Reason(code="not_identified"),)}],
)
def test_what_may_not_be_relied_upon_is_pooled_only_beside(doubt: dict[str, Any]) -> None:
    """The main paths are those of the other surveys alone; the same survey, sound, moves them."""
    two = {"bank": measured(0.02), "phone": measured(-0.02)}
    alone = backbone(**two)
    found = backbone(**two, food=measured(-0.15, **doubt), net=measured(0.28))
    with_all = backbone(**two, food=measured(-0.15))
    assert isinstance(found, evidence.Backbone)
    assert isinstance(alone, evidence.Backbone) and isinstance(with_all, evidence.Backbone)
    assert [r.case for r in found.left_out] == ["net"]
    assert (found.k, found.n, found.doubted) == (2, 600, ("food",))
    assert (found.paths, found.q, found.direct) == (alone.paths, alone.q, alone.direct)
    beside = found.with_doubted
    assert isinstance(beside, evidence.WithDoubted) and beside.paths == with_all.paths
    assert beside.paths != found.paths and (beside.chisq, beside.p) == (with_all.chisq, with_all.p)
    assert (with_all.k, with_all.doubted, with_all.with_doubted) == (3, (), None)
    text = said(found, words.backbone)
    assert "are not told apart: Net." in text.en and "构念无法区分而未纳入：案例Net" in text.zh
    assert "2 real surveys of 600 people, whose measurement models may be relied" in text.en
    assert "has no acceptable solution: Food. With it the paths would be Quality → V" in text.en
    assert "因测量模型没有可接受的解而未合并：案例Food。若将其纳入，各路径为" in text.zh
    for p, en, zh in ((0.04, "would be refuted (χ²", "会被否定"), (0.06, "would not be", "不会")):
        other = found.model_copy(update={"with_doubted": beside.model_copy(update={"p": p})})
        assert en in said(other, words.backbone).en and zh in said(other, words.backbone).zh
    unsolved = Refused(refused=Reason(code="few_studies", parameters={"n": 1}))
    odd = found.model_copy(update={"with_doubted": unsolved})
    assert "With it the pooling has no solution" in said(odd, words.backbone).en
    assert "合并无解" in said(odd, words.backbone).zh


def test_too_few_surveys_that_may_be_relied_upon_are_not_pooled() -> None:
    unsound, part = measured(admissible=False), measured(of=("quality", "satisfaction"))
    for given, n, every in (
        ({"bank": measured(), "phone": unsound}, 1, 2),
        ({"bank": unsound, "phone": unsound}, 0, 2),
        ({"bank": measured(), "part": part, "phone": unsound}, 2, 3),  # one knows each other pair
        ({"part": part, "net": part, "bank": unsound, "phone": unsound}, 2, 4),  # none knows value
    ):
        few = backbone(**given)
        assert isinstance(few, Refused) and few.refused.code == "few_relied_studies"
        assert few.refused.parameters == {"n": n, "every": every}
    why = few.refused.text({})
    assert (
        "may be relied upon, 2, are too few" in why.en and "可以采信的只有 2 项，不足以" in why.zh
    )
    assert isinstance(backbone(bank=measured(), phone=measured()), evidence.Backbone)


def test_what_cannot_be_pooled_is_refused() -> None:
    alone = backbone(bank=measured())
    assert isinstance(alone, Refused) and alone.refused.code == "few_studies"
    part = measured(of=("quality", "satisfaction"))
    parts = backbone(bank=part, phone=part)
    assert isinstance(parts, Refused) and parts.refused.code == "variable_not_pooled"
    once = backbone(bank=measured(), part=part)
    assert isinstance(once, Refused) and once.refused.code == "few_studies_for_pair"
    drawn = evidence.backbone(everything({("drawn", "measurement"): measured()}))
    assert isinstance(drawn, Refused) and drawn.refused.parameters == {"n": 0}


def test_the_sentences_on_the_backbone_follow_its_intervals() -> None:
    found = backbone(bank=measured(), phone=measured())
    assert isinstance(found, evidence.Backbone)
    plain = said(found, words.backbone)
    assert "2 real surveys of 600 people" in plain.en and "2 know all of them" in plain.en
    assert "Left out" not in plain.en and "Not pooled" not in plain.en
    assert "cannot be told from their errors" in plain.en and "无法区分" in plain.zh
    assert "Clear of zero are Quality → Value" in plain.en and "Left open" not in plain.en
    assert "through satisfaction alone is not refuted" in plain.en and "未被否定" in plain.zh
    assert "beside satisfaction are left open" in plain.en and "rather too short" in plain.en
    apart = found.model_copy(update={"q_p": 0.001, "p": 0.001, "complete": 0, "k": 10})
    text = said(apart, words.backbone)
    assert "differ by more than their errors" in text.en and "超出误差" in text.zh
    assert "alone is refuted" in text.en and "被否定" in text.zh
    assert "none know all" in text.en and "rather too short" not in text.en
    first = found.paths[0].model_copy(update={"ci_lower": -0.1})
    direct = found.direct[1].model_copy(update={"ci_lower": 0.1, "ci_upper": 0.3})
    turned = found.model_copy(
        update={"paths": (first, *found.paths[1:]), "direct": (found.direct[0], direct)}
    )
    text = said(turned, words.backbone)
    assert "Left open by the interval: Quality → Value" in text.en and "包含零、未定" in text.zh
    assert "clear of zero beside satisfaction: Value → Loyalty" in text.en


def test_the_table_of_the_backbone_has_the_paths_with_doubtful_surveys_beside() -> None:
    found = backbone(bank=measured(), phone=measured(), food=measured(admissible=False))
    assert isinstance(found, evidence.Backbone)
    shown = tables.backbone(cited(found, "all/synthesis/backbone"), CASE).markdown("en")
    assert "With doubtful surveys" in shown and shown.count("added") == 2
    sound = found.model_copy(update={"with_doubted": None})
    plain = tables.backbone(cited(sound, "all/synthesis/backbone"), CASE).markdown("en")
    assert "With doubtful" not in plain


# --- the hypotheses of the sources ---------------------------------------------------------------
def hypothesized(study: Study, *paths: tuple[str, str, str], **more: Any) -> Study:
    """The case with these hypotheses (from, to, sign)."""
    content = [
        {"id": f"H{k}", "from": a, "to": b, "sign": sign, **more}
        for k, (a, b, sign) in enumerate(paths, 1)
    ]
    return study.model_copy(
        update={"hypotheses": [validated(Hypothesis, h, "study.yml") for h in content]}
    )


def bend(estimate: float, half: float, **given: Any) -> dict[str, Any]:
    ends = {"ci_lower": estimate - half, "ci_upper": estimate + half}
    names = {"from_": "quality", "to": "loyalty", "moderator": "service"}
    return names | {"estimate": estimate, "quadratic": False} | ends | given


def evident(
    sources: Mapping[str, Study], real: Mapping[str, Structural], found: Any = None
) -> evidence.Evidence:
    cases = {"one": CASES["one"], "two": CASES["two"]} | BACKBONE | dict(sources)
    data = everything({(case, "structural"): one for case, one in real.items()}, cases)
    refused = evidence.backbone(data)
    result = evidence.evidence(data, refused if found is None else found)
    assert isinstance(result, evidence.Evidence)
    return result


def counted(case: str, n: int) -> Structural:
    rows = PATHS[case]
    paths = {"rows": rows, "count": len(rows)}
    found: Structural = made(Structural, paths=paths, fit=SOUND | {"n": n})
    return found


def test_a_hypothesis_of_the_sources_meets_the_paths_of_real_surveys() -> None:
    drawn = hypothesized(CASES["drawn"], ("quality", "loyalty", "+"), ("loyalty", "quality", "+"))
    again = hypothesized(CASES["again"], ("quality", "loyalty", "+"))
    both = {"one": counted("one", 250), "two": counted("two", 344)}
    found = evident({"drawn": drawn, "again": again}, both)
    row, none = found.rows
    assert row.sources == ("drawn", "again") and row.letters == ("H", "I")
    assert (row.road, row.k, row.n, row.unstated) == ("paths", 2, 594, 2)
    expected = random_effects([0.4, 0.1], [0.1, 0.1])
    assert (row.estimate, row.ci_lower) == pytest.approx((expected.estimate, expected.ci_lower))
    assert row.verdict == "open" and (none.road, none.k, none.verdict) == ("none", 0, None)
    assert (found.count, found.open, found.none, found.surveys, found.n) == (2, 1, 1, 2, 594)
    alone = evident({"drawn": drawn}, {"one": both["one"]})
    assert alone.rows[0].verdict == "supported" and alone.rows[0].estimate == 0.4
    text = said(alone, words.evidence)
    assert "state 2 hypotheses" in text.en and "For 1 of them no real survey" in text.en
    assert "1 survey of 250 people speaks" in text.en and "1 is supported" in text.en
    assert "Most people stand behind Quality → Loyalty: 0\\.40" in text.en
    assert "1 项调查（250 人）" in text.zh
    nothing = evident({"drawn": drawn}, {})
    text = said(nothing, words.evidence)
    assert "For 2 of them" in text.en and "On the others" not in text.en
    assert tables.evidence(nothing, CASE) is None and figures.evidence(nothing, CASE) is None


def test_a_hypothesis_is_judged_by_its_sign() -> None:
    drawn = hypothesized(CASES["drawn"], ("quality", "loyalty", "-"))
    found = evident({"drawn": drawn}, {"one": counted("one", 250)})
    assert found.rows[0].verdict == "contradicted" and found.contradicted == 1
    text = said(found, words.evidence).en
    assert "1 is contradicted" in text and "Most people" not in text


def test_a_path_that_no_survey_hypothesizes_is_taken_from_the_pooled_correlations() -> None:
    pooled_ = backbone(bank=measured(n=300), phone=measured(n=200), part=measured(n=900))
    value = described("value", "loyalty", simulated=True)
    source = hypothesized(value, ("value", "loyalty", "+"))
    found = evident({"drawn": source}, {}, pooled_)
    (row,) = found.rows
    assert row.road == "correlations" and (row.k, row.n) == (2, 500)
    assert "1 of these rests on the pooled correlations" in said(found, words.evidence).en
    assert "其中 1 条依据合并相关" in said(found, words.evidence).zh
    none = evident({"drawn": source}, {})
    assert none.rows[0].road == "none"
    assert "pooled correlations" not in said(none, words.evidence).en


def test_moderations_meet_moderations_alone() -> None:
    names = ("quality", "service", "loyalty")
    study = described(*names, simulated=True)
    drawn = hypothesized(study, ("quality", "loyalty", "+"), moderator="service")
    bent = hypothesized(study, ("quality", "loyalty", "-"), quadratic=True)
    real = {"one": described(*names)}
    moderation = {"rows": [bend(0.1, 0.05), bend(-0.1, 0.05, quadratic=True, moderator="quality")]}
    found = {("one", "structural"): made(Structural, moderation=moderation, paths={"rows": []})}
    cases = real | {"drawn": drawn, "again": bent}
    result = evidence.evidence(everything(found, cases), Refused(refused={"code": "few_studies"}))
    assert isinstance(result, evidence.Evidence)
    by, bending = result.rows
    assert (by.moderator, by.estimate, by.verdict) == ("service", 0.1, "supported")
    assert (bending.quadratic, bending.estimate, bending.verdict) == (True, -0.1, "supported")
    case = Case(ALL, described=cases)
    assert words.hypothesis(by, case).en == "Quality → Loyalty, by Service"
    assert words.hypothesis(bending, case).zh.endswith("（弯曲）")
    none = evidence.evidence(with_paths("one"), Refused(refused={"code": "few_studies"}))
    assert isinstance(none, Refused) and none.refused.code == "no_simulated_case"


# --- the claims about industries -----------------------------------------------------------------
def on_industries(*real: Mapping[str, Any]) -> claims.Ledger:
    text = {"en": "more here than there", "zh": "此处大于彼处"}
    claim = {"id": "D1", "source": "quality", "claims": ["X1"], **text}
    speaking = [{"en": "these less those", "zh": "此减彼", **r} for r in real]
    known = ledger().model_dump()
    return validated(
        claims.Ledger, known | {"industries": [{**claim, "real": speaking}]}, "claims.yml"
    )


def by_level(**levels: float) -> Groups:
    rows = [
        {"id": "H1", "group": level, "estimate": e, "ci_lower": e - 0.1, "ci_upper": e + 0.1}
        for level, e in levels.items()
    ]
    found: Groups = made(Groups, paths={"group": "kind", "by_group": rows})
    return found


def in_groups(found: Groups) -> Everything:
    """The case "one", of which some belong to a, b, c or d."""
    kinds = {"id": "kind", "label": "Kind", "levels": {level: level for level in "abcd"}}
    group = validated(Group, kinds, "study.yml")
    one = CASES["one"].model_copy(update={"groups": [group]})
    return everything({("one", "groups"): found}, {"one": one})


CONTRAST = {"case": "one", "path": "H1", "more": ["b", "c"], "less": ["a"]}


def test_a_path_of_some_groups_less_that_of_others() -> None:
    data = in_groups(by_level(a=0.3, b=0.5, c=0.7))
    (row,) = evidence.sectors(data, on_industries(CONTRAST)).rows
    (spoken,) = row.spoken
    half = 0.1 * (1 + 0.25 + 0.25) ** 0.5
    assert (spoken.estimate, spoken.ci_lower) == pytest.approx((0.3, 0.3 - half))
    assert (row.silent, spoken.verdict, row.printed) == (False, "supported", (0.45,))
    (row,) = evidence.sectors(data, on_industries(CONTRAST | {"more": ["d"]})).rows
    assert row.silent  # a level that had too few people
    with pytest.raises(UserError, match="D1: one: kind has no level z"):
        evidence.sectors(data, on_industries(CONTRAST | {"more": ["z"]}))
    with pytest.raises(UserError, match="D1: one: no path H7 in the groups"):
        evidence.sectors(data, on_industries(CONTRAST | {"path": "H7"}))


def test_a_number_of_a_real_case_and_where_there_is_none() -> None:
    number = {"case": "one", "analysis": "structural", "number": "paths.rows.H1"}
    known = on_industries(number, number | {"case": "drawn"}, CONTRAST | {"case": "nobody"})
    (row,) = evidence.sectors(with_paths(*PATHS), known).rows
    assert [(s.case, s.place, s.estimate) for s in row.spoken] == [("one", 0, 0.4)]
    silent = evidence.sectors(everything({}), known)
    assert silent.silent == 1 and silent.rows[0].spoken == ()
    with pytest.raises(UserError, match=r"D1: one: .* has no H9"):
        evidence.sectors(with_paths(*PATHS), on_industries(number | {"number": "paths.rows.H9"}))
    with pytest.raises(UserError, match="a number, or a path with more and less"):
        on_industries({"case": "one"})


def test_the_sentences_on_industries_say_what_was_measured(repository: object) -> None:
    known = claims.load()
    silent = evidence.sectors(everything({}), known)
    text = said(silent, words.sectors)
    assert text.en.count("nothing here can speak to it") == silent.count == len(known.industries)
    assert "没有可以对照的数据" in text.zh
    one = silent.rows[0]

    def spoken(verdict: str) -> Text:
        size = {"estimate": 0.1, "ci_lower": 0.05, "ci_upper": 0.15, "verdict": verdict}
        own = made(evidence.Spoken, case="one", place=0, **size)
        row = one.model_copy(update={"silent": False, "spoken": (own,)})
        return said(silent.model_copy(update={"rows": (row,)}), words.sectors)

    assert "processed food: 0\\.10" in spoken("supported").en
    assert "above zero" in spoken("supported").en and "大于零" in spoken("supported").zh
    assert "zero not excluded" in spoken("open").en and "不能排除零" in spoken("open").zh
    assert "below zero" in spoken("contradicted").en and "小于零" in spoken("contradicted").zh


# --- what differs by industry --------------------------------------------------------------------
def grouped(*differences: tuple[float, float | None], **more: Any) -> Groups:
    rows = [{"p_holm": p, "p_holm_firms": firms} for p, firms in differences]
    found: Groups = made(Groups, paths={"differences": rows}, **more)
    return found


def test_differences_with_respondents_and_with_firms_as_units() -> None:
    firms = grouped((0.01, 0.2), (0.30, 0.9), released={"count": 2}, icc={"firms": 10})
    without = grouped((0.01, None), (0.30, None))
    found = synthesis.industries(
        everything({("drawn", "groups"): firms, ("again", "groups"): without})
    )
    assert isinstance(found, synthesis.Industries)
    first, second = found.rows
    assert (first.paths, first.different, first.clustered) == (2, 1, 0)
    assert (first.released, first.firms) == (2, 10)
    assert (second.clustered, second.released, second.firms) == (None, None, None)
    assert found.real is None and (found.before, found.left) == (1, 0)
    text = said(found, words.industries)
    assert "No real survey knows the industry" in text.en and "没有真实调查" in text.zh
    assert "In the simulated ones 2 of 4 differ." in text.en
    assert "1 seems to differ with respondents" in text.en and "and none with firms" in text.en


def test_differences_of_real_surveys() -> None:
    found = synthesis.industries(everything({("one", "groups"): grouped((0.3, None))}))
    assert isinstance(found, synthesis.Industries) and found.simulated is None
    text = said(found, words.industries).en
    assert "none of 1 paths differ between them" in text and "simulated" not in text
    one = found.model_copy(update={"real": synthesis.Compared(paths=3, different=1)})
    assert "1 of 3 paths differs" in said(one, words.industries).en
    nothing = synthesis.industries(everything({}))
    assert isinstance(nothing, Refused) and nothing.refused.code == "no_survey_with_groups"


# --- the claims ----------------------------------------------------------------------------------
def test_the_sentences_on_checks_name_what_follows(repository: object) -> None:
    found = synthesis.checks(synthesis.ledger())
    assert found.count == len(found.rows) and found.failed == sum(
        r.outcome == "does not agree" for r in found.rows
    )
    assert found.product.computed == pytest.approx(0.35 * 0.42 + 0.28 * 0.31)
    text = said(found, words.checks)
    assert "multiply" in text.en and "0\\.23" in text.en and "0\\.73" in text.en
    assert "5\\.91 or 5\\.02" in text.en and "5\\.91 或 5\\.02" in text.zh
    agreed = tuple(r.model_copy(update={"outcome": "agrees"}) for r in found.rows)
    assert "multiply" not in said(found.model_copy(update={"rows": agreed}), words.checks).en


def ledger(**beside: str) -> claims.Ledger:
    claim = {"id": "X1", "source": "quality", "place": "part 3", "kind": "coefficient"}
    sources = [{"case": c, "analysis": "structural", "number": a} for c, a in beside.items()]
    more = {"values": [0.45], "unit": "β", "en": "a to b", "zh": "甲对乙", "beside": sources}
    return validated(claims.Ledger, {"claims": [{**claim, **more}]}, "claims.yml")


def test_claims_are_held_against_real_cases_alone() -> None:
    address = "paths.rows.H1"
    found = synthesis.held(with_paths(*PATHS), ledger(one=address, two=address, drawn=address))
    assert isinstance(found, synthesis.Held)
    assert [(r.case, r.printed, r.estimate, r.inside) for r in found.rows] == [
        ("one", 0.45, 0.40, True),
        ("two", 0.45, 0.10, False),
    ]
    assert (found.count, found.inside, found.named, found.claims) == (2, 1, 1, 1)
    text = said(found, words.held).en
    assert "speak to 1 of 1 claims, in 2 comparisons" in text and "in 1 of them" in text
    none = synthesis.held(with_paths(*PATHS), ledger())
    assert isinstance(none, Refused) and none.refused.code == "no_case_for_claims"


# --- what to do first ----------------------------------------------------------------------------
def important(ranked: bool = True) -> Groups:
    rows = [
        {"construct": "quality", "importance": 0.4, "ci_lower": 0.1, "quadrant": "improve"},
        {"construct": "quality", "importance": 0.5, "ci_lower": 0.2, "quadrant": "improve"},
        {"construct": "loyalty", "importance": 0.9, "ci_lower": 0.8, "quadrant": "keep"},
        {"construct": "quality", "importance": 0.4, "ci_lower": -0.1, "quadrant": "improve"},
        {"construct": "quality", "importance": 0.4, "ci_lower": None, "quadrant": "improve"},
    ]
    points = [{**r, "ci_upper": 1.0} for r in rows]
    found: Groups = made(Groups, importance={"ranked": ranked, "points": points})
    return found


def test_what_comes_first_matters_clearly_and_stands_low() -> None:
    found = synthesis.first(everything({("one", "groups"): important()}))
    assert [(r.case, r.construct_id, r.ci_lower) for r in found.rows] == [
        ("one", "quality", 0.2),
        ("one", "quality", 0.1),
    ]
    assert "that is Quality" in said(found, words.first).en
    drawn = synthesis.first(everything({("drawn", "groups"): important()}))
    assert len(drawn.rows) == 2 and "In no real survey" in said(drawn, words.first).en
    unsound = synthesis.first(everything({("one", "groups"): important(ranked=False)}))
    assert unsound.rows == () and tables.first(unsound, CASE) is None


def effect(start: str, end: str, estimate: float, half: float = 0.2) -> dict[str, Any]:
    ends = {"ci_lower": estimate - half, "ci_upper": estimate + half}
    return {"from_": start, "to": end, "estimate": estimate, **ends}


def one_point(**cases: Sequence[Mapping[str, Any]]) -> synthesis.OnePoint | Refused:
    found = {(case, "structural"): structural([], *rows) for case, rows in cases.items()}
    result: synthesis.OnePoint | Refused = synthesis.one_point(everything(found))
    return result


def test_one_point_goes_from_antecedents_to_outcomes() -> None:
    there, back = effect("quality", "loyalty", 0.3), effect("loyalty", "quality", 0.3)
    found = one_point(one=[there, back], two=[effect("quality", "loyalty", 0.6, half=0.7)])
    assert isinstance(found, synthesis.OnePoint)
    assert [(r.case, r.from_, r.to) for r in found.rows] == [
        ("one", "quality", "loyalty"),
        ("two", "quality", "loyalty"),
    ]
    assert (found.count, found.wide, found.real, found.read) == (2, 1, 2, 1)
    text = said(found, words.one_point).en
    assert "There are 2 such effects; the interval of 1 of them is wider" in text
    assert "The largest of those is Quality → Loyalty: one point more goes with 0\\.30" in text
    data = {("one", "structural"): structural([], there)}
    doubtful = made(Measurement, fit=SOUND | {"admissible": False})
    refused = synthesis.one_point(everything(data | {("one", "measurement"): doubtful}))
    assert isinstance(refused, Refused)  # nothing is said of a doubtful solution
    none = one_point(one=[back])
    assert isinstance(none, Refused) and none.refused.code == "no_antecedent"


def test_what_cannot_be_read_is_not_named() -> None:
    found = one_point(two=[effect("quality", "loyalty", 0.6, half=0.7)])
    assert isinstance(found, synthesis.OnePoint) and tables.one_point(found, CASE) is None
    text = said(found, words.one_point).en
    assert "none can be read" in text and "largest" not in text


def test_a_simulated_survey_with_many_effects_shows_its_largest() -> None:
    sizes = {"one": (0.1, 0.9), "drawn": (0.2, -0.5)}
    found = one_point(
        **{case: [effect("quality", "loyalty", e) for e in of] for case, of in sizes.items()}
    )
    assert isinstance(found, synthesis.OnePoint)
    assert [r.estimate for r in tables.largest(found.rows)] == [0.1, 0.9, -0.5]


def speeding(**both: float | None) -> Behaviour:
    specifications = [
        {"specification": "pooled", "estimate": 9.0},
        {"specification": "both", "estimate": -0.66, **both},
    ]
    found: Behaviour = made(Behaviour, speed={"repurchase": 0.5, "specifications": specifications})
    return found


def test_what_a_faster_answer_may_cost() -> None:
    panel = speeding(wild_ci_lower=-0.9, wild_ci_upper=-0.4)
    found = synthesis.worth(everything({("drawn", "behaviour"): panel}), 0.1, 80.0)
    assert isinstance(found, synthesis.Worth)
    (row,) = found.rows
    assert row.estimate == pytest.approx(0.5 * (0.9**-0.66 - 1))
    assert row.ci_lower == pytest.approx(0.5 * (0.9**-0.4 - 1))
    assert row.ci_upper == pytest.approx(0.5 * (0.9**-0.9 - 1))
    assert (row.points, row.cost) == pytest.approx((100 * row.estimate, 80 * row.estimate))
    text = said(found, words.worth)
    assert "would rise by 3\\.60" in text.en and "panel is simulated" in text.en
    assert "该面板为模拟数据" in text.zh
    real = synthesis.worth(everything({("one", "behaviour"): panel}), 0.1, 80.0)
    assert isinstance(real, synthesis.Worth) and "simulated" not in said(real, words.worth).en
    none = synthesis.worth(everything({("one", "behaviour"): Behaviour()}), 0.1, 80.0)
    assert isinstance(none, Refused) and none.refused.code == "no_firm_panel"


# --- the page ------------------------------------------------------------------------------------
def test_every_finding_is_shown() -> None:
    assert list(PAGE) == list(synthesis.Synthesis.model_fields)


def whole(known: claims.Ledger) -> synthesis.Synthesis:
    """All findings of made-up results of five surveys, as the notebook has them."""
    paths = PATHS | {"again": [path("quality", "loyalty", 0.5, 0.02)]}
    found: dict[tuple[str, str], Findings] = {
        (case, analysis): one
        for case in CASES
        for analysis, one in surveyed(0.7, 1, 2).items()
        if analysis != "structural"
    }
    for case, rows in paths.items():
        shared_names = case != "three"
        found[case, "structural"] = structural(
            rows, *([effect("quality", "loyalty", 0.3)] if shared_names else [])
        )
        found[case, "groups"] = grouped((0.01, 0.2)).model_copy(
            update={"importance": important().importance if shared_names else None}
        )
        found[case, "behaviour"] = speeding(wild_ci_lower=-0.9, wild_ci_upper=-0.4)
    data = everything(found)
    return synthesis.Synthesis(
        glance=synthesis.glance(data),
        tables=synthesis.tables(data),
        matrix=synthesis.matrix(data),
        real_paths=synthesis.real_paths(data),
        votes=synthesis.votes(data),
        pooled=synthesis.pooled(data, False),
        pooled_simulated=synthesis.pooled(data, True),
        moderators=evidence.moderators(ten()),
        backbone=backbone(bank=measured(), phone=measured(admissible=False), food=measured()),
        evidence=evident(
            {"drawn": hypothesized(CASES["drawn"], ("quality", "loyalty", "+"))},
            {"one": counted("one", 250)},
        ),
        industries=synthesis.industries(data),
        sectors=evidence.sectors(data, known),
        checks=synthesis.checks(known),
        held=synthesis.held(data, known),
        first=synthesis.first(data),
        one_point=synthesis.one_point(data),
        worth=synthesis.worth(data, 0.1, 80.0),
    )


def test_all_that_is_shown_is_made_of_fields(repository: object) -> None:
    known = claims.load()
    beside = ledger(one="paths.rows.H1").claims[0].beside
    first = known.claims[0].model_copy(update={"beside": beside})
    number = claims.Speaking(
        case="one", analysis="structural", number="paths.rows.H1", en="", zh=""
    )
    spoken = known.industries[0].model_copy(update={"real": [number]})
    more = {"claims": [first, *known.claims[1:]], "industries": [spoken, *known.industries[1:]]}
    found = whole(known.model_copy(update=more))
    assert synthesis.Synthesis.model_validate_json(found.model_dump_json()) == found
    for name, showers in PAGE.items():
        finding = cited(getattr(found, name), f"all/synthesis/{name}")
        assert not isinstance(finding, Refused | None), name
        for shower in showers:
            shown = shower(finding, CASE)
            for language in LANGUAGES:
                if isinstance(shown, Figure):
                    assert shown.draw(language).axes
                elif isinstance(shown, Table):
                    text = shown.markdown(language)
                    assert f'{{.num key="all/synthesis/{name}' in text, name
                else:
                    sentences = shown if isinstance(shown, list) else [shown]
                    assert shared.join(sentences).in_(language).strip(), name
