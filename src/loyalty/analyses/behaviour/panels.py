"""Firms by month, scores in waves, an experiment's arms; a programme that customers take up."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.behaviour import estimates
from loyalty.analyses.behaviour.findings import (
    Arm,
    Effect,
    Experiment,
    Months,
    OfLevel,
    Specification,
    Speed,
    Wave,
    Waves,
)
from loyalty.analyses.behaviour.uptake import uptake as uptake
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import Refused, refusable, resting
from loyalty.ground.reasons import CannotCompute
from loyalty.stats.descriptives import mean_interval, nesting
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


@resting
def months(tables: Sequence[Loaded], study: Study, survey: Survey | None) -> Months | None:
    """Firms by month in each level of the grouping in which the survey's firms lie."""
    panel = estimates.table_of(tables, "firm_panel")
    inner = next((g for g in study.groups if g.within is not None), None)
    if panel is None or inner is None or survey is None or inner.within is None:
        return None
    lies = nesting(survey.rows[inner.id], survey.rows[inner.within])
    if lies is None:
        return None
    firms = panel.rows.groupby("firm")[["response_hours", "resolution", "repurchase"]].mean()
    of = firms.index.to_series().map({str(k): v for k, v in lies.items()})
    if of.isna().all():
        return None
    outer = next(g for g in study.groups if g.id == inner.within)
    rows = []
    for level in outer.levels:
        mine = firms[of == level]
        if mine.empty:
            continue
        values: dict[str, float] = {}
        for name, column in (
            ("hours", "response_hours"),
            ("resolution", "resolution"),
            ("repurchase", "repurchase"),
        ):
            mean = mean_interval(mine[column])
            values |= {name: mean.mean}
            values |= {f"{name}_ci_lower": mean.ci_lower, f"{name}_ci_upper": mean.ci_upper}
        there = panel.rows["firm"].isin(mine.index)
        rows.append(
            OfLevel(
                level=level,
                firms=len(mine),
                months=panel.rows.loc[there, "month"].nunique(),
                **values,
            )
        )
    return Months(
        table=panel.resource.id, grouped=outer.id, strangers=int(of.isna().sum()), rows=tuple(rows)
    )


@refusable
def waves(tables: Sequence[Loaded]) -> Waves | None:
    """The net promoter score by wave, and its trend."""
    asked = estimates.table_of(tables, "waves")
    if asked is None:
        return None
    if "date" not in asked.rows:
        raise CannotCompute("waves_without_dates")
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
