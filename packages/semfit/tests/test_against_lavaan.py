"""Verified against lavaan 0.6-14: parameter tables and fit measures of every continuous case."""

from __future__ import annotations

import numpy as np
import pytest
import semfit
from sem_reference import (
    CASES,
    LEAST_SQUARES,
    TIGHT,
    TWO,
    UNWEIGHTED,
    compare_fit,
    compare_parameters,
    data,
    golden_fit,
    mended_fit,
)


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    model, frame, options = CASES[name]
    result = semfit.fit(model, data(frame), **options)
    assert result.converged
    # lavaan stops early on these; test_at_the_minimum has its values after Newton steps
    loose = {"mobi2_ml": 2e-4, "mobi2_mlr": 2e-4, "pd_eq": 1e-4}.get(name, 0.0)
    compare_parameters(result.parameters, name, max(5e-5, loose), max(5e-5, loose))
    compare_fit(result.fit, name, max(3e-5, loose), mended_fit(name))


@pytest.mark.parametrize("name", UNWEIGHTED)
def test_unweighted_least_squares(name: str) -> None:
    """Standard errors under normality and Browne's test, lavaan's defaults since 0.7."""
    model, frame, options = UNWEIGHTED[name]
    result = semfit.fit(model, data(frame), **options)
    compare_parameters(result.parameters, name, error=2e-4)
    compare_fit(result.fit, name, 1e-4, skip=("gfi_lisrel", "agfi_lisrel", "pgfi"))


@pytest.mark.parametrize("name", LEAST_SQUARES)
def test_robust_errors_of_least_squares(name: str) -> None:
    """lavaan's for ULS; Browne's sandwich from lavaan's matrices for GLS, where it has none."""
    model, frame, options = LEAST_SQUARES[name]
    # lavaan mixes weights of groups by n and by n - 1
    loose = 2e-4 if name in ("r_uls_robust_mg", "r_uls_robust_config") else 5e-5
    compare_parameters(semfit.fit(model, data(frame), **options).parameters, name, 5e-5, loose)


@pytest.mark.parametrize("estimator", ["ULS", "GLS"])
def test_robust_errors_of_unrelated_groups_are_those_of_each_alone(estimator: str) -> None:
    both = semfit.fit(TWO, data("hs"), group="school", estimator=estimator, se="robust")
    for number, label in enumerate(both.group_labels, 1):
        part = data("hs")[data("hs")["school"] == label]
        alone = semfit.fit(
            TWO, part, estimator=estimator, se="robust", meanstructure=True
        ).parameters
        mine = both.parameters[both.parameters["group"] == number]
        np.testing.assert_allclose(mine["se"], alone["se"], rtol=1e-5)


@pytest.mark.parametrize("name", TIGHT)
def test_at_the_minimum(name: str) -> None:
    """lavaan with Newton steps of its own functions, or a stricter stopping rule."""
    model, frame, options = TIGHT[name]
    result = semfit.fit(model, data(frame), **options)
    tolerance = 5e-6 if "mobi2" in name else 5e-5
    compare_parameters(result.parameters, name, tolerance, tolerance)
    compare_fit(result.fit, name, 5e-6)


def test_where_lavaan_is_mended() -> None:
    """make_fiml.R changes GFI and kin, and robust measures where predictors are random."""
    for name in ("hs_fiml", "hs_fiml_mlr", "r_mimic_fiml_mlr", "r_fixedx_fiml_x", "r_mg_fiml"):
        printed, mended = golden_fit(name), mended_fit(name)
        for key in ("cfi_robust", "tli_robust", "rni_robust", "rmsea_robust"):
            assert printed[key] == pytest.approx(mended[key], abs=1e-9), (name, key)
        assert printed["gfi_lisrel"] == pytest.approx(mended["gfi_lisrel"], abs=5e-4)
