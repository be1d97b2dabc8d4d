"""Whether those who bought once bought again, in words: once for the argument and the briefs."""

from __future__ import annotations

from loyalty.estimates.verdicts import majority
from loyalty.ground.text import Text

_SAID = {
    "stay_away": Text(
        en="Most of those who buy once do not buy again", zh="首次购买后多数客户没有再次购买"
    ),
    "half": Text(
        en="About half of those who buy once buy again", zh="首次购买后约半数客户再次购买"
    ),
    "return": Text(en="Most of those who buy once buy again", zh="首次购买后多数客户再次购买"),
}


def bought_again(lower: float, upper: float) -> Text:
    """Of the share that bought again the bounds of its interval; how the sentence begins."""
    return _SAID[majority(lower, upper)]
