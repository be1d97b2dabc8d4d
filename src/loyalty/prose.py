"""Sentences made from numbers, in English and Chinese from one place.

Every function returns a :class:`loyalty.study.Text` of Markdown. Wordings hedge as far as the
interval does: a cut-off inside an interval leaves the question open.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from statistics import mode
from typing import Any

import pandas as pd

from loyalty import sem
from loyalty.markdown import escape
from loyalty.numbers import Kind, interval, show
from loyalty.stats.descriptives import Correlations, NetPromoterScore
from loyalty.stats.efa import BartlettSphericity
from loyalty.study import Hypothesis, Text
from loyalty.thresholds import Threshold, Verdict, threshold

#: Keeps a number together with its sign, its unit and its interval.
NO_BREAK = "\u00a0"

VERDICTS: dict[Verdict, Text] = {
    "met": Text(en="met", zh="达到"),
    "not met": Text(en="not met", zh="未达到"),
    "open": Text(en="open", zh="未定"),
}


def text(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


def join(sentences: Sequence[Text]) -> Text:
    """Sentences as one paragraph: with spaces in English, without in Chinese."""
    return Text(en=" ".join(s.en for s in sentences), zh="".join(s.zh for s in sentences))


def names(labels: Sequence[str]) -> Text:
    """A list of names: ``a, b and c`` / ``a、b和c``."""
    safe = [escape(label) for label in labels]
    if len(safe) < 2:
        return Text(en="".join(safe) or "none", zh="".join(safe) or "无")
    return Text(
        en=f"{', '.join(safe[:-1])} and {safe[-1]}",
        zh=f"{'、'.join(safe[:-1])}和{safe[-1]}",
    )


def cannot(reason: str) -> Text:
    return Text(
        en=f"This analysis cannot be done here: {escape(reason)}.",
        zh=f"此处无法进行该分析：{escape(reason)}。",
    )


def value(number: object, kind: Kind, low: object = None, high: object = None) -> str:
    """A number with its 95 % interval where it has one, ready for a sentence."""
    shown = escape(show(number, kind))
    if low is not None and high is not None:
        shown = f"{shown} {escape(interval(low, high, kind))}"
    return shown.replace(" ", NO_BREAK)


def verdict(cut: Threshold, low: float, high: float) -> Text:
    """Whether an interval lies on the good side of a cited cut-off."""
    mark = escape(show(cut.value, "number"))
    side = {"above": ("at least", "不低于"), "below": ("at most", "不高于")}[cut.good]
    found = cut.verdict(low, high)
    en = {
        "met": f"meets the cut-off of {side[0]} {mark}",
        "not met": f"misses the cut-off of {side[0]} {mark}",
        "open": f"leaves open whether the cut-off of {side[0]} {mark} is met",
    }[found]
    zh = {
        "met": f"达到{side[1]} {mark} 的标准",
        "not met": f"未达到{side[1]} {mark} 的标准",
        "open": f"是否达到{side[1]} {mark} 的标准尚无定论",
    }[found]
    return Text(en=f"{en} [@{cut.cite}]", zh=f"{zh} [@{cut.cite}]")


# --- data audit ------------------------------------------------------------------------------
def missing(share: float, complete: int, n: int) -> Text:
    if share == 0:
        return Text(en="No answer is missing.", zh="没有缺失答案。")
    part, full = value(share, "percent"), value(complete / n, "percent")
    return Text(
        en=f"{part} of the answers are missing, and {full} of the respondents answered every item.",
        zh=f"{part} 的答案缺失，{full} 的受访者回答了全部题项。",
    )


def little(chi2: float, df: int, p: float, cut: Threshold) -> Text:
    test = f"χ²({df}) = {value(chi2, 'number')}, *p* {_equals(p)}"
    if cut.met(p):
        return Text(
            en=f"Little's test speaks against answers missing completely at random ({test}): "
            "complete cases alone would be a selected sample, so the models use all answers "
            "by full-information maximum likelihood.",
            zh=f"Little 检验不支持完全随机缺失（{test}）：仅用完整个案会造成样本选择，"
            "因此模型以全信息极大似然法使用所有答案。",
        )
    return Text(
        en=f"Little's test gives no reason to doubt that answers are missing completely at random "
        f"({test}); it cannot show that they are.",
        zh=f"Little 检验未提供质疑完全随机缺失的理由（{test}）；但它也不能证明这一点。",
    )


def _significant(p: float) -> bool:
    return p < threshold("significance").value


def _equals(p: float) -> str:
    shown = escape(show(p, "p"))
    whole = shown if shown.startswith("\\<") else f"= {shown}"
    return whole.replace(" ", NO_BREAK)


def careless(flagged: int, n: int) -> Text:
    share = value(flagged / n, "percent")
    return Text(
        en=f"{flagged:,} of {n:,} respondents ({share}) show two signs or more. A sign is no proof: "
        "they stay in, and the robustness checks repeat the main model without them.",
        zh=f"{n:,} 名受访者中有 {flagged:,} 名（{share}）出现两个及以上迹象。迹象并非证据："
        "他们仍留在样本中，稳健性检验会在剔除他们后重估主模型。",
    )


def normality(n: int, skewness_p: float, kurtosis_z: float, kurtosis_p: float) -> Text:
    test = f"*z* = {value(kurtosis_z, 'number')}, *p* {_equals(kurtosis_p)}"
    if _significant(min(skewness_p, kurtosis_p)):
        return Text(
            en=f"Over {n:,} complete rows the answers are not multivariate normal (Mardia's "
            f"kurtosis {test}): standard errors and test statistics are therefore taken in their "
            "robust form.",
            zh=f"在 {n:,} 行完整答案上，数据不服从多元正态（Mardia 峰度 {test}）："
            "因此采用稳健的标准误和检验统计量。",
        )
    return Text(
        en=f"Over {n:,} complete rows Mardia's tests do not speak against multivariate normality "
        f"(kurtosis {test}).",
        zh=f"在 {n:,} 行完整答案上，Mardia 检验未发现偏离多元正态（峰度 {test}）。",
    )


# --- descriptives ----------------------------------------------------------------------------
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


# --- reliability -----------------------------------------------------------------------------
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
        f"χ²({test.df:,}) = {escape(show(test.chi2, 'number', decimals=1))}, *p* {_equals(test.p)}"
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


# --- models ----------------------------------------------------------------------------------
def fit(measures: Mapping[str, float], cuts: Mapping[str, Threshold]) -> list[Text]:
    """χ² and the indices with what the cut-offs (cfi, rmsea, srmr) say of them."""
    chi2 = escape(show(measures["chisq_scaled"], "number", decimals=1))
    test = f"χ²({measures['df_scaled']:.0f}) = {chi2}, *p* {_equals(measures['pvalue_scaled'])}"
    low, high = measures["rmsea_ci_lower_robust"], measures["rmsea_ci_upper_robust"]
    shown = (
        f"CFI = {escape(show(measures['cfi_robust'], 'bounded', decimals=3))}, "
        f"RMSEA = {escape(show(measures['rmsea_robust'], 'bounded', decimals=3))} "
        f"{escape(interval(low, high, 'bounded', decimals=3))}, "
        f"SRMR = {escape(show(measures['srmr'], 'bounded', decimals=3))}"
    )
    met = {
        "CFI": cuts["cfi"].met(measures["cfi_robust"]),
        "RMSEA": cuts["rmsea"].met(measures["rmsea_robust"]),
        "SRMR": cuts["srmr"].met(measures["srmr"]),
    }
    good, bad = [k for k, v in met.items() if v], [k for k, v in met.items() if not v]
    cite = cuts["cfi"].cite
    if not bad:
        verdict = Text(
            en=f"All three indices are on the good side of their cut-offs [@{cite}].",
            zh=f"三项指标均达到标准 [@{cite}]。",
        )
    elif not good:
        verdict = Text(
            en=f"None of the three indices meets its cut-off [@{cite}].",
            zh=f"三项指标均未达到标准 [@{cite}]。",
        )
    else:
        verdict = Text(
            en=f"{names(good).en} meet{'s' if len(good) == 1 else ''} the cut-off, {names(bad).en} "
            f"do{'es' if len(bad) == 1 else ''} not [@{cite}].",
            zh=f"{names(good).zh} 达到标准，{names(bad).zh} 未达到 [@{cite}]。",
        )
    exact = _significant(measures["pvalue_scaled"])
    return [
        Text(en=f"The model fits with {test}; {shown}.", zh=f"模型拟合：{test}；{shown}。"),
        verdict,
        Text(
            en="Exact fit is rejected, as the test does with small misfit in large samples."
            if exact
            else "Exact fit is not rejected.",
            zh="精确拟合被拒绝；大样本下细微失拟即会如此。" if exact else "精确拟合未被拒绝。",
        ),
    ]


def readable(words: str, label: Mapping[str, str]) -> str:
    """Words of the estimator with labels in place of the constructs' ids."""
    for name in sorted(label, key=len, reverse=True):
        words = re.sub(rf"\b{name}\b", label[name], words)
    return words.replace("=~", "→").replace("~~", "↔").replace(" ~ ", " ← ")


