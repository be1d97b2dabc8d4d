"""Sentences of the data audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyalty.analyses.audit.common_method import MethodFactor
from loyalty.estimates.verdicts import judge
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown.prose.words import counted, equals, names, readable, significant, value
from loyalty.stats.audit import FrequentPatterns, Mardia
from loyalty.stats.validity import MarkerAdjustment, SingleFactor


# --- rows and codes --------------------------------------------------------------------------
def exclusions(n: int, empty: int, repeated: int, flagged: int, strict: int) -> Text:
    """`flagged`: beside the repeated rows; `strict`: left when these and incomplete rows go."""
    share = value(strict / n, "percent")
    if empty:
        en = (
            f"Of {n:,} rows {empty:,} have no answer to any item and say nothing; all others enter "
            "the main analyses."
        )
        zh = f"{n:,} 行中有 {empty:,} 行未回答任何题项、不含信息；其余均进入主要分析。"
    else:
        en = f"All {n:,} rows enter the main analyses."
        zh = f"全部 {n:,} 行均进入主要分析。"
    gone = [
        counted(repeated, "repeated row") if repeated else "",
        f"{counted(flagged, 'flagged respondent')}" if flagged else "",
        "everybody with a missing answer",
    ]
    return Text(
        en=f"{en} Nobody is left out for a missing answer, a repeated row or a sign of "
        f"carelessness; leaving out {names([g for g in gone if g]).en} would keep {strict:,} "
        f"({share}).",
        zh=f"{zh}无人因缺失答案、重复行或敷衍迹象而被剔除；若剔除 {repeated:,} 行重复、"
        f"另外 {flagged:,} 名被标记者及所有有缺失者，则剩 {strict:,} 名（{share}）。",
    )


def codes(declared: int, outside: int, answers: int, refused: bool) -> Text:
    """`declared`, `outside`: answers set to missing as a missing code, as off the scale."""
    if outside:
        part = value(outside / answers, "percent")
        first = Text(
            en=f"{outside:,} answers ({part}) lie outside their scale and were set to missing, as "
            "the case's description asks.",
            zh=f"{outside:,} 个答案（{part}）超出量表，按案例说明设为缺失。",
        )
    else:
        first = Text(en="Every answer lies on its scale.", zh="所有答案均在量表范围内。")
        if refused:
            first = Text(
                en="Every answer lies on its scale; one that did not would have stopped the case.",
                zh="所有答案均在量表范围内；若有超出者，本案例会被拒绝。",
            )
    if declared:
        more = Text(
            en=f" {declared:,} answers carry a code declared as missing.",
            zh=f"{declared:,} 个答案带有声明的缺失码。",
        )
        return Text(en=first.en + more.en, zh=first.zh + more.zh)
    return first


def other_variables(by_item: pd.DataFrame, checked: int) -> Text:
    """`by_item`: index variable, ``n_outside``, ``codes``, of the `checked` ones with a scale."""
    off = by_item[by_item["n_outside"] > 0]
    if off.empty:
        return Text(
            en=f"The answers to the {checked} single questions with a scale lie on theirs as well."
            if checked > 1
            else "The answers to the single question with a scale lie on it as well.",
            zh=f"{checked} 个有量表的单独变量亦无超出。",
        )
    listed = names([f"{k} ({int(c):,})" for k, c in off["n_outside"].items()])
    return Text(
        en=f"Of the single questions some have answers off their scale: {listed.en}.",
        zh=f"有超出量表答案的单独变量：{listed.zh}。",
    )


def repeated(rows: int, ids: int, has_id: bool, lined: int) -> Text:
    """`lined`: repeated rows with one answer over most items."""
    if not rows and not ids:
        return Text(
            en="No row repeats another one" + (" and no id occurs twice." if has_id else "."),
            zh="没有重复的行" + ("，也没有重复的编号。" if has_id else "。"),
        )
    return Text(
        en=f"{counted(rows, 'row')} {'equals' if rows == 1 else 'equal'} an earlier one in every "
        "answer"
        + (
            f" and {counted(ids, 'id')} {'occurs' if ids == 1 else 'occur'} again"
            if ids
            else " and no id occurs twice"
            if has_id
            else ""
        )
        + (
            f"; {'all' if lined == rows else f'{lined:,}'} of these "
            f"{'holds' if lined == 1 else 'hold'} one answer over most of the items"
            if lined and rows > 1
            else "; it holds one answer over most of the items"
            if lined
            else ""
        )
        + ". The rows alone cannot tell whether somebody answered twice or two people alike.",
        zh=f"{rows:,} 行与前面某行的全部答案相同"
        + (f"，{ids:,} 个编号重复" if ids else "，没有重复的编号" if has_id else "")
        + (f"；其中 {lined:,} 行的多数题项为同一答案" if lined else "")
        + "。仅凭这些行无法判断是同一人作答两次还是两人答案相同。",
    )


# --- missing answers -------------------------------------------------------------------------
def missing(share: float, complete: int, n: int) -> Text:
    if share == 0:
        return Text(en="No answer is missing.", zh="没有缺失答案。")
    part, full = value(share, "percent"), value(complete / n, "percent")
    return Text(
        en=f"{part} of the answers are missing, and {full} of the respondents answered every item.",
        zh=f"{part} 的答案缺失，{full} 的受访者回答了全部题项。",
    )


def most_missing(table: pd.DataFrame) -> Text:
    """`table`: index item, ``share_missing``, the item with most missing answers first."""
    share, median = table["share_missing"].iloc[0], table["share_missing"].median()
    en = f"{escape(table.index[0])} was left out most often ({value(share, 'percent')}); "
    zh = f"{escape(table.index[0])} 缺失最多（{value(share, 'percent')}）；"
    if median == 0:
        none = int((table["share_missing"] == 0).sum())
        return Text(
            en=f"{en}{none} of {len(table)} items miss nothing.",
            zh=f"{zh}{len(table)} 个题项中有 {none} 个没有缺失。",
        )
    return Text(
        en=f"{en}half of the items miss {value(median, 'percent')} or less.",
        zh=f"{zh}半数题项的缺失率不超过 {value(median, 'percent')}。",
    )


def patterns(found: FrequentPatterns, least: int) -> Text:
    en = f"Counting the complete rows as one, answers are missing in {found.n_patterns:,} patterns."
    zh = f"连同完整作答在内，缺失共有 {found.n_patterns:,} 种模式。"
    if found.shown.empty:
        en += (
            f" None is shown: all but one are of fewer than {least} respondents, or the count of "
            "one shown would give such a pattern away."
        )
        zh += f"均不单列：其余模式少于 {least} 人，或列出后可据以推出此类模式。"
        return Text(en=en, zh=zh)
    holes = found.shown[found.shown["n_missing"] > 0]
    if len(holes):
        first = holes.iloc[0]
        share = value(first["share"], "percent")
        en += f" The most frequent one with a gap lacks {escape(first['missing'])} alone ({share})."
        zh += f"其中最常见的仅缺 {escape(first['missing'])}（{share}）。"
        if first["n_missing"] > 1:
            en, zh = en.replace(" alone (", " ("), zh.replace("仅缺", "缺")
    if found.pooled_patterns:
        en += (
            f" {found.pooled_patterns:,} rarer patterns are pooled; none of fewer than {least} "
            "respondents is shown."
        )
        zh += (
            f"其余 {found.pooled_patterns:,} 种较少见的模式合并列出；少于 {least} 人的模式不单列。"
        )
    return Text(en=en, zh=zh)


def little(chi2: float, df: int, p: float, cut: Threshold) -> Text:
    test = f"χ²({df}) = {value(chi2, 'number')}, *p* {equals(p)}"
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


# --- careless answering ----------------------------------------------------------------------
def careless(flagged: int, n: int) -> Text:
    share = value(flagged / n, "percent")
    return Text(
        en=f"{flagged:,} of {n:,} respondents ({share}) show two signs or more. A sign is no proof: "
        "they stay in, and the main path is estimated again without them below.",
        zh=f"{n:,} 名受访者中有 {flagged:,} 名（{share}）出现两个及以上迹象。迹象并非证据："
        "他们仍留在样本中，下文在剔除他们后重估主路径。",
    )


def no_signs(left_out: Mapping[str, str]) -> list[Text]:
    """`left_out`: label of a sign → why it does not count here."""
    if not left_out:
        return []
    listed = [f"{escape(label)} ({escape(reason)})" for label, reason in left_out.items()]
    return [
        Text(
            en=f"Not counted as signs here: {'; '.join(listed)}.",
            zh=f"此处未计入的迹象：{'；'.join(listed)}。",
        )
    ]


def signs_agree(pairs: pd.DataFrame, label: Mapping[str, str]) -> Text:
    """`pairs`: ``a, b, kappa, ci_lower, ci_upper``."""
    known = pairs.dropna(subset=["kappa"])
    if len(known) == 1:
        (only,) = known.to_dict("records")
        shown = value(only["kappa"], "bounded", only["ci_lower"], only["ci_upper"])
        chance = only["ci_lower"] <= 0
        a, b = escape(label[only["a"]]), escape(label[only["b"]])
        return Text(
            en=f"“{a}” and “{b}” agree "
            + ("no more than chance may explain" if chance else "beyond chance")
            + f" (κ = {shown}): "
            + ("they see different kinds" if chance else "they see the same kind")
            + " of carelessness [@meade2012].",
            zh=f"“{a}”与“{b}”的一致性"
            + ("不超出偶然" if chance else "超出偶然")
            + f"（κ = {shown}）："
            "二者反映" + ("不同类型" if chance else "同一类") + "的敷衍 [@meade2012]。",
        )
    if known.empty:
        return Text(
            en="At most one sign flags anybody, so that signs cannot agree.",
            zh="至多只有一种迹象标记了受访者，无从比较一致性。",
        )
    top = known.iloc[int(known["kappa"].argmax())]
    shown = value(top["kappa"], "bounded", top["ci_lower"], top["ci_upper"])
    none = int((known["ci_lower"] <= 0).sum())
    a, b = escape(label[top["a"]]), escape(label[top["b"]])
    return Text(
        en=f"Closest agree “{a}” and “{b}” (κ = {shown}); of {len(known)} pairs of signs "
        f"{none} agree no more than chance may explain. Signs that agree see one kind of "
        "carelessness, signs that do not see different kinds [@meade2012].",
        zh=f"一致性最高的是“{a}”与“{b}”（κ = {shown}）；{len(known)} 对迹象中有 {none} 对的一致性"
        "不超出偶然。彼此一致的迹象反映同一类敷衍，不一致的反映不同类型 [@meade2012]。",
    )


def careless_detection(rows: pd.DataFrame) -> Text:
    """`rows`: ``kind`` (``no`` for careful), ``label, share, low, high`` flagged, of simulated rows."""
    clean = rows[rows["kind"] == "no"].iloc[0]
    drawn = rows[rows["kind"] != "no"]
    worst = drawn.iloc[int(drawn["share"].argmin())]
    best = drawn.iloc[int(drawn["share"].argmax())]

    def found(row: pd.Series) -> str:
        return value(row["share"], "percent", row["low"], row["high"])

    en = "As these rows are simulated, it is known who answers carelessly: the rule finds "
    zh = "由于数据是模拟的，谁在敷衍作答是已知的：该规则识别出"
    parts = [best] if best["kind"] == worst["kind"] else [best, worst]
    en += " but only ".join(f"{found(r)} of “{escape(str(r['label']))}”" for r in parts)
    zh += "，但只识别出".join(f"“{escape(str(r['label']))}”中的 {found(r)}" for r in parts)
    missed = float(worst["low"]) < 0.5
    return Text(
        en=f"{en}, and wrongly flags {found(clean)} of the careful. "
        + (
            "Too few signs can be had from this questionnaire to find the latter kind reliably, "
            "and some of it is likely to be left among those not flagged; in real answers too."
            if missed
            else "Real carelessness may be harder to see."
        ),
        zh=f"{zh}，并误标 {found(clean)} 的认真作答者。"
        + (
            "这份问卷可用的迹象太少，后一类无法可靠识别，未被标记者中可能仍有此类；真实数据亦然。"
            if missed
            else "现实中的敷衍可能更难识别。"
        ),
    )


def careless_sensitivity(rows: pd.DataFrame, path: str, sign: str) -> list[Text]:
    """`rows`: ``who, value, low, high, problem``, everybody first, then the study's rule."""
    done = rows.dropna(subset=["value"])
    if len(done) < 2 or done.index[0] != rows.index[0]:
        return [
            Text(
                en="The path could not be estimated with and without the flagged respondents.",
                zh="无法在保留与剔除被标记者两种情况下估计该路径。",
            )
        ]
    first, second = done.iloc[0], done.iloc[1]
    before = value(first["value"], "number", first["low"], first["high"])
    after = value(second["value"], "number", second["low"], second["high"])
    shift = abs(second["value"] - first["value"])
    half = (first["high"] - first["low"]) / 2
    small = shift < half
    said = [
        Text(
            en=f"Without the flagged respondents the path {escape(path)} is {after} instead of "
            f"{before}; the shift is "
            + ("smaller" if small else "larger")
            + " than half the width of everybody's interval.",
            zh=f"剔除被标记者后，路径 {escape(path)} 为 {after}，全体为 {before}；变动"
            + ("小于" if small else "大于")
            + "全体区间宽度的一半。",
        )
    ]
    sound = done[done["problem"] == ""].to_dict("records")
    verdicts = {judge(sign, r["low"], r["high"]) for r in sound}
    if len(verdicts) > 1:
        said.append(
            Text(
                en="The verdict on the hypothesis depends on who is left out.",
                zh="对假设的判断取决于剔除了哪些人。",
            )
        )
    elif sound:
        said.append(
            Text(
                en="The verdict on the hypothesis is the same in all selections with a sound "
                "solution.",
                zh="在解可采信的各种选择下，对假设的判断相同。",
            )
        )
    wild = [r for r in sound if abs(r["value"]) > 1]
    if wild:
        en, zh = (
            ("With everybody", "以全体计")
            if len(wild) == len(sound)
            else ("In some", "在部分选择中")
        )
        said.append(
            Text(
                en=f"{en} the standardized path lies beyond 1, which predictors do that the data "
                "hardly tell apart: neither its size nor its sign is known, only that the model "
                "asks too much of these data.",
                zh=f"{zh}标准化路径超出 1，这是预测构念在数据中几乎无法区分的结果："
                "其大小与正负均不可知，只说明模型对数据要求过高。",
            )
        )
    faulty = int((rows["problem"] != "").sum())
    if faulty:
        said.append(
            Text(
                en=f"{faulty} of the {len(rows)} selections "
                + ("rests" if faulty == 1 else "rest")
                + " on a solution that is not to be taken at face value, or could not be "
                "estimated.",
                zh=f"{len(rows)} 种中有 {faulty} 种的解不可直接采信，或无法估计。",
            )
        )
    return said


