"""Ordinal variables: verified against lavaan, and the polychoric correlation against integrals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats
from sem_reference import (
    GOLDEN,
    HS,
    ITEMS,
    ORDINAL_CASES,
    TWO,
    compare_fit,
    compare_parameters,
    data,
)

from loyalty import sem
from loyalty.sem.polychoric import bivariate_normal_cdf, ordinal_statistics

# catML-based robust measures are not given
ROBUST = tuple(
    f"{name}_robust"
    for name in (
        "cfi",
        "tli",
        "nnfi",
        "rni",
        "rmsea",
        "rmsea_ci_lower",
        "rmsea_ci_upper",
        "rmsea_pvalue",
        "rmsea_notclose_pvalue",
    )
)


@pytest.mark.parametrize("name", ORDINAL_CASES)
def test_case(name: str) -> None:
    model, frame, options = ORDINAL_CASES[name]
    result = sem.fit(model, data(frame), **options)
    assert result.converged
    # lavaan weights groups of unequal size a little differently: 1.3e-4 of a standard error
    compare_parameters(result.parameters, name, error=2e-4 if "_mg_" in name else 5e-5)
    compare_fit(result.fit, name, skip=(*ROBUST, "srmr_mplus", "srmr_mplus_nomean"))


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
    result = sem.fit(HS, data("hs_ord"), ordered=ITEMS)
    theirs = pd.read_csv(GOLDEN / "lavaan" / "r_mi_ord.csv")
    both = result.modindices().merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    # lavaan's score carries a factor (N - 1) / N
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"] * 301 / 300, rtol=3e-4, atol=1e-4)
    with pytest.raises(sem.ModelError, match="go with ML"):
        result.standardized_residuals()


def test_ladder_of_ordinal_invariance() -> None:
    ladder = sem.invariance(TWO, data("hs_ord3"), group="school", ordered=ITEMS[:6])
    assert list(ladder.table["level"]) == ["configural", "thresholds", "scalar"]
    assert ladder.table["cfi"].between(0.5, 1).all()


def test_bootstrap_of_ordinal_model() -> None:
    result = sem.fit(TWO, data("hs_ord"), ordered=ITEMS[:6])
    boot = result.bootstrap(6, seed=1)
    assert boot.converged.sum() >= 5


def test_refuses() -> None:
    frame = data("hs_ord3")
    with pytest.raises(sem.ModelError, match="not ML"):
        sem.fit(HS, frame, ordered=ITEMS, estimator="ML")
    with pytest.raises(sem.ModelError, match="observed predictors"):
        sem.fit(TWO + "\nvisual ~ ageyr", frame, ordered=ITEMS[:6])
    worse = frame.copy()
    worse.loc[worse["school"] == "Pasteur", "x1"] = worse["x1"].clip(upper=2)
    with pytest.raises(sem.ModelError, match="misses a category in group 'Pasteur'"):
        sem.fit(TWO, worse, ordered=ITEMS[:6], group="school")
    with pytest.raises(sem.ModelError, match="categories"):
        sem.fit(TWO, data("hs").assign(x1=np.arange(301.0)), ordered=["x1"])
