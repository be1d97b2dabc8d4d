"""What the simulation of a table declares, beside what the analysis finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loyalty import simulate
from loyalty.analyses.behaviour.estimates import table_of
from loyalty.analyses.behaviour.findings import (
    Experiment,
    Model,
    Programme,
    Recovered,
    Recovery,
    Speed,
    Uptake,
    Waves,
)
from loyalty.analyses.behaviour.programme import marked
from loyalty.analyses.behaviour.uptake import marked as taken_up
from loyalty.cases.sources import Resource
from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded
from loyalty.ground import paths

#: Parameter, estimate and interval.
Estimate = tuple[str, float, float | None, float | None]


def declared(study: Study, resource: Resource) -> dict[str, float]:
    """What a simulated table's process declares, by parameter; nothing of a real one."""
    simulator = resource.rows.simulator
    if simulator is None:
        return {}
    truth = simulate.true_parameters(paths.inside(study.folder, simulator.process))
    start = f"{resource.id}: "
    mine = truth[(truth["kind"] == "panel") & truth["name"].str.startswith(start)]
    return dict(zip(mine["name"].str.removeprefix(start), mine["value"], strict=True))


def _estimates(found: object) -> tuple[str, list[Estimate]]:
    """The kind of table that a finding rests on, and its estimates of what may be declared."""
    match found:
        case Model():
            rows = found.parameters
            return "transactions", [(r.parameter, r.estimate, r.ci_lower, r.ci_upper) for r in rows]
        case Speed():
            return "firm_panel", [
                ("elasticity", s.estimate, s.wild_ci_lower, s.wild_ci_upper)
                for s in found.specifications
                if s.specification == "resolution"
            ]
        case Programme():
            if found.change is not None:
                return "programme", [
                    ("programme", found.change, found.cr2_ci_lower, found.cr2_ci_upper)
                ]
        case Uptake():
            if found.change is not None:
                return "uptake", [("uptake", found.change, found.ci_lower, found.ci_upper)]
        case Waves():
            return "waves", [
                ("nps_per_year", found.slope, found.slope_ci_lower, found.slope_ci_upper),
                ("nps_change", found.change, found.change_ci_lower, found.change_ci_upper),
            ]
        case Experiment():
            best = found.effects[-1]
            return "experiment", [("lift", best.estimate, best.ci_lower, best.ci_upper)]
    return "", []


def _beside(study: Study, table: Loaded, found: Sequence[Estimate]) -> Iterator[Recovered]:
    truth = declared(study, table.resource)
    for parameter, estimate, lower, upper in found:
        if parameter in truth:
            yield Recovered(
                table=table.resource.id,
                parameter=parameter,
                declared=truth[parameter],
                estimate=estimate,
                ci_lower=lower,
                ci_upper=upper,
            )


def recovered(study: Study, tables: Sequence[Loaded], *found: object) -> Recovery | None:
    """Estimates among `found` whose truth is declared; None where nothing is."""
    rows: list[Recovered] = []
    for kind, estimates in map(_estimates, found):
        known = {"programme": marked, "uptake": taken_up}.get(kind)
        table = known(tables) if known is not None else table_of(tables, kind)
        if table is not None:
            rows += _beside(study, table, estimates)
    if not rows:
        return None
    held = [
        row.ci_lower is not None
        and row.ci_upper is not None
        and row.ci_lower <= row.declared <= row.ci_upper
        for row in rows
    ]
    return Recovery(parameters=tuple(rows), n=len(rows), held=sum(held))
