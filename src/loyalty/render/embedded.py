"""The embedded renderer: the same book as Quarto makes, by Pandoc and Typst from PyPI.

It knows exactly the part of Quarto's syntax that the report uses and refuses the rest by file
and line. Nothing of an earlier book is touched unless the new one is complete.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import citations, docx, pandoc, pdf
from .document import Builder
from .errors import Fault, RenderError
from .html import HtmlWriter
from .project import load_book
from .store import Store

__all__ = ["FORMATS", "RenderError", "describe", "render", "swap"]

FORMATS = ("html", "pdf", "docx")


def describe() -> str:
    """What made the book, for a page's footer: ``Pandoc 3.9 · Typst 0.15.2``."""
    return f"Pandoc {pandoc.version()} · Typst {pdf.version()}"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: there are none in trees, and it takes a third of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


@_uncollected()
def render(
    project_root: Path, to: Sequence[str], out: Path, cache: Path | None = None
) -> list[Path]:
    """Render the book of `project_root` into the folder `out`.

    With a file `cache`, what an earlier rendering of this book kept there is not made again.
    Returns the files a reader opens, in the order of `to`: index.html, the PDF, the Word file.
    Raises RenderError with one line for each fault; then `out` is as it was.
    """
    root = project_root.resolve()
    out = out.resolve()
    unknown = [fmt for fmt in to if fmt not in FORMATS]
    if unknown or not to:
        raise RenderError(
            [
                Fault(
                    "formats are {known}; asked for {asked}",
                    known=", ".join(FORMATS),
                    asked=list(to),
                )
            ]
        )
    if root == out or out in root.parents:
        raise RenderError([Fault("{out}: the book cannot be written over the project", out=out)])
    book = load_book(root)
    made_by = describe()
    store = Store(cache, made_by)
    document = Builder(book, store).build()
    citations.resolve(document)
    names = {"html": "index.html", "pdf": f"{book.output_file}.pdf"}
    names["docx"] = f"{book.output_file}.docx"

    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        with ThreadPoolExecutor(2) as pool:
            tasks = []
            if "html" in to:
                others = [names[fmt] for fmt in ("pdf", "docx") if fmt in to]
                writer = HtmlWriter(document, made_by, others)
                tasks.append(pool.submit(writer.write, temporary))
            if "pdf" in to:
                typst_writer = pdf.TypstWriter(document, made_by)
                tasks.append(pool.submit(lambda: [typst_writer.write(temporary / names["pdf"])]))
            if "docx" in to:
                word = temporary / names["docx"]
                tasks.append(pool.submit(lambda: [docx.write(document, word)]))
            for task in tasks:
                task.result()
        os.chmod(temporary, 0o755)
        swap(temporary, out)
        store.save()
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return [out / names[fmt] for fmt in dict.fromkeys(to)]


def swap(new: Path, out: Path) -> None:
    """Put the finished folder in the place of the old one."""
    if not out.exists():
        os.replace(new, out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    os.replace(out, old / "book")
    try:
        os.replace(new, out)
    except OSError:
        os.replace(old / "book", out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
