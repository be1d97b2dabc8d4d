"""The measurement model: what is found in cases that lack something, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import semfit

from loyalty.analyses.measurement import figures, tables, words
from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.measurement.estimates import Trial
from loyalty.analyses.measurement.findings import (
    Change,
    Coefficients,
    Convergent,
    Dynamic,
    Fit,
    Level,
    Loading,
    Loadings,
    Measurement,
    Misfit,
    Model,
    Models,
    Omitted,
    Ratio,
    Ratios,
    Residual,
    Residuals,
    Respecification,
    Shared,
    SharedVariance,
    SimulatedIndex,
    Standing,
)
from loyalty.analyses.measurement.page import PAGE
from loyalty.cases import study, survey
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references

REFUSED = Refused(refused=Reason(code="one_long_construct"))


def found(case: str = "small") -> Measurement:
    """All findings of the project's case, in the order of the notebook."""
    scales = measurement.scales(survey.load(study.load(case)))
    planned = measurement.planned(scales)
    ratios = measurement.ratios(scales, 30, 1)
    fitted = measurement.rivals(scales, planned, ratios)
    loadings = measurement.loadings(planned)
    changes = measurement.changes(planned)
    models = measurement.models(scales, fitted)
    return Measurement(
        fit=measurement.fit(planned),
        solution=measurement.solution(scales, planned),
        observed=measurement.observed(survey.load(study.load(case))),
        dynamic=measurement.dynamic(scales, fitted, 30, 1),
        loadings=loadings,
        convergent=measurement.convergent(scales, planned),
        htmt=ratios,
        shared_variance=measurement.shared_variance(scales, planned),
        single_items=measurement.single_items(survey.load(study.load(case))),
        models=models,
        merged=measurement.merged(survey.load(study.load(case)), models),
        second_order=measurement.second_order(scales),
        residuals=measurement.residuals(scales, planned),
        misfit=measurement.misfit(changes),
        respecification=measurement.respecification(
            scales, planned, changes, loadings, measurement.blurred(ratios)
        ),
    )


def refused(whole: Measurement) -> dict[str, str]:
    """The findings that could not be had, with the reason."""
    each = {name: getattr(whole, name) for name in Measurement.model_fields}
    return {k: v.refused.text().en for k, v in each.items() if isinstance(v, Refused)}


def construct(project: Any, name: str) -> dict[str, Any]:
    return next(c for c in project.study["constructs"] if c["id"] == name)


# --- cases that lack something -------------------------------------------------------------------
def test_two_sound_constructs(project: Any) -> None:
    """All is found but a second-order factor of one outcome, and shown in both languages."""
    whole = found()
    assert refused(whole).keys() == {"second_order"}
    assert "here there is 1" in refused(whole)["second_order"]
    assert whole.fit.df == 8 and whole.htmt.pairs == 1 and whole.fit.admissible
    assert [row.id for row in whole.models.rows] == ["planned", "one-factor", "bifactor"]
    assert whole.residuals.pairs == 15 and len(whole.residuals.rows) == 15
    assert len(whole.dynamic.levels) == 2 and whole.dynamic.levels[0].omitted is None
    case = show.context("small")
    for name in Measurement.model_fields:
        if getattr(whole, name) is None:
            continue
        finding = cited(getattr(whole, name), f"small/measurement/{name}")
        for language in LANGUAGES:
            for shown in show.displays("measurement", name, finding, case, language):
                text = without_references(shown.bundle.get("text/markdown", ""))
                assert text or "image/svg+xml" in shown.bundle
                if language == "zh" and not shown.label.startswith("fig"):
                    assert "Quality" not in text and "Loyalty" not in text, shown.label


def test_every_finding_has_its_place() -> None:
    assert list(PAGE) == list(Measurement.model_fields)
    assert [k for k, shown in PAGE.items() if not shown] == ["second_order"]


