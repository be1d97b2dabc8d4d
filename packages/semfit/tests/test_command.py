"""The command: every kind of file it reads, and one line for every mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from semfit.cli import main
from semfit.errors import ModelError
from semfit.reading import read_data

MODEL = "f =~ x1 + x2 + x3\nf ~ spend"
NAMES = ("x1", "x2", "x3", "spend")
LEVELS = ["NA", "EU", "None"]


def survey(levels: list[str] = LEVELS) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    spend = rng.normal(50, 10, 120).round(2)
    x = (
        (spend - 50)[:, None] / 20 + rng.normal(4, 1, (120, 1)) + rng.normal(0, 1, (120, 3))
    ).round()
    frame = pd.DataFrame(x.astype(int), columns=["x1", "x2", "x3"])
    return frame.assign(spend=spend, town=[levels[k % len(levels)] for k in range(120)])


def written(path: Path, *options: str, model: str = MODEL) -> dict[str, Any]:
    """What the command prints of a file, as JSON."""
    text = path.parent / "model.lav"
    text.write_text(model)
    command = [sys.executable, "-m", "semfit", str(text), str(path), "--json", *options]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    assert run.stderr == ""
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def refused(
    capsys: pytest.CaptureFixture[str], path: Path, *options: str, model: str = MODEL
) -> str:
    """The one line that the command says of a file that it cannot read or fit."""
    text = path.parent / "model.lav"
    text.write_text(model)
    assert main([str(text), str(path), *options]) == 2
    out, said = capsys.readouterr()
    assert out == "" and said.count("\n") == 1 and said.startswith("semfit: ")
    return said


def texts(frame: pd.DataFrame) -> dict[str, tuple[str, bytes]]:
    """The same rows as people's programs write them."""
    plain = frame.to_csv(index=False)
    head, _, rows = plain.partition("\n")
    cities = frame.replace({"town": {"NA": "München", "EU": "Köln", "None": "Łódź"}})
    western = frame.replace({"town": {"NA": "München", "EU": "Köln"}})
    return {
        "plain": (".csv", plain.encode()),
        "tabs": (".tsv", frame.to_csv(index=False, sep="\t").encode()),
        "tabs in a csv": (".csv", frame.to_csv(index=False, sep="\t").encode()),
        "Windows-1252": (".csv", western.to_csv(index=False).encode("cp1252")),
        "UTF-16": (".csv", cities.to_csv(index=False, sep="\t").encode("utf-16")),
        "decimal commas": (
            ".csv",
            cities.to_csv(index=False, sep=";", decimal=",").encode("utf-8-sig"),
        ),
        "Excel's first line": (
            ".csv",
            ("sep=;\r\n" + western.to_csv(index=False, sep=";", lineterminator="\r\n")).encode(
                "cp1252"
            ),
        ),
        "empty lines at the end": (".csv", (plain + ",,,,\r\n" * 3 + "\n\n").encode()),
        "rows with names": (".csv", frame.to_csv().removeprefix(",").encode()),
        "a separator at the end": (".csv", (head + "\n" + rows.replace("\n", ",\n")).encode()),
        "blanks after commas": (".csv", plain.replace(",", ", ").encode()),
        "quoted": (".csv", frame.to_csv(index=False, quoting=1).encode()),
    }


@pytest.mark.parametrize("kind", texts(survey()))
def test_text(kind: str, tmp_path: Path) -> None:
    frame = survey()
    suffix, content = texts(frame)[kind]
    path = tmp_path / f"data{suffix}"
    path.write_bytes(content)
    read = read_data(path, NAMES, ["town"])
    assert len(read) == 120 and read["town"].nunique() == 3
    pd.testing.assert_frame_equal(read[list(NAMES)], frame[list(NAMES)])


