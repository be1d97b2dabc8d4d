from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats

from loyalty.stats import CannotCompute, groups
from loyalty.stats.weighted import Design


@pytest.fixture
def sample(data_csv: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    return data_csv("groups.csv")


def test_anova_matches_r(sample: pd.DataFrame, gold: dict) -> None:
    a, g = groups.anova(sample["y"], sample["g"]), gold["groups"]
    assert a.welch_f == pytest.approx(g["welch"]["F"], rel=1e-10)
    assert [a.welch_df1, a.welch_df2] == pytest.approx(g["welch"]["df"], rel=1e-10)
    assert a.welch_p == pytest.approx(g["welch"]["p"], rel=1e-8)
    assert a.f == pytest.approx(g["anova"]["F"], rel=1e-10)
    assert a.p == pytest.approx(g["anova"]["p"], rel=1e-8)
    levene = list(g["levene"].values()) if isinstance(g["levene"], dict) else g["levene"]
    assert [a.levene_f, a.levene_p] == pytest.approx(levene, rel=1e-8)
    ssb, ssw, msw = (g["anova"][k] for k in ("ssb", "ssw", "msw"))
    assert a.omega2 == pytest.approx((ssb - 3 * msw) / (ssb + ssw + msw), rel=1e-10)
    assert a.epsilon2 == pytest.approx((ssb - 3 * msw) / (ssb + ssw), rel=1e-10)
    assert a.eta2 == pytest.approx(ssb / (ssb + ssw), rel=1e-10)
    assert a.epsilon2 < a.eta2 and a.omega2 < a.epsilon2


def test_games_howell_matches_r_and_pingouin(sample: pd.DataFrame, gold: dict) -> None:
    got = groups.games_howell(sample["y"], sample["g"])
    want = pd.DataFrame(gold["groups"]["games_howell"])
    for ours, theirs in [
        ("difference", "diff"),
        ("se", "se"),
        ("df", "df"),
        ("ci_lower", "low"),
        ("ci_upper", "high"),
    ]:
        np.testing.assert_allclose(got[ours], want[theirs], rtol=1e-6)
    np.testing.assert_allclose(got["p"], want["p"], atol=1e-9, rtol=1e-6)
    theirs = pingouin.pairwise_gameshowell(data=sample, dv="y", between="g")
    np.testing.assert_allclose(got["hedges_g"], theirs["hedges"], atol=1e-2)


def test_hedges_g_matches_metafor_and_r(sample: pd.DataFrame, gold: dict) -> None:
    c, b = (sample.loc[sample["g"] == k, "y"] for k in "cb")
    got, want = groups.hedges_g(c, b), gold["groups"]["hedges"]
    assert got.g == pytest.approx(want["g"], rel=1e-9)
    assert got.d == pytest.approx(want["d"], rel=1e-10)
    j = groups.hedges_correction(63)
    assert got.ci_lower == pytest.approx(j * want["d_low"], rel=1e-7)
    assert got.ci_upper == pytest.approx(j * want["d_high"], rel=1e-7)
    turned = groups.hedges_g(b, c)
    assert turned.g == pytest.approx(-got.g)
    assert turned.ci_lower == pytest.approx(-got.ci_upper, rel=1e-7)
    scaled = groups.hedges_g(c * 10 + 3, b * 10 + 3)
    assert scaled.g == pytest.approx(got.g)


def test_icc(sample: pd.DataFrame, gold: dict) -> None:
    i = groups.intraclass_correlation(sample["y"], sample["g"])
    msb, msw = gold["groups"]["anova"]["msb"], gold["groups"]["anova"]["msw"]
    sizes = np.array([12, 25, 40, 9])
    n0 = (86 - (sizes**2).sum() / 86) / 3
    assert i.icc1 == pytest.approx((msb - msw) / (msb + (n0 - 1) * msw))
    assert i.icc1 == pytest.approx(gold["icc_lmer"], abs=0.1)  # REML: another estimator
    assert i.icc2 == pytest.approx((msb - msw) / msb)
    assert i.design_effect == pytest.approx(1 + ((sizes**2).sum() / 86 - 1) * i.icc1)
    assert i.ci_lower < i.icc1 < i.ci_upper


def test_icc_matches_psych_on_shrout_and_fleiss(gold: dict) -> None:
    """Shrout & Fleiss (1979) print ICC(1,1) = .17 and ICC(1,4) = .44 for these ratings."""
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9]])
    ratings = np.vstack([ratings, [6, 2, 4, 7]])
    values = pd.Series(ratings.reshape(-1).astype(float))
    i = groups.intraclass_correlation(values, pd.Series(np.repeat(range(6), 4)))
    want = gold["icc_shrout_fleiss"]
    assert i.icc1 == pytest.approx(want["icc1"], abs=1e-9)
    assert i.icc2 == pytest.approx(want["icc1k"], abs=1e-9)
    assert i.f == pytest.approx(want["F"], rel=1e-9)
    assert i.ci_lower == pytest.approx(want["low"], abs=1e-8)
    assert i.ci_upper == pytest.approx(want["high"], abs=1e-8)
    assert (round(i.icc1, 2), round(i.icc2, 2)) == (0.17, 0.44)
    assert i.average_size == 4


