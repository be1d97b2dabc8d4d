r"""What customers wrote, filed as praise or complaint: a mood of theirs that no question asks.

A customer's mood is standard normal and apart from every construct of the survey. Those who write
do so a Poisson number of times, at least once; a text is praise with a chance of

.. math:: P(praise) = \Phi(\tau + \kappa m),

so that of the variance of one text's tone :math:`\kappa^2 / (1 + \kappa^2)` is the customer's.
The table of purchases says what the mood does (``tone``).
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared
from loyalty.simulate.panels.base import (
    Count,
    Figure,
    Fraction,
    Panel,
    People,
    Positive,
    Truth,
    days,
)

Wording = Annotated[str, Field(min_length=2, max_length=200)]


class Wordings(Declared):
    """Sentences that texts are put together from: of praise, of complaint, of neither."""

    praise: Annotated[list[Wording], Field(min_length=2)]
    complaint: Annotated[list[Wording], Field(min_length=2)]
    neither: Annotated[list[Wording], Field(min_length=2)]
    because: Because


class Reviews(Panel):
    kind: Literal["reviews"]
    start: date
    days: Count
    write: Fraction
    further: Positive
    praise: Fraction
    mood_loading: Figure
    wordings: Wordings

    @model_validator(mode="after")
    def _possible(self) -> Reviews:
        if not 0 < self.praise.value < 1:
            raise ValueError("praise: expected a share between 0 and 1")
        return self

    def draw(self, people: People) -> pd.DataFrame:
        n = len(people)
        mood, kappa = people.mood, self.mood_loading.value
        writes = people.stream("write").random(n) < self.write.value
        count = np.where(writes, 1 + people.stream("further").poisson(self.further.value, n), 0)
        who = np.repeat(np.arange(n), count)
        cut = NormalDist().inv_cdf(self.praise.value) * np.sqrt(1 + kappa**2)
        noise = people.stream("text").standard_normal(len(who))
        good = cut + kappa * mood[who] + noise > 0
        words, said = people.stream("words"), self.wordings
        own = np.where(
            good,
            np.array(said.praise)[words.integers(0, len(said.praise), len(who))],
            np.array(said.complaint)[words.integers(0, len(said.complaint), len(who))],
        )
        other = np.array(said.neither)[words.integers(0, len(said.neither), len(who))]
        when = np.floor(self.days.value * people.stream("when").random(len(who))).astype(np.int64)
        return pd.DataFrame(
            {
                "customer": [f"R{i + 1:05d}" for i in who],
                "date": days(self.start, when),
                "text": [f"{a}{b}" for a, b in zip(own, other, strict=True)],
                "polarity": np.where(good, "pos", "neg"),
            }
        )

    def truth(self) -> dict[str, Truth]:
        kappa = self.mood_loading.value
        because = self.mood_loading.because
        return {
            "tone_of_customer": Truth(kappa**2 / (1 + kappa**2), because),
            "praise": Truth(self.praise.value, self.praise.because),
        }
