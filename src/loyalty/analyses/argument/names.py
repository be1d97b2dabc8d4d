"""Names that tables, figures and sentences of the argument share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from loyalty.analyses.argument.read import Grade
from loyalty.analyses.synthesis.estimates import concepts
from loyalty.analyses.voice import themes as lists
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import Doubts
from loyalty.ground.text import Text
from loyalty.shown.context import Case, arrow
from loyalty.shown.doubts import withheld

NOT_ESTIMATED = Text(en="not estimated", zh="未估计")
GRADES: dict[Grade, Text] = {
    "high": Text(en="high", zh="高"),
    "moderate": Text(en="moderate", zh="中"),
    "low": Text(en="low", zh="低"),
    "none": Text(en="none", zh="无"),
}
#: Where a headline's exhibit stands.
EXHIBITS = {
    "exhibit": "fig-all-argument-exhibit",
    "constructs": "tbl-all-argument-constructs",
    "returning": "tbl-all-argument-returning",
    "themes": "fig-all-argument-themes",
    "failures": "tbl-all-argument-failures",
}


class OfPath(Protocol):
    """A row about a path of a case."""

    @property
    def case(self) -> str: ...
    @property
    def from_(self) -> str: ...
    @property
    def to(self) -> str: ...


class Judged(OfPath, Protocol):
    """A path that may be relied upon or not."""

    @property
    def set_aside(self) -> bool: ...
    @property
    def relied(self) -> bool: ...
    @property
    def doubts(self) -> Doubts: ...


def study(case: str, everything: Case) -> Study:
    assert everything.described is not None
    return everything.described[case]


def title(case: str, everything: Case) -> Text:
    return study(case, everything).title


def path(row: OfPath, everything: Case) -> Text:
    """``Quality → Loyalty`` by the labels of its case."""
    named = study(row.case, everything).named
    return arrow(named(row.from_).label, named(row.to).label)


def together(case: str, constructs: Sequence[str], everything: Case) -> Text:
    """``Image + Quality``: constructs that are one."""
    labels = [study(case, everything).named(c).label for c in constructs]
    return Text(en=" + ".join(t.en for t in labels), zh=" + ".join(t.zh for t in labels))


def label(concept: str, everything: Case) -> Text:
    """What surveys call a concept that they share."""
    return concepts(everything.described or {})[concept]


def concept_path(start: str, end: str, everything: Case) -> Text:
    return arrow(label(start, everything), label(end, everything))


def group(case: str, name: str, level: str, everything: Case) -> Text:
    """A level of a grouping."""
    described = next(g for g in study(case, everything).groups if g.id == name)
    return next(text for code, text in described.levels.items() if str(code) == level)


def grouping(case: str, name: str, everything: Case) -> Text:
    return next(g.label for g in study(case, everything).groups if g.id == name)


def resource(case: str, name: str, everything: Case) -> Text:
    """The label of a case's table; its name where none has it."""
    found = (r.label for r in study(case, everything).resources if r.id == name)
    return next(found, Text(en=name, zh=name))


def measure(case: str, name: str, everything: Case) -> Text:
    """The label of a measure of a case's waves; its name where none has it."""
    found = (m.label for r in study(case, everything).resources for m in r.measures if m.id == name)
    return next(found, Text(en=name, zh=name))


def theme(name: str) -> Text:
    return lists.themes()[name].label


def graded(grade: Grade, exhibit: str) -> Text:
    """The grade of a headline, and where its exhibit is."""
    shown = GRADES[grade]
    return Text(
        en=f"*Grade of evidence: {shown.en}* (@{EXHIBITS[exhibit]}).",
        zh=f"*证据等级为{shown.zh}*（@{EXHIBITS[exhibit]}）。",
    )


def why_not(row: Judged, *, first: bool = False) -> Text | None:
    """Why a path has no number to read, in a few words, or the `first` reason alone; None where
    it has one.
    """
    if row.set_aside:
        return NOT_ESTIMATED
    return withheld(row.doubts[:1] if first else row.doubts)