def test_adjust_p_matches_r(gold: dict) -> None:
    p = [0.01, 0.04, 0.03, 0.005, 0.2, 0.5]
    for method in ("holm", "bh", "bonferroni"):
        np.testing.assert_allclose(groups.adjust_p(p, method), gold["padjust"][method], rtol=1e-12)
    withheld = groups.adjust_p([0.01, np.nan, 0.02])
    assert np.isnan(withheld[1]) and withheld[0] == pytest.approx(0.02)
    assert groups.adjust_p([]).size == 0
    with pytest.raises(ValueError, match="p-value"):
        groups.adjust_p([1.2])
    with pytest.raises(ValueError, match="'x' is not holm"):
        groups.adjust_p([0.2], "x")  # type: ignore[arg-type]


def test_group_edges(sample: pd.DataFrame) -> None:
    y, g = sample["y"], sample["g"]
    one = g.copy()
    one.iloc[0] = "z"
    for function in (groups.anova, groups.games_howell):
        with pytest.raises(CannotCompute, match="group z has fewer than 2 answers"):
            function(y, one)
        with pytest.raises(CannotCompute, match="needs 2 groups with answers, not 1"):
            function(y, g.where(g == "a"))
        with pytest.raises(CannotCompute, match="needs 2 groups with answers, not 0"):
            function(y * np.nan, g)
    flat = y.mask(g == "a", 4.0)
    assert np.isnan(groups.anova(flat, g).welch_f)
    with pytest.raises(CannotCompute, match="group a has no variance"):
        groups.games_howell(flat, g)
    with pytest.raises(CannotCompute, match="no group has any variance"):
        groups.anova(g.map({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}), g)
    with pytest.raises(CannotCompute, match="no group has 2"):
        groups.intraclass_correlation(y.head(4), pd.Series(list("abcd")))
    with pytest.raises(CannotCompute, match="all values are equal"):
        groups.intraclass_correlation(y * 0, g)
    with pytest.raises(CannotCompute, match="needs 2 values"):
        groups.hedges_g([1.0], [2.0, 3.0])
    with pytest.raises(CannotCompute, match="no variance"):
        groups.hedges_g([1.0, 1.0], [2.0, 2.0])
    with pytest.raises(ValueError, match="not of the same rows"):
        groups.anova(y, g.head(5))
    holes = y.copy()
    holes.iloc[[3, 40]] = np.nan
    order = np.random.default_rng(0).permutation(len(y))
    assert groups.anova(holes, g).welch_f == pytest.approx(
        groups.anova(holes.iloc[order], g.iloc[order]).welch_f
    )
    with pytest.raises(ValueError, match="degree of freedom"):
        groups.hedges_correction(1)


