from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, pls, validity


def test_fornell_larcker(gold: dict, hs_scales: dict) -> None:
    load = np.array(gold["cfa"]["load"]).reshape(3, 3)
    names = list(hs_scales)
    phi = pd.DataFrame(gold["cfa"]["phi"], index=names, columns=names)
    got = validity.fornell_larcker(dict(zip(names, load.tolist(), strict=True)), phi)
    np.testing.assert_allclose(np.diag(got.matrix), np.sqrt((load**2).mean(axis=1)))
    assert got.passes.all() and got.violations == ()
    assert got.matrix.iloc[0, 1] == pytest.approx(phi.iloc[0, 1])
    close = validity.fornell_larcker(
        {"a": [0.6, 0.6], "b": [0.9, 0.9]},
        pd.DataFrame([[1, -0.7], [-0.7, 1]], index=list("ab"), columns=list("ab")),
    )
    assert close.passes.tolist() == [False, True] and close.violations == (("b", "a"),)
    with pytest.raises(ValueError, match="no correlation for construct visual"):
        validity.fornell_larcker(dict(zip(names, load.tolist(), strict=True)), close.matrix)
    with pytest.raises(CannotCompute, match="needs 2 constructs"):
        validity.fornell_larcker({"a": [0.6]}, phi)


def test_htmt_matches_semtools(
    hs: pd.DataFrame, hs_miss, mobi: pd.DataFrame, hs_scales, mobi_scales, gold: dict
) -> None:
    g = gold["htmt"]
    for items, scales, kind, absolute, want in [
        (hs, hs_scales, "htmt", True, g["hs"]),
        (hs, hs_scales, "htmt2", True, g["hs2"]),
        (hs, hs_scales, "htmt", False, g["hs_signed"]),
        (hs_miss, hs_scales, "htmt", True, g["hs_miss_listwise"]),
        (mobi, mobi_scales, "htmt", True, g["mobi"]),
        (mobi, mobi_scales, "htmt2", True, g["mobi2"]),
    ]:
        got = validity.htmt(items, scales, kind=kind, absolute=absolute)
        np.testing.assert_allclose(got.matrix, want, atol=1e-9)


def test_htmt_absolute_ignores_direction(mobi: pd.DataFrame, mobi_scales) -> None:
    turned = mobi.assign(CUSA2=-mobi["CUSA2"])
    a = validity.htmt(mobi, mobi_scales)
    np.testing.assert_allclose(validity.htmt(turned, mobi_scales).matrix, a.matrix, atol=1e-12)
    signed = validity.htmt(turned, mobi_scales, absolute=False)
    assert signed.matrix.loc["Satis"].drop("Satis").isna().all() or not np.allclose(
        signed.matrix, a.matrix
    )
    geometric = validity.htmt(turned, mobi_scales, kind="htmt2", absolute=False)
    assert geometric.matrix.loc["Satis"].isna().all()
    rest = [c for c in mobi_scales if c not in ("Satis", "Loyal")]
    plain = validity.htmt(mobi, mobi_scales, kind="htmt2")
    np.testing.assert_allclose(geometric.matrix.loc[rest, rest], plain.matrix.loc[rest, rest])


