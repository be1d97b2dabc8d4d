"""A rise that is planted is found, one that is not is cried as often as set."""

from __future__ import annotations

import numpy as np
import pytest

from loyalty.stats import CannotCompute
from loyalty.stats.alarm import rise

HOW = {"factor": 1.5, "draws": 199, "seed": 1}


def test_the_sum_is_that_of_its_definition() -> None:
    x = np.array([4, 6] * 10 + [5, 9, 12, 3, 0, 0, 14, 11, 10, 9], dtype=float)
    got = rise(x, share=2 / 3, **HOW)
    k = 5 * 0.5 / np.log(1.5)
    sums, now = [], 0.0
    for value in x[20:]:
        now = max(0.0, now + value - k)
        sums.append(now)
    assert (got.baseline, got.watched, got.mean) == (20, 10, 5.0)
    assert got.highest == pytest.approx(max(sums))
    assert (got.at is None) == (max(sums) <= got.threshold)


def test_false_alarms_are_as_many_as_set_whatever_the_spread() -> None:
    rng = np.random.default_rng(2)
    for spread in (np.inf, 2.0):  # Poisson, and counts that spread far more
        rates = np.full(60, 6.0) if np.isinf(spread) else None
        cried = 0
        for _ in range(300):
            rate = rates if rates is not None else rng.gamma(spread, 6 / spread, 60)
            cried += rise(rng.poisson(rate), **HOW).at is not None
        assert 0.02 <= cried / 300 <= 0.085, spread


def test_a_doubling_is_found_and_soon() -> None:
    rng = np.random.default_rng(3)
    found = [rise(np.r_[rng.poisson(6, 45), rng.poisson(12, 15)], **HOW).at for _ in range(100)]
    hits = [at for at in found if at is not None and at >= 45]
    assert len(hits) >= 85
    assert np.median(hits) <= 50
    late = rise(np.r_[rng.poisson(6, 45), rng.poisson(12, 15)], **HOW)
    assert late.after is not None and late.after > late.mean and late.p <= 0.05


def test_what_cannot_be_watched() -> None:
    with pytest.raises(CannotCompute):
        rise(np.ones(15), **HOW)
    with pytest.raises(CannotCompute):
        rise(np.r_[np.zeros(15), np.ones(15)], **HOW)
