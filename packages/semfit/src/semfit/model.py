r"""The compiled model: index arrays in place of names, and what follows from them.

Reticular action notation (McArdle & McDonald 1984): all variables of a group, observed first, obey
:math:`v = \mu_0 + A v + u`, :math:`\mathrm{cov}(u) = S`. With :math:`E = (I - A)^{-1}`,
:math:`V = E S E'`, :math:`\eta = E \mu_0`, the observed moments are the leading blocks
:math:`\Sigma = V_{oo}`, :math:`\mu = \eta_o`.

Every parameter touches a rank-two piece of :math:`V`:

.. math::
   \partial V/\partial A_{ij} = E_{\cdot i} V_{j\cdot} + V_{\cdot j} E_{\cdot i}', \qquad
   \partial V/\partial S_{ij} = E_{\cdot i} E_{\cdot j}' + E_{\cdot j} E_{\cdot i}'
   \quad (\text{half of it for } i = j),

so gradients, information and Hessian are gathered from a few small matrices by index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from .errors import ModelError
from .syntax import Expression, Syntax, evaluate, names_in
from .table import Row, Variables

Array = NDArray[Any]  # real numbers, complex in complex steps
Index = NDArray[Any]  # whole numbers

DIRECTED, SYMMETRIC, MEAN, THRESHOLD, SCALE = range(5)
#: Of patterns of missing values, or rows with such, times what is computed of each.
VALUES_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Cells:
    """Places in ``A``, ``S`` or ``mu0`` and the free parameter (column) that sits in each."""

    kind: Index
    row: Index
    column: Index
    parameter: Index

    @cached_property
    def _chosen(self) -> dict[int, Index]:
        return {kind: np.flatnonzero(self.kind == kind) for kind in range(5)}

    @cached_property
    def _parts(self) -> dict[int, tuple[Index, Index, Index]]:
        return {
            kind: (self.row[at], self.column[at], self.parameter[at])
            for kind, at in self._chosen.items()
        }

    def at(self, kind: int) -> Index:
        """Positions of the cells of one kind."""
        return self._chosen[kind]

    def of(self, kind: int) -> tuple[Index, Index, Index]:
        """Rows, columns and parameters of the cells of one kind."""
        return self._parts[kind]

    @cached_property
    def square(self) -> tuple[Any, Any]:
        """Index of all pairs of this group's parameters in a matrix of all parameters."""
        if len(self.parameter) and (np.diff(self.parameter) == 1).all():
            run = slice(int(self.parameter[0]), int(self.parameter[-1]) + 1)  # quicker
            return run, run
        rows, columns = np.ix_(self.parameter, self.parameter)
        return rows, columns

    @cached_property
    def scale(self) -> Array:
        """Weight of each rank-two piece: one half on the diagonal of ``S``, zero for means."""
        diagonal = (self.kind == SYMMETRIC) & (self.row == self.column)
        moment = self.kind <= SYMMETRIC
        return np.where(diagonal, 0.5, 1.0) * moment

    @cached_property
    def scales(self) -> Array:
        """Products of the weights of all pairs of cells."""
        return np.outer(self.scale, self.scale)


