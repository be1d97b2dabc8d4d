"""Bad input: a one-line error that names the cause, or a correct result with a warning."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import semfit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sem_reference import HS, TWO, data
from semfit.cli import fit_command
from semfit.syntax import parse

NAMES = [f"x{k}" for k in range(1, 10)]


def refused(message: str, model: object, frame: object = None, **options: object) -> None:
    with pytest.raises(semfit.ModelError, match=message) as caught:
        semfit.fit(model, data("hs") if frame is None else frame, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("", "no formula"),
        ("# only a comment", "no formula"),
        ("this is not a model", "needs one of the operators"),
        ("f =~ ", "expected"),
        ("f =~ x1 + ", "expected"),
        ("f =~ x1 x2", "unexpected 'x2'"),
        ("f = x1", "'=' is not an operator"),
        ("f <~ x1 + x2", "formative"),
        ("x1 ~ x2:x3", "interaction"),
        ("f =~ x1 + x2 + x3\nx1 > 0", "inequality"),
        ("f =~ f + x1", "both sides"),
        ("f =~ x1 + x2 + x3 + 1", "'1' cannot stand"),
        ("f =~ x1 + x2 + @", "cannot read '@'"),
        ("f =~ x1 + x2 + x3\nd := a*b", "'a' is not a parameter label"),
        ("f =~ x1 + a*x2 + b*x3\na == b^2", "not linear"),
        ("f =~ x1 + a*x2 + b*x3\na == 1\na == 2", "contradict"),
        ("f =~ c(1,2,3)*x1 + x2 + x3", "3 modifiers"),
        (3, "must be a text"),
        (None, "must be a text"),
    ],
)
def test_models(model: object, message: str) -> None:
    refused(message, model)


def test_size_of_text() -> None:
    start = time.process_time()
    refused("at most", "f =~ x1 + x2\n" * 800_000)
    refused("nested deeper", HS + "\nd := " + "(" * 10_000 + "1" + ")" * 10_000)
    refused("terms", HS.replace("x2", "a*x2") + "\nd := " + "+".join(["a"] * 5_000))
    refused("nested deeper|not a parameter", HS + "\nd := " + "exp(" * 10_000)
    refused("not a parameter", HS + "\nd := " + "-" * 100_000 + "a")
    refused("nested deeper", HS + "\nd := " + "2^" * 10_000 + "2 + a")
    assert time.process_time() - start < 5


def test_variables_and_data() -> None:
    frame = data("hs")
    refused("'x77' is not in the data", "f =~ x1 + x2 + x77")
    refused("latent variable in the model and a column", "x4 =~ x1 + x2 + x3")
    refused("zero variance", TWO, frame.assign(x2=1.0))
    refused("collinear", TWO, frame.assign(x2=frame["x1"] + frame["x3"]))
    refused("too few", HS, frame.iloc[:8])
    refused("infinite", TWO, frame.assign(x2=frame["x2"].where(frame.index > 0, np.inf)))
    refused("not numeric", TWO, frame.assign(x2="a"))
    refused("every row misses", TWO, frame.assign(x2=np.nan))
    refused("no rows", TWO, frame.iloc[:0])
    refused("must be a pandas DataFrame", TWO, 3)
    refused("columns named 'x1'", TWO, pd.concat([frame, frame[["x1"]]], axis=1))
    refused("group variable 'nope'", TWO, group="nope")
    refused("single value", TWO, frame.assign(g=1), group="g")
    refused("too few|row", HS, frame.assign(g=[1] * 296 + [2] * 5), group="g")
    refused("cluster variable", TWO, cluster="nope")
    refused("more parameters", "f =~ x1 + x2")
    refused("estimator 'XX'", TWO, estimator="XX")
    refused("missing='pairwise'", TWO, missing="pairwise")
    refused("unknown 'everything'", TWO, group="school", group_equal=["everything"])
    refused("needs a group", TWO, group_equal=["loadings"])
    refused(
        "is no parameter",
        TWO,
        group="school",
        group_equal=["loadings"],
        group_partial=["nothing=~x1"],
    )
    refused("larger than", TWO, frame.assign(x2=frame["x2"] * 1e200))
    refused("larger than", TWO, frame.assign(x2=frame["x2"] * 1e99))
    refused(
        "3 categories without an order",
        TWO,
        frame.assign(x2=pd.Categorical(list("abc") * 100 + ["a"])),
    )
    refused("dates", TWO, frame.assign(x2=pd.period_range("2020", periods=301, freq="D")))
    numbers = frame.assign(x2=pd.Categorical(frame["x2"]))  # numbers stay what they are
    assert semfit.fit(TWO, numbers).fit["chisq"] == pytest.approx(
        semfit.fit(TWO, frame).fit["chisq"]
    )
    refused("loop without end", "x1 ~ 1*x2\nx2 ~ 1*x1 + x3")
    refused("larger than", TWO + "\nx1 ~~ 1e300*x1")
    refused("no parameter of the model", TWO + "\nx1 ~~ equal('x9~~x9')*x1")
    refused("threshold", "f =~ x1 + x2 + x3\nx1 | t9", data("hs_ord"), ordered=True)


def test_options_of_the_wrong_kind() -> None:
    refused("fixed_x must be True or False", TWO, fixed_x="no")
    refused("meanstructure must be True or False", TWO, meanstructure="yes")
    refused("go with sample_cov", TWO, sample_nobs=5)
    refused("cluster goes with", TWO, data("hs").assign(cl=1), cluster="cl", estimator="MLM")
    refused("robust standard errors", TWO, data("hs").assign(cl=1), cluster="cl", se="expected")
    refused("complete data", TWO, missing="fiml", likelihood="wishart")
    for name, value, message in (
        ("estimator", 5, "must be a name"),
        ("ordered", 5, "expected names"),
        ("group_equal", 3, "expected names"),
        ("bootstrap", "many", "number of bootstrap draws"),
        ("bootstrap", float("nan"), "number of bootstrap draws"),
        ("missing", None, "missing=None"),
    ):
        refused(message, TWO, group="school", **{name: value})
    refused("seed", TWO, bootstrap=10, seed="x")
    frame = data("hs")
    for odd in (pd.Timestamp("2020-01-01"), pd.Timedelta(days=1), 1 + 1j):
        refused("dates, durations or complex", TWO, frame.assign(x1=odd))
    cov = frame[NAMES].cov()
    for nobs, message in (({"b": 3}, "lacks the group 'a'"), (301, "one value for each group")):
        with pytest.raises(semfit.ModelError, match=message):
            semfit.fit(TWO, sample_cov={"a": cov}, sample_nobs=nobs)


def test_units_do_not_matter() -> None:
    """Identification is judged in the variables' own units."""
    for options in ({}, {"missing": "fiml"}):
        frame = data("hs_miss" if options else "hs")
        want = semfit.fit(TWO, frame, **options)
        wide = semfit.fit(TWO, frame.assign(x1=frame["x1"] * 1e7, x4=frame["x4"] * 1e-6), **options)
        assert wide.admissible and wide.problems == want.problems
        assert wide.fit["chisq"] == pytest.approx(want.fit["chisq"], abs=1e-6)
        np.testing.assert_allclose(wide.parameters["z"], want.parameters["z"], rtol=1e-4)


