"""The trial: what is declared and found, how it is counted, and what is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import accumulate
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from chinese_facts import odd_counts
from made_up import made

from loyalty import simulate
from loyalty.analyses.behaviour import findings as behaviour
from loyalty.analyses.drivers import findings as drivers_found
from loyalty.analyses.drivers import models as drivers
from loyalty.analyses.failure import findings as failure
from loyalty.analyses.groups.findings import Groups
from loyalty.analyses.groups.models import PathDifference
from loyalty.analyses.groups.models import Paths as GroupPaths
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.robustness.findings import Robustness
from loyalty.analyses.structural import findings as structural
from loyalty.analyses.structural import ways
from loyalty.analyses.synthesis.estimates import Everything
from loyalty.analyses.trial import figures, names, read, tables, words
from loyalty.analyses.trial import findings as trial
from loyalty.analyses.trial.page import PAGE
from loyalty.analyses.trial.read import Effect
from loyalty.analyses.voice import findings as voice
from loyalty.cases import study as studies
from loyalty.cases.sources import Resource
from loyalty.cases.study import ALL, Study
from loyalty.ground.findings import Finding, Findings, Found, Record, Refused, cited
from loyalty.ground.reading import validated
from loyalty.ground.reasons import Reason
from loyalty.ground.text import LANGUAGES, Text
from loyalty.run.show import displays
from loyalty.shown import words as shared
from loyalty.shown.context import Case
from loyalty.shown.figure import Figure
from loyalty.shown.table import Table


# --- made-up cases and results -------------------------------------------------------------------
def described(*, simulated: bool = True) -> Study:
    """A, M and X lead to B; a moderation, a bend and a chain are hypothesized."""

    def construct(name: str, role: str) -> dict[str, Any]:
        items = [{"id": f"{name}{k}", "en": "x"} for k in range(3)]
        label = {"en": name.upper(), "zh": f"构念{name}"}
        return {"id": name, "label": label, "role": role, "items": items}

    drawn = {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}}
    file = {"file": {"path": "a.csv", "sha256": "0" * 64}}
    content = {
        "title": {"en": "Drawn", "zh": "抽取案例"},
        "summary": "S",
        "provenance": {
            "kind": "simulated" if simulated else "real",
            "source": "x",
            "licence": "x",
            "sampling": "x",
        },
        "rows": drawn if simulated else file,
        "scale": {"min": 1, "max": 7},
        "constructs": [
            construct("a", "antecedent"),
            construct("m", "mediator"),
            construct("b", "outcome"),
        ],
        "hypotheses": [
            {"id": "H1", "from": "a", "to": "m", "sign": "+"},
            {"id": "H2", "from": "m", "to": "b", "sign": "+"},
            {"id": "H3", "from": "a", "to": "b", "sign": "+", "moderator": "m"},
            {"id": "H4", "from": "m", "to": "b", "sign": "-", "quadratic": True},
        ],
        "effects": [
            {"id": "I1", "label": {"en": "A to B", "zh": "甲到乙"}, "through": ["a", "m", "b"]}
        ],
        "resources": [
            {"id": "table", "kind": "transactions", "label": "Table", "rows": drawn},
            {"id": "failed", "kind": "failures", "label": "Failed", "rows": drawn},
            {"id": "filed", "kind": "complaints", "label": "Filed", "rows": drawn},
        ],
    }
    return validated(Study, content, "study.yml")


DRAWN, REAL = described(), described(simulated=False)
CASE = Case(ALL, described={"drawn": DRAWN, "real": REAL})
TRUTH = {
    ("path", "a -> m", "pooled"): 0.5,
    ("path", "a -> m", "average"): 9.0,
    ("path", "m -> b", "pooled"): -0.2,
    ("moderation", "a x m -> b", "average"): 0.1,
    ("quadratic", "m -> b", "average"): -0.06,
    ("threshold", "m -> b", "average"): -0.3,
    ("indirect", "a -> m -> b", "pooled"): -0.1,
    ("panel", "failed: severity", "pooled"): -0.3,
    ("panel", "failed: paradox", "pooled"): -0.14,
    ("panel", "filed: stayed_by_solved", "pooled"): 1.2,
    ("panel", "filed: stayed_by_hours", "pooled"): -0.4,
}


def every(*rows: trial.CaseRow) -> trial.Cases:
    """All cases together, their numbers cited."""
    whole = sum(r.held == r.compared for r in rows)
    found = trial.Cases(rows=rows, count=len(rows), complete=whole)
    return cited(found, "all/trial/cases")


def test_captions_follow_their_fields() -> None:
    row = made(trial.CaseRow, case=next(iter(CASE.described or {})), compared=5, held=5)
    missed = row.model_copy(update={"held": 4})

    def overview(*rows: trial.CaseRow) -> str:
        return shared.without_references(tables.overview(every(*rows), CASE).caption.en)

    assert overview(row, missed).startswith("In 1 of 2 cases every interval holds")
    assert overview(missed).startswith("In none of 1 cases")
    counts = {"rows": [], "models": 57, "drawn": 900, "nonconverged": 0, "inadmissible": 0}
    counts |= {"drawn_nonconverged": 0, "drawn_inadmissible": 0}

    def solved_(**changed: int) -> str:
        found = made(trial.Solutions, **(counts | changed))
        shown = tables.solutions(cited(found, "all/trial/solutions"), CASE)
        return shared.without_references(shown.caption.en)

    assert solved_() == (
        "All 57 models have an admissible solution; "
        "all 900 refits have an admissible solution: solutions by case."
    )
    assert "of 900 refits 2 did not converge and none are inadmissible" in solved_(
        drawn_nonconverged=2
    )
    assert "Of 57 models none did not converge and 1 is inadmissible" in solved_(inadmissible=1)


def test_what_is_declared_of_a_journey_and_of_the_ends_of_complaints() -> None:
    def touch(level: str | None, waiting: float) -> Any:
        ends_ = {"waiting_ci_lower": waiting - 1, "waiting_ci_upper": waiting + 1}
        return filled(drivers.Touch, touchpoint="till", level=level, waiting=waiting, **ends_)

    found = drivers_found.Drivers.model_construct(
        journey=filled(drivers.Journey, table="visits", rows=(touch(None, 9.0), touch("x", 1.0))),
        channels=filled(drivers.Channels, share=0.3, ci_lower=0.1, ci_upper=0.6),
    )
    truth = {("panel", "visits: waiting_till"): 8.9, ("panel", "visits: channel_share"): 0.7}
    waiting, channels = read._journey(truth, found)
    assert (waiting.id, waiting.estimate, waiting.held) == ("waiting_till", 9.0, True)
    assert (channels.id, channels.held, channels.verdict) == ("channel_share", False, None)

    def reached(group: str | None, hours: float) -> Any:
        ends_ = {"ci_lower": 0.3, "ci_upper": 0.5}
        return filled(voice.Reached, step="solved", group=group, hours=hours, estimate=0.4, **ends_)

    rows = (reached(None, 72.0), reached(None, 168.0), reached("x", 72.0))
    of = voice.Voice.model_construct(staying=None, times=filled(voice.Times, rows=rows))
    (solved,) = read._complaints(DRAWN, {("panel", "filed: solved_in_time"): 0.45}, of)
    assert (solved.table, solved.id, solved.held) == ("filed", "solved_in_time", True)
    visits = {
        "id": "visits",
        "kind": "touchpoints",
        "label": "V",
        "rows": {"simulator": {"process": "process.yml", "respondents": 100, "seed": 1}},
        "levels": {"door": {"en": "Door", "zh": "门口"}, "till": {"en": "Till", "zh": "收银"}},
    }
    study_ = DRAWN.model_copy(update={"resources": [Resource.model_validate(visits)]})
    at = names.label(waiting, study_)
    assert (at.en, at.zh) == ("Till: waiting (mean)", "收银：等待时间（均值）")
    assert names.label(solved, DRAWN).zh == "三日内得到解决"
    told = words._named(
        (waiting,), SimpleNamespace(case="drawn"), Case(ALL, described={"drawn": study_})
    )
    assert (
        told.en.replace("\\", "") == "Till: waiting (mean)"
    )  # in a sentence as in the table, and no raw id


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process of the made-up case declares :data:`TRUTH`."""
    rows = [(kind, name, where, value) for (kind, name, where), value in TRUTH.items()]
    table = pd.DataFrame(rows, columns=["kind", "name", "industry", "value"])
    true = simulate.true_parameters
    monkeypatch.setattr(
        read.simulate, "true_parameters", lambda of: table if of == "process" else true(of)
    )
    inside = read.paths.inside
    monkeypatch.setattr(
        read.paths,
        "inside",
        lambda folder, name: inside(folder, name) if (folder / name).is_file() else "process",
    )


