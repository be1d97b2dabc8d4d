"""The data audit: who answered, what is missing, who was careless, and how answers are shaped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import numpy as np
import pandas as pd
import semfit

from loyalty.analyses.audit import columns as seeming
from loyalty.analyses.audit import common_method
from loyalty.analyses.audit.columns import Columns
from loyalty.analyses.audit.common_method import MeasurementModel
from loyalty.analyses.audit.telling import Telling, telling
from loyalty.cases.survey import Survey
from loyalty.estimates import careless as rule
from loyalty.estimates.careless import Screening, Selection
from loyalty.ground.findings import (
    Answering,
    Beside,
    Bounded,
    Cell,
    Count,
    Few,
    Finding,
    Findings,
    OfAnswers,
    P,
    Part,
    People,
    Percent,
    Real,
    Record,
    Refused,
    Running,
    Shown,
    Tens,
    Together,
    Unanswering,
    refusable,
)
from loyalty.ground.reasons import CannotCompute, Reason, reason_of
from loyalty.ground.thresholds import threshold
from loyalty.stats import audit, descriptives, validity
from loyalty.stats import twins as alike

Sign = Literal[
    "long_string",
    "intra_individual_variability",
    "mahalanobis_p",
    "even_odd_consistency",
    "psychometric_synonyms",
    "seconds_per_item",
]
SIGNS: tuple[Sign, ...] = get_args(Sign)


# --- the findings --------------------------------------------------------------------------------
#: What chance makes of a count: with whether it is more than that, it would tell of how few.
CHANCE = ("by_chance", "most_by_chance")
#: The fewest people whose number would follow from a count and those that stand before it.
Between = Annotated[int, Shown("count"), Cell(within=True)]
#: Rows left after a step.
Left = Annotated[int, Shown("count"), Running("n_excluded")]


class Step(Record):
    """Rows that a step takes, of those that are left before it.

    `fewest` people would follow from it; None where it is not told for that, be it of few or many.
    """

    reason: Literal["empty", "repeated", "careless", "incomplete"]
    n_excluded: Few | None
    n_left: Left | None
    fewest: Annotated[int, Shown("count"), Cell(alone=True, along=("n_excluded",))] | None = 0


class Rule(Record):
    """Rows that a rule of the description leaves out, of those that are left before it."""

    rule: str
    n_excluded: Few | None
    n_left: Annotated[int, Shown("count"), Running("n_excluded", back=True)] | None


class Impossible(Record):
    """Rows of which a rule of the description says that they cannot be."""

    rule: str
    n: Few | None


class Weightless(Record):
    """Rows that no weighted figure counts, of those that are left before; they stay elsewhere."""

    reason: Literal["missing", "zero"]
    n_excluded: Few | None
    n_left: Left | None


class Again(Record):
    """Rows that equal an earlier one, without those of one answer over most items: `n` of all
    `repeated`.

    In `draws` surveys drawn without copies it is `by_chance` rows on average, and `most_by_chance`
    at most.
    """

    n: Annotated[int, Shown("count"), Cell("repeated", alone=True, along=CHANCE)] | None
    by_chance: Real | None
    most_by_chance: Count | None
    draws: Count
    beyond: bool
    repeated: Few | None = None


class Flow(Finding):
    """Who would be left out, step by step; only empty rows are.

    `rules` left out others before: of `read` rows `n` came through. `impossible` rows stay.

    `strict_share`: left of all rows when everybody in the steps goes. `repeated_rows` equal an
    earlier one, `repeated_ids` have an id seen before (`has_ids`: there are ids); `lined` are the
    repeated rows with one answer over most items. Repeated rows are a step where they are more than
    chance makes (`again`).
    """

    n: People
    items: Count
    steps: tuple[Step, ...]
    strict_share: Annotated[float, Shown("percent"), Running("n_excluded", of="steps")] | None
    repeated_rows: Few | None
    repeated_ids: Few | None
    has_ids: bool
    lined: Annotated[int, Shown("count"), Cell("repeated_rows", alone=True)] | None
    read: Annotated[int, Shown("count"), Running("n_excluded", of="rules")] | None = None
    rules: tuple[Rule, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    weightless: tuple[Weightless, ...] = ()
    again: Again | None = None
    fewest: Between | None = None
    fewest_lined: (
        Annotated[int, Shown("count"), Cell(alone=True, along=("lined", "again"))] | None
    ) = None

    def step(self, reason: str) -> Step:
        return next(s for s in self.steps if s.reason == reason)


class Twins(Finding):
    """Respondents of whom another one, under another id, gives the same answer to the `share` or
    more of the items that both answered.

    `people` stand in `pairs`, of `n` who were compared: without the `lined` (one answer over most
    items) and those whose id occurs again (`fewest` of these two, and of both together). In
    `draws` surveys drawn without copies it is `by_chance` people on average, and `most_by_chance`
    at most.
    """

    n: Count | None
    items: Count
    share: Percent
    people: Annotated[int, Shown("count"), Cell(alone=True, along=("pairs", *CHANCE))] | None
    pairs: Count | None
    lined: Few | None
    by_chance: Real | None
    most_by_chance: Count | None
    draws: Count
    beyond: bool
    fewest: Annotated[int, Shown("count"), Cell(alone=True, along=("n",))] | None = None


class ItemCodes(Record):
    """Answers to an item that were set to missing: declared codes, and outside the scale; `blank`
    are the cells without any answer."""

    item: str
    declared: Unanswering
    outside: Unanswering
    share: Annotated[float, Shown("percent"), Tens(of=("declared", "outside"))]
    blank: Annotated[Between, Tens()] | None = None


class VariableCodes(Record):
    variable: str
    n_outside: People


class Codes(Finding):
    """`items` and `variables` are those with such codes; `refused`: a case that has them stops.

    `checked` single questions have a scale, `variables_outside` of their answers lie off it.
    """

    declared: Unanswering
    outside: Unanswering
    outside_share: Annotated[float, Shown("percent"), Tens(of=("outside",))]
    refused: bool
    items: tuple[ItemCodes, ...]
    checked: Count
    variables_outside: People
    variables: tuple[VariableCodes, ...]


class ItemMissing(Record):
    item: str
    n: Answering
    n_missing: Unanswering
    share_missing: Annotated[float, Shown("percent"), Tens(of=("n_missing",))]


class Missing(Finding):
    """`items`: those that lack answers, most first; `median` of all items' shares."""

    share: Annotated[float, Shown("percent"), Tens(of=("items.n_missing",), middle=True)]
    complete: People
    complete_share: Percent
    items: tuple[ItemMissing, ...]
    median: (
        Annotated[float, Shown("percent"), Beside("items"), Tens(of=("items.n_missing",))] | None
    )
    n_items: Count
    n_without: Count


