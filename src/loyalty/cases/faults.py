"""What does not hold in a case, fault by fault: where, what stands there, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import SkipValidation

from loyalty.ground.errors import UserError
from loyalty.ground.reading import Model
from loyalty.ground.said import Said

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
    value: SkipValidation[str | None] = None
    n: int = 1
    said: SkipValidation[str]
    expected: SkipValidation[str] = ""
    mend: SkipValidation[str] = ""

    @property
    def described(self) -> bool:
        """Whether it stands in a description: `row` is its line, `column` its key."""
        return self.row is not None and self.file.endswith((".yml", ".yaml"))

    @property
    def line(self) -> Said:
        """The fault in one line."""
        known = {"file": self.file, "row": self.row, "column": self.column, "said": self.said}
        if self.described and self.column is not None:
            line = Said("{file}: line {row}, {column}: {said}", **known)
        elif self.described:
            line = Said("{file}: line {row}: {said}", **known)
        elif self.row is not None and self.column is not None:
            line = Said("{file}: row {row}, column {column}: {said}", **known)
        elif self.row is not None:
            line = Said("{file}: row {row}: {said}", **known)
        elif self.column is not None:
            line = Said("{file}: column {column}: {said}", **known)
        else:
            line = Said("{file}: {said}", **known)
        return Said("{line}; {mend}", line=line, mend=self.mend) if self.mend else line


def refuse(found: Sequence[Fault], case: str) -> None:
    """Raise a `UserError` for the first fault that stops the case, if there is one."""
    stops = [fault for fault in found if fault.weight == "error"]
    if stops:
        more = len(stops) - 1
        if not more:
            raise UserError(stops[0].line)
        raise UserError(
            "{line} (and {more} more: loyalty check {case} lists them)",
            line=stops[0].line,
            more=more,
            case=case,
        )


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


#: An address of e-mail.
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")


def brief(value: object, most: int = 40) -> str:
    """A value as text, its end left out where it is long; of an e-mail address, that it is one."""
    text = EMAIL.sub("…@…", str(value))
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _shown(value: object) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return f"{value:g}" if isinstance(value, float | np.floating) else brief(value)