def filled(kind: type[Record], **given: Any) -> Any:
    """A record of which only `given` matters."""
    return kind.model_construct(**{name: given.get(name) for name in kind.model_fields} | given)


def ends(estimate: float, half: float, start: str = "ci") -> dict[str, float]:
    name = "estimate" if start == "ci" else start.replace("ci", "estimate")
    return {name: estimate, f"{start}_lower": estimate - half, f"{start}_upper": estimate + half}


PATHS = {"H1": (0.4, 0.05), "H2": (-0.25, 0.1)}
"""Estimates and halves of intervals."""


def modelled(
    paths: Mapping[str, tuple[float, float]] = PATHS,
    *,
    alone: Mapping[str, tuple[float, float]] | None = None,
    moderation: tuple[float, float] | None = (0.12, 0.05),
    bend: tuple[float, float] | None = (0.05, 0.02),
    chain: tuple[float, float] = (-0.1, 0.02),
    latent: bool = True,
) -> structural.Structural:
    """Findings of the structural model; `alone`: intervals with respondents independent."""
    rows = [filled(structural.Path, id=name, **ends(*one)) for name, one in paths.items()]
    clusters = None
    if alone is not None:
        by = [filled(structural.ClusteredPath, id=n, **ends(*one)) for n, one in alone.items()]
        clusters = filled(structural.Clustered, rows=tuple(by), count=8)
    bends = []
    for name, one in (("H3", moderation), ("H4", bend)):
        if one is not None:
            score = ends(one[0] / 2, one[1])
            found = ends(*one) if latent else {}
            own = {f"latent_{k}": v for k, v in found.items()}
            bends.append(filled(structural.Bend, id=name, **score, **own))
    lower, upper = chain[0] - chain[1], chain[0] + chain[1]
    effect = filled(
        structural.Effect, id="I1", estimate=chain[0], boot_ci_lower=lower, boot_ci_upper=upper
    )
    resamples = structural.Resamples(
        drawn=100, used=97, nonconverged=2, inadmissible=1, imputed=False, firms=alone is not None
    )
    return structural.Structural.model_construct(
        paths=filled(structural.Paths, rows=tuple(rows), firms=8 if alone else None),
        fit=filled(structural.Fit, n=100, converged=True, admissible=True),
        clusters=clusters,
        moderation=filled(structural.Moderation, rows=tuple(bends)),
        effects=filled(structural.Effects, rows=(effect,), resamples=resamples),
        totals=filled(structural.Totals, resamples=resamples),
        whole=None,
        competing=None,
    )


