"""The simulator: same seed, same rows; what is declared is what is drawn; errors of one line."""

from __future__ import annotations

import copy
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.cases import study
from loyalty.cases import survey as sources
from loyalty.ground.errors import UserError
from loyalty.simulate import (
    Process,
    ProcessError,
    latent_correlations,
    load_process,
    simulate,
    true_parameters,
)

CASE = Path(__file__).parents[1] / "data" / "aftersales-simulated"
PROCESS = CASE / "process.yml"
SEED = 20240501
GOLDEN = "7880ebfa1fc44f82fa738a8ac1cc0dbe34ed118748556d472afb47f67f48e7a1"

TINY: dict[str, Any] = {
    "title": "Tiny",
    "industries": {
        "goods": {"share": 0.6, "firms": ["G1", "G2"]},
        "services": {"share": 0.4, "firms": ["S1", "S2"]},
    },
    "quotas": {"region": ["north", "south"]},
    "constructs": {
        "quality": {"firm_sd": 0.2, "because": "assumed"},
        "price": {"because": "assumed"},
        "satisfaction": {"mean": {"goods": 0.2, "services": -0.3}, "because": "assumed"},
        "loyalty": {"because": "assumed"},
    },
    "correlations": [{"between": ["quality", "price"], "value": 0.3, "because": "assumed"}],
    "paths": [
        {"from": "quality", "to": "satisfaction", "value": 0.6, "because": "printed: table 1"},
        {
            "from": "satisfaction",
            "to": "loyalty",
            "value": {"goods": 0.4, "services": 0.7},
            "because": "assumed",
        },
    ],
    "thresholds": {"even": {"cuts": [-1.5, -1, -0.4, 0.2, 0.8, 1.4], "because": "assumed"}},
    "measurement": {
        "quality": {
            "because": "assumed",
            "items": {
                "Q1": {"loading": 0.8, "thresholds": "even"},
                "Q2": {"loading": 0.7, "thresholds": "even", "reversed": True},
            },
        },
        "satisfaction": {
            "because": "assumed",
            "items": {
                "S1": {"loading": 0.8, "thresholds": "even"},
                "S2": {"loading": {"goods": 0.9, "services": 0.6}, "thresholds": "even"},
            },
        },
    },
}


@pytest.fixture(scope="module")
def process() -> Process:
    return load_process(PROCESS)


@pytest.fixture
def tiny() -> dict[str, Any]:
    return copy.deepcopy(TINY)


@pytest.fixture(scope="module")
def undisturbed() -> Process:
    """The case's process without firm effects, careless respondents and missing answers."""
    raw = yaml.safe_load(PROCESS.read_text(encoding="utf-8"))
    del raw["careless"], raw["missing"]
    for construct in raw["constructs"].values():
        construct["firm_sd"] = 0.0
    return Process.model_validate(raw)


@pytest.fixture(scope="module")
def many(undisturbed: Process) -> pd.DataFrame:
    return simulate(undisturbed, respondents=100_000, seed=7, with_latents=True)


def digest(rows: pd.DataFrame) -> str:
    return hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()


