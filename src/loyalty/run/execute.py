"""Run a notebook with papermill, and make of it what the report can embed."""

from __future__ import annotations

import ast
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat

from loyalty.cases import study
from loyalty.cases.study import ALL
from loyalty.ground import paths, results
from loyalty.ground.errors import UserError
from loyalty.ground.results import DISPLAY

SYNTHESIS = "synthesis"
OPTIONS = {"fig": ("fig-cap", "fig-alt"), "tbl": ("tbl-cap", None), "txt": (None, None)}


class NotebookFailed(Exception):
    """A notebook's cell failed; the text is one line with case, notebook, cell and error."""


def notebook_file(analysis: str) -> Path:
    """``notebooks/NN-<analysis>.ipynb``.

    Raises
    ------
    UserError
        When there is none.
    """
    files = sorted(paths.notebooks().glob("[0-9][0-9]-*.ipynb"))
    for file in files:
        if file.stem[3:] == analysis:
            return file
    known = ", ".join(file.stem[3:] for file in files)
    raise UserError(f"notebook {analysis!r}: unknown; known: {known}")


def outputs(case: str, analysis: str) -> list[Path]:
    """What a run of `analysis` for `case` leaves: the result, the notebook, its page."""
    stem = notebook_file(analysis).stem
    folder = paths.executed() / case
    return [results.path(case, analysis), folder / f"{stem}.ipynb", folder / f"{stem}.html"]


def defaults(notebook: nbformat.NotebookNode, name: str) -> dict[str, Any]:
    """The flat scalars of the one cell tagged ``parameters``."""
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise UserError(f"{name}: one cell tagged 'parameters' is expected, not {len(cells)}")
    values = {}
    try:
        statements = ast.parse(cells[0].source).body
    except SyntaxError as error:
        raise UserError(f"{name}: the parameters cell is not Python ({error.msg})") from None
    for statement in statements:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=key)],
                value=ast.Constant(value=bool() | int() | float() | str() as value),
            ):
                values[key] = value
            case _:
                raise UserError(f"{name}: the parameters cell holds only NAME = VALUE lines")
    return values


def checked(given: dict[str, Any], known: dict[str, Any], name: str) -> dict[str, Any]:
    """`given`, if every name is a parameter and every value is of its default's type.

    Raises
    ------
    UserError
        Naming the notebook, the parameter and what was expected. (papermill itself only warns
        about a parameter it does not know, and runs with the default.)
    """
    for key, value in given.items():
        if key not in known:
            raise UserError(f"{name}: no parameter {key!r}; known: {', '.join(known)}")
        expected = type(known[key])
        fits = type(value) is expected or (expected is float and type(value) is int)
        if not fits:
            raise UserError(
                f"{name}: the parameter {key} is {value!r} ({type(value).__name__}), "
                f"expected {expected.__name__}"
            )
    return given


def parameters(case: str, analysis: str, overrides: dict[str, Any]) -> dict[str, Any]:
    """What a run of `analysis` gets: its defaults, the case's own, then `overrides`.

    `overrides` holds run-wide values (draws, seed, language); those that this notebook has no
    parameter for do not concern it.
    """
    file = notebook_file(analysis)
    known = defaults(nbformat.read(file, as_version=4), file.name)
    own = {} if case == ALL else study.load(case).notebooks.get(analysis, {})
    given = {**own, **{k: v for k, v in overrides.items() if k in known}}
    if "case" in known:
        given["case"] = case
    return {**known, **checked(given, known, file.name)}


