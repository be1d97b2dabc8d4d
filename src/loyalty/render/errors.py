"""The one error of this package: every fault of a book, one line each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class Fault(str):
    """A fault in one line: an English template of :meth:`str.format` and what stands in its places.

    Who shows it may say the same in another language by its `template` and `parameters`. Without
    parameters the template is taken as it is, braces and all.
    """

    template: str
    parameters: dict[str, Any]

    def __new__(cls, template: str, **parameters: Any) -> Fault:
        made = super().__new__(cls, template.format(**parameters) if parameters else template)
        made.template, made.parameters = template, parameters
        return made


class RenderError(Exception):
    """The book cannot be made; `lines` says why, one fault a line (``file:line: what``)."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(dict.fromkeys(lines))
        super().__init__("\n".join(self.lines))
