"""A slip in a column, or a heading among the rows, hides no question from `loyalty new`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import exports
import numpy as np
import pandas as pd
import pytest

from loyalty import newcase
from loyalty.cases import check, study, survey
from loyalty.cases.reading import values
from loyalty.cases.sources import Format
from tests.conftest import answers

HEAD = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3", "sex", "age", "nps", "staff"]
ROW, AT = 17, 1  # the row of the file, of its second column


def numbers(n: int, points: int = 7) -> list[list[Any]]:
    q, y = exports.people(points)
    rng = np.random.default_rng(4)
    rows = [
        [*q[i], *y[i], 1 + i % 2, 18 + i % 50, rng.integers(0, 11), q[i].max()] for i in range(n)
    ]
    return [HEAD, *([str(v) for v in row] for row in rows)]


def words(n: int) -> list[list[Any]]:
    q, y = exports.people(5)
    rows = [[*(exports.AGREE[a - 1] for a in (*q[i], *y[i])), "mf"[i % 2]] for i in range(n)]
    return [HEAD[:7], *rows]


def labelled(n: int) -> list[list[Any]]:
    rows = words(n)
    place = {text: f"{k} – {text.lower()}" for k, text in enumerate(exports.AGREE, 1)}
    return [rows[0], *([place.get(cell, cell) for cell in row] for row in rows[1:])]


def made(folder: Path, rows: list[list[Any]], name: str) -> tuple[study.Study, str]:
    (folder / "a.csv").write_bytes(exports.written(rows))
    path = newcase.new(name, folder / "a.csv").path
    return study.load(name), path.read_text(encoding="utf-8")


def shape(of: study.Study) -> Any:
    asked = [[i.source_column for i in c.items] for c in of.constructs]
    scales = [(of.item_scale(i).min, of.item_scale(i).max) for i in of.items]
    beside = [v.source_column for v in (*of.variables, *of.groups)]
    return asked, scales, beside, [[*g.levels] for g in of.groups]


SLIPS = ["x", "?", "5,5", "3.5", "44", "55", "100", "666", "-4", "4-5", "4/5", "o", "`4", "4+"]
SLIPS += ["four", "#REF!", "#VALUE!", "2024-05-04", "don't remember this one", "9", "8", "0", "11"]


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("n", [30, 240])
def test_a_slip_among_numbers(project: Any, tmp_path: Path, slip: str, n: int) -> None:
    rows = numbers(n)
    clean, _ = made(tmp_path, rows, "clean")
    rows[ROW - 1] = [*rows[ROW - 1]]
    rows[ROW - 1][AT] = slip
    found, text = made(tmp_path, rows, "mine")
    assert shape(found) == shape(clean)
    assert f"svc_2 row {ROW} {slip!r}" in text or (len(slip) > 8 and f"svc_2 row {ROW} …" in text)
    checked = check.rows(found)
    assert checked.sound
    (said,) = [f for f in checked.faults if f.weight == "loss"]
    assert (said.row, said.column) == (ROW, "svc_2") and said.value and "correct it" in said.mend
    loaded = survey.load(found)
    assert loaded.rows["svc_2"].isna().sum() == len(loaded.outside["svc_2"]) == 1
    assert np.isnan(loaded.rows["svc_2"].iloc[ROW - 2])


@pytest.mark.parametrize("same", ["4 ", " 4", "4.0", "４", "4\u00a0"])
def test_the_same_number_written_otherwise_is_no_slip(
    project: Any, tmp_path: Path, same: str
) -> None:
    rows = numbers(60)
    rows[ROW - 1][AT] = same
    found, text = made(tmp_path, rows, "mine")
    assert "outside_scale" not in text and check.rows(found).sound
    assert survey.load(found).rows["svc_2"].iloc[ROW - 2] == 4


@pytest.mark.parametrize("table", [words, labelled])
@pytest.mark.parametrize("slip", ["x", "agreee", "Berlin", "44"])
def test_a_slip_among_words(project: Any, tmp_path: Path, table: Any, slip: str) -> None:
    rows = table(240)
    clean, _ = made(tmp_path, rows, "clean")
    rows[ROW - 1][AT] = slip
    found, text = made(tmp_path, rows, "mine")
    assert shape(found) == shape(clean) and f"svc_2 row {ROW} {slip!r}" in text
    checked = check.rows(found)
    assert checked.sound and (ROW, "svc_2") in [(f.row, f.column) for f in checked.faults]


@pytest.mark.parametrize("slip", ["x", "1,5", "female"])
def test_a_slip_in_a_group_is_no_level(project: Any, tmp_path: Path, slip: str) -> None:
    rows = numbers(120)
    rows[ROW - 1][HEAD.index("sex")] = slip
    found, text = made(tmp_path, rows, "mine")
    (group,) = found.groups
    assert [*group.levels] == ["1", "2"] and f"sex row {ROW} {slip!r}" in text
    assert check.rows(found).sound


@pytest.mark.parametrize(("column", "slip"), [("age", "abc"), ("nps", "eleven"), ("nps", "11")])
def test_a_slip_in_a_number(project: Any, tmp_path: Path, column: str, slip: str) -> None:
    rows = numbers(120)
    rows[ROW - 1][HEAD.index(column)] = slip
    found, text = made(tmp_path, rows, "mine")
    assert [v.source_column for v in found.variables] == ["age", "nps"]
    assert f"{column} row {ROW} {slip!r}" in text and check.rows(found).sound


def test_slips_of_several_people(project: Any, tmp_path: Path) -> None:
    rows = numbers(240)
    for row, at, slip in ((5, 0, "x"), (9, 0, "44"), (9, 3, "77."), (20, 5, "y"), (40, 9, "?")):
        rows[row - 1][at] = slip
    found, text = made(tmp_path, rows, "mine")
    assert [len(c.items) for c in found.constructs] == [3, 3, 1]
    assert "svc_1 row 5 'x' (2)" in text and "loy_3 row 20 'y'" in text


def test_a_column_of_words_is_no_scale_with_slips(project: Any, tmp_path: Path) -> None:
    rows = numbers(60)
    for row in rows[3:9]:
        row[AT] = "no idea"
    found, _ = made(tmp_path, rows, "mine")
    assert "svc_2" not in [i.source_column for i in found.items]
    assert [len(c.items) for c in found.constructs][:2] == [2, 3]  # the others stay what they are


@pytest.mark.parametrize("times", [1, 3])
def test_headings_among_the_rows_are_left_out(project: Any, tmp_path: Path, times: int) -> None:
    rows = numbers(120)
    clean, _ = made(tmp_path, rows, "clean")
    for k in range(times):
        rows.insert(ROW - 1 + 20 * k, HEAD)
    found, text = made(tmp_path, rows, "mine")
    assert shape(found) == shape(clean) and "headings among the rows" in text
    loaded = survey.load(found)
    assert loaded.excluded == {"heading": times} and len(loaded.rows) == 120


def test_three_headings_of_qualtrics_among_the_rows(project: Any, tmp_path: Path) -> None:
    lines = exports.qualtrics().content.decode().split("\r\n")
    (tmp_path / "a.csv").write_text("\r\n".join([*lines[:50], *lines[:3], *lines[50:]]))
    newcase.new("mine", tmp_path / "a.csv")
    found = study.load("mine")
    assert tuple(len(c.items) for c in found.constructs) == (3, 3)
    loaded = survey.load(found)
    assert loaded.excluded == {"heading": 3} and len(loaded.rows) == exports.N


def test_rows_after_those_left_out_keep_their_numbers(project: Any, tmp_path: Path) -> None:
    rows = numbers(120)
    rows.insert(8, HEAD)
    rows[ROW - 1] = [*rows[ROW - 1]]
    rows[ROW - 1][AT] = "x"
    found, text = made(tmp_path, rows, "mine")
    assert f"svc_2 row {ROW} 'x'" in text
    (said,) = [f for f in check.rows(found).faults if f.weight == "loss"]
    assert said.row == ROW


def test_a_column_that_is_mostly_words_is_an_error(project: Any) -> None:
    project.study["rows"]["outside_scale"] = "missing"
    frame = answers(60)
    frame["q1"] = ["agree"] * 40 + frame["q1"].astype(str).tolist()[40:]
    project.rows(frame)
    checked = check.rows(study.load("small"))
    assert not checked.sound and "is no number" in checked.faults[0].said


@pytest.mark.parametrize("slip", ["3 - neither", "3 – nuetral", "3 – neutral!"])
def test_a_label_misspelt_once_leaves_its_column_readable(
    project: Any, tmp_path: Path, slip: str
) -> None:
    rows = labelled(240)
    assert rows[0][AT] == "svc_2"
    clean, _ = made(tmp_path, rows, "clean")
    rows[ROW - 1] = [*rows[ROW - 1]]
    rows[ROW - 1][AT] = slip
    found, text = made(tmp_path, rows, "mine")
    assert shape(found) == shape(clean) and f"svc_2 row {ROW}" in text
    checked = check.rows(found)
    assert checked.sound and (ROW, "svc_2") in [(f.row, f.column) for f in checked.faults]
    assert np.isnan(survey.load(found).rows["svc_2"].iloc[ROW - 2])


def test_a_number_that_many_give_two_labels_is_none() -> None:
    column = pd.Series(["3 days"] * 20 + ["3 weeks"] * 20 + ["1 day"] * 5)
    assert values.numbers(column, {}, Format()).map(type).eq(str).all()


@pytest.mark.parametrize("n", [30, 240])
def test_an_address_among_answers_is_a_slip_that_nothing_repeats(
    project: Any, tmp_path: Path, n: int
) -> None:
    rows = numbers(n)
    clean, _ = made(tmp_path, rows, "clean")
    rows[ROW - 1][AT] = "anna.k@example.org"
    found, text = made(tmp_path, rows, "mine")
    assert shape(found) == shape(clean)
    assert f"svc_2 row {ROW} …" in text and "anna" not in text
    checked = check.rows(found)
    assert checked.sound
    (said,) = [f for f in checked.faults if f.row == ROW]
    assert "anna" not in json.dumps(said.model_dump(mode="json"), default=str)


@pytest.mark.parametrize("column", ["svc_2", "age"])
def test_a_number_of_four_hundred_digits_has_too_many(
    project: Any, tmp_path: Path, column: str
) -> None:
    rows = numbers(120)
    rows[ROW - 1][HEAD.index(column)] = "7" * 400
    found, _ = made(tmp_path, rows, "mine")
    checked = check.rows(found)
    (said,) = [f for f in checked.faults if f.row == ROW]
    assert checked.sound and "too many digits" in str(said.said)


def test_the_code_of_items_for_no_answer_is_no_level_of_a_group(
    project: Any, tmp_path: Path
) -> None:
    """99 stands for no answer to the questions: behind 1 and 2 of a group it does so, too."""
    rows = numbers(120)
    for k in (5, 9, 14):
        rows[k][HEAD.index("sex")] = rows[k][0] = "99"
    found, text = made(tmp_path, rows, "mine")
    (group,) = found.groups
    assert [*group.levels] == ["1", "2"] and 'missing: ["99"]' in text
    assert survey.load(found).rows["sex"].isna().sum() == 3
    for k in range(20, 60):
        rows[k][HEAD.index("sex")] = "3"  # next to them: a level of its own
    (group,) = made(tmp_path, rows, "more")[0].groups
    assert [*group.levels] == ["1", "2", "3"]


# --- answers just past the ends of a scale -------------------------------------------------------
@pytest.mark.parametrize(
    ("points", "past", "wider"), [(5, 6, (1, 6)), (7, 8, (1, 10)), (10, 11, (1, 11))]
)
def test_answers_just_past_the_others_scale_stay_and_are_marked(
    project: Any, tmp_path: Path, points: int, past: int, wider: tuple[int, int]
) -> None:
    rows = numbers(240, points)
    for k in range(1, points + 1):  # everybody has every point
        rows[k][:6] = [str(k)] * 6
    for k in (20, 60, 100):
        rows[k][AT] = str(past)
    found, text = made(tmp_path, rows, "mine")
    scales = {i.source_column: (s.min, s.max) for i in found.items for s in [found.item_scale(i)]}
    assert scales.pop("svc_2") == wider and set(scales.values()) == {(1, points)}
    assert [i.id for i in found.constructs[0].items] == HEAD[:3]
    assert f"svc_2 (3 not on 1 to {points})" in text and "outside_scale" not in text
    loaded = survey.load(found)
    assert (loaded.rows["svc_2"] == past).sum() == 3 and not sum(map(len, loaded.outside.values()))


def test_zeros_below_a_scale_of_ten_are_answers(project: Any, tmp_path: Path) -> None:
    rows = numbers(240, 10)
    for k in (20, 60, 100):
        rows[k][AT] = "0"
    found, _ = made(tmp_path, rows, "mine")
    loaded = survey.load(found)
    assert (loaded.rows["svc_2"] == 0).sum() == 3


def test_two_beside_a_scale_are_slips(project: Any, tmp_path: Path) -> None:
    rows = numbers(240, 5)
    for k in (20, 60):
        rows[k][AT] = "6"
    found, text = made(tmp_path, rows, "mine")
    assert {(s.min, s.max) for s in map(found.item_scale, found.items)} == {(1, 5)}
    assert "svc_2 row 21 '6' (2)" in text
