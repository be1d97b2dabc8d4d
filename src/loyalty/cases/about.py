"""Who made a report, when, and what a journal asks them to state: one block for all of it.

The study's own stands in ``reports/about.yml``; that of a case under ``about`` in its description,
where all of it may be absent.
"""

from __future__ import annotations

import re
from datetime import date as Day
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Model, read_yaml, shown_path, validated
from loyalty.ground.text import Text


def _orcid(text: str) -> str:
    """Its last sign checks the others (ISO 7064, MOD 11-2)."""
    if not re.fullmatch(r"(\d{4}-){3}\d{3}[\dX]", text):
        raise Mistake("an ORCID like 0000-0002-1825-0097 is expected")
    total = 0
    for sign in text.replace("-", "")[:-1]:
        total = (total + int(sign)) * 2
    check = (12 - total % 11) % 11
    if text[-1] != ("X" if check == 10 else str(check)):
        raise Mistake("the ORCID {text} has a wrong check sign", text=text)
    return text


def _doi(text: str) -> str:
    if not re.fullmatch(r"10\.\d{4,9}/\S+", text):
        raise Mistake("a DOI like 10.1234/abc is expected")
    return text


Orcid = Annotated[str, AfterValidator(_orcid)]
Doi = Annotated[str, AfterValidator(_doi)]


class Author(Model):
    name: Text
    orcid: Orcid | None = None
    affiliation: Text | None = None


class AboutCase(Model):
    """The front matter of a case's report."""

    authors: tuple[Author, ...] = ()
    date: Day | None = None
    version: str | None = None
    doi: Doi | None = None
    licence: Text | None = None
    abstract: Text | None = None
    keywords: tuple[Text, ...] = ()
    funding: Text | None = None
    conflict: Text | None = None
    ethics: Text | None = None
    data: Text | None = None


class About(AboutCase):
    """The front matter of the study's report."""

    authors: tuple[Author, ...] = Field(min_length=1)
    date: Day
    licence: Text
    abstract: Text


def load(file: Path) -> About:
    """The block in a YAML file.

    Raises
    ------
    UserError
        Naming the file and what was expected, as of a broken ORCID.
    """
    return validated(About, read_yaml(file), shown_path(file))
