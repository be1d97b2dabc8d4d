"""Charts of the structural model: slopes along a moderator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from loyalty.shown.charts import style
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, LABEL, PALE

#: Panels in a row.
ACROSS = 3


def slopes(
    panels: Mapping[str, tuple[pd.DataFrame, Sequence[float], str]], y_label: str, x_label: str
) -> Figure:
    """A path's slope along its moderator, with its band, one panel a hypothesis.

    Each panel is (frame with ``sd, estimate, ci_lower, ci_upper``; Johnson–Neyman bounds in
    the same units; name of the moderator); bounds inside the drawn range are dashed and named.
    """
    figure, axes, _ = style.panels(len(panels), ACROSS, 1.95, 0.35, sharex=True, sharey=True)
    for place, (name, (line, bounds, moderator)) in zip(axes, panels.items(), strict=False):
        band = line.astype(float)
        x = band["sd"].to_numpy()
        place.fill_between(x, band["ci_lower"], band["ci_upper"], color=PALE, linewidth=0)
        place.plot(x, band["estimate"], color=COLOURS[0], linewidth=1.4)
        place.axhline(0, color=GREY, linewidth=0.7)
        for bound in bounds:
            if x.min() <= bound <= x.max():
                place.axvline(bound, color=COLOURS[1], linewidth=0.9, linestyle=DASHED)
        place.set_title(name, fontsize=8)
        place.set_xlabel(moderator, fontsize=7.5)
        place.tick_params(labelsize=7, labelbottom=True)
    figure.supylabel(y_label, fontsize=9, color=LABEL)
    figure.supxlabel(x_label, fontsize=9, color=LABEL)
    return figure
