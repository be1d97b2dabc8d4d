r"""Loyalty after a failure of service: who had one, how bad, how it was mended, what became of it.

Scales run from 1 to 7. Loyalty before follows the survey's latent loyalty. For a customer with a
failure

.. math:: after = before - loss + \sum_k \beta_k (x_k - 4) + e,

for one without, :math:`after = before + e`, both kept on the scale. The recovery paradox is the
gap that an excellent recovery (``excellent``, other things at the middle of their scales) leaves:
positive where such customers end up more loyal than those who never had a failure.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from loyalty.simulate.entries import Because, Declared, Finite, Floats
from loyalty.simulate.panels.base import Figure, Fraction, Link, Panel, People, Positive, Truth

OF_THE_FAILURE = ("severity", "controllability", "recovery")
OF_THE_CUSTOMER = (
    "past_experience",
    "expectations",
    "neuroticism",
    "extraversion",
    "competition",
)
MIDDLE = 4.0


class Effects(Declared):
    """Points of loyalty after the failure for a point of the predictor."""

    severity: Finite
    controllability: Finite
    recovery: Finite
    past_experience: Finite
    expectations: Finite
    neuroticism: Finite
    extraversion: Finite
    competition: Finite
    because: Because


class Failures(Panel):
    kind: Literal["failures"]
    failed: Fraction
    spread: Positive
    loyalty: Positive
    loyalty_by_person: Link
    loss: Figure
    effects: Effects
    excellent: Figure
    noise: Positive

    @model_validator(mode="after")
    def _on_the_scale(self) -> Failures:
        for name, value in (("loyalty", self.loyalty.value), ("excellent", self.excellent.value)):
            if not 1 <= value <= 7:
                raise ValueError(f"{name}: expected a point of the scale from 1 to 7")
        return self

    @property
    def links(self) -> list[Link]:
        return [self.loyalty_by_person]

    def draw(self, people: People) -> pd.DataFrame:
        n = len(people)
        failed = people.stream("failed").random(n) < self.failed.value
        columns: dict[str, object] = {"failed": failed.astype(np.int64)}
        latent = people.latents[self.loyalty_by_person.latent]
        before = self.loyalty.value + self.loyalty_by_person.value * latent
        change = np.where(failed, -self.loss.value, 0.0)
        for name in (*OF_THE_FAILURE, *OF_THE_CUSTOMER):
            score = MIDDLE + self.spread.value * people.stream(name).standard_normal(n)
            score = _scale(score)
            change += np.where(failed, getattr(self.effects, name) * (score - MIDDLE), 0.0)
            columns[name] = np.where(failed, score, np.nan) if name in OF_THE_FAILURE else score
        before = _scale(before)
        noise = self.noise.value * people.stream("after").standard_normal(n)
        columns |= {"loyalty_before": before, "loyalty_after": _scale(before + change + noise)}
        return pd.DataFrame(columns)

    def truth(self) -> dict[str, Truth]:
        effects = self.effects
        gap = effects.recovery * (self.excellent.value - MIDDLE) - self.loss.value
        return {
            "loss": Truth(self.loss.value, self.loss.because),
            **{
                name: Truth(getattr(effects, name), effects.because)
                for name in (*OF_THE_FAILURE, *OF_THE_CUSTOMER)
            },
            "paradox": Truth(gap, "derived: recovery x (excellent - 4) - loss"),
        }


def _scale(score: Floats) -> Floats:
    """Scores of a scale of several answers: from 1 to 7, two decimals."""
    return np.clip(score, 1.0, 7.0).round(2)
