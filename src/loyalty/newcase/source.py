"""A file as it is: how it is written, and its columns with what the file says about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases import reading
from loyalty.cases.reading import delimited, encodings, sheets
from loyalty.cases.reading.files import SHEET, TEXT
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError
from loyalty.newcase import codebook, kinds

#: So many rows of another sheet are looked at for what they say of the columns.
DESCRIBED = 2_000


@dataclass
class Source:
    """A table, how it is written, what of that is a guess, what stands over several headings
    together (by column), and what other sheets say of it."""

    table: reading.Table
    form: Format
    doubts: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    said: dict[str, codebook.Entry] = field(default_factory=dict)

    @property
    def delimiter(self) -> str:
        return str(self.table.found.get("delimiter", ","))


def look(content: bytes, file: str, name: str, sheet: str | None) -> Source:
    """Read a file of which nothing is known.

    Raises
    ------
    UserError
        As :func:`loyalty.cases.reading.read`.
    """
    content, inner = reading.unpacked(content, file, name)
    suffix = Path(inner).suffix.lower()
    given: dict[str, object] = {}
    doubts: list[str] = []
    pages: dict[str, codebook.Rows] = {}
    over: list[str] = []
    if sheet is not None and suffix not in SHEET:
        raise UserError("{file}: no workbook, it has no sheet {sheet!r}", file=file, sheet=sheet)
    if suffix in TEXT:
        given, doubts, over = _text(content, name)
    elif suffix in SHEET:
        given, over = _sheet(content, name, sheet)
        if "sheet" in given:
            others = sheets.tops(content, name, DESCRIBED, but=str(given["sheet"]))
            pages = {title: rows for title, (_, rows) in others.items()}
    form = Format.model_validate(given)
    table = reading.read(content, suffix, name, form)
    if suffix in TEXT:
        separator = str(table.found["delimiter"])
        if separator != ",":
            given["delimiter"] = separator
    if "heading_rows" not in given and int(str(table.found.get("heading_rows", 1))) > 1:
        given["heading_rows"] = table.found["heading_rows"]
    said = codebook.read(pages, [str(c) for c in table.frame.columns])
    return Source(table, Format.model_validate(given), doubts, over, said)


def _text(content: bytes, name: str) -> tuple[dict[str, object], list[str], list[str]]:
    given: dict[str, object] = {}
    doubts = []
    try:
        content.decode()
        plain = b"\x00" not in content
    except UnicodeDecodeError:
        plain = False
    if not plain:
        marked = any(content.startswith(mark) for mark, _ in encodings.MARKS)
        guessed = encodings.guess(content)
        if guessed and not marked and (b"\x00" not in content or guessed.startswith("utf-16")):
            given["encodings"] = [guessed]
            doubts.append("encoding")
    text, _ = encodings.utf8(content, Format.model_validate(given), name)
    lines = delimited.first_lines(text)
    start = 1 if lines and re.fullmatch(r'"?sep=(.)"?\r?\n?', lines[0]) else 0
    told = re.fullmatch(r'"?sep=(.)"?\r?\n?', lines[0]) if start else None
    separator = told[1] if told else delimited.delimiter(lines[:200], first=False)
    records, used = delimited.records(lines[start:], separator, 60, name)
    skip = _titles(records)
    if skip and not start:
        given["skip"] = used[skip - 1]
    if rows := _headings(records[skip:]):
        given["heading_rows"] = rows
    return given, doubts, _over(records, skip)


def _sheet(content: bytes, name: str, sheet: str | None) -> tuple[dict[str, object], list[str]]:
    given: dict[str, object] = {}
    tops = sheets.tops(content, name, 60, named=sheet)
    if sheet is not None:
        given["sheet"] = sheet
    else:
        sheet = max(tops, key=lambda s: tops[s][0])
        if len(tops) > 1:
            given["sheet"] = sheet
    records = tops[sheet][1] if sheet in tops else []
    blank = next((i for i, row in enumerate(records) if any(row)), 0)
    skip = blank + _titles(records[blank:])
    if skip > blank:
        given["skip"] = skip
    if rows := _headings(records[skip:]):
        given["heading_rows"] = rows
    return given, _over(records, skip)


def _over(records: list[list[str]], skip: int) -> list[str]:
    """What stands over the headings, a cell over several of them, as in a merged one.

    A title stands alone in its row; a cell reaches to the next one, or to a column without a name.
    """
    if not skip:
        return []
    cells, names = [c.strip() for c in records[skip - 1]], [c.strip() for c in records[skip]]
    if sum(map(bool, cells)) < 2 or all(cells):
        return []
    out, last = list[str](), ""
    for at, name in enumerate(names):
        here = cells[at] if at < len(cells) else ""
        last = here or (last if name else "")
        out.append(last)
    shared = {cell for cell in out if cell and out.count(cell) > 1}
    if len(shared) < 2 or any(c.endswith((":", "：")) or kinds.of_somebody(c) for c in cells):
        return []  # who made the file, and when
    return [cell if cell in shared else "" for cell in out]


def _titles(records: list[list[str]]) -> int:
    """How many records stand above the heading: titles are narrower than the table."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in records]
    if not widths:
        return 0
    usual = Counter(w for w in widths if w > 1).most_common(1)
    width = max((w for w, n in Counter(widths).items() if n > len(widths) // 4), default=0)
    width = max(width, usual[0][0] if usual else 0)
    for i, row in enumerate(records[:30]):
        if widths[i] >= max(2, 0.6 * width) and len(row) >= width:
            if _names(records, i):
                return i
            later = (k for k in range(i + 1, min(i + 5, len(records) - 3)))
            return next((k for k in later if _names(records, k) and not _again(records, k)), i)
    return 0


def _names(records: list[list[str]], at: int) -> bool:
    """Whether a record may be a whole row of names: none blank, a number or twice there."""
    row = [cell.strip() for cell in records[at]]
    whole = len(row) == max(map(len, records)) == len(set(row)) and all(row)
    return whole and not any(re.fullmatch(r"[+-]?[\d.,]+", cell) for cell in row)


def _again(records: list[list[str]], at: int) -> bool:
    """Whether a cell of a record stands below it in its column again, as an answer does."""
    return any(
        cell.strip() in {r[k].strip() for r in records[at + 1 :] if k < len(r)}
        for k, cell in enumerate(records[at])
    )


def _headings(records: list[list[str]]) -> int | None:
    """How many rows are headings, where it is more than one."""
    if len(records) < 4:
        return None
    if (n := delimited.headings(records)) > 1:
        return n
    first, second, rest = records[0], records[1], records[2:]
    if (
        second
        and re.sub(r"\W", "", first[0].lower()) in ("respondentid", "respondent")
        and any(cell.strip() in ("Response", "Open-Ended Response") for cell in second)
    ):
        return 2
    # a row of questions over rows of answers
    long = [i for i, cell in enumerate(second) if len(cell.strip()) > 12]
    unlike = 0
    for i in long:
        below = [row[i].strip() for row in rest if i < len(row) and row[i].strip()]
        if below and second[i].strip() not in below and max(map(len, below)) < len(second[i]):
            unlike += 1
    filled = sum(bool(cell.strip()) for cell in second)
    return 2 if filled > 1 and unlike > 0.6 * filled else None


def square(source: Source) -> bool:
    """Whether a table is a matrix of correlations or covariances: with its heads in the first
    column or none, symmetric, or one half of it and nothing above."""
    frame = source.table.frame
    heads = [str(c).strip() for c in frame.columns]
    first = [str(v).strip() for v in frame.iloc[:, 0]] if len(heads) else []
    if len(first) > 2 and first == heads[1:]:
        frame = frame.iloc[:, 1:]
    if not 3 <= len(frame) == frame.shape[1] <= 500:
        return False
    values = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    if np.isnan(values).sum() != frame.isna().to_numpy().sum() or not (values.diagonal() > 0).all():
        return False
    above, below = (
        values[np.triu_indices(len(values), 1)],
        values.T[np.triu_indices(len(values), 1)],
    )
    if np.isnan(above).all() != np.isnan(below).all():
        return bool(np.isfinite(below).all() or np.isfinite(above).all())
    return bool(np.isfinite(values).all() and np.allclose(above, below))


@dataclass
class Column:
    """A column of the file.

    `name` is its heading, `code` the part of it that names the question (all of it in most files),
    `question` what was asked, as far as the file says so, `codes` what its values are called,
    `missing` the values that its maker declared to stand for no answer, `ends` those of its scale
    as another sheet says them, `over` what stands over its heading and others'. `kept` is what was
    counted of it already.
    """

    at: int
    name: str
    values: pd.Series
    code: str = ""
    question: str = ""
    codes: dict[float | str, str] = field(default_factory=dict)
    missing: list[float] = field(default_factory=list)
    over: str = ""
    ends: tuple[int, int] | None = None
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.code = self.code or self.name

    @property
    def asked(self) -> str:
        return self.question or self.name


#: What LimeSurvey writes over a column where codes and questions are asked for.
_CODE_AND_QUESTION = re.compile(r"([A-Za-z]\w*(?:\[[^\[\]]{1,40}\])*)\. (.+)", re.S)


#: Bold as Typeform writes it.
_BOLD = re.compile(r"(?<![\w*])\*([^*\s](?:[^*]{0,400}[^*\s])?)\*(?![\w*])")


def _coded(names: list[str]) -> dict[str, re.Match[str]]:
    """Headings of a code and a question, where nearly all of them are such."""
    found = {name: m for name in names if (m := _CODE_AND_QUESTION.fullmatch(name))}
    return found if len(found) > 2 and len(found) > 0.8 * len(names) else {}


def columns(source: Source) -> list[Column]:
    """The columns, each with its question: a label, a further heading, or the heading itself."""
    table = source.table
    found = []
    coded = _coded([*map(str, table.frame.columns)])
    for at, name in enumerate(map(str, table.frame.columns)):
        below = [row[at].strip() for row in table.headings if at < len(row)]
        words = [w for w in below if w and not w.startswith('{"ImportId"')]
        said = source.said.get(name.strip(), codebook.Entry())
        question = table.labels.get(name) or (words[0] if words else said.label or name)
        if name in coded:
            question = coded[name][2]
        if question in ("Response", "Open-Ended Response"):
            question = name
        question = _BOLD.sub(r"\1", question)
        declared = _declared(
            table.missing.get(name, ()), table.frame.iloc[:, at], table.levels.get(name, {})
        )
        found.append(
            Column(
                at,
                name,
                table.frame.iloc[:, at],
                coded[name][1] if name in coded else _BOLD.sub(r"\1", name),
                " ".join(re.sub(r"<[^>]{1,200}>", " ", question).split()),
                dict(table.levels.get(name, said.codes)),
                declared or list(said.missing),
                source.over[at] if at < len(source.over) else "",
                said.ends,
            )
        )
    return found


def _declared(
    missing: Sequence[float | str | tuple[float, float]],
    column: pd.Series,
    labels: Mapping[float | str, str],
) -> list[float]:
    """Codes that a file's maker declared to stand for no answer; of a range those that the column
    or its labels have."""
    codes = [float(code) for code in missing if isinstance(code, int | float)]
    ranges = [code for code in missing if isinstance(code, tuple)]
    if ranges and pd.api.types.is_numeric_dtype(column):
        there = {*column.dropna().astype(float), *(c for c in labels if not isinstance(c, str))}
        codes += sorted(float(x) for x in there if any(lo <= x <= hi for lo, hi in ranges))
    return list(dict.fromkeys(codes))
