"""The one error of this package: every fault of a book, one line each."""

from __future__ import annotations

from collections.abc import Iterable


class RenderError(Exception):
    """The book cannot be made; `lines` says why, one fault a line (``file:line: what``)."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(dict.fromkeys(lines))
        super().__init__("\n".join(self.lines))
