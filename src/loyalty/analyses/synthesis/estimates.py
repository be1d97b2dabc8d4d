"""All results side by side, as typed values, and what is the same in several cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, TypeVar

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.conduct.findings import Conduct
from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.failure.findings import Failure
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.published.findings import Published
from loyalty.analyses.reliability.findings import Reliability
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural.findings import Structural
from loyalty.analyses.voice.findings import Voice
from loyalty.cases import roads, study
from loyalty.cases.study import Study
from loyalty.estimates import verdicts
from loyalty.estimates.verdicts import PathVerdict, Reliance, wide
from loyalty.ground import findings, paths
from loyalty.ground.findings import Findings, Found, P, Real, Record, Refused
from loyalty.ground.text import Text

#: The types of all that may stand beside one another.
KINDS: Mapping[str, type[Findings]] = {
    "audit": Audit,
    "descriptives": Descriptives,
    "reliability": Reliability,
    "measurement": Measurement,
    "structural": Structural,
    "drivers": Drivers,
    "conduct": Conduct,
    "groups": Groups,
    "robustness": Robustness,
    "behaviour": Behaviour,
    "voice": Voice,
    "failure": Failure,
    "published": Published,
}
F = TypeVar("F", bound=Findings)
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Everything:
    """The description of every case whose rows are here, real ones first, and every result."""

    cases: Mapping[str, Study]
    found: Mapping[tuple[str, str], Found[Any]]

    @property
    def surveys(self) -> dict[str, Study]:
        """The cases that have a survey."""
        return {c: s for c, s in self.cases.items() if s.surveyed}

    def of(self, case: str, analysis: str, kind: type[F]) -> F | None:
        """The findings of one analysis of one case, if it was run."""
        result = self.found.get((case, analysis))
        if result is None:
            return None
        assert isinstance(result.findings, kind)
        return result.findings


def everything() -> Everything:
    """All cases whose rows are here, and their results below ``reports/results``."""
    loaded = [study.load(name) for name in roads.available()]
    cases = {s.case: s for s in sorted(loaded, key=lambda s: (s.simulated, s.case))}
    found = {
        (case, analysis): findings.read(case, analysis, kind)
        for case in cases
        for analysis, kind in KINDS.items()
        if (paths.results() / case / f"{analysis}.json").is_file()
    }
    return Everything(cases, found)


def given(finding: R | Refused | None) -> R | None:
    """A finding, if there is one."""
    return None if isinstance(finding, Refused) else finding


def reliance(data: Everything, case: str) -> Reliance:
    """How far the paths of a survey may be relied upon."""
    return verdicts.reliance(
        data.of(case, "structural", Structural), data.of(case, "measurement", Measurement)
    )


def sound(data: Everything, case: str) -> bool:
    """Whether neither the measurement nor the structural model of a survey is doubtful."""
    return not reliance(data, case).whole


def people(data: Everything, case: str) -> int:
    """How many people a case's structural model is of; 0 where there is none."""
    structural = data.of(case, "structural", Structural)
    fit = given(structural.fit) if structural else None
    return fit.n if fit else 0


class OfCase(Record):
    """A row about one case; surveys have a letter."""

    case: str
    simulated: bool


class Interval(Record):
    estimate: Real
    ci_lower: Real
    ci_upper: Real

    @property
    def narrow(self) -> bool:
        """Whether the interval is narrow enough to be read as a number."""
        return not wide(self.ci_lower, self.ci_upper)

    @property
    def clear(self) -> bool:
        """Whether the interval is clear of zero."""
        return self.ci_lower > 0 or self.ci_upper < 0


class PathRow(OfCase, Interval):
    """A hypothesized path of one survey, standardized; `relied`: whether it may be relied upon."""

    letter: str
    id: str
    from_: str
    to: str
    se: Real
    p: P | None
    verdict: PathVerdict
    relied: bool


def letters(data: Everything) -> Mapping[str, str]:
    """A letter for every survey, in order; two after the twenty-sixth."""
    again = ["", *ascii_uppercase]
    return {case: again[k // 26] + ascii_uppercase[k % 26] for k, case in enumerate(data.surveys)}


def all_paths(data: Everything) -> tuple[PathRow, ...]:
    """Every estimated path of every survey that has an interval."""
    rows = []
    for case, letter in letters(data).items():
        structural = data.of(case, "structural", Structural)
        found, judged = given(structural.paths) if structural else None, reliance(data, case)
        for row in found.rows if found else ():
            if row.se is None or row.ci_lower is None or row.ci_upper is None:
                continue
            rows.append(
                PathRow(
                    case=case,
                    simulated=data.cases[case].simulated,
                    letter=letter,
                    id=row.id,
                    from_=row.from_,
                    to=row.to,
                    estimate=row.estimate,
                    se=row.se,
                    ci_lower=row.ci_lower,
                    ci_upper=row.ci_upper,
                    p=row.p,
                    verdict=row.verdict,
                    relied=not judged.of(row),
                )
            )
    return tuple(rows)


def relied_paths(data: Everything) -> tuple[PathRow, ...]:
    """Those that may be relied upon; what is made of paths is made of these."""
    return tuple(row for row in all_paths(data) if row.relied)


# --- the same path in several cases --------------------------------------------------------------
@dataclass(frozen=True)
class Estimate:
    """A standardized path of a case; of several paths, their mean."""

    case: str
    from_: str
    to: str
    estimate: float
    se: float
    ci_lower: float
    ci_upper: float
    paths: int = 1


def concepts(cases: Mapping[str, Study]) -> dict[str, Text]:
    """Concept → its label: that of a construct named like it (real cases first), else of any."""
    labels: dict[str, Text] = {}
    described = [(c.concept, c.id, c.label) for s in cases.values() for c in s.constructs]
    for concept, _, label in sorted(described, key=lambda d: d[0] != d[1]):
        labels.setdefault(concept, label)
    return labels


def as_estimates(rows: Sequence[PathRow]) -> list[Estimate]:
    """Paths of surveys as estimates of one effect."""
    return [Estimate(r.case, r.from_, r.to, r.estimate, r.se, r.ci_lower, r.ci_upper) for r in rows]


def shared_paths(
    rows: Sequence[Estimate], cases: Mapping[str, Study], least: int = 2
) -> dict[tuple[str, str], list[Estimate]]:
    """Paths between the same two concepts, one estimate a case, where `least` cases have them.

    A case with several paths between two concepts (three loyalties, say) counts once: the mean of
    its estimates, with the mean of their standard errors, as if they were perfectly correlated.
    """
    grouped: dict[tuple[str, str], dict[str, list[Estimate]]] = {}
    for row in rows:
        named = cases[row.case].named
        pair = named(row.from_).concept, named(row.to).concept
        grouped.setdefault(pair, {}).setdefault(row.case, []).append(row)
    return {
        pair: [mean(case, *pair, same) for case, same in by_case.items()]
        for pair, by_case in grouped.items()
        if len(by_case) >= least
    }


def mean(case: str, start: str, end: str, same: Sequence[Estimate]) -> Estimate:
    """The mean of a case's estimates between two concepts, with the mean of their errors."""
    return Estimate(
        case,
        start,
        end,
        _mean(r.estimate for r in same),
        _mean(r.se for r in same),
        _mean(r.ci_lower for r in same),
        _mean(r.ci_upper for r in same),
        len(same),
    )


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known)
