"""What counts: planted shares, weights and conditions are found; what cannot be, is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import norm, t
from semfit.model import block_moments

from loyalty.analyses.drivers import findings as drivers
from loyalty.analyses.drivers import journey, tables, words
from loyalty.analyses.drivers.models import Condition, Share, Threshold, Thresholds
from loyalty.analyses.drivers.page import PAGE
from loyalty.cases import study, survey
from loyalty.cases import tables as loading
from loyalty.estimates.latent import latent
from loyalty.ground import disclosure
from loyalty.ground.findings import Refused, cited
from loyalty.shown.context import Case
from loyalty.stats import crossed
from loyalty.stats.crossed import Crossed


@pytest.fixture(scope="module")
def aftersales() -> drivers.Answers:
    return drivers.answers(survey.load(study.load("aftersales-simulated")))


@pytest.fixture(scope="module")
def retail() -> drivers.Answers:
    return drivers.answers(survey.load(study.load("retail-simulated")))


@pytest.fixture(scope="module")
def refitted(retail: drivers.Answers) -> drivers.Refits:
    found = drivers.refits(retail, 60, 1)
    assert isinstance(found, drivers.Refits)
    return found


# --- shares ------------------------------------------------------------------------------------
def test_the_planted_share_of_the_first_touchpoint(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    found = drivers.shared(retail, refitted)
    first = next(r for r in found.rows if r.from_ == "first_contact")
    assert first.to == "satisfaction"
    assert first.truth_product == pytest.approx(0.40, abs=0.005)
    assert first.product_ci_lower < 0.40 < first.product_ci_upper
    assert first.ci_lower < first.truth < first.ci_upper
    assert sum(r.estimate for r in found.rows if r.to == "satisfaction") == pytest.approx(1.0)
    assert {(p.to, p.through) for p in found.passing} == {
        ("repurchase", "satisfaction"),
        ("recommendation", "satisfaction"),
    }


def test_the_planted_weight_in_cars_and_on_average(aftersales: drivers.Answers) -> None:
    refits = drivers.refits(aftersales, 60, 1)
    found = drivers.weights(aftersales, drivers.grouped(aftersales, refits, 60, 1))
    assert found is not None
    mean = next(a for a in found.averages if a.id == "I1")
    assert mean.truth == pytest.approx(0.28) and mean.ci_lower < 0.28 < mean.ci_upper
    cars = next(r for r in found.rows if (r.id, r.level) == ("I1", "automotive"))
    assert cars.truth == pytest.approx(0.42) and cars.ci_lower < 0.42 < cars.ci_upper
    assert cars.deviation_ci_lower > 0


def test_firms_are_resampled_whole(
    aftersales: drivers.Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drivers.refits(aftersales, 60, 1)
    unit = aftersales.study.units
    assert unit is not None and whole.clusters == aftersales.rows[unit.id].nunique()
    assert drivers.shared(aftersales, whole).clusters == whole.clusters
    monkeypatch.setattr(type(aftersales.study), "units", None)
    alone = drivers.refits(aftersales, 60, 1)
    assert alone.clusters is None
    wider = whole.drawn.correlations.std(axis=0) / alone.drawn.correlations.std(axis=0)
    off = ~np.eye(len(wider), dtype=bool)
    assert np.median(wider[off]) > 1.3  # customers of a firm resemble each other


def test_latent_correlations_and_paths_are_the_models(refitted: drivers.Refits) -> None:
    """Against the estimator's own covariance of the latent variables and standardized paths."""
    covariance = refitted.model.implied[0]["lv_cov"]
    sd = np.sqrt(np.diag(covariance))
    names = list(covariance.columns)
    got = refitted.point.among(names)
    assert got == pytest.approx(covariance.to_numpy() / np.outer(sd, sd))
    table = refitted.model.standardized().set_index(["lhs", "op", "rhs"])["est_std"]
    want = table["satisfaction", "~", "first_contact"] * table["repurchase", "~", "satisfaction"]
    along = refitted.point.along(["first_contact", "satisfaction", "repurchase"])
    assert float(along) == pytest.approx(want)


