"""Exploratory factor analysis: adequacy, number of factors, extraction and rotation, congruence.

Correlation matrices are (p, p) frames with items in index and columns; loadings are (p, k) frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special
from scipy import stats as _dist
from scipy.optimize import linear_sum_assignment

from loyalty.stats._common import (
    BoolArray,
    CannotCompute,
    FloatArray,
    Missing,
    Result,
    check_correlation,
    check_level,
    check_positive_definite,
    complete_rows,
    correlation,
    to_matrix,
)
from loyalty.stats._factoring import (
    MIN_UNIQUENESS,
    extract,
    factorable,
    rotate,
    rotated,
)
from loyalty.stats.polychoric import coded, polychoric
from loyalty.stats.resampling import all_moments, expanded
from loyalty.stats.weighted import Design

Method = Literal["minres", "ml"]
Rotation = Literal["none", "varimax", "promax", "oblimin"]


def pearson(items: pd.DataFrame, *, missing: Missing = "listwise") -> pd.DataFrame:
    """Pearson correlation matrix of the items as a frame.

    Raises:
        CannotCompute: a constant item, or fewer than two rows for a pair.
    """
    corr, _ = correlation(items, missing)
    return pd.DataFrame(corr, index=items.columns, columns=items.columns)


@dataclass(frozen=True, eq=False)
class KMO(Result):
    """Kaiser-Meyer-Olkin measure of sampling adequacy, 0-1: overall and by item."""

    overall: float
    items: pd.Series


def kmo(corr: pd.DataFrame) -> KMO:
    """Sum of squared correlations over itself plus squared partial correlations.

    Raises:
        CannotCompute: fewer than two items, or a singular correlation matrix.

    Source: Kaiser & Rice (1974), Educational and Psychological Measurement 34, 111-117.
    """
    r = check_correlation(corr)
    if len(r) < 2:
        raise CannotCompute("one_item_for_kmo")
    check_positive_definite(r)
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    partial = inverse / np.outer(scale, scale)
    off = ~np.eye(len(r), dtype=bool)
    r2, q2 = np.where(off, r**2, 0.0), np.where(off, partial**2, 0.0)
    total = r2.sum(axis=0) + q2.sum(axis=0)
    each = np.divide(r2.sum(axis=0), total, out=np.full(len(r), np.nan), where=total > 0)
    if r2.sum() + q2.sum() <= 0:
        raise CannotCompute("no_correlation_for_kmo")
    overall = float(r2.sum() / (r2.sum() + q2.sum()))
    return KMO(overall, pd.Series(each, index=corr.columns, name="kmo"))


@dataclass(frozen=True, eq=False)
class BartlettSphericity(Result):
    """Bartlett's test that all correlations are zero: chi2, df, p (upper tail); n rows."""

    chi2: float
    df: int
    p: float
    n: int


def bartlett_sphericity(corr: pd.DataFrame, n: int) -> BartlettSphericity:
    """chi2 = -(n - 1 - (2p + 5) / 6) ln det R, df = p (p - 1) / 2 (Bartlett 1951).

    Raises:
        CannotCompute: fewer than two items, too few rows, or a singular correlation matrix.
    """
    r = check_correlation(corr)
    p = len(r)
    if p < 2:
        raise CannotCompute("one_item_for_bartlett")
    check_positive_definite(r)
    factor = n - 1.0 - (2.0 * p + 5.0) / 6.0
    if factor <= 0:
        raise CannotCompute("few_rows_for_bartlett", n=n, items=p)
    chi2 = max(float(-factor * np.linalg.slogdet(r)[1]), 0.0)
    df = p * (p - 1) // 2
    return BartlettSphericity(chi2, df, float(_dist.chi2.sf(chi2, df)), int(n))


# ------------------------------------------------------------------------------- number of factors


def _one_factor_communalities(r: FloatArray) -> FloatArray:
    """Communalities of one-factor minres solutions, for a stack of correlation matrices.

    Cyclic least squares on sum_{i<j} (r_ij - l_i l_j)^2 within |l| <= sqrt(.995) (Comrey 1962;
    Harman & Jones 1966): each step is an exact minimum in one loading, so no step goes uphill.

    Args:
        r: (b, p, p). Returns: (b, p).
    """
    b, p, _ = r.shape
    bound = np.sqrt(1.0 - MIN_UNIQUENESS)
    _, vectors = np.linalg.eigh(r)
    lam = vectors[:, :, -1] * np.sqrt(np.linalg.eigvalsh(r)[:, -1])[:, None]
    lam = np.clip(lam, -bound, bound)
    active = np.arange(b)
    for _ in range(2000):
        x = lam[active]
        before = x.copy()
        rs = r[active]
        square = (x**2).sum(axis=1)
        for i in range(p):
            rest = square - x[:, i] ** 2
            numerator = np.einsum("bj,bj->b", rs[:, i, :], x) - x[:, i]
            new = np.clip(numerator / np.maximum(rest, 1e-12), -bound, bound)
            square = rest + new**2
            x[:, i] = new
        lam[active] = x
        moved = np.abs(x - before).max(axis=1)
        active = active[moved > 1e-7]
        if active.size == 0:
            break
    return np.asarray(lam**2, dtype=np.float64)


