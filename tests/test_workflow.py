"""The graph of the run, the notebooks as they are committed, and the keys that the text cites."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from loyalty.cases import study
from loyalty.ground.thresholds import all_thresholds
from loyalty.run import execute

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CASES = sorted(p.parent.name for p in ROOT.glob("data/*/study.yml"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The project's committed part, with nothing run."""
    root = tmp_path / "fresh"
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("data", "notebooks", "src"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    (root / "reports").mkdir()
    for file in [ROOT / n for n in ("Snakefile", "_quarto.yml", "index.qmd", "references.bib")]:
        shutil.copy(file, root)
    for file in (ROOT / "reports").glob("*.qmd"):
        shutil.copy(file, root / "reports")
    return root


def planned(root: Path, *arguments: str) -> dict[str, int]:
    """Jobs by rule that a dry run lists."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1", "--nocolor"]
    done = subprocess.run(
        [*command, *arguments],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    stats = said.split("Job stats:")[1].split("total")[0]
    return {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\S+) +(\d+)$", stats)}


def test_everything_is_planned_once(fresh: Path) -> None:
    jobs = planned(fresh, "--config", "draws=20", "--", "report")
    per_case = [f"{case}_{name}" for case in CASES for name in study.load(case).analyses]
    checks = [f"check_{case}" for case in CASES]
    assert jobs == dict.fromkeys([*per_case, *checks, "synthesis", "report"], 1)
    assert not (fresh / ".cache" / "done").exists()


def test_a_broken_case_does_not_keep_the_others_from_running(fresh: Path) -> None:
    (fresh / "data" / "ecsi-mobile" / "study.yml").write_text("title: [")
    target = ".cache/done/aftersales-simulated/audit"
    jobs = planned(fresh, "--", target)
    assert jobs == {"aftersales-simulated_audit": 1, "check_aftersales-simulated": 1}


#: Parameters of the same meaning in every notebook that has them, and those of single notebooks.
RUN_WIDE = {"case", "draws", "seed", "language"}
OWN = {
    "measurement": {"replications"},
    "behaviour": {"calibration", "discount", "futures", "weeks"},
    "voice": {"pairs"},
    "failure": {"excellent_share"},
    "synthesis": {"faster", "margin"},
}


# --- notebooks as committed ------------------------------------------------------------------
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_as_committed(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    kernel = notebook.metadata["kernelspec"]
    assert (kernel["name"], kernel["language"]) == ("python3", "python")
    assert kernel["display_name"]
    known = execute.defaults(notebook, file.name)
    assert {"case", "language"} <= set(known)
    assert set(known) - RUN_WIDE == OWN.get(file.stem[3:], set())
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.source for c in code if c.outputs or c.execution_count] == []
    assert notebook.cells[0].source.startswith("# ")
    assert code[-1].source.rstrip().endswith("nb.save()")
    assert re.search(rf'Notebook\(\s*"{file.stem}"', code[1].source)
    for cell in code:
        defined = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, DEFINITIONS)]
        assert defined == [], f"{file.name}: a function is defined in {cell.id}"


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def test_there_is_a_notebook_for_every_analysis() -> None:
    assert [f.stem[3:] for f in NOTEBOOKS] == [
        *study.SURVEY,
        *study.BESIDE,
        execute.SYNTHESIS,
        study.PUBLISHED,
    ]
    assert [f.stem[:2] for f in NOTEBOOKS] == [f"{i:02d}" for i in range(1, len(NOTEBOOKS) + 1)]


# --- citations -------------------------------------------------------------------------------
def keys(text: str) -> set[str]:
    """Citation keys (``@key``), without cross-references and code."""
    text = re.sub(r"(?s)```.*?```|`[^`\n]*`|\{\{<.*?>\}\}", "", text)
    found = re.findall(r"(?<![\w\\/.])@([A-Za-z][\w:-]*\w)", text)
    return {k for k in found if not re.match(r"(sec|fig|tbl|eq|lst)-", k)}


def test_every_cited_work_is_in_the_bibliography(repository: Path) -> None:
    bibliography = (ROOT / "references.bib").read_text(encoding="utf-8")
    works = re.findall(r"(?m)^@\w+\{([^,\s]+),", bibliography)
    assert len(works) == len(set(works)) > 20
    cited = {"thresholds.yml": {t.cite for t in all_thresholds().values()} - {""}}
    for case in CASES:
        cited[case] = set(study.load(case).provenance.citation)
    for file in [ROOT / "index.qmd", *(ROOT / "reports").glob("*.qmd")]:
        cited[file.name] = keys(file.read_text(encoding="utf-8"))
    for file in NOTEBOOKS:
        cells = nbformat.read(file, as_version=4).cells
        cited[file.name] = keys("\n".join(c.source for c in cells if c.cell_type == "markdown"))
    for file in (ROOT / "src" / "loyalty" / "prose").glob("*.py"):
        cited[file.name] = set(re.findall(r"\[@(\w+)\]", file.read_text(encoding="utf-8")))
    assert cited["measurement.py"] and cited["introduction.qmd"]
    assert {k: v - set(works) for k, v in cited.items() if v - set(works)} == {}
