"""A case's scales and factors: what is found where an answer spoils a statistic, what is said."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.reliability import figures, tables, words
from loyalty.analyses.reliability import findings as reliability
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.reliability.models import (
    Adequacy,
    Beside,
    Closest,
    EqualAlphas,
    Factors,
    General,
    Groups,
    Item,
    Items,
    Kept,
    Lost,
    NoSolution,
    Plan,
    Planned,
    Scale,
    Scales,
    ScaleShare,
    Second,
    Share,
    Solution,
    Solutions,
    Without,
    WithoutInGroup,
)
from loyalty.analyses.reliability.page import PAGE
from loyalty.cases import study, survey
from loyalty.cases.survey import Survey
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import Reason
from loyalty.ground.terms import term
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import join, without_references
from loyalty.stats import efa
from tests.conftest import ITEMS, REPOSITORY, answers

CONSTANT = Reason(code="constant", parameters={"name": "q_1"})


def asked(project: Any, rows: pd.DataFrame) -> Survey:
    project.rows(rows)
    return survey.load(study.load(project.case))


def found(case: Survey) -> Reliability:
    """All findings, in the order of the notebook."""
    measures = reliability.measures(case, 20, 1)
    corr = reliability.correlations(case)
    factors = reliability.factors(corr, 20, 1)
    reference = reliability.reference(corr, factors)
    drawn = reliability.resampled(corr, reference, 20, 1)
    return Reliability(
        scales=reliability.scales(measures),
        items=reliability.items(measures),
        groups=reliability.groups(case),
        adequacy=reliability.adequacy(corr),
        factors=factors,
        solution=reliability.solution(corr, reference),
        solutions=reliability.solutions(corr, reference),
        plan=reliability.plan(corr, reference, drawn, 1),
        general=reliability.general(corr, reference, drawn),
        second=reliability.second(corr, factors),
    )


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are taken by their alternative text: drawing takes seconds."""

    def figure(name: str, label: str, figure: Figure, case: Case, language: Any) -> show.Display:
        return show.Display(name, label, {"text/plain": figure.alt.in_(language)})

    monkeypatch.setattr(show, "_figure", figure)


def shown(whole: Reliability, language: Any = "en") -> dict[str, str]:
    """Label → what a reader sees, of all findings."""
    seen: dict[str, str] = {}
    case = show.context("small")
    for name in Reliability.model_fields:
        finding = cited(getattr(whole, name), f"small/reliability/{name}")
        if finding is None:
            continue
        for one in show.displays("reliability", name, finding, case, language):
            label = one.label.replace("-small-reliability-", "-")
            assert label not in seen
            text = one.bundle.get("text/markdown", one.bundle["text/plain"])
            seen[label] = without_references(text).replace("\\", "").replace("\u00a0", " ")
    return seen


def refused(whole: Reliability) -> dict[str, str]:
    each = {name: getattr(whole, name) for name in Reliability.model_fields}
    return {k: v.refused.text().en for k, v in each.items() if isinstance(v, Refused)}


# --- findings of sound and of spoilt answers -----------------------------------------------------
def test_a_sound_case(project: Any, undrawn: None) -> None:
    """Everything is found, and shown once, in both languages."""
    pytest.importorskip("factor_analyzer")
    whole = found(asked(project, answers(200)))
    assert refused(whole) == {}
    seen = shown(whole)
    kinds = [label[:3] for label in seen]
    assert (kinds.count("tbl"), kinds.count("fig"), kinds.count("txt")) == (8, 4, 14)
    assert list(seen)[:5] == [
        *("tbl-alpha", "txt-alpha", "txt-omega", "txt-ordinal", "fig-coefficients"),
    ]
    assert "fig-groups" in seen and "tbl-factor-counts" in seen
    latin = re.compile(r"\b(the|of|and|with|for|is|Quality|Loyalty)\b")
    for name, text in shown(whole, "zh").items():
        assert not latin.search(text), (name, text)


def test_the_figures_are_drawn(project: Any) -> None:
    measured = asked(project, answers(200))
    corr, case = reliability.correlations(measured), show.context("small")
    factors = reliability.factors(corr, 20, 1)
    solution = reliability.solution(corr, reliability.reference(corr, factors))
    drawings = [
        figures.coefficients(of(reliability.scales(reliability.measures(measured, 2, 1))), case),
        figures.groups(of(reliability.groups(measured)), case),
        figures.scree(of(factors), case),
        figures.loadings(of(solution), case),
    ]
    for figure in drawings:
        assert figure.draw("zh").axes
    legend = drawings[2].draw("zh").legends[0]
    assert [t.get_text() for t in legend.get_texts()][:2] == [
        *("数据，Pearson 相关", "随机，Pearson 相关")
    ]


def test_every_finding_has_its_place() -> None:
    assert list(PAGE) == list(Reliability.model_fields)
    assert all(PAGE.values())


