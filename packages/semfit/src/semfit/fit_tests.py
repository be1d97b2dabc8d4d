r"""Several tests of one fit.

With :math:`U = W - W\Delta(\Delta'W\Delta)^{-1}\Delta'W` and
:math:`t_k = \mathrm{tr}\{(U\Gamma)^k\}`:

- ``standard``: N times the minimum of the fit function;
- ``satorra_bentler``: divided by :math:`t_1/df` (Satorra & Bentler 1994; WLSM's of ordinal models);
- ``mean_var_adjusted``: divided by :math:`t_2/t_1`, with :math:`t_1^2/t_2` degrees of freedom
  (Satorra & Bentler 1994);
- ``scaled_shifted``: :math:`aT + df - at_1`, :math:`a = \sqrt{df/t_2}` (Asparouhov & Muthén 2010;
  that of WLSMV);
- ``yuan_bentler_mplus``: that of MLR (Yuan & Bentler 2000);
- ``browne_residual_nt``, ``browne_residual_adf``: of the residual moments :math:`e`,
  :math:`N\{e'Ge - e'G\Delta(\Delta'G\Delta)^{-1}\Delta'Ge\}`, :math:`G = \Gamma^{-1}`, with
  :math:`\Gamma` of normal theory or of the rows (Browne 1984, eq. 2.20).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .errors import ModelError
from .estimate import Estimate, pseudo_inverse
from .fit_measures import chisq_of, chisq_pvalue
from .frames import pd
from .model import Array, vech_index
from .residual_summary import Moments, Pieces, complete_pieces, continuous_moments, ordinal_moments
from .scaled_tests import yuan_bentler
from .standard_errors import by_design

SCALED = ("satorra_bentler", "mean_var_adjusted", "scaled_shifted")
TESTS = ("standard", *SCALED, "yuan_bentler_mplus", "browne_residual_nt", "browne_residual_adf")
COLUMNS = ["test", "chisq", "df", "pvalue", "scaling_factor", "shift"]


def fit_tests(estimate: Estimate, df: int, tests: str | Sequence[str] | None) -> pd.DataFrame:
    """The table; see `semfit.result.Result.tests`."""
    if not estimate.minimum.converged:
        raise ModelError("tests_not_converged")
    known = available(estimate)
    named = [tests] if isinstance(tests, str) else tests
    asked = list(known) if named is None else [str(t).replace(".", "_") for t in named]
    for name in asked:
        if name not in TESTS:
            raise ModelError("unknown_test", name=name, known=", ".join(TESTS))
        if name not in known:
            raise ModelError("test_not_available", name=name, known=", ".join(known))
    chisq = chisq_of(estimate)
    traces = _traces(estimate) if df and set(asked) & set(SCALED) else (np.nan, np.nan)
    rows = []
    for name in asked:
        value, degrees, factor, shift = chisq, float(df), np.nan, np.nan
        if name in SCALED:
            value, degrees, factor, shift = _scaled(name, chisq, df, *traces)
        elif name == "yuan_bentler_mplus":
            factor = yuan_bentler(estimate, df, estimate.model.expand.shape[1]).factor
            value = chisq / factor if df else chisq
        elif name != "standard":
            value = browne(estimate, name == "browne_residual_adf")
        unknown = name == "standard" and estimate.options.estimator in ("ULS", "ULSMV")
        pvalue = np.nan if unknown else chisq_pvalue(value, degrees)
        rows.append((name, value, degrees, pvalue, factor, shift))
    return pd.DataFrame(rows, columns=COLUMNS)


def available(estimate: Estimate) -> tuple[str, ...]:
    """The tests that a fit can have."""
    options, groups = estimate.options, estimate.sample.groups
    raw = all(g.raw is not None for g in groups)
    enough = raw
    for g, block in zip(groups, estimate.model.blocks, strict=True):
        p, nx = block.observed, len(block.exogenous)
        moments = p * (p + 1) // 2 - nx * (nx + 1) // 2 + (p - nx) * estimate.means
        enough &= g.n > moments
    if "statistics" in estimate.extra:
        return ("standard", *SCALED, "browne_residual_adf")
    if estimate.fiml or by_design(options):
        return ("standard", "yuan_bentler_mplus")
    found = ["standard"]
    if raw and options.estimator not in ("GLS", "ULS"):
        found += [*SCALED, "yuan_bentler_mplus"]
    found.append("browne_residual_nt")
    if enough:
        found.append("browne_residual_adf")
    return tuple(found)


def _scaled(
    name: str, chisq: float, df: int, trace: float, square: float
) -> tuple[float, float, float, float]:
    """Chi-square, degrees of freedom, scaling factor and shift."""
    if not df:
        return chisq, 0.0, np.nan, np.nan
    if name == "satorra_bentler":
        return chisq * df / trace, df, trace / df, np.nan
    if name == "mean_var_adjusted":
        return chisq * trace / square, trace**2 / square, square / trace, np.nan
    a = float(np.sqrt(df / square))
    shift = df - a * trace
    return a * chisq + shift, df, 1 / a, shift


def _moments(estimate: Estimate, rows: bool) -> tuple[list[Moments], Pieces]:
    if "statistics" in estimate.extra:
        return ordinal_moments(estimate)
    return continuous_moments(estimate), complete_pieces(estimate, rows)


def _traces(estimate: Estimate) -> tuple[float, float]:
    r""":math:`t_1` and :math:`t_2`; as :math:`U = Q'WQ` they are those of
    :math:`W\,Q\Gamma Q'`, which is N times the residuals' covariance matrix."""
    _, pieces = _moments(estimate, True)
    every = range(len(pieces.gamma))
    weighted = {
        (g, h): estimate.n * _weighted(estimate, g, pieces.block(g, h))
        for g in every
        for h in every
    }
    trace = sum(float(np.trace(weighted[g, g])) for g in every)
    square = sum(float(np.sum(weighted[g, h] * weighted[h, g].T)) for g in every for h in every)
    return trace, square


