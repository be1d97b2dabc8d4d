r"""Ordinal and continuous variables given fixed predictors: lavaan's ``conditional.x = TRUE``.

Two-step maximum likelihood as in `polychoric`, conditional on :math:`x` (Muthén 1984, case B).
First step, variable by variable: probit regression :math:`P(y \le k|x) = \Phi(\tau_k - x'\pi)`
or linear regression. Second step: the residual correlation of each pair by the likelihood of the
cases, whose limits are :math:`\tau_k - x'\pi`. Cases alike in x and both categories are one cell,
so that a binary predictor is nearly as quick as none. Inside, predictors have mean zero and
variance one; thresholds, slopes and their covariance matrix are carried over to their own units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

from .errors import ModelError
from .model import Array
from .polychoric import (
    INFINITE,
    OrdinalStatistics,
    check_continuous,
    covariance_of_rows,
    ordinal_codes,
    polyserial,
    polyserial_curvature,
    polyserial_score,
    refuse_ones,
)

_SMALLEST = 1e-14  # probability of a cell
#: A standard error, in units of the response and with standardized x, of what is not estimable.
_ENDLESS = 10.0
#: Nodes of the integral over an arc of so many radians.
_NODES = ((1e-3, 2), (1e-2, 4), (0.1, 6), (0.5, 12), (1.2, 24), (np.inf, 48))


def _density(z: Array) -> Array:
    with np.errstate(under="ignore"):
        out: Array = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return out


def _interval(low: Array, high: Array) -> Array:
    r""":math:`\Phi(high) - \Phi(low)`, from the lower tail where both are above zero."""
    turn = low > 0
    out: Array = special.ndtr(np.where(turn, -low, high)) - special.ndtr(np.where(turn, -high, low))
    return np.maximum(out, _SMALLEST)


@dataclass(frozen=True)
class Margin:
    """The first step of one variable; ``x`` is standardized."""

    estimates: Array  # thresholds or mean, then slopes
    scores: Array  # (cases, estimates)
    residual: Array  # standardized residual; for an ordinal variable its expectation
    variance: float = 1.0
    codes: Any = None  # categories of an ordinal variable
    low: Any = None  # its limits given x
    high: Any = None
    design: Any = None  # of a linear regression

    def information(self) -> Array:
        """Sum of the negative second derivatives, for a probit regression by its scores."""
        if self.design is not None:
            return np.asarray(self.design.T @ self.design / self.variance)
        return np.asarray(self.scores.T @ self.scores)


def linear_margin(y: Array, x: Array) -> Margin:
    """Linear regression by maximum likelihood."""
    design = np.column_stack([np.ones(len(y)), x])
    beta, *_ = np.linalg.lstsq(design, y, rcond=None)
    rest = y - design @ beta
    variance = float(rest @ rest) / len(y)
    scores = design * (rest / variance)[:, None]
    return Margin(beta, scores, rest / np.sqrt(variance), variance, design=design)


def probit_margin(codes: Any, x: Array, count: int, name: str, where: str = "") -> Margin:
    """Ordered probit regression by Newton steps on the concave log-likelihood."""
    n, cuts = len(codes), count - 1
    share = np.cumsum(np.bincount(codes, minlength=count))[:-1] / n
    theta = np.concatenate([special.ndtri(share), np.zeros(x.shape[1])])
    upper = np.zeros((n, len(theta)))
    lower = np.zeros((n, len(theta)))
    above, below = codes < cuts, codes > 0  # cases with a finite limit
    upper[np.flatnonzero(above), codes[above]] = 1.0
    lower[np.flatnonzero(below), codes[below] - 1] = 1.0
    upper[above, cuts:] = -x[above]
    lower[below, cuts:] = -x[below]

    def parts(theta: Array) -> tuple[float, Array, Array, Array]:
        high = np.where(above, upper @ theta, INFINITE)
        low = np.where(below, lower @ theta, -INFINITE)
        p = _interval(low, high)
        return float(np.log(p).sum()) if (high > low).all() else -np.inf, low, high, p

    value, low, high, p = parts(theta)
    good = False
    for _ in range(100):
        by_high, by_low = _density(high) / p, _density(low) / p
        scores = upper * by_high[:, None] - lower * by_low[:, None]
        hh = by_high * (by_high + high)
        ll = by_low * (by_low - low)
        mixed = (lower * (by_high * by_low)[:, None]).T @ upper
        information = (upper * hh[:, None]).T @ upper + (lower * ll[:, None]).T @ lower
        information -= mixed + mixed.T
        gradient = scores.sum(axis=0)
        try:
            step = np.linalg.solve(information, gradient)
            spread = np.diag(np.linalg.inv(information))
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all() or spread.max() > _ENDLESS**2 or spread.min() <= 0:
            break
        if gradient @ step < 1e-16 * n:
            good = True
            break
        length = 1.0
        while length > 1e-6:
            trial = parts(theta + length * step)
            if trial[0] >= value - 1e-12 * n:
                break
            length /= 2
        theta = theta + length * step
        value, low, high, p = trial
    if not good:
        raise ModelError("separated", name=name, where=where)
    return Margin(theta, scores, by_low - by_high, codes=codes, low=low, high=high)


def _refuse_singular(margin: Margin, name: str, where: str) -> None:
    """Refuse a slope whose case scores vanish, as where x differs from its mode in few rows."""
    inner = margin.scores.T @ margin.scores * margin.variance
    try:
        spread = np.diag(np.linalg.inv(inner))
    except np.linalg.LinAlgError:
        spread = np.full(1, np.inf)
    if not (spread.min() > 0 and spread.max() < _ENDLESS**2):
        raise ModelError("slopes_without_errors", name=name, where=where)


@cache
def _rule(count: int) -> tuple[Array, Array]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights


class Rectangles:
    """Probabilities of rectangles under the bivariate normal distribution, one for each cell.

    ``limits`` are (cells,): low and high of the first, low and high of the second variable; ends at
    `INFINITE` have no density and take no work.
    """

    def __init__(self, low_a: Array, high_a: Array, low_b: Array, high_b: Array) -> None:
        self.size = len(low_a)
        at, sign, squares, product = [], [], [], []
        for a, sa in ((low_a, -1.0), (high_a, 1.0)):
            for b, sb in ((low_b, -1.0), (high_b, 1.0)):
                k = np.flatnonzero((np.abs(a) < INFINITE) & (np.abs(b) < INFINITE))
                at.append(k)
                sign.append(np.full(len(k), sa * sb))
                squares.append(a[k] ** 2 + b[k] ** 2)
                product.append(a[k] * b[k])
        self.at, self.sign = np.concatenate(at), np.concatenate(sign)
        self.squares, self.product = np.concatenate(squares), np.concatenate(product)
        self.independent = _interval(low_a, high_a) * _interval(low_b, high_b)

    def _gather(self, values: Array) -> Array:
        out: Array = np.bincount(self.at, weights=self.sign * values, minlength=self.size)
        return out

    def change(self, start: float, end: float) -> Array:
        """Probabilities at correlation ``end`` less those at ``start`` (Drezner & Wesolowsky)."""
        first, last = np.arcsin(start), np.arcsin(end)
        # near one a second panel towards the end, where the integrand is steepest
        middle = first + 0.75 * (last - first)
        top = max(abs(start), abs(end))
        steep = top > 0.99 or (top > 0.8 and abs(last - first) > 0.5)
        total = np.zeros(len(self.at))
        for low, high in ((first, middle), (middle, last)) if steep else ((first, last),):
            count = next(k for most, k in _NODES if abs(high - low) <= most or (steep and k == 24))
            nodes, weights = _rule(count)
            half = 0.5 * (high - low)
            sine = np.sin(0.5 * (high + low) + half * nodes)
            for s, weight in zip(sine, weights * half, strict=True):
                with np.errstate(under="ignore"):
                    total += weight * np.exp((self.product * s - 0.5 * self.squares) / (1 - s * s))
        return self._gather(total) / (2 * np.pi)

    def densities(self, rho: float) -> tuple[Array, Array]:
        """First and second derivatives of the probabilities by the correlation."""
        rest = 1 - rho * rho
        with np.errstate(under="ignore"):
            f = np.exp((self.product * rho - 0.5 * self.squares) / rest)
        f /= 2 * np.pi * np.sqrt(rest)
        slope = rho / rest + (self.product * (1 + rho * rho) - rho * self.squares) / rest**2
        return self._gather(f), self._gather(f * slope)


def residual_correlation(
    cells: Rectangles, counts: Array, start: float
) -> tuple[float, Array, Array]:
    """The correlation of largest likelihood, the cells' probabilities and d log p / d rho there."""
    rho = start
    p = cells.independent + cells.change(0.0, rho)
    low, high = -0.99999, 0.99999
    for _ in range(60):
        safe = np.maximum(p, _SMALLEST)
        first, second = cells.densities(rho)
        by_rho = first / safe
        score = float(counts @ by_rho)
        curvature = float(counts @ (by_rho**2 - second / safe))
        if score > 0:
            low = rho
        elif score < 0:
            high = rho
        new = rho + score / (curvature if curvature > 0 else float(counts @ by_rho**2) + 1e-12)
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - rho) < 1e-10:
            break
        p = p + cells.change(rho, new)
        rho = new
    return rho, safe, by_rho


