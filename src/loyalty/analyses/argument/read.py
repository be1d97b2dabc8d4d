"""The findings of the real cases, and how far a path of one of them can be relied upon."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.published.findings import PathOrR2, Published
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.synthesis.estimates import Everything, given, reliance
from loyalty.analyses.synthesis.estimates import everything as everything
from loyalty.analyses.synthesis.findings import Synthesis
from loyalty.cases.study import ALL, Study
from loyalty.estimates.fit import FitMeasures
from loyalty.estimates.verdicts import Doubt, PathVerdict
from loyalty.ground import findings, paths
from loyalty.ground.findings import Count, Real, Record
from loyalty.ground.thresholds import threshold

#: The indices of fit that have a cut-off.
INDICES = ("cfi", "tli", "rmsea", "srmr")
SATISFACTION = "satisfaction"
#: How sure a statement is. High: it follows from printed figures, or from all there is to count.
#: Moderate: two or more sets of real data agree. Low: one says so. None: the intervals hold both
#: answers, or nothing that may be relied upon speaks to it.
Grade = Literal["high", "moderate", "low", "none"]


def graded(agreeing: int) -> Grade:
    """The grade of what so many sets of real data say."""
    return "none" if agreeing == 0 else "low" if agreeing == 1 else "moderate"


class Interval(Record):
    estimate: Real
    ci_lower: Real
    ci_upper: Real

    @property
    def clear(self) -> bool:
        """Whether the interval is clear of zero."""
        return self.ci_lower > 0 or self.ci_upper < 0


class PathRow(Record):
    """A hypothesized path of a real survey, standardized, with how far it may be relied upon.

    `n` people. `single`: its ends that are one item, taken as free of error. `missed`: cut-offs of
    fit (of :data:`INDICES`) that the measurement model misses. `set_aside`: hypothesized, and not
    estimated. `printed` elsewhere about the same data, and the same model estimated here
    (``pls_…``). `source`: where the number stands.
    """

    case: str
    id: str
    from_: str
    to: str
    sign: Literal["+", "-"]
    n: Count
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    verdict: PathVerdict | None
    doubts: tuple[Doubt, ...]
    single: tuple[str, ...]
    missed: Count | None
    set_aside: bool
    printed: Real | None = None
    pls_estimate: Real | None = None
    pls_ci_lower: Real | None = None
    pls_ci_upper: Real | None = None
    relied: bool
    source: str


def real(data: Everything) -> dict[str, Study]:
    """The real surveys."""
    return {case: s for case, s in data.surveys.items() if not s.simulated}


def synthesis() -> Synthesis | None:
    """What the analysis of all cases before this one found, if it was run."""
    if not (paths.results() / ALL / "synthesis.json").is_file():
        return None
    return findings.read(ALL, "synthesis", Synthesis).findings


def missed(fit: FitMeasures | None) -> int | None:
    """How many cut-offs of fit a model misses; None without a model."""
    if fit is None:
        return None
    values = [(threshold(name), getattr(fit, name)) for name in INDICES]
    return sum(v is None or not cut.met(v) for cut, v in values)


def rows_of(data: Everything, case: str) -> Iterator[PathRow]:
    """Every hypothesized path of a survey, those set aside, too."""
    study = data.cases[case]
    structural = data.of(case, "structural", Structural)
    found = given(structural.paths) if structural else None
    fit = given(structural.fit) if structural else None
    if found is None or fit is None:
        return
    measurement = data.of(case, "measurement", Measurement)
    planned = given(measurement.fit) if measurement else None
    judged, estimated = reliance(data, case), {r.id: r for r in found.rows}
    printed = _printed(data, case)
    single = {c.id for c in study.structural if len(c.items) == 1}
    # A bend or a moderation is no path; paths keep the order of the description.
    for h in study.hypotheses:
        if not h.is_path:
            continue
        row = estimated.get(h.id)
        doubts = judged.of(row) if row is not None else ()
        pls = printed.get((h.from_, h.to))
        yield PathRow(
            case=case,
            id=h.id,
            from_=h.from_,
            to=h.to,
            sign=h.sign,
            n=fit.n,
            estimate=row.estimate if row else None,
            ci_lower=row.ci_lower if row else None,
            ci_upper=row.ci_upper if row else None,
            verdict=row.verdict if row else None,
            doubts=doubts,
            single=tuple(end for end in (h.from_, h.to) if end in single),
            missed=missed(planned or fit),
            set_aside=row is None,
            printed=pls.printed if pls else None,
            pls_estimate=pls.estimate if pls else None,
            pls_ci_lower=pls.ci_lower if pls else None,
            pls_ci_upper=pls.ci_upper if pls else None,
            relied=row is not None and not doubts,
            source=f"{case}/structural/paths.rows.{h.id}",
        )


def width(row: PathRow) -> float:
    """Of a path's interval; endless without one."""
    if row.ci_lower is None or row.ci_upper is None:
        return math.inf
    return row.ci_upper - row.ci_lower


def _printed(data: Everything, case: str) -> Mapping[tuple[str | None, str], PathOrR2]:
    found = data.of(case, "published", Published)
    models = given(found.pls) if found else None
    return {
        (f.source, f.target): f
        for f in (models.figures if models else ())
        if f.kind == "path" and f.moderator is None
    }


def loyal(study: Study) -> Sequence[str]:
    """The constructs that stand for loyalty: outcomes other than satisfaction."""
    return [c.id for c in study.main if c.role == "outcome" and c.concept != SATISFACTION]
