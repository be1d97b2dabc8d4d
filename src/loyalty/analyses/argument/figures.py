"""Figures of the argument."""

from __future__ import annotations

from matplotlib.figure import Figure as Drawing

from loyalty.analyses.argument.findings import Exhibit
from loyalty.analyses.argument.names import path, title, why_not
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import number


def exhibit(found: Exhibit, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = []
        for name in dict.fromkeys(r.case for r in found.rows):
            rows.append(charts.Row(title(name, case).in_(language)))
            for r in found.rows:
                if r.case != name:
                    continue
                sign = "" if r.sign == "+" else " (−)"
                instead = why_not(r, case)
                rows.append(
                    charts.Row(
                        path(r, case).in_(language) + sign,
                        *((r.estimate, r.ci_lower, r.ci_upper) if r.relied else (None,) * 3),
                        printed=r.printed,
                        instead=instead.in_(language) if instead else None,
                    )
                )
        return charts.forest(
            rows,
            term("Standardized path").in_(language),
            term("here, with 95 % interval").in_(language),
            term("published").in_(language),
        )

    relied, count, clear = number(found.relied), number(found.count), number(found.clear)
    surveys = number(found.surveys)
    return Figure(
        draw,
        Text(
            en=f"{clear} of the {relied} paths to loyalty that may be relied upon have an interval clear of zero; {count} were hypothesized, in {surveys} real surveys. Standardized paths with 95 % intervals; where a path may not be relied upon, the reason stands in its place. (−): expected to be negative.",
            zh=f"{surveys} 份真实问卷共假设 {count} 条指向忠诚的路径，其中 {relied} 条可以依据，{clear} 条的区间不含零。标准化路径及 95% 区间；不可依据的路径以其原因代替。(−)：预期为负。",
        ),
        Text(
            en=f"Forest plot of the paths to loyalty in {surveys} real surveys: {clear} of {relied} that may be relied upon are clear of zero.",
            zh=f"{surveys} 份真实问卷中指向忠诚的路径森林图：可以依据的 {relied} 条中 {clear} 条不含零。",
        ),
        simulated=False,
    )
