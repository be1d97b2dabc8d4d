"""Tables beside the simulated surveys: same seed, same rows; what is declared is what is drawn.

Marginals are compared with the declared truth by z-tests with fixed seeds: four standard errors.
"""

from __future__ import annotations

import copy
import hashlib
import math
import os
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
from loyalty.cases import tables as resources
from loyalty.simulate import Process, ProcessError, load_process, panel, simulate, true_parameters

DATA = Path(__file__).parents[1] / "data"
PANELS = [
    ("aftersales-simulated", "firm_months"),
    ("aftersales-simulated", "service_complaints"),
    ("aftersales-simulated", "service_steps"),
    ("aftersales-simulated", "training"),
    ("quality-simulated", "failures"),
    ("retail-simulated", "complaints"),
    ("retail-simulated", "purchases"),
    ("retail-simulated", "texts"),
    ("retail-simulated", "visits"),
    ("strategy-simulated", "followed"),
    ("strategy-simulated", "membership"),
    ("strategy-simulated", "nps_waves"),
    ("strategy-simulated", "tiers"),
]
#: Whoever changes a draw on purpose writes the new digest here.
GOLDEN = {
    "firm_months": "9a074650bea6d741",
    "training": "e0c4e0082eaf1aad",
    "failures": "b31b3ec3c6bb94b0",
    "purchases": "9424100bdbdb46cb",
    "complaints": "d4c544fa11d92737",
    "texts": "0cd4afeb2b8b1837",
    "visits": "11fc243c39582ee9",
    "service_steps": "c41393f98598ce9b",
    "service_complaints": "aeda97bea2d2cef7",
    "followed": "8317bc93366b8fed",
    "membership": "0590873c473f5c07",
    "nps_waves": "660e91e6115dcd78",
    "tiers": "ca8137046e19c472",
}


def raw_of(case: str) -> dict[str, Any]:
    text = (DATA / case / "process.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def digest(rows: pd.DataFrame) -> str:
    return hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest()


def truth_of(case: str, name: str) -> pd.Series:
    truth = true_parameters(DATA / case / "process.yml")
    truth = truth[truth.kind == "panel"].set_index("name").value
    chosen = truth[truth.index.str.startswith(f"{name}: ")]
    return chosen.rename(lambda n: n.removeprefix(f"{name}: "))


def agrees(estimate: float, truth: float, standard_error: float) -> None:
    assert abs(estimate - truth) < 4 * standard_error, (estimate, truth, standard_error)


def least_squares(y: Any, *x: Any) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (the constant first) and standard errors."""
    design = np.column_stack([np.ones(len(y)), *x]).astype(float)
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ np.asarray(y, dtype=float)
    left = np.asarray(y, dtype=float) - design @ beta
    return beta, np.sqrt(np.diag(inverse) * (left @ left) / (len(left) - design.shape[1]))


def logistic(y: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds coefficients of the columns, by Newton's method, and standard errors."""
    beta = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ beta))
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta = beta + np.linalg.solve(information, x.T @ (np.asarray(y, dtype=float) - p))
    return beta, np.sqrt(np.diag(np.linalg.inv(information)))


# --- determinism and shape ----------------------------------------------------------------------
def test_every_declared_panel_is_tested_here() -> None:
    declared = [
        (p.parent.name, name)
        for p in sorted(DATA.glob("*-simulated/process.yml"))
        for name in sorted(load_process(p).panels)
    ]
    assert declared == PANELS


@pytest.mark.parametrize("hash_seed", ["0", "42"])
def test_the_same_seed_gives_the_same_panels_in_any_process(hash_seed: str) -> None:
    code = (
        "import hashlib, sys, pathlib\n"
        "from loyalty.simulate import panel\n"
        "for part in sys.argv[2:]:\n"
        "    case, name = part.split('/')\n"
        "    path = pathlib.Path(sys.argv[1], case, 'process.yml')\n"
        "    rows = panel(path, name, respondents=200, seed=5)\n"
        "    print(hashlib.sha256(rows.to_csv(index=False).encode()).hexdigest())\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(DATA), *(f"{c}/{n}" for c, n in PANELS)],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert out.split() == [
        digest(panel(DATA / c / "process.yml", n, respondents=200, seed=5)) for c, n in PANELS
    ]


