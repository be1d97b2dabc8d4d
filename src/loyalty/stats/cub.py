"""One rating item as a mixture of feeling and uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import comb

from loyalty.stats._common import CannotCompute, Result

_TOLERANCE = 1e-12
_MAX_ITERATIONS = 10_000


@dataclass(frozen=True)
class CUB(Result):
    """Maximum likelihood estimates; `pi` of the answers follow feeling, the rest is uniform.

    Attributes:
        pi, xi: 0-1; the higher `xi`, the more answers at the lower end.
        log_likelihood: at them.
        n: answers.
    """

    pi: float
    xi: float
    log_likelihood: float
    n: int


def cub(answers: pd.Series, points: int) -> CUB:
    """P(r) = pi C(m - 1, r - 1) xi^(m - r) (1 - xi)^(r - 1) + (1 - pi) / m, by the EM algorithm.

    Args:
        answers: (n,) of 1 to `points`; missing ones are left out.
        points: m, of the scale.

    Raises:
        CannotCompute: no answer, or no convergence.
        ValueError: an answer that is not one of the points.

    Source: D'Elia & Piccolo (2005), Computational Statistics & Data Analysis 49, 917-934.
    """
    given = answers.dropna()
    r = np.arange(1, points + 1)
    if not given.isin(r).all():
        raise ValueError(f"answers of 1 to {points} are expected")
    counts = given.value_counts().reindex(r, fill_value=0).to_numpy(dtype=float)
    n = counts.sum()
    if not n:
        raise CannotCompute("no_complete_row")
    ways = comb(points - 1, r - 1)
    pi, xi = 0.5, (points - float(counts @ r) / n) / (points - 1)
    for _ in range(_MAX_ITERATIONS):
        feeling = pi * ways * xi ** (points - r) * (1.0 - xi) ** (r - 1)
        p = feeling + (1.0 - pi) / points
        share = counts * feeling / p
        before = pi, xi
        pi = float(share.sum() / n)
        xi = float((points - share @ r / share.sum()) / (points - 1))
        if abs(pi - before[0]) + abs(xi - before[1]) < _TOLERANCE:
            return CUB(pi, xi, float(counts @ np.log(p)), int(n))
    raise CannotCompute("em_not_converged", steps=_MAX_ITERATIONS)
