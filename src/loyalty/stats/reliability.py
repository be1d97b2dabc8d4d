"""Reliability: alpha, omega, composite reliability, average variance extracted.

What needs a factor model takes its loadings and residual variances as arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats as _dist

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Missing,
    Result,
    check_correlation,
    check_level,
    covariance,
)


@dataclass(frozen=True, eq=False)
class Alpha(Result):
    """Cronbach's alpha of a scale.

    Attributes:
        alpha: raw, from covariances. ci_lower, ci_upper: Feldt interval.
        standardized: from correlations.
        average_correlation: mean inter-item correlation.
        n_items: items. n: rows behind the interval (complete rows, or the median number of rows of
            a pair of items if pairwise).
        level: of the interval.
        items: index item; ``item_total`` (corrected: item with the sum of the others),
            ``item_total_raw`` (with the sum of all), ``alpha_if_dropped``,
            ``standardized_alpha_if_dropped`` (NaN for two items).
        negative_items: items whose corrected item-total correlation is negative: recode them?
    """

    alpha: float
    ci_lower: float
    ci_upper: float
    standardized: float
    average_correlation: float
    n_items: int
    n: int
    level: float
    items: pd.DataFrame
    negative_items: tuple[str, ...]


def _alpha(cov: FloatArray) -> float:
    p = len(cov)
    total = float(cov.sum())
    if total <= 1e-12 * float(np.trace(cov)):
        raise CannotCompute("the sum score has no variance")
    return float(p / (p - 1.0) * (1.0 - np.trace(cov) / total))


def feldt_interval(
    alpha: float, n: int, n_items: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Interval of alpha: 1 - (1 - alpha) F, F with n - 1 and (n - 1)(p - 1) df.

    Source: Feldt, Woodruff & Salih (1987). Applied Psychological Measurement 11, 93-103.
    """
    if n < 2 or n_items < 2:
        raise CannotCompute("the Feldt interval needs 2 rows and 2 items")
    tail = (1.0 - check_level(level)) / 2.0
    df1, df2 = n - 1, (n - 1) * (n_items - 1)
    lower = 1.0 - (1.0 - alpha) * float(_dist.f.ppf(1.0 - tail, df1, df2))
    upper = 1.0 - (1.0 - alpha) * float(_dist.f.ppf(tail, df1, df2))
    return lower, upper


def cronbach_alpha(
    items: pd.DataFrame, *, level: float = 0.95, missing: Missing = "listwise"
) -> Alpha:
    """Cronbach's (1951) alpha with its Feldt interval and item statistics.

    alpha = p / (p - 1) (1 - tr C / 1'C1); standardized: p r / (1 + (p - 1) r).

    Args:
        items: (n, p) answers with reverse-worded items already recoded.
        level: of the interval.
        missing: ``"listwise"``, or ``"pairwise"`` covariances.

    Raises:
        CannotCompute: fewer than two items, a constant item, too few rows.
    """
    p = items.shape[1]
    if p < 2:
        raise CannotCompute(f"only {p} item{'s' if p != 1 else ''}: alpha needs 2")
    cov, counts = covariance(items, missing)
    n = int(np.floor(np.median(counts[np.triu_indices(p, 1)])))
    sd = np.sqrt(np.diag(cov))
    corr = cov / np.outer(sd, sd)
    raw = _alpha(cov)
    lower, upper = feldt_interval(raw, n, p, level=level)
    total_var = float(cov.sum())
    with_total = cov.sum(axis=1)
    rest_var = total_var - 2.0 * with_total + np.diag(cov)
    if (rest_var <= 0).any():
        raise CannotCompute("the sum score without one item has no variance")
    dropped, dropped_std = np.full(p, np.nan), np.full(p, np.nan)
    if p > 2:
        for j in range(p):
            keep = np.arange(p) != j
            dropped[j] = _alpha(cov[np.ix_(keep, keep)])
            dropped_std[j] = _alpha(corr[np.ix_(keep, keep)])
    corrected = (with_total - np.diag(cov)) / (sd * np.sqrt(rest_var))
    table = pd.DataFrame(
        {
            "item_total": corrected,
            "item_total_raw": with_total / (sd * np.sqrt(total_var)),
            "alpha_if_dropped": dropped,
            "standardized_alpha_if_dropped": dropped_std,
        },
        index=pd.Index(items.columns, name="item"),
    )
    return Alpha(
        alpha=raw,
        ci_lower=lower,
        ci_upper=upper,
        standardized=_alpha(corr),
        average_correlation=float(corr[np.triu_indices(p, 1)].mean()),
        n_items=p,
        n=n,
        level=level,
        items=table,
        negative_items=tuple(
            str(c) for c, r in zip(items.columns, corrected, strict=True) if r < 0
        ),
    )


