"""The command line: ``loyalty cases | check | run | render | report | export | record …``."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from loyalty.cases import form, study
from loyalty.cases.sources import UNKNOWN
from loyalty.ground import paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said, said_by_system, spoken
from loyalty.ground.text import LANGUAGES, Language
from loyalty.reader import err, heard, out, show_checked, speaking, tell, translated, wrong

app = typer.Typer(
    name="loyalty",
    help="The loyalty study: check cases, run the notebooks, render the report. "
    "Messages in Chinese: --language zh with any command, LOYALTY_LANGUAGE=zh, or the locale.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Cases = Annotated[list[str] | None, typer.Argument(help="Cases (default: all).")]
Draws = Annotated[int | None, typer.Option(min=1, help="Bootstrap draws in every notebook.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed in every notebook.")]
Languages = Annotated[str, typer.Option(help="Of en, zh, separated by commas.")]
Cores = Annotated[int, typer.Option(min=1, help="Notebooks side by side.")]
Formats = Annotated[str, typer.Option(help="Of html, pdf, docx, separated by commas.")]
CORES = os.cpu_count() or 1
#: What a disk says that is full, or may not be written.
UNWRITTEN = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EFBIG)
ABSENT = "{package} is not installed; `uv sync --frozen` installs every group of dependencies"
ABSENT_OWN = "{package} is not installed; it comes with loyalty-study[own]"


@app.command()
def cases() -> None:
    """List the cases below data/."""
    heads = (Said("case"), Said("data"), Said("title"), "")
    table = Table(*map(spoken, heads), box=None, pad_edge=False)
    for case in study.cases():
        try:
            described = study.load(case)
        except UserError as error:
            table.add_row(case, f"[red]{spoken(Said('broken'))}[/]", escape(spoken(error)), "")
            continue
        title = described.title
        kind = Said("real") if described.provenance.kind == "real" else Said("simulated")
        table.add_row(case, spoken(kind), escape(title.en), escape(title.zh))
    out.print(table)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="The case's folder below data/: a-z, 0-9 and -.")],
    data: Annotated[Path, typer.Option(help="The survey: csv, xlsx, sav, dta or parquet.")],
    sheet: Annotated[str | None, typer.Option(help="Of a workbook, where it has several.")] = None,
    like: Annotated[str | None, typer.Option(help="A case with the same questions.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model in lavaan's syntax.")] = None,
    interactive: Annotated[bool, typer.Option("--interactive", help="Ask.")] = False,
    language: Annotated[str, typer.Option(help="Of the comments: en or zh.")] = "en",
) -> None:
    """Describe a file as a case: write data/NAME/study.yml, with `# check:` where it is unsure."""
    from loyalty import newcase
    from loyalty.newcase import like as plans

    if like and model:
        raise UserError("new: --like or --model, not both")
    (edition,) = _languages(language)[:1]
    plan = plans.from_case(like) if like else plans.from_model(model) if model else None
    made = newcase.new(
        name,
        data,
        sheet=sheet,
        plan=plan,
        language=edition,
        ask=(lambda what, otherwise: str(typer.prompt(what, default=otherwise)))
        if interactive
        else None,
    )
    tell(
        "{case} · {items} items, {constructs} constructs, {personal} personal columns",
        case=name,
        items=made.items,
        constructs=made.constructs,
        personal=made.personal,
    )
    tell(
        "{case} · {file} · {n} marks to check",
        case=name,
        file=made.path.relative_to(paths.root()),
        n=made.checks,
    )


@app.command()
def check(
    case: Annotated[str, typer.Argument(help="The case's folder below data/.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Write the form of today beside study.yml.")
    ] = False,
) -> None:
    """Say everything that does not hold in a case's description, rows and tables, by weight.

    Rows are brought where they are not here. Exit code 0 when nothing stops the case, 2 when
    something does, 3 when the rows cannot be had on this machine.
    """
    from loyalty.cases import check as checks

    if upgrade:
        written = form.upgrade(study.file_of(case))
        if written is None:
            tell("{case} · study.yml is of today's form", case=case)
        else:
            tell("{case} · {file}", case=case, file=_short(written))
        return
    described = checks.described(case)
    if isinstance(described, list):
        checked = checks.Checked(case=case, sound=False, faults=tuple(described))
    else:
        try:
            checked = checks.rows(described)
        except RowsAbsent:
            from loyalty.run import recorded

            of = recorded.instead(described)
            if of is None:
                raise
            checked = checks.Checked(case=case, sound=True)
            if not as_json:
                tell(
                    "{case} · the rows are not here; findings of {date} are recorded, rows {rows}…",
                    case=case,
                    date=of.date,
                    rows=of.rows[:16],
                )
        if any(rows.sha256 == UNKNOWN for rows in described.sources) and not as_json:
            tell(
                "{case} · never seen by us: nothing rests on it until study.yml has the sha256",
                case=case,
            )
    if as_json:
        print(checked.model_dump_json(indent=2))
    else:
        show_checked(checked)
    if not checked.sound:
        raise typer.Exit(2)


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
    names = _shown(cases, notebook) if cases or notebook else []
    _road(names, _wide(draws, seed), cores, cases)


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

    formats, languages = _formats(to), _languages(language)
    volumes = _listed("volume", volume, sorted({e.volume for e in EDITIONS}))
    known = [case if case == study.ALL else study.load(case).case for case in cases or []]
    made: list[Path] = []
    with alone(), _interruptible():
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
    formats = _formats(to or ("html" if cases else "html,pdf"))
    languages = _languages(language or "en")
    if language and not cases:
        raise UserError(
            "--language {language}: the report is made in every language; name a case",
            language=language,
        )
    for case in cases or []:
        if not whole:
            study.load(case)
    targets = [f"report_{case}_{one}" for case in cases or [] for one in languages]
    wide = {**_wide(draws, seed), "case_to" if cases else "to": ",".join(formats)}
    _road(targets or ["report"], wide, cores, None if whole else cases)
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
        file=_short(copied),
    )


@app.command(add_help_option=False, context_settings={"ignore_unknown_options": True})
def fit(
    words: Annotated[list[str] | None, typer.Argument(help="As `semfit --help` says.")] = None,
) -> None:
    """Fit a structural equation model to a data file: the command `semfit`."""
    from semfit.cli import main as semfit

    raise typer.Exit(semfit(words or [], "loyalty fit"))


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="Folder with results, or with a built book.")],
    new: Annotated[Path | None, typer.Argument(help="Another of the same kind.")] = None,
    tolerance: Annotated[float, typer.Option(min=0, help="No move, times max(1, |old|).")] = 1e-9,
    moved: Annotated[
        Path | None, typer.Option("--map", help="From old keys to new: a file or a folder.")
    ] = None,
    case: Annotated[list[str] | None, typer.Option(help="Only these cases.")] = None,
    analysis: Annotated[list[str] | None, typer.Option(help="Only these analyses.")] = None,
    keys: Annotated[bool, typer.Option("--keys", help="List the keys of OLD.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Shorten no list.")] = False,
) -> None:
    """Compare two runs: what moved, appeared or went; exit code 1 when anything did."""
    from loyalty.run import compare as comparison

    if keys:
        for line in comparison.keys(old, moved=moved, analyses=analysis or ()):
            out.print(escape(line))
        return
    if new is None:
        raise UserError("compare: OLD and NEW are expected")
    found = comparison.compare(
        old, new, tolerance=tolerance, moved=moved, cases=case or (), analyses=analysis or ()
    )
    for line in found.lines(everything=everything):
        out.print(escape(line))
    if not found.equal:
        raise typer.Exit(1)


@app.command()
def record(case: Annotated[str, typer.Argument(help="The case, run where its rows are.")]) -> None:
    """Record a case's findings, for where its rows may not go: aggregates, none of a few people."""
    from loyalty.run import recorded

    for file in recorded.record(case):
        tell(
            "{case} · {file} · {size:,} bytes",
            case=case,
            file=file.relative_to(paths.root()),
            size=file.stat().st_size,
        )


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="The case, run before.")],
    to: Annotated[
        Path | None, typer.Option(help="The folder to write into; default: reports/exports.")
    ] = None,
) -> None:
    """Make a replication package: data or a synthetic twin, tables, notebooks, check.R."""
    from loyalty.export import package
    from loyalty.run.workflow import alone

    with alone():
        made, data = package.export(case, to)
    tell("{case} · {why}", case=case, why=data.why)
    if data.twin is not None:
        of = data.twin
        tell(
            "{case} · nearest real row {near:.3f}, of held-out rows {held_out:.3f}; "
            "off by at most {off:.3f}",
            case=case,
            near=of.nearest,
            held_out=of.held_out,
            off=max(of.mean, of.sd, of.correlation),
        )
    root = paths.root()
    for path in (made, made.with_name(f"{made.name}.zip")):
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        tell("{case} · {file}", case=case, file=shown)