@pytest.mark.parametrize(("case", "name"), PANELS)
def test_the_rows_stay_what_they_were(case: str, name: str) -> None:
    described = study.load_file(DATA / case / "study.yml")
    (resource,) = (r for r in described.resources if r.id == name)
    assert resource.rows.simulator is not None
    loaded = resources.load(described, resource)
    stopped = name == "followed"  # whoever stops answering is still logged
    assert (loaded.excluded == []) != stopped  # else every row is usable
    assert loaded.checksum.startswith(GOLDEN[name])


def test_another_seed_gives_other_rows() -> None:
    path = DATA / "strategy-simulated" / "process.yml"
    first, second = (panel(path, "tiers", respondents=600, seed=s) for s in (1, 2))
    assert digest(first) != digest(second)


# --- firm x month -------------------------------------------------------------------------------
def many_months(seed: int) -> pd.DataFrame:
    """The case's firms over 2,000 months."""
    raw = raw_of("aftersales-simulated")
    raw["panels"]["firm_months"]["months"]["value"] = 2000
    raw["panels"]["firm_months"]["start"] = "1700-01-01"
    process = Process.model_validate(raw)
    return panel(process, "firm_months", respondents=3000, seed=seed)


@pytest.fixture(scope="module")
def long_panel() -> pd.DataFrame:
    return many_months(20240501)


def test_firm_panel_has_the_printed_shape() -> None:
    rows = panel(
        DATA / "aftersales-simulated" / "process.yml", "firm_months", respondents=3000, seed=1
    )
    assert rows.groupby("firm").size().eq(36).all() and rows.firm.nunique() == 10
    assert rows.month.nunique() == 36
    assert not rows.duplicated(["firm", "month"]).any()


def test_elasticity_within_firms_is_the_printed_one(long_panel: pd.DataFrame) -> None:
    """A tenth less time, 7.2 % more repurchase; firms' and months' means taken out."""
    truth = truth_of("aftersales-simulated", "firm_months")
    assert 0.9 ** truth["elasticity"] == pytest.approx(1.072, abs=1e-5)
    assert truth["faster_by_a_tenth"] == pytest.approx(0.072, abs=1e-5)
    within = pd.DataFrame(
        {
            "y": np.log(long_panel.repurchase),
            "hours": np.log(long_panel.response_hours),
            "resolution": long_panel.resolution,
        }
    )
    for key in ("firm", "month"):
        within = within - within.groupby(long_panel[key]).transform("mean")
    beta, se = least_squares(within.y, within.hours, within.resolution)
    # Errors carry over to the next month as the predictors do, so plain errors are a little small.
    agrees(beta[1], truth["elasticity"], 1.2 * se[1])
    agrees(beta[2], truth["resolution_effect"], 1.2 * se[2])


def test_comparing_firms_does_not_give_the_elasticity() -> None:
    """Firms that answer fast may have loyal customers anyhow; with this seed they do."""
    means = many_months(2).groupby("firm")[["response_hours", "repurchase"]].mean()
    beta, _ = least_squares(np.log(means.repurchase), np.log(means.response_hours))
    assert beta[1] < truth_of("aftersales-simulated", "firm_months")["elasticity"] - 0.15


def test_firm_panel_has_the_printed_means(long_panel: pd.DataFrame) -> None:
    truth = truth_of("aftersales-simulated", "firm_months")
    by_month = long_panel.groupby("month", sort=False)[["response_hours", "resolution"]].mean()
    for column, parameter in (("response_hours", "hours"), ("resolution", "resolution")):
        # Half of a deviation carries over: the mean's error is sqrt(3) times that of as many alone.
        error = math.sqrt(3) * by_month[column].std() / math.sqrt(len(by_month))
        agrees(by_month[column].mean(), truth[parameter], error)
    assert truth["hours"] == 48 and truth["resolution"] == 0.62


