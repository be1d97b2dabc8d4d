"""Ordinal variables: verified against lavaan, and the polychoric correlation against integrals."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy import integrate, stats
from sem_reference import (
    GOLDEN,
    HS,
    ITEMS,
    ORDINAL_CASES,
    TWO,
    compare_fit,
    compare_parameters,
    data,
)
from semfit.categorical import statistics_of
from semfit.polychoric import bivariate_normal_cdf, ordinal_statistics

EIGHT = "f1 =~ y1+y2+y3+y4\nf2 =~ y5+y6+y7+y8"


@pytest.mark.parametrize("name", ORDINAL_CASES)
def test_case(name: str) -> None:
    model, frame, options = ORDINAL_CASES[name]
    result = semfit.fit(model, data(frame), **options)
    assert result.converged
    # lavaan weights groups of unequal size a little differently: 1.3e-4 of a standard error
    compare_parameters(result.parameters, name, error=2e-4 if "_mg_" in name else 5e-5)
    compare_fit(result.fit, name)


def test_polychoric_matrix() -> None:
    golden = pd.read_csv(GOLDEN / "lavaan" / "hs_polychoric.csv", index_col=0)
    frame = data("hs_ord")[ITEMS]
    levels = {v: frame[v].nunique() for v in ITEMS}
    mine = ordinal_statistics(frame.to_numpy(float), ITEMS, range(9), levels, gamma=False)
    np.testing.assert_allclose(mine.cov, golden.to_numpy()[:, -9:].astype(float), atol=1e-5)


@pytest.mark.parametrize("rho", [-0.97, -0.5, 0.0, 0.3, 0.79, 0.95, 0.99])
def test_bivariate_normal(rho: float) -> None:
    for a, b in ((0.3, -1.2), (2.5, 2.4), (-3.0, 0.1)):

        def strip(x: float, b: float = b) -> float:
            return float(stats.norm.pdf(x) * stats.norm.cdf((b - rho * x) / np.sqrt(1 - rho**2)))

        points = [b] if -9 < b < a else None
        want = integrate.quad(strip, -9, a, epsabs=1e-13, limit=200, points=points)[0]
        assert float(bivariate_normal_cdf(a, b, rho)) == pytest.approx(want, abs=2e-9)


def test_modification_indices() -> None:
    result = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    theirs = pd.read_csv(GOLDEN / "lavaan" / "r_mi_ord.csv")
    both = result.modindices().merge(theirs, on=["lhs", "op", "rhs"], suffixes=("", "_lavaan"))
    assert len(both) == len(theirs)
    # lavaan's score carries a factor (N - 1) / N
    np.testing.assert_allclose(both["mi"], both["mi_lavaan"] * 301 / 300, rtol=3e-4, atol=1e-4)


def test_standardized_residuals() -> None:
    result = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    for kind in ("standardized", "normalized"):
        golden = pd.read_csv(GOLDEN / "lavaan" / f"r_ord_resid_{kind}.csv", index_col=0)
        mine = result.standardized_residuals(kind)[0]["cov"]
        np.testing.assert_allclose(mine, golden, atol=2e-5)


def test_residual_thresholds() -> None:
    model, frame, options = ORDINAL_CASES["r_ord_mg_scalar"]
    result = semfit.fit(model, data(frame), **options)
    theirs = pd.read_csv(GOLDEN / "lavaan" / "r_ord_mg_resid_th.csv", index_col=0)
    for g, mine in enumerate(result.residuals):
        want = theirs[f"g{g + 1}"]
        np.testing.assert_allclose(mine["thresholds"][want.index], want, atol=2e-5)
    over = result.standardized_residuals()[1]["thresholds"]
    assert np.isfinite(over).all() and over.abs().max() < 6


def test_factor_scores() -> None:
    """Posterior modes by R's optimiser, and lavPredict's, which stops at about 2e-4."""
    one = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    golden = {
        name: pd.read_csv(GOLDEN / "lavaan" / f"r_ord_{name}.csv")
        for name in ("scores", "scores_ml", "scores_lavpredict", "mixed_scores", "mg_scores")
    }
    np.testing.assert_allclose(one.factor_scores(), golden["scores"], atol=2e-5)
    np.testing.assert_allclose(one.factor_scores(), golden["scores_lavpredict"], atol=5e-4)
    # without a prior the likelihood is flat for rows at one end: there R stops anywhere
    off = np.abs(one.factor_scores("bartlett") - golden["scores_ml"]).to_numpy()
    assert np.quantile(off, 0.98) < 1e-4 and off.max() < 0.1
    mixed = semfit.fit(HS, data("hs_mixed"), ordered="x3,x5,x6,x7,x8")
    np.testing.assert_allclose(mixed.factor_scores(), golden["mixed_scores"], atol=2e-5)
    groups = semfit.fit(TWO, data("hs_ord3"), **ORDINAL_CASES["r_ord_mg_scalar"][2])
    scores = groups.factor_scores()[["visual", "textual"]]
    np.testing.assert_allclose(scores, golden["mg_scores"], atol=2e-5)
    with pytest.raises(semfit.ModelError, match="uncorrelated residuals"):
        semfit.fit(HS + "\nx1 ~~ x4", data("hs_ord"), ordered=ITEMS).factor_scores()


def test_mixed_with_a_skewed_variable() -> None:
    """lavaan 0.7-3's values; until 0.6 the error of ``w ~~ w`` was half as large."""
    want = json.loads((GOLDEN / "lavaan" / "r_mixed_skewed.json").read_text())
    result = semfit.fit("f =~ y1+y2+y3+w", data("mixed_skewed"), ordered="y1,y2,y3")
    mine = result.parameters.set_index(["lhs", "op", "rhs"])
    for row in want["parameters"]:
        got = mine.loc[(row["lhs"], row["op"], row["rhs"])]
        assert got["est"] == pytest.approx(row["est"], rel=1e-5, abs=1e-5)
        assert got["std_all"] == pytest.approx(row["std.all"], rel=1e-5, abs=1e-5)
        # lavaan 0.7-3 multiplies by N / (N - 1) once too often
        assert got["se"] == pytest.approx(row["se"] * 599 / 600, rel=1e-5)
    for key, value in want["fit"].items():
        assert result.fit[key.replace(".", "_")] == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("exogenous", [[], [4]])