def _factor_eigenvalues(r: FloatArray, communalities: str) -> FloatArray:
    """Eigenvalues (descending) of correlation matrices with communalities in the diagonal."""
    if communalities == "minres":
        h2 = _one_factor_communalities(r)
    elif communalities == "smc":
        h2 = 1.0 - 1.0 / np.diagonal(np.linalg.inv(r), axis1=-2, axis2=-1)
    else:
        raise ValueError(f"communalities {communalities!r} are neither minres nor smc")
    reduced = r.copy()
    index = np.arange(r.shape[-1])
    reduced[:, index, index] = h2
    return np.asarray(np.linalg.eigvalsh(reduced)[:, ::-1], dtype=np.float64)


def _random_correlations(rng: np.random.Generator, draws: int, n: int, p: int) -> FloatArray:
    """Correlation matrices of n uncorrelated normal rows, drawn as Wishart matrices.

    Bartlett's decomposition: the lower triangle is standard normal, the diagonal chi with
    n - 1, ..., n - p degrees of freedom; exact, and free of n.
    """
    lower = np.tril(rng.standard_normal((draws, p, p)), k=-1)
    index = np.arange(p)
    lower[:, index, index] = np.sqrt(rng.chisquare(n - 1.0 - index, size=(draws, p)))
    cov = lower @ lower.transpose(0, 2, 1)
    sd = np.sqrt(np.diagonal(cov, axis1=1, axis2=2))
    corr: FloatArray = cov / (sd[:, :, None] * sd[:, None, :])
    return corr


#: Terms of the tetrachoric series.
_TERMS = 10


def _independent_polychorics(
    codes: Sequence[FloatArray], n: int, draws: int, rng: np.random.Generator
) -> FloatArray:
    """Polychoric correlation matrices of n rows of independent items with these margins.

    For small correlations a cell's probability is quickest from the tetrachoric series (Pearson
    1900): p_ij(rho) = p_i p_j (1 + sum_k rho^k / k! g_k(i) g_k(j)), with g_k the mean of the kth
    Hermite polynomial within a category. Fisher scoring on it, the first step from rho = 0.

    Args:
        codes: category codes a column, missing as NaN; only their margins matter.
        n: rows of a draw, dealt to the categories by the margins.
    """
    p = len(codes)
    dealt = np.empty((p, n), dtype=np.int64)
    width = max(int(np.nanmax(c)) for c in codes) + 1
    share, g = np.zeros((p, width)), np.zeros((_TERMS, p, width))
    for v, code in enumerate(codes):
        there = np.sort(code[~np.isnan(code)]).astype(np.int64)
        dealt[v] = there[((np.arange(n) + 0.5) / n * len(there)).astype(np.int64)]
        # a category so rare that it got no row has no threshold either
        dealt[v] = np.unique(dealt[v], return_inverse=True)[1]
        count = np.bincount(dealt[v])
        share[v, : len(count)] = count / n
        cut = special.ndtri(np.cumsum(count)[:-1] / n)
        polynomial, before = np.exp(-0.5 * cut**2) / np.sqrt(2.0 * np.pi), np.zeros_like(cut)
        for k in range(_TERMS):
            ends = np.concatenate([[0.0], polynomial, [0.0]])
            g[k, v, : len(count)] = (ends[:-1] - ends[1:]) * n / count
            polynomial, before = cut * polynomial - k * before, polynomial
    i, j = np.triu_indices(p, 1)
    left, right = g[:, i].transpose(1, 2, 0), g[:, j].transpose(1, 0, 2)
    expected = n * share[i][:, :, None] * share[j][:, None, :]
    order = np.arange(1, _TERMS + 1)
    first = left[:, :, :1] @ right[:, :1]  # the slope at zero
    weight = first / (expected * first**2).sum(axis=(1, 2))[:, None, None]
    dealt += np.arange(p)[:, None] * width
    random, rows = np.empty((draws, p, p)), np.arange(n)
    flags = np.empty((n, p * width), dtype=np.float32)  # exact: counts are whole
    for d in range(draws):
        flags[:] = 0.0
        flags[rows, rng.permuted(dealt, axis=1)] = 1.0
        tables = (flags.T @ flags).reshape(p, width, p, width)[i, :, j, :]
        r = (tables * weight).sum(axis=(1, 2))
        for _ in range(8):
            power = r[:, None] ** (order - 1) / special.factorial(order - 1)
            ratio = 1.0 + left * (power * r[:, None] / order)[:, None, :] @ right
            ratio = np.maximum(ratio, 1e-6)
            slope = left * power[:, None, :] @ right
            slope /= ratio
            step = (tables * slope).sum(axis=(1, 2))
            step /= (expected * ratio * slope * slope).sum(axis=(1, 2))
            r = np.clip(r + step, -0.95, 0.95)
            if np.abs(step).max() < 1e-4:  # a step gains two digits or more
                break
        random[d] = np.eye(p)
        random[d, i, j] = random[d, j, i] = r
    return random


