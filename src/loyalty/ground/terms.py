"""The catalogue: headings, reasons, messages of the estimator, passages of notebooks.

A file each in ``ground/terms/``. Headings and passages are named by their English; reasons,
messages and the short names of faults of a solution by a code, their texts are templates of
:meth:`str.format`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.ground.catalogue import catalogue
from loyalty.ground.text import LANGUAGES, Language, Text


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


def passage(english: str, language: Language) -> str:
    """A heading or a paragraph of a notebook in a language; as it is where there is no other."""
    return catalogue("notebooks").get(english, {}).get(language, english)


class _Real(float):
    """A number with a true minus sign, however it is formatted."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace("-", "−")

    def __str__(self) -> str:
        return super().__str__().replace("-", "−")


class _Count(int):
    """A whole number whose format ``s`` is the ending of an English plural: ``{n} item{n:s}``."""

    def __format__(self, spec: str) -> str:
        if spec == "s":
            return "" if self == 1 else "s"
        return super().__format__(spec)


def message(
    name: str, code: str, parameters: Mapping[str, Any], labels: Mapping[str, Text]
) -> Text:
    """The text of a reason or of a message of the estimator.

    Constructs that a parameter names (keys of `labels`) are shown by their labels; a parameter may
    be a text, shown in each language.
    """
    templates = catalogue(name)[code]
    texts = {}
    for language in LANGUAGES:
        shown = {key: _labelled(value, labels, language) for key, value in parameters.items()}
        template = templates.get(language, templates["en"])
        if language == "en":
            template = _of_one(
                template, [k for k, v in parameters.items() if type(v) is int and v == 1]
            )
        texts[language] = template.format(**shown)
    return Text(**{**texts, "zh": _APART.sub("", texts["zh"])})


#: The space around a place of a Chinese template where a Chinese label or a mark came to stand.
_APART = re.compile(r"(?<=[\u4e00-\u9fff，。；：、（）“”]) (?=[\u4e00-\u9fff，。；：、（）“”])")


def _of_one(template: str, ones: Sequence[str]) -> str:
    """An English sentence in which the nouns after these parameters are of one: 1 row, not rows."""
    for key in ones:
        nouns = rf"(\{{{key}\}} (?:complete )?)(?!has\b|is\b|does\b|takes\b)([a-z]+?)(ies|s)\b"
        template = re.sub(nouns, lambda m: m[1] + m[2] + ("y" if m[3] == "ies" else ""), template)
    return template


def _labelled(value: Any, labels: Mapping[str, Text], language: Language) -> Any:
    """A parameter with labels in place of the constructs' ids in it."""
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, int):
        return _Count(value)
    if isinstance(value, float):
        return _Real(value)
    if not isinstance(value, str):
        return value
    for name in sorted(labels, key=len, reverse=True):
        label = labels[name].in_(language)
        value = re.sub(rf"\b{re.escape(name)}\b", label.replace("\\", r"\\"), value)
    return value
