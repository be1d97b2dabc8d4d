"""The literature: every article has its DOI, and both styles print every work well."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pypandoc
import pytest
from pydantic import TypeAdapter

from loyalty.book import project
from loyalty.cases.about import Doi
from loyalty.ground import paths
from loyalty.ground.text import LANGUAGES, Language

FILE = paths.suite() / "references.bib"
#: Articles without a DOI: the journal gives none, or none was confirmed by another bibliography.
WITHOUT = {
    "parasuraman1988": "none: the journal gave none then",
    "aalen1978": "none: the journal gave none then",
    "reichheld2003": "none: the journal gives its articles no DOI",
    "bell2002": "none: the journal gives its articles no DOI",
    "korn1998": "none: the journal gave none then",
    "bonett2003": "not confirmed",
    "fader2001": "not confirmed",
    "hsu2004": "not confirmed",
    "kim1995": "not confirmed",
    "paunonen1997": "not confirmed",
    "rocks2016": "not confirmed",
    "simmons2016": "not confirmed",
    "kish1992": "none: the journal gave none then",
}


@pytest.fixture(scope="module")
def works() -> dict[str, dict[str, Any]]:
    read = json.loads(pypandoc.convert_file(str(FILE), "csljson", format="biblatex"))
    return {work["id"]: work for work in read}


def test_every_article_has_a_doi_or_a_reason(works: dict[str, dict[str, Any]]) -> None:
    articles = {key for key, work in works.items() if work["type"] == "article-journal"}
    assert len(articles) > 90
    assert {key for key in articles if "DOI" not in works[key]} == set(WITHOUT)


def test_dois_have_their_form_and_stand_once(works: dict[str, dict[str, Any]]) -> None:
    dois = [work["DOI"] for work in works.values() if "DOI" in work]
    for doi in dois:
        TypeAdapter(Doi).validate_python(doi)
        assert not doi.endswith((".", ",", ";")), doi
    assert len({doi.lower() for doi in dois}) == len(dois)


def test_an_article_says_where_it_stands(works: dict[str, dict[str, Any]]) -> None:
    for key, work in works.items():
        if work["type"] == "article-journal":
            assert {"author", "title", "container-title", "issued", "volume", "page"} <= set(work)
            first, _, last = work["page"].partition("–" if "–" in work["page"] else "-")
            numbers = [int(re.sub(r"\D", "", page)) for page in (first, last) if page]
            assert numbers == sorted(numbers), key


def listed(folder: Path, language: Language) -> dict[str, str]:
    """Every work as a book's list of references prints it, in HTML."""
    project.copy_settings(folder, language)
    html = pypandoc.convert_text(
        '---\nnocite: "@*"\n---\n',
        "html",
        "markdown",
        extra_args=[
            *("--citeproc", "--wrap=none", "-M", f"lang={language}"),
            *("--bibliography", str(folder / "references.bib")),
            *("--csl", str(folder / "reports" / "_generated" / "style.csl")),
        ],
    )
    found = re.findall(r'<div id="ref-(\w+)" class="csl-entry"[^>]*>\s*(.*?)\s*</div>', html, re.S)
    return dict(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_styles_print_every_work(
    works: dict[str, dict[str, Any]], language: Language, tmp_path: Path
) -> None:
    printed = listed(tmp_path, language)
    assert set(printed) == set(works)
    for key, entry in printed.items():
        text = re.sub("<[^>]+>", "", entry)
        assert not re.search(r"\.\.|,,|[{}]|\s[,.;]|\(\)|  ", text), text
        doi = works[key].get("DOI")
        if doi:
            shown = doi.replace("<", "&lt;").replace(">", "&gt;")
            assert f'href="https://doi.org/{shown}"' in entry, entry


def test_what_each_style_must_get_right(tmp_path: Path) -> None:
    apa, gbt = (
        {key: re.sub("<[^>]+>", "", entry) for key, entry in listed(tmp_path / one, one).items()}
        for one in LANGUAGES
    )
    assert apa["dul2020"].startswith("Dul, J., van der Laan, E., &amp; Kuik, R. (2020). ")
    assert apa["lorenzoseva2006"].startswith("Lorenzo-Seva, U., &amp; ten Berge, J. M. F. (2006)")
    assert "The American Customer Satisfaction Index: Nature, purpose" in apa["fornell1996"]
    assert "SERVQUAL: A multiple-item scale" in apa["parasuraman1988"]
    assert "McDonald’s ωH: Their" in apa["zinbarg2005"]
    assert apa["aftersales"].startswith("Anonymous. (n.d.-a). 售后服务客户忠诚度研究报告 [")
    assert re.fullmatch(
        "佚名, 日期不详\u00a0[a-e]. 售后服务客户忠诚度研究报告\\[R\\].", gbt["aftersales"]
    )
    assert gbt["dul2020"].startswith("DUL J, VAN DER LAAN E, KUIK R, 2020. ")
    assert "KNOL" not in gbt["terwee2007"] and "DE BOER M R, et al., 2007" in gbt["terwee2007"]
    assert "[M/OL]. 2nd ed. Lawrence Erlbaum." in gbt["cohen1988"]
    assert "2005a. " in gbt["fader2005"] and "2005b. " in gbt["fader2005rfm"]
    unnamed = [
        re.findall(r"日期不详\u00a0([a-e])\.", entry)
        for entry in gbt.values()
        if "日期不详" in entry
    ]
    assert unnamed == [["a"], ["b"], ["c"], ["d"], ["e"]]
    assert "等" not in "".join(gbt.values())
