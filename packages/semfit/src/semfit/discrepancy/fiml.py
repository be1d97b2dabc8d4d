r"""Full-information maximum likelihood for data with missing values.

.. math::
   F = \sum_k \frac{n_k}{N}\{\log|\Sigma_k| + \mathrm{tr}(\Sigma_k^{-1}T_k)\}, \qquad
   T_k = S_k + (\bar y_k - \mu_k)(\bar y_k - \mu_k)'

over the patterns :math:`k` of observed variables (Arbuckle 1996; Savalei 2010). All patterns are
evaluated side by side, padded with zeros where their variables are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..data import GroupSample
from ..errors import ModelError
from ..incomplete import IncompleteRows, Saturated
from ..model import (
    Array,
    Block,
    Index,
    Model,
    Moments,
    block_moments,
    curvature_pieces,
    gradient_cells,
    information_cells,
    moment_information,
    summed_over_patterns,
)
from .normal import inverse_and_logdet

#: Patterns of so many rows at most are summed over rows.
FEW_ROWS = 8


def _logdet(stack: Array) -> Array:
    factor = np.linalg.cholesky(stack)
    out: Array = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return out


class PatternStack:
    """The patterns of one group as padded arrays."""

    def __init__(self, sample: GroupSample) -> None:
        p = len(sample.mean)
        count = len(sample.patterns)
        self.n = np.array([k.size for k in sample.patterns], dtype=float)
        count_rows = np.array([k.n for k in sample.patterns])
        self.total = float(self.n.sum())
        self.seen = np.zeros((count, p))
        self.mean = np.zeros((count, p))
        self.cov = np.zeros((count, p, p))
        for k, pattern in enumerate(sample.patterns):
            o = pattern.observed
            self.seen[k, o] = 1.0
            self.mean[k, o] = pattern.mean
            self.cov[k][np.ix_(o, o)] = pattern.cov
        self.seen_count = self.seen.sum(axis=1)
        # patterns that miss equally many variables are worked on together
        missing = p - self.seen_count.astype(int)
        self.alike: list[tuple[Index, Index, Index]] = []
        for m in np.unique(missing):
            which = np.flatnonzero(missing == m)
            order = np.argsort(self.seen[which], axis=1, kind="stable")
            self.alike.append((which, order[:, :m], order[:, m:]))
        # rows of patterns that few share are cheaper than their covariances
        few = count_rows <= min(FEW_ROWS, p // 2)
        self.few, self.many = np.flatnonzero(few), np.flatnonzero(~few)
        self.rows = np.zeros((len(self.few), int(count_rows[few].max(initial=1)), p))
        for place, k in enumerate(self.few.tolist() if sample.raw is not None else []):
            pattern = sample.patterns[k]
            part = np.asarray(sample.raw)[np.ix_(pattern.rows, pattern.observed)]
            part = part - pattern.mean
            if sample.weights is not None:
                part *= np.sqrt(sample.weights[pattern.rows])[:, None]
            self.rows[place, : pattern.n, pattern.observed] = part.T
        if sample.raw is None:
            self.few, self.many = self.few[:0], np.arange(count)
            self.rows = self.rows[:0]

    def inverses(self, sigma: Array) -> tuple[Array, Array] | None:
        r"""Padded inverses (zero where missing) and log determinants.

        With :math:`P=\Sigma^{-1}` the inverse of what is observed is
        :math:`P_{oo} - P_{om}P_{mm}^{-1}P_{mo}` and :math:`|\Sigma_{oo}| = |\Sigma||P_{mm}|`: less
        work where less than half is missing.
        """
        whole = inverse_and_logdet(sigma)
        p = len(sigma)
        inverse = np.empty((len(self.n), p, p))
        logdet = np.empty(len(self.n))
        try:
            for which, hidden, seen in self.alike:
                m = hidden.shape[1]
                if whole is None or 2 * m > p:
                    part = sigma[seen[:, :, None], seen[:, None, :]]
                    logdet[which] = _logdet(part)
                    one = np.zeros((len(which), p, p))
                    at = np.arange(len(which))[:, None, None], seen[:, :, None], seen[:, None, :]
                    one[at] = np.linalg.inv(part)
                    inverse[which] = one
                    continue
                full, base = whole
                if not m:
                    inverse[which], logdet[which] = full, base
                    continue
                part = full[hidden[:, :, None], hidden[:, None, :]]
                logdet[which] = base + _logdet(part)
                across = full[hidden]
                one = full - np.swapaxes(across, 1, 2) @ np.linalg.solve(part, across)
                rows = np.arange(len(which))[:, None]
                one[rows, hidden] = 0.0
                one[rows, :, hidden] = 0.0
                inverse[which] = one
        except np.linalg.LinAlgError:
            return None
        return inverse, logdet

    def weighted_moments(self, w: Array, wd: Array, share: Array) -> Array:
        r""":math:`\sum_k s_kW_kT_kW_k` from padded inverses and :math:`W_kd_k`."""
        z = wd * np.sqrt(share)[:, None]
        total: Array = z.T @ z
        if len(self.few):
            scale = np.sqrt(share[self.few] / self.n[self.few])
            z = (self.rows @ w[self.few] * scale[:, None, None]).reshape(-1, w.shape[1])
            total += z.T @ z
        if len(self.many):
            part = w if len(self.many) == len(w) else w[self.many]
            total += np.tensordot(share[self.many], part @ self.cov[self.many] @ part, axes=1)
        return total

    def likelihood(self, sigma: Array, mu: Array) -> float:
        """Log-likelihood of the group."""
        pair = self.inverses(sigma)
        if pair is None:
            return -np.inf
        w, logdet = pair
        d = (self.mean - mu) * self.seen
        quadratic = np.einsum("kij,kij->k", w, self.cov) + np.einsum("ki,kij,kj->k", d, w, d)
        constant = self.seen_count * np.log(2 * np.pi)
        return float(-0.5 * np.sum(self.n * (constant + logdet + quadratic)))


@dataclass
class FullInformation:
    """FIML over groups of padded patterns."""

    model: Model
    samples: Sequence[GroupSample]

    def __post_init__(self) -> None:
        self.stacks = [stack_of(s) for s in self.samples]
        self.multiplier = float(sum(s.n for s in self.samples))

    def _parts(
        self, x: Array
    ) -> list[tuple[Block, Moments, PatternStack, Array, Array, Array]] | None:
        parts = []
        for block, stack in zip(self.model.blocks, self.stacks, strict=True):
            m = block_moments(block, x)
            if not np.isfinite(m.sigma).all():
                return None
            pair = stack.inverses(m.sigma)
            if pair is None:
                return None
            d = (stack.mean - m.mu) * stack.seen
            parts.append((block, m, stack, pair[0], pair[1], d))
        return parts

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        gradient = np.zeros(self.model.parameters)
        with np.errstate(all="ignore"):
            try:
                parts = self._parts(x)
            except np.linalg.LinAlgError:
                parts = None
            if parts is None:
                return np.inf, gradient
            total = 0.0
            for block, m, stack, w, logdet, d in parts:
                share = stack.n / self.multiplier
                wd = (w @ d[:, :, None])[:, :, 0]
                trace = np.einsum("kij,kij->k", w, stack.cov) + np.einsum("ki,ki->k", d, wd)
                total += 0.5 * float(share @ (logdet + trace))
                q = np.tensordot(share, w, axes=1) - stack.weighted_moments(w, wd, share)
                b = share @ wd
                gradient[block.cells.parameter] += 0.5 * gradient_cells(block, m, q, b)
        return (total if np.isfinite(total) else np.inf), gradient

    def information(self, x: Array) -> Array:
        """Expected information under data missing completely at random."""
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._parts(x)
        assert parts is not None
        for block, m, stack, w, _, _ in parts:
            share = stack.n / self.multiplier
            total = summed_over_patterns(block, m, share, w, w, None)
            out[block.cells.square] += total
        return out

    def information_of_others(self, x: Array, known: int) -> tuple[Array, Array]:
        """Of the information the part between the first ``known`` parameters and the others,
        (known, others), and the others' diagonal."""
        full = self.information(x)
        return full[:known, known:], np.diag(full)[known:]

    def metric(self, x: Array) -> Array:
        """A cheap stand-in for the information: that of each group's average weight."""
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._parts(x)
        assert parts is not None
        for block, m, stack, w, _, _ in parts:
            average = np.tensordot(stack.n / stack.total, w, axes=1)
            values = information_cells(block, m, average, True)
            out[block.cells.square] += stack.total / self.multiplier * values
        return out

    def observed_information(self, x: Array) -> Array:
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._parts(x)
        assert parts is not None
        for block, m, stack, w, _, _ in parts:
            total = incomplete_curvature(block, m, stack, w) * (stack.total / self.multiplier)
            out[block.cells.square] += total
        return out


