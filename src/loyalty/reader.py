"""The command in the reader's language: which that is, its lines, its table of faults, its help."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from loyalty.ground.errors import UserError
from loyalty.ground.expected import meant
from loyalty.ground.said import HELD, LANGUAGE, Said, language, spoken
from loyalty.ground.text import LANGUAGES

if TYPE_CHECKING:
    from loyalty.cases.check import Checked

OPTION = "--language"
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def heard(command: Any, words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words that a command is called with, and the language in which they ask to be answered.

    ``--language`` goes with every command. Where it is an option of the command's own, it says of
    which edition: Chinese pages alone are asked for in Chinese, English ones in any language.

    Raises
    ------
    UserError
        When it asks for another language than there is.
    """
    given, rest = _taken(words)
    own = command.commands.get(next((word for word in rest if not word.startswith("-")), ""))
    if given is None or HELD in os.environ:
        return list(words), None
    if own is not None and any(OPTION in param.opts for param in own.params):
        at = rest.index(own.name or "") + 1
        before = OPTION in (word.partition("=")[0] for word in words[:at])
        asked = [*rest[:at], OPTION, given, *rest[at:]] if before else list(words)
        return asked, given if given == "zh" else None
    if given not in LANGUAGES:
        raise UserError("--language {given}: expected {known}", given=given, known=[*LANGUAGES])
    return rest, given


