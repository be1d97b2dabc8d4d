"""Findings: what an analysis found, as frozen, typed values at full precision.

A finding holds numbers and identifiers and no words. What a number is (a count, a share, a
p-value …) stands at its field, once: :data:`Count`, :data:`Real`, :data:`Bounded`,
:data:`Percent`, :data:`P`. :func:`cited` makes a copy whose numbers know their address, so that a
sentence or a table cell that shows one refers to it.
"""

from __future__ import annotations

import functools
import json
import types
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Generic,
    Literal,
    ParamSpec,
    Self,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema

from loyalty.ground import expected, paths
from loyalty.ground.errors import UserError
from loyalty.ground.numbers import Kind
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.results import Provenance, plain

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION: Literal[2] = 2
#: Says that values come from a file: they are Python's already.
READ = "read"


@dataclass(frozen=True)
class Shown:
    """How a field's number is printed (:func:`loyalty.ground.numbers.show`)."""

    kind: Kind
    decimals: int | None = None

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "x-kind": self.kind}


@dataclass(frozen=True)
class Cell:
    """A count of people who share something; with `of`, a share of as many as that field says.

    Where there are few of them it stands in no recorded finding: its row goes, or where
    it is `alone` (nothing else follows from it) it becomes None, and so do the fields that go
    `along`. Of a count with `rest` few may also lie between it and the largest of the other rows.
    A count `within` its row takes no other row with it.
    """

    of: str | None = None
    alone: bool = False
    along: tuple[str, ...] = ()
    rest: bool = False
    within: bool = False


@dataclass(frozen=True)
class Base:
    """How many people a statistic of answers rests on.

    Fewer than ten may be left out of one statistic and not of another, of which then a count, or
    a sum of their answers, would be the difference. So of those left out full tens are told, and
    the row's numbers have few digits, but of a model (``coarse=False``), whose estimates are no
    sums of answers. Of all respondents, or of the most of the rows that are `by` the same.
    """

    by: tuple[str, ...] = ()
    coarse: bool = True


@dataclass(frozen=True)
class Tens:
    """A count of people who are not among those that a statistic rests on (:class:`Base`): it is
    told to full tens, as they are. Or a share, told as one of counts so told: those `of` fields
    beside it (``rows.field``: of the rows there). A share that may be None goes where these are
    not told as they are.

    `where`: the field beside it without which it is told as it is. `middle`: a share of many
    questions together takes each count at the middle of its ten, or it would be too small.
    """

    of: tuple[str, ...] = ()
    where: str | None = None
    middle: bool = False


@dataclass(frozen=True)
class Running:
    """A total from which (or to which) steps lead: None where a step of few stands between it and
    the total that stays known.

    `taken` counts the people of a step. Of a field of a step that is what is left after it: the
    total before the first step stays known, or with `back` the one after the last. Of a field
    beside the steps `of`: all of them lie between.
    """

    taken: str
    of: str | None = None
    back: bool = False


@dataclass(frozen=True)
class OfAnswers:
    """A field of a row about an `item` from which, together with those beside it, the frequencies
    of its answers follow where they are up to `different`.
    It becomes None, or the whole `row` goes.
    """

    different: int
    row: bool = False


@dataclass(frozen=True)
class Beside:
    """A field of all `rows`, from which one that went may follow: None where one of them did."""

    rows: str


@dataclass(frozen=True)
class Together:
    """Rows that stand together: where one may not be recorded, what they belong to goes."""


@dataclass(frozen=True)
class OfRows:
    """A field that tells of single people: what it belongs to stands in no recorded finding."""


Count = Annotated[int, Shown("count")]
Real = Annotated[float, Shown("number")]
#: Cannot exceed one in size: correlations, standardized paths, reliabilities, fit indices.
Bounded = Annotated[float, Shown("bounded")]
#: A share between 0 and 1, printed as per cent.
Percent = Annotated[float, Shown("percent")]
#: A difference of two such shares, printed in percentage points.
Points = Annotated[float, Shown("points")]
P = Annotated[float, Shown("p")]
#: People whose answers a statistic rests on.
Answering = Annotated[int, Shown("count"), Base()]
#: People on whom a model rests.
Modelled = Annotated[int, Shown("count"), Base(coarse=False)]
#: People in a cell: of a level, a pattern, a segment, with a sign.
People = Annotated[int, Shown("count"), Cell()]
#: People in a cell of those who gave no answer, so that of how many did nothing more follows.
Unanswering = Annotated[int, Shown("count"), Cell(), Tens()]
#: As many people, or None where they are few: what else is said of them stays.
Few = Annotated[int, Shown("count"), Cell(alone=True)]
#: A share of the `n` people of the same row.
Part = Annotated[float, Shown("percent"), Cell("n")]


