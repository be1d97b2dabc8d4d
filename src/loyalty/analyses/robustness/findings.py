"""One path under every other choice that could have been defended, and what could be found."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
import semfit

from loyalty.analyses.robustness.estimates import Choice, detectable, specifications
from loyalty.cases.asked import Hypothesis
from loyalty.cases.survey import Survey
from loyalty.estimates.fit import missing_answers, robust_ml
from loyalty.estimates.groups import Clusters, clusters_of
from loyalty.estimates.verdicts import judge, readable, solved
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Findings,
    Real,
    Record,
    Refused,
    Shown,
    refusable,
)
from loyalty.ground.reasons import Reason, reason_of
from loyalty.stats import CannotCompute

#: A small standardized path, that of :func:`power`'s number of respondents (Cohen 1988).
SMALL = 0.10


# --- the findings --------------------------------------------------------------------------------
class Specification(Record):
    """The path under one choice; None, with the reason as problem, where there is no estimate.

    `estimator`, `n`, `left_out`, `shift`, `names`, `group`: what the choice is in detail, see
    :class:`loyalty.analyses.robustness.estimates.Specification`. `missing`: it is about missing
    answers. `one_out`: it leaves out one level of a group after the other.
    """

    choice: Choice
    estimator: str | None
    n: Count | None
    left_out: Annotated[int, Shown("count"), Cell(alone=True)] | None = None
    shift: Real | None
    names: tuple[str, ...]
    group: str | None
    missing: bool
    one_out: bool
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    problems: tuple[Reason, ...]


class Curve(Finding):
    """All specifications of the focal path, in the order in which they were asked for.

    `done` of them have an estimate, `suspect` one from a solution that is not to be taken at face
    value, `wide` one whose interval is too wide to be read. All the rest is of the `sound` others
    (:func:`loyalty.estimates.verdicts.readable`): `agree` support the hypothesis by their interval,
    `sound_smallest` and `sound_largest` are their ends, `lowest`, `highest` and `widest` choices.
    (`smallest` and `largest` are of all that are done, and printed nowhere.)
    """

    hypothesis: str
    from_: str
    to: str
    specifications: tuple[Specification, ...]
    n: Count
    done: Count
    failed: Count
    suspect: Count
    wide: Count | None = None
    sound: Count | None = None
    one_out: Count
    agree: Count
    median: Real | None
    smallest: Real | None
    largest: Real | None
    sound_smallest: Real | None
    sound_largest: Real | None
    lowest: int | None
    highest: int | None
    widest: int | None


class Missing(Finding):
    """The largest move of the path under other treatments of missing answers whose solution is
    acceptable and whose interval can be read; `left_out` others."""

    gap: Real
    left_out: Count = 0


class PathPower(Record):
    """The smallest standardized path that would have been found with a power of 80 %.

    `needed`: respondents like these for a path of :data:`SMALL`; `plausible` is the same where a
    path of a plausible size (at most one) could have been found at all. `cluster_detectable`: with
    clusters, not respondents, as independent.
    """

    id: str
    from_: str
    to: str
    estimate: Real
    se: Real
    detectable: Bounded
    needed: Count
    plausible: Count | None
    cluster_detectable: Bounded | None


class Power(Finding):
    """What could have been found, path by path.

    Of `n` paths `sane` could have shown one of at most one, the hardest of them one of `worst`;
    `tiny` could have shown one of `target`. `focal`: of the case's focal path.
    """

    paths: tuple[PathPower, ...]
    target: Bounded
    n: Count
    sane: Count
    tiny: Count
    worst: Bounded | None
    cluster_worst: Bounded | None
    focal: Bounded | None


class Robustness(Findings):
    curve: Curve | Refused | None = None
    missing: Missing | Refused | None = None
    power: Power | Refused | None = None


# --- every specification -------------------------------------------------------------------------
@refusable
def focal(survey: Survey) -> Hypothesis:
    """The case's focal path."""
    if survey.study.focal is None:
        raise CannotCompute("no_focal_path")
    return survey.study.focal