def everything(found: Mapping[str, Findings], case: str = "drawn") -> Everything:
    known = {
        (case, name): Found[Any].model_construct(findings=one, case=case)
        for name, one in found.items()
    }
    return Everything({"drawn": DRAWN, "real": REAL}, known)


def effects(found: Mapping[str, Findings]) -> dict[str, Effect]:
    return {e.id: e for e in read.effects(everything(found), "drawn")}


# --- what is declared beside what is found -------------------------------------------------------
def test_what_a_process_declares() -> None:
    truth = read.truth(DRAWN)
    assert truth["path", "a -> m"] == 0.5  # pooled, not the mean over industries
    assert truth["quadratic", "m -> b"] == -0.06
    assert ("moderation", "a x m -> b") in truth
    assert read.truth(REAL.model_copy(update={"resources": []})) == {}


def test_an_interval_holds_what_is_declared() -> None:
    found = effects({"structural": modelled()})
    assert list(found) == ["H1", "H2", "H3", "H4", "I1"]
    assert (found["H1"].held, found["H1"].verdict) == (False, "supported")  # .35 to .45, not .5
    # The hypothesis says plus; declared is minus, and minus is found.
    assert (found["H2"].held, found["H2"].verdict) == (True, "supported")
    assert (found["H3"].kind, found["H3"].estimate, found["H3"].held) == ("moderation", 0.12, True)
    assert (found["H4"].kind, found["H4"].held, found["H4"].verdict) == (
        *("bend", False),
        "contradicted",
    )
    assert (found["I1"].kind, found["I1"].held, found["I1"].firms) == ("indirect", True, False)


def test_an_end_of_an_interval_belongs_to_it() -> None:
    paths = {"H1": (0.25, 0.25), "H2": (0.0, 0.1)}
    found = effects({"structural": modelled(paths)})
    assert (found["H1"].ci_upper, found["H1"].held) == (0.5, True)
    assert (found["H2"].held, found["H2"].verdict) == (False, "open")


def test_the_interval_that_allows_for_firms_counts() -> None:
    wide, narrow = {"H1": (0.4, 0.12), "H2": (-0.2, 0.2)}, {"H1": (0.4, 0.05), "H2": (-0.2, 0.1)}
    found = effects({"structural": modelled(wide, alone=narrow)})
    assert (found["H1"].held, found["H1"].held_alone, found["H1"].firms) == (True, False, True)
    assert found["I1"].firms and not found["H3"].firms


def test_scores_are_another_unit_than_the_declared_latent_one() -> None:
    found = effects({"structural": modelled(latent=False)})
    assert (found["H3"].estimate, found["H3"].held) == (0.06, None)
    assert found["H3"].verdict == "supported"


