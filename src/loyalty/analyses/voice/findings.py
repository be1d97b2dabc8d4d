"""The voice of the customer: themes, words and clusters of reviews, and complaints by class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd

from loyalty.analyses.voice import quotes as quoting
from loyalty.analyses.voice import text, themes
from loyalty.analyses.voice.text import COMPLAINT, PRAISE, Reviews
from loyalty.cases.study import Study
from loyalty.cases.tables import RowsUsed
from loyalty.ground.findings import (
    Bounded,
    Cell,
    Count,
    Finding,
    Findings,
    OfRows,
    P,
    Part,
    People,
    Percent,
    Points,
    Real,
    Record,
    Refused,
    Shown,
    refusable,
    resting,
)
from loyalty.ground.reasons import CannotCompute, Reason
from loyalty.ground.thresholds import threshold
from loyalty.stats import alarm, impact
from loyalty.stats import text as stats
from loyalty.stats.text import ClusterChoice

#: Words that stand on each side at most, and that stand for a cluster.
SIDE, OF_CLUSTER = 15, 7
#: Numbers of clusters of texts that are tried.
TRIED = range(2, 11)


# --- the findings: reviews -----------------------------------------------------------------------
class Texts(Finding):
    """Lines read, left out and left; `lost` is the share left out."""

    lines: RowsUsed
    left: Count
    lost: Percent
    praise: People
    complaint: People
    duplicate: People
    both: People


class Theme(Record):
    """How much more often praise mentions a theme than complaint.

    `praise` and `complaint` are shares of the lines of each kind, counts and shares None where
    few lines mention the theme. Intervals of `difference` and of `log_odds_ratio` hold for all
    themes together, None where the theme is not compared. `adjusted` is the log odds ratio with
    subject, length and the other themes held constant.
    """

    theme: str
    n: People | None
    n_praise: People | None
    n_complaint: People | None
    praise: Percent | None
    complaint: Percent | None
    difference: Points | None
    difference_ci_lower: Points | None
    difference_ci_upper: Points | None
    log_odds_ratio: Real | None
    ci_lower: Real | None
    ci_upper: Real | None
    p: P | None
    p_holm: P | None
    adjusted: Real | None
    adjusted_ci_lower: Real | None
    adjusted_ci_upper: Real | None


class Themes(Finding):
    """`named` of the lines, the share `share`, mention a theme at all."""

    lines: Count
    named: Annotated[int, Shown("count"), Cell("lines")]
    share: Percent
    themes: tuple[Theme, ...]


class Pair(Record):
    """`n` lines mention both themes."""

    a: str
    b: str
    n: People
    jaccard: Bounded


class Overlap(Finding):
    """`several` of the `named` lines mention more than one theme; the closest pair first."""

    named: People
    several: Annotated[int, Shown("count"), Cell("named")]
    pairs: tuple[Pair, ...]


class Word(Record):
    """Weighted log-odds ratio of a word, and how often it stands in praise and in complaint."""

    word: str
    praise: People
    complaint: People
    estimate: Real
    se: Real
    ci_lower: Real
    ci_upper: Real
    z: Real


class Words(Finding):
    """The `most` words that set each kind most apart, the strongest first."""

    most: Count
    praise: tuple[Word, ...]
    complaint: tuple[Word, ...]


class Tried(Record):
    """A number of clusters: how alike bootstrap solutions are, and how compact the clusters.

    `stability` is the mean adjusted Rand index of pairs of solutions; `within` the share of the
    sum of squares that is left within clusters.
    """

    k: Count
    stability: Bounded
    se: Bounded
    silhouette: Bounded
    within: Percent


class Clustering(Finding):
    """`k` clusters, out of `fewest` to `most`, by `pairs` pairs of bootstrap solutions.

    `stability` and `silhouette` are those of the chosen number; `stable` clusters reach the
    cut-off of the Jaccard index.
    """

    k: Count
    fewest: Count
    most: Count
    pairs: Count
    stability: Bounded
    silhouette: Bounded
    stable: Count
    tried: tuple[Tried, ...]


class Cluster(Record):
    """Lines that are alike: `share` of all lines, `praise` among them."""

    words: tuple[str, ...]
    n: People
    share: Percent
    praise: Part
    praise_ci_lower: Percent
    praise_ci_upper: Percent
    jaccard: Bounded


class Clusters(Clustering):
    clusters: tuple[Cluster, ...]


class Quoted(Record):
    """A clause of praise and one of complaint that mention a theme, as customers wrote them."""

    theme: str
    praise: str | None
    complaint: str | None


class Quotes(Finding):
    n: Count
    themes: Annotated[tuple[Quoted, ...], OfRows()]


# --- the findings: complaints --------------------------------------------------------------------
class Complaints(Finding):
    tables: tuple[RowsUsed, ...]


#: What classes of complaints too small to be told one by one are called.
OTHER = "_other"


#: A share of the complaints of which it is known: none where it counts few, or leaves few.
Known = Annotated[float, Shown("percent"), Cell("n", alone=True)]


class Class(Record):
    """A class of complaints: `hours` to the response (median), and shares where they are known."""

    category: str
    n: People
    share: Percent
    hours: Real | None
    soon: Known | None
    soon_ci_lower: Percent | None
    soon_ci_upper: Percent | None
    solved: Known | None
    solved_ci_lower: Percent | None
    solved_ci_upper: Percent | None
    stayed: Known | None
    stayed_ci_lower: Percent | None
    stayed_ci_upper: Percent | None


class Impact(Record):
    """By how much the share that stays would rise, did the class do as well as the others.

    `difference` is by how much more customers stay after complaints of other classes; `impact`
    that times the `share` of the class. Their intervals hold for all classes together.
    """

    category: str
    n: People
    share: Percent
    stayed: Part
    stayed_ci_lower: Percent
    stayed_ci_upper: Percent
    difference: Points
    difference_ci_lower: Points
    difference_ci_upper: Points
    impact: Points
    impact_ci_lower: Points
    impact_ci_upper: Points


class Share(Record):
    n: Count
    estimate: Part
    ci_lower: Percent
    ci_upper: Percent


class Classes(Finding):
    """Classes from the most frequent on; `impact` from the greatest on.

    `soon` is the share of first responses within the hours that the guide asks for, None where no
    hours are known.
    """

    complaints: Count
    classes: tuple[Class, ...]
    soon: Share | None
    impact: tuple[Impact, ...] | Refused


class Stage(Record):
    """How far complaints come: the share of the `n` of which it is known, with Wilson's interval.

    `median` and `slow` (nine of ten come sooner) are hours, where the stage takes time.
    """

    stage: Literal["answered", "in_time", "solved", "stayed"]
    n: People
    estimate: Part
    ci_lower: Percent
    ci_upper: Percent
    median: Real | None
    slow: Real | None


class Funnel(Finding):
    """From the `received` complaints on; a stage of which nothing is known is left out."""

    received: Count
    stages: tuple[Stage, ...]


#: What a complaint comes to in time; `unsolved`: it was closed without a solution.
Step = Literal["answered", "solved", "unsolved", "closed"]


#: Complaints between two points of a curve: a point goes where they are few.
Between = Annotated[int, Shown("count"), Cell(within=True)]


class Reached(Record):
    """The share of complaints that came to a step within so many hours, of a group (None: all).

    Of none or all that came there is no interval. `fewest` complaints came to it between this hour
    and another that is told of (none between two that are the same).
    """

    step: Step
    group: str | None
    n: People
    hours: Real
    estimate: Part
    ci_lower: Percent | None
    ci_upper: Percent | None
    fewest: Between | None = None


class Half(Record):
    """By when half of the complaints had come to a step; None where they had not."""

    step: Step
    n: People
    events: Annotated[int, Shown("count"), Cell("n")]
    hours: Real | None


class Point(Record):
    """A curve's share after so many hours; `fewest` as in :class:`Reached`."""

    step: Step
    hours: Real
    estimate: Percent
    ci_lower: Percent | None
    ci_upper: Percent | None
    fewest: Between | None = None


