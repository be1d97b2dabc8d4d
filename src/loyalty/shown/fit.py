"""Sentences on how well a model fits."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.estimates.fit import FitMeasures
from loyalty.estimates.verdicts import PathVerdict
from loyalty.ground.catalogue import catalogue
from loyalty.ground.markdown import escape
from loyalty.ground.reasons import Reason
from loyalty.ground.terms import message
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown.context import Case
from loyalty.shown.words import equals, interval, names, number, readable, significant, spaced, wide

#: The heading of each verdict on a hypothesis.
PATH_VERDICTS: dict[PathVerdict, str] = {
    "supported": "supported",
    "open": "open",
    "contradicted": "contradicted",
}


def fit(found: FitMeasures, indices: Sequence[str]) -> list[Text]:
    """χ² and the indices (of cfi, tli, rmsea, srmr) with what their cut-offs say of them."""
    df, chisq = number(found.df), number(found.chisq, decimals=1)
    test = f"χ²({df}) = {chisq}, *p* {equals(found.p)}"
    n, free = number(found.n), number(found.parameters)
    said = [
        Text(
            en=f"With {n} respondents and {free} free parameters the model has {test}.",
            zh=f"受访者为 {n} 名，自由参数为 {free} 个，模型的卡方检验为 {wide(test)}。",
        )
    ]
    shown = []
    by: dict[Verdict, list[Text]] = {"met": [], "not met": [], "open": []}
    for name in indices:
        seen = getattr(found, name)
        value = f"{name.upper()} = {number(seen, 'bounded', 3)}"
        text = Text(en=value, zh=value)
        cut = threshold(name)
        verdict: Verdict = "met" if seen is not None and cut.met(seen) else "not met"
        if name == "rmsea":
            lower, upper = found.rmsea_ci_lower, found.rmsea_ci_upper
            ends = interval(lower, upper, "bounded", 3)
            text = Text(en=f"{value} (90 % interval {ends})", zh=f"{value}（90% 区间 {ends}）")
            verdict = "open"
            if lower is not None and upper is not None:
                verdict = cut.verdict(lower, upper)
        shown.append(text)
        by[verdict].append(Text(en=name.upper(), zh=name.upper()))
    said.append(
        Text(en=f"{', '.join(t.en for t in shown)}.", zh=f"{'，'.join(t.zh for t in shown)}。")
    )
    said.append(_judged_by_cuts(by))
    if found.p is None or not significant(found.p):
        said.append(Text(en="Exact fit is not rejected.", zh="精确拟合未被拒绝。"))
    elif not by["not met"] and not by["open"]:
        said.append(
            Text(
                en="Exact fit is rejected, as the test does with small misfit in large samples.",
                zh="精确拟合被拒绝；在大样本下，细微的失拟即会导致拒绝。",
            )
        )
    else:
        said.append(Text(en="Exact fit is rejected.", zh="精确拟合被拒绝。"))
    return said


def _judged_by_cuts(by: dict[Verdict, list[Text]]) -> Text:
    en, zh = [], []
    if by["met"]:
        en.append(f"{names(by['met']).en} meet{'s' if len(by['met']) == 1 else ''} the cut-off")
        zh.append(spaced(names(by["met"]).zh, "达到标准"))
    if by["not met"]:
        do = "does" if len(by["not met"]) == 1 else "do"
        en.append(f"{names(by['not met']).en} {do} not meet {'it' if by['met'] else 'the cut-off'}")
        zh.append(spaced(names(by["not met"]).zh, "未达到标准"))
    if by["open"]:
        en.append("RMSEA's interval holds it")
        zh.append("RMSEA 的区间包含标准值，是否达标未定")
    cite = threshold("cfi").cite
    return Text(en=f"{'; '.join(en)} [@{cite}].", zh=f"{'；'.join(zh)} [@{cite}]。")


def problems(said: Sequence[Reason], case: Case) -> Text:
    """What the estimator says against a solution, one after the other, ready for a sentence."""
    texts = [readable(reason.text(case.labels), case) for reason in said]
    return Text(
        en="; ".join(escape(t.en) for t in texts) or "none",
        zh="；".join(escape(t.zh) for t in texts) or "无",
    )


def faults(said: Sequence[Reason], case: Case) -> Text:
    """What is wrong with a solution, by name alone where the fault has one, for a sentence."""
    texts = [_fault(reason, case) for reason in said]
    return Text(
        en="; ".join(escape(t.en) for t in texts) or "none",
        zh="；".join(escape(t.zh) for t in texts) or "无",
    )


def _fault(reason: Reason, case: Case) -> Text:
    if reason.code not in catalogue("faults"):
        return readable(reason.text(case.labels), case)
    words = {k: v for k, v in reason.parameters.items() if not isinstance(v, Reason)}
    return message("faults", reason.code, words, case.labels)


def judged(found: FitMeasures, case: Case) -> list[Text]:
    """What the estimator says against its own solution, if anything."""
    if not found.problems:
        return []
    reasons = problems(found.problems, case)
    return [
        Text(
            en=f"**The solution is not to be taken at face value**: {reasons.en}.",
            zh=f"**该解不可直接采信**：{reasons.zh}。",
        )
    ]
