"""Verified against lavaan: what a result gives besides its parameter table and fit measures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sem_reference import GOLDEN, HS, PD, TWO, compare_parameters, data

from loyalty import sem

LAVAAN = GOLDEN / "lavaan"


@pytest.mark.parametrize(("model", "frame", "name"), [(HS, "hs", "hs"), (PD, "pd", "pd")])
def test_standardized_solution_with_standard_errors(model: str, frame: str, name: str) -> None:
    mine = sem.fit(model, data(frame)).standardized()
    theirs = pd.read_csv(LAVAAN / f"r_std_{name}.csv")
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    np.testing.assert_allclose(both["est_std"], both["est.std"], atol=2e-5)
    np.testing.assert_allclose(both["se"], both["se_lavaan"], rtol=5e-5, atol=1e-6)
    np.testing.assert_allclose(both["ci_lower"], both["ci.lower"], atol=5e-5)


@pytest.mark.parametrize(
    ("model", "frame", "name"), [(HS, "hs", "hs_ml_modindices"), (PD, "pd", "r_mi_pd")]
)
def test_modification_indices(model: str, frame: str, name: str) -> None:
    mine = sem.fit(model, data(frame)).modindices()
    theirs = pd.read_csv(LAVAAN / f"{name}.csv")
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs) == len(mine)
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"], atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(both["epc"], both["epc_lavaan"], atol=1e-4)
    np.testing.assert_allclose(both["sepc_all"], both["sepc.all"], atol=1e-4)
    assert mine["mi"].is_monotonic_decreasing


@pytest.mark.parametrize("kind", ["standardized", "normalized"])
def test_residuals(kind: str) -> None:
    mine = sem.fit(HS, data("hs")).standardized_residuals(kind)[0]["cov"].to_numpy()
    theirs = pd.read_csv(LAVAAN / f"r_resid_{kind}.csv", index_col=0).to_numpy()
    lower = np.tril_indices(len(mine), -1)
    np.testing.assert_allclose(mine[lower], theirs[lower], atol=2e-3)


@pytest.mark.parametrize("kind", ["standardized", "normalized"])
def test_residuals_of_incomplete_data(kind: str) -> None:
    result = sem.fit(HS, data("hs_miss"), missing="fiml")
    mine = result.standardized_residuals(kind)[0]["cov"].to_numpy()
    theirs = pd.read_csv(LAVAAN / f"r_resid_fiml_{kind}.csv", index_col=0).to_numpy()
    lower = np.tril_indices(len(mine), -1)
    np.testing.assert_allclose(mine[lower], theirs[lower], atol=5e-3)


def test_factor_scores() -> None:
    result = sem.fit(PD, data("pd"))
    for method, name in (("regression", "scores"), ("bartlett", "bartlett")):
        theirs = pd.read_csv(LAVAAN / f"r_{name}_pd.csv")
        mine = result.factor_scores(method)
        assert list(mine.columns) == list(theirs.columns)
        np.testing.assert_allclose(mine.to_numpy(), theirs.to_numpy(), atol=2e-4)


def test_release_tests() -> None:
    result = sem.fit(HS, data("hs"), group="school", group_equal=["loadings", "intercepts"])
    mine = result.release_tests()
    theirs = pd.read_csv(LAVAAN / "r_score_scalar.csv")
    table = pd.read_csv(LAVAAN / "r_score_partable.csv", keep_default_na=False)
    name = {row["plabel"]: (row["lhs"], row["op"], row["rhs"]) for row in table.to_dict("records")}
    got = {(r["lhs"], r["op"], r["rhs"]): r["chisq"] for r in mine.to_dict("records")}
    assert len(got) == len(theirs)
    for row in theirs.to_dict("records"):
        assert got[name[row["lhs"]]] == pytest.approx(row["X2"], abs=1e-3)


@pytest.mark.parametrize(
    ("frame", "options", "name"),
    [
        ("hs_miss", {"missing": "fiml"}, "fiml"),
        ("hs_miss", {"missing": "fiml", "estimator": "MLR"}, "fiml_mlr"),
        ("hs", {"estimator": "MLR"}, "mlr"),
    ],
)
def test_release_tests_of_incomplete_and_robust(
    frame: str, options: dict[str, str], name: str
) -> None:
    equal = ["loadings", "intercepts"]
    result = sem.fit(HS, data(frame), group="school", group_equal=equal, **options)  # type: ignore[arg-type]
    mine = result.release_tests().set_index(["lhs", "op", "rhs"])["chisq"]
    table = pd.read_csv(LAVAAN / f"r_score_{name}.csv", keep_default_na=False)
    theirs = table.set_index(["lhs", "op", "rhs"])["chisq"]
    assert len(mine) == len(theirs) == 15
    np.testing.assert_allclose(mine.loc[theirs.index], theirs, atol=3e-4)


def test_cluster_robust() -> None:
    frame = data("hs").copy()
    frame["cl"] = [k % 43 for k in range(301)]
    result = sem.fit(TWO, frame, cluster="cl", meanstructure=True)
    compare_parameters(result.parameters, "r_cluster")
