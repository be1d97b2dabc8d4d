"""The claims ledger, ``data/claims.yml``: figures that the sources print, and checks of them.

A claim is never repeated as fact. :func:`load` reads the ledger, :func:`checked` computes what can
be computed from printed figures alone, :func:`beside` sets a real case's result next to a claim.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.stats import norm

from loyalty.ground import paths
from loyalty.ground.addresses import look_up
from loyalty.ground.errors import Mistake, UserError
from loyalty.ground.reading import Code, Identifier, read_yaml, validated
from loyalty.ground.text import Text

FILE = "claims.yml"
Kind = Literal["level", "change", "per", "coefficient", "test", "goal"]
Outcome = Literal["agrees", "does not agree", "holds", "cannot be told"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Beside(_Model):
    """A number of a real case that speaks to the claim's question.

    `number` is its address below the case's findings (:mod:`loyalty.ground.addresses`): of the
    row that has an estimate with its interval.
    """

    case: str
    analysis: str
    number: str


class Claim(_Model):
    id: Identifier
    source: str
    place: Text
    kind: Kind
    values: Annotated[list[float], Field(min_length=1, max_length=3)]
    unit: str
    origin: str = ""
    n: int | None = Field(default=None, ge=1)
    en: str
    zh: str
    beside: list[Beside] = []

    @property
    def text(self) -> Text:
        return Text(en=self.en, zh=self.zh)

    @property
    def shares(self) -> bool:
        """Whether its values are shares or relative changes, which are printed as per cent."""
        return self.unit in ("share", "relative")

    @model_validator(mode="after")
    def _two_sides(self) -> Self:
        if self.kind == "per" and len(self.values) < 2:
            raise Mistake("{id}: a claim of kind per has two values, if and then", id=self.id)
        return self


class Check(_Model):
    """What to compute: see :func:`checked`."""

    id: Identifier
    kind: Literal["products", "sobel", "elasticity", "sum", "at_most", "equal", "opposed"]
    claims: Annotated[list[str], Field(min_length=1)]
    legs: list[tuple[str, str]] = []
    direct: str | None = None
    expected: float | None = None
    en: str
    zh: str

    @property
    def text(self) -> Text:
        return Text(en=self.en, zh=self.zh)


class Speaking(_Model):
    """What a real case can say to a claim about industries: above zero as the claim has it.

    A number with its interval (`analysis`, `number` as of :class:`Beside`), or the standardized
    `path` of a case with groups: its mean over the levels `more` less that over `less`.
    """

    case: str
    en: str
    zh: str
    analysis: str | None = None
    number: str | None = None
    path: str | None = None
    more: list[Code] = []
    less: list[Code] = []

    @property
    def text(self) -> Text:
        return Text(en=self.en, zh=self.zh)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        number = self.analysis is not None and self.number is not None
        if number == bool(self.path and self.more and self.less):
            raise Mistake(
                "{case}: a number, or a path with more and less, is expected", case=self.case
            )
        return self


class OnIndustries(_Model):
    """A claim about industries, the printed figures it rests on, and what real cases can say."""

    id: Identifier
    source: str
    claims: list[str] = []
    en: str
    zh: str
    real: list[Speaking] = []

    @property
    def text(self) -> Text:
        return Text(en=self.en, zh=self.zh)


class Ledger(_Model):
    claims: Annotated[list[Claim], Field(min_length=1)]
    checks: list[Check] = []
    industries: list[OnIndustries] = []

    @model_validator(mode="after")
    def _known(self) -> Self:
        ids = [c.id for c in self.claims]
        if len(set(ids)) < len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise Mistake("claims: the id {twice} is used twice", twice=twice)
        for check in self.checks:
            legs = [leg for pair in check.legs for leg in pair]
            for name in [*check.claims, *legs, *([check.direct] if check.direct else [])]:
                if name not in ids:
                    raise Mistake(
                        "checks.{check}: {name!r} is not a claim", check=check.id, name=name
                    )
        for one in self.industries:
            for name in one.claims:
                if name not in ids:
                    raise Mistake(
                        "industries.{one}: {name!r} is not a claim", one=one.id, name=name
                    )
        return self

    def named(self, name: str) -> Claim:
        return next(c for c in self.claims if c.id == name)


def load() -> Ledger:
    """The ledger below ``data/``.

    Raises
    ------
    UserError
        When it is absent or does not hold.
    """
    file = paths.data() / FILE
    return validated(Ledger, read_yaml(file), f"data/{FILE}")


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    printed : the figures that were looked at
    computed : what follows from them, with a 95 % interval where one can be had
    outcome : whether the printed figures agree with what follows, or with each other
    """

    check: Check
    printed: tuple[float, ...]
    computed: tuple[float, ...]
    interval: tuple[float, float] | None
    outcome: Outcome


def checked(ledger: Ledger) -> list[Checked]:
    """All checks of the ledger.

    ``products``: effects along chains multiply along each chain and add up over the chains.
    ``sobel``: the z of a product that the printed standardized paths and n imply for observed
    scores. ``elasticity``: then divided by if, of each claim. ``sum``: the values add up to
    `expected`. ``at_most``: the first value is not above the second. ``equal``: the values are the
    same although their origins are not. ``opposed``: the statements exclude each other by their
    wording; nothing is computed.
    """
    return [_checked(ledger, check) for check in ledger.checks]


