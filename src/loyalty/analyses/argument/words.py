"""Sentences of the argument: each from the fields of a finding, and gone where these are."""

from __future__ import annotations

from loyalty.analyses.argument.beside import (
    Claims,
    Conduct,
    DayRow,
    Foretold,
    Satisfied,
    ThemeRow,
    Voice,
    VoiceSummary,
)
from loyalty.analyses.argument.models import (
    Constructs,
    Differences,
    Exhibit,
    Otherwise,
    Paths,
    PooledRow,
    Surveys,
    Tension,
)
from loyalty.analyses.argument.names import (
    group,
    label,
    measure,
    path,
    resource,
    theme,
    title,
    together,
)
from loyalty.analyses.argument.read import PathRow
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown.again import bought_again
from loyalty.shown.context import Case
from loyalty.shown.doubts import ratio, shortly
from loyalty.shown.words import (
    among,
    be,
    cut,
    estimate,
    has,
    listed,
    many,
    names,
    number,
    significant,
    some,
    spaced,
    text,
)


def plural(n: int) -> str:
    return "" if n == 1 else "s"


def _has(n: int) -> str:
    return "has" if n == 1 else "have"


def unequal(row: PooledRow) -> bool:
    """Whether the surveys' paths differ by more than their errors, by Cochran's Q."""
    return row.q_p is not None and significant(row.q_p)


def sized(row: PooledRow) -> str:
    return estimate(row.estimate, row.ci_lower, row.ci_upper)


# --- what several chapters say ---------------------------------------------------------------------
def reservations(one: PooledRow, unfit: int) -> list[Text]:
    """What the surveys behind a path are not good at."""
    said = []
    if one.single:
        n = number(one.single)
        which = f"所合并的调查中有 {n} 项" if one.single < one.k else "所合并的调查都"
        which = "这项调查" if one.k == 1 else which
        said.append(
            text(
                f"In {n} of these surveys satisfaction or loyalty is a single question, taken as free of error.",
                f"{which}只用一个问题测量满意或忠诚，该问题被视为没有误差。",
            )
        )
    if unfit:
        said.append(
            text(
                f"In {number(unfit)} the questions fit together so badly that the model of measurement misses every cut-off of fit.",
                f"有 {number(unfit)} 项调查的测量模型拟合很差，没有达到任何一项拟合标准。",
            )
        )
    if one.not_apart:
        n = number(one.not_apart)
        said.append(
            text(
                f"In {n} the answers do not tell satisfaction and loyalty apart: what goes together there may be one thing asked twice.",
                f"有 {n} 项调查的答案无法区分满意与忠诚，两者相关，可能只是因为同一件事问了两遍。",
            )
        )
    if one.left_out:
        n = number(one.left_out)
        said.append(
            text(
                f"{n} more {'survey has' if one.left_out == 1 else 'surveys have'} this path and may not be relied upon for it.",
                f"另有 {n} 项调查也含有这条路径，但结果不可采信，没有合并。",
            )
        )
    return said


def beside_single(one: PooledRow | None) -> list[Text]:
    """What the error of a single question does to what stands beside it."""
    if one is None or not one.single:
        return []
    return [
        text(
            "What stands beside a single question may look stronger than it is: the error of that question is not allowed for.",
            "与单题项构念并列的因素可能显得比实际更强，因为没有考虑单个问题的测量误差。",
        )
    ]


