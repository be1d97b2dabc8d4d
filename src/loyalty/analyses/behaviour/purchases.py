"""Purchases: who comes back, segments, what customers are worth, and demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from loyalty.analyses.behaviour import estimates
from loyalty.analyses.behaviour.findings import (
    BoughtAgain,
    ByCount,
    Demand,
    ForecastError,
    Holdout,
    Model,
    Parameter,
    Returned,
    Returns,
    SegmentRow,
    Segments,
    Step,
    Survival,
    Total,
    Tracking,
    Value,
    Week,
    Worth,
)
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import resting
from loyalty.ground.reasons import CannotCompute
from loyalty.stats import clv, rfm
from loyalty.stats.forecast import smooth, weekly
from loyalty.stats.survival import kaplan_meier, relationships, usual_silence


@dataclass(frozen=True, eq=False)
class Purchases:
    """A table of purchases, cut on the day `until` into calibration and hold-out (to `end`)."""

    table: str
    rows: pd.DataFrame
    until: pd.Timestamp
    end: pd.Timestamp

    @property
    def start(self) -> pd.Timestamp:
        start: pd.Timestamp = self.rows["date"].min()
        return start

    @property
    def valued(self) -> bool:
        return "amount" in self.rows.columns

    @cached_property
    def whole(self) -> pd.DataFrame:
        return clv.customer_summary(self.rows, self.end)

    @cached_property
    def scored(self) -> pd.DataFrame:
        return rfm.score(self.whole, self.end)

    @cached_property
    def early(self) -> pd.DataFrame:
        return clv.customer_summary(self.rows, self.until)

    @cached_property
    def later(self) -> pd.Series:
        return estimates.later_purchases(self.rows, self.early, self.until)

    @cached_property
    def bg_nbd(self) -> clv.Estimates:
        """On the calibration."""
        return clv.bg_nbd(self.early)


def load(tables: Sequence[Loaded], calibration: float) -> Purchases | None:
    """The case's purchases, a share of their days as calibration."""
    table = estimates.table_of(tables, "transactions")
    if table is None:
        return None
    until, end = estimates.split(table.rows, calibration)
    return Purchases(table.resource.id, table.rows, until, end)


@resting
def survival(bought: Purchases) -> Survival:
    days = (bought.end - bought.start).days
    silence = usual_silence(bought.rows, estimates.USUAL_GAPS)
    times = relationships(bought.rows, bought.end, silence)
    again = kaplan_meier(times["again"], times["returned"])
    lapses = kaplan_meier(times["time"], times["lapsed"])
    shares = estimates.bought_again(again, days)
    at = int(max([silence + 1, *(7 * shares["weeks"])]))
    held, lower, upper = lapses.at(at)
    customers, single = len(bought.whole), int((bought.whole["x"] == 0).sum())
    return Survival(
        customers=customers,
        single=single,
        single_share=single / customers,
        days=days,
        bought_again=BoughtAgain.each(shares, estimate="value", ci_lower="low", ci_upper="high"),
        silence=silence,
        usual=estimates.USUAL_GAPS,
        lapsed=times["lapsed"].mean(),
        at=at,
        estimate=held,
        ci_lower=lower,
        ci_upper=upper,
        again=Step.each(again.curve),
        lapse=Step.each(lapses.curve),
    )


@resting
def segments(bought: Purchases) -> Segments:
    """Segments by recency, frequency and monetary value at the end of the data."""
    table = estimates.segments(bought.scored, estimates.smallest())
    return Segments(segments=SegmentRow.each(table), valued=bought.valued)


@resting
def returns(bought: Purchases, found: Segments) -> Returns:
    """Who of the segments at the end of the calibration bought afterwards."""
    before = rfm.score(bought.early, bought.until)
    later = bought.later.index[bought.later > 0]
    table = estimates.returns(before, later, estimates.smallest())
    segments = Returned.each(table, estimate="value", ci_lower="low", ci_upper="high")
    return Returns(until=bought.until, segments=segments)


