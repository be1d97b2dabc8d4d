"""Figures of the structural model."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.structural.findings import Clustered, Latent, LatentTerm, Paths, Slope
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import number

#: What is taken as independent, and what the fields of its interval begin with.
INDEPENDENT = {
    "respondents independent": "",
    "firms independent, t": "cluster_",
    "firms resampled": "boot_",
}


def paths(found: Paths, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        return charts.path_diagram(
            {c.id: c.label.in_(language) for c in case.study.structural},
            [(r.from_, r.to, r.estimate, r.verdict != "open") for r in found.rows],
            {r.id: r.estimate for r in found.r2},
        )

    return Figure(
        draw,
        Text(
            en="Structural model with standardized paths; a dashed path's interval holds zero.",
            zh="结构模型与标准化路径；虚线路径的区间包含零。",
        ),
        Text(
            en="Path diagram of the constructs, from the antecedents on the left to the outcomes on the right; the table of paths gives every number.",
            zh="构念路径图，左为前因，右为结果；各数值见路径表。",
        ),
    )


def clusters(found: Clustered, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": f"{r.id} · {case.path(r.from_, r.to).in_(language)}",
                "estimate": r.estimate,
                "ci_lower": getattr(r, f"{name}ci_lower"),
                "ci_upper": getattr(r, f"{name}ci_upper"),
                "kind": term(kind).in_(language),
            }
            for kind, name in INDEPENDENT.items()
            for r in found.rows
        ]
        label = term("Standardized path").in_(language)
        return charts.dots(pd.DataFrame(rows), label, group="kind")

    count, df, draws = number(found.count), number(found.df), number(found.resamples.drawn)
    return Figure(
        draw,
        Text(
            en=f"Paths with 95 % intervals that take respondents or firms as independent: cluster-robust errors of {count} firms, with the factor √(G / (G − 1)) and Student's t with {df} degrees of freedom, and percentiles over {draws} resamples of firms.",
            zh=f"路径及 95% 区间：以受访者或企业为独立单位（{count} 家企业的聚类稳健标准误，校正因子 √(G / (G − 1))，t 分布自由度 {df}；以及对企业重抽样 {draws} 次的百分位数）。",
        ),
        Text(
            en="Forest plot: for every path one estimate with three intervals.",
            zh="森林图：每条路径一个估计与三个区间。",
        ),
    )


def _line(slopes: Sequence[Slope]) -> pd.DataFrame:
    return pd.DataFrame([dict(slope) for slope in slopes])


def slopes(found: Latent, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        def panel(t: LatentTerm) -> tuple[pd.DataFrame, Sequence[float], str]:
            bounds = [bound for bound in (t.jn_lower, t.jn_upper) if bound is not None]
            return _line(t.curve), bounds, case.label(t.moderator).in_(language)

        def title(t: LatentTerm) -> str:
            start, end = (case.label(c).in_(language) for c in (t.from_, t.to))
            return f"{t.id} · {start} →\n{end}"

        return charts.slopes(
            {title(t): panel(t) for t in found.terms},
            term("Slope (standardized)").in_(language),
            term("Moderator, standard deviations from its mean").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="How strong a path is along its moderator, between latent constructs, with 95 % bands; dashed lines are Johnson–Neyman bounds within two standard deviations.",
            zh="潜变量之间路径随调节变量的强弱及 95% 置信带；虚线为两个标准差内的 Johnson–Neyman 界。",
        ),
        Text(
            en="Small multiples: one line with its band for each hypothesis on moderation or bends; the table gives two points of each.",
            zh="分面图：每个调节或曲线假设一条线及其置信带；表格给出各自的两个点。",
        ),
    )
