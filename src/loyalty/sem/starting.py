"""Starting values: one-factor solutions of each factor's items, sample moments for the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .model import DIRECTED, MEAN, SCALE, SYMMETRIC, THRESHOLD, Array, Block, Model


def one_factor_loadings(cov: Array) -> Array:
    """Loadings of a single common factor with unit variance, by a few principal-axis steps.

    ``cov`` has shape (…, p, p): many sets of as many items side by side.
    """
    d: Array = np.sqrt(np.diagonal(cov, axis1=-2, axis2=-1))
    r = cov / (d[..., None, :] * d[..., :, None])
    p = d.shape[-1]
    if p == 1:
        return d
    if p == 2:
        size = np.sqrt(np.maximum(np.abs(r[..., 0, 1]), 0.05))[..., None]
        sign = np.where(r[..., 0, 1] < 0, -1.0, 1.0)[..., None]
        pair: Array = np.concatenate([size, sign * size], axis=-1) * d
        return pair
    off = r - np.eye(p)
    communality = np.abs(off).max(axis=-1)
    top = communality.argmax(axis=-1)[..., None, None]
    first = np.take_along_axis(off, top, axis=-2)[..., 0, :]
    # principal-axis factoring by a few power steps from the first centroid with signs
    loading = np.sqrt(communality) * np.where(first < 0, -1.0, 1.0)
    for _ in range(3):
        loading = (off @ loading[..., None])[..., 0] + communality * loading
        size = np.maximum((loading * loading).sum(axis=-1, keepdims=True), 1e-300)
        squares = loading * loading / size
        among = (loading * (off @ loading[..., None])[..., 0]).sum(axis=-1, keepdims=True) / size
        root = np.maximum(among + (communality * squares).sum(axis=-1, keepdims=True), 0.05)
        loading = loading * np.sqrt(root / size)
        communality = np.minimum(np.maximum(squares * root, 0.02), 0.95)
    loading = np.where(loading.sum(axis=-1, keepdims=True) < 0, -loading, loading)
    out: Array = np.minimum(np.maximum(loading, -0.98), 0.98) * d
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


def _cells(block: Block, kind: int) -> Iterator[tuple[int, int, int]]:
    return zip(*(part.tolist() for part in block.cells.of(kind)), strict=True)


def _start_group(model: Model, block: Block, group: int, cov: Array, mean: Array, x: Array) -> None:
    p, size = block.observed, block.size
    rows = [r for r in model.rows if r.group == group + 1]
    place = {name: k for k, name in enumerate(block.names)}
    items: dict[int, list[int]] = {}
    marker: dict[int, tuple[int, float]] = {}
    for r in rows:
        if r.op == "=~":
            f, item = place[r.lhs], place[r.rhs]
            items.setdefault(f, []).append(item)
            if not r.free and r.value and f not in marker:
                marker[f] = (item, r.value)
    fixed_variance = {
        place[r.lhs]: float(r.value)
        for r in rows
        if r.op == "~~" and r.lhs == r.rhs and not r.free and r.value and not r.exogenous
    }
    loadings = np.zeros((size, size))
    variance = np.zeros(size)
    variance[:p] = np.diag(cov)
    # total covariances of all variables, factors filled in from lower to higher order
    total = np.zeros((size, size))
    total[:p, :p] = cov
    known = set(range(p))
    pending = [f for f in range(p, size)]
    # factors of observed items, as many items at a time
    solved: dict[int, Array] = {}
    alike: dict[int, list[int]] = {}
    for f in pending:
        mine = items.get(f, [])
        if mine and set(mine) <= known:
            alike.setdefault(len(mine), []).append(f)
    for factors in alike.values():
        index = np.array([items[f] for f in factors])
        found = one_factor_loadings(cov[index[:, :, None], index[:, None, :]])
        solved.update(zip(factors, found, strict=True))
    while pending:
        ready = [f for f in pending if set(items.get(f, [])) <= known] or pending[:1]
        for f in ready:
            mine = [i for i in items.get(f, []) if i in known]
            if mine:
                among = total[mine]
                lam = solved[f] if f in solved else one_factor_loadings(among[:, mine])
                sd = np.sqrt(total.diagonal()[mine])
                unit = 1.0
                if f in marker and marker[f][0] in mine:
                    at = mine.index(marker[f][0])
                    anchor = lam[at]
                    if abs(anchor) < 0.25 * sd[at]:
                        anchor = 0.25 * sd[at] * (np.sign(anchor) or 1.0)
                    unit = anchor / marker[f][1]
                elif f in fixed_variance:
                    unit = 1 / np.sqrt(max(fixed_variance[f], 1e-8))
                loadings[mine, f] = lam / unit
                variance[f] = unit**2
                # factor scores as loading-weighted composites give factor covariances
                common = np.minimum(np.maximum((lam / sd) ** 2, 0.02), 0.98)
                weight = (lam / sd**2) / (1 - common)
                weight = weight / (weight @ lam) * unit
                row = weight @ among
                row[mine] = 0.0
                total[f] = total[:, f] = row
            else:
                variance[f] = 1.0
            total[f, f] = variance[f]
            known.add(f)
            pending.remove(f)
    inner = total[p:, p:]
    bound = 0.85 * np.sqrt(np.outer(np.diag(inner), np.diag(inner)))
    np.fill_diagonal(bound, np.inf)
    total[p:, p:] = np.minimum(np.maximum(inner, -bound), bound)
    explained = np.max(loadings**2 * variance, axis=1)
    measured = {(place[r.rhs], place[r.lhs]) for r in rows if r.op == "=~"}
    path = {}
    for a, b, c in _cells(block, DIRECTED):
        path[a, b] = c
        x[c] = loadings[a, b] if (a, b) in measured else 0.0
    predicted: dict[int, list[int]] = {}
    for r in rows:
        if r.op == "~":
            predicted.setdefault(place[r.lhs], []).append(place[r.rhs])
    left = np.maximum(total.diagonal() - explained, 0.25 * total.diagonal())
    for y, xs in predicted.items():
        among = total[xs][:, xs]
        slope = np.linalg.solve(among + 0.05 * np.diag(among.diagonal() + 1e-12), total[xs, y])
        for a, b in zip(xs, slope, strict=True):
            if (y, a) in path:
                x[path[y, a]] = b
        r2 = float(slope @ among @ slope)
        left[y] = max(total[y, y] - r2, 0.25 * total[y, y])
    dependent = set(predicted) | {a for a, _ in measured}
    for a, b, c in _cells(block, SYMMETRIC):
        if a == b:
            x[c] = left[a]
        elif a not in dependent and b not in dependent:
            x[c] = total[a, b]
    for a, _, c in _cells(block, MEAN):
        x[c] = mean[a] if a < p else 0.0
    x[block.cells.of(SCALE)[2]] = 1.0
    x[block.cells.of(THRESHOLD)[2]] = 0.0
