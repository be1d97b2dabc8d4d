"""What people say against what they do: does the one foretell the other, and what is it worth?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd

from loyalty.analyses.conduct.afterwards import After, Followed, Kept, Stays, within_firms
from loyalty.analyses.conduct.afterwards import after as after
from loyalty.analyses.conduct.afterwards import followed as followed
from loyalty.analyses.conduct.afterwards import kept as kept
from loyalty.analyses.conduct.afterwards import stays as stays
from loyalty.analyses.conduct.moves import Kind, Moves
from loyalty.analyses.conduct.moves import moves as moves_of
from loyalty.analyses.conduct.staying import Staying, compared
from loyalty.analyses.conduct.tone import TONE, Tone, told, written
from loyalty.analyses.conduct.worth import Worth
from loyalty.analyses.conduct.worth import worth as worth_of
from loyalty.cases import joining
from loyalty.cases.asked import Construct
from loyalty.cases.joining import Joined, JoinedTable
from loyalty.cases.study import Study
from loyalty.cases.survey import Survey
from loyalty.cases.tables import Loaded, RowsUsed, rows_used
from loyalty.estimates import attitude, careless
from loyalty.estimates.attitude import Effect as Estimate
from loyalty.estimates.attitude import Outcome
from loyalty.estimates.cross_lagged import cross_lagged
from loyalty.estimates.cross_lagged import waves as wide
from loyalty.estimates.growth import growth as grown
from loyalty.estimates.verdicts import Side, side
from loyalty.ground import disclosure
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Findings,
    P,
    Part,
    People,
    Percent,
    Points,
    Real,
    Record,
    Refused,
    Shown,
    of_data,
    refusable,
    resting,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import clv, discrimination, rfm
from loyalty.stats.impact import share, shares_apart
from loyalty.stats.resampling import all_moments

Odds = Annotated[float, Shown("number", 2)]
Middle = Annotated[float, Shown("number", 1)]
Area = Annotated[float, Shown("bounded", 3)]


# --- the findings --------------------------------------------------------------------------------
class Rows(Finding):
    tables: tuple[RowsUsed, ...]


class Joins(Finding):
    """Whose rows are whose; `careless` respondents are left out of all that follows."""

    tables: tuple[JoinedTable, ...]
    careless: Annotated[int, Shown("count"), Cell("people")]
    people: Count
    horizon: Count


class EffectRow(Record):
    """What a standard deviation of an attitude goes with, corrected for its measurement error.

    `scale` says what `estimate` is: a correlation with the outcome's normal score, or the logarithm
    of a ratio of rates. ``naive_…`` is of the mean of the items as it stands. `planted` is what a
    simulated table declares.
    """

    attitude: str
    outcome: Outcome
    scale: Literal["correlation", "log_rate"]
    n: Count
    reliability: Bounded
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    naive: Real
    naive_ci_lower: Real
    naive_ci_upper: Real
    planted: Real | None
    verdict: Side


class Effects(Finding):
    """`clustered` where there are enough firms for errors that allow for them."""

    rows: tuple[EffectRow, ...]
    firms: Count | None
    clustered: bool


class AreaRow(Record):
    """Discrimination of one set of predictors; `past` is of what people did before."""

    model: str
    past: bool
    attitude: str | None
    auc: Area
    ci_lower: Area
    ci_upper: Area


class AreaDifference(Record):
    model: str
    reference: str
    estimate: Area
    ci_lower: Area
    ci_upper: Area
    p: P
    verdict: Side


class Foretold(Finding):
    """How well people are told apart who were not used to make the prediction.

    `by_firm`: the past holds the firm, and what is said is set against that of others of the firm.
    """

    outcome: Literal["repeat", "lapse", "after"]
    n: Count
    events: Annotated[int, Shown("count"), Cell("n")]
    folds: Count
    seed: Annotated[int, Shown("count")]
    areas: tuple[AreaRow, ...]
    differences: tuple[AreaDifference, ...]
    by_firm: bool = False


class Segment(Record):
    """Dick and Basu's kinds of loyalty: attached or not, buying much or little before.

    `share` of all; `returned` of them within the horizon after; `spent` by those within it, a head.
    """

    kind: Kind
    n: People
    share: Part
    share_ci_lower: Percent
    share_ci_upper: Percent
    returned: Annotated[float, Shown("percent"), Cell("n")]
    returned_ci_lower: Percent
    returned_ci_upper: Percent
    spent: Real | None
    spent_ci_lower: Real | None
    spent_ci_upper: Real | None


class Segments(Finding):
    """`hidden` are kinds of fewer people than may be shown."""

    attitude: str
    middle: Middle
    n: Count
    segments: tuple[Segment, ...]
    hidden: Annotated[int, Shown("count")]


class Leaving(Finding):
    """Of the satisfied and of the others, who did not come back within the horizon."""

    attitude: str
    middle: Middle
    satisfied: People
    others: People
    satisfied_left: Annotated[float, Shown("percent"), Cell("satisfied")]
    satisfied_left_ci_lower: Percent
    satisfied_left_ci_upper: Percent
    others_left: Annotated[float, Shown("percent"), Cell("others")]
    others_left_ci_lower: Percent
    others_left_ci_upper: Percent
    difference: Points
    difference_ci_lower: Points
    difference_ci_upper: Points
    verdict: Side


class LaggedRow(Record):
    """A lagged effect within a person, from one wave to the next, unstandardized."""

    said: str
    of: Literal["said", "done"]
    on: Literal["said", "done"]
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    p: P
    verdict: Side


class Level(Record):
    """The correlation of people's own levels of what they say and do."""

    said: str
    estimate: Bounded
    ci_lower: Bounded
    ci_upper: Bounded
    verdict: Side


