"""Reads a page: includes and shortcodes are put in, unknown syntax is refused by its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from .errors import Fault
from .project import Book, Page

CALLOUTS = ("note", "tip", "warning", "important", "caution")
FORMATS = ("html", "typst", "docx")
SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(.*?)\s*>\}\}(?!\})")
ESCAPED = re.compile(r"\{\{\{<(.*?)>\}\}\}")
FENCE = re.compile(r"^\s*(?:[-*>]\s+)*(`{3,}|~{3,})\s*(.*)$")
DIV = re.compile(r"^\s*(?:>\s*)*:{3,}\s*(\{.*\}|[\w-]+)?\s*:*\s*$")
MARKUP = re.compile(r"<[A-Za-z/!?]|`\{=|\]\(\s*(?:javascript|data|vbscript):", re.IGNORECASE)
# Classes and attributes that mean something to Quarto and nothing here.
QUARTO_CLASS = re.compile(
    r"^(panel-.*|columns?|column-.*|aside|incremental|nonincremental|fragment|layout.*|g-col-.*"
    r"|grid|landscape|theorem|proof|solution|remark|hidden|when-.*|cell|cell-.*|code-with-.*"
    r"|quarto-.*|callout|callout-.*|mermaid|tabset|no-execute|embed|page-.*|card.*|list-table)$"
)
QUARTO_ATTRIBUTE = re.compile(
    r"^(layout.*|group|when-(?:meta|profile)|unless-(?:meta|profile)|fig-subcap|tbl-subcap"
    r"|fig-env|fig-pos|filename|code-line-numbers|lst-.*|kind|style-.*)$"
)
QUARTO_ID = re.compile(r"^(thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|nte|tip|wrn|imp|cau|lst)-")


@dataclass(frozen=True)
class Embed:
    """One `embed` shortcode: notebook (path from the project root), label, and its place."""

    notebook: str
    label: str
    where: str


@dataclass
class PageText:
    """A page's text with everything put in; `places[i]` is where line i + 1 comes from."""

    page: Page
    meta: dict[str, Any]
    lines: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    embeds: list[Embed] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def find(self, pattern: str) -> str | None:
        """Place of the first line that a regular expression finds."""
        for line, place in zip(self.lines, self.places, strict=True):
            if re.search(pattern, line):
                return place
        return None


def split_front_matter(text: str) -> tuple[str, list[str], int]:
    """YAML front matter, the lines after it, and the number of the first of them."""
    lines = text.splitlines()
    if lines and lines[0].rstrip() == "---":
        for index in range(1, len(lines)):
            if lines[index].rstrip() in ("---", "..."):
                return "\n".join(lines[1:index]), lines[index + 1 :], index + 2
    return "", lines, 1


def relative(base: Path, path: str) -> Path:
    """A path written in a page; a leading slash means the project's root."""
    return Path(path[1:]) if path.startswith("/") else base / path


def normal(root: Path, path: Path) -> Path | None:
    """Path from the root without dots, or None where it leaves the project."""
    resolved = (root / path).resolve()
    top = root.resolve()
    return resolved.relative_to(top) if resolved.is_relative_to(top) else None


META = {"title", "subtitle", "number-sections", "toc", "author", "date", "description", "lang"}


