"""Figures of groups compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.groups.models import (
    Importance,
    LatentDifference,
    LatentMeans,
    Maps,
    Means,
    PathInGroup,
    Paths,
    Point,
    ScoreDifference,
)
from loyalty.analyses.groups.words import grouping, pair
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.short import within
from loyalty.shown.words import escaped


def _pairs(
    rows: Sequence[LatentDifference] | Sequence[ScoreDifference],
    group: str,
    fields: tuple[str, str, str],
    axis: str,
    case: Case,
) -> Callable[[Language], Drawing]:
    """Differences with their intervals, the pairs of groups in colours (one alone: in the axis)."""

    def draw(language: Language) -> Drawing:
        estimate, lower, upper = fields
        frame = pd.DataFrame(
            {
                "label": [case.label(r.construct).in_(language) for r in rows],
                "estimate": [getattr(r, estimate) for r in rows],
                "ci_lower": [getattr(r, lower) for r in rows],
                "ci_upper": [getattr(r, upper) for r in rows],
                "pair": [pair(case, group, r.group_a, r.group_b).in_(language) for r in rows],
            }
        )
        names = frame["pair"].unique()
        title = term(axis).in_(language) + (f" · {names[0]}" if len(names) == 1 else "")
        return charts.dots(frame, title, group="pair", marks={"": 0.0}, decimals=0)

    return draw


def latent_means(found: LatentMeans, case: Case) -> Figure:
    group = escaped(grouping(case, found.group).label)
    firms, firms_zh = "", ""
    if found.firms is not None:
        firms, firms_zh = ", also allowing for firms", "（含考虑企业的区间）"
    return Figure(
        _pairs(
            found.differences,
            found.group,
            ("estimate", "ci_lower", "ci_upper"),
            "Difference, standard deviations of the first group",
            case,
        ),
        Text(
            en=f"Differences of latent means by {within(group.en)} with 95 % intervals, respondents taken as independent.",
            zh=f"按{group.zh}比较的潜均值差异及 95% 区间，以受访者为独立单位。",
        ),
        Text(
            en=f"Forest plot: for every construct one difference with its interval for each pair of groups; the table gives the largest{firms}.",
            zh=f"森林图，显示每个构念在各组两两之间的差异及区间；最大的差异{firms_zh}见表。",
        ),
    )


def paths(found: Paths, case: Case) -> Figure | None:
    """The paths that may be relied upon; None where none may."""
    group = grouping(case, found.group)
    read = [r for r in found.by_group if not case.reliance.along((r.from_, r.to))]
    if not read:
        return None
    of = escaped(group.label)

    def draw(language: Language) -> Drawing:
        def label(row: PathInGroup) -> str:
            one, other = (case.label(end).in_(language) for end in (row.from_, row.to))
            return f"{row.id} · {one} → {other}"

        frame = pd.DataFrame(
            {
                "label": [label(r) for r in read],
                "estimate": [r.estimate for r in read],
                "ci_lower": [r.ci_lower for r in read],
                "ci_upper": [r.ci_upper for r in read],
                "level": [group.levels[r.group].in_(language) for r in read],
            }
        )
        return charts.dots(frame, term("Standardized path").in_(language), group="level")

    return Figure(
        draw,
        Text(
            en=f"Paths by {within(of.en)} with 95 % intervals; loadings equal across groups but for the released ones.",
            zh=f"各{of.zh}的路径及 95% 区间；除已释放者外，载荷跨组相等。",
        ),
        Text(
            en="Forest plot: for every hypothesized path one estimate with its interval for each group.",
            zh="森林图，显示每条假设路径在各组的估计值与区间。",
        ),
    )


def pairs(found: Means, case: Case) -> Figure:
    group = escaped(grouping(case, found.group).label)
    return Figure(
        _pairs(found.pairs, found.group, ("g", "g_ci_lower", "g_ci_upper"), "Hedges' g", case),
        Text(
            en=f"Differences of scale scores by {within(group.en)}: Hedges' g with 95 % intervals, respondents taken as independent.",
            zh=f"按{group.zh}比较的量表得分差异（Hedges g）及 95% 区间，以受访者为独立单位。",
        ),
        Text(
            en="Forest plot: for every score one standardized difference with its interval for each pair of groups.",
            zh="森林图，显示每个得分在各组两两之间的标准化差异及区间。",
        ),
    )


# --- importance and performance ------------------------------------------------------------------
def _points(points: Sequence[Point]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "importance": [p.importance for p in points],
            "ci_lower": [p.ci_lower for p in points],
            "ci_upper": [p.ci_upper for p in points],
            "performance": [p.performance for p in points],
            "quadrant": [p.quadrant for p in points],
        }
    )


def _axes(outcome: Text, language: Language) -> tuple[str, str]:
    importance = Text(
        en=f"Importance: total effect on {within(outcome.en)} (standardized)",
        zh=f"重要性：对{outcome.zh}的总效应（标准化）",
    )
    return importance.in_(language), term("Performance: index, 0 to 100").in_(language)


def importance(found: Importance, case: Case) -> Figure | None:
    """The constructs whose total effect may be relied upon; None where none may."""
    read = [p for p in found.points if not case.reliance.between(p.construct, found.outcome)]
    if not read:
        return None
    outcome = case.label(found.outcome)
    of = escaped(outcome)

    def draw(language: Language) -> Drawing:
        labels = [case.label(p.construct).in_(language) for p in read]
        points = _points(read).assign(label=labels)
        return charts.importance_performance(points, *_axes(outcome, language))

    return Figure(
        draw,
        Text(
            en=f"Importance for {within(of.en)} against performance; bars are 95 % intervals, dotted lines the means.",
            zh=f"对{of.zh}的重要性与表现；横条为 95% 区间，虚线为均值。",
        ),
        Text(
            en="Scatter plot, one point a construct: total effect on the outcome against mean index; points at the lower right are important and weak.",
            zh="散点图，以总效应与平均指数为坐标，每点为一个构念；右下方的构念重要而表现弱。",
        ),
    )


def maps(found: Maps, case: Case) -> Figure | None:
    """As :func:`importance`, a map a level."""
    read = [p for p in found.points if not case.reliance.between(p.construct, found.outcome)]
    if not read:
        return None
    unit = grouping(case, found.group)
    of = escaped(unit.label)
    star = ("; * importance of all respondents", "；标 * 者的重要性取自全部受访者")
    en, zh = star if found.borrowed else ("", "")

    def draw(language: Language) -> Drawing:
        panels = {}
        for level in dict.fromkeys(p.level for p in read):
            mine = [p for p in read if p.level == level]
            mark, n = "" if mine[0].own else "*", show(mine[0].n, "count")
            labels = [case.label(p.construct).in_(language) for p in mine]
            name = f"{unit.levels[level].in_(language)}{mark} (n = {n})"
            panels[name] = _points(mine).assign(construct=labels)
        order = [case.label(c).in_(language) for c in found.constructs]
        return charts.importance_maps(panels, order, *_axes(case.label(found.outcome), language))

    return Figure(
        draw,
        Text(
            en=f"Importance and performance by {within(of.en)}; orange points are important and weak, bars are 95 % intervals{en}.",
            zh=f"各{of.zh}的重要性与表现；橙色点重要而表现弱，横条为 95% 区间{zh}。",
        ),
        Text(
            en="Small multiples, one importance–performance map each, with numbered constructs; the table lists the points that are important and weak.",
            zh="分面图，每一面为一幅重要性–表现图，构念以编号表示；重要而表现弱的点见表。",
        ),
    )
