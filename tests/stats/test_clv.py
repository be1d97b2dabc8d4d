"""Customer-base models against the published estimates and against numerical integration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.special import gamma, roots_genlaguerre, roots_jacobi

from loyalty.cases import study
from loyalty.cases import tables as resources
from loyalty.ground.errors import UserError
from loyalty.stats import CannotCompute, clv

#: r, alpha, a, b
THETA = np.array([0.6, 5.0, 0.8, 2.5])


def customers() -> pd.DataFrame:
    """Every kind of customer: one purchase, several, a recent and an old last one."""
    return pd.DataFrame(
        {
            "x": [0, 0, 1, 1, 2, 4, 7, 12],
            "t_x": [0.0, 0.0, 3.0, 28.0, 20.0, 10.0, 29.5, 12.0],
            "t": [30.0, 12.0, 30.0, 30.0, 25.0, 30.0, 30.0, 30.0],
            "value": [np.nan, np.nan, 20.0, 35.0, 8.0, 60.0, 27.0, 31.0],
        }
    )


def mixed(inner, theta: np.ndarray, decay: float = 0.0) -> float:
    """The mean of inner(rate, leaving) over the population's gamma and beta distributions.

    By Gauss's quadrature; `decay` is how fast inner falls off in the rate, so that the nodes lie
    where it is not yet nothing.
    """
    r, alpha, a, b = theta
    u, wu = roots_genlaguerre(80, r - 1)
    v, wv = roots_jacobi(80, b - 1, a - 1)
    rate, leave = u / (alpha + decay), (v + 1) / 2
    values = inner(rate[:, None], leave[None, :]) * np.exp(u - alpha * rate)[:, None]
    scale = (alpha / (alpha + decay)) ** r / gamma(r)
    return float(scale * (wu @ values @ wv) / wv.sum())


def alive_and_gone(row: pd.Series, theta: np.ndarray) -> tuple[float, float]:
    """Likelihood of being a customer still, and of having left, from the model's definition."""
    x, t_x, t = row["x"], row["t_x"], row["t"]
    alive = mixed(lambda m, p: (1 - p) ** x * m**x * np.exp(-m * t), theta, t)
    if x == 0:
        return alive, 0.0
    gone = mixed(lambda m, p: p * (1 - p) ** (x - 1) * m**x * np.exp(-m * t_x), theta, t_x)
    return alive, gone


@pytest.fixture(scope="module")
def tenth() -> pd.DataFrame:
    """CDNOW's purchases of every tenth customer."""
    described = study.load("cdnow")
    (table,) = (r for r in described.resources if r.id == "tenth")
    try:
        return resources.load(described, table).rows
    except UserError as error:
        if "could not be downloaded" in str(error):
            pytest.skip(str(error))
        raise


def test_published_cdnow(tenth: pd.DataFrame) -> None:
    """Fader, Hardie & Lee (2005), Marketing Science 24; Fader & Hardie (2013) for the values."""
    summary = clv.customer_summary(tenth, pd.Timestamp("1997-09-30"))
    assert len(summary) == 2357
    assert summary["t"].max() == pytest.approx(272 / 7)
    got = clv.bg_nbd(summary)
    assert got.point.round(3).tolist() == [0.243, 4.414, 0.793, 2.426]
    assert got.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    value = clv.gamma_gamma(summary)
    assert value.n == 946
    assert value.point.round(2).tolist() == [6.25, 3.74, 15.44]
    # The mean purchase of a customer who is not known further, as printed there.
    nobody = pd.DataFrame({"x": [0], "value": [np.nan]})
    assert clv.expected_value(value.point, nobody)[0] == pytest.approx(35.17, abs=0.1)


def test_likelihood_is_the_integral_of_the_model() -> None:
    rng = np.random.default_rng(4)
    rate, leave = rng.gamma(0.9, 1 / 4.0, 150), rng.beta(0.9, 2.0, 150)
    rows = []
    for m, p in zip(rate, leave, strict=True):
        now, bought, last = 0.0, 0, 0.0
        while (now := now + rng.exponential(1 / m)) < 30:
            bought, last = bought + 1, now
            if rng.random() < p:
                break
        rows.append({"x": bought, "t_x": round(last), "t": 30.0})
    got = clv.bg_nbd(pd.DataFrame(rows))
    total = 0.0
    table = pd.DataFrame(rows)
    for key, n in table.groupby(["x", "t_x", "t"]).size().items():
        row = pd.Series(key, index=["x", "t_x", "t"])
        total += n * np.log(sum(alive_and_gone(row, got.point)))
    assert got.log_likelihood == pytest.approx(total, rel=1e-6)


