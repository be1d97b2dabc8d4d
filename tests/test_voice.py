"""Sentences of reviews, complaints and failures; their notebooks on made-up tables."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.ground import results
from loyalty.ground.text import Text
from loyalty.ground.thresholds import threshold
from loyalty.shown import prose
from loyalty.stats.failure import Gap

ROOT = Path(__file__).resolve().parents[1]
LABEL = {
    "a": Text(en="Repair", zh="维修"),
    "b": Text(en="Personal care", zh="关怀"),
    "c": Text(en="Returns", zh="退货"),
    "d": Text(en="Recovery", zh="补救"),
}


# --- sentences -------------------------------------------------------------------------------
def themes(adjusted_low: float) -> Text:
    nan = math.nan
    rows = [
        {"theme": "a", "low": -2, "high": -1, "low_adjusted": -2, "high_adjusted": -0.5},
        {"theme": "b", "low": 1, "high": 2, "low_adjusted": adjusted_low, "high_adjusted": 2},
        {"theme": "c", "low": -1, "high": 0.1, "low_adjusted": -1, "high_adjusted": 0.1},
        {"theme": "d", "low": nan, "high": nan, "low_adjusted": nan, "high_adjusted": nan},
    ]
    return prose.join(prose.voice_themes(rows, LABEL, 1000, 30))


def test_a_theme_goes_where_its_interval_lies() -> None:
    said = themes(0.5)
    assert "Only 3\\.0\u00a0\\% of the lines" in said.en
    assert "With complaint go repair. With praise goes personal care." in said.en
    assert "holds zero: returns." in said.en and "Too rare to be compared: recovery." in said.en
    assert "The same holds" in said.en and "does not say" in said.en
    assert "与差评相伴的是维修。与好评相伴的是关怀。" in said.zh


def test_a_theme_that_the_subject_explains_is_named() -> None:
    said = themes(-0.1)
    assert "no longer clear for personal care" in said.en and "The same holds" not in said.en


def test_an_adjustment_that_has_no_solution_is_not_claimed() -> None:
    nan = math.nan
    rows = [{"theme": "a", "low": -2, "high": -1, "low_adjusted": nan, "high_adjusted": nan}]
    said = prose.join(prose.voice_themes(rows, LABEL, 100, 30))
    assert "cannot be computed" in said.en
    assert "The same holds" not in said.en and "no longer clear" not in said.en


CLASSES = [
    {"class": "a", "share": 0.2, "impact": 0.05, "impact_low": 0.02, "impact_high": 0.08},
    {"class": "c", "share": 0.5, "impact": 0.01, "impact_low": -0.01, "impact_high": 0.03},
]


def test_the_order_by_impact_is_as_sure_as_its_intervals() -> None:
    cut = threshold("first_response_hours")
    said = prose.join(prose.voice_classes(CLASSES, CLASSES, LABEL, (0.6, 0.5, 0.7), cut))
    assert "Most frequent is returns (50\\.0\u00a0\\%" in said.en
    assert "within 24 hours [@retail] came to" in said.en
    assert "By impact repair comes first" in said.en
    assert "5\\.0\u00a0\\[2\\.0,\u00a08\\.0\\] percentage points" in said.en
    assert "overlaps that of returns" in said.en
    apart = [CLASSES[0], {**CLASSES[1], "impact_high": 0.015}]
    assert "overlaps" not in prose.join(prose.voice_classes(apart, apart, LABEL, None, cut)).en
    unsure = [{**r, "impact_low": -0.1} for r in CLASSES]
    assert (
        "No class is clearly worse"
        in prose.join(prose.voice_classes(unsure, unsure, LABEL, None, cut)).en
    )
    unknown = prose.join(prose.voice_classes(CLASSES, [], LABEL, None, cut))
    assert "impact" not in unknown.en


def test_clusters_that_run_into_one_another_are_said_to() -> None:
    table = pd.DataFrame({"stability": [0.9, 0.5], "silhouette": [0.06, 0.3]}, index=[2, 3])
    cut = threshold("cluster_jaccard")
    first = prose.join(prose.voice_clusters(table, 2, [0.9, 0.7], cut))
    assert "Between 2 and 3" in first.en and "1 of 2 reach a Jaccard index of \\.75" in first.en
    assert "run into one another" in first.en
    assert "run into" not in prose.join(prose.voice_clusters(table, 3, [0.9] * 3, cut)).en


def gap(verdict: Any) -> Gap:
    low, high = {"paradox": (0.1, 0.5), "none": (-0.5, -0.1), "equal": (-0.1, 0.1)}.get(
        verdict, (-0.4, 0.4)
    )
    middle = (low + high) / 2
    return Gap(
        *(middle, low, high, middle, low, high),
        sd=1.0,
        t=1.0,
        df=50.0,
        p=0.5,
        p_equivalence=0.5,
        verdict=verdict,
        n=100,
        n_reference=200,
        margin=0.2,
        level=0.95,
    )


@pytest.mark.parametrize(
    ("verdicts", "en", "zh"),
    [
        (
            ("paradox", "paradox"),
            "All comparisons agree on a recovery paradox",
            "一致：这些数据中存在",
        ),
        (("paradox", "open"), "do not agree", "不一致"),
        (("none", "equal"), "None of the comparisons shows", "均未见"),
        (("none", "open"), "No comparison shows a recovery paradox, but not all", "并非所有区间"),
        (("open", "open"), "No comparison shows a recovery paradox, but not all", "并非所有区间"),
    ],
)
def test_the_paradox_needs_every_comparison(verdicts: tuple[str, ...], en: str, zh: str) -> None:
    said = prose.failure_verdict({str(k): gap(v) for k, v in enumerate(verdicts)})
    assert en in said.en and zh in said.zh
    assert "no effect of the recovery" in said.en


@pytest.mark.parametrize("verdict", ["paradox", "none", "equal", "open"])
def test_a_comparison_says_its_verdict(verdict: str) -> None:
    words = {
        "paradox": "are more loyal: a recovery paradox",
        "none": "are less loyal: no recovery paradox",
        "equal": "are as loyal, within ±0\\.20",
        "open": "the interval settles nothing",
    }
    said = prose.failure_gap("between", gap(verdict))
    assert [k for k, v in words.items() if v in said.en] == [verdict]
    assert "standard deviations, n = 100" in said.en


def test_determinants_against_their_expected_signs() -> None:
    rows = [
        {"term": "severity", "value": -0.3, "low": -0.4, "high": -0.2},
        {"term": "recovery", "value": -0.2, "low": -0.3, "high": -0.1},
        {"term": "competition", "value": 0.0, "low": -0.1, "high": 0.1},
    ]
    said = prose.join(prose.failure_determinants(rows, 0.25))
    assert "depends on severity." in said.en
    assert "Against expectation runs the effect of recovery." in said.en
    assert "holds zero: competition." in said.en
    assert "coefficient of severity (β = −\\.30\u00a0" in said.en


def test_few_firms_are_said_to_be_few() -> None:
    few = prose.failure_rows(100, 40, 38, "HC3", 5)
    assert "5 firms there are too few" in few.en and "2 of them lack an answer" in few.en
    assert "allow for 30 firms" in prose.failure_rows(100, 40, 40, "cluster", 30).en
    assert "firms" not in prose.failure_rows(100, 40, 40, "HC3", None).en


# --- notebooks -------------------------------------------------------------------------------
def tables(seed: int = 3) -> dict[str, pd.DataFrame]:
    """Made-up failures (excellent recovery only repairs), complaints and reviews."""
    rng = np.random.default_rng(seed)
    n = 1600
    failed = rng.random(n) < 0.5
    marks = {
        name: np.clip(np.round(4 + 1.5 * rng.normal(size=n)), 1, 7)
        for name in ("severity", "controllability", "recovery", "competition")
    }
    before = 4.5 + rng.normal(size=n)
    after = 0.5 * before + 2.2 + 0.6 * rng.normal(size=n)
    harm = -0.3 * (marks["severity"] - 4) + 0.4 * (marks["recovery"] - 4) - 1.0
    failures = pd.DataFrame(
        {
            "failed": failed.astype(int),
            **marks,
            "loyalty_before": before,
            "loyalty_after": np.where(failed, after + harm, after),
            "firm": rng.integers(1, 6, n),
        }
    )
    m = 1200
    of = rng.choice(["price", "quality", "odd"], m, p=[0.5, 0.49, 0.01])
    hours, solved = rng.gamma(1.5, 16, m), rng.random(m) < 0.6
    odds = np.where(of == "quality", -0.8, 0.4) + 0.8 * solved
    complaints = pd.DataFrame(
        {
            "class": of,
            "hours": hours,
            "solved": solved.astype(int),
            "stayed": (rng.random(m) < 1 / (1 + np.exp(-odds))).astype(int),
        }
    )
    goods = {
        "pos": ["非常 满意 周到", "电脑 屏幕 漂亮", "酒店 房间 干净"],
        "neg": ["客服 态度 太差", "电脑 键盘 维修", "酒店 前台 投诉"],
    }
    rows = [
        {"polarity": k, "text": f"{goods[k][rng.integers(3)]} {chr(0x4E00 + i)}"}
        for i, k in enumerate(rng.choice(["pos", "neg"], 400))
    ]
    rows += [{"polarity": "pos", "text": ""}, {"polarity": "both", "text": "一般般"}]
    return {"failures": failures, "complaints": complaints, "reviews": pd.DataFrame(rows)}


def make(root: Path, given: dict[str, pd.DataFrame]) -> Path:
    """A project with the case ``made``, which has these tables."""
    folder = root / "data" / "made"
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copy(ROOT / "_quarto.yml", root)
    (root / "reports").mkdir()
    (root / ".cache").symlink_to(ROOT / ".cache")
    levels = {
        "complaints": {"price": "Price", "quality": "Quality"},
        "reviews": {"pos": "praise", "neg": "complaint"},
    }
    described = []
    for kind, frame in given.items():
        frame.to_csv(folder / f"{kind}.csv", index=False)
        sha256 = hashlib.sha256((folder / f"{kind}.csv").read_bytes()).hexdigest()
        rows = {"file": {"path": f"{kind}.csv", "sha256": sha256}}
        entry = {"id": kind, "kind": kind, "label": kind, "rows": rows}
        described.append({**entry, **({"levels": levels[kind]} if kind in levels else {})})
    origin = {"kind": "simulated", "source": "numpy", "licence": "MIT", "sampling": "drawn"}
    study = {"title": "Made", "summary": "Made.", "provenance": origin, "resources": described}
    (folder / "study.yml").write_text(yaml.safe_dump(study, allow_unicode=True), "utf-8")
    return root


def run(root: Path, analysis: str, hash_seed: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "loyalty.cli", "execute", "made", analysis, "--wide", "{}"],
        cwd=root,
        env={**os.environ, "LOYALTY_ROOT": str(root), "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_notebooks_of_voice_and_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (ROOT / ".cache").mkdir(exist_ok=True)
    given = tables()
    first, second = make(tmp_path / "first", given), make(tmp_path / "second", given)
    found = []
    for root, hash_seed in ((first, "1"), (second, "2")):
        for analysis in ("voice", "failure"):
            run(root, analysis, hash_seed)
        monkeypatch.setenv("LOYALTY_ROOT", str(root))
        found.append({a: results.read("made", a) for a in ("voice", "failure")})
        pictures = root / "reports" / "executed" / "made"
        assert sorted(p.name for p in pictures.glob("*.ipynb")) == [
            "09-voice.ipynb",
            "10-failure.ipynb",
        ]
    for analysis in ("voice", "failure"):
        one, other = (f[analysis].model_dump(exclude={"provenance"}) for f in found)
        assert one == other
    voice, failure = found[0]["voice"], found[0]["failure"]
    assert voice.simulated and failure.simulated
    # the unknown class is counted and left out
    odd = int((given["complaints"]["class"] == "odd").sum())
    said = voice.statements["complaints"]["en"]
    assert f"{odd} cannot be used" in said and "one of price\\, quality" in said
    assert sorted(r["class"] for r in voice.tables["classes"]) == ["price", "quality"]
    assert voice.tables["impact"][0]["class"] == "quality"
    assert voice.tables["impact"][0]["impact_low"] > 0
    assert voice.numbers["first-response"].value == pytest.approx(
        (given["complaints"].query("`class` != 'odd'")["hours"] <= 24).mean()
    )
    # reviews: an empty text and an unknown polarity
    assert voice.numbers["lines-read"].value == 402
    counted = {r["what"]: r["n"] for r in voice.tables["texts"]}
    assert counted["− empty"] == 1 and counted["− polarity: one of neg, pos is expected"] == 1
    # the words of these reviews tell the polarity for sure: no adjusted odds, and it is said
    assert any("themes, adjusted" in w for w in voice.warnings)
    assert "cannot be computed" in voice.statements["themes"]["en"]
    assert (
        voice.numbers["log-odds-repair"].value < 0 < voice.numbers["log-odds-personal_care"].value
    )
    # failures: signs as drawn, few firms, and no paradox
    assert failure.numbers["beta-severity"].ci[1] < 0 < failure.numbers["beta-recovery"].ci[0]
    assert "too few" in failure.statements["determinants"]["en"]
    after = given["failures"].query("failed == 1")
    best = after[after["recovery"] >= failure.numbers["recovery-excellent"].value]
    never = given["failures"].query("failed == 0")["loyalty_after"]
    gap_found = failure.numbers["gap-between"]
    expected = (best["loyalty_after"].mean() - never.mean()) / never.std()
    assert gap_found.value == pytest.approx(expected)


@pytest.mark.slow
def test_a_table_without_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Complaints of a class alone, and failures that nobody rated: said in place, and saved."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    whole = tables()
    root = make(
        tmp_path / "bare",
        {
            "complaints": whole["complaints"][["class"]],
            "failures": whole["failures"][["failed", "loyalty_after"]],
        },
    )
    monkeypatch.setenv("LOYALTY_ROOT", str(root))
    for analysis in ("voice", "failure"):
        run(root, analysis, "1")
    voice, failure = (results.read("made", a) for a in ("voice", "failure"))
    for name in ("texts", "impact"):
        assert "cannot be done here" in voice.statements[name]["en"], name
    assert {"classes"} <= set(voice.tables) and "impact" not in voice.tables
    for name in ("determinants", "paradox"):
        assert "cannot be done here" in failure.statements[name]["en"], name
