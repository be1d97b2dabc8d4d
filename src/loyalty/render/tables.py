"""Column widths for the PDF's tables: text size, wrapping or a turned page, never past the margin.

Widths are estimated from the text (in em); a table that fits as it is keeps its natural columns.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

PORTRAIT = 453.0  # points of text width: A4 less margins of 2.5 cm
LANDSCAPE = 700.0
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
MAX_LINES = 3.2


@dataclass(frozen=True)
class Layout:
    """How to set one table; no widths means natural columns."""

    size: float
    inset: float  # points left and right in each cell
    widths: tuple[float, ...] = ()
    landscape: bool = False
    breaks: bool = False  # long words have to be cut


def em(text: str) -> float:
    """Estimated width of a line in em."""
    total = 0.0
    for char in text:
        if unicodedata.east_asian_width(char) in "WF":
            total += 1.0
        elif char in " .,;:!|'ijl[]()":
            total += 0.29
        elif char in "mwMW@%—":
            total += 0.82
        elif char.isupper():
            total += 0.65
        else:
            total += 0.475
    return total


def longest_word(text: str) -> float:
    """Width of the widest piece that cannot be broken."""
    spaced = "".join(
        f" {c} " if unicodedata.east_asian_width(c) in "WF" else c for c in text
    )
    return max((em(word) for word in re.split(r"\s+|(?<=[-–/])", spaced)), default=0.0)


def layout(rows: list[list[str]], turned: bool = True) -> Layout:
    """Layout for a table's texts, row by row (the head among them, which is bold)."""
    columns = max((len(row) for row in rows), default=1)
    natural, least = [0.6] * columns, [0.6] * columns
    for position, row in enumerate(rows):
        bold = 1.07 if position == 0 else 1.0
        for column, text in enumerate(row):
            natural[column] = max(natural[column], em(text) * bold)
            least[column] = max(least[column], longest_word(text) * bold)
    comfortable = [max(a, b / MAX_LINES) for a, b in zip(least, natural, strict=True)]
    inset = 4.0 if columns <= 8 else 2.5
    # small type is the last resort before a turned page, not the first
    trials = [(PORTRAIT, False, SIZES[:-1]), (LANDSCAPE, True, SIZES)]
    if not turned:
        trials = [(PORTRAIT, False, SIZES)]
    for width, flipped, sizes in trials:
        usable = width - 2 * inset * columns
        for size in sizes:
            if sum(natural) * size <= usable:
                return Layout(size, inset, (), flipped)
            if sum(comfortable) * size * 1.03 <= usable:
                widths = _share(comfortable, natural, usable, size, inset)
                return Layout(size, inset, widths, flipped)
        if sum(least) * sizes[-1] * 1.03 <= usable:
            widths = _share(least, natural, usable, sizes[-1], inset)
            return Layout(sizes[-1], inset, widths, flipped)
    usable = (LANDSCAPE if turned else PORTRAIT) - 2 * inset * columns
    cut = tuple(round(w / sum(least) * usable + 2 * inset, 1) for w in least)
    return Layout(SIZES[-1], inset, cut, turned, True)


def _share(
    floor: list[float], natural: list[float], usable: float, size: float, inset: float
) -> tuple[float, ...]:
    """Widths in points: each column its floor, what is left to those that want more."""
    base = [w * size * 1.03 for w in floor]
    want = [max(0.0, n * size * 1.03 - b) for n, b in zip(natural, base, strict=True)]
    left = usable - sum(base)
    part = min(1.0, left / sum(want)) if sum(want) else 0.0
    return tuple(round(b + w * part + 2 * inset, 1) for b, w in zip(base, want, strict=True))