@pytest.mark.parametrize("suffix", [".xlsx", ".dta", ".sav", ".parquet"])
def test_other_kinds(suffix: str, tmp_path: Path) -> None:
    frame = survey()
    path = tmp_path / f"data{suffix}"
    if suffix == ".xlsx":
        with pd.ExcelWriter(path) as book:
            pd.DataFrame({"note": ["see the next sheet"]}).to_excel(book, sheet_name="Read me")
            frame.astype({"x2": str}).to_excel(book, sheet_name="Data", index=False)
            frame.iloc[:60].to_excel(book, sheet_name="Half", index=False)
    elif suffix == ".dta":
        labels = {"x1": {k: f"point {k}" for k in range(20)}}
        frame.to_stata(path, write_index=False, value_labels=labels, version=118)
    elif suffix == ".sav":
        pytest.importorskip("pyreadstat").write_sav(frame, str(path))
    else:
        frame.to_parquet(path)
    read = read_data(path, NAMES, ["town"])
    assert sorted(read["town"].unique()) == sorted(LEVELS)
    assert (read[list(NAMES)] == frame[list(NAMES)]).all(axis=None)
    other = path.rename(tmp_path / "data.csv")  # what a file is, is not what it is called
    assert len(read_data(other, NAMES)) == 120
    if suffix == ".xlsx":
        assert len(read_data(other, sheet="Half")) == 60
        with pytest.raises(ModelError, match="no sheet 'Third'; it has Read me, Data, Half"):
            read_data(other, sheet="Third")


