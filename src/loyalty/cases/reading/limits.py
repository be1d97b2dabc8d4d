"""What is refused before it is read: files that are none, and tables too large for any survey."""

from __future__ import annotations

import gzip
import os
import stat
import time
import zipfile
import zlib
from pathlib import Path
from typing import IO

from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import said_by_system

#: The largest file, and the most that a packed one may hold, in bytes.
BYTES, UNPACKED = 512 << 20, 1 << 30
ROWS, COLUMNS, CELLS = 5_000_000, 20_000, 50_000_000
#: The longest text of one cell, in characters.
CELL = 100_000
#: Seconds that reading one file may take.
SECONDS = 300.0


def content(path: Path, name: str) -> bytes:
    """The bytes of a regular file.

    Raises
    ------
    RowsAbsent
        Where there is none.
    UserError
        For a folder, pipe or device, and for a file larger than :data:`BYTES`.
    """
    try:
        # without waiting for somebody to write into a pipe
        number = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except FileNotFoundError as error:
        raise RowsAbsent("{name}: {why}", name=name, why=said_by_system(error)) from None
    except OSError as error:
        raise UserError("{name}: {why}", name=name, why=said_by_system(error)) from None
    kept = os.fstat(number)
    if not stat.S_ISREG(kept.st_mode):
        os.close(number)
        if stat.S_ISDIR(kept.st_mode):
            raise UserError("{name}: a folder; a file in it was expected", name=name)
        raise UserError("{name}: not a regular file", name=name)
    with os.fdopen(number, "rb") as file:
        if kept.st_size > BYTES:
            raise UserError(
                "{name}: {size:,} bytes; at most {most:,} are read",
                name=name,
                size=kept.st_size,
                most=BYTES,
            )
        try:
            return file.read(BYTES)
        except OSError as error:
            raise UserError("{name}: {why}", name=name, why=said_by_system(error)) from None


def size(rows: int, columns: int, name: str) -> None:
    """Refuse more rows, columns or cells than are read."""
    if rows > ROWS:
        raise UserError(
            "{name}: {rows:,} rows; at most {most:,} are read", name=name, rows=rows, most=ROWS
        )
    if columns > COLUMNS:
        raise UserError(
            "{name}: {columns:,} columns; at most {most:,} are read",
            name=name,
            columns=columns,
            most=COLUMNS,
        )
    if rows * columns > CELLS:
        raise UserError(
            "{name}: {rows:,} rows × {columns:,} columns; at most {most:,} cells are read",
            name=name,
            rows=rows,
            columns=columns,
            most=CELLS,
        )


class Watch:
    """A time limit: :meth:`look` from time to time."""

    def __init__(self, name: str) -> None:
        self._name, self._end = name, time.monotonic() + SECONDS

    def look(self) -> None:
        if time.monotonic() > self._end:
            raise UserError(
                "{name}: not read within {seconds:g} seconds", name=self._name, seconds=SECONDS
            )


def drained(file: IO[bytes], most: int, name: str) -> bytes:
    """What a packed file holds, if it is not more than `most` bytes.

    Raises
    ------
    UserError
        Where it holds more.
    """
    parts, left = [], most
    while part := file.read(1 << 20):
        left -= len(part)
        if left < 0:
            raise UserError(
                "{name}: what it holds is larger than {most:,} bytes", name=name, most=most
            )
        parts.append(part)
    return b"".join(parts)


#: What damaged archives raise.
DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, OSError)
