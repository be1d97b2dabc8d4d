"""What the argument found, chapter by chapter, as frozen values."""

from __future__ import annotations

from typing import Literal

from loyalty.analyses.argument.beside import ClaimsSummary, Conduct, DayRow, VoiceSummary
from loyalty.analyses.argument.read import Grade, Interval, PathRow
from loyalty.estimates.verdicts import Doubts, PathVerdict
from loyalty.ground.findings import Bounded, Count, Finding, P, Percent, Real, Record


class SurveyRow(Record):
    """A real survey: size, quality of the answers, and fit of its measurement model.

    `flagged`: respondents with several signs of careless answering. `single` of its `constructs`
    are one item. `missed`: cut-offs of fit that are missed, of the `indices` that have one.
    `recorded`: its rows are elsewhere.
    """

    case: str
    n: Count | None
    items: Count
    constructs: Count
    single: Count
    points: Count | None
    missing: Percent | None
    flagged: Percent | None
    cfi: Bounded | None
    rmsea: Bounded | None
    srmr: Bounded | None
    missed: Count | None
    admissible: bool | None
    recorded: bool


class Surveys(Finding):
    """The real data. Of the surveys: `doubtful` solutions of the measurement model, those that
    miss `all_missed` cut-offs, and `fitting` ones that miss none. Of `placed` ones country and year
    are stated."""

    rows: tuple[SurveyRow, ...]
    count: Count
    n: Count
    smallest: Count
    largest: Count
    with_single: Count
    placed: Count
    judged: Count
    doubtful: Count
    all_missed: Count
    fitting: Count
    indices: Count
    flagged_most: Percent | None


class ConstructsRow(Record):
    """Of a survey's pairs of constructs, by the interval of HTMT: told apart, open, not apart.

    `cr_met` and `ave_met` of `scales` reach their cut-offs with the whole interval, by the point
    estimate where there is none. `merged`: the constructs that BIC prefers as one.
    """

    case: str
    pairs: Count | None
    met: Count | None
    open: Count | None
    not_met: Count | None
    scales: Count | None
    cr_met: Count | None
    ave_met: Count | None
    alpha: Bounded | None
    merged: tuple[tuple[str, ...], ...]


class MergedRow(Record):
    """A path to an outcome where constructs that cannot be told apart, `groups`, are one."""

    case: str
    groups: tuple[tuple[str, ...], ...]
    from_: tuple[str, ...]
    to: str
    estimate: Real
    ci_lower: Real | None
    ci_upper: Real | None
    verdict: PathVerdict
    admissible: bool
    missed: Count | None


class Tension(Record):
    """One path, three answers: as published, in the latent model, and with constructs merged.

    Only where the latent path may not be relied upon.
    """

    path: PathRow
    merged: MergedRow | None


class Constructs(Finding):
    """Over all surveys: pairs `met`, `open`, `not_met`; `failing` surveys have one that is not
    apart, `open_surveys` none of these but an open one, `apart` neither. Of `merged_count` paths
    with constructs merged `merged_clear` are clear of zero."""

    rows: tuple[ConstructsRow, ...]
    surveys: Count
    pairs: Count
    met: Count
    open: Count
    not_met: Count
    failing: Count
    open_surveys: Count
    apart: Count
    scales: Count
    ave_met: Count
    merged: tuple[MergedRow, ...]
    merged_count: Count
    merged_clear: Count
    tensions: tuple[Tension, ...]
    grade: Grade


class Exhibit(Finding):
    """All paths to loyalty over the real `surveys`; `relied` upon, and of these `clear` of zero."""

    rows: tuple[PathRow, ...]
    surveys: Count
    count: Count
    relied: Count
    clear: Count
    printed: Count


class Counted(Record):
    """Hypothesized paths: not estimated, not to be relied upon, and the rest."""

    hypothesized: Count
    set_aside: Count
    doubted: Count
    supported: Count
    open: Count
    contradicted: Count


class CountRow(Counted):
    """Those of one survey."""

    case: str


class PooledRow(Interval):
    """A path pooled over the `k` surveys that have it and may be relied upon, of `n` people.

    Random effects, REML, Hartung–Knapp; `q_p` of Cochran's Q, that all surveys have the same path.
    `left_out` surveys have it and may not; of the `k`, in `single` an end is one item, and in
    `not_apart` answers do not tell the two ends apart. Of one survey alone it is that survey's
    interval.
    """

    from_: str
    to: str
    k: Count
    n: Count
    left_out: Count
    single: Count
    not_apart: Count
    same_sign: Count
    pi_lower: Real | None
    pi_upper: Real | None
    i2: Percent | None
    tau: Real | None
    q_p: P | None
    grade: Grade


class Paths(Counted, Finding):
    """What goes with loyalty. `pooled`: paths to loyalty; `satisfaction`: that from satisfaction.

    `unfit`: of the surveys behind that one, those whose measurement model misses every cut-off.
    """

    counts: tuple[CountRow, ...]
    pooled: tuple[PooledRow, ...]
    satisfaction: PooledRow | None
    unfit: Count


class DifferenceRow(Record):
    """A real survey's groups: how far measurement is equal, and how many paths differ (Holm).

    Of the paths that may be relied upon.
    """

    case: str
    group: str
    levels: Count
    held: Literal["none", "configural", "metric", "scalar", "strict"]
    partial: bool
    comparable: bool
    paths: Count | None
    different: Count | None


class ApartRow(Interval):
    """The difference a − b of an unstandardized path, clear after Holm's correction."""

    case: str
    id: str
    from_: str
    to: str
    group: str
    group_a: str
    group_b: str


