"""Purchases: who comes back, segments, what customers are worth, and demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from loyalty.analyses.behaviour import estimates
from loyalty.analyses.behaviour.findings import (
    Area,
    BoughtAgain,
    ByCount,
    CameBack,
    Demand,
    ForecastError,
    Foreseen,
    Holdout,
    LapsedGroup,
    Model,
    Parameter,
    Prediction,
    Returned,
    Returns,
    SegmentRow,
    Segments,
    Step,
    StillAway,
    Survival,
    Total,
    Tracking,
    Value,
    Week,
    WinBack,
    Worth,
)
from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import of_data, refusable, resting
from loyalty.ground.reasons import CannotCompute
from loyalty.stats import clv, rfm
from loyalty.stats.discrimination import calibration, discrimination
from loyalty.stats.forecast import smooth, weekly
from loyalty.stats.ledger import Reduced
from loyalty.stats.survival import kaplan_meier


@dataclass(frozen=True, eq=False)
class Purchases:
    """A table of purchases, reduced, and cut into calibration and hold-out."""

    table: str
    reduced: Reduced

    @property
    def until(self) -> pd.Timestamp:
        return self.reduced.until

    @property
    def end(self) -> pd.Timestamp:
        return self.reduced.end

    @property
    def valued(self) -> bool:
        return self.reduced.valued

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Cells of all the data, with their segments."""
        return self.reduced.whole.join(rfm.score(self.reduced.whole))

    @property
    def early(self) -> pd.DataFrame:
        """Cells of the calibration."""
        return self.reduced.early

    @cached_property
    def bg_nbd(self) -> clv.Estimates:
        """On the calibration."""
        return clv.bg_nbd(self.early)


@refusable
def load(study: Study, tables: Sequence[Loaded], calibration: float) -> Purchases | None:
    """The case's purchases, a share of their days as calibration.

    Raises
    ------
    CannotCompute
        Where they are of people who were asked as customers: nobody's first purchase is known.
    """
    table = estimates.table_of(tables, "transactions")
    if table is None:
        return None
    if study.join is not None and study.join.waves and table.resource.id in study.join.tables:
        raise CannotCompute("customers_before", table=table.resource.id)
    return Purchases(table.resource.id, table.reduced(calibration, estimates.USUAL_GAPS))


@of_data
@refusable
def survival(bought: Purchases) -> Survival:
    """Who buys again; or why nothing can be asked of the purchases."""
    reduced = bought.reduced
    days = (bought.end - reduced.start).days
    if reduced.silence is None:
        raise CannotCompute("nobody_bought_twice")
    again = kaplan_meier(*(reduced.again[c] for c in ("time", "event", "n")))
    held = kaplan_meier(*(reduced.held[c] for c in ("time", "event", "n")))
    shares = estimates.bought_again(again, days)
    at = int(max([0, *(7 * shares["weeks"][7 * shares["weeks"] <= days - reduced.silence])]))
    estimate, lower, upper = held.at(at)
    n = bought.whole["n"]
    customers, single = int(n.sum()), int(n[bought.whole["x"] == 0].sum())
    return Survival(
        customers=customers,
        single=single,
        single_share=single / customers,
        days=days,
        # a share of all, or of none, has no interval
        bought_again=BoughtAgain.each(
            shares.dropna(subset=["low", "high"]), estimate="value", ci_lower="low", ci_upper="high"
        ),
        silence=reduced.silence,
        usual=estimates.USUAL_GAPS,
        watched=held.n,
        lapsed=held.events / held.n,
        at=at,
        estimate=estimate,
        ci_lower=lower,
        ci_upper=upper,
        again=Step.each(again.curve),
        held=Step.each(held.curve),
    )


@resting
def win_back(bought: Purchases, found: Survival) -> WinBack:
    """Of the customers who lapsed by the rule of :func:`survival`: who buys again, and when."""
    lapsed = bought.reduced.lapsed
    if lapsed.empty:
        raise CannotCompute("nobody_lapsed", days=found.silence)
    n = int(lapsed["n"].sum())
    if not lapsed["event"].any():
        raise CannotCompute("nobody_came_back", n=n)
    curve = kaplan_meier(*(lapsed[c] for c in ("time", "event", "n")))
    at = estimates.group_weeks(lapsed)
    return WinBack(
        silence=found.silence,
        lapsed=n,
        returned=int(lapsed.loc[lapsed["event"], "n"].sum()),
        came_back=CameBack.each(
            estimates.bought_again(curve, int(lapsed["time"].max())).dropna(),
            estimate="value",
            ci_lower="low",
            ci_upper="high",
        ),
        still_away=StillAway.each(estimates.still_away(lapsed)),
        groups=LapsedGroup.each(estimates.lapsed_groups(lapsed, at, valued=bought.valued)),
        curve=Step.each(curve.curve),
    )


