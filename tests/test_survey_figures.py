"""Figures of the audit and the descriptives: what stands in them, and how."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from loyalty.shown import charts as figures


@pytest.fixture(autouse=True)
def style() -> None:
    figures.use_style()


def texts(figure: Figure) -> list[str]:
    return [t.get_text() for axes in figure.axes for t in axes.texts if t.get_text()]


def drawn(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def test_flow_shows_excluded_solid_and_marked_dashed() -> None:
    kept, aside = ["100", "98", "90"], [("no answer: 2", True), ("marked: 8", False)]
    figure = figures.exclusion_flow(kept, aside)
    assert texts(figure) == ["100", "no answer: 2", "98", "marked: 8", "90"]
    boxes = [p for p in figure.axes[0].patches if type(p) is FancyBboxPatch]
    assert [b.get_linestyle() == "-" for b in boxes] == [True, True, True, False, False]
    blue = [tuple(np.round(b.get_facecolor(), 2)) != (1, 1, 1, 1) for b in boxes]
    assert blue == [False, False, True, False, False]  # what the main analyses rest on
    assert drawn(figure) == drawn(figures.exclusion_flow(kept, aside))


def test_shape_names_the_items_farthest_out() -> None:
    table = pd.DataFrame(
        {"skew": [0.1, -3.0, math.nan], "kurtosis": [0.0, 9.0, math.nan]}, index=["a", "b", "c"]
    )
    figure = figures.skew_and_kurtosis(table, 2, 7, "skewness", "kurtosis")
    assert texts(figure)[0] == "b" and "c" not in texts(figure)
    low, high = figure.axes[0].get_xlim()
    assert low < -3 and high > 2
    assert figure.axes[0].get_ylim()[1] > 9
    same = pd.DataFrame({"skew": [0.0], "kurtosis": [0.0]}, index=["a"])
    drawn(figures.skew_and_kurtosis(same, 2, 7, "x", "y"))


def test_correlations_with_intervals_and_reliabilities() -> None:
    r = pd.DataFrame([[1, 0.5], [0.5, 1]], list("ab"), list("ab"))
    figure = figures.correlation_matrix(r, r - 0.1, r + 0.1, {"a": 0.8, "b": math.nan}, ["A", "B"])
    assert texts(figure) == [".50", ".80", "–", "[.40, .60]"]


def test_standing_prints_sure_cells_bold_and_hidden_ones_empty() -> None:
    values = pd.DataFrame({"x": [40.0, math.nan], "y": [60.0, 55.0]})
    clear = pd.DataFrame({"x": [True, False], "y": [False, False]})
    figure = figures.group_standing(values, clear, ["g", "h"], ["X", "Y"], [0], [50.0, 58.0])
    assert texts(figure) == ["40.0", "60.0", "55.0", "–"]
    assert [t.get_fontweight() for t in figure.axes[0].texts] == ["bold", *["normal"] * 3]
    nothing = values * math.nan
    drawn(figures.group_standing(nothing, clear, ["g", "h"], ["X", "Y"], [0, 1], [50.0, 58.0]))


def test_panels_share_their_rows() -> None:
    rows = pd.DataFrame(
        {
            "label": ["g", "h", "g"],
            "panel": ["p", "p", "q"],
            "estimate": [1.0, 2.0, 30.0],
            "ci_lower": [0.5, 1.5, 20.0],
            "ci_upper": [1.5, 2.5, 40.0],
        }
    )
    figure = figures.interval_panels(rows, {"p": "P", "q": "Q"}, {"p": (0.8, 1.6)})
    assert [a.get_xlabel() for a in figure.axes] == ["P", "Q"]
    dots = [a.collections[1].get_offsets().tolist() for a in figure.axes]
    assert dots == [[[1.0, 1.0], [2.0, 0.0]], [[30.0, 1.0]]]
    lines = figure.axes[1].collections[0].get_segments()
    assert lines[0].tolist() == [[20.0, 1.0], [40.0, 1.0]]
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["g", "h"]
