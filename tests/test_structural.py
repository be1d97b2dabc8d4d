"""The structural model resampled, clustered, against its rivals, and with imputed answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import norm, t

from loyalty.cases.asked import Effect, Hypothesis
from loyalty.cases.study import Study
from loyalty.estimates import groups, structural
from loyalty.estimates.latent import latent
from loyalty.stats import CannotCompute, imputation

GOLDEN = Path(__file__).parent / "golden"
DATA = Path(__file__).parents[1] / "packages" / "semfit" / "tests" / "golden" / "data"
ITEMS = [f"x{k}" for k in range(1, 10)]
MODEL = (
    "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\n"
    "textual ~ p_H1*visual\nspeed ~ p_H2*textual + p_H3*visual\nI1 := p_H1*p_H2"
)
PATHS = [("H1", "visual", "textual"), ("H2", "textual", "speed"), ("H3", "visual", "speed")]
SCALES = {"visual": ITEMS[:3], "textual": ITEMS[3:6], "speed": ITEMS[6:]}


def hypotheses() -> list[Hypothesis]:
    return [
        Hypothesis.model_validate({"id": k, "from": a, "to": b, "sign": "+"}) for k, a, b in PATHS
    ]


def described(*edges: tuple[str, str, str], **more: Any) -> Study:
    named = list(dict.fromkeys(end for _, a, b in edges for end in (a, b)))
    return Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "simulated", "source": "R", "licence": "MIT", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": 0, "max": 10},
            "constructs": [
                {
                    "id": name,
                    "label": name,
                    "role": "mediator",
                    "items": [
                        {"id": i, "en": i}
                        for i in SCALES.get(name, [f"{name}{k}" for k in range(3)])
                    ],
                }
                for name in named
            ],
            "hypotheses": [{"id": k, "from": a, "to": b, "sign": "+"} for k, a, b in edges],
            **more,
        }
    )


@pytest.fixture(scope="module")
def hs() -> pd.DataFrame:
    clusters = pd.read_csv(GOLDEN / "groups_clusters.csv")["cl"]
    return pd.read_csv(DATA / "hs.csv").assign(cl=clusters)


@pytest.fixture(scope="module")
def holes(hs: pd.DataFrame) -> pd.DataFrame:
    """Answers missing depending on another item (at random)."""
    rng = np.random.default_rng(8)
    frame = hs.copy()
    for item, by in (("x2", "x1"), ("x5", "x4"), ("x8", "x9")):
        chance = 0.3 / (1 + np.exp(frame[by] - frame[by].mean()))
        frame.loc[rng.random(len(frame)) < chance, item] = np.nan
    return frame


# --- resampling ----------------------------------------------------------------------------------
def test_without_holes_it_is_the_plain_bootstrap(hs: pd.DataFrame) -> None:
    mine = structural.resampled(MODEL, hs, ITEMS, draws=70, seed=3)
    plain = semfit.fit(MODEL, hs[ITEMS], estimator="MLR").bootstrap(draws=70, seed=3)
    np.testing.assert_array_equal(mine.x, plain.x)


def test_with_holes_it_agrees_with_full_information() -> None:
    """Where the model is right, both see the same although answers are missing at random."""
    rng = np.random.default_rng(8)
    n = 800
    visual = rng.normal(size=n)
    textual = 0.5 * visual + rng.normal(scale=0.8, size=n)
    speed = 0.4 * textual + 0.2 * visual + rng.normal(scale=0.8, size=n)
    frame = pd.DataFrame(
        {
            item: 0.8 * factor + rng.normal(scale=0.5, size=n)
            for factor, items in zip((visual, textual, speed), SCALES.values(), strict=True)
            for item in items
        }
    )
    for item, by in (("x2", "x1"), ("x5", "x4"), ("x8", "x9")):
        frame.loc[rng.random(n) < 0.6 / (1 + np.exp(-2 * frame[by])), item] = np.nan
    full = semfit.fit(MODEL, frame, estimator="MLR", missing="fiml")
    boot = structural.resampled(MODEL, frame, ITEMS, draws=1000, seed=3)
    assert boot.draws == 1000
    table = boot.standardized("percentile").set_index("label")
    theirs = full.standardized().set_index("label")
    for h in ("p_H1", "p_H2", "p_H3", "I1"):
        assert table.loc[h, "est_std"] == pytest.approx(theirs.loc[h, "est_std"], abs=0.01)
        assert table.loc[h, "se"] == pytest.approx(theirs.loc[h, "se"], rel=0.12)


def test_few_draws_are_divided_among_fewer_imputations(holes: pd.DataFrame) -> None:
    assert structural.resampled(MODEL, holes, ITEMS, draws=5, seed=3).draws == 5


def test_indirect_effects_and_totals(hs: pd.DataFrame) -> None:
    result = semfit.fit(MODEL, hs, estimator="MLR")
    boot = structural.resampled(MODEL, hs, ITEMS, draws=300, seed=3)
    effect = Effect.model_validate(
        {"id": "I1", "label": "i", "through": ["visual", "textual", "speed"]}
    )
    (row,) = structural.indirect_effects(result, boot, [effect]).to_dict("records")
    std = result.standardized().set_index("label")["est_std"]
    assert row["estimate"] == pytest.approx(std["p_H1"] * std["p_H2"])
    drawn = boot.standardized("percentile").set_index("label").loc["I1", "ci_lower"]
    assert row["boot_ci_lower"] == drawn
    assert row["bca_ci_lower"] < row["estimate"] < row["bca_ci_upper"] and row["legs"] == 2
    (total,) = structural.total_effects(result, boot, hypotheses()).to_dict("records")
    assert (total["from_"], total["to"]) == ("visual", "speed")
    assert total["direct"] == pytest.approx(std["p_H3"])
    assert total["indirect"] == pytest.approx(row["estimate"])
    assert total["estimate"] == pytest.approx(total["direct"] + total["indirect"])
    assert total["ci_lower"] < total["estimate"] < total["ci_upper"]


def test_bca_is_left_out_where_all_draws_lie_on_one_side(hs: pd.DataFrame) -> None:
    result = semfit.fit(MODEL, hs, estimator="MLR")
    boot = structural.resampled(MODEL, hs, ITEMS, draws=30, seed=3)
    free = boot.estimate.model
    names = [free.rows[k].label for k in free.free]
    x = boot.x.copy()
    x[:, names.index("p_H2")] = np.abs(x[:, names.index("p_H2")]) + 5  # all far above
    lop = semfit.Bootstrap(boot.estimate, x, boot.converged, boot.admissible, 3)
    effect = Effect.model_validate(
        {"id": "I1", "label": "i", "through": ["visual", "textual", "speed"]}
    )
    (row,) = structural.indirect_effects(result, lop, [effect]).to_dict("records")
    assert np.isnan(row["bca_ci_lower"]) and np.isfinite(row["boot_ci_lower"])


# --- clusters ------------------------------------------------------------------------------------
def test_paths_with_clusters_against_lavaan(hs: pd.DataFrame) -> None:
    clusters = groups.clusters_of(hs, "cl", ITEMS)
    robust = semfit.fit(MODEL, hs, estimator="MLR", cluster="cl")
    boot = structural.resampled(MODEL, hs, ITEMS, draws=40, seed=1, cluster="cl")
    found = structural.clustered_paths(robust, clusters, boot, hypotheses())
    expected = pd.read_csv(GOLDEN / "groups_paths_clustered.csv", skipinitialspace=True)
    for row in found.to_dict("records"):
        _, a, b = next(p for p in PATHS if p[0] == row["id"])
        one = expected[(expected["rhs"] == a) & (expected["lhs"] == b)].iloc[0]
        assert row["estimate"] == pytest.approx(one["est.std"], abs=5e-5)
        assert row["cluster_se"] == pytest.approx(one["se"], rel=3e-4)
        half = t.ppf(0.975, clusters.count - 1) * row["cluster_se"]
        assert (row["cluster_ci_lower"], row["cluster_ci_upper"]) == pytest.approx(
            (row["estimate"] - half, row["estimate"] + half)
        )
    plain = semfit.fit(MODEL, hs, estimator="MLR", cluster="cl").bootstrap(draws=40, seed=1)
    np.testing.assert_allclose(boot.x, plain.x)  # whole clusters are drawn


def test_percentiles_of_few_clusters_are_expanded(hs: pd.DataFrame) -> None:
    """Of seven: the limits are those draws that t with six degrees of freedom reaches (√7/6 wider),
    of effects, of paths and of totals alike."""
    few = hs.assign(seven=np.arange(len(hs)) % 7)
    result = semfit.fit(MODEL, few, estimator="MLR", cluster="seven")
    boot = structural.resampled(MODEL, few, ITEMS, draws=400, seed=5, cluster="seven")
    tail = norm.sf(np.sqrt(7 / 6) * t.ppf(0.975, 6))
    effect = Effect.model_validate(
        {"id": "I1", "label": "i", "through": ["visual", "textual", "speed"]}
    )
    (row,) = structural.indirect_effects(result, boot, [effect]).to_dict("records")
    paths = structural.clustered_paths(result, groups.Clusters(7), boot, hypotheses())
    (total,) = structural.total_effects(result, boot, hypotheses()).to_dict("records")
    drawn = latent(boot.estimate, boot.x[boot.used])
    chain = drawn.along(["visual", "textual", "speed"])
    both = chain + drawn.along(["visual", "speed"])
    first = drawn.along(["visual", "textual"])

    def limits_at(values: np.ndarray, tail: float) -> list[float]:
        """As boot's norm.inter: between two order statistics on the normal scale."""
        found = []
        for share in (tail, 1 - tail):
            at = share * (len(values) + 1)
            k = int(at)
            below, here, above = norm.ppf(
                [k / (len(values) + 1), share, (k + 1) / (len(values) + 1)]
            )
            low, high = np.sort(values)[[k - 1, k]]
            found.append(low + (here - below) / (above - below) * (high - low))
        return found

    for one, before, values in (
        (row, "boot_", chain),
        (total, "", both),
        (paths.iloc[0], "boot_", first),
    ):
        limits = (one[f"{before}ci_lower"], one[f"{before}ci_upper"])
        assert limits == pytest.approx(limits_at(values, tail))
        narrow = limits_at(values, 0.025)
        assert limits[0] < narrow[0] < narrow[1] < limits[1]


