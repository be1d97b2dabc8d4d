"""Before and after a programme that some take up and others do not: differences in differences.

One unit, a customer or a firm, is one witness: what it did before and what it did after are set
against each other first, and units are compared after (Bertrand, Duflo & Mullainathan 2004, section
IV.C), so that what a unit did in one period and in the next need not be independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import CannotCompute, FloatArray, check_level


@dataclass(frozen=True)
class Change:
    """What those with it changed by, less the others: a logarithm of a ratio, or units."""

    estimate: float
    ci_lower: float
    ci_upper: float
    df: float


def of_rates(units: pd.DataFrame, *, level: float = 0.95) -> Change:
    """Logarithm of the ratio of two ratios of rates, after over before.

    It is what a Poisson regression has for the product of group and time; errors of the ratio of
    sums by the delta method, units independent.

    Parameters
    ----------
    units : DataFrame
        ``taking`` (bool); ``before``, ``after``: events; ``days_before``, ``days_after``: at risk.

    Raises
    ------
    CannotCompute
        Fewer than two units of a kind, or a rate of zero.
    """
    check_level(level)
    total, variance = 0.0, 0.0
    for taking, sign in ((True, 1.0), (False, -1.0)):
        own = units[units["taking"] == taking]
        if (n := len(own)) < 2:
            raise CannotCompute("few_with_and_without", n=n)
        pull: FloatArray = np.zeros(n)
        for when, direction in (("after", 1.0), ("before", -1.0)):
            events, days = own[when].to_numpy(float), own[f"days_{when}"].to_numpy(float)
            if events.sum() == 0 or days.sum() == 0:
                raise CannotCompute("nothing_before_or_after")
            total += sign * direction * float(np.log(events.sum() / days.sum()))
            pull = pull + direction * (events / events.sum() - days / days.sum())
        variance += float((pull**2).sum()) * n / (n - 1)
    half = float(_dist.norm.ppf(0.5 + level / 2)) * float(np.sqrt(variance))
    return Change(total, total - half, total + half, float("inf"))


def of_means(units: pd.DataFrame, *, level: float = 0.95) -> Change:
    """Difference of the mean changes, with Welch's interval.

    Parameters
    ----------
    units : DataFrame
        ``taking`` (bool), ``before``, ``after``: means of what was rated.

    Raises
    ------
    CannotCompute
        Fewer than two units of a kind, or changes that do not vary.
    """
    change = units["after"] - units["before"]
    sides = [change[units["taking"] == taking].to_numpy(float) for taking in (True, False)]
    if (n := min(map(len, sides))) < 2:
        raise CannotCompute("few_with_and_without", n=n)
    if all(np.ptp(side) == 0 for side in sides):
        raise CannotCompute("does_not_vary", name="change")
    found = _dist.ttest_ind(*sides, equal_var=False)
    low, high = found.confidence_interval(level)
    return Change(
        float(sides[0].mean() - sides[1].mean()), float(low), float(high), float(found.df)
    )
