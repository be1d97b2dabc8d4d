"""Common-method variance: a method factor beside the constructs, and a marker variable.

The unmeasured latent method factor (Podsakoff et al. 2003) loads on every item with one and the
same unstandardized weight and is uncorrelated with the constructs; its variance is estimated. It
holds whatever all answers have in common beyond the constructs, method or not (Richardson et al.
2009): a hint, no correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import semfit
from scipy.stats import chi2

from loyalty.cases.study import Construct, Study
from loyalty.cases.survey import Survey
from loyalty.stats import CannotCompute, descriptives, validity

Direction = Literal["turned", "as answered"]
#: Name of the factor in the models; a construct of that name gets out of its way.
FACTOR = "method_factor"


@dataclass(frozen=True)
class MethodFactor:
    """A measurement model with a method factor, against the planned one.

    Attributes
    ----------
    direction
        ``turned``: the factor raises all items as scored (halo); ``as answered``: it raises the
        codes as given, so that reversed items load with a minus (acquiescence).
    variance, low, high
        Of the factor, in squared scale points, with a robust 95 % interval.
    share
        ``variance`` over the mean variance of the items (0-1).
    chi2, df, p
        Likelihood-ratio test against the planned model (ML).
    cfi, rmsea, bic
        Of the model with the factor (ML).
    loading_change, loading_item
        Largest absolute change of a standardized loading, and where.
    correlation_change, correlation_pair
        The same of a correlation of two constructs.
    focal, focal_low, focal_high
        The study's focal path (standardized) with the factor in the structural model.
    focal_problem
        Why there is none (NaN then), empty where there is.
    problems
        Why the solution is not to be taken at face value; empty where it is.
    """

    direction: Direction
    variance: float
    low: float
    high: float
    share: float
    chi2: float
    df: int
    p: float
    cfi: float
    rmsea: float
    bic: float
    loading_change: float
    loading_item: str
    correlation_change: float
    correlation_pair: tuple[str, str] | None
    focal: float
    focal_low: float
    focal_high: float
    focal_problem: str
    problems: tuple[str, ...]


def method_lines(
    study: Study, constructs: Sequence[Construct], direction: Direction, free: Sequence[str]
) -> str:
    """The factor in lavaan's syntax; `free` are the constructs it has to be kept apart from."""
    weights = [
        f"{-1 if direction == 'as answered' and i.reversed else 1}*{i.id}"
        for c in constructs
        for i in c.items
    ]
    lines = [f"{FACTOR} =~ {' + '.join(weights)}", f"{FACTOR} ~~ method_variance*{FACTOR}"]
    return "\n".join([*lines, *(f"{FACTOR} ~~ 0*{name}" for name in free)])


def directions(study: Study) -> list[Direction]:
    """Both where the main constructs have reversed items; without any they are one."""
    turned = any(i.reversed for c in study.main for i in c.items)
    return ["turned", "as answered"] if turned else ["turned"]


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


def method_factor(survey: Survey, base: semfit.Result, direction: Direction) -> MethodFactor:
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
    gap = (after[own] - before[after.index[own]]).abs()
    loads = gap[[k for k in gap.index if k[1] == "=~"]]
    pairs = gap[[k for k in gap.index if k[1] == "~~" and k[0] in names and k[0] != k[2]]]
    worst = loads.index[int(loads.argmax())]
    closest = pairs.index[int(pairs.argmax())] if len(pairs) else None
    gained = float(base.fit["chisq"] - result.fit["chisq"])
    df = base.df - result.df
    nothing = float("nan")
    focal = (
        nothing,
        nothing,
        nothing,
        "the measurement model with the factor has no sound solution",
    )
    if not result.problems:
        focal = _focal(survey, direction)
    return MethodFactor(
        direction=direction,
        variance=float(row["est"]),
        low=float(row["ci_lower"]),
        high=float(row["ci_upper"]),
        share=float(row["est"]) / float(survey.scored[_items(study.main)].var(ddof=0).mean()),
        chi2=gained,
        df=df,
        p=float(chi2.sf(max(gained, 0.0), df)),
        cfi=float(result.fit["cfi"]),
        rmsea=float(result.fit["rmsea"]),
        bic=float(result.fit["bic"]),
        loading_change=float(loads.max()),
        loading_item=str(worst[2]),
        correlation_change=float(pairs.max()) if len(pairs) else float("nan"),
        correlation_pair=None if closest is None else (str(closest[0]), str(closest[2])),
        focal=focal[0],
        focal_low=focal[1],
        focal_high=focal[2],
        focal_problem=focal[3],
        problems=result.problems,
    )


def _standardized(result: semfit.Result) -> pd.Series:
    table = result.standardized()
    table = table[(table["lhs"] != FACTOR) & (table["rhs"] != FACTOR)]
    return table.set_index(["lhs", "op", "rhs"])["est_std"]


def _focal(survey: Survey, direction: Direction) -> tuple[float, float, float, str]:
    """The focal path with the factor in the structural model; NaN, and why, without a sound one."""
    study, nothing = survey.study, float("nan")
    if study.focal is None:
        return nothing, nothing, nothing, "no path leads to an outcome"
    fed = {h.to for h in study.paths}
    exogenous = [c.id for c in study.structural if c.id not in fed]
    lines = method_lines(study, study.structural, direction, exogenous)
    try:
        result = _fit(survey, f"{study.structural_model(effects=False)}\n{lines}")
    except semfit.ModelError as error:
        return nothing, nothing, nothing, str(error)
    if result.problems:
        return nothing, nothing, nothing, "; ".join(result.problems)
    row: Any = result.standardized().set_index("label").loc[f"p_{study.focal.id}"]
    return float(row["est_std"]), float(row["ci_lower"]), float(row["ci_upper"]), ""


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
        raise CannotCompute("no_marker")
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
