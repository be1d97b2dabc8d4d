"""Published figures: computed anew, compared to the last digit, and said so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.published import findings, tables, words
from loyalty.analyses.published.findings import Published
from loyalty.analyses.published.page import PAGE
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases import tables as tables_of_cases
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.ground.errors import RowsAbsent
from loyalty.ground.findings import cited
from loyalty.run.show import displays
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references

ROOT = Path(__file__).resolve().parents[2]


def answers_of(described: Study) -> Survey:
    try:
        return sources.load(described)
    except RowsAbsent as error:
        pytest.skip(str(error))


def test_reputation_fits_as_lavaan_says(repository: Path) -> None:
    """ML and MLR of the structural model (golden/make_reputation.R)."""
    import semfit

    gold = json.loads((ROOT / "tests" / "golden" / "reputation.json").read_text())
    described = study.load("reputation-mobile")
    survey = answers_of(described)
    for name, estimator, missing in (("ml", "ML", "listwise"), ("mlr", "MLR", "fiml")):
        model = described.structural_model()
        got = semfit.fit(model, survey.scored, estimator=estimator, missing=missing)
        for key, value in gold[name]["fit"].items():
            ours = got.fit[key.replace(".", "_")]
            assert ours == pytest.approx(value, rel=2e-4, abs=2e-4), (name, key)
        paths = got.standardized()
        paths = paths[paths["op"] == "~"].set_index(["lhs", "rhs"])
        for row in gold[name]["paths"]:
            ours = paths.loc[(row["to"], row["from"])]
            assert ours["est_std"] == pytest.approx(row["est"], abs=1e-4)
            assert ours["se"] == pytest.approx(row["se"], rel=2e-3)


def said(found: Any, case: Case) -> str:
    text = join(words.pls(cited(found, f"{case.id}/published/pls"), case)).en
    return without_references(text).replace("\\", "")


@pytest.mark.parametrize(
    ("case", "figures", "good"), [("reputation-mobile", 17, True), ("ecsi-mobile", 12, False)]
)
def test_printed_figures_come_out(case: str, figures: int, good: bool, repository: Path) -> None:
    """PLS of Hair et al. and of SmartPLS, to the printed digits."""
    described = study.load(case)
    survey = answers_of(described)
    found = findings.path_models(described, lambda: survey, draws=20, seed=1)
    assert (len(found.figures), found.sound) == (figures, good)
    assert all(row.same for row in found.figures)
    for row in found.figures:
        assert (row.ci_lower is None) == (row.kind == "r2")
        if row.kind == "path":
            assert row.ci_lower < row.estimate < row.ci_upper
    context = Case(case, described)
    assert said(found, context).startswith(f"All {figures} figures come out as printed")
    if good:
        assert "that holds zero in the covariance-based model" in said(found, context)
    assert ("no yardstick here" in said(found, context)) != good
    table = tables.pls(cited(found, f"{case}/published/pls"), context)
    for language in ("en", "zh"):
        lines = table.markdown(language).splitlines()
        assert len(lines) == 2 + figures + 2
    assert described.published[0].source in table.caption.en
    (one,) = found.publications
    off = one.model_copy(update={"same": 3, "largest_gap": 0.01234})
    text = said(found.model_copy(update={"publications": (off,)}), context)
    assert f"3 of {figures} figures" in text and "largest difference is 0.0123" in text


@pytest.mark.parametrize(
    ("case", "of_models", "of_answers"),
    [
        ("acsi-2015", 23, 6),
        ("bank-es", 27, 0),
        ("bank-es-2008", 0, 15),
        ("guidance-university", 0, 3),
        ("reputation-mobile-2", 17, 0),
        ("service-points-esan", 0, 5),
        ("switching", 13, 0),
    ],
)
def test_printed_figures_of_surveys_come_out(
    case: str, of_models: int, of_answers: int, repository: Path
) -> None:
    """To the last digit, wherever the rows are."""
    described = study.load(case)
    survey = answers_of(described)
    made = (
        findings.path_models(described, lambda: survey, draws=0, seed=1),
        findings.statistics(described, lambda: survey),
    )
    for found, n in zip(made, (of_models, of_answers), strict=True):
        assert (0 if found is None else len(found.figures)) == n
        assert found is None or all(row.same for row in found.figures)


def drawn_survey(**entry: Any) -> tuple[Study, Survey]:
    """Two constructs of three items, a group, and one publication."""
    rng = np.random.default_rng(5)
    latent = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 400)
    content = {
        "title": "t",
        "summary": "s",
        "provenance": {"kind": "real", "source": "R", "licence": "MIT", "sampling": "-"},
        "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
        "scale": {"min": 1, "max": 7},
        "constructs": [
            {
                "id": name,
                "label": name,
                "role": role,
                "items": [{"id": f"{name}{i}", "en": "-"} for i in (1, 2, 3)],
            }
            for name, role in (("q", "antecedent"), ("l", "outcome"))
        ],
        "groups": [{"id": "g", "label": "G", "levels": {"a": "A", "b": "B"}}],
        "hypotheses": [{"id": "H1", "from": "q", "to": "l", "sign": "+"}],
        "published": [{"id": "p", "label": "P", "source": "x", "place": "-", **entry}],
    }
    rows = pd.DataFrame(
        {
            f"{name}{i}": np.clip(np.round(4 + latent[:, k] + rng.normal(size=400)), 1, 7)
            for k, name in enumerate("ql")
            for i in (1, 2, 3)
        }
    ).assign(g=np.where(rng.random(400) < 0.4, "a", "b"))
    return Study.model_validate(content), Survey(Study.model_validate(content), rows, "", {}, {})


def test_statistics_of_answers(repository: Path) -> None:
    """Beside the formula, written out."""
    figures = [
        {"statistic": "correlation", "of": ["l", "q"], "value": "0.00"},
        {"statistic": "t", "of": ["l"], "by": "g", "value": "0.00"},
        {"statistic": "intercept", "of": ["l", "q"], "value": "0.00"},
        {"statistic": "coefficient", "of": ["l", "q"], "by": "q", "value": "0.00"},
        {"statistic": "r2", "of": ["l", "q"], "value": "0.00"},
        {"statistic": "f", "of": ["l", "q"], "value": "0.0"},
        {"statistic": "eigenvalue", "at": 2, "value": "0.000"},
    ]
    named = ["q1", "q2", "l1", "l2", "l3"]
    described, survey = drawn_survey(statistics={"items": named, "log": True, "figures": figures})
    found = findings.statistics(described, lambda: survey)
    r, t, intercept, slope, r2, f, eigenvalue = (row.estimate for row in found.figures)
    assert [row.decimals for row in found.figures] == [2, 2, 2, 2, 2, 1, 3]
    q = np.log(survey.rows[["q1", "q2"]].mean(axis=1))
    y = np.log(survey.rows[["l1", "l2", "l3"]].mean(axis=1))
    assert r == pytest.approx(np.corrcoef(q, y)[0, 1])
    assert (slope, intercept) == pytest.approx(np.polyfit(q, y, 1))
    assert r2 == pytest.approx(r**2)
    assert f == pytest.approx(r2 / (1 - r2) * 398)
    one, two = y[survey.rows["g"] == "a"], y[survey.rows["g"] == "b"]
    pooled = ((len(one) - 1) * one.var() + (len(two) - 1) * two.var()) / 398
    error = np.sqrt(pooled * (1 / len(one) + 1 / len(two)))
    assert t == pytest.approx((one.mean() - two.mean()) / error)
    assert eigenvalue == pytest.approx(np.sort(np.linalg.eigvals(survey.rows[named].corr()))[-2])
    context = Case("drawn", described)
    table = tables.statistics(cited(found, "drawn/published/statistics"), context)
    for language in ("en", "zh"):
        assert len(table.markdown(language).splitlines()) == 2 + len(figures)


def test_a_publication_of_which_nothing_is_computed(repository: Path) -> None:
    why = {"what": {"en": "all", "zh": "全部"}, "why": {"en": "unseen", "zh": "未见"}}
    described, survey = drawn_survey(not_reproduced=[why])
    assert findings.path_models(described, lambda: survey, draws=0, seed=1) is None
    assert findings.statistics(described, lambda: survey) is None
    found = findings.left(described)
    assert found.publications == ("p",)
    said = join(words.left(found, Case("drawn", described)))
    assert said.en == "P [@x]: Not computed anew: all (unseen)."
    assert "未予重算的是全部（未见）" in said.zh


def test_the_panel_of_the_players_comes_out_as_printed(repository: Path) -> None:
    """Eight lagged effects that Vuorre et al. (2022) print, and their models by hand."""
    described = study.load("games-telemetry")
    loaded = tables_of_cases.load(described, described.resources[0])
    found: Any = findings.panel_models(described, [loaded])
    assert [(f.publication, f.n, f.same) for f in found.publications] == [("lagged", 8, 8)]
    assert found.people == 38_935
    first = found.figures[0]
    assert (first.of, first.on, round(first.ci_lower, 2), round(first.ci_upper, 2)) == (
        *("done", "done"),
        *(0.46, 0.49),
    )
    case = Case("games-telemetry", described)
    made = cited(found, "games-telemetry/published/panel")
    table, sentence = displays("published", "panel", made, case, "zh")
    assert "情感 → 下一期" in table.bundle["text/markdown"]
    assert "均与所刊一致" in str(sentence.bundle)


def test_a_figure_is_compared_to_its_last_digit(repository: Path) -> None:
    (entry,) = study.load("cdnow").published
    for printed, estimate, decimals, same in (
        (0.5, 0.4996, 3, True),
        (0.25, 0.2506, 3, False),
        (-9.4, -9.44, 1, True),
    ):
        row = findings.compared(
            findings.Parameter,
            entry,
            printed,
            estimate,
            decimals,
            parameter="r",
            ci_lower=None,
            ci_upper=None,
        )
        assert row.same == same
        assert row.gap == pytest.approx(abs(printed - estimate))


def test_nothing_printed_is_nothing_found(repository: Path) -> None:
    described = study.load("ta-feng")

    def no_survey() -> Survey:
        raise AssertionError("there is no survey")

    assert findings.path_models(described, no_survey, draws=2, seed=1) is None
    assert findings.statistics(described, no_survey) is None
    assert findings.left(described) is None
    assert findings.purchase_models(described, []) is None
    assert list(PAGE) == list(Published.model_fields)