def test_defined_parameters_without_value() -> None:
    model = HS.replace("x2", "a*x2") + "\nd := a/0\ne := log(-a)"
    result = semfit.fit(model, data("hs"))
    assert sum("no finite value" in w for w in result.warnings) == 2
    assert not np.isfinite(result.parameters["se"].iloc[-2:]).any()


def test_too_many_variables_for_large_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would need gigabytes is left out with a warning, or refused in one line."""
    result = semfit.fit(HS, data("hs_miss"), missing="fiml", estimator="MLR")
    whole = dict(result.fit)
    assert not result.warnings
    monkeypatch.setattr("semfit.saturated.MOST_MOMENTS", 20)
    small = semfit.fit(HS, data("hs_miss"), missing="fiml", estimator="MLR")
    assert small.fit["chisq"] == pytest.approx(whole["chisq"])
    for key in ("cfi_robust", "rmsea_robust", "chisq_scaled", "rmsea_scaled", "pvalue_scaled"):
        assert np.isfinite(whole[key]) and np.isnan(small.fit[key]), key
    assert any("too many moments" in w for w in small.warnings)
    with pytest.raises(semfit.ModelError, match="too many with FIML"):
        small.standardized_residuals()
    refused("too many for WLSMV", HS, data("hs_ord"), ordered=True)
    monkeypatch.setattr("semfit.data.MOST_PATTERN_CELLS", 100)
    refused("patterns of missing values", HS, data("hs_miss"), missing="fiml")


def test_much_work_of_fiml_is_said_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semfit.data.LONG_FIML_WORK", 1.0)
    with pytest.warns(UserWarning, match="takes minutes"):
        result = semfit.fit(HS, data("hs_miss"), missing="fiml")
    assert result.converged
    monkeypatch.setattr("semfit.data.MOST_FIML_WORK", 1.0)
    refused("too much work for FIML", HS, data("hs_miss"), missing="fiml")


def test_first_order_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = semfit.fit(HS, data("hs_miss"), missing="fiml", estimator="MLR").fit
    monkeypatch.setattr("semfit.estimate.SCORES_AT_ONCE", 54 * 7)
    parts = semfit.fit(HS, data("hs_miss"), missing="fiml", estimator="MLR").fit
    assert parts == pytest.approx(whole, rel=1e-9, nan_ok=True)


def test_two_hundred_items() -> None:
    rng = np.random.default_rng(5)
    factor = rng.standard_normal((400, 20))
    names = [f"v{k}" for k in range(200)]
    values = 0.7 * np.repeat(factor, 10, axis=1) + 0.7 * rng.standard_normal((400, 200))
    model = "\n".join(f"f{k} =~ " + " + ".join(names[10 * k : 10 * k + 10]) for k in range(20))
    start = time.perf_counter()
    result = semfit.fit(model, pd.DataFrame(values, columns=names), estimator="MLR")
    assert result.converged and result.fit["df"] == 200 * 201 / 2 - 200 - 200 - 190
    top = result.parameters.query("op == '=~'")["std_all"]
    assert top.between(0.55, 0.85).all()
    assert time.perf_counter() - start < 60


def test_moments() -> None:
    cov = data("hs")[NAMES].cov()

    def no(message: str, matrix: object, nobs: object = 301) -> None:
        with pytest.raises(semfit.ModelError, match=message):
            semfit.fit(TWO, sample_cov=matrix, sample_nobs=nobs)

    skew = cov.copy()
    skew.loc["x1", "x2"] += 0.5
    no("not symmetric", skew)
    indefinite = cov.copy()
    indefinite.loc["x1", "x2"] = indefinite.loc["x2", "x1"] = 3.0
    no("not positive definite", indefinite)
    no("infinite", cov.where(cov < 1.3, np.inf))
    no("not in sample_cov", cov.loc["x2":, "x2":])
    no("number of rows", cov, "many")
    no("needs sample_nobs", cov, None)
    no("DataFrame", cov.to_numpy())
    no("not a number of rows", cov, 1)
    no("not a number of rows", cov, 1e300)
    no("number of rows", cov, np.inf)
    no("different names", cov.set_axis(list("abcdefghi"), axis=0))
    no("empty", {}, {})
    turned = semfit.fit(TWO, sample_cov=cov.iloc[::-1], sample_nobs=301)
    assert turned.fit["chisq"] == semfit.fit(TWO, sample_cov=cov, sample_nobs=301).fit["chisq"]
    with pytest.raises(semfit.ModelError, match="sample_mean is not numeric"):
        semfit.fit(TWO, sample_cov=cov, sample_nobs=301, sample_mean=["a"] * 9)
    means = semfit.fit(TWO, sample_cov=cov, sample_nobs=301, sample_mean=[1.0] * 9)
    assert (means.parameters["op"] == "~1").sum() == 8  # means that are given are modelled


def test_what_the_solution_says_about_itself() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(300, 6)), columns=list("abcdef"))
    frame["b"] += 3 * frame["a"]
    heywood = semfit.fit("f =~ a + b + c\ng =~ d + e + f0", frame.rename(columns={"f": "f0"}))
    assert not heywood.admissible
    assert heywood.warnings
    loose = semfit.fit(TWO + "\nvisual ~~ NA*visual\nvisual =~ NA*x1", data("hs"))
    assert any("not identified" in w for w in loose.warnings)
    assert loose.parameters["se"].isna().any()
    gone = semfit.fit(TWO, data("hs_miss"))
    assert any("rows, with missing values" in w for w in gone.warnings)


def test_what_a_model_that_did_not_converge_gives() -> None:
    result = semfit.fit(TWO + "\nvisual ~~ -1*visual", data("hs"))
    assert not result.converged
    assert not len(result.modindices())
    with pytest.raises(semfit.ModelError, match="did not converge"):
        result.standardized_residuals()


def test_large_models_and_data() -> None:
    rng = np.random.default_rng(1)
    eta = rng.normal(size=(2000, 20))
    wide = pd.DataFrame(
        {
            f"v{f}_{k}": 0.7 * eta[:, f] + 0.7 * rng.normal(size=2000)
            for f in range(20)
            for k in range(10)
        }
    )
    model = "\n".join(f"f{f} =~ " + " + ".join(f"v{f}_{k}" for k in range(10)) for f in range(20))
    result = semfit.fit(model, wide)
    assert result.converged and result.fit["cfi"] > 0.95
    eta = rng.normal(size=1_000_000)
    tall = pd.DataFrame({f"x{k}": eta + rng.normal(size=1_000_000) for k in range(4)})
    result = semfit.fit("f =~ x0 + x1 + x2 + x3", tall, estimator="MLR")
    assert result.parameters["est"].iloc[1] == pytest.approx(1.0, abs=0.01)


TOKENS = [
    "f",
    "g",
    "x1",
    "x2",
    "x3",
    "x4",
    "=~",
    "~",
    "~~",
    ":=",
    "==",
    "|",
    "+",
    "*",
    "(",
    ")",
    "1",
    "0.5",
    "NA",
    "c(",
    ",",
    "start(",
    "a",
    "\n",
    ";",
    "#",
    "-",
    "^",
    "exp(",
    "t1",
    "%",
    "<",
    '"',
]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_fuzzed_syntax(parts: list[str]) -> None:
    try:
        parse(" ".join(parts))
    except semfit.ModelError as error:
        assert "\n" not in str(error)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_fuzzed_text(text: str) -> None:
    try:
        parse(text)
    except semfit.ModelError as error:
        assert "\n" not in str(error)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(st.sampled_from(TOKENS), min_size=3, max_size=14), st.integers(0, 3))
def test_fuzzed_fits(parts: list[str], kind: int) -> None:
    frame = data("hs").iloc[:60]
    if kind == 1:
        frame = data("hs_miss").iloc[:60]
    options: dict[str, object] = {"missing": "fiml"} if kind == 1 else {}
    if kind == 2:
        options["group"] = "sex"
    try:
        result = semfit.fit("f =~ x1 + x2 + x3\n" + " ".join(parts), frame, **options)
        assert len(result.parameters)
        assert result.fit["df"] >= 0
        assert isinstance(result.warnings, list)
        result.standardized(), result.effects(), result.modindices(), result.r2
    except semfit.ModelError as error:
        assert "\n" not in str(error)


def test_command(tmp_path: Path) -> None:
    model, frame = tmp_path / "model.txt", tmp_path / "data.csv"
    model.write_text(HS)
    data("hs").to_csv(frame, index=False)
    answer = json.loads(
        fit_command(model, frame, group="school", group_equal="loadings,intercepts", as_json=True)
    )
    assert set(answer) == {"parameters", "fit", "warnings"}
    assert answer["fit"]["df"] == 60
    assert set(answer["parameters"][0]) == {
        "lhs",
        "op",
        "rhs",
        "group",
        "label",
        "est",
        "se",
        "z",
        "pvalue",
        "ci_lower",
        "ci_upper",
        "std_lv",
        "std_all",
    }
    assert "CFI" in fit_command(model, frame, ordered="")
    data("hs").to_parquet(tmp_path / "data.parquet")
    assert "CFI" in fit_command(model, tmp_path / "data.parquet")
    for wrong, message in (
        (tmp_path / "none.csv", "no data file"),
        (model, "cannot read .txt"),
    ):
        with pytest.raises(semfit.ModelError, match=message):
            fit_command(model, wrong)
    model.write_text(HS, encoding="utf-8-sig")
    assert "CFI" in fit_command(model, frame)
    (tmp_path / "twice.csv").write_text("x1,x1,x2\n1,2,3\n")
    with pytest.raises(semfit.ModelError, match="2 columns named 'x1'"):
        fit_command(model, tmp_path / "twice.csv")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(semfit.ModelError):
        fit_command(model, tmp_path / "binary.csv")
