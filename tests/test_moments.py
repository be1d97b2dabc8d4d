"""What is computed from recorded moments is what the rows give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit

from loyalty.cases import study, survey
from loyalty.estimates import moments
from loyalty.estimates.moments import Moments
from loyalty.ground.findings import Refused
from loyalty.ground.reasons import CannotCompute
from loyalty.stats import reliability, validity
from tests.conftest import ITEMS, Project, answers

MODEL = "quality =~ q1 + q2 + q3\nloyalty =~ l1 + l2 + l3\nloyalty ~ quality"
SCALES = {"quality": ["q1", "q2", "q3"], "loyalty": ["l1", "l2", "l3"]}


def surveyed(project: Project, rows: pd.DataFrame) -> survey.Survey:
    project.rows(rows)
    return survey.load(study.load(project.case))


def kept(project: Project, rows: pd.DataFrame) -> Moments:
    found = moments.recorded(surveyed(project, rows))
    assert isinstance(found, Moments)
    return found


@pytest.fixture
def rows() -> pd.DataFrame:
    """Enough people for 27 moments, in each of two groups."""
    return answers(700)


def close(a: Any, b: Any) -> None:
    np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS"])
def test_models(project: Project, rows: pd.DataFrame, estimator: str) -> None:
    ours = moments.fit(kept(project, rows), MODEL, estimator=estimator)
    theirs = semfit.fit(MODEL, rows[list(ITEMS)], estimator=estimator, meanstructure=True)
    close(ours.parameters[["est", "se"]], theirs.parameters[["est", "se"]])
    for index in ("chisq", "df", "cfi", "tli", "rmsea", "srmr"):
        assert ours.fit[index] == pytest.approx(theirs.fit[index], abs=1e-6)
    close(ours.standardized()["est_std"], theirs.standardized()["est_std"])


def test_models_of_groups(project: Project, rows: pd.DataFrame) -> None:
    found = kept(project, rows)
    for equal in ((), ("loadings",), ("loadings", "intercepts")):
        ours = moments.fit(found, MODEL, group="plan", group_equal=equal)
        order = rows.sort_values("plan")  # groups as the description lists them
        theirs = semfit.fit(MODEL, order[[*ITEMS, "plan"]], group="plan", group_equal=equal)
        close(ours.parameters[["est", "se"]], theirs.parameters[["est", "se"]])
        assert ours.fit["chisq"] == pytest.approx(theirs.fit["chisq"], abs=1e-5)


def test_reliability_htmt_and_invariance(project: Project, rows: pd.DataFrame) -> None:
    found = kept(project, rows)
    nobody = moments.stand_in(found)
    assert len(nobody) == len(rows)
    close(nobody.cov(), rows[list(ITEMS)].cov())
    for items in SCALES.values():
        ours, theirs = (reliability.cronbach_alpha(x[items]) for x in (nobody, rows))
        close([ours.alpha, ours.ci_lower, ours.n], [theirs.alpha, theirs.ci_lower, theirs.n])
        omega, its = (
            reliability.one_factor_reliability(x[items], draws=20, seed=1) for x in (nobody, rows)
        )
        close([omega.omega, omega.composite], [its.omega, its.composite])
    for kind in ("htmt", "htmt2"):
        one, other = (validity.htmt(x[list(ITEMS)], SCALES, kind=kind) for x in (nobody, rows))
        close(one.pairs["htmt"], other.pairs["htmt"])
    measured = MODEL.rpartition("\n")[0]
    grouped = moments.stand_in(found, "plan")
    ladder = semfit.invariance(measured, grouped, group="plan")
    again = semfit.invariance(measured, rows.sort_values("plan"), group="plan")
    assert ladder.held == again.held
    close(ladder.table.select_dtypes("number"), again.table.select_dtypes("number"))


def test_what_needs_rows_is_refused(project: Project, rows: pd.DataFrame) -> None:
    found = kept(project, rows)
    for asked in ({"estimator": "MLR"}, {"missing": "fiml"}, {"bootstrap": 50}):
        with pytest.raises(semfit.ModelError, match="raw data"):
            moments.fit(found, MODEL, **asked)
    with pytest.raises(CannotCompute, match="no moments are recorded by firm"):
        moments.fit(found, MODEL, group="firm")


def test_numbers_have_eight_digits(project: Project, rows: pd.DataFrame) -> None:
    (everybody,) = kept(project, rows).groups[0].levels
    assert everybody.n == 700 and len(everybody.covariances) == 21
    for x in (*everybody.means, *everybody.covariances):
        assert float(f"{x:.8g}") == x


# --- who is too few --------------------------------------------------------------------------
def why(project: Project, rows: pd.DataFrame) -> str:
    found = moments.recorded(surveyed(project, rows))
    assert isinstance(found, Refused)
    return found.refused.text().en


def test_people_are_ten_times_as_many_as_moments(project: Project) -> None:
    assert isinstance(moments.recorded(surveyed(project, answers(270))), Moments)
    assert why(project, answers(269)) == "269 people: at least 270 are needed for 27 moments"
    assert moments.needed(2) == 100


def test_those_who_answered_all_count(project: Project) -> None:
    rows = answers(275).astype({"q1": float})
    rows.loc[:5, "q1"] = np.nan
    assert why(project, rows).startswith("269 people")


def test_few_different_answers_would_follow(project: Project, rows: pd.DataFrame) -> None:
    rows["l2"] = rows["l2"].clip(2, 4)
    assert why(project, rows).startswith("l2 has 3 different answers")


def test_a_grouping_is_there_whole_or_not_at_all(project: Project, rows: pd.DataFrame) -> None:
    assert [one.group for one in kept(project, rows).groups] == [None, "plan"]
    few = rows.assign(plan=np.where(np.arange(700) < 450, 1, 2))  # 250 are too few
    assert [one.group for one in kept(project, few).groups] == [None]
    half = rows.assign(plan=np.where(np.arange(700) < 330, 1.0, 2.0))
    half.loc[690:, "plan"] = np.nan  # ten people would follow by subtraction
    assert [one.group for one in kept(project, half).groups] == [None]
