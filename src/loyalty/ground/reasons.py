"""Why something cannot be done: a reason is a value, its sentence stands in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from loyalty.ground.reading import Model
from loyalty.ground.terms import message
from loyalty.ground.text import Text

Parameter = bool | int | float | str


class Reason(Model):
    """A code of the catalogue with its parameters: numbers and identifiers, no words.

    `of` says which part of the catalogue: ``reasons``, or ``estimator`` for what semfit says.
    """

    code: str
    parameters: dict[str, Parameter] = {}
    of: Literal["reasons", "estimator"] = "reasons"

    def text(self, labels: Mapping[str, Text] | None = None) -> Text:
        """The sentence (no capital, no full stop), constructs by their `labels`."""
        return message(self.of, self.code, self.parameters, labels or {})


class CannotCompute(ValueError):
    """A statistic cannot be computed from what was given.

    Parameters
    ----------
    code : str
        Names the sentence in ``ground/terms/reasons.yml``.
    **parameters
        Numbers and identifiers that the sentence mentions.
    """

    def __init__(self, code: str, **parameters: Any) -> None:
        from loyalty.ground.results import plain

        self.reason = Reason(code=code, parameters=plain(parameters))
        super().__init__(code)

    def __str__(self) -> str:
        return self.reason.text().en


def reason_of(said: object) -> Reason:
    """The reason that an exception or a message carries.

    A :class:`CannotCompute` has it; what semfit says carries `code` and `parameters`.
    """
    if isinstance(said, CannotCompute):
        return said.reason
    code, parameters = getattr(said, "code", None), getattr(said, "parameters", {})
    if not isinstance(code, str):
        return Reason(code="said", parameters={"text": str(said)}, of="estimator")
    return Reason(code=code, parameters=parameters, of="estimator")
