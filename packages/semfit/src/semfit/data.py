"""From a data frame (or covariances) to sample moments, with every check on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from warnings import warn

import numpy as np
from scipy.linalg import lapack

from .errors import ModelError
from .frames import pd
from .messages import Message, in_group, listed, message
from .model import Array, Index

#: Fourth powers of larger values overflow.
LARGEST = 1e70
#: Of rows times what is computed of each.
VALUES_AT_ONCE = 4_000_000
#: Patterns times squared variables that FIML takes: about ten such arrays of 8 bytes are in use.
MOST_PATTERN_CELLS = 50_000_000
#: Patterns times variables cubed: the work of a fit.
MOST_FIML_WORK = 2e10
LONG_FIML_WORK = 2e9


def row_blocks(rows: int, width: int) -> Iterator[slice]:
    """All rows, as many at a time as make a matrix of some megabytes."""
    step = max(VALUES_AT_ONCE // max(width, 1), 1)
    return (slice(k, k + step) for k in range(0, rows, step))


@dataclass(frozen=True)
class Pattern:
    """Rows of one group that miss the same variables."""

    observed: Index
    rows: Index
    mean: Array
    cov: Array

    weight: float | None = None  # the sum of the rows' weights

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> float:
        """Rows, each counted by its weight."""
        return len(self.rows) if self.weight is None else self.weight


@dataclass(frozen=True)
class GroupSample:
    """Sample moments of one group; ``cov`` divides by N. ``raw`` is None for moments alone.

    ``weights`` of the rows sum to their number.
    """

    n: int
    mean: Array
    cov: Array
    raw: Array | None = None
    clusters: Index | None = None
    patterns: tuple[Pattern, ...] = ()
    rows: Index | None = None  # where the rows stand in the data frame
    weights: Array | None = None
    # what depends on these data alone and several models share; not copied by `replace`
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def complete(self) -> bool:
        return len(self.patterns) <= 1

    @cached_property
    def apart(self) -> Array:
        """Pairs of variables that no row has both of, (pairs, 2)."""
        if self.complete:
            return np.zeros((0, 2), dtype=np.intp)
        together = np.zeros((len(self.mean),) * 2, dtype=bool)
        for pattern in self.patterns:
            together[np.ix_(pattern.observed, pattern.observed)] = True
        return np.argwhere(np.triu(~together))


@dataclass(frozen=True)
class Sample:
    """The data of a fit, group after group."""

    names: tuple[str, ...]
    groups: tuple[GroupSample, ...]
    labels: tuple[Any, ...]
    dropped: int = 0
    means: bool = True
    missing: str = "listwise"
    warnings: tuple[Message, ...] = ()
    index: Any = None
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def n(self) -> int:
        return sum(g.n for g in self.groups)


def numeric_column(column: pd.Series[Any], name: str) -> Array:
    """One variable as floats with NaN for missing, or the reason why it cannot be."""
    if column.dtype == bool:
        return column.to_numpy(dtype=float)
    if isinstance(column.dtype, pd.CategoricalDtype):
        known = column.cat.categories
        if not pd.api.types.is_numeric_dtype(known):
            if len(known) > 2 and not column.cat.ordered:
                raise ModelError("unordered_categories", name=name, categories=len(known))
            codes = column.cat.codes.to_numpy().astype(float)
            codes[codes < 0] = np.nan
            return codes
        column = column.astype(float)
    if isinstance(column.dtype, pd.PeriodDtype) or getattr(column.dtype, "kind", "") in "mMc":
        raise ModelError("dates", name=name)
    try:
        values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ModelError("not_numeric", name=name) from None
    if np.isinf(values).any():
        raise ModelError("infinite_values", name=name)
    return np.asarray(values, dtype=float)


def _finite(values: Array) -> bool:
    """Whether all values are certainly finite, from one sum of products a column."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.ones(len(values)) @ values).all())


def numeric_columns(data: pd.DataFrame, positions: Sequence[int], names: Sequence[str]) -> Array:
    """Several variables as floats, (rows, variables); plain numeric columns in one go."""
    whole = list(positions) == list(range(data.shape[1]))
    part = data if whole else data.iloc[:, list(positions)]
    if all(isinstance(t, np.dtype) and t.kind in "iuf" for t in part.dtypes):
        return part.to_numpy().astype(float, order="C")
    return np.column_stack(
        [numeric_column(data.iloc[:, k], n) for k, n in zip(positions, names, strict=True)]
    )