# --- normality -------------------------------------------------------------------------------
def univariate_shape(table: pd.DataFrame, skew: Threshold, kurtosis: Threshold) -> Text:
    """`table`: index item, ``skew, kurtosis``."""
    known = table.dropna(subset=["skew", "kurtosis"])
    low, high = str(known["skew"].idxmin()), str(known["skew"].idxmax())
    beyond = [
        str(item)
        for item, s, k in zip(known.index, known["skew"], known["kurtosis"], strict=True)
        if not skew.met(abs(s)) or not kurtosis.met(k)
    ]
    marks = escape(show(skew.value, "count")), escape(show(kurtosis.value, "count"))
    en = (
        f"Skewness runs from {value(known.loc[low, 'skew'], 'number')} ({escape(low)}) to "
        f"{value(known.loc[high, 'skew'], 'number')} ({escape(high)})"
    )
    zh = (
        f"偏度介于 {value(known.loc[low, 'skew'], 'number')}（{escape(low)}）与 "
        f"{value(known.loc[high, 'skew'], 'number')}（{escape(high)}）之间"
    )
    if beyond:
        listed = names(beyond)
        en += f"; beyond {marks[0]} in skewness or {marks[1]} in kurtosis [@{skew.cite}] lie {listed.en}."
        zh += f"；偏度超过 {marks[0]} 或峰度超过 {marks[1]} [@{skew.cite}] 的有 {listed.zh}。"
    else:
        en += f"; no item passes {marks[0]} in skewness or {marks[1]} in kurtosis, from where on plain maximum likelihood suffers [@{skew.cite}]."
        zh += f"；没有题项的偏度超过 {marks[0]} 或峰度超过 {marks[1]}——超过后普通极大似然法会受影响 [@{skew.cite}]。"
    return Text(en=en, zh=zh)