def test_every_coefficient_of_sound_scales(project: Any) -> None:
    case = asked(project, answers(200))
    measures = reliability.measures(case, 50, 1)
    scales = reliability.scales(measures)
    assert [r.id for r in scales.rows] == ["quality", "loyalty"]
    assert (scales.without_alpha, scales.without_omega, scales.without_ordinal) == ((), (), ())
    assert (scales.draws, scales.categories) == (50, 5)
    assert scales.no_omega is None and scales.no_ordinal is None
    for row in scales.rows:
        for name in ("alpha", "omega", "cr", "ordinal_alpha", "ordinal_omega"):
            low, high = getattr(row, f"{name}_ci_lower"), getattr(row, f"{name}_ci_upper")
            assert 0.3 < low < getattr(row, name) < high < 1, name
        # three items of one factor and equal error: all coefficients nearly agree
        assert row.gap == pytest.approx(abs(row.omega - row.alpha)) and row.gap < 0.02
        assert row.change == pytest.approx(row.ordinal_alpha - row.alpha)
        assert row.heywood_share == row.draws_heywood / row.draws_used
    assert scales.mean_change == pytest.approx(np.mean([r.change for r in scales.rows]))
    items = reliability.items(measures)
    assert [r.item for r in items.rows] == list(ITEMS) and items.weak == 0
    assert [r.scale for r in items.rows] == ["quality"] * 3 + ["loyalty"] * 3
    for row in items.rows:
        alpha = scales.rows[row.scale == "loyalty"].alpha
        assert row.gain == pytest.approx(row.alpha_if_dropped - alpha)
        assert row.better_without == (row.gain > reliability.GAIN) and row.loading > 0.5


def test_alpha_against_its_definition(project: Any) -> None:
    """k / (k − 1) · (1 − Σ var(item) / var(sum)) on the raw answers."""
    case = asked(project, answers(60))
    values = case.items("loyalty").to_numpy()
    k, parts = values.shape[1], values.var(axis=0, ddof=1).sum()
    row = reliability.scales(reliability.measures(case, 2, 1)).rows[1]
    expected = k / (k - 1) * (1 - parts / values.sum(axis=1).var(ddof=1))
    np.testing.assert_allclose(row.alpha, expected, rtol=1e-12)


def test_constructs_of_one_and_two_items(project: Any, undrawn: None) -> None:
    del project.study["constructs"][0]["items"][1:]
    del project.study["constructs"][1]["items"][2:]
    project.study["groups"] = []
    whole = found(asked(project, answers(200)))
    assert [r.id for r in whole.scales.rows] == ["loyalty"]
    assert [w.id for w in whole.scales.without_alpha] == ["quality"]
    assert [w.reason.code for w in whole.scales.without_omega] == ["few_items_for_one_factor"]
    assert whole.items.rows[0].gain is None and whole.items.rows[0].loading is None
    assert refused(whole)["groups"] == "the case has no group variable of 7 levels or fewer"
    assert "only 1 factor" in refused(whole)["general"]
    seen = shown(whole)
    assert seen["txt-omega"].startswith("This analysis cannot be done here: no construct has three")
    assert "Quality has no alpha (only 1 item: alpha needs 2)." in seen["txt-alpha"]
    assert "txt-coefficients" not in seen  # it is the head of the figure's caption
    assert {"tbl-kmo", "fig-scree", "fig-coefficients"} <= set(seen)
    assert whole.plan.no_target.code == "few_items_for_factors"
    assert {r.target for r in whole.plan.rows} == {None}


def test_a_single_item_is_left_out_of_the_rotation_to_the_plan(project: Any) -> None:
    del project.study["constructs"][0]["items"][1:]
    corr = reliability.correlations(asked(project, answers(200)))
    reference = efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=1)
    drawn = reliability.resampled(corr, reference, 10, 1)
    plan = reliability.plan(corr, reference, drawn, 1)
    quality, loyalty = plan.rows
    assert plan.left_out == ("quality",) and plan.no_target is None
    assert (quality.target, quality.factor, quality.verdict) == (None, None, None)
    assert loyalty.target == pytest.approx(1, abs=0.01)


def test_single_items(project: Any) -> None:
    for construct in project.study["constructs"]:
        del construct["items"][1:]
    whole = found(asked(project, answers(200)))
    lost = refused(whole)
    assert lost["scales"] == "no construct has two items whose answers vary"
    assert lost["groups"] == "no construct has two items answered in a group of sufficient size"
    few = "only 2 items: parallel analysis needs 3"
    rest = ("factors", "solution", "solutions", "plan", "general", "second")
    assert [lost[name] for name in rest] == [few] * 6 and whole.items is None
    assert whole.adequacy.items == 2  # two items have a KMO


def test_ordinal_coefficients_that_nobody_has(project: Any, undrawn: None) -> None:
    rows = answers(200)
    noise = np.random.default_rng(1).integers(-9, 10, size=(200, 6))
    rows[list(ITEMS)] = 10 * rows[list(ITEMS)] + noise
    project.study["scale"] = {"min": 0, "max": 99}
    whole = found(asked(project, rows))
    assert whole.scales.no_ordinal is not None and whole.scales.mean_change is None
    assert {w.reason.code for w in whole.scales.without_ordinal} == {"too_many_categories"}
    assert [(one.part, one.kind) for one in whole.adequacy.lost] == [("matrix", "polychoric")]
    assert {r.kind for r in whole.factors.rules} == {"pearson"} and whole.adequacy.change is None
    seen = shown(whole)
    assert "cannot be done here" in seen["txt-ordinal"] and "fig-coefficients" in seen
    assert "Could not be estimated: polychoric correlations (q1 has" in seen["txt-kmo"]


