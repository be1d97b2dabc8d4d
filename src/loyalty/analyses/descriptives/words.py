"""Sentences of the descriptives."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.descriptives.models import (
    Answers,
    Apart,
    Boxes,
    Correlations,
    Csat,
    Detail,
    Details,
    Groups,
    Index,
    Items,
    Level,
    Nps,
    OutcomeBoxes,
    Pair,
    Question,
    Questions,
    ScaleIndex,
    Scales,
    Weights,
)
from loyalty.cases.asked import Group
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.shown.context import Case
from loyalty.shown.words import (
    be,
    counted,
    cut,
    escaped,
    estimate,
    every,
    has,
    listed,
    names,
    number,
)

#: The heading of each single-question index.
QUESTIONS: dict[Question, str] = {
    "nps": "Net promoter score",
    "csat": "Satisfied (two highest boxes), %",
}


# --- names ---------------------------------------------------------------------------------------
def label(case: Case, construct: str) -> Text:
    """A construct's label, ready for a sentence."""
    return escaped(case.label(construct))


def _group(case: Case, group: str) -> Group:
    return next(g for g in case.study.groups if g.id == group)


def group_name(case: Case, group: str) -> Text:
    return _group(case, group).label


def level_name(case: Case, row: Level | Boxes | Detail) -> Text:
    return _group(case, row.group).levels[row.level]


def row_name(case: Case, row: Level | Boxes | Detail) -> Text:
    """The level's name, after its grouping's where that does not lie within another one."""
    group, level = _group(case, row.group), level_name(case, row)
    if any(g.id == group.within and g.comparable for g in case.study.groups):
        return level
    return Text(en=f"{group.label.en} · {level.en}", zh=f"{group.label.zh} · {level.zh}")


# --- weights -------------------------------------------------------------------------------------
def weights(found: Weights, case: Case) -> list[Text]:
    column = escape(case.study.weights or "")
    n, effective, deff = number(found.n), number(found.effective), number(found.deff)
    said = [
        Text(
            en=f"Everything on this page is weighted by “{column}”; n counts respondents. Unequal weights cost precision: the {n} respondents with a weight tell about as much as {effective} of equal weight would, a design effect of {deff} [@kish1992].",
            zh=f"本页各项结果均按“{column}”加权，n 为人数。权重不等会损失精度：有权重的 {n} 名受访者，其精度约相当于 {effective} 名等权受访者，设计效应为 {deff} [@kish1992]。",
        )
    ]
    if found.shift_lower is not None and found.shift_upper is not None:
        low, high = number(found.shift_lower), number(found.shift_upper)
        said.append(
            Text(
                en=f"On 0 to 100 the weights change the scales' means by {low} to {high} points.",
                zh=f"按 0–100 分计，加权使各量表的均值变化 {low} 至 {high} 分。",
            )
        )
    if found.units is not None:
        units = number(found.units)
        said.append(
            Text(
                en=f"Errors are linearized [@lumley2004], with {units} units that respondents were sampled in as the independent ones.",
                zh=f"标准误按线性化方法计算 [@lumley2004]，以受访者所属的 {units} 个抽样单位为独立单位。",
            )
        )
    else:
        said.append(
            Text(
                en="Errors are linearized [@lumley2004].",
                zh="标准误按线性化方法计算 [@lumley2004]。",
            )
        )
    return said


# --- items ---------------------------------------------------------------------------------------
def answers(found: Answers, case: Case) -> Text:
    above, lowest, highest = (number(n) for n in (found.above, found.lowest, found.highest))
    en = f"{above} of all answers lie above the middle of the scale; {lowest} take its lowest and {highest} its highest point."
    zh = f"在全部答案中，高于量表中点的占 {above}，取最低点的占 {lowest}，取最高点的占 {highest}。"
    if rest := found.left_out:
        own = "its" if rest == 1 else "their"
        en += (
            f" {counted(rest, 'item')} with a scale of {own} own {be(rest)} left out of the figure."
        )
        zh += f"另有 {number(rest)} 个采用其他量表的题项未绘入图中。"
    if few := [row for row in found.items if None in row.shares]:
        every, least = len(few) == len(found.items), cut("small_cell", "count")
        en += f" {'No item is drawn, for of each' if every else 'Items are not drawn of which'} some answer was given by fewer than {least} respondents."
        zh += (
            f"各题项均有选项的回答者不足 {least} 人，因此不绘图。"
            if every
            else f"凡有选项的回答者不足 {least} 人的题项，未绘入图中。"
        )
    return Text(en=en, zh=zh)


