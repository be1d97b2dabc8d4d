"""Paths as a publication estimated them, and step by step as this study does.

Each step changes one thing: the estimator (or the errors alone, from plain to robust maximum
likelihood), then whose answers are used, then what respondents were sampled in. The first step at
which an interval that left zero out holds it is what turned the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import semfit

from loyalty.cases.estimation import FULL
from loyalty.cases.printed import PrintedModel
from loyalty.cases.printed import Published as Entry
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.fit import estimation, scaled
from loyalty.estimates.groups import Clusters, clusters_of
from loyalty.estimates.structural import standardized_paths, with_clusters
from loyalty.ground.findings import (
    Count,
    Finding,
    Modelled,
    Real,
    Record,
)
from loyalty.stats import CannotCompute

Change = Literal["theirs", "robust", "estimator", "answers", "units"]
#: Estimators with the estimates of maximum likelihood and other errors.
_SAME_ESTIMATES = ("ML", "MLR", "MLM")


class Step(Record):
    """A standardized path after one more `change`, of `n` respondents in `units` (if any).

    `ratio`: its standard error over that of the step before.
    """

    change: Change
    estimator: str
    n: Modelled
    units: Count | None
    estimate: Real
    se: Real
    ci_lower: Real
    ci_upper: Real
    ratio: Real | None


class Way(Record):
    """A path's way from the publication's interval to this study's.

    `clear`: the publication's way of estimating leaves zero out; `turned`: the change by which the
    interval then holds it, at the `position` of the steps.
    """

    publication: str
    from_: str
    to: str
    printed: Real
    steps: tuple[Step, ...]
    clear: bool
    turned: Change | None
    position: Count | None


class Ways(Finding):
    """All printed paths; so many of the `clear` ones are `open` as this study estimates them."""

    rows: tuple[Way, ...]
    count: Count
    clear: Count
    open: Count


def ways(study: Study, survey: Survey) -> Ways | None:
    """The ways of all paths that are printed of a structural model.

    Raises
    ------
    CannotCompute
        When one of the models has no solution with standard errors.
    """
    found = [
        way
        for entry in study.published
        if entry.model is not None and entry.model.of == "structural"
        for way in _of(entry, entry.model, study, survey)
    ]
    if not found:
        return None
    return Ways(
        rows=found,
        count=len(found),
        clear=sum(way.clear for way in found),
        open=sum(way.turned is not None for way in found),
    )


def _of(entry: Entry, printed: PrintedModel, study: Study, survey: Survey) -> Iterator[Way]:
    figures = [f for f in printed.figures if f.statistic == "path"]
    if not figures:
        return
    fits = list(_fits(printed, study, survey))
    for figure in figures:
        steps: list[Step] = []
        for change, options, result, clusters in fits:
            paths = standardized_paths(result, study.paths)
            rows = with_clusters(paths, clusters) if clusters else paths
            row: Any = rows.set_index(["from_", "to"]).loc[(figure.of[0], figure.of[1])]
            if not row["se"] > 0:
                raise CannotCompute("no_standard_error")
            steps.append(
                Step(
                    change=change,
                    estimator=options["estimator"],
                    n=int(result.fit["ntotal"]),
                    units=clusters.count if clusters else None,
                    **{k: row[k] for k in ("estimate", "se", "ci_lower", "ci_upper")},
                    ratio=row["se"] / steps[-1].se if steps else None,
                )
            )
        holds = [step.ci_lower <= 0 <= step.ci_upper for step in steps]
        # of the ones that stay open to the end, the first
        since = len(holds) - next((k for k, h in enumerate(reversed(holds)) if not h), len(holds))
        turned = not holds[0] and holds[-1]
        yield Way(
            publication=entry.id,
            from_=figure.of[0],
            to=figure.of[1],
            printed=float(figure.value),
            steps=steps,
            clear=not holds[0],
            turned=steps[since].change if turned else None,
            position=since if turned else None,
        )


def _fits(
    printed: PrintedModel, study: Study, survey: Survey
) -> Iterator[tuple[Change, Mapping[str, Any], semfit.Result, Clusters | None]]:
    """The model once for every step that changes anything."""
    rows, items = survey.scored, [i.id for c in study.structural for i in c.items]
    text = study.structural_model(effects=False)
    now = theirs(printed, study, items)
    ours = estimation(study, rows, items)
    yield "theirs", now, semfit.fit(text, rows, **now), None
    if now["estimator"] != ours["estimator"]:
        both = {now["estimator"], ours["estimator"]}
        full = now["missing"] if ours["estimator"] in FULL else "listwise"
        now = {**ours, "missing": full}
        change: Change = "robust" if both <= set(_SAME_ESTIMATES) else "estimator"
        yield change, now, semfit.fit(text, rows, **now), None
    if now["missing"] != ours["missing"]:
        now = ours
        yield "answers", now, semfit.fit(text, rows, **now), None
    if (unit := study.units) is not None:
        clusters = clusters_of(rows, unit.id, items)
        kept = rows[rows[unit.id].notna()]
        yield "units", now, semfit.fit(text, kept, **now, cluster=unit.id), clusters


def theirs(printed: PrintedModel, study: Study, items: list[str]) -> dict[str, Any]:
    """How a printed model was estimated, as keywords of :func:`semfit.fit`."""
    options: dict[str, Any] = {"estimator": printed.estimator, "missing": printed.missing}
    if printed.estimator == "WLSMV":
        options["ordered"] = [i for i in scaled(study) if i in set(items)]
    return options
