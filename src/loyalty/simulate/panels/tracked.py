"""The same customers wave after wave: what they say, and what is logged of them.

Every series is a customer's own level, an own linear trend, and deviations that carry over to the
next wave within and across series, so that the model of :mod:`loyalty.estimates.growth` is the one
that drew it. Answers stop for good with the same chance after every wave; the log goes on.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from loyalty.simulate.entries import Because, Declared, Finite, Floats
from loyalty.simulate.panels.base import Count, Figure, Fraction, Panel, People, Truth

Name = Literal["satisfaction", "attachment", "recommendation", "spending"]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Series(Declared):
    """Mean at the first wave, mean change a wave, and standard deviations of both and within.

    ``within_sd`` is of what is new at a wave; ``least`` and ``most`` end the scale.
    """

    start: Finite
    change: Finite
    level_sd: Positive
    change_sd: Positive
    within_sd: Positive
    least: Finite
    most: Finite
    because: Because


class Lag(Declared):
    """What a deviation of one series does to that of another at the next wave, in their units."""

    source: Name = Field(alias="from")
    target: Name = Field(alias="to")
    value: Finite
    because: Because


class Tracked(Panel):
    kind: Literal["tracked"]
    start: date
    every_months: Annotated[int, Field(ge=1, le=12)]
    customers: Count
    waves: Count
    series: dict[Name, Series]
    levels: Fraction
    changes: Fraction
    news: Fraction
    lags: list[Lag]
    stops: Fraction

    @model_validator(mode="after")
    def _possible(self) -> Tracked:
        if not {"satisfaction", "spending"} <= set(self.series):
            raise ValueError("series: satisfaction and spending are expected")
        if self.waves.value < 3:
            raise ValueError("waves: expected three or more")
        for k, lag in enumerate(self.lags):
            if odd := {lag.source, lag.target} - set(self.series):
                raise ValueError(f"lags.{k}: {min(odd)} is no series")
        if np.abs(np.linalg.eigvals(self._carried())).max() >= 1:
            raise ValueError("lags: expected deviations that die away")
        return self

    def _carried(self) -> Floats:
        """What carries over, (on, of)."""
        names = list(self.series)
        found = np.zeros((len(names), len(names)))
        for lag in self.lags:
            found[names.index(lag.target), names.index(lag.source)] = lag.value
        return found

    def draw(self, people: People) -> pd.DataFrame:
        n, waves, series = self.customers.value, self.waves.value, list(self.series.values())
        carried = self._carried()

        def drawn(stream: str, which: str, shared: Figure) -> Floats:
            """Normal deviates of each customer, equally correlated over the series."""
            own = people.stream(stream).standard_normal((n, len(series) + 1))
            r = shared.value
            mixed = np.sqrt(r) * own[:, :1] + np.sqrt(1 - r) * own[:, 1:]
            return np.asarray(mixed * [getattr(s, which) for s in series])

        start, change = np.array([s.start for s in series]), np.array([s.change for s in series])
        level = start + drawn("level", "level_sd", self.levels)
        trend = change + drawn("change", "change_sd", self.changes)
        stopped = people.stream("stop").random((n, waves)) < self.stops.value
        answers: npt.NDArray[np.bool_] = np.cumsum(stopped, axis=1) - stopped == 0
        first = pd.Period(self.start, "M")
        deviation, parts = np.zeros((n, len(series))), []
        for wave in range(waves):
            deviation = deviation @ carried.T + drawn(f"new/{wave}", "within_sd", self.news)
            values = level + wave * trend + deviation
            day = (first + wave * self.every_months).to_timestamp().strftime("%Y-%m-%d")
            part = pd.DataFrame({"customer": [f"C{i + 1:05d}" for i in range(n)], "date": day})
            for k, (name, s) in enumerate(self.series.items()):
                part[name] = np.clip(values[:, k], s.least, s.most).round(2)
                if name != "spending":
                    part.loc[~answers[:, wave], name] = np.nan
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def truth(self) -> dict[str, Truth]:
        found = {f"change_{n}": Truth(s.change, s.because) for n, s in self.series.items()}
        planted = {(lag.source, lag.target): lag for lag in self.lags}
        for of in self.series:
            for on in self.series:
                lag = planted.get((of, on))
                value = Truth(lag.value, lag.because) if lag else Truth(0.0, "assumed: none")
                found[f"lag_{of}_{on}"] = value
        return found
