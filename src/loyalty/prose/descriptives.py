"""Sentences of the descriptives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from loyalty.markdown import escape
from loyalty.numbers import show
from loyalty.prose.words import names, value
from loyalty.stats.descriptives import Correlations, NetPromoterScore, Proportion
from loyalty.study import Text
from loyalty.thresholds import Threshold


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


def answers(scored: pd.DataFrame, low: float, high: float, items: int) -> Text:
    """`scored`: the answers drawn, turned, on a scale from `low` to `high`; `items`: of the case."""
    x = scored.to_numpy(float)
    answered = x == x
    upper = float((x > (low + high) / 2).sum() / answered.sum())
    ends = [float((x == end).sum() / answered.sum()) for end in (low, high)]
    part, bottom, top = (
        value(upper, "percent"),
        value(ends[0], "percent"),
        value(ends[1], "percent"),
    )
    en = (
        f"{part} of all answers lie above the middle of the scale; {bottom} take its lowest and "
        f"{top} its highest point."
    )
    zh = f"{part} 的答案高于量表中点；{bottom} 取最低点，{top} 取最高点。"
    if len(scored.columns) < items:
        rest = items - len(scored.columns)
        en += f" {rest} items with a scale of their own are in the table only."
        zh += f"另有 {rest} 个采用其他量表的题项仅列于表中。"
    return Text(en=en, zh=zh)


def scale_ends(table: pd.DataFrame, label: Mapping[str, str], cut: Threshold) -> Text:
    """`table`: index scale; ``floor, ceiling`` with ``_lower`` and ``_upper``, shares at the ends."""
    verdicts: dict[str, list[str]] = {"not met": [], "open": []}
    for end, word in (("floor", ("floor", "触底")), ("ceiling", ("ceiling", "触顶"))):
        for scale, row in table.iterrows():
            found = cut.verdict(row[f"{end}_lower"], row[f"{end}_upper"])
            if found != "met":
                share = show(row[end], "percent")
                verdicts[found].append(f"{label[str(scale)]} ({word[0]}/{word[1]}, {share})")
    mark = value(cut.value, "percent")
    if not any(verdicts.values()):
        return Text(
            en=f"No scale has more than {mark} of the respondents at its floor or its ceiling, "
            f"from where on a scale is said to cut off [@{cut.cite}]; that holds for the whole "
            "interval of every share.",
            zh=f"没有量表的触底或触顶者超过 {mark}——超过则视为存在截断 [@{cut.cite}]；"
            "各比例的整个区间均如此。",
        )
    en, zh = "", ""
    if verdicts["not met"]:
        listed = names(verdicts["not met"])
        en += f"More than {mark} of the respondents stand at one end of {listed.en} [@{cut.cite}]. "
        zh += f"超过 {mark} 的受访者处于量表一端：{listed.zh} [@{cut.cite}]。"
    if verdicts["open"]:
        listed = names(verdicts["open"])
        en += f"At that cut-off of {mark} open: {listed.en}. "
        zh += f"在 {mark} 的标准上未定：{listed.zh}。"
    en += "Differences between respondents at such an end are out of sight."
    zh += "处于端点的受访者之间的差异无法显现。"
    return Text(en=en, zh=zh)


def scale_reliabilities(alpha: Mapping[str, float], label: Mapping[str, str]) -> Text:
    """`alpha`: construct → alpha, NaN where it cannot be had."""
    known = {k: v for k, v in alpha.items() if v == v}
    if not known:
        return Text(
            en="No scale has an alpha, so that nothing stands in the diagonal.",
            zh="没有可计算 α 的量表，对角线为空。",
        )
    low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
    en = (
        f"The alphas in the diagonal run from {value(known[low], 'bounded')} "
        f"({escape(label[low])}) to {value(known[high], 'bounded')} ({escape(label[high])}): "
        "what is measured unreliably correlates less than it belongs together."
    )
    zh = (
        f"对角线上的 α 介于 {value(known[low], 'bounded')}（{escape(label[low])}）与 "
        f"{value(known[high], 'bounded')}（{escape(label[high])}）之间：测量越不可靠，"
        "相关越低于实际关联。"
    )
    lacking = [label[k] for k in alpha if k not in known]
    if lacking:
        en += f" {names(lacking).en} has none."
        zh += f"{names(lacking).zh} 无法计算。"
    return Text(en=en, zh=zh)


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


def index_means() -> Text:
    """What an index can be compared with."""
    return Text(
        en="Intervals of two scales that do not overlap tell of different levels of agreement, not "
        "of different importance; items differ in how easily they are agreed with.",
        zh="两个量表的区间不重叠，说明同意程度不同，而非重要性不同；各题项本身的同意难度也有差异。",
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


def csat(score: Proportion, question: str, own: bool, top: tuple[float, float]) -> Text:
    """`own`: whether the case asks for satisfaction in a question of its own; `top`: the two
    highest answers.
    """
    shown = value(score.share, "percent", score.ci_lower, score.ci_upper)
    boxes = f"{show(top[0], 'count')}–{show(top[1], 'count')}"
    asked = escape(question)
    return Text(
        en=f"{shown} of {score.n:,} answers to “{asked}” are in the two highest boxes ({boxes})"
        + (
            "."
            if own
            else ": the case has no question of its own on satisfaction, so that the first item "
            "of its satisfaction scale is taken."
        ),
        zh=f"“{asked}”的 {score.n:,} 个回答中，{shown} 位于最高两档（{boxes}）"
        + ("。" if own else "；本案例没有单独的满意度题，故取满意度量表的首题。"),
    )


def standing(rows: pd.DataFrame, overall: Mapping[str, float]) -> list[Text]:
    """Which groups stand apart from everybody, by their intervals.

    `rows`: ``group, level, what, low, high`` with the labels of grouping, level and measure (NaN
    where suppressed); `overall`: measure → value of everybody.
    """
    said = []
    for group, part in rows.groupby("group", sort=False):
        shown = part.dropna(subset=["low", "high"])
        if shown.empty:
            continue
        centre = shown["what"].map(overall).astype(float)
        above, below = shown["low"].astype(float) > centre, shown["high"].astype(float) < centre
        level = shown["level"]
        spread = [
            f"{what} ({int((above & (shown['what'] == what)).sum())}/"
            f"{int((below & (shown['what'] == what)).sum())})"
            for what in dict.fromkeys(shown["what"])
            if (above | below)[shown["what"] == what].any()
        ]
        count = level.nunique()
        name = escape(str(group))
        if spread:
            listed = names(spread)
            said.append(
                Text(
                    en=f"{name}: of {count} groups shown, with the whole interval above/below "
                    f"everybody's value: {listed.en}.",
                    zh=f"{name}：在所列 {count} 组中，整个区间高于/低于总体值的组数：{listed.zh}。",
                )
            )
        else:
            said.append(
                Text(
                    en=f"{name}: the intervals of all {count} groups shown hold everybody's value.",
                    zh=f"{name}：所列 {count} 组的区间均包含总体值。",
                )
            )
    return said


def standing_caution(cells: int, least: int, hidden: int) -> Text:
    """`cells`: intervals shown; `hidden`: groups not shown."""
    en = (
        f"Among {cells} intervals some lie apart by chance, and respondents of one firm are no "
        "independent witnesses: the groups notebook tests the differences."
    )
    zh = (
        f"在 {cells} 个区间中，有些会偶然偏离，且同一企业的受访者并非相互独立：差异检验见分组分析。"
    )
    if hidden:
        en += (
            f" {hidden} values are not shown: they rest on fewer than {least} answers, or would "
            "give such a one away."
        )
        zh += f"{hidden} 个数值未列出：其回答少于 {least} 个，或会使此类数值被推出。"
    return Text(en=en, zh=zh)


def extremes(rows: pd.DataFrame) -> Text:
    """`rows`: ``what, group, level, value, low, high`` a cell shown: the widest gap of a grouping."""
    widest: tuple[float, Any, Any] | None = None
    for _, part in rows.astype({"value": float}).groupby(["what", "group"], sort=False):
        low, high = part.iloc[int(part["value"].argmin())], part.iloc[int(part["value"].argmax())]
        gap = float(high["value"] - low["value"])
        if len(part) > 1 and (widest is None or gap > widest[0]):
            widest = (gap, low, high)
    if widest is None:
        return Text(en="No two groups can be shown.", zh="没有两组可以列出。")
    gap, low, high = widest

    def shown(row: pd.Series) -> str:
        size = value(row["value"], "number", row["low"], row["high"])
        return f"{escape(str(row['level']))} ({size})"

    low["level"], high["level"] = low.get("label", low["level"]), high.get("label", high["level"])
    apart = float(low["high"]) < float(high["low"])
    what, group = escape(str(low["what"])), escape(str(low["group"]))
    return Text(
        en=f"The widest gap is {value(gap, 'number')} points, in {what} by {group}: {shown(high)} "
        f"against {shown(low)}, whose intervals " + ("do not overlap." if apart else "overlap."),
        zh=f"差距最大的是按{group}的{what}，相差 {value(gap, 'number')} 点：{shown(high)} 对 "
        f"{shown(low)}，两区间" + ("不重叠。" if apart else "重叠。"),
    )


def boxes(rows: pd.DataFrame, outcome: str, hidden: int, least: int) -> Text:
    """`rows`: ``label, low, high`` (shares of the lowest and the highest boxes) a group shown."""
    if rows.empty:
        return Text(
            en=f"No group can be shown: each has a box of fewer than {least} answers.",
            zh=f"没有可列出的组：各组均有少于 {least} 个回答的档。",
        )
    best = rows.iloc[int(rows["high"].astype(float).argmax())]
    worst = rows.iloc[int(rows["low"].astype(float).argmax())]
    en = (
        f"Most answers on {escape(outcome)} in the two highest boxes has {escape(best['label'])} "
        f"({value(best['high'], 'percent')}), most in the two lowest {escape(worst['label'])} "
        f"({value(worst['low'], 'percent')})."
    )
    zh = (
        f"{escape(outcome)}最高两档比例最大的是{escape(best['label'])}"
        f"（{value(best['high'], 'percent')}），最低两档比例最大的是{escape(worst['label'])}"
        f"（{value(worst['low'], 'percent')}）。"
    )
    if hidden:
        en += f" {hidden} groups are not shown, for a group or a box of fewer than {least}."
        zh += f"{hidden} 组未列出，因其人数或某档回答少于 {least}。"
    return Text(en=en, zh=zh)


def alpha_by_group(rows: pd.DataFrame, cut: Threshold) -> Text:
    """`rows`: ``label, alpha, alpha_low, alpha_high`` a group, NaN where it cannot be had."""
    known = rows.dropna(subset=["alpha"])
    if known.empty:
        return Text(en="No group has an alpha.", zh="各组均无法计算 α。")
    found = [
        cut.verdict(a, b) for a, b in zip(known["alpha_low"], known["alpha_high"], strict=True)
    ]
    mark = escape(show(cut.value, "bounded"))
    n = len(known)
    counts = {v: found.count(v) for v in ("met", "open", "not met")}
    return Text(
        en=f"Alpha is at least {mark} [@{cut.cite}] with its whole interval in {counts['met']} of "
        f"{n} groups, open in {counts['open']} and below in {counts['not met']}.",
        zh=f"{n} 组中，α 的整个区间不低于 {mark} [@{cut.cite}] 的有 {counts['met']} 组，"
        f"未定 {counts['open']} 组，低于者 {counts['not met']} 组。",
    )


def focal_by_group(rows: Sequence[Mapping[str, Any]], a: str, b: str, group: str) -> Text:
    """`rows`: ``level, r, low, high`` a level shown of the grouping `group`."""
    low, high = min(rows, key=lambda r: float(r["r"])), max(rows, key=lambda r: float(r["r"]))

    def shown(row: Mapping[str, Any]) -> str:
        size = value(row["r"], "bounded", row["low"], row["high"])
        return f"{escape(str(row['level']))} ({size})"

    apart = float(low["high"]) < float(high["low"])
    return Text(
        en=f"By {escape(group)} the correlation of {escape(a)} and {escape(b)} is lowest in "
        f"{shown(low)} and highest in {shown(high)}; the two intervals "
        + ("do not overlap." if apart else "overlap, so that the order may be chance."),
        zh=f"按{escape(group)}，{escape(a)}与{escape(b)}的相关最低为{shown(low)}，最高为{shown(high)}；两区间"
        + ("不重叠。" if apart else "重叠，次序可能出于偶然。"),
    )