@contextlib.contextmanager
def speaking(given: str | None) -> Iterator[None]:
    """Speak a language (else what the environment says), here and in processes that are started."""
    name = LANGUAGE[0]
    before = os.environ.get(name)
    if given is not None:
        os.environ[name] = given
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def _taken(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """What ``--language`` asks for, and the other words."""
    given, rest, left = None, list[str](), iter(words)
    for word in left:
        name, _, value = word.partition("=")
        if name == OPTION:
            given = value or next(left, "")
        else:
            rest.append(word)
    return given, rest


def translated(command: Any) -> Any:
    """A command of typer, all of its help in the reader's language."""
    if language() != "en":
        for one in [command, *command.commands.values()]:
            for of in [one, *one.params]:
                if text := getattr(of, "help", None):
                    of.help = Said(" ".join(text.split())).in_(language())
                    if hasattr(of, "short_help"):  # its first sentence, whose words have no blanks
                        of.short_help = re.split(r"[。：；]", of.help)[0]
    return command


def called(command: Any, words: Sequence[str]) -> int:
    """Run a command of typer; what is wrong with its words is told in one line, in the reader's
    language, with the nearest word that there is.
    """
    usage = typer.BadParameter.__mro__[1]  # what typer raises where words do not fit
    command.invoke = _breaking_off(command.invoke)
    try:
        code = command(words, standalone_mode=False)
    except usage as error:  # type: ignore[misc]
        if error.format_message().startswith("Usage:"):  # no word at all: the help
            err.print(escape(error.format_message()))
            return 2
        own = error.ctx.info_name if error.ctx and error.ctx.parent else None
        where = f"loyalty {own}" if own else "loyalty"
        line = "{problem}; {command} --help tells what there is"
        wrong("error", Said(line, problem=_misused(error, command), command=where))
        return 2
    except typer.Abort:  # outside a run, which says where it goes on
        err.print(spoken(Said("interrupted")))
        return 130
    return code if isinstance(code, int) else 0


def _breaking_off(invoke: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """An interruption as what typer does not end without a word."""

    def heard(context: Any) -> Any:
        try:
            return invoke(context)
        except KeyboardInterrupt:
            raise typer.Abort from None

    return heard


def _misused(error: Any, command: Any) -> Said:
    """What typer says of words that do not fit, told anew."""
    text = " ".join(error.format_message().split())
    option = getattr(error, "option_name", None)
    param = getattr(error, "param", None)
    name = str(option or (param.opts[-1] if param is not None and param.opts else ""))
    quoted = re.findall(r"'([^']*)'", text)
    if text.startswith("Missing"):
        return Said("{option} is missing", option=name or (quoted or [""])[0])
    if text.startswith("No such command"):
        return _meant(
            Said("there is no command {command!r}", command=quoted[0]),
            quoted[0],
            [name for name, one in command.commands.items() if not one.hidden],
        )
    if text.startswith("No such option"):
        of = error.ctx.command if error.ctx else command
        known = [word for one in of.params for word in (*one.opts, *one.secondary_opts)]
        known = [*(word for word in known if word.startswith("--")), OPTION, "--help"]
        return _meant(Said("there is no option {option}", option=name), name, known)
    if "requires an argument" in text:
        return Said("{option} asks for a value", option=name)
    if text.startswith("Got unexpected extra"):
        return Said("too much was given: {words}", words=text.rpartition("(")[2].rstrip(")."))
    if text.startswith("Invalid value"):
        return Said("{option}: {why}", option=name, why=_unfit(text))
    return Said(text)


def _meant(problem: Said, word: str, known: Sequence[str]) -> Said:
    hint = meant(word, known)
    return Said("{problem}; {hint}", problem=problem, hint=hint) if hint else problem


def _unfit(text: str) -> Said:
    """Why typer does not take a value."""
    if least := re.search(r"greater than or equal to (-?[\d.]+)", text):
        return Said("a number of at least {ge} is expected", ge=least[1])
    if "valid integer" in text:
        return Said("a whole number is expected")
    if "valid number" in text or "valid float" in text:
        return Said("a number is expected")
    return Said("the value does not fit")


# --- lines ---------------------------------------------------------------------------------------
def tell(template: str, **parameters: Any) -> None:
    """A line of progress, in the reader's language."""
    out.print("  " + escape(spoken(Said(template, **parameters))))


def wrong(kind: str, what: object) -> None:
    """Why it went no further, after a word that a run knows its steps' lines by."""
    words = {
        "error": Said("error"),
        "failed": Said("failed"),
        "not available here": Said("not available here"),
    }
    shown = kind if HELD in os.environ else spoken(words[kind])
    err.print(f"[red]{shown}[/] {escape(spoken(what))}")


def show_checked(checked: Checked) -> None:
    """What a check found, as a table."""
    case = checked.case
    for table in checked.read:
        if table.table == "answers":
            tell(
                "{case} · {rows:,} rows, {items} items, {constructs} constructs",
                case=case,
                rows=table.rows,
                items=checked.items,
                constructs=checked.constructs,
            )
            out.print(f"  {case} · sha256 {table.sha256}")
        elif table.table == "matrix":
            tell(
                "{case} · a matrix of {items} items, {constructs} constructs",
                case=case,
                items=checked.items,
                constructs=checked.constructs,
            )
            out.print(f"  {case} · {table.table} · sha256 {table.sha256}")
        else:
            tell(
                "{case} · {table} · {used:,} of {rows:,} rows",
                case=case,
                table=table.table,
                used=table.used,
                rows=table.rows,
            )
            out.print(f"  {case} · {table.table} · sha256 {table.sha256}")
    if not checked.faults:
        return
    weights = {
        "error": f"[red]{spoken(Said('error'))}[/]",
        "loss": f"[yellow]{spoken(Said('loss'))}[/]",
        "note": spoken(Said("note")),
    }
    between = "；" if language() == "zh" else "; "
    short = partial(_short, read=[table.sha256 for table in checked.read])
    for file in dict.fromkeys(fault.file for fault in checked.faults):
        described = any(fault.described for fault in checked.faults if fault.file == file)
        at = (Said("line"), Said("key")) if described else (Said("row"), Said("column"))
        heads = (*at, Said("value"), Said("what"), Said("expected"))
        folded = [Column(spoken(head), overflow="fold") for head in heads]
        shown = Table("", *folded, box=None, pad_edge=False)
        for fault in checked.faults:
            if fault.file == file:
                counted = "n" in getattr(fault.said, "parameters", ())  # it says how many itself
                many = fault.n > 1 and fault.row is not None and not counted
                what = Said("{said} ({n:,} such)", said=fault.said, n=fault.n)
                mend = short(between.join(spoken(x) for x in (fault.expected, fault.mend) if x))
                shown.add_row(
                    weights[fault.weight],
                    "" if fault.row is None else str(fault.row),
                    escape(fault.column or ""),
                    escape(short(spoken(fault.value or ""))),
                    escape(short(spoken(what if many else fault.said))),
                    escape(mend),
                )
        out.print(f"\n  {escape(file)}", style="bold")
        out.print(shown, soft_wrap=False)


def _short(text: str, read: Sequence[str]) -> str:
    """A text for a table's cell, checksums shortened where one of them stands above the table."""
    return re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1…", text) if read else text
