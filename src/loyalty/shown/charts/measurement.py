"""Figures of the measurement model: fit among simulated levels, ratios, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.style import COLOURS, GREY, PALE, canvas, matrix_axes, row_axis


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
        ``level, index, low, median, high``: 5th, 50th and 95th percentile.
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
        y = row_axis(place, labels)
        colours = [COLOURS[2] if k == 0 else COLOURS[0] for k in numbers]
        place.hlines(y, mine["low"], mine["high"], color=colours, linewidth=2)
        place.scatter(mine["median"], y, color=colours, s=14, zorder=3)
        place.axvline(seen, color=COLOURS[1], linewidth=1.3)
        place.axvline(usual[index], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        place.set_xlabel(index.upper())
        place.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        place.tick_params(axis="x", labelsize=7.5)
    handles = [
        panels[0].plot([], [], color=COLOURS[1], linewidth=1.3, label=names[1])[0],
        panels[0].plot([], [], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label=names[2])[0],
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    return figure


def two_triangles(
    lower: pd.DataFrame, upper: pd.DataFrame, labels: Sequence[str], *, cut: float | None = None
) -> Figure:
    """Two symmetric matrices of ratios in one: one below the diagonal, one above.

    Cells above `cut` are outlined.
    """
    n = len(labels)
    figure, (axes,) = canvas(min(1.1 + 0.34 * n, 6.5))
    data = np.tril(lower.to_numpy(float), -1) + np.triu(upper.to_numpy(float), 1)
    np.fill_diagonal(data, np.nan)
    axes.imshow(data, cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
    for i in range(n):
        for j in range(n):
            if not np.isfinite(data[i, j]):
                continue
            strong = cut is not None and data[i, j] > cut
            axes.text(
                j,
                i,
                show(data[i, j], "number"),
                ha="center",
                va="center",
                fontsize=8,
                color="white" if data[i, j] > 0.7 else "#111827",
                bbox={"boxstyle": "square,pad=0.25", "fill": False, "edgecolor": "#D55E00"}
                if strong
                else None,
            )
    axes.plot([-0.5, n - 0.5], [-0.5, n - 0.5], color=PALE, linewidth=0.8)
    matrix_axes(axes, labels)
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
    items = list(residuals.columns)
    n = len(items)
    figure, (axes,) = canvas(min(1.3 + 0.1 * n, 4.6))
    data = residuals.to_numpy(float).copy()
    np.fill_diagonal(data, np.nan)
    picture = axes.imshow(data, cmap="RdBu", vmin=-limit, vmax=limit, aspect="auto")
    edges = np.cumsum(list(sizes.values()))
    for edge in edges[:-1]:
        axes.axhline(edge - 0.5, color=GREY, linewidth=0.5)
        axes.axvline(edge - 0.5, color=GREY, linewidth=0.5)
    middles = edges - np.array(list(sizes.values())) / 2 - 0.5
    axes.set_yticks(middles, list(sizes))
    axes.set_xticks(middles, list(sizes), rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.6, extend="both")
    bar.set_label(x_label)
    bar.outline.set_visible(False)
    return figure
