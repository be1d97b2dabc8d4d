"""What lavaan prints beside estimates and fit (golden/make_outputs.R), each against its values.

`OLD` is of lavaan 0.6-14, `NEW` of 0.7-2, which alone has robust score and Wald tests, residual
summaries of several groups and the reliability of scores.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy import special
from sem_reference import (
    CONSTRAINT,
    CX_ITEMS,
    CX_MIMIC,
    GOLDEN,
    HS,
    ITEMS,
    MIMIC,
    PD,
    STRUCTURE,
    data,
)
from semfit import residual_summary, scores

OLD = json.loads((GOLDEN / "lavaan" / "r_out.json").read_text())
NEW = json.loads((GOLDEN / "lavaan" / "r_out_07.json").read_text())

LABELS = """visual =~ x1+a*x2+b*x3
textual =~ x4+c*x5+d*x6
speed =~ x7+x8+x9
visual ~~ r*textual
diff := a - b"""
EQUAL = "visual =~ x1+a*x2+a*x3\ntextual =~ x4+b*x5+b*x6\nspeed =~ x7+x8+x9"
RESTRICTIONS = ["a == b", "a == b; c == d", "a*b == c", "r == 0.4; c + d == 2*a", "diff == 0"]
ADD = "x1 ~~ x2; visual =~ x9; x7 ~~ x8"
SCHOOL: dict[str, Any] = {"group": "school"}
FITS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "hs_ml": (HS, "hs", {}),
    "hs_means": (HS, "hs", {"meanstructure": True}),
    "pd_ml": (PD, "pd", {}),
    "hs_mlr": (HS, "hs", {"estimator": "MLR"}),
    "hs_mlm": (HS, "hs", {"estimator": "MLM"}),
    "hs_fiml": (HS, "hs_miss", {"missing": "fiml"}),
    "mimic": (MIMIC, "hs", {}),
    "mimic_mlr": (MIMIC, "hs", {"estimator": "MLR"}),
    "hs_ord": (HS, "hs_ord", {"ordered": ITEMS}),
    "mg": (HS, "hs", SCHOOL),
    "mg_scalar": (HS, "hs", {**SCHOOL, "group_equal": "loadings,intercepts"}),
    "mg_fiml": (HS, "hs_miss", {**SCHOOL, "group_equal": "loadings", "missing": "fiml"}),
    "labels": (LABELS, "hs", {}),
    "labels_mlr": (LABELS, "hs", {"estimator": "MLR"}),
    "labels_mlm": (LABELS, "hs", {"estimator": "MLM"}),
    "labels_ord": (LABELS, "hs_ord", {"ordered": ITEMS}),
    "constraint": (CONSTRAINT, "hs", {}),
    "equal": (EQUAL, "hs", {}),
    "equal_mlr": (EQUAL, "hs", {"estimator": "MLR"}),
}


@cache
def fitted(name: str) -> semfit.Result:
    model, rows, options = FITS[name]
    return semfit.fit(model, data(rows), **options)


def numbers(values: Any) -> Any:
    """Golden values as floats, "NA" as NaN."""
    array = np.array(values, dtype=object)
    return (
        pd.to_numeric(pd.Series(array.ravel()), errors="coerce")
        .to_numpy(float)
        .reshape(array.shape)
    )


def close(got: Any, want: Any, tolerance: float = 1e-4) -> None:
    got, want = np.asarray(got, dtype=float), numbers(want)
    np.testing.assert_allclose(got, want, atol=tolerance, rtol=tolerance)


@pytest.mark.parametrize("name", ["labels", "labels_mlr", "labels_mlm"])
@pytest.mark.parametrize("number", range(len(RESTRICTIONS)))
def test_wald(name: str, number: int) -> None:
    table = fitted(name).wald_test(RESTRICTIONS[number]).set_index("test")
    old, new = OLD["wald"][name][number], NEW["wald"][name][number]
    own = table.iloc[-1]  # of the fit's own standard errors
    close([own["chisq"], own["df"], own["pvalue"]], list(old.values()))
    if name == "labels":
        return
    close(table.loc["standard", "chisq"], new["stat.standard"])
    scaled = table.loc["scaled", ["chisq", "pvalue", "scaling_factor"]]
    close(scaled, [new["stat.scaled"], new["p.value.scaled"], new["scaling.factor"]])
    adjusted = table.loc["adjusted", ["chisq", "df", "pvalue"]]
    close(adjusted, [new[f"{k}.adjusted"] for k in ("stat", "df", "p.value")])


@pytest.mark.parametrize("name", list(OLD["score_add"]))
def test_score_of_added_parameters(name: str) -> None:
    compare_scores(name, fitted(name).score_test(ADD, cumulative=True), "score_add")


@pytest.mark.parametrize("name", list(OLD["score_release"]))
def test_score_of_released_equalities(name: str) -> None:
    compare_scores(name, fitted(name).score_test(cumulative=True), "score_release")


def compare_scores(name: str, got: semfit.ScoreTest, kind: str) -> None:
    """Tests, expected changes and values; chi-squares of ordinal models go with the fit's."""
    r = fitted(name)
    scale = r.estimate.discrepancy.multiplier / r.estimate.n
    for source in (OLD, NEW):
        # of DWLS `lavTestScore` of 0.6-14 gives changes of the other sign
        sign = scale * (-1 if name == "hs_ord" and source is OLD else 1)
        want = source[kind][name]
        tests = np.atleast_1d(want["test"]["X2"])
        close(got.test["chisq"].to_numpy()[: len(tests)] * scale, tests)
        if name == "mg_scalar" and kind == "score_release":
            # lavaan counts all equalities, though without them three means are not identified
            assert got.test["df"].to_list() == [12] and want["test"]["df"] == 15
        else:
            close(got.test["df"].to_numpy()[: len(tests)], np.atleast_1d(want["test"]["df"]))
        close(got.univariate["chisq"] * scale, want["uni"]["X2"])
        close(got.cumulative["chisq"] * scale, want["cumulative"]["X2"])
        if not (name == "mg_scalar" and kind == "score_release"):
            close(got.cumulative["df"], want["cumulative"]["df"])
        if "X2.scaled" in want["uni"]:
            close(got.univariate["chisq_scaled"] * scale, want["uni"]["X2.scaled"])
            close(got.cumulative["chisq_scaled"] * scale, want["cumulative"]["X2.scaled"])
        if "epc" in want["uni"]:
            close(got.univariate["epc"] * sign, want["uni"]["epc"])
        if name == "mg_scalar" and kind == "score_release":
            continue
        table = pd.DataFrame(want["epc"])
        if "group" not in table:
            table["group"] = 1
        table["epc"] = numbers(table["epc"])
        mine = got.changes.set_index(["lhs", "op", "rhs", "group"])
        seen = 0
        for row in table.dropna(subset="epc").to_dict("records"):
            own = mine.loc[(row["lhs"], row["op"], row["rhs"], row["group"])]
            close(own["epc"] * sign, row["epc"])
            close(own["epv"], own["est"] + own["epc"])
            if row["op"] != "|" and row["lhs"] != row["rhs"]:  # variances: README
                changes = own[["sepc_lv", "sepc_all"]].astype(float) * sign
                close(changes, [row["sepc.lv"], row["sepc.all"]])
            seen += 1
        assert seen == len(mine)


