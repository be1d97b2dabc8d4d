"""Shares of R², necessary conditions and thresholds: against R's packages, and planted ones."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from loyalty.stats import CannotCompute, necessity, segmented, shares

GOLDEN = Path(__file__).parent / "golden"
R: dict[str, Any] = json.loads((GOLDEN / "drivers.json").read_text())
SEVEN = pd.read_csv(GOLDEN / "data" / "regression_7point.csv").astype(float)
BENT = pd.read_csv(GOLDEN / "data" / "breakpoint.csv")
Y = SEVEN["l"].to_numpy()


def listed(values: dict[str, float]) -> Any:
    return pytest.approx([values[name] for name in "qvp"], abs=1e-9)


# --- shares ------------------------------------------------------------------------------------
def test_shares_against_relaimpo_rwa_and_dominanceanalysis() -> None:
    r = SEVEN[["l", "q", "v", "p"]].corr().to_numpy()
    assert shares.explained(r) == pytest.approx(R["r2"], abs=1e-9)
    assert shares.lmg(r).tolist() == listed(R["lmg"])
    assert shares.lmg(r).tolist() == listed(R["general_dominance"])
    assert shares.johnson(r).tolist() == listed(R["johnson"])
    assert shares.product(r).tolist() == listed(R["product"])


@pytest.mark.parametrize("measure", list(shares.MEASURES))
def test_shares_of_many_matrices_at_once(measure: shares.Measure) -> None:
    rng = np.random.default_rng(4)
    many = np.array([np.corrcoef(rng.standard_normal((60, 5)), rowvar=False) for _ in range(3)])
    got = shares.MEASURES[measure](many)
    assert got.shape == (3, 4)
    assert got.sum(axis=1) == pytest.approx(shares.explained(many))
    assert got[1] == pytest.approx(shares.MEASURES[measure](many[1]))
    assert shares.shares(many, measure).sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def test_two_predictors_by_hand() -> None:
    """Of two predictors LMG's first is (r1² + R² − r2²) / 2."""
    r = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    r2 = (0.25 + 0.16 - 2 * 0.5 * 0.4 * 0.3) / (1 - 0.09)
    assert shares.lmg(r)[0] == pytest.approx((0.25 + r2 - 0.16) / 2)


def test_shares_refuse() -> None:
    same = np.ones((3, 3))
    with pytest.raises(CannotCompute) as refused:
        shares.lmg(same)
    assert refused.value.reason.code == "collinear_predictors"
    with pytest.raises(CannotCompute) as refused:
        shares.lmg(np.eye(14))
    assert refused.value.reason.code == "many_predictors"
    with pytest.raises(CannotCompute) as refused:
        shares.lmg(np.full((3, 3), np.nan))
    assert refused.value.reason.code == "correlation_not_finite"


# --- necessity ---------------------------------------------------------------------------------
@pytest.mark.parametrize("name", list("qvp"))
def test_ceilings_against_nca(name: str) -> None:
    got = necessity.ceiling(SEVEN[name].to_numpy(), Y)
    for field in ("ce_fdh", "cr_fdh", "slope", "intercept"):
        assert getattr(got, field) == pytest.approx(R["nca"][name][field], abs=1e-9)


@pytest.mark.parametrize("kind", necessity.CEILINGS)
def test_bottleneck_against_nca_to_the_digit(kind: necessity.CeilingId) -> None:
    rows = R["bottlenecks"][kind]
    assert len(rows) == 11
    for name in "qvp":
        c = necessity.ceiling(SEVEN[name].to_numpy(), Y)
        for row in rows:
            x = c.required(c.y_min + float(row["l"]) / 100 * (c.y_max - c.y_min), kind)
            part = 100 * (x - c.x_min) / (c.x_max - c.x_min)
            assert ("NN" if x == -np.inf else f"{part:.1f}") == row[name]


