"""Style, palette and canvas of every figure."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loyalty.ground import paths
from loyalty.render import fonts
from loyalty.shown.charts.phone import NARROW, is_narrow

#: Okabe and Ito's palette, without yellow.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#555555")
GREY, PALE, INK = "#6b7280", "#d9dde3", "#111827"
LABEL = "#374151"
WIDTH = 7.0
#: Broken lines: cut-offs, what is not clear.
DASHED = (0, (4, 3))
FAMILY = fonts.FAMILY
#: Matplotlib's own face, which comes with it: letters the Chinese face lacks, and its only bold.
FALLBACK = "DejaVu Sans"
#: What labels of this process held and no face draws.
missing_glyphs: set[str] = set()

_MISSING = r"Glyph (\d+) .* missing from font"
_shown_before = warnings.showwarning


def use_style() -> None:
    """Set the style for this process, with a face that has Chinese glyphs.

    Labels are drawn as they are, never read as TeX; a character that no face has goes into
    :data:`missing_glyphs` and stops nothing.
    """
    face = fonts.extract_sc_face(paths.cache() / "fonts")
    font_manager.fontManager.addfont(face)
    sns.set_theme(
        context="paper",
        style="ticks",
        palette=COLOURS,
        font=[FAMILY, FALLBACK],
        rc={
            "font.size": 9,
            "text.parse_math": False,
            # A Chinese face has other digits and punctuation for other languages; the locale
            # would choose.
            "text.language": "en",
            "axes.formatter.use_locale": False,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": GREY,
            "axes.labelcolor": LABEL,
            "axes.labelsize": 9,
            "axes.linewidth": 0.8,
            "axes.titlesize": 9.5,
            "axes.titlelocation": "left",
            "axes.unicode_minus": True,
            "grid.color": PALE,
            "grid.linewidth": 0.6,
            "legend.fontsize": 8,
            "legend.frameon": False,
            "xtick.color": GREY,
            "ytick.color": GREY,
            "xtick.labelcolor": LABEL,
            "ytick.labelcolor": LABEL,
            "xtick.labelsize": 9,
            "ytick.labelsize": 9,
            "xtick.major.width": 0.8,
            "ytick.major.width": 0.8,
            "xtick.major.size": 3.5,
            "ytick.major.size": 3.5,
            "figure.constrained_layout.use": True,
            "figure.dpi": 110,
            "savefig.facecolor": "white",
            "svg.hashsalt": "loyalty",
        },
    )
    _count_missing_glyphs()


def _count_missing_glyphs() -> None:
    """Let matplotlib's warning of a missing glyph come through as a warning, and count it."""
    global _shown_before
    warnings.filterwarnings("always", message=_MISSING)
    if warnings.showwarning is not _show_warning:
        _shown_before, warnings.showwarning = warnings.showwarning, _show_warning


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if glyph := re.match(_MISSING, str(message)):
        missing_glyphs.add(chr(int(glyph[1])))
    else:
        _shown_before(message, category, filename, lineno, file, line)


def canvas(height: float, columns: int = 1, **options: Any) -> tuple[Figure, np.ndarray]:
    """A figure of the report's width with a row of axes (always an array); on a phone one below
    the other."""
    if is_narrow():
        figure = Figure(figsize=(NARROW, height * columns))
        return figure, figure.subplots(columns, 1, squeeze=False, **options)[:, 0]
    figure = Figure(figsize=(WIDTH, height))
    return figure, figure.subplots(1, columns, squeeze=False, **options)[0]


def panels(
    count: int, across: int, height: float, more: float, **options: Any
) -> tuple[Figure, np.ndarray, int]:
    """A figure with `count` small axes, `across` in a row of `height`, and `more` inches for what
    stands around them; how many are in a row.
    """
    across = min(2 if is_narrow() else across, count)
    down = -(-count // across)
    figure = Figure(figsize=(NARROW if is_narrow() else WIDTH, height * down + more))
    axes = figure.subplots(down, across, squeeze=False, **options).ravel()
    for place in axes[count:]:
        place.set_visible(False)
    return figure, axes, across


def row_axis(axes: Axes, labels: Sequence[str]) -> np.ndarray:
    """Rows from top to bottom, one a label."""
    rows = np.arange(len(labels))[::-1]
    axes.set_yticks(rows, labels)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return rows


def key(figure: Figure, columns: int, **options: Any) -> None:
    """What colours and lines mean, above the axes."""
    legend = figure.legend(loc="outside upper left", ncols=columns, **options)
    while is_narrow() and columns > 1 and legend.get_window_extent().width > figure.bbox.width:
        columns -= 1
        legend.remove()
        legend = figure.legend(loc="outside upper left", ncols=columns, **options)
