"""Run a notebook with papermill."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyalty.cases import study
from loyalty.cases.study import ALL
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.said import Said, spoken
from loyalty.run.analyses import WORKFLOW, notebook_file

if TYPE_CHECKING:
    from nbformat import NotebookNode


class NotebookFailed(Exception):
    """A notebook's cell failed; the text is one line with case, notebook, cell and error."""

    def __init__(self, template: str, **parameters: Any) -> None:
        self.said = Said(template, **parameters)
        super().__init__(str(self.said))


def outputs(case: str, analysis: str) -> list[Path]:
    """What a run of `analysis` for `case` leaves: the findings, and the notebook that ran."""
    stem = notebook_file(analysis).stem
    return [paths.results() / case / f"{analysis}.json", paths.computed(case, stem)]


def defaults(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The flat scalars of the one cell tagged ``parameters``."""
    cells = [c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise UserError(
            "{name}: one cell tagged 'parameters' is expected, not {n}", name=name, n=len(cells)
        )
    values = {}
    try:
        statements = ast.parse("".join(cells[0]["source"])).body
    except SyntaxError as error:
        raise UserError(
            "{name}: the parameters cell is not Python ({msg})", name=name, msg=error.msg
        ) from None
    for statement in statements:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=key)],
                value=ast.Constant(value=bool() | int() | float() | str() as value),
            ):
                values[key] = value
            case _:
                raise UserError(
                    "{name}: the parameters cell holds only NAME = VALUE lines", name=name
                )
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
            raise UserError(
                "{name}: no parameter {key!r}; known: {known}", name=name, key=key, known=[*known]
            )
        expected = type(known[key])
        fits = type(value) is expected or (expected is float and type(value) is int)
        if not fits:
            raise UserError(
                "{name}: the parameter {key} is {value!r} ({type}), expected {expected}",
                name=name,
                key=key,
                value=value,
                type=type(value).__name__,
                expected=expected.__name__,
            )
    return given


def parameters(case: str, analysis: str, overrides: dict[str, Any]) -> dict[str, Any]:
    """What a run of `analysis` gets: its defaults, the case's own, then `overrides`.

    `overrides` holds run-wide values (draws, seed, language); those that this notebook has no
    parameter for do not concern it.
    """
    file = notebook_file(analysis)
    known = defaults(json.loads(file.read_text(encoding="utf-8")), file.name)
    own = {} if case == ALL else study.load(case).notebooks.get(analysis, {})
    given = {**own, **{k: v for k, v in overrides.items() if k in known}}
    if "case" in known:
        given["case"] = case
    return {**known, **checked(given, known, file.name)}


def execute(case: str, analysis: str, overrides: dict[str, Any] | None = None) -> float:
    """Run one notebook for one case; seconds taken.

    Leaves the findings and the notebook's run, each whole or not at all; a failed notebook is kept
    as ``reports/executed/<case>/<notebook>.failed.ipynb``. What a reader sees is made of the two
    by :func:`loyalty.run.show.show`.

    Raises
    ------
    UserError
        Before anything runs, when a parameter does not fit.
    NotebookFailed
        When a cell fails.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    from loyalty.ground import findings

    given = parameters(case, analysis, overrides or {})
    file = notebook_file(analysis)
    folder = paths.executed() / case
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{file.stem}.running.ipynb"
    failed = folder / f"{file.stem}.failed.ipynb"
    failed.unlink(missing_ok=True)
    result = outputs(case, analysis)[0]
    if (version := findings.other_version(result)) is not None:
        print(
            "  "
            + spoken(
                Said(
                    "{case} · {analysis} · schema version {version} is another: computed anew",
                    case=case,
                    analysis=analysis,
                    version=version,
                )
            )
        )
    before = result.stat().st_mtime_ns if result.is_file() else None
    start = time.perf_counter()
    sockets = tempfile.TemporaryDirectory(prefix="loyalty-")
    manager = Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets.name}/kernel"}})
    os.environ[WORKFLOW] = "1"  # the kernel's, too
    os.environ["PYTHONHASHSEED"] = "0"  # of the kernel: what semopy estimates depends on it
    try:
        papermill.execute_notebook(
            _literal(file),
            _literal(scratch),
            parameters=given,
            cwd=str(paths.root() if paths.own() else paths.notebooks()),
            progress_bar=False,
            log_output=False,
            extra_arguments=["--log-level=CRITICAL"],
            # Sockets in a folder of their own: kernels side by side cannot collide on a port.
            config=manager if os.name == "posix" else None,
        )
    except PapermillExecutionError as error:
        _keep(scratch, failed)
        text = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error.evalue)).split())
        what = text if error.ename in ("UserError", "CannotCompute") else f"{error.ename}: {text}"
        # As numbered in notebooks/: papermill puts one cell, the parameters given, before it.
        number = error.cell_index + (0 if given else 1)
        raise NotebookFailed(
            "{case} · {notebook} · cell {number}: {what} (kept: {kept})",
            case=case,
            notebook=file.stem,
            number=number,
            what=what,
            kept=failed.relative_to(paths.root()),
        ) from None
    except DeadKernelError:
        if not scratch.is_file():
            raise NotebookFailed(
                "{case} · {notebook}: its kernel died, as for want of memory",
                case=case,
                notebook=file.stem,
            ) from None
        _keep(scratch, failed)
        raise NotebookFailed(
            "{case} · {notebook}: its kernel died, as for want of memory (kept: {kept})",
            case=case,
            notebook=file.stem,
            kept=failed.relative_to(paths.root()),
        ) from None
    except OSError:  # as of a disk that is full: half a notebook helps nobody
        scratch.unlink(missing_ok=True)
        raise
    finally:
        sockets.cleanup()
    notebook = nbformat.read(scratch, as_version=4)
    os.replace(scratch, failed)  # until it proves whole
    if not result.is_file() or result.stat().st_mtime_ns == before:
        raise NotebookFailed(
            "{case} · {notebook}: it wrote no result file", case=case, notebook=file.stem
        )
    clean(notebook, f"{case} · {file.stem}")
    target = paths.computed(case, file.stem)
    paths.write(target, nbformat.writes(notebook))
    failed.unlink()
    return time.perf_counter() - start


def _keep(scratch: Path, failed: Path) -> None:
    """Keep a notebook that failed, without where on this machine it ran."""
    text = scratch.read_text(encoding="utf-8")
    places = {paths.root(): ".", paths.PACKAGE: "loyalty", Path(sys.prefix): "python"}
    for place in sorted(places, key=lambda path: -len(str(path))):
        text = text.replace(json.dumps(str(place))[1:-1], places[place])
    paths.write(failed, text)
    scratch.unlink()


def _literal(path: Path) -> str:
    """A path whose braces are no places for parameters: papermill formats it."""
    return str(path).replace("{", "{{").replace("}", "}}")


def clean(notebook: NotebookNode, name: str) -> None:
    """Take a run's clock and host out; a warning in a cell's output is a failure."""
    notebook.metadata = {
        "kernelspec": notebook.metadata.kernelspec,
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            warned = re.search(r"\w*Warning: .*", output.get("text", ""))
            if output.get("name") == "stderr" and warned:
                raise NotebookFailed(
                    "{name} · cell {number}: {warned:.200}",
                    name=name,
                    number=number + 1,
                    warned=warned[0],
                )
        tags = [t for t in cell.metadata.get("tags", []) if "parameters" in t]
        cell.metadata = {"tags": tags} if tags else {}
        cell.id = f"cell-{number + 1}"