def direction(table: pd.DataFrame) -> Text:
    """`table`: index item, ``skew``: which way most answers lean."""
    known = table["skew"].dropna()
    left = int((known < 0).sum())
    return Text(
        en=f"{left} of {len(known)} items have their longer tail at the low end, as answers do that "
        "crowd towards agreement.",
        zh=f"{len(known)} 个题项中有 {left} 个的长尾在低端，即答案偏向同意一侧。",
    )


def normality(found: Mardia) -> Text:
    """Mardia's tests, with what his coefficients would be under a normal distribution."""
    p, n = found.n_items, f"{found.n:,}"
    skew = (
        f"{value(found.skewness, 'number')}, χ²({found.skewness_df:,.0f}) = "
        f"{value(found.skewness_chi2, 'number')}, *p* {equals(found.skewness_p)}"
    )
    usual = value(p * (p + 2), "count")
    kurtosis = (
        f"*z* = {value(found.kurtosis_z, 'number')}, *p* {equals(found.kurtosis_p)}",
        value(found.kurtosis, "number"),
    )
    en = (
        f"(Mardia's skewness {skew}; kurtosis {kurtosis[1]} where {usual} is normal, {kurtosis[0]})"
    )
    zh = f"（Mardia 偏度 {skew}；峰度 {kurtosis[1]}，正态时为 {usual}，{kurtosis[0]}）"
    if significant(min(found.skewness_p, found.kurtosis_p)):
        return Text(
            en=f"Over {n} complete rows the {p} items are not multivariate normal {en}: standard "
            "errors and test statistics are therefore taken in their robust form.",
            zh=f"在 {n} 行完整答案上，{p} 个题项不服从多元正态{zh}：因此采用稳健的标准误和检验统计量。",
        )
    return Text(
        en=f"Over {n} complete rows nothing speaks against multivariate normality of the {p} items "
        f"{en}.",
        zh=f"在 {n} 行完整答案上，未发现 {p} 个题项偏离多元正态{zh}。",
    )


