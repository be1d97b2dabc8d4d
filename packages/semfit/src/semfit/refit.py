r"""Exact refits of many resampled data sets side by side.

Every draw starts from the full-sample solution and uses its information matrix as metric: with
:math:`H_0^{-1} = LL'` and :math:`\theta = \theta_0 + Lz`, limited-memory BFGS in :math:`z`
(Nocedal & Wright 2006, alg. 7.4) starts from the identity and needs four or five gradients. The
first step is linear in the moments (the infinitesimal jackknife) and costs one matrix product for
all draws.

Two kernels give the gradient. `FactorKernel` serves models whose observed variables are indicators
with uncorrelated residuals, by the complete-data scores of the factor model (Rubin & Thayer 1982):
with :math:`C = (\Phi^{-1} + \Lambda'\Theta^{-1}\Lambda)^{-1}`,
:math:`M_{y\eta} = S\Theta^{-1}\Lambda C` and
:math:`M_{\eta\eta} = C + C\Lambda'\Theta^{-1}S\Theta^{-1}\Lambda C`,

.. math::
   \partial F/\partial\Lambda = -2\Theta^{-1}(M_{y\eta} - \Lambda M_{\eta\eta}),\quad
   \partial F/\partial B = -2\Psi^{-1}(I-B)M_{\eta\eta},\quad
   \partial F/\partial\Psi = \Psi^{-1} - \Psi^{-1}(I-B)M_{\eta\eta}(I-B)'\Psi^{-1},

so no matrix larger than the number of factors is inverted. `DenseKernel` serves every other model
that ML fits to means and covariances.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from .estimate import Estimate
from .model import (
    DIRECTED,
    MEAN,
    SYMMETRIC,
    Array,
    Block,
    Index,
    Model,
    block_moments,
    gradient_cells,
    vech_index,
)

DECREMENT = 1e-7  # stop when N g'H^{-1}g is below: what is left is under 1e-4 standard errors
LIMIT = 30
MEMORY = 8


@dataclass
class Batch:
    """Resampled moments of all groups: covariances (draws, p, p) and means (draws, p)."""

    covs: list[Array]
    means: list[Array]
    weights: Array  # (groups,)

    def take(self, chosen: Index) -> Batch:
        return Batch([c[chosen] for c in self.covs], [m[chosen] for m in self.means], self.weights)

    def __len__(self) -> int:
        return len(self.covs[0])


class Kernel(Protocol):
    def gradient(self, x: Array, batch: Batch) -> Array:
        """Gradient of half the ML fit function, (draws, parameters)."""
        ...


def saturated_means(model: Model) -> Index | None:
    """Positions of the intercepts where they only reproduce the means, else None."""
    if not model.meanstructure:
        return np.zeros(0, dtype=np.intp)
    found: list[int] = []
    touched = (model.expand != 0).sum(axis=0)
    for block in model.blocks:
        row, _, parameter = block.cells.of(MEAN)
        if sorted(row.tolist()) != list(range(block.observed)) or block.mean.any():
            return None
        for k in parameter:
            used = np.flatnonzero(model.expand[k])
            if len(used) != 1 or touched[used[0]] != 1 or model.expand[k, used[0]] != 1:
                return None
            if model.offset[k]:
                return None
        found += parameter.tolist()
    return np.array(found, dtype=np.intp)


def inverses(stack: Array) -> Array:
    """Inverses of many matrices, NaN for a singular one, which must not stop the other draws."""
    try:
        return np.linalg.inv(stack)
    except np.linalg.LinAlgError:
        out = np.full_like(stack, np.nan)
        with np.errstate(all="ignore"):
            regular = np.linalg.det(stack) != 0
        out[regular] = np.linalg.inv(stack[regular])
        return out


class FactorKernel:
    """Gradients of factor models with diagonal residuals; intercepts must be saturated."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.parts = [self._part(block) for block in model.blocks]

    @staticmethod
    def serves(model: Model) -> bool:
        for block in model.blocks:
            p, c = block.observed, block.cells
            residual = (c.kind == SYMMETRIC) & (c.row < p)
            fixed = np.diag(block.symmetric)[:p] != 0
            free = np.zeros(p, dtype=bool)
            free[c.row[residual & (c.row == c.column)]] = True
            if (
                not block.separable
                or (residual & (c.row != c.column)).any()
                or np.abs(block.symmetric[:p, :p] - np.diag(np.diag(block.symmetric)[:p])).any()
                or not (free | fixed).all()
                or len(block.exogenous)
            ):
                return False
        return saturated_means(model) is not None

    @staticmethod
    def _part(block: Block) -> dict[str, Any]:
        p, c = block.observed, block.cells
        pick = {
            "lam": (c.kind == DIRECTED) & (c.row < p),
            "beta": (c.kind == DIRECTED) & (c.row >= p),
            "theta": (c.kind == SYMMETRIC) & (c.row < p),
            "psi": (c.kind == SYMMETRIC) & (c.row >= p),
        }
        part: dict[str, Any] = {
            name: (
                c.row[m] - (p if name in ("beta", "psi") else 0),
                c.column[m] - (0 if name == "theta" else p),
                c.parameter[m],
            )
            for name, m in pick.items()
        }
        part["lam0"] = block.directed[:p, p:]
        part["beta0"] = block.directed[p:, p:]
        part["theta0"] = np.diag(block.symmetric)[:p]
        part["psi0"] = block.symmetric[p:, p:]
        i, j, _ = part["psi"]
        off = part["psi0"] - np.diag(np.diag(part["psi0"]))
        part["diagonal"] = not ((i != j).any() or off.any())
        part["recursive"] = len(part["beta"][0]) or part["beta0"].any()
        return part

    def gradient(self, x: Array, batch: Batch) -> Array:
        out = np.zeros_like(x)
        count = len(x)
        for part, s, weight in zip(self.parts, batch.covs, batch.weights, strict=True):
            p, k = part["lam0"].shape
            lam = np.empty((count, p, k))
            lam[:] = part["lam0"]
            i, j, q = part["lam"]
            lam[:, i, j] = x[:, q]
            theta = np.empty((count, p))
            theta[:] = part["theta0"]
            ti, _, tq = part["theta"]
            theta[:, ti] = x[:, tq]
            psi_inv = self._precision(part, x)
            d = 1.0 / theta
            dl = lam * d[:, :, None]
            u = s @ dl
            dlt = dl.transpose(0, 2, 1)
            if part["recursive"]:
                ib = np.empty((count, k, k))
                ib[:] = np.eye(k) - part["beta0"]
                bi, bj, bq = part["beta"]
                ib[:, bi, bj] = -x[:, bq]
                pib = psi_inv @ ib
                precision = ib.transpose(0, 2, 1) @ pib
            else:
                ib, precision = None, psi_inv
            c = inverses(precision + lam.transpose(0, 2, 1) @ dl)
            m_y = u @ c
            m = c + c @ (dlt @ m_y)
            lm = lam @ m
            residual = (m_y - lm) * d[:, :, None]
            out[:, q] += (-weight) * residual[:, i, j]
            spread = np.einsum("bii->bi", s) - np.einsum("bij,bij->bi", lam, 2 * m_y - lm)
            gradient = d - spread * d * d
            out[:, tq] += (0.5 * weight) * gradient[:, ti]
            if ib is not None:
                t = pib @ m
                out[:, bq] -= weight * t[:, bi, bj]
                inner = psi_inv - t @ pib.transpose(0, 2, 1)
            else:
                inner = psi_inv - psi_inv @ m @ psi_inv
            pi, pj, pq = part["psi"]
            out[:, pq] += weight * inner[:, pi, pj] * np.where(pi == pj, 0.5, 1.0)
        return out

    @staticmethod
    def _precision(part: dict[str, Any], x: Array) -> Array:
        i, j, q = part["psi"]
        psi = np.empty((len(x), *part["psi0"].shape))
        psi[:] = part["psi0"]
        psi[:, i, j] = x[:, q]
        if part["diagonal"]:
            k = np.arange(psi.shape[1])
            psi[:, k, k] = 1.0 / psi[:, k, k]
            return psi
        psi[:, j, i] = x[:, q]
        return inverses(psi)


