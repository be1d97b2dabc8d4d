"""Versions of the form of ``study.yml``: older ones are read, a newer one is refused.

A description without ``version`` is of the form before there were versions. Version 1 has the same
keys, and says so; a later one that renames a key adds a step to :func:`upgraded` and to
:func:`known`, so that what was written for an earlier one goes on being read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.reading import read_yaml, shown_path

VERSION = 1


def known(content: Any, name: str) -> Any:
    """The content of a description in the form of today.

    Raises
    ------
    UserError
        When it is of a version that is not known here.
    """
    version = content.get("version") if isinstance(content, dict) else None
    if version is None:
        return content
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise UserError(
            "{name}: version: {version!r} is none; expected {known}, or no line",
            name=name,
            version=version,
            known=VERSION,
        )
    if version > VERSION:
        raise UserError(
            "{name}: version: {version} is newer than this program, which knows "
            "{known}; it wants a newer loyalty-study",
            name=name,
            version=version,
            known=VERSION,
        )
    return content


def upgrade(file: Path) -> Path | None:
    """Write a description in the form of today beside it; the new file, None where it is of today.

    The old file stays as it is. Comments and order are kept.

    Raises
    ------
    UserError
        When it cannot be read, is of a version not known here, or the new file is there already.
    """
    content = known(read_yaml(file), shown_path(file))
    if not isinstance(content, dict):
        raise UserError("{file}: keys with values are expected", file=shown_path(file))
    if content.get("version") == VERSION:
        return None
    target = file.with_name(f"{file.stem}.v{VERSION}.yml")
    if target.exists():
        raise UserError(
            "{target} is there already; it is not written over", target=shown_path(target)
        )
    return paths.write(target, upgraded(file.read_text(encoding="utf-8")))


def upgraded(text: str) -> str:
    """The text of a description without version in the form of today."""
    head = re.match(r"(?:\ufeff)?(?:[ \t]*(?:#.*|%.*|---[ \t]*)?\n)*", text)
    at = head.end() if head else 0
    return f"{text[:at]}version: {VERSION}\n{text[at:]}"
