r"""How large the residuals of a model are, all together: RMR, SRMR and CRMR with their errors.

With residuals :math:`e` of :math:`p^*` moments, :math:`\Xi` their covariance matrix (what is left
by estimation of that of the sample moments) and :math:`T = e'e`, the sample value is
:math:`\sqrt{T/p^*}`; under exact fit it has the mean
:math:`\sqrt{t_1/p^*}\{1 - t_2/(4t_1^2)\}` and the variance :math:`t_2/(2p^*t_1)`,
:math:`t_k = \mathrm{tr}\,\Xi^k`. The unbiased estimate of the population's is
:math:`k^{-1}\sqrt{\max(T - t_1, 0)/p^*}`, :math:`k = 1 - (t_2 + 2e'\Xi e)/(4T^2)`, with the
variance :math:`k^{-2}(t_2 + 2e'\Xi e)/(2p^*T)` (Maydeu-Olivares 2017; Maydeu-Olivares, Shi and
Rosseel 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from .errors import ModelError
from .estimate import Estimate, pseudo_inverse
from .frames import pd
from .model import Array, Index, information_cells, jacobian_cells, vech_index
from .residuals import centred_parts, group_residuals
from .saturated import modelled_moments, saturated_information, saturated_matrices, too_large
from .standard_errors import robust

#: Moments of a group whose covariance matrix is formed (140 variables, 800 MB).
MOST_MOMENTS = 10_000
MEASURES = ("srmr", "crmr", "rmr")
COLUMNS = [
    "measure",
    "group",
    "part",
    "value",
    "se",
    "exactfit_z",
    "exactfit_pvalue",
    "unbiased",
    "unbiased_se",
    "ci_lower",
    "ci_upper",
    "closefit_z",
    "closefit_pvalue",
]


@dataclass(frozen=True)
class Pieces:
    r"""The covariance matrix of all groups' residual moments, in pieces as large as its factors.

    With :math:`Q = I - \Delta B\Delta'W` it is :math:`Q\Gamma Q'/N`, whose block of groups g and h
    is :math:`\delta_{gh}\Gamma_g - D_gT_h' - T_gD_h' + D_gMD_h'`, :math:`D = \Delta B`,
    :math:`T = \Gamma W\Delta`, :math:`M = \Delta'W\Gamma W\Delta`.
    """

    gamma: list[Array]  # (moments, moments) of every group
    spread: list[Array]  # D, (moments, parameters)
    through: list[Array]  # T
    middle: Array  # M

    def block(self, g: int, h: int) -> Array:
        d = self.spread
        out: Array = (d[g] @ self.middle - self.through[g]) @ d[h].T - d[g] @ self.through[h].T
        if g == h:
            out = out + self.gamma[g]
        return out

    def scaled(self, change: list[Callable[[Array], Array]]) -> Pieces:
        """The same of linear functions of every group's moments."""
        return Pieces(
            [f(f(gamma).T) for f, gamma in zip(change, self.gamma, strict=True)],
            [f(d) for f, d in zip(change, self.spread, strict=True)],
            [f(t) for f, t in zip(change, self.through, strict=True)],
            self.middle,
        )


@dataclass(frozen=True)
class Moments:
    """The moments of a group that are summarized: residuals, and where the kinds of them stand."""

    residuals: dict[str, Array]  # by measure
    change: dict[str, Callable[[Array], Array]]  # to the scale of the measure
    parts: dict[str, Index]
    uncounted: int  # moments of "cov" and "total" that CRMR does not count
    extra: int  # moments that the others count though they are zero