def execute(case: str, analysis: str, overrides: dict[str, Any] | None = None) -> float:
    """Run one notebook for one case; seconds taken.

    Leaves ``reports/executed/<case>/<notebook>.ipynb`` and ``.html`` and the result file the
    notebook writes, each whole or not at all; a failed notebook is kept as ``.failed.ipynb``.

    Raises
    ------
    UserError
        Before anything runs, when a parameter does not fit.
    NotebookFailed
        When a cell fails.
    """
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    given = parameters(case, analysis, overrides or {})
    file = notebook_file(analysis)
    folder = paths.executed() / case
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{file.stem}.running.ipynb"
    failed = folder / f"{file.stem}.failed.ipynb"
    failed.unlink(missing_ok=True)
    result = results.path(case, analysis)
    before = result.stat().st_mtime_ns if result.is_file() else None
    start = time.perf_counter()
    sockets = tempfile.TemporaryDirectory(prefix="loyalty-")
    manager = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets.name}/kernel"}})
    try:
        papermill.execute_notebook(
            file,
            scratch,
            parameters=given,
            cwd=str(paths.notebooks()),
            progress_bar=False,
            log_output=False,
            extra_arguments=["--log-level=CRITICAL"],
            # Sockets in a folder of their own: kernels side by side cannot collide on a port.
            config=manager if os.name == "posix" else None,
        )
    except PapermillExecutionError as error:
        os.replace(scratch, failed)
        text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue)).split())
        what = text if error.ename in ("UserError", "CannotCompute") else f"{error.ename}: {text}"
        # As numbered in notebooks/: papermill puts one cell, the parameters given, before it.
        number = error.cell_index + (0 if given else 1)
        raise NotebookFailed(
            f"{case} · {file.stem} · cell {number}: {what}"
            f" (kept: {failed.relative_to(paths.root())})"
        ) from None
    except DeadKernelError:
        kept = ""
        if scratch.is_file():
            os.replace(scratch, failed)
            kept = f" (kept: {failed.relative_to(paths.root())})"
        raise NotebookFailed(
            f"{case} · {file.stem}: its kernel died, as for want of memory{kept}"
        ) from None
    finally:
        sockets.cleanup()
    notebook = nbformat.read(scratch, as_version=4)
    os.replace(scratch, failed)  # until it proves whole
    if not result.is_file() or result.stat().st_mtime_ns == before:
        raise NotebookFailed(f"{case} · {file.stem}: it wrote no result file")
    clean(notebook, f"{case} · {file.stem}")
    _replace(folder / f"{file.stem}.html", page(notebook, f"{case} · {file.stem}"))
    without_captions(notebook)
    _replace(folder / f"{file.stem}.ipynb", nbformat.writes(notebook))
    failed.unlink()
    return time.perf_counter() - start


def _replace(target: Path, text: str) -> None:
    part = target.with_name(target.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, target)


def clean(notebook: nbformat.NotebookNode, name: str) -> None:
    """Take a run's clock and host out, and put labels and captions where Quarto looks for them.

    A cell that shows a labelled object gets its label as id, so that pages can link to it.
    """
    seen: set[str] = set()
    notebook.metadata = {
        "kernelspec": notebook.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            warned = re.search(r"\w*Warning: .*", output.get("text", ""))
            if output.get("name") == "stderr" and warned:
                raise NotebookFailed(f"{name} · cell {number + 1}: {warned[0]:.200}")
        tags = [t for t in cell.metadata.get("tags", []) if "parameters" in t]
        cell.metadata = {"tags": tags} if tags else {}
        cell.id = f"cell-{number + 1}"
        if cell.cell_type != "code":
            continue
        notes = [
            note
            for output in cell.outputs
            if (note := output.get("metadata", {}).get(DISPLAY)) and "label" in note
        ]
        if len(notes) > 1:
            raise NotebookFailed(f"{name} · cell {number + 1}: shows {len(notes)} labelled things")
        if not notes:
            continue
        note = notes[0]
        label = note["label"]
        if label in seen:
            raise NotebookFailed(f"{name} · cell {number + 1}: the label {label} is used twice")
        seen.add(label)
        cell.id = label[:64]
        cell.metadata["label"] = label
        for option, text in zip(OPTIONS[label[:3]], (note["cap"], note["alt"]), strict=True):
            if option and text:
                cell.metadata[option] = text


def without_captions(notebook: nbformat.NotebookNode) -> None:
    """Drop the captions shown for Jupyter (the report sets its own) and our own metadata."""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = [
            o for o in cell.outputs if "caption_of" not in o.get("metadata", {}).get(DISPLAY, {})
        ]
        for output in cell.outputs:
            output.get("metadata", {}).pop(DISPLAY, None)


def page(notebook: nbformat.NotebookNode, title: str) -> str:
    """The executed notebook as one HTML page that asks nothing of the network."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lab")
    exporter.require_js_url = exporter.jquery_url = exporter.mathjax_url = ""
    exporter.mermaid_js_url = ""
    exporter.exclude_input_prompt = exporter.exclude_output_prompt = True
    html, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    back = '<p style="margin: 1em 2em"><a href="../../../index.html">← the report</a></p>'
    style = "<style>.highlight, .jp-RenderedHTMLCommon { overflow-x: auto }</style>"
    html = html.replace("</head>", style + "</head>", 1)
    html = re.sub(r"(<body[^>]*>)", rf"\1{back}", html, count=1)
    return re.sub(r'id="cell-id=([^"]+)"', r'id="\1"', html)
