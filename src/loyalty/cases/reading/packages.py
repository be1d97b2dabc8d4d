"""Files of SPSS and Stata with their labels, and parquet."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases.reading import limits
from loyalty.cases.reading.table import Table, Wanted
from loyalty.ground.errors import UserError


def labelled(content: bytes, suffix: str, name: str, wanted: Wanted) -> Table:
    """The rows of a .sav, .zsav or .dta file, what its columns and values are called, and which
    values its maker declared to stand for no answer.
    """
    import pyreadstat  # slow to import, and few cases need it

    read = pyreadstat.read_dta if suffix == ".dta" else pyreadstat.read_sav
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, f"rows{suffix}")  # a named file, for Windows closed before
        with open(path, "wb") as file:
            file.write(content)
        _, about = read(path, metadataonly=True, user_missing=True)
        limits.size(max(about.number_rows or 0, 0), len(about.column_names), name)
        used = [c for c in about.column_names if wanted.takes(c)]
        if not used:
            frame = pd.DataFrame()
        else:
            frame, _ = read(
                path, usecols=used, user_missing=suffix != ".dta", dates_as_pandas_datetime=True
            )
    missing: dict[str, list[float | str | tuple[float, float]]] = {}
    declared: Mapping[str, Any] = about.missing_ranges or {}
    named: Mapping[str, Any] = about.variable_value_labels
    for column, ranges in declared.items():
        missing[column] = [
            one["lo"] if one["lo"] == one["hi"] else (one["lo"], one["hi"]) for one in ranges
        ]
    return Table(
        frame[used] if used else frame,
        labels={c: text.strip() for c, text in about.column_names_to_labels.items() if text},
        levels={c: dict(of) for c, of in named.items()},
        missing=missing,
        found={"encoding": about.file_encoding},
    )


def without_missing(
    column: pd.Series, codes: Sequence[float | str | tuple[float, float]]
) -> pd.Series:
    """A column without the values that stand for no answer."""
    wrong = np.zeros(len(column), dtype=bool)
    for code in codes:
        if isinstance(code, tuple):
            if pd.api.types.is_numeric_dtype(column):
                wrong |= column.between(*code).to_numpy()
        else:
            wrong |= (column == code).to_numpy(dtype=bool, na_value=False)
    return column.mask(pd.Series(wrong, index=column.index)) if wrong.any() else column


def parquet(content: bytes, name: str, wanted: Wanted) -> Table:
    """The rows of a parquet file."""
    from pyarrow import parquet as reader

    with reader.ParquetFile(io.BytesIO(content)) as file:
        about = file.metadata
        limits.size(about.num_rows, len(file.schema_arrow.names), name)
        unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
        if unpacked > limits.UNPACKED:
            raise UserError(
                "{name}: what it holds is larger than {most:,} bytes",
                name=name,
                most=limits.UNPACKED,
            )
        used = [c for c in file.schema_arrow.names if wanted.takes(str(c))]
        if len(set(used)) < len(used):
            twice = next(c for c in used if used.count(c) > 1)
            raise UserError(
                "{name}: the column {twice!r} stands there {count} times",
                name=name,
                twice=twice,
                count=used.count(twice),
            )
        frame = file.read(columns=used).to_pandas(ignore_metadata=True)
    kept: Mapping[str, Any] = {c: _plain(frame[c]) for c in frame.columns}
    return Table(pd.DataFrame(kept, index=frame.index))


def _plain(column: pd.Series) -> pd.Series:
    """Bytes as text; what is neither number nor text as its text."""
    if column.dtype != object:
        return column
    from loyalty.cases.reading.values import plain

    return column.map(
        lambda v: v if v is None or isinstance(v, str | int | float) else plain(v)
    ).where(column.notna(), None)