class Times(Finding):
    """How fast complaints are answered, solved and closed, of `n` of the `received`.

    The others have no date and no hour. Complaints that had not come so far when the register was
    read count as long as they were watched (Kaplan–Meier; where a complaint is closed without a
    solution, or without an answer, there is none any more: Aalen–Johansen). Customers are the
    clusters where `customers` is a number. `grouped`: the grouping whose levels `rows` have, too.
    """

    received: Count
    n: People
    customers: Count | None
    open: People
    grouped: str | None
    halves: tuple[Half, ...]
    rows: tuple[Reached, ...]
    curves: tuple[Point, ...]


class Again(Record):
    """Whether a complaint of a class (None: of any) is followed by another of the customer's.

    `same` and `other`: the chance that the next one comes within the days and is of the same class,
    or of another one, allowing for complaints that were not watched so long (Aalen–Johansen;
    customers as clusters).
    """

    category: str | None
    n: People
    same: Percent
    same_ci_lower: Percent
    same_ci_upper: Percent
    other: Percent
    other_ci_lower: Percent
    other_ci_upper: Percent


class ComingBack(Finding):
    """Complaints that come back `within` so many days, the class that does most often first."""

    within: Count
    customers: People
    rows: tuple[Again, ...]


class Warned(Finding):
    """Complaints by the week, watched for a rise to `factor` times what they were.

    The first `baseline` weeks, with a mean of `mean` complaints, are learnt from, the next
    `watched` weeks are watched. The share `false` of records in which nothing rises would give an
    alarm; `p` is the share of them in which the sum gets as high. `alarm` is the week in which one
    was given, None without one, and `after` the mean from then on.
    """

    factor: Real
    baseline: Count
    watched: Count
    mean: Real
    false: Percent
    p: P
    alarm: date | None
    after: Real | None


