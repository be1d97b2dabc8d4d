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


def test_how_often_an_answer_was_given_is_kept_where_it_is_no_small_cell() -> None:
    """And the small cells, with the one that would give them back, are drawn."""
    really = {1.0: 3, 2.0: 12, 3.0: 40, 4.0: 90, 5.0: 80, 6.0: 60, 7.0: 15}
    one = pd.Series(np.repeat(list(really), list(really.values())))
    drawn = [
        pd.Series(synthetic._answers(one, SCALE, 300, np.random.default_rng(seed)))
        for seed in range(30)
    ]
    for answers in drawn:
        counts = answers.value_counts().reindex(SCALE, fill_value=0).to_dict()
        assert {k: counts[k] for k in (3.0, 4.0, 5.0, 6.0, 7.0)} == {
            k: really[k] for k in (3.0, 4.0, 5.0, 6.0, 7.0)
        }
        assert counts[1.0] + counts[2.0] == 15
        assert abs(answers.mean() - one.mean()) <= 0.01 * one.std()
        assert abs(answers.std() / one.std() - 1) <= 0.01
    assert len({(answers == 1.0).sum() for answers in drawn}) > 2


@pytest.mark.parametrize("n", [260, 280, 300, 320])
@pytest.mark.parametrize("missing", [0.0, 0.05])
def test_ordinary_surveys_have_a_twin(n: int, missing: float) -> None:
    """Judged once more by pandas and by loops, as a reader of the package might."""
    real = survey(n, seed=n, items=13, missing=missing)
    twin = made(real)
    assert (twin.rows.corr() - real.corr()).abs().to_numpy().max() <= 0.02
    assert ((twin.rows.mean() - real.mean()) / real.std()).abs().max() <= 0.02
    assert (twin.rows.std() / real.std() - 1).abs().max() <= 0.02
    assert twin.nearest >= twin.held_out - 1e-9
    given = real.fillna(0).apply(tuple, axis=1)
    alone = set(given[~given.duplicated(keep=False)])
    assert not alone & set(twin.rows.fillna(0).apply(tuple, axis=1)) and twin.single == 0


def test_an_item_that_follows_from_another_one_keeps_its_correlation() -> None:
    """As in a survey where one question was asked twice, the other way round."""
    real = survey()
    real["q1"] = 8 - np.ceil(real["q0"] / 2)
    twin = made(real)
    assert twin.rows["q0"].corr(twin.rows["q1"]) == pytest.approx(
        real["q0"].corr(real["q1"]), abs=0.02
    )


def test_answers_of_half_points_and_of_sliders_stand_on_their_scale() -> None:
    rng = np.random.default_rng(4)
    latent = rng.normal(size=(300, 1)) + rng.normal(size=(300, 5))
    for scale, step in ((np.arange(1, 5.01, 0.5), 0.5), (np.arange(0.0, 101.0), 0.37)):
        middle, spread = scale.mean(), scale.std() / 2
        raw = np.clip(middle + spread * latent, scale[0], scale[-1])
        real = pd.DataFrame(np.clip(np.round(raw / step) * step, scale[0], scale[-1]))
        real.columns = [f"q{j}" for j in range(5)]
        twin = synthetic.twin(real, dict.fromkeys(real.columns, scale), 1)
        assert set(np.unique(twin.rows)) <= set(scale)


def test_of_few_items_rows_may_be_those_of_one_person_and_it_is_counted() -> None:
    """Most people answer as somebody else does: such a row says nobody's name."""
    rng = np.random.default_rng(2)
    real = pd.DataFrame((rng.normal(size=(300, 8)) > -0.9).astype(float)).add_prefix("q")
    twin = synthetic.twin(real, dict.fromkeys(real.columns, np.array([0.0, 1.0])), 1)
    assert twin.held_out == 0
    given = real.apply(tuple, axis=1)
    alone = set(given[~given.duplicated(keep=False)])
    assert twin.single == twin.rows.apply(tuple, axis=1).isin(alone).sum()


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


def test_correlations_that_are_not_reached_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "_SWAPS", 0)
    monkeypatch.setattr(synthetic, "_ROUNDS", 1)
    real = survey()
    real["q1"] = np.where(real["q0"] >= 6, 7.0, 1.0)
    assert refused(real) == "twin_correlation_off"


def test_a_row_of_one_person_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_it_was(self: synthetic._Made, real: pd.DataFrame, *_: object) -> None:
        self.rows = real.to_numpy()

    monkeypatch.setattr(synthetic._Made, "part", as_it_was)
    assert refused(survey(items=10)) == "twin_of_single_people"


def test_rows_as_near_as_none_held_out_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthetic, "_held_out", lambda real, rng: np.full(len(real), 1e3))
    assert refused(survey()) == "twin_too_near"