def test_constructs_of_two_items_and_of_one(project: Any, small_answers: pd.DataFrame) -> None:
    construct(project, "loyalty")["items"].pop()
    single = {"id": "single", "label": "Single", "role": "mediator"}
    project.study["constructs"].append(single | {"items": [{"id": "plan1", "en": "?"}]})
    project.rows(small_answers.assign(plan1=small_answers["q1"].to_numpy()[::-1]))
    whole = found()
    assert whole.single_items.single == ("single",) and len(whole.single_items.rows) == 3
    table = tables.single_items(
        cited(whole.single_items, "small/m/single_items"), show.context("small")
    )
    assert [{r.a, r.b} & {"single"} for r in table.rows] == [{"single"}] * 2
    assert whole.convergent.two == ("loyalty",) and whole.convergent.single == ("single",)
    assert whole.fit.df == 4
    assert "plan1" not in {row.item for row in whole.loadings.rows}


def test_one_construct_only(project: Any, small_answers: pd.DataFrame) -> None:
    construct(project, "loyalty")["items"] = construct(project, "loyalty")["items"][:1]
    project.rows(small_answers)
    whole = found()
    lost = refused(whole)
    # three items say all that there is to know of one factor
    alone = {"htmt", "shared_variance", "models", "dynamic"}
    assert lost.keys() == {*alone, "misfit", "respecification"}
    assert lost["models"] == "there is only one construct"
    assert 0 < whole.loadings.rows[0].estimate < 1


def test_no_construct_of_several_items(project: Any, small_answers: pd.DataFrame) -> None:
    for name in ("quality", "loyalty"):
        construct(project, name)["items"] = construct(project, name)["items"][:1]
    project.rows(small_answers)
    lost = refused(found())
    assert lost.keys() == set(Measurement.model_fields) - {
        "observed",
        "second_order",
        "single_items",
        "weights",
        "merged",
    }
    assert lost["fit"] == "no construct has two or more items"


def test_a_model_without_solution(project: Any, small_answers: pd.DataFrame) -> None:
    """An item asked twice with the same answers: no solution, but ratios of correlations."""
    project.rows(small_answers.assign(q2=small_answers["q1"]))
    whole = found()
    lost = refused(whole)
    assert "collinear are q1, q2" in lost["fit"] and whole.fit.refused.of == "estimator"
    alike = ("loadings", "convergent", "shared_variance", "residuals", "misfit", "respecification")
    assert {lost[name] for name in alike} == {lost["fit"]}
    assert "htmt" not in lost and whole.htmt.pairs == 1
    assert not whole.models.rows[0].converged and whole.models.preferred is None


def test_a_planned_solution_that_no_population_has() -> None:
    """Of the real survey: the levels are those of the closest model that has a population."""
    try:
        scales = measurement.scales(survey.load(study.load("ecsi-mobile")))
    except Exception as error:
        if "could not be downloaded" not in str(error):
            raise
        pytest.skip(str(error))
    planned = measurement.planned(scales)
    fit = measurement.fit(planned)
    assert not fit.admissible and fit.df == 215
    assert any("not positive definite" in said.text().en for said in fit.messages)
    ratios = measurement.ratios(scales, 20, 7)
    assert ratios.pairs == 15 and {row.draws for row in ratios.rows} == {20}
    assert 0.85 < ratios.largest < 1.05
    fitted = measurement.rivals(scales, planned, ratios)
    rows = {row.id: row for row in fitted.rows}
    assert not rows["planned"].admissible and rows["merged"].admissible
    assert rows["one-factor"].df_difference == 15
    dynamic = measurement.dynamic(scales, fitted, 20, 7)
    assert dynamic.model == "merged" and [level.level for level in dynamic.levels] == [*range(5)]
    shared = measurement.shared_variance(scales, planned)
    assert shared.violations > ratios.above / 2 > 0
    # One item of loyalty loads so weakly that a reviewer would ask to drop it.
    loadings = measurement.loadings(planned)
    asked = measurement.respecification(scales, planned, (), loadings, ())
    assert asked.weak == ("CUSL2",) and asked.first is None


# --- what is computed for the sentences ----------------------------------------------------------
def simulated(cut: float | None) -> SimulatedIndex:
    return SimulatedIndex(cut=cut, error=0.05, percentile_5=0.1, median=0.2, percentile_95=0.3)


def levels(**cuts: list[float | None]) -> list[Level]:
    """Levels with these cut-offs of cfi, rmsea and srmr."""
    numbers = range(len(cuts["cfi"]))
    lost = Omitted(item="q_1", own="quality", other="loyalty", size=0.5)
    return [
        Level(
            level=k,
            omitted=lost if k else None,
            **{index: simulated(values[k]) for index, values in cuts.items()},
        )
        for k in numbers
    ]