class ReviewsWarned(Finding):
    """The share of complaint in the reviews of a week, watched for a rise.

    As :class:`Warned`; `factor` is of its odds, `mean` and `after` are shares.
    """

    factor: Real
    baseline: Count
    watched: Count
    mean: Percent
    false: Percent
    p: P
    alarm: date | None
    after: Percent | None


class Effect(Record):
    """Difference in the probability that a customer stays, the other terms held constant."""

    term: str
    estimate: Points
    se: Points
    ci_lower: Points
    ci_upper: Points
    p: P


class Staying(Finding):
    """Effects of ``soon`` and ``solved``, where they vary, and of classes against `reference`."""

    n: Count
    reference: str | None
    effects: tuple[Effect, ...]


class ComplaintCluster(Record):
    """Complaints that are alike: mostly of one class, which is the share `first` of them."""

    category: str
    first: Part
    n: People
    share: Percent
    hours: Real | None
    solved: Known | None
    stayed: Known | None
    stayed_ci_lower: Percent | None
    stayed_ci_upper: Percent | None
    jaccard: Bounded


class ComplaintClusters(Clustering):
    """`alike`: the same class is the most frequent of every cluster."""

    alike: bool
    clusters: tuple[ComplaintCluster, ...]


class Voice(Findings):
    texts: Texts | Refused | None = None
    themes: Themes | Refused | None = None
    overlap: Overlap | Refused | None = None
    words: Words | Refused | None = None
    clusters: Clusters | Refused | None = None
    quotes: Quotes | Refused | None = None
    review_warning: ReviewsWarned | Refused | None = None
    complaints: Complaints | Refused | None = None
    classes: Classes | Refused | None = None
    funnel: Funnel | Refused | None = None
    times: Times | Refused | None = None
    staying: Staying | Refused | None = None
    coming_back: ComingBack | Refused | None = None
    warning: Warned | Refused | None = None
    complaint_clusters: ComplaintClusters | Refused | None = None


# --- reviews -------------------------------------------------------------------------------------
#: The case's reviews, cleaned: what all findings on texts rest on.
reviews = refusable(text.clean)


def least() -> int:
    """Of fewer, nothing is shown."""
    return int(threshold("small_cell").value)


@refusable
def texts(found: Reviews) -> Texts:
    left, praise = len(found.rows), int(found.praise.sum())
    return Texts(
        lines=found.used,
        left=left,
        lost=1 - left / found.used.read,
        praise=praise,
        complaint=left - praise,
        duplicate=found.left_out("duplicate_text"),
        both=found.left_out("both_polarities"),
    )


#: The rise that is watched for: of counts, or of the odds of a share.
RISE = 1.5