def tension_told(found: Tension, case: Case) -> list[Text]:
    """One path, three answers: published, in the latent model, and with constructs merged."""
    row = found.path
    name, where = path(row, case), title(row.case, case)
    published = estimate(row.printed, row.pls_ci_lower, row.pls_ci_upper)
    why = shortly(row.doubts)
    said = [
        text(
            f"For {escape(name.en)} in “{escape(where.en)}” the published value, by a method that takes scale scores as they are, comes out again as {published}; a model that allows for errors of measurement gives none that may be relied upon ({why.en}).",
            f"在“{escape(where.zh)}”中，路径“{escape(name.zh)}”的已发表数值是直接用量表得分求得的，此处重算的结果为 {published}；考虑测量误差的模型则得不出可以采信的数值（{why.zh}）。",
        )
    ]
    merged = found.merged
    if merged is None:
        return said
    groups = [together(merged.case, group_, case) for group_ in merged.groups]
    en = escape("; ".join(g.en for g in groups))
    zh = escape("”和“".join(g.zh for g in groups))
    as_one = "分别合并" if len(groups) > 1 else "合并"
    size = estimate(merged.estimate, merged.ci_lower, merged.ci_upper)
    if merged.verdict == "open":
        tail = text("and stays open, too", "这一结果同样未定")
    elif len(merged.from_) > 1:
        tail = text(
            "together they go with loyalty, one by one they cannot be read",
            "合并后的构念与忠诚相关，分开则无法解读",
        )
    else:
        tail = text("from a solution that is acceptable", "这一数值来自可以接受的解")
    said.append(
        text(
            f"With {en} taken as one, as the data prefer, it is {size}: {tail.en}.",
            f"如果按数据更支持的模型，把“{zh}”{as_one}为一个构念，这条路径的系数为 {size}；{tail.zh}。",
        )
    )
    return said


def _in_survey(row: PathRow, case: Case) -> Text:
    name, where = path(row, case), title(row.case, case)
    return text(
        f"{escape(name.en)} in “{escape(where.en)}”",
        f"“{escape(where.zh)}”中的路径“{escape(name.zh)}”",
    )


def exhibit(found: Exhibit, case: Case) -> Text:
    relied, count, clear = number(found.relied), number(found.count), number(found.clear)
    printed = ""
    printed_zh = ""
    if found.printed:
        n = number(found.printed)
        printed = f" For {n} of the {count} a value is published; it stands beside, as printed."
        printed_zh = f"有 {n} 条路径另有已发表的数值，原样列出以资对照。"
    against = against_zh = ""
    if wrong := [r for r in found.rows if r.relied and r.verdict == "contradicted"]:
        which = listed([_in_survey(r, case) for r in wrong])
        against = f", on the other side than expected for {which.en}"
        against_zh = f"，但{which.zh}与预期符号相反"
    if found.relied:
        good_zh = among(found.relied, found.count, "条", "指向忠诚的假设路径", verb="可以采信")
        clear_of = "均" * (found.relied > 1)
        if not found.clear:
            good_zh += f"，但区间{clear_of}含零"
        elif found.clear == found.relied:
            good_zh += f"，区间{clear_of}不含零"
        else:
            good_zh += f"，其中 {clear} 条的区间不含零"
    else:
        good_zh = f"{count} 条指向忠诚的假设路径中没有一条可以采信"
    return text(
        f"Of {count} hypothesized paths to loyalty {relied} may be relied upon; {clear} of these {_has(found.clear)} an interval clear of zero{against}.{printed}",
        f"{good_zh}{against_zh}。{printed_zh}",
    )


# --- the data ------------------------------------------------------------------------------------
def surveys(found: Surveys, case: Case) -> list[Text]:
    n, people = number(found.count), number(found.n)
    least, most = number(found.smallest), number(found.largest)
    said = [
        text(
            f"{n} real surveys, of {people} respondents in all, the smallest of {least} and the largest of {most}.",
            f"真实调查共 {n} 项，受访者合计 {people} 人次；受访者最少的调查有 {least} 人，最多的有 {most} 人。",
        )
    ]
    if found.with_single:
        single = number(found.with_single)
        said.append(
            text(
                f"{single} of them measure at least one of their constructs by a single question.",
                f"其中 {single} 项调查至少有一个构念只用一个问题测量。",
            )
        )
    judged, fitting = number(found.judged), number(found.fitting)
    said.append(
        text(
            f"By the usual cut-offs of fit, {'none' if not found.fitting else fitting} of {judged} measurement models fits in every respect"
            + (
                f"; {number(found.all_missed)} fail{'s' if found.all_missed == 1 else ''} in every respect"
                if found.all_missed
                else ""
            )
            + (
                f"; the solution{plural(found.doubtful)} of {number(found.doubtful)} {be(found.doubtful)} not admissible."
                if found.doubtful
                else "."
            ),
            f"按通行的拟合标准，{among(found.fitting, found.judged, '个', '测量模型', verb='在各项上达标')}"
            + (f"，{number(found.all_missed)} 个在各项上均未达标" if found.all_missed else "")
            + (f"，{number(found.doubtful)} 个的解不可接受。" if found.doubtful else "。"),
        )
    )
    if found.flagged_most is not None:
        share = number(found.flagged_most)
        said.append(
            text(
                f"Up to {share} of a survey's respondents show several signs of careless answering.",
                f"有多种敷衍作答迹象的受访者，在单项调查中最多占 {share}。",
            )
        )
    return said


