"""Statistics by every level of every comparable grouping of a survey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from loyalty.cases.survey import Survey
from loyalty.stats import descriptives
from loyalty.stats._common import Result


@dataclass(frozen=True)
class Groupings:
    """The groupings of `survey` that may be compared.

    Cells of fewer than `smallest` respondents are suppressed, and others where one could be
    recovered from the rest.
    """

    survey: Survey
    smallest: int

    @cached_property
    def levels(self) -> dict[str, list[str]]:
        return {g.id: list(g.levels) for g in self.survey.study.groups if g.comparable}

    @cached_property
    def within(self) -> dict[str, str]:
        """Grouping → the one that it lies within."""
        groups = self.survey.study.groups
        return {g.id: g.within for g in groups if g.comparable and g.within in self.levels}

    def by(
        self, values: pd.Series | pd.DataFrame, statistic: Callable[[Any], Result]
    ) -> pd.DataFrame:
        """`statistic` of `values` by level; see :func:`loyalty.stats.descriptives.by_groups`."""
        rows = self.survey.rows[list(self.levels)]
        return descriptives.by_groups(
            values, rows, self.levels, statistic, within=self.within, min_n=self.smallest
        )

    def share_by(self, marked: pd.Series) -> pd.DataFrame:
        """The share of those marked by level."""
        rows = self.survey.rows[list(self.levels)]
        return descriptives.shares_by_groups(
            marked,
            rows,
            self.levels,
            within=self.within,
            min_n=self.smallest,
            design=self.survey.design,
        )
