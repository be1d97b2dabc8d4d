"""Secrets beside the rows: names and notes of files, hidden sheets, comments, who made them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import exports
import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml
from openpyxl.comments import Comment
from test_secrets import contents

from tests.conftest import loyalty

HEAD = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]
SECRET = "Wilhelmina Quackenbush"
MAIL = "w.quackenbush@example-mail.org"


def frame() -> pd.DataFrame:
    return pd.DataFrame(np.hstack(exports.people(5)), columns=HEAD)


def workbook(file: Path) -> None:
    """Secrets in everything of a workbook that is no cell of its one visible sheet."""
    book = openpyxl.Workbook()
    about = book.properties
    about.creator = about.lastModifiedBy = about.title = about.keywords = SECRET
    about.description = about.subject = about.category = about.identifier = MAIL
    about.created = datetime(2024, 1, 1)
    data = book.active
    assert data is not None
    data.title = "Data"
    data.append(HEAD)
    for row in frame().to_numpy().tolist():
        data.append(row)
    data["B2"].comment = Comment(f"asked by {SECRET}, {MAIL}", SECRET)
    data["C3"].hyperlink = f"mailto:{MAIL}"
    data.oddHeader.center.text = data.oddFooter.left.text = SECRET
    hidden = book.create_sheet(f"{SECRET}"[:31])  # larger than the data
    hidden.sheet_state = "hidden"
    hidden.append(["name", "mail", *HEAD, "note"])
    for i in range(400):
        hidden.append([f"{SECRET} {i}", MAIL, *range(1, 7), "said on the phone"])
    codes = book.create_sheet("codes")
    codes.sheet_state = "veryHidden"
    codes.append(["Variable", "Label", "Values"])
    for name in HEAD:
        codes.append([name, f"{name} of {SECRET}", f"1={SECRET}; 5={MAIL}"])
    book.defined_names["who"] = openpyxl.workbook.defined_name.DefinedName(
        "who", attr_text=f'"{MAIL}"'
    )
    book.save(file)


def sav(file: Path) -> None:
    pyreadstat.write_sav(
        frame(), str(file), file_label=SECRET, note=f"typed in by {SECRET}, {MAIL}"
    )


def dta(file: Path) -> None:
    pyreadstat.write_dta(frame(), str(file), file_label=f"{SECRET} {MAIL}"[:80])


def titled(file: Path) -> None:
    """Who made it, and for whom, above the headings."""
    rows = [["Prepared by", "", SECRET, "", "for", MAIL], ["Asked by:", SECRET, "", "", SECRET, ""]]
    rows += [[], HEAD, *frame().to_numpy().tolist()]
    file.write_bytes(exports.written(rows))


def remarked(file: Path) -> None:
    """Lines of comment at the top, and a line below that says who it was."""
    head = f"# exported by {SECRET} <{MAIL}>\r\n".encode()
    rows = [HEAD, *frame().to_numpy().tolist()]
    file.write_bytes(head + exports.written(rows))


def parquet(file: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame())
    said = {**(table.schema.metadata or {}), b"author": SECRET.encode(), b"mail": MAIL.encode()}
    pq.write_table(table.replace_schema_metadata(said), file)


FILES: dict[str, Callable[[Path], None]] = {
    "a.xlsx": workbook,
    "a.sav": sav,
    "a.dta": dta,
    "a.csv": titled,
    "b.csv": remarked,
    "a.parquet": parquet,
    f"{MAIL}.csv": lambda file: frame().to_csv(file, index=False),
    "answers of +49 170 9876543.csv": lambda file: frame().to_csv(file, index=False),
    "11010519491231002X.xlsx": lambda file: frame().to_excel(file, index=False),
}
NAMED = ("quackenbush", "wilhelmina", "example-mail")
LOOKED_FOR = (*NAMED, "9876543", "11010519491231002")


def told(root: Path, said: str, looked_for: Sequence[str] = LOOKED_FOR) -> list[str]:
    """Where a secret came out."""
    made = [*contents(root), ("what it says", said)]
    made += [(str(f), f.read_text("utf-8", "replace")) for f in root.glob("data/*/study.yml")]
    rows = os.path.join("data", "mine", "rows", "")
    return [
        f"{name}: {secret}"
        for name, text in made
        if not name.removeprefix("the name of ").startswith(rows)
        for secret in looked_for
        if secret.casefold() in text.casefold()
    ]


@pytest.mark.parametrize("name", FILES)
def test_nothing_beside_the_rows_comes_out(tmp_path: Path, name: str) -> None:
    root, given = tmp_path / "project", tmp_path / "given"
    (root / "data").mkdir(parents=True)
    given.mkdir()
    FILES[name](given / name)
    made = loyalty(root, "new", "mine", "--data", str(given / name))
    assert made.returncode == 0, made.stderr
    checked = loyalty(root, "check", "mine", "--json")
    assert checked.returncode == 0, checked.stdout
    described = yaml.safe_load((root / "data" / "mine" / "study.yml").read_text("utf-8"))
    assert sum(len(c["items"]) for c in described["constructs"]) == 6
    assert told(root, made.stdout + made.stderr + checked.stdout + checked.stderr) == []


def test_a_hidden_sheet_is_read_where_it_is_named(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    workbook(tmp_path / "a.xlsx")
    where = ["--data", str(tmp_path / "a.xlsx"), "--sheet"]
    made = loyalty(root, "new", "mine", *where, "codes")
    assert "no column with answers" in made.stderr
    made = loyalty(root, "new", "mine", *where, "Data")
    assert made.returncode == 0 and loyalty(root, "check", "mine").returncode == 0


@pytest.mark.long
@pytest.mark.parametrize("name", ["a.xlsx", "a.sav", "a.csv"])
def test_nor_in_a_report_or_a_package(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    FILES[name](tmp_path / name)
    said = ""
    for words in (
        ["new", "mine", "--data", str(tmp_path / name)],
        ["report", "mine", "--draws", "20", "--language", "en,zh", "--to", "html,docx"],
        ["export", "mine"],
    ):
        done = loyalty(root, *words)
        said += done.stdout + done.stderr
        assert done.returncode == 0, said
    assert told(root, said, NAMED) == []  # digits stand in any drawing
