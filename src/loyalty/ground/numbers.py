"""Numbers as the report prints them: APA rounding, true minus signs."""

from __future__ import annotations

import math
from typing import Literal

#: What a number is, which decides how it is printed.
Kind = Literal[
    "count",
    "number",
    "significant",
    "decimal",
    "bounded",
    "p",
    "percent",
    "whole",
    "points",
    "text",
]
DASH = "–"
#: How many decimals are printed where nothing else is said; of other kinds two.
DECIMALS: dict[Kind, int] = {"decimal": 3, "percent": 1, "whole": 3, "points": 1, "p": 3}
#: What is printed a hundred times as large.
PER_CENT = ("percent", "whole", "points")


def show(value: object, kind: Kind, *, decimals: int | None = None) -> str:
    """A value as text.

    ``count`` 3,000; ``number`` 1.52, 2,178.0; ``significant`` 3e−06 (so many digits that count);
    ``decimal`` 0.45 (up to three decimals, as others print them);
    ``bounded`` .48 (cannot exceed one in size: correlations, standardized paths, reliabilities, fit
    indices); ``p`` .034 or < .001; ``percent`` 62.0 % of the proportion 0.62; ``whole`` 62 % of it,
    and 1.3 % of 0.013 (as others print them); ``points`` 2.0 of the difference 0.02 between
    proportions, in percentage points; ``text`` as it is. Missing and infinite values are a dash.

    A number is never rounded to a bound that it does not reach: .996 has three digits where two
    would say 1.00, and so have shares near none and all, and a p near 1. One that is known to fewer
    significant digits (``digits`` of :class:`loyalty.ground.findings.CitedFloat`) has no more
    decimals than these: 318 and not 318.00.
    """
    if kind == "text" or isinstance(value, str):
        return str(value)
    if value is None or (not isinstance(value, int | float) and not hasattr(value, "__float__")):
        return DASH
    number, digits = float(value), getattr(value, "digits", None)
    if not math.isfinite(number):
        return DASH
    places = DECIMALS.get(kind, 2) if decimals is None else decimals
    if digits is not None and number:
        known = digits - 1 - math.floor(math.log10(abs(number))) - 2 * (kind in PER_CENT)
        places = max(min(places, known), 0)
    if kind == "significant":
        return _minus(f"{number:.{decimals or 1}g}")
    if kind == "decimal":
        return _minus(f"{number:.{places}f}".rstrip("0").rstrip(".") if places else f"{number:.0f}")
    if kind == "count":
        return _minus(f"{number:,.0f}")
    if kind == "percent":
        places = _short_of(100 * number, places, 0.0, 100.0)
        return f"{_plain(100 * number, places)} %"
    if kind == "whole":
        return f"{show(100 * number, 'decimal', decimals=places)} %"
    if kind == "points":
        return _plain(100 * number, places)
    if kind == "p":
        least = 10.0**-places
        if number < least:
            return f"< {_strip(least, places)}"
        return _strip(number, _short_of(number, places, 0.0, 1.0))
    if kind == "bounded":
        return _strip(number, _short_of(number, places, -1.0, 1.0))
    return _minus(f"{number:,.{places}f}")


def exact(number: float) -> float:
    """A number by the 15 digits that a double always holds, as R and spreadsheets write it: what
    follows is of its binary form."""
    return float(f"{number:.15g}")


def interval(low: object, high: object, kind: Kind, *, decimals: int | None = None) -> str:
    """``[.31, .45]``, or a dash where a bound is missing.

    A bound that is not zero is not printed as zero: which side it is on is what an interval says.
    """
    texts = tuple(show(b, kind, decimals=clear_of_zero(b, kind, decimals)) for b in (low, high))
    return DASH if DASH in texts else f"[{texts[0]}, {texts[1]}]"


def clear_of_zero(bound: object, kind: Kind, decimals: int | None) -> int | None:
    """So many decimals that the bound of an interval is not printed as a zero that it is not."""
    if kind not in ("number", "bounded") or not isinstance(bound, int | float):
        return decimals
    places = 2 if decimals is None else decimals
    if not math.isfinite(bound) or abs(bound) < 1e-9 or round(bound, places):
        return decimals
    return next((p for p in range(places, places + MORE + 1) if round(bound, p)), decimals)


#: So many more digits keep a number from a bound that it does not reach.
MORE = 4


def _short_of(number: float, places: int, *bounds: float) -> int:
    """So many decimals that a number is not printed as a bound that it does not reach.

    Within rounding of computing (1e-9) it reaches the bound; beyond the upper one a digit more
    tells it, of which a TLI of 1.00004 has no need; no number below none is meant.
    """
    for bound in bounds:
        if abs(number - bound) < 1e-9 * max(abs(bound), 1) or number < min(bounds):
            return places
        for more in range(2 if number > max(bounds) else MORE + 1):
            if round(number, places + more) != bound:
                break
        else:
            return places
        if more:
            return places + more
    return places


def _plain(number: float, places: int) -> str:
    return _minus(f"{number:.{places}f}")


def _minus(text: str) -> str:
    """With a true minus sign, and none before what was rounded to zero."""
    return text.removeprefix("-") if not text.strip("-0.") else text.replace("-", "−")


def _strip(number: float, places: int) -> str:
    """Without the leading zero (APA: where the value cannot exceed one)."""
    text = _plain(number, places)
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text
