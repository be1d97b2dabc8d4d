"""Sentences on what counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loyalty.analyses.drivers.models import (
    Bottleneck,
    Channel,
    Channels,
    Condition,
    Cost,
    Cross,
    GroupShares,
    Journey,
    Necessity,
    Recommendation,
    Recommendations,
    Satisfied,
    Shares,
    Target,
    Threshold,
    Thresholds,
    Touch,
    Weights,
)
from loyalty.cases.asked import Group
from loyalty.cases.sources import Resource
from loyalty.estimates.verdicts import Doubts
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import unreliable
from loyalty.shown.short import within
from loyalty.shown.units import units
from loyalty.shown.words import (
    among,
    cut,
    equals,
    escaped,
    estimate,
    interval,
    listed,
    names,
    number,
    rows_used,
    spaced,
    with_number,
)

VERDICTS = {
    "necessary": "yes",
    "small": "small or open",
    "correlated": "no more than correlated",
    "none": "not shown",
}
ACTIONS = {
    "secure": "secure first: little of it leaves no high outcome",
    "raise": "raise: it counts and does worse than the others",
    "keep": "keep up: it counts and does better than the others",
    "counts": "raise or keep up: it counts",
    "lower": "lower it",
    "open": "nothing follows yet",
    "undirected": "nothing: which way its answers are scored is not stated",
}
GRADES = {
    "cross_section": "low: asked once",
    "simulated": "none: simulated",
    "open": "none: open",
    "undirected": "none: direction not stated",
    "as_it_came": "low: seen as it came",
}
#: Of a touchpoint: what stands out, what to do about it, and what shows whether it helped.
STANDS_OUT = {"lost": "most go no further", "score": "lowest rating"}
LOOK = {
    "lost": "look there first: what makes customers stop",
    "score": "look there first: what displeases",
}
WATCH = {
    "lost": "the share that goes no further, with the change and without, drawn by lot",
    "score": "the rating there, with the change and without, drawn by lot",
}
BENDS = {"faster": "steeper above", "slower": "flatter above", "open": "open"}


def advice(row: Recommendation, outcome: str, case: Case) -> str:
    """The code of what follows for a construct: nothing where it may not be relied upon or nobody
    says which way it is scored, and the other way round where less of the outcome is better."""
    if row.action == "open" or case.reliance.between(row.construct, outcome):
        return "open"
    if not case.study.directed(row.construct, outcome):
        return "undirected"
    if not case.study.unwanted(outcome):
        return row.action
    return "counts" if row.change < 0 else "lower"


def measure(found: Recommendations, case: Case) -> Recommendation | None:
    """What the cost of the others is measured by: what is advised first."""
    silent = ("open", "undirected")
    return next((r for r in found.rows if advice(r, found.outcome, case) not in silent), None)


def cost(row: Recommendation, found: Recommendations, case: Case) -> Cost | None:
    """What a point may cost at most, of what is advised beside the first."""
    first = measure(found, case)
    if first is None or advice(row, found.outcome, case) in ("open", "undirected"):
        return None
    pair = (row.construct, first.construct)
    return next((c for c in found.costs if (c.construct, c.than) == pair), None)


def grouping(case: Case, group: str) -> Group:
    return next(g for g in case.study.groups if g.id == group)


def asked(case: Case, question: str) -> Text:
    """The label of a construct, or that of a question of its own."""
    if question in case.labels:
        return case.label(question)
    return Text(en="Satisfaction", zh="满意度")


def share_of(case: Case, row: Any) -> Text:
    """``Quality → Loyalty``; ``Quality → … → Loyalty`` of what begins a chain, over all its ways."""
    start, end = case.label(row.from_), case.label(row.to)
    if row.side == "first":
        start = Text(en=f"{start.en} → …", zh=f"{start.zh} → …")
    return arrow(start, end)


def _lower(label: Text) -> Text:
    return Text(en=escape(within(label.en)), zh=escape(label.zh))


# --- shares --------------------------------------------------------------------------------------
def resampled(found: Shares, case: Case) -> Text:
    """Whom the refits resample."""
    if found.clusters is None:
        return Text(en="respondents", zh="受访者")
    return units(case).counted(number(found.clusters))


def of_effect(effect: str, case: Case) -> Doubts:
    """What speaks against a named indirect effect: whatever does against a path along it."""
    return case.reliance.along(next(e.through for e in case.study.effects if e.id == effect))


def shares(found: Shares, case: Case) -> list[Text]:
    if case.reliance.whole:
        return [unreliable("shares", case.reliance.whole)]
    said = [_target(found, target, case) for target in found.targets]
    if all(t.r2_ci_lower is None for t in found.targets):
        used, drawn, whom = number(found.used), number(found.drawn), resampled(found, case)
        said.append(
            Text(
                en=f"Only {used} of {drawn} refits to resampled {whom.en} have an admissible solution: there are no intervals, and the shares are not to be relied on.",
                zh=f"{spaced('对', whom.zh)}重抽样并重新拟合 {drawn} 次，仅有 {used} 次得到可接受的解，因此不给出区间，份额也不可采信。",
            )
        )
    for through in dict.fromkeys(p.through for p in found.passing):
        ends = listed([_lower(case.label(p.to)) for p in found.passing if p.through == through])
        label = _lower(case.label(through))
        said.append(
            Text(
                en=f"In this model everything that leads to {ends.en} passes through {label.en}, so shares in the one are shares in the other.",
                zh=f"在本模型中，通往{ends.zh}的一切影响都经过{label.zh}，因此对前者的份额即对后者的份额。",
            )
        )
    if any(r.truth is not None for r in found.rows):
        said.append(_recovered(found))
    return said


def _target(found: Shares, target: Target, case: Case) -> Text:
    mine = [r for r in found.rows if (r.to, r.side) == (target.to, target.side)]
    top = next(r for r in mine if r.from_ == target.largest)
    shown = estimate(top.estimate, top.ci_lower, top.ci_upper, decimals=0)
    r2 = estimate(target.r2, target.r2_ci_lower, target.r2_ci_upper)
    to, first = _lower(case.label(target.to)), _lower(case.label(top.from_))
    whole = Text(
        en=f"Of {to.en}, {'the constructs that lead to it' if target.side == 'direct' else 'what begins the chains to it'} explain{'' if target.side == 'direct' else 's'} R² = {r2}",
        zh=f"就{to.zh}而言，{'指向它的各构念' if target.side == 'direct' else '通往它的各条链的起点'}合计解释的方差比例为 R² = {r2}",
    )
    if target.clear:
        return Text(
            en=f"{whole.en}; {first.en} has the largest share, {shown}, and more than every other by its interval.",
            zh=f"{whole.zh}；{first.zh}的份额最大（{shown}），且按区间大于其余各项。",
        )
    if top.ci_lower is None:
        return Text(
            en=f"{whole.en}; the largest share, {shown}, is that of {first.en}.",
            zh=f"{whole.zh}；份额最大的是{first.zh}（{shown}）。",
        )
    return Text(
        en=f"{whole.en}; the largest share, {shown}, is that of {first.en}, but the intervals do not tell it from all others.",
        zh=f"{whole.zh}；份额最大的是{first.zh}（{shown}），但区间不足以将其与其余各项全部区分。",
    )


def _recovered(found: Shares) -> Text:
    """Of the declared shares, how many lie within their intervals: named where they do not."""
    known = [r for r in found.rows if r.truth is not None]
    missed = [r for r in known if not _within(r.truth, r.ci_lower, r.ci_upper)]
    top = max(known, key=lambda r: r.truth_product or 0.0)
    declared = number(top.truth_product, decimals=0)
    shown = estimate(top.product, top.product_ci_lower, top.product_ci_upper, decimals=0)
    within = _within(top.truth_product, top.product_ci_lower, top.product_ci_upper)
    en = (
        "lies within the interval of what is found"
        if within
        else "lies outside the interval of what is found"
    )
    zh = "位于估计区间之内" if within else "位于估计区间之外"
    inside = (
        "every declared LMG share lies within its interval"
        if not missed
        else "not every declared LMG share lies within its interval; the table shows which"
    )
    inside_zh = (
        "设定的 LMG 份额均在各自区间之内"
        if not missed
        else "设定的 LMG 份额并非都在各自区间之内，详见表格"
    )
    return Text(
        en=f"Declared by the simulation, and so known: the largest share by the product measure, {declared}, {en} ({shown}); {inside}.",
        zh=f"设定值因模拟而已知：按乘积测度，最大份额的设定值 {declared} {zh}（{shown}）；{inside_zh}。",
    )


def _within(value: float | None, lower: float | None, upper: float | None) -> bool:
    return None not in (value, lower, upper) and lower <= value <= upper  # type: ignore[operator]


def by_group(found: GroupShares, case: Case) -> list[Text]:
    if case.reliance.whole:
        return [unreliable("shares", case.reliance.whole)]
    unit = grouping(case, found.group)
    said = []
    if found.clear:
        said.append(
            Text(
                en=f"Of {number(found.count)} shares by {escape(within(unit.label.en))}, {number(found.clear)} lie apart from the mean of all; about one in twenty would by chance.",
                zh=f"按{escape(unit.label.zh)}共有 {number(found.count)} 个份额，其中 {number(found.clear)} 个偏离平均值；仅凭偶然，约每二十个也会有一个如此。",
            )
        )
    else:
        said.append(
            Text(
                en=f"None of {number(found.count)} shares by {escape(within(unit.label.en))} lies apart from the mean of all by its interval.",
                zh=f"按{escape(unit.label.zh)}共有 {number(found.count)} 个份额，按区间均未偏离平均值。",
            )
        )
    if found.declared:
        said.append(
            Text(
                en=f"Declared by the simulation are {number(found.declared)} of them; the intervals hold {number(found.held)}.",
                zh=f"其中 {number(found.declared)} 个的真值由模拟设定，区间覆盖真值的有 {number(found.held)} 个。",
            )
        )
    if found.left_out:
        listed_ = names([unit.levels[a.level] for a in found.left_out])
        said.append(
            Text(
                en=f"Without an acceptable model of their own: {listed_.en}.",
                zh=f"{listed_.zh}无法单独得到可接受的模型。",
            )
        )
    return said


def weights(found: Weights, case: Case) -> list[Text]:
    """For each effect, the levels apart from the mean."""
    if found.averages and all(of_effect(mean.id, case) for mean in found.averages):
        return [unreliable("effects", of_effect(found.averages[0].id, case))]
    unit = grouping(case, found.group)
    labels = {e.id: e.label for e in case.study.effects}
    said, alike, doubted = [], [], []
    for mean in found.averages:
        if of_effect(mean.id, case):
            doubted.append(labels[mean.id])
            continue
        apart = [
            r
            for r in found.rows
            if r.id == mean.id
            and r.deviation_ci_lower is not None
            and r.deviation_ci_upper is not None
            and (r.deviation_ci_lower > 0 or r.deviation_ci_upper < 0)
        ]
        label = labels[mean.id]
        if not apart:
            alike.append(label)
            continue
        parts = []
        for r in apart:
            level, shown = unit.levels[r.level], estimate(r.estimate, r.ci_lower, r.ci_upper)
            more = r.deviation > 0
            known = _known(r)
            parts.append(
                Text(
                    en=f"{'stronger' if more else 'weaker'} in {escape(level.en)} ({shown}{known['en']})",
                    zh=f"在“{escape(level.zh)}”中{'较强' if more else '较弱'}（{shown}{known['zh']}）",
                )
            )
        together = Text(en=listed(parts).en, zh="、".join(part.zh for part in parts))
        whole = estimate(mean.estimate, mean.ci_lower, mean.ci_upper)
        known = _known(mean)
        said.append(
            Text(
                en=f"{escape(label.en)}: {together.en} than on the mean of all ({whole}{known['en']}).",
                zh=f"与平均值（{whole}{known['zh']}）相比，“{escape(label.zh)}”{together.zh}。",
            )
        )
    if alike:
        which = names(alike)
        quoted = "".join(f"“{escape(t.zh)}”" for t in alike)
        said.append(
            Text(
                en=f"No level lies apart from the mean, by the intervals, of: {which.en}.",
                zh=f"按区间，{quoted}在各组中均未偏离平均值。",
            )
        )
    if doubted:
        which = names(doubted)
        said.append(
            Text(
                en=f"Not to be relied upon, for a path along it is not: {which.en}.",
                zh=f"由于所经路径中有不可采信者，{which.zh}不予采信。",
            )
        )
    return said


def _known(row: Any) -> dict[str, str]:
    """In each language, what was declared of a simulated case; nothing of a real one."""
    if row.truth is None:
        return {"en": "", "zh": ""}
    shown = number(row.truth)
    return {"en": f"; declared {shown}", "zh": f"；设定值 {shown}"}


# --- necessary -----------------------------------------------------------------------------------
def necessity(found: Necessity, case: Case) -> list[Text]:
    outcome = _lower(case.label(found.outcome))

    def of(*verdicts: str) -> Sequence[Condition]:
        return [c for c in found.conditions if c.verdict in verdicts]

    def called(rows: Sequence[Condition]) -> Text:
        return names([_condition(case, c) for c in rows])

    said = []
    if yes := of("necessary"):
        parts = listed(
            [
                Text(
                    en=f"{escape(_condition(case, c).en)} (CE-FDH {number(c.ce_fdh)})",
                    zh=f"{escape(_condition(case, c).zh)}（CE-FDH {number(c.ce_fdh)}）",
                )
                for c in yes
            ]
        )
        said.append(
            Text(
                en=f"Necessary for {outcome.en}, beyond what a correlation leaves empty: {parts.en}. A necessary condition does not suffice.",
                zh=f"{outcome.zh}的必要条件是{parts.zh}，其散点图左上角的空白程度超过相关本身所能造成的水平。必要并不等于充分。",
            )
        )
    else:
        said.append(
            Text(
                en=f"No construct is shown to be a necessary condition of {outcome.en}.",
                zh=f"没有任何构念被证实为{outcome.zh}的必要条件。",
            )
        )
    if small := of("small"):
        said.append(
            Text(
                en=f"Emptier than correlation leaves it, but not clearly by an effect size of {cut('necessity_effect')}: {called(small).en}.",
                zh=f"{called(small).zh}的空白程度超过相关本身所能造成的水平，但效应量未明确达到 {cut('necessity_effect')}。",
            )
        )
    if related := of("correlated"):
        said.append(
            Text(
                en=f"The permutation test alone would name {called(related).en}; a correlation of the same size without any ceiling leaves the corner as empty.",
                zh=f"若仅凭置换检验，会判定{called(related).zh}为必要条件；但即使没有上限，同等程度的相关也会使左上角留空。",
            )
        )
    strong = [
        c
        for c in found.conditions
        if c.verdict != "necessary"
        and c.ci_lower is not None
        and c.ci_upper is not None
        and (c.ci_lower > 0 or c.ci_upper < 0)
        and not case.reliance.between(c.construct, found.outcome)
    ]
    if strong and of("necessary"):
        said.append(
            Text(
                en=f"What is not necessary may still help: the total effect of {called(strong).en} is clear of zero.",
                zh=f"不是必要条件的构念仍可能有益：{called(strong).zh}的总效应区间不含零。",
            )
        )
    return said


def _condition(case: Case, row: Condition) -> Text:
    label = case.label(row.construct)
    if row.reversed:
        return Text(en=f"little {within(label.en)}", zh=f"低{label.zh}")
    return label


def bottleneck(found: Bottleneck, case: Case) -> Text:
    top = found.rows[-1]
    outcome = _lower(case.label(found.outcome))
    needed = [n for n in top.needs if n.required is not None]
    if any(n.fewest is None for n in top.needs):
        small = cut("small_cell", "count")
        return Text(
            en=f"What the highest {outcome.en} needs is not shown in full: it would tell of fewer than {small} respondents.",
            zh=f"最高{outcome.zh}所需的条件未全部列出，因为部分条件所涉的受访者少于 {small} 人。",
        )
    if not needed:
        return Text(
            en=f"Even the highest {outcome.en} is had with the least of every condition: there is no bottleneck.",
            zh=f"即使各条件处于最低水平，也能出现最高的{outcome.zh}，因此不存在瓶颈。",
        )
    worst = max(needed, key=lambda n: n.below or 0.0)
    label = _lower(case.label(worst.construct))
    little = worst.construct in found.reversed
    return Text(
        en=f"For the highest {outcome.en} observed, most respondents fall short in {'having little ' if little else ''}{label.en}: {number(worst.below, decimals=0)} have less than the {number(worst.required, decimals=0)} of its range that everybody so high has.",
        zh=f"就观测到的最高{outcome.zh}而言，受访者最欠缺的条件是{'低' if little else ''}{label.zh}：凡{outcome.zh}达到最高者，这一条件都不低于其全距的 {number(worst.required, decimals=0)}，而未达到这一水平的受访者有 {number(worst.below, decimals=0)}。",
    )


# --- satisfaction and loyalty --------------------------------------------------------------------
def thresholds(found: Thresholds, case: Case) -> list[Text]:
    said = [_threshold(row, case) for row in found.rows]
    said += [few for row in found.rows if (few := _few_values(row, found.question, case))]
    said.append(_claimed(found, case))
    if any(r.bend != "open" for r in found.rows):
        said.append(
            Text(
                en="A bend of scale scores may come from the ends of the answering scales, where answers cannot rise or fall any further; it is no proof that loyalty itself bends.",
                zh="量表得分的转折可能源于量表的两端（答案无法再升或再降），不足以证明忠诚本身存在转折。",
            )
        )
    return said


def _threshold(row: Threshold, case: Case) -> Text:
    to = Text(en=escape(case.label(row.to).en), zh=escape(case.label(row.to).zh))
    if row.bend == "open":
        return Text(
            en=f"{to.en}: no bend is shown (Davies' p {equals(row.p)}).",
            zh=f"{to.zh}未见转折（Davies 检验，*p* {equals(row.p)}）。",
        )
    where = number(row.threshold, decimals=0)
    if row.ci_lower is not None and row.ci_upper is not None:
        where += f" {interval(row.ci_lower, row.ci_upper, decimals=0)}"
        en, zh = "", ""
    else:
        en, zh = ", which the data do not bound", "（数据无法界定其范围）"
    below = _slope(row.slope_below, row.slope_below_ci_lower, row.slope_below_ci_upper)
    above = _slope(row.slope_above, row.slope_above_ci_lower, row.slope_above_ci_upper)
    faster = row.bend == "faster"
    return Text(
        en=f"{to.en} rises {'faster' if faster else 'more slowly'} above {where} of the satisfaction scale{en}: below, {below.en}; above, {above.en} (Davies' p {equals(row.p)}).",
        zh=f"满意度超过量表的 {where}{zh or ' '}之后，{to.zh}上升{'更快' if faster else '更慢'}：阈值以下{below.zh}，阈值以上{above.zh}（Davies 检验，*p* {equals(row.p)}）。",
    )


#: From so many different answers on a side on the interval of its slope holds what it promises.
VALUES = 4


def values_beside(at: float, question: str, case: Case) -> tuple[int, int]:
    """How many different answers are possible below and above a part of the scale of a question,
    or of the mean of a construct's items."""
    study, items = case.study, 1
    if question in case.labels:
        construct = study.named(question)
        scale, items = study.item_scale(construct.items[0]), len(construct.items)
    else:
        asked_ = next(v for v in study.variables if v.id == question)
        scale = asked_.scale or study.scale
    steps = int((scale.max - scale.min) * items)
    places = [k / steps for k in range(steps + 1)]
    return sum(p < at for p in places), sum(p > at for p in places)


