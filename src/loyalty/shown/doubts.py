"""Why something is not to be relied upon, in words: once for every page and the brief."""

from __future__ import annotations

from loyalty.estimates.verdicts import Doubt, Doubts
from loyalty.ground.text import Text

#: In a few words, for a cell.
DOUBTS: dict[Doubt, Text] = {
    "solution": Text(en="doubtful solution", zh="结构模型的解可疑"),
    "measurement": Text(en="doubtful measurement", zh="测量模型的解可疑"),
    "interval": Text(en="interval too wide", zh="区间过宽"),
    "apart": Text(en="causes not told apart", zh="前因无法区分"),
}
#: In a sentence that begins with what it is about.
_CLAUSES: dict[Doubt, Text] = {
    "solution": Text(
        en="the structural model has no acceptable solution", zh="结构模型没有可接受的解"
    ),
    "measurement": Text(
        en="the measurement model has no acceptable solution", zh="测量模型没有可接受的解"
    ),
    "interval": Text(
        en="the interval is wider than one standard deviation, or missing",
        zh="区间宽于一个标准差或缺失",
    ),
    "apart": Text(
        en="what leads there cannot be told apart from something else that does",
        zh="前因与另一前因无法区分",
    ),
}
#: Of what is made of several paths: which of them.
_BEHIND: dict[Doubt, Text] = _CLAUSES | {
    "interval": Text(
        en="the interval of a path behind it is wider than one standard deviation, or missing",
        zh="所依路径的区间宽于一个标准差或缺失",
    ),
    "apart": Text(
        en="what leads along a path behind it cannot be told apart from something else that does",
        zh="所依路径的前因与另一前因无法区分",
    ),
}


def shortly(doubts: Doubts) -> Text:
    """``doubtful solution; interval too wide``."""
    said = [DOUBTS[d] for d in doubts]
    return Text(en="; ".join(t.en for t in said), zh="；".join(t.zh for t in said))


def withheld(doubts: Doubts) -> Text | None:
    """In the place of numbers that rest on what is in doubt; None where nothing is."""
    return shortly(doubts) if doubts else None


def clause(doubts: Doubts, *, behind: bool = False) -> Text:
    """What speaks first against a path (or `behind` what is made of several), in a sentence."""
    return (_BEHIND if behind else _CLAUSES)[doubts[0]]


def unreliable(doubts: Doubts) -> Text:
    """In the place of sentences on what is made of paths that are in doubt."""
    why = clause(doubts, behind=True)
    return Text(en=f"Not to be relied upon: {why.en}.", zh=f"不可采信：{why.zh}。")
