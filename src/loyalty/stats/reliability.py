"""Reliability: alpha, omega, composite reliability, average variance extracted.

Coefficients that need a factor model take its loadings and residual variances as arguments;
:func:`one_factor_reliability`, :func:`ordinal_reliability` and :func:`hierarchical_reliability`
bring the model and the intervals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special
from scipy import stats as _dist
from semfit.errors import ModelError
from semfit.polychoric import ordinal_statistics

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Missing,
    Result,
    check_correlation,
    check_level,
    check_positive_definite,
    check_varies,
    complete_rows,
    covariance,
    normal_quantile,
    to_matrix,
)
from loyalty.stats._factoring import MIN_UNIQUENESS, extract, factorable
from loyalty.stats.efa import EFA, Resampled, schmid_leiman, schmid_leiman_of
from loyalty.stats.resampling import all_moments, expanded
from loyalty.stats.weighted import Design

#: More categories than this the ordinal statistics do not take.
_MOST_CATEGORIES = 30


@dataclass(frozen=True, eq=False)
class Alpha(Result):
    """Cronbach's alpha of a scale.

    Attributes:
        alpha: raw, from covariances. ci_lower, ci_upper: Feldt interval.
        standardized: from correlations.
        average_correlation: mean inter-item correlation.
        n_items: items. n: rows behind the interval (complete rows, or the median number of rows of
            a pair of items if pairwise).
        level: of the interval.
        items: index item; ``item_total`` (corrected: item with the sum of the others),
            ``item_total_raw`` (with the sum of all), ``alpha_if_dropped``,
            ``standardized_alpha_if_dropped`` (NaN for two items).
        negative_items: items whose corrected item-total correlation is negative: recode them?
    """

    alpha: float
    ci_lower: float
    ci_upper: float
    standardized: float
    average_correlation: float
    n_items: int
    n: int
    level: float
    items: pd.DataFrame
    negative_items: tuple[str, ...]


def _alpha(cov: FloatArray) -> float:
    p = len(cov)
    total = float(cov.sum())
    if total <= 1e-12 * float(np.trace(cov)):
        raise CannotCompute("no_sum_variance")
    return float(p / (p - 1.0) * (1.0 - np.trace(cov) / total))


def feldt_interval(
    alpha: float, n: int, n_items: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Interval of alpha: 1 - (1 - alpha) F, F with n - 1 and (n - 1)(p - 1) df.

    Source: Feldt, Woodruff & Salih (1987). Applied Psychological Measurement 11, 93-103.
    """
    if n < 2 or n_items < 2:
        raise CannotCompute("few_for_feldt")
    tail = (1.0 - check_level(level)) / 2.0
    df1, df2 = n - 1, (n - 1) * (n_items - 1)
    lower = 1.0 - (1.0 - alpha) * float(_dist.f.ppf(1.0 - tail, df1, df2))
    upper = 1.0 - (1.0 - alpha) * float(_dist.f.ppf(tail, df1, df2))
    return lower, upper


def weighted_interval(
    items: pd.DataFrame, design: Design, *, level: float = 0.95
) -> tuple[float, float]:
    """Interval of the alpha of weighted complete rows, by the delta method on ln(1 - alpha).

    With d a row's deviations, t = d'd and s = (1'd)^2, alpha changes by
    p / (p - 1) (tr C s / S - t) / S, S = 1'C1 (Yuan, Guarnaccia & Hayslip 2003, Educational and
    Psychological Measurement 63, 5-23, for rows of one weight): no normality is assumed.
    """
    w, x = design.of(items.index), to_matrix(items)
    p, d = x.shape[1], x - w @ x / w.sum()
    own, whole = (d**2).sum(axis=1), d.sum(axis=1) ** 2
    trace, total = float(w @ own / w.sum()), float(w @ whole / w.sum())
    change = p / (p - 1.0) * (trace * whole / total - own) / total
    rest = 1.0 - p / (p - 1.0) * (1.0 - trace / total)
    half = design.quantile(items.index, level) * design.error(items.index, change / w.sum()) / rest
    return 1.0 - rest * float(np.exp(half)), 1.0 - rest * float(np.exp(-half))


