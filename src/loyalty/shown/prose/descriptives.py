"""Sentences of the descriptives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown.prose.words import counted, every, names, value
from loyalty.stats.descriptives import Correlations, NetPromoterScore, Proportion


def items(table: pd.DataFrame, top: str) -> Text:
    """`table`: one row an item with ``mean``, ``floor``, ``ceiling``."""
    low, high = str(table["mean"].idxmin()), str(table["mean"].idxmax())
    share = value(table.loc[top, "ceiling"], "percent")
    bottom = str(table["floor"].idxmax())
    least = value(table.loc[bottom, "floor"], "percent")
    return Text(
        en=f"The means of the {len(table)} items lie between "
        f"{value(table.loc[low, 'mean'], 'number')} ({escape(low)}) and "
        f"{value(table.loc[high, 'mean'], 'number')} ({escape(high)}). The largest share of answers "
        f"at the highest point has {escape(top)} ({share}), at the lowest {escape(bottom)} "
        f"({least}).",
        zh=f"{len(table)} 个题项的均值介于 {value(table.loc[low, 'mean'], 'number')}"
        f"（{escape(low)}）与 {value(table.loc[high, 'mean'], 'number')}（{escape(high)}）之间。"
        f"触顶比例最高的是 {escape(top)}（{share}），触底比例最高的是 {escape(bottom)}（{least}）。",
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
        en += (
            f" {counted(rest, 'item')} with a scale of {'its' if rest == 1 else 'their'} own "
            f"{'is' if rest == 1 else 'are'} left out of the figure."
        )
        zh += f"另有 {rest} 个采用其他量表的题项未绘入图中。"
    return Text(en=en, zh=zh)


def scale_ends(table: pd.DataFrame, label: Mapping[str, str], cut: Threshold) -> Text:
    """`table`: index scale; ``floor, ceiling`` with ``_lower`` and ``_upper``, shares at the ends."""
    verdicts: dict[str, list[tuple[str, str]]] = {"not met": [], "open": []}
    for end, word in (("floor", ("floor", "触底")), ("ceiling", ("ceiling", "触顶"))):
        for scale, row in table.iterrows():
            found = cut.verdict(row[f"{end}_lower"], row[f"{end}_upper"])
            if found != "met":
                name, share = label[str(scale)], show(row[end], "percent")
                verdicts[found].append(
                    (f"{name} ({word[0]}, {share})", f"{name}（{word[1]}，{share}）")
                )

    def listed(verdict: str) -> Text:
        pairs = verdicts[verdict]
        return Text(en=names([p[0] for p in pairs]).en, zh=names([p[1] for p in pairs]).zh)

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
        some = listed("not met")
        en += f"More than {mark} of the respondents stand at one end of {some.en} [@{cut.cite}]. "
        zh += f"超过 {mark} 的受访者处于量表一端：{some.zh} [@{cut.cite}]。"
    if verdicts["open"]:
        some = listed("open")
        en += f"Whether more than {mark} stand at one end [@{cut.cite}] is open for {some.en}. "
        zh += f"是否有超过 {mark} 者处于一端 [@{cut.cite}] 尚无定论：{some.zh}。"
    en += "Differences between respondents at such an end are out of sight."
    zh += "处于端点的受访者之间的差异无法显现。"
    return Text(en=en, zh=zh)


def scale_spread(table: pd.DataFrame, label: Mapping[str, str]) -> Text:
    """`table`: index scale, ``sd``."""
    known = table["sd"].dropna()
    if known.empty or known.max() == 0:
        return Text(en="Respondents do not differ in any score.", zh="受访者的得分没有差异。")
    wide, narrow = str(known.idxmax()), str(known.idxmin())
    return Text(
        en=f"Respondents differ most in {escape(label[wide])} (SD {value(known[wide], 'number')}) "
        f"and least in {escape(label[narrow])} (SD {value(known[narrow], 'number')}).",
        zh=f"受访者差异最大的是{escape(label[wide])}（标准差 {value(known[wide], 'number')}），"
        f"最小的是{escape(label[narrow])}（标准差 {value(known[narrow], 'number')}）。",
    )


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
        en += f" {names(lacking).en} {'has' if len(lacking) == 1 else 'have'} none."
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


def nps_sign(score: NetPromoterScore) -> Text:
    """Which side outweighs, as far as the interval tells."""
    if score.ci_lower > 0:
        return Text(
            en="With its whole interval above zero promoters outweigh detractors.",
            zh="整个区间高于零：推荐者多于贬损者。",
        )
    if score.ci_upper < 0:
        return Text(
            en="With its whole interval below zero detractors outweigh promoters.",
            zh="整个区间低于零：贬损者多于推荐者。",
        )
    return Text(
        en="The interval holds zero, so that it is open who outweighs.",
        zh="区间包含零，哪一方更多尚无定论。",
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
    shown = rows.dropna(subset=["low", "high"])
    if shown.empty:
        return [Text(en="No group is large enough to be shown.", zh="没有足够大的组可以列出。")]
    centre = shown["what"].map(overall).astype(float)
    above, below = shown["low"].astype(float) > centre, shown["high"].astype(float) < centre
    apart, alike = [], []
    for group, part in shown.groupby("group", sort=False):
        up, down = int(above[part.index].sum()), int(below[part.index].sum())
        if up or down:
            apart.append((escape(str(group)), len(part), up, down))
        else:
            alike.append(str(group))
    en, zh = [], []
    for group, n, up, down in apart:
        en.append(f"by {group} {up} above and {down} below of {n}")
        zh.append(f"{group}：{n} 个中 {up} 个高于、{down} 个低于")
    said = []
    if apart:
        most = (above | below).groupby(shown["what"], sort=False).sum()
        top = escape(str(most.idxmax()))
        said.append(
            Text(
                en="Intervals that lie wholly to one side of everybody's value: "
                f"{'; '.join(en)}" + (f"; most of them in {top}." if most.size > 1 else "."),
                zh=f"整个区间位于总体值一侧的：{'；'.join(zh)}"
                + (f"；其中最多的是{top}。" if most.size > 1 else "。"),
            )
        )
    if alike:
        said.append(
            Text(
                en=f"By {names(alike).en} every interval holds everybody's value.",
                zh=f"按{names(alike).zh}，所有区间均包含总体值。",
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
    for more in not_shown(hidden, least):
        en, zh = f"{en} {more.en}", zh + more.zh
    return Text(en=en, zh=zh)


def not_shown(hidden: int, least: int) -> list[Text]:
    """`hidden`: values of groups that are suppressed."""
    if not hidden:
        return []
    one = hidden == 1
    return [
        Text(
            en=f"{counted(hidden, 'value')} {'is' if one else 'are'} not shown: "
            f"{'it rests' if one else 'they rest'} on fewer than {least} answers, or would give "
            "such a one away.",
            zh=f"{hidden} 个数值未列出：其回答少于 {least} 个，或会使此类数值被推出。",
        )
    ]


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
        f"against {shown(low)}; their intervals " + ("do not overlap." if apart else "overlap."),
        zh=f"差距最大的是按{group}的{what}，相差 {value(gap, 'number')} 点：{shown(high)} 对 "
        f"{shown(low)}，两区间" + ("不重叠。" if apart else "重叠。"),
    )


def extremes_caution(groups: int) -> Text:
    return Text(
        en=f"As the widest of all gaps between {groups} groups it is likely to be smaller in "
        "another sample.",
        zh=f"这是 {groups} 组之间各差距中的最大者，在另一样本中很可能更小。",
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
        en += (
            f" {counted(hidden, 'group')} {'is' if hidden == 1 else 'are'} not shown, for a group or "
            f"a box of fewer than {least} answers."
        )
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
    if counts["met"] == n:
        return Text(
            en=f"Alpha is at least {mark} [@{cut.cite}] with its whole interval in "
            + (f"{every(n)} groups." if n > 1 else "the one group shown."),
            zh=f"全部 {n} 组的 α 整个区间均不低于 {mark} [@{cut.cite}]。",
        )
    rest = [
        (f"open in {counts['open']}", f"未定 {counts['open']} 组", counts["open"]),
        (f"below in {counts['not met']}", f"低于者 {counts['not met']} 组", counts["not met"]),
    ]
    return Text(
        en=f"Alpha is at least {mark} [@{cut.cite}] with its whole interval in {counts['met']} of "
        f"{counted(n, 'group')}, {' and '.join(en for en, _, k in rest if k)}.",
        zh=f"{n} 组中，α 的整个区间不低于 {mark} [@{cut.cite}] 的有 {counts['met']} 组，"
        f"{'，'.join(zh for _, zh, k in rest if k)}。",
    )


def focal_by_group(rows: Mapping[str, Sequence[Mapping[str, Any]]], a: str, b: str) -> list[Text]:
    """`rows`: grouping → ``level, r, low, high`` a level shown."""

    def shown(row: Mapping[str, Any]) -> str:
        size = value(row["r"], "bounded", row["low"], row["high"])
        return f"{escape(str(row['level']))} ({size})"

    said, alike = [], []
    for group, part in rows.items():
        low, high = min(part, key=lambda r: float(r["r"])), max(part, key=lambda r: float(r["r"]))
        if float(low["high"]) >= float(high["low"]):
            alike.append(group)
            continue
        said.append(
            Text(
                en=f"By {escape(group)} the correlation of {escape(a)} and {escape(b)} is lowest "
                f"in {shown(low)} and highest in {shown(high)}; the two intervals do not overlap.",
                zh=f"按{escape(group)}，{escape(a)}与{escape(b)}的相关最低为{shown(low)}，"
                f"最高为{shown(high)}；两区间不重叠。",
            )
        )
    if alike:
        said.append(
            Text(
                en=f"By {names(alike).en} the intervals of the lowest and the highest correlation "
                "overlap, so that their order may be chance.",
                zh=f"按{names(alike).zh}，最低与最高相关的区间重叠，次序可能出于偶然。",
            )
        )
    return said
