"""Citations and the bibliography, by Pandoc's citeproc over the whole book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import ast, pandoc
from .ast import Node
from .document import Document
from .store import digest


def _meta(document: Document) -> dict[str, Any]:
    book = document.book

    def string(value: str) -> dict[str, Any]:
        return {"t": "MetaString", "c": value}

    meta: dict[str, Any] = {
        "bibliography": {"t": "MetaList", "c": [string(str(f)) for f in book.bibliography]},
        "link-citations": {"t": "MetaBool", "c": True},
        "lang": string(book.lang),
    }
    if book.csl:
        meta["csl"] = string(str(book.csl))
    return meta


def resolve(document: Document) -> None:
    """Replace citations by their text and fill (or add) the list of references, in place."""
    if not document.citations or not document.book.bibliography:
        return
    chapters = document.chapters
    meta = _meta(document)
    book = document.book
    read = [*book.bibliography, *([book.csl] if book.csl else [])]
    job = {"op": "cite", "read": [digest(file.read_bytes()) for file in read]}
    if document.references is None:
        cited = pandoc.run(
            [{**job, "ast": ast.dump(chapter.blocks, meta)} for chapter in chapters],
            store=document.store,
        )
        for chapter, tree in zip(chapters, cited, strict=True):
            chapter.key, chapter.blocks = digest(chapter.key, tree), ast.load(tree)
        return
    # one list of references: cite all pages as one text, so that 2012a and 2012b agree; blocks
    # without a citation are left out of it, for they stay as they are
    merged = [
        ast.node("Div", [ast.attr(f"x-page-{index}"), [block for _, block in chapter.citing]])
        for index, chapter in enumerate(chapters)
    ]
    (tree,) = pandoc.run([{**job, "ast": ast.dump(merged, meta)}], store=document.store)
    for chapter, block in zip(chapters, ast.load(tree), strict=True):
        chapter.key = digest(chapter.key, block)
        places = [place for place, _ in chapter.citing]
        chapter.load = _filled(chapter.load, dict(zip(places, block["c"][1], strict=True)))


def _filled(load: Callable[[], list[Node]], cited: dict[int, Node]) -> Callable[[], list[Node]]:
    return lambda: [cited.get(place, block) for place, block in enumerate(load())]


def references(chapter_blocks: list[Node]) -> Node | None:
    """The list of references that citeproc put at the end of a page, if any."""
    last = chapter_blocks[-1] if chapter_blocks else None
    if last and last["t"] == "Div" and last["c"][0][0] == "refs":
        return last
    return None
