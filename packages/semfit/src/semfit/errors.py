"""The one exception that users of `semfit` see."""

from __future__ import annotations

from functools import partial
from typing import Any

from .messages import Parameter, message


class ModelError(ValueError):
    """A model, a data set or a combination of both that cannot be estimated.

    The text is one line and names the cause (a variable, a parameter, a group).

    Parameters
    ----------
    code
        Names the sentence in `semfit.messages`.
    **parameters
        What the sentence mentions.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> try:
    ...     semfit.fit("f =~ x1 + x2 + x99", data)
    ... except semfit.ModelError as error:
    ...     print(error.code, error.parameters, error)
    not_in_data {'name': 'x99'} variable 'x99' is not in the data
    """

    def __init__(self, code: str, /, **parameters: Any) -> None:
        self.message = message(code, **parameters)
        super().__init__(" ".join(self.message.split()))

    @property
    def code(self) -> str:
        """The sentence's name in `semfit.messages`."""
        return self.message.code

    @property
    def parameters(self) -> dict[str, Parameter]:
        """What the sentence mentions."""
        return self.message.parameters

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), self.code, **self.parameters), ()
