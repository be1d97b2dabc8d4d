"""What can be computed of a survey of which only a matrix is known, and what cannot.

All by complete-data maximum likelihood under a normal distribution: nothing corrects for answers
that are not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
import semfit

from loyalty.analyses.matrix import composites as pls
from loyalty.analyses.matrix import factors as exploratory
from loyalty.analyses.matrix.composites import Composites
from loyalty.analyses.matrix.data import Data, told_apart
from loyalty.analyses.matrix.data import data as data
from loyalty.analyses.matrix.factors import Factors
from loyalty.cases.asked import Construct
from loyalty.estimates import moments
from loyalty.estimates.solution import Observed, Share, Solution, of_correlations, solution
from loyalty.estimates.structural import standardized_paths
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    Findings,
    OfConstruct,
    P,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
)
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.ground.thresholds import threshold
from loyalty.stats import reliability, shares, validity

#: Of each analysis of rows, the reason why a matrix does not do.
NEED_ROWS = {
    "audit": Reason(code="needs_each_answer"),
    "descriptives": Reason(code="needs_distributions"),
    "reliability": Reason(code="needs_rows_for_factors"),
    "measurement": Reason(code="needs_rows_for_validity"),
    "structural": Reason(code="needs_rows_for_rivals"),
    "groups": Reason(code="needs_groups"),
    "robustness": Reason(code="needs_other_choices"),
    "drivers": Reason(code="needs_scores"),
}


# --- the findings --------------------------------------------------------------------------------
class ItemMoments(OfConstruct):
    item: str
    mean: Real | None
    sd: Real | None


class Described(Finding):
    """What is given; `smallest` is the smallest eigenvalue of the correlations. `unscaled`: no
    standard deviations beside the correlations."""

    n: Count
    items: Count
    moments: Count
    kind: Literal["covariance", "correlation"]
    unscaled: bool = False
    with_means: bool
    smallest: Real
    rows: tuple[ItemMoments, ...]


class Scale(OfConstruct):
    """Alpha with its Feldt interval; CR and AVE of the standardized measurement model."""

    items: Count
    alpha: Bounded | None
    ci_lower: Bounded | None
    ci_upper: Bounded | None
    average_correlation: Bounded | None
    cr: Bounded | None
    ave: Bounded | None


class Scales(Finding):
    """`alpha_met` and the like: how many reach the cut-off; `counted` have two items or more.
    `unscaled`: alpha is that of standardized items."""

    counted: Count
    alpha_met: Count
    cr_met: Count
    ave_met: Count
    unscaled: bool = False
    rows: tuple[Scale, ...]


class Loading(OfConstruct):
    item: str
    estimate: Bounded
    ci_lower: Bounded | None
    ci_upper: Bounded | None


class Measured(Finding):
    """The measurement model: its fit, and its standardized loadings."""

    fit: Solution
    rows: tuple[Loading, ...]


class Pair(Record):
    """Two constructs: HTMT and HTMT2 of their items, and the correlation in the model.

    `distinct`: below the square roots of both AVE (Fornell and Larcker).
    """

    a: str
    b: str
    htmt: Real | None
    htmt2: Real | None
    correlation: Bounded | None
    ci_lower: Bounded | None
    ci_upper: Bounded | None
    distinct: bool | None


class Apart(Finding):
    """`above`: pairs with an HTMT above the cut-off, of `pairs` that have one; `alike`: pairs that
    are not distinct, of `compared` with AVE on both sides."""

    pairs: Count
    above: Count
    compared: Count
    alike: Count
    rows: tuple[Pair, ...]


class Path(Record):
    id: str
    from_: str
    to: str
    sign: Literal["+", "-"]
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    p: P | None
    verdict: PathVerdict


class Indirect(Record):
    """A named indirect effect, standardized, with its delta-method interval."""

    id: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None


class Structured(Finding):
    """The structural model: its fit, standardized paths, indirect effects, explained variance."""

    fit: Solution
    rows: tuple[Path, ...]
    indirect: tuple[Indirect, ...]
    explained: tuple[Share, ...]


class Part(Record):
    """A predictor's part of the variance of an outcome that is explained: LMG, and Johnson's
    relative weight."""

    outcome: str
    predictor: str
    share: Percent
    johnson: Percent
    r2: Percent


class Drivers(Finding):
    rows: tuple[Part, ...]


class Needed(Record):
    analysis: str
    reason: Reason


class NotDone(Finding):
    rows: tuple[Needed, ...]


class Matrix(Findings):
    given: Described | Refused | None = None
    observed: Observed | Refused | None = None
    scales: Scales | Refused | None = None
    measured: Measured | Refused | None = None
    apart: Apart | Refused | None = None
    structured: Structured | Refused | None = None
    composites: Composites | Refused | None = None
    factors: Factors | Refused | None = None
    drivers: Drivers | Refused | None = None
    not_done: NotDone | Refused | None = None


# --- the data ------------------------------------------------------------------------------------
@refusable
def described(data: Data) -> Described:
    study, cov = data.study, data.given.covariances
    assert study.matrix is not None
    sd = np.sqrt(np.diag(cov))
    p, means = len(cov), data.given.means
    owner = {i.id: c.id for c in study.constructs for i in c.items}
    return Described(
        n=data.given.n,
        items=p,
        moments=p * (p + (-1 if data.unscaled else 1)) // 2 + (0 if means is None else p),
        kind=study.matrix.kind,
        unscaled=data.unscaled,
        with_means=means is not None,
        smallest=np.linalg.eigvalsh(cov.to_numpy() / np.outer(sd, sd))[0],
        rows=tuple(
            ItemMoments(
                item=item,
                construct=owner[item],
                mean=None if means is None else means[item],
                sd=None if data.unscaled else s,
            )
            for item, s in zip(cov.columns, sd, strict=True)
        ),
    )


@refusable
def observed(data: Data) -> Observed:
    """The moments of the items of the study's models; no means where none are given."""
    if not data.study.main:
        raise CannotCompute("no_common_factor")
    ((of,),) = [grouped.levels for grouped in data.moments.groups]
    items = data.moments.items
    sd = np.sqrt(np.diag(moments.covariances(items, of).to_numpy()))
    r = moments.covariances(items, of).to_numpy() / np.outer(sd, sd)
    return Observed(
        n=of.n,
        missing="listwise",
        items=items,
        means=of.means,
        sds=() if data.unscaled else tuple(sd),
        correlations=tuple(r[np.tril_indices(len(items), -1)]),
        covariances=() if data.unscaled else of.covariances,
    )


