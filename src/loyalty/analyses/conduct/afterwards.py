"""What people said once, and what the same people did day by day before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded
from loyalty.estimates import attitude
from loyalty.estimates.attitude import Effect
from loyalty.estimates.staying import Model, Purchases
from loyalty.estimates.verdicts import Side, side
from loyalty.ground.findings import Count, Finding, People, Percent, Record, Refused, Shown, resting
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.stats import discrimination

Times = Annotated[float, Shown("number", 3)]
#: An estimate with its interval.
_Ends = tuple[float, float, float]
#: Sums of amounts printed to hundredths agree where they differ by no more.
NEAR = 0.05
#: Without days of a logged measure: so many days count as just before.
FORTNIGHT = 14
MODELS: tuple[Model, ...] = ("bg_nbd", "pareto_nbd")
CONDUCTS: tuple[Literal["rate"], Literal["leaving"]] = ("rate", "leaving")
OUTCOMES: tuple[Literal["stopped", "days", "entries", "amount"], ...] = (
    "stopped",
    "days",
    "entries",
    "amount",
)
PAST = ("recency", "days_before", "amount_before")


class KeptRow(Record):
    """Who could be followed, of one firm or (None) of all.

    Of those `asked` at the first wave, `idle` ones have no row in the days before, of `short` ones
    the table ends within the horizon; `people` remain. Of the `windows` before any wave the share
    `agree` has a logged sum that its rows have, too.
    """

    firm: str | None
    asked: People
    idle: People
    short: People
    people: People
    windows: Count | None
    agree: Percent | None


class Kept(Finding):
    """`unknown` rows say no amount: they count, and add nothing to sums."""

    waves: str
    table: str
    said: str
    before: Count
    horizon: Count
    used: Count
    unknown: Count
    rows: tuple[KeptRow, ...]


class Held(Record):
    """What a standard deviation of what was said, within a firm, multiplies something after by;
    ``held…`` where what was done before is held, None where that could not be computed.

    `firm`: None for all of them.
    """

    firm: str | None
    n: Count
    times: Times
    ci_lower: Times
    ci_upper: Times
    verdict: Side
    held: Times | None
    held_ci_lower: Times | None
    held_ci_upper: Times | None
    held_verdict: Side | None


class AfterRow(Held):
    """``stopped``: the odds of no row at all within the horizon; else the mean of days with rows,
    of rows, or of amounts. Of all, firms held."""

    outcome: Literal["stopped", "days", "entries", "amount"]


class After(Finding):
    """Of the rows of `single` firms so many are clear, without and with the past."""

    waves: str
    table: str
    said: str
    horizon: Count
    rows: tuple[AfterRow, ...]
    single: Count
    clear: Count
    clear_held: Count


class StaysRow(Held):
    """The rate of days with rows, or leaving for good, by a model. Of all, the firms' effects
    weighted by their precision."""

    model: Model
    conduct: Literal["rate", "leaving"]


class Stays(Finding):
    waves: str
    table: str
    said: str
    rows: tuple[StaysRow, ...]


@dataclass(frozen=True)
class Followed:
    """People asked in waves with their rows in a table.

    ``frame`` has a row a person who is kept: ``firm``, ``score`` (standardized within the firm),
    the past (:data:`PAST`, amounts where there are any), ``stopped``, ``days``, ``entries``,
    ``amount``, and ``x, t_x, t`` (weeks) from the answer to the end of the table.
    """

    kept: Kept
    frame: pd.DataFrame

    @property
    def past(self) -> list[str]:
        return [c for c in PAST if c in self.frame]

    @property
    def firms(self) -> list[str]:
        return sorted(self.frame["firm"].unique())

    def groups(self) -> list[tuple[str | None, pd.DataFrame]]:
        """Each firm's people, where there are several, and all."""
        several = self.firms if len(self.firms) > 1 else []
        own = [(f, self.frame[self.frame["firm"] == f]) for f in several]
        return [*own, (None, self.frame)]


def followed(study: Study, tables: Sequence[Loaded]) -> Followed | Refused | None:
    """Waves set beside the table that the description joins to them; None where it joins none."""
    if study.join is None or study.join.waves is None:
        return None
    asked = next(t for t in tables if t.resource.id == study.join.waves)
    table = next(t for t in tables if t.resource.id in study.join.tables)
    try:
        return _followed(asked, table, study.join.horizon)
    except CannotCompute as error:
        return Refused(refused=error.reason)


