"""From a data frame (or covariances) to sample moments, with every check on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from warnings import warn

import numpy as np
import pandas as pd
from scipy.linalg import lapack

from .errors import ModelError
from .model import Array, Index

#: Fourth powers of larger values overflow.
LARGEST = 1e70
#: Patterns times squared variables that FIML takes: about ten such arrays of 8 bytes are in use.
MOST_PATTERN_CELLS = 50_000_000
#: Patterns times variables cubed: the work of a fit.
MOST_FIML_WORK = 2e10
LONG_FIML_WORK = 2e9


@dataclass(frozen=True)
class Pattern:
    """Rows of one group that miss the same variables."""

    observed: Index
    rows: Index
    mean: Array
    cov: Array

    @property
    def n(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class GroupSample:
    """Sample moments of one group; ``cov`` divides by N. ``raw`` is None for moments alone."""

    n: int
    mean: Array
    cov: Array
    raw: Array | None = None
    clusters: Index | None = None
    patterns: tuple[Pattern, ...] = ()
    rows: Index | None = None  # where the rows stand in the data frame
    # what depends on these data alone and several models share; not copied by `replace`
    memo: dict[Any, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @cached_property
    def complete(self) -> bool:
        return len(self.patterns) <= 1


@dataclass(frozen=True)
class Sample:
    """The data of a fit, group after group."""

    names: tuple[str, ...]
    groups: tuple[GroupSample, ...]
    labels: tuple[Any, ...]
    dropped: int = 0
    means: bool = True
    missing: str = "listwise"
    warnings: tuple[str, ...] = ()
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
                raise ModelError(f"variable {name!r} has {len(known)} categories without an order")
            codes = column.cat.codes.to_numpy().astype(float)
            codes[codes < 0] = np.nan
            return codes
        column = column.astype(float)
    if isinstance(column.dtype, pd.PeriodDtype) or getattr(column.dtype, "kind", "") in "mMc":
        raise ModelError(f"variable {name!r} holds dates, durations or complex numbers")
    try:
        values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise ModelError(f"variable {name!r} is not numeric") from None
    if np.isinf(values).any():
        raise ModelError(f"variable {name!r} has infinite values")
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
) -> Sample:
    """Sample moments of the named variables of a data frame.

    With FIML rows that miss a fixed ``exogenous`` variable are left out, as in lavaan.
    """
    if isinstance(data, Mapping):
        data = pd.DataFrame(data)
    if not isinstance(data, pd.DataFrame):
        raise ModelError(f"data must be a pandas DataFrame, not {type(data).__name__}")
    columns = [str(c) for c in data.columns.tolist()]
    position = {c: k for k, c in reversed(list(enumerate(columns)))}
    for name in names:
        if name not in position:
            raise ModelError(f"variable {name!r} is not in the data")
        if len(position) < len(columns) and columns.count(name) > 1:
            raise ModelError(f"the data have {columns.count(name)} columns named {name!r}")
    for name in latent:
        if name in columns:
            raise ModelError(f"{name!r} is a latent variable in the model and a column of the data")
    for what, name_ in (("group", group), ("cluster", cluster)):
        if name_ is not None and name_ not in columns:
            raise ModelError(f"{what} variable {name_!r} is not in the data")
        if name_ is not None and columns.count(name_) > 1:
            raise ModelError(f"the data have several columns named {name_!r}")
        if what == "group" and name_ is not None and name_ in names:
            raise ModelError(f"the group variable {name_!r} is also in the model")
    raw = numeric_columns(data, [position[n] for n in names], names)
    if missing not in ("listwise", "fiml", "ml"):
        raise ModelError(f"missing={missing!r} is unknown; use 'listwise' or 'fiml'")
    fiml = missing != "listwise"
    finite = _finite(raw)
    if not finite:
        for bad in np.flatnonzero(np.isinf(raw).any(axis=0)).tolist():
            raise ModelError(f"variable {names[bad]!r} has infinite values")
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
    if not keep.any():
        raise ModelError(
            "no rows left: every row misses a value" if len(raw) else "the data have no rows"
        )
    kept = np.flatnonzero(keep)
    if dropped:
        raw = raw[kept]
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
            raise ModelError(f"the group variable {group!r} has a single value, {labels[0]!r}")
        if len(labels) > 200:
            raise ModelError(f"the group variable {group!r} has {len(labels)} values")
        for k in np.flatnonzero(np.bincount(code, minlength=len(labels)) == 0).tolist():
            raise ModelError(f"no rows left in group {labels[k]!r}: every row misses a value")
    warnings = []
    if dropped:
        why = "without any value"
        if not fiml:
            why = "with missing values"
        elif fixed:
            why = "without a value of an exogenous variable"
        warnings.append(f"left out: {dropped} of {dropped + len(raw)} rows, {why}")
    samples = []
    for k, label in enumerate(labels):
        rows = np.flatnonzero(code == k) if len(labels) > 1 else np.arange(len(raw))
        where = "" if group is None else f" in group {label!r}"
        clusters = None if cluster_codes is None else cluster_codes[rows]
        part = raw if len(labels) == 1 else raw[rows]
        one = group_sample(
            part, tuple(names), where=where, fiml=fiml, clusters=clusters, finite=finite
        )
        samples.append(replace(one, rows=kept[rows]))
    if fiml and all(s.complete and len(s.patterns[0].observed) == len(names) for s in samples):
        missing = "fiml-complete"
    return Sample(
        tuple(names),
        tuple(samples),
        tuple(labels),
        dropped,
        True,
        missing,
        tuple(warnings),
        data.index,
    )


def group_sample(
    raw: Array,
    names: tuple[str, ...],
    *,
    where: str = "",
    fiml: bool = False,
    clusters: Index | None = None,
    finite: bool = False,
) -> GroupSample:
    """Moments of one group's rows, after checking that they can be estimated from.

    ``finite`` says that every value is known to be a finite number.
    """
    n, p = raw.shape
    if n < 2:
        raise ModelError(f"only {n} row(s) of data{where}")
    holes = not finite and bool(np.isnan(raw).any())
    with np.errstate(all="ignore"):
        if holes:
            count = (~np.isnan(raw)).sum(axis=0)
            for k in np.flatnonzero(count < 2):
                raise ModelError(f"variable {names[k]!r} has {count[k]} value(s){where}")
        center = np.nanmean(raw, axis=0) if holes else np.full(n, 1 / n) @ raw
        deviation = raw - center
        cov = np.zeros((0, 0)) if holes else deviation.T @ deviation / n
        variance = np.nanmean(deviation**2, axis=0) if holes else np.diag(cov)
        # no value is further from the mean than all deviations together
        near = (np.abs(center) + np.sqrt(n * variance) < LARGEST).all()
        if not near and not np.nanmax(np.abs(raw)) <= LARGEST:
            raise ModelError(f"values larger than {LARGEST:.0e}{where}")
    for k in np.flatnonzero(variance <= 1e-20 * np.maximum(1.0, center**2)):
        raise ModelError(f"variable {names[k]!r} has zero variance{where}")
    if not fiml or not holes:
        check_positive_definite(cov, names, n, where)
        patterns = (Pattern(np.arange(p), np.arange(n), center, cov),) if fiml else ()
        return GroupSample(n, center, cov, raw, clusters, patterns)
    seen = ~np.isnan(raw)
    packed = np.packbits(seen, axis=1)
    _, first, inverse = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    if len(first) * p * p > MOST_PATTERN_CELLS:
        raise ModelError(
            f"{len(first):,} patterns of missing values in {p} variables are too many for FIML"
            f"{where}: that would take more than 4 GiB"
        )
    work = len(first) * p**3
    if work > MOST_FIML_WORK:
        raise ModelError(
            f"{len(first):,} patterns of missing values in {p} variables are too much work for FIML"
            f"{where}: patterns x variables^3 is {work:.1e}, at most {MOST_FIML_WORK:.0e}"
        )
    if work > LONG_FIML_WORK:
        warn(
            f"FIML of {len(first):,} patterns of missing values in {p} variables{where} takes"
            " minutes, not seconds",
            stacklevel=2,
        )
    order = np.argsort(inverse.ravel(), kind="stable")
    bounds = np.searchsorted(inverse.ravel()[order], np.arange(len(first) + 1))
    patterns_list = []
    for number in range(len(first)):
        rows = order[bounds[number] : bounds[number + 1]]
        observed = np.flatnonzero(seen[rows[0]])
        part = raw[np.ix_(rows, observed)]
        mean = part.mean(axis=0)
        dev = part - mean
        patterns_list.append(Pattern(observed, rows, mean, dev.T @ dev / len(rows)))
    together = seen.astype(float).T @ seen.astype(float)
    lowest = np.unravel_index(int(np.argmin(together)), together.shape)
    if together[lowest] < 2:
        raise ModelError(
            f"variables {names[lowest[0]]!r} and {names[lowest[1]]!r} are never observed"
            f" together{where}"
        )
    return GroupSample(n, center, np.diag(variance), raw, clusters, tuple(patterns_list))


def check_positive_definite(cov: Array, names: Sequence[str], n: int, where: str = "") -> None:
    """Refuse a covariance matrix that is singular, and name the variables that make it so."""
    scale = np.sqrt(np.diag(cov))
    correlation = cov / scale / scale[:, None]
    factor, info = lapack.dpotrf(correlation, lower=1)
    if info == 0 and factor.diagonal().min() > 1e-3:
        return
    values, vectors = np.linalg.eigh(correlation)
    if values[0] > 1e-11 * max(1.0, values[-1]):
        return
    if n <= len(names):
        raise ModelError(
            f"{n} rows are too few for {len(names)} variables{where}: the sample covariance"
            " matrix is singular"
        )
    kind = "singular" if values[0] > -1e-8 else "not positive definite"
    involved = [names[k] for k in np.flatnonzero(np.abs(vectors[:, 0]) > 0.1).tolist()][:8]
    raise ModelError(
        f"the sample covariance matrix is {kind}{where}: perfectly collinear are"
        f" {', '.join(involved)}"
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
        raise ModelError("sample_cov is empty")
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
        raise ModelError("sample_cov, sample_nobs and sample_mean differ in the number of groups")
    samples = []
    for label, c, n, m in zip(labels, covs, nobs_list, means, strict=True):
        where = "" if label is None else f" in group {label!r}"
        samples.append(_moment_group(c, n, m, names, latent, where))
    return Sample(tuple(names), tuple(samples), tuple(labels), means=mean is not None)


def _by_group(value: Any, labels: list[Any], what: str) -> list[Any]:
    """One value a group, from a mapping or a sequence."""
    if isinstance(value, Mapping):
        for label in labels:
            if label not in value:
                raise ModelError(f"{what} lacks the group {label!r} of sample_cov")
        return [value[k] for k in labels]
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise ModelError(f"{what} must have one value for each group of sample_cov")
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
        raise ModelError(f"sample_nobs must be the number of rows{where}")
    try:
        n = int(float(str(nobs)))
    except (TypeError, ValueError, OverflowError):
        raise ModelError(f"sample_nobs must be the number of rows{where}") from None
    if not 2 <= n <= 1e15 or n != nobs:
        raise ModelError(f"sample_nobs={nobs!r} is not a number of rows{where}")
    if isinstance(cov, pd.DataFrame):
        columns = [str(c) for c in cov.columns]
        for name in names:
            if columns.count(name) != 1:
                raise ModelError(f"variable {name!r} is not in sample_cov{where}")
        for name in latent:
            if name in columns:
                raise ModelError(f"{name!r} is latent in the model and a variable of sample_cov")
        index = [columns.index(name) for name in names]
        rows = [str(r) for r in cov.index]
        if not isinstance(cov.index, pd.RangeIndex) and rows != columns:
            if sorted(rows) != sorted(columns):
                raise ModelError(f"rows and columns of sample_cov have different names{where}")
            cov = cov.iloc[[rows.index(c) for c in columns]]
        try:
            full = cov.to_numpy(dtype=float)
        except (TypeError, ValueError):
            raise ModelError(f"sample_cov is not numeric{where}") from None
        if full.shape[0] != full.shape[1]:
            raise ModelError(f"sample_cov is not square{where}")
        matrix = full[np.ix_(index, index)]
        if isinstance(mean, (pd.Series, Mapping)):
            try:
                mean = [float(mean[name]) for name in names]
            except (KeyError, TypeError, ValueError):
                raise ModelError(f"sample_mean lacks a variable of the model{where}") from None
        elif mean is not None:
            if np.shape(mean) != (len(columns),):
                raise ModelError(f"sample_mean must have one value per variable{where}")
            try:
                mean = np.asarray(mean, dtype=float)[index]
            except (TypeError, ValueError):
                raise ModelError(f"sample_mean is not numeric{where}") from None
    else:
        raise ModelError("sample_cov must be a DataFrame with variable names as columns")
    if not np.isfinite(matrix).all():
        raise ModelError(f"sample_cov has missing or infinite values{where}")
    if np.abs(matrix - matrix.T).max(initial=0) > 1e-6 * max(1e-300, np.abs(matrix).max(initial=0)):
        raise ModelError(f"sample_cov is not symmetric{where}")
    for k in np.flatnonzero(np.diag(matrix) <= 0).tolist():
        raise ModelError(f"variable {names[k]!r} has no positive variance{where}")
    matrix = (matrix + matrix.T) / 2
    check_positive_definite(matrix, names, n, where)
    matrix = matrix * (n - 1) / n
    center = np.zeros(len(names)) if mean is None else np.asarray(mean, dtype=float)
    if not np.isfinite(center).all():
        raise ModelError(f"sample_mean has missing or infinite values{where}")
    return GroupSample(n, center, matrix)
