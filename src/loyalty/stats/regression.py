"""Linear regression with robust standard errors (a thin layer over statsmodels)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Result,
    check_level,
    check_varies,
    to_matrix,
)


@dataclass(frozen=True, eq=False)
class Regression(Result):
    """Ordinary least squares with robust inference.

    Attributes:
        coefficients: index term (``intercept`` first); ``b``, ``beta`` (standardized; NaN for the
            intercept), ``se``, ``t``, ``p``, ``ci_lower``, ``ci_upper``, ``vif``.
        r2, r2_adjusted: 0-1.
        n: rows used (listwise). n_clusters: None without clusters.
        covariance: ``"HC3"`` or ``"cluster"``.
        df: degrees of freedom of t: n - p, or clusters - 1.
        level: of the intervals.
    """

    coefficients: pd.DataFrame
    r2: float
    r2_adjusted: float
    n: int
    n_clusters: int | None
    covariance: str
    df: int
    level: float


def ols(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    cluster: str | None = None,
    level: float = 0.95,
) -> Regression:
    """Least squares with HC3 (MacKinnon & White 1985) or cluster-robust (CR1) standard errors.

    Args:
        frame: rows with the variables, numeric but for ``cluster``; listwise deletion.
        cluster: column of clusters; t then has clusters - 1 degrees of freedom.

    Raises:
        CannotCompute: an absent column, constant or collinear predictors, too few rows or clusters.
    """
    import statsmodels.api as sm

    check_level(level)
    needed = [outcome, *predictors, *([cluster] if cluster else [])]
    for name in needed:
        if name not in frame.columns:
            raise CannotCompute("no_column", name=name)
    if not predictors:
        raise CannotCompute("no_predictor")
    used = frame[list(dict.fromkeys(needed))].dropna()
    n, p = len(used), len(predictors)
    if n <= p + 1:
        raise CannotCompute("few_rows_for_predictors", n=n, predictors=p)
    values = to_matrix(used[[outcome, *predictors]])
    check_varies(values, [outcome, *predictors])
    y, x = values[:, 0], values[:, 1:]
    corr = np.atleast_2d(np.corrcoef(x, rowvar=False))
    if np.linalg.eigvalsh(corr)[0] <= 1e-10:
        raise CannotCompute("collinear_predictors")
    design = np.column_stack([np.ones(n), x])
    leverage = (np.linalg.qr(design)[0] ** 2).sum(axis=1)
    if cluster is None and leverage.max() > 1.0 - 1e-10:
        raise CannotCompute("row_decides_alone")
    model = sm.OLS(y, design)
    n_clusters = None
    if cluster is not None:
        codes, labels = pd.factorize(used[cluster])
        n_clusters = len(labels)
        if n_clusters < 2:
            raise CannotCompute("one_cluster")
        fit = model.fit(
            cov_type="cluster", cov_kwds={"groups": codes, "df_correction": True}, use_t=True
        )
    else:
        fit = model.fit(cov_type="HC3", use_t=True)
    df = n_clusters - 1 if n_clusters is not None else n - p - 1
    interval = np.asarray(fit.conf_int(1.0 - level))
    sd = values.std(axis=0, ddof=1)
    b = np.asarray(fit.params)
    table = pd.DataFrame(
        {
            "b": b,
            "beta": np.concatenate([[np.nan], b[1:] * sd[1:] / sd[0]]),
            "se": np.asarray(fit.bse),
            "t": np.asarray(fit.tvalues),
            "p": np.asarray(fit.pvalues),
            "ci_lower": interval[:, 0],
            "ci_upper": interval[:, 1],
            "vif": np.concatenate([[np.nan], variance_inflation(corr)]),
        },
        index=pd.Index(["intercept", *predictors], name="term"),
    )
    return Regression(
        coefficients=table,
        r2=float(fit.rsquared),
        r2_adjusted=float(fit.rsquared_adj),
        n=n,
        n_clusters=n_clusters,
        covariance="cluster" if cluster else "HC3",
        df=df,
        level=level,
    )


def variance_inflation(corr: FloatArray) -> FloatArray:
    """How often the variance of each of p predictors' coefficients is what it would be if they
    did not correlate: the diagonal of their inverse correlations (p, p)."""
    out: FloatArray = np.diag(np.linalg.inv(corr))
    return out