class Panel(Finding):
    done: str
    people: Count
    waves: Count
    effects: tuple[LaggedRow, ...]
    levels: tuple[Level, ...]


class TrendRow(Record):
    """How a series changes from one wave to the next: `start` the mean at the first, `estimate` the
    mean change, `spread` the standard deviation of people's own changes."""

    series: str
    start: Real
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    p: P
    spread: Real
    spread_ci_lower: Real
    spread_ci_upper: Real
    planted: Real | None
    verdict: Side


class CarriedRow(Record):
    """What a deviation of one series from a person's own course does to another's at the next
    wave, unstandardized."""

    of: str
    on: str
    estimate: Real
    ci_lower: Real
    ci_upper: Real
    p: P
    planted: Real | None
    verdict: Side


class Growth(Finding):
    """Levels, trends and what carries over, of all series together.

    `not_by_itself`: what is said that goes with doing more in a model of the two alone
    (:class:`Panel`) and not beside the other series.
    """

    people: Count
    waves: Count
    cfi: Bounded
    rmsea: Bounded
    trends: tuple[TrendRow, ...]
    carried: tuple[CarriedRow, ...]
    not_by_itself: tuple[str, ...] = ()


class OddsRow(Record):
    past: bool
    odds_ratio: Odds
    ci_lower: Odds
    ci_upper: Odds
    p: P
    verdict: Side


class Lapse(Finding):
    """Odds of not playing (buying, coming) at all until the next wave, for a standard deviation of
    the score; without and with what was done before. `by_firm`: both hold the firm."""

    said: str
    n: Count
    lapsed: Annotated[int, Shown("count"), Cell("n")]
    share: Percent
    rows: tuple[OddsRow, ...]
    by_firm: bool = False


class Reported(Finding):
    """Rank correlations of the score with what the same people report and what was logged."""

    said: str
    n: Count
    reported: Bounded
    reported_ci_lower: Bounded
    reported_ci_upper: Bounded
    logged: Bounded
    logged_ci_lower: Bounded
    logged_ci_upper: Bounded
    difference: Bounded
    difference_ci_lower: Bounded
    difference_ci_upper: Bounded
    verdict: Side


class UseRow(Record):
    """Odds of using what one rates, for a point of the rating."""

    rated: str
    construct_of: str
    n: Count
    users: Annotated[int, Shown("count"), Cell("n")]
    odds_ratio: Odds
    ci_lower: Odds
    ci_upper: Odds
    p: P
    verdict: Side


class Use(Finding):
    rows: tuple[UseRow, ...]
    held: tuple[str, ...]


class Conduct(Findings):
    rows: Rows | Refused | None = None
    joins: Joins | Refused | None = None
    effects: Effects | Refused | None = None
    staying: Staying | Refused | None = None
    foretold: Foretold | Refused | None = None
    tone: Tone | Refused | None = None
    emotion: Foretold | Refused | None = None
    segments: Segments | Refused | None = None
    leaving: Leaving | Refused | None = None
    worth: Worth | Refused | None = None
    reported: Reported | Refused | None = None
    panel: Panel | Refused | None = None
    growth: Growth | Refused | None = None
    moves: Moves | Refused | None = None
    lapse: Lapse | Refused | None = None
    lapse_foretold: Foretold | Refused | None = None
    followed: Kept | Refused | None = None
    after: After | Refused | None = None
    stays: Stays | Refused | None = None
    after_foretold: Foretold | Refused | None = None
    use: Use | Refused | None = None


