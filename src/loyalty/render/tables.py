"""Column widths for the PDF's tables: text size, wrapping or a turned page, never past the margin.

Widths are estimated from the text (in em); a table that fits as it is keeps its natural columns.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, replace

PORTRAIT = 453.0  # points of text width: A4 less margins of 2.5 cm
LANDSCAPE = 700.0
PAGE = 780.0  # pixels of text width of a web page
READ = 600.0  # the same where the window has a usual width
#: Text size and padding of a column, in pixels: as it is, and `many` of the style sheet.
WEB = ((14.1, 22.0), (12.5, 12.0))
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0)
PLEASANT = 8.0  # long texts are wrapped rather than set smaller than this
READABLE = 7.0  # smaller type only where even a turned page is too narrow
COLUMN = 20.0  # em: wide enough to read any text in
SHORT = 9.0  # em: cells up to this width are not wrapped
BRIEF = 60.0  # em: a table of cells up to this width may have narrow columns on a phone
CHINESE_RUN = 4  # characters of Chinese text that stay together
MAX_LINES = 3.2
POWER = 3  # how much more a column's longest texts weigh when widths follow the amount of text
LONG = 30  # rows: a longer table has a line a row where that can be read
TOGETHER = 4  # rows of a broken table that a page has at least
KEPT = 320.0  # points that may move to the next page without leaving one under half full


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
    """Width of the widest piece that should not be broken; of Chinese text, a few characters."""
    widest = 0.0
    for piece in re.split(r"\s+|(?<=[-–/])", text):
        chinese = sum(unicodedata.east_asian_width(char) in "WF" for char in piece)
        widest = max(widest, em(piece) - max(0, chinese - CHINESE_RUN))
    return widest


def fits_page(rows: list[list[str]]) -> bool:
    """Whether a table fits the text column of a web page with every cell on one line."""
    columns = max((len(row) for row in rows), default=1)
    widest = [max(em(row[i]) for row in rows if i < len(row)) for i in range(columns)]
    size, padding = (13.3, 13.0) if columns > 8 else (15.0, 24.0)
    return sum(widest) * size * 1.1 + padding * columns <= PAGE


def cell_class(text: str, fits: bool) -> list[str]:
    """CSS class of a cell of a web page: numbers stay on one line (no class), short words too where
    there is room for them (`fits`); long ones may wrap; the table scrolls where it must.
    An interval may break on a phone."""
    width = em(text)
    if re.fullmatch(r"\[.+, .+\]", text) and not re.search(r"[^\W\d_]{2}", text):
        return ["interval"]
    if width < 6.5 or (width < 11 and not re.search(r"[^\W\d_]{2}", text)):
        return []
    if width < 11 and fits:
        return ["short"]
    if longest_word(text) > COLUMN:
        return ["cut"]
    return ["long"] if width > 14 else ["wraps"]


def page_size(rows: list[list[str]]) -> list[str]:
    """CSS classes that set a table of a web page smaller until its long texts have room."""
    columns = max((len(row) for row in rows), default=1)
    least = 0.0
    for column in range(columns):
        texts = [row[column] for row in rows if column < len(row)]
        natural, word = max(map(em, texts)), max(map(longest_word, texts))
        least += natural if natural <= SHORT + 2 else max(word, min(natural, SHORT))
    tight = [least * size * 1.1 + padding * columns > READ for size, padding in WEB]
    brief = max((em(text) for row in rows for text in row), default=0.0) <= BRIEF
    classes = ["brief"] if brief else []
    classes += ["many"] if columns > 8 or tight[0] else []
    return [*classes, "dense"] if columns > 11 or tight[1] else classes


def layout(rows: list[list[str]], turned: bool = True) -> Layout:
    """Layout for a table's texts, row by row (the head among them, which is bold)."""
    columns = max((len(row) for row in rows), default=1)
    natural, least = [0.6] * columns, [0.6] * columns
    for position, row in enumerate(rows):
        bold = 1.07 if position == 0 else 1.0
        for column, text in enumerate(row):
            natural[column] = max(natural[column], em(text) * bold)
            least[column] = max(least[column], longest_word(text) * bold)
    # long texts may wrap, short cells stay whole
    comfortable = [
        n if n <= SHORT else max(low, min(n / MAX_LINES, COLUMN))
        for low, n in zip(least, natural, strict=True)
    ]
    inset = 4.0 if columns <= 8 else 2.5
    for width, flipped in ((PORTRAIT, False), (LANDSCAPE, True)):
        if flipped and not turned:
            break
        usable = width - 2 * inset * columns
        smallest = READABLE if len(rows) > LONG else PLEASANT
        for size in SIZES:
            if size >= smallest and sum(natural) * size <= usable:
                return Layout(size, inset, (), flipped)
        for floor in (comfortable, least):
            for size in SIZES:
                if size >= READABLE and sum(floor) * size * 1.03 <= usable:
                    widths = _share(floor, natural, usable, size, inset)
                    return _lower(rows, Layout(size, inset, widths, flipped), natural, least)
    usable = (LANDSCAPE if turned else PORTRAIT) - 2 * inset * columns
    for size in SIZES:
        if sum(least) * size * 1.03 <= usable:
            return Layout(size, inset, _share(least, natural, usable, size, inset), turned)
    usable = (LANDSCAPE if turned else PORTRAIT) - 2 * inset * columns
    cut = tuple(round(w / sum(least) * usable + 2 * inset, 1) for w in least)
    return Layout(SIZES[-1], inset, cut, turned, True)


