"""Figures of the measurement model: fit among simulated levels, ratios, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import Kind, show
from loyalty.shown.charts.marks import IN_CELL, RISING, cell_axes, cells, outline, ranges
from loyalty.shown.charts.phone import few_columns, is_narrow
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, PALE, canvas, key, row_axis


def fit_levels(
    levels: pd.DataFrame,
    observed: Mapping[str, float],
    usual: Mapping[str, float],
    names: tuple[str, str, str],
) -> Figure:
    """Fit indices of simulated samples by level of misspecification, one panel an index.

    Parameters
    ----------
    levels : DataFrame
        ``level, index, ci_lower, median, ci_upper``: 5th, 50th and 95th percentile.
    observed, usual : mapping
        Index to the value found and to the conventional cut-off (drawn as lines).
    names : tuple of str
        What the rows are ("Level"), the observed value, the conventional cut-off.
    """
    numbers = sorted(set(levels["level"]))
    labels = [f"{names[0]} {k}" for k in numbers]
    figure, panels = canvas(1.3 + 0.2 * len(labels), columns=len(observed), sharey=True)
    for place, (index, seen) in zip(panels, observed.items(), strict=True):
        mine = levels[levels["index"] == index].set_index("level").loc[numbers]
        colours = [COLOURS[2] if k == 0 else COLOURS[0] for k in numbers]
        y = np.arange(len(labels))[::-1]
        ranges(place, mine, y, colours, estimate="median", width=2)
        row_axis(place, labels)
        place.axvline(seen, color=COLOURS[1], linewidth=1.3)
        place.axvline(usual[index], color=GREY, linewidth=0.9, linestyle=DASHED)
        place.set_xlabel(index.upper())
        place.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        place.tick_params(axis="x", labelsize=7.5)
    handles = [
        panels[0].plot([], [], color=COLOURS[1], linewidth=1.3, label=names[1])[0],
        panels[0].plot([], [], color=GREY, linewidth=0.9, linestyle=DASHED, label=names[2])[0],
    ]
    key(figure, 2, handles=handles)
    return figure


def two_triangles(
    lower: pd.DataFrame, upper: pd.DataFrame, labels: Sequence[str], *, cut: float | None = None
) -> Figure:
    """Two symmetric matrices of ratios in one: one below the diagonal, one above.

    Cells above `cut` are outlined.
    """
    n = len(labels)
    few_columns(n)
    slim = is_narrow()
    figure, (axes,) = canvas(min(0.8 + 0.28 * n if slim else 1.1 + 0.34 * n, 6.5))
    data = np.tril(lower.to_numpy(float), -1) + np.triu(upper.to_numpy(float), 1)
    np.fill_diagonal(data, np.nan)
    kind: Kind = "bounded" if slim else "number"
    words = np.array([[show(value, kind) for value in row] for row in data])
    size = IN_CELL if slim else 8.0
    cells(axes, data, words, limits=(0.0, 1.15), colours=RISING, size=size)
    if cut is not None:
        for i, j in np.argwhere(data > cut):
            outline(axes, i, j, COLOURS[1])
    axes.plot([0, n], [0, n], color=PALE, linewidth=0.8)
    cell_axes(axes, labels, labels)
    return figure


def residual_map(
    residuals: pd.DataFrame, sizes: Mapping[str, int], x_label: str, *, limit: float
) -> Figure:
    """Correlation residuals of items, white at zero, in full colour at `limit` and beyond.

    Parameters
    ----------
    residuals : DataFrame
        Square, items in the order of their constructs.
    sizes : mapping
        Construct label to its number of items, in that order.
    x_label : str
        What the colour bar shows.
    """
    n = len(residuals)
    figure, (axes,) = canvas(min(1.3 + 0.1 * n, 4.6))
    data = residuals.to_numpy(float).copy()
    np.fill_diagonal(data, np.nan)
    picture, _ = cells(axes, data, limits=(-limit, limit), lines=0)
    edges = np.cumsum(list(sizes.values()))
    for edge in edges[:-1]:
        axes.axhline(edge, color=GREY, linewidth=0.5)
        axes.axvline(edge, color=GREY, linewidth=0.5)
    middles = edges - np.array(list(sizes.values())) / 2
    axes.set_yticks(middles, list(sizes), rotation=0)
    across = [""] * len(sizes) if is_narrow() else list(sizes)  # as beside
    axes.set_xticks(middles, across, rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    bar = figure.colorbar(picture, ax=axes, shrink=0.6, extend="both")
    bar.set_label(x_label)
    bar.outline.set_visible(False)
    return figure
