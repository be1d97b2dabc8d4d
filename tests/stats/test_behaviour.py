"""Panels, survival, experiments, waves, forecasts, segments and brand loyalty, against R
(golden/make_behaviour.R) or against the definitions, spelled out."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import (
    CannotCompute,
    brand_loyalty,
    experiment,
    forecast,
    panel,
    rfm,
    survival,
    waves,
)

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return json.loads((GOLDEN / "behaviour.json").read_text())


@pytest.fixture
def firms() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "data" / "panel.csv")


def fitted(frame: pd.DataFrame, predictors: list[str], effects: list[str]) -> panel.FixedEffects:
    return panel.fixed_effects(
        frame,
        "outcome",
        predictors,
        unit="firm",
        time="month",
        effects=effects,
        draws=99,
        seed=1,
    )


# --- panels ------------------------------------------------------------------------------------
def test_fixed_effects_match_sandwich(gold: dict[str, Any], firms: pd.DataFrame) -> None:
    for name, predictors, effects in (
        ("pooled", ["speed"], []),
        ("firm", ["speed"], ["firm"]),
        ("both", ["speed", "resolution"], ["firm", "month"]),
    ):
        got = fitted(firms, predictors, effects)
        for key in ("b", "se", "t", "p"):
            expected = np.atleast_1d(gold[name][key])
            np.testing.assert_allclose(got.coefficients[key], expected, rtol=1e-8)
    assert got.r2_within == pytest.approx(gold["r2_within"], rel=1e-9)
    assert (got.n, got.units, got.times, got.k) == (158, 8, 20, 1 + 7 + 19 + 2)
    assert (got.signs, got.enumerated) == (256, True)


def brute_force(frame: pd.DataFrame, value: float) -> float:
    """p of "the first coefficient is `value`": every flipped sample is made and estimated."""
    x = frame[["speed", "resolution"]].to_numpy()
    d = pd.get_dummies(frame[["firm", "month"]].astype(str), dtype=float).to_numpy()
    firm = pd.factorize(frame["firm"])[0]

    def t_statistic(y: np.ndarray) -> float:
        design = np.hstack([x, d])
        b, *_ = np.linalg.lstsq(design, y, rcond=None)
        e = y - design @ b
        bread = np.linalg.pinv(design.T @ design)
        meat = sum(
            np.outer(s, s) for g in set(firm) for s in [(design * e[:, None])[firm == g].sum(0)]
        )
        return (b[0] - value) / np.sqrt((bread @ meat @ bread)[0, 0])

    y = frame["outcome"].to_numpy()
    null = np.hstack([x[:, 1:], d])
    c, *_ = np.linalg.lstsq(null, y - value * x[:, 0], rcond=None)
    centre = value * x[:, 0] + null @ c
    observed = abs(t_statistic(y))
    signs = itertools.product([1.0, -1.0], repeat=len(set(firm)))
    ts = [abs(t_statistic(centre + np.array(s)[firm] * (y - centre))) for s in signs]
    return float(np.mean(np.array(ts) >= observed * (1 - 1e-10)))


def test_wild_bootstrap_is_what_making_every_sample_gives(firms: pd.DataFrame) -> None:
    frame = firms[firms["firm"].isin(["f1", "f2", "f3", "f4", "f5", "f6"])]
    row = fitted(frame, ["speed", "resolution"], ["firm", "month"]).coefficients.loc["speed"]
    assert row["wild_p"] == pytest.approx(brute_force(frame, 0.0))
    gap = 1e-4
    for bound, inwards in ((row["wild_lower"], gap), (row["wild_upper"], -gap)):
        assert brute_force(frame, bound + inwards) > 0.05 >= brute_force(frame, bound - inwards)


def test_many_clusters_draw_signs_by_seed(firms: pd.DataFrame) -> None:
    many = pd.concat([firms.assign(firm=firms["firm"] + s) for s in "ab"], ignore_index=True)
    many["outcome"] += np.random.default_rng(1).normal(scale=0.1, size=len(many))
    got = fitted(many, ["speed"], ["firm"])
    assert (got.signs, got.enumerated, got.units) == (99, False, 16)
    assert got == fitted(many, ["speed"], ["firm"])


def test_lag_knows_gaps(firms: pd.DataFrame) -> None:
    dated = firms.assign(month=pd.to_datetime("2020-01-15") + firms["month"] * pd.Timedelta("31D"))
    dated["month"] = dated["month"].dt.to_period("M").dt.to_timestamp()
    dated = dated.sample(frac=1, random_state=1)
    before, gaps = panel.lagged(dated, "speed", unit="firm", time="month")
    assert gaps == 2
    assert before.isna().sum() == 8 + 2
    months = dated["month"].dt.to_period("M")
    for i in before.dropna().index[:20]:
        mine = (dated["firm"] == dated["firm"][i]) & (months == months[i] - 1)
        assert dated.loc[mine, "speed"].item() == before[i]
    with pytest.raises(CannotCompute, match="two rows for one month"):
        panel.lagged(pd.concat([dated, dated]), "speed", unit="firm", time="month")


def test_panel_refuses(firms: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="only 2 clusters"):
        fitted(firms[firms["firm"] < "f3"], ["speed"], ["firm"])
    constant = firms.assign(speed=firms["firm"].str[1:].astype(float))
    with pytest.raises(CannotCompute, match="speed does not vary beside the effects"):
        fitted(constant, ["speed"], ["firm"])
    with pytest.raises(CannotCompute, match="rows for"):
        fitted(firms[firms["month"] < 2], ["speed"], ["firm", "month"])


# --- survival ----------------------------------------------------------------------------------
def test_kaplan_meier_matches_survfit(gold: dict[str, Any]) -> None:
    time = pd.Series([3, 5, 5, 8, 8, 8, 12, 14, 14, 20, 21, 21, 25, 30, 30])
    event = pd.Series([1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0])
    got = survival.kaplan_meier(time, event)
    expected = gold["survival"]
    for ours, theirs in (
        ("time", "time"),
        ("survival", "survival"),
        ("ci_lower", "lower"),
        ("ci_upper", "upper"),
        ("at_risk", "at_risk"),
    ):
        np.testing.assert_allclose(got.curve[ours], expected[theirs], rtol=1e-9)
    assert (got.n, got.events) == (15, 9)
    assert got.at(2) == (1.0, 1.0, 1.0)
    assert got.at(13)[0] == pytest.approx(expected["survival"][3])
    with pytest.raises(CannotCompute, match="happened to nobody"):
        survival.kaplan_meier(time, event * 0)
    with pytest.raises(CannotCompute, match="below zero"):
        survival.kaplan_meier(-time, event)


# --- experiment and waves ----------------------------------------------------------------------
def test_experiment_matches_r(gold: dict[str, Any]) -> None:
    rows = pd.read_csv(GOLDEN / "data" / "experiment.csv")
    got = experiment.effects(rows, "control")
    table = got.effects.set_index("estimate")
    for name, estimate in (("welch", "difference"), ("adjusted", "adjusted")):
        for key in ("value", "low", "high", "p"):
            assert table.loc[estimate, key] == pytest.approx(gold[name][key], rel=1e-7), key
        reach = 1.959963984540054 + 0.8416212335729143
        assert table.loc[estimate, "detectable"] == pytest.approx(reach * gold[name]["se"])
    assert got.arms_p == pytest.approx(gold["arms_p"])
    assert got.strata_p == pytest.approx(gold["strata_p"])
    a, b = (rows.loc[rows["arm"] == k, "baseline"] for k in ("voucher", "control"))
    smd = (a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2)
    balance = got.balance.set_index("arm")
    assert balance.loc["voucher", "smd"] == pytest.approx(smd)
    assert balance.loc["voucher", "smd_low"] < smd < balance.loc["voucher", "smd_high"]
    assert np.isnan(balance.loc["control", "smd"])
    with pytest.raises(CannotCompute, match="two arms are expected, one of them placebo"):
        experiment.effects(rows, "placebo")
    with pytest.raises(CannotCompute, match=r"does not vary"):
        experiment.effects(rows.assign(outcome=1.0), "control")


def test_trend_matches_weighted_lm(gold: dict[str, Any]) -> None:
    t = gold["trend"]
    slope, low, high, p = waves.weighted_trend(*(np.array(t[k]) for k in ("years", "nps", "se")))
    assert slope == pytest.approx(t["slope"])
    assert p == pytest.approx(t["p"])
    assert (high - low) / 2 == pytest.approx(2.7764451051977987 * t["slope_se"])


def test_waves_by_hand() -> None:
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2020-01-05"] * 10 + ["2020-04-20"] * 10 + ["2020-07-01"] * 12),
            "score": [10] * 4
            + [8] * 2
            + [3] * 4
            + [9] * 5
            + [7] * 3
            + [6] * 2
            + [10] * 8
            + [0] * 4,
        }
    )
    rows.loc[len(rows)] = [pd.Timestamp("2020-09-01"), 10.0]  # too small a wave to show
    got = waves.waves(rows, smallest=5)
    assert got.waves["value"].tolist() == pytest.approx([0.0, 30.0, 100 / 3])
    assert got.waves["n"].tolist() == [10, 10, 12]
    assert got.change == pytest.approx(100 / 3)
    se = np.hypot(np.sqrt(0.8e4 / 10), np.sqrt((1 - 1 / 9) * 1e4 / 12))
    assert got.change_high - got.change == pytest.approx(1.959963984540054 * se)
    with pytest.raises(CannotCompute, match="only 0 waves"):
        waves.waves(rows, smallest=50)
    with pytest.raises(CannotCompute, match="no whole number from 0 to 10"):
        waves.waves(rows.assign(score=11), smallest=1)


# --- forecast ----------------------------------------------------------------------------------
def test_errors_match_hyndmans(gold: dict[str, Any]) -> None:
    naive = gold["naive"]
    series = pd.Series(naive["y"], index=pd.date_range("2020-01-05", periods=14, freq="7D"))
    got = forecast.smooth(series.astype(float), 3)
    row = got.errors.set_index("method").loc["naive"]
    for key in ("mape", "mase", "mae"):
        assert row[key] == pytest.approx(naive[key])
    held = got.series.iloc[-3:]
    gap = (held["value"] - held["forecast"]).abs()
    smooth = got.errors.set_index("method").loc["smoothing"]
    assert smooth["mae"] == pytest.approx(gap.mean())
    assert smooth["mape"] == pytest.approx((gap / held["value"]).mean())
    assert got.covered == held["value"].between(held["low"], held["high"]).mean()
    assert (got.train, got.test) == (11, 3)
    assert held["naive"].tolist() == [25.0] * 3
    with pytest.raises(CannotCompute, match="only 4 periods to train on"):
        forecast.smooth(series, 10)
    with pytest.raises(CannotCompute, match="constant"):
        forecast.smooth(series * 0 + 1.0, 3)


def test_forecast_follows_a_trend_and_interval_grows() -> None:
    t = np.arange(60)
    noise = np.random.default_rng(2).normal(scale=1.0, size=60)
    series = pd.Series(100 + 2 * t + noise, index=pd.date_range("2020-01-05", periods=60, freq="W"))
    got = forecast.smooth(series, 8)
    e = got.errors.set_index("method")["mae"]
    assert e["smoothing"] < 0.5 * e["naive"]
    width = (got.series["high"] - got.series["low"]).dropna()
    assert width.is_monotonic_increasing
    below = forecast.smooth(series - 150, 8)  # values below zero: no logarithm
    assert below.errors["mae"][0] < below.errors["mae"][1]


def test_weekly_totals_of_whole_weeks() -> None:
    rows = pd.DataFrame(
        {
            "date": pd.to_datetime(["2020-01-01", "2020-01-07", "2020-01-08", "2020-01-22"]),
            "amount": [1.0, 2.0, 4.0, 8.0],
        }
    )
    got = forecast.weekly(rows)
    assert got.tolist() == [3.0, 4.0, 0.0]  # the last week has one day only
    assert forecast.weekly(rows.drop(columns="amount")).tolist() == [2.0, 1.0, 0.0]


# --- segments ----------------------------------------------------------------------------------
def test_segments_by_rule() -> None:
    n = 100
    watched = np.full(n, 30.0)
    last = watched - np.arange(n) / 7  # customer 0 is the most recent
    summary = pd.DataFrame(
        {"x": (np.arange(n) * 37) % n, "t_x": last, "t": watched, "spend": np.arange(n) + 1.0}
    )
    got = rfm.score(summary)
    assert got["recency"].tolist() == list(range(n))
    assert got["r"].value_counts().to_dict() == {k: 20 for k in range(1, 6)}
    assert got.loc[0, "r"] == 5 and got.loc[n - 1, "r"] == 1 and got.loc[n - 1, "m"] == 5
    once = summary.index[summary["x"] == 0].item()
    assert got.loc[once, "f"] == 1
    for row in got.itertuples():
        if row.f >= 4 and row.r >= 4:
            expected = "champions"
        elif row.f >= 3 and row.r >= 3:
            expected = "loyal"
        elif row.r >= 4:
            expected = "promising"
        elif row.f >= 3:
            expected = "at_risk"
        else:
            expected = "dormant"
        assert row.segment == expected
    ties = rfm.fifth(pd.Series([1.0] * 60 + [2.0] * 40))
    assert ties.tolist() == [2] * 60 + [5] * 40
    with pytest.raises(CannotCompute, match="fifths need 5"):
        rfm.score(summary.head(3))


# --- brand loyalty -----------------------------------------------------------------------------
def choices(seed: int = 3, households: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for h in range(households):
        mix = rng.dirichlet([0.8, 0.5, 0.3])
        for t in range(int(rng.integers(1, 9))):
            rows.append((f"h{h}", t, "abc"[rng.choice(3, p=mix)]))
    return pd.DataFrame(rows, columns=["household", "occasion", "brand"])


def spelled_out(rows: pd.DataFrame) -> dict[str, Any]:
    """The measures by loops."""
    lists = [list(g["brand"]) for _, g in rows.groupby("household", sort=False)]
    out: dict[str, Any] = {}
    for b in "abc":
        buyers = [x for x in lists if b in x]
        pairs = [(x[i], x[i + 1]) for x in lists for i in range(len(x) - 1) if x[i] == b]
        units = sum(x.count(b) for x in lists)
        out[b] = {
            "share": units / sum(map(len, lists)),
            "penetration": len(buyers) / len(lists),
            "frequency": units / len(buyers),
            "repeat": sum(p == (b, b) for p in pairs) / len(pairs),
            "requirements": units / sum(map(len, buyers)),
            "sole": sum(set(x) == {b} for x in buyers) / len(buyers),
        }
        for o in "abc":
            out[b, o] = sum(o in x for x in buyers) / len(buyers)
    steps = [(x[i], x[i + 1]) for x in lists for i in range(len(x) - 1)]
    out["repeat"] = sum(a == b for a, b in steps) / len(steps)
    several = [x for x in lists if len(x) > 1]
    out["sole"] = sum(len(set(x)) == 1 for x in several) / len(several)
    return out


def test_brand_loyalty_by_hand_and_bootstrap_by_refits() -> None:
    rows = choices()
    got = brand_loyalty.brand_loyalty(rows.sample(frac=1, random_state=1), "abc", draws=30, seed=5)
    direct = spelled_out(rows)
    for r in got.brands.itertuples():
        assert r.value == pytest.approx(direct[r.brand][r.measure]), (r.brand, r.measure)
    whole = got.category.set_index("measure")["value"]
    assert whole["repeat"] == pytest.approx(direct["repeat"])
    assert whole["sole"] == pytest.approx(direct["sole"])
    assert whole["inertia"] == pytest.approx(whole["repeat"] - whole["chance"])
    for r in got.duplication.itertuples():
        assert r.value == pytest.approx(direct[r.brand, r.other])
    # The bootstrap: households in the categories' order, drawn by counts.
    names = sorted(rows["household"].unique())
    counts = np.random.default_rng(5).multinomial(40, np.full(40, 1 / 40), size=30)
    by_name = dict(list(rows.groupby("household")))
    repeats = []
    for draw in counts:
        parts = [
            by_name[name].assign(household=f"{name}-{i}")
            for name, n in zip(names, draw, strict=True)
            for i in range(n)
        ]
        repeats.append(spelled_out(pd.concat(parts))["repeat"])
    low, high = np.quantile(repeats, [0.025, 0.975])
    row = got.category.set_index("measure").loc["repeat"]
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))


def test_chance_is_the_mean_over_random_orders() -> None:
    rows = choices(households=12)
    got = brand_loyalty.brand_loyalty(rows, "abc", draws=2, seed=1).category.set_index("measure")
    rng = np.random.default_rng(8)
    shuffled = []
    for _ in range(400):
        mixed = rows.assign(u=rng.random(len(rows))).sort_values(["household", "u"])
        shuffled.append(spelled_out(mixed)["repeat"])
    error = np.std(shuffled) / np.sqrt(400)
    assert abs(got["value"]["chance"] - np.mean(shuffled)) < 4 * error


def test_rows_sorted_by_brand_tell_no_order() -> None:
    rows = choices(households=200)
    assert brand_loyalty.brand_loyalty(rows, "abc", draws=5, seed=1).in_order
    fake = rows.sort_values(["household", "brand"]).drop(columns="occasion")
    got = brand_loyalty.brand_loyalty(fake, "abc", draws=5, seed=1)
    assert not got.in_order
    whole = got.category.set_index("measure")
    assert whole.loc[["repeat", "inertia"]].isna().all(axis=None)
    assert whole.loc[["chance", "sole"]].notna().all(axis=None)
    repeat = got.brands[got.brands["measure"] == "repeat"]
    assert repeat[["value", "low", "high"]].isna().all(axis=None)


def test_brand_loyalty_refuses() -> None:
    rows = choices()
    with pytest.raises(CannotCompute, match="two brands"):
        brand_loyalty.brand_loyalty(rows.assign(brand="a"), "abc", draws=5, seed=1)
    with pytest.raises(CannotCompute, match="only 3 households"):
        brand_loyalty.brand_loyalty(
            rows[rows["household"].isin(["h0", "h1", "h2"])], "abc", draws=5, seed=1
        )
    once = rows.drop_duplicates("household")
    with pytest.raises(CannotCompute, match="no household bought twice"):
        brand_loyalty.brand_loyalty(once, "abc", draws=5, seed=1)
