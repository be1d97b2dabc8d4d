"""What a file turned out to hold: blocks of items, groups, numbers, and what is not used."""

from __future__ import annotations

from dataclasses import dataclass, field

from loyalty.newcase import leaveout, like
from loyalty.newcase.behaviour import Behaviour
from loyalty.newcase.blocks import Block
from loyalty.newcase.source import Column, Source


@dataclass
class Group:
    """A column with few values that say who belongs together.

    `sure` where the file says what codes mean, `in_order` where the order of texts is known; `odd`
    says in which rows no level stands.
    """

    column: Column
    levels: dict[str, str]
    missing: list[str] = field(default_factory=list)
    sure: bool = True
    odd: dict[int, str] = field(default_factory=dict)
    in_order: bool = True


@dataclass
class Number:
    """A single variable: nps, seconds, id or number; `odd` says in which rows none is, `doubt` the
    ends that the file says, where answers lie past them."""

    column: Column
    kind: str
    ends: tuple[int, int] | None = None
    missing: list[float] = field(default_factory=list)
    odd: dict[int, str] = field(default_factory=dict)
    doubt: tuple[int, int] | None = None


@dataclass
class Found:
    """What a file turned out to hold; `people` says whose rows are several."""

    source: Source
    blocks: list[Block] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    personal: list[tuple[Column, str]] = field(default_factory=list)
    several: list[tuple[str, list[Column]]] = field(default_factory=list)
    attention: list[Column] = field(default_factory=list)
    dates: list[Column] = field(default_factory=list)
    weights: Column | None = None
    people: Column | None = None
    unused: list[tuple[Column, str]] = field(default_factory=list)
    left_out: list[leaveout.Rule] = field(default_factory=list)
    plan: like.Plan | None = None
    table: Behaviour | None = None
    ids: dict[int, str] = field(default_factory=dict)

    @property
    def all_unused(self) -> bool:
        """Whether no column is of any use."""
        used = (self.blocks, self.groups, self.numbers, self.personal, self.several, self.dates)
        return not any(used) and bool(self.unused)
