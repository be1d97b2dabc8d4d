"""Respondents who answer nearly alike: one person twice, a copied row, or chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from loyalty.stats._common import (
    BoolArray,
    CannotCompute,
    FloatArray,
    IntArray,
    correlations_by_pair,
    to_matrix,
)
from loyalty.stats.roots import correlation_root

#: All pairs of more rows than these are not looked at.
MOST = 5_000
#: So many surveys are drawn for what chance does.
DRAWS = 20
#: No surveys are drawn of more answers than these.
ANSWERS = 4_000_000


@dataclass(frozen=True)
class Twins:
    """Respondents of whom another one gives the same answer to nearly all items.

    Attributes:
        n: respondents compared. pairs: of them so alike. people: who stand in one or more pairs.
        by_chance: mean of `people` in surveys drawn without any copy; most_by_chance: the largest.
        twins: bool by row.
    """

    n: int
    pairs: int
    people: int
    by_chance: float
    most_by_chance: int
    twins: pd.Series


def twins(
    items: pd.DataFrame, *, share: float = 0.85, least: int = 10, draws: int = DRAWS, seed: int = 1
) -> Twins:
    """Pairs of rows with the same answer to `share` or more of the items that both answered.

    Pairs with fewer than `least` such items are not compared. What chance does is told by surveys
    of as many people, with the same frequencies, gaps and (nearly) the same correlations, whose
    answers are cut from a multivariate normal distribution: that likeness which correlated items
    of few answers bring by themselves is so allowed for, that of groups who think alike is not.

    Args:
        items: (n, p) answers as given.

    Raises:
        CannotCompute: fewer than `least` items, fewer than two rows, or more than :data:`MOST`.

    Source: Kuriakose & Robbins (2016), Statistical Journal of the IAOS 32, 283-291 (the share); the
    reference is ours, after the objections of Simmons, Mercer, Schwarzer & Kennedy (2016), ibid.
    327-338.
    """
    values = to_matrix(items)
    n, p = values.shape
    if p < least:
        raise CannotCompute("few_items_for_twins", n=p, least=least)
    if n < 2:
        raise CannotCompute("few_complete_rows", n=n, least=2)
    if n > MOST:
        raise CannotCompute("many_rows_for_twins", n=n, most=MOST)
    codes = np.column_stack([pd.factorize(column)[0] for column in values.T]).astype(np.int64)
    alike, pairs = _alike(codes, share, least)
    found = [int(_alike(drawn, share, least)[0].sum()) for drawn in _drawn(values, draws, seed)]
    return Twins(
        n=n,
        pairs=pairs,
        people=int(alike.sum()),
        by_chance=float(np.mean(found)),
        most_by_chance=max(found),
        twins=pd.Series(alike, index=items.index, name="twin"),
    )


@dataclass(frozen=True)
class Repeats:
    """Rows that equal an earlier one in every answer, and how many chance makes.

    Attributes:
        rows: how many do. by_chance: their mean in surveys drawn without any copy; most_by_chance:
        the largest; of `draws` surveys.
    """

    rows: int
    by_chance: float
    most_by_chance: int
    draws: int

    @property
    def beyond(self) -> bool:
        """Whether there are more than in any survey without copies: a Monte Carlo test."""
        return self.rows > self.most_by_chance


def repeats(items: pd.DataFrame, *, draws: int = DRAWS, seed: int = 1) -> Repeats:
    """Rows that repeat an earlier one, beside how many do by chance.

    Few items of few answers make equal rows of people who never met; chance is told as by
    :func:`twins`.

    Args:
        items: (n, p) answers as given; gaps equal gaps.

    Raises:
        CannotCompute: fewer than two rows, or more answers than :data:`ANSWERS`.

    Source: Barnard (1963), Journal of the Royal Statistical Society B 25, 294 (a statistic beside
    those of drawn samples: above all 20 is p < .05).
    """
    values = to_matrix(items)
    n, p = values.shape
    if n < 2:
        raise CannotCompute("few_complete_rows", n=n, least=2)
    if n * p > ANSWERS:
        raise CannotCompute("many_rows_for_twins", n=n, most=ANSWERS // p)
    found = [_again(drawn) for drawn in _drawn(values, draws, seed)]
    return Repeats(
        rows=_again(np.nan_to_num(values, nan=np.inf)),
        by_chance=float(np.mean(found)),
        most_by_chance=max(found),
        draws=draws,
    )


def _again(rows: FloatArray | IntArray) -> int:
    return len(rows) - len(np.unique(rows, axis=0))


def _alike(codes: IntArray, share: float, least: int) -> tuple[BoolArray, int]:
    """Who stands in a pair of rows so alike, bool by row, and how many such pairs there are."""
    n = len(codes)
    there = (codes >= 0).astype(np.float32)
    columns = [np.ascontiguousarray(c) for c in codes.T]
    alike, pairs = np.zeros(n, dtype=bool), 0
    for start in range(0, n, 256):
        stop = min(start + 256, n)
        same = np.zeros((stop - start, n - start), dtype=np.int16)
        for column in columns:
            own = np.where(column < 0, -2, column)[start:stop]  # no answer is like no other
            same += own[:, None] == column[start:]
        both = there[start:stop] @ there[start:].T
        near = np.triu((both >= least) & (same >= share * both - 1e-6), 1)
        pairs += int(near.sum())
        alike[start:stop] |= near.any(axis=1)
        alike[start:] |= near.any(axis=0)
    return alike, pairs


def _drawn(values: FloatArray, draws: int, seed: int) -> list[IntArray]:
    """Codes of surveys with the frequencies, gaps and correlations of `values`, but no copies."""
    rng = np.random.default_rng(seed)
    n, p = values.shape
    r = np.nan_to_num(correlations_by_pair(values)[1])
    np.fill_diagonal(r, 1.0)
    # As scores of the normal distribution answers correlate less than what they are cut from.
    shrunk = np.array([_shrunk(column) for column in values.T])
    r = np.clip(r / np.outer(shrunk, shrunk), -0.98, 0.98)
    np.fill_diagonal(r, 1.0)
    root = correlation_root(r, least=1e-6)
    gaps = np.isnan(values)
    ordered = [np.sort(column[~np.isnan(column)]) for column in values.T]
    found = []
    for _ in range(draws):
        u = special.ndtr(rng.standard_normal((n, p)) @ root.T)
        codes = np.full((n, p), -1, dtype=np.int64)
        for j, known in enumerate(ordered):
            if len(known):
                at = np.minimum((u[:, j] * len(known)).astype(np.int64), len(known) - 1)
                codes[:, j] = np.searchsorted(np.unique(known), known[at])
        codes[gaps] = -1
        found.append(codes)
    return found


def _shrunk(column: FloatArray) -> float:
    """Correlation of an item with the normal variable that it is cut from, by its frequencies."""
    levels, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    if len(levels) < 2:
        return 1.0
    cuts = special.ndtri(np.cumsum(counts)[:-1] / counts.sum())
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2 * np.pi)
    mean = (levels * counts).sum() / counts.sum()
    deviation = np.sqrt((counts * (levels - mean) ** 2).sum() / counts.sum())
    return float((density * np.diff(levels)).sum() / deviation)
