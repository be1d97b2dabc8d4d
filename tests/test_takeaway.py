"""The tables to take away: safe for spreadsheets, true to the rows, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.measurement import findings as measurement
from loyalty.analyses.structural import findings as structural
from loyalty.book import models
from loyalty.cases import study, survey
from loyalty.cases.study import Study
from loyalty.estimates.moments import Grouped, GroupMoments, Moments
from loyalty.estimates.solution import Observed, Solution, observed
from loyalty.export import equations, jars, sheets
from loyalty.ground.disclosure import recordable
from loyalty.ground.findings import Found, Refused
from loyalty.ground.text import Text

TITLE = Text(en="A table", zh="表")


# --- sheets --------------------------------------------------------------------------------------
def test_a_cell_that_a_spreadsheet_takes_for_a_formula_is_a_text() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "plain", "a=b"]
    table = sheets.Sheet("t", TITLE, ("=what", "value"), tuple((one, -1.5) for one in texts))
    rows = list(csv.reader(io.StringIO(sheets.as_csv(table), newline="")))
    assert rows[0] == ["'=what", "value"]
    assert [row[0] for row in rows[1:]] == [*("'" + t for t in texts[:5]), "' =1", *texts[6:]]
    assert {row[1] for row in rows[1:]} == {"-1.5"}, "a number is no formula"
    read = json.loads(sheets.as_json(table))
    assert dict(zip(read["columns"], read["rows"][0], strict=True)) == {
        "=what": "=1+1",
        "value": -1.5,
    }


def test_a_workbook_holds_formulas_as_texts_and_is_the_same_twice() -> None:
    from openpyxl import load_workbook

    table = sheets.Sheet("t", TITLE, ("what", "value"), (("=1+1", 0.25), ("x", None)))
    made = sheets.as_workbook([table])
    assert made == sheets.as_workbook([table])
    page = load_workbook(io.BytesIO(made))["t"]
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    assert (page["B2"].value, page["B3"].value) == (0.25, None)


# --- a case --------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def mobile() -> tuple[Study, dict[tuple[str, str], Any]]:
    """The models of a survey, as its notebooks find them."""
    described = study.load("reputation-mobile")
    answers = survey.load(described)
    scales = measurement.scales(answers)
    planned = measurement.planned(scales)
    first = measurement.Measurement(
        solution=measurement.solution(scales, planned), observed=measurement.observed(answers)
    )
    data = structural.answers(answers)
    model = structural.model(data)
    paths = structural.paths(data, model)
    second = structural.Structural(
        paths=paths, solution=structural.solution(data, model, structural.firms(data), paths)
    )
    found = {}
    for analysis, findings in (("measurement", first), ("structural", second)):
        found[described.case, analysis] = Found[Any].model_construct(
            case=described.case, analysis=analysis, simulated=False, findings=findings
        )
    return described, found


def table(found: tuple[Study, Any], name: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(jars.taken(*found).files()[f"{name}.csv"]))


def test_loadings_and_paths_stand_with_error_interval_and_standardized(mobile: Any) -> None:
    _, found = mobile
    rows = table(mobile, "structural-parameters")
    assert set(rows["kind"]) >= {"loading", "path", "variance", "covariance", "defined"}
    for path in found["reputation-mobile", "structural"].findings.paths.rows:
        at = (rows["kind"] == "path") & (rows["lhs"] == path.to) & (rows["rhs"] == path.from_)
        (row,) = rows[at].to_dict("records")
        shown = [row[k] for k in ("std", "std_se", "std_ci_lower", "std_ci_upper")]
        assert shown == pytest.approx([path.estimate, path.se, path.ci_lower, path.ci_upper])
        assert row["estimate"] / row["se"] == pytest.approx(
            (row["ci_lower"] + row["ci_upper"]) / (row["ci_upper"] - row["ci_lower"]) * 1.959964,
            rel=1e-6,
        )
    fixed = rows[~rows["free"]]
    assert len(fixed) and fixed["se"].isna().all()


def test_the_scaled_test_is_the_plain_one_over_the_factor(mobile: Any) -> None:
    fit = table(mobile, "fit").set_index("measure")
    for model in ("measurement", "structural"):
        value = {k: float(fit.loc[k, model]) for k in ("plain_chisq", "scaling_factor", "chisq")}
        assert value["plain_chisq"] / value["scaling_factor"] == pytest.approx(value["chisq"])
    assert fit.loc["unit"].tolist() == ["variance", "first loading"]


def test_r2_is_one_less_the_standardized_residual_variance(mobile: Any) -> None:
    r2 = table(mobile, "r2").query("model == 'measurement'").set_index("variable")["r2"]
    rows = table(mobile, "measurement-parameters").query("kind == 'variance'").set_index("lhs")
    for item, share in r2.items():
        assert share == pytest.approx(1 - rows.loc[item, "std"], abs=1e-9)


def test_latent_correlations_are_the_standardized_covariances(mobile: Any) -> None:
    pairs = table(mobile, "latent-correlations").query("model == 'measurement'")
    rows = table(mobile, "measurement-parameters").query("kind == 'covariance'")
    by = {frozenset((r["lhs"], r["rhs"])): r["std"] for r in rows.to_dict("records")}
    assert len(pairs) == len(by)
    for pair in pairs.to_dict("records"):
        assert pair["correlation"] == pytest.approx(by[frozenset((pair["a"], pair["b"]))])


def em(rows: np.ndarray, rounds: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariances (over n) of incomplete normal rows: Dempster, Laird & Rubin (1977)."""
    mean, cov = np.nanmean(rows, axis=0), np.diag(np.nanvar(rows, axis=0))
    for _ in range(rounds):
        filled, extra = rows.copy(), np.zeros_like(cov)
        for i, row in enumerate(rows):
            gone = np.isnan(row)
            if gone.any():
                b = cov[np.ix_(gone, ~gone)] @ np.linalg.inv(cov[np.ix_(~gone, ~gone)])
                filled[i, gone] = mean[gone] + b @ (row[~gone] - mean[~gone])
                extra[np.ix_(gone, gone)] += cov[np.ix_(gone, gone)] - b @ cov[np.ix_(~gone, gone)]
        mean = filled.mean(axis=0)
        cov = (filled - mean).T @ (filled - mean) / len(rows) + extra / len(rows)
    return mean, cov


