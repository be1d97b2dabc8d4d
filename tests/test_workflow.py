"""The graph of the run, the notebooks as they are committed, and the keys that the text cites."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest

from loyalty.book import files as book
from loyalty.book import plan
from loyalty.cases import study
from loyalty.cases.analyses import SURVEY
from loyalty.ground.thresholds import all_thresholds
from loyalty.run import analyses, execute, marks, warm, workflow
from loyalty.run.jobs import Jobs

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CASES = sorted(p.parent.name for p in ROOT.glob("data/*/study.yml"))
#: Of them, those that the graph is planned for: a table alone, a survey, and both.
PLANNED = ("cdnow", "ecsi-mobile", "quality-simulated")


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The project's committed part, with nothing run."""
    root = tmp_path / "fresh"
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("notebooks", "src", "packages/semfit/src", *(f"data/{case}" for case in PLANNED)):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    (root / "reports").mkdir()
    for file in [ROOT / n for n in ("Snakefile", "_quarto.yml", "index.qmd", "references.bib")]:
        shutil.copy(file, root)
    for file in (ROOT / "reports").glob("*.qmd"):
        shutil.copy(file, root / "reports")
    for name in ("reports/zh", "reports/trial"):
        shutil.copytree(ROOT / name, root / name)
    return root


def forget() -> None:
    """What a process keeps of the project's files: it has one root, this one has many."""
    for kept in (
        *(analyses.compute_files, analyses.show_files, analyses._source, analyses._imported),
        *(plan._code, plan._words, marks._checksum),
    ):
        kept.cache_clear()