#: Rows of lavaan's summary and our columns.
SUMMARY = {
    "": "value",
    ".se": "se",
    ".exactfit.z": "exactfit_z",
    ".exactfit.pvalue": "exactfit_pvalue",
}
UNBIASED = {
    "": "unbiased",
    ".se": "unbiased_se",
    ".ci.lower": "ci_lower",
    ".ci.upper": "ci_upper",
    ".closefit.z": "closefit_z",
    ".closefit.pvalue": "closefit_pvalue",
}


def compare_summary(mine: pd.DataFrame, measure: str, golden: dict[str, Any]) -> None:
    """One group's table of one measure."""
    names = {f"{measure}{k}": v for k, v in SUMMARY.items()}
    names |= {f"u{measure}{k}": v for k, v in UNBIASED.items()}
    rows = mine.set_index("part")
    parts = [k for k in golden if k != "part"]
    assert len(parts) == len(rows)
    for part in parts:
        want = dict(zip(golden["part"], numbers(golden[part]), strict=True))
        row = rows.loc["cov" if part == "cor" else part]
        for theirs, ours in names.items():
            close(row[ours], [want[theirs]], 2e-4)


@pytest.mark.parametrize("name", list(NEW["residuals"]))
@pytest.mark.parametrize("measure", ["srmr", "crmr", "rmr"])
def test_residual_summary(name: str, measure: str) -> None:
    table = fitted(name).residual_summary()
    golden = NEW["residuals"][name][measure]
    for g, group in enumerate(golden.values() if isinstance(golden, dict) else golden):
        mine = table[(table["measure"] == measure) & (table["group"] == g + 1)]
        compare_summary(mine, measure, group)


