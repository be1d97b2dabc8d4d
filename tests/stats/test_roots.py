"""A root of a covariance that does not turn with the signs of its axes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import sqrtm

from loyalty.stats.roots import symmetric_root


def covariance(p: int) -> np.ndarray:
    rows = np.random.default_rng(p).normal(size=(3 * p, p))
    return np.cov(rows, rowvar=False)


def test_the_root_is_that_of_scipy() -> None:
    many = np.stack([covariance(4), np.diag([4.0, 4.0, 9.0, 1.0])])
    roots = symmetric_root(many)
    np.testing.assert_allclose(roots, [sqrtm(one) for one in many], atol=1e-12)
    np.testing.assert_allclose(roots @ roots, many, atol=1e-12)


def test_signs_of_the_axes_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix, plain = covariance(5), np.linalg.eigh
    before = symmetric_root(matrix)

    def turned(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values, vectors = plain(a)
        return values, vectors * np.array([-1.0, 1.0, -1.0, 1.0, -1.0])

    monkeypatch.setattr(np.linalg, "eigh", turned)
    np.testing.assert_allclose(symmetric_root(matrix), before, atol=1e-14)


def test_what_is_below_zero_is_raised() -> None:
    root = symmetric_root(np.array([[1.0, 2.0], [2.0, 1.0]]), least=0.25)  # eigenvalues 3, −1
    np.testing.assert_allclose(np.linalg.eigvalsh(root @ root), [0.25, 3.0])
