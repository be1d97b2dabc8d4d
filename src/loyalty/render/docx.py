"""The book as a Word file, by Pandoc's own writer."""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from . import ast, pandoc
from .ast import Node
from .document import Chapter, Document
from .labels import numbered as said_numbered
from .labels import words

#: What Word numbers by itself.
SEQUENCES = ("fig", "tbl")


def _blocks(document: Document, chapter: Chapter, folder: Path) -> list[Node]:
    book_words = words(document.book.lang)

    def place(of: Chapter, identifier: str) -> str:
        """A bookmark: those that two chapters may have say whose they are."""
        known = not identifier or identifier in document.targets or identifier == of.identifier
        return identifier if known or identifier.startswith("ref-") else f"{of.name}--{identifier}"

    def inner(tree: Any) -> Any:
        return ast.rewrite(tree, visit)

    def numbered(number: str, inlines: list[Node]) -> list[Node]:
        return [ast.text(number), ast.node("Space"), *inlines] if number else inlines

    def visit(item: Node) -> list[Node] | None:
        kind, content = item["t"], ast.content(item)
        if kind == "Header":
            level, (identifier, _, values), heading_text = content
            number = next((v for k, v in values if k == "number"), "")
            return [
                ast.node(
                    "Header",
                    [
                        level,
                        ast.attr(place(chapter, identifier)),
                        numbered(number, inner(heading_text)),
                    ],
                )
            ]
        if kind == "Div" and "x-float" in content[0][1]:
            caption, body = content[1]
            number = ast.get(content[0], "number")
            name = content[0][1][1]
            inlines: list[Node] = []
            for block in caption["c"][1]:
                inlines += inner(ast.content(block) or [])
            if number:
                label = _numbered_label(content[0][0], book_words[name], number)
                inlines = [
                    ast.raw_inline("openxml", label),
                    ast.text(book_words["caption-end"]),
                    *inlines,
                ]
            style = "Table Caption" if name == "tbl" else "Image Caption"
            attributes = ast.attr(content[0][0], [], [("custom-style", style)])
            made = ast.node("Div", [attributes, [ast.node("Para", inlines)]])
            alt = ast.get(content[0], "alt")
            shown = inner(ast.rewrite(body["c"][1], lambda n: _alt(n, alt) if alt else None))
            return [made, *shown] if name == "tbl" else [*shown, made]
        if kind == "Div" and content[0][0] and not content[1]:  # a place that links lead to
            return [ast.node("Div", [ast.attr(place(chapter, content[0][0])), []])]
        if kind == "Div" and "x-callout" in content[0][1]:
            title, body = content[1]
            heading = [ast.node("Para", [ast.node("Strong", inner(b["c"]))]) for b in title["c"][1]]
            return [ast.node("BlockQuote", [*heading, *inner(body["c"][1])])]
        if kind in ("Div", "Span") and "x-only" in content[0][1]:
            in_word = "docx" in ast.get(content[0], "formats").split()
            return list(inner(content[1])) if in_word else []
        if kind == "Div" and "x-prose" in content[0][1]:
            return list(inner(content[1]))
        if kind == "Div" and "notebook-code" in content[0][1]:
            return []
        if kind == "Div" and "x-pagebreak" in content[0][1]:
            xml = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
            return [ast.raw("openxml", xml)]
        if kind == "Span" and "x-ref" in content[0][1]:
            target = ast.get(content[0], "target")
            kind, number = document.targets[target].kind, document.targets[target].number
            label = said_numbered(book_words, kind, number)
            if kind in SEQUENCES and ast.plain(content[1]).split() == label.split():
                field = _field(f"REF {_bookmark(target)} \\h", label)
                return [ast.raw_inline("openxml", field)]
            return [ast.node("Link", [ast.attr(), content[1], [f"#{target}", ""]])]
        if kind == "Span" and {"x-num", "x-dossier", "x-result"} & set(content[0][1]):
            return list(inner(content[1]))
        if kind == "Span" and "x-eq" in content[0][1]:
            number = ast.text(f"\u2003({ast.get(content[0], 'number')})")
            return [ast.node("Span", [ast.attr(content[0][0]), [*content[1], number]])]
        if kind == "Image":
            name = content[2][0].removeprefix("asset:")
            images = document.assets[name]
            suffix = next(s for s in (".png", ".jpg", ".jpeg", ".svg") if s in images)
            path = folder / (name + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(images[suffix])
            return [ast.node("Image", [content[0], content[1], [str(path), ""]])]
        if kind == "Link":
            target = content[2][0]
            if target.startswith("file:"):
                return list(inner(content[1]))
            if target.startswith("page:"):
                source, _, fragment = target[5:].partition("#")
                page = next(c for c in document.chapters if c.page.source == source)
                anchor = place(page, fragment) if fragment else page.identifier or page.name
                return [ast.node("Link", [ast.attr(), inner(content[1]), [f"#{anchor}", ""]])]
            if target.startswith("#"):
                here = f"#{place(chapter, target[1:])}"
                return [ast.node("Link", [content[0], inner(content[1]), [here, ""]])]
        return None

    number = chapter.number
    if number and chapter.page.appendix:
        number = f"{book_words['appendix']} {number}{book_words['appendix-end']}".rstrip()
    title = numbered(number, inner(chapter.title))
    identifier = chapter.identifier or chapter.name
    return [ast.node("Header", [1, ast.attr(identifier), title]), *inner(chapter.unlinked)]


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _field(instruction: str, shown: str) -> str:
    """A field that Word can compute anew, and what it shows until then."""
    return f'<w:fldSimple w:instr=" {escape(instruction)} ">{_run(shown)}</w:fldSimple>'


def _bookmark(identifier: str) -> str:
    """A name as Word gives to what cross-references lead to."""
    return f"_Ref{zlib.crc32(identifier.encode()):010}"


def _numbered_label(identifier: str, word: str, number: str) -> str:
    """``Figure 3.2``: a sequence of its own in every chapter, and a bookmark around it."""
    before, _, last = number.rpartition(".")
    sequence = f"SEQ {'Figure' if identifier.startswith('fig-') else 'Table'} \\* ARABIC \\s 1"
    lead = f"{word}\u00a0{before}." if before else f"{word}\u00a0"
    at = zlib.crc32(identifier.encode()) >> 1
    return (
        f'<w:bookmarkStart w:id="{at}" w:name="{_bookmark(identifier)}"/>'
        f'{_run(lead)}{_field(sequence, last)}<w:bookmarkEnd w:id="{at}"/>'
    )


def _contents(document: Document) -> Node:
    """A table of contents that Word fills when the file is opened; the chapters until then."""
    titles = [
        " ".join(part for part in (chapter.number, ast.plain(chapter.title)) if part)
        for chapter in document.chapters
    ]
    begin = '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
    begin += (
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-3" \\h \\z \\u </w:instrText></w:r>'
    )
    begin += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = [_run(title) for title in titles]
    lines[0], lines[-1] = begin + lines[0], lines[-1] + end
    return ast.raw("openxml", "".join(f"<w:p>{line}</w:p>" for line in lines))


def _alt(item: Node, alt: str) -> list[Node] | None:
    if item["t"] != "Image":
        return None
    return [ast.node("Image", [item["c"][0], [ast.text(alt)], item["c"][2]])]


#: Chinese as Pandoc has words for it; Word knows it by its country.
PANDOC_CHINESE = "zh-Hans"


def _without(folder: str, target: Path) -> None:
    """Take a folder's path, which Pandoc writes beside every picture, out of a Word file."""
    with zipfile.ZipFile(target) as old:
        parts = [(entry, old.read(entry)) for entry in old.infolist()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry, content in parts:
            if entry.filename.endswith(".xml"):
                content = content.replace(f"{folder}/".encode(), b"")
                content = content.replace(f'"{PANDOC_CHINESE}"'.encode(), b'"zh-CN"')
            new.writestr(entry, content)


def write(document: Document, target: Path) -> Path:
    """Write the book as one Word file."""
    book = document.book

    def string(value: str) -> dict[str, Any]:
        return {"t": "MetaInlines", "c": [ast.text(value)]}

    lang = PANDOC_CHINESE if book.lang.lower().startswith("zh") else book.lang
    meta: dict[str, Any] = {"title": string(book.title), "lang": string(lang)}
    meta["author"] = {"t": "MetaList", "c": [string(author) for author in book.authors]}
    if book.subtitle:
        meta["subtitle"] = string(book.subtitle)
    if book.date:
        meta["date"] = string(book.date)
    with tempfile.TemporaryDirectory() as name:
        blocks: list[Node] = [_contents(document)]
        for chapter in document.chapters:
            blocks += _blocks(document, chapter, Path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        pandoc.run(
            [
                {
                    "op": "write",
                    "ast": ast.dump(blocks, meta),
                    "format": "docx",
                    "file": str(target),
                    "where": "docx",
                }
            ]
        )
        _without(name, target)
    return target
