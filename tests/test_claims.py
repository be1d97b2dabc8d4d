"""The claims ledger: what it holds, what its checks compute, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from loyalty.cases import claims
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Finding, Findings, Real, Record, Refused
from loyalty.ground.reading import read_yaml, validated
from loyalty.ground.reasons import Reason

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "data" / "claims.yml"


@pytest.fixture(scope="module")
def ledger() -> claims.Ledger:
    return validated(claims.Ledger, read_yaml(FILE), "claims.yml")


def test_every_source_is_cited_and_every_text_has_chinese(ledger: claims.Ledger) -> None:
    works = re.findall(r"(?m)^@\w+\{([^,\s]+),", (ROOT / "references.bib").read_text("utf-8"))
    assert {c.source for c in ledger.claims} == {
        "aftersales", "quality", "innovation", "strategy", "retail",
    } <= set(works)  # fmt: skip
    spoken = [one for claim in ledger.industries for one in claim.real]
    for text in (*ledger.claims, *ledger.checks, *ledger.industries, *spoken):
        assert re.search(r"[\u4e00-\u9fff]", text.zh), text.en


def test_what_the_checks_find(ledger: claims.Ledger) -> None:
    found = {c.check.id: c for c in claims.checked(ledger)}
    assert found["C1"].computed[0] == pytest.approx(0.35 * 0.42 + 0.28 * 0.31)
    assert found["C1"].outcome == "does not agree"
    assert found["C2"].outcome == "does not agree" and min(found["C2"].computed) > 4.5
    assert found["C3"].computed == pytest.approx((0.26, 1.3, 0.34))
    assert [found[f"C{i}"].outcome for i in (3, 4, 5, 6)] == [
        "does not agree", "agrees", "agrees", "holds",
    ]  # fmt: skip


def exact(correlation: np.ndarray, n: int) -> np.ndarray:
    """Rows whose sample correlations are exactly `correlation`."""
    rows = np.random.default_rng(1).normal(size=(n, len(correlation)))
    rows -= rows.mean(axis=0)
    q, _ = np.linalg.qr(rows)
    return q @ np.linalg.cholesky(correlation).T * np.sqrt(n - 1)


def test_sobel_against_two_regressions() -> None:
    a, b, direct, n = 0.62, 0.34, 0.45, 300
    r_my, r_xy = b + direct * a, direct + b * a
    x, m, y = exact(np.array([[1, a, r_xy], [a, 1, r_my], [r_xy, r_my, 1]]), n).T
    first = sm.OLS(m, sm.add_constant(x)).fit()
    second = sm.OLS(y, sm.add_constant(np.column_stack([m, x]))).fit()
    assert (first.params[1], second.params[1]) == pytest.approx((a, b))
    z = first.params[1] * second.params[1]
    z /= np.hypot(first.params[1] * second.bse[1], second.params[1] * first.bse[1])
    assert claims.sobel_z(a, b, direct, n) == pytest.approx(z, rel=1e-9)


def test_the_interval_of_a_sum_of_products_against_draws() -> None:
    legs, n = [(0.35, 0.42), (0.28, 0.31)], 500
    total, se = claims._products(legs, n)
    draw = np.random.default_rng(2)
    spread = [np.sqrt((1 - np.square(pair)) / (n - 2)) for pair in legs]
    drawn = sum(
        np.prod(draw.normal(pair, sd, size=(200_000, 2)), axis=1)
        for pair, sd in zip(legs, spread, strict=True)
    )
    assert np.std(drawn) == pytest.approx(se, rel=0.02)
    assert np.mean(drawn) == pytest.approx(total, abs=0.001)


def small(**changes: Any) -> dict[str, Any]:
    claim = {
        "id": "X1", "source": "quality", "place": "part 3", "kind": "coefficient",
        "values": [0.4], "unit": "β", "en": "a to b", "zh": "甲对乙",
    }  # fmt: skip
    check = {"id": "C1", "kind": "equal", "claims": ["X1"], "en": "x", "zh": "某"}
    return {"claims": [{**claim, **changes}], "checks": [check]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"claims": []}, "claims: at least one entry is expected"),
        (small(kind="hearsay"), "claims.X1.kind: "),
        (small(values=[]), "claims.X1.values: "),
        (small(kind="per"), "X1: a claim of kind per has two values"),
        (small(id="X2"), "checks.C1: 'X1' is not a claim"),
        (
            small()
            | {"industries": [{"id": "D1", "source": "q", "claims": ["X9"], "en": "x", "zh": "x"}]},
            "industries.D1: 'X9' is not a claim",
        ),
        ({"claims": small()["claims"] * 2}, "claims: the id X1 is used twice"),
    ],
)
def test_a_ledger_that_does_not_hold(content: Any, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        validated(claims.Ledger, content, "claims.yml")


class Row(Record):
    id: str
    estimate: Real | None
    ci_lower: Real | None
    ci_upper: Real | None


class Paths(Finding):
    rows: tuple[Row, ...]


class Study(Findings):
    paths: Paths | Refused | None = None


def held(
    estimate: float | None, low: float | None, high: float | None, number: str = "paths.rows.H1"
) -> list[claims.Held]:
    """The one claim of `small` beside a case's path H1."""
    own = {"case": "one", "analysis": "structural", "number": number}
    ledger = validated(claims.Ledger, small(beside=[own]), "claims.yml")
    rows = [Row(id="H0", estimate=0.0, ci_lower=-1, ci_upper=1)]
    rows.append(Row(id="H1", estimate=estimate, ci_lower=low, ci_upper=high))
    return claims.beside(ledger, {("one", "structural"): Study(paths=Paths(rows=tuple(rows)))})


