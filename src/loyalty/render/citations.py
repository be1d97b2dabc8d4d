"""Citations and the bibliography, by Pandoc's citeproc over the whole book."""

from __future__ import annotations

from typing import Any

from . import ast, pandoc
from .ast import Node
from .document import Document


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
    if document.references is None:
        cited = pandoc.run(
            [{"op": "cite", "ast": ast.dump(chapter.blocks, meta)} for chapter in chapters]
        )
        for chapter, tree in zip(chapters, cited, strict=True):
            chapter.blocks = ast.load(tree)
        return
    # one list of references: cite all pages as one text, so that 2012a and 2012b agree
    merged = [
        ast.node("Div", [ast.attr(f"x-page-{index}"), chapter.blocks])
        for index, chapter in enumerate(chapters)
    ]
    (tree,) = pandoc.run([{"op": "cite", "ast": ast.dump(merged, meta)}])
    for chapter, block in zip(chapters, ast.load(tree), strict=False):
        chapter.blocks = block["c"][1]


def references(chapter_blocks: list[Node]) -> Node | None:
    """The list of references that citeproc put at the end of a page, if any."""
    last = chapter_blocks[-1] if chapter_blocks else None
    if last and last["t"] == "Div" and last["c"][0][0] == "refs":
        return last
    return None
