"""Groups compared: findings on a small case of two groups and eight firms, and their sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
import semfit

from loyalty.analyses.groups import findings as groups
from loyalty.analyses.groups import models, tables, words
from loyalty.analyses.groups.page import PAGE
from loyalty.cases import study, survey
from loyalty.cases.asked import Group
from loyalty.estimates.groups import PartialInvariance
from loyalty.ground.findings import Refused, cited
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run import show
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table

FIRMS = {f"f{k}": {"en": f"Firm {k}", "zh": f"企业{k}"} for k in range(8)}


def with_firms(project: Any, answers: pd.DataFrame) -> None:
    """Two hundred and forty customers of eight firms, four in each plan; q3 is easier in one."""
    many = pd.concat([answers.drop(columns="plan")] * 4, ignore_index=True)
    rng = np.random.default_rng(4)
    for item in ("q1", "q2", "q3", "l1", "l2", "l3"):
        many[item] = (many[item] + rng.integers(-1, 2, len(many))).clip(1, 5)
    many["firm"] = [f"f{k % 8}" for k in range(len(many))]
    many["plan"] = [1 + k % 2 for k in range(len(many))]
    many["shop"] = ["in" if k % 3 else "out" for k in range(len(many))]
    easier = many["plan"] == 2
    many.loc[easier, "q3"] = (many.loc[easier, "q3"] + 2).clip(1, 5)
    project.study["groups"][0]["label"] = {"en": "Plan", "zh": "套餐"}
    project.study["groups"] += [
        {"id": "firm", "label": {"en": "Firm", "zh": "企业"}, "within": "plan", "levels": FIRMS},
        {"id": "shop", "label": "Shop", "levels": {"in": "Inside", "out": "Outside"}},
    ]
    project.rows(many)


def data() -> groups.Compared:
    return groups.compared(survey.load(study.load("small")))


def found(given: groups.Compared) -> groups.Groups:
    ladder = groups.ladder(given)
    firms = groups.by_firm(given, ladder)
    effects, model = groups.effects(given), groups.path_model(given, ladder, firms)
    tested = groups.paths(given, model)
    return groups.Groups(
        invariance=groups.invariance(ladder),
        released=groups.released(ladder),
        latent_means=groups.latent_means(given, ladder, firms),
        paths=tested,
        pairs=groups.pairs(given, model, tested),
        means=groups.means(given),
        others=groups.others(given),
        icc=groups.icc(given),
        importance=groups.importance(effects),
        maps=groups.maps(given, effects),
    )


def said(sentences: Text | Sequence[Text]) -> Text:
    whole = sentences if isinstance(sentences, Text) else shared.join(sentences)
    return Text(en=shared.without_references(whole.en), zh=shared.without_references(whole.zh))


def test_every_finding_is_shown() -> None:
    assert list(PAGE) == list(groups.Groups.model_fields)


def test_a_case_with_firms(project: Any, small_answers: pd.DataFrame) -> None:
    with_firms(project, small_answers)
    all_ = found(data())
    assert groups.Groups.model_validate_json(all_.model_dump_json()) == all_
    assert isinstance(all_.released, models.Released)
    assert ("scalar", "q3") in [(r.level, r.item) for r in all_.released.equalities]
    means, paths, scores = all_.latent_means, all_.paths, all_.means
    assert isinstance(means, models.LatentMeans) and isinstance(paths, models.Paths)
    assert isinstance(scores, models.Means) and isinstance(all_.maps, models.Maps)
    assert (means.firms, means.groups, means.df) == (8, 2, 3) and means.not_by_firm is None
    assert means.clear == sum(d.p_holm < 0.05 for d in means.differences if d.p_holm is not None)
    assert paths.df_firms == 3 and len(paths.by_group) == 2 * paths.count
    assert isinstance(all_.pairs, models.Pairs) and all_.pairs.df_firms == 3
    assert [(d.group_a, d.group_b) for d in all_.pairs.differences] == [("1", "2")] * paths.count
    assert all_.pairs.clear == paths.different and all_.pairs.listed == all_.pairs.count
    assert all(t.df_firms == 6 for t in scores.tests)
    assert isinstance(all_.others, models.Others)
    assert [g.group for g in all_.others.groupings] == ["shop"]
    assert isinstance(all_.icc, models.Icc) and all_.icc.firms == 8
    assert all_.maps.count == 8 and all_.maps.of == 8 * len(all_.maps.constructs)
    assert all_.maps.weak == sum(p.quadrant == "improve" for p in all_.maps.points)
    case = show.context("small")
    for name, showers in PAGE.items():
        finding = cited(getattr(all_, name), f"small/groups/{name}")
        for shower in showers:
            shown = shower(finding, case)
            for language in LANGUAGES:
                if isinstance(shown, Figure):
                    assert shown.draw(language).axes
                elif isinstance(shown, Table):
                    assert '{.num key="small/groups/' in shown.markdown(language)
                elif shown is not None:  # nothing is important and weak
                    assert said(shown).in_(language)


def test_a_case_without_groups(project: Any) -> None:
    project.study["groups"] = []
    project.describe()
    all_ = found(data())
    for refused in (all_.invariance, all_.paths, all_.means, all_.maps):
        assert isinstance(refused, Refused) and refused.refused.code == "no_group"
    assert isinstance(all_.icc, Refused) and all_.icc.refused.code == "no_nested_group"
    assert all_.released is None and all_.latent_means is None and all_.others is None
    assert isinstance(all_.importance, models.Importance)
    assert [p.construct for p in all_.importance.points] == ["quality"]


def test_a_case_without_an_outcome(project: Any) -> None:
    project.study["hypotheses"] = []
    project.describe()
    effects = groups.effects(data())
    assert isinstance(effects, Refused) and effects.refused.code == "no_focal_path"
    assert groups.maps(data(), effects) is None


def test_too_few_firms_for_a_comparison_by_them(project: Any, small_answers: Any) -> None:
    with_firms(project, small_answers)
    given = data()
    given.answers.loc[given.answers["firm"].isin(["f0", "f2"]), "firm"] = None
    ladder = groups.ladder(given)
    firms = groups.by_firm(given, ladder)
    assert isinstance(firms, groups.ByFirm) and firms.why is not None
    assert firms.why.code == "few_clusters_in_groups"
    means = groups.latent_means(given, ladder, firms)
    assert means is not None and means.clear_firms is None and means.not_by_firm == firms.why
    text = said(words.latent_means(cited(means, "a"), show.context("small")))
    assert "cannot be repeated with firms as the independent units \\(6" not in text.en
    assert "(6 clusters in 2 groups" in text.en and "聚类单位" in text.zh


# --- how far invariance holds --------------------------------------------------------------------
@pytest.mark.parametrize(
    ("partial", "cfi", "rmsea", "held", "failed"),
    [
        ([0, 0], [-0.002, -0.003], [0.001, 0.002], "scalar", None),
        ([0, 0], [-0.002, -0.011], [0.001, 0.002], "metric", "scalar"),
        ([0, 0], [-0.002, -0.003], [0.016, 0.002], "configural", "metric"),
        ([0, 0, 0], [-0.001, -0.02, -0.02], [0.0] * 3, "metric", "scalar"),
        ([0, 0, 1], [-0.001, -0.02, -0.004], [0.0] * 3, "scalar", None),
    ],
)
def test_invariance_holds_up_to_the_first_step_that_fails(
    partial: list[int], cfi: list[float], rmsea: list[float], held: str, failed: str | None
) -> None:
    levels = ["configural", "metric", "scalar", "scalar"][: len(cfi) + 1]
    table = pd.DataFrame({name: 1.0 for name in models.Step.model_fields}, index=range(len(levels)))
    table = table.assign(level=levels, partial=[False, *map(bool, partial)], df=1, released=0)
    table[["delta_cfi", "delta_rmsea"]] = [[np.nan, np.nan], *zip(cfi, rmsea, strict=True)]

    class Model:
        warnings: tuple[str, ...] = ()

    fitted: Any = PartialInvariance(table, table, table, Model(), Model(), ())  # type: ignore[arg-type]
    group: Any = Group.model_validate(
        {"id": "plan", "label": "Plan", "levels": {"1": "Prepaid", "2": "Contract"}}
    )
    rows = pd.DataFrame({"plan": ["1", "2", "1"]})
    step = groups.invariance(groups.Ladder(group, rows, {}, fitted))
    assert isinstance(step, models.Invariance)
    assert (step.held, step.partial, step.failed) == (held, any(partial), failed)
    assert [(s.level, s.n) for s in step.sizes] == [("1", 2), ("2", 1)]
    text = said(words._held(cited(step, "a")))
    name = f"partial {held}" if step.partial else held
    assert f"the {name} model holds" in text.en and ("部分" in text.zh) == step.partial
    assert ("does not hold" in text.en) == (failed is not None) == ("不成立" in text.zh)


# --- sentences -----------------------------------------------------------------------------------
@pytest.fixture
def case(project: Any) -> Case:
    project.study["groups"][0]["levels"]["2"] = {"en": "*Contract*", "zh": "合约"}
    project.describe()
    return show.context("small")


EQUALITY = models.Equality(
    level="scalar", construct="quality", item="q1", group="2", chisq=20.0, p=0.001, change=-0.35
)


def test_what_was_released_and_what_could_not_be(case: Case) -> None:
    other = EQUALITY.model_copy(update={"item": "q9"})
    one = models.Released(
        group="plan", count=1, unnamed=0, equalities=(EQUALITY,), held_back=(other, other)
    )
    text = said(words.released(cited(one, "a"), case))
    assert "the intercept of q1 (\\*Contract\\*, expected change −\\.35)" in text.en
    assert "q1 的截距（合约，预期变化" in text.zh
    assert "would also release q9, but" in text.en and "还应释放 q9，" in text.zh
    many = one.model_copy(update={"count": 5, "unnamed": 2, "equalities": (EQUALITY,) * 5})
    text = said(words.released(cited(many, "a"), case))
    assert text.en.count("the intercept of") == 3 and "; and 2 more, as in the table" in text.en
    none = models.Released(group="plan", count=0, unnamed=0, equalities=(), held_back=())
    text = said(words.released(cited(none, "a"), case))
    assert "none was released" in text.en and "因此未作释放" in text.zh
    assert tables.released(none, case) is None


def latent(**changes: Any) -> models.LatentMeans:
    row = models.LatentDifference(
        construct="quality",
        group_a="1",
        group_b="2",
        estimate=0.4,
        se=0.05,
        ci_lower=0.3,
        ci_upper=0.5,
        p=0.001,
        p_holm=0.002,
    )
    small = row.model_copy(update={"construct": "loyalty", "estimate": 0.1, "p_holm": 0.4})
    fields: dict[str, Any] = {
        **{"group": "plan", "first": "1", "count": 2, "listed": 2, "clear": 1},
        **{"clear_firms": None, "firms": None, "groups": None, "df": None, "not_by_firm": None},
        "differences": (small, row),
    }
    return models.LatentMeans(**{**fields, **changes})


def test_differences_that_only_respondents_show(case: Case) -> None:
    alone = said(words.latent_means(cited(latent(), "a"), case))
    assert "Of 2 differences between groups, 1 is clear" in alone.en and "firms" not in alone.en
    assert "The largest is Quality, Prepaid against \\*Contract\\*: 0\\.40" in alone.en
    assert "最大的是质量上" in alone.zh
    none = said(words.latent_means(cited(latent(clear=0), "a"), case))
    assert "none is clear" in none.en and "均不显著" in none.zh
    rows = [
        d.model_copy(update={"ci_lower_firms": -0.2, "ci_upper_firms": 1.0, "p_holm_firms": 0.3})
        for d in latent().differences
    ]
    firms = latent(clear_firms=0, firms=10, groups=2, df=4, differences=tuple(rows))
    both = said(words.latent_means(cited(firms, "a"), case))
    assert "and 0 if the 10 firms are the independent units" in both.en
    assert "may be no more than which units" in both.en and "抽到某些单位" in both.zh
    assert "runs from −0\\.20 to 1\\.00" in both.en
    neither = said(words.latent_means(cited(firms.model_copy(update={"clear": 0}), "a"), case))
    assert "and none if the 10 firms are" in neither.en
    note = tables.largest_means(cited(firms.model_copy(update={"listed": 1}), "a"), case)
    assert len(note.rows) == 1 and note.rows[0].construct == "quality"
    text = shared.without_references(note.markdown("zh"))
    assert (
        "只列出 2 个差异中最大的 1 个" in text
        and "质量：Prepaid − 合约" in text
        and "自由度为 4" in text
    )


@pytest.mark.parametrize(
    ("p", "firms", "en"),
    [
        ([0.2, 0.3], None, "none of 2 paths differs"),
        ([0.01, 0.3], None, "1 of 2 paths differs between the groups: H1."),
        ([0.01, 0.02], [0.01, 0.3], "each group has few, H1 of 2 paths differs between the groups"),
        ([0.01, 0.02], [0.01, 0.02], "H1 and H2 of 2 paths differ between the groups after"),
        ([0.01, 0.02], [0.2, None], "none of 2 paths differs between the groups after Holm's corr"),
        ([0.01, 0.02], [0.2, None], "If respondents were independent, 2 would: H1 and H2."),
    ],
)
def test_paths_that_differ(p: list[float], firms: Any, en: str, case: Case) -> None:
    tests = tuple(
        models.PathDifference(
            **{"id": f"H{k + 1}", "from_": "quality", "to": "loyalty"},
            **{"wald": 3.0, "df": 1, "p": value, "p_holm": value},
            p_holm_firms=firms[k] if firms else None,
        )
        for k, value in enumerate(p)
    )
    paths = models.Paths(
        group="plan",
        count=2,
        different=sum(value < 0.05 for value in p),
        df_firms=4 if firms else None,
        by_group=(),
        differences=tests,
    )
    text = said(words.differences(cited(paths, "a"), case))
    assert en in text.en and ("企业" in text.zh) == bool(firms)


def path_pair(path: str, a: str, b: str, estimate: float, p: float, **more: Any) -> models.PathPair:
    return models.PathPair(
        **{"id": path, "from_": "quality", "to": "loyalty", "differs": p < 0.05},
        **{"group_a": a, "group_b": b, "estimate": estimate, "se": 0.1},
        **{"ci_lower": estimate - 0.2, "ci_upper": estimate + 0.2, "p": p, "p_holm": p, **more},
    )


def pairs(*rows: models.PathPair, **changes: Any) -> models.Pairs:
    clear = sum((row.p_holm or 0) < 0.05 for row in rows)
    fields: dict[str, Any] = {
        **{"group": "plan", "count": len(rows), "listed": len(rows), "apart": clear},
        **{"clear": clear, "clear_firms": None, "df_firms": None, "differences": rows},
    }
    return models.Pairs(**{**fields, **changes})


def test_pairs_of_paths_say_no_more_than_their_intervals(case: Case) -> None:
    rows = path_pair("H1", "1", "2", -0.5, 0.001), path_pair("H2", "1", "2", 0.3, 0.2)
    text = said(words.path_pairs(cited(pairs(*rows, apart=2), "a"), case))
    assert "Of 2 differences of a path between two groups 2 have an interval clear" in text.en
    assert "clear of zero, 1 after Holm's correction." in text.en
    assert "is lower among Prepaid than among \\*Contract\\* (difference −0\\.50" in text.en
    assert "higher" not in text.en and "“Prepaid”组低于“合约”组（差异" in text.zh
    none = said(words.path_pairs(cited(pairs(rows[1], apart=1), "a"), case))
    assert "1 has an interval clear of zero, none after Holm's correction; that is no" in none.en
    assert "than among" not in none.en and "并不证明" in none.zh
    wide = {"ci_lower_firms": -0.9, "ci_upper_firms": 0.1, "p_firms": 0.09, "p_holm_firms": 0.09}
    firms = pairs(path_pair("H1", "1", "2", -0.5, 0.001, **wide), clear_firms=0, df_firms=4)
    text = said(words.path_pairs(cited(firms, "a"), case))
    assert (
        "with firms as the independent units none is clear after that correction; that is"
        in text.en
    )
    assert "than among" not in text.en and "以企业为独立单位，校正后显著的一个也没有" in text.zh
    held = {**wide, "ci_upper_firms": -0.1, "p_holm_firms": 0.01}
    firms = pairs(path_pair("H1", "1", "2", -0.5, 0.001, **held), clear_firms=1, df_firms=4)
    text = said(words.path_pairs(cited(firms, "a"), case))
    assert "; allowing for firms \\[−0\\.90, −0\\.10\\])" in text.en.replace("\u00a0", " ")
    assert "1 is clear after that correction." in text.en
    many = pairs(*(path_pair("H1", "1", "2", 0.3, 0.001) for _ in range(5)))
    text = said(words.path_pairs(cited(many, "a"), case))
    assert text.en.count("higher among") == 3 and "its further clear pairs are in the" in text.en


def test_of_many_pairs_those_of_paths_that_differ_are_listed(case: Case) -> None:
    rows = path_pair("H1", "1", "2", -0.5, 0.001), path_pair("H2", "1", "2", 0.3, 0.2)
    table = tables.path_pairs(cited(pairs(*rows, listed=1), "a"), case)
    assert table is not None and [row.id for row in table.rows] == ["H1"]
    assert "只列出总体检验显著的路径的各组比较" in table.markdown("zh")
    assert tables.path_pairs(cited(pairs(*rows, listed=0), "a"), case) is None


def test_other_groupings(case: Case) -> None:
    row = models.Grouping(
        group="plan", scores=2, different=0, p_holm=0.3, construct="quality", omega2=0.02
    )
    text = said(words.others(cited(models.Others(groupings=(row,)), "a"), case))
    assert "By none of these groupings" in text.en and "均无显著差异" in text.zh
    some = models.Others(groupings=(row.model_copy(update={"different": 1}),))
    text = said(words.others(cited(some, "a"), case))
    assert text.en.startswith("Scores differ by plan; the grouping accounts for at most 2\\.0")


def point(construct: str, importance: float, lower: float | None, quadrant: Any) -> models.Point:
    return models.Point(
        construct=construct,
        importance=importance,
        ci_lower=lower,
        ci_upper=0.9,
        performance=60.0,
        quadrant=quadrant,
    )


def test_importance_names_only_what_its_interval_bears_out(case: Case) -> None:
    points = (point("quality", 0.5, 0.3, "keep"), point("loyalty", 0.4, -0.1, "improve"))
    sound = models.Importance(outcome="loyalty", ranked=True, points=points)
    text = said(words.importance(cited(sound, "a"), case))
    assert "Nothing is shown to be important for loyalty and weak at once." in text.en
    assert "to be kept up: Quality" in text.en and "The interval of Loyalty holds zero" in text.en
    assert "质量重要且表现较好，应予保持" in text.zh and "忠诚的总效应区间包含零" in text.zh
    weak = sound.model_copy(update={"points": (point("quality", 0.5, 0.3, "improve"),)})
    text = said(words.importance(cited(weak, "a"), case))
    assert "so first in line: Quality." in text.en and "应优先改进" in text.zh
    near = sound.model_copy(update={"points": (point("quality", 0.5, 0.3, "open"),)})
    text = said(words.importance(cited(near, "a"), case))
    assert "Too near a mean for the intervals to name a corner: Quality." in text.en
    assert "质量距均值过近" in text.zh and "kept up" not in text.en
    wild = sound.model_copy(update={"ranked": False})
    text = said(words.importance(cited(wild, "a"), case))
    assert "No order of importance" in text.en and "Quality" not in text.en
    note = tables.importance(sound, case).note
    assert note is not None and "as independent" not in note.en and "独立单位" not in note.zh
    headings = [
        [c.heading for c in table.columns]
        for table in (tables.importance(sound, case), tables.importance(wild, case))
    ]
    assert headings[0] == [*headings[1], "Corner"]


def test_no_order_can_be_read_from_effects_beyond_one() -> None:
    frame = pd.DataFrame([point("quality", 0.5, 0.3, "keep").model_dump()])

    def ranked(rows: pd.DataFrame, problems: tuple[Reason, ...]) -> bool:
        found = groups.importance(groups.Effects("loyalty", "", rows, rows, problems))
        assert isinstance(found, models.Importance)
        return found.ranked

    assert ranked(frame, ())
    assert not ranked(frame.assign(importance=-1.2), ())
    assert not ranked(frame, (Reason(code="no_group"),))


def maps(**changes: Any) -> models.Maps:
    mine = point("quality", 0.5, 0.3, "improve").model_dump()
    points = tuple(models.LevelPoint(**mine, level=k, n=30, own=k == "1") for k in ("1", "2"))
    fields: dict[str, Any] = {
        **{"group": "plan", "outcome": "loyalty", "count": 2, "constructs": ("quality",)},
        "borrowed": (models.Aside(level="2", reason=Reason(code="no_group")),),
        **{"left_out": (), "often": ("quality",), "times": 2, "weak": 2, "clear": 1, "of": 2},
        "points": points,
    }
    return models.Maps(**{**fields, **changes})


def test_maps(case: Case) -> None:
    text = said(words.maps(cited(maps(), "a"), case))
    assert "Of 2 maps, most often important and weak is Quality (in 2)." in text.en
    assert "Of the 2 points in that corner, 1 has a total effect" in text.en
    assert "\\*Contract\\* are shown with the importance of all" in text.en
    assert "合约的受访者不足以单独估计模型" in text.zh
    several = said(words.maps(cited(maps(often=("quality", "loyalty")), "a"), case))
    assert "weak are Quality and Loyalty (in 2 each)" in several.en and "各 2 幅" in several.zh
    table = tables.maps_improve(cited(maps(), "a"), case)
    assert isinstance(table, Table)
    assert "\\*Contract\\*\\*" in table.markdown("en") and "| 合约\\* |" in table.markdown("zh")
    none = maps(weak=0, clear=0, often=(), times=0, borrowed=(), left_out=("2",))
    text = said(words.maps(cited(none, "a"), case))
    assert text.en.startswith("In none of 2 maps") and "corner" not in text.en
    assert "No map is shown of \\*Contract\\*: too few respondents." in text.en
    assert tables.maps_improve(none, case) is None
    all_borrowed = maps(borrowed=maps().borrowed * 2)
    text = said(words.maps(cited(all_borrowed, "a"), case))
    assert "they differ in performance alone" in text.en and "corner" not in text.en


def test_levels_left_out_are_named_with_their_reason(case: Case) -> None:
    reason = Reason(code="few_respondents_for_items", parameters={"least": 10, "items": 6})
    ladder = models.Invariance(
        group="plan",
        left_out=(models.Aside(level="2", reason=reason),),
        steps=(),
        held="strict",
        partial=True,
        failed=None,
    )
    head = tables.invariance(cited(ladder, "a"), case).said
    assert head is not None and head.en == "The partial strict model holds."
    fell = ladder.model_copy(update={"held": "metric", "partial": False, "failed": "scalar"})
    head = tables.invariance(cited(fell, "a"), case).said
    assert head is not None and head.en == "The metric model holds, the scalar one does not."
    assert head.zh == "载荷等值模型成立，截距等值模型不成立。"
    text = said(words.invariance(cited(ladder, "a"), case))
    assert "Left out of the comparison: \\*Contract\\* (fewer than the 10 respondents" in text.en
    assert "合约（受访者少于 6 个题项所需的 10 人）" in text.zh
    assert "scale scores still carry the released items" in text.en


@pytest.mark.parametrize(
    ("form", "missed"),
    [
        ({}, []),
        ({"cfi": 0.94}, ["CFI"]),
        ({"rmsea": 0.07}, ["RMSEA"]),
        ({"srmr": 0.09}, ["SRMR"]),
        ({"cfi": 0.9, "rmsea": 0.1, "srmr": 0.1}, ["CFI", "RMSEA", "SRMR"]),
        ({"cfi": None, "rmsea": None}, []),
    ],
)
def test_a_ladder_on_a_form_that_does_not_fit_says_so(
    case: Case, form: dict[str, Any], missed: list[str]
) -> None:
    """Whatever the ladder holds by its differences, the indices of its first step decide."""
    other = dict.fromkeys(models.Step.model_fields)
    sound = {"cfi": 0.96, "rmsea": 0.05, "srmr": 0.07}
    step = {"partial": False, "released": 0, "chisq": 1.0, "df": 1}
    steps = [
        models.Step(**other | step | {"level": level} | of)
        for level, of in (("configural", sound | form), ("strict", {"cfi": 0.9, "srmr": 0.2}))
    ]
    ladder = models.Invariance(
        group="plan", left_out=(), steps=steps, held="strict", partial=False, failed=None
    )
    text = said(words.invariance(cited(ladder, "a"), case))
    assert "strict model holds" in text.en and "严格等值模型成立" in text.zh
    assert ("does not fit in every respect" in text.en) == bool(missed)
    assert ("构型模型本身拟合不足" in text.zh) == bool(missed)
    head = tables.invariance(cited(ladder, "a"), case).said
    assert head is not None and ("does not fit" in head.en) == ("拟合不足" in head.zh) == bool(
        missed
    )
    told = text.en.partition("every respect: ")[2]
    assert [name for name in ("CFI", "RMSEA", "SRMR") if name in told] == missed


def test_without_paths_the_measurement_is_compared_all_the_same(
    project: Any, small_answers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all constructs, as lavaan's ladder of the same model has it; paths there are none."""
    with_firms(project, small_answers)
    project.study["hypotheses"] = []
    project.study.pop("effects", None)
    project.study.pop("focus", None)
    project.describe()
    given = data()
    assert [c.id for c in given.constructs] == [c.id for c in given.study.main if len(c.items) > 1]
    ladder = groups.ladder(given)
    assert not isinstance(ladder, Refused)
    found = groups.invariance(ladder)
    first = semfit.fit(
        given.study.measurement_model(given.constructs),
        ladder.rows,
        group=ladder.group.id,
        estimator="MLR",
        missing=given.missing,
    )
    assert found.steps[0].chisq == pytest.approx(first.fit["chisq_scaled"], rel=1e-6)
    model = groups.path_model(given, ladder, groups.ByFirm())
    assert isinstance(model, Refused) and model.refused.code == "no_hypothesis"
    monkeypatch.setattr(groups, "MOST_ITEMS", 1)
    large = groups.ladder(given)
    assert isinstance(large, Refused) and large.refused.code == "many_items_for_ladder"


def test_without_two_items_nothing_is_compared(project: Any, small_answers: pd.DataFrame) -> None:
    with_firms(project, small_answers)
    given = data()
    for construct in given.study.constructs:
        construct.items[1:] = []
    ladder = groups.ladder(given)
    assert isinstance(ladder, Refused) and ladder.refused.code == "no_construct_of_two_items"
