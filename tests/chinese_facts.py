"""What no Chinese sentence with its numbers says, whatever these are."""

from __future__ import annotations

import re

_UNIT = "[条项个对种次名家]"
#: ``其中 0 条``, ``12 条中有 12 条``.
_ODD = re.compile(rf"(?<![\d.,])0 {_UNIT}|(?<![\d.,])(\d+) ({_UNIT})[^，。；：]{{0,12}}中有? \1 \2")


def odd_counts(text: str) -> list[str]:
    """Counts of nothing, and all of them said as if they were some, each with what is around."""
    return [text[max(0, m.start() - 20) : m.end() + 20] for m in _ODD.finditer(text)]
