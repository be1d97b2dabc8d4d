"""Draw survey answers from a data-generating process that a case declares in ``process.yml``.

The metric. Within an industry, over all the firms that it might have, every latent variable is
normal up to the declared non-linear terms, with the declared mean and variance one. Structural
equations are written in deviations from the industry's means, so a declared path *is* the
standardized path within the industry. Disturbance variances are not declared: they are what is
left of the variance one, and a process that leaves none is refused.

Non-linear terms (moderations, curves) enter as residuals from their own linear regression on the
predictors of the same equation. A declared path is therefore at once the average slope and what
a linear model is consistent for; a moderation's value is the coefficient of the latent product.

Randomness. Every stage, and inside a stage every construct or item, has its own PCG64 stream,
keyed by the seed and by its name. Adding an item changes no other column; the order of hashing
plays no part.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from statistics import NormalDist
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from loyalty import study
from loyalty.errors import UserError

__all__ = [
    "Process",
    "ProcessError",
    "latent_correlations",
    "load_process",
    "simulate",
    "true_parameters",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_NORMAL = NormalDist()
_DEFAULT = "default"
# Half the size of the fixed draw that stands for the population where a moment of a non-linear
# term has no closed form. It is mirrored and whitened: linear moments are exact in it, and the
# error of a variance is about 2e-4 for coefficients of the size seen in this field.
_POPULATION_HALF = 2**14
_POPULATION_SEED = 20240501
_RESERVED = frozenset({"respondent", "industry", "firm", "seconds", "careless"})


class ProcessError(UserError, ValueError):
    """A process that cannot be drawn from: one line that names file, key and expectation."""


# --------------------------------------------------------------------------------------------
# The declaration


def _grouped(value: object) -> dict[str, float]:
    """One number for all industries, or a mapping of industry to number."""
    entries: dict[Any, Any] = value if isinstance(value, dict) else {_DEFAULT: value}
    if not entries or any(
        isinstance(v, bool) or not isinstance(v, (int, float)) or not math.isfinite(v)
        for v in entries.values()
    ):
        raise ValueError("expected a number, or a mapping of industry to number")
    return {str(k): float(v) for k, v in entries.items()}


def _increasing(cuts: list[float]) -> list[float]:
    if any(b <= a for a, b in pairwise(cuts)):
        raise ValueError(f"expected increasing cut-points, got {_listed(cuts)}")
    return cuts


def _reasoned(because: str) -> str:
    """Where a number is from: printed or derived with the figure, or assumed."""
    basis, _, reason = because.partition(":")
    if basis not in ("printed", "derived", "assumed") or (basis != "assumed" and not reason):
        raise ValueError("expected 'printed: ...', 'derived: ...' or 'assumed'")
    return because


def _equal_shares(value: object) -> object:
    """A list of names has equal shares; a mapping gives them."""
    if not isinstance(value, list):
        return value
    if len(set(map(str, value))) < len(value):
        raise ValueError("expected every name once")
    return {str(name): 1 / len(value) for name in value}


def _summing_to_one(shares: dict[str, float]) -> dict[str, float]:
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"expected shares that sum to 1, got {total:g}")
    return shares


Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
Because = Annotated[str, AfterValidator(_reasoned)]
Grouped = Annotated[dict[str, float], BeforeValidator(_grouped)]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Shares = Annotated[
    dict[str, Share],
    Field(min_length=1),
    BeforeValidator(_equal_shares),
    AfterValidator(_summing_to_one),
]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Cuts = Annotated[list[Finite], Field(min_length=1), AfterValidator(_increasing)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Industry(_Declared):
    """An industry: its share of the respondents and its firms' shares of the industry."""

    share: Share
    firms: Shares | None = None


class Construct(_Declared):
    """A latent variable: its mean by industry and the firm effects' SD, both in latent SDs."""

    mean: Grouped = Field(default_factory=lambda: {_DEFAULT: 0.0}, validate_default=True)
    firm_sd: Rate = 0.0
    because: Because


class Correlation(_Declared):
    """A correlation of two exogenous constructs, or of two disturbances."""

    between: tuple[str, str]
    value: Annotated[float, Field(gt=-1, lt=1)]
    because: Because


class PathTerm(_Declared):
    """A standardized structural path."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    value: Grouped
    because: Because


class Moderation(_Declared):
    """The coefficient of the product of two latent variables in a third one's equation."""

    source: str = Field(alias="from")
    moderator: str
    target: str = Field(alias="to")
    value: Grouped
    because: Because


