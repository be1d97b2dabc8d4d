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
    with pytest.raises(ValueError, match="no item zz"):
        d.reverse_code(mobi, ["zz"], 1, 10)


def test_scale_scores_rule() -> None:
    items = pd.DataFrame(
        {"a": [1, 1, np.nan], "b": [2, np.nan, np.nan], "c": [6, np.nan, np.nan], "d": [1, 2, 3]}
    )
    scores = d.scale_scores(items, {"s": ["a", "b", "c"], "t": ["d"]}, min_answered=2 / 3)
    assert scores["s"].tolist()[0] == 3 and scores["s"].isna().tolist() == [False, True, True]
    assert d.scale_scores(items, {"s": ["a", "b", "c"]}, min_answered=0)["s"].isna().sum() == 1
    with pytest.raises(ValueError, match="no item z"):
        d.scale_scores(items, {"s": ["z"]})
    with pytest.raises(CannotCompute, match="has no items"):
        d.scale_scores(items, {"s": []})


def test_mean_interval_matches_t_test(hs_miss: pd.DataFrame, gold: dict) -> None:
    m = d.mean_interval(hs_miss["x1"], level=0.9)
    np.testing.assert_allclose([m.mean, m.ci_lower, m.ci_upper], gold["ttest"], rtol=1e-10)
    with pytest.raises(CannotCompute, match="needs 2 values, not 1"):
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
        (hs_miss[["x1"]], "need 2 variables, not 1"),
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
    assert d.csat([5, 4, 3, np.nan], top_box=4, minimum=1, maximum=5).share == pytest.approx(2 / 3)
    with pytest.raises(CannotCompute, match="no answers"):
        d.csat([np.nan], top_box=4, minimum=1, maximum=5)
    with pytest.raises(ValueError, match="not between 0 and 5"):
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
    assert few.loc["z", "reason"] == "an interval needs 2 values, not 0"
    assert few.loc["b", "mean"] == 0
    json.dumps(d.by_group(values, group, d.mean_interval).to_dict(), allow_nan=False)
    with pytest.raises(ValueError, match="same rows"):
        d.by_group(values, group.iloc[:3], d.mean_interval)


def test_results_compare_by_value(hs: pd.DataFrame) -> None:
    assert d.correlations(hs) == d.correlations(hs)
    assert d.correlations(hs) != d.correlations(hs, level=0.9)
    assert d.mean_interval([1, 2]) != d.wilson_interval(1, 2)
    assert hash(d.mean_interval([1, 2])) == hash(d.mean_interval([1, 2]))


def test_pair_correlation_matches_r(hs_miss: pd.DataFrame, golden_json) -> None:
    want = golden_json("audit.json")["cor"]
    got = d.pair_correlation(hs_miss[["x1", "x2"]], level=0.9)
    assert (got.r, got.n) == (pytest.approx(want["r"], rel=1e-12), want["n"])
    assert [got.ci_lower, got.ci_upper] == pytest.approx(want["ci"], rel=1e-10)
    with pytest.raises(ValueError, match="two columns, not 3"):
        d.pair_correlation(hs_miss[["x1", "x2", "x3"]])


def test_scale_table_counts_the_ends() -> None:
    scores = pd.DataFrame(
        {"s": [1.0, 1, 3, 5, np.nan, 2, 2, 2, 2, 2], "t": [np.nan] * 10, "u": [10.0] + [9.5] * 9}
    )
    table = d.scale_table(scores, {"s": 1, "t": 1, "u": 1}, {"s": 5, "t": 5, "u": 10})
    assert table.loc["s", "floor"] == pytest.approx(2 / 9)
    assert table.loc["s", "ceiling"] == pytest.approx(1 / 9)
    w = d.wilson_interval(2, 9)
    assert table.loc["s", "floor_lower"] == pytest.approx(w.ci_lower)
    assert table.loc["s", "floor_upper"] == pytest.approx(w.ci_upper)
    assert table.loc["t", "n"] == 0 and np.isnan(table.loc["t", "ceiling"])
    assert table.loc["u", "ceiling"] == pytest.approx(0.1) and table.loc["u", "floor"] == 0


def test_csat_refuses_what_is_off_the_scale() -> None:
    with pytest.raises(CannotCompute, match="outside 1 to 5"):
        d.csat([1, 5, 9], top_box=4, minimum=1, maximum=5)
    assert d.csat([1, 5, 4, np.nan], top_box=4, minimum=1, maximum=5).count == 2


