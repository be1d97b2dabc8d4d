"""Charts that several analyses share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from loyalty.ground.numbers import show
from loyalty.shown.charts.marks import DIVERGING, ranges
from loyalty.shown.charts.style import COLOURS, DASHED, GREY, PALE, WIDTH, canvas, key, row_axis


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
        axes.axvline(at, color=GREY, linewidth=0.9, linestyle=DASHED)
        axes.annotate(
            f"{text} {show(at, 'number', decimals=decimals)}".strip(),
            (at, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2, 2),
            textcoords="offset points",
            fontsize=7.5,
            color=GREY,
        )
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
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=n,
        handlelength=0.9,
        columnspacing=0.8,
        borderaxespad=0.2,
    )
    return figure


def path_diagram(
    labels: Mapping[str, str],
    edges: Sequence[tuple[str, str, float | None, bool]],
    r2: Mapping[str, float],
) -> Figure:
    """The structural model as drawn boxes: edges (from, to, standardized path, clear of zero).

    Columns follow the longest way from an exogenous construct; a path whose interval holds zero
    is dashed and grey.
    """
    depth: dict[str, int] = {}

    def depth_of(node: str) -> int:
        if node not in depth:
            before = [a for a, b, *_ in edges if b == node]
            depth[node] = 1 + max((depth_of(a) for a in before), default=-1)
        return depth[node]

    for node in labels:
        depth_of(node)
    columns: dict[int, list[str]] = {}
    for node in labels:
        columns.setdefault(depth[node], []).append(node)
    tallest = max(len(c) for c in columns.values())
    figure, (axes,) = canvas(max(2.6, 1.05 * tallest + 0.4))
    at = {}
    for column, nodes in columns.items():
        for i, node in enumerate(nodes):
            bend = 0.17 * (-1) ** column if len(nodes) == 1 and len(columns) > 3 else 0.0
            at[node] = np.array([column * 1.0, (len(nodes) - 1) / 2 - i + bend])
    half = np.array([0.36, 0.24])
    # Inches a unit across over inches a unit up: an arc's height is set in inches.
    spots_y = [float(spot[1]) for spot in at.values()]
    up = figure.get_figheight() / (max(spots_y) - min(spots_y) + 1.3)
    ratio = WIDTH / (len(columns) - 0.2) / up
    placed: list[np.ndarray] = []
    lifted: list[float] = []
    size = 7.8 if len(columns) < 6 else 6.8
    for a, b, estimate, clear in edges:
        start, end = at[a], at[b]
        skips = depth[b] - depth[a] > 1
        bend = 0.0 if not skips else (0.28 if start[1] + end[1] >= 0 else -0.28)
        tail, head = start + half * [1, 0], end - half * [1, 0]
        if depth[a] == depth[b]:
            sign = np.sign(end[1] - start[1])
            tail, head = start + half * [0, sign], end - half * [0, sign]
        colour = "#1f2937" if clear else "#9ca3af"
        axes.annotate(
            "",
            head,
            tail,
            arrowprops={
                "arrowstyle": "-|>",
                "color": colour,
                "linewidth": 0.7 + 2.2 * min(abs(estimate or 0), 1),
                "linestyle": "-" if clear else DASHED,
                "connectionstyle": f"arc3,rad={-bend}",
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 9,
            },
        )
        # The label goes where on its arrow it is farthest from those already placed.
        across = np.array([-(head - tail)[1] / ratio, (head - tail)[0] * ratio])
        spots = [
            tail + (head - tail) * k + across * bend * 2 * k * (1 - k)
            for k in np.linspace(0.2, 0.8, 13)
        ]
        middle = max(
            spots,
            key=lambda spot: (
                min(
                    0.3,
                    *(float(np.hypot(*((spot - other) * [1.6, 1]))) for other in placed),
                    1.0,
                )
                - 0.2 * float(np.hypot(*(spot - (tail + head) / 2 - across * bend / 2)))
            ),
        )
        lifted += [spots[len(spots) // 2][1]]
        if estimate is not None:
            placed.append(middle)
            axes.text(
                *middle,
                show(estimate, "bounded"),
                ha="center",
                va="center",
                fontsize=8,
                color=colour,
                bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"},
                zorder=4,
            )
    for node, text in labels.items():
        share_text = f"\nR² = {show(r2[node], 'bounded')}" if node in r2 else ""
        axes.add_patch(
            FancyBboxPatch(
                (at[node][0] - half[0] + 0.04, at[node][1] - half[1] + 0.04),
                2 * half[0] - 0.08,
                2 * half[1] - 0.08,
                boxstyle="round,pad=0.04",
                facecolor="#eef4fa" if node in r2 else "#f6f2ea",
                edgecolor="#6b87a3",
                linewidth=0.9,
                zorder=3,
            )
        )
        axes.text(
            *at[node],
            text.replace(" ", "\n", 1) + share_text,
            ha="center",
            va="center",
            fontsize=size,
            zorder=5,
        )
    x, y = np.array(list(at.values())).T
    axes.set_xlim(x.min() - 0.4, x.max() + 0.4)
    axes.set_ylim(min([y.min() - 0.42, *lifted]) - 0.08, max([y.max() + 0.42, *lifted]) + 0.08)
    axes.axis("off")
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
    figure = Figure(figsize=(WIDTH, 2.3 + 0.2 * len(choices)))
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
