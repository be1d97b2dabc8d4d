"""Differences of paths between groups, and the detectable effect, by second derivations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, norm

from loyalty import robustness, sem
from loyalty.groups import path_differences
from loyalty.study import Hypothesis


def test_wald_of_two_groups_is_the_squared_z_of_two_separate_fits() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=600)
    group = np.repeat(["a", "b"], 300)
    y = np.where(group == "a", 0.2, 0.6) * x + rng.normal(size=600)
    data = pd.DataFrame({"x": x, "y": y, "group": group})
    by_group, tests = path_differences(
        sem.fit("y ~ x", data, group="group"),
        [Hypothesis.model_validate({"id": "H1", "from": "x", "to": "y", "sign": "+"})],
    )
    parts = []
    for name in ("a", "b"):
        u, v = data.loc[data["group"] == name, ["x", "y"]].to_numpy().T
        u, v = u - u.mean(), v - v.mean()
        slope = u @ v / (u @ u)
        rest = v - slope * u
        parts.append((slope, rest @ rest / len(u) / (u @ u)))  # ML: divided by n
    (a, va), (b, vb) = parts
    expected = (b - a) ** 2 / (va + vb)
    assert tests.loc[0, "wald"] == pytest.approx(expected, rel=1e-6)
    assert tests.loc[0, "p"] == pytest.approx(chi2.sf(expected, 1), rel=1e-5)
    assert list(by_group["group"]) == ["a", "b"]


def test_the_detectable_effect_is_found_with_the_stated_power() -> None:
    effect = robustness.detectable(0.1 - 1.96 * 0.05, 0.1 + 1.96 * 0.05)
    assert norm.sf(norm.ppf(0.975) - effect / 0.05) == pytest.approx(0.80, abs=1e-4)
