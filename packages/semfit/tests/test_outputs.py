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
from sem_reference import CONSTRAINT, GOLDEN, HS, ITEMS, MIMIC, PD, data

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
