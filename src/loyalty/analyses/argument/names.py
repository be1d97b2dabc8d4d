"""Names that tables, figures and sentences of the argument share."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.analyses.argument.read import Doubt, PathRow
from loyalty.cases.study import Study
from loyalty.ground.markdown import escape
from loyalty.ground.text import Text
from loyalty.shown.context import Case, arrow
from loyalty.shown.words import names

#: Why a path is not to be relied upon, in a few words.
DOUBTS: dict[Doubt, Text] = {
    "solution": Text(en="doubtful solution", zh="结构模型解可疑"),
    "measurement": Text(en="doubtful measurement model", zh="测量模型解可疑"),
    "interval": Text(en="interval too wide", zh="区间过宽"),
    "apart": Text(en="causes not told apart", zh="前因彼此无法区分"),
}
NOT_ESTIMATED = Text(en="not estimated", zh="未估计")


def study(case: str, everything: Case) -> Study:
    assert everything.described is not None
    return everything.described[case]


def title(case: str, everything: Case) -> Text:
    return study(case, everything).title


def path(row: PathRow, everything: Case) -> Text:
    """``Quality → Loyalty`` by the labels of its case."""
    named = study(row.case, everything).named
    return arrow(named(row.from_).label, named(row.to).label)


def surveys(cases: Sequence[str], everything: Case) -> Text:
    """A list of surveys by their titles."""
    return names([title(case, everything) for case in dict.fromkeys(cases)])


def why_not(row: PathRow, everything: Case) -> Text | None:
    """Why a path has no number to read, in a few words; None where it has one."""
    if row.set_aside:
        return NOT_ESTIMATED
    if row.relied:
        return None
    said = [DOUBTS[d] for d in row.doubts]
    return Text(en="; ".join(t.en for t in said), zh="；".join(t.zh for t in said))


def escaped(text: Text) -> Text:
    return Text(en=escape(text.en), zh=escape(text.zh))
