"""What may not be relied upon stands nowhere but in its own row, whatever the page."""

from __future__ import annotations

import dataclasses
import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from made_up import made

from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.structural.findings import Structural
from loyalty.cases import study
from loyalty.estimates.verdicts import Reliance, reliance
from loyalty.ground.findings import Refused
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run.analyses import findings_of
from loyalty.run.show import displays, judged
from loyalty.shown.context import Case
from loyalty.shown.doubts import clause, withheld
from loyalty.shown.table import Column, Table
from loyalty.shown.words import without_references

FAULT = Reason(code="not_identified", of="estimator")
SOUND = {"converged": True, "admissible": True, "problems": ()}


def path(start: str, end: str, low: float | None = 0.2, high: float | None = 0.4) -> dict[str, Any]:
    return {"from_": start, "to": end, "ci_lower": low, "ci_upper": high}


def structural(*rows: dict[str, Any], **fit: Any) -> Structural:
    found: Structural = made(Structural, fit=SOUND | fit, paths={"rows": list(rows)})
    return found


def measurement(*alike: tuple[str, str], **fit: Any) -> Measurement:
    rows = [{"construct_a": a, "construct_b": b, "verdict": "not met"} for a, b in alike]
    found: Measurement = made(Measurement, fit=SOUND | fit, htmt={"rows": rows})
    return found


# --- the one judgement ---------------------------------------------------------------------------
CHAIN = (path("a", "m"), path("m", "y"), path("a", "y"), path("b", "y"))


def test_nothing_speaks_against_what_is_sound_narrow_and_distinct() -> None:
    found = reliance(structural(*CHAIN), measurement())
    assert found.whole == () and set(found.paths.values()) == {()}
    assert found.between("a", "y") == found.along(("a", "m", "y")) == ()


@pytest.mark.parametrize(
    "fault", [{"converged": False}, {"admissible": False}, {"problems": (FAULT,)}]
)
def test_a_doubtful_solution_speaks_against_all(fault: dict[str, Any]) -> None:
    for which, found in (
        ("solution", reliance(structural(*CHAIN, **fault), measurement())),
        ("measurement", reliance(structural(*CHAIN), measurement(**fault))),
    ):
        assert found.whole == (which,) and set(found.paths.values()) == {(which,)}
        assert found.between("a", "y") == found.along(("a", "b")) == (which,)


def test_a_wide_interval_or_none_speaks_against_a_path_and_what_leads_along_it() -> None:
    for bounds in ((-0.2, 0.9), (None, None)):
        rows = (path("a", "m", *bounds), *CHAIN[1:])
        found = reliance(structural(*rows), measurement())
        assert found.paths["a", "m"] == found.along(("a", "m", "y")) == ("interval",)
        assert found.between("a", "y") == found.between("a", "m") == ("interval",)
        assert found.between("m", "y") == found.between("b", "y") == ()


def test_causes_that_are_one_speak_against_the_paths_of_both() -> None:
    found = reliance(structural(*CHAIN), measurement(("a", "b"), ("a", "y")))
    assert {legs for legs, doubts in found.paths.items() if doubts == ("apart",)} == {
        ("a", "y"), ("b", "y"),
    }, "a cause and its effect may be as close as they like"  # fmt: skip


def test_without_a_measurement_model_there_is_none_to_doubt() -> None:
    refused = Refused(refused=FAULT)
    for measured in (None, made(Measurement, fit=refused, htmt=refused)):
        assert reliance(structural(*CHAIN), measured).whole == ()
    assert reliance(None, measurement()) == Reliance()


def test_a_path_that_is_not_known_is_judged_by_its_own_interval() -> None:
    row: Any = SimpleNamespace(**path("x", "y", -3, 3))
    assert Reliance().of(row) == ("interval",)
    assert Reliance(("solution",)).of(row) == ("solution", "interval")


# --- tables --------------------------------------------------------------------------------------
def table(*rows: tuple[str, float], doubted: str = "") -> Table:
    records = [SimpleNamespace(id=i, size=s) for i, s in rows]
    reason = Text(en="for a reason", zh="有原因")
    return Table(
        records,
        [
            Column("id", "H"),
            Column("size", "β", "number"),
            Column("size", "Performance", "number", kept=True),
        ],
        Text(en="c", zh="c"),
        withheld=lambda r: reason if r.id in doubted else None,
        plain=True,
    )


