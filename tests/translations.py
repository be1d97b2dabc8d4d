"""Which English text every Chinese chapter translates; run it after translating.

``python tests/translations.py`` writes ``translated.yml`` beside the Chinese chapters: of each, the
SHA-256 of the English chapter that it says. A chapter whose English changed since is stale.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from loyalty.book.files import EDITIONS, Edition


def pairs() -> list[tuple[Edition, Edition]]:
    """English and Chinese edition of each volume."""
    return [
        (one, other)
        for one in EDITIONS
        for other in EDITIONS
        if one.volume == other.volume and (one.language, other.language) == ("en", "zh")
    ]


def digests(edition: Edition) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in edition.chapters}


def manifest(edition: Edition) -> Path:
    return edition.authored / "translated.yml"


if __name__ == "__main__":
    for english, chinese in pairs():
        text = yaml.safe_dump(digests(english), sort_keys=True)
        manifest(chinese).write_text(text, encoding="utf-8")
