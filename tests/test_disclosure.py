"""What may be recorded of findings, and an attack on what is recorded."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel
from scipy.optimize import Bounds, LinearConstraint, milp

from loyalty.analyses.audit import findings as audit
from loyalty.analyses.descriptives import findings as descriptives
from loyalty.analyses.descriptives.models import Answers
from loyalty.analyses.voice import findings as voice
from loyalty.cases import study, survey
from loyalty.estimates import moments
from loyalty.estimates.moments import Moments
from loyalty.ground.disclosure import Known, recordable, rounded
from loyalty.ground.findings import (
    Answering,
    Base,
    Cell,
    Count,
    Finding,
    OfAnswers,
    OfRows,
    Part,
    People,
    Real,
    Record,
    Refused,
    Shown,
    Together,
    noted,
    shown_as,
)
from loyalty.ground.reasons import Reason
from loyalty.run.analyses import PER_CASE, findings_of
from tests.conftest import Project, description


class Level(Record):
    name: str
    n: People | None
    mean: Real = 0.0


class Levels(Finding):
    rows: tuple[Level, ...]


class Satisfied(Record):
    n: Count
    share: Part


class Chain(Finding):
    rows: Annotated[tuple[Level, ...], Together()]


class One(Finding):
    one: Satisfied


class Item(Record):
    item: str
    n: Count
    skew: Annotated[Real | None, OfAnswers(5)]
    floor: Annotated[float, Cell("n", alone=True)] | None
    floor_ci_lower: Real | None = None


class Items(Finding):
    rows: tuple[Item, ...]


class Without(Record):
    who: str
    n: Annotated[int, Cell(rest=True)]


class Selections(Finding):
    rows: tuple[Without, ...]


class Quotes(Finding):
    texts: Annotated[tuple[str, ...], OfRows()]


def levels(**sizes: int | None) -> Any:
    rows = tuple(Level(name=name, n=n) for name, n in sizes.items())
    made: Any = recordable(Levels(rows=rows))
    return made if isinstance(made, Refused) else [row.name for row in made.rows]


def test_a_cell_of_few_people_goes_and_one_from_which_it_would_follow() -> None:
    assert levels(a=30, b=10, c=20) == ["a", "b", "c"]
    assert levels(a=30, b=9, c=20, d=25) == ["a", "d"]  # c, the next smallest, with it
    assert levels(a=30, b=4, c=7, d=25) == ["a", "d"]  # two, and ten people together
    assert levels(a=30, b=4, c=3, d=25) == ["a"]
    assert levels(a=30, b=0, c=None) == ["a", "b", "c"]  # an empty cell tells of nobody
    assert isinstance(levels(a=30, b=9), Refused)


def test_rows_that_stand_together_go_together() -> None:
    def refused(*sizes: int) -> bool:
        rows = tuple(Level(name=str(n), n=n) for n in sizes)
        return isinstance(recordable(Chain(rows=rows)), Refused)

    assert not refused(30, 20, 10) and refused(30, 20, 8, 9)


def test_a_share_counts_people_and_those_it_leaves() -> None:
    def refused(n: int, share: float) -> bool:
        return isinstance(recordable(One(one=Satisfied(n=n, share=share))), Refused)

    assert not refused(100, 0.10) and not refused(100, 0.0) and not refused(100, 1.0)
    assert refused(100, 0.09) and refused(100, 0.95)


def test_what_stands_alone_becomes_none_with_its_interval() -> None:
    def row(n: int, floor: float, few: Mapping[str, int]) -> Item:
        item = Item(item="q1", n=n, skew=0.5, floor=floor, floor_ci_lower=0.01)
        made: Any = recordable(Items(rows=(item,)), Known(few))
        (one,) = made.rows
        assert isinstance(one, Item)
        return one

    assert row(100, 0.2, {}).floor == 0.2
    one = row(100, 0.02, {})
    assert one.floor is None and one.floor_ci_lower is None and one.skew == 0.5
    assert row(100, 0.2, {"q1": 5}).skew is None
    assert row(100, 0.2, {"q1": 6}).skew == 0.5  # too many answers to follow from it


def test_of_a_class_of_complaints_a_share_that_counts_few_goes_with_its_interval() -> None:
    """Three of forty answered within a day: the class stays, the share does not."""
    shares = {"soon": 3 / 40, "solved": 0.5, "stayed": None}
    ends = {f"{k}_ci_{e}": None if v is None else v for k, v in shares.items() for e in _ENDS}
    one = voice.Class(category="late", n=40, share=0.5, hours=30.0, **shares, **ends)
    made: Any = recordable(voice.Classes(complaints=80, classes=(one,), soon=None, impact=()))
    (kept,) = made.classes
    assert kept.soon is None and kept.soon_ci_lower is None and kept.soon_ci_upper is None
    assert kept.solved == 0.5 and kept.solved_ci_upper == 0.5 and kept.n == 40


_ENDS = ("lower", "upper")


# --- of how many people two statistics are ------------------------------------------------------
class Mean(Record):
    item: str
    n: Answering
    mean: Real
    sd: Real
    floor_count: int | None = None


class Means(Finding):
    rows: tuple[Mean, ...]


class OfLevel(Record):
    group: str
    level: str
    item: str
    n: Annotated[int, Shown("count"), Cell(), Base(by=("group", "level"))]
    mean: Real


class OfLevels(Finding):
    rows: tuple[OfLevel, ...]


def means(*answered: int, whole: int = 293, mixed: bool = False) -> list[Mean]:
    """What is told of items that so many answered, each by a mean of whole points."""
    rows = [
        Mean(item=f"q{k}", n=n, mean=(3 * n + 17) / n, sd=1 / 3, floor_count=20)
        for k, n in enumerate(answered)
    ]
    made: Any = recordable(Means(rows=tuple(rows)), Known(whole=whole, mixed=mixed))
    return list(made.rows)


def test_of_two_sample_sizes_no_few_people_follow() -> None:
    told = {n: means(n)[0].n for n in range(200, 294)}
    differences = {abs(a - b) for a in told.values() for b in told.values()}
    assert not differences & set(range(1, 10)), "never the size of a small cell"
    assert all(0 <= told[n] - n < 10 for n in told)
    assert means(293)[0].mean == rounded((3 * 293 + 17) / 293), "of all: to eight digits"
    (few,) = means(290)
    assert (few.n, few.mean, few.sd, few.floor_count) == (293, 3.06, 0.333, None)


@pytest.mark.parametrize("n", [205, 284, 287, 292])
def test_nor_does_n_follow_from_a_mean_of_whole_points(n: int) -> None:
    """Each of the ten that may have been has a sum of points with the told mean."""
    (row,) = means(n)
    for possible in range(row.n - 9, row.n + 1):
        total = round(row.mean * possible)
        assert float(f"{total / possible:.3g}") == row.mean
    (small,) = means(n - 150, whole=143)
    assert small.mean == float(f"{small.mean:.2g}")


def test_nor_the_sum_of_a_few_peoples_answers_from_complete_rows() -> None:
    """767 answered, 761 of them everything: the mean of all is of so many sums."""
    (exact,), (told,) = means(767, whole=767), means(767, whole=767, mixed=True)
    assert exact.n == told.n == 767 and told.mean != exact.mean
    sums = {s for s in range(2000, 2800) if float(f"{s / 767:.3g}") == told.mean}
    assert len(sums) >= 7


@pytest.mark.parametrize("first", [30, 120])
def test_who_did_not_answer_is_told_as_those_who_did(first: int) -> None:
    """Whatever the last digit of how many did not, the record is the same."""
    whole = 767

    def of(lacking: int) -> list[Any]:
        other = 25
        items = [
            audit.ItemMissing(item=i, n=whole - k, n_missing=k, share_missing=k / whole)
            for i, k in (("q1", lacking), ("q2", other))
        ]
        codes = audit.ItemCodes(item="q1", declared=lacking, outside=0, share=lacking / whole)
        parts = [
            audit.Missing(
                share=(lacking + other) / (2 * whole), complete=600, complete_share=600 / whole,
                items=items, median=(lacking + other) / (2 * whole), n_items=2, n_without=0,
            ),
            audit.Codes(
                declared=lacking, outside=lacking, outside_share=lacking / (2 * whole),
                refused=False, items=[codes], checked=0, variables_outside=0, variables=(),
            ),
            audit.Patterns(
                n_patterns=3,
                shown=[
                    audit.Pattern(items=(), n=600, share=600 / whole),
                    audit.Pattern(items=("q1",), n=lacking, share=lacking / whole),
                ],
                pooled=audit.Pooled(patterns=1, n=lacking, share=lacking / whole),
            ),
        ]  # fmt: skip
        return [recordable(part, Known(whole=whole)) for part in parts]

    records = [of(first + k) for k in range(10)]
    assert all(one == records[0] for one in records)
    missing, codes, patterns = records[0]
    assert [(i.n, i.n_missing) for i in missing.items] == [(whole - first, first), (747, 20)]
    assert all(i.n + i.n_missing == whole for i in missing.items)
    assert missing.share == rounded((first + 4.5 + 20 + 4.5) / (2 * whole)), "not too small"
    assert codes.items[0].declared == codes.declared == first
    assert [p.n for p in patterns.shown] == [600, first], "how many answered all is no secret"


def test_nor_of_a_level_that_answered_one_question_and_not_another() -> None:
    rows = tuple(
        OfLevel(group="g", level=level, item=item, n=n, mean=(3 * n + 5) / n)
        for level, item, n in (("a", "q1", 60), ("a", "q2", 57), ("b", "q1", 40), ("b", "q2", 30))
    )
    made: Any = recordable(OfLevels(rows=rows), Known(whole=100))
    assert [row.n for row in made.rows] == [60, 60, 40, 30]
    assert made.rows[1].mean == 3.1 and made.rows[3].mean == rounded(95 / 30)


def test_two_decimals_are_given_where_the_answers_hold_four_times_as_much() -> None:
    def given(n: int, items: int, points: int = 5) -> bool:
        rows = np.random.default_rng(1).integers(1, points + 1, size=(n, items))
        return moments.printable(pd.DataFrame(rows))

    assert given(99, 12) and not given(98, 12)
    assert given(185, 25) and not given(184, 25)
    assert not given(5000, 4, points=3), "mean and SD tell all frequencies"


# --- a flow of respondents, attacked by its totals ---------------------------------------------
N = 293


def chain(rules: Sequence[int], steps: Sequence[int], lined: int = 12) -> audit.Flow:
    """The flow of `N` respondents whom the rules left; 40 rows repeat an earlier one."""
    left, ruled, after = N + sum(rules), [], []
    for k, n in enumerate(rules):
        left -= n
        ruled.append(audit.Rule(rule=f"r{k}", n_excluded=n, n_left=left))
    for why, n in zip(("empty", "repeated", "careless", "incomplete"), steps, strict=True):
        left -= n
        after.append(audit.Step(reason=why, n_excluded=n, n_left=left))
    again = {"by_chance": 1.0, "most_by_chance": 3, "draws": 20, "beyond": True, "repeated": 40}
    return audit.Flow(
        n=N,
        items=12,
        steps=after,
        strict_share=left / N,
        repeated_rows=40,
        repeated_ids=0,
        has_ids=True,
        lined=lined,
        read=N + sum(rules),
        rules=ruled,
        again=audit.Again(n=40 - lined, **again),
    )


@pytest.mark.parametrize("place", range(6))
@pytest.mark.parametrize("others", [0, 12])
def test_from_no_total_of_a_flow_follows_how_many_a_small_step_takes(
    place: int, others: int
) -> None:
    """Whatever of 1 to 9 it takes, the record is the same: nothing in it tells which."""

    def of(n: int) -> Any:
        counts = [others] * 6
        counts[place] = n
        return recordable(chain(counts[:2], counts[2:]))

    records = [of(n) for n in range(1, 10)]
    assert not isinstance(records[0], Refused)
    assert all(one == records[0] for one in records)
    taken = [s.n_excluded for s in (*records[0].rules, *records[0].steps)]
    assert taken == [None if k == place else others for k in range(6)]
    assert records[0].n == N and (records[0].read is None) is (place < 2)
    assert (records[0].strict_share is None) is (place >= 2)
    assert of(10).read is not None and of(10).strict_share is not None


def test_parts_of_the_repeated_rows_do_not_follow_from_each_other() -> None:
    for few in (range(1, 10), range(31, 40)):  # of one answer throughout, and of several
        records = [recordable(chain((0, 0), (0, 0, 0, 0), n)) for n in few]
        assert all(one == records[0] for one in records)
    whole: Any = recordable(chain((0, 0), (0, 0, 0, 0), 12))
    assert whole.lined == 12 and whole.again.n == 28


def test_twins_and_signs_of_few_are_counted_nowhere() -> None:
    def twins(people: int, lined: int, again: int) -> Any:
        n = N - lined - again
        found = {"items": 12, "share": 0.85, "pairs": people, "draws": 20, "beyond": False}
        by = {"by_chance": 0.7, "most_by_chance": people}
        fewest = min(k for k in (lined, again, lined + again) if k)
        return recordable(
            audit.Twins(n=n, people=people, lined=lined, fewest=fewest, **found, **by)
        )

    assert twins(2, 5, 0) == twins(6, 8, 0) and twins(2, 5, 0).items == 12
    assert twins(20, 15, 3) == twins(20, 15, 7) and twins(20, 15, 3).lined == 15
    assert twins(20, 15, 0).n == N - 15

    def careless(few: int) -> Any:
        def sign(n: int) -> dict[str, Any]:
            return {"n": n, "share": n / N}

        signs = [
            audit.SignCount(sign=s, cutoff=1.0, **sign(n))
            for s, n in (("long_string", few), ("mahalanobis_p", 71))
        ]
        flagged = audit.Flagged(**sign(few))
        return recordable(audit.Careless(n=N, signs=signs, flagged=flagged, left_out=()))

    assert careless(2) == careless(7)
    assert [s.n for s in careless(2).signs] == [None, 71] and careless(2).flagged.n is None
    assert careless(10).flagged.n == 10


def test_what_few_are_left_out_of_goes() -> None:
    rows = tuple(Without(who=w, n=n) for w, n in (("all", 100), ("few", 95), ("many", 80)))
    made: Any = recordable(Selections(rows=rows))
    assert [row.who for row in made.rows] == ["all", "many"]


def test_single_people_and_counts_in_messages_go() -> None:
    assert isinstance(recordable(Quotes(texts=("as said",))), Refused)
    few = Reason(code="rows_with_missing", parameters={"dropped": 3, "rows": 250}, of="estimator")
    many = Reason(code="rows_with_missing", parameters={"dropped": 30, "rows": 250}, of="estimator")
    made: Any = recordable(Quotes(texts=(), messages=(few, many)))
    assert made.messages == (many,)
    refusal = Reason(code="few_complete_rows", parameters={"n": 4, "least": 10})
    made = recordable(Refused(refused=refusal))
    assert made.refused.code == "not_recorded"
    assert recordable(None) is None


def test_numbers_have_eight_digits() -> None:
    made: Any = recordable(Levels(rows=(Level(name="a", n=10, mean=1 / 3),)))
    assert made.rows[0].mean == 0.33333333


# --- every finding ---------------------------------------------------------------------------
#: Integers of findings that count items, models, draws, firms, tests, days … and no people.
_NAMES = """
above across added added_clear agree apart at_plan ave_met below beyond box_lower box_upper
categories changed checked clear clear_firms constructs contradicted correlations count cr_met
crossing days declared_high declared_low
decimals delta_df df df1 df_difference df_firms different done drawn draws draws_heywood
draws_used factors failed faulty fewest firms firms_satisfied forecast gaps groups held heywood
hidden high highest
htmt2_draws inadmissible inside items k large least left_out legs level listed lost low lower lowest
maximum met minimum misspecified most n_chance n_items n_known n_levels n_pairs n_patterns
n_selections n_without needed negative nonconverged normal_kurtosis not_met not_misspecified of
one_out open pairs parameters paths patterns permutations pi_lower pi_upper planned plausible
quarter
random_plans rank reached reaching_one released removed replications same sane scores shown
silence simpler skewness_df sound stable supported suspect tested times tiny top total twice units
unnamed upper used violations weak week weeks widest worse x zeros
baseline clusters declared most_by_chance starts taking watched within
"""
NO_PEOPLE = frozenset(_NAMES.split()) | {
    "after",
    "after_months",
    "alike",
    "as_expected",
    "alpha_met",
    "away",
    "before",
    "before_months",
    "compared",
    "counted",
    "firms_df",
    "folds",
    "horizon",
    "inflated",
    "kaiser",
    "levels",
    "map",
    "moments",
    "months",
    "parallel",
    "position",
    "rows",
    "seed",
    "strangers",  # firms in no level
    "waves",
    "wide",  # choices of method
    "first",  # waves
    "last",
    "texts",
    "windows",  # rows of waves
    "used",  # rows
    "unknown",
    "single",  # intervals
    "clear",
    "clear_held",
}
#: Counts of all whom a statistic rests on, and of what stands within a field of single people.
_TOTALS = (
    "actual at at_risk complaints customers effective events left lines n n_left purchases read "
    "received"
)
ALL_OF_THEM = frozenset(_TOTALS.split()) | {"people", "respondents"}


def types_of(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from types_of(part)


def records() -> dict[str, type[BaseModel]]:
    """Every type that a finding of a case is made of, by module and name."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[type[BaseModel]] = [findings_of(a) for a in PER_CASE]
    while waiting:
        kind = waiting.pop()
        if f"{kind.__module__}.{kind.__name__}" not in found and kind is not Reason:
            found[f"{kind.__module__}.{kind.__name__}"] = kind
            for info in kind.model_fields.values():
                waiting += types_of(info.annotation)
    return found


