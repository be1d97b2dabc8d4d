"""What the commands share: the program, its options, and how options are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.text import LANGUAGES, Language

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


def short_path(file: Path) -> str:
    return str(file.relative_to(paths.root()))


def languages_of(text: str) -> list[Language]:
    asked = listed("language", text, LANGUAGES)
    return [language for language in LANGUAGES if language in asked]


def listed(option: str, text: str, known: Sequence[str]) -> list[str]:
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


def parameters_of(draws: int | None, seed: int | None) -> dict[str, Any]:
    given = {"draws": draws, "seed": seed}
    return {k: v for k, v in given.items() if v is not None}


def formats_of(to: str) -> list[str]:
    return listed("to", to, ("html", "pdf", "docx"))
