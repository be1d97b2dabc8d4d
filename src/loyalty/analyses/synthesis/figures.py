"""The figure of the synthesis."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.synthesis.evidence import Evidence
from loyalty.analyses.synthesis.findings import RealPaths
from loyalty.analyses.synthesis.words import hypothesis, path, title
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure


def paths(found: RealPaths, case: Case) -> Figure | None:
    if not found.rows:
        return None

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [
                    f"{r.letter} · {path(r.case, r.from_, r.to, case).in_(language)}"
                    for r in found.rows
                ],
                "case": [title(r.case, case).in_(language) for r in found.rows],
                "estimate": [r.estimate for r in found.rows],
                "ci_lower": [r.ci_lower for r in found.rows],
                "ci_upper": [r.ci_upper for r in found.rows],
            }
        )
        label = term("Standardized path").in_(language)
        return charts.dots(rows, label, group="case", marks={"": 0.0}, decimals=0)

    return Figure(
        draw,
        Text(
            en="Standardized paths of the real surveys with 95 % intervals. Letters as in the first table. Paths that may not be relied upon are left out.",
            zh="真实调查的标准化路径及 95% 区间，字母所代表的案例见本章首表，不可采信的路径不画出。",
        ),
        Text(
            en="Forest plot of the paths, one colour a survey.", zh="路径森林图，每项调查一种颜色。"
        ),
        simulated=False,
    )


def evidence(found: Evidence, case: Case) -> Figure | None:
    known = [r for r in found.rows if r.road != "none"]
    if not known:
        return None

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [hypothesis(r, case).in_(language) for r in known],
                "estimate": [r.estimate for r in known],
                "ci_lower": [r.ci_lower for r in known],
                "ci_upper": [r.ci_upper for r in known],
            }
        )
        label = term("Standardized path").in_(language)
        return charts.dots(rows, label, marks={"": 0.0}, decimals=0)

    return Figure(
        draw,
        Text(
            en="What the real surveys say to hypotheses of the sources, with 95 % intervals: pooled where several surveys have the path.",
            zh="各份资料的假设与真实调查的对照及 95% 区间，多项调查共有的路径取合并值。",
        ),
        Text(en="Forest plot of hypotheses with real evidence.", zh="有真实证据的假设森林图。"),
        simulated=False,
    )
