"""From the executed notebooks to the volumes: what is generated, then the rendering.

Volume 1, *the report*, has the real cases; volume 2, *the instrument on trial*, the simulated ones;
both are there in every language. The authored chapters stand in ``index.qmd`` and ``reports/``
(:class:`loyalty.book.files.Edition`). What they cite and include is written before every rendering:
``_variables.yml`` and ``reports/_generated/*.qmd`` of the edition's project, which for the English
report is the repository itself, for the others a folder in ``.cache/books/``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from loyalty.book import files as book_files
from loyalty.book.files import EDITIONS, Edition, book, cited
from loyalty.book.project import (
    copy_settings,
    copy_shown,
    other_edition,
    write_settings,
    write_style,
)
from loyalty.cases import about, roads, study
from loyalty.cases.study import ALL, Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Found
from loyalty.ground.said import Said
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import marks, recorded
from loyalty.run.analyses import ACROSS, code_behind, findings_of, shown_file

Results = Mapping[tuple[str, str], Found[Any]]


def render(edition: Edition, formats: list[str]) -> list[Path]:
    """Generate, then render with Quarto where it is installed, else with the embedded renderer.

    Raises
    ------
    UserError
        With the renderer's complaints; the book of an earlier run is left as it was.
    """
    if not any(paths.results().glob("*/*.json")):
        raise UserError("reports/results: empty; run the notebooks first (loyalty run)")
    project = prepare(edition)
    made(project, formats, edition.folder, edition.name)
    return edition.files(formats)


def made(project: Path, formats: list[str], folder: Path, name: str) -> None:
    """Render the project in a folder into another; `name` is that of its cache."""
    from loyalty.render import embedded, quarto

    try:
        if quarto.find() is not None:
            quarto.render(project, formats, folder)
        else:
            embedded.render(project, formats, folder, paths.cache() / "render" / f"{name}.zip")
    except embedded.RenderError as error:
        raise UserError(
            "the report was not rendered: {faults}", faults=[_said(line) for line in error.lines]
        ) from None


def _said(line: str) -> Said:
    """A fault of a book in the reader's language; what other programs say stays as it is."""
    template = getattr(line, "template", None)
    if template is None:
        return Said(line)
    told = getattr(line, "parameters", {})
    parts = {k: _said(v) if hasattr(v, "template") else v for k, v in told.items()}
    return Said(template, **parts)


def results(cases: Iterable[str]) -> dict[tuple[str, str], Found[Any]]:
    """All results of `cases`; those of a case that was taken out stay behind unread.

    Raises
    ------
    UserError
        When there is none.
    """
    found = {}
    for case in cases:
        for file in sorted((paths.results() / case).glob("*.json")):
            found[case, file.stem] = recorded.shown(case, file.stem, findings_of(file.stem))
    if not found:
        raise UserError("reports/results: empty; run the notebooks first (loyalty run)")
    return found


def prepare(edition: Edition) -> Path:
    """Write what the edition's project lacks, where it is not there from the same; its folder.

    Reading all findings takes seconds, which a new sentence of a chapter need not cost.
    """
    project = _project(edition)
    there = (project / "_variables.yml", project / "reports" / "_generated")
    mark = paths.cache() / "render" / f"generated-{edition.name}.txt"
    step = marks.Step("generated", mark, _behind(edition), (), there, ())
    if not step.current():
        _generate(edition, project)
        marks.done(step)
    return project


def _project(edition: Edition) -> Path:
    """The edition's project with its authored chapters."""
    if edition.name == "report-en":
        write_style(paths.root(), edition.language)
        return paths.root()
    project = paths.cache() / "books" / edition.name
    for part in ("src", "reports/executed"):
        shutil.rmtree(project / part, ignore_errors=True)
    copy_settings(project, edition.language)
    for chapter in edition.chapters:
        folder = project if chapter.name == "index.qmd" else project / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(chapter, folder / chapter.name)
    for name in ACROSS:
        if shown_file(ALL, name, edition.language).is_file():
            copy_shown(ALL, name, edition.language, project)
    up = "/".join([".."] * len(edition.place.split("/")))
    other = {"other-edition": other_edition(edition.language)}
    write_settings(project, edition.language, _book(edition), f"{up}/cases", **other)
    return project


