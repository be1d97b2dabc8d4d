"""Purchases reduced to what estimates need, by DuckDB: however many rows, a few distinct cells.

All that is estimated of purchases depends on few numbers of a customer, which many customers share:
repeat purchases, the days of the first and the last one, and sums. A cell is all customers with the
same ones; it has their number ``n``, and totals. Amounts are added as whole multiples of 2**-40, so
that the order in which rows are added changes nothing.
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from loyalty.stats._common import CannotCompute

DAYS = 7.0
#: What DuckDB may hold in memory; beyond, it writes to a temporary folder.
MEMORY = "1500MB"
#: Customers' days that are put in order at once.
PART = 8_000_000


@dataclass(frozen=True, eq=False)
class Reduced:
    """Purchases up to `end`, cut on the day `until`; all frames are in a fixed order.

    Attributes:
        start, until, end: first day, last day of the calibration, last day.
        valued: whether amounts are known; where not, each row counts as one.
        early: cells of the calibration: ``x`` repeat purchases, ``t_x``, ``t`` (weeks), ``n``
            customers, ``spend`` all they spent, ``total`` of it in repeat purchases, ``later`` days
            with a purchase after `until`, ``later2`` the sum of their squares, ``returned``
            customers with one.
        whole: cells of all the data: ``x``, ``t_x``, ``t``, ``n``, ``spend``, ``total``.
        early_values, whole_values: distinct ``x``, ``value`` (mean of a repeat purchase), ``n``, of
            customers who bought again; empty without amounts.
        daily: a row a day with a purchase: ``date``, ``amount`` (all rows), ``repeats`` (repeat
            purchases of customers known at `until`).
        silence: the gap in days that the asked share of gaps between purchases does not exceed,
            None where nobody bought twice.
        again: ``time`` (days until the second purchase or the end), ``event``, ``n``.
        held: ``time`` (days from the first purchase to the last one before a longer silence),
            ``event``, ``n``; of customers who came before the last `silence` days and watched up to
            them, so that each such silence has been seen.
        lapsed: of the first silence longer than `silence` of each customer who had one: ``time``
            (days from when it was as long as that until the next purchase or the end), ``event``
            (bought again), ``purchases`` (days with one before: 1, 2 for two or three, 4 for more),
            ``spent`` before (the lower end of a quarter of a doubling; 0 for nothing), ``n``.
    """

    start: pd.Timestamp
    until: pd.Timestamp
    end: pd.Timestamp
    valued: bool
    early: pd.DataFrame
    whole: pd.DataFrame
    early_values: pd.DataFrame
    whole_values: pd.DataFrame
    daily: pd.DataFrame
    silence: int | None
    again: pd.DataFrame
    held: pd.DataFrame
    lapsed: pd.DataFrame


def connect(folder: str | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to `folder`, and fetches no extension."""
    db = duckdb.connect()
    db.execute("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false")
    db.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
    db.execute("SET temp_directory = $1", [folder or tempfile.gettempdir()])
    return db


def of_frame(purchases: pd.DataFrame, share: float, usual: float) -> Reduced:
    """:func:`reduced` of rows in memory: ``customer``, ``date`` and where known ``amount``."""
    columns = {
        "customer": pd.factorize(purchases["customer"])[0],
        "date": purchases["date"].to_numpy("datetime64[s]"),
    }
    if "amount" in purchases.columns:
        columns["amount"] = purchases["amount"].to_numpy(float)
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder, connect(folder) as db:
        db.register("given", pd.DataFrame(columns))
        amount = "if(isnan(amount), 0, amount)" if "amount" in columns else "NULL"
        relation = f"SELECT customer, date, CAST({amount} AS DOUBLE) AS amount FROM given"
        return reduced(db, relation, share, usual, valued="amount" in columns)


