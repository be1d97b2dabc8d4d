"""Findings recorded in the repository: written, read, refused, and computed anew."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from loyalty import cli
from loyalty.analyses.descriptives import findings as descriptives
from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.book import dossier
from loyalty.cases import study, survey
from loyalty.cases.study import Study
from loyalty.estimates.moments import Moments
from loyalty.ground import findings, paths
from loyalty.ground.findings import Found
from loyalty.ground.results import DataOrigin, Provenance
from loyalty.run import recorded
from loyalty.run.analyses import WORKFLOW, outline, shown_file
from loyalty.run.notebook import Notebook, hand_on
from tests.conftest import REPOSITORY, Project, answers

Refusal = Callable[..., str]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def result(case: str = "small", folder: Path | None = None) -> None:
    """What the notebook of descriptives leaves of the rows that are there now."""
    loaded = survey.load(study.load(case))
    data = descriptives.data(loaded)
    shown = ("answers", "items", "index", "scales", "correlations", "nps", "csat", "groups")
    made = {name: getattr(descriptives, name)(data) for name in shown}
    origin = DataOrigin(
        resource="answers", source="numpy", sha256=loaded.checksum, rows=len(loaded.rows)
    )
    found = Found[Descriptives](
        case=case,
        analysis="descriptives",
        simulated=True,
        findings=Descriptives(**made),
        provenance=Provenance(
            notebook="02-descriptives",
            parameters={"case": case},
            data=[origin],
            code_sha256="0" * 64,
            git_commit=COMMIT,
            git_changed=False,
            python="3",
            packages={},
        ),
    )
    findings.write(found, folder)


@pytest.fixture
def closed(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A case of 700 people with one analysis that ran, and its findings recorded."""
    monkeypatch.setattr(Study, "analyses", ["descriptives"])
    monkeypatch.setattr(recorded.results, "date_of", lambda commit: "2026-11-27")
    shutil.copytree(REPOSITORY / "notebooks", project.root / "notebooks", dirs_exist_ok=True)
    project.rows(answers(700))
    result()
    assert [f.name for f in recorded.record("small")] == ["descriptives.json", "moments.json"]
    return project


def hide(project: Project) -> None:
    (project.folder / "rows.csv").unlink()


def file(project: Project, name: str = "descriptives") -> Path:
    return project.folder / "findings" / f"{name}.json"


def read() -> Found[Any]:
    return recorded.read(study.load("small"), "descriptives")


# --- written ---------------------------------------------------------------------------------
def test_the_same_bytes_again(closed: Project) -> None:
    before = file(closed).read_bytes(), file(closed, "moments").read_bytes()
    recorded.record("small")
    assert before == (file(closed).read_bytes(), file(closed, "moments").read_bytes())
    assert sum(map(len, before)) < 30_000


def test_a_record_says_of_what_it_is(closed: Project) -> None:
    said = json.loads(file(closed).read_text())["provenance"]
    assert said["git_commit"] == COMMIT and said["parameters"] == {"case": "small"}
    assert said["recorded"]["date"] == "2026-11-27" and len(said["recorded"]["rows"]) == 64
    assert (
        said["recorded"]
        == json.loads(file(closed, "moments").read_text())["provenance"]["recorded"]
    )
    text = recorded.said(read().provenance, "small", "descriptives")
    assert text is not None
    for one in (text.en, text.zh):
        assert "2026-11-27" in one and COMMIT[:10] in one and said["recorded"]["rows"][:16] in one


def test_moments_are_read_back(closed: Project) -> None:
    found = recorded.read_moments(study.load("small"))
    assert isinstance(found, Moments) and [g.group for g in found.groups] == [None, "plan"]


def test_what_cannot_be_recorded(
    closed: Project, refusal: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LARGEST", 1000)
    assert "bytes, more than 1,000" in refusal(recorded.record, "small")
    monkeypatch.undo()
    monkeypatch.setenv("LOYALTY_ROOT", str(closed.root))
    monkeypatch.setattr(Study, "analyses", ["descriptives"])
    closed.rows(answers(700, seed=2))
    assert "of other rows (answers)" in refusal(recorded.record, "small")
    hide(closed)
    assert "no such file" in refusal(recorded.record, "small")
    shutil.rmtree(paths.results())
    closed.rows(answers(700))
    assert "not there; loyalty run small makes it" in refusal(recorded.record, "small")


# --- read where the rows are absent ----------------------------------------------------------
def test_a_check_says_so(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "small"]) == 0
    assert "700 rows" in capsys.readouterr().out
    hide(closed)
    assert cli.main(["check", "small"]) == 0
    said = capsys.readouterr().out
    assert "the rows are not here; findings of 2026-11-27 are recorded" in said


