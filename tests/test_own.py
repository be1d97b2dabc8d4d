"""A project of somebody's own: a folder with cases in it, the suite coming from the package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import exports
import pytest
import yaml

from loyalty import cli, newcase
from loyalty.analyses.drivers import tables
from loyalty.analyses.drivers import words as sentences
from loyalty.analyses.drivers.findings import Satisfied, Thresholds
from loyalty.book import dossier, pages, plan
from loyalty.cases import form, naming, study
from loyalty.ground import paths, results
from loyalty.ground.findings import cited
from loyalty.ground.text import LANGUAGES
from loyalty.run import analyses, workflow
from loyalty.shown.context import Case

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which the package takes for its project."""
    root = tmp_path / "my own"
    root.mkdir()
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    monkeypatch.chdir(root)
    return root


def put(folder: Path, name: str = "mine") -> study.Study:
    """A case of an export."""
    export = exports.redcap()
    file = folder / export.name
    file.write_bytes(export.content)
    newcase.new(name, file)
    return study.load(name)


# --- where things are ----------------------------------------------------------------------------
def test_a_folder_of_ones_own_has_the_suite_of_the_package(own: Path) -> None:
    assert paths.root() == own and paths.own()
    assert study.cases() == []
    assert paths.suite() == ROOT and analyses.notebook_file("audit").parent == ROOT / "notebooks"
    put(own)
    assert study.cases() == ["mine"]
    assert sorted(p.name for p in own.iterdir()) == ["data", "redcap.csv"]


