"""What follows from all chapters: the answer, what is known and what is not, what to do."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from loyalty.analyses.argument import read
from loyalty.analyses.argument.beside import (
    Claims,
    Conduct,
    DayRow,
    Foretold,
    LapseRow,
    SaidRow,
    Voice,
)
from loyalty.analyses.argument.models import (
    Action,
    Actions,
    Advice,
    Answer,
    Constructs,
    Differences,
    Followed,
    Known,
    Otherwise,
    Paths,
    Question,
    Silent,
    Statement,
    Undirected,
    Why,
)
from loyalty.analyses.argument.read import SATISFACTION, Grade
from loyalty.analyses.drivers.findings import Drivers, Recommendation, Recommendations
from loyalty.analyses.measurement.findings import Measurement
from loyalty.analyses.synthesis.estimates import Everything, given, reliance
from loyalty.estimates.verdicts import unlike
from loyalty.ground.findings import Refused, refusable


def answer(
    data: Everything,
    found: Paths | Refused,
    apart: Constructs | Refused,
    conduct: Conduct | Refused,
    voice: Voice | Refused,
    claims: Claims | Refused,
) -> Answer | Refused:
    """The headlines. What was done or written and could not be found is None, and not said."""
    return _answer(
        data, found, apart, conduct=given(conduct), voice=given(voice), claims=given(claims)
    )


@refusable
def _answer(
    data: Everything,
    found: Paths,
    apart: Constructs,
    *,
    conduct: Conduct | None,
    voice: Voice | None,
    claims: Claims | None,
) -> Answer:
    experiments = {
        case
        for case, study in data.cases.items()
        if not study.simulated and any(r.kind == "experiment" for r in study.resources)
    }
    return Answer(
        surveys=len(found.counts),
        experiments=len(experiments),
        satisfaction=found.satisfaction,
        unfit=found.unfit,
        beside=tuple(p for p in found.pooled if p.from_ != SATISFACTION and p.grade != "none"),
        pairs=apart.pairs,
        not_apart=apart.not_met,
        open=apart.open,
        judged=apart.surveys,
        failing=apart.failing,
        apart_grade=apart.grade,
        tension=apart.tensions[0] if apart.tensions else None,
        conduct=conduct,
        voice=voice.summary if voice else None,
        claims=claims.summary if claims else None,
    )


def _known(question: Question, grade: Grade) -> Statement:
    """Answered where the grade is moderate or high, partly where it is low."""
    known: Literal["yes", "partly", "no"] = "yes"
    if grade in ("low", "none"):
        known = "partly" if grade == "low" else "no"
    return Statement(question=question, known=known, grade=grade)


def known(
    said: Answer | Refused, groups: Differences | Refused, others: Otherwise | Refused
) -> Known | Refused:
    """What is known of each question, by the grades of the findings behind it."""
    return _all_known(said, groups=given(groups), others=given(others))


@refusable
def _all_known(said: Answer, *, groups: Differences | None, others: Otherwise | None) -> Known:
    together: Grade = said.satisfaction.grade if said.satisfaction else "none"
    grades: list[Grade] = [p.grade for p in said.beside]
    beside: Grade = "moderate" if "moderate" in grades else "low" if grades else "none"
    rows = [
        _known("together", together),
        _known("first", "low" if said.experiments else "none"),  # whatever it was that they changed
        _known("others", "none"),
        _known("beside", beside),
        _known("apart", said.apart_grade),
        _known("groups", read.graded(groups.differing) if groups else "none"),
        _known("otherwise", read.graded(others.stable) if others else "none"),
        _known("conduct", said.conduct.grade if said.conduct else "none"),
        _known("voice", said.voice.grade if said.voice else "none"),
        _known("claims", said.claims.grade if said.claims else "none"),
    ]
    counted = Counter(r.known for r in rows)
    return Known(
        rows=tuple(rows),
        asked=len(rows),
        answered=counted["yes"],
        partly=counted["partly"],
        unanswered=counted["no"],
        answer=said,
        paths=groups.paths if groups else 0,
        different=groups.different if groups else 0,
        compared=groups.compared if groups else 0,
        focal=others.count if others else 0,
        stable=others.stable if others else 0,
    )


def actions(
    data: Everything,
    said: Answer | Refused,
    apart: Constructs | Refused,
    foretold: Foretold | Refused | None = None,
) -> Actions | Refused:
    """What follows from what is found, surely or less so; nothing from what is open."""
    return _actions(data, said, apart, foretold=given(foretold))


@refusable
def _actions(
    data: Everything, said: Answer, apart: Constructs, *, foretold: Foretold | None
) -> Actions:
    asked = {case: s for case, s in read.real(data).items() if read.loyal(s)}
    told = {case: _advice(data, case) for case in asked}
    advice = [one for each, _ in told.values() for one in each]
    advised = len({one.case for one in advice})
    followed = _followed(foretold) if foretold else ()
    weak = apart.scales - apart.ave_met
    faulty = sum(r.ave_met != r.scales for r in apart.rows if r.scales)
    liked = [p for p in said.beside if p.estimate > 0]
    shops = said.conduct.returning if said.conduct else ()
    away = sum(r.most == "stay_away" for r in shops)
    every = [
        Action(id="questionnaire", grade=read.graded(faulty), n=faulty),
        Action(id="undivided", grade=apart.grade, n=apart.failing),
        Action(
            id="satisfaction",
            grade=said.satisfaction.grade if said.satisfaction else "none",
            n=said.satisfaction.k if said.satisfaction else 0,
        ),
        Action(id="liked", grade=liked[0].grade if liked else "none", n=liked[0].k if liked else 0),
        Action(
            id="second_purchase",
            grade=read.graded(min(away, 1)),
            n=away,
        ),
        Action(
            id="read",
            grade=said.voice.grade if said.voice and said.voice.complained else "none",
            n=len(said.voice.cases) if said.voice else 0,
        ),
    ]
    return Actions(
        rows=tuple(a for a in every if a.grade != "none"),
        followed=followed,
        days=_of_lines(followed, foretold.days) if foretold else (),
        panels=len(followed),
        advice=tuple(advice),
        advised=advised,
        silent=len(asked) - advised,
        silences=tuple(Silent(case=c, why=why) for c, (_, why) in told.items() if why),
        undirected=tuple(
            Undirected(case=case, construct_id=r.construct)
            for case in asked
            for r in _clear(data, case)
            if not data.cases[case].directed(r.construct, _outcome(data, case))
        ),
        joined=sum(
            study.join is not None and study.join.key is not None
            for study in read.real(data).values()
        ),
        weak=weak,
        scales=apart.scales,
        answer=said,
    )


def _of_lines(followed: tuple[Followed, ...], days: tuple[DayRow, ...]) -> tuple[DayRow, ...]:
    """What was seen day by day of what lines between people rest on."""
    lines = {(f.case, f.said) for f in followed if f.design == "between"}
    return tuple(d for d in days if (d.case, d.said) in lines)


def _followed(found: Foretold) -> tuple[Followed, ...]:
    """What goes before doing more, or before fewer stop; nothing that another series explains."""
    within = [r for r in found.said if r.verdict == "+" and not r.explained]
    between = [r for r in found.lapses if r.verdict == "-"]
    lines: list[tuple[SaidRow | LapseRow, Literal["within", "between"], float]] = [
        *((r, "within", r.estimate) for r in within),
        *((r, "between", r.odds_ratio) for r in between),
    ]
    return tuple(
        Followed(
            case=r.case,
            said=r.said,
            done=r.done,
            design=design,
            estimate=estimate,
            ci_lower=r.ci_lower,
            ci_upper=r.ci_upper,
            grade="low",
        )
        for r, design, estimate in lines
    )


def _found(data: Everything, case: str) -> Recommendations | None:
    """What a survey's drivers recommend for the outcome that stands for loyalty."""
    drivers = data.of(case, "drivers", Drivers)
    found = given(drivers.recommendations) if drivers else None
    return found if found and found.outcome in read.loyal(data.cases[case]) else None


