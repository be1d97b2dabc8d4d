"""Residual moments, raw, standardized by variances, and divided by their standard errors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .errors import ModelError
from .estimate import Estimate, case_scores, cluster_sums, predicted_rows, pseudo_inverse
from .frames import pd
from .model import Array, Block, Index, information_cells, jacobian_cells, vech_index
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

    Ordinal models have ``thresholds`` too, which ``cor`` leaves as they are. With fixed predictors:
    of the dependent variables given these, and ``slopes``, a row each, which ``cor`` leaves in
    their units.
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
        if "statistics" in estimate.extra:
            group["thresholds"] = _residual_thresholds(estimate, g, kind)
        if len(names) < block.observed:
            slopes = _residual_slopes(estimate, g, kind)
            x = [block.names[k] for k in block.exogenous]
            group["slopes"] = pd.DataFrame(slopes, index=names, columns=x)
        out.append(group)
    return out


def _residual_thresholds(estimate: Estimate, group: int, kind: str) -> pd.Series:
    """Residual thresholds, of all ordinal variables in order, named like ``y|t1``."""
    d = estimate.discrepancy
    s, layout = d.statistics[group], d.layouts[group]
    at = np.flatnonzero(layout.threshold_number >= 0)
    values = (s.moments - d.implied(group, estimate.x)[0])[at]
    if kind in ("normalized", "standardized"):
        variance = np.diag(_residual_covariance(estimate, group, kind == "standardized"))[at]
        values = _over_root(values, variance, np.diag(s.gamma)[at] / s.n)
    names = estimate.model.blocks[group].names
    places = zip(layout.threshold_variable[at], layout.threshold_number[at], strict=True)
    return pd.Series(values, index=[f"{names[v]}|t{k + 1}" for v, k in places])


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
    spread = jacobian_cells(block, m, means) @ k @ bread
    p = block.observed
    row, column = vech_index(p)
    if robust(estimate.options):
        values = _row_variances(estimate, group, spread if standardized else None)
    else:
        cov, share = estimate.sample_moments[group][1], float(estimate.weights[group])
        values = np.zeros(len(spread))
        for sign, s in _spreads(block, cov):
            d = np.diag(s)
            values[-len(row) :] += sign * (d[row] * d[column] + s[row, column] ** 2)
            values[: -len(row)] += sign * d[: len(values) - len(row)]
            if standardized:
                # Gamma W Delta: the pieces seen through S Sigma^{-1}
                w = estimate.weight_matrices[group]
                through = jacobian_cells(block, m, means, s @ w) @ k
                values -= 2 * share * sign * np.einsum("ij,ij->i", spread, through)
        if standardized:  # what the estimates vary by, from all groups
            values += share * np.einsum("ij,ij->i", spread @ _score_variance(estimate), spread)
        values = values / sample.n
    variance, mean_variance = np.zeros((p, p)), np.zeros(p)
    variance[row, column] = variance[column, row] = values[-len(row) :]
    if means:
        mean_variance = values[:p]
    return variance, mean_variance


def _spreads(block: Block, cov: Array) -> list[tuple[int, Array]]:
    """Covariances whose normal-theory Gamma counts, and that of what fixed predictors explain."""
    e = block.exogenous
    if not len(e):
        return [(1, cov)]
    return [(1, cov), (-1, cov[:, e] @ np.linalg.solve(cov[np.ix_(e, e)], cov[e]))]


def _score_variance(estimate: Estimate) -> Array:
    r""":math:`\sum_g w_g\Delta_g'W_g\Gamma_gW_g\Delta_g` under normal theory."""
    total = np.zeros((estimate.model.expand.shape[1],) * 2)
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        k, w = estimate.model.expand[block.cells.parameter], estimate.weight_matrices[g]
        for sign, s in _spreads(block, estimate.sample_moments[g][1]):
            inner = information_cells(block, m, w @ s @ w, estimate.means)
            total += sign * float(estimate.weights[g]) * (k.T @ inner @ k)
    return total


def _row_variances(estimate: Estimate, group: int, spread: Array | None) -> Array:
    """Variances of one group's residual moments from the rows (or clusters).

    A row's part of a residual moment is its product of deviations over n, in its own group, less
    ``spread`` times its score over N, in every group whose estimates it shares.
    """
    groups = [group] if spread is None else list(range(len(estimate.model.blocks)))
    parts = [_parts(estimate, g) for g in groups]
    scores = [
        None if spread is None else _moment_scores(estimate, g, rows) / estimate.n
        for g, rows in zip(groups, parts, strict=True)
    ]
    codes = [estimate.sample.groups[g].clusters for g in groups]
    sample = estimate.sample.groups[group]
    row, column = vech_index(estimate.model.blocks[group].observed)
    p = estimate.model.blocks[group].observed if estimate.means else 0
    first = np.concatenate([np.arange(p), row])
    out = np.empty(len(first))
    width = int(np.clip(2e7 // estimate.n, 1, 500))  # columns at a time
    for start in range(0, len(first), width):
        at = np.arange(start, min(start + width, len(first)))
        pairs = at >= p
        other = np.where(pairs, column[at - p], 0)
        found = []
        for g, rows, score in zip(groups, parts, scores, strict=True):
            u = np.zeros((len(rows[0][1]), len(at)))
            for sign, raw in rows if g == group else []:
                d = raw - sample.mean
                u += (
                    sign
                    / sample.n
                    * np.where(pairs, d[:, first[at]] * d[:, other], d[:, first[at]])
                )
            if score is not None and spread is not None:
                u -= score @ spread[at].T
            found.append(u - u.mean(axis=0))
        out[at] = sum((u**2).sum(axis=0) for u in _by_cluster(found, codes))
    return out


def _parts(estimate: Estimate, group: int) -> list[tuple[int, Array]]:
    """A group's rows and, taken off, what fixed predictors explain of them."""
    block, sample = estimate.model.blocks[group], estimate.sample.groups[group]
    assert sample.raw is not None
    rows = [(1, sample.raw)]
    return rows + ([(-1, predicted_rows(sample, block))] if len(block.exogenous) else [])


def _moment_scores(estimate: Estimate, group: int, parts: list[tuple[int, Array]]) -> Array:
    """Scores of a group's rows as parts of the sample moments, around the sample's means."""
    block, m = estimate.model.blocks[group], estimate.moments[group]
    sample, means, count = estimate.sample.groups[group], estimate.means, estimate.model.parameters
    score = np.zeros((sample.n, count))
    for sign, raw in parts:
        moved = replace(sample, raw=raw - sample.mean + m.mu) if means else replace(sample, raw=raw)
        score += sign * case_scores(block, m, moved, count, means)
    out: Array = score @ estimate.model.expand
    return out


def _by_cluster(parts: list[Array], codes: list[Index | None]) -> list[Array]:
    """Sums over clusters, with their correction; over groups too where clusters span them."""
    if codes[0] is None:
        return parts
    known = [np.asarray(c) for c in codes]
    if sum(len(np.unique(c)) for c in known) > len(np.unique(np.concatenate(known))):
        parts, known = [np.concatenate(parts)], [np.concatenate(known)]
    sums = [cluster_sums(u, c) for u, c in zip(parts, known, strict=True)]
    return [u * np.sqrt(len(u) / (len(u) - 1)) for u in sums]


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
