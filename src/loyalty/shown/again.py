"""Whether those who bought once bought again, in words: once for the argument and the briefs."""

from __future__ import annotations

from loyalty.estimates.verdicts import majority
from loyalty.ground.text import Text

_SAID = {
    "stay_away": Text(
        en="Most of those who buy once do not buy again",
        zh="多数客户在首次购买后的 {} 周内没有再次购买",
    ),
    "half": Text(
        en="About half of those who buy once buy again",
        zh="约半数客户在首次购买后的 {} 周内再次购买",
    ),
    "return": Text(
        en="Most of those who buy once buy again", zh="多数客户在首次购买后的 {} 周内再次购买"
    ),
}


def bought_again(lower: float, upper: float, weeks: str) -> Text:
    """Of the share that bought again within so many weeks the bounds of its interval; how the
    sentence begins, in Chinese with the weeks.
    """
    said = _SAID[majority(lower, upper)]
    return Text(en=said.en, zh=said.zh.format(weeks))
