"""From findings and executed notebooks to the book: what is generated, then the rendering.

The authored chapters stand in ``index.qmd`` and ``reports/*.qmd``. What they cite and include is
written before every rendering: ``_variables.yml`` and ``reports/_generated/*.qmd``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from loyalty.book import files as book_files
from loyalty.book.files import authored, cited, files
from loyalty.cases import roads, study
from loyalty.cases.study import ALL, PER_CASE
from loyalty.ground import findings, paths
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Found
from loyalty.run import marks
from loyalty.run.analyses import ACROSS, ANALYSES, code_behind, findings_of, outline


def render(formats: list[str]) -> list[Path]:
    """Generate, then render with Quarto where it is installed, else with the embedded renderer.

    Raises
    ------
    UserError
        With the renderer's complaints; the book of an earlier run is left as it was.
    """
    prepare()
    made(paths.root(), formats, files(formats)[0].parent, "report")
    return files(formats)


def made(project: Path, formats: list[str], book: Path, name: str) -> None:
    """Render the project in a folder into the folder `book`; `name` is that of its cache."""
    from loyalty.render import embedded, quarto

    try:
        if quarto.find() is not None:
            quarto.render(project, formats, book)
        else:
            embedded.render(project, formats, book, paths.cache() / "render" / f"{name}.zip")
    except embedded.RenderError as error:
        raise UserError(f"the report was not rendered: {error}") from None


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
            found[case, file.stem] = findings.read(case, file.stem, findings_of(file.stem))
    if not found:
        raise UserError("reports/results: empty; run the notebooks first (loyalty run)")
    return found


def prepare() -> None:
    """Write ``_variables.yml`` and ``reports/_generated/``, where they are not there from the same.

    Reading all findings takes seconds, which a new sentence of a chapter need not cost.
    """
    packages = [paths.executed() / case / "datapackage.json" for case in study.cases()]
    made = (paths.root() / "_variables.yml", paths.generated(), *packages)
    mark = paths.cache() / "render" / "generated.txt"
    step = marks.Step("generated", mark, _behind(), (), made, ())
    if not step.current():
        _generate()
        marks.done(step)


def _behind() -> str:
    """Digest of all that generated parts depend on."""
    root = paths.root()
    code = code_behind(__name__, *(f"loyalty.analyses.{name}.findings" for name in ANALYSES))
    data = sorted(paths.data().rglob("*"))
    read = [root / "uv.lock", *(file for file in data if file.suffix == ".yml")]
    for folder in (paths.results(), book_files.measured(), root / "src" / "loyalty" / "ground"):
        read += sorted(f for f in folder.rglob("*") if f.suffix in (".json", ".yml"))
    chapters = [file for file in authored() if file.is_file()]
    addresses = sorted({address for _, _, address in cited(chapters)})
    shown = [
        (file.relative_to(root), outline(file))
        for file in sorted(paths.executed().rglob("*.ipynb"))
    ]
    return marks.digest([*code, *read], data, addresses, shown)


def _generate() -> None:
    from loyalty.book import measured, pages
    from loyalty.book.variables import variables
    from loyalty.cases import datapackage

    found = results([*roads.available(), ALL])
    text = yaml.safe_dump(variables(found, authored()), allow_unicode=True)
    paths.write(paths.root() / "_variables.yml", text)
    loaded = [study.load(case) for case in study.cases()]
    # Real cases first, in every chapter.
    described = {s.case: s for s in sorted(loaded, key=lambda s: (s.simulated, s.case))}
    generated = {
        **{name: pages.analysis(name, described, found) for name in PER_CASE},
        **{name: pages.analysis(name, {}, found) for name in ACROSS},
        "cases": pages.cases(described, found),
        "codebooks": pages.codebooks(described),
        "notebooks": pages.notebooks(described, found),
        "data": pages.data(found),
        "session": pages.session(found),
        "thresholds": pages.thresholds(),
        "claims": pages.claims_ledger(),
        "crosscheck": pages.crosscheck(described, found),
        "montecarlo": measured.montecarlo_page(),
        "recovery": measured.recovery_page(described),
        "bench": measured.bench_page(),
    }
    for case, described_case in described.items():
        used = [d for key, r in found.items() if key[0] == case for d in r.provenance.data]
        package = datapackage.datapackage(described_case, {d.resource: d.sha256 for d in used})
        paths.write(
            paths.executed() / case / "datapackage.json",
            json.dumps(package, ensure_ascii=False, indent=1),
        )
    for name, page in generated.items():
        paths.write(paths.generated() / f"{name}.qmd", page)
