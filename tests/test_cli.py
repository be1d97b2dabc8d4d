"""The command line: a user's mistake is one line, exit code 2, and nothing is overwritten."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from loyalty import cli
from loyalty.cases import roads
from loyalty.cases.analyses import SURVEY
from loyalty.commands import describe, results, road
from loyalty.ground.errors import UserError
from loyalty.run import analyses, marks, workflow
from loyalty.run.workflow import alone


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
    files = [p for p in root.rglob("*") if p.is_file() and p.name != "running"]
    return {str(p.relative_to(root)): p.read_bytes() for p in files}


def called(arguments: list[str], capsys: Any) -> tuple[int, str]:
    """Exit code and standard error of ``loyalty …`` in this process."""
    return cli.main(arguments), capsys.readouterr().err


PARAMETERS = 'case = "x"\ndraws = 10'


def test_a_mistake_in_a_process_of_its_own(project: Any) -> None:
    before = tree(project.root)
    done = loyalty(project.root, "check", "smal")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "error case 'smal': unknown; did you mean 'small'?\n"
    assert tree(project.root) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "smal"], "case 'smal': unknown; did you mean 'small'?"),
        (["check", "../small"], "case '../small': a name of a-z, 0-9 and - is expected"),
        (["run", "smal"], "case 'smal': unknown"),
        (["run", "--notebook", "adit"], "notebook 'adit': unknown; did you mean 'audit'?"),
        (["run", "small", "--notebook", "synthesis"], "none of the notebooks synthesis belongs"),
        (
            ["report", "--language", "en"],
            "--language en: the report is made in every language",
        ),
        (["report", "small", "--language", "fr"], "--language fr: expected en, zh, separated"),
        (["render", "small", "--language", ","], "--language ,: expected en, zh, separated"),
        (["report", "--to", "html,odt"], "--to html,odt: expected html, pdf, docx"),
        (["report", "smal"], "case 'smal': unknown; did you mean 'small'?"),
        (["render", "smal"], "case 'smal': unknown; did you mean 'small'?"),
        (["render", "small"], "reports/results: empty; run the notebooks first"),
        (["execute", "smal", "audit"], "case 'smal': unknown; did you mean 'small'?"),
        (["execute", "small", "adit"], "notebook 'adit': unknown; did you mean 'audit'?"),
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
    code, shown = called(arguments, capsys)
    assert code == 2
    assert shown.startswith("error ") and said in shown and shown.count("\n") == 1
    assert tree(project.root) == before


@pytest.mark.parametrize("arguments", [["run", "--draws", "0"], ["run", "--seed", "x"], ["fly"]])
def test_what_the_command_line_does_not_know(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, arguments: list[str]
) -> None:
    code, shown = called(arguments, capsys)
    assert code == 2 and "Traceback" not in shown


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        (["chek", "small"], "check"),
        (["check", "smal"], "small"),
        (["report", "smll"], "small"),
        (["export", "smal"], "small"),
        (["forget", "smal", "x"], "small"),
        (["new", "other", "--dat", "a.csv"], "--data"),
        (["new", "other", "--data", "a.csv", "--like", "smal"], "small"),
        (["report", "small", "--langage", "zh"], "--language"),
        (["check", "small", "--jsn"], "--json"),
        (["--languge", "zh", "cases"], "--language"),
        (["run", "--draw", "3"], "--draws"),
        (["run", "small", "--cors", "2"], "--cores"),
    ],
)
def test_what_was_meant_is_said(
    project: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    arguments: list[str],
    near: str,
    language: str,
) -> None:
    monkeypatch.setenv("LOYALTY_LANGUAGE", language)
    code, shown = called(arguments, capsys)
    hint = f"did you mean {near!r}?" if language == "en" else f"是否指 {near!r}？"
    assert code == 2 and hint in shown and shown.count("\n") == 1


def test_values_that_do_not_fit_say_what_would(project: Any, capsys: Any) -> None:
    assert (
        "--draws: a number of at least 1 is expected" in called(["run", "--draws", "0"], capsys)[1]
    )
    assert "--seed: a whole number is expected" in called(["run", "--seed", "x"], capsys)[1]


def test_a_sound_case(project: Any, capsys: Any) -> None:
    assert cli.main(["check", "small"]) == 0
    sha256 = project.study["rows"]["file"]["sha256"]
    shown = capsys.readouterr().out
    assert "60 rows, 6 items, 2 constructs\n" in shown and f"sha256 {sha256}\n" in shown


def test_stale_schemas_are_told_and_written(project: Any, capsys: Any) -> None:
    with pytest.raises(typer.Exit) as left:
        results.schema(check=True)
    assert left.value.exit_code == 1
    said = capsys.readouterr().out.splitlines()
    assert "  schema · data/study.schema.json is stale" in said
    assert "  schema · reports/schemas/failure.json is stale" in said
    assert not (project.root / "reports" / "schemas").exists()
    results.schema(check=False)
    assert len(capsys.readouterr().out.splitlines()) == len(said)
    results.schema(check=True)
    assert capsys.readouterr().out == ""


def test_cases_lists_the_sound_and_the_broken(project: Any, capsys: Any) -> None:
    (project.root / "data" / "spoilt").mkdir()
    (project.root / "data" / "spoilt" / "study.yml").write_text("title: [")
    describe.cases()
    sound, broken = re.split(r"(?m)^(?=spoilt)", capsys.readouterr().out)
    assert sound.splitlines()[1].split()[:2] == ["small", "simulated"]
    assert "A small case" in sound and "小案例" in sound
    assert broken.split()[:2] == ["spoilt", "broken"]
    assert "line 1, column 9" in " ".join(broken.split())


def test_the_steps_that_a_run_takes(project: Any) -> None:
    for name in ("01-audit", "05-structural", "11-synthesis"):
        (project.root / "notebooks" / f"{name}.ipynb").write_text("{}")
    assert road.shows(["all"], None) == [f"show_all_{name}_en" for name in analyses.ACROSS]
    assert road.shows(["all"], ["synthesis"]) == ["show_all_synthesis_en"]
    assert road.shows(None, ["audit"]) == ["show_small_audit_en"]
    assert road.shows(["small"], None) == [f"show_small_{name}_en" for name in SURVEY]
    with pytest.raises(UserError, match="none of the notebooks synthesis"):
        road.shows(["small"], ["synthesis"])


HOLD = """
import subprocess, sys, time
from loyalty.run.workflow import alone
with alone():
    code = "import time; print(1, flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", code], close_fds=False)
    print(child.pid, flush=True)
    time.sleep(60)
