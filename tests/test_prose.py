"""Sentences say what the numbers say, as firmly as the intervals allow, in both languages."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd
import pytest

from loyalty.cases.study import Hypothesis
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold
from loyalty.shown import prose

ALPHA = Threshold("alpha", "alpha", 0.70, "above", "nunnally1994")
HTMT = Threshold("htmt", "htmt", 0.85, "below", "henseler2015")


def joined(sentences: list[Text]) -> Text:
    return prose.join(sentences)


@pytest.mark.parametrize(
    ("sign", "low", "high", "verdict"),
    [
        ("+", 0.1, 0.3, "supported"),
        ("+", -0.3, -0.1, "contradicted"),
        ("-", -0.3, -0.1, "supported"),
        ("-", 0.1, 0.3, "contradicted"),
        ("+", -0.1, 0.3, "open"),
        ("+", 0.0, 0.3, "open"),
        ("-", math.nan, math.nan, "open"),
    ],
)
def test_a_hypothesis(sign: str, low: float, high: float, verdict: str) -> None:
    assert prose.judge(sign, low, high) == verdict


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


def pairs(*bounds: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"construct_a": "a", "construct_b": "b", "htmt": 0.9, "ci_lower": x, "ci_upper": y}
            for x, y in bounds
        ]
    )


def test_an_interval_that_could_not_be_had_proves_nothing() -> None:
    label = {"a": "A", "b": "B"}
    lost = joined(prose.discriminant(pairs((math.nan, math.nan)), label, HTMT, 20))
    assert "none is distinct" in lost.en and "1 is open and none is not distinct" in lost.en
    sure = joined(prose.discriminant(pairs((0.86, 0.95)), label, HTMT, 20))
    assert "none is open and 1 is not distinct" in sure.en and "20 draws" in sure.en
    assert "The highest ratio has A–B" in sure.en


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.0342, "*p* =\u00a0\\.034"),
        (0.0001, "*p* \\<\u00a0\\.001"),
        (0.5, "*p* =\u00a0\\.500"),
    ],
)
def test_a_p_value_in_a_sentence(p: float, shown: str) -> None:
    cut = Threshold("significance", "significance", 0.05, "below", "apa2020")
    said = prose.little(10.5, 8, p, cut)
    assert shown in said.en and shown in said.zh
    assert ("speaks against" in said.en) == (p < 0.05)
    assert "χ²(8) = 10\\.50" in said.en


def test_missing_answers() -> None:
    assert prose.missing(0.0, 250, 250).en == "No answer is missing."
    said = prose.missing(0.011, 1845, 3000)
    assert said.en.startswith("1\\.1\u00a0\\% of the answers are missing, and 61\\.5\u00a0\\%")


def path(name: str, value: float, low: float, high: float, verdict: str) -> dict[str, Any]:
    return {
        "id": name,
        "path": f"A → {name}",
        "value": value,
        "low": low,
        "high": high,
        "verdict": verdict,
    }


def test_paths_are_counted_and_wide_ones_named() -> None:
    rows = [
        path("H1", 0.5, 0.4, 0.6, "supported"),
        path("H2", 2.0, -1.0, 5.0, "open"),
        path("H3", -0.7, -0.8, -0.6, "contradicted"),
    ]
    said = joined(prose.paths(rows, {"y": 0.25, "z": 0.5}, {"y": "Y", "z": "Z"}))
    counted, strongest, wide, explained = re.split(r"(?<=\.) (?=[A-Z])", said.en)
    assert counted == "Of 3 hypothesized paths 1 is supported, 1 is open and 1 is contradicted."
    assert (
        strongest
        == "The strongest supported path is A → H1 (β = 0\\.50\u00a0\\[0\\.40\\,\u00a00\\.60\\])."
    )
    assert wide.startswith("The interval of H2 is wider than one standard deviation")
    assert "\\.25 (Y) and \\.50 (Z)" in explained


def test_a_path_set_aside_gives_its_reason_and_what_happens_with_it() -> None:
    aside = Hypothesis.model_validate(
        {"id": "H6", "from": "a", "to": "b", "sign": "+", "set_aside": {"en": "why", "zh": "因"}}
    )
    label = {"a": "A", "b": "B"}
    said = joined(prose.set_aside([aside], label, ["it is singular"]))
    assert said.en.startswith("H6 (A → B) is not part of the estimated model: why.")
    assert said.en.endswith("the model shows: it is singular.")
    assert "admissible solution" in joined(prose.set_aside([aside], label, [])).en


@pytest.mark.parametrize(
    ("cfi", "rmsea", "held", "failed"),
    [
        ([0, -0.002, -0.003], [0, 0.001, 0.002], "scalar", None),
        ([0, -0.002, -0.011], [0, 0.001, 0.002], "metric", "scalar"),
        ([0, -0.002, -0.003], [0, 0.016, 0.002], "configural", "metric"),
    ],
)
def test_invariance_holds_up_to_the_first_step_that_fails(
    cfi: list[float], rmsea: list[float], held: str, failed: str | None
) -> None:
    levels = ["configural", "metric", "scalar"]
    steps = pd.DataFrame({"level": levels, "delta_cfi": cfi, "delta_rmsea": rmsea})
    said = prose.invariance(
        steps,
        Threshold("delta_cfi", "delta_cfi", 0.010, "below", "cheung2002"),
        Threshold("delta_rmsea", "delta_rmsea", 0.015, "below", "chen2007"),
    )
    assert f"the {held} model holds" in said.en
    assert ("does not hold" in said.en) == (failed is not None)
    if failed:
        assert f"The {failed} model does not hold." in said.en


def test_labels_are_no_markup() -> None:
    said = prose.effects(
        [
            {
                "id": "I1",
                "label": "*a* {{< var x >}}",
                "value": 0.2,
                "low": 0.1,
                "high": 0.3,
                "boot_low": 0.1,
                "boot_high": 0.3,
            }
        ]
    )
    assert "{{<" not in said.en and "\\*a\\*" in said.en and "\\*a\\*" in said.zh
    assert said.en.startswith("The bootstrap interval of 1 of 1 indirect effects")


def test_power_says_when_nothing_could_have_been_found() -> None:
    rows = pd.DataFrame({"id": ["H1", "H2"], "detectable": [0.049, 0.2]})
    assert "\\.20 or more" in prose.power_by_path(rows, 0.1).en
    assert "found everywhere; 1 of them" in prose.power_by_path(rows, 0.1).en
    wild = rows.assign(detectable=[8.2, 0.2])
    assert "Of H1 no path of a plausible size" in prose.power_by_path(wild, 0.1).en
    nothing = prose.power_by_path(rows.assign(detectable=8.2), 0.1)
    assert "no standardized path of a plausible size" in nothing.en and "无法" in nothing.zh


def test_specifications_that_are_suspect_or_cannot_be_had() -> None:
    rows = pd.DataFrame(
        {
            "choice": ["own", "other", "half"],
            "value": [0.4, 0.5, 3.2],
            "low": [0.3, 0.4, -1.0],
            "high": [0.5, 0.6, 7.0],
            "problem": ["", "", "negative variance"],
        }
    )
    lost = pd.DataFrame({"choice": ["ordered"], "problem": ["it did not converge (2.9e-06)"]})
    said = joined(prose.curve(rows, 2, lost))
    assert "from 0\\.40 to 3\\.20; 2 of them support" in said.en
    assert "1 of them rests on" in said.en and "without it the path runs from" in said.en
    assert "to 0\\.50." in said.en and said.en.endswith("ordered, since it did not converge.")
    assert "all of them support" in joined(prose.curve(rows[:2], 2, lost[:0])).en


@pytest.mark.parametrize(
    ("partial", "cfi", "name", "holds"),
    [
        ([False, False, False], [-0.001, -0.02, -0.02], "metric", False),
        ([False, False, True], [-0.001, -0.02, -0.004], "partial scalar", True),
    ],
)
def test_a_partial_rung_stands_for_its_level(
    partial: list[bool], cfi: list[float], name: str, holds: bool
) -> None:
    steps = pd.DataFrame(
        {
            "level": ["configural", "metric", "scalar", "scalar"],
            "partial": [False, *partial],
            "delta_cfi": [math.nan, *cfi],
            "delta_rmsea": 0.0,
        }
    )
    said = prose.invariance(
        steps,
        Threshold("delta_cfi", "delta_cfi", 0.010, "below", "cheung2002"),
        Threshold("delta_rmsea", "delta_rmsea", 0.015, "below", "chen2007"),
    )
    assert f"the {name} model holds" in said.en
    assert ("does not hold" in said.en) is not holds


CHANGE = Threshold("release_change", "change", 0.2, "below", "whittaker2012")
LEVELS = {"a": Text(en="North", zh="北"), "b": Text(en="*South*", zh="南")}


def test_what_was_released_and_what_could_not_be() -> None:
    row = {"level": "scalar", "item": "q1", "group": "b", "change": -0.35}
    said = joined(prose.released([row], [{**row, "item": "q9"}], LEVELS, CHANGE))
    assert "the intercept of q1 (\\*South\\*, expected change −\\.35)" in said.en
    assert "would also release q9" in said.en and "还应释放 q9" in said.zh
    nothing = joined(prose.released([], [], LEVELS, CHANGE))
    assert "nothing had to be released" in nothing.en and "无需释放" in nothing.zh


def test_differences_that_only_respondents_show() -> None:
    rows = pd.DataFrame(
        {
            "construct": ["q", "l"],
            "group_a": "a",
            "group_b": "b",
            "value": [0.4, 0.1],
            "low": [0.3, -0.1],
            "high": [0.5, 0.3],
            "p_holm": [0.001, 0.4],
        }
    )
    label = {"q": "Quality", "l": "Loyalty"}
    alone = joined(prose.latent_means(rows, label, LEVELS, None))
    assert "1 is clear" in alone.en and "firms" not in alone.en
    firms = rows.assign(cl_low=-0.2, cl_high=1.0, cl_p_holm=[0.3, 0.9])
    both = joined(prose.latent_means(firms, label, LEVELS, 10))
    assert "and 0 if the 10 firms are the independent units" in both.en
    assert "may be no more than which units" in both.en
    assert "runs from −0\\.20 to 1\\.00" in both.en


def test_importance_names_only_what_its_interval_bears_out() -> None:
    table = pd.DataFrame(
        {
            "construct": ["a", "b", "c"],
            "importance": [0.5, 0.4, 0.1],
            "low": [0.3, -0.1, 0.0],
            "high": [0.7, 0.9, 0.2],
            "quadrant": ["keep", "improve", "low_priority"],
        }
    )
    label = {"a": "Quality", "b": "Price", "c": "Image"}
    said = prose.importance(table, label, "Loyalty", [])
    assert "Nothing is important for loyalty and weak at once." in said.en
    assert "to be kept up: Quality" in said.en and "The interval of Price holds zero" in said.en
    for wild, problems in ((table.assign(importance=[2.5, 0.4, 0.1]), []), (table, ["Heywood"])):
        said = prose.importance(wild, label, "Loyalty", problems)
        assert "No order of importance" in said.en and "Quality" not in said.en


def test_few_clusters_are_said_to_be_few() -> None:
    row = {"id": "H1", "verdict": "supported", "cl_verdict": "open", "boot_verdict": "open"}
    many = Threshold("clusters_many", "clusters", 50, "above", "cameron2015")
    said = joined(prose.clustered([{**row, "ratio": 2.0}], 10, many, 500))
    assert "The verdict on H1 depends on it." in said.en
    assert "10 are few" in said.en and "9 degrees of freedom" in said.en
    enough = joined(prose.clustered([{**row, "ratio": 2.0}], 60, many, 500))
    assert "few" not in enough.en


def test_few_draws_are_a_warning() -> None:
    assert prose.draws(200, 195) == []
    (said,) = prose.draws(200, 48)
    assert "Only 48 of 200 draws" in said.en and "不可依赖" in said.zh


def test_percentile_and_corrected_intervals_that_disagree() -> None:
    row = {"id": "I1", "label": "a", "value": 0.2, "boot_low": 0.01, "boot_high": 0.3}
    said = prose.effects([{**row, "bca_low": -0.01, "bca_high": 0.3}])
    assert "disagree about I1: leave those open" in said.en
    assert "say the same" in prose.effects([{**row, "bca_low": 0.02, "bca_high": 0.3}]).en
    absent = prose.effects([{**row, "bca_low": math.nan, "bca_high": math.nan}])
    assert "disagree" not in absent.en and "say the same" not in absent.en
    assert "no bias-corrected interval can be had" in absent.en


def test_an_estimate_outside_its_own_interval_is_said_to_be() -> None:
    row = {"id": "I1", "label": "a", "value": 5.1, "boot_low": -0.6, "boot_high": 4.5}
    inside = {**row, "id": "I2", "value": 1.0}
    said = prose.effects([row, inside])
    assert "The product of I1 lies outside its own percentile interval" in said.en
    assert "I2 lie" not in said.en and "I1 的乘积位于其自身百分位区间之外" in said.zh
    assert "outside" not in prose.effects([inside]).en


def test_latent_terms_that_scores_judge_otherwise() -> None:
    row = {"id": "H1", "quadratic": True, "bounds": (-1.0, 5.0), "verdict": "supported"}
    said = joined(prose.latent([{**row, "score_verdict": "open"}]))
    assert "Scale scores judge H1 otherwise" in said.en
    assert "ceases somewhere to differ from zero" in said.en
    assert "A bend has to be read with care" in said.en
    other = joined(
        prose.latent([{**row, "quadratic": False, "bounds": (), "score_verdict": "supported"}])
    )
    assert "judge it alike" in other.en and "bend" not in other.en


def test_rivals() -> None:
    base = {"id": "hypothesized", "name": Text(en="own", zh="自"), "bic": 100.0, "problem": ""}
    rival = {"id": "partial", "name": Text(en="direct", zh="直"), "bic": 110.0, "problem": ""}
    path = {"id": "partial", "path": "a → b", "value": 0.1, "low": 0.05, "high": 0.15}
    better = joined(
        prose.competing(
            [{**base, "delta_p": math.nan}, {**rival, "delta_p": 0.001}],
            [{**path, "p_holm": 0.01}],
        )
    )
    assert "“own” is to be preferred" in better.en
    assert "fits better" in better.en and "1 is clear of zero" in better.en
    same = joined(prose.competing([base, {**rival, "delta_p": 0.4}], [{**path, "p_holm": 0.4}]))
    assert "“direct” fits no better" in same.en
    assert "no rival structure" in joined(prose.competing([base], [])).en
    unsound = joined(prose.competing([base, {**rival, "problem": "negative variance"}], []))
    assert "Not every solution is acceptable (“direct”: negative variance)" in unsound.en