# --- sample ----------------------------------------------------------------------------------
def sample(rows: Sequence[Mapping[str, Any]], lacking: Mapping[str, int], n: int) -> Text:
    """`rows`: ``group, level, share`` (absent where hidden); `lacking`: group → no answer."""
    shown = [r for r in rows if r.get("share") is not None]
    if not shown:
        return Text(
            en="Every group is too small to be shown.", zh="所有分组的人数均过少，不予列出。"
        )
    low, high = min(shown, key=lambda r: r["share"]), max(shown, key=lambda r: r["share"])
    parts = [
        f"{escape(str(r['level']))} ({escape(str(r['group']))}, {value(r['share'], 'percent')})"
        for r in (high, low)
    ]
    none = [f"{k} ({show(v / n, 'percent')})" for k, v in lacking.items() if v]
    en = f"The largest group shown is {parts[0]}, the smallest {parts[1]}."
    zh = f"所列各组中最大的是{parts[0]}，最小的是{parts[1]}。"
    if none:
        en += f" Without a group are respondents in {names(none).en}."
        zh += f"未归组的受访者：{names(none).zh}。"
    return Text(en=en, zh=zh)


def quotas(rows: Sequence[Mapping[str, float | str]], cut: Threshold) -> list[Text]:
    """`rows`: ``label, chi2, df, p, w, min_expected`` a grouping with quotas."""
    top = max(rows, key=lambda r: float(r["w"]))
    test = f"χ²({int(top['df'])}) = {value(top['chi2'], 'number')}, *p* {equals(float(top['p']))}"
    size, mark = value(top["w"], "bounded"), escape(show(cut.value, "bounded"))
    small = cut.met(float(top["w"]))
    odd = [str(r["label"]) for r in rows if significant(float(r["p"]))]
    label = escape(str(top["label"]))
    if float(top["w"]) < 0.005:
        return [
            Text(
                en="The sample fills its quotas exactly or nearly so (w below .01 in every "
                "grouping); quotas that are met do not make a sample random.",
                zh="样本与各项配额（几乎）完全一致（w 均小于 .01）；但配额得到满足并不意味着样本是随机的。",
            )
        ]
    said = [
        Text(
            en=f"The sample departs most from its quotas in {label} (w = {size}, {test}), "
            + (f"less than the {mark}" if small else f"more than the {mark}")
            + f" from where on Cohen speaks of a small effect [@{cut.cite}].",
            zh=f"样本与配额差异最大的是{label}（w = {size}，{test}），"
            + ("小于" if small else "大于")
            + f" Cohen 所称小效应的起点 {mark} [@{cut.cite}]。",
        )
    ]
    if odd:
        said.append(
            Text(
                en=f"The test finds a departure in {names(odd).en}.",
                zh=f"检验发现存在偏离的分组：{names(odd).zh}。",
            )
        )
    else:
        said.append(
            Text(
                en="No test finds a departure; quotas that are met do not make a sample random.",
                zh="没有检验发现偏离；但配额得到满足并不意味着样本是随机的。",
            )
        )
    rough = [str(r["label"]) for r in rows if float(r["min_expected"]) < 5]
    if rough:
        said.append(
            Text(
                en=f"With expected counts below 5 the *p* value is rough for {names(rough).en}.",
                zh=f"期望频数低于 5，*p* 值仅为近似：{names(rough).zh}。",
            )
        )
    return said


