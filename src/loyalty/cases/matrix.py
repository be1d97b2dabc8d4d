"""A published matrix in the place of rows: read from a small csv or yaml, and checked.

:func:`load` gives a :class:`Given`: covariances, means and n of the items as the description turns
them. Nothing of single people is in it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases import reading
from loyalty.cases.faults import Fault, refuse
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.reading import read_yaml
from loyalty.ground.said import Said

#: A matrix has at most so many heads.
MOST = 500
#: Cells that mirror each other, and the ones of a diagonal, differ by no more (of √(variances)).
TOLERANCE = 1e-6
#: The smallest eigenvalue of the correlations of a matrix that counts as positive definite.
SMALLEST = 1e-10


@dataclass(frozen=True)
class Given:
    """What is known of a survey without rows.

    Attributes
    ----------
    covariances : DataFrame, items × items
        Divided by n − 1, of all declared items in their order, reversed ones turned; correlations
        where no standard deviations are known.
    means : Series or None
        By item, reversed ones turned.
    n : int
    checksum : str
        SHA-256 of the file.
    """

    covariances: pd.DataFrame
    means: pd.Series | None
    n: int
    checksum: str


@dataclass(frozen=True)
class _Line:
    """A row of the file: its head, its cells as written, and its number there."""

    head: str
    cells: list[Any]
    row: int | None


def load(study: Study) -> Given:
    """Read and check the matrix of `study`.

    Raises
    ------
    UserError
        One line with file, row and column of the first thing that does not hold.
    """
    given, found = looked_at(study)
    refuse(found, study.case)
    assert given is not None
    return given


def looked_at(study: Study) -> tuple[Given | None, list[Fault]]:
    """The matrix, and everything that does not hold in it (then there is none)."""
    source = study.matrix
    assert source is not None
    name = f"{study.case}/{source.path}"
    try:
        file = paths.inside(study.folder, source.path)
        content = reading.limits.content(file, name)
        checksum = hashlib.sha256(content).hexdigest()
        if file.suffix == ".csv":
            heads, lines = _of_csv(content, name)
        else:
            heads, lines = _of_yaml(read_yaml(file, name=name), name)
    except UserError as error:
        where, said = error.said.placed()
        return None, [Fault(weight="error", file=where or name, said=said)]
    found: list[Fault] = []
    whole = _square(heads, lines, name, found)
    if whole is None:
        return None, found
    covariances = _covariances(study, whole, name, found)
    if covariances is None or found:
        return None, found
    return Given(covariances, _means(study), source.n, checksum), found


# --- the file ------------------------------------------------------------------------------------
def _of_csv(content: bytes, name: str) -> tuple[list[str], list[_Line]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            "{name}: not UTF-8 text (byte {start})", name=name, start=error.start
        ) from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max((",", ";", "\t"), key=first.count)
    lines = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark), start=1):
            if any(cell.strip() for cell in cells):
                lines.append(_Line(cells[0].strip(), [c.strip() for c in cells[1:]], number))
            if len(lines) > MOST + 1:
                raise UserError("{name}: a matrix of more than {most} items", name=name, most=MOST)
    except csv.Error as error:
        raise UserError("{name}: no csv ({error})", name=name, error=error) from None
    if not lines:
        raise UserError("{name}: empty", name=name)
    return lines[0].cells, lines[1:]


def _of_yaml(content: Any, name: str) -> tuple[list[str], list[_Line]]:
    if not isinstance(content, dict) or not all(isinstance(v, list) for v in content.values()):
        raise UserError("{name}: expected lines like: item: [1.2, 0.4]", name=name)
    if len(content) > MOST:
        raise UserError("{name}: a matrix of more than {most} items", name=name, most=MOST)
    heads = [str(key) for key in content]
    return heads, [_Line(str(k), list(v), None) for k, v in content.items()]


def _number(cell: Any) -> float | None:
    """The number of a cell; None of one that is empty, NaN of what is no finite number."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return math.nan
    try:
        value = float(str(cell).replace("−", "-"))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _square(
    heads: list[str], lines: list[_Line], name: str, found: list[Fault]
) -> pd.DataFrame | None:
    """The whole matrix by heads, both triangles; None where it is not whole."""

    def fault(said: Said, row: int | None = None, column: str | None = None) -> None:
        found.append(Fault(weight="error", file=name, row=row, column=column, said=said))

    while heads and not heads[-1]:
        heads = heads[:-1]
    if len(set(heads)) < len(heads) or "" in heads:
        fault(Said("the heads are expected to be the items' columns, each once"))
    if [line.head for line in lines] != heads:
        fault(
            Said(
                "{n} heads are expected as the first cells of {n} rows, in the same order",
                n=len(heads),
            )
        )
    if found:
        return None
    size = len(heads)
    values = np.full((size, size), np.nan)
    for i, line in enumerate(lines):
        if len([c for c in line.cells[size:] if c not in ("", None)]):
            fault(Said("more cells than heads"), line.row, line.head)
        for j, cell in enumerate(line.cells[:size]):
            number = _number(cell)
            if number is None:
                if j <= i:
                    fault(Said("no number beside {head}", head=heads[i]), line.row, heads[j])
            elif math.isnan(number):
                said = Said("{cell!r:.40} is no number with a decimal point", cell=str(cell))
                fault(said, line.row, heads[j])
            else:
                values[i, j] = number
        for head in heads[len(line.cells) : i + 1]:
            fault(Said("no number beside {head}", head=heads[i]), line.row, head)
    if found:
        return None
    upper = ~np.isnan(values[np.triu_indices(size, 1)])
    if upper.any() and not upper.all():
        fault(Said("neither a lower triangle nor a square: cells above the diagonal are empty"))
        return None
    if upper.any():
        near = TOLERANCE * np.sqrt(np.abs(np.outer(np.diag(values), np.diag(values))))
        for i, j in zip(*np.where(np.tril(np.abs(values - values.T) > near)), strict=True):
            said = Said(
                "not symmetric: {a:g} here, {b:g} in the row of {head}",
                a=values[i, j],
                b=values[j, i],
                head=heads[j],
            )
            fault(said, lines[i].row, heads[j])
    lower = np.tril(values)
    whole = lower + np.tril(values, -1).T
    return pd.DataFrame(whole, index=heads, columns=heads)


