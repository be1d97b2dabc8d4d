"""Tables of the argument: a row a survey, a path, a claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from loyalty.analyses.argument import captions, headlines
from loyalty.analyses.argument.beside import (
    ClaimRow,
    Claims,
    Conduct,
    FailedRow,
    Foretold,
    Satisfied,
    SatisfiedRow,
)
from loyalty.analyses.argument.models import (
    Action,
    Actions,
    Advice,
    ApartRow,
    Constructs,
    ConstructsRow,
    DifferenceRow,
    Differences,
    Followed,
    Known,
    MergedRow,
    Otherwise,
    OtherwiseRow,
    Paths,
    PooledRow,
    Statement,
    SurveyRow,
    Surveys,
)
from loyalty.analyses.argument.names import (
    GRADES,
    concept_path,
    group,
    grouping,
    label,
    measure,
    path,
    resource,
    study,
    title,
    together,
)
from loyalty.cases import claims as ledger
from loyalty.cases.claims import Claim
from loyalty.ground.numbers import DASH, Kind
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.doubts import withheld
from loyalty.shown.fit import PATH_VERDICTS
from loyalty.shown.table import Column, Table
from loyalty.shown.words import escaped, estimate, interval, number, spaced, text

#: So many of the differences between two groups are shown.
APART = 8
#: Fewer surveys say nothing of how far they differ.
FEW = 3
#: So many items of a construct are named as what to measure.
ITEMS = 8
QUESTIONS = {
    "together": text("Do satisfaction and loyalty go together?", "满意与忠诚是否相关？"),
    "others": text(
        "Does it hold for customers who were not asked?", "这一关系对未受访的客户是否成立？"
    ),
    "first": text("Does satisfaction make customers loyal?", "是满意使客户忠诚吗？"),
    "beside": text("What else goes with loyalty?", "还有哪些因素与忠诚相关？"),
    "apart": text(
        "Do customers tell apart what the questionnaires ask?", "问卷所问的内容，客户能否区分？"
    ),
    "groups": text("Do customers differ?", "客户之间有差异吗？"),
    "otherwise": text("Would it hold otherwise?", "换一种分析方法还成立吗？"),
    "conduct": text("What do customers do?", "客户实际做了什么？"),
    "voice": text("What do they write?", "客户写了什么？"),
    "claims": text("Can the reports' figures be built on?", "各报告的数字靠得住吗？"),
}
KNOWN = {
    "yes": text("known", "已知"),
    "partly": text("partly", "部分已知"),
    "no": text("not", "未知"),
}
HELD = {
    "none": "nothing",
    "configural": "same structure",
    "metric": "+ loadings",
    "scalar": "+ intercepts",
    "strict": "+ residuals",
}
DESIGNS = {
    "count": text("a count; its sample is not described", "计数，样本未说明"),
    "change": text("a change without comparison: no", "不能，升降没有比较对象"),
    "survey": text("one survey: what goes together", "只能说明哪些因素相关（单次调查）"),
    "goal": text("a goal, no finding", "目标，不是发现"),
}
SAID = {
    "incoherent": text("does not agree with other printed figures", "与报告中的其他数字不符"),
    "inside": text("inside the interval of real data", "落在真实数据的区间之内"),
    "outside": text("outside the interval of real data", "落在真实数据的区间之外"),
    "divided": text(
        "inside some intervals of real data, outside others",
        "落在一部分真实数据的区间之内、另一部分的区间之外",
    ),
    "untested": text("nothing, from these data", "无法用这些数据判断"),
}
#: Of a figure that was checked against others, and held.
UNOPPOSED = text(
    "the check against other printed figures finds no contradiction; nothing more, from these data",
    "与报告中的其他数字核对，没有发现矛盾；除此之外无法用这些数据判断",
)


def told(row: ClaimRow) -> Text:
    """What can be said of a printed figure."""
    return UNOPPOSED if row.said == "untested" and row.checks else SAID[row.said]


def _grade(row: Any) -> Text:
    return GRADES[row.grade]


def _title(case: Case, heading: str = "Survey") -> Column:
    return Column(lambda r: title(r.case, case), heading)


# --- the answer ----------------------------------------------------------------------------------
def known(found: Known, case: Case) -> Table:
    def said(row: Statement) -> Text:
        return headlines.question(found, row.question, case)

    def grade(row: Statement) -> Text:
        """Of several answers with grades of their own each one's."""
        beside = found.answer.beside
        if row.question != "beside" or len({p.grade for p in beside}) < 2:
            return _grade(row)
        parts = [(GRADES[p.grade], label(p.from_, case)) for p in beside]
        return text(
            "; ".join(f"{name.en}: {of.en}" for of, name in parts),
            "，".join(f"{name.zh}为{of.zh}" for of, name in parts),
        )

    return Table(
        found.rows,
        [
            Column(lambda r: QUESTIONS[r.question], "Question"),
            Column(lambda r: KNOWN[r.known], "Known"),
            Column(said, "What can be said", "markdown"),
            Column(grade, "Grade"),
        ],
        captions.known(found),
        text(
            "Grade: high, it follows from the figures themselves; moderate, two or more sets of real data agree; low, one says so; none, the intervals hold both answers, or nothing that may be relied upon speaks to it.",
            "“高”表示由数字本身得出，“中”表示两组或更多真实数据的结果一致，“低”表示只有一组数据支持，“无”表示区间同时包含两种可能，或者没有可以采信的数据。",
        ),
        simulated=False,
    )


