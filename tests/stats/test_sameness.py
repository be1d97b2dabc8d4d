"""Items that are one, against the rest, or with the codes of another scale."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, sameness
from loyalty.stats._common import correlations_by_pair
from loyalty.stats.polychoric import polychoric


@pytest.fixture
def items() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    latent = rng.normal(size=400)
    made = {f"i{k}": latent + rng.normal(size=400) for k in range(4)}
    return pd.DataFrame(made).apply(lambda x: np.clip(np.round(3 + x), 1, 5))


def test_unrelated_and_related_items_are_not_one(items: pd.DataFrame) -> None:
    assert sameness.items_that_are_one(items) == []


def test_what_follows_and_from_what(items: pd.DataFrame) -> None:
    items["coarse"] = items["i0"].map({1: 1, 2: 1, 3: 2, 4: 3, 5: 3})
    items["turned"] = 6 - items["i1"]
    items["odd"] = items["i2"].map({1: 2, 2: 5, 3: 1, 4: 5, 5: 2})  # no line at all
    found = {(p.a, p.b): p for p in sameness.items_that_are_one(items)}
    assert found["i0", "coarse"].follows == "b"
    assert found["i1", "turned"].follows == "both" and found["i1", "turned"].r == pytest.approx(-1)
    assert found["i2", "odd"].follows == "b" and abs(found["i2", "odd"].r) < 0.9
    assert len(found) == 3
    assert sameness.names_of(list(found.values())) == ["coarse", "turned", "odd"]
    # One row that departs, and it does not follow any more.
    items.loc[0, "odd"] = 4
    assert ("i2", "odd") not in {(p.a, p.b) for p in sameness.items_that_are_one(items)}


def test_an_answer_that_nearly_all_give_follows_by_chance(items: pd.DataFrame) -> None:
    items["nearly"] = 1.0
    items.loc[items.index[items["i3"] == 5][:3], "nearly"] = 2.0
    items["i3"] = items["i3"].where(items["nearly"] == 1, 6)
    assert sameness.items_that_are_one(items) == []


def test_few_rows_say_nothing() -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [1.0, 2, 2, 1], "c": [2.0, 2, 1, 1]})
    assert sameness.items_that_are_one(frame) == []


def test_the_polychoric_correlation_of_two_answers() -> None:
    rng = np.random.default_rng(1)
    latent = rng.normal(size=2000)
    frame = pd.DataFrame(
        {
            "a": (latent + 0.1 * rng.normal(size=2000) > 0.3).astype(float),
            "b": (latent + 0.1 * rng.normal(size=2000) > 0.3).astype(float),
        }
    )
    (pair,) = sameness.items_that_are_one(frame)
    assert abs(pair.r) < 0.95 < (pair.polychoric or 0)
    assert pair.polychoric == pytest.approx(polychoric(frame).loc["a", "b"])
    assert pair.follows is None


def test_against_the_rest(items: pd.DataFrame) -> None:
    assert sameness.against_the_rest(items) == []
    turned = items.assign(i2=6 - items["i2"])
    (one,) = sameness.against_the_rest(turned)
    rest = turned[["i0", "i1", "i3"]].sum(axis=1)
    assert one.item == "i2" and one.r == pytest.approx(turned["i2"].corr(rest))


def test_the_codes_of_another_scale(items: pd.DataFrame) -> None:
    scales = dict.fromkeys([*items, "short"], (1.0, 5.0))
    items["short"] = np.clip(items["i0"], 2, 4) - 1
    (one,) = sameness.codes_of_another_scale(items, scales)
    assert (one.item, one.likely) == ("short", (1, 3))
    assert sameness.codes_of_another_scale(items.drop(columns="short"), scales) == []
    # A declared scale whose end nobody reaches in any item is the respondents' business.
    assert sameness.codes_of_another_scale(items, dict.fromkeys(items, (1.0, 7.0))) == []


def test_pairs_of_real_items() -> None:
    """Of `reputation-mobile` each answer to switch_1 goes with one to switch_4."""
    from loyalty.cases import study, survey

    found = survey.load(study.load("reputation-mobile"))
    pairs = {(p.a, p.b): p for p in sameness.items_that_are_one(found.main_items)}
    assert list(pairs) == [("switch_1", "switch_4")]
    table = pd.crosstab(found.rows["switch_1"], found.rows["switch_4"])
    assert (table > 0).sum(axis=1).tolist() == [1, 1, 1, 1, 1] and pairs.popitem()[1].n == 344


def plainly(items: pd.DataFrame, least: float) -> dict[tuple[str, str], tuple[object, ...]]:
    """The definition, pair by pair, over the rows of all who answered both."""
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    few = [c for c in items if items[c].nunique() <= sameness.ANSWERS]

    def from_(table: pd.DataFrame) -> bool:
        enough = min(table.shape) > 1 and table.to_numpy().sum() >= 5 * len(table)
        others = table.sum().sum() - table.sum().max()
        return bool(enough and others >= 5 and ((table > 0).sum(axis=1) <= 1).all())

    for i, a in enumerate(items.columns):
        for b in items.columns[i + 1 :]:
            both = items[[a, b]].dropna()
            if len(both) < sameness.FEWEST:
                continue
            size = abs(both[a].corr(both[b]))
            table = pd.crosstab(both[a], both[b])
            rows, columns = from_(table), from_(table.T)
            follows = None
            if a in few and b in few and (rows or columns):
                follows = "both" if rows and columns else "b" if rows else "a"
            ordinal = None
            if follows is None and sameness.LOOKED <= size < least:
                with contextlib.suppress(CannotCompute):
                    ordinal = float(polychoric(both).loc[a, b])
            if follows is not None or max(size, abs(ordinal or 0.0)) >= least:
                found[a, b] = (len(both), round(size, 9), follows, ordinal and round(ordinal, 9))
    return found


def hard(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Items that are one in all the ways there are, nearly one, and not; with gaps."""
    latent = rng.normal(size=n)
    points = [int(rng.integers(2, 8)) for _ in range(4)]
    frame = pd.DataFrame(
        {
            f"i{k}": np.clip(np.round((m + 1) / 2 + latent + rng.normal(size=n)), 1, m)
            for k, m in enumerate(points)
        }
    )
    frame["turned"] = 8 - frame["i0"]
    frame["coarse"] = (frame["i1"] > frame["i1"].median()).astype(float)
    frame["nearly"] = frame["i2"]
    frame.loc[int(rng.integers(n)), "nearly"] = (
        9.0  # one row departs, seldom among the first looked at
    )
    frame["close"] = np.round(frame["i3"] + 0.2 * rng.normal(size=n))
    frame["any"] = latent
    frame["line"] = 3.0 - 2 * latent + 0.1 * rng.normal(size=n)
    frame["yes"] = (latent + 0.1 * rng.normal(size=n) > 0).astype(float)
    frame["also"] = (latent > 0).astype(float)
    frame["same"] = 4.0
    frame["rare"] = np.where(np.arange(n) < 3, 2.0, 1.0)
    frame["nobody"] = np.nan
    return frame.mask(rng.random(frame.shape) < rng.choice([0.0, 0.05, 0.6]))


@pytest.mark.parametrize("seed", range(8))
def test_the_short_way_finds_what_the_definition_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = hard(rng, int(rng.choice([30, 200, 3_500])))
    for least in (0.95, 0.5):
        found = {
            (p.a, p.b): (
                p.n,
                round(abs(p.r), 9),
                p.follows,
                None if p.polychoric is None else round(p.polychoric, 9),
            )
            for p in sameness.items_that_are_one(items, least=least)
        }
        assert found == plainly(items, least)
        assert found


def test_correlations_of_all_pairs() -> None:
    frame = hard(np.random.default_rng(3), 20_000)
    frame["far"] = 1e6 + frame["any"]
    n, r = correlations_by_pair(frame.to_numpy())
    there = frame.notna().to_numpy().astype(int)
    assert (n == there.T @ there).all()
    np.testing.assert_allclose(r, frame.corr(min_periods=2), atol=1e-9)
