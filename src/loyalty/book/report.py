"""From result files and executed notebooks to the book: what is generated, then the rendering.

The authored chapters stand in ``index.qmd`` and ``reports/*.qmd``. This module writes what they
include and cite: ``_variables.yml`` (every number of every result file, formatted) and
``reports/_generated/*.qmd`` (one section a case, embedding each labelled cell in order).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import nbformat
import yaml

from loyalty.book import measured
from loyalty.cases import claims, datapackage, study
from loyalty.cases.study import ALL, PER_CASE, Study
from loyalty.ground import numbers, paths, results
from loyalty.ground.errors import UserError
from loyalty.ground.markdown import escape
from loyalty.ground.thresholds import all_thresholds
from loyalty.run.analyses import SYNTHESIS, notebook_file
from loyalty.shown.tables import Column, Table

BOOK = Path("reports") / "_book"
#: `book: output-file` of `_quarto.yml`.
STEM = "the-loyalty-study"
#: What a notebook shows that belongs to the chapter on the estimator, not to its own.
APPENDIX = {"structural": ("semopy",)}


def sources() -> list[str]:
    """The authored files of the report, relative to the project."""
    root = paths.root()
    files = [root / "index.qmd", root / "_quarto.yml", root / "references.bib"]
    files += sorted((root / "reports").glob("*.qmd"))
    files += sorted(measured.folder().glob("*.json"))
    files += sorted(p for p in (root / "reports" / "assets").rglob("*") if p.is_file())
    return [str(p.relative_to(root)) for p in files]


def code_files() -> list[Path]:
    """The package's files that only the rendering depends on."""
    package = paths.root() / "src" / "loyalty"
    folder = sorted(p for p in (package / "render").rglob("*") if p.is_file())
    pages = [package / "report.py", package / "measured.py"]
    return pages + [p for p in folder if "__pycache__" not in p.parts]


def render(formats: list[str]) -> list[Path]:
    """Generate, then render with Quarto where it is installed, else with the embedded renderer.

    Raises
    ------
    UserError
        With the renderer's complaints; the book of an earlier run is left as it was.
    """
    from loyalty.render import embedded, quarto

    prepare()
    root = paths.root()
    try:
        if quarto.find() is not None:
            quarto.render(root, formats, root / BOOK)
        else:
            embedded.render(root, formats, root / BOOK)
    except embedded.RenderError as error:
        raise UserError(f"the report was not rendered: {error}") from None
    return files(formats)


def files(formats: Iterable[str]) -> list[Path]:
    """Where the book of each format is."""
    book = paths.root() / BOOK
    found = []
    for form in formats:
        found.append(book / ("index.html" if form == "html" else f"{STEM}.{form}"))
    return found


