"""Which items belong together, and which of them are worded the other way round."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from loyalty.ground.thresholds import threshold
from loyalty.newcase.answers import Points
from loyalty.newcase.kinds import OUTCOME, OVERALL, SATISFACTION
from loyalty.newcase.source import Column
from loyalty.stats._common import correlations_by_pair

_NUMBERED = re.compile(
    r"(.*?[^\d\s_.\-(\[])[\s_.\-]*[\(\[]?(?:SQ)?0*\d+"
    r"(?:[a-z]|[_.\-]?(?:R|r|REV|Rev|rev))?[\)\]]?",  # TCH3R: worded the other way round, or turned
    re.S,
)
_NESTED = re.compile(r"(.*\d)[\s_.\-\[(]+(?:SQ)?0*\d+[a-z]?[\])]?", re.S)
_LETTERED = re.compile(r"(.*?\d)[_.\-]?[a-z]", re.S)
#: The question of a matrix and one of its rows.
_MATRIX = (
    re.compile(r"(.+?)\s*\[\s*([^\[\]]+?)\s*\]\s*", re.S),
    re.compile(r"(.+?[?？.:：。)）])\s*[-–—]+\s*(.+)", re.S),
    re.compile(r"(.+?)\s*(?: - |—|–|:|：)\s*(.+)", re.S),
)
#: The same as 问卷星 heads a row of a matrix: ``1、题目—题项``, ``1、题目（题项）``.
_WJX = (
    re.compile(r"(\d+[、.．]\s*[^—]+?)\s*—+\s*(.+)", re.S),
    re.compile(r"(\d+[、.．]\s*.+?)\s*[(（]([^()（）]+)[)）]\s*", re.S),
)
#: Stems that say nothing about what is asked.
_BARE = re.compile(
    r"(?:q|v|x|y|a|b|i|s|item|var|question|col|column|f|题|问题|第|p)?[_.\- ]*", re.I
)


@dataclass
class Item:
    """A column of a scale."""

    column: Column
    points: Points
    reversed: bool = False
    rest: float = float("nan")


@dataclass
class Block:
    """Items of one construct; `why` says what holds them together, `role` what it may be."""

    stem: str
    items: list[Item]
    why: str
    sure: bool = True
    label: str = ""
    role: str = ""
    wordings: dict[str, str] = field(default_factory=dict)


def stem(column: Column) -> tuple[str, str]:
    """What a column has in common with others of its block, and its own wording."""
    asked = column.asked
    if row := _row(asked, _WJX):
        return row
    if column.over:
        return column.over, asked
    row = _row(asked, _MATRIX)
    if row and (asked != column.name or len(asked) > 25 or "[" in asked or " " in row[1]):
        return row
    for pattern in (_NESTED, _NUMBERED, _LETTERED):
        if m := pattern.fullmatch(column.code.strip()):
            return m[1].strip(" _.-"), asked
    return column.code, asked


def _row(asked: str, patterns: Sequence[re.Pattern[str]]) -> tuple[str, str] | None:
    """The question of a matrix and its row, of what stands over a column."""
    for pattern in patterns:
        if (m := pattern.fullmatch(asked)) and len(m[2]) > 1 and len(m[1]) > 2:
            return m[1].strip(), m[2].strip()
    return None


def matrix(column: Column) -> str | None:
    """The question of the matrix that a column is a row of."""
    row = _row(column.asked, (*_WJX, *_MATRIX[:2]))
    return row[0] if row else None


def bare(name: str) -> bool:
    return bool(_BARE.fullmatch(name.strip()))


def clusters(frame: pd.DataFrame) -> list[list[int]]:
    """Columns that go together: average linkage of 1 − |r|, cut where |r| is too low for that.

    Everitt, Landau, Leese and Stahl (2011), Cluster Analysis, chapter 4. Where that leaves all of
    six or more together, they are cut into the clusters of two or more with the best average
    silhouette, if there is structure in them (Kaufman and Rousseeuw 1990, Finding Groups in Data,
    table 2.4).
    """
    if frame.shape[1] < 3:
        return [[int(c) for c in frame.columns]]
    from scipy.cluster import hierarchy  # slow to import, and few files need it
    from scipy.spatial.distance import squareform

    r = np.nan_to_num(np.abs(correlations_by_pair(frame.to_numpy(dtype=float))[1]), nan=0.0)
    np.fill_diagonal(r, 1.0)
    apart = squareform(np.clip(1 - (r + r.T) / 2, 0, 1), checks=False)
    tree = hierarchy.linkage(apart, "average")
    label = hierarchy.fcluster(tree, 1 - threshold("new_together").value, criterion="distance")
    if len(label) > 5 and len(set(label)) == 1:
        cuts = [hierarchy.fcluster(tree, k, criterion="maxclust") for k in range(2, 6)]
        parts = [cut for cut in cuts if min(np.unique(cut, return_counts=True)[1]) > 1]
        best = max(parts, key=lambda cut: _silhouette(1 - r, cut), default=label)
        label = best if threshold("new_structure").met(_silhouette(1 - r, best)) else label
    return [
        [int(c) for c, of in zip(frame.columns, label, strict=True) if of == k]
        for k in dict.fromkeys(label)
    ]


def _silhouette(apart: np.ndarray, label: np.ndarray) -> float:
    """The average silhouette of clusters of two or more: Rousseeuw (1987); 0 of a single one."""
    parts = [label == k for k in np.unique(label)]
    if len(parts) < 2:
        return 0.0
    total = np.column_stack([apart[:, part].sum(axis=1) for part in parts])
    size = np.array([part.sum() for part in parts])
    own = np.searchsorted(np.unique(label), label)
    rows = np.arange(len(label))
    within = total[rows, own] / (size[own] - 1)
    others = total / size
    others[rows, own] = np.inf
    nearest = others.min(axis=1)
    return float(np.mean((nearest - within) / np.maximum(nearest, within)))


def turn(items: Sequence[Item]) -> None:
    """Mark the items that run against the rest of their block.

    By the sign of the loading on the first principal component; the majority points upwards.
    Then the item–rest correlation is kept, with those items turned.
    """
    if len(items) < 2:
        return
    values = np.column_stack([item.points.numbers.to_numpy(dtype=float) for item in items])
    r = np.nan_to_num(correlations_by_pair(values)[1], nan=0.0)
    first = np.linalg.eigh(r)[1][:, -1]
    if (first < 0).sum() > len(items) / 2 or ((first < 0).sum() == len(items) / 2 and first[0] < 0):
        first = -first
    signs = np.where(first < -0.1, -1.0, 1.0)
    turned = values * signs
    there = ~np.isnan(turned)
    total, answered = np.where(there, turned, 0.0).sum(axis=1), there.sum(axis=1)
    for i, item in enumerate(items):
        own = np.where(there[:, i], turned[:, i], 0.0)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # no row with both
            rest = (total - own) / (answered - there[:, i])
            known = there[:, i] & ~np.isnan(rest)
            item.rest = float(np.corrcoef(turned[known, i], rest[known])[0, 1])
        item.reversed = bool(signs[i] < 0 and threshold("new_weak").met(item.rest))


def against(cause: Block, effect: Block, sign: str) -> float | None:
    """The correlation of two blocks' scores where its 95 % interval (Fisher's z) lies on the other
    side of zero than the `sign` of a path says; what else leads to the effect is not asked."""
    scores = pd.DataFrame({k: _score(b) for k, b in enumerate((cause, effect))}).dropna()
    if len(scores) < 10 or scores.nunique().min() < 2:
        return None
    r = float(np.corrcoef(scores.to_numpy().T)[0, 1])
    sure = abs(np.arctanh(np.clip(r, -0.999, 0.999))) * np.sqrt(len(scores) - 3) > 1.96
    return r if sure and (r < 0) == (sign == "+") else None


def _score(block: Block) -> pd.Series:
    """The mean of a block's items on 0 to 1, turned ones turned."""
    parts = {}
    for k, item in enumerate(block.items):
        points = item.points
        part = (points.numbers - points.low) / (points.high - points.low)
        parts[k] = 1 - part if item.reversed else part
    return pd.DataFrame(parts).mean(axis=1)


