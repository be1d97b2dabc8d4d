"""What sentences share: numbers as references, joining, verdicts, refusals."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import pytest

from loyalty.cases.sources import ROLES
from loyalty.cases.stores import LeftOut
from loyalty.cases.tables import RowsUsed
from loyalty.ground.findings import Bounded, Count, P, Percent, Real, Record, Refused, cited
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown import words
from loyalty.shown.context import Case


class Row(Record):
    n: Count = 3000
    r: Bounded = 0.483
    ci_lower: Bounded | None = 0.31
    ci_upper: Bounded | None = -0.45
    p: P = 0.0342
    share: Percent = 0.62
    b: Real = -1.525
    lost: Real | None = None


ROW = cited(Row(), "small/toy/row")


def plain(markdown: str) -> str:
    """Without references, escapes and no-break spaces, as a reader sees it."""
    return re.sub(r"\\(.)", r"\1", words.without_references(markdown)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("n", "some", "many"),
    [(0, "没有一条", "没有一条"), (1, "有 1 条", "1 条"), (1200, "有 1,200 条", "1,200 条")],
)
def test_none_and_some_are_said_in_chinese(n: int, some: str, many: str) -> None:
    row = cited(Row(n=n), "small/toy/row")
    assert plain(words.some(row.n, "条")) == some
    assert plain(words.many(row.n, "条")) == many


# --- numbers -------------------------------------------------------------------------------------
def test_a_number_is_a_reference_to_its_field() -> None:
    assert words.number(ROW.r) == '[\\.48]{.num key="small/toy/row.r"}'
    assert words.number(ROW.share) == '[62\\.0\u00a0\\%]{.num key="small/toy/row.share"}'


@pytest.mark.parametrize(
    ("field", "named", "said"),
    [
        ("n", {}, "3,000"),
        ("b", {}, "−1.52"),
        ("p", {}, ".034"),
        ("lost", {}, "–"),
        ("b", {"decimals": 1}, "−1.5"),
        ("r", {"kind": "percent"}, "48.3 %"),
        ("share", {"kind": "number", "decimals": 3}, "0.620"),
        ("share", {"kind": "points"}, "62.0"),
        ("n", {"kind": "number", "decimals": 1}, "3,000.0"),
    ],
)
def test_a_number_is_printed_as_its_field_says(
    field: str, named: Mapping[str, Any], said: str
) -> None:
    assert plain(words.number(getattr(ROW, field), **named)) == said


@pytest.mark.parametrize("value", [0.48, 3, math.nan, True, "3"])
def test_a_number_that_is_no_field_is_refused(value: Any) -> None:
    for call in (words.number, words.equals, lambda v: words.interval(v, v)):
        with pytest.raises(TypeError, match="no field of a finding"):
            call(value)  # type: ignore[operator]


def test_what_is_computed_from_a_field_is_no_field() -> None:
    with pytest.raises(TypeError, match="no field of a finding"):
        words.number(ROW.r - ROW.b)
    with pytest.raises(TypeError, match="no field of a finding"):
        words.counted(ROW.n + 1, "row")


def test_intervals_and_estimates() -> None:
    assert plain(words.interval(ROW.ci_lower, ROW.ci_upper)) == "[.31, −.45]"
    assert plain(words.estimate(ROW.r, ROW.ci_lower, ROW.ci_upper)) == ".48 [.31, −.45]"
    assert words.interval(ROW.ci_lower, None) == "–"
    assert words.estimate(ROW.r, None, ROW.ci_upper) == words.number(ROW.r)
    shown = words.estimate(ROW.r, ROW.ci_lower, ROW.ci_upper, "number", 1)
    assert plain(shown) == "0.5 [0.3, −0.5]"
    assert re.findall(r'key="small/toy/row\.(\w+)"', shown) == ["r", "ci_lower", "ci_upper"]
    assert " " not in shown.replace(".num key", ""), "a number stays with its interval"


@pytest.mark.parametrize(("p", "said"), [(0.0342, "= .034"), (0.0004, "< .001"), (1, "= 1.000")])
def test_a_p_value_after_a_p(p: float, said: str) -> None:
    assert plain(words.equals(cited(Row(p=p), "x").p)) == said


def test_no_p_value_is_a_dash() -> None:
    assert words.equals(None) == "–"


def test_a_cut_off_is_configuration_and_no_reference() -> None:
    made = Threshold("x", "x", 0.7, "above", "somebody")
    assert words.cut(made) == "0\\.70"
    assert words.cut(made, "bounded") == "\\.70"
    assert words.cut("significance", decimals=3) == "0\\.050"
    assert words.cut(made, "percent") == "70\\.0\u00a0\\%"


def test_markdown_without_references() -> None:
    shown = f"n = {words.number(ROW.n)}, [a](b) {words.interval(ROW.ci_lower, ROW.ci_upper)}"
    assert words.without_references(shown) == "n = 3\\,000, [a](b) \\[\\.31,\u00a0−\\.45\\]"


# --- lists and counts ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("labels", "en", "zh"),
    [
        ([], "none", "无"),
        (["a"], "a", "甲"),
        (["a", "b"], "a and b", "甲和乙"),
        (["a", "b", "c"], "a, b and c", "甲、乙和丙"),
    ],
)
def test_names_in_a_row(labels: list[str], en: str, zh: str) -> None:
    chinese = {"a": "甲", "b": "乙", "c": "丙"}
    assert words.names([Text(en=x, zh=chinese[x]) for x in labels]) == Text(en=en, zh=zh)


def test_names_are_escaped_and_parts_are_not() -> None:
    star = Text(en="*a*", zh="*甲*")
    assert words.names([star]) == Text(en="\\*a\\*", zh="\\*甲\\*")
    assert words.listed([star]) == star


def test_sentences_as_a_paragraph() -> None:
    said = [words.text("One.", "一。"), words.text("Two.", "二。")]
    assert words.join(said) == Text(en="One. Two.", zh="一。二。")


@pytest.mark.parametrize(
    ("n", "counted", "every", "be"),
    [
        (1, "1 row", "all 1", "is"),
        (2, "2 rows", "both", "are"),
        (1845, "1,845 rows", "all 1,845", "are"),
        (0, "0 rows", "all 0", "are"),
    ],
)
def test_counts(n: int, counted: str, every: str, be: str) -> None:
    at = cited(Row(n=n), "x").n
    assert plain(words.counted(at, "row")) == counted
    assert plain(words.every(at)) == every
    assert words.be(at) == be


# --- verdicts and refusals -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("good", "found", "en", "zh"),
    [
        ("above", "met", "meets the cut-off of at least 0.70", "达到不低于 0.70 的标准"),
        ("above", "not met", "misses the cut-off of at least 0.70", "未达到不低于 0.70 的标准"),
        (
            "below",
            "open",
            "leaves open whether the cut-off of at most 0.70 is met",
            "是否达到不高于 0.70 的标准，尚无定论",
        ),
    ],
)
def test_what_a_verdict_says(good: Any, found: Any, en: str, zh: str) -> None:
    said = words.verdict(Threshold("x", "x", 0.7, good, "somebody"), found)
    assert plain(said.en) == f"{en} [@somebody]" and plain(said.zh) == f"{zh} [@somebody]"


@pytest.fixture
def case(project: Any) -> Case:
    from loyalty.cases import study

    return Case("small", study.load("small"))


def test_why_something_cannot_be_done(case: Case) -> None:
    said = words.cannot(Refused(refused=CannotCompute("no_circumstances").reason), case)
    reason = CannotCompute("no_circumstances").reason.text()
    assert plain(said.en) == f"This analysis cannot be done here: {reason.en}."
    assert plain(said.zh) == f"此处无法进行这项分析：{reason.zh}。"


def test_what_the_estimator_says_is_readable(case: Case) -> None:
    said = words.readable(Text(en="f =~ x1, x1 ~~ x2, y ~ f", zh="f =~ x1"), case)
    assert said == Text(en="f → x1, x1 ↔ x2, y ← f", zh="f → x1")


def test_rows_that_cannot_be_used() -> None:
    reasons = [CannotCompute(code).reason for code in ("no_circumstances", "recovery_unrated")]
    left = [LeftOut(reason=reason, n=n) for reason, n in zip(reasons, (1, 2), strict=True)]
    some = cited(RowsUsed(read=1000, excluded=3, reasons=tuple(left)), "x")
    en, zh = ([r.text().in_(language) for r in reasons] for language in ("en", "zh"))
    said = words.rows_used(some)
    assert plain(said.en) == f"Of 1,000 rows 3 cannot be used: {en[0]} (1) and {en[1]} (2)."
    assert (
        plain(said.zh) == f"在 1,000 行中，有 3 行不可用，原因及行数为{zh[0]}（1）和{zh[1]}（2）。"
    )
    every = cited(RowsUsed(read=1000, excluded=0, reasons=()), "x")
    assert plain(words.rows_used(every).en) == "All 1,000 rows can be used."
    assert plain(words.rows_used(every).zh) == "1,000 行数据全部可用。"


def test_latin_letters_stand_apart_from_chinese_ones() -> None:
    assert words.spaced("H1", "和", "H2", "的区间") == "H1 和 H2 的区间"
    assert words.spaced("质量", "和", "忠诚", "的区间") == "质量和忠诚的区间"
    assert words.spaced("质量（.60）", "和", "“忠诚”", "。") == "质量（.60）和“忠诚”。"
    assert words.spaced("至", '[.50]{.num key="x"}', "为止") == '至 [.50]{.num key="x"} 为止'


def test_every_column_of_a_table_has_a_name() -> None:
    roles = {role for kind in ROLES.values() for role in kind}
    assert set(words.COLUMNS) == roles
    assert all(name.zh != name.en for name in words.COLUMNS.values())
