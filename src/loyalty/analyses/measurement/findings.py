"""The measurement model: its fit, its validity, its rivals, and where it misfits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
import semfit
from scipy.stats import norm

from loyalty.analyses.measurement import estimates
from loyalty.analyses.measurement.estimates import Trial
from loyalty.cases.asked import Construct
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.composites import composites
from loyalty.estimates.fit import (
    FitMeasures,
    Missing,
    estimation,
    fit_measures,
    missing_answers,
    robust_ml,
)
from loyalty.estimates.groups import sampling
from loyalty.estimates.solution import Observed, Solution
from loyalty.estimates.solution import observed as observed_of
from loyalty.estimates.solution import solution as solution_of
from loyalty.estimates.verdicts import PathVerdict, judge
from loyalty.ground.findings import (
    Bounded,
    Count,
    Finding,
    Findings,
    Modelled,
    OfConstruct,
    P,
    Percent,
    Real,
    Record,
    Refused,
    refusable,
    resting,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import Verdict, threshold
from loyalty.stats import validity
from loyalty.stats.weighted import Design

Index = Literal["cfi", "rmsea", "srmr"]
INDICES: tuple[Index, ...] = get_args(Index)
#: How many of the largest residuals and modification indices are looked at one by one.
LARGEST = 5


# --- the findings --------------------------------------------------------------------------------
class Fit(FitMeasures, Finding):
    """Fit of the measurement model."""


class Omitted(Record):
    """A loading of the population that the model leaves out."""

    item: str
    own: str
    other: str
    size: Bounded


class SimulatedIndex(Record):
    """An index in the simulated samples: percentiles, and the dynamic cut-off.

    ``cut`` tells the level from correct models at the error rate ``error``; None where none does.
    """

    cut: Bounded | None
    error: Percent | None
    percentile_5: Bounded
    median: Bounded
    percentile_95: Bounded


class Level(Record):
    """Samples from a population with one more loading than the level before (0: the model's)."""

    level: Count
    omitted: Omitted | None
    cfi: SimulatedIndex
    rmsea: SimulatedIndex
    srmr: SimulatedIndex


class Standing(Record):
    """Where an index of the case lies among the levels.

    ``correct``: as in correct models; ``between``: worse than these, better than models of
    ``level``; ``beyond``: worse than at any level; ``undecided``: no level can be told from
    correct models, of which few (``rare``) may have such a value.
    """

    index: Index
    standing: Literal["correct", "between", "beyond", "undecided"]
    level: Count | None = None
    rare: bool = False


class Dynamic(Finding):
    """Fit against simulated misspecification.

    ``model`` is the one judged: the planned one, or the first admissible merger (``merged``), with
    its indices (of covariances, without means). ``n`` are the respondents of a sample, ``lost``
    the samples without a solution, ``reached`` how many of 100 correct models reach the cut-off of
    level 0.
    """

    model: str
    merged: tuple[tuple[str, ...], ...]
    cfi: Bounded | None
    rmsea: Bounded | None
    srmr: Bounded
    n: Modelled
    replications: Count
    lost: Count
    reached: Count
    incomplete: bool
    levels: tuple[Level, ...]
    standings: tuple[Standing, ...]


class Loading(Record):
    """An item's standardized loading on its construct, the factor."""

    item: str
    factor: str
    estimate: Bounded
    se: Real | None
    ci_lower: Bounded | None
    ci_upper: Bounded | None
    verdict: Verdict


class Loadings(Finding):
    """Standardized loadings of all items."""

    rows: tuple[Loading, ...]


class Coefficients(Record):
    """Composite reliability and average variance extracted of a construct."""

    id: str
    items: Count
    cr: Bounded
    cr_ci_lower: Bounded | None
    cr_ci_upper: Bounded | None
    cr_verdict: Verdict
    ave: Bounded
    ave_ci_lower: Bounded | None
    ave_ci_upper: Bounded | None
    ave_verdict: Verdict


class Convergent(Finding):
    """Convergent validity; ``single`` and ``two`` are the constructs of one and of two items."""

    rows: tuple[Coefficients, ...]
    constructs: Count
    cr_met: Count
    ave_met: Count
    single: tuple[str, ...]
    two: tuple[str, ...]


class Ratio(Record):
    """HTMT and HTMT2 of a pair of constructs, with percentile intervals."""

    construct_a: str
    construct_b: str
    htmt: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    upper_one_sided: Real | None
    draws: Count
    verdict: Verdict
    htmt2: Real | None
    htmt2_ci_lower: Real | None
    htmt2_ci_upper: Real | None
    htmt2_upper_one_sided: Real | None
    htmt2_draws: Count
    htmt2_verdict: Verdict


class Ratios(Finding):
    """Heterotrait–monotrait ratios of absolute item correlations.

    ``above``: pairs with a ratio above the cut-off; ``apart``: the largest difference between the
    two ratios; ``changed``: verdicts that differ; ``negative`` of all item ``correlations``;
    ``clusters``: so many are drawn whole.
    """

    rows: tuple[Ratio, ...]
    pairs: Count
    met: Count
    open: Count
    not_met: Count
    above: Count
    largest: Real | None
    largest_htmt2: Real | None
    apart: Bounded | None
    changed: Count
    negative: Count
    correlations: Count
    draws: Count
    clusters: Count | None = None


class Shared(Record):
    """Latent correlation of a pair, and AVE less the shared variance, of the construct `of`."""

    a: str
    b: str
    correlation: Bounded
    correlation_ci_lower: Bounded | None
    correlation_ci_upper: Bounded | None
    of: str
    gap: Bounded
    gap_ci_lower: Bounded | None
    gap_ci_upper: Bounded | None
    verdict: Verdict


class SharedVariance(Finding):
    """Fornell and Larcker's criterion.

    ``violations``: gaps below zero; ``reaching_one``: correlations whose interval reaches 1.
    """

    rows: tuple[Shared, ...]
    pairs: Count
    met: Count
    open: Count
    not_met: Count
    violations: Count
    reaching_one: Count


class LatentCorrelation(Record):
    a: str
    b: str
    correlation: Bounded
    ci_lower: Bounded | None
    ci_upper: Bounded | None


class SingleItems(Finding):
    """Correlations of all constructs of `n` people where some, `single`, have one item.

    That item is taken as free of error, since nothing in the data tells its error from the
    construct: correlations with it are rather too small.
    """

    rows: tuple[LatentCorrelation, ...]
    single: tuple[str, ...]
    n: Modelled
    admissible: bool


class Model(Record):
    """A measurement model; differences are from the planned one, tests only where nested in it."""

    id: str
    merged: tuple[tuple[str, ...], ...]
    converged: bool
    admissible: bool
    problems: tuple[Reason, ...]
    chisq: Real | None
    df: Count | None
    p: P | None
    cfi: Bounded | None
    tli: Bounded | None
    rmsea: Bounded | None
    srmr: Bounded | None
    aic: Real | None
    bic: Real | None
    aic_difference: Real | None
    bic_difference: Real | None
    chisq_difference: Real | None
    df_difference: Count | None
    p_difference: P | None


class Models(Finding):
    """Competing measurement models, the planned one first.

    ``preferred`` has the lowest BIC of those with an admissible solution; ``margin`` is how much
    lower it is than that of the planned model, or, of the planned one, than that of the ``next``.
    ``simpler`` models are nested in the planned one, ``worse`` by the difference test.
    ``general_share``: of the common variance, the general factor's in the bifactor model.
    """

    rows: tuple[Model, ...]
    simpler: Count
    worse: Count
    preferred: str | None
    next: str | None
    margin: Real | None
    general_share: Percent | None


class MergedPath(Record):
    """A standardized path to an outcome; `from_` are constructs taken as one, or a single one."""

    from_: tuple[str, ...]
    to: str
    sign: Literal["+", "-"]
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    verdict: PathVerdict


class Merged(FitMeasures, Finding):
    """What goes with the outcomes where the constructs of a merger (`model`) are taken as one.

    The merger that BIC prefers, or where the planned solution is not admissible, of those that are
    the one with the lowest BIC. `groups` are merged; what leads to no outcome correlates freely.
    """

    model: str
    groups: tuple[tuple[str, ...], ...]
    rows: tuple[MergedPath, ...]
    count: Count
    clear: Count


class Residual(Record):
    """Observed less implied correlation of two items; ``z``: the covariance's over its error."""

    item_a: str
    item_b: str
    construct_a: str
    construct_b: str
    residual: Bounded
    z: Real | None


class Residuals(Finding):
    """Correlation residuals of all pairs of items, the largest first.

    ``large``: beyond the cut-off; of the ``tested``, ``beyond`` the limits of z and ``expected``
    there by chance. Of the largest ``top``: the items that ``recur`` most, ``times`` each; pairs
    ``inside`` one construct and ``across`` two.
    """

    rows: tuple[Residual, ...]
    pairs: Count
    large: Count
    tested: Count
    beyond: Count
    expected: Real
    top: Count
    recurring: tuple[str, ...]
    times: Count
    inside: Count
    across: Count


class Weight(OfConstruct):
    """The weight of a formative item (standardized), its loading, and how far the others of its
    construct inflate its variance."""

    item: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    loading: Bounded
    vif: Real


class Weights(Finding):
    """What formative constructs are made of; `clear` weights leave zero out, `inflated` items have
    a VIF above the cut-off. `n` respondents, `draws` usable bootstrap samples of them, or of so
    many whole `clusters`."""

    rows: tuple[Weight, ...]
    count: Count
    clear: Count
    inflated: Count
    n: Modelled
    draws: Count
    clusters: Count | None = None


class Change(Record):
    """A fixed parameter: modification index, expected value, power, and what they say together."""

    lhs: str
    op: str
    rhs: str
    mi: Real
    p: P
    epc: Real
    sepc: Real
    power: Bounded | None
    verdict: Literal["misspecified", "not misspecified", "open"]


class Misfit(Finding):
    """All fixed ``parameters`` by verdict, and the largest modification indices."""

    largest: tuple[Change, ...]
    parameters: Count
    misspecified: Count
    not_misspecified: Count
    open: Count


class Respecification(Finding):
    """What a reviewer would ask to respecify.

    ``first``: the misspecified parameter with the largest index (``reversed`` where both are items
    worded in reverse), and what freeing it would change; ``weak`` items; pairs to ``merge``.
    """

    first: Change | None
    reversed: bool
    cfi: Bounded | None
    trial: Trial | Refused | None
    weak: tuple[str, ...]
    merge: tuple[tuple[str, str], ...]


class Measurement(Findings):
    fit: Fit | Refused | None = None
    solution: Solution | Refused | None = None
    observed: Observed | Refused | None = None
    dynamic: Dynamic | Refused | None = None
    loadings: Loadings | Refused | None = None
    convergent: Convergent | Refused | None = None
    htmt: Ratios | Refused | None = None
    shared_variance: SharedVariance | Refused | None = None
    single_items: SingleItems | Refused | None = None
    weights: Weights | Refused | None = None
    models: Models | Refused | None = None
    merged: Merged | Refused | None = None
    second_order: Refused | None = None
    residuals: Residuals | Refused | None = None
    misfit: Misfit | Refused | None = None
    respecification: Respecification | Refused | None = None


# --- what is fitted ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Scales:
    """Constructs of two or more items, with their answers, and these' weights if any."""

    study: Study
    constructs: Sequence[Construct]
    items: pd.DataFrame
    weights: pd.Series | None = None
    design: Design | None = None

    @property
    def weighted(self) -> pd.DataFrame:
        """The answers of those who have a weight above 0, where there are weights."""
        return self.items if self.weights is None else self.items[self.weights > 0]

    @property
    def missing(self) -> Missing:
        return missing_answers(self.items, self.items.columns.tolist())


@dataclass(frozen=True)
class Planned:
    """The planned model's fit and its standardized solution.

    `robust`: the same by robust maximum likelihood, which rivals and changes are compared with.
    """

    result: semfit.Result
    solution: pd.DataFrame
    robust: semfit.Result


@dataclass(frozen=True)
class Fitted:
    """The planned model and its rivals: their fits as rows, and the solutions by id."""

    rows: tuple[Model, ...]
    solutions: dict[str, semfit.Result]


def scales(survey: Survey) -> Scales:
    constructs = [c for c in survey.study.main if len(c.items) > 1]
    items = survey.scored[[i.id for c in constructs for i in c.items]]
    design = sampling(survey.study, survey.scored, items.columns.tolist(), survey.weights)
    return Scales(survey.study, constructs, items, survey.weights, design)


@refusable
def planned(data: Scales) -> Planned | Refused:
    """The planned model: every item on its construct and on no other."""
    how = estimation(data.study, data.items, data.items.columns.tolist(), data.weights)
    result = estimates.fit_planned(data.constructs, data.items, how)
    if isinstance(result, Refused):
        return result
    usual = robust_ml(data.missing, data.weights)
    same = how.keys() == usual.keys() and how["estimator"] == usual["estimator"]
    robust = result if same else estimates.fit_planned(data.constructs, data.items, usual)
    return robust if isinstance(robust, Refused) else Planned(result, result.standardized(), robust)


def rivals(data: Scales, model: Planned | Refused, found: Ratios | Refused) -> Fitted:
    """The planned model and its rivals, all fitted; mergers where there are ratios."""
    pairs = pd.DataFrame(
        [] if isinstance(found, Refused) else [r.model_dump() for r in found.rows],
        columns=["construct_a", "construct_b", "htmt", "ci_lower"],
    ).astype({"htmt": float, "ci_lower": float})
    rows, solutions = estimates.compare(
        model if isinstance(model, Refused) else model.robust,
        estimates.rivals(data.study, data.constructs, pairs),
        data.items,
        data.missing,
        data.weights,
    )
    return Fitted(Model.each(rows), solutions)


# --- formative constructs ------------------------------------------------------------------------
@refusable
def weights(survey: Survey, draws: int, seed: int) -> Weights | None:
    """The weights of formative items, of constructs that a hypothesis names."""
    found = composites(survey.study, survey.scored, draws, seed)
    if found is None:
        return None
    rows = found.weights
    clear = (rows["ci_lower"] > 0) | (rows["ci_upper"] < 0)
    return Weights(
        rows=Weight.each(rows),
        count=len(rows),
        clear=clear.sum(),
        inflated=sum(not threshold("vif").met(x) for x in rows["vif"]),
        n=found.n,
        draws=found.draws,
        clusters=found.clusters,
    )


# --- fit -----------------------------------------------------------------------------------------
@refusable
def fit(model: Planned) -> Fit:
    measures = fit_measures(model.result)
    return Fit(**dict(measures), messages=tuple(map(reason_of, model.result.warnings)))


@refusable
def solution(data: Scales, model: Planned) -> Solution:
    """The planned model with all of its parameters."""
    return solution_of(data.study.measurement_model(data.constructs), model.result)


@refusable
def observed(survey: Survey) -> Observed:
    """The moments of all items of the study's models."""
    return observed_of(survey.main_items, survey.study.measurement_model(), survey.weights)


@refusable
def dynamic(data: Scales, models: Fitted, replications: int, seed: int) -> Dynamic:
    """The fit among that of samples simulated from the model and from ever worse ones.

    No population can be simulated from a planned model whose solution is not admissible: the first
    of its mergers that is takes its place.
    """
    chosen = next((row for row in models.rows if row.admissible), None)
    if chosen is None or not (chosen.id == "planned" or chosen.merged):
        raise CannotCompute("no_population")
    result = models.solutions[chosen.id]
    n = int(result.fit["ntotal"])
    simulated = estimates.simulate_fit(result.standardized(), n, replications, seed)
    if any(level.empty for level in simulated.draws):
        raise CannotCompute("no_simulated_fit", n=replications)
    good: dict[str, str] = {index: threshold(index).good for index in INDICES}
    errors = [threshold(k).value for k in ("dynamic_error", "dynamic_error_loose")]
    cuts = validity.dynamic_cutoffs(simulated.draws, good, errors).to_dict("records")
    # The simulated samples have no means, so the index without them is the one to compare.
    seen = {
        "cfi": result.fit["cfi_robust"],
        "rmsea": result.fit["rmsea_robust"],
        "srmr": result.fit["srmr_bentler_nomean"],
    }
    levels = [
        Level(
            level=level,
            omitted=vars(simulated.omitted[level - 1]) if level else None,
            **{row["index"]: _simulated(row) for row in cuts if row["level"] == level},
        )
        for level in range(len(simulated.draws))
    ]
    return Dynamic(
        model=chosen.id,
        merged=chosen.merged,
        **seen,
        n=simulated.n,
        replications=replications,
        lost=simulated.lost,
        reached=round(100 * (1 - errors[0])),
        incomplete=data.missing == "fiml",
        levels=levels,
        standings=[_standing(i, seen[i], levels) for i in INDICES if math.isfinite(seen[i])],
    )


def _simulated(row: Mapping[Hashable, Any]) -> SimulatedIndex:
    return SimulatedIndex(
        cut=row["cut"],
        error=row["error"],
        percentile_5=row["low"],
        median=row["median"],
        percentile_95=row["high"],
    )


def _standing(index: Index, seen: float, levels: Sequence[Level]) -> Standing:
    side = 1.0 if threshold(index).good == "above" else -1.0
    cuts: list[float | None] = [getattr(level, index).cut for level in levels]
    passed = [None if cut is None else side * seen >= side * cut for cut in cuts]
    if all(one is None for one in passed[1:]):
        return Standing(index=index, standing="undecided", rare=passed[0] is False)
    if passed[0]:
        return Standing(index=index, standing="correct")
    level = next((k for k, one in enumerate(passed) if one), None)
    return Standing(index=index, standing="between" if level else "beyond", level=level)


# --- validity ------------------------------------------------------------------------------------
@refusable
def loadings(model: Planned) -> Loadings:
    rows = model.solution[model.solution["op"] == "=~"]
    cut = threshold("loading")
    rows = rows.assign(
        verdict=[
            cut.verdict(*ends) for ends in zip(rows["ci_lower"], rows["ci_upper"], strict=True)
        ]
    )
    return Loadings(rows=Loading.each(rows, factor="lhs", item="rhs", estimate="est_std"))


@refusable
def convergent(data: Scales, model: Planned) -> Convergent:
    rows = Coefficients.each(estimates.coefficients(model.solution, data.constructs))
    return Convergent(
        rows=rows,
        constructs=len(rows),
        cr_met=sum(r.cr_verdict == "met" for r in rows),
        ave_met=sum(r.ave_verdict == "met" for r in rows),
        single=[c.id for c in data.study.main if len(c.items) == 1],
        two=[c.id for c in data.constructs if len(c.items) == 2],
    )


@refusable
def ratios(data: Scales, draws: int, seed: int) -> Ratios:
    """Heterotrait–monotrait ratios of all pairs, with bootstrap intervals."""
    own = {c.id: [i.id for i in c.items] for c in data.constructs}
    one, two = validity.htmt_kinds(
        data.weighted, own, missing="pairwise", draws=draws, seed=seed, design=data.design
    )
    cut = threshold("htmt")
    for kind in (one, two):
        ends = zip(kind.pairs["ci_lower"], kind.pairs["ci_upper"], strict=True)
        kind.pairs["verdict"] = [cut.verdict(*both) for both in ends]
    second = two.pairs.drop(columns=["construct_a", "construct_b"])
    second.columns = ["htmt2", *(f"htmt2_{name}" for name in second.columns[1:])]
    rows = Ratio.each(pd.concat([one.pairs, second], axis=1))
    verdicts = Counter(r.verdict for r in rows)
    return Ratios(
        rows=rows,
        pairs=len(rows),
        met=verdicts["met"],
        open=verdicts["open"],
        not_met=verdicts["not met"],
        above=(one.pairs["htmt"] > cut.value).sum(),
        largest=one.pairs["htmt"].max(),
        largest_htmt2=two.pairs["htmt"].max(),
        apart=(two.pairs["htmt"] - one.pairs["htmt"]).abs().max(),
        changed=sum(r.verdict != r.htmt2_verdict for r in rows),
        negative=one.negative,
        correlations=one.correlations,
        draws=draws,
        clusters=one.clusters,
    )


def blurred(found: Ratios | Refused) -> tuple[tuple[str, str], ...]:
    """The pairs that are not distinct, the highest ratio first."""
    if isinstance(found, Refused):
        return ()
    rows = [r for r in found.rows if r.verdict == "not met"]
    rows.sort(key=lambda r: -(r.htmt or 0.0))
    return tuple((r.construct_a, r.construct_b) for r in rows)


@refusable
def shared_variance(data: Scales, model: Planned) -> SharedVariance:
    if len(data.constructs) < 2:
        raise CannotCompute("one_long_construct")
    rows = Shared.each(estimates.shared_variance(model.solution, data.constructs))
    verdicts = Counter(r.verdict for r in rows)
    return SharedVariance(
        rows=rows,
        pairs=len(rows),
        met=verdicts["met"],
        open=verdicts["open"],
        not_met=verdicts["not met"],
        violations=sum(r.gap < 0 for r in rows),
        reaching_one=sum((r.correlation_ci_upper or 0.0) >= 1 for r in rows),
    )


@refusable
def single_items(survey: Survey) -> SingleItems | None:
    """Correlations with constructs of one item; None where there is none of these, or no pair."""
    constructs = survey.study.main
    single = [c.id for c in constructs if len(c.items) == 1]
    if not single or len(constructs) < 2:
        return None
    items = [i.id for c in constructs for i in c.items]
    answers = survey.scored[items]
    result, rows = estimates.latent_correlations(
        survey.study, answers, missing_answers(answers, items), survey.weights
    )
    return SingleItems(
        rows=LatentCorrelation.each(rows),
        single=single,
        n=int(result.fit["ntotal"]),
        admissible=result.admissible,
        messages=tuple(map(reason_of, result.warnings)),
    )


# --- competing models ----------------------------------------------------------------------------
@refusable
def models(data: Scales, found: Fitted) -> Models:
    if len(data.constructs) < 2:
        raise CannotCompute("one_construct")
    tests = [row.p_difference for row in found.rows if row.p_difference is not None]
    # A solution that is not admissible says nothing of its model's standing.
    usable = _usable(found.rows)
    best = usable[0] if usable else None
    second = next((row for row in usable if row.id != "planned"), None)
    # The planned model's margin is to the next, that of another model to the planned one, if that
    # one's solution is admissible.
    compared = second if best and best.id == "planned" else best
    difference = compared.bic_difference if compared else None
    planned = any(row.id == "planned" for row in usable)
    bifactor = found.solutions.get("bifactor")
    sound = bifactor is not None and bifactor.admissible
    return Models(
        rows=found.rows,
        simpler=len(tests),
        worse=sum(p < threshold("significance").value for p in tests),
        preferred=best.id if best else None,
        next=second.id if second and compared is second and best is not second else None,
        margin=abs(difference) if difference is not None and planned else None,
        general_share=estimates.general_share(bifactor) if bifactor and sound else None,
    )


def _usable(rows: Sequence[Model]) -> list[Model]:
    """The admissible models, the lowest BIC first."""
    known = [row for row in rows if row.bic is not None and row.admissible]
    return sorted(known, key=lambda row: row.bic or 0.0)


@resting
def merged(survey: Survey, found: Models) -> Merged | None:
    """The paths to the outcomes in the merger that is preferred; None where none is."""
    study, usable = survey.study, _usable(found.rows)
    if not any(row.id == "planned" for row in usable):
        usable = [row for row in usable if row.merged]
    if not usable or not usable[0].merged:
        return None
    model, paths = estimates.merged_structure(study, usable[0].merged)
    if not paths:
        return None
    items = [i.id for c in study.structural for i in c.items]
    rows = survey.scored
    missing = missing_answers(rows, items)
    result = semfit.fit(model, rows, estimator="MLR", missing=missing, weights=survey.weights)
    if not result.converged:
        raise CannotCompute.because(result.problems[0])
    table = result.standardized().set_index("label")
    shown: list[MergedPath] = []
    for path in paths:
        one: Any = table.loc[path.label]
        known = bool(np.isfinite(one["se"]))
        lower, upper = float(one["ci_lower"]), float(one["ci_upper"])
        shown.append(
            MergedPath(
                from_=path.from_,
                to=path.to,
                sign=path.sign,
                estimate=one["est_std"],
                ci_lower=lower if known else None,
                ci_upper=upper if known else None,
                verdict=judge(path.sign, lower, upper) if known else "open",
            )
        )
    return Merged(
        **dict(fit_measures(result)),
        model=usable[0].id,
        groups=usable[0].merged,
        rows=tuple(shown),
        count=len(shown),
        clear=sum(row.verdict != "open" for row in shown),
    )


@refusable
def second_order(data: Scales) -> None:
    """Why there is no second-order factor among the models, where there is none.

    Raises
    ------
    CannotCompute
        When there are too few outcomes for one.
    """
    n = len(estimates.outcomes(data.constructs))
    if len(data.constructs) > 1 and n < estimates.LEAST_OUTCOMES:
        if n == 1:
            raise CannotCompute("one_outcome")
        raise CannotCompute("few_outcomes", n=n)


# --- where the model misfits ---------------------------------------------------------------------
@refusable
def residuals(data: Scales, model: Planned) -> Residuals:
    rows = Residual.each(estimates.residual_pairs(model.robust, data.constructs))
    cut, alpha = threshold("correlation_residual").value, threshold("significance").value
    tested = [r.z for r in rows if r.z is not None]
    limit = norm.isf(alpha / 2)
    top = rows[:LARGEST]
    items = Counter([*(r.item_a for r in top), *(r.item_b for r in top)])
    times = max(items.values())
    inside = sum(r.construct_a == r.construct_b for r in top)
    return Residuals(
        rows=rows,
        pairs=len(rows),
        large=sum(abs(r.residual) > cut for r in rows),
        tested=len(tested),
        beyond=sum(abs(z) > limit for z in tested),
        expected=alpha * len(tested),
        top=len(top),
        recurring=[i for i, n in items.items() if n == times],
        times=times,
        inside=inside,
        across=len(top) - inside,
    )


@refusable
def changes(model: Planned) -> tuple[Change, ...]:
    """Every fixed parameter that may be freed, the largest modification index first."""
    return Change.each(estimates.respecifications(model.robust))


@refusable
def misfit(found: tuple[Change, ...]) -> Misfit:
    verdicts = Counter(change.verdict for change in found)
    return Misfit(
        largest=found[:LARGEST],
        parameters=len(found),
        misspecified=verdicts["misspecified"],
        not_misspecified=verdicts["not misspecified"],
        open=verdicts["open"],
    )


@refusable
def respecification(
    data: Scales,
    model: Planned,
    found: tuple[Change, ...],
    weak: Loadings,
    merge: tuple[tuple[str, str], ...],
) -> Respecification:
    """The first parameter that a reviewer would ask to free, weak items, and pairs to `merge`."""
    first = next((change for change in found if change.verdict == "misspecified"), None)
    trial = None
    if first is not None:
        parameter = (first.lhs, first.op, first.rhs)
        trial = estimates.try_freeing(
            model.robust, data.constructs, parameter, data.items, data.missing, data.weights
        )
    turned = {i.id for c in data.constructs for i in c.items if i.reversed}
    return Respecification(
        first=first,
        reversed=first is not None and {first.lhs, first.rhs} <= turned,
        cfi=model.robust.fit["cfi_robust"],
        trial=trial,
        weak=[row.item for row in weak.rows if row.verdict == "not met"],
        merge=merge,
    )
