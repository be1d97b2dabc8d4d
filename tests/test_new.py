"""`loyalty new`: from a file to a description that holds."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward_exports
import exports
import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty import newcase
from loyalty.cases import check, study, survey
from loyalty.cases.sources import Format
from loyalty.ground.errors import UserError
from loyalty.newcase import answers, blocks, codebook, kinds, like, orders, write
from loyalty.newcase.source import Column

EXPORTS = exports.EXPORTS | awkward_exports.AWKWARD


@pytest.mark.parametrize("made", EXPORTS.values(), ids=EXPORTS)
def test_an_export_becomes_a_case(
    project: Any, tmp_path: Path, made: Callable[[], exports.Export]
) -> None:
    export = made()
    file = tmp_path / export.name
    file.write_bytes(export.content)
    made_of_it = newcase.new("mine", file)
    assert file.read_bytes() == export.content and made_of_it.checks <= export.marks
    described = study.load("mine")
    assert not described.provenance.redistribute and described.rows.file is not None
    assert described.rows.file.sha256 == hashlib.sha256(export.content).hexdigest()
    assert tuple(len(c.items) for c in described.constructs) == export.blocks
    scale = described.scale
    assert (scale.min, scale.max) == export.scale
    assert tuple(i.source_column for i in described.items if i.reversed) == export.reversed
    assert {g.source_column for g in described.groups} == set(export.groups)
    assert set(export.personal) <= set(described.personal)
    codes = {c for i in described.items for c in described.item_scale(i).missing}
    assert set(export.missing) <= codes
    loaded = survey.load(described)  # what `loyalty check` looks at
    assert len(loaded.rows) == exports.N - export.left_out
    means = [loaded.scored[[i.id for i in c.items]].mean(axis=1) for c in described.constructs]
    assert means[0].corr(means[1]) > 0.2


def test_it_is_never_written_over(project: Any, tmp_path: Path, refusal: Any) -> None:
    export = exports.redcap()
    file = tmp_path / export.name
    file.write_bytes(export.content)
    made = newcase.new("mine", file)
    assert made.rows == project.root / "data" / "mine" / "rows" / "redcap.csv"
    before = made.path.read_bytes()
    assert "is there already" in refusal(newcase.new, "mine", file)
    assert made.path.read_bytes() == before
    assert "a name of a-z" in refusal(newcase.new, "Mine Own", file)
    file.write_text("a,b\n" + "x,y\nz,w\n" * 25)
    assert "no column with answers on a scale" in refusal(newcase.new, "other", file)
    assert not (project.root / "data" / "other").exists()


def test_no_secret_is_in_the_description(project: Any, tmp_path: Path) -> None:
    export = exports.qualtrics()
    (tmp_path / export.name).write_bytes(export.content)
    text = newcase.new("mine", tmp_path / export.name).path.read_text(encoding="utf-8")
    for secret in ("example.org", "10.0.", "R_0000", "Comment number"):
        assert secret not in text
    described = study.load("mine")
    found = survey.wanted(described)
    assert set(described.personal) == set(found.never)


def test_comments_in_chinese(project: Any, tmp_path: Path) -> None:
    export = exports.wjx_text()
    (tmp_path / export.name).write_bytes(export.content)
    text = newcase.new("mine", tmp_path / export.name, language="zh").path.read_text("utf-8")
    assert "# 由 `loyalty new` 生成" in text and "以下各列涉及个人信息" in text
    assert yaml.safe_load(text)["rows"]["format"]["encodings"] == ["gb18030"]


def test_a_model_says_what_belongs_together(project: Any, tmp_path: Path, refusal: Any) -> None:
    export = exports.yes_no_and_nps()
    (tmp_path / "a.csv").write_bytes(export.content)
    (tmp_path / "m.lav").write_text(
        "service =~ svc1 + svc2\nloyal =~ loy1 + loy2 + loy3\nloyal ~ service\n"
    )
    plan = like.from_model(tmp_path / "m.lav")
    newcase.new("mine", tmp_path / "a.csv", plan=plan)
    described = study.load("mine")
    assert [(c.id, c.role, len(c.items)) for c in described.constructs] == [
        ("service", "antecedent", 2),
        ("loyal", "outcome", 3),
    ]
    assert [(h.from_, h.to) for h in described.hypotheses] == [("service", "loyal")]
    (tmp_path / "bad.lav").write_text("service =~ =~ x")
    assert refusal(like.from_model, tmp_path / "bad.lav").startswith("bad.lav: ")
    again = like.from_case("mine")
    newcase.new("again", tmp_path / "a.csv", plan=again)
    assert [c.id for c in study.load("again").constructs] == ["service", "loyal"]


def test_answers_to_questions_are_taken(project: Any, tmp_path: Path) -> None:
    export = exports.yes_no_and_nps()
    (tmp_path / "a.csv").write_bytes(export.content)

    given = iter(["boss", "mediator"])  # one that there is not is asked for again
    heard: list[str] = []

    def ask(what: str, otherwise: str) -> str:
        heard.append(what)
        if "role" in what:
            return next(given, otherwise)
        if "short name" in what:
            return "Service" if "svc1" in what else otherwise
        return 'Mein "Titel" — 我的' if "title" in what else otherwise

    made = newcase.new("mine", tmp_path / "a.csv", ask=ask)
    described = study.load("mine")
    assert (described.constructs[0].label.en, described.constructs[0].role) == (
        "Service",
        "mediator",
    )
    assert sum("its role" in what for what in heard) == len(described.constructs) + 1
    assert "mediator, moderator or outcome" not in made.path.read_text()
    assert described.title.en == 'Mein "Titel" — 我的'
    (nps,) = [v for v in described.variables if v.kind == "nps"]
    assert nps.scale is not None and (nps.scale.min, nps.scale.max) == (0, 10)


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("My Library Survey_March 3, 2025_10.15.csv", "My Library Survey"),
        ("298374651_按文本_商场满意度调查_260_260.xlsx", "商场满意度调查"),
        ("bank survey 2.1.sav", "bank survey 2.1"),
        ("2024_12_wave.csv", "2024_12_wave"),
        ("123456_按文本_.csv", "123456_按文本_"),
        (".csv", ".csv"),
    ],
)
def test_the_title_is_the_files_name_without_what_programs_add(file: str, title: str) -> None:
    assert write._title(file) == title


def test_whoever_breaks_off_leaves_nothing_behind(
    project: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    from loyalty.cli import main

    export = exports.yes_no_and_nps()
    (tmp_path / "a.csv").write_bytes(export.content)
    monkeypatch.setattr("sys.stdin", io.StringIO("A title\n"))  # and then nothing more
    assert main(["new", "mine", "--interactive", "--data", str(tmp_path / "a.csv")]) == 2
    assert "error new: broken off; nothing was written" in capsys.readouterr().err
    assert not (project.root / "data" / "mine").exists()


@pytest.mark.parametrize(
    ("texts", "want", "points"),
    [
        (exports.AGREE, (1, 2, 3, 4, 5), 5),
        (exports.ZH_AGREE, (1, 2, 3, 4, 5), 5),
        (exports.AGREE[1:], (2, 3, 4, 5), 5),  # nobody disagrees strongly
        (("非常满意", "比较满意", "一般", "不太满意", "N/A"), (5, 4, 3, 1), 5),
        (
            "strongly disagree|disagree|somewhat disagree|neutral|"
            "somewhat agree|agree|strongly agree",
            (1, 2, 3, 4, 5, 6, 7),
            7,
        ),
        (("Never", "Rarely", "Sometimes", "Often", "Always"), (1, 2, 3, 4, 5), 5),
        (("very unlikely", "unlikely", "neutral", "likely", "very likely"), (1, 2, 3, 4, 5), 5),
    ],
)
def test_the_order_of_answers(texts: Any, want: tuple[int, ...], points: int) -> None:
    texts = texts.split("|") if isinstance(texts, str) else texts
    found = orders.ordered(texts)
    assert found is not None and found[1] == points
    given = [t for t in texts if t != "N/A"]
    if texts[0] != "非常满意":
        assert tuple(found[0][t] for t in given) == want
    else:
        assert sorted(given, key=lambda t: found[0][t]) == given[::-1]


@pytest.mark.parametrize(
    "texts",
    [("Yes", "No"), ("是", "否"), ("Berlin", "Bonn"), ("red", "agree")],
)
def test_what_is_no_scale(texts: tuple[str, ...]) -> None:
    assert orders.ordered(texts) is None


def test_blocks_of_names_that_say_nothing() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(size=(2, 300))
    made = {f"v{i}": (one if i < 4 else two) + 0.6 * rng.normal(size=300) for i in range(1, 8)}
    frame = pd.DataFrame(made)
    frame.columns = range(7)
    assert blocks.clusters(frame) == [[0, 1, 2], [3, 4, 5, 6]]


def test_one_bunch_of_names_that_say_nothing_is_cut_where_there_is_structure() -> None:
    rng = np.random.default_rng(2)
    whole = rng.normal(size=(400, 1))
    two = np.repeat(whole + 0.8 * rng.normal(size=(400, 2)), [6, 4], axis=1)
    frame = pd.DataFrame(two + 0.6 * rng.normal(size=(400, 10)))
    assert blocks.clusters(frame) == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9]]
    one = pd.DataFrame(whole + 0.8 * rng.normal(size=(400, 10)))
    assert blocks.clusters(one) == [[*range(10)]]


def test_the_average_silhouette_is_that_of_the_definition() -> None:
    rng = np.random.default_rng(3)
    apart = 1 - np.abs(np.corrcoef(rng.normal(size=(30, 7)), rowvar=False))
    label = np.array([1, 1, 2, 2, 2, 3, 3])
    widths = []
    for i in range(7):
        own = [apart[i, j] for j in range(7) if j != i and label[j] == label[i]]
        others = [np.mean(apart[i, label == k]) for k in (1, 2, 3) if k != label[i]]
        a, b = np.mean(own), min(others)
        widths.append((b - a) / max(a, b))
    assert blocks._silhouette(apart, label) == pytest.approx(np.mean(widths), abs=1e-12)
    assert blocks._silhouette(apart, np.ones(7)) == 0


def test_a_sheet_says_what_the_columns_are(project: Any, tmp_path: Path) -> None:
    export = exports.excel_with_codebook()
    (tmp_path / export.name).write_bytes(export.content)
    made = newcase.new("mine", tmp_path / export.name)
    described, text = study.load("mine"), made.path.read_text(encoding="utf-8")
    assert [c.label.en for c in described.constructs] == ["Expected", "Seen"]
    assert [i.en for i in described.items][:2] == ["Expected food", "Expected price"]
    (branch,) = described.groups
    assert {k: v.en for k, v in branch.levels.items()} == {"1": "Bonn", "2": "Berlin"}
    # no scales: the first and the second choice from a list, and yes or no
    for name in ("TOP_1", "TOP_2", "USE_1", "USE_2", "USE_3"):
        assert f'#   "{name}"' in text
    assert made.checks == text.count("# check:") - 1 <= 5  # one is in what the head says


def test_codes_in_a_codebook() -> None:
    assert codebook.codes_in('1="Not at all"; 10="Very much"') == {1: "Not at all", 10: "Very much"}
    assert codebook.codes_in("0: no, 1: yes, sometimes, 2: yes") == {
        0: "no",
        1: "yes, sometimes",
        2: "yes",
    }
    assert codebook.codes_in("1＝男；2＝女") == {1: "男", 2: "女"}
    assert codebook.codes_in("0-25") == codebook.codes_in("Age") == {}
    assert (
        codebook.read({"a": [["Q1", "one"], ["Q2", "two"]]}, ["Q1", "Q2", "Q3", "Q4", "Q5"]) == {}
    )


def _items(frame: pd.DataFrame) -> list[blocks.Item]:
    made = []
    for at, name in enumerate(frame):
        column = Column(at, str(name), frame[name])
        (points,) = answers.points([column], Format(), ",") or [None]
        assert points is not None
        made.append(blocks.Item(column, points))
    return made


def test_names_without_a_stem_are_told_apart_by_words() -> None:
    rng = np.random.default_rng(1)
    whole = rng.normal(size=400)

    def answer() -> Any:
        return np.clip(np.round(4 + whole + 0.8 * rng.normal(size=400)), 1, 7)

    frame = pd.DataFrame({n: answer() for n in ("staff", "rooms", "global", "repurch", "clean")})
    found = blocks.blocks(_items(frame))
    named = {b.stem: [i.column.name for i in b.items] for b in found}
    assert named == {"": ["staff", "rooms", "clean"], "repurch": ["repurch"], "global": ["global"]}
    assert {b.stem: b.role for b in found}["global"] == "mediator"
    # a rating of a whole block stands for the same thing
    frame = pd.DataFrame({n: answer() for n in ("qual_1", "qual_2", "qual_global")})
    found = blocks.blocks(_items(frame))
    assert [(b.stem, b.role) for b in found] == [("qual", ""), ("qual_global", "alternative")]


def test_all_leads_to_satisfaction_where_nothing_follows_it(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(7)
    names = ["qual_1", "qual_2", "qual_3", "sat_1", "sat_2", "sat_3"]
    frame = pd.DataFrame(np.hstack([q, y]), columns=names)
    frame.to_csv(tmp_path / "a.csv", index=False)
    newcase.new("mine", tmp_path / "a.csv")
    assert [c.role for c in study.load("mine").constructs] == ["antecedent", "outcome"]
    frame["loy_1"], frame["loy_2"] = frame["sat_1"], frame["sat_3"]
    frame.to_csv(tmp_path / "b.csv", index=False)
    newcase.new("other", tmp_path / "b.csv")
    roles = [c.role for c in study.load("other").constructs]
    assert roles == ["antecedent", "mediator", "outcome"]


def test_choices_from_one_list_are_no_scale() -> None:
    rng = np.random.default_rng(2)
    chosen = pd.DataFrame([rng.permutation(6)[:3] for _ in range(200)])
    assert kinds.ranked(chosen)
    assert not kinds.ranked(pd.DataFrame(rng.integers(0, 6, (200, 3))))
    assert not kinds.ranked(
        pd.DataFrame({"a": [1.0] * 200, "b": [2.0] * 200})
    )  # no chance to be equal


def test_kinds_of_personal_columns() -> None:
    def why(name: str, values: list[Any]) -> str | None:
        column = Column(0, name, pd.Series(values))
        return kinds.personal(column, answers.counted(column))

    assert why("a", [f"a{i}@b.org" for i in range(30)]) == "email"
    assert why("a", [f"10.0.0.{i}" for i in range(30)]) == "ip"
    assert why("a", [f"+49 30 1234{i:03d}" for i in range(30)]) == "phone"
    assert why("姓名", [f"王{i}" for i in range(30)]) == "name"
    assert why("x", [f"5f{i:05x}abc" for i in range(30)]) == "id"
    assert why("x", [f"I like number {i}" for i in range(30)]) == "open"
    assert why("city", ["Bonn", "Berlin"] * 15) is None
    assert why("Q1", [1, 2, 3] * 10) is None


def test_the_command(project: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from loyalty.cli import main

    export = exports.spss()
    (tmp_path / export.name).write_bytes(export.content)
    assert main(["new", "mine", "--data", str(tmp_path / export.name)]) == 0
    said = capsys.readouterr().out
    assert "mine · 6 items, 2 constructs, 0 personal columns" in said
    assert main(["check", "mine"]) == 0
    assert main(["new", "two", "--data", str(tmp_path / "none.sav")]) == 3
    with pytest.raises(UserError):
        newcase.new("all", tmp_path / export.name)


def test_a_codebook_tells_the_ends_of_a_scale(project: Any, tmp_path: Path) -> None:
    """26 is just past 0-25 and stays; 101, which nothing names, is a code for no answer."""
    q, y = exports.people(7)
    names = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]
    frame = pd.DataFrame(np.hstack([q, y]), columns=names)
    rng = np.random.default_rng(2)
    given = [*range(26), *[26] * 30, *[98] * 5, *[101] * 5]
    frame["TOLERANCE"] = rng.choice(given, len(frame))
    sheet = [("Variable", "Label", "Values", "Missing"), ("TOLERANCE", "Price rise", "0-25", "98")]
    sheet += [(name, f"Asked {name}", "1 to 7 (7 = agree)", "98") for name in names]
    with pd.ExcelWriter(tmp_path / "a.xlsx") as book:
        frame.to_excel(book, sheet_name="Data", index=False)
        pd.DataFrame(sheet).to_excel(book, sheet_name="Dictionary", index=False, header=False)
    text = newcase.new("mine", tmp_path / "a.xlsx").path.read_text("utf-8")
    found = study.load("mine")
    (tolerance,) = [v for v in found.variables if v.source_column == "TOLERANCE"]
    assert tolerance.scale is not None
    scale = (tolerance.scale.min, tolerance.scale.max, tolerance.scale.missing)
    assert scale == (0, 26, [98, 101])
    assert "TOLERANCE 0 – 25 (98, 101)" in text
    assert (survey.load(found).rows["TOLERANCE"] == 26).any()


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        ("0-25", (0, 25)),
        ("1 to 7 (7 = agree)", (1, 7)),
        ("1–10", (1, 10)),
        ("1至5", (1, 5)),
        ("1 = Yes; 2 = No", None),
        ("1-2 = low, 3 = high", None),
        ("2015", None),
        ("5-1", None),
        ("Age", None),
    ],
)
def test_the_ends_of_a_scale_in_words(written: str, ends: tuple[int, int] | None) -> None:
    assert codebook.ends_in(written) == ends


def test_numbers_that_a_spreadsheet_shows_as_dates_are_marked(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(7)
    names = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]
    frame = pd.DataFrame(np.hstack([q, y]), columns=names)
    frame["svc_1"] = [pd.Timestamp(1899, 12, 31) + pd.Timedelta(days=v) for v in frame["svc_1"]]
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    text = newcase.new("mine", tmp_path / "a.xlsx").path.read_text("utf-8")
    assert '"svc_1"  # check: numbers that the spreadsheet shows as dates?' in text


def test_what_cannot_be_described_is_told(project: Any, tmp_path: Path, refusal: Any) -> None:
    frame = pd.DataFrame({f"q{k}": [4] * 30 for k in range(5)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    assert "every column has one value throughout" in refusal(newcase.new, "b", tmp_path / "a.csv")
    frame.to_excel(tmp_path / "a.xlsx", sheet_name="Data", index=False)
    told = refusal(newcase.new, "b", tmp_path / "a.xlsx", sheet="Dta")
    assert told == "a.xlsx: no sheet 'Dta'; there are Data"
    told = refusal(newcase.new, "b", tmp_path / "a.csv", sheet="Data")
    assert told == "a.csv: no workbook, it has no sheet 'Data'"
    (tmp_path / "b.csv").write_bytes((tmp_path / "a.xlsx").read_bytes())
    assert "by its first bytes it is a .xlsx" in refusal(newcase.new, "b", tmp_path / "b.csv")
    assert "Windows keeps this name" in refusal(newcase.new, "con", tmp_path / "a.csv")


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf" * 2, b""])
def test_marks_twice_and_none_in_utf_16(project: Any, tmp_path: Path, before: bytes) -> None:
    q, y = exports.people(7)
    names = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]
    text = pd.DataFrame(np.hstack([q, y]), columns=names).to_csv(index=False)
    file = tmp_path / "..csv"
    file.write_bytes(before + text.encode() if before else text.encode("utf-16-le"))
    newcase.new("mine", file)
    found = study.load("mine")
    assert [i.source_column for i in found.items] == names
    assert len(survey.load(found).rows) == exports.N


def test_an_error_in_a_cell_of_a_workbook_is_no_blank(project: Any, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    q, y = exports.people(7)
    names = ["svc_1", "svc_2", "svc_3", "loy_1", "loy_2", "loy_3"]
    pd.DataFrame(np.hstack([q, y]), columns=names).to_excel(tmp_path / "a.xlsx", index=False)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.active["B7"], book.active["B7"].data_type = "#DIV/0!", "e"
    book.save(tmp_path / "a.xlsx")
    text = newcase.new("mine", tmp_path / "a.xlsx").path.read_text("utf-8")
    assert "svc_2 row 7 '#DIV/0!'" in text
    (loss,) = [f for f in check.rows(study.load("mine")).faults if f.weight == "loss"]
    assert (loss.row, loss.column, loss.value) == (7, "svc_2", "#DIV/0!")
