"""All results side by side, as typed values, and what is the same in several cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from loyalty.analyses.audit.findings import Audit
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.descriptives.findings import Descriptives
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
from loyalty.ground import findings, paths
from loyalty.ground.findings import Findings, Found, Record, Refused
from loyalty.ground.text import Text

#: The types of all that may stand beside one another.
KINDS: Mapping[str, type[Findings]] = {
    "audit": Audit,
    "descriptives": Descriptives,
    "reliability": Reliability,
    "measurement": Measurement,
    "structural": Structural,
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
        return {c: s for c, s in self.cases.items() if s.constructs}

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


def shared_paths(
    rows: Sequence[Estimate], cases: Mapping[str, Study]
) -> dict[tuple[str, str], list[Estimate]]:
    """Paths between the same two concepts, one estimate a case, where two cases or more have them.

    A case with several paths between two concepts (three loyalties, say) counts once: the mean of
    its estimates, with the mean of their standard errors, as if they were perfectly correlated.
    """
    grouped: dict[tuple[str, str], dict[str, list[Estimate]]] = {}
    for row in rows:
        named = cases[row.case].named
        pair = named(row.from_).concept, named(row.to).concept
        grouped.setdefault(pair, {}).setdefault(row.case, []).append(row)
    return {
        pair: [
            Estimate(
                case,
                *pair,
                _mean(r.estimate for r in same),
                _mean(r.se for r in same),
                _mean(r.ci_lower for r in same),
                _mean(r.ci_upper for r in same),
                len(same),
            )
            for case, same in by_case.items()
        ]
        for pair, by_case in grouped.items()
        if len(by_case) > 1
    }


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return math.fsum(known) / len(known)
