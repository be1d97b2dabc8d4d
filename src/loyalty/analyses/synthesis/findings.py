"""The results of all cases side by side; real and simulated ones are never pooled together."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.structural.findings import Path, Structural
from loyalty.analyses.synthesis import estimates
from loyalty.analyses.synthesis.estimates import (
    Everything,
    Interval,
    OfCase,
    PathRow,
    all_paths,
    as_estimates,
    given,
    letters,
    relied_paths,
    shared_paths,
)
from loyalty.analyses.synthesis.evidence import Backbone, Evidence, Moderators, Sectors
from loyalty.cases import claims
from loyalty.cases.claims import Ledger, Outcome
from loyalty.estimates.verdicts import PathVerdict
from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    Findings,
    P,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
)
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute
from loyalty.stats.pooling import random_effects

everything = estimates.everything


# --- the findings --------------------------------------------------------------------------------
class SurveyRow(OfCase):
    """Size, missingness, weakest alpha, highest ratio, fit of the measurement, supported paths."""

    letter: str
    n: Count | None
    missing: Percent | None
    alpha: Bounded | None
    htmt: Real | None
    cfi: Bounded | None
    supported: Count | None
    paths: Count | None


class Glance(Finding):
    """The surveys at a glance.

    Of the `drawn` simulated ones with a structural model: paths, those supported, and the least
    and greatest of their highest heterotrait–monotrait ratios.
    """

    rows: tuple[SurveyRow, ...]
    cases: Count
    cases_real: Count
    cases_simulated: Count
    surveys: Count
    surveys_real: Count
    drawn: Count
    drawn_paths: Count
    drawn_supported: Count
    drawn_htmt_min: Real | None
    drawn_htmt_max: Real | None


class TableRow(OfCase):
    table: str
    rows: Count | None


class Tables(Finding):
    """The tables of behaviour and text beside the surveys."""

    rows: tuple[TableRow, ...]
    count: Count
    real: Count


class CaseEstimate(OfCase, Interval):
    """A case's estimate of a shared path; the mean where it has several `paths`."""

    paths: Count


class SharedPath(Record):
    """A path between two concepts that two surveys or more have."""

    from_: str
    to: str
    estimates: tuple[CaseEstimate, ...]


class Matrix(Finding):
    """All `paths`, and those `shared` by two surveys; `real` of these stand in two real ones."""

    paths: tuple[PathRow, ...]
    shared: tuple[SharedPath, ...]
    count: Count
    real: Count


class RealPaths(Finding):
    """Paths of the real surveys that may be relied upon."""

    rows: tuple[PathRow, ...]
    relied: Count
    count: Count


class Verdicts(Record):
    supported: Count
    open: Count
    contradicted: Count
    doubted: Count
    count: Count


class VoteRow(OfCase):
    """`doubted`: paths that may not be relied upon, whatever their interval says."""

    supported: Count
    open: Count
    contradicted: Count
    doubted: Count


class Votes(Finding):
    """Verdicts on every hypothesis of the real surveys: paths, moderations and bends."""

    rows: tuple[VoteRow, ...]
    real: Verdicts


class PooledPath(Interval):
    """A path pooled over `cases`, of `n` people, by random effects (REML, Hartung–Knapp)."""

    from_: str
    to: str
    cases: tuple[str, ...]
    k: Count
    n: Count
    pi_lower: Real | None
    pi_upper: Real | None
    i2: Percent
    tau: Real
    q_p: P


class Pooled(Finding):
    """Paths that two or more of `surveys` share; `clear` pooled intervals are clear of zero."""

    rows: tuple[PooledPath, ...]
    count: Count
    clear: Count
    surveys: Count


class IndustryRow(OfCase):
    """Paths that differ between groups after Holm's correction.

    `clustered`: with firms as the independent units (None where there are none); `released`:
    equalities of the measurement that did not hold.
    """

    paths: Count
    different: Count
    clustered: Count | None
    released: Count | None
    firms: Count | None


class Compared(Record):
    paths: Count
    different: Count


class Industries(Finding):
    """`before` and `left`: paths that differ in the simulated cases that have firms, with
    respondents and with firms as the independent units."""

    rows: tuple[IndustryRow, ...]
    real: Compared | None
    simulated: Compared | None
    before: Count
    left: Count