# --- constructs ----------------------------------------------------------------------------------
def constructs(found: Constructs, case: Case) -> list[Text]:
    cutoff = threshold("htmt")
    pairs, met = number(found.pairs), number(found.met)
    unsure, fail = number(found.open), number(found.not_met)
    surveys_, failing = number(found.surveys), number(found.failing)
    unsettled, apart = number(found.open_surveys), number(found.apart)
    ave, scales = number(found.ave_met), number(found.scales)
    return [
        text(
            f"Of {pairs} pairs of constructs {met} {be(found.met)} distinct with the whole interval below {cut(cutoff)} [@{cutoff.cite}], {unsure} {be(found.open)} open and {fail} {be(found.not_met)} not distinct.",
            f"{pairs} 对构念中，{some(found.met, '对')}整个区间都低于 {cut(cutoff)} [@{cutoff.cite}]，可以区分；{many(found.open, '对')}未定，{many(found.not_met, '对')}不可区分。",
        ),
        text(
            f"Of {surveys_} surveys with several constructs {apart} {'tells' if found.apart == 1 else 'tell'} all of them apart, in {unsettled} some pairs stay open, and in {failing} some fail.",
            f"含有多个构念的 {surveys_} 项调查中，{some(found.apart, '项')}的构念全部可以区分，{many(found.open_surveys, '项')}有未定的构念对，{many(found.failing, '项')}有不可区分的构念对。",
        ),
        text(
            f"{ave} of {scales} scales explain at least half of their items' variance with their whole interval.",
            f"按整个区间判断，{among(found.ave_met, found.scales, '个', '量表', verb='至少解释了题项方差的一半')}。",
        ),
    ]


def tensions(found: Constructs, case: Case) -> list[Text] | None:
    """Every path whose published value and latent estimate cannot both be read."""
    said = [t for one in found.tensions for t in tension_told(one, case)]
    return said or None