# --- rivals --------------------------------------------------------------------------------------
def test_rivals_of_a_chain() -> None:
    study = described(("H1", "a", "m"), ("H2", "m", "n"), ("H3", "n", "y"))
    found = {s.id: s for s in structural.structures(study)}
    assert list(found) == ["hypothesized", "partial", "forward", "unmediated"]
    assert found["partial"].added == (("a", "y"),) and found["partial"].nested
    assert set(found["forward"].added) == {("a", "n"), ("a", "y"), ("m", "y")}
    assert found["unmediated"].removed == (("n", "y"),) and not found["unmediated"].nested
    lines = structural.structure_model(study, found["unmediated"]).splitlines()
    assert "y ~ a" in lines and "y ~ p_H3*n" not in lines and "n ~ p_H2*m" in lines


def test_a_model_without_rivals() -> None:
    study = described(("H1", "a", "b"), ("H2", "b", "c"), ("H3", "a", "c"))
    assert [s.id for s in structural.structures(study)] == ["hypothesized"]


def test_the_difference_of_nested_rivals(hs: pd.DataFrame) -> None:
    """visual → textual → speed against the same with visual → speed: one degree of freedom."""
    study = described(("H1", "visual", "textual"), ("H2", "textual", "speed"))
    models, paths = structural.competing(study, hs, "listwise")
    assert list(models["id"]) == ["hypothesized", "partial", "unmediated"]
    partial = models.set_index("id").loc["partial"]
    assert (partial["delta_df"], partial["added"]) == (1, 1)
    with_path = semfit.fit(MODEL, hs, estimator="MLR")
    without = semfit.fit(MODEL.replace(" + p_H3*visual", ""), hs, estimator="MLR")
    test = semfit.difference_test(without, with_path)
    assert partial["delta_chisq"] == pytest.approx(test["delta_chisq_scaled"], rel=1e-4)
    assert partial["bic"] == pytest.approx(with_path.fit["bic"], rel=1e-8)
    assert np.isnan(models.set_index("id").loc["unmediated", "delta_p"])
    one = paths[paths["id"] == "partial"].iloc[0]
    own = with_path.standardized().set_index("label").loc["p_H3"]
    assert (one["from_"], one["to"]) == ("visual", "speed")
    assert (one["estimate"], one["ci_lower"]) == pytest.approx(
        (own["est_std"], own["ci_lower"]), abs=1e-5
    )