LEVELS = levels(cfi=[0.99, 0.96, 0.90], rmsea=[0.02, None, None], srmr=[0.02, None, 0.05])


@pytest.mark.parametrize(
    ("index", "seen", "standing", "level", "rare"),
    [
        ("cfi", 0.995, "correct", None, False),
        ("cfi", 0.97, "between", 1, False),
        ("cfi", 0.93, "between", 2, False),
        ("cfi", 0.85, "beyond", None, False),
        ("srmr", 0.04, "between", 2, False),
        ("srmr", 0.06, "beyond", None, False),
        ("rmsea", 0.03, "undecided", None, True),
        ("rmsea", 0.01, "undecided", None, False),
    ],
)
def test_where_the_fit_lies_among_the_levels(
    index: measurement.Index, seen: float, standing: str, level: int | None, rare: bool
) -> None:
    got = measurement._standing(index, seen, LEVELS)
    assert got.model_dump(exclude={"index"}) == {"standing": standing, "level": level, "rare": rare}


def model(name: str, bic: float | None, p: float | None = None, **other: Any) -> Model:
    """A model with this BIC (of the planned one 100), or without a solution."""
    solved = bic is not None
    empty = {
        k: None
        for k in Model.model_fields
        if k not in ("id", "merged", "converged", "admissible", "problems")
    }
    fields = {"id": name, "merged": (), "converged": solved, "admissible": solved, "problems": ()}
    difference = {"bic": bic, "bic_difference": bic - 100 if solved else None, "p_difference": p}
    return Model(**(empty | fields | difference | other))


def compared(*rows: Model) -> Models:
    constructs = [None, None]
    scales = measurement.Scales(None, constructs, None)  # type: ignore[arg-type]
    return measurement.models(scales, measurement.Fitted(rows, {}))


MERGED = (("quality", "loyalty"),)


def test_the_lowest_bic() -> None:
    planned, merged = model("planned", 100), model("merged", 112, 0.3, merged=MERGED)
    got = compared(planned, merged, model("one-factor", 400, 0.001))
    assert (got.preferred, got.next, got.margin) == ("planned", "merged", 12)
    assert (got.simpler, got.worse) == (2, 1)
    got = compared(planned, model("merged", 95, 0.001), model("one-factor", None))
    assert (got.preferred, got.next, got.margin) == ("merged", None, 5)
    got = compared(model("planned", None), model("merged", 90, bic_difference=None))
    assert (got.preferred, got.next, got.margin) == ("merged", None, None)
    got = compared(model("planned", None))
    assert (got.preferred, got.simpler) == (None, 0)
    got = compared(planned, model("one-factor", None))
    assert (got.preferred, got.next, got.margin) == ("planned", None, None)


# --- sentences -----------------------------------------------------------------------------------
@pytest.fixture
def case(project: Any) -> Case:
    """The small case; a label has a character that Markdown would take for its own."""
    construct(project, "loyalty")["label"] = {"en": "Loyalty*", "zh": "忠诚"}
    project.describe()
    return show.context("small")


def said(shown: Text | list[Text]) -> Text:
    """As a reader sees it: without references and no-break spaces."""
    whole = shown if isinstance(shown, Text) else join(shown)
    plain = {k: without_references(whole.in_(k)).replace("\u00a0", " ") for k in LANGUAGES}
    assert any("\u4e00" <= c <= "\u9fff" for c in plain["zh"]) and plain["en"] != plain["zh"]
    return Text(**{k: v.replace("\\", "") for k, v in plain.items()})


def of(finding: Any) -> Any:
    return cited(finding, "small/measurement/x")


def dynamic(found_levels: list[Level], *standings: Standing, **other: Any) -> Dynamic:
    fields = {
        "model": "planned",
        "merged": (),
        "cfi": 0.97,
        "rmsea": 0.03,
        "srmr": 0.04,
        "n": 300,
        "replications": 500,
        "lost": 0,
        "reached": 95,
        "incomplete": False,
    }
    return of(Dynamic(levels=found_levels, standings=standings, **(fields | other)))