def test_every_count_says_whether_it_is_of_people_in_a_cell() -> None:
    """A new statistic has to say so, too: with :data:`People`, or by its name in a list here."""
    unsaid = []
    for name, kind in records().items():
        for field in kind.model_fields:
            shown = shown_as(kind, field)
            counts = shown is not None and shown.kind == "count"
            if counts and noted(kind, field, Cell) is None and field not in NO_PEOPLE:
                unsaid += [] if field in ALL_OF_THEM else [f"{name}.{field}"]
    assert unsaid == []


def test_no_finding_holds_what_people_wrote_but_where_it_says_so() -> None:
    """Texts are identifiers of the description, or words of lists; whole clauses are quotes."""
    quoted = [name for name, kind in records().items() if "Quoted" in name]
    assert quoted == ["loyalty.analyses.voice.findings.Quoted"]
    voice = records()["loyalty.analyses.voice.findings.Quotes"]
    assert noted(voice, "themes", OfRows)


# --- the attack ------------------------------------------------------------------------------
#: Rows, points of the scale: of three items, whose nine moments ask for a hundred people.
TABLES = ((100, 5), (110, 4), (120, 5), (150, 6), (160, 7))


def table(seed: int, n: int, points: int) -> pd.DataFrame:
    """Answers to three items that have a factor in common, each answer about as often."""
    rng = np.random.default_rng(seed)
    latent = 0.7 * rng.normal(size=(n, 1)) + 0.7 * rng.normal(size=(n, 3))
    cuts = np.quantile(latent, np.linspace(0, 1, points + 1)[1:-1])
    return pd.DataFrame(np.searchsorted(cuts, latent) + 1, columns=["q1", "q2", "q3"])


