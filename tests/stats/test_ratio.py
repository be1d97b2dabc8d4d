"""The ratio of two effects: by its definition, and how often its interval holds."""

from __future__ import annotations

import numpy as np
import pytest

from loyalty.stats import ratio

COVARIANCE = np.array([[0.01, 0.004], [0.004, 0.02]])


def test_fieller_s_ends_are_what_is_just_not_told_apart_from_zero() -> None:
    """The roots of ``(a - r b)² = z² Var(a - r b)``, as a quadratic in r."""
    a, b, z = 0.6, 0.9, 1.959963984540054
    (va, c), (_, vb) = COVARIANCE
    found = ratio.fieller(a, b, COVARIANCE)
    roots = np.sort(np.roots([b**2 - z**2 * vb, -2 * (a * b - z**2 * c), a**2 - z**2 * va]))
    assert found.estimate == pytest.approx(a / b)
    assert (found.ci_lower, found.ci_upper) == pytest.approx(tuple(roots), abs=1e-12)
    for r in (found.ci_lower, found.ci_upper):
        assert r is not None
        sd = np.sqrt(va - 2 * r * c + r**2 * vb)
        assert abs(a - r * b) == pytest.approx(z * sd)


def test_a_ratio_over_what_may_be_zero_has_no_bound() -> None:
    assert ratio.fieller(0.6, 0.27, COVARIANCE)[1:] == (None, None)
    assert ratio.fieller(0.6, 0.28, COVARIANCE).ci_upper is not None  # 0.28 > 1.96 * sqrt(0.02)
    rng = np.random.default_rng(1)
    for below, bounded in ((0.1, False), (1.0, True)):
        drawn = rng.multivariate_normal([0.6, below], COVARIANCE, 2000)
        found = ratio.of_draws(0.6, below, drawn)
        assert (found.ci_lower is not None) is (found.ci_upper is not None) is bounded
    assert ratio.of_draws(0.6, 1.0, drawn[:0])[1:] == (None, None)


def test_the_middle_of_the_draws_by_hand() -> None:
    """Of 1,001 ratios in order the 26th and the 976th; one below zero counts as the largest."""
    upper, lower = np.arange(1.0, 1002.0), np.full(1001, 2.0)
    drawn = np.random.default_rng(3).permutation(np.column_stack([upper, lower]))
    assert ratio.of_draws(500, 2, drawn) == pytest.approx((250.0, 13.0, 488.0))
    turned = np.where(upper <= 10, -lower, lower)  # ten smallest ratios become the largest
    found = ratio.of_draws(500, 2, np.column_stack([upper, turned]))
    assert found == pytest.approx((250.0, 18.0, 493.0))


def test_both_intervals_hold_what_is_so() -> None:
    rng = np.random.default_rng(8)
    held = np.zeros(2)
    for _ in range(400):
        point = rng.multivariate_normal([0.6, 0.9], COVARIANCE)
        drawn = rng.multivariate_normal(point, COVARIANCE, 400)
        for k, found in enumerate(
            (ratio.fieller(*point, COVARIANCE), ratio.of_draws(*point, drawn))
        ):
            if found.ci_lower is None or found.ci_upper is None:
                held[k] += 1
            else:
                held[k] += found.ci_lower <= 0.6 / 0.9 <= found.ci_upper
    assert (held / 400 >= 0.92).all() and (held / 400 <= 0.98).all()
