"""Identifiers, labels and roles of what was found."""

from __future__ import annotations

import re
import unicodedata

from loyalty.newcase import kinds
from loyalty.newcase.blocks import Block, bare
from loyalty.newcase.found import Found


def name(found: Found) -> None:
    """Identifiers for columns and constructs, none twice."""
    taken: set[str] = set()
    for column in sorted(
        [
            *(i.column for b in found.blocks for i in b.items),
            *(n.column for n in found.numbers),
            *(g.column for g in found.groups),
        ],
        key=lambda c: c.at,
    ):
        found.ids[column.at] = identifier(column.code, f"c{column.at + 1}", taken)
    for k, block in enumerate(found.blocks, 1):
        block.label = block.label or _label(block)
        base = block.stem if not bare(block.stem) else ""
        words = base if len(base) <= 30 else ""
        if identifier(words, "", set()).lower() in {t.lower() for t in taken}:
            words = f"c_{words}"
        block.stem = identifier(words.lower(), f"construct_{k}", taken)


def identifier(text: str, otherwise: str, taken: set[str]) -> str:
    """An identifier after a text: letters, digits and _; `otherwise` where too little is left."""
    plain = unicodedata.normalize("NFKD", text)
    kept = re.sub(r"\W+", "_", "".join(c for c in plain if c.isascii())).strip("_")
    letters = sum(c.isalpha() for c in text)
    good = re.fullmatch(r"[A-Za-z]\w*", kept) and len(kept) <= 40 and len(kept) >= letters // 2
    base = kept if good else otherwise
    name, n = base, 2
    while name.lower() in {t.lower() for t in taken}:
        name, n = f"{base[:36]}_{n}", n + 1
    taken.add(name)
    return name


def _label(block: Block) -> str:
    if len(block.items) == 1:
        return kinds.question(block.items[0].column.asked)
    if block.stem and not bare(block.stem):
        return kinds.question(block.stem[:1].upper() + block.stem[1:])
    return ""


def role(found: Found, block: Block) -> tuple[str, bool]:
    """A construct's place in a model of loyalty, and whether a plan or its words say so.

    Where nothing is an outcome, what would stand before one is it: all leads to satisfaction.
    """
    of, sure = _role(found, block)
    if of == "mediator" and not (found.plan and block.why == "plan"):
        last = any(_role(found, other)[0] == "outcome" for other in found.blocks)
        return of if last else "outcome", sure
    return of, sure


def _role(found: Found, block: Block) -> tuple[str, bool]:
    if found.plan and block.why == "plan":
        return found.plan.roles.get(block.stem, "antecedent"), True
    if block.role:
        return block.role, False
    words = f"{block.stem} {block.label} " + " ".join(block.wordings.values())
    own = f"{block.stem} {block.label}"
    if kinds.OUTCOME.search(own) or (
        not kinds.SATISFACTION.search(own) and kinds.OUTCOME.search(words)
    ):
        return "outcome", True
    if kinds.SATISFACTION.search(own) or kinds.SATISFACTION.search(words):
        return "mediator", True
    return "antecedent", False
