"""Covariance-based models as printed: fitted anew, compared to the printed digit, and shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loyalty.analyses.published import findings, tables, words
from loyalty.cases import study, survey
from loyalty.cases.printed import Published
from loyalty.cases.study import Study
from loyalty.ground.errors import RowsAbsent
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import Project, description

ROOT = Path(__file__).resolve().parents[2]


def printed(figures: list[dict[str, Any]], **of: Any) -> dict[str, Any]:
    model = {"of": "structural", "estimator": "ML", "figures": figures, **of}
    return {
        "id": "theirs",
        "label": "Theirs",
        "source": "hair2022",
        "place": "Table 1",
        "model": model,
    }


def with_(of: Study, *entries: dict[str, Any]) -> Study:
    made = of.model_copy(update={"published": [Published.model_validate(e) for e in entries]})
    made._case, made._folder = of.case, of.folder
    return made


@pytest.mark.parametrize(
    ("name", "estimator", "missing"), [("ml", "ML", "listwise"), ("mlr", "MLR", "fiml")]
)
def test_what_lavaan_prints_comes_out(
    name: str, estimator: str, missing: str, repository: Path
) -> None:
    """Fit and paths of golden/make_reputation.R, printed with three and two decimals."""
    gold = json.loads((ROOT / "tests" / "golden" / "reputation.json").read_text())[name]
    of = study.load("reputation-mobile")
    try:
        loaded = survey.load(of)
    except RowsAbsent as error:
        pytest.skip(str(error))
    figures = [
        {"statistic": key.replace(".", "_"), "value": f"{gold['fit'][key]:.3f}"}
        for key in gold["fit"]
        if key not in ("ntotal", "df", "logl")
    ]
    figures.append({"statistic": "df", "value": str(gold["fit"]["df"])})
    figures += [
        {"statistic": "path", "of": [row["from"], row["to"]], "value": f"{row['est']:.2f}"}
        for row in gold["paths"]
    ]
    described = with_(of, printed(figures, estimator=estimator, missing=missing))
    found: Any = findings.fitted_models(described, lambda: loaded)
    assert not isinstance(found, Refused)
    assert [f.statistic for f in found.figures if not f.same] == []
    for row, path in zip(
        [f for f in found.figures if f.statistic == "path"], gold["paths"], strict=True
    ):
        assert row.ci_lower < row.estimate < row.ci_upper
        assert (row.ci_upper - row.ci_lower) / 3.92 == pytest.approx(path["se"], rel=5e-3)
    context = Case(of.case, described)
    cite = cited(found, f"{of.case}/published/models")
    assert join(words.models(cite, context)).en.startswith("All ")
    table = tables.models(cite, context)
    for language in ("en", "zh"):
        assert len(table.markdown(language).splitlines()) >= 4 + len(figures)
    assert table.note is not None and f"Structural model, {estimator}" in table.note.en
    # a figure that is another one is said to be another one
    wrong = printed([{"statistic": "cfi", "value": "0.999"}], estimator=estimator, missing=missing)
    off: Any = findings.fitted_models(with_(of, wrong), lambda: loaded)
    assert not off.figures[0].same and off.publications[0].same == 0


def test_figures_of_a_measurement_model(project: Project) -> None:
    """Loadings, AVE, composite reliability, R² and correlations, by their formulas."""
    of = study.load("small")
    loaded = survey.load(of)
    items = [i.id for i in of.constructs[0].items]
    ask = [{"statistic": "loading", "of": ["quality", i], "value": "0.50"} for i in items]
    ask += [
        {"statistic": "ave", "of": ["quality"], "value": "0.50"},
        {"statistic": "rho_c", "of": ["quality"], "value": "0.50"},
        {"statistic": "r2", "of": [items[0]], "value": "0.50"},
        {"statistic": "correlation", "of": ["loyalty", "quality"], "value": "0.50"},
    ]
    entry = printed(ask, of="measurement")
    found: Any = findings.fitted_models(with_(of, entry), lambda: loaded)
    values = [f.estimate for f in found.figures]
    loadings, (ave, rho, r2, r) = values[:3], values[3:]
    assert ave == pytest.approx(sum(x**2 for x in loadings) / 3)
    total = sum(loadings) ** 2
    assert rho == pytest.approx(total / (total + sum(1 - x**2 for x in loadings)))
    assert r2 == pytest.approx(loadings[0] ** 2)
    assert -1 < r < 1
    entry = printed(ask[:3], of="measurement", standardized=False, constructs=["quality"])
    alone: Any = findings.fitted_models(with_(of, entry), lambda: loaded)
    assert alone.figures[0].estimate == 1.0  # marks the scale
    table = tables.models(cited(found, "small/published/models"), Case("small", with_(of, entry)))
    zh = without_references(table.markdown("zh"))
    assert "载荷" in zh and "组合信度" in zh


CFI = {"statistic": "cfi", "value": "0.9"}


@pytest.mark.parametrize(
    ("figure", "model", "said"),
    [
        ({"statistic": "wonder", "value": "1.0"}, {}, "statistic: expected one of"),
        ({"statistic": "cfi", "value": "good"}, {}, "value"),
        ({"statistic": "cfi", "of": ["quality"], "value": "0.9"}, {}, "cfi: of: 0 names"),
        ({"statistic": "path", "of": ["quality"], "value": "0.9"}, {}, "path: of: 2 names"),
        (
            {"statistic": "path", "of": ["loyalty", "quality"], "value": "0.9"},
            {},
            "no hypothesis says",
        ),
        (
            {"statistic": "loading", "of": ["quality", "nosuch"], "value": "0.9"},
            {},
            "'nosuch' is not an item",
        ),
        (
            {"statistic": "ave", "of": ["nosuch"], "value": "0.9"},
            {},
            "'nosuch' is not in the model",
        ),
        (CFI, {"estimator": "magic"}, "estimator"),
        (
            CFI,
            {"estimator": "GLS", "missing": "fiml"},
            "missing: fiml",
        ),
        (CFI, {"constructs": ["quality"]}, "constructs: expected"),
        (
            CFI,
            {"of": "measurement", "constructs": ["nosuch"]},
            "'nosuch' is not a construct",
        ),
    ],
)
def test_what_does_not_hold_is_one_line(
    project: Project, refusal: Any, figure: Any, model: Any, said: str
) -> None:
    project.study["published"] = [printed([figure], **model)]
    project.describe()
    assert said in refusal(lambda: study.load("small"))


def test_a_measure_that_the_estimator_has_not_is_refused(project: Project) -> None:
    entry = printed([{"statistic": "cfi_robust", "value": "0.9"}], of="measurement")
    of = study.load("small")
    found = findings.fitted_models(with_(of, entry), lambda: survey.load(of))
    assert isinstance(found, Refused) and found.refused.code == "no_such_measure"
    assert (
        findings.fitted_models(Study.model_validate(description()), lambda: survey.load(of)) is None
    )