def judged(result: sem.Result, label: Mapping[str, str]) -> list[Text]:
    """What the estimator says against its own solution, if anything."""
    if not result.problems:
        return []
    reasons = escape(readable("; ".join(result.problems), label))
    return [
        Text(
            en=f"**The solution is not to be taken at face value**: {reasons}.",
            zh=f"**该解不可直接采信**：{reasons}。",
        )
    ]


def loadings(rows: pd.DataFrame, cut: Threshold) -> Text:
    """`rows`: ``rhs, value, low, high``."""
    ordered = rows.sort_values("value")
    worst, best = ordered.iloc[0], ordered.iloc[-1]
    below = [
        f"{r['rhs']} ({show(r['value'], 'bounded')})"
        for r in ordered.to_dict("records")
        if cut.verdict(r["low"], r["high"]) == "not met"
    ]
    unsure = [
        r["rhs"] for r in rows.to_dict("records") if cut.verdict(r["low"], r["high"]) == "open"
    ]
    mark = escape(show(cut.value, "bounded"))
    low = value(worst["value"], "bounded", worst["low"], worst["high"])
    high = value(best["value"], "bounded", best["low"], best["high"])
    en = (
        f"Standardized loadings run from {low} ({escape(worst['rhs'])}) to {high} "
        f"({escape(best['rhs'])})."
    )
    zh = f"标准化载荷从 {low}（{escape(worst['rhs'])}）到 {high}（{escape(best['rhs'])}）。"
    if below:
        en += f" Below {mark} [@{cut.cite}] with the whole interval: {names(below).en}."
        zh += f"整个区间低于 {mark} [@{cut.cite}]：{names(below).zh}。"
    if unsure:
        en += f" Open at that cut-off: {names(unsure).en}."
        zh += f"在该标准上未定：{names(unsure).zh}。"
    if not below and not unsure:
        en += f" All lie above {mark} [@{cut.cite}] with the whole interval."
        zh += f"全部区间均高于 {mark} [@{cut.cite}]。"
    return Text(en=en, zh=zh)


