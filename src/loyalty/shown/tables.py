"""One typed table that Jupyter, Pandoc and Quarto all render: a pipe table with aligned columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from loyalty.ground import numbers
from loyalty.ground.markdown import escape


@dataclass(frozen=True)
class Column:
    """A column: the key in the records, the heading, and what its numbers are.

    ``kind="interval"`` takes the bounds from the two columns named in `bounds`.
    """

    key: str
    heading: str
    kind: str = "text"
    decimals: int | None = None
    bounds: tuple[str, str] | None = None
    of: numbers.Kind = "bounded"

    @property
    def numeric(self) -> bool:
        return self.kind not in ("text", "markdown", "sign")

    def cell(self, record: Mapping[str, Any]) -> str:
        if self.bounds is not None:
            low, high = (record.get(key) for key in self.bounds)
            return escape(numbers.interval(low, high, self.of, decimals=self.decimals))
        value = record.get(self.key)
        if self.kind == "markdown":
            return str(value)
        if value is None or (isinstance(value, float) and value != value):
            return numbers.DASH if self.numeric else ""
        if self.kind == "sign":
            return {"+": "\\+", "-": "−"}.get(str(value), "")
        text = numbers.show(value, self.kind, decimals=self.decimals)  # type: ignore[arg-type]
        return escape(text)


@dataclass(frozen=True)
class Table:
    """Records with the columns to show and a note to stand under them.

    `records` keep full precision and go into the result file; rounding is for reading only. With
    `first` only so many of them, from the top, are shown.
    """

    records: list[dict[str, Any]]
    columns: Sequence[Column]
    note: str = ""
    first: int | None = None

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        note: str = "",
        first: int | None = None,
    ) -> Table:
        """A table of a frame's rows."""
        records = [
            {str(k): None if pd.isna(v) else v for k, v in row.items()}
            for row in frame.to_dict(orient="records")
        ]
        return cls(records, columns, note, first)

    @property
    def left_out(self) -> int:
        """How many records are not shown."""
        return 0 if self.first is None else max(len(self.records) - self.first, 0)

    def markdown(self) -> str:
        """Pandoc Markdown; dash counts in the rule carry the relative column widths."""
        head = [escape(c.heading) for c in self.columns]
        body = [[c.cell(record) for c in self.columns] for record in self.records[: self.first]]
        widths = [
            min(max(_width(row[i]) for row in [head, *body]), 34) + 1
            for i in range(len(self.columns))
        ]
        rule = [
            "-" * w + ":" if c.numeric else ":" + "-" * w
            for c, w in zip(self.columns, widths, strict=True)
        ]
        lines = ["| " + " | ".join(row) + " |" for row in [head]]
        lines.append("|" + "|".join(rule) + "|")
        lines += ["| " + " | ".join(row) + " |" for row in body]
        if self.note:
            lines += ["", f"*Note.* {self.note}"]
        return "\n".join(lines)


def _width(text: str) -> int:
    """Columns on a screen: two for a wide (Chinese) character, none for a backslash."""
    plain = text.replace("\\", "")
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)
