"""The bootstrap: interval types against lavaan, exactness of refits, determinism, judgement."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, HS, PD_MEDIATION, TWO, data
from semfit.bootstrap import _MomentRefits, refit_groups
from semfit.data import group_sample
from semfit.intervals import bootstrap_interval
from semfit.refit import Refitter
from semfit.resampling import LARGE_GROUP, RANDOM_BLOCKS, MomentSums, Plan

KINDS = {"perc": "percentile", "basic": "basic", "norm": "norm", "bca.simple": "bc"}


@pytest.mark.parametrize("theirs", KINDS)
def test_interval_types_from_lavaans_draws(theirs: str) -> None:
    draws = pd.read_csv(GOLDEN / "lavaan" / "pd_med_boot_coef.csv")
    golden = pd.read_csv(GOLDEN / "lavaan" / f"pd_med_boot_ci_{theirs}.csv")
    values = draws[["a", "c", "b"]].assign(ind=draws["a"] * draws["b"])
    values["tot"] = values["c"] + values["ind"]
    names = {"dem60~ind60": "a", "dem65~ind60": "c", "dem65~dem60": "b"}
    for row in golden.to_dict("records"):
        column = names.get(f"{row['lhs']}{row['op']}{row['rhs']}", row["lhs"])
        if column not in values or (theirs == "norm" and row["op"] == ":="):
            continue  # lavaan takes the bias of := at the mean draw, we take that of its draws
        low, high = bootstrap_interval(
            np.array([row["est"]]), values[[column]].to_numpy(), KINDS[theirs]
        )
        assert low[0] == pytest.approx(row["ci.lower"], abs=1e-6)
        assert high[0] == pytest.approx(row["ci.upper"], abs=1e-6)


@pytest.mark.parametrize(
    ("model", "name", "options"),
    [
        (HS, "hs", {}),
        (HS, "hs", {"meanstructure": True}),
        (TWO, "hs", {"group": "school", "group_equal": ["loadings"]}),
        (TWO, "hs", {"group": "school", "group_equal": ["loadings", "intercepts"]}),
        (PD_MEDIATION, "pd", {}),
        ("x5 ~ x1 + x2\nx9 ~ x5 + x1", "hs", {}),
        ("visual =~ x1+x2+x3\nvisual ~ ageyr + sex\nx9 ~ visual", "hs", {"meanstructure": True}),
    ],
)
def test_draws_are_exact_refits(model: str, name: str, options: dict[str, object]) -> None:
    result = semfit.fit(model, data(name), **options)
    boot = result.bootstrap(20, seed=3)
    assert boot.converged.all()
    plan = Plan.of(result.estimate.sample.groups)
    counts = plan.counts(3, 0)
    se = np.sqrt(np.diag(result.vcov))
    for k in (0, 7, 19):
        groups = tuple(
            group_sample(np.repeat(g.raw, c[k].astype(int), axis=0), result.estimate.sample.names)
            for g, c in zip(result.estimate.sample.groups, counts, strict=True)
        )
        solved = refit_groups(result.estimate, groups)
        assert solved is not None and solved[1]
        assert np.abs((boot.x[k] - solved[0]) / se).max() < 1e-3


def test_the_two_kernels_agree() -> None:
    estimate = semfit.fit(HS, data("hs")).estimate
    fast = _MomentRefits(estimate, Plan.of(estimate.sample.groups), 1)
    assert fast.refitter.factor
    slow = _MomentRefits(estimate, Plan.of(estimate.sample.groups), 1)
    slow.refitter = Refitter(estimate, factor=False)
    np.testing.assert_allclose(fast(range(1))[0], slow(range(1))[0], atol=2e-4)


def test_same_draws_whatever_the_number_and_the_threads() -> None:
    result = semfit.fit(HS, data("hs"))
    few, many = result.bootstrap(130, seed=5), result.bootstrap(300, seed=5)
    threads = result.bootstrap(300, seed=5, threads=2)
    np.testing.assert_array_equal(many.x, threads.x)
    np.testing.assert_allclose(few.x, many.x[:130], atol=1e-12)
    other = result.bootstrap(130, seed=6)
    assert np.abs(other.x - few.x).max() > 1e-3


@pytest.mark.parametrize("whole", [True, False])
def test_rows_of_large_groups_are_drawn_in_random_blocks(whole: bool) -> None:
    rng = np.random.default_rng(1)
    n = LARGE_GROUP + 5
    factor = rng.standard_t(6, n)
    items = factor[:, None] * [0.9, 0.8, 0.7, 0.6] + rng.standard_normal((n, 4))
    frame = pd.DataFrame(np.rint(2 * items) if whole else items, columns=[*"abcd"])
    result = semfit.fit("f =~ a + b + c + d", frame, estimator="MLR")
    sample = result.estimate.sample.groups[0]
    counts = Plan.of([sample], moments=True).counts(4, 0)[0]
    assert counts.shape == (64, RANDOM_BLOCKS) and (counts.sum(axis=1) == RANDOM_BLOCKS).all()
    # the same by weights of the rows
    block = np.random.default_rng(n).permutation(n) % RANDOM_BLOCKS
    size, mean, vech = MomentSums(sample).sums([counts])
    for k in (0, 63):
        weight = counts[k, block].astype(float)
        cov = np.cov(frame.T, fweights=weight.astype(int), ddof=0)
        assert size[k] == weight.sum()
        np.testing.assert_allclose(mean[k], np.average(frame, axis=0, weights=weight), atol=1e-12)
        np.testing.assert_allclose(vech[k], cov[np.triu_indices(4)], atol=1e-12)
    # standard errors are those of the rows (1,000 draws: 2.2 % each)
    boot = result.bootstrap(1000, seed=2)
    ratio = boot.x.std(axis=0) / np.sqrt(np.diag(result.vcov))
    assert np.abs(ratio - 1).max() < 0.08 and abs(ratio.mean() - 1) < 0.03
    np.testing.assert_array_equal(boot.x[:70], result.bootstrap(70, seed=2).x)


def test_same_draws_whatever_the_hash_seed_and_blas_threads() -> None:
    code = (
        "import pandas as pd, hashlib; import semfit;"
        f"d = pd.read_csv({str(GOLDEN / 'data' / 'hs.csv')!r});"
        f"b = semfit.fit({HS!r}, d).bootstrap(64, seed=2);"
        "print(hashlib.sha256(b.x.tobytes()).hexdigest())"
    )
    prints = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": threads},
        ).stdout
        for seed, threads in (("0", "1"), ("12345", "2"))
    }
    assert len(prints) == 1


def test_tables_and_their_rule() -> None:
    result = semfit.fit(PD_MEDIATION, data("pd"))
    boot = result.bootstrap(200, seed=1)
    assert boot.nonconverged + boot.inadmissible + boot.used.sum() == 200
    assert boot.inadmissible > 0
    assert any("inadmissible" in w for w in boot.result.warnings)
    kept = result.bootstrap(200, seed=1, inadmissible="keep")
    assert kept.used.sum() > boot.used.sum()
    for kind in ("percentile", "basic", "norm", "bc", "bca"):
        table = boot.parameters(kind)
        free = table["se"] > 0
        assert (table.loc[free, "ci_lower"] < table.loc[free, "ci_upper"]).all()
    assert {"ind", "tot"} <= set(table["lhs"])
    effects = boot.effects("bca")
    assert set(effects["effect"]) == {"direct", "indirect", "total"}
    row = effects[
        (effects["from"] == "ind60") & (effects["to"] == "dem65") & (effects["effect"] == "total")
    ].iloc[0]
    tot = boot.parameters("bca").set_index("lhs").loc["tot"]
    assert row["ci_lower"] == pytest.approx(tot["ci_lower"])
    standard = boot.standardized()
    assert standard["est_std"].notna().all()


def test_no_bias_correction_where_all_draws_lie_on_one_side() -> None:
    result = semfit.fit(TWO, data("hs"))
    boot = result.bootstrap(64, seed=1)
    assert boot.one_sided == 0 and not any("one side" in w for w in boot.warnings)
    x = boot.x.copy()
    x[:, 1] = np.abs(x[:, 1]) + 5
    lop = replace(boot, x=x)
    assert lop.one_sided == 1
    assert any("one side of the estimate for 1 of" in w for w in lop.result.warnings)
    row = result.parameters.index[result.estimate.model.free[1]]
    for kind in ("bc", "bca"):
        before, after = boot.parameters(kind), lop.parameters(kind)
        assert after.loc[row, ["ci_lower", "ci_upper"]].isna().all()
        rest = ["lhs", "ci_lower", "ci_upper"]
        assert after.drop(index=row)[rest].equals(before.drop(index=row)[rest])
    assert lop.parameters("percentile").loc[row, "ci_lower"] > 5


@pytest.mark.parametrize("kind", ["percentile", "basic", "norm", "bc", "bca"])
def test_effects_of_no_usable_draw_have_no_interval(kind: str) -> None:
    boot = semfit.fit(PD_MEDIATION, data("pd")).bootstrap(20, seed=1)
    none = replace(boot, converged=np.zeros(boot.draws, dtype=bool))
    for standardized in (False, True):
        effects = none.effects(kind, standardized=standardized)
        assert len(effects) and effects[["ci_lower", "ci_upper"]].isna().all(axis=None)
    assert none.interval(lambda x: x[..., :2], kind)[2].shape == (2,)


def test_clusters_and_fiml() -> None:
    frame = data("hs").assign(cl=[k % 50 for k in range(301)])
    boot = semfit.fit(TWO, frame, cluster="cl").bootstrap(64, seed=1)
    assert boot.used.sum() > 55
    part = data("hs_miss").iloc[:150]
    boot = semfit.fit(TWO, part, missing="fiml").bootstrap(8, seed=1)
    assert boot.converged.sum() >= 6


def test_refuses() -> None:
    result = semfit.fit(TWO, data("hs"))
    with pytest.raises(semfit.ModelError, match="number of bootstrap draws"):
        result.bootstrap(1)
    with pytest.raises(semfit.ModelError, match="seed"):
        result.bootstrap(10, seed=-1)
    names = [f"x{k}" for k in range(1, 7)]
    cov = data("hs")[names].cov()
    with pytest.raises(semfit.ModelError, match="raw data"):
        semfit.fit(TWO, sample_cov=cov, sample_nobs=301).bootstrap(10)