@pytest.mark.parametrize("name", ["mg", "mg_scalar"])
def test_residual_summary_of_all_groups(name: str) -> None:
    table = fitted(name).residual_summary()
    mine = table[(table["measure"] == "srmr") & (table["group"] == 0)]
    compare_summary(mine, "srmr", NEW["residuals_combined"][name])


def summary_errors(r: semfit.Result) -> np.ndarray:
    """Standard errors of the residual covariances of the first group that a summary stands on."""
    e = r.estimate
    if "statistics" in e.extra:
        moments, pieces = residual_summary.ordinal_moments(e)
    else:
        moments = residual_summary.continuous_moments(e)
        pieces = (
            residual_summary._incomplete_pieces(e)
            if e.fiml
            else residual_summary.complete_pieces(e, True)
        )
    at = moments[0].parts["cov"]
    return np.sqrt(np.maximum(np.diag(pieces.block(0, 0))[at], 0.0))


@pytest.mark.parametrize(
    "model, rows, options",
    [
        (HS, "hs", {"estimator": "MLR"}),
        (HS, "hs", {"estimator": "MLR", "cluster": "agemo"}),
        (MIMIC, "hs", {"estimator": "MLR"}),
        (HS, "hs_miss", {"estimator": "MLR", "missing": "fiml"}),
        (HS, "hs_mixed", {"ordered": "x3,x5,x6,x7,x8"}),
        (CX_MIMIC, "condx", {"ordered": CX_ITEMS}),
    ],
)
def test_residual_summary_stands_on_the_errors_of_residuals(
    model: str, rows: str, options: dict[str, Any]
) -> None:
    """What lavaan has another error for (README) or none: ours are those of the residuals."""
    r = semfit.fit(model, data(rows), **options)
    raw = r.standardized_residuals("raw")[0]["cov"].to_numpy()
    standardized = r.standardized_residuals()[0]["cov"].to_numpy()
    column, row = np.triu_indices(len(raw), int("ordered" in options))
    known = np.abs(raw[row, column]) > 1e-4
    ratio = raw[row, column][known] / standardized[row, column][known]
    close(summary_errors(r)[known], ratio, 1e-6)
    table = r.residual_summary()
    assert table.loc[table["part"] == "cov", "se"].gt(0).all()


def test_residual_summary_of_mlr_is_that_of_mlm() -> None:
    """Both have the covariance matrix of the rows' moments."""
    mlr, mlm = (fitted(name).residual_summary() for name in ("hs_mlr", "hs_mlm"))
    mlm = mlm[mlm["part"] == "cov"]
    for column in mlr.columns[3:]:
        close(mlr[column], mlm[column])


def test_unbiased_srmr_is_unbiased() -> None:
    """Of 150 samples with a residual covariance of .2: its mean, its error, its interval."""
    rng = np.random.default_rng(1)
    loading = np.array([0.8, 0.7, 0.6, 0.7, 0.8, 0.6])
    sigma = np.outer(loading, loading)
    np.fill_diagonal(sigma, 1.0)
    sigma[0, 1] += 0.2
    sigma[1, 0] += 0.2
    names = [f"x{k}" for k in range(1, 7)]
    model = "f =~ " + "+".join(names)
    frame = pd.DataFrame(sigma, index=names, columns=names)
    population = semfit.fit(model, sample_cov=frame, sample_nobs=10**9).fit["srmr"]
    root = np.linalg.cholesky(sigma)
    found = []
    for _ in range(150):
        rows = pd.DataFrame(rng.standard_normal((200, 6)) @ root.T, columns=names)
        table = semfit.fit(model, rows).residual_summary()
        found.append(table.loc[0, ["value", "unbiased", "unbiased_se", "ci_lower", "ci_upper"]])
    values = pd.DataFrame(found).astype(float)
    spread = values["unbiased"].std() / np.sqrt(150)
    assert abs(values["unbiased"].mean() - population) < 3 * spread
    assert values["value"].mean() - population > 3 * spread  # the sample's own is too large
    assert abs(values["unbiased_se"].mean() / values["unbiased"].std() - 1) < 0.15
    covered = values["ci_lower"].le(population) & values["ci_upper"].ge(population)
    assert abs(covered.mean() - 0.90) < 0.06