# --- imputation ----------------------------------------------------------------------------------
def test_what_was_answered_stays(holes: pd.DataFrame) -> None:
    known = holes[ITEMS].notna().to_numpy()
    for version in imputation.impute(holes[ITEMS], 3, 1):
        assert version.notna().all(axis=None)
        np.testing.assert_array_equal(version.to_numpy()[known], holes[ITEMS].to_numpy()[known])


def test_imputed_moments_are_those_of_full_information() -> None:
    """Answers missing at random: complete rows are off, imputations are not."""
    rng = np.random.default_rng(4)
    x = rng.normal(size=4000)
    y = 0.7 * x + rng.normal(size=4000)
    frame = pd.DataFrame({"x": x, "y": np.where(x > 0.3, np.nan, y), "z": rng.normal(size=4000)})
    versions = imputation.impute(frame, 20, 1)
    means = np.array([v["y"].mean() for v in versions])
    assert frame["y"].mean() < -0.3
    assert means.mean() == pytest.approx(y.mean(), abs=0.05)
    slope = np.mean([np.polyfit(v["x"], v["y"], 1)[0] for v in versions])
    assert slope == pytest.approx(0.7, abs=0.06)
    spread = np.mean([v["y"].std() for v in versions])
    assert spread == pytest.approx(y.std(), rel=0.05)  # not shrunk towards the regression line
    assert means.std() > 0.005  # the versions differ