def test_observed_moments_of_incomplete_answers_are_the_em_ones() -> None:
    rng = np.random.default_rng(1)
    rows = rng.multivariate_normal([3, 4, 5], [[1, 0.5, 0.4], [0.5, 1.2, 0.3], [0.4, 0.3, 1]], 80)
    rows[rng.random(rows.shape) < 0.15] = np.nan
    rows = rows[~np.isnan(rows).all(axis=1)]
    found = observed(pd.DataFrame(rows, columns=["a", "b", "c"]), "f =~ a + b + c")
    mean, cov = em(rows)
    n = len(rows)
    assert (found.n, found.missing) == (n, "fiml")
    assert found.means == pytest.approx(tuple(mean), abs=1e-5)
    cov = cov * n / (n - 1)
    assert found.covariances == pytest.approx(tuple(cov[np.tril_indices(3)]), abs=1e-4)
    r = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    assert found.correlations == pytest.approx(tuple(r[np.tril_indices(3, -1)]), abs=1e-4)


def test_observed_moments_of_complete_answers_are_those_of_pandas() -> None:
    rows = pd.DataFrame(np.random.default_rng(2).normal(size=(50, 3)), columns=["a", "b", "c"])
    found = observed(rows, "f =~ a + b + c")
    assert found.means == pytest.approx(tuple(rows.mean()))
    assert found.sds == pytest.approx(tuple(rows.std()))
    lower = np.tril_indices(3, -1)
    assert found.correlations == pytest.approx(tuple(rows.corr().to_numpy()[lower]))


