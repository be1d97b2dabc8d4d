"""Delimited text: which lines are headings, what stands between the values, and the rows."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections import Counter
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases.reading import encodings, limits, values
from loyalty.cases.reading.table import Table, Wanted
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said

#: How much of a file is looked at to see how it is written, in bytes.
TOP = 2 << 20
_SEPARATORS = {"tab": "\t", "whitespace": " "}
_NAMES = {"\t": "tab", " ": "whitespace"}


def read(content: bytes, form: Format, name: str, wanted: Wanted, *, heading: bool = True) -> Table:
    """The rows of a delimited text."""
    text, encoding = encodings.utf8(content, form, name)
    rows = text.count(b"\n") + 1
    if rows == 1:  # line ends of the first Macintosh
        text = text.replace(b"\r", b"\n")
        rows = text.count(b"\n") + 1
    if rows > limits.ROWS:
        limits.size(rows, 1, name)
    lines = first_lines(text)
    skip, separator = form.skip, ""
    if skip < len(lines) and (told := re.fullmatch(r'"?sep=(.)"?\r?\n?', lines[skip])):
        skip, separator = skip + 1, told[1]
    if form.delimiter != "auto":
        separator = _SEPARATORS.get(form.delimiter, form.delimiter)
    separator = separator or delimiter(lines[skip:])
    top, used = records(lines[skip:], separator, 8, name)
    if not top:
        raise UserError("{name}: not a readable csv file (it is empty)", name=name)
    n_headings = (form.heading_rows or headings(top)) if form.heading and heading else 0
    width = len(top[0])
    limits.size(rows, width, name)
    if n_headings:
        columns = named([_padded(row, width) for row in top[:n_headings]])
    else:
        columns = [str(i) for i in range(width)]
    above = skip + (used[n_headings - 1] if n_headings else 0)
    start = sum(len(line.encode()) for line in lines[:above])
    frame = _frame(text[start:], separator, columns, wanted, name, skip + n_headings + 1)
    longest = max((_longest(frame.iloc[:, i]) for i in range(frame.shape[1])), default=0)
    if longest > limits.CELL:
        raise UserError(
            "{name}: a cell of {n:,} characters; at most {most:,} are read (is "
            "a quotation mark left open?)",
            name=name,
            n=longest,
            most=limits.CELL,
        )
    return Table(
        frame,
        first=skip + n_headings + 1,
        headings=[_padded(row, width) for row in top[1:n_headings]],
        found={
            "encoding": encoding,
            "delimiter": _NAMES.get(separator, separator),
            "heading_rows": n_headings,
            "skip": form.skip,
            "sep_line": skip > form.skip,
        },
    )


def separator(name: str) -> str:
    """What stands between values, from its name in :attr:`Table.found`."""
    return _SEPARATORS.get(name, name)


def first_lines(text: bytes) -> list[str]:
    """The first lines, with their ends."""
    top = text[:TOP]
    if len(text) > TOP:
        top = top[: top.rfind(b"\n") + 1] or top
    return io.StringIO(top.decode("utf-8", errors="ignore"), newline="").readlines()


def records(
    lines: list[str], separator: str, most: int, name: str = ""
) -> tuple[list[list[str]], list[int]]:
    """The first records, and after each how many lines are used up."""
    if separator == " ":
        split = [line.split() for line in lines[:most] if line.strip()]
        return split, list(range(1, len(split) + 1))
    reader = csv.reader(iter(lines), delimiter=separator, skipinitialspace=True)
    found: list[list[str]] = []
    used: list[int] = []
    try:
        for record in islice(reader, most * 4):
            if record and len(found) < most:
                found.append(record)
                used.append(reader.line_num)
    except csv.Error as error:
        raise UserError(
            "{name}: not a readable csv file ({error})", name=name, error=error
        ) from None
    return found, used


def delimiter(lines: list[str], *, first: bool = True) -> str:
    """What separates the values: that of comma, semicolon, tab and bar which makes most of them.

    A separator whose rows agree on how many values there are wins over one whose rows do not.
    With `first` the first row must agree, too.
    """

    def score(separator: str) -> tuple[bool, float]:
        try:
            found, _ = records(lines[:400], separator, 50)
        except UserError:
            return False, 0
        if not found:
            return False, 0
        (width, n), *_ = Counter(map(len, found)).most_common(1)
        agree = n > 0.8 * len(found) and (not first or len(found[0]) == width)
        return width > 1 and agree, width * n

    best = max(",;\t|", key=score)
    return best if score(best)[1] > 0 else ","


def headings(top: list[list[str]]) -> int:
    """How many rows are headings: three in what Qualtrics exports, one elsewhere."""
    for i, row in enumerate(top[1:3], 2):
        marked = sum(cell.lstrip().startswith('{"ImportId"') for cell in row)
        if marked and marked > len(row) // 2:
            return i
    return 1


def named(rows: list[list[str]]) -> list[str]:
    """Names of columns: the first heading row, and where it spans several columns, as SurveyMonkey
    writes it, with the second.
    """
    first = [cell.strip() for cell in rows[0]]
    if len(rows) != 2 or all(first):
        return first
    names, above = [], ""
    for own, below in zip(first, rows[1], strict=True):
        above = own or above
        below = below.strip()
        plain = below in ("", "Response", "Open-Ended Response")
        names.append(above if plain else f"{above} - {below}")
    return names


def _padded(row: list[str], width: int) -> list[str]:
    return [*row, *[""] * (width - len(row))][:width]


def _frame(
    text: bytes, separator: str, columns: list[str], wanted: Wanted, name: str, first: int
) -> pd.DataFrame:
    used = [i for i, column in enumerate(columns) if wanted.takes(column)]
    as_text = [i for i in used if columns[i] in wanted.texts]
    if not used:
        return pd.DataFrame(index=range(text.count(b"\n")))
    if len(used) < len(columns):
        _even(text, separator, len(columns), name, first)
    no_answer: dict[Any, Any] = {
        i: values.NONE if columns[i] in wanted.numbers else [""] for i in used
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame: pd.DataFrame = pd.read_csv(
                io.BytesIO(text),
                sep=r"\s+" if separator == " " else separator,
                header=None,
                names=range(len(columns)),
                usecols=None if len(used) == len(columns) else used,
                dtype={i: str for i in as_text},
                keep_default_na=False,
                na_values=no_answer,
                index_col=False,
                skipinitialspace=True,
                low_memory=False,
            )
    except pd.errors.EmptyDataError:
        return pd.DataFrame({i: pd.Series(dtype=object) for i in used}).set_axis(
            [columns[i] for i in used], axis=1
        )
    except pd.errors.ParserWarning:
        raise UserError(
            "{name}: not a readable csv file (its rows have more values than its "
            "heading has columns)",
            name=name,
        ) from None
    except (pd.errors.ParserError, OverflowError, ValueError) as error:
        raise UserError(
            "{name}: not a readable csv file ({reason})", name=name, reason=_why(error, first)
        ) from None
    return frame.set_axis([columns[i] for i in used], axis=1)


def _why(error: Exception, first: int) -> Said:
    """Why pandas could not read a text, whose data begin in row `first`."""
    reason = str(error).splitlines()[0]
    if told := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", reason):
        return Said(
            "row {row} has {n} values, the heading {width} columns",
            row=first - 1 + int(told[2]),
            n=int(told[3]),
            width=int(told[1]),
        )
    if told := re.search(r"EOF inside string starting at row (\d+)", reason):
        return Said("the quote that is opened in row {row} is not closed", row=first + int(told[1]))
    return Said(reason)


def _even(text: bytes, separator: str, width: int, name: str, first: int) -> None:
    """Refuse rows longer than the heading, which a reader of some of the columns would not see."""
    if separator == " " or _short(text, separator, width):
        return
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline="")
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    watch = limits.Watch(name)
    try:
        for i, record in enumerate(reader):
            if len(record) > width and any(record[width:]):
                raise UserError(
                    "{name}: not a readable csv file (row {row} has {n} values, the "
                    "heading {width} columns)",
                    name=name,
                    row=first + i,
                    n=len(record),
                    width=width,
                )
            if not i % 65_536:
                watch.look()
    except csv.Error as error:
        raise UserError(
            "{name}: not a readable csv file ({error})", name=name, error=error
        ) from None


def _short(text: bytes, separator: str, width: int) -> bool:
    """Whether no line has more than `width` values, as far as a count of separators tells."""
    if not text or b'"' in text:
        return not text
    marks = np.frombuffer(text, dtype=np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(marks[:-1] == ord("\n")) + 1])
    separators = np.add.reduceat((marks == ord(separator)).view(np.uint8), starts, dtype=np.int32)
    return int(separators.max()) < width


def _longest(column: pd.Series) -> int:
    if pd.api.types.is_numeric_dtype(column) or not len(column):
        return 0
    return int(column.astype("string").str.len().max() or 0) if column.notna().any() else 0
