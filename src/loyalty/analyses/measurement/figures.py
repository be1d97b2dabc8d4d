"""Figures of the measurement model."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.measurement.findings import INDICES, Dynamic, Loadings, Ratios, Residuals
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure


def dynamic(found: Dynamic, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        levels = pd.DataFrame(
            [
                {
                    "level": level.level,
                    "index": index,
                    "ci_lower": getattr(level, index).percentile_5,
                    "median": getattr(level, index).median,
                    "ci_upper": getattr(level, index).percentile_95,
                }
                for level in found.levels
                for index in INDICES
            ]
        )
        seen: dict[str, float] = {s.index: getattr(found, s.index) for s in found.standings}
        usual: dict[str, float] = {index: threshold(index).value for index in INDICES}
        level, here, cut = (
            term(t).in_(language)
            for t in ("Level [of misfit]", "found here", "conventional cut-off")
        )
        return charts.fit_levels(levels, seen, usual, (level, here, cut))

    return Figure(
        draw,
        Text(
            en="Fit indices of simulated samples by number of loadings left out: median and range of the middle 90 %.",
            zh="按遗漏载荷的数目列出模拟样本的拟合指标，显示中位数及中间 90% 的范围。",
        ),
        Text(
            en="Three panels, one an index: ranges of the simulated samples by level, with lines at the value found and at the conventional cut-off.",
            zh="三幅小图各显示一项指标在各水平模拟样本中的范围，并标出所得数值与通用标准。",
        ),
    )


def loadings(found: Loadings, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [f"{case.label(r.factor).in_(language)} · {r.item}" for r in found.rows],
                "estimate": [r.estimate for r in found.rows],
                "ci_lower": [r.ci_lower for r in found.rows],
                "ci_upper": [r.ci_upper for r in found.rows],
            }
        ).astype({"ci_lower": float, "ci_upper": float})
        return charts.dots(
            rows,
            term("Standardized loading").in_(language),
            marks={term("cut-off").in_(language): threshold("loading").value},
        )

    return Figure(
        draw,
        Text(en="Standardized loadings with 95 % intervals.", zh="标准化载荷及 95% 区间。"),
        Text(
            en="Dot plot of every item's standardized loading with its interval, beside the cut-off.",
            zh="各题项标准化载荷及其区间的点图，并标出标准值。",
        ),
    )


def htmt(found: Ratios, case: Case) -> Figure:
    ids = list(dict.fromkeys([c for r in found.rows for c in (r.construct_a, r.construct_b)]))
    ids.sort(key=[c.id for c in case.study.main].index)
    cut = threshold("htmt").value

    def matrix(name: str) -> pd.DataFrame:
        square = pd.DataFrame(np.eye(len(ids)), index=ids, columns=ids)
        for row in found.rows:
            a, b = row.construct_a, row.construct_b
            square.loc[a, b] = square.loc[b, a] = getattr(row, name)
        return square

    def draw(language: Language) -> Drawing:
        labels = [case.label(c).in_(language) for c in ids]
        return charts.two_triangles(matrix("htmt"), matrix("htmt2"), labels, cut=cut)

    shown = show(cut, "bounded")
    return Figure(
        draw,
        Text(
            en=f"Heterotrait–monotrait ratios: HTMT below the diagonal, HTMT2 above it; beyond the cut-off of {shown} outlined.",
            zh=f"异质–单质比率，对角线下方为 HTMT，上方为 HTMT2；高于 {shown} 者加框。",
        ),
        Text(
            en="Matrix of heterotrait–monotrait ratios of all pairs of constructs, of arithmetic means below and of geometric means above the diagonal; pairs above the cut-off are outlined.",
            zh="各对构念的异质–单质比率矩阵，对角线下方为算术平均，上方为几何平均；超过标准者加框。",
        ),
    )


def residuals(found: Residuals, case: Case) -> Figure:
    known = {i for r in found.rows for i in (r.item_a, r.item_b)}
    owners = [(i.id, c.id) for c in case.study.main for i in c.items if i.id in known]
    items = [item for item, _ in owners]
    sizes = {owner: len(list(own)) for owner, own in groupby(owners, key=lambda pair: pair[1])}

    def draw(language: Language) -> Drawing:
        square = pd.DataFrame(np.eye(len(items)), index=items, columns=items)
        for row in found.rows:
            square.loc[row.item_a, row.item_b] = row.residual
            square.loc[row.item_b, row.item_a] = row.residual
        return charts.residual_map(
            square,
            {case.label(owner).in_(language): n for owner, n in sizes.items()},
            term("Correlation residual").in_(language),
            limit=2 * threshold("correlation_residual").value,
        )

    return Figure(
        draw,
        Text(
            en="Correlation residuals: observed less implied correlations of the items.",
            zh="相关残差，即题项间的观测相关减去模型隐含的相关。",
        ),
        Text(
            en="Matrix of correlation residuals of all items, grouped by construct; white where the model reproduces the correlation.",
            zh="全部题项的相关残差矩阵，按构念分组；白色表示模型重现了该相关。",
        ),
    )
