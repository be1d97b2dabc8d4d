"""Which of several things happens first, and when, where watching ends before all have happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Result,
    check_level,
    normal_quantile,
)


@dataclass(frozen=True, eq=False)
class Incidence(Result):
    """Cumulative incidences.

    Attributes:
        curve: one row a time of an event and cause: ``time``, ``cause``, ``estimate`` (chance that
            this cause has come first until then), ``se``, ``ci_lower``, ``ci_upper`` (log(−log)).
        n: spells. events: by cause. level: of the intervals.
    """

    curve: pd.DataFrame
    n: int
    events: pd.Series
    level: float

    def at(self, cause: str, time: float) -> tuple[float, float, float]:
        """Incidence of a cause until `time`, with its interval (0 before its first event)."""
        mine = self.curve[(self.curve["cause"] == cause) & (self.curve["time"] <= time)]
        if mine.empty or mine["estimate"].iloc[-1] == 0:
            return 0.0, 0.0, 0.0
        last = mine.iloc[-1]
        return float(last["estimate"]), float(last["ci_lower"]), float(last["ci_upper"])


def aalen_johansen(
    time: pd.Series,
    cause: pd.Series,
    *,
    cluster: pd.Series | None = None,
    level: float = 0.95,
) -> Incidence:
    """Aalen–Johansen estimate with the infinitesimal jackknife's variance.

    Source: Aalen & Johansen (1978, Scandinavian Journal of Statistics 5:141-150); the variance sums
    squared derivatives in the weights of the spells, or of all spells of a cluster together, as
    ``survfit`` of R's survival does.

    Args:
        time: until something happened, or until watching ended. cause: what happened; missing where
            watching ended first.
        cluster: whose spell each is; each is its own where not given.

    Raises:
        CannotCompute: no spell, a time below zero, or nothing that happened.
    """
    check_level(level)
    t = time.to_numpy(float)
    if len(t) == 0 or not np.isfinite(t).all() or (t < 0).any():
        raise CannotCompute("time_invalid")
    causes = sorted(cause.dropna().unique())
    if not causes:
        raise CannotCompute("no_event")
    which = pd.Categorical(cause, categories=causes).codes
    times = np.unique(t[which >= 0])
    whose = np.arange(len(t)) if cluster is None else pd.factorize(cluster)[0]
    groups = int(whose.max()) + 1
    free, moved = 1.0, np.zeros(len(causes))
    d_free, d_moved = np.zeros(len(t)), np.zeros((len(t), len(causes)))
    rows = []
    for now in times:
        at_risk, here = t >= now, t == now
        n = at_risk.sum()
        happened = np.array([(here & (which == k)).sum() for k in range(len(causes))])
        hazard = happened / n
        # derivatives in the weight of each spell: its own event, and its share of those at risk
        d_hazard = -np.outer(at_risk, hazard)
        own = here & (which >= 0)
        d_hazard[own, which[own]] += 1.0
        d_hazard /= n
        d_moved += np.outer(d_free, hazard) + free * d_hazard
        d_free = d_free * (1 - hazard.sum()) - free * d_hazard.sum(axis=1)
        moved = moved + free * hazard
        free = free * (1 - hazard.sum())
        summed = np.zeros((groups, len(causes)))
        np.add.at(summed, whose, d_moved)
        se = np.sqrt((summed**2).sum(axis=0))
        rows += [(now, causes[k], moved[k], se[k]) for k in range(len(causes))]
    curve = pd.DataFrame(rows, columns=["time", "cause", "estimate", "se"])
    lower, upper = _interval(curve["estimate"].to_numpy(), curve["se"].to_numpy(), level)
    counts = pd.Series({c: int((which == k).sum()) for k, c in enumerate(causes)})
    return Incidence(curve.assign(ci_lower=lower, ci_upper=upper), len(t), counts, level)


def _interval(p: FloatArray, se: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """On log(−log p), which stays within 0 and 1."""
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    log = np.log(q)
    spread = normal_quantile(level) * se / (q * np.abs(log))
    lower, upper = np.exp(log * np.exp(spread)), np.exp(log * np.exp(-spread))
    return np.where(inside, lower, p), np.where(inside, upper, p)
