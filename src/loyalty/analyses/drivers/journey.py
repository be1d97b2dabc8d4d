"""The journey: touchpoints in their order, and how alike channels are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyalty.analyses.drivers.findings import Answers
from loyalty.analyses.drivers.models import (
    Channel,
    Channels,
    GroupShares,
    Journey,
    Shares,
    Side,
    Touch,
)
from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded, grouping, rows_used
from loyalty.ground.findings import Refused, refusable, resting
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats.components import crossed_components
from loyalty.stats.descriptives import mean_interval
from loyalty.stats.groups import cluster_mean
from loyalty.stats.impact import share_of_clusters

#: An estimate with its interval; None where there is none.
Ends = tuple[float | None, float | None, float | None]
NOTHING: Ends = (None, None, None)


def visits(tables: Sequence[Loaded]) -> Loaded | None:
    """The case's table of touchpoints (the first, where there are several)."""
    return next((t for t in tables if t.resource.kind == "touchpoints"), None)


def _least() -> int:
    return int(threshold("small_cell").value)


def journey(
    study: Study,
    table: Loaded | None,
    data: Answers | None = None,
    shares: Shares | Refused | None = None,
    by_group: GroupShares | Refused | None = None,
) -> Journey | Refused | None:
    """Importance, satisfaction, waiting and loss at each touchpoint, of all and by group.

    Where there is no survey, or there are no shares, the rest is shown without them.
    """
    whole = shares if isinstance(shares, Shares) else None
    parts = by_group if isinstance(by_group, GroupShares) else None
    return None if table is None else _journey(study, table, data, whole, parts)


@refusable
def _journey(
    study: Study,
    table: Loaded,
    data: Answers | None,
    whole: Shares | None,
    parts: GroupShares | None,
) -> Journey:
    rows, order = table.rows, list(table.resource.levels)
    group = grouping(study, rows["group"]) if "group" in rows else None
    counts = rows["touchpoint"].value_counts()
    shown = [t for t in order if counts.get(t, 0) >= _least()]
    if not shown:
        raise CannotCompute("no_touchpoint", least=_least())
    to, side = _outcome(study, whole, shown)
    rated = "rating" in rows and rows["rating"].notna().any()
    asked = data is not None and any(t in data.scores for t in shown)
    levels: list[str | None] = [None]
    if group is not None:
        levels += [k for k in group.levels if (rows["group"] == k).sum() >= _least()]
    found = []
    for level in levels:
        mine = rows if level is None else rows[rows["group"] == level]
        known = whole if level is None else parts
        if level is not None and (parts is None or group is None or parts.group != group.id):
            known = None
        for name in shown:
            part = mine[mine["touchpoint"] == name]
            if len(part) < _least():
                continue
            importance = _importance(known, name, level, to, side)
            score = _mean(part, "rating") if rated else NOTHING
            if not rated and data is not None:
                people = data.rows[group.id] == level if group is not None and level else None
                score = _performance(data, name, people)
            found.append(_touch(name, level, part, importance, score))
    return Journey(
        table=table.resource.id,
        rows_used=rows_used(table),
        customers=rows["customer"].nunique(),
        several=bool(rows.duplicated(["customer", "touchpoint"]).any()),
        scored="rating" if rated else "survey" if asked else None,
        to=to,
        side=side,
        grouped=group.id if group is not None and len(levels) > 1 else None,
        silent=tuple(t for t in order if t not in shown),
        rows=tuple(found),
    )


def _outcome(
    study: Study, shares: Shares | None, touchpoints: Sequence[str]
) -> tuple[str | None, Side | None]:
    """The satisfaction that touchpoints lead to, directly or at the beginning of its chains."""
    if shares is None:
        return None, None
    meant = {c.id for c in study.main if c.concept == "satisfaction"}
    there = {(r.to, r.side) for r in shares.rows if r.from_ in touchpoints and r.to in meant}
    for to, side in sorted(there):
        return to, side
    return None, None


