"""What cannot be at once: read, checked, counted, said; and dates out of order."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from loyalty.analyses.audit import findings as audit
from loyalty.analyses.audit import words
from loyalty.cases import check, study, survey
from loyalty.cases.rules import Condition, Impossible
from loyalty.ground.findings import cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import Project

RULE = {
    "id": "unused",
    "label": {"en": "Pleased {with} what was never *used*", "zh": "从未使用却很满意"},
    "all": [{"column": "used", "is": ["2"]}, {"column": "q1", "above": 3}],
}


@pytest.fixture
def used(project: Project) -> Project:
    rows = pd.read_csv(project.folder / "rows.csv")
    rows["used"] = [2, 1] * (len(rows) // 2)
    rows["began"] = "2024-03-01T10:00:00+08:00"
    rows["ended"] = ["2024-03-01T01:59:00Z", "2024-03-01T02:01:00Z", None] * (len(rows) // 3)
    project.rows(rows)
    return project


def test_rows_that_cannot_be_are_counted_and_stay(used: Project) -> None:
    used.study["impossible"] = [RULE]
    used.describe()
    described = study.load("small")
    rows = pd.read_csv(used.folder / "rows.csv")
    wrong = (rows["used"] == 2) & (rows["q1"] > 3)
    loaded = survey.load(described)
    assert loaded.impossible == {"unused": int(wrong.sum())} and len(loaded.rows) == len(rows)
    (fault,) = [f for f in check.rows(described).faults if "Pleased" in f.said]
    assert (fault.weight, fault.n, fault.row) == (
        "note",
        int(wrong.sum()),
        int(wrong.to_numpy().argmax()) + 2,
    )
    flow = audit.flow(audit.answers(loaded))
    said = join(words.flow(cited(flow, "small/audit/flow"), Case("small", described)))
    assert f"({int(wrong.sum())})" in without_references(said.en).replace("\\", "")
    assert "从未使用却很满意" in said.zh


def test_where_there_are_none_it_says_so(used: Project) -> None:
    used.study["impossible"] = [{**RULE, "all": [{"column": "q1", "above": 7}]}]
    used.describe()
    loaded = survey.load(study.load("small"))
    assert loaded.impossible == {"unused": 0}
    flow = audit.flow(audit.answers(loaded))
    said = join(words.flow(cited(flow, "small/audit/flow"), Case("small", loaded.study)))
    assert "No row holds" in said.en


def test_dates_out_of_order(used: Project) -> None:
    used.study["impossible"] = [
        {
            "id": "order",
            "label": "Ended before it began",
            "all": [{"column": "ended", "before": "began"}],
        }
    ]
    used.describe()
    n = len(pd.read_csv(used.folder / "rows.csv"))
    assert survey.load(study.load("small")).impossible == {"order": n // 3}  # in one time zone


def test_order_of_numbers_and_of_what_is_neither() -> None:
    rows = pd.DataFrame({"a": ["1", "10", "", "9"], "b": ["2", "9", "3", None]})
    before = Condition.model_validate({"column": "a", "before": "b"})
    assert before.takes(rows).tolist() == [True, False, False, False]
    odd = pd.DataFrame({"a": ["soon", "01.02.2024", "2024-13-45"], "b": ["2024-01-01"] * 3})
    assert not before.takes(odd).any()
    german = pd.DataFrame({"a": ["31.12.2023", "02.01.2024"], "b": ["01.01.2024"] * 2})
    assert before.takes(german, "%d.%m.%Y").tolist() == [True, False]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({**RULE, "all": []}, "all"),
        ({**RULE, "all": [{"column": "q1"}]}, "exactly one of is, is_not"),
        ({**RULE, "all": [{"column": "q1", "below": 1, "above": 2}]}, "exactly one of is, is_not"),
        ({**RULE, "all": [{"column": "nosuch", "above": 2}]}, "no column 'nosuch'"),
        ({**RULE, "all": [{"column": "q1", "before": "q9"}]}, "no column 'q9'"),
        ({**RULE, "any": []}, "any"),
        ({**RULE, "label": ""}, "label"),
    ],
)
def test_rules_that_do_not_hold(used: Project, refusal: Any, rule: Any, said: str) -> None:
    used.study["impossible"] = [rule]
    used.describe()
    assert said in refusal(lambda: survey.load(study.load("small")))


def test_no_two_of_one_id_and_none_of_a_personal_column(used: Project, refusal: Any) -> None:
    used.study["impossible"] = [
        RULE,
        {**RULE, "all": [{"column": "used", "blank": True}], "label": "B"},
    ]
    used.study["personal"] = ["used"]
    used.describe()
    said = refusal(lambda: study.load("small"))
    assert "impossible: the id unused is used 2 times" in said
    assert "impossible.unused: 'used' is personal, and never read" in said


def test_a_rule_of_several_columns() -> None:
    rule = Impossible.model_validate(
        {
            "id": "x",
            "label": "X",
            "all": [{"column": "a", "before": "b"}, {"column": "c", "blank": True}],
        }
    )
    assert rule.columns == ["a", "b", "c"]
