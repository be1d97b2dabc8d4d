"""Recommendation scores of one firm in waves: shares of promoters and detractors move evenly.

Every wave asks other customers, as many as the survey has of that firm.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Share, Shares
from loyalty.simulate.panels.base import Count, Figure, Fraction, Panel, People, Truth


class Scores(Declared):
    """How scores are spread within detractors (0 to 6), passives (7, 8) and promoters (9, 10)."""

    detractors: Shares
    passives: Shares
    promoters: Shares
    because: Because


class Waves(Panel):
    kind: Literal["waves"]
    start: date
    firm: str
    waves: Count
    every_months: Annotated[int, Field(ge=1, le=12)]
    nps_first: Figure
    nps_last: Figure
    promoters_first: Fraction
    promoters_last: Fraction
    scores: Scores

    @model_validator(mode="after")
    def _possible(self) -> Waves:
        if self.waves.value < 2:
            raise ValueError("waves: expected two or more")
        for when, nps, promoters in (
            ("first", self.nps_first, self.promoters_first),
            ("last", self.nps_last, self.promoters_last),
        ):
            detractors = promoters.value - nps.value / 100
            if not 0 <= detractors <= 1 - promoters.value:
                raise ValueError(
                    f"promoters_{when}: {promoters.value:g} with an NPS of {nps.value:g} leaves "
                    f"{detractors:g} detractors"
                )
        for name, among in (("detractors", range(7)), ("passives", (7, 8)), ("promoters", (9, 10))):
            if {*getattr(self.scores, name)} - {str(s) for s in among}:
                raise ValueError(f"scores.{name}: expected scores of {among[0]} to {among[-1]}")
        return self

    @property
    def places(self) -> list[tuple[str, str]]:
        return [("firm", self.firm)]

    def draw(self, people: People) -> pd.DataFrame:
        n = int((people.firm == self.firm).sum())
        draw = people.stream("score")
        first = pd.Period(self.start, "M")
        parts = []
        for w in range(self.waves.value):
            far = w / (self.waves.value - 1)
            promoters = _between(self.promoters_first.value, self.promoters_last.value, far)
            nps = _between(self.nps_first.value, self.nps_last.value, far) / 100
            shares: dict[int, Share] = {}
            for spread, share in (
                (self.scores.detractors, promoters - nps),
                (self.scores.passives, 1 - 2 * promoters + nps),
                (self.scores.promoters, promoters),
            ):
                shares |= {int(score): share * part for score, part in spread.items()}
            scores = sorted(shares)
            edges = np.cumsum([shares[s] for s in scores])[:-1]
            score = np.array(scores)[np.searchsorted(edges, draw.random(n), side="right")]
            month = (first + w * self.every_months).to_timestamp().strftime("%Y-%m-%d")
            parts.append(pd.DataFrame({"date": month, "score": score, "firm": self.firm}))
        return pd.concat(parts, ignore_index=True)

    def truth(self) -> dict[str, Truth]:
        years = (self.waves.value - 1) * self.every_months / 12
        rise = self.nps_last.value - self.nps_first.value
        return {
            "nps_first": Truth(self.nps_first.value, self.nps_first.because),
            "nps_last": Truth(self.nps_last.value, self.nps_last.because),
            "nps_change": Truth(rise, "derived: last less first"),
            "nps_per_year": Truth(rise / years, "derived: the rise is even"),
        }


def _between(first: float, last: float, far: float) -> float:
    return first + far * (last - first)
