"""The descriptives: their findings on small cases, and what is said of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from loyalty.analyses.descriptives import figures, tables, words
from loyalty.analyses.descriptives import findings as descriptives
from loyalty.analyses.descriptives.findings import Descriptives
from loyalty.analyses.descriptives.models import Nps
from loyalty.analyses.descriptives.page import PAGE
from loyalty.cases import study, survey
from loyalty.ground.errors import UserError
from loyalty.ground.findings import Finding, Refused, cited
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.run.show import Display
from loyalty.shown.words import join, without_references
from tests.conftest import Project, answers


def found() -> Any:
    """All findings of the project's case, in the order of the notebook."""
    data = descriptives.data(survey.load(study.load("small")))
    nps, csat = descriptives.nps(data), descriptives.csat(data)
    return Descriptives(
        answers=descriptives.answers(data),
        items=descriptives.items(data),
        index=descriptives.index(data),
        scales=descriptives.scales(data),
        correlations=descriptives.correlations(data),
        nps=nps,
        csat=csat,
        groups=descriptives.groups(data),
        indices=descriptives.indices(data, nps, csat),
        boxes=descriptives.boxes(data),
        details=descriptives.details(data),
    )


def refused(whole: Descriptives) -> dict[str, str]:
    """The findings that could not be had, with the reason."""
    each = {name: getattr(whole, name) for name in Descriptives.model_fields}
    return {k: v.refused.text().en for k, v in each.items() if isinstance(v, Refused)}


def shown(whole: Descriptives) -> dict[str, list[Display]]:
    """All that is shown, by language."""
    case = show.context("small")
    each = {name: getattr(whole, name) for name in Descriptives.model_fields}
    return {
        language: [
            display
            for name, finding in each.items()
            if finding is not None
            for display in show.displays(
                "descriptives", name, cited(finding, f"small/descriptives/{name}"), case, language
            )
        ]
        for language in LANGUAGES
    }


def changed(finding: Any, **values: Any) -> Any:
    return finding.model_copy(update=values)


def said(sentence: Any, finding: Finding) -> Text:
    """What a function of `words` says of a finding, without references and backslashes."""
    text = sentence(cited(finding, "small/descriptives/x"), show.context("small"))
    text = join(text if isinstance(text, list) else [text])
    plain = {k: without_references(text.in_(k)).replace("\\", "") for k in LANGUAGES}
    assert any("\u4e00" <= c <= "\u9fff" for c in plain["zh"]) and plain["zh"].endswith("。")
    assert plain["en"].endswith(".")
    return Text(**{k: v.replace("\u00a0", " ") for k, v in plain.items()})


def english(sentence: Any, finding: Finding) -> str:
    return said(sentence, finding).en


@pytest.fixture
def groups(project: Project) -> Project:
    """Firms in industries, satisfaction, missing answers; one firm is small, one did not answer."""
    rng = np.random.default_rng(8)
    rows = answers(200)
    rows["firm"] = np.repeat(["a1", "a2", "a3", "b1", "b2"], [60, 60, 4, 40, 36])
    rows["industry"] = rows["firm"].str[0]
    rows["content"] = rng.integers(1, 6, 200)
    rows.loc[rows["firm"] == "a1", "l2"] = np.nan  # a firm that did not ask this
    rows.loc[rows["firm"] == "b1", ["q1", "q2", "q3", "recommend"]] = np.nan
    label = {"en": "How *content*?", "zh": "有多*满意*？"}
    project.study["variables"].append({"id": "content", "kind": "csat", "label": label})
    project.study["groups"] = [
        {
            "id": "industry",
            "label": {"en": "Industry", "zh": "行业"},
            "levels": {"a": {"en": "Air", "zh": "航空"}, "b": {"en": "Boats", "zh": "航运"}},
        },
        {
            "id": "firm",
            "label": {"en": "Firm", "zh": "企业"},
            "within": "industry",
            "levels": {k: k.upper() for k in ("a1", "a2", "a3", "b1", "b2")},
        },
    ]
    project.rows(rows)
    return project


