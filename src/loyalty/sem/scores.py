r"""Factor scores and the reliability of factors.

Regression scores (Thurstone 1935): :math:`\hat\eta = \alpha + V_{\eta y}\Sigma^{-1}(y-\mu)`;
Bartlett scores (1937): :math:`(\Lambda'\Theta^{-1}\Lambda)^{-1}\Lambda'\Theta^{-1}(y-\nu)`. Rows
with missing values use what they have.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .errors import ModelError
from .estimate import Estimate
from .model import Array


def factor_scores(estimate: Estimate, method: str = "regression") -> pd.DataFrame:
    """Scores of every latent variable for every row that was used, by the data's index."""
    if method not in ("regression", "bartlett"):
        raise ModelError(f"factor scores: unknown method {method!r}; use regression or bartlett")
    parts = []
    for g, (block, m, sample) in enumerate(
        zip(estimate.model.blocks, estimate.moments, estimate.sample.groups, strict=True)
    ):
        if sample.raw is None or sample.rows is None:
            raise ModelError("factor scores need raw data, not covariances")
        p = block.observed
        latent = np.arange(p, block.size)
        values = np.full((sample.n, len(latent)), np.nan)
        patterns = [(k.observed, k.rows) for k in sample.patterns] or [
            (np.arange(p), np.arange(sample.n))
        ]
        mu = m.mu if estimate.means else sample.mean
        for o, rows in patterns:
            d = sample.raw[np.ix_(rows, o)] - mu[o]
            if method == "regression":
                weights = np.linalg.solve(m.sigma[np.ix_(o, o)], m.covariance[np.ix_(o, latent)])
            else:
                weights = _bartlett(m.directed, m.symmetric, o, latent)
            values[rows] = d @ weights + m.mean[latent]
        names = list(block.names[p:])
        frame = pd.DataFrame(values, columns=names)
        frame.insert(0, "_row", sample.rows)
        if len(estimate.model.blocks) > 1:
            frame.insert(1, "group", [estimate.sample.labels[g]] * len(frame))
        parts.append(frame)
    out = pd.concat(parts).sort_values("_row", kind="stable")
    out.index = estimate.sample.index[out["_row"].to_numpy()]
    return out.drop(columns="_row")


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

    ``omega`` is :math:`(\sum\lambda)^2\phi / \{(\sum\lambda)^2\phi + \sum\sum\theta\}`
    (Raykov 2001; Bollen 1980), ``omega_observed`` has the observed variance of the sum below
    (McDonald 1999), ``ave`` is the mean squared standardized loading (Fornell & Larcker 1981),
    ``ave_unstandardized`` is :math:`\phi\sum\lambda^2 / (\phi\sum\lambda^2 + \sum\theta)`.
    """
    records = []
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        p = block.observed
        _, cov = estimate.sample_moments[g]
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
                    "omega": true / (true + float(theta.sum())),
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
