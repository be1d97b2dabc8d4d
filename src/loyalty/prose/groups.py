"""Sentences of industries and firms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from loyalty.markdown import escape
from loyalty.numbers import show
from loyalty.prose.words import names, significant, value
from loyalty.study import Text
from loyalty.thresholds import Threshold

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
    found = [r["id"] for r in rows.to_dict("records") if significant(r["p_holm"])]
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
