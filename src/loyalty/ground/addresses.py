"""Addresses of numbers in findings, as authored text and the ledger of claims write them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from loyalty.ground.findings import Refused


def look_up(value: Any, address: str) -> Any:
    """What stands at ``finding.field``, ``finding.rows.<name>.field`` or ``….interval``.

    A row is found by the first text field that names it (an id, an item, a term), by its first
    number (as of weeks), or by its place from 0. ``interval`` is the pair of ``ci_lower`` and
    ``ci_upper``, ``rmsea_interval`` that of ``rmsea_ci_lower`` and ``rmsea_ci_upper``.

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
        named = [row for row in rows if _name(row) == step]
        if len(named) == 1:
            return named[0]
        if not named and step.isdigit() and int(step) < len(value):
            return value[int(step)]
        there = ", ".join(str(_name(row)) for row in rows)
        many = "no" if not named else "more than one"
        raise LookupError(f"{at} has {many} {step}; it has {there}")
    raise LookupError(f"{at} is {value!r} and has no {step}")


def _name(row: BaseModel) -> str | None:
    """The first text in a row, by which it is found; without one, its first number."""
    values = list(vars(row).values())
    first = values[0] if values and type(values[0]).__name__ in ("int", "CitedInt") else None
    return next(
        (v for v in values if isinstance(v, str)), None if first is None else str(int(first))
    )