def _checked(ledger: Ledger, check: Check) -> Checked:
    values = [ledger.named(name).values for name in check.claims]
    first = tuple(v[0] for v in values)
    legs = [(ledger.named(a), ledger.named(b)) for a, b in check.legs]
    if check.kind == "products":
        total, se = _products([(a.values[0], b.values[0]) for a, b in legs], legs[0][0].n)
        half = float(norm.ppf(0.975)) * se
        return Checked(check, first, (total,), (total - half, total + half), _same(first[0], total))
    if check.kind == "sobel":
        (a, b), direct = legs[0], ledger.named(check.direct or "")
        assert a.n is not None
        z = tuple(
            sobel_z(a.values[0], b.values[0], c, a.n)
            for c in (direct.values[0], direct.values[0] - a.values[0] * b.values[0])
        )
        agrees = any(_same(first[0], value) == "agrees" for value in z)
        return Checked(check, first, z, None, "agrees" if agrees else "does not agree")
    if check.kind == "elasticity":
        ratios = tuple(v[1] / v[0] for v in values)
        return Checked(check, tuple(v[1] for v in values), ratios, None, _close(ratios))
    if check.kind == "sum":
        total = math.fsum(first)
        return Checked(check, first, (total,), None, _same(check.expected or 0.0, total))
    if check.kind == "at_most":
        outcome: Outcome = "holds" if first[0] <= first[1] else "does not agree"
        return Checked(check, first, (), None, outcome)
    if check.kind == "equal":
        return Checked(check, first, (), None, "cannot be told")
    return Checked(check, first, (), None, "does not agree")


def _same(printed: float, computed: float) -> Outcome:
    """Equal within the rounding of two printed decimals."""
    return "agrees" if abs(printed - computed) <= 0.005 + 1e-12 else "does not agree"


def _close(ratios: Sequence[float]) -> Outcome:
    low, high = min(ratios), max(ratios)
    return "agrees" if high - low <= 0.05 * abs(high) else "does not agree"


def _products(legs: Sequence[tuple[float, float]], n: int | None) -> tuple[float, float]:
    """Sum of the products and its standard error.

    Every path is taken as a standardized simple regression, with standard error
    ``sqrt((1 - r²) / (n - 2))``, and the paths as independent; a product's variance is
    ``a² se_b² + b² se_a²`` (Sobel 1982, Sociological Methodology 13, 290-312).
    """
    total = math.fsum(a * b for a, b in legs)
    if n is None:
        return total, math.nan

    def variance(r: float) -> float:
        return (1 - r**2) / (n - 2)

    return total, math.sqrt(math.fsum(a**2 * variance(b) + b**2 * variance(a) for a, b in legs))


def sobel_z(a: float, b: float, direct: float, n: int) -> float:
    """Sobel's z for x → m → y from standardized observed scores.

    Parameters
    ----------
    a : x → m
    b : m → y beside x
    direct : x → y beside m
    n : respondents

    Standard errors are those of the two least-squares regressions,
    ``se_a = sqrt((1 - a²) / (n - 2))`` and ``se_b = sqrt((1 - R²) / ((n - 3)(1 - a²)))`` with
    ``R² = b r_my + direct r_xy``.
    """
    r_my, r_xy = b + direct * a, direct + b * a
    explained = b * r_my + direct * r_xy
    se_a = math.sqrt((1 - a**2) / (n - 2))
    se_b = math.sqrt((1 - explained) / ((n - 3) * (1 - a**2)))
    return a * b / math.sqrt(a**2 * se_b**2 + b**2 * se_a**2)


@dataclass(frozen=True)
class Held:
    """A claim held against a real case's number; `weeks`, within how many it was reached."""

    claim: Claim
    case: str
    value: float
    low: float
    high: float
    weeks: int | None = None

    @property
    def inside(self) -> bool:
        """Whether the printed value lies in the interval."""
        return bool(self.low <= self.claim.values[0] <= self.high)


def beside(
    ledger: Ledger,
    found: Mapping[tuple[str, str], Any],
    relied: Callable[[str, Any], bool] = lambda case, row: True,
) -> list[Held]:
    """Claims to which a real case speaks, with its number and interval, where it is there.

    `found`: the findings of real cases by case and analysis. `relied`: whether a case's number,
    as its row stands there, may be relied upon; others are left out.

    Raises
    ------
    UserError
        When an address leads nowhere in findings that are there.
    """
    held = []
    for claim in ledger.claims:
        for source in claim.beside:
            findings = found.get((source.case, source.analysis))
            if findings is None:
                continue
            try:
                row = look_up(findings, source.number)
                values = (row.estimate, row.ci_lower, row.ci_upper)
            except (LookupError, AttributeError) as error:
                name = f"{source.case}.{source.analysis}.{source.number}"
                raise UserError(
                    "data/{file}: {claim}: {name}: {error}",
                    file=FILE,
                    claim=claim.id,
                    name=name,
                    error=error,
                ) from None
            if None not in values and relied(source.case, row):
                weeks = getattr(row, "weeks", None)
                value, low, high = map(float, values)
                held.append(Held(claim, source.case, value, low, high, weeks))
    return held