def test_importance_performance() -> None:
    scores = pd.DataFrame({"a": [7.0, 7, np.nan], "b": [1.0, 1, 1], "c": [4.0, 4, 4]})
    performance = groups.performance_index(scores.assign(d=np.nan), 1, 7)
    assert performance.iloc[:3].tolist() == [100, 0, 50]
    got = groups.importance_performance({"a": 0.1, "b": 0.6, "c": 0.5, "d": 0.2}, performance)
    assert got.table["quadrant"].tolist() == ["possible_overkill", "improve", "keep", ""]
    assert got.mean_performance == pytest.approx(50)
    with pytest.raises(ValueError, match="no performance for z"):
        groups.importance_performance({"z": 1.0}, performance)
    with pytest.raises(ValueError, match="no effects"):
        groups.importance_performance({}, performance)
    with pytest.raises(CannotCompute, match="both"):
        groups.importance_performance({"d": 0.2}, performance)
    with pytest.raises(ValueError, match="maximum"):
        groups.performance_index(scores, 7, 1)


def test_apart_from_the_mean_by_paired_t_tests() -> None:
    """Each column's own mean of differences from the row's mean, by SciPy."""
    rng = np.random.default_rng(4)
    scores = pd.DataFrame(rng.normal([50, 52, 60], 10, (40, 3)), columns=list("abc"))
    scores.iloc[0, 1] = np.nan
    got = groups.apart_from_mean(scores)
    whole = scores.dropna()
    for name in scores:
        differences = whole[name] - whole.mean(axis=1)
        ends = stats.ttest_1samp(differences, 0).confidence_interval(0.95)
        want = (differences.mean(), ends.low, ends.high)
        assert tuple(got.loc[name]) == pytest.approx(want)


def test_apart_from_the_mean_with_clusters() -> None:
    """Each column's own cluster-robust mean of differences from the row's mean."""
    rng = np.random.default_rng(4)
    firm = pd.Series(np.repeat(list("uvwxyz"), 12))
    scores = pd.DataFrame(rng.normal([50, 52, 60], 10, (72, 3)), columns=list("abc"))
    scores["a"] += 8 * firm.map(dict(zip("uvwxyz", rng.normal(size=6), strict=True)))
    got = groups.apart_from_mean(scores, design=Design(pd.Series(1.0, scores.index), firm))
    for name in scores:
        want = groups.cluster_mean(scores[name] - scores.mean(axis=1), firm)
        assert tuple(got.loc[name]) == pytest.approx((want.mean, want.ci_lower, want.ci_upper))
    one = groups.apart_from_mean(scores.iloc[:1])
    assert one[["ci_lower", "ci_upper"]].isna().all(axis=None)


def test_a_corner_is_named_only_where_the_intervals_allow() -> None:
    performance = pd.Series({"a": 70.0, "b": 50.0, "c": 60.0})
    effects = {"a": 0.1, "b": 0.6, "c": 0.5}

    def sides(**bounds: tuple[float, float]) -> pd.DataFrame:
        return pd.DataFrame(bounds, index=["ci_lower", "ci_upper"]).T

    clear = sides(a=(5.0, 15.0), b=(-15.0, -5.0), c=(-1.0, 1.0))
    importance = sides(a=(-0.4, -0.2), b=(0.1, 0.3), c=(0.05, 0.2))
    got = groups.importance_performance(effects, performance, apart=(importance, clear))
    assert got.table["quadrant"].tolist() == ["possible_overkill", "improve", "open"]
    near = sides(a=(-0.4, 0.1), b=(0.1, 0.3), c=(0.05, 0.2))
    got = groups.importance_performance(effects, performance, apart=(near, clear))
    assert got.table["quadrant"].tolist() == ["open", "improve", "open"]
