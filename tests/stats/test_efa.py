from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, _factoring, efa
from loyalty.stats.polychoric import coded, polychoric


def test_kmo_and_bartlett_match_psych(
    hs: pd.DataFrame, mobi: pd.DataFrame, gold: dict, psych_hs: dict
) -> None:
    k = efa.kmo(efa.pearson(hs))
    assert k.overall == pytest.approx(psych_hs["kmo"], abs=1e-9)
    np.testing.assert_allclose(k.items, psych_hs["msai"], atol=1e-9)
    b = efa.bartlett_sphericity(efa.pearson(hs), len(hs))
    assert b.chi2 == pytest.approx(psych_hs["bartlett"]["chisq"], rel=1e-10)
    assert (b.df, b.p) == (36, pytest.approx(psych_hs["bartlett"]["p.value"], rel=1e-8))
    m = efa.kmo(efa.pearson(mobi))
    assert m.overall == pytest.approx(gold["kmo_mobi"]["msa"], abs=1e-10)
    np.testing.assert_allclose(m.items, gold["kmo_mobi"]["item"], atol=1e-10)
    bm = efa.bartlett_sphericity(efa.pearson(mobi), len(mobi))
    assert bm.chi2 == pytest.approx(gold["bartlett_mobi"]["chi2"], rel=1e-10)


def test_adequacy_refuses(hs: pd.DataFrame) -> None:
    twin = efa.pearson(hs.assign(x2=hs["x1"]))
    with pytest.raises(CannotCompute, match="not positive definite"):
        efa.kmo(twin)
    with pytest.raises(CannotCompute, match="only 1 item"):
        efa.kmo(efa.pearson(hs[["x1"]]))
    with pytest.raises(CannotCompute, match="only 3 rows"):
        efa.bartlett_sphericity(efa.pearson(hs), 3)
    with pytest.raises(ValueError, match="not symmetric"):
        efa.kmo(efa.pearson(hs) * np.tri(9))
    with pytest.raises(ValueError, match="diagonal"):
        efa.kmo(hs.cov())
    none = pd.DataFrame(np.eye(3), index=list("abc"), columns=list("abc"))
    with pytest.raises(CannotCompute, match="no two items correlate"):
        efa.kmo(none)


@pytest.mark.parametrize("name", ["hs", "mobi"])
def test_parallel_analysis_matches_psych(
    name: str, hs: pd.DataFrame, mobi: pd.DataFrame, gold: dict
) -> None:
    data = {"hs": hs, "mobi": mobi}[name]
    want = gold["parallel" if name == "hs" else "parallel_mobi"]
    got = efa.parallel_analysis(data, seed=1, draws=500)
    np.testing.assert_allclose(got.table["component"], want["pc"], atol=1e-9)
    np.testing.assert_allclose(got.table["factor"], want["fa"], atol=2e-5)
    np.testing.assert_allclose(got.table["component_mean"], want["sim_pc"], atol=0.02)
    np.testing.assert_allclose(got.table["factor_mean"], want["sim_fa"], atol=0.03)
    assert got.n_components == want["ncomp"]
    # mobi's fourth factor eigenvalue lies on the quantile (0.448): the draws decide
    assert abs(got.n_factors - want["nfact"]) <= (name == "mobi")


def test_parallel_analysis_with_smc_matches_psych(hs: pd.DataFrame, gold: dict) -> None:
    got = efa.parallel_analysis(hs, seed=1, communalities="smc")
    np.testing.assert_allclose(got.table["factor"], gold["parallel_smc"]["fa"], atol=1e-9)
    np.testing.assert_allclose(got.table["factor_mean"], gold["parallel_smc"]["sim_fa"], atol=0.02)
    assert got.n_factors == gold["parallel_smc"]["nfact"]


