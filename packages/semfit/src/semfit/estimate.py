"""The solution of one fit and the linear algebra that standard errors and tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from scipy.linalg import lapack

from .blocks import diagonal_blocks
from .data import GroupSample, Sample, row_blocks
from .discrepancy.fiml import FullInformation, saturated_of, stack_of
from .discrepancy.normal import NormalTheory, inverse_and_logdet
from .errors import ModelError
from .incomplete import Saturated
from .model import (
    DIRECTED,
    MEAN,
    SYMMETRIC,
    Array,
    Block,
    Cells,
    Index,
    Model,
    Moments,
    block_moments,
    degrees_of_freedom,
    variance_jacobian,
)
from .optimise import Minimum, minimise
from .starting import instrumental_values, starting_values

#: Discrepancy per degree of freedom, an RMSEA of .2, above which a minimum is sought twice.
BAD_FIT = 0.04
#: Scores of so many rows times parameters are worked on at a time (20 MB).
SCORES_AT_ONCE = 2_500_000


@dataclass(frozen=True)
class Options:
    """What was asked of `fit`, in one place."""

    estimator: str = "ML"
    missing: str = "listwise"
    likelihood: str = "normal"
    cluster: str | None = None
    weights: str | None = None
    group: str | None = None
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()
    std_lv: bool = False
    ordered: tuple[str, ...] = ()
    standard_errors: str = "default"
    information: str = "default"


def unbiased(options: Options) -> bool:
    """Whether covariances divide by N - 1."""
    return options.estimator in ("GLS", "ULS") or options.likelihood == "wishart"


@dataclass(frozen=True)
class Estimate:
    """A model at its minimum, with the sample it was fitted to."""

    model: Model
    sample: Sample
    options: Options
    discrepancy: Any
    minimum: Minimum
    x: Array
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def theta(self) -> Array:
        return self.minimum.theta

    @property
    def fiml(self) -> bool:
        return isinstance(self.discrepancy, FullInformation)

    @property
    def means(self) -> bool:
        return self.model.meanstructure

    @property
    def n(self) -> int:
        return self.sample.n

    @cached_property
    def weights(self) -> Array:
        n = np.array([g.n for g in self.sample.groups], dtype=float)
        out: Array = n / n.sum()
        return out

    @cached_property
    def moments(self) -> list[Moments]:
        if isinstance(self.discrepancy, NormalTheory):
            known = self.discrepancy.moments(self.x)
            if known is not None:
                return known
        return self.model.moments(self.x)

    @cached_property
    def saturated(self) -> list[Saturated]:
        """Unrestricted moments of every group (sample moments where nothing is missing)."""
        return [saturated_of(s) for s in self.sample.groups]

    @cached_property
    def sample_moments(self) -> list[tuple[Array, Array]]:
        """Mean and covariance of every group as the discrepancy compares them with the model."""
        if self.fiml:
            return [(s.mean, s.cov) for s in self.saturated]
        return list(zip(self.discrepancy.means, self.discrepancy.covs, strict=True))

    @cached_property
    def expected_information(self) -> Array:
        """Unit expected information of the free parameters ``x``."""
        out: Array = self.discrepancy.information(self.x)
        return out

    @cached_property
    def observed_information(self) -> Array:
        out: Array = self.discrepancy.observed_information(self.x)
        return out

    @cached_property
    def weight_matrices(self) -> list[Array]:
        """``Sigma^{-1}`` of every group at the solution."""
        out = []
        for m in self.moments:
            pair = inverse_and_logdet(m.sigma)
            if pair is None:
                raise ModelError("implied_covariances")
            out.append(pair[0])
        return out

    @cached_property
    def case_scores(self) -> list[Array]:
        """Derivatives of every row's part of the log-likelihood, (rows, parameters) per group."""
        return [self._scores(g, sample) for g, sample in enumerate(self.sample.groups)]

    def _scores(self, g: int, sample: GroupSample) -> Array:
        """Scores of some rows: of their log-likelihood, or for GLS and ULS :math:`\\Delta'V` times
        their squares and products (Browne 1984)."""
        block, m = self.model.blocks[g], self.moments[g]
        kind = getattr(self.discrepancy, "kind", "ML")
        if kind == "ML":
            return case_scores(block, m, sample, self.model.parameters, self.means)
        weight = np.eye(m.observed) if kind == "ULS" else self.discrepancy.inverses[g]
        out = case_scores(block, m, sample, self.model.parameters, self.means, weight)
        if kind == "ULS":  # each squared residual counted once
            assert sample.raw is not None
            d = sample.raw - (m.mu if self.means else sample.mean)
            np.add.at(out.T, block.cells.parameter, 0.5 * (d**2 @ variance_jacobian(block, m)).T)
        return out

    @cached_property
    def first_order(self) -> Array:
        """Mean outer product of case scores, or of their sums over clusters, unit ``B``."""
        total = np.zeros((self.model.parameters,) * 2)
        if self.options.cluster is not None:
            return self._clustered(total)
        for block, m, sample in zip(
            self.model.blocks, self.moments, self.sample.groups, strict=True
        ):
            if sample.raw is None:
                raise ModelError("robust_needs_raw_data")
            part = np.zeros((len(block.cells.parameter),) * 2)
            for _, scores in cell_scores(block, m, sample, self.means):
                part += scores.T @ scores
            total[block.cells.square] += part
        out: Array = total / self.n
        return out

    def centred_first_order(self) -> Array:
        """``Delta' W Gamma W Delta``: outer products around each group's mean score.

        Gamma is that of the sample moments: deviations are from the sample's means. With fixed
        exogenous variables the moments of what they predict are taken off every row.
        """
        q = self.model.parameters
        total = np.zeros((q, q))
        weights = self.discrepancy.weights
        for g, (block, sample) in enumerate(
            zip(self.model.blocks, self.sample.groups, strict=True)
        ):
            if sample.raw is None:
                raise ModelError("robust_needs_raw_data")
            shift = self.moments[g].mu - sample.mean if self.means else 0.0
            predicted = predicted_rows(sample, block) if len(block.exogenous) else None
            squares, sums = np.zeros((q, q)), np.zeros(q)
            for rows in row_blocks(sample.n, q):
                scores = self._scores(g, replace(sample, raw=sample.raw[rows] + shift, patterns=()))
                if predicted is not None:
                    less = replace(sample, raw=predicted[rows] + shift, patterns=())
                    scores = scores - self._scores(g, less)
                squares += scores.T @ scores
                sums += scores.sum(axis=0)
            mean = sums / sample.n
            total += weights[g] * (squares / sample.n - np.outer(mean, mean))
        return total

    def _clustered(self, total: Array) -> Array:
        codes = [np.asarray(g.clusters) for g in self.sample.groups]
        known = [np.unique(c) for c in codes]
        every = np.unique(np.concatenate(known))
        # clusters that reach over groups: one sum each
        spanning = sum(map(len, known)) > len(every)
        parts: list[Array] = []
        for g, (block, m, sample) in enumerate(
            zip(self.model.blocks, self.moments, self.sample.groups, strict=True)
        ):
            own = every if spanning else known[g]
            sums = np.zeros((len(own), self.model.parameters))
            for rows, scores in cell_scores(block, m, sample, self.means):
                place = np.searchsorted(own, codes[g][rows])
                np.add.at(sums, (place[:, None], block.cells.parameter), scores)
            parts.append(sums)
        out = np.zeros_like(total)
        for sums in [np.sum(parts, axis=0)] if spanning else parts:
            count = len(sums)
            if count < 2:
                raise ModelError("few_clusters")
            # the usual correction for few clusters, within each group as in lavaan
            out += sums.T @ sums / self.n * (count / (count - 1))
        return out

    def reduce(self, information: Array) -> Array:
        """From ``x`` to the parameters left after equality constraints."""
        return self.model.reduce_matrix(information)