def blocks(items: Sequence[Item]) -> list[Block]:
    """Items by the stem of their names or questions; what the names leave open, by correlation."""
    by_stem: dict[tuple[str, int, int], list[Item]] = {}
    wording: dict[str, str] = {}
    for item in items:
        of, own = stem(item.column)
        wording[item.column.name] = own
        by_stem.setdefault((of, *_scale(item)), []).append(item)
    by_stem = _by_number(by_stem)
    found: list[Block] = []
    loose: list[Item] = []
    for (of, _, _), members in by_stem.items():
        if len(members) == 1 or (bare(of) and len(members) > 2):
            loose += members
        else:
            found.append(Block(of, members, "stem"))
    named = [b.stem for b in found]
    bunches: dict[tuple[bool, int, int], list[Item]] = {}
    for item in loose:
        name = item.column.code.strip()
        if any(re.fullmatch(rf"{re.escape(of)}[ _.-]+[A-Za-z]+", name) for of in named if of):
            # one rating of what a whole block is about
            found.append(Block(name, [item], "alone", sure=False, role="alternative"))
            continue
        of = stem(item.column)[0]
        key = (bare(of) and of != item.column.code, *_scale(item))
        bunches.setdefault(key, []).append(item)
    for bunch in bunches.values():
        found += _kin(bunch)
    order = {item.column.at: k for k, item in enumerate(items)}
    found.sort(key=lambda b: min(order[i.column.at] for i in b.items))
    for block in found:
        turn(block.items)
        block.wordings = {i.column.name: wording[i.column.name] for i in block.items}
    return found


