r"""Thresholds, polychoric, polyserial and Pearson correlations, with their asymptotic covariances.

Two-step maximum likelihood (Olsson 1979; Olsson, Drasgow & Dorans 1982): thresholds from the
margins, then one correlation per pair given them. All pairs of ordinal variables are solved side
by side on their tables. The covariance matrix of all statistics follows Muthén (1984): with case
scores of the steps and :math:`B` their mean derivatives, :math:`\Gamma = B^{-1}JB^{-T}`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import special

from .errors import ModelError
from .model import Array, Index

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
INFINITE = 38.0


def bivariate_normal_cdf(a: Any, b: Any, rho: Any) -> Any:
    r""":math:`\Phi_2(a, b; \rho)`, all arguments broadcast.

    :math:`\Phi(a)\Phi(b) + \frac1{2\pi}\int_0^{\arcsin\rho}
    \exp\{-(a^2 + b^2 - 2ab\sin t)/(2\cos^2 t)\}dt` (Drezner & Wesolowsky 1990) by Gauss-Legendre.
    """
    a, b, rho = np.broadcast_arrays(
        np.clip(a, -INFINITE, INFINITE), np.clip(b, -INFINITE, INFINITE), rho
    )
    top = np.arcsin(np.clip(rho, -1.0, 1.0))
    total = np.zeros(a.shape)
    squares, product = a * a + b * b, a * b
    # near one a second panel towards the end, where the integrand is steepest
    steep = bool(np.abs(rho).max(initial=0.0) > 0.8)
    for low, high in ((0.0, 0.75), (0.75, 1.0)) if steep else ((0.0, 1.0),):
        half = 0.5 * (high - low) * top
        middle = 0.5 * (high + low) * top
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            t = middle + half * node
            sine = np.sin(t)
            with np.errstate(under="ignore"):
                total += (
                    weight
                    * half
                    * np.exp(-(squares - 2 * product * sine) / (2 * (1 - sine * sine)))
                )
    out = special.ndtr(a) * special.ndtr(b) + total / (2 * np.pi)
    return np.clip(out, 0.0, 1.0)


def bivariate_normal_density(a: Any, b: Any, rho: Any) -> Any:
    r""":math:`\varphi_2(a, b; \rho) = \partial\Phi_2/\partial\rho`; zero at infinity."""
    rest = 1 - rho * rho
    with np.errstate(under="ignore", over="ignore"):
        return np.exp(-(a * a + b * b - 2 * rho * a * b) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))


@dataclass(frozen=True)
class OrdinalStatistics:
    """First- and second-order statistics of one group and their covariance matrix.

    Order of ``moments`` and ``gamma``: for each variable its thresholds or its mean, then the
    variances of continuous variables, then covariances (correlations where both are ordinal) of
    the lower triangle by column. ``gamma`` is N times the covariance matrix.

    Given fixed predictors (`conditional`) thresholds, means (at predictors of zero), variances and
    covariances are those of the residuals, and the slopes on the first predictor, then on the
    next, follow the thresholds and means: lavaan's order of ``WLS.obs``. ``cov`` and ``mean`` hold
    the predictors' own moments in their places, ``cov`` divided by N - 1 there as lavaan's.
    """

    n: int
    thresholds: tuple[Array, ...]  # empty for continuous variables
    mean: Array
    cov: Array
    moments: Array
    gamma: Array
    ordinal: Index
    exogenous: Index = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    slopes: Array = field(default_factory=lambda: np.zeros((0, 0)))  # (variables, predictors)

    def joint(self) -> tuple[Array, Array]:
        """Means and covariances of all variables, those of the predictors taken as given."""
        e = self.exogenous
        if not len(e):
            return self.mean, self.cov
        out = self.cov.copy()
        across = self.slopes @ self.cov[np.ix_(e, e)]
        out += across @ self.slopes.T
        out[:, e] += across
        out[e] += across.T
        return self.mean + self.slopes @ self.mean[e], out


def recode(values: Array, name: str, where: str) -> tuple[Any, int]:
    """Categories 0, 1, … of an ordinal variable from whatever whole numbers code it."""
    levels, codes = np.unique(values, return_inverse=True)
    if len(levels) < 2:
        raise ModelError("single_category", name=name, where=where)
    if len(levels) > 30:
        raise ModelError("many_categories", name=name, categories=len(levels), where=where)
    return codes.ravel(), len(levels)


def check_continuous(values: Array, name: str, where: str) -> None:
    """Refuse a dependent variable of two values that was not named as ordinal."""
    if len(np.unique(values)) < 3:
        raise ModelError("two_values", name=name, where=where)


def ordinal_codes(values: Array, name: str, levels: dict[str, int], where: str) -> Any:
    """`recode`, refused where not all ``levels`` occur."""
    code, count = recode(values, name, where)
    if count != levels[name]:
        raise ModelError(
            "categories_missing", name=name, count=count, categories=levels[name], where=where
        )
    return code


def _pair_tables(codes: Any, counts: Sequence[int], pairs: Any, top: int) -> Array:
    tables = np.zeros((len(pairs), top, top))
    for k, (i, j) in enumerate(pairs):
        flat = np.bincount(codes[:, i] * top + codes[:, j], minlength=top * top)
        tables[k] = flat.reshape(top, top)
    return tables


def _adjusted(table: Array) -> Array:
    """Half a case in the empty cell of a two-by-two table, margins kept (as lavaan does)."""
    if not (table == 0).any():
        return table
    out = table.copy()
    zero = np.argwhere(table == 0)
    if len(zero) > 1 and not (table[0, 0] == 0 == table[1, 1] or table[0, 1] == 0 == table[1, 0]):
        return table
    i, j = zero[0]
    out[i, j] += 0.5
    out[1 - i, 1 - j] += 0.5
    out[i, 1 - j] -= 0.5
    out[1 - i, j] -= 0.5
    return out


def cell_probabilities(a: Array, b: Array, rho: Array) -> tuple[Array, Array]:
    """Cell probabilities and their derivatives by rho; thresholds (pairs, k + 1) with ends."""
    # the ends are known: only inner thresholds need the integral
    grid_a, grid_b = a[:, 1:-1, None], b[:, None, 1:-1]
    r = rho[:, None, None]
    shape = (len(rho), a.shape[1], b.shape[1])
    cdf, density = np.zeros(shape), np.zeros(shape)
    cdf[:, -1, :] = special.ndtr(b)
    cdf[:, :, -1] = special.ndtr(a)
    cdf[:, -1, 0] = cdf[:, 0, -1] = 0.0
    cdf[:, 1:-1, 1:-1] = bivariate_normal_cdf(grid_a, grid_b, r)
    density[:, 1:-1, 1:-1] = bivariate_normal_density(grid_a, grid_b, r)
    p = np.diff(np.diff(cdf, axis=1), axis=2)
    d = np.diff(np.diff(density, axis=1), axis=2)
    return p, d


def polychoric_correlations(tables: Array, a: Array, b: Array, limit: int = 60) -> Array:
    """Maximum-likelihood correlations of many tables; thresholds padded with +-`INFINITE`."""
    n = tables.sum(axis=(1, 2))
    sa = np.arange(tables.shape[1])
    # start: product-moment correlation of the category numbers
    ma = (tables.sum(axis=2) @ sa) / n
    mb = (tables.sum(axis=1) @ sa) / n
    cov = np.einsum("kij,i,j->k", tables, sa, sa) / n - ma * mb
    va = (tables.sum(axis=2) @ sa**2) / n - ma**2
    vb = (tables.sum(axis=1) @ sa**2) / n - mb**2
    rho: Array = np.clip(cov / np.sqrt(va * vb), -0.9, 0.9)
    low, high = np.full(len(rho), -0.99999), np.full(len(rho), 0.99999)
    active = np.arange(len(rho))
    for _ in range(limit):
        p, d = cell_probabilities(a[active], b[active], rho[active])
        p = np.maximum(p, 1e-14)
        t = tables[active]
        score = (t * d / p).sum(axis=(1, 2))
        information = np.maximum((n[active, None, None] * d * d / p).sum(axis=(1, 2)), 1e-12)
        low[active] = np.where(score > 0, rho[active], low[active])
        high[active] = np.where(score < 0, rho[active], high[active])
        new = rho[active] + score / information
        outside = (new <= low[active]) | (new >= high[active])
        new = np.where(outside, 0.5 * (low[active] + high[active]), new)
        change = np.abs(new - rho[active])
        rho[active] = new
        active = active[change > 1e-11]
        if not len(active):
            break
    return rho


def ordinal_statistics(
    raw: Array,
    names: Sequence[str],
    ordinal: Sequence[int],
    levels: dict[str, int],
    where: str = "",
    gamma: bool = True,
) -> OrdinalStatistics:
    """Statistics of one group's complete rows."""
    n, p = raw.shape
    is_ordinal = np.zeros(p, dtype=bool)
    is_ordinal[list(ordinal)] = True
    codes = np.zeros((n, p), dtype=np.int64)
    cuts: list[Array] = []
    mean, variance = raw.mean(axis=0), raw.var(axis=0)
    standardized = np.zeros((n, p))
    for k in range(p):
        if not is_ordinal[k]:
            check_continuous(raw[:, k], names[k], where)
            standardized[:, k] = (raw[:, k] - mean[k]) / np.sqrt(variance[k])
            cuts.append(np.zeros(0))
            continue
        code, count = ordinal_codes(raw[:, k], names[k], levels, where), levels[names[k]]
        codes[:, k] = code
        share = np.cumsum(np.bincount(code, minlength=count))[:-1] / n
        cuts.append(special.ndtri(share))
        mean[k], variance[k] = 0.0, 1.0
    return _second_step(
        n, p, is_ordinal, codes, standardized, cuts, mean, variance, gamma, names, where
    )


