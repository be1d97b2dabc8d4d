"""From what people say to what they do: the models, against published values and planted truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.special import betaincinv, gammaincinv, gammaln
from scipy.stats import norm

from loyalty.estimates import attitude
from loyalty.estimates.cross_lagged import cross_lagged, model
from loyalty.stats import CannotCompute, clv

WAVES = Path(__file__).parents[1] / "data" / "games-telemetry" / "waves.csv.gz"


# --- over waves ----------------------------------------------------------------------------------
def wide(score: str) -> pd.DataFrame:
    """Hours a day (x) and a score (y) of every player, three waves."""
    rows = pd.read_csv(WAVES)
    rows["hours"] = rows["hours_logged"] / 14
    parts = [
        rows.pivot(index="player", columns="wave", values=column).add_prefix(letter)
        for letter, column in (("x", "hours"), ("y", score))
    ]
    return pd.concat(parts, axis=1)


def test_the_printed_intervals_of_affect() -> None:
    found = cross_lagged(wide("affect")).effects
    limits = found[["ci_lower", "ci_upper"]].round(2)
    assert limits.to_numpy().tolist() == [[0.46, 0.49], [0.0, 0.01], [-0.07, 0.03], [0.34, 0.41]]


def test_levels_of_people_do_not_pass_for_effects() -> None:
    """People who say more also do more; within them neither moves the other."""
    rng = np.random.default_rng(11)
    n = 4000
    x = rng.standard_normal(n)
    level = {"x": x, "y": 0.8 * x + 0.6 * rng.standard_normal(n)}
    frame = pd.DataFrame(
        {f"{v}{t}": level[v] + rng.standard_normal(n) for t in (1, 2, 3, 4) for v in "xy"}
    )
    found = cross_lagged(frame)
    assert (found.effects["estimate"].abs() < 3 * found.effects["se"]).all()
    assert found.between_ci_lower < 0.8 < found.between_ci_upper
    pooled = np.corrcoef(frame["x1"], frame["y2"])[0, 1]
    assert pooled > 0.3  # what one would take for an effect


def test_a_planted_effect_within_people_is_found() -> None:
    rng = np.random.default_rng(12)
    n = 4000
    x, y = rng.standard_normal((2, n))
    columns, own = {}, rng.standard_normal((2, n))
    for t in (1, 2, 3):
        columns[f"x{t}"], columns[f"y{t}"] = own[0] + x, own[1] + y
        x, y = (
            0.3 * x + 0.2 * y + rng.standard_normal(n),
            0.4 * y + rng.standard_normal(n),
        )
    found = cross_lagged(pd.DataFrame(columns)).effects
    for name, truth in {"bx": 0.3, "gx": 0.2, "gy": 0.0, "by": 0.4}.items():
        assert abs(found.loc[name, "estimate"] - truth) < 3.3 * found.loc[name, "se"], name
    assert found.loc["gx", "ci_lower"] > 0


def test_two_waves_are_too_few() -> None:
    with pytest.raises(CannotCompute, match="three waves"):
        model(2)


# --- one latent attitude, one outcome ------------------------------------------------------------
LOADINGS = (1.0, 0.9, 0.8)


def answers(eta: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    noise = rng.standard_normal((len(eta), 3)) * 0.8
    return pd.DataFrame(5 + eta[:, None] * LOADINGS + noise, columns=["a", "b", "c"])


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, pd.DataFrame]:
    rng = np.random.default_rng(5)
    eta = rng.standard_normal(3000)
    items = answers(eta, rng)
    holes = rng.random(items.shape) < 0.06
    holes[holes.all(axis=1)] = False
    return eta, items.mask(holes)


def test_given_their_answers_attitudes_are_factor_scores(
    sample: tuple[np.ndarray, pd.DataFrame],
) -> None:
    """Mean and variance: semfit's regression scores, standardized, and their errors."""
    items = sample[1].dropna()
    found = attitude.measured(items)
    mean, variance = found.given(found.theta)
    fitted = semfit.fit("f =~ a + b + c", items, missing="fiml")
    scores = fitted.factor_scores()["f"].to_numpy()
    table = fitted.parameters
    sd = np.sqrt(table[(table["lhs"] == "f") & (table["op"] == "~~")]["est"].iloc[0])
    np.testing.assert_allclose(mean, scores / sd, atol=2e-5)
    assert 1 - variance[0] == pytest.approx(found.reliability, abs=1e-6)