def read_frame(
    data: Any,
    names: Sequence[str],
    latent: Sequence[str],
    *,
    group: str | None,
    cluster: str | None,
    missing: str,
    exogenous: Sequence[str] = (),
    weights: str | pd.Series[Any] | None = None,
) -> Sample:
    """Sample moments of the named variables of a data frame.

    With FIML rows that miss a fixed ``exogenous`` variable are left out, as in lavaan; rows without
    a weight, or with one of 0, are left out always.
    """
    if isinstance(data, Mapping):
        data = pd.DataFrame(data)
    if not isinstance(data, pd.DataFrame):
        raise ModelError("not_a_frame", type=type(data).__name__)
    columns = [str(c) for c in data.columns.tolist()]
    position = {c: k for k, c in reversed(list(enumerate(columns)))}
    for name in names:
        if name not in position:
            raise ModelError("not_in_data", name=name)
        if len(position) < len(columns) and columns.count(name) > 1:
            raise ModelError("column_repeated", count=columns.count(name), name=name)
    for name in latent:
        if name in columns:
            raise ModelError("latent_in_data", name=name)
    for what, name_ in (("group", group), ("cluster", cluster)):
        if name_ is not None and name_ not in columns:
            raise ModelError(
                "group_not_in_data" if what == "group" else "cluster_not_in_data", name=name_
            )
        if name_ is not None and columns.count(name_) > 1:
            raise ModelError("several_columns", name=name_)
        if what == "group" and name_ is not None and name_ in names:
            raise ModelError("group_in_model", name=name_)
    raw = numeric_columns(data, [position[n] for n in names], names)
    if missing not in ("listwise", "fiml", "ml"):
        raise ModelError("unknown_missing", value=repr(missing))
    fiml = missing != "listwise"
    finite = _finite(raw)
    if not finite:
        for bad in np.flatnonzero(np.isinf(raw).any(axis=0)).tolist():
            raise ModelError("infinite_values", name=names[bad])
    hole = np.zeros((1, 1), dtype=bool) if finite else np.isnan(raw)
    if hole.any():
        keep: Array = np.logical_not(hole.all(axis=1) if fiml else hole.any(axis=1))
    else:
        keep = np.ones(len(raw), dtype=bool)
    fixed = [k for k, name in enumerate(names) if name in set(exogenous)]
    if fiml and fixed and hole.any():
        keep &= ~hole[:, fixed].any(axis=1)
    for name_ in (group, cluster):
        if name_ is not None:
            keep &= data.iloc[:, position[name_]].notna().to_numpy()
    dropped = int(len(raw) - keep.sum())
    weight = None if weights is None else sampling_weights(weights, data, columns)
    unweighted = 0
    if weight is not None:
        unweighted = int((keep & ~(weight > 0)).sum())
        keep &= weight > 0
    if not keep.any():
        raise ModelError("no_rows_left" if len(raw) else "no_rows")
    kept = np.flatnonzero(keep)
    if dropped + unweighted:
        raw = raw[kept]
    if weight is not None:
        weight = weight[kept] / weight[kept].mean()
    cluster_codes = None
    if cluster is not None:
        cluster_codes = pd.factorize(data.iloc[kept, position[cluster]])[0].astype(np.intp)
    if group is None:
        labels: list[Any] = [None]
        code = np.zeros(len(raw), dtype=np.intp)
    else:
        # groups are numbered as they appear in the data, left-out rows included, as in lavaan
        codes, uniques = pd.factorize(data.iloc[:, position[group]])
        code, labels = codes[kept].astype(np.intp), list(uniques)
        if len(labels) < 2:
            raise ModelError("single_group", name=group, value=labels[0])
        if len(labels) > 200:
            raise ModelError("too_many_groups", name=group, groups=len(labels))
        for k in np.flatnonzero(np.bincount(code, minlength=len(labels)) == 0).tolist():
            raise ModelError("no_rows_left_in_group", group=labels[k])
    warnings = []
    if dropped:
        rows_read = dropped + unweighted + len(raw)
        if not fiml:
            warnings.append(message("rows_with_missing", dropped=dropped, rows=rows_read))
        elif fixed:
            warnings.append(message("rows_without_exogenous", dropped=dropped, rows=rows_read))
        else:
            warnings.append(message("rows_without_values", dropped=dropped, rows=rows_read))
    if unweighted:
        read = dropped + unweighted + len(raw)
        warnings.append(message("rows_without_weight", dropped=unweighted, rows=read))
    samples = []
    for k, label in enumerate(labels):
        rows = np.flatnonzero(code == k) if len(labels) > 1 else np.arange(len(raw))
        where = in_group(label)
        clusters = None if cluster_codes is None else cluster_codes[rows]
        part = raw if len(labels) == 1 else raw[rows]
        one = group_sample(
            part,
            tuple(names),
            where=where,
            fiml=fiml,
            clusters=clusters,
            finite=finite,
            weights=weight,
        )
        samples.append(replace(one, rows=kept[rows]))
        if len(one.apart):
            first, second = (names[at] for at in one.apart[0])
            warnings.append(
                message(
                    "never_together", first=first, second=second, pairs=len(one.apart), where=where
                )
            )
    if fiml and all(s.complete and len(s.patterns[0].observed) == len(names) for s in samples):
        missing = "fiml-complete"
    return Sample(
        tuple(names),
        tuple(samples),
        tuple(labels),
        dropped + unweighted,
        True,
        missing,
        tuple(warnings),
        data.index,
    )


