r"""Full-information maximum likelihood for data with missing values.

.. math::
   F = \sum_k \frac{n_k}{N}\{\log|\Sigma_k| + \mathrm{tr}(\Sigma_k^{-1}T_k)\}, \qquad
   T_k = S_k + (\bar y_k - \mu_k)(\bar y_k - \mu_k)'

over the patterns :math:`k` of observed variables (Arbuckle 1996; Savalei 2010). All patterns are
evaluated side by side: a pattern's matrix has the identity where its variables are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..data import GroupSample
from ..errors import ModelError
from ..model import (
    Array,
    Block,
    Model,
    Moments,
    block_moments,
    curvature_pieces,
    gradient_cells,
    information_cells,
    summed_over_patterns,
)


class PatternStack:
    """The patterns of one group as padded arrays."""

    def __init__(self, sample: GroupSample) -> None:
        p = len(sample.mean)
        count = len(sample.patterns)
        self.n = np.array([k.n for k in sample.patterns], dtype=float)
        self.total = float(self.n.sum())
        self.seen = np.zeros((count, p))
        self.mean = np.zeros((count, p))
        self.cov = np.zeros((count, p, p))
        for k, pattern in enumerate(sample.patterns):
            o = pattern.observed
            self.seen[k, o] = 1.0
            self.mean[k, o] = pattern.mean
            self.cov[k][np.ix_(o, o)] = pattern.cov
        self.pair = self.seen[:, :, None] * self.seen[:, None, :]
        self.pad = np.zeros((count, p, p))
        self.pad[:, np.arange(p), np.arange(p)] = 1.0 - self.seen
        self.seen_count = self.seen.sum(axis=1)

    def inverses(self, sigma: Array) -> tuple[Array, Array] | None:
        """Padded inverses (zero where missing) and log determinants."""
        stack = self.pair * sigma + self.pad
        try:
            factor = np.linalg.cholesky(stack)
        except np.linalg.LinAlgError:
            return None
        logdet = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        inverse = np.linalg.inv(stack) - self.pad
        return inverse, logdet

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
                t = stack.cov + d[:, :, None] * d[:, None, :]
                wt = w @ t
                total += 0.5 * float(share @ (logdet + np.trace(wt, axis1=1, axis2=2)))
                q = np.tensordot(share, w - wt @ w, axes=1)
                b = share @ (w @ d[:, :, None])[:, :, 0]
                gradient[block.cells.parameter] += 0.5 * gradient_cells(block, m, q, b)
        return (total if np.isfinite(total) else np.inf), gradient

    def information(self, x: Array) -> Array:
        """Expected information under data missing completely at random."""
        out = np.zeros((self.model.parameters,) * 2)
        parts = self._parts(x)
        assert parts is not None
        for block, m, stack, w, _, _ in parts:
            share = stack.n / self.multiplier
            total = summed_over_patterns(block, m, share, w, w, None, True)
            out[block.cells.square] += total
        return out

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


def incomplete_curvature(
    block: Block, m: Moments, stack: PatternStack, w: Array | None = None
) -> Array:
    """Observed information per cell pair and row of one group; ``w`` are the padded inverses."""
    if w is None:
        pair = stack.inverses(m.sigma)
        assert pair is not None
        w = pair[0]
    share = stack.n / stack.total
    d = (stack.mean - m.mu) * stack.seen
    wtw = w @ (stack.cov + d[:, :, None] * d[:, None, :]) @ w
    b = (w @ d[:, :, None])[:, :, 0]
    total = curvature_pieces(block, m, np.tensordot(share, w - wtw, axes=1), share @ b, True)
    total += summed_over_patterns(block, m, share, w, 2 * wtw - w, b, True)
    return total


@dataclass(frozen=True)
class Saturated:
    """Unrestricted ML moments of one group with missing values."""

    mean: Array
    cov: Array
    loglik: float
    iterations: int
    converged: bool


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


def saturated_moments(
    sample: GroupSample, tolerance: float = 1e-10, limit: int = 2000
) -> Saturated:
    """Means and covariances by expectation-maximisation (Little & Rubin 2002, ch. 11)."""
    if sample.complete and len(sample.patterns[0].observed) == len(sample.mean):
        stack = stack_of(sample)
        return Saturated(
            sample.mean, sample.cov, stack.likelihood(sample.cov, sample.mean), 0, True
        )
    stack = stack_of(sample)
    mu, sigma = sample.mean.copy(), sample.cov.copy()
    scale = np.sqrt(np.diag(sigma))
    hidden = 1.0 - stack.seen
    share = stack.n / stack.total

    def step(mu: Array, sigma: Array) -> tuple[Array, Array]:
        pair = stack.inverses(sigma)
        if pair is None:
            raise ModelError(
                "the saturated model of the data with missing values has a singular covariance"
                " matrix: too few rows for the variables, or collinear variables"
            )
        w, _ = pair
        # regression of hidden on seen variables; the identity on seen ones
        beta = sigma @ w * hidden[:, :, None]
        beta[:, np.arange(len(mu)), np.arange(len(mu))] += stack.seen
        d = (stack.mean - mu) * stack.seen
        full = mu + (beta @ d[:, :, None])[:, :, 0]
        new_mu = share @ full
        residual = full - new_mu
        spread = beta @ stack.cov @ np.swapaxes(beta, 1, 2)
        rest = (sigma - sigma @ w @ sigma) * hidden[:, :, None] * hidden[:, None, :]
        new = np.tensordot(share, spread + rest, axes=1)
        new += (residual * share[:, None]).T @ residual
        return new_mu, (new + new.T) / 2

    converged, iteration = False, 0
    p = len(mu)
    pack = np.tril_indices(p)

    def flat(mu: Array, sigma: Array) -> Array:
        return np.concatenate([mu, sigma[pack]])

    def unflat(v: Array) -> tuple[Array, Array]:
        s = np.zeros((p, p))
        s[pack] = v[p:]
        return v[:p], s + np.tril(s, -1).T

    weight = np.concatenate([1 / scale, 1 / np.outer(scale, scale)[pack]])
    theta = flat(mu, sigma)
    while iteration < limit:
        # two EM steps and a squared extrapolation (Varadhan & Roland 2008)
        one = flat(*step(*unflat(theta)))
        two = flat(*step(*unflat(one)))
        iteration += 2
        r = (one - theta) * weight
        v = (two - one) * weight - r
        if np.abs(r).max() < tolerance:
            theta, converged = two, True
            break
        length = np.sqrt((r @ r) / max(float(v @ v), 1e-300))
        candidate = two
        if length > 1.0:
            trial = theta + (2 * length * r + length**2 * v) / weight
            trial_mu, trial_sigma = unflat(trial)
            old = stack.likelihood(unflat(two)[1], unflat(two)[0])
            if stack.likelihood(trial_sigma, trial_mu) >= old:
                candidate = trial
        theta = candidate
    mu, sigma = unflat(theta)
    values = np.linalg.eigvalsh(sigma / np.outer(scale, scale))
    if values[0] < 1e-9:
        raise ModelError(
            "the saturated model of the data with missing values has a singular covariance"
            " matrix: too few rows for the variables, or collinear variables"
        )
    return Saturated(mu, sigma, stack.likelihood(sigma, mu), iteration, converged)
