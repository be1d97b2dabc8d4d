"""A second opinion: the same model estimated by semopy."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import semfit

from loyalty.ground.reasons import CannotCompute


def semopy_paths(model: str, data: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """Structural paths by :mod:`semfit` and by semopy, both plain maximum likelihood.

    semopy's default tolerance stops early, so it is tightened; only its estimates and their
    expected-information standard errors are compared, which are right. Its standardized solution,
    fit indices and intervals are not used.

    Parameters
    ----------
    model : lavaan syntax without labels or ``:=``
    data : respondents × items; incomplete rows are left out of both

    Returns
    -------
    DataFrame
        ``from, to, est, se, semopy_est, semopy_se``, one row a path; NaN where semopy found none.
    bool
        Whether semopy's optimiser says that it converged.

    Raises
    ------
    CannotCompute
        semopy is not installed.
    """
    try:
        import semopy
    except ModuleNotFoundError:
        raise CannotCompute("second_opinion_absent", package="semopy") from None
    ours = semfit.fit(model, data, estimator="ML", missing="listwise")
    table = ours.parameters
    observed = [str(c) for c in table.loc[table["op"] == "=~", "rhs"]]
    complete = data[list(dict.fromkeys(observed))].dropna().astype(float)
    other = semopy.Model(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        solved: Any = other.fit(complete, options={"ftol": 1e-14, "maxiter": 5000})
        inspected: Any = other.inspect()
    second = {
        (row["lval"], row["rval"]): row for row in inspected.to_dict("records") if row["op"] == "~"
    }
    rows = []
    for row in table[table["op"] == "~"].to_dict("records"):
        match = second.get((row["lhs"], row["rhs"]), {})
        rows.append(
            {
                "from": row["rhs"],
                "to": row["lhs"],
                "est": row["est"],
                "se": row["se"],
                "semopy_est": _float(match.get("Estimate")),
                "semopy_se": _float(match.get("Std. Err")),
            }
        )
    return pd.DataFrame(rows), bool(solved.success)


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan
