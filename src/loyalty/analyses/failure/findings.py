"""What follows a service failure: what loyalty depends on, and the recovery paradox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pandas as pd

from loyalty.cases.tables import Loaded, RowsUsed, rows_used
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Findings,
    P,
    People,
    Percent,
    Real,
    Record,
    Refused,
    Shown,
    refusable,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats import failure
from loyalty.stats.failure import Gap, Verdict
from loyalty.stats.regression import ols

#: What loyalty after a failure may depend on, and the sign that the source expects.
DETERMINANTS: Mapping[str, Literal["+", "-"]] = {
    "severity": "-",
    "controllability": "-",
    "recovery": "+",
    "past_experience": "+",
    "expectations": "-",
    "neuroticism": "-",
    "extraversion": "+",
    "competition": "-",
    "loyalty_before": "+",
}
BEFORE = "loyalty_before"


# --- the findings --------------------------------------------------------------------------------
class Rows(Finding):
    tables: tuple[RowsUsed, ...]


class Coefficient(Record):
    """A standardized coefficient; ``vif`` is its variance inflation factor.

    `points`: the same unstandardized, in points of the outcome for a point.
    """

    term: str
    expected: Literal["+", "-"]
    estimate: Bounded
    se: Bounded
    ci_lower: Bounded
    ci_upper: Bounded
    t: Real
    p: P
    vif: Real | None
    points: Real | None = None
    points_ci_lower: Real | None = None
    points_ci_upper: Real | None = None


class Determinants(Finding):
    """Regression of loyalty after the failure on its circumstances.

    `with_before` adds loyalty before the failure. `errors` are cluster-robust by firm, or HC3.
    """

    customers: Count
    failed: People
    n: Count
    left_out: Annotated[int, Shown("count"), Cell(alone=True)] | None
    r2: Percent
    errors: Literal["cluster", "HC3"]
    firms: Count | None
    circumstances: tuple[Coefficient, ...]
    with_before: tuple[Coefficient, ...]


class Interaction(Finding):
    """Product of recovery and severity, standardized."""

    estimate: Bounded
    ci_lower: Bounded
    ci_upper: Bounded


class Difference(Record):
    """A difference of means with its interval, in standard deviations of the comparison.

    `raw`, with `raw_ci_lower` and `raw_ci_upper`, is in points of the scale, of which `sd` is the
    standard deviation; ``p_equivalence`` by two one-sided tests that it lies within the margin.
    """

    n: People
    n_reference: People
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    raw: Real
    raw_ci_lower: Real
    raw_ci_upper: Real
    sd: Real
    t: Real
    df: Real
    p: P
    p_equivalence: P
    verdict: Verdict


class Comparison(Difference):
    comparison: Literal["between", "within", "change"]


class Paradox(Finding):
    """Customers after an excellent recovery (rated `mark` or better) against others."""

    mark: Real
    margin: Real
    level: Real
    comparisons: tuple[Comparison, ...]


class Level(Record):
    """Mean loyalty of a quarter of recoveries (0 the poorest), after failures of one severity."""

    severity: Literal["all", "mild", "severe"]
    quarter: int | None
    n: People
    estimate: Real
    ci_lower: Real
    ci_upper: Real


class Recoveries(Finding):
    """Loyalty after the failure by quarters of the recovery, and without a failure."""

    levels: tuple[Level, ...]
    never: Level


class BySeverity(Difference):
    severity: Literal["mild", "severe"]


class Severity(Finding):
    """The gap to customers without a failure, after mild and after severe failures."""

    gaps: tuple[BySeverity, ...]
    overlap: bool


class Failure(Findings):
    rows: Rows | Refused | None = None
    determinants: Determinants | Refused | None = None
    interaction: Interaction | Refused | None = None
    paradox: Paradox | Refused | None = None
    recoveries: Recoveries | Refused | None = None
    severity: Severity | Refused | None = None


# --- the data ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Failures:
    """Customers who met a failure (`after`) and who did not (`never`)."""

    rows: pd.DataFrame
    after: pd.DataFrame
    never: pd.DataFrame
    known: Sequence[str]
    firms: int

    @property
    def causes(self) -> list[str]:
        return [d for d in self.known if d != BEFORE]

    @property
    def cluster(self) -> str | None:
        """Firms as clusters where there are enough of them."""
        return "firm" if self.firms >= threshold("robust_clusters").value else None


def failures(tables: Sequence[Loaded]) -> Failures:
    """The rows of all tables of failures together."""
    rows = pd.concat([one.rows for one in tables], ignore_index=True)
    numeric = [c for c in rows.columns if c not in ("failed", "firm")]
    rows[numeric] = rows[numeric].astype(float)
    failed = rows["failed"].astype(bool)
    after = rows[failed]
    known = [d for d in DETERMINANTS if d in rows and after[d].nunique() > 1]
    firms = int(after["firm"].nunique()) if "firm" in after else 0
    return Failures(rows, after, rows[~failed], known, firms)


def counted(tables: Sequence[Loaded]) -> Rows:
    return Rows(tables=tuple(rows_used(t) for t in tables))


# --- what loyalty depends on ---------------------------------------------------------------------
def _coefficients(data: Failures, causes: Sequence[str]) -> tuple[tuple[Coefficient, ...], object]:
    model = failure.standardized(data.after, "loyalty_after", causes, cluster=data.cluster)
    rows = model.coefficients.drop(index="intercept").reset_index()
    raw = ols(data.after, "loyalty_after", causes, cluster=data.cluster).coefficients
    for name, column in (("points", "b"), *((f"points_{c}", c) for c in ("ci_lower", "ci_upper"))):
        rows[name] = raw[column].loc[rows["term"]].to_numpy()
    rows["expected"] = [DETERMINANTS[t] for t in rows["term"]]
    return Coefficient.each(rows, estimate="b"), model


@refusable
def determinants(data: Failures) -> Determinants:
    """Standardized regression, without and with loyalty before the failure."""
    if not data.causes:
        raise CannotCompute("no_circumstances")
    model = failure.standardized(data.after, "loyalty_after", data.causes, cluster=data.cluster)
    with_before: tuple[Coefficient, ...] = ()
    messages = []
    if BEFORE in data.known:
        try:
            with_before = _coefficients(data, data.known)[0]
        except CannotCompute as error:
            messages.append(error.reason)
    return Determinants(
        customers=len(data.rows),
        failed=len(data.after),
        n=model.n,
        left_out=len(data.after) - model.n,
        r2=model.r2,
        errors=model.covariance,
        firms=data.firms or None,
        circumstances=_coefficients(data, data.causes)[0],
        with_before=with_before,
        messages=messages,
    )


@refusable
def interaction(data: Failures) -> Interaction | None:
    """Whether recovery counts more after a severe failure."""
    pair = ("recovery", "severity")
    if not set(pair) <= set(data.causes):
        return None
    model = failure.standardized(
        data.after, "loyalty_after", data.causes, products=[pair], cluster=data.cluster
    )
    row = model.coefficients.loc["recovery:severity"]
    return Interaction(estimate=row["b"], ci_lower=row["ci_lower"], ci_upper=row["ci_upper"])


# --- the recovery paradox ------------------------------------------------------------------------
def _difference(gap: Gap) -> dict[str, Any]:
    """The fields of a :class:`Difference`."""
    return {
        "n": gap.n,
        "n_reference": gap.n_reference,
        "estimate": gap.d,
        "ci_lower": gap.d_low,
        "ci_upper": gap.d_high,
        "raw": gap.difference,
        "raw_ci_lower": gap.low,
        "raw_ci_upper": gap.high,
        "sd": gap.sd,
        "t": gap.t,
        "df": gap.df,
        "p": gap.p,
        "p_equivalence": gap.p_equivalence,
        "verdict": gap.verdict,
    }


@refusable
def excellent(data: Failures, share: float) -> tuple[float, pd.DataFrame]:
    """The mark of an excellent recovery, and the customers who had one."""
    if "recovery" not in data.rows:
        raise CannotCompute("recovery_unrated")
    mark, top = failure.excellent(data.after["recovery"], share)
    return mark, data.after[top]


@refusable
def paradox(data: Failures, best: tuple[float, pd.DataFrame]) -> Paradox:
    """Between customers, within them, and between their changes."""
    mark, top = best
    margin = threshold("trivial_difference").value
    after, before = "loyalty_after", BEFORE
    gaps = {"between": failure.between(top[after], data.never[after], margin=margin)}
    if before in data.rows:
        change = data.rows[after] - data.rows[before]
        gaps["within"] = failure.within(top[before], top[after], margin=margin)
        gaps["change"] = failure.between(change[top.index], change[data.never.index], margin=margin)
    return Paradox(
        mark=mark,
        margin=margin,
        level=gaps["between"].level,
        comparisons=tuple(Comparison(comparison=k, **_difference(g)) for k, g in gaps.items()),
    )


def _severities(data: Failures) -> dict[str, pd.Series]:
    if "severity" not in data.causes:
        return {"all": pd.Series(True, index=data.after.index)}
    middle = data.after["severity"].median()
    return {
        "mild": data.after["severity"] < middle,
        "severe": data.after["severity"] >= middle,
    }


@refusable
def recoveries(data: Failures, found: Paradox) -> Recoveries:
    """Loyalty by quarters of the recovery; quarters of few customers are left out."""
    least = int(threshold("small_cell").value)
    quarter = pd.cut(data.after["recovery"].rank(pct=True), [0, 0.25, 0.5, 0.75, 1.0], labels=False)
    levels: list[Level] = []
    for severity, who in _severities(data).items():
        rows = failure.levels(data.after["loyalty_after"][who], quarter[who], least=least)
        rows = rows.reset_index(names="quarter").assign(severity=severity)
        levels += Level.each(rows, estimate="value", ci_lower="low", ci_upper="high")
    never = failure.levels(
        data.never["loyalty_after"], data.never["failed"].astype(str), least=least
    ).assign(severity="all", quarter=None)
    (band,) = Level.each(never, estimate="value", ci_lower="low", ci_upper="high")
    return Recoveries(levels=tuple(levels), never=band)


@refusable
def severity(data: Failures, best: tuple[float, pd.DataFrame], found: Paradox) -> Severity | None:
    """The gap to customers without a failure, after mild and after severe failures."""
    top, gaps, messages = best[1], [], []
    for name, who in _severities(data).items():
        if name == "all":
            return None
        try:
            gap = failure.between(
                top.loc[who[top.index], "loyalty_after"],
                data.never["loyalty_after"],
                margin=found.margin,
            )
        except CannotCompute as error:
            messages.append(error.reason)
            continue
        gaps.append(BySeverity(severity=name, **_difference(gap)))
    if not gaps:
        return None
    overlap = len(gaps) < 2 or not (_below(gaps[0], gaps[1]) or _below(gaps[1], gaps[0]))
    return Severity(gaps=tuple(gaps), overlap=overlap, messages=messages)


def _below(low: BySeverity, high: BySeverity) -> bool:
    """Whether one interval lies wholly below the other."""
    return low.ci_upper < high.ci_lower
