"""Measures of fit, with lavaan's names (dots are underscores) and conventions.

N is the number of rows for ML; for least squares and the Wishart likelihood it is N less the
number of groups. RMSEA with several groups carries the factor sqrt(G) (Steiger 1998).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy import special

from .data import GroupSample
from .discrepancy.fiml import FullInformation
from .discrepancy.normal import NormalTheory, inverse_and_logdet
from .estimate import Estimate, pseudo_inverse
from .model import (
    MEAN,
    SYMMETRIC,
    Array,
    Block,
    Cells,
    Model,
    degrees_of_freedom,
    gradient_cells,
    information_cells,
    jacobian_cells,
)
from .optimise import minimise
from .residuals import group_residuals
from .saturated import modelled_moments, saturated_matrices, too_large
from .scaled_tests import Scaling, satorra_bentler, yuan_bentler
from .standard_errors import by_design


def chisq_pvalue(chisq: float, df: float) -> float:
    """Upper tail of the central chi-square distribution; NaN without degrees of freedom."""
    if not df > 0 or np.isnan(chisq):
        return np.nan
    return float(special.chdtrc(df, max(chisq, 0.0)))


def noncentral_cdf(x: float, df: float, ncp: float) -> float:
    """Distribution function of the noncentral chi-square (Sankaran's form far out)."""
    if ncp < 1e4 and x < 2e4:
        return float(special.chndtr(x, df, ncp))
    # Sankaran (1963): a power of the ratio is close to normal; error below 1e-6 here
    h = 1 - 2 * (df + ncp) * (df + 3 * ncp) / (3 * (df + 2 * ncp) ** 2)
    p = (df + 2 * ncp) / (df + ncp) ** 2
    m = (h - 1) * (1 - 3 * h)
    mean = 1 + h * p * (h - 1 - (2 - h) * m * p / 2)
    sd = h * np.sqrt(2 * p) * (1 + m * p / 2)
    return float(special.ndtr(((x / (df + ncp)) ** h - mean) / sd))


def noncentrality(x: float, df: float, tail: float) -> float:
    """The noncentrality with which chi-square is below ``x`` with probability ``tail``, or zero."""
    if noncentral_cdf(x, df, 0.0) < tail:
        return 0.0
    if x < 9e3:
        return float(special.chndtrinc(x, df, tail))
    from scipy.optimize import brentq  # slow to import, and hardly ever needed

    high = x
    while noncentral_cdf(x, df, high) > tail:
        high *= 2
    return float(brentq(lambda ncp: noncentral_cdf(x, df, ncp) - tail, 0.0, high, xtol=1e-9))


def rmsea(chisq: float, df: float, n: float, groups: int, factor: float = 1.0) -> float:
    if df == 0:
        return 0.0
    if not np.isfinite(chisq + df + factor):
        return np.nan
    return float(np.sqrt(max(chisq / n / df - factor / n, 0.0) * groups))


def rmsea_interval(
    chisq: float, df: float, n: float, groups: int, factor: float = 1.0, level: float = 0.90
) -> tuple[float, float]:
    """Limits from the noncentral chi-square distribution (Browne & Cudeck 1993)."""
    if df == 0:
        return 0.0, 0.0
    if not np.isfinite(chisq + df + factor) or df < 0:
        return np.nan, np.nan

    def limit(tail: float) -> float:
        return float(np.sqrt(factor * noncentrality(chisq, df, tail) / (n * df) * groups))

    return limit((1 + level) / 2), limit((1 - level) / 2)


def rmsea_pvalue(
    chisq: float, df: float, n: float, groups: int, factor: float = 1.0, null: float = 0.05
) -> float:
    """Test of close fit: the probability of a larger chi-square when RMSEA is ``null``."""
    if not df > 0 or not np.isfinite(chisq + factor):
        return np.nan
    ncp = n * df / factor * null**2 / groups
    return 1.0 - noncentral_cdf(chisq, df, ncp)


def chisq_of(estimate: Estimate) -> float:
    if estimate.fiml:
        h1 = sum(s.loglik for s in estimate.saturated)
        return float(max(0.0, 2.0 * (h1 - fiml_loglik(estimate))))
    multiplier = float(estimate.discrepancy.multiplier)
    value = 2.0 * multiplier * estimate.minimum.value
    return value if value > 1e-12 * multiplier else 0.0  # below is rounding


def test_statistic(estimate: Estimate) -> float:
    r"""The chi-square; for ULS Browne's residual-based one under normality (1984, eq. 2.20a).

    :math:`(N - G)\{r'\Gamma^{-1}r - r'\Gamma^{-1}\Delta(\Delta'\Gamma^{-1}\Delta)^{-1}
    \Delta'\Gamma^{-1}r\}`: the discrepancy of GLS at these estimates less what one of its steps
    would gain.
    """
    if estimate.fiml or estimate.discrepancy.kind != "ULS":
        return chisq_of(estimate)
    model = estimate.model
    gls = NormalTheory(model, estimate.sample.groups, "GLS", unbiased=True)
    value, gradient = gls.value_and_gradient(estimate.x)
    bread, _ = pseudo_inverse(model.reduce_matrix(gls.information(estimate.x)))
    slope = model.expand.T @ gradient
    return max(0.0, gls.multiplier * (2 * value - float(slope @ bread @ slope)))


def fiml_loglik(estimate: Estimate) -> float:
    pairs = zip(estimate.discrepancy.stacks, estimate.moments, strict=True)
    return float(sum(stack.likelihood(m.sigma, m.mu) for stack, m in pairs))


def complete_loglik(estimate: Estimate, exogenous: bool = False) -> float:
    """Saturated log-likelihood of complete data (of the fixed exogenous variables only)."""
    total = 0.0
    for block, group, (_, cov) in zip(
        estimate.model.blocks, estimate.sample.groups, estimate.sample_moments, strict=True
    ):
        index = block.exogenous if exogenous else np.arange(block.observed)
        total += _normal_loglik(cov[np.ix_(index, index)], group.n)
    return total


def _normal_loglik(cov: Array, n: int) -> float:
    """Log-likelihood of n rows at their own moments."""
    if not len(cov):
        return 0.0
    pair = inverse_and_logdet(cov)
    assert pair is not None
    return float(-0.5 * n * (len(cov) * (np.log(2 * np.pi) + 1) + pair[1]))


def baseline_model(estimate: Estimate) -> tuple[Model, Array]:
    """The independence model (fixed exogenous variables keep their covariances) and its start."""
    model = estimate.model
    blocks, x = [], []
    count = 0
    for block, (mean, cov) in zip(model.blocks, estimate.sample_moments, strict=True):
        p = block.observed
        fixed = set(block.exogenous.tolist())
        free = np.array([k for k in range(p) if k not in fixed], dtype=np.intp)
        s = np.zeros((p, p))
        e = block.exogenous
        s[np.ix_(e, e)] = cov[np.ix_(e, e)]
        m = np.zeros(p)
        m[e] = mean[e]
        kind = np.full(len(free), SYMMETRIC)
        i = j = free
        values = np.diag(cov)[free]
        random = [block.names.index(v) for v in model.variables.random_exogenous]
        for a in range(len(random)):
            for b in range(a):
                kind, i = np.append(kind, SYMMETRIC), np.append(i, random[a])
                j, values = np.append(j, random[b]), np.append(values, cov[random[a], random[b]])
        if model.meanstructure:
            kind = np.concatenate([kind, np.full(len(free), MEAN)])
            i, j = np.concatenate([i, free]), np.concatenate([j, free])
            values = np.concatenate([values, mean[free]])
        cells = Cells(kind, i, j, np.arange(count, count + len(kind)))
        count += len(kind)
        x.append(values)
        blocks.append(Block(block.names[:p], p, np.zeros((p, p)), s, m, cells, e))
    out = Model(
        (),
        np.arange(count),
        tuple(blocks),
        np.eye(count),
        np.zeros(count),
        model.meanstructure,
        model.variables,
        model.syntax,
    )
    return out, np.concatenate(x)


def fit_baseline(estimate: Estimate) -> Estimate:
    """The baseline model at its minimum; models of the same sample share it."""
    options, variables = estimate.options, estimate.model.variables
    key = (
        "baseline",
        options.estimator,
        options.likelihood,
        estimate.means,
        variables.exogenous_observed,
        variables.random_exogenous,
    )
    if key not in estimate.sample.memo:
        estimate.sample.memo[key] = _fit_baseline(estimate)
    found: Estimate = estimate.sample.memo[key]
    return found


def _fit_baseline(estimate: Estimate) -> Estimate:
    model, x = baseline_model(estimate)
    if estimate.fiml:
        discrepancy: Any = FullInformation(model, estimate.sample.groups)
        for block, group in zip(model.blocks, estimate.sample.groups, strict=True):
            assert group.raw is not None
            with np.errstate(all="ignore"):
                mean, var = np.nanmean(group.raw, axis=0), np.nanvar(group.raw, axis=0)
            cells = block.cells
            s = (cells.kind == SYMMETRIC) & (cells.row == cells.column)
            x[cells.parameter[s]] = var[cells.row[s]]
            s = cells.kind == MEAN
            x[cells.parameter[s]] = mean[cells.row[s]]
    else:
        source: NormalTheory = estimate.discrepancy
        discrepancy = NormalTheory(model, estimate.sample.groups, source.kind, source.unbiased)
    metric = getattr(discrepancy, "metric", discrepancy.information)
    minimum = minimise(discrepancy.value_and_gradient, metric, discrepancy.observed_information, x)
    return Estimate(
        model,
        estimate.sample,
        estimate.options,
        discrepancy,
        minimum,
        minimum.theta,
    )


def fiml_correction(estimate: Estimate, df: int, robust: bool) -> tuple[float, float]:
    r"""Complete-data chi-square at the FIML estimates and its factor (Zhang & Savalei 2023).

    FIML-C, version 3 for robust estimators and 6 otherwise: with :math:`W_c`, :math:`W_m` the
    saturated information for complete and incomplete data and
    :math:`U = W_m - W_m\Delta(\Delta'W_m\Delta)^{-1}\Delta'W_m`, the factor is the trace of
    :math:`W_cW_m^{-1}UW_m^{-1}` (version 3: of :math:`UW_m^{-1}W_cW_m^{-1}U\Gamma`) over df. As
    :math:`W_m^{-1}UW_m^{-1} = W_m^{-1} - \Delta(\Delta'W_m\Delta)^{-1}\Delta'`, all that involves
    the model is as small as its parameters are few, and the rest is a matter of the data alone.
    """
    model = estimate.model
    chisq = 0.0
    for (mean, cov), m, group in zip(
        estimate.sample_moments, estimate.moments, estimate.sample.groups, strict=True
    ):
        pair, base = inverse_and_logdet(m.sigma), inverse_and_logdet(cov)
        assert pair is not None and base is not None
        d = mean - m.mu
        value = pair[1] - base[1] + float(np.sum(pair[0] * cov)) - len(d) + float(d @ pair[0] @ d)
        chisq += group.n * value
    apart = any(len(group.apart) for group in estimate.sample.groups)
    if not df or apart or too_large(model.blocks[0].observed):
        return chisq, np.nan
    count = model.expand.shape[1]
    dwd, dcd, djd, dtd = (np.zeros((count, count)) for _ in range(4))
    trace = 0.0
    for weight, block, m, group in zip(
        estimate.weights, model.blocks, estimate.moments, estimate.sample.groups, strict=True
    ):
        known = saturated_matrices(group, block.exogenous)
        kept = modelled_moments(block.observed, block.exogenous)
        cells = jacobian_cells(block, m, True)[kept]
        k = model.expand[block.cells.parameter]
        complete = known.complete @ cells
        wanted = [(dwd, cells, known.information @ cells), (dcd, cells, complete)]
        if robust:
            first = known.first_order @ cells
            wanted += [(djd, cells, first), (dtd, first, known.inverse @ complete)]
        for total, left, right in wanted:
            total += weight * (k.T @ (left.T @ right) @ k)
        trace += known.sandwich_trace if robust else known.complete_trace
    bread, _ = pseudo_inverse(dwd)
    if robust:
        trace += float(np.sum((bread @ dcd) * (djd @ bread))) - 2 * float(np.sum(bread * dtd))
    else:
        trace -= float(np.sum(bread * dcd))
    return chisq, trace / df


def goodness_of_fit(estimate: Estimate) -> float:
    """GFI (Jöreskog & Sörbom 1981): weighted share of the moments that the model reproduces."""
    value = 0.0
    for g, ((mean, cov), m) in enumerate(
        zip(estimate.sample_moments, estimate.moments, strict=True)
    ):
        if estimate.fiml:
            stack = estimate.discrepancy.stacks[g]
            weights, _ = stack.inverses(m.sigma)
            shares = stack.n / stack.total
        else:
            weights = np.array([estimate.discrepancy.weight_matrices(estimate.x)[g]])
            shares = np.ones(1)
        once = 0.5 if estimate.options.estimator == "ULS" else 0.0
        # moments of fixed exogenous variables are not modelled
        x = estimate.model.blocks[g].exogenous
        kept, center = cov.copy(), mean * estimate.means
        kept[np.ix_(x, x)], center[x] = 0.0, 0.0
        d = (mean - m.mu) * estimate.means
        lost = shares @ weighted_size(weights, cov - m.sigma, d, once)
        all_ = shares @ weighted_size(weights, kept, center, once)
        value += float(estimate.weights[g] * (1 - lost / all_))
    return value


def weighted_size(weights: Array, s: Array, d: Array, once: float) -> Array:
    r""":math:`\tfrac12\mathrm{tr}(WSWS) + d'Wd` by weight, plus ``once`` the squared variances."""
    r = weights @ s
    size: Array = 0.5 * np.einsum("kij,kji->k", r, r) + (weights @ d) @ d
    size += once * np.sum(np.diag(s) ** 2)
    return size


def population_gfi(
    chisq: float,
    df: float,
    n: float,
    variables: int,
    scaled: float,
    factor: float = 1.0,
    suffix: str = "",
) -> dict[str, float]:
    """GFI of the population and its 90 % interval (Maydeu-Olivares, Ximénez & Revuelta 2024).

    ``N p / {N p + 2(T - c df)}``, at most one, with p variables and T the reweighted least squares
    statistic; limits with ``c`` times those of the noncentrality parameter of ``scaled``.
    """
    names = (f"gfi{suffix}", f"gfi_ci_lower{suffix}", f"gfi_ci_upper{suffix}")
    if not np.isfinite(chisq + factor + scaled):
        return dict.fromkeys(names, np.nan)
    low, high = (noncentrality(scaled, df, tail) if df > 0 else 0.0 for tail in (0.95, 0.05))
    excess = (chisq - factor * df, factor * high, factor * low)
    return {
        name: float(min(n * variables / (n * variables + 2 * value), 1.0))
        for name, value in zip(names, excess, strict=True)
    }


def reweighted_chisq(estimate: Estimate) -> float:
    r"""Browne's (1974) residual-based statistic with normal-theory weights of the model.

    N times :math:`r'Vr - r'V\Delta(\Delta'V\Delta)^{-1}\Delta'Vr` of the residual moments r.
    """
    value, gradient = 0.0, np.zeros(estimate.model.parameters)
    information = np.zeros((estimate.model.parameters,) * 2)
    for weight, block, (mean, cov), m, w in zip(
        estimate.weights,
        estimate.model.blocks,
        estimate.sample_moments,
        estimate.moments,
        estimate.weight_matrices,
        strict=True,
    ):
        r = w @ (cov - m.sigma)
        d = mean - m.mu if estimate.means else np.zeros(len(mean))
        value += weight * (0.5 * float(np.sum(r * r.T)) + float(d @ w @ d))
        np.add.at(
            gradient,
            block.cells.parameter,
            0.5 * weight * gradient_cells(block, m, r @ w, -w @ d if estimate.means else None),
        )
        information[block.cells.square] += weight * information_cells(block, m, w, estimate.means)
    left = estimate.model.expand.T @ gradient
    bread, _ = pseudo_inverse(estimate.reduce(information))
    return float(estimate.discrepancy.multiplier * (value - left @ bread @ left))


def _once(estimate: Estimate, key: str, compute: Callable[[], Any]) -> Any:
    """A value of the baseline model that several models' measures need."""
    if key not in estimate.extra:
        estimate.extra[key] = compute()
    return estimate.extra[key]


def scaled_test(estimate: Estimate, df: int, npar: int) -> Scaling | None:
    if estimate.options.estimator == "MLM":
        return satorra_bentler(estimate, df)
    if estimate.options.estimator == "MLR" or by_design(estimate.options):
        return yuan_bentler(estimate, df, npar)
    return None


def incremental(
    chisq: float, df: float, base: float, base_df: float, suffix: str = ""
) -> dict[str, float]:
    """CFI, TLI and their kin from two chi-squares (Bentler 1990; Hu & Bentler 1999)."""
    if np.isnan(chisq) or np.isnan(base):
        names = ("cfi", "tli", "rfi", "nnfi", "nfi", "pnfi", "ifi", "rni")
        return {k + suffix: np.nan for k in names}
    out: dict[str, float] = {}
    t1, t2 = max(chisq - df, 0.0), max(chisq - df, base - base_df, 0.0)
    out["cfi"] = 1.0 if t1 == 0 or t2 == 0 else 1 - t1 / t2
    with np.errstate(all="ignore"):
        if df > 0:
            ratio = np.float64(base) / base_df
            out["tli"] = float((ratio - chisq / df) / (ratio - 1)) if base_df else np.nan
            rfi = float((ratio - chisq / df) / ratio)
            out["rfi"] = 1.0 if rfi < 0 or rfi > 1 else rfi
        else:
            out["tli"], out["rfi"] = 1.0, 1.0
        out["nnfi"] = out["tli"]
        nfi = float(np.float64(base - chisq) / base)
        out["nfi"] = nfi if df else 1.0
        if df > base_df:  # the baseline model has fewer equalities, or free slopes
            out["nfi"] = out["rfi"] = np.nan
        out["pnfi"] = float(np.float64(df) / base_df * nfi)
        out["ifi"] = float(np.float64(base - chisq) / (base - df))
        out["rni"] = float(1 - np.float64(chisq - df) / (base - base_df))
    return {k + suffix: v for k, v in out.items()}


def robust_incremental(
    chisq: float, df: float, factor: float, base: float, base_df: float, base_factor: float
) -> dict[str, float]:
    """Robust CFI and TLI (Brosseau-Liard & Savalei 2014); 1 for a saturated model."""
    if not df:
        return dict.fromkeys(("cfi_robust", "tli_robust", "nnfi_robust", "rni_robust"), 1.0)
    t1 = max(chisq - factor * df, 0.0)
    t2 = max(chisq - factor * df, base - base_factor * base_df, 0.0)
    cfi = 1.0 if t1 == 0 or t2 == 0 else 1 - t1 / t2
    if not np.isfinite(factor + base_factor):
        cfi = np.nan
    bottom = base - base_factor * base_df
    tli = 1 - (chisq - factor * df) * base_df / (bottom * df) if bottom else np.nan
    rni = 1 - (chisq - factor * df) / bottom if bottom else np.nan
    return {"cfi_robust": cfi, "tli_robust": tli, "nnfi_robust": tli, "rni_robust": rni}


def rmsea_measures(
    chisq: float,
    df: float,
    n: float,
    groups: int,
    factor: float = 1.0,
    suffix: str = "",
    point: tuple[float, float] | None = None,
) -> dict[str, float]:
    """RMSEA, its 90 % interval and the p-values of close and not-close fit."""
    point = point or (chisq, factor)
    low, high = rmsea_interval(chisq, df, n, groups, factor)
    p = partial(rmsea_pvalue, chisq, df, n, groups, factor)
    return {
        f"rmsea{suffix}": rmsea(point[0], df, n, groups, point[1]),
        f"rmsea_ci_lower{suffix}": low,
        f"rmsea_ci_upper{suffix}": high,
        f"rmsea_pvalue{suffix}": p(0.05),
        f"rmsea_notclose_pvalue{suffix}": 1 - p(0.08),
    }


def fit_measures(estimate: Estimate, baseline: Estimate) -> dict[str, float]:
    """All measures, in lavaan's order where it has one."""
    custom = estimate.extra.get("fit_measures")
    if custom is not None:
        return dict(custom(estimate))
    model = estimate.model
    npar = model.expand.shape[1]
    df = degrees_of_freedom(model)
    groups = len(model.blocks)
    likelihood = estimate.fiml or estimate.discrepancy.kind == "ML"
    chisq = test_statistic(estimate)
    n = float(
        estimate.n
        if likelihood and estimate.options.likelihood == "normal"
        else estimate.n - groups
    )
    out: dict[str, float] = {
        "npar": npar,
        "fmin": chisq_of(estimate)
        / (2 * (n if estimate.options.likelihood == "wishart" else estimate.n)),
        "chisq": chisq,
        "df": df,
        "pvalue": chisq_pvalue(chisq, df),
    }
    scaling = scaled_test(estimate, df, npar)
    if scaling is not None:
        scaled = chisq / scaling.usable if df else chisq
        out |= {
            "chisq_scaled": scaled,
            "df_scaled": df,
            "pvalue_scaled": chisq_pvalue(scaled, df),
            "chisq_scaling_factor": scaling.factor,
        }
    base, base_df = test_statistic(baseline), degrees_of_freedom(baseline.model)
    out |= {
        "baseline_chisq": base,
        "baseline_df": base_df,
        "baseline_pvalue": chisq_pvalue(base, base_df),
    }
    base_scaling = _once(
        baseline,
        "scaling",
        lambda: scaled_test(baseline, base_df, baseline.model.expand.shape[1]),
    )
    if base_scaling is not None:
        base_scaled = base / base_scaling.usable
        out |= {
            "baseline_chisq_scaled": base_scaled,
            "baseline_df_scaled": base_df,
            "baseline_pvalue_scaled": chisq_pvalue(base_scaled, base_df),
            "baseline_chisq_scaling_factor": base_scaling.factor,
        }
    out |= incremental(chisq, df, base, base_df)
    if scaling is not None and base_scaling is not None:
        out |= incremental(out["chisq_scaled"], df, base_scaled, base_df, "_scaled")
    corrected: tuple[float, float] | None = None
    if estimate.fiml:
        corrected = fiml_correction(estimate, df, scaling is not None)
        base_corrected = _once(
            baseline, "corrected", lambda: fiml_correction(baseline, base_df, scaling is not None)
        )
        out |= robust_incremental(
            corrected[0], df, corrected[1], base_corrected[0], base_df, base_corrected[1]
        )
    elif scaling is not None and base_scaling is not None:
        out |= robust_incremental(chisq, df, scaling.usable, base, base_df, base_scaling.usable)
    if likelihood:
        out |= _likelihood_measures(estimate, chisq, npar, scaling)
    out["ntotal"] = estimate.n
    out |= rmsea_measures(chisq, df, n, groups)
    out["rmsea_ci_level"], out["rmsea_close_h0"], out["rmsea_notclose_h0"] = 0.90, 0.05, 0.08
    if scaling is not None:
        df_scaled = scaling.trace if df and scaling.trace > 0 else np.nan
        out |= rmsea_measures(chisq, df_scaled, n, groups, suffix="_scaled")
    if corrected is not None:
        out |= rmsea_measures(
            corrected[0] / corrected[1] if df else corrected[0],
            df,
            n,
            groups,
            corrected[1],
            "_robust",
            corrected,
        )
    elif scaling is not None:
        out |= rmsea_measures(
            out["chisq_scaled"], df, n, groups, scaling.usable, "_robust", (chisq, scaling.usable)
        )
    out |= residual_measures(estimate)
    nel = sum(
        b.observed * (b.observed + 1) // 2 + b.observed * estimate.means for b in model.blocks
    )
    p = model.blocks[0].observed
    rls = chisq if estimate.fiml else reweighted_chisq(estimate)  # no other of incomplete data
    out |= population_gfi(rls, df, n, p, rls)
    out["gfi_ci_level"] = 0.90
    if corrected is not None:
        factor = corrected[1] if df else 1.0
        out |= population_gfi(corrected[0], df, n, p, corrected[0] / factor, factor, "_robust")
    elif scaling is not None:
        factor = scaling.usable if df else 1.0
        out |= population_gfi(rls, df, n, p, rls / factor, factor, "_robust")
    gfi = goodness_of_fit(estimate)
    with np.errstate(all="ignore"):
        critical = chisq / n
        out |= {
            "cn_05": float(np.float64(special.chdtri(df, 0.05)) / critical + 1) if df else np.nan,
            "cn_01": float(np.float64(special.chdtri(df, 0.01)) / critical + 1) if df else np.nan,
            "gfi_lisrel": gfi,
            "agfi_lisrel": 1 - nel / df * (1 - gfi) if df else 1.0,
            "pgfi": df / nel * gfi,
            "mfi": float(np.exp(-0.5 * (chisq - df) / n)),
            "ecvi": chisq / n + 2 * npar / n,
        }
    return out


def _likelihood_measures(
    estimate: Estimate, chisq: float, npar: int, scaling: Scaling | None
) -> dict[str, float]:
    if estimate.fiml:
        h1 = sum(s.loglik for s in estimate.saturated)
        logl = h1 - chisq / 2
        if estimate.model.variables.exogenous_observed:
            shift = exogenous_loglik(estimate)
            h1, logl = h1 - shift, logl - shift
    else:
        h1 = complete_loglik(estimate) - complete_loglik(estimate, exogenous=True)
        values = estimate.discrepancy.group_values(estimate.x)
        logl = h1 - 0.5 * sum(g.n * v for g, v in zip(estimate.sample.groups, values, strict=True))
    n = estimate.n
    out = {
        "logl": logl,
        "unrestricted_logl": h1,
        "aic": -2 * logl + 2 * npar,
        "bic": -2 * logl + npar * np.log(n),
        "bic2": -2 * logl + npar * np.log((n + 2) / 24),
    }
    if scaling is not None and np.isfinite(scaling.h1):
        out |= {"scaling_factor_h1": scaling.h1, "scaling_factor_h0": scaling.h0}
    return out


def group_measures(estimate: Estimate) -> list[dict[str, float]]:
    """What each group adds to chi-square and likelihood, with the parameters that touch it.

    ``n``, ``npar`` (equal parameters count in every group), ``chisq``, and for likelihoods
    ``logl``, ``aic``, ``bic`` of the group alone.
    """
    out: list[dict[str, float]] = []
    d, model = estimate.discrepancy, estimate.model
    likelihood = estimate.fiml or getattr(d, "kind", "") == "ML"
    for g, (block, sample) in enumerate(zip(model.blocks, estimate.sample.groups, strict=True)):
        npar = int((model.expand[block.cells.parameter] != 0).any(axis=0).sum())
        if estimate.fiml:
            m, stack = estimate.moments[g], d.stacks[g]
            logl = float(stack.likelihood(m.sigma, m.mu))
            chisq = max(0.0, 2 * (estimate.saturated[g].loglik - logl))
        elif likelihood or "statistics" not in estimate.extra:
            chisq = float(d.multiplier * d.weights[g] * d.group_values(estimate.x)[g])
            logl = _normal_loglik(estimate.sample_moments[g][1], sample.n) - chisq / 2
        else:
            r = d.statistics[g].moments - d.implied(g, estimate.x)[0]
            chisq = float(d.multiplier * d.weights[g] * (r @ (d.w[g] * r)))
        row: dict[str, float] = {"n": sample.n, "npar": npar, "chisq": chisq}
        if likelihood:
            e = block.exogenous
            if len(e) and estimate.fiml:
                logl -= _observed_loglik(sample, block)
            elif len(e):
                logl -= _normal_loglik(estimate.sample_moments[g][1][np.ix_(e, e)], sample.n)
            bic = -2 * logl + npar * np.log(sample.n)
            row |= {"logl": logl, "aic": -2 * logl + 2 * npar, "bic": float(bic)}
        out.append(row)
    return out


def exogenous_loglik(estimate: Estimate) -> float:
    """Saturated log-likelihood of fixed exogenous variables of incomplete data."""
    pairs = zip(estimate.model.blocks, estimate.sample.groups, strict=True)
    return sum(_observed_loglik(group, block) for block, group in pairs)


def _observed_loglik(group: GroupSample, block: Block) -> float:
    from .data import group_sample
    from .discrepancy.fiml import saturated_moments

    assert group.raw is not None
    part = group.raw[:, block.exogenous]
    there = ~np.isnan(part).all(axis=1)
    names = tuple(block.names[k] for k in block.exogenous)
    weights = None if group.weights is None else group.weights[there]
    one = group_sample(part[there], names, fiml=True, weights=weights)
    return float(saturated_moments(one).loglik)


def residual_measures(estimate: Estimate) -> dict[str, float]:
    """RMR, SRMR (Bentler's and Mplus's), CRMR; with and without mean residuals."""
    totals = {
        k: 0.0
        for k in (
            "rmr",
            "rmr_nomean",
            "srmr",
            "srmr_bentler",
            "srmr_bentler_nomean",
            "crmr",
            "crmr_nomean",
            "srmr_mplus",
            "srmr_mplus_nomean",
        )
    }
    for g in range(len(estimate.model.blocks)):
        values = group_residuals(estimate, g).summary()
        for k in totals:
            totals[k] += float(estimate.weights[g]) * values[k]
    return totals