def reduced(
    db: duckdb.DuckDBPyConnection, relation: str, share: float, usual: float, *, valued: bool
) -> Reduced:
    """Cells, curves and daily totals of the purchases in `relation`.

    Args:
        relation: a query with the columns ``customer``, ``date`` (a day or a moment), ``amount``
            (DOUBLE, used if `valued`), none of the first two NULL.
        share: of all days, those of the calibration.
        usual: the share of gaps that :attr:`Reduced.silence` covers.

    Raises:
        ValueError: a share outside 0 to 1.
        CannotCompute: no purchase.
    """
    if not 0 < share < 1:
        raise ValueError(f"calibration is {share}, expected a share between 0 and 1")
    bounds = f"SELECT min(date)::DATE, max(date)::DATE, count(*) FROM ({relation})"
    first, last, n = db.sql(bounds).fetchall()[0]
    if not n:
        raise CannotCompute("no_purchase_until", date="")
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    until = start + pd.Timedelta(days=int((end - start).days * share))
    parts = math.ceil(n / PART)
    _days(db, relation, parts, valued)
    silence = _silence(db, usual)
    _customers(db, until, end, silence, parts)
    empty = pd.DataFrame(columns=["x", "value", "n"], dtype=float)
    return Reduced(
        start=start,
        until=until,
        end=end,
        valued=valued,
        early=_cells(db, "early", ["later", "later2", "returned"]),
        whole=_cells(db, "whole", []),
        early_values=_values(db, "early") if valued else empty,
        whole_values=_values(db, "whole") if valued else empty,
        daily=_frame(
            db,
            "SELECT day AS date, sum(units)::DOUBLE / 2**40 AS amount, count(*) FILTER "
            f"(first <= DATE '{until.date()}' AND day > first) AS repeats "
            "FROM days GROUP BY day ORDER BY day",
        ),
        silence=silence,
        again=_times(db, "again", "returned_at_all"),
        held=_times(db, "held", "lapsed", "held >= 0"),
        lapsed=_frame(
            db,
            "SELECT time, event, purchases,"
            " if(doubling IS NULL, 0, 2.0 ** (doubling / 4)) AS spent, sum(n)::BIGINT AS n "
            "FROM lapsed GROUP BY ALL ORDER BY time, event, purchases, spent",
        ),
    )


