"""Sentences of the argument."""

from __future__ import annotations

from loyalty.analyses.argument.findings import Exhibit
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.words import number


def exhibit(found: Exhibit, case: Case) -> Text:
    relied, count, clear = number(found.relied), number(found.count), number(found.clear)
    return Text(
        en=f"Of {count} hypothesized paths to loyalty {relied} may be relied upon; {clear} of these have an interval clear of zero.",
        zh=f"{count} 条指向忠诚的假设路径中，{relied} 条可以依据，其中 {clear} 条的区间不含零。",
    )
