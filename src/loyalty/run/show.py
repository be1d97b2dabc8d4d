"""From findings to what a reader sees: the executed notebook with tables, figures and sentences.

The workflow's notebook run leaves a mark at each finding's place. Here the mark becomes what the
analysis's page shows of the finding, in one language: cells that Quarto can embed. Nothing is
computed.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty.cases import study
from loyalty.cases.study import ALL
from loyalty.estimates.verdicts import Reliance, reliance
from loyalty.ground import findings, paths
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Finding, Found, Refused, cited
from loyalty.ground.terms import passage
from loyalty.ground.text import Language, Text
from loyalty.run import recorded
from loyalty.run.analyses import (
    PLACE,
    SHOWN_ABOVE,
    findings_of,
    notebook_file,
    page_of,
    shown_file,
)
from loyalty.shown import words
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing
    from nbformat import NotebookNode

    from loyalty.run.notebook import Notebook


#: Kind of a figure's second drawing, for phones, as the renderers look for it.
NARROW = "image/svg+xml;narrow"
#: What a function of a page may return.
Shown = Figure | Table | Text | Sequence[Text]


@dataclass(frozen=True)
class Display:
    """One thing shown: its label, its MIME bundle, and for tables and figures the caption."""

    finding: str
    label: str
    bundle: dict[str, str]
    caption: str | None = None
    alt: str | None = None
    refused: str = ""
    folded: str = ""


def displays(
    analysis: str, name: str, finding: Finding | Refused, case: Case, language: Language
) -> Iterable[Display]:
    """All that the analysis's page shows of a finding whose numbers are cited.

    What shows it may return several things by name (a table a case), each with its own label.
    """
    prefix = f"{case.id}-{analysis}"
    if isinstance(finding, Refused):
        said = words.cannot(finding, case).in_(language)
        label = f"txt-{prefix}-{name.replace('_', '-')}"
        why = words.readable(finding.refused.text(case.names), case).in_(language)
        yield Display(name, label, {"text/markdown": said, "text/plain": said}, refused=why)
        return
    page = page_of(analysis).get(name, ())
    for shower, shown in _leading([(one, one(finding, case)) for one in page], case):
        if shown is None or shown == [] or (isinstance(shown, Table) and shown.empty):
            continue
        label = f"{prefix}-{shower.__name__.rstrip('_').replace('_', '-')}"
        several = shown if isinstance(shown, Mapping) else {"": shown}
        for one, what in several.items():
            yield _display(name, f"{label}-{one}" if one else label, what, case, language)


def _leading(shown: Sequence[tuple[Any, Any]], case: Case) -> Sequence[tuple[Any, Any]]:
    """What is said of a finding first moves to the head of its figure's caption.

    By the words of the figure's name where there are such. Not where chapters choose what to
    embed (all cases together).
    """
    of = [k for k, (_, s) in enumerate(shown) if isinstance(s, Figure)]
    texts = [k for k, (_, s) in enumerate(shown) if isinstance(s, list | Text) and s]
    if case.id == ALL or not of or not texts:
        return shown
    out, name = list(shown), shown[of[0]][0].__name__
    said = next((k for k in texts if out[k][0].__name__ == name), texts[0])
    (shower, what), (speaker, sentences) = out[of[0]], out[said]
    sentences = [sentences] if isinstance(sentences, Text) else sentences
    if what.said is None and what.says is not None and len(sentences) > what.says:
        first = sentences[what.says]
        out[of[0]] = shower, replace(what, said=first)
        out[said] = speaker, [s for s in sentences if s is not first]
    return out


def _display(name: str, label: str, shown: Shown, case: Case, language: Language) -> Display:
    if isinstance(shown, Figure):
        return _figure(name, f"fig-{label}", shown, case, language)
    if isinstance(shown, Table):
        caption = _marked(shown, case, language)
        bundle = {"text/markdown": shown.markdown(language), "text/plain": shown.caption.en}
        return Display(name, f"tbl-{label}", bundle, caption)
    said = words.join([shown] if isinstance(shown, Text) else shown).in_(language)
    return Display(name, f"txt-{label}", {"text/markdown": said, "text/plain": said})


def _figure(name: str, label: str, figure: Figure, case: Case, language: Language) -> Display:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text as Words

    from loyalty.render.chinese import typeset
    from loyalty.shown.charts import narrow, use_style, vector

    use_style()
    png = io.BytesIO()

    def draw() -> Drawing:
        drawing = figure.draw(language)
        if language == "zh":
            for said in drawing.findobj(Words):
                said.set_text(typeset(said.get_text()))
        return drawing

    drawing = draw()
    svg = vector.svg(drawing)
    drawing.set_layout_engine("none")  # it is laid out
    drawing.set_dpi(110)
    FigureCanvasAgg(drawing).print_png(png, metadata={"Software": None})
    drawing.clear()
    alt = words.spoken(words.captioned(_after(figure.said, figure.alt), language))
    alt = typeset(alt) if language == "zh" else alt
    bundle = {
        "image/svg+xml": svg,
        "image/png": base64.b64encode(png.getvalue()).decode(),
        "text/plain": alt,
    }
    if (small := narrow(draw)) is not None:
        bundle[NARROW] = vector.svg(small)
        small.clear()
    folded = figure.folded.in_(language) if figure.folded else ""
    caption = _marked(figure, case, language)
    return Display(name, label, bundle, caption, alt, folded=folded)


def _after(said: Text | None, shown: Text) -> Text:
    return words.join([said, shown]) if said else shown


def _marked(of: Figure | Table, case: Case, language: Language) -> str:
    """What it finds, what it shows, and whether the data is simulated."""
    caption = _after(of.said, of.caption)
    if case.simulated or of.simulated:
        caption = words.of_simulated(caption)
    elif case.id == ALL and of.simulated is None and case.any_simulated:
        caption = words.of_simulated(caption, some=True)
    return words.captioned(caption, language)


def by_hand(notebook: Notebook, name: str, finding: Finding | Refused) -> None:
    """Show a finding in a notebook that is run by hand."""
    from IPython.display import display

    address = f"{notebook.case}/{notebook.analysis}/{name}"
    try:
        case = context(notebook.case)
    except UserError:  # results of another version: what stands here is judged by itself
        case = Case(notebook.case, study.load(notebook.case))
    for shown in displays(notebook.analysis, name, cited(finding, address), case, "en"):
        bundle = {
            mime: words.without_references(content) if mime == "text/markdown" else content
            for mime, content in shown.bundle.items()
        }
        display(bundle, raw=True)
        if shown.caption is not None:
            text = {"text/markdown": f"**{shown.caption}**", "text/plain": shown.caption}
            display(text, raw=True)


def context(case: str) -> Case:
    """What tables, figures and words know of a case."""
    if case == ALL:
        return Case(ALL, described={c: study.load(c) for c in study.cases()})
    read = {
        (case, name): findings.read(case, name, findings_of(name))
        for name in JUDGED
        if (paths.results() / case / f"{name}.json").is_file()
    }
    return Case(case, study.load(case), reliance=judged(case, read))


#: The analyses whose findings say how far a survey's paths may be relied upon.
JUDGED = ("measurement", "structural")


def judged(case: str, found: Mapping[tuple[str, str], Found[Any]]) -> Reliance:
    """How far a case's paths may be relied upon, by its results."""
    of = {name: found[case, name].findings for name in JUDGED if (case, name) in found}
    return reliance(of.get("structural"), of.get("measurement"))


