"""Numbers of findings on their way through Pandoc, where a span costs more than all its cell.

``[.45]{.num key="case/analysis/finding.field"}`` is read as the word ``.45`` between signs that no
text has; what it leads to comes back into the tree, and becomes a link in the written page. What
stands where it may be no span (in code, in a heading) stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

START, MIDDLE, END = "\ue000", "\ue001", "\ue002"
_SIGNS = {ord(sign): None for sign in (START, MIDDLE, END)}
_SPAN = re.compile(r'\[((?:[\d.,−%e\u00a0 ]|\\[.<%])+)\]\{\.num key="([^/\s"&\\]+/\w+/[^"&\\]+)"\}')
_PLACE = re.compile(f"{START}([0-9]+){MIDDLE}")
_BEGIN = re.compile(f"{START}[^{MIDDLE}]*{MIDDLE}|{END}")
_NUMBER = re.compile(f"{START}([^{MIDDLE}]*){MIDDLE}([^{END}]*){END}")
#: Tables whose columns are places in a line.
_ALIGNED = re.compile(r"(?m)^\s*(?:\+[-=:]|-+ +-)")


def hidden(text: str) -> tuple[str, list[str]]:
    """The text without its spans, and what they lead to."""
    text = text.translate(_SIGNS)
    if "{.num" not in text or _ALIGNED.search(text):
        return text, []
    keys: list[str] = []

    def hide(found: re.Match[str]) -> str:
        keys.append(found[2])
        return f"{START}{len(keys) - 1}{MIDDLE}{found[1]}{END}"

    lines, fenced = [], False
    for line in text.split("\n"):
        fenced ^= line.lstrip(" >").startswith(("```", "~~~"))
        left = fenced or "`" in line or line.startswith(("#", "    ", "\t"))
        lines.append(line if left else _SPAN.sub(hide, line))
    return "\n".join(lines), keys


def told(tree: str, keys: list[str]) -> str:
    """Pandoc's tree of that text, each number with what it leads to."""
    return _PLACE.sub(lambda m: f"{START}{keys[int(m[1])]}{MIDDLE}", tree) if keys else tree


def bare(text: str) -> str:
    """A text with the numbers alone."""
    return _BEGIN.sub("", text) if END in text else text


def without(tree: Any) -> Any:
    """A tree with the numbers alone, for what has no links to findings."""
    return json.loads(bare(json.dumps(tree, ensure_ascii=False)))


def keys(page: str) -> list[str]:
    """What the numbers of a written page lead to."""
    return [unescape(found[1]) for found in _NUMBER.finditer(page)]


def shown(page: str, link: Callable[[str, str], str]) -> str:
    """A written page in which each number is what `link` makes of its key and text."""
    return _NUMBER.sub(lambda m: link(unescape(m[1]), m[2]), page) if END in page else page
