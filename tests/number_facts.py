"""The numbers of a rendered book: what each says, and what its key leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

from pydantic import BaseModel

from loyalty.ground import findings
from loyalty.ground.errors import UserError
from loyalty.ground.findings import CitedFloat, CitedInt
from loyalty.ground.numbers import Kind, show
from loyalty.run.analyses import findings_of


def cited_numbers(value: Any) -> Iterator[CitedFloat | CitedInt]:
    """Every number in findings that were read."""
    if isinstance(value, CitedFloat | CitedInt):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from cited_numbers(getattr(value, name))
    elif isinstance(value, tuple | list | Mapping):
        for below in value.values() if isinstance(value, Mapping) else value:
            yield from cited_numbers(below)


def printed(value: CitedFloat | CitedInt) -> Iterator[str]:
    """How a number may be printed: as its field says, or as a sentence or a table asks."""
    yield show(value, value.shown.kind, decimals=value.shown.decimals)
    for kind in get_args(Kind):
        for decimals in (None, *range(8)):
            if kind != "text":
                yield show(value, kind, decimals=decimals)


def faults(pages: list[Path], results: Path) -> tuple[int, list[str]]:
    """How many numbers the pages have, and which do not hold: by page, key and what is wrong.

    Each number is a link to its finding in the pages of its case, which says in which of the
    result files below `results` it is; its ``data-key`` names its field there, and its text is
    that number, printed.
    """

    @cache
    def numbers(case: str, analysis: str) -> Mapping[str, CitedFloat | CitedInt]:
        found = findings.read(case, analysis, findings_of(analysis), results)
        numbers = [*cited_numbers(found.findings), *cited_numbers(found.provenance)]
        return {number.address: number for number in numbers}

    @cache
    def anchors(file: Path) -> frozenset[str]:
        text = file.read_text(encoding="utf-8")
        return frozenset(unescape(found) for found in re.findall(r'<[^>]*\sid="([^"]*)"', text))

    def fault(page: Path, where: str, shown: str, href: str) -> str | None:
        address, _, fragment = unquote(href).partition("#")
        target = (page.parent / address).resolve() if address else page.resolve()
        case, analysis = target.parents[1].name, target.stem.removesuffix("-further")
        try:
            value = numbers(case, analysis).get(f"{case}/{analysis}/{where}")
        except (UserError, ImportError) as error:
            return str(error)
        if value is None:
            return "there is no such number"
        if shown not in printed(value):
            return f"{shown!r} is not {float(value)!r}"
        if not target.is_file():
            return f"{address} is not there"
        finding = where.partition(".")[0]
        if fragment != f"f-{finding}" or fragment not in anchors(target):
            return f"no anchor #{fragment} of {finding}"
        return None

    count, wrong = 0, []
    for page in pages:
        for tag, inside in _NUMBER.findall(whole_keys(page.read_text(encoding="utf-8"))):
            count += 1
            about = {key: unescape(value) for key, value in _ATTRIBUTE.findall(tag)}
            key = about.get("data-key", "")
            shown = unescape(re.sub(r"<[^>]*>", "", inside)).replace("\u00a0", " ")
            shown = re.sub(r"(?<=\d)%$", " %", shown)  # set close in Chinese, and with its zero
            shown = re.sub(r"^< 0\.", "< .", shown)
            if said := fault(page, key, shown, about.get("href", "")):
                wrong.append(f"{page.name}: {key or shown}: {said}")
    return count, wrong


def whole_keys(html: str) -> str:
    """A page with each number's key as a whole, where a table's row has their beginning."""

    def row(found: re.Match[str]) -> str:
        return re.sub(r'data-key="(?=[.\[])', f'data-key="{found[1]}', found[0])

    return re.sub(r'<tr data-of="([^"]*)".*?</tr>', row, html, flags=re.S)


# Pages have thousands of numbers, and a parser takes seconds for each page.
_NUMBER = re.compile(r"<a\b([^>]*\bdata-key=[^>]*)>(.*?)</a>", re.S)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
