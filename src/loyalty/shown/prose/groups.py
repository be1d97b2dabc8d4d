"""Sentences of industries and firms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown.prose.words import be, names, significant, value

LEVELS = {
    "configural": Text(en="configural", zh="构型等值"),
    "metric": Text(en="metric", zh="载荷等值"),
    "scalar": Text(en="scalar", zh="截距等值"),
    "strict": Text(en="strict", zh="严格等值"),
}
#: Released items that a sentence names.
LISTED = 3

INVARIANCE = {
    "configural": Text(en="form", zh="构型"),
    "metric": Text(en="+ loadings", zh="＋载荷"),
    "scalar": Text(en="+ intercepts", zh="＋截距"),
    "strict": Text(en="+ residuals", zh="＋残差"),
}


def left_out(reasons: Mapping[str, Text], levels: Mapping[str, Text]) -> Text:
    """Levels of the group that take no part in the comparison, and why."""
    en = "; ".join(f"{escape(levels[k].en)} ({escape(why.en)})" for k, why in reasons.items())
    zh = "；".join(f"{escape(levels[k].zh)}（{escape(why.zh)}）" for k, why in reasons.items())
    return Text(en=f"Left out of the comparison: {en}.", zh=f"未纳入比较：{zh}。")


def invariance(steps: pd.DataFrame, cfi: Threshold, rmsea: Threshold) -> Text:
    """`steps`: ``level, delta_cfi, delta_rmsea`` (and ``partial``) from configural on.

    A step holds when CFI falls and RMSEA rises by no more than the cut-offs; where a level was
    fitted again with equalities released, that model decides.
    """
    held, failed, partial = "configural", None, False
    rows = steps.to_dict("records")
    for level in dict.fromkeys(row["level"] for row in rows[1:]):
        row = [r for r in rows if r["level"] == level][-1]
        if cfi.met(-row["delta_cfi"]) and rmsea.met(row["delta_rmsea"]):
            held = level
            partial = partial or bool(row.get("partial", False))
        else:
            failed = level
            break
    rule = f"ΔCFI ≥ −{escape(show(cfi.value, 'bounded', decimals=3))} [@{cfi.cite}], ΔRMSEA ≤ {escape(show(rmsea.value, 'bounded', decimals=3))} [@{rmsea.cite}]"
    means = {
        "configural": (
            "neither paths nor means may be compared as if they were on one scale",
            "路径与均值都不可视为同一尺度而比较",
        ),
        "metric": (
            "paths may be compared; differences between means also reflect items that work differently",
            "路径可以比较；均值差异还反映题项的作用不同",
        ),
        "scalar": ("paths and latent means may be compared", "路径与潜均值均可比较"),
        "strict": ("paths, latent means and scores may be compared", "路径、潜均值与得分均可比较"),
    }[held]
    if held == "strict" and partial:
        means = (
            "paths and latent means may be compared; scale scores still carry the released items",
            "路径与潜均值可以比较；量表得分仍含已释放的题项",
        )
    name = f"{'partial ' if partial else ''}{held}"
    name_zh = f"{'部分' if partial else ''}{LEVELS[held].zh}"
    rule_zh = rule.replace("], Δ", "]，Δ")
    en = f"Under the rule {rule} the {name} model holds: {means[0]}."
    zh = f"按规则 {rule_zh}，{name_zh}模型成立：{means[1]}。"
    if failed:
        en += f" The {failed} model does not hold."
        zh += f"{LEVELS[failed].zh}模型不成立。"
    return Text(en=en, zh=zh)


def released(
    rows: Sequence[Mapping[str, Any]],
    held_back: Sequence[Mapping[str, Any]],
    levels: Mapping[str, Text],
    cut: Threshold,
) -> list[Text]:
    """`rows`, `held_back`: ``level, item, group, change`` in the order of release."""
    size = escape(show(cut.value, "bounded"))
    said = [
        Text(
            en=f"An equality was released if its score test was significant after Bonferroni's correction and the expected standardized change at least {size} in size [@{cut.cite}], the largest statistic first, as long as two items a construct stayed equal [@byrne1989].",
            zh=f"释放规则：得分检验经 Bonferroni 校正后显著，且预期标准化变化的绝对值不小于 {size} [@{cut.cite}]；从统计量最大者开始，且每个构念至少保留两个相等题项 [@byrne1989]。",
        )
    ]
    if not rows:
        said.append(
            Text(
                en="No equality met this rule: nothing had to be released.",
                zh="没有等值约束符合该规则：无需释放。",
            )
        )
    else:
        what = {"metric": ("loading", "载荷"), "scalar": ("intercept", "截距")}
        en = [
            f"the {what[r['level']][0]} of {escape(r['item'])} ({escape(levels[r['group']].en)}, expected change {value(r['change'], 'bounded')})"
            for r in rows
        ]
        zh = [
            f"{escape(r['item'])} 的{what[r['level']][1]}（{escape(levels[r['group']].zh)}，预期变化 {value(r['change'], 'bounded')}）"
            for r in rows
        ]
        shown_en, shown_zh = "; ".join(en[:LISTED]), "；".join(zh[:LISTED])
        if len(rows) > LISTED:
            shown_en += f"; and {len(rows) - LISTED} more, as in the table"
            shown_zh += f"；其余 {len(rows) - LISTED} 个见表"
        said.append(
            Text(
                en=f"Released, in this order: {shown_en}. A released intercept is a question that people who stand equally high answer differently in the group named; a released loading is one that follows the construct more or less closely there.",
                zh=f"依次释放：{shown_zh}。释放截距，表示构念水平相同的人在所列组别对该题的回答不同；释放载荷，表示该题在所列组别与构念的联系更紧或更松。",
            )
        )
    if held_back:
        listed = names(list(dict.fromkeys(str(r["item"]) for r in held_back)))
        said.append(
            Text(
                en=f"The rule would also release {listed.en}, but their constructs would be left with less than two equal items; comparisons of these constructs stay doubtful.",
                zh=f"按规则还应释放 {listed.zh}，但其构念将不足两个相等题项；这些构念的比较仍然存疑。",
            )
        )
    return said


def _by_unit(
    independent: int, clustered: int | None, n: int, what: tuple[str, str], units: str
) -> Text:
    """How many of n differ, with respondents and then with clusters as independent."""
    if not independent and not clustered:
        either = "" if clustered is None else f", and none if {units} are the independent units"
        zh_either = "" if clustered is None else "；若以更高一级单位为独立，亦无"
        return Text(
            en=f"Of {n} {what[0]}, none is clear after Holm's correction if respondents are taken as independent{either}.",
            zh=f"若视受访者为独立，{n} {what[1]}经 Holm 校正均不显著{zh_either}。",
        )
    en = f"Of {n} {what[0]}, {independent} {be(independent)} clear after Holm's correction if respondents are taken as independent"
    zh = f"若视受访者为独立，{n} {what[1]}中有 {independent} 个经 Holm 校正后显著"
    if clustered is None:
        return Text(en=f"{en}.", zh=f"{zh}。")
    fewer = clustered < independent
    en += f", and {clustered} if {units} are the independent units"
    zh += f"；若以更高一级单位为独立，则为 {clustered} 个"
    if fewer:
        en += ": what looks like a difference between the groups may be no more than which units happen to stand for them"
        zh += "：看似组间的差异，可能只是抽到哪些单位的结果"
    return Text(en=f"{en}.", zh=f"{zh}。")


def not_by_firm(reason: str) -> Text:
    """Why a comparison is not repeated with firms as the independent units."""
    return Text(
        en=f"This cannot be repeated with firms as the independent units ({escape(reason)}).",
        zh=f"无法以企业为独立单位重复此比较（{escape(reason)}）。",
    )


def latent_means(
    rows: pd.DataFrame, label: Mapping[str, str], levels: Mapping[str, Text], count: int | None
) -> list[Text]:
    """`rows`: ``construct, group_a, group_b, value, low, high, p_holm`` (and ``cl_p_holm``).

    `count`: how many clusters there are, where their intervals are given.
    """
    found = sum(significant(p) for p in rows["p_holm"])
    firm = None
    if "cl_p_holm" in rows:
        firm = sum(significant(p) for p in rows["cl_p_holm"])
    said = [
        _by_unit(
            found,
            firm,
            len(rows),
            ("differences between groups", "个组间差异"),
            f"the {count} firms",
        )
    ]
    top = rows.iloc[int(np.nanargmax(rows["value"].abs()))]
    shown = value(top["value"], "number", top["low"], top["high"])
    a, b = levels[top["group_a"]], levels[top["group_b"]]
    said.append(
        Text(
            en=f"The largest is {escape(label[top['construct']])}, {escape(a.en)} against {escape(b.en)}: {shown} standard deviations.",
            zh=f"最大的是{escape(label[top['construct']])}，{escape(a.zh)}对{escape(b.zh)}：{shown} 个标准差。",
        )
    )
    if "cl_low" in rows:
        wide = value(top["cl_low"], "number"), value(top["cl_high"], "number")
        said.append(
            Text(
                en=f"Allowing for firms its interval runs from {wide[0]} to {wide[1]}, and with so few firms even that is an approximation.",
                zh=f"考虑企业后，其区间为 {wide[0]} 至 {wide[1]}；企业如此之少，这也只是近似。",
            )
        )
    return said


def scores(
    tests: pd.DataFrame, pairs: pd.DataFrame, levels: Mapping[str, Text], firms: bool
) -> list[Text]:
    """`tests`: ``construct, p_holm, omega2`` (and ``cl_p_holm``); `pairs`: ``construct, group_a,
    group_b, hedges_g, g_lower, g_upper``."""
    found = sum(significant(p) for p in tests["p_holm"])
    firm = sum(significant(p) for p in tests["cl_p_holm"]) if firms else None
    said = [
        _by_unit(
            found,
            firm,
            len(tests),
            ("comparisons of a score over the groups", "个得分的组间比较"),
            "firms",
        )
    ]
    top = tests.iloc[int(np.nanargmax(tests["omega2"]))]
    said.append(
        Text(
            en=f"The groups account for at most {value(max(top['omega2'], 0.0), 'percent')} of the variance of a score ({escape(top['construct'])}).",
            zh=f"分组最多解释一个得分方差的 {value(max(top['omega2'], 0.0), 'percent')}（{escape(top['construct'])}）。",
        )
    )
    if len(pairs):
        far = pairs.iloc[int(np.nanargmax(pairs["hedges_g"].abs()))]
        shown = value(far["hedges_g"], "number", far["g_lower"], far["g_upper"])
        a, b = levels[far["group_a"]], levels[far["group_b"]]
        said.append(
            Text(
                en=f"The largest difference between two groups is that in {escape(far['construct'])}, {escape(a.en)} against {escape(b.en)} (g = {shown}).",
                zh=f"两组间差异最大的是{escape(far['construct'])}：{escape(a.zh)}对{escape(b.zh)}（g = {shown}）。",
            )
        )
    return said


def other_groups(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``group`` (a Text), ``different``, ``scores``, ``omega2`` a further grouping."""
    some = [r for r in rows if r["different"]]
    if not some:
        return Text(
            en="By none of these groupings does a score differ after Holm's correction; differences too small to be found are not excluded.",
            zh="按这些分组，经 Holm 校正后得分均无差异；但不排除过小而未被发现的差异。",
        )
    listed = names([r["group"].en for r in some]).en, names([r["group"].zh for r in some]).zh
    top = max(r["omega2"] for r in some)
    return Text(
        en=f"Scores differ by {listed[0].lower()}; the grouping accounts for at most {value(top, 'percent')} of a score's variance.",
        zh=f"得分因{listed[1]}而异；分组最多解释得分方差的 {value(top, 'percent')}。",
    )


