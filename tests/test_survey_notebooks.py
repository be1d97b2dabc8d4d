"""The audit runs in this process on cases that lack what it asks for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from loyalty.ground import results
from loyalty.ground.results import DISPLAY
from loyalty.run import notebook
from tests.conftest import REPOSITORY, Project, answers


@dataclass
class Shown:
    """What a notebook showed: label → Markdown (a figure's alternative text), and its result."""

    labels: dict[str, str]
    result: results.Result

    def said(self, name: str) -> str:
        return self.result.statements[name]["en"]


@pytest.fixture
def run(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Shown]:
    """``run("01-audit", language)`` on the case ``small``."""

    def execute(name: str, language: str = "en") -> Shown:
        shutil.copy(REPOSITORY / "notebooks" / f"{name}.ipynb", project.root / "notebooks")
        labels: dict[str, str] = {}
        cell: list[str] = []

        def display(bundle: dict[str, str], raw: bool, metadata: dict[str, Any]) -> None:
            note = metadata[DISPLAY]
            if "label" in note:
                assert note["label"] not in labels, f"{note['label']} is shown twice"
                labels[note["label"]] = bundle.get("text/markdown", note["alt"] or "")
                cell.append(note["label"])
                if note["label"].startswith("fig-"):
                    assert "<svg" in bundle["image/svg+xml"] and len(note["alt"]) > 20

        monkeypatch.setattr(notebook, "display", display)
        content = json.loads((REPOSITORY / "notebooks" / f"{name}.ipynb").read_text("utf-8"))
        scope: dict[str, Any] = {"__name__": "notebook"}
        for given in content["cells"]:
            source = "".join(given["source"])
            if "parameters" in given["metadata"].get("tags", []):
                source = f"case = 'small'\nlanguage = {language!r}"
            cell.clear()
            if given["cell_type"] == "code":
                exec(compile(source, f"{name} {given['id']}", "exec"), scope)
            assert len(cell) <= 1, f"{given['id']} shows {cell}"
        return Shown(labels, results.read("small", name[3:]))

    return execute


def test_a_plain_case(run: Callable[..., Shown]) -> None:
    audit = run("01-audit")
    assert "All 60 rows enter the main analyses." in audit.said("flow")
    assert audit.result.tables["flow"][-1]["n_left"] == audit.result.numbers["n"].value - sum(
        row["n_excluded"] for row in audit.result.tables["flow"]
    )
    assert "a marker variable would be needed" in audit.said("marker")
    assert "no group has quotas" in audit.said("quotas")


def test_a_case_without_groups_and_single_questions(
    project: Project, run: Callable[..., Shown]
) -> None:
    project.study["groups"], project.study["variables"] = [], []
    project.describe()
    assert "no grouping variable" in run("01-audit").said("sample")


def test_a_case_with_everything(project: Project, run: Callable[..., Shown]) -> None:
    """Firms in industries, quotas, a clock, a marker, satisfaction, an id, missing answers."""
    rng = np.random.default_rng(8)
    rows = answers(200)
    rows["firm"] = np.repeat(["a1", "a2", "a3", "b1", "b2"], [60, 60, 4, 40, 36])
    rows["industry"] = rows["firm"].str[0]
    rows["content"], rows["clock"] = rng.integers(1, 6, 200), rng.integers(8, 90, 200)
    rows["shoes"], rows["who"] = rng.normal(40, 2, 200), [f"p{k}" for k in range(200)]
    rows.loc[rows["firm"] == "a1", "l2"] = np.nan  # a firm that did not ask this
    rows.loc[rows["firm"] == "b1", ["q1", "q2", "q3", "recommend"]] = np.nan
    rows.loc[5:8, "q2"] = 9  # the declared missing code
    rows.loc[199, "who"] = "p0"
    study = project.study
    study["variables"] += [
        {"id": "content", "kind": "csat", "label": "How content?"},
        {"id": "clock", "kind": "seconds", "label": "Seconds"},
        {"id": "shoes", "kind": "number", "label": "Shoe size"},
        {"id": "who", "kind": "id", "label": "Person"},
    ]
    study["marker"] = "shoes"
    study["groups"] = [
        {
            "id": "industry",
            "label": "Industry",
            "levels": {"a": "A", "b": "B"},
            "quotas": {"a": 0.5, "b": 0.5},
        },
        {
            "id": "firm",
            "label": "Firm",
            "within": "industry",
            "levels": {k: k.upper() for k in ("a1", "a2", "a3", "b1", "b2")},
            "quotas": dict.fromkeys(("a1", "a2", "a3", "b1", "b2"), 1),
        },
    ]
    project.rows(rows)
    found = run("01-audit")
    assert "1 id occurs again" in found.said("flow")
    assert "4 answers carry a code declared as missing" in found.said("codes")
    assert found.result.tables["codes"] == [
        {"item": "q2", "declared": 4, "outside": 0, "share": 4 / 200}
    ]
    assert "marker" in found.result.numbers and "Shoe size" in found.said("marker")
    # 124 of 200 where 100 were planned: w = sqrt(0.12^2 / 0.5 * 2)
    (quota,) = found.result.tables["quotas"]
    assert quota["w"] == pytest.approx(0.24) and "more than the" in found.said("quotas")
    # A test of the firms would give the small one away.
    assert "Not tested is Firm: a group is too small to be shown" in found.said("quotas")
    # A3 is small; with the total of its industry known, the next smallest goes with it.
    shares = {row["level"]: row.get("share") for row in found.result.tables["sample"]}
    assert shares["A3"] is None and [shares["A1"], shares["A2"]].count(None) == 1
    shown = "\n".join(v for k, v in found.labels.items() if k.endswith("sample"))
    assert "| A3 | – |" in shown
    assert [r["n"] for r in found.result.tables["patterns"] if r["n"] < 10] == []


def test_ratings_off_their_scale_are_counted(project: Project, run: Callable[..., Shown]) -> None:
    rows = answers()
    rows.loc[0, "recommend"] = 77
    project.rows(rows)
    assert "recommend \\(1\\)" in run("01-audit").said("codes")


def test_one_answer_throughout_and_one_construct(
    project: Project, run: Callable[..., Shown]
) -> None:
    rows = answers()
    rows.loc[:14, ["q1", "q2", "q3"]] = 3
    rows.loc[15:29, ["q1", "q2", "q3"]] = 4
    rows.loc[30:, ["q1", "q2", "q3"]] = 5
    project.study["constructs"] = project.study["constructs"][:1]
    project.study["constructs"][0]["role"] = "outcome"
    project.study["hypotheses"] = []
    project.rows(rows)
    found = run("01-audit")  # three items that are one and the same
    assert "collinear" in found.said("normality")
    assert "no path leads to an outcome" in found.said("sensitivity")
    assert "cannot be done here" in found.said("method")


def test_groups_that_are_all_too_small(project: Project, run: Callable[..., Shown]) -> None:
    rows = answers()
    rows["plan"] = np.arange(60) % 12
    group = project.study["groups"][0]
    group["levels"] = {str(k): f"Plan {k}" for k in range(12)}
    group["quotas"] = dict.fromkeys(group["levels"], 1)
    project.rows(rows)
    found = run("01-audit")
    assert found.said("sample") == "Every group is too small to be shown."
    assert "too small to be shown" in found.said("quotas")
    assert not [v for row in found.result.tables["sample"] for v in (row.get("n"),) if v]
