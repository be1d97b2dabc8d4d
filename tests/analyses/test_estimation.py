"""The estimator and the PLS options of a case, and published paths beside its own, step by step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.measurement import words as measurement_words
from loyalty.analyses.published import beside, tables, words
from loyalty.analyses.published import findings as published
from loyalty.analyses.structural import findings as structural
from loyalty.analyses.structural import tables as structural_tables
from loyalty.cases import study, survey
from loyalty.cases.estimation import PLSOptions
from loyalty.cases.printed import Published
from loyalty.cases.study import Study
from loyalty.ground.errors import RowsAbsent
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.analyses.test_published_models import printed
from tests.conftest import Project, description

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def with_(of: Study, **values: Any) -> Study:
    made = of.model_copy(update=values)
    made._case, made._folder = of.case, of.folder
    return made


def answers(of: Study, rows: Any) -> structural.Answers:
    items = [i.id for c in of.structural for i in c.items]
    return structural.Answers(of, rows, items, structural.missing_answers(rows, items))


@pytest.mark.parametrize("estimator", ["ML", "MLR", "MLM", "GLS", "ULS", "WLSMV"])
def test_each_estimator_gives_the_pages_what_they_show(project: Project, estimator: str) -> None:
    project.study["estimator"] = estimator
    project.describe()
    loaded = survey.load(study.load("small"))
    of = loaded.study
    case = Case("small", of)
    scales = measurement.scales(loaded)
    planned: Any = measurement.planned(scales)
    assert planned.result.estimate.options.estimator == estimator
    assert planned.robust.estimate.options.estimator == "MLR"
    solution: Any = measurement.solution(scales, planned)
    assert (solution.aic is None) == (estimator in ("GLS", "ULS", "WLSMV"))
    assert (solution.scaling_factor is None) == (estimator in ("ML", "GLS", "ULS"))
    for found in (measurement.fit(planned), measurement.loadings(planned)):
        assert not isinstance(found, Refused)
    said = join(measurement_words.fit(cited(measurement.fit(planned), "a/b/fit"), case))
    assert f"({estimator})" in said.en and f"（{estimator}）" in said.zh
    full = estimator in ("ML", "MLR")
    assert ("all answers" in said.en) == full and ("complete rows" in said.en) != full
    data = answers(of, loaded.scored)
    model: Any = structural.model(data)
    assert model.estimate.options.estimator == estimator
    paths: Any = structural.paths(data, model)
    note = structural_tables.paths(cited(paths, "a/b/paths"), case).note
    assert note is not None and f"({estimator})" in note.en
    assert ("robust standard" in note.en) == (estimator in ("MLR", "MLM", "WLSMV"))
    boot: Any = structural.bootstrap(data, 5, 1)
    assert boot.estimate.options.estimator == estimator


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"estimator": "magic"}, "estimator"),
        ({"pls": {"modes": {"nosuch": "B"}}}, "pls.modes: 'nosuch' is not a construct"),
        ({"pls": {"consistent": True, "standardized": False}}, "consistent: expected with"),
    ],
)
def test_options_that_do_not_hold(project: Project, refusal: Any, values: Any, said: str) -> None:
    project.study |= values
    project.describe()
    assert said in refusal(study.load, "small")


def test_only_mlr_allows_for_clusters(project: Project, refusal: Any) -> None:
    group = project.study["groups"][0]["id"]
    project.study |= {"estimator": "ML", "cluster": group}
    project.describe()
    assert f"estimator: ML cannot allow for {group}" in refusal(study.load, "small")


def test_pls_options() -> None:
    of = Study.model_validate(description())
    first, second = of.constructs[:2]
    formative = second.model_copy(update={"mode": "formative"})
    usual = PLSOptions().options([first, formative])
    assert usual["mode_b"] == [second.id] and usual["scheme"] == "path"
    assert PLSOptions(mode="B").options([first, second])["mode_b"] == [first.id, second.id]
    named = PLSOptions(mode="B", modes={first.id: "A", second.id: "A"})
    assert named.options([first, formative])["mode_b"] == []


# --- published paths step by step ------------------------------------------------------------
def test_steps_end_in_the_study_s_own_paths(repository: Path) -> None:
    """lavaan's ML (complete rows) and MLR (full information) of golden/make_reputation.R."""
    gold = json.loads((GOLDEN / "reputation.json").read_text())
    of = study.load("reputation-mobile")
    try:
        loaded = survey.load(of)
    except RowsAbsent as error:
        pytest.skip(str(error))
    figures = [
        {"statistic": "path", "of": [row["from"], row["to"]], "value": f"{row['est']:.2f}"}
        for row in gold["ml"]["paths"]
    ]
    entry = Published.model_validate(printed(figures, estimator="ML", missing="listwise"))
    found: Any = published.ways(with_(of, published=[entry]), lambda: loaded)
    assert [s.change for s in found.rows[0].steps] == ["theirs", "robust", "answers"]
    for way, ml, mlr in zip(found.rows, gold["ml"]["paths"], gold["mlr"]["paths"], strict=True):
        first, robust, last = way.steps
        assert first.estimate == pytest.approx(ml["est"], abs=5e-4)
        assert first.se == pytest.approx(ml["se"], rel=5e-3)
        assert robust.estimate == pytest.approx(first.estimate, abs=1e-6)
        assert last.estimate == pytest.approx(mlr["est"], abs=5e-4)
        assert last.se == pytest.approx(mlr["se"], rel=5e-3)
        assert first.n < last.n and robust.ratio == pytest.approx(robust.se / first.se)


def heavy(n: int = 240, seed: int = 4) -> pd.DataFrame:
    """Answers whose errors are large where the cause is: plain errors of its path are too small."""
    rng = np.random.default_rng(seed)
    cause = rng.standard_t(3, n)
    effect = 0.13 * cause + rng.normal(size=n) * np.abs(cause)
    made = {f"q{i}": cause + 0.3 * rng.normal(size=n) for i in (1, 2, 3)}
    made |= {f"l{i}": effect + 0.3 * rng.normal(size=n) for i in (1, 2, 3)}
    return pd.DataFrame(made)


def test_what_turned_a_path_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    content = description()
    items = {c["id"]: [i["id"] for i in c["items"]] for c in content["constructs"]}
    rows = heavy()
    rows.columns = pd.Index(items["quality"] + items["loyalty"])
    entry = printed([{"statistic": "path", "of": ["quality", "loyalty"], "value": "0.20"}])
    content |= {"published": [entry], "groups": []}
    of = Study.model_validate(content)

    class Loaded:
        scored = rows

    found: Any = beside.ways(of, Loaded())  # type: ignore[arg-type]
    (way,) = found.rows
    theirs, robust = way.steps
    assert theirs.ci_lower > 0 > robust.ci_lower and robust.ratio > 1.3
    assert (way.clear, way.turned, way.position) == (True, "robust", 1)
    assert (found.count, found.clear, found.open) == (1, 1, 1)
    case = Case("small", of)
    said = join(words.ways(cited(found, "small/published/ways"), case))
    assert "with robust standard errors" in said.en and "稳健标准误" in said.zh
    table = tables.ways(cited(found, "small/published/ways"), case)
    assert len(without_references(table.markdown("en")).splitlines()) == 6
    # what holds is said to hold
    rows[items["loyalty"]] = rows[items["quality"]].to_numpy() + 0.5 * rows[items["loyalty"]]
    kept: Any = beside.ways(of, Loaded())  # type: ignore[arg-type]
    assert kept.clear == 1 and kept.open == 0 and kept.rows[0].turned is None
    assert "robust" not in join(words.ways(cited(kept, "small/published/ways"), case)).en
