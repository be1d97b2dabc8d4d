"""A sheet of a workbook that says what the columns of its data are: labels, values, codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

Rows = Sequence[Sequence[str]]

_LABEL = re.compile(
    r"label|question|wording|description|meaning|text|标签|题目|题项|问题|含义|说明|描述", re.I
)
_VALUES = re.compile(r"values?\b|codes?\b|levels|answers|categories|取值|编码|选项|赋值", re.I)
_MISSING = re.compile(r"missing|no answer|缺失", re.I)
_NUMBER = r"-?\d{1,9}(?:\.\d{1,6})?"
_CODE = re.compile(
    rf"({_NUMBER})\s*[=:：＝]\s*(.{{1,200}}?)(?=[;；,，|/\n]?\s*{_NUMBER}\s*[=:：＝]|$)", re.S
)
#: The ends of a scale, as in ``0-25`` or ``1 to 7 (7 = agree)``.
_ENDS = re.compile(
    r"\s*(-?\d{1,4})\s*(?:-|–|—|~|～|to\b|bis\b|至|到|\.\.)\s*(-?\d{1,4})(?!\s*[=:：＝\d.])"
)


@dataclass
class Entry:
    """What is said of a column; `ends` are those of its scale."""

    label: str = ""
    codes: dict[float | str, str] = field(default_factory=dict)
    missing: list[float] = field(default_factory=list)
    ends: tuple[int, int] | None = None


def read(pages: Mapping[str, Rows], names: Collection[str]) -> dict[str, Entry]:
    """What one of the sheets says of the columns `names`, if it names half of them.

    Parameters
    ----------
    pages : mapping
        Of each sheet but that of the data, its rows as text.
    """
    best: tuple[int, Rows, int] = (0, (), 0)
    for rows in pages.values():
        for at in range(max(map(len, rows), default=0)):
            there = {row[at] for row in rows if at < len(row)} & set(names)
            if len(there) > best[0]:
                best = (len(there), rows, at)
    hits, rows, at = best
    if hits < max(2, len(set(names)) / 2):
        return {}
    lines = [row for row in rows if at < len(row) and row[at] in set(names)]
    first = rows.index(lines[0])
    heads = rows[first - 1] if first else []
    width = max(map(len, lines))

    def column(wanted: re.Pattern[str], without: Collection[int]) -> int | None:
        named = [k for k, cell in enumerate(heads) if wanted.search(cell) and k not in without]
        return next((k for k in named if k != at), None)

    missing = column(_MISSING, ())
    codes = column(_VALUES, [missing] if missing is not None else [])
    label = column(_LABEL, [k for k in (missing, codes) if k is not None])
    if label is None:
        taken = {at, missing, codes}
        label = next((k for k in range(at + 1, width) if k not in taken), None)
    found: dict[str, Entry] = {}
    for row in lines:
        text = [row[k] if k is not None and k < len(row) else "" for k in (label, codes, missing)]
        codes_of, coded = codes_in(text[1]), [float(n) for n in re.findall(_NUMBER, text[2])]
        entry = Entry(text[0], codes_of, coded, ends_in(text[1]))
        found.setdefault(row[at], entry)
    return found


def codes_in(text: str) -> dict[float | str, str]:
    """The codes of ``1 = Yes; 2 = No``; none where there are not two."""
    found: dict[float | str, str] = {
        float(m[1]): label
        for m in _CODE.finditer(text)
        if (label := m[2].strip(" \t\n;；,，|\"'“”"))
    }
    return found if len(found) > 1 else {}


def ends_in(text: str) -> tuple[int, int] | None:
    """The ends of the scale that a text begins with."""
    told = _ENDS.match(text)
    ends = (int(told[1]), int(told[2])) if told else (0, 0)
    return ends if ends[0] < ends[1] else None
