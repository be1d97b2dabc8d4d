"""A number in a chapter: the page links it to its finding, and the report's test would tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from number_facts import faults, whole_keys

from loyalty.analyses.failure import findings as failure
from loyalty.analyses.failure import words
from loyalty.ground import findings, paths, results
from loyalty.ground.findings import Found
from loyalty.render import embedded
from loyalty.render.project import load_book
from loyalty.run.analyses import page_of
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
    (pages / "failure.html").write_text('<div id="f-interaction"></div>', encoding="utf-8")
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
        ("failure.html#", "voice.html#", "results demo/voice.json: not there"),
        ("#f-interaction", "#f-paradox", "no anchor #f-paradox of interaction"),
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


def test_a_row_has_the_beginning_of_its_keys_once(
    copy: Callable[..., Path], tmp_path: Path
) -> None:
    """Whole names of it; where the cells have nothing in common they keep theirs."""
    keys = ["a.rows[10].low", "a.rows[10].high"], ["a.rows[1].n", "a.rows[10].n"], ["a.n", "b.n"]
    cells = [[f'[1]{{.num key="demo/failure/{key}"}}' for key in row] for row in keys]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in cells)
    sample = Path(__file__).parent / "sample" / "reports" / "data.qmd"
    text = f"{sample.read_text('utf-8')}\n\n| x | y |\n|:--|:--|\n{rows}\n"
    embedded.render(copy({"reports/data.qmd": text}), ["html"], tmp_path / "en")
    page = (tmp_path / "en/reports/data.html").read_text("utf-8")
    assert '<tr data-of="a.rows[10]"><td>' in page and 'data-key=".low">1</a>' in page
    assert '<tr data-of="a.rows">' in page and 'data-key="[10].n">1</a>' in page
    assert 'data-key="b.n">1</a>' in page
    whole = re.findall(r'data-key="([^"]*)">1</a>', whole_keys(page))
    assert whole == [key for row in keys for key in row]


def test_what_stands_on_a_second_page_is_there(sample: Path, copy: Callable[..., Path]) -> None:
    """A finding, and the names of what shows it; the settings list none that is not there."""
    further = yaml.safe_load((paths.root() / "_quarto.yml").read_text("utf-8"))["further"]
    settings = yaml.safe_load((sample / "_quarto.yml").read_text("utf-8")) | {"further": further}
    whole = load_book(copy({"_quarto.yml": yaml.safe_dump(settings)}))
    assert whole.further
    for address, listed in whole.further.items():
        case, analysis = address.split("/")
        page = page_of(analysis)
        shown = {
            one.__name__.strip("_").replace("_", "-") for made in page.values() for one in made
        }
        assert set(listed) <= set(page) | shown, address
        first = [name for name in page if name not in listed]
        assert whole.dossier_page(case, analysis, first[0]).endswith(f"/en/{analysis}.html")
        for name in (listed[0], f"{listed[0]}-of-a-case"):
            there = whole.dossier_page(case, analysis, name)
            assert there.endswith(f"/en/{analysis}-further.html")
    assert whole.dossier_page("demo", "trial", "cases").endswith("/en/trial.html")
