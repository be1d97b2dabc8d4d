"""Results are values: they go through JSON and come back equal."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from loyalty.stats import (
    CannotCompute,
    audit,
    descriptives,
    efa,
    groups,
    pls,
    pooling,
    regression,
    reliability,
    validity,
)


def test_every_result_goes_through_json(
    hs: pd.DataFrame, hs_miss: pd.DataFrame, hs_scales: dict
) -> None:
    school = pd.Series(np.arange(len(hs)) % 3, index=hs.index, name="g")
    load = {k: [0.7, 0.8, 0.6] for k in hs_scales}
    phi = pd.DataFrame(np.eye(3) * 0.6 + 0.4, index=list(hs_scales), columns=list(hs_scales))
    careless = audit.careless_indices(hs_miss, hs_scales)
    results: list[Any] = [
        audit.codes_outside_scale(hs_miss, 1, 7),
        audit.duplicates(hs),
        audit.exclusion_flow(hs.index, [("x", hs["x1"] > 6)]),
        audit.em_moments(hs_miss),
        audit.little_mcar(hs_miss),
        careless,
        audit.flag_careless(careless, max_long_string=2),
        audit.mardia(hs),
        audit.profile_against_quotas(school, {0: 1, 1: 1, 2: 1}),
        descriptives.correlations(hs_miss),
        descriptives.net_promoter_score([9, 3, 8]),
        descriptives.wilson_interval(2, 5),
        descriptives.mean_interval([1, 2]),
        reliability.cronbach_alpha(hs[["x1", "x2"]]),
        efa.kmo(efa.pearson(hs)),
        efa.bartlett_sphericity(efa.pearson(hs), 301),
        efa.parallel_analysis(hs, seed=1, draws=5),
        efa.minimum_average_partial(efa.pearson(hs)),
        efa.efa(hs, 2),
        efa.efa(corr=efa.pearson(hs), n_factors=2),
        validity.fornell_larcker(load, phi),
        validity.htmt(hs, hs_scales | {"one": ["x1"]} | {"visual": ["x2", "x3"]}),
        validity.harman_single_factor(hs),
        validity.marker_adjustment(phi, "speed", 100),
        groups.anova(hs["x1"], school),
        groups.hedges_g([1, 2, 3], [2, 3, 5]),
        groups.intraclass_correlation(hs["x1"], school),
        groups.importance_performance({"a": 0.3}, pd.Series({"a": 50.0})),
        pooling.random_effects([0.1, 0.2, 0.4], [0.1, 0.1, 0.2]),
        regression.ols(hs, "x1", ["x2"]),
        pls.pls_path_model(hs, hs_scales, [("visual", "textual"), ("textual", "speed")]),
    ]
    for result in results:
        text = json.dumps(result.to_dict(), allow_nan=False)
        back = type(result).from_dict(json.loads(text))
        assert back == result, type(result).__name__
        for field in dataclasses.fields(result):
            if isinstance(getattr(result, field.name), pd.DataFrame):
                before, after = getattr(result, field.name), getattr(back, field.name)
                numeric = before.select_dtypes("number").columns
                np.testing.assert_array_equal(
                    after[numeric].to_numpy(dtype=float), before[numeric].to_numpy(dtype=float)
                )
    with pytest.raises(ValueError, match="field ci_lower"):
        descriptives.NetPromoterScore.from_dict({"n": 3})
    with pytest.raises(dataclasses.FrozenInstanceError):
        results[0].n_rows = 3


frames = hnp.arrays(
    np.float64,
    st.tuples(st.integers(0, 12), st.integers(0, 5)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 5.0, 7.0, float("nan")]),
)


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(frames)
def test_any_small_frame_gives_a_result_or_one_sentence(values: np.ndarray) -> None:
    """Never a traceback, a warning or an infinite number, whatever the frame."""
    items = pd.DataFrame(values, columns=[f"i{j}" for j in range(values.shape[1])])
    half = list(items.columns[: values.shape[1] // 2])
    rest = list(items.columns[values.shape[1] // 2 :])
    group = pd.Series(np.arange(len(items)) % 2, index=items.index)
    first = items.iloc[:, 0] if values.shape[1] else pd.Series(np.nan, index=items.index)
    constructs = {"a": half, "b": rest}
    models = [
        lambda: validity.htmt(items, constructs, draws=3, seed=1),
        lambda: validity.htmt(items, constructs, kind="htmt2", missing="pairwise", draws=3, seed=1),
        lambda: pls.pls_path_model(items, constructs, [("a", "b")], draws=3, seed=1),
    ]
    for compute in (
        *(models if half else []),  # a construct has an item
        lambda: audit.codes_outside_scale(items, 1, 5),
        lambda: audit.duplicates(items),
        lambda: audit.missing_patterns(items),
        lambda: audit.em_moments(items),
        lambda: audit.little_mcar(items),
        lambda: audit.careless_indices(items, constructs),
        lambda: audit.univariate_normality(items),
        lambda: audit.mardia(items),
        lambda: audit.mahalanobis(items),
        lambda: descriptives.item_table(items, 1, 7),
        lambda: descriptives.mean_table(items),
        lambda: descriptives.correlations(items),
        lambda: descriptives.correlations(items, method="spearman", missing="listwise"),
        lambda: descriptives.scale_scores(items, constructs),
        lambda: reliability.cronbach_alpha(items),
        lambda: reliability.cronbach_alpha(items, missing="pairwise"),
        lambda: efa.kmo(efa.pearson(items, missing="pairwise")),
        lambda: efa.parallel_analysis(items, seed=1, draws=3),
        lambda: efa.minimum_average_partial(efa.pearson(items)),
        lambda: efa.efa(items, 1),
        lambda: validity.harman_single_factor(items, missing="pairwise"),
        lambda: groups.anova(first, group),
        lambda: groups.games_howell(first, group),
        lambda: groups.intraclass_correlation(first, group),
        lambda: regression.ols(items, "i0", rest),
    ):
        try:
            result = compute()
        except CannotCompute as error:
            assert str(error) and "\n" not in str(error)
            continue
        if isinstance(result, pd.DataFrame | pd.Series):
            assert not np.isinf(
                result.to_frame().select_dtypes("number")
                if isinstance(result, pd.Series)
                else result.select_dtypes("number")
            ).any(axis=None)
        else:
            json.dumps(result.to_dict(), allow_nan=False)