# --- findings ------------------------------------------------------------------------------------
def test_a_plain_case(project: Project) -> None:
    whole = found()
    assert refused(whole) == {
        "csat": "the case describes no rating of satisfaction (a variable of the kind csat), "
        "and no construct is named satisfaction"
    }
    rows = answers()
    score = 25 * (rows[["q1", "q2", "q3"]].mean(axis=1) - 1)
    assert whole.index.rows[0].estimate == pytest.approx(score.mean())
    level = next(r for r in whole.groups.rows if (r.construct, r.level) == ("quality", "1"))
    assert level.estimate == pytest.approx(score[rows["plan"] == 1].mean())
    assert {one.question for one in whole.indices.everybody} == {"nps"}
    assert whole.answers.highest == pytest.approx((rows.iloc[:, :6] == 5).to_numpy().mean())
    shares = [(rows["q1"] == k).mean() for k in range(1, 6)]
    assert whole.answers.items[0].shares == pytest.approx(shares)
    assert whole.details.source == "quality" and whole.details.n == 2


def test_a_quantile_stands_for_as_many_as_may_be_shown(project: Project) -> None:
    row = found().index.rows[0]
    assert row.n == 60 and len(row.quantiles) == 6
    index = 25 * (answers()[["q1", "q2", "q3"]].mean(axis=1) - 1)
    assert row.quantiles == pytest.approx(np.quantile(index, np.arange(1, 12, 2) / 12))


def test_without_groups_and_single_questions(project: Project) -> None:
    project.study["groups"], project.study["variables"] = [], []
    project.describe()
    whole = found()
    assert refused(whole) == {
        "nps": "the case has no question on recommending with answers from 0 to 10",
        "csat": "the case describes no rating of satisfaction (a variable of the kind csat), "
        "and no construct is named satisfaction",
        "groups": "the case has no grouping variable",
    }
    assert whole.indices is whole.boxes is whole.details is None


def test_small_cells_are_hidden_with_those_that_give_them_away(groups: Project) -> None:
    whole = found()
    assert refused(whole) == {}
    by = {(row.construct, row.level): row for row in whole.groups.rows}
    assert by["quality", "b1"].n is None and by["quality", "b1"].estimate is None
    assert by["loyalty", "a3"].estimate is None
    # With the total of its industry known, the next smallest goes with it.
    assert [by["loyalty", firm].estimate for firm in ("a1", "a2")].count(None) == 1
    alpha = {row.level: row.alpha for row in whole.details.rows}
    assert alpha["a1"] is None and alpha["a"] is not None  # A1 has no complete row
    assert whole.groups.hidden == sum(row.suppressed for row in whole.groups.rows)
    assert {row.question for row in whole.indices.rows} == {"nps", "csat"}


def test_groups_that_are_all_too_small(project: Project) -> None:
    rows = answers()
    rows["plan"] = np.arange(60) % 12
    project.study["groups"][0]["levels"] = {str(k): f"Plan {k}" for k in range(12)}
    project.rows(rows)
    whole = found()
    assert refused(whole)["groups"] == "every group is too small to be shown"
    assert whole.indices is whole.boxes is whole.details is None


def test_ratings_off_their_scale_are_no_ratings(project: Project) -> None:
    rows = answers()
    rows.loc[0, "recommend"] = 77
    project.rows(rows)
    with pytest.raises(UserError, match="column recommend: 77 is not on the scale 0 to 10"):
        found()


def test_one_answer_throughout_and_one_construct(project: Project) -> None:
    rows = answers()
    rows.loc[:14, ["q1", "q2", "q3"]] = 3
    rows.loc[15:29, ["q1", "q2", "q3"]] = 4
    rows.loc[30:, ["q1", "q2", "q3"]] = 5
    project.study["constructs"] = project.study["constructs"][:1]
    project.study["constructs"][0]["role"] = "outcome"
    project.study["hypotheses"] = []
    project.rows(rows)
    whole = found()
    assert refused(whole)["correlations"] == "correlations need 2 variables, not 1"
    assert whole.details.source is None and whole.groups.most is None
    assert len(figures.index(whole.index, show.context("small")).draw("en").axes) == 1


def test_items_with_scales_of_their_own(project: Project) -> None:
    for construct in project.study["constructs"]:
        for item in construct["items"]:
            item["scale"] = {"min": 1, "max": 6 if item["id"] == "l1" else 5}
    project.study["scale"] = {"min": 1, "max": 7}
    project.describe()
    whole = found()
    assert refused(whole)["answers"] == "no item has the case's common scale"
    assert "no common scale" in refused(whole)["boxes"]
    project.study["scale"] = {"min": 1, "max": 5}
    project.describe()
    assert "1 item with a scale of its own is left out" in english(words.answers, found().answers)