def pseudo_inverse(information: Array) -> tuple[Array, bool]:
    """Inverse of an information matrix and whether it was regular (scaled condition)."""
    d = np.sqrt(np.maximum(information.diagonal(), 1e-300))
    scaled = information / d / d[:, None]
    if not np.isfinite(scaled).all():
        return np.full_like(information, np.nan), False
    inverse = np.zeros_like(scaled)
    for part in diagonal_blocks(scaled):
        factor, info = lapack.dpotrf(scaled[part, part], lower=1, clean=1)
        if info != 0 or not factor.diagonal().min() > 1e-3:
            break
        root, info = lapack.dtrtri(factor, lower=1)
        if info != 0:
            break
        root /= d[part]
        inverse[part, part] = root.T @ root
    else:
        return inverse, True
    values, vectors = np.linalg.eigh(scaled)
    good = values > 1e-10 * values.max(initial=1e-300)
    inverse = (vectors[:, good] / values[good]) @ vectors[:, good].T
    return inverse / np.outer(d, d), bool(good.all())


def predicted_rows(sample: GroupSample, block: Block) -> Array:
    """Rows with every variable replaced by its regression on the fixed exogenous ones."""
    assert sample.raw is not None
    design = np.column_stack([np.ones(sample.n), sample.raw[:, block.exogenous]])
    root = np.ones((1, 1)) if sample.weights is None else np.sqrt(sample.weights)[:, None]
    slopes, *_ = np.linalg.lstsq(design * root, sample.raw * root, rcond=None)
    out: Array = design @ slopes
    return out