def test_what_was_not_estimated_keeps_its_row() -> None:
    refused = Refused(refused=Reason(code="no_hypothesis"))
    found = effects({"structural": structural.Structural(paths=refused, moderation=refused)})
    assert {e.id for e in found.values()} == {"H1", "H2", "H3", "H4", "I1"}
    assert all(e.estimate is None and e.held is None and e.verdict is None for e in found.values())


def besides() -> dict[str, Findings]:
    """Findings of the tables: two parameters, failures and complaints."""
    recovered = behaviour.Recovery(
        parameters=(
            behaviour.Recovered(table="table", parameter="r", declared=0.8, **ends(0.85, 0.1)),
            behaviour.Recovered(table="table", parameter="lift", declared=0.07, **ends(0.05, 0.06)),
        ),
        n=2,
        held=2,
    )
    severity = filled(
        *(failure.Coefficient,),
        term="severity",
        points=-0.35,
        points_ci_lower=-0.4,
        points_ci_upper=-0.31,
        **ends(-0.6, 0.1),
    )
    gap = filled(
        failure.Comparison, comparison="between", raw=-0.4, raw_ci_lower=-0.6, raw_ci_upper=-0.2
    )
    failed = failure.Failure.model_construct(
        determinants=filled(failure.Determinants, circumstances=(severity,)),
        interaction=failure.Interaction(**ends(-0.07, 0.05)),
        paradox=filled(failure.Paradox, comparisons=(gap,)),
    )
    staying = [
        filled(voice.Effect, term="soon", **ends(0.1, 0.05)),
        filled(voice.Effect, term="solved", **ends(-0.3, 0.05)),
    ]
    complained = voice.Voice.model_construct(staying=filled(voice.Staying, effects=tuple(staying)))
    return {
        "behaviour": behaviour.Behaviour.model_construct(recovered=recovered),
        "failure": failed,
        "voice": complained,
    }


def test_what_tables_declare() -> None:
    found = effects(besides())
    assert (found["r"].held, found["r"].verdict) == (True, None)  # it cannot be zero
    assert (found["lift"].held, found["lift"].verdict) == (True, "open")
    # In points for a point, as declared, not in standard deviations.
    assert (found["severity"].estimate, found["severity"].held) == (-0.35, False)
    product = found["recovery_by_severity"]
    assert (product.declared, product.held, product.verdict, product.alarm) == (
        *(0.0, False),
        *(None, True),
    )
    assert (found["paradox"].held, found["paradox"].verdict) == (None, "supported")
    assert (found["soon"].declared, found["soon"].verdict) == (0.4, "supported")  # fewer hours
    assert (found["solved"].held, found["solved"].verdict) == (None, "contradicted")


def test_shares_of_what_is_explained_are_held_and_no_effects() -> None:
    def share(name: str, truth: float | None) -> Any:
        return filled(
            drivers.Share, from_=name, to="b", side="direct", truth=truth, **ends(0.4, 0.1)
        )

    rows = (share("a", 0.45), share("m", 0.6), share("x", None))
    shares = filled(drivers.Shares, rows=rows)
    made = drivers_found.Drivers.model_construct(shares=shares)
    found = effects({"drivers": made})
    assert {e.id: (e.held, e.verdict) for e in found.values() if e.kind == "share"} == {
        "direct-a-b": (True, None),
        "direct-m-b": (False, None),
    }
    level = filled(
        drivers.GroupShare, from_="a", to="b", side="direct", level="x", truth=0.7, **ends(0.4, 0.1)
    )
    grouped = drivers_found.Drivers.model_construct(
        shares=shares, by_group=filled(drivers.GroupShares, rows=(level,))
    )
    assert not effects({"drivers": grouped})["direct-a-b-x"].held
    text = in_case(*(e for e in found.values() if e.kind == "share"))
    assert "Of 2 declared shares of what is explained the intervals hold 1." in text.en
    assert "解释方差份额共 2 个，其中 1 个的 95% 区间覆盖设定值" in text.zh
    assert "utside" not in text.en  # one is, and is counted


def test_fewer_than_chance_would_leave_is_said() -> None:
    text = in_case(*[effect("share", 0.2)] * 5, *[effect("share", 0.6)] * 5)
    assert "hold 5, fewer than the 8 to 10 that chance would leave of as many" in text.en
    assert "少于同样数目的独立区间仅凭偶然应有的 8 至 10 个" in text.zh


