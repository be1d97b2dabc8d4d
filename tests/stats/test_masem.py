"""Two-stage meta-analytic SEM against metaSEM and against derivations of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from loyalty.stats import CannotCompute, masem

NAMES = ["q", "v", "s", "l"]
PATHS = [("q", "v"), ("q", "s"), ("v", "s"), ("s", "l"), ("q", "l")]


@pytest.fixture(scope="module")
def gold(golden_json: Any) -> dict[str, Any]:
    """From golden/make_masem.R."""
    values: dict[str, Any] = golden_json("masem.json")
    return values


@pytest.fixture(scope="module")
def studies(gold: dict[str, Any]) -> tuple[list[pd.DataFrame], list[int]]:
    frames = [pd.DataFrame(s["cor"], NAMES, NAMES, dtype=float) for s in gold["studies"]]
    return frames, [s["n"] for s in gold["studies"]]


def table(r: float, *more: float) -> pd.DataFrame:
    """A correlation matrix of q, v (and s) from r_qv (and r_qs, r_vs)."""
    size = 3 if more else 2
    full = np.eye(size)
    full[np.triu_indices(size, 1)] = [r, *more]
    full += np.triu(full, 1).T
    return pd.DataFrame(full, NAMES[:size], NAMES[:size])


# --- against metaSEM -----------------------------------------------------------------------------
@pytest.mark.parametrize("effects", ["fixed", "random"])
def test_matches_metasem(
    studies: tuple[list[pd.DataFrame], list[int]], gold: dict[str, Any], effects: Any
) -> None:
    pooled = masem.pool_correlations(*studies, effects=effects)
    want = gold[effects]
    names, estimates, errors = zip(*want["stage1"], strict=True)
    assert pooled.table["estimate"].tolist() == pytest.approx(estimates[:6], abs=1e-6)
    assert pooled.table["se"].tolist() == pytest.approx(errors[:6], rel=1e-5)
    assert (pooled.k, pooled.n, pooled.df) == (12, 5579, 60)
    assert pooled.table["studies"].tolist() == [10, 12, 12, 10, 10, 12]
    if effects == "random":
        assert names[6] == "Tau2_1_1"
        assert pooled.table["tau2"].tolist() == pytest.approx(estimates[6:], abs=1e-6)
    else:
        # metaSEM prints 696.157; what the same estimates give one study at a time is 696.221.
        assert pooled.chisq == pytest.approx(
            want["stage1_fit"]["Chi-square of target model"], rel=1e-3
        )
        assert pooled.chisq == pytest.approx(by_study(pooled, *studies), rel=1e-8)
        assert pooled.table["tau2"].isna().all()
    model = masem.path_model(pooled, PATHS)
    for name, estimate, error in want["stage2"]:
        row = model.paths.set_index(["from_", "to"]).loc[(name[-1], name[0])]
        assert (row["estimate"], row["se"]) == pytest.approx((estimate, error), abs=1e-6), name
    fit = want["stage2_fit"]
    assert model.chisq == pytest.approx(fit["Chi-square of target model"], rel=1e-5)
    assert model.df == 1 and model.p == pytest.approx(fit["p value of target model"], rel=1e-4)
    assert (model.cfi, model.rmsea) == pytest.approx((fit["CFI"], fit["RMSEA"]), abs=1e-6)
    assert model.srmr == pytest.approx(fit["SRMR"], abs=1e-6)


def by_study(pooled: masem.PooledCorrelations, frames: list[pd.DataFrame], n: list[int]) -> float:
    """Twice the log-likelihood ratio, every study's standard deviations sought by themselves."""
    r, total = pooled.table.set_index(["a", "b"])["estimate"], 0.0
    for frame, size in zip(frames, n, strict=True):
        known = [v for v in NAMES if frame.loc[v].drop(v).notna().any()]
        s = frame.loc[known, known].to_numpy(float)
        p = [[1.0 if a == b else r.get((a, b), r.get((b, a))) for a in known] for b in known]

        def minus(logs: np.ndarray, s: np.ndarray = s, p: Any = p) -> float:
            full = p * np.exp(np.add.outer(logs, logs))
            gap = np.linalg.slogdet(full)[1] - np.linalg.slogdet(s)[1]
            return float(gap + np.trace(np.linalg.solve(full, s)) - len(s))

        total += size * minimize(minus, np.zeros(len(known)), tol=1e-12).fun
    return total


