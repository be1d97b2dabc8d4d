"""The command ``loyalty`` itself, also as ``python -m loyalty``.

Importing what it needs takes a moment in which nothing has begun: who interrupts it then, or when
all is done, sees no traceback.
"""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """The exit code of the command."""
    heard = signal.getsignal(signal.SIGINT)  # another than Python's own: of who starts it
    if heard is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from loyalty.cli import main as command

    signal.signal(signal.SIGINT, heard)
    try:
        return command()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(signal.getsignal(number)):
                signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    sys.exit(main())
