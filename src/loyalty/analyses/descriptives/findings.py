"""Descriptives: answers, scale scores, their correlations, single questions, all by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from loyalty.analyses.descriptives.data import Data, smallest
from loyalty.analyses.descriptives.models import (
    Alpha,
    Answers,
    Apart,
    Boxes,
    Correlations,
    Csat,
    Detail,
    Details,
    Everybody,
    Gap,
    Groups,
    Index,
    Item,
    ItemAnswers,
    Items,
    Level,
    Nps,
    OutcomeBoxes,
    Overall,
    Pair,
    Question,
    QuestionLevel,
    Questions,
    ScaleIndex,
    ScaleLevel,
    Scales,
    ScaleScores,
    WeightedScale,
    Weights,
)
from loyalty.cases.survey import Survey
from loyalty.ground.findings import Findings, Refused, refusable
from loyalty.ground.reasons import CannotCompute
from loyalty.ground.thresholds import threshold
from loyalty.stats import descriptives, reliability
from loyalty.stats.weighted import Design, quantiles


class Descriptives(Findings):
    weights: Weights | Refused | None = None
    answers: Answers | Refused | None = None
    items: Items | Refused | None = None
    index: Index | Refused | None = None
    scales: Scales | Refused | None = None
    correlations: Correlations | Refused | None = None
    nps: Nps | Refused | None = None
    csat: Csat | Refused | None = None
    groups: Groups | Refused | None = None
    indices: Questions | Refused | None = None
    boxes: OutcomeBoxes | Refused | None = None
    details: Details | Refused | None = None


W = TypeVar("W", bound=str)
#: Of a scale of more answers the single ones are not counted.
MOST_POINTS = 11


def data(survey: Survey) -> Data:
    return Data(survey.weighted, survey.weighted.scored)


# --- weights -------------------------------------------------------------------------------------
@refusable
def weights(data: Data) -> Weights | None:
    """How far weights move the scales' means, and what they cost; None without weights."""
    design = data.design
    if design is None:
        return None
    rows, shifts = [], []
    for c in data.items:
        index, plain = data.index[c].dropna(), data.scores[c].mean()
        row = {"construct": c, "n": len(index), "unweighted": plain, "mean": None, "deff": None}
        if len(index) > 1:
            mean, sd, se = design.mean(data.scores[c].dropna())
            row |= {"mean": mean, "deff": se**2 / (sd**2 / len(index)) if sd > 0 else None}
            shifts.append(design.mean(index)[0] - float(index.mean()))
        rows.append(WeightedScale(**row))
    effective = design.effective(data.answers.index)
    return Weights(
        n=len(data.answers),
        effective=round(effective),
        deff=len(data.answers) / effective,
        units=None if design.units is None else design.units.nunique(),
        rows=tuple(rows),
        shift_lower=min(shifts, default=None),
        shift_upper=max(shifts, default=None),
    )


def _count(data: Data, marked: Any) -> Any:
    """How many people a weighted share is of; nothing beside one that says so itself."""
    return None if data.design is None else marked


# --- items ---------------------------------------------------------------------------------------
@refusable
def answers(data: Data) -> Answers:
    """Answers to every item of the case's common scale."""
    own = data.study.scale
    if own.step != 1 or own.points is None or own.points > MOST_POINTS:
        raise CannotCompute("no_few_points")
    low, high = int(own.min), int(own.max)
    drawn = [i for i in data.owner if (data.scale[i].min, data.scale[i].max) == (low, high)]
    if not drawn:
        raise CannotCompute("no_common_scale")
    shares = descriptives.answer_distribution(data.answers[drawn], low, high, data.design)
    x = data.answers[drawn].to_numpy(float)
    given = x[~np.isnan(x)]
    weights = None
    if data.design is not None:
        each = np.repeat(data.design.of(data.answers.index), len(drawn))
        weights = each[~np.isnan(x).ravel()]

    def counts(item: str) -> tuple[int, ...]:
        return tuple(int((data.answers[item] == code).sum()) for code in range(low, high + 1))

    return Answers(
        minimum=low,
        maximum=high,
        above=np.average(given > (low + high) / 2, weights=weights),
        lowest=np.average(given == low, weights=weights),
        highest=np.average(given == high, weights=weights),
        left_out=len(data.owner) - len(drawn),
        items=tuple(
            ItemAnswers(
                construct=data.owner[i],
                item=i,
                n=data.answers[i].count(),
                shares=row,
                shares_count=_count(data, counts(i)),
            )
            for i, row in zip(drawn, shares.to_numpy(float).tolist(), strict=True)
        ),
    )


