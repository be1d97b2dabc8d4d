"""The road from a case to what a reader sees: the steps that are out of date."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.markup import escape

from loyalty.cases import study
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said, spoken
from loyalty.reader import err, out, wrong


def road(names: Sequence[str], config: dict[str, Any], cores: int, cases: list[str] | None) -> None:
    """Take the steps that are out of date among these and those that they need.

    Without names, all that is shown (a broken case fails alone, the others go on). Rows that are
    not here are brought first; a case whose rows cannot be had is left out, in one line, unless
    it is one of `cases`, which were asked for. Rows of these that do not hold are a user's mistake.
    """
    from loyalty.book import plan
    from loyalty.cases import roads
    from loyalty.run import marks, workflow

    with workflow.alone(), interruptible():
        away = roads.bring(cases or study.cases())
        for case in roads.available():
            away.pop(case, None)  # recorded findings stand in
        for why in away.values():
            if cases:
                raise why
            say("away" if isinstance(why, RowsAbsent) else "error", spoken(why))
        steps = plan.steps(config)
        due = marks.sweep(steps)
        targets = names or [s.name for s in steps if s.command[0] == "show"]
        if needed := marks.behind(targets, steps, due):
            try:
                workflow.run(needed, cores, say)
            except workflow.RunFailed as failed:
                raise workflow.RunFailed(failed.code if cases else 1) from None
        if not all(isinstance(why, RowsAbsent) for why in away.values()):
            raise workflow.RunFailed


@contextlib.contextmanager
def interruptible(then: Said | None = None) -> Iterator[None]:
    """Of an interruption one line tells what holds `then`."""
    try:
        yield
    except KeyboardInterrupt:
        err.print(spoken(then or Said("interrupted; the next run goes on from here")))
        raise typer.Exit(130) from None


def say(kind: str, line: str) -> None:
    """What a run says of its steps."""
    if kind == "done":
        step, _, said = line.partition("  ")
        out.print(f"[dim]{step}[/]  {escape(said)}")
    elif kind == "away":
        out.print(f"[dim]{spoken(Said('not available here'))}[/]  {escape(line)}")
    elif kind == "other":
        err.print(escape(line))
    else:
        wrong(kind, line)


def shows(cases: list[str] | None, notebooks: list[str] | None) -> list[str]:
    """The steps that show these notebooks of these cases."""
    from loyalty.run import analyses

    names = list(cases) if cases else [*study.cases(), study.ALL]
    targets = []
    for name in notebooks or []:
        analyses.notebook_file(name)
    for case in names:
        known = list(analyses.ACROSS) if case == study.ALL else study.load(case).analyses
        targets += [
            f"show_{case}_{name}_en" for name in known if not notebooks or name in notebooks
        ]
    if not targets:
        raise UserError(
            "none of the notebooks {notebooks} belongs to these cases", notebooks=notebooks or []
        )
    return targets
