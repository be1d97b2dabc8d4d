"""The book as `_quarto.yml` declares it: pages in order, parts, appendices, settings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from .errors import Fault, RenderError

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
HONOURED = {"title", "subtitle", "author", "date", "chapters", "appendices", "output-file"}
HONOURED |= {"page-footer", "description"}
# Keys that change only what Quarto's own web pages look like.
IGNORED = {"repo-url", "repo-actions", "site-url", "search", "downloads", "sharing", "favicon"}
IGNORED |= {"sidebar", "reader-mode", "page-navigation", "back-to-top-navigation", "open-graph"}
# Top-level keys that would change the text or the numbers, and that are not followed here.
REFUSED = {"crossref", "number-depth", "number-offset", "shift-heading-level-by", "website"}
REFUSED |= {"metadata-files", "profile", "language", "params", "website", "listing", "manuscript"}


@dataclass(frozen=True)
class Page:
    """One file of the book; `number` is "3" or "A", or empty; `part` is the part's title."""

    source: str
    part: str = ""
    appendix: bool = False

    @property
    def href(self) -> str:
        """Path of the HTML page inside the book."""
        return self.source.removesuffix(".qmd") + ".html"


@dataclass(frozen=True)
class Book:
    root: Path
    title: str
    subtitle: str
    authors: tuple[str, ...]
    date: str
    lang: str
    description: str
    output_file: str
    number_sections: bool
    code_fold: bool
    footer: str
    pages: tuple[Page, ...]
    bibliography: tuple[Path, ...]
    csl: Path | None
    resources: tuple[str, ...]
    variables: dict[str, str] = field(repr=False)
    dossiers: str = ""  # where the pages of each case are, from this book's root
    dossier: str = ""  # the case whose pages this book is
    translated: tuple[str, ...] = ()  # the cases whose pages are there in Chinese, too
    other_edition: tuple[str, str] = ("", "")  # its language, and its root from this book's
    further: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # on an analysis's second page

    def dossier_page(self, case: str, analysis: str, name: str = "") -> str:
        """The page of a case's analysis (or its first), from this book's root: that which has a
        finding, or what is shown under a name."""
        second = self.further.get(f"{case}/{analysis}", ())
        further = any(name == one or name.startswith(f"{one}-") for one in second)
        page = f"{analysis or 'index'}{'-further' if further else ''}.html"
        if case == self.dossier:
            return page
        chinese = self.lang.lower().startswith("zh") and case in self.translated
        return f"{self.dossiers}/{quote(case)}/{'zh' if chinese else 'en'}/{page}"

    def result_file(self, case: str, analysis: str) -> str:
        """The result file of a case's analysis, or another file beside it (with its suffix), from
        this book's root."""
        file = analysis if "." in analysis else f"{analysis}.json"
        return f"{self.dossiers}/{quote(case)}/results/{file}"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def load_yaml(path: Path, name: str) -> Any:
    """A YAML file, its faults as one line with the place."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RenderError([Fault("{name}: no such file", name=name)]) from None
    except UnicodeDecodeError as fault:
        raise RenderError(
            [Fault("{name}: not UTF-8 text ({reason})", name=name, reason=fault.reason)]
        ) from None
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise RenderError(
            [
                Fault(
                    "{name}:{line}: {problem}",
                    name=name,
                    line=line,
                    problem=fault.problem or Fault("not valid YAML"),
                )
            ]
        ) from None


def load_variables(root: Path) -> dict[str, str]:
    """`_variables.yml` as flat dotted names."""
    path = root / "_variables.yml"
    if not path.is_file():
        return {}
    flat: dict[str, str] = {}

    def walk(value: Any, name: str) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(inner, f"{name}.{key}" if name else str(key))
        elif isinstance(value, bool):
            flat[name] = str(value).lower()
        elif value is not None and not isinstance(value, list):
            flat[name] = str(value).strip()

    walk(load_yaml(path, "_variables.yml"), "")
    return flat


def _slug(title: str) -> str:
    kept = unicodedata.normalize("NFC", title).strip()
    return re.sub(r"[\s/\\:]+", "-", re.sub(r"[^\w\s/\\:.-]", "", kept)) or "book"


def output_name(config: Any) -> str:
    """Name of the PDF and the Word file, without suffix, from `_quarto.yml`'s content."""
    book = config.get("book") if isinstance(config, dict) else None
    if not isinstance(book, dict):
        raise RenderError([Fault("_quarto.yml: has no `book:` with its chapters")])
    return str(book.get("output-file") or _slug(str(book.get("title") or "book")))


def long_date(value: str, lang: str) -> str:
    """A date as Quarto shows it by default: "January 31, 2026"; other text is left as it is."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    if lang.lower().startswith("zh"):
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def _plain(markdown: str) -> str:
    """A title or name of Markdown, which real Quarto reads, without its backslashes."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def _footer(value: Any) -> str:
    if isinstance(value, dict):
        parts = [value.get(side) for side in ("left", "center", "right")]
        return " · ".join(str(part) for part in parts if isinstance(part, str))
    return str(value or "")


