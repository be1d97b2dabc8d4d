"""Net promoter scores in waves, and their trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level
from loyalty.stats.descriptives import net_promoter_score


@dataclass(frozen=True, eq=False)
class Waves(Result):
    """Scores by wave.

    Attributes:
        waves: one row a wave: ``date``, ``value``, ``low``, ``high``, ``n``.
        slope, slope_low, slope_high, slope_p: points a year, least squares over waves weighted by
            their precision, t with waves − 2 degrees of freedom.
        change, change_low, change_high: last wave less first, taken as independent samples.
        level: of the intervals.
    """

    waves: pd.DataFrame
    slope: float
    slope_low: float
    slope_high: float
    slope_p: float
    change: float
    change_low: float
    change_high: float
    level: float


def waves(rows: pd.DataFrame, *, smallest: int, level: float = 0.95) -> Waves:
    """The net promoter score of every wave and its trend.

    Args:
        rows: ``date`` (a wave is a month), ``score``, a whole number from 0 to 10.
        smallest: waves with fewer answers are left out.

    Raises:
        CannotCompute: fewer than three waves, or another score.
    """
    check_level(level)
    if not rows["score"].isin(range(11)).all():
        raise CannotCompute("score_outside")
    month = rows["date"].dt.to_period("M").dt.to_timestamp()
    found = []
    for date, scores in rows["score"].groupby(month):
        if len(scores) >= smallest:
            nps = net_promoter_score(scores, level=level)
            found.append((date, nps.nps, nps.ci_lower, nps.ci_upper, len(scores)))
    table = pd.DataFrame(found, columns=["date", "value", "low", "high", "n"])
    if len(table) < 3:
        raise CannotCompute("few_waves", n=len(table))
    z = float(_dist.norm.ppf(0.5 + level / 2))
    contribution = np.select([rows["score"] >= 9, rows["score"] <= 6], [100.0, -100.0], 0.0)
    variance = pd.Series(contribution, index=rows.index).groupby(month).var(ddof=0)
    se = np.sqrt(variance.reindex(table["date"]).to_numpy() / table["n"].to_numpy())
    se = np.maximum(se, 1e-6)
    years = ((table["date"] - table["date"].iloc[0]).dt.days / 365.25).to_numpy()
    slope, low, high, p = weighted_trend(years, table["value"].to_numpy(), se, level=level)
    change = float(table["value"].iloc[-1] - table["value"].iloc[0])
    spread = z * float(np.hypot(se[0], se[-1]))
    return Waves(
        waves=table,
        slope=slope,
        slope_low=low,
        slope_high=high,
        slope_p=p,
        change=change,
        change_low=change - spread,
        change_high=change + spread,
        level=level,
    )


def weighted_trend(
    time: FloatArray, values: FloatArray, se: FloatArray, *, level: float = 0.95
) -> tuple[float, float, float, float]:
    """Slope with interval and p by least squares, weights 1/se², residual variance estimated.

    What varies from wave to wave beyond sampling so widens the interval.
    """
    root = 1 / se
    design = np.column_stack([np.ones(len(time)), time]) * root[:, None]
    y = values * root
    b, *_ = np.linalg.lstsq(design, y, rcond=None)
    df = len(time) - 2
    scale = float(((y - design @ b) ** 2).sum() / df)
    slope_se = float(np.sqrt(scale * np.linalg.inv(design.T @ design)[1, 1]))
    reach = float(_dist.t.ppf(0.5 + level / 2, df)) * slope_se
    slope = float(b[1])
    p = 2 * float(_dist.t.sf(abs(slope) / slope_se, df)) if slope_se > 0 else float("nan")
    return slope, slope - reach, slope + reach, p
