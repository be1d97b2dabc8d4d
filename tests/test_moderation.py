"""Moderated regression against R's sandwich and against a second derivation."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import multivariate_normal, norm
from scipy.stats import t as t_distribution

from loyalty.stats import CannotCompute
from loyalty.stats.moderation import moderated_regression, straightened
from loyalty.stats.polychoric import polychoric

GOLDEN = Path(__file__).parent / "golden"


def test_against_sandwich() -> None:
    """``sandwich::vcovHC(type = "HC3")``; see golden/make_moderation.R."""
    scores = pd.read_csv(GOLDEN / "moderation_data.csv")
    expected = pd.read_csv(GOLDEN / "moderation.csv").set_index("term")
    found = moderated_regression(scores, "y", ["a", "b"], [("a", "b")], ["b"]).set_index("term")
    assert list(found.index) == list(expected.index)
    assert (found["n"] == len(scores)).all()
    for column in expected:
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-9, err_msg=column)


def made(n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    a = rng.normal(4, 2, n)
    b = 0.4 * a + rng.normal(0, 1, n)
    y = 2 + 0.5 * a - 0.2 * b + 0.15 * a * b + rng.normal(0, 1 + np.abs(a), n)
    return pd.DataFrame({"y": y, "a": a, "b": b, "unused": rng.normal(size=n)})


def test_against_the_normal_equations() -> None:
    """HC3 by hand: the middle of the sandwich has e² / (1 − h)²."""
    scores = made()
    scores.loc[[3, 40], "a"] = np.nan
    scores.loc[[5], "unused"] = np.nan  # not in the model: this row counts
    found = moderated_regression(scores, "y", ["a"], [("a", "b")], ["a"]).set_index("term")
    used = scores[["y", "a", "b"]].dropna().to_numpy()
    y, a, b = ((used - used.mean(axis=0)) / used.std(axis=0)).T
    x = np.column_stack([np.ones(len(y)), a, b, a * b, a**2])
    bread = np.linalg.inv(x.T @ x)
    beta = np.linalg.lstsq(x, y, rcond=None)[0]
    leverage = np.einsum("ij,jk,ik->i", x, bread, x)
    weight = ((y - x @ beta) / (1 - leverage)) ** 2
    se = np.sqrt(np.diag(bread @ (x.T * weight) @ x @ bread))
    assert list(found.index) == ["a", "b", "a:b", "a^2"]
    assert set(found["n"]) == {118}
    np.testing.assert_allclose(found["est"], beta[1:], rtol=1e-9)
    np.testing.assert_allclose(found["se"], se[1:], rtol=1e-9)


def test_clusters_by_the_normal_equations() -> None:
    """CR1 by hand: scores summed over clusters, and t with one degree of freedom less."""
    scores = made()
    firm = pd.Series([f"f{k // 10}" for k in range(len(scores))])
    firm[5] = None
    found = moderated_regression(scores, "y", ["a"], [("a", "b")], ["a"], firm)
    used = scores[["y", "a", "b"]].drop(index=5).to_numpy()
    y, a, b = ((used - used.mean(axis=0)) / used.std(axis=0)).T
    x = np.column_stack([np.ones(len(y)), a, b, a * b, a**2])
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    sums = pd.DataFrame(x * (y - x @ beta)[:, None]).groupby(firm.drop(index=5).to_numpy()).sum()
    factor = 12 / 11 * (len(y) - 1) / (len(y) - 5)
    se = np.sqrt(factor * np.diag(bread @ sums.T.to_numpy() @ sums.to_numpy() @ bread))
    np.testing.assert_allclose(found["est"], beta[1:], rtol=1e-9)
    np.testing.assert_allclose(found["se"], se[1:], rtol=1e-9)
    half = t_distribution.ppf(0.975, 11) * se[1:]
    np.testing.assert_allclose(found["ci_upper"] - found["est"], half, rtol=1e-9)


def test_the_scale_of_the_scores_does_not_matter() -> None:
    scores = made()
    other = scores * 25 + 100
    first, second = (moderated_regression(s, "y", ["a"], [("a", "b")]) for s in (scores, other))
    pd.testing.assert_frame_equal(first, second)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"a": 3.0}, "a is constant"),
        ({"b": np.nan}, "b has no answers"),
    ],
)
def test_a_score_that_does_not_vary(change: dict[str, float], said: str) -> None:
    scores = made().assign(**change)
    with pytest.raises(CannotCompute, match=said):
        moderated_regression(scores, "y", ["a", "b"])


def test_scores_that_nobody_has_together() -> None:
    scores = made()
    scores.loc[:59, "a"] = np.nan
    scores.loc[60:, "b"] = np.nan
    with pytest.raises(CannotCompute, match="no row is complete"):
        moderated_regression(scores, "y", ["a", "b"])


def test_too_few_rows_and_an_outcome_among_its_predictors() -> None:
    with pytest.raises(CannotCompute, match="complete rows"):
        moderated_regression(made(4), "y", ["a", "b"], [("a", "b")])
    with pytest.raises(ValueError, match="y cannot explain itself"):
        moderated_regression(made(), "y", ["a"], [("a", "y")])


# --- what the answer scales alone bend -----------------------------------------------------------
CUTS = {"a": -0.8, "b": -1.0, "c": -0.4}


def two_sided() -> pd.DataFrame:
    """Three questions of two answers each, most of them the higher one."""
    rng = np.random.default_rng(31)
    common = rng.standard_normal(3000)
    return pd.DataFrame(
        {k: (0.8 * common + 0.6 * rng.standard_normal(3000) > cut) + 1.0 for k, cut in CUTS.items()}
    )


def test_what_scales_bend_is_what_normal_probabilities_say() -> None:
    """Third moments of cut normal variables from their joint probabilities, not from draws."""
    answers = two_sided()
    pairs = [("a", "b"), ("a", "a")]
    deviations = answers - answers.mean()
    made = pd.DataFrame({f"{x}.{z}": deviations[x] * deviations[z] for x, z in pairs})
    made -= made.mean()
    found = made - straightened(made, answers, pairs, 1)
    gamma = np.linalg.lstsq(deviations.to_numpy(), found.to_numpy())[0]

    corr, share = polychoric(answers), answers.mean() - 1

    def together(*names: str) -> float:
        """The probability of the higher answer to all of them."""
        own = list(dict.fromkeys(names))
        upper = norm.ppf(share[own])
        return float(multivariate_normal(cov=corr.loc[own, own]).cdf(upper))

    def moment(*names: str) -> float:
        """The mean of a product of deviations from the shares, term by term."""
        total = 0.0
        for inside in itertools.product((True, False), repeat=len(names)):
            kept = [n for n, i in zip(names, inside, strict=True) if i]
            rest = np.prod([-share[n] for n, i in zip(names, inside, strict=True) if not i])
            total += float(rest) * (together(*kept) if kept else 1.0)
        return total

    squares = [[moment(x, z) for z in CUTS] for x in CUTS]
    crossed = [[moment(x, *pair) for pair in pairs] for x in CUTS]
    np.testing.assert_allclose(gamma, np.linalg.solve(squares, crossed), atol=0.01)
    assert abs(gamma[0, 0]) > 0.1 and abs(gamma[2, 0]) > 0.01  # none of it is nothing


def test_scales_too_fine_to_cut_are_left_alone() -> None:
    rng = np.random.default_rng(3)
    answers = pd.DataFrame(rng.standard_normal((60, 2)), columns=["a", "b"])
    products = pd.DataFrame({"a.b": answers["a"] * answers["b"]})
    assert straightened(products, answers, [("a", "b")], 1) is products


def test_a_missing_answer_has_no_deviation() -> None:
    answers = two_sided()
    answers.iloc[:5, 2] = np.nan
    made = pd.DataFrame({"a.b": answers["a"] * answers["b"]})
    found = straightened(made, answers, [("a", "b")], 1)
    assert found.notna().all(axis=None)
    alike = answers.assign(c=answers["c"].fillna(answers["c"].mean())).iloc[:5]
    taken = (made - found).iloc[:5]
    same = alike[["a", "b"]].duplicated(keep=False)
    assert taken[same].groupby([alike["a"], alike["b"]])["a.b"].nunique().eq(1).all()
