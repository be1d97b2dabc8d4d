"""The rendered report as a reader meets it: the pages, in a real browser too, and the PDF.

Looks at the book in ``reports/_book``, whichever renderer made it (``loyalty render``). Without a
book the tests are skipped, or fail where the environment variable LOYALTY_REPORT_REQUIRED is set;
LOYALTY_REPORT_BOOK names another folder.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import number_facts
import pdf_facts
import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import sync_playwright

from loyalty.cases import roads, study
from loyalty.ground import paths

BOOK = Path(os.environ.get("LOYALTY_REPORT_BOOK", paths.root() / "reports" / "_book"))
PDF = BOOK / "the-loyalty-study.pdf"
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDE, PHONE = 1400, 390
UNRESOLVED = re.compile(
    r"\?@|\{\{<|\?\?|\?(?:var|meta):|\[-?@\w|(?<!\w)@(?:fig|tbl|sec|eq)-|:::|\{[#.]\w|`|\bnan\b"
)


def needed(path: Path) -> Path:
    if not path.is_file():
        message = f"{path} is not there: make it by `loyalty report` (or `loyalty render`)"
        if os.environ.get("LOYALTY_REPORT_REQUIRED"):
            pytest.fail(message)
        pytest.skip(message)
    return path


# --- the pages as files ----------------------------------------------------------------------
@cache
def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def main(path: Path) -> Tag:
    found = soup(path).select_one("main")
    assert found is not None, path
    return found


@cache
def anchors(path: Path) -> frozenset[str]:
    tags = soup(path).find_all(lambda tag: tag.has_attr("id") or tag.has_attr("name"))
    return frozenset(str(tag.get(key)) for tag in tags for key in ("id", "name") if tag.get(key))


def name(path: Path) -> str:
    return path.relative_to(BOOK).as_posix()


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    """The pages of the chapters, the first page first."""
    return [needed(BOOK / "index.html"), *sorted(BOOK.glob("reports/*.html"))]


@pytest.fixture(scope="module")
def notebooks(pages: list[Path]) -> list[Path]:
    """The pages of the executed notebooks."""
    return sorted(BOOK.glob("reports/executed/**/*.html"))


@pytest.fixture(scope="module")
def simulated() -> list[str]:
    return [case for case in study.cases() if study.load(case).simulated]


def test_every_chapter_has_a_page(pages: list[Path], notebooks: list[Path]) -> None:
    chapters = {path.stem for path in (paths.root() / "reports").glob("*.qmd")} | {"index"}
    assert {path.stem for path in pages} == chapters
    cases = {path.parent.name for path in notebooks}
    assert cases == {*roads.available(), study.ALL}


def test_links_lead_somewhere(pages: list[Path], notebooks: list[Path]) -> None:
    faults = []
    for page in [*pages, *notebooks]:
        for tag in soup(page).select("[href], [src]"):
            target = str(tag.get("href") or tag.get("src") or "")
            parts = urlsplit(target)
            if not target or parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if tag.name != "a":  # a reader may leave; a page may not ask
                    faults.append(f"{name(page)}: <{tag.name}> asks {target[:80]}")
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if file.is_dir() and quarto(page):
                file /= "index.html"
            if not file.is_file() or BOOK.resolve() not in file.resolve().parents:
                faults.append(f"{name(page)}: {target}")
            elif not parts.fragment or file.suffix != ".html":
                continue
            elif unquote(parts.fragment) not in anchors(file):
                faults.append(f"{name(page)}: no such anchor: {target}")
    assert faults == []


def test_nothing_is_left_unresolved(pages: list[Path]) -> None:
    faults = []
    for page in pages:
        text = BeautifulSoup(str(main(page)), "html.parser")
        for item in text.select("code, pre, script, style, math"):
            item.decompose()
        read = text.get_text(" ")
        for found in UNRESOLVED.finditer(read):
            around = " ".join(read[max(0, found.start() - 30) : found.end() + 30].split())
            faults.append(f"{name(page)}: {around}")
        if text.select(".quarto-unresolved-ref"):
            faults.append(f"{name(page)}: an unresolved reference")
    assert faults == []


def test_no_path_of_this_machine_is_shown(pages: list[Path], notebooks: list[Path]) -> None:
    private = [str(paths.root()), str(Path.home()) + "/", "/tmp/", "data-notebook"]
    faults = []
    for page in [*pages, *notebooks]:
        source = page.read_text(encoding="utf-8")
        faults += [f"{name(page)}: {text}" for text in private if text in source]
    assert faults == []


def test_headings_are_a_hierarchy(pages: list[Path]) -> None:
    for page in pages:
        levels = [int(tag.name[1]) for tag in main(page).find_all(re.compile("^h[1-6]$"))]
        # real Quarto gives the first page the book's title as well
        titles = {1, 2} if page.name == "index.html" and quarto(page) else {1}
        assert levels[0] == 1 and levels.count(1) in titles, name(page)
        jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert jumps == [], name(page)


def quarto(page: Path) -> bool:
    tag = soup(page).select_one("meta[name=generator]")
    return tag is not None and str(tag["content"]).lower().startswith("quarto")


def test_figures_have_alternative_text_and_a_source(pages: list[Path]) -> None:
    figures = [(page, figure) for page in pages for figure in floats(page, "fig")]
    assert len(figures) > 10
    for page, figure in figures:
        for image in figure.select("img"):
            alt = str(image.get("alt", ""))
            assert len(alt) > 20, (name(page), figure.get("id"))
        holder = figure.find_parent(class_="quarto-embed-nb-cell") or figure
        measured = {"fig-growth": "growth.json", "fig-recovery": "recovery.json"}
        if figure.get("id") in measured:  # by a script of benchmarks/, which no notebook runs
            assert measured[str(figure["id"])] in main(page).get_text()
            continue
        assert holder.select(".source a"), (name(page), figure.get("id"))
    for page in pages:
        assert all(image.get("alt") for image in main(page).select("img")), name(page)


def floats(page: Path, kind: str) -> list[Tag]:
    """Figures or tables with a caption, as the element that has the identifier."""
    found = main(page).select(f'[id^="{kind}-"]')
    return [tag for tag in found if tag.name in ("figure", "div") and tag.find("figcaption")]


def test_simulated_data_is_named_so(pages: list[Path], simulated: list[str]) -> None:
    seen = 0
    for page in pages:
        for case in simulated:
            for tag in [*floats(page, f"fig-{case}"), *floats(page, f"tbl-{case}")]:
                caption = tag.find("figcaption")
                assert caption is not None and "simulated" in caption.get_text().lower(), tag["id"]
                seen += 1
            for heading in main(page).select(f'[id^="sec-{case}-"]'):
                heading = heading if heading.name == "h2" else heading.find("h2") or heading
                mark = heading.find_next(class_=["simulated", "real"])
                assert mark is not None and "simulated" in mark["class"], (name(page), heading)
    assert seen > 10


def test_numbers_lead_to_their_notebooks(pages: list[Path], notebooks: list[Path]) -> None:
    numbers = [(page, tag) for page in pages for tag in main(page).select(".num")]
    assert len(numbers) > 20
    for page, tag in numbers:
        assert tag.name == "a" and tag.get_text(strip=True), (name(page), str(tag))
        file = (page.parent / str(tag["href"]).partition("#")[0]).resolve()
        assert file in {path.resolve() for path in notebooks}, (name(page), str(tag))


def test_numbers_are_those_of_their_findings(pages: list[Path], notebooks: list[Path]) -> None:
    count, wrong = number_facts.faults(pages, paths.results())
    assert count > 100
    assert wrong == []


def test_pages_say_what_rendered_them(pages: list[Path]) -> None:
    for page in pages:
        made = soup(page).select_one(".made")
        assert made and re.search(r"Quarto \d|Pandoc \d", made.get_text()), name(page)


# --- the pages in a browser ------------------------------------------------------------------
@dataclass
class Seen:
    """What a browser did with one page."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    over: dict[int, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browsed(pages: list[Path], notebooks: list[Path]) -> Iterator[dict[str, Seen]]:
    """Every page opened once in headless Chromium, the chapters wide and narrow."""
    if CHROMIUM is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(NAMES)})")
    out = {name(path): Seen() for path in [*pages, *notebooks]}
    now = Seen()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": WIDE, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda m: now.said.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: now.said.append(str(error)))
        page.on("request", lambda request: now.asked.append(request.url))
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            for path in [*pages, *notebooks] if width == WIDE else pages:
                now = out[name(path)]
                page.goto(path.as_uri())
                now.over[width] = page.evaluate(
                    "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
                    " - document.documentElement.clientWidth"
                )
                now.broken += page.evaluate(
                    "[...document.images].filter(i => i.loading !== 'lazy'"
                    " && (!i.complete || !i.naturalWidth)).map(i => i.src.slice(0, 80))"
                )
        browser.close()
    yield out