class Reader:
    """Reads pages; collects faults instead of stopping at the first."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.faults: list[str] = []

    def read(self, page: Page) -> PageText:
        """The page's text; faults are added to `self.faults`."""
        path = self.book.root / page.source
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self.faults.append(Fault("{page}:1: not UTF-8 text", page=page.source))
            return PageText(page, {})
        head, lines, first = split_front_matter(text)
        out = PageText(page, self._front_matter(page, head))
        self._add(out, lines, page.source, first, (page.source,))
        self._check(out)
        return out

    def _front_matter(self, page: Page, head: str) -> dict[str, Any]:
        try:
            meta = yaml.safe_load(head) if head else {}
        except yaml.MarkedYAMLError as fault:
            line = fault.problem_mark.line + 2 if fault.problem_mark else 1
            self.faults.append(
                Fault(
                    "{page}:{line}: {problem}",
                    page=page.source,
                    line=line,
                    problem=fault.problem or Fault("not valid YAML"),
                )
            )
            return {}
        if not isinstance(meta, dict):
            self.faults.append(Fault("{page}:1: front matter must be a mapping", page=page.source))
            return {}
        for key in meta:
            if key not in META:
                number = next(
                    (i for i, line in enumerate(head.splitlines(), 2) if line.startswith(str(key))),
                    1,
                )
                self.faults.append(
                    Fault(
                        "{page}:{number}: unknown key `{key}` in the front matter",
                        page=page.source,
                        number=number,
                        key=key,
                    )
                )
        if "{" in str(meta.get("title", "")):
            # Quarto prints it as it stands
            self.faults.append(
                Fault(
                    "{page}:1: a title in the front matter has no label: write `# Title "
                    "{{#sec-…}}` instead",
                    page=page.source,
                )
            )
        return meta

    def _add(
        self, out: PageText, lines: list[str], name: str, first: int, chain: tuple[str, ...]
    ) -> None:
        for number, line in enumerate(lines, first):
            place = f"{name}:{number}"
            whole = re.fullmatch(r"\s*\{\{<\s*(include|embed)\s+(.*?)\s*>\}\}\s*", line)
            if whole and whole[1] == "include":
                self._include(out, whole[2], place, chain)
                continue
            if whole and whole[1] == "embed":
                index = number - first
                around = [lines[i] for i in (index - 1, index + 1) if 0 <= i < len(lines)]
                if any(other.strip() for other in around):
                    self.faults.append(
                        Fault("{where}: an embed must stand alone in its paragraph", where=place)
                    )
                line = self._embed(out, whole[2], place)
            else:
                line = self.variables(line, place)
            for piece in line.split("\n"):
                out.lines.append(piece)
                out.places.append(place)

    def variables(self, line: str, place: str) -> str:
        """A line of text with its shortcodes put in."""
        line = SHORTCODE.sub(lambda found: self._shortcode(found[1], place), line)
        return ESCAPED.sub(r"{{<\1>}}", line)

    def _include(self, out: PageText, argument: str, place: str, chain: tuple[str, ...]) -> None:
        path = normal(self.book.root, relative(Path(out.page.source).parent, argument))
        if path is None:
            self.faults.append(
                Fault(
                    "{where}: include {argument} lies outside the project",
                    where=place,
                    argument=argument,
                )
            )
        elif not (self.book.root / path).is_file():
            self.faults.append(
                Fault("{where}: include {argument} does not exist", where=place, argument=argument)
            )
        elif str(path) in chain:
            self.faults.append(
                Fault("{where}: include {argument} includes itself", where=place, argument=argument)
            )
        else:
            text = (self.book.root / path).read_text(encoding="utf-8-sig")
            head, lines, first = split_front_matter(text)
            if head:
                self.faults.append(
                    Fault("{path}:1: an included file has no front matter", path=path)
                )
            # blank lines around, as Quarto has them: a paragraph does not run into the next file
            self._add(out, ["", *lines, ""], str(path), first - 1, (*chain, str(path)))

    def _embed(self, out: PageText, argument: str, place: str) -> str:
        if not re.fullmatch(r"[^\s#]+\.ipynb#[\w.-]+", argument):
            self.faults.append(
                Fault(
                    "{where}: expected `embed notebook.ipynb#label`, found `embed {argument}`",
                    where=place,
                    argument=argument,
                )
            )
            return ""
        file, label = argument.split("#")
        path = normal(self.book.root, relative(Path(out.page.source).parent, file))
        if path is None:
            self.faults.append(
                Fault("{where}: notebook {file} lies outside the project", where=place, file=file)
            )
            return ""
        out.embeds.append(Embed(path.as_posix(), label, place))
        return f'::: {{.x-embed key="{len(out.embeds) - 1}"}}\n:::'

    def _shortcode(self, inside: str, place: str) -> str:
        words = inside.split()
        kind = words[0] if words else ""
        if kind == "var":
            if len(words) != 2:
                self.faults.append(
                    Fault(
                        "{where}: `var` takes one name, found `{inside}`",
                        where=place,
                        inside=inside,
                    )
                )
                return ""
            value = self.book.variables.get(words[1])
            if value is None:
                self.faults.append(
                    Fault(
                        "{where}: variable {words} is not in _variables.yml",
                        where=place,
                        words=words[1],
                    )
                )
                return ""
            if "\n" in value or MARKUP.search(value):
                self.faults.append(
                    Fault(
                        "{where}: variable {words} holds markup or several lines",
                        where=place,
                        words=words[1],
                    )
                )
                return ""
            return value
        if kind == "pagebreak" and len(words) == 1:
            return "\n\n::: {.x-pagebreak}\n:::\n\n"
        if kind in ("embed", "include"):
            self.faults.append(
                Fault("{where}: `{kind}` must stand alone on its line", where=place, kind=kind)
            )
        else:
            self.faults.append(
                Fault("{where}: unknown shortcode `{inside}`", where=place, inside=inside)
            )
        return ""

    def _check(self, out: PageText) -> None:
        fence = ""
        opened: list[str] = []
        for line, place in zip(out.lines, out.places, strict=True):
            found = FENCE.match(line)
            if fence:
                if found and found[1].startswith(fence) and not found[2].strip():
                    fence = ""
                continue
            if found and not (found[1][0] == "`" and "`" in found[2]):
                fence = found[1]
                self._code(found[2].strip(), place)
                continue
            if re.match(r"^( {4}|\t)", line):
                continue
            outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", self._inline(place), line)
            div = DIV.match(outside)
            if div and div[1]:
                opened.append(place)
                if not div[1].startswith("{"):
                    self._classes([div[1]], place)
            elif div:
                if opened:
                    opened.pop()
                else:
                    self.faults.append(Fault("{where}: `:::` closes nothing", where=place))
            elif re.match(r"\s*:{3,}", outside):
                self.faults.append(
                    Fault(
                        "{where}: not a block's start or end: `{text}`",
                        where=place,
                        text=line.strip(),
                    )
                )
            if "{{<" in outside or ">}}" in outside:
                self.faults.append(
                    Fault(
                        "{where}: a shortcode that does not begin and end on its line", where=place
                    )
                )
            for braces in re.findall(r"\{([^{}]*)\}", outside):
                self._braces(braces, place)
        if fence:
            self.faults.append(Fault("{where}: a code block is not closed", where=out.places[-1]))
        for place in opened:
            self.faults.append(Fault("{where}: this `:::` block is not closed", where=place))

    def _inline(self, place: str) -> Any:
        def check(found: re.Match[str]) -> str:
            if re.match(r"`\{\w+\}\s", found[0]):
                self.faults.append(
                    Fault(
                        "{where}: inline code to execute is not known: {found}",
                        where=place,
                        found=found[0],
                    )
                )
            return "`" * len(found[1])

        return check

    def _code(self, info: str, place: str) -> None:
        if info.startswith("{") and not re.match(r"\{\s*([.#=]|[\w-]+\s*=|\})", info):
            self.faults.append(
                Fault(
                    "{where}: a code cell `{info}` is not known here: show code as ```python, run "
                    "it in a notebook",
                    where=place,
                    info=info,
                )
            )
        elif info.startswith("{"):
            self._braces(info.strip("{}"), place)

    def _braces(self, inside: str, place: str) -> None:
        if not re.match(r"\s*([.#]|[\w-]+\s*=)", inside):
            return
        bare = re.sub(r'"[^"]*"|\'[^\']*\'', '""', inside)
        words = bare.split()
        self._classes([word[1:] for word in words if word.startswith(".")], place)
        for word in words:
            if word.startswith("#") and QUARTO_ID.match(word[1:]):
                self.faults.append(
                    Fault("{where}: labels such as `{word}` are not known", where=place, word=word)
                )
            name, equals, _ = word.partition("=")
            if equals and QUARTO_ATTRIBUTE.match(name):
                self.faults.append(
                    Fault("{where}: attribute `{name}` is not known", where=place, name=name)
                )
        for name, value in re.findall(r'((?:when|unless)-format)="([^"]*)"', inside):
            if value not in FORMATS:
                self.faults.append(
                    Fault(
                        "{where}: {name}={value!r}: expected one of {known}",
                        where=place,
                        name=name,
                        value=value,
                        known=", ".join(FORMATS),
                    )
                )

    def _classes(self, classes: list[str], place: str) -> None:
        for name in classes:
            if name.startswith("x-") and name not in ("x-embed", "x-pagebreak"):
                self.faults.append(
                    Fault("{where}: class `.{name}` is the renderer's own", where=place, name=name)
                )
            if name in (*(f"callout-{kind}" for kind in CALLOUTS), "cell-code"):
                continue
            if QUARTO_CLASS.match(name):
                self.faults.append(
                    Fault("{where}: class `.{name}` is not known", where=place, name=name)
                )