# --- the data ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Persons:
    """The survey's people and what they did, without those who show signs of carelessness.

    ``joined`` are the tables by kind; ``kept`` the survey's rows; ``done`` what each of them did:
    ``x, t_x, t`` of the whole record, ``recency, frequency, monetary`` up to the day of the survey,
    ``repeat, churn, spending, spent`` after it, and ``complaints``. ``unseen``: why nothing is
    known of what they did before; what rests on it is refused for it, the rest goes on.
    """

    survey: Survey
    joined: dict[str, Joined]
    careless: int
    kept: pd.Index
    done: pd.DataFrame
    unseen: Reason | None = None

    @property
    def study(self) -> Study:
        return self.survey.study

    def returning(self) -> None:
        """Raises CannotCompute where nobody can be said to come back: nothing is known of what they
        did before, or the horizon lies beyond the record.
        """
        if self.unseen is not None:
            raise CannotCompute.because(self.unseen)
        if "repeat" not in self.done:
            raise CannotCompute("horizon_beyond_record")


def counted(tables: Sequence[Loaded]) -> Rows | None:
    # Of a panel every row takes part; texts without customers are no conduct.
    whole = [
        t for t in tables if t.panel is None and ("text" not in t.rows or "customer" in t.rows)
    ]
    return Rows(tables=tuple(rows_used(t) for t in whole)) if whole else None


@refusable
def people(study: Study, survey: Survey | None, tables: Sequence[Loaded]) -> Persons | None:
    """The joined data; None where the description joins nothing.

    Raises
    ------
    CannotCompute
        Where waves take the survey's place: one mean score is no attitude of several items.
    """
    if study.join is not None and study.join.waves is not None:
        raise CannotCompute("one_mean_score", table=study.join.waves)
    if study.join is None or survey is None:
        return None
    by_name = joining.join(survey, tables)
    kinds: dict[str, str] = {r.id: r.kind for r in study.resources}
    joined = {kinds[name]: table for name, table in by_name.items()}
    flagged = careless.flags(survey).careless
    known = joined["transactions"].known
    kept = known[~flagged.loc[known].to_numpy()]
    done, unseen = _done(study, joined, kept)
    return Persons(survey, joined, int(flagged.loc[known].sum()), kept, done, unseen)


def _done(
    study: Study, joined: dict[str, Joined], kept: pd.Index
) -> tuple[pd.DataFrame, Reason | None]:
    assert study.join is not None and study.join.asked is not None
    asked = pd.Timestamp(study.join.asked)
    bought = joined["transactions"].rows.rename(columns={"person": "customer"})
    end, until = bought["date"].max(), asked + pd.Timedelta(days=study.join.horizon)
    done = clv.customer_summary(bought, end)[["x", "t_x", "t"]]
    amounts, unseen = "amount" in bought, None
    try:
        before = rfm.score(clv.customer_summary(bought, asked))
        done = done.join(before[["recency", "frequency", "r", "f"]], how="outer")
        if amounts:
            done = done.join(before[["monetary", "m"]])
    except CannotCompute as error:
        unseen = error.reason
    after = bought[bought["date"] > asked]
    soon = after[after["date"] <= until]
    if unseen is None:
        past = done["recency"].notna()
        if until <= end:
            done["repeat"] = done.index.isin(soon["customer"]).astype(float)
            done.loc[~past, "repeat"] = np.nan
        done["churn"] = (~done.index.isin(after["customer"])).astype(float)
        done.loc[~past, "churn"] = np.nan
    if amounts:
        done["spending"] = after[after["amount"] > 0].groupby("customer")["amount"].mean()
        if until <= end:
            done["spent"] = soon.groupby("customer")["amount"].sum().reindex(done.index).fillna(0.0)
    done = done.reindex(kept)
    if "complaints" in joined and "date" in joined["complaints"].rows:
        own = joined["complaints"].rows
        counts = own[own["date"] > asked].groupby("person").size()
        done["complaints"] = counts.reindex(kept).fillna(0.0)
    return done, unseen


@of_data
@refusable
def joins(data: Persons) -> Joins:
    """How the tables met the survey; or why nothing that follows from it is there."""
    assert data.study.join is not None
    return Joins(
        tables=tuple(table.counted for table in data.joined.values()),
        careless=data.careless,
        people=len(data.kept),
        horizon=data.study.join.horizon,
    )


def _attitudes(study: Study) -> list[Construct]:
    """Constructs that lead to conduct, or say it: mediators and outcomes."""
    return [c for c in study.main if c.role in ("mediator", "outcome")]


def _clusters(data: Persons) -> tuple[np.ndarray | None, int | None]:
    """Firms of the people kept, where there are enough of them for errors that allow for them."""
    if "firm" not in data.survey.rows:
        return None, None
    codes, names = pd.factorize(data.survey.rows["firm"].loc[data.kept])
    many = len(names) >= threshold("robust_clusters").value and (codes >= 0).all()
    return (codes.astype(np.intp) if many else None), len(names)


# --- attitude to conduct -------------------------------------------------------------------------
OUTCOMES: tuple[Outcome, ...] = ("rate", "leaving", "repeat", "churn", "spending", "complaints")