class Pattern(Record):
    """Respondents who lack an answer to the same `items` (none: complete rows)."""

    items: tuple[str, ...]
    n: Annotated[int, Shown("count"), Cell(), Tens(where="items")]
    share: Annotated[float, Shown("percent"), Tens(of=("n",))]


class Pooled(Record):
    patterns: Count
    n: Unanswering
    share: Annotated[float, Shown("percent"), Tens(of=("n",))]


class Patterns(Finding):
    """The frequent patterns of missing answers, and the others pooled."""

    n_patterns: Count
    shown: tuple[Pattern, ...]
    pooled: Pooled | None


class Little(Finding):
    """Little's test that answers are missing completely at random."""

    chi2: Real
    df: Count
    p: P


#: As :data:`~loyalty.ground.findings.Few`, with their share of all.
Sharing = Annotated[int, Shown("count"), Cell(alone=True, along=("share",))]


class SignCount(Record):
    """Respondents beyond the `cutoff` of a sign; no cut-off where it is no sign in this case."""

    sign: Sign
    cutoff: Annotated[float, Shown("significant", 6)] | None
    n: Sharing | None
    share: Percent | None


class Flagged(Record):
    n: Sharing | None
    share: Percent | None


class LeftOut(Record):
    sign: Sign
    reason: Reason


