"""The tone of what customers wrote, in one likelihood with their purchases; no word in a result."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import betaincinv
from scipy.stats import norm

from loyalty.analyses.conduct import findings as conduct
from loyalty.analyses.conduct import words
from loyalty.analyses.conduct.tone import written
from loyalty.analyses.voice import findings as voice
from loyalty.cases import study, survey, tables
from loyalty.cases.tables import Loaded
from loyalty.estimates import attitude, tone
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import CannotCompute
from loyalty.shown.context import Case

CASE = "retail-simulated"


def drawn(n: int, seed: int, leaving: float, kappa: float = 1.2) -> Any:
    """Texts and purchases of people with a mood."""
    rng = np.random.default_rng(seed)
    mood = rng.standard_normal(n)
    count = 1 + rng.poisson(2.0, n)
    praise = rng.binomial(count, norm.cdf(0.3 + kappa * mood))
    score = leaving * mood + np.sqrt(1 - leaving**2) * rng.standard_normal(n)
    chance, often = betaincinv(0.9, 4.0, norm.cdf(score)), rng.gamma(1.0, 1 / 6, n)
    rows = []
    for p, each in zip(chance, often, strict=True):
        when = np.sort(rng.uniform(0, 90.0, rng.poisson(each * 90)))[: rng.geometric(max(p, 1e-9))]
        rows.append((len(when), when[-1] if len(when) else 0.0))
    purchases = pd.DataFrame(rows, columns=["x", "t_x"]).astype(float).assign(t=90.0)
    return pd.DataFrame({"praise": praise, "texts": count}), purchases


def test_planted_effects_are_found_though_texts_err() -> None:
    found = tone.toned(*drawn(1500, 1, -0.6))
    assert found.leaving.ci_lower < -0.6 < found.leaving.ci_upper < 0
    assert found.rate.ci_lower < 0 < found.rate.ci_upper
    share = 1.2**2 / (1 + 1.2**2)
    assert found.customer.ci_lower < share < found.customer.ci_upper
    assert found.customer.ci_upper - found.customer.ci_lower < 0.15


def test_the_likelihood_by_quadrature_and_its_derivatives() -> None:
    """Over the mood, with the purchases' likelihood at each value from the model of an attitude."""
    texts, purchases = drawn(60, 2, -0.5)
    count, good = texts["texts"].to_numpy(float), texts["praise"].to_numpy(float)
    step = tone._Both(purchases, good, count)
    beta = np.array([-0.4, 0.2, 0.1, 1.8, -0.1, 1.4, 0.3, 0.1])
    zero = np.zeros(60)
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    plain = attitude.step_of("leaving", purchases)
    total = np.zeros(60)
    for m, w in zip(nodes, weights / weights.sum(), strict=True):
        p = norm.cdf(0.3 + np.exp(0.1) * m)
        wrote = p**good * (1 - p) ** (count - good)
        total += w * wrote * np.exp(plain.value(beta[:6], np.full(60, m), zero))
    np.testing.assert_allclose(step.value(beta, zero, zero), np.log(total), atol=2e-3)
    _, scores = step.both(beta, zero, zero)
    direct = attitude.derivatives(lambda b: step.value(b, zero, zero), beta)
    np.testing.assert_allclose(scores, direct, atol=1e-6)


def test_what_cannot_be_told_says_so() -> None:
    texts, purchases = drawn(80, 3, 0.0)
    with pytest.raises(CannotCompute, match="50 are needed"):
        tone.toned(texts[:40], purchases[:40])
    with pytest.raises(CannotCompute, match="other kind"):
        tone.toned(texts.assign(praise=texts["texts"]), purchases)
    with pytest.raises(CannotCompute, match="two texts"):
        tone.toned(texts.assign(texts=1, praise=np.arange(80) % 2), purchases)


def test_texts_after_the_survey_and_of_few_are_not_counted() -> None:
    day = pd.Timestamp("2023-01-02")
    rows = pd.DataFrame(
        {
            "person": [*range(12), 0, 0],
            "polarity": [*["pos", "neg"] * 6, "pos", "neg"],
            "date": [*[day] * 13, day + pd.Timedelta(days=1)],
        }
    )
    found = written(rows, day, pd.RangeIndex(12))
    assert found.loc[0].tolist() == [2, 2, 0.75]
    assert len(found) == 12
    with pytest.raises(CannotCompute, match="fewer people wrote"):
        written(rows, day, pd.RangeIndex(9))
    with pytest.raises(CannotCompute, match="fewer people wrote"):
        written(rows, day - pd.Timedelta(days=1), pd.RangeIndex(12))


@pytest.fixture(scope="module")
def beside() -> list[Loaded]:
    case = study.load(CASE)
    return [tables.load(case, r) for r in case.resources]


@pytest.fixture(scope="module")
def people(beside: list[Loaded]) -> conduct.Persons:
    case = study.load(CASE)
    found = conduct.people(case, survey.load(case), beside)
    assert isinstance(found, conduct.Persons)
    return found


def test_no_word_and_no_key_is_in_a_result(people: conduct.Persons, beside: list[Loaded]) -> None:
    (texts,) = (t for t in beside if t.resource.kind == "reviews")
    assert "text" not in people.joined["reviews"].rows
    found = [conduct.tone(people), conduct.joins(people), conduct.emotion(people, 5, 1)]
    written = json.dumps([f.model_dump(mode="json") for f in found if f], ensure_ascii=False)
    assert not any(t[:6] in written for t in texts.rows["text"].unique())
    assert not any(key in written for key in texts.rows["customer"].unique())


def test_what_is_planted_in_the_case_is_found(people: conduct.Persons) -> None:
    found = conduct.tone(people)
    assert not isinstance(found, Refused) and found is not None
    rows = {r.conduct: r for r in found.rows}
    assert rows["leaving"].planted == -0.8 and rows["leaving"].verdict == "-"
    assert rows["leaving"].ci_lower < -0.8 < rows["leaving"].ci_upper
    assert found.customer_planted is not None
    assert found.customer_ci_lower < found.customer_planted < found.customer_ci_upper
    adds = conduct.emotion(people, 10, 20261121)
    assert not isinstance(adds, Refused) and adds is not None
    (row,) = [r for r in adds.differences if (r.model, r.reference) == ("past+tone", "past")]
    assert row.verdict == "+" and row.estimate > 0
    shown = [
        *words.tone(cited(found, f"{CASE}/conduct/tone"), Case(CASE, people.study)),
        *words.emotion(cited(adds, f"{CASE}/conduct/emotion"), Case(CASE, people.study)),
    ]
    assert any("uncertain sign" in t.en for t in shown)
    assert any("Tone of texts" in t.en for t in shown)


def test_texts_that_name_their_customers_are_not_read_for_their_words(
    beside: list[Loaded],
) -> None:
    own = [t for t in beside if t.resource.kind == "reviews"]
    found = voice.reviews(own)
    assert isinstance(found, Refused) and found.refused.code == "reviews_of_customers"


def test_a_case_without_texts_has_no_tone(people: conduct.Persons) -> None:
    without = {k: v for k, v in people.joined.items() if k != "reviews"}
    alone = conduct.Persons(people.survey, without, people.careless, people.kept, people.done)
    assert conduct.tone(alone) is None and conduct.emotion(alone, 5, 1) is None
