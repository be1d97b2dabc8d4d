"""Checks across the keys of a process: names, structure, order of the equations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from loyalty.simulate.entries import DEFAULT, Moderation, listed

if TYPE_CHECKING:
    from loyalty.simulate.process import Process

_RESERVED = frozenset({"respondent", "industry", "firm", "seconds", "careless"})


def check_names(process: Process) -> None:
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
        unknown = [k for k in grouped if k != DEFAULT and k not in process.industries]
        if unknown:
            raise ValueError(
                f"{key}: unknown industry {unknown[0]!r}; expected {listed(process.industries)}"
            )
        lacking = [i for i in process.industries if i not in grouped]
        if lacking and DEFAULT not in grouped:
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
                f"expected {listed(process.thresholds)}"
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
            raise ValueError(f"{key}.rates: expected a rate for each of {listed(levels)}")


def check_structure(process: Process) -> None:
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


def topological(process: Process) -> list[str]:
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


def check_panels(process: Process) -> None:
    firms = [f for i in process.industries.values() for f in (i.firms or {})]
    known = {"firm": firms, "industry": list(process.industries)}
    for name, panel in process.panels.items():
        for link in panel.links:
            if link.latent not in process.constructs:
                raise ValueError(f"panels.{name}: unknown construct {link.latent!r}")
        for key, place in panel.places:
            if place not in known[key]:
                raise ValueError(
                    f"panels.{name}.{key}: unknown {key} {place!r}; "
                    f"expected {listed(known[key]) or 'none, as the process has none'}"
                )
        if panel.by_firm and len(firms) < 2:
            raise ValueError(f"panels.{name}: expected two firms or more in the process")