def sampling_weights(
    weights: str | pd.Series[Any], data: pd.DataFrame, columns: Sequence[str]
) -> Array:
    """The weights of the rows of ``data``, as they are given: NaN where there is none.

    Raises
    ------
    ModelError
        A weight that is no number, is negative or infinite; a column that is not there.
    """
    if isinstance(weights, str):
        if columns.count(weights) != 1:
            raise ModelError("weights_not_in_data", name=weights)
        given = data.iloc[:, columns.index(weights)]
    elif weights.index.equals(data.index):
        given = weights
    elif weights.index.is_unique:
        given = weights.reindex(data.index)
    else:
        raise ModelError("weights_index", name=str(weights.name))
    found = numeric_column(given, str(given.name))
    if (found < 0).any():
        raise ModelError("negative_weight", name=str(given.name))
    return found


def group_sample(
    raw: Array,
    names: tuple[str, ...],
    *,
    where: str = "",
    fiml: bool = False,
    clusters: Index | None = None,
    finite: bool = False,
    weights: Array | None = None,
) -> GroupSample:
    """Moments of one group's rows, after checking that they can be estimated from.

    ``finite`` says that every value is known to be a finite number; ``weights`` sum to the rows.
    """
    n, p = raw.shape
    if weights is not None:
        return _weighted_sample(raw, names, weights, where, fiml, clusters)
    if n < 2:
        raise ModelError("few_rows", rows=n, where=where)
    holes = not finite and bool(np.isnan(raw).any())
    with np.errstate(all="ignore"):
        if holes:
            count = (~np.isnan(raw)).sum(axis=0)
            for k in np.flatnonzero(count < 2):
                raise ModelError("few_values", name=names[k], values=count[k], where=where)
        center = np.nanmean(raw, axis=0) if holes else np.full(n, 1 / n) @ raw
        if holes:
            cov, variance = np.zeros((0, 0)), np.nanmean((raw - center) ** 2, axis=0)
        else:
            cov = np.zeros((p, p))
            for block in row_blocks(n, p):
                deviation = raw[block] - center
                cov += deviation.T @ deviation
            cov /= n
            variance = np.diag(cov)
        # no value is further from the mean than all deviations together
        near = (np.abs(center) + np.sqrt(n * variance) < LARGEST).all()
        if not near and not np.nanmax(np.abs(raw)) <= LARGEST:
            raise ModelError("large_values", limit=LARGEST, where=where)
    for k in np.flatnonzero(variance <= 1e-20 * np.maximum(1.0, center**2)):
        raise ModelError("zero_variance", name=names[k], where=where)
    if not fiml or not holes:
        check_positive_definite(cov, names, n, where)
        patterns = (Pattern(np.arange(p), np.arange(n), center, cov),) if fiml else ()
        return GroupSample(n, center, cov, raw, clusters, patterns)
    return GroupSample(n, center, np.diag(variance), raw, clusters, _patterns(raw, where))