def _by_number(
    by_stem: dict[tuple[str, int, int], list[Item]],
) -> dict[tuple[str, int, int], list[Item]]:
    """Several matrices asked in the same words, apart by their number (``Q1_1``, ``Q2_1``).

    Only where every item is numbered within a matrix, and each matrix has two or more.
    """
    found: dict[tuple[str, int, int], list[Item]] = {}
    for (of, low, high), members in by_stem.items():
        parts: dict[str, list[Item]] = {}
        for item in members:
            m = _NESTED.fullmatch(item.column.code.strip())
            parts.setdefault(m[1].strip(" _.-") if m else "", []).append(item)
        several = len(parts) > 1 and "" not in parts and min(map(len, parts.values())) > 1
        found |= {(name, low, high): p for name, p in (parts if several else {of: members}).items()}
    return found


def _scale(item: Item) -> tuple[int, int]:
    """The ends of the scale on which an item was asked, as far as one can tell."""
    return item.points.of or (item.points.low, item.points.high)


def _kin(bunch: Sequence[Item]) -> list[Block]:
    """Items whose names have no stem: by crossed names, by words, then by correlation."""
    made, left = [], list(bunch)
    for of, members in [*_crossed(left), *_worded(left)]:
        if all(item in left for item in members):
            left = [item for item in left if item not in members]
            label = _common([i.column.asked for i in members])
            made.append(
                Block(of, members, "words", sure=False, label=label if len(label) > 3 else "")
            )
    frame = pd.DataFrame({i.column.at: i.points.numbers for i in left})
    groups = clusters(frame) if len(left) > 2 else [[i.column.at] for i in left]
    for group in groups:
        members = [i for i in left if i.column.at in group]
        for part in _apart(members) if len(members) > 3 else [members]:
            if len(part) == 1:
                item = part[0]
                whole = len(members) > 3 and not _words(item, OUTCOME) and _words(item, OVERALL)
                of = "mediator" if whole else ""
                made.append(Block(item.column.code, part, "alone", sure=False, role=of))
            else:
                of = _common([i.column.code for i in part])
                made.append(Block(of, part, "correlation", sure=False))
    return made


def _crossed(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """Items of one ending, where two or more beginnings come with two or more endings.

    As in ``PRICEX FOODX PRICEY FOODY``; of two ways to see it, the one with the larger blocks.
    """
    ends: dict[str, dict[str, Item]] = {}
    for item in items:
        name = item.column.code.strip()
        for n in (1, 2, 3):
            if len(name) - n > 2 and name[-n:].isalpha():
                ends.setdefault(name[-n:], {})[name[:-n]] = item
    found = []
    for end, own in ends.items():
        shared = [s for s in own if any(s in other for e, other in ends.items() if e != end)]
        if len(shared) > 1:
            found.append((end, [own[s] for s in shared]))
    return sorted(found, key=lambda pair: (-len(pair[1]), len(pair[0])))


def _worded(items: Sequence[Item]) -> list[tuple[str, list[Item]]]:
    """Items asked in the same words, in whatever order."""
    by: dict[frozenset[str], list[Item]] = {}
    for item in items:
        if item.column.asked != item.column.code:
            words = re.findall(r"\w{3,}", item.column.asked.lower())
            by.setdefault(frozenset(words), []).append(item)
    return [
        (_common([i.column.asked for i in of]) or of[0].column.asked, of)
        for words, of in by.items()
        if len(of) > 1 and len(words) > 1
    ]


def _apart(items: Sequence[Item]) -> list[list[Item]]:
    """Items that go together, apart by what their words say: outcome, satisfaction, the rest.

    Where none says satisfaction, a single rating of the whole stands for it.
    """
    parts: dict[str, list[Item]] = {}
    for item in items:
        place = "outcome" if _words(item, OUTCOME) else ""
        parts.setdefault("satisfaction" if _words(item, SATISFACTION) else place, []).append(item)
    rest = parts.get("", [])
    whole = [i for i in rest if _words(i, OVERALL)]
    if "satisfaction" not in parts and len(whole) == 1 and len(rest) > 2:
        parts[""] = [i for i in rest if i not in whole]
        parts["satisfaction"] = whole
    return list(parts.values())


def _words(item: Item, wanted: re.Pattern[str]) -> bool:
    """Whether an item's name or label has one of the words; a whole sentence is no label."""
    name, asked = item.column.code, item.column.asked
    short = len(asked.split()) <= 4 and len(asked) <= 40
    said = f"{name} {asked if short else ''}".replace("_", " ")
    return wanted.search(said) is not None


def _common(names: Sequence[str]) -> str:
    """What names have in common at their beginning."""
    first, last = min(names), max(names)
    n = next(
        (i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
    return first[:n].rstrip(" _.-0123456789")