def _few_values(row: Threshold, question: str, case: Case) -> Text | None:
    """What the interval of a slope beside a bend is worth that rests on few different answers."""
    if row.bend == "open":
        return None
    below, above = values_beside(row.threshold, question, case)
    sides = [
        said
        for n, slope, said in (
            (below, row.slope_below, Text(en="below", zh="以下")),
            (above, row.slope_above, Text(en="above", zh="以上")),
        )
        if n < VALUES and slope is not None
    ]
    if not sides:
        return None
    to, where = _lower(case.label(row.to)), names(sides)
    return Text(
        en=f"Of {to.en}, fewer than four different answers lie {where.en} the threshold, which follows them: the interval of the slope there holds it less often than the 95 % that it promises.",
        zh=f"就{to.zh}而言，阈值{where.zh}的不同取值不足四个，阈值会随这些取值移动，因此该侧斜率区间的实际覆盖率低于名义上的 95%。",
    )


def _slope(value: float | None, lower: float | None, upper: float | None) -> Text:
    if value is None:
        return Text(en="too few different answers for a slope", zh="的不同取值过少，无法求得斜率")
    said = estimate(value, lower, upper)
    return Text(en=f"slope {said}", zh=f"的斜率为 {said}")


def _claimed(found: Thresholds, case: Case) -> Text:
    at = number(found.claimed_at, decimals=0)
    by = {
        which: [case.label(r.to) for r in found.rows if r.claimed == which]
        for which in ("faster", "slower", "open", None)
    }
    en, zh = [], []
    for which, words_en, words_zh in (
        ("faster", "rises faster past it", "在满意度越过该点后上升更快"),
        ("slower", "rises more slowly past it", "在满意度越过该点后上升更慢"),
        (
            "open",
            "may do either, by the interval",
            "在满意度越过该点后上升更快还是更慢，按区间尚无定论",
        ),
        (None, "has too few answers on one side of it", "在该点一侧的答案过少，无法判断"),
    ):
        if by[which]:
            labels = names(by[which])
            en.append(f"{labels.en} {words_en}")
            zh.append(f"{labels.zh}{words_zh}")
    if not case.of_the_study:
        return Text(
            en=f"A place set beforehand is {at} of satisfaction: {'; '.join(en)}.",
            zh=f"事先设定的考察点为满意度量表的 {at}，{'；'.join(zh)}。",
        )
    return Text(
        en=f"The study of service innovation claims that loyalty rises faster past {at} of satisfaction [@innovation]: here {'; '.join(en)}.",
        zh=f"服务创新研究称，满意度超过 {at} 后忠诚上升更快 [@innovation]；在本案例中，{'；'.join(zh)}。",
    )


