"""Minimisation: damped scoring steps first, then Newton steps on the observed information.

Levenberg (1944) damping in the metric of the expected information (Lee & Jennrich 1979, "A study
of algorithms for covariance structure analysis") makes the start robust; the last steps use the
Hessian itself so that the solution is exact to rounding. In a bent valley, where scoring creeps,
steps go by the Hessian plus as much of the expected information as keeps the sum positive definite
and the quadratic good (a trust region, Conn, Gould & Toint 2000). Convergence is judged by the
Newton decrement ``g' H^{-1} g``, twice the decrease of the fit function that is still to be had.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from .blocks import diagonal_blocks
from .model import Array


@dataclass(frozen=True)
class Minimum:
    theta: Array
    value: float
    gradient: Array
    decrement: float
    iterations: int
    converged: bool


class Factor:
    """Cholesky factor of ``H + damping * diag H``, scaled to a unit diagonal."""

    def __init__(self, h: Array, damping: float) -> None:
        self.d = np.sqrt(np.maximum(h.diagonal(), 1e-300))
        with np.errstate(over="ignore", invalid="ignore"):  # where a second derivative is none
            scaled = h / self.d / self.d[:, None]
        scaled.ravel()[:: len(scaled) + 1] += damping
        self.parts = diagonal_blocks(scaled)
        # the transpose of a symmetric matrix: LAPACK's order of columns, without a copy
        found = [lapack.dpotrf(scaled[k, k].T, lower=1, clean=0, overwrite_a=1) for k in self.parts]
        self.factors = [factor for factor, _ in found]
        self.good = all(info == 0 for _, info in found)

    def solve(self, g: Array) -> Array | None:
        """``(H + damping * diag H)^{-1} g`` if that matrix is positive definite."""
        if not self.good:
            return None
        out = np.empty_like(g)
        for factor, part in zip(self.factors, self.parts, strict=True):
            out[part], _ = lapack.dpotrs(factor, g[part] / self.d[part], lower=1)
        return out / self.d if np.isfinite(out).all() else None


def minimise(
    value_and_gradient: Callable[[Array], tuple[float, Array]],
    information: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    theta: Array,
    *,
    tolerance: float = 1e-15,
    limit: int = 300,
) -> Minimum:
    """Minimise from ``theta``; ``information`` must be positive semidefinite everywhere.

    At most ``limit`` steps of scoring and as many again in a trust region where scoring is slow.
    """
    found = _score(value_and_gradient, information, hessian, theta, tolerance, min(limit, 100))
    if found.converged or not (len(theta) and np.isfinite(found.value)):
        return found
    return _trust(value_and_gradient, information, hessian, found, tolerance, limit)


def _score(
    value_and_gradient: Callable[[Array], tuple[float, Array]],
    information: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    theta: Array,
    tolerance: float,
    limit: int,
) -> Minimum:
    """Damped scoring, then Newton steps near the minimum."""
    value, gradient = value_and_gradient(theta)
    if not np.isfinite(value) or not len(theta):
        return Minimum(theta, value, gradient, np.inf if len(theta) else 0.0, 0, not len(theta))
    damping, newton = 1e-4, False
    decrement, growth = np.inf, 4.0
    h = information(theta)
    factor: Factor | None = None  # of h with the damping of the next step
    rejected = 0
    iteration = 0
    for iteration in range(1, limit + 1):
        if factor is None:
            factor = Factor(h, 0.0 if newton else damping)
        step = factor.solve(gradient)
        if step is None:
            factor = None
            if newton:
                newton, h = False, information(theta)
                damping = max(damping, 1e-3)
                rejected += 1
            else:
                damping = max(10 * damping, 1e-8)
            if damping > 1e12 or rejected > 60:
                break
            continue
        decrement = float(gradient @ step)
        if iteration == 1 and decrement < tolerance:  # the start is the minimum
            return Minimum(theta, value, gradient, decrement, 0, True)
        trial = theta - step
        new_value, new_gradient = value_and_gradient(trial)
        rounding = 4e-16 * len(theta) * (1 + abs(value))
        if new_value <= value - 1e-4 * decrement or (
            decrement < max(rounding, 1e-13) and new_value <= value + rounding
        ):
            theta, value, gradient = trial, new_value, new_gradient
            if decrement < tolerance and (newton or damping < 1e-6):
                return Minimum(theta, value, gradient, decrement, iteration, True)
            damping = 0.0 if damping < 1e-9 else damping / 10
            growth = 4.0
            if newton:
                # the last Hessian serves on while it still gains two digits a step
                again = factor.solve(gradient)
                left = np.inf if again is None else float(gradient @ again)
                if left < tolerance:
                    return Minimum(theta, value, gradient, left, iteration, True)
                if left < 1e-2 * decrement:
                    continue
            factor = None
            if newton or decrement < 3e-2:
                h = hessian(theta)
                factor = Factor(h, 0.0)
                newton = factor.solve(gradient) is not None
                if newton:
                    continue
                factor = None
            h = information(theta)
            continue
        if decrement < max(tolerance, rounding):
            return Minimum(theta, value, gradient, decrement, iteration, True)
        rejected += 1
        factor = None
        if newton:
            newton, h = False, information(theta)
        damping = max(damping * growth, 1e-3)
        growth *= 2
        if damping > 1e15:
            break
    # slow steps may end just short of the tolerance
    return Minimum(theta, value, gradient, decrement, iteration, decrement < 1e2 * tolerance)


def _trust(
    value_and_gradient: Callable[[Array], tuple[float, Array]],
    information: Callable[[Array], Array],
    hessian: Callable[[Array], Array],
    before: Minimum,
    tolerance: float,
    limit: int,
) -> Minimum:
    """Steps by ``H + share * I``, the share of the information as small as the quadratic allows."""
    theta, value, gradient = before.theta, before.value, before.gradient
    share, growth, decrement = 1e-3, 4.0, np.inf
    h, metric = hessian(theta), information(theta)
    iteration = 0
    for iteration in range(1, limit + 1):
        sum_ = h + share * (metric + 1e-8 * np.diag(metric.diagonal()))
        step = Factor(sum_, 0.0).solve(gradient) if sum_.diagonal().min() > 0 else None
        if step is None:
            share = max(4 * share, 1e-4)
            if not share < 1e12:
                break
            continue
        decrement = float(gradient @ step)
        expected = decrement - 0.5 * float(step @ h @ step)
        new_value, new_gradient = value_and_gradient(theta - step)
        rounding = 4e-16 * len(theta) * (1 + abs(value))
        gain = value - new_value
        if gain >= 1e-4 * expected or (decrement < max(rounding, 1e-13) and -gain <= rounding):
            theta, value, gradient = theta - step, new_value, new_gradient
            if decrement < tolerance and share < 1e-6:
                iterations = before.iterations + iteration
                return Minimum(theta, value, gradient, decrement, iterations, True)
            if gain > 0.75 * expected:
                share = share / 10 if share > 1e-10 else 0.0
            elif gain < 0.25 * expected:
                share = max(4 * share, 1e-6)
            growth = 4.0
            h, metric = hessian(theta), information(theta)
        else:
            share = max(growth * share, 1e-4)
            growth *= 2
            if not share < 1e15:
                break
    converged = decrement < 1e2 * tolerance and share < 1e-6
    iterations = before.iterations + iteration
    return Minimum(theta, value, gradient, decrement, iterations, converged)
