"""The structural model as boxes and arrows: laid out so that no label lies on an arrow or a box.

Columns follow the longest way from a construct that nothing leads to. An arrow over several columns
keeps a lane of its own between the boxes (Sugiyama, Tagawa and Toda, 1981); what is said of it
stands beside it. All lengths are points, from the upper left.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise

from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from loyalty.shown.charts.arrows import (
    HEAD,
    INSET,
    LEADING,
    LINES,
    MARGIN,
    SIZE,
    TOGETHER,
    Arrow,
    Point,
    across,
    boxed,
    measured,
    paper,
    pointed_to,
    small,
    widest,
    wrapped,
)
from loyalty.shown.charts.ladder import ladder
from loyalty.shown.charts.phone import OnlyWide, only_wide
from loyalty.shown.charts.style import LABEL

#: Between boxes and lanes of a column; between a label and its arrow.
APART, LANE, BESIDE = 15.0, 12.0, 1.6
#: Between columns on a phone, at least; a model with less room there is shown from top to bottom.
CLOSE = 42.0
#: How often a drawing is made higher until every label has a place.
TRIES = 14

Node = str | tuple[int, int]  # a construct, or the lane of an arrow in a column


@dataclass(frozen=True)
class Box:
    """An upright rectangle: its left, upper, right and lower edge."""

    left: float
    top: float
    right: float
    bottom: float

    def wider(self, by: float) -> Box:
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def crossed(self, start: Point, end: Point) -> bool:
        """Whether a line runs through it (Liang and Barsky, 1984)."""
        low, high = 0.0, 1.0
        for axis, (least, most) in enumerate(((self.left, self.right), (self.top, self.bottom))):
            step = end[axis] - start[axis]
            if step == 0:
                if not least < start[axis] < most:
                    return False
                continue
            one, other = sorted(((least - start[axis]) / step, (most - start[axis]) / step))
            low, high = max(low, one), min(high, other)
        return low < high


@dataclass
class Drawing:
    """Where everything is: boxes, the course of each arrow, the label of each arrow."""

    height: float
    boxes: dict[str, Box]
    arrows: list[list[Point]]
    together: list[list[Point]]
    labels: list[Box | None] = field(default_factory=list)

    @property
    def lines(self) -> list[tuple[Point, Point]]:
        return [leg for course in (*self.arrows, *self.together) for leg in pairwise(course)]


def path_diagram(
    labels: Mapping[str, str],
    arrows: Sequence[Arrow],
    below: Mapping[str, Sequence[str]],
    together: Sequence[tuple[str, str]] = (),
) -> Figure:
    """The structural model: constructs with their labels, `below` each some lines in small print.

    Pairs of `together` have (residual) covariances in the model.
    """
    try:
        drawing = laid_out(labels, arrows, below, together)
        if any(a.said and not place for a, place in zip(arrows, drawing.labels, strict=True)):
            only_wide()
    except OnlyWide:
        order = sorted(labels, key=_depths(labels, arrows).__getitem__)
        return ladder({name: labels[name] for name in order}, arrows, below, together)
    figure, axes = paper(drawing.height)
    pointed = {a.end for a in arrows}
    for name, box in drawing.boxes.items():
        boxed(axes, (box.left, box.top), (box.right, box.bottom), name in pointed)
        lines = [(text, SIZE, "#111827") for text in wrapped(labels[name], widest(labels))]
        lines += [(text, small(), LABEL) for text in below.get(name, ())]
        y = (box.top + box.bottom - sum(size * LEADING for _, size, _ in lines)) / 2
        for text, size, colour in lines:
            y += size * LEADING
            middle = (box.left + box.right) / 2
            axes.text(middle, y - 0.3 * size, text, ha="center", fontsize=size, color=colour)
    for arrow, course in zip(arrows, drawing.arrows, strict=True):
        pointed_to(axes, course, LINES[arrow.certainty])
    for course in drawing.together:
        pointed_to(axes, course, TOGETHER, both=True)
    for arrow, place in zip(arrows, drawing.labels, strict=True):
        for k, line in enumerate(arrow.said.splitlines() if place else ()):
            assert place is not None
            y = place.top + (k + 1) * SIZE * LEADING - 0.3 * SIZE
            colour = LINES[arrow.certainty][0]
            middle = (place.left + place.right) / 2
            axes.text(middle, y, line, ha="center", fontsize=SIZE, color=colour)
    return figure


def laid_out(
    labels: Mapping[str, str],
    arrows: Sequence[Arrow],
    below: Mapping[str, Sequence[str]],
    together: Sequence[tuple[str, str]] = (),
) -> Drawing:
    """Where everything goes; as much higher as the labels need."""
    stretch = 1.0
    for _ in range(TRIES):
        drawing = _placed(labels, arrows, below, together, stretch)
        drawing.labels = _beside(drawing, [a.said for a in arrows])
        if all(place or not a.said for place, a in zip(drawing.labels, arrows, strict=True)):
            break
        stretch *= 1.18
    return drawing


# --- boxes and lanes -----------------------------------------------------------------------------
def _depths(names: Iterable[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    before: dict[str, list[str]] = defaultdict(list)
    for arrow in arrows:
        before[arrow.end].append(arrow.start)

    @cache
    def depth(name: str) -> int:
        return 1 + max((depth(one) for one in before[name]), default=-1)

    return {name: depth(name) for name in names}


def _ordered(columns: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """The columns so that few links cross: by the mean place of what each node is linked to."""

    def crossings(order: list[list[Node]]) -> int:
        at = {node: (c, k) for c, column in enumerate(order) for k, node in enumerate(column)}
        count = 0
        for (a, b), (c, d) in combinations(links, 2):
            if at[a][0] == at[c][0]:
                count += (at[a][1] - at[c][1]) * (at[b][1] - at[d][1]) < 0
        return count

    best, order = columns, [list(column) for column in columns]
    for sweep in range(24):
        forth = sweep % 2 == 0
        for column in order if forth else order[::-1]:
            place = {node: k / len(c) for c in order for k, node in enumerate(c)}
            near: dict[Node, list[float]] = defaultdict(list)
            for a, b in links:
                if forth:
                    near[b].append(place[a])
                else:
                    near[a].append(place[b])
            own = {n: sum(near[n]) / len(near[n]) if near[n] else place[n] for n in column}
            column.sort(key=lambda node: own[node])
        if crossings(order) < crossings(best):
            best = [list(column) for column in order]
    return best


def _placed(
    labels: Mapping[str, str],
    arrows: Sequence[Arrow],
    below: Mapping[str, Sequence[str]],
    together: Sequence[tuple[str, str]],
    stretch: float,
) -> Drawing:
    depth = _depths(labels, arrows)
    routes: list[tuple[str, str]] = [(a.start, a.end) for a in arrows]
    apart = [sorted(pair, key=lambda n: depth[n]) for pair in together]
    routes += [(a, b) for a, b in apart if depth[a] != depth[b]]
    ways: list[list[Node]] = []
    columns: list[list[Node]] = [[] for _ in range(1 + max(depth.values()))]
    for name in labels:
        columns[depth[name]].append(name)
    for k, (a, b) in enumerate(routes):
        lanes: list[Node] = [(k, c) for c in range(depth[a] + 1, depth[b])]
        for lane, column in zip(lanes, columns[depth[a] + 1 : depth[b]], strict=True):
            column.append(lane)
        ways.append([a, *lanes, b])
    links = [leg for way in ways for leg in pairwise(way)]
    columns = _ordered(columns, links)
    room_of_text = widest(labels)
    lines = {n: len(wrapped(text, room_of_text)) for n, text in labels.items()}
    high: dict[Node, float] = {
        n: LEADING * (lines[n] * SIZE + len(below.get(n, ())) * small()) + 2 * INSET for n in labels
    }
    grown = max(1.0, stretch / 2)  # higher boxes where arrows need to be farther apart
    high = {n: h * grown for n, h in high.items()}
    width = room_of_text + 2 * INSET
    for texts in below.values():
        width = max([width, *(measured(t, small()) + 2 * INSET for t in texts)])
    gap = (across() - 2 * MARGIN - width * len(columns)) / max(len(columns) - 1, 1)
    if gap < CLOSE:
        only_wide()
    left = [MARGIN + c * (width + gap) for c in range(len(columns))]
    y = _heights(columns, links, high, stretch)
    top = min(y[n] - high.get(n, 0) / 2 for c in columns for n in c)
    bottom = max(y[n] + high.get(n, 0) / 2 for c in columns for n in c)
    room = MARGIN + SIZE * LEADING  # for labels above the uppermost lane
    y = {node: value - top + room for node, value in y.items()}
    boxes = {
        n: Box(left[depth[n]], y[n] - high[n] / 2, left[depth[n]] + width, y[n] + high[n] / 2)
        for n in labels
    }
    ports = _ports(ways, y, high)
    courses: list[list[Point]] = []
    for way in ways:
        course: list[Point] = []
        for here, there in pairwise(way):
            at = depth[here] if isinstance(here, str) else here[1]
            course.append((left[at] + width, ports[here, there][0]))
            course.append((left[at + 1], ports[here, there][1]))
        courses.append(course)
    drawing = Drawing(
        bottom - top + 2 * room, boxes, courses[: len(arrows)], courses[len(arrows) :]
    )
    for a, b in apart:
        if depth[a] == depth[b]:
            drawing.together.append(_bow(a, b, columns[depth[a]], boxes, gap))
    return drawing


def _heights(
    columns: list[list[Node]],
    links: Sequence[tuple[Node, Node]],
    high: Mapping[Node, float],
    stretch: float,
) -> dict[Node, float]:
    """Every node as near the middle of what it is linked to as the order of its column allows."""
    near: dict[Node, list[Node]] = defaultdict(list)
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    offsets: list[list[float]] = []
    for column in columns:
        own = [0.0]
        for a, b in pairwise(column):
            room = APART if a in high and b in high else LANE
            own.append(own[-1] + (high.get(a, 0) + high.get(b, 0)) / 2 + room * stretch)
        offsets.append(own)
    y = {
        node: at - own[-1] / 2
        for column, own in zip(columns, offsets, strict=True)
        for node, at in zip(column, own, strict=True)
    }
    for _ in range(30):
        for column, own in zip(columns, offsets, strict=True):
            wanted = [
                sum(y[n] for n in near[node]) / len(near[node]) if near[node] else y[node]
                for node in column
            ]
            base = isotonic_regression([w - o for w, o in zip(wanted, own, strict=True)]).x
            for node, value, at in zip(column, base, own, strict=True):
                y[node] = float(value) + at
    return y


def _ports(
    ways: Sequence[Sequence[Node]], y: Mapping[Node, float], high: Mapping[Node, float]
) -> dict[tuple[Node, Node], Point]:
    """Where each link leaves and arrives: spread over a box's side, in order."""
    out: dict[Node, list[Node]] = defaultdict(list)
    into: dict[Node, list[Node]] = defaultdict(list)
    for way in ways:
        for a, b in pairwise(way):
            out[a].append(b)
            into[b].append(a)

    def spread(node: Node, others: list[Node], one: Node) -> float:
        if node not in high:
            return y[node]
        others = sorted(others, key=lambda other: y[other])
        step = min((high[node] - 8) / max(len(others), 1), 0.4 * high[node])
        return y[node] + (others.index(one) - (len(others) - 1) / 2) * step

    links = [link for way in ways for link in pairwise(way)]
    return {(a, b): (spread(a, out[a], b), spread(b, into[b], a)) for a, b in links}


