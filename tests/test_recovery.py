"""The recovery of the simulated cases: what is kept is current, and what the page says is in it."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
import semfit

from loyalty.book import measured
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.ground import paths
from loyalty.simulate import load_process, true_parameters

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / "results" / "recovery.json"
CASES = sorted(p.parent.name for p in ROOT.glob("data/*-simulated/process.yml"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recovery", ROOT / "benchmarks" / "recovery.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["recovery"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def kept() -> pd.DataFrame:
    return pd.DataFrame(json.loads(KEPT.read_text(encoding="utf-8")))


@pytest.mark.parametrize("case", CASES)
def test_what_is_kept_was_measured_with_the_processes_there_are(
    script: ModuleType, kept: pd.DataFrame, case: str
) -> None:
    described = study.load(case)
    own = kept[kept["case"] == case].set_index("label")
    truth = script.truths(described, load_process(ROOT / "data" / case / "process.yml"))
    assert own["truth"].to_dict() == pytest.approx(truth, abs=1e-9), "run `make recovery`"
    assert described.rows.simulator is not None
    assert set(own["n"]) == {described.rows.simulator.respondents}


def test_truth_of_the_model_is_the_pooled_one(script: ModuleType) -> None:
    """By hand: quality -> perception is .62 in every industry, and nothing else is about it."""
    described = study.load("quality-simulated")
    process = load_process(ROOT / "data" / "quality-simulated" / "process.yml")
    found = script.truths(described, process)
    assert set(found) == {"p_H1", "p_H2", "p_H3", "p_H4", "p_H5", "I1", "I2"}
    assert found["p_H2"] == pytest.approx(0.62)
    assert found["I1"] == pytest.approx(found["p_H2"] * found["p_H3"])
    average = true_parameters(process).query("kind == 'path' and industry == 'average'")
    assert found["p_H1"] == pytest.approx(average.set_index("name").value.iloc[1], abs=2e-3)


def test_the_redraw_is_the_structural_notebook_s_model(script: ModuleType) -> None:
    """With the case's own seed: the estimates of the case's own rows, both standard errors."""
    described = study.load("innovation-drivers-simulated")
    source = described.rows.simulator
    assert source is not None
    process = load_process(ROOT / "data" / described.case / source.process)
    table, why = script.redraw(described, process, source.respondents, source.seed)
    assert why == ""
    survey = sources.load(described)
    options: dict[str, Any] = {"estimator": "MLR", "missing": "fiml"}
    plain = semfit.fit(described.structural_model(), survey.scored, **options).standardized()
    clustered = semfit.fit(
        described.structural_model(), survey.scored, cluster="firm", **options
    ).standardized()
    for column, result, other in (
        ("est_std", plain, "est_std"),
        ("se", plain, "se"),
        ("se_cluster", clustered, "se"),
    ):
        expected = result.set_index("label").loc["p_H1", other]
        assert table.loc["p_H1", column] == pytest.approx(expected, rel=1e-5), column
    again, _ = script.redraw(described, process, source.respondents, source.seed)
    pd.testing.assert_frame_equal(table, again)


def test_coverage_is_a_share_of_the_redraws(script: ModuleType) -> None:
    rows = script.recovery("quality-simulated", 4)
    assert [r["label"] for r in rows] == ["p_H1", "p_H2", "p_H3", "p_H4", "p_H5", "I1", "I2"]
    for row in rows:
        assert row["replications"] == 4 and row["firms"] == 0
        assert row["coverage_plain"] in {0, 0.25, 0.5, 0.75, 1}
        assert row["bias"] == pytest.approx(row["mean"] - row["truth"])
        assert "coverage_cluster" not in row  # there are no firms


def test_careless_respondents_make_most_of_the_bias(kept: pd.DataFrame) -> None:
    """What the page says: over all paths the bias shrinks when they are taken out."""
    found = kept[kept["label"].str.startswith("p_")]
    assert found["bias_attentive"].abs().mean() < found["bias"].abs().mean()


def test_t_intervals_of_firms_hold_more_than_normal_ones(kept: pd.DataFrame) -> None:
    with_firms = kept[kept["firms"] > 0]
    assert (with_firms["coverage_cluster_t"] >= with_firms["coverage_cluster"]).all()
    assert 0.90 < with_firms["coverage_cluster_t"].mean() < 0.98


def test_the_page_prints_what_is_kept(repository: Path, kept: pd.DataFrame) -> None:
    described = {case: study.load(case) for case in study.cases()}
    folder = paths.root() / "reports" / "_generated"
    page = measured.recovery_page(described, "en", folder)
    for case in kept["case"].unique():
        assert f"{{#tbl-recovery-{case}}}" in page
        assert f": recovery of {measured.escape(described[case].title.en)}." in page
    first = kept.iloc[0]
    assert f"{first['n']:,} respondents" in page
    assert f"{first['replications']:,} redraws" in page
    assert (folder / "recovery.svg").is_file()
    assert "共重新抽取" in measured.recovery_page(described, "zh", folder)


def test_nothing_kept_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "kept", lambda name: [])
    assert "was not measured here" in measured.recovery_page({}, "en", Path())


def test_what_the_intervals_miss_is_said_with_its_reason() -> None:
    """Flipping bias, error or coverage changes the sentence, or takes it away."""
    row = {
        "label": "p_H9", "firms": 10, "replications": 200, "bias": 0.029, "bias_attentive": 0.001,
        "sd": 0.017, "se_plain": 0.017, "se_cluster": 0.024, "coverage_plain": 0.6,
        "coverage_cluster_t": 0.855,
    }  # fmt: skip

    def said(**changed: Any) -> str:
        told = measured.short_of_nominal([row | changed])
        return told[0].en.replace("\\", "") if told else ""

    biased = said()
    assert "misses more often than it should for H9 (.855)" in biased and "least .920" in biased
    assert "standard deviations: H9 (1.7)" in biased and "it would be H9 (0.1)" in biased
    short = said(bias=0.0, se_cluster=0.012)
    assert "smaller than the spread over the redraws, as its parts: H9 (0.71)" in short
    assert "Neither bias nor error says why" in said(bias=0.0)
    assert said(coverage_cluster_t=0.93) == ""
    assert "H9 (.600)" in said(firms=0)  # without firms the plain interval is the one
    assert "least .936" in said(replications=1000)
