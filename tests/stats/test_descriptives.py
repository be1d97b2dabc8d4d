from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats as dist

from loyalty.stats import CannotCompute
from loyalty.stats import descriptives as d


def test_item_table(mobi: pd.DataFrame) -> None:
    items = mobi.astype(float)
    items.iloc[:5, 0] = np.nan
    table = d.item_table(items, 1, 10)
    assert table.loc["CUEX1", "n_missing"] == 5
    np.testing.assert_allclose(table["mean"], items.mean())
    np.testing.assert_allclose(table["sd"], items.std())
    np.testing.assert_allclose(table["skew"], items.skew())
    assert table.loc["CUSL2", "ceiling"] == pytest.approx((mobi["CUSL2"] == 10).mean())
    assert d.item_table(items)["floor"].isna().all()
    empty = d.item_table(pd.DataFrame({"a": [np.nan, np.nan], "b": [3.0, 3.0]}), 1, 5)
    assert empty.loc["a", "n"] == 0 and np.isnan(empty.loc["a", "mean"])
    assert empty.loc["b", "sd"] == 0 and np.isnan(empty.loc["b", "skew"])


def test_answer_distribution() -> None:
    items = pd.DataFrame({"a": [1, 2, 2, np.nan], "b": [np.nan] * 4, "c": [3, 3, 9, 1]})
    share = d.answer_distribution(items, 1, 3)
    assert share.loc["a"].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert share.loc["b"].isna().all()
    assert share.loc["c"].sum() == pytest.approx(0.75)


def test_reverse_code_twice_is_identity(mobi: pd.DataFrame) -> None:
    once = d.reverse_code(mobi, ["CUSA1"], 1, 10)
    assert (once["CUSA1"] == 11 - mobi["CUSA1"]).all()
    assert (once["CUSA2"] == mobi["CUSA2"]).all()
    twice = d.reverse_code(once, ["CUSA1"], 1, 10)
    np.testing.assert_array_equal(twice, mobi)
    with pytest.raises(CannotCompute, match="no item zz"):
        d.reverse_code(mobi, ["zz"], 1, 10)


def test_scale_scores_rule() -> None:
    items = pd.DataFrame(
        {"a": [1, 1, np.nan], "b": [2, np.nan, np.nan], "c": [6, np.nan, np.nan], "d": [1, 2, 3]}
    )
    scores = d.scale_scores(items, {"s": ["a", "b", "c"], "t": ["d"]}, min_answered=2 / 3)
    assert scores["s"].tolist()[0] == 3 and scores["s"].isna().tolist() == [False, True, True]
    assert d.scale_scores(items, {"s": ["a", "b", "c"]}, min_answered=0)["s"].isna().sum() == 1
    with pytest.raises(CannotCompute, match="no item z"):
        d.scale_scores(items, {"s": ["z"]})
    with pytest.raises(CannotCompute, match="has no items"):
        d.scale_scores(items, {"s": []})


def test_mean_interval_matches_t_test(hs_miss: pd.DataFrame, gold: dict) -> None:
    m = d.mean_interval(hs_miss["x1"], level=0.9)
    np.testing.assert_allclose([m.mean, m.ci_lower, m.ci_upper], gold["ttest"], rtol=1e-10)
    with pytest.raises(CannotCompute, match="only 1 value:"):
        d.mean_interval([3.0, np.nan])
    table = d.mean_table(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, np.nan, np.nan]}))
    assert table.loc["b", "mean"] == 1 and np.isnan(table.loc["b", "ci_lower"])


def test_correlations_match_psych(hs_miss: pd.DataFrame, gold: dict) -> None:
    got, want = d.correlations(hs_miss), gold["corr"]
    np.testing.assert_allclose(got.r, want["r"], atol=1e-12)
    np.testing.assert_array_equal(got.n, want["n"])
    low = np.array([row["lower"] for row in want["ci"]])
    high = np.array([row["upper"] for row in want["ci"]])
    tri = np.tril_indices(9, -1)
    by_column = np.lexsort((tri[0], tri[1]))  # psych goes down the columns
    np.testing.assert_allclose(got.ci_lower.to_numpy()[tri][by_column], low, atol=1e-9)
    np.testing.assert_allclose(got.ci_upper.to_numpy()[tri][by_column], high, atol=1e-9)
    np.testing.assert_allclose(
        got.p.to_numpy()[tri], np.array(want["p"])[tri], rtol=1e-6, atol=1e-15
    )
    rank = d.correlations(hs_miss, method="spearman")
    np.testing.assert_allclose(rank.r, gold["spearman"], atol=1e-12)


