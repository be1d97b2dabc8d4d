"""A survey joined to its tables: what matches, what does not, and that no key gets out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from loyalty.analyses.conduct import findings as conduct
from loyalty.analyses.conduct import words
from loyalty.analyses.conduct.worth import Worth
from loyalty.cases import coherent, study, survey, tables
from loyalty.cases.joining import join
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.stats import CannotCompute

CASE = "retail-simulated"


@pytest.fixture(scope="module")
def answers() -> Survey:
    return survey.load(study.load(CASE))


@pytest.fixture(scope="module")
def beside(answers: Survey) -> list[Loaded]:
    return [tables.load(answers.study, r) for r in answers.study.resources]


def with_keys(answers: Survey, keys: pd.Series) -> Survey:
    rows = answers.rows.assign(respondent=keys.astype("string"))
    return Survey(answers.study, rows, "", {}, {})


def test_everybody_is_found(answers: Survey, beside: list[Loaded]) -> None:
    found = join(answers, beside)["purchases"]
    counted = found.counted
    assert (counted.matched, counted.unmatched, counted.strangers) == (1000, 0, 0)
    assert counted.before + counted.after == counted.rows == len(beside[0].rows)
    asked = pd.Timestamp(answers.study.join.asked)  # type: ignore[union-attr]
    assert (found.rows["date"] <= asked).sum() == counted.before
    assert "customer" not in found.rows


def test_rows_are_those_of_their_respondent(answers: Survey, beside: list[Loaded]) -> None:
    """By the raw keys, which only a test may look at."""
    found = join(answers, beside)["purchases"].rows
    raw = beside[0].rows.groupby("customer")["amount"].sum()
    mine = found.groupby("person")["amount"].sum()
    keys = answers.rows["respondent"].loc[mine.index]
    pd.testing.assert_series_equal(
        mine.reset_index(drop=True), raw.loc[keys].reset_index(drop=True), check_names=False
    )


def test_keys_that_match_nobody_or_several_are_counted(
    answers: Survey, beside: list[Loaded]
) -> None:
    keys = answers.rows["respondent"].copy()
    keys.iloc[0] = "nobody"
    keys.iloc[1] = pd.NA
    keys.iloc[2] = "  "
    keys.iloc[4] = keys.iloc[3]
    found = join(with_keys(answers, keys), beside)["purchases"]
    counted = found.counted
    assert (counted.without_key, counted.shared, counted.unmatched) == (2, 2, 1)
    assert counted.matched == 995
    assert counted.strangers == 4  # those whose keys are gone; the shared one is no stranger
    assert not {1, 2, 3, 4} & set(found.known)
    assert not {0, 1, 2, 3, 4} & set(found.rows["person"])


def test_no_match_at_all_is_refused(answers: Survey, beside: list[Loaded]) -> None:
    keys = "X" + answers.rows["respondent"]
    with pytest.raises(CannotCompute, match="no key of the survey is in the table purchases"):
        join(with_keys(answers, keys), beside)


def test_a_match_of_few_is_refused_and_their_number_not_told(
    answers: Survey, beside: list[Loaded]
) -> None:
    keys = "X" + answers.rows["respondent"]
    keys.iloc[:9] = answers.rows["respondent"].iloc[:9]
    with pytest.raises(CannotCompute) as refused:
        join(with_keys(answers, keys), beside)
    assert refused.value.reason.code == "few_keys_match"
    assert "n" not in refused.value.reason.parameters
    keys.iloc[9] = answers.rows["respondent"].iloc[9]
    assert join(with_keys(answers, keys), beside)["purchases"].counted.matched == 10


def test_a_survey_before_or_after_all_that_was_done(answers: Survey, beside: list[Loaded]) -> None:
    """Before: nobody can come back, and what is of the time after goes on; after: nothing came of
    them, and what rests on the past alone goes on."""

    def asked(day: date) -> Survey:
        assert answers.study.join is not None
        moved = answers.study.join.model_copy(update={"asked": day})
        return Survey(answers.study.model_copy(update={"join": moved}), answers.rows, "", {}, {})

    bought = next(t.rows for t in beside if t.resource.id == "purchases")
    early = asked((bought["date"].min() - pd.Timedelta(days=1)).date())
    people = conduct.people(early.study, early, beside)
    assert isinstance(people, conduct.Persons)
    counted, case = conduct.joins(people), Case("retail-simulated", early.study)
    assert not isinstance(counted, Refused)
    purchases = counted.tables[0]
    assert (purchases.before, purchases.after) == (0, purchases.rows) and purchases.rows > 0
    said = words.joins(cited(counted, "x/conduct/joins"), case)
    assert "lies before all" in said[1].en and "全部发生在调查之后" in said[1].zh and len(said) == 2
    for found in (
        conduct.foretold(people, 5, 1),
        conduct.leaving(people),
        conduct.segments(people),
    ):
        assert isinstance(found, Refused) and found.refused.code == "no_purchase_until"
    some = [c for c in early.study.constructs if c.id == "satisfaction"]
    only = replace(
        people,
        survey=Survey(early.study.model_copy(update={"constructs": some}), early.rows, "", {}, {}),
    )
    effects = conduct.effects(only)
    assert isinstance(effects, conduct.Effects) and effects.messages
    assert effects.messages[0].code == "no_purchase_until"
    last = words.effects(cited(effects, "x/conduct/effects"), case)[-1]
    assert "All purchases came after the survey" in last.en
    seen = effects.model_copy(update={"messages": ()})
    last = words.effects(cited(seen, "x/conduct/effects"), case)[-1]
    assert "before the survey and after it" in last.en
    assert {r.outcome for r in effects.rows} == {"rate", "spending", "complaints"}
    paid = (
        people.joined["transactions"].rows.groupby("person")["amount"].mean().reindex(people.kept)
    )
    assert people.done["spending"].equals(paid.rename("spending"))  # all of it is after
    assert isinstance(conduct.worth(only), Worth)
    late = asked(date(2025, 1, 1))
    people = conduct.people(late.study, late, beside)
    assert isinstance(people, conduct.Persons)
    counted = conduct.joins(people)
    assert not isinstance(counted, Refused)
    assert [t.after for t in counted.tables] == [0, 0, 0]
    said = words.joins(cited(counted, "x/conduct/joins"), case)
    assert "lies after all" in said[1].en and len(said) == 2
    for found in (conduct.foretold(people, 5, 1), conduct.leaving(people)):
        assert isinstance(found, Refused) and found.refused.code == "horizon_beyond_record"
    assert not isinstance(conduct.tone(people), Refused)


def test_no_key_is_in_any_result(answers: Survey, beside: list[Loaded]) -> None:
    people = conduct.people(answers.study, answers, beside)
    assert isinstance(people, conduct.Persons)
    keys = set(answers.rows["respondent"])
    for found in (
        conduct.joins(people),
        conduct.segments(people),
        conduct.leaving(people),
        conduct.foretold(people, 5, 1),
    ):
        text = json.dumps(found.model_dump(mode="json"))
        assert not any(key in text for key in keys)
    assert not keys & set(people.done.index.astype(str))


def test_a_horizon_beyond_the_record_is_refused(answers: Survey, beside: list[Loaded]) -> None:
    late = answers.study.model_copy(
        update={"join": answers.study.join.model_copy(update={"asked": date(2023, 12, 1)})}  # type: ignore[union-attr]
    )
    own = Survey(late, answers.rows, "", {}, {})
    people = conduct.people(late, own, beside)
    assert isinstance(people, conduct.Persons)
    found = conduct.segments(people)
    assert found.refused.code == "horizon_beyond_record"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "csat"}, "join.key: 'csat' is no variable of the kind id"),
        (
            {"tables": ["sales"]},
            "join.tables: 'sales' is no table of transactions, complaints or reviews",
        ),
        ({"tables": ["complaints"]}, "join.tables: one table of transactions is expected"),
    ],
)
def test_what_a_description_may_not_say(
    answers: Survey, changed: dict[str, object], said: str
) -> None:
    described = answers.study
    assert described.join is not None
    odd = described.model_copy(update={"join": described.join.model_copy(update=changed)})
    assert said in list(coherent.problems(odd))
