from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest

from loyalty.stats import CannotCompute, efa, pls
from loyalty.stats import reliability as rel
from loyalty.stats.reliability import one_factor_reliability
from loyalty.stats.weighted import Design


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
    assert two.standardized == pytest.approx(2 * r / (1 + r), abs=1e-12)
    for bad, words in [
        (hs[["x1"]], "only 1 item: alpha needs 2"),
        (hs.assign(x1=3.0), "x1 is constant"),
        (hs.assign(x1=np.nan), "only 0 complete rows"),
        (hs.head(1), "only 1 complete row"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            rel.cronbach_alpha(bad)
    with pytest.raises(CannotCompute, match="no variance"):
        rel.cronbach_alpha(pd.DataFrame({"a": [1.0, 2, 3], "b": [3.0, 2, 1]}))


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
    with pytest.raises(ValueError, match="2 loadings but 1"):
        rel.composite_reliability([0.7, 0.8], [0.5])
    with pytest.raises(CannotCompute, match="Heywood"):
        rel.composite_reliability([0.7, 1.1], [0.5, -0.2])
    with pytest.raises(CannotCompute, match="Heywood"):
        rel.average_variance_extracted([0.7, 1.1])
    with pytest.raises(CannotCompute, match="only 1 item"):
        rel.composite_reliability([0.7], [0.5])
    with pytest.raises(CannotCompute, match="missing"):
        rel.composite_reliability([0.7, np.nan], [0.5, 0.2])
    with pytest.raises(ValueError, match="no loadings"):
        rel.average_variance_extracted([])
    assert rel.average_variance_extracted([0.8]) == pytest.approx(0.64)


# -------------------------------------------------------------------- with the model that they need
HS_SCALES = [[f"x{i}" for i in r] for r in (range(1, 4), range(4, 7), range(7, 10), range(1, 10))]
MOBI_SCALES = [
    [f"IMAG{i}" for i in range(1, 6)],
    [f"CUEX{i}" for i in range(1, 4)],
    [f"PERQ{i}" for i in range(1, 8)],
    [f"CUSA{i}" for i in range(1, 4)],
]


def test_omega_of_one_scale_matches_lavaan(
    hs: pd.DataFrame, mobi: pd.DataFrame, gold_reliability: dict
) -> None:
    for data, scales, name in ((hs, HS_SCALES, "hs"), (mobi, MOBI_SCALES, "mobi")):
        for items, want in zip(scales, gold_reliability["one_factor"][name], strict=True):
            got = rel.one_factor_reliability(data[items], draws=40, seed=1)
            np.testing.assert_allclose(got.loadings, want["load"], atol=5e-5)
            assert got.omega == pytest.approx(want["omega"], abs=1e-5)
            assert got.composite == pytest.approx(want["composite"], abs=1e-5)
            assert got.omega_lower < got.omega < got.omega_upper
            assert (got.draws_used, got.heywood) == (40, ())


def test_interval_of_omega_is_that_of_refitted_lavaan(
    hs: pd.DataFrame, gold_reliability: dict
) -> None:
    """400 draws on either side: a 2.5 % quantile is known to about 15 % of the interval's width."""
    got = rel.one_factor_reliability(hs, draws=400, seed=1)
    low, high = gold_reliability["one_factor_interval"]
    assert got.omega_lower == pytest.approx(low, abs=0.2 * (high - low))
    assert got.omega_upper == pytest.approx(high, abs=0.2 * (high - low))


def test_one_factor_reliability_is_seeded_and_refuses(hs: pd.DataFrame, mobi: pd.DataFrame) -> None:
    three = hs[["x1", "x2", "x3"]]
    one = rel.one_factor_reliability(three, draws=30, seed=1)
    assert one == rel.one_factor_reliability(three, draws=30, seed=1)
    assert one.omega_lower != rel.one_factor_reliability(three, draws=30, seed=2).omega_lower
    # the sum of standardized answers does not know the items' units, the sum of answers does
    scaled = rel.one_factor_reliability(three.assign(x1=10 * hs["x1"]), draws=30, seed=1)
    assert scaled.composite == pytest.approx(one.composite, abs=1e-6)
    assert scaled.omega < one.omega - 0.1
    # CUSL3 is a Heywood case in the data, and in more than a third of the draws
    weak = rel.one_factor_reliability(mobi[["CUSL1", "CUSL2", "CUSL3"]], draws=100, seed=1)
    assert weak.heywood == ("CUSL3",) and weak.draws_heywood > 33
    for bad, words in [
        (hs[["x1", "x2"]], "only 2 items: a one-factor model of its own needs 3"),
        (hs[["x1"]], "only 1 item:"),
        (three.assign(x1=3.0), "x1 is constant"),
        (three.assign(x2=hs["x1"]), "not positive definite"),
        (three.assign(x1=np.nan), "only 0 complete rows"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            rel.one_factor_reliability(bad, draws=2, seed=1)


def test_ordinal_reliability_matches_r(
    mobi_five: pd.DataFrame, hs: pd.DataFrame, gold_reliability: dict
) -> None:
    for items, want in zip(MOBI_SCALES, gold_reliability["ordinal"], strict=True):
        got = rel.ordinal_reliability(mobi_five[items])
        assert got.alpha == pytest.approx(want["alpha"], abs=1e-4)
        assert got.omega == pytest.approx(want["omega"], abs=2e-4)
        assert got.alpha_lower < got.alpha < got.alpha_upper
        assert got.omega_lower < got.omega < got.omega_upper
    # half the interval of ln(1 - alpha) over 1.96 is its standard error; R has it by bootstrap
    got = rel.ordinal_reliability(mobi_five[MOBI_SCALES[3]])
    half = (np.log(1 - got.alpha_lower) - np.log(1 - got.alpha_upper)) / 2
    assert half / 1.959964 == pytest.approx(gold_reliability["ordinal_se"], rel=0.12)
    two = rel.ordinal_reliability(mobi_five[["PERV1", "PERV2"]])
    assert np.isnan(two.omega) and two.alpha_lower < two.alpha < two.alpha_upper
    for bad, words in [
        (mobi_five[["PERV1"]], "only 1 item: ordinal alpha needs 2"),
        (mobi_five[["PERV1", "PERV2"]].assign(PERV1=4.0), "PERV1 is constant"),
        (mobi_five[["PERV1", "PERV2"]].assign(PERV1=np.nan), "only 0 complete rows"),
        (hs[["x1", "x2"]].assign(x1=np.arange(301.0)), "categories"),
    ]:
        with pytest.raises(CannotCompute, match=words):
            rel.ordinal_reliability(bad)


@pytest.mark.parametrize(("name", "k"), [("hs", 2), ("hs", 3), ("mobi", 3), ("mobi", 4)])
def test_omega_hierarchical_matches_psych(
    name: str, k: int, hs: pd.DataFrame, mobi: pd.DataFrame, gold_reliability: dict
) -> None:
    data = {"hs": hs, "mobi": mobi}[name]
    want = gold_reliability["hierarchical"][f"{name}{k}"]
    got = rel.hierarchical_reliability(efa.efa(data, k), efa.pearson(data))
    assert got.omega_hierarchical == pytest.approx(want["h"], abs=1e-3)
    assert got.omega_total == pytest.approx(want["t"], abs=1e-4)
    assert got.explained_common_variance == pytest.approx(want["ecv"], abs=1e-3)
    assert np.isnan(got.omega_hierarchical_lower) and got.draws == 0


def test_omega_hierarchical_of_scales_matches_psych(hs: pd.DataFrame, gold: dict) -> None:
    """psych makes its scales of each factor's items, which are the planned ones here."""
    scales = {"textual": HS_SCALES[1], "visual": HS_SCALES[0], "speed": HS_SCALES[2]}
    solution = efa.efa(hs, 3)
    draws = efa.resample(hs, solution, draws=300, seed=1)
    got = rel.hierarchical_reliability(solution, efa.pearson(hs), scales, draws)
    for scale, want in zip(scales, gold["omega"]["group"][1:], strict=True):
        row = got.scales.loc[scale]
        assert row["general"] == pytest.approx(want["general"], abs=1e-4)
        # psych leaves out what an item shares with the other group factors
        assert want["group"] - 3e-3 < row["specific"] < want["group"] + 0.02
        corr = hs[scales[scale]].corr().to_numpy().sum()
        left = float(solution.uniquenesses[scales[scale]].sum())
        assert row["total"] == pytest.approx((corr - left) / corr, abs=1e-12)
        assert row["general_lower"] < row["general"] < row["general_upper"]
    assert got.omega_hierarchical_lower < got.omega_hierarchical < got.omega_hierarchical_upper
    assert got.omega_total_lower < got.omega_total < got.omega_total_upper
    assert (got.draws, got.draws_used) == (300, 300) and got.draws_heywood < 30
    assert got.negative_items == ()
    with pytest.raises(ValueError, match="there is no item z"):
        rel.hierarchical_reliability(solution, efa.pearson(hs), {"s": ["z"]})
    with pytest.raises(CannotCompute, match="only 1 factor"):
        rel.hierarchical_reliability(efa.efa(hs, 1), efa.pearson(hs))
    turned = hs.assign(x9=-hs["x9"])
    other = rel.hierarchical_reliability(efa.efa(turned, 3), efa.pearson(turned))
    assert other.negative_items == ("x9",)


def test_omega_of_resampled_rows_is_omega_of_those_rows(hs: pd.DataFrame) -> None:
    """One draw gives the same as making the whole solution of its rows."""
    solution = efa.efa(hs, 3)
    rows = hs.iloc[np.random.default_rng(6).integers(0, len(hs), len(hs))]
    draw = efa.resample(hs, solution, draws=1, seed=6)
    own = rel.hierarchical_reliability(efa.efa(rows, 3), efa.pearson(rows))
    h, t, ecv = rel._shares(draw.corr, draw.loadings, draw.phi, draw.uniquenesses, np.ones((1, 9)))
    assert h[0, 0] == pytest.approx(own.omega_hierarchical, abs=1e-4)
    assert t[0, 0] == pytest.approx(own.omega_total, abs=1e-5)
    assert ecv[0] == pytest.approx(own.explained_common_variance, abs=1e-4)


# ------------------------------------------------------------------------------- published results


def test_alphas_that_the_ecsi_study_prints(mobi: pd.DataFrame) -> None:
    """Tenenhaus, Esposito Vinzi, Chatelin & Lauro (2005), of standardized answers, three digits."""
    printed = {
        "IMAG": 0.723,
        "CUEX": 0.452,
        "PERQ": 0.877,
        "PERV": 0.824,
        "CUSA": 0.779,
        "CUSL": 0.472,
    }
    for scale, alpha in printed.items():
        items = mobi[[c for c in mobi if c.startswith(scale)]]
        assert rel.cronbach_alpha(items).standardized == pytest.approx(alpha, abs=5e-4)


def test_what_the_corporate_reputation_book_prints() -> None:
    """Hair, Hult, Ringle, Sarstedt, Danks & Ray (2021), Partial Least Squares Structural Equation
    Modeling (PLS-SEM) Using R, chapter 4: alpha, rho_C, AVE and rho_A of the simple model."""
    seminr = pytest.importorskip("seminr")
    file = Path(seminr.__file__).parent / "datasets" / "corp_rep_data.csv"
    data = pd.read_csv(file, sep=None, engine="python").replace(-99.0, np.nan)
    scales = {c: [f"{c.lower()}_{i}" for i in (1, 2, 3)] for c in ("COMP", "LIKE", "CUSL")}
    scales["CUSA"] = ["cusa"]
    ends = [
        ("COMP", "CUSA"),
        ("LIKE", "CUSA"),
        ("COMP", "CUSL"),
        ("LIKE", "CUSL"),
        ("CUSA", "CUSL"),
    ]
    names = [i for items in scales.values() for i in items]
    quality = pls.pls_path_model(data[names], scales, ends, missing="mean").quality
    printed = {
        "COMP": (0.776, 0.865, 0.681, 0.832),
        "LIKE": (0.831, 0.899, 0.747, 0.836),
        "CUSL": (0.831, 0.899, 0.748, 0.839),
    }
    filled = data.fillna(data[names].mean())
    for construct, (alpha, rho_c, ave, rho_a) in printed.items():
        own = rel.cronbach_alpha(filled[scales[construct]])
        assert own.standardized == pytest.approx(alpha, abs=5e-4)
        row = quality.loc[construct]
        assert row["rho_c"] == pytest.approx(rho_c, abs=5e-4)
        assert row["ave"] == pytest.approx(ave, abs=5e-4)
        assert row["rho_a"] == pytest.approx(rho_a, abs=5e-4)


# ---------------------------------------------------------------------------------------- by group


def test_alpha_by_group_says_why_there_is_none(hs: pd.DataFrame, hs_full: pd.DataFrame) -> None:
    items = hs[["x4", "x5", "x6"]].copy()
    groups = hs_full["school"].astype(object)
    both = rel.alpha_by_group(items, groups)
    assert list(both.index) == sorted(groups.unique())
    for school in both.index:
        own = rel.cronbach_alpha(items[groups == school])
        assert both.loc[school, "alpha"] == pytest.approx(own.alpha, abs=1e-12)
        assert (both.loc[school, "n"], both.loc[school, "reason"]) == (own.n, None)
    items.loc[groups == "Pasteur", "x5"] = np.nan
    groups.iloc[:5] = "small"
    groups.iloc[5] = None
    some = rel.alpha_by_group(items, groups, smallest=10)
    assert some.loc["Pasteur", "reason"].text().en == "x5 has no answers"
    assert some["reason"].tolist()[0] is None and np.isfinite(some["alpha"].iloc[0])
    assert some.loc["small", "reason"].code in ("fewer_complete_rows", "no_answers")
    assert some["alpha"].notna().sum() == 1
    items.loc[groups == some.index[0], "x4"] = 2.0
    constant = rel.alpha_by_group(items, groups).loc[some.index[0], "reason"]
    assert (constant.code, constant.parameters) == ("constant", {"name": "x4"})


def test_equal_alphas_holds_its_level_and_finds_differences() -> None:
    """5 % of samples from equal, parallel scales are rejected; unequal ones nearly all."""
    rng = np.random.default_rng(1)
    sizes = (40, 80, 150)

    def draw(noise: tuple[float, ...]) -> float:
        alphas = []
        for n, sd in zip(sizes, noise, strict=True):
            x = rng.standard_normal((n, 1)) + sd * rng.standard_normal((n, 4))
            alphas.append(rel._alpha(np.cov(x, rowvar=False)))
        return rel.equal_alphas(alphas, sizes, 4).p

    p = np.array([draw((1.0, 1.0, 1.0)) for _ in range(400)])
    assert 0.02 < (p < 0.05).mean() < 0.09  # 5 % +- 3 standard errors and a bit
    assert 0.4 < np.mean(p) < 0.6
    assert np.mean([draw((0.6, 1.0, 1.8)) < 0.05 for _ in range(40)]) > 0.9


def test_equal_alphas_against_bonett_and_refusals() -> None:
    """With many rows the variance is Bonett's 2 p / ((p - 1)(n - 2))."""
    a, b, n, p = 0.80, 0.83, 900, 5
    z2 = (np.log(1 - a) - np.log(1 - b)) ** 2 / (2 * 2 * p / ((p - 1) * (n - 2)))
    assert rel.equal_alphas([a, b], [n, n], p).chi2 == pytest.approx(z2, rel=0.01)
    assert rel.equal_alphas([a, a], [n, 30], p).chi2 < 0.01
    for alphas, rows, k in [([0.8], [50], 3), ([0.8, 1.0], [50, 50], 3), ([0.8, 0.7], [50, 2], 3)]:
        with pytest.raises(CannotCompute):
            rel.equal_alphas(alphas, rows, k)


def test_a_general_share_above_all_is_of_correlations_that_the_factor_overstates(
    hs: pd.DataFrame,
) -> None:
    """Of sums of few items, some with a general part above their total: what such a sum means."""
    solution, corr = efa.efa(hs, 2), efa.pearson(hs)
    sums = {"".join(s): list(s) for k in (2, 3) for s in itertools.combinations(hs, k)}
    shares = rel.hierarchical_reliability(solution, corr, sums).scales
    general = efa.schmid_leiman(solution).general
    beyond = shares.index[shares["general"] > shares["total"]]
    assert 0 < len(beyond) < len(sums)
    for name in beyond:
        items = sums[name]
        implied = general[items].sum() ** 2 - (general[items] ** 2).sum()
        assert implied > corr.loc[items, items].to_numpy().sum() - len(items)
        assert shares.loc[name, "specific"] < 0


# --- respondents sampled in clusters -------------------------------------------------------------
def in_clusters(seed: int, clusters: int = 40, size: int = 10) -> tuple[pd.DataFrame, pd.Series]:
    """Answers to four items of a factor that lies half between clusters."""
    rng = np.random.default_rng(seed)
    units = np.repeat(np.arange(clusters), size)
    factor = 0.7 * rng.normal(size=clusters)[units] + 0.7 * rng.normal(size=len(units))
    noise = rng.normal(size=(len(units), 4)) * rng.uniform(0.4, 1.6, size=clusters)[units, None]
    frame = pd.DataFrame(factor[:, None] + noise, columns=list("abcd"))
    return frame, pd.Series(units, frame.index)


def test_clusters_of_equal_rows_are_drawn_as_the_rows_would_be() -> None:
    """Three of each row in a cluster: the draws of the clusters are those of single rows."""
    frame, own = in_clusters(1, clusters=60, size=1)
    one = Design(pd.Series(1.0, frame.index), own)
    single = one_factor_reliability(frame, draws=80, seed=4, design=one)
    thrice = frame.loc[frame.index.repeat(3)].reset_index(drop=True)
    units = pd.Series(np.repeat(np.arange(len(frame)), 3))
    design = Design(pd.Series(1.0, thrice.index), units)
    found = one_factor_reliability(thrice, draws=80, seed=4, design=design)
    for name in ("omega", "omega_lower", "omega_upper", "composite_lower", "composite_upper"):
        assert getattr(found, name) == pytest.approx(getattr(single, name), abs=1e-9), name
    assert found.draws_used == single.draws_used
    alone = one_factor_reliability(thrice, draws=80, seed=4)
    assert alone.omega_upper - alone.omega_lower < 0.8 * (found.omega_upper - found.omega_lower)


def test_an_interval_of_omega_that_ignores_clusters_is_too_narrow() -> None:
    """The spread of omega over samples of clusters, beside the widths of both intervals."""
    spread, plain, whole = [], [], []
    for seed in range(24):
        frame, units = in_clusters(seed)
        design = Design(pd.Series(1.0, frame.index), units)
        one = one_factor_reliability(frame, draws=100, seed=1)
        two = one_factor_reliability(frame, draws=100, seed=1, design=design)
        assert two.omega == pytest.approx(one.omega, abs=1e-9)
        spread.append(one.omega)
        plain.append(one.omega_upper - one.omega_lower)
        whole.append(two.omega_upper - two.omega_lower)
    wanted = 3.92 * np.std(spread, ddof=1)
    assert np.mean(plain) < 0.8 * wanted
    assert 0.75 * wanted < np.mean(whole) < 1.35 * wanted
