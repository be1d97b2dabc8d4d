"""The numbers that authored text cites, as ``{{< var case.analysis.finding.field >}}``.

Only what the text cites is looked up, and what cannot be found is refused with file and line, so
that a renamed field never leaves a gap in a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from loyalty.book.files import cited
from loyalty.ground import paths
from loyalty.ground.addresses import look_up
from loyalty.ground.errors import UserError
from loyalty.ground.findings import CitedFloat, CitedInt, Found
from loyalty.ground.markdown import escape
from loyalty.shown import words

Results = Mapping[tuple[str, str], Found[Any]]


def variables(found: Results, files: Iterable[Path]) -> dict[str, Any]:
    """Every cited number, formatted, as a reference, as the tree of its address.

    Raises
    ------
    UserError
        Naming every citation that leads nowhere, by file and line.
    """
    tree: dict[str, Any] = {}
    wrong = []
    for file, number, address in cited(files):
        try:
            if any(step.isdigit() for step in address.split(".")):
                raise LookupError("Quarto finds no name that is a number alone")
            shown = _shown(found, address)
        except LookupError as error:
            name = file.relative_to(paths.root())
            wrong.append(f"{name}:{number}: {address}: {error.args[0]}")
            continue
        *way, last = address.split(".")
        leaf = tree
        for step in way:
            leaf = leaf.setdefault(step, {})
        leaf[last] = shown
    if wrong:
        raise UserError("numbers that lead nowhere: {wrong}", wrong=wrong)
    return tree


def _shown(found: Results, address: str) -> str:
    case, analysis, *rest = address.split(".", 2)
    if (case, analysis) not in found or not rest:
        raise LookupError(f"there is no result {case}/{analysis}")
    value = look_up(found[case, analysis].findings, rest[0])
    if isinstance(value, bool):  # as `admissible`: the field's name, or not
        name = address.rsplit(".", 1)[1].replace("_", " ")
        return name if value else f"not {name}"
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, tuple) and len(value) == 2:
        return words.interval(*value)
    if value is None or isinstance(value, CitedFloat | CitedInt):
        return words.number(value)
    raise LookupError(f"this is {type(value).__name__}, not a number")
