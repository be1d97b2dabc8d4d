"""The recipe of CONTRIBUTING.md for a new analysis, followed for a toy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from number_facts import whole_keys

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
FILES = {
    "__init__": '''
        """The analysis "toy"."""
        ''',
    "findings": '''
        """How strongly the items of a survey hang together."""

        from __future__ import annotations

        from loyalty.cases.survey import Survey
        from loyalty.ground.findings import (
            Bounded, Count, Finding, Findings, OfConstruct, Refused, refusable
        )
        from loyalty.ground.reasons import CannotCompute


        class Scale(OfConstruct):
            mean_correlation: Bounded


        class Together(Finding):
            n: Count
            rows: tuple[Scale, ...]


        class Toy(Findings):
            together: Together | Refused | None = None


        @refusable
        def together(survey: Survey, least: int) -> Together:
            """Mean correlation of each construct's items."""
            if len(survey.rows) < least:
                raise CannotCompute("toy_too_few", n=len(survey.rows), least=least)
            rows = []
            for construct in survey.study.constructs:
                r = survey.items(construct.id).corr().to_numpy()
                k = len(r)
                mean = (r.sum() - k) / (k * (k - 1))
                rows.append(Scale(construct=construct.id, mean_correlation=mean))
            return Together(n=len(survey.rows), rows=tuple(rows))
        ''',
    "tables": '''
        """Tables of the toy."""

        from __future__ import annotations

        from loyalty.analyses.toy.findings import Together
        from loyalty.ground.text import Text
        from loyalty.shown.context import Case
        from loyalty.shown.table import Column, Table


        def together(found: Together, case: Case) -> Table:
            columns = [
                Column(lambda r: case.label(r.construct), "Construct"),
                Column("mean_correlation", "Togetherness"),
            ]
            return Table(found.rows, columns, Text(en="Togetherness of items.", zh="题项的聚合。"))
        ''',
    "figures": '''
        """Figures of the toy: none."""
        ''',
    "words": '''
        """Sentences on the toy."""

        from __future__ import annotations

        from loyalty.analyses.toy.findings import Together
        from loyalty.ground.text import Text
        from loyalty.shown.context import Case
        from loyalty.shown.words import number


        def together(found: Together, case: Case) -> Text:
            n = number(found.n)
            return Text(en=f"The toy read {n} answers.", zh=f"玩具读取了 {n} 份答卷。")
        ''',
    "page": '''
        """What a reader sees of each finding, in order."""

        from loyalty.analyses.toy import tables, words

        CHAPTER = "Togetherness"
        PAGE = {"together": [tables.together, words.together]}
        ''',
}
CELLS = (
    'case = "small"\nleast = 30',
    "from loyalty.analyses.toy import findings as toy\n"
    "from loyalty.run.notebook import Notebook\n\n"
    'nb = Notebook("toy", case, least=least)',
    'nb.show("together", toy.together(nb.survey, least))',
    "nb.save()",
)


@pytest.fixture
def house(project: Any) -> Any:
    """The small case's project with this house's code and notebooks in it."""
    root = project.root
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    shutil.rmtree(root / "notebooks")
    for name in ("src", "packages/semfit/src", "notebooks", "reports/assets"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    for name in ("_quarto.yml", "references.bib"):
        shutil.copy(ROOT / name, root)
    fonts = ROOT / ".cache" / "fonts"
    if fonts.is_dir():
        (root / ".cache").mkdir()
        (root / ".cache" / "fonts").symlink_to(fonts)
    return project


def loyalty(root: Path, *arguments: str) -> str:
    """What ``loyalty …`` of the copy prints."""
    code = f"{root / 'src'}{os.pathsep}{root / 'packages' / 'semfit' / 'src'}"
    given = {"LOYALTY_ROOT": str(root), "OMP_NUM_THREADS": "1", "PYTHONPATH": code}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "loyalty.cli", *arguments],
        cwd=root,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def add(file: Path, line: str) -> None:
    """Add a line to a file that ends in one line feed."""
    file.write_text(file.read_text("utf-8") + line + "\n", encoding="utf-8")


def follow(root: Path) -> None:
    """The recipe, file by file."""
    folder = root / "src" / "loyalty" / "analyses" / "toy"
    folder.mkdir()
    for name, source in FILES.items():
        (folder / f"{name}.py").write_text(dedent(source).lstrip(), encoding="utf-8")
    code = [new_code_cell(source) for source in CELLS]
    code[0].metadata["tags"] = ["parameters"]
    heading = new_markdown_cell("# Togetherness")
    section = new_markdown_cell("## Of what hangs together")
    notebook = new_notebook(cells=[heading, *code[:2], section, *code[2:]])
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    nbformat.write(notebook, root / "notebooks" / "13-toy.ipynb")
    lists = root / "src" / "loyalty" / "cases" / "analyses.py"
    text = lists.read_text(encoding="utf-8")
    assert text.count('    "drivers",\n)') == 1
    lists.write_text(text.replace('    "drivers",\n)', '    "drivers",\n    "toy",\n)'))
    terms = root / "src" / "loyalty" / "ground" / "terms"
    add(terms / "headings.yml", '"Togetherness": {zh: "聚合度"}')
    add(terms / "reasons.yml", 'toy_too_few: {en: "only {n} answers", zh: "仅 {n} 份答卷"}')
    add(terms / "notebooks.yml", '"Of what hangs together": {zh: "题项的聚合"}')


def test_the_recipe_for_a_new_analysis(house: Any) -> None:
    root = house.root
    follow(root)
    loyalty(root, "execute", "small", "toy")
    loyalty(root, "show", "small", "toy", "--language", "en,zh")
    loyalty(root, "schema")
    assert (root / "reports" / "schemas" / "toy.json").is_file()
    loyalty(root, "render", "small", "--to", "html", "--language", "en,zh")
    for language, sentence, caption in (
        ("en", "The toy read 60 answers.", "Togetherness of items. Simulated data."),
        ("zh", "玩具读取了 60 份答卷。", "题项的聚合（模拟数据）"),
    ):
        book = root / "reports" / "_book" / "cases" / "small" / language
        page = whole_keys((book / "toy.html").read_text("utf-8"))
        plain = re.sub(r"<[^>]+>", "", page)
        assert sentence in plain and caption in plain
        assert {"en": "Of what hangs together", "zh": "题项的聚合"}[language] in plain
        assert 'data-key="together.n"' in page
        assert 'data-key="together.rows[0].mean_correlation"' in page
