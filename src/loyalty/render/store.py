"""What an earlier rendering made and a later one need not make again.

One file a book: texts by the digest of all that they depend on. A rendering writes it anew with
what it used, so nothing piles up; what cannot be read is not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)


@cache
def _source() -> str:
    """Digest of this package's own files: other code makes other texts."""
    files = [path for path in Path(__file__).parent.rglob("*") if path.is_file()]
    kept = sorted(path for path in files if path.suffix != ".pyc")
    return digest(*(path.read_bytes() for path in kept))


def digest(*parts: Any) -> str:
    """Digest of some values: bytes, or what JSON can hold."""
    found = hashlib.sha256()
    for part in parts:
        kind = b"b" if isinstance(part, bytes) else b"j"
        content = part if isinstance(part, bytes) else json.dumps(part).encode("ascii")
        found.update(b"%s%d:" % (kind, len(content)) + content)
    return found.hexdigest()


class Store:
    """The texts of one book, made by the programs `made_by`; without a file an empty store."""

    def __init__(self, file: Path | None = None, made_by: str = "") -> None:
        self.file = file
        self.made_by = made_by
        self.used: dict[str, str] = {}
        self._old: zipfile.ZipFile | None = None
        with contextlib.suppress(*_UNREADABLE):
            self._old = zipfile.ZipFile(file) if file else None

    def key(self, *parts: Any) -> str:
        return digest(_source(), self.made_by, *parts)

    def get(self, key: str) -> str | None:
        """The text of a key, where it is known."""
        if key not in self.used and self._old is not None:
            with contextlib.suppress(*_UNREADABLE):
                self.used[key] = self._old.read(key).decode("utf-8")
        return self.used.get(key)

    def put(self, key: str, text: str) -> str:
        self.used[key] = text
        return text

    def save(self) -> None:
        """Keep what this rendering used, in one step."""
        if self.file is None:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.file.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part, zipfile.ZipFile(part, "w") as new:
                for key, text in self.used.items():
                    new.writestr(zipfile.ZipInfo(key), text.encode("utf-8"))
            if self._old is not None:
                self._old.close()
            os.replace(name, self.file)
        finally:
            Path(name).unlink(missing_ok=True)