def items(found: Items, case: Case) -> Text:
    low, high = min(found.rows, key=lambda r: r.mean), max(found.rows, key=lambda r: r.mean)
    a, b = escape(low.item), escape(high.item)
    n, least, most = number(found.n_items), number(low.mean), number(high.mean)
    means = Text(
        en=f"The means of the {n} items lie between {least} ({a}) and {most} ({b}).",
        zh=f"{n} 个题项的均值介于 {least}（{a}）与 {most}（{b}）之间。",
    )
    top = max(found.rows, key=lambda r: r.ceiling or 0.0)
    bottom = max(found.rows, key=lambda r: r.floor or 0.0)
    if top.ceiling is None or bottom.floor is None:
        return means
    c, d = escape(top.item), escape(bottom.item)
    ceiling, floor = number(top.ceiling), number(bottom.floor)
    part = any(r.ceiling is None or r.floor is None for r in found.rows)
    en, zh = (" of those shown", "在所列比例中，") if part else ("", "")
    return Text(
        en=f"{means.en} The largest share of answers at the highest point{en} is that of {c} ({ceiling}), at the lowest that of {d} ({floor}).",
        zh=f"{means.zh}{zh}答案取最高分的比例，以 {c} 为最大（{ceiling}）；取最低分的比例，以 {d} 为最大（{floor}）。",
    )


# --- scales --------------------------------------------------------------------------------------
def index(found: Index, case: Case) -> Text | None:
    known = [(row.estimate, row) for row in found.rows if row.estimate is not None]
    if not known:
        return None
    low, high = (of(known, key=lambda k: k[0])[1] for of in (min, max))

    def shown(row: ScaleIndex) -> Text:
        size, name = estimate(row.estimate, row.ci_lower, row.ci_upper), label(case, row.construct)
        return Text(en=f"{name.en} ({size})", zh=f"{name.zh}（{size}）")

    lowest, highest = shown(low), shown(high)
    return Text(
        en=f"The lowest index has {lowest.en}, the highest {highest.en}, with 95 % intervals in brackets.",
        zh=f"指数最低的是{lowest.zh}，最高的是{highest.zh}，方括号内为 95% 区间。",
    )


def scales(found: Scales, case: Case) -> list[Text]:
    return [_spread(found, case), _ends(found, case)]


def _spread(found: Scales, case: Case) -> Text:
    known = [(row.sd, row.construct) for row in found.rows if row.sd is not None]
    if not any(sd > 0 for sd, _ in known):
        return Text(en="Respondents do not differ in any score.", zh="受访者的得分没有差异。")
    wide, narrow = (of(known, key=lambda k: k[0]) for of in (max, min))
    a, b = label(case, wide[1]), label(case, narrow[1])
    most, least = number(wide[0]), number(narrow[0])
    return Text(
        en=f"Respondents differ most in {a.en} (SD {most}) and least in {b.en} (SD {least}).",
        zh=f"受访者之间差异最大的是{a.zh}（标准差 {most}），差异最小的是{b.zh}（标准差 {least}）。",
    )