def satisfied(found: Satisfied, case: Case) -> list[Text]:
    said = [_cross(row, case) for row in found.rows if row.level is None]
    if found.firms and found.firms_satisfied is not None:
        reach = f"达到量表的 {cut('satisfied_part', 'percent')}"
        en = zh = ""
        if case.of_the_study:
            en = (
                "; the source finds most firms there while few customers behave loyally [@strategy]"
            )
            zh = "；服务战略研究称多数企业达到这一水平，而行为忠诚的客户为数不多 [@strategy]"
        said.append(
            Text(
                en=f"Of {number(found.firms)} firms, {number(found.firms_satisfied)} {'has' if found.firms_satisfied == 1 else 'have'} a mean satisfaction of at least {cut('satisfied_part', 'percent')} of the scale{en}.",
                zh=f"{among(found.firms_satisfied, found.firms, '家', '企业', '平均满意度', reach)}{zh}。",
            )
        )
    return said


def _cross(row: Cross, case: Case) -> Text:
    label = _lower(case.label(row.to))
    happy = estimate(row.satisfied, row.satisfied_ci_lower, row.satisfied_ci_upper, decimals=0)
    loyal = estimate(row.loyal, row.loyal_ci_lower, row.loyal_ci_upper, decimals=0)
    gap = estimate(row.gap, row.gap_ci_lower, row.gap_ci_upper, decimals=0)
    if row.gap_ci_lower > 0:
        en, zh = "more are satisfied than loyal", "满意者多于忠诚者"
    elif row.gap_ci_upper < 0:
        en, zh = "more are loyal than satisfied", "忠诚者多于满意者"
    else:
        en, zh = "as many may be satisfied as loyal", "满意者与忠诚者可能同样多"
    left = ""
    left_zh = ""
    if row.not_loyal is not None:
        without = estimate(
            row.not_loyal, row.not_loyal_ci_lower, row.not_loyal_ci_upper, decimals=0
        )
        left = f" Of the satisfied, {without} are not loyal."
        left_zh = f"在满意者中，有 {without} 并不忠诚。"
    return Text(
        en=f"By {label.en}, {en}: {happy} against {loyal}, a difference of {gap} percentage points.{left}",
        zh=f"以{label.zh}衡量，{zh}：满意者占 {happy}，忠诚者占 {loyal}，相差 {gap} 个百分点。{left_zh}",
    )


