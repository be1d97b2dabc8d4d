"""Figures of reliability and exploratory factor analysis."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.reliability.models import Factors, Groups, Rule, Scales, Scree, Solution
from loyalty.analyses.reliability.words import KINDS, level, mark, variable
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.short import within
from loyalty.shown.words import escaped, number

#: The coefficients that are drawn, by their field.
COEFFICIENTS = {
    "alpha": "alpha [drawn]",
    "omega": "omega [drawn]",
    "ordinal_alpha": "ordinal alpha",
    "ordinal_omega": "ordinal omega",
}


def coefficients(found: Scales, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": case.label(scale.id).in_(language),
                "kind": term(kind).in_(language),
                "estimate": getattr(scale, name),
                "ci_lower": getattr(scale, f"{name}_ci_lower"),
                "ci_upper": getattr(scale, f"{name}_ci_upper"),
            }
            for scale in found.rows
            for name, kind in COEFFICIENTS.items()
            if getattr(scale, name) is not None
        ]
        return charts.dots(
            pd.DataFrame(rows),
            term("Reliability").in_(language),
            group="kind",
            marks={term("cut-off").in_(language): threshold("alpha").value},
        )

    return Figure(
        draw,
        Text(
            en="Four coefficients of reliability of each construct with 95 % intervals.",
            zh="各构念四种信度系数及其 95% 区间。",
        ),
        Text(
            en="Dots with intervals, one row a construct: alpha, omega and both on polychoric correlations, against the cut-off.",
            zh="点与区间图，每行一个构念：α、ω 以及二者基于多分格相关的数值，并标出标准。",
        ),
    )


def groups(found: Groups, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = [
            {
                "label": case.label(row.id).in_(language),
                "group": level(found, row.group, case).in_(language),
                "estimate": row.estimate,
                "ci_lower": row.ci_lower,
                "ci_upper": row.ci_upper,
            }
            for row in found.rows
        ]
        return charts.dots(
            pd.DataFrame(rows),
            "α",
            group="group",
            marks={term("cut-off").in_(language): threshold("alpha").value},
        )

    label = escaped(variable(found, case))
    return Figure(
        draw,
        Text(
            en=f"Alpha by {within(label.en)}, with Feldt intervals.",
            zh=f"按{label.zh}分组的 α 及 Feldt 区间。",
        ),
        Text(
            en="Dots with intervals, one row a construct and one colour a group.",
            zh="点与区间图，每行一个构念，每种颜色一组。",
        ),
    )


def scree(found: Factors, case: Case) -> Figure:
    def kept(rule: Rule) -> list[tuple[int, int]]:
        """What the rule keeps on each kind of correlations, with its colour."""
        kinds = [one.kind for one in found.screes]
        return [(row.n, kinds.index(row.kind)) for row in found.rules if row.rule == rule]

    def draw(language: Language) -> Drawing:
        def shown(english: str) -> str:
            return term(english).in_(language)

        def name(of: Literal["data", "random"], one: Scree) -> str:
            joint = "，" if language == "zh" else ", "
            return f"{shown(of)}{joint}{shown(KINDS[one.kind])}"

        def eigenvalues(column: Literal["factor", "component"]) -> list[charts.Curve]:
            return [
                charts.Curve(
                    name("random" if chance else "data", one),
                    [getattr(e, column + chance) for e in one.eigenvalues],
                    colour,
                    dashed=bool(chance),
                )
                for colour, one in enumerate(found.screes)
                for chance in ("", "_quantile")
            ]

        partials = [
            charts.Curve(name("data", one), one.partials, colour, first=0)
            for colour, one in enumerate(found.screes)
        ]
        panels = [
            charts.Panel(
                shown("Eigenvalues, factors"),
                shown("rank"),
                eigenvalues("factor"),
                kept("parallel-factors"),
            ),
            charts.Panel(
                shown("Eigenvalues, components"),
                shown("rank"),
                eigenvalues("component"),
                kept("parallel-components"),
            ),
            charts.Panel(
                shown("Mean squared partial r"),
                shown("components taken out"),
                partials,
                kept("map-squared"),
            ),
        ]
        return charts.number_of_factors(panels)

    draws = number(found.draws)
    return Figure(
        draw,
        Text(
            en=f"Scree plots with the 95th percentile of the eigenvalues of {draws} random data sets (parallel analysis), and Velicer's minimum average partial; triangles mark the number kept.",
            zh=f"碎石图与 {draws} 组随机数据特征值的第 95 百分位（平行分析），以及 Velicer 最小平均偏相关；三角标出保留的数目。",
        ),
        Text(
            en="Three line plots: eigenvalues of the reduced and of the full correlation matrix, falling, against those of random data, nearly flat; and the mean squared partial correlation, whose least value counts.",
            zh="三幅折线图，其中两幅以缩减与完整相关矩阵的特征值（逐渐下降）对照随机数据的特征值（近乎水平），另一幅为平均平方偏相关，以其最小值为准。",
        ),
    )


def loadings(found: Solution, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame([r.loadings for r in found.rows], index=[r.item for r in found.rows])
        blocks = Counter(r.scale for r in found.rows)
        return charts.loading_map(
            rows,
            [(case.label(scale).in_(language), n) for scale, n in blocks.items()],
            threshold("cross_loading").value,
        )

    cross = mark("cross_loading")
    return Figure(
        draw,
        Text(
            en=f"Pattern loadings of the reference solution (minres, oblimin; signs set so that the loadings of a factor sum to a positive number); numbers from {cross} on.",
            zh=f"参照解的模式载荷（minres，oblimin；符号的取法使各因子的载荷之和为正）；标出不低于 {cross} 的数值。",
        ),
        Text(
            en="Map of loadings, items in the order of the planned constructs down and factors across: blue positive, red negative.",
            zh="载荷图：纵向为按预设构念排列的题项，横向为因子；蓝为正，红为负。",
        ),
    )
