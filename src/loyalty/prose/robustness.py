"""Sentences of the robustness checks."""

from __future__ import annotations

import pandas as pd

from loyalty.markdown import escape
from loyalty.prose.words import names, value
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
    least, most = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    widest = rows.loc[(rows["high"] - rows["low"]).idxmax()]
    if least["choice"] != most["choice"]:
        said.append(
            Text(
                en=f"Lowest is the choice “{escape(least['choice'])}”, highest “{escape(most['choice'])}”; the widest interval comes with “{escape(widest['choice'])}”.",
                zh=f"最低者为“{escape(least['choice'])}”，最高者为“{escape(most['choice'])}”；区间最宽者为“{escape(widest['choice'])}”。",
            )
        )
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


def missing_data(rows: pd.DataFrame, own: float) -> Text:
    """`rows`: ``value`` of the specifications that treat missing answers otherwise."""
    gap = (rows["value"] - own).abs().max()
    return Text(
        en=f"Other treatments of missing answers move the path by at most {value(gap, 'number')}, also where those who did not answer are assumed to stand half a standard deviation higher or lower than like respondents.",
        zh=f"改变缺失答案的处理方式，路径至多变动 {value(gap, 'number')}，即使假定未作答者比相似受访者高或低半个标准差。",
    )


def power_by_path(rows: pd.DataFrame, target: float) -> Text:
    """`rows`: ``id, detectable, needed`` (and ``cl_detectable``) a path."""
    worst = rows.loc[rows["detectable"].idxmax()]
    en = f"With a power of 80 % every path of {value(worst['detectable'], 'number')} or more could have been found; the least sensitive is {escape(worst['id'])}."
    zh = f"以 80% 的功效，凡不小于 {value(worst['detectable'], 'number')} 的路径均可发现；最不灵敏的是 {escape(worst['id'])}。"
    if "cl_detectable" in rows:
        top = rows["cl_detectable"].max()
        en += f" With firms as the independent units it takes {value(top, 'number')}."
        zh += f"若以企业为独立单位，则须达到 {value(top, 'number')}。"
    over = [str(r["id"]) for r in rows.to_dict("records") if r["detectable"] > target]
    if over:
        listed = names(over)
        en += f" A small path of {value(target, 'bounded')} would have been missed more often than that in {listed.en}."
        zh += f"对 {listed.zh}，{value(target, 'bounded')} 的小路径不足以达到该功效。"
    return Text(en=en, zh=zh)
