"""Residual moments, raw, standardized by variances, and divided by their standard errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .errors import ModelError
from .estimate import Estimate, case_scores, cluster_sums, predicted_rows, pseudo_inverse
from .model import Array, information_cells, jacobian_cells, vech_index
from .saturated import modelled_moments, saturated_information, saturated_matrices, too_large
from .standard_errors import robust


@dataclass(frozen=True)
class GroupResiduals:
    """Sample and implied moments of one group."""

    cov: Array
    mean: Array
    sigma: Array
    mu: Array
    means: bool

    def summary(self) -> dict[str, float]:
        s, sigma = self.cov, self.sigma
        p = len(s)
        row, column = vech_index(p)
        sd, sd_model = np.sqrt(np.diag(s)), np.sqrt(np.diag(sigma))
        raw = (s - sigma)[row, column]
        bentler = ((s - sigma) / np.outer(sd, sd))[row, column]
        cor = (s / np.outer(sd, sd) - sigma / np.outer(sd_model, sd_model))[row, column]
        off = row != column
        mplus = np.where(off, cor, bentler)
        d = self.mean - self.mu
        shift = self.mean / sd - self.mu / sd_model

        def root(values: Array, extra: Array | None, count: int) -> float:
            total = float(values @ values)
            if extra is not None:
                total += float(extra @ extra)
                count += p
            return float(np.sqrt(total / count)) if count else 0.0

        count, off_count = len(row), int(off.sum())
        means = self.means
        return {
            "rmr": root(raw, d if means else None, count),
            "rmr_nomean": root(raw, None, count),
            "srmr": root(bentler, d / sd if means else None, count),
            "srmr_bentler": root(bentler, d / sd if means else None, count),
            "srmr_bentler_nomean": root(bentler, None, count),
            "crmr": root(cor[off], d / sd if means else None, off_count),
            "crmr_nomean": root(cor[off], None, off_count),
            "srmr_mplus": root(mplus, shift if means else None, count),
            "srmr_mplus_nomean": root(mplus, None, count),
        }


def group_residuals(estimate: Estimate, group: int) -> GroupResiduals:
    if "statistics" in estimate.extra:
        d = estimate.discrepancy
        s, m = d.statistics[group], d.implied(group, estimate.x)[1]
        delta = d.scales(d.blocks[group], estimate.x)
        return GroupResiduals(s.cov, s.mean, m.sigma * np.outer(delta, delta), m.mu, True)
    (mean, cov), m = estimate.sample_moments[group], estimate.moments[group]
    return GroupResiduals(cov, mean, m.sigma, m.mu, estimate.means)


def residual_table(estimate: Estimate, kind: str) -> list[dict[str, pd.DataFrame | pd.Series]]:
    """Per group ``{"cov": …, "mean": …}``; kind is raw, normalized, standardized or cor.

    Ordinal models with fixed predictors: of the dependent variables given these, and ``slopes``,
    a row each, which ``cor`` leaves in their units.
    """
    out = []
    for g, block in enumerate(estimate.model.blocks):
        r = group_residuals(estimate, g)
        y = np.arange(block.observed)
        if "statistics" in estimate.extra:  # predictors are conditioned on
            y = block.dependent
        names = [block.names[k] for k in y]
        cov, mean = r.cov[np.ix_(y, y)], r.mean[y]
        sigma, mu = r.sigma[np.ix_(y, y)], r.mu[y]
        difference, shift = cov - sigma, mean - mu
        if kind == "cor":
            sd, sd_model = np.sqrt(np.diag(cov)), np.sqrt(np.diag(sigma))
            difference = cov / np.outer(sd, sd) - sigma / np.outer(sd_model, sd_model)
            shift = shift / sd
        elif kind in ("normalized", "standardized"):
            variance, mean_variance = residual_variances(estimate, g, kind == "standardized")
            d, n = np.diag(cov), estimate.sample.groups[g].n
            difference = _over_root(difference, variance[np.ix_(y, y)], np.outer(d, d) / n)
            shift = _over_root(shift, mean_variance[y], d / n)
        elif kind != "raw":
            raise ValueError(f"unknown kind of residuals {kind!r}")
        group: dict[str, pd.DataFrame | pd.Series] = {
            "cov": pd.DataFrame(difference, index=names, columns=names)
        }
        if estimate.means:
            group["mean"] = pd.Series(shift, index=names)
        if len(names) < block.observed:
            slopes = _residual_slopes(estimate, g, kind)
            x = [block.names[k] for k in block.exogenous]
            group["slopes"] = pd.DataFrame(slopes, index=names, columns=x)
        out.append(group)
    return out


def _residual_slopes(estimate: Estimate, group: int, kind: str) -> Array:
    """Residual slopes on fixed predictors, (dependent variables, predictors)."""
    d = estimate.discrepancy
    s, layout = d.statistics[group], d.layouts[group]
    values = (s.moments - d.implied(group, estimate.x)[0])[layout.slopes]
    if kind in ("normalized", "standardized"):
        matrix = _residual_covariance(estimate, group, kind == "standardized")
        full = np.diag(s.gamma)[layout.slopes] / s.n
        values = _over_root(values, np.diag(matrix)[layout.slopes], full)
    out: Array = values.reshape(len(s.exogenous), -1).T
    return out


def _over_root(values: Array, variance: Array, full: Array) -> Array:
    """``values`` over their standard errors; ``full`` are variances in the data's units."""
    scale = np.sqrt(np.where(variance > 1e-9 * full, variance, np.nan))
    none = np.isnan(scale) & (np.abs(values) < 1e-4 * np.sqrt(full))
    out: Array = np.where(none, 0.0, values / scale)
    return out


