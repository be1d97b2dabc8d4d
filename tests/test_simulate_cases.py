"""The simulated cases: descriptions fit their processes; printed figures are in the population."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.simulate import (
    Process,
    latent_correlations,
    load_process,
    simulate,
    true_parameters,
)
from loyalty.stats.shares import shares

DATA = Path(__file__).parents[1] / "data"
CASES = sorted(p.parent.name for p in DATA.glob("*-simulated/process.yml"))
NEW = [
    "innovation-drivers-simulated",
    "innovation-simulated",
    "innovation-six-drivers-simulated",
    "quality-dimensions-simulated",
    "quality-mechanisms-simulated",
    "quality-simulated",
    "retail-simulated",
    "strategy-simulated",
]


def process_of(case: str) -> Process:
    return load_process(DATA / case / "process.yml")


def pooled(case: str, kind: str) -> pd.Series:
    truth = true_parameters(process_of(case))
    chosen = truth[(truth.kind == kind) & (truth.industry == "pooled")]
    return chosen.set_index("name").value


def careful(case: str, respondents: int, seed: int = 3) -> pd.DataFrame:
    """Rows of the case's process without careless respondents and missing answers."""
    raw = yaml.safe_load((DATA / case / "process.yml").read_text(encoding="utf-8"))
    del raw["careless"], raw["missing"]
    return simulate(Process.model_validate(raw), respondents=respondents, seed=seed)


def test_every_source_has_its_simulated_case() -> None:
    assert [*NEW, "aftersales-simulated"] == [*CASES[1:], CASES[0]]


@pytest.mark.parametrize("case", CASES)
def test_the_description_fits_the_process(case: str) -> None:
    described, process = study.load_file(DATA / case / "study.yml"), process_of(case)
    assert described.simulated
    assert re.search("simulated", described.title.en) and "模拟" in described.title.zh
    assert {c.id: {i.id: i.reversed for i in c.items} for c in described.constructs} == {
        c: {n: i.reversed for n, i in m.items.items()} for c, m in process.measurement.items()
    }
    signs = {(h.from_, h.to, h.moderator, h.quadratic): h.sign for h in described.hypotheses}
    terms = {(p.source, p.target, None, False): p.value for p in process.paths}
    terms |= {(m.source, m.target, m.moderator, False): m.value for m in process.moderations}
    terms |= {(c.source, c.target, None, True): c.value for c in process.curves}
    assert {t: {"+" if v > 0 else "-" for v in values.values()} for t, values in terms.items()} == {
        t: {sign} for t, sign in signs.items()
    }
    assert [tuple(c.between) for c in process.disturbances] == [
        tuple(c) for c in described.covariances
    ]
    levels = {g.id: list(g.levels) for g in described.groups}
    firms = [f for i in process.industries.values() for f in (i.firms or {})]
    assert levels.pop("industry") == list(process.industries)
    assert levels.pop("firm", []) == firms
    assert levels == {q: list(shares) for q, shares in process.quotas.items()}
    # The same customers followed are waves, too, and so are members.
    waves = {"tracked": "waves", "members": "waves"}
    kinds = {n: waves.get(p.kind, p.kind) for n, p in process.panels.items()}
    assert {r.id: r.kind for r in described.resources} == kinds


@pytest.mark.parametrize("case", CASES)
def test_every_item_has_wording_of_its_own_in_both_languages(case: str) -> None:
    items = study.load_file(DATA / case / "study.yml").items
    for words in ([i.en for i in items], [i.wording.zh for i in items]):
        assert len(set(words)) == len(words)
    assert all(re.search("[\u4e00-\u9fff]", i.wording.zh) for i in items)


@pytest.mark.parametrize("case", NEW)
def test_the_questionnaire_is_of_a_sensible_length(case: str) -> None:
    described = study.load_file(DATA / case / "study.yml")
    sizes = {c.id: len(c.items) for c in described.constructs}
    if case == "quality-dimensions-simulated":
        assert sizes == dict.fromkeys(sizes, 2) | {"loyalty": 3} and len(sizes) == 11
        return
    long = {
        "quality-simulated": "service_quality",
        "innovation-drivers-simulated": "service_quality",
        "innovation-six-drivers-simulated": "service_quality",
    }
    assert all(3 <= n <= 4 for c, n in sizes.items() if c != long.get(case))
    assert len(described.items) <= 30


