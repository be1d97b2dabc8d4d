"""Labels that are whole questions, short where they are shown and once in full."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from loyalty.book import pages
from loyalty.cases import study
from loyalty.ground.reasons import Reason
from loyalty.ground.text import Text
from loyalty.shown.context import Case
from loyalty.shown.short import CUT, in_full, shortened, width, within

LONG = "How often have you visited your gym in the past four weeks, counting all of your visits?"
ZH = "您最近三个月内在本店（含外卖与小程序及第三方平台）一共消费过多少次，请选择一项？"


def described(project: Any, **changes: Any) -> Any:
    """The project's case with other labels."""
    content = project.study = deepcopy(project.study)
    content["groups"][0].update(changes.get("group", {}))
    for construct, label in zip(content["constructs"], changes.get("constructs", ()), strict=False):
        construct["label"] = label
    project.describe()
    return study.load(project.case)


def test_short_labels_stay_as_they_are(project: Any) -> None:
    whole = described(project)
    assert shortened(whole) is whole and in_full(whole) == []


def test_a_question_is_cut_at_a_word_and_stands_in_quotes(project: Any) -> None:
    of = described(
        project,
        group={
            "label": {"en": LONG, "zh": ZH},
            "levels": {
                "1": "Yes, my salary or pension is paid to an account at this very bank",
                "2": "No",
            },
        },
    )
    (group,) = Case("small", of).study.groups
    assert group.label.en == "“How often have you visited your gym…”"
    assert group.label.zh.startswith("“您最近三个月内") and group.label.zh.endswith("…”")
    assert width(group.label.zh) <= CUT + 2 * width("”")
    assert [t.en for t in group.levels.values()] == ["“Yes, my salary or pension…”", "No"]
    assert of.groups[0].label.en == LONG  # the description is as it was
    pairs = in_full(of)
    assert [full.en for _, full in pairs] == [LONG, of.groups[0].levels["1"].en]
    text = "\n".join(pages.codebook(of, "en"))
    assert text.count(LONG.replace(",", "\\,").replace("?", "\\?")) == 1
    assert Case("small", of).study.case == of.case


def test_labels_that_begin_alike_stay_apart(project: Any) -> None:
    begin = "How much do you agree with the following statements on the staff of "
    of = described(project, constructs=[f"{begin}the shop?", f"{begin}the telephone line?"])
    one, other = (c.label.en for c in shortened(of).constructs[:2])
    assert one == "“How much do you agree… shop?”"
    assert other == "“How much do you agree… telephone line?”"


def test_of_questions_that_begin_alike_the_end_stays(project: Any) -> None:
    begin = "How much do you agree about "
    asked = [f"{begin}the service quality?", f"{begin}your satisfaction?"]
    of = described(project, constructs=asked)
    shown = [c.label.en for c in shortened(of).constructs[:2]]
    assert shown == [
        "“How much do you agree… the service quality?”",
        "“How much do you agree… your satisfaction?”",
    ]
    begin = "请根据您最近三个月内的实际体验，对本店的"
    asked = [f"{begin}服务质量总体水平进行评价", f"{begin}商品价格总体水平进行评价"]
    shown = [c.label.zh for c in shortened(described(project, constructs=asked)).constructs[:2]]
    assert "服务质量" in shown[0] and "商品价格" in shown[1]
    of = described(project, constructs=["Price cut that would win them back, %", LONG, LONG[:60]])
    assert shortened(of).constructs[1].label.en == "“How often have you visited your gym…”"


@pytest.mark.parametrize(
    ("label", "quoted"),
    [
        ("请根据您的实际体验，对本店的服务质量进行评价", True),
        ("可承受的涨价幅度，%（再购意愿为 6 及以上者）", False),  # a name with its condition
        ("Contacted the water company about the account", False),
        ("Please rate the following aspects of your latest visit", True),
        ("总体满意度", False),
    ],
)
def test_a_sentence_without_a_question_mark_is_quoted(
    project: Any, label: str, quoted: bool
) -> None:
    of = described(project, constructs=[label])
    assert shortened(of).constructs[0].label.en.startswith("“") == quoted


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Type of contract", "type of contract"),
        ("NPS group", "NPS group"),
        ("Overall Customer Satisfaction", "Overall Customer Satisfaction"),
        ("Price given Quality", "Price given Quality"),
        ("Ihr Geschlecht", "ihr Geschlecht"),
        ("“How often…”", "“How often…”"),
        ("iPhone", "iPhone"),
    ],
)
def test_a_label_within_a_sentence_keeps_its_names(label: str, expected: str) -> None:
    assert within(label) == expected


def test_a_short_question_is_quoted(project: Any) -> None:
    of = described(project, group={"label": "What is your gender?"})
    assert in_full(of) == []  # nothing is lost
    assert shortened(of).groups[0].label == Text(
        en="“What is your gender?”", zh="“What is your gender?”"
    )


def test_quotes_about_a_quoted_label_stand_once() -> None:
    label = "“How satisfied are you?”"
    assert Text(en=f"The path “{label} → {label}” is", zh=f"路径“{label}”为") == Text(
        en=f"The path {label} → {label} is", zh=f"路径{label}为"
    )


def test_numbers_in_reasons_have_a_true_minus() -> None:
    reason = Reason(
        code="negative_latent_variance",
        of="estimator",
        parameters={"name": "a", "variance": -0.0511, "where": ""},
    )
    assert "(−0.0511)" in reason.text().en and "（−0.0511）" in reason.text().zh
