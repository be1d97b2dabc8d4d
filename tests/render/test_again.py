"""A book rendered again after an edit, from what was kept, is the book rendered anew."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.render import embedded, pandoc
from loyalty.render.embedded import RenderError

NOTEBOOK = "reports/executed/demo/04-measurement.ipynb"


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def new_figure(root: Path) -> None:
    """An early chapter embeds one figure more: later ones have other numbers."""
    notebook = json.loads((root / NOTEBOOK).read_text(encoding="utf-8"))
    cell = next(c for c in notebook["cells"] if c["metadata"].get("label") == "fig-demo-app")
    cell = {**cell, "metadata": {**cell["metadata"], "label": "fig-demo-new"}, "id": "new"}
    notebook["cells"].append(cell)
    (root / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    embed = "{{< embed executed/demo/04-measurement.ipynb#fig-demo-new >}}"
    replace("reports/data.qmd", "# Scales {#sec-scales}", f"# Scales {{#sec-scales}}\n\n{embed}")(
        root
    )


def no_codebook(root: Path) -> None:
    replace("_quarto.yml", "    - reports/codebook.qmd\n", "")(root)
    replace("index.qmd", "[@fig-demo-app; @tbl-codes]", "@fig-demo-app")(root)
    replace("reports/data.qmd", "is in @tbl-codes", "is elsewhere")(root)


def new_chapter(root: Path) -> None:
    (root / "reports/new.qmd").write_text("# New {#sec-new}\n\nText.\n", encoding="utf-8")
    replace("_quarto.yml", "        - reports/data.qmd\n", "        - reports/new.qmd\n")(root)
    replace("reports/new.qmd", "Text.", "{{< include data.qmd >}}")(root)
    text = (root / "reports/data.qmd").read_text(encoding="utf-8")
    (root / "reports/data.qmd").write_text(text.partition("\n")[2], encoding="utf-8")
    replace("reports/new.qmd", "{#sec-new}", "{#sec-data}")(root)
    replace("index.qmd", "(reports/data.qmd)", "(reports/new.qmd)")(root)


EDITS: dict[str, Callable[[Path], None]] = {
    "nothing": lambda root: None,
    "sentence": replace("reports/methods.qmd", "every residual", "each residual 残差"),
    "citation": replace("reports/methods.qmd", "counts, see", "counts [@oliver2010, 7], see"),
    "generated": replace("reports/_generated/tables.qmd", "{{<", "A sentence.\n\n{{<"),
    "figure": new_figure,
    "title": replace("reports/data.qmd", "# Design and data", "# Data *and* design"),
    "unnumbered": replace("reports/codebook.qmd", "{#sec-codebook}", "{.unnumbered}"),
    "heading": replace("reports/methods.qmd", "## Formulas", "## Before\n\nText.\n\n## Formulas"),
    "entry": replace("references.bib", "Fornell, Claes", "Fornell, Claudia"),
    "year of an entry": replace(
        "references.bib", "year = {1981}", "year = {2010}"
    ),
    "removed chapter": no_codebook,
    "other file": new_chapter,
    "cell": replace(NOTEBOOK, "Weak items are named", "Feeble items are named"),
    "caption": replace(NOTEBOOK, "Loadings with their intervals", "Loadings and intervals"),
    "other books": replace("_quarto.yml", "dossiers: ../cases", "dossiers: ../all"),
    "picture": replace("reports/assets/path.svg", "</svg>", "<!-- new --></svg>"),
    "number": replace("_variables.yml", '".45"', '".46"'),
    "book": replace("_quarto.yml", "A Sample Study", "Another Study"),
    "language": replace("_quarto.yml", "lang: en", "lang: zh"),
    "part": replace("_quarto.yml", '"Concepts and data"', '"Data"'),
}  # fmt: skip


def files(book: Path) -> dict[str, bytes]:
    return {
        path.relative_to(book).as_posix(): path.read_bytes()
        for path in sorted(book.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def kept(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is kept of the sample as it is."""
    folder = tmp_path_factory.mktemp("kept")
    embedded.render(sample, ["html", "pdf"], folder / "book", folder / "kept.zip")
    return folder / "kept.zip"


