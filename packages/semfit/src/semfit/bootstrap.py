"""The bootstrap: exact refits to resampled cases, within groups, or of whole clusters.

Draws that do not converge, or whose solution is inadmissible (a negative variance, a covariance
matrix of factors or residuals that is not positive semidefinite, an implied matrix that is not
positive definite), are counted and by default kept out of standard errors and intervals;
``inadmissible="keep"`` keeps the latter, as lavaan does.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from .data import GroupSample, group_sample
from .errors import ModelError
from .estimate import Estimate, pseudo_inverse, solve
from .frames import pd
from .intervals import bootstrap_interval, inference, one_sided
from .messages import Message, message
from .model import SYMMETRIC, Array, Block, Model, block_moments
from .refit import Batch, Refits, Refitter, with_exogenous
from .resampling import BLOCK, MomentSums, Plan
from .standardized import effect_pairs, effect_values, jacobian
from .threads import single_threaded

if TYPE_CHECKING:
    from .result import Result

CHUNK = 2 * BLOCK
LARGE = 300 * 2**20  # bytes of row counts held at a time


@dataclass(frozen=True)
class Bootstrap:
    """Draws of the free parameters and what follows from them.

    Attributes
    ----------
    x
        Solutions, (draws, q).
    converged, admissible
        Which of them are solutions, and admissible ones, (draws,).
    seed, rule
        Where the draws started; ``"exclude"`` or ``"keep"`` for inadmissible ones.

    Examples
    --------
    >>> import semfit
    >>> data = semfit.example_data("holzinger_swineford")
    >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3; textual =~ x4 + x5 + x6; d := a - b", data)
    >>> b = r.bootstrap(100, seed=1)
    >>> b.draws, b.nonconverged, b.inadmissible, int(b.used.sum())
    (100, 0, 1, 99)
    >>> b.warnings
    ['bootstrap: 1 of 100 draws have an inadmissible solution and are not used']
    """

    estimate: Estimate = field(repr=False)
    x: Array = field(repr=False)
    converged: Any = field(repr=False)
    admissible: Any = field(repr=False)
    seed: int
    rule: str = "exclude"

    @property
    def draws(self) -> int:
        """How many there are."""
        return len(self.x)

    @property
    def nonconverged(self) -> int:
        """Draws without a solution."""
        return int((~self.converged).sum())

    @property
    def inadmissible(self) -> int:
        """Draws whose solution is inadmissible."""
        return int((self.converged & ~self.admissible).sum())

    @cached_property
    def used(self) -> Any:
        """The draws that enter standard errors and intervals."""
        return self.converged & (self.admissible if self.rule == "exclude" else True)

    @property
    def warnings(self) -> list[Message]:
        """Draws that are not used, or that lie on one side of the estimate, in sentences."""
        out, draws = [], self.draws
        if self.nonconverged:
            out.append(message("draws_not_converged", count=self.nonconverged, draws=draws))
        if self.inadmissible:
            out.append(
                message(
                    "draws_left_out" if self.rule == "exclude" else "draws_kept",
                    count=self.inadmissible,
                    draws=draws,
                )
            )
        if self.used.sum() < 2:
            out.append(message("too_few_draws"))
            return out
        if self.one_sided:
            out.append(message("draws_on_one_side", count=self.one_sided, parameters=self._names))
        defined = self.estimate.model.syntax.defined
        missing = (~np.isfinite(self.values(self.estimate.model.defined_values))).sum(axis=0)
        for (name, _, _), count in zip(defined, missing.tolist(), strict=True):
            if count:
                used = int(self.used.sum())
                out.append(message("draws_undefined", name=name, count=count, draws=used))
        return out

    @property
    def _names(self) -> int:
        model = self.estimate.model
        return model.parameters + len(model.syntax.defined)

    @cached_property
    def one_sided(self) -> int:
        """Free and defined parameters whose draws all lie on one side of the estimate."""
        model = self.estimate.model

        def function(x: Any) -> Any:
            return np.concatenate([x, model.defined_values(x)], axis=-1)

        point = np.real(function(self.estimate.x[None])[0])
        return int(one_sided(self.values(function), point).sum())

    @cached_property
    def result(self) -> Result:
        """The fit with bootstrap standard errors and percentile limits in its tables."""
        from .result import Result

        return Result(self.estimate, self)

    # -- values of draws -----------------------------------------------------------------------
    def values(self, function: Callable[[Any], Any]) -> Array:
        """A function (…, q) -> (…, k) of the parameters for every usable draw, (draws, k).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3; textual =~ x4 + x5 + x6; d := a - b", data)
        >>> b = r.bootstrap(100, seed=1)
        >>> b.values(lambda x: x[..., :2]).shape
        (99, 2)
        """
        chosen = self.x[self.used]
        parts = [function(chosen[k : k + 512]) for k in range(0, len(chosen), 512)]
        if not parts:
            parts = [function(self.x[:0] if len(self.x) else self.estimate.x[None][:0])]
        return np.real(np.concatenate(parts))

    @cached_property
    def _influence(self) -> Array:
        """Empirical influence values of the free parameters, one row per case."""
        estimate = self.estimate
        scores = np.concatenate(estimate.case_scores)
        k = estimate.model.expand
        bread, _ = pseudo_inverse(estimate.reduce(estimate.observed_information))
        if estimate.options.cluster is not None:
            codes = np.concatenate([np.asarray(g.clusters) for g in estimate.sample.groups])
            sums = np.zeros((int(codes.max()) + 1, scores.shape[1]))
            np.add.at(sums, codes, scores)
            scores = sums
        out: Array = scores @ k @ bread @ k.T
        return out

    def interval(
        self, function: Callable[[Any], Any], kind: str = "percentile", level: float = 0.95
    ) -> tuple[Array, Array, Array, Array]:
        """Estimate, bootstrap standard error and limits of a function of the parameters.

        Parameters
        ----------
        function
            (…, q) to (…, k), for many parameter vectors at once.
        kind, level
            As for `parameters`.

        Returns
        -------
        tuple of arrays
            Estimate, standard error (divided by the number of draws), lower and upper limits, (k,).

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3; textual =~ x4 + x5 + x6; d := a - b", data)
        >>> b = r.bootstrap(100, seed=1)
        >>> est, se, low, high = b.interval(lambda x: x[..., :1] ** 2)
        >>> print(f"{est[0]:.3f}")
        0.312
        """
        point = np.real(function(self.estimate.x[None])[0])
        values = self.values(function)
        if len(values) < 2:
            nan = np.full(len(point), np.nan)
            return point, nan, nan, nan
        whole = np.isfinite(values).all(axis=0)
        se = np.where(whole, values, 0.0).std(axis=0)  # divided by the draws, as lavaan does
        se[~whole] = np.nan
        influence = None
        if kind == "bca":
            if "covariance" in self.estimate.extra:
                raise ModelError("bca_ordinal")
            with np.errstate(all="ignore"):
                influence = self._influence @ jacobian(function, self.estimate.x).T
        low, high = bootstrap_interval(point, values, kind, level, influence)
        return point, se, low, high

    # -- tables --------------------------------------------------------------------------------
    def parameters(self, kind: str = "percentile", level: float = 0.95) -> pd.DataFrame:
        """The parameter table with bootstrap standard errors and limits.

        Parameters
        ----------
        kind
            ``"percentile"``, ``"basic"``, ``"norm"``, ``"bc"`` (bias-corrected) or ``"bca"`` (and
            accelerated) (Efron & Tibshirani 1993, chapters 13 and 14).
        level
            Confidence of the limits.

        Raises
        ------
        ModelError
            For another ``kind``, and for BCa limits of ordinal models.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3; textual =~ x4 + x5 + x6; d := a - b", data)
        >>> b = r.bootstrap(100, seed=1)
        >>> b.parameters("bca").tail(1)[["lhs", "est", "se", "ci_lower", "ci_upper"]].round(2)
           lhs   est    se  ci_lower  ci_upper
        15   d -0.15  0.09     -0.32      0.09
        """
        from .result import Result

        model = self.estimate.model
        frame = Result(self.estimate).parameters.copy()
        count = model.parameters

        def function(x: Any) -> Any:
            return np.concatenate([x, model.defined_values(x)], axis=-1)

        point, se, low, high = self.interval(function, kind, level)
        rows = [*model.free.tolist(), *range(len(model.rows), len(frame))]
        se = np.where(np.nan_to_num(se, nan=1.0) < 1e-12, 0.0, se)
        frame.loc[rows, "se"] = se
        more = inference(point, se, level)
        frame.loc[rows, "z"], frame.loc[rows, "pvalue"] = more["z"], more["pvalue"]
        frame.loc[rows, "ci_lower"], frame.loc[rows, "ci_upper"] = low, high
        assert len(point) == count + len(model.syntax.defined)
        return frame

    def standardized(
        self, kind: str = "percentile", level: float = 0.95, solution: str = "all"
    ) -> pd.DataFrame:
        """The standardized solution with bootstrap standard errors and limits.

        Parameters
        ----------
        kind, level
            As for `parameters`.
        solution
            ``"all"`` or ``"lv"``.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> r = semfit.fit("visual =~ x1 + a*x2 + b*x3; textual =~ x4 + x5 + x6; d := a - b", data)
        >>> b = r.bootstrap(100, seed=1)
        >>> b.standardized().loc[:1, ["lhs", "rhs", "est_std", "se"]].round(2)
              lhs rhs  est_std    se
        0  visual  x1     0.78  0.09
        1  visual  x2     0.43  0.08
        """
        from .result import Result

        result = Result(self.estimate)
        s = result._standardizer

        def function(x: Any) -> Any:
            moments = self.estimate.model.moments(x)
            parts = [s(x, solution, moments), s.defined(x, solution, moments)]
            return np.concatenate(parts, axis=-1)

        point, se, low, high = self.interval(function, kind, level)
        se = np.where(np.nan_to_num(se, nan=1.0) < 1e-12, 0.0, se)
        frame = result.standardized(solution, level)
        more = inference(point, se, level)
        columns = {"se": se, "z": more["z"], "pvalue": more["pvalue"]}
        columns |= {"ci_lower": low, "ci_upper": high}
        # fixed predictors' rows stay as they are
        rows = [*s.number.tolist(), *range(len(result.estimate.model.rows), len(frame))]
        for name, values in columns.items():
            frame.loc[rows, name] = values
        return frame

    def effects(
        self,
        kind: str = "percentile",
        level: float = 0.95,
        indicators: bool = False,
        standardized: bool = False,
    ) -> pd.DataFrame:
        """Direct, indirect and total effects with bootstrap standard errors and limits.

        Parameters
        ----------
        kind, level
            As for `parameters`.
        indicators, standardized
            With paths to items; of standardized effects.

        Examples
        --------
        >>> import semfit
        >>> data = semfit.example_data("holzinger_swineford")
        >>> b = semfit.fit("f =~ x4 + x5 + x6; f ~ x1; x9 ~ f", data).bootstrap(100, seed=1)
        >>> table = b.effects("percentile")
        >>> table[table["effect"] == "indirect"][["from", "to", "est", "ci_lower"]].round(2)
          from  to  est  ci_lower
        0   x1  x9  0.1      0.03
        """
        from .result import Result

        model = self.estimate.model
        pairs = effect_pairs(model, indicators)
        if not len(pairs):
            return Result(self.estimate).effects(indicators, level)
        offset = 3 if standardized else 0

        def function(x: Any) -> Any:
            values = effect_values(model, pairs, x)[..., offset : offset + 3, :]
            return np.swapaxes(values, -1, -2).reshape(*x.shape[:-1], 3 * len(pairs))

        point, se, low, high = self.interval(function, kind, level)
        se = np.where(np.nan_to_num(se, nan=1.0) < 1e-12, 0.0, se)
        names = model.blocks[0].names
        frame = Result(self.estimate).effects(indicators, level)
        more = inference(point, se, level)
        full = pd.DataFrame(
            {
                "from": np.repeat([names[k] for k in pairs[:, 1]], 3),
                "to": np.repeat([names[k] for k in pairs[:, 2]], 3),
                "group": np.repeat(pairs[:, 0] + 1, 3),
                "effect": np.tile(["direct", "indirect", "total"], len(pairs)),
                "est": point,
                "se": se,
                "z": more["z"],
                "pvalue": more["pvalue"],
                "ci_lower": low,
                "ci_upper": high,
            }
        )
        keys = ["from", "to", "group", "effect"]
        merged = frame[[*keys, "std_all"]].merge(full, on=keys, how="left")
        return merged[[*keys, "est", "se", "z", "pvalue", "ci_lower", "ci_upper", "std_all"]]

    def __str__(self) -> str:
        return (
            f"bootstrap: {self.draws} draws (seed {self.seed}), {int(self.used.sum())} used,"
            f" {self.nonconverged} not converged, {self.inadmissible} inadmissible"
        )


def admissible_draws(model: Model, x: Array, batch: Batch | None = None) -> Any:
    """Which solutions have no negative variance and only positive semidefinite matrices."""
    good: Any = np.isfinite(x).all(axis=1)
    out: Any = good.copy()
    for g, block in enumerate(model.blocks):
        p = block.observed
        quick = _plainly_admissible(block, x)
        if quick is not None and quick[good].all():
            continue
        use = (
            block
            if batch is None
            else with_exogenous(
                block, batch.covs[g][good], batch.means[g][good], model.meanstructure
            )
        )
        with np.errstate(all="ignore"):
            m = block_moments(use, x[good])
        s = m.symmetric
        fine = (np.einsum("bii->bi", s) >= -1e-10).all(axis=1)
        fine &= _semidefinite(m.covariance[:, p:, p:])
        off = s[:, :p, :p] - np.einsum("bii->bi", s)[:, :p, None] * np.eye(p)
        if off.any():
            fine &= _semidefinite(s[:, :p, :p])
        out[good] &= fine
    return out


def _plainly_admissible(block: Block, x: Array) -> Any:
    """A sufficient condition that is cheap: positive residual variances and Psi."""
    p, cells = block.observed, block.cells
    if not block.separable or len(block.exogenous):
        return None
    i, j, q = cells.of(SYMMETRIC)
    residual = i < p
    if (residual & (i != j)).any() or block.symmetric[:p, :p].any():
        return None
    psi = np.empty((len(x), block.size - p, block.size - p))
    psi[:] = block.symmetric[p:, p:]
    a, b, c = i[~residual] - p, j[~residual] - p, q[~residual]
    psi[:, a, b] = x[:, c]
    psi[:, b, a] = x[:, c]
    fine = (x[:, q[residual]] > 0).all(axis=1)
    if not fine.all():
        return fine
    try:
        np.linalg.cholesky(psi)
    except np.linalg.LinAlgError:
        return None
    return fine


def _semidefinite(stack: Array) -> Any:
    if not stack.shape[1] or not len(stack):
        return np.ones(len(stack), dtype=bool)
    try:
        np.linalg.cholesky(stack)
    except np.linalg.LinAlgError:
        values = np.linalg.eigvalsh(np.where(np.isfinite(stack), stack, -1.0))
        return values[:, 0] > -1e-8 * np.maximum(values[:, -1], 1e-300)
    return np.ones(len(stack), dtype=bool)


def positive_definite(model: Model, x: Array, batch: Batch) -> Any:
    """Whether every group's implied covariance matrix is positive definite, draw by draw."""
    out: Any = np.isfinite(x).all(axis=1)
    chosen = np.flatnonzero(out)
    for g, block in enumerate(model.blocks):
        use = with_exogenous(
            block, batch.covs[g][chosen], batch.means[g][chosen], model.meanstructure
        )
        with np.errstate(all="ignore"):
            sigma = block_moments(use, x[chosen]).sigma
        out[chosen] &= _strictly(sigma)
    return out