# --- the data ------------------------------------------------------------------------------------
def surveys(found: Surveys, case: Case) -> Table:
    def points(row: SurveyRow) -> str:
        return number(row.points) if row.points is not None else DASH

    def single(row: SurveyRow) -> str:
        return f"{number(row.constructs)} ({number(row.single)})"

    def fits(row: SurveyRow) -> Text:
        if row.missed is None:
            return text(DASH, DASH)
        n = number(row.missed)
        if row.admissible is False:
            return text(f"{n}; not admissible", f"{n}；不可接受")
        return text(n, n)

    return Table(
        found.rows,
        [
            _title(case),
            Column("n", "n"),
            Column("items", "Items"),
            Column(single, "Constructs", "markdown"),
            Column(points, "Points", "markdown"),
            Column("missing", "Missing"),
            Column("flagged", "Careless"),
            Column("cfi", "CFI", decimals=3),
            Column("rmsea", "RMSEA", decimals=3),
            Column("srmr", "SRMR", decimals=3),
            Column(fits, "Cut-offs missed", "markdown"),
        ],
        captions.surveys(found),
        text(
            f"Constructs of one item in brackets. Missing: of rows that may not be passed on by counts to full tens a question. Careless: several signs of careless answering. Cut-offs missed: of {number(found.indices)} (CFI, TLI, RMSEA, SRMR) by the planned measurement model.",
            f"“构念”一栏括号内为单题项构念的个数。“缺失”一栏，原始数据不得转发的调查由各题按整十计的人数推算。“敷衍作答”指有多种敷衍作答迹象的受访者所占的比例。“未达标准数”指预设的测量模型在 {number(found.indices)} 项拟合指标（CFI、TLI、RMSEA、SRMR）中未达到标准的项数。",
        ),
        simulated=False,
    )


def sampling(found: Surveys, case: Case) -> Table:
    return Table(
        found.rows,
        [
            _title(case),
            Column(lambda r: study(r.case, case).provenance.sampling, "Who was asked"),
            Column(
                lambda r: text("recorded", "仅记录结果") if r.recorded else text("here", "可用"),
                "Rows",
            ),
        ],
        captions.sampling(found),
        text(
            "Recorded: the rows may not be passed on; their findings are.",
            "“仅记录结果”指原始数据不得转发，只提供由原始数据得到的结果。",
        ),
        simulated=False,
    )


