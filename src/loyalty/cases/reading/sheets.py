"""Sheets of a workbook (.xlsx, .xlsm)."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases.reading import delimited, limits
from loyalty.cases.reading.table import Table, Wanted
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said

_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.I)
#: A formula whose value was not saved with it.
_UNSAVED = re.compile(
    rb'<c [^>]*?\br=["\']([A-Za-z]{1,3}\d+)["\'][^>]*>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*'
    rb"(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
#: A cell whose formula gave an error, and which; ``#NULL!`` (so SPSS writes what is missing) and
#: ``#N/A`` are blank.
_ERRORS = re.compile(
    rb'<c (?=[^>]*?\bt=["\']e["\'])[^>]*?\br=["\']([A-Za-z]{1,3}\d+)["\'][^>]*>'
    rb"(?:\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?\s*<v>(?!#NULL!|#N/A)([^<]{1,20})</v>"
)


def read(content: bytes, form: Format, name: str, wanted: Wanted, sheet: str | None) -> Table:
    """The rows of one sheet: the one that is named, or the only one that has the columns."""
    book = _opened(content, name)
    _opened.cache_clear()
    unsaved = book.unsaved
    watch = limits.Watch(name)
    with _readable(name):
        names = book.names
        if sheet is not None and sheet not in names:
            raise UserError(
                "{name}: no sheet {sheet!r}; there are {names}",
                name=name,
                sheet=sheet,
                names=[*names],
            )
        chosen = sheet or _chosen(book, book.shown, form, wanted)
        pages = book.page(chosen)
        limits.size(pages.total_height, pages.width, name)
        table = _table(pages, form, name, wanted, watch)
    table.found.update(sheet=chosen, sheets=names)
    _errors(table, pages, book.errors.get(names.index(chosen), {}), wanted)
    cells = unsaved.get(names.index(chosen), set())
    first = _letters_first(pages)
    for cell in sorted(cells, key=lambda c: (int(re.sub(rb"\D", b"", c)), c)):
        column = _index(re.sub(rb"\d", b"", cell)) - first
        there = table.found["columns"]
        assert isinstance(there, list)
        if 0 <= column < len(there) and (not wanted.columns or there[column] in wanted.columns):
            raise UserError(
                "{name}: cell {cell}: a formula whose value was not saved; open the "
                "file in a spreadsheet program and save it",
                name=name,
                cell=cell.decode(),
            )
    return table


class _Book:
    """An open workbook. A sheet is parsed when it is asked for; the largest is kept."""

    def __init__(self, content: bytes, name: str) -> None:
        import python_calamine as calamine  # slow to import, and few cases need it

        self.unsaved, self.errors = _looked_at(content, name)
        with _readable(name):
            self._book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
            self.names: list[str] = self._book.sheet_names
            seen = calamine.SheetVisibleEnum.Visible
            shown = {s.name for s in self._book.sheets_metadata if s.visible == seen}
        #: The sheets that nobody hid: only who names another one has it read.
        self.shown: list[str] = [name for name in self.names if name in shown] or self.names
        self._kept: Any = None

    def page(self, sheet: str) -> Any:
        if self._kept is not None and self._kept.name == sheet:
            return self._kept
        page = self._book.get_sheet_by_name(sheet)
        if self._kept is None or page.height * page.width > self._kept.height * self._kept.width:
            self._kept = page
        return page


@lru_cache(maxsize=1)
def _opened(content: bytes, name: str) -> _Book:
    """The workbook; what looks at its tops first leaves it open for the one reading after it."""
    return _Book(content, name)


def tops(
    content: bytes, name: str, most: int, *, but: str | None = None, named: str | None = None
) -> dict[str, tuple[int, list[list[str]]]]:
    """Of each sheet (`but` one, and hidden ones that are not `named`) how many cells it has, and
    its first rows as text."""
    book = _opened(content, name)
    found = {}
    with _readable(name):
        for sheet in book.names:
            if sheet == but or (sheet not in book.shown and sheet != named):
                continue
            page = book.page(sheet)
            rows = [[_text(c).strip() for c in row] for row in _from(page, 0, most)]
            found[sheet] = (page.height * page.width, rows)
    return found


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """What the reader of workbooks raises, in one line."""
    import python_calamine as calamine

    try:
        yield
    except UserError:
        raise
    except calamine.PasswordError:
        raise UserError("{name}: protected by a password; save it without", name=name) from None
    except MemoryError:
        raise UserError("{name}: too large for this machine's memory", name=name) from None
    except BaseException as error:  # the reader's panics are no Exceptions
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise UserError(
            "{name}: not a readable xlsx file ({reason:.200})", name=name, reason=reason
        ) from None


def _looked_at(
    content: bytes, name: str
) -> tuple[dict[int, set[bytes]], dict[int, dict[bytes, bytes]]]:
    """Refuse what unpacks to too much, or claims cells far apart; by sheet, the cells of unsaved
    formulas, and those of errors with what they say."""
    found: dict[int, set[bytes]] = {}
    errors: dict[int, dict[bytes, bytes]] = {}
    left = limits.UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > 5_000:
                raise UserError(
                    "{name}: {n:,} parts; at most 5,000 are read", name=name, n=len(members)
                )
            for member in members:
                if member.flag_bits & 1:
                    raise UserError("{name}: protected by a password; save it without", name=name)
                with archive.open(member) as part:
                    size, cells, broken = _part(
                        part, left, name, bool(_SHEET.fullmatch(member.filename))
                    )
                left -= size
                number = re.search(r"(\d+)\.xml$", member.filename)
                at = int(number[1]) - 1 if number else 0
                if cells:
                    found.setdefault(at, set()).update(cells)
                if broken:
                    errors.setdefault(at, {}).update(broken)
    except (RuntimeError, NotImplementedError) as error:
        raise UserError(
            "{name}: not a readable xlsx file ({error})", name=name, error=error
        ) from None
    except limits.DAMAGED as error:
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            raise UserError(
                "{name}: an old Excel file, or one with a password; save it as .xlsx without",
                name=name,
            ) from None
        no_archive = Said("it is no workbook; is it a csv under another name?")
        why = error if content.startswith(b"PK") else no_archive
        raise UserError("{name}: not a readable xlsx file ({why})", name=name, why=why) from None
    return found, errors


def _errors(table: Table, pages: Any, cells: dict[bytes, bytes], wanted: Wanted) -> None:
    """Put what cells say whose formula gave an error (``#DIV/0!``) in their place; the reader has
    them blank, and an answer would be lost without a word."""
    there = table.found["columns"]
    assert isinstance(there, list)
    used = [i for i, column in enumerate(there) if wanted.takes(column)]
    for cell, said in cells.items():
        column = _index(re.sub(rb"\d", b"", cell)) - _letters_first(pages)
        row = int(re.sub(rb"\D", b"", cell)) - table.first
        if column in used and 0 <= row < len(table.frame):
            k = used.index(column)
            if not pd.api.types.is_object_dtype(table.frame.dtypes.iloc[k]):
                values = [None if pd.isna(v) else v for v in table.frame.iloc[:, k]]
                table.frame.isetitem(k, np.array(values, dtype=object))
            table.frame.iat[row, k] = said.decode("utf-8", "replace")


def _part(
    part: Any, left: int, name: str, sheet: bool
) -> tuple[int, set[bytes], dict[bytes, bytes]]:
    size, rest = 0, b""
    rows = columns = 0
    unsaved: set[bytes] = set()
    errors: dict[bytes, bytes] = {}
    while piece := part.read(4 << 20):
        size += len(piece)
        if size > left:
            raise UserError(
                "{name}: what it holds is larger than {most:,} bytes",
                name=name,
                most=limits.UNPACKED,
            )
        if sheet:
            piece = rest + piece
            cut = piece.rfind(b"<c ") if len(piece) > 1024 else 0
            rest = piece[cut:][-65_536:] if cut > 0 else b""
            far = _far(piece)
            rows, columns = max(rows, far[0]), max(columns, far[1])
            if b"<f" in piece and len(unsaved) < 1_000:
                unsaved.update(_UNSAVED.findall(piece))
            if re.search(rb"\bt=[\"']e[\"']", piece) and len(errors) < 1_000:
                errors.update(_ERRORS.findall(piece))
    if columns:
        limits.size(rows, columns, name)
    return size, unsaved, errors


def _far(xml: bytes) -> tuple[int, int]:
    """The largest row and column that references (``r="B7"``) in a part of a sheet name."""
    text = np.frombuffer(xml + bytes(16), dtype=np.uint8)
    n = len(text) - 16
    quote = (text[2 : n + 2] == 34) | (text[2 : n + 2] == 39)
    at = np.flatnonzero((text[:n] == 114) & (text[1 : n + 1] == 61) & quote) + 3
    column = np.zeros(len(at), dtype=np.int64)
    for _ in range(3):
        letter = text[at] & 0xDF  # as a capital
        named = (letter >= 65) & (letter <= 90)
        column = np.where(named, column * 26 + letter - 64, column)
        at = at + named
    row = np.zeros(len(at), dtype=np.int64)
    for _ in range(8):
        digit = (text[at] >= 48) & (text[at] <= 57)
        row = np.where(digit, row * 10 + text[at] - 48, row)
        at = at + digit
    return int(row.max(initial=0)), int(column.max(initial=0))


def _index(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _letters_first(pages: Any) -> int:
    return int(pages.start[1]) if pages.start else 0


def _chosen(book: _Book, names: list[str], form: Format, wanted: Wanted) -> str:
    """The only sheet whose heading has every wanted column, else the first."""
    if len(names) == 1 or not wanted.columns:
        return str(names[0])
    having = []
    for sheet in names:
        page = book.page(sheet)
        if not page.height:
            continue
        heading = {_text(c).strip() for row in _from(page, form.skip, 1) for c in row}
        if heading >= set(wanted.columns):
            having.append(sheet)
    return str(having[0] if len(having) == 1 else names[0])


def _from(page: Any, skip: int, most: int | None = None) -> Iterator[list[Any]]:
    for i, row in enumerate(page.iter_rows()):
        if i >= skip and (most is None or i < skip + most):
            yield row
        elif most is not None and i >= skip + most:
            return


def _table(page: Any, form: Format, name: str, wanted: Wanted, watch: limits.Watch) -> Table:
    if not page.height:
        raise UserError("{name}: the sheet {page!r} is empty", name=name, page=page.name)
    first_row = int(page.start[0]) if page.start else 0
    skip = max(form.skip, first_row)
    rows = _from(page, skip)
    top = [row for _, row in zip(range(4), rows, strict=False)]
    as_text = [[_text(c).strip() for c in row] for row in top]
    n_headings = (form.heading_rows or delimited.headings(as_text)) if form.heading else 0
    if n_headings:
        columns = delimited.named(as_text[:n_headings])
    else:
        columns = [str(i) for i in range(len(as_text[0]))]
    used = [i for i, column in enumerate(columns) if wanted.takes(column)]
    frame = _columns(chain(top[n_headings:], rows), used, watch)
    frame.columns = pd.Index([columns[i] for i in used])
    return Table(
        frame,
        first=skip + n_headings + 1,
        headings=as_text[1:n_headings],
        found={"skip": skip, "heading_rows": n_headings, "columns": columns},
    )


def _columns(rows: Iterable[list[Any]], used: Sequence[int], watch: limits.Watch) -> pd.DataFrame:
    """Columns of floats as far as all values are numbers, else of objects."""
    done: list[list[np.ndarray]] = [[] for _ in used]
    left = iter(rows)
    while part := list(islice(left, 5_000)):
        columns = list(zip(*part, strict=True))
        for k, i in enumerate(used):
            done[k].append(_packed(columns[i]))
        watch.look()
    found = {}
    for k, pieces in enumerate(done):
        if not pieces:
            found[k] = pd.Series(dtype=float)
        elif all(piece.dtype == float for piece in pieces):
            found[k] = pd.Series(np.concatenate(pieces))
        else:
            found[k] = pd.Series(np.concatenate([p.astype(object) for p in pieces]))
        done[k] = []
    return pd.DataFrame(found)


def _packed(part: Sequence[Any]) -> np.ndarray:
    cells = np.empty(len(part), dtype=object)
    cells[:] = part
    with suppress(TypeError, ValueError):
        cells[cells == ""] = np.nan
        return cells.astype(float)
    taken = np.empty(len(part), dtype=object)
    taken[:] = [None if v == "" else _value(v) for v in part]
    return taken


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != value.min.time() else str(value.date())
    if isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(_value(value))