def _importance(
    shares: Shares | GroupShares | None,
    touchpoint: str,
    level: str | None,
    to: str | None,
    side: Side | None,
) -> Ends:
    for row in shares.rows if shares is not None else ():
        at = (row.from_, row.to, row.side, None if level is None else getattr(row, "level", None))
        if at == (touchpoint, to, side, level):
            return row.estimate, row.ci_lower, row.ci_upper
    return NOTHING


def _mean(part: pd.DataFrame, column: str) -> Ends:
    """A mean, customers as clusters; nothing of few."""
    known = part.dropna(subset=column) if column in part else part.iloc[:0]
    if len(known) < _least() or known["customer"].nunique() < 2:
        return NOTHING
    found = cluster_mean(known[column], known["customer"])
    return found.mean, found.ci_lower, found.ci_upper


def _performance(data: Answers, construct: str, who: pd.Series | None) -> Ends:
    """The construct's mean score from 0 to 100."""
    if construct not in data.scores:
        return NOTHING
    scores = data.scores[construct] if who is None else data.scores.loc[who, construct]
    if scores.notna().sum() < _least():
        return NOTHING
    scale = data.study.item_scale(data.study.named(construct).items[0])
    found = mean_interval(scores)
    ends = (found.mean, found.ci_lower, found.ci_upper)
    low, high, middle = scale.min, scale.max, []
    for end in ends:
        middle.append(100.0 * (end - low) / (high - low))
    return middle[0], middle[1], middle[2]


def _touch(
    name: str, level: str | None, part: pd.DataFrame, importance: Ends, score: Ends
) -> Touch:
    waited = part["waiting"].dropna() if "waiting" in part else pd.Series(dtype=float)
    lost: Ends = NOTHING
    if "went_on" in part and part["went_on"].notna().sum() >= _least():
        lost = share_of_clusters(~part["went_on"].astype("boolean"), part["customer"])
    return Touch(
        touchpoint=name,
        level=level,
        n=len(part),
        median=waited.median() if len(waited) >= _least() else None,
        **_ends("share", importance),
        **_ends("score", score),
        **_ends("waiting", _mean(part, "waiting")),
        **_ends("lost", lost),
    )


def _ends(name: str, values: Ends) -> Mapping[str, Any]:
    return dict(zip((name, f"{name}_ci_lower", f"{name}_ci_upper"), values, strict=True))


@resting
def channels(table: Loaded, found: Journey) -> Channels | None:
    """Whether ratings differ by the channel in which a customer came."""
    rows = table.rows
    if not {"channel", "rating"} <= set(rows) or rows["rating"].isna().all():
        return None
    used = rows.dropna(subset=["channel", "rating"])
    sizes = used["channel"].value_counts()
    used = used[used["channel"].isin(sizes.index[sizes >= _least()])]
    if used.empty:
        raise CannotCompute("one_channel", n=0)
    of = crossed_components(
        used["rating"], used["customer"], used["channel"], fixed=used["touchpoint"]
    )
    apart = used["rating"] - used.groupby("touchpoint")["rating"].transform("mean")
    listed = []
    names = [*table.resource.channels, *sorted(set(used["channel"]) - set(table.resource.channels))]
    for name in names:
        mine = used["channel"] == name
        if not mine.any():
            continue
        mean = cluster_mean(apart[mine], used.loc[mine, "customer"])
        listed.append(
            Channel(
                channel=name,
                n=int(mine.sum()),
                estimate=mean.mean,
                ci_lower=mean.ci_lower,
                ci_upper=mean.ci_upper,
            )
        )
    return Channels(
        n=of.n,
        customers=of.persons,
        levels=of.levels,
        share=of.share,
        ci_lower=of.ci_lower,
        ci_upper=of.ci_upper,
        sd=float(np.sqrt(of.crossed)),
        people=of.share_people,
        rows=tuple(listed),
    )
