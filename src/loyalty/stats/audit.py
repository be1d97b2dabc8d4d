"""Data audit: what is wrong with the rows before anything is estimated from them.

Codes outside the scale, duplicates, constant items, missing answers and Little's test, careless
answering, normality, sample against quotas, and the flow of exclusions.

Frames are (n respondents, p items), one row a respondent, missing answers NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats as _dist
from semfit.incomplete import IncompleteRows

from loyalty.ground.reasons import Reason
from loyalty.stats._common import (
    BoolArray,
    CannotCompute,
    FloatArray,
    IntArray,
    Result,
    check_varies,
    complete_rows,
    normal_quantile,
    to_matrix,
)

# --------------------------------------------------------------------------- codes and duplicates


@dataclass(frozen=True, eq=False)
class OutsideScale(Result):
    """Codes that the scale does not have.

    Attributes:
        by_item: index item; ``n_outside`` (count), ``share`` (of answered, 0-1), ``codes`` (text,
            the distinct codes in ascending order).
        cells: one row a cell: ``row`` (index label), ``item``, ``code``.
        n_cells: number of such cells.
        n_rows: number of respondents with at least one.
    """

    by_item: pd.DataFrame
    cells: pd.DataFrame
    n_cells: int
    n_rows: int


def _bound(bound: float | Mapping[str, float], items: pd.DataFrame) -> FloatArray:
    if isinstance(bound, Mapping):
        absent = [c for c in items.columns if c not in bound]
        if absent:
            raise ValueError(f"no scale is given for {absent[0]}")
        return np.array([float(bound[c]) for c in items.columns])
    return np.full(items.shape[1], float(bound))


def codes_outside_scale(
    items: pd.DataFrame,
    minimum: float | Mapping[str, float],
    maximum: float | Mapping[str, float],
    *,
    whole: bool = True,
) -> OutsideScale:
    """Find codes below ``minimum``, above ``maximum`` or (``whole``) between the codes.

    Args:
        items: (n, p) raw codes; missing codes already NaN.
        minimum, maximum: the scale, for all items or by item.
        whole: whether only whole numbers are codes.

    Raises:
        CannotCompute: an item that is not numeric.
        ValueError: an item without a scale.
    """
    values = to_matrix(items)
    low, high = _bound(minimum, items), _bound(maximum, items)
    outside = (values < low) | (values > high)
    if whole:
        outside |= ~np.isnan(values) & (values != np.floor(values))
    counts = outside.sum(axis=0)
    answered = (~np.isnan(values)).sum(axis=0)
    codes = [
        ", ".join(f"{c:g}" for c in np.unique(values[outside[:, j], j]))
        for j in range(values.shape[1])
    ]
    by_item = pd.DataFrame(
        {
            "n_outside": counts,
            "share": np.divide(
                counts, answered, out=np.full(len(counts), np.nan), where=answered > 0
            ),
            "codes": codes,
        },
        index=pd.Index(items.columns, name="item"),
    )
    rows, cols = np.nonzero(outside)
    cells = pd.DataFrame(
        {
            "row": items.index.to_numpy()[rows],
            "item": items.columns.to_numpy()[cols],
            "code": values[rows, cols],
        }
    )
    return OutsideScale(by_item, cells, int(outside.sum()), int(outside.any(axis=1).sum()))


@dataclass(frozen=True, eq=False)
class Duplicates(Result):
    """Rows or ids that occur more than once.

    Attributes:
        duplicate_rows: bool by row: equal to an earlier row in every compared column.
        duplicate_ids: bool by row: the id occurred before (all False without an id column).
        n_rows, n_ids: how many of each (first occurrences not counted).
    """

    duplicate_rows: pd.Series
    duplicate_ids: pd.Series
    n_rows: int
    n_ids: int


def duplicates(frame: pd.DataFrame, *, id: str | None = None) -> Duplicates:
    """Find rows that repeat an earlier row, and ids that occur more than once.

    Rows are compared over all columns but ``id``; NaN equals NaN; rows without any answer are no
    duplicates. A missing id repeats nothing.
    """
    if id is not None and id not in frame.columns:
        raise ValueError(f"there is no column {id}")
    answers = frame.drop(columns=[id]) if id is not None else frame
    if answers.shape[1] == 0:
        raise CannotCompute("no_column_to_compare")
    rows = answers.duplicated(keep="first") & answers.notna().any(axis=1)
    if id is not None:
        ids = frame[id].duplicated(keep="first") & frame[id].notna()
    else:
        ids = pd.Series(False, index=frame.index)
    rows.name, ids.name = "duplicate_row", "duplicate_id"
    return Duplicates(rows, ids, int(rows.sum()), int(ids.sum()))


@dataclass(frozen=True, eq=False)
class ExclusionFlow(Result):
    """Who was excluded at which step.

    Attributes:
        steps: index step order; ``reason``, ``n_excluded`` (newly, at this step), ``n_left``.
        kept: bool by row.
        n_start, n_end: rows before and after.
    """

    steps: pd.DataFrame
    kept: pd.Series
    n_start: int
    n_end: int


def exclusion_flow(index: pd.Index, reasons: Sequence[tuple[str, pd.Series]]) -> ExclusionFlow:
    """Apply exclusions one after another; a row counts under the first reason that takes it.

    Args:
        index: labels of all rows.
        reasons: (reason, bool Series on that index, True = exclude), in order.
    """
    kept = np.ones(len(index), dtype=bool)
    rows = []
    for reason, mask in reasons:
        if not mask.index.equals(index):
            raise ValueError(f"the rows of exclusion {reason!r} are not the rows of the data")
        hit = kept & mask.fillna(False).to_numpy(dtype=bool)
        kept &= ~hit
        rows.append({"reason": reason, "n_excluded": int(hit.sum()), "n_left": int(kept.sum())})
    steps = pd.DataFrame(rows, columns=["reason", "n_excluded", "n_left"])
    return ExclusionFlow(
        steps, pd.Series(kept, index=index, name="kept"), len(index), int(kept.sum())
    )


# --------------------------------------------------------------------------------- missing answers


def missing_by_item(items: pd.DataFrame) -> pd.DataFrame:
    """Index item; ``n`` answered, ``n_missing``, ``share_missing`` (0-1)."""
    absent = items.isna().sum()
    share = absent / len(items) if len(items) else absent * np.nan
    table = pd.DataFrame({"n": items.notna().sum(), "n_missing": absent, "share_missing": share})
    table.index.name = "item"
    return table


def missing_patterns(items: pd.DataFrame) -> pd.DataFrame:
    """Patterns of missing answers, the most frequent first.

    Returns:
        One row a pattern: one bool column an item (True = answered), ``n_missing`` (items),
        ``n`` (rows), ``share`` (0-1). Ties: fewer missing items first, then by the pattern.
    """
    if items.shape[1] == 0:
        raise CannotCompute("no_items")
    answered = items.notna().to_numpy()
    patterns, counts = np.unique(answered, axis=0, return_counts=True)
    table = pd.DataFrame(patterns, columns=items.columns)
    table["n_missing"] = (~patterns).sum(axis=1)
    table["n"] = counts
    table["share"] = counts / max(len(items), 1)
    order = np.lexsort((np.arange(len(table)), table["n_missing"], -table["n"]))
    return table.iloc[order].reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class FrequentPatterns(Result):
    """Patterns of missing answers that may be shown, the others pooled.

    Attributes:
        shown: one row a pattern, most frequent first: ``missing`` (names of the missing items,
            separated by commas; empty for complete rows), ``n_missing`` (items), ``n`` (rows),
            ``share`` (0-1).
        n_patterns: patterns in all. pooled_patterns, pooled_n: those not shown, and their rows.
    """

    shown: pd.DataFrame
    n_patterns: int
    pooled_patterns: int
    pooled_n: int


def frequent_patterns(
    items: pd.DataFrame, *, least: int = 10, most: int = 8, by_item: bool = False
) -> FrequentPatterns:
    """At most ``most`` patterns of at least ``least`` rows; the rest is pooled.

    The pool itself has ``least`` rows or none: else what it holds would follow from the total, so
    the rarest pattern shown joins it. With ``by_item`` so do those beside which how many rows of
    the pool lack an item would follow from how many lack it in all.
    """
    table = missing_patterns(items)
    kept = int(min(most, (table["n"] >= least).sum()))
    lacking = (~table[list(items.columns)].to_numpy(dtype=bool)) * table[["n"]].to_numpy()
    told = lacking.sum(axis=0) >= least

    def few(pool: int) -> bool:
        left = lacking[pool:].sum(axis=0)
        beside = by_item and bool((told & (left > 0) & (left < least)).any())
        return beside or 0 < table["n"].iloc[pool:].sum() < least

    while kept and few(kept):
        kept -= 1
    absent = ~table[list(items.columns)].to_numpy(dtype=bool)[:kept]
    shown = table.loc[: kept - 1, ["n_missing", "n", "share"]].copy()
    shown.insert(0, "missing", [", ".join(map(str, items.columns[flags])) for flags in absent])
    return FrequentPatterns(shown, len(table), len(table) - kept, int(table["n"].iloc[kept:].sum()))


def _pattern_groups(values: FloatArray) -> list[tuple[BoolArray, FloatArray]]:
    """Rows by pattern: (answered flags (p,), their (n_j, p_j) answers), empty rows left out."""
    answered = ~np.isnan(values)
    patterns, inverse = np.unique(answered, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    return [
        (flags, values[inverse == j][:, flags]) for j, flags in enumerate(patterns) if flags.any()
    ]


@dataclass(frozen=True, eq=False)
class NormalMoments(Result):
    """Maximum-likelihood mean and covariance of a multivariate normal with missing values.

    Attributes:
        mean: by item.
        covariance: (p, p), maximum likelihood (divisor n).
        n: rows with at least one answer.
        iterations: EM steps used.
    """

    mean: pd.Series
    covariance: pd.DataFrame
    n: int
    iterations: int


def em_moments(
    items: pd.DataFrame, *, tolerance: float = 1e-10, max_iterations: int = 5000
) -> NormalMoments:
    """EM estimates of mean and covariance from incomplete rows (Dempster, Laird & Rubin 1977).

    Assumes multivariate normality and missing at random; rows without any answer are left out.

    Args:
        items: (n, p) answers.
        tolerance: stop when no standardized moment moves more than this between two steps.

    Raises:
        CannotCompute: a constant or empty item, fewer rows than items + 1, no convergence, or a
            covariance matrix that becomes singular.
    """
    values = to_matrix(items)
    values = values[~np.isnan(values).all(axis=1)]
    n, p = values.shape
    check_varies(values, list(items.columns))
    if n <= p:
        raise CannotCompute("few_rows_for_items", n=n, items=p, least=p + 1)
    found = IncompleteRows(values).moments(tolerance, max_iterations)
    if found is None:
        raise CannotCompute("em_singular")
    if not found.converged:
        raise CannotCompute("em_not_converged", steps=max_iterations)
    index = pd.Index(items.columns)
    return NormalMoments(
        mean=pd.Series(found.mean, index=index),
        covariance=pd.DataFrame(found.cov, index=index, columns=index),
        n=n,
        iterations=found.iterations,
    )


@dataclass(frozen=True, eq=False)
class LittleMCAR(Result):
    """Little's test that answers are missing completely at random.

    Attributes:
        chi2: d squared; df; p: upper tail of chi-square.
        n: rows with at least one answer.
        n_patterns: patterns among them.
        n_missing: missing cells among them.
    """

    chi2: float
    df: int
    p: float
    n: int
    n_patterns: int
    n_missing: int


def little_mcar(items: pd.DataFrame, *, unbiased: bool = True) -> LittleMCAR:
    """Little's (1988) chi-square test of missing completely at random.

    d2 = sum_j n_j (m_j - mu_j)' S_jj^-1 (m_j - mu_j) over patterns j, where m_j are the pattern's
    means of its answered items, mu and S the EM estimates; df = sum_j p_j - p.

    Args:
        items: (n, p) answers; rows without any answer are left out.
        unbiased: use S n / (n - 1), as Little (1988) suggests; False takes the ML covariance
            itself, as R's naniar does.

    Raises:
        CannotCompute: nothing is missing, only whole rows are, or the EM estimates fail.

    Source: Little, R. J. A. (1988). JASA 83(404), 1198-1202.
    """
    values = to_matrix(items)
    empty = np.isnan(values).all(axis=1)
    values = values[~empty]
    n_missing = int(np.isnan(values).sum())
    if n_missing == 0:
        if empty.any():
            raise CannotCompute("only_whole_rows_missing")
        raise CannotCompute("nothing_missing")
    moments = em_moments(items)
    mu = moments.mean.to_numpy()
    sigma = moments.covariance.to_numpy()
    if unbiased:
        sigma = sigma * moments.n / (moments.n - 1.0)
    chi2, df = 0.0, -values.shape[1]
    groups = _pattern_groups(values)
    for o, x in groups:
        gap = x.mean(axis=0) - mu[o]
        chi2 += len(x) * float(gap @ np.linalg.solve(sigma[np.ix_(o, o)], gap))
        df += int(o.sum())
    if df <= 0:
        raise CannotCompute("few_patterns")
    p = float(_dist.chi2.sf(chi2, df))
    return LittleMCAR(chi2, df, p, moments.n, len(groups), n_missing)


# ------------------------------------------------------------------------------ careless answering


def long_string(items: pd.DataFrame) -> pd.Series:
    """Longest run of identical consecutive answers by row (Johnson 2005), in items.

    Items in the order in which they were asked, codes as given (not recoded). A missing answer
    ends a run; a row without answers has 0.
    """
    values = to_matrix(items)
    longest = np.zeros(len(values), dtype=np.int64)
    run = np.zeros(len(values), dtype=np.int64)
    for j in range(values.shape[1]):
        answered = ~np.isnan(values[:, j])
        same = answered & (values[:, j] == values[:, j - 1]) if j else np.zeros_like(answered)
        run = np.where(same, run + 1, answered.astype(np.int64))
        longest = np.maximum(longest, run)
    return pd.Series(longest, index=items.index, name="long_string")


def intra_individual_variability(items: pd.DataFrame) -> pd.Series:
    """Standard deviation (n - 1) of a row's answers, in scale points (Dunn et al. 2018).

    Codes as given (not recoded). NaN with fewer than two answers.
    """
    values = to_matrix(items)
    count = (~np.isnan(values)).sum(axis=1)
    filled = np.where(np.isnan(values), 0.0, values)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(np.isnan(values), 0.0, values - mean[:, None]) ** 2).sum(axis=1)
    sd = np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return pd.Series(sd, index=items.index, name="intra_individual_variability")


def mahalanobis(
    items: pd.DataFrame, *, missing: Literal["listwise", "available"] = "available"
) -> pd.DataFrame:
    """Squared Mahalanobis distance of each row from the centroid, with its chi-square p.

    Args:
        items: (n, p) answers.
        missing: ``"listwise"``: mean and covariance (n - 1) from complete rows, NaN for the others;
            ``"available"``: EM moments where something is missing, each row by the items it has.

    Returns:
        By row: ``d2``, ``df`` (answered items), ``p`` (upper tail of chi-square).

    Raises:
        CannotCompute: constant items, collinear items, too few rows.
    """
    values = to_matrix(items)
    if missing not in ("listwise", "available"):
        raise ValueError(f"missing policy {missing!r} is neither listwise nor available")
    complete = complete_rows(values)
    p_items = values.shape[1]
    if missing == "listwise" or len(complete) == len(values):
        if len(complete) <= p_items:
            raise CannotCompute(
                "few_complete_rows_for_items", n=len(complete), items=p_items, least=p_items + 1
            )
        check_varies(complete, list(items.columns))
        mu = complete.mean(axis=0)
        sigma = np.atleast_2d(np.cov(complete, rowvar=False))
    else:
        moments = em_moments(items)
        mu = moments.mean.to_numpy()
        sigma = moments.covariance.to_numpy() * moments.n / (moments.n - 1.0)
    sd = np.sqrt(np.diag(sigma))
    if np.linalg.eigvalsh(sigma / np.outer(sd, sd))[0] <= 1e-10:
        raise CannotCompute("collinear_items")
    d2 = np.full(len(values), np.nan)
    df = np.zeros(len(values), dtype=np.int64)
    answered = ~np.isnan(values)
    patterns, inverse = np.unique(answered, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    for j, o in enumerate(patterns):
        if not o.any() or (missing == "listwise" and not o.all()):
            continue
        rows = np.flatnonzero(inverse == j)
        gap = values[rows][:, o] - mu[o]
        d2[rows] = np.einsum("ij,ij->i", gap, np.linalg.solve(sigma[np.ix_(o, o)], gap.T).T)
        df[rows] = int(o.sum())
    p = np.where(np.isnan(d2), np.nan, _dist.chi2.sf(d2, np.maximum(df, 1)))
    return pd.DataFrame({"d2": d2, "df": df, "p": p}, index=items.index)


def _row_correlation(x: FloatArray, y: FloatArray, least: int) -> FloatArray:
    """Correlation of x and y within each row over the columns where both are present."""
    both = ~np.isnan(x) & ~np.isnan(y)
    count = both.sum(axis=1)
    safe = np.maximum(count, 1)[:, None]
    xs, ys = np.where(both, x, 0.0), np.where(both, y, 0.0)
    xs = np.where(both, xs - xs.sum(axis=1, keepdims=True) / safe, 0.0)
    ys = np.where(both, ys - ys.sum(axis=1, keepdims=True) / safe, 0.0)
    sxx, syy = (xs**2).sum(axis=1), (ys**2).sum(axis=1)
    defined = (count >= least) & (sxx > 1e-12) & (syy > 1e-12)
    denominator = np.sqrt(np.where(defined, sxx * syy, 1.0))
    r = (xs * ys).sum(axis=1) / denominator
    return np.where(defined, np.clip(r, -1.0, 1.0), np.nan)


def _row_mean(values: FloatArray) -> FloatArray:
    count = (~np.isnan(values)).sum(axis=1)
    total = np.where(np.isnan(values), 0.0, values).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def even_odd_consistency(items: pd.DataFrame, scales: Mapping[str, Sequence[str]]) -> pd.Series:
    """Within-person correlation of odd and even half-scale means, stepped up (Johnson 2005).

    r over scales of (mean of a scale's 1st, 3rd, ... item, mean of its 2nd, 4th, ... item), then
    Spearman-Brown 2r / (1 + r), not below -1. High is consistent. NaN where fewer than three
    scales have both halves, or where a person's half means do not vary.

    Args:
        items: answers with reverse-worded items already recoded.
        scales: items of each scale; scales of one item take no part.

    Raises:
        CannotCompute: fewer than three scales of two or more items.
    """
    long = [list(v) for v in scales.values() if len(v) >= 2]
    if len(long) < 3:
        raise CannotCompute("few_long_scales", n=len(long))
    to_matrix(items)
    odd = np.column_stack([_row_mean(to_matrix(items[s[0::2]])) for s in long])
    even = np.column_stack([_row_mean(to_matrix(items[s[1::2]])) for s in long])
    r = _row_correlation(odd, even, least=3)
    with np.errstate(divide="ignore"):
        stepped = np.where(r <= -1.0 / 3.0, -1.0, 2.0 * r / (1.0 + r))
    stepped = np.where(np.isnan(r), np.nan, stepped)
    return pd.Series(stepped, index=items.index, name="even_odd_consistency")


def psychometric_synonyms(items: pd.DataFrame, *, threshold: float = 0.60) -> pd.Series:
    """Within-person correlation over item pairs that correlate at least ``threshold``.

    Pairs are found in the sample (pairwise correlations); high is consistent. NaN where a person
    has fewer than three pairs or no variance over them. Source: Meade & Craig (2012).

    Raises:
        CannotCompute: fewer than three such pairs of items.
    """
    values = to_matrix(items)
    i, j = synonym_pairs(items, threshold)
    if len(i) < 3:
        raise CannotCompute("few_synonyms", n=len(i), correlation=threshold)
    r = _row_correlation(values[:, i], values[:, j], least=3)
    return pd.Series(r, index=items.index, name="psychometric_synonyms")


def synonym_pairs(items: pd.DataFrame, threshold: float) -> tuple[IntArray, IntArray]:
    """Positions of the items that correlate at least ``threshold`` with one another (pairwise)."""
    values = to_matrix(items)
    present = ~np.isnan(values)
    varies = [len(np.unique(v[p])) > 1 for v, p in zip(values.T, present.T, strict=True)]
    corr = np.full((values.shape[1],) * 2, np.nan)
    corr[np.ix_(varies, varies)] = pd.DataFrame(values[:, varies]).corr().to_numpy()
    i, j = np.nonzero(np.triu(corr >= threshold, k=1))
    return i, j


@dataclass(frozen=True, eq=False)
class CarelessIndices(Result):
    """Indices of careless answering by row.

    Attributes:
        table: by row: ``long_string`` (items), ``intra_individual_variability`` (scale points),
            ``mahalanobis_d2``, ``mahalanobis_p``, ``even_odd_consistency``,
            ``psychometric_synonyms`` (correlations), ``share_missing`` (0-1), and, where times were
            given, ``seconds_per_item``.
        not_computed: index name -> why it is NaN throughout.
        pairs: pairs of half scales behind ``even_odd_consistency`` and of items behind
            ``psychometric_synonyms``; a person's correlation over few pairs says little.
    """

    table: pd.DataFrame
    not_computed: dict[str, Reason]
    pairs: dict[str, int]


def careless_indices(
    items: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    *,
    recoded: pd.DataFrame | None = None,
    synonym_threshold: float = 0.60,
    seconds: pd.Series | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> CarelessIndices:
    """All indices of careless answering; one that cannot be had is NaN and says why.

    Args:
        items: raw codes in the order in which they were asked.
        scales: items of each scale.
        recoded: the same items with reverse-worded ones recoded (default: ``items``).
        synonym_threshold: least correlation of a synonym pair.
        seconds: time each respondent took for these items, same rows.
        ranges: least and greatest answer of each item's scale: the standard deviation of a
            person's answers is then of answers from 0 to 1, else of the codes.
    """
    if seconds is not None and not seconds.index.equals(items.index):
        raise ValueError("the response times are not of the same rows as the items")
    turned = items if recoded is None else recoded
    table = pd.DataFrame(index=items.index)
    failed: dict[str, Reason] = {}
    table["long_string"] = long_string(items)
    spread = items
    if ranges is not None:
        low, high = ({c: ranges[c][k] for c in items.columns} for k in (0, 1))
        spread = (items - pd.Series(low)) / (pd.Series(high) - pd.Series(low))
    table["intra_individual_variability"] = intra_individual_variability(spread)
    try:
        d = mahalanobis(turned)
        table["mahalanobis_d2"], table["mahalanobis_p"] = d["d2"], d["p"]
    except CannotCompute as error:
        table["mahalanobis_d2"] = table["mahalanobis_p"] = np.nan
        failed["mahalanobis"] = error.reason
    try:
        table["even_odd_consistency"] = even_odd_consistency(turned, scales)
    except CannotCompute as error:
        table["even_odd_consistency"] = np.nan
        failed["even_odd_consistency"] = error.reason
    try:
        table["psychometric_synonyms"] = psychometric_synonyms(turned, threshold=synonym_threshold)
    except CannotCompute as error:
        table["psychometric_synonyms"] = np.nan
        failed["psychometric_synonyms"] = error.reason
    pairs = {
        "even_odd_consistency": sum(len(v) >= 2 for v in scales.values()),
        "psychometric_synonyms": len(synonym_pairs(turned, synonym_threshold)[0]),
    }
    table["share_missing"] = items.isna().mean(axis=1)
    if seconds is not None:
        table["seconds_per_item"] = seconds.astype(np.float64) / items.shape[1]
    return CarelessIndices(table, failed, pairs)


@dataclass(frozen=True, eq=False)
class CarelessFlags(Result):
    """Who is flagged by which rule.

    Attributes:
        flags: by row, one bool column a rule.
        n_flags: by row, how many rules.
        careless: by row, whether at least ``min_flags`` rules.
        counts: by rule, how many rows; plus ``careless``.
        rules: the thresholds used.
    """

    flags: pd.DataFrame
    n_flags: pd.Series
    careless: pd.Series
    counts: pd.Series
    rules: dict[str, float]


def flag_careless(
    indices: CarelessIndices,
    *,
    max_long_string: int | None = None,
    min_variability: float | None = None,
    min_mahalanobis_p: float | None = None,
    min_even_odd: float | None = None,
    min_synonyms: float | None = None,
    max_share_missing: float | None = None,
    min_seconds_per_item: float | None = None,
    min_flags: int = 1,
) -> CarelessFlags:
    """Flag rows beyond thresholds; a rule left None is not used, a NaN index never flags.

    Args:
        indices: from :func:`careless_indices`.
        max_long_string: flag a longer run (items).
        min_variability: flag a smaller standard deviation (of the codes, or of the scale's range).
        min_mahalanobis_p: flag a smaller p.
        min_even_odd, min_synonyms: flag a smaller correlation.
        max_share_missing: flag a larger share of missing answers (0-1).
        min_seconds_per_item: flag a faster respondent (2 s: Huang et al. 2012, Journal of Business
            and Psychology 27, 99-114).
        min_flags: rules that must agree for ``careless``.
    """
    if min_flags < 1:
        raise ValueError("min_flags must be at least 1")
    t = indices.table
    flags = pd.DataFrame(index=t.index)
    rules: dict[str, float] = {"min_flags": float(min_flags)}
    above = {
        "long_string": max_long_string,
        "share_missing": max_share_missing,
    }
    below = {
        "intra_individual_variability": min_variability,
        "mahalanobis_p": min_mahalanobis_p,
        "even_odd_consistency": min_even_odd,
        "psychometric_synonyms": min_synonyms,
        "seconds_per_item": min_seconds_per_item,
    }
    for name in t.columns:
        limit = above.get(name, below.get(name))
        if limit is None:
            continue
        rules[str(name)] = float(limit)
        flags[name] = t[name] > limit if name in above else t[name] < limit
    if flags.shape[1] == 0:
        raise ValueError("no rule for careless answering is given")
    n_flags = flags.sum(axis=1).rename("n_flags")
    careless = (n_flags >= min_flags).rename("careless")
    counts = flags.sum().astype(int)
    counts["careless"] = int(careless.sum())
    return CarelessFlags(flags, n_flags, careless, counts.rename("n"), rules)


@dataclass(frozen=True, eq=False)
class Kappa(Result):
    """Cohen's kappa of two yes-no judgements of the same rows, with a normal interval.

    Attributes:
        kappa: (po - pe) / (1 - pe); ci_lower, ci_upper; se.
        observed: share on which they agree, po. n: rows. level: of the interval.
    """

    kappa: float
    ci_lower: float
    ci_upper: float
    se: float
    observed: float
    n: int
    level: float


def cohens_kappa(a: pd.Series, b: pd.Series, *, level: float = 0.95) -> Kappa:
    """Agreement of two bool judgements beyond chance (Cohen 1960).

    The variance is that of Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72, 323-327;
    limits are cut at -1 and 1.

    Raises:
        CannotCompute: no rows, or a judgement that is the same for all.
        ValueError: judgements of other rows.
    """
    if not a.index.equals(b.index):
        raise ValueError("the two judgements are not of the same rows")
    x, y = a.to_numpy(dtype=bool), b.to_numpy(dtype=bool)
    n = len(x)
    if n == 0 or x.all() or y.all() or not x.any() or not y.any():
        raise CannotCompute("judgement_constant")
    cells = np.array([[(~x & ~y).sum(), (~x & y).sum()], [(x & ~y).sum(), (x & y).sum()]]) / n
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    observed, chance = float(np.trace(cells)), float(rows @ columns)
    kappa = (observed - chance) / (1.0 - chance)
    on = (np.diag(cells) * (1.0 - (rows + columns) * (1.0 - kappa)) ** 2).sum()
    off = cells[0, 1] * (columns[0] + rows[1]) ** 2 + cells[1, 0] * (columns[1] + rows[0]) ** 2
    rest = kappa - chance * (1.0 - kappa)
    variance = (on + (1.0 - kappa) ** 2 * off - rest**2) / (n * (1.0 - chance) ** 2)
    se = float(np.sqrt(max(variance, 0.0)))
    half = normal_quantile(level) * se
    low, high = max(kappa - half, -1.0), min(kappa + half, 1.0)
    return Kappa(kappa, low, high, se, observed, n, level)


def sign_agreement(flags: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """How far the signs of careless answering flag the same rows, one row a pair of signs.

    Returns:
        ``a``, ``b``, ``both`` (rows), ``kappa``, ``ci_lower``, ``ci_upper`` (NaN where a sign flags
        nobody or everybody).
    """
    found = []
    names = [str(c) for c in flags.columns]
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            try:
                k = cohens_kappa(flags[a], flags[b], level=level)
                values = (k.kappa, k.ci_lower, k.ci_upper)
            except CannotCompute:
                values = (np.nan, np.nan, np.nan)
            found.append((a, b, int((flags[a] & flags[b]).sum()), *values))
    return pd.DataFrame(found, columns=["a", "b", "both", "kappa", "ci_lower", "ci_upper"])


# --------------------------------------------------------------------------------------- normality


def skewness(values: FloatArray, kind: int = 2, weights: FloatArray | None = None) -> float:
    """Skewness of a vector without NaN: type 1 (g1), 2 (G1, as SPSS) or 3 (b1); Joanes & Gill 1998.

    With weights the moments of g1 are weighted, n stays the number of values. NaN for fewer than
    three values or none that differ.
    """
    n = len(values)
    gap = values - np.average(values, weights=weights) if n else values
    m2 = float(np.average(gap**2, weights=weights)) if n else 0.0
    if n < 3 or m2 == 0.0:
        return float("nan")
    g1 = float(np.average(gap**3, weights=weights) / m2**1.5)
    if kind == 1:
        return g1
    if kind == 2:
        return float(g1 * np.sqrt(n * (n - 1.0)) / (n - 2.0))
    if kind == 3:
        return float(g1 * ((n - 1.0) / n) ** 1.5)
    raise ValueError(f"skewness type {kind} is not 1, 2 or 3")


def kurtosis(values: FloatArray, kind: int = 2, weights: FloatArray | None = None) -> float:
    """Excess kurtosis of a vector without NaN: type 1 (g2), 2 (G2, as SPSS) or 3 (b2).

    Weights as for :func:`skewness`. NaN for fewer than four values or none that differ.
    """
    n = len(values)
    gap = values - np.average(values, weights=weights) if n else values
    m2 = float(np.average(gap**2, weights=weights)) if n else 0.0
    if n < 4 or m2 == 0.0:
        return float("nan")
    g2 = float(np.average(gap**4, weights=weights)) / m2**2 - 3.0
    if kind == 1:
        return g2
    if kind == 2:
        return ((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))
    if kind == 3:
        return float((g2 + 3.0) * (1.0 - 1.0 / n) ** 2 - 3.0)
    raise ValueError(f"kurtosis type {kind} is not 1, 2 or 3")


def univariate_normality(items: pd.DataFrame, *, kind: int = 2) -> pd.DataFrame:
    """Skewness and excess kurtosis by item with their standard errors under normality.

    Args:
        items: (n, p) answers; each item by its own answered rows.
        kind: type 1, 2 or 3 of Joanes & Gill (1998); 2 is what SPSS, SAS and pandas print.

    Returns:
        Index item; ``n``, ``skew``, ``skew_se``, ``kurtosis``, ``kurtosis_se``. The standard
        errors are those of type 2. NaN where an item is constant or has too few answers.
    """
    values = to_matrix(items)
    rows = []
    for j in range(values.shape[1]):
        x = values[~np.isnan(values[:, j]), j]
        n = len(x)
        se_skew = se_kurt = float("nan")
        if n > 3:
            se_skew = float(np.sqrt(6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0))))
            se_kurt = float(2.0 * se_skew * np.sqrt((n**2 - 1.0) / ((n - 3.0) * (n + 5.0))))
        rows.append((n, skewness(x, kind), se_skew, kurtosis(x, kind), se_kurt))
    return pd.DataFrame(
        rows,
        columns=["n", "skew", "skew_se", "kurtosis", "kurtosis_se"],
        index=pd.Index(items.columns, name="item"),
    )


@dataclass(frozen=True, eq=False)
class Mardia(Result):
    """Mardia's multivariate skewness and kurtosis.

    Attributes:
        n, n_items: complete rows, items.
        skewness: b1p. skewness_chi2 = n b1p / 6, skewness_df, skewness_p.
        skewness_chi2_small, skewness_p_small: with Mardia's (1974) correction for small samples.
        kurtosis: b2p (p(p + 2) under normality). kurtosis_z, kurtosis_p (two-sided).
    """

    n: int
    n_items: int
    skewness: float
    skewness_chi2: float
    skewness_df: float
    skewness_p: float
    skewness_chi2_small: float
    skewness_p_small: float
    kurtosis: float
    kurtosis_z: float
    kurtosis_p: float


def mardia(items: pd.DataFrame, *, unbiased: bool = False) -> Mardia:
    """Mardia's (1970) tests of multivariate normality, complete rows only.

    b1p = n^-2 sum_ij (g_ij)^3 and b2p = n^-1 sum_i (g_ii)^2, g = Z S^-1 Z'.

    Args:
        items: (n, p) answers; rows with a missing answer are left out (listwise).
        unbiased: S with divisor n - 1, as R's psych has it; Mardia's own S has divisor n.

    Raises:
        CannotCompute: fewer complete rows than items + 1, constant or collinear items.

    Source: Mardia, K. V. (1970), Biometrika 57, 519-530; (1974), Sankhya B 36, 115-128.
    """
    values = complete_rows(to_matrix(items))
    n, p = values.shape
    if n <= p:
        raise CannotCompute("few_complete_rows_for_items", n=n, items=p, least=p + 1)
    check_varies(values, list(items.columns))
    z = values - values.mean(axis=0)
    cov = z.T @ z / (n - 1.0 if unbiased else float(n))
    sd = np.sqrt(np.diag(cov))
    if np.linalg.eigvalsh(cov / np.outer(sd, sd))[0] <= 1e-10:
        raise CannotCompute("collinear_items")
    white = np.linalg.solve(np.linalg.cholesky(cov), z.T).T
    b1p = 0.0
    for start in range(0, n, 1000):  # n x n at once would not fit for large n
        g = white[start : start + 1000] @ white.T
        b1p += float((g * g * g).sum())
    b1p /= float(n) ** 2
    b2p = float(((white**2).sum(axis=1) ** 2).mean())
    df = p * (p + 1.0) * (p + 2.0) / 6.0
    bottom = n * ((n + 1.0) * (p + 1.0) - 6.0)
    k = (p + 1.0) * (n + 1.0) * (n + 3.0) / bottom if bottom > 0 else float("nan")
    chi2 = n * b1p / 6.0
    z_kurt = float((b2p - p * (p + 2.0)) * np.sqrt(n / (8.0 * p * (p + 2.0))))
    return Mardia(
        n=n,
        n_items=p,
        skewness=b1p,
        skewness_chi2=chi2,
        skewness_df=df,
        skewness_p=float(_dist.chi2.sf(chi2, df)),
        skewness_chi2_small=k * chi2,
        skewness_p_small=float(_dist.chi2.sf(k * chi2, df)),
        kurtosis=b2p,
        kurtosis_z=z_kurt,
        kurtosis_p=float(2.0 * _dist.norm.sf(abs(z_kurt))),
    )


# ------------------------------------------------------------------------------ sample and quotas


@dataclass(frozen=True, eq=False)
class ProfileTest(Result):
    """Sample profile against quotas.

    Attributes:
        table: index category; ``n``, ``share``, ``quota`` (0-1), ``expected`` (rows),
            ``residual`` (adjusted standardized; beyond +-2 stands out).
        chi2, df, p: Pearson goodness of fit.
        cohens_w: effect size sqrt(chi2 / n).
        min_expected: smallest expected count; below 5 the p-value is rough.
        n: rows counted.
    """

    table: pd.DataFrame
    chi2: float
    df: int
    p: float
    cohens_w: float
    min_expected: float
    n: int


def profile_against_quotas(values: pd.Series, quotas: Mapping[Any, float]) -> ProfileTest:
    """Pearson chi-square of category counts against quotas.

    Args:
        values: category by respondent; missing ones are not counted.
        quotas: category -> planned share or weight (scaled to sum to one), all positive.

    Raises:
        CannotCompute: fewer than two quotas, one that is not positive, a category without quota,
            no rows.
    """
    if len(quotas) < 2:
        raise CannotCompute("few_quotas")
    if any(not np.isfinite(q) or q <= 0 for q in quotas.values()):
        raise CannotCompute("quota_not_positive")
    present = values.dropna()
    extra = [v for v in present.unique() if v not in quotas]
    if extra:
        raise CannotCompute("no_quota", category=str(extra[0]))
    n = len(present)
    if n == 0:
        raise CannotCompute("no_category")
    share = np.array(list(quotas.values()), dtype=np.float64)
    share /= share.sum()
    counts = present.value_counts()
    observed = np.array([float(counts.get(k, 0)) for k in quotas])
    expected = n * share
    chi2 = float(((observed - expected) ** 2 / expected).sum())
    df = len(share) - 1
    table = pd.DataFrame(
        {
            "n": observed.astype(np.int64),
            "share": observed / n,
            "quota": share,
            "expected": expected,
            "residual": (observed - expected) / np.sqrt(expected * (1.0 - share)),
        },
        index=pd.Index(list(quotas), name="category"),
    )
    return ProfileTest(
        table,
        chi2,
        df,
        float(_dist.chi2.sf(chi2, df)),
        float(np.sqrt(chi2 / n)),
        float(expected.min()),
        n,
    )
