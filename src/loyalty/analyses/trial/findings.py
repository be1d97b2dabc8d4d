"""The instrument on trial: how much of what is declared the analyses find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scipy.stats import binom

from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural.findings import Resamples, Structural
from loyalty.analyses.synthesis.estimates import Everything, given
from loyalty.analyses.trial import read
from loyalty.analyses.trial.read import COUNTED, KINDS, Effect, Kind
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import judge
from loyalty.ground.findings import (
    Count,
    Finding,
    Findings,
    Found,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
    resting,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold

everything = read.everything
#: Of the intervals; how many of so many are promised follows from it.
LEVEL = 0.95


# --- the findings --------------------------------------------------------------------------------
class Tally(Record):
    """The declared effects of one kind.

    Of `declared` ones `compared` have an interval in the same unit, which for `held` of them holds
    the value (`held_alone`: with respondents taken as independent); `promised` is the binomial
    expectation, from `promised_lower` to `promised_upper` its central 95 %. Of those that are
    effects and not zero, `found` are clear of zero with the declared sign, `contradicted` with the
    other, `open` neither; `size` is their estimates' share of what is declared, all summed in the
    declared direction (None of tables, which have several units). `zero`: declared to be zero, of
    which `alarms` are seen all the same.
    """

    kind: Kind
    declared: Count
    compared: Count
    held: Count
    held_alone: Count
    promised: Real
    promised_lower: Count
    promised_upper: Count
    effects: Count
    found: Count
    open: Count
    contradicted: Count
    size: Percent | None
    zero: Count
    alarms: Count


class CaseRow(Record):
    """A simulated case: `firms` where its intervals of paths allow for them.

    Of `compared` intervals of all kinds `held` hold the declared value.
    `largest_gap` is the largest absolute difference of estimate and declared value over its paths,
    `largest` that path's id.
    """

    case: str
    survey: bool
    n: Count | None
    firms: Count | None
    effects: tuple[Effect, ...]
    tallies: tuple[Tally, ...]
    compared: Count
    held: Count
    largest_gap: Real | None
    largest: str | None


class Cases(Finding):
    """Every simulated case that declares something an analysis looks for, and all together.

    Of `count` cases `complete` ones have no interval that misses.
    """

    rows: tuple[CaseRow, ...]
    count: Count
    complete: Count
    tallies: tuple[Tally, ...] = ()


class Headline(Finding):
    """All simulated cases together, a tally a kind; `clustered` paths allow for firms.

    Of `compared` intervals of all kinds `held` hold the declared value.
    """

    tallies: tuple[Tally, ...]
    compared: Count
    held: Count
    cases: Count
    clustered: Count


class StraightRow(Record):
    """A declared curvilinear effect, and the square in answers drawn of straight relations.

    On scale scores, standardized. `against`: the interval is clear of zero on the other side than
    declared.
    """

    case: str
    id: str
    declared: Real
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    against: bool


class Straight(Finding):
    """What the answer scales alone make of straight relations, in `n` answers drawn anew."""

    rows: tuple[StraightRow, ...]
    n: Count
    count: Count
    against: Count


class DifferenceRow(Record):
    """Paths that are declared to `differ` between industries, and those said to.

    With firms as the independent units where there are (`firms`); `found_alone` and
    `alarms_alone`: with respondents.
    """

    case: str
    firms: bool
    paths: Count
    differ: Count
    found: Count
    found_alone: Count
    alike: Count
    alarms: Count
    alarms_alone: Count


class Differences(Finding):
    rows: tuple[DifferenceRow, ...]
    paths: Count
    differ: Count
    found: Count
    found_alone: Count
    alike: Count
    alarms: Count
    alarms_alone: Count


class Solved(Record):
    """Models, specifications of the focal path, and refits to resampled rows.

    `nonconverged`, `inadmissible`: of `models`. `failed`: specifications without an estimate;
    `suspect`: with one that is not to be taken at face value.
    """

    models: Count
    nonconverged: Count
    inadmissible: Count
    specifications: Count
    failed: Count
    suspect: Count
    drawn: Count
    drawn_nonconverged: Count
    drawn_inadmissible: Count


class SolutionRow(Solved):
    """Those of one case."""

    case: str


class Solutions(Solved, Finding):
    rows: tuple[SolutionRow, ...]


class Trial(Findings):
    headline: Headline | Refused | None = None
    straight: Straight | Refused | None = None
    differences: Differences | Refused | None = None
    solutions: Solutions | Refused | None = None
    cases: Cases | Refused | None = None


def used(data: Everything) -> Mapping[tuple[str, str], Found[Any]]:
    """The results of the simulated cases, which all this rests on."""
    return {key: found for key, found in data.found.items() if key[0] in read.simulated(data)}


# --- what is declared, and what is found ---------------------------------------------------------
def tally(kind: Kind, effects: Sequence[Effect]) -> Tally:
    """Counts of the effects of a kind, and how many intervals of 95 % are promised to hold."""
    own = [e for e in effects if e.kind == kind]
    compared = [e for e in own if e.held is not None]
    judged = [e.verdict for e in own if e.verdict is not None]
    zero = [e for e in own if e.declared == 0]
    n = len(compared)
    return Tally(
        kind=kind,
        declared=len(own),
        compared=n,
        held=sum(e.held is True for e in compared),
        held_alone=sum(e.held_alone is True for e in compared),
        promised=LEVEL * n,
        promised_lower=binom.ppf((1 - LEVEL) / 2, n, LEVEL) if n else 0,
        promised_upper=binom.ppf((1 + LEVEL) / 2, n, LEVEL) if n else 0,
        effects=len(judged),
        found=judged.count("supported"),
        open=judged.count("open"),
        contradicted=judged.count("contradicted"),
        size=None if kind in (*COUNTED, "table") else _size(compared),
        zero=len(zero),
        alarms=sum(e.alarm for e in zero),
    )


def _size(effects: Sequence[Effect]) -> float | None:
    known = [e for e in effects if e.verdict is not None and e.estimate is not None]
    declared = math.fsum(abs(e.declared) for e in known)
    if not declared:
        return None
    return math.fsum(math.copysign(1.0, e.declared) * (e.estimate or 0.0) for e in known) / declared


def tallies(effects: Sequence[Effect]) -> tuple[Tally, ...]:
    """A tally of each kind that is declared."""
    return tuple(t for kind in KINDS if (t := tally(kind, effects)).declared)


@refusable
def cases(data: Everything) -> Cases:
    """What each simulated case declares, beside what was found."""
    rows = tuple(
        _case(data, case, study, own)
        for case, study in read.simulated(data).items()
        if (own := tuple(read.effects(data, case)))
    )
    if not rows:
        raise CannotCompute("no_simulated_case")
    return Cases(
        rows=rows,
        count=len(rows),
        complete=sum(row.held == row.compared for row in rows),
        tallies=tallies([e for row in rows for e in row.effects]),
    )


def _case(data: Everything, case: str, study: Study, effects: tuple[Effect, ...]) -> CaseRow:
    structural = data.of(case, "structural", Structural) or Structural()
    fit, paths = given(structural.fit), given(structural.paths)
    gaps = {
        e.id: abs(e.estimate - e.declared)
        for e in effects
        if e.kind == "path" and e.estimate is not None
    }
    largest = max(gaps, key=lambda name: gaps[name], default=None)
    return CaseRow(
        case=case,
        survey=bool(study.constructs),
        n=fit.n if fit else None,
        firms=paths.firms if paths else None,
        effects=effects,
        tallies=tallies(effects),
        compared=sum(e.held is not None for e in effects),
        held=sum(e.held is True for e in effects),
        largest_gap=gaps[largest] if largest else None,
        largest=largest,
    )


@resting
def headline(found: Cases) -> Headline:
    """All cases together."""
    effects = [e for row in found.rows for e in row.effects]
    return Headline(
        tallies=found.tallies,
        compared=sum(row.compared for row in found.rows),
        held=sum(row.held for row in found.rows),
        cases=len(found.rows),
        clustered=sum(e.kind == "path" and e.firms for e in effects),
    )


# --- what the answer scales bend -----------------------------------------------------------------
@refusable
def straight(data: Everything, n: int, seed: int) -> Straight | None:
    """The squares that answers show where no relation bends: an artefact of the answer scales.

    `n` respondents are drawn from the process of each case that declares a bend, without its bends
    and moderations, careless and missing answers.
    """
    rows = [
        StraightRow(
            case=case,
            id=h.id,
            declared=value,
            estimate=term["est"],
            ci_lower=term["ci_lower"],
            ci_upper=term["ci_upper"],
            against=judge("+" if value > 0 else "-", term["ci_lower"], term["ci_upper"])
            == "contradicted",
        )
        for case, study in read.simulated(data).items()
        for h, value, term in read.squares(study, n, seed)
    ]
    if not rows:
        return None
    return Straight(rows=tuple(rows), n=n, count=len(rows), against=sum(r.against for r in rows))


# --- differences between industries --------------------------------------------------------------
def _summed(rows: Sequence[Record], *names: str) -> dict[str, int]:
    return {name: sum(getattr(r, name) for r in rows) for name in names}


@refusable
def differences(data: Everything) -> Differences:
    """Whether the paths that are declared to differ between industries are said to.

    By the test over all industries after Holm's correction.
    """
    made = (_different(data, case, study) for case, study in read.simulated(data).items())
    rows = tuple(row for row in made if row is not None)
    if not rows:
        raise CannotCompute("no_survey_with_groups")
    names = ("paths", "differ", "found", "found_alone", "alike", "alarms", "alarms_alone")
    return Differences(rows=rows, **_summed(rows, *names))


def _different(data: Everything, case: str, study: Study) -> DifferenceRow | None:
    groups = data.of(case, "groups", Groups)
    found = given(groups.paths) if groups else None
    declared = read.by_industry(study)
    if found is None or found.group != "industry":
        return None
    rows = [d for d in found.differences if d.id in declared]
    if not rows:
        return None
    level = threshold("significance").value
    firms = any(d.p_holm_firms is not None for d in rows)
    differ = {d.id for d in rows if len(set(declared[d.id])) > 1}
    alone = {d.id for d in rows if d.p_holm < level}
    said = alone
    if firms:
        said = {d.id for d in rows if d.p_holm_firms is not None and d.p_holm_firms < level}
    return DifferenceRow(
        case=case,
        firms=firms,
        paths=len(rows),
        differ=len(differ),
        found=len(said & differ),
        found_alone=len(alone & differ),
        alike=len(rows) - len(differ),
        alarms=len(said - differ),
        alarms_alone=len(alone - differ),
    )


# --- solutions -----------------------------------------------------------------------------------
def solutions(data: Everything) -> Solutions | None:
    """Solutions that do not converge or are inadmissible, in all that was fitted to each case."""
    rows = tuple(
        row for case in read.simulated(data) if (row := _solved(data, case)).models or row.drawn
    )
    if not rows:
        return None
    return Solutions(rows=rows, **_summed(rows, *Solved.model_fields))


def _models(data: Everything, case: str) -> Iterator[tuple[bool, bool]]:
    """Of every model of a survey whether it converged, and whether its solution is admissible."""
    measurement = data.of(case, "measurement", Measurement) or Measurement()
    structural = data.of(case, "structural", Structural) or Structural()
    planned, rivals = given(measurement.fit), given(measurement.models)
    for m in rivals.rows if rivals else [planned] if planned else []:
        yield m.converged, m.admissible
    for one in (given(structural.fit), given(structural.whole)):
        if one is not None:
            yield one.converged, one.admissible
    competing = given(structural.competing)
    for s in competing.structures if competing else ():
        if s.id != "hypothesized":
            yield s.chisq is not None, not s.problems


def _solved(data: Everything, case: str) -> SolutionRow:
    models = list(_models(data, case))
    structural = data.of(case, "structural", Structural) or Structural()
    robustness = data.of(case, "robustness", Robustness) or Robustness()
    curve = given(robustness.curve)
    refits = _refits(structural)
    return SolutionRow(
        case=case,
        models=len(models),
        nonconverged=sum(not converged for converged, _ in models),
        inadmissible=sum(converged and not admissible for converged, admissible in models),
        specifications=curve.n if curve else 0,
        failed=curve.failed if curve else 0,
        suspect=curve.suspect if curve else 0,
        drawn=refits.drawn if refits else 0,
        drawn_nonconverged=refits.nonconverged if refits else 0,
        drawn_inadmissible=refits.inadmissible if refits else 0,
    )


def _refits(structural: Structural) -> Resamples | None:
    """The resampled respondents or firms: effects, totals and clusters rest on the same draws."""
    effects, totals = given(structural.effects), given(structural.totals)
    one = effects or totals or given(structural.clusters)
    return one.resamples if one else None
