"""The command line: ``loyalty cases | check | run | render | report | export | record …``."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import typer

from loyalty.commands import describe, make, results, steps
from loyalty.commands.options import app
from loyalty.ground import paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said, said_by_system, spoken
from loyalty.reader import called, err, heard, speaking, translated, wrong

#: The families of commands, as the help lists them: in the order in which they are imported.
FAMILIES = (describe, make, results, steps)
#: What a disk says that is full, or may not be written, or has no names as long.
UNWRITTEN = (
    errno.ENOSPC,
    errno.EROFS,
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.ENAMETOOLONG,
)
ABSENT = "{package} is not installed; `uv sync --frozen` installs every group of dependencies"
ABSENT_OWN = "{package} is not installed; it comes with loyalty-study[own]"


def main(words: Sequence[str] | None = None) -> int:
    """Entry point: the exit code. A user's mistake is one line and exit code 2."""
    if words is None and os.name == "posix":
        signal.signal(signal.SIGTERM, _terminated)
    try:
        command = typer.main.get_command(app)
        rest, given = heard(command, sys.argv[1:] if words is None else words)
        with speaking(given):
            return _done(command, rest)
    except UserError as error:
        wrong("error", error)
        return 2
    except KeyboardInterrupt:
        err.print(spoken(Said("interrupted")))
        return 130


def _done(command: Any, words: Sequence[str]) -> int:
    from loyalty.run.workflow import RunFailed

    try:
        return called(translated(command), words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except RowsAbsent as error:
        wrong("not available here", error)
        return 3
    except UserError as error:
        wrong("error", error)
        return 2
    except RunFailed as failed:
        return failed.code
    except ModuleNotFoundError as error:
        package = (error.name or "loyalty").partition(".")[0]
        if package in ("loyalty", "semfit"):
            raise
        wrong("error", Said(ABSENT_OWN if paths.own() else ABSENT, package=package))
        return 2
    except OSError as error:
        if error.errno not in UNWRITTEN:
            raise
        where = error.filename or paths.root()
        wrong("error", Said("{where}: {why}", where=where, why=said_by_system(error)))
        return 2
    return 0


def _terminated(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