# --- determinism ------------------------------------------------------------------------------
@pytest.mark.parametrize("hash_seed", ["0", "42"])
def test_the_same_seed_gives_the_same_rows_in_any_process(hash_seed: str) -> None:
    code = (
        "import hashlib, sys, pathlib\n"
        "from loyalty.simulate import simulate\n"
        "rows = simulate(pathlib.Path(sys.argv[1]), respondents=300, seed=5)\n"
        "print(hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest())\n"
        "assert 'matplotlib' not in sys.modules and 'scipy' not in sys.modules\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(PROCESS)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.strip() == digest(simulate(PROCESS, respondents=300, seed=5))


def test_the_rows_of_the_case_stay_what_they_were(process: Process) -> None:
    """The whole draw: whoever changes it on purpose writes the new digest here."""
    rows = simulate(process, respondents=3000, seed=SEED)
    assert digest(rows) == GOLDEN


def test_another_seed_gives_other_rows(process: Process) -> None:
    first, second = (simulate(process, respondents=300, seed=s) for s in (1, 2))
    assert digest(first) != digest(second)


def test_a_further_item_changes_no_other_column(tiny: dict[str, Any]) -> None:
    tiny["missing"] = {"everywhere": 0.05, "because": "assumed"}
    tiny["careless"] = {
        "share": 0.1,
        "kinds": {"straightlining": 0.5, "random": 0.5},
        "because": "assumed",
    }
    before = simulate(Process.model_validate(tiny), respondents=500, seed=3)
    items = tiny["measurement"]["quality"]["items"]
    tiny["measurement"]["quality"]["items"] = {
        "Q0": {"loading": 0.5, "thresholds": "even"},
        **items,
    }
    after = simulate(Process.model_validate(tiny), respondents=500, seed=3)
    pd.testing.assert_frame_equal(after.drop(columns="Q0"), before)


# --- shape ------------------------------------------------------------------------------------
def test_columns_and_types(process: Process) -> None:
    rows = simulate(process, respondents=3000, seed=SEED)
    assert list(rows)[:6] == [
        "respondent",
        "industry",
        "firm",
        "region",
        "age_band",
        "spending_tier",
    ]
    assert list(rows)[-2:] == ["nps", "seconds"]
    assert rows.respondent.iloc[[0, -1]].tolist() == ["R00001", "R03000"]
    assert (rows[list(process.items)].dtypes == "Int64").all()
    assert rows[[i for i in process.items if i != "nps"]].stack().between(1, 7).all()
    assert rows.nps.between(0, 10).all()
    assert rows.nps.notna().all()
    assert (rows.seconds > 0).all()


def test_quotas_are_met_in_every_firm(process: Process) -> None:
    rows = simulate(process, respondents=3000, seed=SEED)
    assert (rows.firm.value_counts() == 300).all()
    assert rows.groupby("industry").firm.unique().map(sorted).to_dict() == {
        "appliances": ["A1", "A2", "A3", "A4"],
        "automotive": ["C1", "C2", "C3"],
        "ecommerce": ["E1", "E2", "E3"],
    }
    for quota, levels in process.quotas.items():
        counts = rows.groupby(["firm", quota]).size()
        assert len(counts) == 10 * len(levels)
        assert counts.between(300 // len(levels) - 1, 300 // len(levels) + 1).all()


@pytest.mark.parametrize("respondents", [1, 7, 101])
def test_any_number_of_respondents(process: Process, respondents: int) -> None:
    assert len(simulate(process, respondents=respondents, seed=1)) == respondents


def test_respondents_do_not_stand_in_order_of_firms(process: Process) -> None:
    firms = simulate(process, respondents=1000, seed=1).firm
    assert set(firms[:200]) == set(firms)


# --- calibration of the case ------------------------------------------------------------------
def test_the_case_is_calibrated_to_the_printed_figures(process: Process) -> None:
    """As drawn, careless respondents included; three standard errors and half a point for them."""
    rows = simulate(process, respondents=3000, seed=SEED)
    satisfaction = rows[["SA1", "SA2", "SA3", "SA4"]].astype(float).mean(axis=1)
    assert 100 * (satisfaction.mean() - 1) / 6 == pytest.approx(63, abs=1.5)
    assert (rows.PR1.dropna() >= 5).mean() == pytest.approx(0.62, abs=0.035)
    assert (rows.PR4.dropna() >= 5).mean() == pytest.approx(0.28, abs=0.03)
    for item in ("ST1", "ST2", "ST3"):
        assert (rows[item].dropna() >= 5).mean() < 0.45
    nps = (rows.nps >= 9).mean() - (rows.nps <= 6).mean()
    assert nps == pytest.approx(-0.08, abs=0.05)


def test_the_population_has_the_printed_figures(many: pd.DataFrame) -> None:
    satisfaction = many[["SA1", "SA2", "SA3", "SA4"]].astype(float).mean(axis=1)
    assert 100 * (satisfaction.mean() - 1) / 6 == pytest.approx(63, abs=0.4)
    assert (many.PR1 >= 5).mean() == pytest.approx(0.62, abs=0.008)
    assert (many.PR4 >= 5).mean() == pytest.approx(0.28, abs=0.008)
    assert (many.ST1 >= 5).mean() == pytest.approx(0.44, abs=0.008)


def test_weight_of_emotional_loyalty_is_the_printed_one(process: Process) -> None:
    truth = true_parameters(process)
    route = "emotional_experience -> satisfaction -> loyalty_emotional"
    weight = truth[(truth.kind == "indirect") & (truth.name == route)].set_index("industry").value
    assert weight["automotive"] == pytest.approx(0.42, abs=1e-12)
    assert weight["average"] == pytest.approx(0.28, abs=1e-12)


def test_what_goes_wrong_in_the_field(process: Process) -> None:
    rows = simulate(process, respondents=20_000, seed=1, with_latents=True)
    assert (rows.careless != "no").mean() == pytest.approx(0.03, abs=1e-3)
    lining = rows[rows.careless == "straightlining"].drop(columns="nps")
    assert (lining[list(i for i in process.items if i != "nps")].nunique(axis=1) == 1).all()
    assert lining.seconds.median() < 0.5 * rows.seconds.median()
    assert rows.SA1.isna().mean() == pytest.approx(0.008, abs=0.003)
    gone = rows.BL2.isna().groupby(rows.nps <= 6).mean()
    assert gone[True] > 2 * gone[False]


def test_the_description_of_the_case_fits_its_process(process: Process) -> None:
    case = study.load_file(CASE / "study.yml")
    assert case.simulated
    assert re.search("simulated", case.title.en) and "模拟" in case.title.zh
    assert {c.id: [i.id for i in c.items] for c in case.constructs} == {
        c: list(m.items) for c, m in process.measurement.items()
    }
    declared = {i.id: i.reversed for i in case.items}
    assert declared == {n: i.reversed for n, (_, i) in process.items.items() if n != "nps"}
    signs = {(h.from_, h.to, h.moderator, h.quadratic): h.sign for h in case.hypotheses}
    terms = {(p.source, p.target, None, False): p.value for p in process.paths}
    terms |= {(m.source, m.target, m.moderator, False): m.value for m in process.moderations}
    terms |= {(c.source, c.target, None, True): c.value for c in process.curves}
    assert {t: {"+" if v > 0 else "-" for v in values.values()} for t, values in terms.items()} == {
        t: {sign} for t, sign in signs.items()
    }
    assert [tuple(c.between) for c in process.disturbances] == [tuple(c) for c in case.covariances]
    for group in case.groups[2:]:
        assert list(group.levels) == list(process.quotas[group.id])
    assert len(sources.load(case).rows) == 3000


# --- recovery ---------------------------------------------------------------------------------
def slopes(y: pd.Series, x: pd.DataFrame) -> np.ndarray:
    design = np.column_stack([np.ones(len(x)), x.to_numpy()])
    found: np.ndarray = np.linalg.lstsq(design, y.to_numpy())[0][1:]
    return found


def latents_of(many: pd.DataFrame, process: Process, industry: str) -> pd.DataFrame:
    columns = {f"latent_{c}": c for c in process.constructs}
    rows = many.loc[many.industry == industry, list(columns)].rename(columns=columns)
    return rows - rows.mean()


@pytest.mark.parametrize("industry", ["appliances", "automotive", "ecommerce"])
def test_latents_are_as_declared(many: pd.DataFrame, undisturbed: Process, industry: str) -> None:
    latents = latents_of(many, undisturbed, industry)
    np.testing.assert_allclose(latents.std(), 1, atol=0.015)
    np.testing.assert_allclose(
        latents.corr(), latent_correlations(undisturbed, industry), atol=0.025
    )
    truth = true_parameters(undisturbed)
    truth = truth[truth.industry == industry].set_index(["kind", "name"]).value
    for target, predictors in undisturbed.predictors.items():
        expected = [truth["path", f"{p} -> {target}"] for p in predictors]
        found = slopes(latents[target], latents[predictors])
        np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("industry", ["appliances", "automotive", "ecommerce"])
def test_products_and_squares_are_as_declared(
    many: pd.DataFrame, undisturbed: Process, industry: str
) -> None:
    latents = latents_of(many, undisturbed, industry)
    truth = true_parameters(undisturbed)
    truth = truth[truth.industry == industry].set_index(["kind", "name"]).value
    for target, predictors in undisturbed.predictors.items():
        x = latents[predictors].copy()
        expected = {}
        for m in undisturbed.moderations:
            if m.target == target:
                x[f"{m.source} x {m.moderator}"] = latents[m.source] * latents[m.moderator]
                name = f"{m.source} x {m.moderator} -> {target}"
                expected[f"{m.source} x {m.moderator}"] = truth["moderation", name]
        for c in undisturbed.curves:
            if c.target == target:
                x["square"] = latents[c.source] ** 2
                expected["square"] = truth["quadratic", f"{c.source} -> {target}"]
        found = dict(zip(x, slopes(latents[target], x), strict=True))
        for name, value in expected.items():
            assert found[name] == pytest.approx(value, abs=0.02), (target, name)


def test_loyalty_flattens_past_the_threshold(many: pd.DataFrame, undisturbed: Process) -> None:
    """Slopes on either side, at mean perceived value."""
    latents = latents_of(many, undisturbed, "appliances")
    latents["product"] = latents.satisfaction * latents.perceived_value
    below, above = (
        slopes(part.loyalty_behavioural, part[["satisfaction", "product"]])[0]
        for part in (latents[latents.satisfaction < 0.3], latents[latents.satisfaction > 0.3])
    )
    assert below == pytest.approx(0.52 + 0.3 * 0.382, abs=0.03)
    assert above == pytest.approx(0.52 - 0.3 * 0.618, abs=0.03)


def test_loadings_are_as_declared(many: pd.DataFrame, undisturbed: Process) -> None:
    truth = true_parameters(undisturbed)
    truth = truth[truth.kind == "loading_answer"].set_index(["name", "industry"]).value
    for industry, rows in many.groupby("industry"):
        for name, (construct, item) in undisturbed.items.items():
            r = np.corrcoef(rows[name].astype(float), rows[f"latent_{construct}"])[0, 1]
            expected = truth[name, industry] * (-1 if item.reversed else 1)
            assert r == pytest.approx(expected, abs=0.012), (industry, name)


def test_non_invariant_item_is_harder_where_declared(
    many: pd.DataFrame, undisturbed: Process
) -> None:
    """EL2's cut-points lie 0.4 higher in the automotive industry, at equal attachment."""
    alike = many[many.latent_loyalty_emotional.between(-0.2, 0.2)]
    means = alike.groupby("industry").EL2.mean().astype(float)
    assert means["automotive"] < means["appliances"] - 0.4
    assert means["ecommerce"] == pytest.approx(means["appliances"], abs=0.1)


def test_firms_spread_as_declared(tiny: dict[str, Any]) -> None:
    tiny["industries"] = {
        "goods": {"share": 1.0, "firms": [f"G{i}" for i in range(400)]},
    }
    tiny["constructs"]["satisfaction"].pop("mean")
    tiny["paths"][1]["value"] = 0.4
    tiny["measurement"]["satisfaction"]["items"]["S2"]["loading"] = 0.9
    process = Process.model_validate(tiny)
    rows = simulate(process, respondents=40_000, seed=1, with_latents=True)
    between = rows.groupby("firm").latent_quality.mean().var() - 0.96 / 100
    assert between == pytest.approx(0.04, abs=0.012)
    assert rows.latent_quality.var() == pytest.approx(1, abs=0.02)
    assert rows.groupby("firm").latent_price.mean().var() == pytest.approx(0.01, abs=0.003)


# --- the truth --------------------------------------------------------------------------------
def test_true_parameters_of_a_process_worked_by_hand(tiny: dict[str, Any]) -> None:
    truth = true_parameters(Process.model_validate(tiny)).set_index(["kind", "name", "industry"])
    value = truth.value
    route = "quality -> satisfaction -> loyalty"
    assert value["indirect", route, "goods"] == pytest.approx(0.24)
    assert value["indirect", route, "average"] == pytest.approx(0.6 * 0.24 + 0.4 * 0.42)
    assert value["total", "quality -> loyalty", "services"] == pytest.approx(0.42)
    assert value["r_squared", "satisfaction", "goods"] == pytest.approx(0.36)
    assert value["mean", "satisfaction", "average"] == pytest.approx(0.0)
    # Pooled: the industries' means differ by 0.5, so the variance is 1 + 0.6 x 0.4 x 0.25.
    assert value["path", "quality -> satisfaction", "pooled"] == pytest.approx(0.6 / 1.06**0.5)
    assert truth.basis["path", "quality -> satisfaction", "goods"] == "printed"


def test_correlations_of_a_process_worked_by_hand(tiny: dict[str, Any]) -> None:
    found = latent_correlations(Process.model_validate(tiny), "services")
    assert found.loc["quality", "loyalty"] == pytest.approx(0.42)
    assert found.loc["price", "satisfaction"] == pytest.approx(0.18)
    with pytest.raises(ProcessError, match="industry: expected one of goods, services, pooled"):
        latent_correlations(Process.model_validate(tiny), "retail")


# --- bad input --------------------------------------------------------------------------------
Change = Callable[[dict[str, Any]], object]


def _set(*keys: str | int, to: object) -> Change:
    def change(raw: dict[str, Any]) -> None:
        place: Any = raw
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


def _add(key: str, **entry: object) -> Change:
    return lambda raw: raw.setdefault(key, []).append({**entry, "because": "assumed"})


BAD: list[tuple[Change, str]] = [
    (_set("paths", 0, "from", to="qualty"), r"paths\.0\.from: unknown construct 'qualty'"),
    (
        _add("paths", **{"from": "loyalty", "to": "quality", "value": 0.1}),
        "quality -> satisfaction -> loyalty -> quality is a cycle"
        "|satisfaction -> loyalty -> quality -> satisfaction is a cycle"
        "|loyalty -> quality -> satisfaction -> loyalty is a cycle",
    ),
    (
        _add("paths", **{"from": "loyalty", "to": "loyalty", "value": 0.1}),
        "loyalty -> loyalty is a cycle",
    ),
    (
        _add("paths", **{"from": "quality", "to": "satisfaction", "value": 0.1}),
        r"paths\.2: quality -> satisfaction stands twice",
    ),
    (
        _set("paths", 1, "value", to={"goods": 0.4, "services": 1.01}),
        r"loyalty in services: its equation explains 1\.020 of a variance of 1",
    ),
    (_set("paths", 0, "value", to={"goods": 0.4}), "no value for services, and no default"),
    (
        _set("paths", 0, "value", to={"goods": 0.4, "retail": 0.1}),
        r"paths\.0\.value: unknown industry 'retail'; expected goods, services",
    ),
    (_set("paths", 0, "value", to="high"), r"paths\.#1\.value: expected a number, or a mapping"),
    (_set("paths", 0, "strength", to=1), r"paths\.#1\.strength: there is no such key"),
    (_set("paths", 0, "because", to="why not"), r"paths\.#1\.because: expected 'printed: "),
    (_set("paths", 0, "because", to="printed"), r"paths\.#1\.because: expected 'printed: "),
    (
        _set(
            "correlations",
            to=[{"between": ["quality", "price"], "value": 0.99, "because": "assumed"}],
        ),
        r"correlations: what is left within firms is not positive definite",
    ),
    (
        _add("correlations", between=["price", "satisfaction"], value=0.1),
        r"correlations\.1\.between: expected two exogenous constructs, got price and satisfaction",
    ),
    (
        _add("disturbances", between=["loyalty", "satisfaction"], value=0.1),
        r"disturbances\.0\.between: a route leads from one to the other",
    ),
    (
        _set("thresholds", "even", "cuts", to=[-1.5, -1, -1, 0.2, 0.8, 1.4]),
        r"thresholds\.even\.cuts: expected increasing cut-points, got -1\.5, -1, -1, 0\.2",
    ),
    (
        _set("industries", "goods", "share", to=0.7),
        r"industries: expected shares that sum to 1, got 1\.1",
    ),
    (
        _set("industries", "goods", "firms", to={"G1": 0.5, "G2": 0.4}),
        r"industries\.goods\.firms: expected shares that sum to 1, got 0\.9",
    ),
    (
        _set("industries", "goods", "firms", to=["G1", "S1"]),
        "industries: firm 'S1' stands twice",
    ),
    (
        _set("industries", "goods", "firms", to=["G1"]),
        r"constructs\.quality\.firm_sd: expected 0, or two firms per industry",
    ),
    (_set("quotas", "region", to=["north", "north"]), r"quotas\.region: expected every name once"),
    (_set("quotas", "Q1", to=["a", "b"]), "column 'Q1' stands twice"),
    (
        _set("constructs", "satisfaction", "firm_sd", to=0.9),
        r"constructs\.satisfaction\.firm_sd: 0\.9 in goods, where .* SD of 0\.800; expected less",
    ),
    (_set("measurement", "quality", "items", "Q1", "loading", to=1.2), "Q1: expected a loading"),
    (
        _set("measurement", "quality", "items", "Q1", "thresholds", to="odd"),
        "Q1: unknown thresholds 'odd'; expected even",
    ),
    (
        _set(
            "measurement", "satisfaction", "items", "Q1", to={"loading": 0.7, "thresholds": "even"}
        ),
        "item 'Q1' stands twice",
    ),
    (
        _add(
            "moderations",
            **{"from": "quality", "moderator": "prize", "to": "satisfaction", "value": 0.1},
        ),
        r"moderations\.0\.moderator: unknown construct 'prize'",
    ),
    (
        _add(
            "curves",
            **{"from": "satisfaction", "to": "loyalty", "kind": "threshold", "value": -0.1},
        ),
        r"curves\.#1: expected `at` with kind threshold",
    ),
    (
        _add("curves", **{"from": "price", "to": "quality", "kind": "quadratic", "value": 0.1}),
        r"curves\.0\.to: no path leads to quality",
    ),
    (
        _set(
            "missing",
            to={
                "because": "assumed",
                "at_random": [{"items": ["Q9"], "by": "region", "rates": {}, "because": "assumed"}],
            },
        ),
        r"missing\.at_random\.0\.items: unknown item 'Q9'",
    ),
    (
        _set(
            "missing",
            to={
                "because": "assumed",
                "at_random": [{"items": ["Q1"], "by": "S1", "rates": {}, "because": "assumed"}],
            },
        ),
        r"missing\.at_random\.0\.by: S1 can be missing itself",
    ),
    (
        _set(
            "missing",
            to={
                "because": "assumed",
                "at_random": [
                    {"items": ["Q1"], "by": "region", "rates": {"north": 0.1}, "because": "assumed"}
                ],
            },
        ),
        r"missing\.at_random\.0\.rates: expected a rate for each of north, south",
    ),
    (
        _set("careless", to={"share": 0.1, "kinds": {"random": 0.6}, "because": "assumed"}),
        r"careless\.kinds: expected shares that sum to 1, got 0\.6",
    ),
]


@pytest.mark.parametrize(("change", "message"), BAD, ids=[m[:40] for _, m in BAD])
def test_bad_process_is_one_line(
    tiny: dict[str, Any], tmp_path: Path, change: Change, message: str
) -> None:
    change(tiny)
    path = tmp_path / "process.yml"
    path.write_text(yaml.safe_dump(tiny), encoding="utf-8")
    with pytest.raises(ProcessError, match=message) as caught:
        load_process(path)
    text = str(caught.value)
    assert "\n" not in text
    assert "process.yml: " in text
    assert isinstance(caught.value, UserError)


def test_three_correlations_that_cannot_be(tiny: dict[str, Any]) -> None:
    tiny["constructs"]["staff"] = {"because": "assumed"}
    for pair, value in ((["quality", "staff"], 0.9), (["price", "staff"], -0.9)):
        _add("correlations", between=pair, value=value)(tiny)
    with pytest.raises(ValueError, match="exogenous correlations are not positive definite"):
        Process.model_validate(tiny)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "not YAML"),
        ("title: a\ntitle: b\n", "'title' is given twice"),
        ("just text", "process.yml"),
        ("{}", "it is expected, and not there"),
    ],
)
def test_what_is_no_process(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "process.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProcessError, match=message) as caught:
        simulate(path, respondents=10, seed=1)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match=r"process\.yml: No such file"):
        simulate(tmp_path / "process.yml", respondents=10, seed=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"respondents": 0, "seed": 1}, "respondents: expected a whole number of at least 1"),
        ({"respondents": 10, "seed": -1}, "seed: expected a whole number of at least 0"),
    ],
)
def test_arguments_out_of_range(process: Process, arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ProcessError, match=message):
        simulate(process, **arguments)
