"""What the real cases say together, chapter by chapter: nothing is computed of rows."""

from __future__ import annotations

from loyalty.analyses.argument import read
from loyalty.analyses.argument.read import PathRow
from loyalty.analyses.synthesis.estimates import Everything
from loyalty.ground.findings import Count, Finding, Findings, Refused, refusable
from loyalty.ground.reasons import CannotCompute

everything = read.everything


class Exhibit(Finding):
    """All paths to loyalty over the real `surveys`; `relied` upon, and of these `clear` of zero."""

    rows: tuple[PathRow, ...]
    surveys: Count
    count: Count
    relied: Count
    clear: Count


class Argument(Findings):
    exhibit: Exhibit | Refused | None = None


@refusable
def exhibit(data: Everything) -> Exhibit:
    """The paths of every real survey that lead to loyalty (or to leaving)."""
    rows = [
        row
        for case, study in read.real(data).items()
        for row in read.rows_of(data, case)
        if row.to in read.loyal(study)
    ]
    if not rows:
        raise CannotCompute("no_path_to_loyalty")
    relied = [r for r in rows if r.relied]
    return Exhibit(
        rows=tuple(rows),
        surveys=len({r.case for r in rows}),
        count=len(rows),
        relied=len(relied),
        clear=sum(r.verdict != "open" for r in relied),
    )