# --- the journey ---------------------------------------------------------------------------------
def touchpoint(name: str, found: Journey, case: Case) -> Text:
    """Its label in the table of touchpoints."""
    return _resource(found, case).levels[name]


def channel(name: str, case: Case) -> Text:
    """The label of a channel, or its name."""
    for resource in case.study.resources:
        if name in resource.channels:
            return resource.channels[name]
    return Text(en=name, zh=name)


def _resource(found: Journey, case: Case) -> Resource:
    return next(r for r in case.study.resources if r.id == found.table)


def waited(found: Journey, case: Case) -> Text:
    """What waiting is counted in."""
    return _resource(found, case).unit or Text(en="units of time", zh="时间单位")


def journey(found: Journey, case: Case) -> list[Text]:
    """What stands out at which touchpoint, where intervals lie apart; then what is not known."""
    said = [rows_used(found.rows_used), *standing_out(found, case)]
    if all(r.share is None for r in found.rows):
        said.append(
            Text(
                en="How much each touchpoint counts is not known: that takes a survey whose model leads from the touchpoints to satisfaction.",
                zh="各触点有多重要不得而知：要知道这一点，须有一项调查，其模型包含由各触点通往满意度的路径。",
            )
        )
    if found.silent:
        names_ = names([touchpoint(t, found, case) for t in found.silent])
        said.append(
            Text(
                en=f"Not shown, since there are no rows or too few: {names_.en}.",
                zh=f"{names_.zh}没有记录或记录过少，未予列出。",
            )
        )
    said.append(
        Text(
            en="Who waits longer and who goes no further are seen as they came, not by chance: a touchpoint where many are lost is one to look at, not one that is shown to drive them away.",
            zh="等待与止步都是实际发生的情形，并非随机安排：止步多的触点值得查看，但这并不证明是它使客户离开。",
        )
    )
    return said


