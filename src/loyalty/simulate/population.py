"""What a declaration implies: equations, disturbance variances, correlations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from loyalty.simulate.entries import DEFAULT, Correlation, Curve, Floats, Moderation

if TYPE_CHECKING:
    from loyalty.simulate.process import Process

# Half the size of the fixed draw that stands for the population where a moment of a non-linear
# term has no closed form. It is mirrored and whitened: linear moments are exact in it, and the
# error of a variance is about 2e-4 for coefficients of the size seen in this field.
_POPULATION_HALF = 2**14
_POPULATION_SEED = 20240501


def at(value: Mapping[str, float], industry: str) -> float:
    return value[industry] if industry in value else value[DEFAULT]


@dataclass(frozen=True)
class Term:
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
class Equation:
    """A structural equation of one industry, in deviations from the industry's means."""

    target: str
    predictors: tuple[str, ...]
    paths: Floats
    terms: tuple[Term, ...]
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
class Population:
    """An industry: its equations, and Cholesky factors of what varies within its firms."""

    equations: tuple[Equation, ...]
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


def implied(process: Process, industry: str) -> Population:
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
    equations: list[Equation] = []
    for i, target in enumerate(endogenous):
        declared = [p for p in process.paths if p.target == target]
        x = np.column_stack([latents[p.source] for p in declared])
        paths = np.array([at(p.value, industry) for p in declared])
        terms: list[Term] = []
        for bend in process.bends:
            if bend.target == target:
                raw = _raw(bend, latents)
                centre = float(raw.mean())
                slopes = np.asarray(np.linalg.lstsq(x, raw - centre)[0], dtype=np.float64)
                terms.append(Term(bend, at(bend.value, industry), centre, slopes))
        equation = Equation(
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
    return Population(
        equations=tuple(equations),
        exogenous_root=_root(_within(process, exogenous, phi), "correlations", left),
        disturbance_root=_root(_within(process, endogenous, covariance), "disturbances", left),
        correlations=values.T @ values / len(values),
    )


def _within(process: Process, names: Sequence[str], covariance: Floats) -> Floats:
    return covariance - np.diag([process.constructs[c].firm_sd ** 2 for c in names])