def case_scores(
    block: Block,
    m: Moments,
    sample: GroupSample,
    parameters: int,
    means: bool,
    weight_matrix: Array | None = None,
) -> Array:
    """Casewise scores of one group, (rows, parameters); see `cell_scores`."""
    if sample.raw is None:
        raise ModelError("robust_needs_raw_data")
    out = np.zeros((len(sample.raw), parameters))
    columns = block.cells.square[1]
    for rows, values in cell_scores(block, m, sample, means, weight_matrix):
        out[rows if isinstance(columns, slice) else rows[:, None], columns] = values
    return out


def cell_scores(
    block: Block, m: Moments, sample: GroupSample, means: bool, weight_matrix: Array | None = None
) -> Iterator[tuple[Index, Array]]:
    r"""Casewise scores :math:`\partial\ell_i/\partial x` by cell, a part of the rows at a time,
    times the rows' weights.

    With :math:`z = [E\;V]_o'W(y_i-\mu)` a rank-two piece has score
    :math:`s(z_uz_v - [E\;V]_{ou}'W[E\;V]_{ov})`, an intercept :math:`z_u`; :math:`W` is
    :math:`\Sigma_o^{-1}` unless given.
    """
    assert sample.raw is not None
    p, n, cells = block.observed, len(sample.raw), block.cells
    z_all = np.concatenate([m.effects[:p], m.covariance[:p]], axis=1)
    u, v, scale = cells.row, block.second, cells.scale
    weight = np.zeros(len(u))
    weight[cells.at(DIRECTED)] = m.mean[cells.column[cells.at(DIRECTED)]]
    weight[cells.at(MEAN)] = 1.0
    center = m.mu if means else sample.mean
    size = max(1, SCORES_AT_ONCE // max(len(u), 1))
    if sample.patterns and weight_matrix is None:
        padded = stack_of(sample).inverses(m.sigma)
        assert padded is not None
        weights, order = padded[0], np.concatenate([k.rows for k in sample.patterns])
        pattern = np.repeat(np.arange(len(weights)), [k.n for k in sample.patterns])
    else:
        if weight_matrix is None:
            pair = inverse_and_logdet(m.sigma)
            assert pair is not None
            weight_matrix = pair[0]
        weights, order, pattern = weight_matrix[None], np.arange(n), np.zeros(n, dtype=np.intp)
    for first in range(0, n, size):
        rows, which = order[first : first + size], pattern[first : first + size]
        d = np.nan_to_num(sample.raw[rows] - center)
        some = np.arange(which[0], which[-1] + 1)
        ends = np.searchsorted(which, some, side="right")
        y = np.concatenate(
            [d[a:b] @ weights[k] for k, a, b in zip(some, [0, *ends[:-1]], ends, strict=True)]
        )
        inner = z_all.T @ weights[some] @ z_all
        z = y @ z_all
        zu = z[:, u]
        values = zu * z[:, v]
        values -= inner[:, u, v][which - which[0]]
        values *= scale
        if means:
            values += zu * weight
        if sample.weights is not None:
            values *= sample.weights[rows, None]
        yield rows, values


def solve(
    model: Model, sample: Sample, options: Options, start: Array | None = None, limit: int = 300
) -> Estimate:
    """Minimise the discrepancy of a normal-theory or FIML estimator."""
    estimator = options.estimator
    extra: dict[str, Any] = {}
    if sample.missing in ("fiml", "ml", "fiml-complete"):
        discrepancy: Any = FullInformation(model, sample.groups)
    else:
        kind = estimator if estimator in ("GLS", "ULS") else "ML"
        discrepancy = NormalTheory(model, sample.groups, kind, unbiased(options))
    # with complete data FIML is ML with means: solve that, which is faster
    working = discrepancy
    if sample.missing == "fiml-complete":
        working = NormalTheory(model, sample.groups)
    k, offset, df = model.expand, model.offset, degrees_of_freedom(model)

    def full(theta: Array) -> Array:
        return theta if model.plain else k @ theta + offset

    def value_and_gradient(theta: Array) -> tuple[float, Array]:
        value, gradient = working.value_and_gradient(full(theta))
        return value, gradient if model.plain else k.T @ gradient

    def information(theta: Array) -> Array:
        metric = getattr(working, "metric", working.information)
        return model.reduce_matrix(metric(full(theta)))

    def hessian(theta: Array) -> Array:
        return model.reduce_matrix(working.observed_information(full(theta)))

    def moments() -> list[tuple[Array, Array]]:
        if isinstance(discrepancy, NormalTheory):
            return list(zip(discrepancy.covs, discrepancy.means, strict=True))
        return [(s.cov, s.mean) for s in map(saturated_of, sample.groups)]

    best: Minimum | None = None
    for number, theta in enumerate(_starts(model, moments, start)):
        minimum = minimise(value_and_gradient, information, hessian, theta, limit=limit)
        if best is None or (minimum.converged, -minimum.value) > (best.converged, -best.value):
            best = minimum
        # so bad a fit may be that of a local minimum: one start more
        known = isinstance(working, NormalTheory) and working.kind != "ULS"
        bad = known and 2 * minimum.value > BAD_FIT * df
        if best.converged and (start is not None or number or not bad):
            break
    assert best is not None
    return Estimate(model, sample, options, discrepancy, best, model.x_of(best.theta), extra)


def _starts(
    model: Model, moments: Callable[[], list[tuple[Array, Array]]], start: Array | None
) -> Iterator[Array]:
    """Starting points, the likeliest first; ``moments`` are asked for where ``start`` fails."""
    k, offset = model.expand, model.offset

    def reduce(x: Array) -> Array:
        if model.plain or not k.size:
            return x if model.plain else np.zeros(0)
        counts = k.sum(axis=0)
        if ((k == 0) | (k == 1)).all() and (k.sum(axis=1) <= 1).all():
            out: Array = k.T @ (x - offset) / counts
        else:
            out = np.linalg.lstsq(k, x - offset, rcond=None)[0]
        return out

    if start is not None:
        yield reduce(start)
    found = moments()
    covs, means = [c for c, _ in found], [m for _, m in found]
    x = starting_values(model, covs, means)
    yield reduce(x)
    yield reduce(instrumental_values(model, covs, means, x))
    plain = x.copy()
    for block, (cov, _) in zip(model.blocks, found, strict=True):
        cells: Cells = block.cells
        for kind, i, j, q in zip(cells.kind, cells.row, cells.column, cells.parameter, strict=True):
            if kind == SYMMETRIC and i != j:
                plain[q] = 0.0
            elif kind == SYMMETRIC:
                plain[q] = 0.5 * cov[i, i] if i < block.observed else 0.3 * abs(plain[q]) + 0.05
            elif kind == DIRECTED and not (j >= block.observed and i < block.observed):
                plain[q] = 0.0
    yield reduce(plain)


__all__ = ["Estimate", "Options", "block_moments", "case_scores", "pseudo_inverse", "solve"]
