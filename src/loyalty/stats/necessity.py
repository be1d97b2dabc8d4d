"""Necessary conditions: what an outcome cannot be had without.

A condition is necessary in degree where the upper left corner of the scatter plot is empty: no high
outcome with little of it. Two ceilings bound that corner: CE-FDH, the step function over the
highest points, and CR-FDH, the least-squares line through its corners.

Source: Dul (2016), Organizational Research Methods 19, 10-52.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, Result

CeilingId = Literal["ce_fdh", "cr_fdh"]
CEILINGS: tuple[CeilingId, ...] = ("ce_fdh", "cr_fdh")
#: So many numbers of permuted outcomes are held at a time.
CHUNK = 4_000_000
#: Of so many highest outcomes a softened ceiling is the mean: a single answer a little too high
#: does not fill the corner.
SOFT = 7


@dataclass(frozen=True, eq=False)
class Ceiling(Result):
    """The two ceilings of one condition.

    Attributes:
        x, y: (m,) the corners of the step function, from left to right.
        slope, intercept: of the line through them; NaN where there is one corner.
        ce_fdh, cr_fdh: effect sizes: the area above the ceiling over that of the scope.
        x_min, x_max, y_min, y_max: the scope, what was observed.
        n: rows.
    """

    x: FloatArray
    y: FloatArray
    slope: float
    intercept: float
    ce_fdh: float
    cr_fdh: float
    x_min: float
    x_max: float
    y_min: float
    y_max: float
    n: int

    def required(self, level: float, ceiling: CeilingId) -> float:
        """The least x with which `level` of y can be had; NaN where there is no such x.

        -inf where every x will do: not necessary.
        """
        if ceiling == "ce_fdh":
            reached = self.y >= level - 1e-9 * (self.y_max - self.y_min)
            at = float(self.x[np.argmax(reached)]) if reached.any() else float("nan")
        elif not self.slope > 0:
            return float("-inf")
        else:
            at = (level - self.intercept) / self.slope
        return float("-inf") if at <= self.x_min else at


def _complete(
    x: FloatArray, y: FloatArray, names: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = np.asarray(x, dtype=np.float64)[both], np.asarray(y, dtype=np.float64)[both]
    for values, name in zip((x, y), names, strict=True):
        if not len(values):
            raise CannotCompute("no_answers", name=name)
        if np.ptp(values) == 0:
            raise CannotCompute("constant", name=name)
    return x, y


def ceiling(x: FloatArray, y: FloatArray, names: tuple[str, str] = ("x", "y")) -> Ceiling:
    """The ceilings over (x, y) and their effect sizes.

    Args:
        x, y: (n,) condition and outcome; rows with a missing value are left out.
        names: of the two, for a refusal.

    Raises:
        CannotCompute: one of the two has one value alone.

    The line is through all rows that lie on a corner, as in the NCA package.
    """
    x, y = _complete(x, y, names)
    order = np.argsort(x, kind="stable")
    xs, ys = x[order], y[order]
    effects, parts = _effects(xs, ys[None], float(y.min()), float(y.max()))
    steps, counts, slope, intercept = parts
    new = counts[0] > 0
    starts = _starts(xs)
    return Ceiling(
        x=xs[starts][new],
        y=steps[0][new],
        slope=float(slope[0]),
        intercept=float(intercept[0]),
        ce_fdh=float(effects["ce_fdh"][0]),
        cr_fdh=float(effects["cr_fdh"][0]),
        x_min=float(xs[0]),
        x_max=float(xs[-1]),
        y_min=float(y.min()),
        y_max=float(y.max()),
        n=len(x),
    )


def _starts(xs: FloatArray) -> IntArray:
    """Where each value of sorted x begins."""
    found: IntArray = np.flatnonzero(np.r_[True, xs[1:] != xs[:-1]])
    return found


def _effects(
    xs: FloatArray, ys: FloatArray, low: float, high: float
) -> tuple[dict[CeilingId, FloatArray], tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Effect sizes of many outcomes (r, n) over one sorted x (n,), and what they rest on."""
    starts = _starts(xs)
    at = xs[starts]
    tops = np.maximum.reduceat(ys, starts, axis=1)
    steps = np.maximum.accumulate(tops, axis=1)
    scope = (at[-1] - at[0]) * (high - low)
    stepped = ((high - steps[:, :-1]) * np.diff(at)).sum(axis=1) / scope
    # How many rows lie on each corner: where the step function rises.
    rises = np.concatenate([np.ones((len(ys), 1), bool), steps[:, 1:] > steps[:, :-1]], axis=1)
    if len(at) == len(xs):
        counts = rises.astype(float)
    else:
        on = ys == np.repeat(tops, np.diff(np.r_[starts, len(xs)]), axis=1)
        counts = np.where(rises, np.add.reduceat(on, starts, axis=1, dtype=float), 0.0)
    total = counts.sum(axis=1)
    mean_x = (counts * at).sum(axis=1) / total
    mean_y = (counts * steps).sum(axis=1) / total
    left = at - mean_x[:, None]
    squares = (counts * left**2).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(
            rises.sum(axis=1) > 1,
            (counts * left * (steps - mean_y[:, None])).sum(axis=1) / squares,
            np.nan,
        )
        intercept = mean_y - slope * mean_x
        # Above the line, below the highest outcome, right of the smallest x and above the lowest
        # outcome: a triangle less what sticks out of the scope.
        meets = (high - intercept) / slope
        area = 0.5 * slope * np.clip(meets - at[0], 0, None) ** 2
        area -= 0.5 * slope * np.clip(meets - at[-1], 0, None) ** 2
        below = (low - intercept) / slope  # where the line leaves the scope below
        area -= 0.5 * slope * np.clip(below - at[0], 0, None) ** 2
        area += 0.5 * slope * np.clip(below - at[-1], 0, None) ** 2
    lined = np.where(slope > 0, area / scope, 0.0)
    effects: dict[CeilingId, FloatArray] = {"ce_fdh": stepped, "cr_fdh": lined}
    return effects, (steps, counts, slope, intercept)


