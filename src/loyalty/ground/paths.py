"""The one place that knows where things are in the project."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from loyalty.ground.errors import UserError


def root() -> Path:
    """The project's folder: ``LOYALTY_ROOT``, else the nearest above the working folder.

    That is one with the suite in it (`_quarto.yml` beside ``notebooks/``), else one with cases of
    somebody's own (``data/*/study.yml``), else the working folder itself, where the first case is
    still to be made.
    """
    return _root(os.environ.get("LOYALTY_ROOT") or os.getcwd())


@lru_cache(maxsize=64)
def _root(start: str) -> Path:
    here = Path(start).resolve()
    above = (here, *here.parents)
    for folder in above:
        if _has_suite(folder) and (folder / "notebooks").is_dir():
            return folder
    return next((f for f in above if any(f.glob("data/*/study.yml"))), here)


def _has_suite(folder: Path) -> bool:
    return (folder / "_quarto.yml").is_file()


def own() -> bool:
    """Whether the project is a folder of somebody's own, without the suite in it."""
    return not _has_suite(root())


#: This package, as it is installed.
PACKAGE = Path(__file__).resolve().parents[1]


def suite() -> Path:
    """What the suite is besides code (notebooks, references, the books' settings): the project's,
    where it is there, else what comes with the package."""
    if not own():
        return root()
    inside = PACKAGE / "suite"
    return inside if inside.is_dir() else PACKAGE.parents[1]


def package() -> Path:
    """The package's files: those in the project, where it has them, else as installed."""
    there = root() / "src" / "loyalty"
    return there if there.is_dir() else PACKAGE


def data() -> Path:
    return root() / "data"


def notebooks() -> Path:
    """The suite's notebooks."""
    return suite() / "notebooks"


def own_notebooks() -> Path:
    """Notebooks that somebody took out of the suite to change them: they go before its own."""
    return root() / "notebooks"


#: Set while findings are computed once more, to be compared: where what a run leaves then goes.
MADE = "LOYALTY_MADE"


def made() -> Path:
    """Below this folder a run leaves what it makes: the project's, or :data:`MADE`."""
    return Path(os.environ.get(MADE) or root())


def executed() -> Path:
    return made() / "reports" / "executed"


def results() -> Path:
    return made() / "reports" / "results"


def recorded(case: str) -> Path:
    """The findings of a case that come with the repository."""
    return data() / case / "findings"


def cache() -> Path:
    """Downloads and fonts: safe to delete, made again when needed."""
    return root() / ".cache"


def write(path: Path, text: str) -> Path:
    """Write `text` as UTF-8, ending in one line feed, in one step or not at all; `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")  # two processes may write it
    part.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    os.replace(part, path)
    return path


def inside(folder: Path, relative: str) -> Path:
    """`relative` resolved below `folder`; a path that leaves it is refused.

    Raises
    ------
    UserError
        For an absolute path, or one that climbs out of `folder` (also through a link).
    """
    base = folder.resolve()
    try:
        path = (base / relative).resolve()
    except (ValueError, OSError, RuntimeError):  # a NUL in it, or links in a circle
        raise UserError(
            "{folder}: {relative!r} is no path", folder=folder.name, relative=relative
        ) from None
    if Path(relative).is_absolute() or not path.is_relative_to(base):
        raise UserError(
            "{folder}: the path {relative!r} leaves the case's folder",
            folder=folder.name,
            relative=relative,
        )
    return path


def schemas() -> Path:
    """JSON Schemas of the findings, an analysis a file."""
    return root() / "reports" / "schemas"


def by_hand() -> Path:
    """The findings of notebooks that somebody ran by hand: beside the results, never over them."""
    return root() / "reports" / "by-hand"


def computed(case: str, notebook: str) -> Path:
    """A notebook's run with the places of its findings, before anything is shown there."""
    return made() / ".cache" / "computed" / case / f"{notebook}.ipynb"
