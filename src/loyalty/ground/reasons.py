"""Why something cannot be done: a reason is a value, its sentence stands in the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from loyalty.ground.catalogue import catalogue
from loyalty.ground.reading import Model
from loyalty.ground.terms import message
from loyalty.ground.text import Text


class Reason(Model):
    """A code of the catalogue with its parameters: numbers and identifiers, no words.

    A parameter may be a reason itself: a part of the sentence, as which group or parameter. `of`
    says which part of the catalogue: ``reasons``, or ``estimator`` for what semfit says.
    """

    code: str
    parameters: dict[str, bool | int | float | str | Reason] = {}
    of: Literal["reasons", "estimator"] = "reasons"

    def text(self, labels: Mapping[str, Text] | None = None) -> Text:
        """The sentence (no capital, no full stop), constructs by their `labels`."""
        labels = labels or {}
        parameters = {
            name: value.text(labels) if isinstance(value, Reason) else value
            for name, value in self.parameters.items()
        }
        return message(self.of, self.code, parameters, labels)


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

    @classmethod
    def because(cls, said: object) -> CannotCompute:
        """The refusal for a reason, or for what semfit says: an error, a problem of a solution.

        Raises
        ------
        LookupError
            As :func:`reason_of`.
        """
        reason = reason_of(said)
        refusal = cls(reason.code)
        refusal.reason = reason
        return refusal

    def __str__(self) -> str:
        return self.reason.text().en


def reason_of(said: object) -> Reason:
    """The reason that an exception or a message carries.

    A :class:`CannotCompute` has it, a reason is one; what semfit says has `code` and `parameters`.

    Raises
    ------
    LookupError
        When the catalogue has no such code: a call was wrong, which is no reason for a reader.
    """
    if isinstance(said, CannotCompute):
        return said.reason
    if isinstance(said, Reason):
        return said
    code = getattr(said, "code", None)
    if code not in catalogue("estimator"):
        raise LookupError(f"no message of the estimator that a page can show: {said}")
    parameters = {
        name: reason_of(value) if hasattr(value, "code") else value
        for name, value in getattr(said, "parameters", {}).items()
    }
    return Reason(code=code, parameters=parameters, of="estimator")
