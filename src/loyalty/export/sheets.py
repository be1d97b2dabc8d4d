"""Tables as files: CSV that no spreadsheet takes for a formula, JSON, a workbook."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.ground.numbers import exact
from loyalty.ground.text import Text

Cell = str | int | float | bool | None
#: A text that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Every date inside a file, so that the same content is the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Sheet:
    """A table to take away: `name` is that of its files, a row as long as `columns`."""

    name: str
    title: Text
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sheet(name: str, title: Text, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    """A table of records with the same keys."""
    columns = tuple(rows[0]) if rows else ()
    return Sheet(name, title, columns, tuple(tuple(row[c] for c in columns) for row in rows))


def safe(value: Cell) -> Cell:
    """A text of one line that no spreadsheet takes for a formula; numbers stay as they are."""
    if not isinstance(value, str):
        return value
    value = value.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
    return f"'{value}" if value.lstrip(" ").startswith(FORMULA) else value


def as_csv(table: Sheet) -> str:
    """Comma separated, UTF-8, a line feed a row; numbers by 15 digits."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(safe, table.columns))
    for row in table.rows:
        writer.writerow(["" if cell is None else _plain(safe(cell)) for cell in row])
    return out.getvalue()


def _plain(value: Cell) -> Cell:
    """A number as Python's own, for those of findings print themselves otherwise."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(exact(value))
    return int(value) if isinstance(value, int) else value


def as_json(table: Sheet) -> str:
    """The title in every language, the columns' names once, and a list a row in its own line."""
    content = {
        "name": table.name,
        "title": table.title.model_dump(),
        "columns": table.columns,
        "rows": [],
    }
    rows = ([exact(c) if isinstance(c, float) else c for c in row] for row in table.rows)
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return json.dumps(content, ensure_ascii=False)[:-2] + "\n" + ",\n".join(lines) + "\n]}\n"


def as_workbook(tables: Sequence[Sheet]) -> bytes:
    """An Excel workbook of a sheet a table; texts are texts, whatever they begin with."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        page = book.create_sheet(table.name[:31])
        for i, row in enumerate((table.columns, *table.rows), 1):
            for j, value in enumerate(row, 1):
                cell = page.cell(i, j)
                if isinstance(value, str):
                    cell.value, cell.data_type = value, "s"
                elif value is not None:
                    kind = next(k for k in (bool, int, float) if isinstance(value, k))
                    cell.value = kind(value)
    book.properties.creator = "loyalty"
    out = io.BytesIO()
    book.properties.created = book.properties.modified = datetime(*DATE)
    book.save(out)
    return undated(out.getvalue())


def undated(packed: bytes) -> bytes:
    """A zip archive with its entries in order and without their dates, nor those of a document."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    core = "docProps/core.xml"
    if core in entries:
        entries[core] = _undated(entries[core])
    zipped(made, entries)
    return made.getvalue()


def _undated(core: bytes) -> bytes:
    """A document's properties, made and changed on :data:`DATE`."""
    day = datetime(*DATE).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + day, core)


def zipped(target: io.BytesIO, entries: Mapping[str, bytes]) -> None:
    """Write a zip archive whose bytes depend on the entries alone."""
    first = [name for name in entries if name == "[Content_Types].xml"]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*first, *sorted(set(entries) - set(first))]:
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            new.writestr(info, entries[name])