def test_covariance_of_the_statistics(exogenous: list[int]) -> None:
    """From numerical derivatives of the statistics by the weights of the rows."""
    frame = data("mixed_skewed").head(90)
    raw = frame[["y1", "y2", "w"]].to_numpy(float)
    raw[:, 1] = raw[:, 1] > 2
    other = 0.5 * raw[:, 2] + np.sin(np.arange(90.0))
    raw = np.column_stack([raw, other, np.cos(np.arange(90.0)).round(1)])
    raw = raw if exogenous else raw[:, :4]
    names = [f"v{k}" for k in range(raw.shape[1])]
    levels = {"v0": 4, "v1": 2}
    once = statistics_of(raw, names, [0, 1], exogenous, levels)
    n, times = len(raw), 20
    many = np.repeat(raw, times, axis=0)
    base = statistics_of(many, names, [0, 1], exogenous, levels).moments
    changes = []
    for row in raw:
        more = np.concatenate([many, row[None]])
        changes.append(statistics_of(more, names, [0, 1], exogenous, levels).moments - base)
    influence = np.array(changes) * (times * n + 1)
    want = influence.T @ influence / n
    # products of scores stand for second derivatives of ordinal variables alone, as in lavaan
    names = (
        ["v0"] * 3 + ["v1", "w", "z"] + (["v0 slope", "v1 slope", "w", "z"] if exogenous else [])
    )
    names += ["w", "z", "both", "w", "z", "w", "z", "z"]
    kept = [k for k, name in enumerate(names) if name not in ("both", "v0 slope")]
    assert len(names) == len(want) and len(kept) >= len(want) - 2
    spread = np.sqrt(np.diag(want))
    off = (once.gamma - want) / np.outer(spread, spread)
    assert np.abs(off[np.ix_(kept, kept)]).max() < 2e-2


