"""Groups: partial invariance, latent means, few clusters, paths and total effects by group.

Golden values from lavaan: golden/make_groups.R.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import chi2, f, t

from loyalty.cases.asked import Group, Hypothesis
from loyalty.estimates import groups
from loyalty.estimates.groups import Clusters
from loyalty.estimates.latent import latent, score_sds
from loyalty.ground.reasons import CannotCompute

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parents[1] / "packages" / "semfit" / "tests" / "golden" / "data"
HS = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
SCALAR = ["loadings", "intercepts"]
RELEASED = ["x3~1", "x7~1"]
FACTORS = ["visual", "textual", "speed"]


def golden(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / f"{name}.csv", skipinitialspace=True)


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    """Holzinger and Swineford's pupils in two schools, with the clusters of the golden script."""
    return pd.read_csv(DATA / "hs.csv").assign(cl=golden("groups_clusters")["cl"])


@pytest.fixture(scope="module")
def ladder(hs: pd.DataFrame) -> groups.PartialInvariance:
    return groups.partial_invariance(HS, hs, group="school")


def scalar(hs: pd.DataFrame, **options: Any) -> semfit.Result:
    return semfit.fit(
        HS,
        hs,
        group="school",
        group_equal=SCALAR,
        group_partial=RELEASED,
        std_lv=True,
        estimator="MLR",
        **options,
    )


# --- invariance ----------------------------------------------------------------------------------
def test_what_is_released_is_what_lavaans_score_tests_name(
    ladder: groups.PartialInvariance,
) -> None:
    """The known result for these data: the intercepts of x3, then x7, then nothing."""
    scores = golden("groups_scores")
    assert list(ladder.released["item"]) == ["x3", "x7"]
    assert set(ladder.released["level"]) == {"scalar"}
    for step, row in enumerate(ladder.released.to_dict("records"), start=1):
        mine = scores[(scores["step"] == step) & (scores["op"] == "~1")]
        top = mine.loc[mine["chisq"].idxmax()]
        assert row["item"] == top["lhs"]
        assert row["chisq"] == pytest.approx(top["chisq"], rel=1e-3)
        assert row["p"] == pytest.approx(min(1, chi2.sf(row["chisq"], 1) * len(mine)))
    left = scores[(scores["step"] == 3) & (scores["op"] == "~1")]
    assert left["p"].min() * len(left) > 0.05
    assert ladder.partial == ("x3 ~ 1", "x7 ~ 1")
    assert ladder.loadings == ()
    assert ladder.held_back.empty


def test_every_rung_fits_as_in_lavaan(ladder: groups.PartialInvariance) -> None:
    table, expected = ladder.table, golden("groups_ladder")
    assert list(table["level"]) == ["configural", "metric", "scalar", "scalar", "strict"]
    assert list(table["partial"]) == [False, False, False, True, False]
    assert list(table["released"]) == [0, 0, 0, 2, 2]
    for column in expected:
        np.testing.assert_allclose(table[column], expected[column], rtol=2e-4, err_msg=column)
    metric = table.iloc[1]
    for row in (table.iloc[2], table.iloc[3]):  # both against the metric model
        assert row["delta_cfi"] == pytest.approx(row["cfi"] - metric["cfi"])
        assert row["delta_df"] == row["df"] - metric["df"]
    assert table.iloc[4]["delta_df"] == table.iloc[4]["df"] - table.iloc[3]["df"]


def test_the_expected_change_is_what_a_refit_shows(
    hs: pd.DataFrame, ladder: groups.PartialInvariance
) -> None:
    """Freeing x3's intercept moves it by about the change that the score test expected."""
    row = ladder.released.iloc[0]
    free = semfit.fit(
        HS, hs, group="school", group_equal=SCALAR, group_partial=["x3~1"], std_lv=True
    ).parameters
    b = free[(free["lhs"] == "x3") & (free["op"] == "~1")].set_index("group")["est"]
    sign = 1 if row["group"] == "Grant-White" else -1
    moved = sign * float(b[2] - b[1]) / hs["x3"].std()
    assert np.sign(row["change"]) == np.sign(moved)
    assert abs(row["change"]) == pytest.approx(abs(moved), rel=0.5)


