"""A register of complaints: by class, what goes with staying, and in clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from loyalty.analyses.voice.findings import (
    OTHER,
    RISE,
    Again,
    Class,
    Classes,
    ComingBack,
    ComplaintCluster,
    ComplaintClusters,
    Complaints,
    Effect,
    Funnel,
    Impact,
    Share,
    Stage,
    Staying,
    Warned,
    clustering,
    least,
)
from loyalty.cases.tables import Loaded, rows_used
from loyalty.ground.findings import refusable, resting
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats import alarm, impact, text
from loyalty.stats.competing import aalen_johansen

Step = Literal["answered", "in_time", "solved", "stayed"]


@refusable
def register(tables: Sequence[Loaded]) -> pd.DataFrame:
    """All complaints of the case, which all findings rest on.

    Returns
    -------
    DataFrame
        ``class``, ``hours`` (NaN where unknown), and the flags ``solved``, ``stayed`` and ``soon``
        (answered within the hours that the guide asks for), missing where unknown.

    Raises
    ------
    CannotCompute
        When there is no table.
    """
    if not tables:
        raise CannotCompute("no_complaints")
    filed = pd.concat([t.rows for t in tables], ignore_index=True)
    filed["class"] = pooled(filed["class"].astype(str))
    for column in ("solved", "stayed"):
        if column not in filed:
            filed[column] = pd.Series(pd.NA, index=filed.index, dtype="boolean")
    if "hours" not in filed:
        filed["hours"] = float("nan")
    soon = (filed["hours"] <= threshold("first_response_hours").value).astype("boolean")
    filed["soon"] = soon.mask(filed["hours"].isna())
    return filed[["class", "hours", "soon", "solved", "stayed"]]


def pooled(classes: pd.Series) -> pd.Series:
    """Classes of few people under one name, so that none can be worked out from the totals.

    With them goes the next smallest until two of them, and enough people, are together
    (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4).
    """
    together: list[str] = []
    n = 0
    sizes = classes.value_counts().sort_index().sort_values(kind="stable")
    for name, size in sizes.items():
        if size >= least() and (not together or (len(together) > 1 and n >= least())):
            break
        together.append(str(name))
        n += int(size)
    return classes.mask(classes.isin(together), OTHER)


@refusable
def counted(tables: Sequence[Loaded], filed: pd.DataFrame) -> Complaints:
    return Complaints(tables=tuple(rows_used(t) for t in tables))


# --- by class ------------------------------------------------------------------------------------
def _share(flags: pd.Series) -> tuple[int, float, float, float]:
    """Where a flag is known: how often, and its share with Wilson's interval."""
    known = flags.dropna()
    return len(known), *impact.share(int(known.sum()), len(known))


def _shares(part: pd.DataFrame, *columns: str) -> dict[str, float]:
    """The share of each flag where it is known, with its interval."""
    found: dict[str, float] = {}
    for column in columns:
        names = (column, f"{column}_ci_lower", f"{column}_ci_upper")
        found |= dict(zip(names, _share(part[column])[1:], strict=True))
    return found


@resting
def classes(filed: pd.DataFrame) -> Classes:
    """Classes with enough complaints to be shown."""
    rows = [
        Class(
            category=name,
            n=len(part),
            share=len(part) / len(filed),
            hours=part["hours"].median(),
            **_shares(part, "soon", "solved", "stayed"),
        )
        for name, part in filed.groupby("class", sort=True)
        if len(part) >= least()
    ]
    if not rows:
        raise CannotCompute("no_class_of_complaints", least=least())
    n, estimate, lower, upper = _share(filed["soon"])
    return Classes(
        complaints=len(filed),
        classes=tuple(sorted(rows, key=lambda row: -row.n)),
        soon=Share(n=n, estimate=estimate, ci_lower=lower, ci_upper=upper) if n else None,
        impact=_impact(filed),
    )


@refusable
def _impact(filed: pd.DataFrame) -> tuple[Impact, ...]:
    rows = impact.class_impact(filed["class"], filed["stayed"], least=least())
    ends = {
        f"{name}_ci_{end}": f"{name}_{old}"
        for name in ("stayed", "difference", "impact")
        for end, old in (("lower", "low"), ("upper", "high"))
    }
    return Impact.each(rows.dropna(subset="impact").reset_index(), category="class", **ends)


@resting
def funnel(filed: pd.DataFrame, of: Classes) -> Funnel:
    """Received, answered, answered in time, solved, and whether the customer stayed."""
    hours = filed["hours"].dropna()
    answered = filed["hours"].notna().astype("boolean")
    flags: dict[Step, pd.Series] = {
        "answered": answered if len(hours) else answered.mask(answered.notna()),
        "in_time": filed["soon"],
        "solved": filed["solved"],
        "stayed": filed["stayed"],
    }
    stages = []
    for stage, flag in flags.items():
        n, estimate, lower, upper = _share(flag)
        if n >= least():
            takes = stage == "answered"
            stages.append(
                Stage(
                    stage=stage,
                    n=n,
                    estimate=estimate,
                    ci_lower=lower,
                    ci_upper=upper,
                    median=hours.median() if takes else None,
                    slow=hours.quantile(0.9) if takes else None,
                )
            )
    if not stages:
        raise CannotCompute("no_stage_known")
    return Funnel(received=len(filed), stages=tuple(stages))


