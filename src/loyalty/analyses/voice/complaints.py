"""A register of complaints: by class, what goes with staying, and in clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from loyalty.analyses.voice.findings import (
    Class,
    Classes,
    ComplaintCluster,
    ComplaintClusters,
    Complaints,
    Effect,
    Impact,
    Share,
    Staying,
    clustering,
    least,
)
from loyalty.cases.tables import Loaded, rows_used
from loyalty.ground.findings import refusable, resting
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats import impact, text


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
    filed["class"] = filed["class"].astype(str)
    for column in ("solved", "stayed"):
        if column not in filed:
            filed[column] = pd.Series(pd.NA, index=filed.index, dtype="boolean")
    if "hours" not in filed:
        filed["hours"] = float("nan")
    soon = (filed["hours"] <= threshold("first_response_hours").value).astype("boolean")
    filed["soon"] = soon.mask(filed["hours"].isna())
    return filed[["class", "hours", "soon", "solved", "stayed"]]


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
