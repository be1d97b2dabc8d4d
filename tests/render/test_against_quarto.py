"""The embedded renderer beside real Quarto: one book, both ways, the same in what it says.

Needs Quarto (1.9 or later) on the path or named by the environment variable QUARTO.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pdf_facts
import pytest
import sample_book
import test_breaks
import yaml
from book_facts import PageFacts, facts, squeeze

import loyalty.render
from loyalty.render import embedded, quarto

PROGRAM = quarto.find()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        PROGRAM is None, reason="Quarto is not installed (not on PATH, and QUARTO is not set)"
    ),
]
CHAPTERS = [
    "index.html", "reports/concepts.html", "reports/data.html", "reports/measurement.html",
    "reports/references.html", "reports/methods.html", "reports/codebook.html",
]  # fmt: skip
# On a page without number, Quarto's HTML shows a reference to a section as that heading's text.
UNNUMBERED = {"index.html", "reports/references.html"}
SECTION = re.compile(r"^(Chapter|Section|Appendix) [A-Z\d.]+$")


def project(root: Path, language: str = "en") -> Path:
    """The sample with the renderer's own files, which a project for Quarto has."""
    sample_book.make(root)
    for folder in ("filters", "templates"):
        package = Path(loyalty.render.__file__).parent
        shutil.copytree(package / folder, root / "src/loyalty/render" / folder)
    config = root / "_quarto.yml"
    text = config.read_text("utf-8").replace("lang: en", f"lang: {language}", 1)
    config.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample rendered by the embedded renderer and by Quarto."""
    root = project(tmp_path_factory.mktemp("both"))
    ours, theirs = root / "reports/_book", root / "reports/_quarto_book"
    embedded.render(root, ["html", "pdf"], ours)
    before = sorted(root.rglob("*"))
    quarto.render(root, ["html", "pdf"], theirs, PROGRAM)
    after = [path for path in sorted(root.rglob("*")) if theirs not in (path, *path.parents)]
    assert after == before, "Quarto left stray files"
    return ours, theirs


def pair(books: tuple[Path, Path], page: str) -> tuple[PageFacts, PageFacts]:
    return facts(books[0], page), facts(books[1], page)


@pytest.mark.parametrize("page", CHAPTERS)
def test_headings_and_numbers(books: tuple[Path, Path], page: str) -> None:
    ours, theirs = pair(books, page)
    # Quarto's first page also has the book's title as a heading
    title = [("h1", "A Sample Study of Loyalty 忠诚度")] if page == "index.html" else []
    assert title + ours.headings == theirs.headings


@pytest.mark.parametrize("page", CHAPTERS)
def test_captions_cells_and_alternative_texts(books: tuple[Path, Path], page: str) -> None:
    ours, theirs = pair(books, page)
    assert ours.captions == theirs.captions
    assert ours.cells == theirs.cells
    assert ours.alternatives == theirs.alternatives
    assert ours.narrow == theirs.narrow and len(ours.narrow) == (page == "reports/data.html")


@pytest.mark.parametrize("page", CHAPTERS)
def test_links(books: tuple[Path, Path], page: str) -> None:
    ours, theirs = pair(books, page)
    assert [address for _, address in ours.links] == [address for _, address in theirs.links]
    for (our_text, address), (their_text, _) in zip(ours.links, theirs.links, strict=True):
        if page in UNNUMBERED and SECTION.match(our_text):
            continue
        assert our_text == their_text, address


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="Quarto's Word needs rsvg-convert")
def test_pictures_in_word_have_alternative_texts(tmp_path: Path) -> None:
    root = project(tmp_path / "word")
    (made,) = quarto.render(root, ["docx"], root / "out", PROGRAM)
    with zipfile.ZipFile(made) as archive:
        document = archive.read("word/document.xml").decode("utf-8")
        assert not any(b"/tmp/" in archive.read(name) for name in archive.namelist())
    said = set(re.findall(r'<wp:docPr descr="([^"]+)"', document))  # icons of callouts have none
    assert {"Scatter of loyalty against satisfaction", "Dots", "Nine dots"} <= said
    assert "TOC \\o" in document and 'w:val="Heading2"' in document


def test_contents_are_unfolded_without_a_script(books: tuple[Path, Path]) -> None:
    sheets = (books[1] / "site_libs/bootstrap").glob("*.min.css")
    rule = re.compile(r"nav#TOC ul\.collapse\s*\{\s*display:\s*block")
    unfolded = [sheet for sheet in sheets if rule.search(sheet.read_text(encoding="utf-8"))]
    assert len(unfolded) >= 2, "in the light and in the dark"


def test_a_pdf_of_a_case_has_its_findings_twice_and_no_empty_page(tmp_path: Path) -> None:
    root = project(tmp_path)
    place = "\n\n[of both](concepts.qmd#f-scales)\n\n::: {#f-scales}\n:::\n"
    anchored = [
        f"{'Some words between them. ' * (7 * k % 23)}\n\n## Heading number {k}x\n\n"
        f"::: {{#f-f{k}}}\n:::\n\n{test_breaks.table(f't{k}q', 2 + 5 * k % 29)}"
        for k in range(24)
    ]
    for name in ("concepts", "data"):
        with (root / f"reports/{name}.qmd").open("a", encoding="utf-8") as page:
            page.write(place + ("\n\n".join(anchored) if name == "data" else ""))
    (made,) = quarto.render(root, ["pdf"], root / "out", PROGRAM)
    pdf = pdf_facts.read(made)
    pages = [squeeze(page.text) for page in pdf.pages]
    assert "of both" in " ".join(pages)
    assert all(re.search("[^\\W\\d]", page) for page in pages)
    starts = next(
        k for k, text in enumerate(pages) if "Design and data" in text and "Phones" in text
    )
    assert test_breaks.ending_with_a_heading(pdf, starts) == []


def test_no_table_of_quarto_is_broken_for_three_rows(tmp_path: Path) -> None:
    """Tables of every length at every height of a page, as the embedded renderer breaks them."""
    root = project(tmp_path)
    file = root / "_quarto.yml"
    whole = yaml.safe_load(file.read_text("utf-8"))
    whole["book"] |= {"chapters": ["index.qmd"], "appendices": ["reports/data.qmd"]}
    file.write_text(yaml.safe_dump(whole), encoding="utf-8")
    (root / "index.qmd").write_text(test_breaks.one_page(), encoding="utf-8")
    (root / "reports/data.qmd").write_text(test_breaks.chapter(), encoding="utf-8")
    (made,) = quarto.render(root, ["pdf"], root / "out", PROGRAM)
    pdf = pdf_facts.read(made)
    test_breaks.test_no_table_is_broken_for_three_rows(pdf)
    heading, rows = test_breaks.pages_of_one(pdf)
    assert heading == rows and "+ intercepts" in pdf.text
    alone = [squeeze(page.text) for page in pdf.pages if len(squeeze(page.text)) < 30]
    assert not [text for text in alone if "Appendices" in text], "no page for that word alone"


def test_pdfs_say_the_same(books: tuple[Path, Path]) -> None:
    read = [pdf_facts.read(next(book.glob("*.pdf"))) for book in books]
    texts = [squeeze(pdf.text) for pdf in read]
    for pdf in read:  # a long table is nowhere broken for three rows
        rows = [len(re.findall(r"\bFirm \d+ A firm", squeeze(page.text))) for page in pdf.pages]
        assert sum(rows) == 60 and min(filter(None, rows)) > 3
    pattern = r"(?:Figure|Table) [A-Z\d]\.\d+: \w+ \w+"
    ours, theirs = (sorted(set(re.findall(pattern, text))) for text in texts)
    assert ours == theirs and len(ours) > 6
    assert not [run for run in read[1].pages[0].runs if run.bottom < 60], (
        "a title page has no number"
    )
    for text in texts:
        assert "企业之间差别很小" in text
        numbers = set(re.findall(r"\(([A-Z\d]\.\d)\)", text))
        assert numbers == {"3.1", "A.1"}, "a formula that nothing refers to has none"
        assert "in the PDF only" in text and "on the web page only" not in text


def test_a_chinese_book_says_the_same(tmp_path: Path) -> None:
    """Captions apart from their number, references to chapters, on the pages and in print."""
    root = project(tmp_path, "zh")
    names = "、".join(f"innovation-drivers-{k}x" for k in range(30))
    linked = "[抽样与估计方法](methods.qmd)"
    listed = f"| 笔记本 | 参数 | 涉及案例 |\n|---|---|---|\n| long-notebook | {linked} | {names} |"
    with (root / "reports/data.qmd").open("a", encoding="utf-8") as chapter:
        chapter.write(f"\n\n{listed}\n")
    ours, theirs = root / "out" / "ours", root / "out" / "theirs"
    embedded.render(root, ["html", "pdf"], ours)
    quarto.render(root, ["html", "pdf"], theirs, PROGRAM)
    for page in CHAPTERS:
        one, other = facts(ours, page), facts(theirs, page)
        assert one.captions == other.captions
        if page not in UNNUMBERED:
            assert [text for text, _ in one.links] == [text for text, _ in other.links]
    made = (theirs / "reports/data.html").read_text(encoding="utf-8")
    assert re.search(r'<td class="wraps"[^>]*><a[^>]*>抽样与估计方法</a>', made)
    pdfs = [pdf_facts.read(next(book.glob("*.pdf"))) for book in (ours, theirs)]
    for pdf in pdfs:  # a list without spaces makes no other column small
        (run,) = (one for page in pdf.pages for one in page.runs if "long-notebook" in one.text)
        assert run.top - run.bottom > 6, run
    said = [re.sub(r"\s", "", pdf.text) for pdf in pdfs]
    captions = [sorted(set(re.findall(r"(?:图|表)[A-Z\d]\.\d\w\w", text))) for text in said]
    assert captions[0] == captions[1] and len(captions[0]) > 6
    assert all("第1章" in text and "第2.1节" in text for text in said)