class Careless(Finding):
    """`flagged`: as many signs as the rule asks for."""

    n: Count
    signs: tuple[SignCount, ...]
    flagged: Flagged
    left_out: tuple[LeftOut, ...]
    fewest: Between | None = None


class Pair(Record):
    """Agreement of two signs; `both` is None where it counts a few respondents only.

    `fewest` people would follow from it: κ and both signs' counts tell how many show both, one of
    them alone, and neither.
    """

    a: Sign
    b: Sign
    both: People | None
    kappa: Bounded
    ci_lower: Bounded
    ci_upper: Bounded
    fewest: Between | None = None


class Agreement(Finding):
    """Pairs of signs, closest first; `n_chance` agree no more than chance may explain."""

    pairs: tuple[Pair, ...]
    n_pairs: Count
    n_chance: Count


class Detected(Record):
    """Respondents drawn as `kind` (``no``: careful), and the share of them that is flagged."""

    kind: Literal["no", "straightlining", "random"]
    n: People
    share: Part
    ci_lower: Percent
    ci_upper: Percent


class Detection(Finding):
    kinds: Annotated[tuple[Detected, ...], Together()]


class Sensitivity(Finding):
    """The focal path with everybody (first) and without some.

    `who`: without the ``careless``, without ``any`` sign, ``strict``. `faulty` selections have no
    sound solution.
    """

    from_: str
    to: str
    sign: str
    selections: tuple[Selection, ...]
    n_selections: Count
    faulty: Count


class ItemShape(Record):
    """Skewness and excess kurtosis, None of an item that is constant."""

    item: str
    n: Answering
    skew: Annotated[Real | None, OfAnswers(7, row=True)]
    skew_se: Real | None
    kurtosis: Annotated[Real | None, OfAnswers(7, row=True)]
    kurtosis_se: Real | None


class Shape(Finding):
    """`n_left` of the `n_known` items that vary have their longer tail at the low end."""

    items: tuple[ItemShape, ...]
    n_known: Count
    n_left: Count


class Normality(Finding):
    """Mardia's tests over complete rows; `normal_kurtosis` under a normal distribution."""

    n: Answering
    n_items: Count
    skewness: Real
    skewness_chi2: Real
    skewness_df: Count
    skewness_p: P
    kurtosis: Real
    normal_kurtosis: Count
    kurtosis_z: Real
    kurtosis_p: P


class SampleLevel(Record):
    """Respondents of a level, None where hidden, and the share that its group's quotas plan."""

    group: str
    level: str
    n: People | None
    share: Percent | None
    quota: Percent | None


class Lacking(Record):
    """Respondents without a level of a group."""

    group: str
    n: People
    share: Percent


class Sample(Finding):
    levels: tuple[SampleLevel, ...]
    lacking: tuple[Lacking, ...]


class QuotaTest(Record):
    """Goodness of fit of a group to its quotas; `w` is Cohen's effect size."""

    group: str
    chi2: Real
    df: Count
    p: P
    w: Bounded
    min_expected: Real


class NotTested(Record):
    group: str
    reason: Reason


class Quotas(Finding):
    tests: tuple[QuotaTest, ...]
    not_tested: tuple[NotTested, ...]


class Harman(Finding):
    """Shares of the variance of all items that one factor, and one component, account for."""

    factor_share: Percent
    component_share: Percent


class Method(Finding):
    """The planned measurement model (first), and the same with a method factor.

    `messages` say which model with a factor could not be estimated.
    """

    models: tuple[MeasurementModel, ...]


class Marker(Finding):
    """Correlations without what they share with the `marker` (its least correlation).

    `clear` of the `pairs` of constructs stay clear of zero.
    """

    marker: str
    correlation: Bounded
    largest_change: Bounded
    pairs: Count
    clear: Count


