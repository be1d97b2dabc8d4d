"""Texts in every language, until a page is written."""

from __future__ import annotations

import unicodedata
from typing import Any, Literal, get_args

from pydantic import Field, field_validator, model_validator

from loyalty.ground.reading import Model

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Text(Model):
    """A text in English and Chinese; a plain string, or one language, stands for both."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_for_both(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"en": value, "zh": value}
        if isinstance(value, dict) and len(value) == 1 and set(value) <= {"en", "zh"}:
            (only,) = value.values()
            return {"en": only, "zh": only}
        return value

    @field_validator("en", "zh")
    @classmethod
    def _quoted_once(cls, value: str) -> str:
        """What stands in quotes already, put between quotes once more, has them once."""
        return (
            value.replace("““", "“").replace("””", "”") if "““" in value or "””" in value else value
        )

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    @property
    def both(self) -> str:
        """English and Chinese side by side, once where they are the same."""
        return self.en if self.en == self.zh else f"{self.en} {self.zh}"


#: No words at all, where a sentence goes on without.
NOTHING = Text.model_construct(en="", zh="")


def width(text: str) -> int:
    """In columns of a screen: two for a wide (Chinese) character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
