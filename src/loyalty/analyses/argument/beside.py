"""What customers did, what they wrote, and what the five reports claim."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from loyalty.analyses.argument import read
from loyalty.analyses.argument.read import Grade
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct.findings import Conduct as Both
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.synthesis.estimates import Everything, given
from loyalty.analyses.synthesis.findings import HeldRow, Synthesis
from loyalty.analyses.voice.findings import Voice as Written
from loyalty.cases import claims as ledger
from loyalty.cases.claims import Claim, Outcome
from loyalty.estimates.verdicts import Side, majority
from loyalty.ground.findings import (
    Count,
    Finding,
    Percent,
    Points,
    Real,
    Record,
    Shown,
    refusable,
)
from loyalty.ground.reasons import CannotCompute

#: Of an area under the curve, and of what is added to it.
Area = Annotated[float, Shown("bounded", 3)]


# --- the findings --------------------------------------------------------------------------------
class Returning(Record):
    """Customers who bought a second time within `early_weeks`, and within `late_weeks`.

    `single_share` were seen on one day only; `part`: those of the early weeks as a share of those
    of the late ones.
    """

    case: str
    customers: Count
    days: Count
    single_share: Percent
    early_weeks: Count
    early: Percent
    early_ci_lower: Percent
    early_ci_upper: Percent
    late_weeks: Count
    late: Percent
    late_ci_lower: Percent
    late_ci_upper: Percent
    part: Percent

    @property
    def most(self) -> Literal["stay_away", "half", "return"]:
        """What most of those who bought once did, by the late weeks."""
        return majority(self.late_ci_lower, self.late_ci_upper)

    @property
    def late_comers(self) -> bool:
        """Whether fewer than half of those who come back do so early, by the intervals of both."""
        return self.early_ci_upper < 0.5 * self.late_ci_lower


class Forecast(Record):
    """Purchases of the weeks held out, forecast and made; `inside` the prediction interval."""

    case: str
    weeks: Real
    forecast: Real
    pi_lower: Real
    pi_upper: Real
    actual: Count
    inside: bool


class Repeated(Record):
    """Share of purchases that repeat the brand before, what chance alone gives, and the excess."""

    case: str
    category: str
    households: Count
    repeat: Percent
    chance: Percent | None
    inertia: Points
    inertia_ci_lower: Points
    inertia_ci_upper: Points
    clear: bool


class SaidRow(Record):
    """Whether what people say at one time goes before what they do next, within a person.

    An unstandardized effect from one wave to the next, of `people` people. `explained`: not shown
    beside the other series of the case.
    """

    case: str
    said: str
    done: str
    people: Count
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    verdict: Side
    explained: bool = False


class LapseRow(Record):
    """Odds of not coming at all until the next wave, for a standard deviation of what is said,
    with what was done before held constant; `done` is what was logged, where that is known."""

    case: str
    said: str
    done: str | None
    n: Count
    share: Percent
    odds_ratio: Real
    ci_lower: Real
    ci_upper: Real
    verdict: Side


class UsedRow(Record):
    """Of `count` things that people rate: how many are used more by those who rate them higher."""

    case: str
    count: Count
    more: Count
    less: Count


class DayRow(Record):
    """What was said once against what the same people did day by day within `horizon` days.

    The odds of stopping for a standard deviation of what was said, without and (``held…``) with
    what was done just before held; by how much what was said adds to the area `past`, with which
    the past alone tells who goes on.
    """

    case: str
    said: str
    n: Count
    horizon: Count
    odds_ratio: Real
    ci_lower: Real
    ci_upper: Real
    verdict: Side
    held: Real
    held_ci_lower: Real
    held_ci_upper: Real
    held_verdict: Side
    past: Area
    adds: Area
    adds_ci_lower: Area
    adds_ci_upper: Area
    adds_verdict: Side


class Foretold(Finding):
    """Whether what people say foretells what they do, in the real cases that know both.

    `clear` of the effects within a person are.
    """

    said: tuple[SaidRow, ...]
    lapses: tuple[LapseRow, ...]
    days: tuple[DayRow, ...] = ()
    used: tuple[UsedRow, ...]
    cases: Count
    effects: Count
    clear: Count
    grade: Grade


class SatisfiedRow(Record):
    """Of `n` respondents the `satisfied`, and of these the share that is not loyal.

    `bend`: whether loyalty rises faster or slower past the threshold that a report claims, by
    interval; None where that was not tried.
    """

    case: str
    to: str
    n: Count
    satisfied: Percent
    not_loyal: Percent
    not_loyal_ci_lower: Percent
    not_loyal_ci_upper: Percent
    bend: Literal["faster", "slower", "open"] | None


class Satisfied(Finding):
    """Who is satisfied and not loyal in the real surveys; bends at the claimed threshold."""

    rows: tuple[SatisfiedRow, ...]
    count: Count
    least: Percent
    most: Percent
    tried: Count
    faster: Count
    slower: Count


class Conduct(Finding):
    """What customers did in the real cases; `clear` of the `categories` repeat beyond chance;
    `unordered` others have rows that are not in the order of time.
    """

    returning: tuple[Returning, ...]
    forecasts: tuple[Forecast, ...]
    brands: tuple[Repeated, ...]
    missed: Count
    categories: Count
    clear: Count
    unordered: Count
    grade: Grade


class ThemeRow(Record):
    """How much greater the odds are that praise mentions a theme than that complaint does.

    Intervals hold for all themes together. `adjusted` odds hold subject, length and other themes
    constant; `held`: their interval says the same.
    """

    case: str
    theme: str
    praise: Count
    complaint: Count
    odds_ratio: Real
    ci_lower: Real
    ci_upper: Real
    adjusted: Real | None
    adjusted_ci_lower: Real | None
    adjusted_ci_upper: Real | None
    side: Literal["praise", "complaint", "open"]
    held: bool


class VoiceSummary(Record):
    """What customers wrote in the real cases: of `lines`, the share `share` mentions a theme.
    `read` lines were there; `duplicate` of those left out say what another one says.

    `praise` and `complaint` lines are as many as the collection has of each: only odds compare
    them. The theme that goes most with `praised`, and those that go with `complained`.
    """

    cases: tuple[str, ...]
    read: Count
    lines: Count
    left_out: Count
    duplicate: Count
    praise: Count
    complaint: Count
    named: Count
    share: Percent
    praised: ThemeRow | None
    complained: tuple[ThemeRow, ...]
    complained_count: Count
    grade: Grade


class Voice(Finding):
    """The summary, and every theme."""

    summary: VoiceSummary
    rows: tuple[ThemeRow, ...]


#: What a claim's design can show: a state of a sample that is not described; a change without
#: comparison; an association in one survey; nothing, for it is a goal.
Design = Literal["count", "change", "survey", "goal"]
#: What can be said of a claim: it does not agree with other printed figures; a real case's
#: interval holds the printed value, or does not; nothing here can speak to it.
Said = Literal["incoherent", "inside", "outside", "divided", "untested"]


class ComparedRow(Record):
    """A real case's number beside a claim, within so many `weeks` where it is of a time."""

    case: str
    weeks: Count | None
    estimate: Real
    ci_lower: Real
    ci_upper: Real