class Audit(Findings):
    flow: Flow | Refused | None = None
    twins: Twins | Refused | None = None
    codes: Codes | Refused | None = None
    columns: Columns | Refused | None = None
    missing: Missing | Refused | None = None
    patterns: Patterns | Refused | None = None
    little: Little | Refused | None = None
    careless: Careless | Refused | None = None
    agreement: Agreement | Refused | None = None
    detection: Detection | Refused | None = None
    sensitivity: Sensitivity | Refused | None = None
    shape: Shape | Refused | None = None
    normality: Normality | Refused | None = None
    sample: Sample | Refused | None = None
    quotas: Quotas | Refused | None = None
    harman: Harman | Refused | None = None
    method: Method | Refused | None = None
    marker: Marker | Refused | None = None


# --- who is in the analyses ----------------------------------------------------------------------
@dataclass(frozen=True)
class Answers:
    """A survey with its raw items, what repeats in it, and who looks careless."""

    survey: Survey
    items: pd.DataFrame
    has_ids: bool
    repeated: audit.Duplicates
    screening: Screening
    steps: audit.ExclusionFlow
    again: alike.Repeats | None
    agreed: pd.DataFrame
    telling: Telling

    @property
    def n(self) -> int:
        return len(self.items)


def answers(survey: Survey) -> Answers:
    items = survey.rows[[i.id for i in survey.study.items]]
    ids = [v.id for v in survey.study.ids][:1]
    repeated = audit.duplicates(survey.rows[[*items.columns, *ids]], id=ids[0] if ids else None)
    screening = rule.screen(survey)
    again = _again(items[~screening.flags.flags["long_string"] & items.notna().any(axis=1)])
    same = repeated.duplicate_rows if again is None or again.beyond else False
    steps = audit.exclusion_flow(
        items.index,
        [
            ("empty", items.isna().all(axis=1)),
            ("repeated", repeated.duplicate_ids | same),
            ("careless", screening.flags.careless),
            ("incomplete", items.isna().any(axis=1)),
        ],
    )
    agreed = audit.sign_agreement(screening.flags.flags).dropna(subset=["kappa"])
    agreed = agreed.sort_values("kappa", ascending=False, kind="stable")
    told = Telling()  # rows that may be passed on tell all of it
    if not survey.study.provenance.redistribute:
        told = telling(
            screening.flags.flags,
            list(zip(agreed["a"], agreed["b"], strict=True)),
            repeated=repeated.duplicate_ids | same,
            same=repeated.duplicate_rows,
            empty=items.isna().all(axis=1),
            incomplete=items.isna().any(axis=1),
        )
    return Answers(survey, items, bool(ids), repeated, screening, steps, again, agreed, told)


def _again(items: pd.DataFrame) -> alike.Repeats | None:
    """What chance does to rows that are equal; None where that cannot be told."""
    try:
        return alike.repeats(items)
    except CannotCompute:
        return None


def flow(data: Answers) -> Flow:
    lined = data.repeated.duplicate_rows & data.screening.flags.flags["long_string"]
    return Flow(
        n=data.n,
        items=data.items.shape[1],
        steps=[
            step.model_copy(update={"fewest": data.telling.steps.get(step.reason, 0)})
            for step in Step.each(data.steps.steps)
        ],
        strict_share=data.steps.n_end / data.n,
        repeated_rows=data.repeated.n_rows,
        repeated_ids=data.repeated.n_ids,
        has_ids=data.has_ids,
        lined=lined.sum(),
        read=data.survey.read if data.survey.excluded else None,
        rules=_rules(data.survey),
        impossible=[Impossible(rule=k, n=n) for k, n in data.survey.impossible.items()],
        weightless=_weightless(data.survey),
        again=None
        if data.again is None
        else Again(
            n=data.again.rows,
            by_chance=data.again.by_chance,
            most_by_chance=data.again.most_by_chance,
            draws=data.again.draws,
            beyond=data.again.beyond,
            repeated=data.repeated.n_rows,
        ),
        fewest=data.telling.rows,
        fewest_lined=data.telling.lined,
    )


def _weightless(survey: Survey) -> list[Weightless]:
    """Without a weight, and with one of 0."""
    if survey.weights is None:
        return []
    missing, zero = int(survey.weights.isna().sum()), int((survey.weights == 0).sum())
    left = len(survey.weights) - missing
    return [
        Weightless(reason="missing", n_excluded=missing, n_left=left),
        Weightless(reason="zero", n_excluded=zero, n_left=left - zero),
    ]


