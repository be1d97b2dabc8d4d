"""Partial least squares path modelling, for robustness checks beside the covariance-based models.

Everything follows from the item correlation matrix, so that bootstrap draws are a stack of such
matrices and are estimated side by side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from loyalty.stats._common import (
    CannotCompute,
    FloatArray,
    IntArray,
    Result,
    check_level,
    check_varies,
    complete_rows,
    to_matrix,
)
from loyalty.stats.resampling import expanded, moments
from loyalty.stats.weighted import Design

_TOLERANCE = 1e-9
_MAX_ITERATIONS = 1000


@dataclass(frozen=True, eq=False)
class PLS(Result):
    """A PLS path model; everything standardized.

    Attributes:
        paths: one row a path: ``source``, ``target``, ``estimate``, and from the bootstrap ``se``,
            ``ci_lower``, ``ci_upper`` (percentile) and ``draws`` (usable); NaN and 0 without one.
        indirect: (source, target) pairs with an indirect connection: ``source``, ``target``,
            ``indirect``, ``total``, and ``indirect_lower``, ``indirect_upper`` from the bootstrap.
        outer: one row an item: ``construct``, ``item``, ``weight``, ``loading``, and percentile
            limits ``ci_lower``, ``ci_upper`` of the weight (NaN without a bootstrap).
        r2: index endogenous construct: ``r2``, ``r2_adjusted``.
        quality: index construct: ``alpha`` (standardized), ``rho_a``, ``rho_c``, ``ave``; NaN for
            a single item or a mode B construct.
        correlations: of the construct scores.
        scores: (n, constructs), mean 0 and sd (n - 1) 1, index as the rows used.
        n: rows. iterations, converged: of the algorithm.
        draws, seed, level: of the bootstrap. failed_draws: without convergence or a finite result.
        clusters: how many were drawn whole; None where single rows were.
    """

    paths: pd.DataFrame
    indirect: pd.DataFrame
    outer: pd.DataFrame
    r2: pd.DataFrame
    quality: pd.DataFrame
    correlations: pd.DataFrame
    scores: pd.DataFrame
    n: int
    iterations: int
    converged: bool
    draws: int
    seed: int | None
    level: float
    failed_draws: int
    clusters: int | None = None


Scheme = Literal["path", "centroid", "factorial"]


@dataclass(frozen=True)
class _Model:
    names: list[str]
    items: list[str]
    owner: IntArray
    mode_b: list[bool]
    paths: list[tuple[int, int]]
    scheme: Scheme = "path"
    consistent: bool = False

    @property
    def antecedents(self) -> dict[int, list[int]]:
        out: dict[int, list[int]] = {}
        for i, j in self.paths:
            out.setdefault(j, []).append(i)
        return out


def _specify(
    constructs: Mapping[str, Sequence[str]],
    paths: Sequence[tuple[str, str]],
    mode_b: Sequence[str],
    scheme: Scheme,
    consistent: bool,
) -> _Model:
    names = list(constructs)
    items = [item for name in names for item in constructs[name]]
    for name in names:
        if not constructs[name]:
            raise ValueError(f"construct {name} has no items")
    if len(set(items)) < len(items):
        twice = next(c for c in items if items.count(c) > 1)
        raise ValueError(f"item {twice} belongs twice to constructs")
    if not paths:
        raise ValueError("a path model needs a path")
    if len(set(paths)) < len(paths):
        raise ValueError("a path is given twice")
    for name in [c for path in paths for c in path] + list(mode_b):
        if name not in constructs:
            raise ValueError(f"there is no construct {name}")
    linked = {c for path in paths for c in path}
    alone = [c for c in names if c not in linked]
    if alone:
        raise ValueError(f"construct {alone[0]} is in no path")
    edges = [(names.index(a), names.index(b)) for a, b in paths]
    order = np.zeros((len(names), len(names)))
    for i, j in edges:
        order[i, j] = 1.0
    if np.trace(np.linalg.matrix_power(np.eye(len(names)) + order, len(names))) > len(names):
        raise CannotCompute("path_loop")
    owner = np.array([i for i, c in enumerate(names) for _ in constructs[c]], dtype=np.int64)
    return _Model(names, items, owner, [c in mode_b for c in names], edges, scheme, consistent)


@dataclass(frozen=True)
class _Estimate:
    weights: FloatArray  # (b, p, c)
    loadings: FloatArray  # (b, p, c), own construct only
    correlations: FloatArray  # (b, c, c)
    coefficients: FloatArray  # (b, c, c), [source, target]
    iterations: int
    converged: np.ndarray[tuple[int], np.dtype[np.bool_]]


def _regressions(model: _Model, corr: FloatArray) -> FloatArray:
    """Standardized coefficients (b, c, c) of each endogenous construct on its antecedents."""
    out = np.zeros_like(corr)
    for j, before in model.antecedents.items():
        left = corr[:, before][:, :, before]
        out[:, before, j] = np.linalg.solve(left, corr[:, before, j][:, :, None])[:, :, 0]
    return out


def _estimate(model: _Model, r: FloatArray) -> _Estimate:
    """Mode A/B on a stack of correlation (or covariance) matrices (b, p, p)."""
    b, p, _ = r.shape
    c = len(model.names)
    mask = np.zeros((p, c))
    mask[np.arange(p), model.owner] = 1.0
    blocks = {j: np.flatnonzero(model.owner == j) for j in range(c) if model.mode_b[j] and b}
    inverses = {j: np.linalg.inv(r[:, at][:, :, at]) for j, at in blocks.items()}
    successors = np.zeros((c, c))
    for i, j in model.paths:
        successors[j, i] = 1.0  # the inner proxy of i takes its successor j by correlation

    def scaled(w: FloatArray) -> FloatArray:
        variance = np.einsum("bpc,bpq,bqc->bc", w, r, w, optimize=True)
        # A sum without variance (items that cancel out) has no weights: NaN, and no infinity.
        good = variance > 1e-12
        scale = np.where(good, 1.0 / np.sqrt(np.where(good, variance, 1.0)), np.nan)
        return np.asarray(w * scale[:, None, :], dtype=np.float64)

    w = scaled(np.broadcast_to(mask, (b, p, c)))
    converged = np.zeros(b, dtype=bool)
    steps = 0
    for steps in range(1, _MAX_ITERATIONS + 1):  # noqa: B007
        scores = w.transpose(0, 2, 1) @ r @ w
        if model.scheme == "path":
            inner = scores * successors + _regressions(model, scores)
        else:
            neighbours = scores * (successors + successors.T)
            inner = np.sign(neighbours) if model.scheme == "centroid" else neighbours
        outer = (r @ w @ inner) * mask
        for j, at in blocks.items():
            outer[:, at, j] = (inverses[j] @ outer[:, at, j][:, :, None])[:, :, 0]
        # The sign of a construct is free: keep it on the side of its items.
        new = scaled(outer)
        side = np.where(((r @ new) * mask).sum(axis=1) < 0, -1.0, 1.0)
        new = new * side[:, None, :]
        moved = np.abs(new - w).max(axis=(1, 2))
        w = new
        converged = moved < _TOLERANCE
        if (converged | ~np.isfinite(moved)).all():
            break
    scores = w.transpose(0, 2, 1) @ r @ w
    loadings = (r @ w) * mask / np.sqrt(np.diagonal(r, axis1=1, axis2=2))[:, :, None]
    if model.consistent:
        quality = np.sqrt(_rho_a(model, r, w))  # (b, c)
        loadings = w * (quality / (w**2).sum(axis=1))[:, None, :]
        scores = scores / (quality[:, :, None] * quality[:, None, :])
        scores[:, np.arange(c), np.arange(c)] = 1.0
    return _Estimate(w, loadings, scores, _regressions(model, scores), steps, np.asarray(converged))


def _rho_a(model: _Model, r: FloatArray, w: FloatArray) -> FloatArray:
    """Dijkstra and Henseler's reliability of each composite (b, c), by formula 3 of their paper.

    1 for a single item and for mode B, NaN where it is not positive.
    """
    out = np.ones((len(r), len(model.names)))
    for j in range(len(model.names)):
        at = np.flatnonzero(model.owner == j)
        if len(at) < 2 or model.mode_b[j]:
            continue
        weight = w[:, at, j]
        off = r[:, at][:, :, at] * (1.0 - np.eye(len(at)))
        outer = weight[:, :, None] * weight[:, None, :] * (1.0 - np.eye(len(at)))
        observed = np.einsum("bi,bij,bj->b", weight, off, weight)
        rho = (weight**2).sum(axis=1) ** 2 * observed
        out[:, j] = rho / np.einsum("bi,bij,bj->b", weight, outer, weight)
    return np.where(out > 0.0, out, np.nan)


def _total_effects(coefficients: FloatArray) -> FloatArray:
    """Direct plus indirect effects (b, c, c): (I - B)^-1 - I for recursive paths."""
    eye = np.eye(coefficients.shape[-1])
    return np.asarray(np.linalg.inv(eye - coefficients) - eye, dtype=np.float64)


def _quality(model: _Model, r: FloatArray, estimate: _Estimate) -> pd.DataFrame:
    """From the correlations of the items; alpha is that of standardized items."""
    sd = np.sqrt(np.diagonal(r))
    weights, r = estimate.weights[0] * sd[:, None], r / (sd[:, None] * sd)
    reliability = _rho_a(model, r[None], weights[None])[0]
    rows = []
    for j in range(len(model.names)):
        at = np.flatnonzero(model.owner == j)
        k = len(at)
        if k < 2 or model.mode_b[j]:
            rows.append((float("nan"),) * 4)
            continue
        s = r[np.ix_(at, at)]
        lam = estimate.loadings[0, at, j]
        alpha = k / (k - 1.0) * (1.0 - k / float(s.sum()))
        rho_a = float(reliability[j])
        true = float(lam.sum()) ** 2
        rho_c = true / (true + float((1.0 - lam**2).sum()))
        rows.append((alpha, rho_a, rho_c, float((lam**2).mean())))
    return pd.DataFrame(
        rows,
        columns=["alpha", "rho_a", "rho_c", "ave"],
        index=pd.Index(model.names, name="construct"),
    )


def pls_path_model(
    items: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    paths: Sequence[tuple[str, str]],
    *,
    mode_b: Sequence[str] = (),
    scheme: Scheme = "path",
    standardized: bool = True,
    consistent: bool = False,
    missing: Literal["listwise", "mean"] = "listwise",
    draws: int = 0,
    seed: int | None = None,
    level: float = 0.95,
    design: Design | None = None,
) -> PLS:
    """PLS path model, mode A (correlation weights), of standardized items.

    Composites are weighted sums of their items; with reflective constructs their paths are biased
    towards zero and their loadings upwards, unless `consistent`. That is why PLS is here a
    robustness check.

    Args:
        items: (n, p) answers, reverse-worded items recoded.
        constructs: construct -> its items (one item is allowed).
        paths: (source, target) pairs, without loops.
        mode_b: constructs with regression weights instead (formative).
        scheme: of the inner weights: path weighting, centroid (signs of the correlations of
            neighbours) or factorial (the correlations).
        standardized: False: items are centred alone, and weights are covariances; constructs are
            standardized all the same.
        consistent: PLSc: the correlations of constructs divided by the square roots of their
            rho_A, and paths and loadings from these.
        missing: ``"listwise"``, or ``"mean"`` (replacement by item means, the habit of the field;
            it shrinks correlations).
        draws: bootstrap samples of rows (0: none). seed: of the draws, needed with them.
        level: of the percentile intervals; of few clusters they are expanded.
        design: what the rows were sampled in, clusters that are drawn whole. Weights do not count.

    Raises:
        CannotCompute: a loop, a constant item, too few rows, collinear scores, no convergence.
        ValueError: an unknown item or construct, an item in two constructs, a construct without
            items or in no path, PLSc of items that are not standardized.

    Sources: Wold (1982); Lohmoeller (1989), Latent variable path modeling with partial least
    squares; rho_A and PLSc: Dijkstra & Henseler (2015), MIS Quarterly 39, 297-316.
    """
    check_level(level)
    if consistent and not standardized:
        raise ValueError("rho_A, and with it PLSc, is of standardized items")
    model = _specify(constructs, list(paths), mode_b, scheme, consistent)
    absent = [c for c in model.items if c not in items.columns]
    if absent:
        raise ValueError(f"there is no item {absent[0]}")
    frame = items[model.items]
    values = to_matrix(frame)
    index = frame.index
    check_varies(values, model.items)
    if missing == "listwise":
        index = frame.dropna().index
        values = complete_rows(values)
    elif missing == "mean":
        values = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    else:
        raise ValueError(f"missing policy {missing!r} is neither listwise nor mean")
    n = len(values)
    most = max(len(v) for v in model.antecedents.values())
    if n <= most + 2:
        raise CannotCompute("few_rows_for_paths", n=n)
    check_varies(values, model.items)
    z = values - values.mean(axis=0)
    if standardized:
        z = z / values.std(axis=0, ddof=1)
    r = z.T @ z / (n - 1.0)
    try:
        point = _estimate(model, r[None])
        total = _total_effects(point.coefficients)[0]
    except np.linalg.LinAlgError:
        raise CannotCompute("collinear_scores") from None
    if not np.isfinite(point.coefficients).all():
        raise CannotCompute("no_finite_path_model")
    if not point.converged[0]:
        raise CannotCompute("pls_not_converged", steps=_MAX_ITERATIONS)
    coefficients = point.coefficients[0]
    cells = model.paths
    indirect = total - coefficients
    has_indirect = _has_indirect(model)
    routes = [(i, j) for i in range(len(model.names)) for j in range(len(model.names))]
    routes = [(i, j) for i, j in routes if has_indirect[i, j]]
    nan = float("nan")
    path_stats = np.full((len(cells), 3), nan)
    indirect_stats = np.full((len(routes), 2), nan)
    weight_stats = np.full((len(model.items), 2), nan)
    clusters = None if design is None else design.clusters(index)
    count = None if clusters is None else int(clusters.max()) + 1
    usable = 0
    if draws > 0:
        if seed is None:
            raise ValueError("a bootstrap needs a seed")
        direct_sample, indirect_sample, weight_sample = _bootstrap(
            model, values, draws, seed, clusters, cells, routes, standardized=standardized
        )
        usable = len(direct_sample)
        if usable > 1:
            wide = expanded(count, level)
            tails = [(1.0 - wide) / 2.0, (1.0 + wide) / 2.0]
            low, high = np.quantile(direct_sample, tails, axis=0)
            weight_stats = np.quantile(weight_sample, tails, axis=0).T
            path_stats = np.column_stack([direct_sample.std(axis=0, ddof=1), low, high])
            if routes:
                indirect_stats = np.quantile(indirect_sample, tails, axis=0).T
    path_table = pd.DataFrame(
        {
            "source": [model.names[i] for i, _ in cells],
            "target": [model.names[j] for _, j in cells],
            "estimate": [float(coefficients[i, j]) for i, j in cells],
            "se": path_stats[:, 0],
            "ci_lower": path_stats[:, 1],
            "ci_upper": path_stats[:, 2],
            "draws": usable,
        }
    )
    indirect_table = pd.DataFrame(
        {
            "source": [model.names[i] for i, _ in routes],
            "target": [model.names[j] for _, j in routes],
            "indirect": [float(indirect[i, j]) for i, j in routes],
            "total": [float(total[i, j]) for i, j in routes],
            "indirect_lower": indirect_stats[:, 0],
            "indirect_upper": indirect_stats[:, 1],
        }
    )
    r2_rows = {}
    for j, before in model.antecedents.items():
        r2 = float(coefficients[before, j] @ point.correlations[0, before, j])
        k = len(before)
        r2_rows[model.names[j]] = (r2, 1.0 - (1.0 - r2) * (n - 1.0) / (n - k - 1.0))
    rows = np.arange(len(model.items))
    return PLS(
        paths=path_table,
        indirect=indirect_table,
        outer=pd.DataFrame(
            {
                "construct": [model.names[j] for j in model.owner],
                "item": model.items,
                "weight": point.weights[0, rows, model.owner],
                "loading": point.loadings[0, rows, model.owner],
                "ci_lower": weight_stats[:, 0],
                "ci_upper": weight_stats[:, 1],
            }
        ),
        r2=pd.DataFrame.from_dict(r2_rows, orient="index", columns=["r2", "r2_adjusted"]),
        quality=_quality(model, r, point),
        correlations=pd.DataFrame(point.correlations[0], index=model.names, columns=model.names),
        scores=pd.DataFrame(z @ point.weights[0], index=index, columns=model.names),
        n=n,
        iterations=point.iterations,
        converged=bool(point.converged[0]),
        draws=draws,
        seed=seed,
        level=level,
        failed_draws=draws - usable,
        clusters=count,
    )


@dataclass(frozen=True, eq=False)
class ProductTerm(Result):
    """An outcome on its antecedents and the product of two of them, all free of measurement error.

    Attributes:
        coefficients: index antecedent, then ``a:b`` for the product (not standardized itself, so
            that it is the change of one path per standard deviation of the other antecedent).
        r2: of the outcome, 0-1.
    """

    coefficients: pd.Series
    r2: float


def with_product(fit: PLS, outcome: str, pair: tuple[str, str]) -> ProductTerm:
    """Consistent PLS with the product of two antecedents of `outcome`.

    Third and fourth moments of the scores, over the products of the correlations between scores
    and constructs (square roots of rho_A), estimate those of the constructs: these solve the
    normal equations. No distribution is assumed, and measurement errors are independent of the
    constructs. Moments are means over rows, of scores standardized with n - 1.

    Args:
        fit: a path model with the linear paths; its scores are used whatever it corrects for.
        outcome: a construct with both of `pair` among its antecedents.

    Raises:
        CannotCompute: no finite solution (a rho_A that is not positive, collinear terms),
            or a formative antecedent.
        ValueError: `pair` is not two different antecedents of `outcome`.

    Source: Dijkstra & Schermelleh-Engel (2014), Psychometrika 79, 585-604; moments as in cSEM.
    """
    names = fit.paths.loc[fit.paths["target"] == outcome, "source"].tolist()
    a, b = pair
    if a == b or not {a, b} <= set(names):
        raise ValueError(f"{a} and {b} are not two antecedents of {outcome}")
    # A single item has no rho_A: it is the construct.
    single = fit.outer.groupby("construct").size().eq(1)
    rho = fit.quality["rho_a"].where(~(single & fit.quality["rho_a"].isna()), 1.0)
    z, q = fit.scores, np.sqrt(rho)

    def moment(*terms: str) -> float:
        product = z[list(terms)].to_numpy().prod(axis=1)
        return float(product.mean() / q[list(terms)].prod())

    left = np.eye(len(names) + 1)
    for i, one in enumerate(names):
        for j, other in enumerate(names[:i]):
            left[i, j] = left[j, i] = moment(one, other)
        left[i, -1] = left[-1, i] = moment(one, a, b)
    # E(za^2 zb^2) = qa^2 qb^2 (E(a^2 b^2) - 1) + 1, for every variance is one.
    bottom = float(rho[a] * rho[b])
    left[-1, -1] = moment(a, a, b, b) - 1.0 / bottom + 1.0 - moment(a, b) ** 2
    right = np.array([*(moment(name, outcome) for name in names), moment(a, b, outcome)])
    try:
        found = np.linalg.solve(left, right)
    except np.linalg.LinAlgError:
        raise CannotCompute("collinear_scores") from None
    if not np.isfinite(found).all():
        raise CannotCompute("no_finite_path_model")
    index = pd.Index([*names, f"{a}:{b}"], name="term")
    return ProductTerm(pd.Series(found, index=index), float(found @ right))


def _has_indirect(model: _Model) -> FloatArray:
    """Truth (as 0/1) of a connection of two or more paths between constructs."""
    c = len(model.names)
    step = np.zeros((c, c))
    for i, j in model.paths:
        step[i, j] = 1.0
    reach = np.linalg.inv(np.eye(c) - step) - np.eye(c) - step
    return np.asarray(reach > 0.5, dtype=np.float64)


def _bootstrap(
    model: _Model,
    values: FloatArray,
    draws: int,
    seed: int,
    clusters: IntArray | None,
    cells: list[tuple[int, int]],
    routes: list[tuple[int, int]],
    *,
    standardized: bool,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of the usable draws direct and indirect effects and weights: (draws, paths), (draws, routes),
    (draws, items)."""
    direct, indirect, weights = [], [], []
    for both in moments(values, draws, seed, clusters=clusters):
        stack = both[standardized]
        stack = stack[np.isfinite(stack).all(axis=(1, 2))]
        try:
            parts = [_estimate(model, stack)] if len(stack) else []
        except np.linalg.LinAlgError:  # one singular draw stops a stack: go one by one
            parts = []
            for one in stack:
                try:
                    parts.append(_estimate(model, one[None]))
                except np.linalg.LinAlgError:
                    continue
        for part in parts:
            good = part.converged & np.isfinite(part.coefficients).all(axis=(1, 2))
            b = part.coefficients[good]
            rest = _total_effects(b) - b
            direct.append(b[:, [i for i, _ in cells], [j for _, j in cells]])
            indirect.append(rest[:, [i for i, _ in routes], [j for _, j in routes]])
            weights.append(part.weights[good][:, np.arange(len(model.items)), model.owner])
    if not direct:
        return np.empty((0, len(cells))), np.empty((0, len(routes))), np.empty((0, len(weights)))
    return np.concatenate(direct), np.concatenate(indirect), np.concatenate(weights)