def test_expected_purchases_by_integration() -> None:
    for t in (0.5, 13.0, 52.0):
        direct = mixed(lambda m, p, t=t: -np.expm1(-m * p * t) / p, THETA)
        assert clv.expected_purchases(THETA, np.array([t]))[0] == pytest.approx(direct, rel=1e-5)


def test_alive_and_conditional_purchases_by_integration() -> None:
    table = customers()
    got = clv.probability_alive(THETA, table)
    ahead = clv.conditional_purchases(THETA, table, 26.0)
    r, alpha, a, b = THETA
    for i, row in table.iterrows():
        alive, gone = alive_and_gone(row, THETA)
        assert got[i] == pytest.approx(alive / (alive + gone), rel=1e-5)
        later = np.array([r + row["x"], alpha + row["t"], a, b + row["x"]])
        mean = mixed(lambda m, p: -np.expm1(-m * p * 26.0) / p, later)
        assert ahead[i] == pytest.approx(got[i] * mean, rel=1e-4)
    assert got[0] == got[1] == 1.0  # who never bought again cannot have left


def test_formula_has_no_gap_at_one() -> None:
    table = customers()
    near = [
        clv.conditional_purchases(np.array([0.6, 5.0, a, 2.5]), table, 26.0)
        for a in (1 - 1e-5, 1.0, 1 + 1e-5)
    ]
    np.testing.assert_allclose(near[1], (near[0] + near[2]) / 2, rtol=1e-6)


def test_simulated_totals_agree_with_the_formula() -> None:
    table = pd.concat([customers()] * 200, ignore_index=True)
    totals = clv.simulate_purchases(np.tile(THETA, (200, 1)), table, 26.0, seed=3)
    expected = clv.conditional_purchases(THETA, table, 26.0).sum()
    assert abs(totals.mean() - expected) < 4 * totals.std() / np.sqrt(200)
    assert totals.std() < 0.1 * expected
    again = clv.simulate_purchases(np.tile(THETA, (200, 1)), table, 26.0, seed=3)
    assert (again == totals).all()


def test_gamma_gamma_by_integration() -> None:
    rng = np.random.default_rng(6)
    p, q, g = 5.0, 4.0, 20.0
    x = rng.integers(1, 6, 400)
    scale = rng.gamma(q, 1 / g, 400)
    z = np.array([rng.gamma(p, 1 / v, n).mean() for v, n in zip(scale, x, strict=True)])
    table = pd.DataFrame({"x": np.r_[x, 0], "value": np.r_[z, np.nan]})
    got = clv.gamma_gamma(table)
    p, q, g = got.point
    # The mean of x gamma values is gamma itself.
    total = sum(
        np.log(
            quad(
                lambda v, n=n, m=m: (
                    stats.gamma.pdf(m, p * n, scale=1 / (v * n))
                    * stats.gamma.pdf(v, q, scale=1 / g)
                ),
                0,
                5,
                points=[0.05, 0.2, 0.5],
            )[0]
        )
        for n, m in zip(x[:40], z[:40], strict=True)
    )
    assert got.n == 400
    ll = sum(_gamma_gamma(n, m, p, q, g) for n, m in zip(x[:40], z[:40], strict=True))
    assert ll == pytest.approx(total, rel=1e-6)
    whole = sum(_gamma_gamma(n, m, p, q, g) for n, m in zip(x, z, strict=True))
    assert got.log_likelihood == pytest.approx(whole, rel=1e-9)
    means = clv.expected_value(got.point, table)
    assert means[-1] == pytest.approx(p * g / (q - 1))
    posterior = stats.gamma(p * x[0] + q, scale=1 / (g + x[0] * z[0]))
    assert means[0] == pytest.approx(posterior.expect(lambda v: p / v), rel=1e-6)


