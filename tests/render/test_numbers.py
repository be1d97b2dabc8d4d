"""A number in a chapter: the page links it to its finding, and the report's test would tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from number_facts import faults

from loyalty.analyses.failure import findings as failure
from loyalty.analyses.failure import words
from loyalty.ground import findings, results
from loyalty.ground.findings import Found
from loyalty.render import embedded
from loyalty.shown.context import Case

KEY = "demo/failure/interaction.ci_lower"
CELL = "txt-demo-failure-interaction"


def found(folder: Path) -> failure.Interaction:
    """An interaction as a result file has it."""
    size = failure.Interaction(estimate=0.384, ci_lower=0.312, ci_upper=0.4561)
    made: Found[failure.Failure] = Found(
        case="demo",
        analysis="failure",
        simulated=False,
        findings=failure.Failure(interaction=size),
        provenance=results.provenance("10-failure", {}, [], []),
    )
    findings.write(made, folder)
    read = findings.read("demo", "failure", failure.Failure, folder).findings.interaction
    assert isinstance(read, failure.Interaction)
    return read


def executed(folder: Path, said: str) -> None:
    """The executed notebook that shows `said`."""
    cell = nbformat.v4.new_code_cell("nb.show()", metadata={"label": CELL})
    cell.id = CELL
    cell.outputs = [
        nbformat.v4.new_output("display_data", data={"text/markdown": said, "text/plain": "x"})
    ]
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, folder / "10-failure.ipynb")


@pytest.fixture
def shown(copy: Callable[..., Path], tmp_path: Path) -> tuple[list[Path], Path]:
    """A chapter that embeds a sentence and cites one of its numbers; the results' folder."""
    interaction = found(tmp_path / "results")
    cite = f'Again [.31]{{.num key="{KEY}"}}.\n\n'
    embed = f"{{{{< embed executed/demo/10-failure.ipynb#{CELL} >}}}}\n\n"
    sample = Path(__file__).parent / "sample" / "reports" / "data.qmd"
    root = copy({"reports/data.qmd": sample.read_text("utf-8") + f"\n\n{cite}{embed}"})
    executed(root / "reports/executed/demo", words.interaction(interaction, Case("demo")).en)
    embedded.render(root, ["html"], tmp_path / "books" / "en")
    pages = tmp_path / "books" / "cases" / "demo" / "en"
    pages.mkdir(parents=True)
    (pages / "failure.html").write_text('<div id="finding-interaction"></div>', encoding="utf-8")
    (pages / "measurement.html").write_text("<p>", encoding="utf-8")
    return [tmp_path / "books/en/reports/data.html"], tmp_path / "results"


def test_numbers_in_a_chapter(shown: tuple[list[Path], Path]) -> None:
    """They are links to their findings; what was changed by hand afterwards is found."""
    (page,), kept = shown
    assert faults([page], kept) == (4, [])
    text = page.read_text(encoding="utf-8")
    for old, new, said in (
        (">.31</a>", ">.32</a>", "'.32' is not 0.312"),
        ("interaction.ci_lower", "interaction.low", "there is no such number"),
        ("failure.html#", "voice.html#", "not there; run the notebook first"),
        ("#finding-interaction", "#finding-paradox", "no anchor #finding-paradox of interaction"),
    ):
        assert old in text, old
        page.write_text(text.replace(old, new), encoding="utf-8")
        wrong = faults([page], kept)[1]
        assert wrong and all(said in one for one in wrong), (said, wrong)
    page.write_text(text.replace("data-key=", "data-was="), encoding="utf-8")
    assert faults([page], kept) == (0, [])
    page.write_text(text, encoding="utf-8")
    target = page.parents[2] / "cases/demo/en/failure.html"
    target.write_text("gone", "utf-8")
    assert len(faults([page], kept)[1]) == 4