def test_the_shift_moves_imputed_answers_alone(holes: pd.DataFrame) -> None:
    plain, moved = (imputation.impute(holes[ITEMS], 1, 1, shift=s)[0] for s in (0.0, -0.5))
    gap = (moved - plain).to_numpy()
    missing = holes[ITEMS].isna().to_numpy()
    assert (gap[~missing] == 0).all()
    expected = np.broadcast_to(-0.5 * holes[ITEMS].std(ddof=0).to_numpy(), gap.shape)
    np.testing.assert_allclose(gap[missing], expected[missing])


def test_rubins_rules_by_hand() -> None:
    found = [(0.50, 0.10), (0.56, 0.12), (0.44, 0.11)]
    versions = [pd.DataFrame({"k": [k]}) for k in range(3)]
    centre, low, high = imputation.pooled(versions, lambda v: found[int(v["k"].iloc[0])])
    within = (0.10**2 + 0.12**2 + 0.11**2) / 3
    between = 4 / 3 * 0.06**2
    df = 2 * (1 + within / between) ** 2
    half = t.ppf(0.975, df) * np.sqrt(within + between)
    assert (centre, low, high) == pytest.approx((0.5, 0.5 - half, 0.5 + half))


@pytest.mark.parametrize("change", [{"x1": 3.0}, {"x1": np.nan}])
def test_an_item_that_cannot_be_imputed(holes: pd.DataFrame, change: dict[str, float]) -> None:
    with pytest.raises(CannotCompute, match="x1 does not vary"):
        imputation.impute(holes.assign(**change)[ITEMS], 2, 1)


def test_fewer_rows_than_items(holes: pd.DataFrame) -> None:
    with pytest.raises(CannotCompute, match="more are needed"):
        imputation.impute(holes[ITEMS].iloc[:8], 2, 1)
