r"""Confidence intervals: of estimates with their errors, and from bootstrap draws.

percentile and basic (Davison & Hinkley 1997, ch. 5), ``norm`` (bias-corrected normal), ``bc``
(bias-corrected percentile, lavaan's ``bca.simple``) and BCa (Efron 1987) with the acceleration from
empirical influence values, :math:`a = \sum l_i^3 / \{6(\sum l_i^2)^{3/2}\}`. Quantiles interpolate
on the normal scale, as R's ``boot`` does. Where all draws lie on one side of the estimate the bias
correction is infinite: ``bc`` and ``bca`` have no limits there (NaN).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .errors import ModelError
from .model import Array

KINDS = ("percentile", "basic", "norm", "bc", "bca")


def normal_quantile(ordered: Array, alpha: Array) -> Array:
    """Quantiles of each column of ``ordered`` (draws, k) at ``alpha`` (k,)."""
    draws = len(ordered)
    rank = (draws + 1) * alpha
    low = np.clip(np.floor(rank + 1e-10).astype(int), 1, draws)
    high = np.minimum(low + 1, draws)
    column = np.arange(ordered.shape[1])
    a, b = ordered[low - 1, column], ordered[high - 1, column]
    za, zb = special.ndtri(low / (draws + 1)), special.ndtri(high / (draws + 1))
    with np.errstate(all="ignore"):
        share = np.where(zb > za, (special.ndtri(alpha) - za) / (zb - za), 0.0)
    out: Array = a + np.clip(share, 0.0, 1.0) * (b - a)
    return out


def fixed(draws: Array, estimate: Array) -> NDArray[np.bool_]:
    """Columns of ``draws`` (draws, k) that do not vary but for rounding."""
    out: NDArray[np.bool_] = np.ptp(draws, axis=0) <= 1e-12 * np.maximum(1.0, np.abs(estimate))
    return out


def one_sided(draws: Array, estimate: Array) -> NDArray[np.bool_]:
    """Columns whose draws leave nothing to correct the bias by: all on one side of ``estimate``.

    Columns with values that are not finite are no such.
    """
    whole = np.isfinite(estimate) & np.isfinite(draws).all(axis=0)
    draws, estimate = np.where(whole, draws, 0.0), np.where(whole, estimate, 0.0)
    share = (draws < estimate).mean(axis=0)
    out: NDArray[np.bool_] = ((share == 0) | (share == 1)) & ~fixed(draws, estimate)
    return out


def bootstrap_interval(
    estimate: Array,
    draws: Array,
    kind: str = "percentile",
    level: float = 0.95,
    influence: Array | None = None,
) -> tuple[Array, Array]:
    """Limits for every column of ``draws`` (draws, k) around ``estimate`` (k,).

    ``influence`` (rows, k) holds influence values and is needed for ``"bca"``. A column with values
    that are not finite has no limits (NaN).
    """
    if kind not in KINDS:
        raise ModelError("unknown_interval", kind=kind, known=", ".join(KINDS))
    k = len(estimate)
    if len(draws) < 2:
        return np.full(k, np.nan), np.full(k, np.nan)
    whole = np.isfinite(estimate) & np.isfinite(draws).all(axis=0)
    if not whole.all():
        clean = np.where(whole, draws, 0.0), np.where(whole, estimate, 0.0)
        if influence is not None:
            influence = np.where(whole, influence, 0.0)
        low, high = bootstrap_interval(clean[1], clean[0], kind, level, influence)
        return np.where(whole, low, np.nan), np.where(whole, high, np.nan)
    tail = (1 - level) / 2
    z = float(special.ndtri(1 - tail))
    if kind == "norm":
        center = 2 * estimate - draws.mean(axis=0)
        half = z * draws.std(axis=0)  # over all draws, as lavaan divides
        return center - half, center + half
    ordered = np.sort(draws, axis=0)
    low, high = np.full(k, tail), np.full(k, 1 - tail)
    if kind in ("bc", "bca"):
        acceleration = np.zeros(k)
        if kind == "bca":
            if influence is None:
                raise ModelError("bca_covariances")
            with np.errstate(all="ignore"):
                acceleration = (influence**3).sum(axis=0) / (6 * (influence**2).sum(axis=0) ** 1.5)
            acceleration = np.nan_to_num(acceleration)
        w = special.ndtri((draws < estimate).mean(axis=0))
        w[~np.isfinite(w)] = np.nan
        low = special.ndtr(w + (w - z) / (1 - acceleration * (w - z)))
        high = special.ndtr(w + (w + z) / (1 - acceleration * (w + z)))
    known = np.isfinite(low) & np.isfinite(high)
    lower = np.where(known, normal_quantile(ordered, np.where(known, low, tail)), np.nan)
    upper = np.where(known, normal_quantile(ordered, np.where(known, high, 1 - tail)), np.nan)
    if kind == "basic":
        lower, upper = 2 * estimate - upper, 2 * estimate - lower
    constant = fixed(draws, estimate)
    return np.where(constant, estimate, lower), np.where(constant, estimate, upper)


def inference(
    est: Array, se: Array, level: float = 0.95, df: int | None = None
) -> dict[str, Array]:
    """z (est / se), two-sided p and limits: normal, or with ``df`` those of Student's t."""
    with np.errstate(all="ignore"):
        z = np.where(se > 0, est / se, np.nan)
    if df is None:
        half, tail = float(special.ndtri(0.5 + level / 2)), special.ndtr(-np.abs(z))
    else:
        half, tail = float(special.stdtrit(df, 0.5 + level / 2)), special.stdtr(df, -np.abs(z))
    return {
        "z": z,
        "pvalue": 2 * tail,
        "ci_lower": est - half * se,
        "ci_upper": est + half * se,
    }
