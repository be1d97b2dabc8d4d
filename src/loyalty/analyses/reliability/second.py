"""A second opinion: the same factor solution by factor_analyzer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.ground.reasons import CannotCompute
from loyalty.stats import efa


@dataclass(frozen=True)
class SecondOpinion:
    """What factor_analyzer finds beside what :mod:`loyalty.stats.efa` finds, of the same rows.

    `ours`, `loadings`: (p, k) patterns; factor_analyzer's factors stand in our order and direction.
    `difference`: the largest between the two. `n`: complete rows. `kmo`, `bartlett`: our overall
    measure of sampling adequacy and chi-square, `other_…` factor_analyzer's; `kmo_difference`: the
    largest over items and all, `bartlett_difference`.
    """

    n: int
    ours: pd.DataFrame
    loadings: pd.DataFrame
    difference: float
    kmo: float
    other_kmo: float
    kmo_difference: float
    bartlett: float
    other_bartlett: float
    bartlett_difference: float


def second_opinion(
    items: pd.DataFrame,
    n_factors: int,
    *,
    method: efa.Method = "minres",
    rotation: efa.Rotation = "oblimin",
) -> SecondOpinion:
    """Extract and rotate by both programs; factor_analyzer gets the answers themselves.

    Its extraction stops early, about 1e-5 from the optimum. Only its pattern is used: after an
    oblique rotation its factor correlations are in another order, and its communalities ignore
    them.

    Parameters
    ----------
    items : respondents × items; incomplete rows are left out of both

    Raises
    ------
    CannotCompute
        factor_analyzer is not installed; as :func:`loyalty.stats.efa.efa`.
    """
    try:
        from factor_analyzer import FactorAnalyzer, calculate_bartlett_sphericity, calculate_kmo
    except ModuleNotFoundError:
        raise CannotCompute("second_opinion_absent", package="factor-analyzer") from None
    complete = items.dropna().astype(float)
    solution = efa.efa(complete, n_factors, method=method, rotation=rotation)
    other = FactorAnalyzer(
        n_factors=n_factors,
        rotation=None if solution.rotation == "none" else rotation,
        method=method,
        # by default its varimax is off in the third digit; its oblimin's gradient, which is what
        # the tolerance is of, does not get below about 1e-7
        rotation_kwargs={"max_iter": 5000, "tol": 1e-6 if rotation == "oblimin" else 1e-13},
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        other.fit(complete)
        each, overall = calculate_kmo(complete)
        chi2, _ = calculate_bartlett_sphericity(complete)
    theirs = pd.DataFrame(other.loadings_, index=solution.loadings.index)
    match = efa.match_factors(theirs, solution.loadings)
    aligned = theirs[match["factor"]].set_axis(match.index, axis=1)
    aligned = aligned * np.sign(match["congruence"])
    corr = efa.pearson(complete)
    own, sphericity = efa.kmo(corr), efa.bartlett_sphericity(corr, len(complete))
    return SecondOpinion(
        n=len(complete),
        ours=solution.loadings,
        loadings=aligned,
        difference=float((aligned - solution.loadings).abs().to_numpy().max()),
        kmo=own.overall,
        other_kmo=float(overall),
        kmo_difference=float(np.abs([*(own.items - each), own.overall - overall]).max()),
        bartlett=sphericity.chi2,
        other_bartlett=float(chi2),
        bartlett_difference=abs(float(chi2) - sphericity.chi2),
    )
