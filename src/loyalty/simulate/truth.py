"""The true values of what a process declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations, pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from loyalty.simulate.entries import ProcessError, listed
from loyalty.simulate.population import at
from loyalty.simulate.process import Process, load_process

NORMAL = NormalDist()


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
            raise ProcessError(f"industry: expected one of {listed(process.industries)}, pooled")
        matrix = process.population[industry].correlations
        return pd.DataFrame(matrix, index=names, columns=names)
    covariance = np.zeros((len(names), len(names)))
    shares = np.array([i.share for i in process.industries.values()])
    means = np.array(
        [[at(process.constructs[c].mean, g) for c in names] for g in process.industries]
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
      reversed items, and for respondents who read the questions;
    - ``panel``: of a table beside the survey, named ``<table>: <parameter>``, "pooled" (see the
      table's module in `loyalty.simulate.panels` for what each parameter is).

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

    def put_pooled(kind: str, name: str, value: float, basis: str) -> None:
        word = basis.partition(":")[0]
        rows.append(
            {"kind": kind, "name": name, "industry": "pooled", "value": value, "basis": word}
        )

    def by_industry(value: Mapping[str, float]) -> dict[str, float]:
        return {g: at(value, g) for g in process.industries}

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
            values = {g: v * NORMAL.pdf(curve.at) / 2 for g, v in values.items()}
        put("quadratic", name, values, curve.because)

    coefficients = {
        g: {(p.source, p.target): at(p.value, g) for p in process.paths} for g in process.industries
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
    for name, table in process.panels.items():
        for parameter, (value, because) in table.truth().items():
            put_pooled("panel", f"{name}: {parameter}", value, because)
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
    loading = at(item.loading, industry)
    mean = loading * at(process.constructs[construct].mean, industry)
    shift = at(item.shift, industry)
    cuts = [c + shift - mean for c in process.thresholds[item.thresholds].cuts]
    # The code is the number of cut-points below the response.
    above = [1 - NORMAL.cdf(c) for c in cuts]
    square = math.fsum(above) + 2 * math.fsum(min(a, b) for a, b in combinations(above, 2))
    variance = square - math.fsum(above) ** 2
    return loading * math.fsum(NORMAL.pdf(c) for c in cuts) / math.sqrt(variance)
