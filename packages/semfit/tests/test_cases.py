"""Inputs that once went wrong, each with what must come out, and no warning of Python or NumPy.

The data stand in ``golden/cases``, what lavaan and semTools say of them in ``values.json``.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, HS, data

pytestmark = pytest.mark.filterwarnings("error")

CASES = GOLDEN / "cases"
VALUES: dict[str, Any] = json.loads((CASES / "values.json").read_text())

MEDIATION = "leave ~ c*use + b*commit\ncommit ~ a*use\nindirect := a*b\ntotal := c + (a*b)"
CURVE = """i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4
s =~ 0*t1 + 1*t2 + 2*t3 + 3*t4
i ~ 1
s ~ 1
t1 + t2 + t3 + t4 ~ 0*1
i ~~ s"""
CURVE_GIVEN = CURVE + "\ni ~ c1\ns ~ c1"
SECOND_ORDER = """care =~ q1+q2+q3
joy =~ q4+q5+q6
burn =~ q7+q8+q9
frust =~ q10+q11+q12
sec =~ care+joy+burn+frust"""
FOUR, EIGHT = "f =~ y1+y2+y3+y4", "f1 =~ y1+y2+y3+y4\nf2 =~ y5+y6+y7+y8"
PREDICTED = "f =~ y2+y1+y3+y4\nf ~ x\ny1 ~ x"
SINGLE = "f1 =~ y1+y2+y3\nf2 =~ y4+y5+y6\nf3 =~ y7\nf3 ~ f1+f2"
NEGATIVE = "f1 =~ y1+y2\nf2 =~ y3+y4+y5"
FEW_CLUSTERS = "g =~ y1+y2+y3+y4\ny5 ~ g"
TWO_FACTORS, ONE_FACTOR = EIGHT.replace("y", "q"), "f1 =~ q1+q2+q3+q4+q5+q6+q7+q8"
ITEMS = tuple(f"y{k}" for k in range(1, 9))

#: Every case with the options it came with: file, model, options.
EVERY: dict[str, tuple[str, str, dict[str, Any]]] = {
    "saturated": ("saturated", MEDIATION, {"missing": "fiml", "estimator": "MLR"}),
    "saturated_direct": ("saturated", MEDIATION, {"missing": "direct", "estimator": "MLR"}),
    "saturated_x": ("saturated_x", MEDIATION, {"missing": "fiml", "estimator": "MLR"}),
    "saturated_random": (
        "saturated_x",
        MEDIATION,
        {"missing": "fiml", "estimator": "MLR", "fixed_x": False},
    ),
    "reliability": ("reliability", "f =~ q1+q2+q3\nh =~ q4+q5+q6", {}),
    "reliability_ordinal": (
        "reliability_ordinal",
        VALUES["reliability"]["ordinal"]["model"],
        {"ordered": True},
    ),
    "unequal": ("unequal", "f =~ q1+q2+q3+q4", {"ordered": True}),
    "growth": ("growth", CURVE, {"missing": "fiml"}),
    "growth_mlr": ("growth", CURVE_GIVEN, {"missing": "fiml", "estimator": "MLR"}),
    "second_order": (
        "second_order",
        SECOND_ORDER,
        {"group": "grp", "group_equal": "loadings,intercepts"},
    ),
    "negative_difference": ("negative_difference", "f =~ q1+q2+q3+q4", {"estimator": "MLM"}),
    "incomparable": ("incomparable", TWO_FACTORS, {"estimator": "MLR"}),
    "incomparable_ordinal": ("incomparable", ONE_FACTOR, {"ordered": True}),
    "ten_points": ("ten_points", "y2 ~~ y1", {"ordered": ("y1", "y2")}),
    "mixed": ("mixed", "f =~ y1+y2+y3+w", {"ordered": ("y1", "y2", "y3")}),
    "groups": ("groups", FOUR, {"group": "g", "group_equal": "loadings,intercepts"}),
    "predicted_item": ("predicted_item", PREDICTED, {"meanstructure": True}),
    "single_item": ("single_item", SINGLE, {"estimator": "MLR"}),
    "thresholds": (
        "thresholds",
        EIGHT,
        {"group": "g", "ordered": ITEMS, "group_equal": "thresholds,loadings"},
    ),
    "binary": (
        "binary",
        FOUR,
        {"group": "g", "ordered": ITEMS[:4], "group_equal": "thresholds,loadings"},
    ),
    "negative_variance": ("negative_variance", NEGATIVE, {}),
    "empty_corner": ("empty_corner", EIGHT, {"ordered": ITEMS, "estimator": "ULSMV"}),
    "few_clusters": ("few_clusters", FEW_CLUSTERS, {"estimator": "MLR", "cluster": "cl"}),
}


def case(name: str) -> pd.DataFrame:
    return pd.read_csv(CASES / f"{name}.csv")


def fitted(name: str, **more: Any) -> semfit.Result:
    file, model, options = EVERY[name]
    return semfit.fit(model, case(file), **{**options, **more})


@pytest.mark.parametrize("name", EVERY)
def test_every_output_comes_without_a_warning(name: str) -> None:
    """All that follows a fit is a table, or one line that says why not."""
    try:
        r = fitted(name)
    except semfit.ModelError as problem:
        assert name == "empty_corner" and "\n" not in str(problem)
        return
    calls = {
        "parameters": lambda: r.parameters,
        "fit": lambda: r.fit,
        "group_fit": lambda: r.group_fit,
        "r2": lambda: r.r2,
        "text": lambda: str(r),
        "warnings": lambda: r.warnings,
        "standardized": lambda: (r.standardized(), r.standardized("lv")),
        "residuals": lambda: [
            r.standardized_residuals(k) for k in ("raw", "cor", "normalized", "standardized")
        ],
        "modindices": r.modindices,
        "release_tests": r.release_tests,
        "effects": r.effects,
        "regression": r.factor_scores,
        "bartlett": lambda: r.factor_scores("bartlett"),
        "reliability": lambda: r.reliability(total=True),
        "bootstrap": lambda: r.bootstrap(4).parameters(),
    }
    for call in calls.values():
        try:
            call()
        except semfit.ModelError as problem:
            assert "\n" not in str(problem)


def agrees(result: semfit.Result, want: list[dict[str, Any]]) -> None:
    mine = result.parameters.set_index(["lhs", "op", "rhs", "group"])
    for row in want:
        if row["op"] == ":=":
            row = row | {"group": 0}
        got = mine.loc[(row["lhs"], row["op"], row["rhs"], row["group"])]
        assert got["est"] == pytest.approx(row["est"], abs=1e-5)
        assert got["se"] == pytest.approx(row["se"], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "golden"),
    [("saturated", "mlr"), ("saturated_direct", "direct"), ("saturated_x", "x_missing")],
)
def test_a_saturated_model_of_incomplete_data_fits_perfectly(name: str, golden: str) -> None:
    result, want = fitted(name), VALUES["saturated"][golden]
    agrees(result, want["parameters"])
    for key, value in want["fit"].items():
        assert result.fit[key] == pytest.approx(value, rel=1e-5), key
    assert result.fit["cfi_robust"] == result.fit["tli_robust"] == 1.0


def test_growth_with_two_waves_never_seen_together() -> None:
    for name, model, options in (
        ("unconditional", CURVE, {}),
        ("conditional", CURVE_GIVEN, {}),
        ("conditional-mlr", CURVE_GIVEN, {"estimator": "MLR"}),
    ):
        result = semfit.fit(model, case("growth"), missing="fiml", **options)
        agrees(result, VALUES["growth"][name]["parameters"])
        for key, value in VALUES["growth"][name]["fit"].items():
            assert result.fit[key] == pytest.approx(value, rel=2e-4, abs=1e-5), (name, key)
        assert [w.code for w in result.warnings] == ["never_together"]
        assert "'t1' and 't4'" in result.warnings[0]
        # nothing is known of that covariance, which the correction to complete data needs
        assert np.isnan(result.fit["cfi_robust"])


def test_a_second_order_model_is_identified_at_every_level() -> None:
    names = {"configural": "configural", "metric": "loadings", "scalar": "intercepts"}
    for std_lv in (False, True):
        ladder = semfit.invariance(SECOND_ORDER, case("second_order"), group="grp", std_lv=std_lv)
        assert ladder.table["df"].tolist() == [100, 111, 119, 131]
        for level, golden in (names | {"strict": "resid"}).items():
            got = ladder.table.set_index("level").loc[level, "chisq"]
            assert got == pytest.approx(VALUES["second_order"][golden], abs=1e-4)
        assert ladder.level == "strict"
        assert not any(r.problems for r in ladder.fits.values())


def test_a_level_that_is_not_identified_is_not_held() -> None:
    free = SECOND_ORDER + "\nsec ~ c(0, NA)*1"  # beside free intercepts of the items
    ladder = semfit.invariance(free, case("second_order"), group="grp")
    assert ladder.held == () and "configural is not identified" in ladder.decision
    assert not ladder.table["held"].any()
    # with the first-order intercepts written the second-order mean is free by itself
    zero = SECOND_ORDER + "\ncare + joy + burn + frust ~ c(0, 0)*1"
    assert semfit.invariance(zero, case("second_order"), group="grp").held[-1] != "metric"


def test_a_negative_scaled_difference_is_said_and_replaced() -> None:
    free = fitted("negative_difference")
    equal = semfit.fit("f =~ q1+a*q2+a*q3+q4", case("negative_difference"), estimator="MLM")
    for pair in ((equal, free), (free, equal)):  # the wrong way round is turned
        test = semfit.difference_test(*pair)
        assert test["delta_df"] == 1
        assert test["delta_chisq_scaled"] == pytest.approx(6.80, abs=0.005)  # lavTestLRT, 2010
        assert test["delta_pvalue_scaled"] == pytest.approx(0.0091, abs=1e-4)
        assert test["delta_warning"].code == "negative_difference"


def test_so_is_one_whose_factor_is_near_zero() -> None:
    """lavTestLRT of 2001 divides by 0.004 and has 620.5 on 1 df; of 2010 it has 5.4533."""
    rows = case("near_zero_difference")
    free = semfit.fit("f =~ q1+q2+q3+q4", rows, estimator="MLM")
    equal = semfit.fit("f =~ q1+a*q2+a*q3+q4", rows, estimator="MLM")
    test = semfit.difference_test(equal, free)
    assert test["delta_chisq"] == pytest.approx(2.48227, abs=1e-4)
    assert test["delta_chisq_scaled"] == pytest.approx(5.453336001, rel=1e-4)
    assert test["delta_pvalue_scaled"] == pytest.approx(0.0195309968, rel=1e-3)
    warning = test["delta_warning"]
    assert warning.code == "negative_difference" and "0.004, negative or near zero" in str(warning)


def test_models_that_cannot_be_compared_are_refused() -> None:
    w = case("incomparable")
    two, one = semfit.fit(TWO_FACTORS, w), semfit.fit(ONE_FACTOR, w)
    assert semfit.difference_test(two, one) == semfit.difference_test(one, two)
    for code, other in {
        "difference_rows": semfit.fit(ONE_FACTOR, w[:300]),
        "difference_variables": semfit.fit("f1 =~ q1+q2+q3+q4", w),
        "difference_options": semfit.fit(ONE_FACTOR, w, ordered=True),
    }.items():
        with pytest.raises(semfit.ModelError) as refused:
            semfit.difference_test(other, two)
        assert refused.value.code == code


@pytest.mark.parametrize("estimator", ["ML", "MLM"])
def test_residuals_in_groups_carry_the_other_groups_part(estimator: str) -> None:
    result = fitted("groups", estimator=estimator)
    for label, table in zip(result.group_labels, result.standardized_residuals(), strict=True):
        want = VALUES["groups"][estimator][label]
        cov = pd.DataFrame(want["cov.z"]).loc[table["cov"].index, table["cov"].columns]
        np.testing.assert_allclose(table["mean"], pd.Series(want["mean.z"]), atol=1e-4)
        np.testing.assert_allclose(table["cov"], cov, atol=1e-4)


def test_residuals_of_rows_and_of_their_own_clusters_are_the_same() -> None:
    frame = case("groups").assign(row=range(400))
    rows = semfit.fit(FOUR, frame, group="g", group_equal="loadings,intercepts", estimator="MLR")
    alone = semfit.fit(FOUR, frame, group="g", group_equal="loadings,intercepts", cluster="row")
    for a, b in zip(rows.standardized_residuals(), alone.standardized_residuals(), strict=True):
        np.testing.assert_allclose(a["cov"], b["cov"], rtol=5e-3)


def test_bartlett_scores_of_predicted_items_and_of_items_without_error() -> None:
    want = VALUES["predicted_item"]
    for means in (True, False):
        result = fitted("predicted_item", meanstructure=means)
        for method in ("bartlett", "regression"):
            mine = result.factor_scores(method)["f"][:10]
            np.testing.assert_allclose(mine, want[f"{method}_first_10"], atol=1e-5)
    mine = fitted("single_item").factor_scores("bartlett")[:10]
    np.testing.assert_allclose(mine, pd.DataFrame(VALUES["single_item"]), atol=1e-5)


def test_a_minimum_with_negative_factor_variances_is_reached() -> None:
    result, want = fitted("negative_variance"), VALUES["negative_variance"]
    assert result.fit["chisq"] == pytest.approx(want["chisq"], abs=1e-5)
    mine = result.parameters.set_index(["lhs", "op", "rhs"])
    for row in want["parameters"]:
        key = (row["lhs"], row["op"], row["rhs"])
        assert mine.loc[key, "est"] == pytest.approx(row["est"], abs=1e-4)
        assert mine.loc[key, "se"] == pytest.approx(row["se"], rel=1e-3)
    assert [p.code for p in result.problems] == ["negative_latent_variance"] * 2


def test_a_bent_valley_is_followed_to_its_end() -> None:
    """lavaan 0.7 and Mplus: 132.67 with 22 degrees of freedom."""
    model = "f1 =~ x1+x2+x3+x4\nf2 =~ x5+x2+x3+x6\nf3 =~ x7+x8+x9"
    result = semfit.fit(model, data("hs"))
    assert result.fit["chisq"] == pytest.approx(132.67, abs=5e-3) and result.df == 22
    assert "negative_residual_variance" in [p.code for p in result.problems]


@pytest.mark.parametrize("name", VALUES["hard"])
def test_hard_models_reach_the_minimum(name: str) -> None:
    """Where lavaan (``make_hard.R``) converges the same minimum, elsewhere a lower one."""
    want = VALUES["hard"][name]
    result = semfit.fit(want["model"], case(f"hard_{name}"))
    value = 2 * result.estimate.n * result.estimate.minimum.value
    assert result.converged
    if want["converged"]:
        assert value == pytest.approx(want["chisq"], abs=1e-4)
    else:
        assert value < want["chisq"]


def test_no_fit_measure_rests_on_a_negative_scaling_factor() -> None:
    result = fitted("few_clusters")
    fit = result.fit
    assert fit["chisq_scaled"] == pytest.approx(2.136148502, abs=1e-5)
    assert fit["baseline_chisq_scaling_factor"] < 0
    keys = [k for k in fit if k.split("_")[0] in ("cfi", "tli", "nnfi", "rni", "ifi", "nfi", "rfi")]
    scaled = [k for k in keys if k.endswith(("_scaled", "_robust"))]
    assert len(scaled) >= 8 and all(np.isnan(fit[k]) for k in scaled)
    assert np.isnan(fit["baseline_chisq_scaled"]) and fit["cfi"] == 1.0
    assert [w.code for w in result.warnings] == ["negative_scaling_baseline"]


def test_intervals_with_clusters_are_those_of_t() -> None:
    from scipy.stats import t

    result = fitted("few_clusters")
    assert result.cluster_df == 12 and "12 degrees of freedom" in str(result)
    for table, name in ((result.parameters, "est"), (result.standardized(), "est_std")):
        row = table.iloc[1]
        half = t.ppf(0.975, 12) * row["se"]
        assert row["ci_upper"] == pytest.approx(row[name] + half)
        assert row["pvalue"] == pytest.approx(2 * t.sf(abs(row[name] / row["se"]), 12))


def test_reliability_says_what_it_is_of() -> None:
    values, rows = VALUES["reliability"], case("reliability")
    unturned = values["negative_loading"]
    table = semfit.fit(unturned["model"], rows).reliability().set_index("factor")
    assert table["unturned"].tolist() == ["q2", ""]
    for f in ("f", "h"):
        assert table.loc[f, "omega_observed"] == pytest.approx(unturned["omega"][f], abs=1e-5)
        assert table.loc[f, "ave_unstandardized"] == pytest.approx(unturned["ave"][f], abs=1e-5)
    shared = values["residual_covariance"]
    table = semfit.fit(shared["model"], rows).reliability().set_index("factor")
    for column, name in (("omega", "model"), ("omega_observed", "observed")):
        want = shared[f"omega_{name}_variance"]
        np.testing.assert_allclose(table[column], [want["f"], want["h"]], atol=1e-5)
    ordinal = values["ordinal"]
    table = fitted("reliability_ordinal").reliability().set_index("factor")
    assert set(table["scale"]) == {"latent responses"}
    for f in table.index:
        got = table.loc[f]
        assert got["omega_answers"] == pytest.approx(ordinal["omega_scale_of_answers"][f], abs=1e-4)
        assert got["omega_observed"] == pytest.approx(
            ordinal["omega_latent_responses"][f], abs=1e-4
        )
        assert got["ave"] == pytest.approx(ordinal["ave"][f], abs=1e-4)
    second = values["second_order"]
    table = semfit.fit(second["model"], rows).reliability().set_index("factor")
    want = second["reliabilityL2"]
    assert table.loc["g", "omega"] == pytest.approx(want["omegaL1"], abs=1e-5)
    assert table.loc["g", "omega_second"] == pytest.approx(want["omegaL2"], abs=1e-5)
    assert table.loc["g", "omega_partial"] == pytest.approx(want["partialOmegaL1"], abs=1e-5)
    assert table.loc["g", "items"] == 3


def test_reliability_of_the_answers_is_that_of_drawn_answers() -> None:
    """Items with unequal categories: true scores of 400,000 drawn rows explain that share."""
    result = fitted("unequal")
    got = result.reliability().iloc[0]
    m = result.estimate.moments[0]
    loading = m.directed[:4, 4] * np.sqrt(m.covariance[4, 4])
    cuts = result.estimate.extra["statistics"][0].thresholds
    rng = np.random.default_rng(1)
    f = rng.standard_normal(400_000)
    two = []
    for _ in range(2):  # two sums that share the factor alone
        y = f[:, None] * loading + rng.standard_normal((len(f), 4)) * np.sqrt(1 - loading**2)
        two.append(sum(np.searchsorted(c, y[:, k]) for k, c in enumerate(cuts)))
    assert got["omega_answers"] == pytest.approx(np.corrcoef(*two)[0, 1], abs=0.01)


def test_total_omega() -> None:
    """With uncorrelated specific factors ``1'(Sigma - Theta)1`` over the variance of the sum."""
    result = semfit.fit(HS, data("hs"))
    table = result.reliability(total=True).set_index("factor")
    m, sample = result.estimate.moments[0], result.estimate.sample_moments[0][1]
    common = m.sigma[:9, :9].sum() - m.symmetric[:9, :9].sum()
    assert table.loc["total", "omega"] == pytest.approx(common / m.sigma.sum())
    assert table.loc["total", "omega_observed"] == pytest.approx(common / sample.sum())
    assert table.loc["total", "items"] == 9 and len(result.reliability()) == 3


