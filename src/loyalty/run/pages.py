"""Two built books beside each other: the visible text of their pages, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path

from loyalty.ground.errors import UserError
from loyalty.ground.reading import shown_path
from loyalty.ground.said import Said
from loyalty.run.differences import Comparison, Difference

#: A sentence, or the cells of a table's row.
Unit = tuple[str, ...]

#: What stands on every page, or is no text.
_PASSED = {"script", "style", "template", "svg", "annotation", "nav", "aside", "footer", "button"}
#: What begins and ends a text of its own.
_BLOCK = re.compile(
    "article|blockquote|caption|dd|details|div|dl|dt|figcaption|figure|header|h[1-6]|hr|li|main|ol"
    "|p|pre|section|summary|table|ul"
)
_NUMBER = re.compile(r"[−-]?(?:\d[\d,]*(?:\.\d+)?|\.\d+)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\W\da-z_]|[“\"(\[])|(?<=[。！？])")


class _Page(HTMLParser):
    """The units of a page's main part, each with the id it stands under, and its floats' ids."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.units: list[Unit] = []
        self.under: list[str] = []
        self.floats: set[str] = set()
        self._inside = "<main" not in text
        self._passed: list[str] = []
        self._text: list[str] = []
        self._row: list[str] | None = None
        self._at = ""
        self.feed(text)
        self.close()
        self._flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "main":
            self._inside = True
        if not self._inside:
            return
        if self._passed:
            if tag == self._passed[-1]:
                self._passed.append(tag)
            return
        if tag in _PASSED:
            self._passed.append(tag)
            return
        self._part(tag)
        name = given.get("id") or ""
        if name.startswith(("fig-", "tbl-")):
            self.floats.add(name)
        if name and (tag in ("section", "figure") or re.fullmatch(r"h\d", tag)):
            self._at = name
        if tag == "img" and given.get("alt"):
            self._text.append(f" [{given['alt']}] ")
        if tag == "tr":
            self._row = []

    def handle_endtag(self, tag: str) -> None:
        if self._passed:
            if tag == self._passed[-1]:
                self._passed.pop()
            return
        if not self._inside:
            return
        if tag in ("td", "th") and self._row is not None:
            self._row.append(_squeezed("".join(self._text)))
            self._text.clear()
        elif tag == "tr" and self._row is not None:
            self._add(tuple(self._row))
            self._row = None
        else:
            self._part(tag)
        if tag == "main":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and not self._passed:
            self._text.append(data)

    def _part(self, tag: str) -> None:
        """A block's tag ends what stands before it; in a cell it is but a space."""
        if not _BLOCK.fullmatch(tag):
            return
        if self._row is None:
            self._flush()
        else:
            self._text.append(" ")

    def _flush(self) -> None:
        for sentence in _SENTENCE.split(_squeezed("".join(self._text))):
            self._add((sentence,))
        self._text.clear()

    def _add(self, unit: Unit) -> None:
        if any(unit):
            self.units.append(unit)
            self.under.append(self._at)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def is_book(folder: Path) -> bool:
    return (folder / "index.html").is_file()


def compare_books(old: Path, new: Path) -> Comparison:
    """Compare the pages of two books; executed notebooks beside them are no pages.

    Raises
    ------
    UserError
        When a page cannot be read.
    """
    found = Comparison()
    before, after = _pages(old), _pages(new)
    for name in before.keys() | after.keys():
        if name not in after:
            found.went.append(Difference(name, "", Said("(the page)")))
        elif name not in before:
            found.appeared.append(Difference(name, "", Said("(the page)")))
        else:
            found.parts += 1
            _compare_pages(found, name, _read(before[name]), _read(after[name]))
    return found


def _pages(book: Path) -> dict[str, Path]:
    files = {p.relative_to(book).as_posix(): p for p in sorted(book.rglob("*.html"))}
    return {name: p for name, p in files.items() if "executed/" not in name}


def _read(path: Path) -> _Page:
    try:
        return _Page(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("{path}: not read ({error})", path=shown_path(path), error=error) from None


def _compare_pages(found: Comparison, name: str, old: _Page, new: _Page) -> None:
    found.went += [Difference(name, f"#{one}", Said("(gone)")) for one in old.floats - new.floats]
    found.appeared += [
        Difference(name, f"#{one}", Said("(new)")) for one in new.floats - old.floats
    ]
    for tag, i, i_end, j, j_end in _opcodes(old.units, new.units):
        if tag == "equal":
            continue
        pairs = min(i_end - i, j_end - j)
        for k in range(pairs):
            address = f"#{old.under[i + k]}"
            for was, is_ in _parts(old.units[i + k], new.units[j + k]):
                by = _moved(was, is_)
                was, is_ = _short(was), _short(is_)
                if by is None:
                    found.changed.append(Difference(name, address, f"{was} → {is_}"))
                else:
                    text = Said("{old} → {new} (by {by:.3g})", old=was, new=is_, by=by)
                    found.moved.append(Difference(name, address, text, by))
        for k in range(i + pairs, i_end):
            row = _short(" | ".join(old.units[k]))
            found.went.append(Difference(name, f"#{old.under[k]}", row))
        for k in range(j + pairs, j_end):
            row = _short(" | ".join(new.units[k]))
            found.appeared.append(Difference(name, f"#{new.under[k]}", row))


def _opcodes(old: list[Unit], new: list[Unit]) -> Iterator[tuple[str, int, int, int, int]]:
    """As :mod:`difflib` has them; what is equal at both ends is left out first, for speed."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    a, b = old[start : len(old) - end], new[start : len(new) - end]
    for tag, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield tag, i + start, i_end + start, j + start, j_end + start


def _parts(old: Unit, new: Unit) -> list[tuple[str, str]]:
    """The cells that differ, if it is a row of as many cells, else the whole."""
    if len(old) == len(new):
        return [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    return [(" | ".join(old), " | ".join(new))]


def _moved(old: str, new: str) -> float | None:
    """The largest move of a number where nothing but numbers differs, else None."""
    if _NUMBER.sub("#", old) != _NUMBER.sub("#", new):
        return None
    was, is_ = (
        [float(n.replace("−", "-").replace(",", "")) for n in _NUMBER.findall(text)]
        for text in (old, new)
    )
    return max(abs(a - b) for a, b in zip(was, is_, strict=True))


def _short(text: str) -> str:
    return f"“{text}”" if len(text) <= 300 else f"“{text[:300]}…”"
