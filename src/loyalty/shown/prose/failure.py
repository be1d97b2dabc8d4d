"""Sentences of what follows a service failure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.shown.prose.words import names, value
from loyalty.stats.failure import Gap

#: What loyalty after a failure may depend on, and the sign that the source expects.
DETERMINANTS: dict[str, tuple[Text, str]] = {
    "severity": (Text(en="Severity", zh="严重程度"), "-"),
    "controllability": (Text(en="Attribution to the firm", zh="归因于企业可控"), "-"),
    "recovery": (Text(en="Recovery", zh="服务补救"), "+"),
    "past_experience": (Text(en="Past experience", zh="过往经历"), "+"),
    "expectations": (Text(en="Expectations", zh="期望"), "-"),
    "neuroticism": (Text(en="Neuroticism", zh="神经质"), "-"),
    "extraversion": (Text(en="Extraversion", zh="外向性"), "+"),
    "competition": (Text(en="Competition", zh="竞争强度"), "-"),
    "loyalty_before": (Text(en="Loyalty before", zh="失败前忠诚"), "+"),
}


def failure_rows(n: int, failed: int, used: int, errors: str, clusters: int | None) -> Text:
    """How many customers there are; `used` in the regression, with which `errors`."""
    lost = failed - used
    en = f"{value(failed, 'count')} of {value(n, 'count')} customers met a failure."
    zh = f"{value(n, 'count')} 名客户中有 {value(failed, 'count')} 名遇到服务失败。"
    if lost:
        en += f" {value(lost, 'count')} of them lack an answer and are left out of the regression."
        zh += f"其中 {value(lost, 'count')} 名有缺答，未进入回归。"
    if errors == "cluster":
        en += f" Intervals allow for {value(clusters, 'count')} firms (cluster-robust) [@cameron2015]."
        zh += f"区间考虑了 {value(clusters, 'count')} 家企业的聚类（聚类稳健）[@cameron2015]。"
    elif clusters:
        en += f" With {value(clusters, 'count')} firms there are too few for cluster-robust errors [@cameron2015]: intervals take customers as independent (HC3) and may be too narrow."
        zh += f"{value(clusters, 'count')} 家企业过少，不宜用聚类稳健标准误 [@cameron2015]：区间把客户视为独立（HC3），可能过窄。"
    return Text(en=en, zh=zh)


def failure_determinants(rows: Sequence[Mapping[str, Any]], r2: float) -> list[Text]:
    """`rows`: ``term, value, low, high`` (standardized) of the terms in `DETERMINANTS`."""

    def of(part: Sequence[Mapping[str, Any]]) -> Text:
        labels = [DETERMINANTS[r["term"]][0] for r in part]
        return Text(
            en=names([t.en[0].lower() + t.en[1:] for t in labels]).en,
            zh=names([t.zh for t in labels]).zh,
        )

    judged = [r for r in rows if r["term"] != "loyalty_before"]
    found: dict[str, list[Mapping[str, Any]]] = {"as": [], "against": [], "open": []}
    for r in judged:
        sign = 1 if DETERMINANTS[r["term"]][1] == "+" else -1
        low, high = sorted((sign * r["low"], sign * r["high"]))
        found["as" if low > 0 else "against" if high < 0 else "open"].append(r)
    said = []
    strongest = max(judged, key=lambda r: abs(r["value"]))
    if found["as"]:
        said.append(
            Text(
                en=f"As the study of service quality expects [@quality], loyalty after the failure depends on {of(found['as']).en}.",
                zh=f"与服务质量研究的预期 [@quality] 一致，失败后的忠诚取决于{of(found['as']).zh}。",
            )
        )
    if found["against"]:
        said.append(
            Text(
                en=f"Against expectation runs the effect of {of(found['against']).en}.",
                zh=f"与预期相反的是{of(found['against']).zh}。",
            )
        )
    if found["open"]:
        said.append(
            Text(
                en=f"Open, since the interval holds zero: {of(found['open']).en}.",
                zh=f"区间含零、尚无定论：{of(found['open']).zh}。",
            )
        )
    shown = value(strongest["value"], "bounded", strongest["low"], strongest["high"])
    label = DETERMINANTS[strongest["term"]][0]
    said.append(
        Text(
            en=f"Largest is the coefficient of {escape(label.en.lower())} (β = {shown}); all together they explain {value(r2, 'percent')} of the variance.",
            zh=f"系数最大的是{escape(label.zh)}（β = {shown}）；合计解释 {value(r2, 'percent')} 的方差。",
        )
    )
    return said


def failure_interaction(b: float, low: float, high: float) -> Text:
    """Of the product of recovery and severity."""
    shown = value(b, "bounded", low, high)
    if low > 0 or high < 0:
        more = low > 0
        near = low if more else high
        hair = show(near, "bounded") == show(0.0, "bounded")  # clear of zero, but not in print
        close = Text(en="; the interval only just excludes zero", zh="；区间仅勉强不含零")
        close = close if hair else Text(en="", zh="")
        return Text(
            en=f"Recovery counts {'more' if more else 'less'} the more severe the failure was (recovery × severity: {shown}{close.en}).",
            zh=f"失败越严重，补救的作用越{'大' if more else '小'}（补救 × 严重程度：{shown}{close.zh}）。",
        )
    return Text(
        en=f"Whether recovery counts more or less after a severe failure is open (recovery × severity: {shown}).",
        zh=f"补救的作用是否随严重程度而变尚无定论（补救 × 严重程度：{shown}）。",
    )


_GAP = {
    "between": (
        Text(
            en="customers with an excellent recovery, compared with customers who met no failure,",
            zh="获得出色补救的客户与未遇失败的客户相比",
        )
    ),
    "within": (
        Text(
            en="the same customers, after an excellent recovery compared with before the failure,",
            zh="同一批客户在出色补救之后与失败之前相比",
        )
    ),
    "change": (
        Text(
            en="customers with an excellent recovery, by their change beyond that of customers who met no failure,",
            zh="获得出色补救的客户，其变化与未遇失败客户的变化相比",
        )
    ),
}


def failure_gap(kind: str, gap: Gap) -> Text:
    """One comparison: `kind` is ``between``, ``within`` or ``change``."""
    who = _GAP[kind]
    shown = value(gap.d, "number", gap.d_low, gap.d_high)
    margin = escape(show(gap.margin, "number"))
    en, zh = {
        "paradox": ("are more loyal: a recovery paradox", "更忠诚：存在补救悖论"),
        "none": ("are less loyal: no recovery paradox", "较不忠诚：不存在补救悖论"),
        "equal": (
            f"are as loyal, within ±{margin} standard deviations: repaired, but no paradox",
            f"同样忠诚（相差不超过 ±{margin} 个标准差）：得到修复，但无悖论",
        ),
        "open": (
            "may be more or less loyal: the interval settles nothing",
            "可能更忠诚也可能不然：区间未能定论",
        ),
    }[gap.verdict]
    return Text(
        en=f"{who.en[0].upper()}{who.en[1:]} {en} (difference {shown} standard deviations, n = {value(gap.n, 'count')}).",
        zh=f"{who.zh}，{zh}（差 {shown} 个标准差，n = {value(gap.n, 'count')}）。",
    )


def failure_verdict(gaps: Mapping[str, Gap]) -> Text:
    """What the comparisons say together."""
    found = {g.verdict for g in gaps.values()}
    if found == {"paradox"}:
        en = "All comparisons agree on a recovery paradox in these data."
        zh = "各项比较一致：这些数据中存在补救悖论。"
    elif "paradox" in found:
        en = "The comparisons do not agree: a paradox in one of them may come from who is compared with whom."
        zh = "各项比较不一致：个别比较中的悖论可能源于比较对象的选取。"
    elif found <= {"none", "equal"}:
        en = "None of the comparisons shows a recovery paradox, and their intervals are narrow enough to say so."
        zh = "各项比较均未见补救悖论，且区间足够窄，可作此判断。"
    else:
        en = "No comparison shows a recovery paradox, but not all intervals are narrow enough to rule it out."
        zh = "没有比较显示补救悖论，但并非所有区间都窄到足以排除。"
    return Text(
        en=f"{en} Customers who rate the recovery as excellent are no random selection: those who were loyal before may rate better, so a difference is no effect of the recovery [@mccollough1992; @dematos2007].",
        zh=f"{zh}给出色补救评分者并非随机选出：原本忠诚者评分可能更高，故差异不等于补救的效果 [@mccollough1992; @dematos2007]。",
    )


def failure_severity(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``label`` (Text), ``d, d_low, d_high``: the gap after mild and severe failures."""
    en = "; ".join(
        f"after {r['label'].en.lower()} failures {value(r['d'], 'number', r['d_low'], r['d_high'])}"
        for r in rows
    )
    zh = "；".join(
        f"{r['label'].zh}失败后 {value(r['d'], 'number', r['d_low'], r['d_high'])}" for r in rows
    )
    apart = len(rows) == 2 and (
        rows[0]["d_low"] > rows[1]["d_high"] or rows[1]["d_low"] > rows[0]["d_high"]
    )
    known = not any(math.isnan(r["d"]) for r in rows)
    end_en = (
        "the two intervals do not overlap"
        if apart
        else "the two intervals overlap, so the two need not differ"
    )
    end_zh = "两区间不重叠" if apart else "两区间重叠，未必不同"
    if not known or len(rows) < 2:
        end_en, end_zh = "there is nothing to compare it with", "无可比较"
    return Text(
        en=f"The gap to customers without a failure is, in standard deviations, {en}; {end_en}.",
        zh=f"与未遇失败客户之差（标准差）：{zh}；{end_zh}。",
    )
