r"""The saturated model of data with missing values, one group at a time.

Its matrices depend on the data alone: they are kept with the group's sample, so that all models of
the same rows (the levels of an invariance ladder, the baseline model) share them. Moments stand in
the order :math:`(\mu, \mathrm{vech}\,\Sigma)`, without those among fixed exogenous variables, which
are given and not estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .data import GroupSample
from .discrepancy.fiml import incomplete_curvature, saturated_of, stack_of
from .discrepancy.normal import inverse_and_logdet
from .estimate import case_scores
from .model import (
    MEAN,
    SYMMETRIC,
    Array,
    Block,
    Cells,
    Index,
    Moments,
    block_moments,
    information_cells,
    vech_index,
)

#: Beyond so many moments of a group (about 64 variables) their matrices are not formed: each
#: pattern of missing values would take a pass over them.
MOST_MOMENTS = 2200
#: Scores of so many rows times moments are held at a time (160 MB).
SCORES_AT_ONCE = 20_000_000


def too_large(p: int) -> bool:
    """Whether the saturated model of ``p`` variables has too many moments for its matrices."""
    return p + p * (p + 1) // 2 > MOST_MOMENTS


@dataclass(frozen=True)
class SaturatedMatrices:
    """Information and first-order matrices per row of one group, (moments, moments).

    ``information`` is the observed one of the incomplete data, ``complete`` that of complete data
    with the same moments, ``first_order`` the mean outer product of the scores of rows or clusters.
    """

    information: Array
    complete: Array
    first_order: Array

    @cached_property
    def inverse(self) -> Array:
        pair = inverse_and_logdet(self.information)
        return np.linalg.pinv(self.information) if pair is None else pair[0]

    @cached_property
    def through(self) -> Array:
        """``first_order @ inverse @ complete``."""
        out: Array = self.first_order @ (self.inverse @ self.complete)
        return out

    @cached_property
    def trace(self) -> float:
        """Of ``inverse @ first_order``."""
        return float(np.sum(self.inverse * self.first_order))

    @cached_property
    def complete_trace(self) -> float:
        """Of ``complete @ inverse``."""
        return float(np.sum(self.inverse * self.complete))

    @cached_property
    def sandwich_trace(self) -> float:
        """Of ``complete @ inverse @ first_order @ inverse``."""
        return float(np.sum(self.through * self.inverse))


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
    block = saturated_block(len(mean))
    m = block_moments(block, moment_vector(mean, cov))
    return incomplete_curvature(block, m, stack_of(sample))


def _parts(sample: GroupSample, size: int) -> Iterator[GroupSample]:
    """The group by patterns (and parts of them) of together about ``size`` rows."""
    assert sample.raw is not None
    pieces = [
        (k, k.rows[first : first + size])
        for k in sample.patterns
        for first in range(0, len(k.rows), size)
    ]
    ends = np.cumsum([len(rows) for _, rows in pieces])
    for number in range(int(ends[-1] // size) + 1):
        chosen = [piece for piece, end in zip(pieces, ends, strict=True) if end // size == number]
        if not chosen:
            continue
        starts = np.cumsum([0, *(len(rows) for _, rows in chosen)])
        patterns = tuple(
            replace(k, rows=np.arange(start, start + len(rows)))
            for (k, rows), start in zip(chosen, starts, strict=False)
        )
        rows = np.concatenate([rows for _, rows in chosen])
        clusters = None if sample.clusters is None else sample.clusters[rows]
        raw = sample.raw[rows]
        yield replace(sample, n=len(raw), raw=raw, clusters=clusters, patterns=patterns)


def saturated_matrices(sample: GroupSample, exogenous: Index) -> SaturatedMatrices:
    """The matrices at the saturated solution, computed once a sample."""
    key = ("saturated matrices", tuple(exogenous.tolist()))
    if key not in sample.memo:
        solution = saturated_of(sample)
        p = len(solution.mean)
        block = saturated_block(p)
        m: Moments = block_moments(block, moment_vector(solution.mean, solution.cov))
        information = incomplete_curvature(block, m, stack_of(sample))
        pair = inverse_and_logdet(solution.cov)
        assert pair is not None, "the saturated covariance matrix is positive definite"
        complete = information_cells(block, m, pair[0], True)
        kept = modelled_moments(p, exogenous)
        at = np.ix_(kept, kept)
        first_order = np.zeros((len(kept), len(kept)))
        known = np.unique(np.zeros(0) if sample.clusters is None else sample.clusters)
        sums = np.zeros((len(known), len(kept)))
        for part in _parts(sample, SCORES_AT_ONCE // len(block.cells.kind)):
            scores = case_scores(block, m, part, len(block.cells.kind), True)[:, kept]
            if part.clusters is None:
                first_order += scores.T @ scores
            else:
                np.add.at(sums, np.searchsorted(known, part.clusters), scores)
        if len(known) > 1:
            first_order = sums.T @ sums * (len(known) / (len(known) - 1))
        first_order /= sample.n
        sample.memo[key] = SaturatedMatrices(information[at], complete[at], first_order)
    found: SaturatedMatrices = sample.memo[key]
    return found