def test_two_items_stay_equal(hs: pd.DataFrame) -> None:
    """x3 may not go where its factor has but two items left: it is named instead."""
    shifted = hs.copy()
    shifted.loc[shifted["school"] == "Pasteur", "x2"] += 2.0
    shifted.loc[shifted["school"] == "Pasteur", "x3"] -= 2.0
    found = groups.partial_invariance(HS, shifted, group="school")
    visual = found.released[found.released["construct"] == "visual"]
    assert len(visual) == 1
    assert "visual" in set(found.held_back["construct"])
    assert not set(found.held_back["item"]) & set(visual["item"])


# --- latent means --------------------------------------------------------------------------------
def test_latent_means_against_lavaan(hs: pd.DataFrame, ladder: groups.PartialInvariance) -> None:
    found = groups.latent_means(ladder.scalar, FACTORS)
    expected = golden("groups_means")
    assert list(found["construct"]) == list(expected["construct"])
    np.testing.assert_allclose(-found["estimate"], expected["est"], atol=5e-5)
    np.testing.assert_allclose(found["se"], expected["se"], rtol=2e-4)
    np.testing.assert_allclose(-found["ci_upper"], expected["low"], atol=2e-4)
    np.testing.assert_allclose(found["p"], expected["p"], rtol=2e-3)
    assert found["p_holm"].min() == pytest.approx(3 * found["p"].min())


def test_latent_means_with_clusters_against_lavaan(
    hs: pd.DataFrame, ladder: groups.PartialInvariance
) -> None:
    clusters = groups.clusters_of(hs, "cl", ["x1"], "school")
    assert (clusters.count, clusters.groups, clusters.df) == (hs["cl"].nunique(), 2, 5)
    found = groups.latent_means(ladder.scalar, FACTORS, scalar(hs, cluster="cl"), clusters)
    expected = golden("groups_means_clustered")
    half = (found["ci_upper_firms"] - found["ci_lower_firms"]) / 2
    se = half / t.ppf(0.975, 5)
    np.testing.assert_allclose(se, expected["se"], rtol=2e-4)
    p = 2 * t.sf(np.abs(found["estimate"]) / se, 5)
    np.testing.assert_allclose(found["p_firms"], p, rtol=1e-6)


def test_contrasts_of_three_groups_do_not_depend_on_the_reference(hs: pd.DataFrame) -> None:
    """Between the second and the third group: as with the second as reference, in its own SDs."""
    three = hs.assign(third=np.repeat(["a", "b", "c"], [100, 101, 100]))
    options: dict[str, Any] = {"group": "third", "group_equal": SCALAR, "std_lv": True}
    found = groups.latent_means(semfit.fit(HS, three, **options), FACTORS)
    turned = pd.concat([three[three["third"] != "a"], three[three["third"] == "a"]])
    other = groups.latent_means(semfit.fit(HS, turned, **options), FACTORS)
    one = found[(found["group_a"] == "b") & (found["group_b"] == "c")].reset_index()
    two = other[(other["group_a"] == "b") & (other["group_b"] == "c")].reset_index()
    # the test is the same up to the unit, which is itself estimated
    np.testing.assert_allclose(one["estimate"] / one["se"], two["estimate"] / two["se"], rtol=0.1)
    assert len(found) == 9


# --- few clusters --------------------------------------------------------------------------------
def test_the_factor_makes_the_sandwich_of_a_mean_that_of_the_cluster_means() -> None:
    """With clusters of one size: s² / G between the cluster means, exactly."""
    rng = np.random.default_rng(5)
    cluster = np.repeat(np.arange(8), 25)
    frame = pd.DataFrame({"cl": cluster, "y": rng.normal(size=8)[cluster] + rng.normal(size=200)})
    frame["x"] = rng.normal(size=200)  # a second variable, so that there is a model
    result = semfit.fit("y ~ 1\nx ~ 1\ny ~~ y\nx ~~ x", frame, estimator="MLR", cluster="cl")
    se = float(np.sqrt(result.vcov.loc["y~1", "y~1"]))
    means = frame.groupby("cl")["y"].mean()
    clusters = Clusters(8)
    width = clusters.half(se)
    assert width == pytest.approx(t.ppf(0.975, 7) * means.std(ddof=1) / np.sqrt(8), rel=1e-6)
    assert clusters.p(1.3, se) == pytest.approx(
        2 * t.sf(1.3 / (means.std(ddof=1) / np.sqrt(8)), 7), rel=1e-5
    )


