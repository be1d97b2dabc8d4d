"""Common-method variance: a method factor beside the constructs, and a marker variable.

The unmeasured latent method factor (Podsakoff et al. 2003) loads on every item with one and the
same unstandardized weight and is uncorrelated with the constructs; its variance is estimated. It
holds whatever all answers have in common beyond the constructs, method or not (Richardson et al.
2009): a hint, no correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
import semfit
from scipy.stats import chi2

from loyalty.cases.asked import Construct
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.ground.findings import Bounded, Count, P, Percent, Real, Record
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.stats import descriptives, validity

Direction = Literal["turned", "as_answered"]
#: Whether there is a factor: its interval lies above zero (found), holds zero (open), or the
#: estimate is negative, with the whole interval (excluded) or not (negative).
Found = Literal["found", "open", "negative", "excluded"]
#: Name of the factor in the models; a construct of that name gets out of its way.
FACTOR = "method_factor"


class FocalPath(Record):
    """The study's focal path, standardized, with the factor in the structural model."""

    estimate: Real
    ci_lower: Real
    ci_upper: Real


class MeasurementModel(Record):
    """The measurement model, as planned (all fields below `problems` are None) or with a factor.

    ``turned``: the factor raises all items as scored (halo); ``as_answered``: it raises the codes
    as given, so that reversed items load with a minus (acquiescence). Fit by maximum likelihood;
    `problems` are why the solution is not to be taken at face value. `chi2`, `df`, `p`: the
    likelihood-ratio test against the planned model. `variance` of the factor, in squared scale
    points, with a robust 95 % interval; `share` of the mean variance of the items, None of a
    negative one. `loading_change`, `correlation_change`: the largest absolute change of a
    standardized loading and of a correlation of two constructs, and where. Without a `focal` path,
    `focal_problems` say why.
    """

    model: Direction | Literal["planned"]
    cfi: Bounded
    rmsea: Bounded
    bic: Real
    problems: tuple[Reason, ...]
    chi2: Real | None = None
    df: Count | None = None
    p: P | None = None
    found: Found | None = None
    variance: Real | None = None
    ci_lower: Real | None = None
    ci_upper: Real | None = None
    share: Percent | None = None
    loading_change: Bounded | None = None
    loading_item: str | None = None
    correlation_change: Bounded | None = None
    correlation_pair: tuple[str, str] | None = None
    focal: FocalPath | None = None
    focal_problems: tuple[Reason, ...] = ()


def method_lines(
    study: Study, constructs: Sequence[Construct], direction: Direction, free: Sequence[str]
) -> str:
    """The factor in lavaan's syntax; `free` are the constructs it has to be kept apart from."""
    weights = [
        f"{-1 if direction == 'as_answered' and i.reversed else 1}*{i.id}"
        for c in constructs
        for i in c.items
    ]
    lines = [f"{FACTOR} =~ {' + '.join(weights)}", f"{FACTOR} ~~ method_variance*{FACTOR}"]
    return "\n".join([*lines, *(f"{FACTOR} ~~ 0*{name}" for name in free)])


def directions(study: Study) -> list[Direction]:
    """Both where the main constructs have reversed items; without any they are one."""
    turned = any(i.reversed for c in study.main for i in c.items)
    return ["turned", "as_answered"] if turned else ["turned"]


def planned(survey: Survey) -> semfit.Result:
    """The planned measurement model with robust standard errors and plain ML fit measures.

    Raises
    ------
    semfit.ModelError
        Where the model cannot be fitted to the data.
    """
    return _fit(survey, survey.study.measurement_model())


def _fit(survey: Survey, model: str) -> semfit.Result:
    rows = survey.scored
    if rows[_items(survey.study.main)].isna().any(axis=None):
        # With full information these are MLR's standard errors; the scaled tests and the robust
        # indices, which would take most of the time, are not asked for here.
        result = semfit.fit(model, rows, estimator="ML", missing="fiml", se="robust")
        result.estimate.extra["skip_fiml_correction"] = True
        return result
    return semfit.fit(model, rows, estimator="MLR")


def _items(constructs: Sequence[Construct]) -> list[str]:
    return [i.id for c in constructs for i in c.items]


def _measured(result: semfit.Result) -> dict[str, Any]:
    """What the planned model and those with a factor have in common."""
    return {
        **{name: result.fit[name] for name in ("cfi", "rmsea", "bic")},
        "problems": tuple(map(reason_of, result.problems)),
    }


def as_planned(base: semfit.Result) -> MeasurementModel:
    """The planned model (:func:`planned`)."""
    return MeasurementModel(model="planned", **_measured(base))


