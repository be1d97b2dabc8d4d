"""The ledger of claims is whole, and its figures are those that the study design rests on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from loyalty import study

ROOT = Path(__file__).resolve().parents[1]
KINDS = {
    "path",
    "correlation",
    "percentage-change",
    "share",
    "level",
    "difference",
    "arithmetic",
    "other",
}
NEEDED = {"id", "source", "place", "claim", "kind", "variables", "values", "unit"}


@pytest.fixture(scope="module")
def claims() -> list[dict[str, Any]]:
    content = study.read_yaml(ROOT / "data" / "claims.yml", name="claims.yml")
    found: list[dict[str, Any]] = content["claims"]
    return found


def test_every_claim_is_whole(claims: list[dict[str, Any]]) -> None:
    keys = set(re.findall(r"@\w+\{(\w+),", (ROOT / "references.bib").read_text(encoding="utf-8")))
    for claim in claims:
        assert set(claim) >= NEEDED, claim["id"]
        assert set(claim) <= NEEDED | {"given", "n", "reported_by", "notes"}, claim["id"]
        assert claim["source"] in keys and claim["kind"] in KINDS, claim["id"]
        assert 0 <= claim["place"] <= 100 and claim["values"] and claim["variables"], claim["id"]
        for text in (claim["claim"], claim.get("notes", claim["claim"])):
            assert set(text) == {"en", "zh"} and text["en"] != text["zh"], claim["id"]
        assert all(isinstance(v, int | float) for v in claim["values"]), claim["id"]
        if "given" in claim:
            assert claim["kind"] == "percentage-change" and len(claim["variables"]) == 2
    assert len({c["id"] for c in claims}) == len(claims)
    assert {c["source"] for c in claims} == {
        "aftersales",
        "quality",
        "innovation",
        "strategy",
        "retail",
    }


def test_figures_stand_in_both_languages(claims: list[dict[str, Any]]) -> None:
    """A figure (but for units that differ, and signs) is written out in the claim."""
    for claim in claims:
        if claim["unit"].startswith(("hundred", "ten thousand")) or claim["id"] == "I28":
            continue
        for language in ("en", "zh"):
            for value in claim["values"]:
                shown = f"{abs(value):,}"
                plain = claim["claim"][language]
                assert shown in plain or shown.replace(",", "") in plain, (claim["id"], value)


@pytest.mark.parametrize(
    ("source", "variables", "given", "values"),
    [
        ("quality", ["quality", "loyalty"], None, [0.45]),
        ("quality", ["satisfaction", "sales"], 5, [1.3]),
        ("quality", ["satisfaction", "sales"], 1, [1.3]),
        ("innovation", ["innovation", "loyalty"], None, [0.42, 0.31, 0.73]),
        ("aftersales", ["response_speed", "repurchase"], 10, [7.2]),
        ("retail", ["satisfaction", "profit"], 10, [5]),
        ("strategy", ["nps"], None, [68]),
        ("strategy", ["service_strategy", "churn"], None, [-21]),
    ],
)
def test_a_known_figure_is_there(
    claims: list[dict[str, Any]],
    source: str,
    variables: list[str],
    given: float | None,
    values: list[float],
) -> None:
    found = [
        c
        for c in claims
        if (c["source"], c["variables"], c.get("given"), c["values"])
        == (source, variables, given, values)
    ]
    assert len(found) == 1
