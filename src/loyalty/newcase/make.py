"""From a file to a description: look, decide, write, and check that it holds."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from loyalty.cases import naming, reading
from loyalty.cases import study as studies
from loyalty.cases.reading import values
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import Language
from loyalty.newcase import answers, asking, beside, kinds, leaveout, like, write
from loyalty.newcase.blocks import Block, Item, bare, blocks, matrix, stem, turn
from loyalty.newcase.source import Column, Source, columns, look
from loyalty.stats._common import correlations_by_pair

#: The most levels of a grouping variable.
LEVELS = 15


@dataclass
class Group:
    """A column with few values that say who belongs together."""

    column: Column
    levels: dict[str, str]
    missing: list[str] = field(default_factory=list)
    sure: bool = True


@dataclass
class Number:
    """A single variable: nps, seconds or number."""

    column: Column
    kind: str
    ends: tuple[int, int] | None = None
    missing: list[float] = field(default_factory=list)


@dataclass
class Found:
    """What a file turned out to hold."""

    source: Source
    blocks: list[Block] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    personal: list[tuple[Column, str]] = field(default_factory=list)
    several: list[tuple[str, list[Column]]] = field(default_factory=list)
    attention: list[Column] = field(default_factory=list)
    dates: list[Column] = field(default_factory=list)
    weights: Column | None = None
    unused: list[tuple[Column, str]] = field(default_factory=list)
    left_out: list[leaveout.Rule] = field(default_factory=list)
    plan: like.Plan | None = None
    ids: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """The description that was written, and how many marks to check are in it."""

    path: Path
    rows: Path
    items: int
    constructs: int
    checks: int
    personal: int


Ask = Callable[[str, str], str]


def new(
    name: str,
    file: Path,
    *,
    sheet: str | None = None,
    plan: like.Plan | None = None,
    language: Language = "en",
    ask: Ask | None = None,
) -> Made:
    """Describe a survey's file as the case `name`.

    The file is copied into ``data/<name>/rows/``, which git ignores, unless it lies in the case's
    folder already; it is never changed.

    Parameters
    ----------
    ask : function, optional
        Gives the answer to a question, of which the second argument is what is taken otherwise.

    Raises
    ------
    UserError
        When there is such a case already, the file cannot be read, or no column of it has answers
        on a scale.
    """
    if not studies.CASE_ID.fullmatch(name) or name == studies.ALL:
        raise UserError(naming.refused(name))
    folder = paths.data() / name
    if (folder / "study.yml").exists():
        raise UserError("data/{name}/study.yml is there already; it is not written over", name=name)
    content = reading.limits.content(file, file.name)
    checksum = hashlib.sha256(content).hexdigest()
    with threadpool_limits(1):  # threads would only wait for each other
        found = find(look(content, file.name, file.name, sheet), plan)
    if not found.blocks:
        raise UserError(
            "{file}: no column with answers on a scale was found; columns: {columns}",
            file=file.name,
            columns=[repr(str(c)) for c in list(found.source.table.frame.columns)[:12]],
        )
    inside = file.resolve().is_relative_to(folder.resolve())
    kept = file.resolve() if inside else folder / "rows" / _file_name(file.name)
    if not inside and kept.exists() and kept.read_bytes() != content:
        raise UserError(
            "data/{name}/rows/{kept} is there already with other content",
            name=name,
            kept=kept.name,
        )
    relative = kept.relative_to(folder.resolve() if inside else folder).as_posix()
    role_of = asking.constructs(found, ask, language, role) if ask else role
    text = write.description(found, relative, checksum, language, ask, role_of)
    if not inside:  # as late as can be: whoever breaks off leaves nothing behind
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
    path = paths.write(folder / "study.yml", text)
    beside.settle()
    return Made(
        path,
        kept,
        sum(len(b.items) for b in found.blocks),
        len(found.blocks),
        len(re.findall(rf"(?m)(?:^|  ){write.CHECK} ", text)),
        len(found.personal),
    )


def _file_name(name: str) -> str:
    cleaned = re.sub(r"[\x00-\x1f/\\]", "_", name).lstrip(". ")
    return cleaned or "rows"


def find(source: Source, plan: like.Plan | None = None) -> Found:
    """Decide what each column of a file is."""
    found = Found(source, plan=plan)
    all_columns = columns(source)
    found.left_out = leaveout.rules(all_columns)
    leaveout.kept(all_columns, found.left_out)
    ruled = {rule.column.at for rule in found.left_out}
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
    items = _items(found, rest, wanted)
    _constructs(found, items)
    _name(found)
    return found


def _aside(found: Found, column: Column) -> bool:
    """Put a column where it belongs that is no question with set answers."""
    counts = answers.counted(column)
    name, n = column.code.strip(), sum(counts.values())
    if kinds.ADMIN.fullmatch(name):
        found.unused.append((column, "admin"))
    elif (weights := _numeric(found, column)) is not None and kinds.weights(column, weights):
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
    return all(answers.NO_ANSWER.fullmatch(text) for text in texts)


def _numeric(found: Found, column: Column) -> pd.Series | None:
    return answers.numeric(column, found.source.form, found.source.delimiter)


def _several(found: Found, rest: Sequence[Column]) -> list[Column]:
    """Take out questions of which several answers may be chosen."""
    chosen: dict[str, list[Column]] = {}
    kept: list[Column] = []
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
        redcap = re.fullmatch(r"(.+)___\w+", column.code)
        of = redcap[1] if redcap else stem(column)[0]
        if redcap or one or (flag and of != column.code):
            chosen.setdefault(of, []).append(column)
        elif len(texts) > 4 and kinds.several(counts) and answers.ordered(texts) is None:
            found.several.append((column.asked, [column]))
        else:
            kept.append(column)
    for of, members in chosen.items():
        if len(members) > 2 or members[0].at in listed:
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
        if yes_no or kinds.ranked(answered):
            chosen[of] = members
    return chosen


def _items(found: Found, rest: Sequence[Column], wanted: set[str]) -> list[Item]:
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
    members: Sequence[Column], together: Sequence[answers.Points], form: object, delimiter: str
) -> list[answers.Points | None] | None:
    """Columns of one stem on one scale; those that use another are read on their own."""
    from loyalty.cases.sources import Format

    assert isinstance(form, Format)
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
    numbers = _numeric(found, column)
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


def _constructs(found: Found, items: Sequence[Item]) -> None:
    """Blocks of the items: as the plan says, else as they hang together."""
    left = list(items)
    if found.plan:
        by_name = {i.column.name: i for i in items}
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


# --- names -------------------------------------------------------------------------------------
def _name(found: Found) -> None:
    """Identifiers for columns and constructs, none twice."""
    taken: set[str] = set()
    for column in sorted(
        [
            *(i.column for b in found.blocks for i in b.items),
            *(n.column for n in found.numbers),
            *(g.column for g in found.groups),
        ],
        key=lambda c: c.at,
    ):
        found.ids[column.at] = identifier(column.code, f"c{column.at + 1}", taken)
    for k, block in enumerate(found.blocks, 1):
        block.label = block.label or _label(block)
        base = block.stem if not bare(block.stem) else ""
        words = base if len(base) <= 30 else ""
        if identifier(words, "", set()).lower() in {t.lower() for t in taken}:
            words = f"c_{words}"
        block.stem = identifier(words.lower(), f"construct_{k}", taken)


def identifier(text: str, otherwise: str, taken: set[str]) -> str:
    """An identifier after a text: letters, digits and _; `otherwise` where too little is left."""
    plain = unicodedata.normalize("NFKD", text)
    kept = re.sub(r"\W+", "_", "".join(c for c in plain if c.isascii())).strip("_")
    letters = sum(c.isalpha() for c in text)
    good = re.fullmatch(r"[A-Za-z]\w*", kept) and len(kept) <= 40 and len(kept) >= letters // 2
    base = kept if good else otherwise
    name, n = base, 2
    while name.lower() in {t.lower() for t in taken}:
        name, n = f"{base[:36]}_{n}", n + 1
    taken.add(name)
    return name


def _label(block: Block) -> str:
    if len(block.items) == 1:
        return kinds.question(block.items[0].column.asked)
    if block.stem and not bare(block.stem):
        return kinds.question(block.stem[:1].upper() + block.stem[1:])
    return ""


def role(found: Found, block: Block) -> tuple[str, bool]:
    """A construct's place in a model of loyalty, and whether a plan or its words say so."""
    if found.plan and block.why == "plan":
        return found.plan.roles.get(block.stem, "antecedent"), True
    if block.role:
        return block.role, False
    words = f"{block.stem} {block.label} " + " ".join(block.wordings.values())
    own = f"{block.stem} {block.label}"
    if kinds.OUTCOME.search(own) or (
        not kinds.SATISFACTION.search(own) and kinds.OUTCOME.search(words)
    ):
        return "outcome", True
    if kinds.SATISFACTION.search(own) or kinds.SATISFACTION.search(words):
        return "mediator", True
    return "antecedent", False