"""
TAKE = "from loyalty.run.workflow import alone\nwith alone(): print(True)"


@pytest.mark.skipif(os.name != "posix", reason="files are held by flock")
def test_one_run_at_a_time_for_as_long_as_one_process_lives(project: Any) -> None:
    environment = {**os.environ, "LOYALTY_ROOT": str(project.root)}

    def taken() -> str:
        command = [sys.executable, "-c", TAKE]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return done.stdout + done.stderr.rpartition("UserError: ")[2]

    first = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    lines = sorted((first.stdout.readline(), first.stdout.readline()), key=len)
    assert "another run of this project is under way" in taken()
    first.kill()
    first.wait()
    assert "another run of this project is under way" in taken()
    os.kill(int(lines[1]), signal.SIGKILL)
    first.stdout.read()
    assert taken() == "True\n"
    first.stdout.close()


def test_what_a_killed_run_left_half_done_is_swept(project: Any) -> None:
    reports = project.root / "reports"
    halves = ("_book/.en-old-x1/book/index.html", "_book/cases/small/.en-x2/index.html")
    running = "executed/small/01-audit.running.ipynb"
    for file in (*halves, "a.json.part", running):
        (reports / file).parent.mkdir(parents=True, exist_ok=True)
        (reports / file).write_text("kept")
    with alone():
        pass
    assert (reports / "_book" / "en" / "index.html").read_text() == "kept"
    assert not [*reports.rglob(".*-*"), *reports.rglob("*.part"), *reports.rglob("*.running.*")]


def test_a_group_that_is_not_installed(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def renders(*_: Any, **__: Any) -> None:
        raise ModuleNotFoundError("No module named 'pypandoc'", name="pypandoc.pandoc_download")

    monkeypatch.setattr(cli, "translated", renders)
    assert called([], capsys) == (2, f"error {cli.ABSENT.format(package='pypandoc')}\n")


def test_an_interruption_outside_a_run_is_one_word(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    for name in ("heard", "translated", "called"):
        with monkeypatch.context() as patched:
            patched.setattr(cli, name, interrupted)
            assert called(["cases"], capsys) == (130, "interrupted\n")
    monkeypatch.setattr("loyalty.cases.study.cases", interrupted)
    assert called(["cases"], capsys) == (130, "interrupted\n")


@pytest.mark.parametrize("at", ["loyalty.newcase.decide.find", "loyalty.ground.paths.write"])
def test_an_interrupted_new_leaves_nothing_behind(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, at: str
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(at, interrupted)
    words = ["new", "mine", "--data", str(project.folder / "rows.csv")]
    assert called(words, capsys) == (130, "interrupted; nothing was written\n")
    assert not (project.root / "data" / "mine").exists()


WHILE_IT_IMPORTS = """
import os, runpy, signal, sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == "loyalty.cli":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupts())
runpy.run_module("loyalty", run_name="__main__")
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interruption_while_it_imports_is_no_traceback(project: Any) -> None:
    command = [sys.executable, "-c", WHILE_IT_IMPORTS]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_full_or_read_only_disk_is_one_line(
    project: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "reports/_book/index.html")

    with monkeypatch.context() as patched:
        patched.setattr(cli, "translated", full)
        said = "error reports/_book/index.html: No space left on device\n"
        assert called([], capsys) == (2, said)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        said = "error .cache: cannot be written to (No space left on device)\n"
        assert called(["render", "small"], capsys) == (2, said)