@resting
def coming_back(tables: Sequence[Loaded], of: Classes, *, within: int) -> ComingBack | None:
    """Of which classes customers complain again, and of which they go on to another one."""
    parts = [t.rows for t in tables if {"customer", "date"} <= set(t.rows.columns)]
    if not parts:
        return None
    filed = pd.concat(parts, ignore_index=True).dropna(subset=["customer", "date"])
    filed = filed.sort_values(["customer", "date"], kind="stable", ignore_index=True)
    after = filed.groupby("customer")[["date", "class"]].shift(-1)
    days = (after["date"].fillna(filed["date"].max()) - filed["date"]).dt.days
    same = (after["class"] == filed["class"]).map({True: "same", False: "other"})
    cause = same.where(after["date"].notna())
    told = filed["class"].astype(str)
    told = pooled(told.where(told.isin([row.category for row in of.classes]), OTHER))
    rows = []
    for name in [None, *sorted(set(told) - {OTHER})]:
        mine = filed["class"].notna() if name is None else told == name
        if mine.sum() < least() or not cause[mine].notna().any():
            continue
        found = aalen_johansen(days[mine], cause[mine], cluster=filed.loc[mine, "customer"])
        ends = {
            f"{kind}{end}": value
            for kind in ("same", "other")
            for end, value in zip(
                ("", "_ci_lower", "_ci_upper"), found.at(kind, within), strict=True
            )
        }
        rows.append(Again(category=name, n=int(mine.sum()), **ends))
    if not rows:
        raise CannotCompute("no_event")
    rows.sort(key=lambda row: (row.category is not None, -row.same))
    return ComingBack(within=within, customers=filed["customer"].nunique(), rows=tuple(rows))


@resting
def warning(tables: Sequence[Loaded], of: Classes, *, draws: int, seed: int) -> Warned | None:
    """Whether, and when, the complaints of whole weeks would have given an alarm."""
    parts = [t.rows["date"] for t in tables if "date" in t.rows]
    if not parts:
        return None
    days = pd.concat(parts, ignore_index=True).dropna()
    first = days.min()
    week = (days - first).dt.days // 7
    whole = ((days.max() - first).days + 1) // 7
    counts = np.bincount(week, minlength=whole)[:whole].astype(float)
    found = alarm.rise(counts, factor=RISE, draws=draws, seed=seed)
    given = None if found.at is None else (first + pd.Timedelta(weeks=found.at)).date()
    return Warned(
        factor=RISE,
        baseline=found.baseline,
        watched=found.watched,
        mean=found.mean,
        false=found.false,
        p=found.p,
        alarm=given,
        after=found.after,
    )


@resting
def staying(filed: pd.DataFrame, of: Classes) -> Staying:
    """What goes with staying: a response in time, a solution, the class."""
    flags = [f for f in ("soon", "solved") if filed[f].nunique() > 1]
    model = impact.staying(filed[["stayed", *flags, "class"]], flags)
    effects = Effect.each(
        model.effects.reset_index(), estimate="effect", ci_lower="low", ci_upper="high"
    )
    return Staying(n=model.n, reference=model.reference, effects=effects)


# --- clusters ------------------------------------------------------------------------------------
#: Clusters that are tried at most.
MOST = 8


@resting
def clusters(filed: pd.DataFrame, of: Classes, *, seed: int, pairs: int) -> ComplaintClusters:
    """The complaints in clusters of class, hours and solution; of small ones nothing is shown."""
    space, at = impact.complaint_space(filed.dropna(axis=1, how="all"))
    most = min(MOST, len(pd.DataFrame(space).drop_duplicates()) // 3)
    if most < 2:
        raise CannotCompute("few_different_complaints")
    choice = text.choose_k(space, range(2, most + 1), seed=seed, draws=pairs)
    labels = text.k_means(space, choice.k, seed=seed)
    jaccard = list(text.cluster_stability(space, labels, seed=seed))
    rows = [
        _cluster(part, jaccard[cluster], len(at))
        for cluster in range(choice.k)
        if len(part := filed.iloc[at[labels == cluster]]) >= least()
    ]
    return ComplaintClusters(
        alike=len({row.category for row in rows}) == 1 and len(rows) > 1,
        clusters=tuple(rows),
        **clustering(choice, jaccard),
    )


def _cluster(part: pd.DataFrame, jaccard: float, of: int) -> ComplaintCluster:
    first = part["class"].value_counts().sort_index().idxmax()
    shares: dict[str, Any] = _shares(part, "stayed")
    return ComplaintCluster(
        category=first,
        first=(part["class"] == first).mean(),
        n=len(part),
        share=len(part) / of,
        hours=part["hours"].median(),
        solved=_share(part["solved"])[1],
        jaccard=jaccard,
        **shares,
    )
