"""Figures printed elsewhere about a case's data, beside the same computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import pandas as pd
import semfit

from loyalty.cases.study import Published as Entry
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded
from loyalty.estimates.fit import missing_answers
from loyalty.ground.findings import Count, Finding, Findings, Real, Record, Refused, refusable
from loyalty.stats import clv, pls


# --- the findings --------------------------------------------------------------------------------
class Printed(Record):
    """A figure as printed, with `decimals`, and our own estimate; `same` to the last digit.

    `publication` is the entry of the case's description.
    """

    publication: str
    decimals: int
    printed: Real
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    gap: Real
    same: bool


class PathOrR2(Printed):
    """A path, or R², alpha or AVE of `target`, and the same in our own structural model.

    Intervals are percentiles of the bootstrap; `ml` is standardized (robust maximum likelihood),
    None where that model has no such path.
    """

    kind: Literal["path", "r2", "alpha", "ave"]
    source: str | None
    target: str
    ml: Real | None
    ml_ci_lower: Real | None
    ml_ci_upper: Real | None


class Parameter(Printed):
    parameter: Literal["r", "alpha", "a", "b", "log-likelihood"]


class Reproduced(Record):
    """How many figures of a publication come out as printed."""

    publication: str
    n: Count
    same: Count
    largest_gap: Real


class PathModels(Finding):
    """PLS path models; `sound`: the structural models beside them are no doubtful solutions."""

    figures: tuple[PathOrR2, ...]
    publications: tuple[Reproduced, ...]
    sound: bool


class PurchaseModels(Finding):
    """BG/NBD models."""

    figures: tuple[Parameter, ...]
    publications: tuple[Reproduced, ...]


class Published(Findings):
    pls: PathModels | Refused | None = None
    bg_nbd: PurchaseModels | Refused | None = None


P = TypeVar("P", bound=Printed)


def compared(
    of: type[P], entry: Entry, printed: float, estimate: float, decimals: int, **fields: Any
) -> P:
    """A printed figure of an entry and our own; `fields` are the others of its row."""
    gap = abs(printed - estimate)
    return of(
        publication=entry.id,
        decimals=decimals,
        printed=printed,
        estimate=estimate,
        gap=gap,
        # Half a unit of the last digit printed, and what writing it in binary can take.
        same=gap <= 0.5 * 10.0**-decimals + 1e-9,
        **fields,
    )


def _reproduced(entry: Entry, figures: Sequence[Printed]) -> Reproduced:
    return Reproduced(
        publication=entry.id,
        n=len(figures),
        same=sum(figure.same for figure in figures),
        largest_gap=max(figure.gap for figure in figures),
    )


# --- PLS path models -----------------------------------------------------------------------------
@refusable
def path_models(
    study: Study, answers: Callable[[], Survey], *, draws: int, seed: int
) -> PathModels | None:
    """Printed PLS models and ours, beside the study's covariance-based model.

    `answers` loads the survey, which a case may lack that has nothing printed of a survey.
    """
    entries = [entry for entry in study.published if entry.pls is not None]
    if not entries:
        return None
    survey = answers()
    items = [i.id for c in study.structural for i in c.items]
    model = semfit.fit(
        study.structural_model(),
        survey.scored,
        estimator="MLR",
        missing=missing_answers(survey.scored, items),
    )
    paths = model.standardized()
    paths = paths[paths["op"] == "~"]
    made = [list(_figures(entry, study, survey, model, paths, draws, seed)) for entry in entries]
    return PathModels(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
        sound=not model.problems and bool((paths["est_std"].abs() <= 1).all()),
    )


def _figures(
    entry: Entry,
    study: Study,
    survey: Survey,
    model: semfit.Result,
    paths: pd.DataFrame,
    draws: int,
    seed: int,
) -> Iterator[PathOrR2]:
    """Paths, then R², alpha, AVE.

    Formative constructs have regression weights (mode B), as in the sources.
    """
    assert entry.pls is not None
    ends = {end for p in entry.pls.paths for end in (p.from_, p.to)}
    used = [c for c in study.constructs if c.id in ends]
    ours = pls.pls_path_model(
        survey.scored,
        {c.id: [i.id for i in c.items] for c in used},
        [(p.from_, p.to) for p in entry.pls.paths],
        mode_b=[c.id for c in used if c.mode == "formative"],
        scheme=entry.pls.scheme,
        standardized=entry.pls.standardized,
        consistent=entry.pls.consistent,
        missing=entry.pls.missing,
        draws=draws,
        seed=seed,
    )
    estimates = {(r["source"], r["target"]): r for r in ours.paths.to_dict("records")}
    beside = {(r["rhs"], r["lhs"]): r for r in paths.to_dict("records")}
    for p in entry.pls.paths:
        found, ml = estimates[p.from_, p.to], beside.get((p.from_, p.to), {})
        yield compared(
            PathOrR2,
            entry,
            p.value,
            found["estimate"],
            entry.decimals,
            kind="path",
            source=p.from_,
            target=p.to,
            ci_lower=found["ci_lower"],
            ci_upper=found["ci_upper"],
            ml=ml.get("est_std"),
            ml_ci_lower=ml.get("ci_lower"),
            ml_ci_upper=ml.get("ci_upper"),
        )
    explained = model.r2.set_index("variable")["r2"].to_dict()
    of_constructs: list[tuple[Literal["r2", "alpha", "ave"], dict[str, float], pd.Series]] = [
        ("r2", entry.pls.r2, ours.r2["r2"]),
        ("alpha", entry.pls.alpha, ours.quality["alpha"]),
        ("ave", entry.pls.ave, ours.quality["ave"]),
    ]
    for kind, figures, estimates_of in of_constructs:
        for construct, printed in figures.items():
            yield compared(
                PathOrR2,
                entry,
                printed,
                float(estimates_of[construct]),
                entry.decimals,
                kind=kind,
                source=None,
                target=construct,
                ci_lower=None,
                ci_upper=None,
                ml=explained.get(construct) if kind == "r2" else None,
                ml_ci_lower=None,
                ml_ci_upper=None,
            )


# --- models of purchases -------------------------------------------------------------------------
@refusable
def purchase_models(study: Study, tables: Sequence[Loaded]) -> PurchaseModels | None:
    """Printed BG/NBD models and ours."""
    entries = [entry for entry in study.published if entry.bg_nbd is not None]
    if not entries:
        return None
    bought = {table.resource.id: table.rows for table in tables}
    made = [list(_parameters(entry, bought)) for entry in entries]
    return PurchaseModels(
        figures=tuple(figure for figures in made for figure in figures),
        publications=tuple(map(_reproduced, entries, made)),
    )


def _parameters(entry: Entry, bought: dict[str, pd.DataFrame]) -> Iterator[Parameter]:
    printed = entry.bg_nbd
    assert printed is not None
    purchases = clv.customer_summary(bought[printed.resource], pd.Timestamp(printed.until))
    ours = clv.bg_nbd(purchases)
    for name, row in ours.parameters.iterrows():
        yield compared(
            Parameter,
            entry,
            getattr(printed, str(name)),
            row["estimate"],
            entry.decimals,
            parameter=str(name),
            ci_lower=row["ci_lower"],
            ci_upper=row["ci_upper"],
        )
    yield compared(
        Parameter,
        entry,
        printed.log_likelihood,
        ours.log_likelihood,
        printed.log_likelihood_decimals,
        parameter="log-likelihood",
        ci_lower=None,
        ci_upper=None,
    )