def items(data: Data) -> Items:
    """Every item: its mean, its spread, its shape, and the shares at the ends of its scale."""
    lowest = {i: float(scale.min) for i, scale in data.scale.items()}
    highest = {i: float(scale.max) for i, scale in data.scale.items()}
    answers = data.answers[list(data.owner)]
    table = descriptives.item_table(answers, lowest, highest, data.design).reset_index()
    if data.design is not None:
        table["floor_count"] = [int((answers[i] <= lowest[i]).sum()) for i in data.owner]
        table["ceiling_count"] = [int((answers[i] >= highest[i]).sum()) for i in data.owner]
    rows = Item.each(table.assign(construct=list(data.owner.values())))
    return Items(n_items=len(rows), rows=rows)


# --- scales --------------------------------------------------------------------------------------
def index(data: Data) -> Index:
    """Scale scores on 0 to 100: their means and how they are spread."""
    table = descriptives.mean_table(data.index, design=data.design)
    means = table.rename_axis("construct").reset_index()
    quantiles = {c: _quantiles(data.index[c].dropna(), data.design) for c in data.items}
    rows = means.assign(quantiles=means["construct"].map(quantiles))
    return Index(
        bandwidth=len(data.index) ** -0.2,
        rows=ScaleIndex.each(rows, estimate="mean"),
    )


