"""Residual moments, raw, standardized by variances, and divided by their standard errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .data import row_blocks
from .errors import ModelError
from .estimate import Estimate, case_scores, predicted_rows, pseudo_inverse
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
    codes = [estimate.sample.groups[g].clusters for g in groups]
    p, n = estimate.model.blocks[group].observed, estimate.sample.groups[group].n
    count = p * (p + 1) // 2 + p * estimate.means

    def parts(g: int, at: Index) -> Iterator[tuple[slice, Array]]:
        for rows, u, score in centred_parts(estimate, g, at if g == group else at[:0]):
            part = u / n if g == group else np.zeros((len(score), len(at)))
            if spread is not None:
                part -= score @ (spread[at].T / estimate.n)
            yield rows, part

    if codes[0] is None:
        out = np.zeros(count)
        for g in groups:
            total = np.zeros(count)
            for _, part in parts(g, np.arange(count)):
                out += np.einsum("ij,ij->j", part, part)
                total += part.sum(axis=0)
            out -= total**2 / estimate.sample.groups[g].n
        return out
    # sums over clusters are kept, of as many moments at a time as make some megabytes
    known = [np.unique(np.asarray(c)) for c in codes]
    every = np.unique(np.concatenate(known))
    spanning = sum(map(len, known)) > len(every)
    known = [every] * len(known) if spanning else known
    out = np.empty(count)
    for at in (np.arange(count)[k] for k in row_blocks(count, sum(map(len, known)))):
        sums = []
        for g, own, code in zip(groups, known, codes, strict=True):
            place = np.searchsorted(own, np.asarray(code))
            found = np.zeros((len(own), len(at)))
            for rows, part in parts(g, at):
                np.add.at(found, place[rows], part)
            mean = found.sum(axis=0) / len(place)
            sums.append(found - np.bincount(place, minlength=len(own))[:, None] * mean)
        joined = [np.sum(sums, axis=0)] if spanning else sums
        out[at] = sum((u**2).sum(axis=0) * len(u) / (len(u) - 1) for u in joined)
    return out


def centred_parts(
    estimate: Estimate, group: int, at: Index | None = None
) -> Iterator[tuple[slice, Array, Array]]:
    """`row_parts`; those of weighted rows around their mean, which a row's weight multiplies."""
    weights = estimate.sample.groups[group].weights
    if weights is None:
        yield from row_parts(estimate, group, at)
        return
    sums = [(u.sum(axis=0), score.sum(axis=0)) for _, u, score in row_parts(estimate, group, at)]
    means = [np.sum(part, axis=0) / len(weights) for part in zip(*sums, strict=True)]
    for rows, u, score in row_parts(estimate, group, at):
        own = weights[rows, None]
        yield rows, u - own * means[0], score - own * means[1]


def row_parts(
    estimate: Estimate, group: int, at: Index | None = None
) -> Iterator[tuple[slice, Array, Array]]:
    """What a group's rows add to n times its moments, (rows, moments), and to the score around the
    sample's means, (rows, free parameters), some rows at a time.

    Moments are those of `jacobian_cells`, all or ``at``; what fixed predictors predict is taken
    off. Both are times the rows' weights.
    """
    block, m, means = estimate.model.blocks[group], estimate.moments[group], estimate.means
    sample, count = estimate.sample.groups[group], estimate.model.parameters
    assert sample.raw is not None
    pieces = [(1, sample.raw)]
    if len(block.exogenous):
        pieces.append((-1, predicted_rows(sample, block)))
    row, column = vech_index(block.observed)
    first = block.observed * means
    at = np.arange(first + len(row)) if at is None else at
    mean, pair = at[at < first], at[at >= first] - first
    row, column = row[pair], column[pair]
    for rows in row_blocks(sample.n, len(at) + count):
        own = None if sample.weights is None else sample.weights[rows]
        u: Any = 0.0
        score: Any = 0.0
        for sign, raw in pieces:
            d = raw[rows] - sample.mean
            moved = replace(sample, raw=d + m.mu if means else raw[rows], patterns=(), weights=own)
            score = score + sign * case_scores(block, m, moved, count, means)
            products = d[:, row] * d[:, column]
            u = u + sign * np.concatenate([d[:, mean], products], axis=1)
        if own is not None:
            u = u * own[:, None]
        yield rows, u, score @ estimate.model.expand


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
