"""Numbers and tables as the report prints them, text that stays text, and cut-offs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from loyalty.shown.tables import Column, Table

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH, interval, show
from loyalty.ground.thresholds import Threshold, all_thresholds


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (3000, "count", "3,000"),
        (-0.2, "count", "0"),
        (1.515, "number", "1.51"),  # the double nearest to 1.515 lies below it
        (-1.525, "number", "−1.52"),
        (-0.001, "number", "0.00"),
        (0.48, "bounded", ".48"),
        (-0.48, "bounded", "−.48"),
        (-0.004, "bounded", ".00"),
        (0.996, "bounded", "1.00"),
        (-1.0, "bounded", "−1.00"),
        (1.03, "bounded", "1.03"),
        (10.5, "bounded", "10.50"),
        (0.0342, "p", ".034"),
        (0.001, "p", ".001"),
        (0.0009999, "p", "< .001"),
        (0.0, "p", "< .001"),
        (1.0, "p", "1.000"),
        (0.62, "percent", "62.0 %"),
        (-0.085, "percent", "−8.5 %"),
        (-0.0001, "percent", "0.0 %"),
        ("yes", "text", "yes"),
        ("3 / 11", "count", "3 / 11"),
        (None, "number", DASH),
        (math.nan, "p", DASH),
        (math.inf, "number", DASH),
        (pd.NA, "count", DASH),
        (np.float64(0.25), "bounded", ".25"),
        (np.int64(12345), "count", "12,345"),
    ],
)
def test_a_number_as_text(value: Any, kind: Any, text: str) -> None:
    assert show(value, kind) == text


def test_decimals_and_intervals() -> None:
    assert show(0.95049, "bounded", decimals=3) == ".950"
    assert show(0.6, "percent", decimals=0) == "60 %"
    assert interval(0.31, 0.449, "bounded") == "[.31, .45]"
    assert interval(-0.31, math.nan, "bounded") == DASH


@pytest.mark.parametrize(
    "text", ["*a* [b](c) <b>", "{{< var x >}}", "$x_1$ @key #h", "a|b", "~s~ ^u^ `c`", "\\ - ! ."]
)
def test_no_markup_comes_out_of_text(text: str) -> None:
    import pypandoc

    escaped = escape(text)
    assert pypandoc.convert_text(escaped, "plain", "markdown").strip() == text


def test_text_is_one_line() -> None:
    assert escape("a\n\n# b\tc") == "a \\# b c"


def table() -> Table:
    frame = pd.DataFrame(
        {
            "item": ["q_1", "q|2"],
            "beta": [0.123456789, math.nan],
            "low": [-0.1, 0.1],
            "high": [0.35, math.nan],
            "sign": ["+", "-"],
            "link": ["[a](b)", "c"],
            "n": [1234, 5],
        }
    )
    columns = [
        Column("item", "Item"),
        Column("beta", "β", "bounded"),
        Column("ci", "95 %", "interval", bounds=("low", "high")),
        Column("sign", "Sign", "sign"),
        Column("link", "Link", "markdown"),
        Column("n", "n", "count"),
    ]
    return Table.of(frame, columns, "Made up.")


def test_a_table_in_markdown() -> None:
    lines = table().markdown().splitlines()
    assert lines[0] == "| Item | β | 95 \\% | Sign | Link | n |"
    assert [("left", "right")[cell.endswith(":")] for cell in lines[1].strip("|").split("|")] == [
        "left",
        "right",
        "right",
        "left",
        "left",
        "right",
    ]
    assert lines[2] == "| q\\_1 | \\.12 | \\[−\\.10\\, \\.35\\] | \\+ | [a](b) | 1\\,234 |"
    assert lines[3] == "| q\\|2 | – | – | − | c | 5 |"
    assert lines[-1] == "*Note.* Made up."


def test_a_table_that_pandoc_reads() -> None:
    import pypandoc

    html = pypandoc.convert_text(table().markdown(), "html", "markdown")
    assert html.count("<th ") == 6 and html.count("<td ") == 12
    assert ">q|2<" in html and '<a href="b">a</a>' in html


def test_records_keep_full_precision() -> None:
    records = table().records
    assert records[0]["beta"] == 0.123456789 and records[1]["beta"] is None


@pytest.mark.parametrize(
    ("good", "low", "high", "verdict"),
    [
        ("above", 0.71, 0.80, "met"),
        ("above", 0.70, 0.80, "met"),
        ("above", 0.60, 0.80, "open"),
        ("above", 0.50, 0.60, "not met"),
        ("below", 0.50, 0.60, "met"),
        ("below", 0.60, 0.80, "open"),
        ("below", 0.71, 0.80, "not met"),
        ("below", math.nan, 0.60, "open"),
        ("above", math.nan, math.nan, "open"),
    ],
)
def test_a_cut_off_and_an_interval(good: Any, low: float, high: float, verdict: str) -> None:
    assert Threshold("x", "x", 0.70, good, "").verdict(low, high) == verdict


def test_the_cut_offs_of_the_study() -> None:
    cuts = all_thresholds()
    assert (cuts["alpha"].value, cuts["alpha"].good) == (0.70, "above")
    assert (cuts["htmt"].value, cuts["htmt"].good) == (0.85, "below")
    assert {t.good for t in cuts.values()} == {"above", "below"}
