"""A relation that bends once: two straight lines that meet at a threshold that is estimated.

``y = b0 + b1 x + b2 max(x − ψ, 0) + e``, by least squares over ψ, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats as _dist
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level
from loyalty.stats.regression import ols

#: Different values of x below which no threshold is looked for.
LEAST_VALUES = 5
LEAST_ROWS = 30
#: Places at which a threshold is tried.
GRID = 200


@dataclass(frozen=True, eq=False)
class Segmented(Result):
    """Two lines that meet.

    Attributes:
        threshold: ψ; se by the delta method; ci_lower, ci_upper: ψ ± t se.
        profile_lower, profile_upper: of all ψ that an F test does not reject, the smallest and the
            largest; NaN where they reach the last place that was tried: the data do not bound it.
        slope_below, slope_above with their standard errors and intervals; NaN where fewer than
            three different values of x lie on that side, and then those of the threshold, too: a
            line of one value is as good with any threshold up to the next, and one of two follows
            the threshold (83 % of its intervals of 95 % hold the slope; of three, still 86 %: said
            beside it).
        faster: whether the line is steeper above than below.
        p: that there is a bend at all (Davies).
        n: rows. first, last: where the threshold was looked for.
    """

    threshold: float
    se: float
    ci_lower: float
    ci_upper: float
    profile_lower: float
    profile_upper: float
    slope_below: float
    slope_below_se: float
    slope_below_ci_lower: float
    slope_below_ci_upper: float
    slope_above: float
    slope_above_se: float
    slope_above_ci_lower: float
    slope_above_ci_upper: float
    faster: bool
    p: float
    n: int
    first: float
    last: float


def _used(x: FloatArray, y: FloatArray, names: tuple[str, str]) -> tuple[FloatArray, FloatArray]:
    both = ~(np.isnan(x) | np.isnan(y))
    x, y = np.asarray(x, dtype=np.float64)[both], np.asarray(y, dtype=np.float64)[both]
    for values, name in zip((x, y), names, strict=True):
        if not len(values):
            raise CannotCompute("no_answers", name=name)
        if np.ptp(values) == 0:
            raise CannotCompute("constant", name=name)
    if len(x) < LEAST_ROWS:
        raise CannotCompute("few_complete_rows", n=len(x), least=LEAST_ROWS)
    if (different := len(np.unique(x))) < LEAST_VALUES:
        raise CannotCompute(
            "few_values_for_threshold", name=names[0], n=different, least=LEAST_VALUES
        )
    return x, y


@dataclass(frozen=True)
class _Points:
    """Means of y over the different values of x: what least squares needs of the rows.

    `within` is the sum of squares about these means.
    """

    x: FloatArray
    y: FloatArray
    root: FloatArray
    within: float
    n: int

    @staticmethod
    def of(x: FloatArray, y: FloatArray) -> _Points:
        values, at, counts = np.unique(x, return_inverse=True, return_counts=True)
        means = np.bincount(at, weights=y) / counts
        within = float(((y - means[at]) ** 2).sum())
        return _Points(values, means, np.sqrt(counts), within, len(x))

    def design(self, at: float) -> FloatArray:
        """Weighted columns of the constant, of x and of what of it lies above."""
        columns = [np.ones(len(self.x)), self.x, np.clip(self.x - at, 0.0, None)]
        return np.column_stack(columns) * self.root[:, None]

    def fit(self, at: float) -> tuple[FloatArray, float]:
        """Coefficients and residual sum of squares."""
        design, y = self.design(at), self.y * self.root
        b: FloatArray = np.asarray(np.linalg.lstsq(design, y, rcond=None)[0], dtype=float)
        return b, float(((y - design @ b) ** 2).sum()) + self.within


def _places(x: FloatArray, count: int, trim: float) -> FloatArray:
    """Between the second smallest and the second largest value, and `trim` of the rows aside."""
    ordered = np.sort(x)
    aside = max(1, int(trim * len(x)))
    found: FloatArray = np.linspace(ordered[aside], ordered[-1 - aside], count)
    return found


def davies(x: FloatArray, y: FloatArray, *, points: int = 10, trim: float = 0.0) -> float:
    """An upper bound of p of the largest t of a change of slope over `points` places.

    Args:
        x, y: (n,) without missing values. trim: as in :func:`segmented`.

    Source: Davies (2002), Biometrika 89, 484-489 (the variance unknown).
    """
    df, rows = len(x) - 3, _Points.of(x, y)
    t, angle = [], []
    for at in _places(x, points, trim):
        design = rows.design(float(at))
        if np.linalg.matrix_rank(design) < 3:
            continue
        b, rss = rows.fit(float(at))
        z = float(b[2] / np.sqrt(np.linalg.inv(design.T @ design)[2, 2]))
        t.append(z / np.sqrt(rss / df))
        angle.append(np.arcsin(z / np.sqrt(z**2 + rss)))
    largest = float(np.abs(t).max())
    length = float(np.abs(np.diff(angle)).sum())
    u = largest**2 / (df + largest**2)
    log = (df - 1) / 2 * np.log1p(-u) + gammaln(df / 2 + 0.5) - gammaln(df / 2)
    crossed = length * float(np.exp(log)) / (2 * np.sqrt(np.pi))
    return float(min(1.0, 2.0 * (_dist.t.sf(largest, df) + crossed)))


def segmented(
    x: FloatArray,
    y: FloatArray,
    *,
    trim: float = 0.0,
    level: float = 0.95,
    names: tuple[str, str] = ("x", "y"),
) -> Segmented:
    """The least-squares threshold of y on x, its intervals, and the slopes on both sides.

    Args:
        x, y: (n,); rows with a missing value are left out. names: of both, for a refusal.
        trim: share of the rows at either end of x among which no threshold is looked for.

    Raises:
        CannotCompute: too few rows or values of x, or one of the two has one value alone.

    Source: Muggeo (2003), Statistics in Medicine 22, 3055-3071 (standard errors); Seber & Wild
    (1989), Nonlinear Regression, 9.3 (the interval by an F test).
    """
    level = check_level(level)
    x, y = _used(x, y, names)
    rows, n, df = _Points.of(x, y), len(x), len(x) - 4
    places = _places(x, GRID, trim)
    rss = np.array([rows.fit(float(at))[1] for at in places])
    best = int(rss.argmin())
    step = places[1] - places[0]
    if not step > 0:
        raise CannotCompute(
            "few_values_for_threshold", name=names[0], n=len(rows.x), least=LEAST_VALUES
        )
    refined = minimize_scalar(
        lambda at: rows.fit(at)[1],
        bounds=(max(places[0], places[best] - step), min(places[-1], places[best] + step)),
        method="bounded",
        options={"xatol": 1e-10 * float(np.ptp(x))},
    )
    at, least = float(refined.x), float(refined.fun)
    if rss[best] < least:
        at, least = float(places[best]), float(rss[best])
    design = np.column_stack([rows.design(at), -1.0 * (rows.x > at) * rows.root])
    # with one value on a side two columns are one: what of the other side can be told stays
    covariance = np.linalg.pinv(design.T @ design) * least / df
    b, _ = rows.fit(at)
    told_below, told_above = (side.sum() > 2 for side in (rows.x < at, rows.x > at))
    nan = float("nan")
    se = float(np.sqrt(covariance[3, 3]) / abs(b[2])) if b[2] and told_below and told_above else nan
    t = float(_dist.t.ppf(0.5 + level / 2, df))
    inside = rss <= least * (1.0 + _dist.f.ppf(level, 1, df) / df)
    inside[best] = True
    first, last = int(np.argmax(inside)), int(len(inside) - 1 - np.argmax(inside[::-1]))
    below = float(b[1]) if told_below else nan
    above = float(b[1] + b[2]) if told_above else nan
    se_below = float(np.sqrt(covariance[1, 1])) if told_below else nan
    se_above = (
        float(np.sqrt(covariance[1, 1] + covariance[2, 2] + 2 * covariance[1, 2]))
        if told_above
        else nan
    )
    return Segmented(
        threshold=at,
        se=se,
        ci_lower=at - t * se,
        ci_upper=at + t * se,
        profile_lower=float(places[first]) if first > 0 else float("nan"),
        profile_upper=float(places[last]) if last < len(places) - 1 else float("nan"),
        slope_below=below,
        slope_below_se=se_below,
        slope_below_ci_lower=below - t * se_below,
        slope_below_ci_upper=below + t * se_below,
        slope_above=above,
        slope_above_se=se_above,
        slope_above_ci_lower=above - t * se_above,
        slope_above_ci_upper=above + t * se_above,
        faster=bool(b[2] > 0),
        p=davies(x, y, trim=trim),
        n=n,
        first=float(places[0]),
        last=float(places[-1]),
    )


@dataclass(frozen=True, eq=False)
class Change(Result):
    """The change of slope at a place that is given: above less below, with HC3 errors."""

    at: float
    estimate: float
    ci_lower: float
    ci_upper: float
    p: float


def change_at(
    x: FloatArray,
    y: FloatArray,
    at: float,
    *,
    level: float = 0.95,
    names: tuple[str, str] = ("x", "y"),
) -> Change:
    """By how much the slope of y on x changes at a threshold claimed elsewhere.

    Args:
        x, y: (n,); rows with a missing value are left out. at: in units of x.

    Raises:
        CannotCompute: as :func:`segmented`; or fewer than two values of x on a side: the threshold
            lies outside the data.
    """
    x, y = _used(x, y, names)
    if min(len(np.unique(x[x <= at])), len(np.unique(x[x > at]))) < 2:
        raise CannotCompute(
            "threshold_outside", at=at, minimum=float(x.min()), maximum=float(x.max())
        )
    rows = pd.DataFrame({"y": y, "x": x, "past": np.clip(x - at, 0.0, None)})
    found: Any = ols(rows, "y", ["x", "past"], level=level).coefficients.loc["past"]
    return Change(at, *(float(found[name]) for name in ("b", "ci_lower", "ci_upper", "p")))
