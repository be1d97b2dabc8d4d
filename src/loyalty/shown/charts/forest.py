"""A forest plot in blocks: estimates with intervals, figures printed elsewhere, and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from loyalty.shown.charts.marks import ranges
from loyalty.shown.charts.phone import BESIDE, OVER, is_narrow, wrapped
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, INK, PALE, canvas, key, row_axis


@dataclass(frozen=True)
class Row:
    """A row of the plot: an estimate with its interval, or in its place words that say why none.

    `printed`: a figure printed elsewhere. Without anything it is the heading of a block.
    """

    label: str
    estimate: float | None = None
    ci_lower: float | None = None
    ci_upper: float | None = None
    printed: float | None = None
    instead: str | None = None

    @property
    def heading(self) -> bool:
        return self.estimate is None and self.printed is None and self.instead is None


def forest(rows: Sequence[Row], x_label: str, estimated: str, printed: str) -> Figure:
    """All `rows` from top to bottom; zero is marked.

    `estimated` and `printed` name the two kinds of mark, where there is one printed.
    """
    figure, (axes,) = canvas(0.8 + (0.28 if is_narrow() else 0.19) * len(rows))
    y = np.arange(len(rows))[::-1]
    axes.set_yticks(y, ["" if r.heading else r.label for r in rows], fontsize=7.8)
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.axvline(0, color=GREY, linewidth=0.9, linestyle=DASHED)
    drawn = [(r, at) for r, at in zip(rows, y, strict=True) if r.estimate is not None]
    if drawn:
        table = pd.DataFrame([vars(r) for r, _ in drawn])
        ranges(axes, table, [at for _, at in drawn], COLOURS[0])
    others = [(r.printed, at) for r, at in zip(rows, y, strict=True) if r.printed is not None]
    if others:
        x, at = zip(*others, strict=True)
        axes.scatter(
            x, at, marker="D", s=22, facecolor="none", edgecolor=COLOURS[1], linewidth=1.2, zorder=4
        )
        marks = [
            Line2D([], [], color=COLOURS[0], marker="o", markersize=4, linewidth=1.4),
            Line2D([], [], color=COLOURS[1], marker="D", markersize=4, mfc="none", linewidth=0),
        ]
        key(figure, 2, handles=marks, labels=[estimated, printed], handlelength=1.4)
    ends = [v for r in rows for v in (r.ci_lower, r.ci_upper, r.printed) if v is not None]
    if ends:
        span = max(*ends, 0.0) - min(*ends, 0.0) or 1.0
        axes.set_xlim(min(*ends, 0.0) - 0.05 * span, max(*ends, 0.0) + 0.05 * span)
    left = axes.get_xlim()[0] + 0.01 * np.ptp(axes.get_xlim())
    # on a phone the heading of a block begins where its rows' labels do
    across = blended_transform_factory(figure.transFigure, axes.transData)
    for row, at in zip(rows, y, strict=True):
        if row.instead is not None or row.heading:
            out = row.heading and is_narrow()
            words = axes.text(
                0.01 if out else left,
                at,
                (wrapped(row.label, OVER) if out else row.label)
                if row.heading
                else row.instead or "",
                va="center",
                fontsize=8.2 if row.heading else 7.2,
                color=INK if row.heading else GREY,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
                transform=across if out else axes.transData,
            )
            words.set_in_layout(False)
            if is_narrow() and row.printed is not None:  # beside its mark, where there is more room
                before = row.printed > np.mean(axes.get_xlim())
                words.set_text(wrapped(row.instead or "", BESIDE // 2))
                words.set_horizontalalignment("right" if before else "left")
                aside = ScaledTranslation((-6 if before else 6) / 72, 0, figure.dpi_scale_trans)
                words.set_x(row.printed)
                words.set_transform(axes.transData + aside)
    axes.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.set_xlabel(x_label)
    return figure


def odds(rows: pd.DataFrame, x_label: str) -> Figure:
    """Ratios with intervals, one a row, on a logarithmic axis: columns ``label, estimate,
    ci_lower, ci_upper``, all above zero. One, where both sides are alike, is marked.
    """
    figure, (axes,) = canvas(0.9 + 0.22 * len(rows))
    y = row_axis(axes, list(rows["label"]))
    axes.set_xscale("log")
    ranges(axes, rows, y)
    axes.axvline(1, color=GREY, linewidth=0.9, linestyle=DASHED)
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:g}")
    axes.minorticks_off()
    axes.set_xlabel(x_label)
    return figure


def stacked(rows: pd.DataFrame, labels: Sequence[str], x_label: str) -> Figure:
    """Counts of kinds (columns) as stacked bars, one a row of labels, each with its number."""
    figure, (axes,) = canvas(0.9 + 0.2 * len(labels))
    y = row_axis(axes, labels)
    colours = (COLOURS[0], PALE, COLOURS[1])
    left = np.zeros(len(labels))
    for kind, colour in zip(rows.columns, colours, strict=True):
        values = rows[kind].to_numpy(float)
        axes.barh(y, values, left=left, height=0.72, color=colour, label=kind)
        for at, start, value in zip(y, left, values, strict=True):
            if value:
                axes.text(
                    start + value / 2,
                    at,
                    f"{value:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7.2,
                    color=INK if colour == PALE else "white",
                )
        left = left + values
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel(x_label)
    key(figure, len(rows.columns), handlelength=0.9)
    return figure
