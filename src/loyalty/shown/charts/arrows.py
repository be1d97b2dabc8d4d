"""What diagrams of a model are drawn with: paper, boxes, arrows, and the width of their texts.

All lengths are points, from the upper left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Outline
from matplotlib.textpath import TextToPath

from loyalty.shown.charts.phone import NARROW, is_narrow
from loyalty.shown.charts.style import COLOURS, FALLBACK, FAMILY, GREY, WIDTH

#: Clear of zero; clear of zero against what was expected; holds zero; not to be relied upon.
Certainty = Literal["clear", "against", "open", "doubted"]
#: Colour, width and dashes of an arrow.
Line = tuple[str, float, tuple[float, ...]]
#: Those of each kind. Nothing depends on the size of the path.
LINES: Mapping[Certainty, Line] = {
    "clear": ("#1f2937", 1.7, ()),
    "against": (COLOURS[1], 1.7, ()),
    "open": (GREY, 0.9, (4, 2.5)),
    "doubted": (GREY, 0.8, (1, 2)),
}
TOGETHER: Line = (GREY, 0.7, ())
MARGIN = 6.0
SIZE, SMALL = 7.2, 6.4
LEADING, INSET, HEAD = 1.22, 4.0, 7.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Arrow:
    """A path; what is said of it may have several lines."""

    start: str
    end: str
    said: str
    certainty: Certainty


def across() -> float:
    """How wide a diagram is."""
    return 72 * (NARROW if is_narrow() else WIDTH)


def small() -> float:
    """The size of small print: on a phone no less than nine pixels."""
    return 6.8 if is_narrow() else SMALL


def paper(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(across() / 72, height / 72))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, across())
    axes.set_ylim(height, 0)
    axes.axis("off")
    return figure, axes


def boxed(axes: Axes, upper_left: Point, lower_right: Point, explained: bool) -> None:
    """The box of a construct, of another colour where arrows lead to it."""
    (left, top), (right, bottom) = upper_left, lower_right
    axes.add_patch(
        FancyBboxPatch(
            (left + 3, top + 3),
            right - left - 6,
            bottom - top - 6,
            boxstyle="round,pad=3",
            facecolor="#eef4fa" if explained else "#f6f2ea",
            edgecolor="#6b87a3",
            linewidth=0.9,
        )
    )


def pointed_to(axes: Axes, course: Sequence[Point], line: Line, both: bool = False) -> None:
    """An arrow along a course, with a head at its end or at `both`."""
    colour, width, dashes = line
    axes.add_patch(
        FancyArrowPatch(
            path=Outline(course),
            arrowstyle="<|-|>" if both else "-|>",
            color=colour,
            linewidth=width,
            linestyle=(0, dashes) if dashes else "-",
            mutation_scale=HEAD,
            shrinkA=0,
            shrinkB=0,
            joinstyle="round",
        )
    )


@cache
def measured(text: str, size: float) -> float:
    """How wide a text is in points."""
    font = FontProperties(family=[FAMILY, FALLBACK], size=size)
    return float(TextToPath().get_text_width_height_descent(text, font, False)[0])


def widest(labels: Mapping[str, str]) -> float:
    """The width of a box's text: of the longest word, and no less than a short label."""
    words = [word for text in labels.values() for word in _words(text)]
    return max([34.0, *(measured(word, SIZE) for word in words)])


def _words(text: str) -> list[str]:
    """What is not parted: words; of Chinese, no more than six characters."""
    return [
        word
        for part in text.split()
        for word in (re.findall(".{1,6}", part) if re.search("[\u2e80-\u9fff]", part) else [part])
    ]


def wrapped(text: str, width: float) -> list[str]:
    lines: list[str] = []
    for word in _words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measured(longer, SIZE) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
