r"""Covariance matrices of the estimates.

expected or observed information :math:`A^{-1}/N`; sandwich :math:`A^{-1}BA^{-1}/N` with the mean
outer product of case scores :math:`B` (Huber 1967, White 1982), or of their sums over clusters;
for MLR, FIML and clusters :math:`A` is the observed, otherwise the expected information. Least
squares (Browne 1984):
:math:`(\Delta'V\Delta)^{-1}\Delta'V\Gamma V\Delta(\Delta'V\Delta)^{-1}/N`, for ULS by default
with :math:`\Gamma` of normal theory, else with that of the rows; ``information="observed"`` has
the Hessian of the discrepancy for :math:`\Delta'V\Delta`.
"""

from __future__ import annotations

import numpy as np

from .blocks import sandwich
from .data import GroupSample
from .discrepancy.normal import NormalTheory
from .errors import ModelError
from .estimate import Estimate, Options, pseudo_inverse
from .frames import pd
from .model import Array, Block, Moments, jacobian_cells, vech_index
from .standardized import jacobian


def robust(options: Options) -> bool:
    """Whether standard errors are those of the rows, not of normal theory."""
    if options.standard_errors != "default":
        return options.standard_errors == "robust"
    return options.estimator in ("MLM", "MLR") or by_design(options)


def by_design(options: Options) -> bool:
    """Whether rows are clustered or weighted: errors are then a sandwich of their scores."""
    return options.cluster is not None or options.weights is not None


def covariance_of_estimates(estimate: Estimate) -> tuple[Array, bool]:
    """Covariance matrix of the free parameters ``x`` and whether the information was regular."""
    custom = estimate.extra.get("covariance")
    if custom is not None:
        matrix, regular = custom
        return matrix, regular
    options = estimate.options
    kind = options.standard_errors
    if kind == "default":
        kind = "robust" if robust(options) else "observed" if estimate.fiml else "expected"
        kind = "normal" if options.estimator == "ULS" else kind
    # whose sandwich is that of the rows' (or clusters') likelihoods, not of the sample moments
    by_rows = estimate.fiml or options.estimator == "MLR" or by_design(options)
    observed = kind == "observed" or (kind == "robust" and by_rows)
    if kind in ("robust", "normal") and options.information != "default":
        observed = options.information == "observed"
    a = estimate.observed_information if observed else estimate.expected_information
    bread, regular = pseudo_inverse(estimate.reduce(a))
    k = estimate.model.expand
    if kind == "robust":
        b = estimate.first_order if by_rows else estimate.centred_first_order()
        middle = sandwich(bread, estimate.reduce(b))
    elif kind == "normal":
        middle = sandwich(bread, estimate.reduce(_normal_first_order(estimate)))
    else:
        middle = bread
    if not estimate.model.plain:
        middle = k @ middle @ k.T
    matrix = middle / estimate.discrepancy.multiplier
    return (matrix + matrix.T) / 2, regular


def _normal_first_order(estimate: Estimate) -> Array:
    r""":math:`\Delta'V\Gamma V\Delta` of ULS with the :math:`\Gamma` of normal theory.

    Less that of what fixed exogenous variables predict, as in `residuals.residual_variances`.
    """
    out = np.zeros((estimate.model.parameters,) * 2)
    for weight, block, m, (_, cov) in zip(
        estimate.discrepancy.weights,
        estimate.model.blocks,
        estimate.moments,
        estimate.sample_moments,
        strict=True,
    ):
        e = block.exogenous
        given = cov[:, e] @ np.linalg.solve(cov[np.ix_(e, e)], cov[e])
        mean, change = _unit_derivatives(block, m, estimate.means)
        middle = np.zeros((len(block.cells.kind),) * 2)
        for sign, s in ((1, cov), (-1, given)):
            through = change @ s
            turned = np.swapaxes(through, 1, 2).reshape(len(middle), -1)
            middle += 0.5 * sign * through.reshape(len(middle), -1) @ turned.T
            middle += sign * mean.T @ s @ mean
        out[block.cells.square] += weight * middle
    return out


