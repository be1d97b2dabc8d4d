"""Tables as a Word document."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from loyalty.export.sheets import Cell, Sheet, undated
from loyalty.ground.markdown import escape
from loyalty.ground.numbers import show

#: More columns do not fit a page: such a table is in the workbook alone.
MOST_COLUMNS = 13


def word(tables: Sequence[Sheet], title: str) -> bytes:
    """A Word document of the tables that fit a page, each with its title above.

    The same tables give the same bytes.
    """
    import pypandoc

    parts = []
    for table in tables:
        if len(table.columns) <= MOST_COLUMNS:
            parts += [_markdown(table), f": {escape(table.title.both)}"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "tables.docx")
        pypandoc.convert_text(
            "\n\n".join(parts),
            "docx",
            format="markdown-raw_html-raw_tex",
            outputfile=str(file),
            extra_args=["--metadata", f"title={title}"],
        )
        return undated(file.read_bytes())


def _markdown(table: Sheet) -> str:
    numeric = [
        all(row[j] is None or isinstance(row[j], int | float) for row in table.rows)
        for j in range(len(table.columns))
    ]
    lines = ["| " + " | ".join(escape(c.replace("_", " ")) for c in table.columns) + " |"]
    lines.append("|" + "|".join("--:" if n else ":--" for n in numeric) + "|")
    for row in table.rows:
        cells = map(_shown, row, table.columns)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _shown(value: Cell, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return show(value, "count")
    if isinstance(value, float) and (column == "p" or column.endswith("_p")):
        return escape(show(value, "p"))
    if isinstance(value, float):
        return show(value, "number", decimals=3)
    return escape(value)
