"""The journey as a map: touchpoints in order, and what is known of each, one above the other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from loyalty.ground.numbers import show
from loyalty.ground.text import width
from loyalty.shown.charts.marks import line_at, ranges, stepped
from loyalty.shown.charts.phone import NARROW, is_narrow
from loyalty.shown.charts.style import COLOURS, WIDTH, canvas, key

#: How far dots of several groups stand apart, of the way from one touchpoint to the next.
APART = 0.34
#: From so many touchpoints on their names stand aslant.
ASLANT = 6
#: Columns of letters that have room below the axes on a phone.
ROOM = 30


def journey_map(rows: pd.DataFrame, panels: Mapping[str, str], *, group: str | None) -> Figure:
    """Touchpoints from left to right, a panel each property, from top to bottom.

    `rows`: ``label, panel, estimate, ci_lower, ci_upper`` and the column `group`, in the order of
    the journey. `panels`: panel → label of its axis. Lines join what is of one group.
    """
    labels = list(dict.fromkeys(rows["label"]))
    groups = [None] if group is None else list(dict.fromkeys(rows[group]))
    figure = Figure(figsize=(NARROW if is_narrow() else WIDTH, 0.9 + 1.15 * len(panels)))
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for place, (panel, name) in zip(axes, panels.items(), strict=True):
        for k, one in enumerate(groups):
            part = rows[rows["panel"] == panel]
            part = part if group is None else part[part[group] == one]
            part = part.dropna(subset="estimate")
            if part.empty:
                continue
            off = APART * (k / max(len(groups) - 1, 1) - 0.5) if len(groups) > 1 else 0.0
            at = np.array([labels.index(label) + off for label in part["label"]])
            ranges(place, part, at, COLOURS[k % len(COLOURS)], upright=True, joined=True)
        place.set_ylabel(name, rotation=0, ha="right", va="center")
        place.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
        place.yaxis.set_major_formatter(lambda v, _: show(v, "number", decimals=0))
        place.grid(axis="both")
    long = len(labels) >= ASLANT or (is_narrow() and sum(map(width, labels)) > ROOM)
    aslant: dict[str, object] = {"rotation": 25, "ha": "right"} if long else {}
    axes[-1].set_xticks(range(len(labels)), labels, **aslant)
    axes[-1].set_xlim(-0.5, len(labels) - 0.5)
    figure.align_ylabels(axes)
    if len(groups) > 1:
        handles = [
            Line2D([], [], color=COLOURS[k % len(COLOURS)], marker="o", markersize=4, label=name)
            for k, name in enumerate(groups)
        ]
        key(figure, min(len(groups), 5), handles=handles, handlelength=1.4)
    return figure


def incidence(
    curves: Mapping[str, pd.DataFrame], x_label: str, y_label: str, marks: Mapping[str, float]
) -> Figure:
    """Shares that rise with time, with their intervals: ``time, estimate, ci_lower, ci_upper``.

    `marks` are labelled vertical lines.
    """
    figure, (axes,) = canvas(3.2)
    for number, (name, curve) in enumerate(curves.items()):
        stepped(axes, curve, "estimate", COLOURS[number], name)
    for text, at in marks.items():
        line_at(axes, at, text)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, max(float(c["time"].max()) for c in curves.values()))
    axes.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 4, 8]))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(axis="y")
    key(figure, len(curves))
    return figure