class Curve(_Declared):
    """A bend in a path: a quadratic coefficient, or a change of slope past a threshold."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    kind: Literal["quadratic", "threshold"]
    value: Grouped
    at: Finite | None = None
    because: Because

    @model_validator(mode="after")
    def _threshold_has_a_place(self) -> Curve:
        if (self.kind == "threshold") != (self.at is not None):
            raise ValueError("expected `at` with kind threshold, and only there")
        return self


class Thresholds(_Declared):
    """Cut-points of the standard normal latent response, shared by the items that name them."""

    cuts: Cuts
    because: Because


class Item(_Declared):
    """An answer: standardized loading, cut-points, and how industries shift them."""

    loading: Grouped
    thresholds: str
    shift: Grouped = Field(default_factory=lambda: {_DEFAULT: 0.0}, validate_default=True)
    reversed: bool = False
    first: int = 1
    because: Because | None = None


class Measure(_Declared):
    """The items of a construct."""

    items: Annotated[dict[Identifier, Item], Field(min_length=1)]
    because: Because


class Variable(Item):
    """A single answer beside the constructs' items that a construct drives."""

    measures: str
    because: Because


class MissingAtRandom(_Declared):
    """Missing answers whose probability depends on a column that is always observed."""

    items: Annotated[list[str], Field(min_length=1)]
    by: str
    rates: dict[str | int, Rate]
    because: Because


class Missing(_Declared):
    """Missing answers: one rate for every item, and mechanisms on top of it for some."""

    everywhere: Rate = 0.0
    never: list[str] = Field(default_factory=list)
    at_random: list[MissingAtRandom] = Field(default_factory=list)
    because: Because


class Careless(_Declared):
    """Respondents who do not read: tick the same place everywhere, or anything."""

    share: Rate
    kinds: Annotated[
        dict[Literal["straightlining", "random"], Share],
        Field(min_length=1),
        AfterValidator(_summing_to_one),
    ]
    because: Because


class Seconds(_Declared):
    """Log-normal response time; careless respondents take a fraction of the median."""

    median: Annotated[float, Field(gt=0)]
    log_sd: Annotated[float, Field(gt=0)]
    careless_factor: Annotated[float, Field(gt=0)] = 1.0
    because: Because


class Process(_Declared):
    """A declared data-generating process of a survey (see the module's docstring)."""

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

    @model_validator(mode="after")
    def _coherent(self) -> Process:
        _check_names(self)
        _check_structure(self)
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
        return _topological(self)

    @cached_property
    def population(self) -> dict[str, _Population]:
        """What the declaration implies in each industry."""
        return {industry: _implied(self, industry) for industry in self.industries}


def load_process(path: Path) -> Process:
    """Read and validate ``process.yml``; raises :class:`ProcessError` with one line."""
    name = study._shown(path)
    try:
        return study.validated(Process, study.read_yaml(path, name=name), name)
    except UserError as error:
        raise ProcessError(str(error)) from error


def _listed(values: Iterable[object]) -> str:
    return ", ".join(f"{v:g}" if isinstance(v, float) else str(v) for v in values)


# --------------------------------------------------------------------------------------------
# Checks across keys


def _check_names(process: Process) -> None:
    total = math.fsum(i.share for i in process.industries.values())
    if abs(total - 1) > 1e-9:
        raise ValueError(f"industries: expected shares that sum to 1, got {total:g}")
    firms = [f for i in process.industries.values() for f in (i.firms or {})]
    _check_unique("industries", "firm", firms)
    if firms and any(i.firms is None for i in process.industries.values()):
        raise ValueError("industries: expected firms in every industry, or in none")

    spread = [c for c, construct in process.constructs.items() if construct.firm_sd > 0]
    if spread and any(len(i.firms or {}) < 2 for i in process.industries.values()):
        raise ValueError(f"constructs.{spread[0]}.firm_sd: expected 0, or two firms per industry")

    for key, grouped in _grouped_values(process):
        unknown = [k for k in grouped if k != _DEFAULT and k not in process.industries]
        if unknown:
            raise ValueError(
                f"{key}: unknown industry {unknown[0]!r}; expected {_listed(process.industries)}"
            )
        lacking = [i for i in process.industries if i not in grouped]
        if lacking and _DEFAULT not in grouped:
            raise ValueError(f"{key}: no value for {lacking[0]}, and no default")

    for key, name in _construct_references(process):
        if name not in process.constructs:
            raise ValueError(f"{key}: unknown construct {name!r}")

    names = [n for m in process.measurement.values() for n in m.items]
    _check_unique("measurement", "item", [*names, *process.variables])
    columns = [*_RESERVED, *process.quotas, *names, *process.variables]
    _check_unique("quotas and measurement", "column", columns)
    for name, (_, item) in process.items.items():
        if item.thresholds not in process.thresholds:
            raise ValueError(
                f"measurement: {name}: unknown thresholds {item.thresholds!r}; "
                f"expected {_listed(process.thresholds)}"
            )
        if not all(0 < v < 1 for v in item.loading.values()):
            raise ValueError(f"measurement: {name}: expected a loading between 0 and 1")
    _check_missing(process)


