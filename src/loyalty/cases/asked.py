"""What was asked and what is expected of it: scales, items, constructs, groups, hypotheses."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import Field, FiniteFloat, StringConstraints, model_validator

from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Identifier, Level, Model
from loyalty.ground.text import Text


class Scale(Model):
    """Answers from `min` to `max` in steps of `step`: 1, 0.5 for half points, 0 for any number.

    `missing` are codes for no answer; `answers` gives answers in words their numbers.
    """

    min: int | FiniteFloat
    max: int | FiniteFloat
    step: FiniteFloat = Field(default=1, ge=0)
    missing: list[float] = []
    answers: dict[Level, float] = {}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min >= self.max:
            raise Mistake("min must be below max, not {min} and {max}", min=self.min, max=self.max)
        return self

    @property
    def points(self) -> int | None:
        """How many answers the scale has; None of one that takes any number."""
        return round((self.max - self.min) / self.step) + 1 if self.step else None

    def holds(self, answers: pd.Series) -> pd.Series:
        """Whether numbers are answers of the scale, bool by row (a missing one is none)."""
        on = answers.between(self.min, self.max)
        if self.step:
            steps = (answers - self.min) / self.step
            on &= (steps - steps.round()).abs() < 1e-6
        return on


class _Column(Model):
    """A variable whose column in the data is named `column`, or else `id`."""

    id: Identifier
    column: str | None = None

    @property
    def source_column(self) -> str:
        return self.column if self.column is not None else self.id


class Item(_Column):
    """A question; worded in one language alone, that stands for both."""

    en: str = Field(min_length=1)
    zh: str = ""
    reversed: bool = False
    scale: Scale | None = None

    @model_validator(mode="before")
    @classmethod
    def _worded_once(cls, value: Any) -> Any:
        if isinstance(value, dict) and "en" not in value and value.get("zh"):
            return {**value, "en": value["zh"]}
        return value

    @property
    def wording(self) -> Text:
        return Text(en=self.en, zh=self.zh or self.en)


class Construct(Model):
    id: Identifier
    label: Text
    role: Literal["antecedent", "mediator", "moderator", "outcome", "alternative"]
    mode: Literal["reflective", "formative"] = "reflective"
    items: list[Item] = Field(min_length=1)
    same_as: Identifier | None = None
    direction: Literal["stated", "not stated"] = "stated"

    @property
    def concept(self) -> str:
        """What the synthesis takes as one and the same over cases: `same_as`, or the own id."""
        return self.same_as or self.id


class Variable(_Column):
    """A single variable beside the constructs."""

    label: Text
    kind: Literal["nps", "csat", "seconds", "id", "number"]
    scale: Scale | None = None


class Group(_Column):
    """Who belongs together. `missing` are texts that stand for no level."""

    label: Text
    missing: list[str] = []
    levels: dict[Level, Text]
    within: str | None = None
    quotas: dict[Level, float] | None = None
    comparable: bool = True


class Hypothesis(Model):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*$")]
    from_: str = Field(alias="from")
    to: str
    sign: Literal["+", "-"]
    moderator: str | None = None
    quadratic: bool = False
    set_aside: Text | None = None

    @property
    def is_path(self) -> bool:
        """A plain linear path (not a moderation, not a quadratic term)."""
        return self.moderator is None and not self.quadratic


class Effect(Model):
    """A named indirect effect: the product of the paths along `through`."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    label: Text
    through: list[str] = Field(min_length=3)
