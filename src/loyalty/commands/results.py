"""What is done with what was computed: compared, recorded, exported, computed anew, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from loyalty.cases import study
from loyalty.commands.options import CORES, Cases, Cores, app
from loyalty.commands.road import interruptible
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.said import spoken
from loyalty.reader import out, tell


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
    with workflow.alone(), interruptible():
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
    respondent: Annotated[
        str, typer.Argument(help="The respondent's id, or what a personal column holds of them.")
    ],
    column: Annotated[str | None, typer.Option(help="Look in this column alone.")] = None,
) -> None:
    """Delete a respondent's rows from a case's csv files, and all that was made of them."""
    from loyalty.run import forget as forgetting
    from loyalty.run.workflow import alone

    with alone():
        n, removed = forgetting.forget(case, respondent, column)
    if n == 1:
        tell("{case} · 1 row deleted", case=case)
    else:
        tell("{case} · {n:,} rows deleted", case=case, n=n)
    for folder in removed:
        tell("{case} · {folder} removed", case=case, folder=folder.relative_to(paths.root()))
    tell(
        "{case} · loyalty report {case} makes it anew; what git has of it, and the file that it "
        "was copied from, you have to see to",
        case=case,
    )


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
