"""Latent interactions against lavaan and semTools, Johnson-Neyman against its definition."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import semfit
from sem_reference import GOLDEN, compare_fit, compare_parameters, data, golden_parameters

MODEL = """visual =~ x1+x2+x3
speed =~ x7+x8+x9
textual =~ x4+x5+x6
textual ~ visual + speed"""


def fitted(**options: object) -> semfit.Interaction:
    return semfit.interaction(
        MODEL,
        data("hs"),
        focal="visual",
        moderator="speed",
        outcome="textual",
        estimator="MLR",
        meanstructure=True,
        **options,
    )


def test_against_semtools() -> None:
    found = fitted()
    compare_parameters(found.result.parameters, "r_interaction", error=1e-4)
    compare_fit(found.result.fit, "r_interaction", tolerance=1e-4)
    golden = pd.read_csv(GOLDEN / "lavaan" / "r_interaction_slopes.csv")
    mine = found.simple_slopes((-0.6, 0.0, 0.6), in_sd=False)
    np.testing.assert_allclose(mine["est"], golden["est"], atol=5e-5)
    np.testing.assert_allclose(mine["se"], golden["se"], rtol=2e-4)


def test_johnson_neyman_bounds_touch_zero() -> None:
    found = fitted()
    answer = found.johnson_neyman()
    assert answer["bounds"] == tuple(sorted(answer["bounds"]))
    slopes = found.simple_slopes(answer["bounds"], in_sd=False)
    nearest = np.minimum(slopes["ci_lower"].abs(), slopes["ci_upper"].abs())
    np.testing.assert_allclose(nearest, 0.0, atol=1e-8)
    low, high = answer["bounds"]
    middle = found.simple_slopes([(low + high) / 2], in_sd=False).iloc[0]
    inside = middle["ci_lower"] * middle["ci_upper"] > 0
    assert answer["region"] == ("inside" if inside else "outside")


def test_johnson_neyman_against_semtools() -> None:
    """Roots of |z| = 1.96 of semTools' simple slopes."""
    golden = json.loads((GOLDEN / "lavaan" / "r_johnson_neyman.json").read_text())
    np.testing.assert_allclose(fitted().johnson_neyman()["bounds"], golden["bounds"], atol=2e-5)


def test_quadratic() -> None:
    found = semfit.interaction(
        MODEL,
        data("hs"),
        focal="visual",
        moderator="visual",
        outcome="textual",
        name="visual2",
        meanstructure=True,
    )
    assert found.quadratic
    compare_fit(found.result.fit, "r_quadratic")
    turn = found.turning_point()
    golden = golden_parameters("r_quadratic").set_index("lhs").loc["turn"]
    assert turn["est"] == pytest.approx(golden["est"], abs=2e-5)
    assert turn["se"] == pytest.approx(golden["se"], rel=5e-5)
    assert turn["ci_lower"] == pytest.approx(golden["ci.lower"], abs=1e-4)
    slope = found.simple_slopes([turn["est"]], in_sd=False).iloc[0]
    assert slope["est"] == pytest.approx(0.0, abs=1e-10)


def test_products_are_centred_twice() -> None:
    products = semfit.product_indicators(data("hs"), ["x1", "x2"], ["x7", "x8", "x9"])
    assert list(products.columns) == ["x1.x7", "x2.x8"]
    np.testing.assert_allclose(products.mean(), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"focal": "nothing"}, "no latent variable"),
        ({"outcome": "speed"}, "no path"),
        ({"name": "speed"}, "taken"),
        ({"name": "x1"}, "taken"),
    ],
)
def test_refuses(change: dict[str, str], message: str) -> None:
    options = {"focal": "visual", "moderator": "speed", "outcome": "textual"} | change
    with pytest.raises(semfit.ModelError, match=message):
        semfit.interaction(MODEL, data("hs"), **options)