def _second_step(
    n: int,
    p: int,
    is_ordinal: Any,
    codes: Any,
    z: Array,
    cuts: list[Array],
    mean: Array,
    variance: Array,
    gamma: bool,
    names: Sequence[str],
    where: str,
) -> OrdinalStatistics:
    column, row = np.triu_indices(p, 1)
    pstar = len(row)
    cor = np.eye(p)
    scores: list[Array] = []  # first-step case scores, one block per variable
    first: list[slice] = []
    at = 0
    for k in range(p):
        if is_ordinal[k]:
            scores.append(_threshold_scores(cuts[k])[codes[:, k]])
        else:
            sd = np.sqrt(variance[k])
            scores.append((z[:, k] / sd)[:, None])
        first.append(slice(at, at + scores[-1].shape[1]))
        at += scores[-1].shape[1]
    continuous = np.flatnonzero(~is_ordinal)
    variance_at = {int(k): at + m for m, k in enumerate(continuous)}
    for k in continuous.tolist():
        scores.append(((z[:, k] ** 2 - 1) / (2 * variance[k]))[:, None])
    size = at + len(continuous)
    both = is_ordinal[row] & is_ordinal[column]
    pair_scores = np.empty((n, pstar)) if gamma else np.empty((0, 0))
    cross = np.zeros((pstar, size))
    pairs = np.flatnonzero(both)
    if len(pairs):
        _polychoric_part(pairs, row, column, codes, cuts, cor, gamma, pair_scores, cross, first)
    for k in np.flatnonzero(~both).tolist():
        _continuous_part(
            int(k),
            int(row[k]),
            int(column[k]),
            is_ordinal,
            codes,
            z,
            cuts,
            variance,
            cor,
            gamma,
            pair_scores,
            cross,
            first,
            variance_at,
        )
    sd = np.sqrt(variance)
    cov = cor * np.outer(sd, sd)
    moments = np.concatenate(
        [cuts[k] if is_ordinal[k] else mean[[k]] for k in range(p)]
        + [variance[continuous], cov[row, column]]
    )
    matrix = np.zeros((0, 0))
    if gamma:
        matrix = asymptotic(
            n,
            np.concatenate(scores, axis=1),
            pair_scores,
            cross,
            first,
            variance_at,
            cor,
            variance,
            row,
            column,
            is_ordinal,
        )
        if not np.isfinite(matrix).all():
            raise ModelError("ordinal_covariances", where=where)
    return OrdinalStatistics(n, tuple(cuts), mean, cov, moments, matrix, np.flatnonzero(is_ordinal))


