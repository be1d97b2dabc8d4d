"""The command line: a user's mistake is one line, exit code 2, and nothing is overwritten."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer

from loyalty import cli
from loyalty.cases import study
from loyalty.ground.errors import UserError


def loyalty(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``loyalty …`` in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "loyalty.cli", *arguments],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def tree(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def called(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any) -> tuple[int, str]:
    """Exit code and standard error of ``loyalty …`` in this process."""
    monkeypatch.setattr(sys, "argv", ["loyalty", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    code = left.value.code
    assert isinstance(code, int)
    return code, capsys.readouterr().err


PARAMETERS = 'case = "x"\ndraws = 10'


def test_a_mistake_in_a_process_of_its_own(project: Any) -> None:
    before = tree(project.root)
    done = loyalty(project.root, "check", "smal")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "error case 'smal': unknown; known cases: small\n"
    assert tree(project.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "smal"], "case 'smal': unknown; known cases: small"),
        (["check", "../small"], "case '../small': a name of a-z, 0-9 and - is expected"),
        (["run", "smal"], "case 'smal': unknown"),
        (["run", "--notebook", "adit"], "notebook 'adit': unknown; known: audit, synthesis"),
        (["run", "small", "--notebook", "synthesis"], "none of the notebooks synthesis belongs"),
        (["report", "--language", "zh"], "--language zh: the whole report is in English; name a"),
        (["report", "small", "--language", "fr"], "--language fr: expected en, zh, separated"),
        (["render", "small", "--language", ","], "--language ,: expected en, zh, separated"),
        (["report", "--to", "html,odt"], "--to html,odt: expected html, pdf, docx"),
        (["report", "smal"], "case 'smal': unknown; known cases: small"),
        (["render", "smal"], "case 'smal': unknown; known cases: small"),
        (["render", "small"], "reports/results: empty; run the notebooks first"),
        (["execute", "smal", "audit"], "case 'smal': unknown; known cases: small"),
        (["execute", "small", "adit"], "notebook 'adit': unknown; known: audit, synthesis"),
        (
            ["execute", "small", "audit", "--wide", '{"draws": "many"}'],
            "01-audit.ipynb: the parameter draws is 'many' (str), expected int",
        ),
        (["execute", "all", "synthesis"], "11-synthesis.ipynb: one cell tagged 'parameters' is"),
        (["show", "small", "audit"], "small · audit: the notebook has not run"),
        (["show", "small", "audit", "--language", "fr"], "--language fr: expected en, zh"),
        (["compare", "nowhere", "nothing"], "nowhere"),
        (["compare", "nowhere"], "compare: OLD and NEW are expected"),
        (["render", "--to", ""], "--to : expected html, pdf, docx"),
        (["render"], "reports/results: empty; run the notebooks first"),
    ],
)
def test_a_mistake_is_one_line(
    project: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    arguments: list[str],
    said: str,
) -> None:
    tagged = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": PARAMETERS}
    for name, cells in {"01-audit": [tagged], "11-synthesis": []}.items():
        file = project.root / "notebooks" / f"{name}.ipynb"
        file.write_text(json.dumps({"cells": cells}))
    before = tree(project.root)
    code, shown = called(arguments, monkeypatch, capsys)
    assert code == 2
    assert shown.startswith("error ") and said in shown and shown.count("\n") == 1
    assert tree(project.root) == before


@pytest.mark.parametrize("arguments", [["run", "--draws", "0"], ["run", "--seed", "x"], ["fly"]])
def test_what_the_command_line_does_not_know(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str]
) -> None:
    code, shown = called(arguments, monkeypatch, capsys)
    assert code == 2 and "Traceback" not in shown


def test_bad_rows_are_one_line(
    project: Any,
    small_answers: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    project.rows(small_answers.assign(q1="[bold]x[/]"))  # no markup for Rich
    code, shown = called(["check", "small"], monkeypatch, capsys)
    assert code == 2
    assert shown == "error small/rows.csv: row 1, column q1: '[bold]x[/]' is no number\n"


def test_a_sound_case(project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(sys, "argv", ["loyalty", "check", "small"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 0
    sha256 = project.study["rows"]["file"]["sha256"]
    shown = capsys.readouterr().out
    assert "60 rows, 6 items, 2 constructs\n" in shown and f"sha256 {sha256}\n" in shown


def test_stale_schemas_are_told_and_written(project: Any, capsys: Any) -> None:
    with pytest.raises(typer.Exit) as left:
        cli.schema(check=True)
    assert left.value.exit_code == 1
    said = capsys.readouterr().out.splitlines()
    assert "  schema · data/study.schema.json is stale" in said
    assert "  schema · reports/schemas/failure.json is stale" in said
    assert not (project.root / "reports" / "schemas").exists()
    cli.schema(check=False)
    assert len(capsys.readouterr().out.splitlines()) == len(said)
    cli.schema(check=True)
    assert capsys.readouterr().out == ""


def test_cases_lists_the_sound_and_the_broken(project: Any, capsys: Any) -> None:
    (project.root / "data" / "spoilt").mkdir()
    (project.root / "data" / "spoilt" / "study.yml").write_text("title: [")
    cli.cases()
    sound, broken = re.split(r"(?m)^(?=spoilt)", capsys.readouterr().out)
    assert sound.splitlines()[1].split()[:2] == ["small", "simulated"]
    assert "A small case" in sound and "小案例" in sound
    assert broken.split()[:2] == ["spoilt", "broken"]
    assert "line 1, column 9" in " ".join(broken.split())


def test_the_marks_that_a_run_makes(project: Any) -> None:
    for name in ("01-audit", "05-structural", "11-synthesis"):
        (project.root / "notebooks" / f"{name}.ipynb").write_text("{}")
    assert cli._targets(["all"], None) == [".cache/marks/shown-en/all/synthesis"]
    assert cli._targets(None, ["audit"]) == [".cache/marks/shown-en/small/audit"]
    assert cli._targets(None, None) == ["results"]
    every = [f".cache/marks/shown-en/small/{name}" for name in study.SURVEY]
    assert cli._targets(["small"], None) == every
    with pytest.raises(UserError, match="none of the notebooks synthesis"):
        cli._targets(["small"], ["synthesis"])


@pytest.mark.skipif(os.name != "posix", reason="files are held by flock")
def test_one_run_at_a_time_and_none_after_a_kill(project: Any, tmp_path: Any) -> None:
    code = "from loyalty import cli; import time; cli.alone(); print(1, flush=True); time.sleep(9)"
    environment = {**os.environ, "LOYALTY_ROOT": str(project.root)}
    first = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )
    with first:
        assert first.stdout is not None and first.stdout.readline() == "1\n"
        command = [sys.executable, "-c", "from loyalty import cli; print(cli.alone())"]
        second = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert second.returncode and "another run of this project is under way" in second.stderr
        first.kill()
    third = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert third.stdout == "True\n"


def test_a_group_that_is_not_installed(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def renders() -> None:
        raise ModuleNotFoundError("No module named 'pypandoc'", name="pypandoc.pandoc_download")

    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert called(["run"], monkeypatch, capsys) == (2, f"error {cli.ABSENT.format('snakemake')}\n")
    monkeypatch.setattr(cli, "app", renders)
    assert called([], monkeypatch, capsys) == (2, f"error {cli.ABSENT.format('pypandoc')}\n")
