"""Behaviour: what is found in tables of every kind, good rows and bad ones, and what is said."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from loyalty.analyses.behaviour import (
    brands,
    estimates,
    figures,
    findings,
    panels,
    programme,
    purchases,
    recovery,
    tables,
    words,
)
from loyalty.analyses.behaviour.findings import Behaviour
from loyalty.analyses.behaviour.page import PAGE
from loyalty.cases import study
from loyalty.cases import tables as sources
from loyalty.cases.sources import Resource
from loyalty.cases.study import Study
from loyalty.ground.findings import Finding, Refused, cited
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.shown import words as kit
from loyalty.shown.context import Case
from loyalty.stats import clv, ledger, rfm


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


def made_up(seed: int = 5) -> dict[str, pd.DataFrame]:
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
    taken = (firm < 3) & (month >= 15)
    dates = pd.period_range("2021-01", periods=24, freq="M").astype(str).to_numpy()[month]
    panel = pd.DataFrame(
        {
            "firm": np.char.add("F", firm.astype(str)),
            "month": dates,
            "response_hours": hours,
            "resolution": np.clip(rng.normal(0.6, 0.1, 192), 0, 1),
            "repurchase": np.clip(
                repurchase * np.where(taken := (firm < 3) & (month >= 15), 1.2, 1), 0, 1
            ),
            "programme": taken.astype(int),
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


def analysed(described: Study, draws: int) -> Behaviour:
    """All findings, as the notebook makes them."""
    loaded = [sources.load(described, resource) for resource in described.resources]
    bought = purchases.load(described, loaded, 0.5)
    survival = purchases.survival(bought)
    segments = purchases.segments(bought)
    model = purchases.model(bought, segments, futures=100, seed=1)
    chosen = brands.categories(loaded, draws=draws, seed=1)
    choices = brands.choices(chosen)
    speed = panels.speed(loaded, draws=draws, seed=1)
    waves, experiment = panels.waves(loaded), panels.experiment(loaded)
    programmes = programme.programme(loaded, draws=draws, seed=1)
    return Behaviour(
        rows=findings.rows(loaded),
        survival=survival,
        win_back=purchases.win_back(bought, survival),
        segments=segments,
        returns=purchases.returns(bought, segments),
        model=model,
        tracking=purchases.tracking(bought, model),
        holdout=purchases.holdout(bought, model, futures=100, seed=1),
        prediction=purchases.prediction(bought, model, seed=1),
        worth=purchases.worth(bought, model, weeks=52, discount=0.1, futures=100, seed=1),
        demand=purchases.demand(bought),
        choices=choices,
        brands=brands.brands(chosen, choices),
        duplication=brands.duplication(chosen, choices),
        speed=speed,
        programme=programmes,
        waves=waves,
        experiment=experiment,
        recovered=recovery.recovered(described, loaded, model, speed, waves, experiment),
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of two simulated cases: all kinds of tables, and tables of too few rows."""
    root = tmp_path_factory.mktemp("behaviour")
    (root / "notebooks").mkdir()
    (root / "_quarto.yml").write_text("project:\n  type: book\n", encoding="utf-8")
    describe(root / "data" / "made-up", made_up())
    thin = made_up()
    thin["transactions"] = thin["transactions"].drop_duplicates("customer").iloc[20:60]
    thin["choices"] = thin["choices"].head(4)
    thin["firm_panel"] = thin["firm_panel"][thin["firm_panel"]["firm"] < "F2"]
    thin["waves"] = thin["waves"].head(130)
    thin["experiment"] = thin["experiment"][thin["experiment"]["arm"] == "control"]
    describe(root / "data" / "thin", thin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOYALTY_ROOT", str(root))
        yield root


@pytest.fixture(scope="module")
def case(root: Path) -> Case:
    return Case("made-up", study.load("made-up"))


@pytest.fixture(scope="module")
def found(case: Case) -> Behaviour:
    return analysed(case.study, 200)


@pytest.fixture(scope="module")
def thin(root: Path) -> Behaviour:
    return analysed(study.load("thin"), 20)


def said(name: str, found: Behaviour, case: Case, **flipped: Any) -> Text:
    """What is said of a finding with some of its fields changed, without references."""
    finding = getattr(found, name).model_copy(update=flipped)
    sentences = getattr(words, name)(cited(finding, f"made-up/behaviour/{name}"), case)
    text = kit.join([sentences] if isinstance(sentences, Text) else sentences)
    shown = {x: kit.without_references(text.in_(x)).replace("\\", "") for x in LANGUAGES}
    return Text(**{x: re.sub(r"\s", " ", shown[x]) for x in LANGUAGES})


# --- what is found -----------------------------------------------------------------------------
def test_every_kind_is_analysed(found: Behaviour) -> None:
    for name in Behaviour.model_fields:
        # the tables are no process's, there is no survey whose firms lie in something, and
        # no customer takes up a programme
        missing = name in ("recovered", "months", "uptake")
        assert isinstance(getattr(found, name), Finding) != missing, name
    intervals: Mapping[str, tuple[Any, float]] = {
        "elasticity": (found.speed.specifications[2], -0.4),
        "voucher": (found.experiment.effects[3], 1.0),
        "points": (found.experiment.effects[1], 0.0),
        "p": (next(p for p in found.model.parameters if p.parameter == "p"), 5.0),
        "r": (found.model.parameters[0], 0.8),
    }
    # The truths that the tables were made with lie in the intervals.
    for name, (row, truth) in intervals.items():
        assert row.ci_lower < truth < row.ci_upper, name
    assert found.speed.specifications[2].specification == "both"
    assert [(e.arm, e.method) for e in found.experiment.effects] == [
        ("points", "difference"),
        ("points", "adjusted"),
        ("voucher", "difference"),
        ("voucher", "adjusted"),
    ]
    assert found.waves.slope_ci_lower > 0
    assert found.survival.customers == 400
    assert found.holdout.pi_lower < found.holdout.actual < found.holdout.pi_upper
    assert (found.speed.zeros, found.speed.twice, found.speed.gaps) == (1, 0, 3)
    assert found.worth.segments[-1].segment == "all"
    assert sum(row.share for row in found.worth.segments[:-1]) <= 1


def test_every_finding_is_shown_in_both_languages(found: Behaviour, case: Case) -> None:
    assert list(PAGE) == list(Behaviour.model_fields)
    for name in PAGE:
        finding = getattr(found, name)
        if finding is None:
            continue
        address = f"made-up/behaviour/{name}"
        shown = {
            language: list(
                show.displays("behaviour", name, cited(finding, address), case, language)
            )
            for language in LANGUAGES
        }
        hidden = name == "demand" and not words.useful(finding)
        said = sum(d.label.startswith("fig-") for d in shown["en"])
        assert len(PAGE[name]) - said <= len(shown["en"]) + hidden <= len(PAGE[name])
        for en, zh in zip(shown["en"], shown["zh"], strict=True):
            assert en.label == zh.label
            assert en.bundle != zh.bundle
            assert "client" not in str({k: v for k, v in en.bundle.items() if k != "image/png"})
            if en.caption:
                assert en.caption.endswith(" Simulated data.")


def test_what_cannot_be_done_is_said_once_and_the_rest_goes_on(thin: Behaviour) -> None:
    codes = {
        name: finding.refused.code
        for name in Behaviour.model_fields
        if isinstance(finding := getattr(thin, name), Refused)
    }
    assert codes == {
        "survival": "nobody_bought_twice",
        "model": "few_repeat_customers",
        "demand": "few_periods",
        "choices": "few_households",
        "speed": "few_clusters",
        "waves": "few_waves",
        "experiment": "few_arms",
    }
    for name in (
        "win_back",
        "tracking",
        "holdout",
        "prediction",
        "worth",
        "brands",
        "duplication",
        "recovered",
    ):
        assert getattr(thin, name) is None, name
    assert thin.segments is not None and thin.rows is not None
    assert thin.programme.change is None and thin.programme.series
    assert [m.code for m in thin.programme.messages] == ["programme_at_once"]
    told = said("programme", thin, Case("thin", study.load("thin")))
    assert "Not told: all firms begin in the same month" in told.en and "有一点无从得知" in told.zh
    case = Case("thin", study.load("thin"))
    text = kit.cannot(thin.speed, case)
    assert "only 2 clusters" in text.en and "聚类单位" in text.zh


def test_several_reasons_are_one_sentence(thin: Behaviour) -> None:
    reasons = [getattr(thin, name).refused for name in ("waves", "speed", "waves")]
    text = estimates.several(reasons).text()
    assert text.en.count(";") == 1 and text.en.startswith("only 2 waves")
    assert text.zh.count("；") == 1
    assert estimates.several(reasons[:1]) == reasons[0]


def test_bad_rows_are_counted_where_the_reader_sees_it(found: Behaviour, case: Case) -> None:
    text = said("rows", found, case)
    assert "customer: empty (1)" in text.en
    assert "date: a date is expected (1)" in text.en
    assert "amount: a number of zero or more is expected (1)" in text.en
    assert "客户为空（1）" in text.zh
    assert tables.rows(found.rows, case) is not None
    whole = found.rows.model_copy(update={"tables": found.rows.tables[1:]})
    assert tables.rows(whole, case) is None
    every = said("rows", found, case, tables=found.rows.tables[1:2])
    assert every.en.startswith("Every row could be used (Made-up choices: ")


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
    monkeypatch.setattr(recovery.simulate, "true_parameters", lambda process: truth)
    rows = {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}}
    table = Resource(id="firm_months", kind="firm_panel", label="Firms", rows=rows)
    assert recovery.declared(described, table) == {"elasticity": -0.66}
    real = {"file": {"path": "x.csv", "sha256": "0" * 64}}
    table = Resource(id="firm_months", kind="firm_panel", label="Firms", rows=real)
    assert recovery.declared(described, table) == {}