def test_an_item_that_a_group_was_not_asked(project: Any) -> None:
    rows = answers(200)
    rows["q2"] = rows["q2"].astype(float).where(rows["plan"] == 1)
    rows.loc[rows.index[:3], "plan"] = np.nan
    groups = reliability.groups(asked(project, rows))
    (lacking,) = groups.without
    assert (lacking.id, lacking.group, lacking.reason.code) == ("quality", "2", "no_answers")
    assert [(r.id, r.group) for r in groups.rows] == [
        *(("quality", "1"), ("loyalty", "1"), ("loyalty", "2"))
    ]
    (test,) = groups.tests  # there is nothing to compare quality with
    assert test.id == "loyalty" and test.least_alpha < test.most_alpha
    assert test.gap == pytest.approx(test.most_alpha - test.least_alpha)
    least = next(r for r in groups.rows if (r.id, r.group) == ("loyalty", test.least))
    assert least.estimate == test.least_alpha and 0 < test.p <= 1


def test_small_groups_and_answers_all_equal_in_one(project: Any) -> None:
    rows = answers(200)
    rows.loc[rows["plan"] == 2, "l1"] = 3
    groups = reliability.groups(asked(project, rows))
    assert [(w.id, w.reason.code) for w in groups.without] == [("loyalty", "constant")]
    rows = answers(200).assign(plan=[1] * 6 + [2] * 194)
    groups = reliability.groups(asked(project, rows))
    assert {r.group for r in groups.rows} == {"2"} and groups.tests == ()
    assert [w.reason.code for w in groups.without] == ["fewer_complete_rows"] * 2


def test_a_group_variable_that_one_figure_can_show(project: Any) -> None:
    many = {"id": "firm", "label": "Firm", "levels": {str(k): f"Firm {k}" for k in range(8)}}
    project.study["groups"].insert(0, many)
    case = asked(project, answers(200).assign(firm=np.arange(200) % 8)).study
    assert reliability.comparison_group(case).id == "plan"
    assert reliability.comparison_group(case.model_copy(update={"groups": case.groups[:1]})) is None


def test_the_plan_is_found_again(project: Any) -> None:
    corr = reliability.correlations(asked(project, answers(200)))
    assert (corr.n, corr.lost) == (200, [])
    factors = reliability.factors(corr, 50, 1)
    assert (factors.used, factors.n, factors.planned, factors.total) == (2, 2, 2, 10)
    assert factors.at_plan == sum(r.n == 2 for r in factors.rules)
    assert factors.lower <= factors.n <= factors.upper and len({*factors.rules}) == 10
    assert [len(s.eigenvalues) for s in factors.screes] == [6, 6]
    assert [len(s.partials) for s in factors.screes] == [5, 5]
    reference = reliability.reference(corr, factors)
    solution = reliability.solution(corr, reference)
    assert [r.item for r in solution.rows] == list(ITEMS) and solution.shared == ()
    first = solution.rows[0]
    assert first.loadings == reference.loadings.loc["q1"].to_dict()
    assert first.structure == reference.structure.loc["q1"].to_dict()
    assert solution.closest.r == reference.phi.loc["F1", "F2"] and solution.crossing == 0
    assert solution.lowest.estimate <= first.communality <= solution.highest.estimate
    beside = reliability.solutions(corr, reference)
    assert len(beside.rows) == 7 and beside.lost == ()
    (same,) = [r for r in beside.rows if r.reference]
    assert same.least == pytest.approx(1) and (same.method, same.rotation) == ("minres", "oblimin")
    assert all(0.8 < r.least <= r.mean <= 1 + 1e-9 for r in beside.rows)
    drawn = reliability.resampled(corr, reference, 50, 1)
    plan = reliability.plan(corr, reference, drawn, 1)
    assert (plan.left_out, plan.no_target, plan.draws) == ((), None, 50)
    assert {r.factor for r in plan.rows} == {"F1", "F2"}
    for row in plan.rows:
        assert row.congruence > 0.9 and row.target > 0.9 and 0 < row.chance < 1
        assert row.ci_lower <= row.congruence + 0.02 and row.ci_upper <= 1
    general = reliability.general(corr, reference, drawn)
    assert [s.id for s in general.scales] == ["quality", "loyalty"] and general.factors == 2
    assert general.scales[0].of_reliable == pytest.approx(
        general.scales[0].general / general.scales[0].total
    )


def test_one_factor_has_no_rotations(project: Any) -> None:
    corr = reliability.correlations(asked(project, answers(200)))
    reference = efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=1)
    beside = reliability.solutions(corr, reference)
    assert [(r.kind, r.method) for r in beside.rows] == [
        ("pearson", "minres"),
        ("pearson", "ml"),
        ("polychoric", "minres"),
    ]
    assert all(r.phi is None for r in beside.rows)
    assert reliability.solution(corr, reference).shared == (("quality", "loyalty"),)
    assert reliability.solution(corr, reference).closest is None