@dataclass(frozen=True)
class Block:
    """One group of the compiled model."""

    names: tuple[str, ...]
    observed: int
    directed: Array
    symmetric: Array
    mean: Array
    cells: Cells
    exogenous: Index  # observed positions whose moments are taken from the sample
    ordinal: Index = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    thresholds: Array = field(default_factory=lambda: np.zeros((0, 0)))  # fixed ones

    @property
    def size(self) -> int:
        return len(self.names)

    @cached_property
    def second(self) -> Index:
        """Column of ``[E V]`` that is the second factor of each cell's piece."""
        c = self.cells
        second = np.where(c.kind == DIRECTED, c.column + self.size, c.column)
        return np.where(c.kind <= MEAN, second, 0)  # thresholds and scales have none

    @cached_property
    def directed_places(self) -> tuple[Index, Index]:
        """Places of the cells of ``A`` in its rows laid end to end, and their parameters."""
        i, j, k = self.cells.of(DIRECTED)
        return i * self.size + j, k

    @cached_property
    def symmetric_places(self) -> tuple[Index, Index]:
        """The same for both places of each cell of ``S``."""
        i, j, k = self.cells.of(SYMMETRIC)
        return np.concatenate([i * self.size + j, j * self.size + i]), np.concatenate([k, k])

    @cached_property
    def identity(self) -> Array:
        return np.eye(self.size)

    @cached_property
    def dependent(self) -> Index:
        """Observed positions that are not fixed exogenous."""
        return np.setdiff1d(np.arange(self.observed), self.exogenous)

    @cached_property
    def separable(self) -> bool:
        """Whether observed variables only receive paths and share no residual with factors."""
        return self.only_receive(np.arange(self.observed))

    def only_receive(self, observed: Index) -> bool:
        """The same of these observed variables alone; none may share a residual with factors."""
        p, c = self.observed, self.cells
        if p == self.size or self.directed[:, observed].any() or self.symmetric[p:, :p].any():
            return False
        acting = c.of(DIRECTED)[1]
        i, j, _ = c.of(SYMMETRIC)
        return not (np.isin(acting, observed).any() or ((i < p) != (j < p)).any())


@dataclass(frozen=True)
class Moments:
    """Model-implied moments of one group; leading axes are draws where there are any."""

    effects: Any  # E
    covariance: Any  # V
    mean: Any  # eta
    observed: int
    directed: Any = None
    symmetric: Any = None

    @property
    def sigma(self) -> Any:
        return self.covariance[..., : self.observed, : self.observed]

    @property
    def mu(self) -> Any:
        return self.mean[..., : self.observed]


@dataclass(frozen=True)
class Model:
    """A parameter table compiled for computation.

    ``rows[free[k]]`` is parameter ``k``; parameters are ``x = expand @ theta + offset`` with as
    many ``theta`` as remain after equality constraints.
    """

    rows: tuple[Row, ...]
    free: Index
    blocks: tuple[Block, ...]
    expand: Array
    offset: Array
    meanstructure: bool
    variables: Variables
    syntax: Syntax

    @property
    def parameters(self) -> int:
        return len(self.free)

    @property
    def constrained(self) -> bool:
        return bool(self.expand.shape[0] != self.expand.shape[1])

    @cached_property
    def plain(self) -> bool:
        """No constraint at all: ``x`` is ``theta``."""
        k = self.expand
        return k.shape[0] == k.shape[1] and bool((k == np.eye(len(k))).all())

    @cached_property
    def _column(self) -> Any:
        """The ``theta`` of every ``x`` where constraints are equalities only, else None."""
        k = self.expand
        if ((k == 0) | (k == 1)).all() and (k.sum(axis=1) == 1).all() and not self.offset.any():
            return k.argmax(axis=1)
        return None

    def reduce_matrix(self, matrix: Array) -> Array:
        """``expand' M expand``."""
        if self.plain:
            return matrix
        column = self._column
        if column is None:
            out: Array = self.expand.T @ matrix @ self.expand
            return out
        order = np.argsort(column, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(column[order]) > 0])
        folded = np.add.reduceat(matrix[order], starts, axis=0)
        found: Array = np.add.reduceat(folded[:, order], starts, axis=1)
        return found

    def x_of(self, theta: Any) -> Any:
        return theta @ self.expand.T + self.offset

    def moments(self, x: Any) -> list[Moments]:
        """Implied moments of every group; ``x`` has shape (…, parameters)."""
        return [block_moments(block, x) for block in self.blocks]

    def labels(self) -> dict[str, tuple[int | None, float]]:
        """Where each label's value is: a free parameter's position, or a fixed value."""
        position = {int(row): k for k, row in enumerate(self.free)}
        found: dict[str, tuple[int | None, float]] = {}
        for number, row in enumerate(self.rows):
            if row.label and row.label not in found:
                if number in position:
                    found[row.label] = (position[number], 0.0)
                elif row.value is not None:
                    found[row.label] = (None, row.value)
        return found

    def label_values(self, x: Any) -> dict[str, Any]:
        """Values of labels and of everything defined by ``:=`` for ``x`` of shape (…, q)."""
        values: dict[str, Any] = {
            name: (x[..., k] if k is not None else fixed)
            for name, (k, fixed) in self.labels().items()
        }
        with np.errstate(all="ignore"):
            for name, expression, _ in self.syntax.defined:
                values[name] = evaluate(expression, values)
        return values

    def defined_values(self, x: Any) -> Any:
        """Values of the ``:=`` parameters, shape (…, number defined)."""
        if not self.syntax.defined:
            return np.zeros((*np.shape(x)[:-1], 0), dtype=np.asarray(x).dtype)
        values = self.label_values(x)
        shape = np.shape(x)[:-1]
        return np.stack(
            [np.broadcast_to(values[name], shape) for name, _, _ in self.syntax.defined], axis=-1
        )


