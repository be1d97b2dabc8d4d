"""The book as a web site of plain files: works from a folder, without network or JavaScript."""

from __future__ import annotations

import base64
import gzip
import html as escape_html
import json
import os
import re
import shutil
from collections.abc import Sequence
from functools import cache, cached_property, partial
from itertools import takewhile
from pathlib import Path
from string import Template
from typing import Any

from . import ast, citations, fonts, hidden, pandoc, pictures, tables
from .ast import Node
from .document import Chapter, Document
from .labels import words
from .notebook import source_of
from .store import digest

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = "assets"
EDITIONS = {"en": "English", "zh": "中文"}
#: Where a figure's narrow drawing is shown.
PHONE = "screen and (max-width: 40rem)"
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
#: Of what Pandoc writes: lines between cells of tables, a link and a name for each line of code.
_NEEDLESS = re.compile(
    r"\n(?=</?(?:t[dhr]|thead|tbody|table)\b)|(?<=<span) id=\"cb[\d-]+\"(?=>)"
    r"|<a href=\"#cb[\d-]+\" aria-hidden=\"true\" tabindex=\"-1\"></a>"
)
#: Columns of a table that the style sheet can set to a side.
SIDED = 24
#: What a page calls the book in its other formats.
OTHERS = {".pdf": "PDF", ".docx": "Word"}


def esc(value: str) -> str:
    """Text safe inside HTML text and quoted attributes."""
    return escape_html.escape(value, quote=True)


def _led(lead: str, blocks: list[Node]) -> list[Node]:
    """Blocks of which the first begins with what is only spoken."""
    if not lead:
        return blocks
    (first, *others) = blocks
    inlines = [ast.raw_inline("html", lead), *first["c"]]
    return [ast.node(first["t"], inlines), *others]


@cache
def relative_href(source: str, target: str) -> str:
    """Relative address from one file of the book to another."""
    return os.path.relpath(target, os.path.dirname(source) or ".").replace(os.sep, "/")