def _with_ends(cuts: Sequence[Array], chosen: Any, top: int) -> Array:
    out = np.full((len(chosen), top + 1), INFINITE)
    out[:, 0] = -INFINITE
    for m, k in enumerate(chosen):
        out[m, 1 : 1 + len(cuts[k])] = cuts[k]
    return out


def _threshold_scores(cuts: Array) -> Array:
    """Derivatives of log p_i by each threshold, (categories, thresholds)."""
    p = np.diff(np.concatenate([[0.0], special.ndtr(cuts), [1.0]]))
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2 * np.pi)
    out = np.zeros((len(p), len(cuts)))
    k = np.arange(len(cuts))
    out[k, k] = density / p[:-1]
    out[k + 1, k] = -density / p[1:]
    return out


def _polychoric_part(
    pairs: Any,
    row: Any,
    column: Any,
    codes: Any,
    cuts: list[Array],
    cor: Array,
    gamma: bool,
    pair_scores: Array,
    cross: Array,
    first: list[slice],
) -> None:
    top = max(len(c) for c in cuts) + 1
    i, j = row[pairs], column[pairs]
    tables = _pair_tables(codes, [], np.column_stack([i, j]), top)
    binary = np.array([len(c) == 1 for c in cuts])
    for m in np.flatnonzero(binary[i] & binary[j]).tolist():
        tables[m, :2, :2] = _adjusted(tables[m, :2, :2])
    a, b = _with_ends(cuts, i, top), _with_ends(cuts, j, top)
    rho = polychoric_correlations(tables, a, b)
    cor[i, j] = cor[j, i] = rho
    if not gamma:
        return
    p, d = cell_probabilities(a, b, rho)
    p = np.maximum(p, 1e-14)
    by_rho = d / p
    by_a, by_b = (
        _threshold_derivatives(a, b, rho, p),
        _threshold_derivatives(b, a, rho, np.swapaxes(p, 1, 2)),
    )
    real = _pair_tables(codes, [], np.column_stack([i, j]), top)
    weighted = real * by_rho
    for m, k in enumerate(pairs):
        pair_scores[:, k] = by_rho[m][codes[:, i[m]], codes[:, j[m]]]
        ca, cb = len(cuts[i[m]]), len(cuts[j[m]])
        cross[k, first[i[m]]] = np.einsum("ij,ijt->t", weighted[m], by_a[m])[:ca]
        cross[k, first[j[m]]] = np.einsum("ij,jit->t", weighted[m], by_b[m])[:cb]


