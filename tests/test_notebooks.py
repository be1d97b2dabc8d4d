"""The notebooks run through papermill with other parameters than their own: what they find.

Chosen to take little time; ``make report`` runs all notebooks of all cases.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from loyalty.cases import study
from loyalty.ground import results

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
MOBILE, SIMULATED = "ecsi-mobile", "aftersales-simulated"
#: case, analysis, language
RUNS = (
    (SIMULATED, "descriptives", "zh"),
    (MOBILE, "reliability", "en"),
)


def copy(root: Path) -> Path:
    """The project without what it generates; downloads and fonts are shared."""
    root.mkdir()
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("data", "notebooks", "src"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    shutil.copy(ROOT / "_quarto.yml", root)
    (root / "reports").mkdir()
    (root / ".cache").symlink_to(ROOT / ".cache")
    return root


def run(root: Path, case: str, analysis: str, language: str, hash_seed: str) -> str:
    """Run one notebook with 20 draws and the seed 7; what went wrong, if anything did."""
    wide = f'{{"draws": 20, "seed": 7, "language": "{language}"}}'
    environment = {
        **os.environ,
        "LOYALTY_ROOT": str(root),
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": hash_seed,
    }
    done = subprocess.run(
        [sys.executable, "-m", "loyalty.cli", "execute", case, analysis, "--wide", wide],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A project where `RUNS` were run, and one where the last was under another hash seed."""
    folder = tmp_path_factory.mktemp("notebooks")
    (ROOT / ".cache").mkdir(exist_ok=True)
    first, second = copy(folder / "first"), copy(folder / "second")
    jobs = [(first, *given, "1") for given in RUNS] + [(second, *RUNS[-1], "2")]
    with ThreadPoolExecutor(2) as pool:
        failures = [said for said in pool.map(lambda job: run(*job), jobs) if said]
    if any("could not be downloaded" in said for said in failures):
        pytest.skip(f"the distribution is not cached and cannot be fetched: {failures[0]}")
    assert failures == []
    return first, second


@pytest.fixture
def found(roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    """``found(case, analysis)``: the result, read and checked by its schema."""
    monkeypatch.setenv("LOYALTY_ROOT", str(roots[0]))
    return results.read


def numbers(result: results.Result) -> dict[str, Any]:
    return {name: number.value for name, number in result.numbers.items()}


def shown(root: Path, case: str, analysis: str) -> list[Any]:
    """The labelled cells of the executed notebook."""
    (file,) = (root / "reports" / "executed" / case).glob(f"[0-9][0-9]-{analysis}.ipynb")
    cells = nbformat.read(file, as_version=4).cells
    return [cell for cell in cells if "label" in cell.metadata]


@pytest.mark.parametrize(("case", "analysis", "language"), RUNS)
def test_every_result_says_where_it_comes_from(
    found: Any, case: str, analysis: str, language: str
) -> None:
    result = found(case, analysis)
    given = {"case": case, "draws": 20, "seed": 7, "language": language}
    if analysis == "descriptives":
        given = {"case": case, "language": language}
    assert result.provenance.parameters == given
    assert result.simulated == (case == SIMULATED)
    (data,) = result.provenance.data
    assert data.rows == (3000 if case == SIMULATED else 250)
    for name, number in result.numbers.items():
        if number.ci is not None:
            assert number.ci[0] <= number.value <= number.ci[1], name
    for statement in result.statements.values():
        assert statement["en"] != statement["zh"]


def test_mobile_reliability(found: Any) -> None:
    """Loyalty has a weak scale for its item CUSL2, and one item has no alpha."""
    values = numbers(found(MOBILE, "reliability"))
    assert values["alpha-loyalty"] == pytest.approx(0.44, abs=0.01)
    assert values["item-total-CUSL2"] < 0.1
    assert "alpha-complaints" not in values
    assert values["factors-planned"] == 7
    assert 1 <= values["factors-parallel"] < 7


def test_simulated_descriptives(found: Any) -> None:
    values = numbers(found(SIMULATED, "descriptives"))
    assert values["index-satisfaction"] == pytest.approx(62.8, abs=0.5)


@pytest.mark.parametrize(("case", "analysis", "language"), RUNS)
def test_captions_and_alternative_texts(
    roots: tuple[Path, Path], case: str, analysis: str, language: str
) -> None:
    cells = shown(roots[0], case, analysis)
    figures = [c for c in cells if c.metadata["label"].startswith("fig-")]
    tables = [c for c in cells if c.metadata["label"].startswith("tbl-")]
    assert figures and tables
    marks = {"en": "Simulated data.", "zh": "模拟数据。"}
    for cell in [*figures, *tables]:
        caption = cell.metadata.get("fig-cap") or cell.metadata["tbl-cap"]
        assert caption.endswith((".", "。"))
        assert caption.endswith(marks[language]) == (case == SIMULATED), caption
        assert len(cell.outputs) == 1
    for cell in figures:
        assert len(cell.metadata["fig-alt"]) > 10
        assert "image/svg+xml" in cell.outputs[0].data
    said = "".join(str(c.metadata) + str(c.outputs) for c in cells if c not in figures)
    assert (sum("\u4e00" <= c <= "\u9fff" for c in said) > 100) == (language == "zh")


def test_the_hash_seed_changes_nothing(roots: tuple[Path, Path]) -> None:
    case, analysis, _ = RUNS[-1]
    first, second = (
        (root / "reports" / "results" / case / f"{analysis}.json").read_text("utf-8")
        for root in roots
    )
    assert first == second
    pictures = [
        [
            c.outputs[0].data["image/svg+xml"]
            for c in shown(root, case, analysis)
            if "fig-alt" in c.metadata
        ]
        for root in roots
    ]
    assert pictures[0] == pictures[1] != []


def test_alpha_against_its_definition(found: Any) -> None:
    """k / (k − 1) · (1 − Σ var(item) / var(sum)) on the raw answers."""
    from loyalty.cases import survey as sources

    answers = sources.load(study.load(MOBILE)).items("loyalty").to_numpy()
    k = answers.shape[1]
    share = answers.var(axis=0, ddof=1).sum() / answers.sum(axis=1).var(ddof=1)
    row = next(
        r for r in found(MOBILE, "reliability").tables["alpha"] if r["construct"] == "loyalty"
    )
    np.testing.assert_allclose(row["value"], k / (k - 1) * (1 - share), rtol=1e-12)