def test_below_it_the_folder_is_found(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(own)
    below = own / "data" / "mine" / "rows"
    monkeypatch.delenv("LOYALTY_ROOT")
    monkeypatch.chdir(below)
    assert paths.root() == own.resolve()


def test_its_rows_are_ignored_by_git_and_its_keys_known_to_editors(own: Path) -> None:
    put(own)
    git = ["git", "-C", str(own)]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A", "data"], check=True)
    listed = subprocess.run([*git, "ls-files"], capture_output=True, text=True, check=True)
    names = listed.stdout.split()
    assert names == ["data/.gitignore", "data/mine/study.yml", "data/study.schema.json"]


def test_its_steps_are_those_of_its_cases_alone(own: Path) -> None:
    put(own)
    steps = plan.steps({})
    assert {s.command[1] for s in steps} == {"mine"}
    assert not [s for s in steps if s.command[0] == "render" and "--volume" in s.command]


def test_without_a_case_a_report_says_how_to_make_one(own: Path, capsys: Any) -> None:
    assert cli.main(["report"]) == 2
    assert "no case here yet" in capsys.readouterr().err
    assert list(own.iterdir()) == []


def test_one_broken_case_takes_no_others_report(
    own: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(own)
    broken = own / "data" / "broken" / "study.yml"
    broken.parent.mkdir()
    broken.write_text("title: x\n", encoding="utf-8")
    asked: list[Any] = []
    monkeypatch.setattr(workflow, "run", lambda steps, cores, say: asked.extend(steps))
    assert cli.main(["report"]) == 0  # what is asked for is not done here
    assert {"check_broken", "report_mine_en"} <= {step.name for step in asked}
    assert cli.main(["report", "broken"]) == 2


def planned_anew() -> list[Any]:
    """The steps by the code as it stands, whatever another test has read."""
    analyses.compute_files.cache_clear()
    plan._code.cache_clear()
    return plan.steps({})


def test_a_notebook_taken_out_goes_before_the_suites(own: Path, capsys: Any) -> None:
    put(own)
    before = planned_anew()
    assert cli.main(["eject", "structural"]) == 0
    copied = own / "notebooks" / "05-structural.ipynb"
    assert copied.read_bytes() == (ROOT / "notebooks" / copied.name).read_bytes()
    assert analyses.notebook_file("structural") == copied
    assert analyses.notebook_file("audit").parent == ROOT / "notebooks"
    copied.write_text(copied.read_text(encoding="utf-8").replace("draws = 500", "draws = 400"))
    after = planned_anew()
    changed = {a.name for a, b in zip(after, before, strict=True) if a.digest != b.digest}
    assert changed == {"mine_structural"}
    assert cli.main(["eject", "structural"]) == 2
    assert cli.main(["eject", "nothing"]) == 2
    assert "is there already" in capsys.readouterr().err


def test_in_the_repository_nothing_is_taken_out(repository: Path, capsys: Any) -> None:
    assert cli.main(["eject", "structural"]) == 2
    assert "has the suite in it" in capsys.readouterr().err


# --- names ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "proposed"),
    [
        ("My Survey (1)", "my-survey-1"),
        ("my survey copy", "my-survey-copy"),
        ("Müller & Søn", "muller-son"),
        ("Straße", "strasse"),
        ("ü", "u"),
        ("满意度", "my-survey"),
        ("all", "my-survey"),
        ("..", "my-survey"),
        ("x" * 90, "x" * 60),
    ],
)
def test_a_name_that_cannot_be_is_answered_by_one_that_can(name: str, proposed: str) -> None:
    assert naming.proposed(name) == proposed
    assert study.CASE_ID.fullmatch(proposed)
    assert naming.refused(name).endswith(f"; for example {proposed}")


def test_an_everyday_folder_is_told_its_name(own: Path, refusal: Any, capsys: Any) -> None:
    put(own)
    shutil.copytree(own / "data" / "mine", own / "data" / "my survey copy")
    said = refusal(study.load, "my survey copy")
    assert said.endswith("is expected; rename the folder to my-survey-copy")
    assert cli.main(["check", "my survey copy"]) == 2
    assert cli.main(["check", "mine"]) == 0  # the other goes on
    assert cli.main(["cases"]) == 0
    assert cli.main(["new", "My Survey (1)", "--data", str(own / "redcap.csv")]) == 2
    assert "for example my-survey-1" in capsys.readouterr().err


# --- the form of a description -------------------------------------------------------------------
def test_an_older_form_is_read_and_written_anew_beside_it(own: Path, capsys: Any) -> None:
    put(own)
    file = own / "data" / "mine" / "study.yml"
    new = file.read_text(encoding="utf-8")
    old = new.replace("version: 1\n", "")
    file.write_text(old, encoding="utf-8")
    assert study.load("mine").version == 1
    assert cli.main(["check", "mine", "--upgrade"]) == 0
    written = file.with_name("study.v1.yml")
    assert written.read_text(encoding="utf-8") == new and file.read_text("utf-8") == old
    assert "study.v1.yml" in capsys.readouterr().out
    assert cli.main(["check", "mine", "--upgrade"]) == 2  # not written over
    assert study.load_file(written).title == study.load("mine").title
    written.replace(file)
    assert cli.main(["check", "mine", "--upgrade"]) == 0
    assert "of today's form" in capsys.readouterr().out


@pytest.mark.parametrize("version", [2, 99])
def test_a_newer_form_is_one_line(own: Path, capsys: Any, version: int) -> None:
    put(own)
    file = own / "data" / "mine" / "study.yml"
    text = file.read_text(encoding="utf-8").replace("version: 1\n", f"version: {version}\nnew: 1\n")
    file.write_text(text, encoding="utf-8")
    for words in (["check", "mine"], ["check", "mine", "--upgrade"], ["report", "mine"]):
        assert cli.main(words) == 2
        said = capsys.readouterr().err
        assert f"version: {version} is newer than this program" in said and said.count("\n") == 1


def test_a_version_stands_below_the_comments() -> None:
    text = "# one\n\n# two\ntitle: x\n# three\n"
    assert form.upgraded(text) == "# one\n\n# two\nversion: 1\ntitle: x\n# three\n"
    assert form.upgraded("---\ntitle: x\n") == "---\nversion: 1\ntitle: x\n"
    assert yaml.safe_load(form.upgraded("title: x\n")) == {"version": 1, "title": "x"}


# --- who made it ---------------------------------------------------------------------------------
ABOUT = """
about:
  authors: [{name: Josiah Carberry, orcid: 0000-0002-1825-0097, affiliation: Brown}]
  abstract: What this is.
  keywords: [loyalty, trust]
  date: 2026-01-31
  licence: CC BY 4.0
"""


def test_a_case_says_who_made_its_report(own: Path, refusal: Any) -> None:
    described = put(own)
    assert pages.about(described.about, described.title, "en") == ""  # nothing is made up
    file = own / "data" / "mine" / "study.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + ABOUT, encoding="utf-8")
    described = study.load("mine")
    shown = pages.about(described.about, described.title, "en")
    for part in ("What this is.", "loyalty; trust", "CC BY 4.0", "January 31, 2026", "(Brown)"):
        assert part.replace(".", "\\.") in shown or part in shown or "CC BY 4\\.0" in shown
    assert "**How to cite:** Josiah Carberry (2026)" in shown
    only = ABOUT.replace("  date: 2026-01-31\n", "")
    file.write_text(text + only, encoding="utf-8")
    described = study.load("mine")
    assert "How to cite" not in pages.about(described.about, described.title, "en")
    file.write_text(text + ABOUT.replace("1825-0097", "1825-0098"), encoding="utf-8")
    assert "wrong check sign" in refusal(study.load, "mine")


# --- as it is installed --------------------------------------------------------------------------
@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="builds and installs wheels")
def test_the_wheels_make_a_report_in_an_empty_folder(tmp_path: Path) -> None:
    """Wheels of both packages, in an environment of their own; what they depend on is taken from
    this one, so that nothing is fetched."""
    uv = shutil.which("uv") or str(ROOT / ".cache" / "tools" / "bin" / "uv")
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LOYALTY_ROOT")}

    def run(*words: str, cwd: Path = tmp_path) -> str:
        done = subprocess.run(
            words, cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    wheels = tmp_path / "wheels"
    for package in (ROOT, ROOT / "packages" / "semfit"):
        run(uv, "build", "--offline", "--quiet", "--wheel", "--out-dir", str(wheels), str(package))
    place = tmp_path / "an environment"
    run(uv, "venv", "--quiet", "--offline", "--python", sys.executable, str(place))
    python = place / "bin" / "python"
    built = [str(wheel) for wheel in sorted(wheels.glob("*.whl"))]
    install = ("pip", "install", "--quiet", "--offline", "--no-deps", "--python", str(python))
    run(uv, *install, *built)
    say = "import sysconfig; print(sysconfig.get_path('purelib'))"
    beside = Path(run(str(python), "-c", say).strip())
    here = run(sys.executable, "-c", say).strip()
    (beside / "beside.pth").write_text(f"{here}\n", encoding="utf-8")
    where = run(
        str(python), "-c", "import loyalty, semfit; print(loyalty.__file__, semfit.__file__)"
    )
    assert where.count(str(place)) == 2

    project = tmp_path / "my own project"
    project.mkdir()
    export = exports.spss()
    (project / export.name).write_bytes(export.content)
    loyalty = str(place / "bin" / "loyalty")
    run(loyalty, "new", "mine", "--data", export.name, cwd=project)
    run(loyalty, "check", "mine", cwd=project)
    run(loyalty, "eject", "audit", cwd=project)
    said = run(loyalty, "report", "--draws", "20", "--language", "en,zh", cwd=project)
    assert "report: reports/_book/cases/mine/zh/index.html" in said
    book = project / "reports" / "_book" / "cases" / "mine"
    first = (book / "en" / "index.html").read_text(encoding="utf-8")
    assert "What was found" in first and "standard deviations" in first
    assert "主要发现" in (book / "zh" / "index.html").read_text(encoding="utf-8")
    assert "a copy of one’s own" in (book / "en" / "audit.html").read_text(encoding="utf-8")
    for page in book.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert str(tmp_path) not in text and str(ROOT) not in text
    for name in ("index", "case", "groups", "descriptives"):
        text = (book / "en" / f"{name}.html").read_text(encoding="utf-8")
        read = re.sub(r"(?s)<pre.*?</pre>", "", text.partition("<main")[2])
        assert " firm" not in read, name


def test_a_strangers_case_in_the_studys_clone_is_not_the_studys(project: Any) -> None:
    git = ["git", "-C", str(project.root)]
    front = dossier._front(study.load("small"), "en")
    assert results.of_the_study("small") and front == {"author": "The loyalty study"}
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "data/small/study.yml"], check=True)
    shutil.copytree(project.folder, project.folder.with_name("mine"))
    results._kept.cache_clear()
    assert results.of_the_study("small") and not results.of_the_study("mine")
    assert dossier._front(study.load("small"), "zh") == {"author": "客户忠诚研究"}
    assert dossier._front(study.load("mine"), "zh") == {}
    assert dossier._front(None, "en") == front


