"""Means with clusters, and groups of clusters, against sandwich and lm (golden/make_groups.R)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from loyalty.stats import CannotCompute, groups

ROOT = Path(__file__).parents[1]


def golden(name: str) -> pd.Series:
    return pd.read_csv(ROOT / "golden" / f"{name}.csv", skipinitialspace=True).iloc[0]


@pytest.fixture(scope="module")
def pupils() -> pd.DataFrame:
    frame = pd.read_csv(
        ROOT.parent / "packages" / "semfit" / "tests" / "golden" / "data" / "hs.csv"
    )
    return frame.assign(cl=pd.read_csv(ROOT / "golden" / "groups_clusters.csv")["cl"])


def test_a_mean_against_sandwich(pupils: pd.DataFrame) -> None:
    found, expected = groups.cluster_mean(pupils["x1"], pupils["cl"]), golden("cluster_mean")
    assert found.n_clusters == pupils["cl"].nunique()
    pairs = {"mean": "mean", "se": "se", "se_cluster": "se_cluster"}
    pairs |= {"ci_lower": "low", "ci_upper": "high"}
    for mine, theirs in pairs.items():
        assert getattr(found, mine) == pytest.approx(expected[theirs], rel=1e-9), mine


def test_clusters_of_one_are_no_clusters(pupils: pd.DataFrame) -> None:
    found = groups.cluster_mean(pupils["x1"], pupils["id"].rename("cl"))
    assert found.se_cluster == pytest.approx(found.se)


def test_groups_of_clusters_against_lm(pupils: pd.DataFrame) -> None:
    found = groups.compare_clusters(pupils["x1"], pupils["school"], pupils["cl"])
    expected = golden("cluster_groups")
    assert (found.f, found.df2, found.p) == pytest.approx(
        (expected["f"], expected["df2"], expected["p"]), rel=1e-9
    )
    (pair,) = found.pairs.to_dict("records")
    assert (pair["group_a"], pair["group_b"]) == ("Grant-White", "Pasteur")
    mine = pair["difference"], pair["ci_lower"], pair["ci_upper"], pair["p"]
    theirs = expected["difference"], expected["low"], expected["high"], expected["pair_p"]
    assert mine == pytest.approx(theirs, rel=1e-9)


def test_cluster_effects_that_respondents_would_take_for_a_difference() -> None:
    """Without a difference between groups, the units' test rejects as often as it says."""
    rng = np.random.default_rng(1)
    cluster = np.repeat(np.arange(8), 50)
    group = pd.Series(np.where(cluster < 4, "a", "b"))
    naive = units = 0
    for _ in range(200):
        x = pd.Series(0.5 * rng.normal(size=8)[cluster] + rng.normal(size=400))
        naive += ttest_ind(x[group == "a"], x[group == "b"]).pvalue < 0.05
        units += groups.compare_clusters(x, group, pd.Series(cluster)).p < 0.05
    assert naive > 60  # far more than 10 of 200
    assert 2 <= units <= 20


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cl": 1}, "more than one group"),
        ({"school": "one"}, "2 groups with answers, not 1"),
        ({"cl": "school"}, "no group has 2 clusters"),
    ],
)
def test_refusals(pupils: pd.DataFrame, change: dict[str, object], said: str) -> None:
    frame = pupils.assign(**change)
    if change == {"cl": "school"}:
        frame["cl"] = frame["school"]
    with pytest.raises(CannotCompute, match=said):
        groups.compare_clusters(frame["x1"], frame["school"], frame["cl"])


def test_rows_without_a_value_or_a_cluster_do_not_count(pupils: pd.DataFrame) -> None:
    holes = pupils.copy()
    holes.loc[:9, "x1"] = np.nan
    holes["cl"] = holes["cl"].astype(object)
    holes.loc[10:19, "cl"] = None
    found = groups.cluster_mean(holes["x1"], holes["cl"])
    assert found == groups.cluster_mean(pupils.loc[20:, "x1"], pupils.loc[20:, "cl"])