@pytest.fixture
def done(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The project with everything up to date (marks and small files, nothing really run)."""
    monkeypatch.setenv("LOYALTY_ROOT", str(fresh))
    forget()
    for step in plan.steps({}):
        for file in step.makes:
            write(file if file.suffix else file / "index.html", '{"schema_version": 2}')
        marks.done(step)
    yield fresh
    forget()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def due(*targets: str, **config: object) -> set[str]:
    """The names of the steps that are out of date, of those that the targets need."""
    forget()
    steps = plan.steps(config)
    return {s.name for s in marks.behind(targets or ["report"], steps, marks.sweep(steps))}


def planned(root: Path, *arguments: str) -> dict[str, int]:
    """Jobs by rule that Snakemake's dry run lists."""
    command = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1", "--nocolor"]
    command += ["--rerun-triggers", "mtime"]
    done = subprocess.run(
        [*command, *arguments],
        cwd=root,
        env={
            **os.environ,
            "LOYALTY_ROOT": str(root),
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    if "Nothing to be done" in said:
        return {}
    stats = said.split("Job stats:")[1].split("total")[0]
    return {m[1]: int(m[2]) for m in re.finditer(r"(?m)^(\S+) +(\d+)$", stats)}


def computing(jobs: Iterable[str]) -> set[str]:
    """Of the steps, those that compute."""
    other = ("show_", "check_", "report", "trial_")
    return {job for job in jobs if not job.startswith(other)}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file}: {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_everything_is_planned_once(fresh: Path) -> None:
    jobs = planned(fresh, "--config", "draws=20", "--", "report")
    pairs = [(case, name) for case in PLANNED for name in study.load(case).analyses]
    wanted = [f"{case}_{name}" for case, name in pairs]
    pairs += [(study.ALL, name) for name in analyses.ACROSS]
    for language in ("en", "zh"):
        whole = language == "en"
        shown = [
            (case, name) for case, name in pairs if whole or case in (study.ALL, "ecsi-mobile")
        ]
        wanted += [f"show_{case}_{name}_{language}" for case, name in shown]
        cases = [*PLANNED, study.ALL] if whole else ["ecsi-mobile"]
        wanted += [f"report_{case}_{language}" for case in cases]
        wanted += [f"report_{language}", f"trial_{language}"]
    wanted += [f"check_{case}" for case in PLANNED]
    wanted += [*analyses.ACROSS, "report"]
    assert jobs == dict.fromkeys(wanted, 1)
    assert not (fresh / ".cache" / "marks").exists()


def test_what_is_done_is_not_planned(done: Path) -> None:
    assert planned(done, "--", "report") == {}
    assert due() == set()


def test_a_broken_case_does_not_keep_the_others_from_running(fresh: Path) -> None:
    (fresh / "data" / "ecsi-mobile" / "study.yml").write_text("title: [")
    jobs = planned(fresh, "--", "quality-simulated_audit")
    assert jobs == {"quality-simulated_audit": 1, "check_quality-simulated": 1}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("analyses/failure/words.py", '"""Sentences', '"""All sentences'),
        ("analyses/failure/tables.py", "Is there a recovery", "Is there any recovery"),
        ("ground/terms/headings.yml", '"严重程度"', '"严重性"'),
        ("shown/charts/style.py", "#0072B2", "#0072B3"),
    ],
)
def test_what_is_shown_computes_nothing(done: Path, name: str, old: str, new: str) -> None:
    edit(done / "src" / "loyalty" / name, old, new)
    jobs = due()
    assert "show_quality-simulated_failure_en" in jobs and computing(jobs) == set()
    if name.startswith("analyses/failure"):
        pages = {"show_quality-simulated_failure_en", "report_quality-simulated_en", "report"}
        assert jobs == pages


def test_a_sentence_of_a_chapter_renders_its_volume_alone(done: Path) -> None:
    edit(done / "reports" / "question.qmd", "Customers who", "Those customers who")
    assert due() == {"report_en", "report"}
    edit(done / "reports" / "trial" / "zh" / "index.qmd", "# ", "#  ")
    assert due() == {"report_en", "trial_zh", "report"}


def test_findings_compute_their_analysis_alone(done: Path) -> None:
    edit(
        done / "src" / "loyalty" / "analyses" / "failure" / "findings.py", '"""What', '"""All that'
    )
    assert computing(due()) == {"quality-simulated_failure", *analyses.ACROSS}


def test_other_rows_are_checked_and_computed_anew(done: Path) -> None:
    edit(done / "data" / "quality-simulated" / "study.yml", "title:", "# A shop\ntitle:")
    jobs = due()
    assert "check_quality-simulated" in jobs and "quality-simulated_failure" in jobs
    assert all(job.startswith("quality") for job in computing(jobs) - set(analyses.ACROSS))


def test_a_new_case_computes_itself_and_the_synthesis(done: Path) -> None:
    shutil.copytree(done / "data" / "cdnow", done / "data" / "another")
    jobs = due()
    assert computing(jobs) == {"another_behaviour", "another_published", *analyses.ACROSS}
    assert {job for job in jobs if job.startswith("check_")} == {"check_another"}


def test_a_case_is_planned_when_its_rows_are_here(done: Path) -> None:
    folder = done / "data" / "customer-sat"
    shutil.copytree(
        ROOT / "data" / "customer-sat", folder, ignore=shutil.ignore_patterns("rows", "findings")
    )
    assert computing(due()) == set()
    rows, described = b"q1\n1\n", (folder / "study.yml").read_text(encoding="utf-8")
    pinned = study.load("customer-sat").sources[0].sha256
    sha256 = hashlib.sha256(rows).hexdigest()
    (folder / "study.yml").write_text(described.replace(pinned, sha256), encoding="utf-8")
    (folder / "rows").mkdir()
    (folder / "rows" / "customerSat.csv").write_bytes(rows)
    jobs = due()
    assert "check_customer-sat" in jobs
    own = {f"customer-sat_{name}" for name in (*SURVEY, "published")}
    assert computing(jobs) == {*own, *analyses.ACROSS}
    (folder / "rows" / "customerSat.csv").write_bytes(b"q1\n2\n")
    assert "check_customer-sat" not in due()


def test_a_case_report_touches_that_case_alone(done: Path) -> None:
    shutil.rmtree(done / ".cache" / "marks")
    jobs = due("report_cdnow_zh")
    assert all("cdnow" in job for job in jobs) and "report_cdnow_zh" in jobs
    assert "show_cdnow_behaviour_zh" in jobs and "show_cdnow_behaviour_en" not in jobs


@pytest.mark.parametrize(
    "harm", ["result gone", "notebook gone", "finding edited", "finding emptied", "older notebook"]
)
def test_what_is_not_as_it_was_left_is_computed_anew(done: Path, harm: str) -> None:
    result, notebook = execute.outputs("quality-simulated", "failure")
    if harm.endswith("gone"):
        (result if harm.startswith("result") else notebook).unlink()
    elif harm == "finding edited":
        result.write_text('{"schema_version": 1}')
    elif harm == "finding emptied":
        result.write_text("")
    else:
        notebook.write_text('{"cells": []}')
        os.utime(notebook, (0, 0))
    assert computing(due()) == {"quality-simulated_failure", *analyses.ACROSS}


@pytest.mark.parametrize("harm", ["gone", "edited"])
@pytest.mark.parametrize("which", ["page", "book"])
def test_a_page_that_is_not_as_it_was_left_is_made_anew(done: Path, which: str, harm: str) -> None:
    page = analyses.shown_file("quality-simulated", "failure")
    if which == "book":
        page = book.EDITIONS[0].files(["html"])[0]
    page.write_text("other") if harm == "edited" else page.unlink()
    shown = {"show_quality-simulated_failure_en", "report_quality-simulated_en"}
    assert due() == {*(shown if which == "page" else {"report_en"}), "report"}


def test_no_clock_says_what_is_out_of_date(done: Path) -> None:
    for k, file in enumerate(sorted((done / ".cache" / "marks").rglob("*"))):
        if file.is_file():
            os.utime(file, (4e9 - k, 4e9 - k))
    assert due() == set()
    assert planned(done, "--", "report") == {}


@pytest.mark.parametrize(
    "name", ["$(touch X)", "`touch X`;touch X", "q {1} [a]", "über maß", "a'b"]
)
def test_a_folder_of_any_name_runs_nothing(done: Path, name: str) -> None:
    shutil.copytree(done / "data" / "cdnow", done / "data" / name)
    (done / "data" / "cdnow" / "q {1} [a].csv").write_text("a,b")
    jobs = planned(done, "--", "report")
    assert {f"check_{quote(name, safe='')}", "check_cdnow", "cdnow_behaviour"} <= set(jobs)
    with Jobs() as jobs:
        code, said = jobs.command(["check", name])
    assert code == 2 and "a name of a-z, 0-9 and - is expected" in said
    assert not list(done.rglob("X"))


#: Parameters of the same meaning in every notebook that has them, and those of single notebooks.
RUN_WIDE = {"case", "draws", "seed"}
OWN = {
    "measurement": {"replications"},
    "behaviour": {"calibration", "discount", "futures", "weeks"},
    "voice": {"pairs", "within"},
    "failure": {"excellent_share"},
    "synthesis": {"faster", "margin"},
    "drivers": {"permutations"},
    "conduct": {"folds"},
    "trial": {"respondents"},
}


# --- notebooks as committed ------------------------------------------------------------------
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_as_committed(file: Path) -> None:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    kernel = notebook.metadata["kernelspec"]
    assert (kernel["name"], kernel["language"]) == ("python3", "python")
    assert kernel["display_name"]
    known = execute.defaults(json.loads(file.read_text(encoding="utf-8")), file.name)
    assert "case" in known
    assert set(known) - RUN_WIDE == OWN.get(file.stem[3:], set())
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert [c.source for c in code if c.outputs or c.execution_count] == []
    assert notebook.cells[0].source.startswith("# ")
    assert code[-1].source.rstrip().endswith("nb.save()")
    assert re.search(rf'Notebook\(\s*"{file.stem[3:]}"', code[1].source)


def test_there_is_a_notebook_for_every_analysis() -> None:
    assert {f.stem[3:] for f in NOTEBOOKS} == set(analyses.ANALYSES)
    assert len({f.stem[:2] for f in NOTEBOOKS}) == len(NOTEBOOKS) == len(analyses.ANALYSES)
    across = [f.stem[3:] for f in NOTEBOOKS if f.stem[3:] in analyses.ACROSS]
    assert across == list(analyses.ACROSS)


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
    for file in (chapter for edition in book.EDITIONS for chapter in edition.chapters):
        cited[str(file.relative_to(ROOT))] = keys(file.read_text(encoding="utf-8"))
    for file in NOTEBOOKS:
        cells = nbformat.read(file, as_version=4).cells
        cited[file.name] = keys("\n".join(c.source for c in cells if c.cell_type == "markdown"))
    for file in (ROOT / "src" / "loyalty" / "analyses").rglob("*.py"):
        name = f"{file.parent.name}/{file.name}"
        cited[name] = set(re.findall(r"\[@(\w+)\]", file.read_text(encoding="utf-8")))
    assert cited["measurement/words.py"] and cited["reports/question.qmd"]
    assert {k: v - set(works) for k, v in cited.items() if v - set(works)} == {}


def test_every_kind_of_step_can_be_prepared(done: Path) -> None:
    """The process that forks the jobs takes every command of the plan."""
    kinds = {step.command[0]: list(step.command) for step in plan.steps({})}
    assert set(kinds) == {"check", "execute", "show", "render", "front"}
    warm.ready([kinds["front"], kinds["check"], kinds["render"]])


def test_a_check_that_fails_is_told_with_its_whole_table() -> None:
    """A line of its table is no message; the one line of an error is."""
    told: list[tuple[str, str]] = []
    table = "\n".join(
        [
            "  small/a.csv",
            "       row  column  value  what         expected",
            "error  7    nps     99     99 is not on  0 to 10",
            "                           the scale",
        ]
    )
    workflow._tell(table, lambda kind, line: told.append((kind, line)))
    workflow._tell("x\nerror small: no file", lambda kind, line: told.append((kind, line)))
    assert told == [("other", table), ("error", "small: no file")]
