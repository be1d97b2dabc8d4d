"""CUB against a direct maximum of its likelihood; the package's figures are in test_published."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import binom

from loyalty.stats import CannotCompute
from loyalty.stats.cub import cub


@pytest.mark.parametrize(("pi", "xi", "points"), [(0.7, 0.2, 7), (0.3, 0.8, 5), (0.9, 0.5, 10)])
def test_the_likelihood_is_at_its_maximum(pi: float, xi: float, points: int) -> None:
    rng = np.random.default_rng(points)
    feeling = 1 + rng.binomial(points - 1, 1 - xi, 4000)
    uniform = rng.integers(1, points + 1, 4000)
    answers = pd.Series(np.where(rng.random(4000) < pi, feeling, uniform), dtype=float)
    answers[:5] = np.nan
    found = cub(answers, points)
    given = answers.dropna().to_numpy()

    def minus(p: np.ndarray) -> float:
        shares = p[0] * binom.pmf(given - 1, points - 1, 1 - p[1]) + (1 - p[0]) / points
        return -float(np.log(shares).sum())

    best = minimize(minus, [0.5, 0.5], bounds=[(1e-6, 1 - 1e-6)] * 2, tol=1e-12)
    assert (found.pi, found.xi) == pytest.approx(best.x, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-best.fun, abs=1e-6)
    assert (found.pi, found.xi) == pytest.approx((pi, xi), abs=0.04)
    assert found.n == 3995


def test_what_cannot_be_answered() -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        cub(pd.Series([1.0, 6.0]), 5)
    with pytest.raises(CannotCompute):
        cub(pd.Series([np.nan]), 5)
