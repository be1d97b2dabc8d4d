"""The pages of one case: everything that its notebooks show, in any language, as a book of its own.

One page an analysis, with the notebook's code folded; numbers everywhere lead here. Put together in
``.cache/books/`` and rendered into ``reports/_book/cases/<case>/<language>/``, beside the result
files.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace as Row
from typing import Any

from loyalty.book import models, pages, reporting, result_files
from loyalty.book.brief import page as page_of_brief
from loyalty.book.brief.material import Material
from loyalty.book.depth import depth
from loyalty.book.files import CASE_STEM, TRANSLATED, case_files, case_folder, result_folder
from loyalty.book.project import (
    copy_settings,
    copy_shown,
    further,
    other_edition,
    write_settings,
)
from loyalty.book.report import Results, made, results
from loyalty.cases import datapackage, study
from loyalty.cases.analyses import CONDUCT, MATRIX, PUBLISHED, SURVEY
from loyalty.cases.estimation import FULL
from loyalty.cases.study import ALL, Study
from loyalty.estimates.moments import Moments
from loyalty.export import jars
from loyalty.export.jars import Taken
from loyalty.ground import paths
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.results import of_the_study
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.run import recorded
from loyalty.run.analyses import ANALYSES, Part, chapter_of, notebook_file, outline, shown_file
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table

_TITLE = Text(en="Across the cases", zh="跨案例分析")
_BRIEF = Text(en="The brief", zh="摘要")
_DEPTH = Text(en="Each group in depth", zh="各组深入分析")
_NOT_DONE = Text(en="What was not done", zh="未做的分析")


def render(case: str, language: Language, formats: list[str]) -> list[Path]:
    """Put the case's pages together and render them.

    Raises
    ------
    UserError
        When a result is not there, or with the renderer's complaints.
    """
    found = results([case])
    project = prepare(case, language, found)
    made(project, formats, case_folder(case, language), project.name)
    result_files.write(case, found)
    _files_to_take(case, found)
    return case_files(case, language, formats)


def _taken(case: str, found: Results) -> Taken:
    """The tables and texts of a case to take away; none where there is no survey."""
    described = None if case == ALL else study.load(case)
    if described is None or not described.constructs:
        return Taken((), {})
    kept: Moments | Refused | None = None
    rough = None
    if any(result.provenance.recorded for result in found.values()):
        kept = recorded.read_moments(described)
    elif recorded.closed(case):
        kept = recorded.moments_of(described)
        rough = None if isinstance(kept, Moments) else recorded.printable_of(described)
    return jars.taken(described, found, kept, rough)


def _files_to_take(case: str, found: Results) -> None:
    folder = result_folder(case) / models.FOLDER
    files = _taken(case, found).files()
    for stale in folder.glob("*"):
        if stale.name not in files:
            stale.unlink()
    for name, text in files.items():
        paths.write(folder / name, text)


def prepare(case: str, language: Language, found: Results) -> Path:
    """Write the case's book as a project of its own; its folder."""
    project = paths.cache() / "books" / f"case-{case}-{language}"
    shutil.rmtree(project, ignore_errors=True)
    described = None if case == ALL else study.load(case)
    names = [name for name in ANALYSES if (case, name) in found]
    for name in names:
        copy_shown(case, name, language, project)
    chapters = {"index.qmd": _first(described, found, language, project)}
    if described is not None:
        chapters["case.qmd"] = [
            f"# {term('The case').in_(language)} {{#sec-case}}",
            *pages.one_case(described, found, language),
        ]
    refused: list[tuple[str, str, str]] = []
    sections: dict[tuple[str, str], str] = {}
    for name in names:
        parts = outline(shown_file(case, name, language))
        heading = term(chapter_of(name)).in_(language)
        refused += [(heading, *one) for one in _refused(parts)]
        sections |= {(name, finding): title for finding, title in _sections(parts)}
        refused += _needs_rows(described, found, heading, language) if name == MATRIX else []
        for stem, title, held in _pages(case, name, heading, parts, language):
            chapters[f"{stem}.qmd"] = [
                f"# {title} {{#sec-{stem}}}",
                _ran(case, name, found, language),
                *weighted(described, name, language),
                page(case, name, held),
            ]
    if described is not None and (parts_ := _depth(described, found, language, project)):
        chapters["depth.qmd"] = [f"# {_DEPTH.in_(language)} {{#sec-depth}}", *parts_]
    appendix = []
    if refused:
        appendix.append("not-done.qmd")
        chapters["not-done.qmd"] = _not_done(refused, language)
    if described is not None and described.constructs:
        appendix.append("codebook.qmd")
        chapters["codebook.qmd"] = [
            f"# {term('Codebook').in_(language)} {{#sec-codebook}}",
            *pages.codebook(described, language),
        ]
    if described is not None and described.constructs:
        taken = _taken(case, found)
        for name, written in (("moments", models.moments), ("models", models.models)):
            if taken.sheets and (parts_ := written(described, found, taken, language)):
                appendix.append(f"{name}.qmd")
                heading = f"# {term(reporting.PAGES[name]).in_(language)} {{#sec-{name}}}"
                chapters[f"{name}.qmd"] = [heading, *parts_]
        appendix.append("reporting.qmd")
        there = [*chapters, *taken.files()]
        chapters["reporting.qmd"] = reporting.page(described, found, there, sections, language)
    appendix.append("provenance.qmd")
    chapters["provenance.qmd"] = [
        f"# {term('Provenance').in_(language)} {{#sec-provenance}}",
        *([] if described is None else [pages.data(found, language)]),
        pages.session(found, language),
    ]
    chapters["references.qmd"] = [
        f"# {term('References').in_(language)} {{.unnumbered}}",
        "::: {#refs}\n:::",
    ]
    for file, content in chapters.items():
        paths.write(project / file, "\n\n".join(content))
    copy_settings(project, language, None if described is None else case)
    if described is not None:
        used = {d.resource: d.sha256 for r in found.values() for d in r.provenance.data}
        package = json.dumps(datapackage.datapackage(described, used), ensure_ascii=False, indent=1)
        paths.write(project / "datapackage.json", package)
    book = {
        "title": escape((_TITLE if described is None else described.title).in_(language)),
        **_front(described, language),
        "output-file": CASE_STEM,
        "chapters": [c for c in chapters if c not in appendix],
        "appendices": appendix,
    }
    own: dict[str, Any] = {"dossier": case}
    if case in TRANSLATED:
        own["other-edition"] = other_edition(language)
    write_settings(project, language, book, "../..", **own)
    return project


