"""Survey weights: described, checked, counted in the flow, used, and said to be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
import yaml

from loyalty import newcase
from loyalty.analyses.audit import findings as audit
from loyalty.analyses.audit import words as audit_words
from loyalty.analyses.descriptives import findings as descriptives
from loyalty.analyses.descriptives import tables, words
from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.reliability import findings as reliability
from loyalty.analyses.robustness import findings as robustness
from loyalty.analyses.robustness.estimates import specifications
from loyalty.analyses.structural import findings as structural
from loyalty.book import dossier
from loyalty.book.brief import page
from loyalty.book.brief.material import Material
from loyalty.cases import check, study, survey
from loyalty.ground.disclosure import recordable
from loyalty.ground.errors import UserError
from loyalty.ground.findings import cited
from loyalty.newcase import kinds
from loyalty.newcase.source import Column
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import Project, answers


@pytest.fixture
def weighted(project: Project) -> Project:
    """The small case with the weight of each row; three of 0, two missing."""
    rows = pd.read_csv(project.folder / "rows.csv")
    rows["wgt"] = 0.4 + (np.arange(len(rows)) * 7 % 11) * 0.13
    rows.loc[:2, "wgt"], rows.loc[3:4, "wgt"] = 0.0, np.nan
    project.study["weights"] = "wgt"
    project.rows(rows)
    return project


def loaded() -> survey.Survey:
    return survey.load(study.load("small"))


def test_rows_without_a_weight_stay_and_leave_what_is_weighted(weighted: Project) -> None:
    found = loaded()
    n = len(found.rows)
    assert found.weights is not None and len(found.weights) == n
    assert len(found.weighted.rows) == n - 5 and found.weighted.weighted.rows is not None
    assert found.design is not None and len(found.design.weights) == n - 5
    notes = [f for f in check.rows(found.study).faults if f.column == "wgt"]
    assert {(f.weight, f.row, f.n) for f in notes} == {("note", 2, 3), ("note", 5, 2)}
    flow = audit.flow(audit.answers(found))
    assert [(s.reason, s.n_excluded, s.n_left) for s in flow.weightless] == [
        ("missing", 2, n - 2),
        ("zero", 3, n - 5),
    ]
    said = join(audit_words.flow(cited(flow, "small/audit/flow"), Case("small", found.study)))
    assert f"rest on {n - 5} rows: 2 have no weight, and 3 a weight of 0" in without_references(
        said.en
    )
    assert f"基于 {n - 5} 行" in without_references(said.zh)


def test_what_describes_the_scales_is_weighted(weighted: Project) -> None:
    found = loaded()
    data = descriptives.data(found)
    rows = found.rows[found.weights > 0]
    w = found.weights[found.weights > 0].to_numpy()
    items: Any = descriptives.items(data)
    first = next(r for r in items.rows if r.item == "q1")
    assert first.mean == pytest.approx(np.average(rows["q1"], weights=w))
    assert first.n == len(rows)
    assert first.ceiling_count == int((rows["q1"] == 5).sum())
    answered: Any = descriptives.answers(data)
    shares = next(r for r in answered.items if r.item == "q1").shares
    expected = [w[rows["q1"] == code].sum() / w.sum() for code in range(1, 6)]
    assert shares == pytest.approx(expected)
    nps: Any = descriptives.nps(data)
    up, down = rows["recommend"] >= 9, rows["recommend"] <= 6
    assert nps.estimate == pytest.approx(100 * np.average(up.astype(int) - down, weights=w))
    assert nps.promoters_count == int(up.sum()) and nps.n == len(rows)
    means: Any = descriptives.weights(data)
    assert means.effective == pytest.approx(w.sum() ** 2 / (w @ w), abs=0.51)
    assert means.deff == pytest.approx(len(w) * (w @ w) / w.sum() ** 2)
    row = means.rows[0]
    score = data.scores[row.construct]
    assert row.mean == pytest.approx(np.average(score, weights=w))
    assert row.unweighted == pytest.approx(score.mean())
    case = Case("small", found.study)
    told = cited(means, "small/descriptives/weights")
    said = join(words.weights(told, case))
    assert "weighted by “wgt”" in said.en and "均按“wgt”加权" in said.zh
    assert "Design effect" in tables.weights(told, case).markdown("en")


def test_without_weights_nothing_is_said_of_them(project: Project) -> None:
    found = loaded()
    assert found.weighted is found and found.design is None
    data = descriptives.data(found)
    assert descriptives.weights(data) is None
    nps: Any = descriptives.nps(data)
    assert nps.promoters_count is None
    assert audit.flow(audit.answers(found)).weightless == ()
    assert dossier.weighted(found.study, "audit", "en") == []


def test_models_and_alphas_are_weighted(weighted: Project) -> None:
    found = loaded()
    data = measurement.scales(found)
    planned: Any = measurement.planned(data)
    weights = found.weights
    assert weights is not None
    alone = semfit.fit(
        measurement.estimates.planned_model(data.constructs),
        data.items[weights > 0].assign(w=weights[weights > 0]),
        estimator="MLR",
        missing=data.missing,
        std_lv=True,
        weights="w",
    )
    np.testing.assert_allclose(planned.result.parameters["est"], alone.parameters["est"], atol=1e-6)
    np.testing.assert_allclose(planned.result.parameters["se"], alone.parameters["se"], atol=1e-6)
    paths: Any = structural.model(structural.answers(found))
    assert paths.estimate.options.weights is not None
    assert paths.fit["ntotal"] == (weights > 0).sum()
    boot: Any = structural.bootstrap(structural.answers(found), 5, 1)
    assert boot.estimate.options.weights is not None
    observed: Any = measurement.observed(found)
    items = found.main_items[weights > 0]
    if observed.missing == "listwise":
        means = np.average(items, axis=0, weights=weights[weights > 0])
        assert observed.means == pytest.approx(tuple(means))
    scales: Any = reliability.scales(reliability.measures(found, 20, 1))
    construct = found.study.main[0]
    own = found.weighted.items(construct.id).dropna()
    cov = np.cov(own.T, aweights=weights[weights > 0].reset_index(drop=True)[own.index])
    p = len(cov)
    alpha = p / (p - 1) * (1 - np.trace(cov) / cov.sum())
    assert next(r for r in scales.rows if r.id == construct.id).alpha == pytest.approx(alpha)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-0.5, "row 8, column wgt: the weight -0.5 is below 0 (1 such)"),
        ("heavy", "row 8, column wgt: 'heavy' is no number (1 such)"),
        ("inf", "row 8, column wgt: 'inf' is no number (1 such)"),
        (None, "row 2, column wgt: no row has a weight above 0"),
    ],
)
def test_what_is_no_weight_is_refused_in_one_line(weighted: Project, value: Any, said: str) -> None:
    rows = pd.read_csv(weighted.folder / "rows.csv").astype({"wgt": object})
    if value is None:
        rows["wgt"] = 0.0
    else:
        rows.loc[6, "wgt"] = value
    weighted.rows(rows)
    with pytest.raises(UserError) as caught:
        loaded()
    assert said.removesuffix(" (1 such)") in str(caught.value) and "\n" not in str(caught.value)
    assert "权重" in caught.value.said.in_("zh") or "不是数字" in caught.value.said.in_("zh")


@pytest.mark.parametrize(
    ("column", "change", "said"),
    [
        ("q1", {}, "weights: 'q1' is used as an item, a variable or a group"),
        ("plan", {}, "weights: 'plan' is used as an item, a variable or a group"),
        ("wgt", {"personal": ["wgt"]}, "weights: 'wgt' is personal, and never read"),
        ("", {}, "weights"),
    ],
)
def test_a_column_that_cannot_weigh(
    weighted: Project, column: str, change: dict[str, Any], said: str
) -> None:
    weighted.study |= {"weights": column} | change
    weighted.describe()
    with pytest.raises(UserError) as caught:
        study.load("small")
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_a_column_that_is_not_there_is_named(weighted: Project) -> None:
    weighted.study["weights"] = "wgth"
    weighted.describe()
    with pytest.raises(UserError, match=r"no column 'wgth'.*did you mean 'wgt'"):
        loaded()


def test_a_matrix_has_no_weights(weighted: Project) -> None:
    weighted.study["matrix"] = {"path": "m.csv", "kind": "covariance", "n": 100}
    weighted.describe()
    with pytest.raises(UserError, match="weights: a case with a matrix has no rows for it"):
        study.load("small")


def test_few_people_behind_a_heavy_share_are_not_recorded(weighted: Project) -> None:
    rows = pd.read_csv(weighted.folder / "rows.csv")
    rows["wgt"] = np.where(rows["recommend"] >= 9, 9.0, 0.5)
    keep = rows["recommend"] >= 9
    rows.loc[keep & (keep.cumsum() > 4), "recommend"] = 7  # four promoters, who weigh a lot
    rows["wgt"] = np.where(rows["recommend"] >= 9, 9.0, 0.5)
    weighted.rows(rows)
    nps: Any = descriptives.nps(descriptives.data(loaded()))
    assert nps.promoters_count == 4 and nps.promoters * nps.n > 20
    assert recordable(nps).refused.code == "not_recorded"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "analysis", ["audit", "reliability", "measurement", "structural", "groups", "robustness"]
)
def test_each_page_says_once_what_is_weighted(weighted: Project, analysis: str) -> None:
    described = study.load("small")
    (en,), (zh,) = (dossier.weighted(described, analysis, language) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert "weighted" in en and "加权" in zh
    assert dossier.weighted(described, "descriptives", "en") == []
    assert dossier.weighted(described, "voice", "en") == []


def test_the_focal_path_is_shown_with_the_weights_and_without(weighted: Project) -> None:
    found = loaded()
    focal = found.study.focal
    assert focal is not None and found.weights is not None
    specified = specifications(found, focal, 1)
    own, plain = next(specified), next(specified)
    assert (own.choice, plain.choice) == ("own", "unweighted")
    assert own.estimator == plain.estimator and own.estimator
    model: Any = structural.model(structural.answers(found))
    unweighted: Any = structural.model(replace(structural.answers(found), weights=None))
    for one, result in ((own, model), (plain, unweighted)):
        table = result.standardized().set_index("label")
        assert one.estimate().estimate == pytest.approx(table.loc[f"p_{focal.id}", "est_std"])
    assert own.estimate().estimate != pytest.approx(plain.estimate().estimate, abs=1e-4)
    power: Any = robustness.power(found)
    (path,) = power.paths
    expected = model.standardized().set_index("label").loc[f"p_{path.id}", "se"]
    assert path.se == pytest.approx(expected)


@pytest.mark.parametrize(("estimator", "takes"), [("ML", True), ("ULS", False), ("WLSMV", False)])
def test_an_estimator_without_weights_says_so(
    weighted: Project, estimator: str, takes: bool
) -> None:
    weighted.study["estimator"] = estimator
    weighted.describe()
    found = loaded()
    data = measurement.scales(found)
    planned: Any = measurement.planned(data)
    assert (planned.result.estimate.options.weights is not None) is takes
    assert planned.robust.estimate.options.weights is not None
    (en,) = dossier.weighted(found.study, "measurement", "en")
    (zh,) = dossier.weighted(found.study, "structural", "zh")
    assert (f"{estimator} takes no weights" in en) is not takes
    assert (f"{estimator} 不支持权重" in zh) is not takes


@pytest.mark.parametrize(("language", "said"), [("en", "by their weights"), ("zh", "权重加权")])
def test_the_brief_says_that_figures_are_weighted(
    weighted: Project, language: Any, said: str
) -> None:
    assert said in page.brief(Material(study.load("small"), {}), None, language)[-1]
    del weighted.study["weights"]
    weighted.describe()
    assert said not in page.brief(Material(study.load("small"), {}), None, language)[-1]


def column(name: str, values: list[float], asked: str = "") -> tuple[Column, pd.Series]:
    return Column(0, name, pd.Series(values), name, asked), pd.Series(values)


@pytest.mark.parametrize(
    ("name", "asked", "values", "weighs"),
    [
        ("wgt", "", [0.5, 1.2, 0.9, 1.4], True),
        ("Weight", "", [0.5, 1.2, 0.9, 1.4], True),
        ("权重", "", [0.5, 1.2, 0.9, 1.4], True),
        ("Gewicht", "", [0.5, 1.2, 0.9, 1.4], True),
        ("w_final", "Survey weight, raked", [1050.5, 2300.1, 800.0], True),
        ("weight", "What is your weight (kg)?", [70.5, 82.0, 65.3], False),
        ("weight", "", [1, 2, 1, 3], False),
        ("wgt", "", [0.5, -1.2, 0.9, 1.4], False),
        ("weightless", "", [0.5, 1.2, 0.9, 1.4], False),
        ("price", "", [0.5, 1.2, 0.9, 1.4], False),
    ],
)
def test_what_is_taken_for_a_weight(
    name: str, asked: str, values: list[float], weighs: bool
) -> None:
    assert kinds.weights(*column(name, values, asked)) is weighs


@pytest.mark.parametrize("language", ["en", "zh"])
def test_new_proposes_a_weight(project: Any, tmp_path: Path, language: Any) -> None:
    rows = answers(120)
    rows["wgt"] = 0.5 + (np.arange(120) * 7 % 11) * 0.1
    rows["wgt_trimmed"] = rows["wgt"].clip(upper=1.3)
    file = tmp_path / "file.csv"
    rows.to_csv(file, index=False)
    made = newcase.new("mine", file, language=language)
    text = made.path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("weights:"))
    assert "# check:" in line and ("加权" in line) == (language == "zh")
    assert yaml.safe_load(text)["weights"] == "wgt"
    assert survey.load(study.load("mine")).design is not None
