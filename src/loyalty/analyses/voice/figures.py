"""Figures of what customers wrote and complained about."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.voice.findings import Classes, Clusters, Funnel, Themes, Times, Words
from loyalty.analyses.voice.words import STAGES, STEPS, category, glossed, theme
from loyalty.ground.findings import Refused
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import number


def themes(found: Themes, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        labels = [theme(r.theme, beside=True).in_(language) for r in found.themes]
        counted = pd.DataFrame(
            {
                "label": labels,
                "estimate": [r.log_odds_ratio for r in found.themes],
                "ci_lower": [r.ci_lower for r in found.themes],
                "ci_upper": [r.ci_upper for r in found.themes],
                "model": term("as counted").in_(language),
            }
        )
        adjusted = pd.DataFrame(
            {
                "label": labels,
                "estimate": [r.adjusted for r in found.themes],
                "ci_lower": [r.adjusted_ci_lower for r in found.themes],
                "ci_upper": [r.adjusted_ci_upper for r in found.themes],
                "model": term("subject, length, other themes equal").in_(language),
            }
        )
        x = term("Log odds ratio: complaint to the left, praise to the right of zero")
        return charts.dots(
            pd.concat([counted.dropna(), adjusted.dropna()]),
            x.in_(language),
            group="model",
            marks={"": 0.0},
            decimals=0,
        )

    return Figure(
        draw,
        Text(
            en="Which themes go with praise and which with complaint; 95 % intervals that hold for all themes together.",
            zh="各主题与好评或差评的关联，附对全部主题联合成立的 95% 区间。",
        ),
        Text(
            en="Forest plot: for every theme the log odds ratio of praise with its interval, as counted and adjusted.",
            zh="森林图，显示各主题的好评对数优势比及区间，分为直接计数与控制其他因素之后。",
        ),
        says=1,
    )


def words(found: Words, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = [*found.praise, *found.complaint]
        return charts.word_contrast(
            pd.DataFrame(
                {
                    "label": [glossed(r.word).in_(language) for r in rows],
                    "estimate": [r.estimate for r in rows],
                    "ci_lower": [r.ci_lower for r in rows],
                    "ci_upper": [r.ci_upper for r in rows],
                }
            ),
            term("Weighted log-odds ratio").in_(language),
            (term("Praise").in_(language), term("Complaint").in_(language)),
        )

    most = number(found.most)
    return Figure(
        draw,
        Text(
            en=f"The {most} words that set each kind most apart, ordered by z, with 95 % intervals; words of two or more characters, split by jieba [@jieba].",
            zh=f"最能区分两类文本的各 {most} 个词，按 z 值排序，附 95% 区间；词为两字及以上，由 jieba 切分 [@jieba]。",
        ),
        Text(
            en="Two dot plots with intervals: words of praise on the left, words of complaint on the right.",
            zh="两幅带区间的点图，左为好评的词，右为差评的词。",
        ),
    )


def cluster_choice(found: Clusters, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        def shown(english: str) -> str:
            return term(english).in_(language)

        tried = pd.DataFrame(
            {
                "stability": [t.stability for t in found.tried],
                "se": [t.se for t in found.tried],
                "silhouette": [t.silhouette for t in found.tried],
            },
            index=[t.k for t in found.tried],
        )
        axes = (
            shown("Clusters [counted]"),
            shown("Stability (adjusted Rand)"),
            shown("Silhouette"),
        )
        return charts.cluster_choice(tried, found.k, axes, shown("chosen"))

    pairs = number(found.pairs)
    return Figure(
        draw,
        Text(
            en=f"How many clusters: agreement of {pairs} pairs of bootstrap solutions, with one standard error, and silhouette. The smallest number within a standard error of the highest agreement is chosen.",
            zh=f"聚类数的选择，依据为 {pairs} 对自助解的一致性（附一个标准误）与轮廓系数。所选为一致性在最高值一个标准误之内的最小聚类数。",
        ),
        Text(
            en="Two line plots against the number of clusters: stability and silhouette; the chosen number is marked.",
            zh="两幅折线图，显示稳定性与轮廓系数如何随聚类数变化，并标出所选的聚类数。",
        ),
    )


def impact(found: Classes, case: Case) -> Figure | None:
    if isinstance(found.impact, Refused) or not found.impact:
        return None
    rows = found.impact

    def draw(language: Language) -> Drawing:
        x = term("Points by which staying would rise, did the class do as well as the others")
        return charts.dots(
            pd.DataFrame(
                {
                    "label": [category(r.category, case).in_(language) for r in rows],
                    "estimate": [100 * r.impact for r in rows],
                    "ci_lower": [100 * r.impact_ci_lower for r in rows],
                    "ci_upper": [100 * r.impact_ci_upper for r in rows],
                }
            ),
            x.in_(language),
            marks={"": 0.0},
            decimals=0,
        )

    return Figure(
        draw,
        Text(
            en="Classes of complaints by impact: share of the class times its difference from the others in staying; 95 % intervals that hold for all classes together.",
            zh="各类投诉的影响，即该类的占比乘以与其他类在留存上的差，附对全部类别联合成立的 95% 区间。",
        ),
        Text(
            en="Dot plot with intervals, one row a class, greatest impact first.",
            zh="带区间的点图，每行为一类，影响最大者在前。",
        ),
    )


def funnel(found: Funnel, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        rows = pd.DataFrame(
            {
                "label": [term(STAGES[r.stage]).in_(language) for r in found.stages],
                "estimate": [100 * r.estimate for r in found.stages],
                "ci_lower": [100 * r.ci_lower for r in found.stages],
                "ci_upper": [100 * r.ci_upper for r in found.stages],
            }
        )
        return charts.dots(rows, term("Share of complaints, %").in_(language), decimals=0)

    received = number(found.received)
    return Figure(
        draw,
        Text(
            en=f"How far {received} complaints come; Wilson's 95 % intervals.",
            zh=f"{received} 条投诉的处理进程，附 Wilson 95% 区间。",
        ),
        Text(
            en="One dot with an interval a stage: the share of complaints that are answered, answered in time and solved, and whose customers stay.",
            zh="每一阶段一个点及其区间，依次为得到回应、及时得到回应与得到解决的投诉比例，以及客户留下的比例。",
        ),
    )


def times(found: Times, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        curves = {
            STEPS[step].in_(language): pd.DataFrame(
                [
                    (p.hours, p.estimate, p.ci_lower, p.ci_upper)
                    for p in found.curves
                    if p.step == step
                ],
                columns=["time", "estimate", "ci_lower", "ci_upper"],
            ).astype(float)
            for step in dict.fromkeys(p.step for p in found.curves)
        }
        marks = {
            f"{show(r.hours, 'number', decimals=0)}": float(r.hours)
            for r in found.rows
            if r.group is None
        }
        x, y = term("Hours since the complaint"), term("Share of complaints")
        return charts.incidence(curves, x.in_(language), y.in_(language), marks)

    return Figure(
        draw,
        Text(
            en="How fast complaints are answered, solved and closed, with 95 % intervals.",
            zh="投诉得到回应、解决与结案的快慢及 95% 区间。",
        ),
        Text(
            en="Rising step curves over the hours since the complaint: shares answered, solved, closed without a solution, and closed.",
            zh="随投诉后的小时数上升的阶梯曲线，分别为已回应、已解决、未解决而结案与已结案的比例。",
        ),
    )