# --- paths ---------------------------------------------------------------------------------------
def paths(found: Paths, case: Case) -> list[Text]:
    n, aside, doubted = (number(v) for v in (found.hypothesized, found.set_aside, found.doubted))
    good, unsure = number(found.supported), number(found.open)
    against = number(found.contradicted)
    gone_zh = [f"{aside} 条未估计"] * bool(found.set_aside)
    gone_zh += [f"{doubted} 条不可采信"] * bool(found.doubted)
    rest_zh = f"其中 {'，'.join(gone_zh)}；其余路径中，" if gone_zh else "其中"
    said = [
        text(
            f"The real surveys state {n} hypothesized paths. {aside} {be(found.set_aside)} not estimated, {doubted} may not be relied upon; of the rest {good} {be(found.supported)} supported, {unsure} open and {against} contradicted.",
            f"真实调查共提出 {n} 条假设路径，{rest_zh}{many(found.supported, '条')}得到支持，{many(found.open, '条')}未定，{many(found.contradicted, '条')}相反。",
        )
    ]
    if found.satisfaction is not None and found.satisfaction.k > 1:
        one = found.satisfaction
        said.append(
            text(
                f"From satisfaction to loyalty the pooled path is {sized(one)} ({number(one.k)} surveys); the surveys differ by more than their errors (I² = {number(one.i2)})."
                if unequal(one)
                else f"From satisfaction to loyalty the pooled path is {sized(one)} ({number(one.k)} surveys).",
                f"从满意到忠诚的路径，{number(one.k)} 项调查的合并值为 {sized(one)}；各项调查之间的差异超出误差所能解释的范围（I² = {number(one.i2)}）。"
                if unequal(one)
                else f"从满意到忠诚的路径，{number(one.k)} 项调查的合并值为 {sized(one)}。",
            )
        )
        said += reservations(one, found.unfit)
    others = [p for p in found.pooled if p.from_ != "satisfaction"]
    if clear := [p for p in others if p.grade != "none"]:
        parts = [
            text(
                f"{escape(label(p.from_, case).en)} {sized(p)}, {number(p.k)} survey{plural(p.k)}",
                f"{escape(label(p.from_, case).zh)}（{sized(p)}，{number(p.k)} 项调查）",
            )
            for p in clear
        ]
        beside_zh = "除满意之外，与忠诚相关的还有" if len(said) > 1 else "与忠诚相关的有"
        said.append(
            text(
                f"Beside it {'goes' if len(clear) == 1 else 'go'} with loyalty: {'; '.join(p.en for p in parts)}.",
                f"{beside_zh}{listed(parts).zh}。",
            )
        )
        said += beside_single(found.satisfaction)
    if unclear := [p for p in others if p.grade == "none"]:
        what = names([label(p.from_, case) for p in unclear])
        said.append(
            text(
                f"Open {'stays' if len(unclear) == 1 else 'stay'}: {what.en}.",
                f"{what.zh}与忠诚的关系未定。",
            )
        )
    return said


# --- the satisfied -------------------------------------------------------------------------------
def satisfied(found: Satisfied, case: Case) -> list[Text]:
    n = number(found.count)
    least, most = number(found.least), number(found.most)
    cutoff = cut("satisfied_part", "percent")
    said = [
        text(
            f"Of those whose satisfaction reaches {cutoff} of the scale, {least} do not reach it in loyalty."
            if found.count == 1
            else f"Of those whose satisfaction reaches {cutoff} of the scale, between {least} and {most} do not reach it in loyalty, by {n} comparisons.",
            f"满意度达到量表全距 {cutoff} 的受访者中，有 {least} 的忠诚度没有达到同一水平。"
            if found.count == 1
            else f"在 {n} 项比较中，满意度达到量表全距 {cutoff} 的受访者里，忠诚度没有达到同一水平的占 {least} 至 {most}。",
        )
    ]
    if found.tried:
        tried, faster, slower = number(found.tried), number(found.faster), number(found.slower)
        rest_zh = "；其余比较的区间同时包含这两种可能"
        said.append(
            text(
                f"Past the threshold that a report claims, loyalty rises faster in {faster} and slower in {slower} of {tried}; of the rest the intervals hold both.",
                f"满意度越过某报告所称的阈值之后，在 {tried} 项比较中，{some(found.faster, '项')}显示忠诚上升加快，{some(found.slower, '项')}显示忠诚上升减慢{rest_zh if found.faster + found.slower < found.tried else ''}。",
            )
        )
    return said