def test_correlations_listwise_and_refusals(hs_miss: pd.DataFrame) -> None:
    got = d.correlations(hs_miss, missing="listwise")
    np.testing.assert_allclose(got.r, hs_miss.dropna().corr(), atol=1e-12)
    for bad, words in [
        (hs_miss[["x1"]], "only 1 variable"),
        (hs_miss.assign(x1=2.0), "x1 is constant"),
        (hs_miss.assign(x1=np.nan), "x1 has no answers"),
        (hs_miss.head(3).fillna(1.0)[["x1", "x2"]], "needs 4"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            d.correlations(bad)
    perfect = d.correlations(pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [2.0, 4, 6, 8, 10]}))
    assert perfect.r.iloc[0, 1] == pytest.approx(1.0)
    assert perfect.ci_lower.iloc[0, 1] == pytest.approx(1.0)


def test_wilson_matches_prop_test(gold: dict) -> None:
    got = d.wilson_interval(37, 80)
    np.testing.assert_allclose([got.ci_lower, got.ci_upper], gold["wilson"], rtol=1e-10)
    assert d.wilson_interval(0, 5).ci_lower == 0 and d.wilson_interval(5, 5).ci_upper == 1
    assert d.csat([5, 4, 3, np.nan], top_box=4).share == pytest.approx(2 / 3)
    with pytest.raises(CannotCompute, match="no answers"):
        d.csat([np.nan], top_box=4)
    with pytest.raises(CannotCompute):
        d.wilson_interval(6, 5)


def test_nps_variance_is_that_of_the_scored_answers() -> None:
    rng = np.random.default_rng(5)
    ratings = rng.integers(0, 11, 200).astype(float)
    got = d.net_promoter_score(ratings)
    scored = np.where(ratings >= 9, 1, np.where(ratings <= 6, -1, 0))
    assert got.nps == pytest.approx(100 * scored.mean())
    assert got.se == pytest.approx(100 * scored.std() / np.sqrt(200))
    assert got.wald_upper - got.nps == pytest.approx(dist.norm.ppf(0.975) * got.se)
    assert got.promoters + got.passives + got.detractors == pytest.approx(1)


def test_nps_adjusted_wald_by_hand_and_at_the_end() -> None:
    # 36 ratings: 16 promoters, 8 passives, 12 detractors
    got = d.net_promoter_score([10] * 16 + [7] * 8 + [3] * 12, level=0.9)
    p, q, n = 16.75 / 39, 12.75 / 39, 39
    half = dist.norm.ppf(0.95) * np.sqrt((p + q - (p - q) ** 2) / n)
    assert got.ci_lower == pytest.approx(100 * (p - q - half))
    assert got.ci_upper == pytest.approx(100 * (p - q + half))
    everyone = d.net_promoter_score([10] * 12)
    assert everyone.wald_lower == everyone.nps == 100
    assert everyone.ci_lower < 100 and everyone.ci_upper == 100
    with pytest.raises(CannotCompute, match="no ratings"):
        d.net_promoter_score([np.nan])
    with pytest.raises(CannotCompute, match="outside 0 to 10"):
        d.net_promoter_score([11])


def test_by_group_suppresses_small_cells() -> None:
    values = pd.Series([10.0] * 12 + [0.0] * 3 + [np.nan] * 4)
    group = pd.Series(["a"] * 12 + ["b"] * 3 + ["c"] * 3 + [None], name="firm")
    table = d.by_group(values, group, d.net_promoter_score)
    assert table.index.tolist() == ["a", "b", "c"]
    assert table.loc["a", "nps"] == 100
    assert table.loc["b", "nps"] is None and table.loc["b", "suppressed"]
    assert table.loc["c", "n"] == 0
    few = d.by_group(values, group, d.mean_interval, min_n=0, order=["b", "c", "z"])
    assert few.loc["z", "reason"].startswith("only 0 values")
    assert few.loc["b", "mean"] == 0
    json.dumps(d.by_group(values, group, d.mean_interval).to_dict(), allow_nan=False)
    with pytest.raises(CannotCompute):
        d.by_group(values, group.iloc[:3], d.mean_interval)


def test_results_compare_by_value(hs: pd.DataFrame) -> None:
    assert d.correlations(hs) == d.correlations(hs)
    assert d.correlations(hs) != d.correlations(hs, level=0.9)
    assert d.mean_interval([1, 2]) != d.wilson_interval(1, 2)
    assert hash(d.mean_interval([1, 2])) == hash(d.mean_interval([1, 2]))
