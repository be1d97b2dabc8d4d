"""Pages of the documentation that are made of what the code holds: nothing is typed twice."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pypandoc
import typer

import loyalty.stats
from loyalty import cli
from loyalty.cases import study
from loyalty.ground.catalogue import catalogue
from loyalty.ground.thresholds import Threshold, all_thresholds

ROOT = Path(__file__).resolve().parents[1]


def write(folder: Path) -> None:
    """Write the pages, and a copy of those of the estimator."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "semfit").mkdir(parents=True)
    for page in (ROOT / "packages" / "semfit" / "docs").glob("*.md"):
        shutil.copyfile(page, folder / "semfit" / page.name)
    for name, made in {
        "description": description(),
        "statistics": statistics(),
        "cut-offs": cut_offs(),
        "command": command(),
        "troubleshooting": troubleshooting(),
    }.items():
        (folder / f"{name}.md").write_text(made, encoding="utf-8")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in escaped)


# --- the description ------------------------------------------------------------------------------
def description() -> str:
    """Every key of ``study.yml``, from its schema."""
    schema = study.json_schema()
    kinds: dict[str, Any] = {"study.yml": schema, **schema["$defs"]}
    parts = [
        "# The description, key by key\n",
        "What `data/<case>/study.yml` may say. An editor that reads `data/study.schema.json` "
        "completes it; `loyalty check` says what does not hold.\n",
    ]
    for name in _reached(kinds):
        kind = kinds[name]
        parts.append(f"## {name}\n")
        if said := kind.get("description"):
            parts.append(_markdown(said) + "\n")
        if "properties" in kind:
            needed = kind.get("required", [])
            rows = [
                [f"`{key}`", _type(of), "needed" if key in needed else _default(of)]
                for key, of in kind["properties"].items()
            ]
            parts.append(table(["key", "what it takes", "default"], rows) + "\n")
        else:
            parts.append(f"{_type(kind)}\n")
    return "\n".join(parts)


def _reached(kinds: Mapping[str, Any]) -> Iterator[str]:
    """The kinds in the order in which a reader of the description meets them."""
    seen: list[str] = []
    waiting = ["study.yml"]
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.append(name)
        yield name
        of = {k: v for k, v in kinds[name].items() if k != "$defs"}
        waiting += re.findall(r"#/\$defs/(\w+)", str(of))


