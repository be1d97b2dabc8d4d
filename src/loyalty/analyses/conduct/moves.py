"""Who moves between the four kinds of loyalty from the first wave to the last: the findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import pandas as pd

from loyalty.estimates.verdicts import Side, side
from loyalty.ground import disclosure
from loyalty.ground.findings import Count, Finding, People, Percent, Points, Record, Shown
from loyalty.ground.reasons import CannotCompute
from loyalty.stats.impact import share, shares_apart

Kind = Literal["true", "latent", "spurious", "none"]
KINDS: tuple[Kind, ...] = ("true", "latent", "spurious", "none")


class Move(Record):
    """Of the `n` people of a kind at the first wave, by what they `said`, how many are where later.

    `stay` are of the same kind. The shares of the four kinds are None where one of them is of fewer
    people than may be shown.
    """

    said: str
    kind: Kind
    n: People
    stay: Percent
    stay_ci_lower: Percent
    stay_ci_upper: Percent
    true: Percent | None
    latent: Percent | None
    spurious: Percent | None
    none: Percent | None


class Attached(Record):
    """Of those alike in what they did at the first wave, how many do much at the last: those who
    were attached, and the others.
    """

    said: str
    much: bool
    attached: People
    others: People
    share: Percent
    share_ci_lower: Percent
    share_ci_upper: Percent
    others_share: Percent
    others_share_ci_lower: Percent
    others_share_ci_upper: Percent
    difference: Points
    difference_ci_lower: Points
    difference_ci_upper: Points
    verdict: Side


class Moves(Finding):
    """Attached and doing much are above the medians of the first wave, at the last wave, too.

    Of everything that is said, of those who answered at both; ``hidden`` kinds have too few people
    to be shown.
    """

    done: str
    first: Count
    last: Count
    rows: tuple[Move, ...]
    hidden: Annotated[int, Shown("count")]
    attached: tuple[Attached, ...]


def _kinds(attached: pd.Series, much: pd.Series) -> pd.Series:
    names = {(True, True): "true", (True, False): "latent", (False, True): "spurious"}
    return pd.Series(
        [names.get((bool(a), bool(b)), "none") for a, b in zip(attached, much, strict=True)],
        index=attached.index,
    )


def moves(panel: pd.DataFrame, stated: Sequence[str], done: str) -> Moves:
    """Dick and Basu's (1994) kinds at the first and the last wave.

    Args:
        panel: a row a person and wave: ``customer, wave`` and the columns `stated` and `done`.

    Raises
    ------
    CannotCompute
        One wave, or too few people at both for any kind to be shown.
    """
    waves = sorted(int(w) for w in panel["wave"].unique())
    if len(waves) < 2:
        raise CannotCompute("one_wave")
    at = [panel[panel["wave"] == w].set_index("customer") for w in (waves[0], waves[-1])]
    rows, attached = list[Move](), list[Attached]()
    for said in stated:
        first = at[0][[said, done]].dropna()
        last = at[1][[said, done]].reindex(first.index)
        cut = first.median()
        before, after = first > cut, last > cut
        both = last.notna().all(axis=1)
        start = _kinds(before.loc[both, said], before.loc[both, done])
        end = _kinds(after.loc[both, said], after.loc[both, done])
        found = (_move(said, kind, end[start == kind]) for kind in KINDS)
        rows += [row for row in found if row is not None]
        did = last[done].notna()
        alike = (before[did & (before[done] == much)] for much in (True, False))
        compared = (
            _attached(said, much, group, after[done])
            for much, group in zip((True, False), alike, strict=True)
        )
        attached += [one for one in compared if one is not None]
    if not rows:
        raise CannotCompute("few_at_both_waves", least=disclosure.least())
    return Moves(
        done=done,
        first=waves[0],
        last=waves[-1],
        rows=tuple(rows),
        hidden=len(KINDS) * len(stated) - len(rows),
        attached=tuple(attached),
    )


def _move(said: str, kind: Kind, ends: pd.Series) -> Move | None:
    """None where those who stay, or those who do not, are fewer than may be shown."""
    n, counts = len(ends), ends.value_counts()
    stay = int(counts.get(kind, 0))
    if min(stay, n - stay) < disclosure.least():
        return None
    _, low, high = share(stay, n)
    cells = {k: int(counts.get(k, 0)) for k in KINDS}
    shown = min(cells.values()) >= disclosure.least()
    return Move(
        said=said,
        kind=kind,
        n=n,
        stay=stay / n,
        stay_ci_lower=low,
        stay_ci_upper=high,
        **{k: c / n if shown else None for k, c in cells.items()},
    )


def _attached(said: str, much: bool, group: pd.DataFrame, later: pd.Series) -> Attached | None:
    own, others = (later.loc[group.index[group[said] == high]] for high in (True, False))
    n, m = len(own), len(others)
    a, b = int(own.sum()), int(others.sum())
    if min(a, n - a, b, m - b) < disclosure.least():
        return None
    found = shares_apart(a, n, b, m)
    mine, mine_lower, mine_upper = found.one
    theirs, theirs_lower, theirs_upper = found.other
    difference, lower, upper = found.difference
    return Attached(
        said=said,
        much=much,
        attached=n,
        others=m,
        share=mine,
        share_ci_lower=mine_lower,
        share_ci_upper=mine_upper,
        others_share=theirs,
        others_share_ci_lower=theirs_lower,
        others_share_ci_upper=theirs_upper,
        difference=difference,
        difference_ci_lower=lower,
        difference_ci_upper=upper,
        verdict=side(lower, upper),
    )
