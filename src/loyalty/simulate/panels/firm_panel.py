r"""Firm × month: response hours, first-contact resolution, repurchase.

.. math::
   \ln h_{ft} = c_h + s_f + u_{ft}, \quad
   r_{ft} = \bar r + \beta_r z^r_f + v_{ft}, \quad
   \ln y_{ft} = c_y + \beta_y z^y_f + \gamma_t
   + \varepsilon\,(\ln h_{ft} - \ln\bar h) + \delta\,(r_{ft} - \bar r) + \pi D_{ft} + e_{ft}

with :math:`u` and :math:`v` autoregressive and :math:`z_f` a firm's mean of a survey construct.
Firms that answer fast may have customers who are loyal anyhow, so a regression over firms mixes the
two; within firms the elasticity :math:`\varepsilon` comes out. :math:`D` is 1 from the month on in
which a firm takes up a programme.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from loyalty.simulate.entries import Because, Declared, Floats, Integers
from loyalty.simulate.panels.base import Count, Figure, Fraction, Link, Panel, People, Positive
from loyalty.simulate.panels.base import Truth as _Truth


class Movement(Declared):
    """How a quantity moves from month to month: SD of its deviations, and what carries over."""

    sd: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    carry: Annotated[float, Field(ge=0, lt=1)] = 0.0
    because: Because

    def draw(self, shape: tuple[int, int], generator: np.random.Generator) -> Floats:
        """Stationary first-order autoregressive deviations, (firms, months)."""
        shocks = generator.standard_normal(shape)
        moves = np.empty(shape)
        moves[:, 0] = shocks[:, 0]
        for m in range(1, shape[1]):
            moves[:, m] = self.carry * moves[:, m - 1] + math.sqrt(1 - self.carry**2) * shocks[:, m]
        return self.sd * moves


class Programme(Declared):
    """What some firms take up in one month: repurchase is ``1 + effect`` times as high with it."""

    firms: Annotated[list[str], Field(min_length=1)]
    start: date
    effect: Annotated[float, Field(gt=-1, allow_inf_nan=False)]
    because: Because


class FirmPanel(Panel):
    kind: Literal["firm_panel"]
    start: date
    months: Count
    hours: Positive
    hours_by_firm: Link
    hours_move: Movement
    resolution: Fraction
    resolution_by_firm: Link
    resolution_move: Movement
    repurchase: Fraction
    repurchase_by_firm: Link
    repurchase_move: Movement
    season: Figure
    elasticity: Figure
    resolution_effect: Figure
    programme: Programme | None = None

    @property
    def places(self) -> list[tuple[str, str]]:
        return [("firm", f) for f in self.programme.firms] if self.programme else []

    @property
    def links(self) -> list[Link]:
        return [self.hours_by_firm, self.resolution_by_firm, self.repurchase_by_firm]

    @property
    def by_firm(self) -> bool:
        return True

    def draw(self, people: People) -> pd.DataFrame:
        shape = (len(people.firms), self.months.value)
        standing = {
            name: (link.value * people.firm_means(link.latent))[:, None]
            for name, link in zip(("hours", "resolution", "repurchase"), self.links, strict=True)
        }
        # The mean over these firms is the declared one.
        level = math.log(self.hours.value / np.exp(standing["hours"]).mean())
        log_hours = (
            level
            - self.hours_move.sd**2 / 2
            + standing["hours"]
            + self.hours_move.draw(shape, people.stream("hours"))
        )
        resolution = (
            self.resolution.value
            + standing["resolution"]
            + self.resolution_move.draw(shape, people.stream("resolution"))
        )
        resolution = np.clip(resolution, 0.0, 1.0)
        season = self.season.value * np.sin(2 * np.pi * np.arange(shape[1]) / 12)
        log_repurchase = (
            math.log(self.repurchase.value)
            + standing["repurchase"]
            + season
            + self.elasticity.value * (log_hours - math.log(self.hours.value))
            + self.resolution_effect.value * (resolution - self.resolution.value)
            + self.repurchase_move.draw(shape, people.stream("repurchase"))
        )
        first = pd.Period(self.start, "M").to_timestamp()
        dates = pd.date_range(first, periods=shape[1], freq="MS")
        months = dates.strftime("%Y-%m-%d")
        with_it: Integers = np.zeros(shape, dtype=np.int64)
        if self.programme is not None:
            takes = np.isin(people.firms, self.programme.firms)
            with_it = np.outer(takes, dates >= pd.Timestamp(self.programme.start)).astype(np.int64)
            log_repurchase = log_repurchase + math.log1p(self.programme.effect) * with_it
        drawn = pd.DataFrame(
            {
                "firm": np.repeat(people.firms, shape[1]),
                "month": np.tile(months, shape[0]),
                "response_hours": np.exp(log_hours).ravel().round(2),
                "resolution": resolution.ravel().round(4),
                "repurchase": np.minimum(np.exp(log_repurchase), 1.0).ravel().round(5),
            }
        )
        return drawn if self.programme is None else drawn.assign(programme=with_it.ravel())

    def truth(self) -> dict[str, _Truth]:
        programme = self.programme
        return {
            "elasticity": _Truth(self.elasticity.value, self.elasticity.because),
            "faster_by_a_tenth": _Truth(
                math.pow(0.9, self.elasticity.value) - 1, self.elasticity.because
            ),
            "resolution_effect": _Truth(
                self.resolution_effect.value, self.resolution_effect.because
            ),
            "hours": _Truth(self.hours.value, self.hours.because),
            "resolution": _Truth(self.resolution.value, self.resolution.because),
            **({"programme": _Truth(programme.effect, programme.because)} if programme else {}),
        }
