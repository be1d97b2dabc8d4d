"""Processor time of a page: the embedded renderer on one made-up book, here and at another commit.

    python benchmarks/rendering.py [--before CHECKOUT] [--pages 24] [--json FILE]

The book has prose, citations, references, tables and figures out of executed notebooks, and
nothing that only a later renderer knows, in English and in Chinese. Each rendering (HTML, nothing
kept from an earlier one) is a process of its own; its processor seconds with those of Pandoc,
divided by the pages, are the least of some runs in turn. ``again`` is what a second rendering takes
after a sentence of one page has changed. `numbers` makes every number of the tables lead to its
finding, which the renderer of the commit before did not know.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

RUNS = 4
RENDER = (
    "import sys; from pathlib import Path; from loyalty.render import embedded; "
    "root = Path(sys.argv[1]); kept = dict(cache=root / 'kept.zip') if len(sys.argv) > 2 else {}; "
    "embedded.render(root, ['html'], root / 'out', **kept)"
)
SENTENCES = {
    "en": "Customers who are satisfied tend to stay, though not all of them do so for long. ",
    "zh": "满意的客户往往会留下来，但并非所有人都会长期留下。",
}
SETTINGS = """project: {{type: book, output-dir: out}}
lang: {lang}
number-sections: true
citeproc: true
bibliography: references.bib
book: {{title: A book, author: Somebody, chapters: [{chapters}]}}
format: {{html: {{toc: true}}, typst: default}}
"""
WORK = "@article{one2001, author={One, A.}, title={A title}, journal={Journal}, year={2001}}\n"


def table(page: int, number: int, linked: bool) -> str:
    head = "| Path | β | Lower | Upper | *p* | Verdict |\n|:--|--:|--:|--:|--:|:--|\n"
    rows = []
    for row in range(24):
        texts = [f".{(page * 7 + number * 5 + row * 3 + k) % 90 + 10}" for k in range(4)]
        if linked:
            key = f"case/structural/paths{number}.rows[{row}]"
            texts = [f'[{t}]{{.num key="{key}.f{k}"}}' for k, t in enumerate(texts)]
        rows.append(f"| Quality → Loyalty {row} | {' | '.join(texts)} | supported |")
    return head + "\n".join(rows) + "\n"


def drawing(page: int) -> str:
    dots = "".join(
        f'<circle cx="{(k * 37 + page) % 480}" cy="{k * 53 % 290}" r="2"/>' for k in range(400)
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="300">{dots}</svg>'


def cell(label: str, data: dict[str, Any], **metadata: Any) -> Any:
    made = nbformat.v4.new_code_cell("show()", metadata={"label": label, **metadata})
    made.outputs = [nbformat.v4.new_output("display_data", data={**data, "text/plain": "x"})]
    made.id = label
    return made


def book(root: Path, pages: int, lang: str, linked: bool) -> None:
    """Write the book into `root`."""
    folder = root / "reports" / "executed" / "case"
    folder.mkdir(parents=True)
    names = []
    for page in range(pages):
        parts = [f"# Page {page} {{#sec-p{page}}}", SENTENCES[lang] * 8]
        cells = []
        for k in range(3):
            label = f"tbl-p{page}-{k}"
            markdown = {"text/markdown": table(page, k, linked)}
            cells.append(cell(label, markdown, **{"tbl-cap": f"Paths {k}"}))
            embed = f"{{{{< embed reports/executed/case/05-p{page}.ipynb#{label} >}}}}"
            said = (
                f"{SENTENCES[lang] * 5} See @{label} and @one2001 and @sec-p{(page + 1) % pages}."
            )
            parts += [f"## Part {k}", said, embed]
        label = f"fig-p{page}"
        options = {"fig-cap": "Dots", "fig-alt": "Dots in a field"}
        cells.append(cell(label, {"image/svg+xml": drawing(page)}, **options))
        parts.append(f"{{{{< embed reports/executed/case/05-p{page}.ipynb#{label} >}}}}")
        notebook = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(notebook, folder / f"05-p{page}.ipynb")
        # the renderer before led to a page of the notebook
        (folder / f"05-p{page}.html").write_text("<p>notebook</p>", encoding="utf-8")
        names.append("index.qmd" if page == 0 else f"p{page}.qmd")
        (root / names[-1]).write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (root / "references.qmd").write_text("# References\n\n::: {#refs}\n:::\n", encoding="utf-8")
    (root / "references.bib").write_text(WORK, encoding="utf-8")
    chapters = ", ".join([*names, "references.qmd"])
    (root / "_quarto.yml").write_text(SETTINGS.format(lang=lang, chapters=chapters), "utf-8")


def seconds(source: Path, root: Path, *more: str) -> float:
    """Processor seconds of one rendering by the code below `source`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = os.pathsep.join([str(source / "src"), str(source / "packages" / "semfit" / "src")])
    command = [sys.executable, "-c", RENDER, str(root), *more]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": path})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(sources: dict[str, tuple[Path, bool]], pages: int, lang: str) -> dict[str, float]:
    """Processor seconds of a page by each code, with numbers linked or not: the least of some runs,
    which take turns, for the machine may have other work."""
    taken: dict[str, list[float]] = {name: [] for name in sources}
    with tempfile.TemporaryDirectory() as folder:
        for name, (_, linked) in sources.items():
            book(Path(folder, name), pages, lang, linked)
        for _ in range(RUNS):
            for name, (source, _) in sources.items():
                taken[name].append(seconds(source, Path(folder, name)))
    return {name: round(min(found) / pages, 4) for name, found in taken.items()}


def again(source: Path, pages: int) -> float:
    """Processor seconds of the whole book after a sentence of one page has changed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        book(root, pages, "en", False)
        seconds(source, root, "kept")
        taken = []
        for run in range(RUNS):
            page = root / "p1.qmd"
            page.write_text(f"{page.read_text('utf-8')}\nAnother one, {run}.\n", encoding="utf-8")
            taken.append(seconds(source, root, "kept"))
        return min(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--before", type=Path, help="a checkout of another commit")
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    here = Path(__file__).resolve().parents[1]
    result: dict[str, Any] = {"pages": asked.pages, "seconds_a_page": {}}
    sources = {"now": (here, False), "numbers": (here, True)}
    if asked.before:
        sources["before"] = (asked.before.resolve(), False)
    for lang in SENTENCES:
        result["seconds_a_page"][lang] = measured(sources, asked.pages, lang)
    result["seconds_again"] = round(again(here, asked.pages), 3)
    text = json.dumps(result, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