def conditional_statistics(
    raw: Array,
    names: Sequence[str],
    ordinal: Sequence[int],
    exogenous: Sequence[int],
    levels: dict[str, int],
    where: str = "",
) -> OrdinalStatistics:
    """Statistics of one group's complete rows given the variables at ``exogenous``.

    Raises `ModelError` where a probit regression has no finite solution, or where a residual
    correlation is one.
    """
    n, p = raw.shape
    e = np.array(sorted(exogenous), dtype=np.intp)
    y = np.setdiff1d(np.arange(p), e)
    center, spread = raw[:, e].mean(axis=0), raw[:, e].std(axis=0)
    x = (raw[:, e] - center) / spread
    is_ordinal = np.isin(y, list(ordinal))
    margins = []
    for k, categorical in zip(y.tolist(), is_ordinal, strict=True):
        if categorical:
            codes = ordinal_codes(raw[:, k], names[k], levels, where)
            margins.append(probit_margin(codes, x, levels[names[k]], names[k], where))
        else:
            check_continuous(raw[:, k], names[k], where)
            margins.append(linear_margin(raw[:, k], x))
        _refuse_singular(margins[-1], names[k], where)
    step = _SecondStep(margins, is_ordinal, x)
    # from standardized predictors to their own units, and to the order of the moments
    cuts = [len(m.estimates) - len(e) for m in margins]
    size, first = step.size, sum(cuts)
    turn = np.zeros((size, size))
    estimates = np.concatenate([*(m.estimates for m in margins), step.variance[~is_ordinal]])
    at = 0
    for k, (own, count) in enumerate(zip(step.first, cuts, strict=True)):
        sign = 1.0 if is_ordinal[k] else -1.0
        level, slopes = np.arange(own.start, own.start + count), np.arange(own.stop)[-len(e) :]
        turn[at + np.arange(count), level] = 1.0
        turn[np.ix_(at + np.arange(count), slopes)] = sign * center / spread
        turn[first + k + len(y) * np.arange(len(e)), slopes] = 1.0 / spread
        at += count
    rest = first + len(y) * len(e)
    turn[np.arange(rest, size), np.arange(rest, size)] = 1.0
    moments = turn @ estimates
    sd = np.sqrt(step.variance)
    cov = np.zeros((p, p))
    cov[np.ix_(y, y)] = step.cor * np.outer(sd, sd)
    cov[np.ix_(e, e)] = np.atleast_2d(np.cov(raw[:, e].T))  # by N - 1, as lavaan's
    thresholds = [np.zeros(0)] * p
    mean = np.zeros(p)
    mean[e] = center
    slopes_of = np.zeros((p, len(e)))
    slopes_of[y] = moments[first:rest].reshape(len(e), len(y)).T
    at = 0
    for k, own, count in zip(y.tolist(), is_ordinal, cuts, strict=True):
        if own:
            thresholds[k] = moments[at : at + count]
        else:
            mean[k] = moments[at]
        at += count
    matrix = step.gamma(where)
    spread = np.diag(matrix)[size:] / n
    refuse_ones(step.cor, is_ordinal, [names[k] for k in y], where, spread)
    matrix[:size] = turn @ matrix[:size]
    matrix[:, :size] = matrix[:, :size] @ turn.T
    return OrdinalStatistics(
        n,
        tuple(thresholds),
        mean,
        cov,
        np.concatenate([moments, cov[y[step.row], y[step.column]]]),
        matrix,
        y[is_ordinal],
        e,
        slopes_of,
    )