@pytest.mark.parametrize(
    ("case", "n"),
    [
        ("innovation-drivers-simulated", 1000),
        ("innovation-simulated", 500),
        ("innovation-six-drivers-simulated", 1800),
        ("quality-dimensions-simulated", 1800),
        ("quality-mechanisms-simulated", 1500),
        ("quality-simulated", 300),
        ("retail-simulated", 1000),
        ("strategy-simulated", 3000),
    ],
)
def test_rows_load_and_are_as_many_as_said(case: str, n: int) -> None:
    survey = sources.load(study.load_file(DATA / case / "study.yml"))
    assert len(survey.rows) == n
    assert not any(map(len, survey.outside.values()))


# --- printed figures ---------------------------------------------------------------------------
def test_quality_has_the_printed_mediation() -> None:
    paths = pooled("quality-simulated", "path")
    assert paths["service_quality -> service_perception"] == pytest.approx(0.62, abs=1e-12)
    assert paths["service_perception -> loyalty"] == pytest.approx(0.34, abs=2e-3)
    assert paths["service_quality -> loyalty"] == pytest.approx(0.45, abs=2e-3)
    through = pooled("quality-simulated", "indirect")
    assert through["service_quality -> service_perception -> loyalty"] == pytest.approx(
        0.62 * 0.34, abs=2e-3
    )
    truth = true_parameters(process_of("quality-simulated"))
    direct = truth[(truth.kind == "path") & (truth.name == "service_quality -> loyalty")]
    direct = direct.set_index("industry").value
    assert direct["services"] > direct["manufacturing"] > direct["retail"]


def test_innovation_has_the_printed_paths_multiplied_not_added() -> None:
    paths = pooled("innovation-simulated", "path")
    for name, value in (
        ("service_innovation -> satisfaction", 0.35),
        ("service_innovation -> brand_image", 0.28),
        ("satisfaction -> loyalty", 0.42),
        ("brand_image -> loyalty", 0.31),
    ):
        assert paths[name] == pytest.approx(value, abs=2e-3), name
    through = pooled("innovation-simulated", "indirect")
    two = sum(
        through[f"service_innovation -> {m} -> loyalty"] for m in ("satisfaction", "brand_image")
    )
    assert two == pytest.approx(0.35 * 0.42 + 0.28 * 0.31, abs=2e-3)
    assert two == pytest.approx(0.234, abs=2e-3)


def test_innovation_drivers_have_the_printed_coefficients() -> None:
    paths = pooled("innovation-drivers-simulated", "path")
    assert paths.tolist() == pytest.approx([0.35, 0.28, 0.22, 0.15], abs=1e-9)


def largest(case: str, target: str, count: int) -> dict[str, set[str]]:
    """By industry, the constructs with the largest declared shares of what is explained."""
    process, found = process_of(case), {}
    names = process.predictors[target]
    for industry in process.industries:
        r = latent_correlations(process, industry).loc[[target, *names], [target, *names]]
        parts = pd.Series(shares(r.to_numpy(), "lmg"), index=names)
        found[industry] = set(parts.nlargest(count).index)
    return found


def test_the_drivers_of_each_industry_are_those_that_the_source_names() -> None:
    """The names are the source's; that their shares are the largest is what the case declares."""
    assert largest("quality-dimensions-simulated", "loyalty", 3) == {
        "manufacturing": {"response_time", "professionalism", "reliability"},
        "services": {"attitude", "efficiency", "transparency"},
        "retail": {"convenience", "value", "attitude"},
    }
    assert largest("innovation-six-drivers-simulated", "satisfaction", 1) == {
        "banking": {"service_quality"},
        "hospitality": {"staff"},
        "e_commerce": {"price_value"},
    }
    explained = {
        g: 1 - p.equations[0].disturbance
        for g, p in process_of("quality-dimensions-simulated").population.items()
    }
    assert explained["services"] > explained["manufacturing"] > explained["retail"]


