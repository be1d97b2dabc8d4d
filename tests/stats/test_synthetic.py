"""The synthetic twin of rows: their moments, and no nearer to anybody than strangers are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from loyalty.ground.reasons import CannotCompute
from loyalty.stats import synthetic

SCALE = np.arange(1.0, 8.0)


def survey(n: int = 400, seed: int = 3, items: int = 6, missing: float = 0.0) -> pd.DataFrame:
    """Skewed answers of two correlated factors, one to seven."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=n)
    columns = {}
    for j in range(items):
        latent = 0.8 * factors[:, j % 2] + 0.6 * rng.normal(size=n)
        columns[f"q{j}"] = np.clip(np.round(5 + 1.4 * latent - 0.3 * latent**2), 1, 7)
    rows = pd.DataFrame(columns)
    return rows.mask(rng.random(rows.shape) < missing)


def made(rows: pd.DataFrame, seed: int = 1) -> synthetic.Twin:
    return synthetic.twin(rows, dict.fromkeys(rows.columns, SCALE), seed)


@pytest.mark.parametrize("missing", [0.0, 0.08])
def test_means_deviations_and_correlations_are_those_of_the_rows(missing: float) -> None:
    real = survey(missing=missing)
    twin = made(real)
    assert twin.rows.shape == real.shape
    assert (twin.rows.mean() - real.mean()).abs().max() <= 0.02
    assert (twin.rows.std() - real.std()).abs().max() <= 0.02
    assert (twin.rows.corr() - real.corr()).abs().to_numpy().max() <= 0.02
    assert twin.correlation == (twin.rows.corr() - real.corr()).abs().to_numpy().max()


def test_answers_lie_on_the_scale_and_as_many_are_missing() -> None:
    real = survey(missing=0.08)
    twin = made(real)
    values = twin.rows.to_numpy()
    assert set(np.unique(values[~np.isnan(values)])) <= set(SCALE)
    assert (twin.rows.isna().sum() == real.isna().sum()).all()
    assert twin.rows.notna().any(axis=1).all()


def test_few_missing_answers_are_not_told() -> None:
    real = survey()
    real.loc[0:2, "q0"] = np.nan
    real.loc[0:6, "q1"] = np.nan
    gone = made(real).rows.isna().sum()
    assert (gone["q0"], gone["q1"]) == (0, synthetic.SMALL)


def test_distances_are_measured_as_they_are_said_to_be() -> None:
    """Once more without a library: loops over all pairs, held-out rows by folds."""
    real = survey(150)
    twin = made(real)
    unit = real.std().to_numpy()
    a, b = real.to_numpy() / unit, twin.rows.to_numpy() / unit
    near = [min(float(np.linalg.norm(x - y)) for y in a) for x in b]
    assert twin.nearest == pytest.approx(np.median(near))
    assert twin.copies == pytest.approx(np.mean([d < 1e-9 for d in near]))
    others = [min(float(np.linalg.norm(x - y)) for j, y in enumerate(a) if j != i)
              for i, x in enumerate(a)]  # fmt: skip
    # a tenth of the others is held out, too: not nearer than with all of them
    assert twin.held_out >= np.median(others) - 1e-12
    assert twin.nearest >= twin.held_out


def test_the_answers_of_an_item_follow_from_its_mean_and_deviation_alone() -> None:
    """Two items of one mean and SD, but other frequencies, have the same answers."""
    one = pd.Series([1.0] * 20 + [4.0] * 60 + [7.0] * 20)
    other = (
        4 + (pd.Series([2.0, 3, 5, 6] * 25) - 4) * one.std() / pd.Series([2.0, 3, 5, 6] * 25).std()
    )
    first = synthetic._answers(one, SCALE, 100)
    second = synthetic._answers(other, SCALE, 100)
    assert first.tolist() == second.tolist()
    assert pd.Series(first).value_counts()[4.0] < 60


def test_the_same_seed_gives_the_same_rows() -> None:
    real = survey()
    assert made(real).rows.equals(made(real).rows)
    assert not made(real).rows.equals(made(real, seed=2).rows)


# --- refusals ------------------------------------------------------------------------------------
def refused(rows: pd.DataFrame) -> str:
    with pytest.raises(CannotCompute) as caught:
        made(rows)
    text = caught.value.reason.text()
    assert text.en and text.zh
    return caught.value.reason.code


def test_few_rows_have_no_twin() -> None:
    assert refused(survey(99)) == "twin_of_few_rows"


def test_an_item_that_does_not_vary_has_no_twin() -> None:
    assert refused(survey().assign(q0=4.0)) == "does_not_vary"


def test_items_that_are_one_cannot_be_told_by_their_moments() -> None:
    """The shape of their answers makes the correlation; moments do not give it."""
    real = survey()
    real["q1"] = np.where(real["q0"] >= 6, 7.0, 1.0)
    real["q2"] = np.where(real["q0"] >= 6, 6.0, 1.0) + (real.index % 40 == 0)
    assert refused(real) == "twin_correlation_off"


def test_rows_as_near_as_none_held_out_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "_held_out", lambda real, rng: np.full(10, 1e3))
    assert refused(survey()) == "twin_too_near"
