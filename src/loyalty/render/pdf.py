"""The book as one PDF, set by Typst. Needs no program but the PyPI package."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from functools import cache
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Any

import typst

from . import ast, fonts, pandoc, pictures, tables
from .ast import Node
from .document import Chapter, Document
from .errors import RenderError
from .labels import numbered, words
from .notebook import source_of

TEMPLATE = Path(__file__).parent / "templates" / "book.typ"
# A picture higher than TALL floats to the foot of a page, for the text to go on instead of an
# empty half page; only where enough follows that it cannot drift into the next section, which
# may be about other data. Both in points.
TALL, ROOM = 230.0, 560.0
MARKER = re.compile(r"([-+/]|=+|\d+\.)$")
ALIGN = {"AlignLeft": "left", "AlignRight": "right", "AlignCenter": "center"}


@cache
def version() -> str:
    """Version of the Typst that is used."""
    return package_version("typst")


def quoted(value: str) -> str:
    """A Typst string."""
    return json.dumps(value, ensure_ascii=False)


def label(name: str) -> str:
    """A Typst label that is valid whatever the identifier holds."""
    return "<" + re.sub(r"[^A-Za-z0-9_-]", lambda m: f".{ord(m[0]):x}", name) + ">"


class TypstWriter:
    """Writes the book as Typst source and compiles it."""

    def __init__(self, document: Document, made_by: str) -> None:
        self.document = document
        self.book = document.book
        self.words = words(self.book.lang)
        self.made_by = made_by

    def _label(self, chapter: Chapter, identifier: str) -> str:
        if identifier in self.document.targets or identifier.startswith("ref-"):
            return label(identifier)
        return label(f"{chapter.name}--{identifier}")

    def _chapter_label(self, chapter: Chapter) -> str:
        return label(f"chapter--{chapter.name}")

    # -- blocks ----------------------------------------------------------------------------

    def convert(self, chapter: Chapter) -> list[Node]:
        """The chapter's blocks with every marked node written as Typst."""

        def raw(value: str) -> Node:
            return ast.raw_inline("typst", value)

        def inner(tree: Any) -> Any:
            return ast.rewrite(tree, visit)

        def inlines(blocks: list[Node]) -> list[Node]:
            out: list[Node] = []
            for block in blocks:
                if out:
                    out.append(raw("#parbreak();"))
                if block["t"] in ("Para", "Plain"):
                    out += inner(block["c"])
                else:
                    out.append(ast.text(ast.plain(block)))
            return out

        def wrapped(before: str, blocks: list[Node], after: str) -> list[Node]:
            return [ast.raw("typst", before), *blocks, ast.raw("typst", after)]

        def link(target: str, content: list[Node]) -> list[Node]:
            return [raw(f"#link({target})["), *content, raw("]")]

        def header(item: Node) -> list[Node]:
            level, (identifier, _, values), content = item["c"]
            number = next((v for k, v in values if k == "number"), "")
            numbering = f"(..n) => {quoted(number)}" if number else "none"
            end = f"] {self._label(chapter, identifier)}" if identifier else "]"
            start = f"#heading(level: {level}, numbering: {numbering})[#none;"
            return [ast.node("Plain", [raw(start), *inner(content), raw(end)])]

        def floating(item: Node, top: bool, room: float = 0.0) -> list[Node]:
            attributes, (caption, body) = item["c"]
            identifier, (_, kind), _ = attributes
            number = ast.get(attributes, "number")
            numbering = f"(..n) => {quoted(number)}" if number else "none"
            alt = ast.get(attributes, "alt")
            turned = False
            kept: tables.Broken | None = None
            content: list[Node] = []
            for block in body["c"][1]:
                if block["t"] == "Table":
                    made, flipped, kept = table(block, top)
                    turned = turned or flipped
                    content += made
                elif kind == "tbl" and block["t"] in ("Para", "Plain"):
                    start = "#block(above: 0.7em, width: 100%, align(left, text(size: 8.5pt)[#none;"
                    content.append(ast.node("Plain", [raw(start), *inner(block["c"]), raw("]))")]))
                else:
                    content += inner(
                        ast.rewrite([block], lambda n: self._alt(n, alt) if alt else None)
                    )
            supplement = quoted(self.words[kind])
            tall = self._picture(body) > TALL
            placement = "bottom" if tall and room > ROOM else "none"
            start = (
                f'#figure(kind: "{kind}", supplement: {supplement}, numbering: {numbering}, '
                f"placement: {placement}, caption: [#none;"
            )
            end = f"]) {self._label(chapter, identifier)}" if identifier else "])"
            source = []
            if notebook := ast.get(attributes, "notebook"):
                case, analysis = source_of(notebook)
                said = (
                    f"{self.words['source']}{self.words['colon']}{analysis} · {case} · {identifier}"
                )
                source = [raw("#source["), ast.text(said), raw("]")]
            out = [
                ast.node("Plain", [raw(start), *inlines(caption["c"][1]), *source, raw("],[")]),
                *content,
                ast.raw("typst", end),
            ]
            if turned:
                return wrapped("#page(flipped: true)[", out, "]")
            if kind == "tbl" and top and kept is not None:
                above = 14.0 * (1 + len(ast.plain(caption)) // 100) + 16  # the caption
                if kept.whole:
                    return wrapped("#whole[", out, "]")
                out.insert(0, ast.raw("typst", f"#need({kept.first + above:.0f}pt)"))
            return out

        def table(item: Node, top: bool) -> tuple[list[Node], bool, tables.Broken]:
            _, _, columns, head, bodies, foot = item["c"]
            head_rows = head[1]
            body_rows = [row for part in bodies for row in [*part[2], *part[3]]] + foot[1]
            texts = [[ast.plain(cell[4]) for cell in row[1]] for row in [*head_rows, *body_rows]]
            plan = tables.layout(texts, turned=top)
            kept = tables.broken(len(head_rows), tables.heights(texts, plan))
            asked = [spec[1].get("c") for spec in columns]
            if all(asked):
                usable = tables.LANDSCAPE if plan.landscape else tables.PORTRAIT
                widths = ", ".join(f"{share * usable:.1f}pt" for share in asked)
            elif plan.widths:
                widths = ", ".join(f"{width}pt" for width in plan.widths)
            else:
                widths = ", ".join("auto" for _ in columns)
            align = ", ".join(ALIGN.get(spec[0]["t"], "left") for spec in columns)

            def row(cells: list[Any]) -> list[Node]:
                out: list[Node] = []
                for _, _, rows, cols, blocks in cells:
                    open_cell = "[#none;"
                    if rows > 1 or cols > 1:
                        open_cell = f"table.cell(rowspan: {rows}, colspan: {cols})[#none;"
                    content = inlines(blocks)
                    if plan.breaks:
                        content = ast.rewrite(content, self._breakable)
                    out += [raw(open_cell), *content, raw("], ")]
                return out

            start = (
                f"#grid-table(size: {plan.size}pt, inset: {plan.inset}pt, columns: ({widths},), "
                f"align: ({align},), hyphenate: {str(plan.breaks).lower()}, header: ("
            )
            nodes = [raw(start)]
            for cells in head_rows:
                nodes += row(cells[1])
            nodes.append(raw("), "))
            for cells in body_rows[: len(body_rows) - kept.last]:
                nodes += row(cells[1])
            if kept.last:  # a foot that stands once is not broken
                nodes.append(raw("table.footer(repeat: false, "))
                for cells in body_rows[-kept.last :]:
                    nodes += row(cells[1])
                nodes.append(raw("), "))
            nodes.append(raw(")"))
            return [ast.node("Plain", nodes)], plan.landscape, kept

        def image(item: Node) -> list[Node]:
            attributes, alt, (target, _) = item["c"]
            images = self.document.assets[target.removeprefix("asset:")]
            suffix = next(s for s in (".svg", ".png", ".jpg", ".jpeg") if s in images)
            name = target.removeprefix("asset:") + suffix
            width = ast.get(attributes, "width")
            size = f", width: {width}" if re.fullmatch(r"\d+(\.\d+)?%", width) else ""
            return [raw(f"#picture({quoted('/' + name)}, alt: {quoted(ast.plain(alt))}{size})")]

        def link_node(item: Node) -> list[Node]:
            _, content, (target, _) = item["c"]
            content = inner(content)
            if target.startswith("page:"):
                path, _, fragment = target[5:].partition("#")
                page = next(c for c in self.document.chapters if c.page.source == path)
                if not fragment or fragment == page.identifier:
                    return link(self._chapter_label(page), content)
                return link(self._label(page, fragment), content)
            if target.startswith("file:"):
                return list(content)
            if target.startswith("#"):
                return link(self._label(chapter, target[1:]), content)
            return [raw(f"#link({quoted(target)})["), *content, raw("]")]

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind == "Div":
                identifier, classes, _ = content[0]
                if "x-float" in classes:
                    return floating(item, False)
                if "x-callout" in classes:
                    title, body = content[1]
                    start = f"#callout({quoted(ast.get(content[0], 'kind'))}, [#none;"
                    return [
                        ast.node("Plain", [raw(start), *inlines(title["c"][1]), raw("],[")]),
                        *inner(body["c"][1]),
                        ast.raw("typst", "])"),
                    ]
                if "x-only" in classes:
                    shown = "typst" in ast.get(content[0], "formats").split()
                    return list(inner(content[1])) if shown else []
                if "x-prose" in classes:
                    return list(inner(content[1]))
                if "notebook-code" in classes:
                    return []
                if "x-pagebreak" in classes:
                    return [ast.raw("typst", "#pagebreak(weak: true)")]
                if "csl-entry" in classes:
                    nodes = [raw("#reference[#none;"), *inlines(content[1]), raw("]")]
                    return [ast.node("Plain", [raw("#block["), *nodes,
                                               raw(f"] {label(identifier)}")])]  # fmt: skip
                for name in ("simulated", "real"):
                    if name in classes:
                        return wrapped(f'#marked("{name}")[', inner(content[1]), "]")
                if "lead" in classes:
                    return wrapped("#lead[", inner(content[1]), "]")
                if identifier and not content[1]:  # a place that links lead to
                    return [ast.raw("typst", f"#metadata(none) {self._label(chapter, identifier)}")]
                return list(inner(content[1]))
            if kind == "Span":
                _, classes, _ = content[0]
                if "x-only" in classes:
                    shown = "typst" in ast.get(content[0], "formats").split()
                    return list(inner(content[1])) if shown else []
                if "x-ref" in classes:
                    name = ast.get(content[0], "target")
                    target = self.document.targets[name]
                    if target.kind in ("chapter", "appendix"):
                        page = next(c for c in self.document.chapters if c.page == target.page)
                        return link(self._chapter_label(page), content[1])
                    return link(label(name), content[1])
                if "x-eq" in classes:
                    number = quoted(ast.get(content[0], "number"))
                    end = f"] {label(content[0][0])}"
                    return [raw(f"#eq({number})["), *inner(content[1]), raw(end)]
                for name in ("simulated", "real"):
                    if name in classes:
                        return [raw(f'#badge("{name}")['), *inner(content[1]), raw("]")]
                return list(inner(content[1]))
            if kind in ("Para", "Plain"):
                return [ast.node(kind, inner(self._guarded(content)))]
            if kind == "Header":
                return header(item)
            if kind == "Table":
                return table(item, False)[0]
            if kind == "Math":  # Pandoc makes a whole em backwards of TeX's thin one
                formula = ast.node("Math", [content[0], content[1].replace("\\!", "")])
                return [raw(f"#spoken({quoted(content[1])})["), formula, raw("]")]
            if kind == "Image":
                return image(item)
            if kind == "Link":
                return link_node(item)
            if kind == "Cite":
                return list(inner(content[1]))
            if kind == "CodeBlock":
                classes = [name for name in content[0][1] if name != "cell-code"]
                return [ast.node("CodeBlock", [ast.attr("", classes), content[1]])]
            return None

        out: list[Node] = []
        level = 0  # of the heading of a section that stands on one page
        headed = False  # a picture right below a heading stays there: a foot may come before it
        for index, block in enumerate(chapter.unlinked):
            if block["t"] == "Header":
                if level and block["c"][0] <= level:
                    out.append(ast.raw("typst", "]"))
                    level = 0
                if "one-page" in block["c"][1][1]:
                    out.append(ast.raw("typst", "#one-page["))
                    level = block["c"][0]
            if block["t"] == "Div" and "x-float" in block["c"][0][1]:
                tall = not headed and not level and self._picture(block) > TALL
                room = self._room(chapter.unlinked[index + 1 :]) if tall else 0.0
                out += floating(block, not level, room)
                headed = False
            else:
                out += inner([block])
                badge = block["t"] == "Div" and {"simulated", "real"} & set(block["c"][0][1])
                headed = block["t"] == "Header" or (headed and bool(badge))
        if level:
            out.append(ast.raw("typst", "]"))
        number = f"(..n) => {quoted(self._number(chapter))}" if chapter.number else "none"
        start = f"#heading(level: 1, numbering: {number})[#none;"
        end = f"] {self._chapter_label(chapter)}"
        title = ast.node("Plain", [raw(start), *inner(chapter.title), raw(end)])
        return [title, *out]

    def _picture(self, tree: Any) -> float:
        """Height in points of the pictures in a tree."""
        heights: list[float] = []

        def visit(item: Node) -> list[Node] | None:
            if item["t"] == "Image":
                name = item["c"][2][0].removeprefix("asset:")
                heights.append(pictures.height(self.document.assets[name]))
            return None

        ast.walk([tree], visit)
        return sum(heights)

    def _room(self, blocks: list[Node]) -> float:
        """About how high in points what follows in the same section is; no further than ROOM."""
        total = 0.0
        for block in blocks:
            if (block["t"] == "Header" and block["c"][0] <= 2) or total > ROOM:
                break
            rows = self._rows(block)
            total += 14.0 * rows + self._picture(block)
            total += 20.0 if rows else 14.0 * (1 + len(ast.plain(block)) // 95)
        return total

    def _rows(self, tree: Node) -> int:
        """Number of table rows in a tree."""
        count = 0

        def visit(item: Node) -> list[Node] | None:
            nonlocal count
            if item["t"] == "Table":
                count += sum(len(body[3]) for body in item["c"][4])
                return []
            return None

        ast.walk([tree], visit)
        return count

    def _guarded(self, inlines: list[Node]) -> list[Node]:
        """Text that starts like a list or a heading of Typst stays text."""
        out: list[Node] = []
        for index, item in enumerate(inlines):
            starts = index == 0 or inlines[index - 1]["t"] == "LineBreak"
            if starts and item["t"] == "Str" and MARKER.match(item["c"]):
                out.append(ast.raw_inline("typst", "#none;"))
            out.append(item)
        return out

    def _alt(self, item: Node, alt: str) -> list[Node] | None:
        if item["t"] != "Image":
            return None
        return [ast.node("Image", [item["c"][0], [ast.text(alt)], item["c"][2]])]

    def _breakable(self, item: Node) -> list[Node] | None:
        if item["t"] != "Str":
            return None
        return [ast.text(re.sub(r"(.{4})", "\\1\u200b", item["c"]))]

    def _number(self, chapter: Chapter) -> str:
        if chapter.page.appendix:
            return f"{self.words['appendix']} {chapter.number}"
        return numbered(self.words, "chapter", chapter.number)

    # -- the file --------------------------------------------------------------------------

    def _contents(self, titles: dict[str, str]) -> str:
        """The table of contents as Typst; `titles` are the written headings."""
        lines: list[str] = []
        group = ""
        for chapter in self.document.chapters:
            own = chapter.page.part or (self.words["appendices"] if chapter.page.appendix else "")
            target = self._chapter_label(chapter)
            if own != group and own:
                lines.append(f"#entry-part({quoted(own)}, {target})")
            group = own
            title = titles[target]
            lines.append(f"#entry(1, [{chapter.number}], [#none;{title}], {target})")
            for block in chapter.unlinked:
                if block["t"] != "Header" or block["c"][0] != 2 or not block["c"][1][0]:
                    continue
                place = self._label(chapter, block["c"][1][0])
                number = ast.get(block["c"][1], "number")
                lines.append(f"#entry(2, [{number}], [#none;{titles[place]}], {place})")
        return "\n".join(lines)

    def source(self) -> str:
        """The whole book as Typst source."""
        jobs: list[pandoc.Job] = []
        names: list[str] = []
        chapters = self.document.chapters

        def bare(inlines: list[Node]) -> list[Node]:
            """A heading for the contents: no links, no notes."""

            def visit(item: Node) -> list[Node] | None:
                if item["t"] in ("Link", "Cite"):
                    return list(ast.rewrite(item["c"][1], visit))
                if item["t"] == "Span":
                    return list(ast.rewrite(item["c"][1], visit))
                return [] if item["t"] == "Note" else None

            return list(ast.rewrite(inlines, visit))

        for chapter in chapters:
            jobs.append(
                {
                    "op": "write",
                    "ast": ast.dump(self.convert(chapter)),
                    "format": "typst",
                    "where": chapter.page.source,
                }
            )
        for chapter in chapters:
            heads = [(self._chapter_label(chapter), chapter.title)]
            heads += [
                (self._label(chapter, block["c"][1][0]), block["c"][2])
                for block in chapter.unlinked
                if block["t"] == "Header" and block["c"][0] == 2 and block["c"][1][0]
            ]
            for name, inlines in heads:
                names.append(name)
                jobs.append(
                    {
                        "op": "write",
                        "ast": ast.dump([ast.node("Plain", bare(inlines))]),
                        "format": "typst",
                        "where": chapter.page.source,
                    }
                )
        written = pandoc.run(jobs, store=self.document.store)
        bodies = written[: len(chapters)]
        titles = {
            name: text.strip() for name, text in zip(names, written[len(chapters) :], strict=True)
        }
        book = self.book
        authors = "".join(f"{quoted(author)}, " for author in book.authors)
        out = [
            '#import "/book.typ": *',
            f"#show: book.with(title: {quoted(book.title)}, authors: ({authors}), "
            f"subtitle: {quoted(book.subtitle) if book.subtitle else 'none'}, "
            f"date: {quoted(book.date) if book.date else 'none'}, "
            f"description: {quoted(book.description) if book.description else 'none'}, "
            f"lang: {quoted(book.lang.split('-')[0])}, "
            f"made: {quoted(self.words['made'] + self.words['colon'] + self.made_by)})",
            f"#contents-page({quoted(self.words['contents'])})[",
            self._contents(titles),
            "]",
            "#pagebreak(weak: true)",
        ]
        group, count = "", 0
        for chapter, body in zip(chapters, bodies, strict=True):
            # a part has a page of its own; appendices say on theirs what they are
            own = chapter.page.part
            if own and own != group:
                count += 1
                kicker = f"{self.words['part']} {_roman(count)}"
                out.append(f"#part-page({quoted(kicker)}, {quoted(own)})")
            group = own
            out.append(body)
        return "\n\n".join(out) + "\n"

    def write(self, target: Path) -> Path:
        """Compile to `target`."""
        source = self.source()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "main.typ").write_text(source, encoding="utf-8")
            shutil.copyfile(TEMPLATE, folder / "book.typ")
            for asset, images in self.document.assets.items():
                for suffix in images.keys() - {pictures.NARROW}:
                    content = images[suffix]
                    path = folder / (asset + suffix)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                _, warnings = typst.compile_with_warnings(
                    str(folder / "main.typ"),
                    output=str(target),
                    root=str(folder),
                    font_paths=[str(fonts.collection().parent)],
                    ignore_system_fonts=True,
                    pdf_standards=["ua-1"],
                    timestamp=0,
                )
            except Exception as fault:
                lines = [line for line in str(fault).splitlines() if line.strip()]
                raise RenderError([f"typst: {line}" for line in lines[:8]]) from None
            if warnings:
                raise RenderError([f"typst: {warning.message}" for warning in warnings])
        return target


def _roman(number: int) -> str:
    values = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    out = ""
    for value, letters in values:
        while number >= value:
            out, number = out + letters, number - value
    return out