def _ends(found: Scales, case: Case) -> Text:
    """At which scales more than the cited share stand at an end, as far as the interval tells."""
    ends = {"floor": "地板效应", "ceiling": "天花板效应"}
    by: dict[Verdict, list[Text]] = {"met": [], "not met": [], "open": []}
    for end, zh_end in ends.items():
        for row in found.rows:
            name, share = label(case, row.construct), number(getattr(row, end))
            said = Text(en=f"{name.en} ({end}, {share})", zh=f"{name.zh}（{zh_end}，{share}）")
            by[getattr(row, f"{end}_verdict")].append(said)
    mark, cite = cut("floor_ceiling", "percent"), threshold("floor_ceiling").cite
    if not by["not met"] and not by["open"]:
        return Text(
            en=f"No scale has more than {mark} of the respondents at its floor or its ceiling, from where on a scale is said to cut off [@{cite}]; that holds for the whole interval of every share.",
            zh=f"得最低分或最高分的受访者超过 {mark} 时，便视为存在地板效应或天花板效应 [@{cite}]；各量表的这些比例，整个区间均未超过这一界限。",
        )
    en, zh = "", ""
    if by["not met"]:
        some = listed(by["not met"])
        en += f"More than {mark} of the respondents stand at one end of {some.en} [@{cite}]. "
        zh += f"在以下量表中，处于一端的受访者超过 {mark} [@{cite}]：{some.zh}。"
    if by["open"]:
        some = listed(by["open"])
        en += f"Whether more than {mark} stand at one end [@{cite}] is open for {some.en}. "
        zh += f"在以下量表中，处于一端的受访者是否超过 {mark} [@{cite}]，尚无定论：{some.zh}。"
    return Text(
        en=f"{en}Differences between respondents at such an end are out of sight.",
        zh=f"{zh}处于端点的受访者，彼此之间的差异无从显现。",
    )


def correlations(found: Correlations, case: Case) -> list[Text]:
    loose, close = (of(found.pairs, key=lambda pair: pair.r) for of in (min, max))

    def shown(pair: Pair) -> Text:
        size = estimate(pair.r, pair.ci_lower, pair.ci_upper)
        a, b = label(case, pair.construct_b), label(case, pair.construct_a)
        return Text(
            en=f"{a.en} and {b.en} (*r* = {size})", zh=f"“{a.zh}”与“{b.zh}”（*r* = {size}）"
        )

    closest, loosest = shown(close), shown(loose)
    if len(found.pairs) == 1:
        a, b = label(case, close.construct_b), label(case, close.construct_a)
        size = estimate(close.r, close.ci_lower, close.ci_upper)
        only = Text(
            en=f"{a.en} and {b.en} correlate with *r* = {size}.",
            zh=f"“{a.zh}”与“{b.zh}”的相关为 *r* = {size}。",
        )
        return [only, _reliabilities(found, case)]
    pairs = Text(
        en=f"The closest pair is {closest.en}, the loosest {loosest.en}.",
        zh=f"相关最高的一对是{closest.zh}，最低的一对是{loosest.zh}。",
    )
    return [pairs, _reliabilities(found, case)]


def _reliabilities(found: Correlations, case: Case) -> Text:
    known = [(row.alpha, row.construct) for row in found.reliabilities if row.alpha is not None]
    if not known:
        return Text(
            en="No scale has an alpha, so that nothing stands in the diagonal.",
            zh="没有任何量表可以计算 α，因此对角线上为空。",
        )
    low, high = (of(known, key=lambda k: k[0]) for of in (min, max))
    a, b = label(case, low[1]), label(case, high[1])
    en = f"The alphas in the diagonal run from {number(low[0])} ({a.en}) to {number(high[0])} ({b.en}): the less reliably two constructs are measured, the further their correlation stays behind how closely they belong together."
    zh = f"对角线上的 α 介于 {number(low[0])}（{a.zh}）与 {number(high[0])}（{b.zh}）之间"
    if len(known) == 1:
        zh = f"对角线上只有{a.zh}的 α，为 {number(low[0])}"
    zh += "。构念的测量越不可靠，所得的相关与构念之间的实际关联相比就越低。"
    if lacking := [case.label(r.construct) for r in found.reliabilities if r.alpha is None]:
        some = names(lacking)
        en += f" {some.en} {'has' if len(lacking) == 1 else 'have'} none."
        zh += f"{some.zh}的 α 无法计算。"
    return Text(en=en, zh=zh)


