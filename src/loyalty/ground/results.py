"""Result files: the one channel between notebooks, report and tests.

``reports/results/<case>/<analysis>.json`` holds what an analysis found at full precision, with
where it came from. :class:`Result` is its schema.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.numbers import Kind

#: Where the metadata of a notebook's display carries label, caption and alternative text.
DISPLAY = "loyalty"
PACKAGES = (
    "factor-analyzer",
    "jieba",
    "matplotlib",
    "numpy",
    "pandas",
    "papermill",
    "scikit-learn",
    "scipy",
    "seaborn",
    "semopy",
    "statsmodels",
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Number(_Model):
    """A number that prose may cite, with what it is and, where there is one, its interval."""

    value: float | int | str | None
    kind: Kind
    ci: tuple[float, float] | None = None


class DataOrigin(_Model):
    """A table that a result used: the survey's ``answers``, or a table beside it by its id."""

    resource: str
    source: str
    sha256: str
    rows: int


class Provenance(_Model):
    notebook: str
    parameters: dict[str, bool | int | float | str]
    data: list[DataOrigin]
    code_sha256: str
    git_commit: str | None
    git_changed: bool | None
    python: str
    packages: dict[str, str]


class Result(_Model):
    """What one notebook found for one case."""

    schema_version: Literal[1] = 1
    case: str
    analysis: str
    simulated: bool
    numbers: dict[str, Number]
    tables: dict[str, list[dict[str, Any]]]
    statements: dict[str, dict[Literal["en", "zh"], str]]
    warnings: list[str]
    provenance: Provenance


def path(case: str, analysis: str) -> Path:
    return paths.results() / case / f"{analysis}.json"


def write(result: Result) -> Path:
    """Write the file in one step: there is a whole file or none."""
    target = path(result.case, result.analysis)
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    scratch = target.with_suffix(f".{os.getpid()}.part")
    scratch.write_text(text + "\n", encoding="utf-8")
    os.replace(scratch, target)
    return target


def read(case: str, analysis: str) -> Result:
    """Read and check one result file.

    Raises
    ------
    UserError
        When it is absent or does not hold to the schema.
    """
    file = path(case, analysis)
    if not file.is_file():
        raise UserError(f"{file.relative_to(paths.root())}: not there; run the notebook first")
    try:
        return Result.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UserError(f"{file.relative_to(paths.root())}: {key}: {first['msg']}") from None


def available() -> list[tuple[str, str]]:
    """(case, analysis) of every result file, sorted."""
    return sorted((p.parent.name, p.stem) for p in paths.results().glob("*/*.json"))


def plain(value: Any) -> Any:
    """A value as JSON can carry it: NumPy scalars as Python's, missing and infinite as null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def provenance(
    notebook: str,
    parameters: dict[str, Any],
    data: list[DataOrigin],
    code: Sequence[Path] | None = None,
) -> Provenance:
    """Where a result comes from: the same inputs give the same record (so no clock, no host).

    `code` are the files that the result depends on.
    """
    commit, changed = _git()
    return Provenance(
        notebook=notebook,
        parameters=parameters,
        data=data,
        code_sha256=_code(notebook, code),
        git_commit=commit,
        git_changed=changed,
        python=platform.python_version(),
        packages=_versions(),
    )


def _versions() -> dict[str, str]:
    """Versions of what computes; programs for a second opinion may not be there."""
    found = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def code_files() -> list[Path]:
    """The package's files that a result can depend on (not the command line, not the rendering)."""
    package = paths.root() / "src" / "loyalty"
    out = {"render", "cli.py", "report.py", "measured.py", "__pycache__"}
    return sorted(
        p
        for p in package.rglob("*")
        if p.suffix in (".py", ".yml") and not out & set(p.relative_to(package).parts)
    )


def _code(notebook: str, code: Sequence[Path] | None) -> str:
    digest = hashlib.sha256()
    for file in code or [*code_files(), paths.notebooks() / f"{notebook}.ipynb"]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def _git() -> tuple[str | None, bool | None]:
    def git(*args: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", *args], cwd=paths.root(), capture_output=True, text=True, check=False
            )
        except OSError:
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    status = git("status", "--porcelain", "--", "src", "notebooks", "data", "uv.lock")
    return commit, None if status is None else bool(status)
