"""Each group in depth: what is found of a level stands together, and nothing is made up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from loyalty.analyses.behaviour import panels, words
from loyalty.analyses.behaviour.findings import Behaviour, Months
from loyalty.analyses.drivers.findings import Drivers
from loyalty.analyses.drivers.models import GroupShare, GroupShares, Journey, Touch
from loyalty.analyses.voice.findings import Reached, Times, Voice
from loyalty.book import depth as page
from loyalty.book.brief.material import Material
from loyalty.cases import study, survey
from loyalty.cases.tables import RowsUsed
from loyalty.ground.findings import cited
from loyalty.shown.context import Case
from loyalty.shown.words import plain

CASE = "aftersales-simulated"
LEVELS = ("appliances", "automotive")


def touch(level: str | None, name: str) -> Touch:
    ends = {"score": 50.0, "score_ci_lower": 48.0, "score_ci_upper": 52.0}
    empty = dict.fromkeys(Touch.model_fields)
    return Touch(**(empty | ends | {"touchpoint": name, "level": level, "n": 90}))


def share(level: str, name: str, value: float) -> GroupShare:
    fields: dict[str, Any] = dict.fromkeys(GroupShare.model_fields)
    fields |= {"level": level, "from_": name, "to": "satisfaction", "side": "first"}
    fields |= {
        "estimate": value,
        "ci_lower": value - 0.1,
        "ci_upper": value + 0.1,
        "deviation": 0.0,
    }
    return GroupShare(**fields)


def material(*, grouped: str | None = "industry") -> Material:
    names = ("response_speed", "problem_resolution")
    journey = Journey(
        table="service_steps",
        rows_used=RowsUsed(read=9, excluded=0, reasons=()),
        customers=9,
        several=False,
        scored="rating",
        to="satisfaction",
        side="first",
        grouped=grouped,
        silent=(),
        rows=tuple(touch(level, n) for level in (None, *LEVELS) for n in names),
    )
    shares = GroupShares(
        group="industry",
        drawn=9,
        levels=(),
        left_out=(),
        count=2,
        clear=0,
        rows=(
            share("automotive", "response_speed", 0.2),
            share("automotive", "problem_resolution", 0.6),
        ),
    )
    at = {"group": "automotive", "n": 70, "estimate": 0.4, "ci_lower": 0.3, "ci_upper": 0.5}
    times = Times(
        received=90,
        n=90,
        customers=None,
        open=3,
        grouped="industry",
        halves=(),
        rows=tuple(Reached(step="solved", hours=h, **at) for h in (24.0, 72.0, 168.0)),
        curves=(),
    )
    made = {
        "drivers": Drivers(journey=journey, by_group=shares),
        "voice": Voice(times=times),
        "behaviour": Behaviour(months=months()),
    }
    found: Any = {}
    for name, whole in made.items():
        fields = {
            f: cited(getattr(whole, f), f"{CASE}/{name}/{f}") for f in type(whole).model_fields
        }
        found[CASE, name] = SimpleNamespace(findings=type(whole).model_construct(**fields))
    return Material(study.load(CASE), found)


def months() -> Months:
    """Of a panel in which firms take as many hours as their industry says."""
    described = study.load(CASE)
    answers = survey.load(described)
    firm = sorted(answers.rows["firm"].astype(str).unique())
    hours = {"A": 50.0, "C": 30.0, "E": 10.0}
    frame = pd.DataFrame(
        [
            {
                "firm": f,
                "month": pd.Timestamp(2024, m, 1),
                "response_hours": hours.get(f[0], 99.0) + int(f[1]) / 10,
                "resolution": 0.6,
                "repurchase": 0.3,
            }
            for f in (*firm, "Z9")
            for m in (1, 2)
        ]
    )
    resource = SimpleNamespace(id="firm_months", kind="firm_panel")
    loaded: Any = SimpleNamespace(resource=resource, rows=frame)
    found = panels.months([loaded], described, answers)
    assert isinstance(found, Months)
    return found


def test_months_are_means_of_firms_by_industry() -> None:
    found = months()
    rows = {r.level: r for r in found.rows}
    assert {k: r.firms for k, r in rows.items()} == {
        "appliances": 4,
        "automotive": 3,
        "ecommerce": 3,
    }
    cars = rows["automotive"]
    # 30.1, 30.2, 30.3: t with two degrees of freedom
    assert cars.hours == pytest.approx(30.2)
    assert cars.hours_ci_upper == pytest.approx(30.2 + 4.302653 * 0.1 / 3**0.5, abs=1e-5)
    assert (found.strangers, cars.months) == (1, 2)
    said = words.months(cited(found, "x/behaviour/months"), Case(CASE, study.load(CASE)))
    assert "take longer to respond" in said[0].en and "none of the survey's" in said[1].en


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_says_what_each_level_has_and_what_is_not_here(
    language: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[str] = []
    monkeypatch.setattr(page.show, "add", lambda file, name, *rest: added.append(name))
    parts = page.depth(material(), language, lambda name: Path(f"13-{name}.ipynb"))
    assert parts is not None
    text = plain("\n".join(parts))
    assert added == [f"{CASE}-depth-{level}" for level in LEVELS]
    cars = text[text.index("{#sec-depth-automotive}") : text.index("{#sec-depth-missing}")]
    assert "60 % [50 %, 70 %]" in cars.replace("\u00a0", " ")
    simulated = {"en": "simulated", "zh": "模拟"}[language]
    # wherever a reader meets it: the page's mark, its opening, each heading, each caption
    for part in (
        parts[0],
        parts[1],
        *(p for p in parts if p.startswith("## ") and "missing" not in p),
    ):
        assert simulated in part.lower(), part
    assert all(simulated in p.lower() for p in parts if "{#tbl-" in p)
    if language == "en":
        assert "40.0 % [30.0 %, 50.0 %] were solved within 72 hours" in cars.replace("\u00a0", " ")
        assert "its journey, its complaints, its firms by month and what counts in it" in text
        assert "No interview was held" in text and "made-up customers cannot be asked" in text
    else:
        assert "没有进行访谈" in text and "虚拟的客户无从访问" in text


def test_no_page_without_groups() -> None:
    assert page.depth(material(grouped=None), "en", Path) is None
