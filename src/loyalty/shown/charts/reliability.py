"""Figures of reliability and exploratory factor analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.marks import IN_CELL, cells
from loyalty.shown.charts.phone import IN_MAP, NARROW, few_columns, is_narrow, wrapped
from loyalty.shown.charts.style import COLOURS, GREY, WIDTH, canvas, key


@dataclass(frozen=True)
class Curve:
    """A line of a panel: its values from rank `first` on, and how many factors it keeps."""

    name: str
    values: Sequence[float]
    colour: int
    dashed: bool = False
    first: int = 1


@dataclass(frozen=True)
class Panel:
    """Curves over the rank of an eigenvalue, or over the number of components taken out."""

    title: str
    x_label: str
    curves: Sequence[Curve]
    kept: Sequence[tuple[int, int]] = ()  # (number, colour), marked on the axis


def number_of_factors(panels: Sequence[Panel], shown: int = 12) -> Figure:
    """Scree plots with what random data bring, side by side; triangles mark the numbers kept.

    Curves of one name share a colour and one entry in the legend. At most `shown` ranks.
    """
    figure, axes = canvas(2.9, columns=len(panels))
    names: dict[str, Line2D] = {}
    for place, panel in zip(axes, panels, strict=True):
        for curve in panel.curves:
            x = np.arange(curve.first, curve.first + len(curve.values))
            keep = x <= shown
            (line,) = place.plot(
                x[keep],
                np.asarray(curve.values, dtype=float)[keep],
                "--" if curve.dashed else "o-",
                color=COLOURS[curve.colour],
                markersize=3,
                linewidth=1.1,
            )
            names.setdefault(curve.name, line)
        for height, (number, colour) in enumerate(panel.kept):
            place.plot(
                number,
                0.04 + 0.06 * height,
                "^",
                color=COLOURS[colour],
                markersize=6,
                transform=place.get_xaxis_transform(),
                zorder=4,
            )
        place.set_title(panel.title)
        place.set_xlabel(panel.x_label)
        place.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        place.grid(axis="y")
        first = [max(c.values[:1], default=0.0) for c in panel.curves if c.first == 1]
        later = [max(list(c.values[1:2]) + list(c.values[:1]) * c.dashed) for c in panel.curves]
        bottom, top = place.get_ylim()
        if first and max(first) > 2.5 * max(later) > 0:
            # a first eigenvalue far above the rest would leave nothing of them to see
            top = 1.35 * max(later)
            place.text(
                0.16,
                0.97,
                "↑ "
                + " / ".join(
                    show(c.values[0], "number", decimals=1) for c in panel.curves if not c.dashed
                ),
                transform=place.transAxes,
                va="top",
                fontsize=7.5,
                color=GREY,
            )
        place.set_ylim(bottom - 0.12 * (top - bottom), top)
    key(
        figure,
        len(names),
        handles=list(names.values()),
        labels=list(names),
        columnspacing=1.2,
        handletextpad=0.4,
    )
    return figure


def loading_map(loadings: pd.DataFrame, blocks: Sequence[tuple[str, int]], least: float) -> Figure:
    """Pattern loadings as a map, items down and factors across, numbers from `least` on.

    `blocks`: the planned constructs as (label, number of items), in the order of the rows; lines
    part them.
    """
    rows, columns = loadings.shape
    few_columns(columns)
    slim = is_narrow()
    width = NARROW if slim else min(WIDTH, 3.2 + 0.5 * columns)
    figure = Figure(figsize=(width, 0.9 + 0.145 * rows))
    axes = figure.subplots()
    values = loadings.to_numpy(dtype=float)
    words = [[show(v, "bounded") if abs(v) >= least else "" for v in row] for row in values]
    cells(axes, values, np.array(words), size=IN_CELL if slim else 7.0, lines=0)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(columns) + 0.5, [str(c) for c in loadings.columns])
    axes.set_yticks(np.arange(rows) + 0.5, [str(i) for i in loadings.index], fontsize=7, rotation=0)
    axes.tick_params(length=0)
    edge = 0
    right = axes.secondary_yaxis("right")
    middles, labels = [], []
    for label, count in blocks:
        middles.append(edge + count / 2)
        labels.append(wrapped(label, IN_MAP) if slim else label)
        edge += count
        if edge < rows:
            axes.axhline(edge, color=GREY, linewidth=0.8)
    right.set_yticks(middles, labels, fontsize=8)
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)
    axes.add_patch(Rectangle((0, 0), columns, rows, fill=False, edgecolor=GREY, linewidth=0.8))
    return figure
