"""What a PDF says, read out of it: its outline, its text, its links, its fonts."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from pypdfium2 import raw


@dataclass(frozen=True)
class Run:
    """Text on one line, and its edges in points from the page's left and foot."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True)
class Page:
    """One page: its size in points, and what is on it."""

    number: int
    width: float
    height: float
    text: str
    runs: list[Run]
    leads_to: list[int]
    fonts: set[tuple[str, bool]]


@dataclass(frozen=True)
class Pdf:
    """Pages count from 1, as a reader counts; `Page.fonts` says of each whether it is embedded."""

    title: str
    author: str
    outline: list[tuple[str, int]]
    pages: list[Page]
    chapters: set[int]  # the pages on which one begins

    @property
    def text(self) -> str:
        return " ".join(page.text for page in self.pages)


def read(path: Path) -> Pdf:
    with pypdfium2.PdfDocument(path) as document:
        outline, chapters = [], set()
        for entry in document.get_toc():
            target = entry.get_dest()
            outline.append((entry.get_title(), 0 if target is None else target.get_index() + 1))
            if entry.level == 0:
                chapters.add(outline[-1][1])
        return Pdf(
            document.get_metadata_value("Title"),
            document.get_metadata_value("Author"),
            outline,
            [_page(document, index) for index in range(len(document))],
            chapters,
        )


def _page(document: pypdfium2.PdfDocument, index: int) -> Page:
    page = document[index]
    words = page.get_textpage()
    runs = []
    for number in range(words.count_rects()):
        edges = words.get_rect(number)
        runs.append(Run(words.get_text_bounded(*edges), *edges))
    fonts = set()
    for found in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
        font = found.get_font()
        fonts.add((font.get_base_name(), bool(font.is_embedded)))
    width, height = page.get_size()
    text = words.get_text_range().replace("\r\n", "\n")
    return Page(index + 1, width, height, text, runs, _links(document, page), fonts)


def _links(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[int]:
    """The pages that links inside the document lead to; 0 where one leads nowhere."""
    found, at, link = [], ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, ctypes.byref(at), ctypes.byref(link)):
        action = raw.FPDFLink_GetAction(link)
        if action and raw.FPDFAction_GetType(action) == raw.PDFACTION_URI:
            continue
        target = raw.FPDFLink_GetDest(document, link)
        found.append(raw.FPDFDest_GetDestPageIndex(document, target) + 1 if target else 0)
    return found
