"""What every panel shares: its numbers with their reasons, and the people it is about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from loyalty.simulate.entries import Because, Declared, Finite, Floats, Integers

#: Nodes and weights of a mean over a standard normal variable.
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


def normal_mean(values: Floats) -> float:
    """The mean of a function over a standard normal variable, from its values at `NODES`."""
    return float(values @ WEIGHTS / WEIGHTS.sum())


class Figure(Declared):
    """A number and where it is from."""

    value: Finite
    because: Because


class Positive(Figure):
    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Fraction(Figure):
    value: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Count(Figure):
    value: Annotated[int, Field(ge=1, le=10_000)]


class Link(Declared):
    """The latent variable of the survey that a panel hangs on, and how strongly."""

    latent: str
    value: Finite
    because: Because


class Truth(NamedTuple):
    """A true value and where it is from."""

    value: float
    because: str


@dataclass(frozen=True)
class People:
    """The respondents of the survey with the same seed, as a panel sees them.

    ``industry`` and ``firm`` are the names of each respondent's; ``latents`` the construct's
    values, means and firm effects included; ``stream`` gives a generator by a name; ``mood`` is a
    standard normal trait that no question asks.
    """

    industry: npt.NDArray[np.str_]
    firm: npt.NDArray[np.str_]
    firms: tuple[str, ...]
    latents: Mapping[str, Floats]
    stream: Callable[[str], np.random.Generator]
    mood: Floats

    def __len__(self) -> int:
        return len(self.industry)

    def firm_means(self, construct: str) -> Floats:
        """Mean of a construct over the respondents of each firm, less the mean of the firms."""
        values = self.latents[construct]
        means = np.array([values[self.firm == f].mean() for f in self.firms])
        return np.asarray(means - means.mean(), dtype=np.float64)

    def normal_scores(self, construct: str) -> Floats:
        """Standard normal quantiles of the respondents' ranks: exactly normal whatever bends."""
        from scipy.special import ndtri

        ranks = np.argsort(np.argsort(self.latents[construct], kind="stable"), kind="stable")
        return np.asarray(ndtri((ranks + 0.5) / len(ranks)), dtype=np.float64)


class Panel(Declared):
    """A table beside the survey."""

    @property
    def links(self) -> list[Link]:
        """The latent variables that the panel hangs on."""
        return []

    @property
    def places(self) -> list[tuple[str, str]]:
        """(key, name) of the firms and industries that the panel names."""
        return []

    @property
    def by_firm(self) -> bool:
        """Whether the process must have firms."""
        return False

    @abstractmethod
    def draw(self, people: People) -> pd.DataFrame:
        """The table, a column a role of its kind (`loyalty.cases.sources.ROLES`)."""

    @abstractmethod
    def truth(self) -> dict[str, Truth]:
        """The true values of what an analysis of the table estimates."""


def days(start: date, offset: Integers) -> pd.Series:
    """ISO dates, so many days after the first."""
    dates = pd.Timestamp(start) + pd.to_timedelta(offset, unit="D")
    return pd.Series(dates.strftime("%Y-%m-%d"))