def _pages(
    case: str, analysis: str, heading: str, parts: list[Part], language: Language
) -> Iterator[tuple[str, str, list[Part]]]:
    """Of an analysis's pages the file's stem, the title, and what it shows.

    The settings say what is on a second one, tables and figures by name, what is said by finding;
    headings and text of the notebook go with what follows them.
    """
    listed = further(case, analysis)

    def second(part: Part) -> bool:
        name = part.label.partition(f"-{case}-{analysis}-")[2]
        if not name or part.label.startswith("txt-"):
            return part.finding in listed
        return any(name == one or name.startswith(f"{one}-") for one in listed)

    pages: tuple[list[Part], list[Part]] = ([], [])
    waiting: list[Part] = []
    for part in parts:
        waiting.append(part)
        if not part.text:
            pages[second(part)].extend(waiting)
            waiting = []
    yield analysis, heading, [*pages[False], *waiting]
    if pages[True]:
        title = Text(en=f"{heading}, continued", zh=f"{heading}（续）")
        yield f"{analysis}-further", title.in_(language), pages[True]


def _front(described: Study | None, language: Language) -> dict[str, Any]:
    """Authors and date of the title page, as far as they are known."""
    front: dict[str, Any] = {}
    if described is not None and described.about.authors:
        front["author"] = [escape(a.name.in_(language)) for a in described.about.authors]
    elif described is None or of_the_study(described.case):
        front["author"] = term("The loyalty study").in_(language)
    if described is not None and described.about.date:
        front["date"] = described.about.date.isoformat()
    return front


def _first(described: Study | None, found: Results, language: Language, project: Path) -> list[str]:
    """The first page: who made the report, and the brief; of all cases, what they are."""
    if described is None:
        said = Text(
            en="The notebooks that read the findings of all cases, and compute nothing from rows.",
            zh="以下笔记本读取所有案例的结果，不再由原始数据计算。",
        )
        return [f"# {term('Summary').in_(language)} {{#sec-summary}}", said.in_(language)]
    data = Material(described, found)
    figure = page_of_brief.with_exhibit(data, language, _notebooks(described.case, project))
    front = pages.about(described.about, described.title, language)
    return [
        f"# {_BRIEF.in_(language)} {{#sec-brief}}",
        pages.badge(described.simulated, language),
        *([front] if front else []),
        *page_of_brief.brief(data, figure, language),
    ]


