"""Sentences of reliability and exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mode
from typing import Any

import pandas as pd

from loyalty.markdown import escape
from loyalty.numbers import show
from loyalty.prose.words import equals, names, value
from loyalty.stats.efa import BartlettSphericity
from loyalty.study import Text
from loyalty.thresholds import Threshold, Verdict


def alpha(
    rows: Sequence[Mapping[str, Any]], refused: Sequence[tuple[str, str]], cut: Threshold
) -> list[Text]:
    """`rows`: ``label, value, low, high`` a construct; `refused`: (label, reason)."""
    by: dict[Verdict, list[str]] = {"met": [], "open": [], "not met": []}
    for row in rows:
        shown = f"{row['label']} ({show(row['value'], 'bounded')})"
        by[cut.verdict(row["low"], row["high"])].append(shown)
    mark = escape(show(cut.value, "bounded"))
    said = []
    if by["met"]:
        good = names(by["met"])
        said.append(
            Text(
                en=f"Alpha is at least {mark} [@{cut.cite}] with its whole interval for {good.en}.",
                zh=f"整个区间都不低于 {mark} [@{cut.cite}] 的构念：{good.zh}。",
            )
        )
    if by["open"]:
        some = names(by["open"])
        said.append(
            Text(
                en=f"The interval leaves it open for {some.en}.",
                zh=f"区间尚不能定论的构念：{some.zh}。",
            )
        )
    if by["not met"]:
        bad = names(by["not met"])
        said.append(
            Text(
                en=f"Below the cut-off with the whole interval: {bad.en}.",
                zh=f"整个区间低于标准的构念：{bad.zh}。",
            )
        )
    for label, reason in refused:
        said.append(
            Text(
                en=f"{escape(label)} has no alpha: {escape(reason)}.",
                zh=f"{escape(label)} 无法计算 α：{escape(reason)}。",
            )
        )
    return said


def weak_items(weak: Sequence[Mapping[str, Any]], cut: Threshold) -> Text:
    mark = escape(show(cut.value, "bounded"))
    if not weak:
        return Text(
            en=f"Every item correlates at least {mark} with the rest of its scale [@{cut.cite}].",
            zh=f"每个题项与其量表其余部分的相关都不低于 {mark} [@{cut.cite}]。",
        )
    listed = names([f"{r['item']} ({show(r['item_total'], 'bounded')})" for r in weak])
    return Text(
        en=f"Below the cut-off of {mark} [@{cut.cite}]: {listed.en}. Such an item says little about "
        "what the others of its scale measure; it stays in here, and the robustness checks leave "
        "it out.",
        zh=f"低于标准 {mark} [@{cut.cite}] 的题项：{listed.zh}。这样的题项与同量表其他题项所测之物关系甚微；"
        "此处予以保留，稳健性检验会将其剔除。",
    )


def kmo(overall: float, test: BartlettSphericity, cut: Threshold) -> Text:
    sphere = (
        f"χ²({test.df:,}) = {escape(show(test.chi2, 'number', decimals=1))}, *p* {equals(test.p)}"
    )
    word = ("is high enough", "足够高") if cut.met(overall) else ("is too low", "过低")
    shown, mark = value(overall, "bounded"), escape(show(cut.value, "bounded"))
    return Text(
        en=f"Sampling adequacy {word[0]} for factoring (KMO = {shown}, cut-off {mark} "
        f"[@{cut.cite}]), and Bartlett's test finds correlations to explain ({sphere}).",
        zh=f"抽样适当性{word[1]}（KMO = {shown}，标准 {mark} [@{cut.cite}]），"
        f"Bartlett 球形检验：{sphere}。",
    )


def factor_count(parallel: int, partial: int, planned: int) -> Text:
    agree = parallel == planned
    return Text(
        en=f"Parallel analysis keeps {parallel} factors, Velicer's minimum average partial "
        f"{partial}; {planned} constructs were planned. "
        + (
            "The data ask for as many factors as were planned."
            if agree
            else "Fewer factors than constructs mean that some constructs are hard to tell apart "
            "from the answers alone; the validity analysis says which."
            if parallel < planned
            else "More factors than constructs mean that some items share more than their construct."
        ),
        zh=f"平行分析保留 {parallel} 个因子，Velicer 最小平均偏相关保留 {partial} 个；计划构念为 {planned} 个。"
        + (
            "数据所需因子数与计划一致。"
            if agree
            else "因子少于构念，说明有些构念仅凭答案难以区分；效度分析将指出是哪些。"
            if parallel < planned
            else "因子多于构念，说明有些题项除构念外还有其他共同点。"
        ),
    )


def efa(loadings: pd.DataFrame, owner: Mapping[str, str], marker: float = 0.40) -> Text:
    """Which constructs share their main factor with another."""
    main = {str(i): str(f) for i, f in loadings.abs().idxmax(axis=1).items()}
    home = {
        construct: mode([main[i] for i in main if owner[i] == construct])
        for construct in dict.fromkeys(owner.values())
    }
    shared = [
        [c for c in home if home[c] == factor]
        for factor in dict.fromkeys(home.values())
        if list(home.values()).count(factor) > 1
    ]
    crossing = int(((loadings.abs() >= marker).sum(axis=1) > 1).sum())
    if shared:
        groups = [names(g) for g in shared]
        en = "On one and the same factor lie mostly " + "; ".join(g.en for g in groups) + "."
        zh = "主要落在同一因子上的构念：" + "；".join(g.zh for g in groups) + "。"
    else:
        en = "Every construct has a factor of its own."
        zh = "每个构念各有其因子。"
    mark = escape(show(marker, "bounded"))
    return Text(
        en=f"{en} {crossing} of {len(loadings)} items load {mark} or more on two factors.",
        zh=f"{zh}{len(loadings)} 个题项中有 {crossing} 个在两个因子上的载荷不低于 {mark}。",
    )