def test_box_shares() -> None:
    items = pd.DataFrame({"a": [1, 2, 3, 7, np.nan], "b": [7, 6, 4, 4, 1]})
    got = d.box_shares(items, 1, 7)
    assert (got.low, got.middle, got.high, got.n) == pytest.approx((3 / 9, 3 / 9, 3 / 9, 9))
    with pytest.raises(CannotCompute, match="fewer than 4 answers"):
        d.box_shares(items, 1, 7, least=4)
    with pytest.raises(CannotCompute, match="fewer than five points"):
        d.box_shares(items, 1, 4)
    with pytest.raises(CannotCompute, match="no answers"):
        d.box_shares(items * np.nan, 1, 7)


# --- suppression -----------------------------------------------------------------------------


def recoverable(counts, inner, hidden, least: int) -> list[tuple[str, str]]:
    """Small cells that follow by linear algebra from what is shown: an independent check.

    Unknowns are the hidden cells. Equations: every sum whose total is shown or hidden, the grand
    total being known. A cell follows where its unit vector lies in the equations' row space.
    """
    cells = [(g, level) for g in counts for level in hidden[g]]
    place = {cell: k for k, cell in enumerate(cells)}
    rows = []
    for g, c in counts.items():
        tops = [None] if g not in inner else list(counts[inner[g][0]].index)
        for top in tops:
            row = np.zeros(len(cells))
            for level in c.index:
                if (top is None or inner[g][1][level] == top) and (g, level) in place:
                    row[place[g, level]] = 1
            if top is not None and (inner[g][0], top) in place:
                row[place[inner[g][0], top]] = -1
            rows.append(row)
    space = np.array(rows)
    rank = np.linalg.matrix_rank(space)
    found = []
    for cell, k in place.items():
        unit = np.zeros(len(cells))
        unit[k] = 1
        follows = np.linalg.matrix_rank(np.vstack([space, unit])) == rank
        if follows and 0 < counts[cell[0]][cell[1]] < least:
            found.append(cell)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_no_small_cell_follows_from_what_is_shown(seed: int) -> None:
    rng = np.random.default_rng(seed)
    firms = [f"{i}{k}" for i in "ABC" for k in range(rng.integers(1, 5))]
    firm = pd.Series(rng.choice([0, 3, 8, 12, 40, 90], len(firms)), index=firms)
    home = {f: f[0] for f in firms}
    industry = firm.groupby(home).sum().reindex(list("ABC"), fill_value=0)
    counts, inner = {"industry": industry, "firm": firm}, {"firm": ("industry", home)}
    hidden = d.hidden_cells(counts, inner, least=10)
    small = {f for f in firms if 0 < firm[f] < 10}
    assert small <= set(hidden["firm"])
    shown = sum(n for f, n in firm.items() if f not in hidden["firm"] and n > 0)
    assert recoverable(counts, inner, hidden, 10) == [] or shown == 0
    if not small and not (industry.between(1, 9)).any():
        assert hidden == {"industry": {}, "firm": {}}


def test_hidden_cells_by_hand() -> None:
    def hide(**n: int) -> dict[str, str]:
        return d.hidden_cells({"g": pd.Series(n)})["g"]

    assert hide(a=50, b=40) == {}
    assert hide(a=50, b=40, c=3) == {"c": "small", "b": "complementary"}
    # Two small cells together are still too few to be told as a sum.
    assert hide(a=50, b=40, c=3, d=4) == {"c": "small", "d": "small", "b": "complementary"}
    assert hide(a=50, b=40, c=6, d=7) == {"c": "small", "d": "small"}
    assert hide(a=50, b=0) == {} and hide(a=4) == {"a": "small"}


def test_a_hidden_industry_hides_a_firm_of_its_own() -> None:
    counts = {
        "industry": pd.Series({"X": 6, "Y": 60, "Z": 90}),
        "firm": pd.Series({"x": 6, "y1": 20, "y2": 40, "z1": 45, "z2": 45}),
    }
    home = {"x": "X", "y1": "Y", "y2": "Y", "z1": "Z", "z2": "Z"}
    hidden = d.hidden_cells(counts, {"firm": ("industry", home)})
    assert hidden["industry"] == {"X": "small", "Y": "complementary"}
    assert hidden["firm"] == {"x": "small", "y1": "complementary"}


