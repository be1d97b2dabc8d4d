"""Firms by month, scores in waves, an experiment's arms."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.behaviour import estimates
from loyalty.analyses.behaviour.findings import (
    Arm,
    Effect,
    Experiment,
    Specification,
    Speed,
    Wave,
    Waves,
)
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import Refused, refusable
from loyalty.stats.experiment import effects
from loyalty.stats.waves import waves as scores_by_wave


@refusable
def speed(tables: Sequence[Loaded], *, draws: int, seed: int) -> Speed | Refused | None:
    """Response time and repurchase over firms and months."""
    panel = estimates.table_of(tables, "firm_panel")
    if panel is None:
        return None
    table, counts, reasons = estimates.speed_and_repurchase(panel.rows, draws=draws, seed=seed)
    if table.empty:
        return Refused(refused=estimates.several(list(reasons.values())))
    return Speed(
        repurchase=panel.rows["repurchase"].mean(),
        **counts,
        specifications=Specification.each(
            table,
            estimate="b",
            wild_ci_lower="wild_lower",
            wild_ci_upper="wild_upper",
            change_ci_lower="change_low",
            change_ci_upper="change_high",
        ),
        messages=tuple(reasons.values()),
    )


@refusable
def waves(tables: Sequence[Loaded]) -> Waves | None:
    """The net promoter score by wave, and its trend."""
    asked = estimates.table_of(tables, "waves")
    if asked is None:
        return None
    found = scores_by_wave(asked.rows, smallest=estimates.smallest())
    return Waves(
        waves=Wave.each(found.waves, estimate="value", ci_lower="low", ci_upper="high"),
        n=len(found.waves),
        slope=found.slope,
        slope_ci_lower=found.slope_low,
        slope_ci_upper=found.slope_high,
        slope_p=found.slope_p,
        change=found.change,
        change_ci_lower=found.change_low,
        change_ci_upper=found.change_high,
    )


@refusable
def experiment(tables: Sequence[Loaded]) -> Experiment | None:
    """Every arm against the first, which is the reference."""
    trial = estimates.table_of(tables, "experiment")
    if trial is None:
        return None
    arms = list(trial.resource.levels) or sorted(trial.rows["arm"].unique())
    found = effects(trial.rows, arms[0])
    return Experiment(
        table=trial.resource.id,
        effects=Effect.each(
            found.effects, method="estimate", estimate="value", ci_lower="low", ci_upper="high"
        ),
        arms=Arm.each(found.balance, smd_ci_lower="smd_low", smd_ci_upper="smd_high"),
        arms_p=found.arms_p,
        strata_p=found.strata_p,
    )
