"""Published figures: computed anew, compared to the last digit, and said so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loyalty.analyses.published import findings, tables, words
from loyalty.analyses.published.findings import Published
from loyalty.analyses.published.page import PAGE
from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.ground.errors import UserError
from loyalty.ground.findings import cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references

ROOT = Path(__file__).resolve().parents[2]


def answers_of(described: Study) -> Survey:
    try:
        return sources.load(described)
    except UserError as error:
        if "could not be downloaded" in str(error):
            pytest.skip(str(error))
        raise


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
    assert findings.purchase_models(described, []) is None
    assert list(PAGE) == list(Published.model_fields)
