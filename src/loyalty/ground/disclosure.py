"""What of a finding may be shown where its rows may not: aggregates, and none of a few people.

:func:`recordable` is the one gate: whatever is recorded of a case has passed it. What a field
tells of is noted where it stands (:class:`~loyalty.ground.findings.Cell`,
:class:`~loyalty.ground.findings.OfRows`, :class:`~loyalty.ground.findings.OfAnswers`).

- A count of 1 to 9 people, or a share that comes to as many (or leaves as many; of a weighted share
  ``<field>_count`` says of how many people it is): its row goes, and
  where rows add up to a known whole so does the next smallest, until two of them and ten people are
  gone (Hundepool et al. 2012, Statistical Disclosure Control, ch. 4).
- Where such a count stands alone it becomes none, and the rest of its row stays: of the steps of a
  flow every total that it parts from the one that stays known goes, too
  (:class:`~loyalty.ground.findings.Running`).
- Of a level of a grouping whose people are few, or from whose number another's would follow, no
  row counts anybody, in whatever finding.
- A field of single people (texts in their words, a curve that falls with each of them): what it
  belongs to goes.
- A part that cannot stand without what went (:class:`~loyalty.ground.findings.Together`) goes
  too; a finding becomes refused.
- How many people a statistic of answers rests on is told to full tens of those left out of it,
  where they are few of some statistic (:class:`~loyalty.ground.findings.Base`), and who those are
  is told likewise (:class:`~loyalty.ground.findings.Tens`): of two statistics
  no difference of a few people follows. The numbers of such a row have three significant digits,
  of fewer than 200 respondents two, so that neither n follows from a mean nor a sum of a few
  people's answers from two of them.
- Other numbers have eight significant digits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from pydantic import BaseModel

from loyalty.ground.findings import (
    COARSE,
    Base,
    Beside,
    Cell,
    Finding,
    OfAnswers,
    OfRows,
    Refused,
    Running,
    Tens,
    Together,
    noted,
)
from loyalty.ground.reasons import Reason
from loyalty.ground.thresholds import threshold

DIGITS = 8
#: In the place of what may not be recorded.
GONE: Any = object()
_COUNTED = re.compile(r"rows|customers|respondents|complaints|households|complete|missing|without")


def least() -> int:
    """So many people a cell must have to be recorded."""
    return int(threshold("small_cell").value)


def rounded(value: float, digits: int = DIGITS) -> float:
    """A number with so many significant digits."""
    return float(f"{value:.{digits}g}")


@dataclass(frozen=True)
class Known:
    """What is known of the answers that findings are of.

    Attributes
    ----------
    few : mapping
        Items of which some answer was given by fewer than ten people, but by somebody, each with
        the number of its different answers.
    whole : int or None
        All respondents; None where there is no survey.
    hidden : mapping
        Of each grouping the levels whose people are few, or from whom others' number would follow;
        None among them is nobody's level.
    mixed : bool
        Whether fewer than ten, but somebody, did not answer all items: statistics of complete rows
        are of fewer people by them.
    """

    few: Mapping[str, int] = field(default_factory=dict)
    whole: int | None = None
    mixed: bool = False
    hidden: Mapping[str, Collection[str | None]] = field(default_factory=dict)


def told_of(n: int, whole: int) -> int:
    """Of how many people is told where `n` of the `whole` answered: all but full tens."""
    return n if n > whole else whole - (whole - n) // least() * least()


def _coarse(whole: int) -> int:
    """Digits of a statistic of which fewer than ten of the `whole` are left out."""
    return COARSE if whole >= 20 * least() else COARSE - 1


def recordable(
    finding: Finding | Refused | None, known: Known | None = None
) -> Finding | Refused | None:
    """A finding as it may be recorded, or refused."""
    if finding is None:
        return None
    made = _record(finding, known or Known())
    return Refused(refused=Reason(code="not_recorded")) if made is GONE else made


def _small(n: float) -> bool:
    return 0 < round(n) < least()


def _told(cell: Cell, value: Any, record: BaseModel, counted: Any = None) -> bool:
    """Whether a field counts few people, or leaves few; a weighted share by whom it `counted`."""
    values = [v for v in (value if isinstance(value, tuple) else (value,)) if v is not None]
    n = None if cell.of is None else getattr(record, cell.of)
    if cell.of is None or any(isinstance(v, int) for v in values):  # a count, and no share
        return any(_small(v) or (n is not None and _small(n - v)) for v in values)
    if n is None:
        return any(0 < v < 1 for v in values)
    if counted is not None:
        counts = counted if isinstance(counted, tuple) else (counted,)
        return any(_small(k) or _small(n - k) for k in counts)
    return any(_small(v * n) or _small(n - v * n) for v in values)


def _of_hidden(record: BaseModel, known: Known, group: str | None) -> bool:
    """Whether a record counts people of a level that no other one may tell of, either."""
    kind = type(record)
    fields = [f for f in kind.model_fields if noted(kind, f, Cell) or noted(kind, f, Base)]
    if all(getattr(record, f) is None for f in fields):
        return False
    level, own = getattr(record, "level", None), known.hidden.get(group or "")
    if "level" not in kind.model_fields and "group" in kind.model_fields:
        if own is not None:  # it is of those who have no level
            return None in own
        level = group
    hidden = known.hidden.values() if own is None else (own,)
    return level is not None and any(level in levels for levels in hidden)


def _record(record: BaseModel, known: Known, group: str | None = None) -> Any:
    if isinstance(record, Refused):
        return GONE if _counts(record.refused) else record
    kind, made = type(record), dict[str, Any]()
    group = getattr(record, "group", None) or group
    if known.hidden and not isinstance(record, Finding) and _of_hidden(record, known, group):
        return GONE
    for name in kind.model_fields:
        value = getattr(record, name)
        cell, of = noted(kind, name, Cell), noted(kind, name, OfAnswers)
        if noted(kind, name, OfRows) and value:
            return GONE
        if of is not None and known.few.get(getattr(record, "item", ""), 99) <= of.different:
            if of.row or not _optional(kind, name):
                return GONE
            value = None
        counted = getattr(record, f"{name}_count", None)
        if cell is not None and value is not None and _told(cell, value, record, counted):
            if not cell.alone:
                return GONE
            made.update(
                (other, None)
                for other in kind.model_fields
                if (other.startswith(f"{name}_") and _optional(kind, other)) or other in cell.along
            )
            if not isinstance(value, tuple) and not _optional(kind, name):
                return GONE
            value = (None,) * len(value) if isinstance(value, tuple) else None
        if name not in made:
            kept = _value(value, known, group)
            if kept is GONE or (noted(kind, name, Together) and len(kept) < len(value)):
                return GONE
            made[name] = kept
    for name in kind.model_fields:
        beside = noted(kind, name, Beside)
        if beside is not None and len(made[beside.rows]) < len(getattr(record, beside.rows)):
            made[name] = None
        steps = noted(kind, name, Running)
        if steps is not None and steps.of is not None:
            before, after = getattr(record, steps.of), made[steps.of]
            if any(_hidden(steps.taken, before, after)):
                made[name] = None
    made |= _tens(record, made)
    return _based(kind.model_construct(**made), known.whole, mixed=known.mixed)


def _tens(record: BaseModel, made: Mapping[str, Any]) -> dict[str, Any]:
    """Who did not answer, of what is recorded of a record: to full tens, and shares as of these."""
    told, kind = dict[str, Any](), type(record)
    notes = {f: note for f in kind.model_fields if (note := noted(kind, f, Tens))}
    for name, note in notes.items():
        if made[name] and not note.of and (note.where is None or getattr(record, note.where)):
            told[name] = made[name] // least() * least()
    for name, note in notes.items():
        if made[name] and note.of:
            before = sum(n for path in note.of for n in _told_at(vars(record), path))
            if note.middle:
                tens = (_middle(n) for path in note.of for n in _told_at(vars(record), path))
                told[name] = rounded(getattr(record, name) * sum(tens) / before)
                continue
            after = sum(n for path in note.of for n in _told_at({**made, **told}, path))
            if after != before:
                share = getattr(record, name) * after / before
                told[name] = None if _optional(kind, name) else rounded(share)
    return told


def _middle(n: int) -> float:
    """The middle of the ten that a count is told as."""
    return n // least() * least() + (least() - 1) / 2 if n else 0.0


def _told_at(values: Mapping[str, Any], path: str) -> list[int]:
    """A count of people, or those of all rows (``rows.field``)."""
    name, _, inner = path.partition(".")
    value = values[name]
    return [getattr(row, inner) for row in value] if inner else [int(value or 0)]


def _based(
    record: BaseModel, whole: int | None, *, mixed: bool = False, by: bool = False
) -> BaseModel:
    """A row with how many it rests on told to full tens of those left out, and coarse numbers."""
    changed = dict[str, Any]()
    for name in type(record).model_fields:
        base, n = noted(type(record), name, Base), getattr(record, name)
        if base is None or n is None or whole is None or bool(base.by) != by:
            continue
        if mixed or (whole - n) % least():  # else nobody, or ten, or twenty …
            if base.coarse:
                changed |= {
                    other: None
                    if other.endswith("_count")
                    else _digits(getattr(record, other), _coarse(whole))
                    for other in type(record).model_fields
                    if not noted(type(record), other, Tens)
                }
            changed[name] = told_of(n, whole)
    return record.model_copy(update=changed)


def _digits(value: Any, digits: int) -> Any:
    if isinstance(value, tuple):
        return tuple(_digits(v, digits) for v in value)
    return rounded(value, digits) if isinstance(value, float) else value


def _hidden(taken: str, before: Sequence[BaseModel], after: Sequence[BaseModel]) -> Iterator[bool]:
    """Of each step whether its count of people went."""
    for one, other in zip(before, after, strict=True):
        yield getattr(one, taken) is not None and getattr(other, taken) is None


def _optional(kind: type[BaseModel], name: str) -> bool:
    return type(None) in get_args(kind.model_fields[name].annotation)


def _value(value: Any, known: Known, group: str | None) -> Any:
    if isinstance(value, float):
        return rounded(value)
    if isinstance(value, Reason):
        return GONE if _counts(value) else value
    if isinstance(value, BaseModel):
        return _record(value, known, group)
    if isinstance(value, Mapping):
        named = {k: _value(v, known, group) for k, v in value.items()}
        return GONE if any(v is GONE for v in named.values()) else named
    if not isinstance(value, tuple | list) or not value:
        return value
    if isinstance(value[0], BaseModel) and not isinstance(value[0], Reason):
        return _rows(value, known, group)
    parts = [_value(v, known, group) for v in value]  # of messages those that count few people go
    return type(value)(v for v in parts if v is not GONE)


def _rows(rows: Sequence[BaseModel], known: Known, group: str | None) -> Any:
    made = [_record(row, known, group) for row in rows]
    kind = type(rows[0])
    cells = {name: cell for name in kind.model_fields if (cell := noted(kind, name, Cell))}
    for name, cell in cells.items():
        sizes = [getattr(row, name) for row in rows]
        if cell.rest:
            whole = max((n for n in sizes if n is not None), default=0)
            for k, n in enumerate(sizes):
                if n is not None and _small(whole - n):
                    made[k] = GONE
        elif cell.of is None and not cell.alone and not cell.within:
            _complement(made, sizes)
    for name in kind.model_fields:
        steps = noted(kind, name, Running)
        if steps is not None and steps.of is None:
            hidden = list(_hidden(steps.taken, rows, made))
            for k, row in enumerate(made):
                if any(hidden[k + 1 :] if steps.back else hidden[: k + 1]):
                    made[k] = row.model_copy(update={name: None})
    kept = tuple(row for row in made if row is not GONE)
    for name in kind.model_fields:
        base = noted(kind, name, Base)
        if base is not None and base.by:
            kept = _by(kept, name, base.by)
    return kept or GONE


def _by(rows: Sequence[Any], name: str, by: Sequence[str]) -> tuple[Any, ...]:
    """Rows of levels: the most of a level's rows are the whole of it."""
    most = dict[Any, int]()
    for row in rows:
        key = tuple(getattr(row, one) for one in by)
        most[key] = max(most.get(key, 0), getattr(row, name) or 0)
    return tuple(_based(r, most[tuple(getattr(r, one) for one in by)], by=True) for r in rows)


def _complement(made: list[Any], sizes: Sequence[int | None]) -> None:
    """Take out more rows until those that went cannot be had as what is missing in a sum."""
    while True:
        gone = [n for row, n in zip(made, sizes, strict=True) if row is GONE and n]
        if not any(map(_small, gone)) or (len(gone) > 1 and sum(gone) >= least()):
            return
        left = [k for k, n in enumerate(sizes) if made[k] is not GONE and n]
        if not left:
            return
        made[min(left, key=lambda k: sizes[k] or 0)] = GONE


def _counts(reason: Reason) -> bool:
    """Whether a reason names a count of a few people."""
    for name, value in reason.parameters.items():
        if isinstance(value, Reason):
            if _counts(value):
                return True
        elif (
            isinstance(value, int)
            and (name in ("dropped", "rows", "values", "smallest") or name == "n")
            and (name != "n" or _COUNTED.search(reason.code))
            and _small(value)
        ):
            return True
    return False
