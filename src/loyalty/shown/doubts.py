"""Why something is not to be relied upon, in words: once for every page and the brief."""

from __future__ import annotations

from typing import Any

from loyalty.estimates.verdicts import Doubt, Doubts, untold
from loyalty.ground.text import Text
from loyalty.shown.words import estimate

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
        zh="区间宽于一个标准差，或没有区间",
    ),
    "apart": Text(
        en="what leads there cannot be told apart from something else that does",
        zh="其前因与另一前因无法区分",
    ),
}
#: Of what is made of several paths: which of them.
_BEHIND: dict[Doubt, Text] = _CLAUSES | {
    "interval": Text(
        en="the interval of a path behind it is wider than one standard deviation, or missing",
        zh="所依据的路径中，有的区间宽于一个标准差，或没有区间",
    ),
    "apart": Text(
        en="what leads along a path behind it cannot be told apart from something else that does",
        zh="所依据的路径中，有的前因与另一前因无法区分",
    ),
}


def shortly(doubts: Doubts) -> Text:
    """``doubtful solution; interval too wide``."""
    said = [DOUBTS[d] for d in doubts]
    return Text(en="; ".join(t.en for t in said), zh="；".join(t.zh for t in said))


def withheld(doubts: Doubts) -> Text | None:
    """In the place of numbers that rest on what is in doubt; None where nothing is."""
    return shortly(doubts) if doubts else None


#: What it means that a standardized path is larger than 1 in size.
BEYOND = Text(
    en="a standardized path is so large only where the causes of one outcome overlap, and then "
    "says how these are weighed against each other rather than how strong the effect is",
    zh="只有同一结果的各前因相互重叠时，标准化路径才会如此之大，"
    "它反映的是各前因之间如何此消彼长，而不是效应有多强",
)
#: In the place of a ratio whose interval says nothing.
UNTOLD = Text(
    en="not told apart from no effect; cannot be estimated here",
    zh="无法与没有效应区分，此处无法估计",
)


def unbounded(row: Any) -> Text | None:
    """In the place of a row's ratio and its interval, where that says nothing; else None."""
    return UNTOLD if untold(row.ci_lower, row.ci_upper) else None


def ratio(value: Any, lower: Any, upper: Any, zh: str = "") -> Text:
    """A ratio with its interval, in Chinese after `zh`, or in their place that it is untold."""
    if untold(lower, upper):
        return UNTOLD
    shown = estimate(value, lower, upper)
    return Text(en=shown, zh=f"{zh}{shown}")


def clause(doubts: Doubts, *, behind: bool = False) -> Text:
    """What speaks first against a path (or `behind` what is made of several), in a sentence."""
    return (_BEHIND if behind else _CLAUSES)[doubts[0]]


#: What is made of paths, as the head of a sentence that says it is not to be relied upon.
_MADE = {
    "effects": Text(en="The indirect effects are", zh="间接效应"),
    "contrasts": Text(en="How far the ways differ is", zh="各途径之差"),
    "totals": Text(en="The total effects are", zh="总效应"),
    "latent": Text(
        en="Moderations and bends between constructs are", zh="构念之间的调节与曲线效应"
    ),
    "missing": Text(
        en="What other treatments of missing answers give is", zh="以其他方式处理缺失答案的结果"
    ),
    "power": Text(en="What could have been found is", zh="可检测的效应大小"),
    "shares": Text(en="The shares of what is explained are", zh="解释方差的份额"),
    "levels": Text(en="Differences between the groups are", zh="各组之间的差异"),
    "advice": Text(en="What would follow for what to do is", zh="据此提出的建议"),
    "importance": Text(en="An order of importance is", zh="重要性排序"),
}


def unreliable(what: str, doubts: Doubts) -> Text:
    """In the place of sentences on what is made of paths that are in doubt."""
    why, of = clause(doubts, behind=True), _MADE[what]
    return Text(en=f"{of.en} not to be relied upon: {why.en}.", zh=f"{of.zh}不可采信：{why.zh}。")
