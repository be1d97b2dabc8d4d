"""Sentences of confirmatory factor analysis and validity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from loyalty import sem
from loyalty.markdown import escape
from loyalty.numbers import interval, show
from loyalty.prose.words import VERDICTS, equals, names, readable, significant, value
from loyalty.study import Text
from loyalty.thresholds import Threshold


def fit(measures: Mapping[str, float], cuts: Mapping[str, Threshold]) -> list[Text]:
    """χ² and the indices with what the cut-offs (cfi, rmsea, srmr) say of them."""
    chi2 = escape(show(measures["chisq_scaled"], "number", decimals=1))
    test = f"χ²({measures['df_scaled']:.0f}) = {chi2}, *p* {equals(measures['pvalue_scaled'])}"
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
    exact = significant(measures["pvalue_scaled"])
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