@pytest.mark.parametrize(
    "name, fit",
    [("hs", "hs_ml"), ("hs_means", "hs_means"), ("scalar", "mg_scalar"), ("ord", "hs_ord")],
)
@pytest.mark.parametrize("source", [OLD, NEW], ids=["old", "new"])
def test_tests_of_a_fit(name: str, fit: str, source: dict[str, Any]) -> None:
    table = fitted(fit).tests().set_index("test")
    seen = 0
    for test, want in source["tests"][name].items():
        key = test.replace(".", "_")
        if key in table.index and not key.startswith("yuan"):
            row = table.loc[key]
            close(row[["chisq", "df"]].astype(float), [want["stat"], want["df"]])
            if name != "ord" or test != "standard":
                close(row["pvalue"], [want["pvalue"]])
            if "scaling.factor" in want:
                close(row["scaling_factor"], want["scaling.factor"])
            if "shift.parameter" in want:
                close(row["shift"], want["shift.parameter"])
            seen += 1
    assert seen == len(table) - (name != "ord")


def test_tests_are_those_of_the_estimators() -> None:
    """Yuan and Bentler's with the observed information, as MLR has it; lavaan's
    ``test = "yuan.bentler.mplus"`` of a ML fit has the expected one."""
    mlr, mlm = fitted("hs_mlr"), fitted("hs_mlm")
    table = fitted("hs_means").tests().set_index("test")["chisq"]
    close(table["yuan_bentler_mplus"], mlr.tests("yuan.bentler.mplus").loc[0, "chisq"])
    close(mlr.tests("yuan_bentler_mplus").loc[0, "chisq"], mlr.fit["chisq_scaled"])
    close(mlm.tests("satorra_bentler").loc[0, "chisq"], mlm.fit["chisq_scaled"])
    wlsmv = fitted("hs_ord")
    close(wlsmv.tests("scaled_shifted").loc[0, "chisq"], wlsmv.fit["chisq_scaled"])
    few = semfit.fit(HS, data("hs").head(40)).tests()
    assert "browne_residual_adf" not in set(few["test"])
    assert list(fitted("hs_fiml").tests()["test"]) == ["standard", "yuan_bentler_mplus"]


@pytest.mark.parametrize("name", ["hs_ml", "pd_ml", "mimic", "mg"])
@pytest.mark.parametrize("method", ["regression", "bartlett"])
def test_errors_and_reliability_of_scores(name: str, method: str) -> None:
    r = fitted(name)
    for source in (OLD, NEW):
        want = source["scores"][name][method]
        errors = want["se"] if isinstance(want["se"], list) else list(want["se"].values())
        table = r.factor_scores(method, se=True)
        reliability = r.score_reliability(method)
        for g, value in enumerate(errors):
            rows = table if "group" not in table else table[table["group"] == r.group_labels[g]]
            mine = rows[[c for c in rows.columns if c.endswith("_se")]].to_numpy()
            close(mine, np.broadcast_to(np.ravel(value), mine.shape))
            own = reliability[reliability["group"] == g + 1]
            close(own["se"], np.ravel(value))
            if source is NEW:
                found = want["reliability"]
                golden = list(found.values()) if isinstance(found, dict) else found
                close(own["reliability"], golden[g][: len(own)])  # then those of predictors
                close(own["determinacy"] ** 2, own["reliability"])


def test_errors_of_scores_with_missing_values() -> None:
    for source in (OLD, NEW):
        for method in ("regression", "bartlett"):
            table = fitted("hs_fiml").factor_scores(method, se=True).filter(like="_se")
            want = np.array(source["scores"]["hs_fiml"][method]["se"][0])
            mine = table.round(8).drop_duplicates().to_numpy(dtype=float)
            known = ~np.isnan(mine).any(axis=1)
            mine, want = mine[known], want[~pd.isna(want).any(axis=1)].astype(float)
            order = [np.lexsort(np.round(values, 4).T) for values in (mine, want)]
            close(mine[order[0]], want[order[1]])


def ordinal_rows() -> pd.DataFrame:
    return data("hs_ord")[ITEMS].astype(float)