def _gamma_gamma(x: float, z: float, p: float, q: float, g: float) -> float:
    """Log density of a mean value: a beta-prime distribution, by SciPy."""
    return float(stats.betaprime.logpdf(x * z / g, p * x, q) + np.log(x / g))


def test_intervals_cover_in_draws_and_scale(tenth: pd.DataFrame) -> None:
    summary = clv.customer_summary(tenth, pd.Timestamp("1997-09-30"))
    got = clv.bg_nbd(summary)
    drawn = got.draws(4000, 1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(low, got.parameters["ci_lower"], rtol=0.06)
    np.testing.assert_allclose(high, got.parameters["ci_upper"], rtol=0.06)
    # Values in cents instead of dollars change nothing but gamma.
    cents = clv.gamma_gamma(summary.assign(value=summary["value"] * 100))
    value = clv.gamma_gamma(summary)
    np.testing.assert_allclose(cents.point, value.point * [1, 1, 100], rtol=1e-6)


def test_lifetime_value_discounts_each_part_in_its_middle() -> None:
    table = customers()
    spend = np.array([5.0, 4.0, 20.0])
    halves = clv.conditional_purchases(THETA, table, 26.0)
    whole = clv.conditional_purchases(THETA, table, 52.0)
    each = clv.expected_value(spend, table)
    direct = (halves / 1.1**0.25 + (whole - halves) / 1.1**0.75) * each
    got = clv.lifetime_value(THETA, spend, table, weeks=52, discount=0.1, periods=2)
    np.testing.assert_allclose(got, direct)


def test_summary_merges_the_purchases_of_a_day() -> None:
    rows = pd.DataFrame(
        [
            ("a", "2020-01-01", 5.0),
            ("a", "2020-01-15", 3.0),
            ("a", "2020-01-15", 4.0),
            ("b", "2020-01-08", 9.0),
            ("b", "2020-03-01", 9.0),
            ("c", "2020-02-20", 1.0),
        ],
        columns=["customer", "date", "amount"],
    ).assign(date=lambda d: pd.to_datetime(d["date"]))
    got = clv.customer_summary(rows, pd.Timestamp("2020-01-29"))
    assert got.index.tolist() == ["a", "b"]
    assert got["x"].tolist() == [1, 0]
    assert got["t_x"].tolist() == [2.0, 0.0]
    assert got["t"].tolist() == [4.0, 3.0]
    assert got["spend"].tolist() == [12.0, 9.0]
    assert got["value"].tolist()[0] == 7.0 and np.isnan(got["value"]["b"])


def test_refuses() -> None:
    with pytest.raises(CannotCompute, match="no purchase up to 2019-01-01"):
        rows = pd.DataFrame({"customer": ["a"], "date": [pd.Timestamp("2020-01-01")]})
        clv.customer_summary(rows, pd.Timestamp("2019-01-01"))
    with pytest.raises(CannotCompute, match="only 6 customers bought again"):
        clv.bg_nbd(customers())
    wrong = customers().assign(t_x=99.0)
    with pytest.raises(CannotCompute, match="outside the time observed"):
        clv.bg_nbd(wrong)
    alike = pd.DataFrame({"x": [3] * 200, "t_x": [9.0] * 200, "t": [10.0] * 200})
    with pytest.raises(CannotCompute, match="no maximum at finite values of r, alpha, a, b"):
        clv.bg_nbd(alike)
    with pytest.raises(CannotCompute, match="only 6 customers have a repeat purchase"):
        clv.gamma_gamma(customers())
    with pytest.raises(CannotCompute, match="infinite"):
        clv.expected_value(np.array([5.0, 0.9, 20.0]), customers())


def test_probability_of_another_purchase_is_that_of_the_model() -> None:
    """Alive, and no purchase of a Poisson process of that rate: by Gauss's quadrature."""
    table, weeks = customers(), 13.0
    got = clv.probability_again(THETA, table, weeks)
    for k, row in table.iterrows():
        x, t = row["x"], row["t"]
        alive, gone = alive_and_gone(row, THETA)
        silent = mixed(
            lambda m, p, x=x, t=t: (1 - p) ** x * m**x * np.exp(-m * (t + weeks)),
            THETA,
            t + weeks,
        )
        assert got[k] == pytest.approx((alive - silent) / (alive + gone), rel=1e-8)
