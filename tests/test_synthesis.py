"""What the synthesis shows of many rows, and what it says of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from loyalty.analyses.synthesis import estimates as synthesis
from loyalty.shown import prose

SIMULATED = {"a": False, "s": True, "t": True}
TITLE = {"a": "Real", "s": "Made", "t": "Drawn"}


def _glance(case: str, supported: str, htmt: float) -> dict[str, Any]:
    return {"case": case, "supported": supported, "htmt": htmt}


def test_simulated_surveys_are_told_together() -> None:
    rows = [_glance("a", "3 / 11", 0.96), _glance("s", "5 / 6", 0.61), _glance("t", "7 / 7", 0.68)]
    said = prose.join(prose.glance(rows, TITLE, SIMULATED)).en
    assert said.count("hypothesized paths") == 1 and "3 of 11" in said
    assert "In the 2 simulated surveys" in said and "12 of 13 paths" in said
    assert "between 0\\.61 and 0\\.68" in said
    assert "In the simulated survey," in prose.join(prose.glance(rows[:2], TITLE, SIMULATED)).en


def test_no_number_stands_for_none_and_verbs_agree() -> None:
    votes = [
        {"case": "a", "supported": 3, "open": 1, "contradicted": 0},
        {"case": "s", "supported": 2, "open": 0, "contradicted": 0},
    ]
    said = prose.votes(votes, SIMULATED).en
    assert "3 of 4 hypothesized paths are supported, 1 is open and none are contradicted" in said
    one = [{"path": "A → B", "tau": 0.1}]
    assert "1 path is pooled" in prose.pooled_simulated(one).en
    two = [*one, {"path": "C → D", "tau": 0.2}]
    assert "2 paths are pooled" in prose.pooled_simulated(two).en
    assert "C → D differs most" in prose.pooled_simulated(two).en


def test_a_survey_with_many_effects_shows_its_largest() -> None:
    rows = [
        {"case": "a", "value": 0.1},
        {"case": "a", "value": 0.9},
        {"case": "s", "value": 0.2},
        {"case": "s", "value": -0.5},
    ]
    cases: Any = {c: SimpleNamespace(simulated=s) for c, s in SIMULATED.items()}
    assert [r["value"] for r in synthesis.largest(rows, cases)] == [0.1, 0.9, -0.5]


def test_what_was_put_in_is_counted_by_survey() -> None:
    rows = [
        {"case": "s", "id": "H1", "path": "x", "truth": 0.3, "value": 0.4, "low": 0.2, "high": 0.5},
        {"case": "s", "id": "H2", "path": "y", "truth": 0.3, "value": 0.1, "low": 0.0, "high": 0.2},
        {"case": "t", "id": "H1", "path": "z", "truth": 0.0, "value": 0.1, "low": 0.0, "high": 0.2},
    ]
    first, second = synthesis.recovered(rows)
    assert (first["paths"], first["covered"], first["missed"]) == (2, 1, "H2")
    assert abs(first["mean_gap"] - 0.15) < 1e-12 and first["largest"] == "y"
    assert (second["covered"], second["missed"]) == (1, "")  # a bound belongs to the interval