# --- what is shown -------------------------------------------------------------------------------
def test_every_finding_has_its_place() -> None:
    assert list(PAGE) == list(Descriptives.model_fields) and all(PAGE.values())


def test_everything_is_shown_in_both_languages(groups: Project) -> None:
    by = shown(found())
    labels = [display.label for display in by["en"]]
    assert labels == [display.label for display in by["zh"]]
    # what alone is said of a figure is in its caption
    alone = ["answers", "index", "correlations"]
    unweighted = [shower for name, of in PAGE.items() if name != "weights" for shower in of]
    assert len(unweighted) - len(alone) == len(labels)
    for language, displays in by.items():
        for display in displays:
            text = without_references(display.bundle.get("text/markdown", ""))
            assert text or "<svg" in display.bundle["image/svg+xml"]
            assert display.caption is None or display.caption.endswith(".") == (language == "en")
            text += (display.caption or "") + (display.alt or "")
            if language == "zh":
                assert not [w for w in ("Quality", "Loyalty", "Industry", "Boats") if w in text]
            else:
                assert not any("\u4e00" <= c <= "\u9fff" for c in text)


def test_answers_and_items(project: Project) -> None:
    whole = found()
    two = changed(whole.answers, left_out=2)
    assert "2 items with a scale of their own are left out" in english(words.answers, two)
    first = changed(whole.items.rows[0], mean=3.0, floor=0.1, ceiling=0.1)
    high = changed(whole.items.rows[1], mean=4.9, floor=0.0, ceiling=0.7)
    low = changed(whole.items.rows[2], mean=1.1, floor=0.6, ceiling=0.0)
    text = english(words.items, changed(whole.items, rows=(first, high, low)))
    assert "between 1.10 (q3) and 4.90 (q2)" in text
    assert "at the highest point is that of q2 (70.0 %), at the lowest that of q3 (60.0 %)" in text


def test_the_lowest_and_the_highest_index(project: Project) -> None:
    index = found().index
    a, b = index.rows
    high = changed(a, estimate=90.0, ci_lower=88.0, ci_upper=92.0)
    text = said(words.index, changed(index, rows=(high, b)))
    assert "the highest Quality (90.00 [88.00, 92.00])" in text.en
    assert "最高的是质量（90.00 [88.00, 92.00]）" in text.zh
    nobody = changed(a, estimate=None, ci_lower=None, ci_upper=None)
    assert words.index(changed(index, rows=(nobody,)), show.context("small")) is None


def test_the_ends_of_the_scales_by_their_intervals(project: Project) -> None:
    scales = found().scales
    fine = tuple(changed(r, floor_verdict="met", ceiling_verdict="met") for r in scales.rows)
    text = english(words.scales, changed(scales, rows=fine))
    assert "No scale has more than 15.0 %" in text
    over = changed(fine[0], floor_verdict="not met", floor=0.25)
    unsure = changed(fine[1], ceiling_verdict="open", ceiling=0.17)
    text = english(words.scales, changed(scales, rows=(over, unsure)))
    assert "More than 15.0 % of the respondents stand at one end of Quality (floor, 25.0 %)" in text
    assert "is open for Loyalty (ceiling, 17.0 %)" in text


def test_how_far_respondents_differ(project: Project) -> None:
    scales = found().scales
    a, b = scales.rows
    apart = changed(scales, rows=(changed(a, sd=0.5), changed(b, sd=1.25)))
    assert "most in Loyalty (SD 1.25) and least in Quality (SD 0.50)" in english(
        words.scales, apart
    )
    same = changed(scales, rows=(changed(a, sd=0.0), changed(b, sd=None)))
    assert "do not differ in any score" in english(words.scales, same)


