"""Where books are, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from loyalty.ground import paths
from loyalty.ground.text import Language
from loyalty.run import marks
from loyalty.run.analyses import code_behind

#: `book: output-file` of `_quarto.yml`.
STEM = "the-loyalty-study"
CASE_STEM = "report"


def measured() -> Path:
    """Where the benchmark, the Monte Carlo study and the recovery leave what they measured."""
    return paths.root() / "benchmarks" / "results"


def files(formats: Iterable[str]) -> list[Path]:
    """Where the report of each format is."""
    return _in(paths.root() / "reports" / "_book", STEM, formats)


def case_folder(case: str, language: Language) -> Path:
    """Where the report of one case in a language is."""
    return paths.root() / "reports" / "_cases" / case / language


def case_files(case: str, language: Language, formats: Iterable[str]) -> list[Path]:
    """Where a case's report of each format is."""
    return _in(case_folder(case, language), CASE_STEM, formats)


def _in(folder: Path, stem: str, formats: Iterable[str]) -> list[Path]:
    return [folder / ("index.html" if form == "html" else f"{stem}.{form}") for form in formats]


def authored() -> list[Path]:
    """The chapters as they are written."""
    return [paths.root() / "index.qmd", *sorted((paths.root() / "reports").glob("*.qmd"))]


_VAR = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")


def cited(chapters: Iterable[Path]) -> Iterator[tuple[Path, int, str]]:
    """File, line and address of every number that chapters cite."""
    for file in chapters:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for address in _VAR.findall(line):
                yield file, number, address


def digest() -> str:
    """Of all that rendering depends on besides what notebooks show."""
    root, package = paths.root(), paths.root() / "src" / "loyalty"
    files = [*authored(), root / "_quarto.yml", root / "references.bib"]
    folders = [measured(), root / "reports" / "assets", package / "ground" / "terms"]
    folders += [package / "book", package / "render"]
    files += [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()]
    files = [p for p in files if "__pycache__" not in p.parts]
    return marks.digest([*files, *code_behind("loyalty.shown.table", "loyalty.cases.claims")])