@dataclass(frozen=True, eq=False)
class ParallelAnalysis(Result):
    """Observed eigenvalues against those of random data.

    Attributes:
        table: index 1..p (rank of the eigenvalue); ``component`` (observed, correlation matrix),
            ``component_mean``, ``component_quantile`` (random), ``factor`` (observed, reduced
            correlation matrix), ``factor_mean``, ``factor_quantile``.
        n_components, n_factors: how many leading eigenvalues exceed the random quantile.
        n_components_mean, n_factors_mean: the same against the random mean (Horn's own rule).
        components_range, factors_range: fewest and most that the quantile's own error from so many
            draws allows (its 95 % interval from order statistics).
        n, n_items, draws, quantile, seed: what it was made with.
        data: normal, permuted or ordinal. communalities: minres or smc.
    """

    table: pd.DataFrame
    n_components: int
    n_factors: int
    n_components_mean: int
    n_factors_mean: int
    components_range: tuple[int, int]
    factors_range: tuple[int, int]
    n: int
    n_items: int
    draws: int
    quantile: float
    seed: int
    data: str
    communalities: str


def _leading(observed: FloatArray, reference: FloatArray) -> int:
    below = np.flatnonzero(~(observed > reference))
    return int(below[0]) if below.size else len(observed)


def parallel_analysis(
    items: pd.DataFrame | None = None,
    *,
    seed: int,
    draws: int = 500,
    quantile: float = 0.95,
    data: Literal["normal", "permuted", "ordinal"] = "normal",
    communalities: Literal["minres", "smc"] = "minres",
    missing: Missing = "listwise",
    corr: pd.DataFrame | None = None,
    n: int | None = None,
) -> ParallelAnalysis:
    """Horn's (1965) parallel analysis for components and for common factors.

    Factor eigenvalues are those of the correlation matrix with communalities of a one-factor
    minres solution in its diagonal (as R's psych), or squared multiple correlations.

    Args:
        items: (n, p) answers. Or ``corr`` and ``n`` instead (e.g. a polychoric matrix).
        seed: of the random draws.
        draws: random data sets.
        quantile: of the random eigenvalues that an observed one must exceed (0-1).
        data: ``"normal"`` draws, or ``"permuted"`` columns of the complete rows, which keeps the
            items' distributions (Buja & Eyuboglu 1992), or ``"ordinal"``: polychoric correlations
            of the data against those of permuted columns with the same margins.
        communalities: ``"minres"`` or ``"smc"``.
        missing: of the observed correlations; pairwise: random data have the mean number of rows
            of a pair.

    Raises:
        CannotCompute: fewer than 3 items, not more rows than items, a constant item, a singular
            correlation matrix.
    """
    if not 0.0 < quantile < 1.0:
        raise ValueError(f"quantile {quantile:g} is not between 0 and 1")
    if draws < 1:
        raise ValueError("parallel analysis needs at least 1 draw")
    if (items is None) == (corr is None):
        raise ValueError("give either items or a correlation matrix")
    width = items.shape[1] if items is not None else len(corr) if corr is not None else 0
    if width < 3:
        raise CannotCompute("few_items_for_parallel_analysis", n=width)
    if items is not None:
        observed, counts = correlation(items, missing)
        rows = round(float(counts[np.triu_indices(width, 1)].mean()))
        if data == "ordinal":
            observed = polychoric(items, missing=missing).to_numpy()
    else:
        if corr is None or n is None:
            raise ValueError("a correlation matrix needs n, the number of rows behind it")
        if data != "normal":
            raise ValueError(f"{data} data need the items, not their correlations")
        observed, rows = check_correlation(corr), int(n)
    if rows <= width:
        raise CannotCompute("few_rows_for_parallel_analysis", n=rows, items=width)
    check_positive_definite(observed)
    rng = np.random.default_rng(seed)
    if data == "normal":
        random = _random_correlations(rng, draws, rows, width)
    elif data == "permuted" and items is not None:
        x = complete_rows(to_matrix(items))
        if len(x) <= width:
            raise CannotCompute("few_rows_for_permutation", n=len(x), items=width)
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        random = np.empty((draws, width, width))
        for d in range(draws):
            shuffled = rng.permuted(x, axis=0)
            random[d] = shuffled.T @ shuffled / len(x)
            np.fill_diagonal(random[d], 1.0)
    elif data == "ordinal" and items is not None:
        codes = coded(to_matrix(items), list(items.columns))
        random = _independent_polychorics(codes, rows, draws, rng)
    else:
        raise ValueError(f"data {data!r} is not normal, permuted or ordinal")
    pc_random = np.linalg.eigvalsh(random)[:, ::-1]
    fa_random = _factor_eigenvalues(random, communalities)
    pc = np.linalg.eigvalsh(observed)[::-1]
    fa = _factor_eigenvalues(observed[None], communalities)[0]
    table = pd.DataFrame(
        {
            "component": pc,
            "component_mean": pc_random.mean(axis=0),
            "component_quantile": np.quantile(pc_random, quantile, axis=0),
            "factor": fa,
            "factor_mean": fa_random.mean(axis=0),
            "factor_quantile": np.quantile(fa_random, quantile, axis=0),
        },
        index=pd.RangeIndex(1, width + 1, name="rank"),
    )

    def count(name: str, reference: str) -> int:
        return _leading(table[name].to_numpy(), table[f"{name}_{reference}"].to_numpy())

    def span(name: str, of_random: np.ndarray) -> tuple[int, int]:
        ordered = np.sort(of_random, axis=0)
        least, most = _dist.binom.ppf([0.025, 0.975], draws, quantile).astype(int)
        few = _leading(table[name].to_numpy(), ordered[min(most, draws - 1)])
        many = _leading(table[name].to_numpy(), ordered[max(least - 1, 0)])
        return few, many

    return ParallelAnalysis(
        table=table,
        n_components=count("component", "quantile"),
        n_factors=count("factor", "quantile"),
        n_components_mean=count("component", "mean"),
        n_factors_mean=count("factor", "mean"),
        components_range=span("component", pc_random),
        factors_range=span("factor", fa_random),
        n=rows,
        n_items=width,
        draws=draws,
        quantile=quantile,
        seed=seed,
        data=data,
        communalities=communalities,
    )