def test_scores_of_new_rows() -> None:
    rows = data("hs").loc[[2, 99, 249], ITEMS] + 0.5
    for source in (OLD, NEW):
        close(fitted("hs_means").factor_scores(data=rows), source["scores_new"])
        bartlett = fitted("hs_means").factor_scores("bartlett", rows)
        close(bartlett, source["scores_new_bartlett"])
    for name in ("hs_ml", "mimic", "hs_ord", "mg", "hs_fiml"):
        r = fitted(name)
        own = r.factor_scores(se=True)
        used = data(FITS[name][1]).loc[own.index]
        pd.testing.assert_frame_equal(r.factor_scores(data=used, se=True), own)
    # rows with holes use what they have, in models of complete rows too
    rows.iloc[0, 0] = np.nan
    holes = fitted("hs_means").factor_scores(data=rows, se=True)
    assert holes.notna().to_numpy().all()
    assert holes["visual_se"].iloc[0] > holes["visual_se"].iloc[1]
    rows.iloc[1] = np.nan  # nothing known: the mean, with the factor's spread
    nothing = fitted("hs_means").factor_scores(data=rows, se=True).iloc[1]
    variances = np.diag(fitted("hs_means").implied[0]["lv_cov"])
    close(nothing, [0, 0, 0, *np.sqrt(variances)])
    assert fitted("hs_means").factor_scores("bartlett", rows, se=True).iloc[1].isna().all()
    ordinal = ordinal_rows().head(3)
    ordinal.iloc[0, ordinal.columns.get_loc("x1")] = np.nan
    found = fitted("hs_ord").factor_scores(data=ordinal, se=True)
    whole = fitted("hs_ord").factor_scores(se=True)
    assert found["visual_se"].iloc[0] > whole["visual_se"].iloc[0]


def test_errors_of_ordinal_scores_are_those_of_the_posterior() -> None:
    """By quadrature: with five items the curvature at the mode is close to the variance."""
    rng = np.random.default_rng(3)
    eta = rng.standard_normal(500)
    items = {f"x{k}": np.digitize(eta + rng.standard_normal(500), [-1, 0, 1]) for k in range(8)}
    r = semfit.fit("f =~ " + "+".join(items), items, ordered=True, std_lv=True)
    table = r.factor_scores(se=True)
    p = r.parameters
    loading = p.loc[p["op"] == "=~", "est"].to_numpy()
    cuts = {n: p.loc[(p["op"] == "|") & (p["lhs"] == n), "est"].to_numpy() for n in items}
    grid = np.linspace(-6, 6, 2001)
    for row in (0, 17, 301):
        density = np.exp(-0.5 * grid**2)
        for k, name in enumerate(items):
            ends = np.concatenate([[-np.inf], cuts[name], [np.inf]])
            at = items[name][row]
            sd = np.sqrt(1 - loading[k] ** 2)
            low, high = ((ends[at + e] - loading[k] * grid) / sd for e in (0, 1))
            density = density * (special.ndtr(high) - special.ndtr(low))
        density /= density.sum()
        mean = density @ grid
        sd = np.sqrt(density @ (grid - mean) ** 2)
        assert abs(table["f_se"].iloc[row] / sd - 1) < 0.05
        assert abs(table["f"].iloc[row] - mean) < 0.15


def test_weights_of_patterns_are_those_of_each() -> None:
    """What is computed for all patterns at once, pattern by pattern."""
    for name in ("hs_fiml", "mg_fiml"):
        e = fitted(name).estimate
        m = e.moments[0]
        p = m.observed
        rng = np.random.default_rng(1)
        seen = np.concatenate([np.ones((1, p), dtype=bool), rng.random((40, p)) < 0.8])
        loading = m.directed[:p, p:]
        seen = seen[((seen.astype(float) @ (loading != 0)) > 0).all(axis=1)]
        assert len(seen) > 20
        regression = scores.score_weights(e, 0, "regression", seen)
        bartlett = scores.score_weights(e, 0, "bartlett", seen)
        for k, there in enumerate(seen):
            o = np.flatnonzero(there)
            part = np.ix_(o, o)
            close(regression[k, o], np.linalg.solve(m.sigma[part], m.covariance[o, p:]), 1e-9)
            wl = np.linalg.solve(m.symmetric[part], loading[o])
            close(bartlett[k, o], wl @ np.linalg.inv(loading[o].T @ wl), 1e-9)
            assert not regression[k, ~there].any() and not bartlett[k, ~there].any()