class Record(BaseModel):
    """Base of a finding's rows and parts.

    NumPy's and pandas' scalars become Python's; a number that is not finite becomes None, which
    only a field that says ``| None`` takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _python(cls, values: Any, info: ValidationInfo[Any]) -> Any:
        if info.context is READ or not isinstance(values, dict):
            return values
        return plain(values)

    @classmethod
    def each(cls, rows: pd.DataFrame, **renamed: str) -> tuple[Self, ...]:
        """A record a row of `rows`: every field from the column of its name, or of `renamed`.

        Columns that are no field are left out.
        """
        columns = {
            field: renamed.get(field, field)
            for field in cls.model_fields
            if renamed.get(field, field) in rows
        }
        records = rows[list(columns.values())].to_dict(orient="records")
        return tuple(cls(**{f: record[c] for f, c in columns.items()}) for record in records)


with warnings.catch_warnings():  # pydantic has a method of this name, deprecated
    warnings.simplefilter("ignore")

    class OfConstruct(Record):
        """Base of a row about one construct."""

        construct: str  # type: ignore[assignment]


class Finding(Record):
    """Base of all findings; `messages` are what the estimator said on the way."""

    messages: tuple[Reason, ...] = ()


class Refused(Record):
    """In the place of a finding: why there is none."""

    refused: Reason


class Findings(BaseModel):
    """Base of an analysis's whole: a field a finding, in the order of the notebook.

    A field's type is ``TheFinding | Refused | None``; None is a finding that the case does not
    call for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


F = TypeVar("F", bound=Findings)


