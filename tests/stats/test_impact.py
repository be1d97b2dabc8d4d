"""Complaints: shares, impact and marginal effects, derived a second time."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from loyalty.stats import CannotCompute, impact


@pytest.mark.parametrize(("hits", "n"), [(0, 12), (5, 12), (12, 12), (613, 1000)])
def test_wilson_solves_its_equation(hits: int, n: int) -> None:
    """The limits are where |p - P| = z sqrt(P (1 - P) / n)."""
    value, low, high = impact.share(hits, n)
    assert value == hits / n
    for limit in (low, high):
        assert abs(value - limit) == pytest.approx(
            1.959963984540054 * math.sqrt(limit * (1 - limit) / n), abs=1e-9
        )
    assert 0 <= low <= value <= high <= 1


def test_two_shares_are_as_far_apart_as_their_wilson_limits_say() -> None:
    """Method 10 of Newcombe (1998): the root of the squared distances to the limits."""
    found = impact.shares_apart(56, 70, 48, 80)
    (p, low, high), (q, low_q, high_q) = found.one, found.other
    assert (p, low, high) == impact.share(56, 70) and (q, low_q, high_q) == impact.share(48, 80)
    assert found.difference == pytest.approx(
        (p - q, p - q - math.hypot(p - low, high_q - q), p - q + math.hypot(high - p, q - low_q))
    )
    assert found.difference[1:] == pytest.approx((0.0524, 0.3339), abs=5e-5)  # as he prints


def test_a_share_of_nothing() -> None:
    assert all(math.isnan(x) for x in impact.share(0, 0))


def filed(n: int = 3000) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    of = rng.choice(["price", "quality", "returns", "rare"], n, p=[0.3, 0.4, 0.298, 0.002])
    soon, solved = rng.random(n) < 0.6, rng.random(n) < 0.5
    base = np.select([of == "quality", of == "price"], [-0.7, 0.6], 0.1)
    stayed = rng.random(n) < 1 / (1 + np.exp(-(base + 0.5 * soon + 1.0 * solved)))
    return pd.DataFrame(
        {
            "class": of,
            "hours": rng.gamma(1.5, 16, n),
            "soon": pd.array(soon, dtype="boolean"),
            "solved": pd.array(solved, dtype="boolean"),
            "stayed": pd.array(stayed, dtype="boolean"),
        }
    )


def test_impact_by_counting() -> None:
    rows = filed()
    got = impact.class_impact(rows["class"], rows["stayed"])
    yes = rows["stayed"].astype(bool)
    inside = rows["class"] == "quality"
    one = got.loc["quality"]
    gap = yes[~inside].mean() - yes[inside].mean()
    assert got.index[0] == "quality" and one["difference"] == pytest.approx(gap)
    assert one["impact"] == pytest.approx(gap * inside.mean())
    # what the definition says: the rise of the share that stays, were they like the others
    like_others = np.where(inside, yes[~inside].mean(), yes)
    assert one["impact"] == pytest.approx(like_others.mean() - yes.mean())
    assert one["impact_low"] > 0
    assert math.isnan(got.loc["rare", "impact"]) and got.index[-1] == "rare"
    lost = rows["stayed"].mask(rows.index < 100)
    assert impact.class_impact(rows["class"], lost)["n"].sum() == len(rows) - 100
    with pytest.raises(CannotCompute, match="not two classes"):
        impact.class_impact(rows["class"], rows["stayed"].mask(rows["class"] != "price"))


def test_marginal_effects_of_flags_as_statsmodels_has_them() -> None:
    import statsmodels.api as sm

    rows = filed()
    rows = rows[rows["class"] != "rare"]
    got = impact.staying(rows, ["soon", "solved"])
    assert got.reference == "price" and got.n == len(rows)
    x = rows[["soon", "solved"]].astype(float)
    for name in ("quality", "returns"):
        x[name] = (rows["class"] == name).astype(float)
    fit = sm.Logit(rows["stayed"].astype(float), sm.add_constant(x)).fit(disp=0, cov_type="HC1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        margins = fit.get_margeff(at="overall", dummy=True)
    np.testing.assert_allclose(got.effects["effect"].iloc[:2], margins.margeff[:2], rtol=1e-6)
    np.testing.assert_allclose(got.effects["se"].iloc[:2], margins.margeff_se[:2], rtol=1e-5)
    # a class: everybody in it against everybody in the reference
    beta = fit.params
    base = beta["const"] + x[["soon", "solved"]] @ beta[["soon", "solved"]]
    p1, p0 = (1 / (1 + np.exp(-(base + shift))) for shift in (beta["quality"], 0.0))
    assert got.effects.loc["quality", "effect"] == pytest.approx((p1 - p0).mean(), rel=1e-6)


def test_staying_refuses() -> None:
    rows = filed(400)
    with pytest.raises(CannotCompute, match="nothing varies"):
        impact.staying(rows.assign(stayed=True), ["soon"])
    with pytest.raises(CannotCompute, match="only 20 complaints"):
        impact.staying(rows.head(20), ["soon", "solved"])
    split = rows[rows["class"] != "rare"].assign(solved=rows["stayed"])
    with pytest.raises(CannotCompute, match="no solution"):
        impact.staying(split, ["soon", "solved"])


def test_complaints_as_points() -> None:
    rows = pd.DataFrame(
        {
            "class": ["a", "b", "a", "b"],
            "hours": [0.0, 0.0, np.e**2 - 1, np.nan],
            "solved": pd.array([True, True, True, False], dtype="boolean"),
        }
    )
    points, at = impact.complaint_space(rows)
    np.testing.assert_array_equal(at, [0, 1, 2])
    assert np.linalg.norm(points[0] - points[1]) == pytest.approx(1.0)  # class alone differs
    hours = np.log1p(rows["hours"].dropna())
    assert np.linalg.norm(points[0] - points[2]) == pytest.approx(2.0 / hours.std(ddof=0))