class ClaimRow(Record):
    """A claim with what its design can show, which checks touch it, what it was `compared` with,
    and what can be said: `divided`, inside some of the intervals and outside others."""

    id: str
    source: str
    printed: tuple[Real, ...]
    n: Count | None
    design: Design
    checks: tuple[str, ...]
    compared: tuple[ComparedRow, ...]
    said: Said


class FailedRow(Record):
    """A check of printed figures that does not come out."""

    id: str
    source: str
    printed: tuple[Real, ...]
    computed: tuple[Real, ...]
    ci_lower: Real | None
    ci_upper: Real | None


class SourceRow(Record):
    """A report's claims by what can be said of them."""

    source: str
    count: Count
    with_n: Count
    changes: Count
    incoherent: Count
    inside: Count
    outside: Count
    divided: Count
    untested: Count


class ClaimsSummary(Record):
    """All claims of the reports. `checked` of them by arithmetic or beside real data; `with_n`
    name a number of respondents; `failed` of `checks` do not come out."""

    sources: Count
    count: Count
    with_n: Count
    changes: Count
    surveys: Count
    checks: Count
    failed: Count
    checked: Count
    inside: Count
    outside: Count
    divided: Count
    untested: Count
    grade: Grade


class Claims(Finding):
    """The summary, every claim, the reports, and the checks that fail."""

    summary: ClaimsSummary
    rows: tuple[ClaimRow, ...]
    sources: tuple[SourceRow, ...]
    failures: tuple[FailedRow, ...]