# --- the executed notebook -----------------------------------------------------------------------
def show(case: str, analysis: str, language: Language = "en") -> None:
    """Write the executed notebook of `case` in `language`.

    Raises
    ------
    UserError
        When the findings or the notebook's run are not there.
    """
    import nbformat  # slow to import, and the book has no use for it

    notebook = filled(case, analysis, language)
    _undrawn(case, analysis)
    for cell in notebook.cells:
        if cell.cell_type == "code":  # the report sets its own captions
            cell.outputs = [o for o in cell.outputs if not o.get("metadata", {}).get("caption")]
    paths.write(shown_file(case, analysis, language), nbformat.writes(notebook))


def filled(
    case: str, analysis: str, language: Language, found: Found[Any] | None = None
) -> NotebookNode:
    """The executed notebook with what is shown of its findings, or of `found` in their place.

    Raises
    ------
    UserError
        When the findings or the notebook's run are not there.
    """
    import nbformat

    raw = paths.computed(case, notebook_file(analysis).stem)
    if not raw.is_file():
        raise UserError(
            "{case} · {analysis}: the notebook has not run", case=case, analysis=analysis
        )
    found = found or recorded.shown(case, analysis, findings_of(analysis))
    notebook: NotebookNode = nbformat.read(raw, as_version=4)
    where = context(case)
    cells: list[NotebookNode] = []
    elsewhere = recorded.said(found.provenance, case, analysis)
    for cell in notebook.cells:
        names = [o.data[PLACE]["finding"] for o in cell.get("outputs", []) if _is_place(o)]
        if cell.cell_type == "markdown":
            cell.source = translated(cell.source, language)
        if not names:
            cells.append(cell)
            continue
        rest = [o for o in cell.outputs if not _is_place(o)]
        shown = [
            display
            for name in names
            for display in displays(analysis, name, getattr(found.findings, name), where, language)
        ]
        cells += _filled(cell, rest, names, shown)
    if elsewhere is not None:  # below the notebook's title
        cells.insert(1, nbformat.v4.new_markdown_cell(elsewhere.in_(language), id="recorded"))
    notebook.cells = cells
    return notebook


