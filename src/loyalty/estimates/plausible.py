"""Plausible values: what the constructs of each respondent may be, given the answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import semfit
from semfit.scores import patterns_of, score_weights

from loyalty.stats.roots import symmetric_root


def plausible_values(result: semfit.Result, draws: int, seed: int) -> list[pd.DataFrame]:
    """Draws of the latent variables from their distribution given each row's answers.

    Normal with the regression scores as means and the covariance that the answers leave,
    ``V − C'Σ⁻¹C``, of the answers that the row has. Over rows they vary and correlate as the
    latent variables do, which scores do not. The model's parameters are taken as known.

    Parameters
    ----------
    result : Result
        Of one group, fitted to rows.

    Returns
    -------
    list of DataFrame
        `draws` of them, (rows, latent variables).

    Source: Mislevy (1991), Psychometrika 56, 177-196.
    """
    means = result.factor_scores()
    estimate = result.estimate
    p = estimate.model.blocks[0].observed
    moments = estimate.moments[0]
    across, within = moments.covariance[:p, p:], moments.covariance[p:, p:]
    raw = estimate.sample.groups[0].raw
    assert raw is not None
    seen, order, ends = patterns_of(raw)
    weights = score_weights(estimate, 0, "regression", seen)
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((draws, *means.shape))
    for k in range(len(seen)):
        rows = order[ends[k] : ends[k + 1]]
        noise[:, rows] = noise[:, rows] @ symmetric_root(within - weights[k].T @ across)
    drawn = means.to_numpy() + noise
    return [pd.DataFrame(one, index=means.index, columns=means.columns) for one in drawn]