@resting
def effects(data: Persons) -> Effects:
    """Every attitude of three items or more on every outcome that the tables have."""
    found: list[EffectRow] = []
    messages: list[Reason] = [] if data.unseen is None else [data.unseen]
    clusters, firms = _clusters(data)
    loyal = _loyalty(data.study)
    for construct in _attitudes(data.study):
        items = data.survey.items(construct.id).loc[data.kept]
        answered = items.notna().any(axis=1)
        try:
            measured = attitude.measured(items[answered])
        except ValueError as error:
            messages.append(_reason(error))
            continue
        scores, own = items[answered].mean(axis=1), None
        if clusters is not None:
            own = clusters[answered.to_numpy()]
        for outcome in OUTCOMES:
            if outcome == "leaving" and construct != loyal:
                continue  # beside the rate it takes as long as all others together
            columns = ["x", "t_x", "t"] if outcome in ("rate", "leaving") else [outcome]
            if not set(columns) <= set(data.done):
                continue
            values = data.done.loc[items.index[answered], columns]
            if len(columns) == 1:
                values = values.set_axis(["y"], axis=1)
            try:
                corrected = attitude.effect(measured, outcome, values, clusters=own)
                plain = attitude.naive(scores, outcome, values, clusters=own)
            except CannotCompute as error:
                messages.append(error.reason)
                continue
            planted = _planted(data.study, construct, outcome)
            found.append(
                _effect(construct, outcome, corrected, plain, measured.reliability, planted)
            )
    if not found:
        raise CannotCompute("no_attitude_to_conduct")
    return Effects(
        rows=tuple(found),
        firms=firms,
        clustered=clusters is not None,
        messages=tuple(m for i, m in enumerate(messages) if m not in messages[:i]),
    )


@resting
def staying(data: Persons) -> Staying:
    """What says attachment with how often is bought and with leaving, by two models of leaving."""
    construct = _loyalty(data.study)
    if construct is None:
        raise CannotCompute("no_outcome_construct")
    items = data.survey.items(construct.id).loc[data.kept]
    answered = items.notna().any(axis=1)
    clusters = _clusters(data)[0]
    return compared(
        construct.id,
        items[answered],
        data.done.loc[items.index[answered], ["x", "t_x", "t"]],
        None if clusters is None else clusters[answered.to_numpy()],
        _planted(data.study, construct, "leaving"),
    )


def _reason(error: ValueError) -> Reason:
    if isinstance(error, CannotCompute) or hasattr(error, "code"):
        return reason_of(error)
    raise error


def _effect(
    construct: Construct,
    outcome: Outcome,
    corrected: Estimate,
    plain: Estimate,
    reliability: float,
    planted: float | None,
) -> EffectRow:
    return EffectRow(
        attitude=construct.id,
        outcome=outcome,
        scale=attitude.SCALE[outcome],
        n=corrected.n,
        reliability=reliability,
        estimate=corrected.estimate,
        ci_lower=corrected.ci_lower,
        ci_upper=corrected.ci_upper,
        naive=plain.estimate,
        naive_ci_lower=plain.ci_lower,
        naive_ci_upper=plain.ci_upper,
        planted=planted,
        verdict=side(corrected.ci_lower, corrected.ci_upper),
    )


def _planted(study: Study, construct: Construct, outcome: Outcome) -> float | None:
    """What a simulated table declares of this attitude; None where it declares nothing."""
    kinds: dict[Outcome, str] = {
        "rate": "transactions",
        "leaving": "transactions",
        "complaints": "complaints",
    }
    for resource in study.resources:
        source = resource.rows.simulator
        if source is None or resource.kind != kinds.get(outcome):
            continue
        from loyalty import simulate
        from loyalty.ground import paths

        process = simulate.load_process(paths.inside(study.folder, source.process))
        if outcome == "leaving":  # drawn apart from everything that is asked
            return 0.0
        for link in process.panels[resource.id].links:
            if link.latent == construct.id:
                return float(link.value)
    return None


