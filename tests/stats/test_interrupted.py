"""Programme effects against R (golden/make_impact.R: clubSandwich, nlme), and their coverage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, panel
from loyalty.stats.interrupted import interrupted

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return json.loads((GOLDEN / "impact.json").read_text())


def rows() -> pd.DataFrame:
    frame = pd.read_csv(GOLDEN / "data" / "panel.csv")
    early = frame["firm"].isin(["f1", "f4", "f6"]) & (frame["month"] > 10)
    late = (frame["firm"] == "f7") & (frame["month"] > 14)
    return frame.assign(on=(early | late).astype(float))


@pytest.mark.parametrize(
    ("name", "predictors", "effects"),
    [
        ("on", ["on"], ["firm", "month"]),
        ("pooled", ["speed"], []),
        ("two", ["on", "speed"], ["firm", "month"]),
    ],
)
def test_bias_reduced_errors_are_clubsandwichs(
    gold: dict[str, Any], name: str, predictors: list[str], effects: list[str]
) -> None:
    found = panel.fixed_effects(
        rows(), "outcome", predictors, unit="firm", time="month", effects=effects, draws=9, seed=1
    ).coefficients
    for column, key in (("b", "b"), ("cr2_se", "se"), ("cr2_df", "df"), ("cr2_p", "p")):
        np.testing.assert_allclose(found[column], np.atleast_1d(gold[name][key]), rtol=1e-8)
    assert (found["cr2_lower"] < found["b"]).all() and (found["b"] < found["cr2_upper"]).all()


def test_a_programme_of_one_firm_has_no_error() -> None:
    """What it is worth cannot be told from what else happens to that firm."""
    frame = rows()
    frame["on"] = ((frame["firm"] == "f1") & (frame["month"] > 10)).astype(float)
    found = panel.fixed_effects(
        frame, "outcome", ["on"], unit="firm", time="month", effects=["firm"], draws=9, seed=1
    ).coefficients.loc["on"]
    assert found[["cr2_se", "cr2_df", "cr2_p", "cr2_lower", "cr2_upper"]].isna().all()
    assert np.isfinite(found[["b", "se", "wild_lower", "wild_upper"]]).all()


def test_an_interrupted_series_is_nlmes(gold: dict[str, Any]) -> None:
    wanted = gold["series"]
    found = interrupted(np.array(wanted["y"]), wanted["before"])
    np.testing.assert_allclose(found.coefficients["b"], wanted["b"], rtol=1e-5)
    np.testing.assert_allclose(found.coefficients["se"], wanted["se"], rtol=1e-5)
    assert found.carry == pytest.approx(wanted["carry"], abs=1e-5)
    assert found.sd == pytest.approx(wanted["sd"], rel=1e-5)
    assert (found.before, found.after) == (20, 16)
    assert list(found.coefficients.index) == ["before", "level", "slope"]


@pytest.mark.parametrize("carry", [0.0, 0.5])
def test_intervals_of_short_series_hold_no_change(carry: float) -> None:
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        shocks = rng.standard_normal(30)
        series = np.empty(30)
        series[0] = shocks[0] / np.sqrt(1 - carry**2)
        for t in range(1, 30):
            series[t] = carry * series[t - 1] + shocks[t]
        level = interrupted(series, 15).coefficients.loc["level"]
        held += bool(level["ci_lower"] < 0 < level["ci_upper"])
    assert held >= 180


def test_short_and_exact_series_are_refused() -> None:
    noise = np.random.default_rng(1).standard_normal(20)
    with pytest.raises(CannotCompute, match="1 period before and 19 after"):
        interrupted(noise, 1)
    with pytest.raises(CannotCompute, match="17 periods before and 3 after"):
        interrupted(noise, 17)
    with pytest.raises(CannotCompute):
        interrupted(np.arange(20.0), 10)
