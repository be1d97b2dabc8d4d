r"""Models of ordinal (and mixed) variables by limited information: DWLS, WLSM, WLSMV, ULSMV.

Delta parameterization: latent responses have unit variance (or :math:`1/\Delta^2` in groups whose
scales are free), so residual variances follow from the rest. With :math:`s` the thresholds, means,
variances and correlations of `polychoric`, :math:`F = (s - \sigma)'W(s - \sigma)`,
:math:`W = \mathrm{diag}(\Gamma)^{-1}` (DWLS) or :math:`I` (ULS); chi-square and standard errors use
N - 1. Fixed predictors are conditioned on (`conditional`), as lavaan does by default: :math:`s`
then holds the slopes on them and moments of what they leave, :math:`\sigma` the same of the model
at :math:`x = 0`. Robust tests: WLSM scales by :math:`\mathrm{tr}(U\Gamma)/df`; WLSMV and ULSMV
scale and shift so that mean and variance are those of chi-square (Asparouhov & Muthén 2010).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import special

from . import saturated
from .conditional import conditional_statistics
from .data import GroupSample, Sample
from .discrepancy.normal import inverse_and_logdet
from .errors import ModelError
from .estimate import Estimate, Options, pseudo_inverse
from .fit_measures import (
    chisq_pvalue,
    incremental,
    population_gfi,
    rmsea_measures,
    robust_incremental,
)
from .messages import in_group
from .model import (
    DIRECTED,
    SCALE,
    THRESHOLD,
    Array,
    Block,
    Index,
    Model,
    Moments,
    block_moments,
    compile_model,
    curvature_pieces,
    jacobian_cells,
    vech_index,
)
from .optimise import minimise
from .polychoric import OrdinalStatistics, ordinal_statistics
from .result import Result
from .starting import starting_values
from .syntax import Syntax
from .table import Row, Variables, parameter_table

#: Iterations after which a fit is given up: one that converges takes a tenth of them.
LIMIT = 100


@dataclass(frozen=True)
class Layout:
    """Where the moments of a group stand: thresholds and means, slopes, variances, covariances."""

    threshold_variable: Index  # variable of each threshold or mean
    threshold_number: Index  # its number, -1 for a mean
    slope_variable: Index
    slope_on: Index
    continuous: Index
    row: Index
    column: Index

    @staticmethod
    def of(statistics: OrdinalStatistics) -> Layout:
        variable, number = [], []
        exogenous = statistics.exogenous
        dependent = np.setdiff1d(np.arange(len(statistics.thresholds)), exogenous)
        for k in dependent.tolist():
            cuts = statistics.thresholds[k]
            if len(cuts):
                variable += [k] * len(cuts)
                number += list(range(len(cuts)))
            else:
                variable.append(k)
                number.append(-1)
        column, row = np.triu_indices(len(dependent), 1)
        return Layout(
            np.array(variable),
            np.array(number),
            np.tile(dependent, len(exogenous)),
            np.repeat(exogenous, len(dependent)),
            np.setdiff1d(dependent, statistics.ordinal),
            dependent[row],
            dependent[column],
        )

    @property
    def slopes(self) -> slice:
        """Places of the slopes; variances and then covariances follow."""
        first = len(self.threshold_variable)
        return slice(first, first + len(self.slope_variable))

    @property
    def variances(self) -> slice:
        first = self.slopes.stop
        return slice(first, first + len(self.continuous))

    @property
    def pairs(self) -> slice:
        return slice(self.variances.stop, self.variances.stop + len(self.row))


@dataclass
class LimitedInformation:
    """Diagonally weighted (or unweighted) least squares for ordinal statistics."""

    model: Model
    statistics: list[OrdinalStatistics]
    unweighted: bool = False
    kind: str = "DWLS"
    unbiased: bool = False

    def __post_init__(self) -> None:
        n = np.array([s.n for s in self.statistics], dtype=float)
        self.multiplier = float((n - 1).sum())
        self.weights = (n - 1) / self.multiplier
        self.layouts = [Layout.of(s) for s in self.statistics]
        self.means, self.covs = map(list, zip(*(s.joint() for s in self.statistics), strict=True))
        self.blocks = [given_exogenous(b) for b in self.model.blocks]
        self.w = [
            np.ones(len(s.moments)) if self.unweighted else 1.0 / np.diag(s.gamma)
            for s in self.statistics
        ]

    def scales(self, block: Block, x: Array) -> Array:
        """``Delta`` of every observed variable (one for continuous ones)."""
        out = np.ones(block.observed)
        i, _, k = block.cells.of(SCALE)
        out[i] = x[k]
        return out

    def cuts(self, g: int, block: Block, x: Array) -> Array:
        """Thresholds of the model in the order of the moments, zero for means."""
        layout = self.layouts[g]
        table = np.array(block.thresholds, dtype=float)
        i, j, k = block.cells.of(THRESHOLD)
        table[i, j] = x[k]
        safe = np.maximum(layout.threshold_number, 0)
        out: Array = np.where(
            layout.threshold_number >= 0, table[layout.threshold_variable, safe], 0.0
        )
        return out

    def implied(self, g: int, x: Array) -> tuple[Array, Moments]:
        block, layout = self.blocks[g], self.layouts[g]
        m = block_moments(block, x)
        delta = self.scales(block, x)
        v = layout.threshold_variable
        mu = m.mu[v]
        first = np.where(layout.threshold_number >= 0, delta[v] * (self.cuts(g, block, x) - mu), mu)
        sigma = m.sigma
        cov = delta[layout.row] * delta[layout.column] * sigma[layout.row, layout.column]
        variances = sigma[layout.continuous, layout.continuous]
        slopes = delta[layout.slope_variable] * m.effects[layout.slope_variable, layout.slope_on]
        return np.concatenate([first, slopes, variances, cov]), m

    def jacobian(self, g: int, x: Array) -> Array:
        """Derivatives of the implied moments by the free parameters."""
        block, layout = self.blocks[g], self.layouts[g]
        m = block_moments(block, x)
        p = block.observed
        delta = self.scales(block, x)
        cells = block.cells
        by_cell = jacobian_cells(block, m, True)
        mean, vech = by_cell[:p], by_cell[p:]
        row, column = vech_index(p)
        position = np.zeros((p, p), dtype=np.intp)
        position[row, column] = np.arange(len(row))
        v, ordinal = layout.threshold_variable, layout.threshold_number >= 0
        first = np.where(ordinal[:, None], -delta[v][:, None] * mean[v], mean[v])
        scale = delta[layout.row] * delta[layout.column]
        lower = vech[position[layout.row, layout.column]]
        variances = vech[position[layout.continuous, layout.continuous]]
        y, on = layout.slope_variable, layout.slope_on
        slopes = np.zeros((len(y), len(cells.kind)))
        i, j, _ = cells.of(DIRECTED)
        by_path = m.effects[y[:, None], i] * m.effects[j, on[:, None]]
        slopes[:, cells.at(DIRECTED)] = delta[y][:, None] * by_path
        out = np.concatenate([first, slopes, variances, scale[:, None] * lower])
        sigma, cuts = m.sigma, self.cuts(g, block, x)
        offset = layout.pairs.start
        item, number, _ = cells.of(THRESHOLD)
        hit, cut = np.nonzero((v[:, None] == item) & (layout.threshold_number[:, None] == number))
        out[:, cells.at(THRESHOLD)] = 0.0
        out[hit, cells.at(THRESHOLD)[cut]] = delta[item[cut]]
        for c in np.flatnonzero(cells.kind == SCALE):
            i = cells.row[c]
            out[:, c] = 0.0
            hit = np.flatnonzero((v == i) & ordinal)
            out[hit, c] = cuts[hit] - m.mu[i]
            hit = np.flatnonzero(y == i)
            out[layout.slopes.start + hit, c] = m.effects[i, on[hit]]
            for a, b in ((layout.row, layout.column), (layout.column, layout.row)):
                hit = np.flatnonzero(a == i)
                out[offset + hit, c] += delta[b[hit]] * sigma[a[hit], b[hit]]
        full = np.zeros((len(out), self.model.parameters))
        full[:, cells.parameter] = out
        return full

    def value_and_gradient(self, x: Array) -> tuple[float, Array]:
        value, gradient = 0.0, np.zeros(len(x))
        with np.errstate(all="ignore"):
            for g, s in enumerate(self.statistics):
                try:
                    sigma, _ = self.implied(g, x)
                    r = s.moments - sigma
                    j = self.jacobian(g, x)
                except np.linalg.LinAlgError:
                    return np.inf, gradient
                value += 0.5 * self.weights[g] * float(r @ (self.w[g] * r))
                gradient -= self.weights[g] * (j.T @ (self.w[g] * r))
        return (value if np.isfinite(value) else np.inf), gradient

    def information(self, x: Array) -> Array:
        out = np.zeros((len(x), len(x)))
        for g in range(len(self.statistics)):
            j = self.jacobian(g, x)
            out += self.weights[g] * (j.T * self.w[g]) @ j
        return out

    def information_of_others(self, x: Array, known: int) -> tuple[Array, Array]:
        """Of the information the part between the first ``known`` parameters and the others,
        (known, others), and the others' diagonal."""
        rest = len(x) - known
        cross, own = np.zeros((known, rest)), np.zeros(rest)
        for g in range(len(self.statistics)):
            j = self.jacobian(g, x)
            weighted = self.weights[g] * self.w[g][:, None] * j[:, known:]
            cross += j[:, :known].T @ weighted
            own += np.einsum("ij,ij->j", j[:, known:], weighted)
        return cross, own

    def observed_information(self, x: Array) -> Array:
        return self.information(x)

    def hessian(self, x: Array) -> Array:
        """The Hessian of the value: the information and what the residuals make of curvature."""
        out = self.information(x)
        for g in range(len(self.statistics)):
            out += self.weights[g] * self._curvature(g, x)
        return out

    def _curvature(self, g: int, x: Array) -> Array:
        """Second derivatives of the implied moments times the derivative of the value by each."""
        block, layout = self.blocks[g], self.layouts[g]
        implied, m = self.implied(g, x)
        c = self.w[g] * (implied - self.statistics[g].moments)
        p, cells, delta = block.observed, block.cells, self.scales(block, x)
        v, ordinal = layout.threshold_variable, layout.threshold_number >= 0
        y, on = layout.slope_variable, layout.slope_on
        b = np.zeros(p)
        np.add.at(b, v, np.where(ordinal, delta[v], -1.0) * c[: layout.slopes.start])
        q = np.zeros((p, p))
        pairs = delta[layout.row] * delta[layout.column] * c[layout.pairs]
        q[layout.row, layout.column] = q[layout.column, layout.row] = pairs
        q[layout.continuous, layout.continuous] = 2 * c[layout.variances]
        by_cell = curvature_pieces(block, m, q, b, True)
        slopes = np.zeros((p, p))
        slopes[y, on] = delta[y] * c[layout.slopes]
        at, (i, j, _) = cells.at(DIRECTED), cells.of(DIRECTED)
        e = m.effects
        by_path = (e[:p].T @ slopes @ e[:, :p].T)[i[:, None], j] * e[j[:, None], i]
        by_cell[at[:, None], at] += by_path + by_path.T
        out = np.zeros((len(x), len(x)))
        out[cells.square] = by_cell
        jacobian = self.jacobian(g, x)
        # moments are linear in each scale; both scales of a pair come by here
        i, _, scales = cells.of(SCALE)
        others = np.setdiff1d(cells.parameter, scales)
        for variable, k in zip(i, scales, strict=True):
            hit = np.concatenate(
                [
                    (v == variable) & ordinal,
                    y == variable,
                    np.zeros(len(layout.continuous), dtype=bool),
                    (layout.row == variable) | (layout.column == variable),
                ]
            )
            part = c[hit] @ jacobian[hit] / delta[variable]
            part[k] = 0.0
            out[k] += part
            out[others, k] += part[others]
        return out