def test_differences_of_two_ways_are_held_and_counted_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    two = [
        DRAWN.effects[0],
        DRAWN.effects[0].model_copy(update={"id": "I2", "through": ["a", "n"]}),
    ]
    drawn = DRAWN.model_copy(update={"effects": two})
    row = filled(ways.Contrast, first="I1", second="I2", **ends(0.3, 0.1))
    made = filled(ways.Contrasts, rows=(row,))
    found = structural.Structural.model_construct(contrasts=made)
    truth = {("indirect", "a -> m -> b"): 0.5, ("indirect", "a -> n"): 0.15}
    (one,) = read._contrasts(drawn, truth, found)
    assert (one.kind, one.id, one.held, one.verdict) == ("contrast", "I1-I2", True, None)
    assert one.declared == pytest.approx(0.35)
    assert "Of 1 declared difference between two ways the intervals hold 1." in in_case(one).en
    assert list(read._contrasts(drawn, {}, found)) == []


def test_nothing_is_an_alarm_that_is_declared_or_not_clear() -> None:
    made = read._effect("table", "x", 0.0, (0.05, -0.01, 0.11))
    assert not made.alarm and made.held
    assert not read._effect("table", "x", 0.2, (0.05, 0.01, 0.09)).alarm


# --- counting ------------------------------------------------------------------------------------
def effect(kind: read.Kind, estimate: float, declared: float = 0.2, **more: Any) -> Effect:
    return read._effect(
        kind, more.pop("id", "H1"), declared, (estimate, estimate - 0.1, estimate + 0.1), **more
    )


def test_how_many_intervals_are_promised() -> None:
    """The binomial by its definition, not by the library that the tally asks."""
    tally = trial.tally("path", [effect("path", 0.2)] * 37 + [effect("path", 0.4)] * 3)
    assert (tally.declared, tally.compared, tally.held) == (40, 40, 37)
    assert tally.promised == pytest.approx(38)
    chances = [math.comb(40, k) * 0.95**k * 0.05 ** (40 - k) for k in range(41)]
    below = list(accumulate(chances))
    assert tally.promised_lower == next(k for k, p in enumerate(below) if p >= 0.025)
    assert tally.promised_upper == next(k for k, p in enumerate(below) if p >= 0.975)


def test_kinds_are_counted_apart() -> None:
    some = [
        effect("path", 0.3),
        effect("path", 0.05),
        effect("path", -0.3),
        effect("bend", 0.2, -0.2),
        read._effect("path", "H9", 0.2, (None, None, None)),
        effect("table", 0.3, 0.0),
    ]
    path, bend, table = trial.tallies(some)
    assert (path.declared, path.compared, path.held, path.effects) == (4, 3, 1, 3)
    assert (path.found, path.open, path.contradicted) == (1, 1, 1)
    assert path.size == pytest.approx((0.3 + 0.05 - 0.3) / 0.6)
    assert bend.size == pytest.approx(-1.0)  # of its declared size, the other way
    assert (table.effects, table.zero, table.alarms, table.size) == (0, 1, 1, None)


def test_real_cases_are_not_on_trial() -> None:
    found = trial.cases(everything({"structural": modelled()}, "real"))
    assert isinstance(found, trial.Cases)
    assert [r.case for r in found.rows] == ["drawn"]  # declared, and nothing of it estimated
    assert all(e.estimate is None for e in found.rows[0].effects)
    none = trial.cases(Everything({"real": REAL}, {}))
    assert isinstance(none, Refused) and none.refused.code == "no_simulated_case"
    assert trial.headline(none) is None


def test_what_lies_farthest_from_what_is_declared() -> None:
    found = trial.cases(everything({"structural": modelled({"H1": (0.4, 0.1), "H2": (-0.5, 0.1)})}))
    assert isinstance(found, trial.Cases)
    (row,) = found.rows
    assert (row.largest, row.n, row.firms) == ("H2", 100, None)
    assert row.largest_gap == pytest.approx(0.3)


# --- differences and solutions -------------------------------------------------------------------
def differing(monkeypatch: pytest.MonkeyPatch, firms: tuple[float, float] | None = None) -> Any:
    """H1 is declared to differ between industries, H2 not; both seem to with respondents."""
    by = {"H1": (0.3, 0.5), "H2": (0.2, 0.2)}
    monkeypatch.setattr(read, "by_industry", lambda study: by if study is DRAWN else {})
    rows = [
        filled(PathDifference, id=name, p_holm=0.01, p_holm_firms=p)
        for name, p in zip(by, firms or (None, None), strict=True)
    ]
    rows.append(filled(PathDifference, id="H9", p_holm=0.01))  # nothing is declared of it
    groups = Groups.model_construct(
        paths=filled(GroupPaths, group="industry", differences=tuple(rows))
    )
    return trial.differences(everything({"groups": groups}))