# --- single questions ----------------------------------------------------------------------------
def nps(found: Nps, case: Case) -> list[Text]:
    shown = estimate(found.estimate, found.ci_lower, found.ci_upper)
    n, up, down = number(found.n), number(found.promoters), number(found.detractors)
    score = Text(
        en=f"The net promoter score is {shown}: {up} promoters less {down} detractors of {n} answers.",
        zh=f"净推荐值为 {shown}，即在 {n} 个回答中，推荐者所占的 {up} 减去批评者所占的 {down}。",
    )
    return [score, _outweighing(found)]


def _outweighing(found: Nps) -> Text:
    """Which side outweighs, as far as the interval tells."""
    if found.ci_lower > 0:
        return Text(
            en="With its whole interval above zero promoters outweigh detractors.",
            zh="整个区间高于零，推荐者多于批评者。",
        )
    if found.ci_upper < 0:
        return Text(
            en="With its whole interval below zero detractors outweigh promoters.",
            zh="整个区间低于零，批评者多于推荐者。",
        )
    return Text(
        en="The interval holds zero, so that it is open who outweighs.",
        zh="区间包含零，推荐者与批评者孰多孰少，尚无定论。",
    )


def csat(found: Csat, case: Case) -> Text:
    study = case.study_ or case.study  # its wording in full
    if found.own:
        question = next(v.label for v in study.variables if v.id == found.asked)
    else:
        question = next(i.wording for i in study.items if i.id == found.asked)
    asked, n = escaped(question), number(found.n)
    shown = estimate(found.estimate, found.ci_lower, found.ci_upper)
    boxes = f"{number(found.box_lower)}–{number(found.box_upper)}"
    instead = Text(
        en=": the case has no question of its own on satisfaction, so that the first item of its satisfaction scale is taken.",
        zh="；由于本案例没有单独的满意度题，此处取满意度量表的首题。",
    )
    end = Text(en=".", zh="。") if found.own else instead
    return Text(
        en=f"{shown} of {n} answers to “{asked.en}” are in the two highest boxes ({boxes}){end.en}",
        zh=f"在对“{asked.zh.rstrip('。')}”的 {n} 个回答中，位于最高两档（{boxes}）的占 {shown}{end.zh}",
    )


# --- by group ------------------------------------------------------------------------------------
def standing(found: Groups, case: Case) -> list[Text]:
    most = None if found.most is None else case.label(found.most)
    shown, said = number(found.shown), _not_shown(found.hidden)
    nested = any(group.within is not None for group in case.study.groups)
    alike, alike_zh = "", ""
    if nested:
        alike = ", and respondents who belong together are no independent witnesses"
        alike_zh = "，况且同属一个单位的受访者并非彼此独立"
    caution = Text(
        en=f"Among {shown} intervals some may lie apart by chance{alike}: the groups notebook tests the differences.",
        zh=f"在 {shown} 个区间中，有些可能只是偶然偏离{alike_zh}；对差异的检验见分组分析。",
    )
    return [*_apart(found.apart, most, case), caution, *said]


def indices(found: Questions, case: Case) -> list[Text]:
    most = None if found.most is None else term(QUESTIONS[found.most])
    return [*_apart(found.apart, most, case), *_not_shown(found.hidden)]


