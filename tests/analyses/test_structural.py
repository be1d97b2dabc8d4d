"""The structural model: its findings on drawn answers, and what is said of them."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit

from loyalty.analyses.structural import findings as structural
from loyalty.analyses.structural import interactions, tables, words
from loyalty.analyses.structural.bends import Bends, estimated
from loyalty.analyses.structural.page import PAGE
from loyalty.analyses.structural.ways import Contrast, Contrasts
from loyalty.cases import study, survey
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.verdicts import judge
from loyalty.ground.findings import Finding, Refused, cited, refusable
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run.show import Display, displays
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references

LABELS = {
    "quality": ("Quality", "质量"),
    "value": ("Value", "价值"),
    "price": ("Price", "价格"),
    "loyalty": ("Loyalty", "忠诚"),
}
ROLES = {"quality": "antecedent", "price": "moderator", "loyalty": "outcome"}
FIRMS = [f"f{i}" for i in range(10)]
HYPOTHESES: list[dict[str, Any]] = [
    {"id": "H1", "from": "quality", "to": "value", "sign": "+"},
    {"id": "H2", "from": "value", "to": "loyalty", "sign": "+"},
    {"id": "H3", "from": "quality", "to": "loyalty", "sign": "+", "moderator": "price"},
    {"id": "H4", "from": "value", "to": "loyalty", "sign": "-", "quadratic": True},
]
ASIDE = {"id": "H5", "from": "quality", "to": "loyalty", "sign": "+", "set_aside": "*too* near"}
EFFECT = {"id": "I1", "label": {"en": "*by* value", "zh": "*经由*价值"}, "through": []}


def described(*hypotheses: dict[str, Any], groups: bool = True, effects: bool = True) -> Study:
    """A case of four constructs with three items each, firms within industries."""
    levels = {name: {"en": name, "zh": name} for name in FIRMS}
    grouped = [
        {"id": "industry", "label": "Industry", "levels": {"a": "A", "b": "B"}},
        {"id": "firm", "label": "Firm", "levels": levels, "within": "industry"},
    ]
    through = ["quality", "value", "loyalty"]
    return Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "real", "source": "R", "licence": "MIT", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": -9, "max": 9},
            "constructs": [
                {
                    "id": name,
                    "label": {"en": en, "zh": zh},
                    "role": ROLES.get(name, "mediator"),
                    "items": [{"id": f"{name[0]}{k}", "en": f"{name} {k}"} for k in (1, 2, 3)],
                }
                for name, (en, zh) in LABELS.items()
            ],
            "groups": grouped if groups else [],
            "hypotheses": hypotheses or HYPOTHESES,
            "effects": [EFFECT | {"through": through}] if effects else [],
        }
    )


def drawn(n: int = 400) -> pd.DataFrame:
    """Answers where quality works through value, the more the lower the price."""
    rng = np.random.default_rng(5)
    factors = {"quality": rng.normal(size=n), "price": rng.normal(size=n)}
    quality, price = factors["quality"], factors["price"]
    factors["value"] = 0.6 * quality + 0.8 * rng.normal(size=n)
    factors["loyalty"] = 0.5 * factors["value"] + 0.3 * quality * price + 0.7 * rng.normal(size=n)
    rows = pd.DataFrame(
        {
            f"{name[0]}{k}": factor + 0.5 * rng.normal(size=n)
            for name, factor in factors.items()
            for k in (1, 2, 3)
        }
    )
    firm = rng.integers(0, 10, size=n)
    return rows.assign(firm=np.array(FIRMS)[firm], industry=np.where(firm < 5, "a", "b"))


def answers(of: Study, rows: pd.DataFrame) -> structural.Answers:
    return structural.answers(Survey(of, rows, "0" * 64, {}, {}))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return drawn()


@pytest.fixture(scope="module")
def whole(rows: pd.DataFrame) -> structural.Structural:
    """All that the notebook computes, with few draws."""
    data = answers(described(*HYPOTHESES, ASIDE), rows)
    model, firms = structural.model(data), structural.firms(data)
    boot = structural.bootstrap(data, 30, 7, firms)
    bends = structural.bends(data, 1, firms)
    paths = structural.paths(data, model, firms)
    return structural.Structural(
        whole=structural.whole(data),
        fit=structural.fit(model),
        paths=paths,
        solution=structural.solution(data, model, firms, paths),
        clusters=structural.clusters(data, model, firms, boot),
        effects=structural.effects(data, model, boot),
        totals=structural.totals(data, model, boot),
        competing=structural.competing(data),
        moderation=structural.moderation(bends),
        latent=structural.latent(bends),
        semopy=structural.second_opinion(data),
    )


CASE = Case("small", described(*HYPOTHESES, ASIDE))


def shown(name: str, found: Finding | Refused, language: Any = "en") -> list[Display]:
    return list(
        displays("structural", name, cited(found, f"small/structural/{name}"), CASE, language)
    )


def said(sentence: Any, found: Finding) -> Text:
    """What a function of `words` says of a finding, without references."""
    text = sentence(cited(found, "small/structural/x"), CASE)
    text = join(text if isinstance(text, list) else [text])
    return Text(**{k: without_references(text.in_(k)) for k in LANGUAGES})


@pytest.mark.parametrize(
    ("sign", "lower", "upper", "verdict"),
    [
        ("+", 0.1, 0.3, "supported"),
        ("+", -0.3, -0.1, "contradicted"),
        ("-", -0.3, -0.1, "supported"),
        ("-", 0.1, 0.3, "contradicted"),
        ("+", -0.1, 0.3, "open"),
        ("+", 0.0, 0.3, "open"),
        ("-", math.nan, math.nan, "open"),
    ],
)
def test_a_hypothesis(sign: str, lower: float, upper: float, verdict: str) -> None:
    assert judge(sign, lower, upper) == verdict


# --- the findings --------------------------------------------------------------------------------
def test_paths_and_their_verdicts(whole: Any, rows: pd.DataFrame) -> None:
    found = whole.paths
    assert [(p.id, p.verdict) for p in found.rows] == [("H1", "supported"), ("H2", "supported")]
    assert found.count == 2
    result = semfit.fit(CASE.study.structural_model(), rows, estimator="MLR", cluster="firm")
    table = result.standardized().set_index("label")
    assert (found.firms, found.df) == (10, 9)
    assert found.rows[0].estimate == pytest.approx(table.loc["p_H1", "est_std"], rel=1e-12)
    assert found.rows[0].se == pytest.approx(table.loc["p_H1", "se"], rel=1e-12)
    r2 = result.r2.set_index("variable")["r2"]
    assert {r.id: r.estimate for r in found.r2} == {c: r2[c] for c in ("value", "loyalty")}
    assert {(p.from_, p.to) for p in found.one_point} == {
        ("quality", "value"), ("quality", "loyalty"), ("value", "loyalty"),
    }  # fmt: skip
    assert whole.fit.n == 400 and whole.fit.df == result.df and whole.fit.admissible


def test_the_model_with_the_path_set_aside(whole: Any) -> None:
    assert whole.whole.set_aside == ("H5",) and whole.whole.admissible


def test_an_indirect_effect_is_the_product_of_its_paths(whole: Any) -> None:
    (effect,), (total,) = whole.effects.rows, whole.totals.rows
    assert effect.estimate == pytest.approx(np.prod([p.estimate for p in whole.paths.rows]))
    assert effect.boot_ci_lower < effect.estimate < effect.boot_ci_upper and effect.legs == 2
    assert (total.direct, total.indirect) == (0, pytest.approx(effect.estimate))
    drawn = whole.effects.resamples
    assert (drawn.drawn, drawn.used, drawn.imputed) == (30, 30 - drawn.nonconverged, False)
    assert whole.effects.clear == whole.totals.clear == 1


@pytest.fixture(scope="module")
def side_by_side() -> tuple[structural.Answers, Any, Any]:
    data = structural.answers(survey.load(study.load("innovation-simulated")))
    model = structural.model(data)
    return data, model, structural.bootstrap(data, 30, 1)


def test_ways_side_by_side_differ_as_a_defined_parameter_does(
    side_by_side: tuple[structural.Answers, Any, Any],
) -> None:
    """The same difference, defined in the model's text and standardized by the estimator."""
    data, model, boot = side_by_side
    found = structural.contrasts(data, model, boot)
    ends = [("I1", "I2"), ("I1", "I3"), ("I2", "I3")]
    assert [(r.first, r.second) for r in found.rows] == ends
    complete = data.rows.dropna(subset=data.items)
    text = data.study.structural_model()
    plain = semfit.fit(text, complete, estimator="MLR")
    text += "".join(f"\n{a}{b} := {a} - {b}" for a, b in ends)
    defined = semfit.fit(text, complete, estimator="MLR")
    rows = structural.contrasts(data, plain, plain.bootstrap(draws=30, seed=3)).rows
    limits = defined.bootstrap(draws=30, seed=3).standardized().set_index("label")
    for row, (a, b) in zip(rows, ends, strict=True):
        own = limits.loc[f"{a}{b}", ["est_std", "ci_lower", "ci_upper"]].tolist()
        assert [row.estimate, row.ci_lower, row.ci_upper] == pytest.approx(own, abs=1e-5)


