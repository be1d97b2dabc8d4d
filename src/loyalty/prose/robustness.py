"""Sentences of the robustness checks."""

from __future__ import annotations

import pandas as pd

from loyalty.prose.words import value
from loyalty.study import Text


def curve(rows: pd.DataFrame, agree: int, failed: int) -> list[Text]:
    """`rows`: ``choice, value, low, high, problem`` a specification that could be estimated."""
    low, high = rows["value"].min(), rows["value"].max()
    said = [
        Text(
            en=f"Over {len(rows)} specifications the path runs from {value(low, 'number')} to {value(high, 'number')}; {agree} of them support the hypothesis.",
            zh=f"在 {len(rows)} 种设定下，该路径介于 {value(low, 'number')} 与 {value(high, 'number')} 之间；其中 {agree} 种支持假设。",
        )
    ]
    suspect = int((rows["problem"] != "").sum())
    if suspect or failed:
        said.append(
            Text(
                en=f"{suspect} rest on a solution that is not to be taken at face value, {failed} could not be estimated.",
                zh=f"{suspect} 种的解不可直接采信，{failed} 种无法估计。",
            )
        )
    return said


def power(effect: float) -> Text:
    if effect > 1:
        return Text(
            en="The interval of this path is so wide that no standardized path of a plausible size could have been found with a power of 80 %.",
            zh="该路径的区间过宽，任何合理大小的标准化路径都无法以 80% 的功效被发现。",
        )
    return Text(
        en=f"Judging by the width of its interval, the study had a power of 80 % to find a standardized path of {value(effect, 'bounded')} or more.",
        zh=f"按其区间宽度，本研究以 80% 的功效可发现 {value(effect, 'bounded')} 及以上的标准化路径。",
    )
