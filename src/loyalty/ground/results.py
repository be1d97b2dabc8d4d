"""Where results come from: data, parameters, code and versions; and values as JSON has them."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import math
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from loyalty.ground import paths

PACKAGES = (
    "factor-analyzer",
    "jieba",
    "loyalty-study",
    "matplotlib",
    "numpy",
    "pandas",
    "papermill",
    "scikit-learn",
    "scipy",
    "seaborn",
    "semfit",
    "semopy",
    "statsmodels",
)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataOrigin(_Model):
    """A table that a result used: the survey's ``answers``, or a table beside it by its id; of
    results over all cases with the `case` that it belongs to.
    """

    resource: str
    source: str
    sha256: str
    rows: int
    case: str | None = None


class Behind(_Model):
    """A result that one over all cases rests on, with the seed and the draws it ran with."""

    case: str
    analysis: str
    seed: int | None = None
    draws: int | None = None


class Recorded(_Model):
    """That a result is a recorded finding: `date` of its commit, `rows` the canonical checksum of
    all rows of the case, `described` of what the description says of them.
    """

    version: Literal[1] = 1
    date: str
    rows: str
    described: str


class Provenance(_Model):
    notebook: str
    notebook_sha256: str | None = None
    parameters: dict[str, bool | int | float | str]
    data: list[DataOrigin]
    behind: list[Behind] = []
    code_sha256: str
    git_commit: str | None
    git_changed: bool | None
    python: str
    packages: dict[str, str]
    recorded: Recorded | None = None


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
    code: Sequence[Path],
    behind: Sequence[Behind] = (),
) -> Provenance:
    """Where a result comes from: the same inputs give the same record (so no clock, no host).

    `code` are the files that the result depends on, the notebook first; `behind`, the results that
    it reads.
    """
    commit, changed = _git()
    return Provenance(
        notebook=notebook,
        notebook_sha256=hashlib.sha256(code[0].read_bytes()).hexdigest() if code else None,
        parameters=parameters,
        data=data,
        behind=list(behind),
        code_sha256=_code(code),
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


def _code(code: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in code:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def date_of(commit: str | None) -> str:
    """The day of a commit; of none that is known, today (UTC)."""
    known = commit and git("show", "-s", "--format=%cs", commit)
    return known or datetime.now(UTC).date().isoformat()


def git(*args: str) -> str | None:
    """What git says of the project; None where it says nothing."""
    try:
        done = subprocess.run(
            ["git", *args], cwd=paths.root(), capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def of_the_study(case: str) -> bool:
    """Whether a case is the study's own, and not somebody's who works in a copy of it.

    By what git keeps; where it keeps no case (a copy without history), all are the study's.
    """
    return not paths.own() and _kept(paths.root(), case)


@cache
def _kept(root: Path, case: str) -> bool:
    kept = (git("-C", str(root), "ls-files", "-z", "--", "data/*/study.yml") or "").split("\0")
    return not any(kept) or f"data/{case}/study.yml" in kept


@cache
def _git() -> tuple[str | None, bool | None]:
    """The suite's commit, and whether its files are others by now; of a folder without a history
    of the suite's own (somebody's project, or a copy within another's repository) neither."""
    top = git("rev-parse", "--show-toplevel")
    if paths.own() or top is None or Path(top).resolve() != paths.root().resolve():
        return None, None
    commit = git("rev-parse", "HEAD")
    code = git("status", "--porcelain", "--", "src", "notebooks", "uv.lock")
    # a stranger's case that lies there, too, is no change of the study's
    cases = git("status", "--porcelain", "--untracked-files=no", "--", "data")
    return commit, None if code is None else bool(code or cases)
