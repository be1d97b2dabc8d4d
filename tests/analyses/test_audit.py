"""The data audit: its findings on cases that lack what it asks for, and what is said of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.audit import findings as audit
from loyalty.analyses.audit import tables, words
from loyalty.analyses.audit.common_method import FocalPath, MeasurementModel
from loyalty.analyses.audit.page import PAGE
from loyalty.cases import study, survey
from loyalty.cases.study import Study
from loyalty.estimates.careless import Selection
from loyalty.estimates.verdicts import Reliance
from loyalty.ground.findings import Finding, Refused, cited
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run.show import Display, displays
from loyalty.shown.context import Case
from loyalty.shown.words import join, without_references
from tests.conftest import ITEMS, Project, answers, description

#: For sentences alone; the constructs are Quality and Loyalty, the group is Plan.
CASE = Case("small", Study.model_validate(description()))
HEYWOOD = Reason(
    code="negative_latent_variance",
    parameters={"name": "quality", "variance": -0.5, "where": ""},
    of="estimator",
)


def whole() -> tuple[Any, Case]:
    """All that the notebook computes of the case ``small``, and the case."""
    of = study.load("small")
    data = audit.answers(survey.load(of))
    every = {name: getattr(audit, name)(data) for name in audit.Audit.model_fields}
    return audit.Audit(**every), Case("small", of)


def shown(name: str, found: Any, case: Case, language: Any = "en") -> list[Display]:
    if found is None:
        return []
    return list(displays("audit", name, cited(found, f"small/audit/{name}"), case, language))


def texts(name: str, found: Any, case: Case, language: Any = "en") -> str:
    displays = shown(name, found, case, language)
    parts = [t for d in displays for t in (d.caption, d.bundle.get("text/markdown")) if t]
    return without_references("\n".join(parts)).replace("\\", "")


def said(sentence: Any, found: Finding) -> Text:
    """What a function of `words` says of a finding, without references."""
    text = sentence(cited(found, "small/audit/x"), CASE)
    text = join(text if isinstance(text, list) else [text])
    plain = {k: without_references(text.in_(k)).replace("\\", "") for k in LANGUAGES}
    assert re.search("[\u4e00-\u9fff]", plain["zh"]) and plain["zh"].endswith("。")
    assert not re.search("[\u4e00-\u9fff]", plain["en"]) and plain["en"].endswith(".")
    return Text(**plain)


# --- the findings --------------------------------------------------------------------------------
def test_a_plain_case(project: Project) -> None:
    found, case = whole()
    flow: Any = found.flow
    assert "All 60 rows enter the main analyses." in texts("flow", flow, case)
    assert flow.step("incomplete").n_left == 60 - sum(s.n_excluded for s in flow.steps)
    assert found.marker == Refused(refused=Reason(code="marker_needed"))
    assert "需要标记变量" in texts("marker", found.marker, case, "zh")
    assert found.quotas == Refused(refused=Reason(code="no_group_with_quotas"))
    assert found.patterns is found.little is found.detection is None
    counts = pd.read_csv(project.folder / "rows.csv")["plan"].value_counts()
    assert {s.level: s.n for s in found.sample.levels} == {"1": counts[1], "2": counts[2]}
    assert found.harman.component_share > found.harman.factor_share > 0


def test_a_case_without_groups_and_single_questions(project: Project) -> None:
    project.study["groups"], project.study["variables"] = [], []
    project.describe()
    found, case = whole()
    assert "no grouping variable" in texts("sample", found.sample, case)
    assert found.quotas is None and found.codes.checked == 0
    assert texts("codes", found.codes, case) == (
        "Every answer lies on its scale; one that did not would have stopped the case."
    )


def everything(project: Project) -> None:
    """Firms in industries, quotas, a clock, a marker, satisfaction, an id, missing answers."""
    rng = np.random.default_rng(8)
    rows = answers(200)
    rows["firm"] = np.repeat(["a1", "a2", "a3", "b1", "b2"], [60, 60, 4, 40, 36])
    rows["industry"] = rows["firm"].str[0]
    rows["clock"] = rng.integers(8, 90, 200)
    rows["shoes"], rows["who"] = rng.normal(40, 2, 200), [f"p{k}" for k in range(200)]
    rows.loc[rows["firm"] == "a1", "l2"] = np.nan  # a firm that did not ask this
    rows.loc[rows["firm"] == "b1", ["q1", "q2", "q3", "recommend"]] = np.nan
    rows.loc[5:8, "q2"] = 9  # the declared missing code
    rows.loc[199, "who"] = "p0"
    project.study["variables"] += [
        {"id": "clock", "kind": "seconds", "label": "Seconds"},
        {"id": "shoes", "kind": "number", "label": {"en": "Shoe size", "zh": "鞋码"}},
        {"id": "who", "kind": "id", "label": "Person"},
    ]
    project.study["marker"] = "shoes"
    firms = ("a1", "a2", "a3", "b1", "b2")
    project.study["groups"] = [
        {
            "id": "industry",
            "label": {"en": "Industry", "zh": "行业"},
            "levels": {k: {"en": k.upper(), "zh": f"{k}业"} for k in "ab"},
            "quotas": {"a": 0.5, "b": 0.5},
        },
        {
            "id": "firm",
            "label": {"en": "Firm", "zh": "企业"},
            "within": "industry",
            "levels": {k: {"en": k.upper(), "zh": f"{k}店"} for k in firms},
            "quotas": dict.fromkeys(firms, 1),
        },
    ]
    project.rows(rows)


def test_a_case_with_everything(project: Project) -> None:
    everything(project)
    found, case = whole()
    assert "1 id occurs again" in texts("flow", found.flow, case)
    assert "4 answers carry a code declared as missing" in texts("codes", found.codes, case)
    assert [(i.item, i.declared, i.outside, i.share) for i in found.codes.items] == [
        ("q2", 4, 0, 4 / 200)
    ]
    assert "(Shoe size)" in texts("marker", found.marker, case)
    assert "（鞋码）" in texts("marker", found.marker, case, "zh")
    # 124 of 200 where 100 were planned: w = sqrt(0.12^2 / 0.5 * 2)
    (quota,) = found.quotas.tests
    assert quota.w == pytest.approx(0.24)
    said_ = texts("quotas", found.quotas, case)
    assert "more than the" in said_
    # A test of the firms would give the small one away.
    assert "Not tested is Firm: a group is too small to be shown" in said_
    assert "企业未作检验：有一组人数过少" in texts("quotas", found.quotas, case, "zh")
    # A3 is small; with the total of its industry known, the next smallest goes with it.
    shares = {row.level: row.share for row in found.sample.levels}
    assert shares["a3"] is None and [shares["a1"], shares["a2"]].count(None) == 1
    assert "| A3 | – |" in texts("sample", found.sample, case)
    assert "| a3店 | – |" in texts("sample", found.sample, case, "zh")
    assert [p.n for p in found.patterns.shown if p.n < 10] == []
    assert found.patterns.n_patterns == len(found.patterns.shown) + found.patterns.pooled.patterns
    assert {s.sign for s in found.careless.signs if s.n is not None} >= {"seconds_per_item"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_is_shown_in_one_language(project: Project, language: Any) -> None:
    everything(project)
    found, case = whole()
    labels = []
    for name in PAGE:
        for display in shown(name, getattr(found, name), case, language):
            labels.append(display.label.replace("small-audit-", ""))
            for text in (display.bundle.get("text/markdown"), display.caption, display.alt):
                text = without_references(text or "")
                assert not re.search(r"\b(nan|None)\b", text)
                assert not ("质量" in text and language == "en")
                assert not (re.search("Quality|Firm|Industry", text) and language == "zh")
    assert labels == [
        "fig-flow", "txt-flow", "txt-twins", "tbl-codes", "txt-codes", "txt-columns", "tbl-missing",
        "txt-missing",
        "tbl-patterns", "txt-patterns", "txt-little", "tbl-careless", "txt-careless",
        "tbl-agreement", "txt-agreement", "tbl-sensitivity", "txt-sensitivity", "fig-shape",
        "txt-shape", "txt-normality", "tbl-sample", "txt-sample", "tbl-quotas", "txt-quotas",
        "txt-harman", "tbl-method", "txt-method", "txt-marker",
    ]  # fmt: skip


def test_every_finding_has_its_place() -> None:
    assert list(PAGE) == list(audit.Audit.model_fields)


def test_ratings_off_their_scale_are_told(project: Project) -> None:
    rows = answers()
    rows.loc[0, "recommend"] = 77
    project.study["rows"]["outside_scale"] = "missing"
    project.rows(rows)
    found, case = whole()
    assert found.codes.variables_outside == 1
    assert "set to missing: recommend (1)." in texts("codes", found.codes, case)


def test_one_answer_throughout_and_one_construct(project: Project) -> None:
    rows = answers()
    rows.loc[:14, ["q1", "q2", "q3"]] = 3
    rows.loc[15:29, ["q1", "q2", "q3"]] = 4
    rows.loc[30:, ["q1", "q2", "q3"]] = 5
    project.study["constructs"] = project.study["constructs"][:1]
    project.study["constructs"][0]["role"] = "outcome"
    project.study["hypotheses"] = []
    project.rows(rows)
    found, case = whole()  # three items that are one and the same
    assert "collinear" in texts("normality", found.normality, case)
    assert "no path leads to an outcome" in texts("sensitivity", found.sensitivity, case)
    assert "cannot be done here" in texts("method", found.method, case)
    assert "此处无法进行这项分析" in texts("method", found.method, case, "zh")


def test_groups_that_are_all_too_small(project: Project) -> None:
    rows = answers()
    rows["plan"] = np.arange(60) % 12
    group = project.study["groups"][0]
    group["levels"] = {str(k): f"Plan {k}" for k in range(12)}
    group["quotas"] = dict.fromkeys(group["levels"], 1)
    project.rows(rows)
    found, case = whole()
    assert {s.n for s in found.sample.levels} == {None}
    assert "Every group is too small to be shown." in texts("sample", found.sample, case)
    assert texts("quotas", found.quotas, case) == (
        "Not tested is Plan: a group is too small to be shown."
    )


# --- rows and codes ------------------------------------------------------------------------------
def flow(out: tuple[int, int, int, int], rows: int, ids: int, lined: int, **of: Any) -> Text:
    left = [int(100 - sum(out[: k + 1])) for k in range(4)]
    steps = [
        audit.Step(reason=reason, n_excluded=n, n_left=after)
        for reason, n, after in zip(
            ("empty", "repeated", "careless", "incomplete"), out, left, strict=True
        )
    ]
    repeated = {"repeated_rows": rows, "repeated_ids": ids, "lined": lined, "has_ids": True, **of}
    share = {"strict_share": left[-1] / 100}
    return said(words.flow, audit.Flow(n=100, items=6, steps=steps, **share, **repeated))


def test_who_is_in() -> None:
    text = flow((0, 5, 1, 20), 5, 0, 0)
    assert text.en.startswith("All 100 rows enter")
    assert "5 repeated rows, 1 flagged respondent and everybody" in text.en
    assert "would keep 74 (74.0\u00a0%)" in text.en and "则余 74 名" in text.zh
    assert "若剔除 5 行重复数据、1 名被标记者和所有含缺失答案者，则" in text.zh
    assert "2 have no answer to any item" in flow((2, 0, 0, 0), 0, 0, 0).en
    none = flow((0, 0, 1, 20), 5, 0, 0)
    assert "repeated rows" not in none.en and "行重复数据、" not in none.zh


def test_repeated_rows() -> None:
    none = (0, 0, 0, 0)
    assert "and no id occurs twice." in flow(none, 0, 0, 0).en
    assert flow(none, 0, 0, 0, has_ids=False).en.endswith("No row repeats another one.")
    text = flow(none, 28, 2, 20)
    assert "28 rows equal an earlier one in every answer and 2 ids occur again; 20 of" in text.en
    assert "28 行的全部答案与前面某一行相同，另有 2 个编号重复；其中 20 行" in text.zh
    assert "no id occurs twice; all of these hold" in flow(none, 28, 0, 28).en
    single = flow(none, 1, 1, 1).en
    assert "1 row equals" in single and "1 id occurs again; it holds" in single


def test_equal_rows_stand_beside_what_chance_makes() -> None:
    few = audit.Again(n=28, by_chance=25.2, most_by_chance=30, draws=20, beyond=False)
    text = flow((0, 0, 0, 0), 28, 0, 0, again=few)
    assert "They are 28; in 20 surveys drawn" in text.en and "25.20 on average and 30" in text.en
    assert "not counted as repeated" in text.en and "不计为重复" in text.zh
    many = few.model_copy(update={"n": 60, "beyond": True})
    text = flow((0, 60, 0, 0), 72, 0, 12, again=many)
    assert "The others are 60;" in text.en and "more than chance explains" in text.en
    assert "cannot tell" not in text.en and "其余的有 60 行" in text.zh
    hidden = few.model_copy(update={"n": None})
    assert "cannot tell" in flow((0, 0, 0, 0), 28, 0, 0, again=hidden).en


def test_equal_rows_of_short_surveys_are_no_step_and_copies_are(project: Project) -> None:
    """Of 400 people with six items of three answers many answer alike."""
    rng = np.random.default_rng(8)
    latent = rng.normal(size=(400, 1)) + rng.normal(size=(400, 6))
    frame = pd.DataFrame(np.clip(np.round(2 + latent), 1, 3).astype(int), columns=[*ITEMS])
    frame = frame.assign(recommend=5, plan=np.arange(400) % 2 + 1)
    for rows, beyond in ((frame, False), (pd.concat([frame, frame.iloc[:120]]), True)):
        project.rows(rows.reset_index(drop=True))
        found = audit.flow(audit.answers(survey.load(study.load(project.case))))
        assert found.repeated_rows > 50 and found.again is not None
        assert found.again.beyond is beyond
        assert (found.step("repeated").n_excluded > 0) is beyond


def codes(**given: Any) -> Text:
    values = {"declared": 0, "outside": 0, "outside_share": 0.0, "refused": True, "items": ()}
    singles = {"checked": 0, "variables_outside": 0, "variables": ()}
    return said(words.codes, audit.Codes(**{**values, **singles, **given}))


def test_codes_and_other_variables() -> None:
    assert "would have stopped the case" in codes().en
    assert "stopped" not in codes(refused=False).en
    text = codes(outside=20, outside_share=0.02, declared=7)
    assert "20 answers (2.0\u00a0%) lie outside" in text.en and "7 个答案带有" in text.zh
    off = audit.VariableCodes(variable="n*s", n_outside=3)
    assert codes(checked=2, variables=[off]).en.endswith("set to missing: n*s (3).")
    assert codes(checked=2).en.endswith("The answers to the 2 single questions with a scale lie "
                                        "on theirs as well.")  # fmt: skip
    assert "the single question with a scale" in codes(checked=1).en


# --- missing answers -----------------------------------------------------------------------------
def missing(median: float, item: str = "q1") -> audit.Missing:
    row = audit.ItemMissing(item=item, n=90, n_missing=10, share_missing=0.1)
    part = {"share": 0.02, "complete": 80, "complete_share": 0.8, "items": [row]}
    return audit.Missing(**part, median=median, n_items=6, n_without=4)


def test_missing_answers() -> None:
    text = said(words.missing, missing(0))
    assert text.en.startswith("2.0\u00a0% of the answers are missing, and 80.0\u00a0% of the")
    assert "q1 was left out most often (10.0\u00a0%); 4 of 6 items miss nothing." in text.en
    assert "half of the items miss 1.0\u00a0% or less" in said(words.missing, missing(0.01)).en
    none = missing(0).model_copy(update={"items": ()})
    assert said(words.missing, none).en == "No answer is missing."
    for sentence in words.missing(cited(missing(0.01, "{{< x >}}"), "x"), CASE):
        assert "{{<" not in sentence.en


def test_missing_patterns() -> None:
    pattern = audit.Pattern(items=("a",), n=12, share=0.211)
    complete = audit.Pattern(items=(), n=40, share=0.7)
    pool = audit.Pooled(patterns=7, n=11, share=0.1)
    found = audit.Patterns(n_patterns=9, shown=(complete, pattern), pooled=pool)
    text = said(words.patterns, found)
    assert "lacks a alone (21.1" in text.en and "7 rarer patterns are pooled" in text.en
    two = pattern.model_copy(update={"items": ("a", "b")})
    text = said(words.patterns, found.model_copy(update={"shown": (two,), "pooled": None}))
    assert "lacks a, b (21.1" in text.en and "最常见的一种缺 a、b" in text.zh
    assert "pooled" not in text.en
    assert "None is shown" in said(words.patterns, found.model_copy(update={"shown": ()})).en
    table: Any = tables.patterns(cited(found, "x"), CASE)
    assert "| 7 other patterns | 11 |" in without_references(table.markdown("en"))
    assert "| 无（完整） | 40 |" in without_references(table.markdown("zh"))


@pytest.mark.parametrize(
    ("p", "printed"), [(0.0342, "= .034"), (0.0001, "< .001"), (0.5, "= .500")]
)
def test_little(p: float, printed: str) -> None:
    text = said(words.little, audit.Little(chi2=10.5, df=1200, p=p))
    assert ("speaks against" in text.en) == (p < 0.05)
    for said_ in (text.en, text.zh):
        shown = said_.replace("\u00a0", " ").replace("，*p*", ", *p*")
        assert f"χ²(1,200) = 10.50, *p* {printed}" in shown


# --- careless answering --------------------------------------------------------------------------
def test_what_is_no_sign_is_told_why() -> None:
    reason = Reason(code="no_response_times")
    left = audit.LeftOut(sign="seconds_per_item", reason=reason)
    part = {"n": 100, "signs": (), "flagged": audit.Flagged(n=3, share=0.03)}
    text = said(words.careless, audit.Careless(**part, left_out=[left]))
    assert text.en.endswith("here: Too fast (the case has no response times).")
    assert text.zh.endswith("作答过快（本案例没有作答时间）。")
    assert "Not counted" not in said(words.careless, audit.Careless(**part, left_out=())).en


def pair(a: Any, b: Any, kappa: float, lower: float) -> audit.Pair:
    return audit.Pair(a=a, b=b, both=None, kappa=kappa, ci_lower=lower, ci_upper=kappa + 0.1)


def test_signs_that_agree() -> None:
    found = audit.Agreement(pairs=(), n_pairs=0, n_chance=0)
    assert "cannot agree" in said(words.agreement, found).en
    one = pair("long_string", "mahalanobis_p", 0.5, 0.3)
    text = said(words.agreement, found.model_copy(update={"pairs": (one,)}))
    assert "agree beyond chance" in text.en and "同一类" in text.zh
    chance = pair("long_string", "mahalanobis_p", 0.1, -0.1)
    text = said(words.agreement, found.model_copy(update={"pairs": (chance,)}))
    assert "no more than chance may explain" in text.en and "不同类型" in text.zh
    several = audit.Agreement(pairs=(one, chance, chance), n_pairs=3, n_chance=2)
    text = said(words.agreement, several)
    assert "of 3 pairs of signs 2 agree no more" in text.en
    assert "“同一答案超过半数题项”" in text.zh and "κ = .50" in text.zh


def detected(kind: Any, share: float, lower: float) -> audit.Detected:
    return audit.Detected(kind=kind, n=50, share=share, ci_lower=lower, ci_upper=share + 0.05)


def test_detection_names_the_kind_that_is_found_least() -> None:
    careful, random = detected("no", 0.01, 0.005), detected("random", 0.6, 0.4)
    lined = detected("straightlining", 0.9, 0.8)
    text = said(words.detection, audit.Detection(kinds=(careful, random, lined)))
    assert "of “One answer throughout” but only 60.0" in text.en
    assert "too few signs" in text.en and "“随机作答”中的 60.0" in text.zh
    sure = random.model_copy(update={"ci_lower": 0.55})
    text = said(words.detection, audit.Detection(kinds=(careful, sure, lined)))
    assert "may be harder to see" in text.en
    one = said(words.detection, audit.Detection(kinds=(careful, random))).en
    assert "but only" not in one and "60.0" in one and "wrongly flags 1.0" in one


def sensitivity(*rows: tuple[float | None, float | None, float | None, bool]) -> Text:
    selections = [
        Selection(
            who=who, n=90, estimate=e, ci_lower=lo, ci_upper=up, problems=[HEYWOOD] if bad else []
        )
        for who, (e, lo, up, bad) in zip(
            ("everybody", "careless", "any", "strict"), rows, strict=False
        )
    ]
    counts = {"n_selections": len(rows), "faulty": sum(row[3] for row in rows)}
    ends = {"from_": "quality", "to": "loyalty", "sign": "+"}
    found = audit.Sensitivity(**ends, selections=selections, **counts)
    of = tables.sensitivity(cited(found, "x"), CASE)
    assert of.markdown("zh").count("质量") == counts["faulty"]
    weighted = Case("small", CASE.study.model_copy(update={"weights": "w"}))
    shown = tables.sensitivity(cited(found, "x"), weighted).markdown("en")
    assert "main analyses" in of.markdown("en") and "main analyses" not in shown
    return said(words.sensitivity, found)


def test_the_main_path_without_the_flagged() -> None:
    text = sensitivity((0.50, 0.40, 0.60, False), (0.45, 0.35, 0.55, False))
    assert "the path Quality → Loyalty is 0.45" in text.en and "路径“质量 → 忠诚”为 0.45" in text.zh
    assert "smaller than half" in text.en and "is the same" in text.en
    text = sensitivity((0.50, 0.45, 0.55, False), (0.02, -0.1, 0.2, False))
    assert "larger than half" in text.en and "depends on who is left out" in text.en
    # A verdict of an unsound solution does not count, but the solution is named.
    text = sensitivity((0.5, 0.4, 0.6, False), (0.5, 0.4, 0.6, False), (0.1, -0.1, 0.3, True))
    assert "is the same" in text.en and "1 of the 3 selections rests" in text.en
    wild = sensitivity((3.0, -1.0, 7.0, False), (0.5, -0.4, 1.4, False))
    assert "In some the standardized path lies beyond 1" in wild.en
    same = sensitivity((0.50, 0.40, 0.60, False), (0.50, 0.40, 0.60, False))
    assert "Nobody is flagged" in same.en and "没有受访者被标记" in same.zh
    assert "shift" not in same.en and "变动" not in same.zh
    lost = sensitivity((None, None, None, True), (0.5, 0.4, 0.6, False))
    assert "could not be estimated" in lost.en


@pytest.mark.parametrize("more", [(), ("any",)])
def test_of_few_flagged_it_is_not_said_what_the_path_is_without_them(more: Sequence[str]) -> None:
    base = {"n": 90, "ci_lower": 0.4, "ci_upper": 0.6, "problems": ()}
    kept = [Selection(who=who, estimate=0.5, **base) for who in ("everybody", *more)]
    ends = {"from_": "quality", "to": "loyalty", "sign": "+"}
    found = audit.Sensitivity(**ends, selections=kept, n_selections=4, faulty=0)
    text = said(words.sensitivity, found)
    assert "Quality → Loyalty is without the flagged respondents is not shown" in text.en
    assert "Without the flagged" not in text.en and "could not be estimated" not in text.en
    assert "不予列出，以免透露少于 10 人的情况" in text.zh
    assert ("is the same" in text.en) == bool(more)


def test_a_path_in_doubt_has_no_number_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    doubted = Case("small", CASE.study, reliance=Reliance(("measurement",)))
    monkeypatch.setattr(sys.modules[__name__], "CASE", doubted)
    text = sensitivity((0.50, 0.40, 0.60, False), (0.45, 0.35, 0.55, False))
    assert text.en.startswith("The path Quality → Loyalty is not to be relied upon: the measure")
    assert "0.45" not in text.en and "不可采信" in text.zh
    assert "0.30" not in method().en and "variance of 0.40" in method().en


# --- normality -----------------------------------------------------------------------------------
def shape(*items: tuple[float | None, float | None], known: int | None = None) -> Text:
    rows = [
        audit.ItemShape(item=name, n=9, skew=s, skew_se=0.1, kurtosis=k, kurtosis_se=0.1)
        for name, (s, k) in zip("abc", items, strict=False)
    ]
    skews = [s for s, _ in items if s is not None]
    left = sum(s < 0 for s in skews)
    return said(words.shape, audit.Shape(items=rows, n_known=known or len(skews), n_left=left))


def test_shape_of_the_items() -> None:
    good = shape((-0.5, 0.1), (0.2, 0.3), (None, None))
    assert "from −0.50 (a) to 0.20 (b); no item passes 2 in skewness or 7" in good.en
    assert "1 of 2 items have their longer tail" in good.en
    bad = shape((-2.5, 0.1), (0.2, 9.0))
    assert "lie a and b." in bad.en and "的有 a 和 b。" in bad.zh


def test_shape_of_items_of_which_few_can_be_shown() -> None:
    one = shape((0.05, 0.1), known=9)
    assert one.en.startswith("Not all of 9 items are shown") and "skewness is 0.05 (a);" in one.en
    assert (
        one.zh.startswith("为免透露不足 10 名受访者的情况，9 个题项未全部列出")
        and "所列题项的偏度为 0.05（a）；" in one.zh
    )
    two = shape((-0.5, 0.1), (0.2, 0.3), known=9)
    assert (
        "of those that are, skewness runs from −0.50 (a) to 0.20 (b); none of these passes 2"
        in two.en
    )


def test_multivariate_normality_says_what_normal_would_be() -> None:
    skew = {"skewness": 0.2, "skewness_chi2": 9.0, "skewness_df": 10, "skewness_p": 0.5}
    kurtosis = {"kurtosis": 15.2, "normal_kurtosis": 15, "kurtosis_z": 0.4, "kurtosis_p": 0.7}
    found = audit.Normality(n=400, n_items=3, **skew, **kurtosis)
    text = said(words.normality, found)
    assert "nothing speaks against" in text.en and "15.2 where 15 is normal" in text.en
    text = said(words.normality, found.model_copy(update={"kurtosis_p": 0.001}))
    assert "3 items are not multivariate normal" in text.en and "稳健" in text.zh


# --- sample and quotas ---------------------------------------------------------------------------
def quota(w: float, p: float, least: float = 50) -> audit.QuotaTest:
    return audit.QuotaTest(group="plan", chi2=4.2, df=2, p=p, w=w, min_expected=least)


def test_quotas() -> None:
    def say(*tests: audit.QuotaTest) -> Text:
        return said(words.quotas, audit.Quotas(tests=tests, not_tested=()))

    assert "exactly or nearly so" in say(quota(0.001, 1.0)).en
    text = say(quota(0.04, 0.2), quota(0.06, 0.1, 3))
    assert "in Plan (w = .06, χ²(2) = 4.20" in text.en and "less than the .10" in text.en
    assert "No test finds a departure" in text.en and "rough for Plan" in text.en
    off = say(quota(0.2, 0.001))
    assert "more than the .10" in off.en and "finds a departure in Plan." in off.en
    close = audit.Quotas(tests=(quota(0.001, 1.0),), not_tested=())
    assert tables.quotas(cited(close, "x"), CASE) is None


def test_the_largest_and_the_smallest_group() -> None:
    levels = [
        audit.SampleLevel(group="plan", level="1", n=60, share=0.6, quota=None),
        audit.SampleLevel(group="plan", level="2", n=30, share=0.3, quota=None),
    ]
    lacking = audit.Lacking(group="plan", n=10, share=0.1)
    text = said(words.sample, audit.Sample(levels=levels, lacking=[lacking]))
    assert "Prepaid (Plan, 60.0\u00a0%), the smallest Contract (Plan, 30.0\u00a0%)" in text.en
    assert text.en.endswith("in Plan (10.0\u00a0%).") and "10.0" in text.zh


# --- common method -------------------------------------------------------------------------------
def method(**given: Any) -> Text:
    planned = {"cfi": 0.95, "rmsea": 0.05, "bic": 100.0, "problems": ()}
    values = {
        "model": "turned",
        "chi2": 9.0,
        "df": 1,
        "p": 0.003,
        "found": "found",
        "variance": 0.4,
        "ci_lower": 0.2,
        "ci_upper": 0.6,
        "share": 0.1,
        "loading_change": 0.12,
        "loading_item": "q1",
        "correlation_change": 0.07,
        "correlation_pair": ("quality", "loyalty"),
        "focal": FocalPath(estimate=0.3, ci_lower=0.1, ci_upper=0.5),
    }
    model = MeasurementModel(**{**planned, **values, **given})
    found = audit.Method(models=(MeasurementModel(model="planned", **planned), model))
    return said(words.method, found)


def test_method_factor() -> None:
    text = method()
    assert "has a variance of 0.40\u00a0[0.20,\u00a00.60], 10.0\u00a0% of an average" in text.en
    assert "up to .12 (q1) and a correlation of constructs by up to .07 (Quality and" in text.en
    assert "The path Quality → Loyalty is 0.30" in text.en and "路径“质量 → 忠诚”为 0.30" in text.zh
    assert "may be zero" in method(found="open").en
    assert "none is found" in method(found="negative", variance=-0.1).en
    excluded = method(found="excluded", variance=-0.2)
    assert "nothing positive in common" in excluded.en and ".12" not in excluded.en
    unsound = method(problems=(HEYWOOD,))
    assert "face value (negative variance of the latent variable Quality" in unsound.en
    assert "潜变量“质量”的方差为负" in unsound.zh and ".12" not in unsound.en
    assert "no sound solution" in method(focal=None).en
    codes = method(model="as_answered", correlation_pair=None)
    assert "whichever way an item is worded" in codes.en and "constructs by" not in codes.en


def test_harman_and_marker() -> None:
    text = said(words.harman, audit.Harman(factor_share=0.27, component_share=0.29))
    assert "accounts for 27.0\u00a0%" in text.en and "29.0" in text.zh
    found = audit.Marker(marker="recommend", correlation=0.1, largest_change=0.06, pairs=3, clear=1)
    text = said(words.marker, found)
    assert "The marker (Recommend) shares r = .10" in text.en and "1 of 3 stay clear" in text.en


# --- columns that are not what they seem ---------------------------------------------------------
def test_items_that_are_others_are_named_and_left_out(repository: Any) -> None:
    """Robust CFI and RMSEA with and without switch_4 are those of lavaan 0.6-14 (MLR, FIML)."""
    of = study.load("reputation-mobile")
    found: Any = audit.columns(audit.answers(survey.load(of)))
    assert found.left_out == ("switch_4",)
    assert ("switch_1", "switch_4", "b") in [(p.a, p.b, p.follows) for p in found.pairs]
    # The four items of switching costs are made of four items of quality.
    assert {(p.a, p.b) for p in found.pairs if p.follows == "a"} == {
        ("switch_1", "qual_6"),
        ("switch_2", "qual_7"),
        ("switch_3", "qual_5"),
        ("switch_4", "qual_6"),
    }
    fits = [m.fit for m in found.models]
    assert [f.cfi for f in fits] == pytest.approx([0.9338926, 0.9591118], abs=1e-5)
    assert [f.rmsea for f in fits] == pytest.approx([0.0995313, 0.0702409], abs=1e-5)
    assert [f.df for f in fits] == [68, 56]
    text = texts("columns", found, Case("reputation-mobile", of))
    assert "Without switch_4 the measurement model has CFI .959 instead of .934" in text
    assert "The study's main path does not use them." in text


def test_nothing_odd_about_the_columns(project: Project) -> None:
    found, case = whole()
    assert found.columns.pairs == found.columns.models == found.columns.against == ()
    assert "no two are one" in texts("columns", found.columns, case)


def test_the_main_path_without_an_item_that_is_another(project: Project) -> None:
    rows = answers(200)
    rows["l3"] = 6 - rows["l2"]
    rows["q2"] = 6 - rows["q2"]
    project.rows(rows)
    found, case = whole()
    (pair,) = found.columns.pairs
    assert (pair.a, pair.b, pair.follows) == ("l2", "l3", "both")
    assert [a.item for a in found.columns.against] == ["q2", "l2", "l3"]
    with_, without = found.columns.models
    assert with_.focal.n == without.focal.n == 200
    for language, part in (("en", "l2 and l3 hold the same answers"), ("zh", "答案逐一对应")):
        assert part in texts("columns", found.columns, case, language)


@pytest.mark.parametrize(
    ("apart", "en", "zh"),
    [
        (0, "is singular: perfectly collinear are q1, q2, q3, l1, l2, l3", "奇异"),
        (1, "with and without them: ", "没有剩下任何题项"),
    ],
)
def test_a_construct_that_is_another(project: Project, apart: int, en: str, zh: str) -> None:
    """All items are those of another construct: in all rows, or but for a row each."""
    rows = answers(200)
    rows[["l1", "l2", "l3"]] = rows[["q1", "q2", "q3"]]
    for k, item in enumerate(["l1", "l2", "l3"][: 3 * apart]):
        rows.loc[k, item] = rows.loc[k, item] % 5 + 1
    project.rows(rows)
    found, case = whole()
    assert found.columns.left_out == ("l1", "l2", "l3")
    (problem,) = found.columns.models[1].focal.problems
    assert problem.code == "no_item_left"
    assert en in texts("columns", found.columns, case)
    assert zh in texts("columns", found.columns, case, "zh")


def test_no_variation_is_judged_by_the_range_of_the_scale(project: Project) -> None:
    """The same answers on a scale of 100 points are as much or as little variation."""
    narrow = whole()[0].careless
    rows = answers()
    items = ["q1", "q2", "q3", "l1", "l2", "l3"]
    rows[items] = (rows[items] - 1) * 25
    project.study["scale"] = {"min": 0, "max": 100}
    project.rows(rows)
    assert [(s.sign, s.n) for s in whole()[0].careless.signs] == [
        (s.sign, s.n) for s in narrow.signs
    ]


def test_whom_the_rules_leave_out(project: Project) -> None:
    rows = answers()
    rows["check"] = [4] * 55 + [1] * 5
    rule = {"id": "r", "label": {"en": "Failed <b> $x$", "zh": "未通过"}, "column": "check"}
    project.study["exclude"] = [{**rule, "is_not": ["4"]}]
    project.rows(rows)
    found, case = whole()
    assert (found.flow.read, found.flow.n) == (60, 55)
    assert "Of 60 rows that were read, 55 are left" in texts("flow", found.flow, case)
    assert "Failed <b> $x$ (5)" in texts("flow", found.flow, case)
    assert "未通过（5 行）" in texts("flow", found.flow, case, "zh")
    assert "All 55 rows enter the main analyses" in texts("flow", found.flow, case)


def test_a_path_without_an_interval_is_not_compared() -> None:
    base = {"who": "everybody", "n": 14, "problems": ()}
    one = Selection(**base, estimate=0.4, ci_lower=None, ci_upper=None)
    found = audit.Sensitivity(
        from_="quality", to="loyalty", sign="+", selections=(one, one), n_selections=2, faulty=0
    )
    assert "could not be estimated" in said(words.sensitivity, found).en
