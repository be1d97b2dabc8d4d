"""Sentences of the data audit."""

from __future__ import annotations

from loyalty.prose.words import equals, significant, value
from loyalty.study import Text
from loyalty.thresholds import Threshold


def missing(share: float, complete: int, n: int) -> Text:
    if share == 0:
        return Text(en="No answer is missing.", zh="没有缺失答案。")
    part, full = value(share, "percent"), value(complete / n, "percent")
    return Text(
        en=f"{part} of the answers are missing, and {full} of the respondents answered every item.",
        zh=f"{part} 的答案缺失，{full} 的受访者回答了全部题项。",
    )


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


def careless(flagged: int, n: int) -> Text:
    share = value(flagged / n, "percent")
    return Text(
        en=f"{flagged:,} of {n:,} respondents ({share}) show two signs or more. A sign is no proof: "
        "they stay in, and the robustness checks repeat the main model without them.",
        zh=f"{n:,} 名受访者中有 {flagged:,} 名（{share}）出现两个及以上迹象。迹象并非证据："
        "他们仍留在样本中，稳健性检验会在剔除他们后重估主模型。",
    )


def normality(n: int, skewness_p: float, kurtosis_z: float, kurtosis_p: float) -> Text:
    test = f"*z* = {value(kurtosis_z, 'number')}, *p* {equals(kurtosis_p)}"
    if significant(min(skewness_p, kurtosis_p)):
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