@dataclass(frozen=True, eq=False)
class MAPTest(Result):
    """Velicer's minimum average partial test.

    Attributes:
        table: index number of components partialled out, 0..p-2; ``squared`` and ``fourth``:
            average squared and fourth-power partial correlation.
        n_squared: number with the least average squared partial (Velicer 1976).
        n_fourth: with the least average fourth-power partial (Velicer, Eaton & Fava 2000).
    """

    table: pd.DataFrame
    n_squared: int
    n_fourth: int


def minimum_average_partial(corr: pd.DataFrame) -> MAPTest:
    """Average partial correlations after taking out 0, 1, 2, ... principal components.

    Raises:
        CannotCompute: fewer than 3 items, or a singular correlation matrix.

    Sources: Velicer (1976), Psychometrika 41, 321-327; Velicer, Eaton & Fava (2000), in Goffin &
    Helmes (eds), Problems and solutions in human assessment, 41-71.
    """
    r = check_correlation(corr)
    p = len(r)
    if p < 3:
        raise CannotCompute("few_items_for_map", n=p)
    check_positive_definite(r)
    values, vectors = np.linalg.eigh(r)
    loads = (vectors * np.sqrt(values))[:, ::-1]
    rows = []
    for m in range(p - 1):
        rest = r - loads[:, :m] @ loads[:, :m].T
        sd = np.sqrt(np.diag(rest))
        partial = rest / np.outer(sd, sd)
        np.fill_diagonal(partial, 0.0)
        pairs = p * (p - 1.0)
        rows.append(((partial**2).sum() / pairs, (partial**4).sum() / pairs))
    table = pd.DataFrame(
        rows, columns=["squared", "fourth"], index=pd.RangeIndex(p - 1, name="components")
    )
    return MAPTest(
        table,
        int(np.argmin(table["squared"].to_numpy())),
        int(np.argmin(table["fourth"].to_numpy())),
    )


def kaiser_criterion(corr: pd.DataFrame) -> int:
    """Eigenvalues of the correlation matrix above one (Guttman 1954; Kaiser 1960).

    Given because readers ask for it: it keeps too many where there are many items.
    """
    return int((np.linalg.eigvalsh(check_correlation(corr)) > 1.0).sum())


def acceleration_factor(corr: pd.DataFrame) -> int:
    """Factors before the sharpest bend of the scree: argmax of the eigenvalues' second difference.

    Raises:
        CannotCompute: fewer than 3 items.

    Source: Raîche, Walls, Magis, Riopel & Blais (2013), Methodology 9, 23-29.
    """
    values = np.linalg.eigvalsh(check_correlation(corr))[::-1]
    if len(values) < 3:
        raise CannotCompute("few_items_for_scree", n=len(values))
    return int(np.argmax(values[:-2] - 2.0 * values[1:-1] + values[2:])) + 1


# ------------------------------------------------------------------------- extraction and rotation