def _check_unique(key: str, what: str, names: Sequence[str]) -> None:
    twice = [n for n in dict.fromkeys(names) if names.count(n) > 1]
    if twice:
        raise ValueError(f"{key}: {what} {twice[0]!r} stands twice")


def _grouped_values(process: Process) -> list[tuple[str, dict[str, float]]]:
    found = [(f"constructs.{n}.mean", c.mean) for n, c in process.constructs.items()]
    for key in ("paths", "moderations", "curves"):
        found += [(f"{key}.{i}.value", t.value) for i, t in enumerate(getattr(process, key))]
    for name, (_, item) in process.items.items():
        found += [(f"measurement: {name}: loading", item.loading)]
        found += [(f"measurement: {name}: shift", item.shift)]
    return found


def _construct_references(process: Process) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key in ("paths", "moderations", "curves"):
        for i, term in enumerate(getattr(process, key)):
            found += [(f"{key}.{i}.from", term.source), (f"{key}.{i}.to", term.target)]
            if isinstance(term, Moderation):
                found.append((f"{key}.{i}.moderator", term.moderator))
    for key in ("correlations", "disturbances"):
        for i, pair in enumerate(getattr(process, key)):
            found += [(f"{key}.{i}.between", name) for name in pair.between]
    found += [(f"measurement.{name}", name) for name in process.measurement]
    found += [(f"variables.{n}.measures", v.measures) for n, v in process.variables.items()]
    return found


def _levels(process: Process, column: str) -> list[str | int] | None:
    """The values that a column can take, or None for a column that is not drawn."""
    if column == "industry":
        return list(process.industries)
    if column == "firm":
        return [f for i in process.industries.values() for f in (i.firms or {})]
    if column in process.quotas:
        return list(process.quotas[column])
    if column in process.items:
        item = process.items[column][1]
        return list(
            range(item.first, item.first + len(process.thresholds[item.thresholds].cuts) + 1)
        )
    return None


def _check_missing(process: Process) -> None:
    if process.missing is None:
        return
    items = process.items
    named = [("missing.never", n) for n in process.missing.never]
    for i, rule in enumerate(process.missing.at_random):
        named += [(f"missing.at_random.{i}.items", n) for n in rule.items]
    for key, name in named:
        if name not in items:
            raise ValueError(f"{key}: unknown item {name!r}")
    for i, rule in enumerate(process.missing.at_random):
        key = f"missing.at_random.{i}"
        levels = _levels(process, rule.by)
        if levels is None:
            raise ValueError(f"{key}.by: unknown column {rule.by!r}")
        if rule.by in items and rule.by not in process.missing.never:
            raise ValueError(f"{key}.by: {rule.by} can be missing itself; name it in missing.never")
        if {str(k) for k in rule.rates} != {str(v) for v in levels}:
            raise ValueError(f"{key}.rates: expected a rate for each of {_listed(levels)}")


def _check_structure(process: Process) -> None:
    for key in ("paths", "moderations", "curves"):
        terms = [(t.source, getattr(t, "moderator", None), t.target) for t in getattr(process, key)]
        for i, term in enumerate(terms):
            if term in terms[:i]:
                raise ValueError(f"{key}.{i}: {term[0]} -> {term[2]} stands twice")
    explained = process.predictors
    for key in ("moderations", "curves"):
        for i, term in enumerate(getattr(process, key)):
            if term.target not in explained:
                raise ValueError(f"{key}.{i}.to: no path leads to {term.target}")
    order = process.order
    exogenous = process.exogenous
    for key in ("correlations", "disturbances"):
        pairs = [frozenset(c.between) for c in getattr(process, key)]
        for i, pair in enumerate(pairs):
            where = f"{key}.{i}.between"
            names = " and ".join(getattr(process, key)[i].between)
            if len(pair) != 2:
                raise ValueError(f"{where}: expected two different constructs")
            if pair in pairs[:i]:
                raise ValueError(f"{where}: {names} stand twice")
            if any((c in exogenous) != (key == "correlations") for c in pair):
                raise ValueError(
                    f"{where}: expected two "
                    + ("exogenous constructs" if key == "correlations" else "explained constructs")
                    + f", got {names}"
                )
    ancestors = _ancestors(process, order)
    for i, correlation in enumerate(process.disturbances):
        a, b = correlation.between
        if a in ancestors[b] or b in ancestors[a]:
            raise ValueError(f"disturbances.{i}.between: a route leads from one to the other")


def _equation_sources(process: Process) -> dict[str, set[str]]:
    sources: dict[str, set[str]] = {c: set() for c in process.constructs}
    for term in (*process.paths, *process.bends):
        sources[term.target].add(term.source)
        if isinstance(term, Moderation):
            sources[term.target].add(term.moderator)
    return sources


