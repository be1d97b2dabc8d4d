"""A randomised experiment on an incentive: who buys again, with it and without.

Customers are randomised half and half within firms. The chance to buy again is
``base + lift * treated + pull * tanh(z)``, z the deviation of a survey construct from its mean in
the industry: the effect is the same for all, and baseline purchases, which follow z too, predict
the outcome but not the arm.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from loyalty.simulate.entries import Identifier
from loyalty.simulate.panels.base import Figure, Fraction, Link, Panel, People, Positive, Truth


class Experiment(Panel):
    kind: Literal["experiment"]
    industry: str
    arms: tuple[Identifier, Identifier]  # without, with
    base: Fraction
    lift: Figure
    pull: Link
    purchases: Positive

    @model_validator(mode="after")
    def _chances(self) -> Experiment:
        least = self.base.value - abs(self.pull.value) + min(self.lift.value, 0)
        most = self.base.value + abs(self.pull.value) + max(self.lift.value, 0)
        if least < 0 or most > 1:
            raise ValueError(f"base: expected chances in 0 to 1, got {least:g} to {most:g}")
        if self.arms[0] == self.arms[1]:
            raise ValueError("arms: expected two different names")
        return self

    @property
    def links(self) -> list[Link]:
        return [self.pull]

    @property
    def places(self) -> list[tuple[str, str]]:
        return [("industry", self.industry)]

    def draw(self, people: People) -> pd.DataFrame:
        rows = np.flatnonzero(people.industry == self.industry)
        firm = people.firm[rows]
        z = people.latents[self.pull.latent][rows]
        z = z - z.mean()
        # Half of each firm's customers, in random order.
        order = people.stream("arm").random(len(rows))
        treated = np.zeros(len(rows), dtype=np.int64)
        for name in np.unique(firm):
            own = np.flatnonzero(firm == name)
            treated[own[np.argsort(order[own])[: len(own) // 2]]] = 1
        chance = self.base.value + self.lift.value * treated + self.pull.value * np.tanh(z)
        bought = people.stream("outcome").random(len(rows)) < chance
        # Poisson of a log-normal rate: the mean is the declared one.
        rate = self.purchases.value * np.exp(0.4 * z - 0.08)
        before = people.stream("baseline").poisson(rate)
        return pd.DataFrame(
            {
                "arm": np.array(self.arms)[treated],
                "outcome": bought.astype(np.int64),
                "baseline": before,
                "stratum": firm,
            }
        )

    def truth(self) -> dict[str, Truth]:
        return {
            "base": Truth(self.base.value, self.base.because),
            "lift": Truth(self.lift.value, self.lift.because),
            "relative_lift": Truth(self.lift.value / self.base.value, self.lift.because),
        }
