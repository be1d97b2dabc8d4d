"""What a case may be called: the name of its folder, of its pages and of its addresses."""

from __future__ import annotations

import re
import unicodedata

from loyalty.ground.said import Said

#: Letters that Unicode does not take apart into one of a-z and an accent.
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ı": "i"})
#: Folders of these names there cannot be on Windows, where they are devices.
DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def proposed(name: str) -> str:
    """A name of a-z, 0-9 and - that is like `name`: ``My Survey (1)`` gives ``my-survey-1``."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    found = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[\u0300-\u036f]", "", plain)).strip("-")
    if DEVICE.fullmatch(found):
        return f"{found}-survey"
    return "my-survey" if found in ("", "all") else found[:60].rstrip("-")


def refused(name: str, there: bool = False) -> Said:
    """That `name` cannot be a case's, and what can; `there`: such a folder holds a description."""
    other = proposed(name)
    if DEVICE.fullmatch(name):
        return Said(
            "case {name!r}: Windows keeps this name for a device; for example {other}",
            name=name,
            other=other,
        )
    if there:
        return Said(
            "case {name!r}: a name of a-z, 0-9 and - is expected; rename the folder to {other}",
            name=name,
            other=other,
        )
    return Said(
        "case {name!r}: a name of a-z, 0-9 and - is expected; for example {other}",
        name=name,
        other=other,
    )
