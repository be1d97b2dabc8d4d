"""Tables of the trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from loyalty.analyses.trial.findings import (
    CaseRow,
    Cases,
    Differences,
    Headline,
    SolutionRow,
    Solutions,
    Straight,
    StraightRow,
    Tally,
)
from loyalty.analyses.trial.names import ALARM, KINDS, VERDICTS, hypothesis, label, study, title
from loyalty.analyses.trial.read import COUNTED, Effect, Kind
from loyalty.analyses.trial.read import KINDS as ORDER
from loyalty.ground.numbers import DASH
from loyalty.ground.terms import term
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table
from loyalty.shown.words import among, be, escaped, every, join, number, some

#: What is declared, as the heading of a column.
HEADINGS: dict[Kind, str] = {
    "path": "Paths",
    "moderation": "Moderations",
    "bend": "Curvilinear",
    "indirect": "Indirect",
    "contrast": "Of two ways",
    "share": "Shares",
    "table": "In tables",
}
NOTHING = Text(en=DASH, zh=DASH)


def _title(case: Case, heading: str = "Case") -> Column:
    return Column(lambda r: title(r.case, case), heading)


def capital(text: Text) -> Text:
    return Text(en=text.en[0].upper() + text.en[1:], zh=text.zh)


def _or_none(n: int) -> str:
    return number(n) if n else "none"


def _promised(row: Tally) -> str:
    if not row.compared:
        return ""
    low, high = number(row.promised_lower), number(row.promised_upper)
    return f"{number(row.promised, 'number', 1)} \\({low}–{high}\\)"


def _all_held(held: int, n: int) -> Text:
    """How many of the intervals hold what is declared."""
    if held == n > 1:
        every_one = every(n)
        en = every_one[0].upper() + every_one[1:]
    else:
        en = f"{number(held)} of {number(n)}"
    zh = among(held, n, "个", "区间", verb="覆盖设定值")
    return Text(en=f"{en} intervals hold the declared value", zh=zh)


def headline(found: Headline, case: Case) -> Table:
    held = _all_held(found.held, found.compared)
    return Table(
        found.tallies,
        [
            Column(lambda r: capital(KINDS[r.kind]), "Declared [kind]"),
            Column("compared", "Intervals"),
            Column("held", "Hold the value"),
            Column(_promised, "Promised", "markdown"),
            Column("effects", "Effects"),
            Column("found", "Found [effects]"),
            Column("open", "Left open"),
            Column("contradicted", "Wrong sign"),
            Column("size", "Size", decimals=0),
        ],
        Text(
            en=f"{held.en}: what is declared and what is found of it, by kind.",
            zh=f"各类设定与所得：{held.zh}。",
        ),
        Text(
            en="Hold the value: 95 % intervals that hold what is declared; promised: the binomial expectation with its central 95 %, as if intervals were independent. Found: the interval is clear of zero on the declared side. Where customers belong to firms, intervals of paths, moderations and curvilinear effects are by Student's t with one degree of freedom fewer than there are firms, and for indirect effects and shares whole firms are resampled; shares within an industry, where firms are too few to be resampled, resample customers and are widened by the design effect of firms over all industries. Where a threshold is declared, the square that stands for it best is compared. Where declared and found have no unit in common, the sign alone is compared, and parameters that cannot be zero are no effects. Size: the estimates together, as a share of what is declared.",
            zh="“覆盖”指 95% 区间包含设定值。“应有”为二项分布的期望及其中央 95% 范围，计算时把各区间视为相互独立。“检出”指区间不含零且估计值与设定值同号。客户分属企业时，路径、调节效应与曲线效应的区间采用自由度为企业数减一的 t 分布，间接效应与份额则对整家企业重抽样；行业内的企业太少，无法重抽样，因此行业内份额的区间先对客户重抽样得出，再按全部行业合并计算的设计效应（以企业为聚类）加宽。设定为阈值的效应，与最能代表它的平方项比较。设定值与估计值没有共同单位时，只比较符号；不可能为零的参数不计为效应。“大小”指估计值合计与设定值合计之比。",
        ),
        simulated=True,
    )


def _of(row: CaseRow, kind: Kind) -> Tally | None:
    return next((t for t in row.tallies if t.kind == kind), None)


def _held(kind: Kind) -> Callable[[CaseRow], str]:
    def cell(row: CaseRow) -> str:
        own = _of(row, kind)
        return f"{number(own.held)} / {number(own.compared)}" if own and own.compared else ""

    return cell


def overview(found: Cases, case: Case) -> Table:
    kinds = [k for k in ORDER if any(_of(r, k) for r in found.rows)]
    return Table(
        found.rows,
        [
            _title(case),
            *(Column(_held(kind), HEADINGS[kind], "markdown") for kind in kinds),
        ],
        Text(
            en=f"In {_or_none(found.complete)} of {number(found.count)} cases every interval holds what is declared: intervals that do, by case and kind.",
            zh=f"各案例中各类设定的区间：{number(found.count)} 个案例中，{some(found.complete, '个')}案例的区间全部覆盖设定值。",
        ),
        Text(
            en="Before the stroke the intervals that hold the declared value, after it all intervals. One draw of each case.",
            zh="斜线前为覆盖设定值的区间数，斜线后为区间总数。每个案例只抽取一次。",
        ),
        simulated=True,
    )


def _verdict(effect: Effect) -> Text:
    if effect.verdict is not None:
        return VERDICTS[effect.verdict]
    return ALARM if effect.alarm else NOTHING


def _holds(effect: Effect) -> Text:
    if effect.held is None:
        return NOTHING
    return term("yes" if effect.held else "no")


def case_(found: Cases, case: Case) -> Mapping[str, Table]:
    """A table a case, by its name."""
    return {row.case: _case(row, case) for row in found.rows}


def _note(row: CaseRow) -> Text | None:
    """What cannot be compared like for like."""
    said = []
    if any(e.kind == "bend" for e in row.effects):
        said.append(
            Text(
                en="Where a threshold is declared, the square that stands for it best is shown.",
                zh="设定为阈值的效应，列出最能代表它的平方项。",
            )
        )
    if any(e.held is None and e.estimate is not None for e in row.effects):
        said.append(
            Text(
                en="Where declared and found have no unit in common, the sign alone is compared.",
                zh="设定值与估计值没有共同单位时，只比较符号。",
            )
        )
    return join(said) if said else None


def _case(row: CaseRow, case: Case) -> Table:
    described = study(row.case, case)
    held = _all_held(row.held, row.compared)
    return Table(
        [e for e in row.effects if e.kind not in COUNTED],
        [
            Column(lambda e: NOTHING if e.table else e.id, "H"),
            Column(lambda e: label(e, described), "Declared effect"),
            Column("estimate", "Found [estimate]", "bounded", 3),
            Column(("ci_lower", "ci_upper"), "95 % interval", "bounded", 3),
            Column(_verdict, "Verdict"),
            Column("declared", "Declared", "bounded", 3),
            Column(_holds, "Holds it"),
        ],
        Text(
            en=f"{held.en}: {escaped(described.title).en}.",
            zh=f"{escaped(described.title).zh}：{held.zh}。",
        ),
        _note(row),
        simulated=True,
    )


def straight(found: Straight, case: Case) -> Table:
    against, n = number(found.against), number(found.count)

    def name(row: StraightRow) -> Text:
        return hypothesis(row.id, study(row.case, case))

    return Table(
        found.rows,
        [
            *([_title(case)] if len({r.case for r in found.rows}) > 1 else []),
            Column("id", "H"),
            Column(name, "Square"),
            Column("declared", "Declared", "bounded", 3),
            Column("estimate", "Without any bend", "bounded", 3),
            Column(("ci_lower", "ci_upper"), "95 % interval", "bounded", 3),
        ],
        Text(
            en=f"{against} of {n} squares run against what is declared where nothing bends but the answer scales.",
            zh=f"只由量表造成的弯曲：{among(found.against, found.count, '个', '平方项', verb='与设定方向相反')}。",
        ),
        Text(
            en="Regression on scale scores, standardized, of answers drawn from the case's process without curvilinear effects, moderations, careless and missing answers; heteroscedasticity-consistent intervals (HC3).",
            zh="表中为量表得分的标准化回归系数。答案由去除曲线效应、调节效应、敷衍作答与缺失之后的同一过程生成。区间按异方差一致标准误（HC3）计算。",
        ),
        simulated=True,
    )


def differences(found: Differences, case: Case) -> Table:
    seen, n, alarms = number(found.found), number(found.differ), number(found.alarms)
    seen_zh = f"检出 {seen} 条" if found.found else "无一检出"
    alarms_zh = f"误报 {alarms} 条" if found.alarms else "没有误报"
    return Table(
        found.rows,
        [
            _title(case),
            Column("differ", "Unlike"),
            Column("found", "Found [effects]"),
            Column("found_alone", "Without firms"),
            Column("alike", "Alike"),
            Column("alarms", "False alarms"),
            Column("alarms_alone", "Without firms"),
        ],
        Text(
            en=f"{seen} of {n} paths that differ between industries are found to, with {alarms} false alarms: what is declared and what the tests say.",
            zh=f"行业差异的设定与检验结果：设定为因行业而异的路径有 {n} 条，{seen_zh}，{alarms_zh}。",
        ),
        Text(
            en="Unlike, alike: as declared; found: said to differ, by the test over all industries after Holm's correction. Firms are the independent units where a case has enough of them; without firms: respondents are.",
            zh="“相异”与“相同”均就设定而言。“检出”指对全部行业的检验经 Holm 校正后判为不同。案例的企业足够多时以企业为独立单位，“不计企业”以受访者为独立单位。",
        ),
        simulated=True,
    )


def _lost_zh(lost: int, odd: int, unit: str) -> str:
    said = [f"{number(lost)} {unit}没有收敛"] * bool(lost)
    said += [f"{number(odd)} {unit}的解不可接受"] * bool(odd)
    return f"有 {'，'.join(said)}"


def _usable(n: int, lost: int, odd: int, what: Text) -> Text:
    """How many of so many solutions did not converge, or are inadmissible."""
    if not (lost or odd):
        return Text(
            en=f"all {number(n)} {what.en} have an admissible solution",
            zh=f"{number(n)} {what.zh}均有可接受的解",
        )
    return Text(
        en=f"of {number(n)} {what.en} {_or_none(lost)} did not converge and {_or_none(odd)} {be(odd)} inadmissible",
        zh=f"{number(n)} {what.zh}中，{_lost_zh(lost, odd, what.zh[0])}",
    )


def _solved(found: Solutions) -> Text:
    """How many of the models and of their refits can be used."""
    said = [
        _usable(
            found.models,
            found.nonconverged,
            found.inadmissible,
            Text(en="models", zh="个模型"),
        )
    ]
    if found.drawn:
        refits = Text(en="refits", zh="次重抽样估计")
        lost, odd = found.drawn_nonconverged, found.drawn_inadmissible
        said.append(_usable(found.drawn, lost, odd, refits))
    en, zh = "; ".join(t.en for t in said), "；".join(t.zh for t in said)
    return capital(Text(en=f"{en}: solutions by case.", zh=f"各案例的解：{zh}。"))


def solutions(found: Solutions, case: Case) -> Table:
    def of(*names: str) -> Callable[[SolutionRow], str]:
        return lambda row: " / ".join(number(getattr(row, name)) for name in names)

    return Table(
        found.rows,
        [
            _title(case),
            Column("models", "Models"),
            Column(of("nonconverged", "inadmissible"), "Unusable", "markdown"),
            Column("drawn", "Resamples"),
            Column(of("drawn_nonconverged", "drawn_inadmissible"), "Unusable", "markdown"),
            Column("specifications", "Specifications"),
            Column(of("failed", "suspect"), "Doubtful", "markdown"),
        ],
        _solved(found),
        Text(
            en="Unusable: not converged / inadmissible, of measurement models and structures, and of refits to resampled respondents or firms. Specifications: of the path that the robustness checks follow; doubtful: without an estimate / with one from a solution that is not to be taken at face value.",
            zh="“不可用”两栏，斜线前为没有收敛的个数，斜线后为解不可接受的个数；前一栏就测量模型与各结构而言，后一栏就对受访者或企业重抽样后的重新估计而言。“模型设定数”指稳健性检验所跟踪的路径有多少种设定；“可疑”一栏，斜线前为没有估计值的设定数，斜线后为估计值来自可疑的解的设定数。",
        ),
        simulated=True,
    )