def _type(of: Mapping[str, Any]) -> str:
    """What a key takes, in words."""
    if "$ref" in of:
        name = of["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in of:
        kinds = [_type(one) for one in of["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in of:
        return "one of " + ", ".join(f"`{value}`" for value in of["enum"])
    if "const" in of:
        return f"`{of['const']}`"
    kind = of.get("type", "")
    if kind == "array":
        if "prefixItems" in of:
            return "list of " + ", ".join(_type(one) for one in of["prefixItems"])
        return f"list of {_type(of['items'])}" if "items" in of else "list"
    if kind == "object":
        inside = of.get("additionalProperties")
        return f"names, each with {_type(inside)}" if isinstance(inside, dict) else "keys"
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "yes or no",
    }
    limits = {
        "pattern": "like `{}`",
        "minimum": "at least {}",
        "maximum": "at most {}",
        "exclusiveMinimum": "above {}",
        "exclusiveMaximum": "below {}",
        "maxLength": "up to {} characters",
        "format": "as a {}",
    }
    rest = [text.format(of[key]) for key, text in limits.items() if key in of]
    return ", ".join([words.get(kind, kind), *rest])


def _default(of: Mapping[str, Any]) -> str:
    default = of.get("default")
    if default in (None, [], {}, "") or isinstance(default, dict):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _markdown(docstring: str) -> str:
    """A docstring's roles and literals as Markdown."""
    text = re.sub(r":\w+:`~?([^`]*)`", r"`\1`", docstring)
    return text.replace("``", "`")


# --- the statistics -------------------------------------------------------------------------------
def modules() -> list[str]:
    """The families of statistics: the public modules of ``loyalty.stats``."""
    found = iter_modules(loyalty.stats.__path__)
    return sorted(m.name for m in found if not m.name.startswith("_"))


def statistics() -> str:
    """Every public function and result of ``loyalty.stats``, from its docstring."""
    parts = [
        "# The statistics\n",
        "What `loyalty.stats` computes, each with its formula, its source, its numbers, "
        "as the code says it. Structural equation models are [semfit's](semfit/index.md); what a "
        "value is judged by stands in [the cut-offs](cut-offs.md); why a statistic may not be "
        "computed, in [troubleshooting](troubleshooting.md).\n",
    ]
    for name in modules():
        module = import_module(f"loyalty.stats.{name}")
        own = [
            member
            for member, value in vars(module).items()
            if not member.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
            and value.__module__ == module.__name__
        ]
        if own:
            title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".:")
            parts += [f"## {_markdown(title)}\n", "```{eval-rst}"]
            parts += [f".. automodule:: loyalty.stats.{name}", "   :members:", "```\n"]
    return "\n".join(parts)


def cut_offs() -> str:
    """Every cut-off with its source, from ``thresholds.yml``."""
    works = literature()

    def source(of: Threshold) -> str:
        return works.get(of.cite, of.cite) if of.cite else "this study's own choice"

    rows = [
        [t.label, f"{'at least' if t.good == 'above' else 'at most'} {t.value:g}", source(t)]
        for t in all_thresholds().values()
    ]
    return (
        "# The cut-offs, and how to read a value\n\n"
        "A value is judged by its interval: *met* where the whole of it is on the good side, "
        "*not met* where the whole of it is on the other, *open* where it holds the cut-off.\n\n"
        + table(["what", "good", "source"], rows)
        + "\n"
    )


def literature() -> dict[str, str]:
    """Authors, year and title of every work, by its key in ``references.bib``."""
    text = pypandoc.convert_file(str(ROOT / "references.bib"), "csljson", format="biblatex")
    works = {}
    for work in json.loads(text):
        names = [who.get("family", who.get("literal", "")) for who in work.get("author", [])]
        by = names[0] + " et al." if len(names) > 3 else ", ".join(names)
        year = work.get("issued", {}).get("date-parts", [[""]])[0][0]
        title = re.sub("<[^>]*>", "", work.get("title", ""))
        works[work["id"]] = f"{by} ({year}), {title}" if year else title
    return works


# --- the command ----------------------------------------------------------------------------------
def command() -> str:
    """What ``--help`` says of every command."""
    whole = typer.main.get_command(cli.app)
    parts = ["# The command\n", f"{whole.help}\n"]
    for name, one in whole.commands.items():  # type: ignore[attr-defined]
        if one.hidden:
            continue
        parts += [f"## loyalty {name}\n", _markdown(inspect.cleandoc(one.help or "")) + "\n"]
        rows = [
            [", ".join(f"`{word}`" for word in param.opts) or f"`{param.name}`", param.help or ""]
            for param in one.params
            if param.name != "help"
        ]
        if rows:
            parts.append(table(["option", "what"], rows) + "\n")
    return "\n".join(parts)


def helps() -> set[str]:
    """The help of every command and option, each in one line."""
    whole = typer.main.get_command(cli.app)
    of = [x for one in [whole, *whole.commands.values()] for x in [one, *one.params]]  # type: ignore[attr-defined]
    return {" ".join(text.split()) for x in of if (text := getattr(x, "help", None))}


def troubleshooting() -> str:
    """Every message of the command and every reason, in both languages, from the catalogue."""
    parts = [
        "# Troubleshooting, by message\n",
        "What stands in braces varies. A message names the file, the row or the key, says "
        "what does not hold, and after a semicolon how to mend it. Exit codes: 2 for a mistake "
        "that can be mended, 3 for rows that cannot be had here, 1 for anything else that "
        "failed. `--language zh` gives the second column.\n",
    ]
    passed_over = helps() | {key for key in catalogue("messages") if " " not in key}
    for title, name in (
        ("The command", "messages"),
        ("Why something is not computed", "reasons"),
        ("What the estimator says", "estimator"),
    ):
        rows = [
            [_code(entry.get("en", key)), _code(entry["zh"])]
            for key, entry in sorted(catalogue(name).items())
            if key not in passed_over
        ]
        parts += [f"## {title}\n", table(["message", "中文"], rows) + "\n"]
    return "\n".join(parts)


def _code(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_<>[]$#~{}" else c for c in text)