def test_reliabilities_beside_the_correlations(project: Project) -> None:
    whole = found().correlations
    a, b = whole.reliabilities
    one = changed(whole, reliabilities=(changed(a, alpha=0.7), changed(b, alpha=None)))
    text = english(words.correlations, one)
    assert text.startswith("Quality and Loyalty correlate with *r* = ")
    assert ".70 (Quality) to .70 (Quality)" in text and text.endswith("Loyalty has none.")
    none = tuple(changed(row, alpha=None) for row in (a, b))
    text = english(words.correlations, changed(whole, reliabilities=none))
    assert "No scale has an alpha" in text


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (10.0, 30.0, "promoters outweigh detractors"),
        (-30.0, -10.0, "detractors outweigh promoters"),
        (-10.0, 10.0, "open who outweighs"),
    ],
)
def test_nps_goes_no_further_than_its_interval(
    project: Project, lower: float, upper: float, text: str
) -> None:
    shares = {"promoters": 481 / 1200, "passives": 359 / 1200, "detractors": 0.3}
    score = Nps(variable="r", n=1200, estimate=0.0, ci_lower=lower, ci_upper=upper, **shares)
    assert text in english(words.nps, score)
    assert "40.1 % promoters less 30.0 % detractors of 1,200 answers" in english(words.nps, score)


def test_csat_says_what_was_asked(groups: Project) -> None:
    csat = found().csat
    text = said(words.csat, csat)
    assert "“How *content*?” are in the two highest boxes (4–5)." in text.en
    assert "“有多*满意*？”" in text.zh
    item = said(words.csat, changed(csat, own=False, asked="q1"))
    assert "“Statement q1”" in item.en and "no question of its own" in item.en
    marked = words.csat(cited(csat, "x"), show.context("small"))
    assert "\\*content\\*" in marked.en  # a label is no markup


def test_groups_that_stand_apart(groups: Project) -> None:
    whole = found()
    industry, firm = (changed(row, above=0, below=0) for row in whole.groups.apart)
    apart = (industry, changed(firm, n=7, above=2, below=1))
    text = said(words.standing, changed(whole.groups, apart=apart, most="quality", hidden=0))
    assert "by Firm 2 above and 1 below of 7; most of them in Quality." in text.en
    assert "By Industry every interval holds everybody's value." in text.en
    assert "这类区间以质量为最多" in text.zh and "not shown" not in text.en
    few = english(words.standing, changed(whole.groups, apart=(), hidden=1))
    assert "No group's value can be shown." in few
    assert "1 value is not shown: it rests on fewer than 10 answers" in few
    some = changed(whole.indices, apart=apart, most="nps")
    assert "most of them in Net promoter score." in english(words.indices, some)


def test_the_widest_gap(groups: Project) -> None:
    whole = found().groups
    gap = whole.widest
    assert gap.estimate == pytest.approx(gap.highest.estimate - gap.lowest.estimate)
    assert whole.chosen == ("loyalty",) and gap.construct == "loyalty"
    low = changed(gap.lowest, ci_lower=1.0, ci_upper=2.0)
    clear = changed(whole, widest=changed(gap, lowest=low))
    assert "their intervals do not overlap. As the widest" in english(words.groups, clear)
    near = changed(gap, lowest=changed(low, ci_upper=99.0))
    assert "their intervals overlap." in english(words.groups, changed(whole, widest=near))
    none = english(words.groups, changed(whole, widest=None))
    assert "No two groups can be shown." in none and "between 7 groups" in none
    assert words.groups(changed(whole, chosen=()), show.context("small")) == []


def test_items_of_which_few_gave_an_answer_are_not_drawn(groups: Project) -> None:
    whole = found().answers
    case = show.context("small")
    none = tuple(changed(row, shares=(None,) * len(row.shares)) for row in whole.items)
    some = changed(whole, items=(*none[:1], *whole.items[1:]))
    (axes,) = figures.answers(some, case).draw("en").axes
    assert len(axes.get_yticklabels()) == len(whole.items) - 1
    assert "Items are not drawn of which some answer was given by fewer than 10" in english(
        words.answers, some
    )
    assert figures.answers(changed(whole, items=none), case) is None
    assert "No item is drawn" in english(words.answers, changed(whole, items=none))
    assert "drawn" not in english(words.answers, whole)