def _topological(process: Process) -> list[str]:
    sources = _equation_sources(process)
    order: list[str] = []
    waiting = list(process.constructs)
    while waiting:
        ready = [c for c in waiting if sources[c] <= set(order)]
        if not ready:
            raise ValueError(f"paths: {_a_cycle(sources, waiting)} is a cycle")
        order += ready
        waiting = [c for c in waiting if c not in ready]
    return order


def _a_cycle(sources: Mapping[str, set[str]], waiting: Sequence[str]) -> str:
    """One cycle among the constructs that wait for each other, written forward."""
    walk = [waiting[0]]
    while True:
        before = next(c for c in waiting if c in sources[walk[-1]])
        if before in walk:
            return " -> ".join([before, *reversed(walk[walk.index(before) :])])
        walk.append(before)


def _ancestors(process: Process, order: Sequence[str]) -> dict[str, set[str]]:
    sources = _equation_sources(process)
    found: dict[str, set[str]] = {}
    for construct in order:
        parents = sources[construct]
        found[construct] = parents.union(*(found[p] for p in parents))
    return found


# --------------------------------------------------------------------------------------------
# What the declaration implies


def _at(value: Mapping[str, float], industry: str) -> float:
    return value[industry] if industry in value else value[_DEFAULT]


@dataclass(frozen=True)
class _Term:
    """A non-linear term of an equation: coefficient x (raw - centre - predictors @ slopes)."""

    declared: Moderation | Curve
    coefficient: float
    centre: float
    slopes: Floats


def _raw(bend: Moderation | Curve, latents: Mapping[str, Floats]) -> Floats:
    """The product, square or hinge that a non-linear term is made of."""
    source = latents[bend.source]
    if isinstance(bend, Moderation):
        return source * latents[bend.moderator]
    if bend.at is None:
        return source**2
    return np.maximum(source - bend.at, 0.0)


@dataclass(frozen=True)
class _Equation:
    """A structural equation of one industry, in deviations from the industry's means."""

    target: str
    predictors: tuple[str, ...]
    paths: Floats
    terms: tuple[_Term, ...]
    disturbance: float  # variance

    def explained(self, latents: Mapping[str, Floats]) -> Floats:
        """The equation without its disturbance, for latent deviations of any length."""
        x = np.column_stack([latents[p] for p in self.predictors])
        value: Floats = x @ self.paths
        for term in self.terms:
            residual = _raw(term.declared, latents) - term.centre - x @ term.slopes
            value = value + term.coefficient * residual
        return value


@dataclass(frozen=True)
class _Population:
    """An industry: its equations, and Cholesky factors of what varies within its firms."""

    equations: tuple[_Equation, ...]
    exogenous_root: Floats
    disturbance_root: Floats
    correlations: Floats  # of all latent variables, as declared


@lru_cache(maxsize=1)
def _population_draw(size: int) -> Floats:
    """Fixed normal deviates (2 x half, size), mirrored and whitened: linear moments are exact."""
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_POPULATION_SEED)))
    half = generator.standard_normal((_POPULATION_HALF, size))
    root = np.linalg.cholesky(half.T @ half / _POPULATION_HALF)
    white: Floats = np.linalg.solve(root, half.T).T
    deviates = np.concatenate([white, -white])
    deviates.setflags(write=False)
    return deviates


def _correlation_matrix(names: Sequence[str], declared: Iterable[Correlation]) -> Floats:
    matrix = np.eye(len(names))
    for correlation in declared:
        i, j = (names.index(c) for c in correlation.between)
        matrix[i, j] = matrix[j, i] = correlation.value
    return matrix


def _root(matrix: Floats, key: str, what: str) -> Floats:
    """Lower Cholesky factor, or an error that gives the least eigenvalue."""
    if matrix.size == 0:
        return matrix
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least <= 1e-10:
        raise ValueError(
            f"{key}: {what} not positive definite (least eigenvalue {least:.3g}); "
            "expected smaller correlations or firm effects"
        )
    return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)