def differences(rows: pd.DataFrame) -> Text:
    """`rows`: ``id, p_holm`` a path (and ``cl_p_holm``)."""
    found = [r["id"] for r in rows.to_dict("records") if significant(r["p_holm"])]
    if not found:
        said = Text(
            en=f"After Holm's correction none of {len(rows)} paths differs between the groups; that is no proof that they are equal.",
            zh=f"经 Holm 校正，{len(rows)} 条路径均未见组间差异；但这不证明其相等。",
        )
    else:
        said = Text(
            en=f"After Holm's correction {len(found)} of {len(rows)} paths {'differs' if len(found) == 1 else 'differ'} between the groups: {names(found).en}.",
            zh=f"经 Holm 校正，{len(rows)} 条路径中有 {len(found)} 条存在组间差异：{names(found).zh}。",
        )
    if "cl_p_holm" not in rows or not found:
        return said
    firm = [r["id"] for r in rows.to_dict("records") if significant(r["cl_p_holm"])]
    return Text(
        en=f"{said.en} With firms as the independent units, of which each group has few, {names(firm).en if firm else 'none'} would remain.",
        zh=f"{said.zh}若以企业为独立单位（每组企业很少），仍有差异的为：{names(firm).zh}。",
    )


def clustering(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``construct, icc, low, high, design, se, se_cluster`` a score."""
    top = max(rows, key=lambda r: r["icc"])
    shown = value(top["icc"], "bounded", top["low"], top["high"])
    wider = value(top["se_cluster"] / top["se"], "number")
    return Text(
        en=f"Most alike are the customers of one firm in {escape(top['construct'])} (ICC = {shown}, design effect {value(top['design'], 'number')}): the cluster-robust standard error of its mean is {wider} times that of independent respondents. Where this report does not say that it allows for firms, its intervals take respondents as independent.",
        zh=f"同一企业客户最相似的是{escape(top['construct'])}（ICC = {shown}，设计效应 {value(top['design'], 'number')}）：其均值的聚类稳健标准误为独立受访者时的 {wider} 倍。本报告未注明考虑企业之处，区间均视受访者为独立。",
    )


def importance_by_firm(
    table: pd.DataFrame,
    label: Mapping[str, str],
    maps: int,
    borrowed: Sequence[str],
    missing: Sequence[str],
) -> list[Text]:
    """`table`: ``construct, quadrant, low, high`` a point; `borrowed`: the levels with the
    importance of all respondents, `missing`: those without a map.
    """
    first = table[table["quadrant"] == "improve"]
    said = []
    if len(first):
        count = first["construct"].value_counts()
        most = [str(c) for c in count.index[count == count.iloc[0]]]
        listed = names([label[c] for c in sorted(most)])
        clear = int((first["low"] > 0).sum())
        said.append(
            Text(
                en=f"Of {maps} maps, most often important and weak {be(len(most))} {listed.en} (in {int(count.iloc[0])}{' each' if len(most) > 1 else ''}).",
                zh=f"{maps} 幅图中，最常出现“重要而表现弱”的是{listed.zh}（{'各 ' if len(most) > 1 else ''}{int(count.iloc[0])} 幅）。",
            )
        )
        if len(borrowed) < maps:
            said.append(
                Text(
                    en=f"Of the {len(first)} point{'s' if len(first) > 1 else ''} in that corner, {clear} {'has' if clear == 1 else 'have'} a total effect whose interval is clear of zero; with fewer respondents each map is less certain than that of all.",
                    zh=f"该象限的 {len(first)} 个点中，{clear} 个的总效应区间不含零；每幅图的受访者较少，不如总图可靠。",
                )
            )
    else:
        said.append(
            Text(
                en=f"In none of {maps} maps is a construct important and weak at once.",
                zh=f"{maps} 幅图中均无重要而表现弱的构念。",
            )
        )
    if len(borrowed) == maps:
        said.append(
            Text(
                en="None has enough respondents for an acceptable model of its own, so every map has the importance of all respondents: they differ in performance alone.",
                zh="均无足够的受访者以单独估计可接受的模型，因此各图的重要性取自全部受访者：各图仅表现不同。",
            )
        )
    elif borrowed:
        listed = names(borrowed)
        said.append(
            Text(
                en=f"Too few respondents for a model of their own, or no acceptable solution: {listed.en} are shown with the importance of all respondents.",
                zh=f"受访者不足以单独估计模型，或没有可接受的解：{listed.zh}采用全部受访者的重要性。",
            )
        )
    if missing:
        listed = names(missing)
        said.append(
            Text(
                en=f"No map is shown of {listed.en}: too few respondents.",
                zh=f"未给出{listed.zh}的图：受访者太少。",
            )
        )
    return said


def ranks(table: pd.DataFrame, problems: Sequence[str]) -> bool:
    """Whether the order of importance may be read at all.

    It may not where a standardized total effect exceeds one or the solution has a fault.
    """
    return not problems and bool((table["importance"].abs() <= 1).all())


def importance(
    table: pd.DataFrame, label: Mapping[str, str], outcome: str, problems: Sequence[str]
) -> Text:
    """`table`: ``construct, importance, low, high, performance, quadrant``."""
    if not ranks(table, problems):
        return Text(
            en="Some total effects here exceed one standard deviation or come from a questionable solution. No order of importance can be read from them, so nothing is named as first in line.",
            zh="此处部分总效应超过一个标准差或来自可疑的解，无法据以判断重要性次序，因此不列出优先改进者。",
        )
    rows = table.to_dict("records")
    corner = {
        q: [label[r["construct"]] for r in rows if r["quadrant"] == q and r["low"] > 0]
        for q in ("improve", "keep")
    }
    doubtful = [label[r["construct"]] for r in rows if r["quadrant"] in corner and r["low"] <= 0]
    what = escape(outcome.lower())
    if corner["improve"]:
        en = f"Important for {what} and weak, so first in line: {names(corner['improve']).en}."
        zh = f"对{escape(outcome)}重要而表现弱、应优先改进：{names(corner['improve']).zh}。"
    else:
        en = f"Nothing is important for {what} and weak at once."
        zh = f"没有对{escape(outcome)}重要而表现弱的构念。"
    if corner["keep"]:
        en += f" Important and strong, to be kept up: {names(corner['keep']).en}."
        zh += f"重要且表现好、应保持：{names(corner['keep']).zh}。"
    if doubtful:
        listed = names(doubtful)
        en += f" The interval of {listed.en} holds zero: its importance is not shown."
        zh += f"{listed.zh}的区间包含零：其重要性未得证实。"
    return Text(en=en, zh=zh)