def test_the_line_of_the_ceiling_by_integration() -> None:
    """The area above the clipped line, by summing over a fine grid."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        x, y = rng.standard_normal((2, 40))
        c = necessity.ceiling(x, y)
        at = np.linspace(c.x_min, c.x_max, 200_001)
        line = np.clip(c.intercept + c.slope * at, c.y_min, c.y_max)
        area = float(np.trapezoid(c.y_max - line, at)) if c.slope > 0 else 0.0
        assert c.cr_fdh == pytest.approx(area / np.ptp(x) / np.ptp(y), abs=1e-6)


def test_what_is_never_reached_has_no_requirement() -> None:
    c = necessity.ceiling(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert np.isnan(c.required(3.5, "ce_fdh"))
    assert c.required(1.0, "ce_fdh") == -np.inf


def test_a_copula_keeps_margins_and_correlation() -> None:
    x, y = SEVEN["q"].to_numpy(), Y
    rho = necessity.copula(x, y, seed=1)
    ranks = necessity._ranks(len(x), 400, rho, np.random.default_rng(2))
    assert (np.sort(ranks, axis=1) == np.arange(len(x))).all()
    drawn = np.sort(y)[ranks]
    r = np.mean([np.corrcoef(np.sort(x), one)[0, 1] for one in drawn])
    assert r == pytest.approx(np.corrcoef(x, y)[0, 1], abs=0.02)
    assert rho > r  # categories hide some of it


def test_the_same_seed_the_same_p() -> None:
    x = SEVEN["q"].to_numpy()
    first, second = (necessity.tested(x, Y, permutations=100, seed=7) for _ in range(2))
    assert first == second
    assert first != necessity.tested(x, Y, permutations=100, seed=8)
    # By permutation alone it would be necessary; its correlation leaves the corner as empty.
    assert first.p["ce_fdh"] < 0.05 < first.p_correlated
    assert necessity.verdict(first, "ce_fdh", 0.1, 0.05) == "correlated"


def test_verdicts() -> None:
    def found(effect: float, p: float, beside: float) -> necessity.Necessity:
        return necessity.Necessity({"ce_fdh": effect}, {"ce_fdh": p}, beside)

    said = [
        necessity.verdict(found(*one), "ce_fdh", 0.1, 0.05)
        for one in ((0.2, 0.01, 0.01), (0.05, 0.01, 0.01), (0.2, 0.01, 0.2), (0.2, 0.2, 0.01))
    ]
    assert said == ["necessary", "small", "correlated", "none"]


@pytest.mark.parametrize(
    "test", [necessity.tested, lambda x, y, **o: necessity.carried([(x, y)], **o)]
)
def test_a_condition_with_one_value(test: Any) -> None:
    with pytest.raises(CannotCompute) as refused:
        test(np.ones(300), Y, permutations=10, seed=1, names=("q", "l"))
    assert refused.value.reason.code == "constant"
    assert refused.value.reason.parameters == {"name": "q"}


def benchmark() -> Any:
    """The simulation whose full results are kept in ``benchmarks/results/necessity.json``."""
    file = Path(__file__).parents[2] / "benchmarks" / "necessity.py"
    spec = importlib.util.spec_from_file_location("necessity_benchmark", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_necessity_planted_and_not_planted() -> None:
    """A small version of ``benchmarks/necessity.py``: 24 redraws of 300 people, step ceiling."""
    simulation = benchmark()
    got = {name: simulation.rates(name, 300, 24, 100) for name, *_ in simulation.POPULATIONS}
    for population, found in got.items():
        planted = population.startswith("planted")
        for seen in ("exact", "scores", "plausible"):
            rate = found[seen]["ce_fdh"]["unrelated"]
            if planted:
                assert rate >= 0.95, (population, seen)
            elif population == "unrelated":
                assert rate <= 0.15, (population, seen)
        for seen in ("exact", "scores"):
            if not planted:
                assert found[seen]["ce_fdh"]["necessary"] <= 0.15, (population, seen)
        if planted:
            assert found["exact"]["ce_fdh"]["necessary"] >= 0.95
    # The permutation test alone takes a mere correlation for a necessary condition.
    assert got["correlated"]["exact"]["ce_fdh"]["unrelated"] >= 0.8


def related(n: int, r: float, seed: int) -> np.ndarray:
    """Normal pairs, (2, n)."""
    return np.random.default_rng(seed).multivariate_normal([0, 0], [[1, r], [r, 1]], n).T


def test_beside_a_correlation_the_units_of_what_is_continuous_do_not_matter() -> None:
    x, y = related(200, 0.7, 3)
    p = necessity.beside_correlation(x, y, draws=200, seed=1)
    bent = necessity.beside_correlation(np.exp(x), y**3, draws=200, seed=1)
    assert 0 < p < 1 and bent == pytest.approx(p)
    codes = np.searchsorted([-1.0, 0.0, 1.0], x) + 1.0
    assert necessity._compared(codes) is codes  # answers are compared in their own units


def test_beside_a_correlation_by_drawing_normal_pairs() -> None:
    """Second derivation: whole samples of normal pairs, their ranks as normal scores, the corner
    by looping over the condition, and all that on the correlation by least squares."""

    def corner(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        order = np.argsort(x)
        scores = norm.ppf((np.arange(len(x)) + 0.5) / len(x))
        ys = scores[np.argsort(np.argsort(y))][order]
        area = 0.0
        for k in range(len(x) - 1):
            top = np.sort(np.concatenate([ys[: k + 1], np.full(necessity.SOFT, scores[0])]))
            area += (scores[k + 1] - scores[k]) * (scores[-1] - top[-necessity.SOFT :].mean())
        whole = (scores[-1] - scores[0]) ** 2
        return area / whole, float(np.corrcoef(scores, ys)[0, 1])

    for seed, planted in ((11, False), (12, False), (13, True)):
        x, y = related(80, 0.6, seed)
        if planted:
            y = np.minimum(y, 0.1 + 1.1 * x)
        found, r = corner(x, y)
        drawn = np.array([corner(*related(80, r, 1000 + k)) for k in range(500)])
        slope, start = np.polyfit(drawn[:, 1], drawn[:, 0], 1)
        left = drawn[:, 0] - start - slope * drawn[:, 1]
        expected = float((left >= found - start - slope * r).mean())
        p = necessity.beside_correlation(x, y, draws=2000, seed=5)
        assert p == pytest.approx(expected, abs=0.06), seed
        assert (p < 0.05) == planted


@pytest.mark.parametrize("seen", ["exact", "scores"])
def test_the_measured_rates_are_those_promised(seen: str) -> None:
    """Planted: found in 95 of 100 redraws; not planted: in 5, and two standard errors more."""
    file = Path(__file__).parents[2] / "benchmarks" / "results" / "necessity.json"
    for record in json.loads(file.read_text(encoding="utf-8")):
        rate = record[seen]["ce_fdh"]["necessary"]
        if record["population"].startswith("planted"):
            assert rate >= 0.95, record["population"]
        else:
            error = np.sqrt(0.05 * 0.95 / record["replications"])
            assert rate <= 0.05 + 2 * error, record["population"]


# --- thresholds --------------------------------------------------------------------------------
def test_a_threshold_against_segmented() -> None:
    got = segmented.segmented(BENT["x"].to_numpy(), BENT["y"].to_numpy())
    assert got.threshold == pytest.approx(R["threshold"]["estimate"], abs=1e-6)
    assert got.se == pytest.approx(R["threshold"]["se"], rel=1e-6)
    assert [round(v, 5) for v in (got.ci_lower, got.ci_upper)] == R["interval"]
    for side, want in zip(("below", "above"), R["slopes"], strict=True):
        values = (
            getattr(got, f"slope_{side}{end}") for end in ("", "_se", "_ci_lower", "_ci_upper")
        )
        printed = [want[name] for name in ("estimate", "se", "ci_lower", "ci_upper")]
        assert [float(f"{v:.5g}") for v in values] == printed
    assert got.profile_lower < got.threshold < got.profile_upper
    assert got.p == pytest.approx(R["davies"]["10"], rel=1e-9)


@pytest.mark.parametrize("turned", [False, True])
def test_one_value_beyond_a_threshold_has_no_slope(turned: bool) -> None:
    """The fit is the same with any threshold up to the last value, which so has no line."""
    rng = np.random.default_rng(5)
    x = rng.integers(1, 8, 400).astype(float)
    y = 0.3 * x + np.where(x == 7, 2.0, 0.0) + 0.5 * rng.standard_normal(400)
    got = segmented.segmented(8 - x if turned else x, -y if turned else y)
    near, beyond = ("above", "below") if turned else ("below", "above")
    ends = ("", "_se", "_ci_lower", "_ci_upper")
    assert np.isnan([getattr(got, f"slope_{beyond}{end}") for end in ends]).all()
    assert np.isnan([got.se, got.ci_lower, got.ci_upper]).all() and got.p < 0.001
    assert got.faster is not turned
    rest = x < 7
    slope, least = np.polyfit(x[rest], y[rest], 1), np.var(y[rest])
    assert getattr(got, f"slope_{near}") == pytest.approx(slope[0], abs=1e-6)
    assert 0 < getattr(got, f"slope_{near}_se") < np.sqrt(least / rest.sum())


def test_davies_against_segmented() -> None:
    for points in (10, 50):
        got = segmented.davies(BENT["x"].to_numpy(), BENT["y"].to_numpy(), points=points)
        assert got == pytest.approx(R["davies"][str(points)], rel=1e-9)


def test_no_bend_no_threshold() -> None:
    rng = np.random.default_rng(3)
    x = rng.uniform(1, 7, 400)
    got = segmented.segmented(x, x + rng.standard_normal(400))
    assert got.p > 0.05
    assert np.isnan(got.profile_lower) or np.isnan(got.profile_upper)


def test_a_change_at_a_place_that_is_given() -> None:
    x, y = BENT["x"].to_numpy(), BENT["y"].to_numpy()
    whole = segmented.segmented(x, y)
    got = segmented.change_at(x, y, whole.threshold)
    assert got.estimate == pytest.approx(whole.slope_above - whole.slope_below)
    assert got.ci_lower < got.estimate < got.ci_upper < 0


def test_a_threshold_outside_the_data() -> None:
    x, y = BENT["x"].to_numpy(), BENT["y"].to_numpy()
    for at in (-1.0, 99.0, float(x.max())):
        with pytest.raises(CannotCompute) as refused:
            segmented.change_at(x, y, at)
        assert refused.value.reason.code == "threshold_outside"


@pytest.mark.parametrize(
    ("x", "code"),
    [
        (np.ones(300), "constant"),
        (np.full(300, np.nan), "no_answers"),
        (np.arange(300) % 4.0, "few_values_for_threshold"),
        (np.r_[np.arange(20.0), np.full(280, np.nan)], "few_complete_rows"),
    ],
)
def test_thresholds_refuse(x: np.ndarray, code: str) -> None:
    with pytest.raises(CannotCompute) as refused:
        segmented.segmented(x, BENT["y"].to_numpy(), names=("x", "y"))
    assert refused.value.reason.code == code