def test_predicted_outcomes() -> None:
    rows = data("pd").loc[[0, 19, 59]] + 0.25
    first = ["x1", "x2", "x3", "y1", "y2", "y3", "y4"]
    r = fitted("pd_ml")
    means = semfit.fit(PD, data("pd"), meanstructure=True)
    for source in (OLD, NEW):
        close(r.predict_outcomes(["y5", "y6", "y7", "y8"], first, rows), source["predicted"])
        table = means.predict_outcomes(["y5", "y6"], ["x1", "x2", "x3"], rows)
        close(table, source["predicted_means"])
    # a saturated model predicts as least squares does
    hs = data("hs")
    r = semfit.fit("x1 ~ x2 + x3", hs, fixed_x=False, meanstructure=True)
    design = np.column_stack([np.ones(len(hs)), hs[["x2", "x3"]]])
    slopes = np.linalg.lstsq(design, hs["x1"], rcond=None)[0]
    close(r.predict_outcomes("x1")["x1"], design @ slopes)
    shrunk = r.predict_outcomes("x1", ridge=10.0)["x1"]
    assert shrunk.var() < r.predict_outcomes("x1")["x1"].var()
    hole = hs.head(2).copy()
    hole.loc[0, "x2"] = np.nan
    alone = np.polyfit(hs["x3"], hs["x1"], 1)
    close(r.predict_outcomes("x1", data=hole).iloc[0], [np.polyval(alone, hole.loc[0, "x3"])])


def test_prediction_of_groups() -> None:
    r = fitted("mg")
    hs = data("hs")
    own = r.predict_outcomes("x1")
    rows = hs.sample(frac=1, random_state=1)
    close(r.predict_outcomes("x1", data=rows).loc[own.index, "x1"], own["x1"])


@pytest.mark.parametrize(
    "golden, fit, information",
    [
        ("fiml", "hs_fiml", "observed"),
        ("expected", "hs_fiml", "expected"),
        ("groups", "mg_fiml", "observed"),
    ],
)
def test_missing_information(golden: str, fit: str, information: str) -> None:
    mine = fitted(fit).missing_information(information)
    for source in (OLD, NEW):
        table = pd.DataFrame(source["fmi"][golden])
        if "group" not in table:
            table["group"] = 1
        own = mine.set_index(["lhs", "op", "rhs", "group"])
        seen = 0
        for row in table[table["fmi"] != "NA"].to_dict("records"):
            got = own.loc[(row["lhs"], row["op"], row["rhs"], row["group"])]
            close([got["fmi"], got["se"]], [row["fmi"], row["se"]], 2e-4)
            seen += 1
        assert seen == len(mine)


