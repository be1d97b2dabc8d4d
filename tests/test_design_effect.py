"""Intervals of groups whose clusters are too few to be resampled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import norm, t

from loyalty.estimates.design_effect import Alike, alike, widened
from loyalty.estimates.latent import FloatArray, Latent

DATA = Path(__file__).parents[1] / "packages" / "semfit" / "tests" / "golden" / "data"
MODEL = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
PAIRS = [("visual", "textual"), ("visual", "speed"), ("textual", "speed")]


@pytest.fixture(scope="module")
def levels() -> dict[str, pd.DataFrame]:
    """Two schools, each with three clusters of children who are alike in two of the abilities."""
    data = pd.read_csv(DATA / "hs.csv")
    score = data[["x1", "x2", "x4", "x5"]].sum(axis=1).add(np.arange(len(data)) % 7)
    data["cl"] = pd.qcut(score, 3, labels=["a", "b", "c"]).astype(str) + data["school"]
    data["by_chance"] = np.arange(len(data)) % 3
    return dict(iter(data.groupby("school")))


def correlations(one: Latent) -> FloatArray:
    return np.stack([one.among(list(pair))[..., 0, 1] for pair in PAIRS], axis=-1)


@pytest.mark.parametrize("cluster", ["cl", "by_chance"])
def test_the_design_effect_is_that_of_the_standardized_solutions(
    levels: dict[str, pd.DataFrame], cluster: str
) -> None:
    """Semfit's own delta-method errors of the correlations, with clusters and without."""
    plain = {k: semfit.fit(MODEL, own, estimator="MLR") for k, own in levels.items()}
    few = alike(
        levels, cluster, lambda own: semfit.fit(MODEL, own, estimator="MLR", cluster=cluster)
    )
    assert isinstance(few, Alike) and few.df == 4  # 2 × (3 - 1)
    squares = []
    for models in (few.models, plain):
        tables = [m.standardized().set_index(["lhs", "op", "rhs"])["se"] for m in models.values()]
        squares.append([sum(one[a, "~~", b] ** 2 for one in tables) for a, b in PAIRS])
    effect = np.array(squares[0]) / np.array(squares[1])
    if cluster == "cl":
        assert effect.max() > 2
    else:
        assert effect.min() < 1  # which is taken for one
    expected = np.sqrt(np.maximum(effect, 1)) * t.ppf(0.975, 4) / norm.ppf(0.975)
    assert few.wider(plain, correlations) == pytest.approx(expected, rel=1e-4)


def test_a_group_with_one_cluster_tells_nothing_of_clusters(
    levels: dict[str, pd.DataFrame],
) -> None:
    def refit(own: pd.DataFrame) -> semfit.Result:
        return semfit.fit(MODEL, own, estimator="MLR", cluster="cl")

    first, second = levels
    alone = {first: levels[first].assign(cl="a"), second: levels[second]}
    found = alike(alone, "cl", refit)
    assert found is not None and (list(found.models), found.df) == ([second], 2)
    assert alike({first: alone[first]}, "cl", refit) is None


def test_limits_move_away_from_the_point_and_never_towards_it() -> None:
    lower, upper = widened((np.array([1.0, 3.0]), np.array([4.0, 5.0])), np.array([2.0, 2.0]), 1.5)
    assert lower.tolist() == [0.5, 3.0]  # the second point lies below its interval
    assert upper.tolist() == [5.0, 6.5]