class Found(BaseModel, Generic[F]):
    """A result file: the findings of one analysis of one case, and where they come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[2] = SCHEMA_VERSION
    case: str
    analysis: str
    simulated: bool
    findings: F
    provenance: Provenance


def write(found: Found[Any], folder: Path | None = None) -> Path:
    """Write ``<case>/<analysis>.json`` below `folder` (the results) in one step, or not at all."""
    target = (folder or paths.results()) / found.case / f"{found.analysis}.json"
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    return paths.write(target, text)


def read(case: str, analysis: str, kind: type[F], folder: Path | None = None) -> Found[F]:
    """Read and check a result file, its numbers cited (:func:`cited`).

    Raises
    ------
    UserError
        When it is absent, of another schema version, or does not hold to the schema.
    """
    file = (folder or paths.results()) / case / f"{analysis}.json"
    name = f"{file.parent.name}/{file.name}"
    if not file.is_file():
        raise UserError(
            "results {name}: not there; loyalty run {case} makes it", name=name, case=case
        )
    try:
        content = json.loads(file.read_bytes())
        version = content.get("schema_version") if isinstance(content, dict) else None
        if version != SCHEMA_VERSION:
            raise UserError(
                "results {name}: schema version {version}, expected {expected}",
                name=name,
                version=version,
                expected=SCHEMA_VERSION,
            )
        found = Found[kind].model_validate(content, context=READ)  # type: ignore[valid-type]
    except ValueError as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        if first is None:
            raise UserError("results {name}: {what}", name=name, what=str(error)) from None
        raise UserError(
            "results {name}: {key}: {what}",
            name=name,
            key=".".join(map(str, first["loc"])),
            what=expected.said(first),
        ) from None
    address = f"{case}/{analysis}"
    findings = {
        name: cited(getattr(found.findings, name), f"{address}/{name}")
        for name in kind.model_fields
    }
    return found.model_copy(
        update={
            "findings": kind.model_construct(**findings),
            "provenance": cited(found.provenance, f"{address}/provenance"),
        }
    )


def other_version(file: Path) -> object:
    """The schema version that a result file says, if it is another than today's; else None.

    A file that is not there, or is no result file, is none of an older version.
    """
    try:
        version = json.loads(file.read_bytes()).get("schema_version")
    except (OSError, ValueError, AttributeError):
        return None
    return None if version == SCHEMA_VERSION else version or "unknown"


# --- refusing --------------------------------------------------------------------------------
A = ParamSpec("A")
R = TypeVar("R")


def handing_on(function: Callable[A, R]) -> Callable[..., R | Refused]:
    """`function`, with its first argument that is :class:`Refused` as its value, if one is."""

    @functools.wraps(function)
    def wrapped(*args: Any, **named: Any) -> R | Refused:
        for argument in (*args, *named.values()):
            if isinstance(argument, Refused):
                return argument
        return function(*args, **named)

    return wrapped


def refusable(function: Callable[A, R]) -> Callable[..., R | Refused]:
    """`function`, with a refusal as its value where it cannot compute.

    An argument that is itself :class:`Refused` is handed on: what rests on something that could
    not be computed cannot be computed for the same reason.
    """

    @handing_on
    @functools.wraps(function)
    def wrapped(*args: Any, **named: Any) -> R | Refused:
        try:
            return function(*args, **named)
        except ValueError as error:
            if isinstance(error, CannotCompute) or hasattr(error, "code"):
                return Refused(refused=reason_of(error))
            raise

    return wrapped


def of_data(function: Callable[A, R]) -> Callable[..., R | None]:
    """`function`, with no value where its first argument is None: the case has no such data."""

    @functools.wraps(function)
    def wrapped(*args: Any, **named: Any) -> R | None:
        return None if args[0] is None else function(*args, **named)

    return wrapped


def resting(function: Callable[A, R]) -> Callable[..., R | Refused | None]:
    """`function`, with no value where what it rests on is not there; else as :func:`refusable`.

    A positional argument that is None says that the case has no such data; the reason of one that
    is :class:`Refused` is said in its own place.
    """
    refusing = refusable(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **named: Any) -> R | Refused | None:
        if any(argument is None or isinstance(argument, Refused) for argument in args):
            return None
        return refusing(*args, **named)

    return wrapped


# --- citing ----------------------------------------------------------------------------------
class CitedFloat(float):
    """A number of a finding that knows its address, how it is printed, and to how many significant
    digits it is known (None: to more than are printed)."""

    address: str
    shown: Shown
    digits: int | None


class CitedInt(int):
    """A count of a finding that knows its address and how it is printed."""

    address: str
    shown: Shown


@cache
def shown_as(model: type[BaseModel], field: str) -> Shown | None:
    """How numbers in a field are printed: the :class:`Shown` of its annotation, None without."""
    return noted(model, field, Shown)


N = TypeVar("N")


@cache
def noted(model: type[BaseModel], field: str, kind: type[N]) -> N | None:
    """The note of this kind at a field, or at what the field holds; None without."""
    info = model.model_fields[field]
    for note in info.metadata:
        if isinstance(note, kind):
            return note
    return _within(info.annotation, kind)


def _within(annotation: Any, kind: type[N]) -> N | None:
    if get_origin(annotation) is Annotated:
        for note in get_args(annotation)[1:]:
            if isinstance(note, kind):
                return note
    if get_origin(annotation) in (Union, types.UnionType, tuple, dict, list):
        for part in get_args(annotation):
            if (found := _within(part, kind)) is not None:
                return found
    return None


V = TypeVar("V")


def cited(value: V, address: str, shown: Shown | None = None, digits: int | None = None) -> V:
    """A copy of a finding (or of a part of one) whose numbers carry `address` and kind.

    The address of a field is ``case/analysis/finding.field``, of a row ``….rows[0].field``.
    """
    made: Any = value
    if isinstance(value, BaseModel):
        kind, digits = type(value), known_digits(value)
        fields = {
            name: cited(getattr(value, name), f"{address}.{name}", shown_as(kind, name), digits)
            for name in kind.model_fields
        }
        made = kind.model_construct(**fields)
    elif isinstance(value, tuple | list):
        made = type(value)(cited(v, f"{address}[{i}]", shown, digits) for i, v in enumerate(value))
    elif isinstance(value, Mapping):
        made = {k: cited(v, f"{address}.{k}", shown, digits) for k, v in value.items()}
    elif isinstance(value, float):
        made = CitedFloat(value)
        made.digits = digits
    elif isinstance(value, int) and not isinstance(value, bool):
        made = CitedInt(value)
    if isinstance(made, CitedFloat | CitedInt):
        made.address = address
        made.shown = shown or Shown("count" if isinstance(made, CitedInt) else "number")
    return made  # type: ignore[no-any-return]


#: So many significant digits, or two, has a row from which few people would follow otherwise
#: (:mod:`loyalty.ground.disclosure`).
COARSE = 3


def known_digits(row: BaseModel) -> int | None:
    """To how many significant digits the numbers of a row are known; None of one not recorded so.

    Of a row that was recorded coarsely all have so few, which several computed ones never do.
    """
    if not _coarse(type(row)):
        return None
    values = [getattr(row, name) for name in type(row).model_fields]
    flat = [v for one in values for v in (one if isinstance(one, tuple) else (one,))]
    told = [v for v in flat if isinstance(v, float) and abs(v) not in (0.0, 1.0)]
    if len(told) < 2:
        return None
    digits = max(len(Decimal(repr(float(v))).normalize().as_tuple().digits) for v in told)
    return None if digits > COARSE else max(digits, COARSE - 1)


@cache
def _coarse(kind: type[BaseModel]) -> bool:
    bases = (noted(kind, name, Base) for name in kind.model_fields)
    return any(base is not None and base.coarse for base in bases)