def names(cache: Path) -> set[str]:
    with zipfile.ZipFile(cache) as archive:
        return set(archive.namelist())


def rendered(root: Path, cache: Path, formats: tuple[str, ...] = ("html",)) -> None:
    """Render from what is kept and anew: the same book, and the same is kept."""
    again, anew = root.parent / "again", root.parent / "anew"
    embedded.render(root, formats, again, cache)
    embedded.render(root, formats, anew, anew.with_suffix(".zip"))
    made, expected = files(again), files(anew)
    assert list(made) == list(expected)
    assert [name for name in made if made[name] != expected[name]] == []
    assert names(cache) == names(anew.with_suffix(".zip"))


@pytest.mark.parametrize("edit", EDITS)
def test_edited(edit: str, copy: Callable[..., Path], kept: Path, tmp_path: Path) -> None:
    root = copy()
    cache = tmp_path / "kept.zip"
    cache.write_bytes(kept.read_bytes())
    EDITS[edit](root)
    formats = ("html", "pdf") if edit in ("sentence", "figure") else ("html",)
    rendered(root, cache, formats)


def test_one_edit_after_the_other(copy: Callable[..., Path], tmp_path: Path) -> None:
    root = copy()
    for edit in ("figure", "sentence", "cell", "removed chapter"):
        EDITS[edit](root)
        rendered(root, tmp_path / "kept.zip")
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_pages_without_a_list_of_references(copy: Callable[..., Path], tmp_path: Path) -> None:
    root = copy({"reports/references.qmd": "# Sources {.unnumbered}\n\nAt the end of each page.\n"})
    rendered(root, tmp_path / "kept.zip")
    EDITS["citation"](root)
    rendered(root, tmp_path / "kept.zip")


def test_little_is_made_anew(
    copy: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, cache = copy(), tmp_path / "kept.zip"
    embedded.render(root, ["html"], tmp_path / "book", cache)
    before = names(cache)
    replace("reports/methods.qmd", "every residual", "each residual")(root)
    jobs: list[pandoc.Job] = []
    batch = pandoc._batch
    monkeypatch.setattr(pandoc, "_batch", lambda some: jobs.extend(some) or batch(some))
    embedded.render(root, ["html"], tmp_path / "book", cache)
    assert [job["op"] for job in jobs] == ["read", "write", "write"]  # the page; its title
    # as Pandoc reads it, numbered, resolved, written
    assert len(names(cache) - before) == len(before - names(cache)) == 4


@pytest.mark.parametrize("harm", ["cut", "empty", "changed", "text"])
def test_what_cannot_be_read_is_made_anew(
    harm: str, copy: Callable[..., Path], kept: Path, tmp_path: Path
) -> None:
    root, cache = copy(), tmp_path / "kept.zip"
    content = kept.read_bytes()
    changed = content.replace(b"residual", b"RESIDUAL")
    assert changed != content
    written = {"cut": content[:-4000], "empty": b"", "changed": changed, "text": b"text" * 999}
    cache.write_bytes(written[harm])
    rendered(root, cache)


def test_a_fault_is_told_again(copy: Callable[..., Path], tmp_path: Path) -> None:
    root, cache = copy(), tmp_path / "kept.zip"
    embedded.render(root, ["html"], tmp_path / "book", cache)
    before = cache.read_bytes()
    replace("reports/concepts.qmd", "@oliver2010, p. 434", "@nobody, p. 434")(root)
    faults = []
    for store in (cache, None):
        with pytest.raises(RenderError) as fault:
            embedded.render(root, ["html"], tmp_path / "book", store)
        faults.append(fault.value.lines)
    assert faults[0] == faults[1] and faults[0]
    assert cache.read_bytes() == before
