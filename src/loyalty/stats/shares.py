"""How much of what is explained each predictor has its part in: shares of R².

All three parts add up to R² of the regression of the outcome on all predictors, and all follow
from correlations alone, so they can be had between latent variables, too. Of many matrices at
once (draws) the leading dimensions are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np

from loyalty.stats._common import CannotCompute, FloatArray
from loyalty.stats.roots import symmetric_root

Measure = Literal["lmg", "johnson", "product"]
#: Regressions of 2^k subsets of predictors are solved.
MOST = 12


def _checked(correlations: FloatArray) -> FloatArray:
    r = np.asarray(correlations, dtype=np.float64)
    if r.ndim < 2 or r.shape[-1] != r.shape[-2] or r.shape[-1] < 3:
        raise ValueError("correlations of an outcome and two predictors or more are expected")
    if not np.isfinite(r).all():
        raise CannotCompute("correlation_not_finite")
    smallest = np.linalg.eigvalsh(r[..., 1:, 1:])[..., 0]
    if (smallest <= 1e-10).any():
        raise CannotCompute("collinear_predictors")
    return r


def explained(correlations: FloatArray) -> FloatArray:
    """R² of the first variable on all others, (…,) of correlations (…, k + 1, k + 1)."""
    r = _checked(correlations)
    inner = np.linalg.solve(r[..., 1:, 1:], r[..., 1:, :1])
    found: FloatArray = (r[..., :1, 1:] @ inner)[..., 0, 0]
    return found


def lmg(correlations: FloatArray) -> FloatArray:
    """What a predictor adds to R², averaged over all orders of entering: Shapley's value.

    It is the mean over sizes of the mean over subsets of that size, and so general dominance.

    Args:
        correlations: (…, k + 1, k + 1), the outcome first.

    Returns:
        (…, k), adding up to R².

    Raises:
        CannotCompute: collinear predictors, or more than 12.

    Source: Lindeman, Merenda & Gold (1980), Introduction to Bivariate and Multivariate Analysis,
    119 ff.; Grömping (2007), American Statistician 61, 139-147; Azen & Budescu (2003),
    Psychological Methods 8, 129-148 (general dominance).
    """
    r = _checked(correlations)
    k = r.shape[-1] - 1
    if k > MOST:
        raise CannotCompute("many_predictors", n=k, most=MOST)
    r2 = np.zeros((2**k, *r.shape[:-2]))
    for size in range(1, k + 1):
        for subset in combinations(range(k), size):
            at = np.array(subset) + 1
            cross = r[..., at, 0]
            inner = np.linalg.solve(r[..., at[:, None], at], cross[..., None])[..., 0]
            r2[sum(1 << j for j in subset)] = (cross * inner).sum(axis=-1)
    out = np.zeros((*r.shape[:-2], k))
    for j in range(k):
        for mask in range(2**k):
            if not mask >> j & 1:
                weight = 1.0 / (k * comb(k - 1, mask.bit_count()))
                out[..., j] += weight * (r2[mask | 1 << j] - r2[mask])
    return out


def johnson(correlations: FloatArray) -> FloatArray:
    """Relative weights: through the orthogonal variables that lie nearest to the predictors.

    Args:
        correlations: (…, k + 1, k + 1), the outcome first.

    Returns:
        (…, k), adding up to R², none negative.

    Source: Johnson (2000), Multivariate Behavioral Research 35, 1-19.
    """
    r = _checked(correlations)
    root = symmetric_root(r[..., 1:, 1:])
    beta = np.linalg.solve(root, r[..., 1:, :1])
    found: FloatArray = (root**2 @ beta**2)[..., 0]
    return found


def product(correlations: FloatArray) -> FloatArray:
    """Standardized coefficient times correlation with the outcome; may be negative.

    Args:
        correlations: (…, k + 1, k + 1), the outcome first.

    Returns:
        (…, k), adding up to R².

    Source: Pratt (1987), in: Proceedings of the Second International Tampere Conference in
    Statistics, 245-260.
    """
    r = _checked(correlations)
    beta = np.linalg.solve(r[..., 1:, 1:], r[..., 1:, :1])[..., 0]
    found: FloatArray = beta * r[..., 1:, 0]
    return found


MEASURES: dict[Measure, Callable[[FloatArray], FloatArray]] = {
    "lmg": lmg,
    "johnson": johnson,
    "product": product,
}


def shares(correlations: FloatArray, measure: Measure) -> FloatArray:
    """The parts over R²: (…, k), adding up to one."""
    parts = MEASURES[measure](correlations)
    found: FloatArray = parts / parts.sum(axis=-1, keepdims=True)
    return found