def test_firm_panel_shares_the_firms_of_the_survey() -> None:
    path = DATA / "aftersales-simulated" / "process.yml"
    months = panel(path, "firm_months", respondents=3000, seed=20240501)
    survey = simulate(path, respondents=3000, seed=20240501, with_latents=True)
    hours = np.log(months.response_hours).groupby(months.firm).mean()
    speed = survey.groupby("firm").latent_response_speed.mean()
    assert np.corrcoef(hours, speed.loc[hours.index])[0, 1] < -0.95


# --- waves --------------------------------------------------------------------------------------
def test_waves_rise_from_42_to_68() -> None:
    truth = truth_of("strategy-simulated", "nps_waves")
    assert (truth["nps_first"], truth["nps_last"]) == (42, 68)
    assert truth["nps_per_year"] == 13
    rows = panel(
        DATA / "strategy-simulated" / "process.yml", "nps_waves", respondents=60_000, seed=2
    )
    value = 100.0 * ((rows.score >= 9).astype(int) - (rows.score <= 6).astype(int))
    waves = value.groupby(rows.date).agg(["mean", "std", "size"])
    assert len(waves) == 9 and waves["size"].eq(10_000).all()
    expected = np.linspace(42, 68, 9)
    for (_, wave), nps in zip(waves.iterrows(), expected, strict=True):
        agrees(wave["mean"], nps, wave["std"] / math.sqrt(wave["size"]))
    assert set(rows.score) == set(range(11))
    assert set(rows.firm) == {"R1"}
    assert pd.to_datetime(rows.date).iloc[[0, -1]].dt.year.tolist() == [2021, 2023]


# --- experiment ---------------------------------------------------------------------------------
def test_experiment_lifts_repurchase_by_the_printed_share() -> None:
    truth = truth_of("strategy-simulated", "tiers")
    assert truth["relative_lift"] == pytest.approx(0.28, abs=1e-12)
    rows = panel(DATA / "strategy-simulated" / "process.yml", "tiers", respondents=60_000, seed=3)
    arms = rows.groupby("arm").outcome.agg(["mean", "size"])
    error = np.sqrt(arms["mean"] * (1 - arms["mean"]) / arms["size"])
    agrees(arms["mean"]["control"], truth["base"], error["control"])
    lift = arms["mean"]["tiers"] - arms["mean"]["control"]
    agrees(lift, truth["lift"], math.hypot(*error))
    assert rows.groupby("stratum").arm.value_counts().eq(5000).all()
    # Baseline predicts the outcome, not the arm.
    means = rows.groupby("arm").baseline.agg(["mean", "sem"])
    agrees(means["mean"]["tiers"], means["mean"]["control"], math.hypot(*means["sem"]))
    beta, se = least_squares(rows.outcome, rows.baseline)
    assert beta[1] > 4 * se[1]


# --- failures -----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def failures() -> pd.DataFrame:
    return panel(DATA / "quality-simulated" / "process.yml", "failures", respondents=60_000, seed=4)


def test_loyalty_after_a_failure_follows_what_is_declared(failures: pd.DataFrame) -> None:
    """The scale's ends take a little of every effect; the tolerance has .01 for it."""
    truth = truth_of("quality-simulated", "failures")
    agrees(failures.failed.mean(), 0.5, 0.5 / math.sqrt(len(failures)))
    after = failures[failures.failed == 1]
    predictors = [n for n in truth.index if n not in ("loss", "paradox")]
    change = after.loyalty_after - after.loyalty_before
    beta, se = least_squares(change, *(after[p] - 4 for p in predictors))
    agrees(-beta[0], truth["loss"], se[0] + 0.0025)
    for name, b, e in zip(predictors, beta[1:], se[1:], strict=True):
        agrees(b, truth[name], e + 0.0025)
    never = failures[failures.failed == 0]
    assert never[["severity", "controllability", "recovery"]].isna().all(axis=None)
    assert never[["neuroticism", "loyalty_before", "loyalty_after"]].notna().all(axis=None)
    assert failures.drop(columns="failed").stack().dropna().between(1, 7).all()


