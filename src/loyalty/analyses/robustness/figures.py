"""The specification curve."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.robustness.findings import Curve
from loyalty.analyses.robustness.words import choice
from loyalty.estimates.verdicts import readable
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import escaped


def curve(found: Curve, case: Case) -> Figure | None:
    sound = [r for r in found.specifications if readable(r)]
    if not sound or case.reliance.along((found.from_, found.to)):
        return None
    path = case.path(found.from_, found.to)
    of = escaped(path)

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "choice": [choice(r, case).in_(language) for r in sound],
                "estimate": [r.estimate for r in sound],
                "ci_lower": [r.ci_lower for r in sound],
                "ci_upper": [r.ci_upper for r in sound],
            }
        )
        own = choice(found.specifications[0], case).in_(language)
        return charts.specification_curve(
            rows, list(dict.fromkeys(rows["choice"])), f"β, {path.in_(language)}", own
        )

    return Figure(
        draw,
        Text(
            en=f"Specification curve of the path {of.en} (standardized), with 95 % intervals; the study's own choice in orange. Only acceptable solutions with an interval of at most one standard deviation are drawn.",
            zh=f"路径“{of.zh}”的规格曲线（标准化）及 95% 区间，橙色为本研究的选择。只绘出解可接受且区间不宽于一个标准差的设定。",
        ),
        Text(
            en="Estimates of one path under all specifications, sorted, above a grid that shows which choice each one made.",
            zh="同一路径在各种设定下的估计值，由小到大排列；下方的网格显示各设定所作的选择。",
        ),
    )
