"""One path under many choices: the findings, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit
from scipy.stats import norm

from loyalty.analyses.robustness import estimates, figures, tables, words
from loyalty.analyses.robustness import findings as robustness
from loyalty.analyses.robustness.findings import Curve, Missing, PathPower, Power, Specification
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.estimates.careless import within_person
from loyalty.estimates.verdicts import readable
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.shown import charts
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references

DATA = Path(__file__).parents[2] / "packages" / "semfit" / "tests" / "golden" / "data"
GOLDEN = Path(__file__).parents[1] / "golden"
ITEMS = [f"x{k}" for k in range(1, 10)]
SCALES = {"visual": ITEMS[:3], "textual": ITEMS[3:6], "speed": ITEMS[6:]}
PATHS = [("H1", "visual", "textual"), ("H2", "textual", "speed"), ("H3", "visual", "speed")]
MODEL = (
    "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9\n"
    "textual ~ p_H1*visual\nspeed ~ p_H2*textual + p_H3*visual"
)
FAULT = Reason(code="not_identified", of="estimator")


def described() -> Study:
    levels = {name: {"en": name.upper(), "zh": f"企业{name}"} for name in "abc"}
    return Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "real", "source": "R", "licence": "MIT", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": 1, "max": 7},
            "constructs": [
                {
                    "id": name,
                    "label": {"en": name.title(), "zh": f"构念{k}"},
                    "role": "outcome" if name == "speed" else "antecedent",
                    "items": [{"id": i, "en": i} for i in items],
                }
                for k, (name, items) in enumerate(SCALES.items())
            ],
            "groups": [
                {"id": "land", "label": "Land", "levels": {"x": "X", "y": "Y"}},
                {
                    "id": "cl",
                    "label": {"en": "Firm", "zh": "企业"},
                    "levels": levels,
                    "within": "land",
                },
            ],
            "hypotheses": [{"id": k, "from": a, "to": b, "sign": "+"} for k, a, b in PATHS],
        }
    )


CASE = Case("case", described())


def specification(estimate: float | None, half: float = 0.1, **more: Any) -> Specification:
    """A choice with an interval of ±`half` around its estimate."""
    ends = (None, None) if estimate is None else (estimate - half, estimate + half)
    given = {
        "choice": "own",
        "estimator": "MLR, fiml",
        "n": None,
        "shift": None,
        "names": (),
        "group": None,
        "missing": False,
        "one_out": False,
        "problems": (),
        **more,
    }
    return Specification(estimate=estimate, ci_lower=ends[0], ci_upper=ends[1], **given)


def curve(*rows: Specification) -> Curve:
    """The finding of these rows, by the analysis's own road."""
    made = [estimates.Specification(r.choice, _again(r), missing=r.missing) for r in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(robustness, "specifications", lambda *_: iter(made))
        focal = described().paths[0]
        found = robustness.curve(SimpleNamespace(study=described()), focal, 1)
    assert isinstance(found, Curve)
    kept = [
        r.model_copy(update={"estimate": f.estimate})
        for r, f in zip(rows, found.specifications, strict=True)
    ]
    return found.model_copy(update={"specifications": tuple(kept)})


def _again(row: Specification) -> Any:
    def estimate() -> estimates.Path:
        if row.estimate is None:
            return estimates.Path(np.nan, np.nan, np.nan, row.problems)
        return estimates.Path(row.estimate, row.ci_lower or 0, row.ci_upper or 0, row.problems)

    return estimate


def said(found: Any, function: Any) -> Text:
    shown = function(cited(found, "case/robustness/finding"), CASE)
    whole = join(shown) if isinstance(shown, list) else shown
    return Text(en=without_references(whole.en), zh=without_references(whole.zh))


# --- the curve -----------------------------------------------------------------------------------
def test_the_curve_says_what_agrees_and_where_the_ends_are() -> None:
    found = curve(
        specification(0.5),
        specification(0.3, choice="estimator", estimator="GLS, listwise"),
        specification(0.7, choice="pls"),
    )
    assert (found.n, found.done, found.agree, found.failed) == (3, 3, 3, 0)
    assert (found.smallest, found.median, found.largest) == (0.3, 0.5, 0.7)
    text = said(found, words.curve)
    assert "all of them support" in text.en
    assert "Lowest is the choice “another estimator”, highest “PLS path model”" in text.en
    assert "其他估计方法" in text.zh


def test_a_path_beyond_one_is_said_to_rest_on_causes_that_overlap() -> None:
    large = specification(1.27, choice="forward")
    text = said(curve(specification(0.5), large), words.curve)
    assert "Beyond 1 in size is the path of every earlier" in text.en
    assert "causes of one outcome overlap" in text.en and "相互重叠" in text.zh
    wide = specification(1.71, 3.0, choice="forward")  # not read at all
    for other in (specification(0.98, choice="forward"), wide):
        assert "overlap" not in said(curve(specification(0.5), other), words.curve).en


def test_the_curve_counts_what_is_suspect_and_what_failed() -> None:
    found = curve(
        specification(0.5),
        specification(0.9, choice="ordered", problems=(FAULT,)),
        specification(-0.05, choice="scores"),
        specification(None, choice="pls", problems=(FAULT,)),
    )
    assert (found.suspect, found.failed, found.sound, found.agree) == (1, 1, 2, 1)
    assert (found.sound_smallest, found.sound_largest) == (-0.05, 0.5)
    text = said(found, words.curve)
    assert "runs from −0\\.05 to 0\\.50; 1 of them supports" in text.en
    assert "1 more rests on a solution that is not to be taken at face value" in text.en
    assert "Could not be estimated: PLS path model, since the model is not identified" in text.en
    assert "模型不可识别" in text.zh
    table = tables.specifications(cited(found, "c/r/curve"), CASE).markdown("en")
    assert "Solution" in table and "0\\.50" in table
    assert "0\\.90" not in table + text.en and "0.9" not in table + text.en  # printed nowhere


@pytest.mark.parametrize(("half", "wide"), [(0.499, 0), (0.501, 1)])
def test_an_interval_wider_than_one_standard_deviation_makes_no_range(
    monkeypatch: pytest.MonkeyPatch, half: float, wide: int
) -> None:
    """As the chapter over all cases has it: one rule."""
    found = curve(
        specification(0.5),
        specification(0.4, choice="pls"),
        specification(0.9, half, choice="ordered"),
    )
    assert (found.done, found.suspect, found.wide, found.sound) == (3, 0, wide, 3 - wide)
    assert found.sound == sum(map(readable, found.specifications))
    assert (found.agree, found.sound_largest) == (3 - wide, 0.5 if wide else 0.9)
    assert found.highest == (0 if wide else 2) and found.median == (0.45 if wide else 0.5)
    text = said(found, words.curve)
    assert ("1 more has an interval wider than one standard deviation" in text.en) == bool(wide)
    assert ("另有 1 种设定的区间宽于一个标准差" in text.zh) == bool(wide)
    assert f"Over the {3 - wide} specifications" in text.en
    table = tables.specifications(cited(found, "c/r/curve"), CASE).markdown("en")
    assert ("interval too wide" in table) == bool(wide) and "0\\.90" in table
    drawn: list[int] = []
    monkeypatch.setattr(charts, "specification_curve", lambda rows, *_: drawn.append(len(rows)))
    figure = figures.curve(cited(found, "c/r/curve"), CASE)
    assert figure is not None
    figure.draw("en")
    assert drawn == [3 - wide]


def test_the_table_lists_the_ends_of_leaving_one_out_and_every_fault() -> None:
    rows = [
        specification(0.5),
        *(
            specification(e, choice="one_out", one_out=True, group="cl", names=("a",), problems=p)
            for e, p in ((0.4, ()), (0.6, ()), (0.45, ()), (None, (FAULT,)), (0.9, (FAULT,)))
        ),
    ]
    assert [rows.index(r) for r in tables.listed(rows)] == [0, 1, 2, 4, 5]
    free = [r.model_copy(update={"one_out": False}) for r in rows]
    assert len(tables.listed(free)) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_has_its_words(language: Any) -> None:
    rows = [
        specification(0.1, choice=name, n=3, left_out=12, shift=-0.5, names=("x1",))
        for name in words.CHOICES
        if name not in ("replaced", "controls", "half")
    ]
    rows += [
        specification(0.1, choice="replaced", names=("visual",)),
        specification(0.1, choice="controls", names=("land",)),
        specification(0.1, choice="half", names=("1",)),
        *(
            specification(0.1, choice=name, n=3, group="cl", names=("a",))
            for name in ("within", "clustered", "one_out")
        ),
    ]
    for row in cited(tuple(rows), "case/robustness/curve.specifications"):
        for shown in (words.choice(row, CASE), words.detail(row, CASE)):
            assert shown.in_(language).strip()
    found = curve(*rows[:3])
    drawn = figures.curve(cited(found, "c/r/curve"), CASE)
    assert drawn is not None and drawn.draw(language).axes


def test_missing_answers_move_the_path_by_a_stated_gap() -> None:
    found = curve(specification(0.5), specification(0.42, choice="shifted", missing=True))
    gap = robustness.missing(found)
    assert isinstance(gap, Missing) and gap.gap == pytest.approx(0.08)
    assert "by at most 0.08" in said(gap, words.missing).en.replace("\\", "")
    # what rests on a doubtful solution, or cannot be read, moves nothing, and is counted
    wide = specification(0.9, 0.8, choice="imputed", missing=True)
    apart = robustness.missing(curve(specification(0.5), found.specifications[1], wide))
    assert apart.gap == pytest.approx(gap.gap) and (gap.left_out, apart.left_out) == (0, 1)
    assert "1 more is not counted" in said(apart, words.missing).en
    lost = robustness.missing(curve(specification(0.5), wide))
    assert isinstance(lost, Refused) and lost.refused.code == "no_missing_to_rely_on"
    none = robustness.missing(curve(specification(0.5)))
    assert isinstance(none, Refused) and none.refused.code == "no_missing_answer"


# --- power ---------------------------------------------------------------------------------------
def test_the_detectable_effect_is_found_with_the_stated_power() -> None:
    effect = estimates.detectable(0.05)
    assert norm.sf(norm.ppf(0.975) - effect / 0.05) == pytest.approx(0.80, abs=1e-4)
    assert estimates.detectable(0.05, df=9) > effect


def test_power_by_path() -> None:
    rows = pd.read_csv(DATA / "hs.csv")
    rows["land"], rows["cl"] = "x", np.resize(list("abcdefghij"), len(rows))
    found = robustness.power(SimpleNamespace(study=described(), scored=rows, weights=None))
    assert isinstance(found, Power)
    se = semfit.fit(MODEL, rows, estimator="MLR").standardized().set_index("label")["se"]
    for path in found.paths:
        assert path.detectable == pytest.approx(2.8016 * se[f"p_{path.id}"], rel=1e-4)
        assert path.needed / len(rows) == pytest.approx((path.detectable / 0.1) ** 2, rel=0.01)
    assert all((p.cluster_detectable or 0) > 0 for p in found.paths)


def power(*detectable: float) -> Power:
    rows = tuple(
        PathPower(
            id=f"H{k}",
            from_="visual",
            to="speed",
            estimate=0.3,
            se=d / 2.8,
            detectable=d,
            needed=100,
            plausible=None,
            cluster_detectable=None,
        )
        for k, d in enumerate(detectable, 1)
    )
    sane = [d for d in detectable if d <= 1]
    return Power(
        paths=rows,
        target=0.1,
        n=len(rows),
        sane=len(sane),
        tiny=sum(d <= 0.1 for d in detectable),
        worst=max(sane) if sane else None,
        cluster_worst=None,
        focal=None,
    )


def test_what_power_says() -> None:
    assert "found everywhere; 1 of them" in said(power(0.09, 0.2), words.power).en
    assert "Of H2 no path of a plausible size" in said(power(0.09, 8.2), words.power).en
    assert "so wide that no standardized path" in said(power(8.2, 9.0), words.power).en


def test_within_takes_out_the_groups_means() -> None:
    rows = pd.read_csv(DATA / "hs.csv").assign(cl=lambda f: np.resize(list("ab"), len(f)))
    found = estimates.within(rows, ["x1", "x2"], "cl")
    means = found.groupby("cl")[["x1", "x2"]].mean()
    np.testing.assert_allclose(means, np.broadcast_to(rows[["x1", "x2"]].mean(), means.shape))


# --- scale use -----------------------------------------------------------------------------------
def surveyed(rows: pd.DataFrame, scales: dict[str, list[str]], reverse: str = "") -> Survey:
    """A survey of a battery, with a path from the first construct to the second alone."""
    described = Study.model_validate(
        {
            "title": "t",
            "summary": "s",
            "provenance": {"kind": "real", "source": "R", "licence": "MIT", "sampling": "-"},
            "rows": {"file": {"path": "rows.csv", "sha256": "0" * 64}},
            "scale": {"min": 1, "max": 10},
            "constructs": [
                {
                    "id": name,
                    "label": name,
                    "role": "antecedent" if k == 0 else "outcome",
                    "items": [{"id": i, "en": i, "reversed": i == reverse} for i in items],
                }
                for k, (name, items) in enumerate(scales.items())
            ],
            "hypotheses": [{"id": "H1", "from": "a", "to": "b", "sign": "+"}],
        }
    )
    return Survey(described, rows, "", {}, {})


def chosen(survey: Survey, *names: str) -> dict[str, estimates.Specification]:
    every = estimates.specifications(survey, survey.study.paths[0], 1)
    return {s.choice: s for s in every if s.choice in names}


def test_single_items_are_not_taken_as_categories() -> None:
    rows = pd.read_csv(DATA / "mobi.csv").astype(float)
    single = surveyed(rows, {"a": ["PERQ1"], "b": ["CUSA1"]})
    one_each = chosen(single, "own", "ordered")
    assert set(one_each) == {"own"} and np.isfinite(one_each["own"].estimate().estimate)
    several = surveyed(rows, {"a": ["PERQ1"], "b": ["CUSA1", "CUSA2", "CUSA3"]})
    assert set(chosen(several, "own", "ordered")) == {"own", "ordered"}


def test_standardized_within_the_person_as_in_lavaan() -> None:
    """With an item asked the other way round, and a respondent without spread."""
    rows = pd.read_csv(DATA / "mobi.csv").astype(float)
    rows["CUSCO"] = 11 - rows["CUSCO"]
    rows.loc[0] = 7.0
    scales = {"a": ["PERQ1", "PERQ2", "PERQ3"], "b": ["CUSA1", "CUSA2", "CUSA3"]}
    rest = [i for i in rows if i not in scales["a"] + scales["b"]]
    survey = surveyed(rows, {**scales, "c": rest}, reverse="CUSCO")
    spec = chosen(survey, "within_person")["within_person"]
    expected = pd.read_csv(GOLDEN / "robustness_within_person.csv", skipinitialspace=True).iloc[0]
    assert len(rows) - (spec.left_out or 0) == expected["n"] < len(rows)
    np.testing.assert_allclose(spec.estimate()[:3], expected.iloc[1:], atol=2e-5)
    turned = within_person(survey)["CUSCO"]
    by_hand = -(rows["CUSCO"] - rows.mean(axis=1)) / rows.std(axis=1, ddof=1)
    np.testing.assert_allclose(turned, by_hand[turned.index])


def test_a_path_made_by_scale_use_alone_goes_with_it() -> None:
    """Forty unrelated constructs; some people tick high and some low, some wide and some narrow."""
    rng, n = np.random.default_rng(7), 800
    factors = np.repeat(rng.normal(size=(n, 40)), 3, axis=1)
    answers = 0.8 * factors + 0.6 * rng.normal(size=(n, 120))
    raw = 5.5 + rng.normal(size=(n, 1)) + rng.uniform(0.5, 1.5, size=(n, 1)) * answers
    raw[:12] = 7.0  # one answer throughout
    rows = pd.DataFrame(raw, columns=[f"q{k}" for k in range(120)])
    scales = {"a": ["q0", "q1", "q2"], "b": ["q3", "q4", "q5"], "c": list(rows)[6:]}
    found = chosen(surveyed(rows, scales), "own", "one_answer", "within_person")
    paths = {name: spec.estimate() for name, spec in found.items()}
    assert found["one_answer"].left_out == found["within_person"].left_out == 12
    assert paths["own"].ci_lower > 0.3 and paths["one_answer"].ci_lower > 0.3
    gone = paths["within_person"]
    assert abs(gone.estimate) < 0.15 and gone.ci_lower < 0 < gone.ci_upper
    # the same by hand, person by person
    kept = raw[12:]
    z = np.array(
        [(row - row.mean()) / np.sqrt(((row - row.mean()) ** 2).sum() / 119) for row in kept]
    )
    model = "a =~ q0 + q1 + q2\nb =~ q3 + q4 + q5\nb ~ p*a"
    for rows_, path in ((z, gone), (kept, paths["one_answer"])):
        refit = semfit.fit(model, pd.DataFrame(rows_, columns=list(rows)), estimator="MLR")
        row: Any = refit.standardized().set_index("label").loc["p"]
        assert (path.estimate, path.ci_lower) == pytest.approx((row["est_std"], row["ci_lower"]))


def test_answers_that_add_up_to_zero_have_no_model() -> None:
    rows = pd.read_csv(DATA / "mobi.csv").astype(float).filter(regex="^(IMAG[124]|CUSA)")
    scales = {"a": ["IMAG1", "IMAG2", "IMAG4"], "b": ["CUSA1", "CUSA2", "CUSA3"]}
    spec = chosen(surveyed(rows, scales), "within_person")["within_person"]
    with pytest.raises(CannotCompute, match="all 6 items of the battery are in the model") as error:
        spec.estimate()
    assert "协方差矩阵不可逆" in error.value.reason.text().zh
