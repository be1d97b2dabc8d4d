"""The book by real Quarto, where it is installed; a warning is a failure.

Quarto exits 0 with unresolved references, citations and shortcodes and writes files into the
project it renders. So it works on a copy, its log is read, and only a clean book is kept.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from . import fonts, pictures, quarto_pages
from .embedded import FORMATS, swap
from .errors import Fault, RenderError
from .labels import words
from .project import load_yaml, output_name
from .quarto_pages import PHONES

WRITERS = {"html": "html", "pdf": "typst", "docx": "docx"}
BAD_LINE = re.compile(
    r"\bWARN(ING)?\b|\[warning\]|\bERROR\b|^error:|^(.*\.\.\.)?warning:|\?@|[Uu]nable to resolve"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
UNRESOLVED = re.compile(r"quarto-unresolved-ref|\?@(?:fig|tbl|sec|eq)-[\w-]+|\?(?:var|meta):\S+")
#: Quarto's own boxes beside links, which a page opened from a folder cannot fill.
WITHOUT = {f"{kind}-hover": False for kind in ("citations", "crossrefs", "footnotes")}
#: The filter that gives pictures in Word their words back.
ALTERNATIVES = "alternatives.lua"
LEFT_OUT = ("__pycache__", "_book", "build", "dist", "node_modules", "results", "tests")


def find() -> Path | None:
    """Quarto's program: $QUARTO, beside this Python (PyPI `quarto-cli`), or on the path."""
    named = os.environ.get("QUARTO")
    beside = Path(sys.executable).parent / ("quarto.cmd" if os.name == "nt" else "quarto")
    for candidate in (named, str(beside), "quarto"):
        found = shutil.which(candidate) if candidate else None
        if found and version(Path(found)):
            return Path(found)
    return None


def version(program: Path) -> str:
    """Version that a Quarto program tells, or empty where it does not run."""
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _font_paths(program: Path) -> str:
    """Folders of the Chinese face and of Quarto's own, which the variable would replace."""
    said = subprocess.run([str(program), "--paths"], capture_output=True, text=True, check=False)
    share = said.stdout.strip().splitlines()[-1:]
    own = [str(Path(folder) / "formats" / "typst" / "fonts") for folder in share]
    return os.pathsep.join([str(fonts.collection().parent), *own])


def describe(program: Path) -> str:
    """What made the book, for a page's footer."""
    return f"Quarto {version(program)}"


def faults_in_log(log: str) -> list[str]:
    """Lines of Quarto's log that mean that something in the book is wrong."""
    lines = [COLOUR.sub("", line).strip() for line in log.splitlines()]
    return [line for line in lines if BAD_LINE.search(line)]


def _faults_in_pages(folder: Path) -> list[str]:
    faults: list[str] = []
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8", errors="replace")
        main = text.partition("<main")[2]
        for found in UNRESOLVED.findall(re.sub(r"<(script|style)\b.*?</\1>", "", main, flags=re.S)):
            faults.append(
                Fault(
                    "{where}: unresolved: {found}",
                    where=page.relative_to(folder).as_posix(),
                    found=found,
                )
            )
    return faults


