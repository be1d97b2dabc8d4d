r"""Factor scores, their errors and reliability, predicted outcomes, and the reliability of factors.

Regression scores (Thurstone 1935): :math:`\hat\eta = \alpha + V_{\eta y}\Sigma^{-1}(y-\mu)`;
Bartlett scores (1937): :math:`(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}(y-\nu)`. Rows
with missing values use what they have. With ordinal items the scores are posterior modes (empirical
Bayes) or, for Bartlett, modes of the likelihood with a prior precision of 1e-5 as in lavaan, which
keeps rows finite that answered every item at one end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from .data import numeric_columns
from .errors import ModelError
from .estimate import Estimate
from .model import Array, Index

METHODS = ("regression", "bartlett")


def rows_of(
    estimate: Estimate, data: Any, names: Sequence[str]
) -> tuple[list[tuple[Array, Index]], pd.Index[Any]]:
    """Per group the values of some observed variables (rows, names) and the rows' places, and the
    index of all rows: those of the fit, or of new ``data``."""
    sample = estimate.sample
    if data is None:
        columns = [sample.names.index(n) for n in names]
        places, values = [], []
        for g in sample.groups:
            if g.raw is None or g.rows is None:
                raise ModelError("scores_covariances")
            places.append(g.rows)
            values.append(g.raw if len(columns) == g.raw.shape[1] else g.raw[:, columns])
        if len(places) == 1:
            return [(values[0], np.arange(len(places[0])))], sample.index[places[0]]
        used = np.concatenate(places)
        order = np.sort(used)
        found = [(v, np.searchsorted(order, at)) for v, at in zip(values, places, strict=True)]
        return found, sample.index[order]
    if not isinstance(data, pd.DataFrame):
        try:
            data = pd.DataFrame(data)
        except (TypeError, ValueError):
            raise ModelError("not_a_frame", type=type(data).__name__) from None
    known = [str(c) for c in data.columns.tolist()]
    group = estimate.options.group
    for name in names if group is None else (*names, group):
        if known.count(name) == 0:
            raise ModelError("not_in_data", name=name)
        if known.count(name) > 1:
            raise ModelError("column_repeated", count=known.count(name), name=name)
    raw = numeric_columns(data, [known.index(n) for n in names], names)
    for bad in np.flatnonzero(np.isinf(raw).any(axis=0)).tolist():
        raise ModelError("infinite_values", name=names[bad])
    if group is None:
        return [(raw, np.arange(len(raw)))], data.index
    column = data.iloc[:, known.index(group)]
    code = pd.Index(sample.labels).get_indexer(column)
    for bad in np.flatnonzero(code < 0).tolist():
        raise ModelError("unknown_group", name=group, value=column.iloc[bad])
    places = [np.flatnonzero(code == g) for g in range(len(sample.labels))]
    return [(raw[at], at) for at in places], data.index


def patterns_of(raw: Array) -> Iterator[tuple[Index, Index | slice]]:
    """Which variables are there, and in which rows."""
    seen = ~np.isnan(raw)
    if seen.all():
        yield np.arange(raw.shape[1]), slice(None)
        return
    _, first, inverse = np.unique(
        np.packbits(seen, axis=1), axis=0, return_index=True, return_inverse=True
    )
    for k, row in enumerate(first.tolist()):
        yield np.flatnonzero(seen[row]), np.flatnonzero(inverse.ravel() == k)


def factor_scores(
    estimate: Estimate, method: str = "regression", data: Any = None, se: bool = False
) -> pd.DataFrame:
    """Scores; see `semfit.result.Result.factor_scores`."""
    if method not in METHODS:
        raise ModelError("unknown_scores", method=method)
    if not isinstance(se, (bool, np.bool_)):
        raise ModelError("not_true_or_false", option="se", value=repr(se))
    block = estimate.model.blocks[0]
    found, index = rows_of(estimate, data, estimate.sample.names)
    names = list(block.names[block.observed :])
    values = np.full((len(index), len(names)), np.nan)
    errors = np.full_like(values, np.nan) if se else values[:0]
    group = np.zeros(len(index), dtype=np.intp)
    for g, (raw, at) in enumerate(found):
        group[at] = g
        if not len(raw):
            continue
        if "statistics" in estimate.extra:
            scores, error = _ordinal_scores(estimate, g, method, raw)
            values[at] = scores
            if se:
                errors[at] = error
            continue
        mu, location = _locations(estimate, g)
        for o, rows in patterns_of(raw):
            weights = score_weights(estimate, g, method, o)
            d = raw[rows][:, o] - mu[o] if len(o) < raw.shape[1] else raw[rows] - mu
            values[at[rows]] = d @ weights + location
            if se:
                errors[at[rows]] = np.sqrt(np.diag(score_errors(estimate, g, o, weights)))
    frame = pd.DataFrame(values, index=index, columns=names)
    if se:
        frame[[f"{name}_se" for name in names]] = errors
    if len(found) > 1:
        frame.insert(0, "group", np.array(estimate.sample.labels, dtype=object)[group])
    return frame


def _locations(estimate: Estimate, g: int) -> tuple[Array, Array]:
    """Means of observed variables, and of latent ones."""
    m, block = estimate.moments[g], estimate.model.blocks[g]
    p = block.observed
    if estimate.means:
        return m.mu, m.mean[p:]
    # intercepts of latent variables are zero, observed means the data's
    mu = estimate.sample.groups[g].mean
    inner = np.eye(block.size - p) - m.directed[p:, p:]
    return mu, np.linalg.solve(inner, m.directed[p:, :p] @ mu)


def score_weights(estimate: Estimate, g: int, method: str, o: Index) -> Array:
    """What the observed variables ``o`` are multiplied by, (variables, factors)."""
    m, block = estimate.moments[g], estimate.model.blocks[g]
    latent = np.arange(block.observed, block.size)
    if method == "bartlett":
        return _bartlett(m.directed, m.symmetric, o, latent)
    out: Array = np.linalg.solve(m.sigma[np.ix_(o, o)], m.covariance[np.ix_(o, latent)])
    return out


def score_errors(estimate: Estimate, g: int, o: Index, weights: Array) -> Array:
    r"""Covariance matrix of :math:`\hat\eta - \eta` for weights :math:`A`:
    :math:`A'\Sigma A - A'C - C'A + V` with :math:`C = \mathrm{cov}(y, \eta)`; NaN where a variance
    is negative."""
    m, p = estimate.moments[g], estimate.model.blocks[g].observed
    across = weights.T @ m.covariance[o, p:]
    out: Array = weights.T @ m.sigma[np.ix_(o, o)] @ weights - across - across.T
    out += m.covariance[p:, p:]
    scale = np.diag(m.covariance)[p:]
    at = np.arange(len(out))
    own = np.where(np.abs(out[at, at]) < 1e-10 * scale, 0.0, out[at, at])
    out[at, at] = np.where(own < 0, np.nan, own)
    return out


def score_reliability(estimate: Estimate, method: str = "regression") -> pd.DataFrame:
    """Determinacy and reliability; see `semfit.result.Result.score_reliability`."""
    if method not in METHODS:
        raise ModelError("unknown_scores", method=method)
    if "statistics" in estimate.extra:
        raise ModelError("score_reliability_ordinal")
    records = []
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        p = block.observed
        o = np.arange(p)
        weights = score_weights(estimate, g, method, o)
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.diag(weights.T @ m.sigma @ weights) * np.diag(m.covariance)[p:]
            r = np.diag(weights.T @ m.covariance[:p, p:]) / np.sqrt(spread)
        error = np.sqrt(np.diag(score_errors(estimate, g, o, weights)))
        for name, value, e in zip(block.names[p:], r, error, strict=True):
            records.append((name, g + 1, value, value**2, e))
    return pd.DataFrame(records, columns=["factor", "group", "determinacy", "reliability", "se"])


def predict_outcomes(
    estimate: Estimate,
    outcomes: str | Sequence[str],
    predictors: str | Sequence[str] | None,
    data: Any,
    ridge: float,
) -> pd.DataFrame:
    """Conditional means; see `semfit.result.Result.predict_outcomes`."""
    if "statistics" in estimate.extra:
        raise ModelError("predict_ordinal")
    names = estimate.sample.names
    y = [outcomes] if isinstance(outcomes, str) else [str(name) for name in outcomes]
    given = predictors if predictors is not None else [n for n in names if n not in y]
    x = [given] if isinstance(given, str) else [str(name) for name in given]
    for name in (*y, *x):
        if name not in names:
            raise ModelError("not_in_model", name=name)
        if name in y and name in x:
            raise ModelError("predicts_itself", name=name)
    if not y or not x:
        raise ModelError("nothing_to_predict")
    if isinstance(ridge, bool) or not np.isreal(ridge) or not 0 <= ridge < np.inf:
        raise ModelError("bad_ridge", value=repr(ridge))
    found, index = rows_of(estimate, data, x)
    at_y = np.array([names.index(name) for name in y])
    at_x = np.array([names.index(name) for name in x])
    values = np.full((len(index), len(y)), np.nan)
    for g, (raw, at) in enumerate(found):
        m = estimate.moments[g]
        mu = m.mu if estimate.means else estimate.sample.groups[g].mean
        for seen, rows in patterns_of(raw) if len(raw) else ():
            o = at_x[seen]
            within = m.sigma[np.ix_(o, o)] + ridge * np.eye(len(o))
            weights = np.linalg.solve(within, m.sigma[np.ix_(o, at_y)])
            values[at[rows]] = (raw[rows][:, seen] - mu[o]) @ weights + mu[at_y]
    return pd.DataFrame(values, index=index, columns=y)


def _ordinal_scores(estimate: Estimate, g: int, method: str, rows: Array) -> tuple[Array, Array]:
    r"""Modes of :math:`\sum_j \log P(y_j|\eta) - \tfrac12(\eta-\alpha)'V^{-1}(\eta-\alpha)`.

    :math:`P(y_j = k|\eta) = \Phi\{(\tau_{k+1} - \nu - \lambda'\eta)/\sqrt\theta\} -
    \Phi\{(\tau_k - \nu - \lambda'\eta)/\sqrt\theta\}`, normal densities for continuous items. The
    sum is concave: Newton steps with halving, all distinct rows side by side. Fixed predictors move
    the prior's mean and, where they predict an item, its limits. Errors are those of the curvature
    at the mode.
    """
    d, block, p = estimate.discrepancy, estimate.model.blocks[g], estimate.model.blocks[g].observed
    m = d.implied(g, estimate.x)[1]
    e = block.exogenous
    y = block.dependent
    if not block.only_receive(y):
        raise ModelError("scores_predictors")
    theta = m.symmetric[np.ix_(y, y)]
    if np.any(theta[~np.eye(len(y), dtype=bool)]):
        raise ModelError("scores_correlated")
    if np.any(np.diag(theta) <= 0):
        name = block.names[y[int(np.argmin(np.diag(theta)))]]
        raise ModelError("scores_negative_variance", name=name)
    sd = np.sqrt(np.diag(theta))
    loading = m.directed[y, p:] / sd[:, None]
    raw, where = np.unique(rows, axis=0, return_inverse=True)
    known = np.asarray(estimate.sample.groups[g].raw)
    nu = m.mean[y] - m.directed[y, p:] @ m.mean[p:]
    if len(e):
        nu = nu + raw[:, e] @ m.directed[np.ix_(y, e)].T
    # limits of the standardized residual for every row and item; both equal where continuous
    low, high = np.zeros((len(raw), len(y))), np.zeros((len(raw), len(y)))
    cuts, layout = d.cuts(g, block, estimate.x), d.layouts[g]
    ordinal = np.isin(y, block.ordinal)
    for at, k in enumerate(y.tolist()):
        if ordinal[at]:
            mine = cuts[layout.threshold_variable == k]
            ends = np.concatenate([[-np.inf], mine, [np.inf]])
            levels, answer = np.unique(known[:, k]), raw[:, k]
            code = np.minimum(np.searchsorted(levels, answer), len(levels) - 1)
            for bad in answer[(levels[code] != answer) & ~np.isnan(answer)]:
                raise ModelError("unknown_category", name=block.names[k], value=f"{bad:g}")
            low[:, at] = np.where(np.isnan(answer), -np.inf, ends[code])
            high[:, at] = np.where(np.isnan(answer), np.inf, ends[code + 1])
        else:
            low[:, at] = high[:, at] = raw[:, k]
    low, high = (low - nu) / sd, (high - nu) / sd
    there = ordinal | ~np.isnan(raw[:, y])  # what is missing says nothing
    low, high = np.where(there, low, 0.0), np.where(there, high, 0.0)
    center = np.tile(m.mean[p:], (len(raw), 1))
    if len(e):
        center += raw[:, e] @ m.effects[p:, e].T
    size = block.size - p
    if method == "regression":
        precision = np.linalg.pinv(m.covariance[p:, p:], hermitian=True)
    else:
        precision = 1e-5 * np.eye(size)

    def parts(eta: Array) -> tuple[Array, Array, Array]:
        """Objective (rows,), its derivatives by the linear predictor and minus the second ones."""
        t = eta @ loading.T
        a, b = low - t, high - t
        # log(Phi(b) - Phi(a)), from the tail where both are on one side
        turn = a > 0
        upper, lower = np.where(turn, -a, b), np.where(turn, -b, a)
        top = special.log_ndtr(upper)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            logp = top + np.log1p(-np.exp(special.log_ndtr(lower) - top))
            fa = np.exp(-0.5 * a * a - 0.5 * np.log(2 * np.pi) - logp)
            fb = np.exp(-0.5 * b * b - 0.5 * np.log(2 * np.pi) - logp)
            slope = fa - fb
            bend = slope**2 - np.where(fa > 0, a * fa, 0.0) + np.where(fb > 0, b * fb, 0.0)
        logp = np.where(ordinal, logp, -0.5 * a * a * there)
        slope, bend = np.where(ordinal, slope, a * there), np.where(ordinal, bend, 1.0 * there)
        off = eta - center
        value = logp.sum(axis=1) - 0.5 * np.einsum("ni,ij,nj->n", off, precision, off)
        return value, slope, bend

    eta = center
    value, slope, bend = parts(eta)
    for _ in range(100):
        gradient = slope @ loading - (eta - center) @ precision
        hessian = np.einsum("nj,ji,jk->nik", bend, loading, loading) + precision
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        gain = np.einsum("ni,ni->n", step, gradient)
        if gain.max(initial=0.0) < 1e-14:
            break
        length = np.ones(len(raw))
        for _ in range(30):
            trial = parts(eta + length[:, None] * step)
            worse = ~(trial[0] >= value - 1e-12 * (1 + np.abs(value)))
            if not worse.any():
                break
            length[worse] *= 0.5
        eta = eta + length[:, None] * step
        value, slope, bend = trial
    hessian = np.einsum("nj,ji,jk->nik", bend, loading, loading) + precision
    errors = np.sqrt(np.diagonal(np.linalg.inv(hessian), axis1=1, axis2=2))
    return eta[where.ravel()], errors[where.ravel()]


def _bartlett(directed: Array, symmetric: Array, o: Array, latent: Array) -> Array:
    out = np.full((len(o), len(latent)), np.nan)
    loading = directed[np.ix_(o, latent)]
    theta = symmetric[np.ix_(o, o)]
    measured = np.flatnonzero(np.any(loading != 0, axis=0))
    try:
        wl = np.linalg.solve(theta, loading[:, measured])
        out[:, measured] = wl @ np.linalg.inv(loading[:, measured].T @ wl)
    except np.linalg.LinAlgError:
        pass
    return out


def reliability(estimate: Estimate) -> pd.DataFrame:
    r"""Composite reliability and average variance extracted of every factor and group.

    ``omega`` is :math:`(\sum\lambda)^2\phi` over the implied variance of the items' sum, which is
    :math:`(\sum\lambda)^2\phi + \sum\sum\theta` without cross-loadings (Raykov 2001; Bollen
    1980), ``omega_observed`` has the observed variance of the sum below (McDonald 1999), ``ave`` is
    the mean squared standardized loading (Fornell & Larcker 1981), ``ave_unstandardized`` is
    :math:`\phi\sum\lambda^2 / (\phi\sum\lambda^2 + \sum\theta)`.
    """
    records = []
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        p = block.observed
        _, cov = estimate.sample_moments[g]
        if "statistics" in estimate.extra:  # correlations, in the scale of the latent responses
            scale = estimate.discrepancy.scales(block, estimate.x)
            cov = cov / np.outer(scale, scale)
        for f in range(p, block.size):
            items = np.flatnonzero(m.directed[:p, f] != 0)
            if not len(items):
                continue
            loading = m.directed[items, f]
            phi = m.covariance[f, f]
            theta = m.symmetric[np.ix_(items, items)]
            true = float(loading.sum()) ** 2 * phi
            total = np.diag(m.covariance)[items]
            common = phi * float(loading @ loading)
            records.append(
                {
                    "factor": block.names[f],
                    "group": g + 1,
                    "items": len(items),
                    "omega": true / float(m.sigma[np.ix_(items, items)].sum()),
                    "omega_observed": true / float(cov[np.ix_(items, items)].sum()),
                    "ave": float(np.mean(loading**2 * phi / total)),
                    "ave_unstandardized": common / (common + float(np.trace(theta))),
                }
            )
    return pd.DataFrame.from_records(
        records,
        columns=[
            "factor",
            "group",
            "items",
            "omega",
            "omega_observed",
            "ave",
            "ave_unstandardized",
        ],
    )
