"""The literature: that of the suite, and a case's own ``references.bib`` beside its description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from loyalty.cases.faults import Fault
from loyalty.cases.reading import limits
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.expected import meant
from loyalty.ground.said import Said

FILE = "references.bib"
_ENTRY = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]\s*([^\s,{}()]+)\s*,", re.M)
#: Addresses in an entry that are none of the web.
_UNSAFE = re.compile(r"(?:javascript|data|vbscript|file)\s*:", re.I)


def entries(text: str) -> dict[str, str]:
    """The entries of a bibliography in BibTeX, by key."""
    found = [*_ENTRY.finditer(text)]
    ends = [*(m.start() for m in found), len(text)][1:]
    return {m[1]: text[m.start() : end] for m, end in zip(found, ends, strict=True)}


def _shared() -> str:
    file = paths.suite() / FILE
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def file_of(case: str) -> Path:
    """Where a case has works of its own, if it has any."""
    return paths.data() / case / FILE


def own(case: str) -> dict[str, str]:
    """The entries beside a case's description; none where there is no such file.

    Raises
    ------
    UserError
        When the file is no text in UTF-8, or an address in it leads nowhere on the web.
    """
    file = file_of(case)
    if not file.is_file():
        return {}
    name = f"{case}/{FILE}"
    try:
        text = limits.content(file, name).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("{name}: it is no text in UTF-8; save it as one", name=name) from None
    found = entries(text)
    for key, entry in found.items():
        if _UNSAFE.search(entry):
            raise UserError("{name}: {key}: an address of the web is expected", name=name, key=key)
    return found


def merged(case: str | None) -> str:
    """The bibliography of the suite with the entries of a case, which come first by their keys."""
    text = _shared()
    mine = own(case) if case is not None else {}
    for key in mine.keys() & (known := entries(text)).keys():
        text = text.replace(known[key], "")
    return "\n\n".join([text.rstrip(), *(entry.strip() for entry in mine.values())]) + "\n"


def uncited(study: Study) -> list[Fault]:
    """Keys that a description cites and no bibliography has."""
    known = [*own(study.case), *entries(_shared())]
    return [
        Fault(
            weight="error",
            file=f"{study.case}/study.yml",
            column=where,
            value=key,
            said=Said("no entry {key!r} in a bibliography", key=key),
            expected=Said("an entry in references.bib beside study.yml"),
            mend=meant(key, known) or "",
        )
        for where, key in _cited(study)
        if key not in known
    ]


def _cited(study: Study) -> Iterator[tuple[str, str]]:
    yield from (("provenance.citation", key) for key in study.provenance.citation)
    yield from (("published.source", one.source) for one in study.published)
