"""A model of a description as equations, in TeX."""

from __future__ import annotations

from collections.abc import Sequence

from loyalty.cases.asked import Construct
from loyalty.cases.study import Study

_SPECIAL = {"_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$"}


def measurement(constructs: Sequence[Construct], *, first: bool) -> list[str]:
    """An equation an item.

    Parameters
    ----------
    constructs : sequence
        Each item of which loads on its own construct alone.
    first : bool
        Whether the first loading of a construct is fixed to one (else its variance is).
    """
    lines, k = [], 0
    for c in constructs:
        for position, item in enumerate(c.items):
            k += 1
            if len(c.items) == 1:
                lines.append(f"{_text(item.id)} &= {_text(c.id)}")
                continue
            loading = "" if first and position == 0 else rf"\lambda_{{{k}}}\,"
            lines.append(
                rf"{_text(item.id)} &= {loading}{_text(c.id)} + \varepsilon_{{{k}}}",
            )
    return lines


def structural(study: Study) -> list[str]:
    """An equation a construct that paths lead to."""
    lines = []
    for c in study.structural:
        into = [h for h in study.paths if h.to == c.id]
        if into:
            terms = [rf"\beta_{{{_text(h.id)}}}\,{_text(h.from_)}" for h in into]
            terms.append(rf"\zeta_{{{_text(c.id)}}}")
            lines.append(f"{_text(c.id)} &= {terms[0]}")
            lines += [rf"&\quad {{}}+ {one}" for one in terms[1:]]  # a line fits a phone
    return lines


def aligned(lines: Sequence[str]) -> str:
    """The equations below each other, as a displayed formula of Markdown."""
    body = " \\\\\n".join(lines)
    return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"


def _text(name: str) -> str:
    shown = "".join(_SPECIAL.get(character, character) for character in name)
    return rf"\text{{{shown}}}"