@resting
def model(bought: Purchases, found: Segments, *, futures: int, seed: int) -> Model:
    """Models of the number and the value of purchases, fitted to the calibration."""
    fitted, early, messages = {"bg_nbd": bought.bg_nbd}, bought.early, []
    if bought.valued:
        try:
            fitted["gamma_gamma"] = clv.gamma_gamma(early)
        except CannotCompute as error:
            messages.append(error.reason)
    number = fitted["bg_nbd"]
    drawn = number.draws(max(futures, 1000), seed)
    leaving = np.quantile(drawn[:, 2] / (drawn[:, 2] + drawn[:, 3]), [0.025, 0.975])
    r, alpha, a, b = number.point
    repeat = early[early["x"] > 0]
    together = "gamma_gamma" in fitted
    return Model(
        until=bought.until,
        parameters=tuple(
            Parameter(model=name, parameter=str(parameter), **row)
            for name, found in fitted.items()
            for parameter, row in found.parameters.iterrows()
        ),
        log_likelihood=number.log_likelihood,
        rate=r / alpha,
        leaving=a / (a + b),
        leaving_ci_lower=leaving[0],
        leaving_ci_upper=leaving[1],
        alive=clv.probability_alive(number.point, early).mean(),
        correlation=repeat["x"].corr(repeat["value"], method="spearman") if together else None,
        messages=messages,
    )


@resting
def tracking(bought: Purchases, found: Model) -> Tracking:
    """Repeat purchases week by week, actual and expected."""
    path = estimates.tracking(bought.rows, bought.early, bought.bg_nbd.point, bought.end)
    return Tracking(calibration=(bought.until - bought.start).days / 7, weeks=Week.each(path))


@resting
def holdout(bought: Purchases, found: Model, *, futures: int, seed: int) -> Holdout:
    """Purchases of the time held out: what the model expects, and what there were."""
    fitted, early, ahead = bought.bg_nbd, bought.early, (bought.end - bought.until).days / 7
    expected = clv.conditional_purchases(fitted.point, early, ahead)
    totals = clv.simulate_purchases(fitted.draws(futures, seed), early, ahead, seed + 1)
    lower, upper = np.quantile(totals, [0.025, 0.975])
    forecast, actual = float(expected.sum()), int(bought.later.sum())
    counts = estimates.by_count(early, expected, bought.later, estimates.smallest())
    return Holdout(
        weeks=ahead,
        forecast=forecast,
        pi_lower=lower,
        pi_upper=upper,
        actual=actual,
        error=abs(forecast / actual - 1) if actual else None,
        counts=ByCount.each(counts, ci_lower="low", ci_upper="high"),
    )


@resting
def worth(
    bought: Purchases, found: Model, *, weeks: int, discount: float, futures: int, seed: int
) -> Worth | None:
    """Customer lifetime value by segment, both models fitted to all the data."""
    if not any(row.model == "gamma_gamma" for row in found.parameters):
        return None
    table = estimates.values(
        clv.bg_nbd(bought.whole),
        clv.gamma_gamma(bought.whole),
        bought.whole,
        bought.scored["segment"],
        weeks=weeks,
        discount=discount,
        draws=futures,
        seed=seed,
        smallest=estimates.smallest(),
    )
    table["customers"] = table["n"] / len(bought.whole)
    return Worth(
        table=bought.table,
        weeks=weeks,
        discount=discount,
        segments=Value.each(table, estimate="value", ci_lower="low", ci_upper="high"),
    )


@resting
def demand(bought: Purchases) -> Demand:
    """Weekly totals, a fifth of them forecast without having been seen."""
    series = weekly(bought.rows)
    found = smooth(series, max(4, len(series) // 5))
    return Demand(
        table=bought.table,
        valued=bought.valued,
        weeks=found.test,
        covered=found.covered,
        errors=ForecastError.each(found.errors),
        series=Total.each(found.series, total="value", pi_lower="low", pi_upper="high"),
    )
