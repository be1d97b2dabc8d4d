"""The processes that do a run's steps: forked from a warm one where that can be, else started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Self

from loyalty.ground import paths
from loyalty.run import marks
from loyalty.run.marks import Step

#: Whether jobs can be forked here: elsewhere system libraries do not bear it.
FORKS = sys.platform == "linux"


class JobFailed(Exception):
    """A step's command failed; the text is what it said."""


class Jobs:
    """Processes for commands of `loyalty`, each of its own; all end when this is left.

    Parameters
    ----------
    commands : sequence of sequence of str
        What is to come: the warm process (:mod:`loyalty.run.warm`) imports what they need. Without
        any there is no such process.
    """

    def __init__(self, commands: Sequence[Sequence[str]] = ()) -> None:
        self._environment = {
            **os.environ,
            "LOYALTY_ROOT": str(paths.root()),
            "OMP_NUM_THREADS": "1",
            "PYTHONHASHSEED": "0",  # what semopy estimates depends on it
            "PYTHONUTF8": "1",  # whatever the locale
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # kernels bring a debugger, which would warn
        }
        self._environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._started: set[subprocess.Popen[bytes]] = set()
        self._line: socket.socket | None = None
        if FORKS and commands:
            self._line, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with end, (paths.cache() / "warm.log").open("w") as log:
                end.set_inheritable(True)
                words = ["loyalty.run.warm", str(end.fileno()), json.dumps(commands)]
                self._warm = self._start(*words, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        if self._line is not None:
            self._line.close()
            assert self._warm.stdin is not None
            self._warm.stdin.close()
            if kind is None:  # nothing is left to do: it ends by itself
                self._warm.wait()
                self._started.discard(self._warm)
        self.stop()

    def stop(self) -> None:
        """End all processes now; who waits for one is told that it failed."""
        for process in list(self._started):
            self._end(process)

    def _start(self, *words: str, **more: Any) -> subprocess.Popen[bytes]:
        if os.name == "posix":
            more["process_group"] = 0
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-m", *words],
            cwd=paths.root(),
            env=self._environment,
            close_fds=False,  # the lock is theirs, too
            **more,
        )
        self._started.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
        self._started.discard(process)

    def do(self, step: Step) -> str:
        """Do a step and leave its mark; what it said.

        Raises
        ------
        JobFailed
            When its command fails; what an earlier run left stays.
        """
        code, said = self.command(step.command)
        if code:
            raise JobFailed(said)
        marks.done(step)
        return said

    def command(self, words: Sequence[str]) -> tuple[int, str]:
        """Run ``loyalty <words>`` in a process of its own: its exit code and what it printed."""
        answer, write = os.pipe()
        with os.fdopen(answer, "rb") as said:
            try:
                forked = self._asked(words, write)
            finally:
                os.close(write)
            text, _, code = said.read().decode("utf-8", "replace").rpartition("\0")
        if forked:
            if code.isdigit():
                return int(code), text
            who = " · ".join(words[1:3])
            return 1, f"{text}{code}\nfailed {who}: its process died, as for want of memory\n"
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        process = self._start("loyalty.cli", *words, stdin=subprocess.DEVNULL, **pipes)
        told, _ = process.communicate()
        self._started.discard(process)
        return process.returncode, told.decode("utf-8", "replace")

    def _asked(self, words: Sequence[str], write: int) -> bool:
        """Ask the warm process for a job that writes to `write`; whether there is one."""
        if self._line is None:
            return False
        try:
            socket.send_fds(self._line, [json.dumps(list(words)).encode()], [write])
        except OSError:  # it could not import something: the job by itself says what
            return False
        return True


def do(step: Step) -> None:
    """One step alone, as Snakemake asks for it."""
    with Jobs() as jobs:
        print(jobs.do(step), end="", flush=True)