def test_pages_report_no_error(browsed: dict[str, Seen]) -> None:
    # real Quarto's pages ask for modules, which a browser gives to no page opened from a folder
    module = re.compile(r"site_libs/quarto-|net::ERR_FAILED")
    said = {
        path: [text for text in seen.said if not (quarto(BOOK / path) and module.search(text))]
        for path, seen in browsed.items()
    }
    assert {path: texts for path, texts in said.items() if texts} == {}


def test_no_request_leaves_the_machine(browsed: dict[str, Seen]) -> None:
    asked = {
        path: sorted({url[:100] for url in seen.asked if not url.startswith(("file:", "data:"))})
        for path, seen in browsed.items()
    }
    assert {path: urls for path, urls in asked.items() if urls} == {}


def test_pages_fit_screen_and_phone(browsed: dict[str, Seen]) -> None:
    chapters = {path: seen for path, seen in browsed.items() if "/executed/" not in path}
    assert {path: seen.over for path, seen in chapters.items() if any(seen.over.values())} == {}


def test_pictures_load(browsed: dict[str, Seen]) -> None:
    assert {path: seen.broken for path, seen in browsed.items() if seen.broken} == {}


# --- the PDF ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def pdf() -> pdf_facts.Pdf:
    return pdf_facts.read(needed(PDF))


