"""What the real cases say together, chapter by chapter: nothing is computed of rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.analyses.argument import read
from loyalty.analyses.argument.beside import (
    Claims,
    Conduct,
    Foretold,
    Satisfied,
    Voice,
)
from loyalty.analyses.argument.beside import claims as claims
from loyalty.analyses.argument.beside import conduct as conduct
from loyalty.analyses.argument.beside import foretold as foretold
from loyalty.analyses.argument.beside import satisfied as satisfied
from loyalty.analyses.argument.beside import voice as voice
from loyalty.analyses.argument.conclusions import actions as actions
from loyalty.analyses.argument.conclusions import answer as answer
from loyalty.analyses.argument.conclusions import known as known
from loyalty.analyses.argument.models import (
    Actions,
    Answer,
    ApartRow,
    Constructs,
    ConstructsRow,
    CountRow,
    DifferenceRow,
    Differences,
    Exhibit,
    Known,
    MergedRow,
    Otherwise,
    OtherwiseRow,
    Paths,
    PooledRow,
    SurveyRow,
    Surveys,
    Tension,
)
from loyalty.analyses.argument.read import SATISFACTION, PathRow
from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.robustness.findings import Robustness, Specification
from loyalty.analyses.synthesis.estimates import Estimate as Shared
from loyalty.analyses.synthesis.estimates import (
    Everything,
    given,
    reliance,
    shared_paths,
    sound,
)
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import PathVerdict, doubtful, judge, readable, solved, unlike
from loyalty.ground.findings import (
    Findings,
    Found,
    Refused,
    refusable,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats._common import normal_quantile
from loyalty.stats.pooling import random_effects

everything, synthesis = read.everything, read.synthesis


class Argument(Findings):
    answer: Answer | Refused | None = None
    exhibit: Exhibit | Refused | None = None
    known: Known | Refused | None = None
    surveys: Surveys | Refused | None = None
    constructs: Constructs | Refused | None = None
    paths: Paths | Refused | None = None
    satisfied: Satisfied | Refused | None = None
    differences: Differences | Refused | None = None
    otherwise: Otherwise | Refused | None = None
    conduct: Conduct | Refused | None = None
    foretold: Foretold | Refused | None = None
    voice: Voice | Refused | None = None
    claims: Claims | Refused | None = None
    actions: Actions | Refused | None = None


def used(data: Everything) -> Mapping[tuple[str, str], Found[Any]]:
    """The results of the real cases, which all this rests on."""
    real = {case for case, study in data.cases.items() if not study.simulated}
    return {key: one for key, one in data.found.items() if key[0] in real}


# --- the data ------------------------------------------------------------------------------------
@refusable
def surveys(data: Everything) -> Surveys:
    """The real surveys, and how good their answers are."""
    rows = [_survey(data, case) for case in read.real(data)]
    if not rows:
        raise CannotCompute("no_real_survey")
    known = [r.n for r in rows if r.n is not None]
    judged = [r for r in rows if r.missed is not None]
    flagged = [r.flagged for r in rows if r.flagged is not None]
    return Surveys(
        rows=tuple(rows),
        count=len(rows),
        n=sum(known),
        smallest=min(known, default=0),
        largest=max(known, default=0),
        with_single=sum(r.single > 0 for r in rows),
        placed=sum(_placed(data.cases[r.case]) for r in rows),
        judged=len(judged),
        doubtful=sum(r.admissible is False for r in judged),
        all_missed=sum(r.missed == len(read.INDICES) for r in judged),
        fitting=sum(r.missed == 0 for r in judged),
        indices=len(read.INDICES),
        flagged_most=max(flagged, default=None),
    )


def _placed(study: Study) -> bool:
    return study.provenance.country is not None and study.provenance.year is not None


def _survey(data: Everything, case: str) -> SurveyRow:
    study = data.cases[case]
    audit = data.of(case, "audit", Audit)
    measurement = data.of(case, "measurement", Measurement)
    flow = given(audit.flow) if audit else None
    missing = given(audit.missing) if audit else None
    careless = given(audit.careless) if audit else None
    fit = given(measurement.fit) if measurement else None
    scales = {(study.item_scale(i).min, study.item_scale(i).max) for i in study.items}
    (low, high), *more = scales or {(0, 0)}
    found = next((f for (of, _), f in data.found.items() if of == case), None)
    return SurveyRow(
        case=case,
        n=flow.n if flow else fit.n if fit else None,
        items=len([i for c in study.main for i in c.items]),
        constructs=len(study.main),
        single=sum(len(c.items) == 1 for c in study.main),
        points=None if more else int(high - low + 1),
        missing=missing.share if missing else None,
        flagged=careless.flagged.share if careless and careless.flagged else None,
        cfi=fit.cfi if fit else None,
        rmsea=fit.rmsea if fit else None,
        srmr=fit.srmr if fit else None,
        missed=read.missed(fit),
        admissible=not doubtful(fit) if fit else None,
        recorded=bool(found and found.provenance.recorded),
    )


# --- can the constructs be told apart ------------------------------------------------------------
@refusable
def constructs(data: Everything) -> Constructs:
    """Discriminant and convergent validity by intervals, and what merging changes."""
    rows = [r for case in read.real(data) if (r := _constructs(data, case)) is not None]
    if not rows:
        raise CannotCompute("no_real_survey")
    judged = [r for r in rows if r.pairs]
    failing = sum((r.not_met or 0) > 0 for r in judged)
    merged = [m for case in read.real(data) for m in _merged(data, case)]
    tensions = [
        Tension(path=path, merged=_of(path, merged))
        for path in _loyal_paths(data)
        if path.printed is not None and path.estimate is not None and not path.relied
        if data.cases[path.case].named(path.from_).concept == SATISFACTION
    ]
    tensions.sort(key=lambda t: -read.width(t.path))
    return Constructs(
        rows=tuple(rows),
        surveys=len(judged),
        pairs=sum(r.pairs or 0 for r in judged),
        met=sum(r.met or 0 for r in judged),
        open=sum(r.open or 0 for r in judged),
        not_met=sum(r.not_met or 0 for r in judged),
        failing=failing,
        open_surveys=sum(not r.not_met and (r.open or 0) > 0 for r in judged),
        apart=sum(r.met == r.pairs for r in judged),
        scales=sum(r.scales or 0 for r in rows),
        ave_met=sum(r.ave_met or 0 for r in rows),
        merged=tuple(merged),
        merged_count=len(merged),
        merged_clear=sum(m.verdict != "open" for m in merged),
        tensions=tuple(tensions),
        grade=read.graded(failing),
    )


def _constructs(data: Everything, case: str) -> ConstructsRow | None:
    measurement = data.of(case, "measurement", Measurement)
    if measurement is None:
        return None
    reliability = data.of(case, "reliability", Reliability)
    ratios, convergent = given(measurement.htmt), given(measurement.convergent)
    scales = given(reliability.scales) if reliability else None
    models = given(measurement.models)
    best = next((m for m in models.rows if m.id == models.preferred), None) if models else None
    alphas = [r.alpha for r in scales.rows if r.alpha is not None] if scales else []
    return ConstructsRow(
        case=case,
        pairs=ratios.pairs if ratios else None,
        met=ratios.met if ratios else None,
        open=ratios.open if ratios else None,
        not_met=ratios.not_met if ratios else None,
        scales=convergent.constructs if convergent else None,
        cr_met=sum(r.cr_verdict == "met" for r in convergent.rows) if convergent else None,
        ave_met=sum(r.ave_verdict == "met" for r in convergent.rows) if convergent else None,
        alpha=min(alphas, default=None),
        merged=best.merged if best and best.admissible else (),
    )


def _merged(data: Everything, case: str) -> list[MergedRow]:
    measurement = data.of(case, "measurement", Measurement)
    found = given(measurement.merged) if measurement else None
    if found is None or doubtful(found):
        return []
    return [
        MergedRow(
            case=case,
            groups=found.groups,
            from_=r.from_,
            to=r.to,
            estimate=r.estimate,
            ci_lower=r.ci_lower,
            ci_upper=r.ci_upper,
            verdict=r.verdict,
            admissible=found.admissible,
            missed=read.missed(found),
        )
        for r in found.rows
    ]


def _of(path: PathRow, merged: Sequence[MergedRow]) -> MergedRow | None:
    """The path where what it starts from is one with others."""
    own = [m for m in merged if m.case == path.case and m.to == path.to and path.from_ in m.from_]
    return own[0] if own else None


# --- what goes with loyalty ----------------------------------------------------------------------
def _loyal_paths(data: Everything) -> list[PathRow]:
    return [
        row
        for case, study in read.real(data).items()
        for row in read.rows_of(data, case)
        if row.to in read.loyal(study)
    ]


@refusable
def exhibit(data: Everything) -> Exhibit:
    """The paths of every real survey that lead to loyalty (or to leaving)."""
    rows = _loyal_paths(data)
    if not rows:
        raise CannotCompute("no_path_to_loyalty")
    relied = [r for r in rows if r.relied]
    return Exhibit(
        rows=tuple(rows),
        surveys=len({r.case for r in rows}),
        count=len(rows),
        relied=len(relied),
        clear=sum(r.verdict != "open" for r in relied),
        printed=sum(r.printed is not None for r in rows),
    )


@refusable
def paths(data: Everything) -> Paths:
    """Verdicts by survey, and the paths to loyalty pooled over the surveys to be relied upon."""
    every = {case: list(read.rows_of(data, case)) for case in read.real(data)}
    every = {case: rows for case, rows in every.items() if rows}
    if not every:
        raise CannotCompute("no_path_to_loyalty")
    counts = [_counted(case, rows) for case, rows in every.items()]
    pooled = _pooled(data, [r for r in _loyal_paths(data) if r.estimate is not None])
    satisfaction = next((p for p in pooled if p.from_ == SATISFACTION), None)
    behind = {
        r.case
        for r in _loyal_paths(data)
        if r.relied and data.cases[r.case].named(r.from_).concept == SATISFACTION
        if data.cases[r.case].named(r.to).concept == LOYALTY
        if r.missed == len(read.INDICES)
    }
    total = {
        name: sum(getattr(c, name) for c in counts)
        for name in ("hypothesized", "set_aside", "doubted", "supported", "open", "contradicted")
    }
    return Paths(
        counts=tuple(counts),
        **total,
        pooled=tuple(pooled),
        satisfaction=satisfaction,
        unfit=len(behind),
    )


#: The concept that paths are pooled to; leaving, using again and buying are concepts of their own.
LOYALTY = "loyalty"


def _counted(case: str, rows: Sequence[PathRow]) -> CountRow:
    verdicts = Counter(r.verdict for r in rows if r.relied)
    return CountRow(
        case=case,
        hypothesized=len(rows),
        set_aside=sum(r.set_aside for r in rows),
        doubted=sum(not r.relied and not r.set_aside for r in rows),
        supported=verdicts["supported"],
        open=verdicts["open"],
        contradicted=verdicts["contradicted"],
    )


def _pooled(data: Everything, rows: Sequence[PathRow]) -> list[PooledRow]:
    cases = read.real(data)
    z = normal_quantile(0.95)
    estimates = [
        Shared(r.case, r.from_, r.to, r.estimate, read.width(r) / (2 * z), r.ci_lower, r.ci_upper)
        for r in rows
        if r.relied and r.estimate is not None and r.ci_lower is not None and r.ci_upper is not None
    ]
    people = {r.case: r.n for r in rows}
    single = {(r.case, r.from_, r.to) for r in rows if r.relied and r.single}
    found = []
    for (a, b), same in shared_paths(estimates, cases, 1).items():
        if b != LOYALTY:
            continue
        has = {r.case for r in rows if _concepts(data, r) == (a, b)}
        alone = same[0]
        effect = None
        if len(same) > 1:
            effect = random_effects([e.estimate for e in same], [e.se for e in same])
        lower = effect.ci_lower if effect else alone.ci_lower
        upper = effect.ci_upper if effect else alone.ci_upper
        value = effect.estimate if effect else alone.estimate
        clear = [e for e in same if e.ci_lower > 0 or e.ci_upper < 0]
        agreeing = sum((e.estimate > 0) == (value > 0) for e in clear)
        settled = judge("+", lower, upper) != "open"
        with_single = {case for case, f, t in single if _ends(data, case, f, t) == (a, b)}
        found.append(
            PooledRow(
                from_=a,
                to=b,
                k=len(same),
                n=sum(people[e.case] for e in same),
                left_out=len(has - {e.case for e in same}),
                single=len(with_single),
                not_apart=sum(
                    frozenset((e.from_, e.to))
                    in unlike(data.of(e.case, "measurement", Measurement))
                    for e in same
                ),
                same_sign=agreeing,
                estimate=value,
                ci_lower=lower,
                ci_upper=upper,
                # Of two surveys nothing is left to tell how far a third would lie.
                pi_lower=effect.pi_lower if effect and effect.k > 2 else None,
                pi_upper=effect.pi_upper if effect and effect.k > 2 else None,
                i2=effect.i2 / 100 if effect else None,
                tau=math.sqrt(effect.tau2) if effect else None,
                q_p=effect.q_p if effect else None,
                grade=read.graded(agreeing) if settled else "none",
            )
        )
    return sorted(found, key=lambda r: (-r.k, -r.n))


def _concepts(data: Everything, row: PathRow) -> tuple[str, str]:
    return _ends(data, row.case, row.from_, row.to)


def _ends(data: Everything, case: str, start: str, end: str) -> tuple[str, str]:
    named = data.cases[case].named
    return named(start).concept, named(end).concept


# --- who differs ---------------------------------------------------------------------------------
@refusable
def differences(data: Everything) -> Differences:
    """Groups of the real surveys: equality of measurement, and paths that differ."""
    rows: list[DifferenceRow] = []
    apart: list[ApartRow] = []
    loyal = loyal_different = 0
    for case, study in read.real(data).items():
        groups = data.of(case, "groups", Groups)
        ladder = given(groups.invariance) if groups else None
        if groups is None or ladder is None:
            continue
        level = threshold("significance").value
        found, pairs = given(groups.paths), given(groups.pairs)
        group = next(g for g in study.groups if g.id == ladder.group)
        out = {aside.level for aside in ladder.left_out}
        comparable = ladder.held in ("metric", "scalar", "strict") and sound(data, case)
        judged = reliance(data, case)
        read_ = [d for d in found.differences if not judged.along((d.from_, d.to))] if found else []
        clear = {d.id for d in read_ if found and found.clear(d, level)}
        rows.append(
            DifferenceRow(
                case=case,
                group=ladder.group,
                levels=len(set(map(str, group.levels)) - out),
                held=ladder.held,
                partial=ladder.partial,
                comparable=comparable,
                paths=len(read_) if read_ else None,
                different=len(clear) if read_ else None,
            )
        )
        if not comparable or found is None:
            continue
        own = [d for d in read_ if d.to in read.loyal(study)]
        loyal += len(own)
        loyal_different += sum(d.id in clear for d in own)
        apart += [
            ApartRow(
                case=case,
                id=d.id,
                from_=d.from_,
                to=d.to,
                group=ladder.group,
                group_a=d.group_a,
                group_b=d.group_b,
                estimate=d.estimate,
                ci_lower=lower,
                ci_upper=upper,
            )
            for d in (pairs.differences if pairs else ())
            if d.id in clear and found.clear(d, level)
            for lower, upper in [found.limits(d)]
            if lower is not None and upper is not None
        ]
    if not rows:
        raise CannotCompute("no_survey_with_groups")
    compared = [r for r in rows if r.comparable and r.paths is not None]
    return Differences(
        rows=tuple(rows),
        apart=tuple(sorted(apart, key=lambda r: -abs(r.estimate) / (r.ci_upper - r.ci_lower))),
        surveys=len(rows),
        compared=len(compared),
        paths=sum(r.paths or 0 for r in compared),
        different=sum(r.different or 0 for r in compared),
        differing=sum((r.different or 0) > 0 for r in compared),
        to_loyalty=loyal,
        to_loyalty_different=loyal_different,
    )


# --- would it hold otherwise ---------------------------------------------------------------------
@refusable
def otherwise(data: Everything) -> Otherwise:
    """The focal path of every survey under other choices, doubtful solutions counted apart."""
    rows = []
    for case, study in read.real(data).items():
        robustness = data.of(case, "robustness", Robustness)
        curve = given(robustness.curve) if robustness else None
        if curve is None or not curve.done:
            continue
        path = next(h for h in study.hypotheses if h.id == curve.hypothesis)
        sound = [s for s in curve.specifications if readable(s)]
        values = [s.estimate for s in sound if s.estimate is not None]
        verdicts = [_judged(path.sign, s) for s in sound]
        own = next((r for r in read.rows_of(data, case) if r.id == path.id), None)
        relied = own is not None and own.relied
        rows.append(
            OtherwiseRow(
                case=case,
                from_=curve.from_,
                to=curve.to,
                sign=path.sign,
                relied=relied,
                doubts=own.doubts if own is not None else (),
                count=curve.n,
                sound=len(sound),
                agree=verdicts.count("supported"),
                against=verdicts.count("contradicted"),
                smallest=min(values, default=None) if relied else None,
                largest=max(values, default=None) if relied else None,
                doubtful=curve.suspect,
                wide=sum(map(solved, curve.specifications)) - len(sound),
                failed=curve.failed,
            )
        )
    if not rows:
        raise CannotCompute("no_focal_path")
    read_ = [r for r in rows if r.relied]
    stable = sum(r.agree == r.sound > 0 for r in read_)
    none = sum(r.agree == 0 for r in read_)
    return Otherwise(
        rows=tuple(rows),
        count=len(rows),
        stable=stable,
        doubted=len(rows) - len(read_),
        mixed=len(read_) - stable - none,
        unsupported=none,
        doubtful=sum(r.doubtful for r in rows),
        wide=sum(r.wide for r in rows),
        failed=sum(r.failed for r in rows),
    )


def _judged(sign: str, row: Specification) -> PathVerdict:
    if row.ci_lower is None or row.ci_upper is None:
        return "open"
    return judge(sign, row.ci_lower, row.ci_upper)
