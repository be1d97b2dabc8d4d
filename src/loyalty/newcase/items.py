"""The columns with answers on a scale, and what columns that stand alone are instead."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from loyalty.cases.sources import Format
from loyalty.ground.thresholds import threshold
from loyalty.newcase import answers, kinds, orders
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
        apart = _fitting(of, members, form, delimiter) if len(members) > 1 else None
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
    _on_the_common_scale(items, form, delimiter)
    _codes_of_others(items)
    for group in found.groups:
        _code_of_items(group, items)
    return sorted(items, key=lambda i: i.column.at)


def _fitting(
    of: str, members: Sequence[Column], form: Format, delimiter: str
) -> list[answers.Points | None] | None:
    """Columns of one stem on one scale; those that use another are read on their own.

    Where one of them has no answers on a scale, the others have to be half of them or more, of a
    stem that says something.
    """
    together = answers.points(members, form, delimiter)
    alone = [answers.points([c], form, delimiter) for c in members]
    ends = Counter((p[0].low, p[0].high) for p in alone if p is not None)
    if not ends and together is not None and not bare(of):  # sliders, which only together are
        return list(together)
    if not ends or (together is None and bare(of)):
        return None
    usual, n = ends.most_common(1)[0]
    many = n >= 0.5 * len(members)
    if together is None and not many:
        return None
    if together and (usual == (together[0].low, together[0].high) or not many):
        wider = [p for p in alone if p is not None and p[0].high > usual[1] and not p[0].odd]
        if many or not wider:
            return [
                replace(own[0], of=(shared.low, shared.high))
                if own and answers.past(shared)
                else shared
                for own, shared in zip(alone, together, strict=True)
            ]
    return [
        None if own is None else _on(column, own[0], usual, form, delimiter)
        for column, own in zip(members, alone, strict=True)
    ]


def _on(
    column: Column, own: answers.Points, ends: tuple[int, int], form: Format, delimiter: str
) -> answers.Points:
    """A column on the scale of others, if hardly any of its answers lies off it; where these are
    answers just past its ends, they stay, on a wider one."""
    if (own.low, own.high) == ends or own.answers:
        return own
    read = answers.points([column], form, delimiter, ends)
    if read is not None and answers.past(read[0]):
        return replace(own, of=ends)
    fits = read is not None and answers.few(len(read[0].odd), int(read[0].numbers.count()))
    return read[0] if read is not None and fits else own


def _on_the_common_scale(items: Sequence[Item], form: Format, delimiter: str) -> None:
    """Give items that of the others if an end of their scale is not in their answers, or stands
    there by a few slips; if they fit.
    """
    sure = Counter((i.points.low, i.points.high) for i in items if i.points.sure)
    if not sure:
        return
    (low, high), n = sure.most_common(1)[0]
    for item in items:
        points = item.points
        if points.answers or n < 2 or kinds.FROM_ZERO.search(item.column.asked):
            continue
        known = points.numbers.dropna()
        if not points.sure:
            if known.between(low, high).all() and known.max() > low + 0.4 * (high - low):
                points.low, points.high, points.sure = low, high, True
        elif points.odd or (points.low <= low and high <= points.high and n > 0.5 * len(items)):
            read = _on(item.column, points, (low, high), form, delimiter)
            if not points.odd:
                item.points = read
            elif len(read.odd) < len(points.odd):  # then its block is on that scale, too
                for one in items:
                    if stem(one.column)[0] == stem(item.column)[0]:
                        one.points = _on(one.column, one.points, (low, high), form, delimiter)


def _codes_of_others(items: Sequence[Item]) -> None:
    """What stands for no answer to one item does so to the others on its scale, however rarely."""
    codes: dict[tuple[int, int], set[float]] = {}
    for item in items:
        codes.setdefault((item.points.low, item.points.high), set()).update(item.points.missing)
    for item in items:
        points, known = item.points, codes[item.points.low, item.points.high]
        coded = {row: float(v) for row, v in points.odd.items() if v in {f"{x:g}" for x in known}}
        points.odd = {row: v for row, v in points.odd.items() if row not in coded}
        points.missing = sorted({*points.missing, *coded.values()})


def _code_of_items(group: Group, items: Sequence[Item]) -> None:
    """A code behind a group's others that stands for no answer to the items does so here, too."""
    *others, last = group.levels
    known = {f"{x:g}" for item in items for x in item.points.missing}
    bare_codes = all(level == label and level.isdigit() for level, label in group.levels.items())
    if len(others) > 1 and bare_codes and last in known and int(last) > int(others[-1]) + 1:
        del group.levels[last]
        group.missing.append(last)