def test_sentences_on_the_levels(case: Case) -> None:
    unclear = Standing(index="rmsea", standing="undecided", rare=True)
    near = Standing(index="cfi", standing="between", level=1)
    far = Standing(index="srmr", standing="between", level=2)
    got = said(words.dynamic(dynamic(LEVELS, near, unclear, far), case))
    assert "500 samples of 300" in got.en and "500 个样本" in got.zh
    assert "first .50 of q_1 on Loyalty* [@mcneish2023]" in got.en and "在忠诚上" in got.zh
    assert "By CFI it fits worse than a correct model would" in got.en
    assert "better than one with a single loading" in got.en and "2 loadings of that" in got.en
    assert "RMSEA cannot tell the levels from a correct model" in got.en
    assert "rarely show such a value of RMSEA." in got.en and "这样的 RMSEA 值。" in got.zh
    assert "not admissible" not in got.en
    right = [Standing(index=i, standing="correct") for i in measurement.INDICES]
    merged = dynamic(LEVELS, *right, model="merged", merged=MERGED)
    got = said(words.dynamic(merged, case))
    assert got.en.startswith("The solution of the planned model is not admissible")
    assert "Merged: Quality + Loyalty*." in got.en and "合并“质量 + 忠诚”" in got.zh
    assert "By CFI, RMSEA and SRMR the model fits as well as correct ones do in 95 of" in got.en
    got = said(words.dynamic(dynamic(LEVELS, Standing(index="cfi", standing="beyond")), case))
    assert "By CFI the misfit is larger than at any level" in got.en
    assert words.factor_label("merged_1", merged, case).en == "Quality + Loyalty*"


def test_dynamic_against_conventional_cut_offs(case: Case) -> None:
    cuts = levels(cfi=[0.99, 0.96], rmsea=[0.02, 0.07], srmr=[0.02, None])
    got = said(words.dynamic_cuts(dynamic(cuts, lost=3, incomplete=True), case))
    assert "pass the conventional cut-off of CFI (.95 / .960)" in got.en
    assert "stricter one for RMSEA (.06 / .070)" in got.en and "SRMR" not in got.en
    assert "3 samples had no solution and are left out." in got.en
    assert "some of them missing" in got.en and got.zh.count("。") == 4
    cuts = levels(cfi=[0.99, None], rmsea=[0.02, None], srmr=[0.02, None])
    none = said(words.dynamic_cuts(dynamic(cuts), case))
    assert "no index tells one loading left out" in none.en and "no solution" not in none.en
    assert "missing:" not in none.en
    table = tables.dynamic(dynamic(cuts), case).markdown("zh")
    assert "水平 1" in table and "q\\_1 → 忠诚" in table and ".950" in table.replace("\\", "")


def test_loadings(case: Case) -> None:
    def loading(item: str, estimate: float, verdict: Any) -> Loading:
        ends = {"ci_lower": estimate - 0.1, "ci_upper": estimate + 0.1}
        return Loading(
            factor="quality", item=item, estimate=estimate, se=0.05, verdict=verdict, **ends
        )

    rows = (loading("q1", 0.8, "met"), loading("q_2", 0.3, "not met"), loading("q3", 0.5, "open"))
    got = said(words.loadings(of(Loadings(rows=rows)), case))
    assert "run from .30 [.20, .40] (q_2) to .80 [.70, .90] (q1)." in got.en
    assert "Below .50 [@hair2019] with the whole interval: q_2 (.30)." in got.en
    assert "Open at that cut-off: q3." in got.en and "q3 是否达到" in got.zh
    fine = said(words.loadings(of(Loadings(rows=rows[:1])), case))
    assert "All lie above .50" in fine.en and "Open" not in fine.en


def coefficients(name: str, verdict: Any, value: float = 0.6) -> Coefficients:
    ends = {f"{k}_ci_{end}": value for k in ("cr", "ave") for end in ("lower", "upper")}
    verdicts = {"cr_verdict": verdict, "ave_verdict": "met"}
    return Coefficients(id=name, items=3, cr=value, ave=value, **verdicts, **ends)


def convergent(*rows: Coefficients, **other: Any) -> Convergent:
    met = sum(r.cr_verdict == "met" for r in rows)
    counts = {"constructs": len(rows), "cr_met": met, "ave_met": len(rows)}
    return of(Convergent(rows=rows, **({"single": (), "two": ()} | counts | other)))


