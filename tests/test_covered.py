"""The trial's page of what its intervals hold over many draws."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from loyalty.analyses.trial import read
from loyalty.book import covered
from loyalty.cases import study
from loyalty.cases.study import Study

CASE = "retail-simulated"  # with firms


def record(case: str = CASE, kind: str = "path", **values: float) -> dict[str, Any]:
    usual = {"intervals": 10, "redraws": 25, "coverage": 0.95, "coverage_se": 0.01}
    return {"case": case, "kind": kind, **usual, "mean": 9.5, "sd": 0.7} | values


@pytest.fixture(scope="module")
def described() -> dict[str, Study]:
    return {case: study.load(case) for case in study.cases() if study.load(case).simulated}


def test_cases_are_drawn_independently(described: dict[str, Study]) -> None:
    """Coverage is that of all intervals; variances of the cases add up."""
    one = record(intervals=10, mean=9.0, sd=0.6, coverage=0.9, coverage_se=0.012)
    two = record("strategy-simulated", intervals=30, mean=28.5, sd=0.8, coverage_se=0.004)
    none = record("quality-simulated")
    firms, alone = covered.sums([one, two, none], described)
    assert firms.intervals == 40 and firms.coverage == pytest.approx(37.5 / 40)
    assert firms.coverage_se == pytest.approx((0.12**2 + 0.12**2) ** 0.5 / 40)
    assert (firms.low, firms.high) == (35, 40)  # 37.5 ± 1.96 × 1.0
    assert (alone.low, alone.high) == (8, 10)  # no more than there are


@pytest.mark.parametrize(("coverage", "named"), [(0.85, True), (0.94, False)])
def test_what_covers_less_is_named_with_its_coverage(
    described: dict[str, Study], monkeypatch: pytest.MonkeyPatch, coverage: float, named: bool
) -> None:
    monkeypatch.setattr(
        covered, "kept", lambda name: [record(coverage=coverage), record(kind="share")]
    )
    page = covered.again_page(described, "en")
    assert ("cover the intervals of paths in" in page and "\\.850" in page) == named
    assert ("In no case does a kind cover less than promised" in page) == (not named)
    assert ("标准误以上的，有" in covered.again_page(described, "zh")) == named


@pytest.mark.parametrize(("error", "named"), [(0.001, True), (0.02, False)])
def test_what_covers_less_over_all_surveys_is_named_too(
    described: dict[str, Study], monkeypatch: pytest.MonkeyPatch, error: float, named: bool
) -> None:
    """Many surveys tell what none does alone: what the table shows the sentence says."""
    one = record(intervals=10, mean=9.3, coverage=0.93, coverage_se=error)
    monkeypatch.setattr(covered, "kept", lambda name: [one])
    english, chinese = (covered.again_page(described, one) for one in ("en", "zh"))
    assert (
        "Over all surveys together the intervals of paths, firms (\\.930) cover" in english
    ) == named
    assert ("各项调查合计" in chinese) == named


def test_what_is_kept_is_shown(described: dict[str, Study]) -> None:
    """Every simulated survey was drawn again, and a count over the redraws is that of coverage."""
    records = covered.kept("trial.json")
    assert {"moderation", "bend"} <= {r["kind"] for r in records}
    assert {r["case"] for r in records} == {c for c, s in described.items() if s.constructs}
    for one in records:
        assert one["mean"] == pytest.approx(one["coverage"] * one["intervals"], abs=0.01)
        assert one["redraws"] >= 8
    page = covered.again_page(described, "en")
    assert (
        "{#tbl-again}" in page
        and page.count("\n| ") == 2 + len(covered.sums(records, described)) - 1
    )


def test_nothing_kept_is_said(described: dict[str, Study], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covered, "kept", lambda name: [])
    assert "not made here" in covered.again_page(described, "en")


# --- moderations and bends -----------------------------------------------------------------------
def term(name: str, kind: str, declared: float, *found: float) -> dict[str, Any]:
    estimate = dict(zip(covered.STEPS, found, strict=True))
    se = dict.fromkeys(covered.STEPS, 0.004) | {"answers": 0.006}
    own = {"id": name, "kind": kind, "respondents": 5000, "declared": declared}
    return {"case": "aftersales-simulated", **own, "estimate": estimate, "se": se}


def test_what_moves_bends_is_summed_in_the_declared_direction(
    described: dict[str, Study], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share of what is declared, by step; what turns round is a negative share."""
    terms = [
        term("H1", "moderation", 0.10, 0.10, 0.09, 0.08, 0.05, 0.08),
        term("H2", "moderation", -0.10, -0.09, -0.09, -0.08, -0.06, -0.10),
        term("H3", "bend", -0.05, -0.05, -0.04, 0.01, 0.02, -0.03),
    ]
    monkeypatch.setattr(covered, "kept", lambda name: terms if name == "bends.json" else [])
    page = covered.bends_page(described, "en")
    assert "95 % on the constructs themselves, 90 % on answers" in page
    assert "80 % on the declared answer scales, 55 % with careless respondents" in page
    assert "and 90 % without those who show signs of carelessness." in page
    assert "100 % on the constructs themselves" in page and "−20 % on the declared" in page
    assert "no standard error exceeds \\.006" in page and page.count("\n| H") == 3
    assert "合计之比，直接用构念时为 95%" in covered.bends_page(described, "zh").replace(" %", "%")
    monkeypatch.setattr(covered, "kept", lambda name: [])
    assert "not measured here" in covered.bends_page(described, "en")


def test_what_is_kept_of_bends_is_what_is_declared(described: dict[str, Study]) -> None:
    """Of every simulated survey, in order; without answers it comes back but for the pooling."""
    records = covered.kept("bends.json")
    wanted = [
        (case, e.id, round(e.declared, 4))
        for case, own in described.items()
        for e in read.effects(SimpleNamespace(cases={case: own}, of=lambda *_: None), case)  # type: ignore[arg-type]
        if e.kind in ("moderation", "bend")
    ]
    assert [(r["case"], r["id"], r["declared"]) for r in records] == wanted
    for one in records:
        assert one["estimate"]["constructs"] == pytest.approx(one["declared"], abs=0.02)
        gap = one["estimate"]["fine"] - one["estimate"]["constructs"]
        assert abs(gap) < 4 * one["se"]["fine"]  # the estimator alone
        assert set(one["estimate"]) == set(one["se"]) == set(covered.STEPS)
    assert "{#tbl-bends}" in covered.bends_page(described, "en")
