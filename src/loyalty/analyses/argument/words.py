"""Sentences of the argument: each from the fields of a finding, and gone where these are."""

from __future__ import annotations

from loyalty.analyses.argument.beside import (
    Claims,
    Conduct,
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
from loyalty.shown.doubts import shortly
from loyalty.shown.words import be, cut, estimate, listed, names, number, significant, text


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
        said.append(
            text(
                f"In {n} of these surveys satisfaction or loyalty is a single question, taken as free of error.",
                f"其中 {n} 项调查只用一个问题测量满意或忠诚，并视为没有误差。",
            )
        )
    if unfit:
        said.append(
            text(
                f"In {number(unfit)} the questions fit together so badly that the model of measurement misses every cut-off of fit.",
                f"有 {number(unfit)} 项调查的题项拟合很差，测量模型未达到任何一项拟合标准。",
            )
        )
    if one.not_apart:
        n = number(one.not_apart)
        said.append(
            text(
                f"In {n} the answers do not tell satisfaction and loyalty apart: what goes together there may be one thing asked twice.",
                f"有 {n} 项调查的作答无法区分满意与忠诚：其相关可能只是同一事物被问了两次。",
            )
        )
    if one.left_out:
        n = number(one.left_out)
        said.append(
            text(
                f"{n} more {'survey has' if one.left_out == 1 else 'surveys have'} this path and may not be relied upon for it.",
                f"另有 {n} 项调查含此路径，但在这一点上不可采信。",
            )
        )
    return said


def tension_told(found: Tension, case: Case) -> list[Text]:
    """One path, three answers: published, in the latent model, and with constructs merged."""
    row = found.path
    name, where = path(row, case), title(row.case, case)
    published = estimate(row.printed, row.pls_ci_lower, row.pls_ci_upper)
    why = shortly(row.doubts)
    said = [
        text(
            f"For {escape(name.en)} in “{escape(where.en)}” the published value, by a method that takes scale scores as they are, comes out again as {published}; a model that allows for errors of measurement gives none that may be relied upon ({why.en}).",
            f"在“{escape(where.zh)}”中，{escape(name.zh)}的已发表数值出自直接使用量表得分的方法，此处重算得 {published}；而考虑测量误差的模型没有给出可以采信的数值（{why.zh}）。",
        )
    ]
    merged = found.merged
    if merged is None:
        return said
    groups = [together(merged.case, group_, case) for group_ in merged.groups]
    en = escape("; ".join(g.en for g in groups))
    zh = escape("”和“".join(g.zh for g in groups))
    size = estimate(merged.estimate, merged.ci_lower, merged.ci_upper)
    if merged.verdict == "open":
        tail = text("and stays open, too", "同样未定")
    elif len(merged.from_) > 1:
        tail = text(
            "together they go with loyalty, one by one they cannot be read",
            "合在一起与忠诚相关，拆开则无法解读",
        )
    else:
        tail = text("from a solution that is acceptable", "所得之解可以接受")
    said.append(
        text(
            f"With {en} taken as one, as the data prefer, it is {size}: {tail.en}.",
            f"若按数据支持的模型将“{zh}”合而为一，则为 {size}：{tail.zh}。",
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
        printed_zh = f"{count} 条中有 {n} 条有已发表的数值，按原文列于其旁。"
    against = against_zh = ""
    if wrong := [r for r in found.rows if r.relied and r.verdict == "contradicted"]:
        which = listed([_in_survey(r, case) for r in wrong])
        against = f", on the other side than expected for {which.en}"
        against_zh = f"，而{which.zh}与预期符号相反"
    return text(
        f"Of {count} hypothesized paths to loyalty {relied} may be relied upon; {clear} of these {_has(found.clear)} an interval clear of zero{against}.{printed}",
        f"{count} 条指向忠诚的假设路径中，{relied} 条可以采信，其中 {clear} 条的区间不含零{against_zh}。{printed_zh}",
    )


# --- the data ------------------------------------------------------------------------------------
def surveys(found: Surveys, case: Case) -> list[Text]:
    n, people = number(found.count), number(found.n)
    least, most = number(found.smallest), number(found.largest)
    said = [
        text(
            f"{n} real surveys, of {people} respondents in all, the smallest of {least} and the largest of {most}.",
            f"真实调查 {n} 项，受访者共 {people} 人次，最少的 {least} 人，最多的 {most} 人。",
        )
    ]
    if found.with_single:
        single = number(found.with_single)
        said.append(
            text(
                f"{single} of them measure at least one of their constructs by a single question.",
                f"其中 {single} 项至少有一个构念只用一个问题测量。",
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
            f"按通行的拟合标准，{judged} 个测量模型中 {fitting} 个各项均达标"
            + (f"，{number(found.all_missed)} 个各项均未达标" if found.all_missed else "")
            + (f"，{number(found.doubtful)} 个的解不可接受。" if found.doubtful else "。"),
        )
    )
    if found.flagged_most is not None:
        share = number(found.flagged_most)
        said.append(
            text(
                f"Up to {share} of a survey's respondents show several signs of careless answering.",
                f"单项调查中最多有 {share} 的受访者呈现多项敷衍作答的迹象。",
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
            f"{pairs} 对构念中，{met} 对的整个区间低于 {cut(cutoff)} [@{cutoff.cite}]，可以区分；{unsure} 对未定，{fail} 对不可区分。",
        ),
        text(
            f"Of {surveys_} surveys with several constructs {apart} {'tells' if found.apart == 1 else 'tell'} all of them apart, in {unsettled} some pairs stay open, and in {failing} some fail.",
            f"{surveys_} 项含多个构念的调查中，{apart} 项的构念全部可以区分，{unsettled} 项有未定的构念对，{failing} 项有不可区分的构念对。",
        ),
        text(
            f"{ave} of {scales} scales explain at least half of their items' variance with their whole interval.",
            f"{scales} 个量表中，{ave} 个的整个区间表明其至少解释了题项方差的一半。",
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
    said = [
        text(
            f"The real surveys state {n} hypothesized paths. {aside} {be(found.set_aside)} not estimated, {doubted} may not be relied upon; of the rest {good} {be(found.supported)} supported, {unsure} open and {against} contradicted.",
            f"真实调查共提出 {n} 条假设路径：{aside} 条未估计，{doubted} 条不可采信；其余 {good} 条得到支持，{unsure} 条未定，{against} 条相反。",
        )
    ]
    if found.satisfaction is not None and found.satisfaction.k > 1:
        one = found.satisfaction
        said.append(
            text(
                f"From satisfaction to loyalty the pooled path is {sized(one)} ({number(one.k)} surveys); the surveys differ by more than their errors (I² = {number(one.i2)})."
                if unequal(one)
                else f"From satisfaction to loyalty the pooled path is {sized(one)} ({number(one.k)} surveys).",
                f"从满意到忠诚的合并路径为 {sized(one)}（{number(one.k)} 项调查）；调查间的差异大于其误差（I² = {number(one.i2)}）。"
                if unequal(one)
                else f"从满意到忠诚的合并路径为 {sized(one)}（{number(one.k)} 项调查）。",
            )
        )
        said += reservations(one, found.unfit)
    others = [p for p in found.pooled if p.from_ != "satisfaction"]
    if clear := [p for p in others if p.grade != "none"]:
        parts = [
            text(
                f"{escape(label(p.from_, case).en)} {sized(p)}, {number(p.k)} survey{plural(p.k)}",
                f"{escape(label(p.from_, case).zh)} {sized(p)}（{number(p.k)} 项）",
            )
            for p in clear
        ]
        said.append(
            text(
                f"Beside it {'goes' if len(clear) == 1 else 'go'} with loyalty: {'; '.join(p.en for p in parts)}.",
                f"除此之外与忠诚相关的有：{'；'.join(p.zh for p in parts)}。",
            )
        )
        if found.satisfaction is not None and found.satisfaction.single:
            said.append(
                text(
                    "What stands beside a single question may look stronger than it is: the error of that question is not allowed for.",
                    "与单个问题并列的因素可能显得比实际更强，因为该问题的误差未予考虑。",
                )
            )
    if unclear := [p for p in others if p.grade == "none"]:
        what = names([label(p.from_, case) for p in unclear])
        said.append(
            text(
                f"Open {'stays' if len(unclear) == 1 else 'stay'}: {what.en}.", f"未定：{what.zh}。"
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
            f"满意度达到量表 {cutoff} 者中，有 {least} 的忠诚度未达到这一水平。"
            if found.count == 1
            else f"在 {n} 项比较中，满意度达到量表 {cutoff} 者里，忠诚度未达到这一水平的占 {least} 至 {most}。",
        )
    ]
    if found.tried:
        tried, faster, slower = number(found.tried), number(found.faster), number(found.slower)
        said.append(
            text(
                f"Past the threshold that a report claims, loyalty rises faster in {faster} and slower in {slower} of {tried}; of the rest the intervals hold both.",
                f"越过某报告所称的阈值后，{tried} 项比较中忠诚上升更快的有 {faster} 项，更慢的有 {slower} 项；其余的区间包含两种可能。",
            )
        )
    return said


# --- differences ---------------------------------------------------------------------------------
def differences(found: Differences, case: Case) -> list[Text]:
    n, compared = number(found.surveys), number(found.compared)
    said = [
        text(
            f"Groups can be compared in {compared} of {n} surveys that name any: where the questions mean enough of the same to all, and the solution may be relied upon.",
            f"{n} 项载有分组的调查中，{compared} 项可以比较：其题项含义在各组间足够一致，且解可以采信。",
        )
    ]
    if found.compared:
        different, of = number(found.different), number(found.paths)
        which, zh = (
            ("None", "均无差异")
            if not found.different
            else (different, f"有 {different} 条存在差异")
        )
        said.append(
            text(
                f"{which} of {of} paths {'differs' if found.different == 1 else 'differ'} between groups after Holm's correction within each survey.",
                f"经各调查内的 Holm 校正后，{of} 条路径中{zh}。",
            )
        )
        loyal, loyal_of = number(found.to_loyalty_different), number(found.to_loyalty)
        if found.to_loyalty:
            said.append(
                text(
                    f"Of the {loyal_of} that lead to loyalty {'none' if not found.to_loyalty_different else loyal} {'does' if found.to_loyalty_different <= 1 else 'do'}.",
                    f"其中指向忠诚的 {loyal_of} 条中，{loyal} 条存在差异。",
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
                f"最明确的差异见于“{escape(where.zh)}”的{escape(what.zh)}：“{escape(a.zh)}”与“{escape(b.zh)}”之差为 {size}。",
            )
        )
    return said


# --- otherwise -----------------------------------------------------------------------------------
def otherwise(found: Otherwise, case: Case) -> list[Text]:
    n, stable, doubted = number(found.count), number(found.stable), number(found.doubted)
    mixed, none = number(found.mixed), number(found.unsupported)
    said = [
        text(
            f"Of {n} focal paths {doubted} may not be relied upon in the first place; of the others {stable} {be(found.stable)} supported under every acceptable choice, {mixed} under some, {none} under none.",
            f"{n} 条核心路径中，{doubted} 条本身不可采信；其余路径中，在所有可接受的设定下均得到支持的有 {stable} 条，仅在部分设定下得到支持的有 {mixed} 条，在任何设定下均未得到支持的有 {none} 条。",
        )
    ]
    if found.doubtful or found.wide or found.failed:
        doubtful, wide, failed = number(found.doubtful), number(found.wide), number(found.failed)
        said.append(
            text(
                f"{doubtful} further estimates rest on doubtful solutions, {wide} have intervals too wide to read and {failed} choices have no solution; none of them enters a range.",
                f"另有 {doubtful} 个估计的解可疑、{wide} 个区间过宽、{failed} 种设定无解，均不计入范围。",
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
            late_zh = (
                f"，可见再次购买多发生在较晚而非较早的时候（仅 {number(r.part)} 在前 {weeks} 周）"
            )
        first = bought_again(r.late_ci_lower, r.late_ci_upper)
        said += [
            text(
                f"**{first.en} within {more} weeks** ({escape(where.en)}, {customers} customers): {late} do, {early} within {weeks} weeks{late_comers}.",
                f"**{more} 周内，{first.zh}**。{escape(where.zh)}，{customers} 名客户：再次购买的占 {late}，其中 {weeks} 周内为 {early}{late_zh}。",
            ),
            text(
                f"{single} were seen on one day only.",
                f"{single} 的客户只有一个购买日。",
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
            en, zh = "inside the prediction interval", "位于预测区间之内"
        elif r.actual > r.pi_upper:
            en, zh = "more than the prediction interval holds", "高于预测区间"
        else:
            en, zh = "fewer than the prediction interval holds", "低于预测区间"
        said.append(
            text(
                f"A model of who is still a customer, fitted to the first part of the time ({escape(where.en)}), forecast {shown} purchases for the rest; {actual} were made, {en}.",
                f"对“{escape(where.zh)}”，用前一部分时间的数据拟合的留存模型预测其余时间有 {shown} 次购买；实际为 {actual} 次，{zh}。",
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
    return [
        text(
            f"Households buy the brand they bought before more often than chance would have it in {clear} of {n} categories; the largest excess is {size} percentage points ({escape(what.en)}).",
            f"{n} 个品类中，有 {clear} 个品类的家庭重复购买上次品牌的比例高于随机水平；超出最多者为 {size} 个百分点（{escape(what.zh)}）。",
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
            f"另有 {n} 个品类的数据未按时间排列，无从判断。",
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
                f"在个体内层面，先前的回答对其后行为的 {n} 项效应中，有 {clear} 项的区间不含零。",
            )
        )
    for r in found.lapses:
        what, where = measure(r.case, r.said, case), title(r.case, case)
        odds = estimate(r.odds_ratio, r.ci_lower, r.ci_upper)
        en = {"+": "more often", "-": "less often", "open": "neither clearly more nor less often"}
        zh = {"+": "更常如此", "-": "较少如此", "open": "是否更常如此尚无定论"}
        said.append(
            text(
                f"{number(r.share)} of {number(r.n)} had stopped by the next time ({escape(where.en)}): between people, not within one, those with more {escape(what.en.lower())} do so {en[r.verdict]} (odds ratio {odds}, with what they did before held constant).",
                f"{number(r.n)} 人中有 {number(r.share)} 到下一期已不再有该行为（{escape(where.zh)}）：就不同的人相比（而非同一人前后相比），{escape(what.zh)}较高者{zh[r.verdict]}（控制先前行为后的优势比为 {odds}）。",
            )
        )
    for u in found.used:
        where = title(u.case, case)
        if u.count == 1:
            used = "more" if u.more else "less" if u.less else "neither clearly more nor less"
            used_zh = "使用更多" if u.more else "使用更少" if u.less else "使用孰多孰少尚无定论"
            said.append(
                text(
                    f"The one service rated in “{escape(where.en)}” is used {used} by those who rate it higher.",
                    f"“{escape(where.zh)}”只评一项服务，评分较高者{used_zh}。",
                )
            )
            continue
        said.append(
            text(
                f"Of {number(u.count)} services rated in “{escape(where.en)}”, {number(u.more)} {be(u.more)} used more by those who rate them higher, {number(u.less)} less.",
                f"“{escape(where.zh)}”所评的 {number(u.count)} 项服务中，{number(u.more)} 项评分较高者使用更多，{number(u.less)} 项评分较高者使用更少。",
            )
        )
    if found.used:
        said.append(
            text(
                "Rating and use were asked at one time there: which came first, they do not tell.",
                "这些评分与使用是同一次询问所得，孰先孰后无从得知。",
            )
        )
    return said


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
                f"{mark}{escape(name.zh)}多见于好评{mark}：好评中有 {praise} 条提及，差评中有 {complaint} 条，优势比为 {odds_of(row)}。",
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
                f"{start}多见于差评{start}的是{what.zh}：括号内为好评对差评的优势比。",
            )
        )
    praise, complaint = number(found.praise), number(found.complaint)
    said.append(
        text(
            f"The collection holds {praise} lines of praise and {complaint} of complaint by design, so that only odds compare them.",
            f"该文本集的好评（{praise} 条）与差评（{complaint} 条）数量由收集者设定，因此只能以优势比相比较。",
        )
    )
    return said


def voice(found: Voice, case: Case) -> list[Text]:
    one = found.summary
    share, lines = number(one.share), number(one.lines)
    return [
        text(
            f"{share} of {lines} lines mention a theme of service at all.",
            f"{lines} 条文本中有 {share} 提及某个服务主题。",
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
            f"各报告共载 {count} 个数字：{with_n} 个注明受访人数；{surveys_} 个出自调查，可以说明哪些因素相关；{changes} 个是没有比较对象的升降，什么也说明不了。",
        ),
        text(
            f"{checked} can be checked by arithmetic or beside real data; {failed} of {checks} checks of arithmetic and coherence fail.",
            f"{checked} 个可以通过算术或真实数据核对；{checks} 项算术与一致性核对中 {failed} 项不成立。",
        ),
    ]
    if one.inside or one.outside:
        inside, outside = number(one.inside), number(one.outside)
        said.append(
            text(
                f"Beside real data {inside} {'lies' if one.inside == 1 else 'lie'} inside our interval and {outside} outside it; an interval that is wide agrees with much, and the people asked were others.",
                f"与真实数据对照，{inside} 个位于本研究的区间内，{outside} 个在区间外；但区间较宽时容易相符，且受访者并非同一群人。",
            )
        )
    return said