def _depth(described: Study, found: Results, language: Language, project: Path) -> list[str] | None:
    return depth(Material(described, found), language, _notebooks(described.case, project))


def _notebooks(case: str, project: Path) -> Callable[[str], Path]:
    """Where the executed notebook of an analysis lies in the book."""

    def there(analysis: str) -> Path:
        return project / "reports" / "executed" / case / f"{notebook_file(analysis).stem}.ipynb"

    return there


def _ran(case: str, analysis: str, found: Results, language: Language) -> str:
    """Which notebook made the page, with which parameters, from which data, at which commit."""
    of = found[case, analysis].provenance
    apart = {"en": ", ", "zh": "，"}[language]
    parameters = apart.join(f"{k} = {v}" for k, v in of.parameters.items() if k != "case")
    data = apart.join(f"{d.resource} `{d.sha256[:12]}`" for d in of.data)
    checksum = f" `{of.notebook_sha256[:12]}`" if of.notebook_sha256 else ""
    mine = notebook_file(analysis).parent != paths.notebooks()
    suite = of.packages.get("loyalty-study", "")
    said = Text(
        en=f"Notebook `{of.notebook}`{checksum}"
        + (", a copy of one's own" if mine else "")
        + (f" ({escape(parameters)})" if parameters else "")
        + (f", commit {commit}" if (commit := _commit(of.git_commit)) else "")
        + (f", loyalty-study {suite}" if suite and not commit else "")
        + (", with uncommitted changes" if of.git_changed else "")
        + (f"; data: {data}" if data else "")
        + f"; [results]{{.result of={json.dumps(f'{case}/{analysis}')}}}.",
        zh=f"笔记本 `{of.notebook}`{checksum}"
        + ("，本项目自有副本" if mine else "")
        + (f"（{escape(parameters)}）" if parameters else "")
        + (f"，提交 {commit}" if commit else "")
        + (f"，loyalty-study {suite}" if suite and not commit else "")
        + ("（含未提交的改动）" if of.git_changed else "")
        + (f"；数据：{data}" if data else "")
        + f"；[结果文件]{{.result of={json.dumps(f'{case}/{analysis}')}}}。",
    )
    return f"::: {{.ran}}\n{said.in_(language)}\n:::"


#: What weights count for on an analysis's page, where the case has some. Another one's page says
#: that nothing on it is weighted.
WEIGHTED = {
    "descriptives": None,  # says it beside its numbers
    "reliability": Text(
        en="Alpha, omega and composite reliability are weighted; the ordinal coefficients, the "
        "comparison of groups and the factor analyses are not.",
        zh="α、ω 与组合信度已加权；有序系数、分组比较与因子分析未加权。",
    ),
    "measurement": Text(
        en="The models, with robust errors and tests [@asparouhov2005], and the "
        "heterotrait–monotrait ratios are weighted; what PLS estimates is not.",
        zh="各模型与 HTMT 已加权，模型的标准误与检验为稳健形式 [@asparouhov2005]；"
        "PLS 的估计结果未加权。",
    ),
    "robustness": Text(
        en="What is estimated by maximum likelihood is weighted [@asparouhov2005]; other "
        "estimators, scale scores and PLS are not.",
        zh="极大似然法的估计结果已加权 [@asparouhov2005]；其他估计方法、量表得分与 PLS 未加权。",
    ),
    "structural": Text(
        en="The models and their resamples are weighted, with robust errors and tests "
        "[@asparouhov2005]; moderation and bends, single questions, PLS and the second opinion "
        "are not.",
        zh="各模型及其重抽样已加权，标准误与检验均为稳健形式 [@asparouhov2005]；"
        "调节与曲线效应、单个问题、PLS 及另一种程序的结果未加权。",
    ),
}