def test_the_factor_in_groups() -> None:
    """Two groups of four clusters each: within each group what its four means say, exactly."""
    rng = np.random.default_rng(6)
    cluster = np.repeat(np.arange(8), 25)
    frame = pd.DataFrame(
        {
            "cl": cluster,
            "g": np.where(cluster < 4, "a", "b"),
            "x": rng.normal(size=200),
            "y": rng.normal(size=8)[cluster] + rng.normal(size=200),
        }
    )
    model = "y ~ 1\nx ~ 1\ny ~~ y\nx ~~ x"
    result = semfit.fit(model, frame, estimator="MLR", cluster="cl", group="g")
    clusters = groups.clusters_of(frame, "cl", ["y"], "g")
    for g, name in enumerate(("y~1", "y~1.g2")):
        se = float(np.sqrt(result.vcov.loc[name, name]))
        means = frame[frame["g"] == "ab"[g]].groupby("cl")["y"].mean()
        expected = t.ppf(0.975, 3) * means.std(ddof=1) / 2
        assert clusters.half(se) == pytest.approx(expected, rel=1e-6)


def test_too_few_clusters(hs: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="2 clusters: cluster-robust errors need 5"):
        groups.clusters_of(hs, "school", ["x1"])
    lonely = hs.assign(cl=np.where(hs["school"] == "Pasteur", "p", hs["cl"]))
    with pytest.raises(CannotCompute, match="one group with 1"):
        groups.clusters_of(lonely, "cl", ["x1"], "school")


