"""Sentences on figures that were printed elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.published.beside import Way, Ways
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
from loyalty.shown.units import units
from loyalty.shown.words import among, interval, number, spaced


def entry_of(found: Reproduced, case: Case) -> Entry:
    """What the case's description says of a publication."""
    return next(entry for entry in case.study.published if entry.id == found.publication)


def _reproduced(found: Reproduced, case: Case) -> Text:
    cite = f"[@{entry_of(found, case).source}]"
    n, same = number(found.n), number(found.same)
    if found.same == found.n == 1:
        return Text(
            en=f"Its one figure comes out as printed, to the last digit {cite}.",
            zh=f"所刊的唯一一个数值得到重现，精确到末位 {cite}。",
        )
    if found.same == found.n:
        return Text(
            en=f"All {n} figures come out as printed, to the last digit {cite}.",
            zh=f"重算所得的 {n} 个数值均与所刊一致，精确到末位 {cite}。",
        )
    largest = number(found.largest_gap, "number", 4)
    all_of = among(found.same, found.n, "个", "重算所得的数值", "", "与所刊一致，精确到末位")
    return Text(
        en=f"{same} of {n} figures come out as printed, to the last digit; the largest difference is {largest} {cite}.",
        zh=f"{all_of}；最大差异为 {largest} {cite}。",
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
            zh=spaced("未予重算的是", f"{escape(left.what.zh)}（{escape(left.why.zh)}）。"),
        )
        for left in entry.not_reproduced
    ]


def pls(found: PathModels, case: Case) -> list[Text]:
    said = _said(found.publications, case)
    if found.sound and found.clear and found.open is not None:
        clear, turned = number(found.clear), number(found.open)
        said.append(
            Text(
                en=f"Of the {clear} paths whose PLS interval leaves zero out, {turned} {'has' if found.open == 1 else 'have'} one that holds zero in the covariance-based model, which takes constructs apart from the errors of their items.",
                zh=f"PLS 区间不含零的路径有 {clear} 条，其中在协方差模型中区间包含零的有 {turned} 条；协方差模型把构念与题项的误差分开。",
            )
        )
    if not found.sound:
        said.append(
            Text(
                en="The covariance-based solution is questionable: standardized paths beyond one, or other signs that these data barely determine the model. It is no yardstick here.",
                zh="协方差模型的解存疑：标准化路径大于 1，或有其他迹象表明这些数据难以确定该模型，因此不能以它为比较的标准。",
            )
        )
    return said


def models(found: FittedModels, case: Case) -> list[Text]:
    return _said(found.publications, case)


def ways(found: Ways, case: Case) -> list[Text]:
    """Whether published paths that are told from zero still are, and if not, by which step."""
    count, clear, turned = number(found.count), number(found.clear), number(found.open)
    if not found.clear:
        return [
            Text(
                en="Estimated as published, no interval of a path leaves zero out.",
                zh="若按所刊的方式估计，各路径的区间均包含零。",
            )
        ]
    all_of = among(found.clear, found.count, "条", "路径", "区间", "不含零")
    said = Text(
        en=f"Estimated as published, {clear} of {count} intervals leave zero out; as this study estimates them, {turned} of these hold{'s' if found.open == 1 else ''} it.",
        zh=f"若按所刊的方式估计，{all_of}；若按本研究的方式估计，其中区间包含零的有 {turned} 条。",
    )
    return [said, *(_turned(way, case) for way in found.rows if way.turned)]


def _turned(way: Way, case: Case) -> Text:
    """What turned a path: the first step from which its interval holds zero to the end."""
    assert way.position is not None
    before, step = way.steps[way.position - 1], way.steps[way.position]
    path, ratio = case.path(way.from_, way.to), number(step.ratio)
    was, now = (interval(s.ci_lower, s.ci_upper) for s in (before, step))
    en, zh = {
        "robust": (
            f"robust standard errors, {ratio} times the plain one",
            f"改用稳健标准误（为普通标准误的 {ratio} 倍）",
        ),
        "estimator": (
            f"{step.estimator} in the place of {before.estimator}",
            f"以 {step.estimator} 取代 {before.estimator}",
        ),
        "answers": (
            f"the answers of all {number(step.n)} people in the place of the {number(before.n)} who left none out",
            f"使用全部 {number(step.n)} 人的答案而不只用 {number(before.n)} 份完整作答",
        ),
        "units": (
            f"{units(case).counted(number(step.units)).en} and not respondents as independent units (standard error {ratio} times as large)",
            spaced(
                "以",
                units(case).counted(number(step.units)).zh,
                f"而非受访者为独立单位（标准误为原来的 {ratio} 倍）",
            ),
        ),
    }[way.turned or ""]
    return Text(
        en=f"{escape(path.en)}: with {en}, the interval goes from {was} to {now}.",
        zh=f"{zh}之后，路径“{escape(path.zh)}”的区间由 {was} 变为 {now}。",
    )


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