def cronbach_alpha(
    items: pd.DataFrame,
    *,
    level: float = 0.95,
    missing: Missing = "listwise",
    design: Design | None = None,
) -> Alpha:
    """Cronbach's (1951) alpha with its Feldt interval and item statistics.

    alpha = p / (p - 1) (1 - tr C / 1'C1); standardized: p r / (1 + (p - 1) r).

    Args:
        items: (n, p) answers with reverse-worded items already recoded.
        level: of the interval.
        missing: ``"listwise"``, or ``"pairwise"`` covariances.
        design: weights of the rows: weighted covariances of complete rows, and in the place of
            Feldt's interval that of the linearized alpha (:func:`weighted_interval`).

    Raises:
        CannotCompute: fewer than two items, a constant item, too few rows.
    """
    p = items.shape[1]
    if p < 2:
        raise CannotCompute("few_items_for_alpha", n=p)
    cov, counts = covariance(items, "listwise" if design is not None else missing)
    if design is not None:
        cov = design.covariance(items.dropna())
    n = int(np.floor(np.median(counts[np.triu_indices(p, 1)])))
    sd = np.sqrt(np.diag(cov))
    corr = cov / np.outer(sd, sd)
    raw = _alpha(cov)
    if design is None:
        lower, upper = feldt_interval(raw, n, p, level=level)
    else:
        lower, upper = weighted_interval(items.dropna(), design, level=level)
    total_var = float(cov.sum())
    with_total = cov.sum(axis=1)
    rest_var = total_var - 2.0 * with_total + np.diag(cov)
    if (rest_var <= 0).any():
        raise CannotCompute("no_rest_variance")
    dropped, dropped_std = np.full(p, np.nan), np.full(p, np.nan)
    if p > 2:
        for j in range(p):
            keep = np.arange(p) != j
            dropped[j] = _alpha(cov[np.ix_(keep, keep)])
            dropped_std[j] = _alpha(corr[np.ix_(keep, keep)])
    corrected = (with_total - np.diag(cov)) / (sd * np.sqrt(rest_var))
    table = pd.DataFrame(
        {
            "item_total": corrected,
            "item_total_raw": with_total / (sd * np.sqrt(total_var)),
            "alpha_if_dropped": dropped,
            "standardized_alpha_if_dropped": dropped_std,
        },
        index=pd.Index(items.columns, name="item"),
    )
    return Alpha(
        alpha=raw,
        ci_lower=lower,
        ci_upper=upper,
        standardized=_alpha(corr),
        average_correlation=float(corr[np.triu_indices(p, 1)].mean()),
        n_items=p,
        n=n,
        level=level,
        items=table,
        negative_items=tuple(
            str(c) for c, r in zip(items.columns, corrected, strict=True) if r < 0
        ),
    )


def _loadings(loadings: ArrayLike, residuals: ArrayLike) -> tuple[FloatArray, FloatArray]:
    lam = np.asarray(loadings, dtype=np.float64).reshape(-1)
    theta = np.asarray(residuals, dtype=np.float64).reshape(-1)
    if len(lam) != len(theta):
        raise ValueError(f"{len(lam)} loadings but {len(theta)} residual variances")
    if len(lam) == 0:
        raise ValueError("no loadings given")
    if not (np.isfinite(lam).all() and np.isfinite(theta).all()):
        raise CannotCompute("loading_missing")
    if (theta < 0).any():
        raise CannotCompute("negative_residual_variance")
    return lam, theta


def composite_reliability(
    loadings: ArrayLike,
    residual_variances: ArrayLike,
    *,
    factor_variance: float = 1.0,
    residual_covariances: Sequence[tuple[int, int, float]] = (),
    total_variance: float | None = None,
) -> float:
    """Composite reliability of a congeneric scale (Joreskog's rho, McDonald's omega).

    (sum l)^2 v / ((sum l)^2 v + sum theta + 2 sum of residual covariances). With standardized
    loadings it is the CR of Fornell & Larcker (1981); with unstandardized ones the reliability of
    the sum score, semTools' omega. With residual covariances: Raykov (2004).

    Args:
        loadings: (p,) loadings on the one factor.
        residual_variances: (p,) residual variances on the same metric.
        factor_variance: v.
        residual_covariances: (i, j, value) by position.
        total_variance: observed variance of the sum score, to divide by instead of the one that
            the model implies (semTools' ``compRelSEM`` default, its older ``omega3``).

    Raises:
        CannotCompute: fewer than two items, a negative residual variance. ValueError: lengths that
            differ.
    """
    lam, theta = _loadings(loadings, residual_variances)
    if len(lam) < 2:
        raise CannotCompute("one_item_for_composite")
    if factor_variance <= 0:
        raise CannotCompute("no_factor_variance")
    true = float(lam.sum()) ** 2 * factor_variance
    error = float(theta.sum()) + 2.0 * sum(value for _, _, value in residual_covariances)
    if true + error <= 0:
        raise CannotCompute("no_positive_sum_variance")
    if total_variance is not None:
        if total_variance <= 0:
            raise CannotCompute("no_positive_sum_variance")
        return true / total_variance
    return true / (true + error)


