"""Sentences of the descriptives, in both languages, as firm as the numbers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import prose
from loyalty.stats import descriptives


def joined(sentences: list[Text]) -> Text:
    return prose.join(sentences)


def both(said: Text, *numbers: str) -> None:
    """Both languages hold the numbers, and are two languages."""
    for number in numbers:
        assert number in said.en and number in said.zh, (number, said)
    assert said.en != said.zh and any("\u4e00" <= c <= "\u9fff" for c in said.zh)
    assert not any("\u4e00" <= c <= "\u9fff" for c in said.en)
    assert said.en.endswith(".") and said.zh.endswith("。")


# --- descriptives ----------------------------------------------------------------------------
def test_answers_and_reliabilities() -> None:
    answers = pd.DataFrame({"a": [1.0, 5, 5, np.nan], "b": [3.0, 4, 5, 2]})
    both(prose.answers(answers, 1, 5, 2), "57\\.1", "14\\.3", "42\\.9")
    assert "1 item with a scale of its own is left out" in prose.answers(answers, 1, 5, 3).en
    label = {"a": "A", "b": "B", "c": "C"}
    said = prose.scale_reliabilities({"a": 0.7, "b": 0.9, "c": math.nan}, label)
    both(said, "\\.70", "\\.90", "C")
    assert "No scale has an alpha" in prose.scale_reliabilities({"a": math.nan}, label).en


def test_floor_and_ceiling_by_their_intervals() -> None:
    scores = pd.DataFrame({"low": [1.0] * 50 + [3.0] * 150, "some": [5.0] * 34 + [3.0] * 166})
    scores["none"] = [2.0, 3, 4, 3] * 50
    ends = dict.fromkeys(scores, 1.0), dict.fromkeys(scores, 5.0)
    table = descriptives.scale_table(scores, *ends)
    said = prose.scale_ends(table, {k: k.title() for k in scores}, threshold("floor_ceiling"))
    both(said, "Low", "25\\.0", "Some", "17\\.0", "[@terwee2007]")
    assert (
        "More than 15\\.0" in said.en and "is open for Some \\(ceiling\\, 17\\.0 \\%\\)" in said.en
    )
    assert "None" not in said.en
    fine = prose.scale_ends(table.loc[["none"]], {"none": "None"}, threshold("floor_ceiling"))
    both(fine, "15\\.0")
    assert fine.en.startswith("No scale has more than")


def test_csat_says_what_was_asked() -> None:
    score = descriptives.csat([5, 4, 2, 1], top_box=4, minimum=1, maximum=5)
    own = prose.csat(score, "How *satisfied*?", True, (4, 5))
    both(own, "50\\.0", "How \\*satisfied\\*\\?", "4–5")
    assert "no question of its own" not in own.en
    assert "no question of its own" in prose.csat(score, "Overall", False, (4, 5)).en


def test_groups_that_stand_apart() -> None:
    rows = pd.DataFrame(
        [
            ("Firm", "a", "S", 1.0, 2.0),
            ("Firm", "b", "S", 3.0, 4.0),
            ("Firm", "c", "S", math.nan, math.nan),
            ("Age", "y", "S", 2.0, 3.0),
        ],
        columns=["group", "level", "what", "low", "high"],
    )
    said = joined(prose.standing(rows, {"S": 2.5}))
    assert "by Firm 1 above and 1 below of 2." in said.en
    assert "By Age every interval holds everybody's value." in said.en
    both(said, "Firm", "Age")
    assert "No group is large enough" in joined(prose.standing(rows.iloc[2:3], {"S": 2.5})).en
    both(prose.standing_caution(240, 10, 3), "240", "10", "3")
    assert "not shown" not in prose.standing_caution(240, 10, 0).en


def test_the_widest_gap() -> None:
    rows = pd.DataFrame(
        [
            ("S", "Firm", "a", 10.0, 8.0, 12.0),
            ("S", "Firm", "b", 20.0, 18.0, 22.0),
            ("T", "Firm", "a", 10.0, 8.0, 12.0),
            ("T", "Firm", "b", 11.0, 9.0, 13.0),
        ],
        columns=["what", "group", "level", "value", "low", "high"],
    )
    said = prose.extremes(rows)
    both(said, "10\\.00", "20\\.00")
    assert "in S by Firm: b (20\\.00" in said.en and "do not overlap" in said.en
    assert "do not" not in prose.extremes(rows.iloc[2:]).en
    assert prose.extremes(rows.iloc[:1]).en == "No two groups can be shown."


def test_boxes_alpha_and_correlation_by_group() -> None:
    seen = pd.DataFrame({"label": ["a", "b"], "low": [0.1, 0.3], "high": [0.5, 0.2]})
    both(prose.boxes(seen, "Loyalty", 1, 10), "50\\.0", "30\\.0", "10")
    assert "1 group is not shown" in prose.boxes(seen, "Loyalty", 1, 10).en
    assert "No group can be shown" in prose.boxes(seen.iloc[:0], "Loyalty", 2, 10).en
    alphas = pd.DataFrame(
        {
            "alpha": [0.8, 0.7, 0.5, np.nan],
            "alpha_low": [0.75, 0.6, 0.4, np.nan],
            "alpha_high": [0.85, 0.8, 0.6, np.nan],
        }
    )
    said = prose.alpha_by_group(alphas, threshold("alpha"))
    assert "in 1 of 3 groups, open in 1 and below in 1" in said.en
    assert prose.alpha_by_group(alphas.iloc[3:], threshold("alpha")).en == "No group has an alpha."
    assert "in both groups" in prose.alpha_by_group(alphas.iloc[[0, 0]], threshold("alpha")).en
    mixed = prose.alpha_by_group(alphas.iloc[[0, 2]], threshold("alpha")).en
    assert "in 1 of 2 groups, below in 1." in mixed and "open" not in mixed
    shares = pd.DataFrame(
        {"mean": [2.0, 4.0], "floor": [0.3, 0.1], "ceiling": [0.05, 0.25]}, index=["a", "b"]
    )
    both(prose.items(shares, "b"), "2\\.00", "4\\.00", "25\\.0", "30\\.0")
    far = [
        {"level": "x", "r": 0.2, "low": 0.1, "high": 0.3},
        {"level": "y", "r": 0.6, "low": 0.5, "high": 0.7},
    ]
    near = [far[0], {"level": "z", "r": 0.25, "low": 0.15, "high": 0.35}]
    said = joined(prose.focal_by_group({"Firm": far, "Age": near}, "S", "L"))
    both(said, "\\.20", "\\.60")
    assert "lowest in x (\\.20" in said.en and "do not overlap" in said.en
    assert said.en.endswith("By Age the intervals of the lowest and the highest correlation "
                            "overlap, so that their order may be chance.")  # fmt: skip


def test_second_sentences() -> None:
    label = {"a": "A", "b": "B"}
    spread = pd.DataFrame({"sd": [0.5, 1.25]}, index=["a", "b"])
    both(prose.scale_spread(spread, label), "0\\.50", "1\\.25")
    assert "most in B" in prose.scale_spread(spread, label).en
    both(prose.scale_spread(spread * 0, label))
    both(prose.extremes_caution(24), "24")


@pytest.mark.parametrize(
    ("ratings", "words"),
    [
        ([10] * 80 + [3] * 20, "promoters outweigh detractors"),
        ([10] * 20 + [3] * 80, "detractors outweigh promoters"),
        ([10] * 50 + [3] * 50, "open who outweighs"),
    ],
)
def test_nps_goes_no_further_than_its_interval(ratings: list[int], words: str) -> None:
    said = prose.nps_sign(descriptives.net_promoter_score(ratings))
    both(said)
    assert words in said.en