# --- measurement ---------------------------------------------------------------------------------
def _fitted(data: Data, model: str) -> semfit.Result:
    """A model fitted to the matrix; what did not converge has nothing to show.

    Raises
    ------
    CannotCompute
        When it did not converge.
    semfit.ModelError
        When it cannot be fitted, as with more parameters than moments.
    """
    if not data.study.main:
        raise CannotCompute("no_common_factor")
    fitted = moments.fit(data.moments, model, unscaled=data.unscaled)
    if not fitted.converged:
        raise CannotCompute.because(fitted.problems[0])
    return fitted


def _solved(data: Data, model: str, fitted: semfit.Result) -> Solution:
    found = solution(model, fitted)
    return of_correlations(found) if data.unscaled else found


@refusable
def measured(data: Data) -> Measured:
    """The measurement model of all main constructs by maximum likelihood."""
    model = data.study.measurement_model()
    found = _solved(data, model, _fitted(data, model))
    rows = [
        Loading(
            construct=row.lhs,
            item=row.rhs,
            estimate=row.std,
            ci_lower=row.std_ci_lower,
            ci_upper=row.std_ci_upper,
        )
        for row in found.rows
        if row.op == "=~" and row.std is not None
    ]
    return Measured(fit=found, rows=tuple(rows))


