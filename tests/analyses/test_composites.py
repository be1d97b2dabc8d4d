"""Formative constructs: paths and weights by PLS, and what the pages say of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.measurement import tables as measurement_tables
from loyalty.analyses.measurement import words as measurement_words
from loyalty.analyses.robustness.estimates import specifications
from loyalty.analyses.structural import findings as structural
from loyalty.analyses.structural import tables, words
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.composites import composites
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import description


def construct(name: str, n: int, mode: str = "reflective") -> dict[str, Any]:
    items = [{"id": f"{name}{i}", "en": f"{name}{i}"} for i in range(1, n + 1)]
    return {"id": name, "label": name, "role": "antecedent", "mode": mode, "items": items}


def described(**changed: Any) -> Study:
    content = description() | {
        "constructs": [
            construct("facets", 3, "formative"),
            construct("image", 3),
            construct("loyal", 1),
        ],
        "hypotheses": [{"id": "H1", "from": "facets", "to": "loyal", "sign": "+"}],
        "groups": [],
    }
    study = Study.model_validate(content | changed)
    study._case = "small"
    return study


def answers(n: int = 300, seed: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = {}
    made["facets1"], made["facets2"] = rng.normal(size=(2, n))
    made["facets3"] = 0.6 * made["facets1"] + rng.normal(size=n)
    image = rng.normal(size=n) + 0.4 * made["facets2"]
    made |= {f"image{i}": image + 0.5 * rng.normal(size=n) for i in (1, 2, 3)}
    whole = 0.5 * made["facets1"] + 0.3 * made["facets2"] + 0.1 * made["facets3"]
    made["loyal1"] = whole + 0.5 * image + rng.normal(size=n)
    return pd.DataFrame(made)


def test_one_item_regressed_on_the_items_that_make_a_construct_up() -> None:
    """With one outcome of one item mode B is ordinary regression: the path is the multiple
    correlation, the weights are its standardized coefficients over it."""
    rows = answers()
    found = composites(described(), rows, 40, 1)
    assert found is not None and found.n == 300 and found.draws == 40
    z = (rows - rows.mean()) / rows.std()
    items = ["facets1", "facets2", "facets3"]
    fit = sm.OLS(z["loyal1"], z[items]).fit()
    assert found.paths.loc[0, "estimate"] == pytest.approx(np.sqrt(fit.rsquared), abs=1e-6)
    expected = fit.params / np.sqrt(fit.rsquared)
    np.testing.assert_allclose(found.weights["estimate"], expected, atol=1e-6)
    exog = sm.add_constant(rows[items]).to_numpy()
    inflation = [variance_inflation_factor(exog, k) for k in (1, 2, 3)]
    np.testing.assert_allclose(found.weights["vif"], inflation)
    loading = [np.corrcoef(rows[i], fit.fittedvalues)[0, 1] for i in items]
    np.testing.assert_allclose(found.weights["loading"], loading, atol=1e-6)
    for table in (found.paths, found.weights):
        assert (table["ci_lower"] < table["estimate"]).all()
        assert (table["estimate"] < table["ci_upper"]).all()


def test_pages_of_a_formative_construct() -> None:
    both = [
        {"id": "H1", "from": "facets", "to": "loyal", "sign": "+"},
        {"id": "H2", "from": "image", "to": "loyal", "sign": "+"},
        {"id": "H3", "from": "facets", "to": "image", "sign": "-"},
    ]
    of, rows = described(hypotheses=both), answers()
    case = Case("small", of)
    assert [h.id for h in of.paths] == ["H2"] and "facets" not in of.structural_model()
    items = [i.id for c in of.structural for i in c.items]
    data = structural.Answers(of, rows, items, "listwise")
    found: Any = structural.composed(data, 60, 1)
    assert [r.verdict for r in found.rows] == ["supported", "contradicted"]
    assert (found.count, found.supported, found.contradicted, found.open) == (2, 1, 1, 0)
    assert found.beside == ("loyal",)
    shown = cited(found, "small/structural/composed")
    said = join(words.composed(shown, case))
    assert "facets is formative" in said.en and "do not allow for these constructs" in said.en
    assert "形成型构念" in said.zh
    for language in ("en", "zh"):
        table = without_references(tables.composed(shown, case).markdown(language))
        assert "H1" in table and "H3" in table and "H2" not in table
    # the covariance-based model is estimated all the same
    assert not isinstance(structural.paths(data, structural.model(data)), Refused)

    class Loaded:
        study, scored = of, rows

    weights: Any = measurement.weights(Loaded(), 60, 1)  # type: ignore[arg-type]
    assert weights.count == 3 and 1 <= weights.clear <= 3 and weights.inflated == 0
    shown = cited(weights, "small/measurement/weights")
    said = join(measurement_words.weights(shown, case))
    assert "are not computed" in said.en and "未予计算" in said.zh
    assert "facets3" in measurement_tables.weights(shown, case).markdown("zh")


def test_items_that_nearly_repeat_each_other_are_counted() -> None:
    rows = answers()
    rows["facets3"] = rows["facets1"] + 0.05 * rows["facets3"]

    class Loaded:
        study, scored = described(), rows

    weights: Any = measurement.weights(Loaded(), 20, 1)  # type: ignore[arg-type]
    assert weights.inflated == 2
    rows["facets3"] = rows["facets1"]
    none: Any = measurement.weights(Loaded(), 20, 1)  # type: ignore[arg-type]
    assert isinstance(none, Refused)


def test_constructs_on_no_path_are_no_part_of_the_choices() -> None:
    """Ordered answers are those of the structural model alone."""
    paths = [
        {"id": "H1", "from": "image", "to": "loyal", "sign": "+"},
        {"id": "H2", "from": "facets", "to": "loyal", "sign": "+"},
    ]
    constructs = [construct("facets", 3, "formative"), construct("image", 3)]
    spare, rows = construct("spare", 3), answers()
    rows = np.clip(np.round(rows + 4), 1, 7).assign(
        **{f"spare{k}": rows["image1"].to_numpy() for k in (1, 2, 3)}
    )
    of = described(constructs=[*constructs, construct("loyal", 1), spare], hypotheses=paths)
    loaded = Survey(of, rows, "0" * 64, {}, {})
    choices = [s.choice for s in specifications(loaded, of.paths[0], 1)]
    assert "ordered" in choices and "pls" in choices
    # another measure of where the path begins leaves no such path
    other = of.model_copy(update={"constructs": [*of.constructs]})
    other.constructs[-1] = other.constructs[-1].model_copy(update={"role": "alternative"})
    loaded = Survey(other, rows, "0" * 64, {}, {})
    assert "replaced" not in [s.choice for s in specifications(loaded, other.paths[0], 1)]
    loaded = Survey(of, rows, "0" * 64, {}, {})
    ordered = next(s for s in specifications(loaded, of.paths[0], 1) if s.choice == "ordered")
    assert np.isfinite(ordered.estimate().estimate)


def test_nothing_formative_needs_nothing() -> None:
    of = described(hypotheses=[{"id": "H1", "from": "image", "to": "loyal", "sign": "+"}])
    data = structural.Answers(of, answers(), [], "listwise")
    assert structural.composed(data, 20, 1) is None
