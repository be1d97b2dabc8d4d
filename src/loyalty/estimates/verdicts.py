"""Verdicts on hypotheses by intervals, and how far what is behind them may be relied upon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, Protocol, get_args

from loyalty.estimates.fit import FitMeasures
from loyalty.ground.findings import Refused
from loyalty.ground.thresholds import threshold

PathVerdict = Literal["supported", "open", "contradicted"]
#: On which side of no effect a whole interval lies.
Side = Literal["+", "-", "open"]
#: Why a path is not to be relied upon: the solution of the structural or of the measurement model
#: is doubtful; the interval is missing, or wider than one standard deviation; what leads there
#: cannot be told apart from something else that does (HTMT above its cut-off, by interval).
Doubt = Literal["solution", "measurement", "interval", "apart"]
Doubts = tuple[Doubt, ...]

#: An interval wider than this, in standard deviations, says too little to be read as a number.
WIDE = 1.0


def wide(lower: float | None, upper: float | None) -> bool:
    """Whether a standardized estimate has no interval, or one that says too little."""
    return lower is None or upper is None or upper - lower > WIDE


def untold(lower: float, upper: float) -> bool:
    """Whether the interval of a ratio says nothing: it holds 1, and spans more than
    ``ratio_span``."""
    return lower <= 1 <= upper and upper > lower * threshold("ratio_span").value


class Chosen(Protocol):
    """A standardized estimate under some choice of method; None where there is none."""

    @property
    def estimate(self) -> float | None: ...
    @property
    def ci_lower(self) -> float | None: ...
    @property
    def ci_upper(self) -> float | None: ...
    @property
    def problems(self) -> Sequence[object]: ...


def solved(one: Chosen) -> bool:
    """Whether there is an estimate, of a solution that can be taken at face value."""
    return one.estimate is not None and not one.problems


def readable(one: Chosen) -> bool:
    """Whether an estimate makes part of a range: solved, and its interval, if any, not wide."""
    return solved(one) and (one.ci_lower is None or not wide(one.ci_lower, one.ci_upper))


def beyond(estimate: float | None) -> bool:
    """Whether a standardized path is larger than 1 in size, as none is whose causes are apart.

    With uncorrelated causes the squares of their paths add up to at most 1.
    """
    return estimate is not None and abs(estimate) > 1


def judge(sign: str, lower: float, upper: float) -> PathVerdict:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (lower > 0 or upper < 0):
        return "open"
    return "supported" if (lower > 0) == (sign == "+") else "contradicted"


def side(lower: float, upper: float, none: float = 0.0) -> Side:
    """Whether an interval lies wholly above or below what would be no effect."""
    return "+" if lower > none else "-" if upper < none else "open"


def majority(lower: float, upper: float) -> Literal["stay_away", "half", "return"]:
    """What most people did, by the whole interval of the share that did it again."""
    if upper < 0.5:
        return "stay_away"
    return "return" if lower > 0.5 else "half"


def doubtful(fit: FitMeasures) -> bool:
    """Whether a solution is not to be taken at face value."""
    return not fit.converged or not fit.admissible or bool(fit.problems)


# --- what may be relied upon ----------------------------------------------------------------------
class Path(Protocol):
    """A standardized path with its interval."""

    @property
    def from_(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def ci_lower(self) -> float | None: ...
    @property
    def ci_upper(self) -> float | None: ...


class _Paths(Protocol):
    @property
    def rows(self) -> Sequence[Path]: ...


class Estimated(Protocol):
    """The findings on a structural model."""

    @property
    def fit(self) -> FitMeasures | Refused | None: ...
    @property
    def paths(self) -> _Paths | Refused | None: ...


class _Ratio(Protocol):
    @property
    def construct_a(self) -> str: ...
    @property
    def construct_b(self) -> str: ...
    @property
    def verdict(self) -> str: ...


class _Ratios(Protocol):
    @property
    def rows(self) -> Sequence[_Ratio]: ...


class Measured(Protocol):
    """The findings on a measurement model."""

    @property
    def fit(self) -> FitMeasures | Refused | None: ...
    @property
    def htmt(self) -> _Ratios | Refused | None: ...


@dataclass(frozen=True)
class Reliance:
    """How far the paths of a survey, and what is made of them, may be relied upon.

    `whole`: what speaks against all of them. `paths`: what speaks against each, `whole` included,
    by its two ends.
    """

    whole: Doubts = ()
    paths: Mapping[tuple[str, str], Doubts] = field(default_factory=dict)

    def of(self, row: Path) -> Doubts:
        """Against a path; of one that is not known, by its own interval."""
        known = self.paths.get((row.from_, row.to))
        if known is not None:
            return known
        return _together([self.whole, ("interval",) if wide(row.ci_lower, row.ci_upper) else ()])

    def along(self, constructs: Sequence[str]) -> Doubts:
        """Against the product of the paths along `constructs`."""
        return _together(self.paths.get(leg, self.whole) for leg in pairwise(constructs))

    def between(self, start: str, end: str) -> Doubts:
        """Against the sum over all ways from one construct to another."""
        after, before = self._reached(start, 0), self._reached(end, 1)
        legs = [d for (a, b), d in self.paths.items() if a in after and b in before]
        return _together([self.whole, *legs])

    def _reached(self, construct: str, near: Literal[0, 1]) -> set[str]:
        """What the paths lead to from a construct (or where they come from), and itself."""
        reached, waiting = {construct}, [construct]
        while waiting:
            here = waiting.pop()
            new = {leg[1 - near] for leg in self.paths if leg[near] == here} - reached
            reached |= new
            waiting += new
        return reached


def _together(all_of: Iterable[Doubts]) -> Doubts:
    """Each doubt once, in one order."""
    found = {doubt for doubts in all_of for doubt in doubts}
    return tuple(doubt for doubt in get_args(Doubt) if doubt in found)


def reliance(structural: Estimated | None, measurement: Measured | None) -> Reliance:
    """What of a survey's structural model may be relied upon: the one place where it is judged.

    Where all constructs have one item, or there is one, there is no measurement model to doubt.
    """
    whole: list[Doubt] = []
    if structural is not None and _faulty(structural.fit):
        whole.append("solution")
    if measurement is not None and _faulty(measurement.fit):
        whole.append("measurement")
    rows = () if (found := _paths(structural)) is None else found.rows
    same = unlike(measurement)
    doubts: dict[tuple[str, str], Doubts] = {}
    for row in rows:
        own = [*whole]
        if wide(row.ci_lower, row.ci_upper):
            own.append("interval")
        rivals = {r.from_ for r in rows if r.to == row.to} - {row.from_}
        if any(frozenset((row.from_, rival)) in same for rival in rivals):
            own.append("apart")
        doubts[row.from_, row.to] = tuple(own)
    return Reliance(tuple(whole), doubts)


def unlike(measurement: Measured | None) -> set[frozenset[str]]:
    """Pairs of constructs that cannot be told apart: HTMT above its cut-off, by interval."""
    ratios = measurement.htmt if measurement is not None else None
    if ratios is None or isinstance(ratios, Refused):
        return set()
    return {
        frozenset((r.construct_a, r.construct_b)) for r in ratios.rows if r.verdict == "not met"
    }


def _faulty(fit: FitMeasures | Refused | None) -> bool:
    return fit is not None and not isinstance(fit, Refused) and doubtful(fit)


def _paths(structural: Estimated | None) -> _Paths | None:
    found = structural.paths if structural is not None else None
    return None if isinstance(found, Refused) else found
