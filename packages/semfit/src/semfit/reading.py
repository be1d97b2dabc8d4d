"""Data files as data frames: text, Excel, parquet, SPSS and Stata, as they come."""

from __future__ import annotations

import csv
import io
import re
import warnings
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from .errors import ModelError
from .frames import pd

KINDS = (".csv", ".tsv", ".parquet", ".sav", ".dta", ".xlsx")
#: How files of a kind begin, whatever they are called.
BEGINNINGS = {
    b"PK\x03\x04": ".xlsx",
    b"PAR1": ".parquet",
    b"$FL": ".sav",
    b"<stata_dta>": ".dta",
    b"\xd0\xcf\x11\xe0": ".xls",
}
#: Longest heading and first row of a text file together, in characters.
MOST_HEADING = 1_000_000
#: What reads a kind that pandas alone does not.
PACKAGES = {".xlsx": "openpyxl", ".parquet": "pyarrow", ".sav": "pyreadstat"}
#: What stands for a missing number in text, as in pandas; an empty field does, too.
MISSING = (
    *("NA", "N/A", "n/a", "<NA>", "#NA", "#N/A", "#N/A N/A", "NULL", "null", "None"),
    *("NaN", "nan", "-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"),
)


def read_data(
    path: Path,
    names: Collection[str] = (),
    levels: Collection[str] = (),
    sheet: str | None = None,
) -> pd.DataFrame:
    """A data frame from csv, tsv, parquet, sav, dta or xlsx.

    Text is UTF-8, UTF-16 or Windows-1252, with commas, semicolons (then with decimal commas, too)
    or tabs between fields, or what a first line ``sep=`` says. Of a workbook's sheets the one
    called ``sheet`` is read, or the first whose heading has all of ``names``, or the first.
    Columns of numbers are numbers; a word for a missing value, like NA, is missing in them. In the
    columns ``levels``, which name groups or clusters, empty fields alone are missing. Rows without
    any field are nobody's. Value labels of SPSS and Stata are not used.

    Raises
    ------
    ModelError
        One line that says why the file cannot be read.
    """
    if not path.is_file():
        raise ModelError("no_data_file", path=path)
    kind, known = path.suffix.lower(), ", ".join(KINDS)
    try:
        with path.open("rb") as file:
            start = file.read(16)
        kind = next((k for begin, k in BEGINNINGS.items() if start.startswith(begin)), kind)
        if kind not in KINDS:
            if not kind:
                raise ModelError("no_suffix", known=known)
            raise ModelError("unknown_suffix", suffix=kind, known=known)
        if not start:
            raise ModelError("file_empty", file=path.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features of a file that are of no concern here
            if kind in PACKAGES:
                import_module(PACKAGES[kind])
            return _read(path, kind, names, set(levels), sheet)
    except ModelError:
        raise
    except ImportError:
        raise ModelError("needs_package", suffix=kind, package=PACKAGES[kind]) from None
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = lines[0] if lines else type(error).__name__
        raise ModelError("file_unreadable", file=path.name, reason=reason) from None


def _read(
    path: Path, kind: str, names: Collection[str], levels: set[str], sheet: str | None
) -> pd.DataFrame:
    if kind in (".csv", ".tsv"):
        return _text(decoded(path), "\t" if kind == ".tsv" else ",", levels, path.name)
    if kind == ".xlsx":
        return _workbook(path, names, levels, sheet)
    if kind == ".sav":
        frame = pd.DataFrame(import_module("pyreadstat").read_sav(str(path))[0])
    elif kind == ".dta":
        frame = pd.read_stata(path, convert_categoricals=False)
    else:
        frame = pd.read_parquet(path)
    columns = [frame.iloc[:, k] for k in range(frame.shape[1])]
    return frame.assign(
        **{str(c.name): c.where(c.ne("")) for c in columns if c.name in levels and _worded(c)}
    )


def decoded(path: Path) -> str:
    """The text of a file, with one kind of line end."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16")
    elif b"\0" in content:
        raise ModelError("file_not_text", file=path.name)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            try:
                text = content.decode("cp1252")
            except UnicodeDecodeError:
                raise ModelError("file_not_text", file=path.name) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") + "\n"


def _text(text: str, separator: str, levels: set[str], name: str) -> pd.DataFrame:
    if said := re.match(r'"?sep=(.)"?\n', text):
        separator, text = said[1], text[said.end() :]
    else:
        first = re.sub(r'"[^"]*"', "", text.lstrip().partition("\n")[0])
        separator = max((separator, ",", ";", "\t"), key=first.count)
    empty = rf"(?m)^[ \t\"{re.escape(separator)}]*\n"
    text = re.sub(empty, "", text)
    start = io.StringIO(text[:MOST_HEADING])
    reader = csv.reader(start, delimiter=separator, skipinitialspace=True)
    heading = [field.strip() for field in next(reader, [])]
    if not heading:
        raise ModelError("file_empty", file=name)
    rows = text.split("\n", reader.line_num)[-1]
    width = len(next(reader, heading))
    named, kept = heading, slice(None)
    if width == len(heading) + 1:
        if re.search(rf"[^{re.escape(separator)}]\n", rows):
            named, kept = ["", *heading], slice(1, None)  # rows have names
        else:
            named, kept = [*heading, ""], slice(-1)  # a separator ends every row
    elif width > len(heading):
        raise ModelError("file_fields", file=name, fields=width, columns=len(heading))
    marks = {k for k, one in enumerate(named) if one in levels}
    missing: Any = {k: [""] if k in marks else ["", *MISSING] for k in range(len(named))}
    frame = pd.read_csv(
        io.BytesIO(rows.encode()),
        sep=separator,
        header=None,
        names=list(missing),
        index_col=False,
        skipinitialspace=True,
        keep_default_na=False,
        na_values=missing,
        dtype={k: str for k in marks},
        low_memory=False,
    ).iloc[:, kept]
    return _typed(frame, heading, levels, separator == ";")


def _workbook(
    path: Path, names: Collection[str], levels: set[str], sheet: str | None
) -> pd.DataFrame:
    with pd.ExcelFile(path, engine="openpyxl") as book:
        sheets = [str(s) for s in book.sheet_names]
        if sheet is not None and sheet not in sheets:
            raise ModelError("no_sheet", file=path.name, sheet=sheet, known=", ".join(sheets))
        found = None
        for one in [sheet] if sheet is not None else sheets:
            cells = book.parse(one, header=None, dtype=object, keep_default_na=False)
            cells = cells.mask(cells.isin([""])).dropna(how="all")
            heading = ["" if pd.isna(c) else str(c).strip() for c in cells.iloc[:1].to_numpy().flat]
            if found is None or set(names) <= set(heading):
                found = cells, heading
            if set(names) <= set(heading):
                break
    assert found is not None
    cells, heading = found
    if not heading:
        raise ModelError("file_empty", file=path.name)
    frame = cells.iloc[1:].reset_index(drop=True).infer_objects()
    return _typed(frame, heading, levels, comma=False)


def _typed(frame: pd.DataFrame, heading: list[str], levels: set[str], comma: bool) -> pd.DataFrame:
    """The columns under their headings, which may be the same, with numbers as numbers."""
    typed: dict[int, Any] = {}
    for k, name in enumerate(heading):
        column = frame.iloc[:, k]
        typed[k] = _numbers(column, name in levels, comma) if _worded(column) else column
    out = pd.DataFrame(typed)
    out.columns = pd.Index(heading)
    return out


def _worded(column: pd.Series[Any]) -> bool:
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype)


def _numbers(column: pd.Series[Any], level: bool, comma: bool) -> pd.Series[Any]:
    """Numbers where all of a column's values are; of levels only where no two become one."""
    text = column.astype(str).str.strip()
    absent = column.isna() | text.eq("")
    if not level:
        absent |= text.isin(MISSING)
    text = text.mask(absent)
    numbers = pd.to_numeric(text, errors="coerce")
    if comma and not level and (numbers.isna() & ~absent).any():
        numbers = pd.to_numeric(text.str.replace(",", ".", regex=False), errors="coerce")
    if (numbers.isna() & ~absent).any():
        return text if level else column.mask(absent)
    if level and not (np.isfinite(numbers[~absent]).all() and numbers.nunique() == text.nunique()):
        return text
    return numbers