def degrees_of_freedom(model: Model) -> int:
    """Moments that are modelled less free parameters."""
    total = 0
    for block in model.blocks:
        p, nx = block.observed, len(block.exogenous)
        total += p * (p + 1) // 2 - nx * (nx + 1) // 2
        if model.meanstructure:
            total += p - nx
    return total - int(model.expand.shape[1])


def block_moments(block: Block, x: Any) -> Moments:
    """``E``, ``V`` and ``eta`` of one group for parameters ``x`` of shape (…, q)."""
    lead = x.shape[:-1]
    size = block.size
    a, s, e = np.empty((3, *lead, size, size), dtype=x.dtype)
    m = np.empty((*lead, size), dtype=x.dtype)
    a[...], s[...], m[...] = block.directed, block.symmetric, block.mean
    for matrix, (places, k) in ((a, block.directed_places), (s, block.symmetric_places)):
        matrix.reshape(*lead, size * size)[..., places] = x[..., k]
    i, _, k = block.cells.of(MEAN)
    m[..., i] = x[..., k]
    if block.separable:
        # only factors act on others: invert their block, the rest follows by products
        p = block.observed
        loading = a[..., :p, p:]
        inner = total_effects(a[..., p:, p:])
        e[...] = block.identity
        e[..., p:, p:] = inner
        e[..., :p, p:] = loading @ inner
        v = np.empty_like(a)
        v[..., p:, p:] = inner @ s[..., p:, p:] @ np.swapaxes(inner, -1, -2)
        upper = loading @ v[..., p:, p:]
        v[..., :p, p:] = upper
        v[..., p:, :p] = np.swapaxes(upper, -1, -2)
        v[..., :p, :p] = upper @ np.swapaxes(loading, -1, -2)
        v[..., :p, :p] += s[..., :p, :p]
    else:
        e[...] = total_effects(a)
        v = e @ s @ np.swapaxes(e, -1, -2)
    if len(block.ordinal):
        _set_ordinal_variances(block, x, e, s, v)
    eta = (e @ m[..., None])[..., 0]
    return Moments(e, v, eta, block.observed, a, s)


def _set_ordinal_variances(block: Block, x: Any, e: Any, s: Any, v: Any) -> None:
    """Latent responses have variance ``1 / Delta^2`` given fixed predictors; their residual
    variances are the rest."""
    scale = np.ones((*x.shape[:-1], block.observed), dtype=x.dtype)
    i, _, k = block.cells.of(SCALE)
    scale[..., i] = x[..., k]
    o = block.ordinal
    target = 1.0 / scale[..., o] ** 2
    if len(block.exogenous):
        slopes = e[..., o[:, None], block.exogenous]
        given = s[..., block.exogenous[:, None], block.exogenous]
        target = target + np.sum((slopes @ given) * slopes, axis=-1)
    s[..., o, o] = target - v[..., o, o]
    v[..., o, o] = target


