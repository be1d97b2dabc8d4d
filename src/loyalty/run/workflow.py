"""Snakemake drives the steps that are out of date, in a group of processes that ends as one."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.run.jobs import WARM
from loyalty.run.marks import Step

ABSENT = "{} is not installed; `uv sync --frozen` installs every group of dependencies"
#: Set while the project is held: for the processes of the run that holds it.
HELD = "LOYALTY_HELD"
#: Whether jobs can be forked here: elsewhere system libraries do not bear it.
FORKS = sys.platform == "linux"
#: Seconds that a run's processes have to end by themselves.
GRACE = 2.0
_STEP = re.compile(r"(\d+) of (\d+) steps")


class RunFailed(Exception):
    """Some step failed; it has said why."""


def require() -> None:
    """Refuse where Snakemake is not installed."""
    if importlib.util.find_spec("snakemake") is None:
        raise UserError(ABSENT.format("snakemake"))


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
    try:
        for folder in (paths.cache(), reports):
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / ".writable.part"
            probe.write_bytes(b"?" * 4096)
            probe.unlink()
        handle = (paths.cache() / "running").open("w")
    except OSError as error:
        where = Path(error.filename or reports).parent.name
        raise UserError(f"{where}: cannot be written to ({error.strerror})") from None
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
    for half in reports.glob("._*-*"):
        shutil.rmtree(half, ignore_errors=True)


def run(
    targets: Sequence[str],
    config: dict[str, Any],
    cores: int,
    due: Sequence[Step],
    say: Callable[[str, str], None],
) -> None:
    """Let Snakemake make `targets`, showing what each job says and how far the run is.

    Parameters
    ----------
    due : sequence of Step
        What is out of date: the warm process imports what these need.
    say : callable
        Takes a kind (``"done"``, ``"failed"``, ``"error"``, ``"other"``) and a line.

    Raises
    ------
    RunFailed
        When a step failed.
    """
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--keep-going"]
    # `run:` in threads: the work is done in processes of loyalty's own
    command += ["--nolock", "--drop-metadata", "--force-use-threads", "--nocolor"]
    command += ["--rerun-triggers", "mtime", "--quiet", "rules", "host"]
    if config:
        command += ["--config", *(f"{key}={value}" for key, value in sorted(config.items()))]
    environment = {
        **os.environ,
        "LOYALTY_ROOT": str(paths.root()),
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",  # what semopy estimates depends on it
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with _warm(environment, due) as (group, line):
        process = subprocess.Popen(
            [*command, "--", *targets],
            cwd=paths.root(),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            close_fds=False,
            **_grouped(group),
        )
        if line is not None:
            line.close()
        try:
            failed, own = _listen(process, say)
        except BaseException:
            _end(group or process.pid, process)
            raise
    if process.returncode:
        if not failed:
            say("other", "\n".join(own[-20:]))
        raise RunFailed


def _grouped(group: int | None) -> dict[str, Any]:
    """A process of the group, or the first of a group of its own."""
    return {"process_group": group or 0} if os.name == "posix" else {}


def _listen(
    process: subprocess.Popen[str], say: Callable[[str, str], None]
) -> tuple[bool, list[str]]:
    """Show what jobs say; whether one said that it failed, and Snakemake's own words."""
    said: list[str] = []
    own: list[str] = []
    failed = False
    assert process.stdout is not None
    for line in process.stdout:
        text = line.rstrip()
        kind, _, rest = text.partition(" ")
        if kind in ("failed", "error") and rest:
            failed = True
            say(kind, rest)
        elif text.startswith("  ") and " · " in text:
            said.append(text.strip())
        elif step := _STEP.match(text):
            for finished in said or ["(checked)"]:
                say("done", f"{step[1]:>3}/{step[2]}  {finished}")
            said.clear()
        else:
            own.append(text)
    process.wait()
    return failed, own


@contextlib.contextmanager
def _warm(
    environment: dict[str, str], due: Sequence[Step]
) -> Iterator[tuple[int | None, socket.socket | None]]:
    """The warm process, if jobs can be forked here: its group, and the line to it."""
    if not FORKS:
        yield None, None
        return
    line, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    commands = json.dumps([step.command for step in due])
    with (paths.cache() / "warm.log").open("w") as log:
        end.set_inheritable(True)
        warm = subprocess.Popen(
            [sys.executable, "-P", "-m", "loyalty.run.warm", str(end.fileno()), commands],
            cwd=paths.root(),
            env=environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            close_fds=False,
            process_group=0,
        )
    end.close()
    line.set_inheritable(True)
    environment[WARM] = str(line.fileno())
    try:
        yield warm.pid, line
    finally:
        assert warm.stdin is not None
        warm.stdin.close()
        warm.wait()


def _end(group: int, process: subprocess.Popen[str]) -> None:
    """End all that is left of the run."""
    if os.name != "posix":
        process.kill()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
