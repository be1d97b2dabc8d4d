r"""Test statistics scaled for non-normal data.

Satorra & Bentler (1994): :math:`T/c`, :math:`c = \mathrm{tr}(U\Gamma)/df`,
:math:`U = W - W\Delta(\Delta'W\Delta)^{-1}\Delta'W`. Yuan & Bentler (2000), as in Mplus and
lavaan's MLR: :math:`c = \{\mathrm{tr}(A_1^{-1}B_1) - \mathrm{tr}(A_0^{-1}B_0)\}/df` with the
observed information and first-order matrices of the saturated (1) and the fitted model (0).
Neither forms :math:`\Gamma`: its traces are means over rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .discrepancy.fiml import FullInformation
from .discrepancy.normal import inverse_and_logdet
from .estimate import Estimate, predicted_rows, pseudo_inverse
from .model import MEAN, SYMMETRIC, Array, Block, Cells, Model
from .table import Row


@dataclass(frozen=True)
class Scaling:
    """The scaling factor of a test statistic and its parts."""

    factor: float
    trace: float
    h1: float = np.nan
    h0: float = np.nan


def weighted_gamma_trace(raw: Array, mean: Array, cov: Array, w: Array, means: bool) -> float:
    r""":math:`\mathrm{tr}(W\Gamma)` as a mean over rows, for normal-theory weights from ``w``."""
    d = raw - mean
    distance = np.einsum("ij,ij->i", d @ w, d)
    wc = w @ cov
    value = 0.5 * (float(np.mean(distance**2)) - float(np.sum(wc * wc.T)))
    if means:
        value += float(np.mean(distance))
    return value


def conditional_gamma_trace(
    raw: Array, predicted: Array, mean: Array, w: Array, means: bool
) -> float:
    """The same for rows less what the fixed exogenous variables predict."""
    d, h = raw - mean, predicted - mean
    dw, hw = d @ w, h @ w
    dd, dh, hh = (np.einsum("ij,ij->i", *pair) for pair in ((dw, d), (dw, h), (hw, h)))
    moment = w @ (d.T @ d - h.T @ h) / len(raw)
    value = 0.5 * (float(np.mean(dd**2 - 2 * dh**2 + hh**2)) - float(np.sum(moment * moment.T)))
    if means:
        value += float(np.mean(dd - 2 * dh + hh))
    return value


def satorra_bentler(estimate: Estimate, df: int) -> Scaling:
    trace = 0.0
    for block, (mean, cov), w, group in zip(
        estimate.model.blocks,
        estimate.sample_moments,
        estimate.weight_matrices,
        estimate.sample.groups,
        strict=True,
    ):
        assert group.raw is not None
        if len(block.exogenous):
            predicted = predicted_rows(group, block)
            trace += conditional_gamma_trace(group.raw, predicted, mean, w, estimate.means)
        else:
            trace += weighted_gamma_trace(group.raw, mean, cov, w, estimate.means)
    bread, _ = pseudo_inverse(estimate.reduce(estimate.expected_information))
    trace -= float(np.sum(bread * estimate.reduce(estimate.centred_first_order())))
    return Scaling(trace / df if df else np.nan, trace)


def saturated_model(estimate: Estimate) -> Model:
    """All means and covariances free, as a compiled model, in groups like the estimate's."""
    p = estimate.model.blocks[0].observed
    column, row = np.triu_indices(p)
    count = len(row)
    means = estimate.means
    blocks = []
    for g in range(len(estimate.model.blocks)):
        start = g * (count + p * means)
        kind = np.full(count, SYMMETRIC)
        i, j = row, column
        if means:
            kind = np.concatenate([kind, np.full(p, MEAN)])
            i = np.concatenate([i, np.arange(p)])
            j = np.concatenate([j, np.arange(p)])
        cells = Cells(kind, i, j, np.arange(start, start + len(kind)))
        zero = np.zeros((p, p))
        blocks.append(
            Block(
                estimate.model.blocks[g].names[:p],
                p,
                zero,
                zero,
                np.zeros(p),
                cells,
                np.zeros(0, dtype=np.intp),
            )
        )
    total = len(blocks) * (count + p * means)
    rows: tuple[Row, ...] = ()
    return Model(
        rows,
        np.arange(total),
        tuple(blocks),
        np.eye(total),
        np.zeros(total),
        means,
        estimate.model.variables,
        estimate.model.syntax,
    )


