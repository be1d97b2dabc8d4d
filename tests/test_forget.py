"""`loyalty forget`: a respondent's rows, and all that was made of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from loyalty import cli
from loyalty.cases import study, survey
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.run.forget import forget


@pytest.fixture
def asked(project: Any, small_answers: pd.DataFrame) -> Any:
    """The small case with an id and an open answer over two lines."""
    small_answers.insert(0, "who", [f"p{n}" for n in range(60)])
    small_answers["said"] = ["plain", 'with "quotes",\nover two lines', "Łódź;\u2028x"] * 20
    project.study["variables"].append({"id": "who", "label": "Who", "kind": "id"})
    project.rows(small_answers)
    return project


def test_only_the_respondents_rows_go(asked: Any) -> None:
    file = asked.folder / "rows.csv"
    before = file.read_bytes()
    n, _ = forget("small", "p1")
    start = before.index(b"p1,")
    end = before.index(b"p2,")
    assert n == 1 and file.read_bytes() == before[:start] + before[end:]
    kept = survey.load(study.load("small")).rows
    assert len(kept) == 59 and "p1" not in set(kept["who"]) and "p10" in set(kept["who"])


def test_what_was_made_goes_too(asked: Any, capsys: Any) -> None:
    made = [
        paths.results() / "small",
        paths.recorded("small"),
        paths.cache() / "computed" / "small",
    ]
    other = paths.results() / "another"
    book = paths.root() / "reports" / "_book"
    made += [book / "cases" / "small", paths.cache() / "marks" / "case-en" / "small"]
    kept = [other, book / "cases" / "another", paths.cache() / "marks" / "case-en" / "another"]
    shown, silent, unknown = book / "en", book / "zh", book / "trial" / "en"
    for folder in (*made, *kept, shown, silent):
        folder.mkdir(parents=True)
        (folder / "x.json").write_text("{}", encoding="utf-8")
    (shown / "index.html").write_text('<a href="../cases/small/en/">', encoding="utf-8")
    (silent / "index.html").write_text('<a href="../cases/smaller/en/">', encoding="utf-8")
    unknown.mkdir(parents=True)
    (unknown / "x.pdf").write_bytes(b"%PDF")
    assert cli.main(["forget", "small", "p7"]) == 0
    assert "1 row deleted" in capsys.readouterr().out
    assert not any(folder.exists() for folder in made)
    assert not shown.exists() and not unknown.exists()
    assert silent.exists() and all(folder.exists() for folder in kept)


def test_what_is_made_of_all_cases_goes_where_it_names_the_case(asked: Any) -> None:
    everything = paths.results() / study.ALL
    everything.mkdir(parents=True)
    pages_of_all = paths.root() / "reports" / "_book" / "cases" / study.ALL
    pages_of_all.mkdir(parents=True)
    (everything / "synthesis.json").write_text('{"case": "other"}', encoding="utf-8")
    forget("small", "p1")
    assert everything.exists() and pages_of_all.exists()
    (everything / "synthesis.json").write_text('{"case": "small"}', encoding="utf-8")
    forget("small", "p2")
    assert not everything.exists() and not pages_of_all.exists()


def test_nothing_changes_where_it_cannot_be_done(asked: Any) -> None:
    file = asked.folder / "rows.csv"
    before = file.read_bytes()
    with pytest.raises(UserError, match="nobody has the id 'p99'"):
        forget("small", "p99")
    assert file.read_bytes() == before
    file.write_bytes(before + b"\n")
    with pytest.raises(UserError, match="not the file that study"):
        forget("small", "p1")
    assert file.read_bytes() == before + b"\n"


def test_without_ids_nobody_is_found(project: Any) -> None:
    with pytest.raises(UserError, match=r"says who is who; add .*\[{id: …, column: …, kind: id"):
        forget("small", "p1")


def test_a_file_that_is_not_text_is_left_alone(asked: Any) -> None:
    asked.rows(pd.read_csv(asked.folder / "rows.csv"), "rows.parquet")
    with pytest.raises(UserError, match="only csv files"):
        forget("small", "p1")
