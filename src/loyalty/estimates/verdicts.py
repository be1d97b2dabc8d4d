"""Verdicts on hypotheses by intervals."""

from __future__ import annotations

from typing import Literal

PathVerdict = Literal["supported", "open", "contradicted"]


def judge(sign: str, lower: float, upper: float) -> PathVerdict:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (lower > 0 or upper < 0):
        return "open"
    return "supported" if (lower > 0) == (sign == "+") else "contradicted"
