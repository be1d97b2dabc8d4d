"""What a text can be about, by the word lists of ``themes.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from loyalty.ground.text import Text


@dataclass(frozen=True)
class Theme:
    """Something a text can be about; `served`: a subject that brings service with it."""

    id: str
    label: Text
    words: tuple[str, ...]
    served: bool = True


@cache
def _configuration() -> dict[str, Any]:
    content = (files("loyalty.analyses.voice") / "themes.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(content)
    return found


def _named(kind: str) -> list[Theme]:
    return [
        Theme(
            name,
            Text.model_validate(entry["label"]),
            tuple(entry["words"]),
            entry.get("served", True),
        )
        for name, entry in _configuration()[kind].items()
    ]


@cache
def themes() -> Mapping[str, Theme]:
    """By their ids, in the order of the list."""
    return {theme.id: theme for theme in _named("themes")}


@cache
def subjects() -> list[Theme]:
    return _named("subjects")


def replies() -> tuple[str, ...]:
    """How answers of a business begin."""
    return tuple(_configuration()["replies"])


def glosses() -> Mapping[str, str]:
    """Short English meanings of words, for readers who have no Chinese."""
    found: dict[str, str] = _configuration()["glosses"]
    return found
