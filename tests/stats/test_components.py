"""Crossed variance components against lme4 1.1-31, and shares of clusters against statsmodels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats as dist
from scipy.optimize import minimize_scalar

from loyalty.stats import CannotCompute
from loyalty.stats.components import crossed_components
from loyalty.stats.impact import share, share_of_clusters

#: 72 ratings of 40 people (p) in 5 channels (c) at 3 touchpoints (t).
ROWS = pd.read_csv(Path(__file__).parent / "golden" / "crossed_ratings.csv")
#: m <- lmer(y ~ 0 + t + (1|p) + (1|c), REML = TRUE): VarCorr(m), REMLcrit(m).
PEOPLE, CROSSED, REST, CRITERION = 88.1533987574, 21.7707020051, 54.9672786081, 537.57127933
SHARE = 0.13203057


def test_components_are_those_of_lme4() -> None:
    found = crossed_components(ROWS["y"], ROWS["p"], ROWS["c"], ROWS["t"])
    assert found.criterion == pytest.approx(CRITERION, abs=1e-7)
    assert [found.people, found.crossed, found.rest] == pytest.approx(
        [PEOPLE, CROSSED, REST], rel=2e-5
    )
    assert found.share == pytest.approx(SHARE, abs=2e-6)
    assert (found.n, found.levels, found.persons) == (72, 5, 40)


def test_the_likelihood_is_that_of_the_whole_matrix() -> None:
    """The sums of products give what the n × n covariance matrix gives."""
    found = crossed_components(ROWS["y"], ROWS["p"], ROWS["c"], ROWS["t"])
    zp, zc, x = (pd.get_dummies(ROWS[c], dtype=float).to_numpy() for c in ("p", "c", "t"))
    v = found.people * zp @ zp.T + found.crossed * zc @ zc.T + found.rest * np.eye(len(ROWS))
    inverse = np.linalg.inv(v)
    inner, y = x.T @ inverse @ x, ROWS["y"].to_numpy()
    left = y - x @ np.linalg.solve(inner, x.T @ inverse @ y)
    whole = np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1] + left @ inverse @ left
    whole += (len(y) - x.shape[1]) * np.log(2 * np.pi)
    assert found.criterion == pytest.approx(whole, abs=1e-6)


def test_the_bounds_are_where_the_f_ratio_of_the_channels_is_at_its_quantiles() -> None:
    """By whole matrices: what channels as fixed effects take from the residual sum of squares."""
    found = crossed_components(ROWS["y"], ROWS["p"], ROWS["c"], ROWS["t"])
    zp, zc, x = (pd.get_dummies(ROWS[c], dtype=float).to_numpy() for c in ("p", "c", "t"))
    y, n = ROWS["y"].to_numpy(), len(ROWS)
    both = np.column_stack([x, zc[:, 1:]])

    def residual(v: np.ndarray, design: np.ndarray) -> tuple[float, float]:
        """The generalized least squares' sum of squares, and log determinants."""
        inverse = np.linalg.inv(v)
        inner = design.T @ inverse @ design
        left = y - design @ np.linalg.solve(inner, design.T @ inverse @ y)
        return left @ inverse @ left, np.linalg.slogdet(v)[1] + np.linalg.slogdet(inner)[1]

    for bound, chance in ((found.ci_lower, 0.025), (found.ci_upper, 0.975)):

        def whole(root: float, share: float = bound) -> np.ndarray:
            ratio = share * (1 + root**2) / (1 - share)
            return np.eye(n) + root**2 * zp @ zp.T + ratio * zc @ zc.T

        def criterion(root: float) -> float:
            squares, determinants = residual(whole(root), x)
            return determinants + (n - 3) * np.log(squares)

        root = minimize_scalar(criterion, bounds=(0, 10), method="bounded").x
        rest = residual(whole(root, 0.0), both)[0]
        df = n - both.shape[1]
        ratio = (residual(whole(root), x)[0] - rest) / 4 / (rest / df)
        assert dist.f.sf(ratio, 4, df) == pytest.approx(chance, abs=1e-5)


def test_units_do_not_matter_and_alike_channels_have_a_share_of_zero() -> None:
    found = crossed_components(ROWS["y"], ROWS["p"], ROWS["c"], ROWS["t"])
    other = crossed_components(ROWS["y"] * 1000 + 5, ROWS["p"], ROWS["c"], ROWS["t"])
    assert other.share == pytest.approx(found.share, abs=1e-5)
    assert other.crossed == pytest.approx(found.crossed * 1e6, rel=1e-4)
    level = ROWS["y"] - ROWS.groupby("c")["y"].transform("mean")
    alike = crossed_components(level, ROWS["p"], ROWS["c"])
    assert alike.share == alike.ci_lower == 0 and 0 < alike.ci_upper < 0.5


def test_what_is_refused() -> None:
    for rating, people, channel, code in (
        (ROWS["y"], ROWS["p"], ROWS["c"].map(lambda _: "one"), "one_channel"),
        (ROWS["y"], pd.Series(range(len(ROWS))), ROWS["c"], "channels_not_crossed"),
        (ROWS["y"] * 0 + 3, ROWS["p"], ROWS["c"], "rating_does_not_vary"),
    ):
        with pytest.raises(CannotCompute) as refused:
            crossed_components(rating, people, channel)
        assert refused.value.reason.code == code


def test_a_share_of_clusters() -> None:
    rng = np.random.default_rng(2)
    who = pd.Series(np.repeat(np.arange(60), 4))
    flags = pd.Series(rng.random(240) < np.repeat(rng.beta(1, 3, 60), 4))
    x = flags.to_numpy(float)
    fit = sm.OLS(x, np.ones(240)).fit(cov_type="cluster", cov_kwds={"groups": who.to_numpy()})
    p, se = x.mean(), float(fit.bse[0])
    n = 240 / (se**2 / (p * (1 - p) / 239))  # as many independent rows as these are worth
    z = 1.959963984540054
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert n < 200
    assert share_of_clusters(flags, who) == pytest.approx((p, middle - half, middle + half))


def test_rows_of_their_own_are_wilsons_and_all_or_none_count_people() -> None:
    flags = pd.Series([True] * 7 + [False] * 13)
    assert share_of_clusters(flags, pd.Series(range(20))) == pytest.approx(share(7, 20))
    twice = pd.Series(np.repeat(range(10), 2))
    assert share_of_clusters(pd.Series([True] * 20), twice) == share(10, 10)
    assert share_of_clusters(pd.Series([False] * 20), twice) == share(0, 10)
