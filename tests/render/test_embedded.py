"""The embedded renderer on a book that uses everything the report uses."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pdf_facts
import pytest
import sample_book
from book_facts import facts, main_of, squeeze
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from loyalty.ground.markdown import escape
from loyalty.render import citations, embedded, fonts, pictures, tables
from loyalty.render.document import Builder
from loyalty.render.embedded import RenderError
from loyalty.render.pdf import TypstWriter
from loyalty.render.project import load_book

CHAPTERS = [
    "index.html", "reports/concepts.html", "reports/data.html", "reports/measurement.html",
    "reports/references.html", "reports/methods.html", "reports/codebook.html",
]  # fmt: skip


@pytest.fixture(scope="module")
def pdf(book: Path) -> pdf_facts.Pdf:
    return pdf_facts.read(next(book.glob("*.pdf")))


def test_files_of_the_book(book: Path) -> None:
    pages = {p.relative_to(book).as_posix() for p in book.rglob("*.html")}
    assert set(CHAPTERS) <= pages
    assert [p.suffix for p in sorted(book.glob("A-Sample*"))] == [".docx", ".pdf"]


def test_numbers_are_those_of_quarto(book: Path) -> None:
    assert facts(book, "reports/concepts.html").headings == [
        ("h1", "1 Introduction and concepts"),
        ("h2", "1.1 Three words"),
        ("h3", "1.1.1 A deeper heading"),
        ("h3", "Not numbered"),
    ]
    assert facts(book, "reports/data.html").captions == [
        "Table 2.1: Respondents by industry",
        "Figure 2.1: Loyalty by satisfaction 忠诚度与满意度",
        "Table 2.2: A wide table 宽表",
        "Table 2.3: A long table over several pages",
    ]
    assert facts(book, "reports/methods.html").headings == [
        ("h1", "Appendix A — Methods"),
        ("h2", "A.1 Formulas"),
    ]
    assert facts(book, "reports/methods.html").captions == ["Figure A.1: A figure in the appendix"]


def test_references_lead_to_what_they_name(book: Path) -> None:
    links = dict(facts(book, "index.html").links)
    assert links["Chapter 1"] == "reports/concepts.html"
    assert links["Section 2.1"] == "reports/data.html#sec-scales"
    assert links["Appendix A"] == "reports/methods.html"
    assert links["Table 3.1"] == "reports/measurement.html#tbl-demo-loadings"
    assert links["Figure A.1"] == "reports/methods.html#fig-demo-app"
    assert links["Equation 3.1"] == "reports/measurement.html#eq-ave"
    assert links["1981"] == "reports/references.html#ref-fornell1981"
    assert links[".45"] == "../cases/demo/en/measurement.html#f-fit"
    assert links["all of the case"] == "../cases/demo/en/index.html"
    assert links["its measurement"] == "../cases/demo/en/measurement.html"
    assert links["the results"] == "../cases/demo/results/measurement.json"


def test_code_is_folded_and_on_pages_alone(book: Path, pdf: pdf_facts.Pdf) -> None:
    folded = main_of(book / "reports/methods.html").select_one("details.code-fold pre")
    assert folded is not None and folded.get_text(strip=True) == "nb.show(app)"
    assert main_of(book / "reports/methods.html").select_one("#f-app") is not None
    assert "nb.show" not in pdf.text


def test_every_page_leads_to_the_other_edition(book: Path) -> None:
    for page in CHAPTERS:
        soup = BeautifulSoup((book / page).read_text(encoding="utf-8"), "html.parser")
        link = soup.select_one("a[hreflang=zh]")
        assert link is not None and link.get_text() == "中文"
        up = "../" * page.count("/")
        assert link["href"] == f"{up}../zh/{page}"


def test_chinese_says_chapters_sections_and_captions_as_chinese_does(
    copy: Callable[..., Path], sample: Path
) -> None:
    settings = (sample / "_quarto.yml").read_text("utf-8").replace("lang: en", "lang: zh")
    said = (sample / "reports/data.qmd").read_text("utf-8") + "\n\n62.0\u00a0% 的客户。\n"
    root = copy({"_quarto.yml": settings, "reports/data.qmd": said})
    embedded.render(root, ["html", "pdf"], root / "out")
    page = main_of(root / "out/reports/data.html").get_text()
    data = squeeze(page)
    assert "图\xa02.1\u3000" in page and "来源：" in data and "62.0% 的客户。" in data
    assert "第 2.1 节" in squeeze(main_of(root / "out/reports/concepts.html").get_text())
    (made,) = (root / "out").glob("*.pdf")
    read = squeeze(pdf_facts.read(made).text)
    assert (
        re.search(r"图 2\.1 \w", read)
        and "第 1 章" in read
        and "第 2.1 节" in read
        and "章节" not in read
    )


def test_every_link_and_picture_exists(book: Path) -> None:
    identifiers = {
        page: {
            str(item["id"])
            for item in BeautifulSoup(
                (book / page).read_text(encoding="utf-8"), "html.parser"
            ).select("[id]")
        }
        for page in (p.relative_to(book).as_posix() for p in book.rglob("*.html"))
    }
    for page in CHAPTERS:
        soup = BeautifulSoup((book / page).read_text(encoding="utf-8"), "html.parser")
        for item in soup.select("[href], [src]"):
            address = str(item.get("href") or item.get("src"))
            if address.startswith("data:"):
                continue
            assert "://" not in address, address
            if re.match(r"(\.\./)*\.\./(cases|zh)/", address):
                continue  # into other books, which tests/test_report.py has
            file, _, fragment = unquote(address).partition("#")
            target = (book / page).parent / file if file else book / page
            assert target.resolve().is_file(), f"{page}: {address}"
            if fragment:
                name = target.resolve().relative_to(book.resolve()).as_posix()
                assert fragment in identifiers[name], f"{page}: {address}"


def test_nothing_raw_is_left(book: Path, pdf: pdf_facts.Pdf) -> None:
    for page in CHAPTERS:
        text = main_of(book / page).get_text()
        assert not re.search(r"\{\{<|:::|\?@|@(fig|tbl|sec|eq)-|\{[#.]", text), page
    assert not re.search(r"\{\{<|:::|\?@|@(fig|tbl|sec|eq)-|#none", pdf.text)


def test_ids_are_unique_and_pictures_have_alternatives(book: Path) -> None:
    for page in CHAPTERS:
        soup = BeautifulSoup((book / page).read_text(encoding="utf-8"), "html.parser")
        names = [str(item["id"]) for item in soup.select("[id]")]
        assert len(names) == len(set(names)), page
        assert all(facts(book, page).alternatives), page
        assert soup.html is not None and soup.html["lang"] == "en"
    alternatives = facts(book, "reports/data.html").alternatives
    assert "Scatter of loyalty against satisfaction" in alternatives
    assert [b"<svg" in drawn for drawn in facts(book, "reports/data.html").narrow] == [True]


def test_conditional_text(book: Path, pdf: pdf_facts.Pdf) -> None:
    page = main_of(book / "index.html").get_text()
    assert "on the web page only" in page and "in the PDF only" not in page
    assert "in the PDF only" in pdf.text and "on the web page only" not in pdf.text


def test_notebook_markup_stays_text(book: Path) -> None:
    page = (book / "reports/measurement.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; is shown as text" in page
    assert "<script>alert" not in page


def test_source_links_name_the_cell(book: Path) -> None:
    links = facts(book, "reports/data.html").links
    assert (
        "descriptives · demo", "../cases/demo/en/descriptives.html#tbl-demo-wide"
    ) in links  # fmt: skip


def test_bibliography_holds_what_is_cited(book: Path) -> None:
    text = squeeze(main_of(book / "reports/references.html").get_text())
    assert "Fornell, Claes" in text and "Oliver, Richard L." in text
    assert "Oliver 2010, 434" in main_of(book / "reports/concepts.html").get_text()


def test_search_index_is_a_script(book: Path) -> None:
    text = (book / "assets/search.js").read_text(encoding="utf-8")
    packed = re.fullmatch(r'window\.BOOK_PACKED="([\w+/=]+)";\n', text)
    assert packed is not None
    entries = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert any(entry[0] == "reports/data.html#sec-scales" for entry in entries)


def chinese_face(css: str) -> TTFont:
    found = re.search(r"base64,([A-Za-z0-9+/=]+)", css)
    assert found is not None
    return TTFont(io.BytesIO(base64.b64decode(found[1])))


def test_chinese_face_has_every_glyph(book: Path) -> None:
    css = (book / "assets/book.css").read_text(encoding="utf-8")
    face = chinese_face(css)
    covered = set(face.getBestCmap())
    pages = "".join((book / page).read_text(encoding="utf-8") for page in CHAPTERS)
    assert set(fonts.cjk_characters(pages)) <= covered
    assert "U+4E" in css and ord("A") not in covered


def test_chinese_face_keeps_its_licence(book: Path) -> None:
    with chinese_face((book / "assets/book.css").read_text(encoding="utf-8")) as face:
        kept = {record.nameID: str(record) for record in face["name"].names}
    assert set(kept) == {0, 1, 2, 13, 14}
    assert "Adobe" in kept[0] and "SIL Open Font License" in kept[13] and "OFL" in kept[14]
    beside = (book / "assets/OFL.txt").read_text(encoding="utf-8")
    assert kept[0] in beside and "SIL OPEN FONT LICENSE Version 1.1" in beside


def test_pdf_facts(pdf: pdf_facts.Pdf) -> None:
    assert pdf.title == "A Sample Study of Loyalty 忠诚度"
    assert pdf.author == "The loyalty study contributors"
    names = [name for name, _ in pdf.outline]
    assert any("Three words" in name for name in names)
    assert any("Codebook 编码簿" in name for name in names)
    used = {name.split("+")[-1] for page in pdf.pages for name, _ in page.fonts}
    assert any(name.startswith("NotoSansCJKsc") for name in used)
    assert not any("CJKjp" in name for name in used)
    text = squeeze(pdf.text)
    for expected in (
        "Table 3.1: Standardized loadings 标准化载荷",
        "Figure A.1: A figure in the appendix",
        "Table B.1: Items of the case",
        "Chapter 1, the data in Chapter 2",
        "企业之间差别很小",
        "(3.1)",
        "(A.1)",
    ):
        assert squeeze(expected) in text, expected


def test_pdf_text_stays_inside_the_margins(pdf: pdf_facts.Pdf) -> None:
    for page in pdf.pages:
        for run in page.runs:
            assert run.left >= 60 and run.right <= page.width - 60, (page.number, run.text)
            assert run.bottom >= 30, (page.number, run.text)


def test_pdf_long_table_repeats_its_head(pdf: pdf_facts.Pdf) -> None:
    heads = [page.number for page in pdf.pages if re.search(r"Firm\s+Description", page.text)]
    assert len(heads) >= 2


def test_pdf_links_work_inside(pdf: pdf_facts.Pdf) -> None:
    links = [number for page in pdf.pages for number in page.leads_to]
    assert len(links) > 30
    assert all(1 <= number <= len(pdf.pages) for number in links)


def test_word_file(book: Path) -> None:
    with zipfile.ZipFile(next(book.glob("*.docx"))) as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode("utf-8"))
        assert any(name.startswith("word/media/") for name in archive.namelist())
    assert "Table 3.1: Standardized loadings" in text.replace("\u00a0", " ")
    assert "1.1 Three words" in text


def test_a_place_without_words_is_reached(copy: Callable[..., Path], tmp_path: Path) -> None:
    text = (sample_book.SAMPLE / "index.qmd").read_text(encoding="utf-8")
    root = copy({"index.qmd": f"{text}\n\n::: {{#here}}\n:::\n\n[Back](index.qmd#here).\n"})
    made = embedded.render(root, ["html", "pdf", "docx"], tmp_path / "out")
    with zipfile.ZipFile(made[2]) as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    assert 'w:name="index--here"' in document and 'w:anchor="index--here"' in document


def test_word_links_lead_to_one_place(book: Path) -> None:
    with zipfile.ZipFile(next(book.glob("*.docx"))) as archive:
        document = archive.read("word/document.xml").decode("utf-8")
    places = re.findall(r'<w:bookmarkStart[^>]*w:name="([^"]+)"', document)
    leads = set(re.findall(r'w:anchor="([^"]+)"', document))
    assert len(places) == len(set(places)) and len(leads) > 10
    assert leads - set(places) == set()


def test_word_counts_and_refers_by_fields(book: Path) -> None:
    """Real headings, captions that count, references and contents as fields, repeated heads."""
    with zipfile.ZipFile(next(book.glob("*.docx"))) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    document = ElementTree.fromstring(xml)
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    styles = [s.get(f"{w}val") for s in document.iter(f"{w}pStyle")]
    assert {"Heading1", "Heading2", "ImageCaption", "TableCaption"} <= set(styles)
    asked = [f.get(f"{w}instr", "").split() for f in document.iter(f"{w}fldSimple")]
    captions = [
        ElementTree.tostring(p, encoding="unicode")
        for p in document.iter(f"{w}p")
        for style in p.iter(f"{w}pStyle")
        if style.get(f"{w}val") in ("ImageCaption", "TableCaption")
    ]
    counted = [c for c in captions if " SEQ " in c]
    assert counted and sum(one[0] == "SEQ" for one in asked) == len(counted)
    assert {one[1] for one in asked if one[0] == "SEQ"} == {"Figure", "Table"}
    marks = [(b.get(f"{w}id"), b.get(f"{w}name")) for b in document.iter(f"{w}bookmarkStart")]
    for of in zip(*marks, strict=True):
        assert len(of) == len(set(of))
    references = {one[1] for one in asked if one[0] == "REF"}
    assert references and references <= {name for _, name in marks}
    contents = [i.text or "" for i in document.iter(f"{w}instrText")]
    assert any(text.strip().startswith("TOC ") for text in contents)
    assert all(t.find(f".//{w}tblHeader") is not None for t in document.iter(f"{w}tbl"))
    assert xml.count("<w:drawing") <= len(re.findall(r'<wp:docPr[^>]* descr="[^"]+', xml))


def test_same_bytes_again_and_fast(sample: Path, book: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    made = embedded.render(sample, ["html", "pdf", "docx"], tmp_path / "again")
    assert time.monotonic() - start < 20
    assert made[0].name == "index.html"
    for path in sorted(book.rglob("*")):
        again = tmp_path / "again" / path.relative_to(book)
        if path.is_file() and path.suffix != ".docx":
            assert path.read_bytes() == again.read_bytes(), path.name


def test_an_old_book_is_replaced_whole(copy: Callable[..., Path], tmp_path: Path) -> None:
    root = copy()
    out = tmp_path / "out"
    out.mkdir()
    (out / "stale.html").write_text("old", encoding="utf-8")
    embedded.render(root, ["html"], out)
    assert not (out / "stale.html").exists() and (out / "index.html").is_file()
    before = (out / "index.html").read_bytes()
    (root / "index.qmd").write_text("# A\n\n{{< var no.such >}}\n", encoding="utf-8")
    with pytest.raises(RenderError):
        embedded.render(root, ["html"], out)
    assert (out / "index.html").read_bytes() == before
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_renderer_names_itself(book: Path, pdf: pdf_facts.Pdf) -> None:
    footer = main_of(book / "index.html").select_one("footer")
    assert footer is not None and embedded.describe() in footer.get_text()
    assert embedded.describe() in pdf.pages[0].text


def test_table_layout_keeps_short_cells_whole() -> None:
    narrow = tables.layout([["Item", "Mean"], ["IMAG1", "7.2"]])
    assert narrow.size == 9.5 and narrow.widths == () and not narrow.landscape
    wordy = tables.layout([["Item", "Wording"], ["IMAG1", "many words " * 30]])
    assert wordy.size == 9.5 and sum(wordy.widths) <= tables.PORTRAIT + 1
    wide = tables.layout([[f"LONGNAME{i}" for i in range(16)]] * 3)
    assert wide.landscape and sum(wide.widths) <= tables.LANDSCAPE + 1


def test_one_long_cell_takes_no_room_from_a_column_of_many() -> None:
    origin = "background (a consumers' association, 2023)"
    design = "a count; its sample is not described"
    rows = [["Id", "Claim", "Origin", "Design", "What can be said"]]
    claim = "Consumers who give up the brand because of a late answer"
    rows += [["A01", claim, origin, design, "nothing, from these data"] for _ in range(12)]
    long = "the check against other printed figures finds no contradiction; nothing more " * 2
    rows.append(["A13", claim, origin, design, long])
    plan = tables.layout(rows)
    assert sum(plan.widths) <= tables.PORTRAIT + 1
    rest, last = tables.heights(rows, plan)[1:-1], tables.heights(rows, plan)[-1]
    assert max(rest) < 4 * plan.size * 1.25 < last, "three lines each, and more for the long one"


def test_appendices_have_no_page_before_them(pdf: pdf_facts.Pdf) -> None:
    texts = [page.text.strip().lower() for page in pdf.pages]
    assert not [text for text in texts if len(text) < 30 and "appendices" in text]
    assert any("appendices" in text and "methods" in text for text in texts)  # the contents


def test_a_web_table_that_fits_keeps_its_lines() -> None:
    assert tables.fits_page([["Item", "Mean"], ["IMAG1", "7.2"]])
    assert not tables.fits_page([["Path", "Against it"], ["a", "many words " * 20]])


def typst_of(root: Path) -> str:
    document = Builder(load_book(root)).build()
    citations.resolve(document)
    return TypstWriter(document, "test").source()


def test_authors_have_no_backslashes(copy: Callable[..., Path]) -> None:
    root = copy({})
    file = root / "_quarto.yml"
    given = file.read_text(encoding="utf-8")
    name = "J. R. O'Neill-Smith (PhD)"
    changed = given.replace('"The loyalty study contributors"', json.dumps(escape(name)))
    file.write_text(changed, encoding="utf-8")
    assert load_book(root).authors == (name,)


def test_a_tall_picture_goes_to_the_foot_only_below_text(copy: Callable[..., Path]) -> None:
    picture = "![Tall](tall.svg){#fig-tall fig-alt='A tall picture'}\n\n"
    words = "Some words that follow. " * 600
    methods = (
        "# Methods {#sec-methods}\n\n## Formulas {#sec-formulas}\n\n$$ \\log\\!(x) $$ {#eq-app}"
    )
    start = "\n\n@fig-demo-app\n\n{{< embed executed/demo/04-measurement.ipynb#fig-demo-app >}}\n\n"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="450pt" height="400pt"></svg>'
    root = copy({"reports/tall.svg": svg})
    for between, place in (("", "none"), ("A word.\n\n", "bottom")):
        text = f"{methods}{start}## Tall\n\n{between}{picture}{words}\n"
        (root / "reports/methods.qmd").write_text(text, encoding="utf-8")
        source = typst_of(root)
        figure = source.partition("/reports/tall.svg")[0].rpartition("#figure(")[2]
        assert f"placement: {place}" in figure
        assert "#h(-1em)" not in source  # Pandoc's `\\!` would print over the letter before


def test_extracted_face_is_the_simplified_one(tmp_path: Path) -> None:
    path = fonts.extract_sc_face(tmp_path)
    assert fonts.extract_sc_face(tmp_path) == path
    with TTFont(path, lazy=True) as font:
        assert font["name"].getDebugName(1) == fonts.FAMILY
    assert fonts.cjk_face("only Latin", tmp_path / "none") == ""
    assert not (tmp_path / "none").exists()


def test_picture_height_of_svg_and_png() -> None:
    svg = b'<?xml version="1.0"?><svg width="460.8pt" height="230.4pt" viewBox="0 0 460.8 230.4">'
    assert pictures.height({".svg": svg}) == pytest.approx(230.4 * tables.PORTRAIT / 460.8)
    assert pictures.height({".svg": b'<svg viewBox="0 0 100 50">'}) == pytest.approx(37.5)
    png = b"\x89PNG\r\n\x1a\n" + bytes(8) + (100).to_bytes(4, "big") + (40).to_bytes(4, "big")
    assert pictures.height({".png": png}) == pytest.approx(30.0)
    assert pictures.height({".jpg": b""}) == 0.0
