"""Sentences say what the numbers say, as firmly as the intervals allow, in both languages."""

from __future__ import annotations

import pytest

from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown import prose

ALPHA = Threshold("alpha", "alpha", 0.70, "above", "nunnally1994")


def joined(sentences: list[Text]) -> Text:
    return prose.join(sentences)


@pytest.mark.parametrize(
    ("low", "high", "en", "zh"),
    [
        (0.71, 0.8, "meets the cut-off of at least 0\\.70", "达到不低于 0\\.70 的标准"),
        (0.6, 0.8, "leaves open whether the cut-off", "尚无定论"),
        (0.5, 0.6, "misses the cut-off", "未达到不低于"),
    ],
)
def test_a_cut_off(low: float, high: float, en: str, zh: str) -> None:
    said = prose.verdict(ALPHA, low, high)
    assert en in said.en and zh in said.zh
    assert said.en.endswith("[@nunnally1994]") and said.zh.endswith("[@nunnally1994]")


@pytest.mark.parametrize(
    ("labels", "en", "zh"),
    [
        ([], "none", "无"),
        (["a"], "a", "a"),
        (["a", "b"], "a and b", "a和b"),
        (["a", "b", "c*"], "a, b and c\\*", "a、b和c\\*"),
    ],
)
def test_names(labels: list[str], en: str, zh: str) -> None:
    assert prose.names(labels) == Text(en=en, zh=zh)