def weighted(described: Study | None, analysis: str, language: Language) -> list[str]:
    """What of a page the weights of the case count for; nothing where it has none."""
    if described is None or described.weights is None:
        return []
    if analysis not in (*SURVEY, CONDUCT, PUBLISHED):
        return []
    none = Text(
        en="Nothing on this page is weighted: it describes the respondents as they are.",
        zh="本页结果均未加权，所描述的是受访者本身。",
    )
    said = WEIGHTED.get(analysis, none)
    if analysis in ("measurement", "structural") and described.estimator not in FULL:
        named = described.estimator
        said = Text(
            en=f"{named} takes no weights: what it estimates is not weighted. What is estimated by "
            "robust maximum likelihood is [@asparouhov2005].",
            zh=f"{named} 不支持权重，其估计结果未加权；稳健极大似然法的估计结果已加权 "
            "[@asparouhov2005]。",
        )
    return [] if said is None else [said.in_(language)]


def _commit(commit: str | None) -> str:
    """Of one's own project no commit is the suite's."""
    return f"`{commit[:12]}`" if commit and not paths.own() else ""


def page(case: str, analysis: str, parts: list[Part]) -> str:
    """What an executed notebook shows, in order: headings and text where something follows, the
    code of each cell, folded, and the cell's output. What was refused stands elsewhere.
    """
    blocks: list[str] = []
    waiting: list[str] = []
    code: list[str] = []
    anchored: set[str] = set()

    def folded() -> list[str]:
        source = "\n\n".join(code)
        code.clear()
        fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", source))])
        block = f"::: {{.notebook-code}}\n{fence}python\n{source}\n{fence}\n:::"
        return [block] if source.strip() else []

    for part in parts:
        if part.text:
            if waiting or part.text.startswith("#"):
                waiting = [part.text] if part.text.startswith("#") else [*waiting, part.text]
            else:
                blocks.append(part.text)
            continue
        if part.refused:
            continue
        if part.code:
            code.append(part.code)
        if not part.label:
            continue
        blocks += waiting
        waiting = []
        blocks += folded()
        if part.finding and part.finding not in anchored:
            anchored.add(part.finding)
            blocks.append(f"::: {{#f-{part.finding}}}\n:::")
        embed = f"reports/executed/{case}/{notebook_file(analysis).stem}.ipynb#{part.label}"
        shown = f"{{{{< embed {embed} >}}}}"
        if part.folded:
            title = json.dumps(part.folded, ensure_ascii=False)
            shown = f'::: {{.callout-note collapse="true" title={title}}}\n\n{shown}\n\n:::'
        blocks.append(models.paste(shown) if part.label.endswith("-paragraph") else shown)
    return "\n\n".join([*blocks, *folded(), "::: {#f-provenance}\n:::"])


def _refused(parts: list[Part]) -> list[tuple[str, str]]:
    """Of each finding that could not be made: its heading, and why."""
    heading, found = "", []
    for part in parts:
        if part.text.startswith("#"):
            heading = part.text.lstrip("# ").splitlines()[0]
        elif part.refused:
            found.append((heading, part.refused))
    return list(dict.fromkeys(found))


def _sections(parts: list[Part]) -> Iterator[tuple[str, str]]:
    """Of each finding shown, or refused, the heading that it stands under."""
    heading = ""
    for part in parts:
        if part.text.startswith("#"):
            heading = part.text.lstrip("# ").splitlines()[0]
        elif part.finding and heading:
            yield part.finding, heading


def _needs_rows(
    described: Study | None, found: Results, heading: str, language: Language
) -> list[tuple[str, str, str]]:
    """The analyses of rows that a matrix does not do, each with why."""
    assert described is not None
    one = found[described.case, MATRIX].findings.not_done
    if one is None or isinstance(one, Refused):
        return []
    labels = Case(described.case, described).labels
    return [
        (
            heading,
            term(chapter_of(row.analysis)).in_(language),
            row.reason.text(labels).in_(language),
        )
        for row in one.rows
    ]


def _not_done(refused: list[tuple[str, str, str]], language: Language) -> list[str]:
    table = Table(
        [Row(chapter=c, heading=h, why=w) for c, h, w in refused],
        [
            Column("chapter", "Chapter"),
            Column("heading", "Analysis"),
            Column("why", "Why not"),
        ],
        Text(en="What was not done with these data, and why.", zh="未对这些数据进行的分析及原因。"),
    )
    return [
        f"# {_NOT_DONE.in_(language)} {{#sec-not-done}}",
        pages.numbered(table, "not-done", language),
    ]