def test_boxes_by_group(groups: Project) -> None:
    whole = found().boxes
    a, b = (
        changed(whole.rows[0], group="firm", level=level, lowest=low, highest=high)
        for level, low, high in (("a1", 0.1, 0.5), ("b2", 0.3, 0.2))
    )
    text = english(words.boxes, changed(whole, rows=(a, b), hidden=1))
    assert "Of the groups shown: most answers on Loyalty in the two highest boxes has A1" in text
    assert "most in the two lowest B2 (30.0 %). 1 group is not shown" in text
    text = english(words.boxes, changed(whole, rows=(a, b), hidden=0))
    assert text.startswith("Most answers") and "not shown" not in text
    text = english(words.boxes, changed(whole, rows=(a,), hidden=2))
    assert "A1: 50.0 % of the answers on Loyalty are in the two highest boxes, 10.0 % in" in text
    assert "ost answers" not in text and "2 groups are not shown" in text


def test_rows_of_figures_name_a_grouping_that_lies_in_no_other(groups: Project) -> None:
    whole = found().boxes
    rows = (changed(whole.rows[0], group="firm", level="b2"), *whole.rows)
    drawn = figures.boxes(changed(whole, rows=rows), show.context("small")).draw("en")
    labels = [label.get_text() for label in drawn.axes[0].get_yticklabels()]
    assert labels[0] == "B2" and "Industry · Air" in labels


@pytest.mark.parametrize(
    ("met", "unsure", "not_met", "text"),
    [
        (1, 1, 1, "in 1 group, open in 1 and below in 1."),
        (1, 0, 1, "in 1 group, below in 1."),
        (2, 0, 0, "in both groups."),
        (1, 0, 0, "in the one group shown."),
        (0, 2, 0, "in 0 groups, open in 2."),
        (0, 0, 0, "No group has an alpha."),
    ],
)
def test_alpha_by_group(project: Project, met: int, unsure: int, not_met: int, text: str) -> None:
    counts = {"met": met, "open": unsure, "not_met": not_met}
    for n in (met + unsure + not_met, 27):  # of closed rows it is coarse
        details = changed(found().details, source=None, n=n, **counts)
        assert text in english(words.details, details)


def test_the_focal_correlation_by_group(project: Project) -> None:
    details = found().details
    a, b = details.rows
    low = changed(a, r=0.2, r_ci_lower=0.1, r_ci_upper=0.3)
    high = changed(b, r=0.6, r_ci_lower=0.5, r_ci_upper=0.7)
    text = english(words.details, changed(details, rows=(low, high)))
    assert "By Plan the correlation of Quality and Loyalty is lowest in Prepaid (.20 [.10," in text
    assert "highest in Contract (.60 [.50, .70]); the two intervals do not overlap." in text
    near = changed(high, r_ci_lower=0.25)
    text = english(words.details, changed(details, rows=(low, near)))
    assert text.endswith("highest correlation overlap, so that their order may be chance.")


def test_rows_of_tables_are_sorted_by_what_stands_out(groups: Project) -> None:
    whole = found()

    def cells(name: str, column: int) -> list[str]:
        finding = cited(getattr(whole, name), f"small/descriptives/{name}")
        table = getattr(tables, name)(finding, show.context("small")).markdown("en")
        plain = without_references(table.split("\n\n")[0]).replace("\\", "")
        return [line.strip("| ").split(" | ")[column] for line in plain.split("\n")[2:]]

    ends = {row.item: max(row.floor, row.ceiling) for row in whole.items.rows}
    assert cells("items", 1) == sorted(ends, key=lambda item: -ends[item])
    assert cells("groups", 2)[-1] == "–"  # what is suppressed
    alphas = cells("details", 2)
    known = [float(alpha) for alpha in alphas if alpha != "–"]
    assert known == sorted(known) and alphas[-1] == "–"


def test_a_construct_of_one_item_has_no_alpha_by_group(project: Project) -> None:
    """Nor columns of dashes, nor an order by it."""
    details = found().details
    with_alphas = tables.details(
        cited(details, "small/descriptives/details"), show.context("small")
    )
    assert "lowest alpha first" in with_alphas.caption.en and len(with_alphas.columns) == 8
    for construct in project.study["constructs"]:
        construct["items"] = construct["items"][:1]
    project.describe()
    single = cited(found().details, "small/descriptives/details")
    table = tables.details(single, show.context("small"))
    assert "alpha" not in table.caption.en and "α" not in table.caption.zh
    assert len(table.columns) == 6
    assert "alpha" not in english(words.details, found().details)
