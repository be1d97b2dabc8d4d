"""Notebooks run for cases of their own choice: what they find, the same again, and by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from loyalty.analyses.failure.findings import Determinants, Failure, Paradox
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.reliability.models import Scales
from loyalty.cases import study, survey
from loyalty.ground import findings
from loyalty.ground.findings import CitedFloat, Found
from loyalty.run.analyses import WORKFLOW, findings_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
SURVEY, FAILURES = "ecsi-mobile", "quality-simulated"
RUNS: dict[tuple[str, str], dict[str, Any]] = {
    (SURVEY, "reliability"): {"draws": 20, "seed": 7},
    (FAILURES, "failure"): {"excellent_share": 0.4},
}


def copy(root: Path) -> Path:
    """The project without what it generates; downloads and fonts are shared."""
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in (f"data/{SURVEY}", f"data/{FAILURES}", "notebooks", "src", "packages/semfit/src"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    shutil.copy(ROOT / "_quarto.yml", root)
    (ROOT / ".cache").mkdir(exist_ok=True)
    (root / ".cache").mkdir()
    for kept in (ROOT / ".cache").iterdir():
        if kept.name not in ("computed", "marks", "books", "running"):
            (root / ".cache" / kept.name).symlink_to(kept)
    return root


def environment(root: Path, **more: str) -> dict[str, str]:
    code = f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}"
    given = {"LOYALTY_ROOT": str(root), "OMP_NUM_THREADS": "1", "PYTHONPATH": code}
    return {**{k: v for k, v in os.environ.items() if k != WORKFLOW}, **given, **more}


def run(root: Path, case: str, analysis: str, **more: str) -> bytes:
    """Run one notebook in a process of its own: the result file."""
    wide = json.dumps(RUNS[case, analysis])
    done = subprocess.run(
        [sys.executable, "-m", "loyalty.cli", "execute", case, analysis, "--wide", wide],
        cwd=root,
        env=environment(root, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if "could not be downloaded" in done.stderr:
        pytest.skip(f"the distribution is not cached and cannot be fetched: {done.stderr}")
    assert done.returncode == 0, done.stderr
    return (root / "reports" / "results" / case / f"{analysis}.json").read_bytes()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A project where `RUNS` were run, and the result files."""
    root = copy(tmp_path_factory.mktemp("notebooks") / "project")
    more = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    return root, {analysis: run(root, case, analysis, **more) for case, analysis in RUNS}


@pytest.fixture
def found(
    ran: tuple[Path, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Found[Any]]:
    """``found(analysis)``: the result, read and checked by its schema."""
    monkeypatch.setenv("LOYALTY_ROOT", str(ran[0]))
    cases = {analysis: case for case, analysis in RUNS}
    return lambda analysis: findings.read(cases[analysis], analysis, findings_of(analysis))


@pytest.mark.parametrize(("case", "analysis"), RUNS)
def test_a_result_says_where_it_comes_from(
    found: Callable[[str], Found[Any]], case: str, analysis: str
) -> None:
    one = found(analysis)
    assert (one.case, one.analysis) == (case, analysis)
    assert one.provenance.parameters == {"case": case, **RUNS[case, analysis]}
    assert one.simulated == (case == FAILURES)
    assert [d.rows > 100 for d in one.provenance.data] == [True]


def test_alpha_against_its_definition(found: Callable[[str], Found[Any]]) -> None:
    """k / (k − 1) · (1 − Σ var(item) / var(sum)) on the raw answers."""
    reliability: Reliability = found("reliability").findings
    answers = survey.load(study.load(SURVEY)).items("loyalty").to_numpy()
    k = answers.shape[1]
    share = answers.var(axis=0, ddof=1).sum() / answers.sum(axis=1).var(ddof=1)
    assert isinstance(reliability.scales, Scales)
    (row,) = [r for r in reliability.scales.rows if r.id == "loyalty"]
    np.testing.assert_allclose(row.alpha, k / (k - 1) * (1 - share), rtol=1e-12)


def test_what_follows_a_failure(found: Callable[[str], Found[Any]]) -> None:
    failure: Failure = found("failure").findings
    assert isinstance(failure.determinants, Determinants) and isinstance(failure.paradox, Paradox)
    assert 0 < failure.determinants.failed < failure.determinants.customers
    for row in (*failure.determinants.circumstances, *failure.paradox.comparisons):
        assert row.ci_lower < row.estimate < row.ci_upper
    signs = {r.term: r.estimate for r in failure.determinants.circumstances}
    assert signs["recovery"] > 0 > signs["severity"]
    assert isinstance(failure.paradox.mark, CitedFloat)
    assert failure.paradox.mark.address == f"{FAILURES}/failure/paradox.mark"


@pytest.mark.parametrize(("case", "analysis"), RUNS)
def test_hash_seed_and_language_of_the_system_change_nothing(
    ran: tuple[Path, dict[str, bytes]], case: str, analysis: str, chinese: dict[str, str]
) -> None:
    root, before = ran
    assert run(root, case, analysis, PYTHONHASHSEED="1", **chinese) == before[analysis]


def test_a_notebook_run_by_hand(ran: tuple[Path, dict[str, bytes]]) -> None:
    """From top to bottom with its defaults, as an editor does; the results stay as they are."""
    root, before = ran
    file, out = root / "notebooks" / "10-failure.ipynb", root / "by-hand.ipynb"
    code = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": "."}})
client.execute()
nbformat.write(notebook, sys.argv[2])
"""
    given = environment(root)
    del given["LOYALTY_ROOT"]
    subprocess.run(
        [sys.executable, "-c", code, str(file), str(out)],
        cwd=root / "notebooks",
        env=given,
        capture_output=True,
        check=True,
        timeout=600,
    )
    outputs = [o for c in nbformat.read(out, as_version=4).cells for o in c.get("outputs", [])]
    shown = [o.data["text/markdown"] for o in outputs if "text/markdown" in o.get("data", {})]
    assert any("customers met a failure" in text for text in shown)
    assert any("Is there a recovery paradox?" in text for text in shown)
    assert not any(".num" in text for text in shown)
    assert any("image/png" in o.get("data", {}) for o in outputs)
    written = f"reports/by-hand/{FAILURES}/failure.json"
    assert outputs[-1].text == f"findings: {written}\n"
    default = json.loads((root / written).read_text("utf-8"))["provenance"]["parameters"]
    assert default == {"case": FAILURES, "excellent_share": 0.25}
    kept = root / "reports" / "results" / FAILURES / "failure.json"
    assert kept.read_bytes() == before["failure"]