def test_there_is_no_recovery_paradox(failures: pd.DataFrame) -> None:
    truth = truth_of("quality-simulated", "failures")
    assert truth["paradox"] == pytest.approx(0.22 * 3 - 0.80)
    assert truth["paradox"] < 0
    best = failures[(failures.failed == 1) & (failures.recovery > 6.5)].loyalty_after
    never = failures[failures.failed == 0].loyalty_after
    assert best.mean() < never.mean()


# --- purchases ----------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    return panel(DATA / "retail-simulated" / "process.yml", "purchases", respondents=20_000, seed=5)


def expected_repeats(r: float, alpha: float, a: float, b: float, weeks: float) -> float:
    """Mean of repeat purchases of a BG/NBD customer (Fader, Hardie & Lee 2005, eq. 9)."""
    from scipy.special import hyp2f1

    shrink = (alpha / (alpha + weeks)) ** r * hyp2f1(r, b, a + b - 1, weeks / (alpha + weeks))
    return float((a + b - 1) / (a - 1) * (1 - shrink))


def test_purchases_are_bg_nbd_in_time(purchases: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "purchases")
    time = pd.to_datetime(purchases.date)
    first = time.groupby(purchases.customer).transform("min")
    days = (time - first).dt.days
    assert (days >= 0).all()
    assert first.max() < pd.Timestamp("2022-01-03") + pd.Timedelta(weeks=12)
    n = purchases.customer.nunique()
    assert n == 20_000
    model = [truth[p] for p in ("r", "alpha", "a", "b")]
    for weeks in (4, 13, 52, 92):
        # A date is the day's beginning: a purchase belongs half a day later, as does the first.
        repeats = (days < 7 * weeks).groupby(purchases.customer).sum() - 1
        agrees(repeats.mean(), expected_repeats(*model, weeks), repeats.std() / math.sqrt(n))
    none = (days < 7 * 52).groupby(purchases.customer).sum() == 1
    never = (model[1] / (model[1] + 52)) ** model[0]  # no purchase of a Poisson with gamma rate
    agrees(none.mean(), never, math.sqrt(never * (1 - never) / n))


def test_amounts_are_gamma_gamma(purchases: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "purchases")
    mean = truth["p"] * truth["gamma"] / (truth["q"] - 1)
    assert truth["mean_spend"] == pytest.approx(mean) == pytest.approx(40)
    # First purchases: one of each customer, independent.
    first = purchases.groupby("customer").amount.first()
    agrees(first.mean(), mean, first.std() / math.sqrt(len(first)))
    # P(amount <= gamma) of a gamma over a gamma rate: a beta prime distribution function.
    from scipy.special import betainc

    share = betainc(truth["p"], truth["q"], 0.5)
    agrees((first <= truth["gamma"]).mean(), share, math.sqrt(share * (1 - share) / len(first)))


def test_who_means_to_come_back_buys_more() -> None:
    path = DATA / "retail-simulated" / "process.yml"
    rows = panel(path, "purchases", respondents=1000, seed=20240505)
    survey = simulate(path, respondents=1000, seed=20240505, with_latents=True)
    often = rows.groupby("customer").size().to_numpy()
    r = pd.Series(often).corr(survey.latent_repurchase.reset_index(drop=True), method="spearman")
    assert 0.25 < r < 0.55


