"""Structural after measurement: against lavaan's `sam`, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, HS, data

SEM = """q =~ q1+q2+q3
v =~ v1+v2+v3
s =~ s1+s2+s3
l =~ l1+l2+l3
v ~ q
s ~ q+v
l ~ s+q"""
HS_PATHS = f"{HS}\ntextual ~ visual\nspeed ~ textual+visual"


def beside(found: semfit.Sam, name: str) -> pd.DataFrame:
    printed = pd.read_csv(GOLDEN / "lavaan" / f"{name}_par.csv")
    both = found.parameters.merge(printed, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(printed) == len(found.parameters)
    return both


@pytest.mark.parametrize(
    ("name", "model", "rows", "missing"),
    [("sam_local", SEM, "survey", "listwise"), ("sam_fiml", HS_PATHS, "hs_miss", "fiml")],
)
def test_against_lavaan(name: str, model: str, rows: str, missing: str) -> None:
    both = beside(semfit.sam(model, data(rows), missing=missing), name)
    np.testing.assert_allclose(both["est"], both["est_lavaan"], atol=1e-6)
    np.testing.assert_allclose(both["se"], both["se_lavaan"], rtol=1e-4)
    if "std.all" in both:
        np.testing.assert_allclose(both["std_all"], both["std.all"], atol=1e-6)


def test_fit_of_the_structural_part() -> None:
    found = semfit.sam(SEM, data("survey")).structural.fit
    for name, value in json.loads((GOLDEN / "lavaan" / "sam_local_fit.json").read_text()).items():
        assert found[name] == pytest.approx(value, abs=1e-6), name


def test_an_observed_outcome_is_taken_as_it_is() -> None:
    """A factor of one item without error is the item itself."""
    frame = data("survey").assign(bought=lambda d: d["l1"] + 0.5 * d["q2"])
    model = "q =~ q1+q2+q3\ns =~ s1+s2+s3\ns ~ q\n"
    plain = semfit.sam(model + "bought ~ s + q", frame).parameters
    named = semfit.sam(model + "b =~ 1*bought\nbought ~~ 0*bought\nb ~ s + q", frame).parameters
    for column in ("est", "se"):
        np.testing.assert_allclose(plain[column], named[column], rtol=1e-6)


def test_errors_are_larger_than_those_that_take_the_measurement_as_known() -> None:
    found = semfit.sam(SEM, data("survey"))
    naive = semfit.Result(
        type(found.structural.estimate)(
            **{
                k: getattr(found.structural.estimate, k)
                for k in ("model", "sample", "options", "discrepancy", "minimum", "x")
            }
        )
    )
    assert (found.parameters["se"] > naive.parameters["se"]).all()


def test_defined_parameters_have_two_step_errors() -> None:
    model = SEM.replace("v ~ q", "v ~ a*q").replace("s ~ q+v", "s ~ q+b*v") + "\nab := a*b"
    table = semfit.sam(model, data("survey")).parameters.set_index("lhs")
    row = table[table["op"] == ":="].iloc[0]
    a, b = (table[(table["label"] == k) & (table["op"] == "~")].iloc[0] for k in "ab")
    assert row["est"] == pytest.approx(a["est"] * b["est"])
    assert row["se"] > abs(a["est"]) * b["se"] * 0.9


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (HS, "sam_no_path"),
        ("f =~ x1+x2+x3\ng =~ x3+x4+x5\ng ~ f", "sam_block"),
        ("f =~ x1+x2+x3\ng =~ x4+x5+x6\ng ~ f\nx1 ~~ x4", "sam_block"),
        ("f =~ x1+x2+x3\ng =~ x4+x5+x6\ng ~ x1", "sam_block"),
        ("f =~ x1+x2+x3\ng =~ x4+x5+x6\nx7 ~ f", "sam_factor_alone"),
        ("f =~ x1+x2\nx7 ~ f", "sam_inadmissible"),
        ("f =~ x3+x4+x5\nx7 ~ f", "sam_inadmissible"),
        ("f =~ x1+a*x2+b*x3\nx7 ~ f\na == b", "sam_constraints"),
    ],
)
def test_what_is_refused(model: str, code: str) -> None:
    with pytest.raises(semfit.ModelError) as error:
        semfit.sam(model, data("hs"))
    assert error.value.code == code
    assert "\n" not in str(error.value)


def test_residuals_that_covary_within_a_block() -> None:
    """Bartlett's mapping with a residual covariance has no error of its own in the factor."""
    frame = data("survey")
    model = "q =~ q1+q2+q3\nf =~ v1+v2+v3+l1\nv1 ~~ v2\nf ~ q"
    found = semfit.sam(model, frame)
    whole = semfit.fit(model, frame)
    slope = whole.parameters.query("op == '~'")["est"].iloc[0]
    assert found.parameters["est"].iloc[0] == pytest.approx(slope, abs=0.05)
