"""`loyalty new` of files that are no questionnaires: waves, purchases, journeys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import exports
import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty import newcase
from loyalty.analyses.behaviour.panels import waves as behaviour_waves
from loyalty.cases import check, study, tables
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Refused

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


# --- one row a person and wave -------------------------------------------------------------------
def long(**columns: Any) -> pd.DataFrame:
    """Four waves of some people, the last of whom are not always there; `columns` say under which
    name `person`, `wave`, `date` and `score` stand."""
    rng = np.random.default_rng(4)
    rows = [
        {
            "person": 500 + person,
            "wave": wave,
            "year": 2020 + wave,
            "date": f"2024-{3 * wave - 2:02d}-{1 + person % 9:02d}",
            "month": f"2024-{3 * wave - 2:02d}",
            "score": int(np.clip(round(6 + mood + rng.normal()), 0, 10)),
        }
        for person, mood in enumerate(rng.normal(size=N))
        for wave in (1, 2, 3, 4)
        if wave == 1 or rng.random() < 0.8
    ]
    frame = pd.DataFrame(rows)
    return pd.DataFrame({name: frame[of] for name, of in columns.items()})


@pytest.mark.parametrize(
    ("columns", "role"),
    [
        ({"person": "person", "wave": "wave", "score": "score"}, "wave"),
        ({"pid": "person", "t": "wave", "satisfaction": "score"}, "wave"),
        ({"member_no": "person", "year": "year", "nps": "score"}, "wave"),
        ({"用户编号": "person", "期次": "wave", "满意度": "score"}, "wave"),
        ({"respondent_id": "person", "asked": "wave", "value": "score"}, "wave"),
        ({"customer": "person", "date": "date", "score": "score"}, "date"),
        ({"customer": "person", "month": "month", "score": "score"}, "date"),
    ],
)
def test_a_row_a_person_and_wave(
    project: Any, tmp_path: Path, columns: dict[str, str], role: str
) -> None:
    frame = long(**columns)
    frame.to_csv(tmp_path / "a.csv", index=False)
    made = newcase.new("mine", tmp_path / "a.csv")
    who, when, score = columns
    described = study.load("mine")
    (resource,) = described.resources
    assert (resource.kind, made.table) == ("waves", "waves") and made.checks <= 5
    assert resource.columns.get("customer", "customer") == who
    assert resource.columns[role] == when and resource.columns.get("score", "score") == score
    checked = check.rows(described)
    assert checked.sound and checked.read[0].used == len(frame)
    panel = tables.load(described, resource).panel
    assert panel is not None and sorted(panel["wave"].unique()) == [1, 2, 3, 4]
    if role == "wave":  # who was away keeps the number of the wave
        first = frame[when].min()
        expected = frame.assign(wave=frame[when] - first + 1)
        assert panel["wave"].tolist() == expected.sort_values([who, when])["wave"].tolist()


def test_waves_without_dates_have_no_trend_by_time(project: Any, tmp_path: Path) -> None:
    frame = long(person="person", wave="wave", score="score")
    frame = pd.concat([frame, frame.tail(3)])
    frame.to_csv(tmp_path / "a.csv", index=False)
    path = newcase.new("mine", tmp_path / "a.csv").path
    described = study.load("mine")
    (loss,) = [f for f in check.rows(described).faults if f.weight == "loss"]
    assert loss.said == "the same customer twice in one wave; the row is left out"
    assert (loss.row, loss.n) == (len(frame) - 1, 3)
    loaded = tables.load(described, described.resources[0])
    assert loaded.panel is not None and len(loaded.panel) == len(frame) - 3
    found = behaviour_waves([loaded])
    assert isinstance(found, Refused) and found.refused.code == "waves_without_dates"
    text = path.read_text("utf-8").replace('wave: "wave"', 'wave: "wave", date: "wave"')
    path.write_text(text)
    with pytest.raises(UserError, match="a date or a wave, not both"):
        study.load("mine")


def test_people_asked_again_and_again_by_several_questions_are_clusters(
    project: Any, tmp_path: Path
) -> None:
    q, y = exports.people(7)
    names = ["sat_1", "sat_2", "sat_3", "loy_1", "loy_2", "loy_3"]
    frame = pd.DataFrame(np.hstack([q, y]), columns=names)
    frame.insert(0, "respondent_id", np.repeat(np.arange(len(frame) // 3), 3))
    frame.insert(1, "wave", np.tile([1, 2, 3], len(frame) // 3))
    frame.to_csv(tmp_path / "a.csv", index=False)
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text("utf-8")
    described = study.load("mine")
    assert [len(c.items) for c in described.constructs] == [3, 3] and not described.resources
    assert described.cluster == "respondent_id" and "cluster: respondent_id  # check:" in text
    assert not described.personal and check.rows(described).sound


WRITTEN = ["%d/%m/%Y %H:%M", "%Y年%m月%d日", "%Y%m%d", "%d %b %Y", "%m/%d/%Y %I:%M %p", "%d.%m.%y"]
WRITTEN += ["%m-%d-%y"]


@pytest.mark.parametrize("dates", WRITTEN)
def test_purchases_with_dates_in_many_hands(project: Any, tmp_path: Path, dates: str) -> None:
    rng = np.random.default_rng(2)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, 900), unit="D")
    written = {"CustomerID": rng.integers(0, 150, 900), "InvoiceDate": days.strftime(dates)}
    frame = pd.DataFrame({**written, "UnitPrice": np.round(rng.gamma(2, 20, 900), 2)})
    frame.to_csv(tmp_path / "a.csv", index=False)
    newcase.new("mine", tmp_path / "a.csv")
    described = study.load("mine")
    (resource,) = described.resources
    assert resource.kind == "transactions" and check.rows(described).read[0].used == 900
    found = tables.load(described, resource).rows["date"]
    assert (found.to_numpy() == days.to_numpy().astype("datetime64[s]")).all()


def test_days_and_months_that_may_be_either_are_marked(project: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer": np.repeat(range(60), 5), "amount": np.arange(300) % 9 + 0.5})
    frame["date"] = [f"{1 + k % 12:02d}/{1 + k % 11:02d}/2024" for k in range(300)]
    frame.to_csv(tmp_path / "a.csv", index=False)
    text = newcase.new("mine", tmp_path / "a.csv").path.read_text("utf-8")
    assert 'dates: "%m/%d/%Y"}  # check: or %d/%m/%Y' in text


def test_days_in_several_time_zones(project: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer": np.repeat(range(60), 5), "amount": np.arange(300) % 9 + 0.5})
    zones = ("Z", "+02:00", "-05:00")
    frame["date"] = [f"2024-{1 + k % 12:02d}-05T23:30:00{zones[k % 3]}" for k in range(300)]
    frame.to_csv(tmp_path / "a.csv", index=False)
    newcase.new("mine", tmp_path / "a.csv")
    (resource,) = study.load("mine").resources
    assert (resource.kind, resource.rows.format.dates) == ("transactions", None)