def standing_out(found: Journey, case: Case) -> list[Text]:
    """Which touchpoint counts most, is rated lowest, keeps customers waiting longest, loses most."""
    unit, said = escaped(waited(found, case)), []
    if found.to is not None:
        to = _lower(case.label(found.to))
        leads = Text(
            en=f"Of what is explained of {to.en}, the largest share among the touchpoints is that of",
            zh=f"在{to.zh}的已解释部分中，份额最大的触点是",
        )
        open_ = Text(en="which counts most", zh="哪个最重要")
        said += _most("share", found, case, leads, open_, decimals=0)
    leads = Text(
        en="Rated lowest is" if found.scored == "rating" else "Lowest on its scale is",
        zh="评分最低的是" if found.scored == "rating" else "量表得分最低的是",
    )
    said += _most("score", found, case, leads, Text(en="which is rated lowest", zh="哪个评分最低"))
    leads = Text(
        en=f"Customers wait longest (mean, in {unit.en}) at", zh=f"平均等待（{unit.zh}）最长的是"
    )
    open_ = Text(en="where they wait longest", zh="哪里等待最长")
    said += _most("waiting", found, case, leads, open_)
    leads = Text(en="Of those who come, most go no further after", zh="到达者中止步比例最高的是")
    open_ = Text(en="where most are lost", zh="哪里止步最多")
    return said + _most("lost", found, case, leads, open_, decimals=0)


