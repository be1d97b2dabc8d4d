"""What a point of an attitude goes with in money a customer: the findings."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyalty.estimates import attitude
from loyalty.estimates.attitude import Effect, Floats, Measured
from loyalty.estimates.verdicts import Side, side
from loyalty.ground.findings import Count, Finding, Real, Record
from loyalty.ground.reasons import CannotCompute, Reason, reason_of


class WorthRow(Record):
    """How much more a customer spent within the horizon for one point more of an attitude.

    A point is of the mean of its items; corrected for its measurement error, its standard deviation
    in points taken as known. ``naive_…`` is of the mean of the items as it stands.
    """

    attitude: str
    n: Count
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    naive: Real
    naive_ci_lower: Real
    naive_ci_upper: Real
    verdict: Side


class Worth(Finding):
    """`spent` is the mean of all within `horizon` days after the survey, in the table `table`."""

    table: str
    horizon: Count
    spent: Real
    rows: tuple[WorthRow, ...]


class Amount(attitude.Step):
    """A standardized amount as a line over the attitude: slope, mean, logarithm of the rest's SD.

    Where all items are answered its maximum is that of least squares on the attitude's mean.
    """

    def __init__(self, y: Floats) -> None:
        self.y = y
        self.start = np.zeros(3)

    def value(self, beta: Floats, mean: Floats, variance: Floats) -> Floats:
        spread = np.exp(2 * beta[2]) + beta[0] ** 2 * variance
        away = self.y - beta[1] - beta[0] * mean
        out: Floats = -0.5 * (np.log(2 * np.pi * spread) + away**2 / spread)
        return out


def worth(
    answered: Iterable[tuple[str, pd.DataFrame]],
    spent: pd.Series,
    clusters: NDArray[np.intp] | None,
    table: str,
    horizon: int,
) -> Worth:
    """The change in what is spent for a point of each attitude.

    Args:
        answered: attitudes with their items, (people, items), for the people of `spent`.
        spent: by each of the people within the horizon, in the amounts' unit; nobody is missing.
        clusters: of whom answers and purchases may go together.

    Raises
    ------
    CannotCompute
        Too few people, all of whom spent the same, or no attitude that can be measured.
    """
    if len(spent) < 50:
        raise CannotCompute("few_people_for_outcome", n=len(spent))
    if spent.std() == 0:
        raise CannotCompute("does_not_vary", name="spent")
    rows, messages = list[WorthRow](), list[Reason]()
    for name, items in answered:
        some = items.notna().any(axis=1).to_numpy()
        own = None if clusters is None else clusters[some]
        try:
            measured = attitude.measured(items[some])
            rows.append(_row(name, measured, items[some], spent[some], own))
        except CannotCompute as error:
            messages.append(reason_of(error))
    if not rows:
        raise CannotCompute.because(messages[0])
    return Worth(
        table=table, horizon=horizon, spent=spent.mean(), rows=tuple(rows), messages=tuple(messages)
    )


def _row(
    name: str,
    measured: Measured,
    items: pd.DataFrame,
    spent: pd.Series,
    clusters: NDArray[np.intp] | None,
) -> WorthRow:
    y = spent.to_numpy(dtype=float)
    step = Amount((y - y.mean()) / y.std())
    scores = items.mean(axis=1).to_numpy()
    everybody = np.ones(len(y), dtype=bool)
    found = attitude.after_measurement(measured, step, everybody)
    corrected = attitude.effect_of(0, None, *found, len(y), clusters, 0.95)
    z = (scores - scores.mean()) / scores.std()
    plain = attitude.effect_of(0, None, *attitude.uncorrected(step, z), len(y), clusters, 0.95)

    def money(of: Effect, points: float) -> list[float]:
        return [v * y.std() / points for v in (of.estimate, of.ci_lower, of.ci_upper)]

    estimate, lower, upper = money(corrected, points_of(measured))
    naive = money(plain, float(scores.std()))
    return WorthRow(
        attitude=name,
        n=len(y),
        estimate=estimate,
        ci_lower=lower,
        ci_upper=upper,
        naive=naive[0],
        naive_ci_lower=naive[1],
        naive_ci_upper=naive[2],
        verdict=side(lower, upper),
    )


def points_of(measured: Measured) -> float:
    """The attitude's standard deviation in points of the mean of its items."""
    k = measured.items.shape[1]
    loadings = [1.0, *measured.theta[: k - 1]]
    return float(np.sqrt(measured.theta[2 * k - 1]) * np.mean(loadings))
