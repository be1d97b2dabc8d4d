"""Complaints: how often each class occurs, how it is answered, and what it does to staying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    IntArray,
    Result,
    check_level,
    normal_quantile,
    to_matrix,
)
from loyalty.stats.descriptives import wilson_interval, wilson_limits


def share(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float, float]:
    """A proportion with Wilson's interval; NaN where there is nothing to count.

    Source: Wilson (1927), JASA 22, 209-212.
    """
    if n == 0:
        return (float("nan"),) * 3
    found = wilson_interval(hits, n, level=level)
    return found.share, found.ci_lower, found.ci_upper


@dataclass(frozen=True)
class Apart:
    """Two shares and the difference of the first from the second, each with its interval (3,)."""

    one: tuple[float, float, float]
    other: tuple[float, float, float]
    difference: tuple[float, float, float]


def shares_apart(hits: int, n: int, hits_other: int, n_other: int) -> Apart:
    """Two shares with Wilson's 95 % intervals, their difference with Newcombe's.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    low, high = confint_proportions_2indep(
        hits, n, hits_other, n_other, method="newcomb", compare="diff"
    )
    difference = (hits / n - hits_other / n_other, float(low), float(high))
    return Apart(share(hits, n), share(hits_other, n_other), difference)


def share_of_clusters(
    flags: pd.Series, cluster: pd.Series, *, level: float = 0.95
) -> tuple[float, float, float]:
    """A proportion with Wilson's interval for as many rows as those of clusters are worth.

    The rows are divided by the design effect: the variance of the share with whole clusters
    resampled (CR1) over that of independent rows; it is not taken to be below one.

    Args:
        flags: (n,) True, False or missing (left out). cluster: whose row each is.

    Source: Korn & Graubard (1998), Survey Methodology 24, 193-201; Franco, Little, Louis & Slud
    (2019), Journal of Survey Statistics and Methodology 7, 334-364.
    """
    check_level(level)
    known = flags.notna() & cluster.notna()
    x, who = flags[known].astype(float), cluster[known]
    n, g = len(x), who.nunique()
    if g < 2 or x.nunique() < 2:
        return _all(x, g, level)
    p = float(x.to_numpy().mean())
    sums = (x - p).groupby(who).sum()
    clustered = g / (g - 1) * float((sums**2).sum()) / n**2
    effect = max(clustered / (p * (1 - p) / (n - 1)), 1.0)
    return p, *wilson_limits(p, n / effect, level)


def _all(x: pd.Series, clusters: int, level: float) -> tuple[float, float, float]:
    """All or none of the rows: as many witnesses as there are clusters."""
    none = len(x) == 0 or x.iloc[0] == 0
    return share(0 if none else clusters, clusters, level=level)