def total_effects(a: Any) -> Any:
    """``(I - A)^{-1}``."""
    identity = np.eye(a.shape[-1])
    rest = identity - a
    if rest.ndim > 2 or rest.dtype != np.float64:
        return np.linalg.inv(rest)
    # one real matrix: LAPACK itself, without NumPy's wrapping
    _, _, out, info = lapack.dgesv(rest, identity)
    if info > 0:
        raise np.linalg.LinAlgError("I - A is singular")
    return out


def gradient_cells(block: Block, moments: Moments, q: Any, b: Any) -> Any:
    r"""Per cell: :math:`\mathrm{tr}(Q\,\partial\Sigma) - 2 b'\partial\mu` for padded ``Q``, ``b``.

    Leading axes of ``q`` (…, p, p) and ``b`` (…, p) are draws; ``b`` is None without means.
    """
    p = block.observed
    e_o = moments.effects[..., :p, :]
    left = np.swapaxes(e_o, -1, -2) @ q
    cells = block.cells
    out = np.zeros((*left.shape[:-2], len(cells.kind)), dtype=left.dtype)
    i, j, _ = cells.of(DIRECTED)
    out[..., cells.at(DIRECTED)] = (left @ moments.covariance[..., :p, :])[..., i, j]
    k, m, _ = cells.of(SYMMETRIC)
    out[..., cells.at(SYMMETRIC)] = (left @ e_o)[..., k, m]
    out *= 2.0 * cells.scale
    if b is not None:
        eb = (np.swapaxes(e_o, -1, -2) @ b[..., None])[..., 0]
        out[..., cells.at(DIRECTED)] -= 2 * eb[..., i] * moments.mean[..., j]
        out[..., cells.at(MEAN)] = -2 * eb[..., cells.of(MEAN)[0]]
    return out


def _pieces(block: Block, moments: Moments) -> tuple[Index, Index, Array, Array]:
    """Columns of ``[E V]`` that make each cell's piece, its scale and its mean weight."""
    cells = block.cells
    weight = np.zeros(len(cells.kind))
    weight[cells.at(DIRECTED)] = moments.mean[cells.of(DIRECTED)[1]]
    weight[cells.at(MEAN)] = 1.0
    return cells.row, block.second, cells.scale, weight


def information_cells(block: Block, moments: Moments, w: Array, means: bool) -> Array:
    r"""Expected information per cell pair and observation:
    :math:`\tfrac12\mathrm{tr}(W\partial_a\Sigma W\partial_b\Sigma) + \partial_a\mu'W\partial_b\mu`.
    """
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    k = z.T @ w @ z
    u, v, _, weight = _pieces(block, moments)
    uu, uv, vv = _gather(k, u, v)
    info: Array = uv * uv.T
    info += uu * vv
    info *= block.cells.scales
    if means:
        info += uu * np.outer(weight, weight)
    return info


def information_of_others(
    block: Block, moments: Moments, w: Array, known: int, means: bool
) -> tuple[Array, Array]:
    """Of `information_cells` the part between the first ``known`` cells and the others,
    (known, others), and the others' diagonal."""
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    k = z.T @ w @ z
    u, v, scale, weight = _pieces(block, moments)
    a, b = slice(None, known), slice(known, None)
    first, second = k.take(u[a], axis=0), k.take(v[a], axis=0)
    uu = first.take(u[b], axis=1)
    cross = first.take(v[b], axis=1) * second.take(u[b], axis=1)
    cross += uu * second.take(v[b], axis=1)
    cross *= scale[a, None] * scale[b]
    own = scale[b] ** 2 * (k[u[b], v[b]] ** 2 + k[u[b], u[b]] * k[v[b], v[b]])
    if means:
        cross += uu * np.outer(weight[a], weight[b])
        own += k[u[b], u[b]] * weight[b] ** 2
    return cross, own