def _quantiles(scores: pd.Series, design: Design | None) -> list[float]:
    """As many as there are cells large enough to be shown, at most a hundred."""
    n = min(len(scores) // smallest(), 100)
    at, x = (np.arange(n) + 0.5) / max(n, 1), scores.to_numpy(float)
    if not n:
        return []
    found = np.quantile(x, at) if design is None else quantiles(x, design.of(scores.index), at)
    return [float(value) for value in found]


def scales(data: Data) -> Scales:
    """Scale scores: mean and spread, and who stands at the ends."""
    table = descriptives.scale_table(data.scores, data.bottom, data.top, design=data.design)
    if data.design is not None:
        low, high = pd.Series(data.bottom) + 1e-9, pd.Series(data.top) - 1e-9
        table["floor_count"] = (data.scores <= low).sum()
        table["ceiling_count"] = (data.scores >= high).sum()
    table["items"] = [len(data.items[c]) for c in table.index]
    renamed: dict[str, str] = {}
    cut = threshold("floor_ceiling")
    for end in ("floor", "ceiling"):
        ends = table[[f"{end}_lower", f"{end}_upper"]].to_numpy(float)
        table[f"{end}_verdict"] = [cut.verdict(low, high) for low, high in ends]
        renamed |= {f"{end}_ci_lower": f"{end}_lower", f"{end}_ci_upper": f"{end}_upper"}
    return Scales(rows=ScaleScores.each(table.rename_axis("construct").reset_index(), **renamed))


@refusable
def correlations(data: Data) -> Correlations:
    """Correlations of the scale scores, and how reliable each is."""
    names = list(data.items)
    if len(names) < 2:
        raise CannotCompute("few_variables", n=len(names))
    pairs = []
    for k, a in enumerate(names):
        for b in names[:k]:
            found = descriptives.pair_correlation(data.scores[[a, b]], design=data.design)
            ends = {"r": found.r, "ci_lower": found.ci_lower, "ci_upper": found.ci_upper}
            pairs.append(Pair(construct_a=a, construct_b=b, **ends))
    return Correlations(
        pairs=tuple(pairs),
        reliabilities=tuple(Alpha(construct=c, alpha=_alpha(data, c)) for c in names),
    )


def _alpha(data: Data, construct: str) -> float | None:
    try:
        answers = data.answers[data.items[construct]]
        return reliability.cronbach_alpha(answers, design=data.design).alpha
    except CannotCompute:
        return None


# --- single questions ----------------------------------------------------------------------------
@refusable
def nps(data: Data) -> Nps:
    """The net promoter score of the question on recommending."""
    asked = next((v.id for v in data.study.variables if v.kind == "nps"), None)
    if asked is None:
        raise CannotCompute("no_recommendation")
    given = data.survey.rows[asked].dropna()
    found = descriptives.net_promoter_score(given, design=data.design)
    return Nps(
        variable=asked,
        n=found.n,
        estimate=found.nps,
        ci_lower=found.ci_lower,
        ci_upper=found.ci_upper,
        promoters=found.promoters,
        passives=found.passives,
        detractors=found.detractors,
        promoters_count=_count(data, int((given >= 9).sum())),
        passives_count=_count(data, int(given.between(6, 9, inclusive="neither").sum())),
        detractors_count=_count(data, int((given <= 6).sum())),
    )


@refusable
def csat(data: Data) -> Csat:
    """How many are satisfied: by a question of its own, or the first item of satisfaction."""
    own = next((v for v in data.study.variables if v.kind == "csat"), None)
    if own is not None:
        asked, scale = own.id, own.scale or data.study.scale
    elif data.satisfaction is not None:
        asked = data.satisfaction.items[0].id
        scale = data.scale[asked]
    else:
        raise CannotCompute("no_satisfaction")
    if scale.step != 1 or scale.points is None or scale.points > MOST_POINTS:
        raise CannotCompute("no_few_points")
    found = descriptives.csat(
        data.answers[asked],
        top_box=scale.max - 1,
        minimum=scale.min,
        maximum=scale.max,
        design=data.design,
    )
    return Csat(
        asked=asked,
        own=own is not None,
        box_lower=scale.max - 1,
        box_upper=scale.max,
        n=found.n,
        estimate=found.share,
        ci_lower=found.ci_lower,
        ci_upper=found.ci_upper,
        estimate_count=_count(data, found.count),
    )


# --- by group ------------------------------------------------------------------------------------
@refusable
def groups(data: Data) -> Groups:
    """The index of every scale by level, and which levels stand apart from everybody."""
    if not data.groupings.levels:
        raise CannotCompute("no_grouping")
    if not data.compared:
        raise CannotCompute("small_groups")
    rows = ScaleLevel.each(data.by_level, estimate="mean")
    means = descriptives.mean_table(data.index, design=data.design)["mean"]
    overall = {c: float(means[c]) for c in data.items}
    apart, most = _apart([(row.construct, row) for row in rows], overall)
    chosen = [c.id for c in data.study.main if c.role == "outcome" or c is data.satisfaction]
    return Groups(
        n_levels=sum(map(len, data.groupings.levels.values())),
        shown=sum(row.ci_lower is not None for row in rows),
        hidden=sum(row.suppressed for row in rows),
        overall=tuple(Overall(construct=c, estimate=mean) for c, mean in overall.items()),
        rows=rows,
        apart=apart,
        most=most,
        chosen=chosen,
        widest=_widest([row for row in rows if row.construct in chosen]),
    )


def _apart(
    rows: Sequence[tuple[W, Level]], everybody: Mapping[W, float]
) -> tuple[tuple[Apart, ...], W | None]:
    """Whose intervals lie wholly to one side of everybody's value.

    `rows` are levels with what was measured. Also, of what most of them are, where several
    things were measured.
    """
    by: dict[str, list[tuple[bool, bool]]] = {}
    clear: dict[W, int] = {}
    for what, row in rows:
        if row.ci_lower is None or row.ci_upper is None:
            continue
        above, below = row.ci_lower > everybody[what], row.ci_upper < everybody[what]
        by.setdefault(row.group, []).append((above, below))
        clear[what] = clear.get(what, 0) + (above or below)
    counts = tuple(
        Apart(
            group=group, n=len(ends), above=sum(a for a, _ in ends), below=sum(b for _, b in ends)
        )
        for group, ends in by.items()
    )
    most = max(clear, key=clear.__getitem__) if len(clear) > 1 and any(clear.values()) else None
    return counts, most


def _widest(rows: Sequence[ScaleLevel]) -> Gap | None:
    """The widest gap of a scale between two levels of a grouping."""
    by: dict[tuple[str, str], list[tuple[float, ScaleLevel]]] = {}
    for row in rows:
        if row.estimate is not None:
            by.setdefault((row.construct, row.group), []).append((row.estimate, row))
    gaps = []
    for (construct, group), part in by.items():
        if len(part) > 1:
            low, high = min(part, key=lambda p: p[0]), max(part, key=lambda p: p[0])
            gap = high[0] - low[0]
            gaps.append(
                Gap(construct=construct, group=group, estimate=gap, lowest=low[1], highest=high[1])
            )
    return max(gaps, key=lambda g: g.estimate, default=None)


def indices(data: Data, nps: Nps | Refused, csat: Csat | Refused) -> Questions | None:
    """The single-question indices by level, as far as there are any."""
    if not data.compared:
        return None
    everybody: list[Everybody] = []
    rows: list[QuestionLevel] = []
    if isinstance(nps, Nps):
        everybody.append(
            Everybody(
                question="nps",
                estimate=nps.estimate,
                ci_lower=nps.ci_lower,
                ci_upper=nps.ci_upper,
            )
        )
        score = partial(descriptives.net_promoter_score, design=data.design)
        found = data.groupings.by(data.survey.rows[nps.variable], score)
        rows += QuestionLevel.each(found.assign(question="nps"), estimate="nps")
    if isinstance(csat, Csat):
        everybody.append(
            Everybody(
                question="csat",
                estimate=100 * csat.estimate,
                ci_lower=100 * csat.ci_lower,
                ci_upper=100 * csat.ci_upper,
            )
        )
        given = data.answers[csat.asked]
        satisfied = (given >= csat.box_lower).astype(float).where(given.notna())
        found = data.groupings.share_by(satisfied)
        shares = [c for c in ("share", "ci_lower", "ci_upper") if c in found]
        found[shares] = found[shares].astype(float) * 100
        rows += QuestionLevel.each(found.assign(question="csat"), estimate="share")
    if not rows:
        return None
    values: dict[Question, float] = {one.question: one.estimate for one in everybody}
    apart, most = _apart([(row.question, row) for row in rows], values)
    return Questions(
        hidden=sum(row.suppressed for row in rows),
        everybody=tuple(everybody),
        rows=tuple(rows),
        apart=apart,
        most=most,
    )


@refusable
def boxes(data: Data) -> OutcomeBoxes | None:
    """Answers to the outcome's items in the lowest, middle and highest boxes by level."""
    if not data.compared:
        return None
    mine = data.items[data.outcome.id]
    ends = {(data.scale[i].min, data.scale[i].max) for i in mine}
    if len(ends) > 1:
        raise CannotCompute("no_boxes")
    ((low, high),) = ends
    found = data.groupings.by(
        data.answers[mine],
        lambda x: descriptives.box_shares(x, low, high, least=smallest(), design=data.design),
    )
    if "middle" not in found:
        raise CannotCompute("no_boxes")
    seen = found.dropna(subset=["low", "middle", "high"])
    return OutcomeBoxes(
        construct=data.outcome.id,
        minimum=low,
        maximum=high,
        hidden=len(found) - len(seen),
        rows=Boxes.each(seen, lowest="low", highest="high"),
    )


def details(data: Data) -> Details | None:
    """The outcome's scale by level: reliability, the ends, and the correlation of the focal path.

    The correlation is that of the scores, without other causes.
    """
    if not data.compared:
        return None
    outcome, focal = data.outcome.id, data.study.focal
    score = data.scores[outcome]
    at_floor = (score <= data.bottom[outcome] + 1e-9).astype(float).where(score.notna())
    at_ceiling = (score >= data.top[outcome] - 1e-9).astype(float).where(score.notna())
    cells = data.groupings
    parts = {
        "alpha": (
            cells.by(
                data.answers[data.items[outcome]],
                partial(reliability.cronbach_alpha, design=data.design),
            ),
            "alpha",
        ),
        "floor": (cells.share_by(at_floor), "share"),
        "ceiling": (cells.share_by(at_ceiling), "share"),
    }
    if focal is not None:
        pair = data.scores[[focal.from_, outcome]]
        correlated = partial(descriptives.pair_correlation, design=data.design)
        parts["r"] = (cells.by(pair, correlated), "r")
    table = parts["alpha"][0][["group", "level"]].copy()
    for name, (part, column) in parts.items():
        own = {column: name, "ci_lower": f"{name}_ci_lower", "ci_upper": f"{name}_ci_upper"}
        table = table.join(part[[c for c in own if c in part]].rename(columns=own))
    rows = Detail.each(table)
    cut = threshold("alpha")
    ends = [(row.alpha_ci_lower, row.alpha_ci_upper) for row in rows if row.alpha is not None]
    verdicts = [
        "open" if low is None or high is None else cut.verdict(low, high) for low, high in ends
    ]
    return Details(
        construct=outcome,
        source=None if focal is None else focal.from_,
        n=len(verdicts),
        met=verdicts.count("met"),
        open=verdicts.count("open"),
        not_met=verdicts.count("not met"),
        rows=rows,
    )
