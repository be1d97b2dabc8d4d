"""Charts of groups: importance–performance maps as small multiples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from loyalty.shown.charts import style
from loyalty.shown.charts.marks import ranges
from loyalty.shown.charts.style import COLOURS, GREY, LABEL, PALE, key

#: Panels in a row.
ACROSS = 4


def importance_maps(
    panels: Mapping[str, pd.DataFrame], labels: Sequence[str], x_label: str, y_label: str
) -> Figure:
    """Importance–performance maps, one panel a name, on common axes.

    Each frame has ``construct`` (a label out of `labels`), ``importance, ci_lower, ci_upper,
    performance`` and ``quadrant``; points are numbered as in the key on top, those to improve are
    orange, dotted lines are the panel's means.
    """
    figure, axes, across = style.panels(len(panels), ACROSS, 1.75, 0.75, sharex=True, sharey=True)
    number = {name: k for k, name in enumerate(labels, start=1)}
    for place, (name, points) in zip(axes, panels.items(), strict=False):
        x, y = points["importance"].to_numpy(float), points["performance"].to_numpy(float)
        colours = [COLOURS[1 if q == "improve" else 0] for q in points["quadrant"]]
        ranges(
            place,
            points,
            y,
            colours,
            estimate="importance",
            size=9.4,
            width=1.5,
            line=PALE,
        )
        for at, up, construct in zip(x, y, points["construct"], strict=True):
            place.text(
                at,
                up,
                str(number[construct]),
                ha="center",
                va="center_baseline",
                fontsize=6.5,
                color="white",
                zorder=4,
            )
        place.axvline(x.mean(), color=GREY, linewidth=0.7, linestyle=":")
        place.axhline(y.mean(), color=GREY, linewidth=0.7, linestyle=":")
        place.set_title(name, fontsize=8)
        place.tick_params(labelsize=7)
    for k in range(max(0, len(panels) - across), len(panels)):
        axes[k].tick_params(labelbottom=True)
    figure.supxlabel(x_label, fontsize=9, color=LABEL)
    figure.supylabel(y_label, fontsize=9, color=LABEL)
    handles = [axes[0].plot([], [], " ", label=f"{k}  {name}")[0] for name, k in number.items()]
    key(
        figure,
        min(4, len(handles)),
        handles=handles,
        fontsize=7.5,
        handlelength=0,
        handletextpad=0,
        columnspacing=1.2,
    )
    spread = np.concatenate([p["performance"].to_numpy(float) for p in panels.values()])
    axes[0].set_ylim(spread.min() - 4, spread.max() + 4)
    return figure
