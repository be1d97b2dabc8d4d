"""What is shown of findings: displays, split cells, anchors, references, by hand, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from matplotlib.figure import Figure as Drawing
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from loyalty.book import dossier
from loyalty.cases import study
from loyalty.ground import findings, paths, results
from loyalty.ground.findings import Bounded, Count, Finding, Findings, Found, Refused, cited
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.run.analyses import PLACE, Part, outline
from loyalty.run.show import Display
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Column, Table
from loyalty.shown.words import number


class Path_(Finding):
    n: Count
    estimate: Bounded


class Toy(Findings):
    one: Path_ | Refused | None = None
    two: Path_ | Refused | None = None


def fit(found: Path_, case: Case) -> Text:
    n = number(found.n)
    return Text(en=f"There are {n} rows.", zh=f"共 {n} 行。")


def estimates(found: Path_, case: Case) -> Table:
    return Table([found], [Column("estimate", "β")], Text(en="The path.", zh="路径。"))


def path_plot(found: Path_, case: Case) -> Figure:
    def draw(language: Any) -> Drawing:
        drawing = Drawing(figsize=(2, 1))
        drawing.subplots().set_title(Text(en="Paths", zh="路径").in_(language))
        return drawing

    return Figure(
        draw, Text(en="A plot.", zh="图。"), Text(en="A path.", zh="一条路径。"), says=None
    )


def nothing(found: Path_, case: Case) -> None:
    return None


def no_sentence(found: Path_, case: Case) -> list[Text]:
    return []


PAGE = {"one": [fit, estimates, path_plot, nothing, no_sentence], "two": [fit]}
ONE = Path_(n=60, estimate=0.483)
REFUSED = Refused(refused=CannotCompute("no_circumstances").reason)


@pytest.fixture
def toy(project: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The analysis ``toy`` with its page, and the case."""
    monkeypatch.setattr(show, "findings_of", lambda analysis: Toy)
    monkeypatch.setattr(show, "page_of", lambda analysis: PAGE)
    (project.root / "notebooks" / "01-toy.ipynb").write_text("{}")
    return Case("small", study.load("small"))


def displayed(finding: Any, case: Case, language: Any = "en") -> list[show.Display]:
    return list(show.displays("toy", "one", cited(finding, "small/toy/one"), case, language))


# --- displays ------------------------------------------------------------------------------------
def test_each_thing_that_the_page_names_is_shown(toy: Case) -> None:
    text, table, figure = displayed(ONE, toy)
    assert [d.label for d in (text, table, figure)] == [
        "txt-small-toy-fit",
        "tbl-small-toy-estimates",
        "fig-small-toy-path-plot",
    ]
    assert {d.finding for d in (text, table, figure)} == {"one"}
    assert text.bundle["text/markdown"] == 'There are [60]{.num key="small/toy/one.n"} rows.'
    assert (text.caption, text.alt) == (None, None)
    assert table.caption == "The path. Simulated data."
    assert 'key="small/toy/one.estimate"' in table.bundle["text/markdown"]
    assert (figure.caption, figure.alt) == ("A plot. Simulated data.", "A path.")
    assert figure.bundle["image/svg+xml"].startswith("<svg") and figure.bundle["image/png"]
    assert "<dc:date>" not in figure.bundle["image/svg+xml"], "the clock"


def test_displays_in_chinese(toy: Case) -> None:
    text, table, figure = displayed(ONE, toy, "zh")
    assert text.bundle["text/markdown"] == '共 [60]{.num key="small/toy/one.n"} 行。'
    assert (table.caption, figure.caption) == ("路径（模拟数据）", "图（模拟数据）")
    assert figure.alt == "一条路径"


def test_a_refusal_is_shown_as_its_reason(toy: Case) -> None:
    (text,) = displayed(REFUSED, toy)
    assert text.label == "txt-small-toy-one"
    assert text.bundle["text/markdown"].startswith("This analysis cannot be done here: ")


@pytest.mark.parametrize(
    ("simulated", "cases", "said"),
    [
        (None, (False, False), ("x.", "x")),
        (None, (True, False), ("x. Includes simulated data.", "x（含模拟数据）")),
        (True, (True, False), ("x. Simulated data.", "x（模拟数据）")),
        (False, (True, False), ("x.", "x")),
    ],
)
def test_captions_of_all_cases_together(
    simulated: bool | None, cases: tuple[bool, ...], said: tuple[str, str]
) -> None:
    described: Any = {str(i): SimpleNamespace(simulated=s) for i, s in enumerate(cases)}
    case = Case(study.ALL, described=described)
    assert tuple(show._marked(_table(simulated), case, one) for one in LANGUAGES) == said


