"""Sampling weights: held against lavaan, and against rows that stand there several times."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, HS, data
from semfit.resampling import Plan

LAVAAN = json.loads((GOLDEN / "lavaan" / "r_weights.json").read_text(encoding="utf-8"))
PATHS = HS + "\nspeed ~ visual + textual"
MIMIC = "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nvisual ~ ageyr\ntextual ~ visual + ageyr"


def weighted() -> pd.DataFrame:
    frame = data("hs").reset_index(drop=True)
    row = np.arange(1, len(frame) + 1)
    return frame.assign(w=0.4 + (row * 7 % 13) * 0.15, cl=(row - 1) % 43)


def with_holes(frame: pd.DataFrame) -> pd.DataFrame:
    row = np.arange(1, len(frame) + 1)
    holes = {f"x{j}": frame[f"x{j}"].mask((row * (j + 2) + j) % 11 == 0) for j in range(1, 10)}
    return frame.assign(**holes)


@pytest.mark.parametrize(
    ("name", "model", "options"),
    [
        ("mlr", HS, {"meanstructure": True}),
        ("mlr_nomeans", PATHS, {}),
        ("fiml", PATHS, {"missing": "fiml"}),
        ("cluster", HS, {"cluster": "cl"}),
        ("mimic", MIMIC, {}),
    ],
)
def test_estimates_errors_and_measures_are_those_of_lavaan(
    name: str, model: str, options: dict[str, Any]
) -> None:
    frame = with_holes(weighted()) if name == "fiml" else weighted()
    result = semfit.fit(model, frame, estimator="MLR", weights="w", **options)
    keys = ["lhs", "op", "rhs"]
    for mine, theirs, value in (
        (result.parameters, LAVAAN[name]["parameters"], "est"),
        (result.standardized(), LAVAAN[name]["standardized"], "est.std"),
    ):
        other = pd.DataFrame(theirs)
        both = mine.merge(other, on=keys, suffixes=("", "_lavaan"))
        assert len(both) == len(other)
        own, column = (value, "est_lavaan") if value == "est" else ("est_std", value)
        np.testing.assert_allclose(both[own], both[column], atol=1e-5)
        np.testing.assert_allclose(both["se"], both["se_lavaan"], atol=1e-5)
    for measure, value in LAVAAN[name]["fit"].items():
        assert result.fit[measure.replace(".", "_")] == pytest.approx(value, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("model", "missing"), [(HS, "listwise"), (PATHS, "fiml"), (MIMIC, "listwise")]
)
def test_a_row_of_weight_three_is_three_rows_of_one_respondent(model: str, missing: str) -> None:
    """Copies of a row in a cluster of their own have the sandwich of the weighted score, but for
    the factor of few clusters."""
    frame = with_holes(weighted()) if missing == "fiml" else weighted()
    frame["w"], frame["row"] = 1 + np.arange(len(frame)) % 3, np.arange(len(frame))
    copies = frame.loc[frame.index.repeat(frame["w"])].reset_index(drop=True)
    options: dict[str, Any] = {"missing": missing, "meanstructure": True}
    one = semfit.fit(model, frame, estimator="MLR", weights="w", **options)
    many = semfit.fit(model, copies, estimator="MLR", cluster="row", **options)
    factor = len(frame) / (len(frame) - 1)
    np.testing.assert_allclose(one.parameters["est"], many.parameters["est"], atol=1e-6)
    np.testing.assert_allclose(one.vcov * factor, many.vcov, rtol=1e-3, atol=1e-7)
    assert one.fit["chisq_scaled"] * factor == pytest.approx(many.fit["chisq_scaled"], rel=0.01)
    mine, theirs = (r.standardized_residuals()[0]["cov"].to_numpy() for r in (one, many))
    np.testing.assert_allclose(mine, theirs * np.sqrt(factor), rtol=0.01, atol=0.01)


def test_equal_weights_change_nothing() -> None:
    frame = weighted()
    plain = semfit.fit(HS, frame, estimator="MLR")
    same = semfit.fit(HS, frame, estimator="MLR", weights=pd.Series(3.7, frame.index, name="w"))
    np.testing.assert_allclose(same.parameters["est"], plain.parameters["est"], atol=1e-9)
    np.testing.assert_allclose(same.parameters["se"], plain.parameters["se"], atol=1e-9)
    assert same.fit["chisq_scaled"] == pytest.approx(plain.fit["chisq_scaled"], rel=1e-9)


def test_rows_without_a_weight_are_left_out_and_said_to_be() -> None:
    frame = weighted()
    frame.loc[:9, "w"], frame.loc[10:14, "w"] = 0.0, np.nan
    result = semfit.fit(HS, frame, estimator="MLR", weights="w")
    again = semfit.fit(HS, frame.iloc[15:], estimator="MLR", weights="w")
    assert result.fit["ntotal"] == again.fit["ntotal"] == len(frame) - 15
    assert [
        m.parameters["dropped"] for m in result.warnings if m.code == "rows_without_weight"
    ] == [15]
    np.testing.assert_allclose(result.parameters["est"], again.parameters["est"])


@pytest.mark.parametrize(
    ("code", "weight", "options"),
    [
        ("negative_weight", -1.0, {}),
        ("infinite_values", np.inf, {}),
        ("not_numeric", "heavy", {}),
        ("weights_estimator", 1.0, {"estimator": "GLS"}),
        ("weights_alone", 1.0, {"likelihood": "wishart"}),
        ("weights_alone", 1.0, {"group": "school"}),
        ("weights_se", 1.0, {"se": "expected"}),
        ("weights_not_in_data", 1.0, {"weights": "none"}),
    ],
)
def test_what_cannot_be_a_weight_is_refused_in_one_line(
    code: str, weight: Any, options: dict[str, Any]
) -> None:
    frame = weighted()
    frame["w"] = [weight, *[1.0] * (len(frame) - 1)]
    with pytest.raises(semfit.ModelError) as caught:
        semfit.fit(HS, frame, **{"estimator": "MLR", "weights": "w"} | options)
    assert caught.value.code == code and "\n" not in str(caught.value)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_resampled_rows_bring_their_weights_along(missing: str) -> None:
    frame = weighted()
    frame = (with_holes(frame) if missing == "fiml" else frame).iloc[:200].reset_index(drop=True)
    result = semfit.fit(HS, frame, estimator="MLR", weights="w", missing=missing)
    boot = result.bootstrap(3 if missing == "fiml" else 300, seed=5)
    (counts,) = Plan.of(result.estimate.sample.groups).counts(5, 0)
    drawn = frame.loc[np.repeat(np.arange(200), counts[2])]
    again = semfit.fit(HS, drawn, estimator="MLR", weights="w", missing=missing)
    np.testing.assert_allclose(boot.x[2], again.estimate.x, atol=1e-4)
    if missing == "listwise":
        errors = result.parameters["se"][result.parameters["se"] > 0]
        ratio = np.nanstd(boot.x[boot.used], axis=0) / errors.to_numpy()
        assert 0.8 < np.median(ratio) < 1.25


def test_weights_are_a_column_or_a_series_of_the_same_rows() -> None:
    frame = weighted()
    frame.index = pd.Index(np.arange(len(frame)) // 2)  # rows named twice
    by_column = semfit.fit(HS, frame, estimator="MLR", weights="w")
    same = semfit.fit(HS, frame, estimator="MLR", weights=frame["w"])
    np.testing.assert_array_equal(by_column.parameters["est"], same.parameters["est"])
    for wrong, code in ((frame["w"].iloc[1:], "weights_index"), ([1.0] * 301, "weights_kind")):
        with pytest.raises(semfit.ModelError) as caught:
            semfit.fit(HS, frame, estimator="MLR", weights=wrong)
        assert caught.value.code == code


def test_rows_that_all_weigh_nothing_and_another_sample_are_refused() -> None:
    frame = weighted()
    with pytest.raises(semfit.ModelError, match="no row"):
        semfit.fit(HS, frame.assign(w=0.0), estimator="MLR", weights="w")
    result = semfit.fit(HS, frame, estimator="MLR", weights="w")
    with pytest.raises(semfit.ModelError, match="sample"):
        semfit.fit(HS, result.estimate.sample, estimator="MLR")