def test_a_withheld_row_has_its_reason_for_its_numbers() -> None:
    plain = table(("A", 0.31), ("B", 0.42)).markdown("en")
    assert "0\\.31" in plain and "Not to be relied upon" not in plain
    shown = table(("A", 0.31), ("B", 0.42), doubted="A").markdown("en").splitlines()
    assert shown[2].count("–") == 1 and shown[2].count("0\\.31") == 1 and "for a reason" in shown[2]
    assert shown[3].count("0\\.42") == 2 and "for a reason" not in shown[3]
    assert "不可采信" in table(("A", 0.31), doubted="A").markdown("zh")


def test_a_table_of_nothing_to_be_relied_upon_is_empty() -> None:
    rows = (("A", 0.31), ("B", 0.42))
    assert table(*rows, doubted="AB").empty
    assert not table(*rows, doubted="A").empty and not table(*rows).empty
    assert not table(doubted="AB").empty


# --- every page ----------------------------------------------------------------------------------
#: Findings that rest on the structural model's paths, with what must be gone from their pages.
RESTING = {
    "structural": ("effects", "contrasts", "totals", "latent"),
    "groups": ("paths", "pairs", "importance", "maps"),
    "robustness": ("curve", "missing", "power"),
    "drivers": ("shares", "by_group", "weights", "recommendations"),
}


def recorded(case: str, analysis: str) -> Any:
    """The findings of a recorded survey."""
    from loyalty.ground import findings, paths

    folder = paths.recorded(case).parent
    kind = findings_of(analysis)
    content = json.loads((folder / "findings" / f"{analysis}.json").read_text(encoding="utf-8"))
    found = kind.model_validate(content["findings"], context=findings.READ)
    return {
        name: findings.cited(getattr(found, name), f"{case}/{analysis}/{name}")
        for name in kind.model_fields
        if getattr(found, name) is not None
    }


CASES = ("acsi-2015", "bank-es", "reputation-mobile-2", "switching")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("analysis", RESTING)
def test_what_rests_on_a_doubtful_solution_shows_no_number(case: str, analysis: str) -> None:
    """Of real surveys, their solution found doubtful: sentences in place of exhibits."""
    of = study.load(case)
    sound, doubted = Case(case, of), Case(case, of, reliance=Reliance(("solution",)))
    seen = 0
    for name, finding in recorded(case, analysis).items():
        if name not in RESTING[analysis] or isinstance(finding, Refused):
            continue
        for language in LANGUAGES:
            before = list(displays(analysis, name, finding, sound, language))
            after = list(displays(analysis, name, finding, doubted, language))
            said = "".join(d.bundle.get("text/markdown", "") for d in after)
            why = clause(doubted.reliance.whole, behind=True).in_(language)
            if (analysis, name) == ("robustness", "curve"):  # other choices keep their rows
                assert not [d for d in after if d.label.startswith("fig")]
            else:
                assert why in said, (name, said)
                rest = without_references(said.replace(why, ""))
                assert not any(c.isdigit() for c in rest), (name, rest)
                assert {d.label[:3] for d in after} == {"txt"}, "no empty exhibit"
            assert before != after
            seen += 1
    assert seen or analysis != "structural"


@pytest.mark.parametrize("case", CASES)
def test_paths_in_doubt_have_their_numbers_in_their_own_rows_alone(case: str) -> None:
    doubted = Case(case, study.load(case), reliance=Reliance(("solution",)))
    paths = recorded(case, "structural")["paths"]
    shown = {d.label[:3]: d for d in displays("structural", "paths", paths, doubted, "en")}
    assert ".num key" in shown["tbl"].bundle["text/markdown"]
    elsewhere = [shown["txt"].bundle["text/markdown"], shown["tbl"].caption or ""]
    figures = [d for d in displays("structural", "paths", paths, doubted, "en") if d.alt]
    elsewhere += [
        f"{d.caption}{d.alt}{re.sub('<[^>]*>', '', d.bundle['image/svg+xml'])}" for d in figures[:1]
    ]
    numbers = {f"{abs(r.estimate):.2f}"[-3:] for r in paths.rows} | {
        f"{r.estimate:.2f}"[-3:] for r in paths.r2
    }
    found = {n for n in numbers for text in elsewhere if n in text}
    assert not found and "R²" not in "".join(elsewhere)
    assert len(figures) == 2


