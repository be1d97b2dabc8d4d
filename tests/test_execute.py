"""Running one notebook: what it may be given, what a run leaves, and how a failure is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from loyalty.ground import paths
from loyalty.run import execute

PARAMETERS = 'case = "x"\ndraws = 10\nshare = 0.5\nfull = True\nmethod = "ml"'
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook(*sources: str, parameters: str = PARAMETERS) -> nbformat.NotebookNode:
    cells = [new_markdown_cell("# Title")]
    cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells += [new_code_cell(source) for source in sources]
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL})


def put(root: Path, made: nbformat.NotebookNode, name: str = "01-audit") -> None:
    nbformat.write(made, root / "notebooks" / f"{name}.ipynb")


# --- parameters ------------------------------------------------------------------------------
KNOWN = {"case": "x", "draws": 10, "share": 0.5, "full": True, "method": "ml"}


def test_the_defaults_are_read_from_the_parameters_cell() -> None:
    assert execute.defaults(notebook("x = 1"), "n") == KNOWN


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("draws = 5 + 5", "n: the parameters cell holds only NAME = VALUE lines"),
        ("draws = [5]", "n: the parameters cell holds only NAME = VALUE lines"),
        ("draws = None", "n: the parameters cell holds only NAME = VALUE lines"),
        ("import os", "n: the parameters cell holds only NAME = VALUE lines"),
        ("a = b = 1", "n: the parameters cell holds only NAME = VALUE lines"),
        ("draws = ", "n: the parameters cell is not Python (invalid syntax)"),
    ],
)
def test_a_parameters_cell_holds_flat_scalars(
    refusal: Callable[..., str], source: str, said: str
) -> None:
    assert refusal(execute.defaults, notebook(parameters=source), "n") == said


def test_there_is_one_parameters_cell(refusal: Callable[..., str]) -> None:
    made = notebook()
    made.cells.append(made.cells[1])
    assert refusal(execute.defaults, made, "n").endswith("is expected, not 2")
    made.cells = made.cells[:1]
    assert refusal(execute.defaults, made, "n").endswith("is expected, not 0")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"drawz": 5}, "no parameter 'drawz'; known: case, draws, share, full, method"),
        ({"draws": True}, "the parameter draws is True (bool), expected int"),
        ({"draws": "5"}, "the parameter draws is '5' (str), expected int"),
        ({"draws": 5.0}, "the parameter draws is 5.0 (float), expected int"),
        ({"share": True}, "the parameter share is True (bool), expected float"),
        ({"full": 1}, "the parameter full is 1 (int), expected bool"),
        ({"method": 1}, "the parameter method is 1 (int), expected str"),
    ],
)
def test_a_parameter_that_does_not_fit(
    refusal: Callable[..., str], given: dict[str, Any], said: str
) -> None:
    assert refusal(execute.checked, given, KNOWN, "n") == f"n: {said}"


def test_an_int_is_a_float() -> None:
    assert execute.checked({"share": 1}, KNOWN, "n") == {"share": 1}


def test_the_case_beats_the_defaults_and_the_run_beats_the_case(
    project: Any, refusal: Callable[..., str]
) -> None:
    put(project.root, notebook())
    project.study["notebooks"] = {"audit": {"draws": 20, "share": 0.1}}
    project.describe()
    own = {**KNOWN, "case": "small", "draws": 20, "share": 0.1}
    assert execute.parameters("small", "audit", {}) == own
    wide = {"draws": 30, "seed": 1, "method": "gls"}  # this notebook has no seed
    assert execute.parameters("small", "audit", wide) == {**own, "draws": 30, "method": "gls"}
    project.study["notebooks"] = {"audit": {"sead": 1}}
    project.describe()
    said = refusal(execute.parameters, "small", "audit", {})
    assert said.startswith("01-audit.ipynb: no parameter 'sead'")


@pytest.mark.parametrize("name", ["adit", "*", "01-audit", "../audit", ""])
def test_an_unknown_notebook(project: Any, refusal: Callable[..., str], name: str) -> None:
    put(project.root, notebook())
    said = refusal(execute.notebook_file, name)
    assert said.startswith(f"notebook {name!r}: unknown; ") and "audit" in said


# --- runs ------------------------------------------------------------------------------------
SAVE = """
from pathlib import Path
file = Path("../reports/results") / case / "audit.json"
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text(f"{case} {draws}")
"""
RESULT, RAN = "reports/results/small/audit.json", ".cache/computed/small/01-audit.ipynb"
FAILED = "reports/executed/small/01-audit.failed.ipynb"


def left() -> dict[str, str]:
    """What runs left in the project, with its content."""
    root = paths.root()
    files = [p for name in ("reports", ".cache") for p in sorted((root / name).rglob("*"))]
    return {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in files if p.is_file()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_run_and_then_failing_ones(project: Any) -> None:
    put(project.root, notebook(SAVE, "print(draws)"))
    assert execute.execute("small", "audit", {"draws": 3}) > 0
    whole = left()
    assert set(whole) == {RESULT, RAN}
    assert [p.relative_to(project.root).as_posix() for p in execute.outputs("small", "audit")] == [
        RESULT,
        RAN,
    ]
    assert whole[RESULT] == "small 3"
    ran = nbformat.reads(whole[RAN], as_version=4)
    assert ran.cells[-1].outputs[0].text == "3\n"
    assert set(ran.metadata) == {"kernelspec", "language_info"}  # no clock, no host
    # A cell fails: the earlier results stay, the failed notebook is kept, one line says where.
    put(project.root, notebook("x = 1", "raise ValueError('two\\nlines')", SAVE))
    with pytest.raises(execute.NotebookFailed) as caught:
        execute.execute("small", "audit")
    assert str(caught.value) == f"small · 01-audit · cell 4: ValueError: two lines (kept: {FAILED})"
    after = left()
    assert "ValueError" in after[FAILED] and str(project.root) not in after.pop(FAILED)
    assert after == whole
    # It saves nothing: the result of the earlier run does not pass for its own.
    put(project.root, notebook("x = 1"))
    with pytest.raises(execute.NotebookFailed) as caught:
        execute.execute("small", "audit")
    assert str(caught.value) == "small · 01-audit: it wrote no result file"
    after = left()
    assert after.pop(FAILED)
    assert after == whole


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_run_that_warns_fails(project: Any) -> None:
    warns = "import warnings\nwarnings.warn('old words', FutureWarning)"
    put(project.root, notebook(SAVE, warns))
    with pytest.raises(execute.NotebookFailed, match="cell 5: FutureWarning: old words"):
        execute.execute("small", "audit")
    assert set(left()) == {RESULT, FAILED}
    # Once it is mended, the failed run goes.
    put(project.root, notebook(SAVE))
    execute.execute("small", "audit")
    assert set(left()) == {RESULT, RAN}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_kernel_that_dies(project: Any) -> None:
    put(project.root, notebook("import os", "os._exit(1)"))
    with pytest.raises(execute.NotebookFailed, match="small · 01-audit: its kernel died"):
        execute.execute("small", "audit")
    assert set(left()) <= {FAILED}


def test_a_wrong_parameter_runs_nothing(project: Any, refusal: Callable[..., str]) -> None:
    put(project.root, notebook(SAVE))
    said = refusal(execute.execute, "small", "audit", {"draws": "many"})
    assert said == "01-audit.ipynb: the parameter draws is 'many' (str), expected int"
    assert left() == {}


def test_a_warning_is_a_failure_and_a_log_line_is_not() -> None:
    made = notebook("x = 1")
    log = {"output_type": "stream", "name": "stderr", "text": "building the font cache\n"}
    made.cells[2].outputs = [nbformat.from_dict(log)]
    execute.clean(made, "n")
    told = "x.py:6: FutureWarning: old words are deprecated\n  x = 1\n"
    made.cells[2].outputs = [nbformat.from_dict({**log, "text": told})]
    with pytest.raises(execute.NotebookFailed, match="n · cell 3: FutureWarning: old words"):
        execute.clean(made, "n")
