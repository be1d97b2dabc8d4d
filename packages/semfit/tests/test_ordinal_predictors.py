"""Ordinal variables given fixed predictors: verified against lavaan (``conditional.x = TRUE``)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy import integrate, stats
from sem_reference import (
    CONDITIONAL_CASES,
    CX_ITEMS,
    CX_MG,
    CX_MIMIC,
    CX_MIXED,
    GOLDEN,
    SCALAR,
    compare_fit,
    compare_parameters,
    data,
)
from semfit import categorical
from semfit.categorical import LimitedInformation, refit_ordinal
from semfit.conditional import Rectangles, conditional_statistics
from semfit.residuals import residual_variances

LAVAAN = GOLDEN / "lavaan"


def fitted(name: str) -> semfit.Result:
    model, frame, options = CONDITIONAL_CASES[name]
    return semfit.fit(model, data(frame), **options)


def golden(name: str, **options: Any) -> pd.DataFrame:
    return pd.read_csv(LAVAAN / f"{name}.csv", keep_default_na=False, na_values=["NA"], **options)


@pytest.mark.parametrize("name", CONDITIONAL_CASES)
def test_case(name: str) -> None:
    result = fitted(name)
    assert result.converged
    # groups of unequal size are weighted a little differently, see test_ordinal
    compare_parameters(result.parameters, name, error=2e-4 if "_mg" in name else 5e-5)
    compare_fit(result.fit, name)


def test_rows_without_a_predictor_are_left_out() -> None:
    result = fitted("r_cx_miss")
    assert result.estimate.n == 696
    assert result.warnings == ["left out: 4 of 700 rows, with missing values"]


@pytest.mark.parametrize(("name", "table"), [("r_cx_mimic", "std"), ("r_cx_mg_scalar", "mg_std")])
def test_standardized_solution(name: str, table: str) -> None:
    theirs = golden(f"r_cx_{table}")
    theirs = theirs[~theirs["lhs"].isin(["female", "age"])].copy()
    if "group" not in theirs:
        theirs["group"] = np.where(theirs["op"] == ":=", 0, 1)
    mine = fitted(name).standardized()
    keys = ["lhs", "op", "rhs", "group"]
    mine["rhs"], theirs["rhs"] = mine["rhs"].fillna(""), theirs["rhs"].fillna("")
    both = theirs.merge(mine, on=keys, suffixes=("_lavaan", ""))
    assert len(both) == len(theirs)
    np.testing.assert_allclose(both["est_std"], both["est.std"], atol=5e-5)
    np.testing.assert_allclose(both["se"], both["se_lavaan"], rtol=2e-4, atol=1e-9)


@pytest.mark.parametrize("name", ["r_cx_mimic", "r_cx_mixed"])
def test_modification_indices(name: str) -> None:
    theirs = golden(f"{name.replace('_mimic', '')}_mi")
    mine = fitted(name).modindices()
    both = mine.merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    # lavaan's score carries a factor (N - 1) / N
    for ours, want in (("mi", "mi_lavaan"), ("epc", "epc_lavaan"), ("sepc_all", "sepc.all")):
        np.testing.assert_allclose(both[ours], both[want] * 700 / 699, rtol=3e-4, atol=1e-4)


@pytest.mark.parametrize(("name", "stem", "group"), [("mimic", "", 0), ("mg_scalar", "mg_", 1)])
def test_residual_and_implied_moments(name: str, stem: str, group: int) -> None:
    result = fitted(f"r_cx_{name}")
    for key, theirs in (("cov", "res.cov"), ("slopes", "res.slopes")):
        left = golden(f"r_cx_{stem}resid_{theirs}", index_col=0)
        pd.testing.assert_frame_equal(result.residuals[group][key], left, atol=5e-6, rtol=0)
        want = golden(f"r_cx_{stem}implied_{theirs}", index_col=0)
        got = result.implied[group]["res_cov" if key == "cov" else key]
        pd.testing.assert_frame_equal(got, want, atol=5e-6, rtol=0)


def test_joint_moments() -> None:
    result = fitted("r_cx_mimic")
    implied = result.implied[0]
    x = ["female", "age"]
    want = golden("r_cx_implied_cov.x", index_col=0)
    pd.testing.assert_frame_equal(implied["cov"].loc[x, x], want, atol=1e-8)
    slopes = implied["slopes"]
    both = implied["res_cov"] + slopes @ want @ slopes.T
    pd.testing.assert_frame_equal(implied["cov"].loc[CX_ITEMS, CX_ITEMS], both)
    r2 = json.loads((LAVAAN / "r_cx_r2.json").read_text())["r2"]
    mine = result.r2.set_index("variable")["r2"]
    np.testing.assert_allclose(mine[list(r2)], list(r2.values()), atol=1e-5)


@pytest.mark.parametrize("kind", ["normalized", "standardized"])
def test_residuals_over_their_errors(kind: str) -> None:
    """lavaan has none; from the definition :math:`Q\\Gamma Q'/N`, one matrix for both groups."""
    estimate = fitted("r_cx_mixed_mg").estimate
    d, k = estimate.discrepancy, estimate.model.expand
    delta = np.concatenate([d.jacobian(g, estimate.x) @ k for g in range(2)])
    sizes = [len(s.moments) for s in d.statistics]
    at = [slice(0, sizes[0]), slice(sizes[0], sum(sizes))]
    gamma, weight = np.zeros((sum(sizes),) * 2), np.zeros((sum(sizes),) * 2)
    for place, s, w, share in zip(at, d.statistics, d.w, d.weights, strict=True):
        gamma[place, place] = s.gamma / s.n
        weight[place, place] = np.diag(share * w)
    if kind == "standardized":
        q = delta @ np.linalg.inv(delta.T @ weight @ delta) @ delta.T @ weight
        q = np.eye(len(q)) - q
        gamma = q @ gamma @ q.T
    for g, table in enumerate(semfit.Result(estimate).standardized_residuals(kind)):
        layout, s = d.layouts[g], d.statistics[g]
        variance = np.diag(gamma)[at[g]]
        left = (s.moments - d.implied(g, estimate.x)[0]) / np.sqrt(np.maximum(variance, 1e-12))
        slopes = left[layout.slopes].reshape(2, -1).T
        np.testing.assert_allclose(table["slopes"], slopes, rtol=1e-6, atol=1e-4)
        pairs = residual_variances(estimate, g, kind == "standardized")[0]
        got = pairs[layout.row, layout.column]
        np.testing.assert_allclose(got, variance[layout.pairs], rtol=1e-6)


def test_difference_test() -> None:
    model, frame, options = CONDITIONAL_CASES["r_cx_dif"]
    free = semfit.fit(model, data(frame), **options)
    fixed = semfit.fit(model.replace("u2 ~ female", "u2 ~ 0*female"), data(frame), **options)
    want = golden("r_cx_difference")["Chisq diff"][1]
    assert semfit.difference_test(fixed, free)["delta_chisq_scaled"] == pytest.approx(
        want, rel=1e-5
    )


def test_factor_scores() -> None:
    """Posterior modes given the predictors by R's optimiser; lavPredict's stop at about 2e-4."""
    scores = fitted("r_cx_mimic").factor_scores()
    np.testing.assert_allclose(scores, golden("r_cx_scores_mimic"), atol=2e-5)
    np.testing.assert_allclose(scores, golden("r_cx_scores_lavpredict"), atol=5e-4)
    item = semfit.fit(CX_MG + "\nu2 ~ female", data("condx"), ordered=CX_ITEMS)
    np.testing.assert_allclose(item.factor_scores(), golden("r_cx_scores"), atol=2e-5)
    with pytest.raises(semfit.ModelError, match="random variables predict"):
        semfit.fit(
            CX_MG + "\nf2 ~ spend\nspend ~ age", data("condx"), ordered=CX_ITEMS
        ).factor_scores()


def test_effects_of_predictors() -> None:
    result = fitted("r_cx_mimic")
    effects = result.effects().set_index(["from", "to", "effect"])
    table = result.parameters.set_index(["lhs", "op", "rhs"])
    defined = table.loc[("ind", ":=", "a*b")]
    indirect = effects.loc[("female", "f2", "indirect")]
    for key in ("est", "se", "std_all"):
        assert indirect[key] == pytest.approx(defined[key], rel=1e-9)
    direct = table.loc[("f2", "~", "female")]
    assert effects.loc[("female", "f2", "direct")]["se"] == pytest.approx(direct["se"], rel=1e-9)
    total = effects.loc[("female", "f2", "total")]["est"]
    assert total == pytest.approx(direct["est"] + defined["est"], rel=1e-9)


def test_place_of_predictors() -> None:
    """A variable that only has residual covariances stands after the predictors."""
    before = fitted("r_cx_order")
    after = semfit.fit(
        "med ~ female + age\nbuy ~ female\nincome ~~ med + buy\nmed ~~ buy",
        data("condx"),
        ordered="med,buy",
    )
    names = after.estimate.model.variables.observed
    assert names.index("income") > names.index("age")
    assert before.estimate.model.variables.observed.index("income") < names.index("age")

    def by_key(result: semfit.Result) -> dict[tuple[Any, ...], tuple[float, float]]:
        return {
            (op, *sorted((lhs, rhs))): (est, se)
            for lhs, op, rhs, est, se in result.parameters[
                ["lhs", "op", "rhs", "est", "se"]
            ].itertuples(index=False)
        }

    mine, theirs = by_key(after), by_key(before)
    assert set(theirs) - set(mine) == {("~", "female", "income")}
    for key, values in mine.items():
        assert values == pytest.approx(theirs[key], rel=1e-6, abs=1e-9), key
    assert after.fit["chisq_scaled"] == pytest.approx(before.fit["chisq_scaled"], rel=1e-6)


def test_units_of_predictors() -> None:
    frame = data("condx")
    plain = semfit.fit(CX_MG, frame, ordered=CX_ITEMS)
    other = semfit.fit(CX_MG, frame.assign(age=frame["age"] * -1e5 + 3e6), ordered=CX_ITEMS)
    for key in ("chisq", "chisq_scaled", "srmr", "cfi_scaled"):
        assert other.fit[key] == pytest.approx(plain.fit[key], rel=1e-6)
    mine, theirs = (r.parameters.query("op == '~' and rhs == 'age'") for r in (other, plain))
    np.testing.assert_allclose(mine["est"] * -1e5, theirs["est"], rtol=1e-6)
    np.testing.assert_allclose(mine["se"] * 1e5, theirs["se"], rtol=1e-6)
    np.testing.assert_allclose(-mine["std_all"], theirs["std_all"], rtol=1e-6)


def test_origin_of_predictors() -> None:
    """Nothing depends on where a predictor is zero (before 0.7 lavaan's polyserials did)."""
    theirs = golden("r_cx_far", index_col=0)
    model = "spend ~ age + female\nbuy ~ age\nmed ~ age + female\nspend ~~ buy+med\nbuy ~~ med"
    for shift in (0, 300):
        frame = data("condx").assign(age=data("condx")["age"] + shift)
        cov = semfit.fit(model, frame, ordered="buy,med").estimate.extra["statistics"][0].cov
        mine = cov[0, 1:3] / np.sqrt(cov[0, 0])
        np.testing.assert_allclose(mine, theirs["plain"], atol=1e-5)


def test_steps_with_curvature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where scoring steps do not get there, those of the Hessian by differences do."""
    options: dict[str, Any] = {"estimator": "ULSMV", "group": "group", "group_equal": SCALAR}
    usual = semfit.fit(CX_MG, data("condx"), ordered=CX_ITEMS, **options)
    assert usual.estimate.minimum.iterations > 8
    monkeypatch.setattr(categorical, "LIMIT", 8)
    other = semfit.fit(CX_MG, data("condx"), ordered=CX_ITEMS, **options)
    assert other.converged
    np.testing.assert_allclose(other.estimate.x, usual.estimate.x, atol=1e-6)


def test_cases_alike_are_one_cell() -> None:
    """Distinct values of a predictor, all but equal, take every case as its own cell."""
    frame = data("condx")
    jitter = np.random.default_rng(1).normal(size=len(frame)) * 1e-9
    model = CX_MG.replace(" + age", "")
    cells = semfit.fit(model, frame, ordered=CX_ITEMS)
    alone = semfit.fit(model, frame.assign(female=frame["female"] + jitter), ordered=CX_ITEMS)
    np.testing.assert_allclose(alone.estimate.x, cells.estimate.x, atol=1e-6)
    np.testing.assert_allclose(alone.vcov, cells.vcov, atol=1e-6)


@pytest.mark.parametrize("start", [0.0, 0.4, -0.85])
@pytest.mark.parametrize("end", [-0.97, -0.3, 0.42, 0.86, 0.995])
def test_rectangles(start: float, end: float) -> None:
    low, high = np.array([-0.4, -38.0, 1.1, 2.0]), np.array([0.7, 0.3, 38.0, 2.2])
    left, right = np.array([-1.5, 0.2, -38.0, 2.1]), np.array([-0.9, 38.0, 0.1, 2.15])
    cells = Rectangles(low, high, left, right)
    mine = cells.independent + cells.change(0.0, start) + cells.change(start, end)
    for k in range(len(low)):

        def strip(x: float, k: int = k) -> float:
            root = np.sqrt(1 - end**2)
            tail = stats.norm.cdf((right[k] - end * x) / root)
            return float(stats.norm.pdf(x) * (tail - stats.norm.cdf((left[k] - end * x) / root)))

        lower, upper = max(low[k], -9.0), min(high[k], 9.0)
        kinks = [e / end for e in (left[k], right[k]) if lower < e / end < upper]
        options = {"epsabs": 1e-13, "limit": 200, "points": kinks or None}
        want = integrate.quad(strip, lower, upper, **options)[0]
        assert mine[k] == pytest.approx(want, abs=3e-9)


def test_both_steps_maximise_their_likelihoods() -> None:
    """Likelihoods written out with SciPy's distributions fall on both sides of every estimate."""
    names = ["med", "spend", "buy", "female", "age"]
    raw = data("condx")[names].to_numpy(float)[:150]
    x = raw[:, 3:]
    s = conditional_statistics(raw, names, [0, 2], [3, 4], {"med": 4, "buy": 2})

    def limits(k: int, theta: np.ndarray) -> np.ndarray:
        cuts = np.concatenate([[-np.inf], theta[:-2], [np.inf]])
        code = raw[:, k].astype(int)
        return np.array([cuts[code - 1], cuts[code]]) - x @ theta[-2:]

    def mass(low: np.ndarray, high: np.ndarray) -> float:
        return float(np.log(stats.norm.cdf(high) - stats.norm.cdf(low)).sum())

    for k in (0, 2):
        theta = np.concatenate([s.thresholds[k], s.slopes[k]])
        best = mass(*limits(k, theta))
        for step in np.diag([1e-3] * (len(theta) - 1) + [1e-5]):
            assert mass(*limits(k, theta + step)) < best > mass(*limits(k, theta - step))
    a, b = (limits(k, np.concatenate([s.thresholds[k], s.slopes[k]])) for k in (0, 2))
    design = np.column_stack([np.ones(150), x])
    slope, *_ = np.linalg.lstsq(design, raw[:, 1], rcond=None)
    np.testing.assert_allclose([s.mean[1], *s.slopes[1]], slope, rtol=1e-8)
    rest = raw[:, 1] - design @ slope
    assert s.cov[1, 1] == pytest.approx(rest @ rest / 150, rel=1e-10)
    z = rest / np.sqrt(s.cov[1, 1])

    def ordinal(rho: float) -> float:
        law = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
        corners = [(i, j, (-1) ** (i + j)) for i in (0, 1) for j in (0, 1)]
        box = sum(sign * law.cdf(np.column_stack([a[i], b[j]])) for i, j, sign in corners)
        return float(np.log(box).sum())

    def mixed(rho: float) -> float:
        return mass(*((a - rho * z) / np.sqrt(1 - rho * rho)))

    for function, rho in ((ordinal, s.cov[0, 2]), (mixed, s.cov[0, 1] / np.sqrt(s.cov[1, 1]))):
        assert function(rho + 1e-3) < function(rho) > function(rho - 1e-3)


@pytest.mark.parametrize("name", ["r_cx_dif", "r_cx_mg_scalar", "r_cx_mixed_mg", "r_cx_latent"])
def test_jacobian_against_differences(name: str) -> None:
    d: LimitedInformation = fitted(name).estimate.discrepancy
    rng = np.random.default_rng(5)
    x = fitted(name).estimate.x
    x = x + 0.05 * rng.normal(size=len(x))
    for g in range(len(d.statistics)):
        step = 1e-6 * np.eye(len(x))
        numeric = [(d.implied(g, x + h)[0] - d.implied(g, x - h)[0]) / 2e-6 for h in step]
        np.testing.assert_allclose(d.jacobian(g, x), np.transpose(numeric), atol=1e-7, rtol=1e-6)
    value, gradient = d.value_and_gradient(x)
    numeric = [(d.value_and_gradient(x + h)[0] - value) / 1e-7 for h in 1e-7 * np.eye(len(x))]
    np.testing.assert_allclose(gradient, numeric, atol=2e-4 * np.abs(gradient).max())


@pytest.mark.parametrize("name", ["r_cx_dif", "r_cx_mg_scalar", "r_cx_mixed_mg", "r_cx_latent"])
def test_hessian_against_differences(name: str) -> None:
    d: LimitedInformation = fitted(name).estimate.discrepancy
    rng = np.random.default_rng(6)
    x = fitted(name).estimate.x
    x = x + 0.05 * rng.normal(size=len(x))
    step = 1e-5 * np.eye(len(x))
    ends = [(d.value_and_gradient(x + h)[1], d.value_and_gradient(x - h)[1]) for h in step]
    numeric = np.array([high - low for high, low in ends]) / 2e-5
    hessian = d.hessian(x)
    np.testing.assert_allclose(hessian, numeric, atol=1e-7 * np.abs(hessian).max())


def test_bootstrap() -> None:
    result = fitted("r_cx_mimic")
    estimate = result.estimate
    again = refit_ordinal(estimate, estimate.extra["source"].groups)
    assert again is not None and again[1]
    np.testing.assert_allclose(again[0], estimate.x, atol=1e-7)
    boot = result.bootstrap(60, seed=1)
    assert boot.converged.sum() >= 58
    ratio = boot.parameters()["se"] / result.parameters["se"]
    paths = result.parameters["op"].isin(["~", ":="])
    assert ratio[paths].between(0.6, 1.6).all()
    assert boot.standardized()["se"].gt(0).any() and len(boot.effects()) == len(result.effects())


def test_ladder() -> None:
    ladder = semfit.invariance(CX_MG, data("condx"), group="group", ordered=CX_ITEMS)
    assert list(ladder.table["level"]) == ["configural", "thresholds", "metric", "scalar"]
    scalar = fitted("r_cx_mg_scalar")
    assert ladder.table["chisq"].iloc[-1] == pytest.approx(scalar.fit["chisq_scaled"], rel=1e-8)


def test_one_dependent_variable() -> None:
    """A probit regression; without a pair of variables there is no baseline model to compare."""
    frame = data("condx")
    one = semfit.fit("buy ~ female + age", frame, ordered="buy")
    assert one.df == 0 and one.fit["chisq"] == 0 and one.fit["crmr"] == 0
    less = semfit.fit("buy ~ female + 0*age", frame, ordered="buy")
    assert less.df == 1 and less.fit["chisq"] > 3 and np.isnan(less.fit["tli"])


def refusal(model: str, frame: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(semfit.ModelError) as caught:
        semfit.fit(model, frame, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_refuses() -> None:
    frame = data("condx")
    all_: dict[str, Any] = {"ordered": CX_ITEMS}
    text = refusal(CX_MIMIC, frame.assign(female=1), **all_)
    assert text == "variable 'female' has zero variance"
    text = refusal(CX_MIMIC, frame.assign(female=frame["age"] * 2 + 1), **all_)
    assert text.endswith("perfectly collinear are female, age")
    text = refusal(CX_MIMIC, frame, ordered=[*CX_ITEMS, "female"])
    assert text == "ordered variable 'female' only predicts: give it as numbers, not in ordered="
    group_wise = frame.assign(female=np.where(frame["group"] == "A", frame["female"], 0))
    text = refusal(CX_MG, group_wise, group="group", **all_)
    assert text == "variable 'female' has zero variance in group 'B'"
    assert "'buy' has two values" in refusal("buy ~ age\nmed ~ female", frame, ordered="med")
    apart = frame.assign(buy=np.where(frame["female"] == 1, 2, frame["buy"]))
    text = refusal("buy ~ female\nmed ~ age", apart, ordered="buy,med")
    assert text.startswith("the probit regression of 'buy' on the predictors has no finite")
    rare = frame.assign(female=(np.arange(len(frame)) % 350 == 0) * 1)
    text = refusal(CX_MG.replace(" + age", ""), rare, **all_)
    assert text.startswith("the slopes of 'u2' on the predictors have no standard errors")


def test_category_not_seen_with_a_value() -> None:
    frame = data("condx").copy()
    frame.loc[(frame["female"] == 1) & (frame["u1"] == 4), "u1"] = 3
    assert semfit.fit(CX_MIMIC, frame, ordered=CX_ITEMS).converged
    assert semfit.fit(CX_MIMIC, frame, ordered=True).converged  # all but the predictors
    assert semfit.fit(
        CX_MIXED, frame.assign(female=frame["female"] == 1), ordered=CX_ITEMS
    ).converged
