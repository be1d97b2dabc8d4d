"""What a brief is made of: a case's findings, and how far each of its paths may be relied upon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from loyalty.analyses.argument import names
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.structural.findings import Path, Structural
from loyalty.analyses.synthesis.estimates import given
from loyalty.cases.asked import Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates.verdicts import Doubts
from loyalty.ground.findings import Findings, Found, Record
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.run.show import judged
from loyalty.shown.context import Case
from loyalty.shown.doubts import clause, withheld
from loyalty.shown.short import within
from loyalty.shown.words import escaped

F = TypeVar("F", bound=Findings)
R = TypeVar("R", bound=Record)
#: How sure a sentence about one case is. High: counted or measured in all there is, with a narrow
#: interval, or changed at random. Low: one set of data shows it, by an interval. None: the interval holds both answers,
#: or nothing that may be relied upon speaks to it. Drawn: the data are simulated.
Grade = Literal["high", "low", "none", "drawn"]
GRADES: dict[Grade, Text] = {
    "high": Text(en="high", zh="高"),
    "low": Text(en="low", zh="低"),
    "none": Text(en="none", zh="无"),
    "drawn": Text(en="simulated", zh="模拟数据"),
}


@dataclass(frozen=True)
class Judged:
    """A hypothesized path, what was estimated of it, and what speaks against relying on that."""

    hypothesis: Hypothesis
    row: Path | None
    doubts: Doubts

    @property
    def relied(self) -> bool:
        return self.row is not None and not self.doubts

    @property
    def set_aside(self) -> bool:
        return self.row is None

    @property
    def clear(self) -> bool:
        """Whether it may be relied upon and its interval is clear of zero."""
        return self.relied and self.row is not None and self.row.verdict != "open"

    @property
    def doubted(self) -> Text:
        """What speaks against it, within a sentence."""
        return clause(self.doubts)


@dataclass(frozen=True)
class Material:
    """The description of a case with all that was found of it, by analysis."""

    study: Study
    found: Mapping[tuple[str, str], Found[Any]]

    def of(self, analysis: str, kind: type[F]) -> F | None:
        result = self.found.get((self.study.case, analysis))
        if result is None or not isinstance(result.findings, kind):
            return None
        return result.findings

    def one(self, analysis: str, kind: type[F], name: str) -> Any:
        """A finding, if it is there and not refused."""
        findings = self.of(analysis, kind)
        return given(getattr(findings, name)) if findings is not None else None

    @cached_property
    def case(self) -> Case:
        return Case(self.study.case, self.study, reliance=judged(self.study.case, self.found))

    @cached_property
    def paths(self) -> tuple[Judged, ...]:
        """Every hypothesized path, in the order of the description."""
        fit = self.one("structural", Structural, "fit")
        found = self.one("structural", Structural, "paths")
        if found is None or fit is None:
            return ()
        rows = {row.id: row for row in found.rows}
        return tuple(
            Judged(h, row, self.case.reliance.of(row) if row is not None else ())
            for h in self.study.hypotheses
            if h.is_path
            for row in (rows.get(h.id),)
        )

    @cached_property
    def focal(self) -> Judged | None:
        """The path that the study is about, else the first."""
        named = self.study.focal
        own = [p for p in self.paths if named is not None and p.hypothesis.id == named.id]
        return next(iter([*own, *self.paths]), None)

    @property
    def experiment(self) -> bool:
        """Whether something was changed at random, and what came of it was computed."""
        return self.one("behaviour", Behaviour, "experiment") is not None

    def grade(self, grade: Grade) -> Grade:
        return "drawn" if self.study.simulated and grade != "none" else grade

    def measured(self, *intervals: tuple[float | None, float | None], span: float = 1.0) -> Grade:
        """Of what is counted or averaged on a scale so long: high where every interval is narrow
        enough to be exact, else low."""
        margin = threshold("margin").value * span
        exact = all(
            lower is not None and upper is not None and (upper - lower) / 2 <= margin
            for lower, upper in intervals
        )
        return self.grade("high" if exact else "low")

    def label(self, construct: str) -> Text:
        """A construct's label as Markdown."""
        return escaped(self.case.label(construct))

    def path(self, of: Judged) -> Text:
        return escaped(self.case.path(of.hypothesis.from_, of.hypothesis.to))

    def group(self, name: str) -> Text:
        """A group's label within a sentence, as Markdown."""
        label = next(g.label for g in self.case.study.groups if g.id == name)
        return escaped(Text(en=within(label.en), zh=label.zh))

    def table(self, name: str) -> Text:
        return escaped(next(r.label for r in self.study.resources if r.id == name))


@dataclass(frozen=True)
class Headline:
    """A finding for the brief: its sentences, how sure it is, and the chapter it is from.

    `short` is how it is said where it is the answer, if otherwise.
    """

    said: Sequence[Text]
    grade: Grade
    chapter: str
    short: Text | None = None


def why_not(path: Judged) -> Text | None:
    """Why a path has no number to read, in a few words; None where it has one."""
    if path.set_aside:
        return names.NOT_ESTIMATED
    return withheld(path.doubts[:1])