def test_collinear_items_spoil_what_they_must_and_no_more(project: Any) -> None:
    """Two items with the same answers: no inverse, so no KMO and no count; scales still work."""
    whole = found(asked(project, answers(200).assign(q2=answers(200)["q1"])))
    assert [r.kind for r in whole.adequacy.rows] == ["polychoric"]
    lost = [(one.part, one.kind) for one in (*whole.adequacy.lost, *whole.factors.lost)]
    assert lost == [("adequacy", "pearson"), ("parallel", "pearson")]
    assert whole.factors.kind == "polychoric" and whole.factors.n >= 1
    rest = ("solution", "solutions", "plan", "general", "second")
    assert all("not positive definite" in refused(whole)[name] for name in rest)
    assert whole.scales.rows[0].alpha > 0.7


def test_items_that_are_never_answered_together(project: Any) -> None:
    rows = answers(200).astype(float)
    rows.loc[:99, "q1"] = np.nan
    rows.loc[100:, "q2"] = np.nan
    case = asked(project, rows)
    lost = refused(found(case))
    assert "rows in common" in lost["adequacy"]
    rest = ("factors", "solution", "solutions", "plan", "general", "second")
    assert {lost[name] for name in rest} == {"there are no correlations"}
    assert [w.id for w in found(case).scales.without_alpha] == ["quality"]


def test_no_more_factors_than_can_be_estimated(project: Any) -> None:
    """Three items allow one factor, whatever the rule says."""
    del project.study["constructs"][0]["items"][1:]
    del project.study["constructs"][1]["items"][2:]
    corr = reliability.correlations(asked(project, answers(200)))
    assert reliability.factors(corr, 20, 1).used == 1


def test_a_second_opinion(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = answers(200).astype(float)
    rows.loc[0, "q1"] = np.nan
    corr = reliability.correlations(asked(project, rows))
    factors = reliability.factors(corr, 20, 1)
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "factor_analyzer", None)
        got = reliability.second(corr, factors)
        assert got.refused.text().en.endswith("factor-analyzer is not installed")
    pytest.importorskip("factor_analyzer")
    second = reliability.second(corr, factors)
    assert second.n == 199 and [r.item for r in second.rows] == list(ITEMS)
    assert second.difference == max(r.difference for r in second.rows) < 1e-4
    for row in second.rows:
        assert abs(row.ours[row.factor]) == max(map(abs, row.ours.values()))
        assert row.other == pytest.approx(row.ours, abs=1e-4)
    assert second.kmo == pytest.approx(second.other_kmo)
    assert second.chisq == pytest.approx(second.other_chisq)


# --- sentences -----------------------------------------------------------------------------------
@pytest.fixture
def case(project: Any) -> Case:
    """The small case with two more constructs; one has a character that is Markdown's."""
    _, second = project.study["constructs"]
    second["label"] = {"en": "Loyalty*", "zh": "忠诚*"}
    for name, label in (("value", "价值"), ("image", "形象")):
        made = {"id": name, "label": {"en": name.title(), "zh": label}, "role": "mediator"}
        item = {"id": f"{name}1", "en": "?", "zh": "？"}
        project.study["constructs"].append(made | {"items": [item]})
    project.describe()
    return show.context("small")


def said(given: Text | Sequence[Text]) -> Text:
    """As a reader sees it: without references, backslashes and no-break spaces."""
    whole = given if isinstance(given, Text) else join(given)
    plain = {k: without_references(whole.in_(k)) for k in LANGUAGES}
    assert re.search("[\u4e00-\u9fff]", plain["zh"]) and plain["en"] != plain["zh"]
    assert plain["en"].count("[@") == plain["zh"].count("[@"), "the languages cite differently"
    return Text(**{k: v.replace("\\", "").replace("\u00a0", " ") for k, v in plain.items()})


def of(finding: Any) -> Any:
    return cited(finding, "small/reliability/x")


def scale(name: str, alpha: float, verdict: Any = "met", **more: Any) -> Scale:
    fields = {"id": name, "items": 3, "n": 200, "alpha": alpha, "alpha_verdict": verdict}
    bounds = {"alpha_ci_lower": alpha - 0.1, "alpha_ci_upper": alpha + 0.1}
    return Scale(**(fields | bounds | {"standardized": alpha, "average_correlation": 0.4} | more))


def scales(*rows: Scale, **more: Any) -> Any:
    lacking = ("without_alpha", "without_omega", "without_ordinal")
    fields = {"rows": rows, "draws": 500, "categories": 7, "mean_change": None}
    return of(
        Scales(
            **(fields | dict.fromkeys(lacking, ()) | {"no_omega": None, "no_ordinal": None} | more)
        )
    )


def lacks(name: str) -> Without:
    return Without(id=name, reason=CONSTANT)


