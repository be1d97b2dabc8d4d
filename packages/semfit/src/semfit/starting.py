"""Starting values: one-factor solutions of each factor's items, sample moments for the rest; and,
for models that are not solved from there, instrumental variables and least squares."""

from __future__ import annotations

import numpy as np

from .data import GroupSample
from .discrepancy.normal import NormalTheory, inverse_and_logdet
from .model import DIRECTED, MEAN, SCALE, SYMMETRIC, THRESHOLD, Array, Block, Model


def one_factor_loadings(correlation: Array, member: Array) -> Array:
    """Loadings of single common factors with unit variance on standardized items.

    Communalities from all triads of items at once (Harman 1976, *Modern Factor Analysis*, 7.3),
    after turning the items to the side of the one that correlates most with the others; where the
    triads do not tell (two items, mixed signs) from the mean square of an item's correlations.

    ``correlation`` is (variables, variables), ``member`` (factors, variables) is true for a
    factor's items; returns (factors, variables), zero for other variables.
    """
    r = correlation * (1 - np.eye(len(correlation)))
    squares = (member @ (r * r)) * member
    top = squares.argmax(axis=1)
    side = np.where(r[top] < 0, -1.0, 1.0) * member
    one = (side @ r) * side
    rest = (one.sum(axis=1, keepdims=True) - 2 * one) * member  # pairs without this item, twice
    triads = one * one - squares
    count = member.sum(axis=1, keepdims=True)
    usable = (triads > 0) & (rest > 0.1 * count**2 * np.sqrt(squares / np.maximum(count, 1)))
    communality = np.where(
        usable, triads / np.where(usable, rest, 1.0), np.sqrt(squares / np.maximum(count - 1, 1))
    )
    communality = np.where(count == 1, 1.0, np.minimum(np.maximum(communality, 0.03), 0.95))
    loading = np.sqrt(communality) * side
    out: Array = np.where(loading.sum(axis=1, keepdims=True) < 0, -loading, loading)
    return out


def starting_values(model: Model, covs: list[Array], means: list[Array]) -> Array:
    """Free parameters ``x`` to start from, of every group."""
    x = np.zeros(model.parameters)
    for group, block in enumerate(model.blocks):
        _start_group(model, block, group, covs[group], means[group], x)
    for k, row in enumerate(model.free):
        start = model.rows[row].start
        if start is not None:
            x[k] = start
    return x


def instrumental_values(model: Model, covs: list[Array], means: list[Array], x: Array) -> Array:
    r"""Free parameters of any sign, where variances of ``x`` may have to be negative.

    Loadings by two-stage least squares on the marker item with all other observed variables as
    instruments (Hägglund 1982; Bollen 1996); then variances and covariances, in which
    :math:`\Sigma` is linear, by generalized least squares, as far as :math:`\Sigma` stays positive
    definite on the way there from ``x``.
    """
    x = x.copy()
    number = {int(row): k for k, row in enumerate(model.free)}
    marker: dict[tuple[int, str], tuple[int, float]] = {}
    for at, r in enumerate(model.rows):
        block = model.blocks[r.group - 1]
        if r.op != "=~" or (item := block.names.index(r.rhs)) >= block.observed:
            continue
        if at not in number:
            if r.value:
                marker.setdefault((r.group, r.lhs), (item, r.value))
        elif (r.group, r.lhs) in marker and r.start is None:
            own, value = marker[r.group, r.lhs]
            cov = covs[r.group - 1]
            others = np.setdiff1d(np.arange(block.observed), [own, item])
            if not len(others):
                continue
            first = np.linalg.lstsq(cov[np.ix_(others, others)], cov[others, own], rcond=None)[0]
            explained = first @ cov[others, own]
            if explained > 1e-8 * cov[own, own]:
                x[number[at]] = value * (first @ cov[others, item]) / explained
    samples = [GroupSample(2, mean, cov) for mean, cov in zip(means, covs, strict=True)]
    squares = NormalTheory(model, samples, "GLS")
    linear = np.unique(np.concatenate([b.cells.of(SYMMETRIC)[2] for b in model.blocks]))
    try:
        _, gradient = squares.value_and_gradient(x)
        matrix = squares.information(x)[np.ix_(linear, linear)]
    except np.linalg.LinAlgError:  # paths that go round without end
        return x
    step = np.linalg.lstsq(matrix, gradient[linear], rcond=1e-8)[0]
    for part in (1.0, 0.9, 0.75, 0.5, 0.25):
        trial = x.copy()
        trial[linear] -= part * step
        if all(inverse_and_logdet(m.sigma) is not None for m in model.moments(trial)):
            return trial
    return x


