"""The case that something is shown of: its names in every language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from loyalty.cases.study import ALL, Study
from loyalty.estimates.verdicts import Reliance
from loyalty.ground.results import of_the_study
from loyalty.ground.text import Text
from loyalty.shown.short import shortened


@dataclass(frozen=True)
class Case:
    """What tables, figures and words know besides the finding.

    `study` is the description; of all cases together (the synthesis) there is none, but
    `described` has every case's. `reliance`: how far the paths of a survey may be relied upon.
    """

    id: str
    study_: Study | None = None
    described: Mapping[str, Study] | None = None
    reliance: Reliance = field(default_factory=Reliance)

    @cached_property
    def study(self) -> Study:
        """The description, its labels as they are shown."""
        assert self.study_ is not None, "of all cases together there is no one description"
        return shortened(self.study_)

    @property
    def simulated(self) -> bool:
        return self.id != ALL and self.study.simulated

    @property
    def of_the_study(self) -> bool:
        """Whether what the study's sources claim concerns the case."""
        return of_the_study(self.id)

    @property
    def any_simulated(self) -> bool:
        """Whether one of the cases taken together is simulated."""
        return any(study.simulated for study in (self.described or {}).values())

    @cached_property
    def labels(self) -> Mapping[str, Text]:
        """The label of every construct by its id."""
        if self.study_ is None:
            return {}
        return {c.id: c.label for c in self.study.constructs}

    @property
    def names(self) -> Mapping[str, Text]:
        """The label of every construct and grouping by its id, as reasons name them."""
        groups = {} if self.study_ is None else {g.id: g.label for g in self.study.groups}
        return {**groups, **self.labels}

    def label(self, construct: str) -> Text:
        return self.labels[construct]

    def path(self, start: str, end: str) -> Text:
        """``Quality → Loyalty``."""
        return arrow(self.label(start), self.label(end))


def arrow(start: Text, end: Text) -> Text:
    """``Quality → Loyalty`` of two labels."""
    return Text(en=f"{start.en} → {end.en}", zh=f"{start.zh} → {end.zh}")