def test_who_writes_in_a_good_mood_stays_and_texts_of_one_agree() -> None:
    """Two texts of one writer: a bivariate normal pair with the declared correlation."""
    from scipy.stats import multivariate_normal, norm

    path = DATA / "retail-simulated" / "process.yml"
    bought, wrote = (panel(path, t, respondents=20_000, seed=5) for t in ("purchases", "texts"))
    truth = truth_of("retail-simulated", "texts")
    good = (wrote["polarity"] == "pos").groupby(wrote["customer"], sort=False)
    agrees(good.first().mean(), truth["praise"], math.sqrt(0.24 / good.ngroups))
    assert good.ngroups / 20_000 == pytest.approx(0.9, abs=0.01)
    assert wrote["date"].max() < "2023-01-02"
    pairs = good.nth([0, 1]).groupby(wrote["customer"]).agg(["sum", "size"])
    both = (pairs["sum"] == 2)[pairs["size"] == 2]
    cut, rho = norm.ppf(truth["praise"]), truth["tone_of_customer"]
    expected = multivariate_normal.cdf([cut, cut], cov=[[1, rho], [rho, 1]])
    agrees(both.mean(), expected, math.sqrt(expected * (1 - expected) / len(both)))
    assert truth_of("retail-simulated", "purchases")["tone_leaving"] == -0.8
    last = pd.to_datetime(bought["date"]).groupby(bought["customer"]).max()
    first = good.first().reindex(last.index).dropna()
    stays = last.reindex(first.index) > pd.Timestamp("2023-07-01")
    gap = stays[first.astype(bool)].mean() - stays[~first.astype(bool)].mean()
    assert 0.05 < gap < 0.25


# --- complaints ---------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def complaints() -> pd.DataFrame:
    return panel(
        DATA / "retail-simulated" / "process.yml", "complaints", respondents=40_000, seed=6
    )


def test_complaints_have_the_declared_classes_and_hours(complaints: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "complaints")
    n = len(complaints)
    agrees(n / 40_000, 1.2, 1.4 / math.sqrt(40_000))  # Poisson of a log-normal rate
    shares = complaints["class"].value_counts(normalize=True)
    assert len(shares) == 5
    for name, share in shares.items():
        expected = truth[f"share_{name}"]
        agrees(share, expected, math.sqrt(expected * (1 - expected) / n))
    logs = np.log(complaints.hours)
    agrees(logs.mean(), math.log(truth["hours_median"]), logs.std() / math.sqrt(n))


def test_complaints_are_solved_and_customers_stay_as_declared(complaints: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "complaints")
    classes = ["quality", "price", "returns", "communication", "environment"]
    dummies = np.column_stack([(complaints["class"] == c).astype(float) for c in classes])
    late = np.log(complaints.hours.to_numpy() / 24)
    beta, se = logistic(complaints.solved, np.column_stack([dummies, late]))
    expected = [*(truth[f"solved_{c}"] for c in classes), truth["solved_by_hours"]]
    for b, e, s in zip(beta, expected, se, strict=True):
        agrees(b, e, s)
    beta, se = logistic(complaints.stayed, np.column_stack([dummies, complaints.solved, late]))
    expected = [
        *(truth[f"stayed_{c}"] for c in classes),
        truth["stayed_by_solved"],
        truth["stayed_by_hours"],
    ]
    for b, e, s in zip(beta, expected, se, strict=True):
        agrees(b, e, s)


def test_complaints_end_as_declared_and_what_was_there_stays(complaints: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "complaints")
    n = len(complaints)
    for column, step, hours in (
        ("hours", "answered", 24),
        ("solved_hours", "solved", 72),
        ("closed_hours", "closed", 168),
    ):
        expected = truth[f"{step}_in_time"]
        agrees((complaints[column] <= hours).mean(), expected, math.sqrt(expected / n))
    assert (complaints["solved_hours"].notna() == (complaints["solved"] == 1)).all()
    ordered = complaints.dropna(subset=["solved_hours", "closed_hours"])
    assert (ordered["hours"] <= ordered["solved_hours"]).all()
    assert (ordered["solved_hours"] <= ordered["closed_hours"]).all()
    raw = raw_of("retail-simulated")
    del raw["panels"]["complaints"]["times"]
    before = panel(Process.model_validate(raw), "complaints", respondents=1000, seed=20240505)
    # the digest of this table before it told of times
    assert digest(before).startswith("83c2e04a6af1a389")


