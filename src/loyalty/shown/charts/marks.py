"""What charts are made of: estimates with intervals, coloured cells. Drawn by seaborn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from seaborn.utils import relative_luminance

from loyalty.shown.charts.phone import IN_MAP, is_narrow, wrapped
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, INK

#: From orange-red over white to blue: told apart with any colour vision.
#: Size of words in the cells of a map on a phone.
IN_CELL = 6.6
#: As many colours as are told apart: a map with fewer is smaller.
DIVERGING = sns.color_palette("RdBu", as_cmap=True).resampled(33)
RISING = sns.color_palette("Blues", as_cmap=True).resampled(17)


def ranges(
    axes: Axes,
    rows: pd.DataFrame,
    place: Sequence[float] | np.ndarray,
    colours: str | Sequence[str] = COLOURS[0],
    *,
    estimate: str = "estimate",
    upright: bool = False,
    joined: bool = False,
    size: float = 5.0,
    width: float = 1.4,
    line: str | None = None,
) -> None:
    """Dots with their intervals as lines.

    Parameters
    ----------
    rows : DataFrame
        `estimate`, ``ci_lower`` and ``ci_upper``, in units of the horizontal axis (of the
        vertical one when `upright`); an interval may be missing.
    place : sequence of float
        Of each row, on the other axis.
    colours : str or sequence of str
        One for all, or one a row.
    joined : bool
        Whether dots of one colour are joined by a line, in the order of their places.
    size, width : float
        Of a dot and of an interval's line, in points.
    line : str, optional
        One colour of all lines, where it is not that of the dots.
    """
    middle = rows[estimate].to_numpy(float)
    lower, upper = rows["ci_lower"].to_numpy(float), rows["ci_upper"].to_numpy(float)
    at = np.asarray(place, dtype=float)
    own = [colours] * len(rows) if isinstance(colours, str) else list(colours)
    x, y = (at, middle) if upright else (middle, at)
    style: dict[str, Any] = {"hue": own, "palette": {c: c for c in own}, "legend": False}
    (axes.vlines if upright else axes.hlines)(
        at, lower, upper, color=line or own, linewidth=width, zorder=2
    )
    if joined:
        sns.lineplot(x=x, y=y, estimator=None, linewidth=0.9, ax=axes, **style)
    sns.scatterplot(x=x, y=y, s=size**2, edgecolor="none", zorder=3, ax=axes, **style)


def stepped(axes: Axes, rows: pd.DataFrame, estimate: str, colour: str, name: str) -> None:
    """A curve that holds until it steps, with its band: `rows` of ``time``, `estimate`,
    ``ci_lower``, ``ci_upper``.
    """
    axes.step(rows["time"], rows[estimate], where="post", color=colour, linewidth=1.4, label=name)
    axes.fill_between(
        rows["time"],
        rows["ci_lower"],
        rows["ci_upper"],
        step="post",
        color=colour,
        alpha=0.2,
        linewidth=0,
    )


def line_at(axes: Axes, at: float, text: str, *, off: tuple[float, float] = (2, 2)) -> None:
    """A dashed vertical line, with words `off` its upper end by so many points."""
    axes.axvline(at, color=GREY, linewidth=0.9, linestyle=DASHED)
    axes.annotate(
        text,
        (at, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=off,
        textcoords="offset points",
        fontsize=7.5,
        color=GREY,
    )


def cells(
    axes: Axes,
    values: np.ndarray,
    words: np.ndarray | None = None,
    *,
    limits: tuple[float, float] = (-1.0, 1.0),
    size: float = 8.0,
    colours: Any = DIVERGING,
    lines: float = 0.8,
) -> tuple[QuadMesh, dict[tuple[int, int], Text]]:
    """Coloured cells, and by (row, column) the words in them; cell (i, j) has
    its middle at (j + 0.5, i + 0.5), from above.

    `values`: rows × columns, not a number where a cell stays empty. `words`: of the same shape.
    `lines`: width of the white lines between cells; cells without lines are drawn as one picture,
    in which no hairlines show.
    """
    sns.heatmap(
        values,
        vmin=limits[0],
        vmax=limits[1],
        cmap=colours,
        annot=words,
        fmt="",
        annot_kws={"fontsize": size},
        cbar=False,
        xticklabels=False,
        yticklabels=False,
        linewidths=lines,
        linecolor="white",
        rasterized=lines == 0,
        ax=axes,
    )
    mesh = cast(QuadMesh, axes.collections[0])
    found = {}
    for text in axes.texts:
        text.set_in_layout(False)  # it stands inside the axes
        x, y = text.get_position()
        i, j = int(y), int(x)
        found[i, j] = text
        # seaborn turns to white on middle blues already, where dark is far easier to read
        text.set_color("white" if relative_luminance(mesh.to_rgba(values[i, j])) < 0.2 else INK)
    return mesh, found


def word(axes: Axes, i: float, j: float, words: str, **style: Any) -> None:
    """Words in the middle of a cell."""
    text = axes.text(j + 0.5, i + 0.5, words, ha="center", va="center", **style)
    text.set_in_layout(False)


def outline(axes: Axes, i: float, j: float, colour: str) -> None:
    """A frame inside a cell."""
    gap = 0.04
    frame = Rectangle(
        (j + gap, i + gap), 1 - 2 * gap, 1 - 2 * gap, fill=False, edgecolor=colour, linewidth=1.4
    )
    axes.add_patch(frame)


def cell_axes(
    axes: Axes, rows: Sequence[str], columns: Sequence[str], *, turned: float = 40
) -> None:
    """Labels of a map's rows and columns; on a phone columns that are the rows have their numbers
    alone, as printed matrices do, and others stand upright."""
    places = np.arange(len(columns)) + 0.5
    upright: dict[str, Any] = {"rotation": turned, "ha": "right", "rotation_mode": "anchor"}
    if is_narrow():
        upright["rotation"] = 90
        if list(rows) == list(columns):
            columns = [str(k) for k in range(1, len(rows) + 1)]
            rows = [f"{k} {label}" for k, label in zip(columns, rows, strict=True)]
            upright = {}
        rows = [wrapped(label, IN_MAP) for label in rows]
    axes.set_xticks(places, columns, **upright)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, rotation=0)
    axes.tick_params(length=0)