def method_factor(survey: Survey, base: semfit.Result, direction: Direction) -> MeasurementModel:
    """Fit the measurement model with a method factor and compare it with the planned one.

    Parameters
    ----------
    base
        :func:`planned` of the same survey.

    Raises
    ------
    semfit.ModelError
        Where the model cannot be fitted to the data.
    CannotCompute
        Where the estimator finds no solution.
    """
    study = survey.study
    names = [c.id for c in study.main]
    lines = method_lines(study, study.main, direction, names)
    result = _fit(survey, f"{study.measurement_model()}\n{lines}")
    if not result.converged:
        raise CannotCompute.because(result.problems[0])
    row: Any = result.parameters.set_index("label").loc["method_variance"]
    before, after = _standardized(base), _standardized(result)
    own = after.index.isin(before.index)
    # Where a variance is negative nothing is standardized.
    gap = (after[own] - before[after.index[own]]).abs().dropna()
    loads = gap[[k for k in gap.index if k[1] == "=~"]]
    pairs = gap[[k for k in gap.index if k[1] == "~~" and k[0] in names and k[0] != k[2]]]
    if loads.empty:
        raise CannotCompute.because(result.problems[0])
    worst = loads.index[int(loads.argmax())]
    closest = pairs.index[int(pairs.argmax())] if len(pairs) else None
    gained = float(base.fit["chisq"] - result.fit["chisq"])
    df = base.df - result.df
    variance, lower, upper = (float(row[name]) for name in ("est", "ci_lower", "ci_upper"))
    focal, against = (
        (None, (Reason(code="unsound_with_factor"),))
        if result.problems
        else _focal(survey, direction)
    )
    return MeasurementModel(
        model=direction,
        **_measured(result),
        chi2=gained,
        df=df,
        p=float(chi2.sf(max(gained, 0.0), df)),
        found=_found(variance, lower, upper),
        variance=variance,
        ci_lower=lower,
        ci_upper=upper,
        share=variance / float(survey.scored[_items(study.main)].var(ddof=0).mean())
        if variance > 0
        else None,
        loading_change=float(loads.max()),
        loading_item=str(worst[2]),
        correlation_change=float(pairs.max()) if len(pairs) else None,
        correlation_pair=None if closest is None else (str(closest[0]), str(closest[2])),
        focal=focal,
        focal_problems=against,
    )


def _found(variance: float, lower: float, upper: float) -> Found:
    if lower > 0:
        return "found"
    if variance >= 0:
        return "open"
    return "excluded" if upper < 0 else "negative"


def _standardized(result: semfit.Result) -> pd.Series:
    table = result.standardized()
    table = table[(table["lhs"] != FACTOR) & (table["rhs"] != FACTOR)]
    return table.set_index(["lhs", "op", "rhs"])["est_std"]


def _focal(survey: Survey, direction: Direction) -> tuple[FocalPath | None, tuple[Reason, ...]]:
    """The focal path with the factor in the structural model; without a sound one, why."""
    study = survey.study
    if study.focal is None:
        return None, (Reason(code="no_focal_path"),)
    fed = {h.to for h in study.paths}
    exogenous = [c.id for c in study.structural if c.id not in fed]
    lines = method_lines(study, study.structural, direction, exogenous)
    try:
        result = _fit(survey, f"{study.structural_model(effects=False)}\n{lines}")
    except semfit.ModelError as error:
        return None, (reason_of(error),)
    if result.problems:
        return None, tuple(map(reason_of, result.problems))
    row: Any = result.standardized().set_index("label").loc[f"p_{study.focal.id}"]
    return FocalPath(estimate=row["est_std"], **row[["ci_lower", "ci_upper"]]), ()


def marker_adjustment(survey: Survey) -> validity.MarkerAdjustment:
    """Correlations of the scale scores without what they share with the case's marker.

    The construct that the marker belongs to (or is) takes no part.

    Raises
    ------
    CannotCompute
        Where the case names no marker, or the correlations cannot be had.
    """
    study = survey.study
    if study.marker is None:
        raise CannotCompute("marker_needed")
    owner = next(
        (c.id for c in study.constructs if study.marker in [c.id, *(i.id for i in c.items)]), None
    )
    scored = survey.scored
    others = {c.id: [i.id for i in c.items] for c in study.main if c.id != owner}
    frame = descriptives.scale_scores(scored, others)
    if study.marker == owner:
        items = [i.id for i in study.named(study.marker).items]
        frame["marker"] = descriptives.scale_scores(scored, {"marker": items})["marker"]
    else:
        frame["marker"] = scored[study.marker]
    r = descriptives.correlations(frame)
    n = int(np.median(r.n.to_numpy()[np.triu_indices(len(r.n), 1)]))
    return validity.marker_adjustment(r.r, "marker", n)
