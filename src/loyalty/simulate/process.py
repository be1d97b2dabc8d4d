"""The process as a whole: reading it, and what follows from it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from loyalty.ground.errors import UserError
from loyalty.ground.reading import read_yaml, shown_path, validated
from loyalty.simulate.checks import check_names, check_panels, check_structure, topological
from loyalty.simulate.entries import (
    Careless,
    Construct,
    Correlation,
    Curve,
    Declared,
    Identifier,
    Industry,
    Item,
    Measure,
    Missing,
    Moderation,
    PathTerm,
    ProcessError,
    Seconds,
    Shares,
    Thresholds,
    Variable,
)
from loyalty.simulate.panels import AnyPanel
from loyalty.simulate.population import Population, implied


class Process(Declared):
    """A declared data-generating process of a survey and of the tables beside it."""

    title: str
    industries: Annotated[dict[Identifier, Industry], Field(min_length=1)]
    quotas: dict[Identifier, Shares] = Field(default_factory=dict)
    constructs: Annotated[dict[Identifier, Construct], Field(min_length=1)]
    correlations: list[Correlation] = Field(default_factory=list)
    paths: list[PathTerm] = Field(default_factory=list)
    moderations: list[Moderation] = Field(default_factory=list)
    curves: list[Curve] = Field(default_factory=list)
    disturbances: list[Correlation] = Field(default_factory=list)
    thresholds: Annotated[dict[Identifier, Thresholds], Field(min_length=1)]
    measurement: Annotated[dict[str, Measure], Field(min_length=1)]
    variables: dict[Identifier, Variable] = Field(default_factory=dict)
    missing: Missing | None = None
    careless: Careless | None = None
    seconds: Seconds | None = None
    panels: dict[Identifier, AnyPanel] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _coherent(self) -> Process:
        check_names(self)
        check_structure(self)
        check_panels(self)
        _ = self.population  # computes, and refuses what has no population
        return self

    @property
    def items(self) -> dict[str, tuple[str, Item]]:
        """Item id to its construct and declaration, in the order of the columns."""
        declared = {
            name: (construct, item)
            for construct, measure in self.measurement.items()
            for name, item in measure.items.items()
        }
        return declared | {name: (v.measures, v) for name, v in self.variables.items()}

    @property
    def predictors(self) -> dict[str, list[str]]:
        """Endogenous construct to the sources of its paths."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.target, []).append(path.source)
        return found

    @property
    def bends(self) -> list[Moderation | Curve]:
        """The non-linear terms, in the order of their declaration."""
        return [*self.moderations, *self.curves]

    @property
    def exogenous(self) -> list[str]:
        """Constructs that no equation explains, as declared."""
        targets = {t.target for t in (*self.paths, *self.bends)}
        return [c for c in self.constructs if c not in targets]

    @cached_property
    def order(self) -> list[str]:
        """Constructs such that each stands after everything in its equation."""
        return topological(self)

    @cached_property
    def population(self) -> dict[str, Population]:
        """What the declaration implies in each industry."""
        return {industry: implied(self, industry) for industry in self.industries}


def load_process(path: Path) -> Process:
    """Read and validate ``process.yml``; raises :class:`ProcessError` with one line."""
    name = shown_path(path)
    try:
        return validated(Process, read_yaml(path, name=name), name)
    except UserError as error:
        raise ProcessError(str(error)) from error
