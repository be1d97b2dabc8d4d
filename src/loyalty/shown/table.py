"""One typed table: rows of a finding, the columns to show, in every language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from pydantic import BaseModel

from loyalty.ground.findings import CitedFloat, CitedInt, shown_as
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import DASH, Kind, interval, show
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text, width
from loyalty.shown import words

Cell = Text | str | float | int | None

_NOTE = Text(en="*Note.* ", zh="*注*：")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `of` is a field of the rows (of a part, with its kind: ``below.estimate``), or a pair of fields
    (an interval), or a function of a row. The heading is a term of the catalogue, or a text of the
    case (a label). `kind` and `decimals` default to what the field says its number is; a text is
    escaped unless `kind` is "markdown";
    "sign" prints + and −. `kept`: its numbers stand, too, where a row's are withheld.
    """

    of: str | tuple[str, str] | Callable[[Any], Cell]
    heading: str | Text
    kind: Kind | str | None = None
    decimals: int | None = None
    kept: bool = False

    def title(self, language: Language) -> str:
        heading = term(self.heading) if isinstance(self.heading, str) else self.heading
        return heading.in_(language)

    def number_kind(self, rows: Sequence[Any]) -> Kind | None:
        """What the column's numbers are; None for a column of texts."""
        if self.kind is not None:
            return None if self.kind in ("text", "markdown", "sign") else self.kind  # type: ignore[return-value]
        if callable(self.of) or not rows or not isinstance(rows[0], BaseModel):
            return None
        shown = shown_as(type(rows[0]), self.of if isinstance(self.of, str) else self.of[0])
        return shown.kind if shown else None

    def cell(self, row: Any, kind: Kind | None, language: Language, plain: bool) -> str:
        if isinstance(self.of, tuple):
            lower, upper = (attrgetter(name)(row) for name in self.of)
            if plain and kind:
                return escape(interval(lower, upper, kind, decimals=self.decimals))
            return words.interval(lower, upper, kind, self.decimals)
        value = self.of(row) if callable(self.of) else attrgetter(self.of)(row)
        if isinstance(value, Text):
            value = value.in_(language)
        if value is None:
            return DASH if kind else ""
        if self.kind == "markdown":
            return str(value)
        if self.kind == "sign":
            return {"+": "\\+", "-": "−"}.get(str(value), "")
        if isinstance(value, CitedFloat | CitedInt):
            return words.number(value, kind, self.decimals)
        if isinstance(value, str):
            return escape(value)
        if kind is None or not plain:
            raise TypeError(f"{value!r} is no field of a finding")
        return escape(show(value, kind, decimals=self.decimals)).replace(" ", words.NO_BREAK)


@dataclass(frozen=True)
class Table:
    """Rows of a finding with the columns to show, a caption, and a note to stand under them.

    `said` is what it finds, before the caption. With `first` only so many rows, from the top, are
    shown. `simulated` marks the caption where a table reads several cases: nothing simulated
    (False), nothing else (True), some of it (None). Only a table that says `plain` may hold numbers
    that are no fields of findings (measurements of speed, versions): its note says where they are
    from.
    """

    rows: Sequence[Any]
    columns: Sequence[Column]
    caption: Text
    note: Text | None = None
    first: int | None = None
    said: Text | None = field(default=None, kw_only=True)
    simulated: bool | None = field(default=None, kw_only=True)
    plain: bool = field(default=False, kw_only=True)
    withheld: Callable[[Any], Text | None] | None = field(default=None, kw_only=True)

    @property
    def empty(self) -> bool:
        """Whether no row has a number that may be relied upon: a sentence says so instead."""
        return self.withheld is not None and bool(self.rows) and all(map(self.withheld, self.rows))

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return 0 if self.first is None else max(len(self.rows) - self.first, 0)

    def markdown(self, language: Language) -> str:
        """Pandoc Markdown; dash counts in the rule carry the relative column widths."""
        kinds = [c.number_kind(self.rows) for c in self.columns]
        head = [escape(c.title(language)) for c in self.columns]
        rows = self.rows[: self.first]
        body = [
            [c.cell(row, k, language, self.plain) for c, k in zip(self.columns, kinds, strict=True)]
            for row in rows
        ]
        reasons = [self.withheld(row) if self.withheld else None for row in rows]
        if any(reasons):
            kinds.append(None)
            head.append(escape(term("Not to be relied upon").in_(language)))
            for cells, why in zip(body, reasons, strict=True):
                if why is not None:
                    cells[:] = [
                        DASH if k and not column.kept else c
                        for c, k, column in zip(cells, kinds[:-1], self.columns, strict=True)
                    ]
                cells.append(escape(why.in_(language)) if why else "")
        widths = [
            min(max(_width(row[i]) for row in [head, *body]), 34) + 1 for i in range(len(head))
        ]
        rule = ["-" * w + ":" if k else ":" + "-" * w for k, w in zip(kinds, widths, strict=True)]
        lines = ["| " + " | ".join(head) + " |", "|" + "|".join(rule) + "|"]
        lines += ["| " + " | ".join(row) + " |" for row in body]
        if note := self._note(language):
            lines += ["", f"{_NOTE.in_(language)}{note}"]
        return "\n".join(lines)

    def _note(self, language: Language) -> str:
        parts = [] if self.note is None else [self.note.in_(language)]
        if rest := self.left_out:
            more = Text(
                en=f"{rest:,} more {'row is' if rest == 1 else 'rows are'} in the result file.",
                zh=f"另有 {rest:,} 行见结果文件。",
            )
            parts.append(more.in_(language))
        return (" " if language == "en" else "").join(parts)


def _width(cell: str) -> int:
    """Columns on a screen: two for a wide (Chinese) character, none for a backslash."""
    return width(words.without_references(cell).replace("\\", ""))