def test_levels_named_like_missing_values_stay(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    survey().to_csv(path, index=False)
    answer = written(path, "--group", "town")
    assert {row["group"] for row in answer["parameters"]} == {1, 2, 3}
    assert answer["warnings"] == []
    frame = survey()
    frame["town"] = frame["town"].mask(frame.index < 5)  # only empty fields are missing
    frame["x1"] = frame["x1"].astype(object)
    frame.loc[10, "x1"] = "NA"  # numbers may be
    frame.to_csv(path, index=False)
    answer = written(path, "--group", "town")
    assert answer["warnings"] == ["left out: 6 of 120 rows, with missing values"]
    answer = written(path, "--cluster", "town")
    assert answer["warnings"] == ["left out: 6 of 120 rows, with missing values"]


@pytest.mark.parametrize(
    ("fields", "levels"),
    [
        (["1", "2", "3"], {1, 2, 3}),
        (["1", "2", "NA"], {"1", "2", "NA"}),
        (["01", "1", "2"], {"01", "1", "2"}),
        (["nan", "inf", "null"], {"nan", "inf", "null"}),
        (["New York", "N/A", "TRUE"], {"New York", "N/A", "TRUE"}),
    ],
)
def test_levels(fields: list[str], levels: set[object], tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    survey(fields).to_csv(path, index=False)
    assert set(read_data(path, levels=["town"])["town"]) == levels
    survey(fields).to_excel(tmp_path / "data.xlsx", index=False)
    assert set(read_data(tmp_path / "data.xlsx", levels=["town"])["town"]) == levels


def test_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.lav").write_text(MODEL)
    survey().to_csv(tmp_path / "data.csv", index=False)
    words = [str(tmp_path / "m.lav"), str(tmp_path / "data.csv")]
    assert main([*words, "--group", "town", "--group-equal", "loadings", "--std-lv"]) == 0
    said = capsys.readouterr().out
    assert "(NA 40, EU 40, None 40)" in said and "Group 3: None" in said and "std all" in said
    assert main(["--version"]) == 0 and main(["--help"]) == 0


def test_a_console_without_the_letters(tmp_path: Path) -> None:
    (tmp_path / "m.lav").write_text(MODEL)
    survey(["Łódź", "Köln"]).to_csv(tmp_path / "data.csv", index=False)
    command = [sys.executable, "-m", "semfit", str(tmp_path / "m.lav"), str(tmp_path / "data.csv")]
    plain = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run([*command, "--group", "town"], capture_output=True, env=plain, check=True)
    assert b"K\\xf6ln" in run.stdout


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("data.csv", b"", "data.csv is empty"),
        ("data.csv", b"\n\n,,,\n", "data.csv is empty"),
        ("data.xlsx", b"", "data.xlsx is empty"),
        ("data.csv", b"x1,x2,x3,spend\n", "the data have no rows"),
        ("data.csv", bytes(range(256)) * 20, "data.csv is not text"),
        ("data.csv", b"\x81\x8d\x8f", "data.csv is not text"),
        ("data.csv", b"x1,x2\n1,2,3,4\n", "data.csv has 4 fields in its first row"),
        ("data.csv", b"x1,x1,x2,x3,spend\n1,2,3,4,5\n", "the data have 2 columns named 'x1'"),
        ("data.csv", b"x1,x2,x3,spend\n1,2,3,4\n1,2,3,4,5\n", "Expected 4 fields in line"),
        ("data.csv", b"x1,x2,x3,spend\na,2,3,4\nb,1,2,3\n", "variable 'x1' is not numeric"),
        ("data.csv", b"x1,x2,x3\n1,2,3\n", "variable 'spend' is not in the data"),
        ("data.xlsx", b"PK\x03\x04 and then nothing", "cannot read data.xlsx"),
        ("data.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot read .xls"),
        ("data.sav", b"$FL2 and then nothing", "cannot read data.sav"),
        ("data.dta", b"<stata_dta> and then nothing", "cannot read data.dta"),
        ("data.dta", b"nothing of that kind", "cannot read data.dta"),
        ("data.parquet", b"PAR1 and then nothing", "cannot read data.parquet"),
        ("data.rds", b"x", "cannot read .rds; known: .csv"),
        ("data", b"x", "cannot read a file without suffix"),
    ],
)
def test_files_that_cannot_be_read(
    name: str, content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refused(capsys, path)


def test_a_package_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "data.xlsx"
    survey().to_excel(path)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    said = refused(capsys, path)
    assert said == "semfit: reading .xlsx needs openpyxl: pip install 'semfit[files]'\n"


def test_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "data.csv"
    assert "no data file" in refused(capsys, path)
    survey().to_csv(path, index=False)
    assert "unknown" in refused(capsys, path, "--estimator", "OLS")
    assert "not in the data" in refused(capsys, path, "--group", "city")
    assert "unrecognized arguments: --grp" in refused(capsys, path, "--grp", "town")
    assert "invalid int value" in refused(capsys, path, "--bootstrap", "many")
    assert "model syntax, line 1" in refused(capsys, path, model="f =~ ")
    assert main([str(tmp_path / "none.lav"), str(path)]) == 2
    assert "no model file" in capsys.readouterr().err
    assert main([]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files(tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject) -> None:
    """Whatever stands in a file, it is a frame or a line."""
    folder = tmp_path_factory.getbasetemp()
    suffix = draw.draw(st.sampled_from([".csv", ".tsv", ".xlsx", ".dta", ".parquet"]))
    whole = folder / f"whole{suffix}"
    if not whole.exists():
        frame = survey()
        {
            ".csv": lambda: frame.to_csv(whole),
            ".tsv": lambda: frame.to_csv(whole, sep="\t"),
            ".xlsx": lambda: frame.to_excel(whole),
            ".dta": lambda: frame.to_stata(whole),
            ".parquet": lambda: frame.to_parquet(whole),
        }[suffix]()
    content = bytearray(whole.read_bytes())
    for _ in range(draw.draw(st.integers(0, 8))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    part = folder / f"part{suffix}"
    part.write_bytes(content[: draw.draw(st.integers(0, len(content)))])
    try:
        assert isinstance(read_data(part, NAMES, ["town"]), pd.DataFrame)
    except ModelError as error:
        assert "\n" not in str(error)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='xyz123 ,;\t\n\r".NA=sep\u00fc\u2028\x0c', max_size=60))
def test_any_text(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(text.encode())
    try:
        assert isinstance(read_data(path, ["x"], ["y"]), pd.DataFrame)
    except ModelError as error:
        assert "\n" not in str(error)
