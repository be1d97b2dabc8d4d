r"""An interrupted time series: does a series change its level or its slope at a known time?

.. math:: y_t = a + b\,(t - s) + c\,[t \ge s] + d\,(t - s)[t \ge s] + e_t, \quad
   e_t = \phi e_{t-1} + u_t.

Estimated by restricted maximum likelihood: with the few periods that such series have, errors after
Newey and West or Prais and Winsten are far too small (`benchmarks/impact.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist
from scipy.optimize import minimize_scalar

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level

#: Periods that are needed before, and from the interruption on: a line and what varies about it.
LEAST = 6
#: Largest autocorrelation, as a hyperbolic tangent.
_EDGE = 3.0


@dataclass(frozen=True, eq=False)
class Interrupted(Result):
    """A series before and after.

    Attributes:
        coefficients: index ``before`` (slope before, a period), ``level`` (change of level at the
            interruption), ``slope`` (change of slope); ``b``, ``se``, ``df`` (Satterthwaite),
            ``p``, ``ci_lower``, ``ci_upper``.
        carry: autocorrelation φ. sd: of what varies about the lines.
        before, after: periods on either side. level: of the intervals.
    """

    coefficients: pd.DataFrame
    carry: float
    sd: float
    before: int
    after: int
    level: float


def interrupted(series: FloatArray, before: int, *, level: float = 0.95) -> Interrupted:
    """Change of level and slope after the first `before` periods.

    Args:
        series: (periods,) one value a period, in order and without gaps.

    Raises:
        CannotCompute: fewer than six periods on a side, or a series on its lines exactly.

    Source: Turner et al. (2021), BMC Medical Research Methodology 21, 181 (restricted maximum
    likelihood with Satterthwaite's degrees of freedom); Wagner et al. (2002), Journal of Clinical
    Pharmacy and Therapeutics 27, 299-309 (the model).
    """
    level = check_level(level)
    y = np.asarray(series, dtype=np.float64)
    after = len(y) - before
    if min(before, after) < LEAST:
        raise CannotCompute("few_periods_beside", before=before, after=after, least=LEAST)
    since = np.arange(len(y)) - float(before)
    on = (since >= 0).astype(float)
    x = np.column_stack([np.ones(len(y)), since, on, on * since])
    if _residual(x, y, 0.0)[1] <= 1e-20 * float(y @ y):
        raise CannotCompute("constant_series")
    df = len(y) - x.shape[1]

    def lost(z: float, log_variance: float | None = None) -> float:
        """−2 log restricted likelihood; with the best variance where none is given."""
        phi = np.tanh(z)
        inner, rss, _ = _residual(x, y, phi)
        log_variance = np.log(rss / df) if log_variance is None else log_variance
        fixed = np.linalg.slogdet(inner)[1] - np.log(1 - phi**2)
        return float(df * log_variance + rss / np.exp(log_variance) + fixed)

    z = float(minimize_scalar(lost, bounds=(-_EDGE, _EDGE), method="bounded").x)
    inner, rss, b = _residual(x, y, np.tanh(z))
    variance = rss / df
    spread = np.diag(np.linalg.inv(inner)) * variance
    # Satterthwaite: 2 v² / var(v), by the information about z and the logarithm of the variance
    h, at = 1e-4, np.array([z, np.log(variance)])
    corner = {(i, j): lost(*(at + h * np.array([i, j]))) for i in (-1, 0, 1) for j in (-1, 0, 1)}
    mixed = (corner[1, 1] - corner[1, -1] - corner[-1, 1] + corner[-1, -1]) / 4
    of_z = corner[1, 0] - 2 * corner[0, 0] + corner[-1, 0]
    of_variance = corner[0, 1] - 2 * corner[0, 0] + corner[0, -1]
    second = np.array([[of_z, mixed], [mixed, of_variance]])
    covariance = np.linalg.inv(second / (2 * h**2))
    ends = [np.diag(np.linalg.inv(_residual(x, y, np.tanh(z + s))[0])) * variance for s in (h, -h)]
    gradient = np.column_stack([(ends[0] - ends[1]) / (2 * h), spread])
    freedom = 2 * spread**2 / np.einsum("ij,jk,ik->i", gradient, covariance, gradient)
    freedom = np.clip(freedom, 1.0, df)
    se = np.sqrt(spread)
    reach = _dist.t.ppf(0.5 + level / 2, freedom) * se
    table = pd.DataFrame(
        {
            "b": b,
            "se": se,
            "df": freedom,
            "p": 2 * _dist.t.sf(np.abs(b) / se, freedom),
            "ci_lower": b - reach,
            "ci_upper": b + reach,
        },
        index=["start", "before", "level", "slope"],
    )
    return Interrupted(
        coefficients=table.drop(index="start"),
        carry=float(np.tanh(z)),
        sd=float(np.sqrt(variance / (1 - np.tanh(z) ** 2))),
        before=before,
        after=after,
        level=level,
    )


def _residual(x: FloatArray, y: FloatArray, phi: float) -> tuple[FloatArray, float, FloatArray]:
    """Cross products of the whitened design, residual sum of squares, and coefficients."""
    first = np.sqrt(1 - phi**2)
    a = np.vstack([first * x[:1], x[1:] - phi * x[:-1]])
    v = np.concatenate([first * y[:1], y[1:] - phi * y[:-1]])
    inner = a.T @ a
    b: FloatArray = np.linalg.solve(inner, a.T @ v)
    return inner, float(((v - a @ b) ** 2).sum()), b
