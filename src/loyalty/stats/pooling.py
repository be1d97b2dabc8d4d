"""Pooling over cases: random-effects meta-analysis and meta-regression."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats as _dist
from scipy.optimize import brentq, minimize_scalar

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level


@dataclass(frozen=True, eq=False)
class PooledEffect(Result):
    """Random-effects meta-analysis.

    Attributes:
        estimate, se, ci_lower, ci_upper, p: pooled effect, in the units of the estimates.
        pi_lower, pi_upper: prediction interval of the effect in a new case.
        tau2: variance between cases; tau2_lower, tau2_upper: its Q-profile interval.
        i2: share of variance that is between cases, per cent. h2: total over sampling variance.
        q, q_df, q_p: Cochran's test of homogeneity.
        weights: of each estimate, summing to 1.
        k: estimates. method: of tau2. hartung_knapp: whether t and the adjusted se were used.
        level: of the intervals.
    """

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    p: float
    pi_lower: float
    pi_upper: float
    tau2: float
    tau2_lower: float
    tau2_upper: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    weights: tuple[float, ...]
    k: int
    method: str
    hartung_knapp: bool
    level: float


def _weighted(y: FloatArray, v: FloatArray, tau2: float) -> tuple[FloatArray, float, float]:
    """Weights, weighted mean and generalized Q at a value of tau2."""
    w = 1.0 / (v + tau2)
    mean = float((w * y).sum() / w.sum())
    return w, mean, float((w * (y - mean) ** 2).sum())


def _solve_q(y: FloatArray, v: FloatArray, target: float) -> float:
    """tau2 at which the generalized Q equals target (0 if it is below it already at 0)."""
    if _weighted(y, v, 0.0)[2] <= target:
        return 0.0
    high = max(float(np.var(y)), float(v.max()), 1e-12)
    while _weighted(y, v, high)[2] > target:
        high *= 2.0
    return float(
        brentq(lambda t: _weighted(y, v, t)[2] - target, 0.0, high, xtol=1e-15, rtol=1e-14)
    )


def _reml(y: FloatArray, v: FloatArray) -> float:
    """Restricted maximum-likelihood tau2, not below zero.

    The score is zero where sum w^2 (y - m)^2 = sum w - sum w^2 / sum w. The likelihood may have
    more than one turning point: the best of them and of zero is taken.
    """

    def score(t: float) -> float:
        w, mean, _ = _weighted(y, v, t)
        w2 = w**2
        return float((w2 * (y - mean) ** 2).sum() - w.sum() + w2.sum() / w.sum())

    def loglik(t: float) -> float:
        w, _, q = _weighted(y, v, t)
        return float(0.5 * np.log(w).sum() - 0.5 * np.log(w.sum()) - 0.5 * q)

    top = 10.0 * max(float(np.var(y, ddof=1)), float(v.max()))
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-8, top, 200)])
    signs = np.array([score(float(t)) for t in grid])
    roots = [0.0]
    for a, b, sa, sb in zip(grid[:-1], grid[1:], signs[:-1], signs[1:], strict=True):
        if sa > 0 >= sb:
            roots.append(float(brentq(score, float(a), float(b), xtol=1e-15, rtol=1e-14)))
    return max(roots, key=loglik)


def random_effects(
    estimates: Iterable[float],
    standard_errors: Iterable[float],
    *,
    method: Literal["REML", "PM", "DL"] = "REML",
    hartung_knapp: bool = True,
    level: float = 0.95,
    prediction_df: Literal["k-1", "k-2"] = "k-1",
) -> PooledEffect:
    """Pool estimates of one effect over independent cases.

    Args:
        estimates, standard_errors: (k,) each, one a case.
        method: of tau2: ``"REML"``, ``"PM"`` (Paule & Mandel 1982), ``"DL"`` (DerSimonian & Laird).
        hartung_knapp: t with k - 1 df and the weighted residual variance (Hartung & Knapp 2001,
            Sidik & Jonkman 2002); False: normal intervals, too short with few cases.
        level: of all intervals.
        prediction_df: degrees of freedom of the prediction interval's t with Hartung-Knapp:
            ``"k-1"`` as R's metafor 3, ``"k-2"`` as Higgins, Thompson & Spiegelhalter (2009).
            Without Hartung-Knapp it is normal, as metafor's.

    Raises:
        CannotCompute: fewer than two estimates, a standard error that is missing or not positive.
        ValueError: lengths that differ, an unknown method.
    """
    check_level(level)
    y = np.asarray(list(estimates), dtype=np.float64)
    se = np.asarray(list(standard_errors), dtype=np.float64)
    if len(y) != len(se):
        raise ValueError(f"{len(y)} estimates but {len(se)} standard errors")
    k = len(y)
    if k < 2:
        raise CannotCompute("few_estimates", n=k)
    if not (np.isfinite(y).all() and np.isfinite(se).all()):
        raise CannotCompute("estimate_missing")
    if (se <= 0).any():
        raise CannotCompute("standard_error_not_positive")
    if method not in ("REML", "PM", "DL"):
        raise ValueError(f"method {method!r} is not REML, PM or DL")
    if prediction_df == "k-2" and k < 3:
        raise CannotCompute("few_for_prediction")
    v = se**2
    w, _, q = _weighted(y, v, 0.0)
    df = k - 1
    if method == "REML":
        tau2 = _reml(y, v)
    elif method == "PM":
        tau2 = _solve_q(y, v, float(df))
    else:
        tau2 = max(0.0, (q - df) / float(w.sum() - (w**2).sum() / w.sum()))
    typical = df * float(w.sum()) / float(w.sum() ** 2 - (w**2).sum())
    weights, estimate, q_tau = _weighted(y, v, tau2)
    variance = 1.0 / float(weights.sum())
    tail = (1.0 - level) / 2.0
    if hartung_knapp:
        variance *= q_tau / df
        quantile = float(_dist.t.ppf(1.0 - tail, df))
        pi_quantile = float(_dist.t.ppf(1.0 - tail, df if prediction_df == "k-1" else k - 2))
    else:
        quantile = pi_quantile = float(_dist.norm.ppf(1.0 - tail))
    pooled_se = float(np.sqrt(variance))
    if pooled_se > 0:
        z = abs(estimate) / pooled_se
        p = 2.0 * float(_dist.t.sf(z, df) if hartung_knapp else _dist.norm.sf(z))
    else:
        p = float("nan")
    spread = pi_quantile * float(np.sqrt(variance + tau2))
    return PooledEffect(
        estimate=estimate,
        se=pooled_se,
        ci_lower=estimate - quantile * pooled_se,
        ci_upper=estimate + quantile * pooled_se,
        p=p,
        pi_lower=estimate - spread,
        pi_upper=estimate + spread,
        tau2=tau2,
        tau2_lower=_solve_q(y, v, float(_dist.chi2.ppf(1.0 - tail, df))),
        tau2_upper=_solve_q(y, v, float(_dist.chi2.ppf(tail, df))),
        i2=100.0 * tau2 / (tau2 + typical),
        h2=(tau2 + typical) / typical,
        q=q,
        q_df=df,
        q_p=float(_dist.chi2.sf(q, df)),
        weights=tuple((weights / weights.sum()).tolist()),
        k=k,
        method=method,
        hartung_knapp=hartung_knapp,
        level=level,
    )


@dataclass(frozen=True, eq=False)
class ModeratedEffect(Result):
    """Random-effects meta-regression on one moderator.

    Attributes:
        estimate, se, ci_lower, ci_upper, p: change of the effect with one unit of the moderator.
        intercept: the effect where the moderator is zero.
        tau2: variance between cases that the moderator leaves. k: estimates.
        level: of the interval.
    """

    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    p: float
    intercept: float
    tau2: float
    k: int
    level: float


def meta_regression(
    estimates: Iterable[float],
    standard_errors: Iterable[float],
    moderator: Iterable[float],
    *,
    hartung_knapp: bool = True,
    level: float = 0.95,
) -> ModeratedEffect:
    """How an effect changes with a moderator of the case (tau2 by REML).

    Args:
        estimates, standard_errors, moderator: (k,) each, one a case.
        hartung_knapp: t with k - 2 df and the weighted residual variance (Knapp & Hartung 2003,
            Statistics in Medicine 22, 2693-2710); False: normal.
        level: of the interval.

    Raises:
        CannotCompute: fewer than three estimates, a value that is missing, a standard error that is
            not positive, a moderator that does not vary.
        ValueError: lengths that differ.
    """
    check_level(level)
    y, se, x = (
        np.asarray(list(v), dtype=np.float64) for v in (estimates, standard_errors, moderator)
    )
    if not len(y) == len(se) == len(x):
        raise ValueError(f"{len(y)} estimates, {len(se)} standard errors, {len(x)} moderators")
    if len(y) < 3:
        raise CannotCompute("few_for_meta_regression", n=len(y))
    if not (np.isfinite(y).all() and np.isfinite(se).all() and np.isfinite(x).all()):
        raise CannotCompute("estimate_missing")
    if (se <= 0).any():
        raise CannotCompute("standard_error_not_positive")
    if np.ptp(x) == 0:
        raise CannotCompute("moderator_constant")
    design = np.column_stack([np.ones(len(x)), x])

    def fit(tau2: float) -> tuple[FloatArray, FloatArray, float, float]:
        w = 1.0 / (se**2 + tau2)
        info = design.T @ (design * w[:, None])
        b = np.asarray(np.linalg.solve(info, design.T @ (w * y)), dtype=np.float64)
        q = float((w * (y - design @ b) ** 2).sum())
        restricted = float(np.log(w).sum() - np.linalg.slogdet(info)[1] - q) / 2.0
        return b, np.asarray(np.linalg.inv(info), dtype=np.float64), q, restricted

    # The restricted likelihood may have several peaks: the best of a grid is sought more finely.
    grid = np.concatenate(
        [[0.0], np.geomspace(1e-8, 10.0, 200) * max(float(np.var(y)), float((se**2).max()))]
    )
    best = int(np.argmax([fit(float(t))[3] for t in grid]))
    near = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(
        lambda t: -fit(float(t))[3], bounds=near, method="bounded", options={"xatol": 1e-12}
    )
    tau2 = max([0.0, float(found.x)], key=lambda t: fit(t)[3])
    b, covariance, q, _ = fit(tau2)
    df = len(y) - 2
    variance = float(covariance[1, 1]) * (q / df if hartung_knapp else 1.0)
    reference = _dist.t(df) if hartung_knapp else _dist.norm()
    error, quantile = float(np.sqrt(variance)), float(reference.ppf(0.5 + level / 2.0))
    slope = float(b[1])
    return ModeratedEffect(
        estimate=slope,
        se=error,
        ci_lower=slope - quantile * error,
        ci_upper=slope + quantile * error,
        p=2.0 * float(reference.sf(abs(slope) / error)) if error > 0 else float("nan"),
        intercept=float(b[0]),
        tau2=tau2,
        k=len(y),
        level=level,
    )
