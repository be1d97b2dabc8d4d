"""Respondents sampled in schools, shops or by interviewers: `cluster:` of a description."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import t

from loyalty.analyses.audit import findings as audit
from loyalty.analyses.groups import findings as compared
from loyalty.analyses.measurement import findings as measured
from loyalty.analyses.measurement import tables as shown_pairs
from loyalty.analyses.reliability import findings as scored
from loyalty.analyses.reliability import tables as shown_scales
from loyalty.analyses.robustness.findings import _clusters
from loyalty.analyses.structural import figures, findings, tables, words
from loyalty.cases import study, survey
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import Project, answers

SCHOOLS = 12


@pytest.fixture
def schools(project: Project) -> Project:
    rng = np.random.default_rng(5)
    rows = pd.concat([answers(), answers(), answers()], ignore_index=True)
    school = np.arange(len(rows)) % SCHOOLS
    shift = rng.normal(size=SCHOOLS)[school]
    for item in [c for c in rows if c.startswith("q")]:
        rows[item] = np.clip(np.round(rows[item].where(rows[item] != 9, 3) + shift), 1, 5)
    rows["school"] = [f"S-{k:02d}" for k in school]
    project.study["variables"].append(
        {"id": "school", "label": {"en": "School", "zh": "学校"}, "kind": "id"}
    )
    project.study["cluster"] = "school"
    project.rows(rows)
    return project


def read() -> tuple[Any, survey.Survey, Case]:
    of = study.load("small")
    loaded = survey.load(of)
    return findings.answers(loaded), loaded, Case("small", of)


def test_a_declared_cluster_carries_errors_intervals_and_words(schools: Project) -> None:
    data, loaded, case = read()
    by: Any = findings.firms(data)
    assert not isinstance(by, Refused) and by.clusters.count == SCHOOLS
    found: Any = findings.paths(data, findings.model(data), by)
    (row,) = found.rows
    # the same model with the estimator alone, and Student's t by hand
    alone = semfit.fit(
        loaded.study.structural_model(),
        loaded.scored,
        estimator="MLR",
        missing="listwise",
        cluster="school",
    )
    own = alone.standardized().set_index("label").loc["p_H1"]
    assert row.estimate == pytest.approx(own["est_std"], abs=1e-8)
    plain = findings.paths(data, findings.model(data)).rows[0]  # type: ignore[union-attr]
    assert row.se == pytest.approx(own["se"], rel=1e-6)
    assert row.se != pytest.approx(plain.se, rel=1e-3)
    half = (row.ci_upper - row.ci_lower) / 2
    assert half == pytest.approx(t.ppf(0.975, SCHOOLS - 1) * row.se)
    table = tables.paths(cited(found, "small/structural/paths"), case)
    assert table.note is not None
    note = {k: without_references(table.note.in_(k)) for k in ("en", "zh")}
    assert "12 clusters (School), not respondents" in note["en"].replace("\\", "")
    assert "12 个聚类单位（学校）而非受访者" in note["zh"].replace("\\", "")
    assert "firm" not in note["en"] and "企业" not in note["zh"]


def test_whole_schools_are_drawn_and_said(schools: Project) -> None:
    data, _, case = read()
    by, model = findings.firms(data), findings.model(data)
    boot = findings.bootstrap(data, 8, 1, by)
    found: Any = findings.clusters(data, model, by, boot)
    assert found.count == SCHOOLS and found.resamples.firms
    cite = cited(found, "small/structural/clusters")
    said = join(words.clusters(cite, case))
    assert "Allowing for clusters" in said.en and "考虑聚类单位" in said.zh
    caption = figures.clusters(cite, case).caption
    assert "firm" not in said.en + caption.en and "企业" not in said.zh + caption.zh


def test_intervals_of_reliability_allow_for_schools(schools: Project) -> None:
    def scales() -> tuple[Any, Case]:
        _, loaded, case = read()
        return scored.scales(scored.measures(loaded, 60, 1)), case

    found, case = scales()
    schools.study.pop("cluster")
    schools.describe()
    plain, _ = scales()
    assert (found.clusters, plain.clusters) == (SCHOOLS, None)
    for one, other in zip(found.rows, plain.rows, strict=True):
        assert one.alpha == pytest.approx(other.alpha) and one.omega == pytest.approx(other.omega)
        assert one.alpha_ci_lower != other.alpha_ci_lower
        assert one.omega_ci_lower != other.omega_ci_lower
    table = shown_scales.alpha(cited(found, "small/reliability/scales"), case)
    assert table.note is not None
    assert "samples of whole clusters" in table.note.en and "整体抽取" in table.note.zh
    assert "Feldt" not in table.note.en and "clusters (School)" in table.note.en.replace("\\", "")


def test_robustness_takes_the_same_units(schools: Project) -> None:
    data, loaded, _ = read()
    name, clusters, why = _clusters(loaded, data.items)
    assert name == "school" and clusters is not None and clusters.count == SCHOOLS and not why


def test_comparisons_of_groups_say_that_they_do_not_allow_for_schools(schools: Project) -> None:
    data = compared.compared(read()[1])
    found: Any = compared.by_firm(data, compared.ladder(data))
    assert found.clusters is None and found.why.code == "clusters_over_groups"


def test_a_school_is_no_respondent(schools: Project) -> None:
    _, loaded, _ = read()
    assert not audit.answers(loaded).has_ids  # else nearly every row would repeat an id
    assert loaded.study.ids == []


def test_a_group_will_do(project: Project) -> None:
    project.study["cluster"] = "plan"
    project.describe()
    data, _, _ = read()
    found = findings.firms(data)
    assert isinstance(found, Refused)  # two are too few, and it says so
    assert found.refused.code == "few_clusters_for_errors"


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ("nosuch", "cluster: 'nosuch' is neither a group nor a variable of the kind id"),
        ("recommend", "cluster: 'recommend' is neither a group nor a variable of the kind id"),
        ("q1", "is neither a group nor a variable"),
        (["plan"], "cluster"),
        (3, "cluster"),
        ("../x", "cluster"),
    ],
)
def test_what_is_no_cluster(project: Project, refusal: Any, cluster: Any, said: str) -> None:
    project.study["cluster"] = cluster
    project.describe()
    assert said in refusal(lambda: study.load("small"))


def test_every_bootstrap_draws_whole_clusters_and_says_so(schools: Project) -> None:
    """Ratios and factors; with few clusters respondents are drawn, which is said."""
    _, loaded, case = read()
    ratios: Any = measured.ratios(measured.scales(loaded), 60, 1)
    corr = scored.correlations(loaded)
    factors: Any = scored.factors(corr, 20, 1)
    factored: Any = scored.reference(corr, factors)
    drawn: Any = scored.resampled(corr, factored, 20, 1)
    plan: Any = scored.plan(corr, factored, drawn, 1)
    assert (ratios.clusters, drawn.clusters, plan.clusters) == (SCHOOLS,) * 3
    pairs = shown_pairs.close_pairs(cited(ratios, "small/measurement/htmt"), case)
    planned = shown_scales.plan(cited(plan, "small/reliability/plan"), case)
    for table in (pairs, planned):
        assert table.note is not None
        note = {k: without_references(table.note.in_(k)).replace("\\", "") for k in ("en", "zh")}
        assert "samples of whole clusters (School), 12 of them, expanded" in note["en"]
        assert "12 个聚类单位（学校）为单位整体抽取" in note["zh"]
    schools.study["cluster"] = None
    schools.describe()
    alone: Any = measured.ratios(measured.scales(read()[1]), 60, 1)
    assert alone.clusters is None and alone.rows[0].htmt == ratios.rows[0].htmt
    assert alone.rows[0].ci_lower != ratios.rows[0].ci_lower
    few = pd.read_csv(schools.folder / "rows.csv")
    few["school"] = few["school"].where(few["school"] < "S-04", "S-03")
    schools.study["cluster"] = "school"
    schools.rows(few)
    _, loaded, case = read()
    ratios = measured.ratios(measured.scales(loaded), 60, 1)
    assert ratios.clusters is None and ratios.rows[0].ci_lower == alone.rows[0].ci_lower
    note = shown_pairs.close_pairs(cited(ratios, "small/measurement/htmt"), case).note
    assert note is not None and "respondents are resampled here" in note.en
    assert "此处以受访者而非" in note.zh
