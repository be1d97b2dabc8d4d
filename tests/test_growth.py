"""Customers followed over time, against lavaan (golden/make_growth.R) and planted truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from loyalty.cases import study, tables
from loyalty.estimates.growth import growth
from loyalty.ground.reasons import CannotCompute
from loyalty.simulate import load_process, panel

GOLDEN = Path(__file__).parent / "golden"
CASE = Path(__file__).parents[1] / "data" / "strategy-simulated"


def followed() -> pd.DataFrame:
    wide = pd.read_csv(GOLDEN / "growth_data.csv")
    long = pd.wide_to_long(wide, ["a", "b"], "customer", "wave", sep="_").reset_index()
    return long.sort_values(["customer", "wave"], ignore_index=True)


def test_levels_trends_and_lags_are_lavaan_s() -> None:
    found = growth(followed(), ["a", "b"])
    golden = pd.read_csv(GOLDEN / "growth.csv")
    lags = golden[golden["op"] == "~"].set_index("label")
    for row in found.lags.to_dict("records"):
        one = lags.loc[f"lag_{row['of']}__{row['on']}"]
        assert row["estimate"] == pytest.approx(one["est"], abs=2e-4)
        assert row["se"] == pytest.approx(one["se"], rel=2e-3)
    means = golden[golden["op"] == "~1"].set_index("lhs")
    variances = golden[golden["op"] == "~~"].set_index("lhs")
    for s, row in found.trends.iterrows():
        assert row["start"] == pytest.approx(means.loc[f"level_{s}", "est"], abs=2e-4)
        mean, variance = means.loc[f"trend_{s}"], variances.loc[f"trend_{s}"]
        assert row["estimate"] == pytest.approx(mean["est"], abs=2e-4)
        half = (row["ci_upper"] - row["ci_lower"]) / 2
        assert half == pytest.approx(1.959964 * mean["se"], rel=2e-3)
        assert row["spread"] ** 2 == pytest.approx(variance["est"], abs=2e-4)
        upper = row["spread_ci_upper"] - row["spread"]
        assert upper == pytest.approx(1.959964 * variance["se"] / 2 / row["spread"], rel=5e-3)
    chisq = golden.set_index("label").loc["chisq", "est"]
    assert found.result.fit["chisq"] == pytest.approx(chisq, rel=1e-4)


def test_what_is_planted_is_found_again() -> None:
    """Nine of ten intervals of the case as it is drawn; none is far off."""
    described = study.load("strategy-simulated")
    resource = next(r for r in described.resources if r.id == "followed")
    loaded = tables.load(described, resource)
    assert loaded.panel is not None and loaded.panel["customer"].nunique() == 1000
    found = growth(loaded.panel, [m.id for m in resource.measures])
    truth = load_process(CASE / "process.yml").panels["followed"].truth()
    rows = [
        (f"lag_{r['of']}_{r['on']}", r["estimate"], r["ci_lower"], r["ci_upper"])
        for r in found.lags.to_dict("records")
    ]
    rows += [
        (f"change_{s}", r["estimate"], r["ci_lower"], r["ci_upper"])
        for s, r in found.trends.iterrows()
    ]
    assert len(rows) == 20
    held = [low <= truth[name].value <= high for name, _, low, high in rows]
    assert sum(held) >= 18
    for name, estimate, low, high in rows:
        assert abs(estimate - truth[name].value) < 1.8 * (high - low), name


def test_three_waves_are_too_few() -> None:
    rows = followed()
    with pytest.raises(CannotCompute, match="4 waves"):
        growth(rows[rows["wave"] < 4], ["a", "b"])


def test_who_stops_answering_is_logged_on() -> None:
    rows = panel(CASE / "process.yml", "followed", respondents=500, seed=4)
    by = rows.groupby("date")[["satisfaction", "spending"]].count()
    assert by["satisfaction"].is_monotonic_decreasing and (by["spending"] == 1000).all()
    assert 0.75 < by["satisfaction"].iloc[-1] / 1000 < 0.87  # .97 ** 7 = .81
    again = panel(CASE / "process.yml", "followed", respondents=500, seed=4)
    pd.testing.assert_frame_equal(rows, again)
    gone = rows.sort_values(["customer", "date"])
    back = gone["satisfaction"].notna() & gone.groupby("customer")["satisfaction"].shift().isna()
    assert not back[gone["date"] > gone["date"].min()].any()
    assert np.isclose(rows["satisfaction"].min(), max(rows["satisfaction"].min(), 1))