def _weighted_sample(
    raw: Array,
    names: tuple[str, ...],
    weights: Array,
    where: str,
    fiml: bool,
    clusters: Index | None,
) -> GroupSample:
    """The same with rows that count by their weights."""
    plain = group_sample(raw, names, where=where, fiml=fiml, clusters=clusters)
    seen = ~np.isnan(raw)
    center = np.nansum(raw * weights[:, None], axis=0) / (weights @ seen)
    d = raw - center
    if seen.all():
        cov = (d * weights[:, None]).T @ d / len(raw)
        check_positive_definite(cov, names, len(raw), where)
    else:
        cov = np.diag(np.nansum(d**2 * weights[:, None], axis=0) / (weights @ seen))
    patterns = _patterns(raw, where, weights) if fiml else ()
    return replace(plain, mean=center, cov=cov, patterns=patterns, weights=weights)


def _patterns(raw: Array, where: str, weights: Array | None = None) -> tuple[Pattern, ...]:
    """The rows by what they miss."""
    p = raw.shape[1]
    seen = ~np.isnan(raw)
    packed = np.packbits(seen, axis=1)
    _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    if len(first) * p * p > MOST_PATTERN_CELLS:
        raise ModelError("patterns_too_large", patterns=len(first), variables=p, where=where)
    work = len(first) * p**3
    if work > MOST_FIML_WORK:
        raise ModelError(
            "patterns_too_much_work",
            patterns=len(first),
            variables=p,
            where=where,
            work=work,
            limit=MOST_FIML_WORK,
        )
    if work > LONG_FIML_WORK:
        slow = message("patterns_slow", patterns=len(first), variables=p, where=where)
        warn(slow, stacklevel=2)
    order = np.argsort(inverse.ravel(), kind="stable")
    bounds = np.searchsorted(inverse.ravel()[order], np.arange(len(first) + 1))
    patterns_list = []
    for number in range(len(first)):
        rows = order[bounds[number] : bounds[number + 1]]
        observed = np.flatnonzero(seen[rows[0]])
        part = raw[np.ix_(rows, observed)]
        if weights is None:
            mean = part.mean(axis=0)
            dev = part - mean
            patterns_list.append(Pattern(observed, rows, mean, dev.T @ dev / len(rows)))
            continue
        w = weights[rows]
        total = float(w.sum())
        mean = w @ part / total
        dev = part - mean
        cov = (dev * w[:, None]).T @ dev / total
        patterns_list.append(Pattern(observed, rows, mean, cov, total))
    return tuple(patterns_list)


def check_positive_definite(cov: Array, names: Sequence[str], n: int, where: str = "") -> None:
    """Refuse a covariance matrix that is singular, and name the variables that make it so."""
    scale = np.sqrt(np.diag(cov))
    correlation = cov / scale / scale[:, None]
    factor, info = lapack.dpotrf(correlation, lower=1)
    if info == 0 and factor.diagonal().min() > 1e-3:
        return
    values, vectors = np.linalg.eigh(correlation)
    zero = values <= 1e-11 * max(1.0, values[-1])
    if not zero.any():
        return
    if n <= len(names):
        raise ModelError("fewer_rows_than_variables", rows=n, variables=len(names), where=where)
    # By the whole space of what is zero, whose vectors no library has to choose alike.
    part = np.sqrt((vectors[:, zero] ** 2).sum(axis=1))
    involved = [names[k] for k in np.flatnonzero(part > 0.1).tolist()][:8]
    raise ModelError(
        "singular" if values[0] > -1e-8 else "not_positive_definite",
        where=where,
        names=listed(involved),
    )