def test_pdf_text(pdf: pdf_facts.Pdf) -> None:
    squeezed = " ".join(pdf.text.split())
    assert len(pdf.pages) > 20
    for title in ("Summary", "Data audit", "Structural model", "Limits", "Codebooks"):
        assert title in squeezed
    assert "Simulated data" in squeezed
    assert "客户满意度" in re.sub(r"\s", "", pdf.text)
    assert re.findall(r"\?@\S*|\{\{<|\?var:\S+|\ufffd", pdf.text) == []


def test_pdf_outline_leads_to_the_chapters(pdf: pdf_facts.Pdf) -> None:
    titles = " ".join(title for title, _ in pdf.outline)
    assert len(pdf.outline) > 20 and "Structural model" in titles and "Provenance" in titles
    assert all(0 < page <= len(pdf.pages) for _, page in pdf.outline)


def test_pdf_fonts_are_embedded(pdf: pdf_facts.Pdf) -> None:
    fonts = {font for page in pdf.pages for font in page.fonts}
    assert fonts
    assert [name for name, embedded in fonts if not embedded] == []


def test_pdf_text_stays_on_the_paper(pdf: pdf_facts.Pdf) -> None:
    edge = 24  # points; text margins are wider by far
    over = [
        (page.number, run.text)
        for page in pdf.pages
        for run in page.runs
        if min(run.left, run.bottom) < edge
        or run.right > page.width - edge
        or run.top > page.height - edge
    ]
    assert over == []
