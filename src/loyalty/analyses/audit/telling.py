"""What the audit's counts would tell together of a few people: rows, signs, selections and pairs.

Each is a sum over the same people, so that one may be the difference of others; where few would
follow the statement of less weight says so (`fewest`), and stands in no record of closed answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from loyalty.ground.thresholds import threshold
from loyalty.stats._common import BoolArray
from loyalty.stats.cells import People, Statement


@dataclass(frozen=True)
class Telling:
    """Of each statement the fewest people whom it would give away, 0 where none."""

    rows: int = 0
    signs: int = 0
    lined: int = 0
    steps: Mapping[str, int] = field(default_factory=dict)
    careless: int = 0
    any: int = 0
    strict: int = 0
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)


def telling(
    signs: pd.DataFrame,
    pairs: Sequence[tuple[str, str]],
    *,
    repeated: pd.Series,
    same: pd.Series,
    empty: pd.Series,
    incomplete: pd.Series,
) -> Telling:
    """What may be said of whom, in this order: rows, signs and flagged, steps, selections, pairs.

    Args:
        signs: bool, people × signs of careless answering.
        pairs: two signs each, the closest first.
        repeated: who is taken by the step of the repeated; same: whose answers equal earlier ones.
    """
    beside = {"repeated": repeated, "same": same, "empty": empty, "incomplete": incomplete}
    marks = pd.concat([signs, pd.DataFrame(beside)], axis=1).astype(bool)
    marks = marks.loc[:, marks.any()]  # of a mark that nobody has nothing follows
    people = People(marks, int(threshold("small_cell").value))
    none: BoolArray = np.zeros(len(people.kinds), dtype=bool)
    of: dict[str, BoolArray] = {str(m): people.kinds[m].to_numpy(dtype=bool) for m in marks}
    n_signs = (
        np.array([of[s] for s in signs if s in of], dtype=int).reshape(-1, len(none)).sum(axis=0)
    )
    flagged: BoolArray = n_signs >= int(threshold("careless_signs").value)
    steps = [of.get(name, none) for name in ("empty", "repeated")] + [flagged]
    steps.append(of.get("incomplete", none))
    taken, after = none, list[BoolArray]()
    for step in steps:
        after.append(step & ~taken)
        taken = taken | step
    equal = of.get("same", none)
    lined = equal & of.get("long_string", none)
    rows = [~none, *after[:2], *(of[m] for m in beside if m in of)]
    asked = [
        Statement(rows, few=True),
        Statement([*(of[s] for s in signs if s in of), flagged], few=True),
        Statement([lined, equal & ~lined], few=True),
        *(Statement([step], few=True) for step in after[2:]),
        Statement([flagged, ~flagged]),
        Statement([n_signs == 0, n_signs > 0]),
        Statement([taken, ~taken, *after]),
        *(
            Statement([of[a] & of[b], of[a] & ~of[b], of[b] & ~of[a], ~of[a] & ~of[b]])
            for a, b in pairs
        ),
    ]
    named = {**of, "flagged": flagged}
    cells = [cell for one in named.values() for cell in (one, ~one)]
    for a, b in itertools.combinations(named.values(), 2):
        cells += [a & b, a & ~b, b & ~a, ~a & ~b]
    cells += [n_signs == k for k in range(int(n_signs.max()) + 1)]
    cells += [of[s] & (n_signs == 1) for s in signs if s in of]
    found = people.withheld(asked, [*cells, *after, taken, ~taken])
    each = iter(found)
    return Telling(
        rows=next(each),
        signs=next(each),
        lined=next(each),
        steps={"careless": next(each), "incomplete": next(each)},
        careless=next(each),
        any=next(each),
        strict=next(each),
        pairs=dict(zip(pairs, each, strict=True)),
    )
