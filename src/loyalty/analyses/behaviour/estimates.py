"""Tables and curves out of purchases, choices and panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from loyalty.cases.tables import Loaded
from loyalty.ground.reasons import Reason
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute, brand_loyalty, clv, panel, rfm, survival
from loyalty.stats._common import FloatArray
from loyalty.stats.descriptives import wilson_interval

#: A silence longer than this share of all gaps between purchases counts as a lapse.
USUAL_GAPS = 0.95
#: Weeks after which it is told who bought again.
HORIZONS = (4, 13, 26, 52)
#: Repeat purchases from which on customers are taken together.
MANY = 7


def smallest() -> int:
    """So many customers, households or answers a group must have to be shown."""
    return int(threshold("small_cell").value)


def several(reasons: Sequence[Reason]) -> Reason:
    """Several reasons as one, each once."""
    first, *others = {reason.model_dump_json(): reason for reason in reasons}.values()
    if not others:
        return first
    return Reason(code="several", parameters={"first": first, "rest": several(others)})


def table_of(tables: Sequence[Loaded], kind: str) -> Loaded | None:
    """The first table of a kind; others of the case are subsets kept for comparison."""
    return next((table for table in tables if table.resource.kind == kind), None)


def split(purchases: pd.DataFrame, share: float) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Last day of the calibration, which takes this share of all days, and last day of all."""
    if not 0 < share < 1:
        raise ValueError(f"calibration is {share}, expected a share between 0 and 1")
    start, end = purchases["date"].min(), purchases["date"].max()
    return start + pd.Timedelta(days=int((end - start).days * share)), end


def bought_again(again: survival.Survival, days: int) -> pd.DataFrame:
    """Share of customers with a second purchase within so many weeks, as far as was watched."""
    rows = []
    for weeks in HORIZONS:
        if 7 * weeks <= days:
            value, low, high = again.at(7.0 * weeks)
            rows.append({"weeks": weeks, "value": 1 - value, "low": 1 - high, "high": 1 - low})
    return pd.DataFrame(rows, columns=["weeks", "value", "low", "high"])