def test_matrices_are_lower_triangles_with_n_means_and_deviations(mobile: Any) -> None:
    _, found = mobile
    one: Observed = found["reputation-mobile", "measurement"].findings.observed
    r = table(mobile, "correlations").set_index("item")
    cov = table(mobile, "covariances").set_index("item")
    assert list(r.index) == list(one.items) and r["mean"].tolist() == pytest.approx(one.means)
    first, second = one.items[:2]
    assert np.isnan(r.loc[first, second]) and r.loc[second, second] == 1
    product = cov.loc[first, "sd"] * cov.loc[second, "sd"]
    assert r.loc[second, first] == pytest.approx(cov.loc[second, first] / product)


# --- disclosure and what is recorded -------------------------------------------------------------
def test_covariances_of_rows_are_never_recorded_but_the_solution_is(mobile: Any) -> None:
    _, found = mobile
    findings = found["reputation-mobile", "measurement"].findings
    assert isinstance(recordable(findings.observed), Refused)
    assert isinstance(recordable(findings.solution), Solution)


def test_recorded_moments_stand_in_for_those_of_absent_rows(mobile: Any) -> None:
    described, found = mobile
    own: Observed = found["reputation-mobile", "measurement"].findings.observed
    of = GroupMoments(level=None, n=own.n, means=own.means, covariances=own.covariances)
    kept = Moments(items=own.items, groups=(Grouped(group=None, levels=(of,)),))
    here = jars.taken(described, found).files()
    away = jars.taken(described, {}, kept).files()
    assert away["covariances.csv"] == here["covariances.csv"]
    assert "structural-parameters.csv" not in away and "paragraphs.txt" not in away


def test_nothing_is_written_of_a_case_of_which_nothing_was_found() -> None:
    described = study.load("reputation-mobile")
    assert set(jars.taken(described, {}).files()) == {"items.csv", "items.json"}


def test_the_page_of_the_moments_says_where_no_correlations_are_given(mobile: Any) -> None:
    described, found = mobile
    said = {"en": "are not among them", "zh": "不含题项间的相关"}
    for language in ("en", "zh"):
        none = models.moments(described, {}, jars.taken(described, {}), language)  # type: ignore[arg-type]
        assert said[language] in none[-1]
        whole = models.moments(described, {}, jars.taken(described, found), language)  # type: ignore[arg-type]
        assert said[language] not in "".join(whole)


# --- equations -----------------------------------------------------------------------------------
def test_every_item_and_every_construct_that_is_explained_has_an_equation() -> None:
    described = study.load("reputation-mobile")
    items = equations.measurement(described.structural, first=True)
    assert len(items) == sum(len(c.items) for c in described.structural)
    for construct in described.structural:
        first = next(line for line in items if r"comp\_1" in line)
        assert r"\lambda" not in first
        single = len(construct.items) == 1
        (own,) = (x for x in items if x.startswith(equations._text(construct.items[0].id) + " "))
        assert (r"\varepsilon" in own) is not single
    lines = equations.structural(described)
    assert sum(r"\beta" in line for line in lines) == len(described.paths)
    assert sum(r"\zeta" in line for line in lines) == len({h.to for h in described.paths})


def test_names_cannot_be_more_than_text_to_tex() -> None:
    assert equations._text("a_b%c") == r"\text{a\_b\%c}"


def test_what_the_reporting_standards_ask_is_answered_where_the_table_says() -> None:
    """Every place is a finding of its analysis, and that analysis's page shows something of it."""
    from importlib.resources import files

    import yaml

    from loyalty.run.analyses import findings_of, page_of

    asked = yaml.safe_load((files("loyalty.book") / "jars.yml").read_text("utf-8"))
    assert len(asked) > 20 and all(one["item"]["en"] and one["item"]["zh"] for one in asked)
    places = [place.split("/") for one in asked for place in one.get("where", ()) if "/" in place]
    assert len(places) > 30
    for analysis, finding in places:
        assert finding in findings_of(analysis).model_fields, (analysis, finding)
        assert page_of(analysis)[finding], (analysis, finding)
    assert all(("why" in one) != ("where" in one) for one in asked)
