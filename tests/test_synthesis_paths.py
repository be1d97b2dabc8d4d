"""The synthesis: which paths count as the same, what is pooled, and what a point is worth."""

from __future__ import annotations

from typing import Any

import pytest

from loyalty.analyses.synthesis import estimates as synthesis
from loyalty.cases import claims
from loyalty.cases.study import Study
from loyalty.ground import results
from loyalty.ground.reading import validated
from loyalty.shown import prose
from loyalty.stats.pooling import random_effects


def described(*ids: str, simulated: bool = False, same_as: dict[str, str] | None = None) -> Study:
    """A case whose constructs are `ids`, the last of them the outcome of all others."""
    kind = "simulated" if simulated else "real"
    constructs = [
        {
            "id": name,
            "label": name.title(),
            "role": "outcome" if name == ids[-1] else "antecedent",
            "items": [{"id": f"{name}_{k}", "en": "x"} for k in range(2)],
            **({"same_as": same_as[name]} if same_as and name in same_as else {}),
        }
        for name in ids
    ]
    content = {
        "title": "T", "summary": "S",
        "provenance": {"kind": kind, "source": "x", "licence": "x", "sampling": "x"},
        "rows": {"file": {"path": "a.csv", "sha256": "0" * 64}},
        "scale": {"min": 1, "max": 7},
        "constructs": constructs,
    }  # fmt: skip
    return validated(Study, content, "study.yml")


def path(case: str, start: str, end: str, value: float, se: float) -> dict[str, Any]:
    low, high = value - 1.96 * se, value + 1.96 * se
    return {
        "case": case, "id": "H1", "from": start, "to": end, "path": f"{start} → {end}",
        "value": value, "se": se, "low": low, "high": high,
        "verdict": "supported" if low > 0 else "open",
    }  # fmt: skip


CASES = {
    "one": described("quality", "loyalty"),
    "two": described("quality", "loyalty"),
    "three": described(
        "service",
        "staying",
        "telling",
        same_as={"staying": "loyalty", "telling": "loyalty", "service": "quality"},
    ),
    "drawn": described("quality", "loyalty", simulated=True),
}
ROWS = [
    path("one", "quality", "loyalty", 0.40, 0.10),
    path("two", "quality", "loyalty", 0.10, 0.10),
    path("three", "service", "staying", 0.50, 0.05),
    path("three", "service", "telling", 0.30, 0.15),
    path("drawn", "quality", "loyalty", 0.90, 0.01),
]


def test_paths_between_the_same_concepts_count_once_a_case() -> None:
    shared = synthesis.shared_paths(ROWS, CASES)
    assert list(shared) == [("quality", "loyalty")]
    by_case = {r["case"]: r for r in shared["quality", "loyalty"]}
    assert by_case["three"]["paths"] == 2
    assert (by_case["three"]["value"], by_case["three"]["se"]) == pytest.approx((0.40, 0.10))
    assert synthesis.shared_paths(ROWS[:1], CASES) == {}


def test_real_and_simulated_are_never_pooled_together() -> None:
    (pooled,) = synthesis.pooled(ROWS, CASES, "en", simulated=False)
    expected = random_effects([0.40, 0.10, 0.40], [0.10, 0.10, 0.10])
    assert pooled["cases"] == ["one", "two", "three"]
    assert pooled["path"] == "Quality → Loyalty"
    assert (pooled["value"], pooled["low"], pooled["high"]) == pytest.approx(
        (expected.estimate, expected.ci_lower, expected.ci_upper)
    )
    assert 0 <= pooled["i2"] <= 1 and pooled["i2"] == pytest.approx(expected.i2 / 100)
    assert synthesis.pooled(ROWS, CASES, "en", simulated=True) == []


def test_the_matrix_marks_an_interval_that_holds_zero() -> None:
    (row,) = synthesis.matrix(ROWS, CASES, "en")
    assert (row["one"], row["two"], row["drawn"]) == ("0.40", "0.10 °", "0.90")


