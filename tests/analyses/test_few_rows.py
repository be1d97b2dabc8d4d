"""Fourteen and ten respondents: every analysis says what cannot be done, and none stops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.structural import findings as structural
from loyalty.analyses.structural import words
from loyalty.cases import study, survey
from loyalty.ground.findings import Finding, Refused, cited
from loyalty.shown.context import Case
from tests.conftest import answers


@pytest.mark.parametrize(("n", "seed"), [(10, 1), (12, 2), (14, 3)])
def test_models_of_few_rows(project: Any, n: int, seed: int) -> None:
    rows = answers(n, seed)
    rows["plan"] = [1, 2] * (n // 2)
    project.rows(rows)
    found = survey.load(study.load("small"))
    data = structural.answers(found)
    model = structural.model(data)
    boot = structural.bootstrap(data, 20, 1, None)
    for finding in (
        structural.fit(model),
        structural.paths(data, model, None),
        structural.totals(data, model, boot),
    ):
        assert finding is None or isinstance(finding, Finding | Refused)
    scales = measurement.scales(found)
    planned = measurement.planned(scales)
    changes = measurement.changes(planned)
    assert isinstance(changes, tuple | Refused)


def test_a_construct_of_negative_variance(project: Any) -> None:
    """Items that go with the other construct more than with their own: no R² of the outcome."""
    rng = np.random.default_rng(2)
    cross = np.full((6, 6), 0.4)
    cross[:3, 3:] = cross[3:, :3] = 0.6
    np.fill_diagonal(cross, 1.0)
    drawn = rng.multivariate_normal(np.zeros(6), cross, 400)
    items = np.clip(np.round(3 + 0.9 * drawn), 1, 5).astype(int)
    rows = pd.DataFrame(items, columns=["q1", "q2", "q3", "l1", "l2", "l3"])
    project.rows(rows.assign(recommend=5, plan=[1, 2] * 200))
    data = structural.answers(survey.load(study.load("small")))
    model = structural.model(data)
    assert model.r2.set_index("variable")["r2"].isna()["loyalty"]
    found = structural.paths(data, model, None)
    assert isinstance(found, structural.Paths) and found.r2 == ()
    reported = structural.solution(data, model, structural.firms(data), found)
    assert isinstance(reported, structural.Reported)
    assert "loyalty" not in {r.variable for r in reported.r2} and reported.messages
    said = words.paragraph(cited(reported, "small/structural/solution"), Case("small", data.study))
    assert said and not any("R²" in s.en for s in said)


def test_no_scaling_where_a_model_implies_no_covariances() -> None:
    """The difference test at estimates that leave the free model without a covariance matrix."""
    from dataclasses import replace

    import semfit
    from semfit.ladder import _scaling_at

    rows = answers(100)
    free = semfit.fit("f =~ q1 + q2 + q3\ng =~ l1 + l2 + l3", rows, estimator="MLR")
    restricted = semfit.fit("f =~ q1 + q2 + q3\ng =~ l1 + l2 + l3\nf ~~ 0*g", rows, estimator="MLR")
    assert np.isfinite(_scaling_at(free.estimate, restricted))
    away = replace(restricted.estimate, x=-10.0 * np.ones_like(restricted.estimate.x))
    assert np.isnan(_scaling_at(free.estimate, replace(restricted, estimate=away)))