def _lower(rows: list[list[str]], plan: Layout, natural: list[float], least: list[float]) -> Layout:
    """The layout, or one with widths by how much text each column has in all, where a table of
    many rows is lower by it: one long cell takes no room from a column of many."""
    usable = sum(width - 2 * plan.inset for width in plan.widths)
    floor = [n if n <= SHORT else low for n, low in zip(natural, least, strict=True)]
    points = plan.size * 1.03
    low, high = [w * points for w in floor], [n * points for n in natural]
    amounts = [
        sum(em(row[i]) ** POWER for row in rows if i < len(row)) ** (1 / (POWER + 1))
        for i in range(len(floor))
    ]
    if len(rows) <= TOGETHER or sum(low) > usable or sum(high) <= usable:
        return plan
    inner = low  # the widths that add up to the room, each between its bounds
    small, large = 0.0, usable / max(min(amounts), 1e-6)
    for _ in range(60):
        scale = (small + large) / 2
        inner = [min(max(a * scale, lo), hi) for a, lo, hi in zip(amounts, low, high, strict=True)]
        small, large = (scale, large) if sum(inner) < usable else (small, scale)
    widths = tuple(round(width + 2 * plan.inset, 1) for width in inner)
    other = replace(plan, widths=widths)
    return other if sum(heights(rows, other)) < sum(heights(rows, plan)) else plan


def heights(rows: list[list[str]], plan: Layout) -> list[float]:
    """About how high each row is in the PDF, in points."""
    columns = max((len(row) for row in rows), default=1)
    widths = plan.widths or (10_000.0,) * columns
    out = []
    for row in rows:
        lines = [
            em(t) * plan.size * 1.1 / (w - 2 * plan.inset)
            for t, w in zip(row, widths, strict=False)
        ]
        out.append(math.ceil(max([*lines, 1.0])) * plan.size * 1.25 + 7.2)
    return out


@dataclass(frozen=True)
class Broken:
    """How a table may be broken: not at all, or with its last rows together on a page; and the
    points that its beginning needs on one."""

    whole: bool
    last: int
    first: float


def broken(head: int, rows: list[float]) -> Broken:
    """No page has three rows of a table or fewer that goes on or comes from another page, as far as
    that leaves no page under half full.

    Parameters
    ----------
    head : int
        How many of the first rows are the table's head, which every page has.
    rows : list of float
        Heights of all rows, in points.
    """
    top, body = sum(rows[:head]), rows[head:]
    if len(body) < 2 * TOGETHER and sum(rows) <= KEPT:
        return Broken(True, 0, sum(rows))
    last = TOGETHER if len(body) > TOGETHER else 0
    while last and sum(body[-last:]) > KEPT:
        last -= 1
    first = TOGETHER
    while first > 1 and top + sum(body[:first]) > KEPT:
        first -= 1
    return Broken(False, last, min(top + sum(body[:first]), KEPT))


def _share(
    floor: list[float], natural: list[float], usable: float, size: float, inset: float
) -> tuple[float, ...]:
    """Widths in points: each column its floor; what is left fills the narrow columns first."""
    widths = [w * size * 1.03 for w in floor]
    wanted = [n * size * 1.03 for n in natural]
    left = usable - sum(widths)
    open_columns = [i for i, want in enumerate(wanted) if want > widths[i]]
    while left > 0.5 and open_columns:
        part = left / len(open_columns)
        for i in open_columns:
            more = min(part, wanted[i] - widths[i])
            widths[i] += more
            left -= more
        open_columns = [i for i in open_columns if wanted[i] - widths[i] > 0.01]
    return tuple(round(w + 2 * inset, 1) for w in widths)
