"""Behaviour: what the notebook makes of every kind of table, good rows and bad ones."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.analyses.behaviour import estimates as behaviour
from loyalty.cases import study
from loyalty.ground import results
from loyalty.ground.text import Text
from loyalty.shown import prose
from loyalty.stats import clv, rfm

ROOT = Path(__file__).resolve().parents[1]


# --- made-up tables ----------------------------------------------------------------------------
def buyers(rng: np.random.Generator, n: int = 400, days: int = 300) -> pd.DataFrame:
    """Customers who follow the models' story: gamma rates, beta departures."""
    rows = []
    for i in range(n):
        rate, leave, scale = rng.gamma(0.8, 1 / 40), rng.beta(1.0, 3.0), rng.gamma(4, 1 / 20)
        now = float(rng.integers(0, 80))
        while now < days:
            rows.append((f"client-{i}", int(now), round(rng.gamma(5, 1 / scale), 2)))
            if rng.random() < leave and len(rows) > 1 and rows[-2][0] == f"client-{i}":
                break
            now += rng.exponential(1 / rate)
    frame = pd.DataFrame(rows, columns=["customer", "day", "amount"])
    frame["date"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(frame["day"], unit="D")
    return frame[["customer", "date", "amount"]]


def tables(seed: int = 5) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    bought = buyers(rng).astype({"date": str, "amount": str})
    bought.loc[3, "date"] = "soon"
    bought.loc[7, "amount"] = "-9"
    bought.loc[11, "customer"] = ""
    mix = rng.dirichlet([1.0, 0.7, 0.4], size=60)
    chosen = pd.DataFrame(
        [
            (h, t, "abc"[rng.choice(3, p=mix[h])])
            for h in range(60)
            for t in range(int(rng.integers(1, 12)))
        ],
        columns=["household", "occasion", "brand"],
    )
    firm, month = np.repeat(np.arange(8), 24), np.tile(np.arange(24), 8)
    effect, season = rng.normal(0, 0.3, 8)[firm], rng.normal(0, 0.1, 24)[month]
    hours = np.exp(3 + effect + season + rng.normal(0, 0.3, 192))
    repurchase = np.exp(-1 - 0.4 * np.log(hours) - effect + season + rng.normal(0, 0.05, 192))
    dates = pd.period_range("2021-01", periods=24, freq="M").astype(str).to_numpy()[month]
    panel = pd.DataFrame(
        {
            "firm": np.char.add("F", firm.astype(str)),
            "month": dates,
            "response_hours": hours,
            "resolution": np.clip(rng.normal(0.6, 0.1, 192), 0, 1),
            "repurchase": np.clip(repurchase, 0, 1),
        }
    )
    panel.loc[100, "repurchase"] = 0.0
    panel = panel.drop(index=[30, 150])  # gaps
    wave = np.repeat(np.arange(8), 120)
    scores = np.clip(np.round(rng.normal(6.8 + 0.25 * wave, 2.0)), 0, 10)
    starts = pd.period_range("2021-01", periods=8, freq="Q").to_timestamp().astype(str).to_numpy()
    baseline = rng.normal(5, 2, 300)
    arm = np.array(["control", "voucher", "points"])[np.arange(300) % 3]
    outcome = baseline * 0.8 + 1.0 * (arm == "voucher") + rng.normal(0, 1, 300)
    return {
        "transactions": bought,
        "choices": chosen,
        "firm_panel": panel,
        "waves": pd.DataFrame({"date": starts[wave], "score": scores}),
        "experiment": pd.DataFrame({"arm": arm, "outcome": outcome, "baseline": baseline}),
    }


def describe(folder: Path, made: dict[str, pd.DataFrame]) -> None:
    """A simulated case of these tables."""
    folder.mkdir(parents=True)
    listed = []
    for kind, frame in made.items():
        file = folder / f"{kind}.csv"
        frame.to_csv(file, index=False)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        listed.append(
            {
                "id": kind,
                "kind": kind,
                "label": {"en": f"Made-up {kind}", "zh": "虚构表"},
                "rows": {"file": {"path": file.name, "sha256": sha256}},
            }
        )
        if kind == "experiment":
            levels = {"control": "Control", "voucher": "Voucher", "points": "Points"}
            listed[-1]["levels"] = levels
    content = {
        "title": "Made up",
        "summary": "Made for the tests.",
        "provenance": {
            "kind": "simulated",
            "source": "numpy",
            "licence": "MIT",
            "sampling": "drawn",
        },
        "resources": listed,
    }
    (folder / "study.yml").write_text(yaml.safe_dump(content, allow_unicode=True))


def run(root: Path, case: str, analysis: str, wide: str = "{}") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "loyalty.cli", "execute", case, analysis, "--wide", wide],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def project_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("behaviour") / "project"
    root.mkdir()
    skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in ("data", "notebooks", "src"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    shutil.copy(ROOT / "_quarto.yml", root)
    (root / "reports").mkdir()
    (ROOT / ".cache").mkdir(exist_ok=True)
    (root / ".cache").symlink_to(ROOT / ".cache")
    describe(root / "data" / "made-up", tables())
    thin = tables()
    thin["transactions"] = thin["transactions"].drop_duplicates("customer").iloc[20:60]
    thin["choices"] = thin["choices"].head(4)
    thin["firm_panel"] = thin["firm_panel"][thin["firm_panel"]["firm"] < "F2"]
    thin["waves"] = thin["waves"].head(130)
    thin["experiment"] = thin["experiment"][thin["experiment"]["arm"] == "control"]
    describe(root / "data" / "thin", thin)
    return root


@pytest.fixture(scope="module")
def everything(project_root: Path) -> Path:
    assert run(project_root, "made-up", "behaviour", '{"draws": 200}') == ""
    return project_root


def found(root: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> results.Result:
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    return results.read(case, "behaviour")


def shown(root: Path, case: str) -> dict[str, Any]:
    file = root / "reports" / "executed" / case / "08-behaviour.ipynb"
    cells = nbformat.read(file, as_version=4).cells
    return {c.metadata["label"]: c for c in cells if "label" in c.metadata}


@pytest.mark.slow
def test_every_kind_is_analysed(everything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = found(everything, "made-up", monkeypatch)
    numbers = {k: v.value for k, v in result.numbers.items()}
    # The truths that the tables were made with lie in the intervals.
    for name, truth in (
        ("elasticity-both", -0.4),
        ("effect-voucher-adjusted", 1.0),
        ("effect-points-adjusted", 0.0),
        ("value-p", 5.0),
        ("bg-nbd-r", 0.8),
    ):
        low, high = result.numbers[name].ci or (np.nan, np.nan)
        assert low < truth < high, name
    assert result.numbers["nps-slope"].ci is not None and result.numbers["nps-slope"].ci[0] > 0
    assert numbers["customers"] == 400
    low, high = result.numbers["holdout-forecast"].ci or (0, 0)
    assert low < numbers["holdout-actual"] < high
    assert result.tables["panel_counts"] == [{"zeros": 1, "twice": 0, "gaps": 3}]
    assert result.simulated
    for name, number in result.numbers.items():
        if number.ci is not None:
            assert number.ci[0] <= number.value <= number.ci[1], name
    for name, statement in result.statements.items():
        assert statement["en"] != statement["zh"], name


@pytest.mark.slow
def test_bad_rows_are_counted_where_the_reader_sees_it(
    everything: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = found(everything, "made-up", monkeypatch)
    said = result.statements["rows"]["en"].replace("\\", "")
    assert "customer: empty (1)" in said
    assert "date: a date is expected (1)" in said
    assert "amount: a number of zero or more is expected (1)" in said
    assert "客户为空（1）" in result.statements["rows"]["zh"].replace("\\", "")
    cells = shown(everything, "made-up")
    captions = [c.metadata.get("tbl-cap") or c.metadata.get("fig-cap") for c in cells.values()]
    assert all("Simulated data" in caption for caption in captions if caption)
    text = "".join(str(c.outputs) for c in cells.values()) + result.model_dump_json()
    assert "client-" not in text and "client\\-" not in text


@pytest.mark.slow
def test_what_cannot_be_done_is_said_and_the_rest_goes_on(
    project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(project_root, "thin", "behaviour", '{"draws": 20, "language": "zh"}') == ""
    result = found(project_root, "thin", monkeypatch)
    for name, reason in (
        ("survival", "nobody bought on two days"),
        ("model", "only 0 customers bought again"),
        ("choices", "only 1 households|two brands|at least 10"),
        ("speed", "only 2 clusters"),
        ("waves", "trend needs 3"),
        ("experiment", "two arms are expected"),
    ):
        said = result.statements[name]["en"].replace("\\", "")
        assert "cannot be done here" in said, name
        assert any(part in said for part in reason.split("|")), said
    assert "segments" in result.tables


def test_declared_truth_is_that_of_the_table(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = study.load("aftersales-simulated")
    truth = pd.DataFrame(
        [
            ("path", "a -> b", 0.3),
            ("panel", "firm_months: elasticity", -0.66),
            ("panel", "other: elasticity", 1.0),
        ],
        columns=["kind", "name", "value"],
    )
    monkeypatch.setattr(behaviour.simulate, "true_parameters", lambda process: truth)
    rows = {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}}
    table = study.Resource(id="firm_months", kind="firm_panel", label="Firms", rows=rows)
    assert behaviour.declared(described, table) == {"elasticity": -0.66}
    real = {"file": {"path": "x.csv", "sha256": "0" * 64}}
    table = study.Resource(id="firm_months", kind="firm_panel", label="Firms", rows=real)
    assert behaviour.declared(described, table) == {}
    said = prose.recovered([{"true": 1, "low": 0, "high": 2}, {"true": 3, "low": 0, "high": 2}])
    assert "Of 2 parameters that the simulation declares, 1 lie" in said.en


# --- the parts ---------------------------------------------------------------------------------
@pytest.fixture
def bought() -> pd.DataFrame:
    return buyers(np.random.default_rng(2), n=150)


def test_hold_out_counts_days_after_the_calibration(bought: pd.DataFrame) -> None:
    until, end = behaviour.split(bought, 0.5)
    assert (until - bought["date"].min()).days == (end - bought["date"].min()).days // 2
    summary = clv.customer_summary(bought, until)
    later = behaviour.later_purchases(bought, summary, until)
    for who in summary.index[:30]:
        mine = bought[(bought["customer"] == who) & (bought["date"] > until)]
        assert later[who] == mine["date"].nunique()
    with pytest.raises(ValueError, match="between 0 and 1"):
        behaviour.split(bought, 1.0)


def test_tracking_adds_up_to_all_repeat_purchases(bought: pd.DataFrame) -> None:
    until, end = behaviour.split(bought, 0.5)
    summary = clv.customer_summary(bought, until)
    theta = clv.bg_nbd(summary).point
    path = behaviour.tracking(bought, summary, theta, end)
    week = path["week"].iloc[-1]
    last = bought["date"].min() + pd.Timedelta(days=7 * int(week))
    mine = bought[bought["customer"].isin(summary.index) & (bought["date"] <= last)]
    whole = clv.customer_summary(mine, last)
    assert path["actual"].iloc[-1] == whole["x"].sum()
    expected = clv.expected_purchases(theta, whole["t"].to_numpy()).sum()
    assert path["expected"].iloc[-1] == pytest.approx(expected)


def test_small_segments_are_not_shown(bought: pd.DataFrame) -> None:
    _, end = behaviour.split(bought, 0.5)
    scored = rfm.score(clv.customer_summary(bought, end), end)
    sizes = scored["segment"].value_counts()
    cut = int(sizes.min()) + 1
    table = behaviour.segments(scored, cut)
    hidden = table[table["n"].isna()]
    assert hidden["segment"].tolist() == [s for s in table["segment"] if sizes[s] < cut]
    assert hidden.drop(columns="segment").isna().all(axis=None)
    assert set(behaviour.returns(scored, scored.index, cut)["segment"]) == set(
        table.loc[table["n"].notna(), "segment"]
    )
    said = prose.rfm_segments(table, cut)
    assert f"fewer than {cut} customers are not shown" in said.en


def test_repeated_months_and_zeros_are_counted() -> None:
    panel = tables()["firm_panel"].astype({"month": "datetime64[s]"})
    again = pd.concat([panel, panel.head(2)], ignore_index=True)
    table, counts, reasons = behaviour.speed_and_repurchase(again, draws=10, seed=1)
    assert counts == {"zeros": 1, "twice": 2, "gaps": 3}
    assert reasons == {}
    assert table["specification"].tolist() == list(behaviour.SPECIFICATIONS)
    row = table.set_index("specification").loc["both"]
    assert row["change"] == pytest.approx(0.9 ** row["b"] - 1)
    assert row["change_low"] < row["change"] < row["change_high"]
    open_sign = row.to_dict() | {"wild_lower": -0.1, "wild_upper": 0.1}
    assert "sign open" in prose.speed(open_sign, counts)[0].en


def test_sentences_of_brand_choices_hedge() -> None:
    rows = pd.DataFrame(
        [
            ("x", "repeat", 0.6, 0.5, 0.7),
            ("x", "inertia", 0.02, -0.01, 0.05),
            ("y", "repeat", np.nan, np.nan, np.nan),
            ("y", "inertia", np.nan, np.nan, np.nan),
        ],
        columns=["id", "measure", "value", "low", "high"],
    )
    label = {"x": Text(en="Yogurt", zh="酸奶"), "y": Text(en="Tuna", zh="金枪鱼")}
    said = prose.brand_choices(rows, label, ["y"])
    assert "Nowhere is that clearly more" in said.en
    assert "sorted by brand" in said.en and "tuna" in said.en
    assert "金枪鱼" in said.zh and "酸奶" in said.zh


def test_reproduced_counts_to_the_last_digit() -> None:
    rows = pd.DataFrame(
        {"printed": [0.5, 0.25, -9.4], "ours": [0.4996, 0.2506, -9.44], "decimals": [3, 3, 1]}
    )
    assert "2 of 3 figures" in prose.reproduced(rows, "hair2021").en
    assert "All 2 figures" in prose.reproduced(rows.iloc[[0, 2]], "hair2021").en


def answers_of(described: study.Study) -> Any:
    from loyalty.cases import survey as sources

    try:
        return sources.load(described)
    except study.UserError as error:
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


def test_printed_figures_come_out(repository: Path) -> None:
    """PLS of Hair et al. and of SmartPLS, to the printed digits."""
    from loyalty.analyses.published import estimates as published

    for case, figures, good in (("reputation-mobile", 17, True), ("ecsi-mobile", 12, False)):
        described = study.load(case)
        (entry,) = described.published
        survey = answers_of(described)
        got, sound = published.pls_beside(described, entry, survey, draws=20, seed=1)
        assert (len(got), sound) == (figures, good)
        gaps = (got["printed"] - got["ours"]).abs()
        assert (gaps <= 0.5 * 10.0**-entry.decimals + 1e-9).all()
        paths = got[got["from"] != ""]
        assert (paths["low"] < paths["ours"]).all() and (paths["ours"] < paths["high"]).all()