# --- tests ---------------------------------------------------------------------------------------
def _ranks(n: int, draws: int, rho: float, rng: np.random.Generator) -> IntArray:
    """(draws, n) ranks of y in the order of x: random, or of normal pairs correlated by `rho`."""
    if rho == 0.0:
        return rng.permuted(np.broadcast_to(np.arange(n), (draws, n)), axis=1)
    first = np.sort(rng.standard_normal((draws, n)), axis=1)
    second = rho * first + np.sqrt(1.0 - rho**2) * rng.standard_normal((draws, n))
    found: IntArray = np.empty((draws, n), dtype=np.int64)
    np.put_along_axis(
        found, second.argsort(axis=1), np.broadcast_to(np.arange(n), (draws, n)), axis=1
    )
    return found


def copula(x: FloatArray, y: FloatArray, seed: int) -> float:
    """The correlation of the normal copula with which the margins of x and y correlate as they do.

    Args:
        x, y: (n,) without missing values, neither constant.
    """
    n = len(x)
    a, b = (x - x.mean()) / x.std(), (y - y.mean()) / y.std()
    r = float((a * b).mean())
    a, b = np.sort(a), np.sort(b)
    draws, rho = max(4, min(200, 60_000 // n)), r
    for _ in range(4):
        rho = float(np.clip(rho, -0.99, 0.99))
        ranks = _ranks(n, draws, rho or 1e-12, np.random.default_rng(seed))
        rho += r - float((a * b[ranks]).mean())
    return float(np.clip(rho, -0.99, 0.99))


def null_effects(
    x: FloatArray, y: FloatArray, *, draws: int, rng: np.random.Generator
) -> dict[CeilingId, FloatArray]:
    """Effect sizes (draws,) of permuted outcomes, which are unrelated to the condition.

    Args:
        x, y: (n,) without missing values, neither constant.

    Source: Dul, van der Laan & Kuik (2020), Organizational Research Methods 23, 385-395, as in the
    NCA package.
    """
    xs, y_sorted = np.sort(x), np.sort(y)
    found: dict[CeilingId, list[FloatArray]] = {"ce_fdh": [], "cr_fdh": []}
    for some in _parts(len(x), draws):
        ranks = _ranks(len(x), some, 0.0, rng)
        effects, _ = _effects(xs, y_sorted[ranks], float(y_sorted[0]), float(y_sorted[-1]))
        for kind in CEILINGS:
            found[kind].append(effects[kind])
    return {kind: np.concatenate(parts) for kind, parts in found.items()}


def _parts(n: int, draws: int) -> list[int]:
    """How many of the draws of n numbers are held at a time."""
    step = max(1, CHUNK // n)
    return [min(step, draws - first) for first in range(0, draws, step)]


def emptiness(xs: FloatArray, ys: FloatArray) -> FloatArray:
    """How empty the upper left corner is, (r,), of many outcomes (r, n) over one sorted x (n,).

    The area above the mean of the seven highest outcomes with up to so much of the condition, over
    the scope: the step ceiling's effect size is that of the one highest.

    Source: Aragon, Daouia & Thomas-Agnan (2005), Econometric Theory 21, 358-389 (frontiers of
    order statistics resist errors of single points).
    """
    starts = _starts(xs)
    low, high = float(ys.min()), float(ys.max())
    top = np.full((len(ys), SOFT), low)
    above = np.zeros(len(ys))
    widths = np.diff(xs[starts])
    for start, end, width in zip(starts[:-1], starts[1:], widths, strict=True):
        both = np.concatenate([top, ys[:, start:end]], axis=1)
        top = np.partition(both, both.shape[1] - SOFT, axis=1)[:, -SOFT:]
        above += width * (high - top.mean(axis=1))
    found: FloatArray = above / (widths.sum() * (high - low))
    return found


def _compared(values: FloatArray) -> FloatArray:
    """Normal scores of what is continuous (most values occur once); scale scores as they are.

    Which rows belong together is independent of the values themselves only where nothing
    correlates: a far outlier of a correlated outcome has one in the condition beside it. The null
    keeps the margins and draws ranks anew, and so would forget that; of normal scores, which are
    the same for every sample, there is nothing to forget. (At r = .8 the test rejected .088 of
    normal pairs otherwise.) A bounded scale has no far outliers, but ties that ranks would spread.

    Source: van der Waerden (1952), Indagationes Mathematicae 14, 453-458.
    """
    if 2 * len(np.unique(values)) <= len(values):
        return values
    found: FloatArray = ndtri((rankdata(values) - 0.5) / len(values))
    return found


def beside_correlation(x: FloatArray, y: FloatArray, *, draws: int, seed: int) -> float:
    """p that so empty a corner is left by a correlation alone.

    Any positive correlation leaves the upper left corner emptier than permutations do. Here the
    outcomes are correlated with the condition by a normal copula (:func:`copula`), with the margins
    of x and y (continuous ones as normal scores, :func:`_compared`), and what is compared is
    :func:`emptiness` given the correlation: draws whose correlation happens to be larger are
    emptier for that reason, which is taken off by regression.

    Args:
        x, y: (n,) without missing values, neither constant.

    Source: Nelsen (2006), An Introduction to Copulas, chapter 2; `benchmarks/necessity.py` has
    how often it finds what is planted, and what is not.
    """
    x, y = _compared(x), _compared(y)
    order = np.argsort(x, kind="stable")
    xs, y_sorted = x[order], np.sort(y)
    rho, rng = copula(x, y, seed), np.random.default_rng(seed)
    scaled = (xs - xs.mean()) / (xs.std() * y.std() * len(x))
    observed, r = float(emptiness(xs, y[order][None])[0]), float(scaled @ y[order])
    null, correlations = [], []
    for some in _parts(len(x), draws):
        drawn = y_sorted[_ranks(len(x), some, rho or 1e-12, rng)]
        null.append(emptiness(xs, drawn))
        correlations.append(drawn @ scaled)
    empty, off = np.concatenate(null), np.concatenate(correlations) - r
    spread = off - off.mean()
    slope = float(spread @ empty) / max(float(spread @ spread), 1e-300)
    return p_value(observed, empty - slope * off)


def p_value(effect: float, null: FloatArray) -> float:
    """The share of effects at least as large where nothing is necessary, the observed one counted.

    Source: Phipson & Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9,
    article 39.
    """
    return float((1 + (null >= effect - 1e-12).sum()) / (1 + len(null)))


@dataclass(frozen=True, eq=False)
class Necessity(Result):
    """One condition, tested.

    Attributes:
        effect: effect size by ceiling.
        p: by ceiling, against unrelated outcomes.
        p_correlated: against outcomes that correlate with the condition as the observed ones do.
    """

    effect: dict[str, float]
    p: dict[str, float]
    p_correlated: float


def tested(
    x: FloatArray,
    y: FloatArray,
    *,
    permutations: int,
    seed: int,
    names: tuple[str, str] = ("x", "y"),
) -> Necessity:
    """Effect sizes of one condition and both tests.

    Against unrelated outcomes (:func:`null_effects`), and against those that merely correlate
    (:func:`beside_correlation`).

    Args:
        x, y: (n,) condition and outcome; rows with a missing value are left out.

    Raises:
        CannotCompute: one of the two has one value alone.
    """
    x, y = _complete(x, y, names)
    found = ceiling(x, y, names)
    effect = {"ce_fdh": found.ce_fdh, "cr_fdh": found.cr_fdh}
    rng = np.random.default_rng(seed)
    plain = null_effects(x, y, draws=permutations, rng=rng)
    return Necessity(
        effect=effect,
        p={kind: p_value(effect[kind], plain[kind]) for kind in CEILINGS},
        p_correlated=beside_correlation(x, y, draws=permutations, seed=seed),
    )


@dataclass(frozen=True, eq=False)
class Carried(Result):
    """One condition without errors of measurement; all by ceiling.

    Attributes:
        effect: median effect size of the draws; lower, upper: the middle 95 % of them, which is
            what errors of measurement leave open, not sampling.
        p: of the median, against single draws with unrelated outcomes.
    """

    effect: dict[str, float]
    lower: dict[str, float]
    upper: dict[str, float]
    p: dict[str, float]


def carried(
    pairs: Sequence[tuple[FloatArray, FloatArray]],
    *,
    permutations: int,
    seed: int,
    names: tuple[str, str] = ("x", "y"),
) -> Carried:
    """Effect sizes of draws of what condition and outcome may be (plausible values).

    Such draws are normal given the answers and soften a ceiling: whether a corner is emptier than
    a correlation leaves it cannot be asked of them, only of scores (:func:`tested`).

    Args:
        pairs: (x, y) of each draw, each (n,). The permutations are divided among them.

    Raises:
        CannotCompute: one of the two has one value alone.
    """
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {kind: [] for kind in CEILINGS}
    null: dict[str, list[FloatArray]] = {kind: [] for kind in CEILINGS}
    for one in pairs:
        x, y = _complete(*one, names)
        observed = ceiling(x, y, names)
        alone = null_effects(x, y, draws=-(-permutations // len(pairs)), rng=rng)
        for kind, value in (("ce_fdh", observed.ce_fdh), ("cr_fdh", observed.cr_fdh)):
            found[kind].append(value)
            null[kind].append(alone[kind])  # type: ignore[index]
    bounds = {kind: np.quantile(found[kind], [0.025, 0.5, 0.975]) for kind in CEILINGS}
    return Carried(
        effect={kind: float(bounds[kind][1]) for kind in CEILINGS},
        lower={kind: float(bounds[kind][0]) for kind in CEILINGS},
        upper={kind: float(bounds[kind][2]) for kind in CEILINGS},
        p={k: p_value(float(bounds[k][1]), np.concatenate(null[k])) for k in CEILINGS},
    )


Verdict = Literal["necessary", "correlated", "small", "none"]


def verdict(found: Necessity, kind: CeilingId, least: float, level: float) -> Verdict:
    """Of one condition by one ceiling.

    ``necessary``: an effect of at least `least`, larger than unrelated and than correlated outcomes
    leave it (p below `level`); ``small``: larger than both, but not of that size; ``correlated``:
    no larger than the correlation explains; ``none``: no larger than chance.
    """
    if not found.p[kind] < level:
        return "none"
    if not found.p_correlated < level:
        return "correlated"
    return "necessary" if found.effect[kind] >= least else "small"