def _weighted(estimate: Estimate, g: int, matrix: Array) -> Array:
    """The weights of the fit function of one group times columns of its moments."""
    if "statistics" in estimate.extra:
        d = estimate.discrepancy
        out: Array = d.weights[g] * d.w[g][:, None] * matrix
        return out
    w = estimate.weight_matrices[g]
    p = len(w)
    row, column = vech_index(p)
    first = len(matrix) - len(row)
    full = np.zeros((matrix.shape[1], p, p))
    full[:, row, column] = full[:, column, row] = matrix[first:].T
    pairs = (w @ full @ w)[:, row, column]
    pairs[:, row == column] *= 0.5
    both = np.concatenate([w @ matrix[:first], pairs.T]) if first else pairs.T
    out = float(estimate.weights[g]) * both
    return out


def browne(estimate: Estimate, rows: bool) -> float:
    """Browne's residual test, with Gamma of the rows or of normal theory."""
    moments, pieces = _moments(estimate, rows)
    value = 0.0
    size = pieces.middle.shape[0]
    across, inner = np.zeros(size), np.zeros((size, size))
    unbiased = estimate.discrepancy.multiplier < estimate.n
    for m, gamma, spread, sample in zip(
        moments, pieces.gamma, pieces.spread, estimate.sample.groups, strict=True
    ):
        e = m.residuals["rmr"]
        kept = np.flatnonzero(np.diag(gamma) > 1e-12 * np.max(np.diag(gamma)))
        e, spread = e[kept], spread[kept]
        both = np.column_stack([e, spread])
        share = (sample.n - 1) / sample.n if unbiased else 1.0
        solved = share * np.linalg.solve(gamma[np.ix_(kept, kept)], both)
        value += float(e @ solved[:, 0])
        across += spread.T @ solved[:, 0]
        inner += spread.T @ solved[:, 1:]
    inverse, _ = pseudo_inverse(inner)
    return max(value - float(across @ inverse @ across), 0.0)