def test_chains_that_pass_through_one_construct() -> None:
    chosen, passing = drivers.equations(study.load("aftersales-simulated"))
    assert [(to, side) for to, side, _ in chosen] == [
        ("functional_experience", "direct"),
        ("emotional_experience", "direct"),
        ("satisfaction", "direct"),
        ("satisfaction", "first"),
    ]
    assert {through for _, through in passing} == {"satisfaction"}
    chosen, passing = drivers.equations(study.load("strategy-simulated"))
    assert ("behavioural_inertia", "first") in [(to, side) for to, side, _ in chosen]
    assert not passing


# --- necessary conditions ----------------------------------------------------------------------
def test_a_planted_condition_is_called_necessary(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    """Scores whose outcome is cut off where there is little satisfaction."""
    found = drivers.conditions(retail, refitted)
    rng = np.random.default_rng(3)
    x = rng.uniform(1, 7, len(found.scores))
    scores = found.scores.assign(
        satisfaction=x, repurchase=np.minimum(rng.uniform(1, 7, len(x)), 0.5 + x)
    )
    planted = drivers.Conditions(found.outcome, found.totals, scores, (), ())
    necessary = drivers.necessary(retail, refitted, planted, 60, 1)
    by = {c.construct: c.verdict for c in necessary.conditions}
    assert by["satisfaction"] in ("necessary", "small")
    assert by["staff_service"] == "none"
    assert sum(c.share for c in necessary.conditions) == pytest.approx(1.0)
    assert all(c.share_ci_lower < c.share < c.share_ci_upper for c in necessary.conditions)
    table = drivers.bottleneck(retail, planted)
    top = {n.construct: n for n in table.rows[-1].needs}
    assert top["satisfaction"].required > 0.8 and top["satisfaction"].below > 0.7


def test_a_condition_with_one_value_is_said_and_the_rest_goes_on(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    flat = drivers.Answers(
        retail.study, retail.rows, retail.scores.assign(checkout=4.0), retail.declared
    )
    found = drivers.conditions(flat, refitted)
    assert "checkout" not in found.totals.index and len(found.totals) == 5
    assert [m.code for m in found.messages] == ["constant"]


def test_where_all_have_one_value_there_is_a_reason_and_no_error(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    scores = retail.scores.copy()
    scores.loc[:, scores.columns != "repurchase"] = 4.0
    flat = drivers.Answers(retail.study, retail.rows, scores, retail.declared)
    found = drivers.conditions(flat, refitted)
    assert isinstance(found, Refused) and found.refused.code == "constant"
    pair = drivers.pair(flat)
    assert pair is not None
    bend = drivers.thresholds(flat, pair)
    assert isinstance(bend, Refused) and bend.refused.text().en


def test_single_people_are_recorded_nowhere(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    """Of the bottleneck table, and of the satisfied, cells of fewer than ten go."""
    conditions = drivers.conditions(retail, refitted)
    table = drivers.bottleneck(retail, conditions)
    kept = disclosure.recordable(table)
    assert not isinstance(kept, Refused) and len(kept.rows) == len(table.rows)
    outcome = conditions.scores[conditions.outcome]
    for name in table.constructs:
        n = int(conditions.scores[name].notna().sum())
        counts = {0, n}
        for row in kept.rows:
            need = next(x for x in row.needs if x.construct == name)
            level = outcome.min() + row.level * (outcome.max() - outcome.min())
            assert need.fewest is None or (outcome >= level - 1e-9).sum() >= 10
            counts |= set() if need.below is None else {round(need.below * n)}
        gaps = np.diff(sorted(counts))
        assert gaps.min() >= 10, name
    whole = [need for row in table.rows for need in row.needs if need.required is not None]
    shown = [need for row in kept.rows for need in row.needs if need.required is not None]
    assert 0 < len(shown) < len(whole)
    case = Case("retail-simulated", retail.study)
    of = cited(kept, "retail-simulated/drivers/bottleneck")
    assert "A dash: not shown" in tables.bottleneck(of, case).markdown("en")
    assert "不予列出" in tables.bottleneck(of, case).markdown("zh")
    assert "fewer than 10 respondents" in words.bottleneck(of, case).en
    found = drivers.satisfied(retail, drivers.pair(retail))
    few = found.rows[1].model_copy(update={"loyal_only": 4})
    rows = (found.rows[0], few, *found.rows[2:])
    kept = disclosure.recordable(found.model_copy(update={"rows": rows}))
    left = [(r.to, r.level) for r in kept.rows]
    assert left and (few.to, few.level) not in left and len(left) < len(rows) - 1


def test_little_of_what_harms() -> None:
    data = drivers.answers(survey.load(study.load("strategy-simulated")))
    refits = drivers.refits(data, 2, 1)
    found = drivers.conditions(data, refits)
    assert found.reversed == ("perceived_cost",)
    turned = found.scores["perceived_cost"] + data.scores["perceived_cost"]
    assert turned.dropna().nunique() == 1 or np.ptp(turned.dropna()) < 1e-9


@pytest.mark.parametrize(
    ("sign", "estimate", "ends", "turned"),
    [
        ("+", -0.1, (-0.3, 0.1), False),
        ("+", -0.3, (-0.5, -0.1), False),
        ("-", 0.1, (-0.1, 0.3), True),
        ("±", -0.3, (-0.5, -0.1), True),
        ("±", -0.1, (-0.3, 0.1), False),
        ("±", 0.3, (0.1, 0.5), False),
        ("±", -0.3, (None, None), False),
    ],
)
def test_a_condition_is_turned_as_is_hypothesized_else_as_is_clear(
    project: Any, sign: str, estimate: float, ends: tuple[float, float], turned: bool
) -> None:
    """`±`: through two others, by chains of opposite signs."""
    first, outcome = project.study["constructs"]
    between = [
        {**first, "id": f"m{k}", "label": f"m{k}", "items": [{"id": f"m{k}1", "en": "m"}]}
        for k in (1, 2)
    ]
    project.study["constructs"] = [first, *between, outcome]
    paths = [("quality", "loyalty", sign)]
    if sign == "±":
        paths = [(a, b, "+") for a, b in (("quality", "m1"), ("m1", "loyalty"), ("quality", "m2"))]
        paths.append(("m2", "loyalty", "-"))
    project.study["hypotheses"] = [
        {"id": f"H{k}", "from": a, "to": b, "sign": s} for k, (a, b, s) in enumerate(paths)
    ]
    project.describe()
    total = pd.Series({"estimate": estimate, "ci_lower": ends[0], "ci_upper": ends[1]})
    assert drivers._harms(study.load("small"), "quality", "loyalty", total) is turned


def test_the_performance_of_little_is_turned(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    of = drivers.conditions(retail, refitted)
    name = str(of.totals.index[0])
    scores = of.scores.assign(**{name: -of.scores[name]})
    little = drivers.Conditions(of.outcome, of.totals, scores, (name,), ())
    found, turned = (drivers.necessary(retail, refitted, c, 20, 1) for c in (of, little))
    (before,), (after,) = (
        [c.performance for c in one.conditions if c.construct == name] for one in (found, turned)
    )
    assert not of.reversed and after == pytest.approx(100 - before) and after != before
    advice = (drivers.recommended(retail, one, refitted) for one in (found, turned))
    (own,), (same,) = ([r.performance for r in a.rows if r.construct == name] for a in advice)
    assert own == before and same == pytest.approx(before)


# --- satisfaction and loyalty --------------------------------------------------------------------
def test_crossed_by_hand() -> None:
    """The approval ratings of Agresti & Min: 794, 150, 86, 570; half added to each cell."""
    cells = {(1, 1): 794, (1, 0): 150, (0, 1): 86, (0, 0): 570}
    first = np.repeat([a for a, _ in cells], list(cells.values())).astype(bool)
    second = np.repeat([b for _, b in cells], list(cells.values())).astype(bool)
    got: Crossed = crossed.crossed(first, second)
    assert (got.both, got.first_only, got.second_only, got.neither) == (794, 150, 86, 570)
    b, c, n = 150.5, 86.5, 1602.0
    se = np.sqrt(b + c - (b - c) ** 2 / n) / n
    middle = (b - c) / n
    assert got.gap == pytest.approx((0.04, middle - 1.959964 * se, middle + 1.959964 * se))
    assert got.without[0] == pytest.approx(150 / 944)


def test_the_gap_covers_what_is_so() -> None:
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(300):
        first = rng.random(150) < 0.6
        second = np.where(first, rng.random(150) < 0.5, rng.random(150) < 0.2)
        _, low, high = crossed.crossed(first, second).gap
        covered += low <= 0.6 - (0.6 * 0.5 + 0.4 * 0.2) <= high
    assert 0.92 <= covered / 300 <= 0.98


def test_satisfied_but_not_loyal(retail: drivers.Answers) -> None:
    found = drivers.satisfied(retail, drivers.pair(retail))
    assert found.question == "csat" and found.firms == 8
    whole = next(r for r in found.rows if r.level is None and r.to == "repurchase")
    assert whole.n == whole.both + whole.satisfied_only + whole.loyal_only + whole.neither
    csat = retail.rows["csat"].astype(float)
    both = csat.notna() & retail.scores["repurchase"].notna()
    assert whole.satisfied == pytest.approx((csat[both] >= 4).mean())
    assert whole.loyal == pytest.approx((retail.scores["repurchase"][both] >= 5 - 1e-9).mean())
    levels = [r.level for r in found.rows if r.to == "repurchase"]
    assert levels == [None, "grocery", "fashion", "online"]


def test_a_claimed_threshold_outside_the_data(retail: drivers.Answers) -> None:
    pair = drivers.pair(retail)
    assert pair is not None
    low = drivers.Pair(pair.question, pair.satisfaction * 0.6, pair.loyalties)
    found = drivers.thresholds(retail, low)
    assert {r.change for r in found.rows} == {None}
    assert [m.code for m in found.messages] == ["threshold_outside"] * 2


def test_what_begins_a_chain_is_told_from_what_leads_there_directly() -> None:
    described = study.load("innovation-six-drivers-simulated")
    case = Case(described.case, described)
    rows = [
        Share.model_construct(from_="brand_image", to="loyalty", side=side)
        for side in ("direct", "first")
    ]
    direct, first = (words.share_of(case, row) for row in rows)
    assert (direct.en, first.en) == ("Brand image → Loyalty", "Brand image → … → Loyalty")
    assert first.zh == "品牌形象 → … → 客户忠诚度"


def test_what_the_case_does_not_ask_is_not_said() -> None:
    data = drivers.answers(survey.load(study.load("innovation-drivers-simulated")))
    assert drivers.pair(data) is None
    assert drivers.thresholds(data, None) is None and drivers.satisfied(data, None) is None


def test_what_rests_on_a_refusal() -> None:
    data = drivers.answers(survey.load(study.load("innovation-drivers-simulated")))
    refused = Refused(refused={"code": "no_hypothesis", "parameters": {}})
    assert drivers.shared(data, refused) == refused
    grouped = drivers.grouped(data, refused, 10, 1)
    assert grouped is None and drivers.group_shares(data, grouped) is None
    assert drivers.weights(data, grouped) is None
    assert drivers.necessary(data, refused, drivers.conditions(data, refused), 10, 1) is None


# --- shown -------------------------------------------------------------------------------------
def test_everything_is_shown_in_both_languages(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    grouped = drivers.grouped(retail, refitted, 20, 1)
    conditions, pair = drivers.conditions(retail, refitted), drivers.pair(retail)
    by_group = drivers.group_shares(retail, grouped)
    needed = drivers.necessary(retail, refitted, conditions, 40, 1)
    found: dict[str, Any] = {
        "shares": drivers.shared(retail, refitted),
        "by_group": by_group,
        "weights": drivers.weights(retail, grouped),
        "necessity": needed,
        "bottleneck": drivers.bottleneck(retail, conditions),
        "thresholds": drivers.thresholds(retail, pair),
        "satisfied": drivers.satisfied(retail, pair),
    }
    described = next(r for r in retail.study.resources if r.kind == "touchpoints")
    visits = loading.load(retail.study, described)
    found["journey"] = journey.journey(retail.study, visits, retail, found["shares"], by_group)
    found["channels"] = journey.channels(visits, found["journey"])
    found["recommendations"] = drivers.recommended(
        retail, needed, refits=refitted, by_group=by_group, journey=found["journey"]
    )
    assert set(found) == set(PAGE) == set(drivers.Drivers.model_fields)
    case = Case("retail-simulated", retail.study)
    note = tables.necessity(cited(needed, "retail-simulated/drivers/necessity"), case).note
    assert note is not None and "take respondents, not firms, as independent" in note.en
    assert "以受访者而非企业为独立单位" in note.zh
    for show, name in ((tables.combined, "necessity"), (tables.recommendations, "recommendations")):
        for firms, said in (
            (8, "firms, not respondents, as independent"),
            (None, "take respondents, not firms, as independent"),
        ):
            assert found[name].firms == 8
            one = found[name].model_copy(update={"firms": firms})
            note = show(cited(one, f"retail-simulated/drivers/{name}"), case).note
            assert note is not None and said in note.en
        assert "以受访者而非企业为独立单位" in note.zh
    for name, functions in PAGE.items():
        finding = cited(found[name], f"retail-simulated/drivers/{name}")
        for function in functions:
            made = function(finding, case)
            said = made if isinstance(made, list) else [made]
            if function.__module__ == words.__name__:
                assert all(s.en.strip() and s.zh.strip() for s in said), name
    assert by_group is not None
    apart = {"deviation": 0.2, "deviation_ci_lower": 0.1, "deviation_ci_upper": 0.3}
    rows = (by_group.rows[0].model_copy(update=apart), *by_group.rows[1:])
    for df in (None, 5):
        widened = by_group.model_copy(update={"df": df, "rows": rows})
        table = tables.by_group(cited(widened, "retail-simulated/drivers/by_group"), case)
        assert table is not None
        assert ("design effect" in table.markdown("en")) is (df is not None)


def test_a_side_without_a_slope_says_so(retail: drivers.Answers) -> None:
    """Loyalty jumps at the highest answer alone: no line can be laid through one value."""
    at, noise = np.tile(np.arange(7), 60), np.random.default_rng(2).normal(0, 0.05, 420)
    y = 0.05 * at + np.array([0, 0, 0, 0, 0, -0.05, 1])[at] + noise
    of = drivers.Pair("satisfaction", pd.Series(at / 6), pd.DataFrame({"repurchase": y}))
    found = drivers.thresholds(retail, of)
    (row,) = found.rows
    assert (row.slope_above, row.slope_above_ci_lower, row.bend) == (None, None, "faster")
    assert row.slope_below_ci_lower < row.slope_below < row.slope_below_ci_upper
    case, shown = Case("retail-simulated", retail.study), cited(found, "x/drivers/thresholds")
    said = words.thresholds(shown, case)[0]
    assert "below, slope" in said.en and "above, too few different answers" in said.en
    assert "以下的斜率为" in said.zh and "以上的不同取值过少" in said.zh
    assert "| – | – |" in tables.thresholds(shown, case).markdown("en")


def test_an_interval_beside_few_answers_is_said_to_promise_too_much(
    retail: drivers.Answers,
) -> None:
    """The mean of three items from 1 to 7 has 19 values: 16, 17 and 18 of 18 lie above 0.85."""
    case = Case("retail-simulated", retail.study)
    assert len(case.study.named("satisfaction").items) == 3 and case.study.scale.max == 7
    assert words.values_beside(0.85, "satisfaction", case) == (16, 3)
    assert words.values_beside(0.83, "satisfaction", case) == (15, 4)
    assert words.values_beside(0.15, "satisfaction", case) == (3, 16)
    slope = {
        f"slope_{side}{end}": 0.5
        for side in ("below", "above")
        for end in ("", "_ci_lower", "_ci_upper")
    }
    ends = dict.fromkeys(("ci_lower", "ci_upper", "change", "change_ci_lower", "change_ci_upper"))
    row = {"to": "repurchase", "n": 400, "p": 0.001, "bend": "slower", "claimed": None}

    def said(at: float, **more: Any) -> str:
        made = Threshold(**{**row, **slope, **ends, "threshold": at, **more})
        found = Thresholds(question="satisfaction", claimed_at=0.65, rows=(made,))
        whole = words.thresholds(cited(found, "x/drivers/thresholds"), case)
        assert all(s.zh for s in whole)
        return " ".join(s.en for s in whole)

    few = "fewer than four different answers lie"
    assert f"{few} above the threshold" in said(0.85) and few not in said(0.83)
    assert f"{few} below the threshold" in said(0.15)
    assert few not in said(0.85, bend="open") and few not in said(0.85, slope_above=None)


def test_a_real_case_has_nothing_declared(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    data = drivers.Answers(retail.study, retail.rows, retail.scores, None)
    case = Case("retail-simulated", retail.study)
    shares = drivers.shared(data, refitted)
    assert {r.truth for r in shares.rows} == {None}
    grouped = drivers.grouped(data, refitted, 20, 1)
    weights = drivers.weights(data, grouped)
    assert weights is not None
    apart = weights.rows[0].model_copy(
        update={"deviation": 0.2, "deviation_ci_lower": 0.1, "deviation_ci_upper": 0.3}
    )
    found = cited(weights.model_copy(update={"rows": (apart, *weights.rows[1:])}), "a/drivers/b")
    said = [*words.shares(cited(shares, "a/drivers/c"), case), *words.weights(found, case)]
    assert not any("eclared" in s.en or "设定" in s.zh for s in said)
    assert any("stronger in Grocery" in s.en for s in said)


def test_verdicts_by_error_of_measurement() -> None:
    """What does not outlast errors of measurement is not called necessary."""
    from loyalty.stats.necessity import Carried, Necessity

    scores = Necessity({"ce_fdh": 0.3}, {"ce_fdh": 0.01}, 0.01)

    def free(lower: float, p: float) -> Carried:
        return Carried({"ce_fdh": 0.2}, {"ce_fdh": lower}, {"ce_fdh": 0.3}, {"ce_fdh": p})

    said = [
        drivers._verdict(scores, free(*one), 0.1, 0.05)
        for one in ((0.15, 0.01), (0.05, 0.01), (0.15, 0.3))
    ]
    assert said == ["necessary", "small", "none"]


def test_intervals_of_few_clusters_are_expanded() -> None:
    """Of a mean of few: as wide as by t, which draws of the sample alone do not reach."""
    rng, few = np.random.default_rng(3), 6
    held = {None: 0, few: 0}
    for _ in range(400):
        sample = rng.standard_normal(few)
        means = sample[rng.integers(0, few, (999, few))].mean(axis=1)
        for clusters in held:
            lower, upper = drivers._bounds(means, clusters)
            held[clusters] += bool(lower <= 0 <= upper)
    assert held[None] < 0.91 * 400 < 0.925 * 400 < held[few]


def test_draws_have_their_own_parameters(refitted: drivers.Refits) -> None:
    """Latent of many parameter vectors at once is that of each."""
    estimate = refitted.model.estimate
    one = latent(estimate, estimate.x)
    two = latent(estimate, np.stack([estimate.x, estimate.x]))
    assert two.correlations[1] == pytest.approx(one.correlations)
    moments = block_moments(estimate.model.blocks[0], estimate.x)
    assert pd.DataFrame(moments.covariance).shape[0] == estimate.model.blocks[0].size


# --- what to do --------------------------------------------------------------------------------
def test_advice_follows_from_what_is_sure(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    of = drivers.conditions(retail, refitted)
    needed = drivers.necessary(retail, refitted, of, 20, 1)
    found = drivers.recommended(retail, needed, refitted)
    assert found.grade == "simulated" and found.group is None
    by = {c.construct: c for c in needed.conditions}
    spread = retail.scores.std()
    for row in found.rows:
        c = by[row.construct]
        slope = c.importance * spread[found.outcome] / spread[row.construct]
        assert row.change == pytest.approx(slope)
        assert (row.action == "open") == (c.ci_lower <= 0 <= c.ci_upper)
    assert found.clear == sum(row.action != "open" for row in found.rows) > 0
    actions = [row.action for row in found.rows]
    assert actions == sorted(actions, key=lambda a: a == "open")

    case = Case("retail-simulated", retail.study)

    def said(**flipped: Any) -> str:
        changed = found.model_copy(update=flipped)
        texts = words.recommendations(cited(changed, "x/drivers/recommendations"), case)
        return " ".join(t.en for t in texts)

    def advised(conditions: tuple[Condition, ...]) -> drivers.Recommendations:
        changed = needed.model_copy(update={"conditions": conditions})
        advice = drivers.recommended(retail, changed, refitted)
        assert isinstance(advice, drivers.Recommendations)
        return advice

    assert "People were asked once" in said()
    open_ = tuple(row.model_copy(update={"action": "open"}) for row in found.rows)
    sure = tuple(row.model_copy(update={"action": "counts"}) for row in found.rows)
    assert "nothing follows for what to do" in said(rows=open_)
    assert "nothing is advised" in said(rows=(*sure[1:], open_[0]))
    assert "nothing is advised" not in said(rows=sure)

    # a performance that its interval does not set apart from the middle is called neither
    even = tuple(c.model_copy(update={"performance": 50.0}) for c in by.values())
    level = advised(even)
    assert {row.action for row in level.rows} <= {"counts", "secure", "open"}
    far = [c.model_copy(update={"performance": 5.0 + 90.0 * (k % 2)}) for k, c in enumerate(even)]
    assert {"raise", "keep"} & {row.action for row in advised(tuple(far)).rows}

    # flipping a condition's interval takes its advice away
    conditions = tuple(
        c.model_copy(update={"ci_lower": -0.1, "ci_upper": 0.1}) for c in by.values()
    )
    none = drivers.recommended(
        retail, needed.model_copy(update={"conditions": conditions}), refitted
    )
    assert none.clear == 0 and {row.action for row in none.rows} == {"open"}
    turned = {"importance": -0.3, "ci_lower": -0.4, "ci_upper": -0.2}
    conditions = tuple(c.model_copy(update=turned) for c in by.values())
    lower = drivers.recommended(
        retail, needed.model_copy(update={"conditions": conditions}), refitted
    )
    assert {row.action for row in lower.rows} == {"lower"}
    sure = {"ci_lower": 0.1, "ci_upper": 0.5, "importance": 0.3, "verdict": "necessary"}
    conditions = tuple(c.model_copy(update=sure) for c in by.values())
    first = drivers.recommended(
        retail, needed.model_copy(update={"conditions": conditions}), refitted
    )
    assert {row.action for row in first.rows} == {"secure"}


def scale_deviations(
    model: semfit.Result, data: drivers.Answers, x: np.ndarray | None = None
) -> pd.Series:
    """Of the mean of each construct's items: the root of the mean of their covariances."""
    block = model.estimate.model.blocks[0]
    covariance = block_moments(block, model.estimate.x if x is None else x).covariance
    table = pd.DataFrame(covariance, block.names, block.names)
    return pd.Series(
        {
            c.id: np.sqrt(table.loc[items, items].to_numpy().mean())
            for c in data.study.structural
            for items in [[i.id for i in c.items]]
        }
    )


# --- the cost that would have to hold ------------------------------------------------------------
def test_the_cost_that_would_have_to_hold_by_hand(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    """The ratio of two changes, over the refits, its total effects by adding up the ways."""
    of = drivers.conditions(retail, refitted)
    found = drivers.recommended(
        retail, drivers.necessary(retail, refitted, of, 20, 1), refits=refitted
    )
    sure = [row for row in found.rows if row.action != "open"]
    assert found.costs_by == "refits"
    assert len(found.costs) == len(sure) * (len(sure) - 1) / 2 > 0
    firms = refitted.clusters
    assert firms == 8  # percentiles of few are expanded (Hesterberg 2015)
    tail = norm.cdf(np.sqrt(firms / (firms - 1)) * t.ppf(0.025, firms - 1))
    spread = retail.scores.std()

    assert refitted.by is not None
    implied = scale_deviations(refitted.by.model, retail)

    def change(draw: int, name: str) -> float:
        """Of the outcome for one point of the construct, over every way of up to eight paths."""
        at = refitted.drawn.names.index
        ways = sum(np.linalg.matrix_power(refitted.drawn.paths[draw], k) for k in range(1, 9))
        sd = spread[name] * refitted.spreads[name][draw] / implied[name]
        return ways[at(found.outcome), at(name)] / sd

    for cost in found.costs[:3]:
        less, more = (
            next(r for r in sure if r.construct == n) for n in (cost.construct, cost.than)
        )
        assert cost.estimate == pytest.approx(abs(less.change) / abs(more.change))
        ratios = np.sort(
            [change(d, cost.construct) / change(d, cost.than) for d in range(refitted.used)]
        )
        ends = np.interp(np.array([tail, 1 - tail]) * (len(ratios) - 1), range(len(ratios)), ratios)
        assert (cost.ci_lower, cost.ci_upper) == pytest.approx(tuple(ends))


def test_without_refits_the_cost_is_by_the_quadratic(
    retail: drivers.Answers, refitted: drivers.Refits
) -> None:
    """Fieller's interval, its covariance by moving every parameter of the model."""
    of = drivers.conditions(retail, refitted)
    needed = drivers.necessary(retail, refitted, of, 20, 1)
    few = replace(refitted, draws=10 * refitted.draws)
    assert not len(few.usable.paths)
    found = drivers.recommended(retail, needed, refits=few)
    assert found.costs_by == "fieller"
    cost, spread = found.costs[0], retail.scores.std()
    names = [cost.construct, cost.than]
    assert refitted.by is not None
    model = refitted.by.model
    estimate, at_point = model.estimate, scale_deviations(model, retail)

    def changes(x: np.ndarray) -> np.ndarray:
        one, sd = latent(estimate, x), scale_deviations(model, retail, x)
        whole = np.linalg.inv(np.eye(len(one.names)) - one.paths)
        rows = whole[one.names.index(found.outcome), [one.names.index(n) for n in names]]
        sd = sd / at_point * spread[sd.index]
        return rows * sd[found.outcome] / sd[names].to_numpy()

    x = estimate.x
    steps = 1e-5 * np.eye(len(x))
    slopes = np.column_stack([(changes(x + h) - changes(x - h)) / 2e-5 for h in steps])
    (va, c), (_, vb) = slopes @ model.vcov.to_numpy() @ slopes.T
    a, b = changes(x)
    z2 = t.ppf(0.975, 7) ** 2
    ends = np.sort(np.roots([b**2 - z2 * vb, -2 * (a * b - z2 * c), a**2 - z2 * va]))
    assert (cost.ci_lower, cost.ci_upper) == pytest.approx(tuple(ends), rel=1e-5)
    row = next(r for r in found.rows if r.construct == cost.than)
    assert (row.change, row.ci_upper) == pytest.approx((b, b + np.sqrt(z2 * vb)), rel=1e-5)


def test_the_cost_is_said_as_it_is(retail: drivers.Answers, refitted: drivers.Refits) -> None:
    of = drivers.conditions(retail, refitted)
    found = drivers.recommended(
        retail, drivers.necessary(retail, refitted, of, 20, 1), refits=refitted
    )
    case = Case("retail-simulated", retail.study)

    def said(**flipped: Any) -> tuple[str, str]:
        changed = cited(found.model_copy(update=flipped), "x/drivers/recommendations")
        table = tables.recommendations(changed, case)
        texts = words.recommendations(changed, case)
        return table.markdown("en").replace("\\", ""), " ".join(t.en for t in texts)

    table, text = said()
    assert "the measure of the others" in table and "up to" in table and "of the refits" in table
    assert "pays rather than one of satisfaction only while it costs at most" in text
    assert "in money a customer stands in the chapter" in text  # purchases are joined
    alone = Case("retail-simulated", retail.study.model_copy(update={"join": None}))
    unjoined = words.recommendations(cited(found, "x/drivers/recommendations"), alone)
    assert not any("in money" in t.en for t in unjoined)
    open_ends = {"ci_lower": None, "ci_upper": None}
    open_ = tuple(c.model_copy(update=open_ends) for c in found.costs)
    table, text = said(costs=open_, costs_by="fieller")
    assert "no bound can be given" in table and "up to" not in table and "Fieller" in table
    assert "no bound can be given" in text and "pays rather" not in text
    # what is open is not advised, and measures nothing
    first, *rest = found.rows
    table, text = said(rows=(*rest, first.model_copy(update={"action": "open"})))
    assert "none: nothing is advised" in table and "beside one of" not in text
    assert f"pays rather than one of {case.label(rest[0].construct).en.lower()} only" in text
    # one alone has nothing beside it
    table, text = said(rows=(first,), costs=(), costs_by=None, clear=1)
    assert "no other to compare it with" in table and "pays rather" not in text
    assert "Cost: how many times" not in table