class CheckRow(Record):
    """A check of printed figures: what is `printed`, what follows from it, and the outcome."""

    id: str
    kind: str
    claims: tuple[str, ...]
    printed: tuple[Real, ...]
    computed: tuple[Real, ...]
    ci_lower: Real | None
    ci_upper: Real | None
    outcome: Outcome


class Check(Record):
    """The first printed and computed value of one check."""

    printed: Real
    computed: Real
    computed_ci_lower: Real | None
    computed_ci_upper: Real | None


class Checks(Finding):
    """The ledger of the sources' figures: how many, with what beside them, and the checks."""

    rows: tuple[CheckRow, ...]
    claims: Count
    with_n: Count
    with_origin: Count
    changes: Count
    count: Count
    failed: Count
    product: Check
    sobel: Check


class HeldRow(Interval):
    """A claim beside a real case's number; `inside`: the printed value lies in the interval.

    `weeks`: of a share that bought again, within how many.
    """

    claim: str
    case: str
    weeks: Count | None
    printed: Real
    inside: bool


class Held(Finding):
    rows: tuple[HeldRow, ...]
    count: Count
    inside: Count
    named: Count
    claims: Count


class FirstRow(OfCase, Interval):
    """A construct that matters for the outcome and stands low: total effect, and index of 100."""

    letter: str
    construct_id: str
    performance: Real


class First(Finding):
    rows: tuple[FirstRow, ...]


class OnePointRow(OfCase, Interval):
    """What one point more of an antecedent goes with in an outcome: total effect, in points."""

    letter: str
    from_: str
    to: str


class OnePoint(Finding):
    """`wide` intervals are wider than one point; of the `real` surveys' effects `read` are not."""

    rows: tuple[OnePointRow, ...]
    count: Count
    wide: Count
    real: Count
    read: Count


class WorthRow(OfCase):
    """More repurchase by a faster answer, as a share and in percentage points, and what it may
    cost per customer and month."""

    share: Percent
    estimate: Percent
    ci_lower: Percent
    ci_upper: Percent
    points: Real
    points_ci_lower: Real
    points_ci_upper: Real
    cost: Real
    cost_ci_lower: Real
    cost_ci_upper: Real


class Worth(Finding):
    rows: tuple[WorthRow, ...]
    faster: Percent
    margin: Real


class Synthesis(Findings):
    glance: Glance | Refused | None = None
    tables: Tables | Refused | None = None
    matrix: Matrix | Refused | None = None
    real_paths: RealPaths | Refused | None = None
    votes: Votes | Refused | None = None
    pooled: Pooled | Refused | None = None
    pooled_simulated: Pooled | Refused | None = None
    moderators: Moderators | Refused | None = None
    backbone: Backbone | Refused | None = None
    evidence: Evidence | Refused | None = None
    industries: Industries | Refused | None = None
    sectors: Sectors | Refused | None = None
    checks: Checks | Refused | None = None
    held: Held | Refused | None = None
    first: First | Refused | None = None
    one_point: OnePoint | Refused | None = None
    worth: Worth | Refused | None = None


# --- at a glance ---------------------------------------------------------------------------------
def glance(data: Everything) -> Glance:
    rows = tuple(_survey(data, case, letter) for case, letter in letters(data).items())
    drawn = [r for r in rows if r.simulated and r.supported is not None]
    ratios = [r.htmt for r in drawn if r.htmt is not None]
    return Glance(
        rows=rows,
        cases=len(data.cases),
        cases_real=sum(not s.simulated for s in data.cases.values()),
        cases_simulated=sum(s.simulated for s in data.cases.values()),
        surveys=len(rows),
        surveys_real=sum(not r.simulated for r in rows),
        drawn=len(drawn),
        drawn_paths=sum(r.paths or 0 for r in drawn),
        drawn_supported=sum(r.supported or 0 for r in drawn),
        drawn_htmt_min=min(ratios, default=None),
        drawn_htmt_max=max(ratios, default=None),
    )


