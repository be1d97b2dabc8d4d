"""Verdicts on hypotheses by intervals."""

from __future__ import annotations

from typing import Literal

PathVerdict = Literal["supported", "open", "contradicted"]

#: An interval wider than this, in standard deviations, says too little to be read as a number.
WIDE = 1.0


def wide(lower: float | None, upper: float | None) -> bool:
    """Whether a standardized estimate has no interval, or one that says too little."""
    return lower is None or upper is None or upper - lower > WIDE


def judge(sign: str, lower: float, upper: float) -> PathVerdict:
    """Of a hypothesis: supported, contradicted or open, by the interval and the expected sign."""
    if not (lower > 0 or upper < 0):
        return "open"
    return "supported" if (lower > 0) == (sign == "+") else "contradicted"