def alpha_from_correlation(corr: pd.DataFrame) -> float:
    """Standardized alpha of a correlation matrix; of a polychoric one: ordinal alpha.

    Source for the ordinal form: Zumbo, Gadermann & Zeisser (2007), JMASM 6, 21-29.
    """
    matrix = check_correlation(corr)
    if len(matrix) < 2:
        raise CannotCompute("only 1 item: alpha needs 2")
    return _alpha(matrix)


def guttman_lambda6(corr: pd.DataFrame) -> float:
    """Guttman's lambda 6: 1 - sum(1 - smc) / 1'R1 (Guttman 1945, Psychometrika 10, 255-282)."""
    matrix = check_correlation(corr)
    if np.linalg.eigvalsh(matrix)[0] <= 1e-10:
        raise CannotCompute("the items are collinear: lambda 6 is not defined")
    unique = 1.0 / np.diag(np.linalg.inv(matrix))
    return float(1.0 - unique.sum() / matrix.sum())


def spearman_brown(r: float, *, factor: float = 2.0) -> float:
    """Reliability of a scale ``factor`` times as long: k r / (1 + (k - 1) r).

    With factor 2 and the correlation of two items: the reliability to report for a two-item scale
    (Eisinga, te Grotenhuis & Pelzer 2013, Int. J. Public Health 58, 637-642).
    """
    if not -1.0 <= r <= 1.0:
        raise CannotCompute(f"correlation {r:g} is not between -1 and 1")
    bottom = 1.0 + (factor - 1.0) * r
    if bottom <= 0:
        raise CannotCompute(f"correlation {r:g} is too negative to step up")
    return factor * r / bottom


def _loadings(loadings: ArrayLike, residuals: ArrayLike) -> tuple[FloatArray, FloatArray]:
    lam = np.asarray(loadings, dtype=np.float64).reshape(-1)
    theta = np.asarray(residuals, dtype=np.float64).reshape(-1)
    if len(lam) != len(theta):
        raise CannotCompute(f"{len(lam)} loadings but {len(theta)} residual variances")
    if len(lam) == 0:
        raise CannotCompute("no loadings given")
    if not (np.isfinite(lam).all() and np.isfinite(theta).all()):
        raise CannotCompute("a loading or residual variance is missing")
    if (theta < 0).any():
        raise CannotCompute("a residual variance is negative (Heywood case)")
    return lam, theta


def composite_reliability(
    loadings: ArrayLike,
    residual_variances: ArrayLike,
    *,
    factor_variance: float = 1.0,
    residual_covariances: Sequence[tuple[int, int, float]] = (),
    total_variance: float | None = None,
) -> float:
    """Composite reliability of a congeneric scale (Joreskog's rho, McDonald's omega).

    (sum l)^2 v / ((sum l)^2 v + sum theta + 2 sum of residual covariances). With standardized
    loadings it is the CR of Fornell & Larcker (1981); with unstandardized ones the reliability of
    the sum score, semTools' omega. With residual covariances: Raykov (2004).

    Args:
        loadings: (p,) loadings on the one factor.
        residual_variances: (p,) residual variances on the same metric.
        factor_variance: v.
        residual_covariances: (i, j, value) by position.
        total_variance: observed variance of the sum score, to divide by instead of the one that
            the model implies (semTools' ``compRelSEM`` default, its older ``omega3``).

    Raises:
        CannotCompute: fewer than two items, a negative residual variance, lengths that differ.
    """
    lam, theta = _loadings(loadings, residual_variances)
    if len(lam) < 2:
        raise CannotCompute("only 1 item: composite reliability needs 2")
    if factor_variance <= 0:
        raise CannotCompute("the factor has no positive variance")
    true = float(lam.sum()) ** 2 * factor_variance
    error = float(theta.sum()) + 2.0 * sum(value for _, _, value in residual_covariances)
    if true + error <= 0:
        raise CannotCompute("the sum score has no positive variance")
    if total_variance is not None:
        if total_variance <= 0:
            raise CannotCompute("the sum score has no positive variance")
        return true / total_variance
    return true / (true + error)


