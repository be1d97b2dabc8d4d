"""Figures of what customers wrote and of what follows a failure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyalty.shown.charts.marks import ranges
from loyalty.shown.charts.style import COLOURS, GREY, PALE, canvas, key, row_axis


def word_contrast(rows: pd.DataFrame, x_label: str, names: tuple[str, str]) -> Figure:
    """Words with intervals, the strongest of each kind: columns ``label, estimate, ci_lower,
    ci_upper``.

    Two panels on one scale: values above zero (named by ``names[0]``) and below.
    """
    sides = [rows[rows["estimate"] > 0], rows[rows["estimate"] < 0]]
    ends = ["estimate", "ci_lower", "ci_upper"]
    most = float(rows[ends].abs().to_numpy(float).max())
    figure, axes = canvas(0.9 + 0.19 * max(len(side) for side in sides), columns=2)
    for place, side, name, colour in zip(axes, sides, names, COLOURS, strict=False):
        ranges(place, side[ends].astype(float).abs(), np.arange(len(side))[::-1], colour)
        row_axis(place, list(side["label"]))
        place.set_xlim(0, most * 1.04)
        place.set_title(name, color=colour)
        place.set_xlabel(x_label)
    return figure


def cluster_choice(
    table: pd.DataFrame, chosen: int, labels: tuple[str, str, str], mark: str
) -> Figure:
    """Stability with its error and silhouette against the number of clusters (the index).

    `labels`: of the axis of numbers, of stability, of the silhouette.
    """
    figure, axes = canvas(2.5, columns=2)
    k = table.index.to_numpy()
    for place, column, label in zip(axes, ("stability", "silhouette"), labels[1:], strict=True):
        value = table[column].to_numpy(float)
        error = table["se"].to_numpy(float) if column == "stability" else 0.0
        rows = pd.DataFrame(
            {"estimate": value, "ci_lower": value - error, "ci_upper": value + error}
        )
        ranges(place, rows, k, upright=True, joined=True, size=4.5, width=3)
        at = int(np.flatnonzero(k == chosen)[0])
        place.plot(chosen, value[at], "o", color=COLOURS[1], markersize=6.5, zorder=4)
        place.annotate(
            mark,
            (chosen, value[at]),
            xytext=(7, -2 if value[at] > value.mean() else -10),
            textcoords="offset points",
            color=COLOURS[1],
            fontsize=8,
        )
        place.set_xticks(k)
        place.set_xlabel(labels[0])
        place.set_ylabel(label)
        place.grid(axis="y")
    axes[0].set_ylim(top=1.0)
    return figure


def recovery(
    rows: pd.DataFrame,
    reference: tuple[float, float, float],
    labels: Sequence[str],
    names: tuple[str, str, str],
) -> Figure:
    """Loyalty after a failure by the recovery, beside that of customers without a failure.

    Parameters
    ----------
    rows : DataFrame
        ``place`` (0, 1, …), ``group``, ``estimate``, ``ci_lower``, ``ci_upper``.
    reference : tuple
        Mean and interval without a failure, drawn as a band.
    labels : sequence of str
        Of the places, from poor recovery to excellent.
    names : tuple
        Of the horizontal axis, the vertical axis and the band.
    """
    figure, (axes,) = canvas(3.2)
    value, low, high = reference
    axes.axhspan(low, high, color=PALE, linewidth=0)
    axes.axhline(value, color=GREY, linewidth=0.9)
    axes.annotate(
        names[2],
        (0.0, high),
        xycoords=("axes fraction", "data"),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=8,
        color=GREY,
    )
    groups = list(dict.fromkeys(rows["group"]))
    number = np.array([groups.index(group) for group in rows["group"]])
    x = rows["place"].to_numpy(float) + 0.12 * (number - (len(groups) - 1) / 2)
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(groups))]
    ranges(axes, rows, x, [colours[k] for k in number], upright=True, joined=True)
    axes.set_xticks(range(len(labels)), labels)
    axes.margins(x=0.08)
    axes.set_xlabel(names[0])
    axes.set_ylabel(names[1])
    axes.grid(axis="y")
    if len(groups) > 1:
        handles = [
            Line2D([], [], color=colour, marker="o", markersize=4, linewidth=1.4, label=group)
            for group, colour in zip(groups, colours, strict=True)
        ]
        key(figure, len(groups), handles=handles, handletextpad=0.4)
    return figure
