"""Figures of behaviour: curves over time, forecasts, duplication of purchase."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from loyalty.shown.charts.marks import line_at, ranges, stepped
from loyalty.shown.charts.style import COLOURS, GREY, canvas, key

_THOUSANDS = FuncFormatter(lambda v, _: f"{v:,.0f}")


def survival(
    curves: Mapping[str, tuple[pd.DataFrame, float]], x_label: str, y_label: str
) -> Figure:
    """Kaplan–Meier curves with their intervals: ``time, survival, ci_lower, …``, and how long
    somebody was watched.
    """
    figure, (axes,) = canvas(3.0)
    for number, (name, (curve, until)) in enumerate(curves.items()):
        start = {"time": 0.0, "survival": 1.0, "ci_lower": 1.0, "ci_upper": 1.0}
        steps = pd.concat([pd.DataFrame([start]), curve[list(start)]], ignore_index=True)
        steps.loc[len(steps)] = steps.iloc[-1].to_dict() | {"time": until}
        stepped(axes, steps, "survival", COLOURS[number], name)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, max(until for _, until in curves.values()))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(axis="y")
    key(figure, len(curves))
    return figure


def tracking(
    rows: pd.DataFrame, calibration: float, labels: tuple[str, str, str], x_label: str, y_label: str
) -> Figure:
    """Totals by week; `labels` of the actual, the expected and the end of the calibration."""
    figure, (axes,) = canvas(3.0)
    axes.plot(rows["week"], rows["actual"], color=COLOURS[6], linewidth=1.6, label=labels[0])
    axes.plot(
        rows["week"], rows["expected"], "--", color=COLOURS[0], linewidth=1.6, label=labels[1]
    )
    line_at(axes, calibration, labels[2], off=(3, -9))
    axes.set_xlim(0, float(rows["week"].max()))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(axis="y")
    key(figure, 2)
    return figure


def forecast(series: pd.DataFrame, labels: tuple[str, str, str], y_label: str) -> Figure:
    """A series, its forecast with the prediction interval, and the naive one.

    `series`: columns ``date, total, forecast, pi_lower, pi_upper, naive``; `labels` of the three
    lines.
    """
    figure, (axes,) = canvas(2.8)
    axes.plot(series["date"], series["total"], color=COLOURS[6], linewidth=1.4, label=labels[0])
    ahead = series.dropna(subset=["forecast"])
    axes.plot(ahead["date"], ahead["forecast"], color=COLOURS[0], linewidth=1.6, label=labels[1])
    axes.fill_between(
        ahead["date"],
        ahead["pi_lower"],
        ahead["pi_upper"],
        color=COLOURS[0],
        alpha=0.2,
        linewidth=0,
    )
    axes.plot(ahead["date"], ahead["naive"], ":", color=COLOURS[1], linewidth=1.4, label=labels[2])
    axes.set_ylim(bottom=min(0.0, float(np.nanmin(series[["total", "pi_lower"]]))))
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_ylabel(y_label)
    axes.grid(axis="y")
    key(figure, 3)
    return figure


def waves(rows: pd.DataFrame, y_label: str) -> Figure:
    """Scores by wave with intervals: columns ``date, estimate, ci_lower, ci_upper``."""
    figure, (axes,) = canvas(2.6)
    axes.xaxis.update_units(rows["date"])
    days = axes.convert_xunits(rows["date"])
    ranges(axes, rows, days, upright=True, joined=True)
    axes.set_ylabel(y_label)
    axes.grid(axis="y")
    return figure


def calibration(parts: pd.DataFrame, x_label: str, y_label: str) -> Figure:
    """Shares against predictions: columns ``predicted, estimate, ci_lower, ci_upper``.

    On the diagonal as many did it as were predicted to.
    """
    figure, (axes,) = canvas(3.3)
    numbers = parts[["predicted", "estimate", "ci_lower", "ci_upper"]].astype(float)
    most = min(1.0, 1.08 * numbers.to_numpy().max())
    axes.plot([0, most], [0, most], color=GREY, linewidth=0.7, linestyle=":")
    ranges(axes, numbers, numbers["predicted"].to_numpy(), upright=True, joined=True)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, most)
    axes.set_ylim(0, most)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid()
    return figure


def duplication(points: pd.DataFrame, x_label: str, y_label: str) -> Figure:
    """Duplication of purchase against penetration: columns ``group, penetration, estimate``.

    Where buyers of all brands share the other brands alike, points lie on a line through zero.
    """
    figure, (axes,) = canvas(3.3)
    groups = list(dict.fromkeys(points["group"]))
    sns.scatterplot(
        points,
        x="penetration",
        y="estimate",
        hue="group",
        style="group",
        palette=[COLOURS[k % len(COLOURS)] for k in range(len(groups))],
        markers=["os^Dv"[k % 5] for k in range(len(groups))],
        s=30,
        alpha=0.85,
        edgecolor="none",
        ax=axes,
    )
    handles = axes.get_legend_handles_labels()[0]
    axes.get_legend().remove()
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.7, linestyle=":")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid()
    key(figure, 5, handles=handles, handletextpad=0.2)
    return figure