def convergent(rows: pd.DataFrame, cr: Threshold, ave: Threshold, single: Sequence[str]) -> Text:
    """`rows`: ``label, cr, ave`` a construct; `single`: labels of one-item constructs."""
    bad_cr = [r["label"] for r in rows.to_dict("records") if not cr.met(r["cr"])]
    bad_ave = [r["label"] for r in rows.to_dict("records") if not ave.met(r["ave"])]
    marks = escape(show(cr.value, "bounded")), escape(show(ave.value, "bounded"))
    if not bad_cr and not bad_ave:
        en = f"Every construct reaches {marks[0]} in composite reliability and {marks[1]} in average variance extracted [@{cr.cite}]."
        zh = f"所有构念的组合信度均达到 {marks[0]}，平均方差抽取量均达到 {marks[1]} [@{cr.cite}]。"
    else:
        en = (
            f"Composite reliability falls short of {marks[0]} for {names(bad_cr).en}; average "
            f"variance extracted falls short of {marks[1]} for {names(bad_ave).en} [@{cr.cite}]."
        )
        zh = (
            f"组合信度低于 {marks[0]}：{names(bad_cr).zh}；平均方差抽取量低于 {marks[1]}："
            f"{names(bad_ave).zh} [@{cr.cite}]。"
        )
    if single:
        en += f" With one item, {names(single).en} cannot be judged and is left out."
        zh += f"{names(single).zh} 只有一个题项，无法判断，未纳入。"
    return Text(en=en, zh=zh)