def test_alpha_of_each_verdict(case: Case) -> None:
    rows = scale("quality", 0.8), scale("loyalty", 0.71, "open"), scale("value", 0.5, "not met")
    got = said(words.alpha(scales(*rows, without_alpha=[lacks("image")]), case))
    good, unsure, bad, none = re.split(r"(?<=\.) (?=[A-Z])", got.en)
    assert (
        good == "Alpha is at least .70 [@nunnally1994] with its whole interval for Quality (.80)."
    )
    assert unsure == "The interval leaves it open for Loyalty* (.71)."
    assert bad == "Below the cut-off with the whole interval: Value (.50)."
    assert none == "Image has no alpha (q_1 is constant)." and got.zh.count("。") == 4
    rows = scale("quality", 0.8), scale("loyalty", 0.85), scale("value", 0.82)
    got = said(words.alpha(scales(*rows), case))
    assert "they run from .80 (Quality) to .85 (Loyalty*)" in got.en
    assert "介于 .80（质量）与 .85（忠诚*）之间" in got.zh


def omega(name: str, verdict: Any, share: float = 0.0, *heywood: str) -> Scale:
    return scale(name, 0.8, omega=0.8, omega_verdict=verdict, heywood=heywood, heywood_share=share)


def test_omega_of_each_verdict(case: Case) -> None:
    rows = omega("quality", "met"), omega("loyalty", "open"), omega("value", "not met")
    got = said(words.omega(scales(*rows, without_omega=[lacks("image")]), case))
    assert "Omega lies above .70 with its whole interval for Quality; it is open" in got.en
    assert "at .70 for Loyalty*; it lies below .70 with its whole interval for Value" in got.en
    assert (
        "质量的 ω 整个区间高于 .70；忠诚* 的 ω 是否达到 .70 尚无定论" in got.zh
        and "improper" not in got.en
    )
    assert "cannot be fitted to Image" in got.en and "由于题项少于三个" in got.zh
    every = scales(*(omega(c, "met") for c in ("quality", "loyalty", "value")))
    assert "for every scale [@hair2019]" in said(words.omega(every, case)).en
    none = Refused(refused=Reason(code="no_three_varying_items"))
    assert "no construct has three" in said(words.omega(scales(no_omega=none), case)).en


def test_an_improper_model_is_no_estimate(case: Case) -> None:
    rows = [
        omega("loyalty", "met", 0.608, "l_3"),
        omega("quality", "met", 26 / 500),
        omega("value", "met", 25 / 500),
    ]
    got = said(words.omega(scales(*rows), case))
    assert "**The one-factor model of Loyalty* is improper**: it leaves l_3" in got.en
    assert "60.8 %" in got.en and "60.8 %" in got.zh
    assert "of the 500 bootstrap draws the model of Quality leaves an item" in got.en
    rows[2] = omega("value", "met", 0.2)
    got = said(words.omega(scales(*rows), case))
    assert "of each of Quality and Value leaves" in got.en and "their intervals are" in got.en


def test_alpha_against_omega(case: Case) -> None:
    near = said(words.coefficients(scales(scale("quality", 0.80, gap=0.01)), case))
    assert "differ by .01 at most (Quality)" in near.en and "大致相等" in near.zh
    far = scales(scale("quality", 0.8, gap=0.01), scale("loyalty", 0.5, gap=0.1))
    got = said(words.coefficients(far, case))
    assert "farthest apart for Loyalty*, by .10" in got.en and "[@mcdonald1999]" in got.zh
    none = said(words.coefficients(scales(scale("quality", 0.8)), case))
    assert none.en.startswith("No construct has three items")


def test_ordinal_versions(case: Case) -> None:
    small = said(words.ordinal(scales(scale("value", 0.8, change=0.02), mean_change=0.02), case))
    assert "up to 7 answers" in small.en and "most for" not in small.en and "7 个" in small.zh
    rows = scale("quality", 0.8, change=0.02), scale("value", 0.8, change=0.12)
    large = scales(*rows, mean_change=0.07, without_ordinal=[lacks("image")])
    got = said(words.ordinal(large, case))
    assert ".07 on average, most for Value (.12)" in got.en and "understates" in got.en
    assert got.en.endswith("Could not be estimated: Image (q_1 is constant).")
    assert got.zh.endswith("形象未能估计：q_1 没有变异。")


def test_items(case: Case) -> None:
    fields = {"scale": "quality", "item": "q_1", "loading": 0.5, "alpha_if_dropped": 0.8}
    strong = Item(item_total=0.6, gain=-0.1, weak=False, better_without=False, **fields)
    weak = Item(item_total=0.08, gain=0.25, weak=True, better_without=True, **fields)
    got = said(words.item_total(of(Items(rows=[strong], weak=0)), case))
    assert got.en.startswith("Every item") and "No scale would gain" in got.en
    got = said(words.item_total(of(Items(rows=[strong, weak], weak=1)), case))
    assert "[@nunnally1994]: q_1 (.08)." in got.en and "q_1（+.25）" in got.zh
    assert "partly luck" in got.en and "部分出于偶然" in got.zh


def groups(*ps: float, **more: Any) -> Any:
    tests = [
        EqualAlphas(
            id=name,
            chisq=3.0,
            df=1,
            p=p,
            least="2",
            least_alpha=0.7,
            most="1",
            most_alpha=0.8 + k / 10,
            gap=0.1 + k / 10,
        )
        for k, (name, p) in enumerate(zip(("quality", "loyalty"), ps, strict=False))
    ]
    return of(Groups(**({"variable": "plan", "rows": (), "tests": tests, "without": ()} | more)))


