"""A small book with everything the report uses; its notebooks are made here."""

from __future__ import annotations

import base64
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
from matplotlib import font_manager
from matplotlib.figure import Figure

from loyalty.render import fonts
from loyalty.render.pictures import NARROW_KIND

SAMPLE = Path(__file__).parent / "sample"


def figure_output(title: str, points: int, height: float = 3.2) -> dict[str, Any]:
    """An image bundle as the notebooks of the study have it."""
    with matplotlib.rc_context({"svg.fonttype": "path", "svg.hashsalt": "sample"}):
        figure = Figure(figsize=(6.4, height), layout="tight")
        axes = figure.subplots()
        axes.scatter(range(points), [(i * 7) % 11 for i in range(points)], s=14, color="#1f5fa8")
        axes.set_title(title)
        axes.set_xlabel("Satisfaction 满意度")
        axes.set_ylabel("Loyalty 忠诚度")
        svg, png = io.StringIO(), io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
        figure.savefig(png, format="png", dpi=60)
    return {
        "image/svg+xml": svg.getvalue(),
        "image/png": base64.b64encode(png.getvalue()).decode(),
        "text/plain": "<Figure>",
    }


def cell(label: str, data: dict[str, Any], **metadata: Any) -> Any:
    """A code cell with one output."""
    made = nbformat.v4.new_code_cell("show()", metadata={"label": label, **metadata})
    made.outputs = [nbformat.v4.new_output("display_data", data=data)]
    made.id = label
    return made


def wide_table() -> str:
    names = [f"ITEM{i}" for i in range(1, 13)]
    rows = [
        f"| 变量 {n} | "
        + " | ".join(f"{(i * 37 + k * 11) % 100 / 100:.2f}"[1:] for k in range(12))
        + " |"
        for i, n in enumerate(names)
    ]
    head = "| Item | " + " | ".join(names) + " |\n|:--|" + "--:|" * 12 + "\n"
    return head + "\n".join(rows) + "\n\n*Note.* Correlations of twelve items.\n"


def long_table() -> str:
    rows = [
        f"| Firm {i} | A firm with a long description that has to wrap in its column, number {i} "
        f"| {i * 3.17:.2f} | {i * 13 % 97} |"
        for i in range(1, 61)
    ]
    return "| Firm | Description | Mean | *n* |\n|:--|:--|--:|--:|\n" + "\n".join(rows) + "\n"


LOADINGS = r"""| Construct | Item | Loading | 95% CI | Wording |
|:--|:--|--:|:-:|:--|
| Image 形象 | IMAG1 | .74 | [.68, .80] | It can be trusted\* in what it says |
| Image 形象 | IMAG2 | .60 | [.51, .69] | \<script\>alert\(1\)\<\/script\> is shown as text |
| Loyalty 忠诚 | CUSL2 | .22 | [.08, .36] | If your provider raised prices |

*Note.* *n* = 250\. Weak items are named in the text, see @fig-demo-loadings.
"""


def make(root: Path) -> Path:
    """Write the sample book into `root`."""
    shutil.copytree(SAMPLE, root, dirs_exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        face = fonts.extract_sc_face(Path(folder))
        return _make(root, face)


def _make(root: Path, face: Path) -> Path:
    font_manager.fontManager.addfont(str(face))
    with matplotlib.rc_context({"font.family": ["DejaVu Sans", fonts.FAMILY]}):
        notebooks = {
            "02-descriptives": [
                cell(
                    "txt-demo-words",
                    {
                        "text/markdown": "Firms differ little, as "
                        "@fig-demo-scatter shows. 企业之间差别很小。\n\nA second paragraph.",
                        "text/plain": "x",
                    },
                ),
                cell(
                    "fig-demo-scatter",
                    {
                        **figure_output("Scatter 散点图", 60),
                        NARROW_KIND: figure_output("Narrow 窄", 60)["image/svg+xml"],
                    },
                    **{
                        "fig-cap": "Loyalty by *satisfaction* 忠诚度与满意度",
                        "fig-alt": "Scatter of loyalty against satisfaction",
                    },
                ),
                cell(
                    "tbl-demo-wide",
                    {"text/markdown": wide_table(), "text/plain": "x"},
                    **{"tbl-cap": "A wide table 宽表"},
                ),
                cell(
                    "tbl-demo-long",
                    {"text/markdown": long_table(), "text/plain": "x"},
                    **{"tbl-cap": "A long table over several pages"},
                ),
            ],
            "04-measurement": [
                cell(
                    "tbl-demo-loadings",
                    {"text/markdown": LOADINGS, "text/plain": "x"},
                    **{"tbl-cap": "Standardized loadings 标准化载荷"},
                ),
                cell(
                    "fig-demo-loadings",
                    figure_output("Loadings", 20),
                    **{"fig-cap": "Loadings with their intervals", "fig-alt": "Dots"},
                ),
                cell(
                    "fig-demo-app",
                    figure_output("Appendix", 9, 2.2),
                    **{"fig-cap": "A figure in the appendix", "fig-alt": "Nine dots"},
                ),
            ],
        }
    folder = root / "reports/executed/demo"
    folder.mkdir(parents=True, exist_ok=True)
    for name, cells in notebooks.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {name}"), *cells])
        book.cells[0].id = "title"
        book.metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        }
        nbformat.write(book, folder / f"{name}.ipynb")
    return root
