"""What a programme goes with that some customers take up: purchases, or scores in waves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from loyalty.analyses.behaviour.findings import Interruption, Uptake
from loyalty.analyses.behaviour.programme import interruption
from loyalty.cases.tables import Loaded
from loyalty.ground import disclosure
from loyalty.ground.findings import Refused, refusable
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.stats import before_after
from loyalty.stats.before_after import Change

#: Days of a period of the series; before the beginning, as many days in which nothing should be
#: seen yet as three of them.
PERIOD = 28
AHEAD = 3 * PERIOD


def marked(tables: Sequence[Loaded]) -> Loaded | None:
    """The first table of purchases or of waves whose description says when a programme began."""
    return next((t for t in tables if t.resource.programme is not None), None)


@refusable
def uptake(tables: Sequence[Loaded]) -> Uptake | Refused | None:
    """Differences in differences, and of purchases an interrupted time series."""
    table = marked(tables)
    if table is None or table.resource.programme is None:
        return None
    start = pd.Timestamp(table.resource.programme.start)
    if "programme" not in table.rows:
        raise CannotCompute("programme_not_marked", table=table.resource.id)
    rows = table.rows.dropna(subset=["programme"])
    if not ((rows["date"] < start).any() and (rows["date"] >= start).any()):
        raise CannotCompute("programme_one_side", date=start.date().isoformat())
    bought = table.resource.kind == "transactions"
    unit = "customer" if "customer" in rows else "firm" if "firm" in rows else None
    if unit is None:
        raise CannotCompute("programme_of_nobody")
    rows = rows.assign(unit=rows[unit])
    taking = rows.groupby("unit")["programme"].any()
    if not taking.any():
        raise CannotCompute("programme_nowhere")
    if bought and rows.groupby("unit")["programme"].nunique().gt(1).any():
        raise CannotCompute("programme_by_purchase")
    for n in (int(taking.sum()), int((~taking).sum())):
        if unit == "customer" and 0 < n < disclosure.least():
            raise CannotCompute("few_with_and_without", n=n)
    return _purchases(table, rows, taking, start) if bought else _scores(table, rows, taking, start)


def _found(
    table: Loaded,
    taking: pd.Series,
    start: pd.Timestamp,
    change: Change | None,
    ahead: Change | None,
    series: Sequence[Interruption],
    messages: Sequence[Reason],
) -> Uptake | Refused:
    if change is None and not series:
        return Refused(refused=messages[0])
    bought = table.resource.kind == "transactions"

    def ends(one: Change | None) -> tuple[float | None, float | None, float | None]:
        if one is None:
            return None, None, None
        values = np.array([one.estimate, one.ci_lower, one.ci_upper])
        a, b, c = (float(v) for v in (np.exp(values) if bought else values))
        return a, b, c

    whole, before = ends(change), ends(ahead)
    return Uptake(
        table=table.resource.id,
        of="purchases" if bought else "scores",
        unit="customers" if bought or "customer" in table.rows else "firms",
        start=start.date(),
        taking=int(taking.sum()),
        others=int((~taking).sum()),
        change=whole[0],
        ci_lower=whole[1],
        ci_upper=whole[2],
        ahead=before[0],
        ahead_ci_lower=before[1],
        ahead_ci_upper=before[2],
        series=tuple(series),
        messages=tuple({m.model_dump_json(): m for m in messages}.values()),
    )


# --- purchases -----------------------------------------------------------------------------------
def _purchases(
    table: Loaded, rows: pd.DataFrame, taking: pd.Series, start: pd.Timestamp
) -> Uptake | Refused:
    """Repeat purchases a day since the first, of those who first bought before it began."""
    days = rows.assign(date=rows["date"].dt.normalize()).drop_duplicates(["unit", "date"])
    first = days.groupby("unit")["date"].min()
    known = first[first < start]
    end = days["date"].max()
    again = days[days["unit"].isin(known.index) & (days["date"] > days["unit"].map(first))]
    messages: list[Reason] = []

    def between(low: pd.Timestamp, middle: pd.Timestamp, high: pd.Timestamp) -> Change | None:
        """Rates from `middle` until before `high`, against those from `low` on."""
        units = pd.DataFrame({"taking": taking.reindex(known.index)})
        for name, a, b in (("before", low, middle), ("after", middle, high)):
            there = again[(again["date"] >= a) & (again["date"] < b)]
            units[name] = there.groupby("unit").size().reindex(units.index).fillna(0.0)
            began = known.where(known > a, a)
            units[f"days_{name}"] = (b - began).dt.days.clip(lower=0).astype(float)
        try:
            return before_after.of_rates(units[units["days_after"] > 0])
        except CannotCompute as error:
            messages.append(error.reason)
            return None

    change = between(first.min(), start, end + pd.Timedelta(days=1))
    noted = len(messages)
    earlier = start - pd.Timedelta(days=AHEAD)
    ahead = between(first.min(), earlier, start) if first.min() < earlier else None
    del messages[noted:]  # that nothing is known from before is no reason of its own
    series = []
    for of, values in _series(again, known, taking, start, end).items():
        try:
            series.append(interruption(of, values))
        except CannotCompute as error:
            messages.append(error.reason)
    return _found(table, taking, start, change, ahead, series, messages)


def _series(
    again: pd.DataFrame,
    known: pd.Series,
    taking: pd.Series,
    start: pd.Timestamp,
    end: pd.Timestamp,
) -> dict[Literal["alone", "against"], dict[int, float]]:
    """Logarithms of the rates of whole periods: of those with it, and less those of the others.

    The first period of the record has nearly nobody at risk, and is left out.
    """
    low = -((start - known.min()).days // PERIOD) + 1
    high = ((end - start).days + 1) // PERIOD
    period = (again["date"] - start).dt.days // PERIOD
    rates: dict[bool, dict[int, float]] = {}
    for with_it in (True, False):
        own = known[taking.reindex(known.index) == with_it]
        mine = again["unit"].isin(own.index)
        count = period[mine].value_counts()
        rates[with_it] = {}
        for p in range(low, high):
            begins = start + pd.Timedelta(days=p * PERIOD)
            ends = begins + pd.Timedelta(days=PERIOD)
            at_risk = (ends - own.where(own > begins, begins)).dt.days.clip(lower=0).sum()
            events = int(count.get(p, 0))
            if at_risk > 0 and events > 0:
                rates[with_it][p] = float(np.log(events / at_risk))
    found: dict[Literal["alone", "against"], dict[int, float]] = {"alone": rates[True]}
    if rates[False]:
        both = rates[True].keys() & rates[False].keys()
        found["against"] = {p: rates[True][p] - rates[False][p] for p in sorted(both)}
    return found


# --- scores --------------------------------------------------------------------------------------
def _scores(
    table: Loaded, rows: pd.DataFrame, taking: pd.Series, start: pd.Timestamp
) -> Uptake | Refused:
    """Mean scores of a unit before and after."""
    waves = sorted(w for w in rows["date"].unique() if w < start)

    def between(before: pd.DataFrame, after: pd.DataFrame) -> Change:
        means = [r.groupby("unit")["score"].mean() for r in (before, after)]
        units = pd.DataFrame({"before": means[0], "after": means[1]}).dropna()
        return before_after.of_means(units.assign(taking=taking.reindex(units.index)))

    messages: list[Reason] = []
    change = ahead = None
    try:
        change = between(rows[rows["date"] < start], rows[rows["date"] >= start])
        if len(waves) > 1:
            earlier = rows[rows["date"] < start]
            last = earlier["date"] == waves[-1]
            ahead = between(earlier[~last], earlier[last])
    except CannotCompute as error:
        messages.append(error.reason)
    return _found(table, taking, start, change, ahead, (), messages)
