"""Choices of brands: loyalty by category and brand, and duplication of purchase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.analyses.behaviour import estimates
from loyalty.analyses.behaviour.findings import (
    Brand,
    Brands,
    Category,
    Choices,
    Duplication,
    Pair,
)
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import Refused, resting
from loyalty.ground.reasons import Reason
from loyalty.stats.brand_loyalty import BrandLoyalty


@dataclass(frozen=True)
class Categories:
    """Loyalty to brands by category, and why others have none."""

    found: Mapping[str, BrandLoyalty]
    reasons: Sequence[Reason]


def categories(tables: Sequence[Loaded], *, draws: int, seed: int) -> Categories | None:
    chosen = [table for table in tables if table.resource.kind == "choices"]
    if not chosen:
        return None
    found, reasons = estimates.choices(
        [(t.resource.id, list(t.resource.levels), t.rows) for t in chosen], draws=draws, seed=seed
    )
    return Categories(found, list(reasons.values()))


@resting
def choices(chosen: Categories) -> Choices | Refused:
    """How often the same brand follows, and how often it would by chance."""
    if not chosen.found:
        return Refused(refused=estimates.several(chosen.reasons))
    made = []
    for name, found in chosen.found.items():
        measures: dict[str, float] = {}
        for row in found.category.to_dict("records"):
            measures[row["measure"]] = row["value"]
            measures[f"{row['measure']}_ci_lower"] = row["low"]
            measures[f"{row['measure']}_ci_upper"] = row["high"]
        made.append(
            Category(
                category=name,
                households=found.households,
                purchases=found.purchases,
                in_order=found.in_order,
                **measures,
            )
        )
    return Choices(categories=tuple(made), messages=tuple(chosen.reasons))


def _shown_brands(chosen: Categories) -> pd.DataFrame:
    """Measures of the brands that enough households buy."""
    parts = [found.brands.assign(category=name) for name, found in chosen.found.items()]
    table = pd.concat(parts, ignore_index=True)
    return table[table["buyers"] >= estimates.smallest()]


@resting
def brands(chosen: Categories, found: Choices) -> Brands:
    """How loyal the buyers of each brand are."""
    table = _shown_brands(chosen)
    return Brands(brands=Brand.each(table, estimate="value", ci_lower="low", ci_upper="high"))


@resting
def duplication(chosen: Categories, found: Choices) -> Duplication:
    """Duplication of purchase against the other brand's penetration."""
    table = _shown_brands(chosen)
    sizes = table[table["measure"] == "penetration"].set_index(["category", "brand"])["value"]
    pairs = pd.concat(
        [each.duplication.assign(category=name) for name, each in chosen.found.items()],
        ignore_index=True,
    )
    hidden = (pairs["both"] < estimates.smallest()) | (pairs["buyers"] < estimates.smallest())
    points = pairs[~hidden].copy()
    others = zip(points["category"], points["other"], strict=True)
    points["penetration"] = [sizes.get(key, np.nan) for key in others]
    points = points.dropna(subset=["penetration"])
    r = None
    if len(points) > 2:
        r = np.corrcoef(points["penetration"], points["value"])[0, 1]
    return Duplication(
        pairs=Pair.each(points, estimate="value"), n=len(points), hidden=hidden.sum(), r=r
    )
