"""The rendered books as a reader meets them: the pages, in a real browser too, and the PDFs.

Looks at ``reports/_book``, whichever renderer made it (``loyalty report``). Without books the tests
are skipped, or fail where the environment variable LOYALTY_REPORT_REQUIRED is set;
LOYALTY_REPORT_BOOK names another folder.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from importlib.resources import files as files_of
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import number_facts
import pdf_facts
import pytest
from matplotlib.image import imread
from playwright.sync_api import sync_playwright

from loyalty.book import files
from loyalty.book.files import EDITIONS, TRANSLATED, Edition
from loyalty.cases import roads, study
from loyalty.ground import paths
from loyalty.ground.terms import term
from loyalty.run.analyses import ACROSS, ANALYSES

BOOK = Path(os.environ.get("LOYALTY_REPORT_BOOK", files.book()))
NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
WIDE, PHONE = 1400, 390
MB = 1_000_000
UNRESOLVED = re.compile(
    r"\?@|\{\{<|\?\?|\?(?:var|meta):|\[-?@\w|(?<!\w)@(?:fig|tbl|sec|eq)-|:::|\{[#.]\w|`|\bnan\b"
)
QUIET = re.compile(r"<(code|pre|script|style|math|template)\b.*?</\1>", re.S)
CASES = [*roads.available(), study.ALL]
SIMULATED = {case for case in study.cases() if study.load(case).simulated}


def needed(path: Path) -> Path:
    if not path.is_file():
        message = f"{path} is not there: make it by `loyalty report`"
        if os.environ.get("LOYALTY_REPORT_REQUIRED"):
            pytest.fail(message)
        pytest.skip(message)
    return path


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def main(path: Path) -> str:
    found = re.search(r"<main\b.*</main>", source(path), re.S)
    assert found is not None, path
    return found[0]


def words(html: str) -> str:
    """What a reader reads of some HTML, code and formulas left out."""
    return unescape(re.sub(r"<[^>]*>", " ", QUIET.sub(" ", html)))


def plain(html: str) -> str:
    """The text of a heading or a caption."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(unescape(one) for one in re.findall(r'\s(?:id|name)="([^"]*)"', source(path)))


def name(path: Path) -> str:
    return path.relative_to(BOOK).as_posix()


def quarto(page: Path) -> bool:
    return 'content="quarto' in source(page)[:3000].lower()


@pytest.fixture(scope="module")
def volumes() -> dict[Edition, list[Path]]:
    """The pages of every volume in every language, the first page first."""
    return {
        e: [
            needed(BOOK / e.place / "index.html"),
            *sorted((BOOK / e.place / "reports").glob("*.html")),
        ]
        for e in EDITIONS
    }


@pytest.fixture(scope="module")
def chapters(volumes: dict[Edition, list[Path]]) -> list[Path]:
    return [page for pages in volumes.values() for page in pages]


@pytest.fixture(scope="module")
def dossiers() -> dict[str, list[Path]]:
    """The pages of every case, in one language or two."""
    needed(BOOK / "index.html")
    return {case: sorted((BOOK / "cases" / case).glob("*/*.html")) for case in CASES}


@pytest.fixture(scope="module")
def pages(chapters: list[Path], dossiers: dict[str, list[Path]]) -> list[Path]:
    return [*chapters, *(page for found in dossiers.values() for page in found)]


def test_every_chapter_has_a_page_in_every_edition(volumes: dict[Edition, list[Path]]) -> None:
    for edition, found in volumes.items():
        assert {p.stem for p in found} == {p.stem for p in edition.chapters}, edition
    for volume in ("report", "trial"):
        one, other = (v for e, v in volumes.items() if e.volume == volume)
        assert {p.name for p in one} == {p.name for p in other}


def test_every_case_has_its_pages(dossiers: dict[str, list[Path]]) -> None:
    assert {p.name for p in (BOOK / "cases").iterdir() if p.is_dir()} == set(CASES)
    for case, found in dossiers.items():
        analyses = set(ACROSS if case == study.ALL else study.load(case).analyses)
        shown = {p.stem for p in found if p.stem in ANALYSES}
        results = {p.stem for p in (BOOK / "cases" / case / "results").glob("*.json")}
        assert shown == results and shown <= analyses, case
        assert len(shown) >= len(analyses) - 3, (case, analyses - shown)
        languages = {p.parent.name for p in found}
        assert languages == ({"en", "zh"} if case in TRANSLATED else {"en"}), case


def test_links_lead_somewhere(pages: list[Path]) -> None:
    faults = []
    for page in [BOOK / "index.html", *pages]:
        for tag, target in re.findall(r'<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"', source(page)):
            target = unescape(target)
            parts = urlsplit(target)
            if not target or parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if tag != "a":  # a reader may leave; a page may not ask
                    faults.append(f"{name(page)}: <{tag}> asks {target[:80]}")
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
    assert sorted(set(faults)) == []


def test_nothing_is_left_unresolved(pages: list[Path]) -> None:
    faults = []
    for page in pages:
        read = words(main(page))
        for found in UNRESOLVED.finditer(read):
            around = " ".join(read[max(0, found.start() - 30) : found.end() + 30].split())
            faults.append(f"{name(page)}: {around}")
        if "quarto-unresolved-ref" in main(page):
            faults.append(f"{name(page)}: an unresolved reference")
    assert faults == []


def test_no_path_of_this_machine_is_shown(pages: list[Path]) -> None:
    private = [str(paths.root()), str(Path.home()) + "/", "/tmp/", "data-notebook"]
    results = sorted((BOOK / "cases").glob("*/results/*.js*"))
    faults = [f"{name(p)}: {t}" for p in [*pages, *results] for t in private if t in source(p)]
    assert faults == []


def test_headings_are_a_hierarchy(pages: list[Path]) -> None:
    for page in pages:
        levels = [int(level) for level in re.findall(r"<h([1-6])\b", main(page))]
        # real Quarto gives the first page the book's title as well
        titles = {1, 2} if page.name == "index.html" and quarto(page) else {1}
        assert levels[0] == 1 and levels.count(1) in titles, name(page)
        jumps = [(a, b) for a, b in pairwise(levels) if b > a + 1]
        assert jumps == [], name(page)


def floats(page: Path, kind: str) -> Iterator[tuple[str, str, str]]:
    """Identifier, caption and HTML of the figures or tables of a page that have a caption."""
    for found in re.finditer(
        rf'<(figure|div)\b[^>]*\sid="({kind}-[^"]*)".*?<figcaption.*?</figcaption>',
        main(page),
        re.S,
    ):
        caption = re.search(r"<figcaption.*?</figcaption>", found[0], re.S)
        assert caption is not None
        end = main(page).find("</figure>", found.end())
        around = main(page)[found.start() : end + 600 if quarto(page) else end]
        yield found[2], plain(caption[0]), around


def test_figures_have_alternative_text_and_a_source(pages: list[Path]) -> None:
    figures = [(page, *one) for page in pages for one in floats(page, "fig")]
    assert len(figures) > 100
    measured = {"fig-growth": "growth.json", "fig-recovery": "recovery.json"}
    for page, label, _, html in figures:
        for alt in re.findall(r'<img\b[^>]*?\salt="([^"]*)"', html):
            assert len(alt) > (20 if page.parent.name != "zh" and "/zh/" not in name(page) else 8)
        if label in measured:  # by a script of benchmarks/, which no notebook runs
            assert measured[label] in main(page)
        else:
            assert re.search(r'class="source">', html), (name(page), label)
    for page in pages:
        images = re.findall(r"<img\b[^>]*>", main(page))
        assert all(re.search(r'\salt="[^"]', image) for image in images), name(page)


def test_simulated_data_is_named_so_and_kept_apart(
    volumes: dict[Edition, list[Path]], dossiers: dict[str, list[Path]]
) -> None:
    said = re.compile(r"[Ss]imulated|模拟")
    for case in SIMULATED:
        shown = [
            (p, *f) for p in dossiers[case] for kind in ("fig", "tbl") for f in floats(p, kind)
        ]
        unmarked = [
            (name(page), label)
            for page, label, caption, _ in shown
            if label.startswith(("fig-" + case, "tbl-" + case))
            and not said.search(caption)
            and not label.endswith(("-codebook", "-constructs", "-in-full"))
        ]
        assert shown and unmarked == []
    for edition, found in volumes.items():
        for page in found if edition.volume == "trial" else []:
            for kind in ("fig", "tbl"):
                for label, caption, _ in floats(page, kind):
                    if label.startswith((f"{kind}-all-trial", f"{kind}-recovery-")):
                        assert said.search(caption), (name(page), label)
        for page in found if edition.volume == "report" else []:
            of = re.findall(
                r'<a href="[^"]*?([^/"]+)/\w+/[\w-]+\.html#[^"]*"\s+data-key=', main(page)
            )
            assert not SIMULATED & set(map(unquote, of)), name(page)


def test_numbers_are_those_of_their_findings(pages: list[Path]) -> None:
    count, wrong = number_facts.faults(pages, paths.results())
    assert count > 10_000
    assert wrong == []


def test_numbers_are_in_the_scripts_that_open_them(pages: list[Path]) -> None:
    """Of lists, those have only rows to which a number of the case's own pages leads."""

    @cache
    def held(script: Path) -> Any:
        packed = re.match(r'loyaltyResult\(.*,"([^"]*)"\);', source(script))
        assert packed is not None
        return json.loads(gzip.decompress(base64.b64decode(packed[1])))

    lost = []
    for page in pages:
        whole = number_facts.whole_keys(source(page))
        for href, key in re.findall(r'<a\b[^>]*?href="([^"]*)"[^>]*?data-key="([^"]*)"', whole):
            address = unquote(unescape(href)).partition("#")[0]
            steps = re.findall(r"[^.\[\]]+", key)
            target = (page.parent / address).resolve() if address else page
            stem = target.stem.removesuffix("-further")
            here = held(target.parents[1] / "results" / f"{stem}.js")
            here = here if steps[0] == "provenance" else here["findings"]
            for step in steps:
                here = here[int(step)] if isinstance(here, list) else here and here.get(step)
            if not isinstance(here, int | float):
                lost.append(f"{name(page)}: {key}")
    assert lost == []


def test_pages_say_what_rendered_them(pages: list[Path]) -> None:
    for page in pages:
        made = re.search(r'<p class="made">(.*?)</p>', source(page))
        assert made and re.search(r"Quarto \d|Pandoc \d", made[1]), name(page)


def test_an_edition_leads_to_the_same_place_in_the_other(chapters: list[Path]) -> None:
    for page in chapters:
        found = re.search(r'<a\b[^>]*hreflang="(?:en|zh)"[^>]*>', main(page) + source(page))
        href = found and re.search(r'href="([^"]*)"', found[0])
        assert href, name(page)
        other = (page.parent / href[1]).resolve()
        assert other.is_file() and other != page.resolve() and other.name == page.name


def size(folder: Path) -> int:
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())


def test_the_books_are_small(pages: list[Path], dossiers: dict[str, list[Path]]) -> None:
    if any(quarto(page) for page in pages):
        pytest.skip("real Quarto's own files are larger")
    cases = {case: size(BOOK / "cases" / case) for case in dossiers}
    assert {case: n for case, n in cases.items() if n > 3 * MB} == {}
    assert size(BOOK) - sum(cases.values()) < 15 * MB
    large = {name(p): p.stat().st_size for p in pages}
    assert {page: n for page, n in large.items() if n > 150_000} == {}
    nodes = {name(p): len(re.findall(r"<[a-z]", source(p))) for p in pages}
    assert {p: n for p, n in nodes.items() if n > 3_000} == {}


# --- the pages in a browser ------------------------------------------------------------------
@dataclass
class Seen:
    """What a browser did with one page."""

    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    over: dict[int, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browsed(chapters: list[Path], dossiers: dict[str, list[Path]]) -> Iterator[dict[str, Seen]]:
    """The volumes' pages and those of two cases opened in headless Chromium, wide and narrow."""
    if CHROMIUM is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(NAMES)})")
    opened = [*chapters, *dossiers[TRANSLATED[0]], *dossiers["retail-simulated"]]
    out = {name(path): Seen() for path in opened}
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
        for path in opened:
            now = out[name(path)]
            for width in (WIDE, PHONE):
                page.set_viewport_size({"width": width, "height": 900})
                if width == WIDE:
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
    assert {path: seen.said for path, seen in browsed.items() if seen.said} == {}