def _bow(
    a: str, b: str, column: Sequence[Node], boxes: Mapping[str, Box], gap: float
) -> list[Point]:
    """A covariance within a column: straight between neighbours, else around what is between."""
    upper, lower = sorted((a, b), key=lambda n: boxes[n].top)
    between = [n for n in column if isinstance(n, str)]
    one, other = boxes[upper], boxes[lower]
    if between.index(lower) - between.index(upper) == 1:
        middle = one.left + 0.5 * (one.right - one.left)
        return [(middle, one.bottom), (middle, other.top)]
    side = one.left if one.left > 2 * MARGIN else one.right  # left of it, where there is room
    out = (-1 if side == one.left else 1) * min(14.0, 0.35 * gap)
    start, end = one.bottom - 6, other.top + 6
    steps = [math.pi * k / 12 for k in range(13)]
    return [
        (side + out * math.sin(t), (start + end) / 2 - (end - start) / 2 * math.cos(t))
        for t in steps
    ]


# --- labels --------------------------------------------------------------------------------------
def _beside(drawing: Drawing, said: Sequence[str]) -> list[Box | None]:
    """A place beside its arrow for every label; None where there is none."""
    lines = drawing.lines
    heads = [course[-1] for course in drawing.arrows] + [c[0] for c in drawing.together]
    solid = list(drawing.boxes.values())
    solid += [Box(x, y, x, y).wider(0.6 * HEAD) for x, y in heads]
    choices: list[list[tuple[float, Box]]] = []
    for course, text in zip(drawing.arrows, said, strict=True):
        own = set(pairwise(course))
        others = [line for line in lines if line not in own]
        found = []
        for place, off in _candidates(course, text) if text else ():
            if place.left < 0 or place.right > across() or place.top < 0:
                continue
            tight = place.wider(0.4 * BESIDE)
            if place.bottom > drawing.height or any(tight.meets(box) for box in solid):
                continue
            if any(tight.crossed(*line) for line in lines):
                continue
            near = sum(place.wider(by).crossed(*line) for line in others for by in (3, 6, 10))
            found.append((near + 2 * off, place))
        choices.append(sorted(found, key=lambda one: one[0]))
    order = sorted(range(len(said)), key=lambda k: len(choices[k]))
    for _ in said:  # what found no place chooses first the next time
        taken: dict[int, Box] = {}
        for k in order:
            free = (
                p for _, p in choices[k] if not any(p.wider(1).meets(t) for t in taken.values())
            )
            if chosen := next(free, None):
                taken[k] = chosen
        if not (missed := [k for k in order if choices[k] and k not in taken]):
            break
        order = [*missed, *(k for k in order if k not in missed)]
    return [taken.get(k) for k in range(len(said))]


def _candidates(course: Sequence[Point], text: str) -> Iterable[tuple[Box, float]]:
    """Places above and below along an arrow, each with how far it is from the arrow's middle."""
    lines = text.splitlines()
    half = max(measured(line, SIZE) for line in lines) / 2, len(lines) * SIZE * LEADING / 2
    legs = list(pairwise(course))
    whole = sum(math.dist(*leg) for leg in legs)
    before = 0.0
    for start, end in legs:
        length = math.dist(start, end)
        if not length:
            continue
        along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        # as far off as the label's corner needs to clear the line
        off = half[0] * abs(along[1]) + half[1] * abs(along[0]) + BESIDE
        for k in range(1, 24):
            share = k / 24
            x, y = (s + (e - s) * share for s, e in zip(start, end, strict=True))
            for side in (-1, 1):
                middle = x + side * along[1] * off, y - side * along[0] * off
                box = Box(
                    middle[0] - half[0],
                    middle[1] - half[1],
                    middle[0] + half[0],
                    middle[1] + half[1],
                )
                yield box, abs((before + share * length) / whole - 0.5)
        before += length