@app.command()
def reproduce(cases: Cases = None, cores: Cores = CORES) -> None:
    """Compute recorded findings anew where the rows are there; exit code 1 where one moved."""
    from loyalty.run import recorded, workflow

    known = [study.load(case).case for case in cases or []]
    with workflow.alone(), _interruptible():
        good, found = recorded.reproduce(
            known or [case for case in study.cases() if recorded.there(case)],
            cores,
            lambda said: out.print(f"  {escape(spoken(said))}"),
        )
    if not found.equal:
        for line in found.lines():
            out.print(escape(line))
    if not good:
        raise typer.Exit(1)


@app.command()
def forget(
    case: Annotated[str, typer.Argument(help="The case's folder below data/.")],
    respondent: Annotated[str, typer.Argument(help="The respondent's id, as the rows have it.")],
) -> None:
    """Delete a respondent's rows from a case's csv files, and all that was made of them."""
    from loyalty.run import forget as forgetting
    from loyalty.run.workflow import alone

    with alone():
        n, removed = forgetting.forget(case, respondent)
    if n == 1:
        tell("{case} · 1 row deleted", case=case)
    else:
        tell("{case} · {n:,} rows deleted", case=case, n=n)
    for folder in removed:
        tell("{case} · {folder} removed", case=case, folder=folder.relative_to(paths.root()))
    tell("{case} · loyalty report {case} makes it anew; what git has of it, it keeps", case=case)