# --- differences ---------------------------------------------------------------------------------
def differences(found: Differences, case: Case) -> list[Text]:
    n, compared = number(found.surveys), number(found.compared)
    said = [
        text(
            f"Groups can be compared in {compared} of {n} surveys that name any: where the questions mean enough of the same to all, and the solution may be relied upon.",
            f"有分组信息的 {n} 项调查中，有 {compared} 项的题项含义在各组间足够一致，解也可以采信，因而可以作组间比较。"
            if found.compared
            else f"有分组信息的调查共 {n} 项，没有一项可以作组间比较：题项的含义在各组间不够一致，或解不可采信。",
        )
    ]
    if found.compared:
        different, of = number(found.different), number(found.paths)
        which = different if found.different else "None"
        zh = among(found.different, found.paths, "条", "路径", verb="显示出组间差异")
        said.append(
            text(
                f"{which} of {of} paths {'differs' if found.different == 1 else 'differ'} between groups after Holm's correction within each survey.",
                f"在每项调查内作 Holm 校正后，{zh}。",
            )
        )
        loyal, loyal_of = number(found.to_loyalty_different), number(found.to_loyalty)
        if found.to_loyalty:
            said.append(
                text(
                    f"Of the {loyal_of} that lead to loyalty {'none' if not found.to_loyalty_different else loyal} {'does' if found.to_loyalty_different <= 1 else 'do'}.",
                    f"指向忠诚的 {loyal_of} 条路径中，{some(found.to_loyalty_different, '条')}显示出组间差异。",
                )
            )
    if found.apart:
        top = found.apart[0]
        size = estimate(top.estimate, top.ci_lower, top.ci_upper)
        a, b = (group(top.case, top.group, one, case) for one in (top.group_a, top.group_b))
        where = title(top.case, case)
        what = path(top, case)
        said.append(
            text(
                f"The clearest difference: {escape(what.en)}, {escape(a.en)} less {escape(b.en)} ({escape(where.en)}), {size}.",
                f"最明确的差异出现在“{escape(where.zh)}”中：路径“{escape(what.zh)}”在“{escape(a.zh)}”与“{escape(b.zh)}”之间相差 {size}。",
            )
        )
    return said


# --- otherwise -----------------------------------------------------------------------------------
def otherwise(found: Otherwise, case: Case) -> list[Text]:
    n, stable, doubted = number(found.count), number(found.stable), number(found.doubted)
    mixed, none = number(found.mixed), number(found.unsupported)
    others_zh = f"{many(found.stable, '条')}在所有可接受的设定下都得到支持"
    if found.mixed:
        others_zh += f"，{mixed} 条只在部分设定下得到支持"
    if found.unsupported:
        others_zh += f"，{none} 条在任何设定下都得不到支持"
    said = [
        text(
            f"Of {n} focal paths {doubted} may not be relied upon in the first place; of the others {stable} {be(found.stable)} supported under every acceptable choice, {mixed} under some, {none} under none.",
            f"{n} 条核心路径中，{some(found.doubted, '条')}本身不可采信；其余路径中，{others_zh}。",
        )
    ]
    if found.doubtful or found.wide or found.failed:
        doubtful, wide, failed = number(found.doubtful), number(found.wide), number(found.failed)
        lost_zh = []
        if found.doubtful:
            lost_zh.append(f"{doubtful} 个估计值的解可疑")
        if found.wide:
            lost_zh.append(f"{wide} 个估计值的区间过宽")
        if found.failed:
            lost_zh.append(f"{failed} 种设定没有解")
        said.append(
            text(
                f"{doubtful} further estimates rest on doubtful solutions, {wide} have intervals too wide to read and {failed} choices have no solution; none of them enters a range.",
                f"另有 {'，'.join(lost_zh)}，均不计入范围。",
            )
        )
    return said


# --- what customers did --------------------------------------------------------------------------
def told_returning(found: Conduct, case: Case) -> list[Text]:
    said = []
    for r in found.returning:
        where = title(r.case, case)
        early = estimate(r.early, r.early_ci_lower, r.early_ci_upper)
        late = estimate(r.late, r.late_ci_lower, r.late_ci_upper)
        customers, single = number(r.customers), number(r.single_share)
        weeks, more = number(r.early_weeks), number(r.late_weeks)
        late_comers = ""
        late_zh = ""
        if r.late_comers:
            late_comers = f", so that those who come back do so later rather than early ({number(r.part)} of them in the first {weeks} weeks)"
            late_zh = f"；可见客户即使再次购买，也多在较晚的时候：再次购买的客户中，只有 {number(r.part)} 在前 {weeks} 周内购买"
        first = bought_again(r.late_ci_lower, r.late_ci_upper, more)
        said += [
            text(
                f"**{first.en} within {more} weeks** ({escape(where.en)}, {customers} customers): {late} do, {early} within {weeks} weeks{late_comers}.",
                f"**“{escape(where.zh)}”的{first.zh}**。在 {customers} 名客户中，{more} 周内再次购买的占 {late}，{weeks} 周内再次购买的占 {early}{late_zh}。",
            ),
            text(
                f"{single} were seen on one day only.",
                f"只有一天有购买记录的客户占 {single}。",
            ),
        ]
    return said