# --- who comes back ------------------------------------------------------------------------------
def _areas(
    frame: pd.DataFrame,
    outcome: Literal["repeat", "lapse", "after"],
    said: Sequence[str],
    past: Sequence[str],
    folds: int,
    seed: int,
    direction: Literal[1, -1],
) -> Foretold:
    """The past alone, each thing said alone, and both; differences between them.

    What is said stands for itself, in the direction that one expects: nothing of it is estimated.
    """
    models = {"past": list(past)} | {f"past+{name}": [*past, name] for name in said}
    predicted = discrimination.held_out(frame, outcome, models, folds=folds, seed=seed)
    predicted[list(said)] = direction * frame[list(said)]
    predicted = predicted[["past", *said, *(f"past+{name}" for name in said)]]
    pairs = [(name, "past") for name in said] + [(f"past+{name}", "past") for name in said]
    pairs += [(a, b) for k, a in enumerate(said) for b in said[k + 1 :]]
    found = discrimination.discrimination(frame[outcome].to_numpy(), predicted, pairs)
    areas = [
        AreaRow(
            model=str(name),
            past=str(name).startswith("past"),
            attitude=str(name).removeprefix("past").removeprefix("+") or None,
            auc=row["auc"],
            ci_lower=row["ci_lower"],
            ci_upper=row["ci_upper"],
        )
        for name, row in found.areas.iterrows()
    ]
    rows = found.differences.rename(columns={"score": "model"})
    rows["verdict"] = [side(a, b) for a, b in zip(rows["ci_lower"], rows["ci_upper"], strict=True)]
    return Foretold(
        outcome=outcome,
        n=found.n,
        events=found.events,
        folds=folds,
        seed=seed,
        areas=tuple(areas),
        differences=AreaDifference.each(rows.astype({"p": float}).fillna({"p": 1.0})),
    )


@resting
def foretold(data: Persons, folds: int, seed: int) -> Foretold:
    """Repeat purchase within the horizon by what people said, and by what they did before."""
    scores = {c.id: data.survey.items(c.id).mean(axis=1) for c in _attitudes(data.study)}
    singles = [v.id for v in data.study.variables if v.kind in ("nps", "csat")]
    said = pd.DataFrame(scores).join(data.survey.rows[singles]).loc[data.kept]
    frame, past = _with_past(data, said)
    return _areas(frame, "repeat", [*map(str, said)], past, folds, seed, 1)


