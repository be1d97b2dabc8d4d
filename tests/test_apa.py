"""The paragraph to paste says what the fields say, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest
from made_up import made

from loyalty.analyses.measurement import words as measurement
from loyalty.analyses.structural import words as structural
from loyalty.analyses.structural.findings import Reported
from loyalty.cases import study
from loyalty.estimates.solution import Solution
from loyalty.ground.findings import cited
from loyalty.ground.reasons import Reason
from loyalty.shown import words
from loyalty.shown.context import Case

CASE = Case("ecsi-mobile", study.load("ecsi-mobile"))
FIT: dict[str, Any] = {
    "n": 250,
    "estimator": "MLR",
    "missing": "listwise",
    "converged": True,
    "admissible": True,
    "problems": (),
    "df": 24,
    "chisq": 40.5,
    "p": 0.0189,
    "plain_chisq": 50.25,
    "plain_p": 0.0013,
    "scaling_factor": 1.24074,
    "cfi": 0.9571,
    "tli": 0.9402,
    "rmsea": 0.0533,
    "rmsea_ci_lower": 0.0212,
    "rmsea_ci_upper": 0.0804,
    "p_close": 0.391,
    "srmr": 0.0412,
}
LOADINGS = [
    {"lhs": "image", "op": "=~", "rhs": "IMAG1", "free": True, "estimate": 1.1, "std": 0.612},
    {"lhs": "image", "op": "=~", "rhs": "IMAG2", "free": True, "estimate": 1.2, "std": 0.874},
    {"lhs": "loyalty", "op": "=~", "rhs": "CUSL1", "free": True, "estimate": 1.2, "std": 0.7},
    {"lhs": "image", "op": "~~", "rhs": "loyalty", "free": True, "estimate": 0.5, "std": 0.531},
    {"lhs": "IMAG1", "op": "~~", "rhs": "IMAG2", "free": True, "estimate": 0.9, "std": 0.99},
]
PATH = {
    "id": "H3",
    "from_": "image",
    "to": "loyalty",
    "sign": "+",
    "estimate": 0.314,
    "ci_lower": 0.102,
    "ci_upper": 0.526,
    "p": 0.0037,
    "verdict": "supported",
}


def said(kind: Any, page: Any, **given: Any) -> tuple[str, str]:
    found = cited(made(kind, **{**FIT, **given}), "ecsi-mobile/x/solution")
    text = words.join(page.paragraph(found, CASE))
    return words.plain(text.en), words.plain(text.zh)


def of_measurement(**given: Any) -> tuple[str, str]:
    return said(Solution, measurement, rows=LOADINGS, latent=[], r2=[], **given)


def of_structure(*paths: dict[str, Any], **given: Any) -> tuple[str, str]:
    r2 = [{"variable": "loyalty", "r2": 0.441}, {"variable": "IMAG1", "r2": 0.123}]
    given = {"firms": None, "firms_df": None, "rows": [], "latent": [], **given}
    return said(Reported, structural, paths=list(paths), r2=r2, **given)


def test_a_sound_robust_solution_gives_tests_indices_loadings_and_correlations() -> None:
    en, zh = of_measurement()
    for part in (
        "*N* = 250",
        "χ²(24) = 40.50, *p* = .019",
        "Yuan–Bentler scaled, factor 1.241; unscaled χ²(24) = 50.25, *p* = .001",
        "robust CFI = .957, robust TLI = .940",
        "RMSEA = .053, 90% CI [.021, .080], *p* of close fit = .391, SRMR = .041",
        "ranged from .61 (IMAG1) to .87 (IMAG2)",
        "The correlation between the constructs was .53",
    ):
        assert part in en.replace("\u00a0", " ")
    assert "稳健 CFI = .957" in zh and "介于 .61（IMAG1）与 .87（IMAG2）之间" in zh
    assert ".99" not in en, "a covariance of items is none of constructs"


def test_without_a_scaling_factor_nothing_is_called_robust_or_scaled() -> None:
    en, zh = of_measurement(estimator="ML", scaling_factor=None, chisq=50.25, p=0.0013)
    assert "robust" not in en and "scaled" not in en and "maximum likelihood (ML)" in en
    assert "稳健" not in zh and "校正" not in zh
    assert "χ²(24) = 50.25" in en


def test_missing_answers_are_said_to_be_dealt_with_only_where_they_are() -> None:
    assert "FIML" not in of_measurement()[0]
    en, zh = of_measurement(missing="fiml")
    assert "full information" in en and "全信息" in zh


def test_a_model_that_did_not_converge_gives_no_number_but_n() -> None:
    en, zh = of_measurement(converged=False, admissible=False)
    assert "did not converge" in en and "未收敛" in zh
    assert re.findall(r"\d+", en) == ["250"]
    en, _ = of_structure(PATH, converged=False, admissible=False)
    assert "β" not in en and "χ²" not in en


def test_an_inadmissible_solution_keeps_its_fit_and_loses_its_estimates() -> None:
    known = [c for c in _codes() if "definite" in c or "negative" in c]
    why = (Reason(code=known[0], parameters=_parameters(known[0])),)
    for en, zh in (
        of_measurement(admissible=False, problems=why),
        of_structure(PATH, admissible=False, problems=why),
    ):
        assert "χ²(24)" in en and "not admissible" in en and "不可接受" in zh
        assert "ranged from" not in en and "β" not in en and "*R*²" not in en


def _codes() -> list[str]:
    from loyalty.ground.terms import catalogue

    return list(catalogue("faults"))


def _parameters(code: str) -> dict[str, Any]:
    from loyalty.ground.terms import catalogue

    return dict.fromkeys(re.findall(r"\{(\w+)", catalogue("faults")[code]["en"]), "x")


def test_a_path_is_told_from_zero_only_by_its_interval() -> None:
    shown = "β = 0.31, 95% CI [0.10, 0.53], *p* = .004"
    en, zh = of_structure(PATH)
    assert shown in en.replace("\u00a0", " ") and "hypothesized side of zero" in en
    assert "不含零" in zh and "不排除" not in zh
    across = {**PATH, "ci_lower": -0.05, "p": 0.081, "verdict": "open"}
    en, zh = of_structure(across)
    assert "leave this path open" in en and "does not exclude zero" in en
    assert "side of zero" not in en and "包含零" in zh
    against = {**PATH, "estimate": -0.4, "ci_lower": -0.6, "ci_upper": -0.2}
    en, zh = of_structure({**against, "verdict": "contradicted"})
    assert "other side of zero than hypothesized" in en and "相反" in zh


def test_paths_of_different_verdicts_stand_in_sentences_of_their_own() -> None:
    en, _ = of_structure(PATH, {**PATH, "to": "satisfaction", "verdict": "open"})
    first, second = en.index("hypothesized side of zero"), en.index("leave this path open")
    assert first < en.index("Image → Loyalty") < second < en.index("Image → Satisfaction")
    assert "was .44 for Loyalty" in en, "R² of what paths lead to"
    assert ".12" not in en, "no R² of an item"


def test_firms_are_said_to_be_the_units_only_where_they_are() -> None:
    assert "firms" not in of_structure(PATH)[0]
    en, zh = of_structure(PATH, firms=8, firms_df=7)
    assert "8 firms" in en and "7 degrees of freedom" in en and "8 家企业" in zh


def test_a_path_without_an_interval_says_so() -> None:
    en, zh = of_structure({**PATH, "ci_lower": None, "ci_upper": None, "verdict": "open"})
    assert "or missing: Image → Loyalty" in en and "或没有区间" in zh and "95% CI" not in en


def test_a_path_too_wide_to_be_relied_upon_has_no_number() -> None:
    wide = {**PATH, "estimate": 3.23, "ci_lower": -2.5, "ci_upper": 8.96, "verdict": "open"}
    en, zh = of_structure(PATH, {**wide, "id": "H4", "from_": "loyalty", "to": "image"})
    assert "Not relied upon, as the interval is wider than one standard deviation" in en
    assert "3.23" not in en + zh and "8.96" not in en + zh
    assert "Loyalty → Image" in en and "不予采信" in zh and ".31" in en


@pytest.mark.parametrize("position", [0, 1])
def test_every_language_ends_its_sentences(position: int) -> None:
    text = of_structure(PATH)[position]
    assert text.endswith("." if position == 0 else "。")
    assert "None" not in text