def residual_variances(estimate: Estimate, group: int, standardized: bool) -> tuple[Array, Array]:
    r"""Variances of the residual covariances and means of one group.

    normalized: the diagonal of :math:`\Gamma/N`; standardized: that of :math:`Q\Gamma Q'/N` with
    :math:`Q = I - \Delta(\Delta'W\Delta)^{-1}\Delta'W`, the part left over by estimation
    (Ogasawara 2001; Maydeu-Olivares 2017, and lavaan). :math:`\Gamma` is that of normal theory,
    :math:`s_{ik}s_{jl} + s_{il}s_{jk}`, or, where standard errors are robust, of the rows. What
    fixed exogenous variables predict is given and adds nothing to it.
    """
    if estimate.fiml:
        return _incomplete_variances(estimate, group, standardized)
    if "statistics" in estimate.extra:
        return _ordinal_variances(estimate, group, standardized)
    block, m = estimate.model.blocks[group], estimate.moments[group]
    sample, means = estimate.sample.groups[group], estimate.means
    k = estimate.model.expand[block.cells.parameter]
    bread, _ = pseudo_inverse(estimate.reduce(estimate.expected_information))
    spread = jacobian_cells(block, m, means) @ k @ bread * float(estimate.weights[group])
    p = block.observed
    row, column = vech_index(p)
    if robust(estimate.options):
        values = _row_variances(estimate, group, spread if standardized else None)
    else:
        cov, e, w = estimate.sample_moments[group][1], block.exogenous, estimate.weight_matrices
        given = cov[:, e] @ np.linalg.solve(cov[np.ix_(e, e)], cov[e])
        values = np.zeros(len(spread))
        for sign, s in ((1, cov), (-1, given)):
            d = np.diag(s)
            values[-len(row) :] += sign * (d[row] * d[column] + s[row, column] ** 2)
            values[: -len(row)] += sign * d[: len(values) - len(row)]
            if standardized:
                # Gamma W Delta: the pieces seen through S Sigma^{-1}
                through = jacobian_cells(block, m, means, s @ w[group]) @ k
                inner = information_cells(block, m, w[group] @ s @ w[group], means)
                values += sign * np.einsum("ij,ij->i", spread @ (k.T @ inner @ k), spread)
                values -= 2 * sign * np.einsum("ij,ij->i", spread, through)
    values = values / sample.n
    variance, mean_variance = np.zeros((p, p)), np.zeros(p)
    variance[row, column] = variance[column, row] = values[-len(row) :]
    if means:
        mean_variance = values[:p]
    return variance, mean_variance


def _row_variances(estimate: Estimate, group: int, spread: Array | None) -> Array:
    """The diagonal of Gamma of the rows (or clusters), of what estimation leaves with ``spread``.

    A row's part of a residual moment is its product of deviations less ``spread`` times its score.
    """
    block, m = estimate.model.blocks[group], estimate.moments[group]
    sample, means = estimate.sample.groups[group], estimate.means
    assert sample.raw is not None
    parts = [(1, sample.raw)]
    if len(block.exogenous):
        parts.append((-1, predicted_rows(sample, block)))
    score = np.zeros((sample.n, estimate.model.parameters))
    for sign, raw in parts:
        # around the sample's means, not the model's
        moved = replace(sample, raw=raw - sample.mean + m.mu) if means else replace(sample, raw=raw)
        score += sign * case_scores(block, m, moved, estimate.model.parameters, means)
    score = score @ estimate.model.expand
    row, column = vech_index(block.observed)
    first = np.concatenate([np.arange(block.observed), row]) if means else row
    out = np.empty(len(first))
    for start in range(0, len(first), 500):
        at = np.arange(start, min(start + 500, len(first)))
        pairs = at >= len(first) - len(row)
        other = np.where(pairs, column[at - len(first) + len(row)], 0)
        u = np.zeros((sample.n, len(at)))
        for sign, raw in parts:
            d = raw - sample.mean
            u += sign * np.where(pairs, d[:, first[at]] * d[:, other], d[:, first[at]])
        if spread is not None:
            u -= score @ spread[at].T
        u -= u.mean(axis=0)
        if sample.clusters is not None:
            u = cluster_sums(u, sample.clusters)
            u *= np.sqrt(len(u) / (len(u) - 1))
        out[at] = (u**2).sum(axis=0) / sample.n
    return out


