"""Wald tests of restrictions that a model does not have."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import ModelError
from .estimate import Estimate, pseudo_inverse
from .frames import pd
from .model import Array
from .scaled_tests import generalized_tests
from .standard_errors import normal_theory_covariance, robust_middle
from .standardized import jacobian
from .syntax import evaluate, parse


def wald_test(estimate: Estimate, covariance: Array, restrictions: str) -> pd.DataFrame:
    """Wald tests; see `semfit.result.Result.wald_test`."""
    if not isinstance(restrictions, str):
        raise ModelError("wald_restrictions")
    syntax = parse(restrictions, formulas=False)
    if syntax.formulas or syntax.defined or not syntax.constraints:
        raise ModelError("wald_restrictions")
    if not estimate.minimum.converged:
        raise ModelError("tests_not_converged")
    if not np.isfinite(covariance).all():
        raise ModelError("tests_without_errors")
    model, x = estimate.model, estimate.x

    def differences(z: Any) -> Any:
        values = model.label_values(z)
        with np.errstate(all="ignore"):
            found = [evaluate(a, values) - evaluate(b, values) for a, b, _, _ in syntax.constraints]
        return np.stack([np.broadcast_to(f, z.shape[:-1]) for f in found], axis=-1)

    h, j = differences(x), jacobian(differences, x)
    for value, slope, (_, _, left, right) in zip(h, j, syntax.constraints, strict=True):
        if not np.isfinite(value) or not np.isfinite(slope).all() or not slope.any():
            raise ModelError("wald_no_test", restriction=f"{left} == {right}")
    kept = _independent(j @ model.expand)
    h, j = h[kept], j[kept]
    if not len(h):
        raise ModelError("wald_held")
    own = j @ covariance @ j.T
    if robust_middle(estimate) is None:
        return generalized_tests(_quadratic(h, own), len(h), own, None, h, 1.0)
    plain = j @ normal_theory_covariance(estimate) @ j.T
    return generalized_tests(_quadratic(h, plain), len(h), plain, own, h, 1.0)


def _quadratic(values: Array, covariance: Array) -> float:
    inverse, _ = pseudo_inverse(covariance)
    return float(values @ inverse @ values)


def _independent(rows: Array) -> list[int]:
    """Rows that do not follow from those before them."""
    kept: list[int] = []
    size = np.linalg.norm(rows, axis=1)
    for k in range(len(rows)):
        chosen = rows[[*kept, k]] / np.maximum(size[[*kept, k], None], 1e-300)
        if np.linalg.matrix_rank(chosen, tol=1e-8) > len(kept):
            kept.append(k)
    return kept