@pytest.mark.parametrize(
    ("cr", "ave", "en", "zh"),
    [
        (1, 1, "CR and AVE reach their cut-offs", "均达到标准"),
        (0, 0, "Neither CR nor AVE reaches", "均未达到标准"),
        (1, 0, "CR reaches its cut-off with its whole interval, AVE does not", "AVE 则未达到"),
        (0, 1, "AVE reaches its cut-off with its whole interval, CR does not", "CR 则未达到"),
    ],
)
def test_one_construct_is_not_counted(case: Case, cr: int, ave: int, en: str, zh: str) -> None:
    one = convergent(coefficients("quality", "met"), cr_met=cr, ave_met=ave)
    head = tables.convergent(one, case).said
    assert head is not None and en in head.en and zh in head.zh


def test_convergent_validity_is_as_firm_as_the_interval(case: Case) -> None:
    unsure = convergent(coefficients("quality", "open"), coefficients("loyalty", "not met"))
    got = said(words.convergent(unsure, case))
    assert "for 0 of 2; below it for Loyalty* (.60); open for Quality (.60) [" in got.en
    assert "variance extracted is at least .50 with its whole interval for every" in got.en
    assert "低于标准的有忠诚（.60）" in got.zh and "Quality" not in got.zh
    head = tables.convergent(unsure, case).said
    assert head is not None
    head = said(head)
    assert head.en.endswith("CR reaches the cut-off for 0 and AVE for 2 of 2 constructs.")
    assert head.zh.startswith("2 个构念的 CR 整个区间均未达到标准；")
    fine = convergent(coefficients("quality", "met"), single=["loyalty"], two=["quality"])
    got = said(words.convergent(fine, case))
    assert got.en.count("for every construct") == 2
    assert "Quality rests on two items" in got.en
    assert "With one item, Loyalty* cannot be judged and is left out" in got.en


def ratios(*bounds: tuple[float, Any, Any], **other: Any) -> Ratios:
    rows = [
        Ratio(
            construct_a="quality",
            construct_b="loyalty",
            htmt=value,
            ci_lower=value - 0.1,
            ci_upper=value + 0.1,
            upper_one_sided=value,
            draws=500,
            verdict=first,
            htmt2=value,
            htmt2_ci_lower=None,
            htmt2_ci_upper=None,
            htmt2_upper_one_sided=None,
            htmt2_draws=500,
            htmt2_verdict=second,
        )
        for value, first, second in bounds
    ]
    verdicts = [r.verdict for r in rows]
    fields = {
        "pairs": len(rows),
        "met": verdicts.count("met"),
        "open": verdicts.count("open"),
        "not_met": verdicts.count("not met"),
        "above": 0,
        "largest": 0.9,
        "largest_htmt2": 0.9,
        "apart": 0.03,
        "changed": sum(r.verdict != r.htmt2_verdict for r in rows),
        "negative": 0,
        "correlations": 120,
        "draws": 500,
    }
    return of(Ratios(rows=rows, **(fields | other)))


def test_discriminant_pairs(case: Case) -> None:
    clear, unsure, close = (0.5, "met", "met"), (0.8, "open", "met"), (0.9, "not met", "not met")
    every = said(words.htmt(ratios(clear, clear), case))
    assert every.en.startswith("Both pairs of constructs are distinct") and "500" in every.zh
    some = said(words.htmt(ratios(clear, close, unsure), case))
    assert "1 is distinct" in some.en and "1 is open and 1 is not distinct" in some.en
    assert "The highest ratio is that of Quality–Loyalty* (0.90 [0.80, 1.00])." in some.en
    assert "质量–忠诚" in some.zh
    lost = said(words.htmt(ratios(unsure), case))
    assert "Of 1 pair of constructs none is distinct" in lost.en
    assert "1 is open and none is not distinct" in lost.en
    assert measurement.blurred(ratios(clear, close)) == (("quality", "loyalty"),)
    assert measurement.blurred(REFUSED) == ()
    assert "not clearly" in tables.close_pairs(ratios(clear, close), case).caption.en
    assert tables.close_pairs(ratios(clear), case).caption.en == "The closest pairs of constructs."


