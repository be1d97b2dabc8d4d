"""Construct validity: Fornell-Larcker, HTMT and HTMT2 with bootstrap intervals, single factor.

Constructs are given as a mapping of construct name to its items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats as _dist

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    IntArray,
    Missing,
    Result,
    check_correlation,
    check_level,
    complete_rows,
    correlation,
    to_matrix,
)
from loyalty.stats.efa import _one_factor_communalities
from loyalty.stats.reliability import average_variance_extracted


@dataclass(frozen=True, eq=False)
class FornellLarcker(Result):
    """Fornell-Larcker criterion.

    Attributes:
        matrix: construct correlations below and above, square roots of AVE on the diagonal.
        ave: by construct, 0-1.
        max_correlation: by construct, its largest absolute correlation with another.
        passes: by construct, sqrt(AVE) > that.
        violations: pairs whose absolute correlation reaches the smaller sqrt(AVE).
    """

    matrix: pd.DataFrame
    ave: pd.Series
    max_correlation: pd.Series
    passes: pd.Series
    violations: tuple[tuple[str, str], ...]


def fornell_larcker(
    loadings: Mapping[str, Sequence[float]], correlations: pd.DataFrame
) -> FornellLarcker:
    """Compare the square root of each construct's AVE with its correlations.

    Args:
        loadings: construct -> standardized loadings.
        correlations: (c, c) construct correlations (latent ones from a CFA, as Fornell & Larcker
            mean them; those of scale scores are attenuated and make the test too lenient).

    Raises:
        CannotCompute: a construct without correlations, a loading beyond 1.

    Source: Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
    """
    names = list(loadings)
    if len(names) < 2:
        raise CannotCompute("the Fornell-Larcker criterion needs 2 constructs")
    absent = [c for c in names if c not in correlations.index or c not in correlations.columns]
    if absent:
        raise CannotCompute(f"there is no correlation for construct {absent[0]}")
    r = check_correlation(correlations.loc[names, names])
    ave = np.array([average_variance_extracted(list(loadings[c])) for c in names])
    root = np.sqrt(ave)
    off = np.abs(r)
    np.fill_diagonal(off, 0.0)
    largest = off.max(axis=1)
    matrix = r.copy()
    np.fill_diagonal(matrix, root)
    bad = tuple(
        (str(names[i]), str(names[j]))
        for i in range(len(names))
        for j in range(i)
        if off[i, j] >= min(root[i], root[j])
    )
    index = pd.Index(names, name="construct")
    return FornellLarcker(
        pd.DataFrame(matrix, index=index, columns=names),
        pd.Series(ave, index=index, name="ave"),
        pd.Series(largest, index=index, name="max_correlation"),
        pd.Series(root > largest, index=index, name="passes"),
        bad,
    )


# -------------------------------------------------------------------------------------------- HTMT

Kind = Literal["htmt", "htmt2"]


@dataclass(frozen=True, eq=False)
class HTMT(Result):
    """Heterotrait-monotrait ratios of correlations.

    Attributes:
        matrix: (c, c), symmetric, diagonal 1; NaN for pairs with a construct of one item.
        pairs: one row a pair (lower triangle): ``construct_a``, ``construct_b``, ``htmt``,
            ``ci_lower``, ``ci_upper`` (two-sided percentile limits at ``level``) and
            ``upper_one_sided`` (one-sided limit at ``level``, the one to compare with a cut-off),
            ``draws`` (usable bootstrap draws). The last four are NaN and 0 without a bootstrap.
        kind: htmt (arithmetic means) or htmt2 (geometric means).
        absolute: whether absolute item correlations were used.
        n: rows used (complete rows, or all if pairwise).
        draws, seed, level: of the bootstrap (0 draws: none was made).
        not_computed: construct -> why it has no ratio.
    """

    matrix: pd.DataFrame
    pairs: pd.DataFrame
    kind: str
    absolute: bool
    n: int
    draws: int
    seed: int | None
    level: float
    not_computed: dict[str, str]


def _design(
    constructs: Mapping[str, Sequence[str]], single_items: str
) -> tuple[list[str], list[str], list[IntArray], dict[str, str]]:
    names = list(constructs)
    items: list[str] = []
    reasons: dict[str, str] = {}
    positions: list[IntArray] = []
    for name in names:
        own = list(constructs[name])
        if not own:
            raise CannotCompute(f"construct {name} has no items")
        taken = [c for c in own if c in items]
        if taken or len(set(own)) < len(own):
            raise CannotCompute(f"item {taken[0] if taken else own[0]} belongs twice to constructs")
        if len(own) == 1 and single_items == "exclude":
            reasons[name] = f"{name} has only 1 item: HTMT needs 2"
        positions.append(np.arange(len(items), len(items) + len(own), dtype=np.int64))
        items += own
    if len(names) < 2:
        raise CannotCompute("HTMT needs 2 constructs")
    if len(names) - len(reasons) < 2:
        raise CannotCompute("HTMT needs 2 constructs with 2 or more items")
    return names, items, positions, reasons


def _ratios(
    r: FloatArray, positions: list[IntArray], kind: str, absolute: bool, single_items: str
) -> FloatArray:
    """HTMT matrices (b, c, c) of a stack of correlation matrices (b, p, p)."""
    p = r.shape[-1]
    c = len(positions)
    member = np.zeros((c, p))
    for i, at in enumerate(positions):
        member[i, at] = 1.0
    size = member.sum(axis=1)
    if kind == "htmt":
        x = np.abs(r) if absolute else r.copy()
    else:
        if not absolute:
            # A geometric mean needs positive correlations: others give NaN, not a guess.
            r = np.where(r > 0, r, np.nan)
        with np.errstate(divide="ignore"):
            x = np.log(np.abs(r))
    index = np.arange(p)
    x[:, index, index] = 0.0
    # A correlation that is not defined spoils its own pair of constructs only, and one of exactly
    # zero makes a geometric mean zero: neither may enter the products below as NaN or infinity.
    undefined, zero = np.isnan(x), np.isneginf(x)
    spoilt = undefined.any() or zero.any()
    total = member @ (np.where(undefined | zero, 0.0, x) if spoilt else x) @ member.T
    if spoilt:
        total = np.where(member @ zero @ member.T > 0, -np.inf, total)
        total = np.where(member @ undefined @ member.T > 0, np.nan, total)
    count = np.outer(size, size)
    own = np.arange(c)
    count[own, own] = size * (size - 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        if kind == "htmt2":
            mean = np.exp(mean)
        mono = mean[:, own, own]
        if single_items == "perfect":
            mono[:, size == 1] = 1.0
        mono = np.where(mono > 0, mono, np.nan)
        ratio: FloatArray = mean / np.sqrt(mono[:, :, None] * mono[:, None, :])
    ratio[:, own, own] = np.where(np.isnan(mono), np.nan, 1.0)
    return ratio


def _bootstrap_correlations(
    values: FloatArray, draws: int, rng: np.random.Generator, chunk: int
) -> Iterator[FloatArray]:
    """Yield correlation matrices of bootstrap samples of rows, in chunks (b, p, p).

    A draw is a vector of multinomial counts w; all moments of all draws are products of the counts
    with products of columns, so no sample is ever laid out. Missing values enter pairwise.
    """
    n, p = values.shape
    present = ~np.isnan(values)
    full = bool(present.all())
    centre = np.nanmean(values, axis=0)
    spread = np.nanstd(values, axis=0)
    z = np.where(present, (values - centre) / spread, 0.0)
    i, j = np.triu_indices(p)
    products = z[:, i] * z[:, j]
    m = present.astype(np.float64)
    for start in range(0, draws, chunk):
        b = min(chunk, draws - start)
        picks = rng.integers(0, n, size=(b, n))
        weights = np.empty((b, n))
        for d in range(b):
            weights[d] = np.bincount(picks[d], minlength=n)
        cross = np.empty((b, p, p))
        cross[:, i, j] = cross[:, j, i] = weights @ products
        if full:
            mean = (weights @ z) / n
            cov = cross / n - mean[:, :, None] * mean[:, None, :]
            sd = np.sqrt(np.maximum(np.diagonal(cov, axis1=1, axis2=2), 0.0))
            bottom = sd[:, :, None] * sd[:, None, :]
        else:
            k = (weights @ (m[:, i] * m[:, j])).astype(np.float64)
            count = np.empty((b, p, p))
            count[:, i, j] = count[:, j, i] = k
            pairs = (m[:, :, None] * z[:, None, :]).reshape(n, p * p)
            first = (weights @ pairs).reshape(b, p, p)  # sum of z_j where i is there
            pairs = (m[:, :, None] * (z**2)[:, None, :]).reshape(n, p * p)
            second = (weights @ pairs).reshape(b, p, p)
            with np.errstate(invalid="ignore", divide="ignore"):
                mean = first / count
                var = np.maximum(second / count - mean**2, 0.0)
                cov = cross / count - mean * mean.transpose(0, 2, 1)
                bottom = np.sqrt(var * var.transpose(0, 2, 1))
        with np.errstate(invalid="ignore", divide="ignore"):
            corr = np.where(bottom > 1e-12, cov / bottom, np.nan)
        index = np.arange(p)
        corr[:, index, index] = np.where(np.isnan(corr[:, index, index]), np.nan, 1.0)
        yield corr


def htmt(
    items: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    kind: Kind = "htmt",
    absolute: bool = True,
    single_items: Literal["exclude", "perfect"] = "exclude",
    missing: Missing = "listwise",
    draws: int = 0,
    seed: int | None = None,
    level: float = 0.95,
) -> HTMT:
    """Heterotrait-monotrait ratio of all pairs of constructs, with percentile intervals.

    HTMT_ij = mean of the correlations between items of i and of j, over the geometric mean of the
    mean correlations within i and within j. HTMT2 takes geometric means throughout and so does
    not assume equal loadings.

    By default the *absolute* item correlations enter, as in semTools: signed
    correlations of items that point in different directions cancel and make constructs look
    distinct that are not. Recode reverse-worded items all the same. With
    ``absolute=False`` the ratio is signed, and HTMT2 is NaN where a correlation is not positive.

    Args:
        items: (n, p) answers.
        constructs: construct -> its items.
        kind: ``"htmt"`` (Henseler, Ringle & Sarstedt 2015, JAMS 43, 115-135) or ``"htmt2"``
            (Roemer, Schuberth & Henseler 2021, IMDS 121, 2637-2650).
        single_items: ``"exclude"``: a construct of one item has no ratio; ``"perfect"``: its one
            item counts as free of error, as PLS programs have it.
        missing: of the correlations, in the sample and in each draw.
        draws: bootstrap samples of rows (0: no intervals). seed: of the draws, needed with them.
        level: of the intervals.

    Raises:
        CannotCompute: fewer than two constructs with two items, a constant item, too few rows.
    """
    check_level(level)
    if kind not in ("htmt", "htmt2"):
        raise CannotCompute(f"kind {kind!r} is neither htmt nor htmt2")
    if single_items not in ("exclude", "perfect"):
        raise CannotCompute(f"single_items {single_items!r} is neither exclude nor perfect")
    names, columns, positions, reasons = _design(constructs, single_items)
    absent = [c for c in columns if c not in items.columns]
    if absent:
        raise CannotCompute(f"there is no item {absent[0]}")
    frame = items[columns]
    r, _ = correlation(frame, missing)
    point = _ratios(r[None], positions, kind, absolute, single_items)[0]
    values = to_matrix(frame)
    if missing == "listwise":
        values = complete_rows(values)
    else:
        values = values[~np.isnan(values).all(axis=1)]
    n = len(values)
    rows, cols = np.tril_indices(len(names), k=-1)
    low = high = one = np.full(len(rows), np.nan)
    usable = np.zeros(len(rows), dtype=np.int64)
    if draws > 0:
        if seed is None:
            raise CannotCompute("a bootstrap needs a seed")
        # Chunks of fixed size: the same draws whatever the memory or the number of processes.
        parts = [
            _ratios(corr, positions, kind, absolute, single_items)[:, rows, cols]
            for corr in _bootstrap_correlations(values, draws, np.random.default_rng(seed), 100)
        ]
        sample = np.concatenate(parts)
        usable = np.isfinite(sample).sum(axis=0)
        low, high, one = (np.full(len(rows), np.nan) for _ in range(3))
        tail = (1.0 - level) / 2.0
        for k in np.flatnonzero(usable):
            good = sample[np.isfinite(sample[:, k]), k]
            low[k], high[k], one[k] = np.quantile(good, [tail, 1.0 - tail, level])
    pairs = pd.DataFrame(
        {
            "construct_a": [names[i] for i in cols],
            "construct_b": [names[i] for i in rows],
            "htmt": point[rows, cols],
            "ci_lower": low,
            "ci_upper": high,
            "upper_one_sided": one,
            "draws": usable,
        }
    )
    return HTMT(
        matrix=pd.DataFrame(point, index=pd.Index(names, name="construct"), columns=names),
        pairs=pairs,
        kind=kind,
        absolute=absolute,
        n=n,
        draws=draws,
        seed=seed,
        level=level,
        not_computed=reasons,
    )


# ---------------------------------------------------------------------------------- single factor


@dataclass(frozen=True, eq=False)
class SingleFactor(Result):
    """Harman's single-factor test: shares of total item variance, 0-1.

    Attributes:
        component_share: of the first principal component.
        factor_share: of one common factor (minres).
        n_items, n: items, rows (mean number of a pair if pairwise).
    """

    component_share: float
    factor_share: float
    n_items: int
    n: int


def harman_single_factor(items: pd.DataFrame, *, missing: Missing = "listwise") -> SingleFactor:
    """Share of variance that one unrotated component or factor takes.

    A weak test: it flags common-method variance only when that dominates, and one strong
    substantive factor also makes it high (Podsakoff et al. 2003, J. Applied Psychology
    88, 879-903).

    Raises:
        CannotCompute: fewer than 3 items, a constant item, too few rows.
    """
    p = items.shape[1]
    if p < 3:
        raise CannotCompute(f"only {p} item{'s' if p != 1 else ''}: the single-factor test needs 3")
    r, counts = correlation(items, missing)
    component = float(np.linalg.eigvalsh(r)[-1]) / p
    factor = float(_one_factor_communalities(r[None])[0].sum()) / p
    n = round(float(counts[np.triu_indices(p, 1)].mean()))
    return SingleFactor(component, factor, p, n)


@dataclass(frozen=True, eq=False)
class MarkerAdjustment(Result):
    """Correlations with a marker variable's share of method variance taken out.

    Attributes:
        adjusted: (c, c) correlations of the constructs without the marker.
        p: two-sided p-values of the adjusted correlations (NaN on the diagonal).
        marker_correlation: the correlation taken as method variance.
        largest_change: the largest absolute difference to the unadjusted correlations.
        n: rows behind the correlations.
    """

    adjusted: pd.DataFrame
    p: pd.DataFrame
    marker_correlation: float
    largest_change: float
    n: int


def marker_adjustment(
    correlations: pd.DataFrame, marker: str, n: int, *, rank: int = 1
) -> MarkerAdjustment:
    """Partial a marker's smallest correlation out of all others (Lindell & Whitney 2001).

    r_adj = (r - r_m) / (1 - r_m), t = r_adj / sqrt((1 - r_adj^2) / (n - 3)); r_m is the
    ``rank``-th smallest positive correlation of the marker with a construct (their second smallest
    is the more cautious choice), zero if none is positive.

    Args:
        correlations: of constructs and marker. marker: its name, theoretically unrelated.
        n: rows behind them.

    Raises:
        CannotCompute: no such marker, fewer than two other constructs, too few rows.

    Source: Lindell & Whitney (2001), Journal of Applied Psychology 86, 114-121.
    """
    if marker not in correlations.columns:
        raise CannotCompute(f"there is no variable {marker}")
    r = check_correlation(correlations)
    at = list(correlations.columns).index(marker)
    others = [j for j in range(len(r)) if j != at]
    if len(others) < 2:
        raise CannotCompute("the marker adjustment needs 2 constructs beside the marker")
    if n < 4:
        raise CannotCompute(f"only {n} rows: the marker adjustment needs 4")
    positive = np.sort(r[at, others][r[at, others] > 0])
    method = float(positive[min(rank, len(positive)) - 1]) if len(positive) else 0.0
    plain_r = r[np.ix_(others, others)]
    adjusted = (plain_r - method) / (1.0 - method)
    np.fill_diagonal(adjusted, 1.0)
    off = ~np.eye(len(others), dtype=bool)
    inside = np.where(off, np.clip(adjusted, -1.0, 1.0), 0.0)
    t = inside * np.sqrt((n - 3.0) / np.maximum(1.0 - inside**2, 1e-300))
    p = np.where(off, 2.0 * _dist.t.sf(np.abs(t), n - 3.0), np.nan)
    names = [correlations.columns[j] for j in others]
    return MarkerAdjustment(
        pd.DataFrame(adjusted, index=names, columns=names),
        pd.DataFrame(p, index=names, columns=names),
        method,
        float(np.abs(adjusted - plain_r).max()),
        int(n),
    )