def _implied(process: Process, industry: str) -> _Population:
    exogenous = process.exogenous
    endogenous = [c for c in process.order if c not in exogenous]
    phi = _correlation_matrix(exogenous, process.correlations)
    phi_root = _root(phi, "correlations", "the exogenous correlations are")
    psi = _correlation_matrix(endogenous, process.disturbances)
    psi_root = _root(psi, "disturbances", "the disturbances' correlations are")

    deviates = _population_draw(len(process.constructs))
    shared = deviates[:, : len(exogenous)] @ phi_root.T
    disturbances = deviates[:, len(exogenous) :] @ psi_root.T
    latents = {c: shared[:, i] for i, c in enumerate(exogenous)}
    equations: list[_Equation] = []
    for i, target in enumerate(endogenous):
        declared = [p for p in process.paths if p.target == target]
        x = np.column_stack([latents[p.source] for p in declared])
        paths = np.array([_at(p.value, industry) for p in declared])
        terms: list[_Term] = []
        for bend in process.bends:
            if bend.target == target:
                raw = _raw(bend, latents)
                centre = float(raw.mean())
                slopes = np.asarray(np.linalg.lstsq(x, raw - centre)[0], dtype=np.float64)
                terms.append(_Term(bend, _at(bend.value, industry), centre, slopes))
        equation = _Equation(
            target, tuple(p.source for p in declared), paths, tuple(terms), disturbance=0.0
        )
        value = equation.explained(latents)
        explained = float(value @ value) / len(value)
        rest = 1 - explained
        if rest <= 0:
            raise ValueError(
                f"paths: {target} in {industry}: its equation explains {explained:.3f} of a "
                "variance of 1; expected smaller paths"
            )
        firm_sd = process.constructs[target].firm_sd
        if firm_sd**2 >= rest:
            raise ValueError(
                f"constructs.{target}.firm_sd: {firm_sd:g} in {industry}, where the disturbance "
                f"has an SD of {math.sqrt(rest):.3f}; expected less"
            )
        equations.append(replace(equation, disturbance=rest))
        latents[target] = value + math.sqrt(rest) * disturbances[:, i]

    scale = np.sqrt([e.disturbance for e in equations])
    covariance = psi * np.outer(scale, scale)
    left = "what is left within firms is"
    values = np.column_stack([latents[c] for c in process.constructs])
    return _Population(
        equations=tuple(equations),
        exogenous_root=_root(_within(process, exogenous, phi), "correlations", left),
        disturbance_root=_root(_within(process, endogenous, covariance), "disturbances", left),
        correlations=values.T @ values / len(values),
    )


def _within(process: Process, names: Sequence[str], covariance: Floats) -> Floats:
    return covariance - np.diag([process.constructs[c].firm_sd ** 2 for c in names])


# --------------------------------------------------------------------------------------------
# Drawing


