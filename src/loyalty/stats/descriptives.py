"""Descriptives: items, scale scores, means, correlations, NPS and CSAT, with intervals.

Frames are (n respondents, p items), missing answers NaN. With a ``design`` respondents count by
their weights (:mod:`loyalty.stats.weighted`), whose index has all of the rows'; ``n`` counts rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    Missing,
    Result,
    check_level,
    check_varies,
    complete_rows,
    correlation,
    normal_quantile,
    to_matrix,
    to_vector,
)
from loyalty.stats.audit import _bound, kurtosis, skewness
from loyalty.stats.weighted import Design

Bound = float | Mapping[str, float]


def item_table(
    items: pd.DataFrame,
    minimum: Bound | None = None,
    maximum: Bound | None = None,
    design: Design | None = None,
) -> pd.DataFrame:
    """One row an item: n, spread, shape, floor and ceiling.

    Args:
        items: (n, p) answers; each item by its own answered rows.
        minimum, maximum: the scale, for all items or by item; without it no floor and ceiling.

    Returns:
        Index item; ``n``, ``n_missing``, ``mean``, ``sd`` (n - 1), ``median``, ``skew`` and
        ``kurtosis`` (type 2, excess), ``floor`` and ``ceiling`` (share of answers at the lowest
        and highest code, 0-1). NaN where an item has too few answers.
    """
    values = to_matrix(items)
    low = _bound(minimum, items) if minimum is not None else np.full(values.shape[1], np.nan)
    high = _bound(maximum, items) if maximum is not None else np.full(values.shape[1], np.nan)
    rows = []
    for j in range(values.shape[1]):
        there = ~np.isnan(values[:, j])
        x = values[there, j]
        w = None if design is None else design.of(items.index[there])
        n = len(x)
        nan = float("nan")
        mean = _average(x, w) if n else nan
        rows.append(
            {
                "n": n,
                "n_missing": len(values) - n,
                "mean": mean,
                "sd": float(np.sqrt(_average((x - mean) ** 2, w) * n / (n - 1))) if n > 1 else nan,
                "median": _median(x, w),
                "skew": skewness(x, weights=w),
                "kurtosis": kurtosis(x, weights=w),
                "floor": _average(x <= low[j], w) if n and not np.isnan(low[j]) else nan,
                "ceiling": _average(x >= high[j], w) if n and not np.isnan(high[j]) else nan,
            }
        )
    return pd.DataFrame(rows, index=pd.Index(items.columns, name="item"))


def _average(x: Any, w: FloatArray | None) -> float:
    return float(np.average(x, weights=w))


def _median(x: FloatArray, w: FloatArray | None) -> float:
    """The value up to which half of all weight lies; between two where it lies there exactly."""
    if w is None or not len(x):
        return float(np.median(x)) if len(x) else float("nan")
    order = np.argsort(x, kind="stable")
    x, share = x[order], np.cumsum(w[order]) / w.sum()
    at = int(np.searchsorted(share, 0.5 - 1e-12))
    exact = abs(share[at] - 0.5) < 1e-12 and at + 1 < len(x)
    return float((x[at] + x[at + 1]) / 2.0 if exact else x[at])


def answer_distribution(
    items: pd.DataFrame, minimum: int, maximum: int, design: Design | None = None
) -> pd.DataFrame:
    """Share of each code among an item's answers (0-1), for stacked bars.

    Returns:
        Index item, one column a code from ``minimum`` to ``maximum``. Codes outside the scale
        count in the denominator, so that a row then sums to less than one; NaN without answers.
    """
    values = to_matrix(items)
    codes = np.arange(int(minimum), int(maximum) + 1)
    w = np.ones(len(values)) if design is None else design.of(items.index)
    n = w @ ~np.isnan(values)
    counts = np.array([w @ (values == c) for c in codes]).T
    share = np.where(n[:, None] > 0, counts / np.where(n > 0, n, 1)[:, None], np.nan)
    return pd.DataFrame(
        share,
        index=pd.Index(items.columns, name="item"),
        columns=pd.Index([int(c) for c in codes], name="code"),
    )


def reverse_code(
    items: pd.DataFrame, reversed_items: Sequence[str], minimum: Bound, maximum: Bound
) -> pd.DataFrame:
    """Copy of the frame with ``minimum + maximum - code`` in the named items."""
    absent = [c for c in reversed_items if c not in items.columns]
    if absent:
        raise ValueError(f"there is no item {absent[0]}")
    turned = items.copy()
    if reversed_items:
        part = items[list(reversed_items)]
        both = _bound(minimum, part) + _bound(maximum, part)
        for name, total in zip(part.columns, both, strict=True):
            turned[name] = total - part[name].astype(np.float64)
    return turned


def scale_scores(
    items: pd.DataFrame, scales: Mapping[str, Sequence[str]], *, min_answered: float = 0.5
) -> pd.DataFrame:
    """Mean of the answered items of each scale, in scale points.

    Args:
        items: answers with reverse-worded items already recoded (:func:`reverse_code`).
        scales: items of each scale.
        min_answered: least share of a scale's items that must be answered (0-1, at least one
            item); rows below it get NaN.

    Raises:
        CannotCompute: a scale without items.
        ValueError: an item that the frame does not have.
    """
    if not 0.0 <= min_answered <= 1.0:
        raise ValueError(f"min_answered {min_answered:g} is not a share between 0 and 1")
    scores = {}
    for scale, names in scales.items():
        if not names:
            raise CannotCompute("scale_without_items", scale=str(scale))
        absent = [c for c in names if c not in items.columns]
        if absent:
            raise ValueError(f"scale {scale}: there is no item {absent[0]}")
        values = to_matrix(items[list(names)])
        count = (~np.isnan(values)).sum(axis=1)
        least = max(1, int(np.ceil(min_answered * len(names) - 1e-9)))
        total = np.where(np.isnan(values), 0.0, values).sum(axis=1)
        scores[scale] = np.where(count >= least, total / np.maximum(count, 1), np.nan)
    return pd.DataFrame(scores, index=items.index)


def scale_table(
    scores: pd.DataFrame,
    minimum: Mapping[str, float],
    maximum: Mapping[str, float],
    *,
    level: float = 0.95,
    design: Design | None = None,
) -> pd.DataFrame:
    """One row a scale: mean with t interval, spread, floor and ceiling with Wilson intervals.

    Args:
        scores: (n, s) scale scores, missing NaN.
        minimum, maximum: the lowest and the highest score a scale can give.

    Returns:
        Index scale; the columns of :func:`mean_table`, ``skew``, and ``floor``, ``floor_lower``,
        ``floor_upper``, ``ceiling``, ``ceiling_lower``, ``ceiling_upper``: shares (0-1) of the
        respondents at the very end. NaN where nobody has a score.
    """
    table = mean_table(scores, level=level, design=design).rename_axis("scale")
    skews = []
    for s in scores:
        x = scores[s].dropna()
        own = None if design is None else design.of(x.index)
        skews.append(skewness(x.to_numpy(np.float64), weights=own))
    table["skew"] = skews
    for name, ends, side in (("floor", minimum, -1.0), ("ceiling", maximum, 1.0)):
        shares = []
        for scale in scores:
            x = scores[scale].dropna()
            at_end = (side * x >= side * ends[str(scale)] - 1e-9).astype(float)
            if len(x):
                w = share_interval(at_end, level=level, design=design)
                shares.append((w.share, w.ci_lower, w.ci_upper))
            else:
                shares.append((np.nan,) * 3)
        table[[name, f"{name}_lower", f"{name}_upper"]] = np.array(shares)
    return table


# ------------------------------------------------------------------------------------ one estimate


@dataclass(frozen=True, eq=False)
class Mean(Result):
    """Mean with a t interval. ``sd`` has divisor n - 1; units are those of the values."""

    mean: float
    ci_lower: float
    ci_upper: float
    sd: float
    se: float
    n: int
    level: float


def mean_interval(
    values: Iterable[float] | pd.Series, *, level: float = 0.95, design: Design | None = None
) -> Mean:
    """Mean of the non-missing values with Student's t interval.

    Raises:
        CannotCompute: fewer than two values.
    """
    if design is not None:
        own = pd.Series(values).dropna()
        middle, deviation, error = design.mean(own)
        wide = design.quantile(own.index, level) * error
        return Mean(middle, middle - wide, middle + wide, deviation, error, len(own), level)
    x = to_vector(values)
    x = x[~np.isnan(x)]
    n = len(x)
    if n < 2:
        raise CannotCompute("few_values", n=n)
    sd = float(x.std(ddof=1))
    se = sd / np.sqrt(n)
    half = float(_dist.t.ppf(0.5 + check_level(level) / 2.0, n - 1)) * se
    mean = float(x.mean())
    return Mean(mean, mean - half, mean + half, sd, float(se), n, level)


def mean_table(
    frame: pd.DataFrame, *, level: float = 0.95, design: Design | None = None
) -> pd.DataFrame:
    """Means with t intervals, one row a column: ``n mean ci_lower ci_upper sd se`` (NaN if n<2)."""
    to_matrix(frame)
    rows = []
    for name in frame.columns:
        try:
            m = mean_interval(frame[name], level=level, design=design)
            rows.append((m.n, m.mean, m.ci_lower, m.ci_upper, m.sd, m.se))
        except CannotCompute:
            x = frame[name].dropna()
            first = float(x.iloc[0]) if len(x) else np.nan
            rows.append((len(x), first, np.nan, np.nan, np.nan, np.nan))
    return pd.DataFrame(
        rows,
        columns=["n", "mean", "ci_lower", "ci_upper", "sd", "se"],
        index=pd.Index(frame.columns, name="variable"),
    )


@dataclass(frozen=True, eq=False)
class Correlation(Result):
    """One Pearson correlation with its Fisher z interval. ``n``: rows with both."""

    r: float
    ci_lower: float
    ci_upper: float
    n: int
    level: float


def pair_correlation(
    pair: pd.DataFrame, *, level: float = 0.95, design: Design | None = None
) -> Correlation:
    """Correlation of the frame's two columns; see :func:`correlations`.

    With a design the standard error is that of the linearized correlation, which for standardized
    values changes by ``z1 z2 - r (z1^2 + z2^2) / 2``, carried through Fisher's z.
    """
    if pair.shape[1] != 2:
        raise ValueError(f"a pair has two columns, not {pair.shape[1]}")
    if design is not None:
        rows = pair.dropna()
        if len(rows) < 4:
            raise CannotCompute("few_rows_for_pair", n=len(rows))
        w = design.of(rows.index)
        d = rows.to_numpy(np.float64)
        d = d - w @ d / w.sum()
        check_varies(d, list(rows.columns))
        z = d / np.sqrt(w @ d**2 / w.sum())
        r = float(np.clip(w @ (z[:, 0] * z[:, 1]) / w.sum(), -1.0, 1.0))
        change = z[:, 0] * z[:, 1] - r * (z**2).sum(axis=1) / 2.0
        se = design.error(rows.index, change / w.sum())
        middle = np.arctanh(np.clip(r, -1 + 1e-15, 1 - 1e-15))
        half = design.quantile(rows.index, level) * se / max(1.0 - r**2, 1e-15)
        low, high = np.tanh(middle - half), np.tanh(middle + half)
        return Correlation(r, float(low), float(high), len(rows), level)
    both = correlations(pair, level=level)
    r, low, high, n = (
        m.to_numpy(np.float64)[0, 1] for m in (both.r, both.ci_lower, both.ci_upper, both.n)
    )
    return Correlation(float(r), float(low), float(high), int(n), level)


@dataclass(frozen=True, eq=False)
class Correlations(Result):
    """Correlation matrices.

    Attributes:
        r: correlations. n: rows behind each.
        ci_lower, ci_upper: Fisher z limits (NaN on the diagonal).
        p: two-sided, uncorrected, t with n - 2 (NaN on the diagonal).
        method: pearson or spearman. level: of the intervals.
    """

    r: pd.DataFrame
    n: pd.DataFrame
    ci_lower: pd.DataFrame
    ci_upper: pd.DataFrame
    p: pd.DataFrame
    method: str
    level: float


def correlations(
    frame: pd.DataFrame,
    *,
    method: Literal["pearson", "spearman"] = "pearson",
    missing: Missing = "pairwise",
    level: float = 0.95,
) -> Correlations:
    """Correlations with Fisher (1921) intervals, tanh(atanh r +- z se).

    se = 1 / sqrt(n - 3) for Pearson; for Spearman sqrt((1 + r^2 / 2) / (n - 3)) (Bonett & Wright
    2000). Spearman ranks over the rows where both variables are there.

    Raises:
        CannotCompute: fewer than two variables, a constant one, fewer than 4 rows for a pair.
    """
    p = frame.shape[1]
    if p < 2:
        raise CannotCompute("few_variables", n=p)
    r, n = correlation(frame, missing)
    if n.min() < 4:
        raise CannotCompute("few_rows_for_pair", n=int(n.min()))
    if method == "spearman":
        values = to_matrix(frame)
        if missing == "listwise":
            values = complete_rows(values)
        for i in range(p):
            for j in range(i):
                both = ~np.isnan(values[:, i]) & ~np.isnan(values[:, j])
                ranks = [_dist.rankdata(values[both, k]) for k in (i, j)]
                r[i, j] = r[j, i] = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    elif method != "pearson":
        raise ValueError(f"method {method!r} is neither pearson nor spearman")
    inside = np.clip(r, -1.0, 1.0)
    off = ~np.eye(p, dtype=bool)
    spread = np.sqrt(1.0 + r**2 / 2.0) if method == "spearman" else np.ones_like(r)
    half = normal_quantile(level) * spread / np.sqrt(n - 3.0)
    with np.errstate(divide="ignore"):
        z = np.where(off, np.arctanh(np.where(off, inside, 0.0)), np.nan)
        t = np.where(off, inside, 0.0) * np.sqrt((n - 2.0) / np.maximum(1.0 - inside**2, 1e-300))
    p_value = np.where(off, 2.0 * _dist.t.sf(np.abs(t), n - 2.0), np.nan)

    def framed(matrix: FloatArray) -> pd.DataFrame:
        return pd.DataFrame(matrix, index=frame.columns, columns=frame.columns)

    return Correlations(
        framed(r),
        framed(n).astype(np.int64),
        framed(np.tanh(z - half)),
        framed(np.tanh(z + half)),
        framed(p_value),
        method,
        level,
    )


@dataclass(frozen=True, eq=False)
class Proportion(Result):
    """Share with a Wilson interval; all in 0-1."""

    share: float
    ci_lower: float
    ci_upper: float
    count: int
    n: int
    level: float


def wilson_interval(count: int, n: int, *, level: float = 0.95) -> Proportion:
    """Proportion with the score interval of Wilson (1927), JASA 22, 209-212.

    Raises:
        CannotCompute: no trials.
        ValueError: a count outside 0..n.
    """
    if n < 1:
        raise CannotCompute("no_answers_to_share")
    if not 0 <= count <= n:
        raise ValueError(f"count {count} is not between 0 and {n}")
    low, high = wilson_limits(count / n, n, level)
    return Proportion(count / n, low, high, int(count), int(n), level)


def wilson_limits(share: float, n: float, level: float) -> tuple[float, float]:
    """The score interval of a share of n, which need not be whole."""
    z2 = normal_quantile(level) ** 2
    middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n)
    half = np.sqrt(z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))) / (1.0 + z2 / n)
    return (
        0.0 if share <= 0.0 else float(middle - half),
        1.0 if share >= 1.0 else float(middle + half),
    )


def share_interval(
    marked: pd.Series, *, level: float = 0.95, design: Design | None = None
) -> Proportion:
    """Share of those marked (1, not 0) with the score interval of Wilson (1927).

    With a design, that of as many respondents drawn one by one as would know the share as well
    (:meth:`loyalty.stats.weighted.Design.size`; Franco, Little, Louis & Slud 2019, Journal of
    Survey Statistics and Methodology 7, 334-364). ``count`` and ``n`` are rows.

    Raises:
        CannotCompute: nobody.
    """
    x = marked.dropna()
    count, n = int((x == 1).sum()), len(x)
    if design is None:
        return wilson_interval(count, n, level=level)
    if n == 0:
        raise CannotCompute("no_answers_to_share")
    share, _, _ = design.mean(x)
    found = wilson_limits(share, design.size(share, x), level)
    return Proportion(share, *found, count, n, level)


def csat(
    values: Iterable[float] | pd.Series,
    *,
    top_box: float,
    minimum: float,
    maximum: float,
    level: float = 0.95,
    design: Design | None = None,
) -> Proportion:
    """Customer satisfaction score: share of answers at ``top_box`` or above (top-box share).

    Raises:
        CannotCompute: no answers, or one outside the scale.
    """
    x = pd.Series(values, dtype=np.float64).dropna()
    if len(x) and (x.min() < minimum or x.max() > maximum):
        raise CannotCompute("answer_outside", minimum=minimum, maximum=maximum)
    return share_interval((x >= top_box).astype(float), level=level, design=design)


@dataclass(frozen=True, eq=False)
class BoxShares(Result):
    """Shares of all answers in the two lowest, the middle and the two highest boxes (0-1).

    ``n``: answers.
    """

    low: float
    middle: float
    high: float
    n: int


def box_shares(
    items: pd.DataFrame,
    minimum: float,
    maximum: float,
    *,
    least: int = 1,
    design: Design | None = None,
) -> BoxShares:
    """How the answers to several items of one scale fall into three boxes.

    Args:
        items: (n, p) answers with reverse-worded items recoded.
        least: smallest number of answers in a box that is not empty.

    Raises:
        CannotCompute: no answers, a scale of fewer than five points, or a box with fewer answers
            than ``least``.
    """
    if maximum - minimum < 4:
        raise CannotCompute("no_middle")
    values = to_matrix(items)
    each = np.ones(len(values)) if design is None else design.of(items.index)
    w, x = np.repeat(each, values.shape[1]), values.ravel()
    w, x = w[~np.isnan(x)], x[~np.isnan(x)]
    if len(x) == 0:
        raise CannotCompute("no_answers_to_share")
    low, high = x <= minimum + 1, x >= maximum - 1
    boxes = (low, ~low & ~high, high)
    if any(0 < int(box.sum()) < least for box in boxes):
        raise CannotCompute("few_in_box", least=least)
    shares = [float(w @ box / w.sum()) for box in boxes]
    return BoxShares(shares[0], shares[1], shares[2], len(x))


@dataclass(frozen=True, eq=False)
class NetPromoterScore(Result):
    """Net promoter score in points, -100 to 100.

    Attributes:
        nps: share of promoters minus share of detractors, times 100.
        ci_lower, ci_upper: adjusted Wald interval (the one to report).
        wald_lower, wald_upper: plain Wald interval, from the multinomial variance.
        se: standard error of the plain estimate, points.
        promoters, passives, detractors: shares, 0-1.
        n: answers. level: of the intervals.
    """

    nps: float
    ci_lower: float
    ci_upper: float
    wald_lower: float
    wald_upper: float
    se: float
    promoters: float
    passives: float
    detractors: float
    n: int
    level: float


def net_promoter_score(
    ratings: Iterable[float] | pd.Series,
    *,
    promoter_from: float = 9,
    detractor_to: float = 6,
    minimum: float = 0,
    maximum: float = 10,
    level: float = 0.95,
    design: Design | None = None,
) -> NetPromoterScore:
    """Net promoter score with intervals.

    Var(p - d) = (p + d - (p - d)^2) / n, exact for multinomial counts. The adjusted Wald interval
    adds 3/4 promoters, 3/4 detractors and 3/2 passives before the same formula (Rocks, B. (2016).
    The American Statistician 70, 365-372): it keeps its coverage for small n and for scores near
    the ends, where the plain one collapses. Limits are cut at -100 and 100. With a design n is the
    number of respondents drawn one by one who would know the score as well.

    Raises:
        CannotCompute: no ratings, or one outside the scale.
    """
    x = pd.Series(ratings, dtype=np.float64).dropna()
    n = len(x)
    if n == 0:
        raise CannotCompute("no_ratings")
    if x.min() < minimum or x.max() > maximum:
        raise CannotCompute("rating_outside", minimum=minimum, maximum=maximum)
    high, under = (x >= promoter_from).astype(float), (x <= detractor_to).astype(float)
    w = np.ones(n) if design is None else design.of(x.index)
    promoters, detractors = float(w @ high / w.sum()), float(w @ under / w.sum())
    size = float(n)
    if design is not None:
        score, _, error = design.mean(high - under)
        spread = promoters + detractors - score**2
        size = spread / error**2 if error > 0 else design.effective(x.index)
    up, down = promoters * size, detractors * size
    z = normal_quantile(level)

    def wald(p: float, d: float, size: float) -> tuple[float, float, float, float]:
        p, d = p / size, d / size
        score = p - d
        se = float(np.sqrt(max(p + d - score**2, 0.0) / size))
        return score, se, max(score - z * se, -1.0), min(score + z * se, 1.0)

    score, se, wald_low, wald_high = wald(up, down, size)
    _, _, adjusted_low, adjusted_high = wald(up + 0.75, down + 0.75, size + 3.0)
    return NetPromoterScore(
        nps=100.0 * score,
        ci_lower=100.0 * adjusted_low,
        ci_upper=100.0 * adjusted_high,
        wald_lower=100.0 * wald_low,
        wald_upper=100.0 * wald_high,
        se=100.0 * se,
        promoters=promoters,
        passives=max(1.0 - promoters - detractors, 0.0),
        detractors=detractors,
        n=n,
        level=level,
    )


# ---------------------------------------------------------------------------------------- by group


def by_group(
    values: pd.Series | pd.DataFrame,
    group: pd.Series,
    statistic: Callable[[Any], Result],
    *,
    min_n: int = 10,
    order: Sequence[Any] | None = None,
    hide: Collection[Any] = (),
) -> pd.DataFrame:
    """A statistic by group, small cells suppressed.

    Args:
        values: one value (or row) a respondent, missing NaN; rows with a missing value are left
            out.
        group: group of each respondent, same index; respondents without a group are left out.
        statistic: e.g. ``net_promoter_score`` or ``lambda x: mean_interval(x, level=0.9)``.
        min_n: a group with fewer answers than this is suppressed.
        order: groups in the order wanted, empty ones included; default: sorted.
        hide: groups to suppress beside the small ones (see :func:`hidden_cells`).

    Returns:
        Index group; ``n`` (answers), ``suppressed`` (bool), ``reason`` (text, empty if shown), and
        the fields of the result, None in suppressed groups and where it cannot be computed.
    """
    if not values.index.equals(group.index):
        raise ValueError("the values and the groups are not of the same rows")
    if order is None:
        present = group.dropna().unique().tolist()
        try:
            order = sorted(present)
        except TypeError:
            order = sorted(present, key=str)
    rows: dict[Any, dict[str, Any]] = {}
    fields: list[str] = []
    for key in order:
        x = values[group == key].dropna()
        small = len(x) < min_n
        row: dict[str, Any] = {"n": len(x), "suppressed": small or key in hide, "reason": ""}
        if small:
            row["reason"] = f"fewer than {min_n} answers"
        elif key in hide:
            row["reason"] = "with it another cell could be worked out"
        else:
            try:
                result = statistic(x).to_dict()
            except CannotCompute as error:
                row["reason"] = str(error)
            else:
                result.pop("n", None)
                fields = fields or list(result)
                row |= result
        rows[key] = row
    columns = ["n", "suppressed", "reason", *fields]
    data = [[rows[key].get(c) for c in columns] for key in order]
    return pd.DataFrame(
        data, columns=columns, index=pd.Index(list(order), name=group.name), dtype=object
    )


def hidden_cells(
    counts: Mapping[str, pd.Series],
    within: Mapping[str, tuple[str, Mapping[Any, Any]]] | None = None,
    *,
    least: int = 10,
) -> dict[str, dict[Any, Literal["small", "complementary"]]]:
    """Cells that may not be shown: small ones, and those from which a small one would follow.

    The counts of a grouping add up to a known total, those of a grouping within another one to
    the counts of that. Where a sum is known, what is hidden in it must be two cells or more with
    at least ``least`` respondents together; where a cell is hidden that is itself such a sum, one
    of its parts must be hidden too. The smallest cells that do it are taken (Hundepool et al.
    2012, Statistical Disclosure Control, ch. 4). Empty cells hide nobody and are left alone.

    Args:
        counts: respondents by level, one Series a grouping.
        within: grouping -> (outer grouping, level -> outer level).
        least: smallest count that may be shown.

    Returns:
        Grouping -> level -> why it is hidden.
    """
    inner = dict(within or {})
    hidden: dict[str, dict[Any, Literal["small", "complementary"]]] = {
        g: {level: "small" for level, n in c.items() if 0 < n < least} for g, c in counts.items()
    }
    sums: list[tuple[tuple[str, Any] | None, str, list[Any]]] = []
    for g, c in counts.items():
        if g not in inner:
            sums.append((None, g, list(c.index)))
            continue
        outer, home = inner[g]
        for top in counts[outer].index:
            sums.append(((outer, top), g, [level for level in c.index if home[level] == top]))
    changed = True
    while changed:
        changed = False
        for total, g, parts in sums:
            gone = [level for level in parts if level in hidden[g]]
            left = [level for level in parts if level not in hidden[g] and counts[g][level] > 0]
            unknown_total = total is not None and total[1] in hidden[total[0]]
            if unknown_total:
                open_to_sums = not gone
            else:
                together = sum(int(counts[g][level]) for level in gone)
                open_to_sums = bool(gone) and (len(gone) < 2 or together < least)
            if open_to_sums and left:
                smallest = min(left, key=lambda level: (counts[g][level], str(level)))
                hidden[g][smallest] = "complementary"
                changed = True
    return hidden


def nesting(inner: pd.Series, outer: pd.Series) -> dict[Any, Any] | None:
    """Level of ``inner`` -> the one level of ``outer`` it lies in; None where one lies in several.

    A level without respondents is in no outer level and left out.
    """
    pairs = pd.DataFrame({"inner": inner, "outer": outer}).dropna().drop_duplicates()
    if pairs["inner"].duplicated().any():
        return None
    return dict(zip(pairs["inner"], pairs["outer"], strict=True))


def by_groups(
    values: pd.Series | pd.DataFrame,
    groups: pd.DataFrame,
    levels: Mapping[str, Sequence[Any]],
    statistic: Callable[[Any], Result],
    *,
    within: Mapping[str, str] | None = None,
    min_n: int = 10,
    also: Sequence[pd.Series] = (),
) -> pd.DataFrame:
    """A statistic by each of several groupings, with complementary suppression.

    Args:
        values, statistic, min_n: as for :func:`by_group`.
        also: bool by row each: a level where fewer than ``min_n`` (but some) of these rows lie is
            suppressed too, as are the levels from which it would follow.
        groups: one column a grouping, same rows.
        levels: levels of each grouping, in the order wanted.
        within: grouping -> the grouping it lies in.

    Returns:
        ``group``, ``level`` and the columns of :func:`by_group` (without the confidence level),
        one row a level; ``n`` is None where it is suppressed.
    """
    answered = values.notna() if isinstance(values, pd.Series) else values.notna().all(axis=1)
    parts = [answered, *(answered & part for part in also)]
    found = [
        hidden_cells(*group_counts(groups, levels, within, part), least=min_n) for part in parts
    ]
    tables = []
    for g, order in levels.items():
        hide = {level for hidden in found for level in hidden[g]}
        table = by_group(values, groups[g], statistic, min_n=min_n, order=order, hide=hide)
        table = table.drop(columns="level", errors="ignore")  # the confidence level
        table["n"] = table["n"].where(~table["suppressed"].astype(bool), None)
        table.insert(0, "level", table.index)
        table.insert(0, "group", g)
        tables.append(table)
    columns = max((t.columns for t in tables), key=len, default=pd.Index([]))
    if not tables:
        return pd.DataFrame(columns=["group", "level", "n", "suppressed", "reason"])
    rows = [row for t in tables for row in t.to_dict("records")]
    return pd.DataFrame([[r.get(c) for c in columns] for r in rows], columns=columns, dtype=object)


def shares_by_groups(
    marked: pd.Series,
    groups: pd.DataFrame,
    levels: Mapping[str, Sequence[Any]],
    *,
    within: Mapping[str, str] | None = None,
    min_n: int = 10,
    level: float = 0.95,
    design: Design | None = None,
) -> pd.DataFrame:
    """Share of marked respondents by each of several groupings, with Wilson intervals.

    A share is a count as well: it is suppressed where fewer than ``min_n`` (but some) of a
    level's respondents are marked, or are not.

    Args:
        marked: 1 or 0 by respondent, missing NaN.
        groups, levels, within, min_n: as for :func:`by_groups`.
    """

    def share(values: pd.Series) -> Proportion:
        return share_interval(values, level=level, design=design)

    also = (marked == 1, marked == 0)
    return by_groups(marked, groups, levels, share, within=within, min_n=min_n, also=also)


def group_counts(
    groups: pd.DataFrame,
    levels: Mapping[str, Sequence[Any]],
    within: Mapping[str, str] | None,
    rows: pd.Series | None = None,
) -> tuple[dict[str, pd.Series], dict[str, tuple[str, dict[Any, Any]]]]:
    """What :func:`hidden_cells` takes: counts by level, and which level lies in which.

    A grouping that crosses the one it is said to lie in is taken as a grouping of its own. Only
    ``rows`` (bool) are counted, where given.
    """
    counted = groups if rows is None else groups[rows]
    counts = {
        g: counted[g].value_counts().reindex(list(order), fill_value=0)
        for g, order in levels.items()
    }
    inner: dict[str, tuple[str, dict[Any, Any]]] = {}
    for g, outer in (within or {}).items():
        if g in levels and outer in levels and (home := nesting(groups[g], groups[outer])):
            inner[g] = (outer, {level: home.get(level) for level in levels[g]})
    return counts, inner
