"""The voice of the customer: findings on made-up reviews and complaints, and their sentences."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from loyalty.analyses.voice import complaints, figures, tables, themes, times, words
from loyalty.analyses.voice import findings as voice
from loyalty.analyses.voice.page import PAGE
from loyalty.cases import study
from loyalty.cases import tables as loading
from loyalty.cases.sources import Resource
from loyalty.ground.disclosure import recordable
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table

CASE = Case("small")


def said(sentences: Text | Sequence[Text]) -> Text:
    whole = sentences if isinstance(sentences, Text) else shared.join(sentences)
    return Text(en=shared.without_references(whole.en), zh=shared.without_references(whole.zh))


# --- made-up tables ------------------------------------------------------------------------------
def reviews(n: int = 500) -> pd.DataFrame:
    """Lines of words with a known meaning: hotels or books, care with praise, repair with blame."""
    rng = np.random.default_rng(3)
    known = sorted(themes.glosses())
    texts, kinds = [], []
    for k in range(n):
        good = rng.random() < 0.5
        some = [*rng.choice(known, 6), "酒店" if k % 2 else "作者"]
        if rng.random() < 0.2:
            some.append("周到" if good == (rng.random() < 0.9) else "维修")
        texts.append(" ".join([*some, chr(0x4E00 + k)]))
        kinds.append("pos" if good else "neg")
    texts += [texts[0], "一般般", "一般般", "宾馆反馈 谢谢", "!!! 123", "", "差"]
    kinds += [kinds[0], "pos", "neg", "pos", "neg", "pos", "odd"]
    return pd.DataFrame({"text": texts, "polarity": kinds})


def filed(m: int = 900) -> pd.DataFrame:
    """Complaints: of quality fewer customers stay, of a class nobody described nothing is known."""
    rng = np.random.default_rng(4)
    of = rng.choice(["price", "quality", "odd"], m, p=[0.5, 0.49, 0.01])
    hours, solved = rng.gamma(1.5, 16, m), rng.random(m) < 0.6
    odds = np.where(of == "quality", -0.8, 0.4) + 0.8 * solved
    stayed = rng.random(m) < 1 / (1 + np.exp(-odds))
    days = rng.integers(0, 700, m)
    return pd.DataFrame(
        {
            "customer": np.char.add("k", rng.integers(0, 300, m).astype(str)),
            "date": (pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D")).astype(str),
            "class": of,
            "hours": hours,
            "solved": solved.astype(int),
            "stayed": stayed.astype(int),
        }
    )


LEVELS = {
    "complaints": {
        "price": {"en": "Price", "zh": "价格"},
        "quality": {"en": "Quality", "zh": "质量"},
    },
    "reviews": {"pos": "praise", "neg": "complaint"},
}


def levels(kind: str, frame: pd.DataFrame) -> dict[str, Any]:
    named = frame.get("class", pd.Series(dtype=str)).astype(str)
    letters = named[named.isin(LETTER.values())].unique()
    return {name: name for name in letters} if len(letters) else LEVELS[kind]


LETTER = {name: f"class {name}" for name in "abcde"}


def given(project: Any, kinds: dict[str, pd.DataFrame]) -> dict[str, list[loading.Loaded]]:
    """The small case with these tables, loaded by kind."""
    described = []
    for kind, frame in kinds.items():
        frame.to_csv(project.folder / f"{kind}.csv", index=False)
        sha256 = hashlib.sha256((project.folder / f"{kind}.csv").read_bytes()).hexdigest()
        rows = {"file": {"path": f"{kind}.csv", "sha256": sha256}}
        described.append(
            {"id": kind, "kind": kind, "label": kind, "rows": rows, "levels": levels(kind, frame)}
        )
    project.study["resources"] = described
    project.describe()
    case = study.load("small")
    found: dict[str, list[loading.Loaded]] = {"reviews": [], "complaints": []}
    for resource in case.resources:
        found[resource.kind].append(loading.load(case, resource))
    return found


def everything(loaded: dict[str, list[loading.Loaded]]) -> voice.Voice:
    """As the notebook does it."""
    texts = voice.reviews(loaded["reviews"])
    contrasts = voice.contrasts(texts)
    register = complaints.register(loaded["complaints"])
    classes = complaints.classes(register)
    return voice.Voice(
        texts=voice.texts(texts),
        themes=contrasts,
        overlap=voice.overlap(texts, contrasts),
        words=voice.words(texts),
        clusters=voice.clusters(texts, seed=1, pairs=2),
        quotes=voice.quotes(texts, contrasts, study.load("small")),
        complaints=complaints.counted(loaded["complaints"], register),
        classes=classes,
        funnel=complaints.funnel(register, classes),
        times=times.times(loaded["complaints"], classes, study.load("small")),
        staying=complaints.staying(register, classes),
        coming_back=complaints.coming_back(loaded["complaints"], classes, within=90),
        warning=complaints.warning(loaded["complaints"], classes, draws=99, seed=1),
        complaint_clusters=complaints.clusters(register, classes, seed=1, pairs=2),
    )


def test_every_finding_is_shown() -> None:
    assert list(PAGE) == list(voice.Voice.model_fields)


@pytest.fixture
def dictionary(project: Any) -> None:
    """The dictionary that words are split by, as this repository has it: it is long to make."""
    cache = Path(__file__).resolve().parents[2] / ".cache"
    cache.mkdir(exist_ok=True)
    (project.root / ".cache").symlink_to(cache)


@pytest.mark.usefixtures("dictionary")
def test_a_case_with_reviews_and_complaints(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voice, "TRIED", range(2, 4))
    monkeypatch.setattr(complaints, "MOST", 3)
    tables_ = given(project, {"reviews": reviews(), "complaints": filed()})
    found = everything(tables_)
    assert voice.Voice.model_validate_json(found.model_dump_json()) == found

    texts = found.texts
    assert isinstance(texts, voice.Texts)
    assert {left.reason.code: left.n for left in texts.lines.reasons} == {
        "not_a_level": 1,
        "no_text": 1,
        "duplicate_text": 1,
        "both_polarities": 2,
        "reply": 1,
        "no_letter": 1,
    }
    assert (texts.lines.read, texts.lines.excluded, texts.left) == (507, 7, 500)
    assert texts.praise + texts.complaint == texts.left and texts.duplicate == 1

    contrasts = found.themes
    assert isinstance(contrasts, voice.Themes) and not contrasts.messages
    by = {row.theme: row for row in contrasts.themes}
    assert contrasts.themes[0].theme == "personal_care"
    care, repair = by["personal_care"], by["repair"]
    assert care.ci_lower is not None and care.ci_lower > 0
    assert repair.ci_upper is not None and repair.ci_upper < 0
    assert care.adjusted_ci_lower is not None and care.adjusted_ci_lower > 0
    # of a rare theme not even the number is kept
    assert by["returns"].n is None and by["returns"].praise is None

    top = found.words
    assert isinstance(top, voice.Words) and len(top.praise) == len(top.complaint) == top.most == 15
    assert top.praise[0].word == "周到" and top.complaint[0].word == "维修"
    clusters = found.clusters
    assert isinstance(clusters, voice.Clusters) and len(clusters.clusters) == clusters.k
    assert [t.k for t in clusters.tried] == [2, 3] and clusters.pairs == 2
    assert sum(c.share for c in clusters.clusters) == pytest.approx(1)
    quotes = found.quotes
    assert isinstance(quotes, voice.Quotes)
    assert [q.theme for q in quotes.themes] == list(themes.themes())
    assert quotes.n == sum(q is not None for t in quotes.themes for q in (t.praise, t.complaint))

    classes = found.classes
    assert isinstance(classes, voice.Classes) and isinstance(classes.impact, tuple)
    odd = int((filed()["class"] == "odd").sum())
    assert classes.complaints == 900 - odd
    assert sorted(c.category for c in classes.classes) == ["price", "quality"]
    assert classes.impact[0].category == "quality" and classes.impact[0].impact_ci_lower > 0
    known = filed().query("`class` != 'odd'")
    assert classes.soon is not None
    assert classes.soon.estimate == pytest.approx((known["hours"] <= 24).mean())
    assert isinstance(found.staying, voice.Staying) and found.staying.reference == "price"
    assert [e.term for e in found.staying.effects] == ["soon", "solved", "quality"]
    assert isinstance(found.complaint_clusters, voice.ComplaintClusters)

    shown_whole(found)


def test_no_text_is_quoted_that_may_not_be_passed_on(project: Any) -> None:
    texts = voice.reviews(given(project, {"reviews": reviews()})["reviews"])
    contrasts = voice.contrasts(texts)
    assert isinstance(voice.quotes(texts, contrasts, study.load("small")), voice.Quotes)
    project.study["provenance"]["redistribute"] = False
    project.study["resources"][0]["rows"]["file"]["path"] = "rows/reviews.csv"
    project.study["rows"]["file"]["path"] = "rows/rows.csv"
    project.describe()
    assert voice.quotes(texts, contrasts, study.load("small")) is None


def shown_whole(found: voice.Voice) -> None:
    """Everything that the page shows can be shown, in every language, with references."""
    case = show.context("small")
    for name, showers in PAGE.items():
        if (whole := getattr(found, name)) is None:
            continue
        finding = cited(whole, f"small/voice/{name}")
        for shower in showers:
            shown = shower(finding, case)
            for language in LANGUAGES:
                if isinstance(shown, Figure):
                    assert shown.draw(language).axes
                elif isinstance(shown, Table):
                    assert shown.markdown(language)
                elif shown is not None:  # there is an impact
                    assert said(shown).in_(language)
    sentence = said(words.complaints(cited(found.complaints, "x"), case))
    assert "cannot be used: class: one of price, quality is expected" in sentence.en.replace(
        "\\", ""
    )
    assert "质量" in tables.classes(cited(found.classes, "x"), case).markdown("zh")


def test_what_is_missing_is_said_once(project: Any) -> None:
    found = everything({"reviews": [], "complaints": []})
    assert isinstance(found.texts, Refused) and found.texts.refused.code == "no_reviews"
    assert isinstance(found.complaints, Refused)
    assert found.complaints.refused.code == "no_complaints"
    rest = set(voice.Voice.model_fields) - {"texts", "complaints"}
    assert {name: getattr(found, name) for name in rest} == dict.fromkeys(rest)


def test_complaints_that_come_back(project: Any) -> None:
    """Complaint by complaint: with no record that ends early, the chance is a plain share."""
    table = filed()
    table = table[table["class"] != "odd"].reset_index(drop=True)
    table["date"] = pd.to_datetime(table["date"])
    last = table["date"].max() + pd.Timedelta(days=400)
    closing = pd.DataFrame({**table.iloc[0].to_dict(), "customer": "last", "date": last}, index=[0])
    whole = pd.concat([table, closing], ignore_index=True)
    loaded = given(project, {"complaints": whole.astype({"date": str})})
    classes = complaints.classes(complaints.register(loaded["complaints"]))
    found = complaints.coming_back(loaded["complaints"], classes, within=90)
    assert isinstance(found, voice.ComingBack) and found.customers == whole["customer"].nunique()
    counts = {"price": [0, 0, 0], "quality": [0, 0, 0]}
    for _, mine in whole.groupby("customer"):
        mine = mine.sort_values("date", kind="stable")
        for i in range(len(mine)):
            name = mine["class"].iloc[i]
            if name not in counts:
                continue
            counts[name][0] += 1
            if i + 1 < len(mine):
                soon = (mine["date"].iloc[i + 1] - mine["date"].iloc[i]).days <= 90
                counts[name][1 + (mine["class"].iloc[i + 1] != name)] += soon
    assert found.rows[0].category is None
    for row in found.rows[1:]:
        n, same, other = counts[row.category]
        assert row.n == n
        watched = n - (row.category == table["class"].iloc[0])  # one was made on the last day
        assert (row.same, row.other) == pytest.approx((same / watched, other / watched))
        assert row.same_ci_lower < row.same < row.same_ci_upper
    case = show.context("small")
    text = said(words.coming_back(cited(found, "small/voice/coming_back"), case))
    assert "intervals of the classes overlap" in text.en or "most often" in text.en
    first, second = found.rows[1:]
    apart = second.model_copy(update={"same": 0.0, "same_ci_lower": 0.0, "same_ci_upper": 0.01})
    flipped = found.model_copy(update={"rows": (found.rows[0], first, apart)})
    text = said(words.coming_back(cited(flipped, "small/voice/coming_back"), case))
    assert (
        "It comes back most often of the class" in text.en and "同类投诉再次出现的比例" in text.zh
    )


def test_reviews_that_turn_give_an_alarm(project: Any) -> None:
    case, rng = show.context("small"), np.random.default_rng(6)
    days = pd.Timestamp("2023-01-02") + pd.to_timedelta(rng.integers(0, 420, 3000), unit="D")
    rows = pd.DataFrame({"text": [f"t{k}" for k in range(3000)], "date": days})

    def told(late: float) -> tuple[voice.ReviewsWarned, str]:
        chance = np.where(rows["date"] >= "2023-11-06", late, 0.2)
        polarity = np.where(rng.random(3000) < chance, "neg", "pos")
        given: Any = SimpleNamespace(rows=rows.assign(polarity=polarity))
        made = voice.review_warning(given, draws=199, seed=1)
        assert isinstance(made, voice.ReviewsWarned) and made.baseline + made.watched == 60
        cited_ = cited(made, "small/voice/review_warning")
        return made, said(words.review_warning(cited_, case)).en

    calm, text = told(0.2)
    assert calm.alarm is None and "does not show that nothing rose" in text
    turned, text = told(0.4)
    assert str(turned.alarm) >= "2023-11-06" and turned.after > 0.3 > turned.mean
    assert f"from {turned.alarm} on" in text and "odds" in text
    bare: Any = SimpleNamespace(rows=rows[["text"]].assign(polarity="pos"))
    assert voice.review_warning(bare, draws=9, seed=1) is None
    few: Any = SimpleNamespace(rows=rows.assign(polarity="pos"))
    assert voice.review_warning(few, draws=9, seed=1).refused.code == "constant_series"


def test_a_rise_gives_an_alarm(project: Any) -> None:
    table = filed()
    table = table[table["class"] != "odd"].reset_index(drop=True)
    case = show.context("small")

    def warned(frame: pd.DataFrame) -> tuple[voice.Warned, str]:
        loaded = given(project, {"complaints": frame})
        classes = complaints.classes(complaints.register(loaded["complaints"]))
        found = complaints.warning(loaded["complaints"], classes, draws=199, seed=1)
        assert isinstance(found, voice.Warned)
        return found, said(words.warning(cited(found, "small/voice/warning"), case)).en

    calm, text = warned(table)
    assert calm.alarm is None and "does not show that nothing rose" in text
    assert calm.baseline + calm.watched == 99 or calm.baseline + calm.watched == 100
    spread = pd.date_range("2023-05-01", "2023-11-30", periods=len(table)).strftime("%Y-%m-%d")
    late = pd.concat([table, table.assign(date=spread)], ignore_index=True)
    found, text = warned(late)
    assert found.alarm is not None and str(found.alarm) >= "2023-05-01"
    assert f"from {found.alarm.isoformat()} on" in text and found.after > found.mean


def test_the_funnel(project: Any) -> None:
    table = filed()
    table = table[table["class"] != "odd"].reset_index(drop=True)
    table.loc[:99, "hours"] = np.nan
    loaded = given(project, {"complaints": table})
    register = complaints.register(loaded["complaints"])
    found = complaints.funnel(register, complaints.classes(register))
    assert isinstance(found, voice.Funnel) and found.received == len(table)
    by = {stage.stage: stage for stage in found.stages}
    assert by["answered"].estimate == pytest.approx(1 - 100 / len(table))
    assert by["answered"].slow == pytest.approx(table["hours"].quantile(0.9))
    assert by["in_time"].n == len(table) - 100
    assert by["stayed"].estimate == pytest.approx(table["stayed"].mean())
    text = said(words.funnel(cited(found, "small/voice/funnel"), show.context("small")))
    assert "half of them within" in text.en and "半数在" in text.zh


def test_complaints_of_which_only_the_class_is_known(project: Any) -> None:
    loaded = given(project, {"complaints": filed()[["class"]]})
    register = complaints.register(loaded["complaints"])
    found = cited(complaints.classes(register), "small/voice/classes")
    assert isinstance(found, voice.Classes) and found.soon is None
    assert isinstance(found.impact, Refused)
    case = show.context("small")
    assert isinstance(complaints.funnel(register, found), Refused)
    assert complaints.coming_back(loaded["complaints"], found, within=90) is None
    assert complaints.warning(loaded["complaints"], found, draws=9, seed=1) is None
    sentence = words.impact(found, case)
    assert sentence is not None and "cannot be done here" in sentence.en
    whole = said(words.classes(found, case)).en
    assert "Most frequent is" in whole and "impact" not in whole and "response" not in whole
    assert "–" in tables.classes(found, case).markdown("en")


def test_reviews_that_tell_their_kind_for_sure() -> None:
    """No adjusted odds ratio can be had, and it is said."""
    rows = pd.DataFrame(
        {
            "text": [f"{'周到' if k % 2 else '维修'} {chr(0x4E00 + k)}" for k in range(60)],
            "polarity": ["pos" if k % 2 else "neg" for k in range(60)],
        }
    )
    description = Resource.model_validate(
        {
            "id": "reviews",
            "kind": "reviews",
            "label": "Reviews",
            "rows": {"file": {"path": "reviews.csv", "sha256": "0" * 64}},
        }
    )
    loaded = loading.typed(description, rows, "0" * 64, "reviews.csv")
    found = cited(voice.contrasts(voice.reviews([loaded])), "small/voice/themes")
    assert isinstance(found, voice.Themes)
    assert [m.code for m in found.messages] == ["no_logistic_solution"]
    assert "cannot be computed" in said(words.themes(found, CASE)).en


# --- sentences -----------------------------------------------------------------------------------
def row(theme: str, ends: tuple[float, float] | None, adjusted: tuple[float, float] | None) -> Any:
    lower, upper = ends or (None, None)
    adjusted_lower, adjusted_upper = adjusted or (None, None)
    other = dict.fromkeys(voice.Theme.model_fields)
    return voice.Theme(
        **other
        | {
            "theme": theme,
            "ci_lower": lower,
            "ci_upper": upper,
            "adjusted_ci_lower": adjusted_lower,
            "adjusted_ci_upper": adjusted_upper,
        }
    )


def of_themes(*rows: voice.Theme, share: float = 0.03) -> Text:
    found = voice.Themes(lines=1000, named=1000 * share, share=share, themes=rows)
    return said(words.themes(cited(found, "small/voice/themes"), CASE))


def test_a_theme_goes_where_its_interval_lies() -> None:
    text = of_themes(
        row("repair", (-2, -1), (-2, -0.5)),
        row("personal_care", (1, 2), (0.5, 2)),
        row("returns", (-1, 0.1), (-1, 0.1)),
        row("recovery", None, None),
    )
    assert "Only 3\\.0\u00a0\\% of the lines" in text.en
    assert "With complaint go repair. With praise goes personal care." in text.en
    assert "holds zero: returns." in text.en
    assert "Too rare to be compared: service recovery." in text.en
    assert "The same holds" in text.en and "does not say" in text.en
    assert "多见于差评的主题有维修。多见于好评的主题有个性化关怀。" in text.zh


def test_a_theme_that_the_subject_explains_is_named() -> None:
    text = of_themes(
        row("repair", (-2, -1), (-2, -0.5)), row("personal_care", (1, 2), (-0.1, 2)), share=0.2
    )
    assert "no longer clear for personal care" in text.en and "The same holds" not in text.en
    assert "20\\.0\u00a0\\% of the lines mention at least one" in text.en


def test_an_adjustment_that_has_no_solution_is_not_claimed() -> None:
    text = of_themes(row("repair", (-2, -1), None))
    assert "cannot be computed" in text.en
    assert "The same holds" not in text.en and "no longer clear" not in text.en
    assert "held constant" not in of_themes(row("repair", (-2, 1), None)).en


def test_themes_together() -> None:
    pair = voice.Pair(a="after_sales", b="repair", n=11, jaccard=0.064)
    found = voice.Overlap(named=765, several=68, pairs=(pair,))
    text = said(words.overlap(cited(found, "x"), CASE))
    assert "68 of 765" in text.en and "after\\-sales and repair (Jaccard \\.06, 11" in text.en
    alone = said(words.overlap(cited(found.model_copy(update={"pairs": ()}), "x"), CASE))
    assert "no two themes" in alone.en and "没有任何两个主题" in alone.zh


def test_words_have_their_english_beside_them() -> None:
    def of(word: str) -> voice.Word:
        return voice.Word(
            word=word, praise=1, complaint=2, estimate=1, se=1, ci_lower=0, ci_upper=2, z=1
        )

    found = voice.Words(most=1, praise=(of("不错"),), complaint=(of("鸡肋"),))
    text = said(words.words(cited(found, "x"), CASE))
    assert "most apart: 不错 \\(not bad\\); and these complaint: 鸡肋 [@monroe2008]" in text.en
    assert "最能标示好评的是不错，" in text.zh and "not bad" not in text.zh


CLUSTERING = {
    "k": 2,
    "fewest": 2,
    "most": 3,
    "pairs": 10,
    "stability": 0.9,
    "silhouette": 0.06,
    "stable": 1,
    "tried": (),
}


def of_clusters(**changed: Any) -> Text:
    found = voice.Clusters(**CLUSTERING | changed, clusters=())
    return said(words.clusters(cited(found, "x"), CASE))


def test_clusters_that_run_into_one_another_are_said_to() -> None:
    text = of_clusters()
    assert "Between 2 and 3" in text.en and "1 of 2 reach a Jaccard index of \\.75" in text.en
    assert "run into one another" in text.en and "彼此相接" in text.zh
    assert "run into" not in of_clusters(silhouette=0.3).en
    assert "All 2 reach" in of_clusters(stable=2).en


def test_clusters_of_one_class_differ_by_how_they_were_dealt_with() -> None:
    found = voice.ComplaintClusters(**CLUSTERING, clusters=(), alike=True)
    assert "The same class" in said(words.complaint_clusters(cited(found, "x"), CASE)).en
    other = found.model_copy(update={"alike": False})
    assert "The same class" not in said(words.complaint_clusters(cited(other, "x"), CASE)).en


def of_class(category: str, share: float) -> voice.Class:
    other = dict.fromkeys(voice.Class.model_fields)
    return voice.Class(**other | {"category": category, "n": 10, "share": share})


def of_impact(category: str, value: float, lower: float, upper: float) -> voice.Impact:
    other = dict.fromkeys(voice.Impact.model_fields, 0.5)
    ends = {"impact": value, "impact_ci_lower": lower, "impact_ci_upper": upper}
    return voice.Impact(**other | {"category": category, "n": 10} | ends)


def of_classes(*impact: voice.Impact, refused: bool = False, soon: bool = True) -> Text:
    found = voice.Classes(
        complaints=20,
        classes=(of_class("returns", 0.5), of_class("repair", 0.2)),
        soon=voice.Share(n=20, estimate=0.6, ci_lower=0.5, ci_upper=0.7) if soon else None,
        impact=Refused(refused=Reason(code="few_complaint_classes")) if refused else impact,
    )
    return said(words.classes(cited(found, "x"), show.context("small")))


def test_the_order_by_impact_is_as_sure_as_its_intervals(project: Any) -> None:
    first = of_impact("repair", 0.05, 0.02, 0.08)
    text = of_classes(first, of_impact("returns", 0.01, -0.01, 0.03))
    assert "Most frequent is returns (50\\.0\u00a0\\%" in text.en
    assert "within 24 hours [@retail] came to 60\\.0" in text.en
    assert "By impact repair comes first" in text.en
    assert "5\\.0\u00a0\\[2\\.0,\u00a08\\.0\\] percentage points" in text.en
    assert "overlaps that of returns" in text.en
    apart = of_classes(first, of_impact("returns", 0.01, -0.01, 0.015), soon=False)
    assert "overlaps" not in apart.en and "24 hours" not in apart.en
    assert "No class is clearly worse" in of_classes(of_impact("repair", 0.05, -0.1, 0.2)).en
    assert "mpact" not in of_classes(refused=True).en and "mpact" not in of_classes().en


def test_a_strangers_complaints_are_not_held_against_the_studys_source(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loyalty.shown.context.of_the_study", lambda case: False)
    text = of_classes()
    assert "within 24 hours came to" in text.en and "@" not in text.en + text.zh


def of_staying(*ends: tuple[str, float, float]) -> Text:
    effects = tuple(
        voice.Effect(term=t, estimate=0.1, se=0.01, ci_lower=lower, ci_upper=upper, p=0.1)
        for t, lower, upper in ends
    )
    found = voice.Staying(n=100, reference="price", effects=effects)
    return said(words.staying(cited(found, "x"), CASE))


def test_an_effect_that_may_be_none_is_said_to() -> None:
    text = of_staying(("soon", -0.02, 0.22), ("solved", 0.05, 0.15), ("quality", -0.3, -0.1))
    assert "24 hours goes with a share that stays higher by 10\\.0" in text.en
    assert text.en.count("the difference may be none") == 1
    assert "A solution" in text.en and "quality" not in text.en and "no proof" in text.en
    assert "do not vary" in of_staying(("quality", -0.3, -0.1)).en


@pytest.mark.parametrize(
    "sizes",
    [
        {"a": 400, "b": 90, "c": 3},
        {"a": 400, "b": 90, "c": 3, "d": 4},
        {"a": 400, "b": 30, "c": 9, "d": 1, "e": 12},
        {"a": 30, "b": 3},
        {"a": 40, "b": 50},
    ],
)
def test_no_class_of_few_can_be_worked_out(project: Any, sizes: dict[str, int]) -> None:
    """What is told adds up to the whole, and in no part of it one class of few stands alone."""
    rng = np.random.default_rng(5)
    of = [name for name, n in sizes.items() for _ in range(n)]
    filed = pd.DataFrame(
        {
            "class": of,
            "hours": rng.uniform(1, 60, len(of)).round(1),
            "solved": rng.integers(0, 2, len(of)),
            "stayed": rng.integers(0, 2, len(of)),
            "date": (pd.Timestamp("2023-01-01") + pd.to_timedelta(range(len(of)), "D")).astype(str),
            "customer": [f"k{i % 20}" for i in range(len(of))],
        }
    )
    loaded = given(project, {"complaints": filed.assign(**{"class": filed["class"].map(LETTER)})})
    register = complaints.register(loaded["complaints"])
    found = complaints.classes(register)
    told = {row.category: row.n for row in found.classes}
    assert sum(told.values()) == found.complaints == len(of)
    named = {name: n for name, n in sizes.items() if LETTER[name] in told}
    hidden = {name: n for name, n in sizes.items() if name not in named}
    assert all(n >= voice.least() and told[LETTER[name]] == n for name, n in named.items())
    if hidden:
        assert len(hidden) >= 2 and told[voice.OTHER] == sum(hidden.values()) >= voice.least()
    again = complaints.coming_back(loaded["complaints"], found, within=90)
    assert isinstance(again, voice.ComingBack)
    counts = {row.category: row.n for row in again.rows}
    rest = counts.pop(None) - sum(counts.values())
    assert rest == 0 or rest >= voice.least()
    assert not set(counts) & {LETTER[name] for name in hidden}


# --- from the complaint to its end ---------------------------------------------------------------
def ended() -> pd.DataFrame:
    """80 complaints of 50 customers, one a day; of the last fifteen none has come to an end."""
    i = np.arange(80)
    hours, solved = (7 * i % 50) + 1.5, (i % 3 != 0) & (i < 65)
    until = np.where(solved & (i % 7 != 1), hours + (13 * i % 160), np.nan)
    given_up = np.where(i % 6 == 0, hours + (29 * i % 300), np.nan)
    end = np.where(np.isnan(until), given_up, until + (5 * i % 90))
    until[i > 64], end[i > 64] = np.nan, np.nan
    day = pd.Timestamp("2024-03-01") + pd.to_timedelta(i, unit="D")
    return pd.DataFrame(
        {
            "customer": [f"k{k % 50}" for k in i],
            "date": day.astype(str),
            "class": np.where(i % 2 == 0, "price", "quality"),
            "hours": hours,
            "solved": solved.astype(int),
            "solved_hours": until,
            "closed_hours": end,
        }
    )


#: R's survival 3.5.3, without the solved ones that have no hour, tt the hours rounded up and cut at
#: 337: p <- survfit(Surv(tt, factor(what)) ~ 1, weights = w)$pstate at 24, 72 and 168; its
#: derivatives in the weights (step 1e-5), summed over a customer's complaints, squared and added up
#: are the variance of a log-log interval.
SURVFIT: dict[tuple[str, float], tuple[float, float, float]] = {
    ("solved", 24.0): (0.013698630137, 0.001150501927, 0.065871958429),
    ("unsolved", 24.0): (0.013698630137, 0.001150501927, 0.065871958430),
    ("solved", 72.0): (0.168032515430, 0.090375910061, 0.266221735478),
    ("unsolved", 72.0): (0.027806713834, 0.005168453009, 0.087374607229),
    ("solved", 168.0): (0.465774986787, 0.358155060559, 0.566348594639),
    ("unsolved", 168.0): (0.086614656515, 0.035694392854, 0.166027332924),
    ("closed", 24.0): (0.027397260274, 0.005100229012, 0.086156298812),
    ("closed", 72.0): (0.083587544607, 0.034094219251, 0.161521516667),
    ("closed", 168.0): (0.452821254657, 0.330170544665, 0.567555487091),
}


def test_times_are_those_of_survfit(project: Any) -> None:
    loaded = given(project, {"complaints": ended()})
    register = complaints.register(loaded["complaints"])
    classes = complaints.classes(register)
    found = times.times(loaded["complaints"], classes, study.load("small"))
    assert isinstance(found, voice.Times)
    assert (found.received, found.n, found.customers, found.grouped) == (80, 73, 49, None)
    by = {(r.step, r.hours): (r.estimate, r.ci_lower, r.ci_upper) for r in found.rows}
    for key, expected in SURVFIT.items():
        assert by[key] == pytest.approx(expected, rel=1e-7), key
    assert {h.step for h in found.halves} == {"answered", "solved", "unsolved", "closed"}
    case = show.context("small")
    of = cited(found, "small/voice/times")
    told = said(words.times(of, case))
    assert "Times are known of 73 of 80 complaints" in told.en and "still open" in told.en
    assert "未解决而结案" in told.zh and "仍有" in told.zh
    table = shared.without_references(tables.times(of, case).markdown("en"))
    assert "Within 72 h" in table and "closed without a solution" in table
    assert "小时内" in tables.times(of, case).markdown("zh")
    every = next(r for r in found.rows if (r.step, r.hours) == ("answered", 168.0))
    assert (every.estimate, every.ci_lower) == (1.0, None)


def test_recorded_curves_rise_by_ten_complaints_or_more(project: Any) -> None:
    """From no two numbers that are recorded of a step follow few who came to it between."""
    frame = pd.concat([ended()] * 3, ignore_index=True)
    loaded = given(project, {"complaints": frame})
    classes = complaints.classes(complaints.register(loaded["complaints"]))
    found = times.times(loaded["complaints"], classes, study.load("small"))
    assert isinstance(found, voice.Times)
    kept = recordable(found)
    assert isinstance(kept, voice.Times)
    used = times._watched(loaded["complaints"])
    assert used is not None
    seen = 0
    for whole, part in ((found, False), (kept, True)):
        gaps = list[int]()
        for steps, hour, cause in times._spells(used.rows):
            for step in steps:
                when = hour[cause == step]
                at = [p.hours for p in (*whole.rows, *whole.curves) if p.step == step]
                counts = {int((when <= h).sum()) for h in at} | {0, len(when)}
                gaps += np.diff(sorted(counts)).tolist()
        few = [n for n in gaps if n < voice.least()]
        assert bool(few) is not part
        seen += len(gaps)
    assert seen > 20 and 10 < len(kept.curves) < len(found.curves)
    case, of = show.context("small"), cited(kept, "small/voice/times")
    assert all(figures.times(of, case).draw(one) for one in LANGUAGES)
    assert "Times are known of" in said(words.times(of, case)).en
    assert tables.times(of, case).markdown("zh")


def test_nor_do_few_follow_from_two_kinds_of_steps(project: Any) -> None:
    """At an hour: answered less decided, decided less closed; and so who is still at risk."""
    frame = pd.concat([ended()] * 3, ignore_index=True)
    loaded = given(project, {"complaints": frame})
    classes = complaints.classes(complaints.register(loaded["complaints"]))
    found = times.times(loaded["complaints"], classes, study.load("small"))
    used = times._watched(loaded["complaints"])
    kept = recordable(found)
    assert used is not None and isinstance(kept, voice.Times) and isinstance(found, voice.Times)
    spells = list(times._spells(used.rows))

    def few(whole: voice.Times) -> int:
        shown = {(p.step, p.hours) for p in (*whole.curves, *whole.rows)}
        gaps = list[int]()
        for hour in {h for _, h in shown}:
            known = list[set[int]]()
            for steps, time, cause in spells:
                told = [step for step in steps if (step, hour) in shown]
                came = [int(((cause == step) & (time <= hour)).sum()) for step in told]
                known.append({*came, sum(came)} if len(told) == len(steps) else {*came})
            for a, b in itertools.combinations(known, 2):
                gaps += [abs(x - y) for x in a for y in b]
        return sum(0 < gap < voice.least() for gap in gaps)

    assert few(found) > 10 and few(kept) == 0
    assert {point.step for point in kept.curves} >= {"answered", "solved", "closed"}


def test_no_hours_beyond_the_answer_no_times(project: Any) -> None:
    loaded = given(project, {"complaints": filed()})
    classes = complaints.classes(complaints.register(loaded["complaints"]))
    assert times.times(loaded["complaints"], classes, study.load("small")) is None


def test_open_complaints_without_a_date_are_refused(project: Any) -> None:
    loaded = given(project, {"complaints": ended().drop(columns="date").head(12)})
    classes = complaints.classes(complaints.register(loaded["complaints"]))
    found = times.times(loaded["complaints"], classes, study.load("small"))
    assert isinstance(found, Refused) and found.refused.code == "no_date_to_watch"


def test_closed_before_it_was_answered_costs_the_row_and_is_counted(project: Any) -> None:
    table = ended()
    table.loc[0, "closed_hours"] = 0.5
    table.loc[1, "hours"] = -3
    (loaded,) = given(project, {"complaints": table})["complaints"]
    left = {out.reason.code: out.n for out in loaded.excluded}
    assert left == {"not_an_amount": 1, "out_of_order": 1}
    assert loaded.used == len(table) - 2
    told = said(shared.rows_used(cited(loading.rows_used(loaded), "small/voice/rows")))
    assert "closed_hours: not less than hours is expected (1)" in told.en.replace("\\", "")
    assert "结案用时不应小于小时数" in told.zh or "结案用时" in told.zh
