"""Running real Quarto: what is done with its log and its files, shown with a stand-in for it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.render import quarto, quarto_pages
from loyalty.render.errors import RenderError
from loyalty.render.labels import words

#: For a Python whose path no first line of a script could hold.
SHELL = """#!/bin/sh
exec "{python}" "$0.py" "$@"
"""
STAND_IN = """
import pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("1.9.0"); sys.exit(0)
if sys.argv[1:] == ["--paths"]:
    print("/quarto/bin\\n/quarto/share"); sys.exit(0)
import os
fonts = os.environ["TYPST_FONT_PATHS"].split(os.pathsep)
assert fonts[1] == "/quarto/share/formats/typst/fonts", fonts
assert sys.argv[1:] == ["render", ".", "--output-dir", "_rendered"], sys.argv
out = pathlib.Path("_rendered"); out.mkdir()
page = "<html lang='en'><head></head><body><main>{main}</main></body></html>"
(out / "index.html").write_text(page, encoding="utf-8")
(out / "the-book.pdf").write_bytes(b"%PDF-")
pathlib.Path("stray.typ").write_text("x")
print({log!r})
sys.exit({code})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "reports/_book").mkdir(parents=True)
    (root / "reports/_book/index.html").write_text("old", encoding="utf-8")
    (root / "_quarto.yml").write_text(
        "project: {type: book}\nbook: {title: T, author: A, output-file: the-book}\n"
        "format: {html: {toc: true}, typst: default, docx: default}\n",
        encoding="utf-8",
    )
    return root


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., Path]:
    def make(log: str = "", code: int = 0, main: str = "text 中文") -> Path:
        program = tmp_path / "bin" / "quarto"
        program.parent.mkdir()
        program.write_text(
            STAND_IN.format(python=sys.executable, log=log, code=code, main=main),
            encoding="utf-8",
        )
        program.rename(program.with_name("quarto.py"))
        program.write_text(SHELL.format(python=sys.executable), encoding="utf-8")
        program.chmod(0o755)
        return program

    return make


