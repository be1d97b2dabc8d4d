"""The columns with answers on a scale, and what columns that stand alone are instead."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyalty.cases.sources import Format
from loyalty.newcase import answers, kinds
from loyalty.newcase.blocks import Block, Item, bare, blocks, matrix, stem, turn
from loyalty.newcase.found import Found, Group, Number
from loyalty.newcase.source import Column
from loyalty.stats._common import correlations_by_pair

#: The most levels of a grouping variable.
LEVELS = 15


def items(found: Found, rest: Sequence[Column], wanted: set[str]) -> list[Item]:
    """The columns with answers on a scale; the others become groups and numbers."""
    form, delimiter = found.source.form, found.source.delimiter
    bunches: dict[str, list[Column]] = {}
    for column in rest:
        bunches.setdefault(matrix(column) or stem(column)[0], []).append(column)
    items: list[Item] = []
    single: list[Column] = []
    for of, members in bunches.items():
        if kinds.GROUPING.search(of.replace("_", " ")) and len(of) < 30:
            single += members
            continue
        together = answers.points(members, form, delimiter) if len(members) > 1 else None
        apart = None if together is None else _fitting(members, together, form, delimiter)
        if apart is None:
            single += members
            continue
        for column, points in zip(members, apart, strict=True):
            if points is None or not points.numbers.min() < points.numbers.max():
                single.append(column)
            else:
                items.append(Item(column, points))
    candidates: list[Item] = []
    for column in single:
        read = answers.points([column], form, delimiter)
        scale = read[0] if read else None
        if column.name in wanted and scale is not None:
            items.append(Item(column, scale))
        elif scale is not None and scale.numbers.nunique() > 2 and not _grouping(found, column):
            candidates.append(Item(column, scale))
        else:
            _single(found, column)
    _settle(found, items, candidates)
    _on_the_common_scale(items)
    return sorted(items, key=lambda i: i.column.at)


def _fitting(
    members: Sequence[Column], together: Sequence[answers.Points], form: Format, delimiter: str
) -> list[answers.Points | None] | None:
    """Columns of one stem on one scale; those that use another are read on their own."""
    alone = [answers.points([c], form, delimiter) for c in members]
    ends = Counter((p[0].low, p[0].high) for p in alone if p is not None)
    if not ends:
        return None
    usual, n = ends.most_common(1)[0]
    if usual == (together[0].low, together[0].high) or n < 0.5 * len(members):
        wider = [p for p in alone if p is not None and p[0].high > usual[1] and p[0].outside == 0]
        if n >= 0.5 * len(members) or not wider:
            return list(together)
    found: list[answers.Points | None] = []
    for own in alone:
        if own is None:
            found.append(None)
            continue
        points = own[0]
        if (points.low, points.high) != usual:
            off = points.numbers.notna() & ~points.numbers.between(*usual)
            if off.sum() <= 0.02 * max(points.numbers.notna().sum(), 1):
                points.numbers = points.numbers.mask(off)
                points.outside += int(off.sum())
                points.low, points.high = usual
        found.append(points)
    return found


def _on_the_common_scale(items: Sequence[Item]) -> None:
    """Give items of whose scale an end is not in their answers that of the others, if they fit."""
    ends = Counter((i.points.low, i.points.high) for i in items if i.points.sure)
    if not ends:
        return
    (low, high), n = ends.most_common(1)[0]
    for item in items:
        points = item.points
        if not points.sure and not points.answers and n >= 2:
            known = points.numbers.dropna()
            if known.between(low, high).all() and known.max() > low + 0.4 * (high - low):
                points.low, points.high, points.sure = low, high, True


def _settle(found: Found, items: list[Item], candidates: Sequence[Item]) -> None:
    """Columns that stand alone: items if they go with others, else groups or numbers."""
    frame = pd.DataFrame({i.column.at: i.points.numbers for i in [*items, *candidates]})
    related = pd.DataFrame(index=frame.columns, columns=frame.columns, dtype=float)
    if candidates:
        _, r = correlations_by_pair(frame.to_numpy(dtype=float))
        np.fill_diagonal(r, np.nan)
        related[:] = np.abs(r)
    alone: list[Item] = []
    for item in candidates:
        own = related[item.column.at]
        points = item.points
        asked = f"{item.column.name} {item.column.asked}"
        to_ten = (points.low, points.high) == (0, 10) or (
            points.low in (0, 1) and points.high == 10 and kinds.FROM_ZERO.search(asked)
        )
        if kinds.RECOMMEND.search(asked) and to_ten:
            found.numbers.append(Number(item.column, "nps", (0, 10), points.missing))
        elif points.answers or (own.notna().any() and own.nlargest(3).mean() > 0.25):
            alone.append(item)
        else:
            _single(found, item.column)
    usual = np.median([i.points.numbers.count() for i in [*items, *alone]]) if alone else 0
    for item in alone:
        if item.points.numbers.count() < 0.5 * usual:  # asked of some people only
            points = item.points
            found.numbers.append(
                Number(item.column, "number", (points.low, points.high), points.missing)
            )
        else:
            items.append(item)


def _grouping(found: Found, column: Column) -> bool:
    """Whether a column of codes says who people are rather than what they think."""
    if answers.ordered(answers.counted(column)) is not None:
        return False
    named = kinds.GROUPING.search(column.code.replace("_", " "))
    asked = len(column.asked) < 40 and kinds.GROUPING.search(column.asked)
    return bool(named or asked) and not bare(column.code.strip())


def _single(found: Found, column: Column) -> None:
    """A group, a number, or nothing that is used."""
    counts = answers.counted(column)
    numbers = answers.numeric(column, found.source.form, found.source.delimiter)
    missing = [t for t in counts if answers.NO_ANSWER.fullmatch(t)]
    levels = [t for t in counts if t not in missing]
    whole = numbers is not None and bool((numbers.dropna() % 1 == 0).all())
    if 2 <= len(levels) <= LEVELS and (numbers is None or whole):
        codes = {_code(code): label for code, label in column.codes.items()}
        if numbers is not None:
            gone = {f"{x:g}" for x in column.missing}
            top = max((float(t) for t in levels if float(t) not in answers.CODES), default=0)
            odd = [
                t
                for t in levels
                if t in gone or float(t) < 0 or (float(t) in answers.CODES and top < 60)
            ]
            levels = sorted((t for t in levels if t not in odd), key=float)
            missing += [t for t in odd if t not in gone]
        else:
            order = answers.ordered(levels)
            levels = sorted(
                levels, key=lambda t: (order[0].get(t, 0) if order else 0, *kinds.counting(t), t)
            )
        if len(levels) >= 2:
            named = {t: codes.get(t, t) for t in levels}
            sure = numbers is None or any(named[t] != t for t in levels)
            found.groups.append(Group(column, named, missing, sure))
            return
    if numbers is not None and numbers.nunique() > 2:
        known = numbers[~numbers.isin(column.missing)]
        coded = [code for code in column.missing if (numbers == code).any()]
        ends = (math.floor(known.min()), math.ceil(known.max())) if coded and len(known) else None
        found.numbers.append(Number(column, "number", ends, coded))
    elif len(levels) < 2:
        found.unused.append((column, "constant"))
    else:
        found.unused.append((column, "many"))


def _code(code: float | str) -> str:
    return f"{code:g}" if isinstance(code, int | float) else str(code).strip()


def constructs(found: Found, asked: Sequence[Item]) -> None:
    """Blocks of the items: as the plan says, else as they hang together."""
    left = list(asked)
    if found.plan:
        by_name = {i.column.name: i for i in asked}
        for construct, names in found.plan.constructs.items():
            members = [by_name[n] for n in names if n in by_name]
            if not members:
                continue
            block = Block(construct, members, "plan")
            turn(members)
            block.label = found.plan.labels.get(construct, "")
            block.wordings = dict(found.plan.wordings)
            found.blocks.append(block)
            left = [i for i in left if i not in members]
        if found.blocks:
            found.unused += [(i.column, "plan") for i in left]
            return
    found.blocks = blocks(left)
