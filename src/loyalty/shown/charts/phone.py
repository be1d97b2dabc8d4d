"""A second, narrow drawing of a figure, for a phone: no text of it smaller, none cut off."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, FixedLocator, MaxNLocator

from loyalty.ground.text import width

#: Inches: the text's width on a phone of 360 pixels.
NARROW = 3.35
#: Letters that have room in the margin, below the axes, and over the whole figure.
BESIDE, BELOW, OVER = 25, 27, 44
#: Columns of a map that have room beside its rows' labels, and the letters of a line of these.
COLUMNS, IN_MAP = 12, 16
#: Points a line of a label takes.
LINE = 10.0

_narrow: ContextVar[bool] = ContextVar("narrow", default=False)


class OnlyWide(Exception):
    """A figure that has no narrow drawing: a map or a diagram that would not be readable."""


@contextmanager
def _drawing_narrow() -> Iterator[None]:
    token = _narrow.set(True)
    try:
        yield
    finally:
        _narrow.reset(token)


def is_narrow() -> bool:
    return _narrow.get()


def only_wide() -> None:
    """For what draws a figure that a phone shows as it is, to be scrolled.

    Raises
    ------
    OnlyWide
        While a narrow drawing is wanted.
    """
    if _narrow.get():
        raise OnlyWide


def few_columns(columns: int) -> None:
    """For a map of cells, which a phone shows as it is where it has more columns than have room.

    Raises
    ------
    OnlyWide
        While a narrow drawing is wanted of more columns than :data:`COLUMNS`.
    """
    if columns > COLUMNS:
        only_wide()


def narrow(draw: Callable[[], Figure]) -> Figure | None:
    """What `draw` draws, for a phone; None where it has no such drawing."""
    with _drawing_narrow():
        try:
            figure = draw()
        except OnlyWide:
            return None
    if figure.get_figwidth() > NARROW:
        return None
    _fit(figure)
    return figure


def _fit(figure: Figure) -> None:
    """Break long labels into lines, give them the height they need, thin out numbers of axes."""
    wide, height = figure.get_size_inches()
    taller = 1.0
    panels = [axes for axes in figure.axes if axes.get_visible()]
    for axes in panels:
        lines = _wrap_rows(axes)
        rows = abs(axes.get_ylim()[1] - axes.get_ylim()[0])
        grid = axes.get_gridspec()
        down, across = grid.get_geometry() if grid else (1, 1)
        if lines > 1:
            pitch = (height / down - 0.6) * 72 / rows
            taller = max(taller, lines * LINE / pitch)
        axes.set_xlabel(wrapped(axes.get_xlabel(), min(BELOW, OVER // across)))
        title = axes.title if axes.get_title() else axes._left_title  # type: ignore[attr-defined]
        title.set_text(wrapped(title.get_text(), OVER // across - 1))
        locator = axes.xaxis.get_major_locator()
        if isinstance(locator, MaxNLocator) and not isinstance(locator, AutoLocator):
            locator.set_params(nbins=4)
    if below := figure.get_supxlabel():
        figure._supxlabel.set_text(wrapped(below, BELOW))  # type: ignore[attr-defined]
    figure.set_size_inches(wide, height * taller)


def _wrap_rows(axes: Axes) -> int:
    """Break the labels of rows; how many lines the longest has."""
    if not isinstance(axes.yaxis.get_major_locator(), FixedLocator):
        return 1
    said = [label.get_text() for label in axes.get_yticklabels()]
    labels = [text if "\n" in text else wrapped(text, BESIDE) for text in said]
    axes.set_yticks(axes.get_yticks(), labels, fontsize=8)
    return max((label.count("\n") + 1 for label in labels), default=1)


def wrapped(text: str, room: int) -> str:
    """A text in lines of about `room` Latin letters, or half as many Chinese ones."""
    if width(text) <= room // 2:
        return text
    if re.search("[\u2e80-\u9fff]", text):
        pieces = re.findall(r"[!-~]+ ?|.", text)
        lines = [""]
        for piece in pieces:
            if width(lines[-1] + piece) > room and lines[-1]:
                lines.append("")
            lines[-1] += piece
        return "\n".join(line.strip() for line in lines)
    return "\n".join(textwrap.wrap(text, room, break_long_words=False)) or text
