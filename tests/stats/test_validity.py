from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, validity


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
    with pytest.raises(CannotCompute, match="no correlation for construct visual"):
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
    assert got.not_computed == {"Complaints": "Complaints has only 1 item: HTMT needs 2"}
    last = got.pairs[got.pairs["construct_b"] == "Complaints"]
    assert (last["draws"] == 0).all() and last["ci_lower"].isna().all()
    json.dumps(got.to_dict(), allow_nan=False)
    two = validity.htmt(mobi, {k: mobi_scales[k] for k in ("Value", "Satis")})
    assert len(two.pairs) == 1
    for scales, words in [
        ({"a": ["CUSCO"], "b": ["CUSA1", "CUSA2"]}, "2 constructs with 2 or more"),
        ({"a": ["CUSA1", "CUSA2"]}, "needs 2 constructs"),
        ({"a": ["CUSA1", "CUSA2"], "b": ["CUSA1", "CUSA3"]}, "belongs twice"),
        ({"a": ["CUSA1", "zz"], "b": ["CUSL1", "CUSL3"]}, "no item zz"),
        ({"a": [], "b": ["CUSL1", "CUSL3"]}, "a has no items"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            validity.htmt(mobi, scales)
    with pytest.raises(CannotCompute, match="CUSA1 is constant"):
        validity.htmt(mobi.assign(CUSA1=1), mobi_scales)
    with pytest.raises(CannotCompute, match="needs a seed"):
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
    with pytest.raises(CannotCompute, match="no variable z"):
        validity.marker_adjustment(corr, "z", 200)
    with pytest.raises(CannotCompute, match="needs 2 constructs"):
        validity.marker_adjustment(corr.loc[["a", "m"], ["a", "m"]], "m", 200)


def test_single_items_as_perfect(mobi: pd.DataFrame, mobi_scales) -> None:
    got = validity.htmt(mobi, mobi_scales | {"C": ["CUSCO"]}, single_items="perfect")
    within = mobi[mobi_scales["Satis"]].corr().to_numpy()[np.triu_indices(3, 1)].mean()
    across = mobi[mobi_scales["Satis"]].corrwith(mobi["CUSCO"]).mean()
    assert got.matrix.loc["C", "Satis"] == pytest.approx(across / np.sqrt(within))
    assert got.not_computed == {}