def test_declared_differences_between_industries(monkeypatch: pytest.MonkeyPatch) -> None:
    found = differing(monkeypatch)
    (row,) = found.rows
    assert (row.firms, row.paths, row.differ, row.alike) == (False, 2, 1, 1)
    assert (row.found, row.alarms, row.found_alone, row.alarms_alone) == (1, 1, 1, 1)
    firms = differing(monkeypatch, (0.2, 0.9))
    assert (firms.found, firms.alarms, firms.found_alone, firms.alarms_alone) == (0, 0, 1, 1)
    assert "1 is found, 1 if" in said(found, words.differences).en
    assert "handful of firms" not in said(found, words.differences).en
    text = said(firms, words.differences)
    assert "none are found, 1 if" in text.en and "handful of firms" in text.en
    assert "1 条，无一检出" in text.zh and "少数几家企业" in text.zh


def test_declared_paths_by_industry() -> None:
    study = studies.load("quality-simulated")
    by = read.by_industry(study)
    assert set(by) == {h.id for h in study.paths}
    assert by["H1"] == pytest.approx((0.45, 0.6, 0.3))
    assert len(set(by["H2"])) == 1


def test_solutions_are_counted() -> None:
    def model(converged: bool, admissible: bool) -> Any:
        return SimpleNamespace(converged=converged, admissible=admissible)

    rivals = SimpleNamespace(rows=(model(True, True), model(True, False), model(False, False)))
    curve = SimpleNamespace(n=9, failed=2, suspect=1)
    competing = SimpleNamespace(
        structures=(
            SimpleNamespace(id="hypothesized", chisq=1.0, problems=()),
            SimpleNamespace(id="partial", chisq=None, problems=("x",)),
            SimpleNamespace(id="forward", chisq=2.0, problems=("x",)),
        )
    )
    found = trial.solutions(
        everything(
            {
                "measurement": Measurement.model_construct(models=rivals, fit=model(True, True)),
                "structural": modelled().model_copy(update={"competing": competing}),
                "robustness": Robustness.model_construct(curve=curve),
            }
        )
    )
    assert isinstance(found, trial.Solutions)
    # Three measurement models, the structural one, two rivals of it.
    assert (found.models, found.nonconverged, found.inadmissible) == (6, 2, 2)
    assert (found.specifications, found.failed, found.suspect) == (9, 2, 1)
    assert (found.drawn, found.drawn_nonconverged, found.drawn_inadmissible) == (100, 2, 1)
    text = said(found, words.solutions)
    assert "Of 6 measurement and structural models 2 did not converge and 2 are" in text.en
    assert "2 have no estimate and 1 rests on a doubtful" in text.en and "2 种没有估计值" in text.zh
    sound = found.model_copy(update={"nonconverged": 0, "inadmissible": 0, "specifications": 0})
    text = said(sound, words.solutions)
    assert "all converged to an admissible solution" in text.en and "specifications" not in text.en
    assert trial.solutions(everything({})) is None


# --- what the answer scales bend -----------------------------------------------------------------
def test_straight_relations_in_answers() -> None:
    """Drawn of the case itself, without its bends: the squares are those of the answers."""
    case = studies.load("aftersales-simulated")
    data = Everything({"aftersales-simulated": case}, {})
    found = trial.straight(data, 4000, 7)
    assert isinstance(found, trial.Straight)
    assert [r.id for r in found.rows] == ["H17", "H18", "H19"]
    for row in found.rows:
        assert row.declared < 0 and row.against == (row.ci_lower > 0)
    assert found.against == sum(r.against for r in found.rows)
    again = trial.straight(data, 4000, 7)
    assert again == found  # the seed decides


def bent(*estimates: float) -> trial.Straight:
    rows = tuple(
        trial.StraightRow(
            case="drawn", id="H4", declared=-0.06, against=e - 0.01 > 0, **ends(e, 0.01)
        )
        for e in estimates
    )
    against = sum(r.against for r in rows)
    return trial.Straight(rows=rows, n=1000, count=len(rows), against=against)


def test_what_is_said_of_straight_relations() -> None:
    text = said(bent(0.05, 0.0, 0.02), words.straight)
    assert "2 of the 3 squares are clear of zero on the other side" in text.en
    assert "is .050" in text.en and "hide the declared effect" in text.en
    assert "3 个平方项中有 2 个的区间不含零" in text.zh and "颠倒" in text.zh
    fine = said(bent(0.0, -0.005), words.straight)
    assert "none of the 2 squares" in fine.en and "hide" not in fine.en and "颠倒" not in fine.zh


# --- what is said --------------------------------------------------------------------------------
def said(found: Record, function: Any) -> Text:
    shown = function(cited(found, "all/trial/finding"), CASE)
    whole = shared.join(shown) if isinstance(shown, list) else shown
    return plain(whole)


def plain(text: Text) -> Text:
    return Text(**{language: shared.plain(text.in_(language)) for language in LANGUAGES})


def heading(*effects: Effect, clustered: int = 0) -> Text:
    found = trial.Headline(
        tallies=trial.tallies(effects), compared=0, held=0, cases=1, clustered=clustered
    )
    return said(found, words.headline)


