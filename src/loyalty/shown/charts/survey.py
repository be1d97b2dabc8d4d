"""Figures of the survey itself: who is in, how the answers are shaped, how groups stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.style import COLOURS, GREY, PALE, canvas, matrix_axes, row_axis

INK = "#111827"


def exclusion_flow(kept: Sequence[str], aside: Sequence[tuple[str, bool]]) -> Figure:
    """A flow diagram: boxes from top to bottom, and between them who is left out.

    `kept`: text of each box of the main column. `aside`: text of the box that branches off below
    each of them but the last, and whether those respondents are really excluded (solid) or are
    only marked, and stay in the main analyses (dashed).
    """
    tall = 0.37
    figure, (axes,) = canvas(tall * (2 * len(kept) - 1) + 0.2)
    axes.set_xlim(0, 10)
    axes.set_ylim(-(2 * len(kept) - 1), 0.1)
    axes.axis("off")

    def box(x: float, y: float, width: float, text: str, *, solid: bool, colour: str) -> None:
        axes.add_patch(
            FancyBboxPatch(
                (x, y - 0.9),
                width,
                0.9,
                boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=colour,
                edgecolor=GREY,
                linewidth=0.9,
                linestyle="-" if solid else (0, (4, 3)),
            )
        )
        axes.text(x + width / 2, y - 0.45, text, ha="center", va="center", fontsize=8, color=INK)

    def arrow(tail: tuple[float, float], head: tuple[float, float], *, solid: bool = True) -> None:
        style = {
            "arrowstyle": "-|>",
            "color": GREY,
            "linewidth": 0.9,
            "linestyle": "-" if solid else (0, (4, 3)),
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 9,
        }
        axes.annotate("", head, tail, arrowprops=style)

    real = [True, *(out for _, out in aside)]
    for k, text in enumerate(kept):
        y = -2.0 * k
        last = real[k] and not all(real[: k + 2])  # who the main analyses rest on
        box(0.1, y, 4.6, text, solid=real[k], colour="#dbeafe" if last else "#ffffff")
        if k < len(aside):
            said, out = aside[k]
            box(5.3, y - 1.0, 4.6, said, solid=out, colour="#ffffff")
            arrow((2.4, y - 1.45), (5.3, y - 1.45), solid=out)
        if k + 1 < len(kept):
            arrow((2.4, y - 0.9), (2.4, y - 2.0))
    return figure


def skew_and_kurtosis(
    items: pd.DataFrame, skew_cut: float, kurtosis_cut: float, x_label: str, y_label: str
) -> Figure:
    """Skewness against excess kurtosis, one point an item; the cut-offs bound the pale field.

    `items`: index item, columns ``skew`` and ``kurtosis``. The items farthest out are named.
    """
    figure, (axes,) = canvas(2.5)
    points = items.dropna(subset=["skew", "kurtosis"])
    x, y = points["skew"].to_numpy(float), points["kurtosis"].to_numpy(float)
    wide = max(skew_cut, float(np.abs(x).max(initial=0.0))) * 1.12
    high = max(2.0, float(y.max(initial=0.0)) * 1.15)
    low = min(-2.0, float(y.min(initial=0.0)) * 1.15)
    axes.axvspan(-skew_cut, skew_cut, color=PALE, alpha=0.35, linewidth=0)
    for at in (-skew_cut, skew_cut):
        axes.axvline(at, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    if kurtosis_cut < high:
        axes.axhline(kurtosis_cut, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.plot(0, 0, "+", color=COLOURS[1], markersize=11, markeredgewidth=1.6)
    axes.plot(x, y, "o", color=COLOURS[0], markersize=4, alpha=0.8)
    far = np.argsort(-(np.abs(x) / skew_cut + np.abs(y) / kurtosis_cut), kind="stable")
    named: list[int] = []
    for k in far[:12]:
        near = [
            abs(x[k] - x[m]) < 0.2 * wide and abs(y[k] - y[m]) < 0.13 * (high - low) for m in named
        ]
        if any(near) or len(named) == 5:
            continue
        named.append(int(k))
        axes.annotate(
            str(points.index[k]),
            (x[k], y[k]),
            xytext=(5 if x[k] > 0 else -5, 3),
            ha="left" if x[k] > 0 else "right",
            textcoords="offset points",
            fontsize=7.5,
        )
    axes.set_xlim(-wide, wide)
    axes.set_ylim(low, high)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure


def _inside(axes: Axes, x: float, y: float, words: str, **style: Any) -> None:
    """Words in the middle of a cell; the layout need not measure them."""
    text = axes.text(x, y, words, ha="center", va="center", **style)
    text.set_in_layout(False)


def correlation_matrix(
    r: pd.DataFrame,
    low: pd.DataFrame,
    high: pd.DataFrame,
    diagonal: Mapping[str, float],
    labels: Sequence[str],
) -> Figure:
    """Lower triangle of correlations with their intervals; reliabilities in the diagonal."""
    n = len(labels)
    figure, (axes,) = canvas(min(1.1 + 0.37 * n, 6.5))
    values, lower, upper = (m.to_numpy(float) for m in (r, low, high))
    field = values.copy()
    field[np.triu_indices(n)] = np.nan
    axes.imshow(field, cmap="RdBu", vmin=-1, vmax=1, aspect="auto")
    size = 8.0 if n < 9 else 7.2
    for i in range(n):
        reliability = diagonal.get(str(r.index[i]), float("nan"))
        axes.add_patch(
            matplotlib.patches.Rectangle(
                (i - 0.5, i - 0.5), 1, 1, facecolor="#f3f4f6", edgecolor=GREY, linewidth=0.8
            )
        )
        _inside(
            axes,
            i,
            i,
            show(reliability, "bounded"),
            fontsize=size,
            fontweight="bold",
            color=INK,
        )
        for j in range(i):
            if not np.isfinite(values[i, j]):
                continue
            colour = "white" if abs(values[i, j]) > 0.6 else INK
            _inside(
                axes,
                j,
                i - 0.17,
                show(values[i, j], "bounded"),
                fontsize=size,
                color=colour,
            )
            between = f"[{show(lower[i, j], 'bounded')}, {show(upper[i, j], 'bounded')}]"
            _inside(axes, j, i + 0.24, between, fontsize=size - 1.5, color=colour)
    matrix_axes(axes, labels)
    return figure


def group_standing(
    values: pd.DataFrame,
    clear: pd.DataFrame,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    blocks: Sequence[int],
    centre: Sequence[float],
) -> Figure:
    """Means of groups (rows) on scales (columns), coloured by the distance to everybody's mean.

    `clear` marks the cells (bool) whose interval lies wholly on one side of everybody's mean:
    they are printed bold. `blocks` holds the first row of each grouping, `centre` the mean of
    everybody by column. Suppressed cells hold a dash.
    """
    data = values.to_numpy(float)
    gap = data - np.asarray(centre, dtype=float)
    most = float(np.nanmax(np.abs(gap), initial=0.0)) or 1.0
    figure, (axes,) = canvas(min(1.5 + 0.185 * len(row_labels), 8.0))
    axes.imshow(gap, cmap="RdBu", vmin=-1.6 * most, vmax=1.6 * most, aspect="auto")
    sure = clear.to_numpy(bool)
    for i in range(data.shape[0]):
        for j in range(data.shape[1]):
            _inside(
                axes,
                j,
                i,
                show(data[i, j], "number", decimals=1),
                fontsize=7.5,
                fontweight="bold" if sure[i, j] else "normal",
                color=INK,
            )
    for first in blocks[1:]:
        axes.axhline(first - 0.5, color="white", linewidth=4)
    axes.set_xticks(range(data.shape[1]), column_labels, rotation=35, ha="right")
    axes.set_xticks(range(data.shape[1]), column_labels, rotation_mode="anchor")
    axes.set_yticks(range(data.shape[0]), row_labels)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def interval_panels(
    rows: pd.DataFrame,
    x_labels: Mapping[str, str],
    centre: Mapping[str, tuple[float, float]],
    *,
    decimals: int = 0,
) -> Figure:
    """Estimates with intervals of the same rows in panels side by side.

    `rows`: ``label, panel, value, low, high``. `x_labels`: panel → axis label, in order. `centre`:
    panel → interval of everybody, drawn as a band.
    """
    labels = list(dict.fromkeys(rows["label"]))
    figure, axes = canvas(0.9 + 0.165 * len(labels), columns=len(x_labels), sharey=True)
    for place, (panel, x_label) in zip(axes, x_labels.items(), strict=True):
        _panel(place, rows[rows["panel"] == panel], labels, decimals)
        if panel in centre:
            place.axvspan(*centre[panel], color=COLOURS[5], alpha=0.25, linewidth=0)
        place.set_xlabel(x_label)
    return figure


def _panel(axes: Axes, part: pd.DataFrame, labels: Sequence[str], decimals: int) -> None:
    position = dict(zip(labels, row_axis(axes, labels), strict=True))
    y = np.array([position[label] for label in part["label"]], dtype=float)
    axes.hlines(
        y, part["low"].astype(float), part["high"].astype(float), color=COLOURS[0], linewidth=1.4
    )
    axes.plot(part["value"].astype(float), y, "o", color=COLOURS[0], markersize=4)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(lambda v, _: show(v, "number", decimals=decimals))