def _threshold_derivatives(a: Array, b: Array, rho: Array, p: Array) -> Array:
    """d log p_ij / d a_t, (pairs, i, j, t) for inner thresholds t."""
    inner = a[:, 1:-1]
    r = rho[:, None, None]
    with np.errstate(over="ignore", under="ignore"):
        density = np.exp(-0.5 * inner**2) / np.sqrt(2 * np.pi)
        tail = special.ndtr((b[:, None, :] - r * inner[:, :, None]) / np.sqrt(1 - r * r))
    strip = density[:, :, None] * np.diff(tail, axis=2)  # (pairs, t, j)
    count, levels, t = len(a), a.shape[1] - 1, inner.shape[1]
    out = np.zeros((count, levels, levels, t))
    for k in range(t):
        out[:, k, :, k] += strip[:, k]
        out[:, k + 1, :, k] -= strip[:, k]
    return out / p[:, :, :, None]


def _continuous_part(
    k: int,
    i: int,
    j: int,
    is_ordinal: Any,
    codes: Any,
    z: Array,
    cuts: list[Array],
    variance: Array,
    cor: Array,
    gamma: bool,
    pair_scores: Array,
    cross: Array,
    first: list[slice],
    variance_at: dict[int, int],
) -> None:
    if not is_ordinal[i] and not is_ordinal[j]:
        r, score = continuous_correlation(z[:, i], z[:, j])
        cor[i, j] = cor[j, i] = r
        if not gamma:
            return
        rest = 1 - r * r
        pair_scores[:, k] = score
        for own, other in ((i, j), (j, i)):
            sd = np.sqrt(variance[own])
            by_mean = (z[:, own] - r * z[:, other]) / (sd * rest)
            inner = z[:, own] ** 2 - r * z[:, own] * z[:, other]
            by_variance = -0.5 / variance[own] + inner / (2 * variance[own] * rest)
            cross[k, first[own]] = score @ by_mean
            cross[k, variance_at[own]] = score @ by_variance
        return
    o, c = (i, j) if is_ordinal[i] else (j, i)
    y, code = z[:, c], codes[:, o]
    ends = np.concatenate([[-INFINITE], cuts[o], [INFINITE]])
    r, score, da, db, scale = polyserial(y, code, ends[code], ends[code + 1])
    cor[i, j] = cor[j, i] = r
    if not gamma:
        return
    pair_scores[:, k] = score
    for t in range(len(cuts[o])):
        by_cut = (np.where(code == t, db, 0.0) - np.where(code == t + 1, da, 0.0)) / scale
        cross[k, first[o].start + t] = score @ by_cut
    # the continuous variable enters through its standardized value
    by_z = -y - r * (db - da) / scale
    sd = np.sqrt(variance[c])
    cross[k, first[c]] = score @ (-by_z / sd)
    cross[k, variance_at[c]] = score @ (-by_z * y / (2 * variance[c]) - 0.5 / variance[c])