def discriminant(
    pairs: pd.DataFrame,
    label: Mapping[str, str],
    cut: Threshold,
    violations: Sequence[tuple[str, str]],
    draws: int,
) -> list[Text]:
    """`pairs`: ``construct_a, construct_b, htmt, ci_lower, ci_upper`` a pair."""
    mark = escape(show(cut.value, "bounded"))
    found = [cut.verdict(r["ci_lower"], r["ci_upper"]) for r in pairs.to_dict("records")]
    count = {v: found.count(v) for v in VERDICTS}
    top = max(pairs.to_dict("records"), key=lambda r: float(r["htmt"]))
    pair = f"{escape(label[top['construct_a']])}–{escape(label[top['construct_b']])}"
    shown = value(top["htmt"], "number", top["ci_lower"], top["ci_upper"])
    said = [
        Text(
            en=f"Of {len(pairs)} pairs of constructs {count['met']} are distinct with their whole bootstrap interval ({draws:,} draws) below {mark} [@{cut.cite}], {count['open']} are open and {count['not met']} are not distinct. The highest ratio has {pair} ({shown}).",
            zh=f"{len(pairs)} 对构念中，{count['met']} 对的整个自助区间（{draws:,} 次）低于 {mark} [@{cut.cite}]、可以区分，{count['open']} 对未定，{count['not met']} 对不能区分。比率最高的是 {pair}（{shown}）。",
        )
    ]
    if violations:
        said.append(
            Text(
                en=f"By the criterion of Fornell and Larcker {len(violations)} pairs are closer to one another than to their own items.",
                zh=f"按 Fornell–Larcker 准则，有 {len(violations)} 对构念彼此的接近超过其与自身题项的接近。",
            )
        )
    else:
        said.append(
            Text(
                en="By the criterion of Fornell and Larcker every pair is distinct.",
                zh="按 Fornell–Larcker 准则，各对均可区分。",
            )
        )
    return said


def common_method(share: float, cfi_one: float, cfi_planned: float) -> Text:
    shown = value(share, "percent")
    one = escape(show(cfi_one, "bounded", decimals=3))
    planned = escape(show(cfi_planned, "bounded", decimals=3))
    return Text(
        en=f"One common factor accounts for {shown} of the variance of all items (Harman's test, a weak one [@podsakoff2003]), and a model with that factor alone fits with CFI = {one} against {planned} for the planned model. Neither excludes that asking all questions in one questionnaire raised the correlations.",
        zh=f"单一共同因子解释全部题项方差的 {shown}（Harman 检验，效力较弱 [@podsakoff2003]）；仅含该因子的模型 CFI = {one}，计划模型为 {planned}。两者都不能排除同一问卷提高了相关的可能。",
    )


# --- paths -----------------------------------------------------------------------------------
PATH_VERDICTS = {
    "supported": Text(en="supported", zh="支持"),
    "open": Text(en="open", zh="未定"),
    "contradicted": Text(en="contradicted", zh="相反"),
}


def judge(sign: str, low: float, high: float) -> str:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (low > 0 or high < 0):
        return "open"
    return "supported" if (low > 0) == (sign == "+") else "contradicted"