def fit_ordinal(syntax: Syntax, variables: Variables, sample: Sample, options: Options) -> Result:
    """Fit a model with ordinal variables."""
    if not variables.ordered:
        raise ModelError("nothing_ordered", estimator=options.estimator)
    if options.cluster is not None:
        raise ModelError("ordinal_clusters")
    if options.missing != "listwise":
        raise ModelError("ordinal_missing")
    if any(g.raw is None for g in sample.groups):
        raise ModelError("ordinal_covariances_given")
    for v in variables.exogenous_observed:
        if v in variables.ordered:
            raise ModelError("ordered_predictor", name=v)
    names = variables.observed
    ordinal = [names.index(v) for v in variables.ordered]
    levels = {}
    for v in variables.ordered:
        k = names.index(v)
        found = [np.unique(g.raw[:, k]) for g in sample.groups if g.raw is not None]
        union = np.unique(np.concatenate(found))
        levels[v] = len(union)
        if len(union) > 30:
            raise ModelError("many_categories", name=v, categories=len(union), where="")
        for values, label in zip(found, sample.labels, strict=True):
            if len(values) < len(union):
                raise ModelError(
                    "categories_missing_in_group",
                    name=v,
                    group=label,
                    count=len(values),
                    categories=len(union),
                )
    exogenous = [names.index(v) for v in variables.exogenous_observed]
    dependent = len(names) - len(exogenous)
    count = sum(levels[v] - 1 for v in variables.ordered) + dependent * (dependent - 1) // 2
    count += dependent * len(exogenous)
    if count > saturated.MOST_MOMENTS:
        raise ModelError(
            "many_thresholds",
            variables=len(names),
            moments=count,
            estimator=options.estimator,
            limit=saturated.MOST_MOMENTS,
        )
    statistics = []
    for group, label in zip(sample.groups, sample.labels, strict=True):
        assert group.raw is not None
        where = in_group(label)
        key = ("ordinal statistics", tuple(ordinal), tuple(exogenous))
        if key not in group.memo:
            group.memo[key] = statistics_of(group.raw, names, ordinal, exogenous, levels, where)
        statistics.append(group.memo[key])
    rows = parameter_table(
        syntax,
        variables,
        groups=len(sample.groups),
        meanstructure=True,
        std_lv=options.std_lv,
        group_equal=options.group_equal,
        group_partial=options.group_partial,
        levels=levels,
    )
    for row in rows:
        if row.op == "|" and not 0 < int(row.rhs[1:]) < levels[row.lhs]:
            thresholds = levels[row.lhs] - 1
            raise ModelError(
                "no_such_threshold", parameter=row.name, name=row.lhs, thresholds=thresholds
            )
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in variables.ordered and row.free:
            raise ModelError("ordinal_residual_variance", name=row.lhs)
    refuse_free_single_items(rows, variables)
    model = compile_model(rows, syntax, variables, len(sample.groups), True)
    for block in model.blocks:
        acting = block.cells.of(DIRECTED)[1]
        for k in ordinal:
            if block.directed[:, k].any() or (acting == k).any():
                raise ModelError("ordinal_predictor", name=names[k])
    if any(
        (
            (b.cells.kind == 1) & (b.cells.row == b.cells.column) & np.isin(b.cells.row, ordinal)
        ).any()
        for b in model.blocks
    ):
        raise ModelError("ordinal_residual_variances")
    model = replace(
        model,
        blocks=tuple(
            _with_ordinal(b, rows, g, ordinal, levels, s)
            for g, (b, s) in enumerate(zip(model.blocks, statistics, strict=True))
        ),
    )
    model.defined_values(model.offset + 1.0)
    df = ordinal_df(model, statistics)
    if df < 0:
        raise ModelError("negative_df", df=df)
    source = sample
    sample = replace(
        sample,
        groups=tuple(
            replace(g, mean=mean, cov=cov)
            for g, (mean, cov) in zip(sample.groups, (s.joint() for s in statistics), strict=True)
        ),
    )
    estimate = solve_ordinal(model, sample, options, statistics, None)
    estimate.extra["source"] = source
    return Result(estimate)


