"""After a failure: standardized regression, the paradox and its equivalence test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from loyalty.stats import CannotCompute, failure, regression


def customers(n: int = 400, shift: float = 0.0) -> tuple[pd.Series, pd.Series]:
    rng = np.random.default_rng(6)
    before = pd.Series(4.0 + rng.normal(size=n))
    return before, before * 0.6 + 1.6 + shift + 0.5 * pd.Series(rng.normal(size=n))


def test_between_is_welch() -> None:
    a, b = customers(300)[0], customers(200, 0.1)[1]
    got = failure.between(a, b)
    want = stats.ttest_ind(a, b, equal_var=False)
    ends = want.confidence_interval(0.95)
    assert (got.t, got.p, got.df) == pytest.approx((want.statistic, want.pvalue, want.df))
    assert (got.low, got.high) == pytest.approx((ends.low, ends.high))
    assert got.d == pytest.approx((a.mean() - b.mean()) / b.std())
    # two one-sided tests as two shifted tests
    bound = got.margin * b.std()
    ps = [
        stats.ttest_ind(a + bound, b, equal_var=False, alternative="greater").pvalue,
        stats.ttest_ind(a - bound, b, equal_var=False, alternative="less").pvalue,
    ]
    assert got.p_equivalence == pytest.approx(max(ps))


def test_within_is_the_paired_test() -> None:
    before, after = customers()
    before.iloc[:5] = np.nan
    got = failure.within(before, after)
    want = stats.ttest_rel(after[5:], before[5:])
    ends = want.confidence_interval(0.95)
    assert (got.t, got.p, got.n) == pytest.approx((want.statistic, want.pvalue, 395))
    assert (got.low, got.high) == pytest.approx((ends.low, ends.high))


@pytest.mark.parametrize(
    ("n", "shift", "verdict"),
    [(400, 0.5, "paradox"), (400, -0.5, "none"), (4000, 0.0, "equal"), (30, 0.1, "open")],
)
def test_the_verdict_rests_on_the_interval(n: int, shift: float, verdict: str) -> None:
    rng = np.random.default_rng(11)
    base = rng.normal(size=n)
    a, b = pd.Series(base + shift), pd.Series(rng.permutation(base) + 0.001)
    got = failure.between(a, b)
    assert got.verdict == verdict
    assert (got.low > 0) == (verdict == "paradox") and (got.high < 0) == (verdict == "none")
    again = failure.Gap.from_dict(got.to_dict())
    assert again == got


def test_small_or_constant_groups_are_refused() -> None:
    a, b = customers(50)
    with pytest.raises(CannotCompute, match="only 9 customers in a group: 10"):
        failure.between(a.head(9), b)
    with pytest.raises(CannotCompute, match="does not vary"):
        failure.between(a * 0, b * 0)
    with pytest.raises(CannotCompute, match="does not vary"):
        failure.within(a, a + 1)


def made(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame(rng.normal(size=(n, 2)) * [2.0, 0.5] + 4, columns=["severity", "recovery"])
    z = (frame - frame.mean()) / frame.std()
    frame["loyalty"] = (
        5 - 0.5 * z["severity"] + 0.4 * z["recovery"] + 0.3 * z["severity"] * z["recovery"]
    ) + 0.8 * rng.normal(size=n)
    frame["firm"] = rng.integers(0, 25, n).astype(str)
    frame.loc[:9, "recovery"] = np.nan
    return frame


def test_standardized_is_beta_of_the_raw_regression() -> None:
    frame = made()
    got = failure.standardized(frame, "loyalty", ["severity", "recovery"])
    raw = regression.ols(frame, "loyalty", ["severity", "recovery"])
    np.testing.assert_allclose(
        got.coefficients["b"].iloc[1:], raw.coefficients["beta"].iloc[1:], rtol=1e-10
    )
    np.testing.assert_allclose(
        got.coefficients["t"].iloc[1:], raw.coefficients["t"].iloc[1:], rtol=1e-8
    )
    assert got.n == 590 and got.covariance == "HC3"
    clustered = failure.standardized(frame, "loyalty", ["severity", "recovery"], cluster="firm")
    assert clustered.n_clusters == 25 and clustered.covariance == "cluster"


def test_the_product_is_of_the_standardized_variables() -> None:
    frame = made()
    got = failure.standardized(
        frame, "loyalty", ["severity", "recovery"], products=[("recovery", "severity")]
    )
    z = frame[["severity", "recovery", "loyalty"]].dropna()
    z = (z - z.mean()) / z.std()
    x = np.column_stack(
        [np.ones(len(z)), z["severity"], z["recovery"], z["recovery"] * z["severity"]]
    )
    want = np.linalg.lstsq(x, z["loyalty"], rcond=None)[0]
    np.testing.assert_allclose(got.coefficients["b"], want, rtol=1e-10)
    assert got.coefficients.loc["recovery:severity", "ci_lower"] > 0
    with pytest.raises(CannotCompute, match="severity is constant"):
        failure.standardized(frame.assign(severity=1.0), "loyalty", ["severity", "recovery"])


def test_what_counts_as_excellent() -> None:
    marks = pd.Series([1, 2, 3, 4, 5, 6, 7, 7, np.nan, 6])
    mark, best = failure.excellent(marks, 0.25)
    assert mark == 7 and best.tolist() == [False] * 6 + [True, True, False, False]
    mark, best = failure.excellent(pd.Series([1.0, 5, 5, 5]), 0.25)
    assert mark == 5 and best.sum() == 3
    with pytest.raises(CannotCompute, match="all alike"):
        failure.excellent(pd.Series([3.0, 3.0, np.nan]))


def test_levels_leave_small_groups_out() -> None:
    values = pd.Series(np.arange(25.0))
    group = pd.Series([0] * 12 + [1] * 11 + [2] * 2)
    got = failure.levels(values, group, least=10)
    assert list(got.index) == [0, 1]
    want = stats.t.interval(0.95, 11, values[:12].mean(), stats.sem(values[:12]))
    assert (got.loc[0, "low"], got.loc[0, "high"]) == pytest.approx(want)