def test_fixed_predictors_have_rows_in_the_standardized_solution() -> None:
    result = semfit.fit(HS + "\nvisual ~ ageyr + agemo", data("hs"))
    table = result.standardized().set_index(["lhs", "op", "rhs"])
    wanted = result.parameters.set_index(["lhs", "op", "rhs"])["std_all"]
    np.testing.assert_allclose(table["est_std"], wanted, atol=1e-10)
    assert table.loc[("ageyr", "~~", "agemo"), "se"] == 0
    r = data("hs")[["ageyr", "agemo"]].corr().iloc[0, 1]
    assert table.loc[("ageyr", "~~", "agemo"), "est_std"] == pytest.approx(r)
    drawn = result.bootstrap(20).standardized().set_index(["lhs", "op", "rhs"])
    assert drawn.loc[("ageyr", "~~", "ageyr"), "ci_upper"] == 1.0


def test_one_label_for_all_groups_is_said() -> None:
    result = semfit.fit("f =~ x1 + a*x2 + x3", data("hs"), group="school")
    assert [w.code for w in result.warnings] == ["single_label"] and ": a;" in result.warnings[0]
    assert not semfit.fit("f =~ x1 + c(a, b)*x2 + x3", data("hs"), group="school").warnings


def test_a_defined_parameter_without_value_is_alone_in_that() -> None:
    model = "f =~ x1 + a*x2 + x3\nnone := 1/(a - a)\nsome := sqrt(a - 0.7)\nright := 2*a"
    drawn = semfit.fit(model, data("hs")).bootstrap(200, seed=1)
    table = drawn.parameters("bca").set_index("lhs")
    assert np.isnan(table.loc[["none", "some"], "se"]).all()
    assert table.loc["right", ["se", "ci_lower", "ci_upper"]].notna().all()
    codes = [w.code for w in drawn.warnings]
    assert codes.count("draws_undefined") == 2 and "draws_on_one_side" not in codes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f =~ x1+x2+x3\nP =~ 0", "P =~ 0, a factor without items|'P =~ 0'"),
        ("f =~ x1 + lower(0)*x2 + x3", "'lower.….' sets a bound.*leave it out"),
        ("f =~ x1 + upper(1)*x2 + x3", "'upper.….' sets a bound"),
        ("f =~ x1+x2+x3\nx1 ~*~ x1", "leave the line out"),
        ("x1 |~ 1", "write y ~ 1"),
        ('efa("a")*f1 + efa("a")*f2 =~ x1+x2+x3', "exploratory"),
        ("level: 1\nf =~ x1+x2+x3", "'level:' begins a block.*cluster="),
        ("group: 1\nf =~ x1+x2+x3", "'group:' begins a block.*group="),
        ("f =~ x1 + c22(a,b)*x2 + x3", "'c22.….' is no modifier; known are c"),
        ("f <~ x1 + x2", "a column"),
        ("f =~ x1+x2+x3\nf | t1", "'f' is latent"),
        ('f =~ x1 + prior("n(0,1)")*x2', "Bayesian"),
    ],
)
def test_what_other_programs_read_is_named(text: str, said: str) -> None:
    with pytest.raises(semfit.ModelError, match=said):
        semfit.fit(text, data("hs"))