def statistics_of(
    raw: Array,
    names: Sequence[str],
    ordinal: Sequence[int],
    exogenous: Sequence[int],
    levels: dict[str, int],
    where: str = "",
) -> OrdinalStatistics:
    """The statistics of one group's rows, given the variables at ``exogenous`` if there are any."""
    if len(exogenous):
        return conditional_statistics(raw, names, ordinal, exogenous, levels, where)
    return ordinal_statistics(raw, names, ordinal, levels, where)


def given_exogenous(block: Block) -> Block:
    """The block with its fixed exogenous variables held at zero."""
    e = block.exogenous
    if not len(e):
        return block
    symmetric, mean = block.symmetric.copy(), block.mean.copy()
    symmetric[e[:, None], e] = 0.0
    mean[e] = 0.0
    return replace(block, symmetric=symmetric, mean=mean)


def refuse_free_single_items(rows: list[Row], variables: Variables) -> None:
    """Refuse a factor whose scale hangs on one ordinal item: its variance is not identified.

    The residual variance of an ordinal item is what its factor leaves of one, not a parameter that
    could be fixed; lavaan reports a singular information matrix.
    """
    loadings: dict[str, list[Row]] = {}
    for row in rows:
        if row.op == "=~" and row.group == 1:
            loadings.setdefault(row.lhs, []).append(row)
    loaded = Counter(row.rhs for found in loadings.values() for row in found)
    for factor, found in loadings.items():
        item = found[0].rhs
        if len(found) > 1 or loaded[item] > 1 or item not in variables.ordered:
            continue
        variance = [r for r in rows if r.op == "~~" and (r.lhs, r.rhs) == (factor, factor)]
        if any(r.free and not r.label for r in [found[0], *variance]):
            raise ModelError("single_ordinal_item", factor=factor, item=item)


