"""Time until something happens, for customers who are not all watched to the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import CannotCompute, Result, check_level


@dataclass(frozen=True, eq=False)
class Survival(Result):
    """A Kaplan–Meier curve.

    Attributes:
        curve: one row a time of an event: ``time``, ``survival``, ``ci_lower``, ``ci_upper``
            (log(−log), never outside 0 to 1), ``at_risk``, ``events``.
        n, events: customers, and those with the event. level: of the intervals.
    """

    curve: pd.DataFrame
    n: int
    events: int
    level: float

    def at(self, time: float) -> tuple[float, float, float]:
        """Survival with its interval at `time` (1 before the first event)."""
        before = self.curve[self.curve["time"] <= time]
        if before.empty:
            return 1.0, 1.0, 1.0
        last = before.iloc[-1]
        return float(last["survival"]), float(last["ci_lower"]), float(last["ci_upper"])


def kaplan_meier(
    time: pd.Series, event: pd.Series, n: pd.Series | None = None, *, level: float = 0.95
) -> Survival:
    """Product-limit estimate (Kaplan & Meier 1958) with Greenwood's variance.

    Args:
        time: until the event, or until watching ended. event: whether it happened.
        n: how many customers each row is; one where not given.

    Raises:
        CannotCompute: no customer, a time below zero, or no event.
    """
    check_level(level)
    t, e = time.to_numpy(float), event.to_numpy(bool)
    each = np.ones(len(t), int) if n is None else n.to_numpy(int)
    if len(t) == 0 or not np.isfinite(t).all() or (t < 0).any():
        raise CannotCompute("time_invalid")
    if not e.any():
        raise CannotCompute("no_event")
    times, of = np.unique(t, return_inverse=True)
    happened, watched = np.bincount(of, each * e), np.bincount(of, each)
    at_risk = watched[::-1].cumsum()[::-1]
    some = happened > 0
    times, events, at_risk = times[some], happened[some].astype(int), at_risk[some].astype(int)
    survival = np.cumprod(1 - events / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (at_risk * (at_risk - events)))
        log = np.log(survival)
        spread = float(_dist.norm.ppf(0.5 + level / 2)) * np.sqrt(variance) / np.abs(log)
        lower = np.exp(log * np.exp(spread))
        upper = np.exp(log * np.exp(-spread))
    curve = pd.DataFrame(
        {
            "time": times,
            "survival": survival,
            "ci_lower": lower,
            "ci_upper": upper,
            "at_risk": at_risk,
            "events": events,
        }
    )
    return Survival(curve=curve, n=int(each.sum()), events=int(events.sum()), level=level)
