"""A case's scales and factors, from sound answers and from such that spoil a statistic."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.reliability import scales
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases.survey import Survey
from loyalty.shown import prose
from loyalty.stats import efa

ITEMS = ("q1", "q2", "q3", "l1", "l2", "l3")


def answers(n: int) -> pd.DataFrame:
    """Two correlated scales of three parallel items from 1 to 5, and a group of two levels."""
    rng = np.random.default_rng(1)
    quality = rng.normal(size=n)
    loyalty = 0.6 * quality + 0.8 * rng.normal(size=n)
    rows = pd.DataFrame(
        {
            item: np.clip(
                np.round(3 + (quality if item[0] == "q" else loyalty) + 0.7 * rng.normal(size=n)),
                1,
                5,
            )
            for item in ITEMS
        }
    )
    return rows.assign(recommend=rng.integers(0, 11, n), plan=np.where(rng.random(n) < 0.5, 1, 2))


def survey_of(project: Any, rows: pd.DataFrame) -> Survey:
    project.rows(rows)
    return sources.load(study.load(project.case))


@pytest.fixture
def survey(project: Any) -> Survey:
    return survey_of(project, answers(200))


def test_every_coefficient_of_sound_scales(survey: Survey) -> None:
    found = scales.reliabilities(survey, "en", draws=50, seed=1)
    assert [r["construct"] for r in found.rows] == ["quality", "loyalty"]
    assert [r["item"] for r in found.items] == list(ITEMS)
    assert found.refused == {"alpha": [], "omega": [], "ordinal": []}
    for row in found.rows:
        for name, low, high in (
            ("value", "low", "high"),
            ("omega", "omega_low", "omega_high"),
            ("cr", "cr_low", "cr_high"),
            ("alpha_ordinal", "ao_low", "ao_high"),
            ("omega_ordinal", "oo_low", "oo_high"),
        ):
            assert 0.3 < row[low] < row[name] < row[high] < 1, name
        # three items of one factor and equal error: all coefficients nearly agree
        assert row["omega"] == pytest.approx(row["value"], abs=0.02)
        assert row["change"] == pytest.approx(row["alpha_ordinal"] - row["value"])
    assert found == scales.reliabilities(survey, "en", draws=50, seed=1)
    chinese = scales.reliabilities(survey, "zh", draws=2, seed=1)
    assert [r["label"] for r in chinese.rows] == ["质量", "忠诚"]


@pytest.mark.parametrize(
    ("kept", "alphas", "omegas", "why"),
    [
        (1, ["loyalty"], ["loyalty"], "only 1 item: alpha needs 2"),
        (2, ["quality", "loyalty"], ["loyalty"], "only 2 items: a one-factor model"),
    ],
)
def test_a_construct_with_few_items(
    project: Any, kept: int, alphas: list[str], omegas: list[str], why: str
) -> None:
    del project.study["constructs"][0]["items"][kept:]
    found = scales.reliabilities(survey_of(project, answers(200)), "en", draws=5, seed=1)
    assert [r["construct"] for r in found.rows] == alphas
    assert [r["construct"] for r in found.rows if "omega" in r] == omegas
    said = found.refused["alpha"] + found.refused["omega"]
    assert len(said) == 1 and said[0][0] == "Quality" and why in said[0][1]


def test_an_item_that_a_group_was_not_asked(project: Any) -> None:
    rows = answers(200)
    rows["q2"] = rows["q2"].astype(float).where(rows["plan"] == 1)
    rows.loc[rows.index[:3], "plan"] = np.nan
    survey = survey_of(project, rows)
    by = scales.alphas_by_group(survey, survey.study.groups[0], "en", smallest=10)
    assert by.refused == [("Quality", "Contract", "q2 has no answers")]
    assert by.levels == ["Prepaid", "Contract"]
    assert [(r["label"], r["group"]) for r in by.shown] == [
        ("Quality", "Prepaid"),
        ("Loyalty", "Prepaid"),
        ("Loyalty", "Contract"),
    ]
    (test,) = by.tests  # there is nothing to compare quality with
    assert test["construct"] == "loyalty" and test["least_alpha"] < test["most_alpha"]
    assert test[test["least"]] == test["least_alpha"]
    assert 0 < test["p"] <= 1


def test_a_group_variable_that_one_figure_can_show(project: Any) -> None:
    many = {"id": "firm", "label": "Firm", "levels": {str(k): f"Firm {k}" for k in range(8)}}
    project.study["groups"].insert(0, many)
    found = survey_of(project, answers(200).assign(firm=np.arange(200) % 8)).study
    group = scales.comparison_group(found)
    assert group is not None and group.id == "plan"
    assert scales.comparison_group(found.model_copy(update={"groups": found.groups[:1]})) is None


def test_small_groups_are_not_shown(project: Any) -> None:
    rows = answers(200)
    rows["plan"] = [1] * 6 + [2] * 194
    survey = survey_of(project, rows)
    by = scales.alphas_by_group(survey, survey.study.groups[0], "en", smallest=10)
    assert {r["group"] for r in by.shown} == {"Contract"}
    assert [why for *_, why in by.refused] == ["fewer than 10 complete rows"] * 2
    assert by.tests == []


def test_answers_all_equal_in_a_group(project: Any) -> None:
    rows = answers(200)
    rows.loc[rows["plan"] == 2, "l1"] = 3
    survey = survey_of(project, rows)
    by = scales.alphas_by_group(survey, survey.study.groups[0], "en", smallest=10)
    assert by.refused == [("Loyalty", "Contract", "l1 is constant")]


def test_the_plan_is_found_again(survey: Survey) -> None:
    items, constructs = survey.main_items, survey.study.main
    corr = scales.correlations(items)
    assert (corr.n, corr.refused) == (200, [])
    rows, refused = scales.adequacy(corr)
    assert [r["kind"] for r in rows] == ["pearson", "polychoric"] and refused == []
    count = scales.factor_count(items, corr, draws=50, seed=1)
    assert count.used == count.chosen.n_factors == 2
    rules: dict[Any, Any] = {(r["rule"], r["kind"]): r for r in count.rules}
    assert len(rules) == len(count.rules) == 10
    first = rules["parallel-factors", "pearson"]
    assert first["low"] <= first["n"] <= first["high"]
    reference = efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=2)
    beside, refused = scales.solutions(corr, reference, 0.32)
    assert len(beside) == 7 and refused == []
    (same,) = [r for r in beside if r["is_reference"]]
    assert same["least"] == pytest.approx(1) and same["rotation"] == "oblimin"
    assert all(0.8 < r["least"] <= r["mean"] <= 1 + 1e-9 for r in beside)
    draws = efa.resample(items, reference, draws=50, seed=1)
    plan = scales.plan(corr, constructs, reference, draws, "en", seed=1)
    assert plan.left_out == [] and plan.refused == []
    assert {r["factor"] for r in plan.rows} == {"F1", "F2"}
    for r in plan.rows:
        assert r["congruence"] > 0.9 and r["target"] > 0.9
        assert r["low"] <= r["congruence"] + 0.02 and r["high"] <= 1


def test_one_factor_has_no_rotations(survey: Survey) -> None:
    corr = scales.correlations(survey.main_items)
    reference = efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=1)
    beside, _ = scales.solutions(corr, reference, 0.32)
    assert [(r["kind"], r["method"]) for r in beside] == [
        ("pearson", "minres"),
        ("pearson", "ml"),
        ("polychoric", "minres"),
    ]
    assert all(r["phi"] is None for r in beside)


def test_a_single_item_is_left_out_of_the_rotation_to_the_plan(project: Any) -> None:
    project.study["constructs"][0]["items"] = project.study["constructs"][0]["items"][:1]
    survey = survey_of(project, answers(200))
    corr = scales.correlations(survey.main_items)
    reference = efa.efa(corr=corr.matrices["pearson"], n=corr.n, n_factors=1)
    draws = efa.resample(survey.main_items, reference, draws=10, seed=1)
    plan = scales.plan(corr, survey.study.main, reference, draws, "en", seed=1)
    assert plan.left_out == ["Quality"]
    quality, loyalty = plan.rows
    assert quality["target"] is None and quality["factor"] is None
    assert loyalty["target"] == pytest.approx(1, abs=0.01)


def test_collinear_items_spoil_what_they_must_and_no_more(survey: Survey) -> None:
    """Two items with the same answers: no inverse, so no KMO and no count; scales still work."""
    items = survey.main_items.assign(q2=survey.main_items["q1"])
    corr = scales.correlations(items)
    rows, refused = scales.adequacy(corr)
    assert "pearson" not in [r["kind"] for r in rows]
    assert refused[0][0] == "kmo-pearson" and "not positive definite" in refused[0][1]
    count = scales.factor_count(items, corr, draws=5, seed=1)
    assert "pearson" not in count.parallel
    assert ("parallel-pearson", refused[0][1]) in count.refused


def test_items_that_are_never_answered_together(survey: Survey) -> None:
    items = survey.main_items.astype(float)
    items.loc[:99, "q1"] = np.nan
    items.loc[100:, "q2"] = np.nan
    corr = scales.correlations(items)
    assert corr.matrices == {} and [name for name, _ in corr.refused] == [
        "matrix-pearson",
        "matrix-polychoric",
    ]
    assert scales.adequacy(corr) == ([], [])
    count = scales.factor_count(items, corr, draws=5, seed=1)
    assert count.used is None and count.rules == []


def test_too_many_answers_for_categories(survey: Survey) -> None:
    rng = np.random.default_rng(1)
    items = survey.main_items + rng.normal(size=survey.main_items.shape)
    corr = scales.correlations(items)
    assert list(corr.matrices) == ["pearson"]
    assert corr.refused[0][0] == "matrix-polychoric"
    count = scales.factor_count(items, corr, draws=20, seed=1)
    assert {r["kind"] for r in count.rules} == {"pearson"} and count.used is not None


def test_no_more_factors_than_can_be_estimated(survey: Survey) -> None:
    """Three items allow one factor, whatever the rule says."""
    items = survey.main_items[["q1", "l1", "q2"]]
    count = scales.factor_count(items, scales.correlations(items), draws=20, seed=1)
    assert count.used == 1


# --------------------------------------------------------------------- the notebook, cell by cell
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "03-reliability.ipynb"


@pytest.fixture
def shown(project: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """``shown(rows)``: label → text, without backslashes, of all that the notebook shows."""

    def run(rows: pd.DataFrame, language: str = "en") -> dict[str, str]:
        project.rows(rows)
        shutil.copy(NOTEBOOK, project.root / "notebooks")
        found: dict[str, str] = {}
        labels: list[str] = []

        def display(bundle: dict[str, str], raw: bool, metadata: Any) -> None:
            label = metadata["loyalty"].get("label")
            if label is not None:
                labels.append(label)
                name = label.replace("-small-reliability-", "-")
                found[name] = bundle.get("text/markdown", bundle["text/plain"]).replace("\\", "")

        monkeypatch.setattr("loyalty.run.notebook.display", display)
        scope: dict[str, Any] = {}
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "code":
                continue
            code = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                code += f'\ncase, draws, language = "small", 20, "{language}"'
            before = len(labels)
            exec(compile(code, cell["id"], "exec"), scope)
            assert len(labels) - before <= 1, f"{cell['id']} shows more than one labelled thing"
        assert len(labels) == len(set(labels))
        return found

    return run


def test_the_notebook_of_a_sound_case(shown: Callable[..., dict[str, str]]) -> None:
    found = shown(answers(200))
    assert not [name for name, text in found.items() if "cannot be done here" in text]
    kinds = [name[:3] for name in found]
    assert (kinds.count("tbl"), kinds.count("fig"), kinds.count("txt")) == (7, 4, 14)
    # after every table and figure stand its sentences
    assert all(b == "txt" for a, b in pairwise(kinds) if a != "txt") and kinds[-1] == "txt"


def test_the_notebook_in_chinese(shown: Callable[..., dict[str, str]]) -> None:
    found = shown(answers(200), "zh")
    latin = re.compile(r"\b(the|of|and|with|for|is)\b")
    for name, text in found.items():
        assert not latin.search(text), (name, text)


def test_the_notebook_of_constructs_of_one_and_two_items(
    project: Any, shown: Callable[..., dict[str, str]]
) -> None:
    del project.study["constructs"][0]["items"][1:]
    del project.study["constructs"][1]["items"][2:]
    project.study["groups"] = []
    found = shown(answers(200))
    assert "no construct has three items" in found["txt-omega"]
    assert "no group variable of 7 levels or fewer" in found["txt-groups"]
    assert "Quality has no alpha (only 1 item" in found["txt-alpha"]
    assert {"tbl-kmo", "fig-scree"} <= set(found)
    assert "only 1 factor" in found["txt-general"]


def test_the_notebook_of_single_items(project: Any, shown: Callable[..., dict[str, str]]) -> None:
    for construct in project.study["constructs"]:
        del construct["items"][1:]
    found = shown(answers(200))
    for name in ("alpha", "omega", "ordinal", "groups", "factors", "efa", "plan", "general"):
        assert "cannot be done here" in found[f"txt-{name}"], name
    assert "parallel analysis needs 3" in found["txt-factors"]
    assert "tbl-kmo" in found  # two items have a KMO


def test_the_notebook_of_an_item_that_a_group_was_not_asked(
    shown: Callable[..., dict[str, str]],
) -> None:
    rows = answers(200)
    rows["q2"] = rows["q2"].where(rows["plan"] == 1)
    found = shown(rows)
    assert "Quality has no alpha in Contract: q2 has no answers." in found["txt-groups"]
    assert "tbl-general" in found


def test_the_notebook_of_items_never_answered_together(
    shown: Callable[..., dict[str, str]],
) -> None:
    rows = answers(200).astype(float)
    rows.loc[:99, "q1"] = np.nan
    rows.loc[100:, "q2"] = np.nan
    found = shown(rows)
    assert "cannot be done here" in found["txt-kmo"] and "rows in common" in found["txt-kmo"]
    for name in ("factors", "efa", "plan", "general"):
        assert "cannot be done here" in found[f"txt-{name}"], name
    assert "Loyalty" in found["txt-alpha"]


def test_every_rule_is_named_and_cites_a_known_work(survey: Survey) -> None:
    items = survey.main_items
    count = scales.factor_count(items, scales.correlations(items), draws=5, seed=1)
    works = (NOTEBOOK.parents[1] / "references.bib").read_text(encoding="utf-8")
    assert {r["rule"] for r in count.rules} == set(prose.RULES)
    assert {r["kind"] for r in count.rules} == set(prose.KINDS)
    for rule in count.rules:
        assert f"{{{rule['cite']}," in works
