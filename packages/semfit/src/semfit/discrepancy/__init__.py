"""What is minimised: one module per kind of discrepancy between sample and model."""

from __future__ import annotations

from typing import Protocol

from ..model import Array


class Discrepancy(Protocol):
    """Half a fit function of the free parameters ``x`` (before equality constraints)."""

    multiplier: float  # chi-square is 2 * multiplier * value at the minimum

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        """``(inf, …)`` where the implied covariance matrix is not positive definite."""
        ...

    def information(self, x: Array) -> Array:
        """Expected information per observation (the metric of scoring steps)."""
        ...

    def observed_information(self, x: Array) -> Array:
        """Hessian of the value."""
        ...