class Differences(Finding):
    """Of `compared` surveys whose measurement is equal enough, `differing` have a path that
    differs; `different` of their `paths` do. `apart`: the clear differences of two groups of paths
    that differ, the clearest first (by their errors: sizes are of other scales in each survey)."""

    rows: tuple[DifferenceRow, ...]
    apart: tuple[ApartRow, ...]
    surveys: Count
    compared: Count
    paths: Count
    different: Count
    differing: Count
    to_loyalty: Count
    to_loyalty_different: Count


class OtherwiseRow(Record):
    """A survey's focal path under other choices.

    `sound` ones have an acceptable solution and an interval that can be read; `agree` of these
    support the hypothesis. `doubtful` solutions, intervals too `wide` and choices that `failed`
    are counted apart. `relied`: whether the study's own estimate may be relied upon; else the
    range from `smallest` to `largest` is not shown.
    """

    case: str
    from_: str
    to: str
    sign: Literal["+", "-"]
    relied: bool
    doubts: Doubts
    count: Count
    sound: Count
    agree: Count
    against: Count
    smallest: Real | None
    largest: Real | None
    doubtful: Count
    wide: Count
    failed: Count


class Otherwise(Finding):
    """Of the focal paths `doubted` ones may not be relied upon. Of the others `stable` ones are
    supported by every acceptable choice, `mixed` ones by some, `unsupported` ones by none."""

    rows: tuple[OtherwiseRow, ...]
    count: Count
    doubted: Count
    stable: Count
    mixed: Count
    unsupported: Count
    doubtful: Count
    wide: Count
    failed: Count


class Answer(Finding):
    """The headlines, out of what the chapters found; None where there is nothing to say.

    `single`, `unfit`: as in :class:`PooledRow` and :class:`Paths`. `beside`: what else goes with
    loyalty. `experiments`: real cases that changed something at random.
    """

    surveys: Count
    experiments: Count
    satisfaction: PooledRow | None
    unfit: Count
    beside: tuple[PooledRow, ...]
    pairs: Count
    not_apart: Count
    open: Count
    judged: Count
    failing: Count
    apart_grade: Grade
    tension: Tension | None
    conduct: Conduct | None
    voice: VoiceSummary | None
    claims: ClaimsSummary | None


Question = Literal[
    "together",
    "first",
    "others",
    "beside",
    "apart",
    "groups",
    "otherwise",
    "conduct",
    "voice",
    "claims",
]


class Statement(Record):
    """A question, whether it is answered, and how surely."""

    question: Question
    known: Literal["yes", "partly", "no"]
    grade: Grade


class Known(Finding):
    """What is known and what is not, and what stands behind it: of `asked` questions those
    `answered`, those answered by one set of data alone (`partly`), and those `unanswered`."""

    rows: tuple[Statement, ...]
    asked: Count
    answered: Count
    partly: Count
    unanswered: Count
    answer: Answer
    paths: Count
    different: Count
    compared: Count
    focal: Count
    stable: Count


class Action(Record):
    """What follows, and how surely; `n` cases stand behind it."""

    id: Literal["questionnaire", "undivided", "satisfaction", "liked", "second_purchase", "read"]
    grade: Grade
    n: Count


class Advice(Interval):
    """What follows for a construct that goes with an outcome, in one survey.

    The interval is of the change of the outcome's mean, in points of its scale, for one point more
    of the construct. `levels` of the `group` are those in which it counts for more. `alike`: other
    constructs of the advice or its outcome that answers do not tell apart from it. ``cost``: how
    many times what a point of `than`, the survey's first advice, costs a point of it may cost.
    """

    case: str
    outcome: str
    construct_id: str
    action: Literal["secure", "raise", "keep", "counts", "lower"]
    group: str | None
    levels: tuple[str, ...]
    alike: tuple[str, ...]
    than: str | None = None
    cost: Real | None = None
    cost_ci_lower: Real | None = None
    cost_ci_upper: Real | None = None
    grade: Grade


class Followed(Interval):
    """What follows for something said where people are asked several times and what they do is
    logged.

    ``within``: the change of `done` until the next wave, for one point more of `said` than is usual
    for a person. ``between``: what the odds of `done` not at all until the next wave are multiplied
    by, for a standard deviation more of it than other people, what they did before held.
    """

    case: str
    said: str
    done: str | None
    design: Literal["within", "between"]
    grade: Grade


#: Why a survey recommends nothing.
Why = Literal["no_path", "doubted", "open", "undirected"]


class Silent(Record):
    """A survey that has an outcome for loyalty and no advice, and `why`: no path to it is expected
    or estimated, none may be relied upon, of those that may none is clear of zero, or which way
    they are scored is not stated.
    """

    case: str
    why: Why


class Undirected(Record):
    """A construct whose path is clear, and nobody says which way its answers are scored."""

    case: str
    construct_id: str


class Actions(Finding):
    """What follows, and what stands behind it. `weak` of `scales` miss the cut-off of AVE.

    `followed`: `panels` lines of the real panels; `days`: what those of them who were followed day
    by day show. `advice`: for each survey whose paths on the way
    may be relied upon, for the outcomes that stand for loyalty; of `advised` surveys. `silent`
    ones, by `silences`, have such an outcome and no advice; of `undirected` constructs it is
    withheld. `joined`: how many real cases join answers to purchases.
    """

    rows: tuple[Action, ...]
    followed: tuple[Followed, ...] = ()
    days: tuple[DayRow, ...] = ()
    panels: Count = 0
    advice: tuple[Advice, ...]
    advised: Count
    silent: Count
    silences: tuple[Silent, ...]
    undirected: tuple[Undirected, ...]
    joined: Count = 0
    weak: Count
    scales: Count
    answer: Answer