def _survey(data: Everything, case: str, letter: str) -> SurveyRow:
    audit = data.of(case, "audit", Audit)
    reliability = data.of(case, "reliability", Reliability)
    measurement = data.of(case, "measurement", Measurement)
    structural = data.of(case, "structural", Structural)
    flow = given(audit.flow) if audit else None
    missing = given(audit.missing) if audit else None
    scales = given(reliability.scales) if reliability else None
    ratios = given(measurement.htmt) if measurement else None
    fit = given(measurement.fit) if measurement else None
    paths = given(structural.paths) if structural else None
    judged = estimates.reliance(data, case)
    return SurveyRow(
        case=case,
        simulated=data.cases[case].simulated,
        letter=letter,
        # Recorded findings may lack the flow; the measurement model names its people.
        n=flow.n if flow else fit.n if fit else None,
        missing=missing.share if missing else None,
        alpha=min((r.alpha for r in scales.rows), default=None) if scales else None,
        htmt=ratios.largest if ratios else None,
        cfi=fit.cfi if fit else None,
        supported=sum(r.verdict == "supported" and not judged.of(r) for r in paths.rows)
        if paths
        else None,
        paths=paths.count if paths else None,
    )


def tables(data: Everything) -> Tables:
    """Every table of behaviour or text with the rows that were read."""
    read = {
        (case, origin.resource): origin.rows
        for (case, _), found in data.found.items()
        for origin in found.provenance.data
    }
    rows = tuple(
        TableRow(
            case=case, simulated=study.simulated, table=table.id, rows=read.get((case, table.id))
        )
        for case, study in data.cases.items()
        for table in study.resources
    )
    return Tables(rows=rows, count=len(rows), real=sum(not r.simulated for r in rows))


# --- the same path in several surveys ------------------------------------------------------------
@refusable
def matrix(data: Everything) -> Matrix:
    """The paths that two surveys or more share."""
    rows = relied_paths(data)
    shared = tuple(
        SharedPath(
            from_=a,
            to=b,
            estimates=tuple(
                CaseEstimate(
                    case=e.case,
                    simulated=data.cases[e.case].simulated,
                    paths=e.paths,
                    estimate=e.estimate,
                    ci_lower=e.ci_lower,
                    ci_upper=e.ci_upper,
                )
                for e in same
            ),
        )
        for (a, b), same in shared_paths(as_estimates(rows), data.surveys).items()
    )
    if not shared:
        raise CannotCompute("no_shared_path")
    real = sum(sum(not e.simulated for e in s.estimates) > 1 for s in shared)
    return Matrix(paths=rows, shared=shared, count=len(shared), real=real)


def real_paths(data: Everything) -> RealPaths | None:
    real = [r for r in all_paths(data) if not r.simulated]
    good = tuple(r for r in real if r.relied)
    return RealPaths(rows=good, relied=len(good), count=len(real)) if real else None


def votes(data: Everything) -> Votes | None:
    """How many hypotheses of each real survey are supported, open, contradicted, in doubt."""
    paths = [r for r in all_paths(data) if not r.simulated]
    real = [case for case, study in data.surveys.items() if not study.simulated]
    if not real:
        return None
    verdicts: dict[str, list[PathVerdict]] = {
        case: [*(r.verdict for r in paths if r.case == case and r.relied), *_bent(data, case)]
        for case in real
    }
    doubted = Counter(r.case for r in paths if not r.relied)

    def count(verdict: PathVerdict) -> int:
        return sum(own.count(verdict) for own in verdicts.values())

    return Votes(
        rows=tuple(
            VoteRow(
                case=case,
                simulated=False,
                supported=own.count("supported"),
                open=own.count("open"),
                contradicted=own.count("contradicted"),
                doubted=doubted[case],
            )
            for case, own in verdicts.items()
        ),
        real=Verdicts(
            supported=count("supported"),
            open=count("open"),
            contradicted=count("contradicted"),
            doubted=doubted.total(),
            count=sum(map(len, verdicts.values())) + doubted.total(),
        ),
    )


def _bent(data: Everything, case: str) -> list[PathVerdict]:
    """Verdicts on moderations and bends: between latent constructs, else on scale scores.

    Latent ones only where the solutions may be relied upon.
    """
    sound = not estimates.reliance(data, case).whole
    structural = data.of(case, "structural", Structural)
    found = given(structural.moderation) if structural else None
    return [(r.latent_verdict if sound else None) or r.verdict for r in found.rows] if found else []