def solved(found: Measured | Refused) -> Measured | None:
    """The measurement model, if there is a solution: what does without it is done all the same."""
    return None if isinstance(found, Refused) else found


@refusable
def scales(data: Data, found: Measured | None) -> Scales:
    """Alpha of the covariances; CR and AVE of the measurement model."""
    if not data.study.main:
        raise CannotCompute("no_common_factor")
    rows = tuple(_scale(data, c, found) for c in data.study.main)

    def met(key: str, cut: str) -> int:
        values = [getattr(row, key) for row in rows]
        return sum(v is not None and threshold(cut).met(v) for v in values)

    return Scales(
        counted=sum(row.items > 1 for row in rows),
        alpha_met=met("alpha", "alpha"),
        cr_met=met("cr", "composite_reliability"),
        ave_met=met("ave", "average_variance_extracted"),
        unscaled=data.unscaled,
        rows=rows,
    )


def _scale(data: Data, construct: Construct, found: Measured | None) -> Scale:
    items = [i.id for i in construct.items]
    known: dict[str, Any] = dict.fromkeys(
        ("alpha", "ci_lower", "ci_upper", "average_correlation", "cr", "ave")
    )
    if len(items) > 1:
        alpha = reliability.cronbach_alpha(data.nobody[items])
        lower, upper = reliability.feldt_interval(alpha.alpha, data.given.n, len(items))
        known |= {"alpha": alpha.alpha, "average_correlation": alpha.average_correlation}
        known |= {"ci_lower": lower, "ci_upper": upper}
        loadings = found.rows if found is not None else ()
        own = np.array([row.estimate for row in loadings if row.construct == construct.id])
        if len(own) == len(items) and (np.abs(own) <= 1).all():
            known["cr"] = reliability.composite_reliability(own, 1 - own**2)
            known["ave"] = reliability.average_variance_extracted(own)
    return Scale(construct=construct.id, items=len(items), **known)


@refusable
def apart(data: Data, found: Measured | None) -> Apart:
    """HTMT and HTMT2 of each pair, and its correlation in the measurement model."""
    main = data.study.main
    if not main:
        raise CannotCompute("no_common_factor")
    if len(main) < 2:
        raise CannotCompute("one_construct")
    several = {c.id: [i.id for i in c.items] for c in main if len(c.items) > 1}
    ratios: dict[tuple[str, str], tuple[Any, Any]] = {}
    if len(several) > 1:
        one, two = validity.htmt_kinds(data.nobody, several)
        for a, b, x, y in zip(
            one.pairs["construct_a"],
            one.pairs["construct_b"],
            one.pairs["htmt"],
            two.pairs["htmt"],
            strict=True,
        ):
            ratios[a, b] = (x, y)
    together = {
        frozenset((r.lhs, r.rhs)): r
        for r in (found.fit.rows if found is not None else ())
        if r.op == "~~" and r.lhs != r.rhs
    }
    rows, distinct = [], _distinct(found, several)
    for a, b in combinations([c.id for c in main], 2):
        phi = together.get(frozenset((a, b)))
        htmt, htmt2 = ratios.get((a, b), ratios.get((b, a), (None, None)))
        rows.append(
            Pair(
                a=a,
                b=b,
                htmt=htmt,
                htmt2=htmt2,
                correlation=phi and phi.std,
                ci_lower=phi and phi.std_ci_lower,
                ci_upper=phi and phi.std_ci_upper,
                distinct=distinct.get(frozenset((a, b))),
            )
        )
    compared = [row for row in rows if row.distinct is not None]
    known = [row.htmt for row in rows if row.htmt is not None]
    cut = threshold("htmt")
    return Apart(
        pairs=len(known),
        above=sum(not cut.met(value) for value in known),
        compared=len(compared),
        alike=sum(not row.distinct for row in compared),
        rows=tuple(rows),
    )


