"""Discrimination against pROC 1.18 in R; held-out predictions and odds by second derivations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from loyalty.stats import CannotCompute
from loyalty.stats.discrimination import calibration, discrimination, held_out, odds


@pytest.fixture
def people() -> pd.DataFrame:
    """120 people, made without random numbers: R reads the same."""
    i = np.arange(120)
    y = ((i * 7) % 11 < 4).astype(int)
    a = np.round(((i * 37) % 101) / 20 + 1.3 * y, 1)
    b = np.round(((i * 53) % 97) / 20 + 0.5 * y + 0.3 * a, 1)
    return pd.DataFrame({"y": y, "a": a, "b": b, "group": i % 3})


def test_areas_and_their_difference_are_those_of_proc(people: pd.DataFrame) -> None:
    """library(pROC); a <- roc(d$y, d$a, direction = "<"); b <- roc(d$y, d$b, direction = "<");
    auc(a); auc(b); sqrt(var(a)); sqrt(var(b)); sqrt(var(a) + var(b) - 2 * cov(a, b));
    roc.test(a, b, method = "delong", paired = TRUE)$p.value"""
    found = discrimination(people["y"], people[["a", "b"]], [("a", "b")])
    assert found.areas["auc"].tolist() == pytest.approx([0.5684808612440191, 0.4256877990430622])
    assert found.areas["se"].tolist() == pytest.approx(
        [0.0616648205980559, 0.0578323739984339], rel=1e-12
    )
    (pair,) = found.differences.itertuples()
    assert pair.se == pytest.approx(0.0679333101399867, rel=1e-12)
    assert pair.p == pytest.approx(0.0355568293800182, rel=1e-10)
    assert pair.estimate == pytest.approx(0.5684808612440191 - 0.4256877990430622)


def test_an_area_is_the_share_of_pairs_in_order(people: pd.DataFrame) -> None:
    did, did_not = (people.loc[people["y"] == k, "a"].to_numpy() for k in (1, 0))
    pairs = np.sign(did[:, None] - did_not[None, :])
    area = discrimination(people["y"], people[["a"]]).areas["auc"].iloc[0]
    assert area == pytest.approx(((pairs + 1) / 2).mean())


def test_a_score_that_tells_all_has_no_interval_beyond_one() -> None:
    y = np.repeat([0, 1], 20)
    found = discrimination(y, pd.DataFrame({"s": y.astype(float)})).areas.iloc[0]
    assert (found["auc"], found["ci_lower"], found["ci_upper"]) == (1.0, 1.0, 1.0)


def test_held_out_predictions_never_see_their_own_people(people: pd.DataFrame) -> None:
    """Folds dealt as documented, each fitted by scikit-learn on the others."""
    models = {"a": ["a"], "both": ["a", "b"]}
    found = held_out(people, "y", models, folds=5, seed=3)
    rng = np.random.default_rng(3)
    y = people["y"].to_numpy()
    fold = np.empty(len(y), dtype=int)
    for value in (0, 1):
        at = rng.permutation(np.flatnonzero(y == value))
        fold[at] = np.arange(len(at)) % 5
    for name, predictors in models.items():
        x = people[predictors].to_numpy()
        for k in range(5):
            fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
            fit.fit(x[fold != k], y[fold != k])
            expected = fit.decision_function(x[fold == k])
            np.testing.assert_allclose(found[name].to_numpy()[fold == k], expected, atol=1e-5)


def test_odds_have_the_sandwich_of_the_rows(people: pd.DataFrame) -> None:
    found = odds(people, "y", "a", held=["b"], factors=["group"])
    x = np.column_stack(
        [np.ones(120), people["a"], people["b"], *((people["group"] == k) for k in (1, 2))]
    )
    y = people["y"].to_numpy()
    beta = np.zeros(5)
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        bread = np.linalg.inv(x.T @ (x * (p * (1 - p))[:, None]))
        beta = beta + bread @ x.T @ (y - p)
    scores = x * (y - p)[:, None]
    se = np.sqrt((bread @ scores.T @ scores @ bread)[1, 1])
    assert found.odds_ratio == pytest.approx(np.exp(beta[1]), rel=1e-6)
    assert found.ci_upper == pytest.approx(np.exp(beta[1] + 1.959963985 * se), rel=1e-5)
    assert (found.n, found.events) == (120, int(y.sum()))


def test_what_is_refused(people: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="fewer than two"):
        discrimination(np.zeros(120), people[["a"]])
    with pytest.raises(CannotCompute, match="fewer than the 80 folds"):
        held_out(people, "y", {"a": ["a"]}, folds=80, seed=1)
    with pytest.raises(CannotCompute, match="collinear"):
        odds(people.assign(c=lambda d: 2 * d["a"]), "y", "a", held=["c"])
    with pytest.raises(CannotCompute, match="tell all"):
        odds(people.assign(c=lambda d: d["y"] + d["a"] / 100), "y", "c")
    with pytest.raises(CannotCompute, match="a is constant"):
        odds(people.assign(a=1.0), "y", "a")


def cells() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    x = rng.normal(size=60).round(1)
    n = rng.integers(1, 30, 60)
    chance = 1 / (1 + np.exp(-(0.2 + 0.7 * x)))
    did = rng.binomial(n, chance)
    return pd.DataFrame({"x": x, "z": rng.normal(size=60), "p": chance, "n": n, "did": did})


def test_people_counted_are_people_listed() -> None:
    table = cells()
    scores = pd.concat([table[["x", "z"]]] * 2, ignore_index=True)
    n = np.r_[table["did"], table["n"] - table["did"]]
    outcome = np.repeat([1.0, 0.0], len(table))
    counted = discrimination(outcome, scores, [("x", "z")], n=n)
    at = np.repeat(np.arange(len(scores)), n)
    listed = discrimination(outcome[at], scores.iloc[at], [("x", "z")])
    assert (counted.n, counted.events) == (listed.n, listed.events)
    pd.testing.assert_frame_equal(counted.areas, listed.areas, rtol=1e-10)
    pd.testing.assert_frame_equal(counted.differences, listed.differences, rtol=1e-8)


def test_calibration_slope_is_that_of_a_logistic_regression() -> None:
    """statsmodels' binomial GLM on the log-odds predicted."""
    import statsmodels.api as sm

    table = cells()
    p, did, n = (table[c].to_numpy(float) for c in ("p", "did", "n"))
    got = calibration(p, did, n, parts=5)
    x = sm.add_constant(np.log(p / (1 - p)))
    fit = sm.GLM(np.c_[did, n - did], x, family=sm.families.Binomial()).fit(tol=1e-12)
    assert got.slope == pytest.approx(fit.params[1], rel=1e-8)
    assert [got.ci_lower, got.ci_upper] == pytest.approx(fit.conf_int()[1].tolist(), rel=1e-6)
    assert got.parts["n"].sum() == got.n == n.sum()
    assert got.parts["predicted"].is_monotonic_increasing
    assert (got.parts["estimate"] * got.parts["n"]).sum() == pytest.approx(did.sum())
    assert got.share == did.sum() / n.sum()
    with pytest.raises(CannotCompute):
        calibration(p, did * 0, n)
    with pytest.raises(CannotCompute):
        calibration(p * 0 + 0.5, did, n)