def test_ways_are_of_the_same_ends_and_two_at_least(rows: pd.DataFrame) -> None:
    data = answers(described(groups=False), rows)
    model = structural.model(data)
    assert structural.contrasts(data, model, structural.bootstrap(data, 4, 7)) is None


def test_the_way_ahead_of_all_others_is_named(
    side_by_side: tuple[structural.Answers, Any, Any],
) -> None:
    case = Case("innovation-simulated", side_by_side[0].study)
    made = cited(structural.contrasts(*side_by_side), "innovation-simulated/structural/contrasts")
    table, figures = displays("structural", "contrasts", made, case, "zh")
    assert "服务创新经感知价值" in table.bundle["text/markdown"] and figures.bundle
    row = {"first": "I1", "second": "I2", "estimate": 0.2}
    clear = Contrast(**row, ci_lower=0.1, ci_upper=0.3)
    open_ = Contrast(**row, ci_lower=-0.1, ci_upper=0.5)

    def text(*found: Any) -> str:
        return join(words.contrasts(cited(found[0], "x/structural/contrasts"), case)).en

    said = text(Contrasts(count=1, clear=1, ahead=("I1",), rows=(clear,)))
    assert said.endswith(
        "through every other goes this way: Innovation to loyalty through satisfaction."
    )
    assert "No way carries clearly more" in text(
        Contrasts(count=1, clear=1, ahead=(), rows=(clear,))
    )
    assert "do not say" in text(Contrasts(count=1, clear=0, ahead=(), rows=(open_,)))


