"""The notebook of the measurement model on cases that lack what an analysis needs.

Its cells run in this process, on the small case of conftest changed for the purpose: each analysis
that cannot be done says so in its place, and the rest goes on.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from loyalty.ground import results

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "04-measurement.ipynb"
PLACES = ("fit", "dynamic", "loadings", "convergent", "htmt", "shared-variance", "residuals")


@pytest.fixture
def run(project: Any, capsys: Any) -> Any:
    """``run(rows)``: the result of the notebook for the project's case."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    (project.root / ".cache").symlink_to(ROOT / ".cache")
    shutil.copy(NOTEBOOK, project.root / "notebooks")

    def done(rows: pd.DataFrame) -> results.Result:
        project.rows(rows)
        space: dict[str, Any] = {}
        for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            exec(cell.source, space)
            if "parameters" in cell.metadata.get("tags", []):
                space |= {"case": project.case, "draws": 30, "replications": 30}
        capsys.readouterr()
        return results.read(project.case, "measurement")

    return done


def refused(result: results.Result) -> dict[str, str]:
    """The places where the notebook says that it cannot, with what it says."""
    found = {k: v["en"] for k, v in result.statements.items() if "cannot be done here" in v["en"]}
    return {k: v.removeprefix("This analysis cannot be done here: ") for k, v in found.items()}


def test_two_sound_constructs(run: Any, small_answers: pd.DataFrame) -> None:
    """All is done but a second-order factor of one outcome."""
    result = run(small_answers)
    assert refused(result).keys() == {"second-order"}
    assert set(PLACES) | {"models", "misfit", "respecification", "htmt2"} <= set(result.statements)
    assert result.numbers["df"].value == 8 and result.numbers["htmt-pairs"].value == 1
    assert [row["id"] for row in result.tables["competing"]] == [
        "planned",
        "one-factor",
        "bifactor",
    ]


def construct(project: Any, name: str) -> dict[str, Any]:
    return next(c for c in project.study["constructs"] if c["id"] == name)


def test_constructs_of_two_items_and_of_one(
    project: Any, run: Any, small_answers: pd.DataFrame
) -> None:
    construct(project, "loyalty")["items"].pop()
    project.study["constructs"].append(
        {
            "id": "single",
            "label": "Single",
            "role": "mediator",
            "items": [{"id": "plan1", "en": "?"}],
        }
    )
    result = run(small_answers.assign(plan1=small_answers["q1"]))
    said = result.statements["convergent"]["en"]
    assert "Loyalty rests on two items" in said and "With one item, Single" in said
    assert result.numbers["df"].value == 4
    assert "loading-plan1" not in result.numbers


def test_one_construct_only(project: Any, run: Any, small_answers: pd.DataFrame) -> None:
    construct(project, "loyalty")["items"] = construct(project, "loyalty")["items"][:1]
    result = run(small_answers)
    missing = refused(result)
    assert {"htmt", "shared-variance", "rivals", "dynamic"} <= set(missing)
    assert "2 constructs" in missing["htmt"]
    assert "only one construct" in missing["rivals"]
    assert {"fit", "loadings", "convergent", "residuals", "respecification"}.isdisjoint(missing)
    assert 0 < result.numbers["loading-q1"].value < 1


def test_no_construct_of_several_items(project: Any, run: Any, small_answers: pd.DataFrame) -> None:
    for name in ("quality", "loyalty"):
        construct(project, name)["items"] = construct(project, name)["items"][:1]
    result = run(small_answers)
    assert set(PLACES) | {"respecification"} <= set(refused(result))
    assert result.numbers["admissible"].value == "not converged"


def test_a_model_without_solution(run: Any, small_answers: pd.DataFrame) -> None:
    """An item asked twice with the same answers: no solution, but ratios of correlations."""
    result = run(small_answers.assign(q2=small_answers["q1"]))
    missing = refused(result)
    lost = {"fit", "dynamic", "loadings", "convergent", "shared-variance", "residuals"}
    assert lost | {"respecification"} <= set(missing)
    assert "htmt" not in missing and result.numbers["htmt-pairs"].value == 1
    assert "models" in result.statements
    assert result.numbers["admissible"].value == "not converged"
    assert any("collinear are q1, q2" in warning for warning in result.warnings)
