"""What a point of an attitude goes with in money: against other estimators, planted, and said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
import statsmodels.api as sm

from loyalty.analyses.conduct import findings as conduct
from loyalty.analyses.conduct import tables, words
from loyalty.analyses.conduct.worth import Worth, worth
from loyalty.cases import study, survey
from loyalty.cases import tables as loading
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.stats import CannotCompute

LOADINGS = np.array([1.0, 0.9, 0.8])
#: Of spending, for a standard deviation of the attitude; and for a point of the mean of the items.
SLOPE = 12.0
POINT = SLOPE / LOADINGS.mean()


def drawn(n: int, seed: int, holes: float = 0.0) -> tuple[pd.DataFrame, pd.Series]:
    """Items of an attitude, and amounts that are skewed and often nothing."""
    rng = np.random.default_rng(seed)
    eta = rng.standard_normal(n)
    items = 5 + eta[:, None] * LOADINGS + 0.8 * rng.standard_normal((n, 3))
    frame = pd.DataFrame(items, columns=["a", "b", "c"])
    gone = rng.random((n, 3)) < holes
    gone[gone.all(axis=1)] = False
    buys = rng.random(n) < 0.6
    spent = buys * (80 + SLOPE / 0.6 * eta + rng.gamma(1.0, 20.0, n) - 20.0)
    return frame.mask(gone), pd.Series(spent)


def of(items: pd.DataFrame, spent: pd.Series, clusters: Any = None) -> Worth:
    return worth([("f", items)], spent, clusters, "t", 180)


def test_it_is_what_structural_after_measurement_says() -> None:
    items, spent = drawn(2000, 4)
    (row,) = of(items, spent).rows
    frame = items.assign(spent=spent)
    sam = semfit.sam("f =~ a + b + c\nspent ~ f", frame)
    table = sam.structural.parameters
    slope = table[(table["lhs"] == "spent") & (table["op"] == "~")].iloc[0]
    loadings = semfit.fit("f =~ a + b + c", frame).parameters.query("op == '=~'")["est"].mean()
    assert row.estimate == pytest.approx(slope["est"] / loadings, rel=0.01)
    half = (row.ci_upper - row.ci_lower) / 2 / 1.959964
    assert half == pytest.approx(slope["se"] / loadings, rel=0.15)  # amounts are not normal
    assert row.ci_lower < POINT < row.ci_upper and row.verdict == "+"


def test_uncorrected_it_is_least_squares() -> None:
    """With errors that allow for any variance (HC0), and of clusters (CR0 times G / (G - 1))."""
    items, spent = drawn(500, 5, holes=0.1)
    (row,) = of(items, spent).rows
    plain = sm.OLS(spent, sm.add_constant(items.mean(axis=1))).fit(cov_type="HC0")
    assert row.naive == pytest.approx(plain.params.iloc[1], rel=1e-5)
    low, high = plain.conf_int().iloc[1]
    assert (row.naive_ci_lower, row.naive_ci_upper) == pytest.approx((low, high), rel=1e-3)
    assert row.naive < row.estimate
    (same,) = of(items, spent, np.arange(500).astype(np.intp)).rows
    assert same.ci_upper - same.ci_lower == pytest.approx(row.ci_upper - row.ci_lower, rel=0.005)
    twice = pd.concat([items, items]), pd.concat([spent, spent])
    (doubled,) = of(*twice, np.tile(np.arange(500), 2).astype(np.intp)).rows
    assert doubled.ci_upper == pytest.approx(same.ci_upper, rel=1e-3)


def test_the_interval_holds_what_is_planted() -> None:
    held = 0
    for seed in range(120):
        (row,) = of(*drawn(250, 100 + seed, holes=0.05)).rows
        held += row.ci_lower <= POINT <= row.ci_upper
    assert 0.90 <= held / 120 <= 0.99


def test_what_cannot_be_had() -> None:
    items, spent = drawn(200, 6)
    with pytest.raises(CannotCompute, match="vary"):
        of(items, spent * 0)
    with pytest.raises(CannotCompute):
        of(items[:40], spent[:40])
    with pytest.raises(CannotCompute):
        of(items[["a", "b"]], spent)


@pytest.fixture(scope="module")
def customers() -> conduct.Persons:
    case = study.load("retail-simulated")
    rows = [loading.load(case, r) for r in case.resources if r.kind == "transactions"]
    found = conduct.people(case, survey.load(case), rows)
    assert isinstance(found, conduct.Persons)
    return found


def test_of_a_case(customers: conduct.Persons) -> None:
    found = conduct.worth(customers)
    assert isinstance(found, Worth)
    assert (found.table, found.horizon) == ("purchases", 180)
    rows = customers.joined["transactions"].rows
    after = rows["date"].between("2023-01-03", "2023-07-01") & rows["person"].isin(customers.kept)
    assert found.spent == pytest.approx(rows.loc[after, "amount"].sum() / len(customers.kept))
    assert {r.attitude for r in found.rows} == {"satisfaction", "repurchase", "recommendation"}
    without = conduct.Persons(
        **{**vars(customers), "done": customers.done.drop(columns=["spent", "spending"])}
    )
    none = conduct.worth(without)
    assert isinstance(none, Refused) and none.refused.code == "no_amounts"
    short = conduct.Persons(**{**vars(customers), "done": customers.done.drop(columns="spent")})
    none = conduct.worth(short)
    assert isinstance(none, Refused) and none.refused.code == "horizon_beyond_record"


def test_it_is_said_by_its_interval(customers: conduct.Persons) -> None:
    found, case = conduct.worth(customers), Case("retail-simulated", customers.study)
    row = found.rows[0]

    def said(**flipped: Any) -> tuple[str, str]:
        changed = found.model_copy(update={"rows": (row.model_copy(update=flipped),)})
        shown = cited(changed, "retail-simulated/conduct/worth")
        texts = words.worth(shown, case)
        assert all(t.en and t.zh for t in texts)
        return " ".join(t.en for t in texts), tables.worth(shown, case).markdown("en")

    text, table = said(verdict="+")
    assert "pays only while" in text and "no amount" not in text
    assert "at most this change" in table
    text, table = said(verdict="open")
    assert "no amount can be named: the interval holds zero" in text and "pays only" not in text
    assert "none\\: the interval holds zero" in table
    text, table = said(verdict="-")
    assert "no amount can be named: less is spent" in text and "less is spent" in table
    assert "drawn by lot" in text and "in pounds" not in text
