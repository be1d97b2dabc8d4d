"""The one exception that users of `semfit` see."""

from __future__ import annotations


class ModelError(ValueError):
    """A model, a data set or a combination of both that cannot be estimated.

    The message is one line and names the cause (a variable, a parameter, a group).
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(str(message).split()))
