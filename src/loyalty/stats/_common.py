"""What every statistic here shares: its result type, its view of a frame."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, Self, get_origin, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from loyalty.ground.reasons import CannotCompute as CannotCompute

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
Missing = Literal["listwise", "pairwise"]


@dataclasses.dataclass(frozen=True, eq=False)
class Result:
    """Base of all results: compares by value (frames included) and becomes plain data."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready plain data: NaN and infinity become ``None``, frames become dicts."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read back what :meth:`to_dict` gave, compared equal to the original.

        Raises:
            ValueError: a field that is missing or that the result does not have.
        """
        hints = get_type_hints(cls)
        names = [f.name for f in dataclasses.fields(cls)]
        odd = sorted(set(names) ^ set(values))
        if odd:
            raise ValueError(f"{cls.__name__}: field {odd[0]} is missing or unknown")
        return cls(**{name: _restore(hints[name], values[name]) for name in names})

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return isinstance(other, Result) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(repr(self.to_dict()))


def _restore(kind: Any, value: Any) -> Any:
    """Undo :func:`plain` for a field of the given type; numbers that were not finite become NaN."""
    if kind is pd.DataFrame:
        columns = pd.Index(value["columns"])
        frame = pd.DataFrame(value["data"], index=pd.Index(value["index"]), columns=columns)
        return frame.infer_objects()
    if kind is pd.Series:
        return pd.Series(value["data"], index=pd.Index(value["index"]))
    if get_origin(kind) is tuple:
        return tuple(tuple(v) if isinstance(v, list) else v for v in value)
    if kind is float:
        return float("nan") if value is None else float(value)
    return value


def plain(value: Any) -> Any:
    """Turn numbers, arrays, frames and results into what :mod:`json` can write."""
    if isinstance(value, Result):
        return value.to_dict()
    if isinstance(value, pd.DataFrame):
        return {
            "index": [plain(i) for i in value.index],
            "columns": [plain(c) for c in value.columns],
            "data": [[plain(v) for v in row] for row in value.itertuples(index=False, name=None)],
        }
    if isinstance(value, pd.Series):
        return {"index": [plain(i) for i in value.index], "data": [plain(v) for v in value]}
    if isinstance(value, np.ndarray):
        return [plain(v) for v in value.tolist()]
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(v) for v in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, np.integer | int):
        return int(value)
    if isinstance(value, np.floating | float):
        return float(value) if math.isfinite(value) else None
    return str(value)


def check_level(level: float) -> float:
    """Return a confidence level after checking that it lies strictly between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"confidence level {level:g} is not between 0 and 1")
    return float(level)


def normal_quantile(level: float) -> float:
    """Two-sided standard normal quantile of a confidence level (1.96 for 0.95)."""
    return float(special.ndtri(0.5 + check_level(level) / 2.0))


def to_matrix(items: pd.DataFrame) -> FloatArray:
    """Return the frame as an (n, p) float array, missing as NaN.

    Raises:
        CannotCompute: no column, a column that is not numeric, a repeated name, infinite values.
    """
    if items.shape[1] == 0:
        raise CannotCompute("no_items")
    if not items.columns.is_unique:
        twice = items.columns[items.columns.duplicated()][0]
        raise CannotCompute("twice", name=str(twice))
    for name in items.columns:
        column = items[name]
        if not (pd.api.types.is_numeric_dtype(column) or column.isna().all()):
            raise CannotCompute("not_numeric", name=str(name))
    values = np.ascontiguousarray(items.to_numpy(dtype=np.float64, na_value=np.nan))
    if np.isinf(values).any():
        name = items.columns[int(np.argmax(np.isinf(values).any(axis=0)))]
        raise CannotCompute("infinite", name=str(name))
    return values


def complete_rows(values: FloatArray) -> FloatArray:
    """Rows of an (n, p) array without a missing value."""
    return values[~np.isnan(values).any(axis=1)]


def to_vector(values: Iterable[Any] | pd.Series) -> FloatArray:
    """Return a one-dimensional float array, missing kept as NaN."""
    if isinstance(values, pd.Series):
        return to_matrix(values.to_frame(name=values.name or "values"))[:, 0]
    array = np.asarray(list(values), dtype=np.float64)
    if np.isinf(array).any():
        raise CannotCompute("infinite_value")
    return array


def check_varies(values: FloatArray, names: Sequence[Any]) -> None:
    """Refuse a column without a value or with only one distinct value, naming it."""
    for j, name in enumerate(names):
        column = values[:, j]
        column = column[~np.isnan(column)]
        if column.size == 0:
            raise CannotCompute("no_answers", name=str(name))
        if np.all(column == column[0]):
            raise CannotCompute("constant", name=str(name))