def load_book(root: Path) -> Book:
    """Read and check `_quarto.yml`."""
    name = "_quarto.yml"
    config = load_yaml(root / name, name)
    text = (root / name).read_text(encoding="utf-8")
    faults: list[str] = []

    def at(word: str) -> str:
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", line):
                return f"{name}:{number}"
        return name

    if not isinstance(config, dict) or not isinstance(config.get("book"), dict):
        raise RenderError([Fault("{name}: has no `book:` with its chapters", name=name)])
    book: dict[str, Any] = config["book"]
    for key in config:
        if key in REFUSED:
            faults.append(
                Fault(
                    "{where}: the embedded renderer does not know `{key}`",
                    where=at(str(key)),
                    key=key,
                )
            )
    for key in book:
        if key not in HONOURED | IGNORED:
            faults.append(
                Fault(
                    "{where}: the embedded renderer does not know `book: {key}`",
                    where=at(str(key)),
                    key=key,
                )
            )
    kind = (config.get("project") or {}).get("type")
    if kind != "book":
        faults.append(
            Fault(
                "{where}: project type is {kind!r}, expected 'book'", where=at("project"), kind=kind
            )
        )
    if not book.get("title"):
        faults.append(Fault("{where}: `book: title` is missing", where=at("book")))

    pages: list[Page] = []

    def add(items: Any, part: str, appendix: bool) -> None:
        for item in _listed(items):
            if isinstance(item, dict) and "part" in item and not part:
                title = str(item["part"])
                if title.endswith(".qmd"):
                    faults.append(
                        Fault("{where}: a part must be a title, not a file", where=at(title))
                    )
                unknown = set(item) - {"part", "chapters"}
                if unknown:
                    faults.append(
                        Fault(
                            "{where}: unknown {names} in a part",
                            where=at(title),
                            names=sorted(map(str, unknown)),
                        )
                    )
                add(item.get("chapters"), title, appendix)
            elif isinstance(item, str) and item.endswith(".qmd"):
                if not (root / item).is_file():
                    faults.append(
                        Fault("{where}: chapter {item} does not exist", where=at(item), item=item)
                    )
                elif not (root / item).resolve().is_relative_to(root.resolve()):
                    faults.append(
                        Fault(
                            "{where}: chapter {item} lies outside the project",
                            where=at(item),
                            item=item,
                        )
                    )
                else:
                    pages.append(Page(item, part, appendix))
            else:
                word = str(item) if isinstance(item, str) else "chapters"
                faults.append(
                    Fault(
                        "{where}: expected a .qmd file or a part, found {item!r}",
                        where=at(word),
                        item=item,
                    )
                )

    add(book.get("chapters"), "", False)
    add(book.get("appendices"), "", True)
    if not any(page.source == "index.qmd" for page in pages):
        faults.append(Fault("{where}: the book needs the chapter index.qmd", where=at("chapters")))
    seen: set[str] = set()
    for page in pages:
        if page.source in seen:
            faults.append(
                Fault("{where}: {page} is listed twice", where=at(page.source), page=page.source)
            )
        seen.add(page.source)

    bibliography = [root / str(entry) for entry in _listed(config.get("bibliography"))]
    csl = root / str(config["csl"]) if config.get("csl") else None
    for file in [*bibliography, *([csl] if csl else [])]:
        if not file.is_file():
            faults.append(
                Fault("{where}: {name} does not exist", where=at(file.name), name=file.name)
            )
    lang = str(config.get("lang") or "en")
    other = config.get("other-edition") or {}
    day = str(book.get("date") or "").strip()
    if day in ("today", "now", "last-modified"):
        faults.append(
            Fault(
                "{where}: write the date out, `{day}` changes with every run",
                where=at("date"),
                day=day,
            )
        )
    if faults:
        raise RenderError(faults)

    formats = config.get("format")
    html = formats.get("html") if isinstance(formats, dict) else None
    html = html if isinstance(html, dict) else {}
    authors = tuple(
        _plain(str(entry.get("name", "") if isinstance(entry, dict) else entry))
        for entry in _listed(book.get("author"))
    )
    return Book(
        root=root,
        title=_plain(str(book["title"])),
        subtitle=str(book.get("subtitle") or ""),
        authors=authors,
        date=long_date(day, lang),
        lang=lang,
        description=str(book.get("description") or ""),
        output_file=output_name(config),
        number_sections=config.get("number-sections", True) is not False,
        code_fold=bool(html.get("code-fold", config.get("code-fold", False))),
        footer=_footer(book.get("page-footer")),
        pages=tuple(pages),
        bibliography=tuple(bibliography),
        csl=csl,
        resources=tuple(
            str(entry) for entry in _listed((config.get("project") or {}).get("resources"))
        ),
        variables=load_variables(root),
        dossiers=str(config.get("dossiers") or ""),
        dossier=str(config.get("dossier") or ""),
        translated=tuple(str(case) for case in _listed(config.get("translated"))),
        further={
            name: tuple(map(str, _listed(listed)))
            for name, listed in (config.get("further") or {}).items()
        },
        other_edition=(str(other.get("language") or ""), str(other.get("at") or "")),
    )
