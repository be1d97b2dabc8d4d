"""What a notebook calls: open a case, show findings, keep them.

Run by the workflow, a finding's place in the notebook is only marked; what is shown there (table,
figure, sentences) is written afterwards, in every language, from the findings
(:mod:`loyalty.run.show`). Run by hand, everything is shown at once, and the findings go beside
the results of the last full run, never over them.

Where a case's rows are not on this machine but its findings are recorded, the notebook runs all
the same: in the place of rows stands a refusal, which every function of the analysis hands on, and
each finding shown is the recorded one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from inspect import isfunction
from typing import Any

from IPython.display import display
from threadpoolctl import threadpool_limits

from loyalty.cases import matrix, study, survey, tables
from loyalty.cases.analyses import SURVEY
from loyalty.cases.matrix import Given
from loyalty.cases.study import ALL, Study
from loyalty.ground import findings, paths, results
from loyalty.ground.errors import RowsAbsent
from loyalty.ground.findings import Finding, Found, Refused, handing_on
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.run import recorded
from loyalty.run.analyses import PLACE, WORKFLOW, compute_files, findings_of, notebook_file

#: In the place of rows that are not on this machine, and of all that is computed of them.
ELSEWHERE = Refused(refused=Reason(code="rows_elsewhere"))


def hand_on(analysis: str) -> None:
    """Let every function of the analysis, where it is called as its module's, hand this on."""
    package = f"loyalty.analyses.{analysis}."
    for name, module in list(sys.modules.items()):
        if name.startswith(package):
            for key, value in list(vars(module).items()):
                if isfunction(value) and value.__module__.startswith(package):
                    setattr(module, key, handing_on(value))


class Notebook:
    """One analysis of one case (or of all).

    Parameters
    ----------
    analysis : str
        The analysis's name, like ``measurement``.
    case : str
        The case's folder below ``data/``, or ``all``.
    **parameters
        The notebook's other parameters, kept in the result's provenance.

    Raises
    ------
    UserError
        When the case is unknown, or its rows do not hold.
    """

    def __init__(self, analysis: str, case: str, **parameters: Any) -> None:
        # Small matrices: threads inside a product cost more than they bring, most of all when
        # notebooks run side by side.
        threadpool_limits(1)
        self.analysis, self.case = analysis, case
        self.parameters = {"case": case, **parameters}
        self.kind = findings_of(analysis)
        self._findings: dict[str, Finding | Refused] = {}
        self._data: list[results.DataOrigin] = []
        self._behind: list[results.Behind] = []
        self._simulated = False
        self._recorded: Found[Any] | None = None
        self._rows: recorded.Rows | None = None
        if case != ALL:
            self.study: Study = study.load(case)
            self._simulated = self.study.simulated
            if recorded.there(case):
                try:
                    self._rows = recorded.rows(self.study)
                except RowsAbsent:
                    self._recorded = recorded.read(self.study, analysis)
                    hand_on(analysis)
            if analysis in SURVEY:
                self.survey = self.answers_or_none()

    def _used(self, resource: str, checksum: str, rows: int) -> None:
        source = self.study.provenance.source.en
        origin = results.DataOrigin(resource=resource, source=source, sha256=checksum, rows=rows)
        if origin not in self._data:
            self._data.append(origin)

    def answers(self) -> survey.Survey:
        """The case's survey, loaded.

        Raises
        ------
        CannotCompute
            When it is not on this machine, but findings are recorded.
        """
        if self._recorded:
            raise CannotCompute("rows_elsewhere")
        loaded = (self._rows and self._rows.answers) or survey.load(self.study)
        self._used("answers", loaded.checksum, len(loaded.rows))
        return loaded

    def matrix(self) -> matrix.Given:
        """The matrix of a case without rows, checked."""
        given = matrix.load(self.study)
        self._used("matrix", given.checksum, len(given.covariances))
        return given

    def known(self) -> survey.Survey | Given:
        """The case's survey; of a case without rows its matrix."""
        return self.answers() if self.study.matrix is None else self.matrix()

    def answers_or_none(self) -> survey.Survey | Refused | None:
        """The case's survey, of a case that has one."""
        if self._recorded:
            return ELSEWHERE
        return self.answers() if self.study.surveyed else None

    def tables(self, *kinds: str) -> list[tables.Loaded] | Refused:
        """The case's tables of these kinds, loaded, in the order of the description."""
        if self._recorded:
            return ELSEWHERE
        found = []
        for resource in self.study.resources:
            if resource.kind in kinds:
                held = self._rows.tables if self._rows else {}
                loaded = held.get(resource.id) or tables.load(self.study, resource)
                self._used(resource.id, loaded.checksum, loaded.read)
                found.append(loaded)
        return found

    def uses(self, found: Mapping[tuple[str, str], Found[Any]]) -> None:
        """Count other results' data among this one's origins, by case, and their seeds."""
        for (case, analysis), one in found.items():
            if case == ALL:  # it has its own from the same cases
                continue
            data = [d.model_copy(update={"case": case}) for d in one.provenance.data]
            self._data += [d for d in data if d not in self._data]
            ran = one.provenance.parameters
            given = {name: ran[name] for name in ("seed", "draws") if name in ran}
            self._behind.append(results.Behind(case=case, analysis=analysis, **given))

    def show(self, name: str, finding: Finding | Refused | None) -> None:
        """Keep a finding under its name, and show it here; None is not called for in this case."""
        if name not in self.kind.model_fields:
            known = ", ".join(self.kind.model_fields)
            raise ValueError(f"{self.kind.__name__} has no finding {name!r}; it has {known}")
        if name in self._findings:
            raise ValueError(f"the finding {name!r} is shown twice")
        if self._recorded:
            finding = getattr(self._recorded.findings, name)
        if finding is None:
            return
        self._findings[name] = finding
        if WORKFLOW in os.environ:
            display({PLACE: {"finding": name}, "text/plain": name}, raw=True)
        else:
            from loyalty.run import show

            show.by_hand(self, name, finding)

    def save(self) -> None:
        """Write the findings: as the result, or, run by hand, beside the results."""
        if self._recorded:
            self._write(self._recorded)
            return
        file = notebook_file(self.analysis)
        found = Found[self.kind](  # type: ignore[name-defined]
            case=self.case,
            analysis=self.analysis,
            simulated=self._simulated,
            findings=self.kind(**self._findings),
            provenance=results.provenance(
                file.stem,
                self.parameters,
                self._data,
                compute_files(self.analysis),
                self._behind,
            ),
        )
        self._write(found)

    def _write(self, found: Found[Any]) -> None:
        written = findings.write(found, None if WORKFLOW in os.environ else paths.by_hand())
        print(f"findings: {written.relative_to(paths.root())}")