def _rules(survey: Survey) -> list[Rule]:
    left, found = survey.read, list[Rule]()
    for name, n in survey.excluded.items():
        left -= n
        found.append(Rule(rule=name, n_excluded=n, n_left=left))
    return found


def _fewest(counts: Iterable[int]) -> int:
    """The smallest that counts anybody."""
    return min((n for n in counts if n > 0), default=0)


@refusable
def twins(data: Answers) -> Twins:
    """Who answers as another respondent does, and how many would by chance."""
    lined = data.screening.flags.flags["long_string"]
    left = data.items[~lined & ~data.repeated.duplicate_ids]
    share, least = threshold("twin_share").value, int(threshold("twin_items").value)
    found = alike.twins(left, share=share, least=least)
    without = (int(lined.sum()), data.n - found.n, data.n - found.n - int(lined.sum()))
    return Twins(
        n=found.n,
        items=left.shape[1],
        share=share,
        people=found.people,
        pairs=found.pairs,
        lined=lined.sum(),
        by_chance=found.by_chance,
        most_by_chance=found.most_by_chance,
        draws=alike.DRAWS,
        beyond=found.people > found.most_by_chance,
        fewest=_fewest(without),
    )


# --- codes and missing answers -------------------------------------------------------------------
def codes(data: Answers) -> Codes:
    """Answers set to missing, and codes off the scale of single questions."""
    study, survey = data.survey.study, data.survey
    table = pd.DataFrame({"item": data.items.columns})
    table["declared"] = [survey.missing_codes.get(i, 0) for i in table["item"]]
    table["outside"] = [len(survey.outside.get(i, ())) for i in table["item"]]
    table["share"] = (table["declared"] + table["outside"]) / data.n
    lacking = data.items.isna().sum().to_numpy()
    table["blank"] = lacking - table["declared"] - table["outside"]
    outside = int(table["outside"].sum())
    scales = [v.id for v in study.variables if v.scale is not None and v.kind != "id"]
    variables = tuple(
        VariableCodes(variable=name, n_outside=n)
        for name in scales
        if (n := len(survey.outside.get(name, ())))
    )
    return Codes(
        declared=sum(survey.missing_codes.values()),
        outside=outside,
        outside_share=outside / data.items.size,
        refused=study.rows.outside_scale == "refuse",
        items=ItemCodes.each(table[table["share"] > 0]),
        checked=len(scales),
        variables_outside=sum(v.n_outside for v in variables),
        variables=variables,
    )


@refusable
def columns(data: Answers) -> Columns:
    """Items that are one, that go against their construct, or have another scale's codes."""
    return seeming.columns(data.survey)


def missing(data: Answers) -> Missing:
    table = audit.missing_by_item(data.items)
    worst = table.sort_values("share_missing", ascending=False, kind="stable").reset_index()
    complete = data.items.notna().all(axis=1)
    return Missing(
        share=data.items.isna().to_numpy().mean(),
        complete=complete.sum(),
        complete_share=complete.sum() / data.n,
        items=ItemMissing.each(worst[worst["n_missing"] > 0]),
        median=table["share_missing"].median(),
        n_items=len(table),
        n_without=(table["n_missing"] == 0).sum(),
    )


def _complete(data: Answers) -> bool:
    return not data.items.isna().any(axis=None)


def patterns(data: Answers) -> Patterns | None:
    """Which answers are missing together; None where none is missing."""
    if _complete(data):
        return None
    found = audit.frequent_patterns(
        data.items,
        least=int(threshold("small_cell").value),
        by_item=not data.survey.study.provenance.redistribute,
    )
    lacking = pd.Series([m.split(", ") if m else [] for m in found.shown["missing"]], dtype=object)
    shown = found.shown.assign(items=lacking)
    pooled = None
    if found.pooled_patterns:
        pooled = Pooled(
            patterns=found.pooled_patterns, n=found.pooled_n, share=found.pooled_n / data.n
        )
    return Patterns(
        n_patterns=found.n_patterns,
        shown=Pattern.each(shown),
        pooled=pooled,
    )