def _followed(asked: Loaded, table: Loaded, horizon: int) -> Followed:
    stated = [m.id for m in asked.resource.measures if m.kind == "stated"]
    logged = next((m for m in asked.resource.measures if m.kind == "logged" and m.days), None)
    said = stated[0] if stated else "score"
    if asked.panel is None:
        raise CannotCompute("no_customer_to_join", table=asked.resource.id)
    if "date" not in asked.panel or asked.panel["date"].isna().all():
        raise CannotCompute("no_date_to_join", table=asked.resource.id)
    panel = asked.panel.assign(day=asked.panel["date"].dt.normalize())
    if "firm" not in panel:
        panel["firm"] = ""
    before = logged.days if logged is not None and logged.days else FORTNIGHT
    rows = table.rows.assign(day=table.rows["date"].dt.normalize())
    rows["firm"] = rows["customer"].map(panel.groupby("customer")["firm"].first())
    rows = rows.dropna(subset=["firm"])
    if rows.empty:
        raise CannotCompute("no_key_matches", table=table.resource.id)
    panel = panel[panel["firm"].isin(rows["firm"].unique())]
    ends = rows.groupby("firm")["day"].agg(["min", "max"])
    first = panel[panel["wave"] == 1].dropna(subset=[said]).set_index("customer")
    frame = _people(first, rows, ends["max"], said, before, horizon)
    idle = frame["days_before"].isna()
    short = ~idle & (frame["t"] * 7 < horizon)
    agree = None if logged is None else _agreeing(panel, rows, ends, logged.id, before)
    amounts = "amount" in rows

    def row(firm: str | None) -> KeptRow:
        own = frame["firm"] == firm if firm is not None else pd.Series(True, index=frame.index)
        mine = None if agree is None else agree if firm is None else agree[agree["firm"] == firm]
        if mine is not None and (mine.empty or not amounts):
            mine = None
        return KeptRow(
            firm=firm,
            asked=int(own.sum()),
            idle=int((own & idle).sum()),
            short=int((own & short).sum()),
            people=int((own & ~idle & ~short).sum()),
            windows=None if mine is None else len(mine),
            agree=None if mine is None else float(mine["agree"].mean()),
        )

    use = frame[~idle & ~short].copy()
    if len(use) < 50:
        raise CannotCompute("few_people_for_outcome", n=len(use))
    use["score"] = within_firms(use)
    firms = sorted(frame["firm"].unique())
    kept = Kept(
        waves=asked.resource.id,
        table=table.resource.id,
        said=said,
        before=before,
        horizon=horizon,
        used=len(rows),
        unknown=int(rows["amount"].isna().sum()) if amounts else 0,
        rows=tuple(row(f) for f in ([*firms, None] if len(firms) > 1 else [None])),
    )
    return Followed(kept, use)


def within_firms(frame: pd.DataFrame) -> pd.Series:
    """Each `score` in standard deviations from the mean of its `firm`, (n,)."""
    by = frame.groupby("firm")["score"]
    return (frame["score"] - by.transform("mean")) / by.transform("std")


def _people(
    first: pd.DataFrame,
    rows: pd.DataFrame,
    end: pd.Series,
    said: str,
    before: int,
    horizon: int,
) -> pd.DataFrame:
    """Everybody asked at the first wave with what they did up to the day of it and after."""
    rows = rows[rows["customer"].isin(first.index)]
    since = (rows["day"] - rows["customer"].map(first["day"])).dt.days
    rows = rows.assign(since=since)
    amounts = {"amount": ("amount", "sum")} if "amount" in rows else {}

    def summed(part: pd.DataFrame) -> pd.DataFrame:
        found = part.groupby("customer").agg(
            days=("since", "nunique"), entries=("since", "size"), last=("since", "max"), **amounts
        )
        return found.reindex(first.index)

    past = summed(rows[(rows["since"] <= 0) & (rows["since"] >= -before)])
    soon = summed(rows[(rows["since"] > 0) & (rows["since"] <= horizon)])
    later = summed(rows[rows["since"] > 0])
    frame = pd.DataFrame({"firm": first["firm"], "score": first[said]})
    frame["recency"], frame["days_before"] = past["last"], np.log(past["days"])
    if amounts:
        frame["amount_before"] = np.log1p(past["amount"])
        frame["amount"] = soon["amount"].fillna(0.0)
    frame["days"], frame["entries"] = soon["days"].fillna(0.0), soon["entries"].fillna(0.0)
    frame["stopped"] = (frame["days"] == 0).astype(float)
    frame["x"], frame["t_x"] = later["days"].fillna(0.0), later["last"].fillna(0.0) / 7
    frame["t"] = (first["firm"].map(end) - first["day"]).dt.days / 7
    return frame


def _agreeing(
    panel: pd.DataFrame, rows: pd.DataFrame, ends: pd.DataFrame, logged: str, before: int
) -> pd.DataFrame:
    """Of every window before a wave that the table holds whole: whether the logged sum lies between
    the amounts of the whole days and those with the days at both ends.

    Answers have a time of day, rows of the prepared table have none.
    """
    windows = panel.dropna(subset=[logged])
    low, high = windows["firm"].map(ends["min"]), windows["firm"].map(ends["max"])
    inside = (windows["day"] - pd.Timedelta(days=before) >= low) & (windows["day"] <= high)
    windows = windows[inside][["customer", "wave", "firm", "day", logged]]
    if "amount" not in rows:
        return windows.assign(agree=False)
    both = windows.merge(rows[["customer", "day", "amount"]], on="customer", suffixes=("", "_row"))
    since = (both["day_row"] - both["day"]).dt.days
    sums = []
    index = pd.MultiIndex.from_frame(windows[["customer", "wave"]])
    for edge in (0, 1):  # the whole days, and those with both ends
        there = both[since.between(1 - edge - before, edge - 1)]
        found = there.groupby(["customer", "wave"])["amount"].sum()
        sums.append(found.reindex(index).fillna(0.0).to_numpy())
    total = windows[logged].to_numpy() * before
    agree = (total >= sums[0] - NEAR) & (total <= sums[1] + NEAR)
    return windows.assign(agree=agree)


