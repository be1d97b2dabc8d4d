r"""Factor scores, their errors and reliability, predicted outcomes, and the reliability of factors.

Regression scores (Thurstone 1935): :math:`\hat\eta = \alpha + V_{\eta y}\Sigma^{-1}(y-\mu)`;
Bartlett scores (1937): :math:`(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}(y-\nu-Kx)` with
what observed variables predict of the items taken off; items without error are met exactly. Rows
with missing values use what they have. With ordinal items the scores are posterior modes (empirical
Bayes) or, for Bartlett, modes of the likelihood with a prior precision of 1e-5 as in lavaan, which
keeps rows finite that answered every item at one end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from .data import numeric_columns
from .errors import ModelError
from .estimate import Estimate
from .frames import pd
from .model import Array, Block, Index, Moments

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


def patterns_of(raw: Array) -> tuple[Array, Index, Index]:
    """Which variables are there in each pattern (patterns, variables), the rows pattern after
    pattern, and where each begins (and the last ends)."""
    n, p = raw.shape
    every = np.arange(n)
    if n and np.isfinite(raw.sum()):  # then each of them is
        return np.ones((1, p), dtype=bool), every, np.array([0, n])
    seen = ~np.isnan(raw)
    _, first, inverse = np.unique(
        np.packbits(seen, axis=1), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(inverse.ravel(), kind="stable")
    return seen[first], order, np.searchsorted(inverse.ravel()[order], np.arange(len(first) + 1))


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
    columns = names + [f"{name}_se" for name in names] if se else names
    parts = []
    for g, (raw, _) in enumerate(found):
        if "statistics" in estimate.extra:
            parts.append(np.concatenate(_ordinal_scores(estimate, g, method, raw), axis=1))
        else:
            parts.append(_linear_scores(estimate, g, method, raw, se))
    if len(found) == 1:
        return pd.DataFrame(parts[0][:, : len(columns)], index=index, columns=columns, copy=False)
    values = np.empty((len(index), len(columns)))
    labels = np.empty(len(index), dtype=object)
    for (_, at), part, label in zip(found, parts, estimate.sample.labels, strict=True):
        values[at], labels[at] = part[:, : len(columns)], label
    frame = pd.DataFrame(values, index=index, columns=columns)
    frame.insert(0, "group", labels.tolist())
    return frame


def _linear_scores(estimate: Estimate, g: int, method: str, raw: Array, se: bool) -> Array:
    """Scores of continuous variables, and where asked for their errors beside them."""
    mu, location = _locations(estimate, g)
    seen, order, ends = patterns_of(raw)
    weights = score_weights(estimate, g, method, seen)
    constant = location - np.einsum("p,kpf->kf", mu, weights)
    if se:
        errors = np.sqrt(score_errors(estimate, g, weights))
    if len(seen) == 1 and seen.all():
        values: Array = raw @ weights[0]
        values += constant[0]
        if not se:
            return values
        return np.concatenate([values, np.broadcast_to(errors, values.shape)], axis=1)
    filled = np.where(np.isnan(raw), 0.0, raw)[order]
    size = weights.shape[2]
    out = np.empty((len(raw), size * (1 + se)))
    for k in range(len(seen)):
        part = slice(ends[k], ends[k + 1])
        out[part, :size] = filled[part] @ weights[k] + constant[k]
        if se:
            out[part, size:] = errors[k]
    back = np.empty_like(out)
    back[order] = out
    return back


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


def score_weights(estimate: Estimate, g: int, method: str, seen: Array) -> Array:
    r"""What observed variables are multiplied by, (patterns, variables, factors), zero where a
    pattern does not have them.

    Of regression scores, with :math:`P = \Sigma^{-1}` and all variables' weights :math:`B = PC`,
    those that are there have :math:`B_o - P_{oh}P_{hh}^{-1}B_h`.
    """
    m, block = estimate.moments[g], estimate.model.blocks[g]
    p = block.observed
    if method == "bartlett":
        latent = np.arange(p, block.size)
        loading, theta = m.directed[:p, p:], m.symmetric[:p, :p]
        plain = not m.directed[:p, :p].any() and np.linalg.eigvalsh(theta)[0] > 0
        if plain and (seen.astype(float) @ (loading != 0) > 0).all():
            through = regression_weights(theta, loading, seen)
            inner = np.einsum("pf,kpg->kfg", loading, through)
            if np.linalg.cond(inner).max() < 1e12:
                whole: Array = through @ np.linalg.inv(inner)
                return whole
        out = np.zeros((len(seen), p, len(latent)))
        for k, there in enumerate(seen):
            o = np.flatnonzero(there)
            out[k, o] = _bartlett(m.directed, m.symmetric, o, latent)
            unknown = np.isnan(out[k, o]).any(axis=0) | (not len(o))
            out[k, ~there] = np.where(unknown, np.nan, 0.0)
        return out
    return regression_weights(m.sigma, m.covariance[:p, p:], seen)


def regression_weights(sigma: Array, across: Array, seen: Array) -> Array:
    """Weights of the variables that each pattern has, for what covaries ``across`` with all."""
    precision = np.linalg.inv(sigma)
    whole = precision @ across
    out = np.repeat(whole[None], len(seen), axis=0)
    missing = (~seen).sum(axis=1)
    for count in np.unique(missing[missing > 0]):
        which = np.flatnonzero(missing == count)
        hidden = np.nonzero(~seen[which])[1].reshape(len(which), count)
        inner = precision[hidden[:, :, None], hidden[:, None, :]]
        solved = np.linalg.solve(inner, whole[hidden])
        out[which] -= np.swapaxes(precision[hidden], 1, 2) @ solved
        out[which[:, None], hidden] = 0.0
    return out


def score_errors(estimate: Estimate, g: int, weights: Array) -> Array:
    r"""Variances of :math:`\hat\eta - \eta`, (patterns, factors), for weights :math:`A`: the
    diagonal of :math:`A'\Sigma A - A'C - C'A + V` with :math:`C = \mathrm{cov}(y, \eta)`; NaN where
    it is negative."""
    m, p = estimate.moments[g], estimate.model.blocks[g].observed
    scale = np.diag(m.covariance)[p:]
    inner = m.sigma @ weights - 2 * m.covariance[:p, p:]
    found = np.einsum("kpf,kpf->kf", weights, inner) + scale
    found = np.where(np.abs(found) < 1e-10 * scale, 0.0, found)
    out: Array = np.where(found < 0, np.nan, found)
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
        weights = score_weights(estimate, g, method, np.ones((1, p), dtype=bool))
        a = weights[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.diag(a.T @ m.sigma @ a) * np.diag(m.covariance)[p:]
            r = np.diag(a.T @ m.covariance[:p, p:]) / np.sqrt(np.where(spread > 0, spread, np.nan))
        error = np.sqrt(score_errors(estimate, g, weights)[0])
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
    values = np.empty((len(index), len(y)))
    for g, (raw, at) in enumerate(found):
        m = estimate.moments[g]
        mu = m.mu if estimate.means else estimate.sample.groups[g].mean
        seen, order, ends = patterns_of(raw)
        within = m.sigma[np.ix_(at_x, at_x)] + ridge * np.eye(len(x))
        weights = regression_weights(within, m.sigma[np.ix_(at_x, at_y)], seen)
        d = np.where(np.isnan(raw), 0.0, raw - mu[at_x])
        for k in range(len(seen)):
            part = order[ends[k] : ends[k + 1]]
            values[at[part]] = d[part] @ weights[k] + mu[at_y]
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
    """Weights of the observed variables, (observed, latent); NaN where nothing measures a factor.

    What observed variables predict of the items is taken off. Least squares by ``Theta^{-1}`` under
    the condition that items without error are met: the limit of Bartlett's weights as their
    residual variances go to zero.
    """
    out = np.full((len(o), len(latent)), np.nan)
    # an item that an unobserved variable predicts has no known part that is the factor's
    missing = np.setdiff1d(np.arange(len(directed) - len(latent)), o)
    usable = ~directed[np.ix_(o, missing)].any(axis=1)
    loading = directed[np.ix_(o, latent)] * usable[:, None]
    theta = symmetric[np.ix_(o, o)]
    exact = ~theta.any(axis=1) & loading.any(axis=1)
    rest = usable & ~exact
    measured = np.flatnonzero(loading.any(axis=0))
    a, b = loading[rest][:, measured], loading[exact][:, measured]
    size = len(measured)
    try:
        wa = np.linalg.solve(theta[np.ix_(rest, rest)], a)
        left = np.block([[a.T @ wa, b.T], [b, np.zeros((len(b), len(b)))]])
        right = np.zeros((len(left), len(o)))
        right[:size, rest] = wa.T
        right[size:, exact] = np.eye(len(b))
        out[:, measured] = np.linalg.solve(left, right)[:size].T
    except np.linalg.LinAlgError:
        pass
    weights: Array = (np.eye(len(o)) - directed[np.ix_(o, o)].T) @ out
    return weights


def reliability(estimate: Estimate, total: bool = False) -> pd.DataFrame:
    r"""Composite reliability and average variance extracted of every factor and group.

    Of the sum of a factor's items, :math:`(\sum\lambda)^2\phi` over a variance of that sum;
    residual covariances count as error.

    ``omega``
        over the implied variance, :math:`(\sum\lambda)^2\phi + \sum\sum\theta` without
        cross-loadings (Raykov 2001; Bollen 1980).
    ``omega_observed``
        over the observed variance (McDonald 1999), semTools' default.
    ``omega_answers``
        ordinal items alone: of the sum of the answers 0, 1, 2, …, over its observed variance (Green
        & Yang 2009); ``omega`` and ``omega_observed`` are then of the latent responses.
    ``omega_second``, ``omega_partial``
        second-order factors alone, whose ``omega`` is the share of the variance of the sum of all
        items: their share of the first-order factors' sum, and of the items' sum without what is
        the first-order factors' own (semTools' ``reliabilityL2``).
    ``ave``
        mean of the squared standardized loadings: each item's explained variance over its implied
        one (Fornell & Larcker 1981).
    ``ave_unstandardized``
        explained variance of all items over explained and residual variance, in the items' units.
    ``scale``
        what ``omega`` and ``ave`` are of: ``"answers"`` or ``"latent responses"``.
    ``unturned``
        items that load against most others of their factor, which make the sum less reliable than
        it can be: turn them first.

    ``items`` counts items, of second-order factors first-order factors. With ``total`` a row
    ``"total"`` for the sum of all items of all factors. Shape (factors times groups, 12).
    """
    records = []
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        p = block.observed
        _, cov = estimate.sample_moments[g]
        ordinal = "statistics" in estimate.extra
        if ordinal:  # correlations, in the scale of the latent responses
            scale = estimate.discrepancy.scales(block, estimate.x)
            cov = cov / np.outer(scale, scale)
        measured = np.flatnonzero((m.directed[:p, p:] != 0).any(axis=1))
        for f in [*range(p, block.size), *([None] if total and len(measured) else [])]:
            record = dict.fromkeys(RELIABILITY, np.nan) | {"group": g + 1, "unturned": ""}
            if f is None:
                items, parts = measured, m.directed[measured, p:]
                explained = parts @ m.covariance[p:, p:] @ parts.T
                record |= {"factor": "total", "items": len(items)}
            elif not (m.directed[:p, f] != 0).any():
                record |= _second_order(block, m, f)
                if not record["items"]:
                    continue
                items = measured[(m.effects[measured, f] != 0)]
                explained = np.outer(*[m.effects[items, f]] * 2) * m.symmetric[f, f]
            else:
                items = np.flatnonzero(m.directed[:p, f] != 0)
                loading, phi = m.directed[items, f], m.covariance[f, f]
                explained = np.outer(loading, loading) * phi
                theta = float(np.diag(m.symmetric)[items].sum())
                common = float(np.trace(explained))
                side = np.sign(loading) * (1 if (loading > 0).sum() * 2 >= len(items) else -1)
                record |= {
                    "factor": block.names[f],
                    "items": len(items),
                    "ave": float(np.mean(np.diag(explained) / np.diag(m.covariance)[items])),
                    "ave_unstandardized": common / (common + theta),
                    "unturned": ", ".join(block.names[k] for k in items[side < 0]),
                }
            at = np.ix_(items, items)
            record["omega"] = float(explained.sum() / m.sigma[at].sum())
            record["omega_observed"] = float(explained.sum() / cov[at].sum())
            continuous = np.setdiff1d(items, block.ordinal)
            record["scale"] = "latent responses" if len(continuous) < len(items) else "answers"
            if ordinal and not len(continuous) and not len(block.exogenous):
                unit = 1 / np.sqrt(np.diag(m.sigma)[items])
                record["omega_answers"] = _answers(
                    [estimate.discrepancy.statistics[g].thresholds[k] for k in items],
                    explained * np.outer(unit, unit),
                    estimate.sample_moments[g][1][at],
                )
            records.append(record)
    return pd.DataFrame.from_records(records, columns=RELIABILITY)


RELIABILITY = (
    "factor",
    "group",
    "items",
    "omega",
    "omega_observed",
    "ave",
    "ave_unstandardized",
    "omega_answers",
    "omega_second",
    "omega_partial",
    "scale",
    "unturned",
)


def _second_order(block: Block, m: Moments, f: int) -> dict[str, Any]:
    """What a factor that factors measure has of its own columns."""
    p = block.observed
    first = np.flatnonzero(m.directed[p:, f] != 0) + p
    first = first[(m.directed[:p, first] != 0).any(axis=0)]
    own = float(m.symmetric[f, f])
    shared = float(m.directed[first, f].sum()) ** 2 * own
    items = np.flatnonzero(m.effects[:p, f] != 0)
    common = float(m.effects[items, f].sum()) ** 2 * own
    rest = m.symmetric[np.ix_(first, first)].sum()
    with np.errstate(all="ignore"):
        return {
            "factor": block.names[f],
            "items": len(first),
            "omega_second": shared / (shared + rest),
            "omega_partial": common / (common + m.symmetric[np.ix_(items, items)].sum()),
        }


def _answers(cuts: list[Array], explained: Array, correlation: Array) -> float:
    r"""Reliability of the sum of ordinal answers (Green & Yang 2009, equation 21).

    Covariances of answers are :math:`\sum_c\sum_{c'}\Phi_2(\tau_c, \tau_{c'}; \rho) -
    \Phi(\tau_c)\Phi(\tau_{c'})`, with what the factor explains of the latent responses as
    :math:`\rho` above and their correlations below.
    """
    from .polychoric import bivariate_normal_cdf

    above = below = 0.0
    for i, a in enumerate(cuts):
        for j, b in enumerate(cuts):
            base = float(special.ndtr(a).sum() * special.ndtr(b).sum())
            first, second = np.broadcast_arrays(a[:, None], b[None, :])
            above += float(np.sum(bivariate_normal_cdf(first, second, explained[i, j]))) - base
            if i == j:
                joint = special.ndtr(np.minimum(first, second))
            else:
                joint = bivariate_normal_cdf(first, second, correlation[i, j])
            below += float(np.sum(joint)) - base
    return above / below
