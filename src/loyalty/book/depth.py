"""A page that puts together, level by level, what is known of each: cases in depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from loyalty.analyses.behaviour.findings import Behaviour, OfLevel
from loyalty.analyses.drivers import figures, tables
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.drivers.models import GroupShare, GroupShares, Journey
from loyalty.analyses.voice.findings import Times, Voice
from loyalty.analyses.voice.words import NAMED_AT, STEPS
from loyalty.book import pages
from loyalty.book.brief.material import Material
from loyalty.ground.findings import Findings
from loyalty.ground.text import Language, Text
from loyalty.run import show
from loyalty.shown.short import within
from loyalty.shown.words import counted, escaped, estimate, join, listed, number, of_simulated

#: What may be known of a level beside its journey.
_BESIDE: tuple[tuple[str, type[Findings], str, Text], ...] = (
    ("voice", Voice, "times", Text(en="its complaints", zh="投诉")),
    ("behaviour", Behaviour, "months", Text(en="its firms by month", zh="企业月度数据")),
)
#: How many drivers a level names.
NAMED = 3


def depth(data: Material, language: Language, notebook: Callable[[str], Path]) -> list[str] | None:
    """The parts of the page below its heading; none where no journey is known by level.

    Each level's map is put into the executed notebook that `notebook` finds in the book.
    """
    found = data.one("drivers", Drivers, "journey")
    if not isinstance(found, Journey) or found.grouped is None:
        return None
    group = next(g for g in data.study.groups if g.id == found.grouped)
    simulated = data.study.simulated
    parts = [_opening(found, data, simulated).in_(language)]
    if simulated:
        parts.insert(0, pages.badge(True, language))
    for level, label in group.levels.items():
        rows = [r for r in found.rows if r.level == level]
        if not rows:
            continue
        mark = Text(en=" (simulated)", zh="（模拟数据）") if simulated else None
        heading = escaped(label).in_(language) + (mark.in_(language) if mark else "")
        parts.append(f"## {heading} {{#sec-depth-{level.lower()}}}")
        said = list(_said(data, found, level))
        if said:
            parts.append(join(said).in_(language))
        name, file = f"{data.study.case}-depth-{level.lower()}", notebook("drivers")
        show.add(file, name, figures.journey_of(found, data.case, level), data.case, language)
        parts.append(f"{{{{< embed reports/executed/{data.study.case}/{file.name}#fig-{name} >}}}}")
        table, of = tables.journey_of(found, data.case, level), escaped(label)
        caption = Text(en=f"The journey: {of.en}.", zh=f"客户旅程：{of.zh}。")
        caption = of_simulated(caption) if simulated else caption
        table = replace(table, caption=caption, note=None)
        parts.append(pages.numbered(table, f"depth-{level.lower()}", language))
    parts.append(_missing(simulated).in_(language))
    return parts


def _opening(found: Journey, data: Material, simulated: bool) -> Text:
    """What is put together here, of what the case has; and what it is worth."""
    group = next(g for g in data.study.groups if g.id == found.grouped)
    of = escaped(group.label)
    parts = [Text(en="its journey", zh="客户旅程")]
    for analysis, kind, name, said in _BESIDE:
        one = data.one(analysis, kind, name)
        if one is not None and one.grouped == found.grouped:
            parts.append(said)
    tested = data.one("drivers", Drivers, "by_group") is not None
    whole = listed([*parts, Text(en="what counts in it", zh="何者重要")] if tested else parts)
    beside = Text(en="stand side by side", zh="各组的并列比较")
    if tested:
        beside = Text(en="are tested", zh="各组之间的差异检验")
    en = zh = ""
    if simulated:
        en = " All of it is simulated: nobody was asked, and no firm stands behind it."
        zh = "以下全部为模拟数据：没有询问过任何人，也不对应任何企业。"
    return Text(
        en=f"What the chapters find, put together for each {within(of.en)}: {whole.en}. The differences between them {beside.en} in [What counts](drivers.qmd#sec-drivers).{en}",
        zh=f"以下按{of.zh}汇总各章所得，包括{whole.zh}；{beside.zh}见[哪些因素重要](drivers.qmd#sec-drivers)。{zh}",
    )


def _said(data: Material, found: Journey, level: str) -> Iterator[Text]:
    shares = data.one("drivers", Drivers, "by_group")
    if isinstance(shares, GroupShares) and shares.group == found.grouped:
        yield from _drivers(shares, level, data, found)
    times = data.one("voice", Voice, "times")
    if isinstance(times, Times) and times.grouped == found.grouped:
        yield from _complaints(times, level)
    months = data.one("behaviour", Behaviour, "months")
    if months is not None and months.grouped == found.grouped:
        yield from (_months(r) for r in months.rows if r.level == level)


def _drivers(shares: GroupShares, level: str, data: Material, found: Journey) -> Iterator[Text]:
    """The largest shares in what the journey leads to, with intervals."""
    mine = [r for r in shares.rows if (r.level, r.to, r.side) == (level, found.to, found.side)]
    mine = sorted(mine, key=lambda r: -r.estimate)[:NAMED]
    if not mine or found.to is None:
        return
    to = escaped(data.case.label(found.to))
    parts = listed([_share(r, data) for r in mine])
    yield Text(
        en=f"Largest shares in what is explained of {to.en.lower()}: {parts.en}.",
        zh=f"在{to.zh}的已解释部分中，份额最大的是{parts.zh}。",
    )


def _share(row: GroupShare, data: Material) -> Text:
    label = escaped(data.case.label(row.from_))
    shown = estimate(row.estimate, row.ci_lower, row.ci_upper, decimals=0)
    return Text(en=f"{label.en.lower()} ({shown})", zh=f"{label.zh}（{shown}）")


def _complaints(times: Times, level: str) -> Iterator[Text]:
    rows = [r for r in times.rows if r.group == level]
    marks = list(dict.fromkeys(r.hours for r in rows))
    parts: list[Text] = []
    for step, place in NAMED_AT.items():
        row = next((r for r in rows if (r.step, r.hours) == (step, marks[place])), None)
        if row is not None:
            shown = estimate(row.estimate, row.ci_lower, row.ci_upper)
            hours, what = number(row.hours, decimals=0), STEPS[step]
            parts.append(
                Text(
                    en=f"{shown} {'' if parts else 'were '}{what.en} within {hours} hours",
                    zh=f"{hours} 小时内{what.zh}的占 {shown}",
                )
            )
    if parts:
        n, of = counted(rows[0].n, "complaint"), listed(parts)
        yield Text(en=f"Of {n} {of.en}.", zh=f"在 {number(rows[0].n)} 条投诉中，{of.zh}。")


def _months(row: OfLevel) -> Text:
    hours = estimate(row.hours, row.hours_ci_lower, row.hours_ci_upper)
    solved = estimate(row.resolution, row.resolution_ci_lower, row.resolution_ci_upper)
    again = estimate(row.repurchase, row.repurchase_ci_lower, row.repurchase_ci_upper)
    firms, months = counted(row.firms, "firm"), counted(row.months, "month")
    return Text(
        en=f"Over {months} of {firms}: {hours} hours to the response, {solved} solved at first contact, {again} buying again.",
        zh=f"{number(row.firms)} 家企业在 {number(row.months)} 个月中，平均响应时间为 {hours} 小时，首次解决率为 {solved}，复购率为 {again}。",
    )


def _missing(simulated: bool) -> Text:
    """What interviews and documents would have added; there are none, and none is made up."""
    en = "\n\n".join(
        [
            "## What is not here {#sec-depth-missing}",
            "No interview was held, no process document read, and none is made up"
            + (": made-up customers cannot be asked." if simulated else "."),
            "Service directors would have said what the service is meant to do and what it may cost; front-line staff, where the written process and the work part ways; loyal customers, why they stayed after something went wrong, and which of the touchpoints they remember at all. The documents would show which step was prescribed when it was late. Without them these pages say where customers wait, complain and go no further, and not why.",
        ]
    )
    zh = "\n\n".join(
        [
            "## 此处缺少的内容 {#sec-depth-missing}",
            "没有进行访谈，没有查阅流程文件，也不作杜撰"
            + ("：虚拟的客户无从访问。" if simulated else "。"),
            "服务负责人本可说明服务的目标与可承受的成本；一线员工可说明书面流程与实际工作在何处脱节；忠诚客户可说明出了问题之后为何仍然留下，以及究竟记得哪些触点。流程文件则可显示延误时规定的步骤是什么。缺少这些，本页只能说明客户在何处等待、投诉、止步，而不能说明原因。",
        ]
    )
    return Text(en=en, zh=zh)
