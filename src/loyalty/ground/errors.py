"""The one exception for what a user can put right."""

from __future__ import annotations

from typing import Any

from loyalty.ground.said import Said


class UserError(Exception):
    """A mistake in a file, a name or a value, told in one line.

    The command line prints it in the reader's language and leaves with exit code 2; no traceback
    is shown. Its text is English.

    Parameters
    ----------
    template, **parameters
        As :class:`~loyalty.ground.said.Said` takes them.
    """

    def __init__(self, template: str, **parameters: Any) -> None:
        self.said = Said(template, **parameters)
        super().__init__(str(self.said))


class RowsAbsent(UserError):
    """A case's rows are not on this machine and cannot be had from here."""


class Mistake(ValueError):
    """What does not hold in a value of a description, told by the model that takes it."""

    def __init__(self, template: str, **parameters: Any) -> None:
        self.said = Said(template, **parameters)
        super().__init__(str(self.said))