def omega_total(
    loadings: ArrayLike, residual_variances: ArrayLike, *, total_variance: float | None = None
) -> float:
    """McDonald's omega total of a one-factor solution: :func:`composite_reliability`.

    Args:
        loadings: (p,), or (p, k) of an orthogonal solution: sum over factors of (sum l)^2.
        residual_variances: (p,).
        total_variance: observed variance of the sum score (the sum of the correlation matrix for
            standardized items); then (total - sum theta) / total, as R's psych has it.
    """
    lam = np.asarray(loadings, dtype=np.float64)
    if lam.ndim < 2:
        lam = lam[:, None]
    _, theta = _loadings(lam[:, 0], residual_variances)
    if len(theta) < 2:
        raise CannotCompute("one_item_for_omega")
    error = float(theta.sum())
    if total_variance is not None:
        if total_variance <= 0:
            raise CannotCompute("no_positive_sum_variance")
        return (total_variance - error) / total_variance
    true = float((lam.sum(axis=0) ** 2).sum())
    if true + error <= 0:
        raise CannotCompute("no_positive_sum_variance")
    return true / (true + error)


def omega_hierarchical(
    general_loadings: ArrayLike,
    group_loadings: ArrayLike,
    residual_variances: ArrayLike,
    *,
    total_variance: float | None = None,
) -> float:
    """Share of the sum score's variance due to the general factor of a bifactor solution.

    (sum g)^2 / ((sum g)^2 + sum_k (sum_i s_ik)^2 + sum theta); Zinbarg et al. (2005),
    Psychometrika 70, 123-133.

    Args:
        general_loadings: (p,). group_loadings: (p, k), zero where an item is not in the group.
        residual_variances: (p,).
        total_variance: observed variance of the sum score to divide by instead, as R's psych does.
    """
    g, theta = _loadings(general_loadings, residual_variances)
    s = np.asarray(group_loadings, dtype=np.float64)
    s = s.reshape(len(g), -1) if s.size else np.zeros((len(g), 0))
    general = float(g.sum()) ** 2
    if total_variance is None:
        total_variance = general + float((s.sum(axis=0) ** 2).sum()) + float(theta.sum())
    if total_variance <= 0:
        raise CannotCompute("no_positive_sum_variance")
    return general / total_variance


def average_variance_extracted(
    loadings: ArrayLike,
    residual_variances: ArrayLike | None = None,
    *,
    factor_variance: float = 1.0,
) -> float:
    """AVE of Fornell & Larcker (1981): v sum l^2 / (v sum l^2 + sum theta).

    Args:
        loadings: (p,). Without residual variances they are taken as standardized, theta = 1 - l^2,
            and AVE is the mean squared loading.
        residual_variances: (p,) on the metric of the loadings.
        factor_variance: v.

    Raises:
        CannotCompute: as :func:`composite_reliability`; one item is allowed.
    """
    lam = np.asarray(loadings, dtype=np.float64).reshape(-1)
    if residual_variances is None:
        if (np.abs(lam) > 1.0).any():
            raise CannotCompute("loading_beyond_one")
        residual_variances = 1.0 - lam**2
    lam, theta = _loadings(lam, residual_variances)
    true = float((lam**2).sum()) * factor_variance
    if true + float(theta.sum()) <= 0:
        raise CannotCompute("no_item_variance")
    return true / (true + float(theta.sum()))


# ------------------------------------------------------------------- with the model that they need


