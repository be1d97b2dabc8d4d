"""Sentences of the synthesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.markdown import escape
from loyalty.prose.words import value
from loyalty.study import Text


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
