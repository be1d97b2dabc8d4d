"""Early warning: counts or shares watched for a rise, with the rate of false alarms set."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, Result

#: Periods that are needed to learn from, and to watch.
LEAST = 10


@dataclass(frozen=True, eq=False)
class Alarm(Result):
    """What a cumulative sum of a series tells.

    Attributes:
        at: place of the first period in which the sum is above `threshold`; None without an alarm.
        highest: the highest sum. threshold: what so large a share `false` of series in which
            nothing rises goes above. p: share of such series with as high a sum.
        baseline: periods learnt from. mean: of them. watched: periods watched.
        after: mean from the alarm on; None without one. draws, seed: of the permutations.
    """

    at: int | None
    highest: float
    threshold: float
    p: float
    false: float
    baseline: int
    mean: float
    watched: int
    after: float | None
    draws: int
    seed: int


def rise(
    counts: FloatArray,
    *,
    factor: float,
    draws: int,
    seed: int,
    share: float = 0.5,
    false: float = 0.05,
) -> Alarm:
    """Watch counts for a rise to `factor` times what they were.

    The sum ``S_t = max(0, S_{t-1} + x_t - k)`` with ``k = m (factor - 1) / ln factor``, m the mean
    of the first periods, is the likelihood-ratio sum for a Poisson mean that rises (Page 1954,
    Biometrika 41:100-115; Lucas 1985, Technometrics 27:129-144). Its threshold is no table's but
    that of the series in another order: if nothing rises, each order is as likely, whatever the
    spread of the counts.

    Args:
        counts: (periods,) in order of time.
        share: of the periods, those learnt from.
        false: share of series without a rise that give an alarm.

    Raises:
        CannotCompute: too few periods, or nothing counted while learning.
    """
    x = np.asarray(counts, dtype=float)

    def sums(order: IntArray, baseline: int) -> FloatArray:
        return _sums(x[order], baseline, factor)

    return _watched(x, np.ones(len(x)), sums, draws=draws, seed=seed, share=share, false=false)


def rise_of_share(
    hits: FloatArray,
    of: FloatArray,
    *,
    factor: float,
    draws: int,
    seed: int,
    share: float = 0.5,
    false: float = 0.05,
) -> Alarm:
    """Watch a share for a rise of its odds to `factor` times what they were.

    The sum adds the likelihood ratio of each period's counts: ``x ln(p1 / p0) + (n - x) ln((1 - p1)
    / (1 - p0))``, p0 the share of the first periods (Steiner et al. 2000, Biostatistics 1:441-452).
    Its threshold is that of the same periods in another order, as of :func:`rise`.

    Args:
        hits, of: (periods,) counts, and what they are counted of; a period may have none.

    Returns:
        `mean` and `after` are shares.

    Raises:
        CannotCompute: too few periods, or none or all of those learnt from are hits.
    """
    x, n = np.asarray(hits, dtype=float), np.asarray(of, dtype=float)
    learnt = int(len(x) * share)
    if learnt and x[:learnt].sum() == n[:learnt].sum():
        raise CannotCompute("constant_series")

    def sums(order: IntArray, baseline: int) -> FloatArray:
        return _share_sums(x[order], n[order], baseline, factor)

    return _watched(x, n, sums, draws=draws, seed=seed, share=share, false=false)


def _watched(
    x: FloatArray,
    n: FloatArray,
    sums_of: Callable[[IntArray, int], FloatArray],
    *,
    draws: int,
    seed: int,
    share: float,
    false: float,
) -> Alarm:
    """An alarm by sums of the periods as they came, and in other orders."""
    baseline = int(len(x) * share)
    if min(baseline, len(x) - baseline) < LEAST:
        raise CannotCompute("few_periods", n=len(x), least=2 * LEAST)
    if x[:baseline].sum() == 0:
        raise CannotCompute("constant_series")
    rng = np.random.default_rng(seed)
    orders = np.array([rng.permutation(len(x)) for _ in range(draws)])
    null = sums_of(orders, baseline).max(axis=1)
    sums = sums_of(np.arange(len(x))[None, :], baseline)[0]
    threshold = float(np.quantile(null, 1 - false, method="higher"))
    above = np.flatnonzero(sums > threshold)
    at = baseline + int(above[0]) if len(above) else None
    return Alarm(
        at=at,
        highest=float(sums.max()),
        threshold=threshold,
        p=float((1 + (null >= sums.max() - 1e-12).sum()) / (1 + draws)),
        false=false,
        baseline=baseline,
        mean=float(x[:baseline].sum() / n[:baseline].sum()),
        watched=len(x) - baseline,
        after=float(x[at:].sum() / n[at:].sum()) if at is not None else None,
        draws=draws,
        seed=seed,
    )


def _sums(series: FloatArray, baseline: int, factor: float) -> FloatArray:
    """(series, watched periods) cumulative sums of each series against its own first periods."""
    k = series[:, :baseline].mean(axis=1) * (factor - 1) / math.log(factor)
    return _added(series[:, baseline:] - k[:, None])


def _share_sums(hits: FloatArray, of: FloatArray, baseline: int, odds: float) -> FloatArray:
    """The same of shares; one without a hit, or with hits alone, to learn from is taken as near."""
    counted = np.maximum(of[:, :baseline].sum(axis=1), 1.0)
    p0 = np.clip(hits[:, :baseline].sum(axis=1) / counted, 0.5 / counted, 1 - 0.5 / counted)
    p1 = odds * p0 / (1 - p0 + odds * p0)
    up, down = np.log(p1 / p0)[:, None], np.log((1 - p1) / (1 - p0))[:, None]
    x, n = hits[:, baseline:], of[:, baseline:]
    return _added(x * up + (n - x) * down)


def _added(steps: FloatArray) -> FloatArray:
    """Sums that never fall below zero."""
    sums: FloatArray = np.empty_like(steps)
    now = np.zeros(len(steps))
    for t in range(steps.shape[1]):
        now = np.maximum(0.0, now + steps[:, t])
        sums[:, t] = now
    return sums
