"""Sentences of the trial: how much of what is declared is found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loyalty.analyses.trial.findings import (
    CaseRow,
    Cases,
    Differences,
    Headline,
    Solutions,
    Straight,
    Tally,
)
from loyalty.analyses.trial.names import KINDS, label, short, study, title
from loyalty.analyses.trial.read import COUNTED, Effect, Kind
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.words import be, estimate, names, number, some, spaced

#: One of a kind.
ONE: dict[Kind, str] = {
    "path": "path",
    "moderation": "moderation",
    "bend": "curvilinear effect",
    "indirect": "indirect effect",
    "contrast": "difference between two ways",
    "share": "share of what is explained",
    "table": "effect or parameter of a table",
}


def _none(n: int) -> str:
    return number(n) if n else "none"


def _verb(n: int, one: str, many: str) -> str:
    return one if n == 1 else many


# --- all cases -----------------------------------------------------------------------------------
def headline(found: Headline, case: Case) -> list[Text]:
    said = []
    for tally in found.tallies:
        if tally.kind == "path":
            said += _paths(tally, found)
        elif tally.kind in ("moderation", "bend"):
            said += _judged(tally)
        else:
            said += _held(tally)
    return said


def _promised(tally: Tally) -> Text:
    """How many are promised, and how far chance alone moves that."""
    whole = float(tally.promised).is_integer()
    mean = number(tally.promised, "number", 0 if whole else 1)
    low, high = number(tally.promised_lower), number(tally.promised_upper)
    short = tally.held < tally.promised_lower
    short_zh = "，所得低于这一范围" if short else ""
    return Text(
        en=f"{mean} are promised, and of as many independent ones chance alone would leave between {low} and {high}{': fewer are held than that' if short else ''}",
        zh=f"按名义水平应有 {mean} 条，如果各区间相互独立，仅凭偶然应在 {low} 至 {high} 条之间{short_zh}",
    )


def _covered(held: int, n: int, unit: str) -> str:
    """How many of so many 95 % intervals hold the declared value, in Chinese."""
    if held == n:
        return f"95% 区间{'全部' if n > 1 else ''}覆盖设定值"
    if not held:
        return "95% 区间无一覆盖设定值" if n > 1 else "95% 区间没有覆盖设定值"
    return f"其中 {number(held)} {unit}的 95% 区间覆盖设定值"


def _seen(found: int, n: int) -> str:
    """How many effects of so many are found, in Chinese."""
    if found == n > 1:
        return "全部检出"
    if found:
        return f"检出 {number(found)} 个"
    return "无一检出" if n > 1 else "没有检出"


def _out_of(what: str, count: int, n: int) -> str:
    """How many of so many are 未定 or 符号相反, in Chinese; a count of all reads oddly."""
    if count == n:
        return f"均{what}" if n > 1 else what
    return f"{what} {number(count)} 个"


def _paths(tally: Tally, found: Headline) -> list[Text]:
    if not tally.compared:
        return []
    n, promised = number(tally.compared), _promised(tally)
    said = [
        Text(
            en=f"Of {n} declared paths the 95 % intervals hold {_none(tally.held)}; {promised.en}.",
            zh=f"设定的路径共 {n} 条，{_covered(tally.held, tally.compared, '条')}；{promised.zh}。",
        )
    ]
    if found.clustered:
        alone, firms = number(tally.held_alone), number(found.clustered)
        if tally.held_alone < tally.held:
            en, zh = (
                "that is what ignoring firms costs in this draw",
                "覆盖数的减少就是这次抽取中忽略企业的代价",
            )
        elif tally.held_alone == tally.held:
            en, zh = (
                "ignoring firms costs nothing in this draw",
                "可见在这次抽取中，忽略企业没有代价",
            )
        else:
            en = "in this draw, by chance, ignoring firms does better"
            zh = "可见在这次抽取中，忽略企业反而碰巧更好"
        with_firms = (
            "这些区间都" if found.clustered == tally.compared else f"这些区间中有 {firms} 个"
        )
        alone_zh = f"{some(tally.held_alone, '条')}路径的区间覆盖设定值"
        said.append(
            Text(
                en=f"{firms} of these intervals allow for firms, whose customers are alike; with customers taken as independent {alone} would be held: {en}.",
                zh=f"{with_firms}考虑了客户分属企业，因为同一企业的客户彼此相似；如果把客户视为相互独立，则{alone_zh}，{zh}。",
            )
        )
    return said


def _judged(tally: Tally) -> list[Text]:
    """Of what is declared to be other than zero: found, left open, of the wrong sign; its size."""
    if not tally.effects:
        return []
    n, zh = number(tally.effects), KINDS[tally.kind].zh
    what = ONE[tally.kind] if tally.effects == 1 else KINDS[tally.kind].en
    parts = [f"{_none(tally.found)} {be(tally.found)} found"]
    zh_parts = [_seen(tally.found, tally.effects)]
    if tally.open:
        parts.append(f"{number(tally.open)} {be(tally.open)} left open")
        zh_parts.append(_out_of("未定", tally.open, tally.effects))
    if tally.contradicted:
        count = number(tally.contradicted)
        parts.append(f"{count} {_verb(tally.contradicted, 'has', 'have')} the wrong sign")
        zh_parts.append(_out_of("符号相反", tally.contradicted, tally.effects))
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    size, zh_size = "", ""
    if tally.size is not None and tally.size > 0:
        share = number(tally.size, "percent", 0)
        size = f"; together they come out at {share} of their declared size"
        zh_size = f"；估计值合计为设定值合计的 {share}"
    return [
        Text(
            en=f"Of {n} declared {what} {listed}{size}.",
            zh=f"设定的{zh}共 {n} 个，{'，'.join(zh_parts)}{zh_size}。",
        )
    ]


def _declared(kind: Kind) -> str:
    """What is declared, in Chinese: 设定的间接效应, 数据表中设定的效应与参数."""
    place, of, what = KINDS[kind].zh.rpartition("中的")
    return f"{place}中设定的{what}" if of else f"设定的{what}"


def _held(tally: Tally) -> list[Text]:
    """How many intervals hold the declared value, how many effects are found, and false alarms."""
    what, en, zh = KINDS[tally.kind], [], []
    if tally.compared:
        n = number(tally.compared)
        name = ONE[tally.kind] if tally.compared == 1 else what.en
        en.append(f"of {n} declared {name} the intervals hold {_none(tally.held)}")
        zh.append(f"{_declared(tally.kind)}共 {n} 个，{_covered(tally.held, tally.compared, '个')}")
        if tally.held < tally.promised_lower:
            low, high = number(tally.promised_lower), number(tally.promised_upper)
            en[0] += (
                f", fewer than the {low} to {high} that chance would leave of as many independent ones"
            )
            zh[0] += f"，少于同样数目的独立区间仅凭偶然应有的 {low} 至 {high} 个"
    if tally.effects:
        of = number(tally.effects)
        en.append(f"{_none(tally.found)} of {of} effects {be(tally.found)} found")
        some_are = tally.effects != tally.compared
        of_which = f"设定不为零的效应有 {of} 个，" if some_are else ""
        zh.append(f"{of_which}{_seen(tally.found, tally.effects)}")
    if tally.contradicted:
        count = number(tally.contradicted)
        en.append(f"{count} {_verb(tally.contradicted, 'has', 'have')} the wrong sign")
        zh.append(_out_of("符号相反", tally.contradicted, tally.effects))
    if tally.alarms:
        count, of = number(tally.alarms), number(tally.zero)
        en.append(f"{count} of {of} declared to be zero {be(tally.alarms)} seen all the same")
        zh.append(f"设定为零的效应有 {of} 个，误报 {count} 个")
    if not en:
        return []
    said = "; ".join(en)
    return [Text(en=f"{said[0].upper()}{said[1:]}.", zh=f"{'；'.join(zh)}。")]


def gaps(found: Cases, case: Case) -> list[Text]:
    """Where a path lies farthest from what is declared."""
    known = [r for r in found.rows if r.largest_gap is not None]
    if not known:
        return []
    row = max(known, key=lambda r: r.largest_gap or 0.0)
    effect = next(e for e in row.effects if e.kind == "path" and e.id == row.largest)
    name, what = title(row.case, case), label(effect, study(row.case, case))
    declared, seen = number(effect.declared), number(effect.estimate)
    return [
        Text(
            en=f"Farthest from what is declared lies {escape(what.en)} in “{escape(name.en)}”: {declared} declared, {seen} found.",
            zh=f"估计值与设定值相差最大的路径是“{escape(name.zh)}”中的“{escape(what.zh)}”，设定值为 {declared}，估计值为 {seen}。",
        )
    ]


# --- what the answer scales bend -----------------------------------------------------------------
def straight(found: Straight, case: Case) -> list[Text]:
    """How far answers to straight relations bend, and whether against what is declared."""
    n, count, against = number(found.n), number(found.count), found.against
    rows = [r for r in found.rows if r.against] or list(found.rows)
    row = max(rows, key=lambda r: abs(r.estimate))
    size = estimate(row.estimate, row.ci_lower, row.ci_upper, "bounded", 3)
    declared, name = number(row.declared, "bounded", 3), title(row.case, case)
    if against:
        en = f"{number(against)} of the {count} squares {be(against)} clear of zero on the other side than declared"
        which = "的" if against == found.count else f"中有 {number(against)} 个的"
        every_zh = "均" if against == found.count > 1 else ""
        zh = f"{count} 个平方项{which}区间{every_zh}不含零，而且符号与设定相反"
    else:
        en = f"none of the {count} squares is clear of zero on the other side than declared"
        zh = f"{count} 个平方项中，没有一个是区间不含零而符号与设定相反的"
    said = [
        Text(
            en=f"In {n} answers drawn from the same processes with straight relations alone {en}.",
            zh=f"在生成过程中只保留线性关系，抽取 {n} 份作答，所得的 {zh}。",
        ),
        Text(
            en=f"The largest, {row.id} of “{escape(name.en)}”, is {size} where {declared} is declared for the bend.",
            zh=f"其中最大的是“{escape(name.zh)}”的 {row.id}，为 {size}，而设定的曲线效应为 {declared}。",
        ),
    ]
    if against:
        said.append(
            Text(
                en="Answer scales that are coarser at one end of a construct than at the other bend what is straight; here they hide the declared effect or turn it round.",
                zh="量表在构念的一端区分较粗、在另一端区分较细，就会使线性关系显得弯曲；此处，这种弯曲掩盖甚至颠倒了设定的效应。",
            )
        )
    return said


# --- one case ------------------------------------------------------------------------------------
def case_(found: Cases, case: Case) -> Mapping[str, list[Text]]:
    """What was held and what was missed of each case, by its name."""
    return {
        row.case: [
            *_counted(row),
            *_outside(row, case),
            *_shared(row),
            *_missed(row, case),
        ]
        for row in found.rows
    }


def _counted(row: CaseRow) -> list[Text]:
    tally = next((t for t in row.tallies if t.kind == "path"), None)
    if tally is None or not tally.compared:
        return []
    n = number(tally.compared)
    every = tally.held == tally.compared > 1
    en = f"The intervals hold {f'all {n}' if every else f'{_none(tally.held)} of {n}'} declared paths"
    zh = f"设定的路径共 {n} 条，{_covered(tally.held, tally.compared, '条')}"
    if row.firms is not None:
        firms, alone = number(row.firms), number(tally.held_alone)
        en += f"; they allow for {firms} firms, without which {alone} would be held"
        same = tally.held_alone == tally.held
        alone_zh = "条数不变" if same else f"则{some(tally.held_alone, '条')}路径的区间覆盖设定值"
        zh += f"；这些区间考虑了客户分属 {firms} 家企业，如果不考虑这一点，{alone_zh}"
    return [Text(en=f"{en}.", zh=f"{zh}。")]


def _named(effects: Sequence[Effect], row: CaseRow, case: Case) -> Text:
    """Hypotheses by number, what stands beside the survey as in the table."""
    described = study(row.case, case)
    named = [(e, label(e, described) if e.kind == "table" else short(e)) for e in effects]
    return names([Text(en=n.en, zh=_told(e, n)) for e, n in named])


def _told(effect: Effect, name: Text) -> str:
    """A name has marks of its own in Chinese; a letter says what it is."""
    if name.zh != name.en:
        return f"“{name.zh}”"
    return f"参数 {name.zh}" if effect.kind == "table" else name.zh


def _outside(row: CaseRow, case: Case) -> list[Text]:
    """Declared values that lie outside their interval."""
    outside = [e for e in row.effects if e.held is False and e.kind not in COUNTED]
    if not outside and any(e.held is False for e in row.effects):
        return []
    if not outside:
        return [
            Text(
                en="No declared value lies outside its interval.",
                zh="所有设定值都落在各自的区间之内。",
            )
        ]
    listed = _named(outside, row, case)
    return [
        Text(
            en=f"Outside their intervals {_verb(len(outside), 'lies', 'lie')} the declared {_verb(len(outside), 'value', 'values')} of {listed.en}.",
            zh=spaced(listed.zh, "的设定值落在区间之外。"),
        )
    ]


def _shared(row: CaseRow) -> list[Text]:
    """How many of what is only counted are held."""
    return [text for tally in row.tallies if tally.kind in COUNTED for text in _held(tally)]


def _missed(row: CaseRow, case: Case) -> list[Text]:
    """What is declared and not found, or found and not declared."""
    missed = [e for e in row.effects if e.verdict == "open"]
    wrong = [e for e in row.effects if e.verdict == "contradicted"]
    alarms = [e for e in row.effects if e.alarm]
    unasked = [e for e in row.effects if e.estimate is None]
    en, zh = [], []
    if missed:
        listed = _named(missed, row, case)
        en.append(f"{listed.en} {be(len(missed))} left open")
        zh.append(spaced(listed.zh, "的区间含零，未能检出"))
    if wrong:
        listed = _named(wrong, row, case)
        en.append(f"{listed.en} {be(len(wrong))} found with the wrong sign")
        zh.append(spaced(listed.zh, "的符号与设定相反"))
    if alarms:
        listed = _named(alarms, row, case)
        en.append(f"{listed.en} {be(len(alarms))} seen though declared to be zero")
        zh.append(spaced(listed.zh, "设定为零而被误报"))
    if unasked:
        listed = _named(unasked, row, case)
        en.append(f"{listed.en} {be(len(unasked))} not estimated")
        zh.append(spaced(listed.zh, "没有估计值"))
    if not en:
        return [
            Text(
                en="Every declared effect is found, with the declared sign.",
                zh="设定的效应全部检出，符号均与设定一致。",
            )
        ]
    return [Text(en=f"Missed: {'; '.join(en)}.", zh=f"{'；'.join(zh)}。")]


# --- differences between industries --------------------------------------------------------------
def differences(found: Differences, case: Case) -> list[Text]:
    differ, alike = number(found.differ), number(found.alike)
    alone = number(found.found_alone)
    as_one = "如果把同一企业的客户视为相互独立"
    alone_zh = f"检出 {alone} 条" if found.found_alone else "也无一检出"
    seen_zh = f"检出 {number(found.found)} 条" if found.found else "无一检出"
    said = [
        Text(
            en=f"{differ} paths are declared to differ between industries: {_none(found.found)} {be(found.found)} found, {alone} if customers of one firm were independent.",
            zh=f"设定为因行业而异的路径有 {differ} 条，{seen_zh}；{as_one}，则{alone_zh}。",
        )
    ]
    alarms, loose = number(found.alarms), number(found.alarms_alone)
    alarms_zh = f"误报 {alarms} 条" if found.alarms else "没有误报"
    loose_zh = f"误报 {loose} 条" if found.alarms_alone else "也没有误报"
    said.append(
        Text(
            en=f"Of {alike} that are declared alike {_none(found.alarms)} {be(found.alarms)} said to differ; {loose} would be, were customers of one firm independent.",
            zh=f"设定为各行业相同的路径有 {alike} 条，{alarms_zh}；{as_one}，则{loose_zh}。",
        )
    )
    if any(r.firms for r in found.rows) and found.found < found.found_alone:
        said.append(
            Text(
                en="A handful of firms an industry cannot carry a statement about industries, however many customers they have.",
                zh="每个行业只有少数几家企业时，无论客户有多少，都不足以支撑关于行业的结论。",
            )
        )
    return said


# --- solutions -----------------------------------------------------------------------------------
def _solved(lost: int, odd: int, unit: str) -> Text:
    """How many solutions did not converge or are inadmissible."""
    if lost == odd == 0:
        return Text(en="all converged to an admissible solution", zh="全部收敛于可接受的解")
    lost_en = f"{_none(lost)} did not converge" if lost else "all converged"
    lost_zh = f"中，{number(lost)} {unit}没有收敛" if lost else "全部收敛"
    odd_zh = f"，{'' if lost else '但有 '}{number(odd)} {unit}的解不可接受" if odd else ""
    return Text(
        en=f"{lost_en} and {_none(odd)} {be(odd)} inadmissible",
        zh=f"{lost_zh}{odd_zh}",
    )


def solutions(found: Solutions, case: Case) -> list[Text]:
    models, drawn, of = number(found.models), number(found.drawn), number(found.specifications)
    fitted = _solved(found.nonconverged, found.inadmissible, "个")
    refits = _solved(found.drawn_nonconverged, found.drawn_inadmissible, "次")
    failed, suspect = found.failed, found.suspect
    said = [
        Text(
            en=f"Of {models} measurement and structural models {fitted.en}.",
            zh=f"{models} 个测量模型与结构模型{fitted.zh}。",
        )
    ]
    if found.drawn:
        said.append(
            Text(
                en=f"Of {drawn} refits to resampled respondents and firms {refits.en}.",
                zh=f"对受访者与企业重抽样后的 {drawn} 次重新估计{refits.zh}。",
            )
        )
    if found.specifications:
        bad_zh = [f"{number(failed)} 种没有估计值"] * bool(failed)
        bad_zh += [f"{number(suspect)} 种的估计值来自可疑的解"] * bool(suspect)
        which_zh = f"中，有 {'，'.join(bad_zh)}" if bad_zh else "都有可以信任的解"
        said.append(
            Text(
                en=f"Of {of} specifications of the robustness checks {_none(failed)} {_verb(failed, 'has', 'have')} no estimate and {_none(suspect)} {_verb(suspect, 'rests', 'rest')} on a doubtful solution.",
                zh=f"稳健性检验的 {of} 种模型设定{which_zh}。",
            )
        )
    return said