def outermost(found: Journey, field: str) -> tuple[Touch, list[Touch]] | None:
    """The touchpoint with the lowest `score`, or the most of something else, and those whose
    intervals meet its; None of fewer than two."""
    rows = [r for r in found.rows if r.level is None]
    known = [r for r in rows if None not in _ends(r, field)]
    if len(known) < 2:
        return None
    top = (min if field == "score" else max)(known, key=lambda r: _ends(r, field)[0])
    _, lower, upper = _ends(top, field)
    others = [(r, _ends(r, field)) for r in known if r is not top]
    return top, [r for r, (_, low, high) in others if not (lower > high or upper < low)]


def _ends(row: Touch, field: str) -> list[Any]:
    return [getattr(row, f"{field}{end}") for end in ("", "_ci_lower", "_ci_upper")]


def _most(
    field: str,
    found: Journey,
    case: Case,
    said: Text,
    open_: Text,
    *,
    decimals: int | None = None,
) -> list[Text]:
    """Which touchpoint is :func:`outermost`, if its interval lies apart."""
    outer = outermost(found, field)
    if outer is None:
        return []
    top, rivals = outer
    label = _lower(touchpoint(top.touchpoint, found, case))
    value, lower, upper = _ends(top, field)
    shown = estimate(value, lower, upper, decimals=decimals)
    if not rivals:
        return [Text(en=f"{said.en} {label.en}: {shown}.", zh=f"{said.zh}{label.zh}（{shown}）。")]
    labels = names([Text(en=within(t.en), zh=t.zh) for t in _labels(rivals, found, case)])
    return [
        Text(
            en=f"{said.en} {label.en} in the estimate ({shown}), but its interval meets that of {labels.en}: {open_.en} is open.",
            zh=f"按估计值，{said.zh}{label.zh}（{shown}），但区间与{labels.zh}重叠，{open_.zh}尚无定论。",
        )
    ]