def _with_ordinal(
    block: Block,
    rows: list[Any],
    g: int,
    ordinal: list[int],
    levels: dict[str, int],
    statistics: OrdinalStatistics,
) -> Block:
    """The block with the places of its ordinal variables and their fixed thresholds, and with the
    sample moments of fixed exogenous variables."""
    top = max(levels.values())
    thresholds = np.zeros((block.observed, top))
    for row in rows:
        if row.op == "|" and row.group == g + 1 and not row.free:
            thresholds[block.names.index(row.lhs), int(row.rhs[1:]) - 1] = row.value or 0.0
    symmetric = block.symmetric.copy()
    symmetric[ordinal, ordinal] = 0.0
    e, mean = block.exogenous, block.mean.copy()
    symmetric[e[:, None], e] = statistics.cov[e[:, None], e]
    mean[e] = statistics.mean[e]
    return replace(
        block,
        ordinal=np.array(ordinal, dtype=np.intp),
        thresholds=thresholds,
        symmetric=symmetric,
        mean=mean,
    )


def solve_ordinal(
    model: Model,
    sample: Sample,
    options: Options,
    statistics: list[OrdinalStatistics],
    start: Array | None,
) -> Estimate:
    """Minimise the discrepancy and attach robust covariances and tests."""
    discrepancy = LimitedInformation(model, statistics, unweighted=options.estimator == "ULSMV")
    k, offset = model.expand, model.offset
    if start is None:
        start = starting_values(model, discrepancy.covs, discrepancy.means)
        for g, block in enumerate(model.blocks):
            i, j, q = block.cells.of(THRESHOLD)
            cuts = statistics[g].thresholds
            start[q] = [cuts[a][b] for a, b in zip(i, j, strict=True)]

    def value_and_gradient(theta: Array) -> tuple[float, Array]:
        value, gradient = discrepancy.value_and_gradient(k @ theta + offset)
        return value, k.T @ gradient

    def information(theta: Array) -> Array:
        out: Array = k.T @ discrepancy.information(k @ theta + offset) @ k
        return out

    theta = np.linalg.lstsq(k, start - offset, rcond=None)[0]
    minimum = minimise(value_and_gradient, information, information, theta, limit=LIMIT)
    if not minimum.converged and np.isfinite(minimum.decrement):
        # where residuals are large, steps that leave out their curvature are slow

        def hessian(theta: Array) -> Array:
            return model.reduce_matrix(discrepancy.hessian(k @ theta + offset))

        minimum = minimise(value_and_gradient, information, hessian, minimum.theta, limit=LIMIT)
    x = model.x_of(minimum.theta)
    extra: dict[str, Any] = {"statistics": statistics, "refit": refit_ordinal}
    estimate = Estimate(model, sample, options, discrepancy, minimum, x, extra)
    if minimum.converged:
        extra["covariance"] = ordinal_covariance(estimate)
        extra["identification"] = discrepancy.information(x)
    else:
        extra["covariance"] = (np.full((len(x), len(x)), np.nan), True)
    extra["fit_measures"] = ordinal_fit_measures
    return estimate


