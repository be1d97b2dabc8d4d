"""`loyalty new` of files that are no questionnaires: waves, purchases, journeys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty import newcase
from loyalty.cases import check, study, tables
from loyalty.ground.errors import UserError

N = 120


def waves(dates: str = "%Y-%m-%d %H:%M:%S") -> pd.DataFrame:
    rng = np.random.default_rng(1)
    rows = []
    for person in range(N):
        mood = rng.normal(6, 1)
        for wave in (1, 2, 3):
            day = pd.Timestamp("2024-03-01") + pd.Timedelta(days=14 * wave, hours=person)
            joy = np.clip(np.round(4 * (mood - 1 + rng.normal())) / 4, 1, 7)
            answered = rng.random() < 0.8
            rows.append(
                {
                    "store": "nw"[person % 2] * 3,
                    "pid": 1000 + person,
                    "wid": wave,
                    "Enjoyment": joy if answered else None,
                    "hours_est": round(float(rng.gamma(2, 4)), 1) if answered else None,
                    "Hours": float(rng.gamma(2, 4)),
                    "Age": 20 + person % 40,
                    "asked": day.strftime(dates),
                    "Played": bool(rng.random() < 0.8),
                }
            )
    return pd.DataFrame(rows)


@pytest.mark.parametrize("dates", ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%Y/%m/%d"])
def test_waves(project: Any, tmp_path: Path, dates: str) -> None:
    waves(dates).to_csv(tmp_path / "a.csv", index=False)
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text("utf-8")
    described = study.load("mine")
    (resource,) = described.resources
    assert resource.kind == "waves"
    assert resource.columns == {
        "customer": "pid",
        "date": "asked",
        "score": "Enjoyment",
        "firm": "store",
    }
    assert {m.id: m.kind for m in resource.measures} == {
        "Enjoyment": "stated",
        "hours_est": "reported",
        "Hours": "logged",
    }
    assert text.count("# check:") - 1 <= 5 and '#   "Age"' in text
    assert check.rows(described).sound
    panel = tables.load(described, resource).panel
    assert panel is not None and panel["customer"].nunique() == N and panel["wave"].max() == 3


def test_purchases(project: Any, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 900), unit="D")
    pd.DataFrame(
        {
            "customer_id": rng.integers(0, 150, 900),
            "date": days.strftime("%d.%m.%Y"),
            "amount": np.round(rng.gamma(2, 20, 900), 2),
            "sku": rng.integers(10_000, 99_999, 900),
        }
    ).to_csv(tmp_path / "a.csv", index=False)
    newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    (resource,) = described.resources
    assert (resource.kind, resource.rows.format.dates) == ("transactions", "%d.%m.%Y")
    assert resource.columns == {"customer": "customer_id", "date": "date", "amount": "amount"}
    checked = check.rows(described)
    assert checked.sound and checked.read[0].used == 900


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_journey(project: Any, tmp_path: Path, language: Any) -> None:
    rng = np.random.default_rng(3)
    steps = ("Welcome", "Advice", "Payment")
    rows = [
        {"customer": f"c{i:03d}", "touchpoint": step, "rating": rng.integers(1, 6)}
        for i in range(N)
        for step in steps[: rng.integers(1, 4)]
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    path = newcase.new("mine", tmp_path / "a.csv", language=language).path
    described = study.load("mine")
    (resource,) = described.resources
    assert resource.kind == "touchpoints" and set(resource.levels) == set(steps)
    assert check.rows(described).sound
    marked = [line for line in path.read_text("utf-8").splitlines() if "levels:  # check:" in line]
    assert len(marked) == 1 and yaml.safe_load(path.read_text("utf-8"))["version"]


def test_people_who_stand_there_once_make_no_table(project: Any, tmp_path: Path) -> None:
    frame = waves()
    frame[frame["wid"] == 1].to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(UserError, match="no column with answers on a scale"):
        newcase.new("mine", tmp_path / "a.csv")