def test_paths_held_and_promised() -> None:
    good, bad = effect("path", 0.2), effect("path", 0.4)
    text = heading(*[good] * 37, *[bad] * 3)
    assert "Of 40 declared paths the 95 % intervals hold 37; 38 are promised" in text.en
    assert "between 35 and 40." in text.en and "fewer" not in text.en and "firms" not in text.en
    assert "37 条的 95% 区间覆盖设定值；按名义水平应有 38 条" in text.zh and "35 至 40" in text.zh
    text = heading(*[good] * 30, *[bad] * 10)
    assert "fewer are held than that" in text.en and "低于这一范围" in text.zh


def test_what_ignoring_firms_costs() -> None:
    def by(held: bool, alone: bool) -> Effect:
        middle = (0.2 if held else 0.4, (0.1, 0.3) if alone else (0.3, 0.5))
        return effect("path", middle[0], alone=middle[1], firms=True)

    costs = heading(by(True, False), by(True, True), clustered=2)
    assert "2 of these intervals allow for firms" in costs.en
    assert "1 would be held: that is what ignoring firms costs" in costs.en
    assert "忽略企业的代价" in costs.zh
    nothing = heading(by(True, True), by(True, True), clustered=2)
    assert "2 would be held: ignoring firms costs nothing" in nothing.en
    assert "没有代价" in nothing.zh
    better = heading(by(False, True), by(True, True), clustered=2)
    assert "by chance, ignoring firms does better" in better.en and "反而" in better.zh


def test_bends_and_moderations() -> None:
    found, missed, wrong = (effect("bend", x, -0.2) for x in (-0.3, 0.05, 0.2))
    text = heading(missed, missed, wrong)
    assert "Of 3 declared curvilinear effects none are found, 2 are left open and 1 has" in text.en
    assert "size" not in text.en  # it is negative
    assert "曲线效应共 3 个，无一检出，未定 2 个，符号相反 1 个" in text.zh
    text = heading(found, found)
    assert "Of 2 declared curvilinear effects 2 are found; together" in text.en
    assert (
        "150\u00a0% of their declared size" in text.en
        and "open" not in text.en
        and "wrong" not in text.en
    )
    assert "全部检出；估计值合计为设定值合计的 150" in text.zh
    assert "曲线效应共 2 个，无一检出，均未定" in heading(missed, missed).zh
    assert "曲线效应共 1 个，没有检出，符号相反" in heading(wrong).zh
    one = heading(effect("moderation", 0.2))
    assert "Of 1 declared moderation 1 is found" in one.en


def test_products_and_tables() -> None:
    text = heading(effect("indirect", 0.2), effect("indirect", 0.05), effect("indirect", -0.4))
    assert (
        "Of 3 declared indirect effects the intervals hold 1, fewer than the 2 to 3 that" in text.en
    )
    assert "as many independent ones; 1 of 3 effects is found" in text.en
    assert "1 has the wrong sign" in text.en and "检出 1 个；符号相反 1 个" in text.zh
    text = heading(effect("table", 0.3, 0.0), effect("table", 0.05, 0.0))
    assert "1 of 2 declared to be zero is seen all the same" in text.en
    assert "误报 1 个" in text.zh and "effects are found" not in text.en
    assert "seen all the same" not in heading(effect("table", 0.05, 0.0)).en


def in_case(*effects: Effect, firms: int | None = None) -> Text:
    row = trial.CaseRow(
        case="drawn",
        survey=True,
        n=100,
        firms=firms,
        effects=effects,
        tallies=trial.tallies(effects),
        compared=len(effects),
        held=1,
        largest_gap=0.1,
        largest="H1",
    )
    shown = words.case_(every(row), CASE)
    return plain(shared.join(shown["drawn"]))


def test_what_was_missed_of_a_case() -> None:
    good = effect("path", 0.2)
    text = in_case(good, effect("path", 0.25, id="H2"), firms=8)
    assert "hold all 2 declared paths; they allow for 8 firms, without which 2" in text.en
    assert (
        "No declared value lies outside" in text.en and "Every declared effect is found" in text.en
    )
    assert "全部检出" in text.zh and "8 家企业，如果不考虑这一点，条数不变。" in text.zh
    missed = effect("moderation", 0.05, id="H3")
    wrong = effect("bend", 0.2, -0.2, id="H4")
    alarm = read._effect("table", "recovery_by_severity", 0.0, (0.3, 0.2, 0.4), table="failed")
    none = read._effect("indirect", "I1", 0.2, (None, None, None))
    text = in_case(good, missed, wrong, alarm, none)
    assert "hold 1 of 1 declared paths." in text.en and "firms" not in text.en
    assert "lie the declared values of H3, H4 and recovery × severity" in text.en
    assert "H3 is left open; H4 is found with the wrong sign" in text.en
    assert "recovery × severity is seen though declared to be zero" in text.en
    assert "I1 is not estimated" in text.en and "Every declared effect is found" not in text.en
    for part in ("H3 的区间含零", "H4 的符号与设定相反", "被误报", "I1 没有估计值"):
        assert part in text.zh


