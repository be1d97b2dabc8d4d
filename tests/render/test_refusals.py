"""What the embedded renderer does not know it names by file and line, all of it at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import sample_book

from loyalty.render import embedded
from loyalty.render.embedded import RenderError

# each line of a page, and what is said about it (empty: nothing)
LINES = [
    ("{{< video x.mp4 >}}", "unknown shortcode `video x.mp4`"),
    ("{{< var no.such >}}", "variable no.such is not in _variables.yml"),
    ("{{< include none.qmd >}}", "include none.qmd does not exist"),
    ("{{< include ../../out.qmd >}}", "lies outside the project"),
    ("{{< embed executed/none.ipynb#fig-x >}}", "notebook reports/executed/none.ipynb does not"),
    ("{{< embed executed/demo/04-measurement.ipynb#fig-no >}}", "no cell is labelled fig-no"),
    ("{{< embed executed/demo/04-measurement.ipynb >}}", "expected `embed notebook.ipynb#label`"),
    ("::: {.panel-tabset}\n:::", "class `.panel-tabset` is not known"),
    ("::: {.callout-danger}\n:::", "class `.callout-danger` is not known"),
    ("::: {.column-margin}\n:::", "class `.column-margin` is not known"),
    ("[x]{.aside}", "class `.aside` is not known"),
    ('::: {.content-visible when-format="pdf"}\n:::', "expected one of html, typst, docx"),
    ("::: {#thm-x}\n:::", "labels such as `#thm-x` are not known"),
    ("```{python}\n1\n```", "a code cell `{python}` is not known"),
    ("```{mermaid}\ngraph\n```", "a code cell `{mermaid}` is not known"),
    ("`{python} x`", "inline code to execute is not known"),
    ("See @fig-none here.", "reference @fig-none is not resolved"),
    ("See @nobody2020 here.", "citation @nobody2020 is not in the bibliography"),
    ("![No such](assets/none.png){#fig-none2}", "image assets/none.png does not exist"),
    ("![Far](https://example.org/x.png)", "is not in the project"),
    ("[link](nowhere.qmd)", "link to nowhere.qmd, which does not exist"),
    ("[link](concepts.qmd#sec-nothing)", "link to #sec-nothing, which is not there"),
    ("[link](javascript:alert)", "link to 'javascript:alert'"),
    ("中文见@fig-path 字", "stays plain text"),
    ("[.1]{.num key=\"demo\"}", '.num needs key="case/analysis/finding.field"'),
    ("[.1]{.num}", '.num needs key="case/analysis/finding.field"'),
    ("Broken {#fig x} attribute", "would be printed as it stands"),
    ("An undefined[^none] note", "would be printed as it stands"),
    ("Fine {{< var demo.measurement.n >}} and `{{{< var x >}}}`.", ""),
    ("Also fine\\: \\{\\{\\< z \\>\\}\\}, \\{\\#sec and \\[\\^1\\].", ""),
    (":::", "`:::` closes nothing"),
]  # fmt: skip


def faults(root: Path) -> list[str]:
    with pytest.raises(RenderError) as caught:
        embedded.render(root, ["html"], root / "reports/_book")
    assert not (root / "reports/_book").exists()
    return str(caught.value).splitlines()


def test_every_fault_has_its_line(copy: Callable[..., Path]) -> None:
    text, expected, number = "# Data {#sec-data}\n\n## Scales {#sec-scales}\n\n", [], 5
    for line, message in LINES:
        if message:
            expected.append((number, message))
        text += line + "\n\n"
        number += line.count("\n") + 2
    root = copy({"reports/data.qmd": text})
    found = faults(root)
    for number, message in expected:
        assert any(
            line.startswith(f"reports/data.qmd:{number}: ") and message in line for line in found
        ), f"{number}: {message}\n" + "\n".join(found)
    for good in numbers_of_good_lines(text):
        assert not [line for line in found if line.startswith(f"reports/data.qmd:{good}:")]


def numbers_of_good_lines(text: str) -> list[int]:
    good = ("Fine ", "Also fine")
    return [i for i, line in enumerate(text.splitlines(), 1) if line.startswith(good)]


def test_faults_in_an_included_file_name_it(copy: Callable[..., Path]) -> None:
    root = copy({"reports/_generated/tables.qmd": "## Head\n\n{{< what >}}\n\n@tbl-none\n"})
    found = faults(root)
    assert "reports/_generated/tables.qmd:3: unknown shortcode `what`" in found
    assert "reports/_generated/tables.qmd:5: reference @tbl-none is not resolved" in found


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("reports/data.qmd", "No heading\n", "reports/data.qmd:1: the page has no title"),
        ("reports/data.qmd", "# A\n\n# B {#sec-scales}\n", "a second first-level heading: B"),
        ("reports/data.qmd", "---\ntitle: [\n---\n", "reports/data.qmd:2:"),
        ("reports/data.qmd", "---\nexecute: 1\n---\n# A\n", "reports/data.qmd:2: unknown key"),
        ("reports/data.qmd", "# A\n\n```\nopen\n", "a code block is not closed"),
        ("reports/data.qmd", "# A\n\n::: {.x}\n", "reports/data.qmd:3: this `:::` block is not"),
        ("reports/data.qmd", "# A\n\n## B {#sec-methods}\n", "label sec-methods is used already"),
        ("_variables.yml", "demo:\n  measurement:\n    r2: '<b>x</b>'\n    n: 1\n", "holds markup"),
        ("_variables.yml", "demo: [\n", "_variables.yml:"),
        ("_quarto.yml", "project: {type: book}\n", "_quarto.yml: has no `book:`"),
        ("_quarto.yml", "project: {\n", "_quarto.yml:"),
        ("references.bib", "", "citation @oliver2010 is not in the bibliography"),
    ],
)
def test_one_fault(copy: Callable[..., Path], name: str, text: str, message: str) -> None:
    assert any(message in line for line in faults(copy({name: text})))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - index.qmd", "  - index.qmd\n    - none.qmd", "chapter none.qmd does not exist"),
        ("number-sections: true", "crossref: {}", "does not know `crossref`"),
        ("  author:", "  cover-image: x.png\n  author:", "does not know `book: cover-image`"),
        ("    - index.qmd\n", "", "needs the chapter index.qmd"),
        ('"2026-01-31"', "today", "changes with every run"),
    ],
)
def test_settings(copy: Callable[..., Path], old: str, new: str, message: str) -> None:
    text = (sample_book.SAMPLE / "_quarto.yml").read_text(encoding="utf-8")
    assert old in text
    assert any(message in x for x in faults(copy({"_quarto.yml": text.replace(old, new)})))


LABELLED = {"fig-cap": "A caption"}


@pytest.mark.parametrize(
    ("label", "data", "metadata", "message"),
    [
        ("tbl-x", {"text/html": "<b>x</b>", "text/markdown": "x"}, {}, "output is text/html"),
        ("txt-x", {"text/plain": "x"}, {}, "neither markdown nor an image"),
        ("fig-x", {"image/png": "AAAA"}, {}, "has no fig-cap"),
        (
            "fig-x",
            {"image/svg+xml": "<svg><script>x()</script></svg>"},
            {"fig-cap": "c"},
            "the SVG holds a script",
        ),
        ("fig-x", {"image/svg+xml": '<svg onload="x()"/>'}, {"fig-cap": "c"}, "holds a script"),
        (
            "fig-x",
            {"image/svg+xml": '<svg><image href="https://x.org/i.png"/></svg>'},
            {"fig-cap": "c"},
            "or an address",
        ),
        ("tbl-x", {"image/png": "AAAA"}, LABELLED, "prefix does not fit"),
        ("txt-x", {"text/markdown": "[x](javascript:alert)"}, {}, "link to 'javascript:alert'"),
        ("txt-x", {"text/markdown": "![x](x.png)"}, {}, "an image inside markdown output"),
        ("txt-x", {"text/markdown": "# Head"}, {}, "a heading inside a notebook's output"),
        ("txt-x", {"text/markdown": "See @fig-nowhere"}, {}, "@fig-nowhere is not resolved"),
    ],
)
def test_notebook_outputs(
    copy: Callable[..., Path], label: str, data: dict[str, Any], metadata: dict[str, Any],
    message: str,
) -> None:  # fmt: skip
    page = "# A {#sec-data}\n\n{{< embed executed/x/01-x.ipynb#" + label + " >}}\n"
    root = copy({"reports/data.qmd": page})
    write_notebook(root, [sample_book.cell(label, data, **metadata)])
    assert any(message in line for line in faults(root))


def write_notebook(root: Path, cells: list[Any]) -> None:
    folder = root / "reports/executed/x"
    folder.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "01-x.ipynb")
    (folder / "01-x.html").write_text("<title>x</title>", encoding="utf-8")


def test_failed_and_doubled_cells(copy: Callable[..., Path]) -> None:
    page = "# A\n\n{{< embed executed/x/01-x.ipynb#txt-a >}}\n\n"
    page += "{{< embed executed/x/01-x.ipynb#txt-b >}}\n"
    root = copy({"reports/data.qmd": page})
    failed = sample_book.cell("txt-a", {"text/markdown": "x"})
    failed.outputs = [nbformat.v4.new_output("error", ename="E", evalue="v", traceback=[])]
    twice = [sample_book.cell("txt-b", {"text/markdown": "x"}) for _ in range(2)]
    twice[1].id = "other"
    write_notebook(root, [failed, *twice])
    found = faults(root)
    assert any(line.startswith("reports/data.qmd:3: ") and "failed" in line for line in found)
    assert any(line.startswith("reports/data.qmd:5: 2 cells are labelled") for line in found)


def test_notebook_output_cannot_act(copy: Callable[..., Path]) -> None:
    """Markup, attributes and raw blocks in an output reach the page as text or not at all."""
    nasty = (
        '<img src=x onerror="alert(1)"> `<b>`{=html} [t](https://example.org){onclick="x()"} '
        '[s]{onclick="y()" style="position:fixed"} <script>z()</script>\n\n'
        '```{=html}\n<script>q()</script>\n```\n\n::: {.x onclick="a()"}\ntext\n:::\n'
    )
    root = copy()
    write_notebook(root, [sample_book.cell("txt-x", {"text/markdown": nasty})])
    index = root / "index.qmd"
    index.write_text("# Only {.unnumbered}\n", encoding="utf-8")
    for name in ("concepts", "measurement", "codebook", "methods"):
        path = root / f"reports/{name}.qmd"
        path.write_text(f"# {name}\n", encoding="utf-8")
    (root / "reports/data.qmd").write_text(
        "# A\n\n{{< embed executed/x/01-x.ipynb#txt-x >}}\n", encoding="utf-8"
    )
    embedded.render(root, ["html", "pdf"], root / "out")
    text = (root / "out/reports/data.html").read_text(encoding="utf-8")
    article = text.partition("<article>")[2].partition("</article>")[0]
    assert "<script" not in article and "<img" not in article and "<b>" not in article
    for attribute in ("onclick=", "style="):
        assert f' {attribute}"' not in article.replace("&quot;", "'")
    assert "&lt;script&gt;" in article
    assert json.dumps("z()")[1:-1] in article
