"""What people say against what they do: findings of the cases that are here, and their words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from loyalty.analyses.conduct import findings as conduct
from loyalty.analyses.conduct import page, words
from loyalty.analyses.conduct import tables as shown_tables
from loyalty.analyses.conduct.staying import Staying
from loyalty.cases import study, survey, tables
from loyalty.estimates.verdicts import side
from loyalty.ground.findings import Refused, cited
from loyalty.run.show import displays
from loyalty.shown.context import Case

PLAYERS = "games-telemetry"


@pytest.fixture(scope="module")
def players() -> conduct.Waves:
    case = study.load(PLAYERS)
    found = conduct.waves([tables.load(case, r) for r in case.resources])
    assert found is not None
    return found


def test_every_finding_has_a_page() -> None:
    assert set(page.PAGE) == set(conduct.Conduct.model_fields)


def test_players_lapse_as_was_computed_elsewhere(players: conduct.Waves) -> None:
    """Odds of a standard deviation of enjoyment .75 [.73, .77], .90 [.87, .93] with past hours."""
    found = conduct.lapse(players)
    shown = [[round(v, 2) for v in (r.odds_ratio, r.ci_lower, r.ci_upper)] for r in found.rows]
    assert shown == [[0.75, 0.73, 0.77], [0.90, 0.87, 0.93]]
    assert [r.verdict for r in found.rows] == ["-", "-"]


def test_past_hours_tell_who_lapses_and_enjoyment_hardly(players: conduct.Waves) -> None:
    """Games told apart, as in the odds: scikit-learn's logistic regression on all, not held out."""
    found = conduct.lapse_foretold(players, 5, 3)
    areas = {r.model: r.auc for r in found.areas}
    panel = players.panel.pivot(index="customer", columns="wave", values=["enjoyment", "hours"])
    plain = pd.DataFrame(
        {
            "z": panel["enjoyment"][1],
            "past": np.log1p(14 * panel["hours"][1]),
            "next": panel["hours"][2],
            "game": players.panel.groupby("customer")["firm"].first(),
        }
    ).dropna()
    plain = plain[plain["past"] > 0]
    lapsed = plain["next"] == 0
    by = plain.groupby("game")["z"]
    plain["z"] = (plain["z"] - by.transform("mean")) / by.transform("std")
    assert areas["enjoyment"] == pytest.approx(roc_auc_score(lapsed, -plain["z"]))
    for name, of in (("past", ["past", "game"]), ("past+enjoyment", ["past", "game", "z"])):
        x = pd.get_dummies(plain[of], dtype=float)
        fitted = LogisticRegression(C=np.inf, max_iter=5000).fit(x, lapsed)
        own = roc_auc_score(lapsed, fitted.decision_function(x))
        assert areas[name] == pytest.approx(own, abs=0.001)
    rows = {(r.model, r.reference): r for r in found.differences}
    assert rows["enjoyment", "past"].verdict == "-"
    adds = rows["past+enjoyment", "past"]
    assert adds.verdict == "+" and 0 < adds.ci_lower < adds.ci_upper < 0.002
    assert found.by_firm and conduct.lapse(players).by_firm


def test_without_firms_nobody_is_compared_within_one(players: conduct.Waves) -> None:
    bare = dataclasses.replace(players, panel=players.panel.drop(columns="firm"))
    one = dataclasses.replace(players, panel=players.panel.assign(firm="one"))
    plain, same = (conduct.lapse_foretold(data, 5, 3) for data in (bare, one))
    assert plain == same and not plain.by_firm
    areas = {r.model: r.auc for r in plain.areas}
    assert round(areas["enjoyment"], 2) == 0.56
    assert round(areas["past"], 2) == 0.79
    case = Case("games-telemetry", study.load("games-telemetry"))
    for waves, said in ((bare, False), (players, True)):
        told = words.lapse(cited(conduct.lapse(waves), "games-telemetry/conduct/lapse"), case)[-1]
        assert ("others of the same one" in told.en) is ("同一类别" in told.zh) is said


def test_reported_hours_agree_better_than_logged(players: conduct.Waves) -> None:
    found = conduct.reported(players, 50, 1)
    first = players.panel[players.panel["wave"] == 1].dropna(
        subset=["enjoyment", "hours", "hours_said"]
    )
    assert found.n == len(first)
    for name, value in (("hours_said", found.reported), ("hours", found.logged)):
        assert value == pytest.approx(spearmanr(first["enjoyment"], first[name])[0], abs=1e-9)
    assert (round(found.reported, 2), round(found.logged, 2)) == (0.24, 0.12)
    assert found.difference_ci_lower > 0


