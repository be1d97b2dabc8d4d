"""The order of levels that are written as texts."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import exports
import pytest

from loyalty import newcase
from loyalty.cases import study
from loyalty.newcase import orders

KNOWN = [
    "从不|很少|有时|经常|总是",
    "从不|偶尔|有时|经常|总是",
    "几乎从不|很少|偶尔|经常|每次",
    "Never|Rarely|Sometimes|Often|Always",
    "Never|Almost never|Sometimes|Almost always|Always",
    "Never|Once a year|Several times a year|Monthly|Weekly|Daily",
    "每年数次|每月一次|每周一次|每周多次|每天",
    "小学|初中|高中/中专|大专|本科|硕士|博士",
    "高中及以下|大专|本科|研究生及以上",
    "Less than high school|High school|Some college|Associate degree|Bachelor's|Master's|PhD",
    "Unfinished|Elementary|Highschool|Undergrad|Graduated",
    "High school|Undergraduate|Postgraduate",
    "3000元以下|3000-5000元|5001-8000元|8001-1万元|1万-2万元|2万元以上",
    "无收入|2000元以下|2000~5000元|5000元以上",
    "5万以下|5-10万|10-20万|20万以上",
    "Under $20K|$20K to $30K|$30K to $40K|$100K or More",
    "Less than $25,000|$25,000 - $49,999|$50,000 - $99,999|$100,000 or more",
    "18岁以下|18~25|26~30|31~40|51~60|60以上",
    "under 18|18-24|25-34|35-44|65+",
    "Less than 6 months|6–12 months|1–3 years|More than 3 years",
    "不到1个月|1-6个月|6-12个月|1年以上",
    "半年以内|半年~1年|1-3年|3年以上",
    "一年以下|一至三年|三至五年|五年以上",
    "Less than a year|1-2 years|3-5 years|Over 5 years|Other",
    "low|medium|high",
    "青年|中年|老年",
    "Poor|Fair|Good|Very good|Excellent",
]


@pytest.mark.parametrize("texts", KNOWN)
def test_an_order_that_is_known(texts: str) -> None:
    given = texts.split("|")
    mixed = random.Random(3).sample(given, len(given))
    assert orders.levels(mixed) == (given, True)


@pytest.mark.parametrize(
    "texts", ["North|South|East", "北京|上海|广州", "Student|Retired|Employed", "Mail|Phone|Web"]
)
def test_an_order_that_is_not(texts: str) -> None:
    given = texts.split("|")
    assert orders.levels(given) == (sorted(given), False)


def test_two_levels_need_no_order() -> None:
    assert orders.levels(["Male", "Female", "Other"]) == (["Female", "Male", "Other"], True)
    assert orders.levels(["是", "否"]) == (["否", "是"], True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_is_marked_where_it_is_not_known(project: Any, tmp_path: Path, language: Any) -> None:
    q, y = exports.people(5)
    head = ["q_1", "q_2", "q_3", "loy_1", "loy_2", "loy_3", "Region", "Education"]
    rows: list[list[Any]] = [head]
    for i in range(120):
        region = ("West", "South", "East")[i % 3]
        rows.append([*q[i], *y[i], region, ("PhD", "Master", "Bachelor")[i % 3]])
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    text = newcase.new("mine", tmp_path / "a.csv", language=language).path.read_text("utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("groups:")]
    assert "# check:" in line and line.endswith("Region")
    by_id = {g.id: [*g.levels] for g in study.load("mine").groups}
    assert by_id["Education"] == ["Bachelor", "Master", "PhD"]
    assert by_id["Region"] == ["East", "South", "West"]


def test_how_often_is_a_scale(project: Any, tmp_path: Path) -> None:
    words = ("从不", "偶尔", "有时", "经常", "总是")
    q, y = exports.people(5)
    rows: list[list[Any]] = [
        ["1、服务—友好", "1、服务—专业", "1、服务—快", "2、今后（来）", "2、今后（荐）"]
    ]
    rows += [[words[a - 1] for a in (*q[i], *y[i][:2])] for i in range(120)]
    (tmp_path / "a.csv").write_bytes(exports.written(rows))
    newcase.new("mine", tmp_path / "a.csv")
    scale = study.load("mine").scale
    assert [scale.answers[w] for w in words] == [1, 2, 3, 4, 5]
