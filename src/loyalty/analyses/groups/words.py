"""Sentences on groups compared."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.groups.findings import NAMED
from loyalty.analyses.groups.models import (
    Equality,
    Icc,
    Importance,
    Invariance,
    LatentMeans,
    Level,
    Maps,
    Means,
    Others,
    Pairs,
    PathDifference,
    PathPair,
    Paths,
    Point,
    Released,
)
from loyalty.cases.asked import Group
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.context import Case
from loyalty.shown.doubts import unreliable
from loyalty.shown.short import within
from loyalty.shown.units import units
from loyalty.shown.words import (
    among,
    be,
    cut,
    estimate,
    has,
    interval,
    listed,
    names,
    number,
    significant,
    spaced,
)


def grouping(case: Case, group: str) -> Group:
    return next(g for g in case.study.groups if g.id == group)


def pair(case: Case, group: str, a: str, b: str) -> Text:
    """The difference between two levels of a group: ``Prepaid − Contract``."""
    one, other = (grouping(case, group).levels[level] for level in (a, b))
    return Text(en=f"{one.en} − {other.en}", zh=f"{one.zh} − {other.zh}")


# --- invariance ----------------------------------------------------------------------------------
_LEVELS: dict[Level, Text] = {
    "configural": Text(en="configural", zh="构型等值"),
    "metric": Text(en="metric", zh="载荷等值"),
    "scalar": Text(en="scalar", zh="截距等值"),
    "strict": Text(en="strict", zh="严格等值"),
}
_MEANS: dict[Level, Text] = {
    "configural": Text(
        en="neither paths nor means may be compared as if they were on one scale",
        zh="路径与均值均不能当作处于同一尺度来比较",
    ),
    "metric": Text(
        en="paths may be compared; differences between means also reflect items that work differently",
        zh="路径可以比较，而均值差异还反映各组题项作用的不同",
    ),
    "scalar": Text(en="paths and latent means may be compared", zh="路径与潜均值均可比较"),
    "strict": Text(
        en="paths, latent means and scores may be compared", zh="路径、潜均值与得分均可比较"
    ),
}
_PARTIAL_STRICT = Text(
    en="paths and latent means may be compared; scale scores still carry the released items",
    zh="路径与潜均值可以比较，而量表得分仍含已释放的题项",
)


def invariance(found: Invariance, case: Case) -> list[Text]:
    said = [_left_out(found, case)] if found.left_out else []
    return [*said, _held(found)]


def holds(found: Invariance) -> Text:
    """Which model holds, and which does not any more."""
    name = _LEVELS[found.held]
    en = f"The {'partial ' if found.partial else ''}{name.en} model holds"
    zh = f"{'部分' if found.partial else ''}{name.zh}模型成立"
    if found.failed:
        en, zh = (
            f"{en}, the {found.failed} one does not",
            f"{zh}，{_LEVELS[found.failed].zh}模型不成立",
        )
    if _form(found) is not None:
        en, zh = (
            f"{en}; its form itself does not fit in every respect",
            f"{zh}；但构型模型本身拟合不足",
        )
    return Text(en=f"{en}.", zh=f"{zh}。")


def _left_out(found: Invariance, case: Case) -> Text:
    """Levels of the group that take no part in the comparison, and why."""
    levels = grouping(case, found.group).levels
    parts = [(levels[one.level], one.reason.text(case.labels)) for one in found.left_out]
    en = "; ".join(f"{escape(level.en)} ({escape(why.en)})" for level, why in parts)
    zh = "；".join(f"{escape(level.zh)}（{escape(why.zh)}）" for level, why in parts)
    return Text(en=f"Left out of the comparison: {en}.", zh=f"以下组别未纳入比较：{zh}。")


def _held(found: Invariance) -> Text:
    cfi, rmsea = threshold("delta_cfi"), threshold("delta_rmsea")
    fall = f"ΔCFI ≥ −{cut(cfi, 'bounded', 3)} [@{cfi.cite}]"
    rise = f"ΔRMSEA ≤ {cut(rmsea, 'bounded', 3)} [@{rmsea.cite}]"
    means = _PARTIAL_STRICT if found.held == "strict" and found.partial else _MEANS[found.held]
    name = _LEVELS[found.held]
    en = f"Under the rule {fall}, {rise} the {'partial ' if found.partial else ''}{name.en} model holds: {means.en}."
    zh = f"按 {fall}、{rise} 的规则，{'部分' if found.partial else ''}{name.zh}模型成立：{means.zh}。"
    if found.failed:
        en += f" The {found.failed} model does not hold."
        zh += f"{_LEVELS[found.failed].zh}模型则不成立。"
    form = _form(found)
    return Text(en=en + form.en, zh=zh + form.zh) if form else Text(en=en, zh=zh)


def _form(found: Invariance) -> Text | None:
    """That the form itself misses cut-offs, on which every further equality rests."""
    form = next((step for step in found.steps if step.level == "configural"), None)
    if form is None:
        return None
    indices = {"cfi": form.cfi, "rmsea": form.rmsea, "srmr": form.srmr}
    missed = [
        (threshold(name), value)
        for name, value in indices.items()
        if value is not None and not threshold(name).met(value)
    ]
    if not missed:
        return None
    parts = [
        Text(
            en=f"{cutoff.label} {number(value)} (cut-off {cut(cutoff)})",
            zh=f"{cutoff.label} {number(value)}（临界值 {cut(cutoff)}）",
        )
        for cutoff, value in missed
    ]
    said, cited = listed(parts), missed[0][0].cite
    return Text(
        en=f" But the form itself, with nothing held equal, does not fit in every respect: {said.en} [@{cited}]. The rule tells whether equalities make the fit worse, not whether it is good.",
        zh=f"但不加任何等值约束的构型模型本身拟合不足：{said.zh} [@{cited}]。上述规则只说明等值约束是否使拟合变差，并不说明拟合是否良好。",
    )


def released(found: Released, case: Case) -> list[Text]:
    rule = threshold("release_change")
    size = cut(rule, "bounded")
    said = [
        Text(
            en=f"An equality was released if its score test was significant after Bonferroni's correction and the expected standardized change at least {size} in size [@{rule.cite}], the largest statistic first, as long as two items a construct stayed equal [@byrne1989].",
            zh=f"某项等值约束的得分检验经 Bonferroni 校正后显著，且预期标准化变化的绝对值不小于 {size} [@{rule.cite}] 时，予以释放；释放从统计量最大者开始，每个构念至少保留两个等值的题项 [@byrne1989]。",
        )
    ]
    if found.equalities:
        said.append(_in_order(found, case))
    else:
        said.append(
            Text(
                en="No equality met this rule: none was released.",
                zh="没有等值约束符合这一规则，因此未作释放。",
            )
        )
    if found.held_back:
        items = dict.fromkeys(row.item for row in found.held_back)
        listed = names([Text(en=item, zh=item) for item in items])
        said.append(
            Text(
                en=f"The rule would also release {listed.en}, but their constructs would be left with less than two equal items; comparisons of these constructs stay doubtful.",
                zh=spaced(
                    "按规则还应释放",
                    listed.zh,
                    "，但若释放，所属构念的等值题项将不足两个；对这些构念的比较仍然存疑。",
                ),
            )
        )
    return said


def _in_order(found: Released, case: Case) -> Text:
    listed = [_equality(row, found.group, case) for row in found.equalities[:NAMED]]
    en, zh = "; ".join(t.en for t in listed), "；".join(t.zh for t in listed)
    if found.unnamed:
        more = number(found.unnamed)
        en += f"; and {more} more, as in the table"
        zh += f"；其余 {more} 个见表"
    return Text(
        en=f"Released, in this order: {en}. A released intercept is a question that people who stand equally high answer differently in the group named; a released loading is one that follows the construct more or less closely there.",
        zh=f"依次释放的是：{zh}。截距被释放，表示在所列组别中，构念水平相同的人对该题的回答不同；载荷被释放，表示该题与构念的联系在所列组别中更紧或更松。",
    )


def _equality(row: Equality, group: str, case: Case) -> Text:
    what = {"metric": ("loading", "载荷"), "scalar": ("intercept", "截距")}[row.level]
    where = grouping(case, group).levels[row.group]
    item, change = escape(row.item), number(row.change)
    return Text(
        en=f"the {what[0]} of {item} ({escape(where.en)}, expected change {change})",
        zh=f"{item} 的{what[1]}（{escape(where.zh)}，预期变化 {change}）",
    )


# --- differences between groups ------------------------------------------------------------------
def _by_unit(found: LatentMeans | Means, what: Text, units: str) -> Text:
    """How many differ, with respondents and then with firms as independent."""
    n, clear, firms = number(found.count), found.clear, found.clear_firms
    if not clear and not firms:
        either = "" if firms is None else f", and none if {units} are the independent units"
        zh_either = "" if firms is None else "；若以更高一级的单位为独立单位，亦然"
        return Text(
            en=f"Of {n} {what.en}, none is clear after Holm's correction if respondents are taken as independent{either}.",
            zh=f"若以受访者为独立单位，经 Holm 校正后，{n} 个{what.zh}均不显著{zh_either}。",
        )
    en = f"Of {n} {what.en}, {number(clear)} {be(clear)} clear after Holm's correction if respondents are taken as independent"
    zh = f"若以受访者为独立单位，经 Holm 校正后，{among(clear, found.count, '个', what.zh, '', '显著')}"
    if firms is not None:
        en += f", and {number(firms)} if {units} are the independent units"
        zh += f"；若以更高一级的单位为独立单位，显著的则{has(firms, '个')}"
        if firms < clear:
            en += ": what looks like a difference between the groups may be no more than which units happen to stand for them"
            zh += "，可见看似组间的差异，可能只是恰好抽到某些单位的结果"
    return Text(en=f"{en}.", zh=f"{zh}。")


def latent_means(found: LatentMeans, case: Case) -> list[Text]:
    what = Text(en="differences between groups", zh="组间差异")
    top = max(found.differences, key=lambda d: abs(d.estimate))
    shown = estimate(top.estimate, top.ci_lower, top.ci_upper)
    label, levels = case.label(top.construct), grouping(case, found.group).levels
    a, b = levels[top.group_a], levels[top.group_b]
    said = [
        _by_unit(found, what, f"the {number(found.firms)} firms"),
        Text(
            en=f"The largest is {escape(label.en)}, {escape(a.en)} against {escape(b.en)}: {shown} standard deviations.",
            zh=f"其中最大的是{escape(label.zh)}上“{escape(a.zh)}”组与“{escape(b.zh)}”组的差异，为 {shown} 个标准差。",
        ),
    ]
    if found.firms is not None:
        lower, upper = number(top.ci_lower_firms), number(top.ci_upper_firms)
        said.append(
            Text(
                en=f"Allowing for firms its interval runs from {lower} to {upper}, and with so few firms even that is an approximation.",
                zh=f"若考虑受访者分属不同企业，这一差异的区间为 {lower} 至 {upper}；但企业如此之少，这一区间也只是近似。",
            )
        )
    if found.not_by_firm is not None:
        why, many = found.not_by_firm.text(case.labels), units(case).many
        said.append(
            Text(
                en=f"This cannot be repeated with {many.en} as the independent units ({escape(why.en)}).",
                zh=f"无法以{many.zh}为独立单位重作这一比较（{escape(why.zh)}）。",
            )
        )
    return said


def differences(found: Paths, case: Case) -> Text:
    doubts = [case.reliance.along((d.from_, d.to)) for d in found.differences]
    if doubts and all(doubts):
        return unreliable("levels", doubts[0])
    if any(doubts):
        return _differences_read(
            [d for d, why in zip(found.differences, doubts, strict=True) if not why]
        )
    n, different = number(found.count), number(found.different)
    if not found.different:
        return Text(
            en=f"After Holm's correction none of {n} paths differs between the groups; that is no proof that they are equal.",
            zh=f"经 Holm 校正后，{n} 条路径均未见组间差异，但这并不证明各组相等。",
        )
    clear = _ids(found.differences, "p_holm")
    if found.df_firms is not None:  # firms, not respondents, are what differs by chance
        firms, many = _ids(found.differences, "p_holm_firms"), units(case).many
        zh_firms = "一条也没有" if firms.zh == "无" else f"有 {firms.zh}"
        one = firms.en == "none" or len(_which(found.differences, "p_holm_firms")) == 1
        return Text(
            en=f"With {many.en} as the independent units, of which each group has few, {firms.en} of {n} paths {'differs' if one else 'differ'} between the groups after Holm's correction. If respondents were independent, {different} would: {clear.en}.",
            zh=f"以{many.zh}为独立单位（每组的{many.zh}都很少），经 Holm 校正后，{n} 条路径中存在组间差异的{zh_firms}。若以受访者为独立单位，则有 {different} 条（{clear.zh}）。",
        )
    return Text(
        en=f"After Holm's correction {different} of {n} paths {'differs' if found.different == 1 else 'differ'} between the groups: {clear.en}.",
        zh=f"经 Holm 校正后，{among(found.different, found.count, '条', '路径', '', '存在组间差异')}（{clear.zh}）。",
    )


def _differences_read(read: Sequence[PathDifference]) -> Text:
    """Where some paths may not be relied upon: which of the others differ."""
    every, clear = names([Text(en=d.id, zh=d.id) for d in read]), _ids(read, "p_holm")
    if not any(significant(d.p_holm) for d in read):
        return Text(
            en=f"Of the paths that may be relied upon ({every.en}) none differs between the groups after Holm's correction; that is no proof that they are equal.",
            zh=f"可以采信的路径（{every.zh}）经 Holm 校正后均未见组间差异，但这并不证明各组相等。",
        )
    return Text(
        en=f"Of the paths that may be relied upon ({every.en}) these differ between the groups after Holm's correction: {clear.en}.",
        zh=f"在可以采信的路径（{every.zh}）中，经 Holm 校正后存在组间差异的是 {clear.zh}。",
    )


def _ids(tests: Sequence[PathDifference], p: str) -> Text:
    """The paths that differ by the probability in a field."""
    return names([Text(en=name, zh=name) for name in _which(tests, p)])


def _which(tests: Sequence[PathDifference], p: str) -> list[str]:
    return [d.id for d in tests if getattr(d, p) is not None and significant(getattr(d, p))]


def path_pairs(found: Pairs, case: Case) -> list[Text]:
    """How many differences are clear, and of each path with such the clearest of them."""
    doubts = [case.reliance.along((d.from_, d.to)) for d in found.differences]
    read = [d for d, why in zip(found.differences, doubts, strict=True) if not why]
    if doubts and not read:
        return [unreliable("levels", doubts[0])]
    count, apart, clear = number(found.count), number(found.apart), number(found.clear)
    one = found.apart == 1
    after = clear if found.clear else "none"
    by_firms, sure = "", found.clear
    zh_by_firms = zh_alone = ""
    if found.clear_firms is not None:  # firms, not respondents, are the independent units
        sure, which = found.clear_firms, units(case).many
        firms = number(found.clear_firms) if found.clear_firms else "none"
        by_firms = f" if respondents are taken as independent; with {which.en} as the independent units {firms} {be(found.clear_firms or 1)} clear after that correction"
        zh_alone = "以受访者为独立单位，"
        zh_by_firms = f"；以{which.zh}为独立单位，校正后显著的{has(found.clear_firms, '个')}"
    said = [
        Text(
            en=f"Of {count} differences of a path between two groups {apart} {'has' if one else 'have'} an interval clear of zero, {after} after Holm's correction{by_firms}{'' if sure else '; that is no proof that the paths are equal'}.",
            zh=f"把各条路径在各组之间两两比较，共得 {count} 个差异，其中{zh_alone}区间不含零的{has(found.apart, '个')}，经 Holm 校正后仍显著的{has(found.clear, '个')}{zh_by_firms}{'' if sure else '；但这并不证明路径相等'}。",
        )
    ]
    if len(read) < len(found.differences):  # the counts would be of what is in doubt, too
        said = []
    paths: dict[str, list[PathPair]] = {}
    for row in read:
        p = row.p_holm if found.clear_firms is None else row.p_holm_firms
        if p is not None and significant(p):
            paths.setdefault(row.id, []).append(row)
    said += [_path_differs(rows, found.group, case) for rows in paths.values()]
    if not said and not paths:
        none = "No difference of a path that may be relied upon is clear after Holm's correction."
        said.append(Text(en=none, zh="凡可以采信的路径，经 Holm 校正后均无显著的组间差异。"))
    return said


def _path_differs(rows: Sequence[PathPair], group: str, case: Case) -> Text:
    """Between which groups a path is clear to differ, the clearest first."""
    path, levels = case.path(rows[0].from_, rows[0].to), grouping(case, group).levels
    clearest = sorted(rows, key=lambda r: -abs(r.estimate) / (r.se or 1.0))[:NAMED]
    parts = []
    for row in clearest:
        a, b, higher = levels[row.group_a], levels[row.group_b], row.estimate > 0
        by = estimate(row.estimate, row.ci_lower, row.ci_upper)
        firms, zh_firms = "", ""
        if row.ci_lower_firms is not None:
            wide = interval(row.ci_lower_firms, row.ci_upper_firms)
            which = units(case).many
            firms, zh_firms = f"; allowing for {which.en} {wide}", f"；考虑{which.zh}后为 {wide}"
        parts.append(
            Text(
                en=f"{'higher' if higher else 'lower'} among {escape(a.en)} than among {escape(b.en)} (difference {by}{firms})",
                zh=f"“{escape(a.zh)}”组{'高' if higher else '低'}于“{escape(b.zh)}”组（差异 {by}{zh_firms}）",
            )
        )
    whole, more = listed(parts), len(rows) > len(parts)
    return Text(
        en=f"{escape(path.en)} is {whole.en}{'; its further clear pairs are in the table' if more else ''}.",
        zh=f"路径“{escape(path.zh)}”的系数在{'，在'.join(p.zh for p in parts)}{'；其余差异显著的组别见表' if more else ''}。",
    )


# --- scale scores --------------------------------------------------------------------------------
def means(found: Means, case: Case) -> list[Text]:
    what = Text(en="comparisons of a score over the groups", zh="得分的组间比较")
    top = case.label(max(found.tests, key=lambda t: t.omega2).construct)
    share = number(found.explained)
    far = max(found.pairs, key=lambda p: abs(p.g))
    shown = estimate(far.g, far.g_ci_lower, far.g_ci_upper)
    label, levels = case.label(far.construct), grouping(case, found.group).levels
    a, b = levels[far.group_a], levels[far.group_b]
    return [
        _by_unit(found, what, "firms"),
        Text(
            en=f"The groups account for at most {share} of the variance of a score ({escape(top.en)}).",
            zh=f"在各得分中，分组最多解释方差的 {share}（{escape(top.zh)}）。",
        ),
        Text(
            en=f"The largest difference between two groups is that in {escape(label.en)}, {escape(a.en)} against {escape(b.en)} (g = {shown}).",
            zh=f"差异最大的是{escape(label.zh)}上“{escape(a.zh)}”组与“{escape(b.zh)}”组的比较（*g* = {shown}）。",
        ),
    ]


def others(found: Others, case: Case) -> Text:
    some = [g for g in found.groupings if g.different]
    if not some:
        return Text(
            en="By none of these groupings does a score differ after Holm's correction; differences too small to be found are not excluded.",
            zh="按这些分组，经 Holm 校正后各得分均无显著差异，但不排除存在过小而未被发现的差异。",
        )
    labels = [grouping(case, g.group).label for g in some]
    listed = names([Text(en=within(label.en), zh=label.zh) for label in labels])
    top = number(max(some, key=lambda g: g.omega2).omega2, "percent")
    return Text(
        en=f"Scores differ by {listed.en}; the grouping accounts for at most {top} of a score's variance.",
        zh=f"得分因{listed.zh}而异，分组最多解释得分方差的 {top}。",
    )


def icc(found: Icc, case: Case) -> Text:
    top = max(found.scores, key=lambda s: s.icc)
    label, wider = case.label(top.construct), number(top.se_ratio)
    shown, design = estimate(top.icc, top.ci_lower, top.ci_upper), number(top.design_effect)
    return Text(
        en=f"Most alike are the customers of one firm in {escape(label.en)} (ICC = {shown}, design effect {design}): the cluster-robust standard error of its mean is {wider} times that of independent respondents. Where this report does not say that it allows for firms, its intervals take respondents as independent.",
        zh=f"同一企业的客户在{escape(label.zh)}上最为相似（ICC = {shown}，设计效应 {design}），其均值的聚类稳健标准误为视受访者彼此独立时的 {wider} 倍。凡本报告未注明已考虑企业之处，区间均以受访者为独立单位。",
    )


# --- importance and performance ------------------------------------------------------------------
def importance(found: Importance, case: Case) -> Text:
    doubts = {p.construct: case.reliance.between(p.construct, found.outcome) for p in found.points}
    if doubts and all(doubts.values()):
        return unreliable("importance", next(iter(doubts.values())))
    if case.study.unwanted(found.outcome):
        end = case.label(found.outcome)
        return Text(
            en=f"Less of {escape(within(end.en))} is better: what goes with more of it is not to be raised, so that nothing is first in line.",
            zh=f"{escape(end.zh)}越低越好，凡提高后会使其上升的构念都不应提高，因此不列出应优先改进的构念。",
        )
    if not found.ranked:
        return Text(
            en="Some total effects here exceed one standard deviation or come from a questionable solution. No order of importance can be read from them, so nothing is named as first in line.",
            zh="此处部分总效应超过一个标准差，或来自可疑的解，无法据以判断重要性的次序，因此不列出应优先改进的构念。",
        )

    def listed(points: Sequence[Point]) -> Text:
        return names([case.label(p.construct) for p in points])

    points = [p for p in found.points if not doubts[p.construct]]
    high = [p for p in points if p.quadrant in ("improve", "keep") and p.ci_lower is not None]
    improve = [p for p in high if p.quadrant == "improve" and _above_zero(p)]
    keep = [p for p in high if p.quadrant == "keep" and _above_zero(p)]
    open_ = [p for p in high if not _above_zero(p)]
    unclear = [p for p in points if p.quadrant == "open"]
    outcome = case.label(found.outcome)
    what = escape(within(outcome.en))
    if improve:
        en = f"Important for {what} and weak, so first in line: {listed(improve).en}."
        zh = f"{listed(improve).zh}对{escape(outcome.zh)}重要而表现较弱，应优先改进。"
    else:
        en = f"Nothing is shown to be important for {what} and weak at once."
        zh = f"未证实有任何构念对{escape(outcome.zh)}重要而表现较弱。"
    if keep:
        en += f" Important and strong, to be kept up: {listed(keep).en}."
        zh += f"{listed(keep).zh}重要且表现较好，应予保持。"
    if open_:
        en += f" The interval of {listed(open_).en} holds zero: its importance is not shown."
        zh += f"{listed(open_).zh}的总效应区间包含零，其重要性未获证实。"
    if unclear:
        en += f" Too near a mean for the intervals to name a corner: {listed(unclear).en}."
        zh += f"{listed(unclear).zh}距均值过近，按区间不足以判定所在象限。"
    if aside := [p for p in found.points if doubts[p.construct]]:
        en += f" Not to be relied upon, for a path on the way is not: {listed(aside).en}."
        zh += f"由于所经路径中有不可采信者，{listed(aside).zh}的重要性不予采信。"
    return Text(en=en, zh=zh)


def _above_zero(point: Point) -> bool:
    return point.ci_lower is not None and point.ci_lower > 0


def maps(found: Maps, case: Case) -> list[Text]:
    doubts = [case.reliance.between(p.construct, found.outcome) for p in found.points]
    if doubts and all(doubts):
        return [unreliable("importance", doubts[0])]
    levels, count = grouping(case, found.group).levels, number(found.count)
    said = []
    if any(doubts):
        said.append(
            Text(
                en="Constructs from which a path on the way may not be relied upon are not drawn.",
                zh="所经路径不可采信的构念，图中未画出。",
            )
        )
    elif found.weak:
        listed, times = names([case.label(c) for c in found.often]), number(found.times)
        several = len(found.often) > 1
        said.append(
            Text(
                en=f"Of {count} maps, most often important and weak {be(len(found.often))} {listed.en} (in {times}{' each' if several else ''}).",
                zh=f"在 {count} 幅图中，最常被判为“重要而表现弱”的构念是{listed.zh}（{'各 ' if several else ''}{times} 幅）。",
            )
        )
    else:
        said.append(
            Text(
                en=f"In none of {count} maps is a construct shown to be important and weak at once.",
                zh=f"在 {count} 幅图中，均未证实有重要而表现弱的构念。",
            )
        )
    if found.weak and len(found.borrowed) < found.count and not any(doubts):
        weak, clear = number(found.weak), number(found.clear)
        said.append(
            Text(
                en=f"Of the {weak} point{'s' if found.weak > 1 else ''} in that corner, {clear} {'has' if found.clear == 1 else 'have'} a total effect whose interval is clear of zero; with fewer respondents each map is less certain than that of all.",
                zh=f"在该象限的 {weak} 个点中，总效应区间不含零的{has(found.clear, '个')}；每幅图的受访者较少，因此不如总图可靠。",
            )
        )
    if len(found.borrowed) == found.count:
        said.append(
            Text(
                en="None has enough respondents for an acceptable model of its own, so every map has the importance of all respondents: they differ in performance alone.",
                zh="各组的受访者都不足以单独估计出可接受的模型，因此各图的重要性均取自全部受访者，各图之间只有表现不同。",
            )
        )
    elif found.borrowed:
        listed = names([levels[one.level] for one in found.borrowed])
        said.append(
            Text(
                en=f"Too few respondents for a model of their own, or no acceptable solution: {listed.en} are shown with the importance of all respondents.",
                zh=f"{listed.zh}的受访者不足以单独估计模型，或没有可接受的解，因此采用全部受访者的重要性。",
            )
        )
    if found.left_out:
        listed = names([levels[level] for level in found.left_out])
        said.append(
            Text(
                en=f"No map is shown of {listed.en}: too few respondents.",
                zh=f"{listed.zh}的受访者过少，因此不列出其图。",
            )
        )
    return said