def refit_ordinal(estimate: Estimate, groups: tuple[GroupSample, ...]) -> tuple[Array, bool] | None:
    """One bootstrap refit: new polychorics, the weights of this sample."""
    block = estimate.model.blocks[0]
    names = estimate.sample.names
    levels = {
        names[k]: len(estimate.extra["statistics"][0].thresholds[k]) + 1 for k in block.ordinal
    }
    try:
        statistics = [
            statistics_of(
                np.asarray(g.raw), names, block.ordinal.tolist(), block.exogenous.tolist(), levels
            )
            for g in groups
        ]
        discrepancy = LimitedInformation(
            estimate.model, statistics, estimate.discrepancy.unweighted
        )
    except (ModelError, np.linalg.LinAlgError):
        return None
    k, offset = estimate.model.expand, estimate.model.offset
    minimum = minimise(
        lambda t: _reduced(discrepancy, k, offset, t),
        lambda t: k.T @ discrepancy.information(k @ t + offset) @ k,
        lambda t: k.T @ discrepancy.information(k @ t + offset) @ k,
        estimate.theta,
        limit=100,
        tolerance=1e-11,
    )
    return estimate.model.x_of(minimum.theta), minimum.converged


def _reduced(
    discrepancy: LimitedInformation, k: Array, offset: Array, theta: Array
) -> tuple[float, Array]:
    value, gradient = discrepancy.value_and_gradient(k @ theta + offset)
    return value, k.T @ gradient


def ordinal_covariance(estimate: Estimate) -> tuple[Array, bool]:
    r"""Covariance matrix of the parameters, and whether they are identified.

    The sandwich :math:`H^{-1}\Delta'W\Gamma W\Delta H^{-1}/(N - 1)` with the Hessian of the
    discrepancy, or with its expected part :math:`\Delta'W\Delta`; or one of these alone.
    """
    d: LimitedInformation = estimate.discrepancy
    options, k = estimate.options, estimate.model.expand
    expected = k.T @ d.information(estimate.x) @ k
    bread, regular = pseudo_inverse(expected)
    if "expected" not in (options.standard_errors, options.information):
        observed, positive = pseudo_inverse(k.T @ d.hessian(estimate.x) @ k)
        bread = observed if positive else bread
    if options.standard_errors in ("expected", "observed"):
        return k @ bread @ k.T / d.multiplier, regular
    meat = np.zeros_like(bread)
    for g, s in enumerate(d.statistics):
        wj = (d.jacobian(g, estimate.x) @ k) * d.w[g][:, None]
        meat += d.weights[g] ** 2 * wj.T @ s.gamma @ wj / (s.n - 1)
    return k @ (bread @ meat @ bread) @ k.T, regular


def ordinal_df(model: Model, statistics: list[OrdinalStatistics]) -> int:
    return sum(len(s.moments) for s in statistics) - int(model.expand.shape[1])


