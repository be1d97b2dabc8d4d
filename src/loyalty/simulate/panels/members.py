"""Customers who rate a firm wave after wave, and a programme that some of them take up.

A customer's score is an own level and what a wave adds, with a change that all have; from the day
on which the programme begins that of those who take it up is higher by its `effect`. Who takes it
up rated higher before, too: to compare afterwards alone would give more than the effect.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Finite
from loyalty.simulate.panels.base import Count, Figure, Fraction, Panel, People, Positive, Truth


class TakenUp(Declared):
    """From `start` on, by a `share` of the customers, who were `ahead` by so many points before."""

    start: date
    share: Fraction
    ahead: Finite
    effect: Finite
    because: Because


class Members(Panel):
    kind: Literal["members"]
    start: date
    every_months: Annotated[int, Field(ge=1, le=12)]
    customers: Count
    waves: Count
    level: Figure
    change: Figure
    level_sd: Positive
    within_sd: Positive
    programme: TakenUp

    @model_validator(mode="after")
    def _possible(self) -> Members:
        if not 0 < self.programme.share.value < 1:
            raise ValueError("programme.share: expected a share between 0 and 1")
        return self

    def draw(self, people: People) -> pd.DataFrame:
        n, waves = self.customers.value, self.waves.value
        taking = people.stream("taking").random(n) < self.programme.share.value
        own = self.level.value + self.level_sd.value * people.stream("level").standard_normal(n)
        own = own + self.programme.ahead * taking
        first, draw = pd.Period(self.start, "M"), people.stream("within")
        parts = []
        for w in range(waves):
            when = (first + w * self.every_months).to_timestamp()
            on = taking & (when >= pd.Timestamp(self.programme.start))
            score = own + self.change.value * w + self.programme.effect * on
            score = score + self.within_sd.value * draw.standard_normal(n)
            parts.append(
                pd.DataFrame(
                    {
                        "customer": [f"M{i + 1:05d}" for i in range(n)],
                        "date": when.strftime("%Y-%m-%d"),
                        "score": np.clip(score, 0, 100).round(),
                        "programme": taking.astype(np.int64),
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def truth(self) -> dict[str, Truth]:
        return {"uptake": Truth(self.programme.effect, self.programme.because)}
