"""The command line: ``loyalty cases | check | run | render | report``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loyalty import paths, study
from loyalty.errors import UserError

app = typer.Typer(
    name="loyalty",
    help="The loyalty study: check cases, run the notebooks, render the report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Cases = Annotated[list[str] | None, typer.Argument(help="Cases (default: all).")]
Draws = Annotated[int | None, typer.Option(min=1, help="Bootstrap draws in every notebook.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed in every notebook.")]
Lang = Annotated[str | None, typer.Option(help="Language of figures and tables: en or zh.")]
Cores = Annotated[int, typer.Option(min=1, help="Notebooks side by side.")]
Formats = Annotated[str, typer.Option(help="Of html, pdf, docx, separated by commas.")]
CORES = os.cpu_count() or 1


@app.command()
def cases() -> None:
    """List the cases below data/."""
    table = Table("case", "data", "title", "", box=None, pad_edge=False)
    for case in study.cases():
        try:
            described = study.load(case)
        except UserError as error:
            table.add_row(case, "[red]broken[/]", escape(str(error)), "")
            continue
        title = described.title
        table.add_row(case, described.provenance.kind, escape(title.en), escape(title.zh))
    out.print(table)


@app.command()
def check(case: Annotated[str, typer.Argument(help="The case's folder below data/.")]) -> None:
    """Check a case's description and its rows; exit code 2 when something does not hold."""
    from loyalty import sources

    survey = sources.load(study.load(case))
    rows, items = len(survey.rows), len(survey.study.items)
    out.print(f"{case}: {rows:,} rows, {items} items, {len(survey.study.constructs)} constructs")
    out.print(f"sha256 {survey.checksum}")


@app.command()
def run(
    cases: Cases = None,
    notebook: Annotated[
        list[str] | None, typer.Option(help="Only these notebooks (and what they need).")
    ] = None,
    draws: Draws = None,
    seed: Seed = None,
    language: Lang = None,
    cores: Cores = CORES,
) -> None:
    """Run the notebooks that are out of date."""
    workflow(_targets(cases, notebook), _run_wide(draws, seed, language), cores)


@app.command()
def render(to: Formats = "html,pdf") -> None:
    """Render the report from what the notebooks left."""
    from loyalty import report

    for file in report.render(_formats(to)):
        out.print(f"report: {file.relative_to(paths.root())}")


@app.command(name="report")
def report_(
    cases: Cases = None,
    to: Formats = "html,pdf",
    draws: Draws = None,
    seed: Seed = None,
    language: Lang = None,
    cores: Cores = CORES,
) -> None:
    """Run what is out of date, then render the report: the whole road."""
    formats = ",".join(_formats(to))
    wide = {**_run_wide(draws, seed, language), "to": formats}
    workflow([*(_targets(cases, None) if cases else []), "report"], wide, cores)
    from loyalty import report

    for file in report.files(formats.split(",")):
        out.print(f"report: {file.relative_to(paths.root())}")


@app.command()
def schema() -> None:
    """Write data/study.schema.json, which editors complete study.yml with."""
    text = json.dumps(study.json_schema(), ensure_ascii=False, indent=1, sort_keys=True)
    (paths.data() / "study.schema.json").write_text(text + "\n", encoding="utf-8")


@app.command(hidden=True)
def execute(case: str, analysis: str, wide: str = "{}") -> None:
    """Run one notebook of one case (what the workflow calls)."""
    from loyalty import execute as runner

    try:
        seconds = runner.execute(case, analysis, json.loads(wide))
    except runner.NotebookFailed as error:
        err.print(f"[red]failed[/] {escape(str(error))}")
        raise typer.Exit(1) from None
    out.print(f"  {case} · {analysis} · {seconds:.1f} s")


def _run_wide(draws: int | None, seed: int | None, language: str | None) -> dict[str, Any]:
    if language not in (None, "en", "zh"):
        raise UserError(f"--language {language}: expected en or zh")
    given = {"draws": draws, "seed": seed, "language": language}
    return {k: v for k, v in given.items() if v is not None}


def _formats(to: str) -> list[str]:
    formats = [f.strip() for f in to.split(",") if f.strip()]
    wrong = [f for f in formats if f not in ("html", "pdf", "docx")]
    if wrong or not formats:
        raise UserError(f"--to {to}: expected html, pdf, docx, separated by commas")
    return formats


def _targets(cases: list[str] | None, notebooks: list[str] | None) -> list[str]:
    """The marks to make, as the workflow names them."""
    from loyalty import execute as runner

    names = list(cases) if cases else [*study.cases(), study.ALL]
    targets = []
    for case in names:
        known = [runner.SYNTHESIS] if case == study.ALL else list(study.load(case).notebooks)
        for name in notebooks or []:
            runner.notebook_file(name)
        targets += [
            f".cache/done/{case}/{name}" for name in known if not notebooks or name in notebooks
        ]
    return targets


def workflow(targets: list[str], config: dict[str, Any], cores: int) -> None:
    """Let Snakemake make `targets`; leave with its failure.

    What one job prints passes through; Snakemake's own words are kept for when it fails itself.
    """
    settings = [f"{key}={value}" for key, value in sorted(config.items())]
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--keep-going"]
    command += ["--rerun-incomplete", "--quiet", "all", "--nocolor"]
    command += ["--config", f"root={paths.root()}", *settings, "--", *targets]
    environment = {**os.environ, "LOYALTY_ROOT": str(paths.root()), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=paths.root(), env=environment, check=False)
    if done.returncode:
        raise typer.Exit(1)


def main() -> None:
    """Entry point: a user's mistake is one line and exit code 2."""
    try:
        app()
    except UserError as error:
        err.print(f"[red]error[/] {escape(str(error))}")
        sys.exit(2)
    except KeyboardInterrupt:
        err.print("interrupted; the next run goes on from here")
        sys.exit(130)


if __name__ == "__main__":
    main()