@refusable
def little(data: Answers) -> Little | None:
    """Little's test; None where no answer is missing."""
    if _complete(data):
        return None
    test = audit.little_mcar(data.items)
    return Little(chi2=test.chi2, df=test.df, p=test.p)


# --- careless answering --------------------------------------------------------------------------
def careless(data: Answers) -> Careless:
    """How many respondents show which sign, and how many as many as the rule asks for."""
    flags, left_out = data.screening.flags, data.screening.left_out
    flagged = int(flags.careless.sum())
    signs = []
    for sign in SIGNS:
        n = int(flags.counts[sign]) if sign in flags.flags else None
        share = None if n is None else n / data.n
        signs.append(SignCount(sign=sign, cutoff=flags.rules.get(sign), n=n, share=share))
    return Careless(
        n=data.n,
        signs=signs,
        flagged=Flagged(n=flagged, share=flagged / data.n),
        left_out=[
            LeftOut(sign=sign, reason=reason) for sign, reason in left_out.items() if sign in SIGNS
        ],
        fewest=data.telling.signs,
    )


def agreement(data: Answers) -> Agreement:
    """Pairs of signs that each flag somebody."""
    pairs = data.agreed
    few = pairs["both"].between(1, threshold("small_cell").value, inclusive="left")
    fewest = [data.telling.pairs.get(of, 0) for of in zip(pairs["a"], pairs["b"], strict=True)]
    return Agreement(
        pairs=Pair.each(
            pairs.assign(both=pairs["both"].astype(object).mask(few, None), fewest=fewest)
        ),
        n_pairs=len(pairs),
        n_chance=(pairs["ci_lower"] <= 0).sum(),
    )


def detection(data: Answers) -> Detection | None:
    """How well the rule finds careless answers that were drawn; None of real rows."""
    kinds = rule.truth(data.survey)
    if kinds is None:
        return None
    found = []
    for kind, part in data.screening.flags.careless.groupby(kinds):
        w = descriptives.wilson_interval(int(part.sum()), len(part))
        found.append(
            Detected(kind=kind, n=w.n, share=w.share, ci_lower=w.ci_lower, ci_upper=w.ci_upper)
        )
    return Detection(kinds=found)


@refusable
def sensitivity(data: Answers) -> Sensitivity:
    """The focal path without those who look careless."""
    flags, focal = data.screening.flags, data.survey.study.focal
    selections = rule.sensitivity(
        data.survey,
        [("careless", flags.careless), ("any", flags.n_flags > 0), ("strict", ~data.steps.kept)],
    )
    assert focal is not None  # else there are no selections
    selections = [
        s.model_copy(update={"fewest": getattr(data.telling, s.who, None)}) for s in selections
    ]
    return Sensitivity(
        from_=focal.from_,
        to=focal.to,
        sign=focal.sign,
        selections=selections,
        n_selections=len(selections),
        faulty=sum(bool(s.problems) for s in selections),
    )


# --- normality -----------------------------------------------------------------------------------
def shape(data: Answers) -> Shape:
    """Skewness and kurtosis of each item."""
    table = audit.univariate_normality(data.items)
    known = table["skew"].dropna()
    return Shape(
        items=ItemShape.each(table.reset_index()),
        n_known=len(known),
        n_left=(known < 0).sum(),
    )


@refusable
def normality(data: Answers) -> Normality:
    """Mardia's tests of multivariate normality."""
    m = audit.mardia(data.items.dropna())
    return Normality(
        n=m.n,
        n_items=m.n_items,
        skewness=m.skewness,
        skewness_chi2=m.skewness_chi2,
        skewness_df=round(m.skewness_df),
        skewness_p=m.skewness_p,
        kurtosis=m.kurtosis,
        normal_kurtosis=m.n_items * (m.n_items + 2),
        kurtosis_z=m.kurtosis_z,
        kurtosis_p=m.kurtosis_p,
    )


