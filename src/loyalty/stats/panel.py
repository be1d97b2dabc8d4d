"""Panels of firms over time: fixed effects, and inference for few clusters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist
from scipy.optimize import brentq

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, Result, check_level

#: Up to so many clusters every assignment of signs is gone through, above it some are drawn.
_ENUMERATED = 12


@dataclass(frozen=True, eq=False)
class FixedEffects(Result):
    """Least squares with effects of units and times.

    Attributes:
        coefficients: index predictor; ``b``, ``se`` (clustered by unit), ``t``, ``p``,
            ``ci_lower``, ``ci_upper`` (t with clusters − 1 degrees of freedom), ``wild_p``,
            ``wild_lower``, ``wild_upper`` (wild cluster bootstrap), ``cr2_se``, ``cr2_df``,
            ``cr2_p``, ``cr2_lower``, ``cr2_upper`` (:func:`_bias_reduced`).
        r2_within: share of the variance that is left after the effects.
        n, units, times: rows, clusters, periods. k: parameters with the effects.
        signs: assignments of signs in the wild bootstrap; ``enumerated`` if all were taken.
        level: of the intervals.
    """

    coefficients: pd.DataFrame
    r2_within: float
    n: int
    units: int
    times: int
    k: int
    signs: int
    enumerated: bool
    level: float


def fixed_effects(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    unit: str,
    time: str,
    effects: Sequence[str],
    draws: int,
    seed: int,
    level: float = 0.95,
) -> FixedEffects:
    """Least squares with the fixed effects named, errors clustered by unit.

    Standard errors are CR1: clusters/(clusters − 1) · (n − 1)/(n − k), k with the effects. With
    few clusters they are too small: the wild cluster bootstrap with the null imposed (Cameron,
    Gelbach & Miller 2008) flips the signs of whole units; its interval holds the values that it
    does not reject.

    Args:
        frame: rows of unit and time; rows with a missing value are left out.
        effects: of ``unit``, ``time`` or both; none: a constant.
        draws: assignments of signs where there are too many units to go through all.

    Raises:
        CannotCompute: fewer than three units, a predictor without variation beside the effects,
            or more parameters than rows.
    """
    check_level(level)
    used = frame[[outcome, *predictors, unit, time]].dropna()
    codes, units = pd.factorize(used[unit], sort=True)
    g, n, p = len(units), len(used), len(predictors)
    if g < 3:
        raise CannotCompute("few_clusters", n=g, least=3)
    dummies = [np.ones((n, 1))]
    dummies += [pd.get_dummies(used[e], drop_first=True, dtype=float).to_numpy() for e in effects]
    d = np.hstack(dummies)
    q = np.linalg.qr(d)[0][:, : np.linalg.matrix_rank(d)]
    if np.linalg.matrix_rank(d) < d.shape[1]:
        u, s, _ = np.linalg.svd(d, full_matrices=False)
        q = u[:, s > s[0] * 1e-10]
    k = q.shape[1] + p
    if n <= k:
        raise CannotCompute("few_rows_for_parameters", n=n, parameters=k)

    def without(v: FloatArray) -> FloatArray:
        return np.asarray(v - q @ (q.T @ v))

    raw = used[list(predictors)].to_numpy(float)
    x, y = without(raw), without(used[outcome].to_numpy(float))
    flat = (x**2).sum(axis=0) <= 1e-12 * np.maximum((raw**2).sum(axis=0), 1e-300)
    if flat.any() or np.linalg.matrix_rank(x) < p:
        name = predictors[int(np.flatnonzero(flat)[0])] if flat.any() else predictors[-1]
        raise CannotCompute("absorbed_by_effects", name=name)
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    residual = y - x @ b
    factor = g / (g - 1) * (n - 1) / (n - k)
    scores = np.zeros((g, p))
    np.add.at(scores, codes, x * residual[:, None])
    se = np.sqrt(np.diag(factor * inverse @ scores.T @ scores @ inverse))
    t = b / se
    quantile = float(_dist.t.ppf(0.5 + level / 2, g - 1))
    enumerated = g <= _ENUMERATED
    if enumerated:
        signs = np.array(list(itertools.product([1.0, -1.0], repeat=g)))
    else:
        signs = np.random.default_rng(seed).choice([1.0, -1.0], size=(draws, g))
    members = np.zeros((n, g))
    members[np.arange(n), codes] = 1.0
    rows = []
    for j in range(p):
        others = np.delete(x, j, axis=1)
        rows.append(_wild(x[:, j], others, y, members, without, signs, level, b[j], se[j]))
    cr2_se, cr2_df = _bias_reduced(np.hstack([q, x]), np.asarray(inverse), x, residual, codes)
    reach = _dist.t.ppf(0.5 + level / 2, cr2_df) * cr2_se
    table = pd.DataFrame(
        {
            "b": b,
            "se": se,
            "t": t,
            "p": 2 * _dist.t.sf(np.abs(t), g - 1),
            "ci_lower": b - quantile * se,
            "ci_upper": b + quantile * se,
            "wild_p": [r[0] for r in rows],
            "wild_lower": [r[1] for r in rows],
            "wild_upper": [r[2] for r in rows],
            "cr2_se": cr2_se,
            "cr2_df": cr2_df,
            "cr2_p": 2 * _dist.t.sf(np.abs(b) / cr2_se, cr2_df),
            "cr2_lower": b - reach,
            "cr2_upper": b + reach,
        },
        index=list(predictors),
    )
    return FixedEffects(
        coefficients=table,
        r2_within=float(1 - (residual**2).sum() / (y**2).sum()),
        n=n,
        units=g,
        times=int(used[time].nunique()),
        k=k,
        signs=len(signs),
        enumerated=enumerated,
        level=level,
    )


def _bias_reduced(
    design: FloatArray,
    inverse: FloatArray,
    x: FloatArray,
    residual: FloatArray,
    codes: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """CR2 standard errors and Satterthwaite's degrees of freedom of every predictor.

    The residuals of a cluster are multiplied by the symmetric root of the inverse of I − H, so that
    the variance is unbiased if errors are independent and alike; t has as many degrees of freedom
    as that variance then has. A programme that few clusters take up has few of them, however many
    clusters there are. NaN where a cluster's residuals cannot vary with a predictor, since it alone
    tells of it: of such an estimate the data hold no error.

    Args:
        design: (n, k) effects, orthonormal, and beside them the predictors. x: (n, p) predictors
            without the effects; `inverse` of its cross products. codes: (n,) cluster.

    Source: Bell & McCaffrey (2002), Survey Methodology 28, 169-181; Pustejovsky & Tipton (2018),
    Journal of Business & Economic Statistics 36, 672-683 (the inverse of effects by cluster).
    """
    basis = np.linalg.qr(design)[0]
    influence = x @ inverse
    scores, parts = [], []
    alone = np.zeros(x.shape[1], dtype=bool)
    for g in range(int(codes.max()) + 1):
        mine = np.flatnonzero(codes == g)
        values, vectors = np.linalg.eigh(np.eye(len(mine)) - basis[mine] @ basis[mine].T)
        lost = vectors[:, values <= 1e-9].T @ influence[mine]
        alone |= np.abs(lost).max(axis=0, initial=0.0) > 1e-6 * np.abs(influence[mine]).max(axis=0)
        root = np.zeros(len(mine))
        root[values > 1e-9] = values[values > 1e-9] ** -0.5
        turned = (vectors * root) @ vectors.T @ influence[mine]
        scores.append(residual[mine] @ turned)
        part = -basis @ (basis[mine].T @ turned)
        part[mine] += turned
        parts.append(part)
    se = np.sqrt((np.array(scores) ** 2).sum(axis=0))
    products = np.einsum("gnp,hnp->pgh", np.array(parts), np.array(parts), optimize=True)
    df = np.trace(products, axis1=1, axis2=2) ** 2 / (products**2).sum(axis=(1, 2))
    return np.where(alone, np.nan, se), np.where(alone, np.nan, df)


def _wild(
    x: FloatArray,
    others: FloatArray,
    y: FloatArray,
    members: FloatArray,
    without: object,
    signs: FloatArray,
    level: float,
    b: float,
    se: float,
) -> tuple[float, float, float]:
    """p of "b is 0" and the interval, by the wild cluster bootstrap with the null imposed.

    With the null value c imposed, the residuals u = y − c·x are flipped by unit. Each flipped
    sample's estimate and clustered error depend on the products of x with each unit's projected
    residuals alone, which are linear in c: no sample is ever made.
    """
    assert callable(without)
    if others.shape[1]:
        basis = np.linalg.qr(others)[0]
        x, y = x - basis @ (basis.T @ x), y - basis @ (basis.T @ y)
    size = float(x @ x)
    weight = (members * x[:, None]) @ np.eye(members.shape[1])

    def products(v: FloatArray) -> FloatArray:
        """(unit of x, unit flipped): x within one with the projected residuals of the other."""
        flipped = np.column_stack([without(c) for c in (members * v[:, None]).T])
        if others.shape[1]:
            flipped = flipped - basis @ (basis.T @ flipped)
        return np.asarray(weight.T @ flipped)

    of_y, of_x = products(y), products(x)
    own = np.asarray((members * (x**2)[:, None]).sum(axis=0))

    def p_value(c: float) -> float:
        s = of_y - c * of_x
        error = (signs @ s.T).sum(axis=1) / size  # estimate less c, one a row of signs
        spread = signs @ s.T - error[:, None] * own
        observed = (x @ y) / size - c
        rest = (members * (x * (y - x * (x @ y) / size))[:, None]).sum(axis=0)
        t0 = abs(observed) / np.sqrt((rest**2).sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            ts = np.abs(error) / np.sqrt((spread**2).sum(axis=1))
        return float((ts >= t0 * (1 - 1e-10)).mean())

    alpha = 1 - level

    def bound(side: float) -> float:
        near, far = b, b + side * 2 * se
        for _ in range(30):
            if p_value(far) <= alpha:
                break
            near, far = far, far + side * 2 * (abs(far - b) + se)
        else:
            return float("nan")
        return float(brentq(lambda c: p_value(c) - alpha - 1e-12, near, far, xtol=1e-6 * se))

    return p_value(0.0), bound(-1.0), bound(1.0)


def lagged(frame: pd.DataFrame, column: str, *, unit: str, time: str) -> tuple[pd.Series, int]:
    """The value one month before, missing where that month is; and how many gaps that made.

    Args:
        frame: one row a unit and month. time: dates; what counts is their month.
    """
    month = frame[time].dt.year * 12 + frame[time].dt.month
    key = pd.MultiIndex.from_arrays([frame[unit], month])
    if key.has_duplicates:
        raise CannotCompute("month_twice")
    before = pd.MultiIndex.from_arrays([frame[unit], month - 1])
    values = pd.Series(frame[column].to_numpy(), index=key).reindex(before)
    first = month.groupby(frame[unit]).transform("min")
    gaps = int(((month > first).to_numpy() & ~before.isin(key)).sum())
    return pd.Series(values.to_numpy(), index=frame.index), gaps