def curvature_cells(
    block: Block, moments: Moments, w: Array, t: Array, b: Array, q: Array, means: bool
) -> Array:
    r"""Observed information per cell pair and observation, for complete data.

    ``w`` is :math:`\Sigma^{-1}`, ``t`` is :math:`S + (\bar y-\mu)(\bar y-\mu)'`, ``b`` is
    :math:`w(\bar y-\mu)`, ``q`` is :math:`w - w t w` (all p × p or p).
    """
    first = second_order_free(block, moments, w, w @ t @ w, b, means)
    return first + curvature_pieces(block, moments, q, b, means)


def second_order_free(
    block: Block, moments: Moments, w: Array, wtw: Array, b: Array, means: bool
) -> Array:
    """The part of the observed information without second derivatives of the moments."""
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    k = z.T @ w @ z
    kt = z.T @ (2 * wtw - w) @ z
    u, v, scale, weight = _pieces(block, moments)
    uu, uv, vv = _gather(k, u, v)
    tuu, tuv, tvv = _gather(kt, u, v)
    info = uv * tuv.T
    info = info + info.T
    info += uu * tvv
    info += vv * tuu
    info *= 0.5 * block.cells.scales
    if means:
        info += uu * np.outer(weight, weight)
        zb = z.T @ b
        # d_a mu' W d_b Sigma b and its mirror image
        cross = weight[:, None] * scale[None, :] * (uu * zb[v] + uv * zb[u])
        info += cross + cross.T
    out: Array = info
    return out


def _gather(k: Array, u: Index, v: Index) -> tuple[Array, Array, Array]:
    """``k[u, u]``, ``k[u, v]`` and ``k[v, v]`` of a symmetric matrix."""
    rows = k.take(u, axis=0)
    return rows.take(u, axis=1), rows.take(v, axis=1), k.take(v, axis=0).take(v, axis=1)


def summed_over_patterns(
    block: Block, moments: Moments, share: Array, w: Array, h: Array, b: Array | None
) -> Array:
    r"""Share-weighted sum over patterns of missing values of
    :math:`\tfrac12\mathrm{tr}(W\partial_a\Sigma H\partial_b\Sigma) + \partial_a\mu'W\partial_b\mu`
    and, with ``b``, of :math:`\partial_a\mu'W\partial_b\Sigma b` and its mirror image.

    ``share`` is (k,), ``w`` and ``h`` are (k, p, p), ``b`` is (k, p). The sum over patterns is
    taken once, in the space of the moments, and not once a pair of parameters: with many patterns
    that is where the time goes. With more than 64 variables, whose moments are too many for that,
    it is taken once a parameter instead.
    """
    if block.observed > 64:
        return summed_by_cells(block, moments, share, w, h, b)
    j = jacobian_cells(block, moments, True)
    info: Array = j.T @ (moment_information(share, w, h, b) @ j)
    return (info + info.T) / 2


