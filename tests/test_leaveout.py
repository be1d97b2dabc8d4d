"""What `loyalty new` makes of headings and rows as survey programs write them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import exports
import numpy as np
import pandas as pd
import pytest

from loyalty import newcase
from loyalty.cases import check, study, survey
from loyalty.cases.reading import values
from loyalty.cases.sources import Format
from loyalty.newcase import kinds, leaveout, orders, write
from loyalty.newcase.blocks import matrix, stem
from loyalty.newcase.source import Column

N = exports.N


def column(name: str, found: list[Any], at: int = 0) -> Column:
    return Column(at, name, pd.Series(found))


# --- 问卷星 ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "question", "row"),
    [
        ("5、感知价值—价格合理", "5、感知价值", "价格合理"),
        ("12、总体评价—员工—友好", "12、总体评价", "员工—友好"),
        ("6、总体满意度（我很满意）", "6、总体满意度", "我很满意"),
        ("6、总体满意度(我很满意)", "6、总体满意度", "我很满意"),
        ("3、本店（含外卖）的服务（出餐快）", "3、本店（含外卖）的服务", "出餐快"),
        ("3、您对以下说法的看法：—员工友好", "3、您对以下说法的看法：", "员工友好"),
    ],
)
def test_a_heading_of_a_matrix_is_question_and_row(heading: str, question: str, row: str) -> None:
    assert stem(column(heading, [1])) == (question, row)
    assert matrix(column(heading, [1])) == question


def test_a_question_with_a_bracket_inside_is_no_matrix() -> None:
    asked = "3、您最近在本店（含外卖与小程序）消费过几次？"
    assert matrix(column(asked, [1])) is None


def wjx() -> bytes:
    q, y = exports.people(5)
    head = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的年龄段"]
    head += [f"2、服务—{w}" for w in ("友好", "专业", "迅速")]
    head += [f"3、今后（{w}）" for w in ("会再来", "会推荐", "会继续")]
    rows: list[list[Any]] = [head]
    ages = ("18岁以下", "18~25", "26~30", "51岁以上")
    for i in range(N):
        taken = f"{60 + i}秒" if i % 2 else f"{1 + i // 60}分{i % 60}秒"
        front = [i + 1, f"2024/3/{1 + i % 28} 10:00:00", taken, "微信", "N/A", f"10.2.{i % 200}.1"]
        rows.append([*front, ages[i % 4], *[exports.ZH_AGREE[a - 1] for a in (*q[i], *y[i])]])
    return exports.written(rows)


def test_wjx(project: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(wjx())
    newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    assert [c.label.en for c in described.constructs] == ["服务", "今后"]
    assert [i.en for c in described.constructs for i in c.items][:4] == [
        *("友好", "专业", "迅速"),
        "会再来",
    ]
    (group,) = described.groups
    assert group.label.en == "年龄段"
    assert [*group.levels] == ["18岁以下", "18~25", "26~30", "51岁以上"]
    assert described.personal == ["来自IP"]
    (taken,) = described.variables
    assert (taken.kind, taken.source_column) == ("seconds", "所用时间")
    rows = survey.load(described).rows[taken.id]
    assert rows.iloc[:3].tolist() == [60.0, 61.0, 62.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("123秒", 123.0), ("2分3秒", 123.0), ("1小时0分5秒", 3605.0), ("5分", None), ("秒", None)],
)
def test_a_time_taken_is_seconds(text: str, expected: float | None) -> None:
    assert values.seconds(text) == expected
    read = values.numbers(pd.Series([text, "7秒"]), {}, Format())
    assert (read.iloc[0] == expected) if expected is not None else read.iloc[0] == text


def test_levels_stand_in_the_order_of_their_numbers() -> None:
    levels = ["51岁以上", "18~25", "18岁以下", "26~30"]
    assert sorted(levels, key=orders.counting) == ["18岁以下", "18~25", "26~30", "51岁以上"]
    money = ["over 100,000", "under 2,500", "2,500 to 5,000"]
    assert sorted(money, key=orders.counting) == ["under 2,500", "2,500 to 5,000", "over 100,000"]


# --- LimeSurvey ----------------------------------------------------------------------------------
def limesurvey() -> bytes:
    q, y = exports.people(5)
    head = ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page"]
    head += ["startlanguage. Start language", "ipaddr. IP address"]
    head += [f"QUAL[SQ00{k}]. How is it? [{w}]" for k, w in enumerate(exports.QUALITY, 1)]
    head += [f"LOY[SQ00{k}]. What will you do? [{w}]" for k, w in enumerate(exports.LOYALTY, 1)]
    head += ["G2Q1. In which state do you live?", "interviewtime. Total time"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        done = i % 10 != 3
        front = [i + 1, "2024-03-01 10:00:00" if done else "", 5 if done else 2, "en"]
        answers = [*q[i], *y[i]] if done else [*q[i], "", "", ""]
        state = ("Hesse", "Saxony")[i % 2] if done else ""
        rows.append([*front, f"10.4.{i % 200}.7", *answers, state, f"{100 + i}.5"])
    return exports.written(rows)


def test_limesurvey_with_codes_and_questions(project: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(limesurvey())
    newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    assert [c.label.en for c in described.constructs] == ["How is it?", "What will you do?"]
    assert described.items[0].id == "QUAL_SQ001"
    assert described.items[0].en == exports.QUALITY[0]
    assert [v.kind for v in described.variables] == ["seconds"]
    assert [g.label.en for g in described.groups] == ["In which state do you live?"]
    assert {"id. Response ID", "ipaddr. IP address"} <= set(described.personal)
    loaded = survey.load(described)
    assert loaded.excluded == {"unfinished": N // 10} and len(loaded.rows) == N - N // 10


# --- who is no respondent ------------------------------------------------------------------------
def qualtrics(status: list[str], finished: list[str]) -> Callable[[], bytes]:
    def made() -> bytes:
        q, y = exports.people(7)
        names = ["Status", "Finished", "ResponseId", "DistributionChannel"]
        names += ["Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Gender"]
        asked = ["Response Type", "Finished", "Response ID", "Distribution Channel"]
        asked += [f"Agree? - {w}" for w in exports.QUALITY]
        asked += [f"And then? - {w}" for w in exports.LOYALTY]
        rows = [names, [*asked, "Gender"], [f'{{"ImportId":"Q{i}"}}' for i in range(len(names))]]
        for i in range(N):
            # a gender that only who tried the questionnaire gave
            gender = "xxx" if i < 2 else ("Female", "Male")[i % 2]
            front = [status[i % len(status)] if i < 12 else status[-1], finished[i % 20 == 7]]
            channel = ("preview", "anonymous")[i >= 2]
            rows.append([*front, f"R_{i:06d}abcXYZ", channel, *q[i], *y[i], gender])
        return exports.written(rows)

    return made


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            qualtrics(
                ["Survey Preview", "Survey Preview", "Spam", "IP Address"], ["True", "False"]
            ),
            {"preview": 6, "spam": 3, "unfinished": 12},
        ),
        (qualtrics(["1", "17", "8", "0"], ["1", "0"]), {"preview": 6, "spam": 3, "unfinished": 12}),
        (qualtrics(["2", "2", "4", "0"], ["1", "1"]), {"test": 6}),
        (qualtrics(["IP Address"], ["True", "True"]), {"preview": 2}),  # by its channel
    ],
)
def test_qualtrics(
    project: Any, tmp_path: Path, made: Callable[[], bytes], expected: dict[str, int]
) -> None:
    (tmp_path / "a.csv").write_bytes(made())
    written = newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    loaded = survey.load(described)
    assert loaded.excluded == expected
    assert len(loaded.rows) == N - sum(expected.values())
    (gender,) = described.groups
    assert [*gender.levels] == ["Female", "Male"]  # no level of those who are left out
    assert "previews of the survey" in written.path.read_text() or "preview" not in expected


def test_a_status_of_another_kind_leaves_nobody_out() -> None:
    columns = [column("Status", ["1", "2"] * 40), column("Finished", ["0", "1"] * 40, 1)]
    assert leaveout.rules(columns) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"record_id": ["1"] * 20, "survey_complete": ["2"] * 17 + ["0"] * 3}, {"unfinished": 3}),
        (
            {
                "Record ID": ["1"] * 20,
                "Complete?": ["Complete"] * 19 + ["Incomplete"],
            },
            {"unfinished": 1},
        ),
        (
            {
                "Collector ID": ["4"] * 20,
                "Response Status": ["completed"] * 15 + ["partial"] * 4 + ["disqualified"],
            },
            {"unfinished": 4, "disqualified": 1},
        ),
        (
            {"CASE": ["1"] * 20, "MODE": ["interview"] * 18 + ["debug"] * 2},
            {"test": 2},
        ),
        # a form that hardly anybody filled in is not what all were asked
        ({"record_id": ["1"] * 20, "visit2_complete": ["0"] * 18 + ["2"] * 2}, {}),
    ],
)
def test_other_programs(columns: dict[str, list[str]], expected: dict[str, int]) -> None:
    made = [column(name, found, at) for at, (name, found) in enumerate(columns.items())]
    assert {rule.id: rule.n for rule in leaveout.rules(made)} == expected


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("What is your gender?", "Gender"),
        ("1、您的性别", "性别"),
        ("请问您的职业是什么？", "职业"),
        ("Please indicate your age group:", "Age group"),
        ("Was ist Ihr Alter?", "Alter"),
        ("您对本店满意吗？", "您对本店满意吗？"),
        ("In which state do you live?", "In which state do you live?"),
    ],
)
def test_a_question_on_the_respondent_is_named_by_what_it_asks(asked: str, name: str) -> None:
    assert kinds.named(asked) == name


# --- other things that programs write ------------------------------------------------------------
def test_a_scale_from_zero_of_which_nobody_took_zero(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(7)
    rng = np.random.default_rng(5)
    head = ["Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Q3_NPS_GROUP"]
    head += ["On a scale from 0-10, how likely are you to recommend us?"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        score = int(rng.integers(1, 11))
        rows.append([*q[i], *y[i], ("Passive", "Promoter")[score > 8], score])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    (nps,) = described.variables
    assert nps.kind == "nps" and nps.scale is not None and nps.scale.min == 0
    assert described.groups == []


def test_a_german_time_stamp_is_a_date(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    head = ["Zeitstempel", *(f"Wie gut? [{w}]" for w in ("a1", "b2", "c3"))]
    head += [
        f"Und in Zukunft? [{w}]" for w in ("Ich werde wiederkommen", "Ich bleibe", "Ich kaufe")
    ]
    rows: list[list[Any]] = [head]
    for i in range(N):
        rows.append([f"{1 + i % 28:02d}.04.2024 1{i % 10}:{i % 60:02d}:27", *q[i], *y[i]])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text()
    described = study.load("mine")
    assert described.personal == [] and '# Dates, not used:\n#   "Zeitstempel"' in text
    assert [c.role for c in described.constructs] == ["antecedent", "outcome"]


def test_marks_are_counted_without_the_line_that_explains_them(
    project: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_bytes(wjx())
    for language in ("en", "zh"):
        made = newcase.new(f"mine-{language}", tmp_path / "a.csv", language=language)  # type: ignore[arg-type]
        lines = made.path.read_text().splitlines()
        marked = [line for line in lines if "# check:" in line and "`# check:`" not in line]
        assert made.checks == len(marked) > 2


def test_who_ends_before_beginning_is_counted(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    head = ["StartDate", "EndDate", "Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        times = [f"2024-03-01 10:{i % 60:02d}:00", f"2024-03-01 11:{i % 60:02d}:00"]
        rows.append([*(times[::-1] if i in (3, 9) else times), *q[i], *y[i]])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    newcase.new("mine", tmp_path / "a.csv")
    loaded = survey.load(study.load("mine"))
    assert loaded.impossible == {"ends_first": 2} and len(loaded.rows) == N
    rows = [[row[0].replace("2024-03-01", "03/01/2024"), *row[1:]] for row in rows]
    (tmp_path / "b.csv").write_bytes(exports.written(rows))
    newcase.new("other", tmp_path / "b.csv")
    assert study.load("other").impossible == []


@pytest.mark.parametrize("whose", [True, False])
def test_waves_out_of_order_are_said_and_taken_by_date(project: Any, whose: bool) -> None:
    days = [1, 2, 3, 5, 4, 6]
    table = pd.DataFrame(
        {
            "date": [f"2024-0{month}-01" for month in days],
            "score": [9, 8, 10, 7, 9, 6],
            "customer": ["a"] * 6 if whose else ["a", "a", "a", "b", "c", "c"],
        }
    )
    content = table.to_csv(index=False).encode()
    (project.folder / "waves.csv").write_bytes(content)
    waves = {"id": "waves", "kind": "waves", "label": "Waves"}
    sha256 = hashlib.sha256(content).hexdigest()
    project.study["resources"] = [
        waves | {"rows": {"file": {"path": "waves.csv", "sha256": sha256}}}
    ]
    project.describe()
    said = [f for f in check.rows(study.load("small")).faults if f.file.endswith("waves.csv")]
    assert [(f.row, f.column, f.weight) for f in said] == ([(6, "date", "note")] if whose else [])
    assert not whose or "taken by their dates" in said[0].mend


def test_a_failed_attention_check_has_a_rule_to_take(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    head = ["Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Please select 4 here", "Q_age"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        rows.append([*q[i], *y[i], 2 if i % 40 == 0 else 4, ("young", "old")[i % 2]])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    path = newcase.new("mine", tmp_path / "a.csv").path
    text = path.read_text()
    assert [g.id for g in study.load("mine").groups] == ["Q_age"]  # not one of Qualtrics' own
    (rule,) = [line for line in text.splitlines() if "attention_1" in line]
    path.write_text(text + f"exclude:\n  {rule.removeprefix('#').strip()}\n")
    loaded = survey.load(study.load("mine"))
    assert loaded.excluded == {"attention_1": N // 40}


def test_what_is_written_beside_a_choice_is_personal(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    head = ["Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Q4", "Q4_5_TEXT"]
    head += ["Other (please specify)", "8、职业（其他，请注明）"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        own = "a bakery in Bonn" if i % 30 == 0 else ""
        rows.append([*q[i], *y[i], ("Shop", "Web")[i % 2], own, own, own and "农民"])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    path = newcase.new("mine", tmp_path / "a.csv").path
    described = study.load("mine")
    assert described.personal == head[7:] and "bakery" not in path.read_text()
    assert [g.source_column for g in described.groups] == ["Q4"]
    assert [len(c.items) for c in described.constructs] == [3, 3]


def test_chinese_wordings_are_chinese(project: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(wjx())
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text("utf-8")
    assert 'zh: "友好"' in text and 'en: "' not in text.partition("constructs:")[2]
    first = study.load("mine").items[0]
    assert (first.en, first.zh, first.wording.en) == ("友好", "友好", "友好")
    assert [write._language(t) for t in ("友好", "Nice", "とても満足", "만족", "App 好用")] == [
        *("zh", "en", "en", "en", "zh")
    ]


def test_what_was_ticked_first_second_third_is_one_question() -> None:
    rng = np.random.default_rng(7)
    rows = []
    for _ in range(300):
        ticked = sorted(rng.choice(6, size=1 + rng.integers(0, 8) // 6, replace=False) + 1)
        rows.append([*ticked, *[np.nan] * (3 - len(ticked))])
    assert kinds.listed(pd.DataFrame(rows))
    assert not kinds.listed(pd.DataFrame(rng.integers(1, 6, (300, 3)).astype(float)))
    assert not kinds.listed(pd.DataFrame(rows).iloc[:, ::-1])


def test_a_code_for_no_answer_to_the_items_is_no_level(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    rng = np.random.default_rng(8)
    head = ["q1_1", "q1_2", "q1_3", "q2_1", "q2_2", "q2_3", "q3_w", "q4_w"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        rows.append([*q[i], *y[i], rng.choice([1, 2, 9]), rng.integers(1, 4)])
        rows[-1][0] = 9 if i % 20 == 0 else rows[-1][0]
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    newcase.new("mine", tmp_path / "a.csv")
    groups = {g.id: (list(g.levels), g.missing) for g in study.load("mine").groups}
    assert groups == {"q3_w": (["1", "2"], ["9"]), "q4_w": (["1", "2", "3"], [])}


def test_minutes_are_no_seconds(project: Any, tmp_path: Path) -> None:
    q, y = exports.people(5)
    head = ["Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "Q2_3", "Duration (in seconds)"]
    rows: list[list[Any]] = [head]
    for i in range(N):
        rows.append([*q[i], *y[i], 100 + i])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    newcase.new("mine", tmp_path / "a.csv")
    rows[7][-1] = "5 min"
    (tmp_path / "b.csv").write_bytes(exports.written(rows))
    text = newcase.new("other", tmp_path / "b.csv").path.read_text()
    assert study.load("other").variables == []
    assert "times with their units" in text
    file = study.load("mine").folder / "rows" / "a.csv"
    file.write_bytes(exports.written(rows))
    faults = {(f.row, f.column): f for f in check.rows(study.load("mine")).faults}
    assert faults[8, "Duration (in seconds)"].said == "'5 min' is no number"
