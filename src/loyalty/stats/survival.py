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


def kaplan_meier(time: pd.Series, event: pd.Series, *, level: float = 0.95) -> Survival:
    """Product-limit estimate (Kaplan & Meier 1958) with Greenwood's variance.

    Args:
        time: until the event, or until watching ended. event: whether it happened.

    Raises:
        CannotCompute: no customer, a time below zero, or no event.
    """
    check_level(level)
    t, e = time.to_numpy(float), event.to_numpy(bool)
    if len(t) == 0 or not np.isfinite(t).all() or (t < 0).any():
        raise CannotCompute("time_invalid")
    if not e.any():
        raise CannotCompute("no_event")
    times, events = np.unique(t[e], return_counts=True)
    at_risk = len(t) - np.searchsorted(np.sort(t), times, side="left")
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
    return Survival(curve=curve, n=len(t), events=int(e.sum()), level=level)


def usual_silence(purchases: pd.DataFrame, quantile: float) -> float:
    """The gap in days between two purchases that this share of gaps does not exceed.

    Args:
        purchases: ``customer``, ``date``.

    Raises:
        CannotCompute: nobody bought on two days.
    """
    days = purchases[["customer", "date"]].drop_duplicates().sort_values(["customer", "date"])
    gaps = days.groupby("customer", sort=False)["date"].diff().dropna().dt.days
    if gaps.empty:
        raise CannotCompute("nobody_bought_twice")
    return float(np.quantile(gaps, quantile, method="higher"))


def relationships(purchases: pd.DataFrame, until: pd.Timestamp, silence: float) -> pd.DataFrame:
    """How long each customer kept buying: a relationship lapses after `silence` days without.

    Returns:
        Index customer; ``time`` (days from the first purchase until the lapse or the end),
        ``lapsed``; ``again`` (days until the second purchase or the end), ``returned``.
    """
    days = purchases[["customer", "date"]].drop_duplicates().sort_values(["customer", "date"])
    days = days[days["date"] <= until]
    first = days.groupby("customer")["date"].transform("min")
    since = (days["date"] - first).dt.days
    following = days.groupby("customer")["date"].shift(-1)
    gap = (following.fillna(until) - days["date"]).dt.days
    ends = since[gap > silence].groupby(days["customer"]).min() + silence
    by = days.groupby("customer")["date"]
    table = pd.DataFrame({"first": by.min()})
    watched = (until - table["first"]).dt.days.astype(float)
    table["lapsed"] = table.index.isin(ends.index)
    table["time"] = ends.reindex(table.index).astype(float).fillna(watched)
    second = following.groupby(days["customer"]).first()
    table["returned"] = second.notna()
    table["again"] = (second - table["first"]).dt.days.astype(float).fillna(watched)
    return table[["time", "lapsed", "again", "returned"]]