def _scaled_jacobian(estimate: Estimate) -> tuple[list[Array], list[Array], Array]:
    r"""Per group :math:`\sqrt{w}\Delta` and :math:`\sqrt{w}\sqrt{w}'\Gamma`, with the rows of
    moments that the model leaves free taken away, and :math:`(\Delta'W\Delta)^{-1}` of the rest.

    A moment with a parameter that touches no other is as in the data, whatever the others are:
    thresholds, as a rule. :math:`U` is zero there.
    """
    d: LimitedInformation = estimate.discrepancy
    tall, gammas = [], []
    for g, s in enumerate(d.statistics):
        tall.append(d.jacobian(g, estimate.x) @ estimate.model.expand)
        gammas.append(s.gamma)
    touched = sum((t != 0).sum(axis=0) for t in tall)
    for g, t in enumerate(tall):
        lone = (t[:, touched == 1] != 0).any(axis=1)
        root = np.sqrt(d.w[g][~lone])
        tall[g] = np.sqrt(d.weights[g]) * root[:, None] * t[~lone]
        gammas[g] = gammas[g][np.ix_(~lone, ~lone)] * np.outer(root, root)
    rest = touched > 1
    tall = [t[:, rest] for t in tall]
    bread, _ = pseudo_inverse(np.asarray(sum(t.T @ t for t in tall)))
    return tall, gammas, bread


def _traces(estimate: Estimate) -> tuple[float, float]:
    r""":math:`\mathrm{tr}(U\Gamma)` and :math:`\mathrm{tr}(U\Gamma U\Gamma)` over all groups.

    With :math:`T = \sqrt W\Delta`, :math:`G = \sqrt W\Gamma\sqrt W` and
    :math:`B = (T'T)^{-1}` they are :math:`\mathrm{tr}\,G - \mathrm{tr}(BT'GT)` and
    :math:`\mathrm{tr}\,GG - 2\,\mathrm{tr}(BT'GGT) + \mathrm{tr}\{(BT'GT)^2\}`.
    """
    tall, gammas, bread = _scaled_jacobian(estimate)
    once, twice = np.zeros_like(bread), np.zeros_like(bread)
    trace = trace2 = 0.0
    for t, gamma in zip(tall, gammas, strict=True):
        through = gamma @ t
        once += t.T @ through
        twice += through.T @ through
        trace += float(np.trace(gamma))
        trace2 += float(np.vdot(gamma, gamma))
    inner = bread @ once
    trace -= float(np.trace(inner))
    trace2 += float(np.sum(inner * inner.T)) - 2 * float(np.sum(bread * twice))
    return trace, trace2


@dataclass(frozen=True)
class Correlations:
    """The normal-theory test of the correlations alone, and that of their independence."""

    chisq: float = np.nan
    df: float = np.nan
    factor: float = np.nan
    base: float = np.nan
    base_df: float = np.nan
    base_factor: float = np.nan


def catml(estimate: Estimate) -> Correlations:
    r"""Normal-theory chi-square of the polychoric correlations at these estimates and its factor,
    then the same of the baseline model (Savalei 2021): the base of robust CFI and RMSEA.

    The factor is :math:`\mathrm{tr}\{(I - DW)'V(I - DW)\Gamma\}/df` over the correlations, with
    :math:`D = \Delta(\Delta'W\Delta)^{-1}\Delta'` and :math:`V` the expected information of normal
    theory with fixed diagonal; df are those of the correlations alone. As in lavaan NaN with
    continuous variables, fixed predictors, free scales, or where polychoric correlations are not
    positive definite.
    """
    d: LimitedInformation = estimate.discrepancy
    k = estimate.model.expand
    bread, _ = pseudo_inverse(k.T @ d.information(estimate.x) @ k)
    chisq = base = trace = base_trace = 0.0
    base_df = 0
    touched = np.zeros(k.shape[1], dtype=bool)
    # of W D V, W D V D and W Gamma W, each seen through the Jacobian
    dvgwd, dvd, dwgwd = (np.zeros_like(bread) for _ in range(3))
    for g, s in enumerate(d.statistics):
        block, layout = estimate.model.blocks[g], d.layouts[g]
        sigma = estimate.moments[g].sigma
        pair, observed = inverse_and_logdet(sigma), inverse_and_logdet(s.cov)
        if pair is None or observed is None or len(layout.continuous) or len(block.cells.at(SCALE)):
            return Correlations()
        if len(s.exogenous):
            return Correlations()
        if np.linalg.eigvalsh(s.cov)[0] < np.finfo(float).eps ** 0.5:
            return Correlations()
        v, logdet = pair
        chisq += s.n * (logdet - observed[1] + float(np.sum(v * s.cov)) - len(sigma))
        base -= s.n * observed[1]
        base_df += len(layout.row)
        share = s.n / estimate.n
        i, j = layout.row, layout.column
        gamma, w = s.gamma[layout.pairs, layout.pairs], d.w[g][layout.pairs]
        delta = d.jacobian(g, estimate.x)[layout.pairs] @ k
        touched |= (delta != 0).any(axis=0)
        info = v[i[:, None], i] * v[j[:, None], j]
        info += v[i[:, None], j] * v[j[:, None], i]
        # gamma over the share, info and w times it
        base_trace += float(np.trace(gamma)) / share
        trace += float(np.vdot(info, gamma))
        through, right = info @ delta, gamma @ (w[:, None] * delta)
        dvgwd += share * (through.T @ right)
        dvd += share * (delta.T @ through)
        dwgwd += share * ((w[:, None] * delta).T @ right)
    trace += float(np.sum((bread @ dvd @ bread) * dwgwd)) - 2 * float(np.sum(bread * dvgwd))
    df = base_df - int(touched.sum())
    return Correlations(
        chisq, df, trace / df if df else np.nan, base, base_df, base_trace / base_df
    )


