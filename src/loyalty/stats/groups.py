"""Groups: Welch, Games-Howell, effect sizes, clustering, multiplicity, IPMA.

Values and groups are Series of the same index, one row a respondent; rows without a value or a
group are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats as _dist
from scipy.optimize import brentq

from loyalty.stats import _studentized_range
from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Result,
    check_level,
    to_matrix,
)
from loyalty.stats.descriptives import mean_interval
from loyalty.stats.weighted import Design


def _samples(
    values: pd.Series, group: pd.Series, *, least: int = 2, at_least_groups: int = 2
) -> dict[Any, FloatArray]:
    """Values by group, groups sorted; refuses small groups and too few of them."""
    if not values.index.equals(group.index):
        raise ValueError("the values and the groups are not of the same rows")
    x = to_matrix(values.to_frame(name="values"))[:, 0]
    keep = ~np.isnan(x) & group.notna().to_numpy()
    labels = group[keep]
    keys = labels.unique().tolist()
    try:
        keys = sorted(keys)
    except TypeError:
        keys = sorted(keys, key=str)
    array = labels.to_numpy()
    x = x[keep]
    out = {key: x[array == key] for key in keys}
    if len(out) < at_least_groups:
        raise CannotCompute("few_groups", n=len(out), least=at_least_groups)
    for key, sample in out.items():
        if len(sample) < least:
            raise CannotCompute("few_answers_in_group", group=str(key), least=least)
    return out


@dataclass(frozen=True, eq=False)
class Anova(Result):
    """One-way analysis of variance.

    Attributes:
        f, df1, df2, p: Fisher's test (equal variances assumed).
        welch_f, welch_df1, welch_df2, welch_p: Welch's test (not assumed): the one to report.
            NaN where a group has no variance.
        eta2, omega2, epsilon2: share of variance between groups; omega squared and epsilon
            squared correct eta squared for chance and may be negative (not cut at zero).
        levene_f, levene_p: Brown-Forsythe test of equal variances (deviations from medians).
        n, n_groups: rows and groups used.
        groups: index group; ``n``, ``mean``, ``sd``.
    """

    f: float
    df1: int
    df2: int
    p: float
    welch_f: float
    welch_df1: float
    welch_df2: float
    welch_p: float
    eta2: float
    omega2: float
    epsilon2: float
    levene_f: float
    levene_p: float
    n: int
    n_groups: int
    groups: pd.DataFrame


def _between_within(samples: list[FloatArray]) -> tuple[float, float]:
    grand = float(np.concatenate(samples).mean())
    between = sum(len(x) * float(x.mean() - grand) ** 2 for x in samples)
    within = sum(float(((x - x.mean()) ** 2).sum()) for x in samples)
    return between, within


def anova(values: pd.Series, group: pd.Series) -> Anova:
    """Fisher's and Welch's one-way analysis of variance with effect sizes.

    omega2 = (SSb - df1 MSw) / (SSt + MSw); epsilon2 = (SSb - df1 MSw) / SSt.

    Raises:
        CannotCompute: fewer than two groups, a group with one answer, no variance within groups.

    Sources: Welch (1951), Biometrika 38, 330-336; Olejnik & Algina (2003), Psychological Methods
    8, 434-447; Brown & Forsythe (1974), JASA 69, 364-367.
    """
    by = _samples(values, group)
    samples = list(by.values())
    k = len(samples)
    sizes = np.array([float(len(x)) for x in samples])
    means = np.array([float(x.mean()) for x in samples])
    variances = np.array([float(x.var(ddof=1)) for x in samples])
    n = int(sizes.sum())
    between, within = _between_within(samples)
    df1, df2 = k - 1, n - k
    if within <= 1e-12 * max(between, 1e-12):
        raise CannotCompute("no_variance_within")
    msw = within / df2
    f = between / df1 / msw
    welch = (float("nan"),) * 4
    if (variances > 0).all():
        w = sizes / variances
        share = w / w.sum()
        grand = float((share * means).sum())
        lack = float(((1.0 - share) ** 2 / (sizes - 1.0)).sum())
        top = float((w * (means - grand) ** 2).sum()) / df1
        wf = top / (1.0 + 2.0 * (k - 2.0) / (k**2 - 1.0) * lack)
        wdf2 = (k**2 - 1.0) / (3.0 * lack)
        welch = (wf, float(df1), wdf2, float(_dist.f.sf(wf, df1, wdf2)))
    spread = [np.abs(x - np.median(x)) for x in samples]
    lb, lw = _between_within(spread)
    levene_f = lb / df1 / (lw / df2) if lw > 0 else float("nan")
    total = between + within
    table = pd.DataFrame(
        {"n": sizes.astype(np.int64), "mean": means, "sd": np.sqrt(variances)},
        index=pd.Index(list(by), name=group.name),
    )
    return Anova(
        f=f,
        df1=df1,
        df2=df2,
        p=float(_dist.f.sf(f, df1, df2)),
        welch_f=welch[0],
        welch_df1=welch[1],
        welch_df2=welch[2],
        welch_p=welch[3],
        eta2=between / total,
        omega2=(between - df1 * msw) / (total + msw),
        epsilon2=(between - df1 * msw) / total,
        levene_f=levene_f,
        levene_p=float(_dist.f.sf(levene_f, df1, df2)) if lw > 0 else float("nan"),
        n=n,
        n_groups=k,
        groups=table,
    )


def games_howell(values: pd.Series, group: pd.Series, *, level: float = 0.95) -> pd.DataFrame:
    """Games-Howell comparisons of all pairs of group means, no equal variances assumed.

    Returns:
        One row a pair: ``group_a``, ``group_b``, ``difference`` (a - b, in units of the values),
        ``se``, ``df`` (Welch-Satterthwaite), ``p`` and ``ci_lower``, ``ci_upper`` (studentized
        range: simultaneous over all pairs), ``hedges_g``, ``g_lower``, ``g_upper``.

    Raises:
        CannotCompute: fewer than two groups, a group with one answer or without variance.

    Source: Games & Howell (1976), Journal of Educational Statistics 1, 113-125.
    """
    check_level(level)
    by = _samples(values, group)
    for key, x in by.items():
        if np.all(x == x[0]):
            raise CannotCompute("group_constant", group=str(key))
    k = len(by)
    rows = []
    for a, b in combinations(by, 2):
        x, y = by[a], by[b]
        vx, vy = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
        se = float(np.sqrt(vx + vy))
        df = float((vx + vy) ** 2 / (vx**2 / (len(x) - 1) + vy**2 / (len(y) - 1)))
        gap = float(x.mean() - y.mean())
        half = float(_studentized_range.ppf(level, k, df)) * se / np.sqrt(2.0)
        g = hedges_g(x, y, level=level)
        rows.append(
            {
                "group_a": a,
                "group_b": b,
                "difference": gap,
                "se": se,
                "df": df,
                "ci_lower": gap - half,
                "ci_upper": gap + half,
                "p": float(_studentized_range.sf(abs(gap) * np.sqrt(2.0) / se, k, df)),
                "hedges_g": g.g,
                "g_lower": g.ci_lower,
                "g_upper": g.ci_upper,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True, eq=False)
class HedgesG(Result):
    """Standardized mean difference a - b, in pooled standard deviations.

    Attributes:
        g: bias-corrected. ci_lower, ci_upper: from the noncentral t, corrected likewise.
        d: uncorrected (Cohen's d with pooled sd).
        n_a, n_b: sizes. level: of the interval.
    """

    g: float
    ci_lower: float
    ci_upper: float
    d: float
    n_a: int
    n_b: int
    level: float


def hedges_correction(df: float) -> float:
    """Exact small-sample factor J = Gamma(m/2) / (sqrt(m/2) Gamma((m - 1)/2)) (Hedges 1981)."""
    if df <= 1:
        raise ValueError("Hedges' correction needs more than 1 degree of freedom")
    from scipy.special import gammaln

    return float(np.exp(gammaln(df / 2.0) - gammaln((df - 1.0) / 2.0)) / np.sqrt(df / 2.0))


def _noncentrality(t: float, df: float, probability: float) -> float:
    """Noncentrality at which the noncentral t has ``probability`` below t."""

    def gap(nc: float) -> float:
        return float(_dist.nct.cdf(t, df, nc)) - probability

    step = 5.0
    low, high = t - step, t + step
    for _ in range(50):
        if gap(low) >= 0.0 >= gap(high):
            return float(brentq(gap, low, high, xtol=1e-12, rtol=1e-13))
        step *= 1.5
        low, high = t - step, t + step
    raise CannotCompute("no_effect_interval")


def hedges_g(a: Iterable[float], b: Iterable[float], *, level: float = 0.95) -> HedgesG:
    """Hedges' g of two samples with an interval by inverting the noncentral t.

    Raises:
        CannotCompute: a sample with fewer than two values, fewer than four values in all, no
            variance.

    Sources: Hedges (1981), Journal of Educational Statistics 6, 107-128; Steiger & Fouladi (1997).
    """
    check_level(level)
    x, y = (np.asarray(list(v), dtype=np.float64) for v in (a, b))
    x, y = x[~np.isnan(x)], y[~np.isnan(y)]
    n, m = len(x), len(y)
    if min(n, m) < 2 or n + m < 4:
        raise CannotCompute("few_for_hedges")
    df = n + m - 2.0
    pooled = float(np.sqrt((((x - x.mean()) ** 2).sum() + ((y - y.mean()) ** 2).sum()) / df))
    if pooled <= 1e-12 * max(abs(float(x.mean())), abs(float(y.mean())), 1e-300):
        raise CannotCompute("no_variance_for_hedges")
    factor = np.sqrt(1.0 / n + 1.0 / m)
    d = float(x.mean() - y.mean()) / pooled
    j = hedges_correction(df)
    tail = (1.0 - level) / 2.0
    t = d / factor
    lower = _noncentrality(t, df, 1.0 - tail) * factor
    upper = _noncentrality(t, df, tail) * factor
    return HedgesG(j * d, float(j * lower), float(j * upper), d, n, m, level)


# -------------------------------------------------------------------------------------- clustering


@dataclass(frozen=True, eq=False)
class IntraclassCorrelation(Result):
    """How alike the members of a group are.

    Attributes:
        icc1: share of variance between groups, one-way random effects; may be negative.
        ci_lower, ci_upper: its F-based interval (exact for equal sizes).
        icc2: reliability of group means of the average size; NaN if icc1 is not positive.
        design_effect: 1 + (m - 1) icc1 with m = sum n_j^2 / n (Kish 1965), not below 1.
        effective_n: n / design_effect.
        f, df1, df2, p: the one-way F test behind it.
        n, n_groups: rows and groups. average_size: n0 = (n - sum n_j^2 / n) / (k - 1).
        level: of the interval.
    """

    icc1: float
    ci_lower: float
    ci_upper: float
    icc2: float
    design_effect: float
    effective_n: float
    f: float
    df1: int
    df2: int
    p: float
    n: int
    n_groups: int
    average_size: float
    level: float


def intraclass_correlation(
    values: pd.Series, group: pd.Series, *, level: float = 0.95
) -> IntraclassCorrelation:
    """ICC(1), ICC(2) and design effect from the one-way analysis of variance.

    ICC(1) = (MSb - MSw) / (MSb + (n0 - 1) MSw); ICC(2) = (MSb - MSw) / MSb.

    Raises:
        CannotCompute: fewer than two groups, no group with two answers, no variance.

    Sources: Shrout & Fleiss (1979), Psychological Bulletin 86, 420-428; Bliese (2000); interval
    for unequal sizes with n0: Donner & Wells (1986), Biometrics 42, 401-412 (approximate).
    """
    check_level(level)
    samples = list(_samples(values, group, least=1).values())
    sizes = np.array([float(len(x)) for x in samples])
    k, n = len(samples), int(sizes.sum())
    if n == k:
        raise CannotCompute("no_group_of_two")
    between, within = _between_within(samples)
    df1, df2 = k - 1, n - k
    msb, msw = between / df1, within / df2
    if msb + msw <= 0:
        raise CannotCompute("all_equal")
    n0 = float((n - (sizes**2).sum() / n) / df1)
    icc1 = (msb - msw) / (msb + (n0 - 1.0) * msw)
    f = msb / msw if msw > 0 else float("inf")
    tail = (1.0 - level) / 2.0
    f_low = f / float(_dist.f.ppf(1.0 - tail, df1, df2))
    f_high = f / float(_dist.f.ppf(tail, df1, df2))

    def bound(ratio: float) -> float:
        return 1.0 if np.isinf(ratio) else (ratio - 1.0) / (ratio + n0 - 1.0)

    deff = max(1.0 + (float((sizes**2).sum()) / n - 1.0) * icc1, 1.0)
    return IntraclassCorrelation(
        icc1=icc1,
        ci_lower=bound(f_low),
        ci_upper=bound(f_high),
        icc2=(msb - msw) / msb if icc1 > 0 else float("nan"),
        design_effect=deff,
        effective_n=n / deff,
        f=f,
        df1=df1,
        df2=df2,
        p=float(_dist.f.sf(f, df1, df2)),
        n=n,
        n_groups=k,
        average_size=n0,
        level=level,
    )


@dataclass(frozen=True, eq=False)
class ClusterMean(Result):
    """A mean whose interval allows for clusters.

    Attributes:
        mean: of all values. se: as if all were independent. se_cluster: cluster-robust.
        ci_lower, ci_upper: from se_cluster and t with n_clusters - 1 degrees of freedom.
        n, n_clusters: used. level: of the interval.
    """

    mean: float
    se: float
    se_cluster: float
    ci_lower: float
    ci_upper: float
    n: int
    n_clusters: int
    level: float


def cluster_mean(values: pd.Series, cluster: pd.Series, *, level: float = 0.95) -> ClusterMean:
    """Mean with the cluster-robust standard error (CR1) and t with G - 1 degrees of freedom.

    ``se_cluster^2 = G / (G - 1) sum_g (sum_i (x_gi - mean))^2 / n^2``.

    Raises:
        CannotCompute: fewer than two clusters.

    Source: Cameron & Miller (2015), Journal of Human Resources 50, 317-372, section VI.
    """
    check_level(level)
    samples = list(_samples(values, cluster, least=1).values())
    everything = np.concatenate(samples)
    n, k = len(everything), len(samples)
    mean = float(everything.mean())
    sums = np.array([float((x - mean).sum()) for x in samples])
    robust = float(np.sqrt(k / (k - 1.0) * (sums**2).sum())) / n
    half = float(_dist.t.ppf(0.5 + level / 2.0, k - 1)) * robust
    return ClusterMean(
        mean=mean,
        se=float(everything.std(ddof=1)) / np.sqrt(n),
        se_cluster=robust,
        ci_lower=mean - half,
        ci_upper=mean + half,
        n=n,
        n_clusters=k,
        level=level,
    )


@dataclass(frozen=True, eq=False)
class ClusterComparison(Result):
    """Groups compared with their clusters as the units.

    Attributes:
        f, df1, df2, p: Fisher's analysis of variance of the cluster means.
        pairs: one row a pair of groups: ``group_a``, ``group_b``, ``difference`` (of the means of
            cluster means, a - b), ``se``, ``df``, ``p``, ``ci_lower``, ``ci_upper``.
        clusters: index group; ``n`` clusters.
    """

    f: float
    df1: int
    df2: int
    p: float
    pairs: pd.DataFrame
    clusters: pd.DataFrame


def compare_clusters(
    values: pd.Series, group: pd.Series, cluster: pd.Series, *, level: float = 0.95
) -> ClusterComparison:
    """Compare groups that consist of whole clusters by the clusters' means.

    Two steps: means of clusters, then their analysis of variance and pooled t tests with
    G - groups degrees of freedom, exact for normal cluster effects and clusters of one size.

    Raises:
        CannotCompute: a cluster in two groups, fewer than two groups, or no group with two
            clusters.

    Source: Donald & Lang (2007), Review of Economics and Statistics 89, 221-233.
    """
    check_level(level)
    if not (values.index.equals(group.index) and values.index.equals(cluster.index)):
        raise ValueError("the values, the groups and the clusters are not of the same rows")
    frame = pd.DataFrame({"x": values, "group": group, "cluster": cluster}).dropna()
    table = frame.groupby("cluster", sort=True).agg(
        x=("x", "mean"), group=("group", "first"), groups=("group", "nunique")
    )
    split = table.index[table["groups"] > 1]
    if len(split):
        raise CannotCompute("cluster_in_groups", cluster=str(split[0]))
    by = {key: part.to_numpy(dtype=np.float64) for key, part in table.groupby("group")["x"]}
    samples = list(by.values())
    k, count = len(samples), len(table)
    if k < 2:
        raise CannotCompute("few_groups", n=k, least=2)
    if count <= k:
        raise CannotCompute("no_group_of_two_clusters")
    between, within = _between_within(samples)
    df1, df2 = k - 1, count - k
    if within <= 0:
        raise CannotCompute("clusters_alike")
    pooled = within / df2
    f = between / df1 / pooled
    quantile = float(_dist.t.ppf(0.5 + level / 2.0, df2))
    rows = []
    for a, b in combinations(by, 2):
        gap = float(by[a].mean() - by[b].mean())
        se = float(np.sqrt(pooled * (1.0 / len(by[a]) + 1.0 / len(by[b]))))
        rows.append(
            {
                "group_a": a,
                "group_b": b,
                "difference": gap,
                "se": se,
                "df": df2,
                "p": float(2.0 * _dist.t.sf(abs(gap) / se, df2)),
                "ci_lower": gap - quantile * se,
                "ci_upper": gap + quantile * se,
            }
        )
    return ClusterComparison(
        f=f,
        df1=df1,
        df2=df2,
        p=float(_dist.f.sf(f, df1, df2)),
        pairs=pd.DataFrame(rows),
        clusters=pd.DataFrame(
            {"n": [len(x) for x in samples]}, index=pd.Index(list(by), name="group")
        ),
    )


# ------------------------------------------------------------------------------------ multiplicity


def adjust_p(
    p_values: Iterable[float], method: Literal["holm", "bh", "bonferroni"] = "holm"
) -> FloatArray:
    """Adjusted p-values in the order given; NaN stays NaN and does not count.

    ``"holm"`` (1979) controls the chance of any false positive, ``"bh"`` (Benjamini & Hochberg
    1995) the expected share of false ones. As R's ``p.adjust``.

    Raises:
        ValueError: a p-value outside 0 to 1, an unknown method.
    """
    p = np.asarray(list(p_values), dtype=np.float64)
    good = ~np.isnan(p)
    q = p[good]
    if ((q < 0) | (q > 1)).any():
        raise ValueError("a p-value is not between 0 and 1")
    m = len(q)
    order = np.argsort(q, kind="stable")
    ranked = q[order]
    if method == "holm":
        adjusted = np.maximum.accumulate(ranked * (m - np.arange(m)))
    elif method == "bh":
        steps = ranked * m / np.arange(1, m + 1)
        adjusted = np.minimum.accumulate(steps[::-1])[::-1]
    elif method == "bonferroni":
        adjusted = ranked * m
    else:
        raise ValueError(f"method {method!r} is not holm, bh or bonferroni")
    back = np.empty(m)
    back[order] = np.minimum(adjusted, 1.0)
    out = np.full(len(p), np.nan)
    out[good] = back
    return out


# --------------------------------------------------------------------------- importance-performance


def apart_from_mean(
    scores: pd.DataFrame, *, level: float = 0.95, design: Design | None = None
) -> pd.DataFrame:
    """How far each column's mean lies from the mean of all columns, within the same rows.

    Args:
        scores: (n, k) on one scale, like indices from 0 to 100; rows with a missing value are left
            out.
        design: what the rows were sampled in.

    Returns:
        Index column; ``estimate, ci_lower, ci_upper`` by Student's t; NaN with fewer than two rows.
    """
    level = check_level(level)
    rows = scores.dropna()
    centred = rows.sub(rows.mean(axis=1), axis=0)
    columns = ["estimate", "ci_lower", "ci_upper"]
    if len(rows) < 2:
        return pd.DataFrame(np.nan, scores.columns, columns).assign(estimate=centred.mean())
    found = [mean_interval(centred[name], level=level, design=design) for name in centred]
    ends = [(one.mean, one.ci_lower, one.ci_upper) for one in found]
    return pd.DataFrame(ends, scores.columns, columns)


def performance_index(
    scores: pd.DataFrame,
    minimum: float | Mapping[str, float],
    maximum: float | Mapping[str, float],
) -> pd.Series:
    """Mean score of each construct rescaled to 0-100: 100 (mean - min) / (max - min).

    Args:
        scores: (n, constructs) scores in scale points. minimum, maximum: the scale.
    """
    from loyalty.stats.audit import _bound

    values = to_matrix(scores)
    low, high = _bound(minimum, scores), _bound(maximum, scores)
    if (high <= low).any():
        raise ValueError("the scale's maximum is not above its minimum")
    out = np.full(values.shape[1], np.nan)
    for j in range(values.shape[1]):
        x = values[~np.isnan(values[:, j]), j]
        if len(x):
            out[j] = 100.0 * (float(x.mean()) - low[j]) / (high[j] - low[j])
    return pd.Series(out, index=scores.columns, name="performance")


@dataclass(frozen=True, eq=False)
class ImportancePerformance(Result):
    """Importance-performance map.

    Attributes:
        table: index construct; ``importance`` (total effect as given), ``performance`` (0-100),
            ``quadrant``: ``improve`` (important, weak), ``keep`` (important, strong),
            ``low_priority``, ``possible_overkill``; ``open`` where an interval leaves the side
            open; empty where a value is missing.
        mean_importance, mean_performance: where the quadrants are cut.
    """

    table: pd.DataFrame
    mean_importance: float
    mean_performance: float


def importance_performance(
    effects: Mapping[str, float],
    performance: pd.Series,
    *,
    apart: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> ImportancePerformance:
    """Importance-performance map (Martilla & James 1977; Ringle & Sarstedt 2016).

    Args:
        effects: construct -> total effect on the outcome. performance: index by construct, 0-100.
        apart: of importance and of performance, the interval (``ci_lower, ci_upper``) of each
            construct's distance from the mean: a corner is named only where both exclude zero.

    Raises:
        CannotCompute: no construct has both importance and performance.
        ValueError: no effects, or a construct that the performances do not have.
    """
    if not effects:
        raise ValueError("no effects are given")
    absent = [c for c in effects if c not in performance.index]
    if absent:
        raise ValueError(f"there is no performance for {absent[0]}")
    importance = np.array([float(v) for v in effects.values()])
    level = performance.loc[list(effects)].to_numpy(dtype=np.float64)
    both = ~np.isnan(importance) & ~np.isnan(level)
    if not both.any():
        raise CannotCompute("no_importance_with_performance")
    cut_i, cut_p = float(importance[both].mean()), float(level[both].mean())
    names = {
        (True, True): "keep",
        (True, False): "improve",
        (False, True): "possible_overkill",
        (False, False): "low_priority",
    }
    open_ = np.zeros(len(importance), dtype=bool)
    for side in apart or ():
        bounds = side.loc[list(effects), ["ci_lower", "ci_upper"]].to_numpy(dtype=np.float64)
        open_ |= ~((bounds[:, 0] > 0) | (bounds[:, 1] < 0))
    quadrant = [
        ("open" if unclear else names[bool(i >= cut_i), bool(p >= cut_p)]) if ok else ""
        for i, p, ok, unclear in zip(importance, level, both, open_, strict=True)
    ]
    table = pd.DataFrame(
        {"importance": importance, "performance": level, "quadrant": quadrant},
        index=pd.Index(list(effects), name="construct"),
    )
    return ImportancePerformance(table, cut_i, cut_p)