def test_the_second_ratio_and_the_sign(case: Case) -> None:
    found = ratios((0.8, "open", "met"), (0.9, "not met", "not met"), negative=7)
    got = said(words.htmt2(found, case))
    assert "by .03 at most and changes 1 verdict." in got.en and "有 1 个结论因此改变" in got.zh
    assert "7 of 120 correlations here, which are negative" in got.en
    same = said(words.htmt2(ratios((0.5, "met", "met")), case))
    assert "changes no verdict" in same.en and "none of the 120 is negative" in same.en


def shared(*verdicts: Any, reaching_one: int = 0) -> SharedVariance:
    rows = [
        Shared(
            a="quality",
            b="loyalty",
            correlation=0.9,
            correlation_ci_lower=0.8,
            correlation_ci_upper=1.02,
            of="loyalty",
            gap=-0.3 if verdict == "not met" else 0.3,
            gap_ci_lower=None,
            gap_ci_upper=None,
            verdict=verdict,
        )
        for verdict in verdicts
    ]
    counts = {v.replace(" ", "_"): verdicts.count(v) for v in ("met", "open", "not met")}
    return of(
        SharedVariance(
            rows=rows, pairs=len(rows), violations=0, reaching_one=reaching_one, **counts
        )
    )


def test_shared_variance(case: Case) -> None:
    got = said(words.shared_variance(shared("not met", "met", reaching_one=1), case))
    assert "in 1 of 2 pairs" in got.en and "; none is open and 1 fails." in got.en
    assert "Quality–Loyalty*: −.30 for Loyalty*, at a latent correlation of .90 [.80," in got.en
    assert "of 1 latent correlation reaches 1" in got.en and "质量–忠诚" in got.zh
    whole = said(words.shared_variance(shared("met", "met"), case))
    assert "in both pairs" in whole.en and "fail" not in whole.en and "reaches 1" not in whole.en
    assert "closest pairs" in tables.shared_variance(shared("met"), case).caption.en


def test_competing_models(case: Case) -> None:
    def about(*rows: Model, **other: Any) -> Text:
        return said(words.models(of(compared(*rows).model_copy(update=other)), case))

    planned, merged = model("planned", 100), model("merged", 112, 0.3, merged=MERGED)
    one = model("one-factor", 400, 0.001, admissible=False)
    got = about(planned, merged, one, general_share=0.623)
    assert "Of 2 simpler models 1 fits worse" in got.en
    assert "no worse, as far as the test can tell: Merged: Quality + Loyalty*." in got.en
    assert "planned model, the next being Merged: Quality + Loyalty* (12.0 higher)" in got.en
    assert "not admissible: One factor for all items" in got.en and "合并“质量 + 忠诚”" in got.zh
    assert "general factor takes 62.3 % of the common variance" in got.en
    better = model("merged", 95, 0.001, merged=MERGED)
    got = about(planned, better, model("one-factor", None))
    assert "Loyalty* (5.0 lower than the planned model)" in got.en
    assert "Without a solution: One factor for all items." in got.en
    assert "general factor" not in got.en
    worse = about(planned, better, one)
    assert "Both simpler models fit worse than the planned one by" in worse.en
    lost = about(model("planned", None), model("merged", 90, merged=MERGED, bic_difference=None))
    assert (
        "The planned model has no admissible solution" in lost.en
        and "BIC prefers Merged" in lost.en
    )
    none = about(model("planned", None))
    assert none.en == "None of the models has a solution."


def residuals(**other: Any) -> Residuals:
    row = Residual(
        item_a="q1",
        item_b="q_2",
        construct_a="quality",
        construct_b="quality",
        residual=-0.15,
        z=-3.0,
    )
    fields = {
        "pairs": 3,
        "large": 1,
        "tested": 2,
        "beyond": 1,
        "expected": 0.1,
        "top": 3,
        "recurring": ("q1",),
        "times": 2,
        "inside": 1,
        "across": 2,
    }
    return of(Residuals(rows=(row,), **(fields | other)))


def test_residuals(case: Case) -> None:
    got = said(words.residuals(residuals(), case))
    assert "Of 3 correlations between items the model misses 1 by more than .10" in got.en
    assert "q1–q_2 (−.15)" in got.en and "1 of 2 standardized residuals" in got.en
    assert "more than the 0.1 that chance alone" in got.en
    few = said(words.residuals(residuals(large=0, beyond=0), case))
    assert "misses none by" in few.en and "no more than the 0.1 that" in few.en


