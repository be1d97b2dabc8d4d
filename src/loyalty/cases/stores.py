"""Transactions too many for memory: a folder of parquet files, or a table of a DuckDB file.

They are only read, by a database that sees nothing else of the machine: outside of the source and a
temporary folder it opens no file, loads no extension, and no view is asked, since a view could.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from loyalty.cases.reading import limits
from loyalty.cases.sources import FileRows, Format, Resource
from loyalty.cases.study import Study
from loyalty.cases.survey import no_column
from loyalty.ground import paths
from loyalty.ground.errors import RowsAbsent, UserError
from loyalty.ground.findings import People, Record
from loyalty.ground.reasons import Reason
from loyalty.ground.said import Said
from loyalty.stats import ledger

#: What is said of a value that is none of its kind.
EXPECTED = {
    "id": "not_an_id",
    "date": "not_a_date",
    "number": "not_a_number",
    "amount": "not_an_amount",
    "share": "not_a_share",
    "flag": "not_a_flag",
    "text": "not_a_text",
}
#: The most rows that are read from a store.
ROWS = 1_000_000_000
#: An offset to UTC at the end: the day that is written counts.
_OFFSET = r"(\d)\s*(Z|[+-]\d{2}:?\d{2})$"


def expected(kind: str, role: str) -> Reason:
    """What is said of a value of a role that is none of its kind."""
    return Reason(code=EXPECTED[kind], parameters={"role": role})


def is_store(study: Study, source: FileRows) -> bool:
    """Whether a source is a folder or a database, and no file to be parsed."""
    path = paths.inside(study.folder, source.path)
    return path.is_dir() or path.suffix == ".duckdb" or source.table is not None


def sha256(path: Path) -> str | None:
    """The checksum of a file, or of the list of a folder's files; None where there is nothing."""
    if path.is_dir():
        listed = (f"{sha256(p)}  {p.relative_to(path).as_posix()}\n" for p in _parquet(path))
        return hashlib.sha256("".join(listed).encode()).hexdigest()
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksum(study: Study, source: FileRows) -> str:
    """The checksum of a store, which has to be the declared one."""
    path, name = paths.inside(study.folder, source.path), f"{study.case}/{source.path}"
    has = sha256(path)
    if has is None:
        raise RowsAbsent("{name}: {why}", name=name, why=Said("No such file or directory"))
    if has != source.sha256:
        raise UserError(
            "{name}: its SHA-256 is {checksum}, rows.file.sha256 in study.yml says "
            "{sha256}; write the new one there if the change is meant",
            name=name,
            checksum=has,
            sha256=source.sha256,
        )
    return has


def _parquet(folder: Path) -> list[Path]:
    """The parquet files of a folder, by name; none is a link that leads out of it."""
    base = folder.resolve()
    found = sorted(p for p in folder.rglob("*.parquet") if p.is_file())
    out = [p for p in found if not p.resolve().is_relative_to(base)]
    if out:
        raise UserError(
            "{name}: a link that leaves the folder {folder}", name=out[0].name, folder=folder.name
        )
    return found


class LeftOut(Record):
    """How many rows could not be used for one reason."""

    reason: Reason
    n: People


@dataclass(frozen=True, eq=False)
class Store:
    """A table that stays where it is.

    Attributes
    ----------
    path : Path
    table : str or None
        Of a database.
    query : str
        The usable rows: ``customer``, ``date`` and, if `valued`, ``amount``.
    """

    path: Path
    table: str | None
    name: str
    query: str
    valued: bool

    def reduced(self, share: float, usual: float) -> ledger.Reduced:
        """See :func:`loyalty.stats.ledger.reduced`."""
        with _open(self.path, self.table, self.name) as db:
            return ledger.reduced(db, self.query, share, usual, valued=self.valued)

    def rows(self) -> pd.DataFrame:
        """All usable rows in memory.

        Raises
        ------
        UserError
            More than are read of a file.
        """
        with _open(self.path, self.table, self.name) as db:
            n = db.sql(f"SELECT count(*) FROM ({self.query})").fetchall()[0][0]
            limits.size(n, 3 if self.valued else 2, self.name)
            found: pd.DataFrame = db.sql(self.query).df()
        found["customer"] = found["customer"].astype("string")
        found["date"] = found["date"].astype("datetime64[s]")
        found = found if self.valued else found.drop(columns="amount")
        return found.sort_values(["customer", "date"], kind="stable", ignore_index=True)