def test_what_lavaan_writes_otherwise_is_read() -> None:
    plain = semfit.fit("f =~ NA*x1+x2+x3\nf ~~ 1*f", data("hs"))
    numeric = semfit.fit("f =~ as.numeric(NA)*x1+x2+x3\nf ~~ 1*f", data("hs"))
    assert numeric.fit["npar"] == plain.fit["npar"]
    start = "f =~ x1 + start({})*x2 + x3"
    for text in ("c(.8, .9)", ".8, .9"):
        rows = semfit.fit(start.format(text), data("hs"), group="school").estimate.model.rows
        assert [r.start for r in rows if r.rhs == "x2" and r.op == "=~"] == [0.8, 0.9]


def test_each_group_has_its_part_of_chi_square_and_likelihood() -> None:
    want = json.loads((GOLDEN / "lavaan" / "r_population.json").read_text())
    for name, options in (
        ("hs_mg_metric", {"group_equal": "loadings"}),
        ("hs_mg_scalar", {"group_equal": "loadings,intercepts"}),
    ):
        result = semfit.fit(HS, data("hs"), group="school", **options)
        table = result.group_fit
        np.testing.assert_allclose(table["chisq"], want[name]["chisq_group"], atol=1e-4)
        assert table["logl"].sum() == pytest.approx(result.fit["logl"])
    apart = semfit.fit(HS, data("hs"), group="school")  # nothing is equal: two models side by side
    assert apart.group_fit["aic"].sum() == pytest.approx(apart.fit["aic"])
    one = semfit.fit(HS, data("hs").query("school == 'Pasteur'"), meanstructure=True)
    for key in ("chisq", "aic", "bic", "logl"):
        assert apart.group_fit.loc[0, key] == pytest.approx(one.fit[key])


