"""Figures of behaviour: curves over time, forecasts, duplication of purchase."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from loyalty.shown.charts.style import COLOURS, GREY, PALE, canvas

_THOUSANDS = FuncFormatter(lambda v, _: f"{v:,.0f}")


def survival(
    curves: Mapping[str, pd.DataFrame], x_label: str, y_label: str, *, until: float
) -> Figure:
    """Kaplan–Meier curves with their intervals; `curves` of ``time, survival, ci_lower, …``."""
    figure, (axes,) = canvas(3.0)
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number]
        start = {"time": 0.0, "survival": 1.0, "ci_lower": 1.0, "ci_upper": 1.0}
        steps = pd.concat([pd.DataFrame([start]), curve[list(start)]], ignore_index=True)
        steps.loc[len(steps)] = steps.iloc[-1].to_dict() | {"time": until}
        axes.step(
            steps["time"], steps["survival"], where="post", color=colour, linewidth=1.4, label=name
        )
        axes.fill_between(
            steps["time"],
            steps["ci_lower"],
            steps["ci_upper"],
            step="post",
            color=colour,
            alpha=0.2,
            linewidth=0,
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, until)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    figure.legend(loc="outside upper left", ncols=len(curves), frameon=False, fontsize=8)
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
    axes.axvline(calibration, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate(
        labels[2],
        (calibration, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(3, -9),
        textcoords="offset points",
        fontsize=7.5,
        color=GREY,
    )
    axes.set_xlim(0, float(rows["week"].max()))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, fontsize=8)
    return figure


def forecast(series: pd.DataFrame, labels: tuple[str, str, str], y_label: str) -> Figure:
    """A series, its forecast with the prediction interval, and the naive one.

    `series`: columns ``date, value, forecast, low, high, naive``; `labels` of the three lines.
    """
    figure, (axes,) = canvas(2.8)
    axes.plot(series["date"], series["value"], color=COLOURS[6], linewidth=1.4, label=labels[0])
    ahead = series.dropna(subset=["forecast"])
    axes.plot(ahead["date"], ahead["forecast"], color=COLOURS[0], linewidth=1.6, label=labels[1])
    axes.fill_between(
        ahead["date"], ahead["low"], ahead["high"], color=COLOURS[0], alpha=0.2, linewidth=0
    )
    axes.plot(ahead["date"], ahead["naive"], ":", color=COLOURS[1], linewidth=1.4, label=labels[2])
    axes.set_ylim(bottom=min(0.0, float(np.nanmin(series[["value", "low"]]))))
    axes.yaxis.set_major_formatter(_THOUSANDS)
    axes.set_ylabel(y_label)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=8)
    return figure


def waves(rows: pd.DataFrame, y_label: str) -> Figure:
    """Scores by wave with intervals: columns ``date, value, low, high``."""
    figure, (axes,) = canvas(2.6)
    axes.vlines(rows["date"], rows["low"], rows["high"], color=COLOURS[0], linewidth=1.4)
    axes.plot(rows["date"], rows["value"], "o-", color=COLOURS[0], markersize=4, linewidth=1.0)
    axes.set_ylabel(y_label)
    axes.grid(axis="y", color=PALE, linewidth=0.6)
    return figure


def duplication(points: pd.DataFrame, x_label: str, y_label: str) -> Figure:
    """Duplication of purchase against penetration: columns ``group, label, penetration, value``.

    Where buyers of all brands share the other brands alike, points lie on a line through zero.
    """
    figure, (axes,) = canvas(3.3)
    for number, (name, part) in enumerate(points.groupby("group", sort=False)):
        axes.plot(
            part["penetration"],
            part["value"],
            "os^Dv"[number % 5],
            color=COLOURS[number % len(COLOURS)],
            markersize=4.5,
            alpha=0.85,
            label=str(name),
        )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.7, linestyle=":")
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(color=PALE, linewidth=0.6)
    figure.legend(loc="outside upper left", ncols=5, frameon=False, fontsize=8)
    return figure