def test_spending_is_what_structural_after_measurement_says(
    sample: tuple[np.ndarray, pd.DataFrame],
) -> None:
    eta, items = sample
    items = items.dropna()
    eta = eta[items.index]
    rng = np.random.default_rng(6)
    spent = np.exp(3 + 0.4 * (0.45 * eta + np.sqrt(1 - 0.45**2) * rng.standard_normal(len(eta))))
    values = pd.DataFrame({"y": spent})
    found = attitude.effect(attitude.measured(items), "spending", values)
    frame = items.assign(log=np.log(spent))
    sam = semfit.sam("f =~ a + b + c\nlog ~ f", frame).structural.standardized().iloc[0]
    assert found.estimate == pytest.approx(sam["est_std"], abs=0.004)
    assert found.se == pytest.approx(sam["se"], rel=0.06)
    assert found.ci_lower < 0.45 < found.ci_upper


def outcomes(eta: np.ndarray) -> dict[attitude.Outcome, tuple[float, pd.DataFrame]]:
    """Of each kind of outcome, the planted effect and the values."""
    rng = np.random.default_rng(7)
    n = len(eta)
    z = 0.5 * eta + np.sqrt(0.75) * rng.standard_normal(n)
    rate = -np.log(norm.sf(z)) / 8  # exponential, a mean of one in eight weeks
    weeks = np.full(n, 60.0)
    times = [np.cumsum(rng.exponential(1 / r, 400)) for r in rate]
    leaves = [rng.random(400) < p for p in rng.beta(0.8, 6.0, n)]
    rows = []
    for when, gone in zip(times, leaves, strict=True):
        bought = when[: int(np.argmax(gone)) + 1 if gone.any() else 400]
        bought = bought[bought < 60]
        rows.append((len(bought), bought[-1] if len(bought) else 0.0))
    purchases = pd.DataFrame(rows, columns=["x", "t_x"]).assign(t=weeks)
    return {
        "rate": (0.5, purchases.astype(float)),
        "repeat": (0.5, pd.DataFrame({"y": (z > 0.3).astype(float)})),
        "complaints": (
            -0.5,
            pd.DataFrame({"y": rng.poisson(np.exp(0.1 - 0.5 * eta)).astype(float)}),
        ),
    }


@pytest.mark.parametrize("kind", ["rate", "repeat", "complaints"])
def test_planted_effects_are_found_and_the_naive_are_too_small(
    kind: attitude.Outcome, sample: tuple[np.ndarray, pd.DataFrame]
) -> None:
    eta, items = sample
    truth, values = outcomes(eta)[kind]
    found = attitude.effect(attitude.measured(items), kind, values)
    plain = attitude.naive(items.mean(axis=1), kind, values)
    assert found.ci_lower < truth < found.ci_upper
    assert abs(plain.estimate) < abs(found.estimate)
    assert not plain.ci_lower < truth < plain.ci_upper
    assert found.se > plain.se


def test_the_rate_without_an_attitude_is_bg_nbd(sample: tuple[np.ndarray, pd.DataFrame]) -> None:
    """With no correlation the copula's likelihood is BG/NBD's, summed over a grid."""
    values = outcomes(sample[0])["rate"][1]
    estimates = clv.bg_nbd(values)
    step = attitude.step_of("rate", values)
    beta = np.concatenate([[0.0], np.log(estimates.point)])
    zero = np.zeros(len(values))
    total = step.value(beta, zero, zero).sum()
    # bg_nbd's has no factorials either; both are of the same data
    assert total == pytest.approx(estimates.log_likelihood, rel=1e-6)


