"""Addresses of numbers in findings, as authored text and the ledger of claims write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from loyalty.ground.findings import Refused


def look_up(value: Any, address: str) -> Any:
    """What stands at ``finding.field``, ``finding.rows.<name>.field`` or ``….interval``.

    A row is found by a text that it alone has (an id, an item, a term), by its first number with
    its name (``weeks-52``) where it has no text, or by its place from 0. ``interval`` is the pair
    of ``ci_lower`` and ``ci_upper``, ``rmsea_interval`` that of ``rmsea_ci_lower`` and its upper
    end.

    Raises
    ------
    LookupError
        Saying how far the address leads and what there is instead.
    """
    walked: list[str] = []
    for step in address.split("."):
        value = _step(value, step, ".".join(walked) or "the findings")
        walked.append(step)
    return value


def _step(value: Any, step: str, at: str) -> Any:
    if isinstance(value, Refused):
        raise LookupError(f"{at} was refused: {value.refused.text().en}")
    if isinstance(value, BaseModel):
        known = type(value).model_fields
        if step in known:
            return getattr(value, step)
        if step == "interval" or step.endswith("_interval"):
            stem = step.removesuffix("interval")
            ends = [f"{stem}ci_lower", f"{stem}ci_upper"]
            if set(ends) <= set(known):
                return tuple(getattr(value, end) for end in ends)
        raise LookupError(f"{at} has no {step}; it has {', '.join(known)}")
    if isinstance(value, Mapping):
        if step in value:
            return value[step]
        raise LookupError(f"{at} has no {step}; it has {', '.join(map(str, value))}")
    if isinstance(value, tuple):
        rows = [row for row in value if isinstance(row, BaseModel)]
        named = [row for row in rows if step in _names(row)]
        if len(named) == 1:
            return named[0]
        if not named and step.isdigit() and int(step) < len(value):
            return value[int(step)]
        there = ", ".join(_names(row)[0] for row in rows if _names(row))
        many = "no" if not named else "more than one"
        raise LookupError(f"{at} has {many} {step}; it has {there}")
    raise LookupError(f"{at} is {value!r} and has no {step}")


def _names(row: BaseModel) -> list[str]:
    """The texts in a row, by any of which it is found; without one, its first number, named."""
    values = vars(row)
    texts = [v for v in values.values() if isinstance(v, str)]
    return texts or [f"{k}-{int(v)}" for k, v in list(values.items())[:1] if isinstance(v, int)]
