"""After a service failure: what loyalty depends on, and whether recovery outdoes no failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import CannotCompute, FloatArray, Result, check_level, to_matrix
from loyalty.stats.regression import Regression, ols

Verdict = Literal["paradox", "none", "equal", "open"]


def standardized(
    frame: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    *,
    products: Sequence[tuple[str, str]] = (),
    cluster: str | None = None,
    level: float = 0.95,
) -> Regression:
    """Least squares on standardized variables, so that b and its interval are in standard
    deviations; a product is that of the standardized variables and is not standardized again.

    Args:
        frame: rows with the variables; listwise deletion before standardizing.
        products: pairs of predictors, each added as the term ``a:b``.
        cluster: column of clusters for CR1 errors, else HC3; see :func:`regression.ols`.

    Raises:
        CannotCompute: see :func:`regression.ols`.

    Source: Aiken & West (1991), Multiple Regression, chapter 3.
    """
    columns = [outcome, *predictors]
    used = frame[list(dict.fromkeys([*columns, *([cluster] if cluster else [])]))].dropna()
    values = used[columns].astype(float)
    spread = values.std(ddof=1)
    for name in columns:
        if not len(values) or not spread[name] > 0:
            raise CannotCompute("constant", name=name)
    z = (values - values.mean()) / spread
    for a, b in products:
        z[f"{a}:{b}"] = z[a] * z[b]
    if cluster:
        z[cluster] = used[cluster]
    terms = [*predictors, *(f"{a}:{b}" for a, b in products)]
    return ols(z, outcome, terms, cluster=cluster, level=level)


@dataclass(frozen=True, eq=False)
class Gap(Result):
    """A difference of means in standard deviations, and what it says of the recovery paradox.

    Attributes:
        difference, low, high: with the failure, excellently recovered, minus the comparison, in
            the outcome's unit, with the two-sided interval.
        d, d_low, d_high: the same over the standard deviation ``sd``, taken as known.
        sd: of the comparison group.
        t, df, p: of no difference, two-sided.
        p_equivalence: the greater p of the two one-sided tests that d lies within plus or minus
            the margin.
        verdict: ``paradox`` where the interval lies above zero, ``none`` where it lies below,
            ``equal`` where the (2 level - 1) interval lies within the margin and the other holds
            zero, else ``open``.
        n, n_reference: rows in the two groups (the same number where pairs are compared).
        margin, level: as asked.
    """

    difference: float
    low: float
    high: float
    d: float
    d_low: float
    d_high: float
    sd: float
    t: float
    df: float
    p: float
    p_equivalence: float
    verdict: Verdict
    n: int
    n_reference: int
    margin: float
    level: float


def _gap(
    difference: float,
    se: float,
    df: float,
    sd: float,
    n: tuple[int, int],
    margin: float,
    level: float,
) -> Gap:
    check_level(level)
    if not (sd > 0 and se > 1e-10 * sd):  # constant but for rounding
        raise CannotCompute("loyalty_constant_in_group")
    half = float(_dist.t.ppf(0.5 + level / 2.0, df)) * se
    low, high = difference - half, difference + half
    bound = margin * sd
    p_equivalence = max(
        float(_dist.t.sf((difference + bound) / se, df)),
        float(_dist.t.cdf((difference - bound) / se, df)),
    )
    verdict: Verdict = "open"
    if low > 0:
        verdict = "paradox"
    elif high < 0:
        verdict = "none"
    elif p_equivalence < 1.0 - level:
        verdict = "equal"
    return Gap(
        difference=difference,
        low=low,
        high=high,
        d=difference / sd,
        d_low=low / sd,
        d_high=high / sd,
        sd=sd,
        t=difference / se,
        df=df,
        p=float(2.0 * _dist.t.sf(abs(difference / se), df)),
        p_equivalence=p_equivalence,
        verdict=verdict,
        n=n[0],
        n_reference=n[1],
        margin=margin,
        level=level,
    )


def _values(values: pd.Series, least: int) -> FloatArray:
    x = to_matrix(values.to_frame(name="values"))[:, 0]
    x = x[~np.isnan(x)]
    if len(x) < least:
        raise CannotCompute("few_customers_in_group", n=len(x), least=least)
    return x


def between(
    recovered: pd.Series,
    reference: pd.Series,
    *,
    margin: float = 0.2,
    level: float = 0.95,
    least: int = 10,
) -> Gap:
    """Welch's comparison of two groups of customers, with an equivalence test.

    Args:
        recovered, reference: the outcome of customers after an excellent recovery, and of those
            without a failure (or their changes).
        margin: standard deviations of the reference that count as no difference.
        least: customers needed in each group.

    Raises:
        CannotCompute: a small group, or one without variance.

    Sources: Welch (1947), Biometrika 34, 28-35; Lakens (2017), Social Psychological and
    Personality Science 8, 355-362.
    """
    a, b = _values(recovered, least), _values(reference, least)
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if va + vb <= 0:
        raise CannotCompute("loyalty_constant_in_group")
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return _gap(
        float(a.mean() - b.mean()),
        float(np.sqrt(va + vb)),
        df,
        float(b.std(ddof=1)),
        (len(a), len(b)),
        margin,
        level,
    )


def within(
    before: pd.Series,
    after: pd.Series,
    *,
    margin: float = 0.2,
    level: float = 0.95,
    least: int = 10,
) -> Gap:
    """The change of the same customers, with an equivalence test.

    Args:
        before, after: of the same index; pairs with a missing value are left out.
        margin: standard deviations before that count as no change.

    Raises:
        CannotCompute: few pairs, or changes that do not vary.
    """
    pairs = pd.DataFrame({"before": before, "after": after}).dropna().astype(float)
    change = _values(pairs["after"] - pairs["before"], least)
    n = len(change)
    return _gap(
        float(change.mean()),
        float(change.std(ddof=1)) / float(np.sqrt(n)),
        n - 1.0,
        float(pairs["before"].std(ddof=1)),
        (n, n),
        margin,
        level,
    )


def excellent(recovery: pd.Series, share: float = 0.25) -> tuple[float, pd.Series]:
    """The mark from which a recovery counts as excellent, and who had one.

    The mark is the lowest value that at most ``share`` of the rated recoveries reach, or, where
    more than that give the best mark of all, the best mark.

    Raises:
        CannotCompute: no recovery is rated, or all alike.
    """
    rated = recovery.dropna().astype(float)
    values = np.sort(rated.unique())
    if len(values) < 2:
        raise CannotCompute("recoveries_alike")
    reach = [v for v in values if float((rated >= v).mean()) <= share]
    mark = float(reach[0] if reach else values[-1])
    return mark, (recovery.astype(float) >= mark) & recovery.notna()


def levels(values: pd.Series, group: pd.Series, *, least: int, level: float = 0.95) -> pd.DataFrame:
    """Mean of each group with its t interval: index group; ``n, value, low, high``.

    Groups with fewer than ``least`` values are left out.
    """
    rows = []
    for name, part in values.dropna().astype(float).groupby(group, sort=True, observed=True):
        n = len(part)
        if n < max(least, 2):
            continue
        half = float(_dist.t.ppf(0.5 + level / 2.0, n - 1)) * float(part.std(ddof=1)) / n**0.5
        mean = float(part.mean())
        rows.append({"group": name, "n": n, "value": mean, "low": mean - half, "high": mean + half})
    return pd.DataFrame(rows, columns=["group", "n", "value", "low", "high"]).set_index("group")