def test_a_notebook_shows_the_recorded_findings(
    closed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide(closed)
    monkeypatch.setenv(WORKFLOW, "1")
    monkeypatch.setattr("loyalty.run.notebook.hand_on", lambda analysis: None)  # of this process
    nb = Notebook("descriptives", "small")
    for name in type(read().findings).model_fields:
        nb.show(name, None)
    nb.save()
    found = findings.read("small", "descriptives", Descriptives)
    assert found.model_dump() == read().model_dump()
    assert found.provenance.recorded is not None


def test_what_is_elsewhere_is_handed_on() -> None:
    code = """
from loyalty.analyses.audit import findings as audit
from loyalty.run.notebook import ELSEWHERE, hand_on
hand_on("audit")
assert audit.flow(audit.answers(ELSEWHERE)) is ELSEWHERE
"""
    assert callable(hand_on)
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)


def test_words_of_a_description_may_change(closed: Project) -> None:
    closed.study["title"] = {"en": "Another title", "zh": "另一标题"}
    closed.study["constructs"][0]["label"] = {"en": "Value", "zh": "价值"}
    closed.describe()
    assert read().case == "small"


def test_the_sentence_stands_in_the_chapter(closed: Project) -> None:
    """Before the first heading, which stands there only with what is shown under it."""
    cells = [
        new_markdown_cell("# Descriptives"),
        new_markdown_cell("The rows are not here."),
        new_markdown_cell("## Nothing"),
        new_markdown_cell("## Items"),
        new_code_cell("", metadata={"label": "tbl-small-descriptives-items"}),
    ]
    file = shown_file("small", "descriptives")
    paths.write(file, writes(new_notebook(cells=cells)))
    shown = dossier.page("small", "descriptives", outline(file)).split("\n\n")
    assert shown[:2] == ["The rows are not here.", "## Items"]


# --- bad input -------------------------------------------------------------------------------
def changed(project: Project, change: Callable[[dict[str, Any]], None]) -> None:
    """The file, changed, with a checksum that holds."""
    content = json.loads(file(project).read_text())
    content.pop("sha256")
    change(content)
    content["sha256"] = recorded._digest(content)
    file(project).write_text(json.dumps(content))


def test_another_schema_version(closed: Project, refusal: Refusal) -> None:
    changed(closed, lambda c: c.update(schema_version=1))
    assert refusal(read).endswith("descriptives.json: schema version 1, expected 2")


def test_another_schema(closed: Project, refusal: Refusal) -> None:
    changed(closed, lambda c: c["findings"]["items"].update(mode="x"))
    assert "findings.items" in refusal(read)


def test_changed_by_hand(closed: Project, refusal: Refusal) -> None:
    text = file(closed).read_text()
    file(closed).write_text(text.replace('"n_items":6', '"n_items":7'))
    assert refusal(read).endswith("its checksum does not match: damaged, or changed by hand")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"provenance": 1}', "\x00" * 9, "[" * 9999])
def test_damaged(closed: Project, refusal: Refusal, text: str) -> None:
    file(closed).write_text(text)
    assert "descriptives.json: " in refusal(read)


def test_of_other_rows(closed: Project, refusal: Refusal) -> None:
    closed.study["rows"]["file"]["sha256"] = "1" * 64
    closed.describe()
    assert refusal(read).endswith("of other rows or another model than study.yml describes")


def test_of_another_case_or_analysis(closed: Project, refusal: Refusal) -> None:
    changed(closed, lambda c: c.update(case="large"))
    assert "of another case (large)" in refusal(read)
    recorded.record("small")
    changed(closed, lambda c: c.update(analysis="audit"))
    assert "holds findings of audit" in refusal(read)


