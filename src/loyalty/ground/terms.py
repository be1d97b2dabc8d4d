"""The catalogue: every heading, every reason and every message of the estimator, in each language.

Three files in ``ground/terms/``. Headings are named by their English; reasons and messages by a
code, their texts are templates of :meth:`str.format`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from loyalty.ground.text import LANGUAGES, Text


@cache
def catalogue(name: str) -> dict[str, dict[str, str]]:
    """One file of the catalogue: ``headings``, ``reasons`` or ``estimator``."""
    text = (files("loyalty.ground") / "terms" / f"{name}.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text) or {}


def term(english: str) -> Text:
    """A heading or a short term in every language.

    Where one English word is two in another language, a part in brackets that is not shown tells
    them apart: ``term("Share [of firms]")``.

    Raises
    ------
    KeyError
        When the catalogue has no such term.
    """
    entry = catalogue("headings")[english]
    shown = english.partition(" [")[0]
    return Text(**{language: entry.get(language, shown) for language in LANGUAGES})


def message(
    name: str, code: str, parameters: Mapping[str, Any], labels: Mapping[str, Text]
) -> Text:
    """The text of a reason or of a message of the estimator.

    A parameter that names a construct (a key of `labels`) is shown by its label.
    """
    templates = catalogue(name)[code]
    texts = {}
    for language in LANGUAGES:
        shown = {
            key: labels[value].in_(language) if value in labels else value
            for key, value in parameters.items()
        }
        texts[language] = templates.get(language, templates["en"]).format(**shown)
    return Text(**texts)