def continuous_correlation(a: Array, b: Array) -> tuple[float, Array]:
    """Correlation of standardized variables and the case scores of its log-likelihood."""
    r = float(np.mean(a * b))
    rest = 1 - r * r
    q = a**2 - 2 * r * a * b + b**2
    return r, r / rest + a * b / rest - q * r / rest**2


def polyserial(
    y: Array, code: Any, low: Array, high: Array
) -> tuple[float, Array, Array, Array, Array]:
    """Correlation of a standardized variable with a latent response between limits.

    Returns the correlation, its case scores, and what derivatives are made of: normal densities
    at both limits given ``y``, and the probability of the category times the residual's spread.
    """

    def parts(r: float) -> tuple[Array, Array, Array, Array]:
        root = np.sqrt(1 - r * r)
        a, b = (low - r * y) / root, (high - r * y) / root
        p = np.maximum(special.ndtr(b) - special.ndtr(a), 1e-14)
        with np.errstate(under="ignore"):
            da = np.exp(-0.5 * np.clip(a, -40, 40) ** 2) / np.sqrt(2 * np.pi)
            db = np.exp(-0.5 * np.clip(b, -40, 40) ** 2) / np.sqrt(2 * np.pi)
        inner_a = np.where(np.abs(low) < INFINITE, low * r - y, 0.0) * da
        inner_b = np.where(np.abs(high) < INFINITE, high * r - y, 0.0) * db
        score = (inner_b - inner_a) / (p * root**3)
        return score, da, db, p * root

    r = float(np.clip(np.corrcoef(y, code)[0, 1], -0.9, 0.9))
    left, right = -0.9999, 0.9999
    for _ in range(100):
        score, *_ = parts(r)
        total = float(score.sum())
        if total > 0:
            left = r
        else:
            right = r
        new = r + total / max(float(score @ score), 1e-12)
        if not left < new < right:
            new = 0.5 * (left + right)
        change, r = abs(new - r), new
        if change < 1e-11:
            break
    return (r, *parts(r))


def asymptotic(
    n: int,
    scores: Array,
    pair_scores: Array,
    cross: Array,
    first: list[slice],
    variance_at: dict[int, int],
    cor: Array,
    variance: Array,
    row: Any,
    column: Any,
    is_ordinal: Any,
) -> Array:
    """N times the covariance matrix of both steps' estimates (Muthén 1984).

    ``first`` has each variable's places among the first-step ``scores``, ``variance_at`` those of
    the variances of continuous variables, ``cross`` the sums of products of each pair's scores
    with their derivatives by the first step.
    """
    every = np.concatenate([scores, pair_scores], axis=1)
    inner = every.T @ every
    size = scores.shape[1]
    a11_inverse = np.zeros((size, size))
    for k, where in enumerate(first):
        index = list(range(where.start, where.stop))
        if k in variance_at:
            index.append(variance_at[k])
        at = np.ix_(index, index)
        a11_inverse[at] = np.linalg.inv(inner[at])
    diagonal = np.diag(inner)[size:]
    b = np.zeros_like(inner)
    b[:size, :size] = a11_inverse
    with np.errstate(divide="ignore", invalid="ignore"):  # a matrix that is not finite is refused
        b[size:, :size] = -(cross / diagonal[:, None]) @ a11_inverse
        b[np.arange(size, len(b)), np.arange(size, len(b))] = 1 / diagonal
        matrix = b @ inner @ b.T
    if (~is_ordinal).any():
        # from correlations to covariances of continuous variables
        h = np.eye(len(matrix))
        sd = np.sqrt(variance)
        for k, (i, j) in enumerate(zip(row, column, strict=True)):
            h[size + k, size + k] = sd[i] * sd[j]
            for own, other in ((i, j), (j, i)):
                if int(own) in variance_at:
                    h[size + k, variance_at[int(own)]] = sd[other] * cor[i, j] / (2 * sd[own])
        matrix = h @ matrix @ h.T
    out: Array = n * (matrix + matrix.T) / 2
    return out