def _table(simulated: bool | None) -> Table:
    return Table([], [], Text(en="x.", zh="x。"), simulated=simulated)


def shown_as(page: list[Any], case: Case, language: Any = "en") -> dict[str, Display]:
    """What a page of these things shows of a finding, by label."""
    named = [SimpleNamespace(__name__=f"part{k}") for k in range(len(page))]
    led = show._leading([*zip(named, page, strict=True)], case)
    out = [show._display("one", n.__name__, what, case, language) for n, what in led if what]
    return {d.label: d for d in out}


def test_a_figure_says_first_what_is_said_of_its_finding(toy: Case) -> None:
    def draw(language: Any) -> Drawing:
        return Drawing(figsize=(1, 1))

    figure = Figure(draw, Text(en="A plot.", zh="图。"), Text(en="A path.", zh="一条路径。"))
    said = [
        Text(
            en='*r* is [.5]{.num key="small/toy/one.estimate"} \\(high\\) [@hu1999].',
            zh="相关为 .5。",
        ),
        Text(en="So be it.", zh="如此。"),
    ]
    shown = shown_as([_table(False), figure, said], toy)
    assert shown["fig-part1"].caption == f"{said[0].en} A plot. Simulated data."
    assert shown["fig-part1"].alt == "r is .5 (high). A path."
    assert shown["tbl-part0"].caption == "x. Simulated data."
    assert shown["txt-part2"].bundle["text/markdown"] == "So be it."
    assert shown_as([figure, said], toy, "zh")["fig-part0"].alt == "相关为 0.5。一条路径"
    # another sentence, another caption; nothing left to say; tables say what they show
    later = shown_as([replace(figure, says=1), said], toy)
    assert later["fig-part0"].alt == "So be it. A path."
    assert later["txt-part1"].bundle["text/markdown"] == said[0].en
    alone = shown_as([figure, said[1]], toy)
    assert alone["fig-part0"].caption == "So be it. A plot. Simulated data."
    assert list(alone) == ["fig-part0"]
    assert shown_as([_table(False), said], toy)["tbl-part0"].caption == "x. Simulated data."
    own = shown_as([replace(figure, said=Text(en="Mine.", zh="我的。")), said], toy)
    assert own["fig-part0"].alt == "Mine. A path."
    across = Case(study.ALL, described={})
    assert shown_as([figure, said], across)["fig-part0"].caption == "A plot."


def test_a_caption_begins_with_what_was_found(toy: Case) -> None:
    found = replace(_table(False), said=Text(en="It is so.", zh="如此。"))
    assert show._marked(found, toy, "en") == "It is so. x. Simulated data."
    assert show._marked(found, toy, "zh") == "如此。x（模拟数据）"


# --- the executed notebook -----------------------------------------------------------------------
def place(name: str) -> Any:
    return new_output("display_data", data={PLACE: {"finding": name}, "text/plain": name})


@pytest.fixture
def ran(toy: Case) -> Callable[..., Any]:
    """``ran(one, two)``: leaves what a run leaves, shows it, and reads it back."""

    def run(one: Any, two: Any, language: Any = "en") -> tuple[list[Any], str]:
        printed = new_output("stream", name="stdout", text="printed\n")
        cells = [
            new_markdown_cell("# Toy\n\n## By group\n\nA passage of nobody."),
            new_code_cell('case = "x"'),
            new_code_cell('nb.show("one", 1)', outputs=[printed, place("one")]),
            new_code_cell('nb.show("two", 2)', outputs=[place("two")] if two else []),
        ]
        for i, cell in enumerate(cells):
            cell.id = f"cell-{i + 1}"
        raw = paths.computed("small", "01-toy")
        raw.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(new_notebook(cells=cells), raw)
        origin = results.Provenance(
            notebook="01-toy",
            parameters={},
            data=[],
            code_sha256="",
            git_commit=None,
            git_changed=None,
            python="",
            packages={},
        )
        findings.write(
            Found[Toy](
                case="small",
                analysis="toy",
                simulated=True,
                findings=Toy(one=one, two=two),
                provenance=origin,
            )
        )
        show.show("small", "toy", language)
        stem = "01-toy" if language == "en" else f"01-toy-{language}"
        folder = paths.executed() / "small"
        shown = nbformat.read(folder / f"{stem}.ipynb", as_version=4)
        nbformat.validate(shown)
        page = dossier.page("small", "toy", outline(folder / f"{stem}.ipynb"))
        return shown.cells, page

    return run


