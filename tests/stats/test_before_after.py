"""Differences in differences of customers: a Poisson regression, Welch's test, planted effects."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from loyalty.stats import CannotCompute
from loyalty.stats.before_after import of_means, of_rates


def drawn(n: int, seed: int, ratio: float) -> pd.DataFrame:
    """Customers whose rates differ; those who take it up buy more before, too."""
    rng = np.random.default_rng(seed)
    taking = rng.random(n) < 0.4
    rate = rng.gamma(1.0, 1 / 50.0, n) * np.where(taking, 1.5, 1.0)
    days = rng.integers(100, 300, n).astype(float)
    return pd.DataFrame(
        {
            "taking": taking,
            "before": rng.poisson(rate * days),
            "after": rng.poisson(rate * 200 * 0.8 * np.where(taking, ratio, 1.0)),
            "days_before": days,
            "days_after": 200.0,
        }
    )


def test_rates_are_a_poisson_regression_with_clustered_errors() -> None:
    units = drawn(400, 1, 1.3)
    rows = pd.concat(
        [
            pd.DataFrame(
                {
                    "y": units[when],
                    "days": units[f"days_{when}"],
                    "taking": units["taking"].astype(float),
                    "on": float(when == "after"),
                    "unit": units.index,
                }
            )
            for when in ("before", "after")
        ]
    )
    x = sm.add_constant(rows[["taking", "on"]].assign(both=rows["taking"] * rows["on"]))
    fit = sm.GLM(rows["y"], x, family=sm.families.Poisson(), offset=np.log(rows["days"])).fit(
        cov_type="cluster", cov_kwds={"groups": rows["unit"], "use_correction": False}
    )
    found = of_rates(units)
    assert found.estimate == pytest.approx(fit.params["both"], abs=1e-7)
    se = (found.ci_upper - found.ci_lower) / 2 / stats.norm.ppf(0.975)
    assert se == pytest.approx(fit.bse["both"], rel=0.005)


def test_means_are_welchs_test() -> None:
    rng = np.random.default_rng(20)
    units = pd.DataFrame({"taking": rng.random(90) < 0.3, "before": rng.normal(50, 9, 90)})
    units["after"] = units["before"] + 2 + 3 * units["taking"] + rng.normal(0, 4, 90)
    found, change = of_means(units), units["after"] - units["before"]
    direct = stats.ttest_ind(change[units["taking"]], change[~units["taking"]], equal_var=False)
    assert found.df == pytest.approx(direct.df)
    assert (found.ci_lower, found.ci_upper) == pytest.approx(direct.confidence_interval())
    assert found.ci_lower < 3 < found.ci_upper and found.ci_lower > 0


def test_planted_ratios_lie_in_their_intervals() -> None:
    held = [
        found.ci_lower < np.log(1.25) < found.ci_upper
        for found in (of_rates(drawn(300, seed, 1.25)) for seed in range(400))
    ]
    assert 0.92 < np.mean(held) < 0.975
    clear = [of_rates(drawn(300, 1000 + s, 1.0)) for s in range(400)]
    assert np.mean([c.ci_lower > 0 or c.ci_upper < 0 for c in clear]) < 0.08


def test_too_few_and_nothing() -> None:
    units = drawn(50, 3, 1.0)
    with pytest.raises(CannotCompute, match="too few to compare"):
        of_rates(units.assign(taking=True))
    with pytest.raises(CannotCompute, match="bought again before"):
        of_rates(units.assign(before=0))
    flat = pd.DataFrame({"taking": [True, True, False, False], "before": 1.0, "after": 2.0})
    with pytest.raises(CannotCompute, match="does not vary"):
        of_means(flat)
    with pytest.raises(CannotCompute, match="too few to compare"):
        of_means(flat[:3])
