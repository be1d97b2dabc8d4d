"""Latent moderation and bends against lavaan and semTools (golden/make_groups.R)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import t as t_distribution

from loyalty.analyses.structural import interactions
from loyalty.cases.study import Study
from loyalty.estimates.groups import Clusters
from loyalty.ground.reasons import CannotCompute

GOLDEN = Path(__file__).parent / "golden"
SCALES = {"x": ["x1", "x2", "x3"], "z": ["x7", "x8", "x9"], "y": ["x4", "x5", "x6"]}
ROLES = {"x": "antecedent", "z": "moderator", "y": "outcome"}


def described(hypotheses: list[dict[str, Any]], **scales: list[str]) -> Study:
    return Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "simulated", "source": "R", "licence": "MIT", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": -9, "max": 9},
            "constructs": [
                {
                    "id": name,
                    "label": name,
                    "role": ROLES.get(name, "mediator"),
                    "items": [{"id": item, "en": item} for item in items],
                }
                for name, items in {**SCALES, **scales}.items()
            ],
            "hypotheses": hypotheses,
        }
    )


PATHS = [
    {"id": "H1", "from": "x", "to": "y", "sign": "+"},
    {"id": "H2", "from": "z", "to": "y", "sign": "+"},
    {"id": "H3", "from": "x", "to": "y", "sign": "+", "moderator": "z"},
    {"id": "H4", "from": "x", "to": "y", "sign": "-", "quadratic": True},
]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "interactions_data.csv")


def terms_of(data: pd.DataFrame) -> dict[str, interactions.LatentTerm]:
    found = interactions.latent(described(PATHS), data, "y", 1)
    return {t.hypothesis.id: t for t in found.terms}


@pytest.fixture(scope="module")
def terms(data: pd.DataFrame) -> dict[str, interactions.LatentTerm]:
    return terms_of(data)


@pytest.fixture(scope="module")
def golden() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "interactions.csv", skipinitialspace=True).set_index("lhs")


def test_standardized_terms(
    terms: dict[str, interactions.LatentTerm], golden: pd.DataFrame
) -> None:
    for h, name in (("H3", "product"), ("H4", "square")):
        mine = terms[h].estimate, terms[h].ci_lower, terms[h].ci_upper
        theirs = golden.loc[name, ["est", "ci.lower", "ci.upper"]]
        np.testing.assert_allclose(mine, theirs, atol=2e-4, err_msg=name)


def test_simple_slopes(terms: dict[str, interactions.LatentTerm], golden: pd.DataFrame) -> None:
    for h, low, high in (("H3", "low", "high"), ("H4", "sqlow", "sqhigh")):
        found = interactions.listed(terms[h])
        assert list(found["sd"]) == pytest.approx([-1, 0, 1])
        for k, name in ((0, low), (2, high)):
            theirs = golden.loc[name, ["est", "ci.lower", "ci.upper"]]
            np.testing.assert_allclose(
                found.loc[k, ["estimate", "ci_lower", "ci_upper"]].astype(float), theirs, atol=3e-4
            )


def test_johnson_neyman_bounds(terms: dict[str, interactions.LatentTerm]) -> None:
    expected = pd.read_csv(GOLDEN / "interactions_bounds.csv", skipinitialspace=True)
    for h, row in zip(("H3", "H4"), expected.to_dict("records"), strict=True):
        assert terms[h].bounds == pytest.approx((row["low"], row["high"]), abs=2e-3)
        assert terms[h].region == "outside"


def test_a_moderator_from_outside_joins_the_model() -> None:
    """m is endogenous and unconnected with z: they covary, and z leads to the outcome."""
    study = described(
        [
            {"id": "H1", "from": "x", "to": "m", "sign": "+"},
            {"id": "H2", "from": "m", "to": "y", "sign": "+"},
            {"id": "H3", "from": "m", "to": "y", "sign": "+", "moderator": "z"},
        ],
        m=["m1", "m2", "m3"],
    )
    text, products = interactions.latent_model(study, "y")
    lines = text.splitlines()
    assert "z =~ x7 + x8 + x9" in lines and "y ~ z" in lines and "m ~~ z" in lines
    assert "m_x_z ~~ m" in lines and "m_x_z ~~ z" not in lines  # z is exogenous: it does anyway
    assert products == {"m_x_z": [("m1", "x7"), ("m2", "x8"), ("m3", "x9")]}


def test_products_that_share_an_item_have_covarying_residuals() -> None:
    lines = interactions.latent_model(described(PATHS), "y")[0].splitlines()
    shared = [line for line in lines if "." in line and "~~" in line]
    assert shared == ["x1.x7 ~~ x1.x1", "x2.x8 ~~ x2.x2", "x3.x9 ~~ x3.x3"]


def test_a_component_of_one_item_is_multiplied_with_every_item(data: pd.DataFrame) -> None:
    study = described([h for h in PATHS if h["id"] != "H4"], z=["x7"])
    text, products = interactions.latent_model(study, "y")
    assert products == {"x_x_z": [("x1", "x7"), ("x2", "x7"), ("x3", "x7")]}
    assert "x7 ~~ 0*x7" in text.splitlines()
    (term,) = interactions.latent(study, data, "y", 1).terms
    assert 0 < term.ci_lower < term.estimate < term.ci_upper  # z measured by one item: the same


def test_the_square_of_one_item(data: pd.DataFrame) -> None:
    study = described([PATHS[0], PATHS[3]], x=["x1"])
    with pytest.raises(CannotCompute, match="the product of x would have one indicator"):
        interactions.latent(study, data, "y", 1)


def test_too_few_rows_are_refused(data: pd.DataFrame) -> None:
    with pytest.raises((CannotCompute, semfit.ModelError)):
        interactions.latent(described(PATHS), data.iloc[:24], "y", 1)


# --- outcomes whose disturbances covary ----------------------------------------------------------
def test_a_product_covaries_with_the_disturbances_that_the_outcome_s_covaries_with() -> None:
    """Directly (v) or by another (w); a construct that is exogenous covaries anyway."""
    hypotheses = [{"id": f"H{n}", "from": "x", "to": n, "sign": "+"} for n in ("v", "w")]
    study = described([*PATHS[:3], *hypotheses], v=["v1", "v2"], w=["w1", "w2"])
    joined = study.model_copy(update={"covariances": [("w", "v"), ("v", "y"), ("x", "z")]})
    lines = interactions.latent_model(joined, "y")[0].splitlines()
    assert [line for line in lines if line.startswith("x_x_z ~~")] == ["x_x_z ~~ v", "x_x_z ~~ w"]
    assert "x_x_z ~~" not in interactions.latent_model(study, "y")[0]


def test_what_a_product_does_to_another_outcome_is_not_taken_for_its_own() -> None:
    """Two outcomes whose disturbances correlate by .6; the product acts on the other alone."""
    rng = np.random.default_rng(20261128)
    n = 4000
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n).T
    left = rng.multivariate_normal([0, 0], [[0.64, 0.384], [0.384, 0.64]], n).T
    latents = {"x": x, "z": z, "y": 0.4 * x + left[0], "w": 0.4 * x + 0.3 * x * z + left[1]}
    items = {**SCALES, "w": ["w1", "w2", "w3"]}
    data = pd.DataFrame(
        {i: latents[c] + 0.5 * rng.standard_normal(n) for c, own in items.items() for i in own}
    )
    study = described(
        [*PATHS[:3], {"id": "H5", "from": "x", "to": "w", "sign": "+"}], w=items["w"]
    ).model_copy(update={"covariances": [("y", "w")]})
    (term,) = interactions.latent(study, data, "y", 1).terms
    assert term.ci_lower < 0 < term.ci_upper
    assert abs(term.estimate) < 0.05  # -.18 where the product is held apart from w


# --- clusters ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def neighbours(data: pd.DataFrame) -> pd.DataFrame:
    """Twenty clusters of neighbours, as golden/make_interactions.R makes them."""
    rank = (data["x1"] + data["x4"]).rank(method="first")
    return data.assign(cl=np.ceil(rank / 20).astype(int).astype(str))


def test_clusters_against_lavaan(neighbours: pd.DataFrame) -> None:
    """lavaan's ``cluster =`` on the same products; its errors, and Student's t with 19 df."""
    golden = pd.read_csv(GOLDEN / "interactions_clustered.csv").set_index("lhs")
    units = ("cl", Clusters(20, 1, 20))
    found = interactions.latent(described(PATHS), neighbours, "y", 1, units)
    terms = {t.hypothesis.id: t for t in found.terms}
    wide = t_distribution.ppf(0.975, 19)
    for h, name, low, high in (
        ("H3", "product", "low", "high"),
        ("H4", "square", "sqlow", "sqhigh"),
    ):
        term, (est, se) = terms[h], golden.loc[name, ["est", "se"]]
        assert term.estimate == pytest.approx(est, abs=2e-4)
        half = (term.ci_upper - term.ci_lower) / 2
        assert half == pytest.approx(wide * se, rel=1e-3)
        assert term.p == pytest.approx(2 * t_distribution.sf(abs(est / se), 19), rel=5e-3)
        slopes = interactions.listed(term)
        for k, slope in ((0, low), (2, high)):
            est, se = golden.loc[slope, ["est", "se"]]
            row = slopes.loc[k]
            assert row["estimate"] == pytest.approx(est, abs=3e-4)
            half = (row["ci_upper"] - row["ci_lower"]) / 2
            assert half == pytest.approx(wide * se, rel=2e-3)


def test_bounds_are_where_the_interval_by_t_begins_to_exclude_zero(
    neighbours: pd.DataFrame,
) -> None:
    units = ("cl", Clusters(20, 1, 20))
    found = interactions.latent(described(PATHS), neighbours, "y", 1, units)
    for term in found.terms:
        x, ends = term.slopes["sd"], term.slopes[["ci_lower", "ci_upper"]]
        clear = (ends["ci_lower"] > 0) | (ends["ci_upper"] < 0)
        inside = (x > min(term.bounds)) & (x < max(term.bounds))
        assert term.region in ("inside", "outside")
        assert (clear == (inside if term.region == "inside" else ~inside)).mean() > 0.95


def test_skewed_answers_to_straight_relations_show_no_bend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut so that most answers lie at one end, they bend unless that is taken off."""
    rng = np.random.default_rng(12)
    opinions = {"x": rng.standard_normal(3000), "z": rng.standard_normal(3000)}
    opinions["y"] = 0.6 * opinions["x"] + 0.3 * opinions["z"] + 0.74 * rng.standard_normal(3000)
    cuts = {"x": [-1.5, -1, -0.5, 0, 0.5], "z": [-1, 0, 1], "y": [-0.5, 0, 0.5, 1, 1.5]}
    answers = pd.DataFrame(
        {
            item: np.digitize(0.85 * opinions[name] + 0.53 * rng.standard_normal(3000), cuts[name])
            for name, items in SCALES.items()
            for item in items
        }
    ).astype(float)
    found = terms_of(answers)
    for h in ("H3", "H4"):
        assert found[h].ci_lower < 0 < found[h].ci_upper
    monkeypatch.setattr(interactions, "straightened", lambda products, *_: products)
    bent = terms_of(answers)
    assert bent["H3"].ci_lower > 0 and bent["H4"].ci_lower > 0.2