def _strictly(stack: Array) -> Any:
    try:
        np.linalg.cholesky(stack)
    except np.linalg.LinAlgError:
        return np.linalg.eigvalsh(stack)[:, 0] > 0
    return np.ones(len(stack), dtype=bool)


def _whole(value: Any) -> bool:
    number = isinstance(value, (int, float, np.integer, np.floating))
    return number and not isinstance(value, bool) and bool(value == np.floor(value))


@single_threaded()
def bootstrap(
    estimate: Estimate,
    draws: int = 1000,
    seed: int = 1,
    *,
    threads: int = 1,
    inadmissible: str = "exclude",
) -> Bootstrap:
    """Refit the model to ``draws`` resamples of the rows (whole clusters where there are any).

    Rows are drawn within groups, those of groups with more than 131,072 in random blocks where
    their moments are enough (`resampling`). The draws depend on ``seed`` alone, not on
    ``threads``. Two threads are about half as fast again at 3,000 rows and twice as fast at
    20,000; more of them pay with large data only, where sums take longer than refits. They bring
    nothing to estimators that need the rows themselves (FIML, ordinal), whose draws are refitted
    one by one.
    """
    if not _whole(draws) or not 2 <= draws <= 10_000_000:
        raise ModelError("bootstrap_draws", value=repr(draws))
    if not _whole(seed) or seed < 0:
        raise ModelError("bootstrap_seed", value=repr(seed))
    if inadmissible not in ("exclude", "keep"):
        raise ModelError("bootstrap_rule", value=repr(inadmissible))
    if any(g.raw is None for g in estimate.sample.groups):
        raise ModelError("bootstrap_covariances")
    if not estimate.minimum.converged:
        raise ModelError("bootstrap_not_converged")
    draws, seed = int(draws), int(seed)
    moments = (
        not estimate.fiml
        and "covariance" not in estimate.extra
        and estimate.discrepancy.kind == "ML"
        and not estimate.discrepancy.unbiased
    )
    plan = Plan.of(estimate.sample.groups, moments)
    work: _MomentRefits | _RowRefits = (
        _MomentRefits(estimate, plan, seed) if moments else _RowRefits(estimate, plan, seed, draws)
    )
    blocks = -(-draws // BLOCK)
    size = work.blocks_at_once
    chunks = [range(k, min(k + size, blocks)) for k in range(0, blocks, size)]
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(work, chunks))
    else:
        parts = [work(chunk) for chunk in chunks]
    x = np.concatenate([part[0] for part in parts])[:draws]
    converged = np.concatenate([part[1] for part in parts])[:draws]
    admissible = np.concatenate([part[2] for part in parts])[:draws]
    return Bootstrap(estimate, x, converged, admissible, seed, inadmissible)