def _narrow_drawings(project: Path) -> int:
    """Write the figures' drawings for phones, which embedded cells hold, as files of their own, for
    the filter to find them by their labels; how many there are."""
    folder, count = project / PHONES, 0
    for file in sorted((project / "reports" / "executed").rglob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                if drawn := output.get("data", {}).get(pictures.NARROW_KIND):
                    folder.mkdir(exist_ok=True)
                    text = drawn if isinstance(drawn, str) else "".join(drawn)
                    (folder / f"{cell['metadata']['label']}.svg").write_text(text, "utf-8")
                    count += 1
    return count


def render(
    project_root: Path, to: Sequence[str], out: Path, program: Path | None = None
) -> list[Path]:
    """Render the book of `project_root` into the folder `out` with Quarto.

    Returns the files a reader opens, in the order of `to`. Raises RenderError with Quarto's own
    lines when it fails or warns; then `out` and the project are as they were.
    """
    root, out = project_root.resolve(), out.resolve()
    program = program or find()
    if program is None:
        raise RenderError([Fault("Quarto is not installed: no `quarto` on the path")])
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
    config = load_yaml(root / "_quarto.yml", "_quarto.yml")
    name = output_name(config)

    def left_out(folder: str, names: list[str]) -> list[str]:
        def wanted(entry: str) -> bool:
            path = Path(folder, entry)
            # a running notebook leaves sockets beside itself
            return (path.is_file() or path.is_dir()) and path.resolve() != out

        return [
            entry
            for entry in names
            if entry.startswith(".") or entry in LEFT_OUT or not wanted(entry)
        ]

    out.parent.mkdir(parents=True, exist_ok=True)
    # not inside the project: Quarto looks for `_quarto.yml` upwards
    with tempfile.TemporaryDirectory(prefix="loyalty-quarto-") as temporary:
        copy = Path(temporary, "project")
        shutil.copytree(root, copy, ignore=left_out, symlinks=False)
        # `--to` takes one format only, and a second call would clean the first one's output:
        # the copy declares just the formats that are wanted, and all of them are rendered
        formats = config.get("format") if isinstance(config.get("format"), dict) else {}
        config["format"] = {
            WRITERS[fmt]: formats.get(WRITERS[fmt], "default") for fmt in dict.fromkeys(to)
        }
        names = {"html": "index.html", "pdf": f"{name}.pdf", "docx": f"{name}.docx"}
        config["other-formats"] = [names[fmt] for fmt in ("pdf", "docx") if fmt in to]
        if "html" in to:  # what is said beside a link: templates/previews.js
            html = config["format"]["html"]
            config["format"]["html"] = {**(html if isinstance(html, dict) else {}), **WITHOUT}
        if str(config.get("lang", "")).lower().startswith("zh"):
            config["crossref"] = {"title-delim": "\u3000", "appendix-delim": "\u3000"}
            config["language"] = {"toc-title-website": words("zh")["page-contents"]}
        if "docx" in to:
            shutil.copy(Path(__file__).parent / "filters" / ALTERNATIVES, copy / ALTERNATIVES)
            late = {"path": ALTERNATIVES, "at": "post-quarto"}
            config["filters"] = [*(config.get("filters") or []), late]
        if "html" in to and _narrow_drawings(copy):
            project = config.setdefault("project", {})
            project["resources"] = [*(project.get("resources") or []), f"{PHONES}/*.svg"]
        (copy / "_quarto.yml").write_text(
            yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
        done = subprocess.run(
            [str(program), "render", ".", "--output-dir", "_rendered"],
            cwd=copy,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "TYPST_FONT_PATHS": _font_paths(program)},
        )
        log = done.stdout.replace(str(copy) + os.sep, "")
        faults = faults_in_log(log)
        if done.returncode != 0:
            tail = [COLOUR.sub("", x).strip() for x in log.splitlines() if x.strip()][-8:]
            faults = faults or tail or ["no output"]
            raise RenderError([f"quarto ({done.returncode}): {line}" for line in faults])
        book = copy / "_rendered"
        faults = [f"quarto: {line}" for line in faults] + _faults_in_pages(book)
        faults += [
            f"quarto: made no {names[fmt]}" for fmt in to if not (book / names[fmt]).is_file()
        ]
        if faults:
            raise RenderError(faults)
        if "html" in to:
            quarto_pages.finish(book, describe(program), words(str(config.get("lang", ""))))
        fresh = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            shutil.copytree(book, fresh, dirs_exist_ok=True)
            os.chmod(fresh, 0o755)
            swap(fresh, out)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return [out / names[fmt] for fmt in dict.fromkeys(to)]