def _behind(edition: Edition) -> str:
    """Digest of all that generated parts depend on."""
    root = paths.root()
    code = code_behind(__name__, *(f"loyalty.analyses.{name}.findings" for name in ACROSS))
    data = sorted(paths.data().rglob("*"))
    read = [
        root / "uv.lock",
        root / "reports" / "about.yml",
        *(file for file in data if file.suffix == ".yml"),
    ]
    for folder in (paths.results(), book_files.measured(), root / "src" / "loyalty" / "ground"):
        read += sorted(f for f in folder.rglob("*") if f.suffix in (".json", ".yml"))
    addresses = sorted({address for _, _, address in cited(edition.chapters)})
    return marks.digest([*code, *read], addresses, edition.name)


def _generate(edition: Edition, project: Path) -> None:
    from loyalty.book.variables import variables

    found = results([*roads.available(), ALL])
    text = yaml.safe_dump(variables(found, edition.chapters), allow_unicode=True)
    paths.write(project / "_variables.yml", text)
    folder = project / "reports" / "_generated"
    for name, page in _pages(edition, found, folder).items():
        paths.write(folder / f"{name}.qmd", page)


def _pages(edition: Edition, found: Results, folder: Path) -> dict[str, str]:
    """What the edition's chapters include."""
    from loyalty.book import covered, measured, pages

    language = edition.language
    described = _described(simulated=edition.volume == "trial")
    own = {key: result for key, result in found.items() if key[0] in described}
    if edition.volume == "report":
        return {
            "cases": pages.cases(described, own, language),
            "claims": pages.claims_ledger(found, language),
            "thresholds": pages.thresholds(language),
            "data": pages.data(own, language),
            "notebooks": pages.notebooks(found, language),
            "session": pages.session(found, language),
            "about": pages.about(
                about.load(paths.root() / "reports" / "about.yml"), _title(), language
            ),
        }
    return {
        "cases": pages.cases(described, own, language),
        "trial-cases": pages.trial_cases(described, found, language),
        "crosscheck": pages.crosscheck(_described(None), found, language),
        "montecarlo": measured.montecarlo_page(language),
        "again": covered.again_page(described, language),
        "bends": covered.bends_page(described, language),
        "necessity": covered.necessity_page(language),
        "recovery": measured.recovery_page(described, language, folder),
        "bench": measured.bench_page(language, folder),
        "session": pages.session(found, language),
    }


def _title() -> Text:
    """The report's, in every language."""
    own = {e.language: _book(e)["title"] for e in EDITIONS if e.volume == "report"}
    return Text(**own)


def _described(simulated: bool | None) -> dict[str, Study]:
    """The cases of a volume; without `simulated` all, the real ones first."""
    loaded = [study.load(case) for case in study.cases()]
    return {
        s.case: s
        for s in sorted(loaded, key=lambda s: (s.simulated, s.case))
        if simulated is None or s.simulated == simulated
    }


def front() -> Path:
    """The page that leads to the volumes and to every case's pages."""
    from loyalty.book import pages

    titles = {edition.name: _book(edition)["title"] for edition in EDITIONS}
    report, trial = (
        Text(**{one: titles[f"{volume}-{one}"] for one in LANGUAGES})
        for volume in ("report", "trial")
    )
    page = pages.front(_described(None), roads.available(), report, trial)
    return paths.write(book() / "index.html", page)


def _book(edition: Edition) -> dict[str, Any]:
    """The edition's ``book``: of ``_quarto.yml``, or its own ``book.yml``."""
    if edition.name != "report-en":
        file = edition.authored / "book.yml"
        own: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        return own
    whole = yaml.safe_load((paths.root() / "_quarto.yml").read_text(encoding="utf-8"))
    return dict(whole["book"])
