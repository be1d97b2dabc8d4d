"""Customers followed over time: everybody's own level and trend, and what carries over around them.

The latent curve model with structured residuals (Curran, Howard, Bainter, Lane & McGinley 2014,
Journal of Consulting and Clinical Psychology 82, 879-894): every series is a person's own level, an
own linear trend, and deviations from both, which carry over to the next wave within and across
series. Without trends it is the random-intercept cross-lagged panel model
(:mod:`loyalty.estimates.cross_lagged`). Lagged effects, and variances and covariances of the
innovations, are the same from wave to wave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import semfit
from scipy.stats import norm

from loyalty.ground.reasons import CannotCompute

#: With three waves trends cannot be told from deviations that carry over.
LEAST = 4


@dataclass(frozen=True)
class Growth:
    """The model's answer.

    Attributes
    ----------
    trends : DataFrame
        Index series: ``start``, the mean at the first wave; ``estimate`` (with ``ci_lower``,
        ``ci_upper``, ``p``), the mean change from one wave to the next; ``spread`` (with
        ``spread_ci_lower``, ``spread_ci_upper``), the standard deviation of people's own changes.
    lags : DataFrame
        A row an effect from one wave to the next within people: ``of``, ``on``, ``estimate``,
        ``se``, ``ci_lower``, ``ci_upper``, ``p``; in units of the series.
    result : Result
        The fitted model.
    """

    trends: pd.DataFrame
    lags: pd.DataFrame
    result: semfit.Result


def model(series: Sequence[str], waves: int) -> str:
    """The model's text for columns ``<series>_1 … <series>_<waves>``."""
    times = range(1, waves + 1)
    lines = []
    for s in series:
        lines.append(f"level_{s} =~ " + " + ".join(f"1*{s}_{t}" for t in times))
        lines.append(f"trend_{s} =~ " + " + ".join(f"{t - 1}*{s}_{t}" for t in times))
        for t in times:
            lines += [f"w_{s}_{t} =~ 1*{s}_{t}", f"{s}_{t} ~~ 0*{s}_{t}", f"{s}_{t} ~ 0*1"]
        lines += [f"level_{s} ~ 1", f"trend_{s} ~ 1"]
    for t in times[1:]:
        lines += [
            f"w_{on}_{t} ~ " + " + ".join(f"lag_{of}__{on}*w_{of}_{t - 1}" for of in series)
            for on in series
        ]
    for k, a in enumerate(series):
        for b in series[k:]:
            lines += [f"w_{a}_1 ~~ w_{b}_1"]
            lines += [f"w_{a}_{t} ~~ new_{a}__{b}*w_{b}_{t}" for t in times[1:]]
    own = [f"{kind}_{s}" for kind in ("level", "trend") for s in series]
    lines += [f"{a} ~~ {b}" for k, a in enumerate(own) for b in own[k:]]
    lines += [f"{a} ~~ 0*w_{s}_1" for a in own for s in series]
    return "\n".join(lines)


def growth(panel: pd.DataFrame, series: Sequence[str]) -> Growth:
    """Fit the model to all `series` together by full-information maximum likelihood.

    Parameters
    ----------
    panel : DataFrame
        A row a person and wave: ``customer``, ``wave`` (1, 2, …) and a column a series.

    Raises
    ------
    CannotCompute
        Fewer than four waves, or a solution that did not converge or is not admissible.
    ModelError
        As `semfit.fit`.
    """
    waves = int(panel["wave"].max())
    if waves < LEAST:
        raise CannotCompute("growth_few_waves", n=waves, least=LEAST)
    parts = [
        panel.pivot(index="customer", columns="wave", values=s).add_prefix(f"{s}_") for s in series
    ]
    frame = pd.concat(parts, axis=1)
    result = semfit.fit(model(series, waves), frame, missing="fiml", meanstructure=True)
    if not result.admissible:
        raise CannotCompute("panel_not_admissible", why=result.problems[0])
    table = result.parameters
    lags = table[table["label"].str.startswith("lag_")].drop_duplicates("label")
    ends = lags["label"].str.removeprefix("lag_").str.split("__", expand=True)
    names = {"est": "estimate", "pvalue": "p"}
    effects = lags.rename(columns=names).assign(of=ends[0], on=ends[1])
    return Growth(
        _trends(table, series),
        effects[["of", "on", "estimate", "se", "ci_lower", "ci_upper", "p"]].reset_index(drop=True),
        result,
    )


def _trends(table: pd.DataFrame, series: Sequence[str]) -> pd.DataFrame:
    means = table[table["op"] == "~1"].set_index("lhs")
    variances = table[(table["op"] == "~~") & (table["lhs"] == table["rhs"])].set_index("lhs")
    rows = {}
    for s in series:
        mean, variance = means.loc[f"trend_{s}"], variances.loc[f"trend_{s}"]
        spread = float(np.sqrt(variance["est"]))
        half = float(norm.ppf(0.975)) * variance["se"] / (2 * spread)
        rows[s] = {
            "start": means.loc[f"level_{s}", "est"],
            "estimate": mean["est"],
            "ci_lower": mean["ci_lower"],
            "ci_upper": mean["ci_upper"],
            "p": mean["pvalue"],
            "spread": spread,
            "spread_ci_lower": max(spread - half, 0.0),
            "spread_ci_upper": spread + half,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