def test_by_groups_keeps_a_small_firm_to_itself() -> None:
    firm = pd.Series(["A1"] * 20 + ["A2"] * 30 + ["A3"] * 4 + ["B1"] * 25 + ["B2"] * 15)
    groups = pd.DataFrame({"firm": firm, "industry": firm.str[0]})
    values = pd.Series(np.arange(94.0) % 7)
    levels = {"industry": ["A", "B"], "firm": ["A1", "A2", "A3", "B1", "B2"]}
    table = d.by_groups(values, groups, levels, d.mean_interval, within={"firm": "industry"})
    shown = table.set_index("level")
    assert shown["suppressed"].tolist() == [False, False, True, False, True, False, False]
    assert shown.loc["A3", "reason"] == "fewer than 10 answers"
    assert shown.loc["A1", "reason"].startswith("with it another cell")
    assert shown.loc["A1", "n"] is None and shown.loc["A1", "mean"] is None
    assert shown.loc["B1", "mean"] == pytest.approx(values[54:79].mean())
    alone = d.by_groups(values, groups, {"firm": levels["firm"]}, d.mean_interval)
    assert alone.set_index("level")["suppressed"].tolist() == [False, False, True, False, True]


def test_by_groups_of_a_firm_without_answers_and_of_a_constant_one() -> None:
    groups = pd.DataFrame({"firm": ["a"] * 12 + ["b"] * 12 + ["c"] * 12})
    pair = pd.DataFrame({"x": np.arange(36.0) % 5, "y": np.arange(36.0) % 7})
    pair.loc[:11, "x"] = np.nan
    pair.loc[12:23, "y"] = 3.0
    table = d.by_groups(pair, groups, {"firm": ["a", "b", "c"]}, d.pair_correlation)
    rows = table.set_index("level")
    assert rows["suppressed"].tolist() == [True, False, False]
    assert rows.loc["b", "reason"] == "y is constant" and rows.loc["b", "r"] is None
    want = np.corrcoef(pair.loc[24:, "x"], pair.loc[24:, "y"])[0, 1]
    assert rows.loc["c", "r"] == pytest.approx(want)
    empty = d.by_groups(pair["x"] * np.nan, groups, {"firm": ["a", "b"]}, d.mean_interval)
    assert empty["suppressed"].all()
    assert list(d.by_groups(pair["x"], groups, {}, d.mean_interval).columns[:2]) == [
        "group",
        "level",
    ]


def test_shares_are_counts_too() -> None:
    groups = pd.DataFrame({"firm": ["a"] * 40 + ["b"] * 40 + ["c"] * 40 + ["d"] * 40})
    marked = pd.Series(([1.0] * 3 + [0.0] * 37) + ([1.0] * 15 + [0.0] * 25) * 2 + [0.0] * 40)
    table = d.shares_by_groups(marked, groups, {"firm": list("abcd")}).set_index("level")
    # a: 3 marked; b goes with it, since the marked of everybody are known; d: none at all.
    assert table["suppressed"].tolist() == [True, True, False, False]
    assert table.loc["c", "share"] == pytest.approx(15 / 40) and table.loc["d", "share"] == 0
    nearly = d.shares_by_groups(1 - marked, groups, {"firm": list("abcd")})
    assert nearly["suppressed"].tolist() == [True, True, False, False]


def test_a_grouping_that_crosses_another_is_no_part_of_it() -> None:
    inner, outer = pd.Series(["p", "p", "q", None]), pd.Series(["X", "Y", "Y", "Y"])
    assert d.nesting(inner, outer) is None
    assert d.nesting(inner[1:], outer[1:]) == {"p": "Y", "q": "Y"}
    groups = pd.DataFrame({"i": inner, "o": outer})
    levels = {"i": ["p", "q", "r"], "o": ["X", "Y"]}
    counts, within = d.group_counts(groups, levels, {"i": "o"})
    assert counts["i"].to_dict() == {"p": 2, "q": 1, "r": 0} and within == {}
    _, within = d.group_counts(groups[1:], levels, {"i": "o"})
    assert within == {"i": ("o", {"p": "Y", "q": "Y", "r": None})}
