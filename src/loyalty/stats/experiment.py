"""A randomised experiment: difference of means, with and without the baseline, and its power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import CannotCompute, Result, check_level
from loyalty.stats.regression import ols


@dataclass(frozen=True, eq=False)
class Experiment(Result):
    """Effects of arms against the reference.

    Attributes:
        effects: one row an arm and estimate: ``arm``, ``estimate`` (``difference``, Welch's, or
            ``adjusted``, by the baseline), ``value``, ``low``, ``high``, ``p``,
            ``detectable``: the smallest true effect that is found with the given power.
        balance: one row an arm: ``arm``, ``n``, ``mean``, and of the baseline against the
            reference ``smd`` (standardized difference) with ``smd_low``, ``smd_high``.
        arms_p: chi-square test of equal arms; strata_p: that strata are alike over arms (NaN
            without strata).
        power, level: of the detectable effect and the intervals.
    """

    effects: pd.DataFrame
    balance: pd.DataFrame
    arms_p: float
    strata_p: float
    power: float
    level: float


def effects(
    rows: pd.DataFrame, reference: str, *, power: float = 0.8, level: float = 0.95
) -> Experiment:
    """Compare every arm with the reference.

    The adjusted effect is that of the arm in a least-squares model with the centred baseline and
    its product with the arm (and strata where given), HC3 errors: unlike a simple analysis of
    covariance it cannot lose precision.

    Args:
        rows: ``arm``, ``outcome``, and where known ``baseline``, ``stratum``.

    Raises:
        CannotCompute: an unknown reference, one arm, or an arm with fewer than three rows or
            without variation.
    """
    check_level(level)
    arms = [a for a in dict.fromkeys(rows["arm"].sort_values()) if a != reference]
    if reference not in set(rows["arm"]) or not arms:
        raise CannotCompute("few_arms", reference=reference)
    values = {a: rows.loc[rows["arm"] == a, "outcome"].to_numpy(float) for a in [reference, *arms]}
    for name, v in values.items():
        if len(v) < 3 or v.std() == 0:
            raise CannotCompute("arm_small_or_constant", arm=str(name))
    found: list[tuple[object, ...]] = []
    balance = [_balance(reference, rows, reference, level)]
    reach = float(_dist.norm.ppf(0.5 + level / 2) + _dist.norm.ppf(power))
    for arm in arms:
        welch = _dist.ttest_ind(values[arm], values[reference], equal_var=False)
        ci = welch.confidence_interval(level)
        gap = float(values[arm].mean() - values[reference].mean())
        se = gap / welch.statistic if welch.statistic else (ci.high - ci.low) / 3.92
        found.append((arm, "difference", gap, ci.low, ci.high, welch.pvalue, reach * abs(se)))
        balance.append(_balance(arm, rows, reference, level))
        if "baseline" in rows.columns and rows["baseline"].nunique() > 1:
            pair = rows[rows["arm"].isin([arm, reference])].dropna(subset=["baseline"])
            treated = (pair["arm"] == arm).astype(float)
            centred = pair["baseline"] - pair["baseline"].mean()
            design = pd.DataFrame(
                {
                    "outcome": pair["outcome"].astype(float),
                    "treated": treated,
                    "baseline": centred,
                    "product": treated * centred,
                }
            )
            names = ["treated", "baseline", "product"]
            if "stratum" in rows.columns:
                extra = pd.get_dummies(pair["stratum"], drop_first=True, dtype=float)
                extra = extra.set_axis([f"stratum_{i}" for i in range(extra.shape[1])], axis=1)
                extra = extra - extra.mean()
                design, names = design.join(extra), [*names, *extra.columns]
            row = ols(design, "outcome", names, level=level).coefficients.loc["treated"]
            found.append(
                (
                    arm,
                    "adjusted",
                    row["b"],
                    row["ci_lower"],
                    row["ci_upper"],
                    row["p"],
                    reach * row["se"],
                )
            )
    strata = float("nan")
    if "stratum" in rows.columns and rows["stratum"].nunique() > 1:
        strata = float(_dist.chi2_contingency(pd.crosstab(rows["arm"], rows["stratum"])).pvalue)
    return Experiment(
        effects=pd.DataFrame(
            found, columns=["arm", "estimate", "value", "low", "high", "p", "detectable"]
        ).astype({c: float for c in ("value", "low", "high", "p", "detectable")}),
        balance=pd.DataFrame(balance),
        arms_p=float(_dist.chisquare([len(v) for v in values.values()]).pvalue),
        strata_p=strata,
        power=power,
        level=level,
    )


def _balance(arm: str, rows: pd.DataFrame, reference: str, level: float) -> dict[str, object]:
    """How an arm began: the standardized difference has Hedges and Olkin's large-sample error."""
    mine, other = rows[rows["arm"] == arm], rows[rows["arm"] == reference]
    row: dict[str, object] = {"arm": arm, "n": len(mine), "mean": float(mine["outcome"].mean())}
    smd = low = high = float("nan")
    if "baseline" in rows.columns and arm != reference:
        a, b = mine["baseline"].dropna(), other["baseline"].dropna()
        pooled = np.sqrt((a.var() + b.var()) / 2)
        if pooled > 0:
            smd = float((a.mean() - b.mean()) / pooled)
            se = np.sqrt(1 / len(a) + 1 / len(b) + smd**2 / (2 * (len(a) + len(b))))
            z = float(_dist.norm.ppf(0.5 + level / 2))
            low, high = smd - z * se, smd + z * se
    return {**row, "smd": smd, "smd_low": float(low), "smd_high": float(high)}