def omega_total(
    loadings: ArrayLike, residual_variances: ArrayLike, *, total_variance: float | None = None
) -> float:
    """McDonald's omega total of a one-factor solution: :func:`composite_reliability`.

    Args:
        loadings: (p,), or (p, k) of an orthogonal solution: sum over factors of (sum l)^2.
        residual_variances: (p,).
        total_variance: observed variance of the sum score (the sum of the correlation matrix for
            standardized items); then (total - sum theta) / total, as R's psych has it.
    """
    lam = np.asarray(loadings, dtype=np.float64)
    if lam.ndim < 2:
        lam = lam[:, None]
    _, theta = _loadings(lam[:, 0], residual_variances)
    if len(theta) < 2:
        raise CannotCompute("only 1 item: omega needs 2")
    error = float(theta.sum())
    if total_variance is not None:
        if total_variance <= 0:
            raise CannotCompute("the sum score has no positive variance")
        return (total_variance - error) / total_variance
    true = float((lam.sum(axis=0) ** 2).sum())
    if true + error <= 0:
        raise CannotCompute("the sum score has no positive variance")
    return true / (true + error)


def omega_hierarchical(
    general_loadings: ArrayLike,
    group_loadings: ArrayLike,
    residual_variances: ArrayLike,
    *,
    total_variance: float | None = None,
) -> float:
    """Share of the sum score's variance due to the general factor of a bifactor solution.

    (sum g)^2 / ((sum g)^2 + sum_k (sum_i s_ik)^2 + sum theta); Zinbarg et al. (2005),
    Psychometrika 70, 123-133.

    Args:
        general_loadings: (p,). group_loadings: (p, k), zero where an item is not in the group.
        residual_variances: (p,).
        total_variance: observed variance of the sum score to divide by instead, as R's psych does.
    """
    g, theta = _loadings(general_loadings, residual_variances)
    s = np.asarray(group_loadings, dtype=np.float64)
    s = s.reshape(len(g), -1) if s.size else np.zeros((len(g), 0))
    general = float(g.sum()) ** 2
    if total_variance is None:
        total_variance = general + float((s.sum(axis=0) ** 2).sum()) + float(theta.sum())
    if total_variance <= 0:
        raise CannotCompute("the sum score has no positive variance")
    return general / total_variance


def average_variance_extracted(
    loadings: ArrayLike,
    residual_variances: ArrayLike | None = None,
    *,
    factor_variance: float = 1.0,
) -> float:
    """AVE of Fornell & Larcker (1981): v sum l^2 / (v sum l^2 + sum theta).

    Args:
        loadings: (p,). Without residual variances they are taken as standardized, theta = 1 - l^2,
            and AVE is the mean squared loading.
        residual_variances: (p,) on the metric of the loadings.
        factor_variance: v.

    Raises:
        CannotCompute: as :func:`composite_reliability`; one item is allowed.
    """
    lam = np.asarray(loadings, dtype=np.float64).reshape(-1)
    if residual_variances is None:
        if (np.abs(lam) > 1.0).any():
            raise CannotCompute("a standardized loading exceeds 1 (Heywood case)")
        residual_variances = 1.0 - lam**2
    lam, theta = _loadings(lam, residual_variances)
    true = float((lam**2).sum()) * factor_variance
    if true + float(theta.sum()) <= 0:
        raise CannotCompute("the items have no positive variance")
    return true / (true + float(theta.sum()))
