"""Sentences of a brief about a survey, each from the fields of a finding, or gone."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.argument.read import INDICES
from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.groups.models import Paths
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural.findings import Structural
from loyalty.book.brief.material import Grade, Headline, Judged, Material
from loyalty.cases.asked import Hypothesis
from loyalty.estimates.verdicts import doubtful
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.text import NOTHING, Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.units import units
from loyalty.shown.words import (
    among,
    be,
    cut,
    estimate,
    every,
    listed,
    number,
    readable,
    text,
)

#: So many paths, pairs or scales are named in a sentence; the chapter has all.
NAMED = 4


def named(parts: Sequence[Text]) -> Text:
    """The first few of a list; where it is longer, that there are others."""
    if len(parts) <= NAMED:
        return listed(parts)
    some = parts[:NAMED]
    return text(f"{', '.join(p.en for p in some)} and others", f"{'、'.join(p.zh for p in some)}等")


def told(parts: Sequence[Text]) -> Text:
    """As :func:`named`, of parts that are clauses in Chinese."""
    first = named(parts)
    if len(parts) < 2:
        return first
    rest = "等" if len(parts) > NAMED else ""
    return text(first.en, "，".join(p.zh for p in parts[:NAMED]) + rest)


def reason(refused: Refused, data: Material) -> Text:
    """Why something could not be computed, within a sentence."""
    why = readable(refused.refused.text(data.case.labels), data.case)
    return text(escape(why.en), escape(why.zh))


# --- the answer ----------------------------------------------------------------------------------
def answer(data: Material) -> Text | None:
    """What the answers say of the path that the study is about; None of a case without a survey."""
    if not data.study.surveyed:
        return None
    path = data.focal
    if path is None:
        return _untested(data)
    start, end = data.label(path.hypothesis.from_), data.label(path.hypothesis.to)
    if path.row is None:
        return text(
            f"Whether {start.en} goes with {end.en} was not estimated.",
            f"{start.zh}与{end.zh}是否相关，此处未作估计。",
        )
    if not path.relied:
        return text(
            f"Whether {start.en} goes with {end.en} these answers cannot say: {path.doubted.en}.",
            f"{start.zh}与{end.zh}是否相关，无法由这些答案得知：{path.doubted.zh}。",
        )
    row = path.row
    size = estimate(row.estimate, row.ci_lower, row.ci_upper)
    held = _held(data, path)
    if row.verdict == "open":
        return text(
            f"Whether {start.en} goes with {end.en} stays open{held.en}: {size}, an interval that holds zero.",
            f"{start.zh}与{end.zh}是否相关，尚无定论：{held.zh}二者之间的路径为 {size}，区间包含零。",
        )
    more = row.estimate > 0
    high, zh_high = ("also score higher", "也较高") if more else ("score lower", "较低")
    expected = ("as expected", "与预期一致")
    if row.verdict == "contradicted":
        expected = ("against what was expected", "与预期相反")
    return text(
        f"People who score higher on {start.en} {high} on {end.en}, {expected[0]}: of two people one standard deviation apart on the one, the difference on the other is on average {size} standard deviations{held.en}.",
        f"{start.zh}得分较高的人，{end.zh}的得分{zh_high}，{expected[1]}：{held.zh}前者每相差一个标准差，后者平均相差 {size} 个标准差。",
    )


def _held(data: Material, path: Judged) -> Text:
    """What is held constant, where more than one thing leads to the same."""
    others = [
        p for p in data.paths if p.row and p is not path and p.hypothesis.to == path.hypothesis.to
    ]
    if not others:
        return NOTHING
    return text(", with what else leads there held constant", "在其他前因保持不变时，")


def _untested(data: Material) -> Text:
    """Nothing was expected, or what was expected could not be estimated."""
    if not any(h.is_path for h in data.study.hypotheses):
        return text(
            "No expectation of what goes with what was written down, so that none was tested.",
            "案例说明没有写明关于变量之间关系的假设，因此未作检验。",
        )
    findings = data.of("structural", Structural)
    refused = next(
        (
            found
            for found in (findings.fit, findings.paths)  # whichever could not be had
            if isinstance(found, Refused)
        )
        if findings
        else iter(()),
        None,
    )
    if refused is None:
        return text(
            "What was expected to go with what was not estimated here.",
            "所假设的关系，此处未作估计。",
        )
    why = reason(refused, data)
    return text(
        f"Whether what was expected holds cannot be said: {why.en}.",
        f"所作的假设是否成立，无法判断：{why.zh}。",
    )


# --- the findings --------------------------------------------------------------------------------
def paths(data: Material) -> Headline | None:
    """What is borne out, open, against expectation, and what may not be relied upon."""
    if not data.paths:
        return None
    by = {
        verdict: [p for p in data.paths if p.relied and p.row and p.row.verdict == verdict]
        for verdict in ("supported", "open", "contradicted")
    }
    doubted = [p for p in data.paths if p.row is not None and not p.relied]
    aside = [p for p in data.paths if p.row is None]
    one = len(data.paths) == 1
    if by["supported"] and not (by["open"] or by["contradicted"] or doubted):
        first = text(
            "**The path that was expected is borne out**"
            if one
            else "**All paths that were expected are borne out**",
            "**所假设的路径得到支持。**" if one else "**所假设的路径均得到支持。**",
        )
    elif by["supported"]:
        first = text("**Some of what was expected is borne out**", "**部分假设得到支持。**")
    elif by["open"] or by["contradicted"]:
        first = text("**None of what was expected is borne out**", "**没有任何假设得到支持。**")
    else:
        first = text(
            "**What was expected cannot be judged from these answers**",
            "**由这些答案无法判断假设是否成立。**",
        )
    parts = []
    forms = {
        "supported": text("borne out: {}", "得到支持的有{}"),
        "contradicted": text("against what was expected: {}", "与假设相反的有{}"),
        "open": text("open, for the interval holds zero: {}", "因区间包含零而未定的有{}"),
    }
    for verdict, form in forms.items():
        if by[verdict]:
            shown = named([_sized(data, p) for p in by[verdict]])
            parts.append(text(form.en.format(shown.en), form.zh.format(shown.zh)))
    if doubted:
        same = len({p.doubts[0] for p in doubted}) == 1
        shown = named(
            [
                data.path(p)
                if same
                else text(
                    f"{data.path(p).en} ({p.doubted.en})", f"{data.path(p).zh}（{p.doubted.zh}）"
                )
                for p in doubted
            ]
        )
        why = doubted[0].doubted
        parts.append(
            text(
                f"not to be relied upon{f', for {why.en}' if same else ''}: {shown.en}",
                f"{f'因{why.zh}而' if same else ''}不可采信的有{shown.zh}",
            )
        )
    if aside:
        shown = named([data.path(p) for p in aside])
        parts.append(text(f"not estimated: {shown.en}", f"未估计的有{shown.zh}"))
    grade = data.grade("low" if any(p.clear for p in data.paths) else "none")
    if len(parts) == 1 and by["supported"]:  # the first words have said it
        shown = named([_sized(data, p) for p in by["supported"]])
        said = text(
            f"{first.en}: {shown.en}.",
            f"{first.zh}{'依次为' if len(by['supported']) > 1 else '即'}{shown.zh}。",
        )
        return Headline([said], grade, "structural")
    body = text("; ".join(p.en for p in parts), "；".join(p.zh for p in parts))
    said = text(f"{first.en}. {body.en[0].upper()}{body.en[1:]}.", f"{first.zh}{body.zh}。")
    return Headline([said], grade, "structural")


_JUDGED: dict[str, Text] = {
    "supported": text("supported", "支持"),
    "open": text("open", "未定"),
    "contradicted": text("against what was expected", "与假设相反"),
}


def bends(data: Material) -> Headline | None:
    """What is borne out of the moderations and bends that were expected; gone without any.

    By the latent constructs where these may be relied upon and were estimated, else by scores;
    where the two judge otherwise that is said.
    """
    expected = [h for h in data.study.hypotheses if not h.is_path]
    if not expected:
        return None
    found = data.one("structural", Structural, "moderation")
    rows = {r.id: r for r in (found.rows if found else ())}
    parts: dict[str, list[Text]] = {"supported": [], "contradicted": [], "method": [], "open": []}
    lost = []
    for h in expected:
        row = rows.get(h.id)
        what = _term(data, h)
        if row is None:
            lost.append(what)
            continue
        verdict, size = row.verdict, estimate(row.estimate, row.ci_lower, row.ci_upper)
        shown = text(f"{what.en} {size}", f"{what.zh} {size}")
        if row.latent_verdict is not None and not data.case.reliance.whole:
            latent = estimate(row.latent_estimate, row.latent_ci_lower, row.latent_ci_upper)
            shown = text(f"{what.en} {latent}", f"{what.zh} {latent}")
            if row.latent_verdict != row.verdict:
                by, otherwise_ = _JUDGED[row.latent_verdict], _JUDGED[row.verdict]
                shown = text(
                    f"{shown.en} ({by.en}), by scores {size} ({otherwise_.en})",
                    f"{what.zh}，按潜变量为 {latent}（{by.zh}），按得分为 {size}（{otherwise_.zh}）",
                )
                verdict = "method"
        parts[verdict].append(shown)
    forms = {
        "supported": text("borne out: {}", "得到支持的有{}"),
        "contradicted": text("against what was expected: {}", "与假设相反的有{}"),
        "method": text(
            "judged otherwise between latent constructs than by scores: {}",
            "按潜变量与按得分判断不同的有{}",
        ),
        "open": text("open, for the interval holds zero: {}", "因区间包含零而未定的有{}"),
    }
    told = [
        text(form.en.format(shown.en), form.zh.format(shown.zh))
        for verdict, form in forms.items()
        if parts[verdict]
        for shown in [named(parts[verdict])]
    ]
    if lost:
        shown = named(lost)
        told.append(text(f"not estimated: {shown.en}", f"未估计的有{shown.zh}"))
    good, all_ = len(parts["supported"]), len(expected)
    if good == all_:
        first = text(
            "**The moderations and bends that were expected are borne out**"
            if all_ > 1
            else f"**The {_kind(expected[0]).en} that was expected is borne out**",
            "**所假设的调节与曲线效应均得到支持。**"
            if all_ > 1
            else f"**所假设的{_kind(expected[0]).zh}得到支持。**",
        )
    elif good:
        first = text(
            "**Some of the moderations and bends that were expected are borne out**",
            "**所假设的调节与曲线效应部分得到支持。**",
        )
    else:
        first = text(
            "**None of the moderations and bends that were expected is borne out**"
            if all_ > 1
            else f"**The {_kind(expected[0]).en} that was expected is not borne out**",
            "**所假设的调节与曲线效应均未得到支持。**"
            if all_ > 1
            else f"**所假设的{_kind(expected[0]).zh}未得到支持。**",
        )
    body = text("; ".join(p.en for p in told), "；".join(p.zh for p in told))
    said = text(f"{first.en}. {body.en[0].upper()}{body.en[1:]}.", f"{first.zh}{body.zh}。")
    clear = good or parts["contradicted"]
    return Headline([said], data.grade("low" if clear else "none"), "structural")


def _kind(of: Hypothesis) -> Text:
    return text("bend", "曲线效应") if of.quadratic else text("moderation", "调节效应")


def _term(data: Material, of: Hypothesis) -> Text:
    """``Satisfaction × Investments → Intention``, ``Satisfaction² → Loyalty``."""
    start, end = data.label(of.from_), data.label(of.to)
    if of.quadratic:
        return text(f"{start.en}² → {end.en}", f"{start.zh}² → {end.zh}")
    by = data.label(of.moderator or "")
    return text(f"{start.en} × {by.en} → {end.en}", f"{start.zh} × {by.zh} → {end.zh}")


def _sized(data: Material, path: Judged) -> Text:
    row = path.row
    assert row is not None
    size = estimate(row.estimate, row.ci_lower, row.ci_upper)
    label = data.path(path)
    return text(f"{label.en} {size}", f"{label.zh} {size}")


def apart(data: Material) -> Headline | None:
    """How far the constructs can be told apart; gone where there is one, or no interval."""
    found = data.one("measurement", Measurement, "htmt")
    if found is None or not found.pairs:
        return None
    cutoff = threshold("htmt")
    pairs, met, unsure = number(found.pairs), number(found.met), number(found.open)
    failing = told(
        [
            text(
                f"{data.label(r.construct_a).en} and {data.label(r.construct_b).en} {_ratio(r)}",
                f"{data.label(r.construct_a).zh}与{data.label(r.construct_b).zh}为 {_ratio(r)}",
            )
            for r in found.rows
            if r.verdict == "not met"
        ]
    )
    if found.not_met:
        n = number(found.not_met)
        still = f", {unsure} {be(found.open)} open" if found.open else ""
        still_zh = f"，另有 {unsure} 对未定" if found.open else ""
        said = [
            text(
                f"**People do not tell apart all that was asked about**: of {pairs} {'pair' if found.pairs == 1 else 'pairs'} of constructs {n} {be(found.not_met)} not distinct by the whole interval of the heterotrait–monotrait ratio [@{cutoff.cite}] ({failing.en}; cut-off {cut(cutoff)}){still}.",
                f"**受访者并不能区分所问的全部构念。**在 {pairs} 对构念中，HTMT [@{cutoff.cite}] 的整个区间高于临界值 {cut(cutoff)} 而不可区分的有 {n} 对（{failing.zh}）{still_zh}。",
            ),
            text(
                "Which of two such constructs matters more cannot be said.",
                "在不可区分的两个构念中，哪一个更重要无法判断。",
            ),
        ]
    elif found.open and found.pairs == 1:
        (pair,) = found.rows
        said = [
            text(
                f"**Whether people tell the two constructs apart stays open**: the interval of the heterotrait–monotrait ratio [@{cutoff.cite}], {_ratio(pair)}, holds the cut-off of {cut(cutoff)}.",
                f"**受访者能否区分这两个构念，尚无定论。**二者的 HTMT [@{cutoff.cite}] 为 {_ratio(pair)}，区间包含临界值 {cut(cutoff)}。",
            )
        ]
    elif found.open:
        said = [
            text(
                f"**Whether people tell apart all that was asked about stays open**: of {pairs} {'pair' if found.pairs == 1 else 'pairs'} of constructs {met} {be(found.met)} distinct by the whole interval of the heterotrait–monotrait ratio [@{cutoff.cite}] and {unsure} {be(found.open)} open (cut-off {cut(cutoff)}).",
                f"**受访者能否区分所问的全部构念，尚无定论。**在 {pairs} 对构念中，HTMT [@{cutoff.cite}] 的整个区间低于临界值 {cut(cutoff)} 而可以区分的有 {met} 对，未定的有 {unsure} 对。",
            )
        ]
    else:
        (alone,) = found.rows if len(found.rows) == 1 else (None,)
        what = (
            text(
                f"the two constructs are distinct ({_ratio(alone)})",
                f"两个构念可以区分（{_ratio(alone)}）",
            )
            if alone is not None
            else text(
                f"{every(found.pairs)} pairs of constructs are distinct",
                f"{pairs} 对构念均可以区分",
            )
        )
        said = [
            text(
                f"**People tell apart what was asked about**: {what.en} by the whole interval of the heterotrait–monotrait ratio [@{cutoff.cite}] (cut-off {cut(cutoff)}).",
                f"**受访者能够区分所问的构念。**HTMT [@{cutoff.cite}] 的整个区间都低于临界值 {cut(cutoff)}，{what.zh}。",
            )
        ]
    grade: Grade = "low" if found.not_met or not found.open else "none"
    return Headline(said, data.grade(grade), "measurement")


def _ratio(row: object) -> str:
    return estimate(
        getattr(row, "htmt", None), getattr(row, "ci_lower", None), getattr(row, "ci_upper", None)
    )


def fit(data: Material) -> Headline | None:
    """Whether the planned measurement model has a sound solution, and which cut-offs it misses."""
    found = data.one("measurement", Measurement, "fit")
    if found is None:
        return None
    if doubtful(found):
        why = [readable(p.text(data.case.labels), data.case) for p in found.problems]
        because = listed([text(escape(t.en), escape(t.zh)) for t in why]) if why else None
        said = text(
            "**The planned measurement model has no acceptable solution**"
            + (f": {because.en}. " if because else ". ")
            + "What rests on it is not to be relied upon.",
            "**预设的测量模型没有可接受的解"
            + (f"**：{because.zh}。" if because else "。**")
            + "以这一模型为基础的结果不可采信。",
        )
        return Headline([said], "none", "measurement")
    values = [(threshold(name), getattr(found, name)) for name in INDICES]
    known = [(t, v) for t, v in values if v is not None]
    missed = [(t, v) for t, v in known if not t.met(v)]
    if not known:
        return None
    shown = listed(
        [
            text(
                f"{t.label} {number(v, decimals=3)} (cut-off {cut(t)})",
                f"{t.label} {number(v, decimals=3)}（临界值 {cut(t)}）",
            )
            for t, v in missed or known
        ]
    )
    cited = f"[@{known[0][0].cite}]"
    if not missed:
        said = text(
            f"**The planned measurement model fits the answers**: {shown.en} {cited}.",
            f"**预设的测量模型与答案拟合良好。**各项指标为 {shown.zh}{cited}。",
        )
    elif len(missed) == len(known):
        said = text(
            f"**The planned measurement model does not fit the answers**: every cut-off is missed, {shown.en} {cited}.",
            f"**预设的测量模型与答案不拟合。**各项标准均未达到，其中 {shown.zh}{cited}。",
        )
    else:
        said = text(
            f"**The planned measurement model does not fit the answers in every respect**: missed {be(len(missed))} {shown.en} {cited}.",
            f"**预设的测量模型并非在各方面都与答案拟合。**未达到标准的有 {shown.zh}{cited}。",
        )
    return Headline([said], data.grade("low"), "measurement")


def groups(data: Material) -> Headline | None:
    """Whether paths differ between groups, where the questions measure the same in them."""
    ladder = data.one("groups", Groups, "invariance")
    if ladder is None:
        return None
    of = data.group(ladder.group)
    if ladder.held not in ("metric", "scalar", "strict"):
        said = text(
            f"**Groups by {of.en} cannot be compared**: that the questions measure the same in them is not shown.",
            f"**按{of.zh}划分的各组无法比较。**未能证实题项在各组中测量的是同一事物。",
        )
        return Headline([said], "none", "groups")
    found = data.one("groups", Groups, "paths")
    if found is None or not any(p.clear for p in data.paths):
        return None
    level = threshold("significance").value
    read = [d for d in found.differences if not data.case.reliance.along((d.from_, d.to))]
    alone = [d for d in read if d.p_holm < level]
    clear, beside = alone, NOTHING
    if found.df_firms is not None:  # firms, not respondents, are the independent units
        clear = [d for d in read if d.p_holm_firms is not None and d.p_holm_firms < level]
        beside = _were_they_independent(found, len(alone) == len(clear), data)
    if not clear:
        said = text(
            f"**No path is shown to differ by {of.en}**, after correction for testing several; that is no proof that they are alike in all groups.{beside.en}"
            if found.count > 1
            else f"**The path is not shown to differ by {of.en}**; that is no proof that it is alike in all groups.{beside.en}",
            f"**未能证明路径因{of.zh}而异。**经多重检验校正后没有显著差异，但这并不证明各组相同。{beside.zh}",
        )
        return Headline([said], "none", "groups")
    which = named([_of(data, d.from_, d.to) for d in clear])
    said = text(
        f"**What goes with what is not alike in all groups by {of.en}**: after correction for testing several {'this path differs' if len(clear) == 1 else 'these paths differ'}: {which.en}.{beside.en}",
        f"**关系的强弱因{of.zh}而异。**经多重检验校正后，存在差异的路径有{which.zh}。{beside.zh}",
    )
    return Headline([said], data.grade("low"), "groups")


def _were_they_independent(found: Paths, alike: bool, data: Material) -> Text:
    """What the independent units are; how many would differ if respondents were, if not as many."""
    many = units(data.case).many
    if alike or any(data.case.reliance.along((d.from_, d.to)) for d in found.differences):
        return text(f" The {many.en} are the independent units.", f"此处以{many.zh}为独立单位。")
    would = number(found.different) if found.different else "none"
    return text(
        f" The {many.en} are the independent units; if respondents were, {would} of {number(found.count)} would differ.",
        f"此处以{many.zh}为独立单位；若以受访者为独立单位，{among(found.different, found.count, '条', '路径', '', '存在差异')}。",
    )


def _of(data: Material, start: str, end: str) -> Text:
    return text(
        f"{data.label(start).en} → {data.label(end).en}",
        f"{data.label(start).zh} → {data.label(end).zh}",
    )


def otherwise(data: Material) -> Headline | None:
    """The focal path under other choices of method; gone where it may not be relied upon."""
    found = data.one("robustness", Robustness, "curve")
    if found is None or not found.sound:
        return None
    path = next((p for p in data.paths if p.hypothesis.id == found.hypothesis), None)
    if path is None or not path.relied:
        return None
    label = data.path(path)
    agree, sound = number(found.agree), number(found.sound)
    least, most = number(found.sound_smallest), number(found.sound_largest)
    some = among(found.agree, found.sound, "种", "可接受的分析", "区间", "不含零")
    of = text(
        f"in {agree} of {sound} acceptable analyses the interval is clear of zero in the expected direction; estimates run from {least} to {most}",
        f"{some}且方向与预期一致，估计值介于 {least} 与 {most} 之间",
    )
    against = _against(data, path)
    if found.agree == found.sound and against is not None:
        said = text(
            f"**{label.en} depends on the method**: {of.en}. {against.en}.",
            f"**路径“{label.zh}”是否成立，取决于分析方法。**{of.zh}。{against.zh}。",
        )
    elif found.agree == found.sound:
        said = text(
            f"**{label.en} holds in every other analysis that was tried**: {of.en}.",
            f"**路径“{label.zh}”在所尝试的其他各种分析中均成立。**{of.zh}。",
        )
    elif found.agree == 0:
        said = text(
            f"**{label.en} is borne out by no choice of method**: {of.en}.",
            f"**没有一种分析方法支持路径“{label.zh}”。**{of.zh}。",
        )
    else:
        said = text(
            f"**{label.en} depends on the method**: {of.en}.",
            f"**路径“{label.zh}”是否成立，取决于分析方法。**{of.zh}。",
        )
    grade: Grade = "low" if found.agree == found.sound and against is None else "none"
    return Headline([said], data.grade(grade), "robustness")


def _against(data: Material, path: Judged) -> Text | None:
    """The path with a method factor that is there, where its interval does not say the same."""
    method = data.one("audit", Audit, "method")
    for model in method.models if method is not None else ():
        if model.found != "found" or model.focal is None:
            continue
        low, high = model.focal.ci_lower, model.focal.ci_upper
        if (low > 0) if path.hypothesis.sign == "+" else (high < 0):
            continue
        size = estimate(model.focal.estimate, low, high)
        open_ = low <= 0 <= high
        return text(
            f"With a method factor that all answers share it is {size}, {'an interval that holds zero' if open_ else 'against the expectation'}",
            f"加入所有答案共有的方法因子后，这一路径为 {size}，{'区间包含零' if open_ else '与预期相反'}",
        )
    return None