class HtmlWriter:
    """Writes the pages of one book into a folder."""

    def __init__(self, document: Document, made_by: str, others: Sequence[str]) -> None:
        self.document = document
        self.book = document.book
        self.words = words(self.book.lang)
        self.made_by = made_by
        self.others = others

    # -- blocks ----------------------------------------------------------------------------

    def convert(self, chapter: Chapter) -> list[Node]:
        """The page's blocks with every marked node written as HTML."""
        href = chapter.page.href

        def asset(name: str) -> str:
            images = self.document.assets[name]
            suffix = ".svg" if ".svg" in images else sorted(images)[0]
            return relative_href(href, name + suffix)

        def inner(blocks: Any) -> Any:
            return ast.rewrite(blocks, visit)

        def target_href(identifier: str) -> str:
            target = self.document.targets[identifier]
            if target.kind in ("chapter", "appendix"):
                same = target.page == chapter.page
                return "#book-title" if same else relative_href(href, target.page.href)
            page = "" if target.page == chapter.page else relative_href(href, target.page.href)
            return f"{page}#{identifier}"

        def floating(item: Node) -> list[Node]:
            attributes, (caption, body) = item["c"]
            identifier, (_, kind), _ = attributes
            number = ast.get(attributes, "number")
            notebook = ast.get(attributes, "notebook")
            label = f'<span class="float-label">{self.words[kind]}\u00a0{number}</span>'
            label += self.words["caption-end"]
            head = [
                ast.raw("html", f'<figcaption class="quarto-float-caption quarto-float-{kind}">'),
                *self._captioned(inner(caption["c"][1]), label if number else ""),
                ast.raw("html", "</figcaption>"),
            ]
            ident = f' id="{esc(identifier)}"' if identifier else ""
            content = inner(body["c"][1])
            if kind == "fig":
                alt = ast.get(attributes, "alt")
                content = ast.rewrite(content, lambda n: self._alt(n, alt))
                start = '<div class="figure-wrap" role="group" tabindex="0">'
                content = [ast.raw("html", start), *content, ast.raw("html", "</div>")]
            out = [ast.raw("html", f'<figure class="quarto-float quarto-float-{kind}"{ident}>')]
            out += [*head, *content] if kind == "tbl" else [*content, *head]
            if notebook:
                out.append(ast.raw("html", self._source(href, notebook, identifier)))
            return [*out, ast.raw("html", "</figure>")]

        def callout(item: Node) -> list[Node]:
            attributes, (title, body) = item["c"]
            kind = ast.get(attributes, "kind")
            collapse = ast.get(attributes, "collapse")
            ident = f' id="{esc(attributes[0])}"' if attributes[0] else ""
            css = f"callout callout-{kind}"
            spoken = f'<span class="sr-only">{self.words[kind]}{self.words["colon"]}</span>'
            if ast.plain(title) == self.words[kind]:
                spoken = ""
            heading = [
                *inner(title["c"][1]),
            ]
            if collapse in ("true", "false"):
                is_open = " open" if collapse == "false" else ""
                start = f'<details class="{css}"{ident}{is_open}><summary class="callout-title">'
                between, end = "</summary>", "</details>"
            else:
                start = f'<div class="{css}"{ident}><div class="callout-title">'
                between, end = "</div>", "</div>"
            return [
                ast.raw("html", start),
                *_led(spoken, heading),
                ast.raw("html", between + '<div class="callout-body">'),
                *inner(body["c"][1]),
                ast.raw("html", "</div>" + end),
            ]

        def table(item: Node) -> list[Node]:
            _, _, _, head, bodies, _ = item["c"]
            heads = len(head[1])
            rows = [*head[1], *(row for part in bodies for row in part[3])]
            texts = [[ast.plain(cell[4]) for cell in row[1]] for row in rows]
            _, caption, columns, head, bodies, foot = inner(item["c"])
            rows = [*head[1], *(row for part in bodies for row in part[3])]
            css = [*self._sides(columns), *tables.page_size(texts)]
            fits = tables.fits_page(texts)
            for k, ((_, cells), said) in enumerate(zip(rows, texts, strict=True)):
                for cell, text in zip(cells, said, strict=True):
                    if k >= heads:
                        kind = tables.cell_class(text, fits)
                        cell[0] = ast.attr("", kind)
                        cell[4] = ast.rewrite(
                            cell[4], _breakable if "interval" in kind else _before_interval
                        )
                    elif not text.strip():  # a heading says something to everybody
                        spoken = f'<span class="sr-only">{self.words["row"]}</span>'
                        cell[4] = [ast.node("Plain", [ast.raw_inline("html", spoken)])]
            content = [ast.attr("", css), caption, columns, head, bodies, foot]
            return [
                ast.raw("html", '<div class="table-wrap" role="group" tabindex="0">'),
                ast.node("Table", content),
                ast.raw("html", "</div>"),
            ]

        def header(item: Node) -> list[Node]:
            level, (identifier, classes, values), inlines = item["c"]
            number = next((v for k, v in values if k == "number"), "")
            shown = inner(inlines)
            if number:
                span = f'<span class="header-section-number">{number}</span> '
                shown = [ast.raw_inline("html", span), *shown]
            if identifier:
                anchor = (
                    f'<a class="anchor" href="#{esc(identifier)}" '
                    f'aria-label="{esc(self.words["anchor"])}">#</a>'
                )
                shown = [*shown, ast.raw_inline("html", anchor)]
            return [ast.node("Header", [level, [identifier, classes, []], shown])]

        def code(item: Node) -> list[Node]:
            (identifier, classes, values), text = item["c"]
            fold = next((v for k, v in values if k == "code-fold"), "")
            folds = fold in ("true", "show") or (self.book.code_fold and fold != "false")
            if "cell-code" not in classes or not folds:
                reached = [*values, ["tabindex", "0"]]  # code scrolls by the keyboard
                return [ast.node("CodeBlock", [[identifier, classes, reached], text])]
            is_open = " open" if fold == "show" else ""
            summary = f'<details class="code-fold"{is_open}><summary>{self.words["code"]}</summary>'
            kept = [identifier, [c for c in classes if c != "cell-code"], [["tabindex", "0"]]]
            return [
                ast.raw("html", summary),
                ast.node("CodeBlock", [kept, text]),
                ast.raw("html", "</details>"),
            ]

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind == "Div":
                classes = content[0][1]
                if "x-float" in classes:
                    return floating(item)
                if "x-callout" in classes:
                    return callout(item)
                if "x-only" in classes:
                    shown = "html" in ast.get(content[0], "formats").split()
                    return list(inner(content[1])) if shown else []
                if "x-prose" in classes:
                    return list(inner(content[1]))
                if "x-pagebreak" in classes:
                    return [ast.raw("html", '<div class="pagebreak"></div>')]
                if "notebook-code" in classes:
                    start = f'<details class="code-fold"><summary>{self.words["code"]}</summary>'
                    return [
                        ast.raw("html", start),
                        *inner(content[1]),
                        ast.raw("html", "</details>"),
                    ]
            if kind == "Span":
                classes = content[0][1]
                if "x-only" in classes:
                    shown = "html" in ast.get(content[0], "formats").split()
                    return list(inner(content[1])) if shown else []
                if "x-ref" in classes:
                    address = target_href(ast.get(content[0], "target"))
                    return [
                        ast.node("Link", [ast.attr("", ["quarto-xref"]), content[1], [address, ""]])
                    ]
                if "x-num" in classes:
                    before, after = self._number(href, ast.get(content[0], "key"), "\n").split("\n")
                    return [
                        ast.raw_inline("html", before), *content[1], ast.raw_inline("html", after)
                    ]  # fmt: skip
                if "x-dossier" in classes or "x-result" in classes:
                    case, _, analysis = ast.get(content[0], "of").partition("/")
                    at = self.book.result_file if "x-result" in classes else self.book.dossier_page
                    address = relative_href(href, at(case, analysis))
                    return [ast.node("Link", [ast.attr(), inner(content[1]), [address, ""]])]
                if "x-eq" in classes:
                    number = ast.get(content[0], "number")
                    return [
                        ast.raw_inline(
                            "html", f'<span class="equation" id="{content[0][0]}" tabindex="0">'
                        ),
                        *content[1],
                        ast.raw_inline("html", f'<span class="eq-number">({number})</span></span>'),
                    ]
            if kind == "Table":
                return table(item)
            if kind == "Header":
                return header(item)
            if kind == "CodeBlock":
                return code(item)
            if kind == "Image":
                target = content[2][0].removeprefix("asset:")
                identifier, classes, values = content[0]
                values = [*values, ["loading", "lazy"]]
                address = asset(target)
                image = [[identifier, classes, values], content[1], [address, content[2][1]]]
                if pictures.NARROW not in self.document.assets[target]:
                    return [ast.node("Image", image)]
                small = esc(address.removesuffix(".svg") + pictures.NARROW)
                start = f'<picture><source media="{PHONE}" srcset="{small}">'
                return [
                    ast.raw_inline("html", start),
                    ast.node("Image", image),
                    ast.raw_inline("html", "</picture>"),
                ]
            if kind == "Link":
                return [ast.node("Link", self._link(chapter, inner(content)))]
            return None

        blocks: list[Node] = ast.rewrite(chapter.blocks, visit)
        return blocks

    def _number(self, href: str, key: str, text: str) -> str:
        """The link of a number to its finding; its text is HTML."""
        case, analysis, field = key.split("/", 2)
        finding = re.split(r"\W", field)[0]
        target = self.book.dossier_page(case, analysis, finding)
        address = "" if target == href else relative_href(href, target)
        address += f"#f-{finding}"
        return f'<a href="{esc(address)}" data-key="{esc(field)}">{text}</a>'

    def _numbers(self, href: str, body: str) -> str:
        """A written page with its numbers linked; what the keys of a table's row begin with stands
        once, at the row."""

        def row(found: re.Match[str]) -> str:
            begin = _beginning([key.split("/", 2)[2] for key in hidden.keys(found[0])])
            if not begin:
                return found[0]
            cells = hidden.shown(found[0], partial(self._number, href))
            cells = cells.replace(f'data-key="{esc(begin)}', 'data-key="')
            return cells.replace("<tr", f'<tr data-of="{esc(begin)}"', 1)

        return hidden.shown(_ROW.sub(row, body), partial(self._number, href))

    def _sides(self, columns: list[Any]) -> list[str]:
        """Classes of a table for the columns that are not set to the left, in place of a style in
        every cell (``r2``: the second to the right); takes what they say out of `columns`."""
        sides = []
        for number, spec in enumerate(columns, 1):
            side = {"AlignRight": "r", "AlignCenter": "c"}.get(spec[0]["t"])
            if side and number > SIDED:
                continue
            spec[0] = {"t": "AlignDefault"}
            sides += [f"{side}{number}"] if side else []
        return sides

    def _captioned(self, blocks: list[Node], label: str) -> list[Node]:
        out: list[Node] = []
        for index, block in enumerate(blocks):
            inlines = block["c"] if block["t"] in ("Para", "Plain") else [ast.text(" ")]
            start = [ast.raw_inline("html", label)] if index == 0 and label else []
            out.append(ast.node("Plain", [*start, *inlines]))
        return out

    def _alt(self, item: Node, alt: str) -> list[Node] | None:
        if item["t"] != "Image":
            return None
        return [ast.node("Image", [item["c"][0], [ast.text(alt)], item["c"][2]])]

    def _source(self, href: str, notebook: str, identifier: str) -> str:
        case, analysis = source_of(notebook)
        name = identifier.partition(f"-{case}-{analysis}-")[2]
        address = f"{self.book.dossier_page(case, analysis, name)}#{identifier}"
        if case == self.book.dossier:  # here it stands: what it was made of
            address = self.book.result_file(case, analysis)
        address = relative_href(href, address)
        return (
            f'<p class="source">{self.words["source"]}{self.words["colon"]}'
            f'<a href="{esc(address)}">{esc(analysis)} · {esc(case)}</a></p>'
        )

    def _link(self, chapter: Chapter, content: list[Any]) -> list[Any]:
        attributes, inlines, (target, title) = content
        href = chapter.page.href
        references = self.document.references
        if target.startswith("page:"):
            path, _, fragment = target[5:].partition("#")
            page = next(c for c in self.document.chapters if c.page.source == path)
            if fragment == page.identifier:
                fragment = "book-title" if page is chapter else ""
            address = "" if page is chapter else relative_href(href, page.page.href)
            target = address + (f"#{fragment}" if fragment else "") or "#book-title"
        elif target.startswith("file:"):
            path, _, fragment = target[5:].partition("#")
            target = relative_href(href, path) + (f"#{fragment}" if fragment else "")
        elif target.startswith("#ref-") and references and references is not chapter:
            page_href = references.page.href
            if work := self._works.get(target[1:]):  # said beside the citation
                identifier, classes, values = attributes
                attributes = [identifier, classes, [*values, ["data-preview", work]]]
            target = relative_href(href, page_href) + target
        return [attributes, inlines, [target, title]]

    # -- pages -----------------------------------------------------------------------------

    def write(self, out: Path) -> list[Path]:
        """Write all pages and what they need; returns the pages, the first page first."""
        chapters = self.document.chapters
        written = self._written()
        titles = [re.sub(r"<a\b[^>]*>|</a>", "", title) for _, title, _ in written]
        template = Template((TEMPLATES / "page.html").read_text(encoding="utf-8"))
        pages: dict[str, str] = {}
        for index, (body, _, _) in enumerate(written):
            pages[chapters[index].page.href] = self._page(index, body, titles, template)
        paths = []
        for name, content in pages.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
            paths.append(path)
        self._assets(out, pages, [entry for *_, entries in written for entry in entries])
        return paths

    @cached_property
    def _works(self) -> dict[str, str]:
        """Each entry of the list of references by its identifier, as plain text."""
        found: dict[str, str] = {}

        def visit(item: Node) -> list[Node] | None:
            if item["t"] == "Div" and "csl-entry" in item["c"][0][1]:
                found[item["c"][0][0]] = " ".join(ast.plain(item["c"][1]).split())
            return None

        if self.document.references is not None:
            ast.walk(self.document.references.blocks, visit)
        return found

    def _written(self) -> list[tuple[str, str, list[list[str]]]]:
        """Each chapter's text and title as HTML, and what the search finds of it."""
        store = self.document.store
        assets = {name: sorted(images) for name, images in self.document.assets.items()}
        works = digest([digest(file.read_bytes()) for file in self.book.bibliography])
        known: dict[str, str] = {}
        new: list[Chapter] = []
        for chapter in self.document.chapters:
            book = self.book
            places = [book.dossiers, book.dossier, *book.translated, book.further]
            key = store.key("html", chapter.key, assets, places, book.code_fold, works)
            known[chapter.page.source] = key
            if store.get(key) is None:
                new.append(chapter)
        jobs: list[pandoc.Job] = []
        for chapter in new:
            blocks = self.convert(chapter)
            listed = citations.references(blocks)
            if listed and chapter is not self.document.references:
                heading = f'<h2 class="unnumbered">{self.words["references"]}</h2>'
                blocks.insert(-1, ast.raw("html", heading))
            where = chapter.page.source
            jobs.append({"op": "write", "ast": ast.dump(blocks), "format": "html5", "where": where})
            title = [ast.node("Plain", chapter.title)]
            jobs.append({"op": "write", "ast": ast.dump(title), "format": "html5", "where": where})
        made = pandoc.run(jobs)
        for position, chapter in enumerate(new):
            written, heading = made[2 * position : 2 * position + 2]
            linked = self._numbers(chapter.page.href, _NEEDLESS.sub("", written))
            parts = [linked, heading, self._entries(chapter)]
            store.put(known[chapter.page.source], json.dumps(parts, ensure_ascii=False))
        return [json.loads(store.get(key) or "") for key in known.values()]

    def _name(self, chapter: Chapter, title: str, long: bool = False) -> str:
        number = chapter.number
        if long and chapter.page.appendix and number:
            name = f"{self.words['appendix']} {number}{self.words['appendix-end']}"
            return f'{name}<span class="chapter-title">{title}</span>'
        if not number:
            return f'<span class="chapter-title">{title}</span>'
        return (
            f'<span class="chapter-number">{number}</span>\u00a0 '
            f'<span class="chapter-title">{title}</span>'
        )

    def _sidebar(self, current: Chapter, titles: list[str]) -> str:
        out: list[str] = ["<ul>"]
        group = ""
        for chapter, title in zip(self.document.chapters, titles, strict=True):
            own = chapter.page.part or (self.words["appendices"] if chapter.page.appendix else "")
            if own != group:
                if group:
                    out.append("</ul></li>")
                if own:
                    out.append(f'<li class="part"><span class="part-title">{esc(own)}</span><ul>')
                group = own
            here = ' aria-current="page"' if chapter is current else ""
            address = relative_href(current.page.href, chapter.page.href)
            out.append(f'<li><a href="{address}"{here}>{self._name(chapter, title)}</a></li>')
        out.append("</ul></li></ul>" if group else "</ul>")
        return "".join(out)

    def _contents(self, body: str) -> str:
        found = re.findall(
            r'<h([23])(?=[^>]*\bid="([^"]+)")[^>]*>(.*?)</h\1>', body, flags=re.DOTALL
        )
        if not found:
            return ""
        items = []
        for level, identifier, content in found:
            content = re.sub(r'<a class="anchor".*?</a>', "", content)
            content = re.sub(r"</?a\b[^>]*>|<sup>.*?</sup>", "", content)
            items.append(f'<li class="l{level}"><a href="#{identifier}">{content}</a></li>')
        title = esc(self.words["page-contents"])
        return (
            f'<nav id="TOC" aria-labelledby="toc-title"><h2 id="toc-title">{title}</h2>'
            f"<ul>{''.join(items)}</ul></nav>"
        )

    def _page(self, index: int, body: str, titles: list[str], template: Template) -> str:
        chapters = self.document.chapters
        chapter = chapters[index]
        href = chapter.page.href
        w = {key: esc(value) for key, value in self.words.items()}

        def step(position: int, css: str, word: str) -> str:
            if not 0 <= position < len(chapters):
                return "<span></span>"
            other = chapters[position]
            return (
                f'<a class="{css}" rel="{css}" href="{relative_href(href, other.page.href)}">'
                f"<small>{word}</small><span>{self._name(other, titles[position])}</span></a>"
            )

        plain_title = ast.plain(chapter.title)
        full = " ".join(part for part in (chapter.number, plain_title) if part)
        first = index == 0
        cover = ""
        if first:
            subtitle = esc(self.book.subtitle)
            subtitle = f'<p class="subtitle">{subtitle}</p>' if subtitle else ""
            about = " · ".join(esc(x) for x in (", ".join(self.book.authors), self.book.date) if x)
            cover = (
                f'<header class="cover"><p class="book-title">{esc(self.book.title)}</p>'
                f'{subtitle}<p class="about">{about}</p></header>'
            )
        part = chapter.page.part
        kicker = f'<p class="kicker">{esc(part)}</p>' if part else ""
        identifier = f'<span id="{esc(chapter.identifier)}"></span>' if chapter.identifier else ""
        links = [(esc(relative_href(href, f)), OTHERS[Path(f).suffix]) for f in self.others]
        others = "\n".join(f'<a class="tool" href="{at}">{name}</a>' for at, name in links)
        return template.substitute(
            lang=esc(self.book.lang),
            page_title=esc(self.book.title if first else f"{full} – {self.book.title}"),
            description=esc(self.book.description or self.book.subtitle or self.book.title),
            root=relative_href(href, "."),
            assets=relative_href(href, ASSETS),
            home=relative_href(href, chapters[0].page.href),
            book_title=esc(self.book.title),
            sidebar=self._sidebar(chapter, titles),
            contents=self._contents(body) if chapter.toc else "",
            cover=cover,
            kicker=kicker,
            anchor=identifier,
            title=self._name(chapter, titles[index], long=True),
            body=body,
            previous=step(index - 1, "prev", w["previous"]),
            next=step(index + 1, "next", w["next"]),
            footer=f"<p>{esc(self.document.footer)}</p>" if self.document.footer else "",
            made=f"{w['made']}{w['colon']}{esc(self.made_by)}",
            others=others,
            other=self._other(href),
            w_search=w["search"], w_menu=w["menu"], w_theme=w["theme"], w_skip=w["skip"],
            w_none=w["no-results"], w_top=w["top"], w_pages=w["page-navigation"],
        )  # fmt: skip

    def _other(self, href: str) -> str:
        """The link to the same page of the other edition."""
        language, at = self.book.other_edition
        if not language:
            return ""
        address = esc(relative_href(href, f"{at}/{href}"))
        name = EDITIONS[language]
        return (
            f'<a class="tool" lang="{language}" hreflang="{language}" href="{address}">{name}</a>'
        )

    # -- files beside the pages ------------------------------------------------------------

    def _assets(self, out: Path, pages: dict[str, str], entries: list[list[str]]) -> None:
        folder = out / ASSETS
        folder.mkdir(parents=True, exist_ok=True)
        index = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
        packed = base64.b64encode(gzip.compress(index.encode("utf-8"), mtime=0)).decode("ascii")
        everything = "".join(pages.values()) + index
        css = (TEMPLATES / "book.css").read_text(encoding="utf-8") + _columns()
        store = self.document.store
        face = fonts.cjk_face(everything, folder, store)
        (folder / "book.css").write_text(face + css, encoding="utf-8")
        for script in ("book.js", "numbers.js", "previews.js"):
            shutil.copyfile(TEMPLATES / script, folder / script)
        (folder / "search.js").write_text(f'window.BOOK_PACKED="{packed}";\n', encoding="utf-8")

        for asset, images in self.document.assets.items():
            suffix = ".svg" if ".svg" in images else sorted(images)[0]
            for one in {suffix, pictures.NARROW} & set(images):
                target = out / (asset + one)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(images[one])
        names = set(self.document.files)
        for pattern in self.book.resources:
            for path in self.book.root.glob(pattern.removeprefix("/")):
                inside = path.relative_to(self.book.root)
                hidden = any(part.startswith((".", "_")) for part in inside.parts)
                if path.is_file() and not hidden:
                    names.add(inside.as_posix())
        for file in sorted(names):
            target = out / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.book.root / file, target)

    def _entries(self, chapter: Chapter) -> list[list[str]]:
        """What the search finds of a chapter: address, title, heading and text of each section."""
        href = chapter.page.href
        title = " ".join(p for p in (chapter.number, ast.plain(chapter.title)) if p)
        entries = [[href, title, "", ""]]

        def add(blocks: list[Node]) -> None:
            for block in blocks:
                if block["t"] == "Header" and block["c"][1][0]:
                    number = ast.get(block["c"][1], "number")
                    name = " ".join(p for p in (number, ast.plain(block["c"][2])) if p)
                    entries.append([f"{href}#{block['c'][1][0]}", title, name, ""])
                elif block["t"] == "Div" and "x-only" in block["c"][0][1]:
                    if "html" in ast.get(block["c"][0], "formats").split():
                        add(block["c"][1])
                elif block["t"] == "Div":
                    add(block["c"][1])
                else:
                    entries[-1][3] = f"{entries[-1][3]} {_sought(block)}".strip()

        add(chapter.blocks)
        return entries