def test_groups(case: Case) -> None:
    same = said(words.groups(groups(0.2), case))
    assert "No construct's alpha differs between the groups (Plan)" in same.en
    assert "The widest gap between groups has Quality: .10 between Contract and Prepaid" in same.en
    assert "no more than chance" in same.en
    lacking = WithoutInGroup(id="value", group="1", reason=CONSTANT)
    got = said(words.groups(groups(0.2, 0.001, without=[lacking]), case))
    assert "Loyalty* is measured less reliably in Contract (.70) than in Prepaid (.90)" in got.en
    assert "Holm-corrected *p* = .001" in got.en and "No construct" not in got.en
    assert "Value has no alpha in Prepaid: q_1 is constant." in got.en
    assert "价值在“Prepaid”组无法计算 α" in got.zh and "latent variables correct" in got.en
    assert "more than chance would bring" in got.en
    alone = said(words.groups(groups(without=[lacking]), case))
    assert "widest" not in alone.en
    assert figures.groups(groups(0.2), case).caption.en == "Alpha by plan, with Feldt intervals."


def adequacy(kmo: float, p: float, item: float = 0.7, **more: Any) -> Any:
    row = {"kind": "pearson", "kmo": kmo, "item": "q_1", "item_kmo": item}
    row |= {"chisq": 2868.59, "df": 276, "p": p}
    fields = {"items": 24, "n": 250, "rows": [row], "change": None, "lost": ()}
    return of(Adequacy(**(fields | more)))


def test_factorability(case: Case) -> None:
    good = said(words.kmo(adequacy(0.92, 1e-9, change=0.01), case))
    assert "is high enough for factoring (KMO = .92, cut-off .60 [@kaiser1974])" in good.en
    assert "finds correlations to explain (χ²(276) = 2,868.6, *p* < .001)" in good.en
    assert "KMO changes by .01" in good.en and "is q_1 (.70), still above" in good.en
    assert "KMO is the same" in said(words.kmo(adequacy(0.92, 0.1, change=0.001), case)).en
    lost = [Lost(part=part, kind=kind, reason=CONSTANT) for part, kind in LOST]
    bad = said(words.kmo(adequacy(0.51, 0.4, 0.3, lost=lost), case))
    assert "is too low" in bad.en and "factor noise" in bad.en and "不足" in bad.zh
    assert "shares too little" in bad.en and "噪声" in bad.zh
    assert "estimated: Pearson correlations (q_1 is constant)." in bad.en
    assert "adequacy on polychoric correlations (" in bad.en
    assert "parallel analysis on Pearson correlations (" in bad.en
    assert (
        "多分格相关的适当性未能估计：" in bad.zh
        and "基于 Pearson 相关的平行分析未能估计：" in bad.zh
    )
    assert bad.zh.endswith("基于多分格相关的平行分析未能估计：q_1 没有变异。")


LOST: tuple[tuple[Any, Any], ...] = (
    ("matrix", "pearson"),
    ("adequacy", "polychoric"),
    ("parallel", "pearson"),
    ("parallel", "polychoric"),
)


def factors(n: int, lower: int, upper: int, planned: int = 3, **more: Any) -> Any:
    fields = {"planned": planned, "kind": "pearson", "n": n, "lower": lower, "upper": upper}
    fields |= {"used": n, "draws": 10, "rules": (), "total": 2, "at_plan": 1, "least": 1, "most": 6}
    return of(Factors(**(fields | {"screes": (), "lost": ()} | more)))


def test_number_of_factors(case: Case) -> None:
    sure = said(words.factors(factors(3, 3, 3, least=3, most=3), case))
    assert "ask for 3 factors" in sure.en and "could make it" not in sure.en
    assert "as many factors as were planned" in sure.en
    unsure = said(words.factors(factors(4, 3, 5, 7), case))
    assert "ask for 1 to 6 factors where 7 constructs" in unsure.en
    assert "other random data could make it 3 to 5" in unsure.en and "3 至 5" in unsure.zh
    assert "hard to tell apart" in unsure.en and "基于 Pearson 相关的" in unsure.zh
    more = said(words.factors(factors(4, 4, 4, 2, kind="polychoric", used=3), case))
    assert "polychoric correlations" in more.en and "基于多分格相关的" in more.zh
    assert "share more than their construct" in more.en and "has 3, as many as can be" in more.en


def test_rules_beside_one_another(case: Case) -> None:
    def rules(a: int, b: int) -> list[Kept]:
        kept = (("pearson", a), ("polychoric", b))
        return [Kept(rule="parallel-factors", kind=k, n=n) for k, n in kept]  # type: ignore[arg-type]

    got = said(words.factor_counts(factors(3, 3, 3, rules=rules(3, 2)), case))
    assert "1 of 2 rules comes out at the 3 planned constructs; the others do not" in got.en
    assert "against 3 on Pearson" in got.en and "Pearson 相关的则保留 3 个" in got.zh
    none = said(words.factor_counts(factors(3, 3, 3, rules=rules(3, 3), at_plan=0), case))
    assert "None of 2 rules comes out" in none.en and "as on Pearson correlations" in none.en
    both = said(words.factor_counts(factors(3, 3, 3, at_plan=2), case))
    assert both.en == "2 of 2 rules come out at the 3 planned constructs."


