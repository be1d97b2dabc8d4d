"""Respondents who answer nearly alike, against the definition and against chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, twins


def survey(rng: np.random.Generator, n: int, p: int, points: int = 7) -> pd.DataFrame:
    latent = rng.normal(size=(n, 1))
    middle = (points + 1) / 2
    answers = np.round(middle + 1.3 * (latent + rng.normal(size=(n, p))))
    frame = pd.DataFrame(np.clip(answers, 1, points), columns=[f"i{k}" for k in range(p)])
    return frame.mask(rng.random(frame.shape) < 0.05)


def plainly(frame: pd.DataFrame, share: float, least: int) -> tuple[int, set[int]]:
    pairs, people = 0, set[int]()
    for a in range(len(frame)):
        for b in range(a):
            both = frame.iloc[[a, b]].dropna(axis=1)
            if both.shape[1] >= least and (both.iloc[0] == both.iloc[1]).mean() >= share - 1e-9:
                pairs, people = pairs + 1, people | {a, b}
    return pairs, people


def test_the_definition_pair_by_pair() -> None:
    frame = survey(np.random.default_rng(1), 90, 10, points=2)
    frame.iloc[40:44, 5:] = np.nan  # too few items to compare
    found = twins.twins(frame, share=0.9, least=8, draws=1)
    pairs, people = plainly(frame, 0.9, 8)
    assert (found.pairs, set(np.flatnonzero(found.twins))) == (pairs, people)
    assert found.people == len(people) > 0


def test_copies_are_found_and_chance_is_not() -> None:
    rng = np.random.default_rng(2)
    frame = survey(rng, 400, 24)
    none = twins.twins(frame)
    assert none.people <= none.most_by_chance
    copies = frame.iloc[:12].copy()
    copies.iloc[:, 3] = 8 - copies.iloc[:, 3]  # an answer of each is changed
    found = twins.twins(pd.concat([frame, copies], ignore_index=True))
    assert found.people >= 24 > found.most_by_chance
    assert found.twins[:12].all() and found.twins[400:].all()
    assert found.by_chance < 4


def test_chance_is_what_surveys_of_that_kind_do() -> None:
    """Few items of few answers: many are alike, and the reference says as many."""
    rng = np.random.default_rng(3)
    counts = [twins.twins(survey(rng, 300, 10, points=3), draws=10) for _ in range(4)]
    seen = np.mean([c.people for c in counts])
    assert seen > 20
    assert np.mean([c.by_chance for c in counts]) == pytest.approx(seen, rel=0.25)
    again = survey(np.random.default_rng(4), 300, 10)
    assert twins.twins(again).by_chance == twins.twins(again).by_chance


def test_rows_that_are_equal_are_counted_as_pandas_does_and_chance_says_as_many() -> None:
    """Surveys of six items of three answers, without copies: none is flagged at more than 5 %."""
    rng = np.random.default_rng(6)
    found, beyond = [], 0
    for _ in range(20):
        frame = survey(rng, 400, 6, points=3)
        one = twins.repeats(frame)
        assert one.rows == frame.duplicated().sum() > 20
        found.append(one)
        beyond += one.beyond
    seen = np.mean([one.rows for one in found])
    assert np.mean([one.by_chance for one in found]) == pytest.approx(seen, rel=0.1)
    assert beyond <= 4  # binomial, p = 1/21: more in one of a thousand
    copies = pd.concat([frame, frame.iloc[:120]], ignore_index=True)
    assert twins.repeats(copies).beyond


def test_it_refuses() -> None:
    frame = survey(np.random.default_rng(5), 30, 9)
    with pytest.raises(CannotCompute, match="only 9 items"):
        twins.twins(frame)
    with pytest.raises(CannotCompute, match="rows"):
        twins.twins(pd.DataFrame(np.ones((twins.MOST + 1, 10))))
    with pytest.raises(CannotCompute, match="only 1 complete row:"):
        twins.repeats(pd.DataFrame(np.ones((1, 3))))