def found(analysis: str, numbers: dict[str, float], tables: dict[str, Any]) -> Any:
    made = results.Result(
        case="one", analysis=analysis, simulated=False, tables=tables, statements={}, warnings=[],
        numbers={k: results.Number(value=v, kind="number") for k, v in numbers.items()},
        provenance=results.provenance("12-published", {}, []),
    )  # fmt: skip
    return {("one", analysis): made}


def test_what_a_faster_answer_may_cost() -> None:
    speed = [
        {"specification": "none", "b": 9.0, "wild_lower": 8.0, "wild_upper": 10.0},
        {"specification": "both", "b": -0.66, "wild_lower": -0.9, "wild_upper": -0.4},
    ]
    tables = {"speed": speed}
    (row,) = synthesis.worth(CASES, found("behaviour", {"repurchase": 0.5}, tables), 0.1, 80.0)
    assert row["value"] == pytest.approx(0.5 * (0.9**-0.66 - 1))
    assert row["low"] < row["value"] < row["high"]
    assert row["cost"] == pytest.approx(80 * row["value"])
    assert synthesis.worth(CASES, found("behaviour", {}, tables), 0.1, 80.0) == []


def test_one_point_goes_from_antecedents_to_outcomes() -> None:
    effect = {"value": 0.3, "low": 0.1, "high": 0.5}
    table = [{"from": "quality", "to": "loyalty", **effect}]
    table += [{"from": "loyalty", "to": "quality", **effect}]
    kept = synthesis.one_point(CASES, found("structural", {}, {"one_point": table}), "en")
    assert [(r["from"], r["to"], r["path"]) for r in kept] == [
        ("quality", "loyalty", "Quality → Loyalty")
    ]


def test_differences_with_respondents_and_with_firms_as_units() -> None:
    table = [{"p_holm": 0.01, "cl_p_holm": 0.2}, {"p_holm": 0.30, "cl_p_holm": 0.9}]
    here = found("groups", {"released": 2, "firms": 10}, {"differences": table})
    (row,) = synthesis.industries(CASES, here)
    assert (row["paths"], row["different"], row["clustered"]) == (2, 1, 0)
    assert (row["released"], row["firms"]) == (2, 10)
    without = [{"p_holm": 0.01}, {"p_holm": 0.3}]
    (row,) = synthesis.industries(CASES, found("groups", {}, {"differences": without}))
    assert row["clustered"] is None


def test_the_sentence_on_pooling_follows_the_number_of_surveys() -> None:
    pair = [r for r in ROWS if r["case"] in ("one", "two")]
    two = {k: CASES[k] for k in ("one", "two")}
    said = prose.pooled(synthesis.pooled(pair, two, "en", simulated=False), 2)
    assert "one degree of freedom" in said[-1].en and "一个自由度" in said[-1].zh
    assert "nothing is pooled" in prose.pooled([], 2)[0].en


def test_the_sentences_on_checks_name_what_follows() -> None:
    ledger = claims.load()
    said = " ".join(text.en for text in prose.checks(claims.checked(ledger), ledger))
    assert "multiply" in said and "0\\.23" in said and "0.73" in said
    assert "5.91 or 5.02" in said


def test_what_comes_first_matters_clearly_and_stands_low() -> None:
    rows = [
        {"construct": "quality", "importance": 0.5, "low": 0.2, "quadrant": "improve"},
        {"construct": "loyalty", "importance": 0.9, "low": 0.8, "quadrant": "keep"},
        {"construct": "quality", "importance": 0.4, "low": -0.1, "quadrant": "improve"},
    ]
    kept = synthesis.first(CASES, found("groups", {}, {"importance": rows}), "en")
    assert [(r["case"], r["label"], r["low"]) for r in kept] == [("one", "Quality", 0.2)]
    real, drawn = {"one": False}, {"one": True}
    assert "that is Quality" in prose.first(kept, real).en
    assert "In no real survey" in prose.first(kept, drawn).en