def test_scores_by_blocks_of_rows_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = data("hs").assign(cl=[k % 30 for k in range(301)])
    wanted = {}
    for size in (4_000_000, 3_000):
        monkeypatch.setattr("semfit.data.VALUES_AT_ONCE", size)
        monkeypatch.setattr("semfit.estimate.SCORES_AT_ONCE", size)
        for options in ({"estimator": "MLR"}, {"estimator": "MLM"}, {"cluster": "cl"}):
            r = semfit.fit(HS + "\nvisual ~ ageyr", frame, **options)
            key = json.dumps(options)
            cov = r.standardized_residuals()[0]["cov"].to_numpy()
            summary = r.residual_summary()["se"]
            value = [*r.parameters["se"], r.fit["chisq_scaled"], *cov.ravel(), *summary]
            np.testing.assert_allclose(value, wanted.setdefault(key, value), rtol=1e-10)


def test_population_gfi() -> None:
    """lavaan 0.7 (``make_population.R``): by reweighted least squares, and LISREL's by its name."""
    want = json.loads((GOLDEN / "lavaan" / "r_population.json").read_text())
    options: dict[str, dict[str, Any]] = {
        "hs_ml": {},
        "hs_ml_means": {"meanstructure": True},
        "hs_mlr": {"estimator": "MLR"},
        "hs_mlm": {"estimator": "MLM"},
        "hs_gls": {"estimator": "GLS"},
        "hs_wishart": {"likelihood": "wishart"},
        "hs_mg_metric": {"group": "school", "group_equal": "loadings"},
        "hs_mg_scalar": {"group": "school", "group_equal": "loadings,intercepts"},
        "hs_fiml": {"missing": "fiml"},
        "hs_fiml_mlr": {"missing": "fiml", "estimator": "MLR"},
        "hs_wlsmv": {"ordered": True},
        "hs_dwls": {"ordered": True, "estimator": "DWLS"},
    }
    for name, chosen in options.items():
        file = "hs_ord" if "ordered" in chosen else "hs_miss" if "fiml" in name else "hs"
        fit = semfit.fit(HS, data(file), **chosen).fit
        for key, value in want[name].items():
            if key != "chisq_group" and not ("fiml" in name and "gfi" not in key.split(".")[0:1]):
                assert fit[key.replace(".", "_")] == pytest.approx(value, abs=1e-5), (name, key)


def test_gfi_of_incomplete_data_differs_from_lavaans_in_the_second_decimal() -> None:
    """lavaan takes available-case moments, which are biased where values are missing at random."""
    rng = np.random.default_rng(3)
    frame = data("hs")[[f"x{k}" for k in range(1, 10)]].copy()
    frame.loc[frame["x1"] > 5.5, ["x2", "x3"]] = np.nan
    frame.loc[frame["x4"] + rng.normal(size=301) > 4, "x5"] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = semfit.fit(HS, frame, missing="fiml").fit
    assert 0.9 < fit["gfi_lisrel"] < 1 and 0.9 < fit["gfi"] <= 1
