"""What all sentences share: joining, naming, numbers with intervals, verdicts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from loyalty.ground.markdown import escape
from loyalty.ground.numbers import Kind, interval, show
from loyalty.ground.text import Text
from loyalty.ground.thresholds import Threshold, Verdict, threshold

#: Keeps a number together with its sign, its unit and its interval.
NO_BREAK = "\u00a0"

VERDICTS: dict[Verdict, Text] = {
    "met": Text(en="met", zh="达到"),
    "not met": Text(en="not met", zh="未达到"),
    "open": Text(en="open", zh="未定"),
}


def text(en: str, zh: str) -> Text:
    return Text(en=en, zh=zh)


def join(sentences: Sequence[Text]) -> Text:
    """Sentences as one paragraph: with spaces in English, without in Chinese."""
    return Text(en=" ".join(s.en for s in sentences), zh="".join(s.zh for s in sentences))


def names(labels: Sequence[str]) -> Text:
    """A list of names: ``a, b and c`` / ``a、b和c``."""
    safe = [escape(label) for label in labels]
    if len(safe) < 2:
        return Text(en="".join(safe) or "none", zh="".join(safe) or "无")
    return Text(
        en=f"{', '.join(safe[:-1])} and {safe[-1]}",
        zh=f"{'、'.join(safe[:-1])}和{safe[-1]}",
    )


def counted(n: int, noun: str) -> str:
    """``1 row``, ``1,845 rows``."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def be(count: int) -> str:
    """``is`` or ``are``."""
    return "is" if count == 1 else "are"


def every(n: int) -> str:
    """``both``, ``all 7``: of two or more."""
    return "both" if n == 2 else f"all {n:,}"


def cannot(reason: str) -> Text:
    return Text(
        en=f"This analysis cannot be done here: {escape(reason)}.",
        zh=f"此处无法进行该分析：{escape(reason)}。",
    )


def value(number: object, kind: Kind, low: object = None, high: object = None) -> str:
    """A number with its 95 % interval where it has one, ready for a sentence."""
    shown = escape(show(number, kind))
    if low is not None and high is not None:
        shown = f"{shown} {escape(interval(low, high, kind))}"
    return shown.replace(" ", NO_BREAK)


def verdict(cut: Threshold, low: float, high: float) -> Text:
    """Whether an interval lies on the good side of a cited cut-off."""
    mark = escape(show(cut.value, "number"))
    side = {"above": ("at least", "不低于"), "below": ("at most", "不高于")}[cut.good]
    found = cut.verdict(low, high)
    en = {
        "met": f"meets the cut-off of {side[0]} {mark}",
        "not met": f"misses the cut-off of {side[0]} {mark}",
        "open": f"leaves open whether the cut-off of {side[0]} {mark} is met",
    }[found]
    zh = {
        "met": f"达到{side[1]} {mark} 的标准",
        "not met": f"未达到{side[1]} {mark} 的标准",
        "open": f"是否达到{side[1]} {mark} 的标准尚无定论",
    }[found]
    return Text(en=f"{en} [@{cut.cite}]", zh=f"{zh} [@{cut.cite}]")


def significant(p: float) -> bool:
    return p < threshold("significance").value


def equals(p: float) -> str:
    shown = escape(show(p, "p"))
    whole = shown if shown.startswith("\\<") else f"= {shown}"
    return whole.replace(" ", NO_BREAK)


def readable(words: str, label: Mapping[str, str]) -> str:
    """Words of the estimator with labels in place of the constructs' ids."""
    for name in sorted(label, key=len, reverse=True):
        words = re.sub(rf"\b{name}\b", label[name], words)
    return words.replace("=~", "→").replace("~~", "↔").replace(" ~ ", " ← ")