# --- touchpoints --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    return panel(DATA / "retail-simulated" / "process.yml", "visits", respondents=40_000, seed=7)


def test_waiting_and_loss_at_touchpoints_are_as_declared(visits: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "visits")
    for name, part in visits.groupby("touchpoint"):
        n = len(part)
        agrees(part.waiting.mean(), truth[f"waiting_{name}"], part.waiting.std() / math.sqrt(n))
        lost = truth[f"lost_{name}"]
        agrees(1 - part.went_on.mean(), lost, math.sqrt(lost * (1 - lost) / n))
    # nobody comes to a touchpoint after the one where they were lost
    order = ["first_contact", "staff_service", "checkout", "complaint_handling"]
    place = visits.touchpoint.map(order.index)
    last = place.groupby(visits.customer).transform("max")
    assert (visits.went_on[place < last] == 1).all()


def test_the_share_of_channels_is_as_declared(visits: pd.DataFrame) -> None:
    truth = truth_of("retail-simulated", "visits")
    apart = visits.rating - visits.groupby("touchpoint").rating.transform("mean")
    means = apart.groupby(visits.channel).mean()
    share = means.var(ddof=1) / (means.var(ddof=1) + (apart - visits.channel.map(means)).var())
    # the constructs differ between formats, too, and the slider has two ends
    assert share == pytest.approx(truth["channel_share"], abs=0.005)


# --- bad input ----------------------------------------------------------------------------------
Change = Callable[[dict[str, Any]], object]


def _set(name: str, *keys: str, to: object) -> Change:
    def change(raw: dict[str, Any]) -> None:
        place = raw["panels"][name]
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = to

    return change


