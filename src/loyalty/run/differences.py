"""What a comparison finds, and how it is told."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.cells import cell_len

from loyalty.ground.said import Said, spoken

#: Moves up to this times ``max(1, |old|)`` are none.
TOLERANCE = 1e-9
#: Lines of a section that are shown unless all are asked for.
SHOWN = 50


#: What a section of a comparison holds.
_TITLES = {
    "moved": Said("moved"),
    "changed": Said("changed"),
    "appeared": Said("appeared"),
    "went": Said("went"),
    "unmatched": Said("unmatched"),
}
_HEADS = (
    *(Said("old numbers"), Said("matched"), Said("moved")),
    *(Said("unmatched"), Said("gone"), Said("appeared")),
)


@dataclass(frozen=True, order=True)
class Difference:
    """One thing that is not as it was: in a file (`part`: ``case/analysis`` or a page).

    Those of one `group` are shown in one line with their number.
    """

    part: str
    address: str
    text: str
    size: float = 0.0
    group: str = ""

    def __str__(self) -> str:
        return " ".join(spoken(text) for text in (self.part, self.address, self.text) if text)


@dataclass
class Tally:
    """What a map did for one analysis, in numbers of the old files (appeared: of the new)."""

    old: int = 0
    matched: int = 0
    moved: int = 0
    largest: float = 0.0
    unmatched: int = 0
    gone: int = 0
    appeared: int = 0


@dataclass
class Comparison:
    """What differs between OLD and NEW, by kind; `notes` are no differences."""

    SECTIONS: ClassVar = ("moved", "changed", "appeared", "went", "unmatched")

    moved: list[Difference] = field(default_factory=list)
    changed: list[Difference] = field(default_factory=list)
    appeared: list[Difference] = field(default_factory=list)
    went: list[Difference] = field(default_factory=list)
    unmatched: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)
    parts: int = 0

    @property
    def equal(self) -> bool:
        return not (self.moved or self.changed or self.appeared or self.went or self.unmatched)

    def lines(self, *, everything: bool = False) -> Iterator[str]:
        """The report as plain text, each section sorted and at most :data:`SHOWN` lines long."""
        if self.tallies:
            heads = map(spoken, (*_HEADS[:3], Said("largest"), *_HEADS[3:]))
            yield " " * 20 + "".join(" " * (12 - cell_len(head)) + head for head in heads)
            for analysis, t in sorted(self.tallies.items()):
                largest = f"{t.largest:.2g}" if t.moved else "-"
                counts = (t.old, t.matched, t.moved, largest, t.unmatched, t.gone, t.appeared)
                yield f"{analysis:20}" + "".join(f"{n:>12}" for n in counts)
        for title in self.SECTIONS:
            found: list[Difference] = sorted(getattr(self, title))
            if found:
                yield ""
                yield spoken(Said("{title} ({n:,})", title=_TITLES[title], n=len(found)))
                shown = [str(one) for one in found] if everything else _grouped(found)
                for line in shown if everything else shown[:SHOWN]:
                    yield f"  {line}"
                if not everything and len(shown) > SHOWN:
                    more = Said("… and {more:,} more", more=len(shown) - SHOWN)
                    yield f"  {spoken(more)}"
        yield from map(spoken, self.notes)
        every = [(title, getattr(self, title)) for title in self.SECTIONS]
        there = [Said("{n:,} {title}", n=len(d), title=_TITLES[of]) for of, d in every if d]
        said: list[Said] | Said = there or Said("nothing moved")
        if self.moved and (by := max(one.size for one in self.moved)):
            line = Said(
                "{parts:,} compared: {said}; the largest move is {by:.3g}",
                parts=self.parts,
                said=said,
                by=by,
            )
        else:
            line = Said("{parts:,} compared: {said}", parts=self.parts, said=said)
        yield spoken(line)


def _grouped(found: list[Difference]) -> list[str]:
    """One line for each difference without a group, and one for each group, in sorted order."""
    groups: dict[str, list[Difference]] = defaultdict(list)
    for one in found:
        groups[one.group or str(one)].append(one)
    return sorted(
        spoken(Said("{group} ({n:,} times, first {one})", group=of, n=len(ones), one=str(ones[0])))
        if (of := ones[0].group)
        else group
        for group, ones in groups.items()
    )


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def move(old: Any, new: Any, tolerance: float) -> float | None:
    """How far a number moved (0 within the tolerance), None where the two are no numbers."""
    if not (is_number(old) and is_number(new)):
        return None
    if old == new or (old != old and new != new):
        return 0.0
    try:
        by = abs(float(new) - float(old))
        allowed = tolerance * max(1.0, abs(float(old)))
    except OverflowError:  # integers that no float holds
        return math.inf
    if not math.isfinite(by):
        return math.inf
    return by if by > allowed else 0.0


def as_text(value: Any) -> str:
    """A leaf of a JSON file as the report shows it."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