def _with_past(data: Persons, said: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """What people said, with recency, frequency and money before and whether they came back after.

    Raises
    ------
    CannotCompute
        Where the horizon lies beyond the record.
    """
    data.returning()
    past = data.done[["recency"]].assign(frequency=np.log(data.done["frequency"]))
    if "monetary" in data.done:
        past["monetary"] = np.log1p(data.done["monetary"])
    frame = said.join(past).assign(repeat=data.done["repeat"]).dropna()
    return frame, [*map(str, past)]


# --- the tone of what they wrote -----------------------------------------------------------------
def _wrote(data: Persons) -> pd.DataFrame | None:
    if "reviews" not in data.joined or data.study.join is None or data.study.join.asked is None:
        return None
    asked = pd.Timestamp(data.study.join.asked)
    return written(data.joined["reviews"].rows, asked, data.kept)


@resting
def tone(data: Persons) -> Tone | None:
    """How surely texts tell their writer's mood, and what it goes with."""
    wrote = _wrote(data)
    if wrote is None:
        return None
    planted: dict[str, float] = {}
    for kind in ("transactions", "reviews"):
        table = next((r.id for r in data.study.resources if r.kind == kind), None)
        planted |= _declared(data.study, table) if table is not None else {}
    if "tone_leaving" in planted:
        planted["tone_rate"] = 0.0  # drawn apart from the rate
    every, names = _clusters(data)
    at = data.kept.get_indexer(wrote.index)
    clusters = None if every is None or names is None else every[at]
    return told(wrote, data.done.loc[wrote.index, ["x", "t_x", "t"]], clusters, planted)


@resting
def emotion(data: Persons, folds: int, seed: int) -> Foretold | None:
    """Whether a fourth letter, attachment or tone, adds to recency, frequency and money."""
    wrote = _wrote(data)
    if wrote is None:
        return None
    construct = _loyalty(data.study)
    if construct is None:
        raise CannotCompute("no_outcome_construct")
    attached = data.survey.items(construct.id).mean(axis=1).rename(construct.id)
    said = pd.DataFrame(attached).join(wrote[[TONE]], how="right")
    frame, past = _with_past(data, said)
    return _areas(frame, "repeat", [construct.id, TONE], past, folds, seed, 1)


def _loyalty(study: Study) -> Construct | None:
    """What says attachment: an outcome that means loyalty, or else the first outcome."""
    own = [c for c in study.main if c.role == "outcome"]
    return next(iter([*(c for c in own if c.concept == "loyalty"), *own]), None)


@resting
def segments(data: Persons) -> Segments:
    """Dick and Basu's four: attached (above the middle of the scale) by buying much (the sum of the
    scores of recency, frequency and money above its median)."""
    construct = _loyalty(data.study)
    if construct is None:
        raise CannotCompute("no_outcome_construct")
    data.returning()
    scale = data.study.item_scale(construct.items[0])
    middle = (scale.min + scale.max) / 2
    score = data.survey.items(construct.id).mean(axis=1).loc[data.kept]
    parts = [c for c in ("r", "f", "m") if c in data.done]
    frame = data.done.assign(score=score).dropna(subset=["score", "repeat", *parts])
    buys = frame[parts].sum(axis=1)
    attached, much = frame["score"] > middle, buys > buys.median()
    kinds: dict[Kind, pd.Series] = {
        "true": attached & much,
        "latent": attached & ~much,
        "spurious": ~attached & much,
        "none": ~attached & ~much,
    }
    found: list[Segment] = []
    for kind, who in kinds.items():
        n = int(who.sum())
        if n < disclosure.least():
            continue
        part, part_lower, part_upper = share(n, len(frame))
        back, back_lower, back_upper = share(int(frame.loc[who, "repeat"].sum()), n)
        spent = frame.loc[who, "spent"] if "spent" in frame else pd.Series(dtype=float)
        half = 1.959963984540054 * spent.std() / np.sqrt(n) if len(spent) else np.nan
        found.append(
            Segment(
                kind=kind,
                n=n,
                share=part,
                share_ci_lower=part_lower,
                share_ci_upper=part_upper,
                returned=back,
                returned_ci_lower=back_lower,
                returned_ci_upper=back_upper,
                spent=spent.mean() if len(spent) else None,
                spent_ci_lower=spent.mean() - half if len(spent) else None,
                spent_ci_upper=spent.mean() + half if len(spent) else None,
            )
        )
    return Segments(
        attitude=construct.id,
        middle=middle,
        n=len(frame),
        segments=tuple(found),
        hidden=len(kinds) - len(found),
    )


@resting
def leaving(data: Persons) -> Leaving:
    """The satisfied (above the middle of the scale) who did not come back, beside the others."""
    own = [c for c in data.study.main if c.concept == "satisfaction"]
    if not own:
        raise CannotCompute("no_satisfaction")
    data.returning()
    scale = data.study.item_scale(own[0].items[0])
    middle = (scale.min + scale.max) / 2
    score = data.survey.items(own[0].id).mean(axis=1).loc[data.kept]
    frame = pd.DataFrame({"score": score, "left": 1 - data.done["repeat"]}).dropna()
    high = frame["score"] > middle
    n, m = int(high.sum()), int((~high).sum())
    if min(n, m) < disclosure.least():
        raise CannotCompute("few_did_or_not", n=min(n, m))
    a, b = int(frame.loc[high, "left"].sum()), int(frame.loc[~high, "left"].sum())
    found = shares_apart(a, n, b, m)
    mine, mine_lower, mine_upper = found.one
    theirs, theirs_lower, theirs_upper = found.other
    difference, lower, upper = found.difference
    return Leaving(
        attitude=own[0].id,
        middle=middle,
        satisfied=n,
        others=m,
        satisfied_left=mine,
        satisfied_left_ci_lower=mine_lower,
        satisfied_left_ci_upper=mine_upper,
        others_left=theirs,
        others_left_ci_lower=theirs_lower,
        others_left_ci_upper=theirs_upper,
        difference=difference,
        difference_ci_lower=lower,
        difference_ci_upper=upper,
        verdict=side(lower, upper),
    )


@resting
def worth(data: Persons) -> Worth:
    """What a point of an attitude goes with in money a customer within the horizon."""
    assert data.study.join is not None
    if "spending" not in data.done:
        raise CannotCompute("no_amounts")
    if "spent" not in data.done:
        raise CannotCompute("horizon_beyond_record")
    known, clusters = data.done["spent"].notna(), _clusters(data)[0]
    kept = data.kept[known]
    items = ((c.id, data.survey.items(c.id).loc[kept]) for c in _attitudes(data.study))
    return worth_of(
        items,
        data.done.loc[known, "spent"],
        None if clusters is None else clusters[known.to_numpy()],
        data.joined["transactions"].counted.table,
        data.study.join.horizon,
    )


# --- over waves ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Waves:
    """A panel of people asked and logged; all else are names of measures.

    The first one stated is the score that lapse and correlations are of.
    """

    table: str
    panel: pd.DataFrame
    stated: Sequence[str]
    logged: str
    reported: str | None


def waves(tables: Sequence[Loaded]) -> Waves | None:
    """The first table of waves that logs something; None without one."""
    for table in tables:
        by_kind = {
            kind: [m.id for m in table.resource.measures if m.kind == kind]
            for kind in ("stated", "reported", "logged")
        }
        if table.panel is not None and by_kind["logged"]:
            reported = next(iter(by_kind["reported"]), None)
            stated = by_kind["stated"] or ["score"]
            return Waves(table.resource.id, table.panel, stated, by_kind["logged"][0], reported)
    return None


@resting
def panel(data: Waves) -> Panel:
    """Levels and deviations of what is said and done, each thing said in its turn."""
    found: list[LaggedRow] = []
    levels: list[Level] = []
    messages: list[Reason] = []
    number = int(data.panel["wave"].max())
    names = {"x": "done", "y": "said"}
    for said in data.stated:
        try:
            answer = cross_lagged(wide(data.panel, data.logged, said))
        except ValueError as error:
            messages.append(_reason(error))
            continue
        rows = answer.effects.assign(
            said=said,
            of=answer.effects["of"].map(names),
            on=answer.effects["on"].map(names),
            verdict=[
                side(a, b)
                for a, b in zip(answer.effects["ci_lower"], answer.effects["ci_upper"], strict=True)
            ],
        )
        found += LaggedRow.each(rows)
        lower, upper = answer.between_ci_lower, answer.between_ci_upper
        levels.append(
            Level(
                said=said,
                estimate=answer.between,
                ci_lower=lower,
                ci_upper=upper,
                verdict=side(lower, upper),
            )
        )
    if not found:
        raise CannotCompute("no_panel_model", why=messages[0])
    return Panel(
        done=data.logged,
        people=data.panel["customer"].nunique(),
        waves=number,
        effects=tuple(found),
        levels=tuple(levels),
        messages=tuple(messages),
    )


def growth(
    study: Study, data: Waves | None, alone: Panel | Refused | None = None
) -> Growth | Refused | None:
    """Everybody's own level and trend in all that is said and done, and what carries over.

    `alone` are the models of one thing said and what is done, each by itself.
    """
    rows = alone.effects if isinstance(alone, Panel) else ()
    clear = [r.said for r in rows if (r.of, r.on, r.verdict) == ("said", "done", "+")]
    return _growth(study, data, clear)


@resting
def _growth(study: Study, data: Waves, clear: Sequence[str]) -> Growth:
    series = [*data.stated, data.logged]
    answer = grown(data.panel, series)
    truth = _declared(study, data.table)
    trends = answer.trends.reset_index(names="series")
    trends["planted"] = [truth.get(f"change_{s}") for s in trends["series"]]
    carried = answer.lags.drop(columns="se")
    carried["planted"] = [
        truth.get(f"lag_{of}_{on}") for of, on in zip(carried["of"], carried["on"], strict=True)
    ]
    for rows in (trends, carried):
        bounds = rows[["ci_lower", "ci_upper"]].to_numpy()
        rows["verdict"] = [side(low, high) for low, high in bounds]
    fit = answer.result.fit
    return Growth(
        people=data.panel["customer"].nunique(),
        waves=int(data.panel["wave"].max()),
        cfi=fit["cfi"],
        rmsea=fit["rmsea"],
        trends=TrendRow.each(trends),
        carried=CarriedRow.each(carried),
        not_by_itself=[s for s in clear if _on_conduct(carried, s, data.logged) == "open"],
        messages=tuple(map(reason_of, answer.result.warnings)),
    )


def _on_conduct(carried: pd.DataFrame, said: str, done: str) -> Side:
    of, on = carried["of"] == said, carried["on"] == done
    found: Side = carried.loc[of & on, "verdict"].item()
    return found


def _declared(study: Study, table: str) -> dict[str, float]:
    """What a simulated table declares, by the name of the parameter; nothing of a real one."""
    source = next(r.rows.simulator for r in study.resources if r.id == table)
    if source is None:
        return {}
    from loyalty import simulate
    from loyalty.ground import paths

    process = simulate.load_process(paths.inside(study.folder, source.process))
    return {name: found.value for name, found in process.panels[table].truth().items()}


@resting
def moves(data: Waves) -> Moves:
    """Who moves between the four kinds of loyalty from the first wave to the last."""
    return moves_of(data.panel, data.stated, data.logged)


def _first_step(data: Waves) -> pd.DataFrame:
    """Who answered the first wave and did it before; and whether they did until the next."""
    by = data.panel.set_index(["customer", "wave"])
    first = by.xs(1, level="wave")
    after = by.xs(2, level="wave")[data.logged].reindex(first.index)
    frame = pd.DataFrame(
        {
            "score": first[data.stated[0]],
            "done": first[data.logged],
            "past": np.log1p(first[data.logged] * 14),
            "lapse": (after == 0).astype(float).where(after.notna()),
        }
    )
    if "firm" in first:
        frame["firm"] = first["firm"]
    frame = frame.dropna()
    frame = frame[frame["done"] > 0]
    if frame.empty:
        raise CannotCompute("nobody_did_it_before")
    return frame.assign(score=(frame["score"] - frame["score"].mean()) / frame["score"].std())


@resting
def lapse(data: Waves) -> Lapse:
    """Odds of a whole wave without doing it, without and with what was done before."""
    frame = _first_step(data)
    factors = ["firm"] if "firm" in frame and frame["firm"].nunique() > 1 else []
    rows = []
    for past in (False, True):
        one = discrimination.odds(
            frame, "lapse", "score", held=["past"] if past else [], factors=factors
        )
        rows.append(
            OddsRow(
                past=past,
                odds_ratio=one.odds_ratio,
                ci_lower=one.ci_lower,
                ci_upper=one.ci_upper,
                p=one.p,
                verdict=side(one.ci_lower, one.ci_upper, 1.0),
            )
        )
    return Lapse(
        said=data.stated[0],
        n=len(frame),
        lapsed=int(frame["lapse"].sum()),
        share=frame["lapse"].mean(),
        rows=tuple(rows),
        by_firm=bool(factors),
    )


@resting
def lapse_foretold(data: Waves, folds: int, seed: int) -> Foretold:
    """Who lapses: by the score, by what was done before, and by both; firms are told apart."""
    frame = _first_step(data)
    if "firm" not in frame:
        frame["firm"] = ""
    frame = frame.assign(score=within_firms(frame)).dropna()
    return _by_firm(frame, "lapse", data.stated[0], ["past"], folds, seed, -1)


def _by_firm(
    frame: pd.DataFrame,
    outcome: Literal["lapse", "after"],
    said: str,
    past: Sequence[str],
    folds: int,
    seed: int,
    direction: Literal[1, -1],
) -> Foretold:
    """:func:`_areas` with the firm in the past; ``score`` is set against others of the firm."""
    firms = pd.get_dummies(frame["firm"], drop_first=True, dtype=float)
    firms.columns = pd.Index([f"firm {name}" for name in firms.columns])
    frame = frame.rename(columns={"score": said}).join(firms)
    found = _areas(frame, outcome, [said], [*past, *firms.columns], folds, seed, direction)
    return found.model_copy(update={"by_firm": len(firms.columns) > 0})


@resting
def after_foretold(data: Followed, folds: int, seed: int) -> Foretold:
    """Who does it again within the horizon: by what was said, by the past, and by both; firms are
    told apart throughout, and what is said is set against that of others of the firm."""
    frame = data.frame.assign(after=1 - data.frame["stopped"])
    return _by_firm(frame, "after", data.kept.said, data.past, folds, seed, 1)


@resting
def reported(data: Waves, draws: int, seed: int) -> Reported | None:
    """Spearman's correlations of the first wave's score; intervals from resampled people."""
    if data.reported is None:
        return None
    first = data.panel[data.panel["wave"] == 1][
        [data.stated[0], data.reported, data.logged]
    ].dropna()
    if len(first) < 10:
        raise CannotCompute("few_people_for_outcome", n=len(first))
    ranks = first.rank().to_numpy()
    _, said, logged = np.corrcoef(ranks, rowvar=False)[0]
    n = len(ranks)
    resampled = all_moments(ranks, draws, seed)[1][:, 0, 1:]
    both = np.column_stack([resampled, resampled[:, 0] - resampled[:, 1]])
    low, high = np.percentile(both, [2.5, 97.5], axis=0)
    return Reported(
        said=data.stated[0],
        n=n,
        reported=said,
        reported_ci_lower=low[0],
        reported_ci_upper=high[0],
        logged=logged,
        logged_ci_lower=low[1],
        logged_ci_upper=high[1],
        difference=said - logged,
        difference_ci_lower=low[2],
        difference_ci_upper=high[2],
        verdict=side(low[2], high[2]),
    )


# --- what is used --------------------------------------------------------------------------------
@refusable
def use(study: Study, survey: Survey | None) -> Use | None:
    """Odds of using what one rates, for a point of the rating, the description's groups held."""
    if survey is None or not study.uses:
        return None
    owner = {i.id: c.id for c in study.constructs for i in c.items}
    held = [g.id for g in study.groups if survey.rows[g.id].nunique() > 1]
    rows: list[UseRow] = []
    messages: list[Reason] = []
    for rated, used in study.uses:
        yes = survey.rows[used.id] == 1
        known = survey.rows[used.id].notna()
        frame = survey.rows[held].assign(
            rating=survey.scored[rated.id], used=yes.astype(float).where(known)
        )
        try:
            one = discrimination.odds(frame, "used", "rating", factors=held)
        except CannotCompute as error:
            messages.append(error.reason)
            continue
        rows.append(
            UseRow(
                rated=rated.id,
                construct_of=owner[rated.id],
                n=one.n,
                users=one.events,
                odds_ratio=one.odds_ratio,
                ci_lower=one.ci_lower,
                ci_upper=one.ci_upper,
                p=one.p,
                verdict=side(one.ci_lower, one.ci_upper, 1.0),
            )
        )
    if not rows:
        raise CannotCompute("no_use_model", why=messages[0])
    return Use(rows=tuple(rows), held=tuple(held), messages=tuple(messages))
