"""Ordinal variables: verified against lavaan, and the polychoric correlation against integrals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy import integrate, stats
from sem_reference import (
    GOLDEN,
    HS,
    ITEMS,
    ORDINAL_CASES,
    THREE,
    TWO,
    compare_fit,
    compare_parameters,
    data,
)
from semfit.polychoric import bivariate_normal_cdf, ordinal_statistics


@pytest.mark.parametrize("name", ORDINAL_CASES)
def test_case(name: str) -> None:
    model, frame, options = ORDINAL_CASES[name]
    result = semfit.fit(model, data(frame), **options)
    assert result.converged
    # lavaan weights groups of unequal size a little differently: 1.3e-4 of a standard error
    compare_parameters(result.parameters, name, error=2e-4 if "_mg_" in name else 5e-5)
    compare_fit(result.fit, name)


def test_polychoric_matrix() -> None:
    golden = pd.read_csv(GOLDEN / "lavaan" / "hs_polychoric.csv", index_col=0)
    frame = data("hs_ord")[ITEMS]
    levels = {v: frame[v].nunique() for v in ITEMS}
    mine = ordinal_statistics(frame.to_numpy(float), ITEMS, range(9), levels, gamma=False)
    np.testing.assert_allclose(mine.cov, golden.to_numpy()[:, -9:].astype(float), atol=1e-5)


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.3, 0.79, 0.95, 0.99])
def test_bivariate_normal(rho: float) -> None:
    for a, b in ((0.3, -1.2), (2.5, 2.4), (-3.0, 0.1)):

        def strip(x: float, b: float = b) -> float:
            return float(stats.norm.pdf(x) * stats.norm.cdf((b - rho * x) / np.sqrt(1 - rho**2)))

        points = [b] if -9 < b < a else None
        want = integrate.quad(strip, -9, a, epsabs=1e-13, limit=200, points=points)[0]
        assert float(bivariate_normal_cdf(a, b, rho)) == pytest.approx(want, abs=2e-9)


def test_modification_indices() -> None:
    result = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    theirs = pd.read_csv(GOLDEN / "lavaan" / "r_mi_ord.csv")
    both = result.modindices().merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    # lavaan's score carries a factor (N - 1) / N
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"] * 301 / 300, rtol=3e-4, atol=1e-4)


def test_standardized_residuals() -> None:
    result = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    for kind in ("standardized", "normalized"):
        golden = pd.read_csv(GOLDEN / "lavaan" / f"r_ord_resid_{kind}.csv", index_col=0)
        mine = result.standardized_residuals(kind)[0]["cov"]
        np.testing.assert_allclose(mine, golden, atol=2e-5)


def test_factor_scores() -> None:
    """Posterior modes by R's optimiser, and lavPredict's, which stops at about 2e-4."""
    one = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    golden = {
        name: pd.read_csv(GOLDEN / "lavaan" / f"r_ord_{name}.csv")
        for name in ("scores", "scores_ml", "scores_lavpredict", "mixed_scores", "mg_scores")
    }
    np.testing.assert_allclose(one.factor_scores(), golden["scores"], atol=2e-5)
    np.testing.assert_allclose(one.factor_scores(), golden["scores_lavpredict"], atol=5e-4)
    # without a prior the likelihood is flat for rows at one end: there R stops anywhere
    off = np.abs(one.factor_scores("bartlett") - golden["scores_ml"]).to_numpy()
    assert np.quantile(off, 0.98) < 1e-4 and off.max() < 0.1
    mixed = semfit.fit(HS, data("hs_mixed"), ordered="x3,x5,x6,x7,x8")
    np.testing.assert_allclose(mixed.factor_scores(), golden["mixed_scores"], atol=2e-5)
    groups = semfit.fit(TWO, data("hs_ord3"), **THREE, group_equal="thresholds,loadings")
    scores = groups.factor_scores()[["visual", "textual"]]
    np.testing.assert_allclose(scores, golden["mg_scores"], atol=2e-5)
    with pytest.raises(semfit.ModelError, match="uncorrelated residuals"):
        semfit.fit(HS + "\nx1 ~~ x4", data("hs_ord"), ordered=ITEMS).factor_scores()


def test_difference_tests() -> None:
    ladder = semfit.invariance(TWO, data("hs_ord3"), group="school", ordered=ITEMS[:6])
    golden = pd.read_csv(GOLDEN / "lavaan" / "r_ord_difference.csv")
    want = golden["Chisq diff"].to_numpy()[1:]
    np.testing.assert_allclose(ladder.table["delta_chisq_scaled"][1:], want, rtol=1e-3)
    free = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    fixed = semfit.fit(HS + "\nvisual ~~ 0*speed", data("hs_ord"), ordered=ITEMS)
    one = pd.read_csv(GOLDEN / "lavaan" / "r_ord_difference_one.csv")["Chisq diff"][1]
    assert semfit.difference_test(fixed, free)["delta_chisq_scaled"] == pytest.approx(one, rel=1e-5)


def test_ladder_of_ordinal_invariance() -> None:
    ladder = semfit.invariance(TWO, data("hs_ord3"), group="school", ordered=ITEMS[:6])
    assert list(ladder.table["level"]) == ["configural", "thresholds", "scalar"]
    assert ladder.table["cfi"].between(0.5, 1).all()


def test_bootstrap_of_ordinal_model() -> None:
    result = semfit.fit(TWO, data("hs_ord"), ordered=ITEMS[:6])
    boot = result.bootstrap(6, seed=1)
    assert boot.converged.sum() >= 5


def test_refuses() -> None:
    frame = data("hs_ord3")
    with pytest.raises(semfit.ModelError, match="not ML"):
        semfit.fit(HS, frame, ordered=ITEMS, estimator="ML")
    six = ITEMS[:6]
    with pytest.raises(semfit.ModelError, match="'ageyr' only predicts: give it as numbers"):
        semfit.fit(TWO + "\nvisual ~ ageyr", frame, ordered=[*six, "ageyr"])
    with pytest.raises(semfit.ModelError, match="'grade' has two values"):
        semfit.fit(TWO + "\nvisual ~ grade", frame, ordered=six, fixed_x=False)
    with pytest.raises(semfit.ModelError, match="'x7' predicts another"):
        semfit.fit(TWO + "\nvisual ~ x7", frame, ordered=[*six, "x7"], fixed_x=False)
    with pytest.raises(semfit.ModelError, match="random variables predict"):
        semfit.fit(TWO + "\nvisual ~ ageyr", frame, ordered=six, fixed_x=False).factor_scores()
    worse = frame.copy()
    worse.loc[worse["school"] == "Pasteur", "x1"] = worse["x1"].clip(upper=2)
    with pytest.raises(semfit.ModelError, match="misses a category in group 'Pasteur'"):
        semfit.fit(TWO, worse, ordered=ITEMS[:6], group="school")
    with pytest.raises(semfit.ModelError, match="categories"):
        semfit.fit(TWO, data("hs").assign(x1=np.arange(301.0)), ordered=["x1"])


def test_one_ordinal_item() -> None:
    """lavaan finds no standard errors here; a fixed variance makes it the latent response."""
    model = "visual =~ x1+x2+x3\nf =~ x4\nspeed =~ x7+x8+x9\nspeed ~ f + visual"
    items = ["x1", "x2", "x3", "x4", "x7", "x8", "x9"]
    with pytest.raises(semfit.ModelError, match="'f' has the one ordinal item 'x4'"):
        semfit.fit(model, data("hs_ord"), ordered=items)
    with pytest.raises(semfit.ModelError, match="'f' has the one ordinal item 'x4'"):
        semfit.fit(model, data("hs_ord"), ordered=items, std_lv=True)
    mended = semfit.fit(model + "\nf ~~ 1*f", data("hs_ord"), ordered=items)
    assert mended.admissible and mended.parameters.query("op == '~'")["se"].gt(0).all()
    rest = [i for i in items if i != "x4"]
    assert semfit.fit(model, data("hs_ord"), ordered=rest).admissible