def incomplete_curvature(block: Block, m: Moments, stack: PatternStack, w: Array) -> Array:
    """Observed information per cell pair and row of one group; ``w`` are the padded inverses."""
    share, h, b = _curvature(stack, m.mu, w)
    q = np.tensordot(share, (w - h) / 2, axes=1)
    total = curvature_pieces(block, m, q, share @ b, True)
    total += summed_over_patterns(block, m, share, w, h, b)
    return total


def saturated_curvature(stack: PatternStack, mean: Array, cov: Array) -> Array:
    """The same for the means and covariances themselves as parameters, at given values."""
    pair = stack.inverses(cov)
    assert pair is not None
    share, h, b = _curvature(stack, mean, pair[0])
    return moment_information(share, pair[0], h, b)


def _curvature(stack: PatternStack, mu: Array, w: Array) -> tuple[Array, Array, Array]:
    """Shares, :math:`2WTW - W` and :math:`Wd` of the patterns."""
    d = (stack.mean - mu) * stack.seen
    h = 2 * (w @ (stack.cov + d[:, :, None] * d[:, None, :]) @ w) - w
    return stack.n / stack.total, h, (w @ d[:, :, None])[:, :, 0]


def stack_of(sample: GroupSample) -> PatternStack:
    """The padded patterns of a group, built once."""
    if "stack" not in sample.memo:
        sample.memo["stack"] = PatternStack(sample)
    found: PatternStack = sample.memo["stack"]
    return found