def _labels(rows: Sequence[Touch], found: Journey, case: Case) -> list[Text]:
    return [touchpoint(r.touchpoint, found, case) for r in rows]


#: With fewer channels than this their variance is little known.
FEW = 10


def channels(found: Channels, case: Case) -> list[Text]:
    share = estimate(found.share, found.ci_lower, found.ci_upper)
    levels, sd, people = number(found.levels), number(found.sd), number(found.people)
    said = [
        Text(
            en=f"Of the differences between ratings of a touchpoint, {share} lie between the {levels} channels (a standard deviation of {sd} points), and {people} between customers.",
            zh=f"在同一触点的评分差异中，{share} 来自 {levels} 个渠道之间（标准差为 {sd} 分），{people} 来自客户之间。",
        )
    ]
    if found.ci_lower > 0:
        en, zh = (
            "The interval excludes zero: channels are not alike.",
            "这一份额的区间不含零，各渠道并不一致。",
        )
    else:
        en, zh = (
            "The interval holds zero: that channels differ is not shown, which does not show that they are alike.",
            "这一份额的区间包含零，未能证明各渠道有差异，但也不等于证明各渠道一致。",
        )
    said.append(Text(en=en, zh=zh))
    if found.levels < FEW:
        said.append(
            Text(
                en="A variance between so few channels is known only roughly, which is why the interval is wide.",
                zh="渠道数量很少，渠道之间的方差只能粗略估计，因此区间较宽。",
            )
        )
    below = [r for r in found.rows if r.ci_upper < 0]
    above = [r for r in found.rows if r.ci_lower > 0]
    for rows, en, zh in (
        (
            below,
            "Rated lower than the mean of their touchpoints",
            "评分低于所在触点平均水平的渠道有",
        ),
        (above, "Rated higher", "评分高于平均水平的渠道有"),
    ):
        if rows:
            parts = listed([_channel(r, case) for r in rows])
            said.append(Text(en=f"{en}: {parts.en}.", zh=f"{zh}{parts.zh}。"))
    return said