def test_firms_and_respondents_have_intervals_of_their_own(whole: Any) -> None:
    found = whole.clusters
    assert (found.count, found.df, found.resamples.drawn) == (10, 9, 30)
    assert found.resamples.firms and whole.effects.resamples == found.resamples
    ratios = [row.cluster_se / row.se for row in found.rows]
    assert [row.ratio for row in found.rows] == ratios
    assert (found.ratio_min, found.ratio_max) == (min(ratios), max(ratios))
    for row, plain in zip(found.rows, whole.paths.rows, strict=True):
        assert row.estimate == pytest.approx(plain.estimate)
        assert (row.cluster_ci_lower, row.cluster_verdict) == (plain.ci_lower, plain.verdict)
        assert row.boot_ci_lower != row.cluster_ci_lower != row.ci_lower


def test_rivals_and_the_paths_they_add(whole: Any) -> None:
    found = whole.competing
    assert [s.id for s in found.structures] == ["hypothesized", "partial", "unmediated"]
    base, partial, unmediated = found.structures
    assert (partial.added, partial.removed, partial.delta_df) == (1, 0, 1)
    assert base.delta_p is None and unmediated.delta_p is None and not partial.problems
    first = found.added[0]
    assert (first.structure, first.from_, first.to) == ("partial", "quality", "loyalty")
    assert partial.added_clear == int(first.p_holm is not None and first.p_holm < 0.05)


def test_a_moderation_that_was_put_in(whole: Any) -> None:
    found = whole.moderation
    h3, h4 = found.rows
    assert (h3.verdict, h3.latent_verdict, h3.moderator) == ("supported", "supported", "price")
    assert h3.latent_estimate > h3.estimate > 0  # errors of measurement weaken a product
    assert h4.quadratic and h4.moderator == "value"
    term = whole.latent.terms[0]
    assert term.below.estimate < term.mean.estimate < term.above.estimate
    assert [s.sd for s in (term.below, term.mean, term.above)] == pytest.approx([-1, 0, 1])
    assert len(term.curve) == 41 and term.score_verdict == h3.verdict


def test_who_answers_carelessly_is_in_no_product(rows: pd.DataFrame) -> None:
    """Sixteen who tick the lowest place everywhere take most of a moderation away."""
    of, items = described(groups=False), rows.columns[:12]
    lined = rows[items].astype(float)
    lined.iloc[:16] = -9.0
    data = answers(of, lined)
    assert data.careless is not None and data.careless[:16].all()
    found = structural.moderation(structural.bends(data, 1))
    assert isinstance(found, structural.Moderation) and found.left_out == data.careless.sum() >= 16
    without = estimated(of, lined[~data.careless], 1)
    assert found.rows[0].latent_estimate == without.latent["H3"].estimate
    assert found.rows[0].n == len(lined) - found.left_out
    all_of_them = estimated(of, lined, 1)
    assert all_of_them.scores["H3"]["est"] < found.rows[0].estimate / 2
    assert answers(described(*HYPOTHESES[:2], groups=False), lined).careless is None


def test_a_table_of_moderations_tells_who_is_left_out(whole: Any) -> None:
    notes = {}
    for left_out in (0, None, 12):
        found = whole.moderation.model_copy(update={"left_out": left_out})
        table = tables.moderation(cited(found, "small/structural/x"), CASE)
        assert table is not None and table.note is not None
        notes[left_out] = without_references(table.note.en), without_references(table.note.zh)
    assert "carelessness" not in notes[0][0] and "敷衍" not in notes[0][1]
    assert "signs of carelessness." in notes[None][0] and "已剔除有敷衍作答" in notes[None][1]
    assert "signs of carelessness (12)." in notes[12][0] and "已剔除 12 名有" in notes[12][1]