def bought(n: int, leaving: float, rate: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and purchases: who is attached buys more often, and leaves more or less often."""
    rng = np.random.default_rng(seed)
    eta = rng.standard_normal(n)
    scores = [r * eta + np.sqrt(1 - r**2) * rng.standard_normal(n) for r in (leaving, rate)]
    p, often = betaincinv(0.8, 4.0, norm.cdf(scores[0])), gammaincinv(1.0, norm.cdf(scores[1])) / 6
    rows = []
    for chance, each in zip(p, often, strict=True):
        x, last, now = 0, 0.0, rng.exponential(1 / each)
        while now <= 70:
            x, last = x + 1, now
            if rng.random() < chance:
                break
            now += rng.exponential(1 / each)
        rows.append((x, last, 70.0))
    return answers(eta, rng), pd.DataFrame(rows, columns=["x", "t_x", "t"]).astype(float)


def test_leaving_is_found_where_it_is_planted_beside_the_rate() -> None:
    items, values = bought(1500, -0.4, 0.5, 100)
    known = items.notna().any(axis=1)
    found = attitude.effect(attitude.measured(items[known]), "leaving", values[known])
    assert found.ci_lower < -0.4 < found.ci_upper < 0
    assert found.se < 0.09


def test_leaving_without_an_attitude_is_bg_nbd() -> None:
    values = bought(300, 0.0, 0.0, 3)[1]
    estimates = clv.bg_nbd(values)
    beta = np.concatenate([[0.0, 0.0], np.log(estimates.point)])
    some = np.full(len(values), 0.4)
    total = attitude.step_of("leaving", values).value(beta, some, some).sum()
    assert total == pytest.approx(estimates.log_likelihood, rel=1e-6)


def test_the_likelihood_of_leaving_by_a_product_of_quadratures() -> None:
    """Over the attitude, the rate's score and the chance's, 40 points each, person by person."""
    values = bought(60, -0.3, 0.4, 4)[1]
    step, beta = attitude.step_of("leaving", values), np.array([-0.3, 0.45, 0.1, 1.7, -0.2, 1.3])
    rng = np.random.default_rng(1)
    mean, variance = rng.standard_normal(60) * 0.9, np.full(60, 0.2)
    found = step.value(beta, mean, variance)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    leaving, rating = np.tanh(beta[:2])
    r, alpha, a, b = np.exp(beta[2:])
    for k in np.flatnonzero(values["x"] < 6)[:12]:
        x, t_x, t = values.iloc[k]
        eta = mean[k] + np.sqrt(variance[k]) * nodes
        p = betaincinv(a, b, norm.cdf(leaving * eta[:, None] + np.sqrt(1 - leaving**2) * nodes))
        each = rating * eta[:, None] + np.sqrt(1 - rating**2) * nodes
        each = gammaincinv(r, np.minimum(norm.cdf(each), 1 - 1e-15)) / alpha
        stays = ((1 - p) ** x @ weights) * (each**x * np.exp(-each * t) @ weights)
        total = weights @ stays
        if x > 0:
            gone = p * (1 - p) ** (x - 1) @ weights
            total += weights @ (gone * (each**x * np.exp(-each * t_x) @ weights))
        assert found[k] == pytest.approx(np.log(total), abs=2e-3), k
    _, scores = step.both(beta, mean, variance)
    np.testing.assert_allclose(
        scores, attitude.derivatives(lambda c: step.value(c, mean, variance), beta), atol=1e-6
    )


def test_clusters_make_errors_larger() -> None:
    rng = np.random.default_rng(9)
    firm = np.repeat(np.arange(30), 40)
    eta = rng.standard_normal(1200) * 0.7 + rng.standard_normal(30)[firm] * 0.7
    y = np.exp(0.4 * eta + rng.standard_normal(30)[firm] + rng.standard_normal(1200))
    values = pd.DataFrame({"y": y})
    found = attitude.measured(answers(eta, rng))
    alone = attitude.effect(found, "spending", values)
    together = attitude.effect(found, "spending", values, clusters=firm)
    assert together.se > 1.5 * alone.se
    assert together.estimate == alone.estimate


def test_the_complaints_likelihood_is_poisson_where_the_attitude_is_known() -> None:
    y, mean = np.array([0.0, 2.0, 5.0]), np.array([-1.0, 0.0, 1.0])
    step = attitude.step_of("complaints", pd.DataFrame({"y": np.tile(y, 20)}))
    found = step.value(np.array([0.3, 0.2]), np.tile(mean, 20), np.zeros(60))[:3]
    log_mu = 0.2 + 0.3 * mean
    np.testing.assert_allclose(found, y * log_mu - np.exp(log_mu) - gammaln(y + 1), rtol=1e-10)


def test_what_is_refused(sample: tuple[np.ndarray, pd.DataFrame]) -> None:
    items = sample[1]
    with pytest.raises(CannotCompute, match="three items"):
        attitude.measured(items[["a", "b"]])
    found = attitude.measured(items)
    ones = pd.DataFrame({"y": np.ones(len(items))})
    with pytest.raises(CannotCompute, match="0 people"):
        attitude.effect(found, "repeat", ones)
    with pytest.raises(CannotCompute, match="above zero"):
        attitude.effect(found, "spending", ones - 1)
    with pytest.raises(CannotCompute, match="does not vary"):
        attitude.effect(found, "complaints", ones - 1)
    few = ones.where(np.arange(len(items))[:, None] < 30)
    with pytest.raises(CannotCompute, match="30 people"):
        attitude.effect(found, "repeat", few)
