"""What a rendered page says, read out of its HTML: the same for both renderers."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

FRAME = (
    ".cover, .kicker, .anchor, .elsewhere, .quarto-title-breadcrumbs, .quarto-title-meta, "
    "script, style"
)


def squeeze(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@dataclass(frozen=True)
class PageFacts:
    headings: list[tuple[str, str]]
    captions: list[str]
    cells: list[str]
    links: list[tuple[str, str]]
    alternatives: list[str]
    narrow: list[bytes]  # second drawings of figures, for phones


def main_of(path: Path) -> Tag:
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    main = soup.select_one("main")
    assert main is not None, path
    for item in main.select(FRAME):
        item.decompose()
    return main


def facts(book: Path, page: str) -> PageFacts:
    """Headings, captions, table cells, links (resolved inside the book) and alternative texts."""
    main = main_of(book / page)
    folder = posixpath.dirname(page)
    links = []
    for link in main.select("a[href]"):
        # Quarto's code has a link for each line, which nobody is told of
        if link.find_parent(class_="pager") is not None or link.get("aria-hidden") == "true":
            continue
        href = str(link["href"])
        if "://" not in href:
            file, hash_sign, fragment = href.partition("#")
            target = posixpath.normpath(posixpath.join(folder, file)) if file else page
            href = target + hash_sign + fragment
        links.append((squeeze(link.get_text()), href))
    return PageFacts(
        headings=[(h.name, squeeze(h.get_text())) for h in main.select("h1, h2, h3, h4")],
        captions=[squeeze(c.get_text()) for c in main.select("figcaption")],
        cells=[squeeze(c.get_text()) for c in main.select("th, td")],
        links=links,
        alternatives=[str(i.get("alt", "")) for i in main.select("img")],
        narrow=[
            (book / folder / str(source["srcset"])).read_bytes()
            for source in main.select("picture:has(> img) > source[media*=screen]")
        ],
    )