def test_a_case_is_judged_by_its_own_results() -> None:
    """Of a real survey: the brief, the structural page and the argument read one judgement."""
    from loyalty.book.brief.material import Material

    of = study.load("acsi-2015")
    found: Any = {
        ("acsi-2015", a): SimpleNamespace(
            findings=findings_of(a).model_construct(
                **{f: recorded("acsi-2015", a).get(f) for f in findings_of(a).model_fields}
            )
        )
        for a in ("structural", "measurement")
    }
    known = judged("acsi-2015", found)
    data = Material(of, found)
    rows = found["acsi-2015", "structural"].findings.paths.rows
    assert {p.hypothesis.id: p.doubts for p in data.paths if p.row} == {
        row.id: known.of(row) for row in rows
    }
    assert len(rows) > 1


def test_reasons_have_words_in_every_language() -> None:
    for doubt in ("solution", "measurement", "interval", "apart"):
        short, long = withheld((doubt,)), clause((doubt,), behind=True)
        assert short is not None and short.en and short.zh != short.en and long.en != long.zh
    assert withheld(()) is None
    assert [f.name for f in dataclasses.fields(Reliance)] == ["whole", "paths"]


def test_of_an_outcome_that_nobody_wants_advice_is_turned() -> None:
    """The intention to switch: what goes with less of it is to be raised, and not lowered."""
    from loyalty.analyses.drivers.words import ACTIONS, advice

    of = study.load("switching")
    assert of.unwanted("switching") and not study.load("acsi-2015").unwanted("repurchase")
    found = recorded("switching", "drivers")["recommendations"]
    case = Case("switching", of)
    said = {r.construct: advice(r, found.outcome, case) for r in found.rows}
    # which way the questions on investments run nobody says: no advice either way
    assert said == {"satisfaction": "counts", "investment": "undirected"}
    known = [c.model_copy(update={"direction": "stated"}) for c in of.constructs]
    stated = of.model_copy(update={"constructs": known})
    stated._case = of.case
    told = Case("switching", stated)
    assert [advice(r, found.outcome, told) for r in found.rows if r.change > 0] == ["lower"]
    doubted = Case("switching", of, reliance=Reliance(("measurement",)))
    assert {advice(r, found.outcome, doubted) for r in found.rows} == {"open"}
    assert set(said.values()) <= set(ACTIONS)


def test_between_constructs_in_doubt_no_moderation_is_shown() -> None:
    """Of a real survey: scores keep their numbers, latent constructs lose theirs."""
    moderation = recorded("switching", "structural")["moderation"]
    of = study.load("switching")
    for reliance_, seen in ((Reliance(), True), (Reliance(("measurement",)), False)):
        case = Case("switching", of, reliance=reliance_)
        (table, *_) = displays("structural", "moderation", moderation, case, "en")
        text = table.bundle["text/markdown"]
        assert ("latent_estimate" in text) == seen and ".estimate" in text
        assert "| Latent |" in text if seen else "| Latent |" not in text


def test_of_an_outcome_that_nobody_wants_nothing_is_first_in_line() -> None:
    found = recorded("switching", "groups")["importance"]
    case = Case("switching", study.load("switching"))
    assert found.ranked
    shown = {d.label[:3]: d for d in displays("groups", "importance", found, case, "en")}
    assert "nothing is first in line" in (shown["fig"].caption or "")
    assert "Corner" not in shown["tbl"].bundle["text/markdown"]
    wanted = recorded("acsi-2015", "groups")["importance"]
    other = displays("groups", "importance", wanted, Case("x", study.load("acsi-2015")), "en")
    assert any("Corner" in d.bundle.get("text/markdown", "") for d in other)