# --- against derivations of our own --------------------------------------------------------------
def test_one_correlation_pools_as_means_do() -> None:
    """Two variables: inverse-variance means and, by ML, tau² = mean square less error variance."""
    r, n = [0.2, 0.5, 0.6, 0.3], [200] * 4
    pooled = masem.pool_correlations([table(x) for x in r], n)
    row, mean = pooled.table.loc[0], np.mean(r)
    v = (1 - mean**2) ** 2 / 200
    tau2 = np.mean((np.array(r) - mean) ** 2) - v
    assert (row["estimate"], row["tau2"]) == pytest.approx((mean, tau2))
    assert row["se"] == pytest.approx(np.sqrt((v + tau2) / 4))
    q = np.sum((np.array(r) - mean) ** 2) / v
    assert (row["q"], row["q_df"], pooled.chisq) == pytest.approx((q, 3, q))
    assert row["i2"] == pytest.approx(tau2 / (tau2 + v))
    assert (row["ci_upper"] - row["estimate"]) / row["se"] == pytest.approx(1.959964, abs=1e-6)


def test_alike_studies_have_no_variance_between_them() -> None:
    frames = [table(0.5, 0.4, 0.6), table(0.51, 0.4, 0.6), table(0.5, 0.41, 0.6)]
    pooled = masem.pool_correlations(frames, [300, 400, 300])
    assert (pooled.table["tau2"] == 0).all() and (pooled.table["i2"] == 0).all()
    fixed = masem.pool_correlations(frames, [300, 400, 300], effects="fixed")
    assert pooled.table["estimate"].tolist() == pytest.approx(
        fixed.table["estimate"].tolist(), abs=1e-4
    )
    assert fixed.p > 0.9 and (fixed.table["i2"] == 0).all()


def test_known_errors_by_numerical_maximum_likelihood() -> None:
    """The likelihood written down again, its maximum and information by SciPy and differences."""
    r = np.array([[0.3, 0.5, 0.4], [0.5, 0.6, 0.5], [0.6, 0.4, 0.7], [0.2, 0.5, 0.5]])
    se = np.array([[0.06, 0.05, 0.07], [0.08, 0.05, 0.06], [0.05, 0.07, 0.05], [0.1, 0.09, 0.08]])
    frames, errors = [table(*x) for x in r], [table(*x) for x in se]
    n = [200, 150, 300, 100]
    pooled = masem.pool_correlations(frames, n, standard_errors=errors)
    one = masem._olkin_siotani(table(*np.average(r, axis=0, weights=n)).to_numpy())
    cor = one / np.sqrt(np.outer(np.diag(one), np.diag(one)))

    def minus(x: np.ndarray) -> float:
        total = 0.0
        for y, s in zip(r, se, strict=True):
            v, e = cor * np.outer(s, s) + np.diag(x[3:]), y - x[:3]
            total += 0.5 * float(np.linalg.slogdet(v)[1] + e @ np.linalg.solve(v, e))
        return total

    ours = np.concatenate([pooled.table["estimate"], pooled.table["tau2"]])
    found = minimize(
        minus, ours + 0.01, bounds=[(-1, 1)] * 3 + [(0, 1)] * 3, options={"ftol": 1e-15}
    )
    assert ours == pytest.approx(found.x, abs=1e-4) and minus(ours) <= found.fun + 1e-9
    free = ours > 0
    h, steps = 1e-4, np.eye(6)[free]
    information = np.array(
        [
            [
                (
                    minus(ours + h * (a + b))
                    - minus(ours + h * (a - b))
                    - minus(ours - h * (a - b))
                    + minus(ours - h * (a + b))
                )
                / (4 * h * h)
                for a in steps
            ]
            for b in steps
        ]
    )
    wanted = np.sqrt(np.diag(np.linalg.inv(information))[:3])
    assert pooled.table["se"].to_numpy() == pytest.approx(wanted, rel=1e-3)