# --- what it must be -----------------------------------------------------------------------------
def _covariances(
    study: Study, whole: pd.DataFrame, name: str, found: list[Fault]
) -> pd.DataFrame | None:
    """Those of the declared items, by n − 1 and turned."""
    source = study.matrix
    assert source is not None

    def fault(said: Said, column: str | None = None, mend: Said | str = "") -> None:
        found.append(Fault(weight="error", file=name, column=column, said=said, mend=mend))

    columns = [item.source_column for item in study.items]
    for column in [c for c in columns if c not in whole]:
        fault(Said("no such head, which an item has for its column"), column)
    if found:
        return None
    values = whole.loc[columns, columns].to_numpy()
    diagonal = np.diag(values)
    for column, value in zip(columns, diagonal, strict=True):
        if source.kind == "correlation" and abs(value - 1) > TOLERANCE:
            said = Said(
                "{value:g} in the diagonal of correlations, where 1 is expected", value=value
            )
            fault(said, column, Said("kind: covariance, if it is one"))
        elif value <= 0:
            fault(Said("a variance of {value:g}", value=value), column)
    if source.n <= len(columns):
        said = Said(
            "n is {n}, with {p} items: more people than items are expected",
            n=source.n,
            p=len(columns),
        )
        fault(said)
    if found:
        return None
    sd = np.sqrt(diagonal)
    correlations = values / np.outer(sd, sd)
    for i, j in zip(*np.where(np.tril(np.abs(correlations), -1) > 1 + TOLERANCE), strict=True):
        said = Said(
            "with {head} it would correlate by {r:.3f}", head=columns[j], r=correlations[i, j]
        )
        fault(said, columns[i])
    smallest = float(np.linalg.eigvalsh(correlations)[0])
    if not found and smallest <= SMALLEST:
        fault(
            Said(
                "not positive definite: the smallest eigenvalue of the correlations is {value:.3g}",
                value=smallest,
            ),
            mend=Said("look for a misprint, an item that is a sum of others, or pairwise deletion"),
        )
    if found:
        return None
    if source.kind == "correlation":
        sd = np.array([source.sds.get(column, 1.0) for column in columns])
    sign = np.array([-1.0 if item.reversed else 1.0 for item in study.items])
    scaled = correlations * np.outer(sd * sign, sd * sign)
    if source.divisor == "n" and not source.unscaled:
        scaled = scaled * source.n / (source.n - 1)
    ids = [item.id for item in study.items]
    return pd.DataFrame(scaled, index=ids, columns=ids)


def _means(study: Study) -> pd.Series | None:
    source = study.matrix
    assert source is not None
    if not source.means:
        return None
    means = {}
    for item in study.items:
        mean = source.means[item.source_column]
        if item.reversed:
            scale = study.item_scale(item)
            mean = scale.min + scale.max - mean
        means[item.id] = mean
    return pd.Series(means, dtype=float)
