"""What real Quarto's pages lack beside the embedded renderer's, written into them.

They are to be read out of a folder, without a server: a browser gives a page there no module and
no file that it asks for by script.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote

from . import fonts

LIBS = "site_libs"
#: Folder of the narrow drawings of figures.
PHONES = "narrow"
TEMPLATES = Path(__file__).parent / "templates"
SCRIPTS = ("numbers.js", "previews.js", "folder.js")
MACHINE = re.compile(r' data-notebook(?:-title|-cellid)?="[^"]*"', re.IGNORECASE)
#: A chapter and a section as Quarto's words for Chinese have them.
CHINESE_REFERENCE = re.compile(
    r'(<a href="[^"]*" class="quarto-xref"[^>]*><span>)'
    r"(?:(章)节|小(节))(?:&nbsp;|\xa0| )([\dA-Z.]+)"
)
#: The space after the wide one that ends the number of a Chinese caption.
CHINESE_CAPTION = re.compile(r"((?:图|表)(?:&nbsp;|\xa0)[\dA-Z.]+\u3000)(?:&nbsp;|[\xa0 \t\n])+")
#: A caption's kind and number.
LABEL = re.compile(r"(<figcaption\b[^>]*>\s*)((?:\w+)(?:&nbsp;|\xa0)[\dA-Z.]+)(?=: |\u3000)")
#: Navigation without a name beside others, and the name that it gets.
UNNAMED = {'<nav id="quarto-sidebar"': "menu", '<nav class="page-navigation"': "page-navigation"}
#: A bar inside the page's head, which is a landmark itself.
BAR = '<nav class="quarto-secondary-nav"'
#: What is written otherwise, so that everybody can use it: what unfolds a list and a callout are
#: buttons, and what scrolls is reached by the keyboard.
BUTTON = r'\1role="button" tabindex="0" '
USABLE = [
    (re.compile(r'(<a [^>]*?)role="navigation" '), BUTTON),
    (re.compile(r'(<div class="callout-header [^>]*?)(?=data-bs-toggle="collapse")'), BUTTON),
    (re.compile(r'<div (?=aria-describedby="(?:fig|tbl)-)'), '<div role="group" tabindex="0" '),
    (re.compile(r'<(div|span) (?=class="sourceCode"|id="eq-)'), r'<\1 tabindex="0" '),
]
MODULE = re.compile(r'<script src="([^"]*)" type="module"></script>\n?')
IMPORT = re.compile(r'^import \* as (\w+) from "(\.{1,2}/[^"]+)";$', re.M)
EXPORT = re.compile(r"^export ((?:async )?(?:function|const|let|class)\*? (\w+))", re.M)
WORK = re.compile(r'<div id="(ref-[^"]+)" class="csl-entry"[^>]*>(.*?)</div>', re.S)
CITED = re.compile(r'<a href="[^"#]+#(ref-[^"]+)"')


def finish(folder: Path, made_by: str, said: dict[str, str]) -> None:
    """Write into the pages of a book what the embedded renderer does by itself.

    `made_by` is what made the pages, `said` the book's fixed words. Quarto also writes where on
    this machine an embedded notebook lies: no reader's business.
    """
    pages = sorted(folder.rglob("*.html"))
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    works = _works(texts.values())
    modules = _classic_scripts(folder)
    texts = {
        page: _scripts(_mended(text, made_by, said, works), page, folder, modules)
        for page, text in texts.items()
    }
    libs = folder / LIBS
    libs.mkdir(exist_ok=True)
    (libs / "report-cjk.css").write_text(fonts.cjk_face("".join(texts.values()), libs), "utf-8")
    for script in SCRIPTS:
        shutil.copyfile(TEMPLATES / script, libs / script)
    _search_index(folder)
    _unshown_drawings(folder, texts.values())
    for page, text in texts.items():
        near = os.path.relpath(libs, page.parent).replace(os.sep, "/")
        links = [f'<link rel="stylesheet" href="{near}/report-cjk.css">']
        links += [f'<script src="{near}/{script}" defer></script>' for script in SCRIPTS]
        page.write_text(text.replace("</head>", "\n".join([*links, "</head>"]), 1), "utf-8")


def _mended(text: str, made_by: str, said: dict[str, str], works: dict[str, str]) -> str:
    text = MACHINE.sub("", text)
    text = CHINESE_REFERENCE.sub(r"\1第&nbsp;\4&nbsp;\2\3", text)
    text = CHINESE_CAPTION.sub(r"\1", text)
    text = LABEL.sub(r'\1<span class="float-label">\2</span>', text)
    for start, name in UNNAMED.items():
        text = text.replace(start, f'{start} aria-label="{escape(said[name])}"')
    text = text.replace(BAR, f'{BAR} role="none"')
    for found, usable in USABLE:
        text = found.sub(usable, text)
    # a folder's address shows its files
    text = re.sub(r'href="((?:\.\.?/)+)"', r'href="\1index.html"', text)
    text = CITED.sub(lambda found: _previewed(found, works), text)
    made = f'<p class="made">{said["made-by"].format(escape(made_by))}</p>\n</main>'
    return text.replace("</main>", made, 1)


def _works(texts: Iterable[str]) -> dict[str, str]:
    """Each entry of the lists of references by its identifier, as plain text."""
    return {
        work: " ".join(unescape(re.sub(r"<[^>]*>", "", entry)).split())
        for text in texts
        for work, entry in WORK.findall(text)
    }


def _previewed(found: re.Match[str], works: dict[str, str]) -> str:
    work = works.get(found[1])
    return f'{found[0]} data-preview="{escape(work)}"' if work else found[0]


def _scripts(text: str, page: Path, folder: Path, modules: dict[Path, bool]) -> str:
    """The page with usual scripts in the place of modules, and none for one that is in another."""

    def usual(found: re.Match[str]) -> str:
        script = (page.parent / found[1]).resolve()
        if script not in modules:
            return found[0]
        return f'<script src="{found[1]}" defer></script>\n' if modules[script] else ""

    return MODULE.sub(usual, text)


def _classic_scripts(folder: Path) -> dict[Path, bool]:
    """Make usual scripts of the modules; which they are, and whether pages still ask for them.

    A module with a kind of import or export that is not known here is left as it is.
    """
    inside: set[Path] = set()
    made: dict[Path, str] = {}
    for script in sorted((folder / LIBS / "quarto-html").rglob("*.js")):
        text = script.read_text(encoding="utf-8")
        if not re.search(r"^(import|export)\b", text, re.M):
            continue
        whole = _classic(script.resolve(), inside)
        if whole is not None:
            made[script.resolve()] = whole + ";\n"
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return {path: path not in inside for path in made}


def _classic(script: Path, inside: set[Path]) -> str | None:
    """A module as an expression whose value is what it exports; None where that is not known."""
    text = script.read_text(encoding="utf-8")
    for name, address in IMPORT.findall(text):
        needed = (script.parent / address).resolve()
        part = _classic(needed, inside) if needed.is_file() else None
        if part is None:
            return None
        inside.add(needed)
        statement = f'import * as {name} from "{address}";'
        text = text.replace(statement, f"const {name} = {part};")
    exported = [name for _, name in EXPORT.findall(text)]
    text = EXPORT.sub(r"\1", text)
    if re.search(r"^\s*(import|export)\b", text, re.M):
        return None
    return f"(() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})()"


def _unshown_drawings(folder: Path, texts: Iterable[str]) -> None:
    """Remove the narrow drawings that no page shows: a volume is of more notebooks than figures."""
    shown = "".join(texts)
    for drawing in sorted((folder / PHONES).glob("*.svg")):
        if f"{PHONES}/{quote(drawing.name)}" not in shown:
            drawing.unlink()


def _search_index(folder: Path) -> None:
    """The index of the search as a script (``folder.js``)."""
    index = folder / "search.json"
    if index.is_file():
        text = index.read_text(encoding="utf-8").replace("<", "\\u003c")
        (folder / LIBS / "search.js").write_text(f"window.BOOK_SEARCH={text};\n", encoding="utf-8")
        index.unlink()
