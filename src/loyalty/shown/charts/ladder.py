"""The structural model for a phone: constructs one below the other, in each box the paths to it.

What leads on leaves a box at its lower left and runs down a lane of its own; where it turns off
into a box, a line says from where it comes and how strong the path is. So no text is on a line,
however many layers a model has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Circle

from loyalty.shown.charts.arrows import (
    INSET,
    LEADING,
    LINES,
    MARGIN,
    SIZE,
    TOGETHER,
    Arrow,
    across,
    boxed,
    measured,
    paper,
    pointed_to,
    small,
    wrapped,
)
from loyalty.shown.charts.style import GREY, LABEL

#: Between lanes; from the innermost to the boxes; between boxes.
LANE, NEAR, APART = 7.0, 14.0, 9.0
INK = "#111827"


@dataclass(frozen=True)
class Said:
    """A line of a box; of a path from where it comes (`source`), with its number at the right."""

    text: str
    size: float
    colour: str
    source: str = ""
    number: str = ""

    @property
    def step(self) -> float:
        return self.size * LEADING


@dataclass
class Rung:
    """A construct's box, and the height at which each path enters it."""

    top: float
    bottom: float
    named: float  # height of its name
    enters: dict[str, float] = field(default_factory=dict)

    @property
    def leaves(self) -> float:
        return self.bottom - 5.0


def ladder(
    labels: Mapping[str, str],
    arrows: Sequence[Arrow],
    below: Mapping[str, Sequence[str]],
    together: Sequence[tuple[str, str]] = (),
) -> Figure:
    """Constructs in the order of `labels`, in which no path leads up; else like a path diagram."""
    order = list(labels)
    last = {a.start: max(order.index(b.end) for b in arrows if b.start == a.start) for a in arrows}
    lanes = _lanes({name: (order.index(name), end) for name, end in last.items()})
    braced = _braces(together)
    sides = _lanes({names: _span([order.index(name) for name in names]) for names in braced})
    left = MARGIN + NEAR + LANE * max(lanes.values(), default=0)
    right = across() - MARGIN - (NEAR + LANE * max(sides.values()) if sides else 0.0)
    inner = right - left - 2 * INSET
    texts = {name: _texts(name, labels, arrows, below, inner) for name in labels}
    rungs, y = {}, MARGIN
    for name in labels:
        rung = Rung(y, y, y + INSET + 0.5 * SIZE * LEADING)
        at = y + INSET
        for said in texts[name]:
            if said.source:
                rung.enters[said.source] = at + 0.5 * said.size * LEADING
            at += said.step
        rung.bottom = at + INSET
        rungs[name], y = rung, rung.bottom + APART
    figure, axes = paper(y - APART + MARGIN)
    explained = {arrow.end for arrow in arrows}
    for name, rung in rungs.items():
        boxed(axes, (left, rung.top), (right, rung.bottom), name in explained)
        at = rung.top + INSET
        for said in texts[name]:
            base = at + said.size * (LEADING - 0.3)
            axes.text(left + INSET, base, said.text, fontsize=said.size, color=said.colour)
            if said.number:
                axes.text(
                    right - INSET,
                    base,
                    said.number,
                    ha="right",
                    fontsize=said.size,
                    color=said.colour,
                )
            at += said.step
    for name, lane in lanes.items():
        x = left - NEAR - LANE * lane
        trunk = [
            (left, rungs[name].leaves),
            (x, rungs[name].leaves),
            (x, rungs[order[last[name]]].enters[name]),
        ]
        axes.plot(*zip(*trunk, strict=True), color=GREY, linewidth=0.9, solid_joinstyle="round")
        for arrow in arrows:
            if arrow.start == name:
                height = rungs[arrow.end].enters[name]
                axes.add_patch(
                    Circle((x, height), 1.3, color=LINES[arrow.certainty][0], linewidth=0)
                )
                pointed_to(axes, [(x, height), (left, height)], LINES[arrow.certainty])
    for names, lane in sides.items():
        x = right + NEAR + LANE * lane
        first, *others = sorted(rungs[name].named for name in names)
        for height in others:  # one line down, a head at each
            pointed_to(
                axes,
                [(right, first), (x, first), (x, height), (right, height)],
                TOGETHER,
                both=True,
            )
    return figure


def _span(places: Sequence[int]) -> tuple[int, int]:
    return min(places), max(places)


def _braces(together: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """What covaries: constructs that all do with one another at once, else pairs."""
    left = {frozenset(pair) for pair in together}
    groups: list[set[str]] = []
    for pair in together:
        met = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in met] + [set(pair).union(*met)]
    braces: list[tuple[str, ...]] = []
    for group in groups:
        every = {frozenset(pair) for pair in combinations(group, 2)}
        if every <= left:
            braces.append(tuple(sorted(group)))
        else:
            braces += [tuple(sorted(pair)) for pair in together if set(pair) <= group]
    return braces


def _lanes(spans: Mapping[Any, tuple[int, int]]) -> dict[Any, int]:
    """A lane for each span, the shortest nearest to the boxes, so that none meet."""
    taken: list[list[tuple[int, int]]] = []
    lanes: dict[Any, int] = {}
    for name, (start, end) in sorted(spans.items(), key=lambda one: one[1][1] - one[1][0]):
        lane = 0
        while lane < len(taken) and any(a <= end and start <= b for a, b in taken[lane]):
            lane += 1
        taken += [[]] if lane == len(taken) else []
        taken[lane].append((start, end))
        lanes[name] = lane
    return lanes


def _texts(
    name: str,
    labels: Mapping[str, str],
    arrows: Sequence[Arrow],
    below: Mapping[str, Sequence[str]],
    room: float,
) -> list[Said]:
    """The lines of a construct's box: its name, the small print, the paths to it."""
    lines = [Said(text, SIZE, INK) for text in wrapped(labels[name], room)]
    print_ = " · ".join(below.get(name, ()))
    lines += [Said(text, small(), LABEL) for text in wrapped(print_, room * SIZE / small())]
    for arrow in arrows:
        if arrow.end != name:
            continue
        parts = arrow.said.splitlines()
        number = parts.pop() if parts and not parts[-1][0].isalpha() else ""
        width = room - measured(number, SIZE) - 6
        first, *more = wrapped(" ".join([*parts, labels[arrow.start]]), width)
        colour = LINES[arrow.certainty][0]
        lines.append(Said(first, SIZE, colour, arrow.start, number))
        lines += [Said(text, SIZE, colour) for text in more]
    return lines