def test_htmt2_with_a_correlation_of_zero() -> None:
    items = pd.DataFrame({"a": [1.0, 1, 2, 2] * 3, "b": [1.0, 2, 1, 2] * 3})
    items["c"] = items["a"] + [0, 1, 0, 0] * 3
    items["d"] = items["c"] + [0, 0, 0, 1] * 3
    assert items.corr().loc["a", "b"] == pytest.approx(0, abs=1e-15)
    got = validity.htmt(items, {"x": ["a", "c"], "y": ["b", "d"]}, kind="htmt2")
    assert got.matrix.loc["x", "y"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("kind", ["htmt", "htmt2"])
@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_htmt_bootstrap_equals_resampled_rows(
    hs: pd.DataFrame, hs_miss: pd.DataFrame, hs_scales, kind, missing
) -> None:
    """The weighted moments give what laying out each sample of rows gives."""
    items = hs_miss if missing == "pairwise" else hs
    got = validity.htmt(items, hs_scales, kind=kind, missing=missing, draws=30, seed=4)
    rng = np.random.default_rng(4)
    n = len(items)
    picks = rng.integers(0, n, size=(30, n))
    sample = np.array(
        [
            validity.htmt(
                items.iloc[p].reset_index(drop=True), hs_scales, kind=kind, missing=missing
            ).pairs["htmt"]
            for p in picks
        ]
    )
    low, high, one = np.quantile(sample, [0.025, 0.975, 0.95], axis=0)
    np.testing.assert_allclose(got.pairs["ci_lower"], low, atol=1e-10)
    np.testing.assert_allclose(got.pairs["ci_upper"], high, atol=1e-10)
    np.testing.assert_allclose(got.pairs["upper_one_sided"], one, atol=1e-10)
    assert (got.pairs["draws"] == 30).all()


def test_htmt_edges(mobi: pd.DataFrame, mobi_scales) -> None:
    scales = mobi_scales | {"Complaints": ["CUSCO"]}
    got = validity.htmt(mobi, scales, draws=20, seed=1)
    assert got.matrix["Complaints"].isna().all()
    assert got.not_computed == ("Complaints",)
    last = got.pairs[got.pairs["construct_b"] == "Complaints"]
    assert (last["draws"] == 0).all() and last["ci_lower"].isna().all()
    json.dumps(got.to_dict(), allow_nan=False)
    two = validity.htmt(mobi, {k: mobi_scales[k] for k in ("Value", "Satis")})
    assert len(two.pairs) == 1
    for scales, words in [
        ({"a": ["CUSCO"], "b": ["CUSA1", "CUSA2"]}, "2 constructs with 2 or more"),
        ({"a": ["CUSA1", "CUSA2"]}, "needs 2 constructs"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            validity.htmt(mobi, scales)
    for scales, words in [
        ({"a": ["CUSA1", "CUSA2"], "b": ["CUSA1", "CUSA3"]}, "belongs twice"),
        ({"a": ["CUSA1", "zz"], "b": ["CUSL1", "CUSL3"]}, "no item zz"),
        ({"a": [], "b": ["CUSL1", "CUSL3"]}, "a has no items"),
    ]:
        with pytest.raises(ValueError, match=words):
            validity.htmt(mobi, scales)
    with pytest.raises(CannotCompute, match="CUSA1 is constant"):
        validity.htmt(mobi.assign(CUSA1=1), mobi_scales)
    with pytest.raises(ValueError, match="needs a seed"):
        validity.htmt(mobi, mobi_scales, draws=5)


def test_htmt_bootstrap_is_fast() -> None:
    rng = np.random.default_rng(1)
    common = rng.standard_normal((3000, 1))
    data = pd.DataFrame(common + rng.standard_normal((3000, 36))).add_prefix("i")
    scales = {f"c{k}": [f"i{j}" for j in range(4 * k, 4 * k + 4)] for k in range(9)}
    start = time.perf_counter()
    got = validity.htmt(data, scales, draws=1000, seed=1)
    assert time.perf_counter() - start < 20  # about 2 s on one idle core
    assert (got.pairs["ci_lower"] < got.pairs["htmt"]).all()


def test_single_factor(mobi: pd.DataFrame, gold: dict) -> None:
    got = validity.harman_single_factor(mobi)
    assert got.component_share == pytest.approx(gold["harman"]["pca"], abs=1e-10)
    assert got.factor_share == pytest.approx(gold["harman"]["minres"], abs=1e-5)
    with pytest.raises(CannotCompute, match="needs 3"):
        validity.harman_single_factor(mobi.iloc[:, :2])


def test_marker_adjustment_by_hand() -> None:
    names = ["a", "b", "m"]
    corr = pd.DataFrame([[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]], index=names, columns=names)
    got = validity.marker_adjustment(corr, "m", 200)
    assert got.marker_correlation == 0.1
    assert got.adjusted.loc["a", "b"] == pytest.approx(0.4 / 0.9)
    assert got.largest_change == pytest.approx(0.5 - 0.4 / 0.9)
    assert 0 < got.p.loc["a", "b"] < 1e-8
    assert validity.marker_adjustment(corr, "m", 200, rank=2).marker_correlation == 0.2
    flat = corr.copy()
    flat.loc["m", ["a", "b"]] = flat.loc[["a", "b"], "m"] = -0.1
    assert validity.marker_adjustment(flat, "m", 200).largest_change == 0
    with pytest.raises(ValueError, match="no variable z"):
        validity.marker_adjustment(corr, "z", 200)
    with pytest.raises(CannotCompute, match="needs 2 constructs"):
        validity.marker_adjustment(corr.loc[["a", "m"], ["a", "m"]], "m", 200)


def test_single_items_as_perfect(mobi: pd.DataFrame, mobi_scales) -> None:
    got = validity.htmt(mobi, mobi_scales | {"C": ["CUSCO"]}, single_items="perfect")
    within = mobi[mobi_scales["Satis"]].corr().to_numpy()[np.triu_indices(3, 1)].mean()
    across = mobi[mobi_scales["Satis"]].corrwith(mobi["CUSCO"]).mean()
    assert got.matrix.loc["C", "Satis"] == pytest.approx(across / np.sqrt(within))
    assert got.not_computed == ()


# ------------------------------------------------------------------- published, and a second time


def test_htmt_of_the_corporate_reputation_data(data_csv, validity_gold: dict) -> None:
    """Hair et al. (2021), PLS-SEM Using R, chapter 4: missing values replaced by means."""
    items = data_csv("corp_rep.csv")
    items = items.fillna(items.mean())
    scales = {c.upper(): [f"{c}_{i}" for i in (1, 2, 3)] for c in ("comp", "like", "cusl")}
    got = validity.htmt(items, scales | {"CUSA": ["cusa"]}, single_items="perfect").matrix
    published = {
        ("COMP", "LIKE"): 0.780,
        ("COMP", "CUSA"): 0.465,
        ("LIKE", "CUSA"): 0.577,
        ("COMP", "CUSL"): 0.532,
        ("LIKE", "CUSL"): 0.737,
        ("CUSA", "CUSL"): 0.755,
    }
    assert {k: round(float(got.loc[k]), 3) for k in published} == published
    for kind in ("htmt", "htmt2"):
        mine = validity.htmt(items, scales, kind=kind).matrix
        np.testing.assert_allclose(mine, validity_gold["corp_rep"][kind], atol=1e-9)


def test_both_kinds_come_from_the_same_draws(hs_miss: pd.DataFrame, hs_scales) -> None:
    both = validity.htmt_kinds(hs_miss, hs_scales, missing="pairwise", draws=25, seed=3)
    for one in both:
        alone = validity.htmt(
            hs_miss, hs_scales, kind=one.kind, missing="pairwise", draws=25, seed=3
        )
        assert alone == one
    assert [r.kind for r in both] == ["htmt", "htmt2"]
    with pytest.raises(ValueError, match="kind 'x' is neither"):
        validity.htmt_kinds(hs_miss, hs_scales, kinds=("htmt", "x"))


def test_negative_correlations_are_counted(hs: pd.DataFrame, hs_scales) -> None:
    """Of the items of constructs that have a ratio, each pair once."""
    r = hs.corr().to_numpy()[np.tril_indices(9, -1)]
    got = validity.htmt(hs, hs_scales)
    assert (got.negative, got.correlations) == (int((r < 0).sum()), 36) and got.negative > 0
    turned = validity.htmt(hs.assign(x9=-hs["x9"]), hs_scales)
    assert turned.negative > got.negative
    alone = {**{k: hs_scales[k] for k in ("textual", "speed")}, "one": ["x1"]}
    assert validity.htmt(hs, alone).correlations == 15


@pytest.mark.parametrize(("value", "se", "level"), [(0.63, 0.04, 0.95), (0.97, 0.03, 0.9)])
def test_limits_of_a_proportion(value: float, se: float, level: float) -> None:
    """Symmetric on the logit scale with the delta method's slope 1 / (v (1 - v))."""
    low, high = validity.proportion_limits(value, se, level)
    assert 0 < low < value < high < 1

    def logit(v: float) -> float:
        return float(np.log(v / (1 - v)))

    assert logit(high) - logit(value) == pytest.approx(logit(value) - logit(low))
    step = 1e-6
    slope = (logit(value + step) - logit(value - step)) / (2 * step)
    z = {0.95: 1.959964, 0.9: 1.644854}[level]
    assert (logit(high) - logit(value)) / slope == pytest.approx(z * se, rel=1e-5)
    for bad in [(1.02, 0.1), (-0.1, 0.1), (0.5, float("nan"))]:
        assert np.isnan(validity.proportion_limits(*bad)).all()


@pytest.mark.parametrize(("key", "delta"), [("power", 0.1), ("power_large", 0.5)])
def test_misspecifications_match_lavaan(validity_gold: dict, key: str, delta: float) -> None:
    """lavaan's modindices(power = TRUE, delta = ...), whose decisions are Saris et al.'s."""
    rows = pd.DataFrame(validity_gold[key])
    got = validity.misspecifications(rows["mi"], rows["epc"], [delta] * len(rows))
    np.testing.assert_allclose(got["ncp"], rows["ncp"], rtol=1e-6)
    np.testing.assert_allclose(got["power"], rows["power"], rtol=1e-6)
    words = {
        "**(m)**": "misspecified",
        "*epc:m*": "misspecified",
        "epc:nm": "not misspecified",
        "(nm)": "not misspecified",
        "(i)": "open",
    }
    assert got["verdict"].tolist() == [words[d] for d in rows["decision"]]
    assert set(got["verdict"]) >= {"misspecified", "not misspecified"}


@pytest.mark.parametrize(
    ("mi", "epc", "verdict"),
    [
        (60.0, 0.5, "misspecified"),  # significant, power low
        (60.0, 0.15, "misspecified"),  # significant, power high, large change
        (60.0, 0.05, "not misspecified"),  # significant, power high, small change
        (1.0, 0.01, "not misspecified"),  # not significant, power high
        (1.0, 0.3, "open"),  # not significant, power low
        (0.0, 0.0, "open"),  # nothing known
    ],
)
def test_misspecification_by_test_and_power(mi: float, epc: float, verdict: str) -> None:
    assert validity.misspecifications([mi], [epc], [0.1])["verdict"].tolist() == [verdict]


# ------------------------------------------------------------------------------ dynamic cut-offs

STRONG = {"a": {"a1": 0.8, "a2": 0.7, "a3": 0.6}, "b": {"b1": 0.9, "b2": 0.5, "b3": 0.8}}


def correlations(names: str, value: float) -> pd.DataFrame:
    r = np.full((len(names), len(names)), value)
    np.fill_diagonal(r, 1.0)
    return pd.DataFrame(r, index=list(names), columns=list(names))


def test_omitted_loadings_by_hand() -> None:
    (one,) = validity.omitted_loadings(STRONG, correlations("ab", 0.4))
    assert (one.item, one.own, one.other) == ("b2", "b", "a")
    # min of .5 and .95 (sqrt(.25 .16 + .75) - .2) = .654
    assert one.size == pytest.approx(0.5)
    high = {c: {i: 0.95 for i in own} for c, own in STRONG.items()}
    (tight,) = validity.omitted_loadings(high, correlations("ab", 0.9))
    room = 0.95 * (np.sqrt(0.9025 * 0.81 + 0.0975) - 0.95 * 0.9)
    assert tight.size == pytest.approx(room) and room < 0.1
    sigma = validity.populations(high, correlations("ab", 0.9), [tight])[1]
    assert np.linalg.eigvalsh(sigma)[0] > 0
    # Factors of two items come last, however weak; a pair of factors is used once.
    three = {**STRONG, "c": {"c1": 0.3, "c2": 0.4}}
    first, second = validity.omitted_loadings(three, correlations("abc", 0.3))
    assert [first.item, second.item] == ["b2", "a3"]
    assert (first.other, second.other) == ("a", "c")


@pytest.mark.parametrize(
    ("loadings", "phi", "words"),
    [
        ({"a": STRONG["a"]}, correlations("a", 1.0), "need 2 constructs"),
        (STRONG, correlations("ab", 1.0), "not positive definite"),
        ({**STRONG, "a": {"a1": 1.02}}, correlations("ab", 0.2), "loading reaches 1"),
    ],
)
def test_no_population(loadings, phi, words: str) -> None:
    with pytest.raises(CannotCompute, match=words):
        validity.omitted_loadings(loadings, phi)


def test_dynamic_cut_offs_by_hand() -> None:
    """From known draws: quantiles of the misspecified, kept where the correct ones clear them."""
    grid = np.linspace(0, 1, 1001)
    right = pd.DataFrame({"cfi": 0.95 + 0.05 * grid, "srmr": 0.02 + 0.02 * grid})
    wrong = pd.DataFrame({"cfi": 0.90 + 0.04 * grid, "srmr": 0.0385 + 0.02 * grid})
    # overlaps so that 5 % fails for the second index, 10 % works
    near = pd.DataFrame({"cfi": 0.90 + 0.1 * grid, "srmr": 0.0365 + 0.02 * grid})
    got = validity.dynamic_cutoffs([right, wrong, near], {"cfi": "above", "srmr": "below"})
    table = got.set_index(["level", "index"])
    assert table.loc[(0, "cfi"), "cut"] == pytest.approx(0.9525)
    assert table.loc[(0, "srmr"), "cut"] == pytest.approx(0.039)
    assert table.loc[(1, "cfi"), "cut"] == pytest.approx(0.938)
    assert table.loc[(1, "srmr"), "cut"] == pytest.approx(0.0395)
    assert np.isnan(table.loc[(2, "cfi"), "cut"]) and np.isnan(table.loc[(2, "cfi"), "error"])
    assert table.loc[(2, "srmr"), "cut"] == pytest.approx(0.0385)
    assert table.loc[(2, "srmr"), "error"] == 0.10
    assert table.loc[(1, "cfi"), "median"] == pytest.approx(0.92)


def test_populations_match_r(validity_gold: dict, gold: dict, hs_scales) -> None:
    """The misspecified populations that R derives from lavaan's solution."""
    load = np.array(gold["cfa"]["load"]).reshape(3, 3)
    loadings = {
        c: dict(zip(i, row, strict=True))
        for (c, i), row in zip(hs_scales.items(), load, strict=True)
    }
    names = list(hs_scales)
    phi = pd.DataFrame(gold["cfa"]["phi"], index=names, columns=names)
    omitted = validity.omitted_loadings(loadings, phi)
    want = validity_gold["dynamic"]
    for mine, theirs in zip(omitted, want["omitted"], strict=True):
        assert (mine.item, mine.own, mine.other) == tuple(
            theirs[k] for k in ("item", "own", "other")
        )
        assert mine.size == pytest.approx(theirs["size"], abs=1e-6)
    for level, sigma in enumerate(validity.populations(loadings, phi, omitted)):
        np.testing.assert_allclose(sigma, want[f"level{level}"]["population"], atol=1e-6)


def test_fornell_larcker_of_the_corporate_reputation_data(data_csv) -> None:
    """Hair et al. (2021), chapter 4: the table of the PLS model."""
    scales = {c.upper(): [f"{c}_{i}" for i in (1, 2, 3)] for c in ("comp", "like")}
    scales |= {"CUSA": ["cusa"], "CUSL": ["cusl_1", "cusl_2", "cusl_3"]}
    paths = [("COMP", "CUSA"), ("LIKE", "CUSA"), ("COMP", "CUSL"), ("LIKE", "CUSL")]
    model = pls.pls_path_model(
        data_csv("corp_rep.csv"), scales, [*paths, ("CUSA", "CUSL")], missing="mean"
    )
    outer = model.outer.set_index("item")["loading"]
    loadings = {c: outer[items].tolist() for c, items in scales.items() if len(items) > 1}
    got = validity.fornell_larcker(loadings, model.correlations.loc[list(loadings), list(loadings)])
    table = [[0.825, 0.645, 0.450], [0.645, 0.864, 0.615], [0.450, 0.615, 0.865]]
    assert (
        got.matrix.loc[["COMP", "LIKE", "CUSL"], ["COMP", "LIKE", "CUSL"]]
        .round(3)
        .to_numpy()
        .tolist()
        == table
    )
    assert got.passes.all() and got.violations == ()
