"""Figures of the survey itself: who is in, how the answers are shaped, how groups stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.marks import IN_CELL, cell_axes, cells, ranges, word
from loyalty.shown.charts.phone import few_columns, is_narrow, wrapped
from loyalty.shown.charts.style import COLOURS, DASHED, FALLBACK, GREY, INK, PALE, canvas, row_axis

#: Letters of a line of a box of the flow on a phone.
FLOW = 26
#: The Chinese face has no bold.
BOLD: dict[str, Any] = {"fontfamily": FALLBACK, "fontweight": "bold"}


def exclusion_flow(kept: Sequence[str], aside: Sequence[tuple[str, bool]]) -> Figure:
    """A flow diagram: boxes from top to bottom, and between them who is left out.

    `kept`: text of each box of the main column. `aside`: text of the box that branches off below
    each of them but the last, and whether those respondents are really excluded (solid) or are
    only marked, and stay in the main analyses (dashed).
    """
    slim = is_narrow()
    if slim:
        kept = [_in_box(text) for text in kept]
        aside = [(_in_box(text), out) for text, out in aside]
    lines = max(text.count("\n") + 1 for text in [*kept, *(text for text, _ in aside)])
    tall = 0.14 + 0.13 * lines if slim else 0.37
    figure, (axes,) = canvas(tall * (2 * len(kept) - 1) + 0.2)
    axes.set_xlim(0, 10)
    axes.set_ylim(-(2 * len(kept) - 1), 0.1)
    axes.axis("off")
    size = 7.2 if slim else 8

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
                linestyle="-" if solid else DASHED,
            )
        )
        middle = x + width / 2, y - 0.45
        axes.text(*middle, text, ha="center", va="center", fontsize=size, color=INK)

    def arrow(tail: tuple[float, float], head: tuple[float, float], *, solid: bool = True) -> None:
        style = {
            "arrowstyle": "-|>",
            "color": GREY,
            "linewidth": 0.9,
            "linestyle": "-" if solid else DASHED,
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


def _in_box(text: str) -> str:
    return "\n".join(wrapped(line, FLOW) for line in text.splitlines())


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
        axes.axvline(at, color=GREY, linewidth=0.9, linestyle=DASHED)
    if kurtosis_cut < high:
        axes.axhline(kurtosis_cut, color=GREY, linewidth=0.9, linestyle=DASHED)
    axes.plot(0, 0, "+", color=COLOURS[1], markersize=11, markeredgewidth=1.6)
    sns.scatterplot(x=x, y=y, color=COLOURS[0], s=25, alpha=0.8, edgecolor="none", ax=axes)
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


def correlation_matrix(
    r: pd.DataFrame,
    ci_lower: pd.DataFrame,
    ci_upper: pd.DataFrame,
    diagonal: Mapping[str, float],
    labels: Sequence[str],
) -> Figure:
    """Lower triangle of correlations with their intervals; reliabilities in the diagonal.

    On a phone the ends of each interval stand above the diagonal.
    """
    n = len(labels)
    few_columns(n)
    slim = is_narrow()
    figure, (axes,) = canvas(min(0.8 + 0.28 * n if slim else 1.1 + 0.37 * n, 6.5))
    values, lower, upper = (m.to_numpy(float) for m in (r, ci_lower, ci_upper))
    field = np.where(np.tri(n, k=-1, dtype=bool), values, np.nan)
    words = np.array([[show(value, "bounded") for value in row] for row in field])
    size, small = (8.0, 6.5) if n < 9 else (7.2, 5.7) if n < 12 else (6.6, 4.6)
    size = IN_CELL if slim else size
    _, found = cells(axes, field, words, size=size)
    for i in range(n):
        axes.add_patch(
            Rectangle(
                (i, i), 1, 1, facecolor="#f3f4f6", edgecolor=GREY, linewidth=0.8, clip_on=False
            )
        )
        alpha = show(diagonal.get(str(r.index[i]), float("nan")), "bounded")
        word(axes, i, i, alpha, fontsize=size, color=INK, **BOLD)
    for (i, j), text in found.items():
        ends = show(lower[i, j], "bounded"), show(upper[i, j], "bounded")
        if slim:
            word(axes, j, i, "\n".join(ends), fontsize=IN_CELL, linespacing=1.0, color=INK)
            continue
        text.set_y(i + 0.33)
        between = f"[{ends[0]}, {ends[1]}]"
        word(axes, i + 0.24, j, between, fontsize=small, color=text.get_color())
    cell_axes(axes, labels, labels)
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
    few_columns(len(column_labels))
    slim = is_narrow()
    size = IN_CELL if slim else 7.5
    data = values.to_numpy(float)
    gap = data - np.asarray(centre, dtype=float)
    most = float(np.nanmax(np.abs(gap), initial=0.0)) or 1.0
    rows = len(row_labels)
    figure, (axes,) = canvas(2.0 + 0.27 * rows if slim else min(1.5 + 0.185 * rows, 8.0))
    words = np.array([[show(value, "number", decimals=1) for value in row] for row in data])
    _, found = cells(axes, gap, words, limits=(-1.6 * most, 1.6 * most), size=size)
    for i, j in np.argwhere(clear.to_numpy(bool) & np.isfinite(data)):
        found[i, j].set(**BOLD)
    for i, j in np.argwhere(np.isnan(gap)):
        word(axes, i, j, words[i, j], fontsize=size, color=INK)
    for first in blocks[1:]:
        axes.axhline(first, color="white", linewidth=4)
    cell_axes(axes, row_labels, column_labels, turned=35)
    return figure


def score_distributions(
    scores: pd.DataFrame, means: pd.DataFrame, x_label: str, *, bandwidth: float | None = None
) -> Figure:
    """How scores are spread: a violin a scale, and on it the mean with its interval.

    Parameters
    ----------
    scores : DataFrame
        Respondents, or quantiles of them, by scales; a missing one is left out of its scale.
    means : DataFrame
        One row a scale, in the order of the columns: ``label, estimate, ci_lower, ci_upper``.
    bandwidth : float, optional
        Of the Gaussian kernel, in standard deviations of a scale; by Scott's rule if not given.
    """
    figure, (axes,) = canvas(0.9 + 0.34 * len(means))
    places = np.arange(len(means))[::-1]
    long = scores.set_axis(places, axis=1).melt(var_name="place", value_name="score").dropna()
    sns.violinplot(
        long.astype(float),
        x="score",
        y="place",
        orient="h",
        native_scale=True,
        color=COLOURS[4],
        saturation=1,
        alpha=0.35,
        inner=None,
        cut=0,
        bw_method=bandwidth or "scott",
        density_norm="width",
        width=0.85,
        linewidth=0.6,
        linecolor=GREY,
        ax=axes,
    )
    ranges(axes, means, places)
    row_axis(axes, list(means["label"]))
    axes.set_xlabel(x_label)
    axes.set_ylabel("")
    return figure


def interval_panels(
    rows: pd.DataFrame,
    x_labels: Mapping[str, str],
    centre: Mapping[str, tuple[float, float]],
    *,
    decimals: int = 0,
) -> Figure:
    """Estimates with intervals of the same rows in panels side by side.

    `rows`: ``label, panel, estimate, ci_lower, ci_upper``. `x_labels`: panel → axis label,
    in order. `centre`: panel → interval of everybody, drawn as a band.
    """
    labels = list(dict.fromkeys(rows["label"]))
    figure, axes = canvas(0.9 + 0.165 * len(labels), columns=len(x_labels), sharey=True)
    for place, (panel, x_label) in zip(axes, x_labels.items(), strict=True):
        part = rows[rows["panel"] == panel]
        ranges(place, part, [len(labels) - 1 - labels.index(label) for label in part["label"]])
        row_axis(place, labels)
        if panel in centre:
            place.axvspan(*centre[panel], color=COLOURS[5], alpha=0.25, linewidth=0)
        place.xaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10]))
        place.xaxis.set_major_formatter(lambda v, _: show(v, "number", decimals=decimals))
        place.set_xlabel(x_label)
    return figure