def set_aside(
    hypotheses: Sequence[Hypothesis], label: Mapping[str, str], problems: Sequence[str]
) -> list[Text]:
    """What happens when the paths set aside are put back in."""
    said = []
    for h in hypotheses:
        path = f"{label[h.from_]} → {label[h.to]}"
        assert h.set_aside is not None
        said.append(
            Text(
                en=f"{h.id} ({escape(path)}) is not part of the estimated model: {escape(h.set_aside.en)}.",
                zh=f"{h.id}（{escape(path)}）不在所估模型中：{escape(h.set_aside.zh)}。",
            )
        )
    if problems:
        found = escape(readable("; ".join(problems), label))
        said.append(
            Text(
                en=f"Estimated with it all the same, the model shows: {found}.",
                zh=f"若仍纳入，模型出现：{found}。",
            )
        )
    else:
        said.append(
            Text(
                en="Estimated with it all the same, the model converges to an admissible solution.",
                zh="若仍纳入，模型收敛于可接受的解。",
            )
        )
    return said


def paths(
    rows: Sequence[Mapping[str, Any]], r2: Mapping[str, float], label: Mapping[str, str]
) -> list[Text]:
    """`rows`: ``id, path, value, low, high, verdict`` a hypothesis."""
    n = len(rows)
    count = {v: [r for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    said = [
        Text(
            en=f"Of {n} hypothesized paths {len(count['supported'])} are supported, {len(count['open'])} are open and {len(count['contradicted'])} are contradicted.",
            zh=f"{n} 条假设路径中，{len(count['supported'])} 条得到支持，{len(count['open'])} 条未定，{len(count['contradicted'])} 条相反。",
        )
    ]
    if count["supported"]:
        top = max(count["supported"], key=lambda r: abs(r["value"]))
        shown = value(top["value"], "number", top["low"], top["high"])
        said.append(
            Text(
                en=f"The strongest supported path is {escape(top['path'])} (β = {shown}).",
                zh=f"最强的受支持路径为 {escape(top['path'])}（β = {shown}）。",
            )
        )
    wide = [r for r in rows if r["high"] - r["low"] > 1]
    if wide:
        listed = names([r["id"] for r in wide])
        said.append(
            Text(
                en=f"The intervals of {listed.en} are wider than one standard deviation: the constructs behind these paths overlap so much that the data cannot divide the effect between them, and their point estimates must not be read one by one.",
                zh=f"{listed.zh} 的区间宽于一个标准差：这些路径背后的构念高度重叠，数据无法在其间分配效应，其点估计不可逐个解读。",
            )
        )
    ordered = sorted(r2.items(), key=lambda kv: kv[1])
    if ordered:
        (a, low), (b, high) = ordered[0], ordered[-1]
        said.append(
            Text(
                en=f"Explained variance lies between {value(low, 'bounded')} ({escape(label[a])}) and {value(high, 'bounded')} ({escape(label[b])}).",
                zh=f"解释方差介于 {value(low, 'bounded')}（{escape(label[a])}）与 {value(high, 'bounded')}（{escape(label[b])}）之间。",
            )
        )
    return said


def effects(rows: Sequence[Mapping[str, Any]]) -> Text:
    """`rows`: ``id, label, value, low, high, boot_low, boot_high``."""

    def clear(row: Mapping[str, Any]) -> bool:
        return bool(row["boot_low"] > 0 or row["boot_high"] < 0)

    found = [r for r in rows if clear(r)]
    largest = max(found, key=lambda r: abs(r["value"]), default=None)
    en = f"The bootstrap interval of {len(found)} of {len(rows)} indirect effects is clear of zero."
    zh = f"{len(rows)} 个间接效应中有 {len(found)} 个的自助区间不含零。"
    if largest is not None:
        shown = value(largest["value"], "number", largest["boot_low"], largest["boot_high"])
        en += f" The largest of them is {escape(largest['label'])} ({shown})."
        zh += f"其中最大的是 {escape(largest['label'])}（{shown}）。"
    return Text(en=en, zh=zh)


def moderation(rows: Sequence[Mapping[str, Any]]) -> Text:
    count = {v: [r["id"] for r in rows if r["verdict"] == v] for v in PATH_VERDICTS}
    parts_en = [f"{v}: {names(ids).en}" for v, ids in count.items() if ids]
    parts_zh = [f"{PATH_VERDICTS[v].zh}：{names(ids).zh}" for v, ids in count.items() if ids]
    return Text(
        en=f"Of {len(rows)} hypotheses on moderation and bends: {'; '.join(parts_en)}.",
        zh=f"{len(rows)} 个关于调节与曲线的假设：{'；'.join(parts_zh)}。",
    )


def no_moderation() -> Text:
    return Text(
        en="The case states no hypothesis on moderation or curvature.",
        zh="本案例没有关于调节或曲线效应的假设。",
    )


def crosscheck(difference: float) -> Text:
    shown = escape(show(difference, "number", decimals=5))
    en = f"The estimates differ by at most {shown}."
    zh = f"估计值最多相差 {shown}。"
    if difference > 0.001:
        en += " Where a model is barely identified, the likelihood is nearly flat and optimisers stop at different points of it."
        zh += "模型勉强可识别时，似然几乎平坦，不同优化器会停在不同位置。"
    return Text(en=en, zh=zh)


# --- groups ----------------------------------------------------------------------------------
INVARIANCE = {
    "configural": Text(en="form", zh="构型"),
    "metric": Text(en="+ loadings", zh="＋载荷"),
    "scalar": Text(en="+ intercepts", zh="＋截距"),
    "strict": Text(en="+ residuals", zh="＋残差"),
}


def invariance(steps: pd.DataFrame, cfi: Threshold, rmsea: Threshold) -> Text:
    """`steps`: ``level, delta_cfi, delta_rmsea`` from configural on.

    A step holds when CFI falls and RMSEA rises by no more than the cut-offs.
    """
    held, failed = "configural", None
    for row in steps.iloc[1:].to_dict("records"):
        if cfi.met(-row["delta_cfi"]) and rmsea.met(row["delta_rmsea"]):
            held = row["level"]
        else:
            failed = row["level"]
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
    en = f"Under the rule {rule} the {held} model holds: {means[0]}."
    zh = f"按规则 {rule}，{held} 模型成立：{means[1]}。"
    if failed:
        en += f" The {failed} model does not hold."
        zh += f"{failed} 模型不成立。"
    return Text(en=en, zh=zh)


def differences(rows: pd.DataFrame) -> Text:
    """`rows`: ``id, p, p_holm`` a path."""
    found = [r["id"] for r in rows.to_dict("records") if _significant(r["p_holm"])]
    if not found:
        return Text(
            en=f"After Holm's correction none of {len(rows)} paths differs between the groups; that is no proof that they are equal.",
            zh=f"经 Holm 校正，{len(rows)} 条路径均未见组间差异；但这不证明其相等。",
        )
    return Text(
        en=f"After Holm's correction {len(found)} of {len(rows)} paths differ between the groups: {names(found).en}.",
        zh=f"经 Holm 校正，{len(rows)} 条路径中有 {len(found)} 条存在组间差异：{names(found).zh}。",
    )


def clustering(rows: Sequence[Mapping[str, Any]]) -> Text:
    top = max(rows, key=lambda r: r["icc"])
    shown = value(top["icc"], "bounded", top["low"], top["high"])
    return Text(
        en=f"Most alike are the customers of one firm in {escape(top['construct'])} (ICC = {shown}, design effect {value(top['design'], 'number')}). Intervals elsewhere in this report take respondents as independent; for such a score they are too narrow by a factor of {value(math.sqrt(top['design']), 'number')}.",
        zh=f"同一企业客户最相似的是{escape(top['construct'])}（ICC = {shown}，设计效应 {value(top['design'], 'number')}）。本报告其他区间把受访者视为独立；对这样的得分，区间窄了 {value(math.sqrt(top['design']), 'number')} 倍。",
    )


def importance(
    table: pd.DataFrame, label: Mapping[str, str], outcome: str, problems: Sequence[str]
) -> Text:
    """`table`: ``construct, importance, performance, quadrant``."""
    improve = [
        label[r["construct"]] for r in table.to_dict("records") if r["quadrant"] == "improve"
    ]
    keep = [label[r["construct"]] for r in table.to_dict("records") if r["quadrant"] == "keep"]
    wild = bool((table["importance"].abs() > 1).any()) or bool(problems)
    en = f"Important for {escape(outcome.lower())} and weak, so first in line: {names(improve).en}. Important and strong, to be kept up: {names(keep).en}."
    zh = f"对{escape(outcome)}重要而表现弱、应优先改进：{names(improve).zh}。重要且表现好、应保持：{names(keep).zh}。"
    if wild:
        en += " Some total effects here exceed one standard deviation or come from a questionable solution: the order of importance is not to be relied on."
        zh += "部分总效应超过一个标准差或来自可疑的解：重要性次序不可依赖。"
    return Text(en=en, zh=zh)


# --- robustness ------------------------------------------------------------------------------
def curve(rows: pd.DataFrame, agree: int, failed: int) -> list[Text]:
    """`rows`: ``choice, value, low, high, problem`` a specification that could be estimated."""
    low, high = rows["value"].min(), rows["value"].max()
    said = [
        Text(
            en=f"Over {len(rows)} specifications the path runs from {value(low, 'number')} to {value(high, 'number')}; {agree} of them support the hypothesis.",
            zh=f"在 {len(rows)} 种设定下，该路径介于 {value(low, 'number')} 与 {value(high, 'number')} 之间；其中 {agree} 种支持假设。",
        )
    ]
    suspect = int((rows["problem"] != "").sum())
    if suspect or failed:
        said.append(
            Text(
                en=f"{suspect} rest on a solution that is not to be taken at face value, {failed} could not be estimated.",
                zh=f"{suspect} 种的解不可直接采信，{failed} 种无法估计。",
            )
        )
    return said


def power(effect: float) -> Text:
    if effect > 1:
        return Text(
            en="The interval of this path is so wide that no standardized path of a plausible size could have been found with a power of 80 %.",
            zh="该路径的区间过宽，任何合理大小的标准化路径都无法以 80% 的功效被发现。",
        )
    return Text(
        en=f"Judging by the width of its interval, the study had a power of 80 % to find a standardized path of {value(effect, 'bounded')} or more.",
        zh=f"按其区间宽度，本研究以 80% 的功效可发现 {value(effect, 'bounded')} 及以上的标准化路径。",
    )


# --- synthesis -------------------------------------------------------------------------------
def glance(
    rows: Sequence[Mapping[str, Any]], title: Mapping[str, str], simulated: Mapping[str, bool]
) -> list[Text]:
    said = []
    for row in rows:
        if row["supported"] is None:
            continue
        named = title[row["case"]].lower()
        marked = "simulated" in named or "模拟" in named
        en = "" if marked else " (simulated data)" if simulated[row["case"]] else " (real data)"
        zh = "" if marked else "（模拟数据）" if simulated[row["case"]] else "（真实数据）"
        good, of = row["supported"].split(" / ")
        said.append(
            Text(
                en=f"{escape(title[row['case']])}{en}: {good} of {of} hypothesized paths are supported; the two constructs hardest to tell apart have a heterotrait–monotrait ratio of {value(row['htmt'], 'number')}.",
                zh=f"{escape(title[row['case']])}{zh}：{of} 条假设路径中 {good} 条得到支持；最难区分的两个构念 HTMT 为 {value(row['htmt'], 'number')}。",
            )
        )
    return said


def pooled(paths: int, real: int) -> Text:
    if paths:
        return Text(
            en=f"{paths} paths are shared by at least two of the {real} real cases and pooled.",
            zh=f"{real} 个真实案例中，有 {paths} 条路径至少为两个案例共有并予合并。",
        )
    return Text(
        en=f"No path is shared by two real cases (there {'is' if real == 1 else 'are'} {real}): nothing is pooled.",
        zh=f"没有为两个真实案例共有的路径（真实案例共 {real} 个）：不作合并。",
    )


def recovery(covered: int, n: int) -> Text:
    return Text(
        en=f"The intervals of {covered} of {n} paths hold the value that was put in. The intervals take respondents as independent, although customers of one firm are alike, and careless and missing answers stand between the truth and the answers: more misses than one in twenty are to be expected.",
        zh=f"{n} 条路径中有 {covered} 条的区间包含设定值。区间把受访者视为独立，而同一企业的客户彼此相似；敷衍作答与缺失亦介于真值与答案之间，因此未覆盖的比例高于二十分之一属意料之中。",
    )
