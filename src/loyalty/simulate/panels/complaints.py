r"""Complaints in classes: how long the first answer took, whether it was solved, who stayed.

How often a customer complains falls with a survey construct. Given the class k and the hours h,
complaints are solved and customers stay with log-odds

.. math::
   \operatorname{logit} P(solved) = s_k + \sigma \ln(h / 24), \quad
   \operatorname{logit} P(stayed) = t_k + \tau\,solved + \eta \ln(h / 24).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Finite, Floats, Identifier, Share
from loyalty.simulate.panels.base import Count, Figure, Link, Panel, People, Positive, Truth, days


class Class(Declared):
    """A class of complaints: its share, and log-odds of solving and staying at 24 hours."""

    share: Share
    solved: Finite
    stayed: Finite
    because: Because


class Complaints(Panel):
    kind: Literal["complaints"]
    start: date
    days: Count
    rate: Positive
    rate_by_person: Link
    classes: Annotated[dict[Identifier, Class], Field(min_length=2)]
    hours: Positive
    hours_log_sd: Positive
    solved_by_hours: Figure
    stayed_by_solved: Figure
    stayed_by_hours: Figure

    @model_validator(mode="after")
    def _whole(self) -> Complaints:
        total = sum(c.share for c in self.classes.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"classes: expected shares that sum to 1, got {total:g}")
        return self

    @property
    def links(self) -> list[Link]:
        return [self.rate_by_person]

    def draw(self, people: People) -> pd.DataFrame:
        pull = self.rate_by_person.value
        z = people.normal_scores(self.rate_by_person.latent)
        # Poisson of a log-normal rate: the mean is the declared one.
        often = self.rate.value * np.exp(pull * z - pull**2 / 2)
        counts = people.stream("often").poisson(often)
        n = int(counts.sum())
        edges = np.cumsum([c.share for c in self.classes.values()])[:-1]
        kind = np.searchsorted(edges, people.stream("class").random(n), side="right")
        deviates = people.stream("hours").standard_normal(n)
        hours = np.maximum(
            self.hours.value * np.exp(self.hours_log_sd.value * deviates), 0.01
        ).round(2)
        late = np.log(hours / 24)
        classes = list(self.classes.values())
        solved_at = np.array([c.solved for c in classes])[kind]
        stayed_at = np.array([c.stayed for c in classes])[kind]
        solved = _happens(solved_at + self.solved_by_hours.value * late, people.stream("solved"))
        stayed = _happens(
            stayed_at + self.stayed_by_solved.value * solved + self.stayed_by_hours.value * late,
            people.stream("stayed"),
        )
        when = np.sort(np.floor(self.days.value * people.stream("when").random(n)))
        who = people.stream("who").permutation(np.repeat(np.arange(len(people)), counts))
        return pd.DataFrame(
            {
                "customer": [f"R{i + 1:05d}" for i in who],
                "date": days(self.start, when.astype(np.int64)),
                "class": np.array(list(self.classes))[kind],
                "hours": hours,
                "solved": solved,
                "stayed": stayed,
            }
        )

    def truth(self) -> dict[str, Truth]:
        found = {
            "hours_median": Truth(self.hours.value, self.hours.because),
            "solved_by_hours": Truth(self.solved_by_hours.value, self.solved_by_hours.because),
            "stayed_by_solved": Truth(self.stayed_by_solved.value, self.stayed_by_solved.because),
            "stayed_by_hours": Truth(self.stayed_by_hours.value, self.stayed_by_hours.because),
        }
        for name, declared in self.classes.items():
            found[f"share_{name}"] = Truth(declared.share, declared.because)
            found[f"solved_{name}"] = Truth(declared.solved, declared.because)
            found[f"stayed_{name}"] = Truth(declared.stayed, declared.because)
        return found


def _happens(log_odds: Floats, draw: np.random.Generator) -> np.ndarray:
    chance = 1 / (1 + np.exp(-log_odds))
    return (draw.random(len(log_odds)) < chance).astype(np.int64)
