"""Where books are, and what they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loyalty.ground import paths
from loyalty.ground.text import LANGUAGES, Language
from loyalty.run import marks
from loyalty.run.analyses import code_behind

#: Volume 1, of the real cases, and volume 2, of the simulated ones.
Volume = Literal["report", "trial"]
#: `book: output-file` of each volume and of a case's pages.
STEMS = {"report": "the-loyalty-study", "trial": "the-instrument-on-trial"}
CASE_STEM = "report"
#: The cases whose pages the report makes in both languages.
TRANSLATED = ("ecsi-mobile",)


@dataclass(frozen=True)
class Edition:
    """A volume in a language."""

    volume: Volume
    language: Language

    @property
    def name(self) -> str:
        return f"{self.volume}-{self.language}"

    @property
    def authored(self) -> Path:
        """The folder of its chapters: ``index.qmd``, the others, and what `book.yml` says."""
        folder = paths.root() / "reports"
        folder = folder if self.volume == "report" else folder / self.volume
        return folder if self.language == "en" else folder / self.language

    @property
    def folder(self) -> Path:
        """Where it is rendered to."""
        return book() / self.place

    @property
    def place(self) -> str:
        """The same, from the folder of all books."""
        return self.language if self.volume == "report" else f"{self.volume}/{self.language}"

    @property
    def chapters(self) -> list[Path]:
        """Its authored files; the first page of the English report is in the project's folder."""
        first = paths.root() if self.name == "report-en" else self.authored
        others = [p for p in sorted(self.authored.glob("*.qmd")) if p.name != "index.qmd"]
        return [first / "index.qmd", *others]

    def files(self, formats: Iterable[str]) -> list[Path]:
        """Where the volume of each format is."""
        return _in(self.folder, STEMS[self.volume], formats)


#: All that `make report` makes besides the pages of the cases.
EDITIONS = [Edition(volume, one) for volume in ("report", "trial") for one in LANGUAGES]


def book() -> Path:
    """All books: ``index.html`` leads to the volumes and to every case's pages."""
    return paths.root() / "reports" / "_book"


def measured() -> Path:
    """Where the benchmark, the Monte Carlo study and the recovery leave what they measured."""
    return paths.root() / "benchmarks" / "results"


def case_folder(case: str, language: Language) -> Path:
    """Where the pages of one case in a language are."""
    return book() / "cases" / case / language


def result_folder(case: str) -> Path:
    """Where the result files of a case are, for readers and for the pages' numbers."""
    return book() / "cases" / case / "results"


def case_files(case: str, language: Language, formats: Iterable[str]) -> list[Path]:
    """Where a case's pages of each format are."""
    return _in(case_folder(case, language), CASE_STEM, formats)


def _in(folder: Path, stem: str, formats: Iterable[str]) -> list[Path]:
    return [folder / ("index.html" if form == "html" else f"{stem}.{form}") for form in formats]


_VAR = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")


def cited(chapters: Iterable[Path]) -> Iterator[tuple[Path, int, str]]:
    """File, line and address of every number that chapters cite."""
    for file in chapters:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            for address in _VAR.findall(line):
                yield file, number, address


def digest(edition: Edition | None = None) -> str:
    """Of all that rendering depends on besides what notebooks show; without one, of any case."""
    root, package = paths.root(), paths.package()
    files = [paths.suite() / "_quarto.yml", paths.suite() / "references.bib"]
    folders = [package / "ground" / "terms", package / "book", package / "render"]
    if edition is not None:
        files += [*edition.chapters, edition.authored / "book.yml"]
        folders += [measured(), root / "reports" / "assets"]
    files += [p for folder in folders for p in sorted(folder.rglob("*")) if p.is_file()]
    files = [p for p in files if p.is_file() and "__pycache__" not in p.parts]
    return marks.digest([*files, *code_behind("loyalty.shown.table", "loyalty.cases.claims")])