def read_moments(
    cov: Any, nobs: Any, mean: Any, names: Sequence[str], latent: Sequence[str]
) -> Sample:
    """Sample moments from covariances (one matrix, or a list or mapping of them, one a group).

    As in lavaan the covariances are taken to divide by N - 1.
    """
    labels: list[Any] = [None]
    covs, nobs_list, means = [cov], [nobs], [mean]
    if isinstance(cov, (Mapping, list, tuple)) and not len(cov):
        raise ModelError("covariances_empty")
    if isinstance(cov, Mapping):
        labels = list(cov)
        covs = [cov[k] for k in labels]
        nobs_list = _by_group(nobs, labels, "sample_nobs")
        means = [None] * len(covs) if mean is None else _by_group(mean, labels, "sample_mean")
    elif (
        isinstance(cov, (list, tuple))
        and len(cov)
        and not np.isscalar(cov[0])
        and (isinstance(cov[0], pd.DataFrame) or np.ndim(cov[0]) == 2)
    ):
        covs = list(cov)
        labels = [k + 1 for k in range(len(covs))]
        nobs_list = list(nobs) if np.ndim(nobs) else [nobs]
        means = [None] * len(covs) if mean is None else list(mean)
    if not len(covs) == len(nobs_list) == len(means):
        raise ModelError("covariances_groups")
    samples = []
    for label, c, n, m in zip(labels, covs, nobs_list, means, strict=True):
        samples.append(_moment_group(c, n, m, names, latent, in_group(label)))
    return Sample(tuple(names), tuple(samples), tuple(labels), means=mean is not None)


def _by_group(value: Any, labels: list[Any], what: str) -> list[Any]:
    """One value a group, from a mapping or a sequence."""
    if isinstance(value, Mapping):
        for label in labels:
            if label not in value:
                raise ModelError("lacks_group", argument=what, group=label)
        return [value[k] for k in labels]
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise ModelError("not_by_group", argument=what)
    return list(value)


def _moment_group(
    cov: Any,
    nobs: Any,
    mean: Any,
    names: Sequence[str],
    latent: Sequence[str],
    where: str,
) -> GroupSample:
    if isinstance(nobs, bool) or not np.isscalar(nobs):
        raise ModelError("nobs_not_number", where=where)
    try:
        n = int(float(str(nobs)))
    except (TypeError, ValueError, OverflowError):
        raise ModelError("nobs_not_number", where=where) from None
    if not 2 <= n <= 1e15 or n != nobs:
        raise ModelError("nobs_impossible", value=repr(nobs), where=where)
    if isinstance(cov, pd.DataFrame):
        columns = [str(c) for c in cov.columns]
        for name in names:
            if columns.count(name) != 1:
                raise ModelError("not_in_covariances", name=name, where=where)
        for name in latent:
            if name in columns:
                raise ModelError("latent_in_covariances", name=name)
        index = [columns.index(name) for name in names]
        rows = [str(r) for r in cov.index]
        if not isinstance(cov.index, pd.RangeIndex) and rows != columns:
            if sorted(rows) != sorted(columns):
                raise ModelError("covariances_names", where=where)
            cov = cov.iloc[[rows.index(c) for c in columns]]
        try:
            full = cov.to_numpy(dtype=float)
        except (TypeError, ValueError):
            raise ModelError("covariances_not_numeric", where=where) from None
        if full.shape[0] != full.shape[1]:
            raise ModelError("covariances_not_square", where=where)
        matrix = full[np.ix_(index, index)]
        if isinstance(mean, (pd.Series, Mapping)):
            try:
                mean = [float(mean[name]) for name in names]
            except (KeyError, TypeError, ValueError):
                raise ModelError("mean_missing", where=where) from None
        elif mean is not None:
            if np.shape(mean) != (len(columns),):
                raise ModelError("mean_length", where=where)
            try:
                mean = np.asarray(mean, dtype=float)[index]
            except (TypeError, ValueError):
                raise ModelError("mean_not_numeric", where=where) from None
    else:
        raise ModelError("covariances_not_frame")
    if not np.isfinite(matrix).all():
        raise ModelError("covariances_not_finite", where=where)
    if np.abs(matrix - matrix.T).max(initial=0) > 1e-6 * max(1e-300, np.abs(matrix).max(initial=0)):
        raise ModelError("covariances_not_symmetric", where=where)
    for k in np.flatnonzero(np.diag(matrix) <= 0).tolist():
        raise ModelError("no_positive_variance", name=names[k], where=where)
    matrix = (matrix + matrix.T) / 2
    check_positive_definite(matrix, names, n, where)
    matrix = matrix * (n - 1) / n
    center = np.zeros(len(names)) if mean is None else np.asarray(mean, dtype=float)
    if not np.isfinite(center).all():
        raise ModelError("means_not_finite", where=where)
    return GroupSample(n, center, matrix)
