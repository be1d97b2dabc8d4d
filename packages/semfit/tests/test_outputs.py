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
from sem_reference import CONSTRAINT, CX_ITEMS, CX_MIMIC, GOLDEN, HS, ITEMS, MIMIC, PD, data
from semfit import residual_summary

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
    return pd.to_numeric(pd.Series(values), errors="coerce").to_numpy(dtype=float)


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
        moments, pieces = residual_summary._ordinal(e)
        at = moments[0].parts["cov"]
    else:
        of = residual_summary._incomplete_pieces if e.fiml else residual_summary._complete_pieces
        at, pieces = residual_summary._continuous(e)[0].parts["cov"], of(e)
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