@pytest.fixture(scope="module")
def followed() -> conduct.Growth:
    case = study.load("strategy-simulated")
    waves = conduct.waves([tables.load(case, r) for r in case.resources if r.kind == "waves"])
    assert waves is not None and waves.table == "followed"
    effect = conduct.LaggedRow.model_construct(
        said="satisfaction", of="said", on="done", verdict="+"
    )
    kept = effect.model_copy(update={"said": "attachment"})
    alone = conduct.Panel.model_construct(effects=(effect, kept))
    return conduct.growth(case, waves, alone)


def test_trends_and_what_carries_over_are_found_as_they_are_planted(
    followed: conduct.Growth,
) -> None:
    assert (followed.people, followed.waves) == (1000, 8)
    assert followed.not_by_itself == ("satisfaction",)  # what it does goes through attachment
    trends = {r.series: r for r in followed.trends}
    assert trends["attachment"].planted == 0.07 and trends["attachment"].verdict == "+"
    assert trends["attachment"].spread_ci_lower < 0.05 < trends["attachment"].spread_ci_upper
    crossing = {(r.of, r.on): r for r in followed.carried if r.of != r.on}
    assert {k for k, r in crossing.items() if r.planted} == {
        ("satisfaction", "attachment"),
        ("attachment", "recommendation"),
        ("attachment", "spending"),
    }
    for row in crossing.values():
        assert (row.verdict == "+") == bool(row.planted)


def test_customers_followed_are_told_of_in_both_languages(followed: conduct.Growth) -> None:
    case = Case("strategy-simulated", study.load("strategy-simulated"))
    made = cited(followed, "strategy-simulated/conduct/growth")
    for language, word in (
        ("en", "Attachment → Spending"),
        ("zh", "情感联结 → 季度消费额"),
    ):
        shown = list(displays("conduct", "growth", made, case, language))
        assert len(shown) == 3
        assert all(word in str(shown[k].bundle) for k in (1, 2))
    alone = followed.model_copy(update={"trends": (), "carried": ()})
    (first, *_) = words.growth(cited(alone, "x/conduct/growth"), case)
    assert "No deviation" in first.en and "未见" in first.zh


def test_three_waves_have_no_trends_of_their_own(players: conduct.Waves) -> None:
    found = conduct.growth(study.load(PLAYERS), players)
    assert isinstance(found, Refused) and "4 waves" in found.refused.text().en


def test_waves_without_a_log_have_no_conduct() -> None:
    case = study.load("strategy-simulated")
    own = [tables.load(case, r) for r in case.resources if r.id == "nps_waves"]
    assert conduct.waves(own) is None
    assert conduct.panel(None) is None


@pytest.fixture(scope="module")
def customers() -> conduct.Persons:
    case = study.load("retail-simulated")
    answers = survey.load(case)
    found = conduct.people(case, answers, [tables.load(case, r) for r in case.resources])
    assert isinstance(found, conduct.Persons)
    return found


def test_the_planted_effect_is_found_and_the_uncorrected_misses_it(
    customers: conduct.Persons,
) -> None:
    only = customers.study.model_copy(
        update={"constructs": [c for c in customers.study.constructs if c.id == "repurchase"]}
    )
    answers = survey.Survey(only, customers.survey.rows, "", {}, {})
    own = conduct.Persons(
        answers,
        customers.joined,
        customers.careless,
        customers.kept,
        customers.done[["x", "t_x", "t"]],
    )
    found = conduct.effects(own)
    row, gone = found.rows
    assert (gone.outcome, gone.planted, gone.verdict) == ("leaving", 0.0, "open")
    assert row.planted == 0.5
    assert row.ci_lower < 0.5 < row.ci_upper
    assert row.naive_ci_upper < 0.5
    case = Case("retail-simulated", customers.study)
    said = words.effects(cited(found, "x/conduct/effects"), case)
    text = " ".join(t.en for t in said)
    assert "its interval holds it; that of the uncorrected mean" in text and "misses it" in text


