"""Bootstrap samples of respondents, or of the whole clusters that they were sampled in.

A sample is a vector of counts of the rows, so that all moments of all samples are one product of
counts and products of items, and no sample is ever laid out (Davison & Hinkley 1997, Bootstrap
Methods and their Application, 2.2 and 3.8).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import stats as _dist

from loyalty.stats._common import FloatArray, IntArray

#: So many samples at a time, whatever the memory: the same draws everywhere.
_PART = 100


def expanded(clusters: int | None, level: float = 0.95) -> float:
    """The level of percentiles of draws of so many clusters; `level` itself of respondents (None).

    Draws of few clusters vary too little, by a factor of (G - 1) / G in the variance, and t with
    G - 1 degrees of freedom is wider than the normal.

    Source: Hesterberg (2015), American Statistician 69, 371-386 (expanded percentile intervals);
    `benchmarks/shares.py`, `benchmarks/clusters.py`.
    """
    if clusters is None or clusters < 2:
        return level
    wide = np.sqrt(clusters / (clusters - 1)) * _dist.t.ppf(0.5 + level / 2, clusters - 1)
    return float(2 * _dist.norm.cdf(wide) - 1)


def counts(n: int, draws: int, seed: int, clusters: IntArray | None = None) -> Iterator[FloatArray]:
    """How often each of n rows is in each draw, (100 draws or fewer, n) at a time.

    Args:
        clusters: (n,) numbers from 0 on of the rows' clusters, which are drawn whole.
    """
    rng = np.random.default_rng(seed)
    units = n if clusters is None else int(clusters.max()) + 1
    for first in range(0, draws, _PART):
        part = np.empty((min(_PART, draws - first), n))
        for d in range(len(part)):
            drawn = np.bincount(rng.integers(0, units, units), minlength=units)
            part[d] = drawn if clusters is None else drawn[clusters]
        yield part


def weighted_moments(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Pairwise covariances and correlations of rows that count by weights, for many weightings.

    Args:
        values: (n, p), missing as NaN. weights: (b, n), of mean about 1.

    Returns:
        (b, p, p) covariances (sum of the weights less 1, of the rows where both are there) and
        correlations (with the variances over those rows); NaN where there is no variance.
    """
    p = values.shape[1]
    present = ~np.isnan(values)
    whole = bool(present.all())
    centred = np.where(present, values - np.nanmean(values, axis=0), 0.0)
    spread = np.nanvar(values, axis=0)
    row, column = np.triu_indices(p)
    shape = (len(weights), len(row))
    cross, sums, squares = np.zeros(shape), np.zeros((2, *shape)), np.zeros((2, *shape))
    count = np.repeat(weights.sum(axis=1)[:, None], len(row), axis=1) if whole else np.zeros(shape)
    for start in range(0, len(values), 4096):
        x, w = centred[start : start + 4096], weights[:, start : start + 4096]
        cross += w @ (x[:, row] * x[:, column])
        if whole:
            total, square = w @ x, w @ (x * x)
            sums += np.stack([total[:, row], total[:, column]])
            squares += np.stack([square[:, row], square[:, column]])
            continue
        m = present[start : start + 4096].astype(float)
        count += w @ (m[:, row] * m[:, column])
        for k, (a, b) in enumerate(((row, column), (column, row))):
            sums[k] += w @ (x[:, a] * m[:, b])
            squares[k] += w @ (x[:, a] ** 2 * m[:, b])
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = (cross - sums[0] * sums[1] / count) / (count - 1.0)
        variance = (squares - sums**2 / count) / (count - 1.0)
        for side, which in zip(variance, (row, column), strict=True):
            side[side <= 1e-12 * spread[which]] = np.nan
        shares = np.clip(pairs / np.sqrt(variance[0] * variance[1]), -1.0, 1.0)
    cov, corr = np.empty((2, len(weights), p, p))
    for target, source in ((cov, pairs), (corr, shares)):
        target[:, row, column] = source
        target[:, column, row] = source
    return cov, corr


def moments(
    values: FloatArray,
    draws: int,
    seed: int,
    weights: FloatArray | None = None,
    clusters: IntArray | None = None,
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """:func:`weighted_moments` of the samples of :func:`counts`, part by part.

    Args:
        weights: (n,) what each row brings along, however often it is drawn.
    """
    own = 1.0 if weights is None else weights / weights.mean()
    for part in counts(len(values), draws, seed, clusters):
        yield weighted_moments(values, part * own)


def all_moments(
    values: FloatArray,
    draws: int,
    seed: int,
    weights: FloatArray | None = None,
    clusters: IntArray | None = None,
) -> tuple[FloatArray, FloatArray]:
    """:func:`moments` of all draws at once, (draws, p, p) each."""
    parts = list(moments(values, draws, seed, weights, clusters))
    cov, corr = (np.concatenate(part) for part in zip(*parts, strict=True))
    return cov, corr
