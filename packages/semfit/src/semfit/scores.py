r"""Factor scores and the reliability of factors.

Regression scores (Thurstone 1935): :math:`\hat\eta = \alpha + V_{\eta y}\Sigma^{-1}(y-\mu)`;
Bartlett scores (1937): :math:`(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}(y-\nu)`. Rows
with missing values use what they have. With ordinal items the scores are posterior modes (empirical
Bayes) or, for Bartlett, modes of the likelihood with a prior precision of 1e-5 as in lavaan, which
keeps rows finite that answered every item at one end.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from .errors import ModelError
from .estimate import Estimate
from .model import Array


def factor_scores(estimate: Estimate, method: str = "regression") -> pd.DataFrame:
    """Scores of every latent variable for every row that was used, by the data's index."""
    if method not in ("regression", "bartlett"):
        raise ModelError("unknown_scores", method=method)
    parts = []
    for g, (block, m, sample) in enumerate(
        zip(estimate.model.blocks, estimate.moments, estimate.sample.groups, strict=True)
    ):
        if sample.raw is None or sample.rows is None:
            raise ModelError("scores_covariances")
        p = block.observed
        latent = np.arange(p, block.size)
        values = np.full((sample.n, len(latent)), np.nan)
        if "statistics" in estimate.extra:
            values = _ordinal_scores(estimate, g, method)
            parts.append(_frame(estimate, g, values))
            continue
        patterns = [(k.observed, k.rows) for k in sample.patterns] or [
            (np.arange(p), np.arange(sample.n))
        ]
        mu, location = m.mu, m.mean[latent]
        if not estimate.means:  # intercepts of latent variables are zero, observed means the data's
            mu = sample.mean
            inner = np.eye(len(latent)) - m.directed[np.ix_(latent, latent)]
            location = np.linalg.solve(inner, m.directed[latent, :p] @ mu)
        for o, rows in patterns:
            d = sample.raw[np.ix_(rows, o)] - mu[o]
            if method == "regression":
                weights = np.linalg.solve(m.sigma[np.ix_(o, o)], m.covariance[np.ix_(o, latent)])
            else:
                weights = _bartlett(m.directed, m.symmetric, o, latent)
            values[rows] = d @ weights + location
        parts.append(_frame(estimate, g, values))
    out = pd.concat(parts).sort_values("_row", kind="stable")
    out.index = estimate.sample.index[out["_row"].to_numpy()]
    return out.drop(columns="_row")


def _frame(estimate: Estimate, g: int, values: Array) -> pd.DataFrame:
    block = estimate.model.blocks[g]
    frame = pd.DataFrame(values, columns=list(block.names[block.observed :]))
    frame.insert(0, "_row", estimate.sample.groups[g].rows)
    if len(estimate.model.blocks) > 1:
        frame.insert(1, "group", [estimate.sample.labels[g]] * len(frame))
    return frame


def _ordinal_scores(estimate: Estimate, g: int, method: str) -> Array:
    r"""Modes of :math:`\sum_j \log P(y_j|\eta) - \tfrac12(\eta-\alpha)'V^{-1}(\eta-\alpha)`.

    :math:`P(y_j = k|\eta) = \Phi\{(\tau_{k+1} - \nu - \lambda'\eta)/\sqrt\theta\} -
    \Phi\{(\tau_k - \nu - \lambda'\eta)/\sqrt\theta\}`, normal densities for continuous items. The
    sum is concave: Newton steps with halving, all distinct rows side by side. Fixed predictors move
    the prior's mean and, where they predict an item, its limits.
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
    raw, where = np.unique(np.asarray(estimate.sample.groups[g].raw), axis=0, return_inverse=True)
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
            code = np.searchsorted(np.unique(raw[:, k]), raw[:, k])
            low[:, at], high[:, at] = ends[code], ends[code + 1]
        else:
            low[:, at] = high[:, at] = raw[:, k]
    low, high = (low - nu) / sd, (high - nu) / sd
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
        logp = np.where(ordinal, logp, -0.5 * a * a)
        slope, bend = np.where(ordinal, slope, a), np.where(ordinal, bend, 1.0)
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
    out: Array = eta[where.ravel()]
    return out


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
