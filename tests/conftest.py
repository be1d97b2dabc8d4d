"""A project of one small case, and what several test files share."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.ground.errors import UserError

#: The folder of this repository.
REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tests"))  # `pdf_facts` …, whatever import mode pytest runs in
os.environ["LOYALTY_LANGUAGE"] = "en"  # whatever the locale of who tests
#: A locale that is not that of the tests.
CHINESE = {"LC_ALL": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}
ITEMS = ("q1", "q2", "q3", "l1", "l2", "l3")


@pytest.fixture
def chinese() -> dict[str, str]:
    """The environment of a Chinese locale."""
    if not str(REPOSITORY).isascii() and sys.version_info < (3, 13):
        pytest.skip("where the locale is not installed, Python does not start from such a folder")
    return CHINESE


def loyalty(root: Path, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    """``loyalty …`` of this repository in the project `root`, in a process of its own."""
    code = [REPOSITORY / "src", REPOSITORY / "packages" / "semfit" / "src"]
    own = {"LOYALTY_ROOT": str(root), "PYTHONPATH": os.pathsep.join(map(str, code))}
    return subprocess.run(
        [sys.executable, "-m", "loyalty.cli", *words],
        cwd=root,
        env={**os.environ, **given, **own},
        capture_output=True,
        text=True,
        check=False,
    )


def answers(n: int = 60, seed: int = 1) -> pd.DataFrame:
    """Two correlated three-item scales from 1 to 5, a variable and a group with coded levels."""
    rng = np.random.default_rng(seed)
    quality = rng.normal(size=n)
    loyalty = 0.6 * quality + 0.8 * rng.normal(size=n)
    columns: dict[str, Any] = {}
    for item in ITEMS:
        latent = (quality if item[0] == "q" else loyalty) + 0.7 * rng.normal(size=n)
        columns[item] = np.clip(np.round(3 + latent), 1, 5).astype(int)
    columns["recommend"] = rng.integers(0, 11, size=n)
    columns["plan"] = np.where(rng.random(n) < 0.5, 1, 2)
    return pd.DataFrame(columns)


def description() -> dict[str, Any]:
    """The description of `answers`, as `study.yml` holds it."""

    def construct(name: str, role: str, items: tuple[str, ...]) -> dict[str, Any]:
        wording = [{"id": i, "en": f"Statement {i}", "zh": f"陈述{i}"} for i in items]
        label = {"en": name.title(), "zh": "质量" if name == "quality" else "忠诚"}
        return {"id": name, "label": label, "role": role, "items": wording}

    return {
        "title": {"en": "A small case", "zh": "小案例"},
        "summary": "Made for the tests.",
        "provenance": {
            "kind": "simulated",
            "source": "numpy",
            "licence": "MIT",
            "sampling": "drawn",
        },
        "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
        "scale": {"min": 1, "max": 5, "missing": [9]},
        "constructs": [
            construct("quality", "antecedent", ITEMS[:3]),
            construct("loyalty", "outcome", ITEMS[3:]),
        ],
        "variables": [
            {
                "id": "recommend",
                "label": "Recommend",
                "kind": "nps",
                "scale": {"min": 0, "max": 10},
            }
        ],
        "groups": [{"id": "plan", "label": "Plan", "levels": {"1": "Prepaid", "2": "Contract"}}],
        "hypotheses": [{"id": "H1", "from": "quality", "to": "loyalty", "sign": "+"}],
    }


@dataclass
class Project:
    """A changeable project folder with the case ``small``."""

    root: Path
    study: dict[str, Any] = field(default_factory=description)
    case: str = "small"

    @property
    def folder(self) -> Path:
        return self.root / "data" / self.case

    def describe(self, text: str | bytes | None = None) -> None:
        """Write ``study.yml``: `text`, or else what `self.study` holds."""
        if text is None:
            text = yaml.safe_dump(self.study, allow_unicode=True, sort_keys=False)
        content = text.encode() if isinstance(text, str) else text
        (self.folder / "study.yml").write_bytes(content)

    def rows(self, content: pd.DataFrame | bytes, name: str = "rows.csv") -> None:
        """Write the rows and the description with their checksum."""
        file = self.folder / name
        if isinstance(content, bytes):
            file.write_bytes(content)
        elif file.suffix == ".csv":
            content.to_csv(file, index=False)
        elif file.suffix == ".xlsx":
            content.to_excel(file, index=False)
        elif file.suffix == ".parquet":
            content.to_parquet(file, index=False)
        else:
            import pyreadstat

            pyreadstat.write_sav(content, str(file))
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        self.study["rows"]["file"] = {"path": name, "sha256": sha256}
        self.describe()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one sound case, which the package takes for its own during the test."""
    root = tmp_path / "project"
    made = Project(root)
    made.folder.mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "_quarto.yml").write_text("project:\n  type: book\n", encoding="utf-8")
    made.rows(answers())
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    return made


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Path:
    """This repository, as the package's project."""
    monkeypatch.setenv("LOYALTY_ROOT", str(REPOSITORY))
    return REPOSITORY


@pytest.fixture
def small_answers() -> pd.DataFrame:
    """The rows of the small case."""
    return answers()


@pytest.fixture
def refusal() -> Callable[..., str]:
    """``refusal(function, *arguments)``: the one line with which a user's mistake is refused."""

    def refused(function: Callable[..., Any], *arguments: Any, **named: Any) -> str:
        with pytest.raises(UserError) as caught:
            function(*arguments, **named)
        message = str(caught.value)
        assert "\n" not in message and message
        return message

    return refused


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests say that they did (``record_property("did", …)``), as how often they tried."""
    for report in terminalreporter.getreports("passed"):
        for name, said in report.user_properties:
            if name == "did":
                terminalreporter.write_line(f"{report.nodeid}: {said}")
