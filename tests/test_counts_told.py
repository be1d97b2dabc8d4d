"""An auditor's search: no count of a few people follows from the counts that a record prints."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from loyalty.analyses.audit import findings as audit
from loyalty.analyses.groups import models as groups
from loyalty.analyses.reliability import models as reliability
from loyalty.cases import study, survey
from loyalty.estimates import careless
from loyalty.estimates.careless import Selection
from loyalty.ground.disclosure import Known, recordable
from loyalty.ground.findings import Finding, Modelled, Refused, cited
from loyalty.run import recorded
from loyalty.stats.audit import frequent_patterns
from tests.conftest import Project, description
from tests.conftest import answers as small

FEW = range(1, 10)
Printed = tuple[np.ndarray, float, float]


def answers(seed: int, n: int) -> pd.DataFrame:
    """Answers to nine items on 1 to 5, a good part of them careless, repeated or missing."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 1)) + 0.8 * rng.normal(size=(n, 9))
    rows = np.clip(np.round(3 + latent), 1, 5)
    kinds = rng.permutation(n)
    lined, random = kinds[: rng.integers(0, n // 3)], kinds[-rng.integers(1, n // 3) :]
    rows[lined] = rows[lined, :1]
    rows[random] = rng.integers(1, 6, size=(len(random), 9))
    if seed % 2:
        rows[rng.random(rows.shape) < rng.choice([0.002, 0.02])] = np.nan
    return pd.DataFrame(rows, columns=[f"{c}{k}" for c in "qsl" for k in (1, 2, 3)])


def survey_of(project: Project, rows: pd.DataFrame) -> audit.Answers:
    told = description()
    told["constructs"] = [
        {
            "id": name,
            "label": {"en": name, "zh": name},
            "role": role,
            "items": [{"id": f"{name[0]}{k}", "en": name, "zh": name} for k in (1, 2, 3)],
        }
        for name, role in (("quality", "antecedent"), ("sat", "mediator"), ("loyalty", "outcome"))
    ]
    told |= {"variables": [], "groups": [], "scale": {"min": 1, "max": 5}}
    told["hypotheses"] = [
        {"id": "H1", "from": "quality", "to": "sat", "sign": "+"},
        {"id": "H2", "from": "sat", "to": "loyalty", "sign": "+"},
    ]
    told["provenance"]["redistribute"] = False
    project.study = told
    (project.folder / "rows").mkdir(exist_ok=True)
    project.rows(rows, "rows/a.csv")
    return audit.answers(survey.load(study.load(project.case)))


def found(data: audit.Answers, gate: bool) -> dict[str, Any]:
    """What is printed of the flow, the signs, their agreement, selections and missing answers."""
    parts = {
        "flow": audit.flow(data),
        "careless": audit.careless(data),
        "agreement": audit.agreement(data),
        "sensitivity": audit.sensitivity(data),
        "missing": audit.missing(data),
    }
    made = {k: recordable(v) if gate else v for k, v in parts.items()}
    return {k: None if isinstance(v, Refused) else v for k, v in made.items()}


class Marked:
    """All kinds of people by their marks, and how many of them there are."""

    def __init__(self, data: audit.Answers) -> None:
        flags = data.screening.flags.flags
        same = data.repeated.duplicate_rows
        self.signs = [s for s in flags if flags[s].any()]
        step = same if data.again is None or data.again.beyond else same & False
        marks = {s: flags[s] for s in self.signs} | {
            "same": same,
            "step": step,
            "empty": data.items.isna().all(axis=1),
            "incomplete": data.items.isna().any(axis=1),
        }
        self.marks = {k: v for k, v in marks.items() if v.any()}
        names = list(self.marks)
        table = pd.DataFrame(self.marks).value_counts()
        self.kinds = list(itertools.product([False, True], repeat=len(names)))
        self.truth = np.array([table.get(kind, 0) for kind in self.kinds])
        self.none = np.zeros(len(self.kinds), dtype=bool)
        self.of = {m: np.array([kind[k] for kind in self.kinds]) for k, m in enumerate(names)}
        count = sum((self.of[s].astype(int) for s in self.signs), start=self.none.astype(int))
        self.n_signs = count
        self.flagged = count > 1

    def mark(self, name: str) -> np.ndarray:
        return self.of.get(name, self.none)

    def cells(self) -> Iterator[tuple[str, np.ndarray]]:
        """What an auditor asks for: every mark and pair of marks, and how many signs one shows."""
        named = {**self.of, "flagged": self.flagged}
        for name, one in named.items():
            yield name, one
            yield f"not {name}", ~one
        for (a, one), (b, other) in itertools.combinations(named.items(), 2):
            for x, y in itertools.product((one, ~one), (other, ~other)):
                yield f"{a}, {b}", x & y
        for k in range(len(self.signs) + 1):
            yield f"{k} signs", self.n_signs == k

    def truly(self, cell: np.ndarray) -> int:
        return int(self.truth[cell].sum())

    def worked_out(self, told: list[Printed]) -> list[str]:
        """The cells of 1 to 9 people whose number follows from what is told."""
        within = LinearConstraint(
            *(np.array(part, dtype=float) for part in zip(*told, strict=True))
        )
        out = []
        for name, cell in self.cells():
            if self.truly(cell) in FEW:
                ends = [
                    round(cell @ milp(s * cell.astype(float), constraints=within,
                                      integrality=np.ones(len(cell)), bounds=Bounds(0)).x)
                    for s in (1, -1)
                ]  # fmt: skip
                assert ends[0] <= self.truly(cell) <= ends[1]
                if ends[0] == ends[1]:
                    out.append(name)
        return out


def told(of: Marked, found: dict[str, Any]) -> list[Printed]:
    """Every printed count as a sum over kinds of people; of few it is known that they are few."""
    out: list[Printed] = [(~of.none, of.truth.sum(), of.truth.sum())]

    def say(cell: np.ndarray, n: int | None) -> None:
        assert n is None or n == of.truly(cell)
        out.append((cell, *((1, 9) if n is None else (n, n))))

    if found["flow"]:
        gone = of.none
        steps = ("empty", of.mark("empty")), ("repeated", of.mark("step"))
        steps += ("careless", of.flagged), ("incomplete", of.mark("incomplete"))
        for name, cell in steps:
            step = found["flow"].step(name)
            if step.fewest is not None:  # else it is not said whether they are few
                say(cell & ~gone, step.n_excluded)
            gone = gone | cell
            if step.n_left is not None:
                say(~gone, step.n_left)
        say(of.mark("same"), found["flow"].repeated_rows)
        if found["flow"].lined is not None:
            say(of.mark("same") & of.mark("long_string"), found["flow"].lined)
    if found["careless"]:
        for row in found["careless"].signs:
            if row.sign in of.signs:
                say(of.mark(row.sign), row.n)
        say(of.flagged, found["careless"].flagged.n)
    if found["agreement"]:
        for pair in found["agreement"].pairs:  # κ and the margins tell all four
            a, b = of.mark(pair.a), of.mark(pair.b)
            for cell in (a, b, a & b):
                say(cell, of.truly(cell))
    if found["sensitivity"]:
        dirty = of.mark("step") | of.mark("empty") | of.mark("incomplete")
        out_of = {"careless": of.flagged, "any": of.n_signs > 0, "strict": dirty | of.flagged}
        for row in found["sensitivity"].selections[1:]:
            say(~out_of[row.who], row.n)
    if found["missing"]:
        say(~of.mark("incomplete"), found["missing"].complete)
    return out


@pytest.fixture
def no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Selections without their path: how many they keep is what is asked here."""

    def path(survey: Any, who: str = "everybody", *, out: pd.Series, **_: Any) -> Selection:
        no = {"estimate": 0.5, "ci_lower": 0.4, "ci_upper": 0.6}
        return Selection(who=who, n=int((~out).sum()), problems=(), **no)

    monkeypatch.setattr(careless, "focal_path", path)


#: Seeds, respondents: small surveys and large ones.
SURVEYS = [(seed, (60, 75, 90, 120, 200, 400)[seed % 6]) for seed in range(12)]


@pytest.mark.usefixtures("no_models")
@pytest.mark.parametrize(("seed", "n"), SURVEYS)
def test_no_few_people_are_worked_out_of_the_audit(project: Project, seed: int, n: int) -> None:
    data = survey_of(project, answers(seed, n))
    of = Marked(data)
    assert of.worked_out(told(of, found(data, gate=True))) == []


@pytest.mark.usefixtures("no_models")
def test_the_search_finds_few_people_in_an_audit_that_passed_no_gate(project: Project) -> None:
    caught = []
    for seed, n in SURVEYS[:3]:
        data = survey_of(project, answers(seed, n))
        of = Marked(data)
        caught.append(len(of.worked_out(told(of, found(data, gate=False)))))
    assert min(caught) > 0


@pytest.mark.usefixtures("no_models")
def test_what_gives_nobody_away_is_told(project: Project) -> None:
    """Of most surveys the flow, the signs and the missing answers stand; no gate shuts them all."""
    parts = [found(survey_of(project, answers(seed, n)), gate=True) for seed, n in SURVEYS[::2]]
    assert all(one["flow"] for one in parts)
    assert sum(one["careless"] is not None for one in parts) >= 0.8 * len(parts)
    assert any(one["agreement"] for one in parts)


# --- levels of a grouping, wherever they are counted --------------------------------------------
def grouped(project: Project, sizes: dict[str, int], lacking: int) -> survey.Survey:
    told = description()
    told["groups"] = [{"id": "plan", "label": "Plan", "levels": {k: k.upper() for k in sizes}}]
    told["variables"] = []
    rows = small(sum(sizes.values()) + lacking).drop(columns=["recommend"])
    rows["plan"] = [*np.repeat(list(sizes), list(sizes.values())), *[""] * lacking]
    project.study = told
    project.rows(rows)
    return survey.load(study.load(project.case))


@pytest.mark.parametrize(
    ("sizes", "lacking"),
    [
        ({"a": 60, "b": 37, "c": 3}, 0),
        ({"a": 60, "b": 37, "c": 20}, 3),
        ({"a": 60, "b": 12, "c": 20}, 9),
        ({"a": 60, "b": 37}, 3),
        ({"a": 60, "b": 8, "c": 20}, 7),
        ({"a": 60, "b": 37, "c": 20}, 15),
    ],
)
def test_no_level_of_few_is_worked_out_of_any_finding(
    project: Project, sizes: dict[str, int], lacking: int
) -> None:
    """Where the sample hides a level, models by group, maps and reliabilities hide it, too."""
    answered = grouped(project, sizes, lacking)
    known = recorded.known(answered)
    large = {k: n for k, n in sizes.items() if n >= 10}
    sizes_told = tuple(groups.Size(level=k, n=n) for k, n in large.items())
    step = dict.fromkeys(groups.Step.model_fields) | {"level": "configural", "partial": False}
    numbers = {"released": 0, "chisq": 1.0, "df": 1, "srmr": 0.1}
    invariance = groups.Invariance(
        group="plan",
        sizes=sizes_told,
        left_out=(),
        steps=(groups.Step(**step | numbers),),
        held="configural",
        partial=False,
        failed=None,
    )
    ends = {"estimate": 0.8, "ci_lower": 0.7, "ci_upper": 0.9}
    alphas = [reliability.GroupAlpha(id="q", group=k, n=n, **ends) for k, n in large.items()]
    by_group = reliability.Groups(variable="plan", rows=alphas, tests=(), without=())
    seen: dict[str | None, int] = {}
    sample: Any = recordable(audit.sample(audit.answers(answered)), known)
    if not isinstance(sample, Refused):
        seen |= {row.level: row.n for row in sample.levels if row.n is not None}
        for row in sample.lacking:
            seen[None] = row.n
    for one in (recordable(invariance, known), recordable(by_group, known)):
        for row in getattr(one, "sizes", ()) or getattr(one, "rows", ()):
            seen[getattr(row, "level", None) or row.group] = row.n
    gone = {**sizes, None: lacking}
    hidden = [n for k, n in gone.items() if k not in seen and n]
    assert not any(n in FEW for n in seen.values())
    assert not hidden or (len(hidden) > 1 and sum(hidden) >= 10)
    assert bool(hidden) is any(n in FEW for n in gone.values())


@pytest.mark.parametrize("seed", range(40))
def test_how_many_lack_an_item_in_the_pool_is_never_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    rows = rows.mask(rng.random(rows.shape) < rng.choice([0.02, 0.05, 0.2], size=4))
    found = frequent_patterns(rows, by_item=True)
    for item, n in rows.isna().sum().items():
        shown = found.shown[[str(item) in m.split(", ") for m in found.shown["missing"]]]
        assert n < 10 or int(n - shown["n"].sum()) not in FEW


def test_the_median_of_missing_answers_gives_no_item_away() -> None:
    rows = [("q1", 40, 0.2), ("q2", 20, 0.1), ("q3", 2, 0.01), ("q4", 14, 0.07)]
    items = tuple(
        audit.ItemMissing(item=i, n=200, n_missing=n, share_missing=s) for i, n, s in rows
    )
    of = {"share": 0.09, "complete": 150, "complete_share": 0.75, "n_items": 3, "n_without": 0}
    made: Any = recordable(audit.Missing(items=items[:3], median=0.1, **of))
    assert [row.item for row in made.items] == ["q1"] and made.median is None
    kept: Any = recordable(audit.Missing(items=items[:2], median=0.1, **of))
    assert kept.median == 0.1
    told: Any = recordable(audit.Missing(items=(items[0], items[3]), median=0.07, **of))
    assert [row.n_missing for row in told.items] == [40, 10] and told.median is None


def test_answers_left_blank_are_not_what_codes_leave_of_the_missing() -> None:
    def codes(blank: int) -> Any:
        row = audit.ItemCodes(item="q1", declared=20, outside=0, share=0.1, blank=blank)
        found = {"declared": 20, "outside": 0, "outside_share": 0.0, "refused": False}
        found |= {"checked": 0, "variables_outside": 0, "variables": ()}
        return recordable(audit.Codes(items=(row,), **found))

    assert isinstance(codes(3), Refused)
    assert codes(0).items[0].declared == codes(12).items[0].declared == 20


def test_a_model_of_nearly_all_says_all() -> None:
    """Of 767 people 761 answered two questions: how many left one out would be the difference."""

    class Rests(Finding):
        n: Modelled
        estimate: float

    told: Any = recordable(Rests(n=761, estimate=0.123456), Known(whole=767))
    assert told.n == 767 and told.estimate == 0.123456
    told = recordable(Rests(n=747, estimate=0.123456), Known(whole=767))
    assert told.n == 747


def test_a_step_that_is_not_told_is_not_called_few(project: Project) -> None:
    """Whether it takes few or many: the flow says that it is not shown, the sentence only who."""
    from loyalty.analyses.audit import figures, words

    flow = audit.flow(survey_of(project, answers(4, 200)))
    hidden = [
        s.model_copy(update={"n_excluded": None, "n_left": None, "fewest": None})
        if s.reason in ("careless", "incomplete")
        else s
        for s in flow.steps
    ]
    step = next(s for s in hidden if s.reason == "careless")
    few = step.model_copy(update={"fewest": 0})
    assert figures._taken(step).en == "not shown" and "fewer than" in figures._taken(few).en
    untold = flow.model_copy(update={"steps": tuple(hidden), "strict_share": None})
    said = words._exclusions(cited(untold, "small/audit/flow"))
    assert "the flagged respondents" in said.en and "所有被标记者" in said.zh
    assert "fewer than" not in said.en and "少于" not in said.zh