def returning(found: Conduct, case: Case) -> list[Text] | None:
    return told_returning(found, case) or None


def forecasts(found: Conduct, case: Case) -> list[Text] | None:
    said = []
    for r in found.forecasts:
        where, actual = title(r.case, case), number(r.actual)
        shown = estimate(r.forecast, r.pi_lower, r.pi_upper, "count")
        if r.inside:
            en, zh = "inside the prediction interval", "落在预测区间之内"
        elif r.actual > r.pi_upper:
            en, zh = "more than the prediction interval holds", "高于预测区间"
        else:
            en, zh = "fewer than the prediction interval holds", "低于预测区间"
        said.append(
            text(
                f"A model of who is still a customer, fitted to the first part of the time ({escape(where.en)}), forecast {shown} purchases for the rest; {actual} were made, {en}.",
                f"对于“{escape(where.zh)}”，用前一段时间的数据拟合的留存模型预测，其余时间会有 {shown} 次购买；实际有 {actual} 次，{zh}。",
            )
        )
    return said or None


def brands(found: Conduct, case: Case) -> list[Text] | None:
    if not found.brands:
        return None
    n, clear = number(found.categories), number(found.clear)
    top = max(found.brands, key=lambda b: b.inertia)
    size = estimate(top.inertia, top.inertia_ci_lower, top.inertia_ci_upper)
    what = resource(top.case, top.category, case)
    all_clear = found.clear == found.categories
    above = (
        f"家庭重复购买上次所购品牌的比例{'均' * (all_clear and found.categories > 1)}高于随机水平"
    )
    which_zh = "" if all_clear else f"{some(found.clear, '个')}品类的"
    return [
        text(
            f"Households buy the brand they bought before more often than chance would have it in {clear} of {n} categories; the largest excess is {size} percentage points ({escape(what.en)}).",
            f"{n} 个品类中，{which_zh}{above}；超出最多的是{escape(what.zh)}，超出 {size} 个百分点。",
        ),
        *_unordered(found),
    ]


def _unordered(found: Conduct) -> list[Text]:
    """Of how many categories nothing can be said, for their rows are not in the order of time."""
    if not found.unordered:
        return []
    n = number(found.unordered)
    return [
        text(
            f"Of {n} more nothing can be said: their rows are not in the order of time.",
            f"另有 {n} 个品类的数据没有按时间排列，无法判断。",
        )
    ]


def foretold(found: Foretold, case: Case) -> list[Text]:
    """Whether what people say goes before what they do, and whether users rate higher."""
    said = []
    if found.said:
        n, clear = number(found.effects), number(found.clear)
        said.append(
            text(
                f"Within a person {clear} of {n} effects of what is said at one time on what is done until the next {be(found.clear)} clear of zero.",
                f"在个体内部，前一期的回答对下一期行为的 {among(found.clear, found.effects, '项', '效应', '区间', '不含零', '含零')}。",
            )
        )
    for r in found.lapses:
        what, where = measure(r.case, r.said, case), title(r.case, case)
        odds = ratio(r.odds_ratio, r.ci_lower, r.ci_upper, "为 ")
        en = {"+": "more often", "-": "less often", "open": "neither clearly more nor less often"}
        zh = {"+": "流失较多", "-": "流失较少", "open": "流失是否较多尚无定论"}
        said.append(
            text(
                f"{number(r.share)} of {number(r.n)} had stopped by the next time ({escape(where.en)}): between people, not within one, those with more {escape(what.en.lower())} do so {en[r.verdict]} (odds ratio {odds.en}, with what they did before held constant).",
                f"在“{escape(where.zh)}”的 {number(r.n)} 人中，有 {number(r.share)} 到下一期已经流失。这里比较的是不同的人，不是同一个人的前后：{escape(what.zh)}较高的人{zh[r.verdict]}，控制此前的行为后，优势比{odds.zh}。",
            )
        )
    for d in found.days:
        said += _days(d, case)
    for u in found.used:
        where = title(u.case, case)
        if u.count == 1:
            used = "more" if u.more else "less" if u.less else "neither clearly more nor less"
            used_zh = (
                "使用得更多" if u.more else "使用得更少" if u.less else "是否使用得更多尚无定论"
            )
            said.append(
                text(
                    f"The one service rated in “{escape(where.en)}” is used {used} by those who rate it higher.",
                    f"“{escape(where.zh)}”只评价了一项服务，评分较高者{used_zh}。",
                )
            )
            continue
        said.append(
            text(
                f"Of {number(u.count)} services rated in “{escape(where.en)}”, {number(u.more)} {be(u.more)} used more by those who rate them higher, {number(u.less)} less.",
                f"“{escape(where.zh)}”评价了 {number(u.count)} 项服务，评分较高者使用得更多的{has(u.more, '项')}，使用得更少的{has(u.less, '项')}。",
            )
        )
    if found.used:
        said.append(
            text(
                "Rating and use were asked at one time there: which came first, they do not tell.",
                "这些调查中的评分与使用是在同一次询问中得到的，孰先孰后无法得知。",
            )
        )
    return said


