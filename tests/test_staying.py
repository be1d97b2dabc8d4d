"""What an attitude goes with, by two models of how customers leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.conduct import words
from loyalty.analyses.conduct.staying import Staying
from loyalty.cases import study
from loyalty.estimates import attitude, staying
from loyalty.ground.findings import cited
from loyalty.ground.reasons import CannotCompute
from loyalty.shown.context import Case
from loyalty.stats import clv
from loyalty.stats.pareto_nbd import pareto_nbd

RATE, LEAVING = 0.4, -0.4
AT = "retail-simulated/conduct/staying"


def drawn(model: staying.Model, n: int, seed: int, leaving: float = LEAVING) -> Any:
    """Answers and purchases over two years, the attitude on both rates."""
    rng = np.random.default_rng(seed)
    eta = rng.standard_normal(n)
    often = rng.gamma(1.0, 1 / 6.0, n) * np.exp(RATE * eta)
    if model == "bg_nbd":
        chance = rng.beta(0.8 * np.exp(leaving * eta), 5.0)
        until = np.full(n, 104.0)
    else:
        chance = np.zeros(n)
        life = rng.exponential(1 / (rng.gamma(1.2, 1 / 60.0, n) * np.exp(leaving * eta)))
        until = np.minimum(life, 104.0)
    rows = []
    for each, gone, end in zip(often, chance, until, strict=True):
        when = np.sort(rng.uniform(0, end, rng.poisson(each * end)))
        stop = rng.geometric(max(gone, 1e-12)) if gone > 0 else len(when)
        when = when[:stop]
        rows.append((len(when), when[-1] if len(when) else 0.0))
    purchases = pd.DataFrame(rows, columns=["x", "t_x"]).astype(float).assign(t=104.0)
    noise = rng.standard_normal((n, 3)) * 0.7
    items = pd.DataFrame(4 + eta[:, None] * (1.0, 0.9, 0.8) + noise, columns=["a", "b", "c"])
    return items, purchases


@pytest.mark.parametrize("model", ["bg_nbd", "pareto_nbd"])
def test_planted_effects_are_found_in_the_model_they_come_from(model: staying.Model) -> None:
    items, purchases = drawn(model, 1500, 1)
    found = staying.by_model(attitude.measured(items), purchases)
    own = found[model]
    assert own.rate.ci_lower < RATE < own.rate.ci_upper
    assert own.leaving.ci_lower < LEAVING < own.leaving.ci_upper < 0
    other: staying.Model = "pareto_nbd" if model == "bg_nbd" else "bg_nbd"
    gap, half = staying.apart(own, found[other])
    assert gap > half  # the purchases speak for the model that they come from
    sums = staying.apart(own, found[other], np.arange(1500) // 50)
    assert sums[0] == pytest.approx(gap) and sums[1] != pytest.approx(half)


def test_without_an_attitude_both_are_the_plain_models() -> None:
    purchases = drawn("bg_nbd", 400, 2)[1]
    zero = np.zeros(400)
    estimates = clv.bg_nbd(purchases)
    beta = np.concatenate([[0.0, 0.0], np.log(estimates.point)])
    total = staying.Purchases(purchases, "bg_nbd").value(beta, zero, zero).sum()
    assert total == pytest.approx(estimates.log_likelihood, rel=1e-9)
    fitted = pareto_nbd(purchases)
    beta = np.concatenate([[0.0, 0.0], np.log(fitted.parameters["estimate"])])
    total = staying.Purchases(purchases, "pareto_nbd").value(beta, zero, zero).sum()
    assert total == pytest.approx(fitted.log_likelihood, rel=1e-9)


def test_nine_points_of_the_attitude_are_enough() -> None:
    purchases = drawn("pareto_nbd", 200, 3)[1]
    rng = np.random.default_rng(4)
    mean, variance = rng.standard_normal(200), np.full(200, 0.35)
    beta = np.array([0.6, -0.6, 0.2, 1.8, 0.1, 4.0])
    step = staying.Purchases(purchases, "pareto_nbd")
    few = step.value(beta, mean, variance)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    each = [
        np.exp(step.value(beta, mean + np.sqrt(0.35) * node, np.zeros(200))) * w
        for node, w in zip(nodes, weights / weights.sum(), strict=True)
    ]
    np.testing.assert_allclose(few, np.log(np.sum(each, axis=0)), atol=1e-4)


def test_too_few_people_or_repeat_purchases() -> None:
    items, purchases = drawn("bg_nbd", 120, 5)
    measured = attitude.measured(items)
    with pytest.raises(CannotCompute, match="bought again"):
        staying.by_model(measured, purchases.assign(x=0.0, t_x=0.0))
    with pytest.raises(CannotCompute):
        staying.by_model(measured, purchases.where(purchases.index.to_series() < 30))


def test_who_reads_it_is_told_whether_it_hangs_on_the_model() -> None:
    def row(model: str, conduct: str, verdict: str) -> dict[str, Any]:
        low = {"+": 1.2, "-": 0.5, "open": 0.8}[verdict]
        return {
            "model": model,
            "conduct": conduct,
            "times": low + 0.2,
            "ci_lower": low,
            "ci_upper": low + 0.4,
            "planted": None,
            "verdict": verdict,
        }

    def found(better: float, verdict: str) -> Staying:
        rows = [
            row("bg_nbd", "rate", "+"),
            row("pareto_nbd", "rate", "+"),
            row("bg_nbd", "leaving", "open"),
            row("pareto_nbd", "leaving", "-"),
        ]
        return Staying.model_validate(
            {
                "attitude": "repurchase",
                "n": 900,
                "reliability": 0.8,
                "rows": rows,
                "better": better,
                "better_ci_lower": better - 10,
                "better_ci_upper": better + 10,
                "verdict": verdict,
            }
        )

    case = Case("retail-simulated", study.load("retail-simulated"))
    rate, leaving, better = (t.en for t in words.staying(cited(found(50.0, "+"), AT), case))
    assert "the same under both" in rate and "hangs on" in leaving
    assert "likelier under BG/NBD" in better and "50" in better
    assert "likelier under Pareto/NBD" in words.staying(cited(found(-50.0, "-"), AT), case)[2].en
    assert "is open" in words.staying(cited(found(3.0, "open"), AT), case)[2].en
