"""What a programme goes with, where a panel of firms marks one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from loyalty.analyses.behaviour.findings import Interruption, Programme
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import Refused, refusable
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.stats.interrupted import interrupted
from loyalty.stats.panel import fixed_effects

#: Months before a programme begins in which nothing should be seen yet.
AHEAD = 3


def marked(tables: Sequence[Loaded]) -> Loaded | None:
    """The first panel of firms that marks a programme."""
    panels = (t for t in tables if t.resource.kind == "firm_panel")
    return next((t for t in panels if "programme" in t.rows), None)


@refusable
def programme(tables: Sequence[Loaded], *, draws: int, seed: int) -> Programme | Refused | None:
    """Difference in differences, and the interrupted series of the firms that take it up."""
    panel = marked(tables)
    if panel is None:
        return None
    data = _logged(panel.rows)
    switching = data.groupby("firm")["on"].nunique() > 1
    taking = switching[switching].index
    if taking.empty:
        if data["on"].any():
            raise CannotCompute("programme_everywhere")
        raise CannotCompute("programme_nowhere")
    start = data[data["on"] == 1].groupby("firm")["month"].min().reindex(taking)
    messages: list[Reason] = []
    effect = before = None
    try:
        if len(taking) == data["firm"].nunique() and start.nunique() == 1:
            raise CannotCompute("programme_at_once")
        effect, before = _differences(data, start, draws, seed)
    except CannotCompute as error:
        messages.append(error.reason)
    if len(taking) == 1:
        messages.append(Reason(code="programme_of_one"))
    series = []
    for of, values in _series(data, start).items():
        try:
            series.append(interruption(of, values))
        except CannotCompute as error:
            messages.append(error.reason)
    messages = list({m.model_dump_json(): m for m in messages}.values())
    if effect is None and not series:
        return Refused(refused=messages[0])
    return Programme(
        firms=data["firm"].nunique(),
        taking=len(taking),
        starts=start.nunique(),
        **_relative(effect, "change", ""),
        p=None if effect is None else effect["wild_p"],
        cr2_df=None if effect is None or np.isnan(effect["cr2_df"]) else effect["cr2_df"],
        **_relative(before, "ahead", "ahead_"),
        series=tuple(series),
        messages=tuple(messages),
    )


def _logged(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a firm and month, the logarithm of repurchase as the outcome."""
    rows = rows.dropna(subset=["programme"])
    data = pd.DataFrame(
        {
            "firm": rows["firm"],
            "month": rows["month"].dt.year * 12 + rows["month"].dt.month,
            "on": rows["programme"].astype(float),
            "outcome": rows["repurchase"],
        }
    )
    data = data[data["outcome"] > 0].drop_duplicates(["firm", "month"]).reset_index(drop=True)
    return data.assign(outcome=np.log(data["outcome"]))


# --- against the past and the others -------------------------------------------------------------
Estimate = dict[str, float]


def _differences(
    data: pd.DataFrame, start: pd.Series, draws: int, seed: int
) -> tuple[Estimate, Estimate | None]:
    """The programme's coefficient, and that of the months before it; None where no firm is seen
    before these."""
    until = data["firm"].map(start).astype(float) - data["month"]
    data = data.assign(soon=((until > 0) & (until <= AHEAD)).astype(float))

    def found(predictors: list[str]) -> Estimate:
        result = fixed_effects(
            data,
            "outcome",
            predictors,
            unit="firm",
            time="month",
            effects=("firm", "month"),
            draws=draws,
            seed=seed,
        )
        return {str(k): float(v) for k, v in result.coefficients.iloc[-1].items()}

    return found(["on"]), found(["on", "soon"]) if (until > AHEAD).any() else None


def _relative(found: Estimate | None, name: str, start: str) -> dict[str, float | None]:
    """A coefficient and its two intervals as relative changes, under the names of the finding."""
    names = {
        name: "b",
        f"{start}ci_lower": "wild_lower",
        f"{start}ci_upper": "wild_upper",
        f"{start}cr2_ci_lower": "cr2_lower",
        f"{start}cr2_ci_upper": "cr2_upper",
    }
    values = {k: np.nan if found is None else np.expm1(found[v]) for k, v in names.items()}
    return {k: None if np.isnan(v) else float(v) for k, v in values.items()}


# --- before and after ----------------------------------------------------------------------------
Series = dict[int, float]


def _series(data: pd.DataFrame, start: pd.Series) -> dict[str, Series]:
    """Mean outcome by months since the beginning of the firms that take the programme up.

    ``alone``: as it is; ``against``: less that of the firms that never have it in the same months.
    All values are about the firm's own mean, so that a month without a firm moves nothing; firms
    that stop again are followed until then.
    """
    own = data[data["firm"].isin(start.index)]
    own = own.assign(since=own["month"] - own["firm"].map(start))
    stops = own[(own["since"] > 0) & (own["on"] == 0)].groupby("firm")["since"].min()
    own = own[own["since"] < own["firm"].map(stops).fillna(np.inf)]
    reach = own.groupby("firm")["since"].agg(["min", "max"])
    own = own[own["since"].between(reach["min"].max(), reach["max"].min())]

    def about(rows: pd.DataFrame) -> pd.Series:
        centred: pd.Series = rows["outcome"] - rows.groupby("firm")["outcome"].transform("mean")
        return centred

    never = data[data.groupby("firm")["on"].transform("max") == 0]
    never = never[never["month"].isin(own["month"])]
    others = about(never).groupby(never["month"]).mean()
    own = own.assign(alone=about(own))
    own["against"] = own["alone"] - own["month"].map(others)
    kinds = ["alone", "against"] if len(never) else ["alone"]
    means = {kind: own.dropna(subset=kind).groupby("since")[kind].mean() for kind in kinds}
    return {kind: dict(zip(m.index.astype(int), m, strict=True)) for kind, m in means.items()}


def interruption(of: str, values: Series) -> Interruption:
    """An interrupted series of values by period, of which those below zero are before."""
    months = sorted(values)
    if not months or months != list(range(months[0], months[-1] + 1)):
        raise CannotCompute("gap_in_series")
    before = sum(m < 0 for m in months)
    found = interrupted(np.array([values[m] for m in months]), before)
    parts: dict[str, float] = {}
    for name, row in found.coefficients.iterrows():
        ends = (("", "b"), ("_ci_lower", "ci_lower"), ("_ci_upper", "ci_upper"))
        parts |= {f"{name}{end}": float(np.expm1(row[column])) for end, column in ends}
    return Interruption(
        of=of, before_months=before, after_months=found.after, carry=found.carry, **parts
    )
