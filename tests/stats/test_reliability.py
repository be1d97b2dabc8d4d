from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest

from loyalty.stats import CannotCompute
from loyalty.stats import reliability as rel


def test_alpha_matches_psych(hs: pd.DataFrame, gold: dict, psych_hs: dict) -> None:
    a, want = rel.cronbach_alpha(hs), gold["alpha"]
    assert a.alpha == pytest.approx(psych_hs["alpha"][0]["raw_alpha"], abs=1e-10)
    assert a.standardized == pytest.approx(psych_hs["alpha"][0]["std.alpha"], abs=1e-9)
    assert a.average_correlation == pytest.approx(want["total"][0]["average_r"], abs=1e-10)
    assert a.ci_lower == pytest.approx(want["feldt"]["lower.ci"], abs=1e-10)
    assert a.ci_upper == pytest.approx(want["feldt"]["upper.ci"], abs=1e-10)
    for name, dropped, item in zip(hs.columns, want["drop"], want["items"], strict=True):
        row = a.items.loc[name]
        assert row["alpha_if_dropped"] == pytest.approx(dropped["raw_alpha"], abs=1e-10)
        assert row["standardized_alpha_if_dropped"] == pytest.approx(
            dropped["std.alpha"], abs=1e-10
        )
        assert row["item_total_raw"] == pytest.approx(item["raw.r"], abs=1e-10)
        assert row["item_total"] == pytest.approx(item["r.drop"], abs=1e-10)


def test_alpha_pairwise_matches_psych_and_pingouin(hs_miss: pd.DataFrame, gold: dict) -> None:
    a = rel.cronbach_alpha(hs_miss, missing="pairwise")
    want = gold["alpha_pairwise"]["total"][0]
    assert a.alpha == pytest.approx(want["raw_alpha"], abs=1e-10)
    ours = rel.cronbach_alpha(hs_miss)
    theirs, interval = pingouin.cronbach_alpha(hs_miss.dropna())
    assert ours.alpha == pytest.approx(theirs, abs=1e-10)
    np.testing.assert_allclose([ours.ci_lower, ours.ci_upper], interval, atol=1e-3)


def test_alpha_properties_and_refusals(hs: pd.DataFrame) -> None:
    a = rel.cronbach_alpha(hs)
    again = rel.cronbach_alpha(hs.sample(frac=1, random_state=0)[hs.columns[::-1]])
    assert again.alpha == pytest.approx(a.alpha, abs=1e-12)
    assert again.items["item_total"]["x4"] == pytest.approx(a.items["item_total"]["x4"], abs=1e-12)
    turned = rel.cronbach_alpha(hs[["x4", "x5", "x6"]].assign(x5=-hs["x5"]))
    assert turned.negative_items == ("x4", "x5", "x6") or "x5" in turned.negative_items
    two = rel.cronbach_alpha(hs[["x1", "x2"]])
    assert two.items["alpha_if_dropped"].isna().all()
    r = float(hs[["x1", "x2"]].corr().iloc[0, 1])
    assert two.standardized == pytest.approx(rel.spearman_brown(r), abs=1e-12)
    for bad, words in [
        (hs[["x1"]], "only 1 item: alpha needs 2"),
        (hs.assign(x1=3.0), "x1 is constant"),
        (hs.assign(x1=np.nan), "only 0 complete rows"),
        (hs.head(1), "only 1 complete rows"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            rel.cronbach_alpha(bad)
    with pytest.raises(CannotCompute, match="no variance"):
        rel.cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 2, 1]}))


def test_lambda6(hs: pd.DataFrame, gold: dict) -> None:
    assert rel.guttman_lambda6(hs.corr()) == pytest.approx(gold["guttman6"], abs=1e-10)
    twin = hs.assign(x2=hs["x1"]).corr()
    with pytest.raises(CannotCompute, match="collinear"):
        rel.guttman_lambda6(twin)


def test_composite_reliability_and_ave_match_semtools(hs: pd.DataFrame, gold: dict) -> None:
    g = gold["cfa"]
    unstd = np.array(list(g["uload"])).reshape(3, 3)
    resid = np.array(list(g["uresid"])).reshape(3, 3)
    for k in range(3):
        cr = rel.composite_reliability(unstd[k], resid[k])
        ave = rel.average_variance_extracted(unstd[k], resid[k])
        assert cr == pytest.approx(g["rel"][1][k], abs=1e-7)
        assert ave == pytest.approx(g["rel"][4][k], abs=1e-7)
        total = float(hs.iloc[:, 3 * k : 3 * k + 3].cov(ddof=0).to_numpy().sum())
        omega3 = rel.composite_reliability(unstd[k], resid[k], total_variance=total)
        assert omega3 == pytest.approx(g["comp"][k], abs=1e-7)
        lam = np.array(g["load"]).reshape(3, 3)[k]
        assert rel.average_variance_extracted(lam) == pytest.approx(np.mean(lam**2))


def test_composite_reliability_with_residual_covariance(gold: dict) -> None:
    g = gold["omega_cov"]
    theta = np.array(g["theta"])
    got = rel.composite_reliability(
        g["load"], np.diag(theta), residual_covariances=[(6, 7, theta[6, 7])]
    )
    assert got == pytest.approx(g["rel"], abs=1e-7)


def test_omega_from_bifactor_solution_matches_psych(
    hs: pd.DataFrame, gold: dict, psych_hs: dict
) -> None:
    sl = np.array(gold["omega"]["sl"])
    general, groups, unique = sl[:, 0], sl[:, 1:4], sl[:, 5]
    # psych divides by the observed variance of the sum of z-scores
    total = float(hs.corr().to_numpy().sum())
    h = rel.omega_hierarchical(general, groups, unique, total_variance=total)
    t = rel.omega_total(np.column_stack([general, groups]), unique, total_variance=total)
    assert h == pytest.approx(psych_hs["omega"]["h"], abs=1e-8)
    assert t == pytest.approx(psych_hs["omega"]["t"], abs=1e-8)
    assert rel.omega_hierarchical(general, groups, unique) == pytest.approx(h, abs=2e-3)
    assert rel.omega_total(np.column_stack([general, groups]), unique) == pytest.approx(t, abs=2e-3)


def test_omega_of_tau_equivalent_items_is_alpha() -> None:
    lam, theta = np.full(4, 0.7), np.array([0.3, 0.5, 0.6, 0.4])
    cov = np.outer(lam, lam) + np.diag(theta)
    alpha = 4 / 3 * (1 - np.trace(cov) / cov.sum())
    assert rel.omega_total(lam, theta) == pytest.approx(alpha)


def test_refusals_of_model_based_coefficients() -> None:
    with pytest.raises(CannotCompute, match="2 loadings but 1"):
        rel.composite_reliability([0.7, 0.8], [0.5])
    with pytest.raises(CannotCompute, match="Heywood"):
        rel.composite_reliability([0.7, 1.1], [0.5, -0.2])
    with pytest.raises(CannotCompute, match="Heywood"):
        rel.average_variance_extracted([0.7, 1.1])
    with pytest.raises(CannotCompute, match="only 1 item"):
        rel.composite_reliability([0.7], [0.5])
    with pytest.raises(CannotCompute, match="missing"):
        rel.composite_reliability([0.7, np.nan], [0.5, 0.2])
    with pytest.raises(CannotCompute, match="no loadings"):
        rel.average_variance_extracted([])
    assert rel.average_variance_extracted([0.8]) == pytest.approx(0.64)
