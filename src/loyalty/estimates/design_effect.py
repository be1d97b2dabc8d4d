"""How much wider intervals are where the clusters of each group are too few to be resampled.

Three firms of an industry say little of how much firms differ. But if they differ about as much in
every industry, all firms together say more: the design effect, the variance with clusters over
that with respondents as the independent units, is taken of all groups together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import semfit
from scipy.stats import norm, t

from loyalty.estimates.latent import FloatArray, Latent, latent


@dataclass(frozen=True)
class Alike:
    """Models by group with cluster-robust errors, of groups with two clusters or more.

    `df` is the number of their clusters less that of the groups.
    """

    models: Mapping[str, semfit.Result]
    df: int

    def wider(
        self, plain: Mapping[str, semfit.Result], of: Callable[[Latent], FloatArray]
    ) -> FloatArray:
        """By how much intervals of respondents are to be widened, (k,), each at least 1.

        The root of the design effect, times what Student's t with `df` is wider than the normal.
        The design effect is the sum over groups of variances of `of` with clusters as the
        independent units over that with respondents; below one it is taken for one.

        Args:
            plain: the same models with robust errors of independent respondents.
            of: (…, k) numbers of what a model implies of the latent variables.

        Source: Kish (1965), Survey Sampling, 8.2; Skinner (1989), in: Skinner, Holt & Smith,
        Analysis of Complex Surveys, 23-58 (pooled design effects); the degrees of freedom are
        those of a variance pooled over strata (Korn & Graubard 1999, Analysis of Health Surveys,
        5.2).
        """
        both = [
            np.sum([_variances(models[k], of) for k in self.models], axis=0)
            for models in (self.models, plain)
        ]
        effect = np.maximum(both[0] / both[1], 1.0)
        found: FloatArray = np.sqrt(effect) * t.ppf(0.975, self.df) / norm.ppf(0.975)
        return found


def alike(
    rows: Mapping[str, pd.DataFrame], cluster: str, refit: Callable[[pd.DataFrame], semfit.Result]
) -> Alike | None:
    """Models of the groups' `rows` with two clusters or more; None where there is none.

    Args:
        refit: fits the model to the rows of one group, with cluster-robust errors.
    """
    known = {k: own[own[cluster].notna()] for k, own in rows.items()}
    counts = {k: int(own[cluster].nunique()) for k, own in known.items()}
    models = {k: refit(known[k]) for k, n in counts.items() if n > 1}
    if not models:
        return None
    return Alike(models, sum(counts[k] - 1 for k in models))


def _variances(model: semfit.Result, of: Callable[[Latent], FloatArray]) -> FloatArray:
    """Of each number, by the delta method with central differences."""
    estimate, covariance = model.estimate, model.vcov.to_numpy(float)
    step = 1e-5 * np.maximum(np.abs(estimate.x), 1.0)
    ends = [of(latent(estimate, estimate.x + sign * np.diag(step))) for sign in (1.0, -1.0)]
    slopes = (ends[0] - ends[1]) / (2 * step[:, None])
    found: FloatArray = np.einsum("qk,qr,rk->k", slopes, covariance, slopes)
    return found


def widened(
    limits: tuple[FloatArray, FloatArray], point: FloatArray, wider: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """Limits `wider` times as far from the point (from themselves where it lies beyond them)."""
    lower, upper = limits
    more = wider - 1.0
    return (
        lower - more * np.maximum(point - lower, 0.0),
        upper + more * np.maximum(upper - point, 0.0),
    )
