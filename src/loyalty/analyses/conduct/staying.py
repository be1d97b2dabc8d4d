"""Whether what an attitude goes with hangs on the model of how customers leave: the findings."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from loyalty.estimates import attitude, staying
from loyalty.estimates.staying import Model
from loyalty.estimates.verdicts import Side, side
from loyalty.ground.findings import Bounded, Count, Finding, Real, Record, Shown

Times = Annotated[float, Shown("number", 2)]


class StayingRow(Record):
    """What a standard deviation of an attitude multiplies the rate of purchases by, or leaving.

    Leaving is, by BG/NBD, the odds of leaving after a purchase, and by Pareto/NBD the rate of
    leaving at any time. `planted` is what a simulated table declares in that model.
    """

    model: Model
    conduct: Literal["rate", "leaving"]
    times: Times
    ci_lower: Times
    ci_upper: Times
    planted: Times | None
    verdict: Side


class Staying(Finding):
    """Both models of the same purchases; `better` by how much the log-likelihood of BG/NBD is above
    that of Pareto/NBD, which has as many parameters, with Vuong's (1989) interval."""

    attitude: str
    n: Count
    reliability: Bounded
    rows: tuple[StayingRow, ...]
    better: Real
    better_ci_lower: Real
    better_ci_upper: Real
    verdict: Side


def compared(
    construct: str,
    items: pd.DataFrame,
    values: pd.DataFrame,
    clusters: NDArray[np.intp] | None,
    leaving: float | None,
) -> Staying:
    """Both models; `leaving` is what a simulated table declares of it, drawn by BG/NBD.

    Raises
    ------
    CannotCompute
        Where a model cannot be fitted.
    """
    measured = attitude.measured(items)
    found = staying.by_model(measured, values, clusters=clusters)
    rows = []
    for model, one in found.items():
        for conduct, effect in (("rate", one.rate), ("leaving", one.leaving)):
            low, high = np.exp([effect.ci_lower, effect.ci_upper])
            planted = leaving if (model, conduct) == ("bg_nbd", "leaving") else None
            rows.append(
                StayingRow(
                    model=model,
                    conduct=conduct,
                    times=np.exp(effect.estimate),
                    ci_lower=low,
                    ci_upper=high,
                    planted=None if planted is None else np.exp(planted),
                    verdict=side(low, high, 1.0),
                )
            )
    better, half = staying.apart(found["bg_nbd"], found["pareto_nbd"], clusters)
    return Staying(
        attitude=construct,
        n=found["bg_nbd"].rate.n,
        reliability=measured.reliability,
        rows=tuple(rows),
        better=better,
        better_ci_lower=better - half,
        better_ci_upper=better + half,
        verdict=side(better - half, better + half),
    )