def test_the_second_opinion(whole: Any) -> None:
    found = whole.semopy
    assert found.paths == len(found.rows) == 2
    assert found.largest_difference == max(row.difference for row in found.rows) < 1e-4
    assert found.largest_relative_difference_se == pytest.approx(
        max(abs(row.semopy_se / row.se - 1) for row in found.rows)
    )


def test_what_a_case_does_not_call_for(rows: pd.DataFrame) -> None:
    data = answers(described(*HYPOTHESES[:2], groups=False, effects=False), rows)
    model = structural.model(data)
    assert structural.whole(data) is None
    bends = structural.bends(data, 1)
    assert structural.latent(bends) is None
    assert structural.moderation(bends) == structural.Moderation(count=0, rows=())
    for found, code in (
        (structural.firms(data), "no_nested_group"),
        (structural.effects(data, model, structural.bootstrap(data, 5, 1)), "no_indirect_effect"),
    ):
        assert isinstance(found, Refused) and found.refused.code == code


def test_a_model_that_cannot_be_had_refuses_all_that_rests_on_it(rows: pd.DataFrame) -> None:
    data = answers(described(), rows.iloc[:6])
    model = structural.model(data)
    assert isinstance(model, Refused)
    assert structural.fit(model) == structural.paths(data, model) == model
    boot = structural.bootstrap(data, 5, 1)
    assert structural.clusters(data, model, structural.firms(data), boot) == model
    (text,) = shown("fit", structural.fit(model))
    assert text.bundle["text/markdown"].startswith("This analysis cannot be done here: ")
    bends = structural.bends(data, 1)
    assert isinstance(structural.latent(bends), Refused) and bends.refused_latent


def test_hypotheses_that_could_not_be_judged_are_not_said_to_be_absent() -> None:
    reason = Reason(code="no_indirect_effect")
    bends = Bends(CASE.study.hypotheses, refused_scores=[reason], refused_latent=[reason])
    assert structural.moderation(bends) == structural.latent(bends) == Refused(refused=reason)


# --- a drawn case --------------------------------------------------------------------------------
@pytest.fixture
def aftersales(repository: Path) -> structural.Answers:
    """A case of firms whose paths and moderations were put in."""
    return structural.answers(survey.load(study.load("aftersales-simulated")))


def test_what_was_put_in_is_found(aftersales: structural.Answers) -> None:
    """Firms widen every interval; a moderation is found between latent constructs."""
    model = structural.model(aftersales)
    firms = structural.firms(aftersales)
    paths: Any = structural.paths(aftersales, model, firms)
    assert {p.id: p.verdict for p in paths.rows} == {f"H{i}": "supported" for i in range(1, 12)}
    boot = structural.bootstrap(aftersales, 4, 7, firms)
    clusters: Any = structural.clusters(aftersales, model, firms, boot)
    assert (paths.firms, paths.df) == (10, 9)
    for row, beside in zip(paths.rows, clusters.rows, strict=True):
        assert (row.ci_lower, row.verdict) == (beside.cluster_ci_lower, beside.cluster_verdict)
        assert row.estimate == pytest.approx(beside.estimate, abs=1e-9)
    assert clusters.count == 10 and clusters.ratio_min > 1 and clusters.resamples.imputed
    for row in clusters.rows:
        assert row.cluster_ci_upper - row.cluster_ci_lower > row.ci_upper - row.ci_lower
    rivals: Any = structural.competing(aftersales)
    assert min(rivals.structures, key=lambda s: s.bic).id == "hypothesized"
    units = (firms.group, firms.clusters)
    alone = interactions.latent(aftersales.study, aftersales.rows, "satisfaction", 1)
    latent = interactions.latent(aftersales.study, aftersales.rows, "satisfaction", 1, units)
    assert latent.terms[0].estimate == pytest.approx(alone.terms[0].estimate, abs=1e-6)
    assert latent.terms[0].ci_upper != pytest.approx(alone.terms[0].ci_upper, abs=1e-3)
    assert latent.terms[0].hypothesis.id == "H12" and latent.terms[0].ci_lower > 0


