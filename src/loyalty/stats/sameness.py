"""Items that are one: two columns that say the same, or one that follows from the other.

Frames are (n respondents, p items), missing answers NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from loyalty.stats._common import (
    BoolArray,
    FloatArray,
    IntArray,
    correlations_by_pair,
    to_matrix,
)
from loyalty.stats.polychoric import polychoric_of_tables

#: Of a pair whose product-moment correlation is smaller no polychoric one of .95 is looked for:
#: two items of two categories split 5 to 95 still have .67 then.
LOOKED = 0.60
#: So many rows there must be for each answer of the one that the other is said to follow from.
ROWS_AN_ANSWER = 5
#: Nothing is said of two items that fewer people answered.
FEWEST = 20
#: An item of more different answers than these is followed in no cross table.
ANSWERS = 21
#: So many rows are looked at first: a pair that they refute is none in all rows.
SOME = 1_000


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
    n, r = correlations_by_pair(values)
    codes, answers = _codes(values)
    size = np.abs(r)
    may = _may_follow(codes, answers)
    looked = np.triu((n >= FEWEST) & (may | (size >= min(LOOKED, least))), 1)
    pairs = np.argwhere(looked).tolist()
    follows: dict[tuple[int, int], Literal["a", "b", "both"] | None] = {}
    tables = {}
    for i, j in pairs:
        table = _table(codes[i], codes[j])
        follows[i, j] = _follows(table) if may[i, j] else None
        if follows[i, j] is None and LOOKED <= size[i, j] < least:
            tables[i, j] = table
    ordinal = dict(zip(tables, _polychoric(list(tables.values())), strict=True))
    found = []
    for i, j in pairs:
        own = ordinal.get((i, j))
        if follows[i, j] is not None or max(size[i, j], abs(own or 0.0)) >= least:
            pair = OnePair(names[i], names[j], int(n[i, j]), float(r[i, j]), own, follows[i, j])
            found.append(pair)
    return found


def _codes(values: FloatArray) -> tuple[IntArray, IntArray]:
    """Of each item the number of each answer in order, p × n (missing: −1), and how many there
    are."""
    codes = np.empty(values.shape[::-1], dtype=np.int64)
    answers = np.zeros(values.shape[1], dtype=np.int64)
    for k, column in enumerate(values.T):
        codes[k], levels = pd.factorize(column, sort=True)
        answers[k] = len(levels)
    return codes, answers


def _may_follow(codes: IntArray, answers: IntArray) -> BoolArray:
    """Of which pairs one may follow from the other, as far as some rows tell, p × p.

    Where in these rows two answers of the one go with one of the other it does not follow; where
    neither follows no further row can change that.
    """
    p, n = codes.shape
    some = codes[:, :: max(1, n // SOME)]
    counted = (answers > 0) & (answers <= ANSWERS)
    top = int(answers[counted].max(initial=1))
    flags = np.zeros((some.shape[1], p, top), dtype=np.float32)
    item, row = np.nonzero((some >= 0) & counted[:, None])
    flags[row, item, some[item, row]] = 1.0
    flat = flags.reshape(len(flags), -1)
    follows = np.zeros((p, p), dtype=bool)
    for i in np.flatnonzero(counted):
        there = (flags[:, i].T @ flat).reshape(top, p, top) > 0
        follows[i] = (there.sum(axis=2) <= 1).all(axis=0)
    may: BoolArray = (follows | follows.T) & counted & counted[:, None]
    return may


def _table(a: IntArray, b: IntArray) -> IntArray:
    """The cross table of two items' codes, over the rows with both; answers without row are out."""
    there = (a >= 0) & (b >= 0)
    a, b = a[there], b[there]
    rows, columns = np.bincount(a) > 0, np.bincount(b) > 0
    if rows.sum() > ANSWERS or columns.sum() > ANSWERS:
        return np.zeros((0, 0), dtype=np.int64)
    a, b = (np.cumsum(rows) - 1)[a], (np.cumsum(columns) - 1)[b]
    shape = (int(rows.sum()), int(columns.sum()))
    return np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1]).reshape(shape)


def _polychoric(tables: Sequence[IntArray]) -> list[float | None]:
    """Polychoric correlations of cross tables; None where an item has one answer or too many."""
    able = [k for k, t in enumerate(tables) if t.size and min(t.shape) > 1 and max(t.shape) <= 20]
    found: list[float | None] = [None] * len(tables)
    for start in range(0, len(able), 256):
        part = able[start : start + 256]
        for k, r in zip(part, polychoric_of_tables([tables[k] for k in part]), strict=True):
            found[k] = float(r)
    return found


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
    total = values.sum(axis=1)
    for j, name in enumerate(items.columns):
        rest = total - values[:, j]
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
