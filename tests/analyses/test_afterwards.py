"""Waves joined to sessions: what was said once, and what was done day by day after it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from loyalty.analyses.argument import beside
from loyalty.analyses.behaviour import purchases
from loyalty.analyses.conduct import afterwards
from loyalty.analyses.conduct import findings as conduct
from loyalty.cases import coherent, study, tables
from loyalty.cases.sources import Join
from loyalty.cases.study import Study
from loyalty.cases.tables import Loaded
from loyalty.ground import paths
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reading import validated
from loyalty.run.show import displays
from loyalty.shown.context import Case
from loyalty.stats import discrimination

PLAYERS = "games-telemetry"
HORIZON = 14


@pytest.fixture(scope="module")
def case() -> Study:
    return study.load(PLAYERS)


@pytest.fixture(scope="module")
def loaded(case: Study) -> list[Loaded]:
    return [tables.load(case, r) for r in case.resources]


@pytest.fixture(scope="module")
def data(case: Study, loaded: list[Loaded]) -> afterwards.Followed:
    found = conduct.followed(case, loaded)
    assert isinstance(found, afterwards.Followed)
    return found


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    """A second derivation from the files alone: a row a player, day sets in place of groupings."""
    folder = paths.data() / PLAYERS
    waves = pd.read_csv(folder / "waves.csv.gz", parse_dates=["asked"])
    sessions = pd.read_csv(folder / "sessions.csv.gz", parse_dates=["day"])
    first = waves[(waves["wave"] == 1) & waves["enjoyment"].notna()].set_index("player")
    game = waves.groupby("player")["game"].first()
    end = sessions.groupby(sessions["player"].map(game))["day"].max()
    rows = []
    for player, own in sessions.groupby("player"):
        if player not in first.index:
            continue
        asked, played = first.loc[player, "asked"], first.loc[player, "game"]
        away = (own["day"] - asked).dt.days.to_numpy()
        hours = own["hours"].fillna(0).to_numpy()
        before, soon = (away <= 0) & (away >= -14), (away > 0) & (away <= HORIZON)
        left = (end[played] - asked).days
        if not before.any() or left < HORIZON:
            continue
        rows.append(
            {
                "game": played,
                "enjoyment": first.loc[player, "enjoyment"],
                "last": away[before].max(),
                "days_before": np.log(len(set(away[before]))),
                "hours_before": np.log1p(hours[before].sum()),
                "days": len(set(away[soon])),
                "entries": int(soon.sum()),
                "amount": hours[soon].sum(),
                "x": len(set(away[away > 0])),
                "t_x": away[away > 0].max() / 7 if (away > 0).any() else 0.0,
                "t": left / 7,
            }
        )
    frame = pd.DataFrame(rows)
    by = frame.groupby("game")["enjoyment"]
    frame["z"] = (frame["enjoyment"] - by.transform("mean")) / by.transform("std")
    return frame.assign(stopped=(frame["days"] == 0).astype(int))


def test_who_is_followed_and_whether_the_records_agree(
    data: afterwards.Followed, plain: pd.DataFrame
) -> None:
    rows = {r.firm: r for r in data.kept.rows}
    assert {f: r.people for f, r in rows.items() if f} == plain["game"].value_counts().to_dict()
    whole = rows[None]
    assert whole.people == len(plain) == 2665 and data.kept.unknown == 462
    assert whole.asked == whole.people + whole.idle + whole.short
    for row in data.kept.rows:
        assert row.agree is not None and row.agree > 0.99
    assert data.kept.used == 138_811


def test_records_that_do_not_agree_are_found_out(case: Study, loaded: list[Loaded]) -> None:
    waves, sessions = loaded
    more = sessions.rows.assign(amount=sessions.rows["amount"] * 2)
    doubled = Loaded(sessions.resource, more, "", len(more), ())
    found = conduct.followed(case, [waves, doubled])
    assert isinstance(found, afterwards.Followed)
    agree = found.kept.rows[-1].agree
    assert agree is not None and agree < 0.6


def test_what_was_said_goes_before_conduct_but_not_beyond_the_past(
    data: afterwards.Followed, plain: pd.DataFrame
) -> None:
    found = conduct.after(data)
    rows = {r.outcome: r for r in found.rows if r.firm is None}
    past = " + last + days_before + hours_before"
    for outcome, row in rows.items():
        for held, ends in (
            ("", (row.times, row.ci_lower, row.ci_upper)),
            (past, (row.held, row.held_ci_lower, row.held_ci_upper)),
        ):
            formula = f"{outcome} ~ z + C(game){held}"
            if outcome == "stopped":
                model = smf.logit(formula, plain).fit(disp=0, cov_type="HC0")
            else:
                model = smf.poisson(formula, plain).fit(disp=0, cov_type="HC0", maxiter=100)
            other = np.exp([model.params["z"], *model.conf_int().loc["z"]])
            assert ends == pytest.approx(other, rel=1e-4)
    assert [r.verdict for r in rows.values()] == ["-", "+", "+", "+"]
    assert {r.held_verdict for r in rows.values()} == {"open"}
    assert round(rows["stopped"].times, 2) == 0.79 and found.single == 12


def test_models_of_leaving_with_the_past_held(
    data: afterwards.Followed, plain: pd.DataFrame
) -> None:
    """BG/NBD of Forza Horizon 4 by another optimizer, the likelihood written anew."""
    own = plain[plain["game"] == "forza"]
    past = own[["last", "days_before", "hours_before"]]
    past = ((past - past.mean()) / past.std()).to_numpy()
    z, x, t_x, t = (own[c].to_numpy(dtype=float) for c in ("z", "x", "t_x", "t"))

    def lost(b: Any) -> float:
        r, alpha, a, rest = np.exp(b[2:6])
        alpha = alpha * np.exp(-b[0] * z - past @ b[6:9])
        a = a * np.exp(b[1] * z + past @ b[9:12])
        common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, rest)
        stays = betaln(a, rest + x) - (r + x) * np.log(alpha + t)
        left = betaln(a + 1, rest + np.maximum(x - 1, 0)) - (r + x) * np.log(alpha + t_x)
        return float(-(common + np.logaddexp(stays, np.where(x > 0, left, -np.inf))).mean())

    best = minimize(lost, np.zeros(12), method="BFGS", options={"gtol": 1e-6})
    rows = conduct.stays(data).rows
    for which, conduct_ in enumerate(("rate", "leaving")):
        (row,) = [r for r in rows if (r.firm, r.model, r.conduct) == ("forza", "bg_nbd", conduct_)]
        assert row.held == pytest.approx(np.exp(best.x[which]), rel=2e-3)
        assert row.held_verdict == "open"
    # of all: weighted by precision
    each = [r for r in rows if r.firm and (r.model, r.conduct) == ("bg_nbd", "rate")]
    (whole,) = [r for r in rows if not r.firm and (r.model, r.conduct) == ("bg_nbd", "rate")]
    weights = [np.log(r.ci_upper / r.ci_lower) ** -2 for r in each]
    mean = np.average([np.log(r.times) for r in each], weights=weights)
    assert whole.times == pytest.approx(np.exp(mean)) and whole.verdict == "+"
    assert whole.n == sum(r.n for r in each) == len(plain)


def test_past_days_tell_who_goes_on_and_enjoyment_adds_nothing_shown(
    data: afterwards.Followed, plain: pd.DataFrame
) -> None:
    found = conduct.after_foretold(data, 5, 3)
    areas = {r.model: r.auc for r in found.areas}
    assert areas["enjoyment"] == pytest.approx(roc_auc_score(1 - plain["stopped"], plain["z"]))
    x = pd.get_dummies(plain[["last", "days_before", "hours_before", "game"]], dtype=float)
    within = LogisticRegression(C=np.inf, max_iter=5000).fit(x, 1 - plain["stopped"])
    own = roc_auc_score(1 - plain["stopped"], within.decision_function(x))
    assert areas["past"] == pytest.approx(own, abs=0.005) and areas["past"] < own  # held out
    (row,) = [r for r in found.differences if (r.model, r.reference) == ("past+enjoyment", "past")]
    assert row.verdict == "open" and row.ci_lower < 0 < row.ci_upper < 0.005


def test_only_days_after_the_answer_are_outcomes(case: Study, loaded: list[Loaded]) -> None:
    """Sessions moved to the day of the answer are of the past."""
    waves, sessions = loaded
    assert waves.panel is not None
    asked = waves.panel[waves.panel["wave"] == 1].set_index("customer")["date"]
    moved = sessions.rows["customer"].map(asked)
    late = sessions.rows["date"] > moved
    rows = sessions.rows.assign(date=sessions.rows["date"].mask(late, moved))
    last = rows.iloc[[-1]].assign(date=pd.Timestamp("2021-12-31"), customer="none")
    firms = [rows[rows["customer"] == c].iloc[[-1]] for c in ("26262", "26308", "34010")]
    ends = pd.concat([f.assign(date=pd.Timestamp("2021-12-31")) for f in firms])
    every = pd.concat([rows, last, ends], ignore_index=True)
    found = conduct.followed(case, [waves, Loaded(sessions.resource, every, "", len(every), ())])
    assert isinstance(found, afterwards.Followed)
    assert found.frame["days"].sum() == 0 and found.frame["stopped"].all()


def test_both_languages_tell_it(data: afterwards.Followed, case: Study) -> None:
    shown_of = Case(PLAYERS, case)
    made = {
        "followed": conduct.kept(data),
        "after": conduct.after(data),
        "stays": conduct.stays(data),
        "after_foretold": conduct.after_foretold(data, 5, 3),
    }
    told: dict[str, str] = {}
    for language in ("en", "zh"):
        shown = [
            re.sub(r"\[([^\[\]]*)\]\{[^{}]*\}", r"\1", str(one.bundle))
            for name, found in made.items()
            for one in displays(
                "conduct", name, cited(found, f"{PLAYERS}/conduct/{name}"), shown_of, language
            )
        ]
        told[language] = "".join(shown)
    assert "462 of them say no amount" in told["en"] and "EVE Online" in told["en"]
    assert "one mean score" in told["en"] and "Amount" in told["en"]
    assert "462 条没有数量" in told["zh"] and "《星战前夜》" in told["zh"]
    assert "whether anything said adds" in told["en"].lower()


def test_purchases_of_people_asked_as_customers_are_of_no_new_ones(
    case: Study, loaded: list[Loaded]
) -> None:
    bought = purchases.load(case, loaded, 0.5)
    found = purchases.survival(bought)
    assert isinstance(found, Refused) and found.refused.code == "customers_before"
    assert purchases.segments(bought) is None
    alone = case.model_copy(update={"join": None})
    assert not isinstance(purchases.load(alone, loaded, 0.5), Refused)
    assert conduct.followed(alone, loaded) is None and conduct.kept(None) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"waves": "sessions", "tables": ["sessions"]}, "no table of waves with measures"),
        ({"waves": "players", "tables": ["players"]}, "one table of transactions"),
    ],
)
def test_a_join_of_waves_names_waves_and_one_table(
    case: Study, given: dict[str, Any], said: str
) -> None:
    wrong = case.model_copy(update={"join": Join(horizon=14, **given)})
    assert any(said in str(one) for one in coherent.problems(wrong))
    assert not any("join" in str(one) for one in coherent.problems(case))


@pytest.mark.parametrize(
    "given", [{"key": "k"}, {"waves": "w", "asked": "2021-06-01"}, {"key": "k", "waves": "w"}, {}]
)
def test_a_join_is_of_a_survey_with_its_day_or_of_waves(given: dict[str, str]) -> None:
    with pytest.raises(Exception, match=r"asked|exactly one"):
        validated(Join, {"tables": ["t"], "horizon": 14} | given, "study.yml")


def test_a_ratio_of_means_is_that_of_two_groups() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"g": np.repeat([0.0, 1.0], 50), "y": rng.poisson(3, 100).astype(float)})
    low, high = (frame.loc[frame["g"] == g, "y"] for g in (0.0, 1.0))
    found = discrimination.ratio(frame, "y", "g")
    assert found.odds_ratio == pytest.approx(high.mean() / low.mean())
    half = 1.959963984540054 * np.sqrt(
        sum(v.var(ddof=0) / len(v) / v.mean() ** 2 for v in (low, high))
    )
    assert found.ci_upper == pytest.approx(found.odds_ratio * np.exp(half))
    with pytest.raises(ValueError, match="vary"):
        discrimination.ratio(frame.assign(y=1.0), "y", "g")


def test_the_file_is_small_and_nobody_is_named() -> None:
    file: Path = paths.data() / PLAYERS / "sessions.csv.gz"
    assert file.stat().st_size < 500_000
    rows = pd.read_csv(file)
    assert list(rows) == ["player", "day", "hours"] and rows["hours"].max() <= 10
    assert rows["day"].str.fullmatch(r"2021-0[6-9]-\d\d").all()


def test_the_argument_takes_all_games_together(data: afterwards.Followed) -> None:
    found = conduct.Conduct(
        after=conduct.after(data), after_foretold=conduct.after_foretold(data, 5, 3)
    )
    (row,) = beside._days(PLAYERS, found)
    assert (row.verdict, row.held_verdict, row.adds_verdict) == ("-", "open", "open")
    assert row.n == 2665 and beside._days(PLAYERS, conduct.Conduct()) == []