def _settle(found: Found, items: list[Item], candidates: Sequence[Item]) -> None:
    """Columns that stand alone: items if they go with others, else groups or numbers."""
    frame = pd.DataFrame({i.column.at: i.points.numbers for i in [*items, *candidates]})
    related = pd.DataFrame(index=frame.columns, columns=frame.columns, dtype=float)
    if candidates:
        _, r = correlations_by_pair(frame.to_numpy(dtype=float))
        np.fill_diagonal(r, np.nan)
        related[:] = np.abs(r)
    usual_ends = Counter((i.points.low, i.points.high) for i in items).most_common(1)
    alone: list[Item] = []
    for item in candidates:
        own = related[item.column.at]
        points = item.points
        asked = f"{item.column.name} {item.column.asked}"
        to_ten = (points.low, points.high) == (0, 10) or (
            points.low in (0, 1) and points.high == 10 and kinds.FROM_ZERO.search(asked)
        )
        # codes of few points beside many answers on one scale are rather a group
        like = (
            not usual_ends or usual_ends[0][1] < 6 or usual_ends[0][0] == (points.low, points.high)
        )
        strict = not like and points.high <= 5
        own = own[[i.column.at for i in items]] if strict else own
        least = threshold("new_together" if strict else "new_item").value
        if kinds.RECOMMEND.search(asked) and to_ten:
            found.numbers.append(Number(item.column, "nps", (0, 10), points.missing, points.odd))
        elif points.answers or (own.notna().any() and own.nlargest(3).mean() > least):
            alone.append(item)
        else:
            _single(found, item.column)
    usual = np.median([i.points.numbers.count() for i in [*items, *alone]]) if alone else 0
    for item in alone:
        if item.points.numbers.count() < 0.5 * usual:  # asked of some people only
            points = item.points
            found.numbers.append(
                Number(
                    item.column,
                    "number",
                    (points.low, points.high),
                    points.missing,
                    points.odd,
                )
            )
        else:
            items.append(item)


def _grouping(found: Found, column: Column) -> bool:
    """Whether a column of codes says who people are rather than what they think."""
    if orders.ordered(answers.counted(column)) is not None:
        return False
    named = kinds.GROUPING.search(column.code.replace("_", " "))
    asked = len(column.asked) < 40 and kinds.GROUPING.search(column.asked)
    return bool(named or asked) and not bare(column.code.strip())


def _single(found: Found, column: Column) -> None:
    """A group, a number, or nothing that is used."""
    counts = answers.counted(column)
    numbers = answers.numeric(column, found.source.form, found.source.delimiter)
    if group := _group(column, counts, numbers):
        found.groups.append(group)
    elif numbers is not None and numbers.nunique() > 2:
        found.numbers.append(_number(column, numbers))
    else:
        few = len([t for t in counts if not orders.NO_ANSWER.fullmatch(t)]) < 2
        found.unused.append((column, "constant" if few else "many"))


def _group(column: Column, counts: Counter[str], numbers: pd.Series | None) -> Group | None:
    """A column's values as levels in their order, if they are few."""
    missing = [t for t in counts if orders.NO_ANSWER.fullmatch(t)]
    levels = [t for t in counts if t not in missing]
    odd: dict[int, str] = {}
    sure = in_order = True
    if numbers is not None:
        number = answers.numbered(column, numbers)
        broken = numbers.notna() & (numbers % 1 != 0)
        if broken.any() and answers.few(int(broken.sum()), int((~broken).sum())):
            odd = answers.written(column, broken)
        odd |= answers.unread(column)
        gone = {f"{x:g}" for x in column.missing}
        levels = [t for t in levels if t in number and t not in odd.values()]
        top = max((x for t in levels if (x := number[t]) not in answers.CODES), default=0)
        off = [
            t
            for t in levels
            if t in gone or number[t] < 0 or (number[t] in answers.CODES and top < 60)
        ]
        levels = sorted((t for t in levels if t not in off), key=lambda t: (number[t], t))
        missing += off
        missing += [t for t in dict.fromkeys(odd.values()) if t not in missing]
        if any(number[t] % 1 != 0 for t in levels):
            return None
    else:
        levels, in_order = orders.levels(levels)
    if not 2 <= len(levels) <= LEVELS:
        return None
    codes = {_code(code): label for code, label in column.codes.items()}
    named = {t: codes.get(t, t) for t in levels}
    if numbers is not None:
        sure = any(named[t] != t for t in levels) or not all(t.isdigit() for t in levels)
    return Group(column, named, missing, sure, odd, in_order)


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


def _number(column: Column, numbers: pd.Series) -> Number:
    """A variable; where another sheet says its ends, what lies off them is an answer just past them,
    a code for no answer, or a slip."""
    counts = answers.tally(column, numbers)
    coded = [code for code in column.missing if code in counts]
    known = {v: n for v, n in counts.items() if v not in column.missing}
    total, odd = sum(known.values()), answers.unread(column)
    if column.ends is not None and total:
        low, high = answers.widened(known, *column.ends, total)
        off = {v: n for v, n in known.items() if not low <= v <= high}
        if not threshold("new_most").met(sum(off.values()) / total):
            codes = sorted(v for v, n in off.items() if not answers.few(n, total - n))
            odd = odd | answers.written(column, numbers.isin(off.keys() - {*codes}))
            doubt = column.ends if codes or (low, high) != column.ends else None
            return Number(column, "number", (low, high), [*coded, *codes], odd, doubt)
    ends = (math.floor(min(known)), math.ceil(max(known))) if coded and known else None
    kind = "id" if not coded and kinds.unit(column, numbers) else "number"
    return Number(column, kind, ends, coded, odd)
