"""Charts of the trial: what is declared against what is found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loyalty.shown.charts import style
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, LABEL, key


def declared_found(
    rows: pd.DataFrame, panels: Sequence[str], x_label: str, y_label: str, misses: str
) -> Figure:
    """Found against declared values, a panel a `kind`, with the line on which they are equal.

    `rows` has ``kind, declared, estimate, ci_lower, ci_upper, held``; where an interval does not
    hold the declared value (`misses`), the mark is hollow.
    """
    figure, axes, _ = style.panels(len(panels), 2, 2.0, 0.4)
    for place, name in zip(axes, panels, strict=False):
        own = rows[rows["kind"] == name]
        ends = own[["declared", "ci_lower", "ci_upper"]].to_numpy(float)
        low, high = min(ends.min(), 0.0), max(ends.max(), 0.0)
        room = 0.05 * (high - low)
        place.plot(
            [low - room, high + room], [low - room, high + room], color=GREY, linewidth=0.9,
            linestyle=DASHED, zorder=1,
        )  # fmt: skip
        place.axhline(0, color=GREY, linewidth=0.6, zorder=1)
        for held, part in own.groupby("held"):
            colour = COLOURS[0] if held else COLOURS[1]
            x = part["declared"].to_numpy(float)
            place.vlines(
                x, part["ci_lower"], part["ci_upper"], color=colour, linewidth=1.2, zorder=2
            )
            place.scatter(
                x, part["estimate"], s=22, color=colour if held else "white", edgecolor=colour,
                linewidth=1.2, zorder=3,
            )  # fmt: skip
        x = own["declared"].to_numpy(float)
        place.set_xlim(min(x.min(), 0.0) - room, max(x.max(), 0.0) + room)
        place.set_ylim(low - room, high + room)
        place.set_title(f"{name} ({len(own)})", fontsize=8.5)
        place.tick_params(labelsize=7.5)
    if not np.all(rows["held"]):
        mark = Line2D([], [], color=COLOURS[1], marker="o", mfc="white", linewidth=1.2)
        key(figure, 1, handles=[mark], labels=[misses])
    figure.supxlabel(x_label, fontsize=9, color=LABEL)
    figure.supylabel(y_label, fontsize=9, color=LABEL)
    return figure