def test_what_is_shown_on_demand_stands_in_a_fold() -> None:
    parts = [Part(code="x", label="fig-a", folded='With "items"'), Part(code="y", label="fig-b")]
    page = dossier.page("small", "descriptives", parts)
    fold = re.search(r'::: \{\.callout-note collapse="true" title="With .*?\n\n:::\n', page, re.S)
    assert fold and "#fig-a" in fold[0] and "#fig-b" not in fold[0]


def test_only_the_parameters_that_held_are_shown(tmp_path: Path) -> None:
    title, *rest = (
        new_markdown_cell("# Toy"),
        new_code_cell('case = "another"', metadata={"tags": ["parameters"]}),
        new_code_cell('case = "mine"', metadata={"tags": ["injected-parameters"]}),
    )
    file = tmp_path / "toy.ipynb"
    nbformat.write(new_notebook(cells=[title, *rest]), file)
    assert [part.code for part in outline(file)] == ['case = "mine"']
    nbformat.write(new_notebook(cells=[title, rest[0]]), file)
    assert [part.code for part in outline(file)] == ['case = "another"']


def test_one_thing_a_cell_with_its_label(ran: Callable[..., Any]) -> None:
    cells, page = ran(ONE, REFUSED)
    assert [c.id for c in cells] == [
        "cell-1",
        "cell-2",
        "txt-small-toy-fit",
        "tbl-small-toy-estimates",
        "fig-small-toy-path-plot",
        "txt-small-toy-two",
    ]
    text, table, figure, _ = cells[2:]
    assert [o.output_type for o in text.outputs] == ["stream", "display_data"]
    assert text.source == 'nb.show("one", 1)' and table.source.startswith("#")
    assert table.metadata == {
        "finding": "one",
        "label": "tbl-small-toy-estimates",
        "tbl-cap": "The path. Simulated data.",
    }
    assert figure.metadata["fig-alt"] == "A path." and len(figure.outputs) == 1
    source = '{.num key="small/toy/one.n"}'
    assert source in text.outputs[1].data["text/markdown"]
    # The page: an anchor a finding, the code once, what was refused elsewhere
    assert page.count("#f-one}") == 1 and "#f-two}" not in page
    assert page.index("#f-one}") < page.index("#txt-small-toy-fit >}}")
    assert page.count('nb.show("one", 1)') == 1 and "shown by the cell above" not in page
    assert "txt-small-toy-two" not in page
    assert dossier._refused(outline(paths.executed() / "small" / "01-toy.ipynb"))[0][1]


def test_a_finding_that_the_case_does_not_call_for(ran: Callable[..., Any]) -> None:
    cells, page = ran(ONE, None)
    assert cells[-1].id == "cell-4" and cells[-1].outputs == []
    assert "#f-two}" not in page


def test_the_chinese_edition_stands_beside(ran: Callable[..., Any]) -> None:
    ran(ONE, None)
    cells, page = ran(ONE, None, "zh")
    assert cells[0].source.split("\n\n")[1] == "## 按组"
    assert cells[0].source.endswith("A passage of nobody.")
    assert any("行。" in str(cell.get("outputs")) for cell in cells) and "#f-one}" in page
    folder = paths.executed() / "small"
    assert sorted(f.name for f in folder.iterdir()) == [
        "01-toy-zh.ipynb",
        "01-toy.ipynb",
    ]


def test_nothing_to_show_yet(toy: Case, refusal: Callable[..., str]) -> None:
    said = refusal(show.show, "small", "toy")
    assert said == "small · toy: the notebook has not run"


def test_a_notebook_run_by_hand_shows_plain_numbers(
    toy: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    import IPython.display

    shown: list[dict[str, str]] = []
    monkeypatch.setattr(IPython.display, "display", lambda bundle, raw: shown.append(bundle))
    show.by_hand(SimpleNamespace(case="small", analysis="toy"), "one", ONE)  # type: ignore[arg-type]
    said = [bundle.get("text/markdown", "figure") for bundle in shown]
    assert said[0] == "There are 60 rows."
    assert said[2:] == ["**The path. Simulated data.**", "figure", "**A plot. Simulated data.**"]
    assert not any(".num" in text for text in said)