def _apart(rows: Sequence[Apart], most: Text | None, case: Case) -> list[Text]:
    """Which groups stand apart from everybody; `most`: in what most of them do."""
    if not rows:
        return [Text(en="No group's value can be shown.", zh="各组的数值均不能列出。")]
    apart = [row for row in rows if row.above or row.below]
    said = []
    if apart:
        en, zh = [], []
        for row in apart:
            group = escaped(group_name(case, row.group))
            up, down, n = number(row.above), number(row.below), number(row.n)
            en.append(f"by {group.en} {up} above and {down} below of {n}")
            zh.append(
                f"按{group.zh}分组，{n} 个区间中整个高于总体值的{has(row.above, '个')}，整个低于总体值的{has(row.below, '个')}"
            )
        end = Text(en=".", zh="。")
        if most is not None:
            top = escaped(most)
            end = Text(
                en=f"; most of them in {top.en}.",
                zh=f"；这类区间以{top.zh.removesuffix('，%')}为最多。",
            )
        said.append(
            Text(
                en=f"Intervals that lie wholly to one side of everybody's value: {'; '.join(en)}{end.en}",
                zh=f"{'；'.join(zh)}{end.zh}",
            )
        )
    if alike := [group_name(case, row.group) for row in rows if row not in apart]:
        some = names(alike)
        said.append(
            Text(
                en=f"By {some.en} every interval holds everybody's value.",
                zh=f"按{some.zh}分组，所有区间均包含总体值。",
            )
        )
    return said


def _not_shown(hidden: int) -> list[Text]:
    """That values of groups are suppressed, and why."""
    if not hidden:
        return []
    least = cut("small_cell", "count")
    rests = "it rests" if hidden == 1 else "they rest"
    return [
        Text(
            en=f"{counted(hidden, 'value')} {be(hidden)} not shown: {rests} on fewer than {least} answers, or would give such a one away.",
            zh=f"有 {number(hidden)} 个数值未列出，因为所依据的答案少于 {least} 个，或一经列出便可推知此类数值。",
        )
    ]


def groups(found: Groups, case: Case) -> list[Text]:
    return [_widest(found, case), _caution(found)] if found.chosen else []


def _widest(found: Groups, case: Case) -> Text:
    gap = found.widest
    if gap is None:
        return Text(en="No two groups can be shown.", zh="没有任何两组可以列出。")

    def shown(row: Level) -> Text:
        name, size = (
            escaped(level_name(case, row)),
            estimate(row.estimate, row.ci_lower, row.ci_upper),
        )
        return Text(en=f"{name.en} ({size})", zh=f"“{name.zh}”（{size}）")

    low, high = shown(gap.lowest), shown(gap.highest)
    end, start = gap.lowest.ci_upper, gap.highest.ci_lower
    apart = end is not None and start is not None and end < start
    what, group, size = (
        label(case, gap.construct),
        escaped(group_name(case, gap.group)),
        number(gap.estimate),
    )
    return Text(
        en=f"The widest gap is {size} points, in {what.en} by {group.en}: {high.en} against {low.en}; their intervals {'do not overlap' if apart else 'overlap'}.",
        zh=f"按{group.zh}分组，{what.zh}的差距最大，{high.zh}与{low.zh}相差 {size} 分，二者的区间{'不重叠' if apart else '重叠'}。",
    )


def _caution(found: Groups) -> Text:
    n = number(found.n_levels)
    return Text(
        en=f"As the widest of all gaps between {n} groups it is likely to be smaller in another sample.",
        zh=f"由于这是 {n} 个组之间的最大差距，换一个样本，差距很可能会变小。",
    )


def boxes(found: OutcomeBoxes, case: Case) -> Text:
    best, worst = max(found.rows, key=lambda r: r.highest), max(found.rows, key=lambda r: r.lowest)
    a, b = escaped(row_name(case, best)), escaped(row_name(case, worst))
    outcome, high, low = label(case, found.construct), number(best.highest), number(worst.lowest)
    if len(found.rows) == 1:
        en = f"{a.en}: {high} of the answers on {outcome.en} are in the two highest boxes, {low} in the two lowest."
        zh = f"在{a.zh}对{outcome.zh}的回答中，最高两档占 {high}，最低两档占 {low}。"
    else:
        en = f"Most answers on {outcome.en} in the two highest boxes has {a.en} ({high}), most in the two lowest {b.en} ({low})."
        zh = f"就{outcome.zh}而言，答案在最高两档的比例以“{a.zh}”为最大（{high}），在最低两档的比例以“{b.zh}”为最大（{low}）。"
    if found.hidden and len(found.rows) > 1:
        en, zh = f"Of the groups shown: {en[0].lower()}{en[1:]}", f"在列出的各组中，{zh}"
    if found.hidden:
        least = cut("small_cell", "count")
        en += f" {counted(found.hidden, 'group')} {be(found.hidden)} not shown, for a group or a box of fewer than {least} answers."
        zh += f"另有 {number(found.hidden)} 组未列出，因为组内人数或某一档的答案少于 {least}。"
    return Text(en=en, zh=zh)