BAD: list[tuple[str, Change, str]] = [
    (
        "strategy",
        _set("tiers", "kind", to="trial"),
        r"panels\.tiers: Input tag 'trial' .*does",
    ),
    (
        "strategy",
        _set("followed", "lags", 0, "value", to=1.0),
        "lags: expected deviations that die away",
    ),
    (
        "strategy",
        _set("followed", "series", "spending", "level_sd", to=0),
        r"series\.spending\.level_sd: a number above 0",
    ),
    ("strategy", _set("followed", "waves", "value", to=2), "waves: expected three or more"),
    ("strategy", _set("tiers", "lift", "because", to="so"), r"lift\.because: expected 'printed: "),
    ("strategy", _set("tiers", "lift", "value", to=0.9), r"base: expected chances in 0 to 1"),
    (
        "strategy",
        _set("tiers", "lift", "value", to=float("nan")),
        r"lift\.value: a number is expected",
    ),
    ("strategy", _set("tiers", "arms", to=["same", "same"]), "arms: expected two different names"),
    (
        "strategy",
        _set("tiers", "industry", to="farming"),
        r"panels\.tiers\.industry: unknown industry 'farming'; expected retail, finance, services",
    ),
    (
        "strategy",
        _set("tiers", "pull", "latent", to="inertia"),
        r"panels\.tiers: unknown construct 'inertia'",
    ),
    (
        "strategy",
        _set("nps_waves", "firm", to="R9"),
        r"panels\.nps_waves\.firm: unknown firm 'R9'; expected R1, R2, F1",
    ),
    (
        "strategy",
        _set("nps_waves", "promoters_last", "value", to=0.5),
        r"promoters_last: 0\.5 with an NPS of 68 leaves -0\.18 detractors",
    ),
    ("strategy", _set("nps_waves", "waves", "value", to=1), "waves: expected two or more"),
    (
        "strategy",
        _set("nps_waves", "scores", "passives", to={"6": 0.5, "8": 0.5}),
        r"scores\.passives: expected scores of 7 to 8",
    ),
    ("strategy", _set("nps_waves", "start", to="soon"), r"nps_waves\.waves\.start: .*date"),
    (
        "retail",
        _set("complaints", "classes", "price", "share", to=0.5),
        r"classes: expected shares that sum to 1, got 1\.34",
    ),
    (
        "retail",
        _set("visits", "channels", "app", "share", to=0.5),
        r"channels: expected shares that sum to 1, got 1\.32",
    ),
    ("retail", _set("visits", "touchpoints", "till", to={}), r"touchpoints\.till"),
    (
        "retail",
        _set("complaints", "times", "left_open", "value", to=1.5),
        r"left_open\.value: a number of at most 1",
    ),
    ("retail", _set("purchases", "spend", "q", to=1.0), r"spend\.q: expected more than 1"),
    (
        "retail",
        _set("purchases", "purchases", "a", to=-1),
        r"purchases\.a: expected a number",
    ),
    ("retail", _set("purchases", "link", "value", to=1.5), r"link\.value: expected a correlation"),
    ("retail", _set("purchases", "tone", "value", to=-1), r"tone\.value: expected a correlation"),
    ("retail", _set("texts", "praise", "value", to=1), r"praise: expected a share between"),
    (
        "retail",
        _set("purchases", "first_within", "value", to=200),
        "first_within: expected less than weeks",
    ),
    ("quality", _set("failures", "excellent", "value", to=9), "excellent: expected a point of the"),
    (
        "quality",
        _set("failures", "failed", "value", to=1.2),
        r"failed\.value: a number of at most 1",
    ),
    (
        "aftersales",
        _set("firm_months", "hours_move", "carry", to=1.0),
        r"hours_move\.carry: a number below 1",
    ),
    ("aftersales", _set("firm_months", "hours", "value", to=0), r"hours\.value: a number above 0"),
]


@pytest.mark.parametrize(("case", "change", "message"), BAD, ids=[m[:40] for *_, m in BAD])
def test_bad_panel_is_one_line(case: str, change: Change, message: str, tmp_path: Path) -> None:
    raw = copy.deepcopy(raw_of(f"{case}-simulated"))
    change(raw)
    path = tmp_path / "process.yml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    with pytest.raises(ProcessError, match=message) as caught:
        load_process(path)
    assert "\n" not in str(caught.value)
    assert "process.yml: " in str(caught.value)


def test_a_panel_of_firms_needs_firms() -> None:
    raw = raw_of("quality-simulated")
    other = raw_of("aftersales-simulated")["panels"]["firm_months"]
    for part in ("hours", "resolution", "repurchase"):
        other[f"{part}_by_firm"]["latent"] = "loyalty"
    raw["panels"] = {"months": other}
    with pytest.raises(ValueError, match=r"panels\.months: expected two firms or more"):
        Process.model_validate(raw)


def test_a_panel_that_is_not_declared() -> None:
    path = DATA / "retail-simulated" / "process.yml"
    with pytest.raises(ProcessError, match="panels: no 'waves'; expected purchases, complaints"):
        panel(path, "waves", respondents=100, seed=1)
    path = DATA / "innovation-simulated" / "process.yml"
    with pytest.raises(ProcessError, match="expected none, as the process declares none"):
        panel(path, "waves", respondents=100, seed=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"respondents": 0, "seed": 1}, "respondents: expected a whole number of at least 1"),
        ({"respondents": 10, "seed": -1}, "seed: expected a whole number of at least 0"),
        ({"respondents": 5, "seed": 1}, "respondents: expected one or more of each of 10 firms"),
    ],
)
def test_arguments_out_of_range(arguments: dict[str, int], message: str) -> None:
    path = DATA / "aftersales-simulated" / "process.yml"
    with pytest.raises(ProcessError, match=message):
        panel(path, "firm_months", **arguments)
