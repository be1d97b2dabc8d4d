"""How well a model fits, and what the estimator says against its own solution."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import semfit

from loyalty.ground.findings import Bounded, Count, P, Real, Record
from loyalty.ground.reasons import Reason, reason_of


class FitMeasures(Record):
    """Robust maximum likelihood: scaled χ², robust CFI, TLI and RMSEA (90 % interval), SRMR.

    `problems` are what speaks against the solution: not converged, not admissible, not identified.
    """

    n: Count
    parameters: Count
    chisq: Real
    df: Count
    p: P
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
    return FitMeasures(
        n=int(fit["ntotal"]),
        parameters=int(fit["npar"]),
        chisq=fit["chisq_scaled"],
        df=int(fit["df_scaled"]),
        p=fit["pvalue_scaled"],
        cfi=fit["cfi_robust"],
        tli=fit["tli_robust"],
        rmsea=fit["rmsea_robust"],
        rmsea_ci_lower=fit["rmsea_ci_lower_robust"],
        rmsea_ci_upper=fit["rmsea_ci_upper_robust"],
        srmr=fit["srmr"],
        converged=result.converged,
        admissible=result.admissible,
        problems=tuple(map(reason_of, result.problems)),
    )


def missing(answers: pd.DataFrame) -> Literal["fiml", "listwise"]:
    """What the estimator is to do with missing answers: use all that there is, where any lack."""
    return "fiml" if answers.isna().any(axis=None) else "listwise"