def test_a_strangers_case_knows_nothing_of_the_studys_sources(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = Thresholds(claimed_at=0.65, question="csat", rows=(), messages=())
    found = cited(of, "small/drivers/thresholds")
    case = Case("small", study.load("small"))
    assert "@innovation" in sentences._claimed(found, case).en
    monkeypatch.setattr("loyalty.shown.context.of_the_study", lambda case: False)
    text = sentences._claimed(found, case)
    assert "@" not in text.en + text.zh and "study" not in text.en
    nobody = cited(
        Satisfied(question="csat", group=None, cut=0.66, firms=None, firms_satisfied=None, rows=()),
        "small/drivers/satisfied",
    )
    note = tables.satisfied(nobody, case).note
    assert note is not None and "@strategy" not in note.en + note.zh and "@agresti" in note.en
    monkeypatch.setattr("loyalty.shown.context.of_the_study", lambda case: True)
    note = tables.satisfied(nobody, case).note
    assert note is not None and "@strategy" in note.en and "@strategy" in note.zh


def test_results_of_an_installed_suite_name_no_commit() -> None:
    def made(commit: str | None, recorded: bool = False, changed: bool = False) -> Any:
        kept = {"git_commit": commit, "git_changed": changed, "recorded": recorded or None}
        provenance = SimpleNamespace(python="3.12", packages={"numpy": "2"}, **kept)
        return SimpleNamespace(provenance=provenance)

    def of(commit: str | None) -> Any:
        return {("mine", "audit"): made(commit)}

    for language in LANGUAGES:
        assert "commit" not in pages.session(of(None), language) and "提交" not in pages.session(
            of(None), language
        )
        assert "`abc`" in pages.session(of("abc"), language)
    both = of("abc") | {("kept", "audit"): made("def", recorded=True)}
    said = pages.session(both, "en")
    assert "Results were computed at commit `abc`." in said
    assert (
        "Results of surveys whose rows may not be passed on were computed at commit `def`." in said
    )
    several = pages.session(of("abc") | {("b", "audit"): made("bcd", changed=True)}, "en")
    assert several.count("Results were") == 1
    assert "at commits `abc` and `bcd` with uncommitted changes." in several