def prepare() -> None:
    """Write ``_variables.yml`` and ``reports/_generated/``."""
    known = {*study.cases(), ALL}  # the results of a case that was taken out stay behind
    found = [results.read(*key) for key in results.available() if key[0] in known]
    if not found:
        raise UserError("reports/results: empty; run the notebooks first (loyalty run)")
    _write(paths.root() / "_variables.yml", yaml.safe_dump(variables(found), allow_unicode=True))
    loaded = [study.load(case) for case in study.cases()]
    # Real cases first, in every chapter.
    described = {s.case: s for s in sorted(loaded, key=lambda s: (s.simulated, s.case))}
    pages = {
        **{name: analysis_page(name, described, found) for name in PER_CASE},
        SYNTHESIS: analysis_page(SYNTHESIS, {}, found),
        "cases": cases_page(described, found),
        "codebooks": codebooks_page(described),
        "notebooks": notebooks_page(described, found),
        "data": data_page(found),
        "session": session_page(found),
        "thresholds": thresholds_page(),
        "claims": claims_page(),
        "crosscheck": crosscheck_page(described, found),
        "montecarlo": measured.montecarlo_page(),
        "recovery": measured.recovery_page(described),
        "bench": measured.bench_page(),
    }
    for case, described_case in described.items():
        used = [d for r in found if r.case == case for d in r.provenance.data]
        package = datapackage.datapackage(described_case, {d.resource: d.sha256 for d in used})
        _write(
            paths.executed() / case / "datapackage.json",
            json.dumps(package, ensure_ascii=False, indent=1),
        )
    for name, text in pages.items():
        _write(paths.generated() / f"{name}.qmd", text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    os.replace(part, path)


# --- numbers ---------------------------------------------------------------------------------
def variables(found: list[results.Result]) -> dict[str, Any]:
    """Every number as ``case: {analysis: {name: text}}``; ``<name>-ci`` is its interval."""
    tree: dict[str, Any] = {}
    for result in found:
        leaf = tree.setdefault(result.case, {}).setdefault(result.analysis, {})
        source = f"{result.case}/{result.provenance.notebook}"
        for name, number in sorted(result.numbers.items()):
            leaf[name] = _sourced(numbers.show(number.value, number.kind), source)
            if number.ci is not None:
                leaf[f"{name}-ci"] = _sourced(numbers.interval(*number.ci, number.kind), source)
    return tree


def _sourced(text: str, source: str) -> str:
    """A number that knows its notebook; the filter of both renderers makes a link of it."""
    return f'[{escape(text)}]{{.num src="{source}"}}'


# --- pages -----------------------------------------------------------------------------------
def badge(simulated: bool) -> str:
    kind, text = ("simulated", "Simulated data 模拟数据") if simulated else ("real", "Real data")
    return f"::: {{.{kind}}}\n{text}\n:::"


def analysis_page(analysis: str, described: dict[str, Study], found: list[results.Result]) -> str:
    """One section a case: its heading, whether it is simulated, and all its notebook shows."""
    done = {(r.case, r.analysis) for r in found}
    if (ALL, analysis) in done:
        return embeds(ALL, analysis)
    sections = []
    for case, described_case in described.items():
        if (case, analysis) not in done:
            continue
        heading = f"## {escape(described_case.title.en)} {{#sec-{case}-{analysis}}}"
        sections += [heading, badge(described_case.simulated), embeds(case, analysis)]
    return "\n\n".join(sections)


def crosscheck_page(described: dict[str, Study], found: list[results.Result]) -> str:
    """How far semopy's paths and standard errors lie from ours, one row a survey."""
    by_key = {(r.case, r.analysis): r for r in found}
    records = []
    for case, described_case in described.items():
        result = by_key.get((case, "structural"))
        if result is None or not result.tables.get("semopy"):
            continue
        rows = result.tables["semopy"]
        source = f"{case}/{result.provenance.notebook}"
        errors = [
            abs(r["semopy_se"] / r["se"] - 1)
            for r in rows
            if r["se"] and r["semopy_se"] is not None
        ]
        widest = f"{max(r['difference'] for r in rows):.1g}"
        records.append(
            {
                "case": described_case.title.en,
                "paths": len(rows),
                "estimates": _sourced(widest, source),
                "errors": _sourced(f"{max(errors):.1g}", source) if errors else numbers.DASH,
            }
        )
    if not records:
        return "No structural model was estimated twice."
    columns = [
        Column("case", "Survey"),
        Column("paths", "Paths", "count"),
        Column("estimates", "Largest difference, estimates", "markdown"),
        Column("errors", "Largest relative difference, SE", "markdown"),
    ]
    note = (
        "Unstandardized estimates, standard errors from the expected information. Path by path in "
        "the executed notebooks, to which the numbers lead."
    )
    caption = ": Paths by semopy beside our own. Includes simulated data. {#tbl-crosscheck}"
    return f"{Table(records, columns).markdown()}\n\n{caption}\n\n{note}"


def embeds(case: str, analysis: str) -> str:
    """What the executed notebook shows, in order: its headings, one level down, and its text
    where something labelled follows, and an embed of every labelled cell but those of
    :data:`APPENDIX`.
    """
    moved = APPENDIX.get(analysis, ())
    file = paths.executed() / case / f"{notebook_file(analysis).stem}.ipynb"
    blocks: list[str] = []
    waiting: list[str] = []
    for cell in nbformat.read(file, as_version=4).cells[1:]:
        if cell.cell_type == "markdown":
            waiting = [cell.source if case == ALL else re.sub(r"(?m)^##", "###", cell.source)]
        elif "label" in cell.metadata:
            if cell.metadata["label"].rsplit("-", 1)[1] in moved:
                continue
            blocks += waiting
            waiting = []
            embed = f"executed/{case}/{file.name}#{cell.metadata['label']}"
            blocks.append(f"{{{{< embed {embed} >}}}}")
    return "\n\n".join(blocks)


def cases_page(described: dict[str, Study], found: list[results.Result]) -> str:
    """What each case is: source, licence, sampling, constructs."""
    rows = {(r.case, d.resource): d.rows for r in found for d in r.provenance.data}
    parts = []
    for case, s in described.items():
        provenance = s.provenance
        cited = "".join(f" [@{key}]" for key in provenance.citation)
        parts += [
            f"## {escape(s.title.en)} {{#sec-{case}-data}}",
            badge(s.simulated),
            f"{escape(s.title.zh)} · {escape(s.summary.en)}",
            f"**Source.** {escape(provenance.source.en)}{cited}. "
            f"**Licence.** {escape(provenance.licence)}. "
            f"**Sampling.** {escape(provenance.sampling.en)}",
        ]
        if s.constructs:
            records = [
                {
                    "label": c.label.en,
                    "zh": c.label.zh,
                    "role": c.role,
                    "items": ", ".join(i.id for i in c.items),
                }
                for c in s.constructs
            ]
            columns = [
                Column("label", "Construct"),
                Column("zh", "中文"),
                Column("role", "Role"),
                Column("items", "Items"),
            ]
            parts.append(
                f"{_rows(rows, case, 'answers')}; answers on a scale from {s.scale.min} to "
                f"{s.scale.max}.\n\n{Table(records, columns).markdown()}\n\n"
                f": Constructs of {escape(s.title.en)}. {{#tbl-{case}-constructs}}"
            )
        if s.resources:
            beside = [
                f"{escape(r.label.en)} {escape(r.label.zh)} "
                f"({r.kind.replace('_', ' ')}, {_rows(rows, case, r.id).lower()})"
                for r in s.resources
            ]
            parts.append(f"**Tables.** {'; '.join(beside)}.")
    return "\n\n".join(parts)


def _rows(rows: dict[tuple[str, str], int], case: str, resource: str) -> str:
    n = rows.get((case, resource))
    return "No rows yet" if n is None else f"{n:,} rows"


def codebooks_page(described: dict[str, Study]) -> str:
    """Every item of every case with its wording in both languages."""
    parts = []
    for case, s in described.items():
        if not s.constructs:
            continue
        records = [
            {
                "id": i.id,
                "construct": c.label.en,
                "en": i.en + (" (reversed)" if i.reversed else ""),
                "zh": i.wording.zh,
            }
            for c in s.constructs
            for i in c.items
        ]
        columns = [
            Column("id", "Item"),
            Column("construct", "Construct"),
            Column("en", "Wording"),
            Column("zh", "题项"),
        ]
        parts += [
            f"## {escape(s.title.en)} {{#sec-{case}-codebook}}",
            badge(s.simulated),
            f"{Table(records, columns).markdown()}\n\n: Items of {escape(s.title.en)} "
            f"{{#tbl-{case}-codebook}}",
            '::: {.content-visible when-format="html"}\n'
            f"The same for programs: [datapackage.json](executed/{case}/datapackage.json) "
            "(Frictionless).\n:::",
        ]
    return "\n\n".join(parts)


def notebooks_page(described: dict[str, Study], found: list[results.Result]) -> str:
    """Links to every executed notebook by case, and the parameters that they ran with."""
    made = sorted(found, key=lambda r: (r.case == ALL, r.case, r.provenance.notebook))
    links: dict[str, list[str]] = {}
    given: dict[tuple[str, str], list[str]] = {}
    for result in made:
        stem = result.provenance.notebook
        links.setdefault(result.case, []).append(
            f"[{escape(stem)}](executed/{result.case}/{stem}.html)"
        )
        parameters = ", ".join(
            f"{k} = {v}" for k, v in result.provenance.parameters.items() if k != "case"
        )
        given.setdefault((stem, parameters), []).append(result.case)
    cases = [
        {"case": described[c].title.en if c in described else "All cases", "links": ", ".join(own)}
        for c, own in links.items()
    ]
    every: dict[str, set[str]] = {}
    for (stem, _), own in given.items():
        every.setdefault(stem, set()).update(own)
    rows = [
        {
            "notebook": stem,
            "given": parameters,
            "cases": "all" if set(own) == every[stem] else ", ".join(own),
        }
        for (stem, parameters), own in sorted(given.items())
    ]
    columns = [
        Column("notebook", "Notebook"),
        Column("given", "Parameters"),
        Column("cases", "Cases that have it"),
    ]
    listed = [Column("case", "Case"), Column("links", "Executed notebooks", "markdown")]
    return "\n\n".join(
        [
            '::: {.content-visible when-format="html"}',
            Table(cases, listed).markdown(),
            ":::",
            f"{Table(rows, columns).markdown()}\n\n"
            ": Notebooks and the parameters they ran with. {#tbl-parameters}",
        ]
    )


def data_page(found: list[results.Result]) -> str:
    """The checksum of every data set that a result used."""
    records = {
        (r.case, d.sha256): {
            "case": r.case,
            "table": d.resource,
            "rows": d.rows,
            "sha256": d.sha256,
        }
        for r in found
        if r.case != ALL
        for d in r.provenance.data
    }
    columns = [
        Column("case", "Case"),
        Column("table", "Table"),
        Column("rows", "Rows", "count"),
        Column("sha256", "SHA-256 of the data"),
    ]
    return Table(list(records.values()), columns).markdown() + (
        "\n\n: Data sets and their checksums. {#tbl-data-checksums}"
    )


def session_page(found: list[results.Result]) -> str:
    """Versions that made the results; a difference between notebooks is shown, not hidden."""
    parts = []
    commits = {(r.provenance.git_commit, r.provenance.git_changed) for r in found}
    for commit, changed in sorted(commits, key=str):
        state = ", with uncommitted changes" if changed else ""
        parts.append(f"Results were computed at commit `{commit or 'unknown'}`{state}.")
    versions: dict[str, set[str]] = {}
    for r in found:
        for name, version in {"python": r.provenance.python, **r.provenance.packages}.items():
            versions.setdefault(name, set()).add(version)
    table = Table(
        [{"name": k, "version": ", ".join(sorted(v))} for k, v in sorted(versions.items())],
        [Column("name", "Package"), Column("version", "Version")],
    )
    return "\n\n".join([*parts, table.markdown() + "\n\n: Versions. {#tbl-versions}"])


def thresholds_page() -> str:
    """The cited cut-offs by which the report judges."""
    records = [
        {
            "name": t.label,
            "good": {"above": "at least", "below": "at most"}[t.good],
            "value": f"{t.value:g}".removeprefix("0") or "0",
            "cite": f"@{t.cite}" if t.cite else "this study",
        }
        for t in all_thresholds().values()
    ]
    columns = [
        Column("name", "Statistic"),
        Column("good", "Good when"),
        Column("value", "Cut-off"),
        Column("cite", "Source", "markdown"),
    ]
    caption = ": Cut-offs and their sources. {#tbl-thresholds}"
    return f"{Table(records, columns).markdown()}\n\n{caption}"


def claims_page() -> str:
    """The ledger of the figures that the sources print."""
    ledger = claims.load()
    sources = list(dict.fromkeys(c.source for c in ledger.claims))
    parts = []
    for source in sources:
        records = [
            {
                "id": c.id,
                "what": c.text.en,
                "zh": c.text.zh,
                "value": _claimed(c),
                "place": c.place.en + (f" ({c.origin})" if c.origin else ""),
            }
            for c in ledger.claims
            if c.source == source
        ]
        columns = [
            Column("id", ""),
            Column("what", "Claim"),
            Column("zh", "条目"),
            Column("value", "Printed"),
            Column("place", "Place (origin named)"),
        ]
        table = Table(records, columns).markdown()
        caption = f": Figures printed by @{source}. {{#tbl-claims-{source}}}"
        parts.append(f"{table}\n\n{caption}")
    return "\n\n".join(parts)


def _claimed(claim: claims.Claim) -> str:
    """The printed figure with its unit: shares and relative changes as per cent."""
    forms = {"share": "{:g} %", "relative": "{:+g} %"}
    form = forms.get(claim.unit, "{:g}")
    times = 100 if claim.unit in forms else 1
    first, *others = (form.format(times * v).replace("-", "−") for v in claim.values)
    shown = first + (" ↔ " if claim.kind == "per" else " to ") * bool(others) + " to ".join(others)
    unit = "" if claim.unit in forms else f" {claim.unit}"
    return shown + unit + (f", n = {claim.n:,}" if claim.n else "")
