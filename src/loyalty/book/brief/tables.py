"""Sentences of a brief about what people did and wrote, each from the fields of a finding."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.behaviour import words as behaviour
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct import words as conduct
from loyalty.analyses.conduct.findings import Conduct
from loyalty.analyses.drivers import words as drivers
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.failure import words as failure
from loyalty.analyses.failure.findings import Failure
from loyalty.analyses.voice import themes as lists
from loyalty.analyses.voice import words as voice
from loyalty.analyses.voice.findings import Voice
from loyalty.book.brief.material import Grade, Headline, Material
from loyalty.book.brief.survey import named
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.again import bought_again
from loyalty.shown.words import escaped, estimate, join, listed, number, text


def returning(data: Material) -> Headline | None:
    """Who buys again."""
    found = data.one("behaviour", Behaviour, "survival")
    if found is None or not found.bought_again:
        return None
    late = max(found.bought_again, key=lambda b: b.weeks)
    share = estimate(late.estimate, late.ci_lower, late.ci_upper)
    weeks, customers = number(late.weeks), number(found.customers)
    first = bought_again(late.ci_lower, late.ci_upper, weeks)
    said = text(
        f"**{first.en} within {weeks} weeks**: {share} of {customers} customers do.",
        f"**{first.zh}**：{customers} 名客户中再次购买的占 {share}。",
    )
    return Headline([said], data.measured((late.ci_lower, late.ci_upper)), "behaviour")


def brands(data: Material) -> Headline | None:
    """Whether households buy the brand again more often than chance has it."""
    found = data.one("behaviour", Behaviour, "choices")
    rows = [
        c
        for c in (found.categories if found else ())
        if c.inertia is not None and c.inertia_ci_lower is not None
    ]
    if not rows:
        return None
    clear = [c for c in rows if c.inertia_ci_lower > 0]
    shown = named(
        [
            text(f"{data.table(c.category).en} {size}", f"{data.table(c.category).zh} {size}")
            for c in clear or rows
            for size in [estimate(c.inertia, c.inertia_ci_lower, c.inertia_ci_upper)]
        ]
    )
    said = (
        text(
            f"**Households come back to the brand they bought before, more often than chance would have it**: by {shown.en} percentage points.",
            f"**家庭再次购买原品牌的比例高于随机水平**：高出 {shown.zh} 个百分点。",
        )
        if clear
        else text(
            f"**That households come back to a brand more often than chance would have it is not shown**: {shown.en} percentage points.",
            f"**没有显示家庭再次购买原品牌的比例高于随机水平**：{shown.zh} 个百分点。",
        )
    )
    exact = data.measured(*((c.inertia_ci_lower, c.inertia_ci_upper) for c in clear))
    return Headline([said], exact if clear else data.grade("none"), "behaviour")


def themes(data: Material) -> Headline | None:
    """What is mentioned more in praise, and more in complaint."""
    found = data.one("voice", Voice, "themes")
    rows = [
        t
        for t in (found.themes if found else ())
        if t.difference is not None and t.difference_ci_lower is not None
    ]
    up = sorted((t for t in rows if t.difference_ci_lower > 0), key=lambda t: -t.difference)
    down = sorted((t for t in rows if t.difference_ci_upper < 0), key=lambda t: t.difference)
    if not up and not down:
        return None
    parts = []
    for side, en, zh in (
        (up, "more often in praise than in complaint", "在好评中提及较多"),
        (down, "more often in complaint than in praise", "在差评中提及较多"),
    ):
        if side:
            shown = named([_theme(t) for t in side])
            parts.append(text(f"{en}: {shown.en}", f"{zh}：{shown.zh}"))
    said = text(
        f"**Praise and complaint speak of different things** (share of the lines of praise that mention it, less that of complaint, in percentage points): {'; '.join(p.en for p in parts)}.",
        f"**好评与差评所谈不同**（数值为好评与差评提及比例之差，百分点）：{'；'.join(p.zh for p in parts)}。",
    )
    short = text("Praise and complaint speak of different things.", "好评与差评所谈的内容不同。")
    ends = [(t.difference_ci_lower, t.difference_ci_upper) for t in (*up, *down)]
    return Headline([said], data.measured(*ends), "voice", short)


def _theme(row: object) -> Text:
    name = lists.themes()[getattr(row, "theme", "")].label
    size = estimate(
        getattr(row, "difference", None),
        getattr(row, "difference_ci_lower", None),
        getattr(row, "difference_ci_upper", None),
    )
    return text(f"{escape(name.en.lower())} {size}", f"{escape(name.zh)} {size}")


def complaints(data: Material) -> Headline | None:
    """What complaints are about, and what goes with staying."""
    found = data.one("voice", Voice, "classes")
    if found is None or not found.classes:
        return None
    first = found.classes[0]
    n, label = number(found.complaints), escaped(voice.category(first.category, data.case))
    said = [
        text(
            f"**The most frequent complaint is {label.en}**: {number(first.share)} of {n}.",
            f"**最常见的投诉是{label.zh}**：占 {n} 件投诉的 {number(first.share)}。",
        )
    ]
    return Headline(said, data.grade("high"), "voice")


def used(data: Material) -> Headline | None:
    """How many rows of the tables were read, and whether all could be used."""
    parts, left = list[str](), list[int]()
    for analysis, kind in (("behaviour", Behaviour), ("voice", Voice), ("failure", Failure)):
        rows = data.one(analysis, kind, "rows") if analysis != "voice" else None
        parts += [number(table.read) for table in getattr(rows, "tables", ())]
        left += [table.excluded for table in getattr(rows, "tables", ())]
        lines = data.one(analysis, kind, "texts") if analysis == "voice" else None
        parts += [number(lines.lines.read)] if lines is not None else []
        left += [lines.lines.excluded] if lines is not None else []
    if not parts:
        return None
    what = listed([text(n, n) for n in parts])
    rest = (
        text("the chapter says which could not be used, and why", "不可用的行及其原因见该章")
        if any(n != 0 for n in left)
        else text("all could be used", "全部可用")
    )
    said = text(
        f"**{what.en} rows were read**; {rest.en}.",
        f"**{'共' if len(parts) == 1 else '各表分别'}读取 {what.zh} 行**；{rest.zh}。",
    )
    grade, chapter = data.grade("high"), "voice"
    if data.of("behaviour", Behaviour) is not None:
        chapter = "behaviour"
    elif data.of("failure", Failure) is not None:
        chapter = "failure"
    return Headline([said], grade, chapter)


def experiment(data: Material) -> Headline | None:
    """What came of a change made at random."""
    found = data.one("behaviour", Behaviour, "experiment")
    if found is None or not found.effects:
        return None
    clear = any(e.ci_lower > 0 or e.ci_upper < 0 for e in found.effects)
    said = behaviour.experiment(found, data.case)
    return _led("Tried at random", "随机试验", said, data.grade("high" if clear else "none"))


def waves(data: Material) -> Headline | None:
    """Whether the score rises or falls over the waves."""
    found = data.one("behaviour", Behaviour, "waves")
    if found is None:
        return None
    clear = found.slope_ci_lower > 0 or found.slope_ci_upper < 0
    said = [behaviour.waves(found, data.case)]
    return _led("Over time", "历次变化", said, data.grade("high" if clear else "none"))


def speed(data: Material) -> Headline | None:
    """Whether customers come back more often in months of faster answers."""
    found = data.one("behaviour", Behaviour, "speed")
    if found is None or not (said := behaviour.speed(found, data.case)[:1]):
        return None
    row = next(s for s in found.specifications if s.specification == "both")
    ends = row.wild_ci_lower, row.wild_ci_upper
    clear = None not in ends and (ends[0] > 0 or ends[1] < 0)
    return _led("Speed and return", "响应与复购", said, data.grade("low" if clear else "none"))


def journey(data: Material) -> Headline | None:
    """What stands out on the way of customers, of a case that nobody was asked for."""
    found = data.one("drivers", Drivers, "journey")
    if data.study.surveyed or found is None or not (said := drivers.standing_out(found, data.case)):
        return None
    led = text(f"**The journey.** {said[0].en}", f"**客户旅程。**{said[0].zh}")
    outer = (drivers.outermost(found, field) for field in ("score", "waiting", "lost"))
    apart = any(one is not None and not one[1] for one in outer)
    return Headline([led, *said[1:]], data.grade("low" if apart else "none"), "drivers", said[0])


def failures(data: Material) -> Headline | None:
    """Whether customers after an excellent recovery are as loyal as those without a failure."""
    found = data.one("failure", Failure, "paradox")
    if found is None or not found.comparisons:
        return None
    first = found.comparisons[0]
    clear = first.ci_lower > 0 or first.ci_upper < 0
    told = failure.paradox(found, data.case)
    said = [told[0], told[-1]]  # and what a difference does not say
    grade = data.grade("low" if clear else "none")
    return _led("After a failure", "服务失败之后", said, grade, "failure")


def leaving(data: Material) -> Headline | None:
    """Of the satisfied and of the others, who did not come back."""
    found = data.one("conduct", Conduct, "leaving")
    if found is None:
        return None
    said = [conduct.leaving(found, data.case)]
    grade = data.grade("none" if found.verdict == "open" else "low")
    return _led("Said and done", "所言与所为", said, grade, "conduct")


def foretold(data: Material) -> Headline | None:
    """Odds of stopping altogether, by what is said, with what was done before held constant."""
    found = data.one("conduct", Conduct, "lapse")
    row = next((r for r in (found.rows if found else ()) if r.past), None)
    if found is None or row is None:
        return None
    said = conduct.lapse(found, data.case)
    grade = data.grade("none" if row.verdict == "open" else "low")
    return _led("Said and done", "所言与所为", said, grade, "conduct")


def afterwards(data: Material) -> Headline | None:
    """What was said once against what was done day by day, without and with the past."""
    found = data.one("conduct", Conduct, "after")
    whole = [r for r in (found.rows if found else ()) if r.firm is None]
    if found is None or not whole:
        return None
    said = conduct.after(found, data.case)
    clear = any(r.held_verdict in ("+", "-") for r in whole)
    grade = data.grade("low" if clear else "none")
    return _led("Day by day, beyond the past", "逐日来看，在此前行为之外", said, grade, "conduct")


def forecast(data: Material) -> Headline | None:
    """Whether purchases of the time held out were forecast."""
    found = data.one("behaviour", Behaviour, "holdout")
    if found is None or found.error is None:
        return None
    said = [behaviour.holdout(found, data.case)]
    return _led("Forecast", "预测", said, data.grade("low"))


def worth(data: Material) -> Headline | None:
    """What a customer is expected to spend."""
    found = data.one("behaviour", Behaviour, "worth")
    if found is None or not found.segments or found.segments[-1].ci_lower is None:
        return None
    said = [behaviour.worth(found, data.case)]
    return _led("Expected value", "预期价值", said, data.grade("low"))


def use(data: Material) -> Headline | None:
    """Whether those who rate a thing higher use it more."""
    found = data.one("conduct", Conduct, "use")
    if found is None or not found.rows:
        return None
    clear = any(r.verdict != "open" for r in found.rows)
    said = conduct.use(found, data.case)
    grade = data.grade("low" if clear else "none")
    return _led("Rating and use", "评价与使用", said, grade, "conduct")


def reported(data: Material) -> Headline | None:
    """Whether conduct as people report it is worth what was logged."""
    found = data.one("conduct", Conduct, "reported")
    if found is None:
        return None
    grade = data.grade("none" if found.verdict == "open" else "low")
    said = [conduct.reported(found, data.case)]
    return _led("Reported and logged", "自述与记录", said, grade, "conduct")


def _led(
    en: str, zh: str, said: Sequence[Text], grade: Grade, chapter: str = "behaviour"
) -> Headline:
    """An analysis's own sentences, with a lead, which the answer does without."""
    first, *others = said
    led = text(f"**{en}.** {first.en}", f"**{zh}。**{first.zh}")
    return Headline([led, *others], grade, chapter, join(said))