class _MomentRefits:
    """Refits from resampled means and covariances, many at once."""

    def __init__(self, estimate: Estimate, plan: Plan, seed: int) -> None:
        self.estimate, self.plan, self.seed = estimate, plan, seed
        self.sums = [MomentSums(g) for g in estimate.sample.groups]
        self.refitter = Refitter(estimate)
        # A refit is thousands of short array operations, and threads that refit at once spend their
        # time handing the interpreter lock around. So one refits while the others draw.
        self.lock = Lock()
        n = sum(plan.sizes)
        # large data: many draws share one pass over the row products
        self.blocks_at_once = 4 if n <= 20_000 else int(np.clip(LARGE // (n * BLOCK), 1, 8))

    def __call__(self, blocks: range) -> tuple[Array, Any, Any]:
        counts = [self.plan.counts(self.seed, block) for block in blocks]
        covs, means, vechs = [], [], []
        for g, sums in enumerate(self.sums):
            _, mean, vech = sums.sums([c[g] for c in counts])
            cov = np.empty((len(vech), sums.p, sums.p))
            cov[:, sums.row, sums.column] = vech
            cov[:, sums.column, sums.row] = vech
            covs.append(cov)
            means.append(mean)
            vechs.append(vech)
        with self.lock:
            return self.refit(Batch(covs, means, self.estimate.weights), vechs)

    def refit(self, batch: Batch, vechs: list[Array]) -> tuple[Array, Any, Any]:
        model = self.estimate.model
        solved = self.refitter.solve(batch, vechs)
        x, converged = solved.x, solved.converged
        for attempt in (self.refitter.scoring, None):
            left = np.flatnonzero(~converged)
            if not len(left):
                break
            again = self._one_by_one(batch, left) if attempt is None else attempt(batch.take(left))
            x[left], converged[left] = again.x, again.converged
        admissible = np.zeros(len(x), dtype=bool)
        chosen = np.flatnonzero(converged)
        admissible[chosen] = admissible_draws(model, x[chosen], batch.take(chosen))
        # solutions with negative variances may have left the region where the fit is defined
        doubtful = np.flatnonzero(converged & ~admissible)
        if len(doubtful):
            fine = positive_definite(model, x[doubtful], batch.take(doubtful))
            wrong = doubtful[~fine]
            if len(wrong):
                again = self._one_by_one(batch, wrong)
                x[wrong], converged[wrong] = again.x, again.converged
                admissible[wrong] = again.converged & admissible_draws(
                    model, again.x, batch.take(wrong)
                )
        return x, converged, admissible

    def _one_by_one(self, batch: Batch, left: Any) -> Refits:
        """The robust minimiser for the few draws that need it."""
        estimate = self.estimate
        x = np.full((len(left), estimate.model.parameters), np.nan)
        converged = np.zeros(len(left), dtype=bool)
        for n, k in enumerate(left):
            groups = tuple(
                replace(g, mean=m[k], cov=c[k], raw=None, patterns=())
                for g, m, c in zip(estimate.sample.groups, batch.means, batch.covs, strict=True)
            )
            solved = refit_groups(estimate, groups)
            if solved is not None:
                x[n], converged[n] = solved
        return Refits(x, converged)


def refit_groups(estimate: Estimate, groups: tuple[GroupSample, ...]) -> tuple[Array, bool] | None:
    """One refit from the estimate's solution; None where the sample cannot be fitted."""
    model = estimate.model
    means = model.meanstructure
    blocks = tuple(
        _fresh(with_exogenous(block, _observed_cov(g, block)[None], g.mean[None], means))
        for block, g in zip(model.blocks, groups, strict=True)
    )
    try:
        again = solve(
            replace(model, blocks=blocks),
            replace(estimate.sample, groups=groups),
            estimate.options,
            estimate.x,
            limit=60,
        )
    except (ModelError, AssertionError, np.linalg.LinAlgError):
        return None
    return again.x, again.minimum.converged


def _observed_cov(sample: GroupSample, block: Block) -> Array:
    """The sample covariances; of the fixed exogenous variables alone where values are missing."""
    e = block.exogenous
    if not (len(e) and sample.patterns and sample.raw is not None):
        return sample.cov
    cov = sample.cov.copy()
    x = sample.raw[:, e] - sample.mean[e]
    own = x if sample.weights is None else x * sample.weights[:, None]
    cov[np.ix_(e, e)] = own.T @ x / sample.n
    return cov


def _fresh(block: Any) -> Any:
    if block.symmetric.ndim == 3:
        return replace(block, symmetric=block.symmetric[0], mean=block.mean[0])
    return block


def _drawn(group: GroupSample, count: Array, names: tuple[str, ...], fiml: bool) -> GroupSample:
    """A group's rows as often as they were drawn, with their weights."""
    weights = None if group.weights is None else np.repeat(group.weights, count)
    if weights is not None:
        weights = weights / weights.mean()
    rows = np.repeat(np.asarray(group.raw), count, axis=0)
    return group_sample(rows, names, fiml=fiml, weights=weights)


class _RowRefits:
    """Refits of estimators that need the rows themselves (FIML, least squares, ordinal)."""

    blocks_at_once = 1

    def __init__(self, estimate: Estimate, plan: Plan, seed: int, draws: int) -> None:
        self.estimate, self.plan, self.seed, self.draws = estimate, plan, seed, draws

    def __call__(self, blocks: range) -> tuple[Array, Any, Any]:
        estimate = self.estimate
        q = estimate.model.parameters
        x = np.full((len(blocks) * BLOCK, q), np.nan)
        converged = np.zeros(len(x), dtype=bool)
        admissible = np.zeros(len(x), dtype=bool)
        refit = estimate.extra.get("refit", refit_groups)
        fiml = estimate.fiml
        for b, block in enumerate(blocks):
            counts = self.plan.counts(self.seed, block)
            for k in range(min(BLOCK, self.draws - block * BLOCK)):
                try:
                    groups = tuple(
                        _drawn(g, c[k].astype(np.intp), estimate.sample.names, fiml)
                        for g, c in zip(estimate.sample.groups, counts, strict=True)
                    )
                except ModelError:
                    continue
                solved = refit(estimate, groups)
                if solved is not None:
                    x[b * BLOCK + k], converged[b * BLOCK + k] = solved
        chosen = np.flatnonzero(converged)
        if len(chosen):
            judge = estimate.extra.get("admissible_draws", admissible_draws)
            admissible[chosen] = judge(estimate.model, x[chosen])
        return x, converged, admissible