# --- constructs ----------------------------------------------------------------------------------
def constructs(found: Constructs, case: Case) -> Table:
    def of(met: Any, all_: Any) -> str:
        return DASH if all_ is None else f"{number(met)} / {number(all_)}"

    def merged(row: ConstructsRow) -> Text:
        groups = [together(row.case, g, case) for g in row.merged]
        if not groups:
            return text(DASH, DASH)
        return text("; ".join(g.en for g in groups), "；".join(g.zh for g in groups))

    return Table(
        found.rows,
        [
            _title(case),
            Column("pairs", "Pairs"),
            Column("met", "Distinct"),
            Column("open", "Open"),
            Column("not_met", "Not distinct"),
            Column("alpha", "α min."),
            Column(lambda r: of(r.cr_met, r.scales), "CR met", "markdown"),
            Column(lambda r: of(r.ave_met, r.scales), "AVE met", "markdown"),
            Column(merged, "One, by BIC"),
        ],
        captions.constructs(found),
        text(
            "CR, AVE: scales whose whole interval reaches the cut-off. One, by BIC: constructs that the admissible model with the lowest BIC takes as one.",
            "“CR 达标”与“AVE 达标”两栏，斜线前为整个区间都达到标准的量表数，斜线后为量表总数。“BIC 合并”一栏列出解可接受的模型中 BIC 最低者所合并的构念。",
        ),
        simulated=False,
    )