def recorded(project: Project, rows: pd.DataFrame, points: int) -> tuple[Moments, Answers]:
    """What is recorded of three items: their moments, and how often each answer was given."""
    told = description()
    told["constructs"] = told["constructs"][:1]
    told |= {"variables": [], "groups": [], "hypotheses": [], "scale": {"min": 1, "max": points}}
    project.study = told
    project.rows(rows)
    answers = survey.load(study.load(project.case))
    found = recordable(descriptives.answers(descriptives.data(answers)))
    kept = moments.recorded(answers)
    assert isinstance(kept, Moments) and isinstance(found, Answers)
    return kept, found


def equations(kept: Moments, found: Answers, profiles: Any) -> tuple[Any, Any]:
    """All that the recorded numbers say of how many people gave which answers to all items.

    Sums are whole numbers, so that eight digits give them away exactly.
    """
    (everybody,) = kept.groups[0].levels
    n, means = everybody.n, np.array(everybody.means)
    cov = moments.covariances(kept.items, everybody).to_numpy()
    rows, sums = [np.ones(len(profiles))], [float(n)]
    for i in range(3):
        rows.append(profiles[:, i])
        sums.append(n * means[i])
        for j in range(i + 1):
            rows.append(profiles[:, i] * profiles[:, j])
            sums.append((n - 1) * cov[i, j] + n * means[i] * means[j])
        for answer, share in enumerate(found.items[i].shares, start=found.minimum):
            if share is not None:
                rows.append(profiles[:, i] == answer)
                sums.append(n * share)
    whole = np.round(sums)
    assert np.abs(np.array(sums) - whole).max() < 1e-3
    return np.array(rows, dtype=float), whole