def saturated_point(estimate: Estimate, model: Model) -> Array:
    x = np.zeros(len(model.offset))
    for block, (mean, cov) in zip(model.blocks, estimate.sample_moments, strict=True):
        cells = block.cells
        s = cells.kind == SYMMETRIC
        x[cells.parameter[s]] = cov[cells.row[s], cells.column[s]]
        x[cells.parameter[~s]] = mean[cells.row[~s]]
    return x


def saturated_trace(estimate: Estimate) -> float:
    r""":math:`\mathrm{tr}(A_1^{-1}B_1)` of the saturated model, all groups together."""
    if not estimate.fiml or all(
        len(s.patterns) == 1 and len(s.patterns[0].observed) == len(s.mean)
        for s in estimate.sample.groups
    ):
        trace = 0.0
        for (mean, cov), group in zip(estimate.sample_moments, estimate.sample.groups, strict=True):
            pair = inverse_and_logdet(cov)
            assert pair is not None and group.raw is not None
            trace += weighted_gamma_trace(group.raw, mean, cov, pair[0], estimate.means)
        return trace
    a, b = saturated_matrices(estimate)
    bread, _ = pseudo_inverse(a)
    return float(np.sum(bread * b))


def saturated_matrices(estimate: Estimate) -> tuple[Array, Array]:
    """Observed information and first-order matrix of the saturated model (unit, all groups)."""
    model = saturated_model(estimate)
    x = saturated_point(estimate, model)
    discrepancy = FullInformation(model, estimate.sample.groups)
    a = discrepancy.observed_information(x)
    # case scores of the saturated model: reuse the estimate's machinery on that model
    from .estimate import case_scores

    total = np.zeros_like(a)
    for block, group, m in zip(model.blocks, estimate.sample.groups, model.moments(x), strict=True):
        scores = case_scores(block, m, group, len(x), True)
        total += scores.T @ scores
    return a, total / estimate.n


def yuan_bentler(estimate: Estimate, df: int, npar: int) -> Scaling:
    p = estimate.model.blocks[0].observed
    groups = len(estimate.model.blocks)
    h1_parameters = groups * (p * (p + 1) // 2 + p * estimate.means)
    nx = len(estimate.model.variables.exogenous_observed)
    h1_parameters -= groups * (nx * (nx + 1) // 2 + nx * estimate.means)
    trace1 = saturated_trace(estimate)
    if nx:
        trace1 -= exogenous_trace(estimate)
    bread, _ = pseudo_inverse(estimate.reduce(estimate.observed_information))
    trace0 = float(np.sum(bread * estimate.reduce(estimate.first_order())))
    trace = trace1 - trace0
    return Scaling(
        trace / df if df else np.nan,
        trace,
        trace1 / h1_parameters,
        trace0 / estimate.model.parameters if npar else np.nan,
    )


def exogenous_trace(estimate: Estimate) -> float:
    """The part of the saturated trace that belongs to the fixed exogenous variables."""
    trace = 0.0
    for block, (mean, cov), group in zip(
        estimate.model.blocks, estimate.sample_moments, estimate.sample.groups, strict=True
    ):
        e = block.exogenous
        pair = inverse_and_logdet(cov[np.ix_(e, e)])
        assert pair is not None and group.raw is not None
        trace += weighted_gamma_trace(
            group.raw[:, e], mean[e], cov[np.ix_(e, e)], pair[0], estimate.means
        )
    return trace
