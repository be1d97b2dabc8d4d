"""Loyalty in a sequence of brand choices (Ehrenberg 1988), with intervals over households."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level

#: Of households that could come back to a brand they left, at least so many do in data that are in
#: the order of purchase; under any plausible behaviour it is a large share.
_RETURNING = 0.01
MEASURES = ("share", "penetration", "frequency", "repeat", "requirements", "sole")


@dataclass(frozen=True, eq=False)
class BrandLoyalty(Result):
    """Measures of loyalty to brands.

    Attributes:
        brands: one row a brand and measure: ``brand``, ``measure``, ``value``, ``low``, ``high``,
            ``buyers`` (households). Measures: ``share`` of purchases; ``penetration``, the share
            of households that bought it; ``frequency``, purchases a buyer; ``repeat``, the share
            of its purchases that the same brand follows; ``requirements``, its share of all that
            its buyers bought of the category; ``sole``, buyers who bought no other.
        category: one row a measure, ``measure``, ``value``, ``low``, ``high``: ``repeat``;
            ``chance``, the repeat rate if each household's own purchases came in random order;
            ``inertia``, the difference; ``sole`` (of households that bought twice or more).
        duplication: ``brand``, ``other``, ``value``: share of a brand's buyers who bought the
            other; ``buyers`` and ``both`` are the households behind it.
        households, purchases: how many. single: households with one purchase.
        in_order: False where rows are sorted by brand and not by time, so that no household comes
            back to a brand that it left: then ``repeat`` and ``inertia`` are NaN.
        level, draws, seed: of the bootstrap.
    """

    brands: pd.DataFrame
    category: pd.DataFrame
    duplication: pd.DataFrame
    households: int
    purchases: int
    single: int
    in_order: bool
    level: float
    draws: int
    seed: int


def brand_loyalty(
    choices: pd.DataFrame,
    brands: Sequence[str],
    *,
    draws: int,
    seed: int,
    level: float = 0.95,
) -> BrandLoyalty:
    """Loyalty measures of a category, with percentile intervals over resampled households.

    Args:
        choices: ``household``, ``brand`` and where known ``occasion``, else in order of purchase.
        brands: those to report, in their order.

    Raises:
        CannotCompute: one brand, fewer than ten households, or no household that bought twice.
    """
    check_level(level)
    order = ["household", *(c for c in ["occasion"] if c in choices.columns)]
    ordered = choices.sort_values(order, kind="stable")
    brands = [b for b in brands if (ordered["brand"] == b).any()]
    if len(brands) < 2:
        raise CannotCompute("few_brands")
    household = pd.Categorical(ordered["household"])
    n = len(household.categories)
    if n < 10:
        raise CannotCompute("few_households", n=n, least=10)
    h = np.asarray(household.codes)
    b = pd.Categorical(ordered["brand"], categories=brands).codes.astype(int)
    k = len(brands)
    followed = np.r_[h[1:] == h[:-1], False]
    same = followed & np.r_[b[1:] == b[:-1], False]

    def counts(chosen: np.ndarray) -> FloatArray:
        table = np.zeros((n, k))
        np.add.at(table, (h[chosen], b[chosen]), 1.0)
        return table

    bought, going, staying = counts(np.ones(len(h), bool)), counts(followed), counts(same)
    total = bought.sum(axis=1)
    if not followed.any():
        raise CannotCompute("no_household_twice")
    blocks = np.bincount(h, minlength=n) - np.bincount(h[same], minlength=n)
    distinct = (bought > 0).sum(axis=1)
    could = (distinct > 1) & (total > distinct)
    in_order = not could.any() or bool(
        ((blocks > distinct) & could).sum() >= _RETURNING * could.sum()
    )
    buyer = (bought > 0).astype(float)
    only = ((bought > 0) & (bought == total[:, None])).astype(float)
    # Of n purchases in random order, a share sum n_b (n_b - 1) / (n (n - 1)) of pairs is equal.
    pairs = (bought * (bought - 1)).sum(axis=1) / np.maximum(total, 1)
    several = (total > 1).astype(float)

    def measures(w: FloatArray) -> tuple[FloatArray, FloatArray]:
        """For weights (draws, households): (measures, draws, brands) and (measures, draws)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            units, buyers = w @ bought, w @ buyer
            by_brand = np.array(
                [
                    units / units.sum(axis=1, keepdims=True),
                    buyers / w.sum(axis=1, keepdims=True),
                    units / buyers,
                    (w @ staying) / (w @ going),
                    units / (w @ (buyer * total[:, None])),
                    (w @ only) / buyers,
                ]
            )
            transitions = w @ going.sum(axis=1)
            repeat = (w @ staying.sum(axis=1)) / transitions
            if not in_order:
                repeat, by_brand[MEASURES.index("repeat")] = repeat * np.nan, np.nan
            chance = (w @ pairs) / transitions
            sole = (w @ (only.sum(axis=1) * several)) / (w @ several)
        return by_brand, np.array([repeat, chance, repeat - chance, sole])

    rng = np.random.default_rng(seed)
    resampled = rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
    point, whole = measures(np.ones((1, n)))
    many, many_whole = measures(resampled)
    low, high = _quantiles(many, level)
    low_whole, high_whole = _quantiles(many_whole, level)
    shared = buyer.T @ buyer
    return BrandLoyalty(
        brands=pd.DataFrame(
            [
                (brands[j], m, point[i, 0, j], low[i, j], high[i, j], int(shared[j, j]))
                for j in range(k)
                for i, m in enumerate(MEASURES)
            ],
            columns=["brand", "measure", "value", "low", "high", "buyers"],
        ),
        category=pd.DataFrame(
            {
                "measure": ["repeat", "chance", "inertia", "sole"],
                "value": whole[:, 0],
                "low": low_whole,
                "high": high_whole,
            }
        ),
        duplication=pd.DataFrame(
            [
                (brands[i], brands[j], shared[i, j] / shared[i, i], *map(int, shared[i, [i, j]]))
                for i in range(k)
                for j in range(k)
                if i != j
            ],
            columns=["brand", "other", "value", "buyers", "both"],
        ),
        households=n,
        purchases=len(h),
        single=int((total == 1).sum()),
        in_order=in_order,
        level=level,
        draws=draws,
        seed=seed,
    )


def _quantiles(draws: FloatArray, level: float) -> FloatArray:
    """Lower and upper percentile over axis 1; a measure that a draw did not have is skipped."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    none = np.all(np.isnan(draws), axis=1)
    filled = np.where(np.expand_dims(none, 1), 0.0, draws)
    return np.asarray(np.where(none, np.nan, np.nanquantile(filled, tails, axis=1)))
