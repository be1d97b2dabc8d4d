"""Meta-analytic structural equation modelling in two stages (Cheung & Chan 2005, Cheung 2014).

Stage 1, :func:`pool_correlations`, pools correlation matrices over studies; stage 2,
:func:`path_model`, fits a recursive path model to the pooled correlations by weighted least
squares, with the covariance matrix of stage 1 as weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats as _dist

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Result,
    check_level,
    normal_quantile,
)

Effects = Literal["fixed", "random"]
#: A function of parameters with its gradient and (expected or observed) Hessian.
Objective = Callable[[FloatArray], tuple[float, FloatArray, FloatArray]]
_STEPS, _HALVINGS, _STILL, _ROUNDING = 500, 40, 1e-9, 1e-12


@dataclass(frozen=True, eq=False)
class PooledCorrelations(Result):
    """Correlations pooled over studies.

    Attributes:
        table: one row a pair: ``a, b``, ``studies`` that know it, ``n`` people in them,
            ``estimate, se, ci_lower, ci_upper`` (Wald), ``tau2`` between studies (NaN with fixed
            effects), ``i2`` (share of variance between studies, 0 to 1), Cochran's ``q, q_df,
            q_p``.
        acov: (p, p) covariance matrix of the estimates, in the table's order.
        chisq, df, p: of homogeneity: that all studies have one correlation matrix. Fixed effects:
            the likelihood-ratio test; random: the multivariate Q.
        k: studies. n: people in all of them. effects, level: as asked for.
    """

    table: pd.DataFrame
    acov: pd.DataFrame
    chisq: float
    df: int
    p: float
    k: int
    n: int
    effects: str
    level: float

    @property
    def variables(self) -> tuple[str, ...]:
        """All variables, in the order in which the studies name them."""
        return tuple(dict.fromkeys([*self.table["a"], *self.table["b"]]))


@dataclass(frozen=True, eq=False)
class PathModel(Result):
    """A recursive path model of pooled correlations; all variables are standardized.

    Attributes:
        paths: one row a path: ``from_, to, estimate, se, ci_lower, ci_upper, p`` (Wald).
        r2: explained variance of every variable that a path leads to.
        chisq, df, p: of the model. cfi, rmsea, srmr: its fit.
        k, n: studies and people of the first stage. level: of the intervals.
    """

    paths: pd.DataFrame
    r2: pd.Series
    chisq: float
    df: int
    p: float
    cfi: float
    rmsea: float
    srmr: float
    k: int
    n: int
    level: float


# --- stage 1 ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Study:
    """Its people, its known correlations as (pair, value), their known standard errors."""

    n: int
    pairs: tuple[int, ...]
    values: FloatArray
    errors: FloatArray | None
    matrix: FloatArray
    known: tuple[int, ...]


def pool_correlations(
    matrices: Sequence[pd.DataFrame],
    n: Sequence[int],
    *,
    effects: Effects = "random",
    standard_errors: Sequence[pd.DataFrame] | None = None,
    level: float = 0.95,
) -> PooledCorrelations:
    """First stage: pool the correlation matrices of independent studies.

    Fixed effects: one correlation matrix for all, by the likelihood of several groups, every study
    with standard deviations of its own (Cheung & Chan 2005, Psychological Methods 10, 40-64).
    Random effects: the correlations of a study vary around their means with a diagonal covariance
    matrix, by maximum likelihood (Cheung 2014, Behavior Research Methods 46, 29-40); the sampling
    covariance matrix of a study's correlations is Olkin and Siotani's (1976) at the mean
    correlations weighted by n. Standard errors are from the observed information.

    Args:
        matrices: one a study, variables as index and columns; what a study does not know is left
            out of its matrix or missing in it.
        n: people in each.
        effects: see above.
        standard_errors: random effects: matrices like `matrices` of the correlations' known
            standard errors, for those whose error is not that of two observed variables (between
            latent variables, say); the sampling correlations stay Olkin and Siotani's.
        level: of the intervals.

    Raises:
        CannotCompute: fewer than two studies, a correlation that too few studies know (two with
            random effects, one with fixed), one that lies outside -1 to 1, a standard error that
            is not positive, a matrix of mean correlations (with fixed effects: of a study's) that
            is not positive definite, with fixed effects one that lacks single correlations, or no
            convergence.
        ValueError: lengths that differ, standard errors with fixed effects.
    """
    check_level(level)
    if len(matrices) != len(n):
        raise ValueError(f"{len(matrices)} matrices but {len(n)} sizes")
    if standard_errors is not None and (effects == "fixed" or len(standard_errors) != len(n)):
        raise ValueError("standard errors are expected with random effects, one matrix a study")
    if len(matrices) < 2:
        raise CannotCompute("few_studies", n=len(matrices))
    names = list(dict.fromkeys(v for m in matrices for v in m.index))
    pairs = list(combinations(range(len(names)), 2))
    errors: Sequence[pd.DataFrame | None] = standard_errors or [None] * len(n)
    studies = [_study(m, e, k, names) for m, e, k in zip(matrices, errors, n, strict=True)]
    least = 2 if effects == "random" else 1
    know = min(sum(j in s.pairs for s in studies) for j in range(len(pairs)))
    if know < least:
        raise CannotCompute("few_studies_for_pair", n=know, least=least)
    mean = _weighted_mean(studies, len(pairs))
    _check_positive_definite(_matrix(mean, len(names)))
    unit = _olkin_siotani(_matrix(mean, len(names)))
    sampling = [_sampling(s, unit) for s in studies]
    if effects == "random":
        estimate, acov, tau2 = _random(studies, sampling, mean)
        chisq = _homogeneity(studies, sampling, len(pairs))
    else:
        estimate, acov, chisq = _fixed(studies, mean, len(names))
        tau2 = np.full(len(pairs), np.nan)
    df = sum(len(s.pairs) for s in studies) - len(pairs)
    se, z = np.sqrt(np.diag(acov)), normal_quantile(level)
    rows = [
        {"a": names[a], "b": names[b], **_one_pair(studies, sampling, j, float(tau2[j]))}
        for j, (a, b) in enumerate(pairs)
    ]
    table = pd.DataFrame(rows).assign(
        estimate=estimate, se=se, ci_lower=estimate - z * se, ci_upper=estimate + z * se, tau2=tau2
    )
    return PooledCorrelations(
        table=table,
        acov=pd.DataFrame(acov),
        chisq=chisq,
        df=df,
        p=float(_dist.chi2.sf(chisq, df)),
        k=len(studies),
        n=sum(n),
        effects=effects,
        level=level,
    )


def _study(matrix: pd.DataFrame, errors: pd.DataFrame | None, n: int, names: list[str]) -> _Study:
    full = matrix.reindex(index=names, columns=names).to_numpy(dtype=np.float64, copy=True)
    known = {j: full[ab] for j, ab in enumerate(combinations(range(len(names)), 2))}
    pairs = tuple(j for j, r in known.items() if np.isfinite(r))
    values = np.array([known[j] for j in pairs])
    if (np.abs(values) >= 1).any():
        raise CannotCompute("correlation_outside")
    own = None
    if errors is not None:
        table = errors.reindex(index=names, columns=names).to_numpy(dtype=np.float64)
        all_pairs = list(combinations(range(len(names)), 2))
        own = np.array([table[all_pairs[j]] for j in pairs])
        if not np.isfinite(own).all() or (own <= 0).any():
            raise CannotCompute("standard_error_not_positive")
    np.fill_diagonal(full, np.nan)
    variables = tuple(i for i in range(len(names)) if np.isfinite(full[i]).any())
    np.fill_diagonal(full, 1.0)
    return _Study(n, pairs, values, own, full[np.ix_(variables, variables)], variables)


def _inverse(m: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(m), dtype=np.float64)


def _solve(m: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(m, b), dtype=np.float64)


def _check_positive_definite(matrix: FloatArray) -> None:
    if float(np.linalg.eigvalsh(matrix)[0]) <= 0:
        raise CannotCompute("correlations_not_positive_definite")


def _weighted_mean(studies: Sequence[_Study], p: int) -> FloatArray:
    """Mean correlations, weighted by n."""
    total, weight = np.zeros(p), np.zeros(p)
    for s in studies:
        total[list(s.pairs)] += s.n * s.values
        weight[list(s.pairs)] += s.n
    return np.asarray(total / weight, dtype=np.float64)


def _matrix(r: NDArray[Any], size: int) -> NDArray[Any]:
    """The symmetric matrix with a unit diagonal of the correlations above it."""
    full = np.eye(size, dtype=r.dtype)
    upper = np.triu_indices(size, 1)
    full[upper] = r
    full.T[upper] = r
    return full


def _olkin_siotani(r: FloatArray) -> FloatArray:
    """Covariance matrix of a normal sample's correlations, times n (Olkin & Siotani 1976)."""
    pairs = list(combinations(range(len(r)), 2))
    out = np.empty((len(pairs), len(pairs)))
    for x, (i, j) in enumerate(pairs):
        for y, (k, m) in enumerate(pairs):
            squares = r[i, k] ** 2 + r[i, m] ** 2 + r[j, k] ** 2 + r[j, m] ** 2
            first = r[i, j] * (r[i, k] * r[i, m] + r[j, k] * r[j, m])
            second = r[k, m] * (r[i, k] * r[j, k] + r[i, m] * r[j, m])
            out[x, y] = 0.5 * r[i, j] * r[k, m] * squares - first - second
            out[x, y] += r[i, k] * r[j, m] + r[i, m] * r[j, k]
    return out


def _sampling(study: _Study, unit: FloatArray) -> FloatArray:
    """Sampling covariance matrix of a study's correlations."""
    own = unit[np.ix_(study.pairs, study.pairs)]
    if study.errors is None:
        return np.asarray(own / study.n, dtype=np.float64)
    scale = study.errors / np.sqrt(np.diag(own))
    return np.asarray(own * np.outer(scale, scale), dtype=np.float64)


def _one_pair(
    studies: Sequence[_Study], sampling: Sequence[FloatArray], j: int, tau2: float
) -> dict[str, Any]:
    """How many know a correlation, Cochran's Q of it, and I² (Higgins & Thompson 2002)."""
    at = [(s, v, s.pairs.index(j)) for s, v in zip(studies, sampling, strict=True) if j in s.pairs]
    y = np.array([s.values[i] for s, _, i in at])
    w = 1.0 / np.array([v[i, i] for _, v, i in at])
    df = len(at) - 1
    q = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
    if df < 1:
        i2 = float("nan")
    elif math.isnan(tau2):
        i2 = max(0.0, 1.0 - df / q) if q > 0 else 0.0
    else:
        typical = df * float(w.sum()) / float(w.sum() ** 2 - (w**2).sum())
        i2 = tau2 / (tau2 + typical)
    return {
        "studies": len(at),
        "n": sum(s.n for s, _, _ in at),
        "i2": i2,
        "q": q,
        "q_df": df,
        "q_p": float(_dist.chi2.sf(q, df)) if df else float("nan"),
    }


def _gls(
    studies: Sequence[_Study], weights: Sequence[FloatArray], p: int
) -> tuple[FloatArray, FloatArray]:
    """Generalized least squares of the means, and the information."""
    info, score = np.zeros((p, p)), np.zeros(p)
    for s, w in zip(studies, weights, strict=True):
        info[np.ix_(s.pairs, s.pairs)] += w
        score[list(s.pairs)] += w @ s.values
    return _solve(info, score), info


def _homogeneity(studies: Sequence[_Study], sampling: Sequence[FloatArray], p: int) -> float:
    weights = [_inverse(v) for v in sampling]
    mean, _ = _gls(studies, weights, p)
    return math.fsum(
        float((e := s.values - mean[list(s.pairs)]) @ w @ e)
        for s, w in zip(studies, weights, strict=True)
    )


def _random(
    studies: Sequence[_Study], sampling: Sequence[FloatArray], start: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means, their covariance matrix and tau2 by ML: Fisher scoring in tau2, not below zero."""
    p = len(start)

    def weights(tau2: FloatArray) -> list[FloatArray]:
        return [
            _inverse(v + np.diag(tau2[list(s.pairs)]))
            for s, v in zip(studies, sampling, strict=True)
        ]

    def objective(tau2: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        w = weights(tau2)
        mean, _ = _gls(studies, w, p)
        value, gradient, expected = 0.0, np.zeros(p), np.zeros((p, p))
        for s, one in zip(studies, w, strict=True):
            at, e = list(s.pairs), s.values - mean[list(s.pairs)]
            value += 0.5 * float(e @ one @ e - np.linalg.slogdet(one)[1])
            gradient[at] += 0.5 * (np.diag(one) - (one @ e) ** 2)
            expected[np.ix_(at, at)] += 0.5 * one**2
        return value, gradient, expected

    typical = np.array([np.mean([np.diag(v).mean() for v in sampling])] * p)
    tau2 = _minimum(objective, typical, lower=0.0)
    w = weights(tau2)
    mean, info = _gls(studies, w, p)
    # The observed information of means and tau2 together; a tau2 of zero is fixed there.
    cross, second = np.zeros((p, p)), np.zeros((p, p))
    for s, one in zip(studies, w, strict=True):
        at, grid = list(s.pairs), np.ix_(s.pairs, s.pairs)
        we = one @ (s.values - mean[at])
        cross[grid] += one * we
        second[grid] += one * np.outer(we, we) - 0.5 * one**2
    free = tau2 > 0
    part = cross[:, free]
    if free.any():
        info = info - part @ _solve(second[np.ix_(free, free)], part.T)
    return mean, _inverse(info), tau2


def _fixed(
    studies: Sequence[_Study], start: FloatArray, size: int
) -> tuple[FloatArray, FloatArray, float]:
    """One correlation matrix by ML, its covariance matrix, and the test that all have it.

    A study's standard deviations are profiled out, so that the correlations are all that is
    sought; the Hessian of the profile is the difference quotient of its exact gradient.
    """
    upper = np.triu_indices(size, 1)
    saturated = 0.0
    for s in studies:
        if np.isnan(s.matrix).any():
            raise CannotCompute("correlation_missing")
        _check_positive_definite(s.matrix)
        saturated += s.n * (np.linalg.slogdet(s.matrix)[1] + len(s.known))

    def profile(r: FloatArray) -> tuple[float, FloatArray]:
        full, value, gradient = _matrix(r, size), 0.0, np.zeros((size, size))
        for s in studies:
            own = full[np.ix_(s.known, s.known)]
            if float(np.linalg.eigvalsh(own)[0]) <= 0:
                return math.inf, gradient[upper]
            inverse = _inverse(own)
            e = _scaling(inverse * s.matrix)
            scaled = s.matrix * np.outer(e, e)
            value += s.n * (np.linalg.slogdet(own)[1] - 2 * np.log(e).sum() + len(e))
            gradient[np.ix_(s.known, s.known)] += s.n * (inverse - inverse @ scaled @ inverse)
        return value, 2.0 * gradient[upper]

    def objective(r: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        value, gradient = profile(r)
        return value, gradient, _slopes(lambda x: profile(x)[1], r)

    r = _minimum(objective, start)
    value, _, hessian = objective(r)
    return r, 2.0 * _inverse(hessian), max(value - saturated, 0.0)


def _scaling(m: FloatArray) -> FloatArray:
    """The positive e with ``e * (m @ e) == 1``: a study's inverse standard deviations."""

    def objective(x: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        if (x <= 0).any():
            return math.inf, x, m
        value = float(0.5 * x @ m @ x - np.log(x).sum())
        return value, m @ x - 1.0 / x, m + np.diag(x**-2.0)

    return _minimum(objective, 1.0 / np.sqrt(np.diag(m)))


def _slopes(gradient: Callable[[FloatArray], FloatArray], at: FloatArray) -> FloatArray:
    """Symmetric difference quotients of a gradient: the Hessian."""
    h = 1e-5
    rows = [(gradient(at + h * e) - gradient(at - h * e)) / (2 * h) for e in np.eye(len(at))]
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2.0, dtype=np.float64)


def _minimum(objective: Objective, start: FloatArray, lower: float = -math.inf) -> FloatArray:
    """Newton's method with halved steps; what stands at `lower` and would go below stays there.

    Raises:
        CannotCompute: no convergence.
    """
    x = start
    value, gradient, hessian = objective(x)
    for _ in range(_STEPS):
        held = (x <= lower) & (gradient > 0)
        step, free = np.zeros(len(x)), ~held
        step[free] = _solve(hessian[np.ix_(free, free)], -gradient[free])
        if np.abs(step).max(initial=0.0) <= _STILL * max(np.abs(x).max(), _STILL):
            return np.maximum(x + step, lower)
        for _ in range(_HALVINGS):
            tried = np.maximum(x + step, lower)
            new = objective(tried)
            if new[0] <= value + _ROUNDING * abs(value):
                break
            step = step / 2.0
        x, (value, gradient, hessian) = tried, new
    raise CannotCompute("pooling_not_converged", steps=_STEPS)


# --- stage 2 ---------------------------------------------------------------------------------
def path_model(pooled: PooledCorrelations, paths: Sequence[tuple[str, str]]) -> PathModel:
    """Second stage: a recursive path model of the pooled correlations by weighted least squares.

    Minimizes ``(r - rho)' V^-1 (r - rho)`` with the pooled correlations r, their covariance matrix
    V of stage 1 and the correlations rho that the paths imply; the minimum is the model's
    chi-square. Variables to which no path leads correlate freely; all others have independent
    residuals (Cheung & Chan 2005). Standard errors are from the Hessian at the minimum; CFI and
    RMSEA are of the chi-square that all correlations are zero, and of all people.

    Args:
        pooled: the first stage, of at least the variables of the paths.
        paths: (from, to), each once.

    Raises:
        CannotCompute: paths that run in a circle, a variable that the first stage does not have,
            a residual variance that is not positive, no convergence.
        ValueError: a path given twice.
    """
    if len(set(paths)) < len(paths):
        raise ValueError("a path is given twice")
    order, causes = _ordered(paths)
    for name in order:
        if name not in pooled.variables:
            raise CannotCompute("variable_not_pooled", name=name)
    where = {name: i for i, name in enumerate(order)}
    rows = [
        i
        for i, (a, b) in enumerate(zip(pooled.table["a"], pooled.table["b"], strict=True))
        if a in where and b in where
    ]
    table = pooled.table.iloc[rows]
    ends = [(where[a], where[b]) for a, b in zip(table["a"], table["b"], strict=True)]
    first, second = np.array(ends).T
    r = table["estimate"].to_numpy(dtype=np.float64)
    weight = _inverse(pooled.acov.to_numpy(dtype=np.float64)[np.ix_(rows, rows)])
    exogenous = [(i, j) for i, j in combinations(range(len(order)), 2) if not causes[order[j]]]
    free = len(paths) + len(exogenous)
    df = len(r) - free
    observed = np.eye(len(order))
    observed[first, second] = observed[second, first] = r

    def implied(theta: NDArray[Any]) -> NDArray[Any]:
        full = np.eye(len(order), dtype=theta.dtype)
        weights = dict(zip([*paths, *exogenous], theta, strict=True))
        for j, name in enumerate(order):
            for i in range(j):
                full[i, j] = (
                    sum(weights[c, name] * full[where[c], i] for c in causes[name])
                    if causes[name]
                    else weights[i, j]
                )
                full[j, i] = full[i, j]
        return full

    def jacobian(theta: FloatArray) -> FloatArray:
        """By complex steps: exact, as the implied correlations are polynomials."""
        h = 1e-30
        columns = [implied(theta + 1j * h * e)[first, second].imag / h for e in np.eye(free)]
        return np.array(columns).T.reshape(len(r), free)

    def gradient(theta: FloatArray) -> FloatArray:
        return np.asarray(-2.0 * jacobian(theta).T @ weight @ (r - implied(theta)[first, second]))

    def objective(theta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        e, j = r - implied(theta)[first, second], jacobian(theta)
        return float(e @ weight @ e), -2.0 * j.T @ weight @ e, 2.0 * j.T @ weight @ j

    start = [_regression(observed, where, causes[to], to)[from_] for from_, to in paths]
    start += [float(observed[i, j]) for i, j in exogenous]
    theta = _minimum(objective, np.array(start))
    chisq = objective(theta)[0]
    full = implied(theta)
    r2 = pd.Series(
        {
            name: sum(
                b * full[where[a], where[name]]
                for (a, to), b in zip(paths, theta, strict=False)
                if to == name
            )
            for name in order
            if causes[name]
        }
    )
    for name in r2.index:
        if r2[name] >= 1:
            raise CannotCompute("residual_variance_not_positive", name=name)
    estimate = theta[: len(paths)]
    se = np.sqrt(np.diag(2.0 * _inverse(_slopes(gradient, theta))))[: len(paths)]
    z = normal_quantile(pooled.level)
    zero, zero_df = float(r @ weight @ r), len(r)
    excess, excess_zero = max(chisq - df, 0.0), max(zero - zero_df, chisq - df, 0.0)
    return PathModel(
        paths=pd.DataFrame(
            {
                "from_": [a for a, _ in paths],
                "to": [b for _, b in paths],
                "estimate": estimate,
                "se": se,
                "ci_lower": estimate - z * se,
                "ci_upper": estimate + z * se,
                "p": 2.0 * _dist.norm.sf(np.abs(estimate) / se),
            }
        ),
        r2=r2,
        chisq=chisq,
        df=df,
        p=float(_dist.chi2.sf(chisq, df)) if df else float("nan"),
        cfi=1.0 - excess / excess_zero if excess_zero else 1.0,
        rmsea=math.sqrt(excess / (df * (pooled.n - 1))) if df else 0.0,
        srmr=float(np.sqrt(np.mean((r - full[first, second]) ** 2))),
        k=pooled.k,
        n=pooled.n,
        level=pooled.level,
    )


def _ordered(paths: Sequence[tuple[str, str]]) -> tuple[list[str], dict[str, list[str]]]:
    """Variables with every cause before its effects, exogenous ones first; causes of each."""
    names = list(dict.fromkeys(end for path in paths for end in path))
    causes = {name: [a for a, b in paths if b == name] for name in names}
    order = [name for name in names if not causes[name]]
    while len(order) < len(names):
        ready = [n for n in names if n not in order and set(causes[n]) <= set(order)]
        if not ready:
            raise CannotCompute("paths_in_a_circle")
        order += ready
    return order, causes


def _regression(
    r: FloatArray, where: dict[str, int], causes: Sequence[str], to: str
) -> dict[str, float]:
    """Standardized least squares of one variable on its causes."""
    at = [where[c] for c in causes]
    b = np.linalg.lstsq(r[np.ix_(at, at)], r[at, where[to]], rcond=None)[0]
    return dict(zip(causes, b.tolist(), strict=True))