@refusable
def curve(survey: Survey, path: Hypothesis, seed: int) -> Curve:
    """All specifications estimated; what could not be estimated is counted and kept."""
    rows: list[Specification] = []
    for spec in specifications(survey, path, seed):
        found: dict[str, Any] = {"estimate": None, "ci_lower": None, "ci_upper": None}
        try:
            found = spec.estimate()._asdict()
        except (CannotCompute, semfit.ModelError) as error:
            found["problems"] = (reason_of(error),)
        rows.append(
            Specification(
                choice=spec.choice,
                estimator=spec.estimator,
                n=spec.n,
                left_out=spec.left_out,
                shift=spec.shift,
                names=tuple(spec.names),
                group=spec.group,
                missing=spec.missing,
                one_out=spec.choice == "one_out",
                **found,
            )
        )
    done = [(i, r) for i, r in enumerate(rows) if r.estimate is not None]
    every = np.array([r.estimate for _, r in done], dtype=float)
    accepted = sum(solved(r) for r in rows)
    sound = [(i, r) for i, r in done if readable(r)]
    values = np.array([r.estimate for _, r in sound], dtype=float)
    widths = np.array([(r.ci_upper or 0) - (r.ci_lower or 0) for _, r in sound], dtype=float)
    return Curve(
        hypothesis=path.id,
        from_=path.from_,
        to=path.to,
        specifications=tuple(rows),
        n=len(rows),
        done=len(done),
        failed=len(rows) - len(done),
        suspect=len(done) - accepted,
        wide=accepted - len(sound),
        sound=len(sound),
        one_out=sum(r.one_out for r in rows),
        agree=sum(_supports(path, r) for _, r in sound),
        median=np.median(values) if len(values) else None,
        smallest=every.min() if len(every) else None,
        largest=every.max() if len(every) else None,
        sound_smallest=values.min() if len(values) else None,
        sound_largest=values.max() if len(values) else None,
        lowest=sound[int(values.argmin())][0] if len(values) else None,
        highest=sound[int(values.argmax())][0] if len(values) else None,
        widest=sound[int(widths.argmax())][0] if len(values) else None,
    )


def _supports(path: Hypothesis, row: Specification) -> bool:
    if row.ci_lower is None or row.ci_upper is None:
        return False
    return judge(path.sign, row.ci_lower, row.ci_upper) == "supported"


@refusable
def missing(found: Curve) -> Missing | None:
    """How far other treatments of missing answers move the path from the study's own estimate."""
    own = found.specifications[0].estimate
    if own is None:
        return None
    treated = [r for r in found.specifications if r.missing and r.estimate is not None]
    if not treated:
        raise CannotCompute("no_missing_answer")
    others = [r.estimate for r in treated if readable(r) and r.estimate is not None]
    if not others:
        raise CannotCompute("no_missing_to_rely_on")
    gap = max(abs(other - own) for other in others)
    return Missing(gap=gap, left_out=len(treated) - len(others))


# --- what could have been found ------------------------------------------------------------------
@refusable
def power(survey: Survey) -> Power | None:
    """What could have been found of every path, from its robust standard error.

    The respondents needed for :data:`SMALL` follow from the error falling with the root of their
    number. Paths without a standard error are left out.
    """
    study, rows = survey.study, survey.scored
    items = [i.id for c in study.structural for i in c.items]
    full = missing_answers(rows, items)
    model = study.structural_model(effects=False)
    how = robust_ml(full, survey.weights)
    result = semfit.fit(model, rows, **how)
    table = result.standardized().set_index("label")
    group, clusters, messages = _clusters(survey, items)
    robust = None
    if clusters is not None:
        kept = rows[rows[group].notna()]
        again = semfit.fit(model, kept, **how, cluster=group)
        robust = again.standardized().set_index("label")
    found: list[PathPower] = []
    for h in study.paths:
        one: Any = table.loc[f"p_{h.id}"]
        se = float(one["se"])
        if not np.isfinite(se):
            continue
        least = detectable(se)
        needed = int(np.ceil(result.estimate.n * (least / SMALL) ** 2))
        clustered = None
        if robust is not None and clusters is not None:
            clustered = detectable(float(robust["se"][f"p_{h.id}"]), df=clusters.df)
        found.append(
            PathPower(
                id=h.id,
                from_=h.from_,
                to=h.to,
                estimate=one["est_std"],
                se=se,
                detectable=least,
                needed=needed,
                plausible=needed if least <= 1 else None,
                cluster_detectable=clustered,
            )
        )
    if not found:
        return None
    sane = [p.detectable for p in found if p.detectable <= 1]
    cluster = [p.cluster_detectable for p in found if p.cluster_detectable is not None]
    own = [p.detectable for p in found if study.focal is not None and p.id == study.focal.id]
    return Power(
        paths=tuple(found),
        target=SMALL,
        n=len(found),
        sane=len(sane),
        tiny=sum(p.detectable <= SMALL for p in found),
        worst=max(sane) if sane else None,
        cluster_worst=max(cluster) if cluster else None,
        focal=own[0] if own else None,
        messages=messages,
    )


def _clusters(survey: Survey, items: list[str]) -> tuple[str, Clusters | None, list[Reason]]:
    """The firms of a case that has them nested, if there are enough; else why not."""
    firms = survey.study.units
    if firms is None:
        return "", None, []
    try:
        return firms.id, clusters_of(survey.scored, firms.id, items), []
    except CannotCompute as error:
        return firms.id, None, [error.reason]
