"""A case's own ``references.bib`` beside its description."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty.book import project as books
from loyalty.cases import check, study, works
from loyalty.ground.errors import UserError
from tests.conftest import REPOSITORY

OWN = """@article{me2026,
  author = {Łukasik, Zoë}, title = {Why they stay}, journal = {Our Journal}, year = {2026}}

@book{hair2021, title = {Another book}, author = {Somebody Else}, year = {2021}}
"""


@pytest.fixture(autouse=True)
def shared(project: Any) -> None:
    """What the suite has."""
    text = (REPOSITORY / "references.bib").read_text("utf-8")
    (project.root / "references.bib").write_text(text, encoding="utf-8")
    (project.root / "src").symlink_to(REPOSITORY / "src")


def test_the_entries_of_a_bibliography() -> None:
    assert list(works.entries(OWN)) == ["me2026", "hair2021"]
    assert works.entries("% nothing\n") == {}


def test_own_entries_come_first(project: Any) -> None:
    assert works.own("small") == {}
    before = works.merged(None)
    (project.folder / "references.bib").write_text("\ufeff" + OWN, encoding="utf-8")
    merged = works.merged("small")
    assert {*works.entries(merged)} == {*works.entries(before), "me2026", "hair2021"}
    taken = next(iter(works.entries(before)))  # a key that the suite has, too
    mine = f"@misc{{{taken}, title = {{Mine}}}}\n"
    (project.folder / "references.bib").write_text(mine, encoding="utf-8")
    found = works.entries(works.merged("small"))
    assert "Mine" in found[taken] and len(found) == len(works.entries(before))
    assert works.merged("small").count(f"{{{taken},") == 1


def test_it_is_written_beside_the_chapters_of_the_case(project: Any) -> None:
    (project.folder / "references.bib").write_text(OWN, encoding="utf-8")
    for case, there in (("small", True), (None, False)):
        folder = project.root / f"book-{case}"
        books.copy_settings(folder, "en", case)
        assert ("me2026" in (folder / "references.bib").read_text("utf-8")) is there


def test_a_key_that_nobody_has_is_named(project: Any) -> None:
    project.study["provenance"]["citation"] = ["me2062"]
    project.describe()
    (project.folder / "references.bib").write_text(OWN, encoding="utf-8")
    checked = check.rows(study.load("small"))
    (said,) = [f for f in checked.faults if f.column == "provenance.citation"]
    assert not checked.sound  # its report would not be rendered
    assert (
        said.weight == "error" and said.value == "me2062" and "did you mean 'me2026'?" in said.mend
    )
    project.study["provenance"]["citation"] = ["me2026"]
    project.describe()
    columns = [f.column for f in check.rows(study.load("small")).faults]
    assert "provenance.citation" not in columns


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("@misc{a, title = {Größe}}".encode("cp1252"), "no text in UTF-8"),
        (b"@misc{a, url = {javascript:alert(1)}}", "an address of the web"),
        (b"@misc{a, note = {\\href{ JavaScript :x}{y}}}", "an address of the web"),
        (b"@misc{a, url = {file:///etc/passwd}}", "an address of the web"),
    ],
)
def test_what_no_bibliography_may_hold(project: Any, content: bytes, said: str) -> None:
    (project.folder / "references.bib").write_bytes(content)
    with pytest.raises(UserError, match=said):
        works.own("small")
