"""How well a model fits, and what the estimator says against its own solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import semfit

from loyalty.cases.estimation import FULL
from loyalty.cases.study import Study
from loyalty.ground.findings import (
    Bounded,
    Count,
    Modelled,
    P,
    Real,
    Record,
)
from loyalty.ground.reasons import Reason, reason_of

Missing = Literal["fiml", "listwise"]


def missing_answers(answers: pd.DataFrame, items: Sequence[str]) -> Missing:
    """Full information where an answer is missing, all rows as they are where none is."""
    return "fiml" if answers[list(items)].isna().any(axis=None) else "listwise"


def robust_ml(missing: Missing, weights: pd.Series | None) -> dict[str, Any]:
    """Robust maximum likelihood with all answers, as keywords of :func:`semfit.fit`."""
    options: dict[str, Any] = {"estimator": "MLR", "missing": missing}
    return options if weights is None else {**options, "weights": weights}


def estimation(
    study: Study, answers: pd.DataFrame, items: Sequence[str], weights: pd.Series | None = None
) -> dict[str, Any]:
    """The estimator that the description names, as keywords of :func:`semfit.fit`.

    Maximum likelihood uses all answers, and weights, the others complete rows. WLSMV takes the
    items of constructs with several as ordered categories.
    """
    full = missing_answers(answers, items) if study.estimator in FULL else "listwise"
    options: dict[str, Any] = {"estimator": study.estimator, "missing": full}
    if weights is not None and study.estimator in FULL:
        options["weights"] = weights
    if study.estimator == "WLSMV":
        options["ordered"] = [i for i in scaled(study) if i in set(items)]
    return options


def scaled(study: Study) -> list[str]:
    """The items that can be ordered categories: the one item of a construct has no error that
    could be scaled."""
    return [i.id for c in study.main if len(c.items) > 1 for i in c.items]


class FitMeasures(Record):
    """Scaled χ², robust CFI, TLI and RMSEA (90 % interval), SRMR.

    By an estimator without a scaled test the plain ones.

    `problems` are what speaks against the solution: not converged, not admissible, not identified.
    """

    n: Modelled
    parameters: Count
    chisq: Real
    df: Count
    p: P | None
    cfi: Bounded | None
    tli: Bounded | None
    rmsea: Bounded | None
    rmsea_ci_lower: Bounded | None
    rmsea_ci_upper: Bounded | None
    srmr: Bounded
    converged: bool
    admissible: bool
    problems: tuple[Reason, ...]


def fit_measures(result: semfit.Result) -> FitMeasures:
    fit = result.fit
    scaled, robust = ("_scaled", "_robust") if "chisq_scaled" in fit else ("", "")
    return FitMeasures(
        n=int(fit["ntotal"]),
        parameters=int(fit["npar"]),
        chisq=fit[f"chisq{scaled}"],
        df=int(fit[f"df{scaled}"]),
        p=fit[f"pvalue{scaled}"],
        cfi=fit[f"cfi{robust}"],
        tli=fit[f"tli{robust}"],
        rmsea=fit[f"rmsea{robust}"],
        rmsea_ci_lower=fit[f"rmsea_ci_lower{robust}"],
        rmsea_ci_upper=fit[f"rmsea_ci_upper{robust}"],
        srmr=fit["srmr"],
        converged=result.converged,
        admissible=result.admissible,
        problems=tuple(map(reason_of, result.problems)),
    )