def test_recovery_beside_what_is_declared(
    found: Behaviour, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = {"transactions": {"r": 0.8, "b": 1e9}, "waves": {"nps_change": 1e9}}
    monkeypatch.setattr(recovery, "declared", lambda _, resource: truth.get(resource.id, {}))
    loaded = [sources.load(case.study, resource) for resource in case.study.resources]
    beside = recovery.recovered(case.study, loaded, found.model, None, found.waves)
    assert beside is not None
    assert [(row.table, row.parameter) for row in beside.parameters] == [
        ("transactions", "r"),
        ("transactions", "b"),
        ("waves", "nps_change"),
    ]
    assert (beside.n, beside.held) == (3, 1)
    with_it = found.model_copy(update={"recovered": beside})
    assert (
        "Of 3 parameters that the simulation declares, 1 lie in their"
        in said("recovered", with_it, case).en
    )
    assert (
        "Of 1 parameter that the simulation declares, 1 lies in its"
        in said("recovered", with_it, case, n=1).en
    )
    shown = tables.recovered(cited(beside, "x/y/z"), case)
    assert "change from first to last wave" in shown.markdown("en")
    assert "首次至末次变化" in shown.markdown("zh")


# --- the parts ---------------------------------------------------------------------------------
@pytest.fixture
def bought() -> pd.DataFrame:
    return buyers(np.random.default_rng(2), n=150)


def test_tracking_adds_up_to_all_repeat_purchases(bought: pd.DataFrame) -> None:
    reduced = ledger.of_frame(bought, 0.5, estimates.USUAL_GAPS)
    theta = clv.bg_nbd(reduced.early).point
    path = estimates.tracking(reduced, theta)
    week = path["week"].iloc[-1]
    last = bought["date"].min() + pd.Timedelta(days=7 * int(week))
    known = clv.customer_summary(bought, reduced.until).index
    mine = bought[bought["customer"].isin(known) & (bought["date"] <= last)]
    whole = clv.customer_summary(mine, last)
    assert path["actual"].iloc[-1] == whole["x"].sum()
    expected = clv.expected_purchases(theta, whole["t"].to_numpy()).sum()
    assert path["expected"].iloc[-1] == pytest.approx(expected)


def test_segments_of_cells_are_those_of_customers(bought: pd.DataFrame) -> None:
    reduced = ledger.of_frame(bought, 0.5, estimates.USUAL_GAPS)
    each = rfm.score(clv.customer_summary(bought, reduced.end))
    cells = reduced.whole.join(rfm.score(reduced.whole))
    table = estimates.segments(cells, 1).set_index("segment")
    for name, mine in each.groupby("segment"):
        row = table.loc[name]
        assert row["n"] == len(mine)
        assert row["recency"] == mine["recency"].median()
        assert row["frequency"] == pytest.approx(mine["frequency"].mean())
        assert row["revenue"] == pytest.approx(mine["monetary"].sum() / each["monetary"].sum())
    values = reduced.whole_values
    summary = clv.customer_summary(bought, reduced.end)
    again = summary[summary["x"] > 0]
    expected = again["x"].corr(again["value"].round(9), method="spearman")
    assert estimates.rank_correlation(values) == pytest.approx(expected)


def test_small_segments_are_not_shown(bought: pd.DataFrame) -> None:
    reduced = ledger.of_frame(bought, 0.5, estimates.USUAL_GAPS)
    cells = reduced.early.join(rfm.score(reduced.early))
    sizes = cells.groupby("segment")["n"].sum()
    cut = int(sizes.min()) + 1
    table = estimates.segments(cells, cut)
    hidden = table[table["n"].isna()]
    assert hidden["segment"].tolist() == [s for s in table["segment"] if sizes[s] < cut]
    assert hidden.drop(columns="segment").isna().all(axis=None)
    assert set(estimates.returns(cells, cut)["segment"]) == set(
        table.loc[table["n"].notna(), "segment"]
    )


def test_repeated_months_and_zeros_are_counted() -> None:
    panel = made_up()["firm_panel"].astype({"month": "datetime64[s]"})
    again = pd.concat([panel, panel.head(2)], ignore_index=True)
    table, counts, reasons = estimates.speed_and_repurchase(again, draws=10, seed=1)
    assert counts == {"zeros": 1, "twice": 2, "gaps": 3}
    assert reasons == {}
    assert table["specification"].tolist() == list(estimates.SPECIFICATIONS)
    row = table.set_index("specification").loc["both"]
    assert row["change"] == pytest.approx(0.9 ** row["b"] - 1)
    assert row["change_low"] < row["change"] < row["change_high"]


# --- what is said ------------------------------------------------------------------------------
def rows_with(rows: tuple[Any, ...], **changed: Any) -> tuple[Any, ...]:
    return tuple(row.model_copy(update=changed) for row in rows)


def test_segments(found: Behaviour, case: Case) -> None:
    champions, *others = found.segments.segments
    assert said("segments", found, case).en.startswith("Champions, ")
    assert said("segments", found, case, valued=False).en.startswith("Champions are ")
    hidden = champions.model_copy(update={"n": None, "share": None})
    text = said("segments", found, case, segments=(hidden, *others))
    assert re.fullmatch(r"Segments of fewer than \d+ customers are not shown\.", text.en)
    assert (
        said("segments", found, case, segments=tuple(others)).zh == "核心客户的人数过少，不予列出。"
    )


def test_returns(found: Behaviour, case: Case) -> None:
    assert "tell who will come back" in said("returns", found, case).en
    wide = rows_with(found.returns.segments, ci_lower=0.0, ci_upper=1.0)
    text = said("returns", found, case, segments=wide)
    assert "no sure guide" in text.en and "并不可靠" in text.zh
    one = said("returns", found, case, segments=wide[:1])
    assert "no segment stands out" in one.en
    nothing = found.returns.model_copy(update={"segments": ()})
    assert words.returns(nothing, case) is None


@pytest.mark.parametrize(
    ("name", "flipped", "en", "zh"),
    [
        ("model", {"correlation": 0.05}, "close to that", "接近这一假定"),
        ("model", {"correlation": -0.3}, "does not hold well", "并不充分成立"),
        ("holdout", {"actual": 10**6}, "too low, more than", "偏低"),
        ("holdout", {"actual": 1}, "too high, more than", "超出模型所允许的范围"),
        ("holdout", {"actual": 0, "error": None}, "It is – too low", "偏低 –"),
        ("duplication", {"r": 0.3}, "only loosely", "微弱的相关"),
        ("duplication", {"r": 0.9, "hidden": 2}, "2 pairs with too few", "2 对共同买者过少"),
        ("waves", {"slope_ci_lower": 0.1}, "score rises", "净推荐值上升"),
        ("waves", {"slope_ci_lower": -2.0, "slope_ci_upper": -1.0}, "score falls", "下降"),
        (
            "waves",
            {"slope_ci_lower": -2.0, "slope_ci_upper": 1.0},
            "no clear trend",
            "没有明确趋势",
        ),
        ("experiment", {"arms_p": 0.001}, "not of equal size (*p* = .001)", "各组人数不等"),
    ],
)
def test_sentences_follow_the_fields(
    found: Behaviour, case: Case, name: str, flipped: dict[str, Any], en: str, zh: str
) -> None:
    text = said(name, found, case, **flipped)
    assert en in text.en and zh in text.zh


def test_without_amounts_nothing_is_said_of_value(found: Behaviour, case: Case) -> None:
    assert "rank correlation" not in said("model", found, case, correlation=None).en
    assert "within what it allows for" in said("holdout", found, case).en
    assert words.duplication(found.duplication.model_copy(update={"r": None}), case) is None


def test_lifetime_values(found: Behaviour, case: Case) -> None:
    *parts, whole = found.worth.segments
    large = whole.model_copy(update={"estimate": 2398.6, "ci_lower": 2377.1, "ci_upper": 2420.8})
    text = said("worth", found, case, segments=(*parts, large))
    assert "2,399 [2,377, 2,421] units of money on average" in text.en
    small = large.model_copy(update={"estimate": 38.634})
    assert "38.63 [" in said("worth", found, case, segments=(*parts, small)).en
    assert "is expected from" not in said("worth", found, case, segments=(small,)).en


def test_demand(found: Behaviour, case: Case) -> None:
    smoothing, naive = found.demand.errors
    better = (smoothing.model_copy(update={"mase": naive.mase / 2}), naive)
    worse = (smoothing.model_copy(update={"mase": naive.mase}), naive)
    assert "does better here" in said("demand", found, case, errors=better).en
    text = said("demand", found, case, errors=worse)
    assert text.en.startswith("Demand cannot be forecast usefully") and text.en.count(". ") == 0
    assert "无法作出有用" in text.zh
    # a forecast that is no better than none is not drawn
    assert figures.demand(found.demand.model_copy(update={"errors": worse}), case) is None
    assert figures.demand(found.demand.model_copy(update={"errors": better}), case) is not None


def test_an_interval_as_wide_as_all_weeks_forecasts_nothing(found: Behaviour, case: Case) -> None:
    smoothing, naive = found.demand.errors
    better = (smoothing.model_copy(update={"mase": naive.mase / 2}), naive)
    totals = [r.total for r in found.demand.series if r.total is not None]
    apart = max(totals) - min(totals)
    for factor, wide in ((0.9, False), (1.1, True)):
        series = tuple(
            r
            if r.pi_upper is None
            else r.model_copy(update={"pi_lower": 0.0, "pi_upper": factor * apart})
            for r in found.demand.series
        )
        changed = found.demand.model_copy(update={"errors": better, "series": series})
        assert (figures.demand(changed, case) is None) == wide
        text = said("demand", found, case, errors=better, series=series)
        assert ("no narrower than all weeks lie apart" in text.en) == wide
        assert ("并不窄于" in text.zh) == wide and text.en.count(". ") == (0 if wide else 1)


def test_who_comes_back_is_foretold(found: Behaviour, case: Case) -> None:
    told = found.prediction
    assert 0.4 < told.customers / found.survival.customers < 0.6
    assert sum(part.n for part in told.parts) == told.customers
    fair = {"slope_ci_lower": 0.9, "slope_ci_upper": 1.1}
    assert "which holds 1" in said("prediction", found, case, **fair).en
    far = {"slope": 0.6, "slope_ci_lower": 0.5, "slope_ci_upper": 0.7}
    assert "too far apart" in said("prediction", found, case, **far).en
    close = {"slope": 1.6, "slope_ci_lower": 1.5, "slope_ci_upper": 1.7}
    assert "过于集中" in said("prediction", found, case, **close).zh
    for lower, upper, expected in (
        (0.1, 0.2, "the model tells them apart better"),
        (-0.2, -0.1, "the plain rule tells them apart better"),
        (-0.1, 0.1, "neither is shown"),
    ):
        ends = {"difference_ci_lower": lower, "difference_ci_upper": upper}
        assert expected in said("prediction", found, case, **ends).en


def test_customers_of_the_model_are_foretold_as_they_come() -> None:
    """Purchases drawn from BG/NBD: as many come back as expected, at every level."""
    rng = np.random.default_rng(5)
    n, end = 4000, 500.0
    rate, leaves = rng.gamma(0.5, 0.2, n) / 7, rng.beta(1.0, 3.0, n)
    who, now = np.arange(n), rng.uniform(0, 90, n)
    rows = [pd.DataFrame({"customer": who, "day": now})]
    while len(who):
        now = now + rng.exponential(1 / rate[who])
        who, now = who[now < end], now[now < end]
        rows.append(pd.DataFrame({"customer": who, "day": now}))
        stay = rng.random(len(who)) >= leaves[who]
        who, now = who[stay], now[stay]
    frame = pd.concat(rows, ignore_index=True)
    frame["date"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    bought = purchases.Purchases("made", ledger.of_frame(frame, 0.5, estimates.USUAL_GAPS))
    segments = purchases.segments(bought)
    told = purchases.prediction(
        bought, purchases.model(bought, segments, futures=10, seed=1), seed=1
    )
    assert told.slope_ci_lower < 1 < told.slope_ci_upper
    assert told.predicted == pytest.approx(told.share, abs=0.02)
    held = [p.ci_lower <= p.predicted <= p.ci_upper for p in told.parts]
    assert sum(held) >= len(held) - 2
    assert told.difference_ci_lower > 0


def test_a_programme_against_the_past_and_the_others(found: Behaviour, case: Case) -> None:
    """A rise by a fifth in three of eight firms; by hand: the means before and after."""
    made = found.programme
    assert (made.firms, made.taking, made.starts) == (8, 3, 1)
    assert made.ci_lower < 0.2 < made.ci_upper and made.ci_lower > 0
    assert made.ahead_ci_lower < 0 < made.ahead_ci_upper
    text = said("programme", found, case)
    assert "sign is open" not in text.en and "no sign that firms moved apart" in text.en
    text = said("programme", found, case, ci_lower=-0.1, ahead_ci_lower=0.01, starts=3)
    assert "sign is open" in text.en and "not to be laid to it" in text.en
    assert "3 different months" in text.en and "3 个不同的月份" in text.zh
    alone = said("programme", found, case, ahead=None)
    assert "three months before" not in alone.en


def test_a_programme_before_and_after(found: Behaviour, case: Case) -> None:
    alone, against = found.programme.series
    assert (alone.of, against.of) == ("alone", "against")
    for row in (alone, against):
        assert row.before_months >= 6 and row.after_months >= 6
        assert row.level_ci_lower < 0.2 < row.level_ci_upper
    text = said("programme", found, case)
    assert "no drift between the two is shown" in text.en and "未见两类企业分化" in text.zh
    drifted = against.model_copy(update={"before_ci_lower": 0.001, "before_ci_upper": 0.01})
    text = said("programme", found, case, series=(drifted,))
    assert "already moved apart before" in text.en and "不能假定其走势平行" in text.zh
    open_ = against.model_copy(update={"level_ci_lower": -0.1})
    assert "change of level open" in said("programme", found, case, series=(open_,)).en
    text = said("programme", found, case, cr2_ci_lower=-0.01)
    assert "sign is open" in text.en and "变化的方向未定" in text.zh
    text = said("programme", found, case, cr2_df=None, cr2_ci_lower=None, cr2_ci_upper=None)
    assert "bias-reduced" not in text.en and "sign is open" in text.en


def test_who_of_the_lapsed_comes_back(found: Behaviour, case: Case) -> None:
    made = found.win_back
    assert made.lapsed > made.returned > 0 and made.silence == found.survival.silence
    quarter = next(r for r in made.came_back if r.weeks == 13)
    assert made.still_away[0].estimate == pytest.approx(quarter.estimate)
    assert [r.estimate for r in made.came_back] == sorted(r.estimate for r in made.came_back)
    for by in ("purchases", "spent"):
        assert sum(g.n for g in made.groups if g.by == by) <= made.lapsed
    low, high = made.groups[0], made.groups[0].model_copy(update={"level": "more"})
    apart = {"estimate": 0.9, "ci_lower": 0.85, "ci_upper": 0.95}
    more, less = high.model_copy(update=apart), low.model_copy(update=apart)
    for groups, en, zh in (
        ((low, high), "which is more is open", "尚无定论"),
        ((low, more), "come back more", "回来的比例更高"),
        ((less, high), "come back less", "回来的比例更低"),
    ):
        text = said("win_back", found, case, groups=groups)
        assert en in text.en and zh in text.zh
    first = made.still_away[0]
    later = first.model_copy(update={"away": 26, "estimate": 0.0, "ci_lower": 0, "ci_upper": 0})
    text = said("win_back", found, case, still_away=(first, later))
    assert "the longer away, the fewer" in text.en and "离开越久，回来越少" in text.zh


@pytest.mark.parametrize(
    ("lapsed", "code"),
    [([], "nobody_lapsed"), ([(30, False, 1, 8.0, 40)], "nobody_came_back")],
)
def test_nobody_to_win_back(found: Behaviour, lapsed: list[Any], code: str) -> None:
    columns = ["time", "event", "purchases", "spent", "n"]
    cells = pd.DataFrame(lapsed, columns=columns).astype({"event": bool})
    bought: Any = SimpleNamespace(reduced=SimpleNamespace(lapsed=cells), valued=True)
    assert purchases.win_back(bought, found.survival).refused.code == code


def _panel(on: Callable[[pd.DataFrame], Any], firms: int = 8) -> list[Any]:
    """A panel of firms in which `on` says who has a programme when, as a loaded table."""
    rng = np.random.default_rng(5)
    grid = pd.MultiIndex.from_product([range(firms), range(24)], names=["firm", "at"])
    rows = grid.to_frame(index=False)
    rows["programme"] = on(rows).astype(bool)
    rows["repurchase"] = np.exp(
        -1 + 0.15 * rows["programme"] + 0.05 * rng.standard_normal(len(rows))
    )
    rows["month"] = pd.date_range("2021-01-01", periods=24, freq="MS")[rows["at"]]
    rows["firm"] = rows["firm"].map("F{}".format)
    return [SimpleNamespace(rows=rows, resource=SimpleNamespace(kind="firm_panel", id="p"))]


@pytest.mark.parametrize(
    ("on", "firms", "reasons", "change", "series"),
    [
        (lambda r: r["firm"] < 4, 8, ["programme_everywhere"], False, 0),
        (lambda r: r["firm"] < 0, 8, ["programme_nowhere"], False, 0),
        (lambda r: r["at"] >= 12, 8, ["programme_at_once"], False, 1),
        (
            lambda r: (r["firm"] < 1) & (r["at"] >= 12),
            2,
            ["few_clusters", "programme_of_one"],
            False,
            2,
        ),
        (lambda r: (r["firm"] < 1) & (r["at"] >= 12), 8, ["programme_of_one"], True, 2),
        (lambda r: (r["firm"] < 4) & (r["at"] >= 1), 8, ["few_periods_beside"], True, 0),
        (lambda r: (r["firm"] < 4) & (r["at"] >= 12), 8, [], True, 2),
        (lambda r: (r["firm"] < 4) & r["at"].between(10, 19), 8, [], True, 2),
    ],
)
def test_a_programme_with_nothing_to_compare(
    on: Callable[[pd.DataFrame], Any], firms: int, reasons: list[str], change: bool, series: int
) -> None:
    """Said in its place, and what can be computed all the same stays."""
    made = programme.programme(_panel(on, firms), draws=99, seed=1)
    if not change and not series:
        assert made.refused.code == reasons[0]
        return
    assert [m.code for m in made.messages] == reasons
    assert (made.change is not None) == change and len(made.series) == series
    for row in made.series:
        assert row.level_ci_lower < np.expm1(0.15) < row.level_ci_upper


def test_choices_hedge(found: Behaviour, case: Case) -> None:
    (one,) = found.choices.categories
    shuffled = one.model_copy(update={"in_order": False, "repeat": None, "inertia_ci_lower": None})
    sure = one.model_copy(update={"inertia_ci_lower": 0.01, "repeat": 0.99})
    open_ = one.model_copy(update={"inertia_ci_lower": -0.01})
    text = said("choices", found, case, categories=(open_,))
    assert "Nowhere is that clearly more" in text.en and "made-up choices (" in text.en
    text = said("choices", found, case, categories=(sure, open_))
    assert "most often in made-up choices (99.0 %" in text.en and "least often" in text.en
    assert "beyond lasting preference" in text.en and "不只出于持久的偏好" in text.zh
    text = said("choices", found, case, categories=(shuffled,))
    assert text.en.startswith("In made-up choices households do not come back")


def test_speed(found: Behaviour, case: Case) -> None:
    text = said("speed", found, case)
    assert "sign open" not in text.en
    assert "Left out: 1 rows of zero" in text.en and "3 months follow a gap" in text.en
    open_ = rows_with(found.speed.specifications, wild_ci_lower=-0.1, wild_ci_upper=0.1)
    text = said("speed", found, case, specifications=open_, zeros=0, gaps=0)
    assert "sign open" in text.en and "变化的方向未定" in text.zh and "Left out" not in text.en
    unknown = rows_with(found.speed.specifications, wild_ci_lower=None, wild_ci_upper=None)
    assert "sign open" in said("speed", found, case, specifications=unknown).en
    assert words.speed(found.speed.model_copy(update={"specifications": ()}), case) == []


def test_experiment(found: Behaviour, case: Case) -> None:
    text = said("experiment", found, case)
    assert text.en.count("In the arm") == 2 and "In the arm “Voucher”" in text.en
    none = rows_with(found.experiment.effects, p=0.4)
    assert said("experiment", found, case, effects=none).en.count("no effect is shown") == 2
    uneven = rows_with(found.experiment.arms, smd=0.4)
    text = said("experiment", found, case, arms=uneven)
    assert "At baseline Control, Points and Voucher differed" in text.en
    assert "more than .10 standard deviations" in text.en


def test_a_value_has_no_interval_where_a_draw_has_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = pd.DataFrame({"segment": ["loyal", "dormant"], "n": [30, 40]})

    def lifetime(a: Any, b: Any, cells: pd.DataFrame, **_: Any) -> Any:
        return cells["n"].to_numpy(float) * float(a[0])

    monkeypatch.setattr(clv, "lifetime_value", lifetime)

    def valued(*draws: float) -> pd.DataFrame:
        purchases = SimpleNamespace(
            point=[2.0], draws=lambda n, seed: [np.array([d, 2.0]) for d in draws]
        )
        spend = SimpleNamespace(
            point=[2.0, 2.0], draws=lambda n, seed: [np.array([2.0, 2.0])] * len(draws)
        )
        return estimates.values(
            purchases, spend, cells, weeks=52, discount=0.1, draws=3, seed=1, smallest=10
        )

    sound = valued(1.0, 2.0, 3.0)
    assert list(sound["segment"]) == ["loyal", "dormant", "all"]
    assert sound["value"].tolist() == [2.0, 2.0, 2.0]
    assert np.allclose(sound["low"], 1.05) and np.allclose(sound["high"], 2.95)
    assert valued(1.0, np.inf, 3.0)[["low", "high"]].isna().all(axis=None)
