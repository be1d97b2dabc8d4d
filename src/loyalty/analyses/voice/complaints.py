"""A register of complaints, ready to be described: by class, and in clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from loyalty.cases.tables import Loaded
from loyalty.ground.text import Text
from loyalty.stats import impact
from loyalty.stats import text as clusters
from loyalty.stats._common import CannotCompute, FloatArray


def register(tables: Sequence[Loaded], soon: float) -> tuple[pd.DataFrame, dict[str, Text]]:
    """All complaints of a case in one frame, and what its classes are called.

    Returns
    -------
    DataFrame
        ``class``, ``hours`` (NaN where unknown), and the flags ``solved``, ``stayed`` and ``soon``
        (answered within `soon` hours), missing where unknown.
    dict
        Class → label.
    """
    filed = pd.concat([t.rows for t in tables], ignore_index=True)
    filed["class"] = filed["class"].astype(str)
    for column in ("solved", "stayed"):
        if column not in filed:
            filed[column] = pd.Series(pd.NA, index=filed.index, dtype="boolean")
    if "hours" not in filed:
        filed["hours"] = float("nan")
    answered = (filed["hours"] <= soon).astype("boolean")
    filed["soon"] = answered.mask(filed["hours"].isna())
    levels = {k: v for t in tables for k, v in t.resource.levels.items()}
    labels = {k: levels.get(k) or Text.model_validate(k) for k in sorted(filed["class"].unique())}
    return filed[["class", "hours", "soon", "solved", "stayed"]], labels


def _shares(part: pd.DataFrame, columns: Sequence[str]) -> dict[str, float]:
    """The share of each flag where it is known, with Wilson's interval."""
    found: dict[str, float] = {}
    for column in columns:
        known = part[column].dropna()
        ends = impact.share(int(known.sum()), len(known))
        found |= dict(zip((column, f"{column}_low", f"{column}_high"), ends, strict=True))
    return found


def by_class(filed: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """One row a class with `least` complaints or more: ``class, n, share``, median ``hours``, and
    the flags' shares with intervals.

    Raises
    ------
    CannotCompute
        When no class has so many.
    """
    rows = [
        {
            "class": name,
            "n": len(part),
            "share": len(part) / len(filed),
            "hours": float(part["hours"].median()),
            **_shares(part, ("soon", "solved", "stayed")),
        }
        for name, part in filed.groupby("class", sort=True)
        if len(part) >= least
    ]
    if not rows:
        raise CannotCompute("no_class_of_complaints", least=least)
    return pd.DataFrame(rows).sort_values("n", ascending=False, kind="stable")


def in_clusters(
    filed: pd.DataFrame, *, least: int, seed: int, pairs: int, most: int = 8
) -> tuple[clusters.ClusterChoice, list[dict[str, Any]], FloatArray]:
    """The complaints in clusters of class, hours and solution.

    Returns
    -------
    ClusterChoice
        How many clusters, out of 2 to `most`.
    list of dict
        One row a cluster with `least` complaints or more: its main ``class`` and the share of it
        (``first``), its ``share`` of all, median ``hours``, ``solved``, ``stayed`` with interval,
        ``jaccard``.
    array
        The stability of every cluster.

    Raises
    ------
    CannotCompute
        When there are too few different complaints.
    """
    space, at = impact.complaint_space(filed.dropna(axis=1, how="all"))
    most = min(most, len(pd.DataFrame(space).drop_duplicates()) // 3)
    if most < 2:
        raise CannotCompute("few_different_complaints")
    choice = clusters.choose_k(space, range(2, most + 1), seed=seed, draws=pairs)
    found = clusters.k_means(space, choice.k, seed=seed)
    jaccard = clusters.cluster_stability(space, found, seed=seed)
    rows = []
    for cluster in range(choice.k):
        part = filed.iloc[at[found == cluster]]
        if len(part) < least:
            continue
        first = part["class"].value_counts().sort_index().idxmax()
        rows.append(
            {
                "class": str(first),
                "first": float((part["class"] == first).mean()),
                "n": len(part),
                "share": len(part) / len(at),
                "hours": float(part["hours"].median()),
                "solved": _shares(part, ["solved"])["solved"],
                **_shares(part, ["stayed"]),
                "jaccard": float(jaccard[cluster]),
            }
        )
    return choice, rows, jaccard
