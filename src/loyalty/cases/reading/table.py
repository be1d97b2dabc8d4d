"""What comes out of a file, and what is wanted of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """Which columns are to be read, and as what.

    Attributes
    ----------
    numbers : mapping
        Column → number by answer text: columns that hold numbers, or texts for them.
    texts : set of str
        Columns whose values are taken as they are written (levels, identifiers).
    never : set of str
        Personal columns, which are passed over.
    bare : set of str
        Of `numbers`, those in which a number with a text behind it (``5 min``) is none.
    """

    numbers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    texts: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys([*self.numbers, *sorted(self.texts)]))

    def takes(self, column: str) -> bool:
        return column not in self.never


@dataclass
class Table:
    """The rows of a file, and what the file says about its columns.

    Attributes
    ----------
    frame : DataFrame
        Columns under the names that they have in the file, which may be empty or stand there
        twice. Blanks are missing.
    first : int
        Number of the first row of data, as the program that made the file counts.
    headings : sequence
        Further heading rows, each a text a column.
    labels, levels, missing : mappings
        Of a file of SPSS or Stata, by column: its label, the labels of its values, and the values
        (or ranges, as pairs) that stand for no answer.
    found : mapping
        How the file is written, by key of ``format``.
    """

    frame: pd.DataFrame
    first: int = 1
    headings: Sequence[Sequence[str]] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Mapping[float | str, str]] = field(default_factory=dict)
    missing: Mapping[str, Sequence[float | str | tuple[float, float]]] = field(default_factory=dict)
    found: dict[str, object] = field(default_factory=dict)

    def whole(self) -> Table:
        """The same without empty rows at the end, which are no respondents."""
        frame = self.frame
        empty = 0
        for start in range(len(frame) - 1, -1, -1):
            if frame.iloc[start].notna().any():
                break
            empty += 1
        if empty:
            self.frame = frame.iloc[: len(frame) - empty]
        self.frame.attrs["headings"] = self.first - 1
        return self