@resting
def segments(bought: Purchases) -> Segments:
    """Segments by recency, frequency and monetary value at the end of the data."""
    table = estimates.segments(bought.whole, estimates.smallest())
    return Segments(segments=SegmentRow.each(table), valued=bought.valued)


@resting
def returns(bought: Purchases, found: Segments) -> Returns:
    """Who of the segments at the end of the calibration bought afterwards."""
    before = bought.early.join(rfm.score(bought.early))
    table = estimates.returns(before, estimates.smallest())
    segments = Returned.each(table, estimate="value", ci_lower="low", ci_upper="high")
    return Returns(until=bought.until, segments=segments)


@resting
def model(bought: Purchases, found: Segments, *, futures: int, seed: int) -> Model:
    """Models of the number and the value of purchases, fitted to the calibration."""
    fitted, messages = {"bg_nbd": bought.bg_nbd}, []
    if bought.valued:
        try:
            fitted["gamma_gamma"] = clv.gamma_gamma(bought.reduced.early_values)
        except CannotCompute as error:
            messages.append(error.reason)
    number = fitted["bg_nbd"]
    drawn = number.draws(max(futures, 1000), seed)
    leaving = np.quantile(drawn[:, 2] / (drawn[:, 2] + drawn[:, 3]), [0.025, 0.975])
    r, alpha, a, b = number.point
    values = bought.reduced.early_values
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
        correlation=estimates.rank_correlation(values) if together else None,
        messages=messages,
    )


@resting
def tracking(bought: Purchases, found: Model) -> Tracking:
    """Repeat purchases week by week, actual and expected."""
    path = estimates.tracking(bought.reduced, bought.bg_nbd.point)
    return Tracking(
        calibration=(bought.until - bought.reduced.start).days / 7, weeks=Week.each(path)
    )


@resting
def holdout(bought: Purchases, found: Model, *, futures: int, seed: int) -> Holdout:
    """Purchases of the time held out: what the model expects, and what there were."""
    fitted, early, ahead = bought.bg_nbd, bought.early, (bought.end - bought.until).days / 7
    expected = clv.conditional_purchases(fitted.point, early, ahead)
    totals = clv.simulate_purchases(fitted.draws(futures, seed), early, ahead, seed + 1)
    lower, upper = np.quantile(totals, [0.025, 0.975])
    forecast, actual = float((early["n"] * expected).sum()), int(early["later"].sum())
    counts = estimates.by_count(early, expected, estimates.smallest())
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
def prediction(bought: Purchases, found: Model, *, seed: int) -> Prediction:
    """Who comes back, foretold by the model of the other half of the customers."""
    ahead = (bought.end - bought.until).days / 7
    seen, unseen = estimates.halves(bought.early, seed)
    theta = clv.bg_nbd(seen).point
    chance = clv.probability_again(theta, unseen, ahead)
    came, n = unseen["returned"].to_numpy(float), unseen["n"].to_numpy(float)
    fitted = calibration(chance, came, n)
    recency = (unseen["t_x"] - unseen["t"]).to_numpy()
    scores = pd.DataFrame({"model": chance, "recency": recency})
    told = discrimination(
        np.repeat([1.0, 0.0], len(scores)),
        pd.concat([scores, scores], ignore_index=True),
        [("model", "recency")],
        n=np.r_[came, n - came],
    )
    (apart,) = told.differences.to_dict("records")
    return Prediction(
        weeks=ahead,
        customers=fitted.n,
        share=fitted.share,
        predicted=fitted.predicted,
        parts=Foreseen.each(fitted.parts[fitted.parts["n"] >= estimates.smallest()]),
        slope=fitted.slope,
        slope_ci_lower=fitted.ci_lower,
        slope_ci_upper=fitted.ci_upper,
        areas=Area.each(told.areas.reset_index()),
        difference=apart["estimate"],
        difference_ci_lower=apart["ci_lower"],
        difference_ci_upper=apart["ci_upper"],
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
        clv.gamma_gamma(bought.reduced.whole_values),
        bought.whole,
        weeks=weeks,
        discount=discount,
        draws=futures,
        seed=seed,
        smallest=estimates.smallest(),
    )
    table["customers"] = table["n"] / bought.whole["n"].sum()
    return Worth(
        table=bought.table,
        weeks=weeks,
        discount=discount,
        segments=Value.each(table, estimate="value", ci_lower="low", ci_upper="high"),
    )


@resting
def demand(bought: Purchases) -> Demand:
    """Weekly totals, a fifth of them forecast without having been seen."""
    series = weekly(bought.reduced.daily)
    found = smooth(series, max(4, len(series) // 5))
    return Demand(
        table=bought.table,
        valued=bought.valued,
        weeks=found.test,
        covered=found.covered,
        errors=ForecastError.each(found.errors),
        series=Total.each(found.series, total="value", pi_lower="low", pi_upper="high"),
    )