def test_parallel_analysis_is_seeded_and_ways_agree(hs: pd.DataFrame, hs_miss) -> None:
    one = efa.parallel_analysis(hs, seed=7, draws=50)
    assert one == efa.parallel_analysis(hs, seed=7, draws=50)
    assert one != efa.parallel_analysis(hs, seed=8, draws=50)
    assert one == efa.parallel_analysis(corr=efa.pearson(hs), n=len(hs), seed=7, draws=50)
    a = efa.parallel_analysis(hs, seed=7, draws=400)
    b = efa.parallel_analysis(hs, seed=7, draws=400, data="permuted")
    np.testing.assert_allclose(a.table["component_mean"], b.table["component_mean"], atol=0.01)
    # The Wishart draws have the distribution of correlations of simulated rows.
    rng = np.random.default_rng(0)
    rows = [
        np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((301, 9)), rowvar=False))[::-1]
        for _ in range(400)
    ]
    np.testing.assert_allclose(a.table["component_mean"], np.mean(rows, axis=0), atol=0.01)
    pair = efa.parallel_analysis(hs_miss, seed=1, draws=20, missing="pairwise")
    assert len(hs_miss.dropna()) < pair.n < len(hs_miss)
    json.dumps(pair.to_dict(), allow_nan=False)


def test_parallel_analysis_refuses(hs: pd.DataFrame) -> None:
    for bad, words in [
        (hs[["x1", "x2"]], "only 2 items: parallel analysis needs 3"),
        (hs.head(8), "only 8 rows for 9 items"),
        (hs.assign(x1=1.0), "x1 is constant"),
        (hs.assign(x2=hs["x1"]), "not positive definite"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            efa.parallel_analysis(bad, seed=1)
    with pytest.raises(ValueError, match="needs n"):
        efa.parallel_analysis(corr=efa.pearson(hs), seed=1)
    with pytest.raises(ValueError, match="permuted"):
        efa.parallel_analysis(corr=efa.pearson(hs), n=9, seed=1, data="permuted")


def test_map_matches_psych_and_own_r(hs: pd.DataFrame, gold: dict, psych_hs: dict) -> None:
    got = efa.minimum_average_partial(efa.pearson(hs))
    np.testing.assert_allclose(got.table["squared"], gold["map"]["squared"], atol=1e-10)
    np.testing.assert_allclose(got.table["fourth"], gold["map"]["fourth"], atol=1e-10)
    np.testing.assert_allclose(got.table["squared"][1:7], psych_hs["map"], atol=1e-9)
    assert got.n_squared == 2
    with pytest.raises(CannotCompute, match="MAP test needs 3"):
        efa.minimum_average_partial(efa.pearson(hs[["x1", "x2"]]))


def test_the_better_of_two_optima_counts(mobi: pd.DataFrame) -> None:
    """Seven factors of mobi have a minres optimum that Jöreskog's start alone does not reach."""
    r = efa.pearson(mobi).to_numpy()
    _, psi, _ = _factoring.extract(r[None], 7, "minres")
    rest = np.linalg.eigvalsh(r - np.diag(psi[0]))[:-7]
    assert efa.efa(mobi, 7).rmsr < np.sqrt((rest**2).sum() / (len(r) * (len(r) - 1))) - 1e-5


def _aligned(got: efa.EFA, want: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Columns and signs of the solution that match the golden loadings."""
    target = pd.DataFrame(want, index=got.loadings.index)
    order, signs = [], []
    match = efa.match_factors(got.loadings, target)
    for j in range(want.shape[1]):
        order.append(list(got.loadings.columns).index(match["factor"].iloc[j]))
        signs.append(np.sign(match["congruence"].iloc[j]))
    return order, np.array(signs)


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize("rotation", ["none", "varimax", "promax", "oblimin"])
def test_efa_hs_matches_psych(
    hs: pd.DataFrame, golden_csv: Any, golden_json: Any, method: Any, rotation: Any
) -> None:
    got = efa.efa(hs, 3, method=method, rotation=rotation)
    stem = f"efa_hs_{method}_{rotation}"
    want = golden_csv(f"{stem}_load.csv").to_numpy()
    order, signs = _aligned(got, want)
    # R's varimax stops when its criterion gains less than 1e-5, which leaves 7e-4 here; the
    # loadings of a fully converged one are tested below.
    tolerance = 1e-3 if rotation == "varimax" else 1e-4
    np.testing.assert_allclose(got.loadings.to_numpy()[:, order] * signs, want, atol=tolerance)
    comm = golden_csv(f"{stem}_comm.csv")
    np.testing.assert_allclose(got.communalities, comm["comm"], atol=1e-4)
    np.testing.assert_allclose(got.uniquenesses, comm["uniq"], atol=1e-4)
    if rotation in ("promax", "oblimin"):
        phi = golden_csv(f"{stem}_phi.csv").to_numpy()
        ours = got.phi.to_numpy()[np.ix_(order, order)] * np.outer(signs, signs)
        np.testing.assert_allclose(ours, phi, atol=1e-4)
    stat = golden_json(f"{stem}_stat.json")
    assert got.chi2 == pytest.approx(stat["STATISTIC"], rel=1e-4)
    assert got.df == stat["dof"]
    # psych mixes n and n - 1 in its RMSEA; ours has n throughout, as lavaan
    assert got.rmsea == pytest.approx(stat["RMSEA"][0], abs=2e-4)
    assert got.tli == pytest.approx(stat["TLI"], abs=1e-5)
    ss = np.array(stat["Vaccounted"][0])
    np.testing.assert_allclose(
        got.variance["ss_loadings"].to_numpy()[order], ss, atol=2 * tolerance
    )


@pytest.mark.parametrize("name", ["hs", "mobi"])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_rotation_matches_converged_r(
    hs: pd.DataFrame, mobi: pd.DataFrame, gold: dict, name: Any, rotation: Any
) -> None:
    """R's varimax, promax and GPArotation's oblimin with tight tolerances, on one extraction."""
    items, k = {"hs": (hs, 3), "mobi": (mobi, 4)}[name]
    got = efa.efa(items, k, rotation=rotation)
    want = gold["rotation"][name][rotation]
    order, signs = _aligned(got, np.array(want["load"]))
    ours = got.loadings.to_numpy()[:, order] * signs
    np.testing.assert_allclose(ours, want["load"], atol=1e-4)
    phi = got.phi.to_numpy()[np.ix_(order, order)] * np.outer(signs, signs)
    np.testing.assert_allclose(phi, want["phi"], atol=1e-4)


@pytest.mark.parametrize("name", ["hs", "mobi"])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_rotation_of_r_s_own_extraction(gold: dict, name: Any, rotation: Any) -> None:
    """R's solution turned away from its optimum comes back to it, to 1e-6."""
    load, phi = (np.array(gold["rotation"][name][rotation][part]) for part in ("load", "phi"))
    orthogonal = load @ np.linalg.cholesky(phi)
    unrotated = orthogonal @ np.linalg.svd(orthogonal)[2].T  # as extraction leaves it
    got, between, converged = _factoring.rotated(unrotated, rotation)
    assert converged
    found = efa.match_factors(pd.DataFrame(got), pd.DataFrame(load))
    order, signs = found["factor"].astype(int).to_numpy(), np.sign(found["congruence"].to_numpy())
    np.testing.assert_allclose(got[:, order] * signs, load, atol=1e-6)
    between = between[np.ix_(order, order)] * np.outer(signs, signs)
    np.testing.assert_allclose(between, phi, atol=1e-6)


@pytest.mark.parametrize("method", ["minres", "ml"])
@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_efa_mobi_matches_psych(mobi: pd.DataFrame, gold: dict, method: Any, rotation: Any) -> None:
    got = efa.efa(mobi, 5, method=method, rotation=rotation)
    want = gold["efa_mobi"][f"{method}_{rotation}"]
    loads = np.array(want["load"])
    order, signs = _aligned(got, loads)
    np.testing.assert_allclose(got.loadings.to_numpy()[:, order] * signs, loads, atol=2e-3)
    np.testing.assert_allclose(got.communalities, want["comm"], atol=1e-3)
    if rotation != "varimax":
        ours = got.phi.to_numpy()[np.ix_(order, order)] * np.outer(signs, signs)
        np.testing.assert_allclose(ours, want["phi"], atol=2e-3)
    np.testing.assert_allclose(
        got.structure.to_numpy()[:, order] * signs, want["structure"], atol=2e-3
    )
    assert got.rmsr == pytest.approx(want["rms"], abs=1e-4)


@pytest.mark.parametrize("rotation", ["varimax", "promax", "oblimin"])
def test_rotation_keeps_what_it_must(mobi: pd.DataFrame, rotation: Any) -> None:
    plain, turned = (efa.efa(mobi, 4, rotation=r) for r in ("none", rotation))
    np.testing.assert_allclose(turned.communalities, plain.communalities, atol=1e-8)
    np.testing.assert_allclose(turned.residuals, plain.residuals, atol=1e-8)
    np.testing.assert_allclose(np.diag(turned.phi), 1, atol=1e-10)
    assert np.linalg.eigvalsh(turned.phi)[0] > 0
    assert turned.variance["cumulative"].iloc[-1] == pytest.approx(
        plain.communalities.sum() / mobi.shape[1]
    )
    assert (turned.loadings.sum() > 0).all()
    np.testing.assert_allclose(turned.structure, turned.loadings @ turned.phi)
    mixed = efa.efa(mobi.sample(frac=1, random_state=2), 4, rotation=rotation)
    np.testing.assert_allclose(mixed.loadings, turned.loadings, atol=1e-4)


def test_efa_refuses_and_flags(hs: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="only 2 items"):
        efa.efa(hs[["x1", "x2"]], 1)
    with pytest.raises(CannotCompute, match="6 factors cannot be estimated"):
        efa.efa(hs, 6)
    with pytest.raises(CannotCompute, match="x3 is constant"):
        efa.efa(hs.assign(x3=1.0), 2)
    with pytest.raises(CannotCompute, match="not positive definite"):
        efa.efa(hs.assign(x3=hs["x1"]), 2)
    one = efa.efa(hs[["x1", "x2", "x3"]], 1)
    assert one.df == 0 and np.isnan(one.chi2) and one.rotation == "none"
    corr = pd.DataFrame(
        [[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]], index=list("abc"), columns=list("abc")
    )
    assert efa.efa(corr=corr, n_factors=1).heywood == ("a",)
    assert efa.efa(corr=efa.pearson(hs), n_factors=3).n is None


def test_congruence(hs: pd.DataFrame, gold: dict, hs_scales: dict) -> None:
    a = efa.efa(hs, 3, rotation="oblimin")
    b = efa.efa(hs, 3, rotation="varimax")
    got = efa.tucker_congruence(a.loadings, b.loadings)
    np.testing.assert_allclose(got, gold["congruence"], atol=6e-3)  # psych rounds to 2 digits
    target = efa.planned_target(list(hs.columns), hs_scales)
    match = efa.match_factors(a.loadings, target)
    assert sorted(match["factor"]) == ["F1", "F2", "F3"]
    assert (match["congruence"] > 0.85).all()
    few = efa.match_factors(efa.efa(hs, 2).loadings, target)
    assert few["factor"].isna().sum() == 1
    with pytest.raises(ValueError, match="not of the same items"):
        efa.tucker_congruence(a.loadings, target.drop(index="x1"))
    with pytest.raises(CannotCompute, match="zero"):
        efa.tucker_congruence(a.loadings, target * 0)
    with pytest.raises(ValueError, match="no item z"):
        efa.planned_target(["a"], {"s": ["z"]})


# ------------------------------------------------------------------------------------- polychoric


def test_polychoric_matches_lavaan_and_psych(
    mobi: pd.DataFrame, mobi_five: pd.DataFrame, gold_reliability: dict, data_csv: Any
) -> None:
    want = gold_reliability["polychoric"]
    got = polychoric(mobi_five)
    np.testing.assert_allclose(got, want["five"], atol=5e-5)  # lavaan stops at about 1e-5
    np.testing.assert_allclose(got, want["five_psych"], atol=1e-3)  # psych's optimize() is coarse
    assert got.equals(polychoric(mobi_five, missing="pairwise"))
    names = [c for scale in ("IMAG", "CUEX", "PERQ", "CUSA") for c in mobi if c.startswith(scale)]
    two = polychoric((mobi[names] > 7).astype(float))
    np.testing.assert_allclose(two, want["two"], atol=1e-4)
    holes = polychoric(data_csv("mobi_five_holes.csv"), missing="pairwise")
    np.testing.assert_allclose(holes, want["holes"], atol=1e-3)
    # what the categories are called does not matter, only their order
    again = polychoric(mobi_five**2 - 7)
    np.testing.assert_allclose(again, got, atol=1e-12)


def test_polychoric_refuses(mobi_five: pd.DataFrame) -> None:
    a = mobi_five[["IMAG1", "IMAG2", "IMAG3"]]
    with pytest.raises(CannotCompute, match="IMAG2 is constant"):
        polychoric(a.assign(IMAG2=3.0))
    with pytest.raises(CannotCompute, match="IMAG1 has 250 distinct answers"):
        polychoric(a.assign(IMAG1=np.arange(250.0)))
    half = a.assign(IMAG1=a["IMAG1"].where(np.arange(250) % 2 == 0))
    half["IMAG2"] = half["IMAG2"].where(np.arange(250) % 2 == 1)
    with pytest.raises(CannotCompute, match="fewer than 2 rows in common"):
        polychoric(half, missing="pairwise")
    with pytest.raises(CannotCompute, match="only 0 complete rows"):
        polychoric(half)
    flat = a.copy()
    flat.loc[flat["IMAG1"] != 4, "IMAG2"] = np.nan
    with pytest.raises(CannotCompute, match="IMAG1 is constant where IMAG2 is answered"):
        polychoric(flat, missing="pairwise")


@pytest.mark.parametrize("rows", [250, 120])
def test_chance_polychorics_are_those_of_permuted_answers(
    mobi_five: pd.DataFrame, rows: int
) -> None:
    """The series against the full likelihood, on the very same permutations."""
    data = mobi_five.head(rows)
    codes = coded(data.to_numpy(), list(data.columns))
    got = efa._independent_polychorics(codes, rows, 3, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    dealt = np.sort(np.stack(codes).astype(np.int64), axis=1)
    for one in got:
        permuted = pd.DataFrame(rng.permuted(dealt, axis=1).T)
        np.testing.assert_allclose(one, polychoric(permuted), atol=2e-6)


def test_ordinal_parallel_analysis(mobi_five: pd.DataFrame, gold_reliability: dict) -> None:
    got = efa.parallel_analysis(mobi_five, seed=1, draws=100, data="ordinal")
    eigenvalues = np.linalg.eigvalsh(np.array(gold_reliability["polychoric"]["five"]))[::-1]
    np.testing.assert_allclose(got.table["component"], eigenvalues, atol=1e-4)
    # polychoric correlations vary more by chance than Pearson's do
    pearson = efa.parallel_analysis(mobi_five, seed=1, draws=100)
    assert got.table["component_mean"].iloc[0] > pearson.table["component_mean"].iloc[0]
    assert got == efa.parallel_analysis(mobi_five, seed=1, draws=100, data="ordinal")
    assert got.data == "ordinal" and 1 <= got.n_factors <= pearson.n_factors
    with pytest.raises(ValueError, match="ordinal data need the items"):
        efa.parallel_analysis(corr=efa.pearson(mobi_five), n=250, seed=1, data="ordinal")


def test_the_count_says_what_the_draws_leave_open(mobi: pd.DataFrame) -> None:
    """mobi's fourth factor eigenvalue lies on the quantile; more draws cannot widen the range."""
    few = efa.parallel_analysis(mobi, seed=1, draws=60)
    many = efa.parallel_analysis(mobi, seed=1, draws=2000)
    for found in (few, many):
        low, high = found.factors_range
        assert low <= found.n_factors <= high
        assert found.components_range[0] <= found.n_components <= found.components_range[1]
    assert few.factors_range[0] <= many.factors_range[0]
    assert few.factors_range[1] >= many.factors_range[1]
    assert few.factors_range[1] > few.factors_range[0]


@pytest.mark.parametrize("name", ["hs", "mobi"])
def test_simple_rules_match_nfactors(
    name: str, hs: pd.DataFrame, mobi: pd.DataFrame, gold_reliability: dict
) -> None:
    corr = efa.pearson({"hs": hs, "mobi": mobi}[name])
    want = gold_reliability["rules"][name]
    assert efa.kaiser_criterion(corr) == want["kaiser"]
    assert efa.acceleration_factor(corr) == want["af"]
    with pytest.raises(CannotCompute, match="needs 3"):
        efa.acceleration_factor(corr.iloc[:2, :2])


# ----------------------------------------------------------------------- resampling, Schmid-Leiman


@pytest.mark.parametrize(("name", "k"), [("hs", 1), ("hs", 3), ("mobi", 4)])
@pytest.mark.parametrize("method", ["minres", "ml"])
def test_stacked_solutions_are_those_of_single_ones(
    name: str, k: int, method: Any, hs: pd.DataFrame, mobi: pd.DataFrame
) -> None:
    data = {"hs": hs, "mobi": mobi}[name]
    draws = efa.resample(data, efa.efa(data, k, method=method), draws=4, seed=2)
    assert draws.sound.all()
    rng = np.random.default_rng(2)
    for d in range(4):
        rows = data.iloc[rng.integers(0, len(data), len(data))]
        np.testing.assert_allclose(draws.corr[d], efa.pearson(rows), atol=1e-12)
        own = efa.efa(rows, k, method=method)
        np.testing.assert_allclose(draws.uniquenesses[d], own.uniquenesses, atol=2e-4)
        loads, phi = draws.loadings[d], draws.phi[d]
        np.testing.assert_allclose(np.diag(phi), 1, atol=1e-10)
        communality = np.diag(loads @ phi @ loads.T)
        np.testing.assert_allclose(communality, own.communalities, atol=2e-4)
        if name == "hs":  # a rotation with one optimum
            order, signs = _aligned(own, loads)
            ours = own.loadings.to_numpy()[:, order] * signs
            np.testing.assert_allclose(loads, ours, atol=1e-3)


def test_resampling_keeps_factors_in_place_and_refuses(hs: pd.DataFrame) -> None:
    solution = efa.efa(hs, 3)
    draws = efa.resample(hs, solution, draws=200, seed=1)
    middle = draws.loadings[draws.sound].mean(axis=0)
    np.testing.assert_allclose(middle, solution.loadings, atol=0.06)
    one = efa.resample(
        hs[["x1", "x2", "x3"]].assign(x1=1e-9 * hs["x1"]),
        efa.efa(hs.iloc[:, :3], 1),
        draws=5,
        seed=1,
    )
    assert one.sound.all()  # a tiny scale is no lack of variance
    with pytest.raises(ValueError, match="varimax"):
        efa.resample(hs, efa.efa(hs, 3, rotation="varimax"), draws=2, seed=1)
    rare = hs[["x1", "x2", "x3"]].head(12).assign(x3=[1.0] * 11 + [2.0])
    some = efa.resample(rare, efa.efa(hs.iloc[:, :3], 1), draws=50, seed=1)
    assert 0 < some.sound.sum() < 50  # draws in which x3 is constant do not count


@pytest.mark.parametrize(("name", "k"), [("hs", 2), ("hs", 3), ("mobi", 3), ("mobi", 4)])
def test_schmid_leiman_matches_psych(
    name: str, k: int, hs: pd.DataFrame, mobi: pd.DataFrame, gold_reliability: dict
) -> None:
    data = {"hs": hs, "mobi": mobi}[name]
    want = gold_reliability["hierarchical"][f"{name}{k}"]
    got = efa.schmid_leiman(efa.efa(data, k))
    np.testing.assert_allclose(got.general, want["general"], atol=2e-3)
    np.testing.assert_allclose(got.uniquenesses, want["u2"], atol=1e-3)
    np.testing.assert_allclose(np.sort(got.second_order), np.sort(want["second"]), atol=3e-3)
    groups = np.array(want["groups"])
    np.testing.assert_allclose(
        np.sort((got.groups**2).sum()), np.sort((groups**2).sum(axis=0)), atol=5e-3
    )
    assert got.explained_common_variance == pytest.approx(want["ecv"], abs=1e-3)
    # orthogonal factors reproduce what the oblique ones did
    both = (got.general**2 + (got.groups**2).sum(axis=1)).to_numpy()
    oblique = efa.efa(data, k).communalities.to_numpy()
    if name == "hs" and k == 2:
        np.testing.assert_allclose(both, oblique, atol=1e-8)
    with pytest.raises(CannotCompute, match="only 1 factor"):
        efa.schmid_leiman(efa.efa(data, 1))


@pytest.mark.parametrize("name", ["hs", "mobi"])
def test_target_rotation_matches_gparotation(
    name: str,
    hs: pd.DataFrame,
    mobi: pd.DataFrame,
    hs_scales: dict,
    mobi_scales: dict,
    gold_reliability: dict,
) -> None:
    scales = hs_scales
    if name == "mobi":
        scales = {s: mobi_scales[s] for s in ("Image", "Quality", "Satis")}
    names = [i for items in scales.values() for i in items]
    corr = efa.pearson({"hs": hs, "mobi": mobi}[name][names])
    got = efa.target_rotation(corr, efa.planned_target(names, scales), draws=100, seed=1)
    want = gold_reliability["target"][name]
    assert got.converged
    np.testing.assert_allclose(np.abs(got.congruence), want["congruence"], atol=1e-4)
    signs = np.sign(np.sum(got.loadings.to_numpy() * np.array(want["load"]), axis=0))
    np.testing.assert_allclose(got.loadings, np.array(want["load"]) * signs, atol=1e-4)
    np.testing.assert_allclose(got.phi, np.array(want["phi"]) * np.outer(signs, signs), atol=2e-4)
    assert ((got.chance > 0.3) & (got.chance < 1)).all()
    assert got == efa.target_rotation(corr, efa.planned_target(names, scales), draws=100, seed=1)


def test_target_of_one_construct_and_of_none(hs: pd.DataFrame) -> None:
    corr = efa.pearson(hs[["x4", "x5", "x6"]])
    alone = efa.target_rotation(
        corr, efa.planned_target(["x4", "x5", "x6"], {"t": ["x4", "x5", "x6"]}), draws=0
    )
    loads = efa.efa(corr=corr, n_factors=1).loadings["F1"]
    np.testing.assert_allclose(alone.loadings["t"], loads, atol=1e-8)
    assert np.isnan(alone.chance["t"])
    with pytest.raises(CannotCompute, match="without an item"):
        efa.target_rotation(corr, efa.planned_target(["x4", "x5", "x6"], {"t": ["x4"], "u": []}))


def test_congruence_with_plan(hs: pd.DataFrame, hs_scales: dict) -> None:
    solution = efa.efa(hs, 3)
    target = efa.planned_target(list(hs.columns), hs_scales)
    draws = efa.resample(hs, solution, draws=200, seed=1)
    found = efa.congruence_with_plan(solution, target, draws)
    plain = efa.match_factors(solution.loadings, target)
    assert list(found["factor"]) == list(plain["factor"])
    assert (found["low"] < found["congruence"]).all() and (found["low"] > 0.6).all()
    assert (found["high"] <= 1).all() and (found["high"] - found["low"] < 0.3).all()
    none = efa.congruence_with_plan(efa.efa(hs, 2), target)
    assert none["low"].isna().all() and none["factor"].isna().sum() == 1
