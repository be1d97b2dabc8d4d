"""The steps of a workflow, which no person calls."""

from __future__ import annotations

import json

import typer

from loyalty.commands.options import app, languages_of
from loyalty.reader import tell, wrong


@app.command(hidden=True)
def execute(case: str, analysis: str, wide: str = "{}") -> None:
    """Run one notebook of one case (what the workflow calls)."""
    from loyalty.run import execute as runner

    try:
        seconds = runner.execute(case, analysis, json.loads(wide))
    except runner.NotebookFailed as error:
        wrong("failed", error)
        raise typer.Exit(1) from None
    tell("{case} · {analysis} · {seconds:.1f} s", case=case, analysis=analysis, seconds=seconds)


@app.command(hidden=True)
def show(case: str, analysis: str, language: str = "en") -> None:
    """Write what a reader sees of one analysis (what the workflow calls)."""
    from loyalty.run import show as shower

    for edition in languages_of(language):
        shower.show(case, analysis, edition)
        tell(
            "{case} · {analysis} · shown ({edition})",
            case=case,
            analysis=analysis,
            edition=edition,
        )
