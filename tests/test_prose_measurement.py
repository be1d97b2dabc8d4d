"""Sentences of the measurement model: what they say of numbers made for the purpose."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd
import pytest

from loyalty.analyses.measurement.estimates import Trial
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import prose

CUTS = {k: threshold(k) for k in ("cfi", "tli", "rmsea", "srmr")}
LABEL = {"a": "Alpha", "b": "Beta*", "planned": "As planned", "merged": "Merged", "one": "One"}


def joined(sentences: list[Text]) -> Text:
    return prose.join(sentences)


def chinese(text: Text) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text.zh) and text.en != text.zh


def measures(cfi: float, low: float, high: float, srmr: float, p: float) -> dict[str, float]:
    return {
        "chisq_scaled": 407.54,
        "df": 215,
        "pvalue_scaled": p,
        "ntotal": 3000,
        "npar": 61,
        "cfi_robust": cfi,
        "tli_robust": cfi - 0.01,
        "rmsea_robust": (low + high) / 2,
        "rmsea_ci_lower_robust": low,
        "rmsea_ci_upper_robust": high,
        "srmr": srmr,
    }


def test_fit_of_each_verdict() -> None:
    good = joined(prose.fit(measures(0.97, 0.01, 0.03, 0.04, 0.0001), CUTS))
    assert "With 3,000 respondents and 61 free parameters" in good.en
    assert "CFI, TLI, RMSEA and SRMR meet the cut-off [@hu1999]" in good.en
    assert "Exact fit is rejected" in good.en and chinese(good)
    unsure = joined(prose.fit(measures(0.90, 0.05, 0.08, 0.05, 0.2), CUTS))
    assert (
        "SRMR meets the cut-off; CFI and TLI do not meet it; RMSEA's interval holds it" in unsure.en
    )
    assert "Exact fit is not rejected" in unsure.en and "RMSEA 的区间包含该标准" in unsure.zh
    bad = joined(prose.fit(measures(0.80, 0.09, 0.11, 0.12, 0.0), CUTS))
    assert "CFI, TLI, RMSEA and SRMR do not meet the cut-off" in bad.en
    assert "small misfit in large samples" in good.en and "small misfit" not in bad.en
    few = joined(
        prose.fit(measures(0.97, 0.01, 0.03, 0.04, 0.2), {k: CUTS[k] for k in ("cfi", "rmsea")})
    )
    assert "TLI" not in few.en and "CFI and RMSEA meet" in few.en


def coefficients(**bounds: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"label": k, "cr": v, "cr_low": a, "cr_high": b, "ave": v, "ave_low": a, "ave_high": b}
            for k, (v, a, b) in bounds.items()
        ]
    )


def test_convergent_validity_is_as_firm_as_the_interval() -> None:
    cr, ave = threshold("composite_reliability"), threshold("average_variance_extracted")
    rows = coefficients(good=(0.8, 0.75, 0.85), open=(0.71, 0.6, 0.8), bad=(0.4, 0.3, 0.45))
    said = joined(prose.convergent(rows, cr, ave, ["Single"], ["Pair"]))
    first, second, two, single = re.split(r"(?<=\.) (?=[A-Z])", said.en)
    assert "for 1 of 3" in first and "below it for bad" in first and "open for open" in first
    assert "for 2 of 3" in second and "open for" not in second
    assert two.startswith("Pair rests on two items") and single.startswith("With one item, Single")
    assert said.zh.count("。") == 4
    every = joined(prose.convergent(rows.head(1), cr, ave, [], []))
    assert every.en.count("for every construct") == 2
    # An interval that could not be had leaves it open.
    lost = joined(prose.convergent(coefficients(x=(1.1, math.nan, math.nan)), cr, ave, [], []))
    assert lost.en.count("open for x") == 2


def levels(**cuts: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"level": k, "index": index, "cut": cut}
            for index, values in cuts.items()
            for k, cut in enumerate(values)
        ]
    )


NONE = math.nan


@pytest.mark.parametrize(
    ("cfi", "words"),
    [
        (0.995, "By CFI the model fits as well as correct ones do in 95 of 100 samples."),
        (
            0.97,
            "By CFI it fits worse than a correct model would, yet better than one with a single",
        ),
        (0.93, "yet better than one with 2 loadings of that size left out"),
        (0.85, "By CFI the misfit is larger than at any level"),
    ],
)
def test_where_the_fit_lies_among_the_levels(cfi: float, words: str) -> None:
    cuts = levels(cfi=[0.99, 0.96, 0.90], rmsea=[0.02, NONE, NONE], srmr=[0.02, NONE, 0.05])
    seen = {"cfi": cfi, "rmsea": 0.03, "srmr": 0.04}
    said = joined(prose.dynamic_fit(cuts, seen, CUTS, ("q1", "Other", 0.5), 500, 300, ""))
    assert words in said.en
    assert "RMSEA cannot tell the levels from a correct model" in said.en
    assert "rarely show such a value of RMSEA." in said.en and "这样的 RMSEA。" in said.zh
    assert "500 samples of 300" in said.en
    assert "first \\.50 of q1 on Other [@mcneish2023]" in said.en
    assert chinese(said) and "500 个样本" in said.zh and "not admissible" not in said.en


def test_levels_of_a_stand_in_say_so() -> None:
    cuts = levels(cfi=[0.99, 0.94], rmsea=[0.02, 0.04], srmr=[0.02, 0.04])
    seen = {"cfi": 1.0, "rmsea": 0.0, "srmr": 0.0}
    said = joined(prose.dynamic_fit(cuts, seen, CUTS, ("q1", "B", 0.3), 10, 50, "A + B"))
    assert said.en.startswith("The solution of the planned model is not admissible")
    assert "A \\+ B" in said.en
    assert "By CFI, RMSEA and SRMR the model fits as well" in said.en


def test_dynamic_against_conventional_cut_offs() -> None:
    cuts = levels(cfi=[0.99, 0.96], rmsea=[0.02, 0.07], srmr=[0.02, NONE])
    said = joined(prose.dynamic_cuts(cuts, CUTS, 3, True))
    first, second, third, last = re.split(r"(?<=\.) (?=[A-Z3])", said.en)
    assert "pass the conventional cut-off of CFI \\(\\.95 \\/ \\.960\\)" in first
    assert "stricter one for RMSEA \\(\\.06 \\/ \\.070\\)" in second and "SRMR" not in said.en
    assert third == "3 samples had no solution and are left out." and "some of them missing" in last
    assert chinese(said) and said.zh.count("。") == 4
    none = joined(prose.dynamic_cuts(levels(cfi=[0.99, NONE]), CUTS, 0, False))
    assert "no index tells one loading left out" in none.en and "no solution" not in none.en
    assert "missing:" not in none.en


def ratios(*bounds: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"construct_a": "a", "construct_b": "b", "htmt": v, "ci_lower": x, "ci_upper": y}
            for v, x, y in bounds
        ]
    )


def test_the_second_ratio_and_the_sign() -> None:
    cut = threshold("htmt")
    first = ratios((0.80, 0.78, 0.84), (0.9, 0.86, 0.95))
    second = ratios((0.83, 0.80, 0.88), (0.92, 0.87, 0.97))
    said = joined(prose.second_ratio(first, second, cut, 7, 120))
    assert "by \\.03 at most and changes 1 verdict." in said.en
    assert "7 of 120 correlations here, which are negative" in said.en and chinese(said)
    same = joined(prose.second_ratio(first, first, cut, 0, 120))
    assert "changes no verdict" in same.en and "none of the 120 is negative" in same.en


def test_shared_variance() -> None:
    row = {"a": "a", "b": "b", "correlation": 0.9, "of": "b"}
    rows = pd.DataFrame(
        [
            row
            | {"correlation_low": 0.8, "correlation_high": 1.02}
            | {"gap": -0.3, "gap_low": -0.4, "gap_high": -0.2, "verdict": "not met"},
            row
            | {"correlation_low": 0.2, "correlation_high": 0.5}
            | {"gap": 0.3, "gap_low": 0.2, "gap_high": 0.4, "verdict": "met"},
        ]
    )
    said = joined(prose.shared(rows, LABEL))
    assert "in 1 of 2 pairs" in said.en and "; none is open and 1 fails." in said.en
    assert "−\\.30 \\[−\\.40\\, −\\.20\\] for Beta\\*" in said.en.replace("\u00a0", " ")
    assert "of 1 latent correlation reaches 1" in said.en and chinese(said)
    assert "reaches 1" not in joined(prose.shared(rows.tail(1), LABEL)).en
    whole = joined(prose.shared(pd.concat([rows.tail(1)] * 2), LABEL))
    assert "in both pairs" in whole.en and "fail" not in whole.en


def test_discriminant_pairs() -> None:
    cut = threshold("htmt")
    clear, close = (0.5, 0.4, 0.6), (0.9, 0.86, 0.95)
    every = joined(prose.discriminant(ratios(clear, clear), LABEL, cut, 500))
    assert every.en.startswith("Both pairs of constructs are distinct") and "500" in every.zh
    some = joined(prose.discriminant(ratios(clear, close, (0.8, 0.7, 0.9)), LABEL, cut, 500))
    assert "1 is distinct" in some.en and "1 is open and 1 is not distinct" in some.en


def models(*rows: tuple[str, bool, bool, float, float]) -> pd.DataFrame:
    keys = ("id", "converged", "admissible", "p_difference", "bic_difference")
    frame = pd.DataFrame(rows, columns=keys)
    return frame.assign(bic=frame["bic_difference"] + 100.0)


def test_competing_models() -> None:
    said = joined(
        prose.rivals(
            models(
                ("planned", True, True, NONE, 0.0),
                ("merged", True, True, 0.3, 12.0),
                ("one", True, False, 0.001, 300.0),
            ),
            LABEL,
        )
    )
    assert "Of 2 simpler models 1 fits worse" in said.en
    assert "no worse, as far as the test can tell: Merged" in said.en
    assert "BIC also prefers the planned model, the next being Merged (12\\.0 higher)" in said.en
    assert "not admissible: One" in said.en and chinese(said)
    assert "general factor" not in said.en
    sound = models(("planned", True, True, NONE, 0.0), ("merged", True, True, 0.3, 12.0))
    with_general = joined(prose.rivals(sound, LABEL, 0.623))
    assert "general factor takes 62\\.3\u00a0\\% of the common variance" in with_general.en
    other = joined(
        prose.rivals(
            models(
                ("planned", True, True, NONE, 0.0),
                ("merged", True, True, 0.001, -5.0),
                ("one", False, False, NONE, NONE),
            ),
            LABEL,
        )
    )
    assert "prefers Merged (5\\.0 lower than the planned model)" in other.en
    assert "Without a solution: One." in other.en
    frame = models(("planned", False, False, NONE, NONE), ("merged", True, True, NONE, NONE))
    frame.loc[1, "bic"] = 90.0
    lost = joined(prose.rivals(frame, LABEL))
    assert "The planned model has no solution" in lost.en
    assert "prefers Merged" in lost.en
    none = joined(prose.rivals(frame.head(1), LABEL))
    assert none.en == "None of the models has a solution."


def test_residuals() -> None:
    rows = pd.DataFrame(
        [
            {"item_a": "q1", "item_b": "q_2", "residual": -0.15, "z": -3.0},
            {"item_a": "q1", "item_b": "q3", "residual": 0.1, "z": 1.0},
            {"item_a": "q3", "item_b": "q4", "residual": 0.0, "z": NONE},
        ]
    )
    said = joined(prose.residual_correlations(rows, threshold("correlation_residual")))
    assert "Of 3 correlations between items the model misses 1 by more than \\.10" in said.en
    assert "q1–q\\_2" in said.en and "1 of 2 standardized residuals" in said.en
    assert "more than the 0 or so" in said.en and chinese(said)


def test_items_that_recur_among_the_residuals() -> None:
    keys = ("item_a", "item_b", "construct_a", "construct_b")
    rows = pd.DataFrame(
        [("q1", "q2", "a", "a"), ("q1", "q5", "a", "b"), ("q3", "q4", "a", "b")], columns=keys
    )
    said = joined(prose.large_residuals(rows))
    assert "Of these 3 pairs 2 have the item q1." in said.en
    assert "1 of them is of one construct" in said.en and "2 join two constructs" in said.en
    two = joined(prose.large_residuals(pd.concat([rows, rows.tail(1)])))
    assert "The items q1, q3 and q4 are in 2 of these 4 pairs each." in two.en and chinese(two)
    assert "No item is in more than one" in joined(prose.large_residuals(rows.tail(2))).en


def flagged(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["lhs", "op", "rhs", "sepc_all"])


def test_what_was_misspecified() -> None:
    rows = pd.DataFrame({"verdict": ["misspecified", "open", "open", "not misspecified"]})
    said = joined(prose.misspecified(rows))
    assert (
        "of 4 fixed parameters 1 is wrong by enough to matter" in said.en and "1 is not" in said.en
    )
    assert "for 2 the data cannot say" in said.en
    assert "a loading of \\.40, a correlation of residuals of \\.10" in said.en and chinese(said)


def test_a_reviewer_who_finds_nothing() -> None:
    said = joined(prose.respecification(flagged(), None, 0.98, [], [], LABEL))
    assert "no ground in these data" in said.en and "maccallum1992" not in said.en
    assert chinese(said)


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        (
            Trial(0.99, 0.012, 0.004, True),
            "change by more than \\.012 and no planned loading by more",
        ),
        (Trial(0.99, 0.012, 0.004, False), "in a solution that is not admissible"),
        ("no minimum_", "That model cannot be fitted: no minimum\\_"),
    ],
)
def test_a_reviewer_who_finds_much(trial: Any, words: str) -> None:
    said = joined(
        prose.respecification(
            flagged(("q1", "~~", "q2", 0.31), ("a", "=~", "q9", 0.2)),
            trial,
            0.94,
            ["q7"],
            ["A – B"],
            LABEL,
            ["q1", "q2"],
        )
    )
    assert (
        "ask first to free q1 ↔ q2 (expected standardized value 0\\.31)" in said.en
        and words in said.en
    )
    assert "worded in reverse" in said.en and "It was not done" in said.en
    assert "Dropping q7" in said.en and "whether A – B should be merged" in said.en
    assert chinese(said) and "审稿人" in said.zh
    wild = joined(
        prose.respecification(flagged(("q1", "~~", "q2", 40.6)), None, 0.9, [], [], LABEL)
    )
    assert "can lie beyond 1" in wild.en and "beyond 1" not in said.en
    other = joined(
        prose.respecification(flagged(("a", "=~", "q9", 0.5)), None, 0.9, [], [], LABEL, ["q9"])
    )
    assert "Alpha → q9" in other.en and "worded in reverse" not in other.en
    assert "Dropping" not in other.en and "merged" not in other.en


def test_a_refusal_in_both_languages() -> None:
    said = prose.refused(Text(en="only *one*", zh="只有一个"))
    assert said.en == "This analysis cannot be done here: only \\*one\\*."
    assert said.zh == "此处无法进行该分析：只有一个。"