def _channel(row: Channel, case: Case) -> Text:
    shown = estimate(row.estimate, row.ci_lower, row.ci_upper)
    return with_number(channel(row.channel, case), shown)


# --- what to do ----------------------------------------------------------------------------------
def recommendations(found: Recommendations, case: Case) -> list[Text]:
    outcome = _lower(case.label(found.outcome))
    rows = [r for r in found.rows if not case.reliance.between(r.construct, found.outcome)]
    sure = [r for r in rows if r.action != "open"]
    if found.rows and not rows:
        why = case.reliance.between(found.rows[0].construct, found.outcome)
        nothing = Text(en="Nothing follows for what to do.", zh="因此无从提出建议。")
        return [unreliable("advice", why), nothing]
    if not sure:
        return [
            Text(
                en=f"No construct is shown to go with {outcome.en}: nothing follows for what to do.",
                zh=f"未证实任何构念与{outcome.zh}有关，因此无从提出建议。",
            )
        ]
    first = sure[0]
    change = estimate(first.change, first.ci_lower, first.ci_upper)
    label = _lower(case.label(first.construct))
    go = names([case.label(r.construct) for r in sure])
    said = [
        Text(
            en=f"Of the constructs that lead to {outcome.en}, by the interval {'this goes' if len(sure) == 1 else 'these go'} with it: {go.en}; the largest change, {change} points for one point more, goes with {label.en}.",
            zh=f"在通往{outcome.zh}的构念中，按区间与之相关的有{go.zh}；变化最大的是{label.zh}，该构念高一分时，{outcome.zh}相应变化 {change} 分。",
        ),
        Text(
            en=f"People were asked once, so that this is what goes together, not what would follow. Whether it does is seen by changing it for customers drawn at random, and comparing the means of its items and of those of {outcome.en} with the others' before and after.",
            zh=f"受访者只被询问一次，因此这里所说的只是相伴的变化，并非因果效应。若要验证，可对随机抽取的客户作出改变，再与其他客户比较改变前后该构念与{outcome.zh}各题项的均值。",
        ),
    ]
    said += _cost(found, case)
    if case.study.join is not None and case.study.join.key is not None:
        chapter = term("What people say and what they do")
        said.append(
            Text(
                en=f"What a point may cost in money a customer stands in the chapter “{chapter.en}”.",
                zh=f"为提高一分，在每位客户身上可以花费多少金额，见“{chapter.zh}”一章。",
            )
        )
    if unsaid := [r for r in sure if advice(r, found.outcome, case) == "undirected"]:
        what = names([case.label(r.construct) for r in unsaid])
        said.insert(
            1,
            Text(
                en=f"What to do about {what.en} is not said: which way the answers are scored is not stated with the data.",
                zh=f"就{what.zh}而言，不作建议，因为数据未说明答案的计分方向。",
            ),
        )
    if len(rows) < len(found.rows):
        aside = Text(
            en="Where a path on the way may not be relied upon nothing is advised.",
            zh="凡所经路径不可采信的构念，不作建议。",
        )
        said.insert(1, aside)
    if len(sure) < len(rows):
        said.insert(
            1,
            Text(
                en="Where the interval holds zero nothing is advised.",
                zh="凡区间包含零的构念，不作建议。",
            ),
        )
    return said


def _cost(found: Recommendations, case: Case) -> list[Text]:
    """What the second may cost beside the first; nothing is known of any cost itself."""
    first = measure(found, case)
    of = [(r, c) for r in found.rows if (c := cost(r, found, case)) is not None]
    if first is None or not of:
        return []
    row, one = of[0]
    label, than = (_lower(case.label(r.construct)) for r in (row, first))
    if one.ci_lower is None or one.ci_upper is None:
        return [
            Text(
                en=f"What may be paid for a point of {label.en} beside one of {than.en} is open: no bound can be given.",
                zh=f"与{than.zh}相比，为把{label.zh}提高一分可以花费多少，尚无定论，因为无法给出界限。",
            )
        ]
    size = estimate(one.estimate, one.ci_lower, one.ci_upper)
    return [
        Text(
            en=f"What a point costs is not known here. A point of {label.en} pays rather than one of {than.en} only while it costs at most {size} times as much; who wants to be sure takes the lower end.",
            zh=f"提高一分的成本不详。只有把{label.zh}提高一分的成本不超过把{than.zh}提高一分的 {size} 倍时，前者才更划算；如求稳妥，可取区间的下限。",
        )
    ]
