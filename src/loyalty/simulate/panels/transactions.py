"""Purchases of customers: BG/NBD for when (Fader, Hardie & Lee 2005), gamma–gamma for how much.

A customer buys first within the first weeks, then at a rate of ``rate`` a week; rates are gamma
(r, alpha) over customers. After each further purchase the customer leaves for good with a chance
that is beta (a, b) over customers. A purchase is gamma (p, nu), nu gamma (q, gamma) over customers
(Fader, Hardie & Lee 2005b), so the mean is p gamma / (q - 1). Those who say that they come back buy
more often: the rate's rank and the survey's construct have a normal copula. With ``tone`` so have
the chance of leaving and the mood that customers write in.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import model_validator

from loyalty.simulate.entries import Because, Declared
from loyalty.simulate.panels.base import (
    Count,
    Figure,
    Link,
    Panel,
    People,
    Positive,
    Truth,
    days,
)


class Purchases(Declared):
    """Parameters of a BG/NBD process; time in weeks."""

    r: float
    alpha: float
    a: float
    b: float
    because: Because


class Spend(Declared):
    """Parameters of the gamma–gamma model."""

    p: float
    q: float
    gamma: float
    because: Because


class Transactions(Panel):
    kind: Literal["transactions"]
    start: date
    weeks: Count
    first_within: Positive
    purchases: Purchases
    spend: Spend
    link: Link
    tone: Figure | None = None

    @model_validator(mode="after")
    def _possible(self) -> Transactions:
        for block in ("purchases", "spend"):
            for name, value in getattr(self, block):
                if name != "because" and not 0 < value < 1e6:
                    raise ValueError(f"{block}.{name}: expected a number above 0")
        if self.spend.q <= 1:
            raise ValueError("spend.q: expected more than 1, else there is no mean")
        if not -1 < self.link.value < 1:
            raise ValueError("link.value: expected a correlation")
        if self.tone is not None and not -1 < self.tone.value < 1:
            raise ValueError("tone.value: expected a correlation")
        if self.first_within.value >= self.weeks.value:
            raise ValueError("first_within: expected less than weeks")
        return self

    @property
    def links(self) -> list[Link]:
        return [self.link]

    def draw(self, people: People) -> pd.DataFrame:
        from scipy.special import betaincinv, gammaincinv, ndtr, ndtri

        n = len(people)
        buys, spend = self.purchases, self.spend
        own = people.stream("rate").standard_normal(n)
        mixed = self.link.value * people.normal_scores(self.link.latent)
        mixed = mixed + np.sqrt(1 - self.link.value**2) * own
        rate = gammaincinv(buys.r, ndtr(mixed)) / buys.alpha
        chance = people.stream("leaving").random(n)
        if self.tone is not None:
            pull = self.tone.value
            chance = ndtr(pull * people.mood + np.sqrt(1 - pull**2) * ndtri(chance))
        leaving = betaincinv(buys.a, buys.b, chance)
        nu = gammaincinv(spend.q, people.stream("nu").random(n)) / spend.gamma

        when, stay, amount = (people.stream(s) for s in ("when", "stay", "amount"))
        time = self.first_within.value * people.stream("first").random(n)
        active = np.ones(n, dtype=bool)
        parts = []
        while active.any():
            bought = amount.gamma(spend.p, 1 / nu)
            parts.append(
                pd.DataFrame({"customer": np.arange(n), "time": time, "amount": bought})[active]
            )
            if len(parts) > 1:
                active &= stay.random(n) >= leaving
            with np.errstate(divide="ignore"):
                time = time - np.log1p(-when.random(n)) / rate
            active &= time < self.weeks.value
        rows = pd.concat(parts).sort_values(["customer", "time"], ignore_index=True)
        return pd.DataFrame(
            {
                "customer": [f"R{i + 1:05d}" for i in rows["customer"]],
                "date": days(self.start, np.floor(7 * rows["time"].to_numpy()).astype(np.int64)),
                "amount": np.maximum(rows["amount"].round(2), 0.01),
            }
        )

    def truth(self) -> dict[str, Truth]:
        found = {
            name: Truth(value, block.because)
            for block in (self.purchases, self.spend)
            for name, value in block
            if name != "because"
        }
        mean = self.spend.p * self.spend.gamma / (self.spend.q - 1)
        found |= {"mean_spend": Truth(mean, "derived: p gamma / (q - 1)")}
        if self.tone is not None:
            found["tone_leaving"] = Truth(self.tone.value, self.tone.because)
        return found
