"""Where the pages of a PDF break: tables, headings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import pdf_facts
import pytest

from loyalty.render import embedded, tables

LONG = "with a text long enough that it wraps in its column, as the wording of an item does"


def table(name: str, rows: int, text: str = "") -> str:
    lines = [f"| {name}r{k}x {text} | {k * 7 % 10}.{k % 10}5 | .{k % 9}1 |" for k in range(rows)]
    head = f": What {name} shows {{#tbl-{name}}}\n\n"
    return "| Row | Mean | Share |\n|:--|--:|--:|\n" + "\n".join(lines) + "\n\n" + head


def chapter() -> str:
    """Tables of every length at every height of a page, each below a heading of its own."""
    parts = ["# Data {#sec-data}\n"]
    for k in range(48):
        words = "Some words between them. " * (7 * k % 23)
        text = LONG if k % 3 == 1 else ""
        parts.append(
            f"## Heading number {k}x\n\n{words}\n\n{table(f't{k}q', 2 + 5 * k % 29, text)}"
        )
    return "\n\n".join(parts)


def one_page() -> str:
    """A section that would be broken, and is longer than a page as tables are set."""
    return (
        f"# Start {{#sec-start}}\n\n{'Some words before it. ' * 90}\n\n"
        f"## All on one page {{#sec-one .one-page}}\n\nSome words.\n\n{table('one', 52)}\n\n"
        "## After it {#sec-after}\n\n| Held |\n|:--|\n| + intercepts |\n"
    )


def pages_of_one(pdf: pdf_facts.Pdf) -> list[set[int]]:
    """The pages of the section's heading (not in the contents) and of its table's rows."""
    rows = [p.number for p in pdf.pages for _ in re.findall(r"\boner\d+x", p.text)]
    assert len(rows) == 52
    heads = [p.number for p in pdf.pages if re.search(r"All on one\s+page", p.text)]
    return [{max(heads)}, set(rows)]


@pytest.fixture(scope="module")
def pdf(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> pdf_facts.Pdf:
    root = tmp_path_factory.mktemp("breaks")
    (made,) = embedded.render(book(sample, root, chapter()), ["pdf"], root / "out")
    return pdf_facts.read(made)


def book(sample: Path, root: Path, text: str) -> Path:
    """A book of one chapter."""
    for name in ("references.bib", "_variables.yml"):
        (root / name).write_bytes((sample / name).read_bytes())
    (root / "_quarto.yml").write_text(
        "project: {type: book, output-dir: out}\nlang: en\nnumber-sections: true\n"
        "book: {title: Breaks, chapters: [index.qmd]}\nformat: {typst: default}\n",
        encoding="utf-8",
    )
    (root / "index.qmd").write_text(text, encoding="utf-8")
    return root


def test_no_table_is_broken_for_three_rows(pdf: pdf_facts.Pdf) -> None:
    of: dict[str, Counter[int]] = defaultdict(Counter)
    for page in pdf.pages:
        for name in re.findall(r"\b(t\d+q)r\d+x", page.text):
            of[name][page.number] += 1
    assert {name: sum(pages.values()) for name, pages in of.items()} == {
        f"t{k}q": 2 + 5 * k % 29 for k in range(48)
    }
    parted = {name: dict(pages) for name, pages in of.items() if len(pages) > 1}
    assert len(parted) > 5
    assert {n: p for n, p in parted.items() if min(p.values()) <= 3} == {}


def ending_with_a_heading(pdf: pdf_facts.Pdf, first: int = 2) -> list[int]:
    """The pages after the contents on which nothing stands below a heading."""
    ends = []
    for page in pdf.pages[first:]:
        lines = [run for run in page.runs if run.bottom > 60]
        if lines and re.search(r"Heading number \d+x", min(lines, key=lambda r: r.bottom).text):
            ends.append(page.number)
    return ends


def test_a_section_stands_on_one_page(sample: Path, tmp_path: Path) -> None:
    (made,) = embedded.render(book(sample, tmp_path, one_page()), ["pdf"], tmp_path / "out")
    pdf = pdf_facts.read(made)
    assert pages_of_one(pdf) == [{4}, {4}], "3 has what is before it"
    assert "+ intercepts" in pdf.text


def test_no_page_ends_with_a_heading(pdf: pdf_facts.Pdf) -> None:
    assert ending_with_a_heading(pdf) == [] and len(pdf.pages) > 10


def test_no_page_is_under_half_full(pdf: pdf_facts.Pdf) -> None:
    full = [min(r.bottom for r in p.runs if r.bottom > 60) < p.height / 2 for p in pdf.pages[2:-1]]
    assert all(full)


@pytest.mark.parametrize(
    ("rows", "whole", "last"),
    [(3, True, 0), (7, True, 0), (8, False, 4), (40, False, 4)],
)
def test_how_a_table_may_be_broken(rows: int, whole: bool, last: int) -> None:
    made = tables.broken(1, [20.0] * (rows + 1))
    assert (made.whole, made.last) == (whole, last)
    assert made.first == (20.0 * (rows + 1) if whole else 100.0)


def test_rows_too_high_to_keep_together_are_not() -> None:
    made = tables.broken(1, [20.0, *[200.0] * 6])
    assert not made.whole and made.last == 1 and made.first <= tables.KEPT