def test_segments_are_everybody_once(customers: conduct.Persons) -> None:
    found = conduct.segments(customers)
    assert sum(s.n for s in found.segments) == found.n
    assert sum(s.share for s in found.segments) == pytest.approx(1)
    by = {s.kind: s for s in found.segments}
    assert by["true"].returned_ci_lower > by["latent"].returned_ci_upper


def test_few_people_are_no_segment(customers: conduct.Persons) -> None:
    """With nine people left in a corner nothing is said of them."""
    score = customers.survey.items("repurchase").mean(axis=1).loc[customers.kept]
    parts = customers.done[["r", "f", "m"]].sum(axis=1)
    corner = score.index[(score <= 4) & (parts > parts.median())]
    kept = customers.kept.difference(corner[9:])
    few = conduct.Persons(customers.survey, customers.joined, 0, kept, customers.done.loc[kept])
    found = conduct.segments(few)
    assert all(s.n >= 10 for s in found.segments)


def test_the_satisfied_who_stay_away(customers: conduct.Persons) -> None:
    found = conduct.leaving(customers)
    score = customers.survey.items("satisfaction").mean(axis=1).loc[customers.kept]
    left = 1 - customers.done["repeat"]
    known = score.notna() & left.notna()
    high = known & (score > 4)
    assert found.satisfied_left == pytest.approx(left[high].mean())
    assert found.difference == pytest.approx(left[high].mean() - left[known & ~high].mean())


def test_use_of_a_service_and_its_rating() -> None:
    """Chosen services up, services of need down, of people made for it."""
    case = study.load("kansas-city-2022")
    rng = np.random.default_rng(4)
    n = 900
    columns: dict[str, object] = {}
    for rated, used in case.uses:
        sign = 1 if rated.id in ("streetcar", "bus", "parks", "airport") else -1
        rating = rng.integers(1, 6, n).astype(float)
        chance = 1 / (1 + np.exp(-sign * 0.6 * (rating - 3)))
        columns[rated.id] = rating
        columns[used.id] = np.where(rng.random(n) < chance, 1.0, 2.0)
    for group in case.groups:
        columns[group.id] = rng.choice(list(group.levels), n)
    found = conduct.use(case, survey.Survey(case, pd.DataFrame(columns), "", {}, {}))
    assert isinstance(found, conduct.Use)
    verdicts = {r.rated: r.verdict for r in found.rows}
    assert verdicts == {
        rated.id: "+" if rated.id in ("streetcar", "bus", "parks", "airport") else "-"
        for rated, _ in case.uses
    }
    said = words.use(cited(found, "x/conduct/use"), Case("kansas-city-2022", case))
    assert "cannot tell these apart" in said[-1].en and said[-1].zh


# --- an interval that says nothing ---------------------------------------------------------------
def test_a_ratio_whose_interval_says_nothing_is_not_printed() -> None:
    case = Case("retail-simulated", study.load("retail-simulated"))
    wide = {"model": "pareto_nbd", "conduct": "leaving", "times": 3.0, "planted": None}
    told = wide | {"model": "bg_nbd", "times": 0.8, "ci_lower": 0.5, "ci_upper": 1.2}
    rest = {"attitude": "repurchase", "n": 500, "reliability": 0.8, "verdict": "open"}
    rest |= {"better": 1.0, "better_ci_lower": -3.0, "better_ci_upper": 5.0}

    def shown(lower: float, upper: float) -> tuple[str, ...]:
        row = wide | {"ci_lower": lower, "ci_upper": upper}
        rate = told | {"conduct": "rate", "ci_lower": 0.7, "ci_upper": 0.9}
        rows = [r | {"verdict": side(r["ci_lower"], r["ci_upper"], 1.0)} for r in (told, row, rate)]
        found = cited(Staying(**rest, rows=rows), "a/conduct/staying")
        table = shown_tables.staying(found, case)
        said = [t for one in words.staying(found, case) for t in (one.en, one.zh)]
        return (table.markdown("en"), table.markdown("zh"), *said)

    nothing = shown(1e-7, 61158.4)
    assert not any("61" in part or "3.00" in part for part in nothing)
    assert "cannot be estimated here" in nothing[0] and "此处无法估计" in nothing[1]
    assert sum("not told apart from no effect" in part for part in nothing) == 2
    assert all("0\\.50" in part for part in nothing[:2])  # the other model's stands
    for ends in ((0.05, 40.0), (2.0, 5000.0)):  # wide, and clear of none
        assert not any("cannot be estimated" in part for part in shown(*ends))
