r"""Touchpoints in order: who comes, in which channel, how long they wait, who goes no further.

A customer :math:`i` comes to touchpoint :math:`t` with a chance of its own, as long as none before
was the last, and rates it in channel :math:`k` on a slider from 0 to 100:

.. math:: y_{itk} = \mu_t + \lambda \eta_{it} + c_k + p_i + e_{itk},

with the survey's construct :math:`\eta` of that name. Channels' :math:`c` are normal scores whose
variance is exactly the declared one. Waiting is log-normal; whoever waits longer goes on more
rarely:

.. math:: \operatorname{logit} P(lost) = l_t + \gamma \ln(w / m_t).
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Finite, Floats, Identifier, Share
from loyalty.simulate.panels.base import (
    NODES,
    Count,
    Figure,
    Link,
    Panel,
    People,
    Positive,
    Truth,
    days,
    normal_mean,
)


def _chance(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-log_odds))


class Touchpoint(Declared):
    """`comes`: of those who are still there. `lost`: log-odds at the median `waiting`."""

    comes: Share
    rating: Annotated[float, Field(ge=0, le=100)]
    waiting: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    lost: Finite
    because: Because


class Channel(Declared):
    share: Share
    because: Because


class Touchpoints(Panel):
    kind: Literal["touchpoints"]
    start: date
    days: Count
    touchpoints: Annotated[dict[Identifier, Touchpoint], Field(min_length=2)]
    channels: Annotated[dict[Identifier, Channel], Field(min_length=2)]
    waiting_log_sd: Positive
    lost_by_waiting: Figure
    rating_by_construct: Figure
    channel_sd: Positive
    person_sd: Positive
    noise_sd: Positive

    @model_validator(mode="after")
    def _whole(self) -> Touchpoints:
        total = sum(c.share for c in self.channels.values())
        if abs(total - 1) > 1e-9:
            raise ValueError(f"channels: expected shares that sum to 1, got {total:g}")
        return self

    @property
    def links(self) -> list[Link]:
        by = self.rating_by_construct
        return [Link(latent=t, value=by.value, because=by.because) for t in self.touchpoints]

    def scores(self) -> Floats:
        """What each channel adds to a rating: normal scores of the declared variance."""
        q = len(self.channels)
        scores = np.array([NormalDist().inv_cdf((i - 0.5) / q) for i in range(1, q + 1)])
        return np.asarray(self.channel_sd.value * scores / scores.std(ddof=1), dtype=np.float64)

    def draw(self, people: People) -> pd.DataFrame:
        n, scores = len(people), self.scores()
        edges = np.cumsum([c.share for c in self.channels.values()])[:-1]
        own = self.person_sd.value * people.stream("person").standard_normal(n)
        when = np.floor(self.days.value * people.stream("when").random(n)).astype(np.int64)
        here, parts = np.ones(n, dtype=bool), []
        for name, touch in self.touchpoints.items():
            comes = here & (people.stream(f"comes/{name}").random(n) < touch.comes)
            deviates = people.stream(f"waiting/{name}").standard_normal(n)
            longer = self.waiting_log_sd.value * deviates
            chance = _chance(touch.lost + self.lost_by_waiting.value * longer)
            lost = people.stream(f"lost/{name}").random(n) < chance
            way = np.searchsorted(edges, people.stream(f"channel/{name}").random(n), side="right")
            rating = (
                touch.rating
                + self.rating_by_construct.value * people.latents[name]
                + scores[way]
                + own
                + self.noise_sd.value * people.stream(f"rating/{name}").standard_normal(n)
            )
            rows = pd.DataFrame(
                {
                    "customer": [f"R{i + 1:05d}" for i in range(n)],
                    "date": days(self.start, when),
                    "touchpoint": name,
                    "channel": np.array(list(self.channels))[way],
                    "waiting": np.maximum(touch.waiting * np.exp(longer), 0.1).round(1),
                    "rating": np.clip(rating, 0, 100).round(),
                    "went_on": (~lost).astype(np.int64),
                    "group": people.industry,
                }
            )
            parts.append(rows[comes])
            here &= ~(comes & lost)
        return pd.concat(parts, ignore_index=True)

    def truth(self) -> dict[str, Truth]:
        sd = self.waiting_log_sd.value
        longer = self.lost_by_waiting.value * sd * NODES
        found: dict[str, Truth] = {}
        for name, touch in self.touchpoints.items():
            found[f"waiting_{name}"] = Truth(touch.waiting * float(np.exp(sd**2 / 2)), "derived")
            found[f"lost_{name}"] = Truth(normal_mean(_chance(touch.lost + longer)), "derived")
        parts = [self.channel_sd, self.person_sd, self.noise_sd, self.rating_by_construct]
        whole = sum(part.value**2 for part in parts)
        found["channel_share"] = Truth(self.channel_sd.value**2 / whole, self.channel_sd.because)
        return found