@dataclass(frozen=True, eq=False)
class EFA(Result):
    """An exploratory factor solution.

    Attributes:
        loadings: (p, k) pattern coefficients; factors F1.. by descending sum of squares, each
            turned so that its loadings sum to a positive number.
        phi: (k, k) factor correlations (identity if orthogonal).
        structure: (p, k) item-factor correlations, loadings @ phi.
        communalities, uniquenesses: by item; diag(L phi L') and one minus it.
        variance: index factor; ``ss_loadings`` (diag(phi L'L)), ``proportion`` and ``cumulative``
            (of total item variance, 0-1).
        residuals: (p, p) observed minus reproduced correlations, zero diagonal.
        rmsr: root mean square of the off-diagonal residuals.
        chi2, df, p: Bartlett-corrected likelihood-ratio test; NaN without n or df.
        rmsea, tli: from it; NaN likewise.
        n: rows (None if unknown). n_factors, method, rotation: what was asked.
        heywood: items whose uniqueness sits at the lower bound: the solution is improper.
        converged: whether extraction and rotation did.
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    structure: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    variance: pd.DataFrame
    residuals: pd.DataFrame
    rmsr: float
    chi2: float
    df: int
    p: float
    rmsea: float
    tli: float
    n: int | None
    n_factors: int
    method: str
    rotation: str
    heywood: tuple[str, ...]
    converged: bool


def estimable(factors: int, items: int) -> int:
    """As many factors of so many items, or the most that leave degrees of freedom."""
    while (items - factors) ** 2 < items + factors:
        factors -= 1
    return factors


def efa(
    items: pd.DataFrame | None = None,
    n_factors: int = 1,
    *,
    method: Method = "minres",
    rotation: Rotation = "oblimin",
    missing: Missing = "listwise",
    corr: pd.DataFrame | None = None,
    n: int | None = None,
) -> EFA:
    """Common factor analysis: :func:`extract`, then :func:`rotated`.

    Extraction starts from Jöreskog's uniquenesses and from one minus the squared multiple
    correlations (as R's psych), and the better of the two solutions counts.

    Args:
        items: (n, p) answers. Or ``corr`` (and ``n``, for the test of fit).
        n_factors: k.
        method: ``"minres"`` or ``"ml"``.
        rotation: ``"none"``, ``"varimax"`` (Kaiser-normalized), ``"promax"`` (Kaiser-normalized,
            power 4),
            ``"oblimin"`` (gamma 0). One factor is not rotated.
        missing: of the correlations.

    Raises:
        CannotCompute: fewer than 3 items, more factors than half the items allow (negative degrees
            of freedom), a constant item, a singular correlation matrix.
    """
    if (items is None) == (corr is None):
        raise ValueError("give either items or a correlation matrix")
    if method not in ("minres", "ml"):
        raise ValueError(f"method {method!r} is neither minres nor ml")
    if rotation not in ("none", "varimax", "promax", "oblimin"):
        raise ValueError(f"rotation {rotation!r} is not none, varimax, promax or oblimin")
    names = list(items.columns) if items is not None else list(corr.columns)  # type: ignore[union-attr]
    width = len(names)
    if width < 3:
        raise CannotCompute("few_items_for_factors", n=width)
    df = ((width - n_factors) ** 2 - width - n_factors) // 2
    if n_factors < 1 or df < 0:
        raise CannotCompute("too_many_factors", factors=n_factors, items=width)
    if items is not None:
        r, counts = correlation(items, missing)
        n = round(float(counts[np.triu_indices(width, 1)].mean()))
    else:
        r = check_correlation(corr)  # type: ignore[arg-type]
    check_positive_definite(r)
    unrotated, _, found = extract(r[None], n_factors, method, 1.0 / np.diag(np.linalg.inv(r)))
    loads, phi, turned = rotated(unrotated[0], rotation)
    signs = np.where(loads.sum(axis=0) < 0, -1.0, 1.0)
    order = np.argsort(-(loads**2).sum(axis=0), kind="stable")
    loads, phi = (loads * signs)[:, order], (phi * np.outer(signs, signs))[np.ix_(order, order)]
    reproduced = loads @ phi @ loads.T
    h2 = np.diag(reproduced).copy()
    residual = r - reproduced
    np.fill_diagonal(residual, 0.0)
    chi2 = p_value = rmsea = tli = float("nan")
    if n is not None and df > 0:
        chi2, p_value, rmsea, tli = _fit(r, reproduced, n, n_factors, df)
    factors = [f"F{j + 1}" for j in range(n_factors)]
    ss = np.diag(phi @ loads.T @ loads)
    variance = pd.DataFrame(
        {"ss_loadings": ss, "proportion": ss / width, "cumulative": np.cumsum(ss) / width},
        index=pd.Index(factors, name="factor"),
    )
    index = pd.Index(names, name="item")
    return EFA(
        loadings=pd.DataFrame(loads, index=index, columns=factors),
        phi=pd.DataFrame(phi, index=factors, columns=factors),
        structure=pd.DataFrame(loads @ phi, index=index, columns=factors),
        communalities=pd.Series(h2, index=index, name="communality"),
        uniquenesses=pd.Series(1.0 - h2, index=index, name="uniqueness"),
        variance=variance,
        residuals=pd.DataFrame(residual, index=index, columns=names),
        rmsr=float(np.sqrt((residual**2).sum() / (width * (width - 1.0)))),
        chi2=chi2,
        df=df,
        p=p_value,
        rmsea=rmsea,
        tli=tli,
        n=n,
        n_factors=n_factors,
        method=method,
        rotation=rotation if n_factors > 1 else "none",
        heywood=tuple(
            str(c) for c, h in zip(names, h2, strict=True) if 1.0 - h <= 1.001 * MIN_UNIQUENESS
        ),
        converged=bool(found[0]) and turned,
    )


def _fit(
    r: FloatArray, reproduced: FloatArray, n: int, k: int, df: int
) -> tuple[float, float, float, float]:
    """Chi-square, p and TLI as R's psych has them; RMSEA with n, as lavaan has it."""
    p = len(r)
    model = reproduced.copy()
    np.fill_diagonal(model, 1.0)
    sign, logdet = np.linalg.slogdet(model)
    nan = float("nan")
    if sign <= 0:
        return nan, nan, nan, nan
    ratio = np.linalg.solve(model, r)
    objective = float(np.trace(ratio) - (np.linalg.slogdet(r)[1] - logdet) - p)
    chi2 = max(objective * (n - 1.0 - (2.0 * p + 5.0) / 6.0 - 2.0 * k / 3.0), 0.0)
    rmsea = float(np.sqrt(max(chi2 - df, 0.0) / (df * n)))
    multiplier = n - 1.0 - (2.0 * p + 5.0) / 6.0 - 2.0 * k / 3.0
    null = float(-np.linalg.slogdet(r)[1]) * 2.0 / (p * (p - 1.0))
    gap = null - 1.0 / multiplier
    tli = (null - objective / df) / gap if gap > 0 else nan
    return chi2, float(_dist.chi2.sf(chi2, df)), rmsea, tli


# ----------------------------------------------------------------------- what is made of a solution


@dataclass(frozen=True, eq=False)
class Resampled:
    """Solutions of resampled rows, rotated from near the original one, factor by factor alike.

    Attributes:
        corr: (draws, p, p). loadings: (draws, p, k) pattern. phi: (draws, k, k).
        uniquenesses: (draws, p).
        sound: (draws,) whether extraction and rotation converged.
        heywood: (draws,) whether a uniqueness sits at the lower bound.
        clusters: how many were drawn whole; None where single rows were.
    """

    corr: FloatArray
    loadings: FloatArray
    phi: FloatArray
    uniquenesses: FloatArray
    sound: BoolArray
    heywood: BoolArray
    clusters: int | None = None

    def tails(self, level: float) -> list[float]:
        """Where a percentile interval of the draws ends; of few clusters it is expanded."""
        wide = expanded(self.clusters, check_level(level))
        return [(1.0 - wide) / 2.0, (1.0 + wide) / 2.0]


def resample(
    items: pd.DataFrame, solution: EFA, *, draws: int, seed: int, design: Design | None = None
) -> Resampled:
    """Bootstrap of a minres or ML solution that is unrotated, of one factor, or oblimin.

    Correlations are pairwise. Draws whose matrix cannot be factored are not sound. Of a `design`
    with clusters these are drawn whole; weights do not count.

    Raises:
        ValueError: another rotation than these.
    """
    k = solution.n_factors
    if solution.rotation not in ("none", "oblimin") or (solution.rotation == "none" and k > 1):
        raise ValueError(f"a {solution.rotation} solution cannot be resampled here")
    clusters = None if design is None else design.clusters(items.index)
    _, corr = all_moments(to_matrix(items), draws, seed, clusters=clusters)
    usable = factorable(corr)
    corr = np.where(usable[:, None, None], corr, np.eye(corr.shape[1]))
    loads, unique, sound = extract(
        corr, k, solution.method, solution.uniquenesses.to_numpy(dtype=np.float64)
    )
    reference = solution.loadings.to_numpy(dtype=np.float64)
    if k == 1:
        signs = np.sign(np.einsum("bpk,pk->bk", loads, reference))
        loads, phi = loads * signs[:, None, :], np.ones((draws, 1, 1))
    else:
        loads, phi, turned = rotate(loads, reference, tolerance=1e-5)
        sound = sound & turned
        # a rotation may end with factors swapped or turned over
        size = np.sqrt((loads**2).sum(axis=1))[:, :, None] * np.sqrt((reference**2).sum(axis=0))
        alike = np.einsum("bpk,pm->bkm", loads, reference) / size
        for d in range(draws):
            order = linear_sum_assignment(-np.abs(alike[d].T))[1]
            sign = np.where(alike[d, order, np.arange(k)] < 0, -1.0, 1.0)
            loads[d] = loads[d][:, order] * sign
            phi[d] = phi[d][np.ix_(order, order)] * np.outer(sign, sign)
    heywood = (unique <= 1.001 * MIN_UNIQUENESS).any(axis=1)
    count = None if clusters is None else int(clusters.max()) + 1
    return Resampled(corr, loads, phi, unique, sound & usable, heywood & usable, count)


def _second_order(phi: FloatArray) -> FloatArray:
    """(b, k) loadings of k factors on one general factor; equal for two, which do not say."""
    b, k, _ = phi.shape
    if k == 1:
        return np.ones((b, 1))
    if k == 2:
        r = phi[:, 0, 1]
        return np.stack([np.sqrt(np.abs(r)), np.sign(r) * np.sqrt(np.abs(r))], axis=1)
    load, _, _ = extract(phi, 1, "minres")
    g: FloatArray = load[:, :, 0]
    return g * np.where(g.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)


@dataclass(frozen=True, eq=False)
class SchmidLeiman(Result):
    """An oblique solution turned into a general factor and orthogonal group factors.

    Attributes:
        general: item loadings on the general factor. groups: (p, k) on the group factors.
        uniquenesses: by item. second_order: loadings of the k factors on the general one.
        explained_common_variance: share of the common variance due to the general factor.
    """

    general: pd.Series
    groups: pd.DataFrame
    uniquenesses: pd.Series
    second_order: pd.Series
    explained_common_variance: float


def schmid_leiman_of(
    loadings: FloatArray, phi: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """General (b, p) and group (b, p, k) loadings of a stack, and the second order (b, k).

    general = L g, groups = L diag(sqrt(1 - g^2)), g the loadings of a one-factor minres solution
    of phi (for two factors both sqrt(phi_12), as R's psych).
    """
    g = _second_order(phi)
    rest = np.sqrt(np.maximum(1.0 - g**2, 0.0))
    return np.einsum("bpk,bk->bp", loadings, g), loadings * rest[:, None, :], g


def schmid_leiman(solution: EFA) -> SchmidLeiman:
    """Schmid & Leiman (1957), Psychometrika 22, 53-61, of an oblique solution.

    Raises:
        CannotCompute: fewer than two factors.
    """
    if solution.n_factors < 2:
        raise CannotCompute("one_factor_for_general")
    general, groups, g = (
        part[0]
        for part in schmid_leiman_of(
            solution.loadings.to_numpy(dtype=np.float64)[None],
            solution.phi.to_numpy(dtype=np.float64)[None],
        )
    )
    index, factors = solution.loadings.index, solution.loadings.columns
    common = float((general**2).sum())
    return SchmidLeiman(
        general=pd.Series(general, index=index, name="general"),
        groups=pd.DataFrame(groups, index=index, columns=factors),
        uniquenesses=solution.uniquenesses,
        second_order=pd.Series(g, index=factors, name="general"),
        explained_common_variance=common / (common + float((groups**2).sum())),
    )


@dataclass(frozen=True, eq=False)
class TargetRotation(Result):
    """Factors rotated as near as can be to the planned constructs.

    Attributes:
        loadings: (p, k) pattern, a column a construct. phi: (k, k).
        congruence: by construct, of its factor with the planned pattern of ones and zeros.
        chance: by construct, the 95th percentile of that congruence when items are dealt to the
            constructs at random: what rotation to a target brings by itself.
        converged: whether the rotation did.
    """

    loadings: pd.DataFrame
    phi: pd.DataFrame
    congruence: pd.Series
    chance: pd.Series
    converged: bool


def target_rotation(
    corr: pd.DataFrame, target: pd.DataFrame, *, draws: int = 200, seed: int = 1
) -> TargetRotation:
    """Oblique rotation to the plan: zeros are aimed at, the planned loadings are left free.

    Args:
        corr: (p, p). target: (p, k) of :func:`planned_target`. draws: random plans.

    Raises:
        CannotCompute: as :func:`efa`; a construct without items.

    Source: Browne (2001), Multivariate Behavioral Research 36, 111-150; the chance level: Paunonen
    (1997), Educational and Psychological Measurement 57, 33-59.
    """
    plan = target.loc[corr.index].to_numpy(dtype=np.float64)
    k = plan.shape[1]
    if (plan.sum(axis=0) < 1).any():
        raise CannotCompute("no_target")
    unrotated = efa(corr=corr, n_factors=k, rotation="none").loadings.to_numpy(dtype=np.float64)
    rng = np.random.default_rng(seed)
    plans = np.stack([plan, *(plan[rng.permutation(len(plan))] for _ in range(draws))])
    if k == 1:
        turned = np.broadcast_to(unrotated, (draws + 1, *unrotated.shape)).copy()
        phi, converged = np.ones((draws + 1, 1, 1)), np.ones(draws + 1, dtype=bool)
    else:
        stack = np.broadcast_to(unrotated, (draws + 1, *unrotated.shape))
        aims = np.where(plans == 0, 0.0, np.nan)
        turned, phi, converged = (
            np.concatenate(both)
            for both in zip(
                rotate(stack[:1], plans[:1], aims[:1]),
                rotate(stack[1:], plans[1:], aims[1:], tolerance=1e-3),
                strict=True,
            )
        )
    signs = np.where((turned * plans).sum(axis=1) < 0, -1.0, 1.0)
    turned = turned * signs[:, None, :]
    phi = phi * signs[:, :, None] * signs[:, None, :]
    congruence = (turned * plans).sum(axis=1) / np.sqrt((turned**2).sum(axis=1) * plans.sum(axis=1))
    names = target.columns
    return TargetRotation(
        loadings=pd.DataFrame(turned[0], index=corr.index, columns=names),
        phi=pd.DataFrame(phi[0], index=names, columns=names),
        congruence=pd.Series(congruence[0], index=names, name="congruence"),
        chance=pd.Series(
            np.quantile(congruence[1:], 0.95, axis=0) if draws else np.full(k, np.nan),
            index=names,
            name="chance",
        ),
        converged=bool(converged[0]),
    )


# -------------------------------------------------------------------------------------- congruence


def planned_target(items: Sequence[str], scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """(p, constructs) frame of 1 where an item is planned for a construct, 0 elsewhere."""
    target = pd.DataFrame(0.0, index=pd.Index(list(items), name="item"), columns=list(scales))
    for scale, names in scales.items():
        for name in names:
            if name not in target.index:
                raise ValueError(f"scale {scale}: there is no item {name}")
            target.loc[name, scale] = 1.0
    return target


def tucker_congruence(loadings: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Congruence coefficients of all pairs of factors, sum xy / sqrt(sum x^2 sum y^2), -1 to 1.

    Args:
        loadings: (p, k). target: (p, m), the same items in any order.

    Returns:
        (k, m) frame.

    Raises:
        ValueError: other items in the target. CannotCompute: a factor of zeros.

    Source: Tucker (1951); cut-offs: Lorenzo-Seva & ten Berge (2006), Methodology 2, 57-64.
    """
    if set(loadings.index) != set(target.index) or not target.index.is_unique:
        raise ValueError("the loadings and the target are not of the same items")
    x = loadings.to_numpy(dtype=np.float64)
    y = target.loc[loadings.index].to_numpy(dtype=np.float64)
    nx, ny = np.sqrt((x**2).sum(axis=0)), np.sqrt((y**2).sum(axis=0))
    if (nx == 0).any() or (ny == 0).any():
        raise CannotCompute("factor_of_zeros")
    return pd.DataFrame(x.T @ y / np.outer(nx, ny), index=loadings.columns, columns=target.columns)


def match_factors(loadings: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Pair factors with target factors so that the absolute congruences sum to the most.

    Returns:
        Index target factor; ``factor`` (its match, None if there are fewer factors than targets)
        and ``congruence`` (signed; negative: the factor points the other way).
    """
    c = tucker_congruence(loadings, target)
    rows, cols = linear_sum_assignment(-np.abs(c.to_numpy()))
    factor: list[object] = [None] * c.shape[1]
    value = [float("nan")] * c.shape[1]
    for i, j in zip(rows, cols, strict=True):
        factor[j] = c.index[i]
        value[j] = float(c.to_numpy()[i, j])
    return pd.DataFrame({"factor": pd.Series(factor, dtype=object), "congruence": value}).set_index(
        pd.Index(c.columns, name="target")
    )


def congruence_with_plan(
    solution: EFA, target: pd.DataFrame, resampled: Resampled | None = None, *, level: float = 0.95
) -> pd.DataFrame:
    """:func:`match_factors` against the plan, with a percentile interval of resampled solutions.

    Returns:
        Index construct; ``factor``, ``congruence``, ``low``, ``high`` (NaN without sound draws).
    """
    found = match_factors(solution.loadings, target)
    low, high = np.full(len(found), np.nan), np.full(len(found), np.nan)
    if resampled is not None and resampled.sound.sum() >= 2:
        plan = target.loc[solution.loadings.index].to_numpy(dtype=np.float64)
        loads = resampled.loadings[resampled.sound]
        size = np.sqrt((loads**2).sum(axis=1))[:, :, None] * np.sqrt((plan**2).sum(axis=0))
        every = np.einsum("bpk,pm->bkm", loads, plan) / size
        for j, factor in enumerate(found["factor"]):
            if factor is not None:
                drawn = every[:, list(solution.loadings.columns).index(factor), j]
                low[j], high[j] = np.quantile(drawn, resampled.tails(level))
    return found.assign(low=low, high=high)