def test_no_request_leaves_the_machine(browsed: dict[str, Seen]) -> None:
    asked = {
        path: sorted({url[:100] for url in seen.asked if not url.startswith(("file:", "data:"))})
        for path, seen in browsed.items()
    }
    assert {path: urls for path, urls in asked.items() if urls} == {}


def test_pages_fit_screen_and_phone(browsed: dict[str, Seen]) -> None:
    assert {path: seen.over for path, seen in browsed.items() if any(seen.over.values())} == {}


#: In the head of a table: columns that a reader looks for.
SOUGHT = {
    said
    for head in ("95 % interval", "Verdict", "Grade")
    for said in (term(head).en, term(head).zh)
}
#: The one that may wait for a finger, where an interval of the same table is in sight.
GRADES = {term("Grade").en, term("Grade").zh}
#: Of each table in a page: the first column of each name, and where it ends.
COLUMNS = """([sought, grades]) => [...document.querySelectorAll("main table")].flatMap(table => {
  const seen = new Set(), found = [];
  for (const head of table.querySelectorAll("thead th")) {
    const name = head.innerText.trim();
    if (!sought.includes(name) || seen.has(name)) continue;
    seen.add(name);
    found.push([name, Math.round(head.getBoundingClientRect().right)]);
  }
  const judged = found.filter(([name]) => !grades.includes(name));
  return judged.length ? judged : found; })"""


@pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium on this machine ({', '.join(NAMES)})")
def test_a_phone_shows_intervals_and_verdicts(chapters: list[Path]) -> None:
    """The first of each in every table of the volumes, before anything is scrolled."""
    narrow, padding = 360, 4
    beyond: dict[str, Any] = {}
    seen = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": narrow, "height": 800})
        for path in chapters:
            page.goto(path.as_uri())
            found = page.evaluate(COLUMNS, [sorted(SOUGHT), sorted(GRADES)])
            seen += len(found)
            if over := [one for one in found if one[1] > narrow + padding]:
                beyond[name(path)] = over
        browser.close()
    assert seen > 20
    assert beyond == {}


def test_pictures_load(browsed: dict[str, Seen]) -> None:
    assert {path: seen.broken for path, seen in browsed.items() if seen.broken} == {}


def kinds(chapters: list[Path], dossiers: dict[str, list[Path]]) -> list[Path]:
    """A page of each kind in both editions: prose, tables, figures, methods, a case's pages."""
    wanted = {"index", "loyalty", "methods", "references", "estimator", "cases"}
    own = {"index", "structural", "measurement", "descriptives", "codebook", "not-done"}
    return [
        BOOK / "index.html",
        *(p for p in chapters if p.stem in wanted),
        *(p for p in dossiers[TRANSLATED[0]] if p.stem in own),
    ]


