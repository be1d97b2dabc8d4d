r"""Test statistics scaled for non-normal data.

Satorra & Bentler (1994): :math:`T/c`, :math:`c = \mathrm{tr}(U\Gamma)/df`,
:math:`U = W - W\Delta(\Delta'W\Delta)^{-1}\Delta'W`. Yuan & Bentler (2000), as in Mplus and
lavaan's MLR: :math:`c = \{\mathrm{tr}(A_1^{-1}B_1) - \mathrm{tr}(A_0^{-1}B_0)\}/df` with the
observed information and first-order matrices of the saturated (1) and the fitted model (0).
Neither forms :math:`\Gamma`: its traces are means over rows, or over sums of rows in clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from .data import GroupSample, row_blocks
from .discrepancy.normal import inverse_and_logdet
from .estimate import Estimate, predicted_rows, pseudo_inverse
from .frames import pd
from .model import Array, Index
from .saturated import saturated_matrices, too_large


@dataclass(frozen=True)
class Scaling:
    """The scaling factor of a test statistic and its parts."""

    factor: float
    trace: float
    h1: float = np.nan
    h0: float = np.nan

    @property
    def usable(self) -> float:
        """The factor; NaN where it is not positive (few clusters), so that no test rests on it."""
        return self.factor if self.factor > 0 else np.nan


def saturated_row_trace(
    raw: Array, weights: Array, mean: Array, cov: Array, w: Array, means: bool
) -> float:
    r""":math:`\mathrm{tr}(A_1^{-1}B_1)` over rows whose scores count by their weights, with ``w``
    the inverse of ``cov``."""
    d = raw - mean
    q = np.einsum("ij,ij->i", d @ w, d)
    value = 0.5 * (q**2 - 2 * q + len(cov)) + (q if means else 0.0)
    return float(weights**2 @ value) / len(raw)


def weighted_gamma_trace(raw: Array, mean: Array, cov: Array, w: Array, means: bool) -> float:
    r""":math:`\mathrm{tr}(W\Gamma)` as a mean over rows, for normal-theory weights from ``w``."""
    first = second = 0.0
    for rows in row_blocks(len(raw), 2 * len(mean)):
        d = raw[rows] - mean
        distance = np.einsum("ij,ij->i", d @ w, d)
        first += float(distance.sum())
        second += float(distance @ distance)
    wc = w @ cov
    value = 0.5 * (second / len(raw) - float(np.sum(wc * wc.T)))
    return value + first / len(raw) if means else value


def clustered_gamma_trace(
    raw: Array,
    clusters: Index,
    mean: Array,
    cov: Array,
    w: Array,
    means: bool,
    weights: Array | None = None,
) -> float:
    """The same as a mean over sums of clusters, each row less the moments that it is to have."""
    root = np.linalg.cholesky(w)
    unit = root.T @ cov @ root
    value = 0.0
    known, place = np.unique(clusters, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(np.bincount(place))
    for rows in np.split(order, ends[:-1]):
        z = (raw[rows] - mean) @ root
        own = np.ones(len(rows)) if weights is None else weights[rows]
        value += 0.5 * float(np.sum(((z.T * own) @ z - own.sum() * unit) ** 2))
        if means:
            value += float(np.sum((own @ z) ** 2))
    return value / len(raw) * len(known) / (len(known) - 1)


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


def saturated_trace(estimate: Estimate) -> float:
    r""":math:`\mathrm{tr}(A_1^{-1}B_1)` of the saturated model, all groups together.

    Moments of fixed exogenous variables are not counted.
    """
    if estimate.fiml and estimate.sample.missing != "fiml-complete":
        if too_large(estimate.model.blocks[0].observed):
            return np.nan
        return sum(
            saturated_matrices(group, block.exogenous).trace
            for block, group in zip(estimate.model.blocks, estimate.sample.groups, strict=True)
        )
    trace = 0.0
    for (mean, cov), group in zip(estimate.sample_moments, estimate.sample.groups, strict=True):
        pair = inverse_and_logdet(cov)
        assert pair is not None
        trace += _row_trace(group, np.arange(len(mean)), mean, cov, pair[0], estimate.means)
    if estimate.model.variables.exogenous_observed:
        trace -= exogenous_trace(estimate)
    return trace


def yuan_bentler(estimate: Estimate, df: int, npar: int) -> Scaling:
    p = estimate.model.blocks[0].observed
    groups = len(estimate.model.blocks)
    h1_parameters = groups * (p * (p + 1) // 2 + p * estimate.means)
    nx = len(estimate.model.variables.exogenous_observed)
    h1_parameters -= groups * (nx * (nx + 1) // 2 + nx * estimate.means)
    h1_parameters -= sum(len(g.apart) for g in estimate.sample.groups)
    trace1 = saturated_trace(estimate)
    bread, _ = pseudo_inverse(estimate.reduce(estimate.observed_information))
    trace0 = float(np.sum(bread * estimate.reduce(estimate.first_order)))
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
        assert pair is not None
        trace += _row_trace(group, e, mean, cov, pair[0], estimate.means)
    return trace


def _row_trace(
    group: GroupSample, of: Index, mean: Array, cov: Array, w: Array, means: bool
) -> float:
    """The saturated trace of some variables, over rows or clusters."""
    assert group.raw is not None
    raw = group.raw if len(of) == group.raw.shape[1] else group.raw[:, of]
    mean, cov = mean[of], cov[np.ix_(of, of)]
    if group.clusters is not None:
        return clustered_gamma_trace(raw, group.clusters, mean, cov, w, means, group.weights)
    if group.weights is not None:
        return saturated_row_trace(raw, group.weights, mean, cov, w, means)
    return weighted_gamma_trace(raw, mean, cov, w, means)


def generalized_tests(
    chisq: float, df: int, m1: Array, m2: Array | None, value: Array, n: float
) -> pd.DataFrame:
    r"""The Wald or score test of several values at once, and what robust errors make of it.

    test, chisq, df, pvalue, scaling_factor, one row a test. ``standard`` is ``chisq`` itself; where
    there is ``m2``, with :math:`M_1` the covariance matrix of the ``value`` under normal theory and
    :math:`M_2` the robust one (both times n), ``scaled`` divides by :math:`\mathrm{tr}(M_2M_1^{-1})
    /df`, ``adjusted`` has :math:`\mathrm{tr}(M_2M_1^{-1})^2/\mathrm{tr}\{(M_2M_1^{-1})^2\}` degrees
    of freedom, and ``robust`` is :math:`n v'M_2^{-1}v` (Satorra 2000; Boos 1992).
    """
    rows: list[tuple[str, float, float, float]] = [("standard", chisq, df, np.nan)]
    if m2 is not None and df:
        ratio = m2 @ np.linalg.pinv(m1, hermitian=True)
        trace, square = float(np.trace(ratio)), float(np.sum(ratio * ratio.T))
        rows += [
            ("scaled", chisq * df / trace, df, trace / df),
            ("adjusted", chisq * trace / square, trace**2 / square, square / trace),
            ("robust", float(n * value @ np.linalg.pinv(m2, hermitian=True) @ value), df, np.nan),
        ]
    frame = pd.DataFrame(rows, columns=["test", "chisq", "df", "scaling_factor"])
    tail = special.chdtrc(np.maximum(frame["df"], 1e-9), np.maximum(frame["chisq"], 0.0))
    frame.insert(3, "pvalue", np.where(frame["df"] > 0, tail, np.nan))
    return frame