def merged(found: Constructs, case: Case) -> Table | None:
    if not found.merged:
        return None

    def named(row: MergedRow) -> Text:
        start = together(row.case, row.from_, case)
        end = study(row.case, case).named(row.to).label
        return text(f"{start.en} → {end.en}", f"{start.zh} → {end.zh}")

    return Table(
        found.merged,
        [
            Column(named, "Path"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(lambda r: term(PATH_VERDICTS[r.verdict]), "Verdict"),
            _title(case),
        ],
        captions.merged(found),
        simulated=False,
    )


# --- paths ---------------------------------------------------------------------------------------
def counts(found: Paths, case: Case) -> Table:
    return Table(
        found.counts,
        [
            _title(case),
            Column("supported", "Supported"),
            Column("open", "Open"),
            Column("contradicted", "Contradicted"),
            Column("hypothesized", "Hypothesized"),
            Column("set_aside", "Not estimated"),
            Column("doubted", "Not to be relied upon"),
        ],
        captions.counts(found),
        text(
            "Not estimated: the survey's description says why a path is set aside. Not to be relied upon: a doubtful solution, an interval wider than one standard deviation, or causes that cannot be told apart.",
            "“未估计”指案例说明中写有搁置该路径的理由。“不可采信”指解可疑、区间宽于一个标准差，或前因无法区分。",
        ),
        simulated=False,
    )


def pooled(found: Paths, case: Case) -> Table | None:
    if not found.pooled:
        return None

    def name(row: PooledRow) -> Text:
        return concept_path(row.from_, row.to, case)

    def spread(row: PooledRow) -> str:
        """Of two surveys it says next to nothing."""
        return number(row.i2, decimals=0) if row.i2 is not None and row.k >= FEW else DASH

    return Table(
        found.pooled,
        [
            Column(name, "Path"),
            Column("estimate", "β"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(_grade, "Grade"),
            Column(("pi_lower", "pi_upper"), "95 % prediction"),
            Column("k", "Surveys"),
            Column("n", "n"),
            Column(spread, "I²", "markdown"),
            Column("left_out", "Left out"),
        ],
        captions.pooled(found, case),
        text(
            "Standardized paths; of several surveys pooled: random effects, REML, Hartung–Knapp; of one its own. I²: of three surveys or more; of two it says next to nothing. Left out: surveys that have the path and may not be relied upon for it.",
            "路径均为标准化值。有多项调查时为合并值（随机效应模型，REML，Hartung–Knapp 法），只有一项调查时为该调查自身的估计值。I² 只在有三项或更多调查时列出，因为只有两项调查时，I² 几乎说明不了什么。“排除”指含有该路径但不可采信的调查数。",
        ),
        simulated=False,
    )


# --- the satisfied -------------------------------------------------------------------------------
BENDS = {
    "faster": text("faster", "更快"),
    "slower": text("slower", "更慢"),
    "open": text("open", "未定"),
}


def satisfied(found: Satisfied, case: Case) -> Table:
    def bend(row: SatisfiedRow) -> Text:
        return text(DASH, DASH) if row.bend is None else BENDS[row.bend]

    return Table(
        found.rows,
        [
            _title(case),
            Column("satisfied", "Satisfied"),
            Column("not_loyal", "Of these not loyal"),
            Column(("not_loyal_ci_lower", "not_loyal_ci_upper"), "95 % interval"),
            Column(bend, "Past the threshold"),
            Column(lambda r: study(r.case, case).named(r.to).label, "Construct"),
            Column("n", "n"),
        ],
        captions.satisfied(found),
        text(
            "Both by the same height on their scales. Past the threshold: whether loyalty rises faster or slower beyond the satisfaction that a report names [@innovation], by interval.",
            "满意与忠诚在各自量表的同一相对位置划线。“越过阈值”一栏说明，满意度超过某报告所称的数值 [@innovation] 之后，忠诚上升得更快还是更慢，按区间判断。",
        ),
        simulated=False,
    )


# --- differences ---------------------------------------------------------------------------------
def differences(found: Differences, case: Case) -> Table:
    def held(row: DifferenceRow) -> Text:
        level = term(HELD[row.held])
        if not row.partial:
            return level
        part = term("partial [invariance]")
        return text(f"{level.en} ({part.en})", f"{level.zh}（{part.zh}）")

    return Table(
        found.rows,
        [
            _title(case),
            Column(lambda r: grouping(r.case, r.group, case), "Groups"),
            Column("different", "Differ"),
            Column("paths", "Paths"),
            Column(held, "Equal, up to"),
            Column("levels", "Number"),
        ],
        captions.differences(found),
        text(
            "Equal, up to: the last step of invariance that holds. Differ: paths that are not equal in all groups, after Holm's correction.",
            "“不变性水平”指成立的最高一级。“有差异”指经 Holm 校正后在各组间不相等的路径数。",
        ),
        simulated=False,
    )


def apart(found: Differences, case: Case) -> Table | None:
    if not found.apart:
        return None

    def pair(row: ApartRow) -> Text:
        a, b = (group(row.case, row.group, one, case) for one in (row.group_a, row.group_b))
        return text(f"{a.en} − {b.en}", f"{a.zh} − {b.zh}")

    return Table(
        found.apart,
        [
            Column(lambda r: path(r, case), "Path"),
            Column(pair, "Groups"),
            Column("estimate", "Difference"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            _title(case),
        ],
        captions.apart(found, case),
        text(
            "Unstandardized paths, in each survey's own units: sizes of different surveys do not compare. Intervals are not corrected: of rows picked as the clearest, differences are on average too large.",
            "路径均为非标准化值，单位因调查而异，不同调查的数值不能相互比较。区间没有校正；表中列出的是差异最明确的各行，因此差异往往偏大。",
        ),
        first=APART,
        simulated=False,
    )


# --- otherwise -----------------------------------------------------------------------------------
def otherwise(found: Otherwise, case: Case) -> Table:
    def spread(row: OtherwiseRow) -> str:
        if row.smallest is None or row.largest is None:
            return DASH
        return f"{number(row.smallest)} – {number(row.largest)}"

    def left_out(row: OtherwiseRow) -> str:  # three counts in one column: a page is no wider
        return " / ".join(number(n) for n in (row.doubtful, row.wide, row.failed))

    return Table(
        found.rows,
        [
            _title(case),
            Column(lambda r: path(r, case), "Path"),
            Column("agree", "Support it"),
            Column("against", "Against it [verdict]"),
            Column("sound", "Acceptable"),
            Column("count", "Choices", kept=True),
            Column("sign", "Sign", "sign"),
            Column(spread, "Range", "markdown"),
            Column(left_out, "Doubtful / too wide / none", "markdown", kept=True),
        ],
        captions.otherwise(found),
        text(
            "Range, support: of choices alone whose solution is acceptable and whose interval is no wider than one standard deviation; support by interval. Doubtful, too wide, none: choices with a doubtful solution, an interval too wide to read, and no solution. No range where the study's own estimate may not be relied upon.",
            "“支持”“相反”与“范围”只计入解可接受且区间不宽于一个标准差的设定，是否支持按区间判断。末栏依次为解可疑、区间过宽而无法解读、没有解的设定数。本研究自身的估计不可采信时，不列出范围。",
        ),
        simulated=False,
        withheld=lambda r: withheld(r.doubts),
    )


# --- what customers did and wrote ----------------------------------------------------------------
def returning(found: Conduct, case: Case) -> Table | None:
    if not found.returning:
        return None
    return Table(
        found.returning,
        [
            _title(case, "Case"),
            Column("early_weeks", "Weeks"),
            Column("early", "Bought again"),
            Column(("early_ci_lower", "early_ci_upper"), "95 % interval"),
            Column("late_weeks", "Weeks"),
            Column("late", "Bought again"),
            Column(("late_ci_lower", "late_ci_upper"), "95 % interval"),
            Column("customers", "Customers"),
            Column("single_share", "On one day only"),
        ],
        captions.returning(found, case),
        simulated=False,
    )


def brands(found: Conduct, case: Case) -> Table | None:
    if not found.brands:
        return None
    return Table(
        found.brands,
        [
            _title(case, "Case"),
            Column(lambda r: resource(r.case, r.category, case), "Category"),
            Column("inertia", "Excess, points"),
            Column(("inertia_ci_lower", "inertia_ci_upper"), "95 % interval"),
            Column("repeat", "Repeated"),
            Column("chance", "By chance"),
            Column("households", "Households"),
        ],
        captions.brands(found),
        simulated=False,
    )


def foretold(found: Foretold, case: Case) -> Table | None:
    """What is said before what is done, effect by effect."""
    if not found.said:
        return None
    return Table(
        found.said,
        [
            Column(lambda r: measure(r.case, r.said, case), "Said [before]"),
            Column(lambda r: measure(r.case, r.done, case), "Done next"),
            Column("estimate", "Effect", decimals=3),
            Column(("ci_lower", "ci_upper"), "95 % interval", decimals=3),
            Column(lambda r: SIGNS[r.verdict], "Verdict"),
            Column("people", "People"),
            _title(case, "Case"),
        ],
        captions.foretold(found),
        text(
            "Effects within a person, from one wave to the next, unstandardized.",
            "表中为个体内部由一期到下一期的效应，没有标准化。",
        ),
        simulated=False,
    )


#: Of an effect, by its interval.
SIGNS = {
    "+": text("more", "更多"),
    "-": text("less", "更少"),
    "open": text("open", "未定"),
}


# --- what the reports claim ----------------------------------------------------------------------
REPORTS = {
    "aftersales": text("After-sales service", "售后服务"),
    "quality": text("Service quality", "服务质量"),
    "innovation": text("Service innovation", "服务创新"),
    "strategy": text("Building loyalty", "忠诚策略"),
    "retail": text("Retail guide", "零售指南"),
}


def report(source: str) -> Text:
    """A report by what it is about, with its citation."""
    if source not in REPORTS:
        return text(f"[@{source}]", f"[@{source}]")
    named = REPORTS[source]
    return text(f"{named.en} [@{source}]", f"{named.zh} [@{source}]")


def _claim(row: ClaimRow) -> Text:
    stated = ledger.load().named(row.id).text
    return text(f"{row.id} · {stated.en}", f"{row.id} · {stated.zh}")


def _figure(value: float, claim: Claim) -> str:
    """A printed figure: a share or a relative change as per cent, as the reports have it."""
    return number(value, "whole" if claim.shares else "decimal")


def _printed(row: ClaimRow) -> str:
    claim = ledger.load().named(row.id)
    between = " ↔ " if claim.kind == "per" else "–"
    return between.join(_figure(v, claim) for v in row.printed)


def _said(row: ClaimRow, case: Case) -> Text:
    """What can be said, with the number of the case that says it."""
    said = told(row)
    if row.said not in ("inside", "outside", "divided"):
        return said
    claim = ledger.load().named(row.id)
    parts = []
    for r in row.compared:
        where = escaped(title(r.case, case))
        kind: Kind = "percent" if claim.shares else "decimal"
        size = estimate(r.estimate, r.ci_lower, r.ci_upper, kind)
        weeks = "" if r.weeks is None else f" within {number(r.weeks)} weeks"
        weeks_zh = "" if r.weeks is None else f"在 {number(r.weeks)} 周内"
        parts.append(
            text(f"{size}{weeks} ({where.en})", spaced(f"“{where.zh}”", weeks_zh, f"为 {size}"))
        )
    return text(
        f"{said.en}: {'; '.join(p.en for p in parts)}",
        f"{said.zh}：{'；'.join(p.zh for p in parts)}",
    )


def claims(found: Claims, case: Case) -> Table:
    """Every claim that was checked, or comes from a survey."""
    return Table(
        [r for r in found.rows if r.said != "untested" or r.design == "survey" or r.checks],
        [
            Column(_claim, "Claim"),
            Column(lambda r: _said(r, case), "What can be said", "markdown"),
            Column(_printed, "Printed", "markdown"),
            Column(lambda r: DESIGNS[r.design], "Can its design show it?"),
        ],
        captions.claims(found),
        text(
            "All claims by number in the appendix. Real data: of the case and the time that are named, which the ledger chose, and not of every case that has such a number; where the report names neither, the two need not be of the same thing.",
            "全部条目按编号列于附录。用作对照的真实数据，只限论断清单所选的案例与时间，并不包括含有同类数字的全部案例；如果报告没有说明对象与时间，报告的数字与真实数据所指未必相同。",
        ),
        simulated=False,
    )


def sources(found: Claims, case: Case) -> Table:
    return Table(
        found.sources,
        [
            Column(lambda r: report(r.source), "Report", "markdown"),
            Column("count", "Claims"),
            Column("with_n", "With n"),
            Column("changes", "Changes without comparison"),
            Column("incoherent", "Disagree"),
            Column("inside", "Inside"),
            Column("outside", "Outside"),
            Column("divided", "Both [in and out]"),
            Column("untested", "Nothing to say"),
        ],
        captions.sources(found),
        text(
            "Disagree: with other printed figures. Inside, outside: of the interval of real data; both: inside some, outside others.",
            "“不符”指与报告中的其他数字不一致。“区间内”与“区间外”均就真实数据的区间而言，“兼有”指落在一部分区间之内、另一部分之外。",
        ),
        simulated=False,
    )


def failures(found: Claims, case: Case) -> Table | None:
    if not found.failures:
        return None
    checks = {c.id: c for c in ledger.load().checks}

    def printed(row: FailedRow) -> str:
        claim = ledger.load().named(checks[row.id].claims[0])
        return ", ".join(_figure(v, claim) for v in row.printed)

    def follows(row: FailedRow) -> str:
        shown = ", ".join(number(v, "decimal") for v in row.computed)
        if row.ci_lower is not None and row.ci_upper is not None:
            shown += f" {interval(row.ci_lower, row.ci_upper)}"
        return shown or DASH

    return Table(
        found.failures,
        [
            Column(lambda r: report(r.source), "Report", "markdown"),
            Column(lambda r: checks[r.id].text, "What was checked"),
            Column(printed, "Printed", "markdown"),
            Column(follows, "Follows", "markdown"),
        ],
        captions.failures(found),
        simulated=False,
    )


# --- what to do ----------------------------------------------------------------------------------
def actions(found: Actions, case: Case) -> Table | None:
    if not found.rows:
        return None

    def said(row: Action) -> Text:
        return headlines.action(found, row.id, case)

    return Table(
        found.rows,
        [
            Column(said, "What to do", "markdown"),
            Column("n", "Cases behind it"),
            Column(_grade, "Grade"),
        ],
        captions.actions(found),
        text("Grades as in the brief.", "等级的含义与摘要相同。"),
        simulated=False,
    )


ADVICE = {
    "secure": text("secure first", "首先保障"),
    "raise": text("raise", "提高"),
    "keep": text("keep up", "保持"),
    "counts": text("raise or keep up", "提高或保持"),
    "lower": text("lower", "降低"),
}


def _runs(items: Sequence[str]) -> list[list[str]]:
    """The first and last of items that are numbered in a row, as ``q1, q2, q3``; others alone."""
    runs: list[list[str]] = []
    for item in items:
        stem = item.rstrip("0123456789")
        before = stem + str(int(item[len(stem) :]) - 1) if item != stem else ""
        if runs and runs[-1][-1] == before:
            runs[-1] = [runs[-1][0], item]
        else:
            runs.append([item])
    return runs


#: What a line of the advice rests on, and beside whom those are for whom it is.
DESIGNS_OF_ADVICE = {
    "survey": text("one survey", "单次调查"),
    "within": text("panel, within a person", "追踪，个体内部"),
    "between": text("panel, between people", "追踪，个体之间"),
}
BESIDE_WHOM = {
    "within": text("each person, beside their own usual", "每个人，与本人平常相比"),
    "between": text(
        "one person beside others who did as much before", "不同的人，与此前行为相当的其他人相比"
    ),
}


def advice(found: Actions, case: Case) -> Table | None:
    """What panels and surveys recommend, by how much, for whom, how surely, what to measure."""
    rows: tuple[Advice | Followed, ...] = (*found.followed, *found.advice)
    if not rows:
        return None

    def what(row: Advice | Followed) -> Text:
        if isinstance(row, Followed):
            name, do = measure(row.case, row.said, case), ADVICE["counts"]
            return text(f"{name.en}: {do.en}", f"{name.zh}：{do.zh}")
        named = study(row.case, case).named
        name, do = named(row.construct_id).label, ADVICE[row.action]
        rest = rest_zh = ""
        if row.alike:
            others = [named(c).label for c in row.alike]
            rest = f" (not told apart from {', '.join(o.en for o in others)})"
            rest_zh = f"（与{'、'.join(o.zh for o in others)}无法区分）"
        return text(f"{name.en}: {do.en}{rest}", f"{name.zh}：{do.zh}{rest_zh}")

    def change(row: Advice | Followed) -> Text:
        size = number(row.estimate)
        if isinstance(row, Followed) and row.design == "between":
            return text(f"odds × {size}", f"几率 × {size}")
        return text(size, size)

    def whom(row: Advice | Followed) -> Text:
        if isinstance(row, Followed):
            return BESIDE_WHOM[row.design]
        if row.group is None or not row.levels:
            return text("all", "全部")
        levels = [group(row.case, row.group, one, case) for one in row.levels]
        en, zh = ", ".join(t.en for t in levels), "、".join(t.zh for t in levels)
        return text(f"above all {en}", f"尤其是{zh}")

    several = Counter(row.case for row in found.advice)
    first = {row.case: row.construct_id for row in reversed(found.advice)}

    def cost(row: Advice | Followed) -> Text:
        if isinstance(row, Followed):
            return text("not computed", "未计算")
        if row.than is None:
            alone = several[row.case] == 1
            if row.construct_id != first[row.case]:  # findings from before costs were computed
                return text("not computed", "未计算")
            return text("none beside it", "无可比较") if alone else text("the measure", "基准")
        if row.than in row.alike:
            return text("not told apart", "无法区分")
        if row.cost_ci_lower is None or row.cost_ci_upper is None:
            return text("no bound", "无界限")
        ends = interval(row.cost_ci_lower, row.cost_ci_upper)
        return text(*[f"{number(row.cost)} {ends}"] * 2)

    def measured(row: Advice | Followed) -> Text:
        if isinstance(row, Followed):
            name = measure(row.case, row.said, case)
            did = measure(row.case, row.done, case) if row.done else None
            if row.design == "between":
                left = f" ({did.en})" if did else ""
                left_zh = f"（{did.zh}）" if did else ""
                return text(f"{name.en}; who stops{left}", f"{name.zh}；谁不再有这一行为{left_zh}")
            assert did is not None
            return text(f"{name.en}; {did.en}", f"{name.zh}；{did.zh}")
        named = study(row.case, case).named
        one, outcome = named(row.construct_id), named(row.outcome).label
        if len(one.items) > ITEMS:
            return text(f"{one.label.en} and {outcome.en}", f"{one.label.zh}与{outcome.zh}")
        runs = _runs([i.id for i in one.items])
        en, zh = ", ".join("–".join(run) for run in runs), "、".join("～".join(run) for run in runs)
        return text(f"{en}; {outcome.en}", f"{zh}；{outcome.zh}")

    def graded(row: Advice | Followed) -> Text:
        grade, of = GRADES[row.grade], "survey" if isinstance(row, Advice) else row.design
        design = DESIGNS_OF_ADVICE[of]
        return text(f"{grade.en}: {design.en}", f"{grade.zh}（{design.zh}）")

    return Table(
        rows,
        [
            _title(case, "Case"),
            Column(what, "What to do"),
            Column(change, "Change for one point", "markdown"),
            Column(("ci_lower", "ci_upper"), "95 % interval"),
            Column(graded, "Grade"),
            Column(cost, "Highest cost", "markdown"),
            Column(whom, "For whom"),
            Column(measured, "What to measure"),
        ],
        captions.advice(found),
        text(
            "Change: of the outcome's mean, in points of its scale, for one point more of the construct, by the total effect and the standard deviations of the scale means, with an interval that allows for the errors of both; where less of the outcome is better (an intention to leave), the sign is turned in what to do. Highest cost: what a point may cost, in multiples of what a point of the survey's measure (the line with its largest change) costs, if the same money is to bring as much; the lower end is the safe side. Nobody was asked what a point costs. To measure: the construct's items, and the outcome. For whom: groups in which its share of what is explained is clearly above the mean of all; whether their paths differ is another question, and tested apart. Only paths that may be relied upon and are clear of zero. Panel: the same people asked several times and logged; within a person the change is of what is logged until the next wave, in its unit, for a point more than is usual for them; between people odds are those of stopping until the next wave, for a standard deviation more, what was done before held, and firms where there are several, and 1 is no effect.",
            "“提高一分时的变化”指结果变量均值的变化（量表分），按总效应与量表均值的标准差计算，区间兼计二者的误差；如果结果变量越低越好（如转换意愿），建议的方向与变化的符号相反。“成本上限”说明，要使同样的花费带来的变化不小于基准构念（该调查中变化最大者），该构念提高一分的成本至多可以是基准构念提高一分成本的多少倍；稳妥起见，应取区间下限。提高一分的实际成本，各项调查都没有问及。“测量什么”一栏列出该构念的题项与结果变量。“对象”指该构念的解释方差份额明显高于总平均的组别；各组的路径是否不同是另一个问题，另行检验。表中只列可以采信且区间不含零的路径。“追踪”指同一批人多次作答并有行为日志：“个体内部”为本人评分比平常高一分时，到下一期所记录行为的变化，单位与该记录相同；“个体之间”为评分高一个标准差时，到下一期不再有这一行为的几率变为几倍，已控制此前的行为，有多家企业时也控制企业，1 表示没有效应。",
        ),
        simulated=False,
    )
