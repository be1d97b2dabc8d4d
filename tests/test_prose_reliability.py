"""Sentences of reliability and factor analysis say what the numbers say, in both languages."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, threshold
from loyalty.shown import prose
from loyalty.stats import CannotCompute, efa, reliability

ALPHA = threshold("alpha")
OMEGA = Threshold("omega", "omega", 0.70, "above", "hair2019")
CONGRUENCE = Threshold("congruence", "congruence", 0.85, "above", "lorenzoseva2006")
HIERARCHICAL = Threshold("omega_hierarchical", "omega", 0.50, "above", "reise2013")
CROSS = Threshold("cross_loading", "cross", 0.32, "below", "costello2005")
TOTAL = Threshold("item_total", "item-total", 0.30, "above", "nunnally1994")
KMO = Threshold("kmo", "kmo", 0.60, "above", "kaiser1974")


def joined(sentences: list[Text]) -> Text:
    said = prose.join(sentences)
    assert said.en != said.zh and re.search("[\u4e00-\u9fff]", said.zh)
    assert said.en.count("[@") == said.zh.count("[@"), "the languages cite differently"
    return said


# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("make", "en", "zh"),
    [
        (
            lambda x: reliability.cronbach_alpha(x[["a"]]),
            "only 1 item",
            "只有 1 个题项，α 至少需要 2 个",
        ),
        (
            lambda x: reliability.one_factor_reliability(x[["a", "b"]], draws=2, seed=1),
            "only 2 items",
            "只有 2 个题项，单因子模型至少需要 3 个",
        ),
        (
            lambda x: reliability.cronbach_alpha(x.assign(a=1.0)),
            "a is constant",
            "a 的答案全部相同",
        ),
        (lambda x: efa.kmo(efa.pearson(x.assign(b=x["a"]))), "not positive", "相关矩阵非正定"),
        (lambda x: efa.polychoric(x), "40 distinct answers", "有 40 种不同答案，类别过多"),
        (lambda x: efa.parallel_analysis(x[["a", "b"]], seed=1), "only 2 items", "至少需要 3 个"),
        (lambda x: efa.efa(x, 3), "3 factors cannot", "4 个题项无法估计 3 个因子"),
        (
            lambda x: reliability.cronbach_alpha(x[["a"]].assign(b=-x["a"])),
            "has no variance",
            "总分没有变异",
        ),
        (
            lambda x: efa.pearson(
                x.assign(a=x["a"].where(x.index < 20), b=x["b"].where(x.index >= 20)),
                missing="pairwise",
            ),
            "rows in common",
            "a 与 b 的共同作答不足 2 份",
        ),
        (
            lambda x: efa.polychoric(
                pd.DataFrame({"a": [1.0, 2, 1, 1], "b": [np.nan, np.nan, 1, 2]}), missing="pairwise"
            ),
            "constant where",
            "在答了 b 的人中，a 的答案全部相同",
        ),
        (lambda x: efa.schmid_leiman(efa.efa(x, 1)), "only 1 factor", "只有一个因子"),
        (
            lambda x: reliability.ordinal_reliability(x[["a"]]),
            "only 1 item",
            "只有 1 个题项，有序 α 至少需要 2 个",
        ),
    ],
)
def test_refusals_are_known_in_chinese(make: Any, en: str, zh: str) -> None:
    """The reasons that the statistics really give, so that a change of wording is noticed."""
    rng = np.random.default_rng(1)
    g = rng.normal(size=(40, 1))
    frame = pd.DataFrame(g + rng.normal(size=(40, 4)), columns=list("abcd"))
    with pytest.raises(CannotCompute) as caught:
        make(frame)
    said = prose.refusal(str(caught.value))
    assert en in said.en and zh in said.zh


def test_an_unknown_refusal_stays_as_it_is() -> None:
    assert prose.refusal("the moon is full").zh == "the moon is full"
    (said,) = prose.refusals([("kmo-polychoric", "a_1 is constant")])
    assert said.en == "Not to be had here: adequacy on polychoric correlations (a\\_1 is constant)."
    assert said.zh == "此处无法得到多分相关的适当性（a\\_1 的答案全部相同）。"


def test_a_solution_that_could_not_be_had_is_named() -> None:
    (said,) = prose.refusals([("solution-polychoric-minres-oblimin", "a is constant")])
    assert "the solution minres · oblimin · polychoric (a is constant)" in said.en
    assert "解“minres · oblimin · 多分相关”" in said.zh


def test_markup_in_a_reason_is_escaped() -> None:
    (said,) = prose.refusals([("x", "<b>*q* is constant")])
    assert "\\<b\\>\\*q\\*" in said.en and "\\<b\\>\\*q\\*" in said.zh


# ------------------------------------------------------------------------------------ coefficients


def scale(label: str, omega: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    row = {"label": label, "omega": omega, "low": low, "high": high, "heywood": ""}
    return {
        **row,
        "omega_low": low,
        "omega_high": high,
        "draws_heywood": 0,
        "draws_used": 500,
        **more,
    }


def test_omega_of_each_verdict() -> None:
    rows = [
        scale("Value", 0.82, 0.76, 0.86),
        scale("Image", 0.71, 0.65, 0.77),
        scale("Loyalty", 0.44, 0.31, 0.55),
    ]
    said = joined(prose.omega_of_scales(rows, [], OMEGA, 500))
    assert "lies above \\.70 with its whole interval for Value" in said.en
    assert "is open at \\.70 for Image" in said.en
    assert "lies below \\.70 with its whole interval for Loyalty" in said.en
    assert "整个区间高于 \\.70：Value" in said.zh and "未定：Image" in said.zh
    assert "improper" not in said.en


def test_scales_that_all_meet_the_cut_off_are_not_listed() -> None:
    rows = [
        scale(k, 0.8 + v, 0.76, 0.9, value=0.8 + v) for k, v in (("A", 0), ("B", 1e-2), ("C", 0.05))
    ]
    said = joined(prose.alpha(rows, [("D", "only 1 item")], ALPHA))
    assert "they run from \\.80 (A) to \\.85 (C)" in said.en and "D has no alpha (" in said.en
    assert "for every scale" in joined(prose.omega_of_scales(rows, [], OMEGA, 500)).en
    rows.append(scale("E", 0.5, 0.4, 0.6, value=0.5))
    mixed = joined(prose.alpha(rows, [], ALPHA))
    assert "for A \\(\\.80\\), B" in mixed.en and "whole interval: E" in mixed.en


def test_an_improper_model_is_not_an_estimate() -> None:
    rows = [
        scale("Loyalty", 0.55, 0.46, 0.64, heywood="CUSL3", draws_heywood=304),
        scale("Expectations", 0.46, 0.36, 0.58, draws_heywood=26),
        scale("Image", 0.46, 0.36, 0.58, draws_heywood=25),
    ]
    said = joined(prose.omega_of_scales(rows, [("Value", "only 2 items")], OMEGA, 500))
    assert "**The one-factor model of Loyalty is improper**: it leaves CUSL3" in said.en
    assert "60\\.8\u00a0\\%" in said.en and "60\\.8\u00a0\\%" in said.zh
    assert (
        "the model of Expectations leaves an item no error variance" in said.en
    )  # 26 of 500, not 25
    assert "cannot be had for Value" in said.en and "[@eisinga2013]" in said.zh
    assert "（题项少于三个" in said.zh


def test_alpha_against_omega() -> None:
    near = joined(prose.coefficients([{"label": "A", "value": 0.80, "omega": 0.81}]))
    assert "differ by \\.01 at most (A)" in near.en and "大致相等" in near.zh
    far = joined(
        prose.coefficients(
            [
                {"label": "A", "value": 0.8, "omega": 0.81},
                {"label": "B", "value": 0.5, "omega": 0.6},
            ]
        )
    )
    assert "farthest apart for B, by \\.10" in far.en and "[@mcdonald1999]" in far.zh
    none = joined(prose.coefficients([{"label": "A", "value": 0.8}]))
    assert none.en.startswith("No construct has three items")


def test_ordinal_versions() -> None:
    small = joined(prose.ordinal_versions([{"label": "A", "change": 0.02}], 7))
    assert "up to 7 answers" in small.en and "7 个" in small.zh
    large = joined(
        prose.ordinal_versions([{"label": "A", "change": 0.02}, {"label": "B", "change": 0.12}], 5)
    )
    assert "\\.07 on average, most for B (\\.12)" in large.en and "understates" in large.en
    assert "most for" not in small.en and "\\.02" in small.en and "\\.02" in small.zh
    assert prose.ordinal_versions([], 7) == []


def test_items() -> None:
    good = prose.weak_items([], TOTAL)
    assert good.en.startswith("Every item") and "No scale would gain" in good.en
    bad = prose.weak_items(
        [{"item": "CUSL2", "item_total": 0.08}], TOTAL, [{"item": "CUSL2", "gain": 0.25}]
    )
    assert "CUSL2 \\(\\.08\\)" in bad.en and "CUSL2 \\(\\+\\.25\\)" in bad.zh
    assert "partly luck" in bad.en and "部分出于偶然" in bad.zh


# ------------------------------------------------------------------------------------------ groups


def group_test(label: str, p: float) -> dict[str, Any]:
    return {
        "label": label,
        "p": p,
        "least": "shops",
        "least_alpha": 0.7,
        "most": "cars",
        "most_alpha": 0.8,
    }


def test_groups() -> None:
    same = joined(prose.alphas_in_groups([group_test("A", 0.2)], [], "Industry"))
    assert "No construct's alpha differs" in same.en and "no proof that they are equal" in same.en
    other = joined(
        prose.alphas_in_groups(
            [group_test("A", 0.2), group_test("B", 0.001)],
            [("C", "cars", "x is constant")],
            "Industry",
        )
    )
    assert "B is measured less reliably in shops (\\.70) than in cars (\\.80)" in other.en
    assert "A is" not in other.en and "No construct" not in other.en
    assert "C has no alpha in cars: x is constant." in other.en and "x 的答案全部相同" in other.zh
    assert "latent variables correct" in other.en
    gap = prose.equal_alphas([group_test("A", 0.2)])
    assert "\\.10 between shops and cars" in gap.en and "no more than chance" in gap.en
    assert "more than chance would bring" in prose.equal_alphas([group_test("A", 0.01)]).en


# ------------------------------------------------------------------------------------------ factors


def adequate(kmo: float, p: float, item: float = 0.7) -> dict[str, Any]:
    row = {"kind": "pearson", "kmo": kmo, "item": "q1", "item_kmo": item}
    return {**row, "chi2": 2868.59, "df": 276, "p": p}


def test_factorability() -> None:
    good = joined(prose.factorability([adequate(0.92, 1e-9), adequate(0.93, 1e-9)], KMO))
    assert (
        "is high enough for factoring (KMO = \\.92" in good.en and "KMO changes by \\.01" in good.en
    )
    assert "finds correlations to explain" in good.en and "still above" in good.en
    bad = joined(prose.factorability([adequate(0.51, 0.4, 0.3)], KMO))
    assert "is too low" in bad.en and "factor noise" in bad.en and "过低" in bad.zh
    assert "shares too little" in bad.en and "噪声" in bad.zh


def parallel(n: int, low: int, high: int, data: str = "normal") -> efa.ParallelAnalysis:
    return efa.ParallelAnalysis(
        table=pd.DataFrame(),
        n_components=1,
        n_factors=n,
        n_components_mean=1,
        n_factors_mean=n,
        components_range=(1, 1),
        factors_range=(low, high),
        n=100,
        n_items=9,
        draws=10,
        quantile=0.95,
        seed=1,
        data=data,
        communalities="minres",
    )


def rules(*numbers: int) -> list[dict[str, Any]]:
    return [{"rule": f"r{k}", "kind": "pearson", "n": n} for k, n in enumerate(numbers)]


def test_number_of_factors() -> None:
    sure = joined(prose.factor_counts(parallel(3, 3, 3), rules(3, 3), 3, 3))
    assert "ask for 3 factors" in sure.en and "could make it" not in sure.en
    assert "as many factors as were planned" in sure.en
    open_ = joined(prose.factor_counts(parallel(4, 3, 5), rules(1, 4, 6), 7, 4))
    assert "ask for 1 to 6 factors where 7 constructs" in open_.en
    assert "other random data could make it 3 to 5" in open_.en and "3至5" in open_.zh
    assert "hard to tell apart" in open_.en and "基于 Pearson 相关的" in open_.zh
    more = joined(prose.factor_counts(parallel(4, 4, 4, "ordinal"), rules(4), 2, 3))
    assert "polychoric correlations" in more.en and "基于 多分相关的" in more.zh
    assert "share more than their construct" in more.en and "has 3, as many as can be" in more.en


def test_rules_beside_one_another() -> None:
    found = rules(3, 2)
    found[0]["rule"] = found[1]["rule"] = "parallel-factors"
    found[1]["kind"] = "polychoric"
    said = joined(prose.rules_apart(found, 3))
    assert "1 of 2 rules" in said.en and "against 3 on Pearson" in said.en
    assert "Pearson 相关为 3 个" in said.zh
    found[1]["n"] = 3
    assert "as on Pearson correlations" in joined(prose.rules_apart(found, 5)).en


def test_solutions() -> None:
    def row(label: str, least: float, **more: Any) -> dict[str, Any]:
        return {"label": label, "least": least, "heywood": "", "converged": True, **more}

    same = joined(prose.solutions_agree([row("a", 0.9), row("b", 0.97)], CONGRUENCE, "ref", 3))
    assert "matters little" in same.en and "at least \\.90 (a)" in same.en
    other = joined(
        prose.solutions_agree([row("a", 0.7, heywood="q1"), row("b", 0.97)], CONGRUENCE, "ref", 3)
    )
    assert "takes matters: a has at least one factor" in other.en and "会影响结果" in other.zh
    assert "no convergence): a." in other.en
    lost = joined(prose.solutions_agree([row("b", 0.97, converged=False)], CONGRUENCE, "ref", 3))
    assert "no convergence): b." in lost.en
    assert "nothing to rotate" in joined(prose.solutions_agree([], CONGRUENCE, "ref", 1)).en


def test_shared_factors_and_their_correlation() -> None:
    loads = pd.DataFrame(
        {"F1": [0.8, 0.7, 0.4, 0.0], "F2": [0.0, 0.1, 0.5, 0.9]}, index=["a", "b", "c", "d"]
    )
    phi = pd.DataFrame([[1, -0.6], [-0.6, 1]], index=["F1", "F2"], columns=["F1", "F2"])
    owner = {"a": "A", "b": "B", "c": "C", "d": "C"}
    said = joined(prose.efa(loads, owner, CROSS, phi))
    assert "mostly A and B." in said.en and "1 of 4 items loads \\.32 or more" in said.en
    assert "up to −\\.60 (F1 with F2)" in said.en
    alone = joined(prose.efa(loads.loc[["a", "d"]], {"a": "A", "d": "C"}, CROSS, phi))
    assert alone.en.startswith("Every construct has a factor of its own.")


def test_the_plan() -> None:
    def row(label: str, factor: str | None, at: float, low: float, high: float, **more: Any) -> Any:
        bounds = {"congruence": at, "low": low, "high": high}
        return {"label": label, "factor": factor, **bounds, "target": 0.9, "chance": 0.7, **more}

    nan = math.nan
    said = joined(
        prose.planned_congruence(
            [
                row("A", "F1", 0.95, 0.9, 0.97),
                row("B", "F2", 0.86, 0.7, 0.9),
                row("C", "F3", 0.5, 0.3, 0.6, target=0.6),
                row("D", None, nan, nan, nan, target=None, chance=None),
            ],
            CONGRUENCE,
            ["D"],
            500,
        )
    )
    assert "above \\.85 [@lorenzoseva2006]: A \\(\\.95\\)." in said.en
    assert "open at \\.85 for B \\(\\.86\\)." in said.en
    assert "for C \\(\\.50\\)." in said.en and "No factor is left for D." in said.en
    assert "dealt at random [@paunonen1997] for C." in said.en
    assert "With one item, D cannot be a factor and is left out" in said.en
    fine = joined(prose.planned_congruence([row("A", "F1", 0.95, nan, nan)], CONGRUENCE, [], 2))
    assert "is open at \\.85 for A" in fine.en  # no interval proves nothing
    assert "every construct is more alike to its factor" in fine.en
    three = [row(k, f"F{k}", 0.9 + i / 50, 0.88, 0.99) for i, k in enumerate("ABC")]
    every = joined(prose.planned_congruence(three, CONGRUENCE, [], 500))
    assert "congruences run from \\.90 (A) to \\.94 (C)" in every.en and "500" in every.zh


def hierarchical(h: float, low: float, high: float, **more: Any) -> Any:
    values: dict[str, Any] = {
        "omega_hierarchical": h,
        "omega_hierarchical_lower": low,
        "omega_hierarchical_upper": high,
        "omega_total": 0.94,
        "omega_total_lower": 0.93,
        "omega_total_upper": 0.95,
        "explained_common_variance": 0.61,
        "explained_common_variance_lower": 0.5,
        "explained_common_variance_upper": 0.7,
        "scales": pd.DataFrame(),
        "negative_items": (),
        "n_factors": 3,
        "n_items": 24,
        "level": 0.95,
        "draws": 500,
        "draws_used": 500,
        "draws_heywood": 0,
    }
    return reliability.HierarchicalReliability(**{**values, **more})


def test_the_general_factor() -> None:
    scales = [("A", 0.2, 0.8), ("B", 0.6, 0.8)]
    met = joined(prose.general_factor(hierarchical(0.73, 0.66, 0.8), scales, HIERARCHICAL))
    assert (
        "\\.73\u00a0\\[\\.66\\,\u00a0\\.80\\] of its variance" in met.en and "one thing" in met.en
    )
    assert "most in B (75\\.0\u00a0\\%) and least in A (25\\.0\u00a0\\%)" in met.en
    assert "less than half" not in met.en
    thin = hierarchical(0.73, 0.66, 0.8, explained_common_variance=0.4)
    assert "less than half of it" in joined(prose.general_factor(thin, [], HIERARCHICAL)).en
    unsure = joined(prose.general_factor(hierarchical(0.5, 0.4, 0.6), [], HIERARCHICAL))
    assert "leaves open" in unsure.en and "尚不能判断" in unsure.zh
    low = joined(
        prose.general_factor(
            hierarchical(0.3, 0.2, 0.4, n_factors=2, negative_items=("q1",)), [], HIERARCHICAL
        )
    )
    assert "mix several things" in low.en and "two group factors" in low.en
    assert "q1 runs against" in low.en and "方向相反" in low.zh


def test_communalities() -> None:
    rng = np.random.default_rng(1)
    g = rng.normal(size=(300, 1))
    items = pd.DataFrame(g + [0.3, 0.6, 1.0, 2.0] * rng.normal(size=(300, 4)), columns=list("abcd"))
    found = efa.efa(items, 1)
    said = prose.communalities(found)
    h2 = found.communalities
    assert f"\\{h2['a']:.2f}"[2:] in said.en and "(d)" in said.en and "improper" not in said.en
    twin = pd.DataFrame(
        [[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]], index=list("abc"), columns=list("abc")
    )
    assert "**The solution is improper**: it leaves a" in prose.communalities(efa.efa(corr=twin)).en


def test_every_rule_and_kind_has_a_name_in_both_languages() -> None:
    for name in [*prose.RULES.values(), *prose.KINDS.values()]:
        assert name.en and re.search("[\u4e00-\u9fff]", name.zh)
    assert prose.solution_name(
        {"kind": "polychoric", "method": "ml", "rotation": "oblimin"}
    ) == Text(en="ML · oblimin · polychoric", zh="ML · oblimin · 多分相关")


def test_the_cut_offs_are_cited() -> None:
    for name in ("omega", "omega_hierarchical", "cross_loading", "congruence", "item_total", "kmo"):
        assert threshold(name).cite