def shifted_difference(restricted: Estimate, free: Estimate, plain: float, df: int) -> float:
    r"""Scaled and shifted difference statistic of nested models (Satorra 2000; Asparouhov & Muthén
    2010): with :math:`H = \Delta_1^+\Delta_0`, :math:`P = \Delta_1'W\Delta_1` and
    :math:`U = W\Delta_1\{P^{-1} - H(H'PH)^{-1}H'\}\Delta_1'W` it is :math:`aT + df - a\,
    \mathrm{tr}(U\Gamma)`, :math:`a = \sqrt{df/\mathrm{tr}\{(U\Gamma)^2\}}`.
    """
    d: LimitedInformation = free.discrepancy
    k1, k0 = free.model.expand, restricted.model.expand
    every = range(len(d.statistics))
    first = [d.jacobian(g, free.x) @ k1 for g in every]
    other = [restricted.discrepancy.jacobian(g, restricted.x) @ k0 for g in every]
    h = np.linalg.lstsq(np.concatenate(first), np.concatenate(other), rcond=None)[0]
    p = k1.T @ d.information(free.x) @ k1
    bread, _ = pseudo_inverse(p)
    inner, _ = pseudo_inverse(h.T @ p @ h)
    middle = np.zeros_like(p)
    for g, s in enumerate(d.statistics):
        wj = first[g] * d.w[g][:, None]
        middle += d.weights[g] * (wj.T @ s.gamma @ wj)
    u = (bread - h @ inner @ h.T) @ middle
    a = float(np.sqrt(df / np.sum(u * u.T)))
    return a * plain + df - a * float(np.trace(u))


def ordinal_fit_measures(estimate: Estimate) -> dict[str, float]:
    """Fit measures with lavaan's names."""
    d: LimitedInformation = estimate.discrepancy
    options = estimate.options
    n, groups = estimate.n, len(d.statistics)
    npar = estimate.model.expand.shape[1]
    df = ordinal_df(estimate.model, d.statistics)
    chisq = 2 * d.multiplier * estimate.minimum.value
    base, base_df = 0.0, 0
    base_trace = base_trace2 = 0.0
    random = [estimate.sample.names.index(v) for v in estimate.model.variables.random_exogenous]
    for g, s in enumerate(d.statistics):
        layout = d.layouts[g]
        # predictors covary freely in the baseline model too
        zero = ~(np.isin(layout.row, random) & np.isin(layout.column, random))
        at = layout.pairs.start + np.flatnonzero(zero)
        r, w = s.moments[at], d.w[g][at]
        base += (s.n - 1) * float(r @ (w * r))
        base_df += len(at)
        ug = w[:, None] * s.gamma[np.ix_(at, at)]
        base_trace += float(np.trace(ug))
        base_trace2 += float(np.sum(ug * ug.T))
    out: dict[str, float] = {
        "npar": npar,
        "fmin": chisq / (2 * n),
        "chisq": chisq,
        "df": df,
        "pvalue": np.nan,  # the discrepancy alone is not distributed as chi-square
    }
    scaled = base_scaled = np.nan
    if options.estimator != "DWLS" and df > 0:
        scaled, factor, shift = _scale(chisq, df, *_traces(estimate), options.estimator)
        base_scaled, base_factor, _ = _scale(
            base, base_df, base_trace, base_trace2, options.estimator
        )
        out |= {
            "chisq_scaled": scaled,
            "df_scaled": df,
            "pvalue_scaled": chisq_pvalue(scaled, df),
            "chisq_scaling_factor": factor,
        }
        if options.estimator != "WLSM":
            out["chisq_shift_parameter"] = shift
    out |= {
        "baseline_chisq": base,
        "baseline_df": base_df,
        "baseline_pvalue": np.nan,
    }
    out |= incremental(chisq, df, base, base_df)
    if np.isfinite(scaled):
        out |= {
            "baseline_chisq_scaled": base_scaled,
            "baseline_df_scaled": base_df,
            "baseline_pvalue_scaled": chisq_pvalue(base_scaled, base_df),
            "baseline_chisq_scaling_factor": base_factor,
        }
        out |= incremental(scaled, df, base_scaled, base_df, "_scaled")
        normal = catml(estimate)
        out |= robust_incremental(
            normal.chisq, normal.df, normal.factor, normal.base, normal.base_df, normal.base_factor
        )
    out["ntotal"] = n
    effective = d.multiplier
    out |= rmsea_measures(chisq, df, effective, groups)
    out["rmsea_ci_level"], out["rmsea_close_h0"], out["rmsea_notclose_h0"] = 0.90, 0.05, 0.08
    if np.isfinite(scaled):
        if options.estimator == "WLSM":
            out |= rmsea_measures(chisq, factor * df, effective, groups, suffix="_scaled")
        else:
            out |= rmsea_measures(scaled, df, effective, groups, suffix="_scaled")
        point = (normal.chisq, normal.factor)
        ratio = normal.chisq / normal.factor
        out |= rmsea_measures(ratio, normal.df, n, groups, normal.factor, "_robust", point)
    p = len(d.blocks[0].dependent)
    out |= population_gfi(chisq, df, effective, p, chisq)
    out["gfi_ci_level"] = 0.90
    if np.isfinite(scaled):
        factor = normal.factor
        out |= population_gfi(normal.chisq, normal.df, n, p, ratio, factor, "_robust")
    out |= _ordinal_residuals(estimate)
    lost = all_ = gfi = 0.0
    nel = 0
    for g, s in enumerate(d.statistics):
        r = s.moments - d.implied(g, estimate.x)[0]
        lost, all_ = float(r @ (d.w[g] * r)), float(s.moments @ (d.w[g] * s.moments))
        gfi += s.n / n * (1 - lost / all_)
        nel += len(s.moments)
    out |= {
        "gfi_lisrel": gfi,
        "agfi_lisrel": 1 - nel / df * (1 - gfi) if df else 1.0,
        "pgfi": df / nel * gfi,
        "mfi": float(np.exp(-0.5 * (chisq - df) / effective)),
        "wrmr": float(np.sqrt(chisq * groups / nel)),
        "cn_05": _critical_n(chisq, df, effective, 0.05),
        "cn_01": _critical_n(chisq, df, effective, 0.01),
    }
    return out