@app.command()
def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether they are stale.")
    ] = False,
) -> None:
    """Write the JSON Schemas of descriptions and findings anew; exit code 1 for a stale one."""
    from loyalty.run import schemas

    stale = schemas.stale()
    for file in stale:
        name = file.relative_to(paths.root())
        if check:
            tell("schema · {file} is stale", file=name)
        else:
            tell("schema · {file}", file=name)
    if check and stale:
        raise typer.Exit(1)
    if not check:
        schemas.write()


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

    for edition in _languages(language):
        shower.show(case, analysis, edition)
        tell(
            "{case} · {analysis} · shown ({edition})",
            case=case,
            analysis=analysis,
            edition=edition,
        )


def _short(file: Path) -> str:
    return str(file.relative_to(paths.root()))


def _languages(text: str) -> list[Language]:
    asked = _listed("language", text, LANGUAGES)
    return [language for language in LANGUAGES if language in asked]


def _listed(option: str, text: str, known: Sequence[str]) -> list[str]:
    """What an option lists, separated by commas."""
    asked = [name.strip() for name in text.split(",") if name.strip()]
    if not asked or not set(asked) <= set(known):
        raise UserError(
            "--{option} {text}: expected {known}, separated by commas",
            option=option,
            text=text,
            known=[*known],
        )
    return asked


def _wide(draws: int | None, seed: int | None) -> dict[str, Any]:
    given = {"draws": draws, "seed": seed}
    return {k: v for k, v in given.items() if v is not None}


def _formats(to: str) -> list[str]:
    return _listed("to", to, ("html", "pdf", "docx"))


def _road(
    names: Sequence[str], config: dict[str, Any], cores: int, cases: list[str] | None
) -> None:
    """Take the steps that are out of date among these and those that they need.

    Without names, all that is shown (a broken case fails alone, the others go on). Rows that are
    not here are brought first; a case whose rows cannot be had is left out, in one line, unless
    it is one of `cases`, which were asked for.
    """
    from loyalty.book import plan
    from loyalty.cases import roads
    from loyalty.run import marks, workflow

    with workflow.alone(), _interruptible():
        away = roads.bring(cases or study.cases())
        for case in roads.available():
            away.pop(case, None)  # recorded findings stand in
        for why in away.values():
            if cases:
                raise why
            _say("away" if isinstance(why, RowsAbsent) else "error", spoken(why))
        steps = plan.steps(config)
        due = marks.sweep(steps)
        targets = names or [s.name for s in steps if s.command[0] == "show"]
        if needed := marks.behind(targets, steps, due):
            workflow.run(needed, cores, _say)
        if not all(isinstance(why, RowsAbsent) for why in away.values()):
            raise workflow.RunFailed


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Typer would end an interrupted command with a word of its own."""
    try:
        yield
    except KeyboardInterrupt:
        err.print(spoken(Said("interrupted; the next run goes on from here")))
        raise typer.Exit(130) from None


def _say(kind: str, line: str) -> None:
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


def _shown(cases: list[str] | None, notebooks: list[str] | None) -> list[str]:
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


def main(words: Sequence[str] | None = None) -> int:
    """Entry point: the exit code. A user's mistake is one line and exit code 2."""
    if words is None and os.name == "posix":
        signal.signal(signal.SIGTERM, _terminated)
    command = typer.main.get_command(app)
    try:
        rest, given = heard(command, sys.argv[1:] if words is None else words)
    except UserError as error:
        wrong("error", error)
        return 2
    with speaking(given):
        return _done(command, rest)


def _done(command: Any, words: Sequence[str]) -> int:
    from loyalty.run.workflow import RunFailed

    try:
        translated(command)(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except RowsAbsent as error:
        wrong("not available here", error)
        return 3
    except UserError as error:
        wrong("error", error)
        return 2
    except RunFailed:
        return 1
    except ModuleNotFoundError as error:
        package = (error.name or "loyalty").partition(".")[0]
        if package in ("loyalty", "semfit"):
            raise
        wrong("error", Said(ABSENT_OWN if paths.own() else ABSENT, package=package))
        return 2
    except OSError as error:
        if error.errno not in UNWRITTEN:
            raise
        where = error.filename or paths.root()
        wrong("error", Said("{where}: {why}", where=where, why=said_by_system(error)))
        return 2
    return 0


def _terminated(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