def test_six_drivers_have_the_printed_paths_to_loyalty() -> None:
    paths = pooled("innovation-six-drivers-simulated", "path")
    assert paths["satisfaction -> loyalty"] == pytest.approx(0.42, abs=2e-3)
    assert paths["brand_image -> loyalty"] == pytest.approx(0.31, abs=2e-3)


def test_seven_mechanisms_stand_side_by_side() -> None:
    routes = pooled("quality-mechanisms-simulated", "indirect")
    assert len(routes) == 7 and (routes > 0).all()
    process = process_of("quality-mechanisms-simulated")
    assert len(process.disturbances) == 21


@pytest.mark.parametrize("industry", ["grocery", "fashion", "online"])
def test_first_contact_explains_the_printed_share_of_satisfaction(industry: str) -> None:
    """Pratt's measure: path x correlation over R squared."""
    process = process_of("retail-simulated")
    predictors = process.predictors["satisfaction"]
    r = latent_correlations(process, industry)
    truth = true_parameters(process)
    truth = truth[(truth.kind == "path") & (truth.industry == industry)].set_index("name").value
    parts = {p: truth[f"{p} -> satisfaction"] * r.loc[p, "satisfaction"] for p in predictors}
    assert parts["first_contact"] / sum(parts.values()) == pytest.approx(0.40, abs=1e-3)


@pytest.mark.parametrize(
    ("case", "firms", "customers"),
    [("strategy-simulated", 6, 500), ("retail-simulated", 8, 125)],
)
def test_firms_have_as_many_customers_as_said(case: str, firms: int, customers: int) -> None:
    counts = sources.load(study.load_file(DATA / case / "study.yml")).rows["firm"].value_counts()
    assert counts.tolist() == [customers] * firms


def test_strategy_has_the_printed_share_of_loyal_customers() -> None:
    rows = careful("strategy-simulated", 120_000)
    for item in ("BI1", "BI2", "BI3", "BI4"):
        assert (rows[item] >= 5).mean() == pytest.approx(0.32, abs=0.015), item


@pytest.mark.long
def test_strategy_has_the_printed_share_of_firms_with_satisfied_customers() -> None:
    """Of 60 draws of six firms each; the share's standard error is about .02."""
    means = np.concatenate(
        [
            careful("strategy-simulated", 3000, seed).groupby("firm").csat.mean().to_numpy(float)
            for seed in range(60)
        ]
    )
    assert means.mean() == pytest.approx(7.22, abs=0.05)
    assert means.std() == pytest.approx(0.26, abs=0.04)
    assert (means >= 7).mean() == pytest.approx(0.80, abs=0.06)


# --- notes in the files -------------------------------------------------------------------------
def numbers_without_reason(node: Any, key: str = "") -> list[str]:
    """Keys of blocks that hold a number but neither say why nor stand in a block that does."""
    if isinstance(node, dict):
        if "because" in node:
            return []
        numbers = [v for v in node.values() if isinstance(v, (int, float)) and v is not True]
        found = [key] if numbers else []
        for k, v in node.items():
            found += numbers_without_reason(v, f"{key}.{k}")
        return found
    if isinstance(node, list):
        return [f for i, v in enumerate(node) for f in numbers_without_reason(v, f"{key}.{i}")]
    return []


@pytest.mark.parametrize("case", CASES)
def test_every_number_says_where_it_is_from(case: str) -> None:
    raw = yaml.safe_load((DATA / case / "process.yml").read_text(encoding="utf-8"))
    del raw["industries"]  # shares of respondents: said in the comment above them
    assert numbers_without_reason(raw) in (
        [],
        # every_months: by the waves
        [".panels.nps_waves", ".panels.followed", ".panels.membership"],
    )


@pytest.mark.parametrize("case", CASES)
def test_read_me_says_that_nobody_was_asked(case: str) -> None:
    text = (DATA / case / "README.md").read_text(encoding="utf-8")
    assert "**Nobody was asked.**" in text
