"""Cited cut-offs, read from ``thresholds.yml``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

Verdict = Literal["met", "not met", "open"]


@dataclass(frozen=True)
class Threshold:
    """A cut-off with the side that is good and the work it is from.

    By those that `guess` a new case is described, for somebody to look at; no report judges by one.
    """

    name: str
    label: str
    value: float
    good: Literal["above", "below"]
    cite: str
    guess: bool = False

    def met(self, value: float) -> bool:
        return value >= self.value if self.good == "above" else value <= self.value

    def verdict(self, low: float, high: float) -> Verdict:
        """Of an interval: met or not met as a whole, or open where it holds the cut-off.

        An interval that could not be computed (NaN) leaves it open.
        """
        if math.isnan(low) or math.isnan(high):
            return "open"
        ends = self.met(low), self.met(high)
        return "met" if all(ends) else "open" if any(ends) else "not met"


@cache
def all_thresholds() -> dict[str, Threshold]:
    content = yaml.safe_load(
        (files("loyalty.ground") / "thresholds.yml").read_text(encoding="utf-8")
    )
    return {name: Threshold(name, **entry) for name, entry in content.items()}


def threshold(name: str) -> Threshold:
    return all_thresholds()[name]