def beside(rotation: Any, least: float, **more: Any) -> Beside:
    fields = {"kind": "pearson", "method": "ml", "rotation": rotation, "reference": False}
    fields |= {"least": least, "mean": least, "phi": None, "crossing": 0, "rmsr": 0.03}
    fields |= {"chisq": 1.0, "df": 1, "rmsea": 0.1, "tli": 1.0, "heywood": (), "converged": True}
    return Beside(**(fields | more))


def solutions(*rows: Beside, k: int = 3, lost: Sequence[NoSolution] = ()) -> Any:
    return of(Solutions(factors=k, rows=rows, lost=lost))


def test_solutions(case: Case) -> None:
    fine = beside("promax", 0.97)
    same = said(words.solutions(solutions(beside("varimax", 0.9), fine), case))
    assert "matters little" in same.en and "at least .90 (ML · varimax)" in same.en
    bad = beside("oblimin", 0.7, kind="polychoric", heywood=["q1"])
    lost = NoSolution(kind="polychoric", method="minres", rotation="promax", reason=CONSTANT)
    other = said(words.solutions(solutions(bad, fine, lost=[lost]), case))
    assert "takes matters: ML · oblimin · polychoric has at least one factor" in other.en
    assert "ML · oblimin · 多分格相关" in other.zh and "会影响结果" in other.zh
    assert "no convergence): ML · oblimin · polychoric." in other.en
    assert "the solution minres · promax · polychoric (q_1 is constant)" in other.en
    assert "解“minres · promax · 多分格相关”" in other.zh
    got = said(words.solutions(solutions(fine, beside("varimax", 0.9, converged=False)), case))
    assert "no convergence): ML · varimax." in got.en
    assert "nothing to rotate" in said(words.solutions(solutions(k=1), case)).en


def solution(**more: Any) -> Any:
    fields = {"rows": (), "factors": (), "items": 4, "crossing": 1, "shared": (), "closest": None}
    fields |= {"explained": 0.476, "heywood": (), "converged": True}
    fields |= {"lowest": {"item": "q_1", "estimate": 0.08}, "highest": {"item": "l_1"}}
    fields["highest"] = {"item": "l_1", "estimate": 0.73}
    return of(Solution(**(fields | more)))


def test_shared_factors_and_their_correlation(case: Case) -> None:
    shared = [("quality", "loyalty"), ("value", "image")]
    closest = Closest(first="F1", second="F2", r=-0.6)
    got = said(words.efa(solution(shared=shared, closest=closest), case))
    assert "lie mostly Quality and Loyalty*; Value and Image." in got.en
    assert "1 of 4 items loads .32 or more" in got.en and "up to −.60 (F1 with F2)" in got.en
    alone = said(words.efa(solution(crossing=0), case))
    assert alone.en.startswith("Every construct has a factor of its own. None of 4 items loads .32")
    assert "2 of 4 items load .32" in said(words.efa(solution(crossing=2), case)).en


def test_communalities(case: Case) -> None:
    got = said(words.communality(solution(), case))
    assert "for 47.6 % of the variance" in got.en and "improper" not in got.en
    assert "from .08 (q_1) to .73 (l_1)" in got.en and "converge" not in got.en
    bad = said(words.communality(solution(heywood=["a"], converged=False), case))
    assert "**The solution is improper**: it leaves a no variance" in bad.en
    assert "**The extraction did not converge.**" in bad.en and "**提取未收敛。**" in bad.zh


def planned(name: str, at: float | None, verdict: Any, **more: Any) -> Planned:
    fields = {"id": name, "factor": None if verdict is None else "F1", "congruence": at}
    fields |= {"ci_lower": at, "ci_upper": at, "verdict": verdict, "target": 0.9, "chance": 0.7}
    return Planned(**(fields | more))


def plan(*rows: Planned, left_out: Sequence[str] = (), no_target: Reason | None = None) -> Any:
    counts = {"draws": 500, "sound": 499, "heywood": 1, "random_plans": 200}
    return of(Plan(rows=rows, left_out=left_out, no_target=no_target, **counts))


def test_the_plan(case: Case) -> None:
    rows = [
        planned("quality", 0.95, "met"),
        planned("loyalty", 0.86, "open"),
        planned("value", 0.5, "not met", target=0.6),
        planned("image", None, None, target=None, chance=None),
    ]
    got = said(words.plan(plan(*rows, left_out=["image"]), case))
    assert "(500 draws) above .85 [@lorenzoseva2006]: Quality (.95)." in got.en
    assert "open at .85 for Loyalty* (.86)." in got.en
    assert "for Value (.50)." in got.en and "No factor is left for Image." in got.en
    assert "dealt at random [@paunonen1997] for Value." in got.en
    assert "With one item, Image cannot be a factor and is left out" in got.en
    fine = said(words.plan(plan(planned("quality", 0.95, "open")), case))
    assert "every construct is more alike to its factor" in fine.en
    three = [planned(c, 0.9 + k / 50, "met") for k, c in enumerate(("quality", "value", "image"))]
    every = said(words.plan(plan(*three), case))
    assert "congruences run from .90 (Quality) to .94 (Image)" in every.en and "500" in every.zh
    none = planned("quality", 0.95, "met", target=None, chance=None)
    lost = said(words.plan(plan(none, no_target=CONSTANT), case))
    assert lost.en.endswith("estimated: the rotation to the plan (q_1 is constant).")
    assert "paunonen1997" not in lost.en
    assert without_references(tables.plan(plan(none), case).note.en).count(
        "500 bootstrap samples; 499 converged"
    )


