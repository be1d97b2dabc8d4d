"""Items that are one: two columns that say the same, or one that follows from the other.

Frames are (n respondents, p items), missing answers NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute, FloatArray, IntArray, to_matrix
from loyalty.stats.efa import polychoric

#: Of a pair whose product-moment correlation is smaller no polychoric one of .95 is looked for:
#: two items of two categories split 5 to 95 still have .67 then.
LOOKED = 0.60
#: So many rows there must be for each answer of the one that the other is said to follow from.
ROWS_AN_ANSWER = 5
#: Nothing is said of two items that fewer people answered.
FEWEST = 20
#: An item of more different answers than these is followed in no cross table.
ANSWERS = 21


@dataclass(frozen=True)
class OnePair:
    """Two items that are one.

    Attributes:
        a, b: the items. n: rows with both.
        r: product-moment correlation. polychoric: None where it was not looked for.
        follows: which follows from the other without exception: ``a`` (from b), ``b`` (from a),
            ``both`` (one is the other in other codes), or None.
    """

    a: str
    b: str
    n: int
    r: float
    polychoric: float | None
    follows: Literal["a", "b", "both"] | None


def items_that_are_one(items: pd.DataFrame, *, least: float = 0.95) -> list[OnePair]:
    """Pairs whose correlation, product-moment or polychoric, is `least` in size, and pairs of
    which one is a function of the other in every row.

    A function is only told from chance where each answer of the one occurs often: at least
    five rows for each, and no answer of the other one in all rows but a few.
    """
    values = to_matrix(items)
    names = list(map(str, items.columns))
    r = np.asarray(pd.DataFrame(values).corr(min_periods=3).to_numpy(), dtype=np.float64)
    tables = _tables(values)
    found = []
    for i, j in zip(*np.triu_indices(len(names), 1), strict=True):
        n = int((~np.isnan(values[:, [i, j]]).any(axis=1)).sum())
        if n < FEWEST:
            continue
        size = abs(float(r[i, j]))
        follows = None if tables is None else _follows(tables[i, :, j, :])
        ordinal = None
        if follows is None and LOOKED <= size < least:
            ordinal = _polychoric(values[:, [i, j]])
        if follows is not None or max(size, abs(ordinal or 0.0)) >= least:
            found.append(OnePair(names[i], names[j], n, float(r[i, j]), ordinal, follows))
    return found


def _tables(values: FloatArray) -> IntArray | None:
    """Of all pairs of items the cross tables, p × answers × p × answers.

    An item of more than :data:`ANSWERS` different answers has none; None where no item has one.
    """
    coded = []
    for column in values.T:
        there = ~np.isnan(column)
        answers, codes = np.unique(column[there], return_inverse=True)
        coded.append((there, codes) if len(answers) <= ANSWERS else (there & False, codes[:0]))
    top = max((int(codes.max()) + 1 for _, codes in coded if len(codes)), default=0)
    if top == 0:
        return None
    p = values.shape[1]
    flags = np.zeros((len(values), p * top), dtype=np.float32)
    for k, (there, codes) in enumerate(coded):
        flags[np.flatnonzero(there), k * top + codes] = 1.0
    counts: IntArray = np.rint(flags.T @ flags).astype(np.int64).reshape(p, top, p, top)
    return counts


def _polychoric(pair: FloatArray) -> float | None:
    try:
        return float(polychoric(pd.DataFrame(pair, columns=["a", "b"])).to_numpy()[0, 1])
    except CannotCompute:
        return None


def _follows(table: IntArray) -> Literal["a", "b", "both"] | None:
    """Which of the two items of a cross table is a function of the other."""
    a, b = _from(table.T), _from(table)
    if a and b:
        return "both"
    return "a" if a else "b" if b else None


def _from(table: IntArray) -> bool:
    """Whether the columns' item follows from the rows' one, beyond what chance does."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    given, answers = int((rows > 0).sum()), int((columns > 0).sum())
    if given < 2 or answers < 2 or rows.sum() < ROWS_AN_ANSWER * given:
        return False
    if columns.sum() - columns.max() < ROWS_AN_ANSWER:  # nearly one answer: by chance
        return False
    return bool(((table > 0).sum(axis=1) <= 1).all())


@dataclass(frozen=True)
class AgainstRest:
    """An item whose correlation with the sum of its construct's other items is negative."""

    item: str
    n: int
    r: float


def against_the_rest(items: pd.DataFrame) -> list[AgainstRest]:
    """Of one construct's items those that go against the rest: negative item–rest correlations.

    Over rows that answered all. With two items one sign belongs to both, and both are named.
    """
    values = to_matrix(items)
    values = values[~np.isnan(values).any(axis=1)]
    found = []
    for j, name in enumerate(items.columns):
        rest = np.delete(values, j, axis=1).sum(axis=1)
        if values.shape[1] < 2 or len(values) < 3:
            break
        if np.ptp(rest) == 0 or np.ptp(values[:, j]) == 0:
            continue
        r = float(np.corrcoef(values[:, j], rest)[0, 1])
        if r < 0:
            found.append(AgainstRest(str(name), len(values), r))
    return found


@dataclass(frozen=True)
class OtherScale:
    """An item whose answers use few of its scale's points, as the codes of another scale do.

    Attributes:
        item: its name. n: answered. low, high: least and greatest answer.
        likely: the scale its codes look like, (min, max).
    """

    item: str
    n: int
    low: float
    high: float
    likely: tuple[int, int]


#: Scales that are in use, by their codes.
SCALES = ((0, 1), (1, 2), (1, 3), (1, 4), (0, 4), (1, 5), (1, 6), (1, 7), (0, 10), (1, 10))


def codes_of_another_scale(
    items: pd.DataFrame, scales: Mapping[str, tuple[float, float]], *, least: int = 100
) -> list[OtherScale]:
    """Items of which nobody gives the upper answers of the scale, although others do.

    An item is named when its answers, of at least `least` people, fill a usual shorter scale to
    its ends (ten people or more give either, one in twenty the upper), while most items of the
    same declared scale reach that one's upper end.
    """
    found = []
    for scale in sorted(set(scales.values())):
        same = [c for c in items.columns if scales[str(c)] == scale]
        reach = [c for c in same if items[c].max() == scale[1]]
        if len(reach) * 2 < len(same):
            continue
        for name in same:
            answers = items[name].dropna()
            if len(answers) < least or answers.max() >= scale[1]:
                continue
            low, high = float(answers.min()), float(answers.max())
            lower, upper = (answers == low).sum(), (answers == high).sum()
            ends = lower >= 10 and upper >= max(10, 0.05 * len(answers))
            if (low, high) in SCALES and ends:
                likely = (int(low), int(high))
                found.append(OtherScale(str(name), len(answers), low, high, likely))
    return found


def names_of(pairs: Sequence[OnePair]) -> list[str]:
    """Of each pair the item to leave out so that no two are one: what follows, else the second."""
    out: list[str] = []
    for pair in pairs:
        if pair.a in out or pair.b in out:
            continue
        out.append(pair.a if pair.follows == "a" else pair.b)
    return out
