"""What a notebook calls: open a case, show figures, tables and sentences, keep the results.

Everything shown goes through :class:`Notebook`, so that every figure and table is labelled,
captioned and described, and the result file holds what was shown at full precision.
"""

from __future__ import annotations

import base64
import io
import math
from dataclasses import replace
from typing import Any

from IPython.display import display
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases import tables as resources
from loyalty.cases.study import ALL, SURVEY, Study
from loyalty.ground import results
from loyalty.ground.errors import UserError
from loyalty.ground.numbers import Kind
from loyalty.ground.results import DISPLAY
from loyalty.ground.text import Language, Text
from loyalty.shown import charts as figures
from loyalty.shown import prose
from loyalty.shown.tables import Table


class Notebook:
    """One analysis of one case (or of all).

    Parameters
    ----------
    name : str
        The notebook's file name without suffix, like ``04-measurement``.
    case : str
        The case's folder below ``data/``, or ``all``.
    language : {"en", "zh"}
        Language of figures, tables and sentences.
    **parameters
        The notebook's other parameters, kept in the result's provenance.

    Raises
    ------
    UserError
        When the case or the language is unknown, or its rows do not hold.
    """

    def __init__(self, name: str, case: str, language: str = "en", **parameters: Any) -> None:
        if language not in ("en", "zh"):
            raise UserError(f"language {language!r}: expected 'en' or 'zh'")
        # Small matrices: threads inside a product cost more than they bring, most of all when
        # notebooks run side by side.
        threadpool_limits(1)
        self.name = name
        self.analysis = name.split("-", 1)[1]
        self.case = case
        self.language: Language = "zh" if language == "zh" else "en"
        self._parameters = {"case": case, **parameters, "language": language}
        self._numbers: dict[str, results.Number] = {}
        self._tables: dict[str, list[dict[str, Any]]] = {}
        self._statements: dict[str, Text] = {}
        self._warnings: list[str] = []
        self._data: list[results.DataOrigin] = []
        self._simulated = self._includes_simulated = False
        if case != ALL:
            self.study: Study = study.load(case)
            self._simulated = self.study.simulated
            if self.analysis in SURVEY:
                self.survey = self.answers()
        figures.use_style()

    def _used(self, resource: str, checksum: str, rows: int) -> None:
        source = self.study.provenance.source.en
        self._data.append(
            results.DataOrigin(resource=resource, source=source, sha256=checksum, rows=rows)
        )

    def answers(self) -> sources.Survey:
        """The case's survey, loaded."""
        survey = sources.load(self.study)
        self._used("answers", survey.checksum, len(survey.rows))
        return survey

    def resources(self, *kinds: str) -> list[resources.Loaded]:
        """The case's tables of these kinds, loaded, in the order of the description."""
        found = []
        for resource in self.study.resources:
            if resource.kind in kinds:
                loaded = resources.load(self.study, resource)
                self._used(resource.id, loaded.checksum, loaded.read)
                found.append(loaded)
        return found

    def text(self, en: str, zh: str) -> str:
        """The text of the notebook's language."""
        return zh if self.language == "zh" else en

    def label(self, construct_id: str) -> str:
        return self.study.label(construct_id, self.language)

    # --- showing -----------------------------------------------------------------------------
    def figure(
        self, name: str, figure: Figure, caption: Text, alt: Text, *, simulated: bool | None = None
    ) -> None:
        """Show a figure as vector graphics with its caption and alternative text.

        `simulated`: as in :meth:`table`.
        """
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", dpi=110, metadata={"Software": None})
        figure.clear()
        bundle = {
            "image/svg+xml": svg.getvalue(),
            "image/png": base64.b64encode(png.getvalue()).decode(),
            "text/plain": alt.in_(self.language),
        }
        self._show("fig", name, bundle, self._marked(caption, simulated), alt.in_(self.language))

    def table(
        self, name: str, table: Table, caption: Text, *, simulated: bool | None = None
    ) -> None:
        """Show a table with its caption; its records go into the result file.

        `simulated` says what is in this one where a notebook reads real and simulated cases:
        nothing (False), nothing else (True) or some of it (None).
        """
        if name in self._tables:
            raise ValueError(f"the table {name!r} is shown twice")
        self._tables[name] = results.plain(table.records)
        if rest := table.left_out:
            rows = "row is" if rest == 1 else "rows are"
            more = self.text(
                f"{rest:,} more {rows} in the result file.", f"另有 {rest:,} 行见结果文件。"
            )
            apart = self.text(" ", "") if table.note else ""
            table = replace(table, note=f"{table.note}{apart}{more}")
        bundle = {"text/markdown": table.markdown(), "text/plain": caption.en}
        self._show("tbl", name, bundle, self._marked(caption, simulated), None)

    def say(self, name: str, *sentences: Text) -> None:
        """Show sentences as one paragraph; both languages go into the result file."""
        paragraph = prose.join(sentences)
        self._statements[name] = paragraph
        shown = paragraph.in_(self.language)
        self._show("txt", name, {"text/markdown": shown, "text/plain": shown}, None, None)

    def cannot(self, name: str, reason: str) -> None:
        """Say in its place that an analysis cannot be done, and why; the rest goes on."""
        self.warn(f"{name}: {reason}")
        self.say(name, prose.cannot(reason))

    def _marked(self, caption: Text, simulated: bool | None) -> str:
        """The caption, ending in a full stop, and saying so where the data is simulated."""
        shown = caption.in_(self.language)
        if self._simulated or simulated:
            shown += self.text(" Simulated data.", "模拟数据。")
        elif self._includes_simulated and simulated is None:
            shown += self.text(" Includes simulated data.", "含模拟数据。")
        return shown

    def _show(
        self, kind: str, name: str, bundle: dict[str, str], caption: str | None, alt: str | None
    ) -> None:
        label = f"{kind}-{self.case}-{self.analysis}-{name}"
        note = {"label": label, "cap": caption, "alt": alt}
        display(bundle, raw=True, metadata={DISPLAY: note})
        if caption is not None:
            text = {"text/markdown": f"**{caption}**", "text/plain": caption}
            display(text, raw=True, metadata={DISPLAY: {"caption_of": label}})

    # --- keeping -----------------------------------------------------------------------------
    def number(
        self, name: str, value: Any, kind: Kind, ci: tuple[float, float] | None = None
    ) -> None:
        """Keep a number that the report's prose may cite as ``{{< var case.analysis.name >}}``."""
        if name in self._numbers:
            raise ValueError(f"the number {name!r} is kept twice")
        low_high = None
        if ci is not None and math.isfinite(ci[0]) and math.isfinite(ci[1]):
            low_high = (float(ci[0]), float(ci[1]))
        self._numbers[name] = results.Number(value=results.plain(value), kind=kind, ci=low_high)

    def keep(self, name: str, records: list[dict[str, Any]]) -> None:
        """Keep records in the result file without showing them."""
        if name in self._tables:
            raise ValueError(f"the table {name!r} is kept twice")
        self._tables[name] = results.plain(records)

    def warn(self, *messages: str) -> None:
        self._warnings.extend(messages)

    def uses(self, result: results.Result) -> results.Result:
        """Count another result's data among this one's origins."""
        self._data += [d for d in result.provenance.data if d not in self._data]
        self._includes_simulated |= result.simulated
        return result

    def save(self) -> None:
        """Write the result file."""
        file = results.write(
            results.Result(
                case=self.case,
                analysis=self.analysis,
                simulated=self._simulated,
                numbers=self._numbers,
                tables=self._tables,
                statements={k: {"en": v.en, "zh": v.zh} for k, v in self._statements.items()},
                warnings=self._warnings,
                provenance=results.provenance(self.name, self._parameters, self._data),
            )
        )
        print(f"results: {file.parent.name}/{file.name}")
