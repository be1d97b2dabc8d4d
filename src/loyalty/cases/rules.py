"""Rules about the columns of the rows: who is left out, and what cannot be at once."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Identifier, Level, Model
from loyalty.ground.text import Text

_KINDS = ("is_", "is_not", "below", "above", "blank", "before")


class Condition(Model):
    """What may hold of a row, said of one column.

    `is` are texts that it has, `is_not` texts that it has not; `below` and `above` are numbers, and
    of a row without one nothing holds; `blank` holds of whoever has nothing there. `before` names
    another column: the date (or the number) in the one is earlier than that in the other.
    """

    column: str
    is_: list[Level] | None = Field(default=None, alias="is", min_length=1)
    is_not: list[Level] | None = Field(default=None, min_length=1)
    below: float | None = None
    above: float | None = None
    blank: Literal[True] | None = None
    before: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        given = [k for k in _KINDS if getattr(self, k) is not None]
        if len(given) != 1:
            raise Mistake("exactly one of is, is_not, below, above, blank, before is expected")
        return self

    @property
    def columns(self) -> list[str]:
        return [self.column] if self.before is None else [self.column, self.before]

    def takes(self, rows: pd.DataFrame, dates: str | None = None) -> pd.Series:
        """Of which rows it holds, bool by row; `dates` is how dates are written."""
        raw = rows[self.column]
        texts = _texts(raw)
        if self.blank:
            out = texts.isna()
        elif self.is_ is not None:
            out = texts.isin(self.is_)
        elif self.is_not is not None:
            out = ~texts.isin(self.is_not)
        elif self.before is not None:
            one, other = _ordered(texts, _texts(rows[self.before]), dates)
            out = one < other
        else:
            numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
            low = -math.inf if self.below is None else self.below
            high = math.inf if self.above is None else self.above
            out = (numbers < low) | (numbers > high)
        return out.fillna(False).astype(bool)


def _texts(raw: pd.Series) -> pd.Series:
    texts = raw.astype("string").str.strip()
    if pd.api.types.is_float_dtype(raw):  # a code column with holes is read as floats
        texts = texts.str.removesuffix(".0")
    return texts.mask(texts == "")


def _ordered(one: pd.Series, other: pd.Series, dates: str | None) -> tuple[pd.Series, pd.Series]:
    """Two columns as numbers where all their values are, else as dates (in UTC)."""
    both = [one, other]
    numbers = [pd.to_numeric(s, errors="coerce").astype("float64") for s in both]
    if all(n.notna().equals(s.notna()) for n, s in zip(numbers, both, strict=True)):
        return numbers[0], numbers[1]
    first, second = (
        pd.to_datetime(s.astype(object), format=dates or "ISO8601", errors="coerce", utc=True)
        for s in both
    )
    return first, second


class Exclude(Condition):
    """A rule about a column of the rows: those of whom it holds are left out of everything.

    `is_not` are the answers of those who stay (an attention check's right answer).
    """

    id: Identifier
    label: Text


class Impossible(Model):
    """What cannot be true at once: rows of which `all` hold are counted and named, and stay."""

    id: Identifier
    label: Text
    all: Annotated[list[Condition], Field(min_length=1)]

    @property
    def columns(self) -> list[str]:
        return [column for condition in self.all for column in condition.columns]

    def takes(self, rows: pd.DataFrame, dates: str | None = None) -> pd.Series:
        """Of which rows all conditions hold, bool by row."""
        found = pd.Series(True, index=rows.index)
        for condition in self.all:
            found &= condition.takes(rows, dates)
        return found