def test_standard_errors_by_name() -> None:
    """The bootstrap's spread is nearer to the Hessian as bread than to its expected part; the old
    errors stay: lavaan 0.6's by ``information="expected"``, the naive ones by ``se="expected"``."""
    referee = pd.read_csv(GOLDEN / "referee_se_wlsmv.csv")
    fits = {
        name: semfit.fit(HS, data("hs_ord"), ordered=ITEMS, **options).parameters
        for name, options in {
            "hessian": {},
            "dwls": {"estimator": "DWLS"},
            "expected": {"information": "expected"},
            "naive": {"estimator": "DWLS", "se": "expected"},
        }.items()
    }
    name = fits["hessian"]["lhs"] + fits["hessian"]["op"] + fits["hessian"]["rhs"]
    mine = pd.DataFrame({k: f["se"].to_numpy() for k, f in fits.items()}, index=name)
    mine = mine.loc[referee["par"]]
    np.testing.assert_allclose(mine["hessian"], referee["se_hessian_bread"] * 300 / 301, rtol=5e-5)
    np.testing.assert_allclose(mine["expected"], referee["se_expected_bread"], rtol=5e-5)
    assert (mine["dwls"] == mine["hessian"]).all()
    loadings = referee["par"].str.contains("=~").to_numpy()
    far = {
        k: np.abs(np.log(mine[k].to_numpy() / referee["boot_mad"]))[loadings].mean() for k in mine
    }
    assert far["hessian"] < 0.08 and far["expected"] > 0.14 and far["naive"] > 0.14
    with pytest.raises(semfit.ModelError, match="information='none' is unknown"):
        semfit.fit(HS, data("hs_ord"), ordered=ITEMS, information="none")
    with pytest.raises(semfit.ModelError, match="goes with least squares"):
        semfit.fit(HS, data("hs"), information="expected")


def test_standard_errors_of_uls() -> None:
    """lavaan 0.7's by name; of 1,000 bootstrap samples' spread the naive ones miss a quarter."""
    referee = pd.read_csv(GOLDEN / "referee_se_uls.csv").set_index("par")
    named = {"nt_sandwich": "default", "robust": "robust", "naive": "expected"}
    short = {}
    for column, se in named.items():
        table = semfit.fit(HS, data("hs"), estimator="ULS", se=se).parameters
        mine = pd.Series(table["se"].to_numpy(), index=table["lhs"] + table["op"] + table["rhs"])
        mine = mine[referee.index]
        np.testing.assert_allclose(mine, referee[f"se_{column}"], rtol=1e-5)
        short[column] = float((mine / referee["boot_mad"] - 1).median())
    assert short["naive"] < -0.25 and -0.1 < short["nt_sandwich"] < short["robust"] < 0


def test_polychoric_of_rare_cells() -> None:
    """polycor's value; lavaan says .907, from a floor under small probabilities."""
    frame = data("ten_points")
    mine = ordinal_statistics(frame.to_numpy(float), list(frame), [0, 1], dict.fromkeys(frame, 10))
    assert mine.cov[1, 0] == pytest.approx(0.880613, abs=1e-5)


def test_polychoric_of_one() -> None:
    frame, model = data("empty_corner"), "f1 =~ y1+y2+y3+y4\nf2 =~ y5+y6+y7+y8"
    for estimator in ("ULSMV", "DWLS"):
        with pytest.raises(semfit.ModelError, match=r"correlation of 'y5' and 'y7' is 1\.000"):
            semfit.fit(model, frame, ordered=True, estimator=estimator)
    frame = frame.assign(z=np.arange(len(frame)) % 7)
    with pytest.raises(semfit.ModelError, match=r"correlation of 'y5' and 'y8' is 0\.99"):
        semfit.fit(model + "\nf1 ~ z", frame, ordered=[f"y{k}" for k in range(1, 9)])


def test_difference_tests() -> None:
    ladder = semfit.invariance(TWO, data("hs_ord3"), group="school", ordered=ITEMS[:6])
    golden = pd.read_csv(GOLDEN / "lavaan" / "r_ord_difference.csv")
    want = golden["Chisq diff"].to_numpy()[
        1:
    ]  # equal thresholds of three categories restrict nothing
    np.testing.assert_allclose(ladder.table["delta_chisq_scaled"][1:], want, rtol=1e-3)
    free = semfit.fit(HS, data("hs_ord"), ordered=ITEMS)
    fixed = semfit.fit(HS + "\nvisual ~~ 0*speed", data("hs_ord"), ordered=ITEMS)
    one = pd.read_csv(GOLDEN / "lavaan" / "r_ord_difference_one.csv")["Chisq diff"][1]
    assert semfit.difference_test(fixed, free)["delta_chisq_scaled"] == pytest.approx(one, rel=1e-5)


