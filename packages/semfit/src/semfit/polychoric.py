r"""Thresholds, polychoric, polyserial and Pearson correlations, with their asymptotic covariances.

Two-step maximum likelihood (Olsson 1979; Olsson, Drasgow & Dorans 1982): thresholds from the
margins, then one correlation per pair given them. All pairs of ordinal variables are solved side
by side on their tables. The covariance matrix of all statistics follows Muthén (1984): with case
scores of the steps and :math:`B` their mean derivatives, :math:`\Gamma = B^{-1}JB^{-T}`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

from .errors import ModelError
from .model import Array, Index

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
INFINITE = 38.0
MOST_CATEGORIES = 30
_SMALLEST = 1e-14  # probability of a cell
#: A polychoric correlation of this size is one.
_LARGEST = 0.9999
_ROWS = 1 << 14  # gone through at once


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


def categories(values: Array) -> tuple[Array, Index]:
    """The distinct values, ascending, and the place of each value among them."""
    low, high = values.min(), values.max()
    if high - low < 1000:
        steps = (values - low).astype(np.intp)
        if (steps == values - low).all():  # whole numbers need no sorting
            levels = np.flatnonzero(np.bincount(steps))
            place = np.zeros(int(steps.max()) + 1, dtype=np.int16)
            place[levels] = np.arange(len(levels))
            return levels + low, place[steps]
    levels, codes = np.unique(values, return_inverse=True)
    return levels, codes.ravel()


def check_continuous(values: Array, name: str, where: str) -> None:
    """Refuse a dependent variable of two values that was not named as ordinal."""
    if len(np.unique(values)) < 3:
        raise ModelError("two_values", name=name, where=where)


def ordinal_codes(values: Array, name: str, levels: dict[str, int], where: str) -> Any:
    """Categories 0, 1, … from whatever numbers code them, refused where one does not occur."""
    found, code = categories(values)
    count = len(found)
    if count < 2:
        raise ModelError("single_category", name=name, where=where)
    if count > MOST_CATEGORIES:
        raise ModelError("many_categories", name=name, categories=count, where=where)
    if count != levels[name]:
        raise ModelError(
            "categories_missing", name=name, count=count, categories=levels[name], where=where
        )
    return code


def _pair_tables(codes: Any, top: int) -> Array:
    """Contingency tables of all pairs of variables, (pairs, top, top), the later variable first.

    ``codes`` is (rows, variables), pairs run over the lower triangle by column. Blocks of rows
    are gone through one by one: memory does not grow with the rows.
    """
    n, p = codes.shape
    column, row = np.triu_indices(p, 1)
    tables = np.zeros((len(row), top * top))
    place = np.zeros((p, p), dtype=np.intp)
    place[row, column] = np.arange(len(row))
    for start in range(0, n, _ROWS):
        block = np.ascontiguousarray(codes[start : start + _ROWS].T, dtype=np.intp)
        for i in range(1, p):
            flat = block[:i] + (np.arange(i) * top * top)[:, None] + block[i] * top
            counts = np.bincount(flat.ravel(), minlength=i * top * top)
            tables[place[i, :i]] += counts.reshape(i, -1)
    return tables.reshape(-1, top, top)


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
    """Statistics of one group's complete rows.

    Raises `ModelError` for a variable of one, of more than 30, or not of all its categories, and
    where a polychoric correlation is one, so that the statistics have no covariance matrix.
    """
    n, p = raw.shape
    is_ordinal = np.zeros(p, dtype=bool)
    is_ordinal[list(ordinal)] = True
    continuous = np.flatnonzero(~is_ordinal)
    codes = np.zeros((n, p), dtype=np.int8)
    cuts: list[Array] = []
    mean, variance = np.zeros(p), np.ones(p)
    z = np.zeros((n, len(continuous)))
    for k in range(p):
        if is_ordinal[k]:
            codes[:, k] = ordinal_codes(raw[:, k], names[k], levels, where)
            counts = np.bincount(codes[:, k], minlength=levels[names[k]])
            cuts.append(special.ndtri(np.cumsum(counts)[:-1] / n))
        else:
            check_continuous(raw[:, k], names[k], where)
            mean[k], variance[k] = raw[:, k].mean(), raw[:, k].var()
            z[:, np.searchsorted(continuous, k)] = (raw[:, k] - mean[k]) / np.sqrt(variance[k])
            cuts.append(np.zeros(0))
    step = _SecondStep(n, is_ordinal, codes, z, cuts, variance)
    cov = step.cor * np.sqrt(np.outer(variance, variance))
    moments = np.concatenate(
        [cuts[k] if is_ordinal[k] else mean[[k]] for k in range(p)]
        + [variance[continuous], cov[step.row, step.column]]
    )
    matrix = np.zeros((0, 0))
    if gamma:
        refuse_ones(step.cor, is_ordinal, names, where)
        matrix = covariance_of_rows(n, len(moments), step.influence)
        if not np.isfinite(matrix).all():
            raise ModelError("ordinal_covariances", where=where)
    return OrdinalStatistics(n, tuple(cuts), mean, cov, moments, matrix, np.flatnonzero(is_ordinal))


def refuse_ones(
    cor: Array, is_ordinal: Any, names: Sequence[str], where: str, variance: Array | None = None
) -> None:
    """Refuse ordinal variables whose correlation is one in size, or whose estimate has a
    ``variance`` (pairs of the lower triangle by column) that none can have; the largest is named.
    """
    one = np.abs(cor) > _LARGEST
    if variance is not None:
        column, row = np.triu_indices(len(cor), 1)
        one[row, column] |= ~(variance < 1)
    size = np.where(one & np.tril(np.outer(is_ordinal, is_ordinal), -1), np.abs(cor), 0.0)
    if size.any():
        j, i = divmod(int(np.argmax(size)), len(size))
        raise ModelError(
            "polychoric_one",
            first=names[i],
            second=names[j],
            value=f"{cor[j, i]:.3f}",
            where=where,
        )


def covariance_of_rows(n: int, count: int, influence: Callable[[slice], Array]) -> Array:
    """Mean product of what every row adds to ``count`` statistics, (count, rows) for a slice."""
    total = np.zeros((count, count))
    size = max(128, 2**22 // count)  # at most 32 MiB a block
    for start in range(0, n, size):
        part = influence(slice(start, min(start + size, n)))
        total += part @ part.T
    total /= n
    return total


def _ends(cuts: Sequence[Array], top: int) -> Array:
    """Thresholds with both ends, padded with +`INFINITE`, (variables, top + 1)."""
    out = np.full((len(cuts), top + 1), INFINITE)
    out[:, 0] = -INFINITE
    for m, own in enumerate(cuts):
        out[m, 1 : 1 + len(own)] = own
    return out


class _SecondStep:
    """The correlations of all pairs given the first step, and what each row adds to both.

    What a row adds to an estimate is its influence function: its score times the inverse of the
    matrix of derivatives. For thresholds and pairs of ordinal variables it depends on the category
    or on two of them, and stands in a table; for moments of continuous variables alone it is the
    row's own deviation or product of deviations less its mean, whatever their distribution.
    """

    def __init__(
        self, n: int, is_ordinal: Any, codes: Any, z: Array, cuts: list[Array], variance: Array
    ) -> None:
        p = len(is_ordinal)
        self.n, self.is_ordinal, self.codes, self.z = n, is_ordinal, codes, z
        self.cuts, self.variance = cuts, variance
        self.column, self.row = np.triu_indices(p, 1)
        self.cor = np.eye(p)
        ends = np.cumsum([0] + [max(len(c), 1) for c in cuts])
        self.first = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        continuous = np.flatnonzero(~is_ordinal).tolist()
        self.number = {k: m for m, k in enumerate(continuous)}  # column of z
        self.variance_at = {k: int(ends[-1]) + m for m, k in enumerate(continuous)}
        self.size = int(ends[-1]) + len(continuous)
        both = is_ordinal[self.row].astype(int) + is_ordinal[self.column]
        self.pairs = np.flatnonzero(both == 2)
        self.mixed = np.flatnonzero(both == 1)
        self.plain = np.flatnonzero(both == 0)
        self.top = max(len(c) for c in cuts) + 1
        self._polychorics()
        self.cross = np.zeros((len(self.mixed), self.size))
        self.scale = np.zeros(len(self.mixed))
        for m, k in enumerate(self.mixed.tolist()):
            self._polyserial(m, *self._ordinal_first(k))
        for k in self.plain.tolist():
            i, j = int(self.row[k]), int(self.column[k])
            r = float(np.mean(z[:, self.number[i]] * z[:, self.number[j]]))
            self.cor[i, j] = self.cor[j, i] = r

    def _ordinal_first(self, k: int) -> tuple[int, int]:
        i, j = int(self.row[k]), int(self.column[k])
        return (i, j) if self.is_ordinal[i] else (j, i)

    def _polychorics(self) -> None:
        items = np.flatnonzero(self.is_ordinal)
        i, j = self.row[self.pairs], self.column[self.pairs]
        real = _pair_tables(self.codes[:, items], self.top)
        binary = np.array([len(c) == 1 for c in self.cuts])
        tables = real.copy()
        for m in np.flatnonzero(binary[i] & binary[j]).tolist():
            tables[m, :2, :2] = _adjusted(tables[m, :2, :2])
        ends = _ends(self.cuts, self.top)
        a, b = ends[i], ends[j]
        rho = polychoric_correlations(tables, a, b)
        self.cor[i, j] = self.cor[j, i] = rho
        # what a row of each category adds to the thresholds, (variables, categories, thresholds)
        inner = ends[:, 1:-1]
        with np.errstate(under="ignore", over="ignore"):
            below = np.arange(self.top)[:, None] <= np.arange(self.top - 1)
            density = np.exp(-0.5 * inner**2) / np.sqrt(2 * np.pi)
            own = np.abs(inner) < INFINITE
            shares = below - special.ndtr(inner)[:, None, :]
            self.by_category = np.where(
                own[:, None, :], shares / np.where(own, density, 1.0)[:, None, :], 0.0
            )
        p, d = cell_probabilities(a, b, rho)
        p = np.maximum(p, _SMALLEST)
        by_rho = d / p
        weighted = real * by_rho
        information = (weighted * by_rho).sum(axis=(1, 2))
        by_a = _threshold_derivatives(a, b, rho, p)
        by_b = _threshold_derivatives(b, a, rho, np.swapaxes(p, 1, 2))
        shift_a = np.einsum("kij,kijt->kt", weighted, by_a) / self.n
        shift_b = np.einsum("kij,kjit->kt", weighted, by_b) / self.n
        table = by_rho - np.einsum("kt,kit->ki", shift_a, self.by_category[i])[:, :, None]
        table -= np.einsum("kt,kjt->kj", shift_b, self.by_category[j])[:, None, :]
        with np.errstate(divide="ignore", invalid="ignore"):
            table *= (self.n / information)[:, None, None]
        self.by_categories = table.reshape(len(i), -1)

    def _polyserial(self, m: int, o: int, c: int) -> None:
        y, code = self.z[:, self.number[c]], self.codes[:, o]
        low, high = self._limits(o, slice(None))
        r = polyserial(y, code, low, high)
        self.cor[o, c] = self.cor[c, o] = r
        by_rho, by_low, by_high, by_y = polyserial_curvature(r, y, low, high)
        self.scale[m] = -self.n / float(by_rho.sum())
        count = len(self.cuts[o])
        up = np.bincount(code, weights=by_high, minlength=count + 1)[:-1]
        down = np.bincount(code, weights=by_low, minlength=count + 1)[1:]
        cross, first, variance = self.cross[m], self.first, self.variance[c]
        cross[first[o]] = up + down
        # the continuous variable enters through its standardized value
        cross[first[c]] = -by_y.sum() / np.sqrt(variance)
        cross[self.variance_at[c]] = -(by_y @ y) / (2 * variance)

    def _limits(self, o: int, rows: slice) -> tuple[Array, Array]:
        ends, code = _ends([self.cuts[o]], self.top)[0], self.codes[rows, o]
        return ends[code], ends[code + 1]

    def influence(self, rows: slice) -> Array:
        """What these rows add to the moments, (moments, rows)."""
        codes = np.ascontiguousarray(self.codes[rows].T, dtype=np.intp)
        z, sd = self.z[rows].T, np.sqrt(self.variance)
        out = np.empty((self.size + len(self.row), codes.shape[1]))
        for k, own in enumerate(self.first):
            if self.is_ordinal[k]:
                out[own] = self.by_category[k, :, : len(self.cuts[k])].T[:, codes[k]]
            else:
                y = z[self.number[k]]
                out[own] = sd[k] * y
                out[self.variance_at[k]] = self.variance[k] * (y * y - 1)
        items = np.flatnonzero(self.is_ordinal)
        flat, size = self.by_categories.ravel(), self.by_categories.shape[1]
        at = 0
        for m, j in enumerate(items.tolist()):  # pairs run by column: later items with this one
            later = items[m + 1 :]
            places = np.arange(at, at + len(later))
            index = codes[later] * self.top + codes[j] + (places * size)[:, None]
            out[self.size + self.pairs[places]] = flat[index]
            at += len(later)
        for m, k in enumerate(self.mixed.tolist()):
            o, c = self._ordinal_first(k)
            r, y = self.cor[o, c], z[self.number[c]]
            score = polyserial_score(r, y, *self._limits(o, rows))
            by_rho = self.scale[m] * (score + self.cross[m] / self.n @ out[: self.size])
            out[self.size + k] = sd[c] * by_rho + r / (2 * sd[c]) * out[self.variance_at[c]]
        for k in self.plain.tolist():
            i, j = int(self.row[k]), int(self.column[k])
            product = z[self.number[i]] * z[self.number[j]] - self.cor[i, j]
            out[self.size + k] = sd[i] * sd[j] * product
        return out


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


def polyserial_score(r: float, y: Array, low: Array, high: Array) -> Array:
    """Derivatives of the cases' log-likelihood by a polyserial correlation.

    ``y`` is standardized, ``low`` and ``high`` are the limits of the latent response.
    """
    _, _, (_, by_low), (_, by_high), p = _polyserial_limits(r, y, low, high)
    out: Array = (by_high - by_low) / p
    return out


def _polyserial_limits(r: float, y: Array, low: Array, high: Array) -> tuple[Any, ...]:
    """Standardized limits given ``y``, at each the density and that times the limit's derivative
    by the correlation, and the probability between them."""
    root = np.sqrt(1 - r * r)
    a, b = (low - r * y) / root, (high - r * y) / root
    p = np.maximum(special.ndtr(b) - special.ndtr(a), _SMALLEST)
    out = []
    for limit, at in ((low, a), (high, b)):
        with np.errstate(under="ignore"):
            density = np.exp(-0.5 * np.clip(at, -40, 40) ** 2) / np.sqrt(2 * np.pi)
        density = np.where(np.abs(limit) < INFINITE, density, 0.0)
        out.append((density, density * (limit * r - y) / root**3))
    return a, b, *out, p


def polyserial_curvature(
    r: float, y: Array, low: Array, high: Array
) -> tuple[Array, Array, Array, Array]:
    """Second derivatives of the cases' log-likelihood by a polyserial correlation and by: it, the
    low limit, the high limit, ``y``."""
    a, b, (da, by_low), (db, by_high), p = _polyserial_limits(r, y, low, high)
    root = np.sqrt(1 - r * r)
    score = (by_high - by_low) / p
    sides = []
    for limit, at, density, change in ((low, a, da, by_low), (high, b, db, by_high)):
        limit = np.where(density > 0, limit, 0.0)
        by_limit = (r * density / root**2 - at * change) / root
        by_y = (r * at * change - density / root**2) / root
        bend = limit / root**3 + 3 * r * (limit * r - y) / root**5
        by_rho = -at * change * (limit * r - y) / root**3 + density * bend
        sides.append((by_limit, by_y, by_rho))
    (low_limit, low_y, low_rho), (high_limit, high_y, high_rho) = sides
    return (
        (high_rho - low_rho) / p - score**2,
        (score * da / root - low_limit) / p,
        (high_limit - score * db / root) / p,
        (high_y - low_y + score * r * (db - da) / root) / p,
    )


def polyserial(y: Array, code: Any, low: Array, high: Array) -> float:
    """Correlation of a standardized variable with a latent response between limits."""
    r = float(np.clip(np.corrcoef(y, code)[0, 1], -0.9, 0.9))
    left, right = -0.9999, 0.9999
    for _ in range(100):
        score = polyserial_score(r, y, low, high)
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
    return r