def _residual_covariance(estimate: Estimate, group: int, standardized: bool) -> Array:
    """Covariance matrix of ordinal statistics, or of what the fit leaves of them."""
    d, k = estimate.discrepancy, estimate.model.expand
    s = d.statistics[group]
    matrix = s.gamma / s.n
    if standardized:
        bread, _ = pseudo_inverse(k.T @ d.information(estimate.x) @ k)
        delta = d.jacobian(group, estimate.x) @ k
        weighted = delta.T * d.w[group]
        # what the other groups add to the estimates' variance
        middle = np.zeros_like(bread)
        for g, other in enumerate(d.statistics):
            wj = (d.jacobian(g, estimate.x) @ k).T * d.w[g]
            middle += d.weights[g] ** 2 * wj @ (other.gamma / other.n) @ wj.T
        spread = delta @ bread
        through = d.weights[group] * spread @ (weighted @ matrix)
        matrix = matrix - through - through.T + spread @ middle @ spread.T
    out: Array = matrix
    return out


def _ordinal_variances(estimate: Estimate, group: int, standardized: bool) -> tuple[Array, Array]:
    """The same for ordinal statistics: their own covariance matrix and the weights of the fit."""
    s, layout = estimate.discrepancy.statistics[group], estimate.discrepancy.layouts[group]
    diagonal = np.diag(_residual_covariance(estimate, group, standardized))
    p, first = len(s.thresholds), len(layout.threshold_variable)
    variance = np.zeros((p, p))
    pairs = diagonal[layout.pairs]
    variance[layout.row, layout.column] = variance[layout.column, layout.row] = pairs
    variance[layout.continuous, layout.continuous] = diagonal[layout.variances]
    mean_variance = np.zeros(p)
    means = layout.threshold_number < 0
    mean_variance[layout.threshold_variable[means]] = diagonal[:first][means]
    return variance, mean_variance


def _incomplete_variances(
    estimate: Estimate, group: int, standardized: bool
) -> tuple[Array, Array]:
    """The same for data with missing values: the saturated information of the patterns."""
    p = estimate.model.blocks[group].observed
    if too_large(p):
        raise ModelError("residuals_too_large", variables=p)
    kept = modelled_moments(p, estimate.model.blocks[group].exogenous)
    count = estimate.model.expand.shape[1]
    dwd, middle = np.zeros((count, count)), np.zeros((count, count))
    variance_all = np.zeros(p + p * (p + 1) // 2)
    for g, (block, m, sample) in enumerate(
        zip(estimate.model.blocks, estimate.moments, estimate.sample.groups, strict=True)
    ):
        if not standardized and g != group:
            continue
        known = saturated_matrices(sample, block.exogenous)
        inverse = known.inverse / estimate.weights[g]
        if robust(estimate.options):
            inverse = inverse @ known.first_order @ known.inverse
        if g == group:
            variance_all[kept] = np.diag(inverse)
        if not standardized:
            continue
        w = saturated_information(sample, m.mu, m.sigma)[np.ix_(kept, kept)] * estimate.weights[g]
        delta = jacobian_cells(block, m, True)[kept] @ estimate.model.expand[block.cells.parameter]
        wd = w @ delta
        iwd = inverse @ wd
        dwd += delta.T @ wd
        middle += wd.T @ iwd
        if g == group:
            mine = (delta, iwd)
    if standardized:
        bread, _ = pseudo_inverse(dwd)
        spread = mine[0] @ bread
        change = np.einsum("ij,ij->i", spread @ middle, spread)
        variance_all[kept] += change - 2 * np.einsum("ij,ij->i", spread, mine[1])
    variance_all /= estimate.n
    row, column = vech_index(p)
    variance = np.zeros((p, p))
    variance[row, column] = variance[column, row] = variance_all[p:]
    return variance, variance_all[:p]