def pooled(data: Everything, simulated: bool) -> Pooled | None:
    """Paths that two or more cases of one kind share, pooled by random effects.

    Paths are the same when they join the same concepts. Of the simulated surveys, None where they
    share nothing.
    """
    kind = {case: s for case, s in data.surveys.items() if s.simulated == simulated}
    own = [r for r in relied_paths(data) if r.case in kind]
    rows = []
    for (a, b), same in shared_paths(as_estimates(own), kind).items():
        try:
            effect = random_effects([e.estimate for e in same], [e.se for e in same])
        except CannotCompute:
            continue
        rows.append(
            PooledPath(
                from_=a,
                to=b,
                cases=tuple(e.case for e in same),
                k=effect.k,
                n=sum(estimates.people(data, e.case) for e in same),
                estimate=effect.estimate,
                ci_lower=effect.ci_lower,
                ci_upper=effect.ci_upper,
                pi_lower=effect.pi_lower,
                pi_upper=effect.pi_upper,
                i2=effect.i2 / 100,
                tau=math.sqrt(effect.tau2),
                q_p=effect.q_p,
            )
        )
    if simulated and not rows:
        return None
    clear = sum(r.clear for r in rows)
    return Pooled(rows=tuple(rows), count=len(rows), clear=clear, surveys=len(kind))


# --- what differs by industry --------------------------------------------------------------------
@refusable
def industries(data: Everything) -> Industries:
    rows = tuple(r for case in data.surveys if (r := _industry(data, case)) is not None)
    if not rows:
        raise CannotCompute("no_survey_with_groups")
    firms = [r for r in rows if r.simulated and r.clustered is not None]
    return Industries(
        rows=rows,
        real=_compared([r for r in rows if not r.simulated]),
        simulated=_compared([r for r in rows if r.simulated]),
        before=sum(r.different for r in firms),
        left=sum(r.clustered or 0 for r in firms),
    )


def _industry(data: Everything, case: str) -> IndustryRow | None:
    groups = data.of(case, "groups", Groups)
    found = given(groups.paths) if groups else None
    if groups is None or found is None or not found.differences:
        return None
    level, judged = threshold("significance").value, estimates.reliance(data, case)
    tests = [d for d in found.differences if not judged.along((d.from_, d.to))]
    clustered = [d.p_holm_firms for d in tests if d.p_holm_firms is not None]
    released, icc = given(groups.released), given(groups.icc)
    return IndustryRow(
        case=case,
        simulated=data.cases[case].simulated,
        paths=len(tests),
        different=sum(d.p_holm < level for d in tests),
        clustered=sum(p < level for p in clustered) if clustered else None,
        released=(released.count or None) if released else None,
        firms=icc.firms if icc else None,
    )


def _compared(rows: Sequence[IndustryRow]) -> Compared | None:
    if not rows:
        return None
    return Compared(paths=sum(r.paths for r in rows), different=sum(r.different for r in rows))


# --- the claims ----------------------------------------------------------------------------------
def ledger() -> Ledger:
    """The figures that the sources print."""
    return claims.load()


def checks(known: Ledger) -> Checks:
    """What can be computed from printed figures alone."""
    found = claims.checked(known)
    by_id = {c.check.id: c for c in found}

    def check(name: str) -> Check:
        one = by_id[name]
        ends = one.interval or (None, None)
        return Check(
            printed=one.printed[0],
            computed=one.computed[0],
            computed_ci_lower=ends[0],
            computed_ci_upper=ends[1],
        )

    return Checks(
        rows=tuple(
            CheckRow(
                id=c.check.id,
                kind=c.check.kind,
                claims=tuple(c.check.claims),
                printed=c.printed,
                computed=c.computed,
                ci_lower=c.interval[0] if c.interval else None,
                ci_upper=c.interval[1] if c.interval else None,
                outcome=c.outcome,
            )
            for c in found
        ),
        claims=len(known.claims),
        with_n=sum(c.n is not None for c in known.claims),
        with_origin=sum(c.origin != "" for c in known.claims),
        changes=sum(c.kind in ("change", "per") for c in known.claims),
        count=len(found),
        failed=sum(c.outcome == "does not agree" for c in found),
        product=check("C1"),
        sobel=check("C2"),
    )


@refusable
def held(data: Everything, known: Ledger) -> Held:
    """Claims to which a real case speaks, with its number and interval."""
    real = {k: f.findings for k, f in data.found.items() if not data.cases[k[0]].simulated}
    rows = tuple(
        HeldRow(
            claim=h.claim.id,
            case=h.case,
            weeks=h.weeks,
            printed=h.claim.values[0],
            estimate=h.value,
            ci_lower=h.low,
            ci_upper=h.high,
            inside=h.inside,
        )
        for h in claims.beside(known, real, functools.partial(_relied, data))
    )
    if not rows:
        raise CannotCompute("no_case_for_claims")
    return Held(
        rows=rows,
        count=len(rows),
        inside=sum(r.inside for r in rows),
        named=len({r.claim for r in rows}),
        claims=len(known.claims),
    )


