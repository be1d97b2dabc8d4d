"""The method factor against lavaan, the marker, and the main path without careless respondents."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from semfit.messages import message

from loyalty.analyses.audit import common_method
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases.study import Study
from loyalty.estimates import careless
from loyalty.stats import CannotCompute, validity
from tests.conftest import Project, description

GOLDEN = Path(__file__).parent / "stats" / "golden"
SCALES = {
    "visual": ["x1", "x2", "x3"],
    "textual": ["x4", "x5", "x6"],
    "speed": ["x7", "x8", "x9"],
}


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    return json.loads((GOLDEN / "audit.json").read_text())["method"]


def holzinger(file: str = "hs.csv", reversed_items: tuple[str, ...] = ()) -> sources.Survey:
    """Three factors of Holzinger and Swineford as a case; reversed items as they were answered."""
    content = description()
    content["scale"] = {"min": 0, "max": 10}
    content["groups"], content["variables"] = [], []
    content["constructs"] = [
        {
            "id": name,
            "label": name,
            "role": "outcome" if name == "speed" else "antecedent",
            "items": [{"id": i, "en": i, "reversed": i in reversed_items} for i in items],
        }
        for name, items in SCALES.items()
    ]
    content["hypotheses"] = [
        {"id": "H1", "from": "visual", "to": "speed", "sign": "+"},
        {"id": "H2", "from": "textual", "to": "speed", "sign": "+"},
    ]
    rows = pd.read_csv(GOLDEN / "data" / file)[[i for v in SCALES.values() for i in v]]
    for item in reversed_items:
        rows[item] = 10 - rows[item]
    return sources.Survey(Study.model_validate(content), rows, "0" * 64, {}, {})


@pytest.mark.parametrize(
    ("file", "turned", "direction", "plain", "want"),
    [
        ("hs.csv", (), "turned", "plain", "turned"),
        ("hs.csv", ("x5", "x9"), "as_answered", "plain", "given"),
        ("hs_miss.csv", (), "turned", "plain_fiml", "turned_fiml"),
    ],
)
def test_method_factor_matches_lavaan(
    gold: dict[str, Any],
    file: str,
    turned: tuple[str, ...],
    direction: common_method.Direction,
    plain: str,
    want: str,
) -> None:
    survey = holzinger(file, turned)
    base = common_method.planned(survey)
    got = common_method.method_factor(survey, base, direction)
    lavaan, before = gold[want], gold[plain]
    assert got.variance == pytest.approx(lavaan["est"], abs=2e-5)
    assert (got.ci_upper - got.ci_lower) / (2 * 1.959964) == pytest.approx(lavaan["se"], rel=1e-4)
    assert got.chi2 == pytest.approx(before["chisq"] - lavaan["chisq"], abs=1e-4)
    assert got.df == before["df"] - lavaan["df"] == 1
    assert got.cfi == pytest.approx(lavaan["cfi"], abs=1e-5)
    assert got.rmsea == pytest.approx(lavaan["rmsea"], abs=1e-5)
    assert got.bic == pytest.approx(lavaan["bic"], rel=1e-7)
    # The changes, from lavaan's two standardized solutions.
    std = [
        {(a, o, b): v for a, o, b, v in zip(g["lhs"], g["op"], g["rhs"], g["std"], strict=True)}
        for g in (before, lavaan)
    ]
    gap = {k: abs(std[1][k] - std[0][k]) for k in std[0]}
    loadings = {k: v for k, v in gap.items() if k[1] == "=~"}
    pairs = {k: v for k, v in gap.items() if k[1] == "~~" and k[0] in SCALES and k[0] != k[2]}
    assert got.loading_change == pytest.approx(max(loadings.values()), abs=1e-4)
    assert got.loading_item == max(loadings, key=loadings.__getitem__)[2]
    assert got.correlation_change == pytest.approx(max(pairs.values()), abs=1e-4)
    assert got.correlation_pair is not None
    assert set(got.correlation_pair) == set(max(pairs, key=pairs.__getitem__)[::2])
    items = survey.scored
    assert got.share == pytest.approx(got.variance / np.nanvar(items, axis=0).mean())
    if got.focal is None:
        assert [r.code for r in got.focal_problems] == ["unsound_with_factor"] and got.problems
    else:
        assert got.focal.ci_lower < got.focal.estimate < got.focal.ci_upper
    assert (got.focal is not None) == (want == "given")


def test_directions_differ_only_where_items_are_reversed() -> None:
    assert common_method.directions(holzinger().study) == ["turned"]
    reversed_ = holzinger(reversed_items=("x5",))
    assert common_method.directions(reversed_.study) == ["turned", "as_answered"]
    lines = common_method.method_lines(reversed_.study, reversed_.study.main, "as_answered", [])
    assert "1*x4 + -1*x5 + 1*x6" in lines


def test_a_model_that_cannot_be_fitted_says_so() -> None:
    survey = holzinger()
    constant = replace(survey, rows=survey.rows.assign(x1=1.0))
    with pytest.raises(semfit.ModelError, match="x1"):
        common_method.planned(constant)


def with_marker(marker: str, **columns: pd.Series) -> sources.Survey:
    survey = holzinger()
    model = survey.study.model_copy(update={"marker": marker})
    return replace(survey, study=model, rows=survey.rows.assign(**columns))


@pytest.mark.parametrize("missing", ["correlations", "all"])
def test_an_improper_solution_has_no_correlations_to_compare(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    survey = holzinger()
    base = semfit.fit(survey.study.measurement_model(), survey.rows, estimator="MLR")
    standardized = common_method._standardized

    def improper(result: semfit.Result) -> pd.Series:
        table = standardized(result)
        hidden = [missing == "all" or k[1] == "~~" for k in table.index]
        return table.mask(hidden)

    monkeypatch.setattr(common_method, "_standardized", improper)
    if missing == "all":
        said = message("latent_covariances", where="", names="visual")
        monkeypatch.setattr(semfit.Result, "problems", property(lambda _: [said]))
        with pytest.raises(CannotCompute):
            common_method.method_factor(survey, base, "turned")
        return
    found = common_method.method_factor(survey, base, "turned")
    assert found.correlation_change is None and found.correlation_pair is None
    assert found.loading_change is not None


def test_marker_as_a_variable_an_item_and_a_construct() -> None:
    rng = np.random.default_rng(4)
    number = pd.Series(rng.normal(size=301))
    survey = with_marker("age", age=number)
    got = common_method.marker_adjustment(survey)
    assert list(got.adjusted.columns) == list(SCALES)
    means = pd.DataFrame({k: survey.rows[v].mean(axis=1) for k, v in SCALES.items()})
    r = means.assign(marker=number).corr()
    want = validity.marker_adjustment(r, "marker", 301)
    np.testing.assert_allclose(got.adjusted, want.adjusted, atol=1e-12)
    assert got.n == 301
    positive = [x for x in r["marker"].drop("marker") if x > 0]
    assert got.marker_correlation == pytest.approx(min(positive, default=0.0))
    # Its own construct does not take part.
    item = common_method.marker_adjustment(with_marker("x7"))
    assert list(item.adjusted.columns) == ["visual", "textual"]
    construct = common_method.marker_adjustment(with_marker("speed"))
    raw = means[["visual", "textual", "speed"]].corr()
    least = min(raw.loc["speed", ["visual", "textual"]])
    assert construct.marker_correlation == pytest.approx(least)
    hand = (raw.loc["visual", "textual"] - least) / (1 - least)
    assert construct.adjusted.loc["visual", "textual"] == pytest.approx(hand)
    with pytest.raises(CannotCompute, match="the case names none"):
        common_method.marker_adjustment(holzinger())


def test_a_marker_has_to_be_in_the_description(
    project: Project, refusal: Callable[..., str]
) -> None:
    project.study["marker"] = "recommend"
    project.describe()
    assert study.load("small").marker == "recommend"
    project.study["variables"].append({"id": "person", "kind": "id", "label": "Person"})
    for wrong in ("colour", "plan", "person"):
        project.study["marker"] = wrong
        project.describe()
        assert f"marker: '{wrong}' is not a construct" in refusal(study.load, "small")


# --- careless respondents --------------------------------------------------------------------
def test_the_main_path_without_some_respondents() -> None:
    survey = holzinger()
    some = pd.Series(np.arange(301) % 10 == 0)
    most = pd.Series(np.arange(301) >= 5)
    found = careless.sensitivity(survey, [("some", some), ("most", most)])
    assert [(s.who, s.n) for s in found] == [("everybody", 301), ("some", 270), ("most", 5)]
    model = survey.study.structural_model(effects=False)
    for one, kept in ((found[0], survey.rows), (found[1], survey.rows[~some])):
        want = (
            semfit.fit(model, kept, estimator="MLR").standardized().set_index("label").loc["p_H1"]
        )
        assert one.estimate == pytest.approx(want["est_std"])
        assert one.ci_lower == pytest.approx(want["ci_lower"])
        assert not one.problems
    assert found[2].estimate is None and found[2].problems
    aside = survey.study.model_copy(update={"hypotheses": []})
    with pytest.raises(CannotCompute, match="no path"):
        careless.sensitivity(replace(survey, study=aside), [])


def test_what_counts_as_a_sign_depends_on_the_case(project: Project) -> None:
    survey = sources.load(study.load("small"))
    found = careless.screen(survey)
    assert set(found.flags.flags.columns) == {
        "long_string",
        "intra_individual_variability",
        "mahalanobis_p",
    }
    codes = {name: reason.code for name, reason in found.left_out.items()}
    assert codes["even_odd_consistency"] == "few_long_scales"
    assert codes["seconds_per_item"] == "no_response_times"
    assert careless.truth(survey) is None
    project.study["variables"].append({"id": "clock", "kind": "seconds", "label": "Time"})
    rows = pd.read_csv(project.folder / "rows.csv").assign(clock=60.0)
    rows.loc[3, "clock"] = 11.9
    project.rows(rows)
    timed = careless.screen(sources.load(study.load("small")))
    assert timed.flags.flags["seconds_per_item"].tolist() == [k == 3 for k in range(60)]


def test_the_rule_finds_the_careless_that_the_simulation_put_in(repository: Path) -> None:
    survey = sources.load(study.load("aftersales-simulated"))
    kinds = careless.truth(survey)
    assert kinds is not None and (kinds != "no").mean() == pytest.approx(0.03)
    flagged = careless.flags(survey).careless
    assert flagged[kinds == "no"].mean() < 0.02
    for kind in ("random", "straightlining"):
        assert flagged[kinds == kind].mean() > 0.8