def class_impact(
    classes: pd.Series, stayed: pd.Series, *, least: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """What each class of complaints costs in customers who stay.

    The impact of a class is its share of all complaints times the difference between the share
    that stays after a complaint of another class and after one of this class: by how much the
    share of all that stay would rise if its customers stayed like the others.

    Args:
        classes: (n,) class of each complaint. stayed: (n,) True, False or missing (left out).
        least: a class with fewer known outcomes, or with fewer beside it, gets NaN.
        level: of all differences together (Bonferroni over the classes compared).

    Returns:
        Index class, greatest impact first; ``n``, ``share`` of the complaints with a known
        outcome; ``stayed`` with Wilson's ``stayed_low``, ``stayed_high`` (each at ``level``);
        ``difference`` to the others with Newcombe's ``difference_low``, ``difference_high``;
        ``impact`` with ``impact_low``, ``impact_high`` (the share of the class taken as known).

    Raises:
        CannotCompute: fewer than two classes, or no known outcome.

    Source of the intervals: Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    from statsmodels.stats.proportion import confint_proportions_2indep

    check_level(level)
    known = (classes.notna() & stayed.notna()).to_numpy(dtype=bool)
    of = classes[known].astype(str).to_numpy()
    yes = stayed[known].to_numpy(dtype=bool)
    names = sorted(set(of))
    if len(names) < 2:
        raise CannotCompute("few_complaint_classes")
    sizes = {name: int((of == name).sum()) for name in names}
    compared = [m for m in names if min(sizes[m], len(of) - sizes[m]) >= least]
    each = 1.0 - (1.0 - level) / max(len(compared), 1)
    rows = []
    for name in names:
        inside = of == name
        a, n1 = int(yes[inside].sum()), sizes[name]
        b, n2 = int(yes[~inside].sum()), len(of) - sizes[name]
        value, low, high = share(a, n1, level=level)
        gap = bottom = top = float("nan")
        if name in compared:
            gap = b / n2 - a / n1
            bottom, top = map(
                float,
                confint_proportions_2indep(
                    b, n2, a, n1, method="newcomb", compare="diff", alpha=1.0 - each
                ),
            )
        weight = n1 / len(of)
        rows.append(
            {
                "class": name,
                "n": n1,
                "share": weight,
                "stayed": value,
                "stayed_low": low,
                "stayed_high": high,
                "difference": gap,
                "difference_low": bottom,
                "difference_high": top,
                "impact": weight * gap,
                "impact_low": weight * bottom,
                "impact_high": weight * top,
            }
        )
    table = pd.DataFrame(rows).set_index("class")
    return table.sort_values("impact", ascending=False, kind="stable", na_position="last")


@dataclass(frozen=True, eq=False)
class Staying(Result):
    """Average marginal effects on the probability that a customer stays.

    Attributes:
        effects: index term; ``effect`` (difference in probability), ``se``, ``low``, ``high``,
            ``p``; of a class, against the first class.
        reference: the class the others are compared with (None without classes).
        n: complaints used (listwise).
    """

    effects: pd.DataFrame
    reference: str | None
    n: int


def staying(rows: pd.DataFrame, flags: Sequence[str], *, level: float = 0.95) -> Staying:
    """Logistic regression of ``stayed`` on flags and ``class``: average marginal effects.

    The effect of a yes-or-no term is the mean over all rows of P(stay | 1) - P(stay | 0), the
    other terms as they are; errors by the delta method from the HC1 covariance.

    Args:
        rows: ``stayed``, the flags and, if there, ``class``.
        flags: columns of True, False or missing.

    Raises:
        CannotCompute: nothing varies, too few rows, or the regression has no solution.

    Source: Williams (2012), Stata Journal 12, 308-331.
    """
    import warnings

    import statsmodels.api as sm
    from scipy.stats import norm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    columns = ["stayed", *flags, *(["class"] if "class" in rows else [])]
    used = rows[columns].dropna()
    design = used[list(flags)].astype(float)
    reference = None
    if "class" in used:
        names = sorted(used["class"].astype(str).unique())
        reference = names[0] if names else None
        for name in names[1:]:
            design[name] = (used["class"].astype(str) == name).astype(float)
    terms = [str(t) for t in design.columns if design[t].nunique() > 1]
    if used.empty or not terms or used["stayed"].astype(bool).nunique() < 2:
        raise CannotCompute("complaints_alike")
    x = np.column_stack([np.ones(len(design)), to_matrix(design[terms])])
    y = used["stayed"].astype(bool).to_numpy(dtype=float)
    if len(y) < 10 * x.shape[1]:
        raise CannotCompute("few_complaints_for_terms", n=len(y), terms=len(terms))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = sm.Logit(y, x).fit(disp=0, cov_type="HC1", maxiter=100)
    except (PerfectSeparationError, np.linalg.LinAlgError, Warning):
        raise CannotCompute("no_logistic_solution") from None
    beta, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    classes = [j for j, t in enumerate(terms, start=1) if t not in flags]
    z = normal_quantile(level)
    found = []
    for j, term in enumerate(terms, start=1):
        on, off = x.copy(), x.copy()
        if j in classes:  # a complaint has one class: the others are switched off with it
            on[:, classes] = off[:, classes] = 0.0
        on[:, j], off[:, j] = 1.0, 0.0
        p1, p0 = (1.0 / (1.0 + np.exp(-side @ beta)) for side in (on, off))
        gradient: FloatArray = (
            (p1 * (1 - p1))[:, None] * on - (p0 * (1 - p0))[:, None] * off
        ).mean(axis=0)
        effect = float((p1 - p0).mean())
        se = float(np.sqrt(gradient @ covariance @ gradient))
        found.append(
            {
                "term": term,
                "effect": effect,
                "se": se,
                "low": effect - z * se,
                "high": effect + z * se,
                "p": float(2.0 * norm.sf(abs(effect) / se)),
            }
        )
    return Staying(pd.DataFrame(found).set_index("term"), reference, len(y))


def complaint_space(rows: pd.DataFrame) -> tuple[FloatArray, IntArray]:
    """Complaints without a text as points: class, hours to the answer, whether solved.

    Returns:
        (m, d) points and the positions (m,) of the complaints that have all that the table has:
        indicators of the class (each over sqrt 2, so that two classes are one apart), the
        standardized logarithm of 1 + hours, and solved (0 or 1).

    Raises:
        CannotCompute: no complete complaint.
    """
    columns = [c for c in ("class", "hours", "solved") if c in rows]
    complete = rows[columns].notna().all(axis=1).to_numpy(dtype=bool)
    used = rows.loc[complete, columns]
    if used.empty:
        raise CannotCompute("no_complete_complaint")
    parts = [pd.get_dummies(used["class"].astype(str), dtype=float).to_numpy() / np.sqrt(2.0)]
    if "hours" in used:
        hours = np.log1p(used["hours"].to_numpy(dtype=float))
        spread = hours.std()
        parts.append(((hours - hours.mean()) / (spread if spread > 0 else 1.0))[:, None])
    if "solved" in used:
        parts.append(used["solved"].astype(bool).to_numpy(dtype=float)[:, None])
    return np.column_stack(parts), np.flatnonzero(complete)