def _distinct(found: Measured | None, constructs: Mapping[str, Sequence[str]]) -> Any:
    """Fornell and Larcker's criterion of each pair of constructs of several items."""
    if found is None or not found.fit.admissible:
        return {}
    loadings = {c: [r.estimate for r in found.rows if r.construct == c] for c in constructs}
    r = pd.DataFrame(np.eye(len(loadings)), index=list(loadings), columns=list(loadings))
    for pair in found.fit.latent:
        if {pair.a, pair.b} <= loadings.keys():
            r.loc[pair.a, pair.b] = r.loc[pair.b, pair.a] = pair.correlation
    return told_apart(loadings, r)


# --- structure -----------------------------------------------------------------------------------
@refusable
def structured(data: Data) -> Structured:
    """The hypothesized paths among constructs by maximum likelihood."""
    study = data.study
    model = study.structural_model()
    fitted = _fitted(data, model)
    table = standardized_paths(fitted, study.paths)
    if table["estimate"].isna().any() and fitted.problems:
        raise CannotCompute.because(fitted.problems[0])
    table["verdict"] = [
        judge(sign, low, high)
        for sign, low, high in zip(table["sign"], table["ci_lower"], table["ci_upper"], strict=True)
    ]
    found = _solved(data, model, fitted)
    named = {row.lhs: row for row in found.rows if row.op == ":="}
    outcomes = {h.to for h in study.paths}
    return Structured(
        fit=found,
        rows=Path.each(table),
        indirect=tuple(
            Indirect(
                id=e.id,
                estimate=named[e.id].std,
                ci_lower=named[e.id].std_ci_lower,
                ci_upper=named[e.id].std_ci_upper,
            )
            for e in study.effects
            if e.id in named
        ),
        explained=tuple(row for row in found.r2 if row.variable in outcomes),
    )


@refusable
def composites(data: Data) -> Composites:
    """All plain hypotheses as one PLS path model, without intervals."""
    return pls.composites(data)


@refusable
def factors(data: Data, draws: int, seed: int) -> Factors:
    """How many factors the items have, and which items go together when nothing is planned."""
    return exploratory.factors(data, draws, seed)


@refusable
def drivers(data: Data, found: Measured) -> Drivers:
    """LMG and Johnson's shares of each outcome with several predictors.

    The correlations of the constructs are those of the measurement model, so free of the items'
    error.
    """
    study = data.study
    if not found.fit.admissible:
        raise CannotCompute("no_admissible_correlations")
    latent = {frozenset((pair.a, pair.b)): pair.correlation for pair in found.fit.latent}
    rows: list[Part] = []
    for outcome in dict.fromkeys(h.to for h in study.paths):
        causes = [h.from_ for h in study.paths if h.to == outcome]
        if len(causes) > 1:
            rows += _parts(outcome, causes, latent)
    if not rows:
        raise CannotCompute("no_two_predictors")
    return Drivers(rows=tuple(rows))


def _parts(outcome: str, causes: Sequence[str], latent: dict[frozenset[str], float]) -> list[Part]:
    names = [outcome, *causes]
    r = np.array([[1.0 if a == b else latent[frozenset((a, b))] for b in names] for a in names])
    r2 = float(shares.explained(r))
    parts = [shares.shares(r, "lmg"), shares.shares(r, "johnson")]
    return [
        Part(outcome=outcome, predictor=c, share=lmg, johnson=johnson, r2=r2)
        for c, lmg, johnson in zip(causes, *parts, strict=True)
    ]


# --- what is not done ----------------------------------------------------------------------------
def not_done() -> NotDone:
    """The analyses of rows, each with why a matrix does not do."""
    rows = tuple(Needed(analysis=of, reason=why) for of, why in NEED_ROWS.items())
    return NotDone(rows=rows)