#: Of the odds of stopping, and of what is added to an area.
STOPS = {
    "-": text("stop less often", "流失较少"),
    "+": text("stop more often", "流失较多"),
    "open": text("stop neither clearly more nor less often", "流失是否较多尚无定论"),
}
ADDS = {
    "+": text("and what was said adds", "加上回答后增加"),
    "-": text("and what was said takes away from it", "加上回答后反而变化"),
    "open": text(
        "and whether what was said adds anything is open", "加上回答能否增加尚无定论，变化为"
    ),
}


def _days(row: DayRow, case: Case) -> list[Text]:
    """What was said once, against what was done day by day before and after."""
    what, where = measure(row.case, row.said, case), title(row.case, case)
    plain = estimate(row.odds_ratio, row.ci_lower, row.ci_upper)
    held = estimate(row.held, row.held_ci_lower, row.held_ci_upper)
    adds = estimate(row.adds, row.adds_ci_lower, row.adds_ci_upper)
    n, days, past = number(row.n), number(row.horizon), number(row.past)
    without, with_past = STOPS[row.verdict], STOPS[row.held_verdict]
    return [
        text(
            f"Day by day, within {days} days after an answer ({escape(where.en)}, {n} people): those with more {escape(what.en.lower())} {without.en} (odds ratio of a standard deviation {plain}); with what they did day by day just before held, they {with_past.en} ({held}).",
            f"逐日来看，在“{escape(where.zh)}”的 {n} 人中，作答后 {days} 天内，{escape(what.zh)}较高的人{without.zh}（每高一个标准差的优势比为 {plain}）；控制此前逐日的行为后，{with_past.zh}（{held}）。",
        ),
        text(
            f"Who goes on, those days before tell with an area under the curve of {past}, {ADDS[row.adds_verdict].en} ({adds}).",
            f"仅凭此前逐日的行为区分谁会继续，曲线下面积为 {past}，{ADDS[row.adds_verdict].zh} {adds}。",
        ),
    ]


# --- what they wrote -----------------------------------------------------------------------------
def odds_of(row: ThemeRow) -> str:
    return estimate(row.odds_ratio, row.ci_lower, row.ci_upper)


