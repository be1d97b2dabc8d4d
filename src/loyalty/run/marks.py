"""Marks that something was made of just this: what is up to date is decided by content.

A mark holds the digest of all that its step depends on. Marks, not results, are the files of the
graph: Snakemake deletes a job's outputs before it runs, and a failed run must not take the results
of an earlier one with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from loyalty.cases import study
from loyalty.cases.study import ALL
from loyalty.ground import findings, paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import Language
from loyalty.run import execute
from loyalty.run.analyses import (
    SYNTHESIS,
    code_behind,
    compute_files,
    show_files,
    shown_files,
)


def digest(files: Iterable[Path], *more: object) -> str:
    """One checksum of the files' places and contents, and of `more` as text."""
    whole = hashlib.sha256()
    for file in files:
        name = file.relative_to(paths.root()) if file.is_relative_to(paths.root()) else file
        whole.update(f"{name}\0{_checksum(file)}\0".encode())
    whole.update("\0".join(map(str, more)).encode())
    return whole.hexdigest()


@cache
def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "absent"


def mark(kind: str, case: str, name: str) -> Path:
    """Where a mark stands: of ``checked``, ``computed``, ``shown-en``, ``case-zh`` …"""
    return paths.cache() / "marks" / kind / case / name


def sweep(made: Path, wanted: str, files: Iterable[Path]) -> None:
    """Take away a mark that is of something else, or whose files have gone.

    `files` are what the step left and the marks that it rests on: Snakemake does not look for
    what is missing behind a mark that is there.
    """
    if made.is_file() and (
        made.read_text(encoding="utf-8").strip() != wanted
        or not all(file.is_file() for file in files)
    ):
        made.unlink()


# --- what each step depends on -------------------------------------------------------------------
def analyses_of(case: str) -> list[str]:
    """The analyses of a case; of a broken one all of a survey's (its check fails, and says why)."""
    if case == ALL:
        return [SYNTHESIS]
    try:
        return study.load(case).analyses
    except UserError:
        return list(study.SURVEY)


def checking(case: str) -> str:
    data = sorted(p for p in (paths.data() / case).rglob("*") if p.is_file())
    return digest([*data, *code_behind("loyalty.cases.survey", "loyalty.cases.tables")])


def computing(case: str, analysis: str, wide: dict[str, Any]) -> str:
    """Of the notebook, the code behind its findings, and the parameters."""
    try:
        given = json.dumps(execute.parameters(case, analysis, wide), sort_keys=True)
    except UserError as error:
        given = str(error)
    more = [paths.data() / "claims.yml"] if case == ALL else []
    return digest([*compute_files(analysis), *more], given)


def showing(analysis: str, language: Language) -> str:
    """Of the code and the words behind what is shown."""
    return digest(show_files(analysis), language)


def checked(case: str) -> tuple[Path, str]:
    """The mark and the digest of a case's check, a stale mark taken away."""
    made, wanted = mark("checked", case, "rows"), checking(case)
    sweep(made, wanted, [])
    return made, wanted


def computed(
    case: str, analysis: str, wide: dict[str, Any], rests: Iterable[Path]
) -> tuple[Path, str]:
    """The mark and the digest of a computing step, a stale mark taken away.

    `rests` are the marks of the steps before it, swept.
    """
    made, wanted = mark("computed", case, analysis), computing(case, analysis, wide)
    result, notebook = execute.outputs(case, analysis)
    if (version := findings.other_version(result)) is not None:
        print(f"  {case} · {analysis} · schema version {version} is another: computed anew")
        result.unlink()
    sweep(made, wanted, [result, notebook, *rests])
    return made, wanted


def shown(case: str, analysis: str, language: Language) -> tuple[Path, str]:
    """The mark and the digest of a showing step, a stale mark taken away."""
    made, wanted = mark(f"shown-{language}", case, analysis), showing(analysis, language)
    sweep(made, wanted, [*shown_files(case, analysis, language), mark("computed", case, analysis)])
    return made, wanted