@pytest.mark.parametrize(("low", "high", "inside"), [(0.3, 0.5, True), (0.41, 0.5, False)])
def test_a_claim_beside_a_real_case(low: float, high: float, inside: bool) -> None:
    (one,) = held(0.45, low, high)
    assert (one.case, one.value, one.low, one.high) == ("one", 0.45, low, high)
    assert one.inside is inside


def test_a_value_of_zero_is_held_and_one_without_interval_is_not() -> None:
    (one,) = held(0.0, -0.1, 0.1)
    assert one.value == 0.0
    assert held(0.45, None, None) == []


def test_a_case_that_is_not_there_is_left_out() -> None:
    own = {"case": "one", "analysis": "structural", "number": "paths.rows.H1"}
    assert claims.beside(validated(claims.Ledger, small(beside=[own]), "claims.yml"), {}) == []


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("paths.rows.H2", "paths.rows has no H2; it has H0, H1"),
        ("path.rows.H1", "the findings has no path; it has paths"),
        ("paths", "has no attribute"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused(number: str, said: str) -> None:
    where = f"data/claims.yml: X1: one.structural.{number}: "
    with pytest.raises(UserError, match=re.escape(where)) as caught:
        held(0.45, 0.3, 0.5, number)
    assert said in str(caught.value)


def test_what_was_refused_is_named() -> None:
    own = {"case": "one", "analysis": "structural", "number": "paths.rows.H1"}
    ledger = validated(claims.Ledger, small(beside=[own]), "claims.yml")
    refused = Study(paths=Refused(refused=Reason(code="no_shared_path")))
    with pytest.raises(UserError, match="paths was refused"):
        claims.beside(ledger, {("one", "structural"): refused})


def test_every_cut_off_is_named_in_chinese() -> None:
    from loyalty.book import pages
    from loyalty.ground.thresholds import all_thresholds

    labels = {t.label for t in all_thresholds().values()}
    same = {label for label in labels if pages.in_chinese(label, "thresholds").zh == label}
    assert same == {"CFI", "TLI", "RMSEA", "SRMR"}
    assert "平均方差抽取量" in pages.thresholds("zh")
    assert "Average variance extracted" in pages.thresholds("en")
    guessed = [t.label for t in all_thresholds().values() if t.guess]  # of new cases: no report's
    assert guessed and not any(label in pages.thresholds("en") for label in guessed)


def test_the_ledger_names_origins_and_units_in_chinese_and_says_what_can_be_said(
    ledger: claims.Ledger,
) -> None:
    """Only names that have no Chinese, and symbols, stay as they are."""
    from types import SimpleNamespace

    from loyalty.book import pages

    stay = {"ACSI", "Salesforce", "Zendesk", "Temkin Group", "Acxiom", "Forrester", "Gartner"}
    stay |= {"HPE 2021", "Forrester 2022", "β", "b", "z", "NPS", "share", "relative", "weight"}
    left = {
        n for c in ledger.claims for n in (c.origin, c.unit) if n and pages.in_chinese(n).zh == n
    }
    assert left <= stay
    rows = [
        SimpleNamespace(id=c.id, design="change", said="untested", checks=()) for c in ledger.claims
    ]
    found: Any = {
        ("all", "argument"): SimpleNamespace(
            findings=SimpleNamespace(claims=SimpleNamespace(rows=rows))
        )
    }
    for language, said in (("en", "a change without comparison"), ("zh", "升降没有比较对象")):
        shown = pages.claims_ledger(found, language)  # type: ignore[arg-type]
        assert shown.count(said) == len(ledger.claims)
        assert said not in pages.claims_ledger({}, language)  # type: ignore[arg-type]
