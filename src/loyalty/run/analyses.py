"""What stands where for an analysis: its findings' type, its page, its notebook, its files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import semfit

from loyalty.cases.analyses import PER_CASE
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.expected import meant
from loyalty.ground.text import Language

if TYPE_CHECKING:
    from loyalty.ground.findings import Findings

#: Over all cases together, in order: each may read the findings of every case and of those before.
ACROSS = ("synthesis", "trial", "argument")
#: Set by the workflow: the findings are results, and pages are written afterwards.
WORKFLOW = "LOYALTY_WORKFLOW"
#: Marks a finding's place in an executed notebook.
PLACE = "application/vnd.loyalty.finding+json"
#: The code of a cell that holds one more thing that the cell before it shows.
SHOWN_ABOVE = "# shown by the cell above"
#: Every analysis in the order of the report.
ANALYSES = (*PER_CASE, *ACROSS)
#: Of each finding, what shows it, in order: functions of (finding, case).
Page = Mapping[str, Sequence[Callable[..., Any]]]


def findings_of(analysis: str) -> type[Findings]:
    """The type of an analysis's findings: the one `Findings` that its module defines."""
    from loyalty.ground.findings import Findings

    module = import_module(f"loyalty.analyses.{analysis}.findings")
    (kind,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Findings)
        and value.__module__ == module.__name__
    )
    return kind


def page_of(analysis: str) -> Page:
    """The analysis's page: what shows each finding."""
    page: Page = import_module(f"loyalty.analyses.{analysis}.page").PAGE
    return page


def chapter_of(analysis: str) -> str:
    """The title of the analysis's chapter, as the catalogue has it."""
    title: str = import_module(f"loyalty.analyses.{analysis}.page").CHAPTER
    return title


@cache
def _notebooks(*folders: Path) -> dict[str, Path]:
    """By analysis, in order; a later folder's goes before an earlier one's."""
    files = [f for folder in folders for f in sorted(folder.glob("[0-9][0-9]-*.ipynb"))]
    return {file.stem[3:]: file for file in files}


def notebook_file(analysis: str) -> Path:
    """``notebooks/NN-<analysis>.ipynb``: the project's own copy, else the suite's.

    Raises
    ------
    UserError
        When there is none.
    """
    files = _notebooks(paths.notebooks(), paths.own_notebooks())
    if analysis not in files:
        if hint := meant(analysis, [*files]):
            raise UserError("notebook {analysis!r}: unknown; {hint}", analysis=analysis, hint=hint)
        raise UserError(
            "notebook {analysis!r}: unknown; known: {files}", analysis=analysis, files=[*files]
        )
    return files[analysis]


def eject(analysis: str) -> Path:
    """Copy one of the suite's notebooks into the project, where it goes before the suite's.

    Raises
    ------
    UserError
        When there is no such notebook, the project has it already, or has the suite in it.
    """
    files = _notebooks(paths.notebooks())
    if analysis not in files:
        if hint := meant(analysis, [*files]):
            raise UserError("notebook {analysis!r}: unknown; {hint}", analysis=analysis, hint=hint)
        raise UserError(
            "notebook {analysis!r}: unknown; known: {files}", analysis=analysis, files=[*files]
        )
    target = paths.own_notebooks() / files[analysis].name
    if not paths.own():
        raise UserError(
            "{parent}/{target}: this project has the suite in it",
            parent=target.parent.name,
            target=target.name,
        )
    if target.exists():
        raise UserError(
            "{parent}/{target} is there already", parent=target.parent.name, target=target.name
        )
    copied = paths.write(target, files[analysis].read_text(encoding="utf-8"))
    _notebooks.cache_clear()
    return copied


def shown_file(case: str, analysis: str, language: Language = "en") -> Path:
    """The executed notebook of an edition."""
    stem = notebook_file(analysis).stem + ("" if language == "en" else f"-{language}")
    return paths.executed() / case / f"{stem}.ipynb"


