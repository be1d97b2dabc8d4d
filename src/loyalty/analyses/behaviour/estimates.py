"""Tables and curves out of purchases, choices and panels."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from loyalty.cases.tables import Loaded
from loyalty.ground.reasons import Reason
from loyalty.ground.thresholds import threshold
from loyalty.stats import CannotCompute, brand_loyalty, clv, ledger, panel, rfm, survival
from loyalty.stats._common import FloatArray
from loyalty.stats.descriptives import wilson_interval

#: A silence longer than this share of all gaps between purchases counts as a lapse.
USUAL_GAPS = 0.95
#: Weeks after which it is told who bought again.
HORIZONS = (4, 13, 26, 52)
#: Weeks within which it is told who of those still away comes back.
NEXT = 13
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


def bought_again(again: survival.Survival, days: int) -> pd.DataFrame:
    """Share of customers with a second purchase within so many weeks, as far as was watched."""
    rows = []
    for weeks in HORIZONS:
        if 7 * weeks <= days:
            value, low, high = again.at(7.0 * weeks)
            rows.append({"weeks": weeks, "value": 1 - value, "low": 1 - high, "high": 1 - low})
    return pd.DataFrame(rows, columns=["weeks", "value", "low", "high"])


def _back(cells: pd.DataFrame, weeks: int) -> dict[str, float]:
    """Share that came back within so many weeks, with its interval; empty without one."""
    if not cells["event"].any():
        return {}
    value, low, high = survival.kaplan_meier(*(cells[c] for c in ("time", "event", "n"))).at(
        7.0 * weeks
    )
    if not 0 < value < 1 or np.isnan(low):
        return {}
    return {"estimate": 1 - value, "ci_lower": 1 - high, "ci_upper": 1 - low}


def still_away(lapsed: pd.DataFrame) -> pd.DataFrame:
    """Who comes back within :data:`NEXT` weeks of those away so long, as far as was watched."""
    rows = []
    for away in (0, *HORIZONS[1:]):
        left = lapsed[lapsed["time"] > 7 * away] if away else lapsed
        n = int(left["n"].sum())
        if n < smallest() or 7 * (away + NEXT) > lapsed["time"].max():
            continue
        if share := _back(left.assign(time=left["time"] - 7 * away), NEXT):
            rows.append({"away": away, "weeks": NEXT, "n": n} | share)
    return pd.DataFrame(rows)


def group_weeks(lapsed: pd.DataFrame) -> int:
    """The horizon at which groups are compared: half a year, or what was watched."""
    return max(
        w for w in HORIZONS if w in (4, 13, 26) and (w == 4 or 7 * w <= lapsed["time"].max())
    )


def lapsed_groups(lapsed: pd.DataFrame, weeks: int, *, valued: bool) -> pd.DataFrame:
    """Who came back by purchases and, where amounts are known, by thirds of what was spent."""
    named = {"one": lapsed["purchases"] == 1, "few": lapsed["purchases"] == 2}
    groups = [("purchases", k, mine) for k, mine in named.items()]
    groups.append(("purchases", "more", lapsed["purchases"] == 4))
    if valued:
        sizes = lapsed.groupby("spent")["n"].sum()
        # a value whose customers lie in two thirds goes where the middle one of them lies
        middle = (sizes.cumsum() - sizes / 2) / sizes.sum()
        third = lapsed["spent"].map((3 * middle).astype(int).clip(upper=2))
        groups += [("spent", k, third == i) for i, k in enumerate(("least", "middle", "most"))]
    rows: list[dict[str, object]] = []
    for by, level, mine in groups:
        n = int(lapsed.loc[mine, "n"].sum())
        if n >= smallest() and (share := _back(lapsed[mine], weeks)):
            rows.append({"by": by, "level": level, "n": n, "weeks": weeks} | dict(share))
    return pd.DataFrame(rows)


def segments(scored: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """One row a segment, from the best on; those of fewer than `smallest` customers are blank.

    `scored` are cells (:class:`loyalty.stats.ledger.Reduced`) with their segments.
    """
    rows: list[dict[str, object]] = []
    everybody, money = scored["n"].sum(), scored["spend"].sum()
    for name in rfm.SEGMENTS:
        mine = scored[scored["segment"] == name]
        if mine.empty:
            continue
        row: dict[str, object] = {"segment": name}
        n = int(mine["n"].sum())
        if n >= smallest:
            row |= {
                "n": n,
                "share": n / everybody,
                "recency": _median(mine["recency"], mine["n"]),
                "frequency": float(np.average(mine["frequency"], weights=mine["n"])),
                "revenue": float(mine["spend"].sum() / money) if money > 0 else None,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _median(values: pd.Series, n: pd.Series) -> float:
    """The median where each value stands `n` times."""
    order = np.argsort(values.to_numpy(), kind="stable")
    ordered, up_to = values.to_numpy()[order], np.cumsum(n.to_numpy()[order])
    middle = [(up_to[-1] - 1) // 2, up_to[-1] // 2]
    return float(ordered[np.searchsorted(up_to, middle, side="right")].mean())


def returns(scored: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Share of each segment that bought in the hold-out, with Wilson's interval."""
    rows = []
    for name in rfm.SEGMENTS:
        mine = scored[scored["segment"] == name]
        n = int(mine["n"].sum())
        if n >= smallest:
            found = wilson_interval(int(mine["returned"].sum()), n)
            rows.append(
                {
                    "segment": name,
                    "n": n,
                    "value": found.share,
                    "low": found.ci_lower,
                    "high": found.ci_upper,
                }
            )
    return pd.DataFrame(rows, columns=["segment", "n", "value", "low", "high"])


