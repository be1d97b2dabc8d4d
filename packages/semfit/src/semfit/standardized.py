"""The standardized solution and effects; derivatives by complex steps.

``std_lv`` gives latent variables unit variance, ``std_all`` observed ones too. Covariances of
residuals are divided by residual standard deviations. Standard errors follow from the delta
method with the Jacobian by complex steps (Squire & Trapp 1998), exact to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .model import Array, Model, Moments
from .syntax import evaluate

STEP = 1e-30
#: Powers of the standard deviations of both sides (of residuals in covariances) that standardize.
POWERS = {"=~": (1, -1), "~": (-1, 1), "~~": (-1, -1), "~1": (-1, 0), "|": (-1, 0)}


def jacobian(function: Callable[[Any], Any], x: Array, used: Array | None = None) -> Array:
    """Derivatives of ``function`` (…, q) -> (…, k) at ``x``: shape (k, q)."""
    points = x + 1j * STEP * np.eye(len(x))
    # in parts, since every point carries matrices of all variables
    parts = [np.imag(function(points[k : k + 64])) for k in range(0, len(points), 64)]
    out: Array = np.concatenate(parts).T / STEP if parts else np.imag(function(points)).T / STEP
    return out


class Standardizer:
    """The index arrays of the standardized solution of a parameter table."""

    def __init__(self, model: Model) -> None:
        self.model = model
        block = model.blocks[0]
        place = {name: k for k, name in enumerate(block.names)}
        p = block.observed
        rows = [(k, r) for k, r in enumerate(model.rows) if not r.exogenous]
        self.number = np.array([k for k, _ in rows], dtype=np.intp)
        self.group = np.array([r.group - 1 for _, r in rows], dtype=np.intp)
        source = np.full(len(model.rows), -1, dtype=np.intp)
        source[model.free] = np.arange(len(model.free))
        self.source = source[self.number]
        self.fixed = np.array([r.value or 0.0 for _, r in rows], dtype=float)
        self.i = np.array([place[r.lhs] for _, r in rows], dtype=np.intp)
        self.j = np.array([place.get(r.rhs, place[r.lhs]) for _, r in rows], dtype=np.intp)
        powers = np.array([POWERS.get(r.op, (0, 0)) for _, r in rows], dtype=float)
        self.power_i, self.power_j = powers.reshape(-1, 2).T
        covariance = np.array([r.op == "~~" for _, r in rows], dtype=bool)
        self.residual = covariance & (self.i != self.j)
        self.latent = np.arange(block.size) >= p
        # residual variances of ordinal variables follow from the rest; their scales become one
        ordinal = np.zeros(block.size, dtype=bool)
        ordinal[block.ordinal] = True
        own = ordinal[self.i] & (self.i == self.j)
        self.followed = own & covariance
        self.scales = own & np.array([r.op == "~*~" for _, r in rows], dtype=bool)

    def __call__(self, x: Any, kind: str = "all", moments: list[Moments] | None = None) -> Any:
        """Standardized values (…, rows that are not exogenous) for ``x`` of shape (…, q)."""
        moments = moments if moments is not None else self.model.moments(x)
        padded = np.concatenate([x, np.zeros((*x.shape[:-1], 1), dtype=x.dtype)], axis=-1)
        values = np.where(self.source >= 0, padded[..., self.source], self.fixed)
        out = np.empty_like(values)
        for g, m in enumerate(moments):
            mine = np.flatnonzero(self.group == g)
            total = np.diagonal(m.covariance, axis1=-2, axis2=-1)
            left = np.diagonal(m.symmetric, axis1=-2, axis2=-1)
            follow = np.flatnonzero((self.group == g) & self.followed)
            values[..., follow] = left[..., self.i[follow]]
            if kind == "lv":
                total = np.where(self.latent, total, 1.0)
                left = np.where(self.latent, left, 1.0)
            with np.errstate(all="ignore"):
                sd = _root(total)
                rest = _root(left)
                residual = self.residual[mine]
                base_i = np.where(residual, rest[..., self.i[mine]], sd[..., self.i[mine]])
                base_j = np.where(residual, rest[..., self.j[mine]], sd[..., self.j[mine]])
                factor = _power(base_i, self.power_i[mine]) * _power(base_j, self.power_j[mine])
                scaled = values[..., mine] * factor
                empty = (values[..., mine] == 0) & ~np.isfinite(scaled)
                out[..., mine] = np.where(empty, 0.0, scaled)
        if kind == "all":
            out[..., self.scales] = 1.0
        return out

    def defined(self, x: Any, kind: str = "all", moments: list[Moments] | None = None) -> Any:
        """``:=`` parameters computed from standardized parameters."""
        model = self.model
        if not model.syntax.defined:
            return np.zeros((*x.shape[:-1], 0), dtype=x.dtype)
        standardized = self(x, kind, moments)
        values: dict[str, Any] = {}
        for n, number in enumerate(self.number):
            label = model.rows[number].label
            if label and label not in values:
                values[label] = standardized[..., n]
        with np.errstate(all="ignore"):
            for name, expression, _ in model.syntax.defined:
                values[name] = evaluate(expression, values)
        shape = x.shape[:-1]
        return np.stack(
            [np.broadcast_to(values[name], shape) for name, _, _ in model.syntax.defined], axis=-1
        )


def _root(values: Any) -> Any:
    if np.iscomplexobj(values):
        return np.where(np.real(values) >= 0, np.sqrt(values), np.nan)
    return np.sqrt(np.where(values >= 0, values, np.nan))


def _power(base: Any, exponent: Array) -> Any:
    return np.where(exponent == 0, 1.0, np.where(exponent > 0, base, 1.0 / base))


def effect_values(model: Model, pairs: Any, x: Any, moments: list[Moments] | None = None) -> Any:
    """Direct, indirect and total effects and their standardized forms: (…, 6, pairs).

    ``pairs`` is an integer array (pairs, 3) of group, from, to.
    """
    moments = moments if moments is not None else model.moments(x)
    out = np.empty((*x.shape[:-1], 6, len(pairs)), dtype=x.dtype)
    for g, m in enumerate(moments):
        mine = np.flatnonzero(pairs[:, 0] == g)
        source, target = pairs[mine, 1], pairs[mine, 2]
        direct = m.directed[..., target, source]
        total = m.effects[..., target, source]
        with np.errstate(all="ignore"):
            sd = _root(np.diagonal(m.covariance, axis1=-2, axis2=-1))
            ratio = sd[..., source] / sd[..., target]
        for k, values in enumerate((direct, total - direct, total)):
            out[..., k, mine] = values
            out[..., k + 3, mine] = values * ratio
    return out


def effect_pairs(model: Model, indicators: bool = False) -> Any:
    """Every (group, from, to) that a directed path can lead along."""
    found = []
    for g, block in enumerate(model.blocks):
        size = block.size
        graph = block.directed != 0
        i, j, _ = block.cells.of(0)
        graph = graph.copy()
        graph[i, j] = True
        reach = graph.copy()
        for _ in range(size):
            wider = reach | ((reach.astype(float) @ graph.astype(float)) > 0)
            if (wider == reach).all():
                break
            reach = wider
        measured = {
            (r.rhs) for r in model.rows if r.op == "=~" and r.rhs in block.names[: block.observed]
        }
        for source in range(size):
            for target in range(size):
                if source != target and reach[target, source]:
                    if not indicators and block.names[target] in measured:
                        continue
                    found.append((g, source, target))
    return np.array(found, dtype=np.intp).reshape(-1, 3)