# --- what is shown -------------------------------------------------------------------------------
def test_every_finding_has_its_place() -> None:
    assert list(PAGE) == list(structural.Structural.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_shown_in_one_language(whole: Any, language: Any) -> None:
    labels = []
    for name in PAGE:
        if name in ("questions", "contrasts", "composed"):  # these answers have none
            continue
        for display in shown(name, getattr(whole, name), language):
            labels.append(display.label.replace("small-structural-", ""))
            texts = (display.bundle.get("text/markdown"), display.caption, display.alt)
            for text in (without_references(t) for t in texts if t):
                assert not re.search(r"\b(nan|None)\b", text)
                assert not ("质量" in text and language == "en")
                assert not ("Quality" in text and language == "zh")
    assert labels == [
        "txt-whole", "txt-fit", "fig-paths", "fig-whole-model", "tbl-paths", "txt-paths",
        "txt-paragraph",
        "fig-clusters", "txt-clusters", "tbl-effects", "txt-effects", "tbl-totals", "txt-totals",
        "tbl-competing",
        "txt-competing", "tbl-moderation", "txt-moderation", "fig-slopes", "tbl-slopes",
        "txt-latent", "tbl-semopy", "txt-semopy",
    ]  # fmt: skip


def test_a_path_set_aside_gives_its_reason_and_what_happens_with_it(whole: Any) -> None:
    text = said(words.whole, whole.whole)
    assert text.en.startswith(
        "H5 (Quality → Loyalty) is not part of the estimated model: \\*too\\*"
    )
    assert text.en.endswith("converges to an admissible solution.")
    bad = whole.whole.model_copy(
        update={"problems": (Reason(code="implied_covariances", of="estimator"),)}
    )
    text = said(words.whole, bad)
    assert text.en.endswith(
        "the model shows: the implied covariance matrix is not positive definite."
    )
    assert text.zh.endswith("若仍将其纳入，则模型隐含的协方差矩阵非正定。")


def path(name: str, value: float, low: float, high: float, verdict: Any) -> structural.Path:
    ends = {"from_": "quality", "to": "value", "sign": "+"}
    interval = {"estimate": value, "ci_lower": low, "ci_upper": high}
    return structural.Path(id=name, **ends, **interval, se=0.1, p=0.01, verdict=verdict)


def test_paths_are_counted_and_wide_ones_named() -> None:
    rows = (
        path("H1", 0.5, 0.4, 0.6, "supported"),
        path("H2", 2.0, -1.0, 5.0, "open"),
        path("H3", -0.7, -0.8, -0.6, "contradicted"),
    )
    r2 = [structural.Explained(id=c, estimate=e) for c, e in (("loyalty", 0.5), ("value", 0.25))]
    found = structural.Paths(count=3, rows=rows, r2=r2, one_point=())
    text = said(words.paths, found)
    assert text.en.startswith("H2 is not to be relied upon: the interval is wider than one")
    assert text.en.endswith("lies between \\.25 (Value) and \\.50 (Loyalty).")
    assert "H2 不可采信：区间宽于一个标准差" in text.zh
    assert "overlap" not in text.en  # a wide interval is not read at all
    large = found.model_copy(update={"rows": (path("H1", 1.2, 1.1, 1.3, "supported"), *rows[1:])})
    assert (
        "Larger than 1 in size is H1: a standardized path is so large"
        in said(words.paths, large).en
    )
    best = without_references(words.strongest(cited(found, "small/structural/x"), CASE).en)
    assert best == (
        "The strongest supported path is Quality → Value "
        "(β = 0\\.50\u00a0\\[0\\.40,\u00a00\\.60\\])."
    )
    one = found.model_copy(update={"count": 1, "r2": tuple(r2[:1])})
    text = said(words.paths, one.model_copy(update={"rows": rows[:1]}))
    assert text.en == "The share of variance explained is \\.50 (Loyalty)."


@pytest.mark.parametrize(
    ("changes", "en", "zh"),
    [
        (
            {},
            "Of 3 hypothesized paths H1 is supported, H3 is contradicted and H2 is not to be "
            "relied upon.",
            "3 条假设路径中，H1 得到支持，H3 与假设相反，H2 不可采信。",
        ),
        (
            {"H2": (0.2, 0.1, 0.3, "supported")},
            "Of 3 hypothesized paths H1 and H2 are supported and H3 is contradicted.",
            "3 条假设路径中，H1 和 H2 得到支持，H3 与假设相反。",
        ),
        (
            {"H2": (0.2, -0.1, 0.3, "open"), "H3": (0.2, -0.1, 0.3, "open")},
            "Of 3 hypothesized paths H1 is supported and H2 and H3 are open.",
            "3 条假设路径中，H1 得到支持，H2 和 H3 未定。",
        ),
        (
            {"H1": (3.2, -2.5, 9.0, "open"), "H3": (1, 0.3, 1.9, "supported")},
            "None of the hypothesized paths is to be relied upon.",
            "各条假设路径均不可采信。",
        ),
    ],
)
def test_what_a_diagram_finds_follows_its_rows(changes: Any, en: str, zh: str) -> None:
    rows = {
        "H1": (0.5, 0.4, 0.6, "supported"),
        "H2": (2.0, -1.0, 5.0, "open"),
        "H3": (-0.7, -0.8, -0.6, "contradicted"),
    } | changes
    made = [path(k, *v) for k, v in rows.items()]
    found = structural.Paths(count=3, rows=made, r2=(), one_point=())
    assert said(words.by_verdict, found) == Text(en=en, zh=zh)
    doubted = [name for name, (_, lower, upper, _) in rows.items() if upper - lower > 1]
    (figure, folded, table, *_) = shown("paths", found)
    assert figure.caption is not None and without_references(figure.caption).startswith(en)
    assert ("dotted, not to be relied upon" in figure.caption) == bool(doubted)
    assert "how certain a path is, not how large" in figure.caption
    cells = [row.split(" | ") for row in table.bundle["text/markdown"].splitlines()[2:5]]
    said_of = {row[0].strip("| "): row for row in cells}
    for name, value in rows.items():
        # a path that may not be relied upon has its number in the table alone
        told = any(cell.startswith("not to be relied upon") for cell in said_of[name])
        assert told == (name in doubted)
        number = f"{abs(value[0]):.2f}"[-3:]
        spoken = number in (figure.alt or "")
        assert spoken or name in doubted
    assert folded.folded and "items" in (folded.alt or "")


def test_few_clusters_are_said_to_be_few(whole: Any) -> None:
    row = whole.clusters.rows[0].model_copy(update={"cluster_verdict": "open"})
    lost = whole.clusters.resamples.model_copy(update={"nonconverged": 3, "inadmissible": 1})
    found = whole.clusters.model_copy(update={"rows": (row,), "resamples": lost})
    text = said(words.clusters, found)
    assert "independent the verdict on H1 would be another" in text.en
    assert "H1 的判断便会不同" in text.zh
    assert "10 are few (50 would do" in text.en and "9 degrees of freedom" in text.en
    assert "3 did not converge and 1 was inadmissible" in text.en
    many = said(words.clusters, whole.clusters.model_copy(update={"count": 60}))
    assert "few" not in many.en and "no verdict would be another" in many.en


def effects(whole: Any, **changed: Any) -> Text:
    row = {"boot_ci_lower": 0.01, "boot_ci_upper": 0.3, "bca_ci_lower": 0.02, "bca_ci_upper": 0.3}
    one = whole.effects.rows[0].model_copy(update={"estimate": 0.2, **row, **changed})
    return said(words.effects, whole.effects.model_copy(update={"rows": (one,)}))


def test_labels_of_effects_are_no_markup(whole: Any) -> None:
    text = effects(whole)
    assert (
        "The largest of them is \\*by\\* value (0\\.20" in text.en and "\\*经由\\*价值" in text.zh
    )


def test_expanded_intervals_are_said_where_firms_are_resampled(whole: Any) -> None:
    for firms in (None, 8):
        refits = whole.effects.resamples.model_copy(update={"firms": firms})
        found = whole.effects.model_copy(update={"resamples": refits})
        note = tables.effects(cited(found, "small/structural/effects"), CASE).markdown("en")
        assert ("expanded" in note) is (firms is not None)


def test_percentile_and_corrected_intervals(whole: Any) -> None:
    assert "say the same of every one" in effects(whole).en
    assert "disagree about I1: leave those open" in effects(whole, bca_ci_lower=-0.01).en
    absent = effects(whole, bca_ci_lower=None, bca_ci_upper=None).en
    assert "disagree" not in absent and "say the same" not in absent
    assert "There is no bias-corrected interval for I1" in absent
    none = effects(whole, boot_ci_lower=-0.1)
    assert "No bootstrap interval of 1 indirect effect is clear of zero." in none.en


def test_an_estimate_outside_its_own_interval_is_said_to_be(whole: Any) -> None:
    text = effects(whole, estimate=5.1)
    assert "The product of I1 lies outside its own percentile interval" in text.en
    assert "I1 的路径之积落在自身的百分位区间之外" in text.zh
    assert "The largest of them" not in text.en
    assert "outside" not in effects(whole).en
    assert "outside" not in effects(whole, boot_ci_lower=None, boot_ci_upper=None).en


def test_few_draws_are_a_warning(whole: Any) -> None:
    assert "could be used" not in said(words.totals, whole.totals).en
    few = whole.totals.resamples.model_copy(update={"drawn": 200, "used": 48})
    text = said(words.totals, whole.totals.model_copy(update={"resamples": few}))
    assert "Only 48 of 200 draws" in text.en and "不足为凭" in text.zh
    doubted = said(words.effects, whole.effects.model_copy(update={"resamples": few}))
    assert "Only 48 of 200 draws" in doubted.en and "clear of zero" not in doubted.en


def test_totals_are_counted(whole: Any) -> None:
    assert said(words.totals, whole.totals).en.startswith(
        "Over all ways together, the total effect"
    )
    two = whole.totals.model_copy(update={"count": 2, "rows": whole.totals.rows * 2})
    assert "1 of 2 total effects" in said(words.totals, two).en


def rivals(whole: Any, **changed: Any) -> Text:
    base, partial, _ = whole.competing.structures
    rival = partial.model_copy(update={"bic": base.bic + 10, "delta_p": 0.001, **changed})
    one = whole.competing.added[0].model_copy(update={"p_holm": 0.01})
    part = {"structures": (base, rival), "added": (one,)}
    return said(words.competing, whole.competing.model_copy(update=part))


def test_rivals(whole: Any) -> None:
    better = rivals(whole, added_clear=1)
    assert "By BIC the structure “as hypothesized” is to be preferred." in better.en
    assert "fits better (p = \\.001); the path that it adds, " in better.en.replace("\u00a0", " ")
    assert "，显著" not in better.zh and "新增的路径“质量 → 忠诚”（" in better.zh
    two = rivals(whole, added=2, added_clear=1)
    assert "of its 2 added paths 1 is clear of zero after Holm's correction" in two.en
    assert "经 Holm 校正后，2 条新增的路径中有 1 条显著，即“质量 → 忠诚”（" in two.zh
    assert "fits no better" in rivals(whole, delta_p=0.4).en
    variance = {"name": "loyalty", "variance": -0.1, "where": ""}
    problem = Reason(code="negative_latent_variance", parameters=variance, of="estimator")
    unsound = rivals(whole, problems=(problem,))
    assert "mediation\\)”: negative variance of the latent variable Loyalty)" in unsound.en
    alone = whole.competing.model_copy(update={"structures": whole.competing.structures[:1]})
    assert "no rival structure" in said(words.competing, alone).en
    assert tables.competing(alone, CASE) is None


@pytest.mark.parametrize(
    ("paths", "covariances", "joined"),
    [
        ([("a", "c"), ("b", "c")], [], True),  # what no path leads to covaries
        ([("a", "b"), ("a", "c")], [], True),  # and so do the rests of what ends
        ([("a", "b"), ("b", "c")], [], False),
        ([("a", "b"), ("b", "c"), ("a", "c")], [], True),
        ([("a", "m"), ("a", "n"), ("m", "y"), ("n", "y"), ("a", "y")], [], False),
        ([("a", "m"), ("a", "n"), ("m", "y"), ("n", "y"), ("a", "y")], [("n", "m")], True),
    ],
)
def test_that_every_order_fits_alike_is_said_where_all_are_joined(
    whole: Any,
    paths: list[tuple[str, str]],
    covariances: list[tuple[str, str]],
    joined: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hypotheses = [SimpleNamespace(from_=a, to=b) for a, b in paths]
    study: Any = SimpleNamespace(paths=hypotheses, covariances=covariances)
    assert words._joined(study) == joined
    monkeypatch.setattr(words, "_joined", lambda _: joined)
    alone = whole.competing.model_copy(update={"structures": whole.competing.structures[:1]})
    text = said(words.competing, alone)
    assert ("every other order of them is equivalent" in text.en) == joined
    assert ("先后次序都与此等价" in text.zh) == joined


def test_added_paths_of_which_none_is_clear(whole: Any) -> None:
    base, partial, _ = whole.competing.structures
    rival = partial.model_copy(update={"delta_p": 0.001, "added_clear": 0})
    part = {"structures": (base, rival), "added": ()}
    text = said(words.competing, whole.competing.model_copy(update=part))
    assert "though the path that it adds is not clear of zero" in text.en
    two = whole.competing.model_copy(
        update={**part, "structures": (base, rival.model_copy(update={"added": 2}))}
    )
    assert "though none of its 2 added paths is clear of zero" in said(words.competing, two).en


def test_moderation_by_verdict(whole: Any) -> None:
    h3, h4 = (
        row.model_copy(update={"verdict": v})
        for row, v in zip(whole.moderation.rows, ("open", "supported"), strict=True)
    )
    found = whole.moderation.model_copy(update={"rows": (h3, h4)})
    assert said(words.moderation, found).en.endswith("supported: H4; open: H3.")
    one = found.model_copy(update={"count": 1, "rows": (h3,)})
    assert said(words.moderation, one).en.startswith("The hypothesis on moderation or bends")
    none = structural.Moderation(count=0, rows=())
    assert "states no hypothesis" in said(words.moderation, none).en
    assert tables.moderation(none, CASE) is None


def test_a_term_without_a_latent_estimate_has_one_verdict_and_a_dash(whole: Any) -> None:
    row = structural.Bend(**{
        k: v for k, v in dict(whole.moderation.rows[0]).items() if not k.startswith("latent")
    })  # fmt: skip
    found = structural.Moderation(count=1, rows=(row,))
    (table, _) = shown("moderation", found)
    assert table.bundle["text/markdown"].splitlines()[2].endswith("| supported\\; – | – | – |")


def test_latent_terms_that_scores_judge_otherwise(whole: Any) -> None:
    term = whole.latent.terms[1]
    changed = {"verdict": "supported", "score_verdict": "open", "jn_lower": -1.0, "jn_upper": 5.0}
    bent = structural.Latent(terms=(term.model_copy(update=changed),))
    text = said(words.latent, bent)
    assert "Scale scores judge H4 otherwise, so this verdict rests" in text.en
    assert "ceases somewhere to differ from zero" in text.en
    assert "A bend has to be read with care" in text.en
    same = {"quadratic": False, "jn_lower": None, "jn_upper": None, "score_verdict": None}
    text = said(words.latent, structural.Latent(terms=(bent.terms[0].model_copy(update=same),)))
    assert "judge it alike" in text.en and "bend" not in text.en


def test_how_far_two_programs_lie_apart(whole: Any) -> None:
    def text(difference: float | None) -> str:
        return said(
            words.semopy, whole.semopy.model_copy(update={"largest_difference": difference})
        ).en

    assert text(1e-6) == "The estimates differ by less than 0\\.00001."
    assert text(0.0005) == "The estimates differ by at most 0\\.00050."
    assert "confirms nothing" in text(0.02)
    lost = whole.semopy.model_copy(update={"converged": False})
    assert "did not converge" in said(words.semopy, lost).en
    shown_ = tables.semopy(cited(lost, "small/structural/semopy"), CASE).markdown("en")
    assert whole.semopy.converged and "semopy" not in shown_.splitlines()[0]


def test_an_absent_program_leaves_a_reason_in_its_place() -> None:
    @refusable
    def absent() -> None:
        raise CannotCompute("no_indirect_effect")

    (text,) = shown("semopy", absent())
    assert text.label == "txt-small-structural-semopy"


# --- single questions ----------------------------------------------------------------------------
def test_what_a_single_question_adds() -> None:
    """Beside least squares written out; a question that cannot be judged is said."""
    of = described(HYPOTHESES[1], groups=False, effects=False)
    numbers = [
        {"id": name, "label": {"en": f"*{name}*", "zh": name}, "kind": "number"}
        for name in ("price_paid", "always")
    ]
    asked = Study.model_validate(of.model_dump(mode="json", by_alias=True) | {"variables": numbers})
    rng = np.random.default_rng(9)
    items = [i.id for c in asked.constructs for i in c.items]
    common = rng.normal(size=300)
    rows = pd.DataFrame({i: common + rng.normal(size=300) for i in items})
    rows["price_paid"] = 0.5 * rows["l1"] + rng.normal(size=300)
    rows.loc[:49, "price_paid"] = np.nan
    rows["always"] = 3.0
    data = structural.answers(Survey(asked, rows, "0" * 64, {}, {}))
    found = structural.questions(data)
    assert (found.from_, found.to, found.count) == ("value", "loyalty", 1)
    assert [reason.code for reason in found.messages] == ["constant"]
    (row,) = found.rows
    assert (row.variable, row.n, row.share) == ("price_paid", 250, pytest.approx(250 / 300))
    used = pd.DataFrame(
        {
            "value": rows[[f"v{i}" for i in (1, 2, 3)]].mean(axis=1),
            "loyalty": rows[[f"l{i}" for i in (1, 2, 3)]].mean(axis=1),
            "paid": rows["price_paid"],
        }
    ).dropna()
    r = used.corr()
    assert row.estimate == pytest.approx(r.loc["value", "paid"])
    both = np.linalg.solve(
        r.loc[["value", "paid"], ["value", "paid"]], r.loc[["value", "paid"], "loyalty"]
    )
    assert row.added == pytest.approx(both[1])
    assert row.r2 == pytest.approx(r.loc["value", "loyalty"] ** 2)
    assert row.r2_with == pytest.approx(both @ r.loc[["value", "paid"], "loyalty"])
    assert row.added_ci_lower < row.added < row.added_ci_upper
    context = Case("drawn", asked)
    shown = cited(found, "drawn/structural/questions")
    said = without_references(join(words.questions(shown, context)).en)
    assert said.startswith("In 1 of 1 regression the question adds")
    assert "“\\*price\\_paid\\*”" in said
    assert len(tables.questions(shown, context).markdown("zh").splitlines()) == 5
    no_number = structural.answers(Survey(of, rows, "0" * 64, {}, {}))
    assert structural.questions(no_number) is None


def test_structures_that_fit_exactly_alike_are_named(whole: Any) -> None:
    rows = {s.id: s for s in whole.competing.structures}
    one, *_ = rows.values()
    partial = one.model_copy(update={"id": "partial", "chisq": 22.651571, "df": 8})
    direct = one.model_copy(update={"id": "unmediated", "chisq": 22.651572, "df": 8})

    def of(*structures: Any) -> Text:
        found = whole.competing.model_copy(update={"structures": structures, "added": ()})
        return said(lambda f, _: words._equivalent(f.structures) or Text(en="no", zh="无"), found)

    text = of(partial, direct)
    assert "(partial mediation)” and “direct paths only" in text.en.replace("\\", "")
    assert "equivalent" in text.en and "等价" in text.zh
    for other in ({"chisq": 22.66}, {"df": 9}, {"chisq": None}):
        assert of(partial, direct.model_copy(update=other)).en == "no"
    apart = one.model_copy(update={"chisq": 30.0, "df": 9, "bic": 99.0})
    rows_ = [apart, *(s.model_copy(update={"bic": 90.0}) for s in (partial, direct))]
    assert not words._preferred(rows_)
    assert "partial mediation" in words._preferred(rows_[:2])[0].en
