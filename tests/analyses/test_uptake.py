"""A programme that customers take up, marked in purchases and in waves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.behaviour import tables as shown
from loyalty.analyses.behaviour import words
from loyalty.analyses.behaviour.findings import Uptake
from loyalty.analyses.behaviour.uptake import uptake
from loyalty.cases import study, tables
from loyalty.cases.sources import Resource
from loyalty.cases.tables import Loaded
from loyalty.ground.errors import Mistake
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case

START = "2023-01-01"
CASE = "strategy-simulated"


def loaded(rows: pd.DataFrame, kind: str, **given: Any) -> Loaded:
    resource = Resource.model_validate(
        {
            "id": "table",
            "kind": kind,
            "label": {"en": "Table", "zh": "表"},
            "rows": {"simulator": {"process": "process.yml", "respondents": 50, "seed": 1}},
            "programme": {"start": START},
        }
        | given
    )
    return Loaded(resource, rows, "", len(rows), [])


def bought(ratio: float, seed: int = 1, n: int = 800) -> pd.DataFrame:
    """Two years of purchases; those who take it up bought a third more often before, too."""
    rng = np.random.default_rng(seed)
    start, parts = pd.Timestamp("2022-01-01"), []
    taking = rng.random(n) < 0.4
    for k in range(n):
        rate = rng.gamma(2.0, 1 / 60.0) * (1.33 if taking[k] else 1.0)
        first = rng.uniform(0, 60)
        before = np.sort(rng.uniform(first, 365, rng.poisson(rate * (365 - first))))
        later = rate * 365 * 0.8 * (ratio if taking[k] else 1.0)
        after = np.sort(rng.uniform(365, 730, rng.poisson(later)))
        days = np.floor([first, *before, *after])
        when = start + pd.to_timedelta(days, unit="D")
        parts.append(
            pd.DataFrame({"customer": f"c{k}", "date": when, "programme": bool(taking[k])})
        )
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(programme=rows["programme"].astype("boolean"))


def found(rows: pd.DataFrame, kind: str = "transactions") -> Uptake:
    got = uptake([loaded(rows, kind)])
    assert isinstance(got, Uptake), got
    return got


def refused(rows: pd.DataFrame, kind: str = "transactions") -> str:
    got = uptake([loaded(rows, kind)])
    assert isinstance(got, Refused), got
    return got.refused.code


def test_a_planted_rise_of_purchases_is_found_and_none_where_there_is_none() -> None:
    got = found(bought(1.3))
    assert got.change is not None and got.ci_lower is not None and got.ci_upper is not None
    assert 1 < got.ci_lower < 1.3 < got.ci_upper < 1.6
    assert got.ahead_ci_lower is not None and got.ahead_ci_upper is not None
    assert got.ahead_ci_lower < 1 < got.ahead_ci_upper
    against = {s.of: s for s in got.series}["against"]
    assert against.level_ci_lower < 0.3 < against.level_ci_upper
    assert against.before_months >= 6 and against.after_months >= 6
    none = found(bought(1.0, seed=2))
    assert none.ci_lower is not None and none.ci_upper is not None
    assert none.ci_lower < 1 < none.ci_upper
    said = words.uptake(cited(got, "x/behaviour/uptake"), Case(CASE, study.load(CASE)))
    assert "clear of no change" in said[1].en and "multiplied" in said[1].en
    table = shown.uptake(cited(got, "x/behaviour/uptake"), Case(CASE, study.load(CASE)))
    assert table is not None


def test_the_membership_of_the_simulated_case_is_found() -> None:
    case = study.load(CASE)
    resource = next(r for r in case.resources if r.programme is not None)
    got = uptake([tables.load(case, resource)])
    assert isinstance(got, Uptake)
    assert got.ci_lower is not None and got.ci_upper is not None
    assert 0 < got.ci_lower < 4 < got.ci_upper
    assert got.ahead_ci_lower is not None and got.ahead_ci_upper is not None
    assert got.ahead_ci_lower < 0 < got.ahead_ci_upper
    rows = tables.load(case, resource).rows
    late = rows[rows["date"] >= "2022-01-01"]
    alone = late.groupby("programme")["score"].mean()
    assert alone[True] - alone[False] > 6  # what one would take for the effect of 4
    said = words.uptake(cited(got, "x/behaviour/uptake"), Case(CASE, case))
    assert "points" in said[1].en
    assert shown.uptake(cited(got, "x/behaviour/uptake"), Case(CASE, case)) is None


def test_waves_of_firms() -> None:
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        [
            (f"f{f}", pd.Timestamp(day), 60 + f + 5 * (f < 6) * (day >= START) + e, f < 6)
            for f in range(14)
            for day in ("2022-03-01", "2022-09-01", "2023-03-01", "2023-09-01")
            for e in rng.normal(0, 2, 20)
        ],
        columns=["firm", "date", "score", "programme"],
    ).assign(programme=lambda d: d["programme"].astype("boolean"))
    got = found(rows, "waves")
    assert (got.unit, got.taking, got.others) == ("firms", 6, 8)
    assert got.ci_lower is not None and got.ci_upper is not None
    assert got.ci_lower < 5 < got.ci_upper and got.ci_lower > 3


def test_what_cannot_be_compared_says_so() -> None:
    rows = bought(1.2, n=120)
    assert refused(rows[rows["date"] < START]) == "programme_one_side"
    assert refused(rows[rows["date"] >= START]) == "programme_one_side"
    assert refused(rows.assign(programme=False)) == "programme_nowhere"
    assert refused(rows.drop(columns="programme")) == "programme_not_marked"
    late = rows["programme"] & (rows["date"] >= START)
    assert refused(rows.assign(programme=late)) == "programme_by_purchase"
    first = rows["customer"].isin([f"c{k}" for k in range(4)])
    assert refused(rows.assign(programme=first)) == "few_with_and_without"
    plain = rows.assign(score=1.0).drop(columns="customer")
    assert refused(plain, "waves") == "programme_of_nobody"
    assert uptake([]) is None


def test_without_anybody_to_compare_with_the_series_alone_is_shown() -> None:
    got = found(bought(1.2, n=300).assign(programme=True))
    assert got.change is None and [s.of for s in got.series] == ["alone"]
    assert got.others == 0 and [m.code for m in got.messages] == ["few_with_and_without"]


def test_only_purchases_and_waves_have_a_beginning() -> None:
    with pytest.raises((Mistake, ValueError), match="programme: of transactions or waves"):
        loaded(pd.DataFrame(), "firm_panel")