def test_absent(closed: Project, refusal: Refusal) -> None:
    file(closed).unlink()
    assert refusal(read).endswith("not there; nothing is recorded of this analysis")
    hide(closed)
    shutil.rmtree(file(closed).parent)
    assert recorded.instead(study.load("small")) is None
    assert cli.main(["check", "small"]) == 3


def test_an_analysis_younger_than_the_record(
    closed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is recorded of it: a refusal in the place of its first finding, no error."""
    monkeypatch.setattr(Study, "analyses", ["descriptives", "drivers"])
    hide(closed)
    case = study.load("small")
    found = recorded.read(case, "drivers")
    assert found.analysis == "drivers" and found.provenance.recorded is not None
    assert found.findings.shares.refused.code == "analysis_not_recorded"
    assert found.findings.satisfied is None
    assert recorded.instead(case) == read().provenance.recorded
    text = recorded.said(found.provenance, "small", "drivers")
    assert text is not None and "nothing is recorded of this analysis" in text.en
    assert cli.main(["check", "small"]) == 0


def test_one_line_and_exit_code_2(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    hide(closed)
    file(closed).write_text("{")
    assert cli.main(["check", "small"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


# --- computed anew ---------------------------------------------------------------------------
@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notebooks that are run anew leave what :func:`result` does."""

    def executed(case: str, given: Any, made: Path, cores: int) -> Any:
        result(case, made / "reports" / "results")
        yield from ((analysis, None) for analysis in given)

    monkeypatch.setattr(recorded, "_executed", executed)


@pytest.mark.usefixtures("again")
def test_findings_come_out_as_recorded(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reproduce"]) == 0
    assert capsys.readouterr().out.strip() == "small · as recorded"
    assert cli.main(["reproduce", "small"]) == 0


@pytest.mark.usefixtures("again")
def test_what_moved_is_said(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def move(content: dict[str, Any]) -> None:
        content["findings"]["items"]["rows"][0]["mean"] += 1e-5

    changed(closed, move)
    assert cli.main(["reproduce"]) == 1
    said = capsys.readouterr().out
    assert "small · 1 values are not as recorded" in said and "moved (1)" in said
    assert "items.rows[0].mean" in said


@pytest.mark.usefixtures("again")
def test_what_cannot_be_tried_is_said(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    hide(closed)
    assert cli.main(["reproduce"]) == 0
    assert "small · not tried: small/rows.csv: no such file" in capsys.readouterr().out


@pytest.mark.usefixtures("again")
def test_other_rows_are_said(closed: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def other(content: dict[str, Any]) -> None:
        content["provenance"]["recorded"]["rows"] = "2" * 64

    changed(closed, other)
    assert cli.main(["reproduce"]) == 1
    assert "small · recorded of other rows: 2222" in capsys.readouterr().out


# --- the whole road --------------------------------------------------------------------------
@pytest.mark.slow
def test_a_case_without_rows_is_run_and_shown(tmp_path: Path) -> None:
    """Every notebook of a survey, with its rows and then without them; and reproduced."""
    root = tmp_path / "project"
    for name in ("notebooks", "src", "packages/semfit/src", "data/quality-simulated"):
        shutil.copytree(
            REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("_quarto.yml", "data/claims.yml"):
        shutil.copy(REPOSITORY / name, root / name)
    code = f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}"
    given = {k: v for k, v in os.environ.items() if k != WORKFLOW}
    given |= {"LOYALTY_ROOT": str(root), "PYTHONPATH": code, "OMP_NUM_THREADS": "1"}

    def loyalty(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "loyalty.cli", *words],
            cwd=root,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    case = "small"
    project = Project(root)
    project.folder.mkdir()
    project.rows(answers(300))
    run = ("run", case, "--draws", "60", "--cores", "2")
    loyalty(*run)
    loyalty("record", case)
    assert "as recorded" in loyalty("reproduce", case)
    (project.folder / "rows.csv").unlink()
    loyalty(*run)
    for page in sorted((root / "reports" / "executed" / case).glob("*.ipynb")):
        cells = json.loads(page.read_text())["cells"]
        assert cells[1]["source"][0].startswith("The rows of this case are not on this machine")
    loyalty("show", case, "structural", "--language", "zh")
    chinese = (root / "reports" / "executed" / case / "05-structural-zh.ipynb").read_text()
    assert "本案例的原始数据不在这台机器上" in chinese
    assert "not tried" in loyalty("reproduce", case)
