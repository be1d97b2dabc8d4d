"""What follows a service failure: findings on made-up customers, and their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.failure import findings as failure
from loyalty.analyses.failure import words
from loyalty.analyses.failure.page import PAGE
from loyalty.cases import tables as loading
from loyalty.cases.sources import Resource
from loyalty.ground.findings import Refused, cited
from loyalty.ground.text import LANGUAGES, Text
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table

CASE = Case("made")


def said(sentences: Text | Sequence[Text]) -> Text:
    whole = sentences if isinstance(sentences, Text) else shared.join(sentences)
    return Text(en=shared.without_references(whole.en), zh=shared.without_references(whole.zh))


# --- findings ------------------------------------------------------------------------------------
def customers(n: int = 1600) -> pd.DataFrame:
    """Customers of five firms; excellent recovery only repairs."""
    rng = np.random.default_rng(3)
    failed = rng.random(n) < 0.5
    marks = {
        name: np.clip(np.round(4 + 1.5 * rng.normal(size=n)), 1, 7)
        for name in ("severity", "controllability", "recovery", "competition")
    }
    before = 4.5 + rng.normal(size=n)
    after = 0.5 * before + 2.2 + 0.6 * rng.normal(size=n)
    harm = -0.3 * (marks["severity"] - 4) + 0.4 * (marks["recovery"] - 4) - 1.0
    return pd.DataFrame(
        {
            "failed": failed.astype(int),
            **marks,
            "loyalty_before": before,
            "loyalty_after": np.where(failed, after + harm, after),
            "firm": rng.integers(1, 6, n),
        }
    )


def everything(rows: pd.DataFrame) -> failure.Failure:
    """As the notebook does it."""
    description = {
        "id": "failures",
        "kind": "failures",
        "label": "Failures",
        "rows": {"file": {"path": "failures.csv", "sha256": "0" * 64}},
    }
    resource = Resource.model_validate(description)
    table = loading.typed(resource, rows.astype(str), "0" * 64, "failures.csv")
    data = failure.failures([table])
    best = failure.excellent(data, 0.25)
    paradox = failure.paradox(data, best)
    return failure.Failure(
        rows=failure.counted([table]),
        determinants=failure.determinants(data),
        interaction=failure.interaction(data),
        paradox=paradox,
        recoveries=failure.recoveries(data, paradox),
        severity=failure.severity(data, best, paradox),
    )


def test_every_finding_is_shown() -> None:
    assert list(PAGE) == list(failure.Failure.model_fields)


def test_failures_of_which_all_is_known() -> None:
    given = customers()
    found = everything(given)
    assert failure.Failure.model_validate_json(found.model_dump_json()) == found
    assert isinstance(found.determinants, failure.Determinants)
    by = {row.term: row for row in found.determinants.circumstances}
    assert by["severity"].ci_upper < 0 < by["recovery"].ci_lower
    assert found.determinants.errors == "HC3" and found.determinants.firms == 5
    assert isinstance(found.paradox, failure.Paradox)
    after = given.query("failed == 1")
    best = after[after["recovery"] >= found.paradox.mark]["loyalty_after"]
    never = given.query("failed == 0")["loyalty_after"]
    between = found.paradox.comparisons[0]
    assert between.comparison == "between" and between.n == len(best)
    assert between.estimate == pytest.approx((best.mean() - never.mean()) / never.std())
    for name, showers in PAGE.items():
        finding = cited(getattr(found, name), f"made/failure/{name}")
        for shower in showers:
            shown = shower(finding, CASE)
            for language in LANGUAGES:
                if isinstance(shown, Figure):
                    assert shown.draw(language).axes
                elif isinstance(shown, Table):
                    assert '{.num key="made/failure/' in shown.markdown(language)
                else:
                    assert said(shown).in_(language)


def test_coefficients_in_points() -> None:
    """Plain least squares by NumPy; the interval holds what the rows were drawn with."""
    given = customers()
    found = everything(given).determinants
    assert isinstance(found, failure.Determinants)
    terms = [row.term for row in found.circumstances]
    after = given.query("failed == 1")
    x = np.column_stack([np.ones(len(after)), after[terms]])
    slopes = np.linalg.lstsq(x, after["loyalty_after"])[0][1:]
    assert [row.points for row in found.circumstances] == pytest.approx(slopes)
    drawn = {"severity": -0.3, "recovery": 0.4, "controllability": 0.0, "competition": 0.0}
    for row in found.circumstances:
        assert row.points_ci_lower is not None and row.points_ci_upper is not None
        assert row.points_ci_lower < drawn[row.term] < row.points_ci_upper
        # The same interval in standard deviations.
        scale = after[row.term].std() / after["loyalty_after"].std()
        assert row.ci_lower == pytest.approx(row.points_ci_lower * scale)


def test_failures_that_nobody_rated() -> None:
    found = everything(customers()[["failed", "loyalty_after"]])
    for finding, code in (
        (found.determinants, "no_circumstances"),
        (found.paradox, "recovery_unrated"),
    ):
        assert isinstance(finding, Refused) and finding.refused.code == code
    assert found.interaction is None


# --- sentences -----------------------------------------------------------------------------------
def comparison(which: str, verdict: str) -> failure.Comparison:
    lower, upper = {"paradox": (0.1, 0.5), "none": (-0.5, -0.1), "equal": (-0.1, 0.1)}.get(
        verdict, (-0.4, 0.4)
    )
    other = dict.fromkeys(failure.Comparison.model_fields, 0.5)
    ends = {"estimate": (lower + upper) / 2, "ci_lower": lower, "ci_upper": upper}
    counts = {"n": 100, "n_reference": 200}
    return failure.Comparison(**other | ends | counts | {"comparison": which, "verdict": verdict})


def of_paradox(*verdicts: str) -> Text:
    found = failure.Paradox(
        mark=6,
        margin=0.2,
        level=0.95,
        comparisons=tuple(
            comparison(which, v) for which, v in zip(("between", "within"), verdicts, strict=False)
        ),
    )
    return said(words.paradox(cited(found, "x"), CASE))


@pytest.mark.parametrize(
    ("verdicts", "en", "zh"),
    [
        (
            ("paradox", "paradox"),
            "All comparisons agree on a recovery paradox",
            "一致表明，这些数据中存在",
        ),
        (("paradox", "open"), "do not agree", "不一致"),
        (("none", "equal"), "None of the comparisons shows", "均未见"),
        (("none", "open"), "No comparison shows a recovery paradox, but not all", "并非所有区间"),
        (("open", "open"), "No comparison shows a recovery paradox, but not all", "并非所有区间"),
    ],
)
def test_the_paradox_needs_every_comparison(verdicts: tuple[str, ...], en: str, zh: str) -> None:
    text = of_paradox(*verdicts)
    assert en in text.en and zh in text.zh
    assert "no effect of the recovery" in text.en


@pytest.mark.parametrize("verdict", ["paradox", "none", "equal", "open"])
def test_a_comparison_says_its_verdict(verdict: str) -> None:
    says = {
        "paradox": "are more loyal: a recovery paradox",
        "none": "are less loyal: no recovery paradox",
        "equal": "are as loyal, within ±0\\.20",
        "open": "the interval settles nothing",
    }
    text = of_paradox(verdict)
    assert [k for k, v in says.items() if v in text.en] == [verdict]
    assert "standard deviations, n = 100" in text.en


def coefficient(
    term: str, expected: str, estimate: float, lower: float, upper: float
) -> failure.Coefficient:
    other = dict.fromkeys(failure.Coefficient.model_fields, 0.5)
    ends = {"estimate": estimate, "ci_lower": lower, "ci_upper": upper}
    return failure.Coefficient(**other | ends | {"term": term, "expected": expected})


def of_determinants(**changed: Any) -> Text:
    fields = {
        "customers": 100,
        "failed": 40,
        "n": 40,
        "left_out": 0,
        "r2": 0.25,
        "errors": "HC3",
        "firms": None,
        "circumstances": (
            coefficient("severity", "-", -0.3, -0.4, -0.2),
            coefficient("recovery", "+", -0.2, -0.3, -0.1),
            coefficient("competition", "-", 0.0, -0.1, 0.1),
        ),
        "with_before": (),
    }
    found = failure.Determinants(**fields | changed)
    return said(words.determinants(cited(found, "x"), CASE))


def test_determinants_against_their_expected_signs() -> None:
    text = of_determinants()
    assert "depends on severity." in text.en
    assert "Against expectation runs the effect of recovery." in text.en
    assert "holds zero: competition." in text.en
    assert "coefficient of severity (β = −\\.30\u00a0" in text.en
    assert "firms" not in text.en


def test_few_firms_are_said_to_be_few() -> None:
    few = of_determinants(firms=5, n=38, left_out=2)
    assert "5 firms there are too few" in few.en and "2 of them lack an answer" in few.en
    assert "allow for 30 firms" in of_determinants(firms=30, errors="cluster").en


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ((0.1, 0.3), "counts more"),
        ((-0.3, -0.1), "counts less"),
        ((-0.1, 0.3), "is open"),
        ((0.0001, 0.3), "only just excludes zero"),
    ],
)
def test_recovery_by_severity(ends: tuple[float, float], says: str) -> None:
    found = failure.Interaction(estimate=sum(ends) / 2, ci_lower=ends[0], ci_upper=ends[1])
    assert says in said(words.interaction(cited(found, "x"), CASE)).en


def gap(which: str, lower: float, upper: float) -> failure.BySeverity:
    other = dict.fromkeys(failure.BySeverity.model_fields, 0.5) | {"n": 100, "n_reference": 200}
    ends = {"estimate": (lower + upper) / 2, "ci_lower": lower, "ci_upper": upper}
    return failure.BySeverity(**other | ends | {"severity": which, "verdict": "open"})


@pytest.mark.parametrize(
    ("gaps", "overlap", "en", "zh"),
    [
        (
            [("mild", 0.1, 0.5), ("severe", 0.3, 0.7)],
            True,
            "intervals overlap, so",
            "二者的区间重叠",
        ),
        ([("mild", 0.1, 0.5), ("severe", 0.6, 0.7)], False, "do not overlap", "二者的区间不重叠"),
        ([("mild", 0.1, 0.5)], True, "there is nothing to compare it with", "没有可供比较的另一组"),
    ],
)
def test_the_gap_by_severity(gaps: Any, overlap: bool, en: str, zh: str) -> None:
    found = failure.Severity(gaps=tuple(gap(*one) for one in gaps), overlap=overlap)
    text = said(words.severity(cited(found, "x"), CASE))
    assert en in text.en and zh in text.zh
    assert "after mild failures 0\\.30\u00a0\\[0\\.10,\u00a00\\.50\\]" in text.en
    assert ("after severe failures" in text.en) is (len(gaps) == 2)


def test_the_gap_by_severity_overlaps_where_the_intervals_do() -> None:
    given = customers()
    whole = everything(given)
    found, paradox = whole.severity, whole.paradox
    assert isinstance(found, failure.Severity) and isinstance(paradox, failure.Paradox)
    mild, severe = found.gaps
    apart = mild.ci_upper < severe.ci_lower or severe.ci_upper < mild.ci_lower
    assert [mild.severity, severe.severity] == ["mild", "severe"] and found.overlap is not apart
    assert mild.n + severe.n == paradox.comparisons[0].n


def test_a_recovery_rated_alike_by_all_is_refused() -> None:
    found = everything(customers().assign(recovery=4.0))
    assert isinstance(found.paradox, Refused) and isinstance(found.severity, Refused)
    assert found.paradox == found.recoveries == found.severity
    assert found.interaction is None
    assert isinstance(found.determinants, failure.Determinants)
    assert "recovery" not in {row.term for row in found.determinants.circumstances}


def test_few_customers_with_an_excellent_recovery_are_refused() -> None:
    found = everything(customers(60).assign(recovery=lambda rows: rows.index.astype(float)))
    assert isinstance(found.paradox, Refused)
