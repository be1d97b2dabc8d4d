"""`loyalty forget`: a respondent's rows, and all that was made of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from loyalty import cli
from loyalty.cases import study, survey
from loyalty.ground import paths
from loyalty.ground.errors import UserError
from loyalty.run.forget import forget
from tests.conftest import answers, loyalty


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


# --- by a personal column -------------------------------------------------------------------------
def test_a_personal_column_finds_who_is_to_be_forgotten(
    project: Any, small_answers: pd.DataFrame
) -> None:
    small_answers["mail"] = [f"a{n}@example.org" for n in range(60)]
    small_answers["name"] = ["Anna" if n in (3, 9) else f"B{n}" for n in range(60)]
    project.study["personal"] = ["mail", "name"]
    project.rows(small_answers)
    file = project.folder / "rows.csv"
    before = file.read_bytes()
    for wrong, column, match in (
        ("a99@example.org", None, "nobody has the id"),
        ("Anna", None, r"2 rows hold 'Anna' \(.*name.*\): several people"),
        ("Anna", "q1", "'q1' is neither an id nor listed under personal:"),
        ("3", None, "nobody has the id '3'"),  # an answer names nobody
    ):
        with pytest.raises(UserError, match=match):
            forget("small", wrong, column)
        assert file.read_bytes() == before
    assert forget("small", "a7@example.org")[0] == 1
    assert file.read_bytes() == before.replace(
        next(line for line in before.splitlines(keepends=True) if b"a7@" in line), b""
    )
    assert forget("small", "Anna", "name")[0] == 2
    assert len(survey.load(study.load("small")).rows) == 57


def test_the_ids_beside_a_personal_column_lead_to_the_tables(
    project: Any, small_answers: pd.DataFrame
) -> None:
    small_answers.insert(0, "who", [f"p{n}" for n in range(60)])
    small_answers["mail"] = [f"a{n}@example.org" for n in range(60)]
    project.study["variables"].append({"id": "who", "label": "Who", "kind": "id"})
    project.study["personal"] = ["mail"]
    bought = b"who,date,amount\np1,2024-01-01,3\np10,2024-01-02,4\np1,2024-01-03,5\n"
    (project.folder / "bought.csv").write_bytes(bought)
    project.study["resources"] = [
        {
            "id": "bought",
            "kind": "transactions",
            "label": "Bought",
            "columns": {"customer": "who"},
            "rows": {"file": {"path": "bought.csv", "sha256": hashlib.sha256(bought).hexdigest()}},
        }
    ]
    project.rows(small_answers)
    assert forget("small", "a1@example.org")[0] == 3
    kept = (project.folder / "bought.csv").read_bytes()
    assert kept == b"who,date,amount\np10,2024-01-02,4\n"


@pytest.mark.parametrize(
    ("encoding", "separator", "above", "form"),
    [
        ("cp1252", ";", "", {"encodings": ["cp1252"], "delimiter": ";"}),
        ("gb18030", ",", "", {"encodings": ["gb18030"]}),
        ("utf-16", "\t", "", {}),
        ("utf-8-sig", ",", "A title\r\n", {"skip": 1}),
        ("utf-8", ";", "sep=;\r\n", {}),
    ],
)
def test_however_a_file_is_written_all_else_stays_as_it_was(
    project: Any,
    small_answers: pd.DataFrame,
    encoding: str,
    separator: str,
    above: str,
    form: dict[str, Any],
) -> None:
    word = "王芳" if encoding == "gb18030" else "Zoë"
    small_answers["mail"] = [f"{word}{n}@example.org" for n in range(60)]
    lines = small_answers.to_csv(index=False, sep=separator, lineterminator="\r\n")
    project.study["personal"] = ["mail"]
    project.study["rows"]["format"] = form
    project.rows((above + lines).encode(encoding))
    forget("small", f"{word}5@example.org")
    (gone,) = (line for line in lines.splitlines(keepends=True) if f"{word}5@" in line)
    expected = (above + lines.replace(gone, "")).encode(encoding)
    assert (project.folder / "rows.csv").read_bytes() == expected
    assert len(survey.load(study.load("small")).rows) == 59


def test_a_file_that_is_not_text_is_left_alone(asked: Any) -> None:
    asked.rows(pd.read_csv(asked.folder / "rows.csv"), "rows.parquet")
    with pytest.raises(UserError, match="only text files"):
        forget("small", "p1")


# --- from `loyalty new` on, in a folder of one's own ----------------------------------------------
@pytest.mark.slow
def test_whoever_loyalty_new_found_to_be_personal_is_forgotten_from_end_to_end(
    tmp_path: Path,
) -> None:
    """The file is described, a notebook runs, somebody goes by e-mail, and it runs once more."""
    root = tmp_path / "my own"
    root.mkdir()

    def say(*words: str, code_expected: int = 0) -> str:
        done = loyalty(root, *words)
        assert done.returncode == code_expected, done.stdout + done.stderr
        return done.stdout + done.stderr

    def of(path: str) -> list[str]:
        return [str(f.relative_to(root)) for f in root.glob(path) if f.is_file()]

    rows = answers(200).drop(columns=["recommend", "plan"])
    rows.insert(0, "E-mail", [f"person{n}@mail.example.org" for n in range(200)])
    rows.to_csv(tmp_path / "answers.csv", index=False)
    say("new", "mine", "--data", str(tmp_path / "answers.csv"))
    described = yaml.safe_load((root / "data" / "mine" / "study.yml").read_text("utf-8"))
    assert described["personal"] == ["E-mail"]
    say("run", "mine", "--notebook", "descriptives", "--draws", "20")
    result = root / "reports" / "results" / "mine" / "descriptives.json"
    assert json.loads(result.read_text("utf-8"))["findings"]["items"]["rows"][0]["n"] == 200
    made = [f for f in of("reports/**/*") + of(".cache/**/*") if "/mine" in f]
    assert made
    for name in made:
        assert b"person7@" not in (root / name).read_bytes(), name
    for folder in ("data/mine/findings", "reports/exports/mine", ".cache/reproduced/mine"):
        (root / folder).mkdir(parents=True)
        (root / folder / "x.json").write_text("{}")

    say("forget", "mine", "person7000@mail.example.org", code_expected=2)
    assert set(made) <= set(of("reports/**/*") + of(".cache/**/*")), "nobody: nothing changed"
    assert "1 row deleted" in say("forget", "mine", "person7@mail.example.org")
    left = [f for f in of("reports/**/*") + of(".cache/**/*") if "/mine" in f]
    assert left == [] and of("data/mine/findings/*") == []
    assert "person7@" not in (root / "data" / "mine" / "rows" / "answers.csv").read_text("utf-8")
    say("check", "mine")
    say("run", "mine", "--notebook", "descriptives", "--draws", "20")
    assert json.loads(result.read_text("utf-8"))["findings"]["items"]["rows"][0]["n"] == 199
