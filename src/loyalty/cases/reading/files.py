"""Which reader a file needs, and what all of them have in common."""

from __future__ import annotations

import difflib
import gzip
import io
import zipfile

import pandas as pd

from loyalty.cases.reading import delimited, limits, packages, sheets, values
from loyalty.cases.reading.table import Table, Wanted
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError

TEXT = (".csv", ".tsv", ".txt", ".tab")
SHEET = (".xlsx", ".xlsm")
LABELLED = (".sav", ".zsav", ".dta")
SUFFIXES = (*TEXT, *SHEET, *LABELLED, ".parquet")


def read(
    content: bytes,
    suffix: str,
    name: str,
    form: Format | None = None,
    *,
    sheet: str | None = None,
    wanted: Wanted | None = None,
) -> Table:
    """A table out of the bytes of a file, judged by its suffix.

    Columns of `wanted` come out as floats (with the texts that are no number left as they are) and
    as texts; a value that the file itself declares missing is missing. Without `wanted` everything
    is read as the file has it.

    Raises
    ------
    UserError
        One line: another kind of file, one that is damaged or too large, an encoding that has to
        be declared.
    """
    form, wanted = form or Format(), wanted or Wanted()
    if suffix not in SUFFIXES:
        known = list(SUFFIXES)
        if not suffix:
            raise UserError("{name}: no suffix; expected {known}", name=name, known=known)
        raise UserError("{name}: {suffix}; expected {known}", name=name, suffix=suffix, known=known)
    if len(content) > limits.UNPACKED:
        raise UserError("{name}: larger than {most:,} bytes", name=name, most=limits.UNPACKED)
    try:
        if suffix in TEXT:
            table = delimited.read(content, form, name, wanted)
        elif suffix in SHEET:
            table = sheets.read(content, form, name, wanted, form.sheet or sheet)
        elif suffix == ".parquet":
            table = packages.parquet(content, name, wanted)
        else:
            table = packages.labelled(content, suffix, name, wanted)
    except UserError:
        raise
    except ImportError:
        raise UserError(
            "{name}: what reads {suffix} files is not installed (uv sync --frozen --group files)",
            name=name,
            suffix=suffix[1:],
        ) from None
    except Exception as error:  # each reader has exceptions of its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            "{name}: not a readable {suffix} file ({reason:.200})",
            name=name,
            suffix=suffix[1:],
            reason=reason,
        ) from None
    return _as_wanted(table.whole(), form, wanted)


def _as_wanted(table: Table, form: Format, wanted: Wanted) -> Table:
    if not wanted.columns:
        return table
    separator = str(table.found.get("delimiter", ","))
    columns = []
    for i, column in enumerate(table.frame.columns):
        raw = table.frame.iloc[:, i]
        if column in wanted.texts:
            raw = values.texts(packages.without_missing(raw, table.missing.get(column, ())))
        elif column in wanted.numbers:
            raw = packages.without_missing(raw, table.missing.get(column, ()))
            raw = values.numbers(
                raw, wanted.numbers[column], form, separator, labels=column not in wanted.bare
            )
        columns.append(raw)
    attrs = table.frame.attrs
    named = table.frame.columns
    table.frame = pd.concat(columns, axis=1) if columns else table.frame
    table.frame.columns = named
    table.frame.attrs = attrs
    return table


def unpacked(content: bytes, path: str, name: str, member: str | None = None) -> tuple[bytes, str]:
    """What a .gz or .zip holds, and what it is called there; other files as they are."""
    if path.lower().endswith(".gz"):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = limits.drained(packed, limits.UNPACKED, name)  # type: ignore[arg-type]
        except limits.DAMAGED:
            raise UserError("{name}: not a whole gzip file", name=name) from None
        path = path[:-3]
    if path.lower().endswith(".zip"):
        return _unzipped(content, name, member)
    return content, path


def _unzipped(content: bytes, name: str, member: str | None) -> tuple[bytes, str]:
    """A member of a zip archive; without its name, the only one. Nothing is written anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.namelist() if not m.endswith("/")]
            if member is None and len(members) != 1:
                raise UserError(
                    "{name}: one file is expected in the archive, not {n}",
                    name=name,
                    n=len(members),
                )
            path = member or members[0]
            if path not in members:
                near = difflib.get_close_matches(path, members, n=1)
                if near:
                    raise UserError(
                        "{name}: the archive has no {path!r}; did you mean {near!r}?",
                        name=name,
                        path=path,
                        near=near[0],
                    )
                raise UserError("{name}: the archive has no {path!r}", name=name, path=path)
            with archive.open(path) as file:
                return limits.drained(file, limits.UNPACKED, f"{name}: {path}"), path
    except limits.DAMAGED:
        raise UserError("{name}: not a whole zip archive", name=name) from None
    except (RuntimeError, NotImplementedError) as error:  # with a password, or packed in a new way
        raise UserError("{name}: {error}", name=name, error=error) from None
