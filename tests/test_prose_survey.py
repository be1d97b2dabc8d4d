"""Sentences of the data audit and the descriptives, in both languages, as firm as the numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.audit.common_method import MethodFactor
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import prose
from loyalty.stats import audit, validity


def joined(sentences: list[Text]) -> Text:
    return prose.join(sentences)


def both(said: Text, *numbers: str) -> None:
    """Both languages hold the numbers, and are two languages."""
    for number in numbers:
        assert number in said.en and number in said.zh, (number, said)
    assert said.en != said.zh and any("\u4e00" <= c <= "\u9fff" for c in said.zh)
    assert not any("\u4e00" <= c <= "\u9fff" for c in said.en)
    assert said.en.endswith(".") and said.zh.endswith("。")


# --- audit -----------------------------------------------------------------------------------
def test_who_is_in() -> None:
    said = prose.exclusions(3000, 0, 28, 81, 1779)
    both(said, "3,000", "28", "81", "1,779", "59\\.3")
    assert said.en.startswith("All 3,000 rows enter")
    assert "2 have no answer to any item" in prose.exclusions(100, 2, 0, 1, 90).en


def test_codes_and_other_variables() -> None:
    both(prose.codes(0, 0, 100, True))
    assert "would have stopped the case" in prose.codes(0, 0, 100, True).en
    assert "stopped" not in prose.codes(0, 0, 100, False).en
    both(prose.codes(7, 20, 1000, False), "20", "2\\.0", "7")
    off = pd.DataFrame({"n_outside": [0, 3]}, index=["a", "n*s"])
    both(prose.other_variables(off, 2), "n\\*s \\(3\\)")
    both(prose.other_variables(off.iloc[:1], 1))


def test_repeated_rows() -> None:
    both(prose.repeated(0, 0, True, 0))
    both(prose.repeated(28, 2, True, 20), "28", "2", "20")
    assert "id" not in prose.repeated(28, 0, False, 0).en.split(". ")[0]
    assert "28 rows equal" in prose.repeated(28, 0, True, 28).en
    assert "no id occurs twice; all of these hold" in prose.repeated(28, 0, True, 28).en
    single = prose.repeated(1, 1, True, 1).en
    assert "1 row equals" in single and "1 id occurs again; it holds" in single


def test_missing_patterns() -> None:
    rows = pd.DataFrame({"a": [np.nan] * 12 + [1.0] * 40, "b": [1.0] * 47 + [np.nan] * 5})
    said = prose.patterns(audit.frequent_patterns(rows), 10)
    # The five rows without b would follow from the total: both patterns are pooled.
    both(said, "3", "2")
    assert "alone" not in said.en
    more = pd.concat([rows, rows.iloc[-5:]], ignore_index=True)
    both(prose.patterns(audit.frequent_patterns(more), 10), "3", "21\\.1")
    assert "lacks a alone (21\\.1" in prose.patterns(audit.frequent_patterns(more), 10).en
    worst = audit.missing_by_item(rows).sort_values("share_missing", ascending=False)
    both(prose.most_missing(worst), "23\\.1", "16\\.3")


def test_signs_of_carelessness() -> None:
    label = {"a": "Sign A", "b": "Sign B", "c": "Sign C"}
    flags = pd.DataFrame({k: [False] * 100 for k in "abc"})
    assert "cannot agree" in prose.signs_agree(audit.sign_agreement(flags), label).en
    flags.loc[:9, ["a", "b"]] = True
    flags.loc[50:55, "c"] = True
    said = prose.signs_agree(audit.sign_agreement(flags), label)
    both(said, "Sign A", "Sign B", "1\\.00", "3")
    assert "of 3 pairs of signs 2 agree no more" in said.en
    assert prose.no_signs({}) == []
    (one,) = prose.no_signs({"Too fast": "no clock"})
    both(one, "Too fast", "no clock")


def selections(*rows: tuple[float, float, float, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["value", "low", "high", "problem"])
    return table.assign(who=[f"w{k}" for k in range(len(rows))])


def test_the_main_path_without_the_flagged() -> None:
    same = selections((0.50, 0.40, 0.60, ""), (0.45, 0.35, 0.55, ""))
    said = joined(prose.careless_sensitivity(same, "A → B", "+"))
    both(said, "0\\.45", "0\\.50")
    assert "smaller than half" in said.en and "is the same" in said.en
    far = selections((0.50, 0.45, 0.55, ""), (0.02, -0.1, 0.2, ""))
    said = joined(prose.careless_sensitivity(far, "A → B", "+"))
    assert "larger than half" in said.en and "depends on who is left out" in said.en
    # A verdict of an unsound solution does not count, but the solution is named.
    bad = selections((0.5, 0.4, 0.6, ""), (0.5, 0.4, 0.6, ""), (0.1, -0.1, 0.3, "Heywood"))
    said = joined(prose.careless_sensitivity(bad, "A → B", "+"))
    assert "is the same" in said.en and "1 of the 3 selections rests" in said.en
    lost = selections((math.nan,) * 3 + ("singular",), (0.5, 0.4, 0.6, ""))
    assert "could not be estimated" in joined(prose.careless_sensitivity(lost, "A → B", "+")).en


def test_detection_names_the_kind_that_is_found_least() -> None:
    rows = pd.DataFrame(
        {
            "kind": ["no", "random", "straightlining"],
            "label": ["Careful", "At random", "One answer"],
            "share": [0.01, 0.6, 0.9],
            "low": [0.005, 0.4, 0.8],
            "high": [0.02, 0.8, 0.95],
        }
    )
    both(prose.careless_detection(rows), "60\\.0", "1\\.0", "40\\.0", "80\\.0", "At random")
    assert "of “One answer” but only 60" in prose.careless_detection(rows).en
    assert "Too few signs" in prose.careless_detection(rows).en
    sure = rows.assign(low=[0.005, 0.55, 0.8])
    assert "may be harder to see" in prose.careless_detection(sure).en
    one = prose.careless_detection(rows.iloc[:2])
    assert "only" not in one.en.split(", and wrongly")[0] and "60\\.0" in one.en


def test_multivariate_normality_says_what_normal_would_be() -> None:
    rows = np.random.default_rng(5).normal(size=(400, 3))
    plain = audit.mardia(pd.DataFrame(rows))
    both(prose.normality(plain), "400", "15", prose.value(plain.kurtosis, "number"))
    assert "nothing speaks against" in prose.normality(plain).en
    skewed = prose.normality(audit.mardia(pd.DataFrame(np.exp(rows))))
    both(skewed, "400", "15")
    assert "not multivariate normal" in skewed.en and "robust" in skewed.en


def test_shape_of_the_items() -> None:
    table = pd.DataFrame({"skew": [-0.5, 0.2, np.nan], "kurtosis": [0.1, 0.3, np.nan]}, list("abc"))
    cuts = threshold("skewness"), threshold("kurtosis")
    good = prose.univariate_shape(table, *cuts)
    both(good, "−0\\.50", "0\\.20", "[@curran1996]")
    assert "no item passes" in good.en
    table.loc["b"] = [-2.5, 3.0]
    assert "beyond 2 in skewness or 7 in kurtosis [@curran1996] lie b." in (
        prose.univariate_shape(table, *cuts).en
    )


def quota(label: str, w: float, p: float, least: float = 50) -> dict[str, Any]:
    return {"label": label, "chi2": 4.2, "df": 2, "p": p, "w": w, "min_expected": least}


def test_quotas() -> None:
    cut = threshold("cohens_w")
    exact = joined(prose.quotas([quota("A", 0.001, 1.0)], cut))
    both(exact)
    assert "exactly or nearly so" in exact.en
    said = joined(prose.quotas([quota("A", 0.04, 0.2), quota("B", 0.06, 0.1, 3)], cut))
    both(said, "\\.06", "\\.10", "[@cohen1988]")
    assert "most from its quotas in B" in said.en and "less than the \\.10" in said.en
    assert "No test finds a departure" in said.en and "rough for B" in said.en
    off = joined(prose.quotas([quota("A", 0.2, 0.001)], cut))
    assert "more than the \\.10" in off.en and "finds a departure in A." in off.en


def test_sample() -> None:
    rows = [
        {"group": "G", "level": "x", "n": 60, "share": 0.6},
        {"group": "G", "level": "y", "n": 30, "share": 0.3},
        {"group": "G", "level": "z"},
    ]
    said = prose.sample(rows, {"G": 10, "H": 0}, 100)
    both(said, "60\\.0", "30\\.0", "G \\(10\\.0 \\%\\)")
    assert "too small" in prose.sample(rows[2:], {}, 100).en


def factor(**given: Any) -> MethodFactor:
    values = {
        "direction": "turned",
        "variance": 0.4,
        "low": 0.2,
        "high": 0.6,
        "share": 0.1,
        "chi2": 9.0,
        "df": 1,
        "p": 0.003,
        "cfi": 0.95,
        "rmsea": 0.05,
        "bic": 100.0,
        "loading_change": 0.12,
        "loading_item": "q1",
        "correlation_change": 0.07,
        "correlation_pair": ("a", "b"),
        "focal": 0.3,
        "focal_low": 0.1,
        "focal_high": 0.5,
        "focal_problem": "",
        "problems": (),
    }
    return MethodFactor(**{**values, **given})


def test_method_factor() -> None:
    label = {"a": "A", "b": "B"}

    def say(path: str = "A → B", **given: Any) -> Text:
        return joined(prose.method_factor(factor(**given), label, path))

    both(say(), "0\\.40", "10\\.0", "\\.12", "\\.07", "0\\.30")
    assert "may be zero" in say(low=-0.1).en
    negative = say(variance=-0.2, low=-0.4, high=-0.01)
    assert "negative variance" in negative.en and "\\.12" not in negative.en
    unsound = say(problems=("negative variance of the latent variable a",))
    both(unsound, "0\\.40")
    assert (
        "not to be taken at face value (negative variance of the latent variable A)" in unsound.en
    )
    assert "\\.12" not in unsound.en
    lost = {"focal": math.nan, "focal_low": math.nan, "focal_high": math.nan}
    assert "no sound solution" in say(**lost, focal_problem="it did not converge").en
    assert "path" not in say(path="", **lost, focal_problem="no path").en
    both(prose.harman(validity.SingleFactor(0.29, 0.27, 30, 500)), "27\\.0", "29\\.0")


def test_marker() -> None:
    r = pd.DataFrame(
        [[1, 0.5, 0.1], [0.5, 1, 0.2], [0.1, 0.2, 1]], list("abm"), list("abm"), dtype=float
    )
    said = prose.marker(validity.marker_adjustment(r, "m", 200), "Shoe_size")
    both(said, "Shoe\\_size", "\\.10", "\\.06", "[@lindell2001]")
    assert "1 of 1 stay clear of zero" in said.en


def test_direction() -> None:
    both(prose.direction(pd.DataFrame({"skew": [-1.0, 0.5, np.nan]})), "1", "2")


@pytest.mark.parametrize("share", [0.0, 0.02])
def test_labels_are_no_markup(share: float) -> None:
    frame = pd.DataFrame({"share_missing": [share]}, index=["{{< x >}}"])
    assert "{{<" not in prose.most_missing(frame).en
