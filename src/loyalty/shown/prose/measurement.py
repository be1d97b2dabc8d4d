"""Sentences of confirmatory factor analysis and validity."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import pandas as pd
import semfit
from scipy.stats import norm

from loyalty.analyses.measurement.estimates import Trial
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import interval, show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, Verdict, threshold
from loyalty.shown.prose.words import (
    VERDICTS,
    counted,
    equals,
    every,
    names,
    readable,
    significant,
    value,
)


def fit(measures: Mapping[str, float], cuts: Mapping[str, Threshold]) -> list[Text]:
    """χ² and the indices with what the cut-offs (cfi, tli, rmsea, srmr) say of them."""
    chi2 = escape(show(measures["chisq_scaled"], "number", decimals=1))
    test = f"χ²({measures['df']:.0f}) = {chi2}, *p* {equals(measures['pvalue_scaled'])}"
    n, free = f"{measures['ntotal']:,.0f}", f"{measures['npar']:.0f}"
    said = [
        Text(
            en=f"With {n} respondents and {free} free parameters the model has {test}.",
            zh=f"{n} 名受访者、{free} 个自由参数，模型的检验为 {test}。",
        )
    ]
    low, high = measures["rmsea_ci_lower_robust"], measures["rmsea_ci_upper_robust"]
    keys = {"cfi": "cfi_robust", "tli": "tli_robust", "rmsea": "rmsea_robust", "srmr": "srmr"}
    shown, found = [], {}
    for name in (k for k in keys if k in cuts):
        seen = measures[keys[name]]
        text = f"{name.upper()} = {show(seen, 'bounded', decimals=3)}"
        verdict: Verdict = "met" if cuts[name].met(seen) else "not met"
        if name == "rmsea":
            text += f" {interval(low, high, 'bounded', decimals=3)}"
            verdict = cuts[name].verdict(low, high)
        shown.append(escape(text))
        found[name.upper()] = verdict
    said.append(Text(en=f"{', '.join(shown)}.", zh=f"{'，'.join(shown)}。"))
    by = {v: [k for k, f in found.items() if f == v] for v in VERDICTS}
    cite = cuts["cfi"].cite
    en, zh = [], []
    if by["met"]:
        plural = len(by["met"]) > 1
        en.append(f"{names(by['met']).en} meet{'' if plural else 's'} the cut-off")
        zh.append(f"{names(by['met']).zh} 达到标准")
    if by["not met"]:
        plural = len(by["not met"]) > 1
        en.append(f"{names(by['not met']).en} do{'' if plural else 'es'} not meet it")
        zh.append(f"{names(by['not met']).zh} 未达到标准")
    if by["open"]:
        en.append("RMSEA's interval holds it")
        zh.append("RMSEA 的区间包含该标准，未定")
    whole = "; ".join(en)
    if not by["met"]:
        whole = whole.replace("meet it", "meet the cut-off")
    said.append(Text(en=f"{whole} [@{cite}].", zh=f"{'；'.join(zh)} [@{cite}]。"))
    if not significant(measures["pvalue_scaled"]):
        said.append(Text(en="Exact fit is not rejected.", zh="精确拟合未被拒绝。"))
    elif not by["not met"] and not by["open"]:
        said.append(
            Text(
                en="Exact fit is rejected, as the test does with small misfit in large samples.",
                zh="精确拟合被拒绝；大样本下细微失拟即会如此。",
            )
        )
    else:
        said.append(Text(en="Exact fit is rejected.", zh="精确拟合被拒绝。"))
    return said


def judged(result: semfit.Result, label: Mapping[str, str]) -> list[Text]:
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


def convergent(
    rows: pd.DataFrame, cr: Threshold, ave: Threshold, single: Sequence[str], two: Sequence[str]
) -> list[Text]:
    """`rows`: ``label, cr, cr_low, cr_high, ave, …``; `single`, `two`: labels by number of items."""
    said = []
    for key, cut, en_name, zh_name in (
        ("cr", cr, "Composite reliability", "组合信度"),
        ("ave", ave, "Average variance extracted", "平均方差抽取量"),
    ):
        by: dict[Verdict, list[str]] = {"met": [], "open": [], "not met": []}
        for r in rows.to_dict("records"):
            shown = f"{r['label']} ({show(r[key], 'bounded')})"
            by[cut.verdict(r[f"{key}_low"], r[f"{key}_high"])].append(shown)
        mark = escape(show(cut.value, "bounded"))
        if len(by["met"]) == len(rows):
            said.append(
                Text(
                    en=f"{en_name} is at least {mark} with its whole interval for every construct "
                    f"[@{cut.cite}].",
                    zh=f"所有构念{zh_name}的整个区间均不低于 {mark} [@{cut.cite}]。",
                )
            )
            continue
        parts_en = [f"at least {mark} with the whole interval for {len(by['met'])} of {len(rows)}"]
        parts_zh = [f"{len(rows)} 个构念中 {len(by['met'])} 个的整个区间不低于 {mark}"]
        if by["not met"]:
            parts_en.append(f"below it for {names(by['not met']).en}")
            parts_zh.append(f"低于标准的为 {names(by['not met']).zh}")
        if by["open"]:
            parts_en.append(f"open for {names(by['open']).en}")
            parts_zh.append(f"未定的为 {names(by['open']).zh}")
        said.append(
            Text(
                en=f"{en_name} is {'; '.join(parts_en)} [@{cut.cite}].",
                zh=f"{zh_name}：{'；'.join(parts_zh)} [@{cut.cite}]。",
            )
        )
    if two:
        said.append(
            Text(
                en=f"{names(two).en} rest{'s' if len(two) == 1 else ''} on two items: what these "
                "share is told apart from their errors only through the other constructs.",
                zh=f"{names(two).zh} 只有两个题项：其共同部分与误差只能借助其他构念加以区分。",
            )
        )
    if single:
        plural = len(single) > 1
        said.append(
            Text(
                en=f"With one item, {names(single).en} cannot be judged and {'are' if plural else 'is'} "
                "left out of this chapter.",
                zh=f"{names(single).zh} 只有一个题项，无法判断，本章未纳入。",
            )
        )
    return said


def dynamic_fit(
    cuts: pd.DataFrame,
    observed: Mapping[str, float],
    usual: Mapping[str, Threshold],
    first: tuple[str, str, float],
    replications: int,
    n: int,
    instead: str = "",
) -> list[Text]:
    """Where the observed indices lie among the dynamic cut-offs.

    `cuts`: ``level, index, cut`` of cfi, rmsea and srmr; `first`: item, construct and size of the
    first loading that is left out; `instead`: the model that stands in for the planned one, whose
    solution no population could have.
    """
    item, other, size = first
    shown = value(size, "bounded")
    said = []
    if instead:
        said.append(
            Text(
                en="The solution of the planned model is not admissible, so that no population can be "
                f"simulated from it; this section judges the model that is closest to it and is: "
                f"{escape(instead)}.",
                zh=f"计划模型的解不可接受，无法据以模拟总体；本节改为判断与之最接近且可接受的模型：{escape(instead)}。",
            )
        )
    said += [
        Text(
            en=f"The levels come from {replications:,} samples of {n:,} simulated respondents each, "
            f"drawn from the fitted model (level 0) and from it with one more loading left out a "
            f"level, the first {shown} of {escape(item)} on {escape(other)} [@mcneish2023].",
            zh=f"各水平取自模拟样本，每个水平 {replications:,} 个样本、各 {n:,} 名受访者：水平 0 为拟合模型本身，"
            f"此后每一水平多遗漏一个载荷，首个为 {escape(item)} 在{escape(other)}上的 {shown} [@mcneish2023]。",
        )
    ]
    most = round(100 * (1 - threshold("dynamic_error").value))
    below: dict[int | None, list[str]] = {}
    perfect, unknown, worse = [], [], []
    at: dict[tuple[str, int], float] = {
        (r["index"], int(r["level"])): float(r["cut"]) for r in cuts.to_dict("records")
    }
    for index in ("cfi", "rmsea", "srmr"):
        side = 1.0 if usual[index].good == "above" else -1.0
        seen = side * observed[index]
        known = {k: side * c for (i, k), c in at.items() if i == index and not math.isnan(c)}
        if set(known) <= {0}:
            unknown.append(index.upper())
            if seen < known[0]:
                worse.append(index.upper())
        elif seen >= known[0]:
            perfect.append(index.upper())
        else:
            met = [k for k in sorted(known) if k and seen >= known[k]]
            below.setdefault(met[0] if met else None, []).append(index.upper())
    if perfect:
        said.append(
            Text(
                en=f"By {names(perfect).en} the model fits as well as correct ones do in {most} of 100 "
                "samples.",
                zh=f"就 {names(perfect).zh} 而言，模型的拟合不逊于 100 个样本中 {most} 个样本里的正确模型。",
            )
        )
    for level, which in sorted(below.items(), key=lambda pair: (pair[0] is None, pair[0] or 0)):
        if level is None:
            said.append(
                Text(
                    en=f"By {names(which).en} the misfit is larger than at any level: more is wrong than "
                    "a few loadings left out.",
                    zh=f"就 {names(which).zh} 而言，失拟超过任一水平：问题不止于遗漏几个载荷。",
                )
            )
        else:
            said.append(
                Text(
                    en=f"By {names(which).en} it fits worse than a correct model would, yet better than "
                    f"one with {'a single loading' if level == 1 else f'{level} loadings'} of that size "
                    "left out.",
                    zh=f"就 {names(which).zh} 而言，其拟合逊于正确模型，但优于遗漏 {level} 个此类载荷的模型。",
                )
            )
    if unknown:
        said.append(
            Text(
                en=f"{names(unknown).en} cannot tell the levels from a correct model in a sample of "
                "this size"
                + (
                    f"; yet a correct one would rarely show such a value of {names(worse).en}."
                    if worse
                    else "."
                ),
                zh=f"在此样本量下，{names(unknown).zh} 无法将各水平与正确模型区分开"
                + (f"；不过正确模型很少会有这样的 {names(worse).zh}。" if worse else "。"),
            )
        )
    return said


def dynamic_cuts(
    cuts: pd.DataFrame, usual: Mapping[str, Threshold], lost: int, holes: bool
) -> list[Text]:
    """The dynamic cut-offs beside the conventional ones.

    `lost`: samples without a solution; `holes`: whether the case has missing answers.
    """
    at: dict[tuple[str, int], float] = {
        (r["index"], int(r["level"])): float(r["cut"]) for r in cuts.to_dict("records")
    }
    said = []
    found: dict[str, list[str]] = {"lenient": [], "strict": []}
    for i, cut in usual.items():
        one = at.get((i, 1), math.nan)
        if not math.isnan(one) and one != cut.value:
            shown = f"{show(cut.value, 'bounded')} / {show(one, 'bounded', decimals=3)}"
            found["lenient" if cut.met(one) else "strict"].append(f"{i.upper()} ({shown})")
    if found["lenient"]:
        said.append(
            Text(
                en="One loading left out would pass the conventional cut-off of "
                f"{names(found['lenient']).en}, given as conventional / level 1.",
                zh=f"遗漏一个载荷的模型仍能通过通用标准的指标（通用标准 / 水平 1）：{names(found['lenient']).zh}。",
            )
        )
    if found["strict"]:
        said.append(
            Text(
                en=f"The conventional cut-off is the stricter one for {names(found['strict']).en}.",
                zh=f"通用标准更为严格的指标：{names(found['strict']).zh}。",
            )
        )
    if not found["lenient"] and not found["strict"]:
        said.append(
            Text(
                en="In a sample of this size no index tells one loading left out from a correct model, "
                "so that the conventional cut-offs cannot be held against that level.",
                zh="在此样本量下，没有指标能将遗漏一个载荷的模型与正确模型区分开，故无法以该水平衡量通用标准。",
            )
        )
    if lost:
        said.append(
            Text(
                en=f"{counted(lost, 'sample')} had no solution and {'is' if lost == 1 else 'are'} left "
                "out.",
                zh=f"有 {lost:,} 个样本无解，未计入。",
            )
        )
    said.append(
        Text(
            en="The samples are of normal variables without missing answers, those of the case are steps "
            f"of a scale{', some of them missing' if holes else ''}: the levels are a guide.",
            zh=f"模拟样本为无缺失的正态变量，本案例的回答则为量表等级{'，且有缺失' if holes else ''}，"
            "故各水平仅供参照。",
        )
    )
    return said


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def discriminant(
    pairs: pd.DataFrame, label: Mapping[str, str], cut: Threshold, draws: int
) -> list[Text]:
    """`pairs`: ``construct_a, construct_b, htmt, ci_lower, ci_upper`` a pair."""
    mark = escape(show(cut.value, "bounded"))
    found = [cut.verdict(r["ci_lower"], r["ci_upper"]) for r in pairs.to_dict("records")]
    count = {v: found.count(v) for v in VERDICTS}
    top = max(pairs.to_dict("records"), key=lambda r: float(r["htmt"]))
    pair = f"{escape(label[top['construct_a']])}–{escape(label[top['construct_b']])}"
    shown = value(top["htmt"], "number", top["ci_lower"], top["ci_upper"])
    top_en, top_zh = f"The highest ratio has {pair} ({shown}).", f"比率最高的是 {pair}（{shown}）。"
    if count["met"] == len(pairs) > 1:
        return [
            Text(
                en=f"{every(len(pairs)).capitalize()} pairs of constructs are distinct, with their whole bootstrap "
                f"interval ({draws:,} draws) below {mark} [@{cut.cite}]. {top_en}",
                zh=f"全部 {len(pairs)} 对构念的整个自助区间（{draws:,} 次）都低于 {mark} "
                f"[@{cut.cite}]，可以区分。{top_zh}",
            )
        ]
    return [
        Text(
            en=f"Of {counted(len(pairs), 'pair')} of constructs {count['met'] or 'none'} "
            f"{_are(count['met'] or 1)} distinct "
            f"with the whole bootstrap interval ({draws:,} draws) below {mark} [@{cut.cite}], "
            f"{count['open'] or 'none'} {_are(count['open'] or 1)} open and "
            f"{count['not met'] or 'none'} "
            f"{_are(count['not met'] or 1)} not distinct. {top_en}",
            zh=f"{len(pairs)} 对构念中，{count['met']} 对的整个自助区间（{draws:,} 次）低于 {mark} [@{cut.cite}]、可以区分，{count['open']} 对未定，{count['not met']} 对不能区分。{top_zh}",
        )
    ]


def second_ratio(
    first: pd.DataFrame, second: pd.DataFrame, cut: Threshold, negative: int, total: int
) -> list[Text]:
    """HTMT2 against HTMT, and what negative item correlations do to both.

    `first`, `second`: pairs of HTMT and of HTMT2 in the same order.
    """
    apart = (second["htmt"] - first["htmt"]).abs()
    verdicts = [
        [cut.verdict(r["ci_lower"], r["ci_upper"]) for r in frame.to_dict("records")]
        for frame in (first, second)
    ]
    changed = sum(a != b for a, b in zip(*verdicts, strict=True))
    most = value(float(apart.max()), "bounded")
    said = [
        Text(
            en=f"The ratio of geometric means, HTMT2, which does not take the loadings of a construct "
            f"as equal [@roemer2021], differs from it by {most} at most and "
            + (
                "changes no verdict."
                if not changed
                else f"changes {changed} verdict{'s' if changed != 1 else ''}."
            ),
            zh=f"不假定同一构念各载荷相等的几何平均比率 HTMT2 [@roemer2021] 与之至多相差 {most}，"
            + ("各结论不变。" if not changed else f"有 {changed} 个结论改变。"),
        )
    ]
    if negative:
        said.append(
            Text(
                en=f"Both take item correlations without their sign, since items of opposite direction "
                f"would cancel and make constructs look distinct; that concerns {negative:,} of {total:,} "
                "correlations here, which are negative.",
                zh=f"两者均取题项相关的绝对值，否则方向相反的题项会相互抵消，使构念显得可以区分；"
                f"此处 {total:,} 个相关中有 {negative:,} 个为负。",
            )
        )
    else:
        said.append(
            Text(
                en=f"Both take item correlations without their sign, which changes nothing here: none of "
                f"the {total:,} is negative.",
                zh=f"两者均取题项相关的绝对值；此处 {total:,} 个相关无一为负，故无影响。",
            )
        )
    return said


def shared(rows: pd.DataFrame, label: Mapping[str, str]) -> list[Text]:
    """`rows`: ``a, b, correlation…, of, gap…, verdict`` a pair (Fornell and Larcker)."""
    count = {v: int((rows["verdict"] == v).sum()) for v in VERDICTS}
    worst = rows.sort_values("gap", kind="stable").iloc[0]
    pair = f"{escape(label[worst['a']])}–{escape(label[worst['b']])}"
    gap = value(worst["gap"], "bounded", worst["gap_low"], worst["gap_high"])
    r = value(worst["correlation"], "bounded", worst["correlation_low"], worst["correlation_high"])
    said = [
        Text(
            en="By the criterion of Fornell and Larcker, in "
            + (
                every(len(rows))
                if count["met"] == len(rows) > 1
                else f"{count['met'] or 'none'} of {len(rows)}"
            )
            + " pairs either construct shares more variance with its own items than with the other, "
            "the whole interval of the difference above zero [@fornell1981]"
            + (
                "."
                if count["met"] == len(rows)
                else f"; {count['open'] or 'none'} {_are(count['open'] or 1)} open and "
                f"{count['not met'] or 'none'} fail{'' if count['not met'] > 1 else 's'}."
            ),
            zh=f"按 Fornell–Larcker 准则，{len(rows)} 对中有 {count['met']} 对的两个构念与自身题项共享的方差都多于"
            "彼此共享的方差，且差值的整个区间大于零 [@fornell1981]"
            + (
                "。"
                if count["met"] == len(rows)
                else f"；{count['open']} 对未定，{count['not met']} 对不成立。"
            ),
        ),
        Text(
            en=f"The smallest difference has {pair}: {gap} for {escape(label[worst['of']])}, at a latent "
            f"correlation of {r}.",
            zh=f"差值最小的是 {pair}：{escape(label[worst['of']])} 为 {gap}，潜变量相关 {r}。",
        ),
    ]
    if (rows["correlation_high"] >= 1).any():
        n = int((rows["correlation_high"] >= 1).sum())
        said.append(
            Text(
                en=f"The interval of {n} latent correlation{'s' if n != 1 else ''} reaches 1: so far as "
                "these data go, such a pair may be one construct.",
                zh=f"有 {n} 个潜变量相关的区间达到 1：就这些数据而言，这样的一对可能是同一构念。",
            )
        )
    return said


def rivals(
    rows: pd.DataFrame, label: Mapping[str, str], general: float | None = None
) -> list[Text]:
    """`rows`: what :func:`loyalty.analyses.measurement.estimates.compare` gives, the planned model first.

    `general`: the general factor's share of common variance in the bifactor model.
    """
    others = rows.iloc[1:]
    lost = others[~others["converged"]]
    improper = rows[rows["converged"] & ~rows["admissible"]]
    nested = others[others["p_difference"].notna()]
    worse = nested[nested["p_difference"].map(significant)]
    equal = nested[~nested["p_difference"].map(significant)]
    said = []
    if len(nested):
        en = (
            f"{every(len(nested)).capitalize()} simpler models fit worse than "
            if len(worse) == len(nested) > 1
            else f"Of {counted(len(nested), 'simpler model')} {len(worse) or 'none'} "
            f"fit{'' if len(worse) > 1 else 's'} worse than "
        ) + "the planned one by the scaled difference test [@satorra2001]"
        zh = f"{len(nested)} 个较简模型中，按缩放差异检验 [@satorra2001]，{len(worse)} 个的拟合差于计划模型"
        if len(equal):
            en += f"; no worse, as far as the test can tell: {names([label[i] for i in equal['id']]).en}"
            zh += f"；检验看不出更差的：{names([label[i] for i in equal['id']]).zh}"
        said.append(Text(en=f"{en}.", zh=f"{zh}。"))
    usable = rows[rows["converged"] & rows["bic"].notna()]
    if not len(usable):
        return [Text(en="None of the models has a solution.", zh="各模型均无解。")]
    best = usable.sort_values("bic", kind="stable").iloc[0]
    margin = escape(show(abs(float(best["bic_difference"])), "number", decimals=1))
    if best["id"] == "planned":
        second = usable[usable["id"] != "planned"]
        if len(second):
            near = second.sort_values("bic", kind="stable").iloc[0]
            margin = escape(show(float(near["bic_difference"]), "number", decimals=1))
            said.append(
                Text(
                    en=f"BIC also prefers the planned model, the next being {escape(label[near['id']])} "
                    f"({margin} higher).",
                    zh=f"BIC 同样偏好计划模型，其次为{escape(label[near['id']])}（高 {margin}）。",
                )
            )
    elif usable.iloc[0]["id"] != "planned":
        said.append(
            Text(
                en=f"The planned model has no solution to compare with; of the others BIC prefers "
                f"{escape(label[best['id']])}.",
                zh=f"计划模型无解可比；其余模型中 BIC 偏好{escape(label[best['id']])}。",
            )
        )
    else:
        said.append(
            Text(
                en=f"BIC, which weighs fit against the number of parameters, prefers "
                f"{escape(label[best['id']])} ({margin} lower than the planned model).",
                zh=f"兼顾拟合与参数数目的 BIC 偏好{escape(label[best['id']])}（比计划模型低 {margin}）。",
            )
        )
    if general is not None:
        shown = value(general, "percent")
        said.append(
            Text(
                en=f"In the bifactor model the general factor takes {shown} of the common variance "
                "[@reise2010].",
                zh=f"在双因子模型中，总因子占共同方差的 {shown} [@reise2010]。",
            )
        )
    if len(improper):
        said.append(
            Text(
                en=f"Converged, but not admissible: {names([label[i] for i in improper['id']]).en}; what "
                "such a solution says of fit is not to be relied on.",
                zh=f"收敛但解不可接受：{names([label[i] for i in improper['id']]).zh}；此类解的拟合不足为凭。",
            )
        )
    if len(lost):
        said.append(
            Text(
                en=f"Without a solution: {names([label[i] for i in lost['id']]).en}.",
                zh=f"未得到解：{names([label[i] for i in lost['id']]).zh}。",
            )
        )
    return said


def residual_correlations(rows: pd.DataFrame, cut: Threshold) -> list[Text]:
    """`rows`: ``item_a, item_b, residual, z`` a pair of items, the largest first."""
    large = rows[rows["residual"].abs() > cut.value]
    top = rows.iloc[0]
    tested = rows["z"].dropna()
    beyond = int((tested.abs() > norm.isf(threshold("significance").value / 2)).sum())
    expected = threshold("significance").value * len(tested)
    shown = value(top["residual"], "bounded")
    mark = escape(show(cut.value, "bounded"))
    pair = f"{escape(top['item_a'])}–{escape(top['item_b'])}"
    many = "more" if beyond > expected else "no more"
    return [
        Text(
            en=f"Of {len(rows):,} correlations between items the model misses {f'{len(large):,}' if len(large) else 'none'} by more than "
            f"{mark} [@{cut.cite}]; the largest residual has {pair} ({shown}).",
            zh=f"{len(rows):,} 个题项间相关中，模型偏差超过 {mark} [@{cut.cite}] 的有 {len(large):,} 个；"
            f"最大残差为 {pair}（{shown}）。",
        ),
        Text(
            en=f"{beyond:,} of {len(tested):,} standardized residuals lie beyond their 5 % limits, {many} "
            f"than the {expected:.0f} or so that chance alone would leave there.",
            zh=f"{len(tested):,} 个标准化残差中有 {beyond:,} 个超出其 5% 界限，"
            f"{'多于' if beyond > expected else '不多于'}仅凭偶然约应有的 {expected:.0f} 个。",
        ),
    ]


def large_residuals(rows: pd.DataFrame) -> list[Text]:
    """Which items recur among the largest residuals (`rows`, as :func:`residual_correlations`)."""
    items = Counter([*rows["item_a"], *rows["item_b"]])
    most = max(items.values())
    recurring = [i for i, n in items.items() if n == most]
    inside = int((rows["construct_a"] == rows["construct_b"]).sum())
    across = len(rows) - inside
    within_en, within_zh = [], []
    if inside:
        within_en.append(
            f"{inside} of them {_are(inside)} of one construct, where a residual says that two items "
            "share more or less than the construct"
        )
        within_zh.append(f"其中 {inside} 对属于同一构念，残差表示两题的共同部分多于或少于该构念")
    if across:
        who = f"{across}" if inside else "All of them" if across > 1 else "It"
        within_en.append(
            f"{who} join{'s' if across == 1 else ''} two constructs, where a residual hints at a "
            "further loading or at wording in common"
        )
        within_zh.append(
            (f"{across} 对" if inside else "各对均")
            + "分属两个构念，残差提示可能存在额外载荷或共同措辞"
        )
    within_en[-1] += "."
    said = []
    if most > 1:
        said.append(
            Text(
                en=f"Of these {len(rows)} pairs {most} have the item {names(recurring).en}."
                if len(recurring) == 1
                else f"The items {names(recurring).en} are in {most} of these {len(rows)} pairs each.",
                zh=f"这 {len(rows)} 对中，{names(recurring).zh} {'各' if len(recurring) > 1 else ''}出现 {most} 次。",
            )
        )
    else:
        said.append(
            Text(
                en=f"No item is in more than one of these {len(rows)} pairs.",
                zh=f"这 {len(rows)} 对中没有重复出现的题项。",
            )
        )
    said.append(
        Text(
            en="; ".join(within_en),
            zh="；".join(within_zh) + "。",
        )
    )
    return said


def misspecified(rows: pd.DataFrame) -> list[Text]:
    """`rows`: what :func:`loyalty.analyses.measurement.estimates.respecifications` gives."""
    loading = escape(show(threshold("misspecified_loading").value, "bounded"))
    other = escape(show(threshold("misspecified_correlation").value, "bounded"))
    count = {
        v: int((rows["verdict"] == v).sum()) for v in ("misspecified", "not misspecified", "open")
    }
    wrong = count["misspecified"]
    said = [
        Text(
            en=f"Judged by index, power and expected change together [@saris2009], of {len(rows):,} fixed "
            f"parameters {f'{wrong:,}' if wrong else 'none'} {_are(wrong or 1)} wrong by enough to "
            f"matter (a loading of {loading}, a correlation of residuals of {other}), "
            f"{count['not misspecified']:,} {_are(count['not misspecified'])} not, and for "
            f"{count['open']:,} the data cannot say.",
            zh=f"结合指数、检验功效与期望变化判断 [@saris2009]，{len(rows):,} 个固定参数中，{wrong:,} 个的偏误大到"
            f"值得在意（载荷 {loading}、残差相关 {other}），{count['not misspecified']:,} 个并非如此，"
            f"{count['open']:,} 个数据无法判断。",
        ),
    ]
    return said


def respecification(
    flagged: pd.DataFrame,
    trial: Trial | str | None,
    cfi: float,
    weak: Sequence[str],
    blurred: Sequence[str],
    label: Mapping[str, str],
    reversed_items: Collection[str] = (),
) -> list[Text]:
    """What a reviewer would ask to respecify, and why it was or was not done.

    `flagged`: misspecified parameters, the largest first; `trial`: the model with the first of them
    free, or why it cannot be fitted; `weak`: items below the cut-off of loadings; `blurred`: pairs
    that are not distinct; `reversed_items`: items worded in reverse.
    """
    said = []
    if len(flagged):
        first = flagged.iloc[0]
        name = escape(readable(f"{first['lhs']} {first['op']} {first['rhs']}", label))
        size = value(first["sepc_all"], "number")
        said.append(
            Text(
                en=f"A reviewer would ask first to free {name} (expected standardized value {size}).",
                zh=f"审稿人首先会要求放开 {name}（标准化期望值 {size}）。",
            )
        )
        if abs(first["sepc_all"]) > 1:
            said.append(
                Text(
                    en="No standardized value can lie beyond 1: an expected change is a guess along a "
                    "straight line, and this one only says that something is wrong at this place.",
                    zh="标准化值不可能超出 1：期望变化只是线性推算，此处仅说明该处有误。",
                )
            )
        if {first["lhs"], first["rhs"]} <= set(reversed_items):
            said.append(
                Text(
                    en="Both items are worded in reverse, so that what they share beyond their constructs "
                    "may be the wording.",
                    zh="两题均为反向措辞，其超出构念的共同部分可能来自措辞。",
                )
            )
        if isinstance(trial, str):
            said.append(
                Text(
                    en=f"That model cannot be fitted: {escape(trial)}.",
                    zh=f"该模型无法拟合：{escape(trial)}。",
                )
            )
        elif trial is not None:
            before, after = (escape(show(v, "bounded", decimals=3)) for v in (cfi, trial.cfi))
            links = escape(show(trial.correlation, "bounded", decimals=3))
            own = escape(show(trial.loading, "bounded", decimals=3))
            said.append(
                Text(
                    en="With it the CFI would "
                    + (f"stay at {after}" if before == after else f"go from {before} to {after}")
                    + f", no correlation between constructs would change by more than {links} and no "
                    f"planned loading by more than {own}"
                    + ("." if trial.admissible else ", in a solution that is not admissible."),
                    zh=(
                        f"放开后 CFI 仍为 {after}"
                        if before == after
                        else f"放开后 CFI 由 {before} 变为 {after}"
                    )
                    + f"，构念间相关的变化不超过 {links}，计划载荷的变化不超过 {own}"
                    + ("。" if trial.admissible else "，但该解不可接受。"),
                )
            )
        said.append(
            Text(
                en="It was not done: it is a question for a new sample [@maccallum1992].",
                zh="此处没有这样做：这应留待新样本检验 [@maccallum1992]。",
            )
        )
    else:
        said.append(
            Text(
                en="No fixed parameter is wrong by enough to matter, so a reviewer has no ground in these "
                "data to ask for another loading or a correlation of residuals, and none was added.",
                zh="没有哪个固定参数的偏误大到值得在意，审稿人无从据这些数据要求增加载荷或残差相关，此处也未增加。",
            )
        )
    if weak:
        said.append(
            Text(
                en=f"Dropping {names(weak).en} for a weak loading would be asked for as well; items stay "
                "in here, so that the scale is the published one, and the robustness checks leave weak "
                "items out.",
                zh=f"还会要求剔除载荷偏低的 {names(weak).zh}；此处予以保留，使量表与原问卷一致，"
                "弱题项在稳健性检验中剔除。",
            )
        )
    if blurred:
        said.append(
            Text(
                en=f"And whether {names(blurred).en} should be merged: the comparison above shows what that "
                "costs in fit. They stay apart because the hypotheses name them apart, and every path "
                "between them is to be read with that in mind.",
                zh=f"以及 {names(blurred).zh} 应否合并：上文的比较给出了合并在拟合上的代价。"
                "因假设分别提及它们，此处仍予分开，其间的路径须据此谨慎解读。",
            )
        )
    return said


def refused(reason: Text) -> Text:
    """That an analysis cannot be done, with the reason in both languages."""
    return Text(
        en=f"This analysis cannot be done here: {escape(reason.en)}.",
        zh=f"此处无法进行该分析：{escape(reason.zh)}。",
    )
