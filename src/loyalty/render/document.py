"""The book as one checked tree: numbers given, references resolved, outputs put in.

The pages' blocks are Pandoc's, with these marked nodes that each format writes in its way:

- ``Div .x-float`` (id; kind fig|tbl, number, alt, notebook, label) of ``.x-caption``, ``.x-body``
- ``Div .x-callout`` (kind, collapse) of ``.x-title``, ``.x-body``
- ``Span .x-eq`` (id; number) around a formula, ``Span .x-ref`` (target, kind) around its text
- ``Span .x-num`` (key) around a number of a finding, most in short (:mod:`.hidden`); ``Span
  .x-dossier`` (of) around a link to the pages of a case: ``case`` or ``case/analysis``, ``Span
  .x-result`` to its result file
- ``Div .x-pagebreak``; ``Image`` with the target ``asset:NAME``
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from . import ast, chinese, hidden, pandoc, pictures
from .ast import Node
from .errors import Fault, RenderError
from .labels import numbered, words
from .notebook import Cell, Notebooks
from .project import Book, Page
from .source import CALLOUTS, PageText, Reader, normal, relative
from .store import Store, digest

KINDS = ("fig", "tbl", "eq", "sec")
REFERENCE = re.compile(rf"^({'|'.join(KINDS)})-")
# Markup that the reader did not understand and that would reach the page as text.
LEFT_OVER = re.compile(r"(?:\{[#.][A-Za-z]|\[\^[^\]]+\])[\w-]*")
SAFE_LINK = re.compile(r"^(https?://|mailto:|#)", re.IGNORECASE)
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
KEPT_ATTRIBUTES = {"width", "height", "key", "of"}
KEY = re.compile(r"[^/\s]+/\w+/.+")


@dataclass(frozen=True)
class Target:
    """Something a reference can point at."""

    kind: str  # fig, tbl, eq, sec, chapter, appendix
    number: str
    page: Page


@dataclass
class Chapter:
    """One page of the book after all checks."""

    page: Page
    title: list[Node]
    identifier: str
    number: str  # "3", "A", or empty
    toc: bool
    classes: tuple[str, ...] = ()
    key: str = ""  # digest of all that the blocks depend on
    load: Callable[[], list[Node]] = list
    citing: list[tuple[int, Node]] = field(default_factory=list)  # blocks with citations

    @cached_property
    def blocks(self) -> list[Node]:
        return self.load()

    @cached_property
    def unlinked(self) -> list[Node]:
        """The blocks for what has no links to findings."""
        blocks: list[Node] = hidden.without(self.blocks)
        return blocks

    @property
    def name(self) -> str:
        """Short name of the page, for identifiers: ``reports-methods``."""
        return re.sub(r"[^\w-]+", "-", self.page.source.removesuffix(".qmd"))


@dataclass
class Document:
    book: Book
    chapters: list[Chapter]
    targets: dict[str, Target]
    assets: dict[str, dict[str, bytes]]
    files: set[str]  # files of the project that pages link to
    citations: bool
    references: Chapter | None  # the page with ::: {#refs}
    footer: str  # plain text
    store: Store


def _cites(block: Node) -> bool:
    """Whether a block holds what citeproc changes: a citation, the place of the references."""
    found: list[Node] = []

    def visit(item: Node) -> list[Node] | None:
        if item["t"] == "Cite" or (item["t"] == "Div" and item["c"][0][0] == "refs"):
            found.append(item)
        return [] if found else None

    ast.walk([block], visit)
    return bool(found)


def _simple(cell: Cell) -> str:
    return cell.markdown.replace("\r\n", "\n") + "\n"


class Builder:
    """Builds the document; collects every fault.

    What a chapter becomes is kept in the store with its facts: whatever of it other chapters, and
    the files of the project, have to do with. A chapter with a fault is never kept.
    """

    def __init__(self, book: Book, store: Store | None = None) -> None:
        self.book = book
        self.store = store or Store()
        self.facts: dict[str, Any] = {}
        self.words = words(book.lang)
        self.faults: list[str] = []
        self.targets: dict[str, Target] = {}
        self.places: dict[str, str] = {}
        self.identifiers: dict[str, set[str]] = {}
        self.assets: dict[str, dict[str, bytes]] = {}
        self.files: set[str] = set()
        self.cited = False
        self.known_keys: set[str] = set()
        self.cells: dict[tuple[str, str], Cell] = {}
        self.trees: dict[tuple[str, str], list[str]] = {}  # a cell's body and caption
        self.keys: list[list[str]] = []  # what the numbers of each text lead to
        self.callout_titles: dict[str, list[Node]] = {}

    def build(self) -> Document:
        """Read everything, number it, resolve references."""
        reader = Reader(self.book)
        texts = [reader.read(page) for page in self.book.pages]
        footer = reader.variables(self.book.footer, "_quarto.yml")
        self.faults += reader.faults
        for text in texts:
            if text.meta.get("title"):
                text.lines[:0] = [f"# {text.meta['title']}", ""]
                text.places[:0] = [f"{text.page.source}:1"] * 2

        cells, jobs = self._cells(texts)
        self.cells = cells
        for text in texts:
            written, keys = hidden.hidden(text.text)
            self.keys.append(keys)
            jobs.append(
                {
                    "op": "read",
                    "text": written,
                    "format": pandoc.AUTHORED_MARKDOWN,
                    "where": text.page.source,
                }
            )
        for file in self.book.bibliography:
            jobs.append(
                {
                    "op": "read",
                    "text": file.read_text(encoding="utf-8"),
                    "format": "bibtex" if file.suffix == ".bibtex" else "biblatex",
                    "where": file.name,
                }
            )
        try:
            trees = pandoc.run(jobs, store=self.store)
        except RenderError as fault:
            raise RenderError([*self.faults, *fault.lines]) from None
        for position, keys in enumerate(self.keys):
            trees[position] = hidden.told(trees[position], keys)
        self.trees = {key: trees[2 * i : 2 * i + 2] for i, key in enumerate(cells)}
        self._bibliography(trees[2 * len(cells) + len(texts) :])

        pages = [ast.load(tree) for tree in trees[2 * len(cells) :][: len(texts)]]
        self._titles(pages)

        chapters: list[Chapter] = []
        counters = {False: 0, True: 0}
        for position, text in enumerate(texts):
            chapters.append(self._chapter(text, pages[position], counters))
        names = digest(
            [[asdict(c.page), c.identifier, c.number, list(c.classes)] for c in chapters],
            {name: sorted(found) for name, found in self.identifiers.items()},
            {name: asdict(target) for name, target in self.targets.items()},
            sorted(self.known_keys),
        )
        for chapter, text in zip(chapters, texts, strict=True):
            self._settle(chapter, text, names)
        if self.faults:
            raise RenderError(self.faults)
        references = next((c for c in chapters if "refs" in self.identifiers[c.page.source]), None)
        return Document(
            self.book, chapters, self.targets, self.assets, self.files, self.cited, references,
            footer, self.store,
        )  # fmt: skip

    # -- reading ---------------------------------------------------------------------------

    def _cells(self, texts: list[PageText]) -> tuple[dict[tuple[str, str], Cell], list[pandoc.Job]]:
        notebooks = Notebooks(self.book.root)
        cells: dict[tuple[str, str], Cell] = {}
        jobs: list[pandoc.Job] = []
        for text in texts:
            for embed in text.embeds:
                key = (embed.notebook, embed.label)
                if key in cells:
                    if not embed.label.startswith("txt-"):
                        self.faults.append(
                            Fault(
                                "{where}: {label} is embedded twice",
                                where=embed.where,
                                label=embed.label,
                            )
                        )
                    continue
                try:
                    cell = notebooks.cell(*key)
                except RenderError as fault:
                    self.faults += [
                        Fault("{where}: {line}", where=embed.where, line=line)
                        for line in fault.lines
                    ]
                    continue
                cells[key] = cell
                where = f"{embed.notebook}#{embed.label}"
                for markdown in (_simple(cell), cell.caption):
                    written, keys = hidden.hidden(markdown)
                    self.keys.append(keys)
                    jobs.append(
                        {
                            "op": "read",
                            "text": written,
                            "format": pandoc.SAFE_MARKDOWN,
                            "where": where,
                        }
                    )
        return cells, jobs

    def _bibliography(self, trees: list[str]) -> None:
        for tree in trees:
            meta = json.loads(tree)["meta"]
            for entry in meta.get("references", {}).get("c", []):
                key = entry["c"]["id"]["c"]
                self.known_keys.add(key if isinstance(key, str) else ast.plain(key))

    def _titles(self, pages: list[list[Node]]) -> None:
        """Titles of callouts given as attributes are Markdown too."""
        found: dict[str, None] = {}

        def visit(item: Node) -> list[Node] | None:
            if item["t"] == "Div" and any(c.startswith("callout-") for c in item["c"][0][1]):
                title = ast.get(item["c"][0], "title")
                if title:
                    found[title] = None
            return None

        for page in pages:
            ast.walk(page, visit)
        jobs = [
            {"op": "read", "text": title, "format": pandoc.AUTHORED_MARKDOWN} for title in found
        ]
        for title, tree in zip(found, pandoc.run(jobs, 1, self.store), strict=True):
            blocks = ast.load(tree)
            self.callout_titles[title] = (
                blocks[0]["c"] if blocks and blocks[0]["t"] == "Para" else [ast.text(title)]
            )

    def _sanitize(self, blocks: list[Node], where: str) -> list[Node]:
        """Notebook output: attributes that could act are dropped, links checked, no images."""

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind in ("RawBlock", "RawInline"):
                self.faults.append(Fault("{where}: raw markup in a notebook's output", where=where))
                return []
            if kind == "Image":
                self.faults.append(Fault("{where}: an image inside markdown output", where=where))
                return []
            if kind == "Link" and not SAFE_LINK.match(content[2][0]):
                self.faults.append(
                    Fault(
                        "{where}: link to {target!r} in a notebook's output",
                        where=where,
                        target=content[2][0],
                    )
                )
                return []
            if kind in ("Span", "Link", "Header", "Code", "CodeBlock", "Table"):
                position = 1 if kind == "Header" else 0
                identifier, classes, values = content[position]
                kept = [pair for pair in values if pair[0] in KEPT_ATTRIBUTES]
                safe = [name for name in classes if not name.startswith("x-")]
                content[position] = [identifier if kind == "Header" else "", safe, kept]
            return None

        clean: list[Node] = ast.rewrite(blocks, visit)
        return clean

    # -- numbering -------------------------------------------------------------------------

    def _declare(self, identifier: str, target: Target, place: str) -> None:
        if identifier in self.targets:
            first = self.places[identifier]
            self.faults.append(
                Fault(
                    "{where}: label {identifier} is used already at {first}",
                    where=place,
                    identifier=identifier,
                    first=first,
                )
            )
        self.targets[identifier] = target
        self.places[identifier] = place

    def _chapter(
        self,
        text: PageText,
        tree: list[Node],
        counters: dict[bool, int],
    ) -> Chapter:
        page = text.page
        first = tree[0] if tree and tree[0]["t"] == "Header" and tree[0]["c"][0] == 1 else None
        if first is None:
            self.faults.append(
                Fault("{page}:1: the page has no title (`# Title` at its top)", page=page.source)
            )
            first = ast.node("Header", [1, ast.attr(), [ast.text(page.source)]])
        else:
            tree = tree[1:]
        _, (identifier, classes, _), title = first["c"]
        chapter = Chapter(page, title, identifier, "", text.meta.get("toc", True) is not False)
        chapter.classes = tuple(classes)
        label = ""
        if "unnumbered" not in classes:
            counters[page.appendix] += 1
            count = counters[page.appendix]
            label = chr(64 + count) if page.appendix else str(count)
        if self.book.number_sections and text.meta.get("number-sections", True) is not False:
            chapter.number = label
        self.identifiers[page.source] = {identifier} if identifier else set()
        if identifier.startswith("sec-"):
            kind = "appendix" if page.appendix else "chapter"
            self._declare(identifier, Target(kind, chapter.number, page), f"{page.source}:1")
        found = [(e, self.cells.get((e.notebook, e.label))) for e in text.embeds]
        shown = [
            [asdict(e), *self.trees[e.notebook, e.label], cell.alt, cell.colwidths]
            + [[suffix, digest(image)] for suffix, image in cell.images.items()]
            for e, cell in found
            if cell
        ]
        chapter.key = self.store.key(
            "numbered", text.lines, text.places, shown, asdict(page), label, chapter.number,
            self.book.lang,
        )  # fmt: skip
        facts, chapter.load = self._kept(chapter.key) or self._made(
            chapter.key, lambda: self._number(text, tree, label, chapter.number)
        )
        for name, kind, number, where in facts["targets"]:
            self._declare(name, Target(kind, number, page), where)
        for position in facts["embeds"]:
            embed = text.embeds[position]
            self.assets[f"reports/figures/{embed.label}"] = self.cells[
                embed.notebook, embed.label
            ].images
        for name in facts["images"]:
            path = Path(name)
            images = self.assets.setdefault(path.with_suffix("").as_posix(), {})
            images[path.suffix.lower()] = (self.book.root / path).read_bytes()
        self.identifiers[page.source] |= set(facts["ids"])
        return chapter

    def _kept(self, key: str) -> tuple[dict[str, Any], Callable[[], list[Node]]] | None:
        """Facts and blocks of a chapter as the store has them; None where files are others now."""
        head, _, blocks = (self.store.get(key) or "").partition("\n")
        facts: dict[str, Any] = json.loads(head or "null")
        if not facts or any(self._file(n) != seen for n, seen in facts["images"].items()):
            return None
        if not all((self.book.root / name).is_file() for name in facts["files"]):
            return None
        return facts, lambda: list(json.loads(blocks))

    def _made(
        self, key: str, make: Callable[[], list[Node]]
    ) -> tuple[dict[str, Any], Callable[[], list[Node]]]:
        """Facts and blocks of a chapter, made anew and kept."""
        self.facts = {"targets": [], "embeds": [], "images": {}, "files": []}
        blocks = make()
        self.store.put(key, f"{json.dumps(self.facts)}\n{json.dumps(blocks)}")
        return self.facts, lambda: blocks

    def _file(self, name: str) -> str:
        """Digest of a file of the project; empty where there is none."""
        path = self.book.root / name
        return digest(path.read_bytes()) if path.is_file() else ""

    def _number(
        self, text: PageText, tree: list[Node], label: str, chapter_number: str
    ) -> list[Node]:
        """A page's blocks with outputs put in and everything numbered."""
        page = text.page
        counts = dict.fromkeys(KINDS, 0)
        levels: list[int] = []

        def next_number(kind: str) -> str:
            counts[kind] += 1
            return f"{label}.{counts[kind]}" if label else str(counts[kind])

        def place(identifier: str) -> str:
            return text.find(rf"#{re.escape(identifier)}(?![\w-])") or page.source

        def declare(identifier: str, kind: str, where: str = "") -> str:
            number = next_number(kind)
            self.facts["targets"].append([identifier, kind, number, where or place(identifier)])
            return number

        def header(item: Node) -> list[Node]:
            level, (identifier, classes, values), inlines = item["c"]
            if level == 1:
                self.faults.append(
                    Fault(
                        "{where}: a second first-level heading: {heading}",
                        where=place(identifier),
                        heading=ast.plain(inlines),
                    )
                )
                return []
            number = ""
            if chapter_number and "unnumbered" not in classes:
                depth = level - 1
                del levels[depth:]
                levels.extend([0] * (depth - len(levels)))
                levels[depth - 1] += 1
                number = ".".join([chapter_number, *map(str, levels)])
                values = [*values, ["number", number]]
            if identifier.startswith("sec-"):
                self.facts["targets"].append([identifier, "sec", number, place(identifier)])
            inner = ast.rewrite(inlines, visit)
            return [ast.node("Header", [level, [identifier, classes, values], inner])]

        def figure(item: Node) -> list[Node]:
            (identifier, _, _), (_, caption), body = item["c"]
            images: list[Node] = []

            def collect(inner: Node) -> list[Node] | None:
                if inner["t"] == "Image":
                    images.append(inner)
                return None

            ast.walk(body, collect)
            alt = ast.get(images[0]["c"][0], "fig-alt") if images else ""
            alt = alt or ast.plain(caption)
            number = declare(identifier, "fig") if identifier.startswith("fig-") else ""
            return [
                self._float(
                    identifier, "fig", number, alt, "", ast.rewrite(caption, visit),
                    ast.rewrite(body, visit),
                )
            ]  # fmt: skip

        def table(item: Node) -> list[Node]:
            (identifier, _, _), (_, caption), *_ = item["c"]
            bare = ast.rewrite(self._bare_table(item, ()), visit)
            if not caption:
                return [bare]
            number = declare(identifier, "tbl") if identifier.startswith("tbl-") else ""
            return [
                self._float(identifier, "tbl", number, "", "", ast.rewrite(caption, visit), [bare])
            ]

        def embed(item: Node) -> list[Node]:
            position = int(ast.get(item["c"][0], "key"))
            found = text.embeds[position]
            key = (found.notebook, found.label)
            if key not in self.trees:
                return []
            cell = self.cells[key]
            body, caption = (self._sanitize(ast.load(t), "#".join(key)) for t in self.trees[key])
            kind = found.label.split("-")[0]
            # tables inside get no numbers of their own: the cell is what is labelled
            inner = ast.rewrite(body, lambda n: self._inner(n, cell, visit))
            if kind not in ("fig", "tbl"):
                return [ast.node("Div", [ast.attr("", ["x-prose"]), inner])]
            number = declare(found.label, kind, found.where)
            if pictures.active(cell.images):
                self.faults.append(
                    Fault("{where}: the SVG holds a script or an address", where=found.where)
                )
            if cell.images:
                asset = f"reports/figures/{found.label}"
                self.facts["embeds"].append(position)
                inner = [
                    ast.node("Plain", [ast.node("Image", [ast.attr(), [], [f"asset:{asset}", ""]])])
                ]
            source = found.notebook.removesuffix(".ipynb")
            alt = cell.alt or ast.plain(caption)
            made = self._float(found.label, kind, number, alt, source, caption, inner)
            return [made]

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind == "Header":
                return header(item)
            if kind == "Figure":
                return figure(item)
            if kind == "Table":
                return table(item)
            if kind == "Div":
                classes = content[0][1]
                if "x-embed" in classes:
                    return embed(item)
                if {"content-visible", "content-hidden"} & set(classes):
                    return self._conditional(item, visit)
                for callout in CALLOUTS:
                    if f"callout-{callout}" in classes:
                        return [self._callout(item, callout, visit)]
            if kind == "Span" and {"content-visible", "content-hidden"} & set(content[0][1]):
                return self._conditional(item, visit)
            left = LEFT_OVER.search(content) if kind == "Str" else None
            # what the page has only with backslashes is a label's own words
            if left and (where := text.find(re.escape(left[0]) + r"(?![\w-])")):
                self.faults.append(
                    Fault(
                        "{where}: `{content}` would be printed as it stands",
                        where=where,
                        content=content,
                    )
                )
            if kind in ("Para", "Plain"):
                return [ast.node(kind, ast.rewrite(self._equations(content, declare), visit))]
            if kind == "Image":
                return [self._image(item, page, text)]
            return None

        numbered: list[Node] = ast.rewrite(tree, visit)
        self.facts["ids"] = self._ids(numbered)
        return numbered

    def _float(
        self, identifier: str, kind: str, number: str, alt: str, notebook: str,
        caption: list[Node], body: list[Node],
    ) -> Node:  # fmt: skip
        values = [("number", number), ("alt", alt), ("notebook", notebook)]
        return ast.node(
            "Div",
            [
                ast.attr(identifier, ["x-float", kind], [v for v in values if v[1]]),
                [
                    ast.node("Div", [ast.attr("", ["x-caption"]), caption]),
                    ast.node("Div", [ast.attr("", ["x-body"]), body]),
                ],
            ],
        )

    def _inner(self, item: Node, cell: Cell, visit: Any) -> list[Node] | None:
        if item["t"] == "Table":
            if item["c"][1][1]:
                self.faults.append(
                    Fault("#{label}: a table's caption belongs to the cell", label=cell.label)
                )
            return [self._bare_table(item, cell.colwidths)]
        if item["t"] == "Header":
            self.faults.append(
                Fault("#{label}: a heading inside a notebook's output", label=cell.label)
            )
            return []
        return None

    def _bare_table(self, item: Node, widths: tuple[float, ...]) -> Node:
        """The table without caption; column widths only where somebody asked for them."""
        attributes, _, columns, *rest = item["c"]
        asked = ast.get(attributes, "tbl-colwidths")
        if asked:
            widths = tuple(float(w) for w in re.findall(r"[\d.]+", asked))
        total = sum(widths) or 1.0
        specs = [
            [
                spec[0],
                {"t": "ColWidth", "c": widths[i] / total}
                if len(widths) == len(columns)
                else {"t": "ColWidthDefault"},
            ]
            for i, spec in enumerate(columns)
        ]
        return ast.node("Table", [ast.attr(), [None, []], specs, *rest])

    def _equations(self, inlines: list[Node], declare: Any) -> list[Node]:
        out: list[Node] = []
        for item in inlines:
            found = re.fullmatch(r"\{#(eq-[\w-]+)\}(.*)", item["c"]) if item["t"] == "Str" else None
            before = [node for node in out[-2:] if node["t"] not in ("Space", "SoftBreak")]
            if found and before and before[-1]["t"] == "Math":
                while out[-1]["t"] != "Math":
                    out.pop()
                number = declare(found[1], "eq")
                formula = out.pop()
                out.append(
                    ast.node(
                        "Span", [ast.attr(found[1], ["x-eq"], [("number", number)]), [formula]]
                    )
                )
                if found[2]:
                    out.append(ast.text(found[2]))
            else:
                out.append(item)
        return out

    def _callout(self, item: Node, kind: str, visit: Any) -> Node:
        attributes, blocks = item["c"]
        title = ast.get(attributes, "title")
        heading: list[Node] = self.callout_titles.get(title, []) if title else []
        if not title and blocks and blocks[0]["t"] == "Header":
            heading, blocks = blocks[0]["c"][2], blocks[1:]
        heading = heading or [ast.text(self.words[kind])]
        collapse = ast.get(attributes, "collapse")
        return ast.node(
            "Div",
            [
                ast.attr(attributes[0], ["x-callout"], [("kind", kind), ("collapse", collapse)]),
                [
                    ast.node("Div", [ast.attr("", ["x-title"]), [ast.node("Plain", heading)]]),
                    ast.node("Div", [ast.attr("", ["x-body"]), ast.rewrite(blocks, visit)]),
                ],
            ],
        )

    def _conditional(self, item: Node, visit: Any) -> list[Node]:
        (_, classes, _), content = item["c"]
        when, unless = (ast.get(item["c"][0], f"{w}-format") for w in ("when", "unless"))
        hidden = "content-hidden" in classes
        formats = [
            fmt
            for fmt in ("html", "typst", "docx")
            if (((not when or fmt == when) and (not unless or fmt != unless)) != hidden)
        ]
        attributes = ast.attr("", ["x-only"], [("formats", " ".join(formats))])
        return [ast.node(item["t"], [attributes, ast.rewrite(content, visit)])]

    def _image(self, item: Node, page: Page, text: PageText) -> Node:
        attributes, inlines, (target, title) = item["c"]
        where = text.find(re.escape(target)) or page.source
        asset = "missing"
        if SCHEME.match(target) or target.startswith("//"):
            self.faults.append(
                Fault("{where}: image {target} is not in the project", where=where, target=target)
            )
        else:
            path = normal(self.book.root, relative(Path(page.source).parent, unquote(target)))
            if path is None or not (self.book.root / path).is_file():
                self.faults.append(
                    Fault("{where}: image {target} does not exist", where=where, target=target)
                )
            elif path.suffix.lower() not in (".svg", ".png", ".jpg", ".jpeg"):
                self.faults.append(
                    Fault(
                        "{where}: image {target} is not svg, png or jpg", where=where, target=target
                    )
                )
            else:
                asset = path.with_suffix("").as_posix()
                self.facts["images"][path.as_posix()] = self._file(path.as_posix())
                content = (self.book.root / path).read_bytes()
                if pictures.active({path.suffix.lower(): content}):
                    self.faults.append(
                        Fault(
                            "{where}: {target} holds a script or an address",
                            where=where,
                            target=target,
                        )
                    )
        alt = ast.get(attributes, "fig-alt") or ast.plain(inlines)
        if not alt:
            self.faults.append(
                Fault("{where}: image {target} has no alternative text", where=where, target=target)
            )
        kept = [pair for pair in attributes[2] if pair[0] in ("width", "height")]
        return ast.node(
            "Image",
            [[attributes[0], attributes[1], kept], [ast.text(alt)], [f"asset:{asset}", title]],
        )

    # -- references ------------------------------------------------------------------------

    def _settle(self, chapter: Chapter, text: PageText, names: str) -> None:
        """Resolve a chapter's references; `names` is a digest of all that can be referred to."""
        chapter.key = self.store.key("resolved", chapter.key, names)
        facts, chapter.load = self._kept(chapter.key) or self._made(
            chapter.key, lambda: self._resolve(chapter, text)
        )
        chapter.title, chapter.citing = facts["title"], facts["citing"]
        self.cited = self.cited or facts["cited"]
        self.files |= set(facts["files"])

    def _resolve(self, chapter: Chapter, text: PageText) -> list[Node]:
        page = chapter.page
        self.facts["cited"] = False

        def where(pattern: str) -> str:
            found = text.find(pattern)
            if found:
                return found
            for embed in text.embeds:
                cell = self.cells.get((embed.notebook, embed.label))
                if cell and re.search(pattern, f"{cell.caption}\n{cell.markdown}"):
                    return f"{embed.where}: {embed.notebook}#{embed.label}"
            return page.source

        def reference(citation: dict[str, Any], alone: bool) -> list[Node]:
            identifier = citation["citationId"]
            target = self.targets.get(identifier)
            if target is None:
                at = where(rf"@{re.escape(identifier)}(?![\w-])")
                self.faults.append(
                    Fault(
                        "{where}: reference @{identifier} is not resolved",
                        where=at,
                        identifier=identifier,
                    )
                )
                return []
            if not target.number:
                at = where(rf"@{re.escape(identifier)}(?![\w-])")
                self.faults.append(
                    Fault(
                        "{where}: @{identifier} is unnumbered: write a link to it",
                        where=at,
                        identifier=identifier,
                    )
                )
                return []
            shown: list[Node] = [ast.text(target.number)]
            prefix = citation["citationPrefix"]
            if prefix:
                shown = [*prefix, ast.text("\u00a0"), *shown]
            elif citation["citationMode"]["t"] != "SuppressAuthor":
                shown = [ast.text(numbered(self.words, target.kind, target.number))]
            attributes = ast.attr("", ["x-ref"], [("target", identifier), ("kind", target.kind)])
            return [ast.node("Span", [attributes, shown]), *citation["citationSuffix"]]

        def cite(item: Node) -> list[Node] | None:
            citations = item["c"][0]
            internal = [bool(REFERENCE.match(c["citationId"])) for c in citations]
            if all(internal):
                out: list[Node] = []
                for index, citation in enumerate(citations):
                    if index:
                        out += [ast.text(","), ast.node("Space")]
                    out += reference(citation, len(citations) == 1)
                return out
            if any(internal):
                key = citations[0]["citationId"]
                self.faults.append(
                    Fault(
                        "{where}: references and citations in one bracket",
                        where=where("@" + re.escape(key)),
                    )
                )
                return []
            for citation in citations:
                key = citation["citationId"]
                if key not in self.known_keys:
                    at = where(rf"@{{?{re.escape(key)}(?![\w-])")
                    self.faults.append(
                        Fault(
                            "{where}: citation @{key} is not in the bibliography", where=at, key=key
                        )
                    )
            self.facts["cited"] = True
            return None

        in_chinese = self.book.lang.startswith("zh")

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind == "Cite":
                return cite(item)
            if kind == "Span" and "num" in content[0][1]:
                key = ast.get(content[0], "key")
                if not KEY.fullmatch(key):
                    at = where(re.escape(f'key="{key}"') if key else r"\{\.num\s*\}")
                    self.faults.append(
                        Fault('{where}: .num needs key="case/analysis/finding.field"', where=at)
                    )
                    return []
                attributes = ast.attr("", ["x-num"], [("key", key)])
                return [ast.node("Span", [attributes, ast.rewrite(content[1], visit)])]
            if kind == "Span" and {"dossier", "result"} & set(content[0][1]):
                name = "x-dossier" if "dossier" in content[0][1] else "x-result"
                attributes = ast.attr("", [name], [("of", ast.get(content[0], "of"))])
                return [ast.node("Span", [attributes, ast.rewrite(content[1], visit)])]
            if kind == "Link":
                return [self._link(item, page, where, visit)]
            if kind == "Str" and re.search(r"\w@(fig|tbl|sec|eq)-\w", content):
                found = re.search(r"@[\w-]+", content)
                name = found[0] if found else content
                self.faults.append(
                    Fault(
                        "{where}: {name} stays plain text: put a space or a bracket before it",
                        where=where(re.escape(content)),
                        name=name,
                    )
                )
            return chinese.numbers(item) if in_chinese else None

        self.facts["title"] = ast.rewrite(chapter.title, visit)
        resolved: list[Node] = ast.rewrite(chapter.load(), visit)
        if in_chinese:
            resolved = chinese.close(resolved)
        self.facts["citing"] = [pair for pair in enumerate(resolved) if _cites(pair[1])]
        return resolved

    def _link(self, item: Node, page: Page, where: Any, visit: Any) -> Node:
        attributes, inlines, (target, title) = item["c"]
        inner = ast.rewrite(inlines, visit)
        written = re.escape(f"]({target}")
        if target.startswith("#") or not (SCHEME.match(target) or target.startswith("//")):
            path_text, _, fragment = unquote(target).partition("#")
            path = (
                normal(self.book.root, relative(Path(page.source).parent, path_text))
                if path_text
                else Path(page.source)
            )
            name = path.as_posix() if path else ""
            if name in self.identifiers or any(p.source == name for p in self.book.pages):
                target = f"page:{name}#{fragment}" if fragment else f"page:{name}"
                known = self.identifiers.get(name)
                if fragment and fragment not in (known or ()):
                    at = where(written)
                    self.faults.append(
                        Fault(
                            "{where}: link to #{fragment}, which is not there",
                            where=at,
                            fragment=fragment,
                        )
                    )
            elif path is None or not (self.book.root / path).is_file():
                self.faults.append(
                    Fault(
                        "{where}: link to {target}, which does not exist",
                        where=where(written),
                        target=target,
                    )
                )
            else:
                self.facts["files"].append(name)
                target = f"file:{name}" + (f"#{fragment}" if fragment else "")
        elif re.match(r"(javascript|data|vbscript|file):", target, re.IGNORECASE):
            self.faults.append(
                Fault("{where}: link to {target!r}", where=where(written), target=target[:40])
            )
        return ast.node("Link", [attributes, inner, [target, title]])

    def _ids(self, blocks: list[Node]) -> list[str]:
        found: list[str] = []

        def visit(item: Node) -> list[Node] | None:
            kind, content = item["t"], ast.content(item)
            if kind == "Header":
                found.append(content[1][0])
            elif kind in ("Div", "Span", "Table", "Figure", "CodeBlock", "Code", "Link", "Image"):
                found.append(content[0][0])
            return None

        ast.walk(blocks, visit)
        return [name for name in found if name]