def saturated_of(sample: GroupSample) -> Saturated:
    """`saturated_moments` of a group, computed once."""
    if "saturated" not in sample.memo:
        sample.memo["saturated"] = saturated_moments(sample)
    found: Saturated = sample.memo["saturated"]
    return found


def saturated_moments(sample: GroupSample) -> Saturated:
    """Unrestricted means and covariances of a group.

    Raises
    ------
    ModelError
        When the covariance matrix becomes singular.
    """
    if sample.complete and len(sample.patterns[0].observed) == len(sample.mean):
        stack = stack_of(sample)
        return Saturated(
            sample.mean, sample.cov, stack.likelihood(sample.cov, sample.mean), 0, True
        )
    assert sample.raw is not None
    parts = (sample.raw, np.zeros(0) if sample.weights is None else sample.weights)
    found = _moments(*(part.tobytes() for part in parts), sample.raw.shape[1])
    if found is None:
        raise ModelError("saturated_singular")
    return found


@lru_cache(maxsize=4)
def _moments(rows: bytes, weights: bytes, p: int) -> Saturated | None:
    """Of the same rows, to which several models are fitted one after the other, computed once."""
    values = np.frombuffer(rows).reshape(-1, p)
    return IncompleteRows(values, np.frombuffer(weights) if weights else None).moments()
