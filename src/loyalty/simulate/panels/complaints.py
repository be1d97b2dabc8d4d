r"""Complaints in classes: how long the first answer took, whether it was solved, who stayed.

How often a customer complains falls with a survey construct. Given the class k and the hours h,
complaints are solved and customers stay with log-odds

.. math::
   \operatorname{logit} P(solved) = s_k + \sigma \ln(h / 24), \quad
   \operatorname{logit} P(stayed) = t_k + \tau\,solved + \eta \ln(h / 24).

With `times`, hours to the solution and to the end of a complaint are log-normal after what came
before; some that are not solved are never closed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Finite, Floats, Identifier, Share
from loyalty.simulate.panels.base import (
    NODES,
    WEIGHTS,
    Count,
    Figure,
    Fraction,
    Link,
    Panel,
    People,
    Positive,
    Truth,
    days,
    normal_mean,
)


class Class(Declared):
    """A class of complaints: its share, and log-odds of solving and staying at 24 hours."""

    share: Share
    solved: Finite
    stayed: Finite
    because: Because


class Times(Declared):
    """Hours from the answer to the solution, from there to the end, and from the answer to the end
    without a solution (medians); the share of those that never ends; days after the last complaint
    until the register was read.
    """

    solved: Positive
    closed: Positive
    given_up: Positive
    log_sd: Positive
    left_open: Fraction
    read_after: Count
    groups: bool = False


#: Hours by which the truth says how many were answered, solved and closed.
BY = {"answered": 24.0, "solved": 72.0, "closed": 168.0}


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
    times: Times | None = None

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
        drawn = pd.DataFrame(
            {
                "customer": [f"R{i + 1:05d}" for i in who],
                "date": days(self.start, when.astype(np.int64)),
                "class": np.array(list(self.classes))[kind],
                "hours": hours,
                "solved": solved,
                "stayed": stayed,
            }
        )
        if self.times is None:
            return drawn
        if self.times.groups:
            drawn["group"] = people.industry[who]
        return drawn.assign(**self._ends(people, hours, solved == 1, when))

    def _ends(
        self, people: People, hours: Floats, solved: np.ndarray, when: Floats
    ) -> dict[str, Floats]:
        """Hours to the solution and to the end; missing where there was none until the last day."""
        assert self.times is not None
        times, n = self.times, len(hours)

        def after(median: Positive, part: str) -> Floats:
            z = people.stream(part).standard_normal(n)
            return np.asarray(median.value * np.exp(times.log_sd.value * z))

        watched = 24.0 * (self.days.value + times.read_after.value - when)
        at = np.minimum(hours + after(times.solved, "until_solved"), watched)
        ended = np.minimum(at + after(times.closed, "until_closed"), watched)
        gone = hours + after(times.given_up, "until_given_up")
        left = people.stream("left_open").random(n) < times.left_open.value
        gone = np.where(left | (gone > watched), np.nan, gone)
        return {
            "solved_hours": np.where(solved, at, np.nan).round(2),
            "closed_hours": np.where(solved, ended, gone).round(2),
        }

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
        return found | self._reached()

    def _reached(self) -> dict[str, Truth]:
        """How many were answered, solved and closed within :data:`BY` hours."""
        if self.times is None:
            return {}
        from scipy.special import expit, ndtr

        times, sd = self.times, self.times.log_sd.value
        first = self.hours.value * np.exp(self.hours_log_sd.value * NODES)
        late = self.solved_by_hours.value * np.log(first / 24)
        chance = np.sum([c.share * expit(c.solved + late) for c in self.classes.values()], axis=0)

        def within(left: Floats, median: float) -> Floats:
            ratio = np.maximum(left, 1e-12) / median
            return np.asarray(np.where(left > 0, ndtr(np.log(ratio) / sd), 0.0))

        solved = chance * within(BY["solved"] - first, times.solved.value)
        until = times.solved.value * np.exp(sd * NODES)
        weights = WEIGHTS / WEIGHTS.sum()
        ended = sum(
            w * within(BY["closed"] - first - u, times.closed.value)
            for w, u in zip(weights, until, strict=True)
        )
        given_up = (1 - times.left_open.value) * within(BY["closed"] - first, times.given_up.value)
        closed = chance * ended + (1 - chance) * given_up
        answered = ndtr(np.log(BY["answered"] / self.hours.value) / self.hours_log_sd.value)
        return {
            "answered_in_time": Truth(float(answered), "derived"),
            "solved_in_time": Truth(normal_mean(solved), "derived"),
            "closed_in_time": Truth(normal_mean(closed), "derived"),
        }


def _happens(log_odds: Floats, draw: np.random.Generator) -> np.ndarray:
    chance = 1 / (1 + np.exp(-log_odds))
    return (draw.random(len(log_odds)) < chance).astype(np.int64)