class _Streams:
    """Independent PCG64 streams by stage and name: no draw moves another."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, stage: str, name: str = "") -> np.random.Generator:
        digest = hashlib.blake2b(f"{stage}/{name}".encode(), digest_size=16).digest()
        words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self._seed, spawn_key=words))
        )


def simulate(
    process: Process | Path,
    *,
    respondents: int,
    seed: int,
    with_latents: bool = False,
) -> pd.DataFrame:
    """Draw a survey.

    Parameters
    ----------
    process
        The declared process, or the file that declares it.
    respondents
        Number of rows.
    seed
        Any non-negative integer; the same seed gives the same rows.
    with_latents
        Add ``latent_<construct>`` (means and firm effects included) and ``careless`` ("no" or
        the kind), which no survey would have.

    Returns
    -------
    pandas.DataFrame
        ``respondent``, ``industry``, ``firm``, the quota columns, the items and single variables
        (``Int64``, missing where not answered) and ``seconds``.

    Raises
    ------
    ProcessError
        If the process is not valid, or respondents or seed are out of range.
    """
    if not isinstance(process, Process):
        process = load_process(process)
    for name, value, least in (("respondents", respondents, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ProcessError(f"{name}: expected a whole number of at least {least}, got {value}")
    streams = _Streams(seed)

    industry, firm = _allocate(process, respondents, streams)
    columns: dict[str, Any] = {
        "respondent": [f"R{i:05d}" for i in range(1, respondents + 1)],
        "industry": np.array(list(process.industries))[industry],
    }
    firms = [f for i in process.industries.values() for f in (i.firms or {})]
    if firms:
        columns["firm"] = np.array(firms)[firm]
    for quota, shares in process.quotas.items():
        level = _balanced(firm, shares, streams("quota", quota))
        columns[quota] = np.array(list(shares))[level]

    latents = _draw_latents(process, industry, firm, streams)
    careless = _draw_careless(process, respondents, streams)
    answers = _draw_answers(process, latents, industry, streams)
    _answer_carelessly(process, answers, careless, streams)
    holes = _draw_holes(process, answers, columns, respondents, streams)
    for name, codes in answers.items():
        columns[name] = pd.arrays.IntegerArray(codes, holes[name])
    if process.seconds is not None:
        columns["seconds"] = _draw_seconds(process.seconds, careless, streams)
    if with_latents:
        columns |= {f"latent_{c}": latents[c] for c in process.constructs}
        columns["careless"] = np.array(["no", *_KINDS])[careless]
    return pd.DataFrame(columns)


_KINDS: tuple[Literal["straightlining", "random"], ...] = ("straightlining", "random")


def _apportion(total: int, shares: Sequence[float]) -> Integers:
    """Whole numbers that sum to the total and are nearest to the shares (largest remainder)."""
    exact = total * np.asarray(shares)
    counts = np.floor(exact + 1e-9).astype(np.int64)
    short = total - int(counts.sum())
    largest = np.argsort(-(exact - counts), kind="stable")[:short]
    counts[largest] += 1
    return counts


def _allocate(process: Process, n: int, streams: _Streams) -> tuple[Integers, Integers]:
    """Industry and firm of each row (indices); without firms the industry stands for its firm."""
    cells = [
        (i, industry.share * share)
        for i, industry in enumerate(process.industries.values())
        for share in (industry.firms or {"": 1.0}).values()
    ]
    counts = _apportion(n, [share for _, share in cells])
    firm = streams("order").permutation(np.repeat(np.arange(len(cells)), counts))
    return np.array([i for i, _ in cells])[firm], firm


def _balanced(firm: Integers, shares: Mapping[str, float], draw: np.random.Generator) -> Integers:
    """Quota levels: in each firm as near to the shares as whole numbers allow, else random."""
    order = np.lexsort((draw.random(len(firm)), firm))
    sizes = np.bincount(firm)
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(firm)) - first + np.repeat(draw.random(len(sizes)), sizes)
    edges = np.cumsum(list(shares.values()))[:-1]
    level = np.empty(len(firm), dtype=np.int64)
    # A random start in each firm keeps the first level from getting every odd respondent.
    level[order] = np.searchsorted(edges, (place / np.repeat(sizes, sizes)) % 1, side="right")
    return level


def _firm_effects(process: Process, construct: str, streams: _Streams) -> Floats:
    """One effect per firm; they sum to zero in an industry, so its declared mean stands."""
    sd = process.constructs[construct].firm_sd
    effects: list[Floats] = []
    draw = streams("firm", construct)
    for industry in process.industries.values():
        weights = np.array(list((industry.firms or {"": 1.0}).values()))
        raw = draw.standard_normal(len(weights))
        if sd > 0:
            # Centring takes sum(weights^2) of the variance away.
            scale = sd / math.sqrt(1 - float(weights @ weights))
            effects.append(scale * (raw - weights @ raw))
        else:
            effects.append(np.zeros(len(weights)))
    return np.concatenate(effects)


def _draw_latents(
    process: Process, industry: Integers, firm: Integers, streams: _Streams
) -> dict[str, Floats]:
    exogenous = process.exogenous
    endogenous = [c for c in process.order if c not in exogenous]
    deviates = {c: streams("latent", c).standard_normal(len(firm)) for c in process.constructs}
    firms = {c: _firm_effects(process, c, streams) for c in process.constructs}
    latents = {c: np.empty(len(firm)) for c in process.constructs}
    for g, name in enumerate(process.industries):
        rows = np.flatnonzero(industry == g)
        population = process.population[name]
        own: dict[str, Floats] = {}
        for group, root in (
            (exogenous, population.exogenous_root),
            (endogenous, population.disturbance_root),
        ):
            if group:
                mixed = np.column_stack([deviates[c][rows] for c in group]) @ root.T
                own |= {c: mixed[:, i] + firms[c][firm[rows]] for i, c in enumerate(group)}
        for equation in population.equations:
            own[equation.target] = equation.explained(own) + own[equation.target]
        for construct, values in own.items():
            latents[construct][rows] = values + _at(process.constructs[construct].mean, name)
    return latents


def _draw_answers(
    process: Process, latents: Mapping[str, Floats], industry: Integers, streams: _Streams
) -> dict[str, Integers]:
    answers: dict[str, Integers] = {}
    for name, (construct, item) in process.items.items():
        loading = np.array([_at(item.loading, g) for g in process.industries])[industry]
        shift = np.array([_at(item.shift, g) for g in process.industries])[industry]
        noise = streams("item", name).standard_normal(len(industry))
        response = loading * latents[construct] + np.sqrt(1 - loading**2) * noise - shift
        cuts = process.thresholds[item.thresholds].cuts
        position = np.searchsorted(cuts, response).astype(np.int64)
        answers[name] = item.first + (len(cuts) - position if item.reversed else position)
    return answers


def _draw_careless(process: Process, n: int, streams: _Streams) -> Integers:
    """0 for a careful respondent, else 1 + the index of the kind."""
    kind = np.zeros(n, dtype=np.int64)
    if process.careless is not None:
        draw = streams("careless")
        who = draw.permutation(n)[: round(process.careless.share * n)]
        shares = [process.careless.kinds.get(k, 0.0) for k in _KINDS]
        kind[who] = np.repeat(np.arange(1, len(_KINDS) + 1), _apportion(len(who), shares))
    return kind


def _answer_carelessly(
    process: Process, answers: dict[str, Integers], careless: Integers, streams: _Streams
) -> None:
    """Overwrite in place: straight-liners tick the same place everywhere, whatever is asked."""
    if not careless.any():
        return
    lining, random = (np.flatnonzero(careless == i) for i in (1, 2))
    declared = {n: item for n, (_, item) in process.items.items()}
    steps = {n: len(process.thresholds[i.thresholds].cuts) for n, i in declared.items()}
    height = streams("straightlining").random(len(lining))
    for name, item in declared.items():
        anything = streams("careless", name).random(len(random))
        for rows, place in ((lining, height), (random, anything)):
            answers[name][rows] = item.first + np.floor(place * (steps[name] + 1)).astype(np.int64)


def _draw_holes(
    process: Process,
    answers: Mapping[str, Integers],
    columns: Mapping[str, Any],
    n: int,
    streams: _Streams,
) -> dict[str, npt.NDArray[np.bool_]]:
    holes: dict[str, npt.NDArray[np.bool_]] = {}
    missing = process.missing
    for name in answers:
        holes[name] = np.zeros(n, dtype=bool)
        if missing is None or name in missing.never:
            continue
        answered = np.full(n, 1 - missing.everywhere)
        for rule in missing.at_random:
            if name in rule.items:
                observed = pd.Series(answers.get(rule.by, columns.get(rule.by))).astype(str)
                rates = {str(level): rate for level, rate in rule.rates.items()}
                answered *= 1 - observed.map(rates).to_numpy(dtype=float)
        holes[name] = streams("missing", name).random(n) >= answered
    return holes


def _draw_seconds(seconds: Seconds, careless: Integers, streams: _Streams) -> Integers:
    median = np.where(careless > 0, seconds.median * seconds.careless_factor, seconds.median)
    deviates = streams("seconds").standard_normal(len(careless))
    time: Integers = np.maximum(np.rint(median * np.exp(seconds.log_sd * deviates)), 1).astype(
        np.int64
    )
    return time


# --------------------------------------------------------------------------------------------
# The truth


def latent_correlations(process: Process | Path, industry: str = "pooled") -> pd.DataFrame:
    """Correlations of the latent variables that the declaration implies.

    ``industry`` is one of the process, or "pooled": all respondents together, where differences
    between the industries' means add to variances and covariances. From it the population value
    of any other linear model on the same latent variables follows by regression.
    """
    if not isinstance(process, Process):
        process = load_process(process)
    names = list(process.constructs)
    if industry != "pooled":
        if industry not in process.industries:
            raise ProcessError(f"industry: expected one of {_listed(process.industries)}, pooled")
        matrix = process.population[industry].correlations
        return pd.DataFrame(matrix, index=names, columns=names)
    covariance = np.zeros((len(names), len(names)))
    shares = np.array([i.share for i in process.industries.values()])
    means = np.array(
        [[_at(process.constructs[c].mean, g) for c in names] for g in process.industries]
    )
    centred = means - shares @ means
    for share, own, name in zip(shares, centred, process.industries, strict=True):
        covariance += share * (process.population[name].correlations + np.outer(own, own))
    scale = np.sqrt(np.diag(covariance))
    return pd.DataFrame(covariance / np.outer(scale, scale), index=names, columns=names)


def true_parameters(process: Process | Path) -> pd.DataFrame:
    """Population values on the standardized latent metric.

    One row per parameter and population. ``industry`` names an industry; "average" is the mean
    of the industries' values weighted by their shares of respondents (for an indirect effect,
    the mean of the products); "pooled", for paths and indirect effects, is the coefficient that
    a linear model of all respondents together has in the population, standardized over them.

    ``kind`` is

    - ``path``, ``moderation``: as declared (see the module's docstring for the metric);
    - ``threshold``: change of slope past the threshold; ``quadratic``: coefficient of the squared
      latent, declared, or what best stands for a threshold c: value x phi(c) / 2;
    - ``indirect``: product of the paths along a route of two or more;
    - ``total``: sum over all routes, the direct one included;
    - ``mean`` and ``firm_sd`` (of the firm's own effect), in latent SDs; ``r_squared``;
      ``correlation`` of exogenous constructs; ``disturbance_correlation``;
    - ``loading``: of the latent response, the target of an ordinal estimator;
    - ``loading_answer``: of the answer's code, the target of an estimator that takes codes as
      numbers: loading x sum phi(cut) / SD(code), at the industry's mean. Both after recoding
      reversed items, and for respondents who read the questions.

    Careless respondents and missing answers are no part of the truth: they are what an analysis
    has to cope with. ``basis`` is where the number is from: printed, derived or assumed.
    """
    if not isinstance(process, Process):
        process = load_process(process)
    rows: list[dict[str, object]] = []
    shares = {name: i.share for name, i in process.industries.items()}

    def put(kind: str, name: str, values: Mapping[str, float], basis: str) -> None:
        average = math.fsum(shares[g] * values[g] for g in shares)
        table = {g: values[g] for g in shares} | {"average": average}
        table |= {g: v for g, v in values.items() if g not in table}
        word = basis.partition(":")[0]
        for where, value in table.items():
            rows.append(
                {"kind": kind, "name": name, "industry": where, "value": value, "basis": word}
            )

    def by_industry(value: Mapping[str, float]) -> dict[str, float]:
        return {g: _at(value, g) for g in process.industries}

    pooled = _pooled_paths(process)
    for path in process.paths:
        edge = (path.source, path.target)
        put(
            "path",
            " -> ".join(edge),
            by_industry(path.value) | {"pooled": pooled[edge]},
            path.because,
        )
    for term in process.moderations:
        name = f"{term.source} x {term.moderator} -> {term.target}"
        put("moderation", name, by_industry(term.value), term.because)
    for curve in process.curves:
        name = f"{curve.source} -> {curve.target}"
        values = by_industry(curve.value)
        if curve.at is not None:
            put("threshold", name, values, curve.because)
            values = {g: v * _NORMAL.pdf(curve.at) / 2 for g, v in values.items()}
        put("quadratic", name, values, curve.because)

    coefficients = {
        g: {(p.source, p.target): _at(p.value, g) for p in process.paths}
        for g in process.industries
    } | {"pooled": pooled}
    totals: dict[tuple[str, str], dict[str, float]] = {}
    for route in _routes(process):
        edges = list(pairwise(route))
        values = {g: math.prod(b[e] for e in edges) for g, b in coefficients.items()}
        if len(edges) > 1:
            put("indirect", " -> ".join(route), values, "derived")
        total = totals.setdefault((route[0], route[-1]), dict.fromkeys(values, 0.0))
        for g, v in values.items():
            total[g] += v
    for (source, target), values in totals.items():
        put("total", f"{source} -> {target}", values, "derived")

    for correlation in process.correlations:
        put(
            "correlation",
            " ~~ ".join(correlation.between),
            dict.fromkeys(process.industries, correlation.value),
            correlation.because,
        )
    for pair in process.disturbances:
        put(
            "disturbance_correlation",
            " ~~ ".join(pair.between),
            dict.fromkeys(process.industries, pair.value),
            pair.because,
        )
    for name, construct in process.constructs.items():
        put(
            "firm_sd",
            name,
            dict.fromkeys(process.industries, construct.firm_sd),
            construct.because,
        )
        put("mean", name, by_industry(construct.mean), construct.because)
    for i, equation in enumerate(next(iter(process.population.values())).equations):
        put(
            "r_squared",
            equation.target,
            {g: 1 - p.equations[i].disturbance for g, p in process.population.items()},
            "derived",
        )
    for name, (owner, item) in process.items.items():
        because = item.because or process.measurement[owner].because
        put("loading", name, by_industry(item.loading), because)
        put(
            "loading_answer",
            name,
            {g: _answer_loading(process, name, g) for g in process.industries},
            because,
        )
    return pd.DataFrame(rows)


def _pooled_paths(process: Process) -> dict[tuple[str, str], float]:
    pooled = latent_correlations(process)
    found: dict[tuple[str, str], float] = {}
    for target, sources in process.predictors.items():
        slopes = np.linalg.solve(
            pooled.loc[sources, sources].to_numpy(), pooled.loc[sources, target].to_numpy()
        )
        found |= {(s, target): float(b) for s, b in zip(sources, slopes, strict=True)}
    return found


def _routes(process: Process) -> list[tuple[str, ...]]:
    """Every directed route along paths, shorter ones first."""
    targets: dict[str, list[str]] = {}
    for path in process.paths:
        targets.setdefault(path.source, []).append(path.target)
    routes = [(p.source, p.target) for p in process.paths]
    last: list[tuple[str, ...]] = list(routes)
    found: list[tuple[str, ...]] = list(routes)
    while last:
        last = [(*route, t) for route in last for t in targets.get(route[-1], [])]
        found += last
    return found


def _answer_loading(process: Process, name: str, industry: str) -> float:
    """Correlation of the latent variable with the (recoded) code of the answer."""
    construct, item = process.items[name]
    loading = _at(item.loading, industry)
    mean = loading * _at(process.constructs[construct].mean, industry)
    shift = _at(item.shift, industry)
    cuts = [c + shift - mean for c in process.thresholds[item.thresholds].cuts]
    # The code is the number of cut-points below the response.
    above = [1 - _NORMAL.cdf(c) for c in cuts]
    square = math.fsum(above) + 2 * math.fsum(min(a, b) for a, b in combinations(above, 2))
    variance = square - math.fsum(above) ** 2
    return loading * math.fsum(_NORMAL.pdf(c) for c in cuts) / math.sqrt(variance)
