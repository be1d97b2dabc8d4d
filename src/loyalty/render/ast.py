"""Pandoc's document tree as Python values, and the few helpers needed to change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from . import hidden

Node = dict[str, Any]
Attr = list[Any]  # [identifier, classes, [[key, value], ...]]
Visitor = Callable[[Node], list[Node] | None]


def load(text: str) -> list[Node]:
    """The blocks of a document written as Pandoc JSON."""
    blocks: list[Node] = json.loads(text)["blocks"]
    return blocks


def dump(blocks: list[Node], meta: dict[str, Any] | None = None) -> str:
    """Pandoc JSON of some blocks."""
    return json.dumps(
        {"pandoc-api-version": [1, 23, 1, 1], "meta": meta or {}, "blocks": blocks},
        ensure_ascii=False,
    )


def attr(
    identifier: str = "", classes: Iterable[str] = (), values: Iterable[tuple[str, str]] = ()
) -> Attr:
    return [identifier, list(classes), [[key, value] for key, value in values]]


def get(attributes: Attr, key: str, default: str = "") -> str:
    """Value of an attribute, or the default."""
    return next((str(value) for name, value in attributes[2] if name == key), default)


def node(kind: str, content: Any = None) -> Node:
    return {"t": kind} if content is None else {"t": kind, "c": content}


def content(item: Node) -> Any:
    """What a node holds; None where it holds nothing."""
    return item.get("c")


def text(value: str) -> Node:
    return node("Str", value)


def raw(fmt: str, value: str) -> Node:
    """A raw block."""
    return node("RawBlock", [fmt, value])


def raw_inline(fmt: str, value: str) -> Node:
    return node("RawInline", [fmt, value])


def rewrite(tree: Any, visit: Visitor) -> Any:
    """Copy of a tree in which each node is what `visit` says, in the order of the document.

    `visit` returns None to keep a node and look into it, or a list to put in its place
    (which is not looked into again).
    """
    kind = type(tree)
    if kind is list:
        out: list[Any] = []
        for item in tree:
            kind = type(item)
            if kind is dict and "t" in item:
                new = visit(item)
                if new is None and type(item.get("c", "")) is str:
                    new = [item]  # a leaf: text is never changed in place
                if new is not None:
                    out.extend(new)
                    continue
            out.append(rewrite(item, visit) if kind is dict or kind is list else item)
        return out
    if kind is dict:
        return {
            key: rewrite(value, visit) if type(value) is list or type(value) is dict else value
            for key, value in tree.items()
        }
    return tree


def walk(tree: Any, visit: Visitor) -> None:
    """Show `visit` the nodes that `rewrite` would, without a copy; `[]` keeps out of a node."""
    if type(tree) is dict:
        for value in tree.values():
            if type(value) is list or type(value) is dict:
                walk(value, visit)
        return
    for item in tree:
        kind = type(item)
        if kind is list or (kind is dict and ("t" not in item or visit(item) is None)):
            walk(item, visit)


def plain(tree: Any) -> str:
    """Readable text of a tree: for titles, search and alternative text."""
    parts: list[str] = []

    def visit(item: Node) -> list[Node] | None:
        kind = item["t"]
        if kind == "Str":
            parts.append(item["c"])
        elif kind in ("Space", "SoftBreak", "LineBreak"):
            parts.append(" ")
        elif kind in ("Code", "CodeBlock", "Math"):
            parts.append(item["c"][1] + (" " if kind == "CodeBlock" else ""))
        elif kind in ("RawInline", "RawBlock", "Note"):
            return []
        elif kind == "Quoted":
            single = item["c"][0]["t"] == "SingleQuote"
            parts.append("‘" if single else "“")
            walk(item["c"][1], visit)
            parts.append("’" if single else "”")
            return []
        elif kind in ("Para", "Plain", "Header"):
            content = item["c"][2] if kind == "Header" else item["c"]
            walk(content, visit)
            parts.append(" ")
            return []
        return None

    walk(tree if isinstance(tree, list) else [tree], visit)
    return " ".join(hidden.bare("".join(parts)).split())