def segments(scored: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """One row a segment, from the best on; those of fewer than `smallest` customers are blank."""
    rows: list[dict[str, object]] = []
    money = "monetary" in scored.columns
    for name in rfm.SEGMENTS:
        mine = scored[scored["segment"] == name]
        if mine.empty:
            continue
        row: dict[str, object] = {"segment": name}
        if len(mine) >= smallest:
            row |= {
                "n": len(mine),
                "share": len(mine) / len(scored),
                "recency": float(mine["recency"].median()),
                "frequency": float(mine["frequency"].mean()),
            }
            if money:
                row["revenue"] = float(mine["monetary"].sum() / scored["monetary"].sum())
        rows.append(row)
    return pd.DataFrame(rows)


def returns(scored: pd.DataFrame, later: pd.Index, smallest: int) -> pd.DataFrame:
    """Share of each segment that bought in the hold-out, with Wilson's interval."""
    rows = []
    for name in rfm.SEGMENTS:
        mine = scored.index[scored["segment"] == name]
        if len(mine) >= smallest:
            found = wilson_interval(int(mine.isin(later).sum()), len(mine))
            rows.append(
                {
                    "segment": name,
                    "n": len(mine),
                    "value": found.share,
                    "low": found.ci_lower,
                    "high": found.ci_upper,
                }
            )
    return pd.DataFrame(rows, columns=["segment", "n", "value", "low", "high"])


def later_purchases(
    purchases: pd.DataFrame, summary: pd.DataFrame, after: pd.Timestamp
) -> pd.Series:
    """Days with a purchase after a day, of every customer of `summary`."""
    later = purchases[purchases["date"] > after]
    days = later.assign(date=later["date"].dt.normalize()).drop_duplicates(["customer", "date"])
    return days.groupby("customer").size().reindex(summary.index, fill_value=0)


def by_count(
    summary: pd.DataFrame, forecast: FloatArray, actual: pd.Series, smallest: int
) -> pd.DataFrame:
    """Mean purchases in the hold-out, forecast and actual, by repeat purchases before it.

    The interval is that of the actual mean (normal).
    """
    table = pd.DataFrame(
        {"x": summary["x"].clip(upper=MANY), "forecast": forecast, "actual": actual}
    )
    rows = []
    for x, part in table.groupby("x"):
        if len(part) >= smallest:
            mean = part["actual"].mean()
            reach = 1.959963984540054 * part["actual"].std() / np.sqrt(len(part))
            rows.append(
                {
                    "x": int(str(x)),
                    "n": len(part),
                    "forecast": part["forecast"].mean(),
                    "actual": mean,
                    "low": mean - reach,
                    "high": mean + reach,
                }
            )
    return pd.DataFrame(rows)


def tracking(
    purchases: pd.DataFrame, summary: pd.DataFrame, theta: FloatArray, end: pd.Timestamp
) -> pd.DataFrame:
    """Repeat purchases of the customers of `summary`, added up week by week, and expected ones."""
    start = summary["first"].min()
    mine = purchases[purchases["customer"].isin(summary.index)]
    days = mine.assign(date=mine["date"].dt.normalize()).drop_duplicates(["customer", "date"])
    repeats = days["date"].to_numpy() > summary["first"].reindex(days["customer"]).to_numpy()
    bought = (days["date"] - start).dt.days.to_numpy()[repeats]
    joined = (summary["first"] - start).dt.days.value_counts().sort_index()
    weeks = np.arange(1, (end - start).days // 7 + 1)
    since = np.maximum(7 * weeks[:, None] - joined.index.to_numpy()[None, :], 0) / 7
    expected = clv.expected_purchases(theta, since) @ joined.to_numpy()
    actual = np.searchsorted(np.sort(bought), 7 * weeks, side="right")
    return pd.DataFrame({"week": weeks, "actual": actual, "expected": expected})


def values(
    purchases: clv.Estimates,
    spend: clv.Estimates,
    summary: pd.DataFrame,
    segment: pd.Series,
    *,
    weeks: float,
    discount: float,
    draws: int,
    seed: int,
    smallest: int,
) -> pd.DataFrame:
    """Mean lifetime value by segment and of all, with intervals over draws of the estimates."""

    def worth(a: FloatArray, b: FloatArray) -> FloatArray:
        return clv.lifetime_value(a, b, summary, weeks=weeks, discount=discount)

    names = [n for n in rfm.SEGMENTS if (segment == n).sum() >= smallest]
    chosen = {n: (segment == n).to_numpy() for n in names} | {"all": np.ones(len(summary), bool)}
    point = worth(purchases.point, spend.point)
    alive = clv.probability_alive(purchases.point, summary)
    many = []
    for a, b in zip(purchases.draws(draws, seed), spend.draws(draws, seed + 1), strict=True):
        if b[1] > 1:
            w = worth(a, b)
            many.append([w[rows].mean() for rows in chosen.values()])
    low, high = np.quantile(np.array(many), [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "segment": list(chosen),
            "n": [int(rows.sum()) for rows in chosen.values()],
            "value": [point[rows].mean() for rows in chosen.values()],
            "low": low,
            "high": high,
            "share": [point[rows].sum() / point.sum() for rows in chosen.values()],
            "alive": [alive[rows].mean() for rows in chosen.values()],
        }
    )


def choices(
    tables: list[tuple[str, list[str], pd.DataFrame]], *, draws: int, seed: int
) -> tuple[dict[str, brand_loyalty.BrandLoyalty], dict[str, Reason]]:
    """Loyalty measures of every category ``(id, brands, rows)``, and why one has none."""
    found, reasons = {}, {}
    for name, brands, rows in tables:
        try:
            found[name] = brand_loyalty.brand_loyalty(
                rows, brands or sorted(rows["brand"].unique()), draws=draws, seed=seed
            )
        except CannotCompute as error:
            reasons[name] = error.reason
    return found, reasons


# --- firms ---------------------------------------------------------------------------------------
SPECIFICATIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "pooled": (("speed",), ()),
    "firm": (("speed",), ("firm",)),
    "both": (("speed",), ("firm", "month")),
    "resolution": (("speed", "resolution"), ("firm", "month")),
    "lagged": (("before",), ("firm", "month")),
}


def speed_and_repurchase(
    rows: pd.DataFrame, *, draws: int, seed: int
) -> tuple[pd.DataFrame, dict[str, int], dict[str, Reason]]:
    """Elasticity of repurchase in response hours, under several specifications.

    Returns
    -------
    table : DataFrame
        One row a specification: ``specification``, the columns of
        :func:`loyalty.stats.panel.fixed_effects`, ``n``, ``units``, ``times``, ``change``, the
        relative change of repurchase that goes with a response that takes 10 % less time, with
        ``change_low``, ``change_high`` (wild bootstrap).
    counts : dict
        ``zeros`` (rows whose logarithm does not exist), ``twice`` (rows that repeat a firm and
        month), ``gaps`` (months without the one before).
    reasons : dict
        Specification → why it has no estimate.
    """
    month = rows["month"].dt.to_period("M").dt.to_timestamp()
    data = rows.assign(month=month)
    twice = data.duplicated(["firm", "month"])
    zero = (data["response_hours"] <= 0) | (data["repurchase"] <= 0)
    data = data[~twice & ~zero].reset_index(drop=True)
    data["speed"] = np.log(data["response_hours"])
    data["outcome"] = np.log(data["repurchase"])
    data["before"], gaps = panel.lagged(data, "speed", unit="firm", time="month")
    found, reasons = [], {}
    for name, (predictors, effects) in SPECIFICATIONS.items():
        try:
            result = panel.fixed_effects(
                data,
                "outcome",
                predictors,
                unit="firm",
                time="month",
                effects=effects,
                draws=draws,
                seed=seed,
            )
        except CannotCompute as error:
            reasons[name] = error.reason
            continue
        row = result.coefficients.iloc[0]
        faster: Callable[[float], float] = lambda b: float(0.9**b - 1)  # noqa: E731
        found.append(
            {
                "specification": name,
                **row.to_dict(),
                "n": result.n,
                "units": result.units,
                "times": result.times,
                "change": faster(row["b"]),
                "change_low": faster(row["wild_upper"]),
                "change_high": faster(row["wild_lower"]),
            }
        )
    counts = {"zeros": int(zero.sum()), "twice": int((twice & ~zero).sum()), "gaps": gaps}
    return pd.DataFrame(found), counts, reasons
