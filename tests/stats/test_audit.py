from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal
from semfit.incomplete import IncompleteRows

from loyalty.stats import CannotCompute, audit


def test_codes_outside_scale_names_item_row_and_code() -> None:
    items = pd.DataFrame({"a": [1, 9, 3, np.nan], "b": [0, 2.5, 7, 9]}, index=[10, 11, 12, 13])
    found = audit.codes_outside_scale(items, 1, 7)
    assert found.n_cells == 4 and found.n_rows == 3
    assert found.by_item.loc["b", "codes"] == "0, 2.5, 9"
    assert found.by_item.loc["a", "n_outside"] == 1
    assert found.by_item.loc["a", "share"] == pytest.approx(1 / 3)
    assert found.cells.iloc[0].to_dict() == {"row": 10, "item": "b", "code": 0.0}
    assert audit.codes_outside_scale(items, 0, {"a": 9, "b": 9}, whole=False).n_cells == 0
    with pytest.raises(ValueError, match="no scale is given for b"):
        audit.codes_outside_scale(items, 1, {"a": 9})


def test_duplicates_by_row_and_id() -> None:
    frame = pd.DataFrame(
        {"id": [1, 2, 2, 4, 5, 6], "a": [1, 1, 2, np.nan, np.nan, 2], "b": [3, 3, np.nan] * 2}
    )
    frame.loc[[3, 4], "b"] = np.nan
    found = audit.duplicates(frame, id="id")
    assert found.duplicate_rows.tolist() == [False, True, False, False, False, True]
    assert found.n_ids == 1
    assert audit.duplicates(frame).n_rows == 0
    with pytest.raises(ValueError, match="no column zz"):
        audit.duplicates(frame, id="zz")


def test_exclusion_flow_counts_each_row_once() -> None:
    index = pd.RangeIndex(5)
    first = pd.Series([True, True, False, False, False])
    second = pd.Series([True, False, True, False, False])
    flow = audit.exclusion_flow(index, [("first", first), ("second", second)])
    assert flow.steps["n_excluded"].tolist() == [2, 1]
    assert flow.steps["n_left"].tolist() == [3, 2]
    assert (flow.n_start, flow.n_end) == (5, 2)
    assert flow.kept.tolist() == [False, False, False, True, True]
    with pytest.raises(ValueError, match="are not the rows of the data"):
        audit.exclusion_flow(index, [("x", first.iloc[:3])])
    assert audit.exclusion_flow(index, []).n_end == 5


