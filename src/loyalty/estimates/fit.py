"""How well a model fits, and what the estimator says against its own solution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import semfit

from loyalty.ground.findings import Bounded, Count, P, Real, Record
from loyalty.ground.reasons import Reason, reason_of

Missing = Literal["fiml", "listwise"]


def missing_answers(answers: pd.DataFrame, items: Sequence[str]) -> Missing:
    """Full information where an answer is missing, all rows as they are where none is."""
    return "fiml" if answers[list(items)].isna().any(axis=None) else "listwise"


class FitMeasures(Record):
    """Robust maximum likelihood: scaled χ², robust CFI, TLI and RMSEA (90 % interval), SRMR.

    By an estimator without a scaled test the plain ones.

    `problems` are what speaks against the solution: not converged, not admissible, not identified.
    """

    n: Count
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
