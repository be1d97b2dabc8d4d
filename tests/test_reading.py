"""Files as people's programs write them: read as they are meant, or refused in one line."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.cases import reading, study, survey, tables
from loyalty.cases.reading import encodings, limits, values
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError

CITIES = ("München", "Köln", "Łódź")


def answers(n: int = 220, cities: tuple[str, ...] = CITIES) -> pd.DataFrame:
    """Two scales of three items from 1 to 6, an amount, and a city."""
    rng = np.random.default_rng(7)
    quality = rng.normal(size=n)
    columns: dict[str, Any] = {}
    for item in ("Q1", "Q2", "Q3", "L1", "L2", "L3"):
        latent = (1 if item[0] == "Q" else 0.6) * quality + rng.normal(size=n)
        columns[item] = np.clip(np.round(3.5 + latent), 1, 6).astype(int)
    columns["spend"] = np.round(rng.gamma(3, 8, size=n), 2)
    columns["city"] = rng.choice(cities, size=n)
    return pd.DataFrame(columns)


def described(levels: tuple[str, ...] = CITIES, **more: Any) -> dict[str, Any]:
    def construct(name: str, role: str) -> dict[str, Any]:
        items = [{"id": f"{name[0].upper()}{i}", "en": "wording"} for i in (1, 2, 3)]
        return {"id": name, "label": name, "role": role, "items": items}

    return {
        "title": "My survey",
        "summary": "s",
        "provenance": {"kind": "real", "source": "x", "licence": "MIT", "sampling": "y"},
        "rows": {"file": {}, **more},
        "scale": {"min": 1, "max": 6},
        "constructs": [construct("quality", "antecedent"), construct("loyalty", "outcome")],
        "hypotheses": [{"id": "H1", "from": "quality", "to": "loyalty", "sign": "+"}],
        "variables": [{"id": "spend", "label": "Spend", "kind": "number"}],
        "groups": [{"id": "city", "label": "City", "levels": {x: x for x in levels}}],
    }


def csv(frame: pd.DataFrame, **how: Any) -> str:
    text = frame.to_csv(index=False, lineterminator="\n", **how)
    assert isinstance(text, str)
    return text


@pytest.fixture
def read(project: Any) -> Callable[..., survey.Survey]:
    """The survey of a file."""

    def read(content: Any, name: str = "rows.csv", **more: Any) -> survey.Survey:
        levels = more.pop("levels", CITIES)
        project.study = described(levels, **more)
        project.rows(content.encode() if isinstance(content, str) else content, name)
        return survey.load(study.load("small"))

    return read


def like(got: survey.Survey, frame: pd.DataFrame) -> None:
    """The same answers, amounts and cities."""
    for column in frame:
        want = frame[column]
        if column != "city":
            want = want.astype(float)
        assert got.rows[column].tolist() == want.tolist(), column


# --- text --------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode(read: Any, encoding: str) -> None:
    like(read(csv(answers()).encode(encoding)), answers())


@pytest.mark.parametrize(
    ("encoding", "cities"),
    [
        ("cp1252", ("München", "Köln", "Genève")),
        ("cp1250", ("Łódź", "Gdańsk", "Częstochowa")),
        ("cp1251", ("Москва", "Казань", "Новосибирск")),
        ("gb18030", ("北京", "上海", "广州")),
        ("big5", ("臺北", "高雄", "臺中")),
        ("cp949", ("서울", "부산", "대구")),
        ("shift_jis", ("とうきょう", "おおさか", "カナガワ")),
    ],
)
def test_other_encodings_are_named_and_declared(
    read: Any, refusal: Callable[..., str], encoding: str, cities: tuple[str, ...]
) -> None:
    frame = answers(cities=cities)
    content = csv(frame).encode(encoding)
    said = refusal(read, content, levels=cities)
    assert said.startswith("small/rows.csv: not UTF-8 text (byte ")
    assert f"declare format: {{encodings: [{encoding}]}}" in said
    like(read(content, levels=cities, format={"encodings": [encoding]}), frame)


def test_semicolons_and_decimal_commas(read: Any) -> None:
    like(read("\ufeff" + csv(answers(), sep=";", decimal=",")), answers())


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators(read: Any, separator: str) -> None:
    like(read(csv(answers(), sep=separator)), answers())


def test_the_line_that_excel_wants(read: Any) -> None:
    content = "sep=;\r\n" + csv(answers(), sep=";")
    like(read(content.encode("cp1250"), format={"encodings": ["cp1250"]}), answers())


def test_three_heading_rows_of_qualtrics(read: Any) -> None:
    heading, _, rows = csv(answers()).partition("\n")
    asked = ",".join(f'"To what extent, ""overall""?\nPart {i}"' for i in range(8))
    marks = ",".join(f'"{{""ImportId"":""QID{i}""}}"' for i in range(8))
    like(read(f"{heading}\n{asked}\n{marks}\n{rows}"), answers())
    like(read(f"{heading}\n{asked}\n{rows}", format={"heading_rows": 2}), answers())


def test_lines_above_the_heading(read: Any) -> None:
    like(read("Export of my survey\n\n" + csv(answers()), format={"skip": 2}), answers())


def test_labelled_end_points(read: Any) -> None:
    frame = answers().astype({"Q1": object})
    frame["Q1"] = (
        frame["Q1"]
        .map({1: "1 - strongly disagree", 6: "6 – strongly agree"})
        .fillna(frame["Q1"].astype(str))
    )
    like(read(csv(frame)), answers())
    assert values.labelled(["1 low", "5 high"]) == {"1 low": 1, "5 high": 5}
    assert values.labelled(["Agree (4)", "Disagree (2)"]) == {"Agree (4)": 4, "Disagree (2)": 2}
    assert values.labelled(["3 days", "3 weeks"]) == {}  # one number, two meanings


def test_empty_last_lines_are_no_respondents(read: Any) -> None:
    like(read(csv(answers()) + ",,,,,,,\n" * 3), answers())


@pytest.mark.parametrize(
    "levels",
    [
        ("New York", "San Francisco", 'the "Loop"'),
        ("NA", "EU", "None"),
        ("null", "NaN", "N/A"),
        ("01", "02", "1"),
        ("Yes", "No", "on"),
        ("a#b", "{c}", "d|e@f"),
    ],
)
def test_levels_as_they_are_written(read: Any, levels: tuple[str, ...]) -> None:
    frame = answers(cities=levels)
    got = read(csv(frame), levels=levels)
    assert got.rows["city"].tolist() == frame["city"].tolist()


def test_levels_unquoted_in_yaml(project: Any) -> None:
    project.study = described()
    project.rows(csv(answers(cities=("Yes", "No", "01"))).encode())
    text = (project.folder / "study.yml").read_text(encoding="utf-8")
    start = text.index("    München")
    end = text.index("Łódź: Łódź\n") + len("Łódź: Łódź\n")
    project.describe(text[:start] + "    Yes: Yes\n    No: No\n    01: One\n" + text[end:])
    levels = study.load("small").groups[0].levels
    assert {key: label.en for key, label in levels.items()} == {
        "Yes": "Yes",
        "No": "No",
        "01": "One",
    }


def test_codes_written_as_floats_are_codes(read: Any) -> None:
    frame = answers(cities=("1.0", "2.0"))
    got = read(csv(frame), levels=("1", "2"))
    assert set(got.rows["city"]) == {"1", "2"}


def test_answers_as_texts_with_a_map(project: Any) -> None:
    names = dict(
        zip(range(1, 7), ("nie", "selten", "manchmal", "oft", "meist", "immer"), strict=True)
    )
    frame = answers()
    for item in ("Q1", "Q2", "Q3", "L1", "L2", "L3"):
        frame[item] = frame[item].map(names)
    project.study = described()
    project.study["scale"]["answers"] = {text: number for number, text in names.items()}
    project.rows(csv(frame).encode())
    like(survey.load(study.load("small")), answers())


def test_a_personal_column_is_not_read(project: Any, refusal: Callable[..., str]) -> None:
    frame = answers()
    frame["mail"] = "someone@example.org"
    project.study = {**described(), "personal": ["mail"]}
    project.rows(csv(frame).encode())
    described_study = study.load("small")
    found = survey.parse(csv(frame).encode(), ".csv", "rows", wanted=survey.wanted(described_study))
    assert "mail" not in found and "example.org" not in found.to_csv()
    # a row that is too long is seen though not all of it is read
    project.rows((csv(frame) + "1,2,3,4,5,6,7,Köln,x,9\n").encode())
    assert "row 222 has 10 values, the heading 9 columns" in refusal(
        lambda: survey.load(study.load("small"))
    )
    project.study["personal"] = ["Q1"]
    project.describe()
    assert "personal: 'Q1' is used as an item" in refusal(study.load, "small")


def test_a_number_of_four_hundred_digits(read: Any, refusal: Callable[..., str]) -> None:
    frame = answers().astype({"Q1": object})
    frame.loc[4, "Q1"] = "9" * 400
    said = refusal(read, csv(frame))
    assert "column Q1" in said and "has too many digits" in said


# --- numbers -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("texts", "delimiter", "form", "want"),
    [
        (["$1,234.50", "$3.00", "-$2"], ",", {}, [1234.5, 3, -2]),
        (["1.234,50 €", "3,00"], ",", {}, [1234.5, 3]),
        (["1 234,5", "2\u00a0000", "7"], ";", {}, [1234.5, 2000, 7]),
        (["1'234.5", "−2"], ",", {}, [1234.5, -2]),
        (["1,234", "5,678"], ";", {}, [1.234, 5.678]),  # with semicolons a comma is decimal
        (["1,234", "5,678"], ",", {}, [None, None]),  # it may be either: to be declared
        (["1,234", "5,678"], ",", {"thousands": ","}, [1234, 5678]),
        (["1,234", "5,678"], ",", {"decimal": ","}, [1.234, 5.678]),
        (["1.234", "5.5"], ",", {}, [1.234, 5.5]),
        (["1e3", "1,2,3", "", "abc", "9" * 400], ",", {}, [1000, None, None, None, None]),
    ],
)
def test_numbers_as_people_write_them(
    texts: list[str], delimiter: str, form: dict[str, Any], want: list[float | None]
) -> None:
    if "thousands" in form:
        form = {"decimal": ".", **form}
    assert values.reader(Format(**form), delimiter)(texts) == want


# --- tables beside -----------------------------------------------------------------------------
def beside(project: Any, content: bytes, kind: str, name: str = "t.csv", **form: Any) -> Any:
    (project.folder / name).write_bytes(content)
    import hashlib

    rows = {"file": {"path": name, "sha256": hashlib.sha256(content).hexdigest()}, "format": form}
    given = described()
    project.study = {key: given[key] for key in ("title", "summary", "provenance")}
    project.study["resources"] = [{"id": "t", "kind": kind, "label": "t", "rows": rows}]
    project.describe()
    loaded = study.load("small")
    return tables.load(loaded, loaded.resources[0])


def test_the_calendar_day_that_is_written_counts(project: Any) -> None:
    content = (
        b"customer,date,amount\n1,2022-01-19T00:30:00+01:00,3\n2,2022-01-19T23:30:00Z,4\n"
        b"3,2022-01-19,5\n"
    )
    got = beside(project, content, "transactions")
    assert got.rows["date"].dt.date.astype(str).tolist() == ["2022-01-19"] * 3
    moved = beside(project, content, "transactions", time_zone="Europe/Berlin")
    days = moved.rows["date"].dt.date.astype(str).tolist()
    assert days == ["2022-01-19", "2022-01-20", "2022-01-19"]


def test_amounts_in_dollars_with_thousands(project: Any) -> None:
    content = b'customer,date,amount\n1,2022-01-19,"$3,750.00"\n2,2022-01-20,$12.5\n'
    assert beside(project, content, "transactions").rows["amount"].tolist() == [3750, 12.5]


@pytest.mark.parametrize("heading", ["customer,date,amount,,", "customer,date,amount,z,z"])
def test_other_columns_unnamed_or_doubled(project: Any, heading: str) -> None:
    content = f"{heading}\n26,2023-07-19,34.86,1,2\n57,2023-08-14,0.66,1,2\n".encode()
    assert beside(project, content, "transactions").rows["amount"].tolist() == [34.86, 0.66]


def test_a_wanted_column_that_is_doubled(project: Any, refusal: Callable[..., str]) -> None:
    content = b"customer,date,amount,amount\n26,2023-07-19,34.86,1\n"
    said = refusal(beside, project, content, "transactions")
    assert said.startswith("small/t.csv: the column 'amount' stands there 2 times")


def test_flags_of_pandas_and_of_spss(project: Any, tmp_path: Path) -> None:
    rows = pd.DataFrame({"failed": [np.nan, 1.0, 0.0, 1.0], "loyalty_after": [3, 2, 7, 1]})
    want = [True, False, True]
    got = beside(project, csv(rows).encode(), "failures")
    assert got.rows["failed"].tolist() == want
    import pyreadstat

    pyreadstat.write_sav(rows, str(tmp_path / "t.sav"))
    got = beside(project, (tmp_path / "t.sav").read_bytes(), "failures", "t.sav")
    assert got.rows["failed"].tolist() == want


def test_a_damaged_archive(project: Any, refusal: Callable[..., str]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", "customer,date,amount\n" + "1,2023-07-19,3\n" * 500)
    content = bytearray(packed.getvalue())
    content[60:90] = bytes(30)
    said = refusal(beside, project, bytes(content), "transactions", "t.zip")
    assert said == "small/t.zip: not a whole zip archive"


# --- sheets ------------------------------------------------------------------------------------
def book(**sheets: pd.DataFrame) -> bytes:
    made = io.BytesIO()
    with pd.ExcelWriter(made, engine="openpyxl") as writer:
        for sheet, frame in sheets.items():
            frame.to_excel(writer, sheet_name=sheet, index=False)
    return made.getvalue()


def test_data_on_the_second_sheet_with_numbers_as_text(read: Any) -> None:
    frame = answers().astype({"Q1": object})
    frame["Q1"] = frame["Q1"].astype(str)
    content = book(Readme=pd.DataFrame({"note": ["see sheet 2"]}), Data=frame)
    like(read(content, "rows.xlsx"), answers())
    like(read(content, "rows.xlsx", format={"sheet": "Data"}), answers())


def test_a_column_twice_in_a_sheet(read: Any, refusal: Callable[..., str]) -> None:
    frame = answers()
    frame.columns = pd.Index([*frame.columns[:-1], "Q1"])
    said = refusal(read, book(S=frame), "rows.xlsx")
    assert said.startswith("small/rows.xlsx: the column 'Q1' stands there 2 times")


def test_formulas_without_values(read: Any, refusal: Callable[..., str]) -> None:
    import openpyxl

    made = openpyxl.load_workbook(io.BytesIO(book(S=answers())))
    for row in range(2, 20):
        made["S"].cell(row, 1).value = "=1+1"
    out = io.BytesIO()
    made.save(out)
    said = refusal(read, out.getvalue(), "rows.xlsx")
    assert said.startswith("small/rows.xlsx: cell A2: a formula whose value was not saved")


def sheet_of(xml: str) -> bytes:
    """A workbook whose only sheet is this XML."""
    kept = zipfile.ZipFile(io.BytesIO(book(S=answers(5))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in kept.namelist():
            is_sheet = name == "xl/worksheets/sheet1.xml"
            made.writestr(name, xml if is_sheet else kept.read(name))
    return out.getvalue()


def test_cells_far_apart_are_refused(refusal: Callable[..., str]) -> None:
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    far = (
        f'<worksheet {main}><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    said = refusal(reading.read, sheet_of(far), ".xlsx", "b.xlsx")
    assert said == "b.xlsx: 1,048,576 rows × 16,384 columns; at most 50,000,000 cells are read"


def test_a_workbook_that_unpacks_to_too_much(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNPACKED", 200_000)
    said = refusal(reading.read, sheet_of(" " * 1_000_000), ".xlsx", "b.xlsx")
    assert said == "b.xlsx: what it holds is larger than 200,000 bytes"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old Excel file, or one with a password"),
        (b"PK\x03\x04" + bytes(100), "not a readable xlsx file"),
        (b"", "not a readable xlsx file"),
        (b"<html>", "not a readable xlsx file"),
    ],
)
def test_what_is_no_workbook(refusal: Callable[..., str], content: bytes, said: str) -> None:
    assert said in refusal(reading.read, content, ".xlsx", "b.xlsx")


# --- files of statistics programs --------------------------------------------------------------
def test_stata(read: Any, tmp_path: Path) -> None:
    import pyreadstat

    pyreadstat.write_dta(answers(), str(tmp_path / "a.dta"))
    like(read((tmp_path / "a.dta").read_bytes(), "rows.dta"), answers())


def test_spss_with_labels_and_values_that_are_no_answer(tmp_path: Path) -> None:
    import pyreadstat

    frame = pd.DataFrame({"q": [1.0, 5.0, 99.0, -3.0], "sex": [1.0, 2.0, 9.0, 1.0]})
    pyreadstat.write_sav(
        frame,
        str(tmp_path / "a.sav"),
        column_labels={"q": "How satisfied?"},
        variable_value_labels={"sex": {1: "woman", 2: "man"}, "q": {1: "not", 5: "very"}},
        missing_ranges={"q": [99, {"lo": -9, "hi": -1}], "sex": [9]},
    )
    content = (tmp_path / "a.sav").read_bytes()
    got = reading.read(content, ".sav", "a.sav")
    assert got.labels == {"q": "How satisfied?"}
    assert got.levels == {"sex": {1: "woman", 2: "man"}, "q": {1: "not", 5: "very"}}
    assert set(got.missing["q"]) == {99, (-9, -1)} and got.missing["sex"] == [9]
    assert got.frame["q"].tolist() == [1, 5, 99, -3]
    wanted = reading.Wanted({"q": {}}, frozenset({"sex"}))
    typed = reading.read(content, ".sav", "a.sav", wanted=wanted).frame
    assert typed["q"].tolist()[:2] == [1, 5] and typed["q"].isna().sum() == 2
    assert typed["sex"].fillna("").tolist() == ["1", "2", "", "1"]


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".parquet"])
def test_bytes_of_another_kind(refusal: Callable[..., str], suffix: str) -> None:
    said = refusal(reading.read, b"q1,q2\n1,2\n", suffix, f"a{suffix}")
    assert said.startswith(f"a{suffix}: not a readable {suffix[1:]} file")


def test_bytes_in_parquet(project: Any, refusal: Callable[..., str]) -> None:
    frame = answers().astype({"Q1": object})
    frame["Q1"] = [str(x).encode() for x in frame["Q1"]]
    frame.loc[1, "Q1"] = b"\xff"
    made = io.BytesIO()
    frame.to_parquet(made, index=False)
    project.study = described()
    project.rows(made.getvalue(), "rows.parquet")
    said = refusal(lambda: survey.load(study.load("small")))
    assert "column Q1" in said and "xff' is no number" in said


# --- limits ------------------------------------------------------------------------------------
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names")
def test_a_named_pipe(project: Any, refusal: Callable[..., str]) -> None:
    project.study = described()
    project.rows(csv(answers()).encode())
    (project.folder / "rows.csv").unlink()
    os.mkfifo(project.folder / "rows.csv")
    said = refusal(lambda: survey.load(study.load("small")))
    assert said == "small/rows.csv: not a regular file"


def test_a_folder(project: Any, refusal: Callable[..., str]) -> None:
    said = refusal(limits.content, project.folder, "small")
    assert said == "small: a folder; a file in it was expected"


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        ("BYTES", 1_000, "bytes; at most 1,000 are read"),
        ("ROWS", 100, "222 rows; at most 100 are read"),
        ("COLUMNS", 5, "8 columns; at most 5 are read"),
        ("CELLS", 500, "222 rows × 8 columns; at most 500 cells are read"),
        ("CELL", 3, "a cell of 7 characters; at most 3 are read"),
    ],
)
def test_what_is_too_large_is_not_read(
    read: Any,
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    said: str,
) -> None:
    monkeypatch.setattr(limits, limit, value)
    assert said in refusal(read, csv(answers()))


def test_what_is_packed_too_large_is_not_unpacked(
    refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "UNPACKED", 10_000)
    bomb = gzip.compress(b"1," * 1_000_000)
    said = refusal(reading.unpacked, bomb, "a.csv.gz", "a.csv.gz")
    assert said == "a.csv.gz: what it holds is larger than 10,000 bytes"


def test_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", -1.0)
    with pytest.raises(UserError, match="not read within -1 seconds"):
        reading.read(book(S=answers()), ".xlsx", "b.xlsx")


def test_a_quotation_mark_left_open(refusal: Callable[..., str]) -> None:
    content = ('a,b\n1,"2\n' + "3,4\n" * 40_000).encode()
    said = refusal(reading.read, content, ".csv", "a.csv")
    assert "a.csv: " in said


def test_unicode_without_a_mark_is_named(refusal: Callable[..., str]) -> None:
    content = csv(answers()).encode("utf-16-le")
    assert encodings.guess(content) == "utf-16-le"
    assert "utf-16-le" in refusal(reading.read, content, ".csv", "a.csv")
    got = reading.read(content, ".csv", "a.csv", Format(encodings=["utf-16-le"]))
    assert len(got.frame) == 220


def test_a_truncated_sav(tmp_path: Path, refusal: Callable[..., str]) -> None:
    import pyreadstat

    pyreadstat.write_sav(answers(), str(tmp_path / "a.sav"))
    content = (tmp_path / "a.sav").read_bytes()
    assert refusal(reading.read, content[:3000], ".sav", "a.sav").startswith("a.sav: ")
