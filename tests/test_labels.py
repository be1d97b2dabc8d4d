"""A case whose every label, level and title is full of marks: nothing of it is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from loyalty import cli
from loyalty.ground import findings, paths
from loyalty.ground.findings import Refused
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run.analyses import ANALYSES, findings_of, page_of
from loyalty.run.show import context
from loyalty.shown import words
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table
from tests.conftest import answers

MARKS = "$x$ *y* [@key] {{< z >}} |"
#: As it stands, or escaped twice.
WRONG = re.compile(r"(?<!\\)\$x|\\\\\$x")


def marked(given: Any, key: str = "") -> Any:
    """A description with the marks in whatever a reader sees of it."""
    if isinstance(given, list):
        return [marked(one) for one in given]
    if isinstance(given, dict):
        if key == "levels":
            return {code: f"{label} {MARKS}" for code, label in given.items()}
        return {k: marked(v, k) for k, v in given.items()}
    seen = ("title", "label", "summary", "en", "zh", "source", "licence", "sampling")
    return f"{given} {MARKS}" if key in seen else given


def texts(shown: Any) -> Iterator[str]:
    """All Markdown of what a page shows, in every language."""
    if isinstance(shown, Text):
        yield from (shown.en, shown.zh)
    elif isinstance(shown, Table):
        yield from (shown.markdown(language) for language in LANGUAGES)
        yield from texts([shown.caption, *filter(None, [shown.said])])
    elif isinstance(shown, Figure):
        yield from texts([shown.caption, shown.alt, *filter(None, [shown.said, shown.folded])])
    else:
        for one in shown.values() if isinstance(shown, Mapping) else shown or ():
            yield from texts(one)


def unescaped(case: Case) -> Iterator[tuple[str, str, str]]:
    """Analysis, function and text of every label that is not literal text."""
    for analysis in ANALYSES:
        if not (paths.results() / case.id / f"{analysis}.json").is_file():
            continue
        found = findings.read(case.id, analysis, findings_of(analysis)).findings
        for name, page in page_of(analysis).items():
            finding = getattr(found, name)
            if finding is None:
                continue
            for show in [words.cannot] if isinstance(finding, Refused) else page:
                for text in texts(show(finding, case)):
                    if WRONG.search(text):
                        yield analysis, show.__name__, text


@pytest.mark.slow
def test_no_label_is_markup(project: Any) -> None:
    (project.root / "_quarto.yml").unlink()  # a project of one's own: the suite's notebooks
    (project.root / "notebooks").rmdir()
    project.study = marked(project.study)
    project.rows(answers(400))
    assert cli.main(["check", "small"]) == 0
    assert cli.main(["run", "small", "--draws", "20"]) == 0
    assert list(unescaped(context("small"))) == []