def rank_correlation(values: pd.DataFrame) -> float:
    """Spearman's correlation of number and mean value of purchases, rows weighted by ``n``."""
    n = values["n"].to_numpy(float)

    def ranks(column: pd.Series) -> FloatArray:
        codes, _ = pd.factorize(column, sort=True)
        size = np.bincount(codes, n)
        rank: FloatArray = (np.cumsum(size) - (size - 1) / 2)[codes]
        return rank - np.average(rank, weights=n)

    a, b = ranks(values["x"]), ranks(values["value"].round(9))  # sums differ in their last digits
    return float((n @ (a * b)) / np.sqrt((n @ a**2) * (n @ b**2)))


def by_count(early: pd.DataFrame, forecast: FloatArray, smallest: int) -> pd.DataFrame:
    """Mean purchases in the hold-out, forecast and actual, by repeat purchases before it.

    The interval is that of the actual mean (normal).
    """
    table = early.assign(x=early["x"].clip(upper=MANY), forecast=early["n"] * forecast)
    sums = table.groupby("x")[["n", "forecast", "later", "later2"]].sum()
    rows = []
    for x, part in sums[sums["n"] >= smallest].iterrows():
        n, mean = part["n"], part["later"] / part["n"]
        variance = max(part["later2"] - part["later"] * mean, 0.0) / (n - 1)
        reach = 1.959963984540054 * np.sqrt(variance / n)
        rows.append(
            {
                "x": int(str(x)),
                "n": int(n),
                "forecast": part["forecast"] / n,
                "actual": mean,
                "low": mean - reach,
                "high": mean + reach,
            }
        )
    return pd.DataFrame(rows)


def halves(cells: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each customer dealt at random into one of two halves: the cells of both.

    Only ``x``, ``t_x``, ``t``, ``n`` and ``returned`` are those of the halves.
    """
    rng = np.random.default_rng(seed)
    came, gone = cells["returned"].to_numpy(), (cells["n"] - cells["returned"]).to_numpy()
    one, other = rng.binomial(came, 0.5), rng.binomial(gone, 0.5)
    parts = []
    for returned, stayed in ((one, other), (came - one, gone - other)):
        part = cells[["x", "t_x", "t"]].assign(n=returned + stayed, returned=returned)
        parts.append(part[part["n"] > 0].reset_index(drop=True))
    return parts[0], parts[1]


def tracking(reduced: ledger.Reduced, theta: FloatArray) -> pd.DataFrame:
    """Repeat purchases of the customers of the calibration, added up week by week, and expected."""
    joined = reduced.early.groupby("t")["n"].sum()
    came = (reduced.until - reduced.start).days - np.round(7 * joined.index.to_numpy()).astype(int)
    weeks = np.arange(1, (reduced.end - reduced.start).days // 7 + 1)
    since = np.maximum(7 * weeks[:, None] - came[None, :], 0) / 7
    expected = clv.expected_purchases(theta, since) @ joined.to_numpy()
    days, repeats = (reduced.daily["date"] - reduced.start).dt.days, reduced.daily["repeats"]
    up_to = np.r_[0, np.cumsum(repeats)]
    actual = up_to[np.searchsorted(days, 7 * weeks, side="right")]
    return pd.DataFrame({"week": weeks, "actual": actual, "expected": expected})


def values(
    purchases: clv.Estimates,
    spend: clv.Estimates,
    cells: pd.DataFrame,
    *,
    weeks: float,
    discount: float,
    draws: int,
    seed: int,
    smallest: int,
) -> pd.DataFrame:
    """Mean lifetime value by segment and of all, with intervals over draws of the estimates."""
    codes = pd.Categorical(cells["segment"], categories=rfm.SEGMENTS).codes
    n = cells["n"].to_numpy(float)

    def by_segment(amounts: FloatArray) -> FloatArray:
        parts = np.bincount(codes, amounts, minlength=len(rfm.SEGMENTS))
        return np.append(parts, parts.sum())

    def worth(a: FloatArray, b: FloatArray) -> FloatArray:
        return by_segment(clv.lifetime_value(a, b, cells, weeks=weeks, discount=discount))

    size = by_segment(n)
    total = worth(purchases.point, spend.point)
    drawn = zip(purchases.draws(draws, seed), spend.draws(draws, seed + 1), strict=True)
    with np.errstate(all="ignore"):  # at the edge of what a parameter may be there is no value
        many = np.array([worth(a, b) for a, b in drawn if b[1] > 1])
    sound = len(many) > 0 and bool(np.isfinite(many).all())
    ends = np.quantile(many, [0.025, 0.975], axis=0) if sound else np.full((2, len(total)), np.nan)
    low, high = ends
    table = pd.DataFrame(
        {
            "segment": [*rfm.SEGMENTS, "all"],
            "n": size.astype(int),
            "value": total,
            "low": low,
            "high": high,
            "share": total / total[-1],
        }
    )
    table = table[(table["n"] >= smallest) | (table["segment"] == "all")]
    for column in ("value", "low", "high"):
        table[column] = table[column] / table["n"]
    return table.reset_index(drop=True)


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
