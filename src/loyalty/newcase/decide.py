"""What each column of a file is: an item, a group, a number, personal, or nothing that is used."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from loyalty.cases.reading import values
from loyalty.newcase import answers, behaviour, items, kinds, leaveout, like, names
from loyalty.newcase.blocks import stem
from loyalty.newcase.found import Found, Number
from loyalty.newcase.orders import NO_ANSWER, ordered
from loyalty.newcase.source import Column, Source, columns


def find(source: Source, plan: like.Plan | None = None) -> Found:
    """Decide what each column of a file is."""
    found = Found(source, plan=plan)
    all_columns = columns(source)
    found.left_out = leaveout.rules(all_columns, source.table.headings)
    leaveout.kept(all_columns, found.left_out)
    ruled = {rule.column.at for rule in found.left_out if rule.id != leaveout.HEADING}
    times = Counter(c.name for c in all_columns)
    left: list[Column] = []
    for column in all_columns:
        counts = answers.counted(column)
        if not column.name:
            found.unused.append((column, "unnamed"))
        elif times[column.name] > 1:
            found.unused.append((column, "doubled"))
        elif column.at in ruled:
            continue
        elif not counts:
            found.unused.append((column, "empty"))
        else:
            left.append(column)
    wanted = {c for of in plan.constructs.values() for c in of} if plan else set()
    rest = [c for c in left if c.name in wanted or not _aside(found, c)]
    rest = _several(found, rest)
    asked = items.items(found, rest, wanted)
    items.constructs(found, asked)
    if plan is None:
        _again_and_again(found, left)
    names.name(found)
    return found


def _again_and_again(found: Found, left: Sequence[Column]) -> None:
    """Rows of people who stand there several times: a table, unless questions belong together; then
    the answers of one person do, too."""
    if all(block.why in ("alone", "correlation") for block in found.blocks):
        found.table = behaviour.table(left, found.source, bool(found.blocks))
        if found.table is not None:
            found.blocks = []
    elif (who := behaviour.people(_not_asked(found, left))) is not None:
        found.personal = [(c, why) for c, why in found.personal if c is not who]
        found.numbers = [n for n in found.numbers if n.column is not who]
        found.numbers.append(Number(who, "id"))
        found.people = who


def _not_asked(found: Found, left: Sequence[Column]) -> list[Column]:
    """The columns that are neither items nor groups."""
    used = {i.column.at for b in found.blocks for i in b.items}
    used |= {g.column.at for g in found.groups}
    return [c for c in left if c.at not in used]


def _aside(found: Found, column: Column) -> bool:
    """Put a column where it belongs that is no question with set answers."""
    counts = answers.counted(column)
    name, n = column.code.strip(), sum(counts.values())
    if kinds.ADMIN.fullmatch(name):
        found.unused.append((column, "admin"))
    elif (numbers := _numeric(found, column)) is not None and kinds.weights(column, numbers):
        if found.weights is None:
            found.weights = column
        else:
            found.unused.append((column, "weights"))
    elif kinds.SECONDS.search(name) and _numeric(found, column) is not None:
        if _bare(found, column):
            found.numbers.append(Number(column, "seconds"))
        else:
            found.unused.append((column, "units"))
    elif kinds.DATE.search(name) and (kinds.dated(counts) or len(counts) > 0.5 * n):
        found.dates.append(column)
    elif why := kinds.personal(column, counts):
        if why == "open" and kinds.dated(counts):
            found.dates.append(column)
        else:
            found.personal.append((column, why))
    elif kinds.dated(counts):
        found.dates.append(column)
    elif kinds.ATTENTION.search(column.asked) or kinds.ATTENTION.search(name):
        found.attention.append(column)
    elif (
        (numbers := _numeric(found, column)) is not None
        and max(answers.tally(column, numbers).values(), default=0) == 1
        and kinds.running(numbers)
    ):
        found.unused.append((column, "running"))
    else:
        return False
    return True


def _bare(found: Found, column: Column) -> bool:
    """Whether a column has numbers (or 问卷星's times) alone, none with a unit behind it."""
    form, delimiter = found.source.form, found.source.delimiter
    read = values.numbers(column.values, {}, form, delimiter, labels=False)
    texts = {v.strip() for v in pd.unique(read) if isinstance(v, str)}
    return not any(re.search(r"\d", text) for text in texts if not NO_ANSWER.fullmatch(text))


def _numeric(found: Found, column: Column) -> pd.Series | None:
    return answers.numeric(column, found.source.form, found.source.delimiter)


#: A choice of several as REDCap heads it: by name, by label.
_REDCAP = re.compile(r"(.+)___\w+|(.+?) \(choice=.+\)", re.S)


#: How a choice of several is exported as a column each: ticked or not.
_YES_NO = ({"Yes", "No"}, {"Y", "N"}, {"Ja", "Nein"}, {"是", "否"})


def _several(found: Found, rest: Sequence[Column]) -> list[Column]:
    """Take out questions of which several answers may be chosen."""
    chosen: dict[str, list[Column]] = {}
    kept: list[Column] = []
    beside = {stem(c)[0] for c, why in found.personal if why == "open"}  # its *other*, in words
    listed = {c.at: of for of, members in _listed(found, rest).items() for c in members}
    for column in rest:
        if column.at in listed:
            chosen.setdefault(listed[column.at], []).append(column)
            continue
        counts = answers.counted(column)
        texts = set(counts)
        n = len(column.values)
        one = len(texts) == 1 and sum(counts.values()) < 0.98 * n
        flag = texts in ({"0", "1"}, {"0"}, {"1"}, {"Checked", "Unchecked"}, {"选中", "未选中"})
        flag |= texts in _YES_NO and stem(column)[0] in beside
        ticked = _REDCAP.fullmatch(column.code)
        redcap = (ticked[1] or ticked[2]) if ticked else ""
        of = redcap or stem(column)[0]
        if redcap or one or (flag and of != column.code):
            chosen.setdefault(of, []).append(column)
        elif any("┋" in text for text in texts) or (
            len(texts) > 4
            and kinds.several(counts)
            and ordered(texts) is None
            and not (_numeric(found, column) is not None and kinds.decimals(counts))
        ):
            found.several.append((column.asked, [column]))
        else:
            kept.append(column)
    for of, members in chosen.items():
        if len(members) > 2 or members[0].at in listed or of in beside:
            found.several.append((of, members))
        else:
            kept += members
    return sorted(kept, key=lambda c: c.at)


def _listed(found: Found, rest: Sequence[Column]) -> dict[str, list[Column]]:
    """By stem, columns that hold choices from one list rather than points of a scale.

    *The first, the second, the third most important*: hardly anybody names the same twice, where
    chance alone would have some do so. *Which of these do you use*: three or more columns, all of
    them answered by 1 and 2 (no and yes) alone.
    """
    stems: dict[str, list[Column]] = {}
    for column in rest:
        stems.setdefault(stem(column)[0], []).append(column)
    chosen = {}
    for of, members in stems.items():
        read = [_numeric(found, c) for c in members]
        if len(members) < 2 or any(numbers is None for numbers in read):
            continue
        answered = pd.DataFrame(
            {
                c.at: numbers.mask(numbers.isin([*answers.CODES, 8, 9, *c.missing]))
                for c, numbers in zip(members, read, strict=True)
                if numbers is not None
            }
        )
        yes_no = len(members) > 2 and bool((answered.isin([1, 2]) | answered.isna()).all(axis=None))
        if yes_no or kinds.ranked(answered) or kinds.listed(answered):
            chosen[of] = members
    return chosen
