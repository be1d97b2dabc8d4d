"""Cases: what there are, one of a new file, and whether one holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from loyalty.cases import form, study
from loyalty.cases.sources import UNKNOWN
from loyalty.commands.options import app, languages_of, short_path
from loyalty.commands.road import interruptible
from loyalty.ground import paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.said import Said, spoken
from loyalty.reader import out, show_checked, tell


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
    (edition,) = languages_of(language)[:1]
    plan = plans.from_case(like) if like else plans.from_model(model) if model else None
    with interruptible(Said("interrupted; nothing was written")):
        made = newcase.new(
            name,
            data,
            sheet=sheet,
            plan=plan,
            language=edition,
            ask=_ask if interactive else None,
        )
    if made.table:
        tell("{case} · a table of {kind}", case=name, kind=made.table)
    else:
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


def _ask(what: str, otherwise: str) -> str:
    try:
        return str(typer.prompt(what, default=otherwise))
    except typer.Abort:
        raise UserError("new: broken off; nothing was written") from None


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
            tell("{case} · {file}", case=case, file=short_path(written))
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
