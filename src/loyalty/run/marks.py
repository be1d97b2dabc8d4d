"""Marks that something was made of just this: what is up to date is decided by content.

A mark holds the digest of all that its step depends on, and a checksum of every file that the step
left and of the marks that it rests on. Marks, not results, are the files of the graph: Snakemake,
which does it on clusters, deletes a job's outputs before it runs, and a failed run must not take
the results of an earlier one with it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from loyalty.ground import paths


@dataclass(frozen=True)
class Step:
    """One step of a run.

    `name` is unique; `digest` is of all that the step depends on besides other steps, whose marks
    are `needs`; `makes` are files and folders that it leaves; `command` is what `loyalty` is asked
    for.
    """

    name: str
    mark: Path
    digest: str
    needs: tuple[Path, ...]
    makes: tuple[Path, ...]
    command: tuple[str, ...]

    def content(self) -> str:
        """What its mark says if the step is done now."""
        files = [file for made in self.makes for file in _files(made)]
        checksums = [f"{_now(file)} {_place(file)}" for file in [*files, *self.needs]]
        return "\n".join([self.digest, *checksums])

    def current(self) -> bool:
        """Whether the step is done, of just this, and what it left is as it was."""
        try:
            marked = self.mark.read_text(encoding="utf-8").rstrip("\n")
        except OSError:
            return False
        return marked.startswith(self.digest) and marked == self.content()


def mark(kind: str, case: str, name: str) -> Path:
    """Where a mark stands: of ``checked``, ``computed``, ``shown-en``, ``case-zh`` …"""
    return paths.cache() / "marks" / kind / quote(case, safe="") / name


def done(step: Step) -> None:
    """Leave the mark of a step that was done."""
    paths.write(step.mark, step.content())


def sweep(steps: Iterable[Step]) -> list[Step]:
    """The steps that are out of date, their marks taken away; every step follows what it needs."""
    due: dict[Path, Step] = {}
    for step in steps:
        if any(need in due for need in step.needs) or not step.current():
            step.mark.unlink(missing_ok=True)
            due[step.mark] = step
        else:
            os.utime(step.mark, (0, 0))  # all alike: no clock says what is newer
    return list(due.values())


def behind(targets: Iterable[str], steps: Sequence[Step], due: Sequence[Step]) -> list[Step]:
    """Of the steps that are due, the targets and those that they need, in their order."""
    wanted: set[Path] = set()
    names = set(targets)
    for step in reversed(steps):
        if step.name in names or step.mark in wanted:
            wanted |= {step.mark, *step.needs}
    return [step for step in due if step.mark in wanted]


def digest(files: Iterable[Path], *more: object) -> str:
    """One checksum of the files' places and contents, and of `more` as text."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{_place(file)}\0{_checksum(file)}\0".encode())
    whole.update("\0".join(map(str, more)).encode())
    return whole.hexdigest()


def _files(made: Path) -> Sequence[Path]:
    return sorted(p for p in made.rglob("*") if p.is_file()) if made.is_dir() else [made]


def _place(file: Path) -> str:
    """Where it is in the project, or in what is installed."""
    within = str(file).removeprefix(f"{paths.root()}{os.sep}")
    return within.removeprefix(f"{paths.PACKAGE.parent}{os.sep}")


@cache
def _checksum(file: Path) -> str:
    """Of a file that does not change while this process lives."""
    return _now(file)


def _now(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return "absent"