def summed_by_cells(
    block: Block, moments: Moments, share: Array, w: Array, h: Array, b: Array | None
) -> Array:
    """`summed_over_patterns`, the sum over patterns taken once a parameter.

    What a cell's piece ``z_u z_v' + z_v z_u'`` becomes between W and H, summed over patterns, is a
    product of matrices that have a row a pattern; so is what it does to each mean through b.
    """
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    u, v, scale, weight = _pieces(block, moments)
    needed, place = np.unique(np.concatenate([u, v]), return_inverse=True)
    u, v = place[: len(u)], place[len(u) :]
    z = z[:, needed]
    pieces = np.zeros((len(u), p, p))
    turns = np.zeros((len(u), p))
    varied = np.flatnonzero(scale)
    step = max(VALUES_AT_ONCE // z.size, 1)
    for some in (slice(k, k + step) for k in range(0, len(w), step)):
        part = share[some, None]
        wz = np.ascontiguousarray(np.moveaxis(w[some] @ z, 2, 0))
        hz = wz * part if h is w else np.ascontiguousarray(np.moveaxis(h[some] @ z, 2, 0)) * part
        zb = None if b is None else b[some] @ z * part
        for c in varied.tolist():
            pieces[c] += wz[u[c]].T @ hz[v[c]]
            if u[c] != v[c]:
                pieces[c] += wz[v[c]].T @ hz[u[c]]
            if zb is not None:
                turns[c] += zb[:, v[c]] @ wz[u[c]] + zb[:, u[c]] @ wz[v[c]]
    pieces[u == v] *= 2
    total = np.zeros((len(u), len(u)))
    zu, zv = z[:, u], z[:, v]
    for c in varied.tolist():
        total[c] = np.einsum("ia,ia->a", zu, (pieces[c] + pieces[c].T) @ zv)
    total *= 0.5 * block.cells.scales
    average = np.tensordot(share, w, axes=1)
    total += zu.T @ average @ zu * np.outer(weight, weight)
    turn = scale[:, None] * (turns @ zu) * weight
    total += turn + turn.T
    return (total + total.T) / 2


def moment_information(share: Array, w: Array, h: Array, b: Array | None) -> Array:
    r"""`summed_over_patterns` for :math:`(\mu, \mathrm{vech}\,\Sigma)` as parameters.

    Between :math:`\sigma_{ac}` and :math:`\sigma_{bd}` it is a sum of four products such as
    :math:`W_{ab}H_{cd}`, and thus gathered from one matrix of sums over patterns.
    Memory: about :math:`8p^4` bytes.
    """
    p = w.shape[1]
    row, column = vech_index(p)
    size = len(row)
    place = np.empty((p, p), dtype=np.intp)
    place[row, column] = place[column, row] = np.arange(size)
    sums = (share[:, None] * w[:, row, column]).T @ h[:, row, column]
    flat = (sums + sums.T).ravel()
    half = np.where(row == column, 0.5, 1.0)
    out = np.zeros((p + size, p + size))
    for first in range(0, size, 64):  # so that what is gathered stays near
        some, rest = slice(first, first + 64), slice(p + first, p + first + 64)
        one, two = place[row[some]] * size, place[column[some]]
        r, c = row[first:], column[first:]
        part = flat.take(one[:, r] + two[:, c])
        part += flat.take(one[:, c] + two[:, r])
        part *= half[some, None] * (0.5 * half[first:])
        out[rest, p + first :] = part
        out[p + first :, rest] = part.T
    out[:p, :p] = np.tensordot(share, w, axes=1)
    if b is not None:
        thirds = ((share[:, None] * w.reshape(len(w), -1)).T @ b).reshape(p, p, p)
        turn = (thirds[:, row, column] + thirds[:, column, row]) * half
        out[:p, p:] = turn
        out[p:, :p] = turn.T
    return out


def curvature_pieces(block: Block, moments: Moments, q: Array, b: Array, means: bool) -> Array:
    r"""Half of :math:`\mathrm{tr}(Q\,\partial^2\Sigma)` less :math:`b'\partial^2\mu`, per pair."""
    p, cells = block.observed, block.cells
    e, v = moments.effects, moments.covariance
    e_o, v_o = e[:p], v[:p]
    pp = e_o.T @ q @ e_o
    rr = e_o.T @ q @ v_o
    count = len(cells.kind)
    out = np.zeros((count, count))
    da, ds, dm = cells.at(DIRECTED), cells.at(SYMMETRIC), cells.at(MEAN)
    i, j = cells.row[da], cells.column[da]
    # directed × directed: E[l,i] R[k,j] + E[j,k] R[i,l] + V[j,l] P[i,k]
    ic, jc = i[:, None], j[:, None]
    ji = e[jc, i]  # [l, i] over (b, a)
    kj = rr[ic, j]  # [k, j] over (b, a)
    if means:
        eb = e_o.T @ b
        kj = kj - eb[ic] * moments.mean[j]  # less [k, j]: (E'b)_k eta_j
    term = ji * kj
    out[da[:, None], da] = term + term.T + v[jc, j] * pp[ic, i]
    if len(ds) and len(da):
        k, m = cells.row[ds], cells.column[ds]
        mixed = e[jc, k] * pp[ic, m] + e[jc, m] * pp[ic, k]
        mixed *= cells.scale[ds]
        out[da[:, None], ds] = mixed
        out[ds[:, None], da] = mixed.T
    if means and len(dm) and len(da):
        k = cells.row[dm]
        mixed = -e[jc, k] * eb[ic]
        out[da[:, None], dm] = mixed
        out[dm[:, None], da] = mixed.T
    return out


def jacobian_cells(block: Block, moments: Moments, means: bool, left: Array | None = None) -> Array:
    """Derivatives of ``(mu, vech Sigma)`` by cell; vech runs over the lower triangle by column.

    With ``left`` the derivatives are those of ``(left mu, vech(left Sigma left'))``.
    """
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    if left is not None:
        z = left @ z
    u, v, scale, weight = _pieces(block, moments)
    row, column = vech_index(p)
    zu, zv = z[:, u] * scale, z[:, v]
    sigma = zu[row] * zv[column] + zv[row] * zu[column]
    if not means:
        out: Array = sigma
        return out
    return np.concatenate([z[:, u] * weight, sigma])


def variance_jacobian(block: Block, moments: Moments) -> Array:
    """Derivatives of the diagonal of Sigma, (p, cells)."""
    p = block.observed
    z = np.concatenate([moments.effects[:p], moments.covariance[:p]], axis=1)
    u, v, scale, _ = _pieces(block, moments)
    out: Array = 2 * z[:, u] * z[:, v] * scale
    return out


def vech_index(p: int) -> tuple[Index, Index]:
    """Rows and columns of the lower triangle, column after column (lavaan's order)."""
    column, row = np.triu_indices(p)
    return row, column


def compile_model(
    rows: Sequence[Row], syntax: Syntax, variables: Variables, groups: int, meanstructure: bool
) -> Model:
    """Turn a parameter table into index arrays and resolve its equality constraints."""
    free = np.array([k for k, row in enumerate(rows) if row.free], dtype=np.intp)
    number = {int(row): k for k, row in enumerate(free)}
    names = (*variables.observed, *variables.latent)
    place = {name: k for k, name in enumerate(names)}
    exogenous = np.array([place[v] for v in variables.exogenous_observed], dtype=np.intp)
    blocks = []
    for group in range(1, groups + 1):
        size = len(names)
        a, s, m = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
        cells: list[tuple[int, int, int, int]] = []
        for k, row in enumerate(rows):
            if row.group != group or row.exogenous:
                continue
            i = place[row.lhs]
            if row.op == "=~":
                kind, i, j = DIRECTED, place[row.rhs], i
            elif row.op == "~":
                kind, j = DIRECTED, place[row.rhs]
            elif row.op == "~~":
                kind, j = SYMMETRIC, place[row.rhs]
                i, j = max(i, j), min(i, j)
            elif row.op == "~1":
                kind, j = MEAN, i
            elif row.op == "|":
                kind, j = THRESHOLD, int(row.rhs[1:]) - 1
            else:
                kind, j = SCALE, i
            if row.free:
                cells.append((kind, i, j, number[k]))
            elif kind == DIRECTED:
                a[i, j] = row.value or 0.0
            elif kind == SYMMETRIC:
                s[i, j] = s[j, i] = row.value or 0.0
            elif kind == MEAN:
                m[i] = row.value or 0.0
        table = np.array(cells, dtype=np.intp).reshape(-1, 4).T
        blocks.append(Block(names, len(variables.observed), a, s, m, Cells(*table), exogenous))
    expand, offset = _constraints(rows, free, syntax)
    return Model(tuple(rows), free, tuple(blocks), expand, offset, meanstructure, variables, syntax)


def _constraints(rows: Sequence[Row], free: Index, syntax: Syntax) -> tuple[Array, Array]:
    """``x = expand @ theta + offset`` from equal labels and ``==`` lines."""
    if not syntax.constraints and not any(r.label for r in rows):
        return np.eye(len(free)), np.zeros(len(free))
    column_of: dict[str, int] = {}
    columns: list[int] = []
    count = 0
    fixed = {r.label: r.value for r in rows if r.label and not r.free and r.value is not None}
    for k in free:
        label = rows[k].label
        if label and label in column_of:
            columns.append(column_of[label])
            continue
        if label:
            column_of[label] = count
        columns.append(count)
        count += 1
    expand = np.zeros((len(free), count))
    expand[np.arange(len(free)), columns] = 1.0
    offset = np.zeros(len(free))
    # a free row that shares its label with a fixed row takes the fixed value
    extra: list[tuple[Array, float]] = []
    for label, value in fixed.items():
        if label in column_of:
            row = np.zeros(count)
            row[column_of[label]] = 1.0
            extra.append((row, float(value or 0.0)))
    defined = {name: expression for name, expression, _ in syntax.defined}

    def difference(theta: Any, constraint: tuple[Expression, Expression, str, str]) -> Any:
        values: dict[str, Any] = {name: theta[..., c] for name, c in column_of.items()}
        values.update({k: v for k, v in fixed.items() if k not in values})
        for name, expression in defined.items():
            if names_in(expression) <= set(values):
                values[name] = evaluate(expression, values)
        return evaluate(constraint[0], values) - evaluate(constraint[1], values)

    for constraint in syntax.constraints:
        with np.errstate(all="ignore"):
            base = np.zeros((3, count), dtype=complex)
            base[1:] = np.linspace(0.3, 1.7, count) if count else 0.0
            base[2] *= -0.7
            base[2] += 0.1
            gradients = np.array(
                [
                    np.imag(
                        difference(base[r] + 1e-30j * np.eye(count), constraint) * np.ones(count)
                    )
                    / 1e-30
                    for r in range(3)
                ]
            )
            at_zero = float(np.real(np.asarray(difference(base[0], constraint))))
        text = f"{constraint[2]} == {constraint[3]}"
        if not np.all(np.isfinite(gradients)) or np.ptp(gradients, axis=0).max(initial=0) > 1e-9:
            raise ModelError("not_linear", constraint=text)
        if not np.any(gradients[0]):
            raise ModelError("constraint_of_nothing", constraint=text)
        extra.append((gradients[0], -at_zero))
    if extra:
        r = np.array([row for row, _ in extra])
        d = np.array([value for _, value in extra])
        particular, *_ = np.linalg.lstsq(r, d, rcond=None)
        if not np.allclose(r @ particular, d, atol=1e-10):
            raise ModelError("contradiction")
        basis = _null_space(r)
        offset = offset + expand @ particular
        expand = expand @ basis
    return expand, offset


def _null_space(r: Array) -> Array:
    """A basis of ``{t: r t = 0}`` by elimination, so that untouched parameters stay themselves."""
    rows, count = r.shape
    work = r.copy()
    pivots: list[int] = []
    at = 0
    for column in range(count - 1, -1, -1):
        if at == rows:
            break
        pick = at + int(np.argmax(np.abs(work[at:, column])))
        if abs(work[pick, column]) < 1e-10:
            continue
        work[[at, pick]] = work[[pick, at]]
        work[at] /= work[at, column]
        others = np.arange(rows) != at
        work[others] -= np.outer(work[others, column], work[at])
        pivots.append(column)
        at += 1
    keep = [c for c in range(count) if c not in set(pivots)]
    basis = np.zeros((count, len(keep)))
    for n, c in enumerate(keep):
        basis[c, n] = 1.0
        for k, pivot in enumerate(pivots):
            basis[pivot, n] = -work[k, c]
    return basis