def test_missingness_tables(hs_miss: pd.DataFrame) -> None:
    by_item = audit.missing_by_item(hs_miss)
    assert (by_item["n"] + by_item["n_missing"] == len(hs_miss)).all()
    patterns = audit.missing_patterns(hs_miss)
    assert patterns["n"].sum() == len(hs_miss)
    assert patterns["share"].sum() == pytest.approx(1)
    assert patterns.loc[0, "n"] == len(hs_miss.dropna())
    assert patterns["n"].is_monotonic_decreasing
    shuffled = audit.missing_patterns(hs_miss.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(patterns, shuffled)


def test_em_moments_match_lavaan(hs_miss: pd.DataFrame, gold: dict) -> None:
    m = audit.em_moments(hs_miss, tolerance=1e-11)
    np.testing.assert_allclose(m.mean, gold["em"]["mu"], atol=1e-7)
    np.testing.assert_allclose(m.covariance, gold["em"]["sigma"], atol=1e-6)


def _textbook_em(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row by row, by regression on what is there (Little & Rubin 2002, ch. 11), to the end."""
    p = values.shape[1]
    mu, sigma = np.nanmean(values, axis=0), np.diag(np.nanvar(values, axis=0))
    for _ in range(2000):
        first, second = np.zeros(p), np.zeros((p, p))
        for row, weight in zip(values, weights, strict=True):
            h = np.isnan(row)
            b = np.linalg.solve(sigma[np.ix_(~h, ~h)], sigma[np.ix_(~h, h)])
            whole, spare = row.copy(), np.zeros((p, p))
            whole[h] = mu[h] + (row[~h] - mu[~h]) @ b
            spare[np.ix_(h, h)] = sigma[np.ix_(h, h)] - sigma[np.ix_(h, ~h)] @ b
            first += weight * whole
            second += weight * (np.outer(whole, whole) + spare)
        new = first / weights.sum()
        cov = second / weights.sum() - np.outer(new, new)
        moved = max(np.abs(new - mu).max(), np.abs(cov - sigma).max())
        mu, sigma = new, cov
        if moved < 1e-12:
            return mu, sigma
    raise AssertionError("EM does not end")


@pytest.mark.parametrize("weighted", [False, True])
def test_moments_of_incomplete_rows_are_those_of_the_textbook(weighted: bool) -> None:
    """Patterns of one row, of several, and of more rows than there are variables."""
    rng = np.random.default_rng(3)
    values = rng.standard_normal((120, 4)) @ rng.standard_normal((4, 4)) + 3
    values[:30, 1] = np.nan
    values[40:60][rng.random((20, 4)) < 0.3] = np.nan
    values = values[~np.isnan(values).all(axis=1)]
    weights = rng.uniform(0.5, 2.0, len(values)) if weighted else np.ones(len(values))
    weights /= weights.mean()
    found = IncompleteRows(values, weights if weighted else None).moments(1e-12)
    assert found is not None and found.converged
    mu, sigma = _textbook_em(values, weights)
    np.testing.assert_allclose(found.mean, mu, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.cov, sigma, rtol=0, atol=1e-9)
    loglik = 0.0
    for row, weight in zip(values, weights, strict=True):
        o = ~np.isnan(row)
        density = multivariate_normal(mu[o], sigma[np.ix_(o, o)])
        loglik += weight * density.logpdf(row[o])
    assert found.loglik == pytest.approx(loglik, abs=1e-9)


def test_em_without_missing_is_plain_ml(hs: pd.DataFrame) -> None:
    m = audit.em_moments(hs)
    np.testing.assert_allclose(m.mean, hs.mean(), atol=1e-12)
    np.testing.assert_allclose(m.covariance, np.cov(hs, rowvar=False, ddof=0), atol=1e-10)


@pytest.mark.parametrize("unbiased", [True, False])
def test_little_mcar_matches_r(hs_miss: pd.DataFrame, gold: dict, unbiased: bool) -> None:
    want = gold["little"]["unbiased" if unbiased else "ml"]
    got = audit.little_mcar(hs_miss, unbiased=unbiased)
    assert got.chi2 == pytest.approx(want["chi2"], rel=1e-6)
    assert got.df == want["df"]
    assert got.p == pytest.approx(want["p"], rel=1e-5)
    assert got.n_patterns == want["patterns"]


def test_little_mcar_published_airquality(data_csv, gold: dict) -> None:
    """naniar::mcar_test(airquality) documents statistic 35.1, df 14, p 0.00142, 4 patterns."""
    got = audit.little_mcar(data_csv("airquality.csv"), unbiased=False)
    assert (round(got.chi2, 1), got.df, round(got.p, 5), got.n_patterns) == (35.1, 14, 0.00142, 4)
    assert got.chi2 == pytest.approx(gold["little"]["airquality"]["chi2"], rel=1e-5)


def test_little_mcar_is_invariant_to_rows_columns_and_units(hs_miss: pd.DataFrame) -> None:
    base = audit.little_mcar(hs_miss).chi2
    other = hs_miss.sample(frac=1, random_state=3)[hs_miss.columns[::-1]] * 7 + 3
    assert audit.little_mcar(other).chi2 == pytest.approx(base, rel=1e-5)
    empty = pd.concat([hs_miss, hs_miss.iloc[:2] * np.nan])
    assert audit.little_mcar(empty).chi2 == pytest.approx(base, rel=1e-9)


def test_little_mcar_refuses(hs: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="no answer is missing"):
        audit.little_mcar(hs)
    with pytest.raises(CannotCompute, match="whole rows that are missing"):
        audit.little_mcar(hs.mask(pd.Series(range(len(hs))) % 20 > 0))
    with pytest.raises(CannotCompute, match="has no answers"):
        audit.little_mcar(hs.assign(x1=np.nan))
    with pytest.raises(CannotCompute, match="at least 10 are needed"):
        audit.little_mcar(hs.head(5).mask(hs.head(5) > 6))
    twin = hs.assign(x2=hs["x1"])
    twin.iloc[0, 4] = np.nan
    with pytest.raises(CannotCompute, match=r"singular|positive definite"):
        audit.little_mcar(twin)


def test_long_string_and_variability() -> None:
    items = pd.DataFrame(
        [[4, 4, 4, 4], [1, 2, 2, 3], [1, np.nan, 1, 1], [np.nan] * 4], columns=list("abcd")
    )
    assert audit.long_string(items).tolist() == [4, 2, 2, 0]
    irv = audit.intra_individual_variability(items)
    np.testing.assert_allclose(irv, items.std(axis=1, ddof=1))


def test_mahalanobis_matches_r(hs: pd.DataFrame, gold: dict) -> None:
    got = audit.mahalanobis(hs)
    np.testing.assert_allclose(got["d2"], gold["mahalanobis"]["d2"], rtol=1e-9)
    np.testing.assert_allclose(got["p"], gold["mahalanobis"]["p"], rtol=1e-7)


def test_mahalanobis_with_missing(hs_miss: pd.DataFrame) -> None:
    available = audit.mahalanobis(hs_miss)
    assert available["d2"].notna().all()
    assert (available["df"] == hs_miss.notna().sum(axis=1)).all()
    listwise = audit.mahalanobis(hs_miss, missing="listwise")
    assert (listwise["d2"].isna() == hs_miss.isna().any(axis=1)).all()
    with pytest.raises(CannotCompute, match="collinear"):
        audit.mahalanobis(hs_miss.dropna().assign(x2=lambda d: d["x1"] * 2))
    with pytest.raises(CannotCompute, match="complete rows"):
        audit.mahalanobis(hs_miss.dropna().head(4))


def test_even_odd_and_synonyms_by_hand(mobi: pd.DataFrame, mobi_scales) -> None:
    got = audit.even_odd_consistency(mobi, mobi_scales)
    i = 7
    odd = [mobi.loc[i, v[0::2]].mean() for v in mobi_scales.values()]
    even = [mobi.loc[i, v[1::2]].mean() for v in mobi_scales.values()]
    r = np.corrcoef(odd, even)[0, 1]
    assert got[i] == pytest.approx(max(2 * r / (1 + r), -1))
    corr = mobi.corr().to_numpy()
    a, b = np.nonzero(np.triu(corr >= 0.5, 1))
    syn = audit.psychometric_synonyms(mobi, threshold=0.5)
    row = mobi.iloc[i].to_numpy(float)
    assert syn[i] == pytest.approx(np.corrcoef(row[a], row[b])[0, 1])
    assert got.dropna().between(-1, 1).all() and syn.dropna().between(-1, 1).all()
    with pytest.raises(CannotCompute, match="only 1 scale with"):
        audit.even_odd_consistency(mobi, {"Image": mobi_scales["Image"]})
    with pytest.raises(CannotCompute, match="item pairs"):
        audit.psychometric_synonyms(mobi, threshold=0.99)


def test_careless_flags(mobi: pd.DataFrame, mobi_scales) -> None:
    items = mobi.copy().astype(float)
    items.iloc[0] = 5.0
    items.iloc[1] = np.nan
    indices = audit.careless_indices(items, mobi_scales)
    assert indices.not_computed == {}
    strict = audit.careless_indices(items, mobi_scales, synonym_threshold=0.99)
    assert strict.not_computed["psychometric_synonyms"].code == "few_synonyms"
    flagged = audit.flag_careless(indices, max_long_string=10, min_variability=0.1)
    assert flagged.careless[0] and not flagged.careless[1]
    assert flagged.counts["careless"] == flagged.careless.sum()
    both = audit.flag_careless(indices, max_long_string=10, min_variability=0.1, min_flags=2)
    assert both.careless.sum() <= flagged.careless.sum()
    assert set(flagged.flags.columns) == {"long_string", "intra_individual_variability"}
    with pytest.raises(ValueError, match="no rule"):
        audit.flag_careless(indices)
    one = audit.careless_indices(items.iloc[:, :2], {"a": list(items.columns[:2])})
    assert set(one.not_computed) == {"even_odd_consistency", "psychometric_synonyms"}
    json.dumps(indices.to_dict(), allow_nan=False)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_skew_and_kurtosis_match_psych(hs: pd.DataFrame, gold: dict, kind: int) -> None:
    table = audit.univariate_normality(hs, kind=kind)
    np.testing.assert_allclose(table["skew"], gold["skew"][kind - 1]["skew"], rtol=1e-9)
    np.testing.assert_allclose(table["kurtosis"], gold["skew"][kind - 1]["kurtosi"], rtol=1e-9)
    if kind == 2:
        np.testing.assert_allclose(table["skew"], hs.skew())
        np.testing.assert_allclose(table["kurtosis"], hs.kurt())


def test_univariate_normality_of_degenerate_items() -> None:
    table = audit.univariate_normality(pd.DataFrame({"c": [1, 1, 1, 1], "e": [np.nan] * 4}))
    assert table[["skew", "kurtosis"]].isna().all(axis=None)


def test_mardia_matches_psych_and_semtools(hs: pd.DataFrame, gold: dict, psych_hs: dict) -> None:
    got, want = audit.mardia(hs, unbiased=True), gold["mardia"]
    assert got.skewness == pytest.approx(want["b1p"], rel=1e-10)
    assert got.kurtosis == pytest.approx(psych_hs["mardia"]["b2p"], rel=1e-10)
    assert got.skewness_chi2_small == pytest.approx(want["chi2_small"], rel=1e-10)
    assert got.kurtosis_z == pytest.approx(want["z"], rel=1e-9)
    assert got.skewness_p == pytest.approx(want["p"], rel=1e-6)
    assert got.skewness_p_small == pytest.approx(want["p_small"], rel=1e-6)
    assert got.kurtosis_p == pytest.approx(want["p_kurt"], rel=1e-8)
    tools = gold["mardia_semtools"]
    assert got.skewness == pytest.approx(tools["skew"]["b1d"], rel=1e-9)
    assert got.skewness_chi2 == pytest.approx(tools["skew"]["chi"], rel=1e-9)
    assert got.skewness_df == tools["skew"]["df"]
    assert got.kurtosis == pytest.approx(tools["kurt"]["b2d"], rel=1e-9)
    assert got.kurtosis_z == pytest.approx(tools["kurt"]["z"], rel=1e-9)
    ml = audit.mardia(hs)  # Mardia's own S: divisor n
    assert ml.skewness == pytest.approx(got.skewness * (301 / 300) ** 3, rel=1e-12)
    assert ml.kurtosis == pytest.approx(got.kurtosis * (301 / 300) ** 2, rel=1e-12)


def test_mardia_is_affine_invariant_and_refuses(hs: pd.DataFrame) -> None:
    base = audit.mardia(hs)
    mixed = pd.DataFrame(hs.to_numpy() @ (np.eye(9) + 0.3) + 5, columns=hs.columns)
    assert audit.mardia(mixed).skewness == pytest.approx(base.skewness, rel=1e-8)
    assert audit.mardia(mixed).kurtosis == pytest.approx(base.kurtosis, rel=1e-8)
    with pytest.raises(CannotCompute, match="x1 is constant"):
        audit.mardia(hs.assign(x1=1.0))
    with pytest.raises(CannotCompute, match="only 0 complete rows"):
        audit.mardia(hs.assign(x1=np.nan))


def test_profile_against_quotas(gold: dict) -> None:
    sample = pd.Series(["a"] * 156 + ["b"] * 145 + [None])
    got = audit.profile_against_quotas(sample, {"a": 60, "b": 40})
    assert got.chi2 == pytest.approx(gold["quota"]["chi2"], rel=1e-10)
    assert (got.df, got.n) == (1, 301)
    assert got.p == pytest.approx(gold["quota"]["p"], rel=1e-9)
    np.testing.assert_allclose(got.table["residual"], gold["quota"]["stdres"], rtol=1e-9)
    with pytest.raises(CannotCompute, match="no quota for b"):
        audit.profile_against_quotas(sample, {"a": 1, "c": 1})
    with pytest.raises(CannotCompute, match="positive"):
        audit.profile_against_quotas(sample, {"a": 1, "b": 0})
    with pytest.raises(CannotCompute, match="no row"):
        audit.profile_against_quotas(sample.iloc[-1:], {"a": 1, "b": 1})


def test_bad_frames_are_named() -> None:
    with pytest.raises(CannotCompute, match="a is not numeric"):
        audit.long_string(pd.DataFrame({"a": ["x", "y"]}))
    with pytest.raises(CannotCompute, match="no items"):
        audit.long_string(pd.DataFrame())
    with pytest.raises(CannotCompute, match="a is given twice"):
        audit.long_string(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(CannotCompute, match="infinite"):
        audit.long_string(pd.DataFrame({"a": [1.0, np.inf]}))


def test_nullable_integers_are_read() -> None:
    items = pd.DataFrame({"a": pd.array([1, None, 1], dtype="Int64"), "b": [1, 2, 1]})
    assert audit.long_string(items).tolist() == [2, 1, 2]


def test_response_time(mobi: pd.DataFrame, mobi_scales) -> None:
    seconds = pd.Series(60.0, index=mobi.index)
    seconds.iloc[0] = 12.0
    indices = audit.careless_indices(mobi, mobi_scales, seconds=seconds)
    flagged = audit.flag_careless(indices, min_seconds_per_item=2.0)
    assert flagged.careless.tolist() == [True] + [False] * (len(mobi) - 1)
    with pytest.raises(ValueError, match="same rows"):
        audit.careless_indices(mobi, mobi_scales, seconds=seconds.iloc[1:])


# --- careless answering against R's package careless, agreement against psych ------------------


def test_careless_indices_match_the_r_package(
    mobi: pd.DataFrame, hs_miss: pd.DataFrame, mobi_scales, golden_json
) -> None:
    want = golden_json("audit.json")["careless"]
    assert audit.long_string(mobi).tolist() == want["longstring"]
    irv = audit.intra_individual_variability(mobi)
    np.testing.assert_allclose(irv, want["irv"], rtol=1e-12)
    irv = audit.intra_individual_variability(hs_miss)
    np.testing.assert_allclose(irv, want["irv_missing"], rtol=1e-12)
    got = audit.even_odd_consistency(mobi, mobi_scales).to_numpy()
    wanted = np.array(want["evenodd"], dtype=float)
    assert (np.isnan(got) == np.isnan(wanted)).all()
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)
    got = audit.psychometric_synonyms(mobi, threshold=0.60).to_numpy()
    wanted = np.array(want["psychsyn"], dtype=float)
    assert (np.isnan(got) == np.isnan(wanted)).all()
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12)
    assert len(audit.synonym_pairs(mobi, 0.60)[0]) == want["pairs"]
    indices = audit.careless_indices(mobi, mobi_scales)
    assert indices.pairs == {"even_odd_consistency": 6, "psychometric_synonyms": want["pairs"]}


def test_synonym_pairs_of_constant_and_empty_items() -> None:
    items = pd.DataFrame({"a": [1.0, 2, 3], "b": [2.0, 2, 2], "c": [np.nan] * 3, "d": [2.0, 4, 6]})
    i, j = audit.synonym_pairs(items, 0.6)
    assert list(zip(i, j, strict=True)) == [(0, 3)]


def test_kappa_matches_psych(golden_json) -> None:
    want = golden_json("audit.json")["kappa"]
    a = pd.Series([False] * 94 + [True] * 26)
    b = pd.Series([False] * 90 + [True] * 4 + [False] * 7 + [True] * 19)
    got = audit.cohens_kappa(a, b)
    assert got.kappa == pytest.approx(want["kappa"], rel=1e-12)
    assert got.se**2 == pytest.approx(want["var"], rel=1e-9)
    assert (got.ci_lower, got.ci_upper) == pytest.approx((want["low"], want["high"]), rel=1e-6)
    assert audit.cohens_kappa(b, a).kappa == pytest.approx(got.kappa)
    same = audit.cohens_kappa(a, a)
    assert (same.kappa, same.ci_upper) == (pytest.approx(1), pytest.approx(1))
    for x, y in ((a, b & False), (a | True, b), (a.iloc[:0], b.iloc[:0])):
        with pytest.raises(CannotCompute, match="same for all"):
            audit.cohens_kappa(x, y)
    with pytest.raises(ValueError, match="same rows"):
        audit.cohens_kappa(a, b.iloc[1:])


def test_sign_agreement_has_a_row_a_pair() -> None:
    flags = pd.DataFrame({"a": [True, True, False], "b": [True, False, False], "c": [False] * 3})
    pairs = audit.sign_agreement(flags)
    assert pairs[["a", "b", "both"]].to_numpy().tolist() == [
        ["a", "b", 1],
        ["a", "c", 0],
        ["b", "c", 0],
    ]
    # by hand: agree on 2 of 3; chance 2/3·1/3 + 1/3·2/3 = 4/9
    assert pairs["kappa"].iloc[0] == pytest.approx((2 / 3 - 4 / 9) / (1 - 4 / 9))
    assert pairs["kappa"].iloc[1:].isna().all()


def test_frequent_patterns_pool_the_rare_ones() -> None:
    def frame(*counts: int) -> pd.DataFrame:
        rows = [[1.0] * 5] * counts[0]
        for k, count in enumerate(counts[1:]):
            rows += [[np.nan if j == k else 1.0 for j in range(5)]] * count
        return pd.DataFrame(rows, columns=list("abcde"))

    found = audit.frequent_patterns(frame(50, 30, 12, 7, 6), least=10)
    assert found.shown["n"].tolist() == [50, 30, 12]
    assert found.shown["missing"].tolist() == ["", "a", "b"]
    assert (found.n_patterns, found.pooled_patterns, found.pooled_n) == (5, 2, 13)
    # Three rows alone would follow from the total: the next pattern joins them.
    lone = audit.frequent_patterns(frame(50, 30, 12, 3), least=10)
    assert lone.shown["n"].tolist() == [50, 30]
    assert (lone.pooled_patterns, lone.pooled_n) == (2, 15)
    few = audit.frequent_patterns(frame(50, 30, 12), most=1)
    assert (few.shown["n"].tolist(), few.pooled_n) == ([50], 42)
    assert few.shown["share"].iloc[0] == pytest.approx(50 / 92)
    none = audit.frequent_patterns(frame(5, 3))
    assert len(none.shown) == 0 and none.pooled_n == 8


def test_mardia_of_discrete_answers_matches_psych(mobi: pd.DataFrame, golden_json) -> None:
    want, got = golden_json("audit.json")["mardia_mobi"], audit.mardia(mobi, unbiased=True)
    assert got.skewness == pytest.approx(want["b1p"], rel=1e-9)
    assert got.kurtosis == pytest.approx(want["b2p"], rel=1e-9)
    assert got.skewness_chi2 == pytest.approx(want["chi2"], rel=1e-9)
    assert got.kurtosis_z == pytest.approx(want["z"], rel=1e-9)


def test_all_answers_equal() -> None:
    same = pd.DataFrame(np.full((40, 6), 4.0), columns=list("abcdef"))
    scales = {"x": ["a", "b"], "y": ["c", "d"], "z": ["e", "f"]}
    indices = audit.careless_indices(same, scales)
    assert (indices.table["long_string"] == 6).all()
    assert (indices.table["intra_individual_variability"] == 0).all()
    assert {"mahalanobis", "psychometric_synonyms"} == set(indices.not_computed)
    flagged = audit.flag_careless(indices, max_long_string=3, min_variability=0.25, min_flags=2)
    assert flagged.careless.all()
    for refused in (audit.mardia, audit.little_mcar):
        with pytest.raises(CannotCompute):
            refused(same)


def test_quota_effect_size_is_that_of_its_definition() -> None:
    """Cohen's w: sqrt(sum (share - quota)^2 / quota)."""
    sample = pd.Series(["a"] * 55 + ["b"] * 30 + ["c"] * 15)
    got = audit.profile_against_quotas(sample, {"a": 0.5, "b": 0.3, "c": 0.2})
    assert got.cohens_w == pytest.approx(np.sqrt(0.05**2 / 0.5 + 0 + 0.05**2 / 0.2))
    assert got.min_expected == pytest.approx(20)