def violations(opened: list[Path]) -> dict[str, list[str]]:
    """What axe finds on pages in both themes: rule, how often, the first place."""
    found = {}
    axe = (files_of("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            page = browser.new_context(
                viewport={"width": WIDE, "height": 900}, color_scheme=scheme
            ).new_page()
            for path in opened:
                page.goto(path.as_uri())
                page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                page.evaluate(axe)
                said = page.evaluate(
                    "axe.run().then(r => r.violations.map(v =>"
                    " `${v.id} (${v.nodes.length}): ${v.nodes[0].html.slice(0, 150)}`))"
                )
                if said:
                    found[f"{name(path)}, {scheme}"] = said
        browser.close()
    return found


@pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium on this machine ({', '.join(NAMES)})")
def test_everybody_can_read_a_page_of_each_kind(
    chapters: list[Path], dossiers: dict[str, list[Path]]
) -> None:
    assert violations(kinds(chapters, dossiers)) == {}


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium on this machine ({', '.join(NAMES)})")
def test_everybody_can_read_every_page(pages: list[Path]) -> None:
    assert violations(pages) == {}


@pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium on this machine ({', '.join(NAMES)})")
def test_figures_are_dark_in_the_dark(dossiers: dict[str, list[Path]]) -> None:
    page = next(p for p in dossiers[TRANSLATED[0]] if name(p).endswith("en/measurement.html"))
    mean = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for scheme in ("light", "dark"):
            seen = browser.new_context(color_scheme=scheme).new_page()
            seen.goto(page.as_uri())
            figure = seen.locator("figure img").first
            figure.scroll_into_view_if_needed()
            mean[scheme] = imread(io.BytesIO(figure.screenshot()))[..., :3].mean()
        browser.close()
    assert mean["dark"] < 0.3 and mean["light"] > 0.8


def test_a_number_says_where_it_comes_from(dossiers: dict[str, list[Path]]) -> None:
    """By click, by Enter and by focus: a panel with value, interval, data, seed and commit."""
    if CHROMIUM is None:
        pytest.skip(f"no Chromium on this machine ({', '.join(NAMES)})")
    (path,) = (p for p in dossiers[TRANSLATED[0]] if name(p).endswith("en/structural.html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": WIDE, "height": 900}).new_page()
        page.set_default_timeout(20_000)
        page.goto(path.as_uri())
        number = page.locator(
            'a[data-key$="rows[0].estimate"], [data-of$="rows[0]"] a[data-key=".estimate"]'
        ).first
        number.click()
        panel = page.locator(".number-panel")
        for text in ("Value", "Interval", "structural.json", "sha256", "Seed", "Commit"):
            panel.get_by_text(text, exact=False).first.wait_for()
        value = panel.locator("dd").first.inner_text()
        assert f"{float(value):.2f}"[-3:] == number.inner_text()[-3:]
        page.keyboard.press("Escape")
        assert panel.count() == 0
        number.focus()
        page.keyboard.press("Enter")
        panel.wait_for()
        assert page.evaluate("document.activeElement.closest('.number-panel') !== null")
        browser.close()


# --- the PDFs --------------------------------------------------------------------------------
@pytest.fixture(scope="module", params=EDITIONS, ids=[edition.name for edition in EDITIONS])
def pdf(request: pytest.FixtureRequest) -> tuple[Edition, pdf_facts.Pdf]:
    edition: Edition = request.param
    return edition, pdf_facts.read(needed(BOOK / edition.place / edition.files(["pdf"])[0].name))


def test_pdf_text(pdf: tuple[Edition, pdf_facts.Pdf]) -> None:
    edition, read = pdf
    assert 10 < len(read.pages) <= 60, len(read.pages)
    assert re.findall(r"\?@\S*|\{\{<|\?var:\S+|\ufffd", read.text) == []
    if edition.volume == "trial":
        assert re.search(r"Simulated data|模拟数据", re.sub(r"\s+", " ", read.text))
    # every figure and table of a notebook has its source with its key
    sources = re.findall(r"(?:Source: |来源：)\w+ · \S+ · ((?:fig|tbl)-\S+)", read.text)
    assert sources or edition.volume == "trial"


def test_pdf_outline_leads_to_the_chapters(pdf: tuple[Edition, pdf_facts.Pdf]) -> None:
    edition, read = pdf
    assert len(read.outline) >= len(edition.chapters) - 1
    assert all(0 < page <= len(read.pages) for _, page in read.outline)


def test_pdf_fonts_are_embedded(pdf: tuple[Edition, pdf_facts.Pdf]) -> None:
    fonts = {font for page in pdf[1].pages for font in page.fonts}
    assert fonts
    assert [name for name, embedded in fonts if not embedded] == []


def test_pdf_pages_are_full_but_a_chapters_last(pdf: tuple[Edition, pdf_facts.Pdf]) -> None:
    read = pdf[1]
    foot = 60  # points; below it stands the page's number
    last = {page - 1 for page in read.chapters} | {len(read.pages)}
    by_quarto = quarto(BOOK / pdf[0].place / "index.html")
    if by_quarto:  # a simulated case is not broken: it goes over whole
        case = r"\(simulated\)|（模拟数据）"
        last |= {page - 1 for title, page in read.outline if re.search(case, title)}
    ends = {len(read.pages)}
    empty, little = [], []
    for page in read.pages:
        edges = [run.bottom for run in page.runs if run.bottom > foot]
        # a page with a title alone begins a part; the one before it ends a chapter
        if len(edges) < 3:
            last |= {page.number, page.number - 1}
            ends |= {page.number, page.number - 1}
        elif min(edges) > page.height / 2:
            empty.append(page.number)
            little += [page.number] if min(edges) > 0.68 * page.height else []
    assert [number for number in empty if number not in last] == []
    # where a chapter ends high on a page, the next begins below it; by Quarto, on a page of its own
    assert by_quarto or [number for number in little if number not in ends] == []


def test_pdf_text_stays_on_the_paper(pdf: tuple[Edition, pdf_facts.Pdf]) -> None:
    edge = 24  # points; text margins are wider by far
    over = [
        (page.number, run.text)
        for page in pdf[1].pages
        for run in page.runs
        if min(run.left, run.bottom) < edge
        or run.right > page.width - edge
        or run.top > page.height - edge
    ]
    assert over == []
