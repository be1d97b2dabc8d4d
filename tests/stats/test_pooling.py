from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import linregress

from loyalty.stats import CannotCompute, pooling


@pytest.mark.parametrize("method", ["REML", "PM", "DL"])
@pytest.mark.parametrize("test", ["knha", "z"])
def test_matches_metafor_on_bcg(data_csv: Any, gold: dict, method: Any, test: str) -> None:
    d = data_csv("bcg.csv")
    got = pooling.random_effects(d["yi"], d["sei"], method=method, hartung_knapp=test == "knha")
    want = gold["pooling"][f"{method}_{test}"]
    for ours, theirs in {
        "estimate": "est",
        "se": "se",
        "ci_lower": "low",
        "ci_upper": "high",
        "tau2": "tau2",
        "i2": "I2",
        "h2": "H2",
        "q": "Q",
        "q_p": "Qp",
        "pi_lower": "pi_low",
        "pi_upper": "pi_high",
    }.items():
        assert getattr(got, ours) == pytest.approx(want[theirs], rel=1e-6), ours
    assert got.p == pytest.approx(want["p"], rel=1e-5)
    if method != "DL":  # metafor's DL interval is Q-profile too, kept out as it is the same
        assert got.tau2_lower == pytest.approx(want["tau2_low"], rel=1e-5)
        assert got.tau2_upper == pytest.approx(want["tau2_high"], rel=1e-5)


def test_published_bcg() -> None:
    """Viechtbauer (2010, J. Stat. Softw. 36(3)) prints -0.7145, se 0.1798, tau2 0.3132 (REML)."""
    y = [-0.8893, -1.5854, -1.3481, -1.4416, -0.2175, -0.7861, -1.6209, 0.0120, -0.4694]
    y += [-1.3713, -0.3394, 0.4459, -0.0173]
    v = [0.3256, 0.1946, 0.4154, 0.0200, 0.0512, 0.0069, 0.2230, 0.0040, 0.0564]
    v += [0.0730, 0.0124, 0.5325, 0.0714]
    got = pooling.random_effects(y, np.sqrt(v), hartung_knapp=False)
    assert got.estimate == pytest.approx(-0.7145, abs=2e-4)
    assert got.se == pytest.approx(0.1798, abs=2e-4)
    assert got.tau2 == pytest.approx(0.3132, abs=5e-4)
    assert got.i2 == pytest.approx(92.22, abs=0.05)


def test_properties() -> None:
    y, se = np.array([0.4, 0.5, 0.3, 0.7]), np.array([0.1, 0.05, 0.2, 0.1])
    a = pooling.random_effects(y, se)
    order = [2, 0, 3, 1]
    b = pooling.random_effects(y[order], se[order])
    assert b.estimate == pytest.approx(a.estimate) and b.tau2 == pytest.approx(a.tau2)
    c = pooling.random_effects(10 * y, 10 * se)
    assert c.tau2 == pytest.approx(100 * a.tau2, rel=1e-6) and c.i2 == pytest.approx(a.i2)
    assert sum(a.weights) == pytest.approx(1)
    assert a.pi_lower <= a.ci_lower < a.estimate < a.ci_upper <= a.pi_upper
    wide = pooling.random_effects(y, se, prediction_df="k-2")
    assert wide.pi_upper > a.pi_upper
    same = pooling.random_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.1])
    assert same.tau2 == 0 and same.q == pytest.approx(0, abs=1e-20) and same.tau2_lower == 0


def test_refuses() -> None:
    for y, se, words in [
        ([0.3], [0.1], "needs 2 estimates, not 1"),
        ([0.3, 0.2], [0.1], "2 estimates but 1"),
        ([0.3, np.nan], [0.1, 0.1], "missing"),
        ([0.3, 0.2], [0.1, 0.0], "not positive"),
    ]:
        with pytest.raises(ValueError, match=words):
            pooling.random_effects(y, se)
    with pytest.raises(CannotCompute, match="needs 3"):
        pooling.random_effects([0.3, 0.2], [0.1, 0.1], prediction_df="k-2")
    with pytest.raises(ValueError, match="not REML"):
        pooling.random_effects([0.3, 0.2], [0.1, 0.1], method="X")  # type: ignore[arg-type]
    two = pooling.random_effects([0.3, 0.2], [0.1, 0.1])
    assert np.isfinite(two.ci_upper)


# --- meta-regression -----------------------------------------------------------------------------
def test_published_bcg_by_latitude(data_csv: Any) -> None:
    """Viechtbauer (2010) and metafor's documentation: vaccine and latitude, REML, normal."""
    d = data_csv("bcg.csv")
    latitude = [44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33]
    got = pooling.meta_regression(d["yi"], d["sei"], latitude, hartung_knapp=False)
    assert (got.intercept, got.estimate) == pytest.approx((0.2515, -0.0291), abs=5e-5)
    assert got.se == pytest.approx(0.0072, abs=5e-5)
    assert got.tau2 == pytest.approx(0.0764, abs=1e-4)  # metafor stops a little above the peak
    assert (got.ci_lower, got.ci_upper) == pytest.approx((-0.0432, -0.0150), abs=5e-5)


def test_equal_errors_make_it_least_squares() -> None:
    """With one error for all, Knapp and Hartung's is the t test of a least-squares slope."""
    rng = np.random.default_rng(1)
    x = np.arange(12.0)
    y = 0.3 + 0.02 * x + rng.normal(0, 0.2, 12)
    fit = linregress(x, y)
    got = pooling.meta_regression(y, [0.05] * 12, x)
    assert (got.estimate, got.intercept) == pytest.approx((fit.slope, fit.intercept))
    assert (got.se, got.p) == pytest.approx((fit.stderr, fit.pvalue), rel=1e-6)
    residual = np.sum((y - fit.intercept - fit.slope * x) ** 2) / 10
    assert got.tau2 == pytest.approx(residual - 0.05**2, rel=1e-6)
    still = pooling.meta_regression(0.3 + 0.02 * x + 0.01 * (-1) ** x, [0.05] * 12, x)
    assert still.tau2 == 0


@pytest.mark.parametrize(
    ("y", "se", "x", "code"),
    [
        ([1, 2], [1, 1], [0, 1], "few_for_meta_regression"),
        ([1, 2, np.nan], [1, 1, 1], [0, 1, 2], "estimate_missing"),
        ([1, 2, 3], [1, 1, 0], [0, 1, 2], "standard_error_not_positive"),
        ([1, 2, 3], [1, 1, 1], [2, 2, 2], "moderator_constant"),
    ],
)
def test_no_regression(y: Any, se: Any, x: Any, code: str) -> None:
    with pytest.raises(CannotCompute) as refusal:
        pooling.meta_regression(y, se, x)
    assert refusal.value.reason.code == code
    with pytest.raises(ValueError, match="2 moderators"):
        pooling.meta_regression([1, 2, 3], [1, 1, 1], [0, 1])
