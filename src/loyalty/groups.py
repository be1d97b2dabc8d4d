"""Structural paths compared between groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import chi2

from loyalty import sem
from loyalty.study import Hypothesis


def path_differences(
    result: sem.Result, hypotheses: Sequence[Hypothesis]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The paths of a multi-group model by group, and whether they differ.

    For one path with estimates b (one a group) and their covariance matrix V, the Wald statistic
    ``(Cb)' (C V C')⁻¹ (Cb)``, C taking differences to the first group, is χ² with groups − 1
    degrees of freedom under equality.

    Returns
    -------
    by_group : DataFrame
        ``id, from, to, group, value, low, high`` (standardized), one row a path and group.
    differences : DataFrame
        ``id, from, to, wald, df, p`` (unstandardized paths), one row a path.
    """
    standardized = result.standardized()
    paths = standardized[standardized["op"] == "~"]
    raw = result.parameters
    raw = raw[raw["op"] == "~"]
    labels = [str(g) for g in result.group_labels]
    covariance = result.vcov
    shown, tests = [], []
    for h in hypotheses:
        mine = paths[(paths["lhs"] == h.to) & (paths["rhs"] == h.from_)].sort_values("group")
        for row in mine.to_dict("records"):
            shown.append(
                {
                    "id": h.id,
                    "from": h.from_,
                    "to": h.to,
                    "group": labels[int(row["group"]) - 1],
                    "value": row["est_std"],
                    "low": row["ci_lower"],
                    "high": row["ci_upper"],
                }
            )
        estimates = raw[(raw["lhs"] == h.to) & (raw["rhs"] == h.from_)].sort_values("group")
        name = f"{h.to}~{h.from_}"
        keys = [name if g == 1 else f"{name}.g{g}" for g in estimates["group"]]
        b = estimates["est"].to_numpy(float)
        v = covariance.loc[keys, keys].to_numpy(float)
        contrast = np.hstack([-np.ones((len(b) - 1, 1)), np.eye(len(b) - 1)])
        gap = contrast @ b
        wald = float(gap @ np.linalg.solve(contrast @ v @ contrast.T, gap))
        df = len(b) - 1
        tests.append(
            {
                "id": h.id,
                "from": h.from_,
                "to": h.to,
                "wald": wald,
                "df": df,
                "p": float(chi2.sf(wald, df)),
            }
        )
    return pd.DataFrame(shown), pd.DataFrame(tests)