# --- what customers did --------------------------------------------------------------------------
@refusable
def conduct(data: Everything) -> Conduct:
    """Second purchases, forecasts of purchases, and brands bought again."""
    returning: list[Returning] = []
    forecasts: list[Forecast] = []
    brands: list[Repeated] = []
    unordered = 0
    for case, study in data.cases.items():
        found = data.of(case, "behaviour", Behaviour)
        if study.simulated or found is None:
            continue
        survival, holdout, choices = (
            given(found.survival),
            given(found.holdout),
            given(found.choices),
        )
        if survival is not None and len(survival.bought_again) > 1:
            early = min(survival.bought_again, key=lambda b: b.weeks)
            late = max(survival.bought_again, key=lambda b: b.weeks)
            returning.append(
                Returning(
                    case=case,
                    customers=survival.customers,
                    days=survival.days,
                    single_share=survival.single_share,
                    early_weeks=early.weeks,
                    early=early.estimate,
                    early_ci_lower=early.ci_lower,
                    early_ci_upper=early.ci_upper,
                    late_weeks=late.weeks,
                    late=late.estimate,
                    late_ci_lower=late.ci_lower,
                    late_ci_upper=late.ci_upper,
                    part=early.estimate / late.estimate,
                )
            )
        if holdout is not None:
            forecasts.append(
                Forecast(
                    case=case,
                    weeks=holdout.weeks,
                    forecast=holdout.forecast,
                    pi_lower=holdout.pi_lower,
                    pi_upper=holdout.pi_upper,
                    actual=holdout.actual,
                    inside=holdout.pi_lower <= holdout.actual <= holdout.pi_upper,
                )
            )
        brands += [
            Repeated(
                case=case,
                category=c.category,
                households=c.households,
                repeat=c.repeat,
                chance=c.chance,
                inertia=c.inertia,
                inertia_ci_lower=c.inertia_ci_lower,
                inertia_ci_upper=c.inertia_ci_upper,
                clear=c.inertia_ci_lower > 0,
            )
            for c in (choices.categories if choices else ())
            if c.repeat is not None
            and c.inertia is not None
            and c.inertia_ci_lower is not None
            and c.inertia_ci_upper is not None
        ]
        unordered += sum(not c.in_order for c in (choices.categories if choices else ()))
    if not returning and not forecasts and not brands:
        raise CannotCompute("no_real_behaviour")
    return Conduct(
        returning=tuple(returning),
        forecasts=tuple(forecasts),
        brands=tuple(brands),
        missed=sum(not f.inside for f in forecasts),
        categories=len(brands),
        clear=sum(b.clear for b in brands),
        unordered=unordered,
        # shops that say different things do not bear each other out
        grade=read.graded(
            min(len(returning), 1) if len({r.most for r in returning}) > 1 else len(returning)
        ),
    )


# --- what people say and then do -----------------------------------------------------------------
@refusable
def foretold(data: Everything) -> Foretold:
    """What people say and what they do afterwards, where a real case knows both."""
    said: list[SaidRow] = []
    lapses: list[LapseRow] = []
    days: list[DayRow] = []
    used: list[UsedRow] = []
    for case, study in data.cases.items():
        found = data.of(case, "conduct", Both)
        if study.simulated or found is None:
            continue
        panel, lapse, use = given(found.panel), given(found.lapse), given(found.use)
        growth = given(found.growth)
        said += [
            SaidRow(
                case=case,
                said=r.said,
                done=panel.done,
                people=panel.people,
                estimate=r.estimate,
                ci_lower=r.ci_lower,
                ci_upper=r.ci_upper,
                verdict=r.verdict,
                explained=growth is not None and r.said in growth.not_by_itself,
            )
            for r in (panel.effects if panel else ())
            if panel is not None and (r.of, r.on) == ("said", "done")
        ]
        lapses += [
            LapseRow(
                case=case,
                said=lapse.said,
                done=panel.done if panel else None,
                n=lapse.n,
                share=lapse.share,
                odds_ratio=r.odds_ratio,
                ci_lower=r.ci_lower,
                ci_upper=r.ci_upper,
                verdict=r.verdict,
            )
            for r in (lapse.rows if lapse else ())
            if lapse is not None and r.past
        ]
        days += _days(case, found)
        if use is not None:
            verdicts = [r.verdict for r in use.rows]
            used.append(
                UsedRow(
                    case=case,
                    count=len(verdicts),
                    more=verdicts.count("+"),
                    less=verdicts.count("-"),
                )
            )
    cases = {r.case for rows in (said, lapses, days, used) for r in rows}
    if not cases:
        raise CannotCompute("no_real_behaviour")
    clear = {r.case for r in said if r.verdict == "+"}
    return Foretold(
        said=tuple(said),
        lapses=tuple(lapses),
        days=tuple(days),
        used=tuple(used),
        cases=len(cases),
        effects=len(said),
        clear=sum(r.verdict != "open" for r in said),
        grade=read.graded(len(clear)),
    )


def _days(case: str, found: Both) -> list[DayRow]:
    """Of all of a case's people together."""
    after, areas = given(found.after), given(found.after_foretold)
    if after is None or areas is None:
        return []
    whole = (r for r in after.rows if r.firm is None and r.outcome == "stopped")
    past = next(a.auc for a in areas.areas if a.model == "past")
    added = next(d for d in areas.differences if d.model == f"past+{after.said}")
    return [
        DayRow(
            case=case,
            said=after.said,
            n=r.n,
            horizon=after.horizon,
            odds_ratio=r.times,
            ci_lower=r.ci_lower,
            ci_upper=r.ci_upper,
            verdict=r.verdict,
            held=r.held,
            held_ci_lower=r.held_ci_lower,
            held_ci_upper=r.held_ci_upper,
            held_verdict=r.held_verdict,
            past=past,
            adds=added.estimate,
            adds_ci_lower=added.ci_lower,
            adds_ci_upper=added.ci_upper,
            adds_verdict=added.verdict,
        )
        for r in whole
        if r.held is not None
        and r.held_ci_lower is not None
        and r.held_ci_upper is not None
        and r.held_verdict is not None
    ]


# --- the satisfied -------------------------------------------------------------------------------
@refusable
def satisfied(data: Everything) -> Satisfied:
    """The satisfied who are not loyal, of all respondents of every real survey."""
    rows = []
    for case, study in data.cases.items():
        found = data.of(case, "drivers", Drivers)
        crossed = given(found.satisfied) if found and not study.simulated else None
        bends = given(found.thresholds) if found else None
        bent = {r.to: r.claimed for r in (bends.rows if bends else ())}
        rows += [
            SatisfiedRow(
                case=case,
                to=r.to,
                n=r.n,
                satisfied=r.satisfied,
                not_loyal=r.not_loyal,
                not_loyal_ci_lower=r.not_loyal_ci_lower,
                not_loyal_ci_upper=r.not_loyal_ci_upper,
                bend=bent.get(r.to),
            )
            for r in (crossed.rows if crossed else ())
            if r.level is None
            and r.not_loyal is not None
            and r.not_loyal_ci_lower is not None
            and r.not_loyal_ci_upper is not None
        ]
    if not rows:
        raise CannotCompute("no_real_survey")
    shares = [r.not_loyal for r in rows]
    return Satisfied(
        rows=tuple(rows),
        count=len(rows),
        least=min(shares),
        most=max(shares),
        tried=sum(r.bend is not None for r in rows),
        faster=sum(r.bend == "faster" for r in rows),
        slower=sum(r.bend == "slower" for r in rows),
    )


# --- what they wrote -----------------------------------------------------------------------------
@refusable
def voice(data: Everything) -> Voice:
    """Odds of the themes of service in praise and in complaint."""
    rows: list[ThemeRow] = []
    cases: list[str] = []
    there = lines = duplicate = praise = complaint = named = 0
    for case, study in data.cases.items():
        found = data.of(case, "voice", Written)
        themes = given(found.themes) if found and not study.simulated else None
        texts = given(found.texts) if found else None
        if themes is None or texts is None:
            continue
        cases.append(case)
        there, duplicate = there + texts.lines.read, duplicate + texts.duplicate
        lines, named = lines + themes.lines, named + themes.named
        praise, complaint = praise + texts.praise, complaint + texts.complaint
        for t in themes.themes:
            if t.n_praise is None or t.n_complaint is None:
                continue
            if t.log_odds_ratio is None or t.ci_lower is None or t.ci_upper is None:
                continue
            side = _side(t.ci_lower, t.ci_upper)
            rows.append(
                ThemeRow(
                    case=case,
                    theme=t.theme,
                    praise=t.n_praise,
                    complaint=t.n_complaint,
                    odds_ratio=math.exp(t.log_odds_ratio),
                    ci_lower=math.exp(t.ci_lower),
                    ci_upper=math.exp(t.ci_upper),
                    adjusted=_odds(t.adjusted),
                    adjusted_ci_lower=_odds(t.adjusted_ci_lower),
                    adjusted_ci_upper=_odds(t.adjusted_ci_upper),
                    side=side,
                    held=t.adjusted_ci_lower is not None
                    and t.adjusted_ci_upper is not None
                    and _side(t.adjusted_ci_lower, t.adjusted_ci_upper) == side,
                )
            )
    if not cases:
        raise CannotCompute("no_real_reviews")
    rows.sort(key=lambda r: -r.odds_ratio)
    praised = [r for r in rows if r.side == "praise"]
    complained = [r for r in reversed(rows) if r.side == "complaint"]
    summary = VoiceSummary(
        cases=tuple(cases),
        read=there,
        lines=lines,
        left_out=there - lines,
        duplicate=duplicate,
        praise=praise,
        complaint=complaint,
        named=named,
        share=named / lines,
        praised=praised[0] if praised else None,
        complained=tuple(complained),
        complained_count=len(complained),
        grade=read.graded(len(cases)),
    )
    return Voice(summary=summary, rows=tuple(rows))


