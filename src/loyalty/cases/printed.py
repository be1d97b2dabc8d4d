"""Covariance-based models as printed elsewhere, to be fitted anew and compared."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from loyalty.ground.errors import Mistake
from loyalty.ground.reading import Model

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
    estimator: Literal["ML", "MLR", "MLM", "GLS", "ULS"]
    missing: Literal["listwise", "fiml"] = "listwise"
    constructs: list[str] = []
    standardized: bool = True
    figures: list[PrintedFigure] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.missing == "fiml" and self.estimator not in ("ML", "MLR"):
            raise Mistake("missing: fiml: expected with ML or MLR alone")
        if self.constructs and self.of == "structural":
            raise Mistake("constructs: expected of a measurement model alone")
        return self