def test_a_model_of_all_paths_is_a_regression_and_fits(
    studies: tuple[list[pd.DataFrame], list[int]],
) -> None:
    pooled = masem.pool_correlations(*studies)
    model = masem.path_model(pooled, [*PATHS, ("v", "l")])
    r = np.eye(4)
    r[np.triu_indices(4, 1)] = pooled.table["estimate"]
    r += np.triu(r, 1).T
    b = np.linalg.solve(r[:3, :3], r[:3, 3])
    rows = model.paths.set_index(["from_", "to"])["estimate"]
    assert [rows[x, "l"] for x in "qvs"] == pytest.approx(b)
    assert model.r2["l"] == pytest.approx(b @ r[:3, 3])
    assert (model.df, model.cfi, model.rmsea) == (0, 1.0, 0.0)
    assert model.chisq == pytest.approx(0, abs=1e-12) and np.isnan(model.p)
    # A model of three of the variables is of their correlations alone.
    part = masem.path_model(pooled, [("q", "s"), ("v", "s")])
    assert part.df == 0 and list(part.paths["to"]) == ["s", "s"]


def test_results_are_plain_data(studies: tuple[list[pd.DataFrame], list[int]]) -> None:
    pooled = masem.pool_correlations(*studies)
    assert masem.PooledCorrelations.from_dict(pooled.to_dict()) == pooled
    assert pooled.variables == ("q", "v", "s", "l")
    model = masem.path_model(pooled, PATHS)
    assert masem.PathModel.from_dict(model.to_dict()) == model


# --- refusals ------------------------------------------------------------------------------------
def refused(code: str) -> Any:
    return pytest.raises(CannotCompute, check=lambda e: e.reason.code == code)


def test_what_cannot_be_pooled() -> None:
    one, full = table(0.5), table(0.5, 0.4, 0.6)
    with refused("few_studies"):
        masem.pool_correlations([one], [100])
    with refused("few_studies_for_pair"):
        masem.pool_correlations([one, full], [100, 100])
    with refused("correlation_outside"):
        masem.pool_correlations([one, table(1.0)], [100, 100])
    with refused("standard_error_not_positive"):
        masem.pool_correlations([one, one], [100, 100], standard_errors=[table(0.1), table(0.0)])
    odd = table(0.9, 0.9, -0.9)
    with refused("correlations_not_positive_definite"):
        masem.pool_correlations([full, odd], [100, 100], effects="fixed")
    with refused("correlations_not_positive_definite"):
        masem.pool_correlations([odd, odd], [100, 100])
    gap = full.copy()
    gap.loc["q", "v"] = gap.loc["v", "q"] = np.nan
    with refused("correlation_missing"):
        masem.pool_correlations([full, gap], [100, 100], effects="fixed")
    with pytest.raises(ValueError, match="2 matrices but 1 sizes"):
        masem.pool_correlations([one, one], [100])
    with pytest.raises(ValueError, match="one matrix a study"):
        masem.pool_correlations([one, one], [100, 90], standard_errors=[one])


def test_what_is_no_path_model() -> None:
    pooled = masem.pool_correlations([table(0.5, 0.4, 0.6), table(0.4, 0.4, 0.5)], [100, 100])
    with refused("paths_in_a_circle"):
        masem.path_model(pooled, [("q", "v"), ("v", "q")])
    with refused("variable_not_pooled"):
        masem.path_model(pooled, [("q", "l")])
    with pytest.raises(ValueError, match="given twice"):
        masem.path_model(pooled, [("q", "v"), ("q", "v")])
    odd = replace(pooled, table=pooled.table.assign(estimate=[-0.9, 0.9, 0.9]))
    with refused("residual_variance_not_positive"):
        masem.path_model(odd, [("q", "s"), ("v", "s")])
