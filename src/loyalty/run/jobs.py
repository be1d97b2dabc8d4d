"""A step of the workflow done: a `loyalty` command in a process of its own.

The process is forked from one that has imported everything once (:mod:`loyalty.run.warm`) where
there is such a one, else started anew.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence

from loyalty.run import marks
from loyalty.run.marks import Step

#: The number of the socket that leads to the warm process.
WARM = "LOYALTY_WARM"


class JobFailed(Exception):
    """A step's command failed; it has said why."""


def do(step: Step) -> None:
    """Do a step, print what it says, and leave its mark.

    Raises
    ------
    JobFailed
        When its command fails; what an earlier run left stays.
    """
    code, said = command(step.command)
    print(said, end="", flush=True)
    if code:
        raise JobFailed(step.name)
    marks.done(step)


def command(words: Sequence[str]) -> tuple[int, str]:
    """Run ``loyalty <words>`` in a process of its own: its exit code and what it printed."""
    answer, write = os.pipe()
    with os.fdopen(answer, "rb") as said:
        try:
            forked = _asked(words, write)
        finally:
            os.close(write)
        text, _, code = said.read().decode("utf-8", "replace").rpartition("\0")
    if not forked:
        whole = [sys.executable, "-m", "loyalty.cli", *words]
        done = subprocess.run(
            whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, close_fds=False, check=False
        )
        return done.returncode, done.stdout.decode("utf-8", "replace")
    if not code.isdigit():
        who = " · ".join(words[1:3])
        return 1, f"{text}{code}\nfailed {who}: its process died, as for want of memory\n"
    return int(code), text


def _asked(words: Sequence[str], write: int) -> bool:
    """Ask the warm process for a job that writes to `write`; whether there is one."""
    if WARM not in os.environ:
        return False
    try:
        with socket.socket(fileno=os.dup(int(os.environ[WARM]))) as line:
            socket.send_fds(line, [json.dumps(list(words)).encode()], [write])
    except OSError:
        return False
    return True
