"""Construct validity: Fornell-Larcker, HTMT and HTMT2, misspecification, dynamic cut-offs, method.

Constructs are given as a mapping of construct name to its items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    correlation,
    normal_quantile,
    to_matrix,
)
from loyalty.stats.efa import _one_factor_communalities
from loyalty.stats.reliability import average_variance_extracted
from loyalty.stats.resampling import expanded, moments, weighted_moments
from loyalty.stats.weighted import Design


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
        CannotCompute: one construct, a loading beyond 1. ValueError: a construct without
            correlations.

    Source: Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
    """
    names = list(loadings)
    if len(names) < 2:
        raise CannotCompute("one_construct_for_fornell_larcker")
    absent = [c for c in names if c not in correlations.index or c not in correlations.columns]
    if absent:
        raise ValueError(f"there is no correlation for construct {absent[0]}")
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
        negative: how many of the item correlations that enter are negative.
        correlations: how many enter (each pair of items of the constructs that have a ratio).
        n: rows used (complete rows, or all if pairwise).
        draws, seed, level: of the bootstrap (0 draws: none was made).
        not_computed: constructs of one item, which have no ratio.
        clusters: how many were drawn whole; None where single rows were.
    """

    matrix: pd.DataFrame
    pairs: pd.DataFrame
    kind: str
    absolute: bool
    negative: int
    correlations: int
    n: int
    draws: int
    seed: int | None
    level: float
    not_computed: tuple[str, ...]
    clusters: int | None = None


def _design(
    constructs: Mapping[str, Sequence[str]], single_items: str
) -> tuple[list[str], list[str], list[IntArray], tuple[str, ...]]:
    names = list(constructs)
    items: list[str] = []
    single: list[str] = []
    positions: list[IntArray] = []
    for name in names:
        own = list(constructs[name])
        if not own:
            raise ValueError(f"construct {name} has no items")
        taken = [c for c in own if c in items]
        if taken or len(set(own)) < len(own):
            raise ValueError(f"item {taken[0] if taken else own[0]} belongs twice to constructs")
        if len(own) == 1 and single_items == "exclude":
            single.append(name)
        positions.append(np.arange(len(items), len(items) + len(own), dtype=np.int64))
        items += own
    if len(names) < 2:
        raise CannotCompute("one_construct_for_htmt")
    if len(names) - len(single) < 2:
        raise CannotCompute("few_scales_for_htmt")
    return names, items, positions, tuple(single)


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
    design: Design | None = None,
) -> HTMT:
    """Heterotrait-monotrait ratio of all pairs of constructs, with percentile intervals.

    HTMT_ij = mean of the correlations between items of i and of j, over the geometric mean of the
    mean correlations within i and within j. HTMT2 takes geometric means throughout and so does
    not assume equal loadings.

    By default the *absolute* item correlations enter, as in semTools: signed
    correlations of items that point in different directions cancel and make constructs look
    distinct that are not. Recode reverse-worded items all the same. With
    ``absolute=False`` the ratio is signed, and HTMT2 is NaN where a correlation is not positive.
    ``negative`` says how many correlations the choice is about.

    Args:
        items: (n, p) answers.
        constructs: construct -> its items.
        kind: ``"htmt"`` (Henseler, Ringle & Sarstedt 2015, JAMS 43, 115-135) or ``"htmt2"``
            (Roemer, Schuberth & Henseler 2021, IMDS 121, 2637-2650).
        single_items: ``"exclude"``: a construct of one item has no ratio; ``"perfect"``: its one
            item counts as free of error, as PLS programs have it.
        missing: of the correlations, in the sample and in each draw.
        draws: bootstrap samples of rows (0: no intervals). seed: of the draws, needed with them.
        level: of the intervals; of few clusters they are expanded.
        design: weights of the rows, and clusters of them that are drawn whole.

    Raises:
        CannotCompute: fewer than two constructs with two items, a constant item, too few rows.
        ValueError: no such item, an item in two constructs, draws without a seed.
    """
    return htmt_kinds(
        items,
        constructs,
        kinds=(kind,),
        absolute=absolute,
        single_items=single_items,
        missing=missing,
        draws=draws,
        seed=seed,
        level=level,
        design=design,
    )[0]


def htmt_kinds(
    items: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    kinds: Sequence[Kind] = ("htmt", "htmt2"),
    absolute: bool = True,
    single_items: Literal["exclude", "perfect"] = "exclude",
    missing: Missing = "listwise",
    draws: int = 0,
    seed: int | None = None,
    level: float = 0.95,
    design: Design | None = None,
) -> tuple[HTMT, ...]:
    """:func:`htmt` of several kinds from the same bootstrap samples, one result a kind.

    Raises:
        CannotCompute: as :func:`htmt`.
    """
    check_level(level)
    for kind in kinds:
        if kind not in ("htmt", "htmt2"):
            raise ValueError(f"kind {kind!r} is neither htmt nor htmt2")
    if single_items not in ("exclude", "perfect"):
        raise ValueError(f"single_items {single_items!r} is neither exclude nor perfect")
    names, columns, positions, single = _design(constructs, single_items)
    absent = [c for c in columns if c not in items.columns]
    if absent:
        raise ValueError(f"there is no item {absent[0]}")
    frame = items[columns]
    frame = frame.dropna(how="any" if missing == "listwise" else "all")
    values, r = to_matrix(frame), _correlations(frame, missing, design)
    weights = None if design is None else design.of(frame.index)
    clusters = None if design is None else design.clusters(frame.index)
    count = None if clusters is None else int(clusters.max()) + 1
    rows, cols = np.tril_indices(len(names), k=-1)
    samples: list[FloatArray] = []
    if draws > 0:
        if seed is None:
            raise ValueError("a bootstrap needs a seed")
        parts: list[list[FloatArray]] = [[] for _ in kinds]
        for _, corr in moments(values, draws, seed, weights, clusters):
            for part, kind in zip(parts, kinds, strict=True):
                part.append(_ratios(corr, positions, kind, absolute, single_items)[:, rows, cols])
        samples = [np.concatenate(part) for part in parts]
    used = np.concatenate(
        [at for name, at in zip(names, positions, strict=True) if name not in single]
    )
    entering = r[np.ix_(used, used)][np.tril_indices(len(used), k=-1)]
    out = []
    for number, kind in enumerate(kinds):
        point = _ratios(r[None], positions, kind, absolute, single_items)[0]
        low, high, one = (np.full(len(rows), np.nan) for _ in range(3))
        usable = np.zeros(len(rows), dtype=np.int64)
        if samples:
            sample = samples[number]
            usable = np.isfinite(sample).sum(axis=0)
            tail, side = (1.0 - expanded(count, level)) / 2.0, expanded(count, 2 * level - 1)
            ends = [tail, 1.0 - tail, 0.5 + side / 2.0]
            for k in np.flatnonzero(usable):
                good = sample[np.isfinite(sample[:, k]), k]
                low[k], high[k], one[k] = np.quantile(good, ends)
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
        out.append(
            HTMT(
                matrix=pd.DataFrame(point, index=pd.Index(names, name="construct"), columns=names),
                pairs=pairs,
                kind=kind,
                absolute=absolute,
                negative=int((entering < 0).sum()),
                correlations=len(entering),
                n=len(values),
                draws=draws,
                seed=seed,
                level=level,
                not_computed=single,
                clusters=count,
            )
        )
    return tuple(out)


def _correlations(frame: pd.DataFrame, missing: Missing, design: Design | None) -> FloatArray:
    """Correlations of the items, of respondents who count by their weights where they have any."""
    r, _ = correlation(frame, missing)
    weights = np.ones(len(frame)) if design is None else design.of(frame.index)
    if not np.ptp(weights):
        return r
    _, (corr,) = weighted_moments(to_matrix(frame), weights[None] / weights.mean())
    return np.asarray(corr, dtype=np.float64)


# ------------------------------------------------------------------------------------- convergent


def proportion_limits(value: float, se: float, level: float = 0.95) -> tuple[float, float]:
    """Limits of a coefficient between 0 and 1 from its standard error, on the logit scale.

    ``logit(v) -+ z se / (v (1 - v))``, turned back: limits inside 0 to 1, as a reliability or an
    average variance extracted must lie. NaN where the value is not inside or has no standard error.

    Source: Kelley & Pornprasertmanit (2016), Psychological Methods 21, 69-92.
    """
    if not (0.0 < value < 1.0 and np.isfinite(se)):
        return float("nan"), float("nan")
    middle = np.log(value / (1.0 - value))
    half = normal_quantile(level) * se / (value * (1.0 - value))
    low, high = (1.0 / (1.0 + np.exp(-(middle + side * half))) for side in (-1.0, 1.0))
    return float(low), float(high)


# ---------------------------------------------------------------------------------- local misfit

Misfit = Literal["misspecified", "not misspecified", "open"]


def misspecifications(
    mi: Sequence[float],
    epc: Sequence[float],
    delta: Sequence[float],
    *,
    alpha: float = 0.05,
    high_power: float = 0.75,
) -> pd.DataFrame:
    """Whether fixed parameters are misspecified by at least `delta`, from test and power.

    The modification index tests a fixed parameter; its power against a misspecification of
    `delta` follows from the noncentrality ``MI (delta / EPC)^2``. Significant with low power:
    misspecified. Significant with high power: misspecified if ``|EPC| >= delta``. Not significant
    with high power: not misspecified. Neither: open.

    Args:
        mi, epc, delta: modification index, expected change, smallest change that matters (in the
            metric of the expected change), one of each a parameter.
        alpha: of the test. high_power: from where on the power is high.

    Returns:
        ``ncp, power, verdict`` (:data:`Misfit`), one row a parameter.

    Source: Saris, Satorra & van der Veld (2009), Structural Equation Modeling 16, 561-582.
    """
    index, change = np.asarray(mi, dtype=float), np.abs(np.asarray(epc, dtype=float))
    least = np.asarray(delta, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        ncp = index * (least / change) ** 2
    critical = float(_dist.chi2.isf(alpha, 1))
    power = _dist.ncx2.sf(critical, 1, np.minimum(ncp, 1e4))
    significant, high = index > critical, power > high_power
    verdicts: list[Misfit] = []
    for s, h, large in zip(significant, high, change >= least, strict=True):
        if s:
            verdicts.append("misspecified" if large or not h else "not misspecified")
        else:
            verdicts.append("not misspecified" if h else "open")
    return pd.DataFrame({"ncp": ncp, "power": power, "verdict": verdicts})


# ------------------------------------------------------------------------------- dynamic cut-offs


@dataclass(frozen=True)
class CrossLoading:
    """A loading that a model leaves out: of `item`, which belongs to `own`, on `other`."""

    item: str
    own: str
    other: str
    size: float


def omitted_loadings(
    loadings: Mapping[str, Mapping[str, float]], correlations: pd.DataFrame
) -> tuple[CrossLoading, ...]:
    """Cross-loadings whose omission is the hypothesised misspecification, mildest level first.

    One for each factor but one: the weakest item of the factors with the weakest of these, factors
    of more than two items before those of two. It loads also on that factor, of those whose pair
    with its own is still unused, which is measured best (coefficient H), as strongly as on its own,
    but no more than ``.95 (sqrt(l^2 r^2 + 1 - l^2) - |l r|)``, which leaves its residual variance
    positive.

    Args:
        loadings: factor -> item -> standardized loading.
        correlations: (c, c) of the factors.

    Raises:
        CannotCompute: fewer than two factors; loadings or correlations that no population has.

    Source: McNeish & Wolf (2023), Psychological Methods 28, 61-88, after Hu & Bentler (1999).
    """
    names = list(loadings)
    if len(names) < 2:
        raise CannotCompute("one_construct_for_cutoffs")
    r = check_correlation(correlations.loc[names, names])
    if float(np.linalg.eigvalsh(r)[0]) <= 1e-8:
        raise CannotCompute("no_population_of_correlations")
    if any(abs(v) >= 1 for own in loadings.values() for v in own.values()):
        raise CannotCompute("no_population_of_loadings")
    phi = {(a, b): float(r[i, j]) for i, a in enumerate(names) for j, b in enumerate(names)}
    quality = {c: sum(v**2 / (1 - v**2) for v in loadings[c].values()) for c in names}
    weakest = {c: min(loadings[c], key=lambda i, c=c: abs(loadings[c][i])) for c in names}  # type: ignore[misc]
    few = {c: len(loadings[c]) <= 2 for c in names}

    def strength(c: str) -> float:
        return abs(loadings[c][weakest[c]])

    chosen = sorted(names, key=lambda c: (few[c], strength(c)))[: len(names) - 1]
    used: set[frozenset[str]] = set()
    found: dict[str, CrossLoading] = {}
    for own in sorted(chosen, key=strength):
        others = [c for c in names if c != own and frozenset((own, c)) not in used]
        if not others:
            continue
        # Coefficient H is s / (1 + s), so the largest s has the largest H.
        other = max(others, key=lambda c: quality[c])
        used.add(frozenset((own, other)))
        size, link = strength(own), abs(phi[own, other])
        room = 0.95 * (np.sqrt(size**2 * link**2 + 1 - size**2) - size * link)
        found[own] = CrossLoading(weakest[own], own, other, float(min(size, room)))
    return tuple(found[c] for c in chosen if c in found)


def populations(
    loadings: Mapping[str, Mapping[str, float]],
    correlations: pd.DataFrame,
    omitted: Sequence[CrossLoading],
) -> list[pd.DataFrame]:
    """Correlation matrices of the items: as the model has them, then with ever more of `omitted`.

    Returns:
        ``len(omitted) + 1`` matrices (p, p); number k holds the first k cross-loadings.
    """
    names = list(loadings)
    items = [i for own in loadings.values() for i in own]
    pattern = pd.DataFrame(0.0, index=items, columns=names)
    for c, own in loadings.items():
        for item, value in own.items():
            pattern.loc[item, c] = value
    phi = correlations.loc[names, names].to_numpy(float)
    out = []
    for level in range(len(omitted) + 1):
        if level:
            new = omitted[level - 1]
            pattern.loc[new.item, new.other] = new.size
        sigma = pattern.to_numpy() @ phi @ pattern.to_numpy().T
        np.fill_diagonal(sigma, 1.0)
        out.append(pd.DataFrame(sigma, index=items, columns=items))
    return out


def dynamic_cutoffs(
    draws: Sequence[pd.DataFrame], good: Mapping[str, str], errors: Sequence[float] = (0.05, 0.10)
) -> pd.DataFrame:
    """Cut-offs that tell a model with omitted loadings from the correct one, by level.

    At level k the cut-off is the quantile beyond which a share of `errors` of the misspecified
    models lies on the good side, given that no more of the correct ones lie on its bad side; the
    first of `errors` for which that holds, else there is none. At level 0 it is the quantile that
    the share ``1 - errors[0]`` of correct models reach.

    Args:
        draws: of each level (0 the correct model), one row a replication, one column an index.
        good: index -> its good side, ``"above"`` or ``"below"``.
        errors: error rates to try in turn.

    Returns:
        ``level, index, cut, error`` (NaN where no cut-off tells the two apart), and of the draws
        ``median, low, high`` (5th and 95th percentile).

    Source: McNeish & Wolf (2023), Psychological Methods 28, 61-88.
    """
    records = []
    for level, frame in enumerate(draws):
        for index, side in good.items():
            sign = 1.0 if side == "above" else -1.0
            values, true = sign * frame[index], sign * draws[0][index]
            cut = error = float("nan")
            if level == 0:
                cut, error = float(np.quantile(true, errors[0])), errors[0]
            else:
                for rate in errors:
                    miss = float(np.quantile(values, 1 - rate))
                    if float(np.quantile(true, rate)) > miss:
                        cut, error = miss, rate
                        break
            low, median, high = np.quantile(frame[index], [0.05, 0.5, 0.95])
            records.append(
                {
                    "level": level,
                    "index": index,
                    "cut": sign * cut,
                    "error": error,
                    "median": float(median),
                    "low": float(low),
                    "high": float(high),
                }
            )
    return pd.DataFrame(records)


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
        raise CannotCompute("few_items_for_single_factor", n=p)
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
        CannotCompute: fewer than two other constructs, too few rows. ValueError: no such marker.

    Source: Lindell & Whitney (2001), Journal of Applied Psychology 86, 114-121.
    """
    if marker not in correlations.columns:
        raise ValueError(f"there is no variable {marker}")
    r = check_correlation(correlations)
    at = list(correlations.columns).index(marker)
    others = [j for j in range(len(r)) if j != at]
    if len(others) < 2:
        raise CannotCompute("few_constructs_for_marker")
    if n < 4:
        raise CannotCompute("few_rows_for_marker", n=n)
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
