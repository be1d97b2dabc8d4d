"""Where a case's pages answer the reporting standards for structural equation models (JARS-SEM)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from types import SimpleNamespace as Row
from typing import Any

import yaml

from loyalty.book import models, pages
from loyalty.book.report import Results
from loyalty.cases.study import Study
from loyalty.ground.findings import Refused
from loyalty.ground.markdown import escape
from loyalty.ground.terms import term
from loyalty.ground.text import Language, Text
from loyalty.run.analyses import chapter_of
from loyalty.shown.context import Case
from loyalty.shown.table import Column, Table

_HEADING = Text(en="Reporting standards", zh="报告标准")
#: The pages that a place may name beside an analysis's findings.
PAGES = {
    "case": "The case",
    "codebook": "Codebook",
    "provenance": "Provenance",
    "moments": "Moments of the items",
    "models": "Models in full",
}


def page(
    described: Study,
    found: Results,
    there: Sequence[str],
    sections: Mapping[tuple[str, str], str],
    language: Language,
) -> list[str]:
    """The table of what is asked and where it is, or why it is not.

    Parameters
    ----------
    there : sequence of str
        The pages and the files to take away that the case has.
    sections : mapping
        Of an analysis and a finding the heading that it stands under.
    """
    asked = yaml.safe_load((files("loyalty.book") / "jars.yml").read_text("utf-8"))
    rows = [
        Row(
            item=Text(**one["item"]).in_(language),
            where=_answered(described, found, there, sections, one, language),
        )
        for one in asked
    ]
    table = Table(
        rows,
        [Column("item", "What is asked"), Column("where", "Where it is reported", "markdown")],
        Text(
            en="What the reporting standards for structural equation models (JARS-SEM) ask "
            "[@appelbaum2018], and where it is.",
            zh="结构方程模型报告标准（JARS-SEM）[@appelbaum2018] 的各项要求及其所在之处。",
        ),
    )
    return [
        f"# {_HEADING.in_(language)} {{#sec-reporting}}",
        pages.numbered(table, "reporting", language),
    ]


def _answered(
    described: Study,
    found: Results,
    there: Sequence[str],
    sections: Mapping[tuple[str, str], str],
    one: dict[str, Any],
    language: Language,
) -> str:
    """Links to the pages, a section once, or why there is nothing."""
    if why := one.get("why"):
        return escape(Text(**why).in_(language))
    case, said, missing = described.case, dict[str, str](), dict[str, str]()
    for place in one["where"]:
        analysis, _, name = place.partition("/")
        if not name:
            heading = term(PAGES[analysis]).in_(language)
            if f"{analysis}.qmd" in (*there, "provenance.qmd"):
                said.setdefault(heading, f"[{heading}]({analysis}.qmd#sec-{analysis})")
        elif (case, analysis) in found:
            finding = getattr(found[case, analysis].findings, name)
            heading = sections.get((analysis, name)) or term(chapter_of(analysis)).in_(language)
            if isinstance(finding, Refused):
                why_not = finding.refused.text(Case(case, described).names).in_(language)
                missing.setdefault(heading, escape(why_not))
            elif finding is not None:
                said.setdefault(heading, f"[{heading}]({analysis}.qmd#f-{name})")
    parts = [
        *said.values(),
        *(_missing(heading, why, heading in said, language) for heading, why in missing.items()),
        *(models.link(case, name) for name in one.get("files", []) if name in there),
    ]
    none = Text(en="not reported: not computed here", zh="未报告，此处未作计算")
    if described.matrix is not None:
        none = Text(
            en="not reported: needs the rows ([what was not done](not-done.qmd))",
            zh="未报告，需要原始数据（见[未做的分析](not-done.qmd)）",
        )
    apart = "；" if language == "zh" else "; "
    return apart.join(dict.fromkeys(parts)) or none.in_(language)


def _missing(heading: str, why: str, rest: bool, language: Language) -> str:
    """That what stands under a heading, or a part of it, is not reported."""
    return Text(
        en=f"{heading}, {'in part ' if rest else ''}not reported ({why})",
        zh=f"{heading}{'有一部分' if rest else ''}未报告（{why}）",
    ).in_(language)