def _unit_derivatives(block: Block, m: Moments, means: bool) -> tuple[Array, Array]:
    """Derivatives of the means, (p, cells), and of the covariances with the diagonal twice, so that
    half a trace counts each moment once, (cells, p, p)."""
    p = block.observed
    row, column = vech_index(p)
    cells = jacobian_cells(block, m, True)
    out = np.zeros((cells.shape[1], p, p))
    out[:, row, column] = cells[p:].T
    out += np.swapaxes(out, 1, 2)  # the diagonal stood once
    return (cells[:p] if means else np.zeros((p, cells.shape[1]))), out


def standard_errors(matrix: Array) -> Array:
    """Square roots of the diagonal, NaN where it is negative."""
    with np.errstate(invalid="ignore"):
        out: Array = np.sqrt(np.diag(matrix))
    return out


def normal_theory_covariance(estimate: Estimate) -> Array:
    """What `covariance_of_estimates` would be were the data normal: no sandwich."""
    d, k = estimate.discrepancy, estimate.model.expand
    by_rows = estimate.fiml or estimate.options.estimator == "MLR"
    if by_rows or by_design(estimate.options):
        information = estimate.observed_information
    else:
        information = estimate.expected_information
    bread, _ = pseudo_inverse(estimate.reduce(information))
    out: Array = k @ bread @ k.T / d.multiplier
    return out


def missing_information(estimate: Estimate, information: str) -> pd.DataFrame:
    """The table; see `semfit.result.Result.missing_information`."""
    if information not in ("expected", "observed"):
        raise ModelError("unknown_information", value=repr(information))
    if not estimate.fiml:
        raise ModelError("nothing_missing")
    if not estimate.minimum.converged:
        raise ModelError("tests_not_converged")
    model, x = estimate.model, estimate.x
    samples = [
        GroupSample(g.n, mean, cov)
        for g, (mean, cov) in zip(estimate.sample.groups, estimate.sample_moments, strict=True)
    ]
    complete = NormalTheory(model, samples)
    if information == "expected":
        pair = estimate.expected_information, complete.information(x)
    else:
        pair = estimate.observed_information, complete.observed_information(x)
    with np.errstate(all="ignore"):
        j = np.concatenate([np.eye(len(x)), jacobian(model.defined_values, x)])
        est = np.concatenate([x, np.real(model.defined_values(x))])
    variances = []
    for a in pair:
        bread, _ = pseudo_inverse(estimate.reduce(a))
        variances.append(np.sum((j @ model.expand @ bread) * (j @ model.expand), axis=1))
    now, then = (np.maximum(v, 0.0) / estimate.discrepancy.multiplier for v in variances)
    rows = [model.rows[k] for k in model.free]
    texts = [(r.lhs, r.op, r.rhs, r.group, r.label) for r in rows]
    texts += [(name, ":=", text, 0, name) for name, _, text in model.syntax.defined]
    frame = pd.DataFrame(texts, columns=["lhs", "op", "rhs", "group", "label"])
    with np.errstate(all="ignore"):
        fmi = np.where(now > 0, 1 - then / now, np.nan)
    return frame.assign(est=est, se=np.sqrt(now), se_complete=np.sqrt(then), fmi=fmi)


def robust_middle(estimate: Estimate) -> Array | None:
    """The middle of the sandwich per observation, (free parameters, same): what stands in place of
    the information where standard errors are robust, None where they are not."""
    d = estimate.discrepancy
    if "statistics" in estimate.extra:
        total = np.zeros((estimate.model.parameters,) * 2)
        for g, s in enumerate(d.statistics):
            wj = d.jacobian(g, estimate.x) * d.w[g][:, None]
            total += d.weights[g] * (wj.T @ s.gamma @ wj)
        return total
    options = estimate.options
    if not robust(options):
        return None
    if estimate.fiml or options.estimator == "MLR" or by_design(options):
        return estimate.first_order
    return estimate.centred_first_order()