@contextmanager
def _open(path: Path, table: str | None, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the view ``source``, shut off from everything else."""
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder, ledger.connect(folder) as db:
        try:
            if path.is_dir():
                reads = _folder(db, path, name, folder)
            else:
                reads = _table(db, path, table, name, folder)
            db.execute(f"CREATE TEMP VIEW source AS SELECT * FROM {reads}")
            yield db
        except duckdb.Error as error:
            raise UserError(
                "{name}: not readable ({line})", name=name, line=_line(error, path)
            ) from None


def _folder(db: duckdb.DuckDBPyConnection, path: Path, name: str, spill: str) -> str:
    files = [str(p) for p in _parquet(path)]
    if not files:
        raise UserError("{name}: no .parquet file in the folder", name=name)
    _shut(db, [str(path), spill])
    listed = ", ".join(_text(f) for f in files)
    return f"read_parquet([{listed}], hive_partitioning = false)"


def _table(
    db: duckdb.DuckDBPyConnection, path: Path, table: str | None, name: str, spill: str
) -> str:
    db.execute(f"ATTACH {_text(str(path))} AS stored (READ_ONLY)")
    _shut(db, [spill])
    known = db.sql(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'stored' "
        "AND schema_name = 'main' ORDER BY 1"
    ).fetchall()
    tables = [row[0] for row in known]
    if table is None or table not in tables:
        raise UserError(
            "{name}: rows.file.table is {table!r}; expected a table of it ({tables})",
            name=name,
            table=table,
            tables=tables,
        )
    return f"stored.main.{_name(table)}"


def _shut(db: duckdb.DuckDBPyConnection, folders: list[str]) -> None:
    db.execute("SET allowed_directories = $1", [folders])
    db.execute("SET enable_external_access = false; SET lock_configuration = true")


def opened(study: Study, resource: Resource) -> tuple[Store, int, list[tuple[str, LeftOut]]]:
    """A store of transactions, how many rows it has, and those that cannot be used, by role.

    Raises
    ------
    UserError
        One line: another kind of table, a column that is missing or of a type that does not fit,
        a source that cannot be read.
    """
    source = resource.rows.file
    assert source is not None
    path, name = paths.inside(study.folder, source.path), f"{study.case}/{source.path}"
    if resource.kind != "transactions":
        raise UserError(
            "{name}: a folder or a database is expected of transactions alone", name=name
        )
    if resource.rows.format.time_zone is not None:
        raise UserError(
            "{name}: rows.format.time_zone is for files; write local days there", name=name
        )
    with _open(path, source.table, name) as db:
        described = db.sql("SELECT column_name, column_type FROM (DESCRIBE source)").fetchall()
        values, checks = _roles(dict(described), resource, name)
        cases = " ".join(f"WHEN {check} THEN {i}" for i, (_, _, check) in enumerate(checks))
        given = ", ".join(f"{value} AS {role}" for role, value in values.items())
        marked = f"SELECT {given}, CASE {cases} END AS fault FROM source"
        counts = f"SELECT fault, count(*) FROM ({marked}) GROUP BY fault"
        counted = dict(db.sql(counts).fetchall())
    read = sum(counted.values())
    if read > ROWS:
        raise UserError(
            "{name}: {rows:,} rows; at most {most:,} are read", name=name, rows=read, most=ROWS
        )
    wrong = [
        (role, LeftOut(reason=reason, n=counted[i]))
        for i, (role, reason, _) in enumerate(checks)
        if i in counted
    ]
    valued = "amount" in values
    amount = "amount" if valued else "NULL::DOUBLE AS amount"
    query = f"SELECT customer, date, {amount} FROM ({marked}) WHERE fault IS NULL"
    return Store(path, source.table, name, query, valued), read, wrong


def _roles(
    types: dict[str, str], resource: Resource, name: str
) -> tuple[dict[str, str], list[tuple[str, Reason, str]]]:
    """The expression of each role's value, and (role, reason, condition) of what costs a row."""
    values: dict[str, str] = {}
    checks: list[tuple[str, Reason, str]] = []
    for role, kind in resource.roles.items():
        column = resource.columns.get(role, role)
        optional, kind = kind.endswith("?"), kind.rstrip("?")
        if column not in types:
            if optional and role not in resource.columns:
                continue
            raise UserError(no_column(name, column, list(types)))
        raw, texts = _name(column), types[column] == "VARCHAR"
        blank = f"({raw} IS NULL OR trim({raw}) = '')" if texts else f"({raw} IS NULL)"
        wrong = "false"
        if kind == "id":
            whole = "INT" in types[column]
            value = f"trim({raw})" if texts else raw if whole else f"CAST({raw} AS VARCHAR)"
            if texts:
                wrong = f"contains({raw}, chr(65533))"
        elif kind == "date":
            value = _moment(raw, texts, resource.rows.format)
            wrong = f"{value} IS NULL"
        else:
            value = f"TRY_CAST({raw} AS DOUBLE)"
            wrong = f"{value} IS NULL OR NOT isfinite({value}) OR {value} < 0"
            codes = [f"{value} = {code:g}" for code in resource.missing]
            blank = f"({' OR '.join([blank, f'coalesce(isnan({value}), false)', *codes])})"
            value = f"if({blank}, NULL, {value})"
        checks.append((role, expected(kind, role), f"NOT {blank} AND ({wrong})"))
        if not optional:
            checks.append((role, Reason(code="empty", parameters={"role": role}), blank))
        values[role] = value
    return values, checks


def _moment(raw: str, texts: bool, form: Format) -> str:
    if not texts:
        return f"TRY_CAST({raw} AS TIMESTAMP)"
    if form.dates:
        return f"try_strptime(trim({raw}), {_text(form.dates)})"
    return f"TRY_CAST(regexp_replace(trim({raw}), {_text(_OFFSET)}, '\\1') AS TIMESTAMP)"


def _line(error: Exception, path: Path) -> str:
    """The first line of what the database says, without the machine's folders."""
    return str(error).splitlines()[0].replace(str(path), path.name)[:200]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _name(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'
