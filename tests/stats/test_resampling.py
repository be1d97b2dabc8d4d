"""Samples of whole clusters, and what HTMT, factor analysis and PLS make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from loyalty.stats import efa, pls, resampling, validity
from loyalty.stats.weighted import Design

UNITS = np.repeat(np.arange(6), (20, 50, 61, 40, 70, 60))
SCALES = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}
PATHS = [("visual", "textual"), ("textual", "speed")]


@pytest.fixture
def design(hs: pd.DataFrame) -> Design:
    return Design(pd.Series(1.0, hs.index), pd.Series(UNITS, hs.index))


def laid_out(items: pd.DataFrame, draws: int, seed: int) -> list[pd.DataFrame]:
    """Samples of the clusters in rows."""
    rng = np.random.default_rng(seed)
    picks = [rng.integers(0, 6, 6) for _ in range(draws)]
    return [pd.concat([items[k == UNITS] for k in pick], ignore_index=True) for pick in picks]


def limits(sample: Any, clusters: int = 6) -> np.ndarray:
    """Expanded percentiles (Hesterberg 2015, section 5.3)."""
    wide = np.sqrt(clusters / (clusters - 1)) * stats.t.ppf(0.975, clusters - 1)
    return np.quantile(sample, stats.norm.cdf([-wide, wide]), axis=0)


@pytest.mark.parametrize("holes", [False, True])
def test_moments_of_drawn_clusters_of_unequal_size(hs: pd.DataFrame, holes: bool) -> None:
    """Each draw laid out in rows, its covariances and correlations by pandas."""
    items = hs[["x1", "x2", "x4"]].copy()
    if holes:
        items.iloc[::7, 1] = np.nan
    cov, corr = resampling.all_moments(items.to_numpy(), 6, 3, clusters=UNITS)
    for d, rows in enumerate(laid_out(items, 6, 3)):
        np.testing.assert_allclose(cov[d], rows.cov(), atol=1e-12)
        np.testing.assert_allclose(corr[d], rows.corr(), atol=1e-12)


def test_every_row_of_a_drawn_cluster_counts_alike_and_as_many_are_drawn_as_there_are() -> None:
    drawn = np.concatenate(list(resampling.counts(len(UNITS), 250, 1, UNITS)))
    assert drawn.shape == (250, len(UNITS))
    for k in range(6):
        assert (np.ptp(drawn[:, k == UNITS], axis=1) == 0).all()
    firsts = drawn[:, np.searchsorted(UNITS, np.arange(6))]
    assert (firsts.sum(axis=1) == 6).all()
    alone = np.concatenate(list(resampling.counts(50, 250, 1)))
    assert (alone.sum(axis=1) == 50).all()


def test_htmt_draws_whole_clusters(hs: pd.DataFrame, design: Design) -> None:
    found = validity.htmt(hs, SCALES, draws=120, seed=8, design=design)
    samples = [validity.htmt(rows, SCALES).pairs["htmt"] for rows in laid_out(hs, 120, 8)]
    low, high = limits(samples)
    np.testing.assert_allclose(found.pairs["ci_lower"], low, atol=1e-10)
    np.testing.assert_allclose(found.pairs["ci_upper"], high, atol=1e-10)
    assert found.clusters == 6 and found.pairs["htmt"].equals(
        validity.htmt(hs, SCALES).pairs["htmt"]
    )


def test_pls_draws_whole_clusters(hs: pd.DataFrame, design: Design) -> None:
    found = pls.pls_path_model(hs, SCALES, PATHS, draws=40, seed=8, design=design)
    samples = [
        pls.pls_path_model(rows, SCALES, PATHS).paths["estimate"] for rows in laid_out(hs, 40, 8)
    ]
    low, high = limits(samples)
    np.testing.assert_allclose(found.paths["ci_lower"], low, atol=1e-7)
    np.testing.assert_allclose(found.paths["ci_upper"], high, atol=1e-7)
    assert found.clusters == 6


def test_factor_analysis_draws_whole_clusters(hs: pd.DataFrame, design: Design) -> None:
    solution = efa.efa(hs, 1, rotation="none")
    found = efa.resample(hs, solution, draws=30, seed=8, design=design)
    for d, rows in enumerate(laid_out(hs, 30, 8)):
        again = efa.efa(rows, 1, rotation="none").loadings.to_numpy()
        np.testing.assert_allclose(np.abs(found.loadings[d]), np.abs(again), atol=1e-4)
    assert found.clusters == 6
    assert found.tails(0.95) == pytest.approx(
        stats.norm.cdf(np.sqrt(6 / 5) * stats.t.ppf(0.975, 5) * np.array([-1, 1]))
    )


def test_weighted_htmt_is_that_of_weighted_correlations(hs: pd.DataFrame, golden_json) -> None:
    """R's cov.wt; weights of whole numbers are so many rows, weights all alike are none."""
    weights = pd.Series(np.resize([1.0, 2.0, 4.0], len(hs)), hs.index)
    found = validity.htmt(hs, SCALES, design=Design(weights)).pairs["htmt"]
    np.testing.assert_allclose(found, list(golden_json("resampling.json").values()), atol=1e-12)
    rows = hs.loc[hs.index.repeat(weights.astype(int))].reset_index(drop=True)
    np.testing.assert_allclose(found, validity.htmt(rows, SCALES).pairs["htmt"], atol=1e-12)
    holes = hs.mask(np.random.default_rng(1).random(hs.shape) < 0.1)
    alike = Design(pd.Series(3.0, hs.index))
    for design in (None, alike):
        some = validity.htmt(holes, SCALES, missing="pairwise", draws=20, seed=1, design=design)
        if design is None:
            plain = some.pairs
    pd.testing.assert_frame_equal(some.pairs, plain)
