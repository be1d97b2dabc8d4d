"""A survey's answers and scores, as the descriptives take them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from loyalty.analyses.descriptives.groupings import Groupings
from loyalty.cases.asked import Construct, Scale
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.ground.thresholds import threshold
from loyalty.stats import descriptives
from loyalty.stats.weighted import Design


@dataclass(frozen=True)
class Data:
    """A survey's turned answers and the scores of its scales; of one with weights those of the
    respondents who have a weight."""

    survey: Survey
    answers: pd.DataFrame

    @property
    def study(self) -> Study:
        return self.survey.study

    @property
    def design(self) -> Design | None:
        return self.survey.design

    @cached_property
    def owner(self) -> dict[str, str]:
        """Item → its construct."""
        return {i.id: c.id for c in self.study.main for i in c.items}

    @cached_property
    def scale(self) -> dict[str, Scale]:
        """Item → what its answers lie on."""
        return {i.id: self.study.item_scale(i) for i in self.study.items}

    @cached_property
    def items(self) -> dict[str, list[str]]:
        """Construct → its items."""
        return {c.id: [i.id for i in c.items] for c in self.study.main}

    @cached_property
    def bottom(self) -> dict[str, float]:
        """Construct → the lowest score that its scale can give."""
        return {c: sum(self.scale[i].min for i in ids) / len(ids) for c, ids in self.items.items()}

    @cached_property
    def top(self) -> dict[str, float]:
        return {c: sum(self.scale[i].max for i in ids) / len(ids) for c, ids in self.items.items()}

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Respondents × constructs, in points of the scale."""
        return descriptives.scale_scores(self.answers, self.items)

    @cached_property
    def index(self) -> pd.DataFrame:
        """The scores on 0 to 100."""
        bottom = pd.Series(self.bottom)
        return 100 * (self.scores - bottom) / (pd.Series(self.top) - bottom)

    @cached_property
    def satisfaction(self) -> Construct | None:
        return next(
            (
                c
                for c in self.study.main
                if c.id == "satisfaction" or re.search(r"satisf|zufrieden|满意", c.label.both, re.I)
            ),
            None,
        )

    @cached_property
    def outcome(self) -> Construct:
        """Where the focal path leads, or else the first outcome, or the last construct."""
        main, focal = self.study.main, self.study.focal
        if focal is not None:
            return self.study.named(focal.to)
        return next((c for c in main if c.role == "outcome"), main[-1])

    @cached_property
    def groupings(self) -> Groupings:
        return Groupings(self.survey, smallest())

    @cached_property
    def by_level(self) -> pd.DataFrame:
        """Mean index of every scale by level: a row a construct and level, none without groups."""
        if not self.groupings.levels:
            return pd.DataFrame()
        parts = [
            self.groupings.by(self.index[c], self.mean).assign(construct=c) for c in self.items
        ]
        return pd.concat(parts, ignore_index=True)

    def mean(self, values: pd.Series) -> descriptives.Mean:
        return descriptives.mean_interval(values, design=self.design)

    @property
    def compared(self) -> bool:
        """Whether there is a level whose mean index can be shown."""
        return "mean" in self.by_level and bool(self.by_level["mean"].notna().any())


def smallest() -> int:
    """The fewest respondents that a cell may show."""
    return int(threshold("small_cell").value)
