"""Style, palette and canvas of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loyalty.ground import paths
from loyalty.render import fonts

#: Okabe and Ito's palette, without yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#555555")
GREY, PALE = "#6b7280", "#d9dde3"
WIDTH = 7.0


def use_style() -> None:
    """Set the style for this process, with a face that has Chinese glyphs."""
    face = fonts.extract_sc_face(paths.cache() / "fonts")
    font_manager.fontManager.addfont(face)
    family = font_manager.FontProperties(fname=face).get_name()
    matplotlib.rcParams.update(
        {
            "font.family": [family],
            "font.size": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": "#374151",
            "axes.titlesize": 9.5,
            "axes.titlelocation": "left",
            "axes.unicode_minus": True,
            "axes.prop_cycle": cycler(color=COLOURS),
            "xtick.color": GREY,
            "ytick.color": GREY,
            "xtick.labelcolor": "#374151",
            "ytick.labelcolor": "#374151",
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "savefig.facecolor": "white",
            "svg.hashsalt": "loyalty",
            "svg.fonttype": "path",
        }
    )


def canvas(height: float, columns: int = 1, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of the report's width with a row of axes (always an array)."""
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.subplots(1, columns, squeeze=False, **options)[0]
    return figure, axes


def row_axis(axes: Axes, labels: Sequence[str]) -> np.ndarray:
    """Rows from top to bottom, one a label."""
    rows = np.arange(len(labels))[::-1]
    axes.set_yticks(rows, labels)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    return rows


def matrix_axes(axes: Axes, labels: Sequence[str]) -> None:
    """The same labels on both sides of a square matrix, without ticks and frame."""
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
