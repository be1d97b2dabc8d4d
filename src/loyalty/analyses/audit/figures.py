"""Figures of the data audit."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure as Drawing

from loyalty.analyses.audit.findings import Flow, Shape, Step
from loyalty.ground.numbers import show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.words import few, number, plain

#: What each box says, and each box beside it, before the number.
KEPT = {
    "all": Text(en="Rows of the data", zh="数据行"),
    "rules": Text(en="Kept by the study's rule", zh="按研究规则保留"),
    "empty": Text(en="Main analyses: at least one answer", zh="主要分析：至少有一个答案"),
    "repeated": Text(en="No repeated row", zh="无重复行"),
    "careless": Text(en="Not flagged", zh="未被标记"),
    "incomplete": Text(
        en="Every item answered: strictest selection", zh="全部题项作答：最严格的选择"
    ),
}
ASIDE = {
    "empty": Text(en="No answer to any item: ", zh="未答任何题项："),
    "repeated": Text(en="Row or id seen before: ", zh="行或编号重复："),
    "careless": Text(en="Two signs of carelessness or more: ", zh="两个及以上敷衍迹象："),
    "incomplete": Text(en="An answer is missing: ", zh="有缺失答案："),
}


def flow(found: Flow, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        labels = {rule.id: rule.label.in_(language) for rule in case.study.exclude}
        left: list[tuple[str, int | None]] = [
            (KEPT["all"].in_(language), found.read if found.rules else found.n),
            *((KEPT["rules"].in_(language), r.n_left) for r in found.rules),
            *((KEPT[s.reason].in_(language), s.n_left) for s in found.steps),
        ]
        kept = [f"{what}\nn = {show(n, 'count')}" if n is not None else what for what, n in left]
        colon = "：" if language == "zh" else ": "
        aside = [
            *(
                (f"{labels[r.rule]}{colon}{plain(few(r.n_excluded).in_(language))}", True)
                for r in found.rules
            ),
            *(
                (
                    f"{ASIDE[s.reason].in_(language)}{plain(_taken(s).in_(language))}",
                    s.reason == "empty",
                )
                for s in found.steps
            ),
        ]
        return charts.exclusion_flow(kept, aside)

    n, main = found.read if found.rules else found.n, found.step("empty").n_left
    strict = found.step("incomplete").n_left
    en = [f"{number(k)} " if k is not None else "" for k in (n, main, strict)]
    zh = [f"（{number(k)} 行）" if k is not None else "" for k in (n, main, strict)]
    return Figure(
        draw,
        Text(
            en="Who is in the analyses. Solid: excluded. Dashed: stays in the main analyses, and is left out in a check only.",
            zh="进入分析的受访者。实线表示剔除；虚线表示保留在主要分析中，仅在检验时剔除。",
        ),
        Text(
            en=f"Flow diagram from the {en[0]}rows of the data to the {en[1]}rows of the main analyses, and on to the {en[2]}complete rows that nothing speaks against; beside each step how many it takes.",
            zh=f"流程图，从原始数据{zh[0]}到主要分析{zh[1]}，再到最严格的选择{zh[2]}，各步旁注明所减人数。",
        ),
    )


def _taken(step: Step) -> Text:
    """How many a step takes: few, or not told."""
    if step.fewest is None:
        return Text(en="not shown", zh="不列出")
    return few(step.n_excluded)


def shape(found: Shape, case: Case) -> Figure:
    def draw(language: Language) -> Drawing:
        items = pd.DataFrame(
            {"skew": [i.skew for i in found.items], "kurtosis": [i.kurtosis for i in found.items]},
            index=[i.item for i in found.items],
            dtype=float,
        )
        return charts.skew_and_kurtosis(
            items,
            threshold("skewness").value,
            threshold("kurtosis").value,
            term("Skewness").in_(language),
            term("Excess kurtosis").in_(language),
        )

    return Figure(
        draw,
        Text(
            en="Skewness and excess kurtosis, one point an item; the cross marks the normal distribution, dashed lines the cut-offs.",
            zh="各题项的偏度与超额峰度；十字标出正态分布，虚线标出界限。",
        ),
        Text(
            en="Scatter plot of the items by skewness and excess kurtosis, with the normal distribution at the origin.",
            zh="以偏度与超额峰度为坐标的题项散点图，原点为正态分布。",
        ),
    )