@dataclass(frozen=True)
class Part:
    """A cell of an executed notebook as a page takes it.

    A paragraph or heading (`text`), or code with the `label` of what it shows, the `finding`
    behind it, and why there is none (`refused`) or what folds it (`folded`).
    """

    text: str = ""
    code: str = ""
    label: str = ""
    finding: str = ""
    refused: str = ""
    folded: str = ""


def outline(file: Path) -> list[Part]:
    """The cells of an executed notebook below its title, in order.

    Of the parameters those that held; the notebook's defaults, of another case, stay away.
    """
    parts = []
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"][1:]
    given = any("injected-parameters" in cell["metadata"].get("tags", []) for cell in cells)
    for cell in cells:
        if given and "parameters" in cell["metadata"].get("tags", []):
            continue
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(Part(text=source))
        else:
            about = cell["metadata"]
            parts.append(
                Part(
                    code="" if source == SHOWN_ABOVE else source,
                    label=about.get("label", ""),
                    finding=about.get("finding", ""),
                    refused=about.get("refused", ""),
                    folded=about.get("folded", ""),
                )
            )
    return parts


# --- code --------------------------------------------------------------------------------------
def code_behind(*modules: str) -> list[Path]:
    """The project's own source files behind `modules`: they and all that they import, sorted.

    Read from the files without running them; an import inside a function counts. Packages are
    taken with their ``__init__``.
    """
    seen: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in seen or (file := _source(name)) is None:
            continue
        seen[name] = file
        waiting += _imported(file, name)
    return sorted(set(seen.values()))


@cache
def compute_files(analysis: str) -> list[Path]:
    """All that an analysis's findings depend on besides the data: its notebook and code."""
    file = notebook_file(analysis)
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(c["source"]) + "\n" for c in cells if c["cell_type"] == "code")
    modules = [m for m in imported_by(source, "notebook") if not m.startswith("loyalty.run")]
    return [file, *code_behind(*modules, f"loyalty.analyses.{analysis}.findings")]


@cache
def show_files(analysis: str) -> list[Path]:
    """All that what is shown of an analysis depends on besides its findings."""
    terms = sorted((paths.package() / "ground" / "terms").glob("*.yml"))
    own = paths.package() / "run" / "show.py"
    code = code_behind(f"loyalty.analyses.{analysis}.page", "loyalty.estimates.verdicts")
    return [own, *code, *terms]


def _roots() -> Iterable[tuple[str, Path]]:
    yield "loyalty", paths.package().parent
    inside = paths.root() / "packages" / "semfit" / "src"
    yield "semfit", inside if inside.is_dir() else Path(semfit.__file__).parents[1]


@cache
def _source(name: str) -> Path | None:
    for top, folder in _roots():
        if name == top or name.startswith(f"{top}."):
            base = folder.joinpath(*name.split("."))
            for file in (base.with_suffix(".py"), base / "__init__.py"):
                if file.is_file():
                    return file
    return None


@cache
def _imported(file: Path, name: str) -> tuple[str, ...]:
    return tuple(imported_by(file.read_text(encoding="utf-8"), name, file.name == "__init__.py"))


_FROM = re.compile(r"(?m)^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)")
_IMPORT = re.compile(r"(?m)^[ \t]*import[ \t]+([^\n#]*)")


def imported_by(source: str, name: str, package: bool = False) -> Iterable[str]:
    """The modules that a source text may import, as full names (some may be no modules).

    By pattern and not by syntax tree: the plan of a run reads every file of the project.
    """
    for match in _IMPORT.finditer(source):
        for part in match[1].split(","):
            yield from _with_packages(part.split(" as ")[0].strip())
    for match in _FROM.finditer(source):
        base = match[2]
        if match[1]:
            parts = name.split(".")
            up = parts[: len(parts) - len(match[1]) + (1 if package else 0)]
            base = ".".join([*up, *([base] if base else [])])
        yield from _with_packages(base)
        for part in match[3].strip("()").split(","):
            yield f"{base}.{part.split(' as ')[0].strip()}"


def _with_packages(name: str) -> Iterable[str]:
    parts = name.split(".")
    for k in range(1, len(parts) + 1):
        yield ".".join(parts[:k])
