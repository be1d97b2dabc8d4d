"""The rooms of the house: what stands where, and what no file of a room may do."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.ground.catalogue import catalogue
from loyalty.ground.findings import Findings
from loyalty.run import schemas
from loyalty.run.analyses import ANALYSES, findings_of, page_of

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "loyalty"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MODULES = sorted(SOURCE.rglob("*.py"))


def cells(notebook: Path) -> list[str]:
    """The sources of a notebook's code cells."""
    content = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ["".join(c["source"]) for c in content if c["cell_type"] == "code"]


def code_lines(source: str) -> int:
    return sum(1 for line in source.splitlines() if line.strip())


# --- notebooks -----------------------------------------------------------------------------------
@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_thin(file: Path) -> None:
    lines = [code_lines(source) for source in cells(file)]
    assert sum(lines) <= 60, f"{sum(lines)} lines of code"
    assert max(lines) <= 12, f"a cell of {max(lines)} lines"


PLAIN = (ast.Name, ast.Attribute, ast.Constant, ast.keyword, ast.Load, ast.Store, ast.alias)
CALLS = (ast.Module, ast.Expr, ast.Call, ast.Assign, ast.Tuple)
IMPORTS = (ast.Import, ast.ImportFrom)


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_only_calls_findings_and_shows_them(file: Path) -> None:
    analysis = file.stem[3:]
    known = {"nb"}
    for source in cells(file):
        tree = ast.parse(source)
        odd = [n for n in ast.walk(tree) if not isinstance(n, PLAIN + CALLS + IMPORTS)]
        negative = [n for n in odd if isinstance(n, ast.UnaryOp | ast.USub)]
        assert odd == negative, f"{ast.dump(odd[0])} in {source}"
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module in (
                    f"loyalty.analyses.{analysis}",
                    "loyalty.run.notebook",
                ), node.module
                known |= {alias.asname or alias.name for alias in node.names}
            assert not isinstance(node, ast.Import), source
            if isinstance(node, ast.Call):
                called = node.func.value if isinstance(node.func, ast.Attribute) else node.func
                assert isinstance(called, ast.Name) and called.id in known, source


# --- rooms ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("analysis", ANALYSES)
def test_an_analysis_has_its_files_and_shows_only_what_it_finds(analysis: str) -> None:
    folder = SOURCE / "analyses" / analysis
    for name in ("findings", "tables", "figures", "words", "page"):
        assert (folder / f"{name}.py").is_file(), name
    kind = findings_of(analysis)
    assert issubclass(kind, Findings)
    assert set(page_of(analysis)) <= set(kind.model_fields)
    shown = [f.__name__ for showers in page_of(analysis).values() for f in showers]
    kinds = [f.__module__ for showers in page_of(analysis).values() for f in showers]
    assert len(set(zip(shown, kinds, strict=True))) == len(shown), "one thing is shown twice"


def test_nothing_is_imported_by_a_star() -> None:
    starred = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in MODULES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    ]
    assert starred == []


def formatted(file: Path) -> Iterator[int]:
    """Lines in which a number is formatted by hand."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield node.lineno
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in ("round", "format"):
            yield called.lineno


@pytest.mark.parametrize("name", ["words", "tables"])
def test_words_and_tables_format_no_number(name: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted((SOURCE / "analyses").glob(f"*/{name}.py"))
        for line in formatted(file)
    ]
    assert found == []


def test_findings_know_no_language_and_no_chart() -> None:
    """What `findings` imports of the project stands below what is shown."""
    for file in sorted((SOURCE / "analyses").glob("*/findings.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                module = node.module or ""
                assert not module.startswith(("loyalty.shown", "loyalty.run", "matplotlib")), file
                names = {alias.name for alias in node.names}
                assert not (module == "loyalty.ground.text" and names), f"{file}: {names}"


def test_schemas_are_fresh() -> None:
    stale = [str(file.relative_to(ROOT)) for file in schemas.stale()]
    assert stale == [], "run `loyalty schema`"


# --- the catalogue -------------------------------------------------------------------------------
def literals(files: list[Path]) -> set[str]:
    return {
        node.value
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_heading_is_in_the_catalogue_and_every_entry_is_used() -> None:
    files = [f for f in MODULES if {"analyses", "shown", "book"} & set(f.parts)]
    asked = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                heading = {"term": 0, "Column": 1}.get(node.func.id)
                if heading is not None and len(node.args) > heading:
                    argument = node.args[heading]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        asked.add(argument.value)
    known = set(catalogue("headings"))
    assert asked - known == set()
    assert known - literals(files) == set()


def test_every_entry_has_chinese() -> None:
    for name in ("headings", "reasons", "estimator", "notebooks"):
        for key, entry in catalogue(name).items():
            assert entry.get("zh"), f"{name}: {key}"


def test_every_passage_of_a_notebook_is_in_the_catalogue() -> None:
    passages = set()
    for file in NOTEBOOKS:
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                for block in "".join(cell["source"]).split("\n\n"):
                    passages.add(re.sub(r"\A#* ?", "", block))
    known = set(catalogue("notebooks"))
    assert (passages - known, known - passages) == (set(), set())