def _one_factor(corr: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loadings and uniquenesses (b, p) and convergence of one-factor ML solutions of a stack."""
    load, unique, converged = extract(corr, 1, "ml")
    signs = np.where(load.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    return (load * signs)[:, :, 0], unique, converged


def _congeneric(load: FloatArray, unique: FloatArray, sd: FloatArray | float) -> FloatArray:
    """Composite reliability of a stack of standardized solutions, of items with these sd."""
    true = (load * sd).sum(axis=1) ** 2
    return np.asarray(true / (true + (unique * np.square(sd)).sum(axis=1)))


@dataclass(frozen=True, eq=False)
class OneFactorReliability(Result):
    """Omega and composite reliability of one scale from its own one-factor model.

    Attributes:
        omega: of the sum of the answers (unstandardized solution). omega_lower, omega_upper.
        composite: of the sum of standardized answers (CR of Fornell & Larcker).
        composite_lower, composite_upper.
        loadings: standardized, by item.
        heywood: items whose uniqueness sits at the lower bound: the model is improper.
        n, n_items: complete rows and items. level: of the percentile intervals.
        draws, draws_used, draws_heywood: bootstrap draws, those that converged, and those of them
            with a Heywood case (whose bounded solution counts).
    """

    omega: float
    omega_lower: float
    omega_upper: float
    composite: float
    composite_lower: float
    composite_upper: float
    loadings: pd.Series
    heywood: tuple[str, ...]
    n: int
    n_items: int
    level: float
    draws: int
    draws_used: int
    draws_heywood: int


def one_factor_reliability(
    items: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    level: float = 0.95,
    design: Design | None = None,
) -> OneFactorReliability:
    """McDonald's (1999) omega by maximum likelihood, with percentile bootstrap intervals.

    Args:
        items: (n, p) answers with reverse-worded items already recoded; complete rows count.
        draws, seed: of the bootstrap of rows (Kelley & Pornprasertmanit 2016, Psychological Methods
            21, 69-92, who recommend the bootstrap over a closed form).
        design: weights of the rows; a row that is drawn brings its weight along, and with it all
            of its cluster, where there are clusters (Davison & Hinkley 1997, Bootstrap Methods and
            their Application, 3.8).

    Raises:
        CannotCompute: fewer than three items (one factor is not identified), a constant item, a
            singular covariance matrix, a model that does not converge.
    """
    p = items.shape[1]
    if p < 3:
        raise CannotCompute("few_items_for_one_factor", n=p)
    check_level(level)
    cov, _ = covariance(items, "listwise")
    values, weights, clusters = complete_rows(to_matrix(items)), None, None
    if design is not None:
        there = items.dropna().index
        cov, weights = design.covariance(items.dropna()), design.of(there)
        clusters = design.clusters(there)
    sd = np.sqrt(np.diag(cov))
    corr = cov / np.outer(sd, sd)
    check_positive_definite(corr)
    load, unique, converged = _one_factor(corr[None])
    if not converged[0]:
        raise CannotCompute("one_factor_not_converged")
    moments, shares = all_moments(values, draws, seed, weights, clusters)
    usable = factorable(shares)
    wide = expanded(None if clusters is None else int(clusters.max()) + 1, level)
    bounds = np.full((2, 2), np.nan)
    used = improper = 0
    if usable.any():
        drawn, left, sound = _one_factor(shares[usable])
        spread = np.sqrt(np.diagonal(moments[usable], axis1=1, axis2=2))
        drawn, left, spread = drawn[sound], left[sound], spread[sound]
        used = int(sound.sum())
        improper = int((left <= 1.001 * MIN_UNIQUENESS).any(axis=1).sum())
        if used >= 2:
            for k, value in enumerate(
                (_congeneric(drawn, left, spread), _congeneric(drawn, left, 1))
            ):
                bounds[k] = np.quantile(value, [(1.0 - wide) / 2.0, (1.0 + wide) / 2.0])
    return OneFactorReliability(
        omega=float(_congeneric(load, unique, sd)[0]),
        omega_lower=float(bounds[0, 0]),
        omega_upper=float(bounds[0, 1]),
        composite=float(_congeneric(load, unique, 1.0)[0]),
        composite_lower=float(bounds[1, 0]),
        composite_upper=float(bounds[1, 1]),
        loadings=pd.Series(load[0], index=pd.Index(items.columns, name="item"), name="loading"),
        heywood=_at_bound(items, unique[0]),
        n=len(values),
        n_items=p,
        level=level,
        draws=draws,
        draws_used=used,
        draws_heywood=improper,
    )


def _at_bound(items: pd.DataFrame, unique: FloatArray) -> tuple[str, ...]:
    return tuple(
        str(c) for c, u in zip(items.columns, unique, strict=True) if u <= 1.001 * MIN_UNIQUENESS
    )


@dataclass(frozen=True, eq=False)
class OrdinalReliability(Result):
    """Alpha and omega of the continuous answers that an ordinal model puts behind the categories.

    Attributes:
        alpha, omega: from the polychoric correlations; omega is NaN for two items.
        alpha_lower, alpha_upper, omega_lower, omega_upper: by the delta method on ln(1 - x); NaN
            for omega at a Heywood case.
        heywood: items whose uniqueness sits at the lower bound.
        n, n_items, level.
    """

    alpha: float
    alpha_lower: float
    alpha_upper: float
    omega: float
    omega_lower: float
    omega_upper: float
    heywood: tuple[str, ...]
    n: int
    n_items: int
    level: float


def ordinal_reliability(items: pd.DataFrame, *, level: float = 0.95) -> OrdinalReliability:
    """Ordinal alpha (Zumbo, Gadermann & Zeisser 2007) and omega, with intervals.

    The covariance matrix of the polychoric correlations is Muthen's (1984); derivatives of the
    coefficients by the correlations are central differences. Not the reliability of the sum score:
    that of a sum of underlying continuous answers that nobody observed (Chalmers 2018, Educational
    and Psychological Measurement 78, 1056-1071).

    Raises:
        CannotCompute: fewer than two items, a constant item, more than 30 categories, polychoric
            correlations that are not positive definite.
    """
    p = items.shape[1]
    if p < 2:
        raise CannotCompute("few_items_for_ordinal_alpha", n=p)
    z = normal_quantile(level)
    values = complete_rows(to_matrix(items))
    if len(values) < 2:
        raise CannotCompute("few_complete_rows", n=len(values), least=2)
    check_varies(values, list(items.columns))
    names = [str(c) for c in items.columns]
    levels = {name: len(np.unique(values[:, j])) for j, name in enumerate(names)}
    for name, n in levels.items():
        if n > _MOST_CATEGORIES:
            raise CannotCompute("too_many_categories", name=name, n=n)
    try:
        found = ordinal_statistics(values, names, range(p), levels)
    except ModelError:  # all else that it refuses is refused above
        raise CannotCompute("no_ordinal_moments") from None
    corr = found.cov
    smallest = float(np.linalg.eigvalsh(corr)[0])
    if smallest <= 1e-10:
        raise CannotCompute("polychoric_not_positive_definite", eigenvalue=smallest)
    column, row = np.triu_indices(p, 1)
    pairs = len(row)
    error = found.gamma[-pairs:, -pairs:] / found.n
    step = 1e-4
    moved = np.repeat(corr[None], 2 * pairs, axis=0)
    for k in range(pairs):
        for at, sign in ((2 * k, step), (2 * k + 1, -step)):
            moved[at, row[k], column[k]] += sign
            moved[at, column[k], row[k]] += sign
    alphas = p / (p - 1.0) * (1.0 - p / moved.sum(axis=(1, 2)))

    def bounds(value: float, near: FloatArray) -> tuple[float, float]:
        slope = (near[0::2] - near[1::2]) / (2.0 * step)
        se = float(np.sqrt(slope @ error @ slope)) / (1.0 - value)
        return 1.0 - (1.0 - value) * float(np.exp(z * se)), 1.0 - (1.0 - value) * float(
            np.exp(-z * se)
        )

    alpha = _alpha(corr)
    low, high = bounds(alpha, alphas)
    omega, omega_bounds = float("nan"), (float("nan"), float("nan"))
    heywood: tuple[str, ...] = ()
    if p > 2:
        load, unique, converged = _one_factor(np.concatenate([corr[None], moved]))
        omegas = _congeneric(load, unique, 1.0)
        heywood = _at_bound(items, unique[0])
        if converged[0]:
            omega = float(omegas[0])
        if converged.all() and not heywood:
            omega_bounds = bounds(omega, omegas[1:])
    return OrdinalReliability(
        alpha=alpha,
        alpha_lower=low,
        alpha_upper=high,
        omega=omega,
        omega_lower=omega_bounds[0],
        omega_upper=omega_bounds[1],
        heywood=heywood,
        n=found.n,
        n_items=p,
        level=level,
    )


@dataclass(frozen=True, eq=False)
class HierarchicalReliability(Result):
    """Omega hierarchical and total of the sum of all items, by a Schmid-Leiman solution.

    Attributes:
        omega_hierarchical: share of the sum score's variance due to the general factor.
        omega_total: due to all common factors.
        explained_common_variance: share of the common variance due to the general factor.
        each with _lower, _upper: percentile bootstrap, NaN without resampled solutions.
        scales: index scale; ``total`` and ``general`` as above of the scale's own sum score,
            ``general_lower``, ``general_upper``, ``specific`` (total less general).
        negative_items: items that load negatively on the general factor.
        n_factors, n_items, level, draws, draws_used, draws_heywood.
    """

    omega_hierarchical: float
    omega_hierarchical_lower: float
    omega_hierarchical_upper: float
    omega_total: float
    omega_total_lower: float
    omega_total_upper: float
    explained_common_variance: float
    explained_common_variance_lower: float
    explained_common_variance_upper: float
    scales: pd.DataFrame
    negative_items: tuple[str, ...]
    n_factors: int
    n_items: int
    level: float
    draws: int
    draws_used: int
    draws_heywood: int


def _shares(
    corr: FloatArray, loadings: FloatArray, phi: FloatArray, unique: FloatArray, chosen: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Stacked omega hierarchical and total of items weighted 0 or 1 (m, p), and ECV."""
    general, groups, _ = schmid_leiman_of(loadings, phi)
    variance = np.einsum("mp,bpq,mq->bm", chosen, corr, chosen)
    hierarchical = (general @ chosen.T) ** 2 / variance
    total = 1.0 - unique @ chosen.T / variance
    common = (general**2).sum(axis=1)
    return hierarchical, total, common / (common + (groups**2).sum(axis=(1, 2)))


def hierarchical_reliability(
    solution: EFA,
    corr: pd.DataFrame,
    scales: Mapping[str, Sequence[str]] | None = None,
    resampled: Resampled | None = None,
    *,
    level: float = 0.95,
) -> HierarchicalReliability:
    """Omega hierarchical (Zinbarg, Revelle, Yovel & Li 2005) as R's ``psych::omega`` has it.

    Args:
        solution: oblimin minres solution, as many factors as there are groups (better three or
            more: two do not say how each loads on the general factor, and are given equal
            loadings).
        corr: (p, p) correlations it was made of.
        scales: items of each scale whose own shares are wanted.
        resampled: :func:`loyalty.stats.efa.resample` of the solution.

    Raises:
        CannotCompute: one factor only. ValueError: an item of a scale that is not there.
    """
    check_level(level)
    sl = schmid_leiman(solution)
    names = list(solution.loadings.index)
    r = check_correlation(corr.loc[names, names])
    scales = dict(scales or {})
    chosen = np.ones((1 + len(scales), len(names)))
    for k, (scale, items) in enumerate(scales.items(), 1):
        for item in items:
            if item not in names:
                raise ValueError(f"scale {scale}: there is no item {item}")
        chosen[k] = [float(name in items) for name in names]
    arrays = (
        solution.loadings.to_numpy(dtype=np.float64)[None],
        solution.phi.to_numpy(dtype=np.float64)[None],
        solution.uniquenesses.to_numpy(dtype=np.float64)[None],
    )
    hierarchical, total, ecv = (v[0] for v in _shares(r[None], *arrays, chosen))
    bounds = np.full((2, 2 * (1 + len(scales)) + 1), np.nan)
    used = 0
    if resampled is not None:
        keep = resampled.sound
        used = int(keep.sum())
        if used >= 2:
            drawn = _shares(
                resampled.corr[keep],
                resampled.loadings[keep],
                resampled.phi[keep],
                resampled.uniquenesses[keep],
                chosen,
            )
            flat = np.column_stack(drawn)
            bounds = np.quantile(flat, resampled.tails(level), axis=0)
    m = 1 + len(scales)
    return HierarchicalReliability(
        omega_hierarchical=float(hierarchical[0]),
        omega_hierarchical_lower=float(bounds[0, 0]),
        omega_hierarchical_upper=float(bounds[1, 0]),
        omega_total=float(total[0]),
        omega_total_lower=float(bounds[0, m]),
        omega_total_upper=float(bounds[1, m]),
        explained_common_variance=float(ecv),
        explained_common_variance_lower=float(bounds[0, -1]),
        explained_common_variance_upper=float(bounds[1, -1]),
        scales=pd.DataFrame(
            {
                "total": total[1:],
                "general": hierarchical[1:],
                "general_lower": bounds[0, 1:m],
                "general_upper": bounds[1, 1:m],
                "specific": total[1:] - hierarchical[1:],
            },
            index=pd.Index(list(scales), name="scale"),
        ),
        negative_items=tuple(str(n) for n, g in sl.general.items() if g < 0),
        n_factors=solution.n_factors,
        n_items=len(names),
        level=level,
        draws=0 if resampled is None else len(resampled.sound),
        draws_used=used,
        draws_heywood=0 if resampled is None else int(resampled.heywood.sum()),
    )


# --------------------------------------------------------------------------------------- by group


def alpha_by_group(
    items: pd.DataFrame, groups: pd.Series, *, smallest: int = 2, level: float = 0.95
) -> pd.DataFrame:
    """Cronbach's alpha of a scale in each group, over complete rows.

    Args:
        items: (n, p). groups: (n,) labels, None where unknown.
        smallest: groups with fewer complete rows are not shown.

    Returns:
        Index group in order of appearance in sorted labels; ``alpha``, ``low``, ``high``, ``n``,
        and ``reason`` (a :class:`loyalty.ground.reasons.Reason`) where there is none, else None.
    """
    rows = []
    names = sorted(str(g) for g in groups.dropna().unique())
    for name in names:
        mine = items[(groups.astype(object) == name).to_numpy(dtype=bool)]
        n = int(mine.notna().all(axis=1).sum())
        row = {"alpha": float("nan"), "low": float("nan"), "high": float("nan"), "n": n}
        reason = None
        try:
            empty = [str(c) for c in mine if mine[c].notna().sum() == 0]
            if empty:
                raise CannotCompute("no_answers", name=empty[0])
            if n < smallest:
                raise CannotCompute("fewer_complete_rows", least=smallest)
            a = cronbach_alpha(mine, level=level)
            row |= {"alpha": a.alpha, "low": a.ci_lower, "high": a.ci_upper}
        except CannotCompute as refused:
            reason = refused.reason
        rows.append({**row, "reason": reason})
    columns = ["alpha", "low", "high", "n", "reason"]
    return pd.DataFrame(rows, columns=columns, index=pd.Index(names, name="group"))


@dataclass(frozen=True, eq=False)
class EqualAlphas(Result):
    """Test that independent groups have one alpha: chi2, df, p."""

    chi2: float
    df: int
    p: float


def equal_alphas(alphas: ArrayLike, rows: ArrayLike, n_items: int) -> EqualAlphas:
    """Weighted squared deviations of ln(1 - alpha) from their mean.

    Under Feldt's model (1 - population alpha) / (1 - alpha) is F with n - 1 and (n - 1)(p - 1)
    degrees of freedom, so ln(1 - alpha) has the variance psi'(df1 / 2) + psi'(df2 / 2); to first
    order 2 p / ((p - 1) n), as in Bonett (2003), Applied Psychological Measurement 27, 72-74.

    Args:
        alphas, rows: (g,) one a group. n_items: p.

    Raises:
        CannotCompute: fewer than two groups or items, an alpha of one, fewer than 3 rows.
    """
    a = np.asarray(alphas, dtype=np.float64)
    n = np.asarray(rows, dtype=np.float64)
    if len(a) < 2:
        raise CannotCompute("one_alpha")
    if n_items < 2 or (n < 3).any() or (a >= 1).any() or not np.isfinite(a).all():
        raise CannotCompute("alphas_not_comparable")
    logs = np.log(1.0 - a)
    bias = special.digamma((n - 1) / 2) - np.log((n - 1) / 2)
    bias -= special.digamma((n - 1) * (n_items - 1) / 2) - np.log((n - 1) * (n_items - 1) / 2)
    logs = logs + bias
    variance = special.polygamma(1, (n - 1) / 2) + special.polygamma(1, (n - 1) * (n_items - 1) / 2)
    weight = 1.0 / variance
    chi2 = float((weight * (logs - (weight @ logs) / weight.sum()) ** 2).sum())
    df = len(a) - 1
    return EqualAlphas(chi2, df, float(_dist.chi2.sf(chi2, df)))