def fewest(equal: Any, sums: Any, of: set[int]) -> Any:
    """A table that fits the equations with as few people as can be who gave these answers."""
    wanted = np.zeros(equal.shape[1])
    wanted[list(of)] = 1
    found = milp(
        wanted,
        constraints=LinearConstraint(equal, sums, sums),
        integrality=np.ones(len(wanted)),
        bounds=Bounds(0, sums[0]),
    )
    counts = np.round(found.x)
    assert (equal @ counts == sums).all() and counts.min() >= 0
    return counts


def certain(equal: Any, sums: Any, truth: Any) -> set[int]:
    """The answers of somebody that every table which fits the equations has, too."""
    left = set(np.flatnonzero(truth).tolist())
    while left:
        counts = fewest(equal, sums, left)
        still = {k for k in left if counts[k]}
        if still == left:
            return {k for k in left if fewest(equal, sums, {k})[k]}
        left = still
    return left


def every(points: int) -> Any:
    """All that can be answered to three items, answers × items."""
    return np.array(list(itertools.product(range(1, points + 1), repeat=3)))


def counted(rows: pd.DataFrame, profiles: Any) -> Any:
    return np.array([(rows.to_numpy() == p).all(axis=1).sum() for p in profiles])


@pytest.mark.parametrize("seed", range(len(TABLES)))
def test_no_row_follows_from_what_is_recorded(project: Project, seed: int) -> None:
    """For every row of the data there is another table of as many people without any like it."""
    n, points = TABLES[seed]
    rows = table(seed, n, points)
    kept, found = recorded(project, rows, points)
    profiles = every(points)
    equal, sums = equations(kept, found, profiles)
    truth = counted(rows, profiles)
    assert (equal @ truth == sums).all() and (truth == 1).sum() > 20  # many stand alone
    assert certain(equal, sums, truth) == set()


def test_the_attack_finds_rows_where_people_are_few() -> None:
    """The same sums of four people, which would not be recorded."""
    rows = table(0, 4, 5)
    profiles = every(5)
    pairs = [profiles[:, i] * profiles[:, j] for i in range(3) for j in range(i + 1)]
    shares = [profiles[:, i] == answer for i in range(3) for answer in range(1, 6)]
    equal = np.array([np.ones(len(profiles)), *profiles.T, *pairs, *shares], dtype=float)
    truth = counted(rows, profiles)
    assert certain(equal, equal @ truth, truth)
