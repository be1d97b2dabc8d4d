"""What every book's project in ``.cache/books/`` holds besides its chapters."""

from __future__ import annotations

import shutil
from pathlib import Path

from loyalty.ground import paths
from loyalty.ground.text import Language
from loyalty.run.analyses import notebook_file, shown_file


def copy_shown(case: str, analysis: str, language: Language, project: Path) -> None:
    """The edition's executed notebook, under the name by which chapters embed its cells."""
    stem = notebook_file(analysis).stem
    target = project / "reports" / "executed" / case / f"{stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shown_file(case, analysis, language), target)


def copy_settings(project: Path) -> None:
    """The bibliography, and what the renderers read beside the chapters."""
    root = paths.root()
    project.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "references.bib", project / "references.bib")
    for part in ("filters", "templates"):
        kept = Path("src", "loyalty", "render", part)
        shutil.copytree(root / kept, project / kept)
