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
        raise RowsAbsent(f"{name}: {error.strerror}") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    with os.fdopen(number, "rb") as file:
        kept = os.fstat(number)
        if not stat.S_ISREG(kept.st_mode):
            raise UserError(f"{name}: not a regular file")
        if kept.st_size > BYTES:
            raise UserError(f"{name}: {kept.st_size:,} bytes; at most {BYTES:,} are read")
        try:
            return file.read(BYTES)
        except OSError as error:
            raise UserError(f"{name}: {error.strerror}") from None


def size(rows: int, columns: int, name: str) -> None:
    """Refuse more rows, columns or cells than are read."""
    if rows > ROWS:
        raise UserError(f"{name}: {rows:,} rows; at most {ROWS:,} are read")
    if columns > COLUMNS:
        raise UserError(f"{name}: {columns:,} columns; at most {COLUMNS:,} are read")
    if rows * columns > CELLS:
        raise UserError(
            f"{name}: {rows:,} rows × {columns:,} columns; at most {CELLS:,} cells are read"
        )


class Watch:
    """A time limit: :meth:`look` from time to time."""

    def __init__(self, name: str) -> None:
        self._name, self._end = name, time.monotonic() + SECONDS

    def look(self) -> None:
        if time.monotonic() > self._end:
            raise UserError(f"{self._name}: not read within {SECONDS:g} seconds")


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
            raise UserError(f"{name}: what it holds is larger than {most:,} bytes")
        parts.append(part)
    return b"".join(parts)


#: What damaged archives raise.
DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, OSError)