def kept(data: Followed | Refused | None) -> Kept | Refused | None:
    """Who could be followed, and whether the two records agree."""
    return data.kept if isinstance(data, Followed) else data


def _held(n: int, plain: _Ends, held: _Ends | None) -> dict[str, Any]:
    """The fields of :class:`Held` but for the firm."""
    fields: dict[str, Any] = {"n": n}
    for name, prefix, ends in (("times", "", plain), ("held", "held_", held)):
        estimate, low, high = ends or (None, None, None)
        fields |= {name: estimate, f"{prefix}ci_lower": low, f"{prefix}ci_upper": high}
        fields[f"{prefix}verdict"] = side(*ends[1:], 1.0) if ends else None
    return fields


@resting
def after(data: Followed) -> After:
    """What was said on what was done within the horizon, without and with the past."""
    found = list[AfterRow]()
    messages = list[Reason]()
    outcomes = [c for c in OUTCOMES if c in data.frame]
    for firm, own in data.groups():
        factors = ["firm"] if firm is None and len(data.firms) > 1 else []
        for outcome in outcomes:
            of = discrimination.odds if outcome == "stopped" else discrimination.ratio
            both = list[_Ends]()
            for held in ([], data.past):
                try:
                    one = of(own, outcome, "score", held=held, factors=factors)
                except CannotCompute as error:
                    messages.append(error.reason)
                    break
                both.append((one.odds_ratio, one.ci_lower, one.ci_upper))
            if both:
                fields = _held(len(own), both[0], both[1] if len(both) > 1 else None)
                found.append(AfterRow(firm=firm, outcome=outcome, **fields))
    if not found:
        raise CannotCompute.because(messages[0])
    single = [r for r in found if r.firm is not None]
    return After(
        waves=data.kept.waves,
        table=data.kept.table,
        said=data.kept.said,
        horizon=data.kept.horizon,
        rows=tuple(found),
        single=len(single),
        clear=sum(r.verdict != "open" for r in single),
        clear_held=sum(r.held_verdict in ("+", "-") for r in single),
        messages=tuple(messages),
    )


@resting
def stays(data: Followed) -> Stays:
    """Rate and leaving after the answer by two models, the answer taken as it stands.

    Each firm has its own parameters; of all, the firms' effects weighted by their precision.
    """
    rows = list[StaysRow]()
    messages = list[Reason]()
    for model in MODELS:
        by: dict[str, list[list[Effect]]] = {}
        for firm in data.firms:
            own = data.frame[data.frame["firm"] == firm]
            done = own[data.past]
            for held in (None, (done - done.mean()) / done.std()):
                try:
                    step = Purchases(own[["x", "t_x", "t"]], model, held)
                    found = attitude.uncorrected(step, own["score"].to_numpy(dtype=float))
                except CannotCompute as error:
                    messages.append(error.reason)
                    break
                both = [attitude.effect_of(k, None, *found, len(own), None, 0.95) for k in (0, 1)]
                by.setdefault(firm, []).append(both)
        for which, conduct in enumerate(CONDUCTS):
            each = {firm: [one[which] for one in found] for firm, found in by.items()}
            several = len(data.firms) > 1
            of: dict[str | None, list[Effect]] = {f: e for f, e in each.items() if several}
            if len(each) == len(data.firms):
                of[None] = [
                    _weighted([found[k] for found in each.values()])
                    for k in range(min(map(len, each.values())))
                ]
            rows += [
                StaysRow(
                    firm=firm,
                    model=model,
                    conduct=conduct,
                    **_held(found[0].n, *[_ends(e) for e in found], *[None] * (2 - len(found))),
                )
                for firm, found in of.items()
            ]
    if not rows:
        raise CannotCompute.because(messages[0])
    order = {firm: k for k, firm in enumerate([*data.firms, None])}
    return Stays(
        waves=data.kept.waves,
        table=data.kept.table,
        said=data.kept.said,
        rows=tuple(sorted(rows, key=lambda r: (order[r.firm], r.conduct != "rate"))),
        messages=tuple(messages),
    )


def _ends(one: Effect) -> _Ends:
    estimate, low, high = (float(np.exp(v)) for v in (one.estimate, one.ci_lower, one.ci_upper))
    return estimate, low, high


def _weighted(each: Sequence[Effect]) -> Effect:
    """The mean of independent effects, weighted by one over their variances."""
    weights = np.array([one.se**-2 for one in each])
    mean = float(np.average([one.estimate for one in each], weights=weights))
    se = float(weights.sum() ** -0.5)
    half = float(norm.ppf(0.975)) * se
    return Effect(mean, se, mean - half, mean + half, sum(one.n for one in each))