def residual_summary(estimate: Estimate, level: float = 0.90, close: float = 0.05) -> pd.DataFrame:
    """The table; see `semfit.result.Result.residual_summary`."""
    if not estimate.minimum.converged:
        raise ModelError("standardized_not_converged")
    if getattr(estimate.discrepancy, "kind", "ML") in ("GLS", "ULS"):
        raise ModelError("summary_least_squares")
    if "statistics" in estimate.extra:
        moments, pieces = ordinal_moments(estimate)
    elif estimate.fiml:
        moments, pieces = continuous_moments(estimate), _incomplete_pieces(estimate)
    else:
        moments, pieces = (
            continuous_moments(estimate),
            complete_pieces(estimate, robust(estimate.options)),
        )
    every = range(len(moments))
    half = float(special.ndtri(0.5 + level / 2))
    rows = []
    for measure in MEASURES:
        known = pieces.scaled([m.change[measure] for m in moments])
        blocks = {(g, h): known.block(g, h) for g in every for h in every}
        sets = [(g + 1, [g]) for g in every] + ([(0, list(every))] if len(moments) > 1 else [])
        for group, of in sets:
            for part in moments[0].parts:
                at = {g: moments[g].parts[part] for g in of}
                e = [moments[g].residuals[measure][at[g]] for g in of]
                xi = [[blocks[g, h][np.ix_(at[g], at[h])] for h in of] for g in of]
                count = sum(map(len, e))
                if part in ("cov", "total"):
                    count += sum(
                        -moments[g].uncounted if measure == "crmr" else moments[g].extra for g in of
                    )
                whole = sum(float(np.diag(known.gamma[g])[at[g]].sum()) for g in of)
                values = _root_mean_square(np.concatenate(e), np.block(xi), count, whole)
                rows.append((measure, group, part, *_judged(values, half, close)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _root_mean_square(
    e: Array, xi: Array, count: int, whole: float
) -> tuple[float, float, float, float, float]:
    """Sample value, its mean and error under exact fit, unbiased value and its error."""
    total, t1, t2 = float(e @ e), float(np.trace(xi)), float(np.sum(xi**2))
    value = float(np.sqrt(total / count)) if count else 0.0
    if not t1 > 1e-9 * whole:  # the model reproduces these moments whatever they are
        return value, np.nan, np.nan, value, np.nan
    mean = np.sqrt(t1 / count) * (1 - t2 / (4 * t1**2))
    se = float(np.sqrt(t2 / (2 * count * t1)))
    if not total > 1e-12 * t1:  # no residual at all
        return value, float(mean), se, 0.0, np.nan
    around = t2 + 2 * float(e @ xi @ e)
    k = 1 - around / (4 * total**2)
    unbiased = np.sqrt(max(total - t1, 0.0) / count) / k
    error = np.sqrt(around / (2 * count * total)) / abs(k)
    return value, float(mean), se, float(unbiased), float(error)


def _judged(values: tuple[float, ...], half: float, close: float) -> tuple[float, ...]:
    """The columns that follow from `_root_mean_square`."""
    value, mean, se, unbiased, error = values
    exact = max(value - mean, 0.0) / se if se > 0 else np.nan
    near = (unbiased - close) / error if error > 0 else np.nan
    upper = special.ndtr([-exact, -near])
    low, high = unbiased - half * error, unbiased + half * error
    return value, se, exact, float(upper[0]), unbiased, error, low, high, near, float(upper[1])


def continuous_moments(estimate: Estimate) -> list[Moments]:
    """Means and covariances; SRMR divides by the sample's standard deviations, CRMR compares
    correlations."""
    found = []
    for g in range(len(estimate.model.blocks)):
        r = group_residuals(estimate, g)
        p = len(r.cov)
        row, column = vech_index(p)
        sd, sd_model = np.sqrt(np.diag(r.cov)), np.sqrt(np.diag(r.sigma))
        first = p if estimate.means else 0
        shift = (r.mean - r.mu)[:first]
        difference = (r.cov - r.sigma)[row, column]
        scale = np.concatenate([1 / sd[:first], 1 / (sd[row] * sd[column])])
        correlation = (r.cov / np.outer(sd, sd) - r.sigma / np.outer(sd_model, sd_model))[
            row, column
        ]
        raw = np.concatenate([shift, difference])
        parts = {"cov": np.arange(first, len(raw))}
        if first:
            parts |= {"mean": np.arange(first), "total": np.arange(len(raw))}
        found.append(
            Moments(
                {
                    "rmr": raw,
                    "srmr": raw * scale,
                    "crmr": np.concatenate([shift / sd[:first], correlation]),
                },
                {
                    "rmr": _times(np.ones(len(raw))),
                    "srmr": _times(scale),
                    "crmr": _to_correlations(
                        scale,
                        r.cov[row, column] / (sd[row] * sd[column]),
                        parts["cov"],
                        (row, column),
                        np.ones(p, dtype=bool),
                        first + np.flatnonzero(row == column),
                    ),
                },
                parts,
                p,
                0,
            )
        )
    return found


def _times(scale: Array) -> Callable[[Array], Array]:
    """The map that multiplies every moment."""

    def change(matrix: Array) -> Array:
        out: Array = scale[:, None] * matrix
        return out

    return change


def _to_correlations(
    scale: Array, r: Array, at: Index, ends: tuple[Index, Index], own: Array, variances: Index
) -> Callable[[Array], Array]:
    r"""The map of moments to the scale of correlations,
    :math:`dr_{ij} = ds_{ij}/(s_is_j) - r_{ij}(ds_{ii}/s_{ii} + ds_{jj}/s_{jj})/2`.

    The moments ``at`` are covariances of the variables ``ends`` with correlations ``r``; the
    variables ``own`` have their variances at ``variances``, the others none.
    """

    def change(matrix: Array) -> Array:
        out: Array = scale[:, None] * matrix
        shrunk = np.zeros((len(own), out.shape[1]))
        shrunk[own] = out[variances]
        out[at] -= 0.5 * r[:, None] * (shrunk[ends[0]] + shrunk[ends[1]])
        return out

    return change


def complete_pieces(estimate: Estimate, rows: bool) -> Pieces:
    """Of complete data: as the ``rows`` have it, or as normal theory has."""
    bread, _ = pseudo_inverse(estimate.reduce(estimate.expected_information))
    gammas, spreads, throughs = [], [], []
    middle = np.zeros_like(bread)
    means = estimate.means
    for g, (block, m, sample) in enumerate(
        zip(estimate.model.blocks, estimate.moments, estimate.sample.groups, strict=True)
    ):
        p = block.observed
        _limit(p, p + p * (p + 1) // 2)
        k = estimate.model.expand[block.cells.parameter]
        share = float(estimate.weights[g])
        spreads.append(jacobian_cells(block, m, means) @ k @ bread)
        if rows:
            gamma, through, score = _row_products(estimate, g)
            gammas.append(gamma)
            throughs.append(share * through)
            middle += share**2 * score
            continue
        cov, e, w = estimate.sample_moments[g][1], block.exogenous, estimate.weight_matrices[g]
        given = cov[:, e] @ np.linalg.solve(cov[np.ix_(e, e)], cov[e])
        gamma, through = np.zeros((len(spreads[g]),) * 2), np.zeros_like(spreads[g])
        for sign, s in ((1, cov), (-1, given)) if len(e) else ((1, cov),):
            gamma += sign / sample.n * _normal_gamma(s, means)
            through += sign / sample.n * (jacobian_cells(block, m, means, s @ w) @ k)
            inner = information_cells(block, m, w @ s @ w, means)
            middle += sign * share**2 / sample.n * (k.T @ inner @ k)
        gammas.append(gamma)
        throughs.append(share * through)
    return Pieces(gammas, spreads, throughs, middle)


def _limit(variables: int, moments: int) -> None:
    if moments > MOST_MOMENTS:
        raise ModelError("residuals_too_large", variables=variables)


def _normal_gamma(s: Array, means: bool) -> Array:
    """Covariances of means and covariances of normal data, times the number of rows."""
    p = len(s)
    row, column = vech_index(p)
    first = p if means else 0
    out = np.zeros((first + len(row), first + len(row)))
    out[:first, :first] = s[:first, :first]
    a, b = s[row], s[column]
    out[first:, first:] = a[:, row] * b[:, column] + a[:, column] * b[:, row]
    return out


def _row_products(estimate: Estimate, g: int) -> tuple[Array, Array, Array]:
    """Covariances of the moments, of the moments and the score, and of the score, as the rows (or
    clusters) of a group have them; see `residuals.centred_parts`."""
    sample = estimate.sample.groups[g]
    parts = ((rows, np.concatenate(pair, axis=1)) for rows, *pair in centred_parts(estimate, g))
    if sample.clusters is None:
        total = product = np.zeros(())
        for _, both in parts:
            total, product = total + both.sum(axis=0), product + both.T @ both
        product = product - np.outer(total, total) / sample.n
    else:
        known, place = np.unique(sample.clusters, return_inverse=True)
        sums = np.zeros((len(known), 0))
        for rows, both in parts:
            sums = sums if sums.size else np.zeros((len(known), both.shape[1]))
            np.add.at(sums, place[rows], both)
        sums -= np.outer(np.bincount(place) / sample.n, sums.sum(axis=0))
        product = sums.T @ sums * (len(sums) / (len(sums) - 1))
    product = product / sample.n**2
    first = len(product) - estimate.model.expand.shape[1]
    return product[:first, :first], product[:first, first:], product[first:, first:]


def _incomplete_pieces(estimate: Estimate) -> Pieces:
    """Of data with missing values: the saturated information of the patterns."""
    gammas, deltas, throughs = [], [], []
    count = estimate.model.expand.shape[1]
    dwd, middle = np.zeros((count, count)), np.zeros((count, count))
    for g, (block, m, sample) in enumerate(
        zip(estimate.model.blocks, estimate.moments, estimate.sample.groups, strict=True)
    ):
        p = block.observed
        if too_large(p):
            raise ModelError("residuals_too_large", variables=p)
        kept = modelled_moments(p, block.exogenous)
        known = saturated_matrices(sample, block.exogenous)
        inverse = known.inverse / sample.n
        if robust(estimate.options):
            inverse = inverse @ known.first_order @ known.inverse
        size = p + p * (p + 1) // 2
        gamma = np.zeros((size, size))
        gamma[np.ix_(kept, kept)] = inverse
        w = saturated_information(sample, m.mu, m.sigma)[np.ix_(kept, kept)]
        w = w * float(estimate.weights[g])
        delta = np.zeros((size, count))
        cells = jacobian_cells(block, m, True)[kept]
        delta[kept] = cells @ estimate.model.expand[block.cells.parameter]
        wd = w @ delta[kept]
        dwd += delta[kept].T @ wd
        through = np.zeros((size, count))
        through[kept] = inverse @ wd
        middle += wd.T @ through[kept]
        gammas.append(gamma)
        deltas.append(delta)
        throughs.append(through)
    bread, _ = pseudo_inverse(dwd)
    return Pieces(gammas, [delta @ bread for delta in deltas], throughs, middle)


def ordinal_moments(estimate: Estimate) -> tuple[list[Moments], Pieces]:
    """Thresholds and correlations; variances of continuous variables are counted, as in lavaan."""
    d, k = estimate.discrepancy, estimate.model.expand
    bread, _ = pseudo_inverse(k.T @ d.information(estimate.x) @ k)
    moments, gammas, spreads, throughs = [], [], [], []
    middle = np.zeros_like(bread)
    for g, s in enumerate(d.statistics):
        layout = d.layouts[g]
        _limit(len(s.thresholds), len(s.moments))
        implied, m = d.implied(g, estimate.x)
        delta = d.jacobian(g, estimate.x) @ k
        wd = d.weights[g] * d.w[g][:, None] * delta
        gammas.append(s.gamma / s.n)
        spreads.append(delta @ bread)
        throughs.append(gammas[-1] @ wd)
        middle += wd.T @ throughs[-1]
        sd = np.sqrt(np.diag(s.cov))
        y = layout.continuous
        raw = s.moments - implied
        scale = np.ones(len(raw))
        means = layout.threshold_number < 0
        scale[: len(means)][means] = 1 / sd[layout.threshold_variable[means]]
        # slopes on predictors: of both sides in standard deviations
        scale[layout.slopes] = sd[layout.slope_on] / sd[layout.slope_variable]
        own = np.ones(len(sd))
        own[y] = np.sqrt(np.diag(m.sigma))[y]
        left = np.ones(len(sd))
        left[y] = np.sqrt(s.moments[layout.variances])
        scale[layout.variances] = 1 / left[y] ** 2
        scale[layout.pairs] = 1 / (left[layout.row] * left[layout.column])
        correlation = raw * scale
        pairs = layout.pairs
        correlation[pairs] = s.moments[pairs] * scale[pairs] - implied[pairs] / (
            own[layout.row] * own[layout.column]
        )
        thresholds = np.flatnonzero(~means)
        slopes = np.arange(layout.slopes.start, layout.slopes.stop)
        cov = np.arange(pairs.start, pairs.stop)
        parts = {"cov": cov, "thresholds": thresholds}
        if len(slopes):
            parts["slopes"] = slopes
        parts["total"] = np.concatenate([thresholds, slopes, cov])
        dependent = len(sd) - len(s.exogenous)
        moments.append(
            Moments(
                {"rmr": raw, "srmr": raw * scale, "crmr": correlation},
                {
                    "rmr": _times(np.ones(len(raw))),
                    "srmr": _times(scale),
                    "crmr": _to_correlations(
                        scale,
                        s.moments[pairs] * scale[pairs],
                        cov,
                        (layout.row, layout.column),
                        np.isin(np.arange(len(sd)), y),
                        np.arange(layout.variances.start, layout.variances.stop),
                    ),
                },
                parts,
                0,
                dependent,
            )
        )
    return moments, Pieces(gammas, spreads, throughs, middle)
