"""A rise that is planted is found, one that is not is cried as often as set."""

from __future__ import annotations

import numpy as np
import pytest

from loyalty.stats import CannotCompute
from loyalty.stats.alarm import rise, rise_of_share

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


def test_the_sum_of_a_share_is_that_of_its_definition() -> None:
    x = np.array([2, 3] * 5 + [5, 6, 0, 7, 8, 2, 0, 9, 1, 4], dtype=float)
    n = np.array([10, 10] * 5 + [10, 9, 0, 10, 12, 10, 3, 10, 10, 10], dtype=float)
    got = rise_of_share(x, n, **HOW)
    p0 = 0.25
    p1 = 1.5 / 3 / (1 + 1.5 / 3)
    sums, now = [], 0.0
    for k, m in zip(x[10:], n[10:], strict=True):
        now = max(0.0, now + k * np.log(p1 / p0) + (m - k) * np.log((1 - p1) / (1 - p0)))
        sums.append(now)
    assert (got.baseline, got.watched, got.mean) == (10, 10, p0)
    assert got.highest == pytest.approx(max(sums))


def test_a_share_that_rises_is_found_and_one_that_does_not_seldom() -> None:
    rng = np.random.default_rng(4)
    of = rng.poisson(12, 60) * (rng.random(60) > 0.1)
    calm = [rise_of_share(rng.binomial(of, 0.2), of, **HOW).at for _ in range(300)]
    assert 0.02 <= np.mean([at is not None for at in calm]) <= 0.085
    chance = np.r_[np.full(40, 0.2), np.full(20, 0.4)]
    risen = [rise_of_share(rng.binomial(of, chance), of, **HOW) for _ in range(60)]
    assert np.mean([a.at is not None and a.at >= 40 for a in risen]) >= 0.8
    more = rise_of_share(rng.binomial(2 * of, 0.2), of * np.repeat([1, 2], 30), **HOW)
    assert 0 <= more.mean <= 1  # more reviews are no larger share


def test_what_cannot_be_watched() -> None:
    with pytest.raises(CannotCompute):
        rise(np.ones(15), **HOW)
    with pytest.raises(CannotCompute):
        rise(np.r_[np.zeros(15), np.ones(15)], **HOW)
    with pytest.raises(CannotCompute):
        rise_of_share(np.ones(30), np.ones(30), **HOW)
