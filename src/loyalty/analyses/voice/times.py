"""How fast complaints are answered, solved and closed, open ones included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from loyalty.analyses.voice.findings import Classes, Half, Point, Reached, Step, Times, least
from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded, grouping
from loyalty.ground.findings import resting
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats.competing import Incidence, aalen_johansen

#: Hours beside those that the guide asks for: three days and a week.
WITHIN = (72.0, 168.0)
#: The curves end after a fortnight, and have a point every six hours.
UNTIL, EVERY = 336.0, 6.0
#: The column of the hours to each step.
HOURS: dict[Step, str] = {
    "answered": "hours",
    "solved": "solved_hours",
    "closed": "closed_hours",
}


@dataclass(frozen=True)
class Watched:
    """Of each complaint the hours to each step, and for how long it was watched."""

    rows: pd.DataFrame
    received: int
    clusters: bool


def _watched(tables: Sequence[Loaded]) -> Watched | None:
    """All complaints of tables that tell of hours beyond the answer; None without any."""
    parts = [t.rows for t in tables if {"solved_hours", "closed_hours"} & set(t.rows.columns)]
    if not parts:
        return None
    found = []
    for rows in parts:
        hours = rows.reindex(columns=list(HOURS.values())).astype(float)
        if "date" in rows:
            filed = (rows["date"] - rows["date"].min()).dt.total_seconds() / 3600
            # a day has no hour: the last day is watched to its end
            end = max(filed.max() + 24.0, np.nanmax((hours.add(filed, axis=0)).to_numpy()))
            watched = end - filed
        else:
            watched = pd.Series(np.nan, index=rows.index)
        known = hours.max(axis=1)
        done = hours[[c for c in hours if c in rows]].notna().all(axis=1)
        watched = watched.mask(watched.isna() & done, known)
        optional = rows.reindex(columns=["customer", "group", "solved"])
        found.append(pd.concat([hours.assign(watched=watched), optional], axis=1))
    whole = pd.concat(found, ignore_index=True)
    # a solution without its hour is of unknown time
    vague = whole["solved"].eq(True).fillna(False) & whole["solved_hours"].isna()
    if whole["solved_hours"].notna().any():
        whole = whole[~vague]
    used = whole.dropna(subset="watched").reset_index(drop=True)
    if len(used) < least():
        raise CannotCompute("no_date_to_watch", n=len(whole) - len(used))
    who = used["customer"].notna().all()
    return Watched(used, sum(map(len, parts)), bool(who))


def _spells(rows: pd.DataFrame) -> Iterator[tuple[tuple[Step, ...], pd.Series, pd.Series]]:
    """Steps, time and cause, by whole hours, of what may come first."""
    end, solved = rows["closed_hours"], rows["solved_hours"]
    if rows["hours"].notna().any():
        yield ("answered",), *_first(rows, {"answered": rows["hours"], "gone": end})
    if solved.notna().any():
        without = end.where(solved.isna())
        yield ("solved", "unsolved"), *_first(rows, {"solved": solved, "unsolved": without})
    if end.notna().any():
        yield ("closed",), *_first(rows, {"closed": end})


def _first(rows: pd.DataFrame, causes: dict[str, pd.Series]) -> tuple[pd.Series, pd.Series]:
    """Which of several comes first, and after how many whole hours (rounded up)."""
    hours = pd.DataFrame(causes)
    some = hours.notna().any(axis=1)
    first = hours.min(axis=1)
    cause = hours.eq(first, axis=0).idxmax(axis=1).where(some & (first <= UNTIL))
    time = first.fillna(rows["watched"]).clip(upper=UNTIL + 1.0)
    return np.ceil(time), cause


def _ends(found: Incidence, step: Step, hours: float) -> dict[str, float | None]:
    estimate, *ends = found.at(step, hours)
    whole = estimate > 1 - 1e-9  # sums of steps may end a hair beside one
    lower, upper = (None, None) if whole or estimate == 0 else ends
    return {"estimate": 1.0 if whole else estimate, "ci_lower": lower, "ci_upper": upper}


@resting
def times(tables: Sequence[Loaded], of: Classes, study: Study) -> Times | None:
    """Shares answered, solved and closed by the hours that count, of all and by group."""
    watched = _watched(tables)
    if watched is None:
        return None
    rows, marks = watched.rows, (threshold("first_response_hours").value, *WITHIN)
    group = grouping(study, rows["group"]) if rows["group"].notna().any() else None
    parts: dict[str | None, pd.DataFrame] = {None: rows}
    for level in group.levels if group is not None else ():
        part = rows[rows["group"] == level].reset_index(drop=True)
        if len(part) >= least():
            parts[level] = part
    halves: list[Half] = []
    reached: list[Reached] = []
    points: list[Point] = []
    for name, part in parts.items():
        spells = list(_spells(part))
        ends = [int((cause == step).sum()) for steps, _, cause in spells for step in steps]
        told = Told(len(part), *ends)
        for steps, time, cause in spells:
            if not cause.isin(steps).any():
                continue
            told.begin(time[cause.isin(steps)])
            found = aalen_johansen(
                time, cause, cluster=part["customer"] if watched.clusters else None
            )
            for step in steps:
                when = time[cause == step]
                for h in marks:
                    at: dict[str, Any] = {
                        "hours": h,
                        "fewest": told.fewest(when, h),
                        **_ends(found, step, h),
                    }
                    reached.append(Reached(step=step, group=name, n=len(part), **at))
                if name is None:
                    halves.append(_half(found, step, len(part)))
                    grid = np.arange(0.0, UNTIL + EVERY, EVERY)
                    for h in grid:
                        at = {"hours": h, "fewest": told.fewest(when, h), **_ends(found, step, h)}
                        points.append(Point(step=step, **at))
    if not reached:
        raise CannotCompute("no_event")
    return Times(
        received=watched.received,
        n=len(rows),
        customers=rows["customer"].nunique() if watched.clusters else None,
        open=int(rows["closed_hours"].isna().sum()),
        grouped=group.id if group is not None and len(parts) > 1 else None,
        halves=tuple(halves),
        rows=tuple(reached),
        curves=tuple(points),
    )


class Told:
    """How many complaints have come to a step, as is told of the same complaints: of no two numbers
    of one step or of several few are the difference, and so neither of those still at risk."""

    def __init__(self, *ends: int) -> None:
        #: None, all, and all that ever came to a step: these are told.
        self.ends = {0, *ends}
        #: Of each spell the counts of its steps, and those of all its steps together.
        self.counts: list[set[int]] = []
        self.sums: list[set[int]] = []
        self.any: pd.Series = pd.Series(dtype=float)

    def begin(self, some: pd.Series) -> None:
        """The next spell, of which a step comes after so many hours each."""
        self.counts.append(set())
        self.sums.append(set())
        self.any = some

    def fewest(self, when: pd.Series, hours: float) -> int:
        """Complaints between those that came to the step by then and the nearest count told.

        It is told, too, from then on, where they are not few.
        """
        n, both = int((when <= hours).sum()), int((self.any <= hours).sum())
        others = self.ends.union(*self.counts[:-1], *self.sums[:-1])
        gaps = [_gap(n, others | self.counts[-1]), _gap(both, others)]
        between = min((gap for gap in gaps if gap), default=0)
        if between == 0 or between >= least():
            self.counts[-1].add(n)
            self.sums[-1].add(both)
        return between


def _gap(n: int, told: set[int]) -> int:
    return min(abs(n - other) for other in told)


def _half(found: Incidence, step: Step, n: int) -> Half:
    mine = found.curve[found.curve["cause"] == step]
    over = mine.loc[mine["estimate"] >= 0.5, "time"]
    return Half(
        step=step,
        n=n,
        events=int(found.events.get(step, 0)),
        hours=over.iloc[0] if len(over) else None,
    )