def test_the_farthest_path_is_named() -> None:
    found = trial.cases(everything({"structural": modelled()}))
    assert isinstance(found, trial.Cases)
    text = said(found, words.gaps)
    assert "Farthest from what is declared lies A → M in “Drawn”" in text.en
    assert "0.50 declared, 0.40 found" in text.en and "构念a → 构念m" in text.zh


# --- the page ------------------------------------------------------------------------------------
def whole(monkeypatch: pytest.MonkeyPatch) -> trial.Trial:
    data = everything({"structural": modelled(alone=PATHS), **besides()})
    cases = trial.cases(data)
    return trial.Trial(
        headline=trial.headline(cases),
        straight=bent(0.05, 0.0),
        differences=differing(monkeypatch),
        solutions=trial.solutions(data),
        cases=cases,
    )


def test_every_finding_is_shown() -> None:
    assert list(PAGE) == list(trial.Trial.model_fields)


def test_all_that_is_shown_is_made_of_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    found = whole(monkeypatch)
    assert trial.Trial.model_validate_json(found.model_dump_json()) == found
    seen: dict[str, str] = {}
    captions: dict[str, str] = {}
    for name in PAGE:
        finding = cited(getattr(found, name), f"all/trial/{name}")
        assert isinstance(finding, Finding), name
        for language in LANGUAGES:
            for display in displays("trial", name, finding, CASE, language):
                shown = display.bundle.get("text/markdown", "")
                if display.label.startswith("fig-"):
                    assert "image/svg+xml" in display.bundle
                else:
                    assert f'{{.num key="all/trial/{name}' in shown, display.label
                if display.caption is not None:
                    captions[f"{display.label} {language}"] = shared.plain(display.caption)
                    marked = display.caption.endswith(
                        ("Simulated data.", "模拟数据）", "，模拟数据")
                    )
                    assert marked, display.label
                seen[f"{display.label} {language}"] = shown
                if language == "zh":
                    said = shared.plain(display.caption or "")
                    said += shared.plain(shown) if display.label.startswith("txt-") else ""
                    assert odd_counts(said) == [], display.label
    assert {"txt-all-trial-case-drawn en", "tbl-all-trial-case-drawn zh"} <= set(seen)
    table = shared.plain(seen["tbl-all-trial-case-drawn en"])
    assert "| H4 | M² → B |" in table and "wrong sign" in table and "false alarm" in table
    assert "| H3 | A × M → B |" in table and "| I1 | H1 × H2 |" in table
    assert "the square that stands for it best" in table and "the sign alone" in table
    # Two paths, a moderation and a chain hold; of tables r and lift; six of nine.
    case = "tbl-all-trial-case-drawn"
    assert captions[f"{case} en"].startswith("5 of 9 intervals hold the declared value: Drawn.")
    assert "：9 个区间中有 5 个覆盖设定值（模拟数据）" in captions["tbl-all-trial-headline zh"]
    assert "1 of 2 squares run against" in captions["tbl-all-trial-straight en"]
    assert captions["tbl-all-trial-differences en"].startswith("1 of 1 paths that differ")
    assert "Paths come out at 93" in captions["fig-all-trial-effects en"]
    overview = shared.plain(seen["tbl-all-trial-overview en"])
    assert "1 / 2" in overview and "0 / 1" in overview


def test_all_intervals_that_hold_are_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tables, shared):
        monkeypatch.setattr(module, "number", str)
    monkeypatch.setattr(tables, "every", lambda n: f"all {n}")
    said = tables._all_held(26, 26)
    assert said.en == "All 26 intervals hold the declared value"
    assert said.zh == "26 个区间均覆盖设定值"
    assert tables._all_held(5, 9).zh == "9 个区间中有 5 个覆盖设定值"


def test_a_figure_needs_something_to_draw() -> None:
    row = trial.CaseRow(
        case="drawn",
        survey=False,
        n=None,
        firms=None,
        effects=(effect("table", 0.2),),
        tallies=(),
        compared=0,
        held=0,
        largest_gap=None,
        largest=None,
    )
    assert figures.effects(every(row), CASE) is None
    assert words.gaps(every(row), CASE) == []
    assert isinstance(tables.overview(every(row), CASE), Table)
    assert not isinstance(figures.effects(every(), CASE), Figure)
