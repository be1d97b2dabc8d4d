"""`loyalty check` says everything that does not hold, at once."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty import cli, reader
from loyalty.cases import check, study, survey, tables
from loyalty.cases.faults import WEIGHTS, Fault
from loyalty.ground.errors import UserError
from tests.conftest import ITEMS, answers


def said(case: str = "small") -> list[Fault]:
    described = check.described(case)
    return described if isinstance(described, list) else list(check.rows(described).faults)


def test_a_sound_case_has_no_faults(project: Any) -> None:
    checked = check.rows(study.load("small"))
    assert checked.sound and checked.faults == ()
    assert checked.read[0].rows == 60


def test_all_that_is_wrong_with_the_rows(project: Any, small_answers: pd.DataFrame) -> None:
    rows = small_answers.astype(object)
    rows.loc[3, "q2"] = 6
    rows.loc[[5, 8], "q3"] = "often"
    rows["l1"] = 3
    rows.loc[7, "plan"] = 3
    rows.loc[9, "recommend"] = 99
    rows = rows.drop(columns="l3")
    project.study["groups"][0]["levels"]["7"] = "Nobody"
    project.rows(rows)
    found = said()
    # Rows as a sheet counts them: its heading is the first.
    assert {(f.row, f.column, f.value, f.n) for f in found if f.weight == "error"} == {
        (None, None, None, 1),
        (5, "q2", "6", 1),
        (7, "q3", "often", 2),
        (None, "l1", None, 1),
        (9, "plan", "3", 1),
        (11, "recommend", "99", 1),
        (None, "plan", "7", 1),
    }
    lines = "\n".join(f.line for f in found)
    assert "no column 'l3'" in lines
    assert "row 5, column q2: 6 is not on the scale 1 to 5 (1 such in this column)" in lines
    assert "column l1: a constant item (always 3)" in lines
    assert "the level '7' is declared, but no row has it" in lines
    assert all(f.expected for f in found)
    with pytest.raises(UserError, match="loyalty check small lists them"):
        survey.load(study.load("small"))
    weights = [WEIGHTS.index(f.weight) for f in found]
    assert weights == sorted(weights)


def test_all_that_is_wrong_with_a_description_by_line(project: Any) -> None:
    project.study["constructs"][0]["items"][1]["wordng"] = "x"
    project.study["colour"] = "red"
    project.study["scale"]["min"] = "one"
    for n in range(9):
        project.study[f"extra{n}"] = n
    project.describe()
    found = said()
    assert len(found) == 12
    text = (project.folder / "study.yml").read_text().splitlines()
    for fault in found:
        assert fault.row is not None and fault.column is not None
        key = fault.column.split(".")[-1]
        assert key in text[fault.row - 1]


def test_what_does_not_cohere_is_told_fault_by_fault(project: Any) -> None:
    project.study["focus"] = "H9"
    project.study["marker"] = "nothing"
    project.study["groups"][0]["within"] = "firm"
    project.describe()
    assert len(said()) == 3


def test_other_rows_than_described_are_looked_at_all_the_same(
    project: Any, small_answers: pd.DataFrame
) -> None:
    small_answers.loc[0, "q1"] = 8
    small_answers.to_csv(project.folder / "rows.csv", index=False)
    found = said()
    assert [f.column for f in found] == [None, "q1"]
    assert "rows.file.sha256 in study.yml says" in found[0].said
    assert found[0].value in found[0].said


def test_rows_of_a_table_that_cannot_be_used(project: Any) -> None:
    table = pd.DataFrame(
        {"customer": [1, 2, 3], "date": ["2024-01-01", "soon", "2024-02-01"], "amount": [1, 2, -3]}
    )
    project.rows(table, "bought.csv")
    file = project.study["rows"]["file"]
    project.study["resources"] = [
        {"id": "bought", "kind": "transactions", "label": "Bought", "rows": {"file": file}}
    ]
    project.rows(answers())
    losses = [(f.row, f.column, f.value) for f in said() if f.weight == "loss"]
    assert losses == [(3, "date", "soon"), (4, "amount", "-3")]


def test_days_to_come_and_days_before_there_were_any(project: Any) -> None:
    """A note: no result hangs on the day on which it is computed."""
    days = ["2024-01-01", "2199-12-31", "1899-12-30", "2200-01-01", pd.Timestamp.now().isoformat()]
    table = pd.DataFrame({"customer": [1, 2, 3, 4, 5], "date": days, "amount": 1})
    project.rows(table, "bought.csv")
    file = project.study["rows"]["file"]
    project.study["resources"] = [
        {"id": "bought", "kind": "transactions", "label": "Bought", "rows": {"file": file}}
    ]
    project.rows(answers())
    found = [(f.weight, f.row, f.column, f.value, f.n) for f in said()]
    assert found == [("note", 3, "date", "2199-12-31", 2), ("note", 4, "date", "1899-12-30", 1)]
    assert said()[0].said == f"later than today, {pd.Timestamp.now().date().isoformat()}"
    described = study.load("small")
    assert tables.load(described, described.resources[0]).used == 5


def test_a_table_without_a_single_date(project: Any) -> None:
    table = pd.DataFrame({"customer": [1, 2], "date": ["soon", "never"], "amount": 1})
    project.rows(table, "bought.csv")
    file = project.study["rows"]["file"]
    project.study["resources"] = [
        {"id": "bought", "kind": "transactions", "label": "Bought", "rows": {"file": file}}
    ]
    project.rows(answers())
    assert [f.weight for f in said()] == ["error", "loss"]


def test_columns_that_are_all_alike_are_told_once(
    project: Any, small_answers: pd.DataFrame
) -> None:
    alike = small_answers.assign(**{item: small_answers["q1"] for item in ITEMS})
    project.rows(alike)
    told = [f.said for f in said()]
    assert told == [f"6 columns stand for one another: {', '.join(ITEMS)}"]
    project.rows(alike.assign(**{item: small_answers[item] for item in ITEMS[2:]}))
    assert [f.said for f in said()] == ["each answer to q1 stands for one to q2"]


def test_a_point_of_the_scale_declared_missing_is_told(project: Any) -> None:
    project.study["scale"]["missing"] = [5, 9]
    project.describe()
    found = [f for f in said() if "declared missing" in f.said]
    assert {(f.weight, f.value) for f in found} == {("note", "5")} and len(found) == len(ITEMS)


@pytest.mark.parametrize("first", [1, 56, 900])
def test_keys_that_join_hardly_anybody_are_told(project: Any, first: int) -> None:
    """Purchases of respondents, of five of them, of strangers."""
    bought = pd.DataFrame({"customer": range(first, first + 60), "amount": 5})
    bought["date"] = "2024-01-01"
    project.rows(bought, "bought.csv")
    file = project.study["rows"]["file"]
    project.study["resources"] = [
        {"id": "bought", "kind": "transactions", "label": "Bought", "rows": {"file": file}}
    ]
    project.study["variables"].append({"id": "client", "label": "Client", "kind": "id"})
    project.study["join"] = {"key": "client", "tables": ["bought"], "asked": "2024-02-01"}
    project.study["join"]["horizon"] = 30
    project.rows(answers().assign(client=range(1, 61)))
    found = [(f.weight, f.column, f.said) for f in said()]
    told = "of 60 respondents fewer than 10 have rows of their own in bought"
    assert found == ([] if first == 1 else [("loss", "client", told)])


def test_a_folder_in_the_place_of_rows_has_no_checksum(project: Any) -> None:
    (project.folder / "rows.csv").unlink()
    (project.folder / "rows.csv").mkdir()
    (fault,) = said()
    assert fault.said == "a folder; a file in it was expected"


def test_reviews_are_praise_or_complaint(project: Any) -> None:
    table = pd.DataFrame({"text": ["good", "bad", "so"], "polarity": ["pos", "neg", "positive"]})
    project.rows(table, "said.csv")
    rows = {"file": project.study["rows"]["file"]}
    resource = {"id": "said", "kind": "reviews", "label": "Said", "rows": rows}
    project.study["resources"] = [resource]
    project.rows(answers())
    (fault,) = said()
    assert fault.weight == "loss" and fault.value == "positive" and "pos, neg" in fault.said
    resource["levels"] = {"pos": "praise", "good": "praise"}
    project.describe()
    (fault,) = said()
    assert "levels.good: expected pos or neg" in fault.said


def test_items_that_are_one_and_items_against_the_rest(
    project: Any, small_answers: pd.DataFrame
) -> None:
    half = (small_answers["l1"] + 1) // 2
    project.rows(small_answers.assign(q2=6 - small_answers["q2"], l3=half))
    project.study["constructs"][1]["items"][2]["scale"] = {"min": 1, "max": 3}
    project.describe()
    found = {f.column: f for f in said()}
    assert found["q2"].said == "it goes against the other items of quality"
    assert found["l3"].said == "l3 follows from l1 in each of the 60 rows"
    assert {f.weight for f in found.values()} == {"note"}


def test_what_the_command_prints(
    project: Any, small_answers: pd.DataFrame, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader.out, "_width", 150)
    small_answers["q1"] = small_answers["q1"].astype(object)
    small_answers.loc[0, "q1"] = "[bold]x[/]"  # no markup for Rich
    project.rows(small_answers)
    assert cli.main(["check", "small"]) == 2
    shown = capsys.readouterr().out
    assert "'[bold]x[/]' is no number" in " ".join(shown.split())
    assert cli.main(["check", "small", "--json"]) == 2
    checked = json.loads(capsys.readouterr().out)
    assert checked["sound"] is False
    (fault,) = checked["faults"]
    assert fault["row"] == 2 and fault["column"] == "q1" and fault["value"] == "[bold]x[/]"


def test_a_broken_description_on_the_command_line(project: Any, capsys: Any) -> None:
    project.study["colour"] = "red"
    project.describe()
    assert cli.main(["check", "small", "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert fault["column"] == "colour" and fault["file"] == "data/small/study.yml"


def test_numbers_of_many_digits_are_no_answers(project: Any, small_answers: pd.DataFrame) -> None:
    rows = small_answers.astype(object)
    rows.loc[0, "q1"] = "9" * 400
    project.rows(rows)
    assert any(f.row == 2 and f.column == "q1" for f in said())


@pytest.mark.parametrize("levels", [["NA", "EU"], ["Yes", "No"], ["01", "02"], ["a b", 'c "d"']])
def test_levels_in_any_text(project: Any, small_answers: pd.DataFrame, levels: list[str]) -> None:
    """As the description has them: unquoted keys are no numbers, no truth values and no nothing."""
    group = {"id": "plan", "label": "Plan", "levels": "LEVELS"}
    project.study["groups"] = [group]
    text = yaml.safe_dump(project.study, allow_unicode=True, sort_keys=False)
    keys = "\n".join(f"    {key}: Of {n}" for n, key in enumerate(levels))
    project.describe(text.replace("levels: LEVELS", f"levels:\n{keys}"))
    assert list(study.load("small").groups[0].levels) == levels
    assert np.all([level in study.load("small").groups[0].levels for level in levels])


def test_few_rows_stop_nothing_but_what_needs_them(
    project: Any, small_answers: pd.DataFrame
) -> None:
    project.rows(small_answers.head(12))
    checked = check.rows(study.load("small"))
    assert checked.sound and "12 rows" in "\n".join(f.said for f in checked.faults)
    project.rows(small_answers.head(1))
    assert not check.rows(study.load("small")).sound


# --- who is left out -----------------------------------------------------------------------------
def test_rules_leave_out_one_after_the_other(project: Any, small_answers: pd.DataFrame) -> None:
    rows = small_answers.assign(attention=["4"] * 50 + ["1"] * 6 + [None] * 4)
    rows["seconds"] = [30.0] * 5 + [None] * 5 + [300.0] * 50
    rows["status"] = ["test"] * 2 + ["real"] * 58
    rows.loc[0, "q1"] = 77  # of a respondent who is left out: nobody's fault
    project.study["exclude"] = [
        {"id": "tests", "label": "Test runs", "column": "status", "is": ["test"]},
        {"id": "attention", "label": "Attention", "column": "attention", "is_not": ["4"]},
        {"id": "fast", "label": "Too fast", "column": "seconds", "below": 60},
    ]
    project.rows(rows)
    survey_ = survey.load(study.load("small"))
    # Without the two test runs the fast are three; who has no time stays, who has no answer goes.
    assert survey_.excluded == {"tests": 2, "attention": 10, "fast": 3}
    assert survey_.read == 60 and len(survey_.rows) == 45
    expected = rows.loc[5:49, "q1"].tolist()
    assert survey_.rows["q1"].tolist() == expected


def test_a_fault_after_rows_were_left_out_has_the_row_of_the_file(
    project: Any, small_answers: pd.DataFrame
) -> None:
    rows = small_answers.assign(status=["test"] * 3 + ["real"] * 57)
    rows.loc[10, "q1"] = 9
    project.study["scale"]["missing"] = []
    project.study["exclude"] = [
        {"id": "tests", "label": "Test runs", "column": "status", "is": ["test"]}
    ]
    project.rows(rows)
    assert [f.row for f in said()] == [12]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"is": ["a"], "below": 3}, "exactly one of is, is_not, below, above, blank"),
        ({}, "exactly one of is, is_not, below, above, blank"),
        ({"is": []}, "at least one entry"),
        ({"below": "soon"}, "a number is expected"),
        ({"above": 1, "column": "nowhere"}, "no column 'nowhere'"),
        ({"above": -1}, "leave nobody"),
    ],
)
def test_rules_that_do_not_hold(project: Any, rule: dict[str, Any], told: str) -> None:
    project.study["exclude"] = [{"id": "r", "label": "Rule", "column": "q1", **rule}]
    project.describe()
    assert told in "\n".join(f.line for f in said())


# --- scales --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("scale", "good", "bad"),
    [
        ({"min": 1, "max": 5, "step": 0.5}, 2.5, 2.25),
        ({"min": 0, "max": 100, "step": 0}, 33.333, 100.001),
        ({"min": -3, "max": 3}, -3, -3.5),
        ({"min": 0.5, "max": 5.5}, 1.5, 1),
        ({"min": 0, "max": 1, "step": 0.1}, 0.3, 0.35),
    ],
)
def test_half_points_and_sliders(
    project: Any, small_answers: pd.DataFrame, scale: dict[str, Any], good: float, bad: float
) -> None:
    low, high = scale["min"], scale["max"]
    rows = small_answers.assign(q1=[low, high] * 30)
    rows["q1"] = rows["q1"].astype(float)
    rows.loc[4, "q1"] = good
    project.study["constructs"][0]["items"][0]["scale"] = scale
    project.rows(rows)
    assert not [f for f in said() if f.weight == "error"]
    rows.loc[4, "q1"] = bad
    project.rows(rows)
    (fault,) = [f for f in said() if f.weight == "error"]
    assert fault.row == 6 and fault.column == "q1"


def test_items_of_different_ranges_are_said(project: Any) -> None:
    assert not any("ranges" in f.said for f in check.rows(study.load("small")).faults)
    project.study["constructs"][0]["items"][1]["scale"] = {"min": 1, "max": 10, "missing": [9]}
    project.describe()
    (fault,) = [f for f in check.rows(study.load("small")).faults if "ranges" in f.said]
    assert (fault.weight, fault.said) == ("note", "the items of quality have different ranges")