def told_sides(found: VoiceSummary, *, bold: bool = False) -> list[Text]:
    said = []
    mark = "**" if bold else ""
    if found.praised is not None:
        row = found.praised
        name = theme(row.theme)
        praise, complaint = number(row.praise), number(row.complaint)
        said.append(
            text(
                f"{mark}{escape(name.en)} goes with praise{mark}: {praise} lines of praise mention it and {complaint} of complaint, odds {odds_of(row)} times as high.",
                f"{mark}{escape(name.zh)}多见于好评{mark}，好评中有 {praise} 条、差评中有 {complaint} 条提及这一主题，优势比为 {odds_of(row)}。",
            )
        )
    if found.complained:
        parts = [
            text(
                f"{escape(theme(r.theme).en.lower())} ({odds_of(r)})",
                f"{escape(theme(r.theme).zh)}（{odds_of(r)}）",
            )
            for r in found.complained
        ]
        what = listed(parts)
        start = mark if found.praised is None else ""
        said.append(
            text(
                f"{start}With complaint{start} go {what.en}: odds of being mentioned in praise, over those in complaint.",
                f"{start}多见于差评{start}的主题是{what.zh}，括号内为好评对差评的优势比。",
            )
        )
    praise, complaint = number(found.praise), number(found.complaint)
    together = "; their intervals hold for all themes together" if said else ""
    zh_together = "，各区间对全部主题同时成立" if said else ""
    said.append(
        text(
            f"The collection holds {praise} lines of praise and {complaint} of complaint by design, so that only odds compare them{together}.",
            f"这批文本中好评（{praise} 条）与差评（{complaint} 条）的数量由收集者设定，因此只能用优势比来比较{zh_together}。",
        )
    )
    return said


def voice(found: Voice, case: Case) -> list[Text]:
    one = found.summary
    share, lines = number(one.share), number(one.lines)
    there, gone, twice = number(one.read), number(one.left_out), number(one.duplicate)
    counted = text(f"All {there} lines are counted.", f"{there} 条文本全部计入。")
    if one.left_out:
        counted = text(
            f"Of {there} lines {lines} are counted: {gone} were left out first, {twice} of them because the same text stood there already.",
            f"{there} 条文本中计入 {lines} 条，其余 {gone} 条事先剔除，其中 {twice} 条与已有的文本完全相同。",
        )
    return [
        counted,
        text(
            f"{share} of {lines} lines mention a theme of service at all.",
            f"{lines} 条文本中，有 {share} 至少提及一个服务主题。",
        ),
        *told_sides(one),
    ]


# --- what the reports claim ----------------------------------------------------------------------
def claims(found: Claims, case: Case) -> list[Text]:
    one = found.summary
    count, with_n = number(one.count), number(one.with_n)
    changes, surveys_ = number(one.changes), number(one.surveys)
    checked, failed, checks = number(one.checked), number(one.failed), number(one.checks)
    said = [
        text(
            f"The reports print {count} figures. {with_n} come with a number of respondents; {surveys_} come from a survey, which can show what goes together; {changes} are rises or falls without anything to compare with, which can show nothing.",
            f"各报告共有 {count} 个数字。{spaced('其中', many(one.with_n, '个'))}注明了受访人数；{many(one.surveys, '个')}出自调查，可以说明哪些因素相关；{many(one.changes, '个')}是没有比较对象的升降，什么也说明不了。",
        ),
        text(
            f"{checked} can be checked by arithmetic or beside real data; {failed} of {checks} checks of arithmetic and coherence fail.",
            f"{some(one.checked, '个')}数字可以用算术或真实数据核对；{among(one.failed, one.checks, '项', '算术与一致性核对', verb='未通过')}。",
        ),
    ]
    if one.inside or one.outside or one.divided:
        inside, outside = number(one.inside), number(one.outside)
        part = part_zh = ""
        if one.divided:
            part = f", {number(one.divided)} inside that of some surveys and outside that of others"
            part_zh = f"，{many(one.divided, '个')}落在一部分调查的区间之内、另一部分调查的区间之外"
        said.append(
            text(
                f"Beside real data {inside if one.inside else 'none'} {'lie' if one.inside > 1 else 'lies'} inside our interval and {outside if one.outside else 'none'} outside it{part}; an interval that is wide agrees with much, and the people asked were others.",
                f"与真实数据对照，{some(one.inside, '个')}数字落在本研究的区间之内，{many(one.outside, '个')}落在区间之外{part_zh}。区间越宽，数字越容易落在其中；受访者也不是同一批人。",
            )
        )
    return said