def _relied(data: Everything, case: str, row: Any) -> bool:
    """Whether a number of a case may be relied upon: a path as it is judged, anything else."""
    return not isinstance(row, Path) or not estimates.reliance(data, case).of(row)


# --- what to do first ----------------------------------------------------------------------------
def first(data: Everything) -> First:
    """Constructs that matter and stand low, by survey, the most important first.

    Only where the interval of the total effect is clear of zero.
    """
    rows = []
    for case, letter in letters(data).items():
        groups = data.of(case, "groups", Groups)
        found = given(groups.importance) if groups else None
        if found is None or not found.ranked or data.cases[case].unwanted(found.outcome):
            continue
        judged = estimates.reliance(data, case)
        for point in sorted(found.points, key=lambda p: -p.importance):
            if point.quadrant != "improve" or point.ci_lower is None or point.ci_lower <= 0:
                continue
            if judged.between(point.construct, found.outcome):
                continue
            rows.append(
                FirstRow(
                    case=case,
                    simulated=data.cases[case].simulated,
                    letter=letter,
                    construct_id=point.construct,
                    estimate=point.importance,
                    ci_lower=point.ci_lower,
                    ci_upper=point.ci_upper,
                    performance=point.performance,
                )
            )
    return First(rows=tuple(rows))


@refusable
def one_point(data: Everything) -> OnePoint:
    """What one point more of an antecedent goes with in each outcome.

    Points are those of the first item of each construct; total effects, so that whatever the
    antecedent moves on the way counts. Left out where a path on the way may not be relied upon.
    """
    rows = []
    for case, letter in letters(data).items():
        role = {c.id: c.role for c in data.cases[case].constructs}
        structural = data.of(case, "structural", Structural)
        found = given(structural.paths) if structural else None
        judged = estimates.reliance(data, case)
        for row in found.one_point if found else ():
            if role[row.from_] != "antecedent" or role[row.to] != "outcome":
                continue
            if judged.between(row.from_, row.to):
                continue
            rows.append(
                OnePointRow(
                    case=case,
                    simulated=data.cases[case].simulated,
                    letter=letter,
                    from_=row.from_,
                    to=row.to,
                    estimate=row.estimate,
                    ci_lower=row.ci_lower,
                    ci_upper=row.ci_upper,
                )
            )
    if not rows:
        raise CannotCompute("no_antecedent")
    return OnePoint(
        rows=tuple(rows),
        count=len(rows),
        wide=sum(not r.narrow for r in rows),
        real=sum(not r.simulated for r in rows),
        read=sum(r.narrow and not r.simulated for r in rows),
    )


@refusable
def worth(data: Everything, faster: float, margin: float) -> Worth:
    """What a faster answer may cost, by the panel of firms of a case.

    An elasticity b of repurchase R with respect to response hours says that answering `faster`
    (0.1: in 10 % less time) goes with ``R ((1 - faster)^b - 1)`` more repurchase; it pays as long
    as it costs less per customer than that times the `margin` of a purchase.
    """
    rows = []
    for case, study in data.cases.items():
        behaviour = data.of(case, "behaviour", Behaviour)
        speed = given(behaviour.speed) if behaviour else None
        both = [s for s in speed.specifications if s.specification == "both"] if speed else []
        if speed is None or not both:
            continue
        (main,) = both
        bounds = (main.estimate, main.wild_ci_lower, main.wild_ci_upper)
        low, value, high = sorted(
            speed.repurchase * ((1 - faster) ** b - 1) for b in bounds if b is not None
        )
        rows.append(
            WorthRow(
                case=case,
                simulated=study.simulated,
                share=speed.repurchase,
                estimate=value,
                ci_lower=low,
                ci_upper=high,
                points=100 * value,
                points_ci_lower=100 * low,
                points_ci_upper=100 * high,
                cost=value * margin,
                cost_ci_lower=low * margin,
                cost_ci_upper=high * margin,
            )
        )
    if not rows:
        raise CannotCompute("no_firm_panel")
    return Worth(rows=tuple(rows), faster=faster, margin=margin)