# --- paths ---------------------------------------------------------------------------------------
def made() -> tuple[pd.DataFrame, list[Hypothesis]]:
    rng = np.random.default_rng(3)
    x = rng.normal(size=600)
    group = np.repeat(["a", "b"], 300)
    y = np.where(group == "a", 0.2, 0.6) * x + rng.normal(size=600)
    data = pd.DataFrame({"x": x, "y": y, "group": group, "cl": np.arange(600) // 50})
    return data, [Hypothesis.model_validate({"id": "H1", "from": "x", "to": "y", "sign": "+"})]


def test_wald_of_two_groups_is_the_squared_z_of_two_separate_fits() -> None:
    data, paths = made()
    by_group, tests = groups.path_differences(semfit.fit("y ~ x", data, group="group"), paths)
    parts = []
    for name in ("a", "b"):
        u, v = data.loc[data["group"] == name, ["x", "y"]].to_numpy().T
        u, v = u - u.mean(), v - v.mean()
        slope = u @ v / (u @ u)
        rest = v - slope * u
        parts.append((slope, rest @ rest / len(u) / (u @ u)))  # ML: divided by n
    (a, va), (b, vb) = parts
    expected = (b - a) ** 2 / (va + vb)
    assert tests.loc[0, "wald"] == pytest.approx(expected, rel=1e-6)
    assert tests.loc[0, "p"] == pytest.approx(chi2.sf(expected, 1), rel=1e-5)
    assert list(by_group["group"]) == ["a", "b"]


def test_the_clustered_wald_is_that_of_separate_sandwiches() -> None:
    data, paths = made()
    options: dict[str, Any] = {"group": "group", "estimator": "MLR", "meanstructure": True}
    clusters = groups.clusters_of(data, "cl", ["x"], "group")
    _, tests = groups.path_differences(
        semfit.fit("y ~ x", data, **options),
        paths,
        semfit.fit("y ~ x", data, cluster="cl", **options),
        clusters,
    )
    parts = []
    for name in ("a", "b"):
        mine = data[data["group"] == name]
        u, v = (mine["x"] - mine["x"].mean()).to_numpy(), (mine["y"] - mine["y"].mean()).to_numpy()
        slope = u @ v / (u @ u)
        sums = pd.Series(u * (v - slope * u)).groupby(mine["cl"].to_numpy()).sum()
        parts.append((slope, 6 / 5 * (sums**2).sum() / (u @ u) ** 2))
    (a, va), (b, vb) = parts
    ratio = (b - a) ** 2 / (va + vb)
    assert tests.loc[0, "f_firms"] == pytest.approx(ratio, rel=1e-5)
    assert tests.loc[0, "p_firms"] == pytest.approx(f.sf(ratio, 1, 5), rel=1e-5)


def structural(data: pd.DataFrame, group: str, **options: Any) -> semfit.Result:
    return semfit.fit(
        f"{HS}\ntextual ~ visual\nspeed ~ textual + visual",
        data,
        group=group,
        group_equal=["loadings"],
        estimator="MLR",
        **options,
    )


PATHS = [
    Hypothesis.model_validate({"id": k, "from": a, "to": b, "sign": "+"})
    for k, a, b in (
        ("a", "visual", "textual"),
        ("b", "textual", "speed"),
        ("d", "visual", "speed"),
    )
]


@pytest.mark.parametrize(("group", "k"), [("school", 2), ("third", 3)])
def test_pairs_of_paths_against_lavaan(hs: pd.DataFrame, group: str, k: int) -> None:
    """lavaan's := of labelled paths, with the covariances that the equal loadings bring."""
    data = hs.assign(third=np.repeat(["a", "b", "c"], [100, 101, 100]))
    found = groups.path_pairs(structural(data, group), PATHS)
    expected = golden("groups_pairs")
    expected = expected[expected["groups"] == k].reset_index()
    levels = {str(name): n for n, name in enumerate(data[group].unique(), 1)}
    names = [
        f"{r['id']}_{levels[r['group_a']]}{levels[r['group_b']]}" for r in found.to_dict("records")
    ]
    assert names == list(expected["name"])
    for mine, theirs in {"ci_lower": "low", "ci_upper": "high", "estimate": "est"}.items():
        np.testing.assert_allclose(found[mine], expected[theirs], atol=2e-4, err_msg=mine)
    np.testing.assert_allclose(found["se"], expected["se"], rtol=2e-4)
    np.testing.assert_allclose(found["p"], expected["p"], rtol=2e-3)
    assert found["p_holm"].min() == pytest.approx(min(1, len(found) * found["p"].min()))


def test_pairs_of_paths_by_cluster_against_lavaan(hs: pd.DataFrame) -> None:
    clusters = groups.clusters_of(hs, "cl", ["x1"], "school")
    plain, robust = structural(hs, "school"), structural(hs, "school", cluster="cl")
    found = groups.path_pairs(plain, PATHS, robust, clusters)
    expected = golden("groups_pairs_clustered")
    se = (found["ci_upper_firms"] - found["ci_lower_firms"]) / 2 / t.ppf(0.975, 5)
    np.testing.assert_allclose(se, expected["se"], rtol=2e-4)
    p = 2 * t.sf(np.abs(found["estimate"]) / se, 5)
    np.testing.assert_allclose(found["p_firms"], p, rtol=1e-6)
    # of two groups, a pair is the test over all groups
    _, tests = groups.path_differences(plain, PATHS, robust, clusters)
    np.testing.assert_allclose((found["estimate"] / found["se"]) ** 2, tests["wald"], rtol=1e-8)
    np.testing.assert_allclose((found["estimate"] / se) ** 2, tests["f_firms"], rtol=1e-8)


# --- total effects -------------------------------------------------------------------------------
def test_total_effects_against_lavaan() -> None:
    data = pd.read_csv(DATA / "pd.csv")
    model = (
        "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8\n"
        "dem60 ~ ind60\ndem65 ~ ind60 + dem60"
    )
    found = groups.total_effects(semfit.fit(model, data, estimator="MLR"), "dem65").table
    found = found.set_index("construct")
    expected = golden("groups_totals").set_index("construct")
    assert set(found.index) == set(expected.index)
    names = {"value": "estimate", "se": "se", "low": "ci_lower", "high": "ci_upper"}
    for old, column in names.items():
        np.testing.assert_allclose(
            found.loc[expected.index, column], expected[old], rtol=1e-3, err_msg=column
        )


def test_total_effects_with_clusters() -> None:
    """Against the standardized sum of ways as a defined parameter of the estimator, by t."""
    data = pd.read_csv(DATA / "pd.csv")
    data["cl"] = np.arange(len(data)) // 5
    model = (
        "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8\n"
        "dem60 ~ a*ind60\ndem65 ~ b*ind60 + c*dem60\ntotal := a*c + b"
    )
    by = groups.firms(model, data, "cl", [c for c in data if c not in ("cl",)])
    assert by.clusters.count == 15
    got = by.totals("dem65").table.set_index("construct").loc["ind60"]
    want = by.model.standardized().set_index("label").loc["total"]
    half = t.ppf(0.975, 14) * want["se"]
    assert got["estimate"] == pytest.approx(want["est_std"])
    assert (got["ci_lower"], got["ci_upper"]) == pytest.approx(
        (want["est_std"] - half, want["est_std"] + half)
    )
    alone = groups.total_effects(semfit.fit(model, data, estimator="MLR"), "dem65").table
    assert alone.set_index("construct")["se"]["ind60"] != pytest.approx(got["se"], rel=0.02)


def test_points_of_the_means_of_items() -> None:
    """The deviation of the mean of three items, of which one factor leaves nothing unsaid; the
    change by adding up the ways in the units of the items."""
    data = pd.read_csv(DATA / "pd.csv")
    one = semfit.fit("dem60 =~ y1+y2+y3", data)
    mean = data[["y1", "y2", "y3"]].mean(axis=1)
    got = score_sds(one.estimate, one.estimate.x, [["y1", "y2", "y3"], ["y2"]])
    assert got == pytest.approx([mean.std(ddof=0), data["y2"].std(ddof=0)], rel=1e-4)

    scales = {"ind60": ["x1", "x2", "x3"], "dem60": ["y1", "y2", "y3", "y4"]}
    model = "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem60 ~ a*ind60"
    result = semfit.fit(model, data, estimator="MLR")
    got = groups.total_effects(result, "dem60", scales=scales).table.iloc[0]
    draws = result.bootstrap(draws=400, seed=1)
    item = result.implied[0]["cov"]
    sd = {c: np.sqrt(item.loc[own, own].to_numpy().mean()) for c, own in scales.items()}
    path = result.standardized().set_index("label").loc["a"]
    assert got["estimate"] == pytest.approx(path["est_std"] * sd["dem60"] / sd["ind60"])
    spread = score_sds(result.estimate, draws.x[draws.used], list(scales.values()))
    drawn = (
        latent(result.estimate, draws.x[draws.used]).paths[:, 1, 0] * spread[:, 1] / spread[:, 0]
    )
    assert got["se"] == pytest.approx(drawn.std(), rel=0.15)


def test_distances_of_total_effects_from_their_mean() -> None:
    """Each against the same distance as a defined parameter of the estimator."""
    data = pd.read_csv(DATA / "pd.csv")
    model = (
        "ind60 =~ x1+x2+x3\ndem60 =~ y1+y2+y3+y4\ndem65 =~ y5+y6+y7+y8\n"
        "dem60 ~ a*ind60\ndem65 ~ b*ind60 + c*dem60\nhalf := (a*c + b - c)/2"
    )
    result = semfit.fit(model, data, estimator="MLR")
    found = groups.total_effects(result, "dem65").table.set_index("construct")
    table = result.standardized().set_index("label").loc["half"]
    got = found.loc["ind60"]
    want = (table["ci_lower"], table["ci_upper"])
    np.testing.assert_allclose((got["apart_lower"], got["apart_upper"]), want, rtol=1e-6)
    both = found.loc["dem60"]
    np.testing.assert_allclose((both["apart_lower"], both["apart_upper"]), (-want[1], -want[0]))


# --- what cannot be compared ---------------------------------------------------------------------
def schools(*levels: str) -> Group:
    return Group.model_validate(
        {"id": "school", "label": "School", "levels": {k: k for k in levels}}
    )


def test_levels_that_cannot_be_compared_are_left_out_and_named(hs: pd.DataFrame) -> None:
    items = [f"x{k}" for k in range(1, 10)]
    rows = hs.copy()
    rows["school"] = rows["school"].astype(object)
    rows.loc[rows.index[:8], "school"] = "small"
    rows.loc[rows.index[20:60], "school"] = "flat"
    rows.loc[rows["school"] == "flat", "x5"] = 3.0
    rows.loc[rows.index[60:90], "school"] = "silent"
    rows.loc[rows["school"] == "silent", items] = np.nan
    group = schools("Grant-White", "small", "flat", "silent", "absent", "Pasteur")
    kept, left_out = groups.comparable_rows(rows, group, items)
    assert list(kept["school"].unique()) == ["Grant-White", "Pasteur"]  # the levels' order
    assert set(left_out) == {"small", "flat", "silent"}
    assert left_out["small"].parameters == {"least": 10, "items": 9}
    assert left_out["flat"].text().en == "no two different answers to x5"
    assert left_out["silent"].code == "no_answer_at_all"
    assert kept[items].notna().any(axis=1).all()


def test_one_group_is_no_comparison(hs: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="2 levels of school with enough answers, not 1"):
        groups.comparable_rows(hs, schools("Pasteur", "absent"), ["x1", "x2", "x3"])


def test_small_levels_borrow_the_effects_of_all_or_are_not_shown(hs: pd.DataFrame) -> None:
    model = f"{HS}\ntextual ~ visual\nspeed ~ textual"
    items = [f"x{k}" for k in range(1, 10)]
    rows = hs.copy()
    rows["school"] = rows["school"].astype(object)
    rows.loc[rows.index[:5], "school"] = "tiny"
    rows.loc[rows.index[30:45], "school"] = "short"
    rows.loc[rows.index[60:90], "school"] = "silent"
    rows.loc[rows["school"] == "silent", items] = np.nan
    group = schools("Grant-White", "Pasteur", "tiny", "short", "silent", "absent")
    pooled = groups.total_effects(semfit.fit(model, rows, estimator="MLR"), "speed").table
    effects, left_out, borrowed = groups.by_level(
        rows, group, model, items, "speed", "listwise", pooled
    )
    assert set(effects["construct"]) == {"visual", "textual"}
    assert left_out == ["tiny", "silent"] and set(borrowed) == {"short"}
    assert effects.groupby("level")["own"].all().to_dict() == {
        "Grant-White": True,
        "Pasteur": True,
        "short": False,
    }
    assert borrowed["short"].parameters["n"] == 15
    own = semfit.fit(model, rows[rows["school"] == "Pasteur"], estimator="MLR")
    expected = groups.total_effects(own, "speed").table["estimate"].to_numpy()
    np.testing.assert_allclose(effects.loc[effects["level"] == "Pasteur", "estimate"], expected)
    short = effects.loc[effects["level"] == "short", "estimate"]
    np.testing.assert_allclose(short, pooled["estimate"])


def test_groups_too_small_to_be_shown() -> None:
    group = pd.Series(["a"] * 12 + ["b"] * 9 + ["c"] * 12 + [None])
    values = pd.Series(np.arange(34.0)).mask(group == "c", np.nan)
    values[21:31] = 1.0  # c: ten answers out of twelve
    shown = groups.shown_groups(values, group)
    assert shown.value_counts().to_dict() == {"a": 12, "c": 12}


def test_groups_whose_model_does_not_converge_have_no_ladder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As of three small groups: a reason, where a step without numbers stopped the notebook."""
    rng = np.random.default_rng(2)
    factor = rng.normal(size=(60, 1))
    rows = pd.DataFrame(factor + rng.normal(size=(60, 3)), columns=["a", "b", "c"])
    rows["g"] = np.repeat(["x", "y"], 30)
    monkeypatch.setattr(semfit.Result, "converged", property(lambda self: False))
    with pytest.raises(CannotCompute) as refused:
        groups.partial_invariance("f =~ a + b + c", rows, group="g")
    assert refused.value.reason.code == "groups_not_converged"
