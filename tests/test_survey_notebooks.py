"""The descriptives run in this process on cases that lack what they ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
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
    """``run("02-descriptives", language)`` on the case ``small``."""

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
    descriptives = run("02-descriptives", "zh")
    # Nothing is asked about satisfaction, but about recommending.
    assert "asks nothing about satisfaction" not in descriptives.said("csat")
    assert "本案例没有关于满意度的题目" in descriptives.said("csat")
    assert "nps" in descriptives.result.numbers
    assert {row["group"] for row in descriptives.result.tables["by_group"]} == {"plan"}
    by_hand = pd.DataFrame(answers())
    mean = 25 * (by_hand.loc[by_hand["plan"] == 1, ["q1", "q2", "q3"]].mean(axis=1).mean() - 1)
    row = next(
        r
        for r in descriptives.result.tables["by_group"]
        if (r["construct"], r["level"]) == ("quality", "1")
    )
    assert row["value"] == pytest.approx(mean)


def test_a_case_without_groups_and_single_questions(
    project: Project, run: Callable[..., Shown]
) -> None:
    project.study["groups"], project.study["variables"] = [], []
    project.describe()
    found = run("02-descriptives")
    assert "no grouping variable" in found.said("groups")
    assert "no question on recommending" in found.said("nps")
    assert "asks nothing about satisfaction" in found.said("csat")
    assert not [k for k in found.labels if "standing" in k or "indices" in k]


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
    found = run("02-descriptives")
    assert "How content?" in found.said("csat").replace("\\", "")
    rows_by = {(r["construct"], r["level"]): r for r in found.result.tables["by_group"]}
    assert rows_by["quality", "b1"]["n"] is None  # everything missing for one firm
    assert rows_by["quality", "b1"]["value"] is None
    assert rows_by["loyalty", "a1"]["value"] or rows_by["loyalty", "a2"]["value"]
    assert rows_by["loyalty", "a3"]["value"] is None
    alpha = {r["level"]: r["alpha"] for r in found.result.tables["details"]}
    assert alpha["a1"] is None and alpha["a"] is not None  # listwise, A1 has no complete row
    assert "not shown" in found.said("standing")


def test_ratings_off_their_scale_stop_their_index_alone(
    project: Project, run: Callable[..., Shown]
) -> None:
    rows = answers()
    rows.loc[0, "recommend"] = 77
    project.rows(rows)
    found = run("02-descriptives")
    assert "outside 0 to 10" in found.said("nps").replace("\\", "")
    assert "index" in found.result.tables and "nps" not in found.result.numbers


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
    found = run("02-descriptives")
    assert "only 1 variable" in found.said("correlations")
    assert "scales" in found.result.tables


def test_groups_that_are_all_too_small(project: Project, run: Callable[..., Shown]) -> None:
    rows = answers()
    rows["plan"] = np.arange(60) % 12
    group = project.study["groups"][0]
    group["levels"] = {str(k): f"Plan {k}" for k in range(12)}
    group["quotas"] = dict.fromkeys(group["levels"], 1)
    project.rows(rows)
    found = run("02-descriptives")
    assert "every group is too small to be shown" in found.said("groups")
    assert not [k for k in found.labels if k.startswith("fig-") and "standing" in k]
    assert {row["value"] for row in found.result.tables["by_group"]} == {None}
    assert {row["n"] for row in found.result.tables["by_group"]} == {None}