class _SecondStep:
    """Residual correlations of all pairs and what their covariance matrix is made of."""

    def __init__(self, margins: list[Margin], is_ordinal: Any, x: Array) -> None:
        count = len(margins)
        self.margins, self.is_ordinal, self.x = margins, is_ordinal, x
        self.n = len(x)
        self.variance = np.array([m.variance for m in margins])
        ends = np.cumsum([0] + [len(m.estimates) for m in margins])
        self.first = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        continuous = np.flatnonzero(~is_ordinal).tolist()
        self.variance_at = {k: int(ends[-1]) + m for m, k in enumerate(continuous)}
        self.size = int(ends[-1]) + len(continuous)
        self.column, self.row = np.triu_indices(count, 1)
        self.cor = np.eye(count)
        self.scores: dict[int, tuple[Array, Any]] = {}  # of cells, and the cell of each row
        self.scale = np.ones(len(self.row))
        self.cross = np.zeros((len(self.row), self.size))
        _, self.pattern = np.unique(x, axis=0, return_inverse=True)
        self.pattern = self.pattern.ravel()
        # one scoring step from zero
        residual = np.column_stack([m.residual for m in margins])
        start = (residual.T @ residual) / np.maximum((residual**2).T @ residual**2, 1e-12)
        for k, (i, j) in enumerate(zip(self.row.tolist(), self.column.tolist(), strict=True)):
            if is_ordinal[i] and is_ordinal[j]:
                self._both_ordinal(k, i, j, float(np.clip(start[i, j], -0.9, 0.9)))
            elif is_ordinal[i] or is_ordinal[j]:
                self._mixed(k, *((i, j) if is_ordinal[i] else (j, i)))
            else:
                self._keep(k, i, j, float(np.mean(residual[:, i] * residual[:, j])), self.n)

    def _keep(self, k: int, i: int, j: int, rho: float, information: float) -> None:
        self.cor[i, j] = self.cor[j, i] = rho
        self.scale[k] = self.n / information

    def _limits(
        self, k: int, i: int, weight: Array, by_low: Array, by_high: Array, at: Any
    ) -> None:
        """What the thresholds and slopes of one of a pair take from its scores."""
        codes = self.margins[i].codes[at]
        own = self.first[i]
        count = own.stop - own.start - self.x.shape[1]
        up = np.bincount(codes, weights=weight * by_high, minlength=count + 1)
        down = np.bincount(codes, weights=weight * by_low, minlength=count + 1)
        self.cross[k, own] = np.concatenate(
            [up[:-1] + down[1:], -(weight * (by_high + by_low)) @ self.x[at]]
        )

    def _both_ordinal(self, k: int, i: int, j: int, start: float) -> None:
        a, b = self.margins[i], self.margins[j]
        key = (self.pattern * (a.codes.max() + 1) + a.codes) * (b.codes.max() + 1) + b.codes
        _, at, inverse, counts = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        low_a, high_a, low_b, high_b = a.low[at], a.high[at], b.low[at], b.high[at]
        cells = Rectangles(low_a, high_a, low_b, high_b)
        rho, p, by_rho = residual_correlation(cells, counts.astype(float), start)
        self._keep(k, i, j, rho, float(counts @ by_rho**2))
        self.scores[k] = (by_rho, inverse.ravel().astype(np.min_scalar_type(len(counts))))
        root = np.sqrt(1 - rho * rho)
        weight = counts * by_rho

        def strip(edge: Array, low: Array, high: Array) -> Array:
            tail = special.ndtr((high - rho * edge) / root)
            out: Array = _density(edge) / p * (tail - special.ndtr((low - rho * edge) / root))
            return out

        self._limits(k, i, weight, -strip(low_a, low_b, high_b), strip(high_a, low_b, high_b), at)
        self._limits(k, j, weight, -strip(low_b, low_a, high_a), strip(high_b, low_a, high_a), at)

    def _mixed(self, k: int, o: int, c: int) -> None:
        a, b = self.margins[o], self.margins[c]
        rho = polyserial(b.residual, a.codes, a.low, a.high)
        by_rho, by_low, by_high, by_y = polyserial_curvature(rho, b.residual, a.low, a.high)
        self._keep(k, o, c, rho, -float(by_rho.sum()))
        self._limits(k, o, np.full(self.n, -1.0), by_low, by_high, slice(None))
        by_mean = by_y / np.sqrt(b.variance)
        self.cross[k, self.first[c]] = np.concatenate([[by_mean.sum()], by_mean @ self.x])
        self.cross[k, self.variance_at[c]] = by_y @ b.residual / (2 * b.variance)

    def gamma(self, where: str) -> Array:
        """N times the covariance matrix of all estimates, first and second step."""
        try:
            # regressions of continuous variables: the residuals' products, whatever their law
            bread = [self.n * np.linalg.inv(m.information()) for m in self.margins]
            count = self.size + len(self.row)
            out = covariance_of_rows(self.n, count, lambda rows: self._influence(rows, bread))
        except np.linalg.LinAlgError:
            out = np.full((1, 1), np.nan)
        if not np.isfinite(out).all():
            raise ModelError("ordinal_covariances", where=where)
        return out

    def _influence(self, rows: slice, bread: list[Array]) -> Array:
        """What these rows add to the estimates, (estimates, rows)."""
        margins, sd, size = self.margins, np.sqrt(self.variance), self.size
        out = np.empty((size + len(self.row), len(range(*rows.indices(self.n)))))
        for own, margin, inverse in zip(self.first, margins, bread, strict=True):
            out[own] = inverse @ margin.scores[rows].T
        for c, at in self.variance_at.items():
            out[at] = self.variance[c] * (margins[c].residual[rows] ** 2 - 1)
        pairs = out[size:]
        for k, (i, j) in enumerate(zip(self.row.tolist(), self.column.tolist(), strict=True)):
            if k in self.scores:
                values, cell = self.scores[k]
                pairs[k] = values[cell[rows]]
            elif self.is_ordinal[i] or self.is_ordinal[j]:
                a, b = (margins[i], margins[j]) if self.is_ordinal[i] else (margins[j], margins[i])
                limits = a.low[rows], a.high[rows]
                pairs[k] = polyserial_score(self.cor[i, j], b.residual[rows], *limits)
            else:
                product = margins[i].residual[rows] * margins[j].residual[rows]
                pairs[k] = product - self.cor[i, j]
        pairs -= self.cross @ (out[:size] / self.n)
        scale = self.scale * np.where(self.is_ordinal, 1.0, sd)[self.row]
        pairs *= (scale * np.where(self.is_ordinal, 1.0, sd)[self.column])[:, None]
        for k, (i, j) in enumerate(zip(self.row.tolist(), self.column.tolist(), strict=True)):
            if self.is_ordinal[i] != self.is_ordinal[j]:
                c = j if self.is_ordinal[i] else i
                pairs[k] += self.cor[i, j] / (2 * sd[c]) * out[self.variance_at[c]]
        return out