def listing(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_a_clean_book_replaces_the_old_one(project: Path, stand_in: Callable[..., Path]) -> None:
    out = project / "reports/_book"
    made = quarto.render(project, ["html", "pdf"], out, stand_in("Output created: x"))
    assert made == [out / "index.html", out / "the-book.pdf"]
    assert "report-cjk.css" in made[0].read_text(encoding="utf-8")
    assert listing(project) == [
        "_quarto.yml", "reports", "reports/_book", "reports/_book/index.html",
        "reports/_book/site_libs", "reports/_book/site_libs/OFL.txt",
        "reports/_book/site_libs/folder.js", "reports/_book/site_libs/numbers.js",
        "reports/_book/site_libs/previews.js", "reports/_book/site_libs/report-cjk.css",
        "reports/_book/the-book.pdf",
    ]  # fmt: skip


def test_pages_say_what_made_them_and_not_where(
    project: Path, stand_in: Callable[..., Path]
) -> None:
    cell = '<div class=\'c\' data-notebook="/home/me/x.ipynb" data-notebook-cellId="y">z</div>'
    made = quarto.render(
        project, ["html"], project / "book", stand_in(main=cell.replace('"', '\\"'))
    )
    page = made[0].read_text(encoding="utf-8")
    assert "<div class='c'>z</div>" in page and "/home/me" not in page
    assert '<p class="made">Rendered by Quarto 1.9.0</p>' in page


def test_chinese_references_say_chapter_and_section_as_chinese_does(
    project: Path, stand_in: Callable[..., Path]
) -> None:
    said = [("章节", "3"), ("小节", "2.1"), ("附录", "A"), ("表", "2.1")]
    links = [
        f"<a href='x' class='quarto-xref'><span>{word}&nbsp;{n}</span></a>" for word, n in said
    ]
    program = stand_in(main="".join(links).replace("'", '\\"'))
    made = quarto.render(project, ["html"], project / "book", program)
    page = made[0].read_text(encoding="utf-8")
    for shown in ("第&nbsp;3&nbsp;章", "第&nbsp;2.1&nbsp;节", "附录&nbsp;A", "表&nbsp;2.1"):
        assert f"<span>{shown}</span>" in page


def test_a_chinese_page_has_chinese_captions_and_says_what_made_it(
    project: Path, stand_in: Callable[..., Path]
) -> None:
    file = project / "_quarto.yml"
    file.write_text("lang: zh\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    program = stand_in(main="<p>表&nbsp;1.1\u3000 结果</p><p>图&nbsp;A.2\u3000&nbsp;路径</p>")
    made = quarto.render(project, ["html"], project / "book", program)
    page = made[0].read_text(encoding="utf-8")
    assert "表&nbsp;1.1\u3000结果" in page and "图&nbsp;A.2\u3000路径" in page
    assert '<p class="made">由 Quarto 1.9.0 生成</p>' in page


def test_modules_are_made_usual_scripts(tmp_path: Path) -> None:
    """What a module imports is put into it; one of a kind that is not known stays."""
    libs = tmp_path / "site_libs" / "quarto-html"
    (libs / "tabsets").mkdir(parents=True)
    (libs / "tabsets/tabsets.js").write_text("export function init() { return 3; }\n", "utf-8")
    quarto_js = 'import * as tabsets from "./tabsets/tabsets.js";\nwindow.found = tabsets.init();\n'
    (libs / "quarto.js").write_text(quarto_js, encoding="utf-8")
    odd = 'import { other } from "./other.js";\nother();\n'
    (libs / "odd.js").write_text(odd, encoding="utf-8")
    names = ("quarto.js", "tabsets/tabsets.js", "odd.js")
    tag = '<script src="site_libs/quarto-html/{}" type="module"></script>\n'
    page = tmp_path / "index.html"
    page.write_text(f"<head>{''.join(map(tag.format, names))}</head>", encoding="utf-8")
    quarto_pages.finish(tmp_path, "Quarto", words("en"))
    asked = re.findall(r'quarto-html/(\S+)" (defer|type="module")', page.read_text("utf-8"))
    assert asked == [("quarto.js", "defer"), ("odd.js", 'type="module"')]
    assert (libs / "odd.js").read_text("utf-8") == odd
    made = (libs / "quarto.js").read_text("utf-8")
    assert "import" not in made and "export" not in made
    assert "return { init };" in made and "window.found = tabsets.init();" in made


def test_drawings_for_phones_that_no_page_shows_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "narrow").mkdir()
    for label in ("fig-a", "fig-客户", "fig-other"):
        (tmp_path / f"narrow/{label}.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "reports").mkdir()
    for page, shown in (
        ("index", "narrow/fig-a"),
        ("reports/x", "../narrow/fig-%E5%AE%A2%E6%88%B7"),
    ):
        text = f'<head></head><source srcset="{shown}.svg">'
        (tmp_path / f"{page}.html").write_text(text, encoding="utf-8")
    quarto_pages.finish(tmp_path, "Quarto", words("en"))
    assert {file.stem for file in (tmp_path / "narrow").iterdir()} == {"fig-a", "fig-客户"}


def test_a_citation_carries_what_it_cites_and_a_folder_is_not_shown(
    project: Path, stand_in: Callable[..., Path]
) -> None:
    work = '<div id="ref-a" class="csl-entry" role="listitem">A &amp; B. <em>Loyal?</em></div>'
    links = '<a href="reports/x.html#ref-a" role="r">A</a><a href="./">T</a><a href="../">U</a>'
    program = stand_in(main=(work + links).replace('"', '\\"'))
    made = quarto.render(project, ["html"], project / "book", program)
    page = made[0].read_text(encoding="utf-8")
    assert 'href="reports/x.html#ref-a" data-preview="A &amp; B. Loyal?"' in page
    assert 'href="./index.html"' in page and 'href="../index.html"' in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"log": "[typst]: Compiling x.typ to x.pdf...warning: unknown font"}, "unknown font"),
        ({"log": "WARN: x.qmd: Unable to resolve crossref @fig-x"}, "crossref @fig-x"),
        ({"log": "\x1b[33m[warning]: no glyph"}, "[warning]: no glyph"),
        ({"log": "ERROR: bad", "code": 1}, "quarto (1): ERROR: bad"),
        ({"log": "said nothing clear", "code": 3}, "quarto (3): said nothing clear"),
        ({"main": "see ?@fig-none"}, "index.html: unresolved: ?@fig-none"),
        ({"main": "<span class='quarto-unresolved-ref'>"}, "quarto-unresolved-ref"),
    ],
)
def test_a_warning_fails_and_the_old_book_stays(
    project: Path, stand_in: Callable[..., Path], arguments: dict[str, object], message: str
) -> None:
    before = listing(project)
    with pytest.raises(RenderError) as caught:
        quarto.render(project, ["html"], project / "reports/_book", stand_in(**arguments))
    assert message in str(caught.value)
    assert listing(project) == before
    assert (project / "reports/_book/index.html").read_text(encoding="utf-8") == "old"


def test_find(
    tmp_path: Path, stand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUARTO", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none" / "python"))
    assert quarto.find() is None
    with pytest.raises(RenderError, match="Quarto is not installed"):
        quarto.render(tmp_path, ["html"], tmp_path / "out")
    monkeypatch.undo()
    program = stand_in()
    monkeypatch.setenv("QUARTO", str(program))
    assert quarto.find() == program
    assert quarto.describe(program) == "Quarto 1.9.0"


def test_a_program_that_does_not_run_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "quarto"
    broken.write_text("#!/bin/sh\nexit 4\n", encoding="utf-8")
    broken.chmod(0o755)
    assert quarto.version(broken) == ""
    assert quarto.version(tmp_path / "nothing") == ""