def test_ladder_of_ordinal_invariance() -> None:
    """Equal thresholds of two or three categories restrict nothing (Wu & Estabrook 2016)."""
    wu = json.loads((GOLDEN / "lavaan" / "r_wu_estabrook.json").read_text())
    equal = {"metric": "thresholds+loadings", "scalar": "thresholds+loadings+intercepts"}
    for kind, model in (("three", EIGHT), ("binary", "f1 =~ y1+y2+y3+y4"), ("four", EIGHT)):
        frame = data(f"wu_{kind}")
        known = (
            {"configural": ""} | ({"thresholds": "thresholds"} if kind == "four" else {}) | equal
        )
        ladder = semfit.invariance(model, frame, group="g", ordered=True)
        assert list(ladder.table["level"]) == list(known)
        assert (
            ladder.table["df"].is_monotonic_increasing and ladder.table["delta_df"][1:].gt(0).all()
        )
        for level, name in known.items():
            fit = ladder.fits[level].fit
            for key, want in wu[kind][name or "configural"].items():
                got = fit[key.replace(".", "_")]
                assert got == pytest.approx(want, rel=3e-5, abs=3e-5), (kind, level, key)
        # the level that is left out is the configural model in other parameters
        same = semfit.fit(model, frame, group="g", ordered=True, group_equal="thresholds")
        if kind != "four":
            plain = ladder.fits["configural"].fit
            assert same.df == plain["df"] and same.admissible
            assert same.fit["chisq"] == pytest.approx(plain["chisq"], rel=1e-6)
    walked = semfit.partial_invariance(EIGHT, data("wu_three"), group="g", ordered=True)
    assert walked.table["level"].drop_duplicates().tolist()[:2] == ["configural", "metric"]


def test_bootstrap_of_ordinal_model() -> None:
    result = semfit.fit(TWO, data("hs_ord"), ordered=ITEMS[:6])
    boot = result.bootstrap(6, seed=1)
    assert boot.converged.sum() >= 5


def test_refuses() -> None:
    frame = data("hs_ord3")
    with pytest.raises(semfit.ModelError, match="not ML"):
        semfit.fit(HS, frame, ordered=ITEMS, estimator="ML")
    six = ITEMS[:6]
    with pytest.raises(semfit.ModelError, match="'ageyr' only predicts: give it as numbers"):
        semfit.fit(TWO + "\nvisual ~ ageyr", frame, ordered=[*six, "ageyr"])
    with pytest.raises(semfit.ModelError, match="'grade' has two values"):
        semfit.fit(TWO + "\nvisual ~ grade", frame, ordered=six, fixed_x=False)
    with pytest.raises(semfit.ModelError, match="'x7' predicts another"):
        semfit.fit(TWO + "\nvisual ~ x7", frame, ordered=[*six, "x7"], fixed_x=False)
    with pytest.raises(semfit.ModelError, match="random variables predict"):
        semfit.fit(TWO + "\nvisual ~ ageyr", frame, ordered=six, fixed_x=False).factor_scores()
    worse = frame.copy()
    worse.loc[worse["school"] == "Pasteur", "x1"] = worse["x1"].clip(upper=2)
    with pytest.raises(semfit.ModelError, match="misses a category in group 'Pasteur'"):
        semfit.fit(TWO, worse, ordered=ITEMS[:6], group="school")
    with pytest.raises(semfit.ModelError, match="categories"):
        semfit.fit(TWO, data("hs").assign(x1=np.arange(301.0)), ordered=["x1"])


def test_one_ordinal_item() -> None:
    """lavaan finds no standard errors here; a fixed variance makes it the latent response."""
    model = "visual =~ x1+x2+x3\nf =~ x4\nspeed =~ x7+x8+x9\nspeed ~ f + visual"
    items = ["x1", "x2", "x3", "x4", "x7", "x8", "x9"]
    with pytest.raises(semfit.ModelError, match="'f' has the one ordinal item 'x4'"):
        semfit.fit(model, data("hs_ord"), ordered=items)
    with pytest.raises(semfit.ModelError, match="'f' has the one ordinal item 'x4'"):
        semfit.fit(model, data("hs_ord"), ordered=items, std_lv=True)
    mended = semfit.fit(model + "\nf ~~ 1*f", data("hs_ord"), ordered=items)
    assert mended.admissible and mended.parameters.query("op == '~'")["se"].gt(0).all()
    rest = [i for i in items if i != "x4"]
    assert semfit.fit(model, data("hs_ord"), ordered=rest).admissible
