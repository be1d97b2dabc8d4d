"""What the program says about its own solution: convergence, identification, admissibility."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from .blocks import diagonal_blocks
from .estimate import Estimate
from .messages import Message, listed, message
from .model import DIRECTED, MEAN, SYMMETRIC, Array


def parameter_name(estimate: Estimate, k: int) -> Message:
    """A free parameter as it is written, with its group where there are several."""
    row = estimate.model.rows[estimate.model.free[k]]
    where = message("group_number", group=row.group) if len(estimate.model.blocks) > 1 else ""
    if row.op == "~1":
        return message("intercept", lhs=row.lhs, where=where)
    return message("parameter", lhs=row.lhs, op=row.op, rhs=row.rhs, where=where)


def convergence(estimate: Estimate) -> list[Message]:
    """Problems of the minimum: judged by gradient and Hessian, not by the optimiser's word."""
    minimum = estimate.minimum
    if not np.isfinite(minimum.value):
        return [message("no_starting_point")]
    if not minimum.converged:
        worst = int(np.argmax(np.abs(minimum.gradient))) if len(minimum.gradient) else 0
        steepest = ""
        if len(minimum.gradient):
            k = int(np.argmax(np.abs(estimate.model.expand[:, worst])))
            steepest = message("steepest", parameter=parameter_name(estimate, k))
        n = minimum.iterations
        if not np.isfinite(minimum.decrement):
            return [message("not_converged_without_step", iterations=n, steepest=steepest)]
        decrement = minimum.decrement
        return [message("not_converged", iterations=n, decrement=decrement, steepest=steepest)]
    return []


def identification(estimate: Estimate, information: Array) -> list[Message]:
    """Directions in which the information vanishes, named by their largest parameter."""
    if not len(information):
        return []
    d = np.sqrt(np.maximum(np.diag(information), 0.0))
    for t in np.flatnonzero(d * parameter_scales(estimate) < 1e-10):
        k = int(np.argmax(np.abs(estimate.model.expand[:, t])))
        return [message("nothing_informs", parameter=parameter_name(estimate, k))]
    scaled = information / d / d[:, None]
    if surely_regular(scaled):
        return []
    values, vectors = np.linalg.eigh(scaled)
    if values[0] > 1e-9 * max(1.0, values[-1]):
        if values[0] < 1e-5:
            found = _largest(estimate, vectors[:, 0])
            return [message("nearly_singular", eigenvalue=values[0], parameters=found)]
        return []
    return [message("not_identified", parameters=_largest(estimate, vectors[:, 0]))]


def surely_regular(matrix: Array) -> bool:
    """Whether the smallest eigenvalue is certainly above 1e-5, which the inverse's trace bounds."""
    trace = 0.0
    for part in diagonal_blocks(matrix):
        factor, info = lapack.dpotrf(matrix[part, part], lower=1, clean=1)
        if info != 0:
            return False
        root, info = lapack.dtrtri(factor, lower=1)
        if info != 0:
            return False
        trace += float(np.vdot(root, root))
    return trace < 1e5


def parameter_scales(estimate: Estimate) -> Array:
    """How large a change of each remaining parameter is, from the scales of its variables."""
    scale = np.ones(estimate.model.parameters)
    for block, m in zip(estimate.model.blocks, estimate.moments, strict=True):
        sd = np.sqrt(np.abs(np.diag(m.covariance)))
        sd[~(sd > 0)] = 1.0
        for kind in (DIRECTED, SYMMETRIC, MEAN):
            i, j, k = block.cells.of(kind)
            scale[k] = sd[i] / sd[j] if kind == DIRECTED else sd[i]
            if kind == SYMMETRIC:
                scale[k] *= sd[j]
    out: Array = scale[np.abs(estimate.model.expand).argmax(axis=0)]
    return out


def _largest(estimate: Estimate, vector: Array) -> str:
    order = np.argsort(-np.abs(vector))
    names = []
    for t in order[:3]:
        if abs(vector[t]) < 0.3 * abs(vector[order[0]]):
            break
        k = int(np.argmax(np.abs(estimate.model.expand[:, t])))
        names.append(parameter_name(estimate, k))
    return listed(names)


def admissibility(estimate: Estimate) -> list[Message]:
    """Heywood cases and covariance matrices that are not positive semidefinite."""
    problems = []
    several = len(estimate.model.blocks) > 1
    for g, (block, m) in enumerate(zip(estimate.model.blocks, estimate.moments, strict=True)):
        where = message("group_number", group=g + 1) if several else ""
        variances = np.diag(m.symmetric)
        totals = np.diag(m.covariance)
        scale = np.maximum(np.abs(totals), 1e-300)
        for k in np.flatnonzero(variances < -1e-10 * scale):
            problems.append(
                message(
                    "negative_residual_variance"
                    if k < block.observed
                    else "negative_latent_variance",
                    name=block.names[k],
                    variance=variances[k],
                    where=where,
                )
            )
        p = block.observed
        for latent, matrix, index in (
            (True, m.covariance, np.arange(p, block.size)),
            (False, m.symmetric, np.arange(p)),
        ):
            part = matrix[np.ix_(index, index)]
            keep = np.diag(part) > 0
            part = part[np.ix_(keep, keep)]
            if len(part) < 2 or (np.diag(part) <= 0).any():
                continue
            sd = np.sqrt(np.diag(part))
            if surely_regular(part / sd / sd[:, None]):
                continue
            values, vectors = np.linalg.eigh(part / np.outer(sd, sd))
            if values[0] < -1e-8:
                names = np.array(block.names)[index][keep]
                involved = names[np.argsort(-np.abs(vectors[:, 0]))[:2]]
                problems.append(
                    message(
                        "latent_covariances" if latent else "residual_covariances",
                        where=where,
                        names=listed(involved.tolist()),
                    )
                )
    return problems