def _outcome(data: Everything, case: str) -> str:
    found = _found(data, case)
    assert found is not None
    return found.outcome


def _clear(data: Everything, case: str) -> list[Recommendation]:
    """Constructs whose way to loyalty may be relied upon and is clear of zero."""
    found, judged = _found(data, case), reliance(data, case)
    return [
        r
        for r in (found.rows if found else ())
        if r.action != "open" and not judged.between(r.construct, _outcome(data, case))
        if r.ci_lower is not None and r.ci_upper is not None
    ]


def _advice(data: Everything, case: str) -> tuple[list[Advice], Why | None]:
    """What a survey recommends for its outcome, and why not where it recommends nothing.

    Of an outcome of which less is better the other way round. Nothing for a satisfaction, along a
    path that may not be relied upon, or where which way a construct is scored is not stated.
    """
    study, found = data.cases[case], _found(data, case)
    if found is None or not found.rows:
        return [], "no_path"
    judged, less = reliance(data, case), study.unwanted(found.outcome)
    clear = _clear(data, case)
    if not clear:
        doubted = all(judged.between(r.construct, found.outcome) for r in found.rows)
        return [], "doubted" if doubted else "open"
    advice = list[Advice]()
    same = unlike(data.of(case, "measurement", Measurement))
    told = [r.construct for r in clear] + [found.outcome]
    for r in clear:
        if not study.directed(r.construct, found.outcome):
            continue
        action: Literal["secure", "raise", "keep", "counts", "lower"] = r.action  # type: ignore[assignment]
        if less:
            action = "counts" if r.change < 0 else "lower"
        assert r.ci_lower is not None and r.ci_upper is not None
        pair = (r.construct, advice[0].construct_id if advice else None)
        cost = next((c for c in found.costs if (c.construct, c.than) == pair), None)
        advice.append(
            Advice(
                case=case,
                outcome=found.outcome,
                construct_id=r.construct,
                action=action,
                estimate=r.change,
                ci_lower=r.ci_lower,
                ci_upper=r.ci_upper,
                group=found.group,
                levels=r.levels,
                alike=tuple(c for c in told if frozenset((c, r.construct)) in same),
                than=cost and cost.than,
                cost=cost and cost.estimate,
                cost_ci_lower=cost and cost.ci_lower,
                cost_ci_upper=cost and cost.ci_upper,
                grade="low",
            )
        )
    return advice, None if advice else "undirected"