def details(found: Details, case: Case) -> list[Text]:
    single = len(case.study.named(found.construct).items) == 1
    return [*([] if single else [_alphas(found)]), *_focal(found, case)]


def _alphas(found: Details) -> Text:
    """How the alphas stand to their cut-off: of the three counts, as `n` of closed rows is coarse."""
    if not (found.met or found.open or found.not_met):
        return Text(en="No group has an alpha.", zh="各组均无法计算 α。")
    mark, cite = cut("alpha", "bounded"), threshold("alpha").cite
    met, met_zh = number(found.met), has(found.met, "组")
    if not (found.open or found.not_met):
        all_ = f"{every(found.met)} groups" if found.met > 1 else "the one group shown"
        return Text(
            en=f"Alpha is at least {mark} [@{cite}] with its whole interval in {all_}.",
            zh=f"全部 {met} 组的 α，整个区间均不低于 {mark} [@{cite}]。",
        )
    en, zh = [], []
    if found.open:
        en.append(f"open in {number(found.open)}")
        zh.append(f"未定的有 {number(found.open)} 组")
    if found.not_met:
        en.append(f"below in {number(found.not_met)}")
        zh.append(f"整个区间低于这一标准的有 {number(found.not_met)} 组")
    return Text(
        en=f"Alpha is at least {mark} [@{cite}] with its whole interval in {counted(found.met, 'group')}, {' and '.join(en)}.",
        zh=f"α 的整个区间不低于 {mark} [@{cite}] 的{met_zh}，{'，'.join(zh)}。",
    )


def _focal(found: Details, case: Case) -> list[Text]:
    """In which levels of a grouping the focal correlation is lowest and highest."""
    if found.source is None:
        return []
    by: dict[str, list[tuple[float, Detail]]] = {}
    for row in found.rows:
        if row.r is not None:
            by.setdefault(row.group, []).append((row.r, row))

    def shown(row: Detail) -> Text:
        name, size = escaped(level_name(case, row)), estimate(row.r, row.r_ci_lower, row.r_ci_upper)
        return Text(en=f"{name.en} ({size})", zh=f"“{name.zh}”（{size}）")

    a, b = label(case, found.source), label(case, found.construct)
    said, alike = [], []
    for group, part in by.items():
        low, high = (of(part, key=lambda p: p[0])[1] for of in (min, max))
        end, start = low.r_ci_upper, high.r_ci_lower
        if end is None or start is None or end >= start:
            alike.append(group_name(case, group))
            continue
        name, lowest, highest = escaped(group_name(case, group)), shown(low), shown(high)
        said.append(
            Text(
                en=f"By {name.en} the correlation of {a.en} and {b.en} is lowest in {lowest.en} and highest in {highest.en}; the two intervals do not overlap.",
                zh=f"按{name.zh}分组，{a.zh}与{b.zh}的相关以{lowest.zh}为最低，以{highest.zh}为最高，二者的区间不重叠。",
            )
        )
    if alike:
        some = names(alike)
        said.append(
            Text(
                en=f"By {some.en} the intervals of the lowest and the highest correlation overlap, so that their order may be chance.",
                zh=f"按{some.zh}分组，最低相关与最高相关的区间相互重叠，其次序可能出于偶然。",
            )
        )
    return said
