"""A fitted model in full: what a reader needs to check it, or to fit it again."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import numpy as np
import pandas as pd
import semfit
from scipy.stats import norm

from loyalty.estimates.fit import FitMeasures, Missing, fit_measures, missing_answers
from loyalty.ground.findings import (
    Bounded,
    Finding,
    Modelled,
    OfRows,
    P,
    Real,
    Record,
)
from loyalty.ground.reasons import reason_of
from loyalty.stats.weighted import Design

Operator = Literal["=~", "~", "~~", "~1", "|", ":="]


class Parameter(Record):
    """A parameter as lavaan writes it, with its 95 % interval, and standardized by all variables.

    A parameter that is not `free` is fixed, and has no error. ``item | t1`` is a threshold of an
    ordered item.
    """

    lhs: str
    op: Operator
    rhs: str
    free: bool
    estimate: Real
    se: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    p: P | None
    std: Real | None
    std_se: Real | None
    std_ci_lower: Real | None
    std_ci_upper: Real | None


class Share(Record):
    """The share of a variable's variance that the model explains."""

    variable: str
    r2: Bounded


class LatentPair(Record):
    """The model-implied correlation of two constructs."""

    a: str
    b: str
    correlation: Real


class Solution(FitMeasures, Finding):
    """A model as text, how it was fitted, its tests, and all of its parameters.

    `unit`: what gives a factor its unit, its first loading or its variance. ``chisq`` of
    :class:`FitMeasures` is the scaled one: ``plain_chisq / scaling_factor``. An estimator without
    a likelihood has no `aic` and `bic`. `p_close`: of the hypothesis that the (robust) RMSEA is at
    most .05. With a `cluster` the errors of `rows` take its levels as the independent units, the
    tests of fit respondents. `weighted`: by the weights of the survey.
    """

    model: str
    estimator: str
    missing: Missing
    unit: Literal["first loading", "variance"]
    cluster: str | None
    weighted: bool = False
    scaling_factor: Real | None
    plain_chisq: Real
    plain_p: P | None
    p_close: P | None
    aic: Real | None
    bic: Real | None
    rows: tuple[Parameter, ...]
    r2: tuple[Share, ...]
    latent: tuple[LatentPair, ...]


class Observed(Finding):
    """n, means, SDs, covariances and correlations of the `items`, turned if reversed.

    `covariances` (divided by n − 1) are the lower triangle, row by row, `correlations` the same
    without the diagonal. Where answers are missing, by full-information
    maximum likelihood. In the place of what is recorded stand the moments of ``moments.json``.
    No `sds` and `covariances` where correlations are all that is known.
    """

    n: Modelled
    missing: Missing
    items: tuple[str, ...]
    means: tuple[Real, ...]
    sds: tuple[Real, ...]
    correlations: tuple[Bounded, ...]
    covariances: Annotated[tuple[Real, ...], OfRows()]


def solution(model: str, fitted: semfit.Result, clustered: semfit.Result | None = None) -> Solution:
    """The solution of a model of one group.

    Parameters
    ----------
    model : str
        What was fitted, in lavaan's syntax.
    fitted : Result
        Its fit.
    clustered : Result
        The same with errors that allow for clusters.
    """
    fit, options = fitted.fit, fitted.estimate.options
    shown = clustered or fitted
    implied = fitted.implied[0]["lv_cov"]
    return Solution(
        **dict(fit_measures(fitted)),
        model=model,
        estimator=options.estimator,
        missing="fiml" if options.missing == "fiml" else "listwise",
        unit="variance" if options.std_lv else "first loading",
        cluster=shown.estimate.options.cluster,
        weighted=options.weights is not None,
        scaling_factor=fit.get("chisq_scaling_factor"),
        plain_chisq=fit["chisq"],
        plain_p=fit["pvalue"],
        p_close=fit.get("rmsea_pvalue_robust", fit["rmsea_pvalue"]),
        aic=fit.get("aic"),
        bic=fit.get("bic"),
        rows=Parameter.each(_parameters(shown, model)),
        r2=Share.each(fitted.r2.dropna()),
        latent=_latent(implied),
        messages=tuple(map(reason_of, fitted.warnings)),
    )