def test_a_name_longer_than_a_folder_may_have_is_one_line(
    project: Any, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "a.csv").write_text("q1,q2\n1,2\n")
    for words in (["new", "a" * 300, "--data", str(tmp_path / "a.csv")], ["check", "a" * 300]):
        code, said = called(words, capsys)
        assert code == 2 and said.endswith("File name too long\n") and said.count("\n") == 1


def test_a_run_of_rows_that_do_not_hold_is_a_users_mistake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a case that was asked for; where all are run it is one that failed among them."""

    class Jobs(contextlib.nullcontext[Any]):
        def __enter__(self) -> Any:
            return self

        def do(self, step: marks.Step) -> str:
            raise workflow.JobFailed(f"error {step.name}: no")

    monkeypatch.setattr(workflow, "Jobs", Jobs)
    check, execute = (
        marks.Step(name, Path(name), "", (), (), (name, "small")) for name in ("check", "execute")
    )
    for steps, code in (([check], 2), ([execute], 1), ([check, execute], 1)):
        with pytest.raises(workflow.RunFailed) as failed:
            workflow.run(steps, 1, lambda kind, line: None)
        assert failed.value.code == code
    monkeypatch.setattr(roads, "bring", lambda cases: {})
    monkeypatch.setattr(workflow, "alone", contextlib.nullcontext)
    monkeypatch.setattr(marks, "behind", lambda *_: [check])
    for cases, code in ((["ecsi-mobile"], 2), (None, 1)):
        with pytest.raises(workflow.RunFailed) as failed:
            road.road(["x"], {}, 1, cases)
        assert failed.value.code == code


def test_fit_is_the_command_of_the_estimator(tmp_path: Path, capsys: Any) -> None:
    model, data = tmp_path / "model.lav", tmp_path / "data.csv"
    model.write_text("x1 ~ x2")
    data.write_text("x1,x2\n1,2\n2,1\n3,4\n4,4\n6,5\n")
    assert cli.main(["fit", str(model), str(data), "--json", "--estimator", "MLR"]) == 0
    assert json.loads(capsys.readouterr().out)["fit"]["df"] == 0
    code, said = called(["fit", str(model), str(tmp_path / "none.csv")], capsys)
    assert code == 2 and said.startswith("loyalty fit: no data file") and said.count("\n") == 1


def test_git_takes_no_rows_that_no_case_publishes(project: Any) -> None:
    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=project.root, capture_output=True, text=True, check=True
        )
        return done.stdout

    ignored = (Path(__file__).parents[1] / ".gitignore").read_text(encoding="utf-8")
    (project.root / ".gitignore").write_text(ignored, encoding="utf-8")
    git("init", "--quiet")
    names = ["answers.sav", "rows/x.csv", "notes.txt", "findings/audit.json", "README.md"]
    for name in names:
        file = project.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("x", encoding="utf-8")
    git("add", "-A")
    listed = git("ls-files", "data").split()
    kept = ["README.md", "findings/audit.json", "study.yml"]
    assert listed == [f"data/small/{name}" for name in kept]
    (project.folder / ".gitignore").write_text("!rows.csv\n", encoding="utf-8")
    git("add", "-A")
    assert "data/small/rows.csv" in git("ls-files", "data").split()


def test_the_help_lists_the_commands_by_family() -> None:
    shown = [
        name for name, one in typer.main.get_command(cli.app).commands.items() if not one.hidden
    ]  # type: ignore[attr-defined]
    assert shown == [
        *("cases", "new", "check"),
        *("run", "render", "report", "eject", "fit"),
        *("compare", "record", "export", "reproduce", "forget", "schema"),
    ]
