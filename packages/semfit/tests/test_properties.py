"""Independent derivations: finite differences, invariances, equalities between estimators."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import semfit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sem_reference import HS, PD, data
from semfit.discrepancy.fiml import FullInformation, stack_of
from semfit.discrepancy.normal import NormalTheory
from semfit.estimate import case_scores
from semfit.model import Model, summed_by_cells, summed_over_patterns
from semfit.optimise import Factor
from semfit.refit import Batch, DenseKernel, FactorKernel

QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def problems(draw: st.DrawFn) -> tuple[str, pd.DataFrame, dict[str, object]]:
    """A random model with data that it can be fitted to."""
    factors = draw(st.integers(1, 3))
    per = draw(st.integers(3, 4))
    lines = [f"f{f} =~ " + " + ".join(f"y{f}{k}" for k in range(per)) for f in range(factors)]
    paths = draw(st.booleans())
    if paths:
        lines += [f"f{f} ~ f{f - 1}" for f in range(1, factors)]
    regressed = draw(st.booleans())
    if regressed:
        lines.append(f"f{factors - 1} ~ x1" + (" + x2" if draw(st.booleans()) else ""))
    # Three indicators with a covariance between two of them are identified only by a factor beside
    # theirs, and an exogenous factor does not covary with an endogenous one.
    if factors > 1 and (paths or factors > 2 or not regressed) and draw(st.booleans()):
        lines.append("y00 ~~ y01")
    options: dict[str, object] = {"meanstructure": draw(st.booleans())}
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    n = 200
    frame = pd.DataFrame({"x1": rng.normal(size=n), "x2": rng.normal(size=n)})
    eta = np.zeros(n)
    for f in range(factors):
        eta = 0.5 * eta + rng.normal(size=n) + 0.2 * frame["x1"].to_numpy()
        for k in range(per):
            frame[f"y{f}{k}"] = (0.7 + 0.1 * k) * eta + 0.7 * rng.normal(size=n) + k
    if draw(st.booleans()):
        frame["g"] = rng.integers(0, 2, n)
        options["group"] = "g"
        if draw(st.booleans()):
            options["group_equal"] = ["loadings"]
    return "\n".join(lines), frame, options


def numeric_gradient(function: object, x: np.ndarray, step: float = 1e-6) -> np.ndarray:
    out = np.zeros(len(x))
    for k in range(len(x)):
        h = step * max(1.0, abs(x[k]))
        e = np.zeros(len(x))
        e[k] = h
        out[k] = (function(x + e) - function(x - e)) / (2 * h)  # type: ignore[operator]
    return out


def somewhere(x: np.ndarray, seed: int = 0) -> np.ndarray:
    return x * (1 + 0.05 * np.random.default_rng(seed).normal(size=len(x)))


@QUICK
@given(problems())
def test_gradients_and_hessians(problem: tuple[str, pd.DataFrame, dict[str, object]]) -> None:
    model, frame, options = problem
    estimate = semfit.fit(model, frame, **options).estimate
    x = somewhere(estimate.x)
    for kind in ("ML", "GLS", "ULS"):
        d = NormalTheory(estimate.model, estimate.sample.groups, kind, kind != "ML")
        value, gradient = d.value_and_gradient(x)
        if not np.isfinite(value):
            continue
        near = numeric_gradient(lambda t, d=d: d.value_and_gradient(t)[0], x)
        np.testing.assert_allclose(gradient, near, atol=2e-6 * (1 + np.abs(near).max()))
    d = NormalTheory(estimate.model, estimate.sample.groups)
    if np.isfinite(d.value_and_gradient(x)[0]):
        hessian = d.observed_information(x)
        for k in range(0, len(x), 4):
            e = np.zeros(len(x))
            e[k] = 1e-6
            near = (d.value_and_gradient(x + e)[1] - d.value_and_gradient(x - e)[1]) / 2e-6
            np.testing.assert_allclose(hessian[k], near, atol=1e-5 * (1 + np.abs(near).max()))


@QUICK
@given(problems())
def test_case_scores_and_kernels(problem: tuple[str, pd.DataFrame, dict[str, object]]) -> None:
    model, frame, options = problem
    estimate = semfit.fit(model, frame, **options).estimate
    x = somewhere(estimate.x, 1)
    d = NormalTheory(estimate.model, estimate.sample.groups)
    value, gradient = d.value_and_gradient(x)
    if not np.isfinite(value):
        return
    total = np.zeros(len(x))
    for block, sample, m in zip(
        estimate.model.blocks, estimate.sample.groups, estimate.model.moments(x), strict=True
    ):
        total += case_scores(block, m, sample, len(x), estimate.means).sum(axis=0)
    np.testing.assert_allclose(-total / estimate.n, gradient, atol=1e-10 * (1 + estimate.n))
    batch = Batch(
        [s.cov[None] for s in estimate.sample.groups],
        [s.mean[None] for s in estimate.sample.groups],
        estimate.weights,
    )
    dense = DenseKernel(estimate.model).gradient(x[None], batch)[0]
    np.testing.assert_allclose(dense, gradient, atol=1e-9)
    if FactorKernel.serves(estimate.model):
        fast = FactorKernel(estimate.model).gradient(x[None], batch)[0]
        moments = [k for k in range(len(x)) if not _is_mean(estimate.model, k)]
        same = NormalTheory(_without_means(estimate.model), estimate.sample.groups)
        want = same.value_and_gradient(x)[1]
        np.testing.assert_allclose(fast[moments], want[moments], atol=1e-9)


def _is_mean(model: Model, k: int) -> bool:
    return model.rows[model.free[k]].op == "~1"


def _without_means(model: Model) -> Model:
    from dataclasses import replace

    return replace(model, meanstructure=False)


@QUICK
@given(problems(), st.randoms(use_true_random=False))
def test_order_does_not_matter(problem: tuple, random: object) -> None:
    model, frame, options = problem
    one = semfit.fit(model, frame, **options)
    columns = list(frame.columns)
    random.shuffle(columns)  # type: ignore[attr-defined]
    shuffled = frame[columns].sample(frac=1.0, random_state=1)
    if "group" in options:  # the order of groups is that of the rows
        shuffled = shuffled.sort_values(
            "g",
            key=lambda c: c.map({v: k for k, v in enumerate(frame["g"].unique())}),
            kind="stable",
        )
    two = semfit.fit(model, shuffled, **options)
    if one.converged and two.converged:
        np.testing.assert_allclose(one.parameters["est"], two.parameters["est"], atol=1e-6)
        assert one.fit["chisq"] == pytest.approx(two.fit["chisq"], abs=1e-7)


@pytest.mark.parametrize(("model", "name"), [(HS, "hs"), (PD, "pd")])
def test_moments_are_enough(model: str, name: str) -> None:
    frame = data(name)
    raw = semfit.fit(model, frame, meanstructure=True)
    names = list(raw.implied[0]["cov"].columns)
    moments = semfit.fit(
        model,
        sample_cov=frame[names].cov(),
        sample_nobs=len(frame),
        sample_mean=frame[names].mean(),
        meanstructure=True,
    )
    np.testing.assert_allclose(raw.parameters["est"], moments.parameters["est"], atol=1e-8)
    np.testing.assert_allclose(raw.parameters["se"], moments.parameters["se"], atol=1e-8)
    for key in ("chisq", "cfi", "srmr", "aic", "rmsea_ci_upper"):
        assert raw.fit[key] == pytest.approx(moments.fit[key], abs=1e-7)


def test_groups_from_moments() -> None:
    frame = data("hs")
    names = [f"x{k}" for k in range(1, 10)]
    raw = semfit.fit(HS, frame, group="school", group_equal="loadings")
    parts = {k: frame[frame["school"] == k][names] for k in raw.group_labels}
    moments = semfit.fit(
        HS,
        sample_cov={k: v.cov() for k, v in parts.items()},
        sample_nobs={k: len(v) for k, v in parts.items()},
        sample_mean={k: v.mean() for k, v in parts.items()},
        group_equal="loadings",
    )
    np.testing.assert_allclose(raw.parameters["est"], moments.parameters["est"], atol=1e-8)


def test_fiml_without_holes_is_ml_with_means() -> None:
    ml = semfit.fit(HS, data("hs"), meanstructure=True, se="observed")
    fiml = semfit.fit(HS, data("hs"), missing="fiml")
    np.testing.assert_allclose(ml.parameters["est"], fiml.parameters["est"], atol=1e-9)
    np.testing.assert_allclose(ml.parameters["se"], fiml.parameters["se"], atol=1e-9)
    for key in ("chisq", "logl", "cfi", "srmr"):
        assert ml.fit[key] == pytest.approx(fiml.fit[key], abs=1e-7)


def test_fiml_gradient_and_hessian() -> None:
    estimate = semfit.fit(HS, data("hs_miss"), missing="fiml").estimate
    d = FullInformation(estimate.model, estimate.sample.groups)
    x = somewhere(estimate.x)
    gradient = d.value_and_gradient(x)[1]
    near = numeric_gradient(lambda t: d.value_and_gradient(t)[0], x)
    np.testing.assert_allclose(gradient, near, atol=1e-7)
    hessian = d.observed_information(x)
    for k in (0, 5, 12, 25):
        e = np.zeros(len(x))
        e[k] = 1e-6
        near = (d.value_and_gradient(x + e)[1] - d.value_and_gradient(x - e)[1]) / 2e-6
        np.testing.assert_allclose(hessian[k], near, atol=1e-5)


def test_effects_follow_from_labels() -> None:
    model = (
        PD.replace("dem60 ~ ind60", "dem60 ~ a*ind60").replace(
            "dem65 ~ ind60+dem60", "dem65 ~ c*ind60 + b*dem60"
        )
        + "\nind := a*b\ntot := c + a*b"
    )
    result = semfit.fit(model, data("pd"))
    effects = result.effects().set_index(["from", "to", "effect"])
    table = result.parameters.set_index("lhs")
    for effect, name in (("indirect", "ind"), ("total", "tot")):
        row = effects.loc[("ind60", "dem65", effect)]
        assert row["est"] == pytest.approx(table.loc[name, "est"])
        assert row["se"] == pytest.approx(table.loc[name, "se"])
        assert row["std_all"] == pytest.approx(table.loc[name, "std_all"])


def test_a_second_derivative_of_none_or_less_is_no_warning() -> None:
    """Where the exact second derivatives are indefinite there is no step, and nothing overflows."""
    h = np.array([[0.0, 1e200, 0.3], [1e200, -2.0, 0.1], [0.3, 0.1, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        factor = Factor(h, 0.0)
        assert factor.solve(np.ones(3)) is None
    good = np.array([[2.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(Factor(good, 0.0).solve(np.ones(2)), np.linalg.solve(good, [1, 1]))


def test_the_sum_over_patterns_is_the_same_by_parameter_and_by_moment() -> None:
    """Of few variables it goes by their moments, of many by the parameters."""
    rows = data("pd")
    rows = rows.mask(np.random.default_rng(5).random(rows.shape) < 0.2)
    estimate = semfit.fit(PD, rows, missing="fiml").estimate
    block, moments = estimate.model.blocks[0], estimate.moments[0]
    stack = stack_of(estimate.sample.groups[0])
    pair = stack.inverses(moments.sigma)
    assert pair is not None
    w, share = pair[0], stack.n / stack.total
    d = (stack.mean - moments.mu) * stack.seen
    h = 2 * (w @ (stack.cov + d[:, :, None] * d[:, None, :]) @ w) - w
    b = (w @ d[:, :, None])[:, :, 0]
    for parts in ((w, w, None), (w, h, b)):
        one = summed_by_cells(block, moments, share, *parts)
        other = summed_over_patterns(block, moments, share, *parts)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * np.abs(other).max())
