"""Sentences of the descriptives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from loyalty.markdown import escape
from loyalty.prose.words import value
from loyalty.stats.descriptives import Correlations, NetPromoterScore
from loyalty.study import Text


def items(table: pd.DataFrame, top: str) -> Text:
    """`table`: one row an item with ``mean``, ``skew``, ``ceiling``."""
    low, high = str(table["mean"].idxmin()), str(table["mean"].idxmax())
    left = int((table["skew"] < 0).sum())
    share = value(table.loc[top, "ceiling"], "percent")
    return Text(
        en=f"Item means lie between {value(table.loc[low, 'mean'], 'number')} ({escape(low)}) and "
        f"{value(table.loc[high, 'mean'], 'number')} ({escape(high)}). {left} of {len(table)} items "
        f"lean towards the upper end; most answers at the highest point has {escape(top)} "
        f"({share}).",
        zh=f"题项均值介于 {value(table.loc[low, 'mean'], 'number')}（{escape(low)}）与 "
        f"{value(table.loc[high, 'mean'], 'number')}（{escape(high)}）之间。{len(table)} 个题项中有 "
        f"{left} 个偏向高端；触顶比例最高的是 {escape(top)}（{share}）。",
    )


def index(scores: pd.DataFrame) -> Text:
    """`scores`: ``label, value, low, high`` on 0 to 100."""
    ordered = scores.sort_values("value")
    low, high = ordered.iloc[0], ordered.iloc[-1]

    def shown(row: pd.Series) -> str:
        return f"{escape(row['label'])} ({value(row['value'], 'number', row['low'], row['high'])})"

    return Text(
        en=f"The lowest index has {shown(low)}, the highest {shown(high)}, with 95 % intervals "
        "in brackets.",
        zh=f"指数最低的是 {shown(low)}，最高的是 {shown(high)}，方括号内为 95% 区间。",
    )


def correlations(r: Correlations, labels: Mapping[str, str]) -> Text:
    pairs: list[dict[str, Any]] = [
        {
            "a": escape(labels[a]),
            "b": escape(labels[b]),
            "r": r.r.loc[a, b],
            "low": r.ci_lower.loc[a, b],
            "high": r.ci_upper.loc[a, b],
        }
        for i, a in enumerate(labels)
        for b in list(labels)[:i]
    ]
    loose, close = min(pairs, key=lambda p: p["r"]), max(pairs, key=lambda p: p["r"])

    def shown(pair: Mapping[str, Any], word: str) -> str:
        size = value(pair["r"], "bounded", pair["low"], pair["high"])
        return f"{pair['b']} {word} {pair['a']} (*r* = {size})"

    return Text(
        en=f"The closest pair is {shown(close, 'and')}, the loosest {shown(loose, 'and')}.",
        zh=f"相关最高的一对是 {shown(close, '与')}，最低的是 {shown(loose, '与')}。",
    )


def nps(score: NetPromoterScore) -> Text:
    shown = value(score.nps, "number", score.ci_lower, score.ci_upper)
    up, down = value(score.promoters, "percent"), value(score.detractors, "percent")
    return Text(
        en=f"The net promoter score is {shown}: {up} promoters less {down} detractors of "
        f"{score.n:,} answers.",
        zh=f"净推荐值为 {shown}：{score.n:,} 个回答中推荐者占 {up}，贬损者占 {down}。",
    )