def add(file: Path, label: str, figure: Figure, case: Case, language: Language) -> None:
    """Add a cell with a figure to an executed notebook, to be embedded as ``fig-<label>``."""
    import nbformat

    notebook = nbformat.read(file, as_version=4)
    cell = nbformat.v4.new_code_cell(source=SHOWN_ABOVE)
    notebook.cells += _filled(
        cell, [], [label], [_figure(label, f"fig-{label}", figure, case, language)]
    )
    cell.outputs = cell.outputs[:1]  # without the caption that is for reading by hand
    paths.write(file, nbformat.writes(notebook))


def _undrawn(case: str, analysis: str) -> None:
    """Say which characters of the figures' labels no font at hand draws."""
    from loyalty.shown.charts.style import missing_glyphs

    if missing_glyphs:
        which = " ".join(sorted(missing_glyphs))
        print(f"  {case} · {analysis}: no font at hand draws {which} (figures have boxes there)")


def translated(markdown: str, language: Language) -> str:
    """A notebook's headings and paragraphs in a language, by the catalogue."""
    return "\n\n".join(
        _HEADING.sub(lambda m: m[1] + passage(m[2], language), block)
        for block in markdown.split("\n\n")
    )


_HEADING = re.compile(r"(?s)\A(#* ?)(.+)\Z")


def _is_place(output: NotebookNode) -> bool:
    return PLACE in output.get("data", {})


def _filled(
    cell: NotebookNode, rest: Sequence[NotebookNode], names: Sequence[str], shown: Sequence[Display]
) -> list[NotebookNode]:
    """The cell with what it shows: one display a cell, for Quarto embeds cells by their label."""
    from nbformat import v4

    cell.outputs = list(rest)
    if not shown:
        cell.id = f"finding-{names[0]}"[:64]
        return [cell]
    made = []
    for number, display in enumerate(shown):
        holder = cell
        if number:
            holder = v4.new_code_cell(source=SHOWN_ABOVE)
        holder.id = display.label[:64]
        holder.metadata["label"] = display.label
        holder.metadata["finding"] = display.finding
        for name in ("refused", "folded"):
            if value := getattr(display, name):
                holder.metadata[name] = value
        output = v4.new_output("display_data", data=dict(display.bundle))
        holder.outputs = [*holder.outputs, output]
        if display.caption is not None:
            kind = display.label[:3]
            holder.metadata[f"{kind}-cap"] = display.caption
            if display.alt:
                holder.metadata[f"{kind}-alt"] = display.alt
            plain = words.without_references(display.caption)
            caption = {"text/markdown": f"**{plain}**", "text/plain": plain}
            holder.outputs.append(
                v4.new_output("display_data", data=caption, metadata={"caption": True})
            )
        made.append(holder)
    return made