def _critical_n(chisq: float, df: int, n: float, alpha: float) -> float:
    if df < 1 or chisq <= 0:
        return np.nan
    return float(special.chdtri(df, alpha)) / (chisq / n) + 1


def _scale(
    chisq: float, df: int, trace: float, trace2: float, estimator: str
) -> tuple[float, float, float]:
    if not df:  # a baseline model of one dependent variable
        return chisq, np.nan, 0.0
    if estimator == "WLSM":
        factor = trace / df
        return chisq / factor, factor, 0.0
    a = float(np.sqrt(df / trace2))
    shift = df - a * trace
    return chisq * a + shift, 1 / a, shift


def _ordinal_residuals(estimate: Estimate) -> dict[str, float]:
    d: LimitedInformation = estimate.discrepancy
    out = dict.fromkeys(
        ("rmr", "rmr_nomean", "srmr", "srmr_bentler", "srmr_bentler_nomean", "crmr", "crmr_nomean"),
        0.0,
    )
    out |= {"srmr_mplus": np.nan, "srmr_mplus_nomean": np.nan}  # not defined here, as in lavaan
    for g, s in enumerate(d.statistics):
        layout = d.layouts[g]
        sigma, m = d.implied(g, estimate.x)
        first = len(layout.threshold_variable)
        sd = np.sqrt(np.diag(s.cov))
        pairs = (s.moments - sigma)[layout.pairs]
        std = pairs / (sd[layout.row] * sd[layout.column])
        c = layout.continuous
        is_cut = layout.threshold_number >= 0
        th = (s.moments - sigma)[:first][is_cut]
        share = s.n / estimate.n
        # lavaan leaves the variances of continuous variables out but counts them
        cov_ss, raw_ss = float(std @ std), float(pairs @ pairs)
        model_sd = np.where(np.isin(np.arange(len(sd)), c), np.sqrt(np.diag(m.sigma)), 1.0)
        cor_model = sigma[layout.pairs] / (model_sd[layout.row] * model_sd[layout.column])
        cor = s.moments[layout.pairs] / (sd[layout.row] * sd[layout.column]) - cor_model
        cor_ss, th_ss = float(cor @ cor), float(th @ th)
        slopes = (s.moments - sigma)[layout.slopes]
        unit = slopes * sd[layout.slope_on] / sd[layout.slope_variable]
        off, rest = len(pairs), len(th) + len(slopes)
        count = off + len(sd) - len(s.exogenous)
        th_raw, th_ss = th_ss + float(slopes @ slopes), th_ss + float(unit @ unit)
        values = {
            "rmr": np.sqrt((raw_ss + th_raw) / (count + rest)),
            "rmr_nomean": np.sqrt(raw_ss / count),
            "srmr": np.sqrt(cov_ss / count),
            "srmr_bentler": np.sqrt((cov_ss + th_ss) / (count + rest)),
            "srmr_bentler_nomean": np.sqrt(cov_ss / count),
            "crmr": np.sqrt((cor_ss + th_ss) / (off + rest)) if off + rest else 0.0,
            "crmr_nomean": np.sqrt(cor_ss / off) if off else 0.0,
        }
        for key, value in values.items():
            out[key] += share * float(value)
    return out


__all__ = ["LimitedInformation", "fit_ordinal"]
