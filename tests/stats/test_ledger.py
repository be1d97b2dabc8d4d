"""Purchases reduced by DuckDB against the same, derived customer by customer in memory."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, clv, ledger
from loyalty.stats.survival import kaplan_meier

USUAL = 0.9


def purchases(n: int = 600, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        day, rate, leaves = int(rng.integers(0, 200)), rng.gamma(0.8, 0.04), rng.beta(1.0, 3.0)
        scale, bought = rng.gamma(4, 0.05), 0
        while day <= 365:
            for _ in range(rng.integers(1, 4)):
                rows.append((f"c{i}", day, round(rng.gamma(5, 1 / scale), 3)))
            bought += 1
            if bought > 1 and rng.random() < leaves:
                break
            day += 1 + int(rng.exponential(1 / rate))
    frame = pd.DataFrame(rows, columns=["customer", "day", "amount"])
    frame = frame.sample(frac=1, random_state=1, ignore_index=True)
    hours = rng.integers(0, 24, len(frame))
    frame["date"] = pd.Timestamp("2021-03-01") + pd.to_timedelta(
        frame["day"] * 24 + hours, unit="h"
    )
    return frame[["customer", "date", "amount"]]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return purchases()


@pytest.fixture(scope="module")
def found(rows: pd.DataFrame) -> ledger.Reduced:
    return ledger.of_frame(rows, 0.5, USUAL)


def spread(cells: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Cells as customers, each with the mean of its cell's sums."""
    whole = cells.loc[cells.index.repeat(cells["n"])]
    return whole[columns].sort_values(columns, ignore_index=True)


@pytest.mark.parametrize("which", ["early", "whole"])
def test_cells_are_all_customers(rows: pd.DataFrame, found: ledger.Reduced, which: str) -> None:
    cells = getattr(found, which)
    end = found.until if which == "early" else found.end
    summary = clv.customer_summary(rows, end)
    by = summary.assign(repeat=(summary["value"] * summary["x"]).fillna(0.0)).groupby(
        ["x", "t", "t_x"]
    )
    expected = by.agg(n=("x", "size"), spend=("spend", "sum"), total=("repeat", "sum"))
    got = cells.set_index(["x", "t", "t_x"])
    assert got.index.is_unique and len(got) == len(expected)
    for column in expected:
        assert np.abs(got[column] - expected[column].reindex(got.index)).max() < 1e-9, column
    values = getattr(found, f"{which}_values")
    assert values["n"].sum() == (summary["value"] > 0).sum()
    assert np.sort(values.loc[values.index.repeat(values["n"]), "value"]) == pytest.approx(
        np.sort(summary.loc[summary["x"] > 0, "value"]), abs=1e-9
    )


def test_what_came_later(rows: pd.DataFrame, found: ledger.Reduced) -> None:
    early = clv.customer_summary(rows, found.until)
    days = rows.assign(day=rows["date"].dt.normalize())
    after = days[days["day"] > found.until].groupby("customer")["day"].nunique()
    early["later"] = after.reindex(early.index).fillna(0)
    by = early.groupby(["x", "t", "t_x"])["later"]
    got = found.early.set_index(["x", "t", "t_x"])
    assert (got["later"] == by.sum().reindex(got.index)).all()
    assert (got["later2"] == by.apply(lambda s: (s**2).sum()).reindex(got.index)).all()
    assert (got["returned"] == by.apply(lambda s: (s > 0).sum()).reindex(got.index)).all()


def test_how_long_customers_went_on(rows: pd.DataFrame, found: ledger.Reduced) -> None:
    gaps, again, held = [], [], []
    last = found.end
    for _, mine in rows.groupby("customer"):
        days = sorted(set(mine["date"].dt.normalize()))
        gaps += [(b - a).days for a, b in itertools.pairwise(days)]
    silence = int(np.quantile(gaps, USUAL, method="higher"))
    assert found.silence == silence
    for _, mine in rows.groupby("customer"):
        days = sorted(set(mine["date"].dt.normalize()))
        second = days[1] if len(days) > 1 else last
        again.append(((second - days[0]).days, len(days) > 1))
        if (last - days[0]).days < silence:
            continue
        ends = [a for a, b in zip(days, [*days[1:], last], strict=True) if (b - a).days > silence]
        watched = last - pd.Timedelta(days=silence)
        held.append((((ends[0] if ends else watched) - days[0]).days, bool(ends)))
    for name, expected in (("again", again), ("held", held)):
        got = getattr(found, name)
        each = got.loc[got.index.repeat(got["n"])]
        assert sorted(zip(each["time"], each["event"], strict=True)) == sorted(expected)
        one = kaplan_meier(each["time"].reset_index(drop=True), each["event"])
        many = kaplan_meier(got["time"], got["event"], got["n"])
        assert one == many
    # no day on which many relationships end together by the rule alone
    ends = found.held[found.held["event"] & (found.held["time"] > 0)]
    assert ends["n"].max() < 0.1 * ends["n"].sum()


