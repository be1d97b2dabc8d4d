"""What a process declares, entry by entry: the typed blocks of ``process.yml``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from loyalty.ground.errors import UserError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DEFAULT = "default"


class ProcessError(UserError, ValueError):
    """A process that cannot be drawn from: one line that names file, key and expectation."""


def listed(values: Iterable[object]) -> str:
    return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


def _grouped(value: object) -> dict[str, float]:
    """One number for all industries, or a mapping of industry to number."""
    entries: dict[Any, Any] = value if isinstance(value, dict) else {DEFAULT: value}
    if not entries or any(
        isinstance(v, bool) or not isinstance(v, (int, float)) or not math.isfinite(v)
        for v in entries.values()
    ):
        raise ValueError("expected a number, or a mapping of industry to number")
    return {str(k): float(v) for k, v in entries.items()}


def _increasing(cuts: list[float]) -> list[float]:
    if any(b <= a for a, b in pairwise(cuts)):
        raise ValueError(f"expected increasing cut-points, got {listed(cuts)}")
    return cuts


def _reasoned(because: str) -> str:
    """Where a number is from: printed or derived with the figure, or assumed."""
    basis, _, reason = because.partition(":")
    if basis not in ("printed", "derived", "assumed") or (basis != "assumed" and not reason):
        raise ValueError("expected 'printed: ...', 'derived: ...' or 'assumed'")
    return because


def _equal_shares(value: object) -> object:
    """A list of names has equal shares; a mapping gives them."""
    if not isinstance(value, list):
        return value
    if len(set(map(str, value))) < len(value):
        raise ValueError("expected every name once")
    return {str(name): 1 / len(value) for name in value}


def _summing_to_one(shares: dict[str, float]) -> dict[str, float]:
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"expected shares that sum to 1, got {total:g}")
    return shares


Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Because = Annotated[str, AfterValidator(_reasoned)]
Grouped = Annotated[dict[str, float], BeforeValidator(_grouped)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Shares = Annotated[
    dict[str, Share],
    Field(min_length=1),
    BeforeValidator(_equal_shares),
    AfterValidator(_summing_to_one),
]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Cuts = Annotated[list[Finite], Field(min_length=1), AfterValidator(_increasing)]


class Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Industry(Declared):
    """An industry: its share of the respondents and its firms' shares of the industry."""

    share: Share
    firms: Shares | None = None


class Construct(Declared):
    """A latent variable: its mean by industry and the firm effects' SD, both in latent SDs."""

    mean: Grouped = Field(default_factory=lambda: {DEFAULT: 0.0}, validate_default=True)
    firm_sd: Rate = 0.0
    because: Because


class Correlation(Declared):
    """A correlation of two exogenous constructs, or of two disturbances."""

    between: tuple[str, str]
    value: Annotated[float, Field(gt=-1, lt=1)]
    because: Because


class PathTerm(Declared):
    """A standardized structural path."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    value: Grouped
    because: Because


class Moderation(Declared):
    """The coefficient of the product of two latent variables in a third one's equation."""

    source: str = Field(alias="from")
    moderator: str
    target: str = Field(alias="to")
    value: Grouped
    because: Because


class Curve(Declared):
    """A bend in a path: a quadratic coefficient, or a change of slope past a threshold."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: Literal["quadratic", "threshold"]
    value: Grouped
    at: Finite | None = None
    because: Because

    @model_validator(mode="after")
    def _threshold_has_a_place(self) -> Curve:
        if (self.kind == "threshold") != (self.at is not None):
            raise ValueError("expected `at` with kind threshold, and only there")
        return self


class Thresholds(Declared):
    """Cut-points of the standard normal latent response, shared by the items that name them."""

    cuts: Cuts
    because: Because


class Item(Declared):
    """An answer: standardized loading, cut-points, and how industries shift them."""

    loading: Grouped
    thresholds: str
    shift: Grouped = Field(default_factory=lambda: {DEFAULT: 0.0}, validate_default=True)
    reversed: bool = False
    first: int = 1
    because: Because | None = None


class Measure(Declared):
    """The items of a construct."""

    items: Annotated[dict[Identifier, Item], Field(min_length=1)]
    because: Because


class Variable(Item):
    """A single answer beside the constructs' items that a construct drives."""

    measures: str
    because: Because


class MissingAtRandom(Declared):
    """Missing answers whose probability depends on a column that is always observed."""

    items: Annotated[list[str], Field(min_length=1)]
    by: str
    rates: dict[str | int, Rate]
    because: Because


class Missing(Declared):
    """Missing answers: one rate for every item, and mechanisms on top of it for some."""

    everywhere: Rate = 0.0
    never: list[str] = Field(default_factory=list)
    at_random: list[MissingAtRandom] = Field(default_factory=list)
    because: Because


class Careless(Declared):
    """Respondents who do not read: tick the same place everywhere, or anything."""

    share: Rate
    kinds: Annotated[
        dict[Literal["straightlining", "random"], Share],
        Field(min_length=1),
        AfterValidator(_summing_to_one),
    ]
    because: Because


class Seconds(Declared):
    """Log-normal response time; careless respondents take a fraction of the median."""

    median: Annotated[float, Field(gt=0)]
    log_sd: Annotated[float, Field(gt=0)]
    careless_factor: Annotated[float, Field(gt=0)] = 1.0
    because: Because
