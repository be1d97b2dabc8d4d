r"""Unrestricted normal moments of rows with missing values.

With :math:`P=\Sigma^{-1}` what a row misses is, given what it has, normal with covariance
:math:`P_{mm}^{-1}` and mean :math:`\mu_m - P_{mm}^{-1}P_{mo}(y_o-\mu_o)`: a step costs what is
missing, not what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.linalg import lapack

from .model import VALUES_AT_ONCE, Array, Index


@dataclass(frozen=True)
class Saturated:
    """Unrestricted ML moments of one group with missing values."""

    mean: Array
    cov: Array
    loglik: float
    iterations: int
    converged: bool


@dataclass(frozen=True)
class _Alike:
    """Patterns that miss equally many variables: what they miss, how much they count, their rows.

    ``hidden`` (patterns, missing), ``size`` (patterns,), ``rows`` of :attr:`IncompleteRows.rows`,
    each with the place of its pattern in ``of``.
    """

    hidden: Index
    size: Array
    rows: Index
    of: Index


class IncompleteRows:
    """Rows, (rows, variables) with NaN where missing, none of them empty, as EM steps need them.

    ``weights`` of the rows sum to their number. Of a pattern with more rows than variables stand
    as many rows as there are variables, and one, with the same sums and products (those of a QR
    decomposition); ``unit`` is what stands for the constant of each.
    """

    def __init__(self, values: Array, weights: Array | None = None) -> None:
        n, p = values.shape
        root = np.ones(n) if weights is None else np.sqrt(weights)
        self.total = float(root @ root)
        hidden = np.isnan(values)
        #: Values are taken from about their means: products of large numbers lose digits.
        self.centre = np.nanmean(values, axis=0)
        filled = np.where(hidden, 0.0, values - self.centre) * root[:, None]
        packed = np.packbits(hidden, axis=1)
        _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(pattern.ravel(), kind="stable")
        bounds = np.searchsorted(pattern.ravel()[order], np.arange(len(first) + 1))
        rows, unit, of = list[Array](), list[Array](), list[Array]()
        size = np.empty(len(first))
        for k, (start, stop) in enumerate(pairwise(bounds)):
            part, one = filled[order[start:stop]], root[order[start:stop]]
            size[k] = one @ one
            seen = ~hidden[first[k]]
            if len(part) > seen.sum() + 1:
                _, small = np.linalg.qr(np.column_stack([one, part[:, seen]]))
                part, one = np.zeros((len(small), p)), small[:, 0]
                part[:, seen] = small[:, 1:]
            rows.append(part)
            unit.append(one)
            of.append(np.full(len(part), k))
        self.rows, self.unit, place = np.concatenate(rows), np.concatenate(unit), np.concatenate(of)
        self.seen = np.logical_not(hidden[first][place])
        self.answers = float(((~hidden[first]).sum(axis=1) * size).sum())
        missing = hidden[first].sum(axis=1)
        self.alike = list[_Alike]()
        for m in np.unique(missing[missing > 0]).tolist():
            which = np.flatnonzero(missing == m)
            step = max(VALUES_AT_ONCE // (m * m), 1)
            for some in (which[k : k + step] for k in range(0, len(which), step)):
                mine = np.flatnonzero(np.isin(place, some))
                columns = np.nonzero(hidden[first[some]])[1].reshape(len(some), m)
                at = np.searchsorted(some, place[mine])
                self.alike.append(_Alike(columns, size[some], mine, at))

    def step(self, mu: Array, sigma: Array) -> tuple[Array, Array, float] | None:
        """An EM step from these moments (about :attr:`centre`), and their log-likelihood.

        None where ``sigma`` is not positive definite.
        """
        p = len(mu)
        factor, info = lapack.dpotrf(sigma, lower=1, clean=1)
        if info != 0 or not factor.diagonal().min() > 1e-150:
            return None
        root, info = lapack.dtrtri(factor, lower=1)
        if info != 0:
            return None
        precision = root.T @ root
        logdet = self.total * 2 * np.log(factor.diagonal()).sum()
        gap = np.where(self.seen, self.rows - np.outer(self.unit, mu), 0.0)
        pull = gap @ precision
        spare = np.zeros(p * p)
        try:
            for a in self.alike:
                h = a.hidden
                block = precision[h[:, :, None], h[:, None, :]]
                diagonal = np.diagonal(np.linalg.cholesky(block), axis1=1, axis2=2)
                logdet += a.size @ (2 * np.log(diagonal).sum(axis=1))
                inverse = np.linalg.inv(block)
                where = (h[:, :, None] * p + h[:, None, :]).ravel()
                value = (inverse * a.size[:, None, None]).ravel()
                spare += np.bincount(where, value, minlength=p * p)
                at = a.rows[:, None], h[a.of]
                gap[at] = -_products(inverse, a.of, pull[at])
        except np.linalg.LinAlgError:
            return None
        square = gap.T @ gap
        shift = self.unit @ gap / self.total
        new = (square + spare.reshape(p, p)) / self.total - np.outer(shift, shift)
        # With its expectation in the place of what is missing a row is as far from the mean as
        # what is there is: the quadratic form of all is that of the observed.
        quadratic = float(np.vdot(precision, square))
        loglik = -0.5 * (self.answers * np.log(2 * np.pi) + logdet + quadratic)
        return mu + shift, (new + new.T) / 2, float(loglik)

    def moments(self, tolerance: float = 1e-10, limit: int = 2000) -> Saturated | None:
        """Means and covariances by EM (Little & Rubin 2002, ch. 11), extrapolated.

        Two EM steps and a squared extrapolation (Varadhan & Roland 2008), until no standardized
        moment moves more than ``tolerance`` in a step, or ``limit`` steps were taken. None where
        the covariance matrix becomes singular.
        """
        p = self.rows.shape[1]
        count = self.seen.T @ self.unit**2
        mean = self.unit @ self.rows / count
        variance = np.einsum("ij,ij->j", self.rows, self.rows) / count - mean**2
        scale = np.sqrt(variance)
        pack = np.tril_indices(p)
        weight = np.concatenate([1 / scale, 1 / np.outer(scale, scale)[pack]])

        def moved(theta: Array) -> tuple[Array, float] | None:
            sigma = np.zeros((p, p))
            sigma[pack] = theta[p:]
            found = self.step(theta[:p], sigma + np.tril(sigma, -1).T)
            if found is None:
                return None
            return np.concatenate([found[0], found[1][pack]]), found[2]

        theta = np.concatenate([mean, np.diag(variance)[pack]])
        state, taken, converged = moved(theta), 0, False
        while state is not None and taken < limit:
            one = state[0]
            next_ = moved(one)
            if next_ is None:
                return None
            two, taken = next_[0], taken + 2
            r = (one - theta) * weight
            v = (two - one) * weight - r
            before, theta, state = theta, two, moved(two)
            if np.abs(r).max() < tolerance:
                converged = True
                break
            length = np.sqrt((r @ r) / max(float(v @ v), 1e-300))
            if length > 1.0 and state is not None:
                trial = before + (2 * length * r + length**2 * v) / weight
                there = moved(trial)
                if there is not None and there[1] >= state[1]:
                    theta, state = trial, there
        if state is None:
            return None
        cov = np.zeros((p, p))
        cov[pack] = theta[p:]
        cov += np.tril(cov, -1).T
        if np.linalg.eigvalsh(cov / np.outer(scale, scale))[0] < 1e-9:
            return None
        return Saturated(theta[:p] + self.centre, cov, state[1], taken, converged)


def _products(matrices: Array, of: Index, vectors: Array) -> Array:
    """``matrices[of] @ vectors`` row by row, without a copy of a matrix for each row."""
    if len(of) == len(matrices):  # a row a pattern, in their order or another
        return (matrices[of] @ vectors[:, :, None])[:, :, 0]
    out = np.empty_like(vectors)
    order = np.argsort(of, kind="stable")
    bounds = np.searchsorted(of[order], np.arange(len(matrices) + 1))
    for k, (start, stop) in enumerate(pairwise(bounds)):
        rows = order[start:stop]
        out[rows] = vectors[rows] @ matrices[k]
    return out
