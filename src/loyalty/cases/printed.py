"""What is printed elsewhere of a case's data, to be computed anew and compared."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, FiniteFloat, StringConstraints, model_validator

from loyalty.cases.estimation import FULL, Estimator, PLSOptions
from loyalty.cases.sources import one_of
from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Identifier, Model
from loyalty.ground.text import Text

#: Of a model as a whole, as lavaan calls them with ``_`` for a dot.
FIT = (
    *("chisq", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic", "logl"),
    *("chisq_scaled", "cfi_scaled", "tli_scaled", "rmsea_scaled", "chisq_scaling_factor"),
    *("cfi_robust", "tli_robust", "rmsea_robust", "rmsea_ci_lower", "rmsea_ci_upper"),
)
#: Of its parts, and how many names each is of.
PARTS = {"loading": 2, "path": 2, "correlation": 2, "r2": 1, "ave": 1, "rho_c": 1}


class PrintedFigure(Model):
    """A figure of a model, with all its decimals (so in quotation marks).

    ``loading`` is `of` a construct and an item, ``path`` from one construct to another,
    ``correlation`` of two constructs, ``r2`` of a construct or an item, ``ave`` and ``rho_c`` of a
    construct (from its standardized loadings); a fit measure is of nothing but the model.
    """

    statistic: str
    of: list[str] = []
    value: Annotated[str, StringConstraints(pattern=r"^-?\d{1,12}(\.\d{1,8})?$")]

    @property
    def decimals(self) -> int:
        return len(self.value.partition(".")[2])

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.statistic not in FIT and self.statistic not in PARTS:
            raise Mistake("statistic: expected one of {known}", known=[*FIT, *PARTS])
        n = PARTS.get(self.statistic, 0)
        if len(self.of) != n:
            raise Mistake("{statistic}: of: {n} names are expected", statistic=self.statistic, n=n)
        return self


class PrintedModel(Model):
    """A model that was fitted to the case's answers: the description's `structural` one, or its
    `measurement` model (with `constructs`: of these alone).

    Parameters are those of the completely standardized solution, or as they were estimated
    (the first loading of a construct one) without `standardized`.
    """

    of: Literal["measurement", "structural"]
    estimator: Estimator
    missing: Literal["listwise", "fiml"] = "listwise"
    constructs: list[str] = []
    standardized: bool = True
    figures: list[PrintedFigure] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.missing == "fiml" and self.estimator not in FULL:
            raise Mistake("missing: fiml: expected with ML or MLR alone")
        if self.constructs and self.of == "structural":
            raise Mistake("constructs: expected of a measurement model alone")
        return self


class PrintedPath(Model):
    """A path, or that of the product of `from` and `moderator`; `value` where it is printed."""

    from_: str = Field(alias="from")
    to: str
    moderator: str | None = None
    value: float | None = None


class PrintedPLS(PLSOptions):
    """A PLS path model as printed: the cases' constructs on the paths that are listed.

    The entry itself says how it was estimated, whatever the case's own ``pls`` is; a product of two
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


#: What follows from no moments of the answers.
OF_ROWS = ("t", "pi", "xi", "log_likelihood")
#: Statistics of answers that may be printed, and how many constructs each is of.
STATISTICS = {
    "alpha": (1, 1),
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

    ``alpha`` is `of` a construct, ``htmt`` and ``correlation`` are of two; ``t`` (equal variances)
    is of one, `by` a group of two levels; ``coefficient``, ``intercept``, ``r2`` and ``f`` are of
    an outcome and its predictors, a coefficient `by` one of these; ``kmo``, ``eigenvalue`` (the
    `at`-th) and ``chi2`` (of `at` factors, maximum likelihood) are of all the entry's items;
    ``pi``, ``xi`` and ``log_likelihood`` are of the model CUB of its one item
    (:func:`loyalty.stats.cub.cub`).
    """

    statistic: Literal[
        "alpha",
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

    `decimals` is how many decimals are printed (`statistics` say their own). Where no
    figure of a publication is computed, `not_reproduced` says why.
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
        return one_of(self, PRINTED)