class DenseKernel:
    """Gradients of any model of means and covariances, from p × p inverses."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def gradient(self, x: Array, batch: Batch) -> Array:
        out = np.zeros_like(x)
        for block, s, mean, weight in zip(
            self.model.blocks, batch.covs, batch.means, batch.weights, strict=True
        ):
            m = block_moments(with_exogenous(block, s, mean, self.model.meanstructure), x)
            w = inverses(m.sigma)
            t, b = s, None
            if self.model.meanstructure:
                d = mean - m.mu
                t = s + d[:, :, None] * d[:, None, :]
                b = (w @ d[:, :, None])[:, :, 0]
            q = w - w @ t @ w
            out[:, block.cells.parameter] += 0.5 * weight * gradient_cells(block, m, q, b)
        return out

    def value(self, x: Array, batch: Batch) -> Array:
        """Half the ML fit function less its constant; infinite outside its domain."""
        total = np.zeros(len(x))
        for block, s, mean, weight in zip(
            self.model.blocks, batch.covs, batch.means, batch.weights, strict=True
        ):
            m = block_moments(with_exogenous(block, s, mean, self.model.meanstructure), x)
            fine = strictly_positive_definite(m.sigma)
            sigma = np.where(fine[:, None, None], m.sigma, np.eye(m.sigma.shape[-1]))
            w = np.linalg.inv(sigma)
            value = np.linalg.slogdet(sigma)[1] + np.einsum("bij,bij->b", w, s)
            if self.model.meanstructure:
                d = mean - m.mu
                value += np.einsum("bi,bij,bj->b", d, w, d)
            total += 0.5 * weight * np.where(fine, value, np.inf)
        return total

    def information(self, x: Array, batch: Batch) -> Array:
        """Expected information, (draws, parameters, parameters)."""
        q = x.shape[1]
        out = np.zeros((len(x), q, q))
        for block, s, mean, weight in zip(
            self.model.blocks, batch.covs, batch.means, batch.weights, strict=True
        ):
            m = block_moments(with_exogenous(block, s, mean, self.model.meanstructure), x)
            p, cells = block.observed, block.cells
            z = np.concatenate([m.effects[:, :p], m.covariance[:, :p]], axis=2)
            k = z.transpose(0, 2, 1) @ inverses(m.sigma) @ z
            u = cells.row
            directed = cells.kind == DIRECTED
            v = np.where(directed, cells.column + block.size, cells.column)
            uu, vv = k[:, u[:, None], u], k[:, v[:, None], v]
            uv = k[:, u[:, None], v]
            scale = np.outer(cells.scale, cells.scale)
            info = (uu * vv + uv * uv.transpose(0, 2, 1)) * scale
            if self.model.meanstructure:
                c = np.zeros((len(x), len(u)))
                c[:, directed] = m.mean[:, cells.column[directed]]
                c[:, cells.kind == MEAN] = 1.0
                info += uu * c[:, :, None] * c[:, None, :]
            out[:, *cells.square] += weight * info
        return out


def strictly_positive_definite(stack: Array) -> Any:
    """Which matrices of a stack have a Cholesky factor."""
    try:
        np.linalg.cholesky(stack)
    except np.linalg.LinAlgError:
        finite = np.isfinite(stack).all(axis=(1, 2))
        out = np.zeros(len(stack), dtype=bool)
        values = np.linalg.eigvalsh(stack[finite])
        out[finite] = values[:, 0] > 1e-12 * np.abs(values[:, -1])
        return out
    return np.ones(len(stack), dtype=bool)


def with_exogenous(block: Block, covs: Array, means: Array, meanstructure: bool) -> Block:
    """The block with the sample moments of its fixed exogenous variables, draw by draw."""
    e = block.exogenous
    if not len(e):
        return block
    symmetric = np.repeat(block.symmetric[None], len(covs), axis=0)
    symmetric[:, e[:, None], e[None, :]] = covs[:, e[:, None], e[None, :]]
    mean = np.repeat(block.mean[None], len(covs), axis=0)
    if meanstructure:
        mean[:, e] = means[:, e]
    return replace(block, symmetric=symmetric, mean=mean)


@dataclass
class Refits:
    """Solutions of many draws and whether each converged."""

    x: Array
    converged: Any


class Refitter:
    """Everything that is the same for all draws of one estimate."""

    def __init__(self, estimate: Estimate, factor: bool | None = None) -> None:
        self.estimate = estimate
        model = estimate.model
        self.model = model
        means = saturated_means(model)
        self.factor = FactorKernel.serves(model) if factor is None else factor
        self.means = means if self.factor and means is not None else np.zeros(0, dtype=np.intp)
        self.kernel: Kernel = FactorKernel(model) if self.factor else DenseKernel(model)
        fixed_columns = np.zeros(model.expand.shape[1], dtype=bool)
        if len(self.means):
            fixed_columns[np.abs(model.expand[self.means]).argmax(axis=1)] = True
        self.columns = np.flatnonzero(~fixed_columns)
        self.expand = model.expand[:, self.columns]
        hessian = self.expand.T @ estimate.observed_information @ self.expand
        self.root = self._inverse_root(hessian, self.expand)
        self.spread = self.expand @ self.root
        self.scale = estimate.discrepancy.multiplier
        self.pieces = self._linear_pieces()

    def _inverse_root(self, hessian: Array, expand: Array) -> Array:
        """``L`` with ``L L' = H^{-1}``; the expected information where H is indefinite."""
        for matrix in (hessian, expand.T @ self.estimate.expected_information @ expand):
            d = np.sqrt(np.maximum(np.diag(matrix), 1e-300))
            values, vectors = np.linalg.eigh(matrix / np.outer(d, d))
            if values[0] > 1e-9 * values[-1]:
                factor = np.linalg.cholesky(matrix / np.outer(d, d))
                found: Array = np.linalg.inv(factor).T / d[:, None]
                return found
        root: Array = (vectors / np.sqrt(np.maximum(values, 1e-6 * values[-1]))) / d[:, None]
        return root

    def _linear_pieces(self) -> list[Array] | None:
        """First step ``z = -L'g`` as a linear map of each group's vech(S - S0)."""
        from .model import jacobian_cells

        if not self.factor:
            return None
        estimate = self.estimate
        pieces = []
        for g, (block, m) in enumerate(zip(self.model.blocks, estimate.moments, strict=True)):
            w = estimate.weight_matrices[g]
            row, column = vech_index(block.observed)
            # W dSigma W as vech, off-diagonal elements count twice in the trace
            y = jacobian_cells(block, replace_moments(m, w), False)
            y = y * np.where(row == column, 0.5, 1.0)[:, None] * float(estimate.weights[g])
            pieces.append(y @ self.spread[block.cells.parameter])
        return pieces

    def solve(self, batch: Batch, vechs: Sequence[Array] | None = None) -> Refits:
        """Solutions of all draws of a batch."""
        with np.errstate(all="ignore"):
            z, converged = self._quasi_newton(batch, vechs)
        x = self.estimate.x + z @ self.spread.T
        if len(self.means):
            at = 0
            for block, mean in zip(self.model.blocks, batch.means, strict=True):
                row, _, parameter = block.cells.of(MEAN)
                x[:, parameter] = mean[:, row]
                at += len(row)
        return Refits(x, converged)

    def scoring(self, batch: Batch) -> Refits:
        """Damped scoring steps with each draw's own information: slower, for hard draws."""
        kernel = DenseKernel(self.model)
        count, k = len(batch), self.model.expand
        x = np.repeat(self.estimate.x[None], count, axis=0)
        converged = np.zeros(count, dtype=bool)
        active = np.arange(count)
        damping = np.full(count, 1e-3)
        with np.errstate(all="ignore"):
            value = kernel.value(x, batch)
            for _ in range(LIMIT):
                here = batch.take(active)
                g = kernel.gradient(x[active], here) @ k
                h = k.T @ kernel.information(x[active], here) @ k
                d = np.sqrt(np.maximum(np.einsum("bii->bi", h), 1e-300))
                h /= d[:, :, None] * d[:, None, :]
                t = np.arange(k.shape[1])
                h[:, t, t] += damping[active, None] + 1e-12
                step = (inverses(h) @ (g / d)[:, :, None])[:, :, 0] / d
                decrement = np.einsum("ij,ij->i", g, step)
                trial = x[active] - step @ k.T
                new = kernel.value(trial, here)
                small = self.scale * decrement < DECREMENT
                better = (new <= value[active] - 1e-4 * decrement) | (
                    small & (new <= value[active] + 1e-12)
                )
                moved = active[better]
                x[moved], value[moved] = trial[better], new[better]
                damping[moved] = np.where(damping[moved] < 1e-8, 0.0, damping[moved] / 10)
                stuck = active[~better]
                damping[stuck] = np.maximum(damping[stuck] * 8, 1e-3)
                done = better & small & (damping[active] < 1e-5)
                converged[active[done]] = True
                active = active[~done & (damping[active] < 1e12) & np.isfinite(decrement)]
                if not len(active):
                    break
        return Refits(x, converged)

    def _first(self, batch: Batch, vechs: Sequence[Array] | None) -> Array:
        count = len(batch)
        if self.pieces is None or vechs is None:
            return np.zeros((count, self.spread.shape[1]))
        z = np.zeros((count, self.spread.shape[1]))
        for g, (vech, piece) in enumerate(zip(vechs, self.pieces, strict=True)):
            cov = self.estimate.sample_moments[g][1]
            row, column = vech_index(len(cov))
            z += (vech - cov[row, column]) @ piece
        return z

    def _quasi_newton(self, batch: Batch, vechs: Sequence[Array] | None) -> tuple[Array, Any]:
        count, size = len(batch), self.spread.shape[1]
        final = np.zeros((count, size))
        converged = np.zeros(count, dtype=bool)
        active = np.arange(count)
        z = self._first(batch, vechs)
        here = batch
        steps: list[Array] = []
        changes: list[Array] = []
        rhos: list[Array] = []
        last_z: Array | None = None
        last_g: Array | None = None
        previous = np.full(count, np.inf)
        bad = np.zeros(count, dtype=int)
        base = self.estimate.x
        for _ in range(LIMIT):
            g = self.kernel.gradient(base + z @ self.spread.T, here) @ self.spread
            decrement = self.scale * np.einsum("ij,ij->i", g, g)
            # a step that made the gradient much longer is cut and tried again
            worse = ~(decrement < 4 * previous)
            if last_z is not None and last_g is not None and worse.any():
                z = np.where(worse[:, None], last_z + 0.25 * (z - last_z), z)
                held_z = np.where(worse[:, None], last_z, z)
                held_g = np.where(worse[:, None], last_g, g)
                decrement = np.where(worse, previous, decrement)
            else:
                held_z, held_g = z, g
                worse = np.zeros(len(z), dtype=bool)
            if last_z is not None and last_g is not None:
                s, y = held_z - last_z, held_g - last_g
                sy = np.einsum("ij,ij->i", s, y)
                rho = np.where(sy > 1e-10 * np.einsum("ij,ij->i", y, y) + 1e-300, 1.0 / sy, 0.0)
                steps.append(s)
                changes.append(y)
                rhos.append(rho)
                if len(steps) > MEMORY:
                    steps.pop(0), changes.pop(0), rhos.pop(0)
            direction = -_two_loop(g, steps, changes, rhos)
            length = np.sqrt(np.einsum("ij,ij->i", direction, direction) * self.scale)
            cap = 5.0 * np.sqrt(size)
            direction *= np.minimum(1.0, cap / np.maximum(length, 1e-300))[:, None]
            last_z, last_g = held_z, held_g
            z = np.where(worse[:, None], z, z + direction)
            bad = bad + ((decrement > previous) | worse)
            previous = decrement
            done = (decrement < DECREMENT) & ~worse
            lost = ~np.isfinite(decrement) | (bad > 8)
            leave = done | lost
            if leave.any():
                final[active[done]] = z[done]
                converged[active[done]] = True
                keep = np.flatnonzero(~leave)
                if not len(keep):
                    return final, converged
                active, z = active[keep], z[keep]
                last_z, last_g = last_z[keep], last_g[keep]
                previous, bad = previous[keep], bad[keep]
                steps = [v[keep] for v in steps]
                changes = [v[keep] for v in changes]
                rhos = [v[keep] for v in rhos]
                here = here.take(keep)
        return final, converged


def _two_loop(g: Array, steps: list[Array], changes: list[Array], rhos: list[Array]) -> Array:
    """The L-BFGS product of the inverse Hessian with ``g``, draw by draw."""
    q = g.copy()
    alphas = []
    for s, y, rho in zip(reversed(steps), reversed(changes), reversed(rhos), strict=True):
        alpha = rho * np.einsum("ij,ij->i", s, q)
        q -= alpha[:, None] * y
        alphas.append(alpha)
    for s, y, rho, alpha in zip(steps, changes, rhos, reversed(alphas), strict=True):
        beta = rho * np.einsum("ij,ij->i", y, q)
        q += (alpha - beta)[:, None] * s
    return q


def replace_moments(m: Any, left: Array) -> Any:
    """Moments whose observed rows of E and V are multiplied by ``left``."""
    p = m.observed
    effects, covariance = m.effects.copy(), m.covariance.copy()
    effects[:p], covariance[:p] = left @ m.effects[:p], left @ m.covariance[:p]
    return replace(m, effects=effects, covariance=covariance)