def test_missing_information_of_a_mean() -> None:
    """One variable of two that has holes at random: the share of its rows, less what the other
    tells."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4000, 2)) @ np.array([[1.0, 0.0], [0.6, 0.8]]).T
    frame = pd.DataFrame(x, columns=["a", "b"])
    frame.loc[rng.random(4000) < 0.4, "a"] = np.nan
    r = semfit.fit("a ~~ b", frame, missing="fiml")
    table = r.missing_information().set_index(["lhs", "op"])["fmi"]
    missing, share = frame["a"].isna().mean(), 1 - 0.6**2
    want = 1 - 1 / (1 + missing / (1 - missing) * share)
    assert abs(table["a", "~1"] - want) < 0.02
    assert abs(table["b", "~1"]) < 1e-6


@pytest.mark.parametrize("name, options", [("hs", {}), ("wide", {"delta": 0.3, "alpha": 0.01})])
def test_power_of_modification_indices(name: str, options: dict[str, float]) -> None:
    mine = fitted("hs_ml").modindices(power=True, **options).set_index(["lhs", "op", "rhs"])
    words = {
        "(i)": "inconclusive",
        "**(m)**": "misspecified",
        "(nm)": "not misspecified",
        "*epc:m*": "epc: misspecified",
        "epc:nm": "epc: not misspecified",
    }
    for source in (OLD, NEW):
        table = pd.DataFrame(source["power"][name])
        assert len(table) == len(mine)
        for row in table.to_dict("records"):
            own = mine.loc[(row["lhs"], row["op"], row["rhs"])]
            close(
                [own["mi"], own["ncp"], own["power"]],
                [row[k] for k in ("mi", "ncp", "power")],
                3e-4,
            )
            assert own["decision"] == words[row["decision"]]


@pytest.mark.parametrize("name", [*FITS, "structure", "unconverged", "drawn"])
def test_summary_shows_every_number(name: str) -> None:
    """Each free and defined parameter has its line; its numbers are those of the table."""
    if name == "unconverged":
        wide = data("hs").head(12)
        r = semfit.fit(HS + "\nvisual ~~ 0*visual\ntextual ~~ 0.9*speed", wide)
    elif name == "structure":
        r = semfit.fit(STRUCTURE, data("hs"), **SCHOOL)
    elif name == "drawn":
        r = semfit.fit("满意 =~ x1+x2+x3", data("hs"), bootstrap=60)
    else:
        r = fitted(name)
    text = str(r.summary(0.9))
    assert repr(r.summary()) == str(r.summary()) and "nan" not in text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 130 or name == "unconverged"
    frame = r.draws.parameters("percentile", 0.9) if r.draws else r.parameters
    if not r.draws:
        values = frame["est"].to_numpy(), frame["se"].to_numpy()
        frame = frame.assign(**semfit.result.inference(*values, 0.9))
    body = text[text.index("Loadings") :]
    free = frame[frame["se"] > 0]
    columns = ["est", "se", "z", "ci_lower", "ci_upper", "std_lv", "std_all"]
    for row in free.to_dict("records"):
        numbers_shown = [f"{round(row[c], 3) + 0.0:.3f}" for c in columns if np.isfinite(row[c])]
        assert any(all(n in line for n in numbers_shown) for line in body.splitlines()), row
    if r.converged:
        for value in r.r2["r2"].dropna():
            assert f"{value:.3f}" in body
        for key in ("chisq", "cfi", "rmsea", "srmr"):
            assert f"{r.fit[key]:.3f}" in text
        for key in ("cfi_robust", "chisq_scaled"):
            if np.isfinite(r.fit.get(key, np.nan)):
                assert f"{r.fit[key]:.3f}" in text
    for warning in r.warnings:
        assert f"warning: {warning}" in lines
    heads = [line for line in lines if line.startswith(("Loadings", "Residual variances"))]
    assert len({line[20:] for line in heads}) == 1  # columns under one another


def test_score_tests_agree_with_each_other() -> None:
    """One parameter added is its modification index; one equality is its release test."""
    r = fitted("hs_mlr")
    mi = r.modindices().set_index(["lhs", "op", "rhs"])
    for row in r.score_test(ADD).univariate.to_dict("records"):
        close(
            mi.loc[(row["lhs"], row["op"], row["rhs"]), ["mi", "epc"]], [row["chisq"], row["epc"]]
        )
    r = fitted("constraint")
    table, tests = r.release_tests(), r.score_test().univariate
    close(np.sort(table["chisq"]), np.sort(tests["chisq"]))
    assert set(table["op"]) == {"=="} and table["group"].eq(0).all()
    some = fitted("mg_scalar").score_test(release=["visual =~ x2", "x1 ~1", "x3 ~1"])
    close(
        some.test.loc[0, ["chisq", "df"]],
        [OLD["score_release_some"]["test"][k] for k in ("X2", "df")],
    )


def test_release_is_what_a_fit_without_it_gives() -> None:
    """Close to the solution the score test is the drop in chi-square, and epc the change."""
    r = fitted("equal")
    free = semfit.fit(EQUAL.replace("a*x3", "x3"), data("hs"))
    t = r.score_test(release="a")
    drop = r.fit["chisq"] - free.fit["chisq"]
    assert abs(t.test.loc[0, "chisq"] / drop - 1) < 0.1
    wald = semfit.fit(EQUAL.replace("a*x3", "e*x3"), data("hs")).wald_test("a == e")
    assert abs(wald.loc[0, "chisq"] / drop - 1) < 0.15


def test_a_model_that_fits_exactly_has_no_residual() -> None:
    cov = fitted("hs_ml").implied[0]["cov"]
    r = semfit.fit(HS, sample_cov=cov, sample_nobs=301)
    table = r.residual_summary()
    assert table["value"].abs().max() < 1e-8 and table["unbiased"].abs().max() < 1e-8
    assert table["exactfit_pvalue"].eq(0.5).all()
    errors = r.factor_scores(data=data("hs"), se=True).filter(like="_se")
    close(errors.iloc[0], r.score_reliability()["se"])
    assert r.tests()["test"].tolist() == ["standard", "browne_residual_nt"]


def test_without_convergence_or_identification() -> None:
    text = HS + "\nvisual ~~ 0*visual\ntextual ~~ 0.9*speed"
    bad = semfit.fit(text, data("hs").head(12))
    assert not bad.converged and bad.modindices(power=True).empty
    for call in (bad.tests, bad.score_test, lambda: bad.wald_test("a == b")):
        with pytest.raises(semfit.ModelError, match="converged"):
            call()
    assert np.isfinite(bad.score_reliability()["reliability"].iloc[1:]).all()
    free = semfit.fit("f =~ NA*x1 + a*x2 + b*x3 + x4", data("hs"))
    with pytest.raises(semfit.ModelError) as error:
        free.wald_test("a == b")
    assert error.value.code == "tests_without_errors"


@pytest.mark.parametrize(
    "code, call",
    [
        ("add_or_release", lambda r: r.score_test("x1 ~~ x2", "a")),
        ("add_formulas", lambda r: r.score_test("x1 ~~ x2; a == b")),
        ("not_in_model", lambda r: r.score_test("x1 ~~ z")),
        ("cannot_add", lambda r: r.score_test("x1 ~ 1")),
        ("cannot_add", lambda r: r.score_test("x1 | t1")),
        ("cannot_add", lambda r: r.score_test("x1 =~ x2")),
        ("already_free", lambda r: r.score_test("x1 ~~ x1")),
        ("no_such_equality", lambda r: r.score_test(release="q")),
        ("no_such_equality", lambda r: r.score_test(release=["a", "b", 3])),
        ("no_equalities", lambda r: r.score_test(release=[])),
        ("no_equalities", lambda _: fitted("hs_ml").score_test()),
        ("unknown_scores", lambda r: r.factor_scores("thurstone")),
        ("unknown_scores", lambda r: r.score_reliability("thurstone")),
        ("score_reliability_ordinal", lambda _: fitted("hs_ord").score_reliability()),
        ("not_in_data", lambda r: r.factor_scores(data=data("hs")[ITEMS[1:]])),
        ("not_a_frame", lambda r: r.factor_scores(data=3)),
        ("not_in_data", lambda _: fitted("mg").factor_scores(data=data("hs")[ITEMS])),
        ("unknown_group", lambda _: fitted("mg").factor_scores(data=data("hs").assign(school="A"))),
        (
            "unknown_category",
            lambda _: fitted("hs_ord").factor_scores(data=data("hs_ord")[ITEMS] + 1),
        ),
        ("not_true_or_false", lambda r: r.factor_scores(se="standard")),
        ("predict_ordinal", lambda _: fitted("hs_ord").predict_outcomes("x1")),
        ("not_in_model", lambda r: r.predict_outcomes("visual")),
        ("predicts_itself", lambda r: r.predict_outcomes("x1", ["x1", "x2"])),
        ("nothing_to_predict", lambda r: r.predict_outcomes([])),
        ("nothing_to_predict", lambda r: r.predict_outcomes("x1", [])),
        ("bad_ridge", lambda r: r.predict_outcomes("x1", ridge=-1)),
        ("nothing_missing", lambda r: r.missing_information()),
        ("unknown_information", lambda _: fitted("hs_fiml").missing_information("fisher")),
        ("power_option", lambda r: r.modindices(power=True, delta=0)),
        ("power_option", lambda r: r.modindices(power=True, alpha=1)),
        ("unknown_confidence", lambda r: r.summary(95)),
        ("unknown_test", lambda r: r.tests("asdf")),
        ("test_not_available", lambda _: fitted("hs_fiml").tests("satorra.bentler")),
        ("wald_restrictions", lambda r: r.wald_test("e := a")),
        ("wald_restrictions", lambda r: r.wald_test("")),
        ("wald_restrictions", lambda r: r.wald_test(["a == b"])),
        ("wald_restrictions", lambda r: r.wald_test("f =~ x1; a == b")),
        ("no_label", lambda r: r.wald_test("a == q")),
        ("wald_no_test", lambda r: r.wald_test("1 == 2")),
        ("wald_no_test", lambda r: r.wald_test("log(a - a) == 0")),
        ("wald_held", lambda _: fitted("constraint").wald_test("c + d == 2")),
    ],
)
def test_refused(code: str, call: Any) -> None:
    with pytest.raises(semfit.ModelError) as error:
        call(fitted("equal"))
    assert error.value.code == code
