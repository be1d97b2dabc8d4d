"""The documentation: its pages are made of the code, and the commands in it are commands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd
import pytest
import typer

from loyalty import cli
from loyalty.cases import study
from loyalty.ground.catalogue import catalogue
from loyalty.ground.thresholds import all_thresholds
from tests.conftest import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "docs"))
import pages

TEXTS = [
    *(REPOSITORY / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
WORDS = re.compile(r"^(?:\$ )?(?:uv run )?(loyalty|make|snakemake) (.*)$")


def commands() -> list[tuple[str, str]]:
    """Every command in the texts: in a block of shell, or in a line of text between backticks."""
    found = []
    for file in TEXTS:
        text = file.read_text(encoding="utf-8")
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        lines = [line.partition(" #")[0] for block in blocks for line in block.splitlines()]
        lines += re.findall(r"`((?:uv run )?(?:loyalty|make) [^`\n]+)`", text)
        for line in lines:
            for part in line.split("&&"):
                if WORDS.match(part.strip()) and "…" not in part.split():
                    found.append((file.name, part.strip()))
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(("file", "line"), commands())
def test_a_command_in_the_texts_is_one(file: str, line: str) -> None:
    kind, rest = WORDS.match(line).groups()  # type: ignore[union-attr]
    words = shlex.split(rest)
    if kind == "make":
        targets = re.findall(r"(?m)^([a-z-]+):", (REPOSITORY / "Makefile").read_text())
        assert words[0] in targets
    elif kind == "loyalty":
        known = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
        names = [word for word in words if not word.startswith("-")]
        assert names and names[0] in known, f"no command {words}"
        options = {o for param in known[names[0]].params for o in param.opts} | {"--language"}
        if names[0] != "fit":
            assert {w.partition("=")[0] for w in words if w.startswith("--")} <= options


def test_the_quick_start_runs(
    project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Its commands, on a survey's file: a case that is described and checked."""
    text = (REPOSITORY / "docs" / "quick-start.md").read_text(encoding="utf-8")
    lines = [
        line
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
        if "loyalty" in line
    ]
    assert [line.split()[3] for line in lines] == ["new", "check", "report"]
    rng = np.random.default_rng(3)
    common = rng.normal(size=(200, 1))
    answers = np.clip(np.round(3 + common + rng.normal(size=(200, 6))), 1, 5).astype(int)
    names = ["quality_1", "quality_2", "quality_3", "loyalty_1", "loyalty_2", "loyalty_3"]
    monkeypatch.chdir(project.root)
    pd.DataFrame(answers, columns=names).to_csv("answers.csv", index=False)
    for line in lines[:2]:
        assert cli.main(shlex.split(line)[3:]) == 0, capsys.readouterr().err
    assert len(study.load("my-survey").items) == 6


def test_the_description_is_documented_key_by_key() -> None:
    made = pages.description()
    schema = study.json_schema()
    for name, kind in [("study.yml", schema), *schema["$defs"].items()]:
        assert f"## {name}\n" in made
        for key in kind.get("properties", {}):
            assert f"| `{key}` |" in made, f"{name}.{key}"


def test_every_cut_off_and_every_message_is_documented() -> None:
    made, works = pages.cut_offs(), pages.literature()
    rows = [line for line in made.splitlines() if line.startswith("| ")][2:]
    assert len(rows) == len(all_thresholds())
    for threshold, row in zip(all_thresholds().values(), rows, strict=True):
        assert threshold.label in row and f"{threshold.value:g}" in row
        assert works.get(threshold.cite, "this study's own choice") in row
    said = pages.troubleshooting()
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    words = pages.helps() | {key for key in catalogue("messages") if " " not in key}
    entries = {(n, k) for n in ("messages", "reasons", "estimator") for k in catalogue(n)}
    assert len(rows) == len({(n, k) for n, k in entries if k not in words}) + 2 * 3
    assert "another run of this project is under way; wait for it to end" in said


def test_every_family_of_statistics_and_every_command_is_documented() -> None:
    made = pages.statistics()
    for name in pages.modules():
        assert f".. automodule:: loyalty.stats.{name}\n" in made
    shown = pages.command()
    for name, one in typer.main.get_command(cli.app).commands.items():  # type: ignore[attr-defined]
        assert (f"## loyalty {name}\n" in shown) is not one.hidden


@pytest.mark.long
def test_the_pages_are_built_without_a_warning(tmp_path: Path) -> None:
    words = ["-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *words], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "made" / "semfit" / "index.html").is_file()
    texts = {page: page.read_text("utf-8") for page in tmp_path.rglob("*.html")}
    assert sum(text.count("<math ") for text in texts.values()) > 50
    for page, text in texts.items():
        # a reader may leave; a page may not ask
        assert re.findall(r'<(?!a\b)\w+\b[^>]*\s(?:src|href)="(?:https?:)?//', text) == [], page
        for target in re.findall(r'<a\b[^>]*\shref="([^"]*)"', text):
            parts = urlsplit(unescape(target))
            if parts.scheme:
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            assert file.is_file(), (page, target)
            if parts.fragment and file in texts:
                assert f'id="{unquote(parts.fragment)}"' in texts[file], (page, target)