def test_items_that_recur_among_the_residuals(case: Case) -> None:
    got = said(words.large_residuals(residuals(), case))
    assert "Of these 3 pairs 2 have the item q1." in got.en
    assert "1 of them is of one construct" in got.en and "2 join two constructs" in got.en
    two = residuals(recurring=("q1", "q3"), top=4, inside=0, across=4)
    got = said(words.large_residuals(two, case))
    assert "The items q1 and q3 are in 2 of these 4 pairs each." in got.en
    assert "All of them join two" in got.en and "各出现了 2 次" in got.zh
    got = said(words.large_residuals(residuals(times=1, across=0, inside=3), case))
    assert "No item is in more than one" in got.en and "join" not in got.en


def test_what_was_misspecified(case: Case) -> None:
    found = Misfit(largest=(), parameters=4, misspecified=1, not_misspecified=1, open=2)
    got = said(words.misfit(of(found), case))
    assert "of 4 fixed parameters 1 is wrong by enough to matter" in got.en and "1 is not" in got.en
    assert "for 2 the data cannot say" in got.en
    assert "a loading of .40, a correlation of residuals of .10" in got.en


def change(lhs: str, op: str, rhs: str, sepc: float) -> Change:
    rest = {"mi": 20.0, "p": 0.001, "epc": 0.2, "power": 0.5, "verdict": "misspecified"}
    return Change(lhs=lhs, op=op, rhs=rhs, sepc=sepc, **rest)


def asked(first: Change | None, trial: Any = None, **other: Any) -> Respecification:
    fields = {"reversed": False, "cfi": 0.94, "weak": (), "merge": ()}
    return of(Respecification(first=first, trial=trial, **(fields | other)))


def test_a_reviewer_who_finds_nothing(case: Case) -> None:
    got = said(words.respecification(asked(None), case))
    assert "no ground in these data" in got.en and "maccallum1992" not in got.en


SOUND = Trial(cfi=0.99, correlation=0.012, loading=0.004, admissible=True)


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        (SOUND, "from .940 to .990, no correlation between constructs would change by more than"),
        (SOUND, "change by more than .012 and no planned loading by more than .004."),
        (SOUND.model_copy(update={"cfi": 0.9401}), "the CFI would stay at .940,"),
        (SOUND.model_copy(update={"admissible": False}), "in a solution that is not admissible."),
        (REFUSED, "That model cannot be fitted: there is only one construct with"),
    ],
)
def test_a_reviewer_who_finds_much(case: Case, trial: Any, expected: str) -> None:
    first = change("q1", "~~", "q2", 0.31)
    much = {"reversed": True, "weak": ("q_7",), "merge": (("quality", "loyalty"),)}
    got = said(words.respecification(asked(first, trial, **much), case))
    assert "ask first to free q1 ↔ q2 (expected standardized value 0.31)" in got.en
    assert expected in got.en and "审稿人" in got.zh
    assert "worded in reverse" in got.en and "It was not done" in got.en
    assert "Dropping q_7" in got.en and "whether Quality – Loyalty* should be merged" in got.en
    assert "审稿人还会问，质量–忠诚是否应当合并" in got.zh and "beyond 1" not in got.en


def test_a_parameter_by_its_labels(case: Case) -> None:
    got = said(words.respecification(asked(change("quality", "=~", "l1", 40.6)), case))
    assert "free Quality → l1" in got.en and "放开“质量 → l1”" in got.zh
    assert "can lie beyond 1" in got.en and "worded in reverse" not in got.en
    assert "Dropping" not in got.en and "merged" not in got.en


def test_fit_by_interval(case: Case) -> None:
    """RMSEA is judged by its interval; one that could not be had leaves it open."""
    fields = {
        "n": 300,
        "parameters": 13,
        "chisq": 20.0,
        "df": 8,
        "p": 0.01,
        "cfi": 0.97,
        "tli": None,
        "rmsea": 0.05,
        "rmsea_ci_lower": 0.03,
        "rmsea_ci_upper": 0.07,
        "srmr": 0.12,
        "converged": True,
        "admissible": True,
        "problems": (),
    }
    rows = tables.fit(of(Fit(**fields)), case).rows
    assert [row.verdict for row in rows] == ["met", "open", "open", "not met"]
    head = tables.fit(of(Fit(**fields)), case).said
    assert (
        head is not None
        and head.en == "CFI meets the cut-off; SRMR misses it; RMSEA leaves it open."
    )
    assert head.zh == "CFI 达到标准；SRMR 未达到标准；RMSEA 是否达到标准未定。"
    turned = fields | {"cfi": 0.90, "tli": 0.91, "srmr": 0.05, "rmsea_ci_upper": 0.055}
    head = tables.fit(of(Fit(**turned)), case).said
    assert head is not None and head.en == "RMSEA and SRMR meet the cut-off; CFI and TLI miss it."
    got = said(words.fit(of(Fit(**fields)), case))
    assert "RMSEA = .050 (90 % interval [.030, .070])" in got.en