def _frame(db: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    frame: pd.DataFrame = db.sql(query).df()
    return frame


def _days(db: duckdb.DuckDBPyConnection, relation: str, parts: int, valued: bool) -> None:
    """Table ``days``: a row a customer and day, with the first and the next day of a purchase."""
    amount = "coalesce(amount, 0)" if valued else "1.0"
    for part in range(parts):
        mine = f"WHERE hash(customer) % {parts} = {part}" if parts > 1 else ""
        kept = "CREATE TEMP TABLE days AS" if part == 0 else "INSERT INTO days"
        db.execute(f"""
            {kept} SELECT customer, day, units, first_value(day) OVER ordered AS first,
                lead(day) OVER ordered AS next
            FROM (
                SELECT customer, date::DATE AS day,
                    sum(round({amount} * 2**40)::HUGEINT)::HUGEINT AS units
                FROM ({relation}) {mine} GROUP BY ALL)
            WINDOW ordered AS (PARTITION BY customer ORDER BY day)""")


def _silence(db: duckdb.DuckDBPyConnection, usual: float) -> int | None:
    gaps = db.sql(
        "SELECT next - day AS gap, count(*) AS n FROM days WHERE next IS NOT NULL "
        "GROUP BY gap ORDER BY gap"
    ).fetchnumpy()
    if not len(gaps["gap"]):
        return None
    # numpy's quantile "higher" of all gaps
    place = math.ceil((int(gaps["n"].sum()) - 1) * usual)
    return int(gaps["gap"][np.searchsorted(np.cumsum(gaps["n"]), place, side="right")])


def _customers(
    db: duckdb.DuckDBPyConnection,
    until: pd.Timestamp,
    end: pd.Timestamp,
    silence: int | None,
    parts: int,
) -> None:
    """Tables of customers taken together: ``early``, ``whole`` and ``times``."""
    cut, last = f"DATE '{until.date()}'", f"DATE '{end.date()}'"
    gone = f"coalesce(next, {last}) - day > {silence if silence is not None else 'NULL'}"
    seen = silence if silence is not None else 0
    for part in range(parts):
        kept = "CREATE OR REPLACE TEMP TABLE" if part == 0 else "INSERT INTO"
        as_ = " AS" if part == 0 else ""
        mine = f"WHERE hash(customer) % {parts} = {part}" if parts > 1 else ""
        db.execute(f"""
            CREATE OR REPLACE TEMP TABLE customers AS SELECT
                customer, min(day) FILTER ({gone}) AS last,
                arg_min(next, day) FILTER ({gone}) AS back,
                any_value(first) AS first, min(next) AS second,
                count(*) - 1 AS x, max(day) - any_value(first) AS t_x,
                {last} - any_value(first) AS t,
                count(*) FILTER (day <= {cut}) - 1 AS early_x,
                max(day) FILTER (day <= {cut}) - any_value(first) AS early_t_x,
                {cut} - any_value(first) AS early_t,
                sum(units)::HUGEINT AS spend,
                sum(units) FILTER (day > first)::HUGEINT AS total,
                sum(units) FILTER (day <= {cut})::HUGEINT AS early_spend,
                sum(units) FILTER (day > first AND day <= {cut})::HUGEINT AS early_total,
                count(*) FILTER (day > {cut}) AS later,
                min(day) FILTER ({gone}) - any_value(first) AS gone
            FROM days {mine} GROUP BY customer""")
        db.execute(f"""
            {kept} whole{as_} SELECT x, t_x, t, coalesce(total, 0) AS value, count(*) AS n,
                sum(spend)::HUGEINT AS spend, sum(coalesce(total, 0))::HUGEINT AS total
            FROM customers GROUP BY ALL""")
        db.execute(f"""
            {kept} early{as_} SELECT early_x AS x, early_t_x AS t_x, early_t AS t,
                coalesce(early_total, 0) AS value, count(*) AS n,
                sum(early_spend)::HUGEINT AS spend,
                sum(coalesce(early_total, 0))::HUGEINT AS total,
                sum(later) AS later, sum(later * later) AS later2,
                count(*) FILTER (later > 0) AS returned
            FROM customers WHERE early_t >= 0 GROUP BY ALL""")
        db.execute(f"""
            {kept} times{as_} SELECT
                coalesce(second - first, t) AS again, second IS NOT NULL AS returned_at_all,
                coalesce(gone, t - {seen}) AS held, gone IS NOT NULL AS lapsed, count(*) AS n
            FROM customers GROUP BY ALL""")
        db.execute(f"""
            {kept} lapsed{as_} SELECT
                coalesce(back, {last}) - last - {seen} AS time, back IS NOT NULL AS event,
                CASE WHEN x >= 4 THEN 4 WHEN x >= 2 THEN 2 ELSE 1 END AS purchases,
                CASE WHEN spent > 0 THEN floor(4 * log2(spent::DOUBLE / 2**40)) END AS doubling,
                count(*) AS n
            FROM (
                SELECT any_value(last) AS last, any_value(back) AS back, count(*) AS x,
                    sum(units)::HUGEINT AS spent
                FROM days JOIN (SELECT customer, last, back FROM customers WHERE last IS NOT NULL)
                    USING (customer)
                WHERE day <= last GROUP BY customer)
            GROUP BY ALL""")
    db.execute("DROP TABLE customers")


def _cells(db: duckdb.DuckDBPyConnection, table: str, counts: list[str]) -> pd.DataFrame:
    sums = "".join(f", sum({c})::BIGINT AS {c}" for c in counts)
    cells = _frame(
        db,
        f"SELECT x, t_x, t, sum(n)::BIGINT AS n, sum(spend)::DOUBLE / 2**40 AS spend, "
        f"sum(total)::DOUBLE / 2**40 AS total{sums} FROM {table} "
        "GROUP BY x, t_x, t ORDER BY x, t, t_x",
    )
    return cells.assign(t_x=cells["t_x"] / DAYS, t=cells["t"] / DAYS)


def _values(db: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    values = _frame(
        db,
        f"SELECT x, value::DOUBLE / 2**40 AS value, sum(n)::BIGINT AS n FROM {table} "
        "WHERE x > 0 AND value > 0 GROUP BY x, value ORDER BY x, value",
    )
    return values.assign(value=values["value"] / values["x"])


def _times(
    db: duckdb.DuckDBPyConnection, time: str, event: str, where: str = "true"
) -> pd.DataFrame:
    return _frame(
        db,
        f"SELECT {time} AS time, {event} AS event, sum(n)::BIGINT AS n FROM times WHERE {where} "
        "GROUP BY ALL ORDER BY time, event",
    )