def _beginning(fields: list[str]) -> str:
    """What several keys begin with: whole names and places of it."""
    first, last = (min(fields), max(fields)) if len(fields) > 1 else ("", "")
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    begin = "".join(letter for letter, _ in same)
    while begin and not all(field[len(begin) :].startswith((".", "[")) for field in fields):
        begin = re.sub(r"[.\[]?[^.\[]*$", "", begin)
    return begin


def _sought(block: Node) -> str:
    """The text of a block for the search: of a table its words, and no formula of a line's own."""
    kept = ast.rewrite([block], lambda item: [] if _own_line(item) else None)
    words = ast.plain(kept)
    if block["t"] != "Table":
        return words
    return " ".join(word for word in words.split() if any(map(str.isalpha, word)))


def _own_line(item: Node) -> bool:
    return bool(item["t"] == "Math" and item["c"][0]["t"] == "DisplayMath")


def _breakable(item: Node) -> list[Node] | None:
    """Words that may be parted: the style sheet says where they are."""
    return [ast.text(item["c"].replace("\u00a0", " "))] if item["t"] == "Str" else None


def _columns() -> str:
    """Rules for the columns of tables that are set to the right or to the middle."""
    rules = []
    for side, word in (("r", "right"), ("c", "center")):
        cells = ", ".join(f".{side}{n} tr > :nth-child({n})" for n in range(1, SIDED + 1))
        rules.append(f"{cells} {{ text-align: {word}; }}\n")
    return "".join(rules)


def _before_interval(item: Node) -> list[Node] | None:
    """An estimate and its interval may part, so that a phone's columns are narrow."""
    parted = item["c"].replace("\u00a0[", " [") if item["t"] == "Str" else ""
    return [ast.text(parted)] if parted and parted != item["c"] else None
