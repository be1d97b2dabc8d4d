"""A report of one case alone, in any language: a small book of its own.

It is put together in ``.cache/books/`` from what the case's notebooks show, and rendered into
``reports/_cases/<case>/<language>/``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from loyalty.book import pages
from loyalty.book.files import CASE_STEM, case_files, case_folder
from loyalty.book.report import made, results
from loyalty.cases import datapackage, study
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Language
from loyalty.run.analyses import chapter_of, notebook_file, shown_files


def render(case: str, language: Language, formats: list[str]) -> list[Path]:
    """Put the case's report together and render it.

    Raises
    ------
    UserError
        When a result is not there, or with the renderer's complaints.
    """
    project = prepare(case, language)
    made(project, formats, case_folder(case, language), project.name)
    return case_files(case, language, formats)


def prepare(case: str, language: Language) -> Path:
    """Write the case's book as a project of its own; its folder."""
    described = study.load(case)
    found = results([case])
    project = paths.cache() / "books" / f"{case}-{language}"
    shutil.rmtree(project, ignore_errors=True)
    analyses = [name for name in described.analyses if (case, name) in found]
    chapters = {
        "index.qmd": [
            f"# {term('Summary').in_(language)} {{#sec-summary}}",
            *pages.one_case(described, found, language),
        ]
    }
    for name in analyses:
        chapters[f"reports/{name}.qmd"] = [
            f"# {term(chapter_of(name)).in_(language)} {{#sec-{name}}}",
            pages.embeds(case, name, language),
        ]
    if described.constructs:
        chapters["reports/codebook.qmd"] = [
            f"# {term('Codebook').in_(language)} {{#sec-codebook}}",
            *pages.codebook(described, language),
        ]
    chapters["reports/provenance.qmd"] = [
        f"# {term('Provenance').in_(language)} {{#sec-provenance}}",
        pages.data(found, language),
        pages.session(found, language),
    ]
    chapters["reports/references.qmd"] = [
        f"# {term('References').in_(language)} {{.unnumbered}}",
        "::: {#refs}\n:::",
    ]
    for name, parts in chapters.items():
        paths.write(project / name, "\n\n".join(parts))
    for analysis in analyses:
        _copy(case, analysis, language, project)
    root = paths.root()
    shutil.copy(root / "references.bib", project / "references.bib")
    for part in ("filters", "templates"):
        kept = Path("src", "loyalty", "render", part)
        shutil.copytree(root / kept, project / kept)
    used = {d.resource: d.sha256 for r in found.values() for d in r.provenance.data}
    package = json.dumps(datapackage.datapackage(described, used), ensure_ascii=False, indent=1)
    paths.write(project / "reports" / "executed" / case / "datapackage.json", package)
    settings = yaml.safe_dump(
        configuration(described, list(chapters), language), allow_unicode=True, sort_keys=False
    )
    paths.write(project / "_quarto.yml", settings)
    return project


def _copy(case: str, analysis: str, language: Language, project: Path) -> None:
    """The edition's executed notebook and page, under the names that links lead to."""
    stem = notebook_file(analysis).stem
    for file in shown_files(case, analysis, language):
        target = project / "reports" / "executed" / case / f"{stem}{file.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def configuration(described: Study, chapters: list[str], language: Language) -> dict[str, Any]:
    """The project's own ``_quarto.yml``, with the case's title and chapters."""
    content: dict[str, Any] = yaml.safe_load(
        (paths.root() / "_quarto.yml").read_text(encoding="utf-8")
    )
    appendix = [c for c in chapters if c.endswith(("codebook.qmd", "provenance.qmd"))]
    content["lang"] = language
    content["book"] = {
        "title": escape(described.title.in_(language)),
        "author": term("The loyalty study").in_(language),
        "output-file": CASE_STEM,
        "chapters": [c for c in chapters if c not in appendix],
        "appendices": appendix,
    }
    return content
