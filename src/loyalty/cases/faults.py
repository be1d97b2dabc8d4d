"""What does not hold in a case, fault by fault: where, what stands there, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from loyalty.ground.errors import UserError
from loyalty.ground.reading import Model

#: By weight: the case stops; answers or rows are lost; something to look at.
Weight = Literal["error", "loss", "note"]
WEIGHTS: tuple[Weight, ...] = ("error", "loss", "note")


class Fault(Model):
    """One thing that does not hold.

    `row` counts as the program that made the file does (a sheet's heading is row 1), or is the
    line of a description; `n` is how many such there are, `row` being the first.
    """

    weight: Weight
    file: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    n: int = 1
    said: str
    expected: str = ""
    mend: str = ""

    @property
    def line(self) -> str:
        """The fault in one line."""
        row = None if self.row is None else f"row {self.row}"
        column = None if self.column is None else f"column {self.column}"
        place = ", ".join(x for x in (row, column) if x)
        said = f"{self.file}: {place}: {self.said}" if place else f"{self.file}: {self.said}"
        return f"{said}; {self.mend}" if self.mend else said


def refuse(found: Sequence[Fault], case: str) -> None:
    """Raise a `UserError` for the first fault that stops the case, if there is one."""
    stops = [fault for fault in found if fault.weight == "error"]
    if stops:
        more = len(stops) - 1
        rest = f" (and {more} more: loyalty check {case} lists them)" if more else ""
        raise UserError(stops[0].line + rest)


def ordered(found: Iterable[Fault]) -> list[Fault]:
    """By weight; of one weight as they were found."""
    return sorted(found, key=lambda fault: WEIGHTS.index(fault.weight))


def cell(
    frame: pd.DataFrame, wrong: pd.Series | np.ndarray, column: str, first: int
) -> dict[str, object]:
    """Row, column and value of the first `wrong` cell, and how many there are.

    `first` is the number of the first row of data, as the program that made the file counts.
    """
    flags = np.asarray(wrong, dtype=bool)
    at = int(np.flatnonzero(flags)[0])
    value = frame[column].iloc[at]
    return {
        "row": int(frame.index[at]) + first,
        "column": column,
        "value": _shown(value),
        "n": int(flags.sum()),
    }


def _shown(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return f"{value:g}" if isinstance(value, float | np.floating) else f"{value!s:.60}"
