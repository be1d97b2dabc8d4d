from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, regression


def test_hc3_and_clusters_match_sandwich(hs_full: pd.DataFrame, gold: dict) -> None:
    want = gold["regression"]
    got = regression.ols(hs_full, "x9", ["x1", "x4", "x7"])
    t = got.coefficients
    np.testing.assert_allclose(t["b"], want["coef"], rtol=1e-9)
    np.testing.assert_allclose(t["se"], want["hc3"], rtol=1e-9)
    np.testing.assert_allclose(t["p"], want["p3"], rtol=1e-6)
    np.testing.assert_allclose(t["ci_lower"], want["low"], rtol=1e-8)
    np.testing.assert_allclose(t["ci_upper"], want["high"], rtol=1e-8)
    assert got.r2 == pytest.approx(want["r2"]) and got.r2_adjusted == pytest.approx(want["adj"])
    hs_full["cell"] = hs_full["school"] + " " + hs_full["ageyr"].astype(str)
    clustered = regression.ols(hs_full, "x9", ["x1", "x4", "x7"], cluster="cell")
    np.testing.assert_allclose(clustered.coefficients["se"], want["cluster"], rtol=1e-9)
    assert clustered.n_clusters == hs_full["cell"].nunique() == clustered.df + 1


def test_standardized_coefficients_and_vif(hs: pd.DataFrame) -> None:
    got = regression.ols(hs, "x9", ["x1", "x4"]).coefficients
    z = (hs - hs.mean()) / hs.std()
    np.testing.assert_allclose(
        got["beta"].iloc[1:], regression.ols(z, "x9", ["x1", "x4"]).coefficients["b"].iloc[1:]
    )
    r = hs[["x1", "x4"]].corr().iloc[0, 1]
    assert got.loc["x1", "vif"] == pytest.approx(1 / (1 - r**2))
    assert regression.ols(hs, "x9", ["x1"]).coefficients.loc["x1", "vif"] == pytest.approx(1)


def test_refuses(hs: pd.DataFrame) -> None:
    for frame, predictors, words in [
        (hs, ["zz"], "no column zz"),
        (hs, [], "needs a predictor"),
        (hs.head(3), ["x1", "x2"], "only 3 complete rows"),
        (hs.assign(x1=1.0), ["x1"], "x1 is constant"),
        (hs.assign(x2=hs["x1"]), ["x1", "x2"], "collinear"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            regression.ols(frame, "x9", predictors)
    with pytest.raises(CannotCompute, match="only 1 cluster"):
        regression.ols(hs.assign(c="a"), "x9", ["x1"], cluster="c")
