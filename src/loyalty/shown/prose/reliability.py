"""Sentences of reliability and exploratory factor analysis."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import mode
from typing import Any

import pandas as pd

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, Verdict
from loyalty.shown.prose.words import NO_BREAK, VERDICTS, equals, names, significant, value
from loyalty.stats.efa import EFA, ParallelAnalysis
from loyalty.stats.reliability import HierarchicalReliability

#: Refusals of these statistics, as patterns, and how Chinese has them.
_REFUSALS = (
    (r"only (\d+) items?: alpha needs (\d+)", r"只有 \1 个题项，α 至少需要 \2 个"),
    (r"only (\d+) items?: ordinal alpha needs (\d+)", r"只有 \1 个题项，有序 α 至少需要 \2 个"),
    (
        r"only (\d+) items?: a one-factor model of its own needs (\d+)",
        r"只有 \1 个题项，单因子模型至少需要 \2 个",
    ),
    (
        r"only (\d+) items?: (?:parallel|factor) analysis needs (\d+)",
        r"只有 \1 个题项，至少需要 \2 个",
    ),
    (r"(\S+) is constant", r"\1 的答案全部相同"),
    (r"(\S+) has no answers", r"\1 没有任何答案"),
    (r"fewer than (\d+) complete rows", r"完整作答不足 \1 份"),
    (r"only (\d+) complete rows.*", r"只有 \1 份完整作答"),
    (r"only 1 group has an alpha.*", "只有一组能算出 α，无从比较"),
    (r"(\S+) has (\d+) distinct answers: too many categories", r"\1 有 \2 种不同答案，类别过多"),
    (r"the (?:polychoric )?correlation matrix is not positive definite.*", "相关矩阵非正定"),
    (r"only (\d+) rows for (\d+) items.*", r"\2 个题项只有 \1 份作答"),
    (r"only 1 factor: .*", "只有一个因子，其下没有可供一般因子概括的因子"),
    (
        r"the case has no group variable of (\d+) levels or fewer",
        r"本案例没有水平数不超过 \1 的分组变量",
    ),
    (r"no construct has two items whose answers vary", "没有构念包含两个答案有变异的题项"),
    (r"no construct has three items whose answers vary", "没有构念包含三个答案有变异的题项"),
    (
        r"no construct has two items answered in a group of sufficient size",
        "没有构念在足够大的组中有两个已作答的题项",
    ),
    (r"the number of factors is not known", "因子数未知"),
    (r"(\d+) factors cannot be estimated from (\d+) items", r"\2 个题项无法估计 \1 个因子"),
    (r"(\S+) and (\S+) have fewer than 2 rows in common", r"\1 与 \2 的共同作答不足 2 份"),
    (r"(\S+) is constant where (\S+) is answered", r"在答了 \2 的人中，\1 的答案全部相同"),
    (r"the sum score (?:without one item )?has no variance", "总分没有变异"),
    (r"there are no correlations", "没有可用的相关"),
    (r"the one-factor model does not converge", "单因子模型未收敛"),
)


#: The rules on the number of factors, by the name that :func:`loyalty.analyses.reliability.scales.factor_count` gives.
RULES = {
    "parallel-factors": Text(
        en="Parallel analysis, factors, 95th percentile", zh="平行分析，因子，第 95 百分位"
    ),
    "parallel-components": Text(
        en="Parallel analysis, components, 95th percentile", zh="平行分析，主成分，第 95 百分位"
    ),
    "map-squared": Text(en="Minimum average partial, squared", zh="最小平均偏相关，平方"),
    "map-fourth": Text(en="Minimum average partial, fourth power", zh="最小平均偏相关，四次方"),
    "scree": Text(en="Scree: sharpest bend", zh="碎石图：最急转折"),
    "kaiser": Text(en="Eigenvalues above one", zh="特征值大于 1"),
}
KINDS = {
    "pearson": Text(en="Pearson", zh="Pearson 相关"),
    "polychoric": Text(en="polychoric", zh="多分相关"),
}


def solution_name(row: Mapping[str, Any]) -> Text:
    """A solution by its ``kind, method, rotation``."""
    method = {"ml": "ML"}.get(row["method"], row["method"])
    plain = f"{method} · {row['rotation']}"
    if row["kind"] == "pearson":
        return Text(en=plain, zh=plain)
    kind = KINDS[row["kind"]]
    return Text(en=f"{plain} · {kind.en}", zh=f"{plain} · {kind.zh}")


def met(cut: Threshold, low: float, high: float) -> Text:
    """The verdict of an interval in one word, for a table."""
    return VERDICTS[cut.verdict(low, high)]


def refusal(refused: object) -> Text:
    """Why a statistic could not be computed, in both languages where the reason is a known one."""
    reason = str(refused)
    for pattern, chinese in _REFUSALS:
        found = re.fullmatch(pattern, reason)
        if found:
            return Text(en=reason, zh=found.expand(chinese))
    return Text(en=reason, zh=reason)


#: What a refusal is about, by the names that :mod:`loyalty.analyses.reliability.scales` gives.
_PARTS = {
    "matrix-pearson": Text(en="Pearson correlations", zh="Pearson 相关"),
    "matrix-polychoric": Text(en="polychoric correlations", zh="多分相关"),
    "kmo-pearson": Text(en="adequacy on Pearson correlations", zh="Pearson 相关的适当性"),
    "kmo-polychoric": Text(en="adequacy on polychoric correlations", zh="多分相关的适当性"),
    "parallel-pearson": Text(
        en="parallel analysis on Pearson correlations", zh="基于 Pearson 相关的平行分析"
    ),
    "parallel-polychoric": Text(
        en="parallel analysis on polychoric correlations", zh="基于多分相关的平行分析"
    ),
    "target": Text(en="the rotation to the plan", zh="向计划结构的旋转"),
}


def refusals(refused: Sequence[tuple[str, str]]) -> list[Text]:
    """One sentence for each (name, reason): what is missing in this place, and why."""
    said = []
    for name, reason in refused:
        why, part = refusal(reason), _PARTS.get(name, Text(en=name, zh=name))
        if name.startswith("solution-"):
            row = dict(zip(("kind", "method", "rotation"), name.split("-")[1:], strict=True))
            solution = solution_name(row)
            part = Text(en=f"the solution {solution.en}", zh=f"解“{solution.zh}”")
        said.append(
            Text(
                en=f"Not to be had here: {escape(part.en)} ({escape(why.en)}).",
                zh=f"此处无法得到{escape(part.zh)}（{escape(why.zh)}）。",
            )
        )
    return said


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
    if len(by["met"]) == len(rows) > 2:
        low, high = min(rows, key=lambda r: r["value"]), max(rows, key=lambda r: r["value"])
        ends = [f"{value(r['value'], 'bounded')} ({escape(r['label'])})" for r in (low, high)]
        ends_zh = [f"{value(r['value'], 'bounded')}（{escape(r['label'])}）" for r in (low, high)]
        said.append(
            Text(
                en=f"Every alpha is at least {mark} [@{cut.cite}] with its whole interval; they run "
                f"from {ends[0]} to {ends[1]}.",
                zh=f"所有 α 的整个区间都不低于 {mark} [@{cut.cite}]，从 {ends_zh[0]}到 {ends_zh[1]}。",
            )
        )
    elif by["met"]:
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
        why = refusal(reason)
        said.append(
            Text(
                en=f"{escape(label)} has no alpha ({escape(why.en)}).",
                zh=f"{escape(label)} 无法计算 α（{escape(why.zh)}）。",
            )
        )
    return said


def coefficients(rows: Sequence[Mapping[str, Any]]) -> list[Text]:
    """How far alpha and omega lie apart; `rows`: ``label, value`` and, where there is one, ``omega``."""
    both = [r for r in rows if r.get("omega") is not None]
    if not both:
        return [
            Text(
                en="No construct has three items or more, so alpha stands alone.",
                zh="没有构念包含三个及以上题项，因此只能报告 α。",
            )
        ]
    gap = {r["label"]: abs(r["omega"] - r["value"]) for r in both}
    far = max(gap, key=lambda label: gap[label])
    wide = gap[far]
    shown = value(wide, "bounded")
    if wide < 0.02:
        en = (
            f"Alpha and omega differ by {shown} at most ({escape(far)}): the items of each scale "
            "carry about equal weight, which is what alpha takes for granted."
        )
        zh = (
            f"α 与 ω 至多相差 {shown}（{escape(far)}）：各量表题项的权重大致相等，这正是 α 的前提。"
        )
    else:
        en = (
            f"Alpha and omega lie farthest apart for {escape(far)}, by {shown}: its items do not "
            "carry equal weight, and omega [@mcdonald1999], which does not need them to, is the one "
            "to read."
        )
        zh = (
            f"α 与 ω 相差最大的是 {escape(far)}（{shown}）：其题项权重并不相等，"
            "应以不要求等权的 ω [@mcdonald1999] 为准。"
        )
    return [Text(en=en, zh=zh)]


def omega_of_scales(
    rows: Sequence[Mapping[str, Any]],
    refused: Sequence[tuple[str, str]],
    cut: Threshold,
    draws: int,
) -> list[Text]:
    """`rows`: ``label, omega_low, omega_high, heywood (text), draws_heywood, draws_used`` a construct."""
    mark = escape(show(cut.value, "bounded"))
    found: dict[Verdict, list[str]] = {"met": [], "open": [], "not met": []}
    for row in rows:
        found[cut.verdict(row["omega_low"], row["omega_high"])].append(row["label"])
    said = []
    if rows:
        parts_en, parts_zh = [], []
        for verdict, en, zh in (
            ("met", "lies above {m} with its whole interval for {n}", "整个区间高于 {m}：{n}"),
            ("open", "is open at {m} for {n}", "在 {m} 上未定：{n}"),
            ("not met", "lies below {m} with its whole interval for {n}", "整个区间低于 {m}：{n}"),
        ):
            if found[verdict]:  # type: ignore[index]
                listed = names(found[verdict])  # type: ignore[index]
                if verdict == "met" and len(found["met"]) == len(rows) > 2:
                    listed = Text(en="every scale", zh="全部量表")
                parts_en.append(en.format(m=mark, n=listed.en))
                parts_zh.append(zh.format(m=mark, n=listed.zh))
        said.append(
            Text(
                en=f"Omega {'; it '.join(parts_en)} [@{cut.cite}].",
                zh=f"ω {'；'.join(parts_zh)} [@{cut.cite}]。",
            )
        )
    improper = [r for r in rows if r["heywood"]]
    shaky = [
        r for r in rows if not r["heywood"] and r["draws_heywood"] > 0.05 * r["draws_used"] > 0
    ]
    for row in improper:
        share = value(row["draws_heywood"] / max(row["draws_used"], 1), "percent")
        said.append(
            Text(
                en=f"**The one-factor model of {escape(row['label'])} is improper**: it leaves "
                f"{escape(row['heywood'])} no error variance (also in {share} of the bootstrap "
                "draws), so its omega is a bound rather than an estimate.",
                zh=f"**{escape(row['label'])} 的单因子模型不当**：{escape(row['heywood'])} 的误差方差被压到下限"
                f"（自助样本中 {share} 亦然），其 ω 只是界限而非估计。",
            )
        )
    if shaky:
        listed = names([r["label"] for r in shaky])
        said.append(
            Text(
                en=f"In more than one in twenty of the {draws:,} bootstrap draws the model of "
                + (
                    f"{listed.en} leaves an item no error variance: its interval is to be read with "
                    "care."
                    if len(shaky) == 1
                    else f"each of {listed.en} leaves an item no error variance: their intervals are "
                    "to be read with care."
                ),
                zh=f"在 {draws:,} 次自助抽样中，{listed.zh} 的模型有超过二十分之一使某题项没有误差方差，其区间须谨慎解读。",
            )
        )
    if refused:
        two = names([label for label, _ in refused])
        said.append(
            Text(
                en=f"A one-factor model of its own cannot be had for {two.en} (fewer than three "
                "items, or answers that do not vary); for two items alpha from standardized "
                "answers, the Spearman–Brown coefficient, is the reliability to report "
                "[@eisinga2013].",
                zh=f"无法为 {two.zh} 单独建立单因子模型（题项少于三个，或答案没有变异）；"
                "两个题项时应报告标准化 α，即 Spearman–Brown 系数 [@eisinga2013]。",
            )
        )
    return said


def ordinal_versions(rows: Sequence[Mapping[str, Any]], categories: int) -> list[Text]:
    """`rows`: ``label, change`` of alpha a construct; `categories`: most answers of an item."""
    gain = {r["label"]: r["change"] for r in rows}
    if not gain:
        return []
    most = max(gain, key=lambda label: abs(gain[label]))
    mean = sum(gain.values()) / len(gain)
    shown, average = value(gain[most], "bounded"), value(mean, "bounded")
    small = abs(gain[most]) < 0.05
    tail_en = (
        f"With up to {categories} answers to choose from, treating them as numbers costs little."
        if small
        else "Some answers are so unevenly used that treating them as numbers understates how "
        "strongly the items hang together."
    )
    tail_zh = (
        f"答案选项多达 {categories} 个时，把它们当作数值处理损失很小。"
        if small
        else "部分题项的答案分布很不均匀，当作数值处理会低估题项间的关联。"
    )
    alike = shown == average
    return [
        Text(
            en=f"On polychoric correlations alpha changes by {average} on average"
            + ("" if alike else f", most for {escape(most)} ({shown})")
            + f". {tail_en}",
            zh=f"改用多分相关后，α 平均变化 {average}"
            + ("" if alike else f"，变化最大的是 {escape(most)}（{shown}）")
            + f"。{tail_zh}",
        )
    ]


def weak_items(
    weak: Sequence[Mapping[str, Any]],
    cut: Threshold,
    better: Sequence[Mapping[str, Any]] = (),
) -> Text:
    """`weak`: ``item, item_total``; `better`: ``item, gain`` of items whose scale gains without."""
    mark = escape(show(cut.value, "bounded"))
    if not weak:
        en = f"Every item correlates at least {mark} with the rest of its scale [@{cut.cite}]."
        zh = f"每个题项与其量表其余部分的相关都不低于 {mark} [@{cut.cite}]。"
    else:
        listed = names([f"{r['item']} ({show(r['item_total'], 'bounded')})" for r in weak])
        en = (
            f"Below the cut-off of {mark} [@{cut.cite}]: {listed.en}. Such an item says little "
            "about what the others of its scale measure; it stays in here, and the robustness "
            "checks leave it out."
        )
        zh = (
            f"低于标准 {mark} [@{cut.cite}] 的题项：{listed.zh}。这样的题项与同量表其他题项所测之物关系甚微；"
            "此处予以保留，稳健性检验会将其剔除。"
        )
    if better:
        listed = names([f"{r['item']} (+{show(r['gain'], 'bounded')})" for r in better])
        en += (
            f" Alpha would be higher without {listed.en}; a gain found in the same data is "
            "partly luck, and no reason to drop a question."
        )
        zh += f"删除后 α 会升高的题项：{listed.zh}；在同一批数据中发现的提升部分出于偶然，不足以成为删题理由。"
    else:
        en += " No scale would gain in alpha by losing an item."
        zh += "没有量表会因删除题项而提高 α。"
    return Text(en=en, zh=zh)


def alphas_in_groups(
    tests: Sequence[Mapping[str, Any]],
    refused: Sequence[tuple[str, str, str]],
    group: str,
) -> list[Text]:
    """`tests`: ``label, least, least_alpha, most, most_alpha, p`` (Holm) a construct.

    `refused`: (construct, group, reason).
    """
    said = []
    differ = [t for t in tests if significant(t["p"])]
    if tests and not differ:
        said.append(
            Text(
                en=f"No construct's alpha differs between the groups ({escape(group)}) beyond chance "
                "after Holm's correction; that is no proof that they are equal.",
                zh=f"经 Holm 校正后，没有构念的 α 在各组（{escape(group)}）间有超出偶然的差异；这并不证明它们相等。",
            )
        )
    for test in differ:
        low = test["least"], test["least_alpha"]
        high = test["most"], test["most_alpha"]
        said.append(
            Text(
                en=f"{escape(test['label'])} is measured less reliably in {escape(low[0])} "
                f"({value(low[1], 'bounded')}) than in {escape(high[0])} "
                f"({value(high[1], 'bounded')}); Holm-corrected *p* {equals(test['p'])}.",
                zh=f"{escape(test['label'])} 在 {escape(low[0])}（{value(low[1], 'bounded')}）的测量信度低于 "
                f"{escape(high[0])}（{value(high[1], 'bounded')}）；Holm 校正 *p* {equals(test['p'])}。",
            )
        )
    for label, level, reason in refused:
        why = refusal(reason)
        said.append(
            Text(
                en=f"{escape(label)} has no alpha in {escape(level)}: {escape(why.en)}.",
                zh=f"{escape(label)} 在 {escape(level)} 无法计算 α：{escape(why.zh)}。",
            )
        )
    if differ:
        said.append(
            Text(
                en="Unequal reliability alone makes correlations differ between groups; models "
                "with latent variables correct for it.",
                zh="仅信度不等就会使各组的相关不同；潜变量模型会对此加以校正。",
            )
        )
    return said


def equal_alphas(tests: Sequence[Mapping[str, Any]]) -> Text:
    """The widest gap between groups; `tests` as :func:`alphas_in_groups` takes them."""
    wide = max(tests, key=lambda t: float(t["most_alpha"]) - float(t["least_alpha"]))
    gap = value(wide["most_alpha"] - wide["least_alpha"], "bounded")
    found = significant(wide["p"])
    return Text(
        en=f"The widest gap between groups has {escape(wide['label'])}: {gap} between "
        f"{escape(wide['least'])} and {escape(wide['most'])}, "
        + (
            "more than chance would bring."
            if found
            else "no more than chance may bring where several scales are compared."
        ),
        zh=f"组间差距最大的是 {escape(wide['label'])}：{escape(wide['least'])} 与 {escape(wide['most'])} 相差 {gap}，"
        + ("超出偶然。" if found else "在比较多个量表时，未超出偶然可能造成的差距。"),
    )


def factorability(rows: Sequence[Mapping[str, Any]], cut: Threshold) -> list[Text]:
    """`rows`: ``kind (pearson, polychoric), kmo, item, item_kmo, chi2, df, p``."""
    first = rows[0]
    chi2 = escape(show(first["chi2"], "number", decimals=1))
    sphere = f"χ²({first['df']:,}) = {chi2}, *p* {equals(first['p'])}".replace(
        " = ", f"{NO_BREAK}= "
    )
    enough = cut.met(first["kmo"])
    mark = escape(show(cut.value, "bounded"))
    shown = value(first["kmo"], "bounded")
    word = ("is high enough", "足够高") if enough else ("is too low", "过低")
    found = significant(first["p"])
    said = [
        Text(
            en=f"Sampling adequacy {word[0]} for factoring (KMO = {shown}, cut-off {mark} "
            f"[@{cut.cite}]), and Bartlett's test [@bartlett1951] "
            f"{'finds correlations to explain' if found else 'finds no correlations to explain'} "
            f"({sphere}), as it does in any survey of this size."
            if found
            else f"Sampling adequacy {word[0]} for factoring (KMO = {shown}, cut-off {mark} "
            f"[@{cut.cite}]), and Bartlett's test [@bartlett1951] finds no correlations to explain "
            f"({sphere}): a factor analysis would factor noise.",
            zh=f"抽样适当性{word[1]}（KMO = {shown}，标准 {mark} [@{cut.cite}]）；Bartlett 球形检验 [@bartlett1951] "
            + (
                f"显示存在可解释的相关（{sphere}），这样规模的调查几乎总是如此。"
                if found
                else f"未发现可解释的相关（{sphere}）：因子分析只会分解噪声。"
            ),
        )
    ]
    low, item = value(first["item_kmo"], "bounded"), escape(first["item"])
    fine = cut.met(first["item_kmo"])
    said.append(
        Text(
            en=f"The least adequate single item is {item} ({low}), "
            + ("still above the cut-off." if fine else "which shares too little with the rest."),
            zh=f"单个题项中适当性最低的是 {item}（{low}），"
            + ("仍高于标准。" if fine else "它与其余题项的共同之处过少。"),
        )
    )
    if len(rows) > 1:
        gap = rows[1]["kmo"] - first["kmo"]
        shown = value(gap, "bounded")
        same = abs(gap) < 0.005
        said.append(
            Text(
                en="On polychoric correlations KMO "
                + ("is the same." if same else f"changes by {shown}."),
                zh="改用多分相关后 KMO " + ("不变。" if same else f"变化 {shown}。"),
            )
        )
    return said


def _span(low: int, high: int, joint: str) -> str:
    return str(low) if low == high else f"{low}{joint}{high}"


def factor_counts(
    chosen: ParallelAnalysis, rules: Sequence[Mapping[str, Any]], planned: int, used: int
) -> list[Text]:
    """`rules`: ``rule, kind, n``; `used`: factors of the solution below."""
    low, high = chosen.factors_range
    n = chosen.n_factors
    kind = "Pearson" if chosen.data == "normal" else "polychoric"
    kind_zh = KINDS[kind.lower()].zh
    least, most = min(r["n"] for r in rules), max(r["n"] for r in rules)
    said = [
        Text(
            en=f"The rules ask for {_span(least, most, ' to ')} factors where {planned} constructs "
            f"were planned. The rule set in advance, parallel analysis of common factors on {kind} "
            f"correlations [@horn1965; @auerswald2019], keeps {n}"
            + (
                "."
                if low == high
                else f"; an eigenvalue lies so near its random counterpart that other random data "
                f"could make it {_span(low, high, ' to ')}."
            ),
            zh=f"各规则给出 {_span(least, most, '至')} 个因子，计划构念为 {planned} 个。事先选定的规则是基于 {kind_zh}的"
            f"共同因子平行分析 [@horn1965; @auerswald2019]，保留 {n} 个"
            + (
                "。"
                if low == high
                else f"；有特征值与随机数据的特征值十分接近，换一批随机数据可能得到 {_span(low, high, '至')} 个。"
            ),
        )
    ]
    if n == planned:
        said.append(
            Text(
                en="The data ask for as many factors as were planned.",
                zh="数据所需因子数与计划一致。",
            )
        )
    elif n < planned:
        said.append(
            Text(
                en="Fewer factors than constructs mean that some constructs are hard to tell apart "
                "from the answers alone; the validity analysis says which.",
                zh="因子少于构念，说明有些构念仅凭答案难以区分；效度分析将指出是哪些。",
            )
        )
    else:
        said.append(
            Text(
                en="More factors than constructs mean that some items share more than their "
                "construct.",
                zh="因子多于构念，说明有些题项除构念外还有其他共同点。",
            )
        )
    if used != n:
        said.append(
            Text(
                en=f"The solution below has {used}, as many as can be estimated.",
                zh=f"下面的解取 {used} 个因子，这是可估计的最大数目。",
            )
        )
    return said


def rules_apart(rules: Sequence[Mapping[str, Any]], planned: int) -> list[Text]:
    """Which rules come out at the plan, and whether the ordinal view changes the count."""
    at_plan = [r for r in rules if r["n"] == planned]
    said = [
        Text(
            en=("None" if not at_plan else f"{len(at_plan)}")
            + f" of {len(rules)} rules come{'' if len(at_plan) > 1 else 's'} out at the {planned} "
            "planned constructs"
            + (
                "."
                if not at_plan or len(at_plan) == len(rules)
                else "; the others do not, and no rule is right in every kind of data "
                "[@auerswald2019]."
            ),
            zh=f"{len(rules)} 条规则中有 {len(at_plan)} 条与 {planned} 个计划构念一致"
            + (
                "。"
                if not at_plan or len(at_plan) == len(rules)
                else "；其余不一致，且没有哪条规则在各类数据中都正确 [@auerswald2019]。"
            ),
        )
    ]
    both = {r["kind"]: r["n"] for r in rules if r["rule"] == "parallel-factors"}
    if len(both) == 2:
        a, b = both["pearson"], both["polychoric"]
        same = a == b
        said.append(
            Text(
                en=f"Parallel analysis of factors keeps {b} on polychoric correlations, "
                + (
                    "as on Pearson correlations."
                    if same
                    else f"against {a} on Pearson correlations: how the answers are treated matters "
                    "here."
                ),
                zh=f"基于多分相关的因子平行分析保留 {b} 个，"
                + (
                    "与 Pearson 相关一致。"
                    if same
                    else f"而基于 Pearson 相关为 {a} 个：对答案的处理方式在此有影响。"
                ),
            )
        )
    return said


def communalities(solution: EFA) -> Text:
    """The range of communalities and what the factors account for."""
    h2 = solution.communalities
    low, high = str(h2.idxmin()), str(h2.idxmax())
    share = value(float(solution.variance["cumulative"].iloc[-1]), "percent")
    shown = value(float(h2.min()), "bounded"), value(float(h2.max()), "bounded")
    en = (
        f"The factors account for {share} of the variance of the items, from {shown[0]} "
        f"({escape(low)}) to {shown[1]} ({escape(high)}) of a single one."
    )
    zh = f"各因子解释题项方差的 {share}，单个题项从 {shown[0]}（{escape(low)}）到 {shown[1]}（{escape(high)}）。"
    if solution.heywood:
        listed = names(solution.heywood)
        en += f" **The solution is improper**: it leaves {listed.en} no variance of its own."
        zh += f"**该解不当**：{listed.zh} 没有留下自身方差。"
    if not solution.converged:
        en += " **The extraction did not converge.**"
        zh += "**抽取未收敛。**"
    return Text(en=en, zh=zh)


def solutions_agree(
    rows: Sequence[Mapping[str, Any]], cut: Threshold, reference: str, n_factors: int
) -> list[Text]:
    """`rows`: ``label, least, heywood, converged`` of the other solutions."""
    if n_factors == 1:
        return [
            Text(
                en="With one factor there is nothing to rotate: the solutions differ by extraction "
                "only.",
                zh="只有一个因子时无需旋转：各解只在抽取方法上不同。",
            )
        ]
    mark = escape(show(cut.value, "bounded"))
    worst = min(rows, key=lambda r: float(r["least"]))
    bad = [r["label"] for r in rows if not cut.met(r["least"])]
    shown = value(worst["least"], "bounded")
    if not bad:
        en = (
            f"Which extraction and rotation one takes matters little: every factor of every other "
            f"solution has its counterpart in the reference ({escape(reference)}) with a congruence "
            f"of {mark} or more [@{cut.cite}], at least {shown} ({escape(worst['label'])})."
        )
        zh = (
            f"抽取与旋转方法影响很小：其他各解的每个因子都能在参照解（{escape(reference)}）中找到一致性不低于 "
            f"{mark} [@{cut.cite}] 的对应因子，最低为 {shown}（{escape(worst['label'])}）。"
        )
    else:
        listed = names(bad)
        en = (
            f"Which extraction and rotation one takes matters: {listed.en} "
            f"{'has' if len(bad) == 1 else 'have'} at least one factor without a counterpart in the "
            f"reference ({escape(reference)}), that is with a congruence below {mark} "
            f"[@{cut.cite}] (least {shown}, {escape(worst['label'])}). Single loadings should not "
            "be read as facts about the items."
        )
        zh = (
            f"抽取与旋转方法会影响结果：{listed.zh} 至少有一个因子在参照解（{escape(reference)}）中没有对应因子，"
            f"即一致性低于 {mark} [@{cut.cite}]（最低 {shown}，{escape(worst['label'])}）。"
            "不应把单个载荷当作题项的固有性质。"
        )
    said = [Text(en=en, zh=zh)]
    improper = [r["label"] for r in rows if r["heywood"] or not r["converged"]]
    if improper:
        listed = names(improper)
        said.append(
            Text(
                en=f"Not to be taken at face value (Heywood case or no convergence): {listed.en}.",
                zh=f"不可直接采信（Heywood 情形或未收敛）：{listed.zh}。",
            )
        )
    return said


def efa(
    loadings: pd.DataFrame, owner: Mapping[str, str], cut: Threshold, phi: pd.DataFrame
) -> list[Text]:
    """Which constructs share their main factor with another, and how factors correlate."""
    marker = cut.value
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
    said = [
        Text(
            en=f"{en} {crossing if crossing else 'None'} of {len(loadings)} items "
            f"load{'' if crossing > 1 else 's'} {mark} or more on two factors [@{cut.cite}].",
            zh=f"{zh}{len(loadings)} 个题项中有 {crossing} 个在两个因子上的载荷不低于 {mark} [@{cut.cite}]。",
        )
    ]
    if len(phi) > 1:
        pairs = [
            (str(a), str(b), float(phi.loc[a, b]))
            for k, a in enumerate(phi.index)
            for b in phi.index[k + 1 :]
        ]
        a, b, r = max(pairs, key=lambda pair: abs(pair[2]))
        shown = value(r, "bounded")
        said.append(
            Text(
                en=f"The factors correlate up to {shown} ({a} with {b}), which an orthogonal "
                "rotation would hide.",
                zh=f"因子间相关最高为 {shown}（{a} 与 {b}），正交旋转会掩盖这一点。",
            )
        )
    return said


def planned_congruence(
    rows: Sequence[Mapping[str, Any]], cut: Threshold, left_out: Sequence[str], draws: int
) -> list[Text]:
    """`rows`: ``label, factor, congruence, low, high, target, chance`` a construct."""
    mark = escape(show(cut.value, "bounded"))
    by: dict[Verdict, list[str]] = {"met": [], "open": [], "not met": []}
    for row in rows:
        if row["factor"] is not None:
            shown = f"{row['label']} ({show(row['congruence'], 'bounded')})"
            by[cut.verdict(row["low"], row["high"])].append(shown)
    alone = [r["label"] for r in rows if r["factor"] is None]
    said = []
    if len(by["met"]) == len(rows) - len(left_out) > 2:
        sure = [r for r in rows if r["factor"] is not None]
        low, high = (f(sure, key=lambda r: float(r["congruence"])) for f in (min, max))
        ends = [(value(r["congruence"], "bounded"), escape(r["label"])) for r in (low, high)]
        said.append(
            Text(
                en="Every construct is found without being told, with the whole bootstrap interval "
                f"({draws:,} draws) above {mark} [@{cut.cite}]: congruences run from {ends[0][0]} "
                f"({ends[0][1]}) to {ends[1][0]} ({ends[1][1]}).",
                zh=f"所有构念无需指明即可找到，整个自助区间（{draws:,} 次）高于 {mark} [@{cut.cite}]："
                f"一致性从 {ends[0][0]}（{ends[0][1]}）到 {ends[1][0]}（{ends[1][1]}）。",
            )
        )
    elif by["met"]:
        listed = names(by["met"])
        said.append(
            Text(
                en=f"Found without being told, with the whole bootstrap interval ({draws:,} draws) "
                f"above {mark} [@{cut.cite}]: {listed.en}.",
                zh=f"无需指明即可找到、整个自助区间（{draws:,} 次）高于 {mark} [@{cut.cite}] 的构念：{listed.zh}。",
            )
        )
    if by["open"]:
        listed = names(by["open"])
        said.append(
            Text(
                en=f"Whether a factor stands for the construct is open at {mark} for {listed.en}.",
                zh=f"因子是否代表该构念，在 {mark} 上未定：{listed.zh}。",
            )
        )
    if by["not met"]:
        listed = names(by["not met"])
        said.append(
            Text(
                en=f"The nearest factor is another thing than the construct, with the whole "
                f"interval below {mark}, for {listed.en}.",
                zh=f"整个区间低于 {mark}、最接近的因子并非该构念：{listed.zh}。",
            )
        )
    if alone:
        listed = names(alone)
        said.append(
            Text(
                en=f"No factor is left for {listed.en}.",
                zh=f"没有因子可与之对应的构念：{listed.zh}。",
            )
        )
    aimed = [r for r in rows if r["target"] is not None and r["chance"] is not None]
    if aimed:
        short = [r["label"] for r in aimed if r["target"] <= r["chance"]]
        if short:
            listed = names(short)
            said.append(
                Text(
                    en="Even when the factors are rotated as near to the plan as can be, the "
                    f"likeness is no greater than what the same rotation brings to items dealt at "
                    f"random [@paunonen1997] for {listed.en}.",
                    zh="即使把因子尽可能旋转到计划结构，其相似程度也不超过对随机分配题项作同样旋转所得 "
                    f"[@paunonen1997] 的构念：{listed.zh}。",
                )
            )
        else:
            said.append(
                Text(
                    en="Rotated to the plan, every construct is more alike to its factor than the "
                    "same rotation makes items dealt at random [@paunonen1997].",
                    zh="旋转到计划结构后，每个构念与其因子的相似程度都超过对随机分配题项作同样旋转所得 [@paunonen1997]。",
                )
            )
    if left_out:
        listed = names(left_out)
        said.append(
            Text(
                en=f"With one item{'' if len(left_out) == 1 else ' each'}, {listed.en} cannot be a "
                f"factor and {'is' if len(left_out) == 1 else 'are'} left out of the rotation to the plan.",
                zh=f"{listed.zh} 只有一个题项，不能成为因子，未纳入向计划结构的旋转。",
            )
        )
    return said


def general_factor(
    found: HierarchicalReliability, scales: Sequence[tuple[str, float, float]], cut: Threshold
) -> list[Text]:
    """`scales`: (label, general, total) a construct."""
    low, high = found.omega_hierarchical_lower, found.omega_hierarchical_upper
    shown = value(found.omega_hierarchical, "bounded", low, high)
    total = value(found.omega_total, "bounded", found.omega_total_lower, found.omega_total_upper)
    mark = escape(show(cut.value, "bounded"))
    verdict = cut.verdict(low, high)
    common = value(found.explained_common_variance, "percent")
    en = {
        "met": f"above {mark} [@{cut.cite}], so one overall score of all questions would chiefly "
        "tell of one thing",
        "open": f"an interval that leaves open whether it reaches {mark} [@{cut.cite}]",
        "not met": f"below {mark} [@{cut.cite}], so one overall score of all questions would mix "
        "several things",
    }[verdict]
    zh = {
        "met": f"高于 {mark} [@{cut.cite}]，因此全部题目的总分主要反映同一事物",
        "open": f"区间尚不能判断是否达到 {mark} [@{cut.cite}]",
        "not met": f"低于 {mark} [@{cut.cite}]，因此全部题目的总分会混合多种事物",
    }[verdict]
    said = [
        Text(
            en=f"A sum of all {found.n_items} items would be reliable (omega total {total}); what "
            f"all items share makes up {shown} of its variance (omega hierarchical), {en}. The "
            f"general factor accounts for {common} of the common variance.",
            zh=f"全部 {found.n_items} 个题项之和本身可靠（ω 总 {total}）；所有题项的共同部分占其方差的 {shown}（ω 层级），"
            f"{zh}。一般因子占共同方差的 {common}。",
        )
    ]
    if verdict == "met" and found.explained_common_variance < 0.5:
        said.append(
            Text(
                en="That is less than half of it: with many items even a weak general factor adds "
                "up in the sum, while the group factors, each in few items, do not. The scores of "
                "the constructs say what the sum does not.",
                zh="这不到一半：题项众多时，即使较弱的一般因子也会在总和中累积，而各自只涉及少数题项的组因子则不会。"
                "总和未能反映的内容，要看各构念得分。",
            )
        )
    if scales:
        most = max(scales, key=lambda s: s[1] / s[2] if s[2] > 0 else 0.0)
        least = min(scales, key=lambda s: s[1] / s[2] if s[2] > 0 else 0.0)
        said.append(
            Text(
                en=f"Of what is reliable in a construct's score, the general factor makes up most in "
                f"{escape(most[0])} ({value(most[1] / most[2], 'percent')}) and least in "
                f"{escape(least[0])} ({value(least[1] / least[2], 'percent')}).",
                zh=f"在构念得分的可靠部分中，一般因子所占最多的是 {escape(most[0])}"
                f"（{value(most[1] / most[2], 'percent')}），最少的是 {escape(least[0])}"
                f"（{value(least[1] / least[2], 'percent')}）。",
            )
        )
    if found.n_factors == 2:
        said.append(
            Text(
                en="With two group factors the general factor is not identified without taking "
                "both to load equally on it, as is done here.",
                zh="只有两个组因子时，须假定两者在一般因子上的载荷相等才能识别，此处即如此处理。",
            )
        )
    if found.negative_items:
        listed = names(found.negative_items)
        said.append(
            Text(
                en=f"{listed.en} {'runs' if len(found.negative_items) == 1 else 'run'} against the "
                "general factor.",
                zh=f"{listed.zh} 与一般因子方向相反。",
            )
        )
    return said
