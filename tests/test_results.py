"""Result files: whole or absent, full precision, and plain JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.book import report
from loyalty.cases import study
from loyalty.ground import results
from loyalty.ground.errors import UserError
from loyalty.ground.numbers import Kind
from loyalty.run.notebook import Notebook


def result(case: str = "small", analysis: str = "audit", **changes: Any) -> results.Result:
    origin = results.Provenance(
        notebook=f"01-{analysis}",
        parameters={"case": case, "seed": 7, "language": "en"},
        data=[results.DataOrigin(resource="answers", source="made up", sha256="0" * 64, rows=60)],
        code_sha256="1" * 64,
        git_commit=None,
        git_changed=None,
        python="3.11.2",
        packages={"numpy": "2"},
    )
    values: dict[str, Any] = {
        "case": case,
        "analysis": analysis,
        "simulated": False,
        "numbers": {"r": results.Number(value=0.1 + 0.2, kind="bounded", ci=(0.1, 1 / 3))},
        "tables": {"t": [{"a": 1, "b": None}]},
        "statements": {"s": {"en": "Yes.", "zh": "是。"}},
        "warnings": [],
        "provenance": origin,
    }
    return results.Result(**{**values, **changes})


def test_a_result_is_read_back_equal(project: Any) -> None:
    file = results.write(result())
    assert results.read("small", "audit") == result()
    assert [p.name for p in file.parent.iterdir()] == ["audit.json"]
    assert results.available() == [("small", "audit")]
    assert json.loads(file.read_text("utf-8"))["numbers"]["r"]["value"] == 0.30000000000000004


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("numbers", {"r": {"value": 1, "kind": "guess"}}, "numbers.r.kind: "),
        ("colour", "red", "colour: Extra inputs are not permitted"),
        ("schema_version", 2, "schema_version: "),
    ],
)
def test_a_file_that_is_no_result(
    project: Any, refusal: Callable[..., str], key: str, value: Any, said: str
) -> None:
    file = results.write(result())
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), key: value}))
    message = refusal(results.read, "small", "audit")
    assert message.startswith(f"reports/results/small/audit.json: {said}")


def test_half_a_file_and_none(project: Any, refusal: Callable[..., str]) -> None:
    file = results.write(result())
    file.write_bytes(file.read_bytes()[:100])
    assert "reports/results/small/audit.json: " in refusal(results.read, "small", "audit")
    assert "not there" in refusal(results.read, "small", "structural")


def test_values_as_json_carries_them() -> None:
    given = {
        1: np.float64(0.5),
        "b": [np.int64(3), np.bool_(True), math.nan, np.inf, pd.NA, pd.NaT, None],
        "c": np.array([1.0, np.nan]),
        "d": (1, "x"),
    }
    assert results.plain(given) == {
        "1": 0.5,
        "b": [3, True, None, None, None, None, None],
        "c": [1.0, None],
        "d": [1, "x"],
    }


def opened(kinds: dict[str, tuple[Any, Kind, Any]]) -> results.Result:
    """What a notebook leaves that keeps these numbers."""
    notebook = Notebook("01-audit", case="small", seed=7)
    for name, (value, kind, ci) in kinds.items():
        notebook.number(name, value, kind, ci)
    notebook.save()
    return results.read("small", "audit")


def test_a_notebook_keeps_numbers_and_where_they_come_from(project: Any) -> None:
    (project.root / "notebooks" / "01-audit.ipynb").write_text("{}")
    found = opened(
        {
            "n": (np.int64(60), "count", None),
            "r": (np.float64(0.5), "bounded", (np.float64(0.25), 0.75)),
            "lost": (math.nan, "number", (math.nan, 1.0)),
        }
    )
    assert found.numbers["n"] == results.Number(value=60, kind="count")
    assert found.numbers["r"].ci == (0.25, 0.75)
    assert found.numbers["lost"] == results.Number(value=None, kind="number", ci=None)
    assert found.simulated
    origin = found.provenance
    assert origin.parameters == {"case": "small", "seed": 7, "language": "en"}
    assert origin.data[0].sha256 == project.study["rows"]["file"]["sha256"]
    assert origin.data[0].rows == 60
    assert origin.packages["numpy"] == np.__version__
    # Strict JSON: no NaN, which other languages cannot read.
    text = results.path("small", "audit").read_text("utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the file"))


def test_a_change_of_the_notebook_changes_the_code_checksum(project: Any) -> None:
    file = project.root / "notebooks" / "01-audit.ipynb"
    file.write_text("{}")
    before = opened({}).provenance.code_sha256
    assert opened({}).provenance.code_sha256 == before
    file.write_text("{ }")
    assert opened({}).provenance.code_sha256 != before


def test_a_number_or_table_of_a_taken_name(project: Any) -> None:
    notebook = Notebook("01-audit", case="small")
    notebook.number("n", 1, "count")
    with pytest.raises(ValueError, match="kept twice"):
        notebook.number("n", 2, "count")
    notebook.keep("t", [])
    with pytest.raises(ValueError, match="kept twice"):
        notebook.keep("t", [])


def test_an_unknown_language(project: Any) -> None:
    with pytest.raises(UserError, match="expected 'en' or 'zh'"):
        Notebook("01-audit", case="small", language="fr")


# --- what the report makes of them -----------------------------------------------------------
def test_numbers_of_the_prose(project: Any) -> None:
    numbers = {
        "n": results.Number(value=3000, kind="count"),
        "r": results.Number(value=0.123, kind="bounded", ci=(-0.1, 0.3)),
        "lost": results.Number(value=None, kind="p"),
    }
    assert report.variables([result(numbers=numbers)]) == {
        "small": {
            "audit": {
                "lost": '[–]{.num src="small/01-audit"}',
                "n": '[3\\,000]{.num src="small/01-audit"}',
                "r": '[\\.12]{.num src="small/01-audit"}',
                "r-ci": '[\\[−\\.10\\, \\.30\\]]{.num src="small/01-audit"}',
            }
        }
    }


def test_the_report_without_results(project: Any, refusal: Callable[..., str]) -> None:
    assert refusal(report.prepare).startswith("reports/results: empty")


def test_results_of_a_case_that_is_gone_are_not_in_the_report(
    project: Any, refusal: Callable[..., str]
) -> None:
    results.write(result("gone"))
    assert results.available() == [("gone", "audit")]
    assert refusal(report.prepare).startswith("reports/results: empty")


def test_generated_pages_escape_what_they_are_given(project: Any) -> None:
    project.study["title"] = "A <b>bold</b> {{< var x >}} *case*"
    project.study["constructs"][0]["items"][0]["en"] = "[link](http://x) `code`"
    project.describe()
    described = {"small": study.load("small")}
    pages = report.cases_page(described, [result()]) + report.codebooks_page(described)
    assert "<b>" not in pages and "{{<" not in pages and "[link](" not in pages
    assert "60 rows" in pages
