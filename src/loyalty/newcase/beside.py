"""What a project of somebody's own has in ``data/`` beside the cases."""

from __future__ import annotations

import shutil

from loyalty.ground import paths

_IGNORED = """\
# Respondents stay here; a case whose rows may be published says so in a .gitignore of its own.
/*/*
!/*/.gitignore
!/*/study.yml
!/*/README.md
!/*/references.bib
!/*/findings/
"""


def settle() -> None:
    """Let git ignore the rows, and editors know the keys; what is there already stays."""
    if not paths.own():
        return
    ignored = paths.data() / ".gitignore"
    if not ignored.exists():
        paths.write(ignored, _IGNORED)
    schema = paths.suite() / "data" / "study.schema.json"
    if schema.is_file():
        shutil.copyfile(schema, paths.data() / "study.schema.json")
