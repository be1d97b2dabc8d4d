"""Running the notebooks and rendering what they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from loyalty.cases import study
from loyalty.commands.options import (
    CORES,
    Cases,
    Cores,
    Draws,
    Formats,
    Languages,
    Seed,
    app,
    formats_of,
    languages_of,
    listed,
    parameters_of,
    short_path,
)
from loyalty.commands.road import interruptible, road, shows
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said, spoken
from loyalty.reader import out, tell


@app.command()
def run(
    cases: Cases = None,
    notebook: Annotated[
        list[str] | None, typer.Option(help="Only these notebooks (and what they need).")
    ] = None,
    draws: Draws = None,
    seed: Seed = None,
    cores: Cores = CORES,
) -> None:
    """Run the notebooks that are out of date."""
    names = shows(cases, notebook) if cases or notebook else []
    road(names, parameters_of(draws, seed), cores, cases)


@app.command()
def render(
    cases: Cases = None,
    to: Formats = "html,pdf",
    language: Languages = "en,zh",
    volume: Annotated[str, typer.Option(help="Of report, trial, separated by commas.")] = (
        "report,trial"
    ),
) -> None:
    """Render the volumes, or the pages of single cases, from what the notebooks left."""
    from loyalty.book import dossier, report
    from loyalty.book.files import EDITIONS
    from loyalty.run.workflow import alone

    formats, languages = formats_of(to), languages_of(language)
    volumes = listed("volume", volume, sorted({e.volume for e in EDITIONS}))
    known = [case if case == study.ALL else study.load(case).case for case in cases or []]
    made: list[Path] = []
    with alone(), interruptible():
        for case in known:
            for one in languages:
                made += dossier.render(case, one, formats)
        for edition in EDITIONS if not known else []:
            if edition.volume in volumes and edition.language in languages:
                made += report.render(edition, formats)
    for file in made:
        tell("report · {file}", file=file.relative_to(paths.root()))


@app.command(hidden=True)
def front() -> None:
    """Write the page that leads to all books (what the workflow calls)."""
    from loyalty.book import report

    tell("report · {file}", file=report.front().relative_to(paths.root()))


@app.command(name="report")
def report_(
    cases: Cases = None,
    to: Annotated[
        str | None, typer.Option(help="Of html, pdf, docx; default: html,pdf, of a case html.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Of a case's pages: of en, zh; default: en.")
    ] = None,
    draws: Draws = None,
    seed: Seed = None,
    cores: Cores = CORES,
) -> None:
    """Run what is out of date, then render the report: the whole road.

    With cases, only theirs: all that was computed of each, in every language asked for. In a
    project of one's own, without any named, of every case there: one that fails takes no other's.
    """
    from loyalty.book import files

    whole = paths.own() and not cases
    if whole:
        cases = study.cases()
        if not cases:
            raise UserError("no case here yet: `loyalty new NAME --data FILE` makes one")
    formats = formats_of(to or ("html" if cases else "html,pdf"))
    languages = languages_of(language or "en")
    if language and not cases:
        raise UserError(
            "--language {language}: the report is made in every language; name a case",
            language=language,
        )
    for case in cases or []:
        if not whole:
            study.load(case)
    targets = [f"report_{case}_{one}" for case in cases or [] for one in languages]
    wide = {**parameters_of(draws, seed), "case_to" if cases else "to": ",".join(formats)}
    road(targets or ["report"], wide, cores, None if whole else cases)
    if cases:
        made = [f for c in cases for one in languages for f in files.case_files(c, one, formats)]
        made = [file for file in made if file.is_file()]
    else:
        books = [
            file for e in files.EDITIONS for file in e.files(f for f in formats if f != "html")
        ]
        made = [files.book() / "index.html", *books]
    for file in made:
        said = Said("report: {file}", file=file.relative_to(paths.root()))
        out.print(escape(spoken(said)))


@app.command()
def eject(
    notebook: Annotated[str, typer.Argument(help="Like structural.")],
) -> None:
    """Copy a notebook of the suite into notebooks/, to be changed: it is used from then on."""
    from loyalty.run import analyses

    copied = analyses.eject(notebook)
    tell(
        "{notebook} · {file} · used from now on; delete it to undo that",
        notebook=notebook,
        file=short_path(copied),
    )


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def fit(
    words: Annotated[list[str] | None, typer.Argument(help="As `semfit --help` says.")] = None,
) -> None:
    """Fit a structural equation model to a data file: the command `semfit`."""
    from semfit.cli import main as semfit

    raise typer.Exit(semfit(words or [], "loyalty fit"))