def test_who_lapsed_and_came_back(rows: pd.DataFrame, found: ledger.Reduced) -> None:
    """Customer by customer: the first silence that is too long, and what came before it."""
    expected = []
    assert found.silence is not None
    for _, mine in rows.groupby("customer"):
        by = mine.groupby(mine["date"].dt.normalize())["amount"].sum()
        days = list(by.index)
        for k, (day, then) in enumerate(zip(days, [*days[1:], found.end], strict=True)):
            if (then - day).days > found.silence:
                bought, spent = k + 1, by.iloc[: k + 1].sum()
                expected.append(
                    (
                        (then - day).days - found.silence,
                        k + 1 < len(days),
                        4 if bought >= 4 else 2 if bought >= 2 else 1,
                        round(2 ** (np.floor(4 * np.log2(spent)) / 4), 9),
                    )
                )
                break
    each = found.lapsed.loc[found.lapsed.index.repeat(found.lapsed["n"])]
    got = zip(each["time"], each["event"], each["purchases"], each["spent"].round(9), strict=True)
    assert sorted(got) == sorted(expected)
    assert 0 < sum(event for _, event, *_ in expected) < len(expected)


def test_days_add_up(rows: pd.DataFrame, found: ledger.Reduced) -> None:
    by = rows.groupby(rows["date"].dt.normalize())["amount"].sum()
    assert found.daily["date"].tolist() == by.index.tolist()
    assert np.abs(found.daily["amount"].to_numpy() - by.to_numpy()).max() < 1e-9
    known = clv.customer_summary(rows, found.until).index
    mine = rows[rows["customer"].isin(known)]
    assert found.daily["repeats"].sum() == clv.customer_summary(mine, found.end)["x"].sum()


def test_estimates_of_cells_are_those_of_customers(
    rows: pd.DataFrame, found: ledger.Reduced
) -> None:
    summary = clv.customer_summary(rows, found.until)
    one, many = clv.bg_nbd(summary), clv.bg_nbd(found.early)
    assert one.n == many.n
    assert one.log_likelihood == pytest.approx(many.log_likelihood, rel=1e-12)
    assert one.point == pytest.approx(many.point, rel=1e-7)
    spend, spends = clv.gamma_gamma(summary), clv.gamma_gamma(found.early_values)
    assert spend.point == pytest.approx(spends.point, rel=1e-6)
    theta, worth = one.point, spend.point
    for name, value in {
        "purchases": (
            clv.conditional_purchases(theta, summary, 20).sum(),
            (clv.conditional_purchases(theta, found.early, 20) * found.early["n"]).sum(),
        ),
        "worth": tuple(
            clv.lifetime_value(theta, worth, each, weeks=52, discount=0.1).sum()
            for each in (summary, found.early)
        ),
    }.items():
        assert value[0] == pytest.approx(value[1], rel=1e-9), name


def test_order_and_parts_change_nothing(
    rows: pd.DataFrame, found: ledger.Reduced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "PART", 100)
    again = ledger.of_frame(rows.iloc[::-1], 0.5, USUAL)
    for name in (
        "early",
        "whole",
        "early_values",
        "whole_values",
        "daily",
        "again",
        "held",
        "lapsed",
    ):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(again, name), check_exact=True)


def test_without_amounts_rows_are_counted(rows: pd.DataFrame) -> None:
    bare = ledger.of_frame(rows[["customer", "date"]], 0.5, USUAL)
    assert not bare.valued and bare.early_values.empty
    assert bare.daily["amount"].sum() == len(rows)


def test_who_bought_once(rows: pd.DataFrame) -> None:
    once = ledger.of_frame(rows.drop_duplicates("customer"), 0.5, USUAL)
    assert once.silence is None and not once.held["event"].any()
    with pytest.raises(ValueError, match="between 0 and 1"):
        ledger.of_frame(rows, 1.0, USUAL)
    with pytest.raises(CannotCompute):
        ledger.of_frame(rows.head(0), 0.5, USUAL)


def test_luck_of_many_is_that_of_drawn_ones(
    found: ledger.Reduced, monkeypatch: pytest.MonkeyPatch
) -> None:
    theta = clv.bg_nbd(found.early).point
    thetas = np.tile(theta, (800, 1))
    whole = clv.simulate_purchases(thetas, found.early, 20, 1)
    monkeypatch.setattr(clv, "LUCK", 100)
    some = clv.simulate_purchases(thetas, found.early, 20, 1)
    assert some.mean() == pytest.approx(whole.mean(), rel=0.03)
    assert some.std() == pytest.approx(whole.std(), rel=0.25)
