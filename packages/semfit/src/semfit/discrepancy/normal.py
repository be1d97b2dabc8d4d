r"""Normal-theory discrepancies of complete data: ML, GLS, ULS.

.. math::
   F_{ML} = \log|\Sigma| + \mathrm{tr}(S\Sigma^{-1}) - \log|S| - p
            + (\bar y - \mu)'\Sigma^{-1}(\bar y - \mu), \qquad
   F_{V} = \tfrac12 \mathrm{tr}\{[V(S - \Sigma)]^2\} + (\bar y - \mu)'V(\bar y - \mu)

with :math:`V = S^{-1}` for GLS (Bollen 1989, ch. 4; Jöreskog 1967). ULS is the sum of squared
residual moments, each counted once as in lavaan: :math:`V = I` and
:math:`\tfrac12\sum_i(s_{ii}-\sigma_{ii})^2` more. The value is :math:`\tfrac12\sum_g w_g F_g`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import lapack

from ..data import GroupSample
from ..model import (
    Array,
    Model,
    Moments,
    block_moments,
    curvature_cells,
    curvature_pieces,
    gradient_cells,
    information_cells,
    information_of_others,
    variance_jacobian,
)


def inverse_and_logdet(matrix: Array) -> tuple[Array, float] | None:
    """Inverse and log determinant by Cholesky; None where not positive definite."""
    factor, info = lapack.dpotrf(matrix, lower=1, clean=1)
    if info != 0:
        return None
    diagonal = factor.diagonal()
    if not diagonal.min() > 1e-150:
        return None
    logdet = 2.0 * float(np.log(diagonal).sum())
    root, info = lapack.dtrtri(factor, lower=1)
    if info != 0 or not np.isfinite(logdet):
        return None
    return root.T @ root, logdet


@dataclass
class NormalTheory:
    """ML, GLS or ULS for sample moments; ``weights`` sum to one over groups."""

    model: Model
    samples: Sequence[GroupSample]
    kind: str = "ML"
    unbiased: bool = False

    def __post_init__(self) -> None:
        n = np.array([s.n for s in self.samples], dtype=float)
        effective = n - 1 if self.unbiased else n
        self.multiplier = float(effective.sum())
        self.weights = effective / effective.sum()
        self.covs = [s.cov * (s.n / (s.n - 1) if self.unbiased else 1.0) for s in self.samples]
        self.means = [s.mean for s in self.samples]
        self._known: dict[bytes, list[tuple[Moments, Array, float]] | None] = {}
        self.inverses: list[Array] = []
        self.logdets: list[float] = []
        for cov in self.covs:
            pair = inverse_and_logdet(cov)
            assert pair is not None, "checked when the data were read"
            self.inverses.append(pair[0])
            self.logdets.append(pair[1])

    def _weight(self, group: int, moments: Moments) -> tuple[Array, float] | None:
        if self.kind == "ML":
            return inverse_and_logdet(moments.sigma)
        if self.kind == "GLS":
            return self.inverses[group], 0.0
        return np.eye(moments.observed), 0.0

    def _at(self, x: Array) -> list[tuple[Moments, Array, float]] | None:
        """Moments, weights and log determinants of every group; kept for the last two ``x``.

        So a step that is rejected leaves what is known of the point before it. None where an
        implied covariance matrix is not positive definite.
        """
        key = x.tobytes()
        if key in self._known:
            return self._known[key]
        found: list[tuple[Moments, Array, float]] = []
        for g, block in enumerate(self.model.blocks):
            m = block_moments(block, x)
            pair = self._weight(g, m)
            if pair is None or not np.isfinite(m.sigma).all():
                break
            found.append((m, *pair))
        parts = found if len(found) == len(self.model.blocks) else None
        if len(self._known) > 1:
            del self._known[next(iter(self._known))]
        self._known[key] = parts
        return parts

    def moments(self, x: Array) -> list[Moments] | None:
        """Implied moments, where the weights exist."""
        parts = self._at(x)
        return None if parts is None else [m for m, _, _ in parts]

    def weight_matrices(self, x: Array) -> list[Array]:
        """``V`` of every group: the inverse implied matrix for ML; [] where there is none."""
        return [w for _, w, _ in self._at(x) or []]

    def group_values(self, x: Array) -> list[float]:
        """``F_g`` of every group; infinite where an implied matrix is not positive definite."""
        parts = self._at(x)
        if parts is None:
            return [np.inf] * len(self.model.blocks)
        return [self._value(g, *part) for g, part in enumerate(parts)]

    def _value(self, g: int, m: Moments, w: Array, logdet: float) -> float:
        s = self.covs[g]
        if self.kind == "ML":
            value = logdet + float(np.vdot(w, s)) - self.logdets[g] - len(s)
        else:
            r = w @ (s - m.sigma)
            value = 0.5 * float(np.sum(r * r.T))
            if self.kind == "ULS":
                value += 0.5 * float(np.sum(np.diag(r) ** 2))
        if self.model.meanstructure:
            d = self.means[g] - m.mu
            value += float(d @ w @ d)
        return value

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        total = 0.0
        gradient = np.zeros(self.model.parameters)
        with np.errstate(all="ignore"):
            try:
                parts = self._at(x)
            except np.linalg.LinAlgError:
                parts = None
            if parts is None:
                return np.inf, gradient
            for g, (block, (m, w, logdet)) in enumerate(zip(self.model.blocks, parts, strict=True)):
                total += 0.5 * self.weights[g] * self._value(g, m, w, logdet)
                q, b, _ = self._residual_weights(g, m, w)
                cells = gradient_cells(block, m, q, b)
                gradient[block.cells.parameter] += 0.5 * self.weights[g] * cells
        return (total if np.isfinite(total) else np.inf), gradient

    def _residual_weights(self, g: int, m: Moments, w: Array) -> tuple[Array, Any, Array]:
        """``Q``, ``b`` (None without means) and ``T`` of the gradient and the Hessian."""
        d = self.means[g] - m.mu if self.model.meanstructure else None
        b = None if d is None else w @ d
        if self.kind == "ML":
            t = self.covs[g] if d is None else self.covs[g] + np.outer(d, d)
            return w - w @ t @ w, b, t
        residual = self.covs[g] - m.sigma
        q = -w @ residual @ w
        if self.kind == "ULS":
            q = q - np.diag(np.diag(residual))
        return q, b, self.covs[g]

    def information(self, x: Array) -> Array:
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._at(x)
        assert parts is not None
        for g, (block, (m, w, _)) in enumerate(zip(self.model.blocks, parts, strict=True)):
            info = information_cells(block, m, w, self.model.meanstructure)
            if self.kind == "ULS":
                variances = variance_jacobian(block, m)
                info += 0.5 * variances.T @ variances
            out[block.cells.square] += self.weights[g] * info
        return out

    def information_of_others(self, x: Array, known: int) -> tuple[Array, Array]:
        """Of the information the part between the first ``known`` parameters and the others, whose
        cells come last, (known, others), and the others' diagonal."""
        rest = self.model.parameters - known
        cross, own = np.zeros((known, rest)), np.zeros(rest)
        parts = self._at(x)
        assert parts is not None
        for g, (block, (m, w, _)) in enumerate(zip(self.model.blocks, parts, strict=True)):
            parameter = block.cells.parameter
            first = int((parameter < known).sum())
            between, mine = information_of_others(block, m, w, first, self.model.meanstructure)
            if self.kind == "ULS":
                variances = variance_jacobian(block, m)
                between += 0.5 * variances[:, :first].T @ variances[:, first:]
                mine += 0.5 * np.sum(variances[:, first:] ** 2, axis=0)
            at = parameter[first:] - known
            cross[np.ix_(parameter[:first], at)] += self.weights[g] * between
            own[at] += self.weights[g] * mine
        return cross, own

    def observed_information(self, x: Array) -> Array:
        if self.kind != "ML":
            return self._least_squares_hessian(x)
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._at(x)
        assert parts is not None
        for g, (block, (m, w, _)) in enumerate(zip(self.model.blocks, parts, strict=True)):
            q, b, t = self._residual_weights(g, m, w)
            out[block.cells.square] += self.weights[g] * curvature_cells(
                block, m, w, t, b, q, self.model.meanstructure
            )
        return out

    def _least_squares_hessian(self, x: Array) -> Array:
        out = self.information(x)
        parts = self._at(x)
        assert parts is not None
        for g, (block, (m, w, _)) in enumerate(zip(self.model.blocks, parts, strict=True)):
            q, b, _ = self._residual_weights(g, m, w)
            out[block.cells.square] += self.weights[g] * curvature_pieces(
                block, m, q, b, self.model.meanstructure
            )
        return out
