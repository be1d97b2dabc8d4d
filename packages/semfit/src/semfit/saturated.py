r"""The saturated model of data with missing values, one group at a time.

Its matrices depend on the data alone: they are kept with the group's sample, so that all models of
the same rows (the levels of an invariance ladder, the baseline model) share them. Moments stand in
the order :math:`(\mu, \mathrm{vech}\,\Sigma)`, without those among fixed exogenous variables, which
are given and not estimated.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .data import GroupSample
from .discrepancy.fiml import saturated_curvature, saturated_of, stack_of
from .discrepancy.normal import inverse_and_logdet
from .estimate import cell_scores
from .model import (
    MEAN,
    SYMMETRIC,
    Array,
    Block,
    Cells,
    Index,
    block_moments,
    moment_information,
    vech_index,
)

#: Beyond so many moments of a group (about 64 variables) their matrices are not formed: each
#: pattern of missing values would take a pass over them.
MOST_MOMENTS = 2200


def too_large(p: int) -> bool:
    """Whether the saturated model of ``p`` variables has too many moments for its matrices."""
    return p + p * (p + 1) // 2 > MOST_MOMENTS


@dataclass(frozen=True)
class SaturatedMatrices:
    """Information and first-order matrices per row of one group, (moments, moments).

    ``kept`` are the moments that are modelled.
    """

    sample: GroupSample
    kept: Index

    @cached_property
    def _precision(self) -> Array:
        pair = inverse_and_logdet(saturated_of(self.sample).cov)
        assert pair is not None, "the saturated covariance matrix is positive definite"
        return pair[0]

    @cached_property
    def information(self) -> Array:
        """The observed one of the incomplete data."""
        solution = saturated_of(self.sample)
        whole = saturated_information(self.sample, solution.mean, solution.cov)
        return _part(whole, self.kept)

    @cached_property
    def complete(self) -> Array:
        """The information of complete data with the same moments."""
        w = self._precision[None]
        return _part(moment_information(np.ones(1), w, w, None), self.kept)

    @cached_property
    def first_order(self) -> Array:
        """Mean outer product of the scores of rows or clusters."""
        sample, solution = self.sample, saturated_of(self.sample)
        block = saturated_block(len(solution.mean))
        m = block_moments(block, moment_vector(solution.mean, solution.cov))
        out = np.zeros((len(self.kept),) * 2)
        known = np.unique(np.zeros(0) if sample.clusters is None else sample.clusters)
        sums = np.zeros((len(known), len(self.kept)))
        for rows, scores in cell_scores(block, m, sample, True):
            scores = scores if scores.shape[1] == len(self.kept) else scores[:, self.kept]
            if sample.clusters is None:
                out += scores.T @ scores
            else:
                np.add.at(sums, np.searchsorted(known, sample.clusters[rows]), scores)
        if len(known) > 1:
            out = sums.T @ sums * (len(known) / (len(known) - 1))
        out /= sample.n
        return out

    @cached_property
    def inverse(self) -> Array:
        """Of the information."""
        pair = inverse_and_logdet(self.information)
        return np.linalg.pinv(self.information) if pair is None else pair[0]

    @cached_property
    def trace(self) -> float:
        """Of ``inverse @ first_order``."""
        return float(np.vdot(self.inverse, self.first_order))

    @cached_property
    def complete_trace(self) -> float:
        """Of ``complete @ inverse``."""
        return float(np.vdot(self.inverse, self.complete))

    @cached_property
    def sandwich_trace(self) -> float:
        r"""Of ``complete @ inverse @ first_order @ inverse``.

        The complete data's information is :math:`R'R`, where with :math:`\Sigma^{-1} = LL'` a
        change of the moments :math:`(m, X)` has :math:`R(m, X) = (L'm, L'XL/\sqrt2)`.
        """
        p = len(self._precision)
        row, column = vech_index(p)
        columns = np.zeros((p + len(row), len(self.kept)))
        columns[self.kept] = self.inverse
        left = np.linalg.cholesky(self._precision).T
        change = np.empty((len(self.kept), p, p))
        change[:, row, column] = change[:, column, row] = columns[p:].T
        change = left @ change @ left.T
        half = np.where(row == column, np.sqrt(0.5), 1.0)
        root = np.concatenate([left @ columns[:p], change[:, row, column].T * half[:, None]])
        return float(np.vdot(root.T @ root, self.first_order))


def _part(matrix: Array, kept: Index) -> Array:
    return matrix if len(kept) == len(matrix) else matrix[np.ix_(kept, kept)]


def saturated_block(p: int) -> Block:
    """All means and covariances of ``p`` variables as free parameters."""
    row, column = vech_index(p)
    every = np.arange(p)
    kind = np.concatenate([np.full(p, MEAN), np.full(len(row), SYMMETRIC)])
    cells = Cells(
        kind,
        np.concatenate([every, row]),
        np.concatenate([every, column]),
        np.arange(len(kind)),
    )
    zero = np.zeros((p, p))
    names = tuple(str(k) for k in range(p))
    return Block(names, p, zero, zero, np.zeros(p), cells, np.zeros(0, dtype=np.intp))


def moment_vector(mean: Array, cov: Array) -> Array:
    """``(mu, vech Sigma)``."""
    row, column = vech_index(len(mean))
    return np.concatenate([mean, cov[row, column]])


def modelled_moments(p: int, exogenous: Index) -> Index:
    """Positions of the moments that are not those of fixed exogenous variables."""
    fixed = np.zeros(p, dtype=bool)
    fixed[exogenous] = True
    row, column = vech_index(p)
    return np.flatnonzero(~np.concatenate([fixed, fixed[row] & fixed[column]]))


def saturated_information(sample: GroupSample, mean: Array, cov: Array) -> Array:
    """Observed information per row of all moments at given values."""
    return saturated_curvature(stack_of(sample), mean, cov)


def saturated_matrices(sample: GroupSample, exogenous: Index) -> SaturatedMatrices:
    """The matrices at the saturated solution, computed once a sample."""
    key = ("saturated matrices", tuple(exogenous.tolist()))
    if key not in sample.memo:
        kept = modelled_moments(len(sample.mean), exogenous)
        sample.memo[key] = SaturatedMatrices(sample, kept)
    found: SaturatedMatrices = sample.memo[key]
    return found