def no_quota_test(refused: Sequence[tuple[str, str]]) -> list[Text]:
    """`refused`: (grouping, why its quotas are not tested)."""
    return [
        Text(
            en=f"Not tested is {escape(group)}: {escape(reason)}.",
            zh=f"未检验：{escape(group)}（{escape(reason)}）。",
        )
        for group, reason in refused
    ]


# --- common method ---------------------------------------------------------------------------
def harman(found: SingleFactor) -> Text:
    factor, component = (
        value(found.factor_share, "percent"),
        value(found.component_share, "percent"),
    )
    return Text(
        en=f"One common factor accounts for {factor} of the variance of all items, one component "
        f"for {component}. This is Harman's test, and a weak one: a low share does not exclude "
        "method variance, and a high share may be nothing but constructs that belong together "
        "[@podsakoff2003].",
        zh=f"单一共同因子解释全部题项方差的 {factor}，单一主成分解释 {component}。这就是 Harman "
        "检验，效力较弱：比例低不能排除方法变异，比例高也可能只是构念本身相关 [@podsakoff2003]。",
    )


def method_factor(found: MethodFactor, label: Mapping[str, str], path: str) -> list[Text]:
    """One model with a method factor; `path` names the focal path, empty without one."""
    shown = value(found.variance, "number", found.low, found.high)
    kind = {
        "turned": Text(en="on the scored answers", zh="作用于计分后答案"),
        "as answered": Text(
            en="on the codes as given (whichever way an item is worded)",
            zh="作用于原始编码（不论题项正反）",
        ),
    }[found.direction]
    if found.low > 0:
        share = value(found.share, "percent")
        en = f"A method factor {kind.en} has a variance of {shown}, {share} of an average item's."
        zh = f"{kind.zh}的方法因子方差为 {shown}，占题项平均方差的 {share}。"
    elif found.variance < 0:
        en = f"A method factor {kind.en} gets a negative variance ({shown})"
        zh = f"{kind.zh}的方法因子得到负方差（{shown}）"
        if found.high < 0:
            en += ": beyond the constructs the answers have nothing positive in common."
            zh += "：除构念外，答案没有正的共同成分。"
        else:
            en += (
                ": none is found, and the interval tells how much there may be. A factor without "
                "variance has no loadings to compare."
            )
            zh += "：未发现方法变异，可能的大小见区间。没有方差的因子无从比较载荷。"
        return [Text(en=en, zh=zh)]
    else:
        en = f"The variance of a method factor {kind.en} may be zero ({shown})."
        zh = f"{kind.zh}的方法因子方差可能为零（{shown}）。"
    if found.problems:
        reasons = escape(readable("; ".join(found.problems), label))
        en += f" Its solution is not to be taken at face value ({reasons}), so that loadings are not compared."
        zh += f"其解不可直接采信（{reasons}），故不比较载荷。"
        return [Text(en=en, zh=zh)]
    change = value(found.loading_change, "bounded")
    en += f" With it a standardized loading moves by up to {change} ({escape(found.loading_item)})"
    zh += f"加入后，标准化载荷的最大变动为 {change}（{escape(found.loading_item)}）"
    if found.correlation_pair is not None:
        a, b = (escape(label[c]) for c in found.correlation_pair)
        moved = value(found.correlation_change, "bounded")
        en += f" and a correlation of constructs by up to {moved} ({a} and {b})"
        zh += f"，构念相关的最大变动为 {moved}（{a}与{b}）"
    en, zh = en + ".", zh + "。"
    if path and np.isfinite(found.focal):
        size = value(found.focal, "number", found.focal_low, found.focal_high)
        en += f" The path {escape(path)} is {size} then."
        zh += f"此时路径 {escape(path)} 为 {size}。"
    elif path:
        en += " The structural model with it has no sound solution."
        zh += "加入该因子的结构模型没有可采信的解。"
    return [Text(en=en, zh=zh)]


def marker(found: MarkerAdjustment, label: str) -> Text:
    p = found.p.to_numpy()[np.tril_indices(len(found.p), -1)]
    kept = int(sum(significant(x) for x in p))
    size, change = (
        value(found.marker_correlation, "bounded"),
        value(found.largest_change, "bounded"),
    )
    return Text(
        en=f"The marker ({escape(label)}) shares r = {size} with the construct it goes least with; "
        f"taken as method variance and partialled out [@lindell2001], it changes the correlations "
        f"by at most {change}, and {kept} of {len(p)} stay clear of zero.",
        zh=f"标记变量（{escape(label)}）与其关系最弱的构念相关为 {size}；将其视为方法变异并剔除后 "
        f"[@lindell2001]，相关的最大变动为 {change}，{len(p)} 个相关中有 {kept} 个仍显著异于零。",
    )