def covariance(items: pd.DataFrame, missing: Missing) -> tuple[FloatArray, FloatArray]:
    """Covariance matrix (n - 1) and the pairwise number of rows it rests on.

    Pairwise: each element from the rows where both items are answered, means over those rows
    (as R's ``cov(use = "pairwise")``). Such a matrix need not be positive definite.

    Args:
        items: (n, p) answers.
        missing: ``"listwise"`` or ``"pairwise"``.

    Returns:
        (p, p) covariances, (p, p) counts.

    Raises:
        CannotCompute: a constant item, or fewer than two rows for a pair of items.
    """
    if missing not in ("listwise", "pairwise"):
        raise ValueError(f"missing policy {missing!r} is neither listwise nor pairwise")
    values = to_matrix(items)
    names = list(items.columns)
    if missing == "listwise":
        values = complete_rows(values)
        if len(values) < 2:
            raise CannotCompute("few_complete_rows", n=len(values), least=2)
    check_varies(values, names)
    present = ~np.isnan(values)
    m = present.astype(np.float64)
    counts = m.T @ m
    if counts.min() < 2:
        i, j = np.argwhere(counts < 2)[0]
        raise CannotCompute("few_common_rows", first=str(names[i]), second=str(names[j]), least=2)
    # Centred on the item means first: the pairwise formula subtracts nearly equal numbers else.
    centred = np.where(present, values - np.nanmean(values, axis=0), 0.0)
    sums = centred.T @ m
    products = centred.T @ centred
    cov = (products - sums * sums.T / counts) / (counts - 1.0)
    return (cov + cov.T) / 2.0, counts


def correlation(items: pd.DataFrame, missing: Missing) -> tuple[FloatArray, FloatArray]:
    """Pearson correlation matrix and the pairwise number of rows; see :func:`covariance`.

    Pairwise correlations divide by the standard deviations over the common rows, as R's
    ``cor(use = "pairwise")`` does.
    """
    cov, counts = covariance(items, missing)
    if missing == "listwise":
        sd = np.sqrt(np.diag(cov))
        corr = cov / np.outer(sd, sd)
    else:
        values = to_matrix(items)
        m = (~np.isnan(values)).astype(np.float64)
        centred = np.where(m > 0, values - np.nanmean(values, axis=0), 0.0)
        sums = centred.T @ m
        squares = (centred**2).T @ m
        # var[i, j]: variance of item i over the rows where j is answered too
        var = (squares - sums**2 / counts) / (counts - 1.0)
        if (var <= 1e-14 * np.diag(cov)[:, None]).any():
            i, j = np.argwhere(var <= 1e-14 * np.diag(cov)[:, None])[0]
            names = list(items.columns)
            raise CannotCompute("constant_where", name=str(names[i]), other=str(names[j]))
        corr = cov / np.sqrt(var * var.T)
    corr = np.clip((corr + corr.T) / 2.0, -1.0, 1.0)
    np.fill_diagonal(corr, 1.0)
    return corr, counts


#: So many rows are multiplied at a time.
_ROWS = 8_192


def correlations_by_pair(values: FloatArray) -> tuple[IntArray, FloatArray]:
    """Of all pairs of columns the rows with both, and the correlation over them (p × p each).

    NaN where one of the two does not vary over these rows. From sums of products, in blocks of
    rows; columns are moved by a whole number first, so that the sums of whole answers are exact.
    """
    p = values.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without answers
        middle = np.nan_to_num(np.rint(np.nanmean(values[:_ROWS], axis=0)))
    sums, squares = np.zeros((2 * p, 2 * p)), np.zeros((p, p))
    for start in range(0, len(values), _ROWS):
        block = values[start : start + _ROWS] - middle
        there = ~np.isnan(block)
        block[~there] = 0.0
        both = np.hstack([block, there])
        if np.abs(block).max(initial=0) <= 32 and (block == np.rint(block)).all():
            both = both.astype(np.float32)  # exact: no sum in a block is over 2²⁴
        sums += both.T @ both
        squares += np.square(both[:, :p]).T @ both[:, p:]
    products, own, n = sums[:p, :p], sums[:p, p:], sums[p:, p:]
    spread = n * squares - own**2
    spread[spread <= 1e-12 * n * squares] = 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (n * products - own * own.T) / np.sqrt(spread * spread.T)
    r[(spread == 0) | (spread.T == 0)] = np.nan
    return np.rint(n).astype(np.int64), np.clip(r, -1.0, 1.0)


def check_correlation(corr: pd.DataFrame) -> FloatArray:
    """Return a correlation matrix as an array after checking shape, symmetry and diagonal."""
    matrix = to_matrix(corr)
    if matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"a correlation matrix is square, not {matrix.shape}")
    if np.isnan(matrix).any():
        raise ValueError("the correlation matrix has missing entries")
    if not np.allclose(matrix, matrix.T, atol=1e-8):
        raise ValueError("the correlation matrix is not symmetric")
    if not np.allclose(np.diag(matrix), 1.0, atol=1e-8):
        raise ValueError("the correlation matrix has a diagonal other than 1")
    return (matrix + matrix.T) / 2.0


def check_positive_definite(matrix: FloatArray) -> None:
    """Refuse a correlation matrix that is singular or indefinite to working precision."""
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest <= 1e-10:
        raise CannotCompute("not_positive_definite", eigenvalue=smallest)
