"""The English is spelled right, and the Chinese keeps Latin words only where the field does."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from loyalty.ground import paths

ROOT = paths.root()
CHAPTERS = sorted([ROOT / "index.qmd", *(ROOT / "reports").glob("*.qmd")])
CHAPTERS += sorted((ROOT / "reports/trial").glob("*.qmd"))
TERMS = sorted((ROOT / "src/loyalty/ground/terms").glob("*.yml"))
READMES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")]
READMES += sorted((ROOT / "packages/semfit").glob("*.md"))
#: Terms that stay as they are in Chinese sentences: names, statistics, programs, formats.
STAY = set((ROOT / "tests/latin_that_stays.txt").read_text(encoding="utf-8").split())
_CODE = re.compile(
    r"```.*?```|`[^`]*`|\{\{[^}]*\}\}|\{[^{}]*\}|\[@[^\]]*\]|@[\w-]+|\]\([^)]*\)|https?://\S+"
    r"|<[^>]*>|\$[^$]*\$|^---.*?^---",
    re.S | re.M,
)
_LATIN = re.compile(r"[A-Za-z][A-Za-z’'-]+")


def test_the_english_is_spelled_right() -> None:
    where = [*READMES, *CHAPTERS, *TERMS, ROOT / "notebooks", ROOT / "src/loyalty/analyses"]
    asked = [sys.executable, "-m", "codespell_lib", "--skip=*.pyc", *map(str, where)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == "" and done.returncode == 0


def chinese() -> Iterator[tuple[str, str]]:
    """Chinese sentences of the project's own, with where they stand.

    Not those of the command: they name keys and options.
    """
    for file in sorted([*ROOT.glob("*.zh.md"), *(ROOT / "reports").glob("**/zh/*.qmd")]):
        for block in _CODE.sub(" ", file.read_text(encoding="utf-8")).split("\n\n"):
            yield file.name, block
    for file in (file for file in TERMS if file.name != "messages.yml"):
        for name, entry in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for text in [entry] if isinstance(entry, str) else entry.values():
                yield f"{file.name}: {name}", _CODE.sub(" ", str(text))


def test_latin_words_in_chinese_sentences_are_terms_that_stay() -> None:
    found: dict[str, str] = {}
    for where, text in chinese():
        if re.search("[\u4e00-\u9fff]", text):
            for word in _LATIN.findall(text):
                found.setdefault(word, where)
    assert len(found) > 50
    assert {word: where for word, where in found.items() if word not in STAY} == {}


def test_references_in_chinese_sentences_stand_in_brackets() -> None:
    """After a Chinese letter a bare one stays plain text."""
    sources = [*(ROOT / "src").rglob("*.py"), *TERMS, *(ROOT / "reports").glob("**/zh/*.qmd")]
    texts = {file: file.read_text(encoding="utf-8") for file in sources}
    bare = re.compile("[\u4e00-\u9fff]-?@[a-z]+-")
    assert any("[@" in text for text in texts.values())
    assert [file.name for file, text in texts.items() if bare.search(text)] == []


def test_references_to_chapters_stand_close_in_chinese_sentences() -> None:
    """They are Chinese themselves (第 2 章) unless only a number."""
    loose = re.compile(r"(?<!-)@(?:sec|fig|tbl)-[\w-]+\]? [\u4e00-\u9fff]")
    files = (ROOT / "reports").glob("**/zh/*.qmd")
    assert [f.name for f in files if loose.search(f.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("path", [*READMES, *CHAPTERS], ids=lambda p: Path(p).name)
def test_what_is_checked_is_there(path: Path) -> None:
    assert path.is_file()