def _odds(log_ratio: float | None) -> float | None:
    return None if log_ratio is None else math.exp(log_ratio)


def _side(lower: float, upper: float) -> Literal["praise", "complaint", "open"]:
    return "praise" if lower > 0 else "complaint" if upper < 0 else "open"


# --- what the reports claim ----------------------------------------------------------------------
def claims(said: Synthesis | None) -> Claims:
    """Every claim of the ledger, with what its design can show and what can be said of it."""
    known = ledger.load()
    outcomes: dict[str, dict[str, Outcome]] = {}
    checked = ledger.checked(known)
    for c in checked:
        for name in c.check.claims:
            outcomes.setdefault(name, {})[c.check.id] = c.outcome
    held = given(said.held) if said else None
    beside: dict[str, list[HeldRow]] = {}
    for row in held.rows if held else ():
        beside.setdefault(row.claim, []).append(row)
    rows = [_claim(claim, outcomes.get(claim.id, {}), beside) for claim in known.claims]
    failures = [
        FailedRow(
            id=c.check.id,
            source=known.named(c.check.claims[0]).source,
            printed=c.printed,
            computed=c.computed,
            ci_lower=c.interval[0] if c.interval else None,
            ci_upper=c.interval[1] if c.interval else None,
        )
        for c in checked
        if c.outcome == "does not agree"
    ]
    sources = dict.fromkeys(r.source for r in rows)
    summary = ClaimsSummary(
        sources=len(sources),
        count=len(rows),
        with_n=sum(r.n is not None for r in rows),
        changes=sum(r.design == "change" for r in rows),
        surveys=sum(r.design == "survey" for r in rows),
        checks=len(checked),
        failed=len(failures),
        checked=sum(bool(r.checks or r.compared) for r in rows),
        inside=sum(r.said == "inside" for r in rows),
        outside=sum(r.said == "outside" for r in rows),
        divided=sum(r.said == "divided" for r in rows),
        untested=sum(r.said == "untested" for r in rows),
        grade="high",
    )
    return Claims(
        summary=summary,
        rows=tuple(rows),
        sources=tuple(_source(name, [r for r in rows if r.source == name]) for name in sources),
        failures=tuple(failures),
    )


_DESIGNS: Mapping[str, Design] = {
    "level": "count",
    "change": "change",
    "per": "change",
    "coefficient": "survey",
    "test": "survey",
    "goal": "goal",
}


def _claim(
    claim: Claim, outcomes: Mapping[str, Outcome], beside: Mapping[str, list[HeldRow]]
) -> ClaimRow:
    compared = beside.get(claim.id, [])
    said: Said = "untested"
    if "does not agree" in outcomes.values():
        said = "incoherent"
    elif compared:
        held = {r.inside for r in compared}
        said = "divided" if len(held) > 1 else "inside" if True in held else "outside"
    return ClaimRow(
        id=claim.id,
        source=claim.source,
        printed=tuple(claim.values),
        n=claim.n,
        design=_DESIGNS[claim.kind],
        checks=tuple(outcomes),
        compared=tuple(
            ComparedRow(
                case=r.case,
                weeks=r.weeks,
                estimate=r.estimate,
                ci_lower=r.ci_lower,
                ci_upper=r.ci_upper,
            )
            for r in compared
        ),
        said=said,
    )


def _source(name: str, rows: list[ClaimRow]) -> SourceRow:
    return SourceRow(
        source=name,
        count=len(rows),
        with_n=sum(r.n is not None for r in rows),
        changes=sum(r.design == "change" for r in rows),
        incoherent=sum(r.said == "incoherent" for r in rows),
        inside=sum(r.said == "inside" for r in rows),
        outside=sum(r.said == "outside" for r in rows),
        divided=sum(r.said == "divided" for r in rows),
        untested=sum(r.said == "untested" for r in rows),
    )