def _start_group(model: Model, block: Block, group: int, cov: Array, mean: Array, x: Array) -> None:
    p, size = block.observed, block.size
    rows = [r for r in model.rows if r.group == group + 1]
    place = {name: k for k, name in enumerate(block.names)}
    items: dict[int, list[int]] = {}
    marker: dict[int, tuple[int, float]] = {}
    predicted: dict[int, list[int]] = {}
    fixed_variance: dict[int, float] = {}
    for r in rows:
        if r.op == "=~":
            f, item = place[r.lhs], place[r.rhs]
            items.setdefault(f, []).append(item)
            if not r.free and r.value and f not in marker:
                marker[f] = (item, r.value)
        elif r.op == "~":
            predicted.setdefault(place[r.lhs], []).append(place[r.rhs])
        elif r.op == "~~" and r.lhs == r.rhs and not r.free and r.value and not r.exogenous:
            fixed_variance[place[r.lhs]] = float(r.value)
    # covariances of all variables, factors filled in from lower to higher order
    total = np.zeros((size, size))
    total[:p, :p] = cov
    loadings = np.zeros((size, size))
    known = set(range(p))
    pending = list(range(p, size))
    while pending:
        ready = [f for f in pending if f in items and known.issuperset(items[f])]
        ready = ready or pending[:1]
        member = np.zeros((len(ready), size))
        for at, f in enumerate(ready):
            member[at, [i for i in items.get(f, []) if i in known]] = 1.0
        sd = np.sqrt(total.diagonal())
        per = np.where(sd > 0, 1 / np.where(sd > 0, sd, 1.0), 0.0)
        standardized = one_factor_loadings(total * per * per[:, None], member)
        unit = np.array(
            [
                _unit(load, sd, marker.get(f), fixed_variance.get(f))
                for f, load in zip(ready, standardized, strict=True)
            ]
        )[:, None]
        loadings[:, ready] = (standardized * sd / unit).T
        # factor scores as loading-weighted composites give factor covariances
        weight = standardized / (1 - np.minimum(standardized**2, 0.98))
        weight *= unit / np.maximum((weight * standardized).sum(axis=1, keepdims=True), 1e-300)
        weight *= per
        across = (weight @ total) * (1 - member)
        total[ready] = across
        total[:, ready] = across.T
        among = np.tril(weight @ across.T, -1)
        among += among.T
        among.ravel()[:: len(among) + 1] = unit[:, 0] ** 2
        total[np.array(ready)[:, None], ready] = among
        known.update(ready)
        pending = [f for f in pending if f not in known]
    inner = total[p:, p:]
    spread = np.sqrt(inner.diagonal())
    bound = 0.85 * spread * spread[:, None]
    bound.ravel()[:: len(bound) + 1] = np.inf
    total[p:, p:] = np.minimum(np.maximum(inner, -bound), bound)
    spread = total.diagonal()
    factor_variance = np.where(np.arange(size) < p, 0.0, spread)
    explained = (loadings**2 * factor_variance).max(axis=1)
    left = np.maximum(spread - explained, 0.25 * spread)
    slopes = np.zeros((size, size))
    targets = np.array(list(predicted), dtype=np.intp)
    if len(targets):
        # as many places as the longest list of predictors has, empty ones with the target itself
        longest = max(map(len, predicted.values()))
        index = np.array([xs + [y] * (longest - len(xs)) for y, xs in predicted.items()])
        real = index != targets[:, None]
        among = total[index[:, :, None], index[:, None, :]] * (real[:, :, None] & real[:, None, :])
        ridge = np.where(real, 0.05 * spread[index] + 1e-12, 1.0)[:, None] * np.eye(longest)
        right = (total[index, targets[:, None]] * real)[..., None]
        slope = np.linalg.solve(among + ridge, right)
        slopes[targets[:, None], index] = slope[..., 0]
        explained = (np.swapaxes(slope, 1, 2) @ among @ slope)[:, 0, 0]
        left[targets] = np.maximum(spread[targets] - explained, 0.25 * spread[targets])
    i, j, k = block.cells.of(DIRECTED)
    # a path along which a factor is measured starts at its loading
    x[k] = np.where(loadings[i, j] != 0, loadings[i, j], slopes[i, j])
    dependent = np.zeros(size, dtype=bool)
    dependent[targets] = True
    for own in items.values():
        dependent[own] = True
    i, j, k = block.cells.of(SYMMETRIC)
    x[k] = np.where(i == j, left[i], np.where(dependent[i] | dependent[j], 0.0, total[i, j]))
    i, _, k = block.cells.of(MEAN)
    x[k] = np.where(i < p, mean[np.minimum(i, p - 1)], 0.0)
    x[block.cells.of(SCALE)[2]] = 1.0
    x[block.cells.of(THRESHOLD)[2]] = 0.0


def _unit(
    loadings: Array,
    sd: Array,
    marker: tuple[int, float] | None,
    fixed_variance: float | None,
) -> float:
    """Standard deviation of a factor in the units that its marker item or fixed variance gives."""
    if marker is not None and loadings[marker[0]]:
        item, value = marker
        anchor = float(loadings[item])
        return float(sd[item]) * (anchor if abs(anchor) > 0.25 else 0.25 * np.sign(anchor)) / value
    return 1.0 if fixed_variance is None else float(max(fixed_variance, 1e-8)) ** -0.5
