"""Charts that several analyses share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.marks import DIVERGING, line_at, ranges
from loyalty.shown.charts.phone import NARROW, is_narrow
from loyalty.shown.charts.style import COLOURS, GREY, PALE, WIDTH, canvas, key, row_axis


def dots(
    rows: pd.DataFrame,
    x_label: str,
    *,
    group: str | None = None,
    marks: Mapping[str, float] | None = None,
    decimals: int = 2,
) -> Figure:
    """Estimates with intervals, one a row: columns ``label, estimate, ci_lower,
    ci_upper`` and `group`.

    `marks` draws labelled vertical lines (cut-offs). Rows of several groups share a line, each
    group in its own colour, named above; where no two do, all stand on their lines.
    """
    labels = list(dict.fromkeys(rows["label"]))
    groups = [None] if group is None else list(dict.fromkeys(rows[group]))
    figure, (axes,) = canvas(1.0 + (0.18, 0.22, 0.28)[min(len(groups), 3) - 1] * len(labels))
    number = [0] * len(rows) if group is None else [groups.index(g) for g in rows[group]]
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(groups))]
    alone = len(groups) == 1 or len(labels) == len(rows)
    spread = 0.0 if alone else 0.34 if len(groups) == 2 else 0.5  # of a row's height
    y = [
        len(labels) - 1 - labels.index(label) + spread * (0.5 - k / max(len(groups) - 1, 1))
        for label, k in zip(rows["label"], number, strict=True)
    ]
    ranges(axes, rows, y, [colours[k] for k in number])
    row_axis(axes, labels)
    for text, at in (marks or {}).items():
        line_at(axes, at, f"{text} {show(at, 'number', decimals=decimals)}".strip())
    axes.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10]))
    axes.set_xlabel(x_label)
    if len(groups) > 1:
        long = sum(len(str(name)) for name in groups) > 70
        handles = [
            Line2D([], [], color=colour, marker="o", markersize=4, linewidth=1.4, label=name)
            for name, colour in zip(groups, colours, strict=True)
        ]
        key(figure, 1 if long else min(len(groups), 5), handles=handles, handlelength=1.4)
    return figure


def answer_shares(shares: pd.DataFrame, labels: Sequence[str], x_label: str) -> Figure:
    """Diverging stacked bars: share of each answer (columns, in scale order) a row of items.

    The middle answer (of an odd scale) straddles zero.
    """
    figure, (axes,) = canvas(0.9 + 0.155 * len(labels))
    y = row_axis(axes, labels)
    values = shares.to_numpy(float) * 100
    n = values.shape[1]
    half = n // 2
    left = -values[:, :half].sum(axis=1) - (values[:, half] / 2 if n % 2 else 0)
    colours = DIVERGING(np.linspace(0.12, 0.88, n))
    for k in range(n):
        axes.barh(
            y, values[:, k], left=left, height=0.78, color=colours[k], label=str(shares.columns[k])
        )
        left = left + values[:, k]
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel(x_label)
    axes.xaxis.set_major_formatter(lambda v, _: f"{abs(v):.0f}")
    if is_narrow():
        key(figure, n, handlelength=0.9, columnspacing=0.8)
        return figure
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=n,
        handlelength=0.9,
        columnspacing=0.8,
        borderaxespad=0.2,
    )
    return figure


def importance_performance(points: pd.DataFrame, x_label: str, y_label: str) -> Figure:
    """Importance–performance map: columns ``label, importance, ci_lower,
    ci_upper, performance``; the interval may be left out.
    """
    figure, (axes,) = canvas(3.4)
    x, y = points["importance"].to_numpy(float), points["performance"].to_numpy(float)
    if "ci_lower" not in points:
        points = points.assign(ci_lower=x, ci_upper=x)
    ranges(axes, points, y, estimate="importance", size=6, width=2, line=PALE)
    axes.axvline(x.mean(), color=GREY, linewidth=0.7, linestyle=":")
    axes.axhline(y.mean(), color=GREY, linewidth=0.7, linestyle=":")
    ends = points[["ci_lower", "ci_upper"]].to_numpy(float)
    near_x, near_y = 0.25 * (np.ptp(ends) or 1.0), 0.06 * (np.ptp(y) or 1.0)
    for k, name in enumerate(points["label"]):
        close = (np.abs(x - x[k]) < near_x) & (np.abs(y - y[k]) < near_y)
        below = bool((close & ((y > y[k]) | ((y == y[k]) & (np.arange(len(y)) < k)))).any())
        axes.annotate(
            name,
            (x[k], y[k]),
            xytext=(5, -11 if below else 4),
            textcoords="offset points",
            fontsize=8,
        )
    axes.margins(0.18, 0.2)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    return figure


def specification_curve(
    rows: pd.DataFrame, choices: Sequence[str], y_label: str, headline: str
) -> Figure:
    """All specifications of one estimate, sorted, above a grid of what each one chose.

    `rows`: columns ``estimate, ci_lower, ci_upper, choice``; the row whose
    choice is `headline` is marked.
    """
    rows = rows.sort_values(["estimate", "choice"], kind="stable").reset_index(drop=True)
    figure = Figure(figsize=(NARROW if is_narrow() else WIDTH, 2.3 + 0.2 * len(choices)))
    top, below = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [2.1, 0.2 * len(choices) + 0.2]}
    )
    x = np.arange(len(rows))
    colours = [COLOURS[1] if c == headline else COLOURS[0] for c in rows["choice"]]
    ranges(top, rows, x, colours, upright=True, width=1.3)
    top.axhline(0, color=GREY, linewidth=0.7)
    top.set_ylabel(y_label)
    top.grid(axis="y")
    y = row_axis(below, choices)
    position = dict(zip(choices, y, strict=True))
    chosen = [position[c] for c in rows["choice"]]
    below.scatter(x, chosen, color=colours, s=16, marker="s")
    below.set_xticks([])
    return figure


def growth(panels: Mapping[str, Sequence[tuple[float, float]]], y_label: str) -> Figure:
    """Time against size, one panel a kind of size: (size, time) pairs on logarithmic axes."""
    figure, axes = canvas(2.3, columns=len(panels), sharey=True)
    for place, (name, points) in zip(axes, panels.items(), strict=True):
        x, y = np.array(points, dtype=float).T
        place.loglog(x, y, "o-", color=COLOURS[0], markersize=4, linewidth=1.2)
        for a, b in zip(x, y, strict=True):
            place.annotate(
                show(b, "number", decimals=1 if b >= 1 else 2),
                (a, b),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
            )
        place.set_xticks(x, [f"{v / 1e6:g}M" if v >= 1e5 else f"{v:,.0f}" for v in x])
        place.yaxis.set_major_formatter(lambda v, _: f"{v:g}")
        place.minorticks_off()
        place.margins(0.2, 0.25)
        place.set_xlabel(name)
        place.grid(axis="y")
    axes[0].set_ylabel(y_label)
    return figure
