"""How Chinese sets what other languages write apart (GB/T 15834, GB/T 15835).

The sign of per cent stands close to its number, a decimal keeps its zero, and nothing stands
between a sentence and the full-width brackets of its citation.
"""

from __future__ import annotations

import re
from typing import Any

from . import ast, hidden

_BARE = re.compile(r"(?<![A-Za-z0-9_.])\.(?=\d)")
_SPACES = ("Space", "SoftBreak")
#: What a number leads to, on its way through Pandoc.
_KEY = re.compile(f"({hidden.START}[^{hidden.MIDDLE}]*{hidden.MIDDLE})")


def typeset(text: str) -> str:
    """A text with its numbers as Chinese writes them: ``0.48`` and ``62.0%``."""
    said = text.replace("\u00a0%", "%")
    if "." not in said:
        return said
    parts = _KEY.split(said)  # between them: what is read
    return "".join(part if at % 2 else _BARE.sub("0.", part) for at, part in enumerate(parts))


def numbers(item: ast.Node) -> list[ast.Node] | None:
    """For :func:`loyalty.render.ast.rewrite`: the numbers of a string."""
    if item["t"] != "Str":
        return None
    said = typeset(item["c"])
    return None if said == item["c"] else [ast.text(said)]


def close(tree: Any) -> Any:
    """A copy of a tree without the spaces around its citations."""
    if type(tree) is dict:
        return {key: close(value) for key, value in tree.items()}
    if type(tree) is not list:
        return tree
    kinds = [item.get("t") if type(item) is dict else None for item in tree]
    beside = [*kinds[1:], None]
    return [
        close(item)
        for item, kind, before, after in zip(tree, kinds, [None, *kinds], beside, strict=False)
        if not (kind in _SPACES and "Cite" in (before, after))
    ]
