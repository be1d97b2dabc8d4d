"""Numbers and tables as the report prints them, text that stays text, and cut-offs."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest

from loyalty.ground import disclosure
from loyalty.ground.findings import Answering, Bounded, Count, P, Percent, Real, Record, cited
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH, interval, show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, all_thresholds
from loyalty.shown import words
from loyalty.shown.table import Column, Table


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
        (0.996, "bounded", ".996"),
        (0.99996, "bounded", ".99996"),
        (-0.997, "bounded", "−.997"),
        (1.0, "bounded", "1.00"),
        (1 - 1e-12, "bounded", "1.00"),
        (-1.0, "bounded", "−1.00"),
        (1.03, "bounded", "1.03"),
        (10.5, "bounded", "10.50"),
        (0.0342, "p", ".034"),
        (0.001, "p", ".001"),
        (0.0009999, "p", "< .001"),
        (0.0, "p", "< .001"),
        (1.0, "p", "1.000"),
        (0.9998, "p", ".9998"),
        (0.62, "percent", "62.0 %"),
        (0.9997, "percent", "99.97 %"),
        (1.0, "percent", "100.0 %"),
        (0.0004, "percent", "0.04 %"),
        (0.0, "percent", "0.0 %"),
        (1.0003, "percent", "100.03 %"),
        (1.00004, "bounded", "1.00"),
        (1.003, "bounded", "1.003"),
        (0.62, "whole", "62 %"),
        (0.013, "whole", "1.3 %"),
        (-0.085, "percent", "−8.5 %"),
        (-0.0001, "percent", "0.0 %"),
        (0.0000031, "significant", "3e−06"),
        (-0.0421, "significant", "−0.04"),
        (0.450, "decimal", "0.45"),
        (-2.0, "decimal", "−2"),
        (0.12345, "decimal", "0.123"),
        (-0.0001, "decimal", "0"),
        (0.02, "points", "2.0"),
        (-0.085, "points", "−8.5"),
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


class Rested(Record):
    """A row whose numbers are told coarsely where few people would follow from them."""

    n: Answering
    chi2: Real
    kurtosis: Real
    share: Percent
    r: Bounded
    p: P
    curve: tuple[Real, ...]


def test_no_digit_is_printed_that_is_not_known() -> None:
    """A row told to three or two significant digits, by what :func:`disclosure.recordable` does."""
    row = Rested(
        n=1203, chi2=39512.3, kurtosis=318.214, share=0.61849, r=0.48113, p=0.52261, curve=(14.812,)
    )

    def printed(told: Rested) -> list[str]:
        one = cited(told, "a/b/c")
        values = (one.chi2, one.kurtosis, one.share, one.r, one.p, *one.curve)
        return [words.plain(words.number(v)).replace("\u00a0", " ") for v in values]

    assert printed(row) == ["39,512.30", "318.21", "61.8 %", ".48", ".523", "14.81"]
    of = [(1210, ["39,500", "318", "61.8 %", ".48", ".523", "14.8"])]
    of.append((1207, of[0][1]))  # another number of few left out
    for whole, text in of:
        told = disclosure._based(row, whole)
        assert isinstance(told, Rested) and printed(told) == text
    small = row.model_copy(update={"n": 93})
    told = disclosure._based(small, 97)
    assert isinstance(told, Rested)
    assert printed(told) == ["40,000", "320", "62 %", ".48", ".52", "15"]
    assert interval(cited(told, "a").kurtosis, cited(told, "a").chi2, "number") == "[320, 40,000]"


def test_what_is_computed_has_all_its_decimals() -> None:
    """One number may be a round one; several never are."""
    row = Rested(n=20, chi2=39.5, kurtosis=3, share=0.5, r=0.25, p=0.34417, curve=())
    assert show(cited(row, "a").chi2, "number") == "39.50"
    alone = Rested(n=20, chi2=39.5, kurtosis=0, share=1, r=0, p=0, curve=())
    assert show(cited(alone, "a").chi2, "number") == "39.50"


def test_decimals_and_intervals() -> None:
    assert show(0.95049, "bounded", decimals=3) == ".950"
    assert show(0.6, "percent", decimals=0) == "60 %"
    assert show(0.000123, "significant", decimals=2) == "0.00012"
    assert show(0.12345, "decimal", decimals=1) == "0.1"
    assert interval(0.31, 0.449, "bounded") == "[.31, .45]"
    assert interval(-0.31, math.nan, "bounded") == DASH


def test_an_end_of_an_interval_is_on_its_side_of_zero() -> None:
    """What is clear of zero is not printed as if it held it, and an exact zero stays one."""
    assert interval(0.003, 0.4, "number") == "[0.003, 0.40]"
    assert interval(-0.139, -0.00042, "bounded", decimals=3) == "[−.139, −.0004]"
    assert interval(-0.004, 0.2, "bounded") == "[−.004, .20]"
    assert interval(0, 0.2, "number") == "[0.00, 0.20]"
    row = Row(item="one", beta=0.2, ci_lower=-0.004, ci_upper=0.4)
    named = cited(row, "case/analysis/finding")
    shown = words.without_references(words.interval(named.ci_lower, named.ci_upper))
    assert words.plain(shown).replace("\u00a0", " ") == "[−.004, .40]"


@pytest.mark.parametrize(
    "text", ["*a* [b](c) <b>", "{{< var x >}}", "$x_1$ @key #h", "a|b", "~s~ ^u^ `c`", "\\ - ! ."]
)
def test_no_markup_comes_out_of_text(text: str) -> None:
    import pypandoc

    escaped = escape(text)
    assert pypandoc.convert_text(escaped, "plain", "markdown").strip() == text


def test_text_is_one_line() -> None:
    assert escape("a\n\n# b\tc") == "a \\# b c"


# --- tables --------------------------------------------------------------------------------------
class Part(Record):
    estimate: Real = 2.5


class Row(Record):
    item: str
    beta: Bounded | None
    ci_lower: Bounded | None
    ci_upper: Bounded | None
    sign: Literal["+", "-"] = "+"
    n: Count = 5
    p: P = 0.0004
    below: Part = Part()


ROWS = cited(
    (
        Row(item="q_1", beta=0.123456789, ci_lower=-0.1, ci_upper=0.35, n=1234),
        Row(item="q|2", beta=None, ci_lower=0.1, ci_upper=None, sign="-"),
    ),
    "small/toy/paths.rows",
)
CAPTION = Text(en="The paths.", zh="路径。")


def table(**named: Any) -> Table:
    columns = [
        Column("item", "Item"),
        Column(lambda r: Text(en=f"{r.item}!", zh="质量"), Text(en="Label", zh="标签")),
        Column("beta", "β"),
        Column(("ci_lower", "ci_upper"), "95 % interval"),
        Column("sign", "Expected", "sign"),
        Column(lambda r: "[a](b)", "Source", "markdown"),
        Column("n", "n"),
        Column("p", "p", decimals=2),
        Column("below.estimate", "Difference", "number", 1),
    ]
    given = {"rows": ROWS, "columns": columns, "caption": CAPTION, **named}
    return Table(**given)


def lines(shown: str) -> list[str]:
    """Without references."""
    return [re.sub(r"\[([^\[\]]*)\]\{\.num [^{}]*\}", r"\1", line) for line in shown.splitlines()]


def test_a_table_in_english() -> None:
    shown = lines(table().markdown("en"))
    assert shown[0] == (
        "| Item | Label | β | 95 \\% interval | Expected | Source | n | p | Difference |"
    )
    sides = [("left", "right")[cell.endswith(":")] for cell in shown[1].strip("|").split("|")]
    left, right = ["left"], ["right"]
    assert sides == [*left * 2, *right * 2, *left * 2, *right * 3]
    assert shown[2:] == [
        "| q\\_1 | q\\_1\\! | \\.12 | \\[−\\.10,\u00a0\\.35\\] | \\+ | [a](b) | 1\\,234 |"
        " \\<\u00a0\\.01 | 2\\.5 |",
        "| q\\|2 | q\\|2\\! | – | – | − | [a](b) | 5 | \\<\u00a0\\.01 | 2\\.5 |",
    ]


def test_a_table_in_chinese() -> None:
    shown = lines(table().markdown("zh"))
    assert shown[0].startswith("| 题项编号 | 标签 | β | 95\\% 区间 | 预期 |")
    assert shown[2].startswith("| q\\_1 | 质量 | \\.12 | ")
    assert shown[2].split("|")[3:5] == lines(table().markdown("en"))[2].split("|")[3:5]


def test_the_numbers_of_a_table_are_references() -> None:
    shown = table().markdown("en").splitlines()[2]
    assert re.findall(r'key="small/toy/paths\.rows\[0\]\.([\w.]+)"', shown) == [
        "beta",
        "ci_lower",
        "ci_upper",
        "n",
        "p",
        "below.estimate",
    ]


def test_a_table_that_pandoc_reads() -> None:
    import pypandoc

    html = pypandoc.convert_text(table().markdown("en"), "html", "markdown")
    assert html.count("<th ") == 9 and html.count("<td ") == 18
    assert ">q|2<" in html and '<a href="b">a</a>' in html
    assert html.count('class="num"') == 6 + 3


@pytest.mark.parametrize(
    ("named", "en", "zh"),
    [
        ({"note": Text(en="Made up.", zh="虚构。")}, "*Note.* Made up.", "*注*：虚构。"),
        (
            {"first": 1},
            "*Note.* 1 more row is in the result file.",
            "*注*：另有 1 行见结果文件。",
        ),
        (
            {"rows": ROWS * 3, "first": 2, "note": Text(en="Made up.", zh="虚构。")},
            "*Note.* Made up. 4 more rows are in the result file.",
            "*注*：虚构。另有 4 行见结果文件。",
        ),
    ],
)
def test_what_stands_under_a_table(named: dict[str, Any], en: str, zh: str) -> None:
    assert table(**named).markdown("en").splitlines()[-2:] == ["", en]
    assert table(**named).markdown("zh").splitlines()[-1] == zh


def test_a_table_without_a_note() -> None:
    assert "Note" not in table(first=2).markdown("en")
    assert table(first=2).left_out == 0 and table(first=1).left_out == 1
    assert len(table(first=1).markdown("en").splitlines()) == 5


def test_no_rows_are_a_head() -> None:
    assert len(table(rows=()).markdown("en").splitlines()) == 2


def test_a_plain_number_stands_only_in_a_plain_table() -> None:
    rows = [SimpleNamespace(seconds=1.234, low=1.0, high=2.0)]
    columns = [
        Column("seconds", "β", "number", 1),
        Column(("low", "high"), "95 % interval", "number", 1),
    ]
    for column in columns:
        with pytest.raises(TypeError, match="no field of a finding"):
            Table(rows, [column], CAPTION).markdown("en")
    made = Table(rows, columns, CAPTION, plain=True)
    assert made.markdown("en").splitlines()[2] == "| 1\\.2 | \\[1\\.0\\, 2\\.0\\] |"
    with pytest.raises(TypeError, match="no field of a finding"):
        Table(rows, [Column("seconds", "β")], CAPTION, plain=True).markdown("en")


def test_a_heading_that_the_catalogue_does_not_have() -> None:
    with pytest.raises(KeyError, match="Colour"):
        Table(ROWS, [Column("item", "Colour")], CAPTION).markdown("en")


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
