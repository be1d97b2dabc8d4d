"""Weighted statistics, held against R's survey (golden/make_weighted.R) and against each other."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats as dist

from loyalty.stats import CannotCompute, descriptives, reliability
from loyalty.stats import weighted as w

from .conftest import GOLDEN

R = json.loads((GOLDEN / "weighted.json").read_text(encoding="utf-8"))


def small() -> tuple[pd.Series, w.Design]:
    x = pd.Series([1, 2, 3, 4, 5, 5, 4, 2, 7, 6, np.nan, 3], dtype=float)
    weights = pd.Series([0.5, 1, 2, 1, 0.8, 1.5, 0, 2.2, 1, 0.3, 4, 1.1])
    there = weights > 0
    return x[there], w.Design(weights[there])


def big(by: str) -> tuple[pd.DataFrame, w.Design]:
    k = np.arange(80)
    a = 1 + (k * 5 + k // 9) % 7
    frame = pd.DataFrame(
        {
            "shop": k % 8,
            "a": a.astype(float),
            "b": np.clip(a + (k * 3) % 4 - 1, 1, 7).astype(float),
            "c": np.clip(a + (k * 11) % 5 - 2, 1, 7).astype(float),
            "r": ((k * 13 + a) % 11).astype(float),
        }
    )
    frame.loc[[3, 40], "a"] = np.nan
    weights = pd.Series(0.3 + (k * 7 % 11) * 0.2)
    return frame, w.Design(weights, frame["shop"] if by == "shops" else None)


def test_twelve_answers_of_which_one_is_missing_and_one_weighs_nothing() -> None:
    x, design = small()
    found = descriptives.mean_interval(x, design=design)
    assert found.mean == pytest.approx(3.55263157895, abs=1e-10)
    assert found.mean == pytest.approx(R["small"]["mean"]["est"], abs=1e-10)
    assert found.se == pytest.approx(R["small"]["mean"]["se"], abs=1e-10)
    assert found.sd**2 == pytest.approx(R["small"]["variance"], abs=1e-10)
    assert found.n == 10
    half = dist.t.ppf(0.975, 9) * found.se
    assert (found.ci_lower, found.ci_upper) == pytest.approx((found.mean - half, found.mean + half))
    share = (x >= 5).astype(float).where(x.notna()).dropna()
    mean, _, se = design.mean(share)
    assert (mean, se) == pytest.approx(tuple(R["small"]["share"].values()), abs=1e-10)


@pytest.mark.parametrize("by", ["rows", "shops"])
def test_estimates_and_errors_are_those_of_survey(by: str) -> None:
    frame, design = big(by)
    gold = R[by]
    b = descriptives.mean_interval(frame["b"], design=design)
    assert (b.mean, b.se) == pytest.approx(tuple(gold["mean"].values()), abs=1e-9)
    assert b.sd == pytest.approx(gold["sd"], abs=1e-9)
    assert b.se**2 / (b.sd**2 / b.n) == pytest.approx(gold["deff"], rel=1e-9)
    a = descriptives.mean_interval(frame["a"], design=design)
    assert (a.mean, a.se) == pytest.approx(tuple(gold["mean_missing"].values()), abs=1e-9)
    nps = descriptives.net_promoter_score(frame["r"], design=design)
    assert (nps.nps, nps.se) == pytest.approx(tuple(gold["nps"].values()), abs=1e-9)
    assert nps.promoters + nps.passives + nps.detractors == pytest.approx(1)
    top = descriptives.csat(frame["b"], top_box=6, minimum=1, maximum=7, design=design)
    assert top.share == pytest.approx(gold["share"]["est"], abs=1e-9)
    marked = (frame["b"] >= 6).astype(float)
    size = design.size(top.share, marked)
    assert np.sqrt(top.share * (1 - top.share) / size) == pytest.approx(gold["share"]["se"])
    assert (top.ci_lower, top.ci_upper) == pytest.approx(
        descriptives.wilson_limits(top.share, size, 0.95)
    )
    shares = descriptives.answer_distribution(frame[["b"]], 1, 7, design=design)
    np.testing.assert_allclose(shares.loc["b"], gold["distribution"], atol=1e-10)
    pair = descriptives.pair_correlation(frame[["b", "c"]], design=design)
    assert pair.r == pytest.approx(gold["r"], abs=1e-10)
    df = 79 if by == "rows" else 7
    half = np.arctanh(pair.ci_upper) - np.arctanh(pair.r)
    assert half == pytest.approx(dist.t.ppf(0.975, df) * gold["r_se"] / (1 - pair.r**2), rel=0.02)
    assert design.effective(frame.index) == pytest.approx(R["kish"], abs=1e-9)


@pytest.mark.parametrize("by", ["rows", "shops"])
def test_alpha_and_its_error_are_those_of_the_weighted_covariances(by: str) -> None:
    frame, design = big(by)
    items = frame[["b", "c"]].assign(r=frame["r"] / 2)
    alpha = reliability.cronbach_alpha(items, design=design)
    assert alpha.alpha == pytest.approx(R[by]["alpha"], abs=1e-9)
    df = 79 if by == "rows" else 7
    half = np.log((1 - alpha.ci_lower) / (1 - alpha.alpha))
    expected = dist.t.ppf(0.975, df) * R[by]["alpha_se"] / (1 - alpha.alpha)
    assert half == pytest.approx(expected, rel=0.02)


def test_a_group_is_a_part_of_the_survey() -> None:
    frame, design = big("shops")
    late = (frame["shop"] > 3).map({True: "late", False: "early"}).rename("late")
    found = descriptives.by_group(
        frame["b"], late, lambda x: descriptives.mean_interval(x, design=design)
    )
    np.testing.assert_allclose(found["mean"].astype(float), R["shops"]["by"], atol=1e-9)
    np.testing.assert_allclose(found["se"].astype(float), R["shops"]["by_se"], atol=1e-9)
    assert found["n"].tolist() == [40, 40]


def test_one_weight_for_all_is_no_weight() -> None:
    frame, _ = big("rows")
    same = w.Design(pd.Series(2.5, frame.index))
    items = frame[["b", "c", "r"]]
    for one, other in (
        (descriptives.item_table(items, 1, 7), descriptives.item_table(items, 1, 7, same)),
        (
            descriptives.answer_distribution(items, 1, 7),
            descriptives.answer_distribution(items, 1, 7, same),
        ),
        (descriptives.mean_table(items), descriptives.mean_table(items, design=same)),
    ):
        np.testing.assert_allclose(one.to_numpy(float), other.to_numpy(float), atol=1e-10)
    boxes = [descriptives.box_shares(items, 1, 7, design=d) for d in (None, same)]
    assert boxes[0].low == pytest.approx(boxes[1].low) and boxes[0].n == boxes[1].n
    plain, weighed = (
        reliability.one_factor_reliability(items, draws=50, seed=1, design=d) for d in (None, same)
    )
    assert weighed.omega == pytest.approx(plain.omega, abs=1e-9)
    assert weighed.omega_lower == pytest.approx(plain.omega_lower, abs=1e-9)


def test_a_weight_of_three_is_three_respondents() -> None:
    """Point estimates alone: three copies of one respondent are no three witnesses."""
    frame, _ = big("rows")
    times = 1 + np.arange(80) % 3
    design = w.Design(pd.Series(times, dtype=float))
    copies = frame.loc[np.repeat(frame.index, times)].reset_index(drop=True)
    items = ["b", "c", "r"]
    one, many = (
        descriptives.item_table(frame[items], 1, 7, design),
        descriptives.item_table(copies[items], 1, 7),
    )
    for column in ("mean", "median", "floor", "ceiling"):
        np.testing.assert_allclose(one[column], many[column], atol=1e-12)
    cov = design.covariance(frame[items])
    np.testing.assert_allclose(cov * 79 / 80, np.cov(copies[items].T, ddof=0), atol=1e-12)
    assert np.corrcoef(copies[["b", "c"]].T)[0, 1] == pytest.approx(
        descriptives.pair_correlation(frame[["b", "c"]], design=design).r
    )


def test_quantiles_lie_where_the_weight_does() -> None:
    x, even = np.array([3.0, 1.0, 2.0]), np.ones(3)
    at = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(w.quantiles(x, even, at), np.quantile(x, at, method="hazen"))
    assert w.quantiles(x, np.array([100.0, 1.0, 1.0]), np.array([0.5]))[0] > 2.9


def test_a_respondent_without_a_cluster_is_one() -> None:
    frame, design = big("shops")
    assert design.units is not None
    some = w.Design(design.weights, design.units.astype(float).where(frame.index != 5))
    alone: dict[int, Any] = {5: 99.0}
    named = w.Design(
        design.weights, design.units.astype(float).where(frame.index != 5).fillna(alone)
    )
    assert some.mean(frame["b"]) == pytest.approx(named.mean(frame["b"]))
    one = w.Design(design.weights, pd.Series(1, frame.index))
    with pytest.raises(CannotCompute):
        descriptives.mean_interval(frame["b"], design=one)
