"""Sentences on figures that were printed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.published.findings import (
    AnswerStatistics,
    FittedModels,
    Left,
    PanelModels,
    PathModels,
    PurchaseModels,
    Reproduced,
)
from loyalty.cases.printed import Published as Entry
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.words import number


def entry_of(found: Reproduced, case: Case) -> Entry:
    """What the case's description says of a publication."""
    return next(entry for entry in case.study.published if entry.id == found.publication)


def _reproduced(found: Reproduced, case: Case) -> Text:
    cite = f"[@{entry_of(found, case).source}]"
    n, same = number(found.n), number(found.same)
    if found.same == found.n == 1:
        return Text(
            en=f"Its one figure comes out as printed, to the last digit {cite}.",
            zh=f"其唯一数值与所刊一致，精确到末位 {cite}。",
        )
    if found.same == found.n:
        return Text(
            en=f"All {n} figures come out as printed, to the last digit {cite}.",
            zh=f"全部 {n} 个数值均与所刊一致，精确到末位 {cite}。",
        )
    largest = number(found.largest_gap, "number", 4)
    return Text(
        en=f"{same} of {n} figures come out as printed, to the last digit; the largest difference is {largest} {cite}.",
        zh=f"{n} 个数值中有 {same} 个与所刊一致（至末位）；最大差异为 {largest} {cite}。",
    )


def _said(publications: Sequence[Reproduced], case: Case) -> list[Text]:
    """How much of each publication came out, and what of it was not computed, with the reason."""
    said = []
    for one in publications:
        said.append(_reproduced(one, case))
        said += _left(entry_of(one, case))
    return said


def _left(entry: Entry) -> list[Text]:
    return [
        Text(
            en=f"Not computed anew: {escape(left.what.en)} ({escape(left.why.en)}).",
            zh=f"未重算：{escape(left.what.zh)}（{escape(left.why.zh)}）。",
        )
        for left in entry.not_reproduced
    ]


def pls(found: PathModels, case: Case) -> list[Text]:
    said = _said(found.publications, case)
    if not found.sound:
        said.append(
            Text(
                en="The covariance-based solution is questionable: standardized paths beyond one, or other signs that these data barely determine the model. It is no yardstick here.",
                zh="协方差模型的解存疑：标准化路径超过一，或有其他迹象表明数据难以确定该模型，此处不可作为标准。",
            )
        )
    return said


def models(found: FittedModels, case: Case) -> list[Text]:
    return _said(found.publications, case)


def statistics(found: AnswerStatistics, case: Case) -> list[Text]:
    return _said(found.publications, case)


def left(found: Left, case: Case) -> list[Text]:
    """What publications print of which nothing is computed, and why."""
    said = []
    for entry in case.study.published:
        if entry.id in found.publications:
            cite = f"[@{entry.source}]"
            said.append(
                Text(
                    en=f"{escape(entry.label.en)} {cite}:", zh=f"{escape(entry.label.zh)} {cite}："
                )
            )
            said += _left(entry)
    return said


def bg_nbd(found: PurchaseModels, case: Case) -> list[Text]:
    return _said(found.publications, case)


def panel(found: PanelModels, case: Case) -> list[Text]:
    return _said(found.publications, case)
