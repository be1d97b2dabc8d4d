"""Statistics by every level of every comparable grouping of a survey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from loyalty.cases.study import Group
from loyalty.cases.survey import Survey
from loyalty.ground.text import Language
from loyalty.stats import descriptives
from loyalty.stats._common import Result


@dataclass(frozen=True)
class Groupings:
    """The groupings of `survey` that may be compared, named in `language`.

    Cells of fewer than `smallest` respondents are suppressed, and others where one could be
    recovered from the rest.
    """

    survey: Survey
    language: Language
    smallest: int

    @cached_property
    def groups(self) -> list[Group]:
        return [g for g in self.survey.study.groups if g.comparable]

    @cached_property
    def levels(self) -> dict[str, list[str]]:
        return {g.id: list(g.levels) for g in self.groups}

    @cached_property
    def within(self) -> dict[str, str]:
        """Grouping → the one that it lies within."""
        return {g.id: g.within for g in self.groups if g.within in self.levels}

    @cached_property
    def names(self) -> dict[str, str]:
        return {g.id: g.label.in_(self.language) for g in self.groups}

    @cached_property
    def level_names(self) -> dict[tuple[str, str], str]:
        return {(g.id, k): v.in_(self.language) for g in self.groups for k, v in g.levels.items()}

    @cached_property
    def row_names(self) -> dict[tuple[str, str], str]:
        """Level names, with the grouping's name before those that are not firms of another."""
        return {
            (g, k): name if g in self.within else f"{self.names[g]} · {name}"
            for (g, k), name in self.level_names.items()
        }

    def by(
        self, values: pd.Series | pd.DataFrame, statistic: Callable[[Any], Result]
    ) -> pd.DataFrame:
        """`statistic` of `values` by level; see :func:`loyalty.stats.descriptives.by_groups`."""
        rows = self.survey.rows[list(self.levels)]
        return self._named(
            descriptives.by_groups(
                values, rows, self.levels, statistic, within=self.within, min_n=self.smallest
            )
        )

    def share_by(self, marked: pd.Series) -> pd.DataFrame:
        """The share of those marked by level."""
        rows = self.survey.rows[list(self.levels)]
        return self._named(
            descriptives.shares_by_groups(
                marked, rows, self.levels, within=self.within, min_n=self.smallest
            )
        )

    def _named(self, table: pd.DataFrame) -> pd.DataFrame:
        names = [self.row_names[pair] for pair in zip(table["group"], table["level"], strict=True)]
        return table.assign(label=names, grouping=table["group"].map(self.names))
