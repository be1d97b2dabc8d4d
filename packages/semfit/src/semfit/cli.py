"""A command: a model text and a data file in, tables or JSON out.

`fit_command` is a plain function; a command-line application registers it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from .errors import ModelError
from .fitting import fit
from .result import Result, as_tuple

READERS = (".csv", ".tsv", ".parquet", ".sav", ".xlsx")
MAXIMUM_MODEL_BYTES = 1_000_000


def read_data(path: Path) -> pd.DataFrame:
    """A data frame from csv, tsv, parquet, sav or xlsx."""
    if not path.is_file():
        raise ModelError("no_data_file", path=path)
    kind = path.suffix.lower()
    if kind not in READERS:
        known = ", ".join(READERS)
        if not kind:
            raise ModelError("no_suffix", known=known)
        raise ModelError("unknown_suffix", suffix=kind, known=known)
    try:
        if kind in (".csv", ".tsv"):
            separator = "," if kind == ".csv" else "\t"
            frame = pd.read_csv(path, sep=separator)
            # pandas renames columns of the same name
            names = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str).iloc[0]
            for name in names[names.duplicated()].dropna():
                raise ModelError("file_columns", file=path.name, name=name)
            return frame
        if kind == ".parquet":
            return pd.read_parquet(path)
        if kind == ".sav":
            import pyreadstat

            frame, _ = pyreadstat.read_sav(str(path))
            return pd.DataFrame(frame)
        return pd.read_excel(path)
    except ModelError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelError("file_unreadable", file=path.name, reason=reason) from None


def read_model(path: Path) -> str:
    """A model text from a file."""
    if not path.is_file():
        raise ModelError("no_model_file", path=path)
    if path.stat().st_size > MAXIMUM_MODEL_BYTES:
        raise ModelError("model_file_large", bytes=path.stat().st_size)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ModelError("model_file_encoding", file=path.name) from None


def fit_command(
    model: Path | str,
    data: Path | str,
    *,
    group: str | None = None,
    group_equal: str = "",
    group_partial: str = "",
    estimator: str | None = None,
    missing: str = "listwise",
    ordered: str = "",
    bootstrap: int = 0,
    seed: int = 1,
    cluster: str | None = None,
    std_lv: bool = False,
    meanstructure: bool | None = None,
    as_json: bool = False,
) -> str:
    """Fit the model in a text file to a data file and return the text to print.

    Lists are texts with commas; ``ordered="all"`` makes every dependent variable ordinal. With
    ``as_json`` the text is an object with ``parameters``, ``fit`` and ``warnings``. Raises
    `ModelError` with one line where that cannot be done.
    """
    result = fit(
        read_model(Path(model)),
        read_data(Path(data)),
        group=group,
        group_equal=as_tuple(group_equal),
        group_partial=as_tuple(group_partial),
        estimator=estimator,
        missing=missing,
        ordered=as_tuple(ordered),
        bootstrap=bootstrap,
        seed=seed,
        cluster=cluster,
        std_lv=std_lv,
        meanstructure=meanstructure,
    )
    return json.dumps(result.to_dict(), ensure_ascii=False) if as_json else report(result)


def report(result: Result) -> str:
    """The result as plain text."""
    table: Any = (
        result.parameters.drop(columns=["label"])
        if not any(result.parameters["label"])
        else result.parameters
    )
    return f"{result}\n\n{table.to_string(index=False, float_format=lambda v: f'{v:.4f}')}"
