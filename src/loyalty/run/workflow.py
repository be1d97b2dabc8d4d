"""The steps that are out of date, done side by side while nobody else holds the project."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.said import HELD, said_by_system
from loyalty.run.jobs import JobFailed, Jobs
from loyalty.run.marks import Step


class RunFailed(Exception):
    """Some step failed; it has said why. With exit code 2, where checks of rows alone did."""

    def __init__(self, code: int = 1) -> None:
        super().__init__(code)
        self.code = code


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold the project for this process and all that it starts (not on Windows).

    The system gives the lock back when the last of them has ended, however that happens.

    Raises
    ------
    UserError
        When another run holds it, or nothing can be written below ``.cache`` or ``reports``.
    """
    if HELD in os.environ:
        yield
        return
    reports = paths.root() / "reports"
    folder = paths.cache()
    try:
        for folder in (paths.cache(), reports):
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".writable.part"
            probe.write_bytes(b"?" * 4096)
            probe.unlink()
        folder = paths.cache()
        handle = (folder / "running").open("w")
    except OSError as error:
        raise UserError(
            "{where}: cannot be written to ({why})", where=folder.name, why=said_by_system(error)
        ) from None
    with handle:
        if os.name == "posix":
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise UserError(
                    "another run of this project is under way; wait for it to end"
                ) from None
            os.set_inheritable(handle.fileno(), True)
        os.environ[HELD] = "1"
        _sweep(reports)
        try:
            yield
        finally:
            del os.environ[HELD]


def _sweep(reports: Path) -> None:
    """Take away what a killed run left half written."""
    for folder in (paths.cache(), reports):
        for part in folder.rglob("*.part"):
            part.unlink(missing_ok=True)
    for part in (reports / "executed").rglob("*.running.ipynb"):
        part.unlink(missing_ok=True)
    for part in paths.data().glob("*/rows/.*.part"):
        shutil.rmtree(part, ignore_errors=True)
    for half in [*reports.glob(".*-*"), *reports.glob("_book/**/.*-*")]:
        out = half.with_name(half.name[1:].partition("-")[0])
        if (half / "book").is_dir() and not out.exists():  # killed between two renames
            os.replace(half / "book", out)
        shutil.rmtree(half, ignore_errors=True)


def run(steps: Sequence[Step], cores: int, say: Callable[[str, str], None]) -> None:
    """Do the steps, `cores` side by side, each when what it needs is done.

    What rests on a step that failed is left out; the rest goes on.

    Parameters
    ----------
    steps : sequence of Step
        All that is out of date of what is wanted (:func:`loyalty.run.marks.behind`).
    say : callable
        Takes a kind (``"done"``, ``"failed"``, ``"error"``, ``"other"``) and a line.

    Raises
    ------
    RunFailed
        When a step failed.
    """
    left = {step.mark for step in steps}
    waiting, failed, n = list(steps), list[Step](), 0
    several = [step.command for step in steps] if len(steps) > 1 else []
    with Jobs(several) as jobs, ThreadPoolExecutor(cores) as pool:
        running: dict[Future[str], Step] = {}
        try:
            while True:
                ready = [s for s in waiting if not left.intersection(s.needs)]
                for step in ready[: cores - len(running)]:
                    waiting.remove(step)
                    running[pool.submit(jobs.do, step)] = step
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step = running.pop(future)
                    n += 1
                    try:
                        lines = future.result().splitlines()
                    except JobFailed as error:
                        failed.append(step)
                        _tell(str(error), say)
                        continue
                    left.remove(step.mark)
                    for line in [text.strip() for text in lines if " · " in text] or [step.name]:
                        say("done", f"{n:>3}/{len(steps)}  {line}")
        except BaseException:
            jobs.stop()  # the threads wait for their processes
            raise
    if failed:
        raise RunFailed(2 if all(step.command[0] == "check" for step in failed) else 1)


def _tell(said: str, say: Callable[[str, str], None]) -> None:
    """Why a step failed: its one line, or, of what it should have caught and of the table of a
    check, all it said."""
    lines = [line.partition(" ") for line in said.splitlines()]
    of_one = [(kind, rest) for kind, _, rest in lines if kind in ("failed", "error") and rest]
    told = [(kind, rest) for kind, rest in of_one if not rest.startswith(" ")]
    for kind, rest in told or [("other", said)]:
        say(kind, rest)