def general(verdict: Any, **more: Any) -> Any:
    whole = {"total": 0.94, "total_ci_lower": 0.93, "total_ci_upper": 0.95, "general": 0.73}
    whole |= {"general_ci_lower": 0.66, "general_ci_upper": 0.8, "specific": 0.21}
    counts = {"items": 24, "factors": 3, "draws": 500, "draws_used": 500, "draws_heywood": 0}
    fields = {"whole": whole, "verdict": verdict, "common": 0.61, "scales": (), "negative": ()}
    return of(General(**(counts | fields | more)))


def test_the_general_factor(case: Case) -> None:
    part = {"total": 0.8, "general": 0.2, "general_ci_lower": None, "general_ci_upper": None}
    shares = [
        ScaleShare(id=c, of_reliable=share, specific=0.6, **part)
        for c, share in (("quality", 0.25), ("loyalty", 0.75))
    ]
    met = said(words.general(general("met", scales=shares), case))
    assert ".73 [.66, .80] of its variance" in met.en and "one thing" in met.en
    assert "most in Loyalty* (75.0 %) and least in Quality (25.0 %)" in met.en
    assert "less than half" not in met.en and "more than all" not in met.en
    over = [shares[0], shares[1].model_copy(update={"of_reliable": 1.009})]
    beyond = said(words.general(general("met", scales=over), case))
    assert "most in Loyalty* (100.9 %)" in beyond.en
    assert "In Loyalty* that is more than all: the general factor alone implies" in beyond.en
    assert "份额超过 100%" in beyond.zh and "模型误差" in beyond.zh
    whole = [shares[0], shares[1].model_copy(update={"of_reliable": 1.0})]
    assert "more than all" not in said(words.general(general("met", scales=whole), case)).en
    assert "less than half of it" in said(words.general(general("met", common=0.4), case)).en
    unsure = said(words.general(general("open"), case))
    assert "leaves open" in unsure.en and "尚不能判断" in unsure.zh
    low = said(words.general(general("not met", factors=2, negative=["q1"]), case))
    assert "mix several things" in low.en and "two group factors" in low.en
    assert "q1 runs against" in low.en and "方向相反" in low.zh
    table = tables.general(general("met", scales=shares), case)
    assert [table.columns[0].of(row).en for row in table.rows] == [
        *("All items", "Quality", "Loyalty*")
    ]
    assert isinstance(table.rows[0], Share)


def test_a_second_opinion_in_words(case: Case) -> None:
    def second(difference: float, off: float) -> Any:
        fields = {"n": 199, "rows": (), "kmo": 0.9, "other_kmo": 0.9, "kmo_difference": 0.0}
        fields |= {"chisq": 400.0, "other_chisq": 400.0, "chisq_difference": off}
        return of(Second(difference=difference, **fields))

    same = said(words.second(second(5e-6, 1e-12), case))
    assert same.en.startswith("Given the same 199 complete rows, factor_analyzer finds the same")
    assert "difference is 5e−06." in same.en and same.en.endswith("are the same as ours.")
    other = said(words.second(second(0.02, 0.5), case))
    assert "finds other loadings" in other.en and "不同的载荷" in other.zh
    assert other.en.endswith("(400.0) differ from ours by 0 and 0.5.")


# --- names ---------------------------------------------------------------------------------------
def test_every_rule_is_named_and_cites_a_known_work(project: Any) -> None:
    factors = reliability.factors(reliability.correlations(asked(project, answers(200))), 5, 1)
    works = (REPOSITORY / "references.bib").read_text(encoding="utf-8")
    assert {r.rule for r in factors.rules} == set(tables.RULES) == set(tables.SOURCES)
    assert all(f"{{{work}," in works for work in tables.SOURCES.values())
    for name in [*tables.RULES.values(), *words.KINDS.values()]:
        assert re.search("[\u4e00-\u9fff]", term(name).zh)


def test_the_survey_of_mobile_phones(repository: Any) -> None:
    """Loyalty has a weak scale for its item CUSL2, and one construct has a single item."""
    try:
        mobile = survey.load(study.load("ecsi-mobile"))
    except Exception as error:
        if "could not be downloaded" not in str(error):
            raise
        pytest.skip(str(error))
    measures = reliability.measures(mobile, 20, 1)
    rows = {r.id: r for r in reliability.scales(measures).rows}
    assert rows["loyalty"].alpha == pytest.approx(0.44, abs=0.01)
    assert rows["loyalty"].heywood == ("CUSL3",) and "complaints" not in rows
    items = {r.item: r for r in reliability.items(measures).rows}
    assert items["CUSL2"].item_total < 0.1 and items["CUSL2"].weak
    factors = reliability.factors(reliability.correlations(mobile), 20, 1)
    assert factors.planned == 7 and 1 <= factors.n < 7