@resting
def review_warning(found: Reviews, *, draws: int, seed: int) -> ReviewsWarned | None:
    """Whether, and when, the share of complaint of whole weeks would have given an alarm."""
    if "date" not in found.rows:
        return None
    rows = found.rows.dropna(subset=["date"])
    if rows.empty:
        return None
    first = rows["date"].min()
    week = ((rows["date"] - first).dt.days // 7).to_numpy()
    whole = ((rows["date"].max() - first).days + 1) // 7
    of = np.bincount(week, minlength=whole)[:whole].astype(float)
    bad = np.bincount(week[(rows["polarity"] == COMPLAINT).to_numpy()], minlength=whole)[:whole]
    told = alarm.rise_of_share(bad.astype(float), of, factor=RISE, draws=draws, seed=seed)
    return ReviewsWarned(
        factor=RISE,
        baseline=told.baseline,
        watched=told.watched,
        mean=told.mean,
        false=told.false,
        p=told.p,
        alarm=None if told.at is None else (first + pd.Timedelta(weeks=told.at)).date(),
        after=told.after,
    )


@resting
def contrasts(found: Reviews) -> Themes:
    """Themes from the one that goes most with praise on."""
    rows = stats.theme_contrasts(found.mentions, found.praise, least=least())
    rows = rows.sort_values("log_odds_ratio", ascending=False, kind="stable")
    messages: tuple[Reason, ...] = ()
    adjusted = pd.DataFrame(columns=["log_odds_ratio", "low", "high"], dtype=float)
    try:
        length = found.rows["text"].str.len()
        adjusted = stats.adjusted_contrasts(
            found.mentions, found.praise, found.subject, length, least=least()
        )
    except CannotCompute as error:
        messages = (error.reason,)
    counted = ["n", "n_praise", "n_complaint", "praise", "complaint"]
    few = rows["n"] < least()
    rows = rows.assign(**{c: rows[c].mask(few) for c in counted})
    named = int(found.mentions.any(axis=1).sum())
    return Themes(
        lines=len(found.rows),
        named=named,
        share=named / len(found.rows),
        themes=Theme.each(
            rows.join(adjusted.add_prefix("adjusted_")).reset_index(),
            difference_ci_lower="difference_low",
            difference_ci_upper="difference_high",
            ci_lower="low",
            ci_upper="high",
            adjusted="adjusted_log_odds_ratio",
            adjusted_ci_lower="adjusted_low",
            adjusted_ci_upper="adjusted_high",
        ),
        messages=messages,
    )


@resting
def overlap(found: Reviews, of: Themes) -> Overlap:
    several = int((found.mentions.sum(axis=1) > 1).sum())
    pairs = Pair.each(stats.overlap(found.mentions, least=least()))
    return Overlap(named=of.named, several=several, pairs=pairs)


@resting
def words(found: Reviews) -> Words:
    """Words frequent enough to be shown, by the weighted log-odds ratio."""
    praise, complaint = (
        text.counts(w for w, good in zip(found.words, found.praise, strict=True) if good == side)
        for side in (True, False)
    )
    rows = stats.distinguishing_words(praise, complaint)
    rows = rows[rows["praise"] + rows["complaint"] >= least()].reset_index()
    rows["ci_lower"] = rows["delta"] - 1.96 * rows["se"]
    rows["ci_upper"] = rows["delta"] + 1.96 * rows["se"]
    most = min(SIDE, len(rows) // 2)
    if not most:
        raise CannotCompute("no_word_to_compare", least=least())
    return Words(
        most=most,
        praise=Word.each(rows.head(most), estimate="delta"),
        complaint=Word.each(rows.iloc[::-1].head(most), estimate="delta"),
    )


def clustering(choice: ClusterChoice, jaccard: Sequence[float]) -> dict[str, Any]:
    """The fields of a :class:`Clustering`."""
    cut, chosen = threshold("cluster_jaccard"), choice.table.loc[choice.k]
    return {
        "k": choice.k,
        "fewest": choice.table.index.min(),
        "most": choice.table.index.max(),
        "pairs": choice.draws,
        "stability": chosen["stability"],
        "silhouette": chosen["silhouette"],
        "stable": sum(cut.met(j) for j in jaccard),
        "tried": Tried.each(choice.table.reset_index()),
    }


@resting
def clusters(found: Reviews, *, seed: int, pairs: int) -> Clusters:
    """Clusters of lines, from the largest on."""
    points, kept, weights, vocabulary = stats.text_space(found.words, seed=seed)
    choice = stats.choose_k(points, TRIED, seed=seed, draws=pairs)
    labels = stats.k_means(points, choice.k, seed=seed)
    jaccard = list(stats.cluster_stability(points, labels, seed=seed))
    good = found.praise.to_numpy()[kept]
    made = []
    for cluster, top in enumerate(stats.top_words(weights, labels, vocabulary, OF_CLUSTER)):
        members = labels == cluster
        n = int(members.sum())
        praise, lower, upper = impact.share(int(good[members].sum()), n)
        made.append(
            Cluster(
                words=top,
                n=n,
                share=np.mean(members),
                praise=praise,
                praise_ci_lower=lower,
                praise_ci_upper=upper,
                jaccard=jaccard[cluster],
            )
        )
    return Clusters(clusters=made, **clustering(choice, jaccard))


@resting
def quotes(found: Reviews, of: Themes, study: Study) -> Quotes | None:
    """Of each theme a clause of each kind, each once, out of lines on subjects with service.

    None of texts that may not be passed on.
    """
    if not study.provenance.redistribute:
        return None
    service = found.rows[found.subject.isin([s.id for s in themes.subjects() if s.served])]
    used: set[str] = set()
    quoted = []
    for theme in themes.themes().values():
        first: dict[str, str | None] = {}
        for kind in (PRAISE, COMPLAINT):
            several = quoting.pick(service.loc[service["polarity"] == kind, "text"], theme.words, 5)
            first[kind] = next((quote for quote in several if quote not in used), None)
            used.update(filter(None, [first[kind]]))
        quoted.append(Quoted(theme=theme.id, praise=first[PRAISE], complaint=first[COMPLAINT]))
    return Quotes(n=len(used), themes=quoted)