def test_figures_hold_every_pair(case: Case) -> None:
    """Lower limits or ratios that could not be had are gaps, not errors."""
    lost = ratios((0.8, "open", "open"))
    rows = (lost.rows[0].model_copy(update={"htmt": None, "htmt2": None}),)
    for finding, draw in (
        (of(lost.model_copy(update={"rows": rows})), figures.htmt),
        (residuals(), figures.residuals),
    ):
        assert draw(finding, case).draw("zh").axes


# --- constructs that are one ---------------------------------------------------------------------
def test_what_is_merged_has_one_path(repository: Path) -> None:
    """The merger with image, quality and satisfaction in one, against the model by hand."""
    answers = survey.load(study.load("ecsi-mobile"))
    groups = (("image", "quality", "satisfaction"),)
    planned = model("planned", 100, admissible=False)
    rows = (planned, model("merged-sure", 97, merged=groups), model("one-factor", 90))
    got: Any = measurement.merged(answers, compared(*rows))
    assert (got.model, got.groups) == ("merged-sure", groups)
    assert [(r.from_, r.to, r.verdict) for r in got.rows] == [
        (groups[0], "loyalty", "supported"),
        (("complaints",), "loyalty", "open"),
    ]
    assert got.admissible and (got.count, got.clear) == (2, 1)
    items = {c.id: " + ".join(i.id for i in c.items) for c in answers.study.structural}
    text = "\n".join(
        [
            f"one =~ {' + '.join(items[c] for c in groups[0])}",
            *(f"{c} =~ {items[c]}" for c in ("expectation", "value", "loyalty")),
            f"complaints =~ 1*{items['complaints']}",
            f"{items['complaints']} ~~ 0*{items['complaints']}",
            "loyalty ~ one + complaints",
        ]
    )
    hand = semfit.fit(text, answers.scored, estimator="MLR", missing="listwise").standardized()
    path = hand[(hand["op"] == "~") & (hand["rhs"] == "one")].iloc[0]
    assert got.rows[0].estimate == pytest.approx(path["est_std"], abs=1e-6)
    assert got.rows[0].ci_lower == pytest.approx(path["ci_lower"], abs=1e-5)


def test_nothing_is_merged_that_is_apart(repository: Path) -> None:
    answers = survey.load(study.load("ecsi-mobile"))
    planned, merged = model("planned", 100), model("merged", 112, merged=(("image", "quality"),))
    assert measurement.merged(answers, compared(planned, merged)) is None
    outcome = model("merged", 90, merged=(("image", "loyalty"),))
    assert measurement.merged(answers, compared(planned, outcome)) is None


def test_a_doubtful_merger_shows_no_path(case: Case) -> None:
    one = measurement.MergedPath(
        from_=("quality",), to="loyalty", sign="+", estimate=0.5, ci_lower=0.4, ci_upper=0.6,
        verdict="supported",
    )  # fmt: skip
    fit = {name: None for name in ("p", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper")}
    found = cited(
        measurement.Merged(
            **fit, n=9, parameters=1, chisq=1.0, df=1, srmr=0.0, converged=True, admissible=True,
            problems=(), model="merged", groups=MERGED, rows=(one,), count=1, clear=1,
        ),
        "c/m/merged",
    )  # fmt: skip
    assert (
        "1 of 1 paths to the outcomes has an interval clear of zero"
        in said(words.merged(found, case)).en
    )
    bad = found.model_copy(update={"problems": (Reason(code="one_construct"),)})
    assert "not to be taken at face value" in said(words.merged(bad, case)).en
    assert tables.merged(bad, case) is None