def of_correlations(found: Solution) -> Solution:
    """A solution of correlations in the place of covariances: standardized, as all that is known.

    The errors are those of the standardized solution; AIC and BIC depend on the items' units.
    """
    rows = [
        row.model_copy(
            update={
                "free": row.std_se is not None,
                "estimate": row.std,
                "se": row.std_se,
                "ci_lower": row.std_ci_lower,
                "ci_upper": row.std_ci_upper,
                "p": None if row.std is None or not row.std_se else _p(row.std / row.std_se),
            }
        )
        for row in found.rows
        if row.std is not None
    ]
    return found.model_copy(
        update={"rows": tuple(rows), "unit": "variance", "aic": None, "bic": None}
    )


def _p(z: float) -> float:
    return float(2 * norm.sf(abs(z)))


def _parameters(fitted: semfit.Result, model: str) -> pd.DataFrame:
    """All rows that the model's text asks for; of its own products only those named there."""
    rows = fitted.parameters.reset_index(drop=True)
    std = fitted.standardized().reset_index(drop=True)
    rows = rows.rename(columns={"est": "estimate", "pvalue": "p"})
    rows["free"] = (rows["se"] > 0) | rows["se"].isna()
    rows["std"] = std["est_std"]
    for name in ("se", "ci_lower", "ci_upper"):
        rows[f"std_{name}"] = std[name].where(std["se"] > 0)
        rows[name] = rows[name].where(rows["free"])
    named = {line.partition(":=")[0].strip() for line in model.splitlines() if ":=" in line}
    return rows[
        rows["op"].isin(get_args(Operator)) & ((rows["op"] != ":=") | rows["lhs"].isin(named))
    ]


def _latent(implied: pd.DataFrame) -> tuple[LatentPair, ...]:
    variances = np.diag(implied.to_numpy())
    sd = np.sqrt(np.where(variances > 0, variances, np.nan))
    names = list(implied.columns)
    return tuple(
        LatentPair(a=a, b=b, correlation=implied.loc[b, a] / (sd[i] * sd[j]))
        for i, a in enumerate(names)
        for j, b in enumerate(names)
        if j > i and np.isfinite(sd[i] * sd[j]) and sd[i] * sd[j] > 0
    )


def observed(answers: pd.DataFrame, model: str, weights: pd.Series | None = None) -> Observed:
    """The moments of all items, n × items; with weights those of the rows that have one.

    Where answers are missing, those of the saturated model: what `model`, in lavaan's syntax and of
    all items, implies, and what it leaves.

    Raises
    ------
    semfit.ModelError
        When there are too few answers for the saturated model.
    """
    items = list(answers.columns)
    missing = missing_answers(answers, items)
    if weights is not None:
        answers = answers[weights.reindex(answers.index) > 0]
    mean, cov, n = answers.mean(), answers.cov(), len(answers)
    if missing == "listwise" and weights is not None:
        design = Design(weights)
        mean = pd.Series(design.means(answers), items)
        cov = pd.DataFrame(design.covariance(answers), items, items)
    if missing == "fiml":
        fitted = semfit.fit(model, answers, missing=missing, weights=weights)
        implied, left = fitted.implied[0], fitted.residuals[0]
        n = int(fitted.fit["ntotal"])
        mean = (implied["mean"] + left["mean"])[items]
        cov = (implied["cov"] + left["cov"]).loc[items, items] * n / (n - 1)
    sd = np.sqrt(np.diag(cov))
    r = cov.to_numpy() / np.outer(sd, sd)
    return Observed(
        n=n,
        missing=missing,
        items=tuple(items),
        means=tuple(mean),
        sds=tuple(sd),
        correlations=tuple(r[np.tril_indices(len(items), -1)]),
        covariances=tuple(cov.to_numpy()[np.tril_indices(len(items))]),
    )