# --- sample and quotas ---------------------------------------------------------------------------
def _counts(survey: Survey) -> tuple[dict[str, pd.Series], Mapping[str, Collection[str]]]:
    """By group: respondents of each level, and the levels that are not to be shown."""
    study = survey.study
    levels = {g.id: list(g.levels) for g in study.groups}
    within = {g.id: g.within for g in study.groups if g.within}
    counts, inner = descriptives.group_counts(survey.rows, levels, within)
    least = int(threshold("small_cell").value)
    return counts, descriptives.hidden_cells(counts, inner, least=least)


@refusable
def sample(data: Answers) -> Sample:
    """Respondents by group; small groups, and those that would give one away, are hidden."""
    study, rows = data.survey.study, data.survey.rows
    if not study.groups:
        raise CannotCompute("no_grouping_of_sample")
    counts, hidden = _counts(data.survey)
    levels = []
    for g in sorted(study.groups, key=lambda g: g.within is not None):
        for level in g.levels:
            n = None if level in hidden[g.id] else int(counts[g.id][level])
            levels.append(
                SampleLevel(
                    group=g.id,
                    level=level,
                    n=n,
                    share=None if n is None else n / data.n,
                    quota=g.quotas[level] / sum(g.quotas.values()) if g.quotas else None,
                )
            )
    lacking = {g.id: int(rows[g.id].isna().sum()) for g in study.groups}
    return Sample(
        levels=levels,
        lacking=[Lacking(group=g, n=n, share=n / data.n) for g, n in lacking.items() if n],
    )


@refusable
def quotas(data: Answers) -> Quotas | None:
    """The sample against its quotas; None where there are no groups at all."""
    study, rows = data.survey.study, data.survey.rows
    if not study.groups:
        return None
    hidden = _counts(data.survey)[1]
    tests, not_tested = [], []
    for g in study.groups:
        if g.quotas is None:
            continue
        try:
            if hidden[g.id]:  # the test and the cells shown would give a hidden one away
                raise CannotCompute("small_group")
            test = audit.profile_against_quotas(rows[g.id], g.quotas)
        except CannotCompute as error:
            not_tested.append(NotTested(group=g.id, reason=error.reason))
            continue
        tests.append(
            QuotaTest(
                group=g.id,
                chi2=test.chi2,
                df=test.df,
                p=test.p,
                w=test.cohens_w,
                min_expected=test.min_expected,
            )
        )
    if not tests and not not_tested:
        raise CannotCompute("no_group_with_quotas")
    return Quotas(tests=tests, not_tested=not_tested)


# --- common method -------------------------------------------------------------------------------
@refusable
def harman(data: Answers) -> Harman:
    """Harman's single-factor test."""
    found = validity.harman_single_factor(data.survey.main_items, missing="pairwise")
    return Harman(factor_share=found.factor_share, component_share=found.component_share)


_FAILED = {"turned": "turned_factor", "as_answered": "as_answered_factor"}


@refusable
def method(data: Answers) -> Method | Refused:
    """The measurement model with a method factor, against the planned one."""
    base = common_method.planned(data.survey)
    models = [common_method.as_planned(base)]
    failed = {}
    for direction in common_method.directions(data.survey.study):
        try:
            models.append(common_method.method_factor(data.survey, base, direction))
        except (CannotCompute, semfit.ModelError) as error:
            why = reason_of(error)
            failed[direction] = Reason(code=_FAILED[direction], parameters={"why": why})
    if len(models) > 1:
        return Method(models=models, messages=list(failed.values()))
    if len(failed) > 1:
        return Refused(
            refused=Reason(
                code="both_factors",
                parameters={"turned": failed["turned"], "as_answered": failed["as_answered"]},
            )
        )
    return Refused(refused=failed["turned"])


@refusable
def marker(data: Answers) -> Marker:
    """The correlations of the constructs without the marker's share."""
    found = common_method.marker_adjustment(data.survey)
    p = found.p.where(np.tri(len(found.p), k=-1, dtype=bool)).stack()
    return Marker(
        marker=data.survey.study.marker,
        correlation=found.marker_correlation,
        largest_change=found.largest_change,
        pairs=len(p),
        clear=(p < threshold("significance").value).sum(),
    )
