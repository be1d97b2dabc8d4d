"""Polychoric correlations of ordinal items, and of cross tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special
from semfit.polychoric import INFINITE, polychoric_correlations

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    IntArray,
    Missing,
    check_varies,
    complete_rows,
    to_matrix,
)

#: More distinct answers than this are no categories.
MOST_CATEGORIES = 20


def coded(values: FloatArray, names: Sequence[object]) -> list[FloatArray]:
    """Category codes 0, 1, … a column (missing: NaN)."""
    check_varies(values, names)
    columns = []
    for j, name in enumerate(names):
        levels = np.unique(values[~np.isnan(values[:, j]), j])
        if len(levels) > MOST_CATEGORIES:
            raise CannotCompute("too_many_categories", name=str(name), n=len(levels))
        codes = np.searchsorted(levels, values[:, j]).astype(np.float64)
        columns.append(np.where(np.isnan(values[:, j]), np.nan, codes))
    return columns


def thresholds(codes: FloatArray) -> FloatArray:
    """Thresholds of an item from its margin."""
    return _of_counts(np.bincount(codes[~np.isnan(codes)].astype(np.int64)))


def _of_counts(count: IntArray) -> FloatArray:
    return np.asarray(special.ndtri(np.cumsum(count)[:-1] / count.sum()))


def polychoric(items: pd.DataFrame, *, missing: Missing = "listwise") -> pd.DataFrame:
    """Polychoric correlation matrix of ordinal items, by two-step maximum likelihood.

    Thresholds come from each item's own margin (all its answers if pairwise), then one correlation
    a pair from the table of the rows where both are answered.

    Raises:
        CannotCompute: a constant item, more than 20 distinct answers, a pair without rows.

    Source: Olsson (1979), Psychometrika 44, 443-460; as R's psych with ``correct = 0``.
    """
    values = to_matrix(items)
    if missing == "listwise":
        values = complete_rows(values)
        if len(values) < 2:
            raise CannotCompute("few_complete_rows", n=len(values), least=2)
    p = values.shape[1]
    codes = coded(values, list(items.columns))
    cuts = [thresholds(c) for c in codes]
    top = max(len(c) for c in cuts) + 1
    flags = np.zeros((len(values), p * top))
    for k, code in enumerate(codes):
        there = np.flatnonzero(~np.isnan(code))
        flags[there, k * top + code[there].astype(np.int64)] = 1.0
    every = (flags.T @ flags).reshape(p, top, p, top)
    i, j = np.triu_indices(p, 1)
    tables = every[i, :, j, :]
    if len(tables) and tables.sum(axis=(1, 2)).min() < 2:
        k = int(np.argmin(tables.sum(axis=(1, 2))))
        first, second = str(items.columns[i[k]]), str(items.columns[j[k]])
        raise CannotCompute("few_common_rows", first=first, second=second, least=2)
    corr = np.eye(p)
    if len(tables):
        for axis, (one, other) in ((2, (i, j)), (1, (j, i))):
            flat = np.flatnonzero((tables.sum(axis=axis) > 0).sum(axis=1) < 2)
            if flat.size:
                a, b = (str(items.columns[side[flat[0]]]) for side in (one, other))
                raise CannotCompute("constant_where", name=a, other=b)
        padded = _padded(cuts, top)
        corr[i, j] = corr[j, i] = polychoric_correlations(tables, padded[i], padded[j])
    return pd.DataFrame(corr, index=items.columns, columns=items.columns)


def polychoric_of_tables(tables: Sequence[IntArray]) -> FloatArray:
    """Polychoric correlations of cross tables, thresholds from the margins of each.

    No row and no column of a table is empty, and none has only one.
    """
    top = max((max(t.shape) for t in tables), default=0)
    stacked = np.zeros((len(tables), top, top))
    for k, table in enumerate(tables):
        stacked[k, : table.shape[0], : table.shape[1]] = table
    cuts = [[_of_counts(t.sum(axis=axis)) for t in tables] for axis in (1, 0)]
    return polychoric_correlations(stacked, _padded(cuts[0], top), _padded(cuts[1], top))


def _padded(cuts: Sequence[FloatArray], top: int) -> FloatArray:
    """Thresholds between −∞ and ∞, filled up with ∞, items × (top + 1)."""
    padded = np.full((len(cuts), top + 1), INFINITE)
    padded[:, 0] = -INFINITE
    for k, cut in enumerate(cuts):
        padded[k, 1 : 1 + len(cut)] = cut
    return padded
