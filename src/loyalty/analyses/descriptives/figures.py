"""Figures of the descriptives."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.descriptives.models import (
    Answers,
    Correlations,
    Groups,
    Index,
    ItemAnswers,
    OutcomeBoxes,
    Questions,
)
from loyalty.analyses.descriptives.words import QUESTIONS, label, row_name
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure


def drawn(found: Answers) -> list[ItemAnswers]:
    """Items that can be drawn: of closed rows those whose every answer many gave, or nobody."""
    return [row for row in found.items if None not in row.shares]


def answers(found: Answers, case: Case) -> Figure | None:
    items = drawn(found)
    if not items:
        return None

    def draw(language: Language) -> Drawing:
        names, before = [], None
        for row in items:
            named = f"{case.label(row.construct).in_(language)} · {row.item}"
            names.append(row.item if row.construct == before else named)
            before = row.construct
        codes = range(found.minimum, found.maximum + 1)
        shares = pd.DataFrame([row.shares for row in items], columns=list(codes))
        axis = term("Share of answers, % (reversed items turned)")
        return charts.answer_shares(shares, names, axis.in_(language))

    return Figure(
        draw,
        Text(
            en="Answers to every item, from the lowest (red) to the highest (blue) point of the scale.",
            zh="各题项的答案分布，由量表的最低点（红）到最高点（蓝）。",
        ),
        Text(
            en="Diverging stacked bars, one row an item, showing the share of each answer; the table of items gives the means.",
            zh="发散堆积条形图，每行为一个题项，显示选择各选项的比例；均值见题项表。",
        ),
    )


def index(found: Index, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        means = pd.DataFrame(
            {
                "label": [case.label(row.construct).in_(language) for row in found.rows],
                "estimate": [row.estimate for row in found.rows],
                "ci_lower": [row.ci_lower for row in found.rows],
                "ci_upper": [row.ci_upper for row in found.rows],
            }
        )
        scores = pd.concat([pd.Series(row.quantiles, dtype=float) for row in found.rows], axis=1)
        axis = term("Index, 0 to 100 (mean of the items, rescaled)").in_(language)
        return charts.score_distributions(scores, means, axis, bandwidth=found.bandwidth)

    return Figure(
        draw,
        Text(
            en="Scale scores as an index from 0 to 100: how respondents are spread, and the means with 95 % intervals.",
            zh="受访者量表得分（换算为 0–100 指数）的分布、均值及 95% 区间。",
        ),
        Text(
            en="One violin a construct, the wider the more respondents have a score (density of the quantiles, bandwidth by Scott's rule), and on it the mean index with its 95 % confidence interval.",
            zh="小提琴图，每个构念一个，某一得分处越宽，得此分的受访者越多（由分位数估计密度，带宽按 Scott 规则），其上标出指数均值及 95% 置信区间。",
        ),
    )


def correlations(found: Correlations, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        names = [row.construct for row in found.reliabilities]

        def matrix(field: str) -> pd.DataFrame:
            filled = pd.DataFrame(float("nan"), names, names)
            for pair in found.pairs:
                filled.loc[pair.construct_a, pair.construct_b] = float(getattr(pair, field))
            return filled

        alphas = {r.construct: r.alpha for r in found.reliabilities if r.alpha is not None}
        labels = [case.label(name).in_(language) for name in names]
        r, lower, upper = matrix("r"), matrix("ci_lower"), matrix("ci_upper")
        return charts.correlation_matrix(r, lower, upper, alphas, labels)

    return Figure(
        draw,
        Text(
            en="Correlations of the scale scores with 95 % intervals (Pearson, pairwise complete); in the diagonal Cronbach's alpha, a dash where there is none. On a narrow screen the ends of each interval stand above the diagonal.",
            zh="量表得分之间的相关及 95% 区间（Pearson 相关，成对完整）；对角线上为 Cronbach α，短横表示无法计算。在窄屏上，各区间的两端列于对角线上方。",
        ),
        Text(
            en="Lower triangle of the matrix of correlations between the scale scores, each with its interval; reliabilities in the diagonal.",
            zh="量表得分相关矩阵的下三角部分，附区间；对角线上为信度。",
        ),
    )


def standing(found: Groups, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        centre = {one.construct: one.estimate for one in found.overall}
        by = {(row.group, row.level, row.construct): row for row in found.rows}
        order = list(dict.fromkeys((row.group, row.level) for row in found.rows))
        first = next(iter(centre))

        def grid(field: str) -> pd.DataFrame:
            rows = [[getattr(by[*pair, c], field) for c in centre] for pair in order]
            return pd.DataFrame(rows, columns=list(centre), dtype=float)

        everybody = pd.Series(centre, dtype=float)
        clear = (grid("ci_lower") > everybody) | (grid("ci_upper") < everybody)
        blocks = [k for k, pair in enumerate(order) if not k or pair[0] != order[k - 1][0]]
        return charts.group_standing(
            grid("estimate"),
            clear,
            [row_name(case, by[*pair, first]).in_(language) for pair in order],
            [case.label(c).in_(language) for c in centre],
            blocks,
            everybody.to_list(),
        )

    return Figure(
        draw,
        Text(
            en="Mean index (0 to 100) of every scale by group; colour: distance to everybody's mean; bold: the 95 % interval lies wholly to one side of it.",
            zh="各组在各量表上的平均指数（0–100）；颜色表示与总体均值的距离，粗体表示 95% 区间完全位于总体均值的一侧。",
        ),
        Text(
            en="Grid of the mean index of each scale (columns) in each group (rows), coloured by its distance to the mean of all respondents; the table gives intervals.",
            zh="网格图，行为组，列为量表，格中为平均指数，按与总体均值的距离着色；区间见表。",
        ),
    )


def indices(found: Questions, case: Case) -> Figure | None:
    shown = [row for row in found.rows if row.estimate is not None]
    if not shown:
        return None
    asked = [one.question for one in found.everybody]

    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [row_name(case, row).in_(language) for row in shown],
                "panel": [row.question for row in shown],
                "estimate": [row.estimate for row in shown],
                "ci_lower": [row.ci_lower for row in shown],
                "ci_upper": [row.ci_upper for row in shown],
            }
        )
        titles: dict[str, str] = {q: term(QUESTIONS[q]).in_(language) for q in asked}
        bands: dict[str, tuple[float, float]] = {
            one.question: (one.ci_lower, one.ci_upper) for one in found.everybody
        }
        return charts.interval_panels(rows, titles, bands)

    title = term(QUESTIONS[asked[0]])
    if len(asked) > 1:
        title = Text(en="Net promoter score and satisfaction", zh="净推荐值与满意度")
    return Figure(
        draw,
        Text(
            en=f"{title.en} by group, with 95 % intervals; the band is everybody's interval.",
            zh=f"各组的{title.zh.removesuffix('，%').replace('满意（', '满意比例（')}及 95% 区间；色带为总体的区间。",
        ),
        Text(
            en="Dot plots of the single-question indices of each group with their 95 % confidence intervals.",
            zh="各组单题指数及其 95% 置信区间的点图。",
        ),
    )


def boxes(found: OutcomeBoxes, case: Case) -> Figure:
    low, high = found.minimum, found.maximum

    def draw(language: Language) -> Drawing:
        shares = pd.DataFrame(
            {
                f"{low}–{low + 1}": [row.lowest for row in found.rows],
                f"{low + 2}–{high - 2}": [row.middle for row in found.rows],
                f"{high - 1}–{high}": [row.highest for row in found.rows],
            }
        )
        names = [row_name(case, row).in_(language) for row in found.rows]
        return charts.answer_shares(shares, names, term("Share of answers, %").in_(language))

    outcome = label(case, found.construct)
    return Figure(
        draw,
        Text(
            en=f"Answers to the items of {outcome.en} by group: two lowest, middle and two highest boxes.",
            zh=f"各组对{outcome.zh}各题项的答案落在最低两档、中间与最高两档的比例。",
        ),
        Text(
            en="Diverging stacked bars, one row a group, of the shares of answers in the lowest, middle and highest boxes.",
            zh="发散堆积条形图，每行为一组，显示答案落在最低、中间与最高各档的比例。",
        ),
    )
