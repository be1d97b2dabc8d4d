r"""The ladder of measurement invariance across groups.

configural, metric (equal loadings), scalar (and intercepts), strict (and residual variances), each
compared with the one before: the chi-square difference, for robust estimators that of Satorra &
Bentler (2001), :math:`c_d = (df_0c_0 - df_1c_1)/(df_0 - df_1)`, or of Satorra (2000) for WLSMV, and
the changes in CFI, RMSEA and SRMR. A step is held when the cited rule accepts it; when it does not,
score tests name the equality whose release helps most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from .errors import ModelError
from .fit_measures import chisq_pvalue
from .fitting import fit
from .result import Result, as_tuple

LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
ORDINAL_LEVELS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "thresholds": ("thresholds",),
    "scalar": ("thresholds", "loadings"),
}


INDICES = ("cfi", "rmsea")


@dataclass(frozen=True)
class Rule:
    """When a step of the ladder is held: largest drop in CFI, rises in RMSEA and SRMR."""

    cfi: float
    rmsea: float | None
    srmr_loadings: float | None
    srmr: float | None
    pvalue: float | None
    citation: str


RULES = {
    "chen2007": Rule(
        0.010,
        0.015,
        0.030,
        0.010,
        None,
        "Chen (2007), Structural Equation Modeling 14:464: reject when CFI falls by 0.010 or more"
        " and RMSEA rises by 0.015 or more or SRMR rises by 0.030 (loadings) or 0.010 (otherwise)"
        " or more",
    ),
    "cheung2002": Rule(
        0.010,
        None,
        None,
        None,
        None,
        "Cheung & Rensvold (2002), Structural Equation Modeling 9:233: reject when CFI falls by"
        " more than 0.010",
    ),
    "chisq": Rule(
        np.inf,
        None,
        None,
        None,
        0.05,
        "chi-square difference test at the 5 % level (Satorra & Bentler 2001 when scaled)",
    ),
}


@dataclass(frozen=True)
class Invariance:
    """The fitted ladder, its table of differences and what was decided."""

    fits: dict[str, Result] = field(repr=False)
    table: pd.DataFrame
    held: tuple[str, ...]
    level: str
    rule: str
    citation: str
    release: pd.DataFrame = field(repr=False)
    decision: str = ""
    indices: str = "plain"

    def __str__(self) -> str:
        return f"{self.decision}\n{self.table.round(3).to_string(index=False)}"


def difference_test(restricted: Result, free: Result) -> dict[str, float]:
    """Chi-square difference of nested models, plain and scaled.

    Scaled by Satorra & Bentler (2001); WLSMV and ULSMV, whose statistics are shifted too, by
    Satorra (2000) with shift.
    """
    a, b = restricted.fit, free.fit
    df = a["df"] - b["df"]
    plain = a["chisq"] - b["chisq"]
    out = {"delta_chisq": plain, "delta_df": df, "delta_pvalue": chisq_pvalue(plain, df)}
    if "chisq_shift_parameter" in a and "chisq_shift_parameter" in b and df > 0:
        from .categorical import shifted_difference

        scaled = shifted_difference(restricted.estimate, free.estimate, plain, int(df))
        return out | {
            "delta_chisq_scaled": scaled,
            "delta_pvalue_scaled": chisq_pvalue(scaled, df),
        }
    if "chisq_scaling_factor" in a and "chisq_scaling_factor" in b and df > 0:
        c0, c1 = a["chisq_scaling_factor"], b["chisq_scaling_factor"]
        c1 = 1.0 if not np.isfinite(c1) else c1
        factor = (a["df"] * c0 - b["df"] * c1) / df
        scaled = plain / factor if factor > 0 else np.nan
        out |= {
            "delta_chisq_scaled": scaled,
            "delta_pvalue_scaled": chisq_pvalue(scaled, df) if factor > 0 else np.nan,
        }
    return out


def invariance(
    model: str,
    data: Any,
    *,
    group: str,
    levels: Sequence[str] | None = None,
    rule: str = "chen2007",
    group_partial: Sequence[str] | str = (),
    **options: Any,
) -> Invariance:
    """Walk the ladder of invariance for ``group``.

    ``options`` go to `fit` (estimator, missing, ordered, std_lv, …). The table has one row per
    level with its fit and the differences from the level before; CFI and RMSEA are robust where
    the estimator gives that for all levels, else scaled, else plain (``indices`` says which).
    ``release`` lists score tests of the equalities of the first level that was not held (of the
    last level otherwise).
    """
    if rule not in RULES:
        raise ModelError(f"invariance: unknown rule {rule!r}; known are {', '.join(RULES)}")
    known = ORDINAL_LEVELS if options.get("ordered") else LEVELS
    names = list(known) if levels is None else list(levels)
    for name in names:
        if name not in known:
            raise ModelError(f"invariance: unknown level {name!r}; known are {', '.join(known)}")
    if "group_equal" in options:
        raise ModelError("invariance sets group_equal itself; use levels or group_partial")
    partial = as_tuple(group_partial)
    fits: dict[str, Result] = {}
    rows = data
    for name in names:
        equal = known[name]
        fits[name] = fit(
            model,
            rows,
            group=group,
            group_equal=equal,
            group_partial=partial if equal else (),
            **options,
        )
        # all levels are models of the same rows
        first = fits[name].estimate
        rows = first.extra.get("source", first.sample)
    records: list[dict[str, Any]] = []
    held: list[str] = []
    stopped: str | None = None
    chosen = RULES[rule]
    form = next(
        kind
        for kind in ("_robust", "_scaled", "")
        if not kind
        or all(np.isfinite(r.fit.get(f"{m}{kind}", np.nan)) for r in fits.values() for m in INDICES)
    )
    for k, name in enumerate(names):
        f = fits[name].fit
        cfi, rmsea = (f[f"{m}{form}"] for m in INDICES)
        record: dict[str, Any] = {
            "level": name,
            "chisq": f.get("chisq_scaled", f["chisq"]),
            "df": f["df"],
            "pvalue": f.get("pvalue_scaled", f["pvalue"]),
            "cfi": cfi,
            "rmsea": rmsea,
            "srmr": f["srmr"],
            "bic": f.get("bic", np.nan),
        }
        if k:
            before = records[-1]
            record |= difference_test(fits[name], fits[names[k - 1]])
            record |= {
                f"delta_{key}": record[key] - before[key] for key in ("cfi", "rmsea", "srmr")
            }
            record["held"] = _held(record, chosen, name)
        else:
            record["held"] = bool(fits[name].converged)
        records.append(record)
        if stopped is None:
            if record["held"]:
                held.append(name)
            else:
                stopped = name
    release = fits[stopped or names[-1]].release_tests()
    level = held[-1] if held else "none"
    decision = f"Invariance across {group!r} holds up to the {level} level"
    if stopped is not None and len(release):
        top = release.iloc[0]
        decision += (
            f"; {stopped} is rejected, releasing {top['lhs']} {top['op']} {top['rhs']}".rstrip()
            + f" helps most (score test {top['chisq']:.2f}, df 1, p {top['pvalue']:.3g})"
        )
    elif stopped is not None:
        decision += f"; {stopped} is rejected"
    decision += f". Rule: {chosen.citation}."
    return Invariance(
        fits,
        pd.DataFrame(records),
        tuple(held),
        level,
        rule,
        chosen.citation,
        release,
        decision,
        form.strip("_") or "plain",
    )


def _held(record: dict[str, Any], rule: Rule, level: str) -> bool:
    if rule.pvalue is not None:
        p = record.get("delta_pvalue_scaled", record["delta_pvalue"])
        return bool(p >= rule.pvalue)
    if not np.isfinite(record["delta_cfi"]):
        return False
    falls = -record["delta_cfi"] >= rule.cfi
    if rule.rmsea is None:
        return not bool(-record["delta_cfi"] > rule.cfi)
    bound = rule.srmr_loadings if level == "metric" else rule.srmr
    rises = record["delta_rmsea"] >= rule.rmsea or (
        bound is not None and record["delta_srmr"] >= bound
    )
    return not bool(falls and rises)
