"""Verified against lavaan: what a result gives besides its parameter table and fit measures."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import FIXED_X, GOLDEN, HS, MIMIC, PD, TWO, compare_parameters, data

LAVAAN = GOLDEN / "lavaan"
MORE = json.loads((LAVAAN / "r_details.json").read_text(encoding="utf-8"))
ORDINAL = json.loads((LAVAAN / "r_ordinal_details.json").read_text(encoding="utf-8"))
GRADED = data("hs").assign(cl=[k % 43 for k in range(301)]).dropna(subset=["grade"])


@pytest.mark.parametrize(("model", "frame", "name"), [(HS, "hs", "hs"), (PD, "pd", "pd")])
def test_standardized_solution_with_standard_errors(model: str, frame: str, name: str) -> None:
    mine = semfit.fit(model, data(frame)).standardized()
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
    mine = semfit.fit(model, data(frame)).modindices()
    theirs = pd.read_csv(LAVAAN / f"{name}.csv")
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs) == len(mine)
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"], atol=1e-4, rtol=1e-4)
    np.testing.assert_allclose(both["epc"], both["epc_lavaan"], atol=1e-4)
    np.testing.assert_allclose(both["sepc_all"], both["sepc.all"], atol=1e-4)
    assert mine["mi"].is_monotonic_decreasing


@pytest.mark.parametrize("kind", ["standardized", "normalized"])
def test_residuals(kind: str) -> None:
    mine = semfit.fit(HS, data("hs")).standardized_residuals(kind)[0]["cov"].to_numpy()
    theirs = pd.read_csv(LAVAAN / f"r_resid_{kind}.csv", index_col=0).to_numpy()
    lower = np.tril_indices(len(mine), -1)
    np.testing.assert_allclose(mine[lower], theirs[lower], atol=2e-3)


@pytest.mark.parametrize("kind", ["standardized", "normalized"])
def test_residuals_of_incomplete_data(kind: str) -> None:
    result = semfit.fit(HS, data("hs_miss"), missing="fiml")
    mine = result.standardized_residuals(kind)[0]["cov"].to_numpy()
    theirs = pd.read_csv(LAVAAN / f"r_resid_fiml_{kind}.csv", index_col=0).to_numpy()
    lower = np.tril_indices(len(mine), -1)
    np.testing.assert_allclose(mine[lower], theirs[lower], atol=5e-3)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_residuals_of_incomplete_data_in_groups(estimator: str) -> None:
    """lavaan 0.7; 0.6-14 left out the groups' shares, up to the root of N over a group's rows."""
    theirs = pd.read_csv(LAVAAN / "r_resid_fiml_groups.csv", keep_default_na=False)
    theirs = theirs[theirs["estimator"] == estimator].set_index(["group", "lhs", "rhs"])["z"]
    result = semfit.fit(
        "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6",
        data("hs_miss"),
        estimator=estimator,
        missing="fiml",
        group="school",
        group_equal="loadings,intercepts",
    )
    for label, table in zip(result.group_labels, result.standardized_residuals(), strict=True):
        cov, means = table["cov"], table["mean"]
        want = theirs[label]
        for (lhs, rhs), z in want.items():
            mine = cov.loc[lhs, rhs] if rhs else means[lhs]
            assert mine == pytest.approx(z, abs=2e-4), (label, lhs, rhs)
        assert len(want) == 27


def test_factor_scores() -> None:
    result = semfit.fit(PD, data("pd"))
    for method, name in (("regression", "scores"), ("bartlett", "bartlett")):
        theirs = pd.read_csv(LAVAAN / f"r_{name}_pd.csv")
        mine = result.factor_scores(method)
        assert list(mine.columns) == list(theirs.columns)
        np.testing.assert_allclose(mine.to_numpy(), theirs.to_numpy(), atol=2e-4)


def test_release_tests() -> None:
    result = semfit.fit(HS, data("hs"), group="school", group_equal=["loadings", "intercepts"])
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
    result = semfit.fit(HS, data(frame), group="school", group_equal=equal, **options)  # type: ignore[arg-type]
    mine = result.release_tests().set_index(["lhs", "op", "rhs"])["chisq"]
    table = pd.read_csv(LAVAAN / f"r_score_{name}.csv", keep_default_na=False)
    theirs = table.set_index(["lhs", "op", "rhs"])["chisq"]
    assert len(mine) == len(theirs) == 15
    np.testing.assert_allclose(mine.loc[theirs.index], theirs, atol=3e-4)


@pytest.mark.parametrize("se", ["default", "robust"])
def test_cluster_robust(se: str) -> None:
    frame = data("hs").copy()
    frame["cl"] = [k % 43 for k in range(301)]
    result = semfit.fit(TWO, frame, cluster="cl", meanstructure=True, se=se)
    compare_parameters(result.parameters, "r_cluster")


def compare_details(result: semfit.Result, name: str, rtol: float = 1e-5) -> None:
    """Fit measures and standard errors of a result with those of ``r_details.json``."""
    for key, value in MORE[name].items():
        if key != "se":
            assert result.fit[key] == pytest.approx(value, rel=rtol, abs=1e-6), key
    frame = result.parameters
    for row in MORE[name].get("se", []):
        at = (frame["lhs"] == row["lhs"]) & (frame["op"] == row["op"])
        mine = frame.loc[at & (frame["rhs"] == row.get("rhs", "")), "se"].iloc[0]
        assert mine == pytest.approx(row["se"], rel=1e-3), row


@pytest.mark.parametrize(
    ("name", "model", "options"),
    [
        ("named", "visual =~ x1+x2+x3\ntextual =~ x4+x5+equal('visual=~x2')*x6", {}),
        (
            "random_x",
            MIMIC,
            {
                "fixed_x": False,
                "group": "school",
                "group_equal": "loadings,intercepts,residuals",
            },
        ),
        ("unit", TWO, {"group": "school", "group_equal": "loadings,lv_variances", "std_lv": True}),
        (
            "held",
            "visual =~ x1+c(0.6,NA)*x2+x3",
            {"group": "school", "group_equal": "loadings"},
        ),
        (
            "mlm",
            TWO,
            {"group": "school", "group_equal": "loadings,intercepts", "estimator": "MLM"},
        ),
        ("cluster", TWO, {"cluster": "cl", "estimator": "MLR"}),
    ],
)
def test_equalities_and_clusters(name: str, model: str, options: dict[str, Any]) -> None:
    compare_details(semfit.fit(model, GRADED, **options), name)


@pytest.mark.parametrize(
    ("name", "options"),
    [("wishart_x", {"likelihood": "wishart"}), ("gls_x", {"estimator": "GLS", "fixed_x": True})],
)
def test_fixed_predictors_of_unbiased_covariances(name: str, options: dict[str, Any]) -> None:
    compare_details(semfit.fit(FIXED_X, GRADED.iloc[:60], **options), name)


def test_incomplete_data_with_clusters_and_expected_information() -> None:
    frame = data("hs_miss").assign(cl=[k % 43 for k in range(301)])
    result = semfit.fit(TWO, frame, missing="fiml", estimator="MLR", cluster="cl")
    compare_details(result, "cluster_fiml", 1e-4)
    mine = semfit.fit(TWO, frame, missing="fiml", se="expected").parameters
    theirs = pd.DataFrame(MORE["expected"]).fillna({"rhs": ""})
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    np.testing.assert_allclose(both["se"], both["se_lavaan"], rtol=1e-3)


def test_groups_are_numbered_before_rows_are_left_out() -> None:
    frame = GRADED.iloc[[*range(199, 300), *range(199)]]
    school = frame["school"].to_numpy()
    second = np.flatnonzero(school == "Grant-White")
    order = [second[0], *np.flatnonzero(school == "Pasteur"), *second[1:]]
    frame = frame.iloc[order].copy()
    frame.iloc[0, frame.columns.get_loc("x1")] = np.nan
    result = semfit.fit("visual =~ x1+c(a,b)*x2+x3", frame, group="school")
    first = result.parameters.query("label == 'a'")["est"].iloc[0]
    assert first == pytest.approx(MORE["order"], abs=1e-5)
    empty = frame.copy()
    empty.loc[empty["school"] == "Pasteur", "x1"] = np.nan
    with pytest.raises(semfit.ModelError, match="no rows left in group 'Pasteur'"):
        semfit.fit("visual =~ x1+x2+x3", empty, group="school")


@pytest.mark.parametrize(
    ("name", "model", "options"), [("z_x", MIMIC, {}), ("z_mlm", TWO, {"estimator": "MLM"})]
)
def test_residuals_of_fixed_predictors_and_robust(
    name: str, model: str, options: dict[str, Any]
) -> None:
    result, names = semfit.fit(model, GRADED, **options), MORE[name]["names"]
    for kind in ("normalized", "standardized"):
        mine = result.standardized_residuals(kind)[0]["cov"].loc[names, names].to_numpy().T
        theirs = np.array(MORE[name][kind])
        np.testing.assert_allclose(mine[np.triu_indices(len(names), 1)], theirs, atol=2e-3)


def test_correlation_residuals_of_means() -> None:
    result = semfit.fit(TWO, GRADED, group="school", group_equal="loadings,intercepts")
    mine = result.standardized_residuals("cor")[1]["mean"]
    np.testing.assert_allclose(mine, MORE["cor_mean"], atol=1e-5)


def test_scores_of_models_without_means_are_located_by_the_predictors() -> None:
    mine = semfit.fit(MIMIC, GRADED).factor_scores()[["visual", "textual"]].iloc[:5]
    np.testing.assert_allclose(mine, MORE["scores"], atol=1e-3)


def test_modification_indices_of_fixed_parameters() -> None:
    mine = semfit.fit(TWO + "\nvisual =~ 0.5*x4", GRADED, orthogonal=True).modindices()
    theirs = pd.DataFrame(MORE["mi"])
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    assert {"visual=~x4", "visual~~textual"} <= set(both["lhs"] + both["op"] + both["rhs"])
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"], rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(both["epc"], both["epc_lavaan"], rtol=1e-3, atol=1e-3)


def test_reliability_with_a_cross_loading() -> None:
    mine = semfit.fit(TWO + "\nvisual =~ x4", GRADED).reliability()["omega"]
    np.testing.assert_allclose(mine, MORE["omega"], atol=1e-5)


def test_ordinal_residual_variances_and_empty_cells() -> None:
    hs = GRADED
    names = [f"x{k}" for k in range(1, 7)]
    cut = {k: pd.cut(hs[k], hs[k].quantile([0, 0.3, 0.7, 1]), include_lowest=True) for k in names}
    frame = pd.DataFrame({k: c.cat.codes for k, c in cut.items()})
    frame["x1"] = (hs["x1"] > 6.4).astype(int)
    frame["x2"] = ((hs["x2"] > 6) | (frame["x1"] == 1)).astype(int)
    cells = pd.crosstab(frame["x1"], frame["x2"]).to_numpy().T.ravel().tolist()
    assert cells == ORDINAL["ordinal"]["table"]
    result = semfit.fit(TWO, frame, ordered=True)
    assert result.estimate.sample.groups[0].cov[0, 1] == pytest.approx(
        ORDINAL["ordinal"]["correlation"], abs=1e-4
    )
    theirs = pd.DataFrame(ORDINAL["ordinal"]["std"])
    mine = result.standardized().query("op == '~~' and lhs == rhs").set_index("lhs")
    np.testing.assert_allclose(mine.loc[theirs["lhs"], "est_std"], theirs["est.std"], atol=2e-4)
    np.testing.assert_allclose(mine.loc[theirs["lhs"], "se"], theirs["se"], rtol=2e-3, atol=1e-6)


def test_implied_covariances_of_free_scales() -> None:
    result = semfit.fit(
        TWO, data("hs_ord"), ordered=True, group="school", group_equal="thresholds,loadings"
    )
    names = [f"x{k}" for k in range(1, 7)]
    implied = result.implied[1]["cov"].loc[names, names]
    np.testing.assert_allclose(implied, ORDINAL["scaled"]["implied"], atol=2e-4)
    for kind in ("raw", "cor"):  # both are correlations
        mine = result.standardized_residuals(kind)[1]["cov"].loc[names, names]
        np.testing.assert_allclose(mine, ORDINAL["scaled"]["cor"], atol=2e-4)
    # the model fits: both denominators of omega are nearly the same, also where scales are free
    omega = result.reliability()
    np.testing.assert_allclose(omega["omega"], omega["omega_observed"], atol=0.03)


def test_robust_standard_errors_of_ml_in_groups() -> None:
    options = {"group": "school", "group_equal": "loadings,intercepts", "se": "robust"}
    mine = semfit.fit(TWO, GRADED, **options).parameters
    theirs = pd.DataFrame(MORE["robust"]).fillna({"rhs": ""})
    mine = mine[mine["se"] > 0].reset_index(drop=True)
    assert mine[["lhs", "op", "rhs"]].equals(theirs[["lhs", "op", "rhs"]].astype("str"))
    np.testing.assert_allclose(mine["se"], theirs["se"], rtol=1e-4)


def test_explained_variance_where_the_path_is_fixed_to_zero() -> None:
    found = semfit.fit("x2 ~ 0*x1\nx3 ~ x2 + x1", GRADED).r2.set_index("variable")["r2"].to_dict()
    assert found == pytest.approx(MORE["r2"], abs=1e-6)


def test_incremental_indices_at_both_ends_of_the_degrees_of_freedom() -> None:
    none = semfit.fit("visual =~ x1+x2+x3", GRADED, estimator="MLR").fit
    lines = ["visual =~ 1*x1+1*x2+1*x3", "visual ~~ 0.5*visual"]
    lines += [f"x{k} ~~ 1*x{k}\nx{k} ~ a*1" for k in (1, 2, 3)]
    more = semfit.fit("\n".join(lines), GRADED).fit
    for mine, name in ((none, "saturated"), (more, "larger")):
        for key, value in MORE[name].items():
            want = np.nan if value == "NA" else value
            assert mine[key] == pytest.approx(want, abs=1e-5, nan_ok=True), (name, key)


def test_effects_are_those_of_named_products() -> None:
    model = "f =~ x1+x2+x3\nx4 ~ f + x7\nx5 ~ x4 + f\nx6 ~ x5 + x4"
    table = semfit.fit(model, GRADED).effects().query("effect == 'total'").set_index(["from", "to"])
    theirs = {row["lhs"]: row for row in MORE["effects"]}
    for name, pair in {
        "i": ("f", "x5"),
        "j": ("f", "x6"),
        "k": ("x7", "x5"),
        "l": ("x7", "x6"),
    }.items():
        assert table.loc[pair, "est"] == pytest.approx(theirs[name]["est"], abs=1e-5)
        assert table.loc[pair, "se"] == pytest.approx(theirs[name]["se"], rel=1e-4)
